#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Loading is most of what a small repository waits for; the modules are compiled once, then kept beside the other local files.
enableCompileCache(fileURLToPath(new URL('../../.local/compile-cache', import.meta.url)));
const { run } = await import('./cli.ts');

process.exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  today: () => new Date().toISOString().slice(0, 10),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  stopSignal() {
    const stopping = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
    return stopping.signal;
  },
});

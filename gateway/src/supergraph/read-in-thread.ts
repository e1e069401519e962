import { Worker } from 'node:worker_threads';
import { reasonOf } from '@shop/service-kit';
import { inSlices } from './in-steps.ts';
import { type Supergraph, supergraphOf } from './supergraph.ts';
import type { SupergraphDescription } from './supergraph-description.ts';

type Report = { description: SupergraphDescription } | { failure: string };

// Built code has only the .js beside it. The .ts needs the sources of the packages, which may not be built.
const isSource = import.meta.url.endsWith('.ts');
const FILE = new URL(`./reading-worker${isSource ? '.ts' : '.js'}`, import.meta.url);
const execArgv = isSource ? ['--conditions=source', '--disable-warning=ExperimentalWarning'] : [];

/** A supergraph that wants more takes its thread with it, and not the process. */
const MEMORY_MB = 2_048;

/** Reads a supergraph in a thread that ends with it. Rejects with why it cannot be served, and when the signal aborts. */
export async function readInThread(sdl: string, signal: AbortSignal): Promise<Supergraph> {
  signal.throwIfAborted();
  const worker = new Worker(FILE, {
    workerData: sdl,
    execArgv,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  const end = () => void worker.terminate();
  signal.addEventListener('abort', end, { once: true });
  try {
    const report = await new Promise<Report>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (error) => reject(new Error(`The thread that reads it died: ${reasonOf(error)}`)));
      worker.once('exit', () => reject(new Error('The thread that reads it ended.')));
    });
    if ('failure' in report) throw new Error(report.failure);
    return await inSlices(supergraphOf(report.description));
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

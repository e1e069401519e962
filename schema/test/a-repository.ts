import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../src/cli.ts';

/** Texts by their path from the root; a settings file is added for the subgraphs there are. */
export type Files = Readonly<Record<string, string>>;

export interface Answer {
  code: 0 | 1 | 2;
  out: string;
  err: string;
}

export interface FixtureRepository {
  root: string;
  /** Runs a command line in it, within this process. */
  run(...argv: string[]): Promise<Answer>;
  write(files: Files): Promise<void>;
}

/** What the date is in every fixture. */
export const TODAY = '2026-11-20';

const made: string[] = [];

/** Makes a small repository in a folder of its own; `removeRepositories` takes all away. */
export async function aRepository(files: Files): Promise<FixtureRepository> {
  const root = await mkdtemp(join(tmpdir(), 'shop-schema-'));
  made.push(root);
  await writeAll(root, { 'schema/shop-schema.json': settingsFor(files), ...files });
  return { root, run: (...argv) => runIn(root, argv), write: (more) => writeAll(root, more) };
}

export async function removeRepositories(): Promise<void> {
  await Promise.all(made.splice(0).map((root) => rm(root, { recursive: true })));
}

export async function runIn(cwd: string, argv: readonly string[]): Promise<Answer> {
  let out = '';
  let err = '';
  const code = await run(argv, {
    cwd,
    env: {},
    today: () => TODAY,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}

function settingsFor(files: Files): string {
  const names = Object.keys(files).flatMap((file) => /^schema\/subgraphs\/(.+)\.graphql$/.exec(file)?.[1] ?? []);
  const subgraphs = Object.fromEntries(names.map((name) => [name, { url: `http://127.0.0.1/${name}` }]));
  return JSON.stringify({ subgraphs });
}

async function writeAll(root: string, files: Files): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
}

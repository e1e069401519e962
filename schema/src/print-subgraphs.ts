import { execFile } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CannotRun } from './command.ts';
import { MAX_BYTES } from './parse-graphql.ts';
import { printedBefore } from './printed-before.ts';
import { type Repository, readSubgraphs, type Subgraph, subgraphFile } from './repository.ts';
import { kindOf } from './tree.ts';

const execute = promisify(execFile);

/**
 * The subgraphs as the code has them: each built program is asked for its SDL, so that what is composed is what is
 * served; a subgraph without a program is what its file says. A program that is made of the same files as when it was asked
 * before is not asked again (`madeFrom`). Throws CannotRun where something is not built.
 */
export async function printSubgraphs({ root, settings, tree }: Repository): Promise<Subgraph[]> {
  return Promise.all(
    Object.entries(settings.subgraphs).map(async ([name, { url, program, madeFrom }]) => {
      if (program !== undefined) {
        const sdl = await printedNowOrBefore(root, { name, program, madeFrom });
        return { name, url, sdl, file: subgraphFile(name) };
      }
      const [fromFile] = await readSubgraphs(tree, { ...settings, subgraphs: { [name]: { url } } });
      return fromFile as Subgraph;
    }),
  );
}

async function printedNowOrBefore(
  root: string,
  { name, program, madeFrom }: { name: string; program: string; madeFrom: string[] | undefined },
): Promise<string> {
  if ((await kindOf(join(root, program))) !== 'file') {
    throw new CannotRun(`${program} is not there: build the subgraphs first (npm run build).`);
  }
  if (madeFrom === undefined) return printed(root, program);
  const before = await printedBefore(root, { name, program, madeFrom });
  if (before.sdl !== null) return before.sdl;
  const sdl = await printed(root, program);
  await before.keep(sdl);
  return sdl;
}

async function printed(root: string, program: string): Promise<string> {
  const compileCache = getCompileCacheDir();
  const env = { ...process.env, ...(compileCache !== undefined && { NODE_COMPILE_CACHE: compileCache }) };
  const { stdout } = await execute(process.execPath, [program, 'schema'], {
    cwd: root,
    env,
    maxBuffer: MAX_BYTES,
  }).catch((error: Error) => {
    throw new CannotRun(
      `"node ${program} schema" does not print an SDL: ${error.message.split('\n').slice(0, 5).join(' ')}`,
    );
  });
  return `${stdout.trim()}\n`;
}

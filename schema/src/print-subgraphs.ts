import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CannotRun } from './command.ts';
import { type Repository, readSubgraphs, type Subgraph, subgraphFile } from './repository.ts';
import { kindOf } from './tree.ts';

const execute = promisify(execFile);

/**
 * The subgraphs as the code has them: each built program is asked for its SDL, so that what is composed is what is
 * served; a subgraph without a program is what its file says. Throws CannotRun where something is not built.
 */
export async function printSubgraphs({ root, settings, tree }: Repository): Promise<Subgraph[]> {
  return Promise.all(
    Object.entries(settings.subgraphs).map(async ([name, { url, program }]) => {
      if (program !== undefined) return { name, url, sdl: await printed(root, program), file: subgraphFile(name) };
      const [fromFile] = await readSubgraphs(tree, { ...settings, subgraphs: { [name]: { url } } });
      return fromFile as Subgraph;
    }),
  );
}

async function printed(root: string, program: string): Promise<string> {
  if ((await kindOf(join(root, program))) !== 'file') {
    throw new CannotRun(`${program} is not there: build the subgraphs first (npm run build).`);
  }
  const { stdout } = await execute(process.execPath, [program, 'schema'], { cwd: root }).catch((error: Error) => {
    throw new CannotRun(
      `"node ${program} schema" does not print an SDL: ${error.message.split('\n').slice(0, 5).join(' ')}`,
    );
  });
  return `${stdout.trim()}\n`;
}

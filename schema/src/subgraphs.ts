import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from './artifacts.ts';

const run = promisify(execFile);

/** The subgraphs and where they listen unless a gateway is told otherwise. */
const SUBGRAPHS = [
  { name: 'user', url: 'http://127.0.0.1:4001/graphql' },
  { name: 'product', url: 'http://127.0.0.1:4002/graphql' },
  { name: 'order', url: 'http://127.0.0.1:4003/graphql' },
  { name: 'coupon', url: 'http://127.0.0.1:4004/graphql' },
] as const;

export interface SubgraphSdl {
  name: string;
  url: string;
  sdl: string;
}

/** Asks each subgraph's built program for its SDL, so that what is composed is what is served. */
export function printSubgraphs(): Promise<SubgraphSdl[]> {
  return Promise.all(
    SUBGRAPHS.map(async ({ name, url }) => {
      const { stdout } = await run(process.execPath, [`subgraphs/${name}/dist/main.js`, 'schema'], { cwd: ROOT });
      return { name, url, sdl: `${stdout.trim()}\n` };
    }),
  );
}

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rootDir } from '@shop/local';
import type { Mocks } from './mocks/start.ts';
import { rivalsDir } from './rivals.ts';

/** One gateway under measurement: how its process is started. */
export interface Arm {
  name: string;
  what: string;
  /** Whether it needs what is installed in rivals/. */
  isRival?: boolean;
  /** What node is told, and in which environment. */
  start(mocks: Mocks, port: number): { args: string[]; env?: Record<string, string>; cwd?: string };
}

const ours = (folder: string, env: Record<string, string> = {}) => ({
  start: ({ supergraphPath }: Mocks, port: number) => ({
    args: startScriptOf(folder),
    cwd: folder,
    env: { SUPERGRAPH_PATH: supergraphPath, PORT: String(port), ...env },
  }),
});

const hive = (...flags: string[]) => ({
  isRival: true,
  start: ({ supergraphPath }: Mocks, port: number) => ({
    args: [
      join(rivalsDir, 'node_modules/@graphql-hive/gateway/dist/bin.js'),
      ...['supergraph', supergraphPath, '--host', '127.0.0.1', '--port', String(port), '--fork', '1'],
      ...['--config-path', join(rivalsDir, 'hive.config.js'), ...flags],
    ],
    cwd: rivalsDir,
  }),
});

export const OURS = 'ours';
export const VANILLA = 'vanilla';
export const HIVE_RUST = 'hive-rust';
export const FLOOR = 'floor';

export const arms: readonly Arm[] = [
  { name: OURS, what: 'this gateway, as `npm run gateway` starts it, with every default', ...ours(rootDir) },
  { name: 'reference', what: 'this gateway with ENGINE=apollo', ...ours(rootDir, { ENGINE: 'apollo' }) },
  {
    name: VANILLA,
    what: '@apollo/gateway in Apollo Server, as its documentation starts it',
    isRival: true,
    start: ({ supergraphPath }, port) => ({
      args: [join(rivalsDir, 'apollo-gateway.js'), supergraphPath, String(port)],
    }),
  },
  { name: 'hive-js', what: '@graphql-hive/gateway with its JavaScript planner', ...hive() },
  { name: HIVE_RUST, what: '@graphql-hive/gateway with its Rust planner', ...hive('--hive-router-runtime') },
  {
    name: FLOOR,
    what: 'a proxy that fetches the whole answer at once, parses and stringifies it',
    start: ({ wholeUrl }, port) => ({ args: [join(import.meta.dirname, 'floor.ts'), wholeUrl, String(port)] }),
  },
];

/** Another, built working copy. */
export const otherCopy = (folder: string): Arm => ({
  name: 'other',
  what: `the gateway in ${folder}`,
  ...ours(resolve(folder)),
});

/** What `npm run gateway` has node do, so that flags in the script are measured too. */
export function startScriptOf(folder: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    scripts: { gateway: string };
  };
  const [, flags] = /^exec node (.+)$/.exec(scripts.gateway) ?? [];
  if (flags === undefined) throw new Error(`The script is not \`exec node …\`: ${scripts.gateway}`);
  return flags.split(' ');
}

import { join, resolve } from 'node:path';
import { rootDir } from '@shop/local';
import { startScriptOf } from '../gateway/arms.ts';
import { rivalsDir } from '../gateway/rivals.ts';
import { FIELD, SUBJECT } from './subscription.ts';

/** Where an arm finds what it serves. */
export interface Ground {
  natsUrl: string;
  /** With the subscription, declared with @eventStream. */
  supergraphPath: string;
  /** Without it. */
  plainSupergraphPath: string;
}

/** One server of subscriptions under measurement: how its process is started. */
export interface Arm {
  name: string;
  what: string;
  /** Whether it needs what is installed in gateway/rivals/. */
  isRival?: boolean;
  start(ground: Ground, port: number): { args: string[]; env?: Record<string, string>; cwd?: string };
}

export const OURS = 'ours';
export const LIMIT = 'limit';

const here = import.meta.dirname;

const ours = (folder: string) => ({
  start: ({ supergraphPath, natsUrl }: Ground, port: number) => ({
    args: startScriptOf(folder),
    cwd: folder,
    env: { SUPERGRAPH_PATH: supergraphPath, NATS_URL: natsUrl, PORT: String(port) },
  }),
});

export const arms: readonly Arm[] = [
  { name: OURS, what: 'this gateway, as `npm run gateway` starts it, with every default', ...ours(rootDir) },
  {
    name: 'plain',
    what: 'graphql-ws and graphql-js in one process, as their documentation has them',
    start: ({ natsUrl }, port) => ({ args: [join(here, 'plain-server.ts'), natsUrl, String(port)] }),
  },
  {
    name: 'hive',
    what: '@graphql-hive/gateway, its pubsub filled from NATS',
    isRival: true,
    start: ({ plainSupergraphPath, natsUrl }, port) => ({
      args: [
        join(rivalsDir, 'node_modules/@graphql-hive/gateway/dist/bin.js'),
        ...['supergraph', plainSupergraphPath, '--host', '127.0.0.1', '--port', String(port), '--fork', '1'],
        ...['--config-path', join(rivalsDir, 'fanout.hive.config.js')],
      ],
      cwd: rivalsDir,
      env: { NATS_URL: natsUrl, FANOUT_SUBJECT: SUBJECT, FANOUT_FIELD: FIELD },
    }),
  },
  {
    name: LIMIT,
    what: 'ws alone: each frame is made once and written to every socket',
    start: ({ natsUrl }, port) => ({ args: [join(here, 'limit-server.ts'), natsUrl, String(port)] }),
  },
];

/** Another, built working copy. */
export const otherCopy = (folder: string): Arm => ({
  name: 'other',
  what: `the gateway in ${folder}`,
  ...ours(resolve(folder)),
});

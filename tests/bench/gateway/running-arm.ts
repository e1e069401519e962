import { join, resolve } from 'node:path';
import { findFreePort, launch } from '@shop/local';
import { Pool } from 'undici';
import type { Arm } from './arms.ts';
import type { Mocks } from './mocks/start.ts';
import { cpuSecondsOf, residentMbOf } from './process-tree.ts';

export interface RunningArm {
  name: string;
  /** Sends a prebuilt body and returns the text of the answer; throws at any status but 200. */
  post(body: string): Promise<string>;
  /** CPU seconds so far, of this process and those it has started. */
  cpuSeconds(): number;
  residentMb(): number;
  close(): Promise<void>;
}

interface StartOptions {
  mocks: Mocks;
  dir: string;
  clients: number;
  /** Settings beyond those of the arm. */
  env?: Record<string, string>;
  nodeFlags?: readonly string[];
  /** Where a CPU profile is written when it ends. */
  profileDir?: string | undefined;
  signal: AbortSignal;
}

/** The same for all: production, no telemetry, nothing inherited that changes how Node runs. */
const ENVIRONMENT = { NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: '1', NODE_OPTIONS: '' };
const PING = '{"query":"{ __typename }"}';

/** Starts one gateway in a process of its own and waits for its first answer. */
export async function startArm(arm: Arm, options: StartOptions): Promise<RunningArm> {
  const { mocks, dir, clients, env, nodeFlags = [], profileDir, signal } = options;
  const port = await findFreePort();
  const start = arm.start(mocks, port);
  const profile =
    profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${join(resolve(profileDir), arm.name)}`];
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: clients });
  const post = (body: string) => postTo(pool, body);
  const { pid, close } = await launch({
    name: arm.name,
    command: process.execPath,
    args: [...profile, ...nodeFlags, ...start.args],
    env: { ...process.env, ...ENVIRONMENT, ...start.env, ...env },
    ...(start.cwd !== undefined && { cwd: start.cwd }),
    logFile: join(dir, `${arm.name}.log`),
    probe: () => post(PING),
    readyWithinMs: 60_000,
    signal,
  });
  return {
    name: arm.name,
    post,
    cpuSeconds: () => cpuSecondsOf(pid),
    residentMb: () => residentMbOf(pid),
    close: () => pool.destroy().then(close),
  };
}

async function postTo(pool: Pool, body: string): Promise<string> {
  const { statusCode, body: answer } = await pool.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body,
  });
  const text = await answer.text();
  if (statusCode !== 200) throw new Error(`answered ${statusCode}: ${text.slice(0, 500)}`);
  return text;
}

import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { findFreePort, launch } from '@shop/local';
import { cpuSecondsOf, residentMbOf } from '../gateway/process-tree.ts';
import { settlingFlags } from '../gateway/soak/memory.ts';
import type { Arm, Ground } from './arms.ts';

export interface RunningArm {
  name: string;
  port: number;
  /** So far, of the server and what it has started. */
  cpuSeconds(): number;
  /** What is left after a collection of garbage. */
  settled(): Promise<Memory>;
  close(): Promise<void>;
}

export interface Memory {
  residentKb: number;
  heapKb: number;
}

interface StartOptions {
  ground: Ground;
  dir: string;
  profileDir: string | undefined;
  signal: AbortSignal;
}

/** The same for all: production, no telemetry, nothing inherited that changes how Node runs. */
const ENVIRONMENT = { NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: '1', NODE_OPTIONS: '' };

/** Starts a server in a process of its own and waits until it takes connections. */
export async function startArm(arm: Arm, { ground, dir, profileDir, signal }: StartOptions): Promise<RunningArm> {
  const [port, settlePort] = [await findFreePort(), await findFreePort()];
  const { args, env, cwd } = arm.start(ground, port);
  const profile =
    profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${join(resolve(profileDir), arm.name)}`];
  const { pid, close } = await launch({
    name: arm.name,
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', ...settlingFlags(settlePort, '&thoroughly'), ...profile, ...args],
    env: { ...process.env, ...ENVIRONMENT, ...env },
    ...(cwd !== undefined && { cwd }),
    logFile: join(dir, `${arm.name}.log`),
    probe: () => canConnect(port),
    readyWithinMs: 60_000,
    signal,
  });
  return {
    name: arm.name,
    port,
    cpuSeconds: () => cpuSecondsOf(pid),
    async settled() {
      const { heapUsed } = (await (await fetch(`http://127.0.0.1:${settlePort}/`)).json()) as NodeJS.MemoryUsage;
      return { residentKb: residentMbOf(pid) * 1_024, heapKb: heapUsed / 1_024 };
    },
    close,
  };
}

function canConnect(port: number): Promise<void> {
  return new Promise((yes, no) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.destroy();
      yes();
    });
    socket.once('error', no);
  });
}

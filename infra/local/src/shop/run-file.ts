import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from '../json-file.ts';

export interface Instance {
  /** Null for servers that are not ours. */
  pid: number | null;
  port: number;
}

/** What runs where: `.local/run.json`. Tools, tests and people find every process by it. */
export interface RunFile {
  /** Of the runner: what `npm run stop` ends. */
  pid: number;
  startedAt: string;
  gateway: { url: string; instances: Instance[] };
  services: Record<string, { instances: Instance[] }>;
  servers: {
    mysql: { instances: (Instance & { role: 'primary' })[]; user: string; password: string };
    redis: { instances: Instance[] };
    nats: { instances: Instance[] };
  };
  standIns: { dataPlatform: Instance; paymentProvider: Instance };
}

export function runFilePath(dir: string): string {
  return join(dir, 'run.json');
}

/** Null when nothing runs there. */
export function readRunFile(dir: string): RunFile | null {
  return readJsonFile<RunFile>(runFilePath(dir));
}

export function writeRunFile(dir: string, run: RunFile): void {
  writeJsonFile(runFilePath(dir), run);
}

export function removeRunFile(dir: string): void {
  rmSync(runFilePath(dir), { force: true });
}

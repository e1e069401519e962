import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const rootDir = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Everything the local runner keeps: downloaded servers, data, logs, run.json. Git ignores it. */
export const localDir = resolve(rootDir, '.local');

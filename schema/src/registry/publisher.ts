import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import type { Option } from '../command.ts';
import type { Publisher } from './registry.ts';

const execute = promisify(execFile);

/** Where artifacts are published to. */
export const FOLDER_FLAG = {
  type: 'string',
  value: '<folder>',
  description: 'the folder of what is published; else what the settings name (.local/registry)',
} as const satisfies Option;

/** Whoever runs this, in a repository. */
export async function publisherIn(root: string, env: Readonly<Record<string, string | undefined>>): Promise<Publisher> {
  // Without a tag: the full hash, and "-dirty" after it where something is not committed.
  const args = ['-C', root, 'describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
  const { stdout } = await execute('git', args).catch(() => ({ stdout: '' }));
  return { by: env.GITHUB_ACTOR || userName(), commit: stdout.trim() || null };
}

/** In a container the process may run as somebody without a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'nobody known';
  }
}

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CannotRun, type Option } from '../command.ts';
import type { Repository } from '../repository.ts';
import { parseUsage, type Usage } from './usage.ts';
import { type UsageLimits, usageWithin } from './usage-limits.ts';

export const USAGE_FILE_OPTION = {
  type: 'string',
  value: '<file>',
  description: 'recorded traffic, as "shop-schema usage export" writes it (schema/usage.json, where there is one)',
} as const satisfies Option;

/**
 * Reads what of the recorded traffic counts; null where none was recorded. Throws CannotRun for a file that cannot be
 * read, and for one that was asked for and is not there.
 */
export async function readUsage(
  { root, settings }: Repository,
  cwd: string,
  asked: string | undefined,
  limits: UsageLimits,
): Promise<Usage | null> {
  const file = asked ?? settings.usage;
  const text = await readFile(asked === undefined ? resolve(root, file) : resolve(cwd, file), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' && asked === undefined) return null;
      throw new CannotRun(`${file} cannot be read: ${error.message}; "shop-schema usage export" writes one.`);
    },
  );
  if (text === null) return null;
  const usage = parseUsage(text, file);
  // Of a recording that saw nobody nothing can be said: it does not make everything unused.
  return usage.operations.length === 0 ? null : usageWithin(usage, limits);
}

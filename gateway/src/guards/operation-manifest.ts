import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stripIgnoredCharacters } from 'graphql';
import { z } from 'zod';

export interface TrustedOperation {
  /** What a client may send in place of the text. */
  id: string;
  name: string;
  body: string;
}

/** https://www.npmjs.com/package/@apollo/generate-persisted-query-manifest */
const manifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(
    z.object({
      id: z.string().min(1),
      name: z.string(),
      type: z.enum(['query', 'mutation', 'subscription']),
      body: z.string().min(1),
    }),
  ),
});

/**
 * Reads the operations clients were built with: a manifest of Apollo's generate-persisted-query-manifest, or a folder of
 * `*.graphql` files, each with one operation and its fragments, whose id is the SHA-256 of its text. Throws for a file
 * that is neither and for text that is not GraphQL.
 */
export async function readOperations(path: string): Promise<TrustedOperation[]> {
  const operations = (await stat(path)).isDirectory()
    ? await readFolder(path)
    : manifest.parse(JSON.parse(await readFile(path, 'utf8'))).operations;
  for (const { name, body } of operations) {
    try {
      stripIgnoredCharacters(body);
    } catch (cause) {
      throw new Error(`The operation ${name} is not GraphQL.`, { cause });
    }
  }
  return operations.map(({ id, name, body }) => ({ id, name, body }));
}

/** Changes whenever what `readOperations` would read may have changed. */
export async function stampOf(path: string): Promise<string> {
  const { mtimeMs, size } = await stat(path);
  if (!(await stat(path)).isDirectory()) return `${mtimeMs} ${size}`;
  const files = await filesIn(path);
  const stamps = await Promise.all(files.map((file) => stat(join(path, file))));
  return files.map((file, i) => `${file} ${stamps[i]?.mtimeMs} ${stamps[i]?.size}`).join('\n');
}

async function readFolder(path: string): Promise<TrustedOperation[]> {
  const files = await filesIn(path);
  return Promise.all(
    files.map(async (file) => {
      const body = await readFile(join(path, file), 'utf8');
      return { id: sha256(body), name: file.replace(/\.graphql$/, ''), body };
    }),
  );
}

async function filesIn(path: string): Promise<string[]> {
  return (await readdir(path)).filter((file) => file.endsWith('.graphql')).sort();
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/mysql';
import { BadUserInput, IdempotencyInProgress, IdempotencyKeyReused } from '@shop/kernel';
import { transactional } from './transactional.ts';

/** The table behind `once`; part of the first migration of every database whose mutations take a key. */
export const idempotencyTable = `CREATE TABLE idempotency_keys (
  user_id CHAR(36) NOT NULL,
  idempotency_key VARCHAR(200) COLLATE utf8mb4_bin NOT NULL,
  fingerprint CHAR(64) NOT NULL,
  answer JSON NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (user_id, idempotency_key),
  KEY idempotency_keys_created_at (created_at)
)`;

const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * The key of a mutation, from its input field or else from the `Idempotency-Key` header. Throws BadUserInput when
 * there is none, when it is not 1 to 200 visible ASCII characters, or when field and header disagree.
 */
export function idempotencyKeyOf(
  header: string | undefined,
  inputValue: string | null | undefined,
  field = 'idempotencyKey',
): string {
  const key = inputValue ?? header;
  if (key === undefined) {
    throw new BadUserInput(field, `${field} is required, in the input or as the header Idempotency-Key.`);
  }
  if (!KEY.test(key)) throw new BadUserInput(field, `${field} must be 1 to 200 visible ASCII characters.`);
  if (header !== undefined && key !== header) {
    throw new BadUserInput(field, `${field} and the header Idempotency-Key must not differ.`);
  }
  return key;
}

/** What makes two requests the same one. */
export interface Once {
  userId: string;
  key: string;
  /** The mutation's name: the same key for another operation is a reuse. */
  operation: string;
  /** The input without the key; field order and absent fields do not matter. */
  input: unknown;
}

/**
 * Runs `effect` once per user and key, and afterwards answers with what it answered then. The row lives in the
 * caller's transaction: the effect and the memory of it are committed together or not at all, and a second request with
 * the same key waits on the row until the first has ended. The answer must be a JSON object. Throws IdempotencyKeyReused when the
 * key came with another operation or input. Source: draft-ietf-httpapi-idempotency-key-header.
 */
export async function once<A extends object>(
  em: EntityManager,
  request: Once,
  effect: () => Promise<A>,
): Promise<{ answer: A; replayed: boolean }> {
  const fingerprint = fingerprintOf(request);
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    'INSERT IGNORE INTO idempotency_keys (user_id, idempotency_key, fingerprint) VALUES (?, ?, ?)',
    [request.userId, request.key, fingerprint],
    { method: 'run' },
  );
  if (affectedRows === 0) return { answer: await earlierAnswer<A>(em, request, fingerprint), replayed: true };
  const answer = await effect();
  await em.execute('UPDATE idempotency_keys SET answer = ? WHERE user_id = ? AND idempotency_key = ?', [
    JSON.stringify(answer),
    request.userId,
    request.key,
  ]);
  return { answer, replayed: false };
}

/** Answers replays without the database; whatever it loses, the database still knows. */
export interface ReplayCache {
  find(userId: string, key: string): Promise<Remembered | null>;
  remember(userId: string, key: string, remembered: Remembered): Promise<void>;
}

/** An answer, and what it was the answer to. */
export interface Remembered {
  fingerprint: string;
  answer: object;
}

/** Where answers given before are looked for. */
export interface ReplayContext {
  em: EntityManager;
  replays: ReplayCache;
  noteReplay(): void;
}

/**
 * Runs `once` in a transaction of its own and marks a replayed answer as one. The cache is asked first and told after the
 * commit: it only makes replays faster. Throws IdempotencyKeyReused.
 */
export async function onceInTransaction<A extends object>(
  { em, replays, noteReplay }: ReplayContext,
  request: Once,
  effect: (em: EntityManager) => Promise<A>,
): Promise<A> {
  const { userId, key } = request;
  const fingerprint = fingerprintOf(request);
  const remembered = await replays.find(userId, key);
  if (remembered !== null && remembered.fingerprint !== fingerprint) throw new IdempotencyKeyReused();
  if (remembered !== null) {
    noteReplay();
    return remembered.answer as A;
  }
  const { answer, replayed } = await transactional(em, (tx) => once(tx, request, () => effect(tx)));
  if (replayed) noteReplay();
  await replays.remember(userId, key, { fingerprint, answer });
  return answer;
}

/** Deletes keys older than a week, a thousand at a time: nobody repeats a request after that. */
export async function forgetOldKeys(em: EntityManager): Promise<void> {
  const statement = 'DELETE FROM idempotency_keys WHERE created_at < UTC_TIMESTAMP(3) - INTERVAL 7 DAY LIMIT 1000';
  let deleted: number;
  do {
    deleted = (await em.execute<{ affectedRows: number }>(statement, [], { method: 'run' })).affectedRows;
  } while (deleted === 1_000);
}

async function earlierAnswer<A extends object>(
  em: EntityManager,
  { userId, key }: Once,
  fingerprint: string,
): Promise<A> {
  const [row] = await em.execute<{ fingerprint: string; answer: A | string | null }[]>(
    'SELECT fingerprint, answer FROM idempotency_keys WHERE user_id = ? AND idempotency_key = ?',
    [userId, key],
  );
  if (row !== undefined && row.fingerprint !== fingerprint) throw new IdempotencyKeyReused();
  if (row === undefined || row.answer === null) throw new IdempotencyInProgress();
  return typeof row.answer === 'string' ? (JSON.parse(row.answer) as A) : row.answer;
}

/** Hashes operation, canonical input and user: equal requests, equal fingerprints. */
export function fingerprintOf({ userId, operation, input }: Omit<Once, 'key'>): string {
  return createHash('sha256')
    .update(canonicalJson([operation, userId, input]))
    .digest('hex');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
    const entries = Object.entries(part).filter(([, inner]) => inner !== null && inner !== undefined);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/mysql';
import { exportJWK, exportPKCS8, generateKeyPair, type JWK } from 'jose';
import type { SecretBox } from './secret-box.ts';

export const ALGORITHM = 'EdDSA';
export const ACCESS_TOKEN_SECONDS = 3_600;

/**
 * How long a key stays published after its last signature: the tokens' lifetime, with time for clocks that differ and
 * for instances that have not noticed the rotation yet.
 */
const PUBLISHED_AFTER_SECONDS = ACCESS_TOKEN_SECONDS + 600;

/** How long a key is published before it signs: verifiers that have one already ask again every 30 s. */
const PUBLISHED_BEFORE_SECONDS = 60;

export interface SigningKeyRow {
  generation: number;
  kid: string;
  publicJwk: JWK;
  sealedPrivateKey: Buffer;
  /** Whether its time to sign has come; the youngest such key is the current one. */
  hasStarted: boolean;
}

/** The keys to publish, oldest first: previous ones, the current one and the next. */
export async function readSigningKeys(em: EntityManager): Promise<SigningKeyRow[]> {
  type Row = Omit<SigningKeyRow, 'publicJwk' | 'hasStarted'> & { publicJwk: JWK | string; hasStarted: number };
  const rows = await em.execute<Row[]>(
    `SELECT k.generation, k.kid, k.public_jwk AS publicJwk, k.sealed_private_key AS sealedPrivateKey,
            COALESCE(k.signs_from <= UTC_TIMESTAMP(3), 0) AS hasStarted
       FROM signing_keys k LEFT JOIN signing_keys successor ON successor.generation = k.generation + 1
      WHERE successor.signs_from IS NULL OR successor.signs_from > UTC_TIMESTAMP(3) - INTERVAL ? SECOND
      ORDER BY k.generation`,
    [PUBLISHED_AFTER_SECONDS],
  );
  return rows.map((row) => ({
    ...row,
    publicJwk: typeof row.publicJwk === 'string' ? JSON.parse(row.publicJwk) : row.publicJwk,
    hasStarted: Number(row.hasStarted) === 1,
  }));
}

/** Makes the first key and the one after it, unless there are some. Instances that start together agree on one pair. */
export async function ensureSigningKeys(em: EntityManager, box: SecretBox): Promise<void> {
  const [found] = await em.execute<{ one: number }[]>('SELECT 1 AS one FROM signing_keys LIMIT 1');
  if (found !== undefined) return;
  const [current, next] = await Promise.all([newKey(box), newKey(box)]);
  // One statement: whoever comes second finds generation 1 taken and both its keys ignored.
  await em.execute(
    `INSERT IGNORE INTO signing_keys (generation, kid, public_jwk, sealed_private_key, created_at, signs_from)
     VALUES (1, ?, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)), (2, ?, ?, ?, UTC_TIMESTAMP(3), NULL)`,
    [...current, ...next],
  );
}

export interface Rotation {
  kid: string;
  /** 0 when the key signs from now on. */
  signsInSeconds: number;
}

/**
 * Lets the next key sign and makes another one after it; null when somebody else did so at the same moment. A key
 * younger than a minute waits until verifiers can have seen it.
 */
export function rotateSigningKeys(em: EntityManager, box: SecretBox): Promise<Rotation | null> {
  return em.transactional(async (inner) => {
    const [next] = await inner.execute<{ generation: number; kid: string }[]>(
      'SELECT generation, kid FROM signing_keys WHERE signs_from IS NULL ORDER BY generation DESC LIMIT 1',
    );
    if (next === undefined) throw new Error('There are no signing keys yet. Start the service once.');
    const { affectedRows } = await inner.execute<{ affectedRows: number }>(
      // The second key is as old as the first: nobody can know the one without the other.
      `UPDATE signing_keys SET signs_from = IF(generation = 2, UTC_TIMESTAMP(3),
              GREATEST(UTC_TIMESTAMP(3), created_at + INTERVAL ? SECOND))
        WHERE generation = ? AND signs_from IS NULL`,
      [PUBLISHED_BEFORE_SECONDS, next.generation],
      'run',
    );
    if (affectedRows === 0) return null;
    await inner.execute(
      `INSERT INTO signing_keys (generation, kid, public_jwk, sealed_private_key, created_at, signs_from)
       VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3), NULL)`,
      [next.generation + 1, ...(await newKey(box))],
    );
    await forgetRetiredKeys(inner);
    const [started] = await inner.execute<{ signsInSeconds: number }[]>(
      `SELECT GREATEST(0, CEIL(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), signs_from) / 1000000)) AS signsInSeconds
         FROM signing_keys WHERE generation = ?`,
      [next.generation],
    );
    return { kid: next.kid, signsInSeconds: Number(started?.signsInSeconds ?? 0) };
  });
}

async function forgetRetiredKeys(em: EntityManager): Promise<void> {
  await em.execute(
    `DELETE k FROM signing_keys k JOIN signing_keys successor ON successor.generation = k.generation + 1
      WHERE successor.signs_from < UTC_TIMESTAMP(3) - INTERVAL ? SECOND`,
    [PUBLISHED_AFTER_SECONDS],
  );
}

/** kid, public key and sealed private key, in the order of the table's columns. */
async function newKey(box: SecretBox): Promise<[string, string, Buffer]> {
  const kid = randomUUID();
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: ALGORITHM, use: 'sig' };
  return [kid, JSON.stringify(publicJwk), box.seal(await exportPKCS8(privateKey), kid)];
}

import type { EntityManager } from '@mikro-orm/mysql';
import { type CryptoKey, importPKCS8, type JWK } from 'jose';
import type { SecretBox } from './secret-box.ts';
import { ALGORITHM, readSigningKeys, type SigningKeyRow } from './signing-key-table.ts';

/** A rotation is noticed after this at the latest. */
const REMEMBERED_MS = 2_000;

export interface SigningKeys {
  /** The key new tokens are signed with. */
  current(): Promise<{ kid: string; privateKey: CryptoKey }>;
  /** Every key a valid token may be signed with, now or soon (RFC 7517). */
  published(): Promise<{ keys: JWK[] }>;
}

/**
 * Reads the keys from MySQL and remembers them for two seconds, or as long as MySQL is away: nobody can rotate them
 * meanwhile, and what was signed can still be verified.
 */
export function createSigningKeys(fork: () => EntityManager, box: SecretBox): SigningKeys {
  let latest: { rows: Promise<SigningKeyRow[]>; untilMs: number } | undefined;
  const opened = new Map<string, Promise<CryptoKey>>();

  function rows(): Promise<SigningKeyRow[]> {
    const nowMs = performance.now();
    if (latest !== undefined && latest.untilMs > nowMs) return latest.rows;
    const before = latest?.rows;
    const read = readSigningKeys(fork()).catch((error: unknown) => before ?? Promise.reject(error));
    latest = { rows: read, untilMs: nowMs + REMEMBERED_MS };
    return read;
  }

  return {
    async current() {
      const row = (await rows()).findLast(({ hasStarted }) => hasStarted);
      if (row === undefined) throw new Error('There is no signing key.');
      const privateKey = opened.get(row.kid) ?? open(row, box);
      opened.set(row.kid, privateKey);
      return { kid: row.kid, privateKey: await privateKey };
    },
    published: async () => ({ keys: (await rows()).map(({ publicJwk }) => publicJwk) }),
  };
}

function open({ kid, sealedPrivateKey }: SigningKeyRow, box: SecretBox): Promise<CryptoKey> {
  try {
    return importPKCS8(box.open(sealedPrivateKey, kid), ALGORITHM);
  } catch (cause) {
    throw new Error('The signing keys cannot be opened: SIGNING_KEY_SECRET is not the one they were sealed with.', {
      cause,
    });
  }
}

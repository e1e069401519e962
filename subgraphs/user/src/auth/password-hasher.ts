import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { RateLimited } from '@shop/kernel';

const derive = promisify(argon2);

// OWASP's Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
const COST = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

// Hashing runs on libuv's four threads, which files and DNS need too.
const CONCURRENCY = 2;
const WAITING_MAX = 200;
const RETRY_AFTER_MS = 1_000;

export interface PasswordHasher {
  /** A PHC string: `$argon2id$v=19$m=…,t=…,p=…$<salt>$<hash>`. Throws RateLimited when too many wait already. */
  hash(password: string): Promise<string>;
  /** Without a hash it takes as long and says no, so that the time tells nothing about who has an account. */
  verify(password: string, hash: string | null): Promise<boolean>;
}

export function createPasswordHasher(): PasswordHasher {
  const turns = createTurns();
  // No password was ever hashed to it. Made now, so that the first unknown address takes no longer than the next.
  const decoy = hashNow(randomBytes(SALT_BYTES).toString('hex'));

  const hash = (password: string) => turns.take(() => hashNow(password));

  return {
    hash,
    async verify(password, expected) {
      if (expected !== null) return turns.take(() => matches(password, expected));
      await turns.take(async () => matches(password, await decoy));
      return false;
    },
  };
}

async function hashNow(password: string): Promise<string> {
  const nonce = randomBytes(SALT_BYTES);
  const hash = await derive('argon2id', { ...COST, message: bytesOf(password), nonce, tagLength: HASH_BYTES });
  const { memory, passes, parallelism } = COST;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(hash)}`;
}

async function matches(password: string, phc: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt, hash] = PHC.exec(phc) ?? [];
  if (salt === undefined || hash === undefined) throw new Error('A stored password hash is not in PHC format.');
  const expected = Buffer.from(hash, 'base64');
  const actual = await derive('argon2id', {
    message: bytesOf(password),
    nonce: Buffer.from(salt, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
  });
  return timingSafeEqual(actual, expected);
}

// The same characters, however a keyboard composes them, are the same password (NIST SP 800-63B, 3.1.1.2).
function bytesOf(password: string): Buffer {
  return Buffer.from(password.normalize('NFKC'));
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '');
}

function createTurns() {
  const waiting: (() => void)[] = [];
  let running = 0;

  return {
    async take<T>(work: () => Promise<T>): Promise<T> {
      if (running < CONCURRENCY) running += 1;
      else if (waiting.length < WAITING_MAX) await new Promise<void>((resolve) => waiting.push(resolve));
      else throw new RateLimited(RETRY_AFTER_MS);
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };
}

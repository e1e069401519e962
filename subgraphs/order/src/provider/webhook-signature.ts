import { createHmac, timingSafeEqual } from 'node:crypto';

/** The headers and the raw body of a message, as they came. */
export interface SignedMessage {
  id: string;
  timestamp: string;
  /** Space-separated; each is a version, a comma and the signature in base64. */
  signatures: string;
  body: Buffer;
}

const TOLERANCE_SECONDS = 300;

/** The key in a secret as Standard Webhooks writes it: `whsec_` and base64. Null when it is none, or too short to be one. */
export function keyOf(secret: string): Buffer | null {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const key = Buffer.from(base64 ?? '', 'base64');
  return key.length >= 24 && key.length <= 64 ? key : null;
}

/**
 * Whether a message is from somebody who has one of the keys – there are two while a key is exchanged – and was signed
 * within five minutes of now. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function isGenuine({ id, timestamp, signatures, body }: SignedMessage, keys: Buffer[], now: Date): boolean {
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now.getTime() / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const given = signatures
    .split(' ')
    .flatMap((one) => (one.startsWith('v1,') ? Buffer.from(one.slice(3), 'base64') : []));
  return keys.some((key) => {
    const right = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
    return given.some((one) => one.length === right.length && timingSafeEqual(one, right));
  });
}

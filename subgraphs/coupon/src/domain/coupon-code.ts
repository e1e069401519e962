import { randomInt } from 'node:crypto';

// Crockford's base 32: no I, L, O or U, which people misread. https://www.crockford.com/base32.html
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BITS = 40;

/** `PREFIX-XXXXXXXX` with 40 random bits; two alike are rare, and refused by the table. */
export function couponCode(prefix: string): string {
  let code = '';
  // Node keeps a store of random bytes for these: to ask the system for five at a time would take ten times as long.
  for (let rest = randomInt(2 ** BITS), i = 0; i < 8; i++, rest = Math.floor(rest / 32)) code += ALPHABET[rest % 32];
  return `${prefix}-${code}`;
}

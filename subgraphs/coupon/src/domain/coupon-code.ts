import { randomBytes } from 'node:crypto';

// Crockford's base 32: no I, L, O or U, which people misread. https://www.crockford.com/base32.html
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BYTES = 5;

/** `PREFIX-XXXXXXXX` with 40 random bits; two alike are rare, and refused by the table. */
export function couponCode(prefix: string): string {
  const bits = randomBytes(BYTES).readUIntBE(0, BYTES);
  let code = '';
  for (let rest = bits, i = 0; i < 8; i++, rest = Math.floor(rest / 32)) code += ALPHABET[rest % 32];
  return `${prefix}-${code}`;
}

import { expect, it } from '@jest/globals';
import { acceptedDetails, normaliseEmail } from './account-details.ts';

const fine = { email: 'ada@shop.test', password: 'eight ch', name: 'Ada' };

it('keeps one spelling of an address and a trimmed name', () => {
  expect(acceptedDetails({ ...fine, email: ' Ada@SHOP.test ', name: ' Ada ' })).toEqual(fine);
  expect(normaliseEmail(' A@B.C ')).toBe('a@b.c');
});

it.each(['a@b.co', 'first.last+tag@sub.shop.test', "o'brien@shop.test", `${'x'.repeat(64)}@shop.test`])(
  'takes %s for an address',
  (email) => {
    expect(acceptedDetails({ ...fine, email }).email).toBe(email);
  },
);

it.each(['@shop.test', 'ada@', 'ada@shop', 'ada@-shop.test', 'a da@shop.test', `${'x'.repeat(65)}@shop.test`])(
  'does not take %p for an address',
  (email) => {
    expect(() => acceptedDetails({ ...fine, email })).toThrow('e-mail address');
  },
);

it.each([
  ['8 characters', 'x'.repeat(8), true],
  ['7 characters', 'x'.repeat(7), false],
  ['128 characters', 'x'.repeat(128), true],
  ['129 characters', 'x'.repeat(129), false],
  ['128 characters of two units each', '😀'.repeat(128), true],
  ['spaces', ' '.repeat(20), false],
])('a password of %s is accepted or not', (_what, password, accepted) => {
  const check = () => acceptedDetails({ ...fine, password });
  if (accepted) expect(check().password).toBe(password);
  else expect(check).toThrow('password');
});

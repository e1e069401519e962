import { BadUserInput } from '@shop/kernel';
import { fingerprintOf, idempotencyKeyOf } from './idempotency.ts';

describe('idempotencyKeyOf', () => {
  it('takes the key from the field, or else from the header', () => {
    expect(idempotencyKeyOf(undefined, 'field')).toBe('field');
    expect(idempotencyKeyOf('header', undefined)).toBe('header');
    expect(idempotencyKeyOf('same', 'same')).toBe('same');
  });

  it.each([
    ['neither field nor header', undefined, undefined],
    ['an empty field', undefined, ''],
    ['an empty header', '', undefined],
    ['a key with a space', undefined, 'a b'],
    ['a key of 201 characters', undefined, 'x'.repeat(201)],
    ['field and header that differ', 'a', 'b'],
  ])('refuses %s and names the field', (_what, header, field) => {
    expect(() => idempotencyKeyOf(header, field, 'requestId')).toThrow(BadUserInput);
    expect(() => idempotencyKeyOf(header, field, 'requestId')).toThrow(/requestId/);
  });
});

describe('fingerprintOf', () => {
  const request = {
    userId: 'u',
    operation: 'placeOrder',
    input: { lines: [{ productId: 'p', quantity: 1 }], couponId: null },
  };

  it('is the same however the input is written', () => {
    const other = { ...request, input: { lines: [{ quantity: 1, productId: 'p' }] } };
    expect(fingerprintOf(other)).toBe(fingerprintOf(request));
  });

  it.each([
    { ...request, userId: 'v' },
    { ...request, operation: 'cancelOrder' },
    { ...request, input: { lines: [{ productId: 'p', quantity: 2 }] } },
    { ...request, input: { lines: [{ productId: 'p', quantity: '1' }] } },
  ])('differs for another request', (other) => expect(fingerprintOf(other)).not.toBe(fingerprintOf(request)));
});

import { isId } from '@shop/kernel';
import { ZodError } from 'zod';
import { createEnvelope, parseEnvelope } from './envelope.ts';

const parts = {
  source: '/coupon',
  type: 'coupon.issued',
  subject: 'u1',
  time: '2026-02-11T10:30:00.000Z',
  data: { a: 1 },
};

it('is CloudEvents 1.0 with an id that sorts by time', () => {
  const envelope = createEnvelope({ ...parts, aggregateversion: 3 });
  expect(envelope).toEqual({ ...parts, specversion: '1.0', id: expect.any(String), aggregateversion: 3 });
  expect(isId(envelope.id)).toBe(true);
});

it('reads what it wrote', () => {
  const envelope = createEnvelope(parts);
  expect(parseEnvelope(JSON.stringify(envelope))).toEqual(envelope);
});

it.each([
  ['', SyntaxError],
  ['null', ZodError],
  [JSON.stringify({ ...parts, specversion: '0.3', id: 'x' }), ZodError],
  [JSON.stringify({ ...createEnvelope(parts), time: 'yesterday' }), ZodError],
])('refuses %p', (json, error) => expect(() => parseEnvelope(json)).toThrow(error));

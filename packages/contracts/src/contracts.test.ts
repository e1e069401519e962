import { readFileSync } from 'node:fs';
import { z } from 'zod';
import * as contracts from './index.ts';

const { CouponIssued, CouponRestocked, CouponSoldOut, OrderCancelled, OrderCompleted, OrderStatusChanged } = contracts;
const { COUPON, DEADLETTER, ORDER, PAYMENT, PaymentCompleted } = contracts;

it.each([
  [ORDER, [OrderCompleted, OrderCancelled, OrderStatusChanged]],
  [PAYMENT, [PaymentCompleted]],
  [COUPON, [CouponIssued, CouponSoldOut, CouponRestocked]],
])('keeps every event in the stream it names', (stream, events) => {
  expect(stream.subjects).toEqual(events.map((event) => event.pattern));
  for (const event of events) expect(event.stream).toBe(stream.name);
});

it('knows the events that the lint of the schema is told of, with these data', () => {
  const settings = new URL('../../../schema/shop-schema.json', import.meta.url);
  const told: object = JSON.parse(readFileSync(settings, 'utf8')).lint.events;
  const events = Object.values(contracts).flatMap((one) => ('pattern' in one ? [one] : []));
  const known = Object.keys(told).map((type) => {
    const event = events.find((one) => one.type === type);
    return [type, event && { stream: event.stream, data: Object.keys(z.toJSONSchema(event.data).properties ?? {}) }];
  });
  expect(Object.fromEntries(known)).toEqual(told);
});

it('has no stream that would acknowledge a command', () => {
  const commands = Object.values(contracts).flatMap((one) => ('request' in one ? [one.subject] : []));
  expect(commands).toHaveLength(13);
  expect(new Set(commands).size).toBe(13);
  for (const { subjects } of [ORDER, PAYMENT, COUPON, DEADLETTER]) {
    const covers = (subject: string) => subjects.some((pattern) => matches(pattern, subject));
    expect(commands.filter(covers)).toEqual([]);
  }
});

function matches(pattern: string, subject: string): boolean {
  const [wanted, given] = [pattern.split('.'), subject.split('.')];
  return wanted.length === given.length && wanted.every((part, at) => part === '*' || part === given[at]);
}

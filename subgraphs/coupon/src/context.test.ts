import { expect, it } from '@jest/globals';
import { systemClock, Viewer } from '@shop/kernel';
import { createContext } from './context.ts';

it('makes a unit of work for those who ask for it, and only one', () => {
  let forks = 0;
  const database = { fork: () => ({ number: ++forks }) };
  const request = { viewer: Viewer.anonymous, idempotencyKey: 'k', clientAddress: '127.0.0.1', noteReplay: () => {} };
  const ctx = createContext({ database, clock: systemClock, issuer: {} } as never, request);
  ctx.loaders.couponEvents.clear('e');
  expect([ctx.viewer, ctx.idempotencyKey, forks]).toEqual([Viewer.anonymous, 'k', 0]);
  expect([ctx.em, ctx.em, forks]).toEqual([{ number: 1 }, { number: 1 }, 1]);
});

import { describe, expect, it } from '@jest/globals';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { Departure } from './departure.ts';
import { Patience } from './patience.ts';

const LONG_MS = 60_000;

describe('a limit with a queue', () => {
  it('lets as many in as it should, the others in turn, and no more wait than may', async () => {
    const limit = new ConcurrencyLimit({ most: 1, mostWaiting: 2 });
    const patience = new Patience(LONG_MS, undefined);
    const others = [new Patience(LONG_MS, undefined), new Patience(LONG_MS, undefined)];
    expect(limit.enter(patience)).toBeNull();
    const order: number[] = [];
    const turns = others.map((other, i) => limit.enter(other)?.then(() => order.push(i)));
    expect(() => limit.enter(patience)).toThrow(expect.objectContaining({ kind: 'queue_full' }));
    limit.leave();
    await turns[0];
    expect([limit.inside, limit.waiting, order]).toEqual([1, 1, [0]]);
    limit.leave();
    await turns[1];
    limit.leave();
    expect([limit.inside, limit.waiting, order]).toEqual([0, 0, [0, 1]]);
    for (const each of [patience, ...others]) each.close();
  });

  it('keeps no place for those who have gone', async () => {
    const limit = new ConcurrencyLimit({ most: 1, mostWaiting: 1 });
    const departure = new Departure();
    const patience = new Patience(LONG_MS, departure);
    const first = new Patience(LONG_MS, undefined);
    limit.enter(first);
    const turn = limit.enter(patience);
    departure.leave();
    await expect(turn).rejects.toMatchObject({ kind: 'abandoned', wasSent: false });
    expect(limit.waiting).toBe(0);
    limit.leave();
    expect(limit.inside).toBe(0);
    for (const each of [patience, first]) each.close();
  });

  it('lets nobody wait for longer than their time', async () => {
    const limit = new ConcurrencyLimit({ most: 0, mostWaiting: 1 });
    const patience = new Patience(1, undefined);
    await expect(limit.enter(patience)).rejects.toMatchObject({ kind: 'timeout', wasSent: false });
    patience.close();
  });
});

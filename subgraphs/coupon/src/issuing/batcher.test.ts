import { describe, expect, it } from '@jest/globals';
import { createBatcher } from './batcher.ts';

const options = { maxSize: 3, maxWaitMs: 1, maxWaiting: 10, maxWaitingInAll: 20 };

/** A batcher that answers with each item doubled, and the batches it has run. */
function doubling(more: Partial<typeof options> = {}) {
  const batches: number[][] = [];
  const batcher = createBatcher<number, number>({
    ...{ ...options, ...more },
    async run(items) {
      batches.push(items);
      if (items.includes(13)) throw new Error('Thirteen.');
      return items.map((item) => item * 2);
    },
  });
  return { batcher, batches };
}

describe('a batcher', () => {
  it('gathers what comes together and answers each with its own', async () => {
    const { batcher, batches } = doubling();
    expect(await Promise.all([1, 2, 3, 4].map((item) => batcher.add('lane', item)))).toEqual([2, 4, 6, 8]);
    expect(batches).toEqual([[1, 2, 3], [4]]);
  });

  it('keeps lanes apart', async () => {
    const { batcher, batches } = doubling();
    await Promise.all([batcher.add('a', 1), batcher.add('b', 2)]);
    expect(batches).toEqual([[1], [2]]);
  });

  it('fails those of a batch that failed, and goes on with the next', async () => {
    const { batcher } = doubling();
    const outcomes = await Promise.allSettled([1, 13, 2, 4].map((item) => batcher.add('lane', item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
  });

  it('refuses what would have to wait behind too many', async () => {
    const { batcher } = doubling({ maxWaiting: 2 });
    const outcomes = await Promise.allSettled([1, 2, 3].map((item) => batcher.add('lane', item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(outcomes[2]).toMatchObject({ reason: { code: 'RATE_LIMITED', retryAfterMs: 1_000 } });
  });

  it('refuses what is more than all lanes together may hold, until some of it is done', async () => {
    const { batcher } = doubling({ maxWaitingInAll: 2 });
    const lanes = ['a', 'b', 'c'];
    const outcomes = await Promise.allSettled(lanes.map((lane) => batcher.add(lane, 1)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(await Promise.all(lanes.slice(1).map((lane) => batcher.add(lane, 2)))).toEqual([4, 4]);
  });

  it('finishes what it has when it is closed', async () => {
    const { batcher } = doubling();
    const answer = batcher.add('lane', 21);
    await batcher.close();
    expect(await answer).toBe(42);
  });
});

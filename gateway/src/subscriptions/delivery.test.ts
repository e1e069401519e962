import { describe, expect, it } from '@jest/globals';
import { Delivery, type DeliveryOptions, TooSlow } from './delivery.ts';

async function* numbers(...all: number[]): AsyncGenerator<number, void> {
  yield* all;
}

function aDelivery(options: Partial<DeliveryOptions<number, string>> = {}) {
  let last = 0;
  let closed = 0;
  const delivery = new Delivery<number, string>({
    beginning: numbers(),
    catchUp: () => numbers(),
    isPast: (item) => item <= last,
    async answer(item) {
      last = item;
      return `answer ${item}`;
    },
    onClose: () => void ++closed,
    maxWaiting: 3,
    ...options,
  });
  const take = async (count: number) => {
    const answers: unknown[] = [];
    for (let i = 0; i < count; i += 1) answers.push((await delivery.next()).value);
    return answers;
  };
  return { delivery, take, closed: () => closed };
}

/** With what fulfils it. */
function aPromise() {
  let resolve = (_value: string) => {};
  const promise = new Promise<string>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

describe('a delivery', () => {
  it('begins with what was before, and tells nothing twice that was pushed meanwhile', async () => {
    const { delivery, take } = aDelivery({ beginning: numbers(1, 2, 3) });
    for (const item of [2, 3, 4]) delivery.push(item);
    expect(await take(4)).toEqual(['answer 1', 'answer 2', 'answer 3', 'answer 4']);
  });

  it('catches up on what was too much to keep during the beginning', async () => {
    const { delivery, take } = aDelivery({ beginning: numbers(1), catchUp: () => numbers(2, 3, 4, 5, 6) });
    for (const item of [2, 3, 4, 5, 6]) delivery.push(item);
    expect(await take(6)).toEqual([1, 2, 3, 4, 5, 6].map((item) => `answer ${item}`));
    delivery.push(7);
    expect(await take(1)).toEqual(['answer 7']);
  });

  it('ends with an error when more waits than may, rather than losing anything', async () => {
    const { delivery, take, closed } = aDelivery();
    delivery.push(1);
    expect(await take(1)).toEqual(['answer 1']);
    for (const item of [2, 3, 4, 5]) delivery.push(item);
    // Before it asks for anything more, which it may never do.
    expect(closed()).toBe(1);
    await expect(delivery.next()).rejects.toThrow(TooSlow);
    expect(closed()).toBe(1);
    expect(await delivery.next()).toEqual({ done: true, value: undefined });
  });

  it('ends for a reason once what is being answered is told, and tells nothing that waits', async () => {
    const begun = aPromise();
    const answering = aPromise();
    const { delivery, closed } = aDelivery({
      answer() {
        begun.resolve('');
        return answering.promise;
      },
    });
    for (const item of [1, 2]) delivery.push(item);
    const first = delivery.next();
    await begun.promise;
    delivery.fail(new Error('changed'));
    delivery.fail(new Error('changed again'));
    expect(closed()).toBe(1);
    answering.resolve('answer 1');
    expect(await first).toEqual({ done: false, value: 'answer 1' });
    await expect(delivery.next()).rejects.toThrow('changed');
    expect(await delivery.next()).toEqual({ done: true, value: undefined });
  });

  it('ends at once when its subscriber leaves, though nothing has come', async () => {
    const { delivery, closed } = aDelivery();
    const waiting = delivery.next();
    await delivery.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(closed()).toBe(1);
  });

  it('ends when what was before cannot be had', async () => {
    const { delivery, closed } = aDelivery({
      beginning: { next: () => Promise.reject(new Error('away')) },
    });
    await expect(delivery.next()).rejects.toThrow('away');
    expect(closed()).toBe(1);
  });
});

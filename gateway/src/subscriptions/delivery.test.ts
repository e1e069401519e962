import { describe, expect, it } from '@jest/globals';
import { Delivery, type DeliverySource, type Taker, TooSlow } from './delivery.ts';

async function* numbers(...all: number[]): AsyncGenerator<number, void> {
  yield* all;
}

interface Options extends Partial<DeliverySource<number, string>> {
  beginning?: AsyncIterator<number, void>;
  isLater?: boolean;
}

function aDelivery({ beginning = numbers(), isLater = false, ...options }: Options = {}) {
  let last = 0;
  let closed = 0;
  const source: DeliverySource<number, string> = {
    catchUp: () => numbers(),
    isPast: (item) => item <= last,
    answer(item) {
      last = item;
      return isLater ? Promise.resolve(`answer ${item}`) : `answer ${item}`;
    },
    closed: () => void ++closed,
    maxWaiting: 3,
    ...options,
  };
  const delivery = new Delivery(source, beginning);
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

/** A taker that says what it has got, and is busy with each until it is let go. */
function aTaker({ isBusy = false } = {}) {
  const taken: string[] = [];
  const ends: (Error | null)[] = [];
  let letGo = () => {};
  const taker: Taker<string> = {
    take(answer) {
      taken.push(answer);
      if (!isBusy) return undefined;
      return new Promise((resolve) => {
        letGo = resolve;
      });
    },
    ended: (failure) => void ends.push(failure),
  };
  return { taker, taken, ends, letGo: () => letGo() };
}

/** Whatever can be done without waiting for anything is done. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const answersTo = (...items: number[]) => items.map((item) => `answer ${item}`);

describe.each<[string, Options]>([
  ['there at once', {}],
  ['there later', { isLater: true }],
])('a taker of what is %s', (_when, answering) => {
  it('has what was before, and all that is new, each once and in order', async () => {
    const { delivery } = aDelivery({ ...answering, beginning: numbers(1, 2, 3) });
    const { taker, taken, ends } = aTaker();
    delivery.push(3);
    delivery.tell(taker);
    delivery.push(4);
    await settled();
    for (const item of [4, 5, 6]) delivery.push(item);
    await settled();
    delivery.push(7);
    await settled();
    expect(taken).toEqual(answersTo(1, 2, 3, 4, 5, 6, 7));
    expect(ends).toEqual([]);
  });

  it('has the next when it is done with the one before, and is given up when too much waits', async () => {
    const { delivery, closed } = aDelivery(answering);
    const { taker, taken, ends, letGo } = aTaker({ isBusy: true });
    delivery.tell(taker);
    await settled();
    for (const item of [1, 2, 3]) delivery.push(item);
    await settled();
    expect(taken).toEqual(answersTo(1));
    letGo();
    await settled();
    expect(taken).toEqual(answersTo(1, 2));
    for (const item of [4, 5, 6]) delivery.push(item);
    expect(closed()).toBe(1);
    expect(ends).toEqual([]);
    letGo();
    await settled();
    expect(taken).toEqual(answersTo(1, 2));
    expect(ends).toEqual([expect.any(TooSlow)]);
  });

  it('is told once that there is no more, for whatever reason', async () => {
    const left = aTaker();
    const leaving = aDelivery(answering);
    leaving.delivery.tell(left.taker);
    await settled();
    await leaving.delivery.return();
    leaving.delivery.push(1);
    const failed = aTaker();
    const failing = aDelivery(answering);
    failing.delivery.tell(failed.taker);
    await settled();
    failing.delivery.push(1);
    failing.delivery.fail(new Error('changed'));
    failing.delivery.push(2);
    await settled();
    expect(left).toMatchObject({ taken: [], ends: [null] });
    expect(failed).toMatchObject({ taken: answersTo(1), ends: [new Error('changed')] });
    expect([leaving.closed(), failing.closed()]).toEqual([1, 1]);
  });
});

it('a taker hears why what was before, or an answer, cannot be had', async () => {
  const away = () => Promise.reject(new Error('away'));
  for (const options of [{ beginning: { next: away } }, { beginning: numbers(1), answer: away }]) {
    const { delivery, closed } = aDelivery(options);
    const { taker, ends } = aTaker();
    delivery.tell(taker);
    await settled();
    expect(ends).toEqual([new Error('away')]);
    expect(closed()).toBe(1);
  }
});

it('a taker hears why it is ended while what was before is still looked for', async () => {
  let found = () => {};
  const looking = new Promise<IteratorResult<number, void>>((resolve) => {
    found = () => resolve({ done: true, value: undefined });
  });
  const { delivery, closed } = aDelivery({ beginning: { next: () => looking } });
  const { taker, ends } = aTaker();
  delivery.tell(taker);
  delivery.fail(new Error('changed'));
  found();
  await settled();
  expect(ends).toEqual([new Error('changed')]);
  expect(closed()).toBe(1);
});

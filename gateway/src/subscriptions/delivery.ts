import { ServiceUnavailable } from '@shop/kernel';

export interface DeliveryOptions<T, R> {
  /** What comes before all that is pushed. */
  beginning: AsyncIterator<T, void>;
  /** What was pushed and not kept, after all that was told. */
  catchUp(): AsyncIterator<T, void>;
  /** Whether something that was pushed was told before. */
  isPast(item: T): boolean;
  /** Each item becomes an answer when its turn comes. Rejects, and never throws. */
  answer(item: T): Promise<R>;
  /** Runs once, when the subscriber leaves, or has to for a reason. */
  onClose(failure: Error | null): void;
  /** So many items may wait for a subscriber that takes them slowly. */
  maxWaiting: number;
}

/** More waits for a subscriber than may; it comes back with its cursor when it can take it. */
export class TooSlow extends ServiceUnavailable {
  constructor() {
    super('Too much was waiting for you. Come back with your last cursor.');
  }
}

interface Asking<R> {
  resolve(next: IteratorResult<R, void>): void;
  reject(error: unknown): void;
}

/**
 * What one subscriber is still to get. Not an async generator function: its `return` would wait for the pending `next`,
 * and on a quiet stream that is for ever.
 */
export class Delivery<T, R> implements AsyncGenerator<R, void, void> {
  readonly #options: DeliveryOptions<T, R>;
  #before: AsyncIterator<T, void> | null;
  #waiting: T[] = [];
  #isIncomplete = false;
  #failure: Error | null = null;
  /** Whoever waits for the next answer, with nothing there to be answered. */
  #asking: Asking<R> | null = null;
  #closed = false;

  constructor(options: DeliveryOptions<T, R>) {
    this.#options = options;
    this.#before = options.beginning;
  }

  push(item: T): void {
    if (this.#closed || this.#isIncomplete) return;
    // As it mostly is: with a crowd that waits for it, each promise on the way of an event costs.
    if (this.#asking !== null) {
      if (!this.#options.isPast(item)) this.#answer(item, this.#asking);
      return;
    }
    this.#waiting.push(item);
    if (this.#waiting.length > this.#options.maxWaiting) {
      this.#waiting = [];
      // While it is told of what was before, what is new can be had in the same way.
      if (this.#before !== null) this.#isIncomplete = true;
      // Whoever takes nothing may never ask for the next one.
      else this.fail(new TooSlow());
    }
  }

  /** Ends it for a reason, which comes after what is being answered now. */
  fail(reason: Error): void {
    if (this.#closed) return;
    this.#failure = reason;
    this.#close();
  }

  next(): Promise<IteratorResult<R, void>> {
    if (this.#closed) return this.#end();
    if (this.#before !== null) return this.#nextBefore(this.#before);
    return new Promise((resolve, reject) => {
      const item = this.#nextWaiting();
      if (item === undefined) this.#asking = { resolve, reject };
      else this.#answer(item, { resolve, reject });
    });
  }

  async return(): Promise<IteratorResult<R, void>> {
    this.#close();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<R, void>> {
    this.#close();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
  }

  #nextWaiting(): T | undefined {
    for (let item = this.#waiting.shift(); item !== undefined; item = this.#waiting.shift()) {
      if (!this.#options.isPast(item)) return item;
    }
    return undefined;
  }

  #answer(item: T, { resolve, reject }: Asking<R>): void {
    this.#asking = null;
    this.#options.answer(item).then((value) => resolve({ done: false, value }), reject);
  }

  async #nextBefore(before: AsyncIterator<T, void>): Promise<IteratorResult<R, void>> {
    const next = await this.#ask(before);
    if (!next.done) return { done: false, value: await this.#options.answer(next.value) };
    this.#before = this.#isIncomplete ? this.#options.catchUp() : null;
    this.#isIncomplete = false;
    return this.next();
  }

  async #ask(before: AsyncIterator<T, void>): Promise<IteratorResult<T, void>> {
    try {
      return await before.next();
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  #end(): Promise<IteratorResult<R, void>> {
    const failure = this.#failure;
    this.#failure = null;
    return failure === null ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(failure);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = [];
    // A generator that waits for the broker ends with what it waits for.
    this.#before?.return?.().catch(() => {});
    this.#options.onClose(this.#failure);
    if (this.#asking !== null) this.#end().then(this.#asking.resolve, this.#asking.reject);
    this.#asking = null;
  }
}

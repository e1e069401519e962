import { ServiceUnavailable } from '@shop/kernel';

export interface DeliveryOptions<T, R> {
  /** What comes before all that is pushed. */
  beginning: AsyncIterator<T, void>;
  /** What was pushed and not kept, after all that was told. */
  catchUp(): AsyncIterator<T, void>;
  /** Whether something that was pushed was told before. */
  isPast(item: T): boolean;
  /** Each item becomes an answer when its turn comes. */
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
  #wake: (() => void) | null = null;
  #closed = false;

  constructor(options: DeliveryOptions<T, R>) {
    this.#options = options;
    this.#before = options.beginning;
  }

  push(item: T): void {
    if (this.#closed || this.#isIncomplete) return;
    this.#waiting.push(item);
    if (this.#waiting.length > this.#options.maxWaiting) {
      this.#waiting = [];
      // While it is told of what was before, what is new can be had in the same way.
      if (this.#before !== null) this.#isIncomplete = true;
      // Whoever takes nothing may never ask for the next one.
      else this.fail(new TooSlow());
    }
    this.#wake?.();
  }

  /** Ends it for a reason, which comes after what is being answered now. */
  fail(reason: Error): void {
    if (this.#closed) return;
    this.#failure = reason;
    this.#close();
  }

  async next(): Promise<IteratorResult<R, void>> {
    while (!this.#closed) {
      const item = this.#before === null ? this.#nextWaiting() : await this.#nextBefore(this.#before);
      if (item !== undefined) return { done: false, value: await this.#options.answer(item) };
      // It may have been closed meanwhile, with nobody left to wake it.
      if (!this.#closed && this.#before === null && this.#waiting.length === 0) await this.#nextPush();
    }
    if (this.#failure === null) return { done: true, value: undefined };
    const failure = this.#failure;
    this.#failure = null;
    throw failure;
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

  async #nextBefore(before: AsyncIterator<T, void>): Promise<T | undefined> {
    try {
      const next = await before.next();
      if (!next.done) return next.value;
    } catch (error) {
      this.#close();
      throw error;
    }
    this.#before = this.#isIncomplete ? this.#options.catchUp() : null;
    this.#isIncomplete = false;
    return undefined;
  }

  async #nextPush(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = [];
    // A generator that waits for the broker ends with what it waits for.
    this.#before?.return?.().catch(() => {});
    this.#options.onClose(this.#failure);
    this.#wake?.();
  }
}

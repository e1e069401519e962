import { ServiceUnavailable } from '@shop/kernel';

/** Whose items are delivered: one object for all of this, as tens of thousands may be open. */
export interface DeliverySource<T, R> {
  /** What was pushed and not kept, after all that was told. */
  catchUp(): AsyncIterator<T, void>;
  /** Whether something that was pushed was told before. */
  isPast(item: T): boolean;
  /** Each item becomes an answer when its turn comes: at once where it is there already. Rejects, and never throws. */
  answer(item: T): R | Promise<R>;
  /** Runs once, when the subscriber leaves, or has to for a reason. */
  closed(failure: Error | null): void;
  /** So many items may wait for a subscriber that takes them slowly. */
  readonly maxWaiting: number;
}

/** Takes what is delivered. */
export interface Taker<R> {
  /** What is returned is waited for before the next; undefined where there is nothing to wait for. */
  take(answer: R): Promise<void> | undefined;
  /** There will be no more: for a reason, or because the subscriber has left. */
  ended(failure: Error | null): void;
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
 * What one subscriber is still to get: it is asked for, or handed to a taker. Not an async generator function: its `return`
 * would wait for the pending `next`, and on a quiet stream that is for ever.
 */
export class Delivery<T, R> implements AsyncGenerator<R, void, void> {
  readonly #source: DeliverySource<T, R>;
  #before: AsyncIterator<T, void> | null;
  /** Null as long as nothing waits, as it mostly is. */
  #waiting: T[] | null = null;
  #isIncomplete = false;
  #failure: Error | null = null;
  /** Whoever waits for the next answer, with nothing there to be answered. */
  #asking: Asking<R> | null = null;
  #taker: Taker<R> | null = null;
  /** Its taker has everything, and waits. */
  #isIdle = false;
  #closed = false;

  /** The beginning comes before all that is pushed. */
  constructor(source: DeliverySource<T, R>, beginning: AsyncIterator<T, void>) {
    this.#source = source;
    this.#before = beginning;
  }

  push(item: T): void {
    if (this.#closed || this.#isIncomplete) return;
    // As it mostly is: with a crowd that waits for it, each promise on the way of an event costs.
    if (this.#isIdle) this.#handOver(item);
    else if (this.#asking === null) this.#keep(item);
    else if (!this.#source.isPast(item)) this.#answer(item, this.#asking);
  }

  /** Ends it for a reason, which comes after what is being answered now. */
  fail(reason: Error): void {
    if (this.#closed) return;
    this.#failure = reason;
    this.#close();
  }

  /** Hands everything to a taker as it comes, which costs less than to be asked for each. */
  tell(taker: Taker<R>): void {
    this.#taker = taker;
    void this.#tellWhatWaits();
  }

  next(): Promise<IteratorResult<R, void>> {
    if (this.#closed) return this.#end();
    if (this.#before !== null) return this.#askBefore(this.#before);
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

  /** Until whoever takes it has had what came before. */
  #keep(item: T): void {
    this.#waiting ??= [];
    this.#waiting.push(item);
    if (this.#waiting.length <= this.#source.maxWaiting) return;
    this.#waiting = null;
    // While it is told of what was before, what is new can be had in the same way.
    if (this.#before !== null) this.#isIncomplete = true;
    // Whoever takes nothing may never ask for the next one.
    else this.fail(new TooSlow());
  }

  /** For a taker that waits. */
  #handOver(item: T): void {
    if (this.#source.isPast(item)) return;
    const answer = this.#source.answer(item);
    if (answer instanceof Promise) this.#giveLater(answer);
    else this.#give(answer);
  }

  #giveLater(answer: Promise<R>): void {
    this.#isIdle = false;
    answer.then(
      (there) => this.#give(there),
      (error: Error) => this.#giveUp(error),
    );
  }

  #give(answer: R): void {
    try {
      const taken = this.#taker?.take(answer);
      if (taken === undefined) this.#goOn();
      else this.#goOnAfter(taken);
    } catch (error) {
      this.#giveUp(error as Error);
    }
  }

  #goOnAfter(taken: Promise<void>): void {
    this.#isIdle = false;
    taken.then(
      () => this.#goOn(),
      (error: Error) => this.#giveUp(error),
    );
  }

  #goOn(): void {
    if (this.#closed || this.#waiting !== null) void this.#tellWhatWaits();
    else this.#isIdle = true;
  }

  async #tellWhatWaits(): Promise<void> {
    try {
      while (!this.#closed) {
        const item = this.#before === null ? this.#nextWaiting() : await this.#nextBefore(this.#before);
        // It may have been ended meanwhile.
        if (this.#closed) break;
        if (item !== undefined) await this.#taker?.take(await this.#source.answer(item));
        else if (this.#before === null && this.#waiting === null) {
          this.#isIdle = true;
          return;
        }
      }
      this.#endTaker(this.#takeFailure());
    } catch (error) {
      this.#giveUp(error as Error);
    }
  }

  #giveUp(error: Error): void {
    this.#close();
    this.#endTaker(error);
  }

  #endTaker(failure: Error | null): void {
    this.#taker?.ended(failure);
    this.#taker = null;
  }

  #nextWaiting(): T | undefined {
    for (let item = this.#waiting?.shift(); item !== undefined; item = this.#waiting?.shift()) {
      if (!this.#source.isPast(item)) return item;
    }
    this.#waiting = null;
    return undefined;
  }

  #answer(item: T, { resolve, reject }: Asking<R>): void {
    this.#asking = null;
    const answer = this.#source.answer(item);
    if (answer instanceof Promise) answer.then((value) => resolve({ done: false, value }), reject);
    else resolve({ done: false, value: answer });
  }

  async #askBefore(before: AsyncIterator<T, void>): Promise<IteratorResult<R, void>> {
    const item = await this.#nextBefore(before);
    return item === undefined ? this.next() : { done: false, value: await this.#source.answer(item) };
  }

  /** Undefined when there is nothing more; then comes what was too much to keep meanwhile, or what is new. */
  async #nextBefore(before: AsyncIterator<T, void>): Promise<T | undefined> {
    try {
      const next = await before.next();
      if (!next.done) return next.value;
    } catch (error) {
      this.#close();
      throw error;
    }
    this.#before = this.#isIncomplete ? this.#source.catchUp() : null;
    this.#isIncomplete = false;
    return undefined;
  }

  #end(): Promise<IteratorResult<R, void>> {
    const failure = this.#takeFailure();
    return failure === null ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(failure);
  }

  #takeFailure(): Error | null {
    const failure = this.#failure;
    this.#failure = null;
    return failure;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = null;
    // A generator that waits for the broker ends with what it waits for.
    this.#before?.return?.().catch(() => {});
    this.#source.closed(this.#failure);
    if (this.#asking !== null) this.#end().then(this.#asking.resolve, this.#asking.reject);
    this.#asking = null;
    if (this.#isIdle) this.#endTaker(this.#takeFailure());
    this.#isIdle = false;
  }
}

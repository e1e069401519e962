import type { Dispatcher, Pool } from 'undici';
import { FetchFailed } from './fetch-failed.ts';
import type { Patience } from './patience.ts';

/** A request as it goes over the wire. */
export interface Sending {
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface Received {
  status: number;
  text: string;
}

export interface ExchangeOptions {
  patience: Patience;
  maxBytes: number;
}

/**
 * Sends a request over a pool and reads all of the answer. Rejects with a FetchFailed. Goes below `pool.request`, whose
 * stream and signal cost more than the rest of a small exchange, and which does not say how far the request came.
 */
export function exchange(pool: Pool, { path, headers, body }: Sending, options: ExchangeOptions): Promise<Received> {
  return new Promise((resolve, reject) => {
    pool.dispatch({ path, method: 'POST', headers, body }, new Receiver({ ...options, resolve, reject }));
  });
}

interface ReceiverOptions extends ExchangeOptions {
  resolve(received: Received): void;
  reject(failed: FetchFailed): void;
}

class Receiver implements Dispatcher.DispatchHandler {
  readonly #options: ReceiverOptions;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #isOver = false;
  #controller: Dispatcher.DispatchController | null = null;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    const { patience } = options;
    patience.stopping(() => this.#fail(patience.end === 'abandoned' ? 'abandoned' : 'timeout', 'It was given up.'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#isOver) controller.abort(new Error('Nobody waits for this request any more.'));
    else this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    // Those below announce the one that counts.
    if (status >= 200) this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#options.maxBytes)
      this.#fail('too_large', `The answer is over ${this.#options.maxBytes} bytes.`);
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.patience.stopping(null);
    const [only] = this.#chunks;
    const bytes = this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks, this.#bytes);
    this.#options.resolve({ status: this.#status, text: bytes.toString() });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail('connection', 'The connection failed.', error);
  }

  #fail(kind: 'abandoned' | 'timeout' | 'too_large' | 'connection', message: string, cause?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.patience.stopping(null);
    const progress = { wasSent: this.#controller !== null, wasAnswered: this.#status !== 0 };
    const failed = new FetchFailed(kind, message, progress, { cause });
    this.#options.reject(failed);
    if (cause === undefined) this.#controller?.abort(failed);
  }
}

import type { ServerResponse } from 'node:http';

/** Writes one response of `text/event-stream`. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export interface EventWriter {
  /** Resolves when the client can take more; for ever closed, if it takes nothing for long. */
  next(text: string, id: unknown): Promise<void>;
  /** There will be no more. */
  complete(): void;
  /** Ends the connection and not the subscription: the client comes back. */
  sendAway(retryMs: number): void;
  onClose(listener: () => void): void;
}

const KEEP_ALIVE_MS = 25_000;
/** A client that has not taken what was sent for so long is gone, or may as well be. */
const PATIENCE_MS = 30_000;
const CLOSE_TIMEOUT_MS = 2_000;

export function createEventWriter(response: ServerResponse): EventWriter {
  // A comment: the headers are on their way, and whoever waits for the connection to open is told.
  response.write(':\n\n');
  const keepAlive = setInterval(() => response.write(':\n\n'), KEEP_ALIVE_MS);
  response.once('close', () => clearInterval(keepAlive));
  // A broken connection is followed by a close; without a listener it would end the process.
  response.on('error', () => {});

  function end(last: string): void {
    if (response.writableEnded) return;
    response.end(last);
    setTimeout(() => response.destroy(), CLOSE_TIMEOUT_MS).unref();
  }

  return {
    async next(text, id) {
      if (response.writableEnded) return;
      const named = typeof id === 'string' ? `id: ${id}\n` : '';
      if (response.write(`${named}event: next\ndata: ${text}\n\n`) || response.destroyed) return;
      await drained(response);
    },
    complete: () => end('event: complete\ndata:\n\n'),
    sendAway: (retryMs) => end(`retry: ${retryMs}\n\n`),
    onClose(listener) {
      if (response.closed) listener();
      else response.once('close', listener);
    },
  };
}

/** Leaves nothing behind on the response: a slow client is waited for again and again. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => response.destroy(), PATIENCE_MS);
    response.on('drain', done);
    response.on('close', done);

    function done(): void {
      clearTimeout(patience);
      response.off('drain', done);
      response.off('close', done);
      resolve();
    }
  });
}

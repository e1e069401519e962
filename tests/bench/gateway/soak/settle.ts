// Loaded into the gateway before its own code (node --expose-gc --import settle.ts?port=…): collects garbage and tells what is
// left; with &thoroughly it also gives back what the heap holds in reserve.
import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';

// What was let go in a finalizer is gone after another collection, and finalizers run between turns.
const COLLECTIONS = 2;

const { searchParams: asked } = new URL(import.meta.url);
const flavor = asked.has('thoroughly') ? 'last-resort' : 'regular';

if (isMainThread) {
  const server = createServer(async (_request, response) => {
    for (let round = 0; round < COLLECTIONS; round++) {
      globalThis.gc?.({ type: 'major', execution: 'sync', flavor });
      await turn();
    }
    response.end(JSON.stringify(process.memoryUsage()));
  });
  server.listen(Number(asked.get('port')), '127.0.0.1').unref();
}

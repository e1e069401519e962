import { parentPort, workerData } from 'node:worker_threads';
import { describeSupergraph } from './supergraph-description.ts';

/** The thread in which a supergraph is read: a broken one costs the event loop nothing. */
function report(): void {
  try {
    parentPort?.postMessage({ description: describeSupergraph(workerData) });
  } catch (error) {
    parentPort?.postMessage({ failure: error instanceof Error ? error.message : String(error) });
  }
}

report();

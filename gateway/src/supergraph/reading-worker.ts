import { parentPort, workerData } from 'node:worker_threads';
import { errorText } from '../errors/error-text.ts';
import { describeSupergraph } from './supergraph-description.ts';

/** The thread in which a supergraph is read: a broken one costs the event loop nothing. */
function report(): void {
  try {
    parentPort?.postMessage({ description: describeSupergraph(workerData) });
  } catch (error) {
    parentPort?.postMessage({ failure: errorText(error) });
  }
}

report();

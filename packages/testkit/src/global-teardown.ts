import { endRun } from './run-end.ts';

/** Stops the run's MySQL and removes everything the run wrote. */
export default function tearDown(): Promise<void> {
  return endRun();
}

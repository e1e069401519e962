import { rm } from 'node:fs/promises';
import { keepPath, type RunningServer } from '@shop/local';

let end = async (): Promise<void> => {};

/** Remembers what the global setup made, for the global teardown in the same process. */
export function onRunEnd(dir: string, mysql: RunningServer): void {
  end = async () => {
    await mysql.close();
    await rm(dir, { recursive: true, force: true });
    keepPath(dir);
  };
}

/** Stops the servers of this test run and deletes their files. */
export function endRun(): Promise<void> {
  return end();
}

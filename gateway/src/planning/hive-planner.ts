import type { Logger } from '@shop/service-kit';
import type { HiveInput } from './hive-plans.ts';
import type { Planner } from './planner.ts';
import { createPlannerProcess } from './planner-process.ts';

const MEMORY_MB = 512;

/** Plans with Hive's planner, held by a process of its own: reading 2,000 types takes it a second. */
export function createHivePlanner({ sdl, log }: { sdl: string; log: Logger }): Planner {
  const child = createPlannerProcess<HiveInput>({
    file: 'hive-worker',
    sdl,
    canGiveUp: true,
    memoryMb: MEMORY_MB,
    log,
  });
  return {
    name: 'hive',
    ready: child.ready,
    plan: async ({ text, overrides }, signal) => JSON.parse(await child.plan({ text, overrides }, signal)),
    close: child.close,
  };
}

import type { Logger } from '@shop/service-kit';
import type { HiveInput } from './hive-planner.ts';
import type { Planner } from './planner.ts';
import { createPlannerThread } from './planner-thread.ts';

const MEMORY_MB = 512;

/** Plans with Hive's planner, held by a thread of its own: reading 2,000 types takes it a second. */
export function createHivePlannerThread({ sdl, log }: { sdl: string; log: Logger }): Planner {
  const thread = createPlannerThread<HiveInput>({
    file: 'hive-worker',
    sdl,
    canGiveUp: true,
    memoryMb: MEMORY_MB,
    log,
  });
  return {
    name: 'hive',
    ready: thread.ready,
    plan: async ({ text, overrides }, signal) => JSON.parse(await thread.plan({ text, overrides }, signal)),
    close: thread.close,
  };
}

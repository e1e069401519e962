import { createHivePlans, type HiveInput, loadHive } from './hive-plans.ts';
import { runPlanner } from './planning-worker.ts';

/** The process in which Hive's planner reads its supergraph; it plans on native threads besides. */
runPlanner<HiveInput>((sdl) => {
  const hive = loadHive();
  if (hive === null) throw new Error('There is no binary of Hive’s planner here.');
  const planner = createHivePlans(hive, sdl);
  return async (request, signal) => JSON.stringify(await planner.plan(request, signal));
});

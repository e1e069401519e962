import { createHivePlanner, type HiveInput, loadHive } from './hive-planner.ts';
import { runPlanner } from './planning-worker.ts';

/** The process in which Hive's planner reads its supergraph; it plans on native threads besides. */
runPlanner<HiveInput>((sdl) => {
  const hive = loadHive();
  if (hive === null) throw new Error('There is no binary of Hive’s planner here.');
  const planner = createHivePlanner(hive, sdl);
  return async (request, signal) => JSON.stringify(await planner.plan(request, signal));
});

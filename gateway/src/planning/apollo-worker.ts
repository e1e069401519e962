import type { ApolloRequest } from './apollo-planner.ts';
import { createApolloPlans } from './apollo-plans.ts';
import { runPlanner } from './planning-worker.ts';

/** The process in which Apollo's planner works: its planning takes tens of milliseconds, and cannot be interrupted. */
runPlanner<ApolloRequest>(createApolloPlans);

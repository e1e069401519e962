import { type Logger, reasonOf } from '@shop/service-kit';
import { type DocumentNode, type GraphQLSchema, OperationTypeNode, print, stripIgnoredCharacters } from 'graphql';
import { writtenByType } from './by-type.ts';
import { renameCollisions } from './client-names.ts';
import { operationOf } from './operation-document.ts';
import {
  isDeferred,
  needsOf,
  type OperationNeeds,
  withoutDangerousConditions,
  withoutDefer,
} from './operation-needs.ts';
import type { Overrides } from './overrides.ts';
import { subgraphsPart } from './own-fields.ts';
import type { QueryPlan } from './plan.ts';
import { coversOperation } from './plan-coverage.ts';
import type { PlannedOperation } from './planned-operation.ts';
import { type LimitedPlanner, PlanningFailed, PlanningTookTooLong } from './planner.ts';
import { hasRightRequirements, requiresUnderConditions } from './right-requirements.ts';
import { planSerially } from './serial-mutation.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';
import { mustBeWhole } from './whole-plan.ts';

export interface SupergraphPlannerOptions {
  facts: SupergraphFacts;
  /** With all that subgraphs know. */
  schema: GraphQLSchema;
  /** Null where it cannot be had or is not wanted. */
  hive: LimitedPlanner | null;
  apollo: LimitedPlanner | null;
  log: Logger;
}

/** Plans for one supergraph, with the planner that gives right answers to the operation, the faster one first. */
export interface SupergraphPlanner {
  /** Resolves once one has read the supergraph; rejects with why none can. */
  ready(): Promise<void>;
  /** `document` holds one operation, valid for the API. Rejects with PlanningFailed or ServiceUnavailable. */
  plan(document: DocumentNode, overrides: Overrides): Promise<PlannedOperation>;
  close(): Promise<void>;
}

export function createSupergraphPlanner(options: SupergraphPlannerOptions): SupergraphPlanner {
  const { facts, schema, hive, apollo, log } = options;

  async function planWith(planner: LimitedPlanner, document: DocumentNode, overrides: Overrides): Promise<QueryPlan> {
    const ask = (whole: DocumentNode) =>
      planSerially(whole, (part) =>
        planner.plan({ document: part, text: stripIgnoredCharacters(print(part)), overrides }),
      );
    const { conflictingRequirements } = needsOf(document, facts);
    const isConfused = (plan: QueryPlan) => conflictingRequirements && !hasRightRequirements(plan, facts);
    const first = planner.name === 'hive' ? await ask(document) : null;
    const isFine = first && !requiresUnderConditions(first, facts) && !isConfused(first);
    const plan = isFine ? first : await ask(withoutDangerousConditions(document, facts));
    mustBeWhole(plan, document);
    if (isConfused(plan)) throw new PlanningFailed('The plan confuses what fields require.');
    return plan;
  }

  function covers(plan: QueryPlan, document: DocumentNode): boolean {
    try {
      return coversOperation(plan, document, { schema, everyType: facts.hasInterfaceObjects });
    } catch (cause) {
      throw new PlanningFailed('The plan holds a fetch that is not valid.', { cause });
    }
  }

  /** Those that give right answers, in the order in which they are asked. */
  function plannersFor({ defer, contexts, conflictingRequirements }: OperationNeeds): LimitedPlanner[] {
    const first = hive && !defer && !contexts ? [hive] : [];
    return apollo && !conflictingRequirements ? [...first, apollo] : first;
  }

  function attempts(needs: OperationNeeds, documents: { fetched: DocumentNode; shown: DocumentNode }) {
    const planners = plannersFor(needs);
    const asWritten = planners.map((planner) => ({
      planner,
      ...documents,
      rewrite: (fetched: DocumentNode) => fetched,
    }));
    if (!needs.contexts) return asWritten;
    const rewrite = (fetched: DocumentNode) => writtenByType(fetched, schema);
    return [...asWritten, ...planners.map((planner) => ({ planner, ...documents, rewrite }))];
  }

  async function ready(): Promise<void> {
    try {
      await (hive ?? apollo)?.ready();
    } catch (error) {
      if (hive === null || apollo === null) throw error;
      log.warn({ err: error }, "Hive's planner cannot read the supergraph; Apollo's is to plan for it.");
      await apollo.ready();
    }
  }

  return {
    ready,
    async plan(client, overrides) {
      const { document, clientNames } = renameCollisions(client, facts);
      const whole = subgraphsPart(document);
      if (whole === null) return { document, clientNames, plan: { kind: 'QueryPlan' }, plannedBy: null };

      const wish = needsOf(whole, facts);
      if (wish.contexts) mustLeaveNames(whole);
      // What cannot be planned in parts, or not for certain, is planned in one piece.
      const inParts = wish.defer && !isSerial(whole) ? attempts(wish, { fetched: whole, shown: document }) : [];
      const atOnce = wish.defer
        ? { fetched: withoutDefer(whole), shown: withoutDefer(document) }
        : { fetched: whole, shown: document };
      const failures: unknown[] = [];
      let doubtful: PlannedOperation | null = null;
      for (const { planner, rewrite, shown, ...asked } of [
        ...inParts,
        ...attempts({ ...wish, defer: false }, atOnce),
      ]) {
        try {
          const fetched = rewrite(asked.fetched);
          const plan = await planWith(planner, fetched, overrides);
          const planned = { document: shown, clientNames, plan, plannedBy: planner.name };
          if (covers(plan, fetched)) return planned;
          doubtful ??= planned;
        } catch (error) {
          if (!(error instanceof PlanningFailed) || error instanceof PlanningTookTooLong) throw error;
          log.debug({ err: error, planner: planner.name }, 'The operation could not be planned.');
          failures.push(error);
        }
      }
      // Where every planner leaves something out, it is most likely something that can never be there.
      if (doubtful) return doubtful;
      const cause = failures.length > 1 ? new AggregateError(failures) : failures[0];
      throw new PlanningFailed(`The operation cannot be planned: ${reasonOf(cause ?? 'no planner can.')}`, { cause });
    },
    async close() {
      await Promise.all([hive?.close(), apollo?.close()]);
    },
  };
}

/** Apollo's planner makes variables of the values of contexts, and does not look at what is called so already. */
function mustLeaveNames(document: DocumentNode): void {
  for (const { variable } of operationOf(document).variableDefinitions ?? []) {
    const name = variable.name.value;
    if (name.startsWith('contextualArgument_')) throw new PlanningFailed(`No variable may be called $${name} here.`);
  }
}

/** Where one field is to be complete before the next begins, nothing can be left for later. */
function isSerial(document: DocumentNode): boolean {
  return operationOf(document).operation === OperationTypeNode.MUTATION && isDeferred(document);
}

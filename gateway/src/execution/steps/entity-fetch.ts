import type { GraphQLFormattedError } from 'graphql';
import type { FetchNode, RequiredSelection } from '../../planning/plan.ts';
import type { Run, Step } from '../run.ts';
import type { SubgraphAnswer } from '../subgraphs/subgraph-call.ts';
import { type Data, isData, type Path } from '../tree/data.ts';
import { isEqual } from '../tree/equal.ts';
import type { FlattenPath } from '../tree/flatten-path.ts';
import { copyOf } from '../tree/merge.ts';
import { compileRepresentation } from '../tree/representations.ts';
import { compileOutputRewrites } from '../tree/rewrites.ts';
import { readAskedFields } from './asked-fields.ts';
import { type FetchTools, noAnswerToUse } from './fetch-tools.ts';
import { compileRequest } from './request-text.ts';

/** A fetch of entities, in parts, so that several of them can share a request. */
export interface EntityFetch {
  node: FetchNode;
  /** What is to be asked now; null when there is nothing. */
  gather(run: Run): GatheredEntities | null;
  /** Asks for it in a request of its own. `more` is the JSON of further variables, without braces. */
  ask(run: Run, gathered: GatheredEntities, more?: readonly string[]): Promise<void>;
  /** Takes the part of an answer that came for what was gathered. `entities` is the value of `_entities`. */
  deliver(run: Run, gathered: GatheredEntities, answer: SubgraphAnswer, entities: unknown): void;
  /** All of it. */
  step: Step;
}

export interface GatheredEntities {
  /** JSON; each entity is there once. */
  representations: string[];
  /** For each representation the objects that it stands for: more than one where equal keys have unequal data. */
  objects: Data[][];
}

/** Compiles a fetch with `requires`, of entities that are found at a path. */
export function compileEntityFetch(node: FetchNode, path: FlattenPath, tools: FetchTools): EntityFetch {
  const { types, merge, sharesObjects } = tools;
  const represent = compileRepresentation(node.requires ?? [], node.inputRewrites ?? [], types);
  const rewrites = compileOutputRewrites(node.outputRewrites, types);
  const hasRewrites = Boolean(node.outputRewrites?.length);
  const asked = readAskedFields(node.operation, types);
  const needed = new Set(requiredKeys(node.requires ?? []));
  const requestFor = compileRequest(node);

  return {
    node,
    gather,
    ask,
    deliver,
    async step(run) {
      const gathered = gather(run);
      if (gathered !== null) await ask(run, gathered);
    },
  };

  async function ask(run: Run, gathered: GatheredEntities, more: readonly string[] = []): Promise<void> {
    const variables = [`"representations":[${gathered.representations.join(',')}]`, ...more];
    const request = requestFor(run, variables.join(','));
    const answer = await run.call(request, run.context, run.endsAt);
    deliver(run, gathered, answer, answer.data?._entities);
  }

  function gather(run: Run): GatheredEntities | null {
    const byRepresentation = new Map<string, Data[]>();
    const lacking: Data[] = [];
    path.visit(run, (object, container, key) => {
      const representation = represent(object);
      if (representation === null) return;
      if (representation === '') {
        lacking.push(object);
        return;
      }
      const same = byRepresentation.get(representation);
      const first = same?.[0];
      if (same === undefined || first === undefined) byRepresentation.set(representation, [object]);
      else if (sharesObjects && isEqual(first, object)) {
        // From here on the two are one: fetched, merged and written once. It does no harm that the plan may bring more
        // for one of the places: a key at a place means one field (planning/conflicting-names.ts).
        container[key] = first;
        run.shared.add(first);
      } else same.push(object);
    });
    if (lacking.length > 0 && run.errors.hasFetchErrors) tellLost(run, lacking);
    if (byRepresentation.size === 0) return null;
    return { representations: [...byRepresentation.keys()], objects: [...byRepresentation.values()] };
  }

  function tellLost(run: Run, lacking: readonly Data[]): void {
    for (const [object, places] of path.placesOf(run.root, lacking)) {
      const keys = asked.ofEntity(object.__typename, run.coerced);
      for (const place of places) run.errors.addLost(place, keys, needed);
    }
  }

  function deliver(run: Run, { objects }: GatheredEntities, answer: SubgraphAnswer, entities: unknown): void {
    const isUsable = Array.isArray(entities) && entities.length === objects.length;
    const misfits: GraphQLFormattedError[] = [];
    if (isUsable) {
      for (const [i, targets] of objects.entries()) {
        if (!mergeEntity(targets, entities[i])) misfits.push({ ...noAnswerToUse, path: ['_entities', i] });
      }
    }
    const errors = [...(answer.errors ?? (isUsable ? [] : [noAnswerToUse])), ...misfits];
    if (errors.length === 0) return;
    const places = path.placesOf(run.root, objects.flat());
    const placesOf = objects.map((targets) => targets.flatMap((target) => places.get(target) ?? []));
    for (const error of errors) tell(error);
    if (!isUsable) eachField(objects.keys(), (at) => run.errors.explain(at));

    function tell(error: GraphQLFormattedError): void {
      const [, index, ...rest] = error.path ?? [];
      const report = (at: Path) => run.errors.add(at, error, node.serviceName);
      if (typeof index !== 'number' || objects[index] === undefined) {
        if (isUsable) eachField([0], report, 1);
        else eachField(objects.keys(), report);
      } else if (rest.length === 0) eachField([index], report);
      else for (const place of placesOf[index] ?? []) report([...place, ...rewrites.pathAfter(rest)]);
    }

    function eachField(indexes: Iterable<number>, found: (at: Path) => void, limit = Infinity): void {
      for (const index of indexes) {
        const keys = asked.ofEntity(objects[index]?.[0]?.__typename, run.coerced).slice(0, limit);
        for (const place of (placesOf[index] ?? []).slice(0, limit)) {
          for (const key of keys) found([...place, ...rewrites.pathAfter([key])]);
        }
      }
    }
  }

  /** False for what is neither an entity nor the absence of one. */
  function mergeEntity([first, ...others]: Data[], entity: unknown): boolean {
    if (first === undefined || !isData(entity)) return entity === null;
    if (hasRewrites) {
      // Rewrites have type conditions, and a planner does not ask again for a type that is known.
      entity.__typename ??= first.__typename;
      rewrites.apply(entity);
    }
    for (const other of others) merge(other, copyOf(entity));
    merge(first, entity);
    return true;
  }
}

function requiredKeys(selections: readonly RequiredSelection[]): string[] {
  return selections.flatMap((selection) =>
    selection.kind === 'Field' ? [selection.alias ?? selection.name] : requiredKeys(selection.selections),
  );
}

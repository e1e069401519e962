import type { FetchNode } from '../../planning/plan.ts';
import type { Run, Step } from '../run.ts';
import type { SubgraphAnswer } from '../subgraph-call.ts';
import { type Data, isData, type Path } from '../tree/data.ts';
import type { FlattenPath } from '../tree/flatten-path.ts';
import { copyOf } from '../tree/merge.ts';
import { compileOutputRewrites } from '../tree/rewrites.ts';
import { readAskedFields } from './asked-fields.ts';
import { type FetchTools, noAnswerToUse } from './fetch-tools.ts';
import { compileRequest } from './request-text.ts';

/** A fetch of root fields, for the root of the tree or for objects in it that stand for a root type. */
export function compileRootFetch(node: FetchNode, path: FlattenPath, { types, merge }: FetchTools): Step {
  const requestFor = compileRequest(node);
  const rewrites = compileOutputRewrites(node.outputRewrites, types);
  const asked = readAskedFields(node.operation, types);

  return async (run) => {
    const targets = new Set<Data>();
    path.visit(run.root, (object) => targets.add(object));
    if (targets.size === 0) return;
    const answer = await run.call(requestFor(run), run.context);
    if (isData(answer.data)) {
      rewrites.apply(answer.data);
      mergeInto([...targets], answer.data);
    }
    const errors = answer.errors ?? (isData(answer.data) ? [] : [noAnswerToUse]);
    if (errors.length === 0) return;
    for (const place of path.occurrences(run.root, [...targets])) {
      const tell = (at: Path) => [...place, ...rewrites.pathAfter(at)];
      for (const { error, at } of located(errors, answer, run)) run.errors.add(tell(at), error, node.serviceName);
      if (!isData(answer.data)) for (const key of asked.ofRoot(run.coerced)) run.errors.explain(tell([key]));
    }
  };

  function mergeInto([first, ...others]: Data[], data: Data): void {
    for (const target of others) merge(target, copyOf(data));
    if (first) merge(first, data);
  }

  /** An error without a path is told at a field, since a client looks for the reason where the value is missing. */
  function located(errors: NonNullable<SubgraphAnswer['errors']>, { failed }: SubgraphAnswer, run: Run) {
    return errors.flatMap((error) => {
      if (error.path !== undefined) return [{ error, at: error.path }];
      const lost = asked.ofRoot(run.coerced);
      return (failed ? lost : lost.slice(0, 1)).map((key) => ({ error, at: [key] }));
    });
  }
}

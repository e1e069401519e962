import type { FetchNode } from '../../planning/plan.ts';
import type { Step } from '../run.ts';
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
    const targets: Data[] = [];
    path.visit(run, (object) => targets.push(object));
    if (targets.length === 0) return;
    const answer = await run.call(requestFor(run), run.context, run.endsAt);
    if (isData(answer.data)) {
      rewrites.apply(answer.data);
      mergeInto(targets, answer.data);
    }
    const errors = answer.errors ?? (isData(answer.data) ? [] : [noAnswerToUse]);
    if (errors.length === 0) return;
    const keys = asked.ofRoot(run.coerced);
    const lost = isData(answer.data) ? [] : keys;
    for (const place of [...path.placesOf(run.root, targets).values()].flat()) {
      const at = (path: Path) => [...place, ...rewrites.pathAfter(path)];
      for (const error of errors) {
        // A client looks for the reason where a value is missing.
        const paths = error.path ? [error.path] : (lost.length > 0 ? lost : keys.slice(0, 1)).map((key) => [key]);
        for (const path of paths) run.errors.add(at(path), error, node.serviceName);
      }
      for (const key of lost) run.errors.explain(at([key]));
    }
  };

  function mergeInto([first, ...others]: Data[], data: Data): void {
    for (const target of others) merge(target, copyOf(data));
    if (first) merge(first, data);
  }
}

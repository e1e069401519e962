import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { fragmentsOf, operationOf } from '../planning/operation-document.ts';
import type { Path } from './tree/data.ts';

/** The keys a client's operation can have in its answer, whatever the types turn out to be. */
export interface ResponseShape {
  /** The beginning of a path that leads to something the client asked for. */
  cut(path: Path): Path;
}

type ShapeNode = Map<string, ShapeNode>;

export function readResponseShape(document: DocumentNode): ResponseShape {
  const fragments = fragmentsOf(document);
  const root: ShapeNode = new Map();
  read(operationOf(document).selectionSet, root);

  return {
    cut(path) {
      let node: ShapeNode | undefined = root;
      const end = path.findIndex((key) => {
        if (typeof key === 'string') node = node?.get(key);
        return node === undefined;
      });
      return end < 0 ? path : path.slice(0, end);
    },
  };

  function read(set: SelectionSetNode, node: ShapeNode): void {
    for (const selection of set.selections) {
      if (selection.kind !== Kind.FIELD) {
        const inside = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (inside) read(inside.selectionSet, node);
        continue;
      }
      const key = selection.alias?.value ?? selection.name.value;
      const next = node.get(key) ?? new Map();
      node.set(key, next);
      if (selection.selectionSet) read(selection.selectionSet, next);
    }
  }
}

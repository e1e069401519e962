import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { fragmentsOf, operationOf } from '../planning/own-fields.ts';
import type { Path } from './tree/data.ts';

/** The keys a client's operation can have in its answer, whatever the types turn out to be. */
export interface ResponseShape {
  /** The beginning of a path that leads to something the client asked for. */
  cut(path: Path): Path;
  /**
   * True where fragments on different types ask for the same key with selections of their own: there, equal objects
   * may yet become different ones.
   */
  isAmbiguous(keys: readonly string[]): boolean;
}

interface ShapeNode {
  /** The type conditions under which the key is selected. */
  conditions: string;
  isAmbiguous: boolean;
  next: Map<string, ShapeNode>;
}

export function readResponseShape(document: DocumentNode): ResponseShape {
  const fragments = fragmentsOf(document);
  const root: ShapeNode = { conditions: '', isAmbiguous: false, next: new Map() };
  read(operationOf(document).selectionSet, root, '');

  return {
    cut(path) {
      let node: ShapeNode | undefined = root;
      const end = path.findIndex((key) => {
        if (typeof key === 'string') node = node?.next.get(key);
        return node === undefined;
      });
      return end < 0 ? path : path.slice(0, end);
    },
    isAmbiguous(keys) {
      let node: ShapeNode | undefined = root;
      return keys.some((key) => {
        node = node?.next.get(key);
        return node?.isAmbiguous;
      });
    },
  };

  function read(set: SelectionSetNode, node: ShapeNode, conditions: string): void {
    for (const selection of set.selections) {
      if (selection.kind !== Kind.FIELD) {
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        const condition = fragment?.typeCondition?.name.value;
        if (fragment) read(fragment.selectionSet, node, condition ? `${conditions} ${condition}` : conditions);
        continue;
      }
      const key = selection.alias?.value ?? selection.name.value;
      const next = node.next.get(key) ?? { conditions, isAmbiguous: false, next: new Map() };
      node.next.set(key, next);
      if (next.conditions !== conditions) next.isAmbiguous = true;
      if (selection.selectionSet) read(selection.selectionSet, next, '');
    }
  }
}

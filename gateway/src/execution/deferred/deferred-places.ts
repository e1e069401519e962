import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { labelOf } from '../../planning/deferred-fragments.ts';
import { operationOf } from '../../planning/operation-document.ts';
import { type Data, isData, type Path, valueAt } from '../tree/data.ts';
import { isLeftOut } from '../writer/collect-fields.ts';

/** A deferred fragment of an operation. */
export interface DeferredFragment {
  selectionSet: SelectionSetNode;
  /** What it is written on. */
  type: GraphQLCompositeType;
  /** The objects it applies to, and where they are. */
  placesIn(root: Data, coerced: Readonly<Record<string, unknown>>): Place[];
}

interface Place {
  object: Data;
  path: Path;
}

/** A step down to the fragment: into a field, or on in a fragment, where the type of the object it is on is known or not. */
type Way = { node: FieldNode | InlineFragmentNode; type: GraphQLCompositeType }[];

/** Finds a deferred fragment by its label in an operation whose fragments that hold such are written out. */
export function findDeferred(schema: GraphQLSchema, document: DocumentNode, label: string): DeferredFragment {
  const { operation, selectionSet } = operationOf(document);
  const rootType = schema.getRootType(operation);
  const way = rootType && wayTo(label, selectionSet, rootType, schema);
  const last = way?.at(-1);
  if (!way || last?.node.kind !== Kind.INLINE_FRAGMENT) throw new Error(`No fragment has the label ${label}.`);

  return {
    selectionSet: last.node.selectionSet,
    type: conditionOf(last.node, last.type, schema),
    placesIn(root, coerced) {
      let places: Place[] = [{ object: root, path: [] }];
      for (const { node, type } of way) {
        if (isLeftOut(node, coerced)) return [];
        if (node.kind === Kind.INLINE_FRAGMENT) places = places.filter(({ object }) => applies(node, object, type));
        else {
          const key = (node.alias ?? node.name).value;
          places = places.flatMap(({ object, path }) => objectsIn(valueAt(object, key), [...path, key]));
        }
      }
      return places;
    },
  };

  function applies(node: InlineFragmentNode, object: Data, on: GraphQLCompositeType): boolean {
    const condition = conditionOf(node, on, schema);
    const concrete = isObjectType(on) ? on : schema.getType(String(object.__typename));
    if (condition === on || condition === concrete) return true;
    return isAbstractType(condition) && isObjectType(concrete) && schema.isSubType(condition, concrete);
  }
}

function wayTo(
  label: string,
  { selections }: SelectionSetNode,
  type: GraphQLCompositeType,
  schema: GraphQLSchema,
): Way | null {
  for (const node of selections) {
    if (node.kind === Kind.FRAGMENT_SPREAD) continue;
    const step = { node, type };
    if (node.kind === Kind.INLINE_FRAGMENT && labelOf(node) === label) return [step];
    const inside = node.kind === Kind.FIELD ? typeOf(node, type) : conditionOf(node, type, schema);
    const rest = node.selectionSet && inside && wayTo(label, node.selectionSet, inside, schema);
    if (rest) return [step, ...rest];
  }
  return null;
}

function typeOf({ name }: FieldNode, on: GraphQLCompositeType): GraphQLCompositeType | null {
  const field = 'getFields' in on ? on.getFields()[name.value] : undefined;
  const type = field && getNamedType(field.type);
  return isCompositeType(type) ? type : null;
}

function conditionOf(
  { typeCondition }: InlineFragmentNode,
  on: GraphQLCompositeType,
  schema: GraphQLSchema,
): GraphQLCompositeType {
  const type = typeCondition && schema.getType(typeCondition.name.value);
  // Where the object's type is known, a wider condition says nothing more.
  if (!isCompositeType(type) || (isObjectType(on) && isAbstractType(type) && schema.isSubType(type, on))) return on;
  return type;
}

function objectsIn(value: unknown, path: Path): Place[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => objectsIn(item, [...path, i]));
  return isData(value) ? [{ object: value, path }] : [];
}

import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { fragmentsOf, withRoot } from '../planning/operation-document.ts';
import { type AccessRules, type Requirement, requirementsOf } from './access-rules.ts';
import { emptyRefusedFields, type RefusedFields } from './refused-fields.ts';

export interface RuledSchema {
  apiSchema: GraphQLSchema;
  accessRules: AccessRules;
}

/** A valid operation that somebody may not be allowed to run as it is. */
export interface OperationAccess {
  /** All that its fields demand, each once: evaluate these per request, in this order. */
  requirements: readonly Requirement[];
  /** The operation without what the requirements that are not met stand before; null when all are. Made once per combination. */
  authorize(met: readonly boolean[]): AuthorizedOperation | null;
}

export interface AuthorizedOperation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** The document's, by which plans are kept: those who may have the same share a plan. */
  text: string;
  /** What is missing in the document. */
  refused: RefusedFields;
}

/**
 * What an operation demands of its viewer; null when it demands nothing. A refused field is taken out before anything is
 * planned, so no subgraph is asked for it; in its place stands a `__typename`, which shows afterwards where in the answer
 * the field is to be null.
 */
export function accessOf(
  schema: RuledSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): OperationAccess | null {
  if (schema.accessRules.size === 0) return null;
  const reader = new AccessReader(schema, document);
  const requirements = reader.requirementsIn(operation);
  if (requirements.length === 0) return null;
  const made = new Map<string, AuthorizedOperation | null>();
  return {
    requirements,
    authorize(met) {
      const key = met.map((isMet) => (isMet ? '1' : '0')).join('');
      const known = made.get(key);
      if (known !== undefined) return known;
      const unmet = new Set(requirements.filter((_, i) => !met[i]));
      const authorized = unmet.size === 0 ? null : reader.without(unmet, operation);
      // An operation with many requirements has more combinations than anybody should be able to fill memory with.
      if (made.size >= 64) made.clear();
      made.set(key, authorized);
      return authorized;
    },
  };
}

class AccessReader {
  readonly #schema: RuledSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #known = new Map<string, readonly Requirement[]>();
  readonly #prefix: string;

  constructor(schema: RuledSchema, document: DocumentNode) {
    this.#schema = schema;
    this.#prefix = unusedPrefix(document);
    this.#fragments = fragmentsOf(document);
  }

  requirementsIn(operation: OperationDefinitionNode): Requirement[] {
    const found = new Set<Requirement>();
    const seen = new Set<string>();
    const read = (set: SelectionSetNode, parent: GraphQLCompositeType): void => {
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) {
          for (const requirement of this.#demands(parent, selection.name.value)) found.add(requirement);
        }
        if (selection.kind === Kind.FRAGMENT_SPREAD) {
          if (seen.has(selection.name.value)) continue;
          seen.add(selection.name.value);
        }
        const inner = this.#inside(selection, parent);
        if (inner) read(inner.set, inner.type);
      }
    };
    const root = this.#rootOf(operation);
    if (root) read(operation.selectionSet, root);
    return [...found];
  }

  without(unmet: ReadonlySet<Requirement>, operation: OperationDefinitionNode): AuthorizedOperation | null {
    const isRefused = (parent: GraphQLCompositeType, node: FieldNode) =>
      this.#demands(parent, node.name.value).some((requirement) => unmet.has(requirement));
    const placeholders = new Map<FieldNode, string>();
    const placeholderOf = (node: FieldNode) => {
      const alias = placeholders.get(node) ?? `${this.#prefix}${placeholders.size}`;
      placeholders.set(node, alias);
      return alias;
    };

    const rewritten = (set: SelectionSetNode, parent: GraphQLCompositeType): SelectionSetNode => ({
      ...set,
      selections: set.selections.map((selection): SelectionNode => {
        if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
        if (selection.kind === Kind.FIELD && isRefused(parent, selection)) {
          return typenameAs(placeholderOf(selection), selection);
        }
        const inner = this.#inside(selection, parent);
        return inner ? { ...selection, selectionSet: rewritten(inner.set, inner.type) } : selection;
      }),
    });

    const mark = (set: SelectionSetNode, parent: GraphQLCompositeType, into: RefusedFields): void => {
      for (const selection of set.selections) {
        const inner = this.#inside(selection, parent);
        if (selection.kind !== Kind.FIELD) {
          if (inner) mark(inner.set, inner.type, into);
          continue;
        }
        const type = fieldType(parent, selection.name.value);
        if (type === undefined) continue;
        const key = selection.alias?.value ?? selection.name.value;
        if (isRefused(parent, selection)) into.placeholders.set(placeholderOf(selection), { key, type });
        else if (inner) {
          const below = into.below.get(key)?.refused ?? emptyRefusedFields();
          mark(inner.set, inner.type, below);
          if (below.placeholders.size > 0 || below.below.size > 0) into.below.set(key, { type, refused: below });
        }
      }
    };

    const root = this.#rootOf(operation);
    if (!root) return null;
    const own = { ...operation, selectionSet: rewritten(operation.selectionSet, root) };
    const refused = emptyRefusedFields();
    mark(operation.selectionSet, root, refused);
    const fragments = [...this.#fragments.values()].map((fragment) => {
      const type = this.#composite(fragment.typeCondition.name.value);
      return type ? { ...fragment, selectionSet: rewritten(fragment.selectionSet, type) } : fragment;
    });
    // Fragments nobody spreads any more would be refused by whoever validates the document again.
    const document = withRoot({ kind: Kind.DOCUMENT, definitions: [own, ...fragments] }, own.selectionSet.selections);
    return { document, operation: own, text: print(document), refused };
  }

  #demands(parent: GraphQLCompositeType, fieldName: string): readonly Requirement[] {
    if (fieldName.startsWith('__')) return [];
    const coordinate = `${parent.name}.${fieldName}`;
    const known = this.#known.get(coordinate);
    if (known) return known;
    const demands = requirementsOf(this.#schema.apiSchema, this.#schema.accessRules, parent, fieldName);
    this.#known.set(coordinate, demands);
    return demands;
  }

  /** The selections within a selection, and the type they are of. */
  #inside(
    selection: SelectionNode,
    parent: GraphQLCompositeType,
  ): { set: SelectionSetNode; type: GraphQLCompositeType } | null {
    if (selection.kind === Kind.FIELD) {
      const type = fieldType(parent, selection.name.value);
      const named = type && getNamedType(type);
      return selection.selectionSet && isCompositeType(named) ? { set: selection.selectionSet, type: named } : null;
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const type = this.#composite(selection.typeCondition?.name.value) ?? parent;
      return { set: selection.selectionSet, type };
    }
    const fragment = this.#fragments.get(selection.name.value);
    const type = this.#composite(fragment?.typeCondition.name.value);
    return fragment && type ? { set: fragment.selectionSet, type } : null;
  }

  #composite(name: string | undefined): GraphQLCompositeType | null {
    const type = name === undefined ? null : this.#schema.apiSchema.getType(name);
    return isCompositeType(type) ? type : null;
  }

  #rootOf(operation: OperationDefinitionNode): GraphQLCompositeType | null {
    return this.#schema.apiSchema.getRootType(operation.operation) ?? null;
  }
}

/** What none of the client's own names begins with. */
function unusedPrefix(document: DocumentNode): string {
  const aliases: string[] = [];
  visit(document, { Field: ({ alias }) => void (alias && aliases.push(alias.value)) });
  let prefix = 'refused_';
  while (aliases.some((alias) => alias.startsWith(prefix))) prefix += '_';
  return prefix;
}

/** Keeps `@skip` and `@include`: what would not have been asked for is not refused. */
function typenameAs(alias: string, { directives }: FieldNode): FieldNode {
  return {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: alias },
    name: { kind: Kind.NAME, value: '__typename' },
    directives,
  };
}

function fieldType(parent: GraphQLCompositeType, name: string): GraphQLOutputType | undefined {
  return 'getFields' in parent ? parent.getFields()[name]?.type : undefined;
}

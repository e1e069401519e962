import { type DocumentNode, type FieldNode, Kind, print, type SelectionSetNode, visit } from 'graphql';
import { fragmentsOf, operationOf } from './operation-document.ts';

/** The fields that are called the same at one place of an answer, by what tells them apart. */
interface Place {
  fields: Set<string>;
  /** Named fragments that have been read here, however often they are spread. */
  fragments: Set<string>;
  below: Map<string, Place>;
}

/**
 * Gives names of their own to fields that a client calls the same on different types, as in
 * `... on Book { note: title } ... on Film { note: studio }`. A planner that fetches both for all objects at that place
 * lets one take the place of the other. `names` says, by the new name, what the client said.
 */
export function separateConflictingNames(document: DocumentNode): {
  document: DocumentNode;
  names: ReadonlyMap<string, string>;
} {
  const conflicting = conflictingNames(document);
  const names = new Map<string, string>();
  if (conflicting.size === 0) return { document, names };
  const used = new Set<string>();
  visit(document, { Field: (field) => void used.add(responseName(field)) });

  const newNames = new Map<string, string>();
  const renamed = visit(document, {
    Field(field) {
      const name = responseName(field);
      const fields = conflicting.get(name);
      const position = fields?.indexOf(identityOf(field)) ?? 0;
      if (position <= 0) return undefined;
      const key = `${position} ${name}`;
      let fresh = newNames.get(key) ?? `client_${position}_${name.replace(/^_+/, '')}`;
      while (!newNames.has(key) && used.has(fresh)) fresh += '_';
      newNames.set(key, fresh);
      used.add(fresh);
      names.set(fresh, name);
      return { ...field, alias: { kind: Kind.NAME, value: fresh } };
    },
  });
  return { document: renamed, names };
}

/** By name, the different fields that have it, in the whole document: the first of them can keep it. */
function conflictingNames(document: DocumentNode): Map<string, string[]> {
  const fragments = fragmentsOf(document);
  const names = new Set<string>();
  read(operationOf(document).selectionSet, newPlace());

  const fields = new Map<string, string[]>([...names].map((name) => [name, []]));
  visit(document, {
    Field(field) {
      const known = fields.get(responseName(field));
      const identity = identityOf(field);
      if (known && !known.includes(identity)) known.push(identity);
    },
  });
  return fields;

  function read(set: SelectionSetNode, place: Place): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const name = responseName(selection);
        const next = place.below.get(name) ?? newPlace();
        place.below.set(name, next);
        next.fields.add(identityOf(selection));
        if (next.fields.size > 1) names.add(name);
        if (selection.selectionSet) read(selection.selectionSet, next);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) read(selection.selectionSet, place);
      else if (!place.fragments.has(selection.name.value)) {
        place.fragments.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) read(fragment.selectionSet, place);
      }
    }
  }
}

function newPlace(): Place {
  return { fields: new Set(), fragments: new Set(), below: new Map() };
}

/** What has to be the same for two mentions to be one field: https://spec.graphql.org/October2021/#FieldsInSetCanMerge() */
function identityOf({ name, arguments: given = [] }: FieldNode): string {
  return [name.value, ...given.map((argument) => print(argument)).sort()].join(' ');
}

function responseName({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

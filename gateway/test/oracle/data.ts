import { createHash } from 'node:crypto';
import { GraphQLError, Kind, parse, parseType, type SelectionNode, type TypeNode } from 'graphql';
import type { FieldModel, ObjectModel, World } from './world.ts';

/** An object of the world: what is known of it follows from who it is. */
export interface Thing {
  __typename: string;
  /** Entities that are the same have the same, whoever speaks of them. */
  identity: string;
  /** What a subgraph was sent of an entity. */
  sent?: Record<string, unknown>;
}

/** What all resolvers of one execution share. */
export interface Moment {
  /** Counts what mutations have done. */
  tick: number;
}

/** What goes wrong in the data itself, wherever it is asked for. */
export interface Flaws {
  /** About one of so many values is an error, or null where there must be a value; 0 for none. */
  oneIn: number;
  /** This subgraph knows nothing of some of the entities it has fields of. */
  forgetfulSubgraph: string | null;
}

/** The one truth, of which each subgraph tells a part. */
export interface Data {
  fieldValue(thing: Thing, field: FieldModel, args: Record<string, unknown>, moment: Moment): unknown;
  /** Of a field that is part of a key; undefined for others. */
  keyPart(thing: Thing, field: string): unknown;
  /** The entity that a representation stands for. Throws when its parts do not belong together. */
  entity(representation: Record<string, unknown>): Thing;
  /** The value of a field with `@requires`, from what it requires. */
  derived(thing: Thing, field: FieldModel, required: Record<string, unknown>): unknown;
  /** What a field requires, as the merged schema has it. */
  requiredOf(thing: Thing, field: FieldModel, moment: Moment): Record<string, unknown>;
  isForgotten(subgraph: string, identity: string): boolean;
}

const ENTITIES = 4;

export function dataOf(world: World, seed: number, flaws: Flaws): Data {
  const objects = new Map(world.objects.map((object) => [object.name, object]));
  const members = new Map(world.abstracts.map((abstract) => [abstract.name, abstract.members]));
  const required = new Set(
    world.objects.flatMap(({ fields }) => fields.flatMap(({ requires = '' }) => requires.match(/\w+/g) ?? [])),
  );
  const forgettable = forgettableTypes(world, flaws.forgetfulSubgraph);

  function fieldValue(thing: Thing, field: FieldModel, args: Record<string, unknown>, moment: Moment): unknown {
    const owner = field.owners[0] ?? '';
    if (field.owners.length === 1 && isForgotten(owner, thing.identity)) return null;
    if (field.name === 'tick') return moment.tick;
    // A field that another one requires is null at most: what it takes along if it fails would depend on the plan.
    const mayFail = !required.has(field.name);
    const place = `${thing.identity}.${field.name}(${JSON.stringify(args)})`;
    if (mayFail && fails(place)) throw new GraphQLError(`${place} fails.`);
    return value(parseType(field.type), place, mayFail);
  }

  function fails(place: string): boolean {
    return flaws.oneIn > 0 && numberOf('fails', place) % flaws.oneIn === 0;
  }

  function value(type: TypeNode, place: string, mayFail: boolean): unknown {
    if (type.kind === Kind.NON_NULL_TYPE) {
      return mayFail && fails(`null ${place}`) ? null : present(type.type, place, mayFail);
    }
    return numberOf('null', place) % 7 === 0 ? null : present(type, place, mayFail);
  }

  function present(type: TypeNode, place: string, mayFail: boolean): unknown {
    if (type.kind === Kind.NON_NULL_TYPE) return present(type.type, place, mayFail);
    if (type.kind === Kind.LIST_TYPE) {
      const length = numberOf('length', place) % 4;
      return Array.from({ length }, (_, i) => value(type.type, `${place}[${i}]`, mayFail));
    }
    const name = type.name.value;
    return objects.has(name) || members.has(name) ? thingOf(name, place) : leaf(name, place);
  }

  function thingOf(name: string, place: string): Thing {
    const possible = members.get(name) ?? [name];
    const typeName = possible[numberOf('type', place) % possible.length] ?? name;
    const isEntity = (objects.get(typeName) as ObjectModel).keys.size > 0;
    const identity = isEntity ? `${typeName}:${numberOf('entity', place) % ENTITIES}` : place;
    return { __typename: typeName, identity };
  }

  function leaf(name: string, place: string): unknown {
    const number = numberOf('leaf', place) % 1_000;
    if (name === 'Int') return number - 500;
    if (name === 'Float') return number / 8;
    if (name === 'Boolean') return number % 2 === 0;
    if (name === 'Color') return ['RED', 'GREEN', 'BLUE'][number % 3];
    if (name === 'Json')
      return [{ id: number, deep: [null, 'x'] }, [number, [true]], 'text', 0, { __typename: 'Nobody' }][number % 5];
    return number % 9 === 0 ? `"quoted"\n\u2028${number}` : `${name} ${number}`;
  }

  function numberOf(purpose: string, place: string): number {
    return createHash('md5').update(`${seed} ${purpose} ${place}`).digest().readUInt32BE();
  }

  function isForgotten(subgraph: string, identity: string): boolean {
    const isCandidate = subgraph === flaws.forgetfulSubgraph && forgettable.has(identity.split(':')[0] ?? '');
    return isCandidate && numberOf('forgotten', identity) % 3 === 0;
  }

  function requiredOf(thing: Thing, field: FieldModel, moment: Moment): Record<string, unknown> {
    return selected(thing, selectionsOf(`{ ${field.requires} }`), moment);
  }

  function selected(thing: Thing, selections: readonly SelectionNode[], moment: Moment): Record<string, unknown> {
    const found: Record<string, unknown> = {};
    for (const selection of selections) {
      if (selection.kind !== Kind.FIELD) continue;
      const { name, arguments: given = [], selectionSet } = selection;
      const model = objects.get(thing.__typename)?.fields.find((field) => field.name === name.value);
      const known = keyPart(thing, name.value);
      if (known !== undefined || model === undefined) found[name.value] = known;
      else {
        const asked = Object.fromEntries(
          given.map((argument) => [argument.name.value, Number((argument.value as { value?: string }).value)]),
        );
        const args = { ...defaultsOf(model.args), ...asked };
        const result = plain(fieldValue(thing, model, args, moment), selectionSet?.selections ?? [], moment);
        found[name.value] = result;
      }
    }
    return found;
  }

  function plain(result: unknown, selections: readonly SelectionNode[], moment: Moment): unknown {
    if (Array.isArray(result)) return result.map((item) => plain(item, selections, moment));
    return selections.length > 0 && result !== null ? selected(result as Thing, selections, moment) : result;
  }

  return {
    fieldValue,
    keyPart,
    entity,
    isForgotten,
    requiredOf,
    derived: (thing, field, required) => `${thing.identity} ${field.name} of ${canonical(required)}`,
  };
}

/** Types whose fields in a subgraph can be missing without anything else being lost. */
function forgettableTypes({ objects, abstracts }: World, subgraph: string | null): ReadonlySet<string> {
  const hidden = abstracts.filter((abstract) => abstract.hidden).flatMap(({ members }) => members);
  const provided = new Set(objects.flatMap(({ fields }) => fields.flatMap(({ provides = [] }) => provides)));
  const names = objects.flatMap(({ name, keys, fields, externals }) => {
    const hasOneKey = [...keys.values()].every((known) => known.length === 1 && known[0] === 'id');
    const isShared = fields.some(({ owners }) => owners.length > 1 && owners.includes(subgraph ?? ''));
    const isSomebodysNeed = externals.size > 0 || fields.some((field) => provided.has(field.name));
    return keys.size > 0 && hasOneKey && !isShared && !isSomebodysNeed && !hidden.includes(name) ? [name] : [];
  });
  return new Set(names);
}

function keyPart({ identity }: Thing, field: string): unknown {
  if (field === 'id') return identity;
  if (field === 'sku') return `sku ${identity}`;
  if (field === 'a') return Number(identity.split(':')[1]) + 7;
  if (field === 'b') return `b ${identity}`;
  if (field === 'k') return `k ${identity}`;
  if (field === 'nest') return { __typename: 'Nest', identity };
  return undefined;
}

function entity(sent: Record<string, unknown>): Thing {
  const { __typename: typeName, id, sku, b, nest } = sent;
  const k = (nest as { k?: unknown } | undefined)?.k;
  const told = [id, without('sku ', sku), without('b ', b), without('k ', k)].filter((part) => part !== undefined);
  if (told.length === 0 || told.some((part) => part !== told[0]))
    throw new GraphQLError(`No key: ${JSON.stringify(sent)}`);
  const thing = { __typename: String(typeName), identity: String(told[0]), sent };
  if (sent.a !== undefined && sent.a !== keyPart(thing, 'a')) throw new GraphQLError(`No key: ${JSON.stringify(sent)}`);
  return thing;
}

function without(prefix: string, text: unknown): unknown {
  if (text === undefined) return undefined;
  return typeof text === 'string' && text.startsWith(prefix) ? text.slice(prefix.length) : `not ${prefix}`;
}

export function selectionsOf(text: string): readonly SelectionNode[] {
  const [definition] = parse(text, { noLocation: true }).definitions;
  return definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [];
}

function defaultsOf(args: string): Record<string, unknown> {
  return args.includes('n: Int = 2')
    ? { n: 2 }
    : args.includes('list: [Int!] = [1]')
      ? { list: [1] }
      : args.includes('by: In = ')
        ? { by: { a: 1 } }
        : {};
}

/** With keys in one order, and without the names of types. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (key, inner) => {
    if (key === '__typename') return undefined;
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

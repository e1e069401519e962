import type { Choices } from './choices.ts';

/** A field as the merged schema has it, and what subgraphs say about it. */
export interface FieldModel {
  name: string;
  /** In GraphQL's notation. */
  type: string;
  /** With its parentheses, or empty. */
  args: string;
  /** The subgraphs that answer it. */
  owners: readonly string[];
  /** Has it too, and is asked for it no more. */
  overriddenIn?: string;
  /** What the one owner must be sent to answer it. */
  requires?: string;
  /** What the one owner brings of the objects behind it, though they are another's. */
  provides?: string;
  isInaccessible?: boolean;
  /** Another subgraph brings it along. */
  isProvided?: boolean;
}

export interface ObjectModel {
  name: string;
  /** The keys each subgraph knows; objects without keys are the same in all subgraphs, or split between two. */
  keys: ReadonlyMap<string, readonly string[]>;
  fields: FieldModel[];
  /** Fields that a subgraph declares and does not answer. */
  externals: Map<string, Set<string>>;
  /** Of an object without keys: the subgraphs that have it. */
  presence: readonly string[];
}

export interface AbstractModel {
  kind: 'interface' | 'union';
  name: string;
  members: readonly string[];
  presence: readonly string[];
  fields: readonly { name: string; type: string }[];
  /** The subgraph that has it as an `@interfaceObject`, and the one that knows its types. */
  hidden: { objectIn: string; typesIn: string } | null;
}

/** What a supergraph is to be made of. */
export interface World {
  subgraphs: readonly string[];
  objects: ObjectModel[];
  abstracts: AbstractModel[];
  query: FieldModel[];
  mutation: FieldModel[];
}

const LEAVES = ['Int', 'String', 'Float', 'Boolean', 'ID', 'Color', 'Json'];
const WRAPPERS = ['*', '*!', '[*]', '[*!]!', '[*!]', '[[*]]', '[[*!]!]!', '[[*]!]'];
const ARGS = [
  '(n: Int = 2)',
  '(n: Int!)',
  '(by: In)',
  '(by: In = { a: 1 }, color: Color)',
  '(any: Json, list: [Int!] = [1])',
];
const OTHER_KEYS = ['sku', 'a b', 'nest { k }', 'id sku'];

/** Decides on a world that most likely composes. */
export function worldFrom(choices: Choices): World {
  const subgraphs = ['s0', 's1', 's2', 's3', 's4'].slice(0, 2 + choices.below(4));
  const wrapped = (type: string) => choices.of(WRAPPERS).replace('*', type);
  const leaf = () => wrapped(choices.of(LEAVES));

  const entityNames = ['E0', 'E1', 'E2', 'E3'].slice(0, 1 + choices.below(4));
  const abstracts = abstractsOf(choices, subgraphs, entityNames, leaf);
  const objects: ObjectModel[] = [];
  for (const name of entityNames) {
    const around = abstracts.filter(({ members, hidden }) => hidden === null && members.includes(name));
    const needed = around.flatMap(({ presence }) => presence);
    const chosen = choices.someOf(subgraphs, 1);
    const presence = subgraphs.filter((s) => name === 'E0' || needed.includes(s) || chosen.includes(s));
    const isShown = around.some(({ kind }) => kind === 'interface');
    objects.push(objectOf(name, keysOf(choices, presence, isShown), presence));
  }
  const hidden = abstracts.find((abstract) => abstract.hidden !== null);
  for (const name of hidden?.members ?? []) {
    const { objectIn = '', typesIn = '' } = hidden?.hidden ?? {};
    const others = choices.someOf(subgraphs, 0).filter((s) => s !== objectIn);
    const presence = subgraphs.filter((s) => s === typesIn || others.includes(s));
    objects.push(objectOf(name, new Map(presence.map((s) => [s, ['id']])), presence));
  }
  const entities = [...objects];
  const values = valuesOf(choices, subgraphs, leaf);
  objects.push(...values);

  const composites = (owners: readonly string[]) => [
    ...objects.filter((o) => owners.every((s) => o.presence.includes(s))).filter((o) => fits(o, owners)),
    ...abstracts.filter((a) => owners.every((s) => a.presence.includes(s))),
  ];
  const fits = (object: ObjectModel, owners: readonly string[]) =>
    object.keys.size > 0 ||
    object.presence.length === subgraphs.length ||
    object.presence.every((s) => owners.includes(s));

  function field(name: string, presence: readonly string[], mayShare = true): FieldModel {
    const split = choices.oneIn(5) ? values.find((v) => v.presence.length < subgraphs.length) : undefined;
    const canSplit = split?.presence.every((s) => presence.includes(s)) && mayShare;
    const first = choices.of(presence);
    const second = mayShare && choices.oneIn(4) ? choices.of(presence) : first;
    const owners = canSplit && split ? split.presence : subgraphs.filter((s) => s === first || s === second);
    const type =
      canSplit && split ? split.name : choices.oneIn(2) ? choices.of(composites(owners)).name : choices.of(LEAVES);
    const made: FieldModel = { name, type: wrapped(type), args: choices.oneIn(4) ? choices.of(ARGS) : '', owners };
    if (choices.oneIn(12)) made.isInaccessible = true;
    const others = presence.filter((s) => !owners.includes(s));
    if (owners.length === 1 && others.length > 0 && LEAVES.includes(type) && choices.oneIn(6)) {
      made.overriddenIn = choices.of(others);
    }
    return made;
  }

  for (const entity of entities) {
    const around = abstracts.filter(({ members }) => members.includes(entity.name));
    for (const { fields, hidden: behind } of around) {
      const known = behind ? [behind.typesIn] : entity.presence;
      for (const { name, type } of fields) entity.fields.push({ name, type, args: '', owners: [choices.of(known)] });
    }
    const count = 1 + choices.below(4);
    for (let i = 0; i < count; i += 1) entity.fields.push(field(`${entity.name.toLowerCase()}f${i}`, entity.presence));
  }
  objects[0]?.fields.push({ name: 'tick', type: 'Int', args: '', owners: [choices.of(objects[0].presence)] });
  for (const entity of entities) requirementsOf(choices, entity, objects, hidden);

  const query = subgraphs.flatMap((s, i) =>
    [0, 1].slice(0, 1 + choices.below(2)).map((j): FieldModel => {
      const type = wrapped(choices.of(composites([s]).filter((t) => !('keys' in t) || t.keys.size > 0)).name);
      return { name: `q${i}${j}`, type, args: choices.oneIn(4) ? choices.of(ARGS) : '', owners: [s] };
    }),
  );
  query.push(field('shared', subgraphs));
  const mutation = [0, 1, 2].map((i): FieldModel => {
    const owner = choices.of(subgraphs);
    const type = choices.oneIn(3)
      ? wrapped('Int')
      : wrapped(choices.of(composites([owner]).filter((t) => !('keys' in t) || t.keys.size > 0)).name);
    return { name: `m${i}`, type, args: '(by: Int = 1)', owners: [owner] };
  });
  const world: World = { subgraphs, objects, abstracts, query, mutation };
  provisionsOf(choices, world);
  if (hidden?.hidden) hiddenFields(choices, world, hidden, composites);
  return world;
}

function objectOf(name: string, keys: ObjectModel['keys'], presence: readonly string[]): ObjectModel {
  return { name, keys, fields: [], externals: new Map(), presence };
}

/** Most subgraphs know `id`; where some do not, others lead there. */
function keysOf(choices: Choices, presence: readonly string[], needsId: boolean): Map<string, string[]> {
  const others = choices.oneIn(3) ? choices.someOf(OTHER_KEYS, 1) : [];
  return new Map(
    presence.map((s) => {
      const more = choices.someOf(others, 0);
      const isWithoutId = more.length > 0 && !needsId && choices.oneIn(3);
      return [s, isWithoutId ? more : ['id', ...more]];
    }),
  );
}

function abstractsOf(
  choices: Choices,
  subgraphs: readonly string[],
  entities: readonly string[],
  leaf: () => string,
): AbstractModel[] {
  const abstracts: AbstractModel[] = [];
  if (choices.oneIn(2)) {
    const fields = choices.oneIn(2) ? [{ name: 'shown', type: leaf() }] : [];
    const presence = choices.someOf(subgraphs, 1);
    abstracts.push({
      kind: 'interface',
      name: 'I0',
      members: choices.someOf(entities, 1),
      presence,
      fields,
      hidden: null,
    });
  }
  if (choices.oneIn(2)) {
    const presence = choices.someOf(subgraphs, 1);
    abstracts.push({
      kind: 'union',
      name: 'U0',
      members: choices.someOf(entities, 1),
      presence,
      fields: [],
      hidden: null,
    });
  }
  if (choices.oneIn(3)) {
    const [typesIn = '', objectIn = ''] = choices.oneIn(2) ? [...subgraphs].reverse() : subgraphs;
    const fields = [{ name: 'title', type: leaf() }].slice(0, 1 + choices.below(1));
    const hidden = { objectIn, typesIn };
    abstracts.push({
      kind: 'interface',
      name: 'M',
      members: ['M0', 'M1'],
      presence: [typesIn, objectIn],
      fields,
      hidden,
    });
  }
  return abstracts;
}

/** Objects without keys: `V0` is the same everywhere, of `V1` two subgraphs know a part each. */
function valuesOf(choices: Choices, subgraphs: readonly string[], leaf: () => string): ObjectModel[] {
  const everywhere = objectOf('V0', new Map(), subgraphs);
  everywhere.fields.push({ name: 'v0', type: leaf(), args: '', owners: subgraphs });
  if (choices.oneIn(2))
    everywhere.fields.push({ name: 'v1', type: choices.of(['E0', '[E0!]!', '[E0]']), args: '', owners: subgraphs });
  if (choices.oneIn(3)) everywhere.fields.push({ name: 'v2', type: 'V0', args: '', owners: subgraphs });
  const two = subgraphs.slice(0, 2);
  if (!choices.oneIn(2)) return [everywhere];
  const split = objectOf('V1', new Map(), two);
  for (const [i, s] of two.entries()) split.fields.push({ name: `w${i}`, type: leaf(), args: '', owners: [s] });
  return [everywhere, split];
}

function external(object: ObjectModel, subgraph: string, field: FieldModel): void {
  if (field.owners.includes(subgraph)) return;
  const known = object.externals.get(subgraph) ?? new Set();
  object.externals.set(subgraph, known.add(field.name));
}

function namedTypeOf({ type }: FieldModel): string {
  return type.replace(/[[\]!]/g, '');
}

function requirementsOf(
  choices: Choices,
  entity: ObjectModel,
  objects: readonly ObjectModel[],
  hidden: AbstractModel | undefined,
): void {
  const owner = choices.of(entity.presence);
  const isHidden = hidden?.members.includes(entity.name);
  const canBeRequired = (field: FieldModel) =>
    !field.owners.includes(owner) &&
    field.overriddenIn === undefined &&
    field.requires === undefined &&
    field.name !== 'tick';
  const candidates = entity.fields.filter(canBeRequired);
  if (isHidden || candidates.length === 0 || !choices.oneIn(2)) return;
  const count = 1 + choices.below(2);
  for (let i = 0; i < count; i += 1) {
    const texts: string[] = [];
    for (const field of choices.someOf(candidates, 1)) {
      const text = requiredText(choices, field, objects, owner);
      if (text === null) continue;
      external(entity, owner, field);
      texts.push(text);
    }
    if (texts.length === 0) continue;
    entity.fields.push({
      name: `${entity.name.toLowerCase()}r${i}`,
      type: 'String',
      args: '',
      owners: [owner],
      requires: texts.join(' '),
    });
  }
}

function requiredText(
  choices: Choices,
  field: FieldModel,
  objects: readonly ObjectModel[],
  owner: string,
): string | null {
  const args = field.args === '' ? '' : requiredArgs(field.args, choices);
  const name = namedTypeOf(field);
  if (LEAVES.includes(name)) return `${field.name}${args}`;
  const object = objects.find((candidate) => candidate.name === name);
  if (!object?.presence.includes(owner) || name === 'V1') return null;
  if (name === 'V0') return `${field.name}${args} { v0 }`;
  const inner = object.fields.find(
    (candidate) =>
      LEAVES.includes(namedTypeOf(candidate)) &&
      candidate.args === '' &&
      !candidate.requires &&
      !candidate.overriddenIn &&
      candidate.name !== 'tick',
  );
  const knowsId = object.keys.get(owner)?.includes('id');
  if (inner === undefined || choices.oneIn(2)) return knowsId ? `${field.name}${args} { id }` : null;
  external(object, owner, inner);
  return `${field.name}${args} { ${inner.name} }`;
}

function requiredArgs(args: string, choices: Choices): string {
  if (args.includes('n: Int!')) return `(n: ${1 + choices.below(2)})`;
  if (args.includes('n: Int')) return choices.oneIn(2) ? `(n: ${3 + choices.below(2)})` : '';
  return '';
}

/** Lets some fields bring along what another subgraph's entity has. */
function provisionsOf(choices: Choices, { objects, query }: World): void {
  const all = [...query, ...objects.filter(({ keys }) => keys.size > 0).flatMap(({ fields }) => fields)];
  for (const field of all) {
    const [owner, ...others] = field.owners;
    const target = objects.find(({ name, keys }) => name === namedTypeOf(field) && keys.size > 0);
    if (
      !target ||
      owner === undefined ||
      others.length > 0 ||
      field.requires ||
      field.overriddenIn ||
      !choices.oneIn(5)
    )
      continue;
    const provided = target.fields.find(
      (candidate) =>
        !candidate.owners.includes(owner) &&
        LEAVES.includes(namedTypeOf(candidate)) &&
        candidate.name !== 'tick' &&
        candidate.args === '' &&
        !candidate.requires &&
        !candidate.overriddenIn,
    );
    if (!provided) continue;
    external(target, owner, provided);
    provided.isProvided = true;
    field.provides = provided.name;
  }
}

/** Fields that a subgraph knows of an interface without knowing its types; every type behind it has them. */
function hiddenFields(
  choices: Choices,
  { objects }: World,
  { members, hidden }: AbstractModel,
  composites: (owners: readonly string[]) => { name: string }[],
): void {
  const owners = [hidden?.objectIn ?? ''];
  const types = [choices.of(LEAVES), choices.of(composites(owners)).name].slice(0, 1 + choices.below(2));
  for (const [i, type] of types.entries()) {
    const field: FieldModel = { name: `h${i}`, type: choices.of(WRAPPERS).replace('*', type), args: '', owners };
    for (const object of objects) if (members.includes(object.name)) object.fields.push(field);
  }
}

import type { AbstractModel, FieldModel, ObjectModel, World } from './world.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@requires", "@external", "@shareable", "@provides", "@override", "@interfaceObject", "@inaccessible"
])
`;

const EVERYWHERE = `
enum Color { RED GREEN BLUE }
scalar Json
input In { a: Int = 3, b: [String!], c: In }
`;

const KEY_FIELDS: Record<string, string> = {
  id: 'id: ID!',
  sku: 'sku: String!',
  a: 'a: Int!',
  b: 'b: String!',
  nest: 'nest: Nest!',
};

/** What one subgraph of the world says of itself. */
export function sdlOf(world: World, subgraph: string): string {
  const query = fieldsIn(subgraph, world.query);
  const mutation = fieldsIn(subgraph, world.mutation);
  const objects = world.objects.filter((object) => object.presence.includes(subgraph));
  const abstracts = world.abstracts.filter((abstract) => abstract.presence.includes(subgraph));
  const hasNest = objects.some(({ keys }) => keys.get(subgraph)?.some((key) => key.startsWith('nest')));
  return [
    LINK,
    EVERYWHERE,
    hasNest ? 'type Nest @shareable { k: ID! }' : '',
    query.length > 0 ? `type Query { ${query.join('\n  ')} }` : '',
    mutation.length > 0 ? `type Mutation { ${mutation.join('\n  ')} }` : '',
    ...objects.map((object) => objectIn(world, object, subgraph)),
    ...abstracts.map((abstract) => abstractIn(world, abstract, subgraph)),
  ].join('\n');
}

function fieldsIn(subgraph: string, fields: readonly FieldModel[], isShared = false): string[] {
  return fields.flatMap((field) => {
    const isOwner = field.owners.includes(subgraph);
    if (!isOwner && field.overriddenIn !== subgraph) return [];
    const directives = [
      isOwner && ((field.owners.length > 1 && !isShared) || field.isProvided) ? '@shareable' : '',
      isOwner && field.overriddenIn ? `@override(from: "${field.overriddenIn}")` : '',
      field.requires ? `@requires(fields: ${JSON.stringify(field.requires)})` : '',
      field.provides ? `@provides(fields: "${field.provides}")` : '',
      field.isInaccessible ? '@inaccessible' : '',
    ];
    return [`${field.name}${field.args}: ${field.type} ${directives.filter(Boolean).join(' ')}`];
  });
}

function objectIn({ abstracts }: World, object: ObjectModel, subgraph: string): string {
  const keys = object.keys.get(subgraph) ?? [];
  const keyFields = [
    ...new Set(
      keys.flatMap((key) =>
        key
          .replace(/\{.*\}/, '')
          .trim()
          .split(/\s+/),
      ),
    ),
  ];
  const externals = object.fields.filter(({ name }) => object.externals.get(subgraph)?.has(name));
  const around = abstracts
    .filter(
      ({ kind, members, presence, hidden }) =>
        kind === 'interface' &&
        members.includes(object.name) &&
        presence.includes(subgraph) &&
        hidden?.objectIn !== subgraph,
    )
    .map(({ name }) => name);
  const isValue = object.keys.size === 0;
  return `type ${object.name} ${around.length > 0 ? `implements ${around.join(' & ')}` : ''} ${keys.map((key) => `@key(fields: "${key}")`).join(' ')} {
  ${[
    ...keyFields.map((name) => KEY_FIELDS[name]),
    ...externals.map((field) => `${field.name}${field.args}: ${field.type} @external`),
    ...fieldsIn(subgraph, object.fields, isValue && object.fields.some(({ owners }) => owners.length === 1)),
  ].join('\n  ')}
}`;
}

function abstractIn(
  { objects }: World,
  { kind, name, members, fields, hidden }: AbstractModel,
  subgraph: string,
): string {
  const inside = objects.filter((object) => members.includes(object.name));
  if (kind === 'union') return `union ${name} = ${members.join(' | ')}`;
  if (hidden?.objectIn === subgraph) {
    const own = inside[0]?.fields.filter(({ owners }) => owners.includes(subgraph)) ?? [];
    return `type ${name} @key(fields: "id") @interfaceObject { id: ID!\n ${fieldsIn(subgraph, own).join('\n  ')} }`;
  }
  const known = fields.filter((field) =>
    inside.every((object) => object.fields.some((own) => own.name === field.name && own.owners.includes(subgraph))),
  );
  const texts = ['id: ID!', ...known.map((field) => `${field.name}: ${field.type}`)];
  const key = hidden ? '@key(fields: "id")' : '';
  return `interface ${name} ${key} { ${texts.join('\n  ')} }`;
}

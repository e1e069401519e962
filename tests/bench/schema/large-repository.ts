import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Size {
  subgraphs: number;
  /** Entities of each subgraph, each with seven types around it. */
  entities: number;
  operations: number;
}

/** As large as the issue asks for: 2,000 types but `PageInfo`. */
export const LARGE: Size = { subgraphs: 50, entities: 5, operations: 100 };

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@authenticated", "@listSize"])';

/** A repository with nothing to complain of, as `shop-schema` wants it: settings, subgraphs and operations. */
export function largeRepository(size: Size): Map<string, string> {
  const names = Array.from({ length: size.subgraphs }, (_, i) => `team${i}`);
  const subgraphs = Object.fromEntries(names.map((name) => [name, { url: `http://127.0.0.1/${name}` }]));
  return new Map([
    ['schema/shop-schema.json', JSON.stringify({ subgraphs, reference: 'docs/schema.md' })],
    ...names.map((name, i) => [`schema/subgraphs/${name}.graphql`, subgraph(i, size)] as const),
    ...Array.from(
      { length: size.operations },
      (_, i) => [`schema/operations/page-${i}.graphql`, page(i, size)] as const,
    ),
  ]);
}

/** Writes files into a new git repository and commits them. */
export async function commitFiles(root: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [file, text] of files) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  await run('git', ['-C', root, 'init', '--quiet', '--initial-branch=main']);
  await commitAll(root);
}

/** Commits whatever has changed. */
export async function commitAll(root: string): Promise<void> {
  await run('git', ['-C', root, 'add', '--all']);
  const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@shop.test', '-c', 'commit.gpgsign=false'];
  await run('git', ['-C', root, ...author, 'commit', '--quiet', '--message=The schema as it was']);
}

/** What somebody does to the schema: a field that a page shows is renamed. */
export function renameOneField(sdl: string): string {
  return sdl.replace('  name: String', '  title: String');
}

function subgraph(index: number, { subgraphs, entities }: Size): string {
  const fields = (of: (entity: string) => string) =>
    Array.from({ length: entities }, (_, i) => of(entityName(index, i))).join('');
  const neighbours = Array.from({ length: entities }, (_, i) => entityName((index + 1) % subgraphs, i));
  return `${LINK}

type Query {
${fields((name) => `  "One of them."\n  ${camel(name)}("Which." id: ID!): ${name}\n  "A page of them."\n  all${name}("How many." first: Int = 20, "From where." after: String): ${name}Connection! @listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)\n`)}}

type Mutation {
${fields((name) => `  "Edits one."\n  update${name}(input: Update${name}Input!): Update${name}Payload! @authenticated\n`)}}

"Where a page lies."
type PageInfo @shareable {
  "Whether more follows."
  hasNextPage: Boolean!
}
${Array.from({ length: entities }, (_, i) => typesAround(entityName(index, i), neighbours[i] as string)).join('')}${neighbours.map((name) => note(name, index)).join('')}`;
}

/** Eight types. */
function typesAround(name: string, neighbour: string): string {
  return `
"Something a team looks after."
type ${name} @key(fields: "id") {
  "Never changes."
  id: ID!
  "What people call it."
  name: String
  "More of it."
  description: String
  "How large it is."
  size: Int
  "What it weighs, in grams."
  weight: Float
  "Where it stands."
  state: ${name}State
  "What only some want to know."
  detail: ${name}Detail
  "What it belongs to."
  next: ${neighbour}
}

"What only some want to know."
type ${name}Detail {
  "Who made it."
  maker: String
  "When it was made."
  madeAt: String
  "How often it was edited."
  edits: Int!
}

"Where it stands."
enum ${name}State {
  "It is there."
  ACTIVE
  "It is gone."
  GONE
}

"A page."
type ${name}Connection {
  "The page."
  edges: [${name}Edge!]!
  "Where it lies."
  pageInfo: PageInfo!
}

"One and its place."
type ${name}Edge {
  "Its place."
  cursor: String!
  "The thing itself."
  node: ${name}!
}

"An edit."
input Update${name}Input {
  "Which."
  id: ID!
  "What people call it."
  name: String
}

"What came of it."
type Update${name}Payload {
  "The thing as it is now."
  ${camel(name)}: ${name}
  "Why it was not edited."
  userErrors: [Update${name}Error!]!
}

"Why it was not edited."
type Update${name}Error {
  "What happened, in words."
  message: String!
}
`;
}

/** A field of one's own on a neighbour's entity. */
function note(name: string, index: number): string {
  return `
type ${name} @key(fields: "id") {
  id: ID!
  "What team ${index} thinks of it."
  noteOf${index}: String
}
`;
}

function page(index: number, { subgraphs, entities }: Size): string {
  const from = index % subgraphs;
  const name = entityName(from, index % entities);
  return `# A page that goes through three subgraphs.
query Page${index}($id: ID!) {
  ${camel(name)}(id: $id) {
    id
    name
    detail { maker edits }
    next { id name state next { name size } }
  }
}
`;
}

function entityName(subgraph: number, entity: number): string {
  return `Team${subgraph}Thing${entity}`;
}

function camel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

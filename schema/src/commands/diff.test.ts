import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  type Answer,
  aRepository,
  type Files,
  type FixtureRepository,
  removeRepositories,
  TODAY,
} from '../../test/a-repository.ts';
import { type Edit, editedShop, SHOP } from '../../test/a-shop.ts';
import type { Finding, Report } from '../report/report.ts';

afterAll(removeRepositories);

interface Case {
  edits: Edit[];
  /** Added to the shop as it becomes, or in place of what it has. */
  files?: Files;
  flags?: string[];
}

let theShop: Promise<FixtureRepository> | null = null;

/** The shop as it was, with a supergraph, so that it is composed once for all tests. */
async function printed(): Promise<FixtureRepository> {
  const shop = await aRepository(SHOP);
  await shop.run('print');
  return shop;
}

async function diff({ edits, files = {}, flags = [] }: Case): Promise<Answer> {
  theShop ??= printed();
  const after = await aRepository({ ...editedShop(edits), ...files });
  return after.run('diff', '--base', (await theShop).root, ...flags);
}

/** What is found, as `level kind coordinate`, the worst first. */
async function found(one: Case): Promise<{ code: number; lines: string[]; findings: Finding[] }> {
  const { code, out, err } = await diff({ ...one, flags: [...(one.flags ?? []), '--format', 'json'] });
  if (code === 2) throw new Error(err);
  const findings = (JSON.parse(out) as Report).sections.flatMap((section) => section.findings);
  return { code, findings, lines: findings.map(({ level, rule, coordinate }) => `${level} ${rule} ${coordinate}`) };
}

const PAGE = 'schema/operations/product-page.graphql (ProductPage)';
const SEARCH = 'schema/operations/search.graphql (Search)';
const RENAME = 'schema/operations/rename.graphql (Rename)';

describe('shop-schema diff', () => {
  it('finds nothing where nothing changed', async () => {
    expect(await diff({ edits: [] })).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('Nothing breaks.'),
    });
  });

  it.each<[string, Edit[], string, string]>([
    [
      'a field is removed that is used',
      [['catalog', 'colour: Colour\n  weightGrams', 'weightGrams']],
      'error field-removed Product.colour',
      PAGE,
    ],
    [
      'an argument is made required',
      [['catalog', 'first: Int = 20', 'first: Int!']],
      'error argument-made-required Query.products(first:)',
      SEARCH,
    ],
    [
      'a required argument is new',
      [['catalog', 'first: Int = 20', 'first: Int = 20, shop: ID!']],
      'error required-argument-added Query.products(shop:)',
      SEARCH,
    ],
    [
      'a value of a returned enum is removed',
      [['catalog', '  BLUE\n', '']],
      'error enum-value-removed Colour.BLUE',
      PAGE,
    ],
    [
      'a type changes',
      [['catalog', 'name: String!\n  colour', 'name: [String!]!\n  colour']],
      'error field-type-changed Product.name',
      PAGE,
    ],
    [
      'a field may be null that was not',
      [['catalog', 'name: String!\n  colour', 'name: String\n  colour']],
      'error field-type-changed Product.name',
      RENAME,
    ],
    [
      'an input field may no longer be null',
      [['catalog', 'reason: String', 'reason: String!']],
      'error input-field-made-required RenameProductInput.reason',
      RENAME,
    ],
    [
      'an input field is removed that a variable may hold',
      [['catalog', '  madeIn: String\n', '']],
      'error input-field-removed ProductFilter.madeIn',
      SEARCH,
    ],
    [
      'access is tightened',
      [['catalog', 'name: String!\n  colour', 'name: String! @authenticated\n  colour']],
      'error authenticated-added Product.name',
      PAGE,
    ],
    [
      'scopes are asked for',
      [
        [
          'catalog',
          'renameProduct(input: RenameProductInput!): Product',
          'renameProduct(input: RenameProductInput!): Product @requiresScopes(scopes: [["staff"]])',
        ],
      ],
      'error requires-scopes-added Mutation.renameProduct',
      RENAME,
    ],
    [
      'a field is hidden',
      [['catalog', 'colour: Colour\n  weightGrams', 'colour: Colour @inaccessible\n  weightGrams']],
      'error field-removed Product.colour',
      PAGE,
    ],
    [
      'a field moves without @override',
      [
        ['catalog', 'colour: Colour\n  weightGrams', 'weightGrams'],
        ['stock', 'inStock: Int!', 'inStock: Int!\n  colour: Colour'],
        ['stock', 'type Product', 'enum Colour { RED GREEN BLUE }\n\ntype Product'],
      ],
      'error field-moved-at-once Product.colour',
      PAGE,
    ],
  ])('fails when %s, and names who uses it', async (_, edits, line, user) => {
    const { code, lines, findings } = await found({ edits });
    expect({ code, errors: lines.filter((one) => one.startsWith('error')) }).toEqual({ code: 1, errors: [line] });
    const error = findings.find(({ level }) => level === 'error');
    expect(error?.details?.join('\n')).toContain(user);
    expect(error?.place?.file).toMatch(/^schema\/subgraphs\/(catalog|stock)\.graphql$/);
  });

  it.each<[string, Edit[], string]>([
    [
      'a field nobody uses is removed',
      [['catalog', '  weightGrams: Int\n', '']],
      'notice field-removed Product.weightGrams',
    ],
    [
      'a type nobody uses is removed',
      [['reviews', 'type Query {\n  reward: Money\n}\n', '']],
      'notice field-removed Query.reward',
    ],
    [
      'an argument nobody gives is removed',
      [
        [
          'catalog',
          ', first: Int = 20): [Product!]! @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)',
          '): [Product!]!',
        ],
      ],
      'notice argument-removed Query.products(first:)',
    ],
    [
      'an enum grows that nobody gets',
      [
        ['catalog', '  weightGrams: Int', '  weightGrams: Int\n  size: Size'],
        ['catalog', 'enum Colour', 'enum Size { S M }\n\nenum Colour'],
      ],
      'notice field-added Product.size',
    ],
    [
      'a field moves with @override',
      [['stock', 'inStock: Int!', 'inStock: Int!\n  weightGrams: Int @override(from: "catalog")']],
      'notice override-added Product.weightGrams',
    ],
    [
      'a key is dropped that nobody refers to',
      [['catalog', ' @key(fields: "barcode")', '']],
      'notice key-removed Product',
    ],
    [
      'access is tightened to what nobody uses',
      [['catalog', 'weightGrams: Int', 'weightGrams: Int @authenticated']],
      'notice authenticated-added Product.weightGrams',
    ],
  ])('passes when %s', async (_, edits, line) => {
    const { code, lines } = await found({ edits });
    expect({ code, errors: lines.filter((one) => one.startsWith('error')) }).toEqual({ code: 0, errors: [] });
    expect(lines).toContain(line);
  });

  it.each<[string, Edit[], string]>([
    ['an enum grows that clients get', [['catalog', 'BLUE', 'BLUE\n  PINK']], 'warning enum-value-added Colour.PINK'],
    [
      'a default changes',
      [['catalog', 'first: Int = 20', 'first: Int = 10']],
      'warning argument-default-changed Query.products(first:)',
    ],
    [
      'something is open to more people',
      [['stock', '! @authenticated', '!']],
      'notice authenticated-removed Query.emptyShelves',
    ],
    [
      'what nobody asks costs more',
      [['catalog', 'weightGrams: Int', 'weightGrams: Int @cost(weight: 9)']],
      'notice cost-added Product.weightGrams',
    ],
    [
      'what is asked costs more',
      [['catalog', 'name: String!\n  colour', 'name: String! @cost(weight: 9)\n  colour']],
      'warning cost-added Product.name',
    ],
  ])('passes, and says so, when %s', async (_, edits, line) => {
    const { code, lines } = await found({ edits });
    expect(code).toBe(0);
    expect(lines).toContain(line);
  });

  it('fails when an entity key is dropped by which another subgraph refers to it, whatever clients ask', async () => {
    const { code, findings } = await found({
      edits: [
        ['catalog', ' @key(fields: "sku")', ''],
        ['catalog', 'sku: String!', 'sku: String! @shareable'],
        // It composes: reviews has another way.
        [
          'reviews',
          'type Product @key(fields: "sku") {\n',
          'type Product @key(fields: "sku") @key(fields: "id") {\n  id: ID!\n',
        ],
      ],
    });
    expect(code).toBe(1);
    expect(findings).toContainEqual(
      expect.objectContaining({
        level: 'error',
        rule: 'key-removed',
        message: 'catalog no longer resolves Product by @key(fields: "sku"), by which reviews refers to it.',
      }),
    );
  });

  it('fails when a field is no longer @shareable that two subgraphs resolve, and names both', async () => {
    const { code, out } = await diff({ edits: [['reviews', 'type Money @shareable', 'type Money']] });
    expect(code).toBe(1);
    expect(out).toContain('INVALID_FIELD_SHARING');
    expect(out).toMatch(/Money\.amount.*"catalog" and "reviews".*"reviews"/);
  });

  it('passes when there is a new subgraph', async () => {
    const files = {
      'schema/subgraphs/news.graphql': 'type Query { headline: String }\n',
      'schema/shop-schema.json': JSON.stringify({
        subgraphs: Object.fromEntries(
          ['catalog', 'stock', 'reviews', 'news'].map((name) => [name, { url: `http://127.0.0.1/${name}` }]),
        ),
      }),
    };
    const { code, lines } = await found({ edits: [], files });
    expect(code).toBe(0);
    expect(lines).toEqual(['notice field-added Query.headline', 'notice subgraph-added news']);
  });

  it('says what a change of an event stream means to whoever subscribes', async () => {
    const files = {
      'schema/operations/price.graphql': 'subscription Price($id: ID!) { priceChanged(id: $id) { id } }',
    };
    const edits: Edit[] = [
      [
        'catalog',
        'subject: "price.{args.id}", value: "{ id: $id }", audience: PUBLIC',
        'subject: "cost.{args.id}", value: "{ id: $id }"',
      ],
    ];
    const { code, lines } = await found({ edits, files });
    expect(code).toBe(1);
    expect(lines).toEqual([
      'error event-stream-audience-changed Subscription.priceChanged',
      'warning event-stream-subject-changed Subscription.priceChanged',
    ]);
  });

  it('counts an operation that was registered before, though its file is gone', async () => {
    const [before, after] = await Promise.all([
      aRepository({ ...SHOP, 'schema/operations/old-app.graphql': '{ product(id: 1) { weightGrams } }' }),
      aRepository(editedShop([['catalog', '  weightGrams: Int\n', '']])),
    ]);
    const { code, out } = await after.run('diff', '--base', before.root);
    expect(code).toBe(1);
    expect(out).toContain(`used by schema/operations/old-app.graphql of ${before.root} (unnamed)`);
  });

  it('counts an operation as it was before, though only a fragment in another file has changed', async () => {
    const [page, fields] = ['schema/operations/weigh.graphql', 'schema/operations/weight.graphql'];
    const files = {
      [page]: 'query Weigh { product(id: 1) { ...Weight } }',
      [fields]: 'fragment Weight on Product { name weightGrams }',
    };
    const [before, after] = await Promise.all([
      aRepository({ ...SHOP, ...files }),
      aRepository({
        ...editedShop([['catalog', '  weightGrams: Int\n', '']]),
        ...files,
        [fields]: 'fragment Weight on Product { name }',
      }),
    ]);
    const { code, out } = await after.run('diff', '--base', before.root);
    expect(code).toBe(1);
    expect(out).toContain(`used by ${page} of ${before.root} (Weigh)`);
  });

  describe('where clients ask for an interface', () => {
    const media = {
      'schema/subgraphs/media.graphql':
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated"])\n' +
        'interface Node { id: ID }\ntype Book implements Node { id: ID! pages: Int }\ntype Film implements Node { id: ID! }\n' +
        'type Query { node: Node films: [Film] }\n',
    };
    const recorded = {
      'schema/usage.json': JSON.stringify({
        version: 1,
        recordedFrom: '2026-11-01',
        recordedTo: '2026-11-19',
        operations: [
          {
            name: 'AnyNode',
            hash: 'abc',
            client: { name: 'web', version: null },
            requests: 1,
            lastSeen: '2026-11-19',
            coordinates: ['Query.node', 'Node.id'],
          },
        ],
      }),
    };
    const mediaWith = (from: string, to: string) => ({
      'schema/subgraphs/media.graphql': media['schema/subgraphs/media.graphql'].replace(from, to),
      ...recorded,
    });

    it.each<[string, string, string, string[]]>([
      [
        'a field that is no longer there',
        'type Book implements Node { id: ID! pages',
        'type Book { pages',
        ['error interface-removed Book', 'error field-removed Book.id'],
      ],
      ['a type that is gone', 'type Book implements Node { id: ID! pages: Int }', '', ['error type-removed Book']],
      [
        'a field that is hidden from most',
        'id: ID! pages',
        'id: ID! @authenticated pages',
        ['error authenticated-added Book.id'],
      ],
      [
        'a type that is hidden from most',
        'Film implements Node',
        'Film implements Node @authenticated',
        ['error authenticated-added Film'],
      ],
      [
        'a new type',
        'interface Node',
        'type Song implements Node { id: ID! }\ninterface Node',
        ['notice type-added Song', 'warning interface-added Song'],
      ],
      [
        'a field that may be null, as the interface has it',
        'id: ID! pages',
        'id: ID pages',
        ['notice field-type-changed Book.id'],
      ],
      ['what they do not ask for', 'pages: Int', '', ['notice field-removed Book.pages']],
    ])('%s has the verdict of whoever may get it', async (_, from, to, expected) => {
      const [before, after] = await Promise.all([aRepository(media), aRepository(mediaWith(from, to))]);
      const { out } = await after.run('diff', '--base', before.root, '--format', 'json');
      const lines = (JSON.parse(out) as Report).sections.flatMap(({ findings }) =>
        findings.map(({ level, rule, coordinate }) => `${level} ${rule} ${coordinate}`),
      );
      expect(lines.sort()).toEqual([...expected].sort());
    });
  });

  it('names an operation that is no longer valid although each change is safe by itself', async () => {
    const twoTypes =
      'type Cat { weight: Int }\n\ntype Dog { weight: Int }\n\nunion Pet = Cat | Dog\n\ntype Query {\n  pet: Pet\n';
    const before = editedShop([['reviews', 'type Query {\n', twoTypes]]);
    const files = {
      'schema/operations/pet.graphql': 'query Pet { pet { ... on Cat { weight } ... on Dog { weight } } }',
    };
    const [old, now] = await Promise.all([
      aRepository({ ...before, ...files }),
      aRepository({
        ...editedShop([['reviews', 'type Query {\n', twoTypes.replace('weight: Int', 'weight: Int!')]]),
        ...files,
      }),
    ]);
    const { code, out } = await now.run('diff', '--base', old.root);
    expect(code).toBe(1);
    expect(out).toMatch(/Pet was valid and is not any more: .*\[operation-broken\]/);
  });

  describe('without registered operations', () => {
    const alone = Object.fromEntries(Object.entries(SHOP).filter(([file]) => !file.includes('/operations/')));
    const [removal]: Edit[] = [['catalog', '  weightGrams: Int\n', '']];
    const used = (requests: number, lastSeen: string, client = 'web') => ({
      'schema/usage.json': JSON.stringify({
        version: 1,
        recordedFrom: '2026-10-01',
        recordedTo: '2026-11-19',
        operations: [
          {
            name: 'Weigh',
            hash: 'abc',
            client: { name: client, version: '2.1' },
            requests,
            lastSeen,
            coordinates: ['Query.product', 'Query.product(id:)', 'Product.weightGrams'],
          },
        ],
      }),
    });
    const verdict = async (files: Files, ...flags: string[]) => {
      const [before, after] = await Promise.all([aRepository(alone), aRepository({ ...alone, ...files })]);
      const file = 'schema/subgraphs/catalog.graphql';
      await after.write({ [file]: SHOP[file].replace(removal?.[1] as string, '') });
      return after.run('diff', '--base', before.root, ...flags);
    };

    it('everything that could break breaks where no traffic is known either', async () => {
      const { code, out } = await verdict({});
      expect(code).toBe(1);
      expect(out).toContain('nothing is known of clients, so everything counts as used');
    });

    it('a recording that saw nobody makes nothing unused', async () => {
      const empty = { version: 1, recordedFrom: '2026-11-01', recordedTo: '2026-11-19', operations: [] };
      const { code, out } = await verdict({ 'schema/usage.json': JSON.stringify(empty) });
      expect(code).toBe(1);
      expect(out).toContain('nothing is known of clients');
    });

    it('what recorded traffic uses breaks, and its client is named', async () => {
      const { code, out } = await verdict(used(1_204, '2026-11-18'));
      expect(code).toBe(1);
      expect(out).toContain('used by Weigh of web 2.1 (1,204 requests, the last on 2026-11-18)');
    });

    it.each([
      ['it is asked too seldom', used(9, '2026-11-18'), ['--min-requests', '10']],
      ['it was asked too long ago', used(900, '2026-10-02'), ['--period', '7d']],
      ['its client does not count', used(900, '2026-11-18', 'scraper'), ['--exclude-client', 'scraper']],
    ])('what traffic uses does not count when %s', async (_, files, flags) => {
      expect(await verdict(files)).toMatchObject({ code: 1 });
      expect(await verdict(files, ...flags)).toMatchObject({ code: 0, out: expect.stringContaining('nobody does') });
    });
  });

  describe('with approvals', () => {
    const edits: Edit[] = [['catalog', 'colour: Colour\n  weightGrams', 'weightGrams']];
    const approved = (expires: string, coordinate = 'Product.colour') => ({
      'schema/approved-changes.json': JSON.stringify([
        { kind: 'field-removed', coordinate, reason: 'Nobody minds, says the app team.', expires },
      ]),
    });

    it('passes what is approved, until the end of its last day', async () => {
      const { code, out } = await diff({ edits, files: approved(TODAY) });
      expect(code).toBe(0);
      expect(out).toContain(`approved until ${TODAY}: Nobody minds, says the app team.`);
    });

    it('fails again when the approval has ended', async () => {
      const { code, out } = await diff({ edits, files: approved('2026-11-19') });
      expect(code).toBe(1);
      expect(out).toContain('the approval ended on 2026-11-19');
      expect(out).toContain('[expired-approval]');
    });

    it('says which approval is not needed', async () => {
      const { code, out } = await diff({ edits: [], files: approved('2027-01-01', 'Product.smell') });
      expect(code).toBe(0);
      expect(out).toContain('The approval of field-removed Product.smell is not needed: take it out.');
    });
  });

  describe('takes as its base', () => {
    const edits: Edit[] = [['catalog', 'colour: Colour\n  weightGrams', 'weightGrams']];

    it('a commit, or where the branch left main', async () => {
      const repository = await aRepository(SHOP);
      const git = (...args: string[]) =>
        execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd: repository.root });
      expect(await repository.run('diff')).toMatchObject({ code: 2, err: expect.stringContaining('--base') });
      git('init', '-q', '-b', 'main');
      git('add', '.');
      git('commit', '-q', '-m', 'shop');
      expect(await repository.run('diff')).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^Schema changes since HEAD \([0-9a-f]{10}\)\n/),
      });
      git('switch', '-q', '-c', 'feature');
      await repository.write(editedShop(edits));
      for (const flags of [[], ['--base', 'main'], ['--base', 'HEAD']]) {
        expect(await repository.run('diff', ...flags)).toMatchObject({
          code: 1,
          out: expect.stringContaining('Product.colour is removed.'),
        });
      }
      expect(await repository.run('diff', '--base', 'release/9')).toMatchObject({
        code: 2,
        err: expect.stringMatching(
          /^shop-schema diff: There is no commit, file, folder or URL "release\/9".*fetch.*\n$/,
        ),
      });
    });

    it('a supergraph or an API schema, as a file or from a server', async () => {
      const [before, after] = await Promise.all([aRepository(SHOP), aRepository(editedShop(edits))]);
      await before.run('print');
      const supergraph = join(before.root, 'schema/supergraph.graphql');
      const { out: text } = await before.run('compose', '--out', '-');
      const server = createServer((request, response) =>
        request.url === '/latest' ? response.end(text) : response.writeHead(404).end(),
      );
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      for (const base of [supergraph, join(before.root, 'schema/api.graphql'), `${url}/latest`]) {
        expect(await before.run('diff', '--base', base)).toMatchObject({
          code: 0,
          out: expect.not.stringContaining('Dangerous'),
        });
        const { code, out } = await after.run('diff', '--base', base, '--format', 'markdown');
        expect(code).toBe(1);
        expect(out).toContain('- ❌ `Product.colour` is removed. _(field-removed)_');
      }
      expect(await after.run('diff', '--base', `${url}/gone`)).toMatchObject({
        code: 2,
        err: expect.stringContaining('404'),
      });
      await new Promise((resolve) => server.close(resolve));
    });
  });

  it.each<[string, Files, string[], RegExp]>([
    [
      'a broken operation',
      { 'schema/operations/search.graphql': 'query {\n  products {' },
      [],
      /search\.graphql:2:13: Syntax Error/,
    ],
    ['a manifest that is none', { 'schema/operations/app.json': '{"format":"other"}' }, [], /app\.json is no manifest/],
    [
      'approvals without a reason',
      { 'schema/approved-changes.json': '[{"kind":"a","coordinate":"b","reason":"","expires":"soon"}]' },
      [],
      /approved-changes\.json .*reason.*expires/,
    ],
    ['usage that cannot be read', { 'schema/usage.json': '{"version":9}' }, [], /usage\.json is no recorded usage/],
    ['usage that is not there', {}, ['--usage', 'gone.json'], /gone\.json cannot be read.*usage export/],
    ['a format there is not', {}, ['--format', 'pdf'], /no format "pdf"/],
  ])('cannot run on %s, and says so in one line', async (_, files, flags, line) => {
    const { code, out, err } = await diff({ edits: [], files, flags });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(line);
    expect(err.trimEnd()).not.toContain('\n');
  });

  it('knows the operations of a manifest of persisted queries', async () => {
    const files = {
      'schema/operations/app.json': JSON.stringify({
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [{ id: '1', name: 'Weigh', type: 'query', body: '{ product(id: 1) { weightGrams } }' }],
      }),
    };
    const { code, lines } = await found({ edits: [['catalog', '  weightGrams: Int\n', '']], files });
    expect({ code, lines }).toEqual({ code: 1, lines: ['error field-removed Product.weightGrams'] });
  });
});

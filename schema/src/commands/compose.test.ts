import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { aRepository, removeRepositories } from '../../test/a-repository.ts';
import { editedShop, SHOP } from '../../test/a-shop.ts';

describe('shop-schema compose', () => {
  afterAll(removeRepositories);

  it('writes the supergraph of the subgraphs in git', async () => {
    const repository = await aRepository(SHOP);
    expect(await repository.run('compose', '--out', 'supergraph.graphql')).toMatchObject({
      code: 0,
      out: expect.stringContaining('3 subgraphs compose to a supergraph, written to supergraph.graphql.'),
    });
    const written = await readFile(join(repository.root, 'supergraph.graphql'), 'utf8');
    expect(written).toContain('enum join__Graph');
    expect(await repository.run('compose', '--out', '-')).toEqual({ code: 0, out: written, err: '' });
  });

  it('names field, subgraphs and lines where two resolve a field that is not @shareable', async () => {
    const repository = await aRepository(editedShop([['stock', 'inStock: Int!', 'inStock: Int!\n  weightGrams: Int']]));
    const { code, out } = await repository.run('compose');
    expect(code).toBe(1);
    expect(out).toContain('Non-shareable field "Product.weightGrams" is resolved from multiple subgraphs');
    expect(out).toContain('"catalog" and "stock"');
    expect(out).toMatch(/\[INVALID_FIELD_SHARING\] {2}\(schema\/subgraphs\/catalog\.graphql:\d+:\d+\)/);
    expect(out).toMatch(/see schema\/subgraphs\/catalog\.graphql:\d+:\d+, schema\/subgraphs\/stock\.graphql:\d+:\d+/);
    expect((await repository.run('compose', '--format', 'github')).out).toMatch(
      /^::error file=schema\/subgraphs\/catalog\.graphql,line=\d+,col=\d+,title=Composition%3A INVALID_FIELD_SHARING::/,
    );
  });

  it('says what composes but was probably not meant so', async () => {
    const repository = await aRepository(
      editedShop([['reviews', 'type Money @shareable {\n  amount: Int!', 'type Money @shareable {\n  amount: Int']]),
    );
    const { code, out } = await repository.run('compose');
    expect(code).toBe(0);
    expect(out).toContain('INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE');
  });

  it.each([
    [
      'broken SDL',
      { 'schema/subgraphs/stock.graphql': 'type Query {\n  a: Int\n  b: !\n}\n' },
      /stock\.graphql:3:6: Syntax Error/,
    ],
    [
      'SDL of 10 MB',
      { 'schema/subgraphs/stock.graphql': `# ${'x'.repeat(10 * 1024 * 1024)}` },
      /stock\.graphql has 10\.0 MB/,
    ],
    [
      'SDL nested out of reason',
      { 'schema/subgraphs/stock.graphql': `type Query { a: ${'['.repeat(100_000)}` },
      /nested too deeply/,
    ],
    ['settings that are no JSON', { 'schema/shop-schema.json': '{' }, /shop-schema\.json is not JSON/],
    [
      'settings with mistakes',
      { 'schema/shop-schema.json': '{"subgraphs":{"a":{"url":"?"}},"x":1}' },
      /subgraphs\.a\.url: .*; .*"x"/,
    ],
    [
      'a subgraph without SDL',
      { 'schema/shop-schema.json': '{"subgraphs":{"gone":{"url":"http://x"}}}' },
      /subgraphs\/gone\.graphql is missing/,
    ],
  ])('cannot run on %s, and says so in one line', async (_, files, line) => {
    const repository = await aRepository({ ...SHOP, ...files });
    const { code, out, err } = await repository.run('compose');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(line);
    expect(err.trimEnd()).not.toContain('\n');
  });
});

import { readdir, readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { stripIgnoredCharacters } from 'graphql';
import * as operations from '../../operations/typed-operations.ts';
import { aRepository, removeRepositories } from '../../test/a-repository.ts';
import { openRepository, readOperationFiles } from '../repository.ts';
import { readCodegenConfig } from './codegen-config.ts';
import { typedOperations } from './typed-operations.ts';

const SDL = 'type Query { greeting(name: String!): String! }';

async function generated(config: string, operation: string): Promise<string> {
  const { root } = await aRepository({
    'schema/codegen.json': config,
    'schema/operations/greet.graphql': operation,
  });
  const repository = await openRepository(root);
  const read = await readCodegenConfig(repository);
  if (read === null) throw new Error('There is no configuration.');
  const files = await readOperationFiles(repository.tree, repository.settings);
  return (await typedOperations(read, SDL, files)).get('typed.ts') ?? '';
}

const config = (more: object = {}) =>
  JSON.stringify({
    schema: 'schema/api.graphql',
    documents: 'schema/operations/*.graphql',
    generates: { 'typed.ts': { plugins: ['typescript-operations', 'typed-document-node'], ...more } },
  });

describe('typed operations', () => {
  afterAll(removeRepositories);

  it('know what an operation takes and what it answers', async () => {
    const text = await generated(config(), 'query Greet($name: String!) { greeting(name: $name) }');
    expect(text).toMatch(/GreetQueryVariables = Exact<\{\s*name: string;\s*\}>/);
    expect(text).toMatch(/GreetQuery = \{ [^}]*greeting: string/);
    expect(text).toContain('export const GreetDocument');
  });

  it('are refused a configuration that asks for what is not done here', async () => {
    await expect(generated(config({ preset: 'client' }), 'query Greet { greeting(name: "") }')).rejects.toThrow(
      /schema\/codegen\.json is not as it should be: .*preset/,
    );
  });

  it('of the shop are the very texts that gateways trust', async () => {
    const folder = new URL('../../operations/', import.meta.url);
    const files = (await readdir(folder)).filter((file) => file.endsWith('.graphql'));
    const registered = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')));
    const documents = Object.entries(operations).filter(([name]) => name.endsWith('Document'));
    expect(documents.map(([, document]) => stripIgnoredCharacters(String(document))).sort()).toEqual(
      registered.map(stripIgnoredCharacters).sort(),
    );
  });
});

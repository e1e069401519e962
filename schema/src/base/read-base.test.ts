import { execFileSync } from 'node:child_process';
import { afterAll, expect, it } from '@jest/globals';
import { aRepository, removeRepositories } from '../../test/a-repository.ts';

afterAll(removeRepositories);

it('is what its subgraphs say, though the supergraph beside them is older', async () => {
  const file = 'schema/subgraphs/library.graphql';
  const repository = await aRepository({ [file]: 'type Query { book: String }\n' });
  await repository.run('print');
  await repository.write({ [file]: 'type Query { book: String film: String }\n' });
  const stale = await aRepository({ [file]: 'type Query { book: String }\n' });
  expect(await stale.run('diff', '--base', repository.root)).toMatchObject({
    code: 1,
    out: expect.stringContaining('Query.film is removed.'),
  });
});

it('is the supergraph beside its subgraphs where these do not compose any more', async () => {
  const file = 'schema/subgraphs/library.graphql';
  const repository = await aRepository({ [file]: 'type Query { book: String film: String }\n' });
  await repository.run('print');
  const fixed = await aRepository({ [file]: 'type Query { book: String }\n' });
  await repository.write({ [file]: 'type Query { book: Strong }\n' });
  expect(await fixed.run('diff', '--base', repository.root)).toMatchObject({
    code: 1,
    out: expect.stringContaining('Query.film is removed.'),
  });
});

it('is not the folder one is in because a variable is empty', async () => {
  const repository = await aRepository({ 'schema/subgraphs/library.graphql': 'type Query { book: String }\n' });
  expect(await repository.run('diff', '--base', '')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^shop-schema diff: --base is empty.*\n$/),
  });
});

it('has nothing to compare with while the main branch has no schema yet', async () => {
  const repository = await aRepository({
    'schema/subgraphs/library.graphql': 'type Query {\n  """The first book."""\n  book: String\n}\n',
  });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd: repository.root });
  git('init', '-q', '-b', 'main');
  git('commit', '-q', '--allow-empty', '-m', 'nothing yet');
  git('switch', '-q', '-c', 'feature');
  for (const command of ['lint', 'operations']) {
    expect(await repository.run(command)).toMatchObject({ code: 0, err: '' });
  }
  expect(await repository.run('diff')).toMatchObject({
    code: 2,
    err: expect.stringContaining('has no schema/subgraphs'),
  });
});

import { execFileSync } from 'node:child_process';
import { afterAll, expect, it } from '@jest/globals';
import { aRepository, removeRepositories } from '../../test/a-repository.ts';

afterAll(removeRepositories);

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

import { execFileSync } from 'node:child_process';
import { readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { aRepository, type FixtureRepository, removeRepositories } from '../test/a-repository.ts';
import { folderTree, gitTree } from './tree.ts';

afterAll(removeRepositories);

const TEXTS = { 'schema/a.graphql': 'type A', 'schema/deep/b.graphql': 'type B', 'other.txt': 'c' };
const PATHS = [
  'schema/a.graphql',
  'schema/deep/link.graphql',
  'schema/gone.graphql',
  'schema/out.graphql',
  'other.txt',
];

async function committed(): Promise<FixtureRepository> {
  const repository = await aRepository(TEXTS);
  await symlink('../a.graphql', join(repository.root, 'schema/deep/link.graphql'));
  await symlink('nowhere.graphql', join(repository.root, 'schema/gone.graphql'));
  await symlink('../../../nowhere/at all.graphql', join(repository.root, 'schema/out.graphql'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd: repository.root });
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-q', '-m', 'all');
  return repository;
}

it('reads files and links to files alike in a folder and in a commit', async () => {
  const { root } = await committed();
  const trees = [folderTree(root, 'here'), await gitTree(root, 'main')];
  for (const tree of trees) {
    expect(await tree.read(PATHS)).toEqual(['type A', 'type A', null, null, 'c']);
    expect(await tree.list('schema')).toEqual(
      expect.arrayContaining(['schema/a.graphql', 'schema/deep/b.graphql', 'schema/deep/link.graphql']),
    );
  }
});

it('says in one line that git cannot read a commit', async () => {
  const { root } = await committed();
  const tree = await gitTree(root, 'main');
  // As in a clone that has the commits, and not what is in them.
  const objects = join(root, '.git/objects');
  for (const folder of await readdir(objects)) {
    if (folder.length === 2) await rm(join(objects, folder), { recursive: true });
  }
  await expect(tree.list('schema')).rejects.toThrow(/^git cannot read what was committed in [0-9a-f]{10}: .+$/);
});

import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { aRepository, removeRepositories, runIn } from '../../test/a-repository.ts';
import { run } from '../cli.ts';
import { startRegistryServer } from '../registry/registry-server.ts';

afterAll(removeRepositories);

const subgraph = (field: string) => ({ 'schema/subgraphs/greeting.graphql': `type Query { ${field}: String! }\n` });

it('publishes what the repository composes to, and goes back to what it was', async () => {
  const repository = await aRepository(subgraph('hello'));
  const git = (...args: string[]) => execFileSync('git', ['-C', repository.root, ...args], { encoding: 'utf8' });
  git('init', '-q');
  git('add', '.');
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-qm', 'one');
  const first = await repository.run('publish');
  expect(first).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^[0-9a-f]{64} is the latest in \.local\/registry\.\n$/),
  });
  const hash = first.out.slice(0, 64);
  expect(await repository.run('publish')).toMatchObject({ code: 0, out: expect.stringContaining('nothing to do') });

  await repository.write(subgraph('welcome'));
  await repository.run('publish');
  const latest = () => readFile(join(repository.root, '.local/registry/latest.graphql'), 'utf8');
  expect(await latest()).toContain('welcome: String!');
  const commit = git('rev-parse', 'HEAD').trim();
  const { out } = await repository.run('rollback', '--list');
  expect(out.split('\n')[0]).toMatch(new RegExp(`^\\S+Z publish +${hash} by \\S+ from ${commit}$`));
  expect(out.split('\n')[1]).toContain(`from ${commit}-dirty`);

  expect(await repository.run('rollback', hash.slice(0, 10))).toMatchObject({
    code: 0,
    out: expect.stringContaining(hash),
  });
  expect(await latest()).toContain('hello: String!');
});

it('publishes nothing that does not compose', async () => {
  const repository = await aRepository({ 'schema/subgraphs/greeting.graphql': 'type Query { hello: Nothing }\n' });
  expect(await repository.run('publish', '--to', 'out')).toMatchObject({
    code: 1,
    err: expect.stringContaining('Nothing'),
  });
  expect(await repository.run('rollback', '--list', '--in', 'out')).toMatchObject({
    code: 2,
    err: 'shop-schema rollback: Nothing was published to out: run "shop-schema publish".\n',
  });
});

it('publishes nothing that breaks clients of what it is checked against', async () => {
  const repository = await aRepository(subgraph('hello'));
  await repository.run('publish');
  const latest = join(repository.root, '.local/registry/latest.graphql');
  await repository.write(subgraph('welcome'));
  const refused = await repository.run('publish', '--check-against', '.local/registry/latest.graphql');
  expect(refused).toMatchObject({ code: 1, err: 'Nothing was published.\n' });
  expect(refused.out).toContain('Query.hello');
  expect(await readFile(latest, 'utf8')).not.toContain('welcome');

  await repository.write({ 'schema/subgraphs/greeting.graphql': 'type Query { hello: String! welcome: String! }\n' });
  expect(await repository.run('publish', '--check-against', '.local/registry/latest.graphql')).toMatchObject({
    code: 0,
  });
  expect(await readFile(latest, 'utf8')).toContain('welcome');
});

it('serves what is published until it is stopped', async () => {
  const repository = await aRepository(subgraph('hello'));
  await repository.run('publish');
  const stopping = new AbortController();
  let served: Promise<string> | undefined;
  const code = await run(['serve', '--port', '0'], {
    cwd: repository.root,
    env: {},
    today: () => '2026-11-20',
    out(text) {
      const url = /SUPERGRAPH_URL=(\S+)\n$/.exec(text)?.[1] ?? '';
      served = fetch(url).then((response) => response.text());
      void served.finally(() => stopping.abort());
    },
    err: () => undefined,
    stopSignal: () => stopping.signal,
  });
  expect(code).toBe(0);
  expect(await served).toContain('hello: String!');
});

it('says that something is the latest although its copy cannot be written', async () => {
  const repository = await aRepository({ ...subgraph('hello'), 'out/latest.graphql/in-the-way': '' });
  expect(await repository.run('publish', '--to', 'out')).toMatchObject({
    code: 2,
    err: expect.stringMatching(
      /^shop-schema publish: [0-9a-f]{64} is the latest in .*latest\.graphql could not be written.*\n$/,
    ),
  });
  expect((await repository.run('rollback', '--list', '--in', 'out')).out).toContain('publish');
});

it('mends what somebody has changed when it is published again', async () => {
  const repository = await aRepository(subgraph('hello'));
  const [hash] = (await repository.run('publish', '--to', 'out')).out.split(' ');
  await repository.write({ [`out/${hash}.graphql`]: 'changed', 'out/latest.graphql': 'changed' });
  expect(await repository.run('publish', '--to', 'out')).toMatchObject({ code: 0, err: '' });
  for (const file of [`out/${hash}.graphql`, 'out/latest.graphql']) {
    expect(await readFile(join(repository.root, file), 'utf8')).toContain('hello: String!');
  }
});

it('says in one line what it cannot do', async () => {
  const { root } = await aRepository(subgraph('hello'));
  const says = async (...argv: string[]) => {
    const { code, out, err } = await runIn(root, argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^.+\n$/);
    return err;
  };
  expect(await says('rollback')).toContain('Say which');
  expect(await says('rollback', 'abcdef1')).toContain('is none that was published');
  expect(await says('publish', '--to', 'schema/shop-schema.json')).toMatch(/EEXIST.*schema\/shop-schema\.json/);
  expect(await says('rollback', '--list', '--in', 'schema/shop-schema.json')).toContain('ENOTDIR');
  expect(await says('serve', '--port', '70000')).toContain('is no port');
  const taken = await startRegistryServer({ dir: root, host: '127.0.0.1', port: 0 });
  const { port } = new URL(taken.url);
  expect(await says('serve', '--port', port)).toContain('--port names another');
  await taken.close();
  expect(await says('serve', '--host', '203.0.113.1')).toContain('Cannot listen on 203.0.113.1:4800');
});

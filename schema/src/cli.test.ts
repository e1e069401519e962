import { afterAll, describe, expect, it } from '@jest/globals';
import { aRepository, removeRepositories, runIn } from '../test/a-repository.ts';

const FEDERATION =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';

describe('the command line', () => {
  afterAll(removeRepositories);

  it('explains itself and each of its commands', async () => {
    const { out } = await runIn('/', ['--help']);
    const names = [...out.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name as string);
    expect(names).toContain('check');
    for (const name of names) expect(await runIn('/', [name, '--help'])).toMatchObject({ code: 0, err: '' });
  });

  it('cannot run what it does not know, and says what there is', async () => {
    expect(await runIn('/', ['chekc'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/no command "chekc".*check/),
    });
    expect(await runIn('/', ['check', '--fromat'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/'--fromat'.*--help/),
    });
  });

  it('refuses an argument where only flags are taken: it may be a base without its flag', async () => {
    expect(await runIn('/', ['diff', 'origin/main'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^shop-schema diff: Unexpected argument 'origin\/main'\..*--help\.\n$/),
    });
  });

  it('cannot run where there is no repository', async () => {
    expect(await runIn('/', ['check'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^shop-schema check: .*\n$/),
    });
  });

  it('finds that the supergraph in git is not what the subgraphs say, until it is printed', async () => {
    const repository = await aRepository({
      'schema/subgraphs/greeting.graphql': `type Query { hello: String! }\n${FEDERATION}\n`,
    });
    expect(await repository.run('check')).toMatchObject({
      code: 1,
      out: expect.stringContaining('schema/supergraph.graphql is not what the code says'),
    });
    expect(await repository.run('print')).toMatchObject({
      code: 0,
      out: expect.stringContaining('wrote schema/api.graphql'),
    });
    expect((await repository.run('check')).out).toContain('Drift: what is in git is what the code says.');
  });

  it('writes what it found for people, programs, GitHub and pull requests', async () => {
    const repository = await aRepository({
      'schema/subgraphs/greeting.graphql': `type Query { hello: String! }\n${FEDERATION}\n`,
    });
    const as = async (format: string) => (await repository.run('check', '--format', format)).out;
    expect(await as('text')).toContain('✗ schema/api.graphql is not what the code says. [drift]');
    expect(JSON.parse(await as('json'))).toMatchObject({ ok: false });
    expect(await as('github')).toContain(
      '::error file=schema/api.graphql,title=Drift%3A drift::schema/api.graphql is not',
    );
    expect(await as('markdown')).toContain('- ❌ schema/api.graphql is not what the code says. _(drift)_');
    expect(await repository.run('check', '--format', 'pdf')).toMatchObject({ code: 2 });
  });
});

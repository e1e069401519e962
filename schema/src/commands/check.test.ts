import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { aRepository, type Files, type FixtureRepository, removeRepositories, runIn } from '../../test/a-repository.ts';

const SUBGRAPH = 'schema/subgraphs/library.graphql';
const SHOP: Files = {
  [SUBGRAPH]: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])

type Query {
  """One book."""
  book(
    """Names it."""
    id: ID!
  ): Book
}

"""What people read."""
type Book {
  """What is on its cover."""
  title: String
  """Who wrote it."""
  author: String
}
`,
  'schema/operations/book-page.graphql': 'query BookPage($id: ID!) {\n  book(id: $id) { title }\n}\n',
};

const withoutTitle = (SHOP[SUBGRAPH] as string).replace('  """What is on its cover."""\n  title: String\n', '');

async function printed(files: Files): Promise<FixtureRepository> {
  const repository = await aRepository(files);
  expect(await repository.run('print')).toMatchObject({ code: 0, err: '' });
  return repository;
}

describe('shop-schema check', () => {
  afterAll(removeRepositories);

  it('passes what is printed and well made, and says that there was nothing to compare with', async () => {
    const repository = await printed(SHOP);
    const { code, out } = await repository.run('check');
    expect({ code, last: out.trimEnd().split('\n').at(-1) }).toEqual({
      code: 0,
      last: 'Nothing is wrong; breaking changes were not looked for.',
    });
    expect(out).toContain('Breaking changes: not looked for: git knows no branch main');
  });

  it('says which base it compared with, and fails on what breaks since', async () => {
    const [before, after] = await Promise.all([printed(SHOP), printed({ ...SHOP, [SUBGRAPH]: withoutTitle })]);
    expect(await before.run('check', '--base', before.root)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Schema check against .*\n(.*\n)*Nothing is wrong, and nothing breaks\.\n$/),
    });
    const { code, out } = await after.run('check', '--base', before.root);
    expect(code).toBe(1);
    expect(out).toContain('Book.title is removed. [field-removed]');
    expect(out).toMatch(/Failed: .*breaking changes/);
  });

  it('fails on what does not compose, and looks no further', async () => {
    const repository = await aRepository({ ...SHOP, [SUBGRAPH]: 'type Query { book: Gone }\n' });
    const { code, out } = await repository.run('check');
    expect(code).toBe(1);
    expect(out).toContain('Unknown type');
    expect(out).toContain('Failed: composition.');
  });

  it('compares with where the branch began', async () => {
    const repository = await printed(SHOP);
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd: repository.root });
    git('init', '-q', '-b', 'main');
    git('commit', '-q', '--allow-empty', '-m', 'nothing yet');
    expect(await repository.run('check')).toMatchObject({ code: 0, out: expect.stringContaining('not looked for') });
    git('add', '.');
    git('commit', '-q', '-m', 'a library');
    git('switch', '-q', '-c', 'feature');
    await repository.write({ [SUBGRAPH]: withoutTitle });
    await repository.run('print');
    git('commit', '-q', '-a', '-m', 'no more titles');
    expect(await repository.run('check')).toMatchObject({
      code: 1,
      out: expect.stringContaining('Book.title is removed.'),
    });
  });

  it('cannot run where a subgraph is not built', async () => {
    const subgraphs = { library: { url: 'http://127.0.0.1/library', program: 'dist/library.js' } };
    const repository = await aRepository({ ...SHOP, 'schema/shop-schema.json': JSON.stringify({ subgraphs }) });
    expect(await repository.run('check')).toEqual({
      code: 2,
      out: '',
      err: 'shop-schema check: dist/library.js is not there: build the subgraphs first (npm run build).\n',
    });
  });

  it('asks a built subgraph for its SDL', async () => {
    const subgraphs = { library: { url: 'http://127.0.0.1/library', program: 'library.mjs' } };
    const repository = await aRepository({
      ...SHOP,
      'schema/shop-schema.json': JSON.stringify({ subgraphs }),
      'library.mjs': `console.log(process.argv[2] === 'schema' ? ${JSON.stringify(withoutTitle)} : '')`,
    });
    expect(await repository.run('check')).toMatchObject({
      code: 1,
      out: expect.stringContaining(`${SUBGRAPH} is not what the code says.`),
    });
  });

  it('asks a program again when anything it is made of has changed, and only then', async () => {
    const madeFrom = ['library.mjs', 'books/**'];
    const subgraphs = { library: { url: 'http://127.0.0.1/library', program: 'library.mjs', madeFrom } };
    const repository = await aRepository({
      ...SHOP,
      'schema/shop-schema.json': JSON.stringify({ subgraphs }),
      'books/title.txt': 'title',
      'library.mjs': `
        import { appendFileSync, readFileSync } from 'node:fs';
        appendFileSync('asked.txt', '.');
        console.log(${JSON.stringify(SHOP[SUBGRAPH])}.replace('title', readFileSync('books/title.txt', 'utf8')));`,
    });
    const asked = () => readFile(join(repository.root, 'asked.txt'), 'utf8');
    expect(await repository.run('print')).toMatchObject({ code: 0 });
    expect(await repository.run('check')).toMatchObject({ code: 0 });
    expect(await asked()).toBe('.');
    await repository.write({ 'books/title.txt': 'name' });
    expect(await repository.run('check')).toMatchObject({
      code: 1,
      out: expect.stringContaining(`${SUBGRAPH} is not what the code says.`),
    });
    expect(await asked()).toBe('..');
    await repository.write({ 'books/title.txt': 'title', 'books/more.txt': '' });
    expect(await repository.run('check')).toMatchObject({ code: 0 });
    expect(await asked()).toBe('...');
    // What was kept and cannot be read any more is asked for, too.
    await repository.write({ '.local/printed-sdl/library.graphql': 'half of it' });
    expect(await repository.run('check')).toMatchObject({ code: 0 });
    expect(await asked()).toBe('....');
  });

  it('cannot run where a program is not among what it is said to be made of', async () => {
    const subgraphs = { library: { url: 'http://127.0.0.1/library', program: 'library.mjs', madeFrom: ['books/**'] } };
    const settings = JSON.stringify({ subgraphs });
    const repository = await aRepository({ ...SHOP, 'schema/shop-schema.json': settings, 'library.mjs': '' });
    expect(await repository.run('check')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/madeFrom of the subgraph library has to match its program, library\.mjs\.\n$/),
    });
  });

  it('is a program of its own, with the exit code of its verdict', async () => {
    const { root } = await aRepository({ ...SHOP, [SUBGRAPH]: '!' });
    const main = fileURLToPath(new URL('../main.ts', import.meta.url));
    const started = () =>
      execFileSync(process.execPath, [main, 'compose'], { cwd: root, stdio: 'pipe', encoding: 'utf8' });
    expect(started).toThrow(
      expect.objectContaining({
        status: 2,
        stdout: '',
        stderr: expect.stringMatching(/^shop-schema compose: .*library\.graphql:1:1: .*\n$/),
      }),
    );
    expect(await runIn(root, ['compose'])).toMatchObject({ code: 2 });
  });
});

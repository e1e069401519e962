import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import { readHistory } from './history.ts';
import { latestHash, publish, readArtifact, rollBack } from './registry.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'registry-'));
});
afterEach(() => rm(dir, { recursive: true }));

const publisher = { by: 'ada', commit: 'c'.repeat(40) };
const put = async (sdl: string) => (await publish(dir, sdl, publisher)).hash;
const latest = async () => readArtifact(dir, (await latestHash(dir)) ?? '');
const copy = () => readFile(join(dir, 'latest.graphql'), 'utf8');

it('keeps everything that was published, and who published it', async () => {
  const one = await put('type Query { one: Int }');
  const two = await put('type Query { two: Int }');
  expect(await latest()).toBe('type Query { two: Int }');
  expect(await copy()).toBe('type Query { two: Int }');
  expect(await readArtifact(dir, one)).toBe('type Query { one: Int }');
  expect(await readHistory(dir)).toEqual([
    { at: expect.stringMatching(/^\d{4}-.*Z$/), action: 'publish', hash: one, ...publisher },
    { at: expect.any(String), action: 'publish', hash: two, ...publisher },
  ]);
  expect((await readdir(dir)).sort()).toEqual(
    [`${one}.graphql`, `${two}.graphql`, 'history.jsonl', 'latest.graphql'].sort(),
  );
});

it('does nothing when the same is published again', async () => {
  const hash = await put('type Query { one: Int }');
  expect(await publish(dir, 'type Query { one: Int }', publisher)).toEqual({ hash, isNew: false });
  expect(await readHistory(dir)).toHaveLength(1);
});

it('goes back to what was published before, and on from there', async () => {
  const one = await put('type Query { one: Int }');
  const two = await put('type Query { two: Int }');
  expect(await rollBack(dir, one.slice(0, 8), publisher)).toBe(one);
  expect([await latest(), await copy()]).toEqual(Array(2).fill('type Query { one: Int }'));
  expect(await put('type Query { two: Int }')).toBe(two);
  expect((await readHistory(dir)).map(({ action, hash }) => [action, hash])).toEqual([
    ['publish', one],
    ['publish', two],
    ['rollback', one],
    ['publish', two],
  ]);
});

it('goes back to nothing that was never published, or is not what it was', async () => {
  const one = await put('type Query { one: Int }');
  await put('type Query { two: Int }');
  await expect(rollBack(dir, '0'.repeat(64), publisher)).rejects.toThrow('is none that was published');
  await expect(rollBack(dir, one.slice(0, 3), publisher)).rejects.toThrow('6 characters of a hash are needed');
  await writeFile(join(dir, `${one}.graphql`), 'type Query { hacked: Int }');
  await expect(rollBack(dir, one, publisher)).rejects.toThrow('has been changed since it was published');
  expect(await latest()).toBe('type Query { two: Int }');
});

it('has one latest, and no half ones, however many publish at the same time', async () => {
  const texts = Array.from({ length: 20 }, (_, i) => `type Query { field${i}: Int }`);
  const hashes = await Promise.all(texts.map(put));
  const history = await readHistory(dir);
  expect(history.map(({ hash }) => hash).sort()).toEqual([...hashes].sort());
  expect(await copy()).toBe(await latest());
  expect(texts).toContain(await latest());
  expect((await readdir(dir)).filter((name) => name.startsWith('.'))).toEqual([]);
});

it('has the latest it had when a publisher dies before its line is written, and goes on', async () => {
  const one = await put('type Query { one: Int }');
  const dead = { at: new Date().toISOString(), action: 'publish', hash: 'd'.repeat(64), ...publisher };
  await writeFile(join(dir, `.${dead.hash}.graphql.draft`), 'type Que');
  await appendFile(join(dir, 'history.jsonl'), `\n${JSON.stringify(dead).slice(0, 60)}`);
  expect(await latestHash(dir)).toBe(one);
  const two = await put('type Query { two: Int }');
  expect((await readHistory(dir)).map(({ hash }) => hash)).toEqual([one, two]);
  expect(await copy()).toBe('type Query { two: Int }');
});

it('mends the copy that a publisher left behind who died after its line was written', async () => {
  await put('type Query { one: Int }');
  await put('type Query { two: Int }');
  await writeFile(join(dir, 'latest.graphql'), 'type Query { one: Int }');
  await put('type Query { two: Int }');
  expect(await copy()).toBe('type Query { two: Int }');
});

/** Another process that publishes one after the other, until it is killed. */
function aPublisher(name: string): ChildProcess {
  const module = JSON.stringify(new URL('./registry.ts', import.meta.url).href);
  const program = `
    const { publish } = await import(${module});
    for (let i = 0; ; i += 1) {
      await publish(${JSON.stringify(dir)}, 'type Query { ${name}' + i + ': Int }', { by: '${name}', commit: null });
    }`;
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program];
  return spawn(process.execPath, flags, { stdio: ['ignore', 'ignore', 'inherit'] });
}

it('is whole after publishers that were at it together are killed, and goes on', async () => {
  for (const round of [1, 2]) {
    const publishers = ['ada', 'bob'].map((name) => aPublisher(`${name}${round}_`));
    try {
      await eventually(async () => {
        const seen = (await readHistory(dir)).map(({ by }) => by);
        expect(seen).toEqual(expect.arrayContaining([`ada${round}_`, `bob${round}_`]));
        await copy();
      });
    } finally {
      for (const publisher of publishers) publisher.kill('SIGKILL');
      await Promise.all(
        publishers.map((publisher) => publisher.exitCode ?? publisher.signalCode ?? once(publisher, 'exit')),
      );
    }
    for (const { hash } of await readHistory(dir)) await readArtifact(dir, hash);
    // Whole, whosever it is: one that was killed between its line and the copy has left the last one there.
    expect(await copy()).toMatch(/^type Query \{ \w+: Int \}$/);
    await put(`type Query { after${round}: Int }`);
    expect([await latest(), await copy()]).toEqual(Array(2).fill(`type Query { after${round}: Int }`));
  }
}, 60_000);

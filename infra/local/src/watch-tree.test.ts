import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import { watchTree } from './watch-tree.ts';

let root: string;
let stopping: AbortController;
let changes: number;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'watch-tree-'));
  mkdirSync(join(root, 'inner'));
  writeFileSync(join(root, 'inner/file.ts'), '');
  stopping = new AbortController();
  changes = 0;
  watchTree(root, stopping.signal, () => {
    changes += 1;
  });
});

afterEach(() => {
  stopping.abort();
  rmSync(root, { recursive: true });
});

/** Until what `act` does is noticed. */
async function noticed(act: () => void): Promise<void> {
  const before = changes;
  act();
  await eventually(() => expect(changes).toBeGreaterThan(before));
}

it('notices a file that is put in the place of another, every time', async () => {
  const outside = `${root}.new`;
  for (const text of ['1', '2', '3']) {
    writeFileSync(outside, text);
    await noticed(() => renameSync(outside, join(root, 'inner/file.ts')));
  }
});

it('notices files of folders that are new, or made again', async () => {
  for (const text of ['1', '2']) {
    await noticed(() => mkdirSync(join(root, 'later')));
    await noticed(() => writeFileSync(join(root, 'later/file.ts'), text));
    await noticed(() => rmSync(join(root, 'later'), { recursive: true }));
  }
});

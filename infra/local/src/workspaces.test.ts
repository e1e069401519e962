import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { rootDir } from './paths.ts';
import { dependentsOf, readWorkspaces } from './workspaces.ts';

interface Manifest {
  name: string;
  dependencies?: object;
  optionalDependencies?: object;
  devDependencies?: object;
}

const workspaces = readWorkspaces();
const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(rootDir, folder, 'package.json'), 'utf8'));
const namesIn = (...lists: (object | undefined)[]) => lists.flatMap((list) => Object.keys(list ?? {}));
const ofTheRepository = namesIn(manifestOf('.').devDependencies);

/** The packages that files of a workspace import: those of its product, and those of its tests alone. */
function importsOf(folder: string): { product: Set<string>; tests: Set<string> } {
  const product = new Set<string>();
  const tests = new Set<string>();
  for (const file of globSync('{src,test}/**/*.ts', { cwd: join(rootDir, folder) })) {
    const isTest = file.startsWith('test/') || file.endsWith('.test.ts');
    const source = readFileSync(join(rootDir, folder, file), 'utf8');
    for (const [, name = ''] of source.matchAll(
      /\b(?:from|import)\b[ (]'((?:@[\w.-]+\/)?[a-z][\w.-]*)(?:\/[^']*)?'/g,
    )) {
      (isTest ? tests : product).add(name);
    }
  }
  return { product, tests };
}

// `npm run dev` restarts by these lists, and an image is what is left when devDependencies are gone.
describe.each(workspaces.map(({ folder }) => folder))('the manifest of %s', (folder) => {
  const { name, dependencies, optionalDependencies, devDependencies } = manifestOf(folder);
  const { product, tests } = importsOf(folder);
  const needed = namesIn(dependencies, optionalDependencies);

  it('names what its product imports, and no workspace besides', () => {
    expect([...product].filter((each) => each !== name && !needed.includes(each))).toEqual([]);
    expect(needed.filter((each) => each.startsWith('@shop/') && !product.has(each))).toEqual([]);
  });

  it('names what its tests import', () => {
    const known = [name, ...needed, ...namesIn(devDependencies), ...ofTheRepository];
    // One that is built on this one cannot be named: they would wait for each other.
    const dependents = dependentsOf(folder, workspaces);
    const above = workspaces.filter((each) => dependents.has(each.folder)).map((each) => each.name);
    expect([...tests].filter((each) => !known.includes(each) && !above.includes(each))).toEqual([]);
  });
});

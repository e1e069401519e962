import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gatewaySettings } from '../gateway/src/config.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: root })].sort();
const { scripts } = JSON.parse(read('package.json')) as { scripts: object };

const PATH =
  /(?<![\w./:-])(?:docs|gateway|infra|packages|schema|subgraphs|tests|workers)\/(?:[\w.*{}/-]|<\w+>|…)*[\w*>}]/g;
const LINK = /\]\(([^\s():]*?)(?:#([^\s()]+))?\)/g;

/** Files that a repository gets when it first needs them. */
const madeLater = ['schema/approved-changes.json', 'schema/usage.json'];

/** A path as pages write it: `<name>` and `…` stand for any name, and a build is there when its source is. */
const isThere = (path: string) =>
  globSync(path.replace(/<\w+>|…/g, '*').replace(/\/dist\/(.+)\.js$/, '/src/$1.ts'), { cwd: root }).length > 0;

/** The anchors that GitHub makes of a page's headings. */
const anchorsOf = (page: string) =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(pages)('%s', (page) => {
  it('names files and folders that there are', () => {
    const named = [...read(page).matchAll(PATH)].map(([path]) => path);
    expect(named.filter((path) => !isThere(path) && !madeLater.includes(path))).toEqual([]);
  });

  it('links to pages and headings that there are', () => {
    for (const [link, path, anchor] of read(page).matchAll(LINK)) {
      const target = path ? join(dirname(page), path) : page;
      if (!existsSync(join(root, target)) || (anchor && !anchorsOf(target).includes(anchor)))
        throw new Error(`${link} leads nowhere.`);
    }
  });

  it('names commands of npm that there are', () => {
    const named = [...read(page).matchAll(/\bnpm run ([a-z:]+)/g)].map(([, script]) => script as string);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

const UNITS: Record<string, number> = { s: 1_000, MiB: 1_048_576 };

it('docs/gateway.md tells the defaults that settings have', () => {
  const { shape } = gatewaySettings.in;
  const rows = read('docs/gateway.md')
    .split('\n')
    .filter((line) => /^\|.*\|.*`[A-Z_]+`.*\| [\d,]+[^|]*\|/.test(line));
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    const [, , settings = '', defaults = ''] = row.split('|');
    const told = [...defaults.matchAll(/(\d[\d,]*\d|\d)(?: (s|MiB))?/g)].map(
      ([, digits = '', unit = '']) => Number(digits.replaceAll(',', '')) * (UNITS[unit] ?? 1),
    );
    const names = [...settings.matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name as keyof typeof shape);
    const real = names.slice(0, told.length).map((name) => shape[name].safeParse(undefined).data);
    expect({ [names.join()]: told }).toEqual({ [names.join()]: real });
  }
});

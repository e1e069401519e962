import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The mirror this machine is configured with, and the lines of a sources.list made from it. */
export interface AptSource {
  mirror: string;
  /** Debian's suite that has all servers; null where the machine's own suite has to do (Ubuntu). */
  suite: string | null;
  lines: string;
}

interface Entry {
  uri: string;
  suite: string;
  components: string[];
}

const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const ubuntuKeyring = '/usr/share/keyrings/ubuntu-archive-keyring.gpg';

/** Null on a machine that is neither Debian nor Ubuntu, or has no mirror of its own. */
export async function readAptSources(etc = '/etc'): Promise<AptSource | null> {
  const release = Object.fromEntries(
    (await readFile(join(etc, 'os-release'), 'utf8').catch(() => ''))
      .split('\n')
      .map((line) => /^(\w+)="?([^"]*)"?$/.exec(line)?.slice(1) ?? ['', '']),
  );
  const isUbuntu = release.ID === 'ubuntu' || (release.ID_LIKE ?? '').includes('ubuntu');
  const isDebian = release.ID === 'debian' || (release.ID_LIKE ?? '').includes('debian');
  if (!isUbuntu && !isDebian) return null;
  const codename = (isUbuntu && release.UBUNTU_CODENAME) || release.VERSION_CODENAME || 'sid';
  const suites = [codename, ...(isUbuntu ? [] : ['stable', 'testing', 'unstable', 'sid'])];
  const entries = await readEntries(join(etc, 'apt'));
  const base = suites
    .map((wanted) => entries.find(({ suite, components }) => suite === wanted && components.includes('main')))
    .find((entry) => entry !== undefined);
  if (base === undefined) return null;
  const { uri } = base;
  if (!isUbuntu) return { mirror: uri, suite: 'sid', lines: `deb ${signedBy(debianKeyring)}${uri} sid main\n` };
  // Ubuntu has MySQL and NATS in its own suites, universe included; unstable Debian would need Debian's keys.
  const own = [codename, `${codename}-updates`].map(
    (suite) => `deb ${signedBy(ubuntuKeyring)}${uri} ${suite} main universe\n`,
  );
  return { mirror: uri, suite: null, lines: own.join('') };
}

function signedBy(keyring: string): string {
  return existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
}

async function readEntries(apt: string): Promise<Entry[]> {
  const parts = join(apt, 'sources.list.d');
  const names = await readdir(parts).catch((): string[] => []);
  const files = [join(apt, 'sources.list'), ...names.sort().map((name) => join(parts, name))];
  const entries = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, 'utf8').catch(() => '');
      return file.endsWith('.sources') ? parseDeb822(text) : parseOneLine(text);
    }),
  );
  return entries.flat();
}

/** `Types: deb` stanzas, the form of Debian 12's containers and of Ubuntu 24.04. */
function parseDeb822(text: string): Entry[] {
  return text
    .replace(/^#.*\n?/gm, '')
    .split(/\n\s*\n/)
    .flatMap((stanza) => {
      const field = (name: string): string[] =>
        new RegExp(`^${name}:[ \t]*(.*)$`, 'im').exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
      if (!field('Types').includes('deb') || field('Enabled')[0] === 'no') return [];
      return field('URIs').flatMap((uri) =>
        field('Suites').map((suite) => ({ uri, suite, components: field('Components') })),
      );
    });
}

/** `deb [options] uri suite components`, the classic form. */
function parseOneLine(text: string): Entry[] {
  return text.split('\n').flatMap((line) => {
    const [, uri = '', suite = '', components = ''] =
      /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line) ?? [];
    return uri === '' ? [] : [{ uri, suite, components: components.trim().split(/\s+/) }];
  });
}

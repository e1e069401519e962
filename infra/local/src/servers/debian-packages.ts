import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runOrThrow } from '../processes/run.ts';
import type { Progress } from '../progress.ts';
import { readAptSources } from './apt-sources.ts';
import { identifyMysql } from './mysql-data.ts';
import type { Program, ServerSources } from './sources.ts';

/** What each server is called in Debian and Ubuntu, the best first. */
const packageNames = {
  mysql: ['mysql-server-core', 'mysql-server-core-8.4', 'mysql-server-core-8.0'],
  redis: ['valkey-server', 'redis-server'],
  nats: ['nats-server'],
};

/** Dependencies of maintainer scripts and service managers: nothing that a server started by hand loads. */
const notNeeded =
  /^(perl|perl-base|perl-modules-[\d.]+|libperl[\d.]+|systemd|libsystemd-shared|libmount1|libblkid1|gcc-\d+-base|libdb5\.3t64|libgdbm.*)$/;

const loaders: Record<string, { triplet: string; loader: string }> = {
  amd64: { triplet: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { triplet: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
};

/** Whether this machine has the tools and the processor for `unpackDebianServers`. */
export async function canUnpackDebianServers(): Promise<boolean> {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return false;
  return existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg') && (await readAptSources()) !== null;
}

/**
 * Unpacks MySQL, Valkey and NATS, with every library they need, below `dir`: without root, and without touching the system.
 * Debian's unstable suite has all three; its own loader runs them, so that the machine's C library may be older.
 */
export async function unpackDebianServers(dir: string, progress: Progress): Promise<ServerSources> {
  const root = join(dir, 'root');
  if (!existsSync(join(root, 'complete'))) {
    await rm(dir, { recursive: true, force: true });
    await fetchPackages(dir, progress);
    await writeFile(join(dir, 'unpacking', 'complete'), '');
    await rename(join(dir, 'unpacking'), root);
    await rm(join(dir, 'apt'), { recursive: true, force: true });
  }
  return programsIn(root);
}

async function fetchPackages(dir: string, progress: Progress): Promise<void> {
  const apt = await privateApt(join(dir, 'apt'));
  const where = `${apt.mirror}${apt.suite === null ? '' : `, ${apt.suite}`}`;
  await progress.step(`apt-get reads the package lists (${where})`, () => apt.run('apt-get', ['-qq', 'update']));
  const archive = join(dir, 'apt', 'packages');
  await mkdir(archive, { recursive: true });
  await progress.step('apt-get downloads MySQL, Valkey and NATS (about 60 MB)', async () => {
    const specs = await apt.closure(await apt.pickPackages());
    // Checks every package against the index that Debian signed.
    await apt.run('apt-get', ['-qq', 'download', ...specs], archive);
  });
  const unpacking = join(dir, 'unpacking');
  await mkdir(unpacking);
  await progress.step('dpkg unpacks them into .local/servers', () =>
    runOrThrow('/bin/sh', ['-c', 'for package in *.deb; do dpkg -x "$package" "$0" || exit 1; done', unpacking], {
      cwd: archive,
    }),
  );
}

/** An apt that has lists, caches and a (empty) state of its own, and only reads the machine's configuration. */
async function privateApt(dir: string) {
  const source = await readAptSources();
  if (source === null) throw new Error('No Debian mirror is configured in /etc/apt.');
  for (const each of ['parts', 'lists/partial', 'cache/archives/partial'])
    await mkdir(join(dir, each), { recursive: true });
  await writeFile(join(dir, 'status'), '');
  await writeFile(join(dir, 'sources.list'), source.lines);
  const settings = {
    'Dir::Etc::sourcelist': join(dir, 'sources.list'),
    'Dir::Etc::sourceparts': join(dir, 'parts'),
    'Dir::State::lists': join(dir, 'lists'),
    'Dir::State::status': join(dir, 'status'),
    'Dir::Cache': join(dir, 'cache'),
    'APT::Install-Recommends': 'false',
    // The user _apt may not be allowed to enter our directories.
    'APT::Sandbox::User': process.getuid?.() === 0 ? 'root' : '',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled': 'false',
    'Debug::NoLocking': '1',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const runApt = (command: string, args: readonly string[], cwd = dir): Promise<string> =>
    runOrThrow(command, [...options, ...args], { cwd, timeoutMs: 170_000, env: { ...process.env, LC_ALL: 'C' } });

  return {
    mirror: source.mirror,
    suite: source.suite,
    run: runApt,
    async pickPackages(): Promise<string[]> {
      const known = new Set((await runApt('apt-cache', ['pkgnames'])).split('\n'));
      return Object.entries(packageNames).map(([server, names]) => {
        const name = names.find((each) => known.has(each));
        if (name === undefined) throw new Error(`${source.mirror} has no package for ${server} (${names.join(', ')}).`);
        return name;
      });
    },
    /** The packages and everything they depend on, each as name=version. */
    async closure(names: readonly string[]): Promise<string[]> {
      const uris = await runApt('apt-get', ['--print-uris', '-y', 'install', ...names]);
      return uris
        .split('\n')
        .filter((line) => line.startsWith("'"))
        .map((line) => (line.split(' ')[1] ?? '').replace(/\.deb$/, '').split('_'))
        .filter(([name = '']) => !notNeeded.test(name))
        .map(([name = '', version = '']) => `${name}=${decodeURIComponent(version)}`);
    },
  };
}

async function programsIn(root: string): Promise<ServerSources> {
  const architecture = (await runOrThrow('dpkg', ['--print-architecture'])).trim();
  const machine = loaders[architecture];
  if (machine === undefined) throw new Error(`No servers can be unpacked for ${architecture}.`);
  const libraries = join(root, 'usr/lib', machine.triplet);
  const loader = join(libraries, machine.loader);
  const find = (...names: string[]): { command: string; args: string[] } => {
    const path = names
      .flatMap((name) => [join(root, 'usr/sbin', name), join(root, 'usr/bin', name)])
      .find((candidate) => existsSync(candidate));
    if (path === undefined) throw new Error(`${names[0]} is not among the unpacked packages.`);
    return { command: loader, args: ['--library-path', libraries, '--argv0', path, path] };
  };
  const mysqld = find('mysqld');
  const share = join(root, 'usr/share/mysql');
  const mysql = await identifyMysql(mysqld.command, mysqld.args, [
    `--lc-messages-dir=${share}`,
    `--character-sets-dir=${join(share, 'charsets')}`,
    `--plugin-dir=${join(root, 'usr/lib/mysql/plugin')}`,
  ]);
  if (mysql === null) throw new Error('The unpacked mysqld does not run on this machine.');
  const program = (found: { command: string; args: string[] }): Program => ({
    kind: 'program',
    version: '99.0',
    ...found,
  });
  return { mysql, redis: program(find('valkey-server', 'redis-server')), nats: program(find('nats-server')) };
}

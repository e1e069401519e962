import { constants, existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run, runOrThrow } from '../processes/run.ts';
import type { MysqlProgram } from './sources.ts';

/** The flags that initialising and running have in common. */
export function mysqlProgramFlags(program: MysqlProgram, dataDir: string): string[] {
  const isRoot = process.getuid?.() === 0;
  // mysqld refuses to run as root unless it is told to.
  return ['--no-defaults', ...program.flags, ...(isRoot ? ['--user=root'] : []), `--datadir=${dataDir}`];
}

/** Makes a data directory: a copy of the template where there is one to keep, which is four times as fast as initialising. */
export async function layMysqlData(program: MysqlProgram, dataDir: string, templatesDir?: string): Promise<void> {
  await mkdir(dirname(dataDir), { recursive: true });
  if (templatesDir === undefined) return initialise(program, dataDir);
  const template = join(templatesDir, `mysql-template-${program.flavour}-${program.version}`);
  if (!existsSync(template)) await makeTemplate(program, template);
  await cp(template, dataDir, { recursive: true, mode: constants.COPYFILE_FICLONE });
}

async function makeTemplate(program: MysqlProgram, template: string): Promise<void> {
  const unfinished = `${template}.${process.pid}`;
  await initialise(program, unfinished);
  // The server's identity: every copy makes one of its own.
  await rm(join(unfinished, 'auto.cnf'), { force: true });
  // Somebody else may have been faster; either template will do.
  await rename(unfinished, template).catch(() => rm(unfinished, { recursive: true, force: true }));
}

async function initialise(program: MysqlProgram, dataDir: string): Promise<void> {
  const unfinished = `${dataDir}.new`;
  await rm(unfinished, { recursive: true, force: true });
  const flags = mysqlProgramFlags(program, unfinished);
  if (program.flavour === 'mariadb') {
    await runOrThrow('mariadb-install-db', [...flags, '--auth-root-authentication-method=normal', '--skip-test-db']);
  } else {
    await mkdir(dirname(unfinished), { recursive: true });
    await runOrThrow(program.command, [
      ...program.args,
      ...flags,
      '--initialize-insecure',
      '--innodb-flush-log-at-trx-commit=0',
    ]);
  }
  await rename(unfinished, dataDir);
}

/** What kind of server a `mysqld` is, or null when it can't be run or is too old. */
export async function identifyMysql(
  command: string,
  args: readonly string[],
  flags: readonly string[],
): Promise<MysqlProgram | null> {
  const { ok, stdout } = await run(command, [...args, '--no-defaults', ...flags, '--version'], { timeoutMs: 10_000 });
  const version = /Ver (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (!ok || version === undefined) return null;
  const flavour = /mariadb/i.test(stdout) ? 'mariadb' : 'mysql';
  if (flavour === 'mysql' && Number.parseInt(version, 10) < 8) return null;
  return { kind: 'program', command, args, version, flavour, flags };
}

import { parseArgs } from 'node:util';
import { createLogger, loadConfig } from '@shop/service-kit';
import { type Database, databaseConfigSchema } from '@shop/subgraph-kit';
import { createPasswordHasher } from './auth/password-hasher.ts';
import { createSecretBox } from './auth/secret-box.ts';
import { rotateSigningKeys } from './auth/signing-key-table.ts';
import { createAdminConfigSchema, signingConfigSchema } from './config.ts';
import { openUserDatabase } from './db/open-user-database.ts';
import { createAdmin } from './use-cases/create-admin.ts';
import { verifyLedger } from './use-cases/verify-ledger.ts';

/** Makes an ADMIN. */
export async function createAdminCommand(args: string[]): Promise<void> {
  const options = { email: { type: 'string' }, name: { type: 'string' } } as const;
  const { email, name } = parseArgs({ args, options, strict: true }).values;
  if (!email || !name) throw new Error('--email and --name are required.');
  const { ADMIN_PASSWORD: password } = loadConfig(createAdminConfigSchema);
  const did = await withDatabase(({ fork }) => createAdmin(fork(), createPasswordHasher(), { email, password, name }));
  const said = {
    CREATED: `${email} is a new ADMIN.`,
    PROMOTED: `${email} had an account and is now an ADMIN; name and password stay as they were.`,
    WAS_ADMIN: `${email} was an ADMIN already; nothing was changed.`,
  };
  process.stdout.write(`${said[did]}\n`);
}

/** Puts the next signing key in place; running instances notice within seconds. */
export async function rotateKeysCommand(): Promise<void> {
  const box = createSecretBox(loadConfig(signingConfigSchema).SIGNING_KEY_SECRET);
  const rotation = await withDatabase(({ fork }) => rotateSigningKeys(fork(), box));
  const said =
    rotation === null
      ? 'Another rotation happened at the same moment; nothing was changed.'
      : `Key ${rotation.kid} signs ${rotation.signsInSeconds === 0 ? 'from now on' : `in ${rotation.signsInSeconds} s, when every verifier can know it`}; tokens of the previous key stay valid.`;
  process.stdout.write(`${said}\n`);
}

/** Says where the ledger of points contradicts itself; fails when it does. */
export async function checkLedgerCommand(): Promise<void> {
  const { accounts, differences } = await withDatabase(({ fork }) => verifyLedger(fork));
  for (const { where, problem } of differences) process.stdout.write(`${where}: ${problem}\n`);
  if (differences.length > 0) throw new Error(`The ledger contradicts itself in ${differences.length} places.`);
  process.stdout.write(`The ledger is right: ${accounts} accounts are the sum of their transfers.\n`);
}

async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const settings = loadConfig(databaseConfigSchema);
  const log = createLogger('user', { level: settings.LOG_LEVEL });
  // To add up a whole ledger takes minutes.
  const database = await openUserDatabase({ settings, log, patience: { answerSeconds: 3_600 } });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

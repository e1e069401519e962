import 'reflect-metadata';
import { loadConfig } from '@shop/service-kit';
import { runSubgraph } from '@shop/subgraph-kit';
import { startUser } from './app.ts';
import { checkLedgerCommand, createAdminCommand, rotateKeysCommand } from './commands.ts';
import { configSchema } from './config.ts';
import { openUserDatabase } from './db/open-user-database.ts';
import { userSchema } from './graphql/schema.ts';

await runSubgraph('user', {
  start: () => startUser(loadConfig(configSchema)),
  openDatabase: openUserDatabase,
  schema: userSchema,
  commands: {
    'check-ledger': {
      describe: 'adds up the points of all accounts and transfers; ends with 1 where they differ',
      run: checkLedgerCommand,
    },
    'create-admin': {
      describe: 'makes an ADMIN: --email <address> --name <name>, the password in ADMIN_PASSWORD',
      run: createAdminCommand,
    },
    'rotate-keys': { describe: 'puts the next signing key in place of the current one', run: rotateKeysCommand },
  },
});

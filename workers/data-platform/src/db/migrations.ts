import type { MigrationObject } from '@mikro-orm/core';
import { Migration } from '@mikro-orm/migrations';
import { messagingTables } from '@shop/messaging';

class Inbox extends Migration {
  override up(): void {
    for (const table of messagingTables) this.addSql(table);
  }
}

/** Everything the database of this worker was made of, in order. */
export const migrations: MigrationObject[] = [{ name: '0001-inbox', class: Inbox }];

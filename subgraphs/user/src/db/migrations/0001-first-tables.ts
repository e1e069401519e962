import { Migration } from '@mikro-orm/migrations';
import { messagingTables } from '@shop/messaging';
import { idempotencyTable } from '@shop/subgraph-kit';

const ID = 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin';

const tables = [
  // Addresses are normalised before they come here; bytes that differ are other addresses.
  `CREATE TABLE users (
    id ${ID} NOT NULL,
    email VARCHAR(254) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name VARCHAR(100) CHARACTER SET utf8mb4 NOT NULL,
    role ENUM('USER', 'ADMIN') NOT NULL,
    password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY users_email (email)
  ) ENGINE = InnoDB`,

  // A session is the family of all refresh tokens since one sign-in.
  `CREATE TABLE sessions (
    id ${ID} NOT NULL,
    user_id ${ID} NOT NULL,
    created_at DATETIME(3) NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    ended_at DATETIME(3) NULL,
    ended_because ENUM('SIGNED_OUT', 'TOKEN_REUSED') NULL,
    PRIMARY KEY (id),
    KEY sessions_user_id (user_id),
    KEY sessions_expires_at (expires_at),
    CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id)
  ) ENGINE = InnoDB`,
  `CREATE TABLE refresh_tokens (
    token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    session_id ${ID} NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    used_at DATETIME(3) NULL,
    PRIMARY KEY (token_hash),
    KEY refresh_tokens_session_id (session_id),
    CONSTRAINT refresh_tokens_session FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
  ) ENGINE = InnoDB`,

  // Generations count up by one; the primary key decides between instances that make the same one.
  `CREATE TABLE signing_keys (
    generation INT UNSIGNED NOT NULL,
    kid ${ID} NOT NULL,
    public_jwk JSON NOT NULL,
    sealed_private_key VARBINARY(1024) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    signs_from DATETIME(3) NULL,
    PRIMARY KEY (generation)
  ) ENGINE = InnoDB`,

  // balance counts what is held too; entry_count numbers the ledger's lines.
  `CREATE TABLE point_accounts (
    user_id ${ID} NOT NULL,
    balance BIGINT NOT NULL DEFAULT 0,
    held BIGINT NOT NULL DEFAULT 0,
    entry_count BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id),
    CONSTRAINT point_accounts_user FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT point_accounts_balance CHECK (balance >= 0),
    CONSTRAINT point_accounts_held CHECK (held >= 0 AND held <= balance)
  ) ENGINE = InnoDB`,
  // At most one SPEND and one REFUND per order; a CHARGE has none, and NULLs never collide.
  `CREATE TABLE point_entries (
    id ${ID} NOT NULL,
    user_id ${ID} NOT NULL,
    sequence BIGINT NOT NULL,
    kind ENUM('CHARGE', 'SPEND', 'REFUND') NOT NULL,
    amount BIGINT NOT NULL,
    balance_after BIGINT NOT NULL,
    order_id ${ID} NULL,
    occurred_at DATETIME(3) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY point_entries_in_order (user_id, sequence),
    UNIQUE KEY point_entries_once_per_order (order_id, kind),
    CONSTRAINT point_entries_account FOREIGN KEY (user_id) REFERENCES point_accounts (user_id),
    CONSTRAINT point_entries_amount CHECK (amount > 0),
    CONSTRAINT point_entries_balance CHECK (balance_after >= 0),
    CONSTRAINT point_entries_order CHECK ((kind = 'CHARGE') = (order_id IS NULL))
  ) ENGINE = InnoDB`,
  // REFUSED keeps what was answered; RELEASED without a user is the tombstone of a release that came first.
  `CREATE TABLE point_holds (
    order_id ${ID} NOT NULL,
    user_id ${ID} NULL,
    amount BIGINT NOT NULL,
    status ENUM('HELD', 'REFUSED', 'CONFIRMED', 'RELEASED', 'REFUNDED') NOT NULL,
    missing BIGINT NOT NULL DEFAULT 0,
    expires_at DATETIME(3) NULL,
    changed_at DATETIME(3) NOT NULL,
    PRIMARY KEY (order_id),
    KEY point_holds_late (status, expires_at),
    KEY point_holds_old (status, changed_at),
    CONSTRAINT point_holds_amount CHECK (amount >= 0 AND missing >= 0)
  ) ENGINE = InnoDB`,
];

export class FirstTables extends Migration {
  override up(): void {
    for (const table of [...tables, idempotencyTable, ...messagingTables]) this.addSql(table);
  }
}

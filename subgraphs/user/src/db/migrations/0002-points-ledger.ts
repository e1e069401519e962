import { Migration } from '@mikro-orm/migrations';

const ID = 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin';

// A transfer moves points from the account it debits to the one it credits; one of them is a user's, the other one of
// the system's: `charges`, where points come from, or `sales`, where they go. System accounts are names and have no row.
// A SPEND that is PENDING is the hold of its order; no second one can be made, nor a second REFUND. VOIDED keeps
// what the order was answered: nobody may hold for it again (RELEASED; without an account when the release came first),
// too few points (REFUSED), or nothing to pay (FREE). A CHARGE has no order, and NULLs never collide. RTRIM changes
// nothing: without it MariaDB takes no CHAR here, as it may be padded.
const transfers = `CREATE TABLE point_transfers (
    id ${ID} NOT NULL,
    kind ENUM('CHARGE', 'SPEND', 'REFUND') NOT NULL,
    state ENUM('PENDING', 'POSTED', 'VOIDED') NOT NULL,
    debit_account ${ID} NULL,
    credit_account ${ID} NOT NULL,
    user_id ${ID} GENERATED ALWAYS AS (IF(kind = 'SPEND', RTRIM(debit_account), RTRIM(credit_account))) STORED,
    amount BIGINT NOT NULL,
    order_id ${ID} NULL,
    created_at DATETIME(3) NOT NULL,
    expires_at DATETIME(3) NULL,
    settled_at DATETIME(3) NULL,
    sequence BIGINT NULL,
    balance_after BIGINT NULL,
    voided_because ENUM('RELEASED', 'REFUSED', 'FREE') NULL,
    missing BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (id),
    UNIQUE KEY point_transfers_once_per_order (order_id, kind),
    UNIQUE KEY point_transfers_of_user (user_id, sequence),
    KEY point_transfers_late (state, expires_at),
    KEY point_transfers_old (voided_because, settled_at),
    CONSTRAINT point_transfers_user FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT point_transfers_sides CHECK (
      IF(kind = 'SPEND', credit_account, debit_account) = IF(kind = 'CHARGE', 'charges', 'sales')
      AND (debit_account IS NOT NULL OR state = 'VOIDED')),
    CONSTRAINT point_transfers_amount CHECK (amount >= 0 AND missing >= 0 AND (amount > 0 OR state = 'VOIDED')),
    CONSTRAINT point_transfers_order CHECK ((kind = 'CHARGE') = (order_id IS NULL)),
    CONSTRAINT point_transfers_settled CHECK ((state = 'PENDING') = (settled_at IS NULL)),
    CONSTRAINT point_transfers_posted CHECK (
      (state = 'POSTED') = (sequence IS NOT NULL) AND (state = 'POSTED') = (balance_after IS NOT NULL)),
    CONSTRAINT point_transfers_balance CHECK (balance_after >= 0),
    CONSTRAINT point_transfers_voided CHECK ((state = 'VOIDED') = (voided_because IS NOT NULL))
  ) ENGINE = InnoDB`;

const postedEntries = `INSERT INTO point_transfers
    (id, kind, state, debit_account, credit_account, amount, order_id, created_at, settled_at, sequence, balance_after)
  SELECT id, kind, 'POSTED',
         CASE kind WHEN 'CHARGE' THEN 'charges' WHEN 'SPEND' THEN user_id ELSE 'sales' END,
         IF(kind = 'SPEND', 'sales', user_id),
         amount, order_id, occurred_at, occurred_at, sequence, balance_after
    FROM point_entries`;

// An order's id is a UUIDv7 as good as any, and no entry has it. A hold without its user was refused to a stranger.
const pendingHolds = `INSERT INTO point_transfers
    (id, kind, state, debit_account, credit_account, amount, order_id, created_at, expires_at)
  SELECT order_id, 'SPEND', 'PENDING', user_id, 'sales', amount, order_id, changed_at, expires_at
    FROM point_holds WHERE status = 'HELD' AND amount > 0`;
const voidedHolds = `INSERT INTO point_transfers
    (id, kind, state, debit_account, credit_account, amount, order_id, created_at, settled_at, voided_because, missing)
  SELECT h.order_id, 'SPEND', 'VOIDED', u.id, 'sales', h.amount, h.order_id, h.changed_at, h.changed_at,
         IF(h.status IN ('RELEASED', 'REFUSED'), h.status, 'FREE'), h.missing
    FROM point_holds h LEFT JOIN users u ON u.id = h.user_id
   WHERE h.status = 'RELEASED' OR (h.status = 'REFUSED' AND u.id IS NOT NULL)
      OR (h.status IN ('HELD', 'CONFIRMED', 'REFUNDED') AND h.amount = 0)`;

// balance counts what is pending too; entry_count numbers what is posted.
const accounts = `ALTER TABLE point_accounts
    DROP CONSTRAINT point_accounts_held,
    RENAME COLUMN held TO pending,
    ADD CONSTRAINT point_accounts_pending CHECK (pending >= 0 AND pending <= balance)`;

/** Entries and holds become the transfers of a double-entry ledger (docs/adr/0019-points-ledger.md). */
export class PointsLedger extends Migration {
  override up(): void {
    // DDL commits by itself: until the account's row changes, everything before it can be done again.
    this.addSql('DROP TABLE IF EXISTS point_transfers');
    for (const statement of [transfers, postedEntries, pendingHolds, voidedHolds, accounts]) this.addSql(statement);
    this.addSql('DROP TABLE point_entries, point_holds');
  }
}

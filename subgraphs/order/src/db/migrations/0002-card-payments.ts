import { Migration } from '@mikro-orm/migrations';

const WORD = 'VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin';

const statements = [
  // In the order's row, so that the decision on an order and on its money is one statement.
  `ALTER TABLE orders
    ADD COLUMN payment_intent ${WORD} NULL AFTER points_hold,
    ADD CONSTRAINT orders_payment_intent CHECK (payment_intent IN ('AUTHORISE', 'AWAIT', 'CAPTURE', 'RETURN')),
    ADD CONSTRAINT orders_payment_intent_fits CHECK (payment_intent IS NULL
      OR (payment_intent = 'AUTHORISE' AND status = 'PENDING')
      OR (payment_intent IN ('AWAIT', 'CAPTURE') AND status = 'AWAITING_PAYMENT')
      OR (payment_intent = 'RETURN' AND status IN ('REJECTED', 'CANCELLED') AND lease_until IS NOT NULL)),
    ADD CONSTRAINT orders_awaiting CHECK (status <> 'AWAITING_PAYMENT' OR payment_intent IS NOT NULL)`,
  // What the provider has told us, as it came; written before it is acknowledged, acted on afterwards.
  `CREATE TABLE payment_webhooks (
    id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    body MEDIUMTEXT CHARACTER SET utf8mb4 NOT NULL,
    received_at DATETIME(3) NOT NULL,
    attempts INT UNSIGNED NOT NULL,
    due_at DATETIME(3) NULL,
    outcome ${WORD} NULL,
    PRIMARY KEY (id),
    KEY payment_webhooks_due (due_at),
    KEY payment_webhooks_received (received_at),
    CONSTRAINT payment_webhooks_open CHECK ((due_at IS NULL) = (outcome IS NOT NULL))
  ) ENGINE = InnoDB`,
];

export class CardPayments extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

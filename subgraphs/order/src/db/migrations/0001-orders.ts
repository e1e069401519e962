import { Migration } from '@mikro-orm/migrations';
import { messagingTables } from '@shop/messaging';

const ID = 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin';
const WORD = 'VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin';
const HOLD = `${WORD} NOT NULL`;
const holdStates = "('NONE', 'UNKNOWN', 'HELD', 'CONFIRMED', 'RELEASED', 'UNDONE')";

const tables = [
  // One row is the order, its saga and the answer to its idempotency key: what is one decision is one statement.
  `CREATE TABLE orders (
    id ${ID} NOT NULL,
    user_id ${ID} NOT NULL,
    status ${WORD} NOT NULL,
    status_version INT UNSIGNED NOT NULL,
    idempotency_key VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    fingerprint CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    requested_lines JSON NOT NULL,
    coupon_id ${ID} NULL,
    payment_method ${WORD} NOT NULL,
    subtotal BIGINT NOT NULL,
    discount BIGINT NOT NULL,
    total BIGINT NOT NULL,
    reason VARCHAR(500) CHARACTER SET utf8mb4 NULL,
    user_errors JSON NULL,
    stock_hold ${HOLD},
    coupon_hold ${HOLD},
    points_hold ${HOLD},
    steps JSON NOT NULL,
    created_at DATETIME(3) NOT NULL,
    decide_by DATETIME(3) NOT NULL,
    completed_at DATETIME(3) NULL,
    cancelled_at DATETIME(3) NULL,
    lease_owner ${ID} NULL,
    lease_until DATETIME(3) NULL,
    fence INT UNSIGNED NOT NULL,
    attempts INT UNSIGNED NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY orders_idempotency_key (user_id, idempotency_key),
    KEY orders_of_user (user_id, id),
    KEY orders_to_drive (lease_until),
    CONSTRAINT orders_status CHECK (status IN ('PENDING', 'AWAITING_PAYMENT', 'COMPLETED', 'REJECTED', 'CANCELLED')),
    CONSTRAINT orders_discount CHECK (discount >= 0 AND discount <= subtotal),
    CONSTRAINT orders_total CHECK (total = subtotal - discount),
    CONSTRAINT orders_holds CHECK (stock_hold IN ${holdStates} AND coupon_hold IN ${holdStates} AND points_hold IN ${holdStates}),
    CONSTRAINT orders_completed CHECK (status <> 'COMPLETED' OR completed_at IS NOT NULL),
    CONSTRAINT orders_cancelled CHECK (status <> 'CANCELLED' OR cancelled_at IS NOT NULL),
    CONSTRAINT orders_undecided CHECK (status NOT IN ('PENDING', 'AWAITING_PAYMENT') OR lease_until IS NOT NULL)
  ) ENGINE = InnoDB`,
  `CREATE TABLE order_lines (
    order_id ${ID} NOT NULL,
    position SMALLINT UNSIGNED NOT NULL,
    product_id ${ID} NOT NULL,
    product_name VARCHAR(500) CHARACTER SET utf8mb4 NOT NULL,
    quantity INT UNSIGNED NOT NULL,
    unit_price BIGINT NOT NULL,
    PRIMARY KEY (order_id, position),
    UNIQUE KEY order_lines_product (order_id, product_id),
    CONSTRAINT order_lines_quantity CHECK (quantity > 0),
    CONSTRAINT order_lines_unit_price CHECK (unit_price >= 0),
    CONSTRAINT order_lines_order FOREIGN KEY (order_id) REFERENCES orders (id)
  ) ENGINE = InnoDB`,
  `CREATE TABLE payments (
    id ${ID} NOT NULL,
    order_id ${ID} NOT NULL,
    method ${WORD} NOT NULL,
    status ${WORD} NOT NULL,
    amount BIGINT NOT NULL,
    redirect_url VARCHAR(2000) CHARACTER SET ascii NULL,
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY payments_order (order_id),
    CONSTRAINT payments_method CHECK (method IN ('POINTS', 'CARD')),
    CONSTRAINT payments_status CHECK (status IN ('PENDING', 'CAPTURED', 'FAILED', 'REFUNDED')),
    CONSTRAINT payments_amount CHECK (amount >= 0),
    CONSTRAINT payments_order FOREIGN KEY (order_id) REFERENCES orders (id)
  ) ENGINE = InnoDB`,
];

export class Orders extends Migration {
  override up(): void {
    for (const statement of [...tables, ...messagingTables]) this.addSql(statement);
  }
}

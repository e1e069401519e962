import { Migration } from '@mikro-orm/migrations';
import { messagingTables } from '@shop/messaging';

const id = 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin';

export class Coupons extends Migration {
  override up(): void {
    this.addSql(`CREATE TABLE coupon_events (
      id ${id} NOT NULL PRIMARY KEY,
      title VARCHAR(255) NOT NULL,
      description TEXT NULL,
      code_prefix VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      total_count INT NOT NULL,
      issued_count INT NOT NULL DEFAULT 0,
      starts_at DATETIME(3) NOT NULL,
      ends_at DATETIME(3) NOT NULL,
      ended_at DATETIME(3) NULL,
      max_per_user INT NOT NULL DEFAULT 1,
      discount_type VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      discount_value INT NOT NULL,
      min_purchase_amount BIGINT NOT NULL DEFAULT 0,
      valid_days INT NOT NULL DEFAULT 30,
      epoch INT NOT NULL DEFAULT 1,
      sold_out_epoch INT NOT NULL DEFAULT 0,
      sold_out_at DATETIME(3) NULL,
      generation BIGINT NOT NULL DEFAULT 1,
      version INT NOT NULL DEFAULT 1,
      created_at DATETIME(3) NOT NULL,
      KEY coupon_events_window (starts_at, ends_at),
      CONSTRAINT coupon_events_cap CHECK (issued_count >= 0 AND issued_count <= total_count),
      CONSTRAINT coupon_events_bounds CHECK (max_per_user > 0 AND ends_at > starts_at AND min_purchase_amount >= 0),
      CONSTRAINT coupon_events_discount CHECK (
        (discount_type = 'PERCENTAGE' AND discount_value BETWEEN 1 AND 100) OR (discount_type = 'FIXED' AND discount_value > 0)
      )
    ) ENGINE = InnoDB`);

    // The unique keys are the limits: the slots hold the maximum per user, the request ids make retries safe.
    this.addSql(`CREATE TABLE coupons (
      id ${id} NOT NULL PRIMARY KEY,
      event_id ${id} NOT NULL,
      user_id ${id} NOT NULL,
      slot INT NOT NULL,
      code VARCHAR(50) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      request_id VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      sequence BIGINT NULL,
      status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'ACTIVE',
      order_id ${id} NULL,
      discount_type VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      discount_value INT NOT NULL,
      min_purchase_amount BIGINT NOT NULL,
      issued_at DATETIME(3) NOT NULL,
      expires_at DATETIME(3) NOT NULL,
      used_at DATETIME(3) NULL,
      UNIQUE KEY coupons_slot (event_id, user_id, slot),
      UNIQUE KEY coupons_request (user_id, request_id),
      UNIQUE KEY coupons_code (code),
      KEY coupons_user (user_id, id),
      CONSTRAINT coupons_slot_positive CHECK (slot > 0),
      CONSTRAINT coupons_status CHECK (status IN ('ACTIVE', 'HELD', 'USED')),
      CONSTRAINT coupons_order CHECK ((status = 'ACTIVE') = (order_id IS NULL))
    ) ENGINE = InnoDB`);

    // One row per order; `check_at` is when its time is over, and the order service is asked (again). A RELEASED row without a coupon is the tombstone of a release that came before its hold.
    this.addSql(`CREATE TABLE coupon_holds (
      order_id ${id} NOT NULL PRIMARY KEY,
      coupon_id ${id} NULL,
      state VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      discount BIGINT NOT NULL DEFAULT 0,
      check_at DATETIME(3) NOT NULL,
      KEY coupon_holds_state (state, check_at),
      CONSTRAINT coupon_holds_state CHECK (state IN ('HELD', 'CONFIRMED', 'RELEASED', 'RESTORED', 'EXPIRED')),
      CONSTRAINT coupon_holds_discount CHECK (discount >= 0)
    ) ENGINE = InnoDB`);
    for (const table of messagingTables) this.addSql(table);
  }
}

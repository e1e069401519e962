import { Migration } from '@mikro-orm/migrations';

export class ExpiredCoupons extends Migration {
  override up(): void {
    this.addSql(`ALTER TABLE coupons
      DROP CONSTRAINT coupons_status,
      DROP CONSTRAINT coupons_order,
      ADD CONSTRAINT coupons_states CHECK (status IN ('ACTIVE', 'HELD', 'USED', 'EXPIRED')),
      ADD CONSTRAINT coupons_orders CHECK ((status IN ('ACTIVE', 'EXPIRED')) = (order_id IS NULL))`);
  }
}

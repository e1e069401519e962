import { Migration } from '@mikro-orm/migrations';
import { messagingTables } from '@shop/messaging';
import { idempotencyTable } from '@shop/subgraph-kit';

// Only what MySQL 8.4 and MariaDB both have: no parser plug-ins, no collations of one of them.
const id = (name: string) => `${name} CHAR(36) CHARACTER SET ascii COLLATE ascii_bin`;
const name = (column: string) => `${column} VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`;

const tables = [
  `CREATE TABLE categories (
    ${id('id')} NOT NULL PRIMARY KEY,
    ${name('name')} NOT NULL
  )`,
  // One index per order of a list, with the id that makes the order total, for all products and for one category.
  `CREATE TABLE products (
    ${id('id')} NOT NULL PRIMARY KEY,
    ${name('name')} NOT NULL,
    description TEXT CHARACTER SET utf8mb4 NULL,
    price BIGINT NOT NULL,
    ${id('category_id')} NULL,
    discontinued BOOLEAN NOT NULL DEFAULT FALSE,
    created_at DATETIME(3) NOT NULL,
    search_terms MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    KEY products_price (price, id),
    KEY products_name (name, id),
    KEY products_category_id (category_id, id),
    KEY products_category_price (category_id, price, id),
    KEY products_category_name (category_id, name, id),
    FULLTEXT KEY products_search_terms (search_terms),
    CONSTRAINT products_category FOREIGN KEY (category_id) REFERENCES categories (id),
    CONSTRAINT products_price_positive CHECK (price > 0)
  )`,
  // Apart from products: every order writes here, and an edit of a product must not wait for that.
  `CREATE TABLE stock (
    ${id('product_id')} NOT NULL PRIMARY KEY,
    on_hand INT NOT NULL,
    held INT NOT NULL DEFAULT 0,
    CONSTRAINT stock_product FOREIGN KEY (product_id) REFERENCES products (id),
    CONSTRAINT stock_within_bounds CHECK (held >= 0 AND held <= on_hand)
  )`,
  `CREATE TABLE stock_holds (
    ${id('order_id')} NOT NULL PRIMARY KEY,
    status ENUM('HELD', 'CONFIRMED', 'RELEASED', 'RESTOCKED') NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    check_at DATETIME(3) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    settled_at DATETIME(3) NULL,
    KEY stock_holds_to_check (status, check_at),
    KEY stock_holds_settled (status, settled_at)
  )`,
  `CREATE TABLE stock_hold_lines (
    ${id('order_id')} NOT NULL,
    ${id('product_id')} NOT NULL,
    quantity BIGINT NOT NULL,
    ${name('product_name')} NOT NULL,
    unit_price BIGINT NOT NULL,
    PRIMARY KEY (order_id, product_id),
    KEY stock_hold_lines_product (product_id),
    CONSTRAINT stock_hold_lines_hold FOREIGN KEY (order_id) REFERENCES stock_holds (order_id) ON DELETE CASCADE,
    CONSTRAINT stock_hold_lines_quantity CHECK (quantity > 0)
  )`,
];

export class CatalogueAndStock extends Migration {
  override up(): void {
    for (const statement of [...tables, idempotencyTable, ...messagingTables]) this.addSql(statement);
  }
}

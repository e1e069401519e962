#!/bin/sh
# Runs once, when the data directory is new: a database and a user of its own for each process that keeps data.
set -eu
create() {
  mysql --user=root --password="$MYSQL_ROOT_PASSWORD" <<SQL
CREATE DATABASE shop_$1 CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;
CREATE USER 'shop_$1'@'%' IDENTIFIED BY '$2';
GRANT ALL PRIVILEGES ON shop_$1.* TO 'shop_$1'@'%';
SQL
}
create user "$USER_DATABASE_PASSWORD"
create product "$PRODUCT_DATABASE_PASSWORD"
create order "$ORDER_DATABASE_PASSWORD"
create coupon "$COUPON_DATABASE_PASSWORD"
create data_platform "$DATA_PLATFORM_DATABASE_PASSWORD"

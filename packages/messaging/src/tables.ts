/**
 * CREATE TABLE statements for the first migration of every database. `outbox_pending` holds what is committed and not
 * yet published; the relay claims by its primary key and moves rows to `outbox_archive`, from which a lost stream is
 * rebuilt. `inbox` remembers which events a consumer has taken effect from.
 */
export const messagingTables: readonly string[] = [
  `CREATE TABLE outbox_pending (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    event_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    stream VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    wire_subject VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    type VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    aggregate_id VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    aggregate_version BIGINT UNSIGNED NULL,
    envelope MEDIUMTEXT CHARACTER SET utf8mb4 NOT NULL,
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY outbox_pending_event_id (event_id)
  ) ENGINE = InnoDB`,
  `CREATE TABLE outbox_archive (
    id BIGINT UNSIGNED NOT NULL,
    event_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    stream VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    wire_subject VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    type VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    aggregate_id VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    aggregate_version BIGINT UNSIGNED NULL,
    envelope MEDIUMTEXT CHARACTER SET utf8mb4 NOT NULL,
    created_at DATETIME(3) NOT NULL,
    published_at DATETIME(3) NOT NULL,
    stream_sequence BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY outbox_archive_event_id (event_id)
  ) ENGINE = InnoDB`,
  `CREATE TABLE inbox (
    consumer VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    event_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    processed_at DATETIME(3) NOT NULL,
    PRIMARY KEY (consumer, event_id)
  ) ENGINE = InnoDB`,
];

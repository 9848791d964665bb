import type { Schema } from "../database/database.ts";

/**
 * Requests that have ended, by their number: the order in which they were written, which no clock
 * changes. Names stand in tables of their own. Times of day are milliseconds since 1970, durations
 * microseconds, rates thousandths. `item` is -1 for a batch whose items have rows of their own.
 */
const REQUESTS = `
  CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, used INTEGER NOT NULL);
  CREATE TABLE clients (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, used INTEGER NOT NULL);
  CREATE TABLE requests (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL, item INTEGER, at INTEGER NOT NULL, took INTEGER NOT NULL,
    tenant INTEGER, client INTEGER,
    project INTEGER, route INTEGER, dialect INTEGER, operation INTEGER, model INTEGER,
    host INTEGER, error INTEGER,
    status INTEGER, ended INTEGER, whole INTEGER, streamed INTEGER,
    bytes_in INTEGER, bytes_out INTEGER,
    queue INTEGER, load INTEGER, first INTEGER, body INTEGER,
    prompt INTEGER, generation INTEGER, inference INTEGER,
    tokens_in INTEGER, tokens_out INTEGER, estimated INTEGER, rate INTEGER,
    cache INTEGER, saved INTEGER, images INTEGER, image_bytes_saved INTEGER
  );
  CREATE INDEX requests_by_id ON requests (id);
  CREATE INDEX requests_by_time ON requests (at);
  CREATE INDEX requests_by_project ON requests (project, at);
  CREATE INDEX requests_by_model ON requests (model, at);
  CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    run TEXT NOT NULL, batch INTEGER NOT NULL, rows_from INTEGER NOT NULL
  );
  INSERT INTO state VALUES (1, '', 0, 0);
`;

/** `start` is the number of the hour, or of the day, since 1970. A name that is none is 0. */
const rollUp = (name: string): string => `
  CREATE TABLE ${name} (
    start INTEGER NOT NULL, project INTEGER NOT NULL, model INTEGER NOT NULL,
    operation INTEGER NOT NULL, error INTEGER NOT NULL,
    requests INTEGER NOT NULL, took INTEGER NOT NULL, queue INTEGER NOT NULL,
    inference INTEGER NOT NULL, saved INTEGER NOT NULL, hits INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL,
    bytes_in INTEGER NOT NULL, bytes_out INTEGER NOT NULL,
    images INTEGER NOT NULL, image_bytes_saved INTEGER NOT NULL,
    measured INTEGER NOT NULL, rate INTEGER NOT NULL, load INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, sketch BLOB NOT NULL,
    PRIMARY KEY (start, project, model, operation, error)
  );
`;

/** Sums by hour and by day, over the requests up to the number `rolled_to`. */
const ROLL_UPS = `
  ${rollUp("hours")}
  ${rollUp("days")}
  ALTER TABLE state ADD COLUMN rolled_to INTEGER NOT NULL DEFAULT 0;
`;

/** What a request waited behind, and what its model had to do with it. */
const WAITS = `
  ALTER TABLE requests ADD COLUMN behind INTEGER;
  ALTER TABLE requests ADD COLUMN load_shared INTEGER;
  ALTER TABLE requests ADD COLUMN context INTEGER;
  ALTER TABLE requests ADD COLUMN cut INTEGER;
`;

/** What data/requests.db holds. */
export const REQUEST_SCHEMA: Schema = {
  /** "SOrq". */
  application: 0x53_4f_72_71,
  migrations: [REQUESTS, ROLL_UPS, WAITS],
};

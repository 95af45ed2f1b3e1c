/*
** llm_price over the built-in list: which rows win, and that what is remembered never goes stale.
** Every sequence asks twice, so that the second answer may come from the cache.
*/
#include "../ledger/db.h"

#include <pthread.h>
#include <unistd.h>

#define INPUT_PRICE "SELECT tok_cost_nano('gpt-4o', 1000000, 0, 0, 0, '2026-08-20') / 1000000"
#define LISTED "2500"

static void is_price(sqlite3 *db, const char *expected) {
  CHECK_ROWS(db, INPUT_PRICE, expected);
  CHECK_ROWS(db, INPUT_PRICE, expected);
  /* with main being read already, and with many calls in one statement */
  CHECK_ROWS(db, INPUT_PRICE " FROM main.sqlite_schema LIMIT 1", expected);
  CHECK_ROWS(db, "SELECT DISTINCT tok_price('gpt-4o', 'input', '2026-08-20') * 1000 FROM main.sqlite_schema a, "
                 "main.sqlite_schema b",
             strcmp(expected, LISTED) == 0 ? "2500.0" : strcmp(expected, "1000") == 0 ? "1000.0" : "2000.0");
}

#define SET_PRICE(usd) "INSERT OR REPLACE INTO llm_price(id, model, meter, usd_per_1m) VALUES (1, 'gpt-4o', 'input', '" usd "')"

static sqlite3 *fresh(const char *mode) {
  char sql[64];
  sqlite3 *db = db_fresh();
  snprintf(sql, sizeof sql, "PRAGMA journal_mode = %s", mode);
  CHECK_RUN(db, sql);
  CHECK_RUN(db, "SELECT tok_init()");
  return db;
}

static void rollbacks(const char *mode) {
  sqlite3 *db = fresh(mode);
  is_price(db, LISTED);
  CHECK_RUN(db, "BEGIN; " SET_PRICE("1"));
  is_price(db, "1000");
  CHECK_RUN(db, "ROLLBACK");
  is_price(db, LISTED);
  CHECK_RUN(db, SET_PRICE("1"));
  is_price(db, "1000");
  CHECK_RUN(db, "BEGIN; " SET_PRICE("2"));
  is_price(db, "2000");
  CHECK_RUN(db, "ROLLBACK");
  is_price(db, "1000");
  CHECK_RUN(db, "BEGIN; SAVEPOINT a; " SET_PRICE("2"));
  is_price(db, "2000");
  CHECK_RUN(db, "ROLLBACK TO a");
  is_price(db, "1000");
  CHECK_RUN(db, "DELETE FROM llm_price");
  is_price(db, LISTED);
  CHECK_RUN(db, "ROLLBACK");
  is_price(db, "1000");
  CHECK_RUN(db, "BEGIN; DROP TABLE llm_price");
  is_price(db, LISTED);
  CHECK_RUN(db, "ROLLBACK");
  is_price(db, "1000");
  CHECK_RUN(db, "DROP TABLE llm_price");
  is_price(db, LISTED);
  db_close(db);
}

static void a_rollback_is_seen(void) { rollbacks("DELETE"); }
static void a_rollback_is_seen_in_wal(void) { rollbacks("WAL"); }

static void others(const char *mode) {
  sqlite3 *db = fresh(mode), *other = db_open(DB_FILE);
  is_price(db, LISTED);
  CHECK_RUN(other, SET_PRICE("1"));
  is_price(db, "1000");
  CHECK_RUN(other, SET_PRICE("2"));
  is_price(db, "2000");
  CHECK_RUN(other, "BEGIN; " SET_PRICE("1"));
  is_price(db, "2000"); /* not committed */
  CHECK_RUN(other, "COMMIT");
  is_price(db, "1000");
  CHECK_RUN(other, "DROP TABLE llm_price");
  is_price(db, LISTED);
  CHECK_RUN(other, "CREATE TABLE llm_price AS SELECT 1 AS id, 0 AS tier_from_tokens, 0 AS retracted, NULL AS provider, "
                   "'gpt-4o' AS model, 'input' AS meter, '2' AS usd_per_1m, NULL AS service_tier, NULL AS region, "
                   "NULL AS valid_from, NULL AS valid_to, NULL AS hours, NULL AS weekdays, NULL AS source");
  is_price(db, "2000");
  db_close(other);
  db_close(db);
}

static void anothers_commit_is_seen(void) { others("DELETE"); }
static void anothers_commit_is_seen_in_wal(void) { others("WAL"); }

/* A reader in WAL keeps its snapshot while another commits. */
static void a_snapshot_stays(void) {
  sqlite3 *db = fresh("WAL"), *other = db_open(DB_FILE);
  CHECK_RUN(db, "BEGIN; SELECT count(*) FROM llm_price");
  is_price(db, LISTED);
  CHECK_RUN(other, SET_PRICE("1"));
  is_price(db, LISTED);
  CHECK_RUN(db, "COMMIT");
  is_price(db, "1000");
  db_close(other);
  db_close(db);
}

static void only_mains_table_counts(void) {
  sqlite3 *db = db_fresh();
  CHECK_RUN(db, "CREATE TABLE something(x); CREATE TEMP TABLE llm_price(model, meter, usd_per_1m); INSERT INTO llm_price VALUES ('gpt-4o', 'input', 9);"
                "ATTACH ':memory:' AS aux; CREATE TABLE aux.llm_price AS SELECT * FROM temp.llm_price");
  is_price(db, LISTED);
  CHECK_ROWS(db, "SELECT count(*) FROM tok_pricing WHERE origin = 'llm_price'", "0");
  CHECK_RUN(db, "SELECT tok_init()");
  is_price(db, LISTED);
  CHECK_RUN(db, "INSERT INTO main.llm_price(model, meter, usd_per_1m) VALUES ('gpt-4o', 'input', '1')");
  is_price(db, "1000");
  CHECK_ROWS(db, "SELECT usd_per_1m, origin FROM tok_pricing WHERE model = 'gpt-4o' AND meter = 'input' AND service_tier = 'standard'",
             "1.0|llm_price");
  CHECK_RUN(db, "DROP TABLE main.llm_price; CREATE VIEW main.llm_price AS SELECT tok_cost('gpt-4o', 1, 1) AS model");
  is_price(db, LISTED);
  CHECK_RUN(db, "DROP VIEW main.llm_price; CREATE TABLE main.llm_price(model, price)");
  CHECK_ROWS(db, INPUT_PRICE, LISTED); /* empty: nothing to misread */
  CHECK_RUN(db, "INSERT INTO main.llm_price VALUES ('gpt-4o', 3)");
  CHECK_ROWS(db, INPUT_PRICE, "Error: tok_cost_nano: main.llm_price: no such column: id");
  db_close(db);
}

static void reads_only(void) {
  sqlite3 *db = fresh("DELETE");
  CHECK_RUN(db, SET_PRICE("1"));
  db_close(db);
  db = db_open("file:" DB_FILE "?mode=ro");
  CHECK_RUN(db, "PRAGMA trusted_schema = OFF");
  is_price(db, "1000");
  CHECK_ROWS(db, "SELECT count(*) FROM tok_pricing WHERE origin = 'llm_price'", "1");
  db_close(db);
}

/* In a trigger of a statement that writes: the ledger's own. */
static void the_ledger_uses_it(void) {
  sqlite3 *db = fresh("WAL");
  CHECK_RUN(db, SET_PRICE("1"));
  CHECK_RUN(db, "INSERT INTO llm_usage(provider, model, input_tokens, output_tokens) VALUES ('openai', 'gpt-4o', 1000000, 0)");
  CHECK_ROWS(db, "SELECT cost_nano FROM llm_usage", "1000000000");
  CHECK_RUN(db, SET_PRICE("2"));
  CHECK_ROWS(db, "SELECT cost_nano FROM llm_usage", "1000000000"); /* what is recorded stays */
  CHECK_ROWS(db, "SELECT tok_reprice('2020-01-01')", "1");
  CHECK_ROWS(db, "SELECT cost_nano FROM llm_usage", "2000000000");
  db_close(db);
}

/*
** While main is written a statement asks whether llm_price has rows once a run, or once a row where
** a trigger prices it.
*/
static void each_run_asks(void) {
  sqlite3 *db = fresh("WAL");
  sqlite3_stmt *stmt = NULL;
  CHECK_RUN(db, "CREATE TABLE log(n); BEGIN; INSERT INTO log VALUES (1), (2)");
  CHECK_INT(sqlite3_prepare_v2(db, INPUT_PRICE " FROM log", -1, &stmt, NULL), SQLITE_OK);
  CHECK_INT(sqlite3_step(stmt), SQLITE_ROW);
  CHECK_INT(sqlite3_column_int(stmt, 0), 2500);
  CHECK_INT(sqlite3_step(stmt), SQLITE_ROW);
  sqlite3_reset(stmt);
  CHECK_RUN(db, SET_PRICE("1"));
  CHECK_INT(sqlite3_step(stmt), SQLITE_ROW);
  CHECK_INT(sqlite3_column_int(stmt, 0), 1000);
  sqlite3_finalize(stmt);
  CHECK_RUN(db, "ROLLBACK; CREATE TEMP TABLE seen(usd);"
                "CREATE TRIGGER t AFTER INSERT ON log BEGIN " SET_PRICE("1") "; END;"
                "CREATE TEMP TRIGGER u BEFORE INSERT ON main.log BEGIN"
                " INSERT INTO seen SELECT tok_price('gpt-4o', 'input'); END;"
                "INSERT INTO log VALUES (1), (2)");
  CHECK_ROWS(db, "SELECT usd FROM seen", "2.5;1.0");
  db_close(db);
}

typedef struct {
  int writer;
} role;

static void *work(void *arg) {
  const role *r = arg;
  sqlite3 *db = db_open(DB_FILE);
  sqlite3_busy_timeout(db, 10000);
  for (int i = 0; i < 200; i++) {
    if (r->writer) {
      db_run(db, "BEGIN IMMEDIATE; UPDATE llm_price SET usd_per_1m = '2'; UPDATE llm_usage SET input_tokens = 2; ROLLBACK");
      db_run(db, "BEGIN IMMEDIATE; UPDATE llm_price SET usd_per_1m = 3 - usd_per_1m; "
                 "UPDATE llm_usage SET user_id = CAST(3 - user_id AS TEXT); COMMIT");
    } else {
      /* both are read in one snapshot, so they must agree */
      sqlite3_stmt *stmt = NULL;
      sqlite3_prepare_v2(db, "SELECT user_id, CAST(tok_price('gpt-4o', 'input') AS INTEGER) FROM llm_usage", -1, &stmt, NULL);
      CHECK_INT(sqlite3_step(stmt), SQLITE_ROW);
      CHECK_INT(sqlite3_column_int(stmt, 1), sqlite3_column_int(stmt, 0));
      sqlite3_finalize(stmt);
    }
  }
  db_close(db);
  return NULL;
}

static void readers_and_writers(const char *mode) {
  sqlite3 *db = fresh(mode);
  CHECK_RUN(db, SET_PRICE("1"));
  CHECK_RUN(db, "INSERT INTO llm_usage(provider, model, input_tokens, output_tokens, user_id) VALUES ('openai', 'gpt-4o', 1, 0, '1')");
  db_close(db);
  pthread_t threads[3];
  role roles[3] = {{1}, {0}, {0}};
  for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, work, &roles[i]);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
}

static void answers_fit_their_snapshot(void) { readers_and_writers("DELETE"); }
static void answers_fit_their_snapshot_in_wal(void) { readers_and_writers("WAL"); }

CHECK_MAIN({"a rollback is seen", a_rollback_is_seen}, {"a rollback is seen in WAL", a_rollback_is_seen_in_wal},
           {"another's commit is seen", anothers_commit_is_seen},
           {"another's commit is seen in WAL", anothers_commit_is_seen_in_wal},
           {"a snapshot stays", a_snapshot_stays}, {"only main's table counts", only_mains_table_counts},
           {"reads only", reads_only}, {"the ledger uses it", the_ledger_uses_it},
           {"each run asks", each_run_asks},
           {"answers fit their snapshot", answers_fit_their_snapshot},
           {"answers fit their snapshot in WAL", answers_fit_their_snapshot_in_wal})

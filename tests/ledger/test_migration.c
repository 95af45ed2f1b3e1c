/*
** tok_init(): from nothing and from a ledger older than tok, alone and inside transactions, refused
** clearly where it cannot work, and all or nothing when memory runs out at any point.
*/
#include "db.h"

#include <unistd.h>

#define ELEVEN                                                                                     \
  "SELECT id, timestamp, provider, model, task_type, input_tokens, output_tokens, total_tokens, " \
  "cost_usd, response_time_ms, created_at FROM "

static void nothing_is_created_by_loading(void) {
  sqlite3 *db = db_fresh();
  CHECK_ROWS(db, "SELECT count(*) FROM sqlite_schema", "0");
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_ROWS(db, "SELECT count(*) > 10 FROM sqlite_schema", "1");
  CHECK_ROWS(db, "SELECT name FROM sqlite_schema WHERE name NOT GLOB 'llm_*' AND name NOT GLOB 'sqlite_*'", "");
  db_close(db);
}

static void a_second_time_writes_nothing(void) {
  sqlite3 *db = db_fresh();
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_RUN(db, "UPDATE llm_setting SET value = 'Europe/Paris' WHERE name = 'zone'");
  sqlite3 *other = db_open(DB_FILE);
  CHECK_RUN(other, "BEGIN IMMEDIATE"); /* a writer elsewhere does not matter */
  int64_t before = sqlite3_total_changes(db);
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_INT(sqlite3_total_changes(db), before);
  CHECK_RUN(other, "ROLLBACK");
  CHECK_ROWS(other, "SELECT tok_init() > 1", "1");
  CHECK_ROWS(other, "SELECT value FROM llm_setting WHERE name = 'zone'", "Europe/Paris");
  db_close(other);
  db_close(db);
}

/* Definitions of another build are replaced, rows stay. */
static void other_definitions_are_replaced(void) {
  sqlite3 *db = db_fresh();
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_RUN(db, "INSERT INTO llm_usage(model, input_tokens) VALUES ('m', 5);"
                "UPDATE llm_meta SET value = '0' WHERE key = 'definitions';"
                "DROP VIEW llm_stats; CREATE VIEW llm_stats AS SELECT 'old' AS requests;"
                "DROP TRIGGER llm_usage_fill");
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_ROWS(db, "SELECT requests FROM llm_stats", "1");
  CHECK_RUN(db, "INSERT INTO llm_usage(model, input_tokens, output_tokens) VALUES ('m', 5, 6)");
  CHECK_ROWS(db, "SELECT total_tokens FROM llm_usage WHERE id = 2", "11");
  CHECK_RUN(db, "UPDATE llm_meta SET value = '999' WHERE key = 'schema_version'");
  CHECK_ROWS(db, "SELECT tok_init()",
             "Error: tok_init: this database has a newer ledger schema than this version of tok");
  db_close(db);
}

/* Roll-ups without counts of response times are made anew with them. */
static void response_times_are_counted(void) {
  sqlite3 *db = db_kept("version_6_rows");
  CHECK_ROWS(db, "SELECT count(*) FROM llm_rollup_ms", "4");
  CHECK_ROWS(db, "SELECT tok_init() >= 10", "1");
  CHECK_ROWS(db, "SELECT times FROM llm_rollup WHERE dim = 'all' AND level = 86400 ORDER BY bucket", "100:1 381:1;");
  CHECK_ROWS(db, "SELECT * FROM tok_audit()", "");
  CHECK_ROWS(db, "SELECT count(*) FROM llm_usage", "3");
  CHECK_ROWS(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'llm_rollup_ms'", "0");
  db_close(db);
}

/*
** A ledger of the version that has a later migration, but not the one that counts response times.
*/
static void a_migration_that_was_passed_over_is_made_up_for(void) {
  sqlite3 *db = db_kept("version_11");
  CHECK_ROWS(db, "SELECT tok_init() > 11", "1");
  CHECK_ROWS(db, "SELECT times FROM llm_rollup WHERE dim = 'all' AND level = 86400 ORDER BY bucket", "100:1;223:1");
  CHECK_RUN(db, "INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens, meters) VALUES"
                " ('2026-01-02', 'gpt-4o', 5, 6, '{\"web_searches\":1}')");
  CHECK_ROWS(db, "SELECT * FROM tok_audit()", "");
  CHECK_ROWS(db, "SELECT requests, total_tokens FROM llm_stats", "4|671");
  CHECK_ROWS(db, "SELECT name, metric, limit_units FROM llm_quota", "q|total|100000");
  CHECK_ROWS(db, "SELECT count(*) FROM sqlite_schema WHERE name IN ('llm_rollup_ms', 'llm_quota_moving')", "0");
  db_close(db);
}

static void the_cost_mode_is_renamed(void) {
  static const char *const modes[][2] = {
      {"auto", "auto|1"}, {"calculate", "calculated|1"}, {"display", "reported|1"}};
  for (int i = 0; i < 3; i++) {
    sqlite3 *db = db_kept("version_2");
    char *set = sqlite3_mprintf("UPDATE llm_setting SET value = %Q WHERE name = 'cost_mode'", modes[i][0]);
    CHECK_RUN(db, set);
    sqlite3_free(set);
    CHECK_ROWS(db, "SELECT tok_init() > 2", "1");
    CHECK_ROWS(db, "SELECT value, description LIKE '%reported: only%' FROM llm_setting WHERE name = 'cost_mode'",
               modes[i][1]);
    CHECK_ROWS(db, "SELECT name, typeof(value), description FROM my_settings WHERE name <> 'cost_mode'",
               "forecast_window_days|integer|d;mine|blob|-;n|real|a real;zone|text|z");
    CHECK_ROWS(db, "SELECT name FROM sqlite_schema WHERE name LIKE '%legacy%'", "");
    CHECK_ROWS(db, "UPDATE llm_setting SET value = 'display' WHERE name = 'cost_mode'",
               "Error: CHECK constraint failed: cost_mode is auto, calculated or reported");
    CHECK_RUN(db, "UPDATE llm_setting SET value = 'reported' WHERE name = 'cost_mode'");
    db_close(db);
  }
}

/* A ledger of before the roll-ups: its rows are summed up, its views show what they showed. */
static void roll_ups_are_made_for_kept_rows(void) {
  sqlite3 *db = db_kept("version_2");
  CHECK_RUN(db, "CREATE TEMP TABLE before AS SELECT * FROM llm_by_model; CREATE TEMP TABLE days AS"
                " SELECT day, requests, cost_nano FROM llm_by_day");
  CHECK_ROWS(db, "SELECT tok_init() > 3", "1");
  CHECK_ROWS(db, "SELECT watermark FROM llm_rollup_state", "4");
  CHECK_ROWS(db, "SELECT model, requests, total_tokens, cost_nano, first_at, last_at FROM llm_by_model EXCEPT"
                 " SELECT model, requests, total_tokens, cost_nano, first_at, last_at FROM before", "");
  CHECK_ROWS(db, "SELECT model, requests, cost_nano, avg_ms FROM llm_by_model", "-|1|-|12.0;gpt-4o|2|256500000|900.0");
  CHECK_ROWS(db, "SELECT day, requests, cost_nano FROM llm_by_day EXCEPT SELECT * FROM days", "");
  CHECK_ROWS(db, "SELECT count(*) FROM llm_by_day", "3");
  CHECK_ROWS(db, "SELECT provider, model, requests, first_at FROM llm_unpriced", "-|-|1|2026-02-01T00:00:01Z");
  db_close(db);
}

/* Quotas and rules of before token buckets: made anew with their ids, counters as they were. */
static void quotas_are_made_anew(void) {
  sqlite3 *db = db_kept("version_6");
  CHECK_ROWS(db, "SELECT tok_init() > 8", "1");
  CHECK_ROWS(db, "SELECT id, name, metric, limit_units, period, guard, kind, refill, created_at FROM llm_quota",
             "2|acme day|total|1000|day|insert|fixed|-|2026-01-01;3|late|cost|50000000000|lifetime|none|lifetime|-|2026-01-01;"
             "5|acme day (hourly)|total|9223372036854775807|hour|none|fixed|-|2026-01-01");
  CHECK_ROWS(db, "SELECT id, quota_id, watch_id, basis, value FROM llm_alert",
             "5|2|2|percent|0.5;6|3|3|percent|0.75;7|3|3|percent|0.9;10|2|5|rate|100.0");
  CHECK_ROWS(db, "SELECT quota_id, used, held, debt FROM llm_counter", "2|700|20|-;3|500000000|100000000|-;5|700|20|-");
  CHECK_ROWS(db, "SELECT * FROM llm_quota_audit", "");
  CHECK_ROWS(db, "SELECT count(*) FROM sqlite_schema WHERE name LIKE '%before%' AND type = 'table'", "0");
  CHECK_ROWS(db, "PRAGMA integrity_check", "ok");
  /* ids go on, limits hold, what is new can be had */
  CHECK_ROWS(db, "INSERT INTO llm_quota(name, metric, limit_units, period, guard) VALUES ('b', 'total', 9, 'bucket 1m', 'write')"
                 " RETURNING id, kind", "6|bucket");
  CHECK_ROWS(db, "INSERT INTO llm_alert(quota_id, basis, value) VALUES (2, 'used', 5) RETURNING id", "11");
  CHECK_RUN(db, "DELETE FROM llm_quota WHERE name = 'b'");
  CHECK_ROWS(db, "INSERT INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens, cost_usd)"
                 " VALUES ('2026-01-05', 'acme', 400, 0, 0)",
             "Error: tok: quota 'acme day' exceeded: 1120 of 1100 total tokens (period day, action block)");
  CHECK_RUN(db, "INSERT INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens, cost_usd)"
                " VALUES ('2026-01-05', 'acme', 300, 0, 0)");
  CHECK_ROWS(db, "SELECT used FROM llm_grant", "0");
  CHECK_ROWS(db, "SELECT tok_init() > 8", "1");
  db_close(db);
}

static void the_old_table_moves_without_loss(void) {
  sqlite3 *db = db_fresh();
  CHECK_RUN(db, db_legacy_schema);
  CHECK_RUN(db, db_legacy_rows);
  CHECK_RUN(db, "CREATE TEMP TABLE before AS SELECT * FROM llm_usage;"
                "INSERT INTO llm_usage(id, provider, model, task_type, input_tokens, output_tokens, total_tokens,"
                " cost_usd) VALUES (50, 'p', 'm', 't', 1, 1, 2, 0); DELETE FROM llm_usage WHERE id = 50");
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_ROWS(db, ELEVEN "llm_usage EXCEPT " ELEVEN "before", "");
  CHECK_ROWS(db, ELEVEN "before EXCEPT " ELEVEN "llm_usage", "");
  CHECK_ROWS(db, "SELECT id, cost_nano, tags FROM llm_usage",
             "1|12500|-;2|300000000|-;3|0|-;7|1234000000001|-;9|100000000|-");
  CHECK_ROWS(db, "SELECT strftime('%Y-%m-%d %H:%M:%S', unix_time, 'unixepoch') FROM llm_usage WHERE id <= 3",
             "2025-12-31 23:59:59;2026-01-02 03:04:05;2026-01-02 01:04:05");
  CHECK_ROWS(db, "SELECT name FROM sqlite_schema WHERE name LIKE '%legacy%'", "");
  CHECK_ROWS(db, "PRAGMA integrity_check", "ok");
  /* what programs do with the old table still works, and ids are not used again */
  CHECK_RUN(db, "INSERT INTO llm_usage(timestamp, provider, model, task_type, input_tokens, output_tokens,"
                " total_tokens, cost_usd, response_time_ms) VALUES ('2026-02-01 00:00:00', 'p', 'm', 't', 1, 2, 3,"
                " 0.002, 4)");
  CHECK_ROWS(db, "SELECT id, cost_usd, cost_nano FROM llm_usage WHERE id > 9", "51|0.002|2000000");
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_ROWS(db, "SELECT count(*), sum(total_tokens) FROM llm_usage", "6|72");
  db_close(db);
}

static void values_that_are_refused_stay_readable(void) {
  sqlite3 *db = db_fresh();
  CHECK_RUN(db, "CREATE TABLE llm_usage(id INTEGER PRIMARY KEY, timestamp, provider, model, input_tokens,"
                " cost_usd, created_at, \"the \"\"mood\"\"\", user_id);"
                "INSERT INTO llm_usage VALUES"
                "(1, 'yesterday', 'p', 'm', -10, 'free', '2026-01-02', 'good', 7),"
                "(2, NULL, 5, x'4142', 12.0, 3, NULL, 1.5, NULL),"
                "(3, 1767225600, NULL, NULL, '7?', 1e300, 'never', x'00ff', 'ann')");
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_ROWS(db, "SELECT id, timestamp, provider, model, input_tokens, cost_nano, created_at, user_id,"
                 " quote(\"the \"\"mood\"\"\") FROM llm_usage",
             "1|2026-01-02|p|m|-|-|2026-01-02|7|'good';"
             "2|1970-01-01T00:00:00Z|5|AB|12|3000000000|-|-|1.5;"
             "3|2026-01-01T00:00:00Z|-|-|-|-|never|ann|X'00FF'");
  CHECK_ROWS(db, "SELECT u.id, key, value FROM llm_usage u, json_each(tags, '$.legacy') ORDER BY u.id, key",
             "1|cost_usd|free;1|input_tokens|-10;1|timestamp|yesterday;3|cost_usd|1.0e+300;3|input_tokens|7?");
  CHECK_ROWS(db, "PRAGMA integrity_check", "ok");
  db_close(db);
}

static void what_refers_to_the_old_table_survives(void) {
  sqlite3 *db = db_fresh();
  CHECK_RUN(db, "PRAGMA foreign_keys = ON");
  CHECK_RUN(db, db_legacy_schema);
  CHECK_RUN(db, "CREATE INDEX by_model ON llm_usage(model);"
                "CREATE TABLE seen(id); CREATE TABLE child(usage REFERENCES llm_usage(id) ON DELETE CASCADE);"
                "CREATE TRIGGER note AFTER INSERT ON llm_usage BEGIN INSERT INTO seen VALUES (NEW.id); END;"
                "CREATE VIEW dear AS SELECT id FROM llm_usage WHERE cost_usd > 1;"
                "CREATE VIEW llm_stats AS SELECT 'mine'");
  CHECK_RUN(db, db_legacy_rows);
  CHECK_RUN(db, "INSERT INTO child SELECT id FROM llm_usage; DELETE FROM seen");
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_ROWS(db, "SELECT count(*) FROM child", "5");
  CHECK_ROWS(db, "SELECT count(*) FROM seen", "0");
  CHECK_ROWS(db, "SELECT id FROM dear", "7");
  CHECK_ROWS(db, "SELECT name FROM pragma_index_list('llm_usage') WHERE name = 'by_model'", "by_model");
  CHECK_RUN(db, "DELETE FROM llm_usage WHERE id = 1; INSERT INTO llm_usage(model, input_tokens) VALUES ('m', 1)");
  CHECK_ROWS(db, "SELECT count(*) FROM child", "4");
  CHECK_ROWS(db, "SELECT id FROM seen", "10");
  CHECK_ROWS(db, "SELECT * FROM pragma_foreign_keys, pragma_legacy_alter_table", "1|0");
  db_close(db);
}

static void transactions_are_respected(void) {
  sqlite3 *db = db_fresh();
  CHECK_RUN(db, "BEGIN; CREATE TABLE mine(a); SAVEPOINT s");
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_RUN(db, "INSERT INTO llm_usage(model, input_tokens, output_tokens) VALUES ('m', 1, 2); ROLLBACK TO s");
  CHECK_ROWS(db, "SELECT name FROM sqlite_schema", "mine");
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_RUN(db, "ROLLBACK");
  CHECK_ROWS(db, "SELECT name FROM sqlite_schema", "");
  CHECK_RUN(db, "BEGIN");
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_RUN(db, "COMMIT");
  CHECK_ROWS(db, "SELECT requests FROM llm_stats", "0");
  /* a failure inside the caller's transaction leaves that open and as it was */
  CHECK_RUN(db, "DROP VIEW llm_stats; CREATE TABLE llm_stats(a); DELETE FROM llm_meta WHERE key = 'definitions';"
                "BEGIN; INSERT INTO llm_stats VALUES (1)");
  CHECK_ROWS(db, "SELECT tok_init()", "Error: tok_init: use DROP TABLE to delete table llm_stats");
  CHECK_INT(sqlite3_get_autocommit(db), 0);
  CHECK_RUN(db, "COMMIT");
  CHECK_ROWS(db, "SELECT a FROM llm_stats", "1");
  db_close(db);
}

static void other_schemas_do_not_confuse(void) {
  sqlite3 *db = db_fresh();
  CHECK_RUN(db, "ATTACH ':memory:' AS llm_usage; CREATE TABLE llm_usage.llm_usage(a, b);"
                "CREATE TABLE llm_usage.llm_meta(key, value); INSERT INTO llm_usage.llm_meta VALUES"
                "('schema_version', '9'); CREATE VIEW llm_usage.llm_stats AS SELECT 1;"
                "CREATE TEMP TABLE llm_meta(key, value); CREATE TEMP TABLE llm_setting(a)");
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_RUN(db, "INSERT INTO llm_usage(model, input_tokens, output_tokens) VALUES ('m', 1, 2)");
  CHECK_ROWS(db, "SELECT requests, total_tokens FROM main.llm_stats", "1|3");
  CHECK_ROWS(db, "SELECT (SELECT count(*) FROM llm_usage.llm_usage), (SELECT count(*) FROM llm_usage.llm_meta),"
                 " (SELECT count(*) FROM temp.llm_meta)", "0|1|0");
  CHECK_RUN(db, "CREATE TEMP TABLE llm_usage(a)");
  CHECK_ROWS(db, "SELECT tok_init()", "Error: tok_init: temp.llm_usage hides main.llm_usage; rename or drop the"
                                      " temporary one");
  db_close(db);
}

static void impossible_places_are_refused(void) {
  sqlite3 *db = db_fresh();
  CHECK_RUN(db, "CREATE VIEW llm_usage AS SELECT 1");
  CHECK_ROWS(db, "SELECT tok_init()",
             "Error: tok_init: main.llm_usage is a view, expected a table; rename or drop it");
  CHECK_RUN(db, "DROP VIEW llm_usage; CREATE TABLE t(a)");
  CHECK_ROWS(db, "INSERT INTO t SELECT tok_init()",
             "Error: tok_init: cannot commit transaction - SQL statements in progress");
  CHECK_ROWS(db, "CREATE VIEW v AS SELECT tok_init()", "");
  CHECK_ROWS(db, "SELECT * FROM v", "Error: unsafe use of tok_init()");
  sqlite3 *reader = db_open("file:" DB_FILE "?mode=ro");
  CHECK_ROWS(reader, "SELECT tok_init()", "Error: tok_init: the database is read-only and has no ledger");
  CHECK_RUN(db, "BEGIN IMMEDIATE");
  sqlite3 *other = db_open(DB_FILE);
  CHECK_ROWS(other, "SELECT tok_init()", "Error: tok_init: database is locked");
  CHECK_INT(sqlite3_extended_errcode(other), SQLITE_BUSY);
  CHECK_RUN(db, "ROLLBACK");
  CHECK_RUN(other, "PRAGMA query_only = ON");
  CHECK_ROWS(other, "SELECT tok_init()", "Error: tok_init: attempt to write a readonly database");
  CHECK_ROWS(db, "SELECT count(*) FROM sqlite_schema", "2");
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_RUN(db, "INSERT INTO llm_usage(model, input_tokens, output_tokens) VALUES ('m', 1, 2)");
  CHECK_ROWS(reader, "SELECT tok_init() > 1", "1");
  CHECK_ROWS(reader, "SELECT requests FROM llm_by_model", "1");
  db_close(other);
  db_close(reader);
  db_close(db);
}

/* Processes that start together on one old database: one migrates it, the others wait for it. */
static void many_processes_at_once(void) {
  enum { N = 6 };
  FILE *shell[N];
  char answer[64];
  sqlite3 *db = db_fresh();
  CHECK_RUN(db, db_legacy_schema);
  CHECK_RUN(db, db_legacy_rows);
  for (int i = 0; i < N; i++) {
    shell[i] = popen("sqlite3 -batch -init /dev/null -cmd '.timeout 20000' -cmd '.load build/tok' " DB_FILE
                     " 'SELECT tok_init() > 1' 2>&1", "r");
  }
  for (int i = 0; i < N; i++) {
    size_t n = fread(answer, 1, sizeof answer - 1, shell[i]);
    answer[n] = '\0';
    CHECK_STR(answer, "1\n");
    pclose(shell[i]);
  }
  CHECK_ROWS(db, "SELECT requests, cost_nano FROM llm_stats", "5|1234400012501");
  CHECK_ROWS(db, "PRAGMA integrity_check", "ok");
  db_close(db);
}

/* trusted_schema = OFF, DEFENSIVE, views and triggers of strangers not trusted: all still works. */
static void hardened_connections_work(void) {
  sqlite3 *db = db_fresh();
  CHECK_RUN(db, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA recursive_triggers = ON");
  CHECK_INT(sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL), SQLITE_OK);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  CHECK_RUN(db, db_legacy_schema);
  CHECK_RUN(db, db_legacy_rows);
  db_fixed_price(db);
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_RUN(db, "INSERT INTO llm_usage(model, input_tokens, output_tokens) VALUES ('m', 1, 2)");
  CHECK_ROWS(db, "SELECT requests, unpriced FROM llm_stats", "6|0");
  CHECK_ROWS(db, "SELECT cost_nano FROM llm_usage WHERE id = 10", "22");
  CHECK_ROWS(db, "SELECT tok_reprice()", "0");
  db_close(db);
}

/* ---- memory runs out at the n-th allocation, once or from then on ---- */
static sqlite3_mem_methods real;
static long fail_at, n_asked;
static int fail_on;

static int fails(void) { return fail_at > 0 && (++n_asked == fail_at || (fail_on && n_asked > fail_at)); }
static void *faulty_malloc(int n) { return fails() ? NULL : real.xMalloc(n); }
static void *faulty_realloc(void *p, int n) { return fails() ? NULL : real.xRealloc(p, n); }

static void install_faulty_memory(void) {
  sqlite3_shutdown();
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
  sqlite3_mem_methods faulty = real;
  faulty.xMalloc = faulty_malloc;
  faulty.xRealloc = faulty_realloc;
  CHECK_INT(sqlite3_config(SQLITE_CONFIG_MALLOC, &faulty), SQLITE_OK);
  CHECK_INT(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), SQLITE_OK);
}

/*
** The old rows are all there, nothing of the new, and no transaction that the caller did not begin.
*/
static void check_unchanged(sqlite3 *db) {
  const char *state = "SELECT count(*), sum(name = 'mine') FROM sqlite_schema WHERE tbl_name = 'llm_usage'";
  CHECK_ROWS(db, state, "2|1");
  CHECK_ROWS(db, "SELECT count(*) FROM llm_usage", "5");
  CHECK_ROWS(db, "PRAGMA integrity_check", "ok");
}

/* One run on a copy of the old database; true if it needed fewer than `at` allocations. */
static int try_init(long at, int from_then_on, int in_transaction) {
  sqlite3 *db = db_open(":memory:");
  CHECK_RUN(db, db_legacy_schema);
  CHECK_RUN(db, db_legacy_rows);
  CHECK_RUN(db, "CREATE INDEX mine ON llm_usage(model)");
  if (in_transaction) CHECK_RUN(db, "BEGIN; CREATE TABLE t(a)");
  char *message = NULL;
  n_asked = 0;
  fail_on = from_then_on;
  fail_at = at;
  int rc = sqlite3_exec(db, "SELECT tok_init()", NULL, NULL, &message);
  fail_at = 0;
  if (rc == SQLITE_OK) {
    CHECK_ROWS(db, "SELECT requests, cost_nano FROM llm_stats", "5|1234400012501");
  } else if (CHECK_INT(rc & 0xff, SQLITE_NOMEM)) {
    check_unchanged(db);
    CHECK(in_transaction || sqlite3_get_autocommit(db) != 0);
    if (sqlite3_get_autocommit(db) == 0) CHECK_RUN(db, "COMMIT");
    if (at % 16 == 0) CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  }
  sqlite3_free(message);
  db_close(db);
  return n_asked < at;
}

/*
** Every one of the first allocations, then some of the tens of thousands, most of them SQLite's
** own; FAULT_ALL: more.
*/
static void memory_may_run_out_anywhere(void) {
  enum { FIRST = 150, STEP = 37, MANY = 1000000 };
  int all = getenv("FAULT_ALL") != NULL;
  install_faulty_memory();
  for (int mode = 0; mode < 4; mode++) {
    sqlite3_int64 base = sqlite3_memory_used();
    long n = 1, n_runs = 1;
    while (!try_init(n, mode % 2, mode / 2) && n < MANY) n += n < FIRST ? 1 : all ? STEP : n / 25, n_runs++;
    printf("%ld allocations, %ld of them failing %s, %s\n", n, n_runs, mode % 2 ? "for good" : "once",
           mode / 2 ? "in a transaction" : "alone");
    CHECK(n > FIRST && n < MANY);
    CHECK_INT(sqlite3_memory_used(), base);
  }
}

CHECK_MAIN({"nothing_is_created_by_loading", nothing_is_created_by_loading},
           {"a_second_time_writes_nothing", a_second_time_writes_nothing},
           {"other_definitions_are_replaced", other_definitions_are_replaced},
           {"response_times_are_counted", response_times_are_counted},
           {"a_migration_that_was_passed_over_is_made_up_for", a_migration_that_was_passed_over_is_made_up_for},
           {"the_cost_mode_is_renamed", the_cost_mode_is_renamed},
           {"roll_ups_are_made_for_kept_rows", roll_ups_are_made_for_kept_rows},
           {"quotas_are_made_anew", quotas_are_made_anew},
           {"the_old_table_moves_without_loss", the_old_table_moves_without_loss},
           {"values_that_are_refused_stay_readable", values_that_are_refused_stay_readable},
           {"what_refers_to_the_old_table_survives", what_refers_to_the_old_table_survives},
           {"transactions_are_respected", transactions_are_respected},
           {"other_schemas_do_not_confuse", other_schemas_do_not_confuse},
           {"impossible_places_are_refused", impossible_places_are_refused},
           {"many_processes_at_once", many_processes_at_once},
           {"hardened_connections_work", hardened_connections_work},
           {"memory_may_run_out_anywhere", memory_may_run_out_anywhere})

/*
** tok_bulk_begin() … tok_bulk_end(): the same ledger as by single inserts, and nothing half done.
*/
#include "db.h"

#define ROWS                                                                                                     \
  "INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens, cost_usd, cost_nano, response_id," \
  " response_time_ms, reported_cost_nano) VALUES"                                                                 \
  " ('2026-01-01T10:00:00Z', 'p', 'm', 10, 1, NULL, NULL, 'a', 5, NULL),"                                         \
  " ('2026-01-01 11:00:00', 'p', 'm', 10, 1, NULL, NULL, 'a', 5, NULL),"                                          \
  " ('1767268800', NULL, 'm', 10, NULL, 0.5, NULL, 'b', 500, NULL),"                                              \
  " ('2026-01-02', NULL, 'm', 10, 2, NULL, 77, 'b', NULL, NULL),"                                                 \
  " ('2026-01-03', 'p', NULL, NULL, 2, NULL, NULL, NULL, NULL, 9),"                                               \
  " ('2026-01-03', 'p', 'x', 4, 2, 9.5, 5, NULL, 1, NULL);"

static sqlite3 *ledger(void) {
  sqlite3 *db = db_fresh();
  db_fixed_price(db);
  CHECK_ROWS(db, "SELECT tok_init() > 3", "1");
  CHECK_RUN(db, "INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens) VALUES ('2025-12-31', 'm', 1, 1)");
  return db;
}

#define WHAT "SELECT timestamp, provider, model, total_tokens, cost_nano, cost_usd, response_id FROM llm_usage"

static void bulk_is_as_single_inserts(void) {
  static char single[4096];
  sqlite3 *db = ledger();
  CHECK_RUN(db, ROWS);
  snprintf(single, sizeof single, "%s", db_rows(db, WHAT));
  CHECK_ROWS(db, "SELECT count(*) FROM llm_usage", "5");
  db_close(db);
  db = ledger();
  CHECK_ROWS(db, "SELECT tok_bulk_begin()", "-");
  CHECK_RUN(db, ROWS);
  CHECK_ROWS(db, "SELECT tok_bulk_end()", "5"); /* with the repeated response of no provider */
  CHECK_ROWS(db, WHAT, single);
  CHECK_ROWS(db, "SELECT * FROM tok_audit()", "");
  CHECK_ROWS(db, "SELECT requests, input_tokens FROM llm_stats", "5|25");
  CHECK_RUN(db, ROWS); /* the triggers are back */
  CHECK_ROWS(db, "SELECT count(*), sum(total_tokens IS NULL) FROM llm_usage", "7|3");
  db_close(db);
}

/* Of an empty ledger any id is after the last one. */
static void any_id_of_an_empty_ledger(void) {
  sqlite3 *db = ledger();
  CHECK_RUN(db, "DELETE FROM llm_usage");
  CHECK_ROWS(db, "SELECT tok_bulk_begin()", "-");
  CHECK_RUN(db, "INSERT INTO llm_usage(id, model, input_tokens, output_tokens)"
                " VALUES (50, 'gpt-4o', 3, 3), (-5, 'gpt-4o', 4, 4), (0, 'gpt-4o', 5, 5)");
  CHECK_ROWS(db, "SELECT tok_bulk_end()", "3");
  CHECK_ROWS(db, "SELECT count(*), sum(total_tokens), min(cost_nano > 0) FROM llm_usage", "3|24|1");
  CHECK_ROWS(db, "SELECT requests, input_tokens FROM llm_stats", "3|12");
  CHECK_ROWS(db, "SELECT * FROM tok_audit()", "");
  db_close(db);
}

/* Ids before the watermark are refused; rows that a REPLACE takes away do not count. */
static void old_ids_and_replaces(void) {
  sqlite3 *db = ledger();
  CHECK_RUN(db, "INSERT INTO llm_usage(id, model, response_id, provider, input_tokens, output_tokens)"
                " VALUES (100, 'm', 'r', 'p', 5, 5)");
  CHECK_ROWS(db, "SELECT tok_bulk_begin()", "-");
  CHECK_ROWS(db, "INSERT INTO llm_usage(id, model, input_tokens, output_tokens) VALUES (50, 'm', 3, 3)",
             "Error: tok_bulk_begin: a given id must be after 100, the last one of before; leave it out, or insert the"
             " row without tok_bulk_begin()");
  CHECK_ROWS(db, "INSERT OR REPLACE INTO llm_usage(id, model, input_tokens, output_tokens) VALUES (100, 'm', 3, 3)",
             "Error: tok_bulk_begin: a given id must be after 100, the last one of before; leave it out, or insert the"
             " row without tok_bulk_begin()");
  CHECK_RUN(db, "INSERT OR REPLACE INTO llm_usage(id, model, response_id, provider, input_tokens, output_tokens)"
                " VALUES (200, 'm', 'r', 'p', 7, 7), (201, 'm', 'r', 'p', 8, 8);"
                "UPDATE llm_usage SET input_tokens = 2 WHERE id = 1");
  CHECK_ROWS(db, "SELECT tok_bulk_end()", "1");
  CHECK_ROWS(db, "SELECT * FROM tok_audit()", "");
  CHECK_ROWS(db, "SELECT requests, input_tokens FROM llm_stats", "2|10");
  CHECK_RUN(db, "INSERT INTO llm_usage(id, model, input_tokens, output_tokens) VALUES (50, 'm', 3, 3)");
  /* outside of a bulk any id is right */
  CHECK_ROWS(db, "SELECT requests, input_tokens FROM llm_stats", "3|13");
  db_close(db);
}

static void nothing_is_half_done(void) {
  sqlite3 *db = ledger();
  CHECK_ROWS(db, "SELECT tok_bulk_end()", "Error: tok_bulk_end: expected tok_bulk_begin() before it in this transaction");
  CHECK_RUN(db, "BEGIN");
  CHECK_ROWS(db, "SELECT tok_bulk_begin()",
             "Error: tok_bulk_begin: a transaction is open; tok_bulk_begin begins its own");
  CHECK_ROWS(db, "SELECT tok_bulk_end()", "Error: tok_bulk_end: expected tok_bulk_begin() before it in this transaction");
  CHECK_RUN(db, "ROLLBACK");
  CHECK_ROWS(db, "SELECT tok_bulk_begin()", "-");
  CHECK_RUN(db, ROWS "ROLLBACK;" ROWS); /* triggers are back */
  CHECK_ROWS(db, "SELECT count(*), sum(cost_nano) FROM llm_usage", "5|500000056");
  CHECK_ROWS(db, "SELECT tok_bulk_begin()", "-");
  CHECK_RUN(db, "INSERT INTO llm_usage(model, input_tokens, output_tokens) VALUES ('late', 1, 1); COMMIT");
  CHECK_ROWS(db, "SELECT requests, cost_nano FROM llm_by_model WHERE model = 'late'", "1|-");
  sqlite3 *other = db_open(DB_FILE);
  db_fixed_price(other);
  CHECK_ROWS(other, "SELECT tok_init() > 3", "1"); /* does what was left undone */
  CHECK_ROWS(other, "SELECT total_tokens, cost_nano FROM llm_usage WHERE model = 'late'", "2|12");
  CHECK_ROWS(other, "SELECT * FROM tok_audit()", "");
  CHECK_ROWS(other, "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name = 'llm_usage_fill'", "1");
  db_close(other);
  db_close(db);
}

/* What the end would have refused is committed: the ledger takes it as unknown and says so. */
static void what_cannot_be_is_kept_apart(void) {
  sqlite3 *db = ledger();
  CHECK_ROWS(db, "SELECT tok_bulk_begin()", "-");
  CHECK_RUN(db, "INSERT INTO llm_usage(timestamp, created_at, model, input_tokens, output_tokens, cost_nano, tags) VALUES"
                " ('2026-01-01', NULL, 'm', 9223372036854775807, 1, NULL, '{\"a\":1}'),"
                " ('2026-01-01', NULL, 'm', 9223372036854775807, 1, 9223372036854775807, NULL),"
                " ('1767225600000', '2026-01-03 01:02:03', 'm', 1, 1, NULL, '[\"x\"]'),"
                " ('1767225600000', NULL, 'm', 2, 1, NULL, '[broken]'), ('2026-01-01', NULL, 'm', 3, 1, NULL, NULL)");
  CHECK_ROWS(db, "SELECT tok_bulk_end()",
             "Error: tok_bulk_end: the row with id 2, new since tok_bulk_begin(), is beyond what a request has: at most"
             " 10^12 tokens in, 10^12 out and 10^12 ms; correct or delete it");
  CHECK_RUN(db, "COMMIT");
  CHECK_ROWS(db, "SELECT tok_init() > 3", "1");
  CHECK_ROWS(db, "SELECT timestamp, input_tokens, total_tokens, cost_nano, tags FROM llm_usage WHERE id > 1",
             "2026-01-01|-|-|-|{\"a\":1,\"refused\":{\"input_tokens\":9223372036854775807}}"
             ";2026-01-01|-|-|-|{\"refused\":{\"input_tokens\":9223372036854775807,\"cost_nano\":9223372036854775807}}"
             ";2026-01-03T01:02:03Z|1|2|12|{\"tags\":[\"x\"],\"refused\":{\"timestamp\":\"1767225600000\"}}"
             ";1970-01-01T00:00:00Z|2|3|14|{\"tags\":\"[broken]\",\"refused\":{\"timestamp\":\"1767225600000\"}}"
             ";2026-01-01|3|4|16|-");
  CHECK_ROWS(db, "SELECT requests, total_tokens FROM llm_stats", "6|11");
  CHECK_ROWS(db, "SELECT * FROM tok_audit()", "");
  CHECK_ROWS(db, "SELECT tok_init() > 3", "1");
  db_close(db);
}

/* Its triggers name tables that are gone, and it lacks views that the end of a bulk looks at. */
static void what_an_earlier_version_began_is_ended(void) {
  sqlite3 *db = db_kept("version_6_rows");
  db_fixed_price(db);
  CHECK_RUN(db, "DROP TRIGGER llm_usage_fill; DROP TRIGGER llm_rollup_insert; UPDATE llm_meta SET value = 'bulk 3'"
                " WHERE key = 'definitions'; INSERT INTO llm_usage(model, input_tokens, output_tokens) VALUES ('late', 1, 1)");
  CHECK_ROWS(db, "SELECT tok_init() > 6", "1");
  CHECK_ROWS(db, "SELECT total_tokens, cost_nano FROM llm_usage WHERE model = 'late'", "2|12");
  CHECK_ROWS(db, "SELECT requests FROM llm_stats", "4");
  CHECK_ROWS(db, "SELECT * FROM tok_audit()", "");
  CHECK_ROWS(db, "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name = 'llm_usage_fill'", "1");
  db_close(db);
}

static void quotas_hold(void) {
  sqlite3 *db = ledger();
  CHECK_ROWS(db, "SELECT tok_quota_set('q', '{\"metric\":\"requests\",\"limit\":3,\"period\":\"lifetime\","
                 "\"action\":\"block\"}') IS NOT NULL", "1");
  CHECK_ROWS(db, "SELECT tok_bulk_begin()", "-");
  CHECK_RUN(db, "INSERT INTO llm_usage(model, input_tokens, output_tokens) VALUES ('m', 1, 1), ('m', 1, 1)");
  CHECK_INT(sqlite3_exec(db, "INSERT INTO llm_usage(model, input_tokens, output_tokens) VALUES ('m', 1, 1)", NULL, NULL,
                         NULL), SQLITE_CONSTRAINT);
  CHECK_ROWS(db, "SELECT tok_bulk_end()", "2");
  CHECK_ROWS(db, "SELECT * FROM tok_audit()", "");
  CHECK_ROWS(db, "SELECT used FROM llm_counter", "3");
  db_close(db);
}

static int stop(void *unused) {
  (void)unused;
  return 1;
}

static int code_of(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
  sqlite3_finalize(stmt);
  return rc;
}

/* What stopped a statement is neither "there was no bulk" nor "there is no ledger". */
static void failures_keep_their_code(void) {
  enum { OPS = 30 }; /* more than the statement that calls has */
  sqlite3 *db = ledger();
  CHECK_RUN(db, "BEGIN");
  CHECK_INT(code_of(db, "SELECT tok_bulk_end()"), SQLITE_ERROR);
  sqlite3_progress_handler(db, OPS, stop, NULL);
  CHECK_INT(code_of(db, "SELECT tok_bulk_end()"), SQLITE_INTERRUPT);
  sqlite3_progress_handler(db, 0, NULL, NULL);
  db_close(db);

  static const char path[] = "build/tmp/bulk_busy.db";
  remove(path); /* of a run before */
  sqlite3 *other = NULL;
  db = db_open(path);
  CHECK_ROWS(db, "SELECT tok_init() > 3", "1");
  CHECK_INT(sqlite3_open(path, &other), SQLITE_OK);
  CHECK_INT(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
  static const char *const asked[] = {"SELECT * FROM tok_report('model', NULL, NULL)",
                                      "SELECT * FROM tok_audit()", "SELECT tok_analytics('*', 30)",
                                      "SELECT tok_cost('gpt-4o', 1, 1)", "SELECT tok_rebuild()",
                                      "SELECT tok_bulk_begin()"};
  for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
    CHECK_INT(code_of(db, asked[i]), SQLITE_BUSY);
  CHECK_INT(sqlite3_close(other), SQLITE_OK);
  db_close(db);
}

CHECK_MAIN({"failures_keep_their_code", failures_keep_their_code},
           {"bulk_is_as_single_inserts", bulk_is_as_single_inserts},
           {"any_id_of_an_empty_ledger", any_id_of_an_empty_ledger},
           {"old_ids_and_replaces", old_ids_and_replaces},
           {"nothing_is_half_done", nothing_is_half_done},
           {"what_cannot_be_is_kept_apart", what_cannot_be_is_kept_apart},
           {"what_an_earlier_version_began_is_ended", what_an_earlier_version_began_is_ended},
           {"quotas_hold", quotas_hold})

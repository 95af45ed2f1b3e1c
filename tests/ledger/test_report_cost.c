/*
** What a report costs does not depend on the length of the ledger, wherever its range begins and
** ends and whatever it filters: counted in steps of SQLite's machine, of which reading 40,000 rows
** takes twice as many as are allowed here. (An index that SQLite makes for one statement of the
** whole ledger is such a step for each row.)
*/
#include "db.h"

enum { STEPS_BETWEEN = 100, STEPS_MAX = 60000 };

static int count_call(void *n_calls) {
  ++*(int *)n_calls;
  return 0;
}

/* Steps that a question takes. */
static int steps(sqlite3 *db, const char *sql) {
  int n_calls = 0;
  sqlite3_progress_handler(db, STEPS_BETWEEN, count_call, &n_calls);
  const char *rows = db_rows(db, sql);
  sqlite3_progress_handler(db, 0, NULL, NULL);
  if (strncmp(rows, "Error", 5) == 0) printf("%s: %s\n", sql, rows);
  CHECK(strncmp(rows, "Error", 5) != 0);
  return n_calls * STEPS_BETWEEN;
}

static const char year[] =
    "INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, user_id, input_tokens, output_tokens,"
    " response_time_ms, cost_nano, tags)"
    " WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n LIMIT 40000)"
    " SELECT datetime(1735689600 + i * 788, 'unixepoch'), 'openai', 'm' || i % 3, 'task' || i % 4, 't' || i % 5,"
    " 'u' || i % 7, 100, 10, i % 900, 1000, '{\"env\":\"prod\"}' FROM n";

static void reports_read_their_range(void) {
  static const char *const groups[] = {"all",  "model", "provider", "task", "tenant",
                                       "user", "tag",   "day",      "hour"};
  static const char *const filters[] = {
      "NULL",
      "'{\"tenant_id\":\"t3\"}'",
      "'{\"model\":\"m1\"}'",
      "'{\"provider\":\"openai\",\"task_type\":\"task2\"}'",
      "'{\"tenant_id\":\"t1\",\"model\":\"m1\",\"task_type\":\"task1\"}'",
      "'{\"user_id\":\"u2\"}'",
      "'{\"session_id\":null,\"tag\":\"prod\"}'",
  };
  static const char *const columns[] = {"requests", "p95_ms"};
  sqlite3 *db = db_fresh();
  CHECK_RUN(db, "SELECT tok_init(); SELECT tok_bulk_begin()");
  CHECK_RUN(db, year);
  CHECK_RUN(db, "SELECT tok_bulk_end()");
  for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
    for (size_t f = 0; f < sizeof filters / sizeof filters[0]; f++) {
      for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
        char *sql = sqlite3_mprintf("SELECT \"key\", %s FROM tok_report('%s', '2025-06-01T10:20:30Z', '2025-06-02T11:12:13Z',"
                                    " 'Asia/Kolkata', %s)",
                                    columns[c], groups[g], filters[f]);
        int n = steps(db, sql);
        if (n > STEPS_MAX) printf("%d steps: %s\n", n, sql);
        CHECK(n <= STEPS_MAX);
        sqlite3_free(sql);
      }
    }
  }
  int n = steps(db, "SELECT tok_analytics('t3', 1, '2025-06-02T11:12:13Z')");
  if (n > STEPS_MAX) printf("%d steps: tok_analytics\n", n);
  CHECK(n <= STEPS_MAX);
  /* so the limit means something */
  CHECK(steps(db, "SELECT sum(input_tokens) FROM llm_usage") > STEPS_MAX);
  db_close(db);
}

/*
** Where a roll-up has days only and most of a day is asked for, the rest of it is taken away from
** the day: the same as the rows say, wherever the range begins and ends, and of whichever rows.
*/
static void parts_of_days_are_exact(void) {
  static const char *const asks[][3] = {
      {"model", "model", "tenant_id"}, {"task", "task_type", "tenant_id"},
      {"tenant", "tenant_id", "model"}, {"day", "date(unix_time, 'unixepoch')", "task_type"}};
  sqlite3 *db = db_fresh();
  CHECK_RUN(db, "SELECT tok_init(); SELECT tok_bulk_begin()");
  CHECK_RUN(db, year);
  CHECK_RUN(db, "SELECT tok_bulk_end(); UPDATE llm_usage SET cost_nano = NULL WHERE id % 50 = 1 AND id > 16000;"
                "DELETE FROM llm_usage WHERE id % 37 = 3 AND id > 16000; INSERT INTO llm_usage(timestamp,"
                " provider, model, task_type, tenant_id, input_tokens, output_tokens, cost_nano)"
                " SELECT timestamp, provider, model, task_type, tenant_id, 7, 1, 5 FROM llm_usage"
                " WHERE id BETWEEN 16000 AND 17000");
  CHECK_RUN(db, "CREATE TEMP TABLE span AS WITH edge(t) AS (VALUES (0), (1), (3599), (43199), (43200),"
                " (43201), (79200), (86399), (86400), (100000), (172799), (200000), (259200))"
                " SELECT a.t + 1748736000 AS lo, b.t + 1748736000 AS hi FROM edge AS a, edge AS b WHERE a.t < b.t");
  for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
    char *sql = sqlite3_mprintf(
        "WITH shown AS (SELECT lo, hi, r.key, requests, input_tokens, total_tokens,"
        " CAST(round(cost_usd * 1e9) AS INTEGER) FROM span, tok_report('%s', lo, hi, 'UTC',"
        " (SELECT json_object('%s', %s, 'provider', 'openai') FROM llm_usage LIMIT 1)) AS r),"
        " truth AS (SELECT lo, hi, %s, count(*), sum(input_tokens), sum(total_tokens), sum(cost_nano)"
        " FROM span CROSS JOIN llm_usage WHERE unix_time >= lo AND unix_time < hi AND +provider = 'openai'"
        " AND %s = (SELECT %s FROM llm_usage LIMIT 1) GROUP BY 1, 2, 3)"
        " SELECT (SELECT count(*) FROM truth) > 60, (SELECT count(*) FROM (SELECT * FROM shown EXCEPT"
        " SELECT * FROM truth)), (SELECT count(*) FROM (SELECT * FROM truth EXCEPT SELECT * FROM shown))",
        asks[i][0], asks[i][2], asks[i][2], asks[i][1], asks[i][2], asks[i][2]);
    CHECK_ROWS(db, sql, "1|0|0");
    sqlite3_free(sql);
  }
  db_close(db);
}

/* What is bound is no reason to prepare the statement again (+:dim in sql/query/report.sql). */
static void a_report_is_prepared_once(void) {
  sqlite3 *db = db_fresh();
  sqlite3_stmt *outer = NULL;
  int n = 0;
  CHECK_RUN(db, "SELECT tok_init(); INSERT INTO llm_usage(model, input_tokens) VALUES ('m', 1)");
  CHECK_INT(sqlite3_prepare_v2(db, "SELECT * FROM tok_report('model', '2020-01-01', NULL)", -1, &outer, NULL), SQLITE_OK);
  CHECK_INT(sqlite3_step(outer), SQLITE_ROW);
  for (sqlite3_stmt *s = NULL; (s = sqlite3_next_stmt(db, s)) != NULL; n++)
    CHECK_INT(sqlite3_stmt_status(s, SQLITE_STMTSTATUS_REPREPARE, 0), 0);
  CHECK(n > 1);
  sqlite3_finalize(outer);
  db_close(db);
}

/* The ids of a filter may be numbers: they are text in the ledger, in a roll-up as in a row. */
static void numbers_are_ids(void) {
  sqlite3 *db = db_fresh();
  CHECK_RUN(db, "SELECT tok_init()");
  CHECK_RUN(db, "INSERT INTO llm_usage(timestamp, provider, model, tenant_id, user_id, input_tokens, output_tokens)"
                " VALUES ('2026-01-02T03:04:05Z', 'p', '4', '17', '23', 10, 1), ('2026-01-02T03:04:05Z', 'p', '5', '18', '24', 1, 1)");
  for (int folded = 0; folded < 2; folded++) {
    CHECK_ROWS(db, "SELECT requests, input_tokens FROM tok_report('all', NULL, NULL, NULL, '{\"tenant_id\":17}')", "1|10");
    CHECK_ROWS(
        db,
        "SELECT requests, input_tokens FROM tok_report('day', NULL, NULL, NULL, '{\"model\":4}')",
        "1|10");
    CHECK_ROWS(db, "SELECT requests, input_tokens FROM tok_report('all', NULL, NULL, NULL, '{\"user_id\":23}')", "1|10");
    CHECK_RUN(db, "SELECT tok_rebuild()");
  }
  db_close(db);
}

CHECK_MAIN({"reports_read_their_range", reports_read_their_range},
           {"parts_of_days_are_exact", parts_of_days_are_exact},
           {"a_report_is_prepared_once", a_report_is_prepared_once},
           {"numbers_are_ids", numbers_are_ids})

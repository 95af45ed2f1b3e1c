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
           {"numbers_are_ids", numbers_are_ids})

/*
** Recording with and without tok: what is filled in, what is refused, what a client without the
** extension can do, and that costs stay right whatever is written.
*/
#include "db.h"

#define INSERT_FIVE                                                                \
  "INSERT INTO llm_usage(provider, model, task_type, input_tokens, output_tokens)" \
  " VALUES ('openai', 'gpt-4o', 'chat', 1200, 350)"

/* A fresh ledger with fixed prices. */
static sqlite3 *ledger(void) {
  sqlite3 *db = db_fresh();
  db_fixed_price(db);
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  return db;
}

static void five_columns_are_enough(void) {
  sqlite3 *db = ledger();
  CHECK_RUN(db, INSERT_FIVE);
  CHECK_ROWS(db, "SELECT total_tokens, cost_nano, cost_usd = 5900 / 1e9 FROM llm_usage", "1550|5900|1");
  CHECK_ROWS(db, "SELECT abs(unix_time - strftime('%s', 'now')) <= 2, timestamp GLOB '2*-*-*T*:*:*Z'"
                 " FROM llm_usage", "1|1");
  CHECK_RUN(db, "INSERT INTO llm_usage(timestamp, input_tokens) VALUES (NULL, 5)");
  CHECK_ROWS(db, "SELECT unix_time > 0, total_tokens, cost_nano FROM llm_usage WHERE id = 2", "1|-|-");
  db_close(db);
}

static void without_tok_rows_wait_for_reprice(void) {
  sqlite3 *db = ledger();
  CHECK_STR(db_shell(DB_FILE, INSERT_FIVE "; SELECT total_tokens, cost_nano IS NULL, unix_time > 0 FROM llm_usage"),
            "1550|1|1");
  CHECK_ROWS(db, "SELECT requests, unpriced, cost_usd FROM llm_stats", "1|1|-");
  CHECK_ROWS(db, "SELECT model, requests, total_tokens FROM llm_unpriced", "gpt-4o|1|1550");
  CHECK_ROWS(db, "SELECT tok_reprice()", "1");
  CHECK_ROWS(db, "SELECT tok_reprice()", "0");
  CHECK_ROWS(db, "SELECT requests, unpriced, cost_nano, cost_usd FROM llm_stats", "1|0|5900|5.9e-06");
  db_close(db);
}

static void reprice_takes_a_time(void) {
  sqlite3 *db = ledger();
  CHECK_RUN(db, "INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens, cost_nano) VALUES"
                "('2026-01-01T00:00:00Z', 'm', 1, 0, 77), ('2026-01-02 00:00:00', 'm', 1, 0, 77),"
                "(1767398400, 'm', 1, 0, 77), ('2026-01-03', 'm', NULL, 0, 77)");
  CHECK_ROWS(db, "SELECT tok_reprice(NULL), tok_reprice('2027-01-01'), tok_reprice()", "-|0|0");
  CHECK_ROWS(db, "SELECT tok_reprice('2026-01-02', '2026-01-03T00:00:00Z')", "1");
  CHECK_ROWS(db, "SELECT cost_nano FROM llm_usage", "77;2;77;77");
  CHECK_ROWS(db, "SELECT tok_reprice(1767225600)", "2"); /* the unknown price keeps its cost */
  CHECK_ROWS(db, "SELECT cost_nano FROM llm_usage", "2;2;2;77");
  CHECK_ROWS(db, "SELECT tok_reprice('soon')",
             "Error: tok_reprice: since must be an ISO-8601 time or Unix seconds, got 'soon'");
  db_close(db);
}

static void costs_given_are_kept(void) {
  sqlite3 *db = ledger();
  CHECK_RUN(db, "INSERT INTO llm_usage(model, input_tokens, output_tokens, cost_usd) VALUES ('m', 1, 1, 0.25)");
  CHECK_RUN(db, "INSERT INTO llm_usage(model, input_tokens, output_tokens, cost_nano) VALUES ('m', 1, 1, 7)");
  CHECK_RUN(db, "INSERT INTO llm_usage(model, input_tokens, output_tokens, reported_cost_nano)"
                " VALUES ('m', 1, 1, 99)");
  CHECK_ROWS(db, "SELECT cost_nano, cost_usd FROM llm_usage", "250000000|0.25;7|7.0e-09;99|9.9e-08");
  CHECK_RUN(db, "UPDATE llm_setting SET value = 'calculated' WHERE name = 'cost_mode'");
  CHECK_ROWS(db, "SELECT tok_reprice(0)", "3");
  CHECK_ROWS(db, "SELECT cost_nano FROM llm_usage", "12;12;12");
  CHECK_RUN(db, "UPDATE llm_setting SET value = 'reported' WHERE name = 'cost_mode'");
  CHECK_RUN(db, "INSERT INTO llm_usage(model, input_tokens, output_tokens) VALUES ('m', 1, 1)");
  CHECK_ROWS(db, "SELECT tok_reprice(0)", "1");
  CHECK_ROWS(db, "SELECT cost_nano FROM llm_usage", "12;12;99;-");
  CHECK_ROWS(db, "UPDATE llm_setting SET value = 'free' WHERE name = 'cost_mode'",
             "Error: CHECK constraint failed: cost_mode is auto, calculated or reported");
  db_close(db);
}

/*
** Both settings of recursive_triggers; then with the TEMP triggers gone, as a client without tok.
*/
static void updates_keep_costs_right(void) {
  for (int i = 0; i < 3; i++) {
    sqlite3 *db = ledger();
    const char *priced = i < 2 ? "122|61|1.22e-07" : "-|61|-";
    CHECK_RUN(db, i == 1 ? "PRAGMA recursive_triggers = ON" : "PRAGMA recursive_triggers = OFF");
    if (i == 2) CHECK_RUN(db, "DROP TRIGGER tok_usage_priced; DROP TRIGGER tok_usage_repriced");
    CHECK_RUN(db, "INSERT INTO llm_usage(model, input_tokens, output_tokens, cost_nano) VALUES ('m', 1, 1, 5)");
    CHECK_RUN(db, "UPDATE llm_usage SET cost_usd = 1.5");
    CHECK_ROWS(db, "SELECT cost_nano, cost_usd FROM llm_usage", "1500000000|1.5");
    CHECK_RUN(db, "UPDATE llm_usage SET cost_nano = 3");
    CHECK_ROWS(db, "SELECT cost_nano, cost_usd FROM llm_usage", "3|3.0e-09");
    CHECK_RUN(db, "UPDATE llm_usage SET cost_nano = 4, cost_usd = 9");
    CHECK_ROWS(db, "SELECT cost_nano, cost_usd FROM llm_usage", "4|4.0e-09");
    CHECK_RUN(db, "UPDATE llm_usage SET task_type = 'other', user_id = 'ann'");
    CHECK_ROWS(db, "SELECT cost_nano FROM llm_usage", "4");
    CHECK_RUN(db, "UPDATE llm_usage SET input_tokens = 61, output_tokens = 0");
    CHECK_ROWS(db, "SELECT cost_nano, total_tokens, cost_usd FROM llm_usage", priced);
    CHECK_RUN(db, "UPDATE llm_usage SET cost_usd = NULL");
    CHECK_ROWS(db, "SELECT cost_nano, total_tokens, cost_usd FROM llm_usage", priced);
    CHECK_RUN(db, "UPDATE llm_usage SET input_tokens = NULL");
    CHECK_ROWS(db, "SELECT cost_nano, total_tokens, cost_usd FROM llm_usage", "-|-|-");
    CHECK_RUN(db, "UPDATE llm_usage SET cost_nano = 4, cost_usd = NULL, input_tokens = 1");
    CHECK_ROWS(db, "SELECT cost_nano, total_tokens, cost_usd FROM llm_usage", "4|1|4.0e-09");
    db_close(db);
  }
}

__extension__ typedef __int128 wide;

/*
** Against a long division of the double's exact value, for doubles of every size, ties among them.
*/
static void dollars_become_exact_nano_dollars(void) {
  sqlite3 *db = ledger();
  sqlite3_stmt *stmt = NULL;
  uint64_t seed = 88172645463325252u;
  CHECK_RUN(db, "BEGIN");
  sqlite3_prepare_v2(db, "INSERT INTO llm_usage(id, cost_usd) VALUES (1, ?1)", -1, &stmt, NULL);
  for (int i = 0; i < 4000; i++) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17; /* xorshift64 */
    /* denominators 2^k: with k <= 10 ties occur */
    int shift = (int)(i % 62) + (i % 4 != 0 ? 12 : 1);
    int64_t m = (int64_t)(seed >> 11 >> (shift < 12 ? 30 : 0)); /* the double is m / 2^shift */
    if (shift < 30 && m >> shift > 9000000000) m %= (int64_t)9000000000 << shift;
    if (i % 2 != 0) m = -m;
    double x = (double)m;
    for (int k = 0; k < shift; k++) x /= 2;
    wide scaled = (wide)(m < 0 ? -m : m) * 1000000000, half = (wide)1 << (shift - 1);
    wide whole = scaled >> shift, rest = scaled - (whole << shift);
    if (rest > half || (rest == half && whole % 2 != 0)) whole++;
    sqlite3_bind_double(stmt, 1, x);
    CHECK_INT(sqlite3_step(stmt), SQLITE_DONE);
    sqlite3_reset(stmt);
    char expected[64];
    snprintf(expected, sizeof expected, "%lld", (long long)(m < 0 ? -whole : whole));
    if (!CHECK_ROWS(db, "SELECT cost_nano FROM llm_usage", expected)) printf("  of %.17g\n", x);
    db_run(db, "DELETE FROM llm_usage");
  }
  sqlite3_finalize(stmt);
  CHECK_RUN(db, "COMMIT");
  db_close(db);
}

static void repeated_responses_are_ignored(void) {
  sqlite3 *db = ledger();
  const char *row = "INSERT INTO llm_usage(provider, response_id, input_tokens) VALUES ('openai', 'r1', 5)";
  const char *nobody = "INSERT INTO llm_usage(response_id, input_tokens) VALUES ('r1', 6)";
  CHECK_RUN(db, row);
  CHECK_RUN(db, row);
  CHECK_INT(sqlite3_changes(db), 0);
  CHECK_RUN(db, nobody);
  CHECK_RUN(db, nobody);
  CHECK_RUN(db, "INSERT INTO llm_usage(provider, response_id, input_tokens) VALUES ('azure', 'r1', 7)");
  CHECK_RUN(db, "INSERT INTO llm_usage(provider, input_tokens) VALUES ('azure', 8), ('azure', 8)");
  CHECK_STR(db_shell(DB_FILE, row), "");
  CHECK_ROWS(db, "SELECT input_tokens FROM llm_usage", "5;6;7;8;8");
  CHECK_RUN(db, "INSERT INTO llm_usage(provider, response_id, input_tokens) VALUES ('openai', 'r1', 9)"
                " ON CONFLICT(provider, response_id) DO UPDATE SET input_tokens = excluded.input_tokens");
  CHECK_ROWS(db, "SELECT input_tokens FROM llm_usage WHERE id = 1", "9");
  db_close(db);
}

static void wrong_values_are_refused(void) {
  sqlite3 *db = ledger();
  static const char *const wrong[] = {
      "input_tokens) VALUES (-1)", "CHECK constraint failed: input_tokens >= 0",
      "output_tokens) VALUES (1.5)", "cannot store REAL value in INTEGER column llm_usage.output_tokens",
      "cost_usd) VALUES (1e10)", "CHECK constraint failed: abs(cost_usd) < 9.2e9",
      "tags) VALUES ('{')", "CHECK constraint failed: tags is a JSON object or array",
      "timestamp) VALUES ('yesterday')",
      "CHECK constraint failed: timestamp is UTC ISO-8601 text or Unix seconds",
      "timestamp) VALUES ('')", "CHECK constraint failed: timestamp is UTC ISO-8601 text or Unix seconds",
      "timestamp) VALUES (1767225600000)" /* milliseconds */,
      "CHECK constraint failed: timestamp is UTC ISO-8601 text or Unix seconds",
      "timestamp) VALUES ('99999999999999999999')",
      "CHECK constraint failed: timestamp is UTC ISO-8601 text or Unix seconds",
      "input_tokens, cache_read_tokens, cache_write_tokens) VALUES (10, 6, 5)",
      "CHECK constraint failed: cache tokens are part of input_tokens",
      "cache_write_tokens, cache_write_1h_tokens) VALUES (5, 6)",
      "CHECK constraint failed: one-hour cache writes are part of cache_write_tokens",
      "output_tokens, reasoning_tokens) VALUES (5, 6)",
      "CHECK constraint failed: reasoning tokens are part of output_tokens",
  };
  CHECK_RUN(db, "INSERT INTO llm_usage(timestamp) VALUES (1767225600), ('0001767225600')");
  CHECK_ROWS(db, "SELECT DISTINCT timestamp FROM llm_usage", "2026-01-01T00:00:00Z");
  CHECK_RUN(db, "DELETE FROM llm_usage");
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i += 2) {
    char sql[256], expected[256];
    snprintf(sql, sizeof sql, "INSERT INTO llm_usage(%s", wrong[i]);
    snprintf(expected, sizeof expected, "Error: %s", wrong[i + 1]);
    CHECK_ROWS(db, sql, expected);
  }
  CHECK_ROWS(db, "SELECT count(*) FROM llm_usage", "0");
  db_close(db);
}

/* A sqlite3 shell without tok on a database with everything in it. */
static void strangers_can_do_everything(void) {
  sqlite3 *db = ledger();
  CHECK_RUN(db, INSERT_FIVE);
  CHECK_RUN(db, "CREATE TABLE other(a)");
  db_close(db);
  static const char *const work[] = {
      "PRAGMA integrity_check", "ok",
      "PRAGMA trusted_schema = OFF; SELECT requests FROM llm_by_model; SELECT requests FROM llm_stats;"
      " INSERT INTO llm_usage(model, input_tokens) VALUES ('x', 1); SELECT count(*) FROM llm_metrics", "1\n1\n2",
      "UPDATE llm_usage SET output_tokens = 5 WHERE id = 1; SELECT total_tokens, cost_nano IS NULL FROM llm_usage"
      " WHERE id = 1", "1205|1",
      "DELETE FROM llm_usage WHERE id = 2; SELECT count(*) FROM llm_usage", "1",
      "ALTER TABLE other RENAME TO another; ALTER TABLE another RENAME COLUMN a TO b; SELECT count(b) FROM another",
      "0",
      "ALTER TABLE llm_usage RENAME TO moved; SELECT requests FROM llm_by_day; ALTER TABLE moved RENAME TO llm_usage",
      "1",
      "VACUUM; PRAGMA integrity_check; REINDEX; ANALYZE; SELECT count(*) FROM llm_by_hour", "ok\n1",
      "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%tok\\_%(%' ESCAPE '\\'", "0",
  };
  for (size_t i = 0; i < sizeof work / sizeof work[0]; i += 2) {
    CHECK_STR(db_shell(DB_FILE, work[i]), work[i + 1]);
  }
  db = db_open(DB_FILE);
  CHECK_ROWS(db, "SELECT tok_init() > 1", "1");
  CHECK_ROWS(db, "SELECT count(*) FROM llm_usage", "1");
  db_close(db);
}

/*
** Every view and report reads a file that cannot be written, under trusted_schema = OFF, with tok
** and without.
*/
static void read_only_files_are_read(void) {
  static const char *const views[] = {"llm_by_model",  "llm_by_provider", "llm_by_task",  "llm_by_tenant", "llm_by_day",
                                      "llm_by_hour",   "llm_by_session",  "llm_stats",    "llm_unpriced",  "llm_metrics",
                                      "llm_rollup_tail", "llm_quota_audit"};
  static const char *const answers[] = {"1", "1", "1", "1", "1", "1", "1", "1", "0", "2", "1", "0"};
  sqlite3 *db = ledger();
  CHECK_RUN(db, INSERT_FIVE ";" INSERT_FIVE "; UPDATE llm_rollup_state SET watermark = 1");
  db_close(db);
  for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
    char sql[200];
    snprintf(sql, sizeof sql, "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; SELECT count(*) FROM (SELECT * FROM %s)",
             views[i]);
    CHECK_STR(db_shell("file:" DB_FILE "?mode=ro", sql), answers[i]);
    CHECK_STR(db_shell("file:" DB_FILE "?immutable=1", sql), answers[i]);
  }
  CHECK(strstr(db_shell("file:" DB_FILE "?mode=ro", "INSERT INTO llm_usage(model) VALUES ('m')"),
               "attempt to write a readonly database") != NULL);
  db = db_open("file:" DB_FILE "?mode=ro");
  CHECK_RUN(db, "PRAGMA trusted_schema = OFF");
  CHECK_ROWS(db, "SELECT tok_init() > 3", "1");
  for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM (SELECT * FROM %s)", views[i]);
    CHECK_ROWS(db, sql, answers[i]);
  }
  CHECK_ROWS(db, "SELECT requests, p95_ms IS NULL FROM tok_report('model', NULL, NULL)", "2|1");
  CHECK_ROWS(db, "SELECT count(*) FROM tok_audit()", "0");
  CHECK_ROWS(db, "SELECT requests FROM tok_blocks(5)", "2");
  CHECK_ROWS(db, "SELECT count(*) FROM tok_export('csv')", "3");
  CHECK_ROWS(db, "SELECT tok_analytics('*', 30) ->> '$.summary.totalTokens' > 0", "1");
  static const char *const writes[] = {"tok_rebuild()", "tok_reprice('2020-01-01')", "tok_calibrate()", "tok_bulk_begin()"};
  for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT %s", writes[i]);
    CHECK(strstr(db_rows(db, sql), "readonly") != NULL || strstr(db_rows(db, sql), "read-only") != NULL ||
          strcmp(db_rows(db, sql), "0") == 0);
    CHECK_INT(sqlite3_get_autocommit(db), 1);
  }
  db_close(db);
}

static void views_agree_with_the_rows(void) {
  sqlite3 *db = ledger();
  CHECK_RUN(db,
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)"
            "INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, session_id, input_tokens,"
            " output_tokens, cache_read_tokens, response_time_ms)"
            "SELECT 1767225600 + i * 997, 'p' || (i % 2), 'm' || (i % 3), 't' || (i % 5), 'c' || (i % 7), 's' || (i % 11),"
            " i, i % 10, i / 2, i FROM n");
  static const char *const views[] = {"model", "provider", "task", "tenant", "day", "hour", "session"};
  for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
    char sql[256];
    snprintf(sql, sizeof sql, "SELECT sum(requests), sum(total_tokens), sum(cost_nano), round(sum(share), 9),"
             " sum(unpriced), min(first_at), max(last_at) FROM llm_by_%s", views[i]);
    CHECK_ROWS(db, sql, "1000|504000|1044000|1.0|0|2026-01-01T00:00:00Z|2026-01-12T12:40:03Z");
  }
  CHECK_ROWS(db, "SELECT model, requests, input_tokens, output_tokens, cost_nano FROM llm_by_model",
             "m0|334|166833|1503|348696;m1|333|166167|1497|347304;m2|333|166500|1500|348000");
  CHECK_ROWS(db, "SELECT round(cache_hit_ratio, 4), round(output_input_ratio, 4), round(tokens_per_usd),"
                 " avg_ms, providers, models, tenants FROM llm_stats", "0.4995|0.009|482758621.0|499.5|2|3|7");
  CHECK_ROWS(db, "SELECT count(*), sum(prompt_tokens + completion_tokens - total_tokens),"
                 " round(sum(total_cost_usd) * 1e9) FROM llm_metrics", "1000|0|1044000.0");
  CHECK_ROWS(db, "SELECT day, requests FROM llm_by_day LIMIT 2", "2026-01-01|87;2026-01-02|87");
  CHECK_ROWS(db, "SELECT hour, requests FROM llm_by_hour LIMIT 1", "2026-01-01T00:00:00Z|4");
  CHECK_ROWS(db, "SELECT name, value FROM llm_setting",
             "cost_mode|auto;forecast_window_days|30;zone|UTC");
  db_close(db);
}

/*
** What is shown does not depend on how much of it is summed up already; rows of the past among what
** is not.
*/
static void views_show_the_same_at_any_watermark(void) {
  static const char *const views[] = {"llm_by_model", "llm_by_provider", "llm_by_task", "llm_by_tenant",
                                      "llm_by_day",   "llm_by_hour",     "llm_stats",   "llm_unpriced"};
  static const char *const watermarks[] = {"1", "300", "700", "1000"};
  enum { N_VIEWS = sizeof views / sizeof views[0] };
  char sql[300];
  sqlite3 *db = ledger();
  CHECK_RUN(db,
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)"
            "INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, input_tokens, output_tokens, response_time_ms)"
            "SELECT 1767225600 + CASE i % 50 WHEN 49 THEN i * 5 ELSE i * 997 END, nullif('p' || (i % 2), 'p0'),"
            " nullif('m' || (i % 3), 'm2'), nullif('t' || (i % 5), 't0'), nullif('c' || (i % 7), 'c0'),"
            " nullif(i % 4, 0), i % 10, nullif(i % 6, 0) FROM n");
  for (size_t v = 0; v < N_VIEWS; v++) {
    snprintf(sql, sizeof sql, "CREATE TEMP TABLE was%d AS SELECT * FROM %s", (int)v, views[v]);
    CHECK_RUN(db, sql);
  }
  CHECK_ROWS(db, "SELECT watermark FROM llm_rollup_state", "0");
  for (size_t w = 0; w < sizeof watermarks / sizeof watermarks[0]; w++) {
    snprintf(sql, sizeof sql, "UPDATE llm_rollup_state SET watermark = %s", watermarks[w]);
    CHECK_RUN(db, sql);
    for (size_t v = 0; v < N_VIEWS; v++) {
      snprintf(sql, sizeof sql, "SELECT (SELECT count(*) FROM %s) - (SELECT count(*) FROM was%d),"
               " count(*) FROM (SELECT * FROM %s EXCEPT SELECT * FROM was%d)", views[v], (int)v, views[v], (int)v);
      if (!CHECK_ROWS(db, sql, "0|0")) printf("%s at %s\n", views[v], watermarks[w]);
    }
    CHECK_ROWS(db, "SELECT count(*) FROM (SELECT hour, lag(hour) OVER () AS before FROM llm_by_hour) WHERE before >= hour", "0");
  }
  CHECK_ROWS(db, "SELECT count(*) > 200 FROM llm_by_hour", "1");
  db_close(db);
}

CHECK_MAIN({"five_columns_are_enough", five_columns_are_enough},
           {"read_only_files_are_read", read_only_files_are_read},
           {"without_tok_rows_wait_for_reprice", without_tok_rows_wait_for_reprice},
           {"reprice_takes_a_time", reprice_takes_a_time},
           {"costs_given_are_kept", costs_given_are_kept},
           {"updates_keep_costs_right", updates_keep_costs_right},
           {"dollars_become_exact_nano_dollars", dollars_become_exact_nano_dollars},
           {"repeated_responses_are_ignored", repeated_responses_are_ignored},
           {"wrong_values_are_refused", wrong_values_are_refused},
           {"strangers_can_do_everything", strangers_can_do_everything},
           {"views_agree_with_the_rows", views_agree_with_the_rows},
           {"views_show_the_same_at_any_watermark", views_show_the_same_at_any_watermark})

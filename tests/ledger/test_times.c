/*
** Response times counted in bins: the text and its arithmetic, and that reports taken from them are
** within 0.8 % of the rows' own percentiles, by everything that a roll-up has, also where some of
** the counts are unknown.
*/
#include <math.h>

#include "../../ext/ledger/times.h"
#include "db.h"

static const char *again(const char *text) {
  static char out[4096];
  tok_times t;
  tok_buf b;
  tok_times_clear(&t);
  if (!tok_times_read(&t, tok_slice_of(text))) return "malformed";
  tok_buf_init(&b, sizeof out - 1);
  tok_times_write(&t, &b);
  snprintf(out, sizeof out, "%.*s", (int)b.len, b.len == 0 ? "" : b.ptr);
  tok_buf_free(&b);
  return out;
}

static void texts(void) {
  CHECK_STR(again(""), "");
  CHECK_STR(again(" 612:1 3:2 612:4 "), "3:2 612:5");
  CHECK_STR(again("63:1 64:1 0:7 1664:1"), "0:7 63:1 64:1 1664:1");
  CHECK_STR(again("5:2 5:-2"), "");
  CHECK_STR(again("5:2 5:-3"), "5:-1");
  CHECK_STR(again("1:9223372036854775807"), "1:9223372036854775807");
  static const char *const wrong[] = {"1",     ":",    "1:",    "1:x",   "1:1,2:1", "1665:1", "-1:1", "1: 1", "1:--1",
                                      "1:1:1", "1:1x", "1:9223372036854775808", "1:9223372036854775807 1:1", "a:1"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) CHECK_STR(again(wrong[i]), "malformed");
}

static tok_status percentile(const char *text, double p, double *out) {
  tok_times t;
  tok_times_clear(&t);
  CHECK(tok_times_read(&t, tok_slice_of(text)));
  return tok_times_percentile(&t, p, out);
}

static void percentiles_of_texts(void) {
  double x = 0;
  CHECK(percentile("10:1 20:1", 0.5, &x) == TOK_OK && x == 15);
  CHECK(percentile("10:1 20:3", 0.0, &x) == TOK_OK && x == 10);
  CHECK(percentile("10:1 20:3", 1.0, &x) == TOK_OK && x == 20);
  CHECK(percentile("0:9223372036854775807", 1.0, &x) == TOK_OK && x == 0);
  CHECK(percentile("", 0.5, &x) == TOK_NOTFOUND);
  CHECK(percentile("4:1 4:-1", 0.5, &x) == TOK_NOTFOUND);
  CHECK(percentile("4:-1 5:9", 0.5, &x) == TOK_INVALID);
  CHECK(percentile("4:9223372036854775807 5:1", 0.5, &x) == TOK_OVERFLOW);
}

/* The middle of a bin is within 1/128 of every time in it. */
static void bins_are_narrow(void) {
  int64_t last = -1;
  for (int64_t ms = 0; ms < (int64_t)1 << 31; ms += 1 + ms / 1000) {
    int64_t bin = tok_times_bin(ms), shift = bin < 128 ? 0 : bin / 64 - 1;
    int64_t low = bin < 128 ? bin : (64 + bin % 64) << shift, width = (int64_t)1 << shift;
    double middle = (double)low + (double)(width - 1) / 2;
    CHECK(bin >= last && low <= ms && ms < low + width);
    CHECK(middle - (double)ms <= (double)ms / 128 && (double)ms - middle <= (double)ms / 128);
    last = bin;
  }
  CHECK_INT(tok_times_bin(((int64_t)1 << 31) - 1), 1663);
  CHECK_INT(tok_times_bin((int64_t)1 << 31), 1664);
  CHECK_INT(tok_times_bin(INT64_MAX), 1664);
}

static void functions(void) {
  sqlite3 *db = db_fresh();
  CHECK_ROWS(db, "SELECT tok_times(value), tok_times_percentile(tok_times(value), 0.5) FROM json_each('[1,3,null,3,200]')",
             "1:1 3:2 164:1|3.0");
  CHECK_ROWS(db, "SELECT tok_times(value) IS NULL FROM json_each('[null]')", "1");
  CHECK_ROWS(db, "SELECT tok_times(value) FROM json_each('[\"5:1 7:2\", 7, \"5:-1\"]')", "7:3");
  CHECK_ROWS(db, "SELECT tok_times(-1)", "Error: tok_times: x must be milliseconds, 0 or more, or bins and counts, as '612:3 640:1'");
  CHECK_ROWS(db, "SELECT tok_times('x')", "Error: tok_times: x must be bins and counts, as '612:3 640:1'");
  CHECK_ROWS(db, "SELECT tok_times(1.5)", "Error: tok_times: x must be milliseconds, 0 or more, or bins and counts, as '612:3 640:1'");
  CHECK_ROWS(db, "SELECT tok_times_merge('1:1', '1:2 0:1'), tok_times_merge('1:1', NULL), tok_times_merge('1:1', 'x')",
             "0:1 1:3|-|-");
  CHECK_ROWS(db, "SELECT tok_times_percentile('', 0.5), tok_times_percentile(NULL, 0.5), tok_times_percentile('1:1', NULL)",
             "-|-|-");
  CHECK_ROWS(db, "SELECT tok_times_percentile('1:1', 2)",
             "Error: tok_times_percentile: p must be a number from 0 to 1, got '2'");
  CHECK_ROWS(db, "SELECT tok_times_percentile('1:-1', 0.5)",
             "Error: tok_times_percentile: times must be bins and counts, as '612:3 640:1', none negative");
  db_close(db);
}

/*
** How far the report is from the rows, in percent; 100 where a group or a percentile is not there.
*/
static double deviation(sqlite3 *db, const char *group, const char *key, const char *zone, const char *filter,
                        const char *condition, const char *lo, const char *hi) {
  sqlite3_stmt *stmt = NULL;
  double worst = 100;
  char *sql = sqlite3_mprintf(
      "WITH r AS (SELECT key, p50_ms, p95_ms, p99_ms FROM tok_report(%Q, %Q, %Q, %Q, %Q)), u AS (SELECT %s AS k,"
      " tok_p50(response_time_ms) AS a, tok_p95(response_time_ms) AS b, tok_p99(response_time_ms) AS c FROM llm_usage"
      " WHERE %s AND unix_time >= strftime('%%s', %Q) + 0 AND unix_time < strftime('%%s', %Q) + 0 GROUP BY 1)"
      " SELECT 100 * coalesce(max(coalesce(max(abs(p50_ms - a) / a, abs(p95_ms - b) / b, abs(p99_ms - c) / c),"
      " iif(r.k IS NULL OR (a IS NOT p50_ms), 1, 0))), 1) FROM u LEFT JOIN (SELECT 1 AS k, * FROM r) AS r ON r.key IS u.k",
      group, lo, hi, zone, filter, key, condition, lo, hi);
  if (!CHECK_INT(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK)) printf("%s\n", sqlite3_errmsg(db));
  if (sqlite3_step(stmt) == SQLITE_ROW) worst = sqlite3_column_double(stmt, 0);
  sqlite3_finalize(stmt);
  sqlite3_free(sql);
  return worst;
}

static void check_reports(sqlite3 *db, const char *when) {
  static const char *const ranges[][2] = {{"2026-01-01", "2026-02-01"}, {"2026-01-03T05:10:07Z", "2026-01-28T17:59:01Z"}};
  static const char *const cases[][5] = {
      {"all", "'all'", NULL, NULL, "1"},
      {"model", "model", NULL, NULL, "1"},
      {"provider", "provider", NULL, NULL, "1"},
      {"task", "task_type", NULL, NULL, "1"},
      {"tenant", "tenant_id", NULL, NULL, "1"},
      {"day", "date(unix_time, 'unixepoch')", "UTC", NULL, "1"},
      {"day", "substr(tok_local(unix_time, 'America/New_York'), 1, 10)", "America/New_York", NULL, "1"},
      {"day", "substr(tok_local(unix_time, 'Asia/Kathmandu'), 1, 10)", "Asia/Kathmandu", "{\"tenant_id\":\"t1\"}", "tenant_id = 't1'"},
      {"model", "model", NULL, "{\"tenant_id\":\"t1\"}", "tenant_id = 't1'"},
      {"tenant", "tenant_id", NULL, "{\"task_type\":null}", "task_type IS NULL"},
      {"user", "user_id", NULL, NULL, "1"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    /* a range with edges for some: it takes long */
    for (size_t k = 0; k < (i % 4 == 0 ? 2 : 1); k++) {
      const char *const *c = cases[i];
      double off = deviation(db, c[0], c[1], c[2], c[3], c[4], ranges[k][0], ranges[k][1]);
      if (!CHECK(off <= 0.8)) printf("%s: by %s, %s, range %d: off by %.3f %%\n", when, c[0], c[3] == NULL ? "" : c[3], (int)k, off);
    }
  }
}

/* 13,000 requests of January, more than are read one by one. */
static const char january[] =
    "INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, user_id, input_tokens, output_tokens,"
    " response_time_ms) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 12999)"
    " SELECT 1767225600 + i * 205, 'p' || (i % 2), 'm' || (i % 4), CASE WHEN i % 3 THEN 'chat' END,"
    " nullif('t' || (i % 5), 't0'), 'u' || (i % 3), 1, 1, CASE WHEN i % 11 THEN 50 + (i * 7919 % 4001) * (1 + i % 4) END FROM n";

static void reports_are_near_the_rows(void) {
  sqlite3 *db = db_fresh();
  CHECK_ROWS(db, "SELECT tok_init() > 3", "1");
  CHECK_RUN(db, "PRAGMA synchronous = OFF");
  CHECK_RUN(db, january);
  check_reports(db, "as written");
  CHECK_ROWS(db, "SELECT count(*) > 100 FROM llm_rollup_tail", "1");
  CHECK_RUN(db, "UPDATE llm_usage SET response_time_ms = response_time_ms + 300 WHERE id % 97 = 0;"
                "DELETE FROM llm_usage WHERE id % 101 = 0; UPDATE llm_usage SET tenant_id = 't1' WHERE id % 103 = 0");
  check_reports(db, "corrected");
  CHECK_ROWS(db, "SELECT * FROM tok_audit() LIMIT 3", "");
  CHECK_RUN(db, "UPDATE llm_rollup SET times = NULL WHERE level = 86400 AND bucket / 86400 % 3 = 0;"
                "UPDATE llm_rollup SET times = NULL WHERE level = 3600 AND bucket / 3600 % 5 = 0 AND model <> 'm1'");
  check_reports(db, "some unknown");
  CHECK_ROWS(db, "SELECT * FROM tok_audit() LIMIT 3", "");
  CHECK_ROWS(db, "SELECT tok_rebuild() > 12000", "1");
  CHECK_ROWS(db, "SELECT count(*) FROM llm_rollup WHERE times IS NULL AND level > 0", "0");
  check_reports(db, "rebuilt");
  CHECK_RUN(db, "UPDATE llm_rollup SET times = '1:x' WHERE dim = 'all' AND level = 86400");
  CHECK_ROWS(db, "SELECT p50_ms FROM tok_report('all', '2026-01-01', '2026-02-01')",
             "Error: tok_report: tok_times: x must be bins and counts, as '612:3 640:1'");
  CHECK_ROWS(db, "SELECT count(*) FROM tok_audit() WHERE measure = 'times'", "31");
  db_close(db);
}

/* A client without tok writes and folds all of it. */
static void without_tok_too(void) {
  sqlite3 *db = db_fresh();
  CHECK_ROWS(db, "SELECT tok_init() > 3", "1");
  db_close(db);
  char *sql = sqlite3_mprintf("%s; UPDATE llm_rollup_state SET watermark = 12500", january);
  CHECK_STR(db_shell(DB_FILE, sql), "");
  sqlite3_free(sql);
  db = db_open(DB_FILE);
  CHECK_ROWS(db, "SELECT tok_init() > 3", "1");
  CHECK_ROWS(db, "SELECT * FROM tok_audit() LIMIT 3", "");
  CHECK_ROWS(db, "SELECT count(*) FROM llm_rollup WHERE times IS NULL AND level > 0", "0");
  check_reports(db, "without tok");
  /* more requests in a group than a text is kept for: unknown, and read from the rows */
  CHECK_RUN(db, "UPDATE llm_rollup SET times = times || replace(hex(zeroblob(30000)), '0', ' ') WHERE dim = 'tenant_id';"
                "UPDATE llm_rollup SET times = times || '      ' WHERE dim = 'tenant_id';"
                "UPDATE llm_usage SET response_time_ms = 7 WHERE tenant_id = 't2' AND id % 50 = 3 AND response_time_ms > 0");
  CHECK_ROWS(db, "SELECT * FROM tok_audit() LIMIT 3", "");
  CHECK_RUN(db, "UPDATE llm_rollup SET times = times || replace(hex(zeroblob(4000)), '0', ' ') WHERE dim = 'tenant_id';"
                "UPDATE llm_usage SET response_time_ms = 8 WHERE tenant_id = 't2' AND id % 50 = 3 AND response_time_ms > 0");
  CHECK_ROWS(db, "SELECT count(*) > 10 FROM llm_rollup WHERE times IS NULL AND level > 0", "1");
  check_reports(db, "too long");
  db_close(db);
}

CHECK_MAIN({"texts", texts}, {"percentiles_of_texts", percentiles_of_texts}, {"bins_are_narrow", bins_are_narrow},
           {"functions", functions}, {"reports_are_near_the_rows", reports_are_near_the_rows},
           {"without_tok_too", without_tok_too})

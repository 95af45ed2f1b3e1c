/*
** Rolling windows that block: whatever order rows come in, no window of that length ever holds more
** than the limit, to the second; and what leaves room even with two buckets more is let in.
*/
#include "../crash/host.h"

enum { ROWS_MAX = 4000 };

typedef struct {
  int64_t at, units;
} row;

static row rows[ROWS_MAX];
static int n_rows;

/* Units of rows in (from, to]. */
static int64_t sum(int64_t from, int64_t to) {
  int64_t units = 0;
  for (int i = 0; i < n_rows; i++)
    units += rows[i].at > from && rows[i].at <= to ? rows[i].units : 0;
  return units;
}

/* The fullest window of span seconds that holds t; one that ends with a row, or with t, is the
   fullest. */
static int64_t fullest(int64_t t, int64_t span) {
  int64_t most = sum(t - span, t);
  for (int i = 0; i < n_rows; i++) {
    if (rows[i].at < t || rows[i].at >= t + span) continue;
    int64_t units = sum(rows[i].at - span, rows[i].at);
    if (units > most) most = units;
  }
  return most;
}

static void one_window(const char *period, int64_t span, int64_t bucket, bool late, uint64_t seed) {
  char sql[300], at[24];
  sqlite3 *db = host_open(":memory:", true);
  host_rng r = host_seed(seed);
  const int64_t limit = 500;
  int64_t now = 1772323200, refused = 0, wrongly_refused = 0;
  if (!CHECK(db != NULL)) return;
  snprintf(
      sql, sizeof sql,
      "INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('r', 'output', %lld, '%s')",
      (long long)limit, period);
  host_run(db, sql, NULL);
  sqlite3_stmt *insert = host_prepare(db, "INSERT INTO llm_usage(timestamp, provider, model, "
                                          "input_tokens, output_tokens) VALUES(?, 'p', 'm', 5, ?)");
  n_rows = 0;
  for (int i = 0; i < 1500; i++) {
    now += host_random(&r, (uint32_t)(span / 10));
    int64_t t = late && host_random(&r, 4) == 0
                    ? now - (int64_t)host_random(&r, (uint32_t)(3 * span))
                    : now;
    int64_t units = 1 + host_random(&r, 60);
    snprintf(at, sizeof at, "%lld", (long long)t);
    if (host_step(insert, "exceeded", "ti", at, units) > 0) {
      rows[n_rows++] = (row){t, units};
      int64_t most = fullest(t, span);
      if (!CHECK(most <= limit))
        printf("  %s: %lld in one window at %lld\n", period, (long long)most, (long long)t);
    } else {
      refused++;
      if (!late && sum(t - span - 2 * bucket, t + bucket) + units <= limit) wrongly_refused++;
    }
  }
  CHECK(refused > 100 && n_rows > 100);
  if (!CHECK_INT(wrongly_refused, 0)) printf("  %s\n", period);
  CHECK_STR(host_text(db, "SELECT count(*) FROM llm_quota_audit"), "0");
  sqlite3_finalize(insert);
  sqlite3_close(db);
}

static void never_above(void) {
  one_window("rolling 1h", 3600, 60, false, 1);
  one_window("rolling 1h/4", 3600, 900, false, 2);
  one_window("rolling 100s/7", 100, 15, false, 3);
  one_window("rolling 24h", 86400, 1440, false, 4);
  one_window("rolling 50s", 50, 1, false, 5);
}

static void late_rows(void) {
  one_window("rolling 1h", 3600, 60, true, 6);
  one_window("rolling 1h/4", 3600, 900, true, 7);
  one_window("rolling 100s/7", 100, 15, true, 8);
}

/* What a late row costs grows with the buckets after it, not with their square. */
static void late_rows_are_cheap(void) {
  enum { BUCKETS = 60, STEPS_MAX = 15000 }; /* of SQLite's machine; all looked at: 49000 */
  sqlite3 *db = host_open(":memory:", true);
  char at[24];
  if (!CHECK(db != NULL)) return;
  host_run(db,
           "INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('r', 'output', 100000, "
           "'rolling 24h')",
           NULL);
  sqlite3_stmt *insert = host_prepare(db, "INSERT INTO llm_usage(timestamp, provider, model, "
                                          "input_tokens, output_tokens) VALUES(?, 'p', 'm', 5, ?)");
  for (int i = 0; i < BUCKETS; i++) {
    snprintf(at, sizeof at, "%d", 1772323200 + i * 1440);
    CHECK(host_step(insert, NULL, "ti", at, (int64_t)1000) > 0);
  }
  sqlite3_stmt_status(insert, SQLITE_STMTSTATUS_VM_STEP, 1);
  CHECK(host_step(insert, NULL, "ti", "1772323200", (int64_t)1) > 0);
  int steps = sqlite3_stmt_status(insert, SQLITE_STMTSTATUS_VM_STEP, 1);
  if (!CHECK(steps < STEPS_MAX)) printf("  %d steps\n", steps);
  /* and no line is missed: four fifths of the limit is in the windows from the last bucket on */
  CHECK(host_step(insert, NULL, "ti", "1772323200", (int64_t)19998) > 0);
  CHECK_INT(host_int(db, "SELECT count(*) FROM llm_alert_event"), 0);
  CHECK(host_step(insert, NULL, "ti", "1772323200", (int64_t)1) > 0);
  CHECK_INT(host_int(db, "SELECT count(*) FROM llm_alert_event"), 1);
  sqlite3_finalize(insert);
  sqlite3_close(db);
}

CHECK_MAIN({"never_above", never_above}, {"late_rows", late_rows},
           {"late_rows_are_cheap", late_rows_are_cheap})

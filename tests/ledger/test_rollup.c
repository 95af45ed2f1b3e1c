/*
** The roll-ups equal the ledger exactly, whatever is written: random inserts, late rows, ids that are given, updates,
** deletes and statements with OR REPLACE and OR IGNORE, with tok and without it, compared by tok_audit().
**
**     OPERATIONS=100000 build/tests/ledger/test_rollup     the full size; `make soak-ledger`
*/
#include <stdlib.h>

#include "../../ext/ledger/rollup.h"
#include "db.h"

static uint64_t state;

static uint64_t below(uint64_t n) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (state * 2685821657736338717u >> 33) % n;
}

#define PICK(list) list[below(sizeof list / sizeof list[0])]

static int operations(void) {
  const char *n = getenv("OPERATIONS");
  return n == NULL ? 600 : (int)strtol(n, NULL, 10);
}

/* Values as SQL, in the order of COLUMNS; NULL, '' and what is at the edge of a bin or of a day among them. */
#define COLUMNS "timestamp, provider, model, task_type, tenant_id, input_tokens, output_tokens, cache_read_tokens," \
                " response_time_ms, response_id, cost_nano, cost_usd"
enum { N_COLUMNS = 12, VALUE_MAX = 48 };

static void make_row(char row[N_COLUMNS][VALUE_MAX], int n_ids) {
  static const char *const providers[] = {"'openai'", "'anthropic'", "''", "NULL"};
  static const char *const models[] = {"'gpt-4o'", "'claude-sonnet-4'", "'no such'", "''", "NULL"};
  static const char *const tasks[] = {"'chat'", "'code'", "NULL"};
  static const char *const tenants[] = {"'acme'", "'globex'", "''", "NULL"};
  static const char *const inputs[] = {"NULL", "7", "5000"};
  static const char *const outputs[] = {"NULL", "1", "900"};
  static const char *const cached[] = {"NULL", "NULL", "0"};
  static const char *const times[] = {"NULL", "0", "127", "128", "255", "256", "31999", "2147483648"};
  static const char *const costs[] = {"NULL", "NULL", "NULL", "5"};
  static const char *const ends[] = {"Z", "Z", "Z", "+05:45", "-04:00", "+13:00"}; /* offsets of three zones */
  long long at = 1735689600 + (long long)below(3 * 86400);
  if (below(20) == 0) snprintf(row[0], VALUE_MAX, "'%lld'", at - 3 * 86400);
  else {
    sqlite3_snprintf(VALUE_MAX, row[0], "datetime(%lld,'unixepoch')||'%s'", at, PICK(ends));
  }
  snprintf(row[1], VALUE_MAX, "%s", PICK(providers));
  snprintf(row[2], VALUE_MAX, "%s", PICK(models));
  snprintf(row[3], VALUE_MAX, "%s", PICK(tasks));
  snprintf(row[4], VALUE_MAX, "%s", PICK(tenants));
  snprintf(row[5], VALUE_MAX, "%s", PICK(inputs));
  snprintf(row[6], VALUE_MAX, "%s", PICK(outputs));
  snprintf(row[7], VALUE_MAX, "%s", PICK(cached));
  snprintf(row[8], VALUE_MAX, "%s", PICK(times));
  if (below(2) == 0) snprintf(row[9], VALUE_MAX, "NULL");
  else snprintf(row[9], VALUE_MAX, "'r%llu'", (unsigned long long)below((uint64_t)n_ids / 2));
  snprintf(row[10], VALUE_MAX, "%s", PICK(costs));
  snprintf(row[11], VALUE_MAX, "%s", below(8) == 0 ? "0.25" : "NULL");
}

static char *any_statement(int n_ids) {
  static const char *const ways[] = {"", "", " OR REPLACE", " OR IGNORE"};
  static const char *const names[] = {"timestamp", "provider", "model", "task_type", "tenant_id", "input_tokens",
                                      "output_tokens", "cache_read_tokens", "response_time_ms", "response_id",
                                      "cost_nano", "cost_usd"};
  char row[N_COLUMNS][VALUE_MAX], given[32] = "NULL";
  unsigned long long id = below((uint64_t)n_ids) + 1, kind = below(100), i = below(N_COLUMNS);
  make_row(row, n_ids);
  if (below(8) == 0) snprintf(given, sizeof given, "%llu", id);
  if (kind < 60) {
    return sqlite3_mprintf("INSERT%s INTO llm_usage(id, " COLUMNS ") VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
                           " %s, %s)", PICK(ways), given, row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7],
                           row[8], row[9], row[10], row[11]);
  }
  if (kind < 80) return sqlite3_mprintf("UPDATE%s llm_usage SET %s = %s WHERE id = %llu", PICK(ways), names[i], row[i], id);
  if (kind < 83) {
    return sqlite3_mprintf("UPDATE%s llm_usage SET id = %llu WHERE id = %llu", PICK(ways),
                           (unsigned long long)below((uint64_t)n_ids) + 1, id);
  }
  if (kind < 85) return sqlite3_mprintf("UPDATE llm_usage SET %s = %s WHERE id BETWEEN %llu AND %llu", names[i], row[i], id, id + 9);
  return sqlite3_mprintf("DELETE FROM llm_usage WHERE id = %llu", id);
}

static void check_views(sqlite3 *db) {
  static const char *const views[][2] = {{"llm_by_model", "model"},
                                         {"llm_by_provider", "provider"},
                                         {"llm_by_task", "task_type"},
                                         {"llm_by_tenant", "tenant_id"},
                                         {"llm_by_session", "session_id"},
                                         {"llm_by_day", "strftime('%Y-%m-%d', unix_time, 'unixepoch')"},
                                         {"llm_by_hour", "strftime('%Y-%m-%dT%H:00:00Z', unix_time, 'unixepoch')"}};
  for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
    char *sql = sqlite3_mprintf(
        "WITH v AS (SELECT * FROM %s), r AS (SELECT %s, count(*), sum(input_tokens), sum(output_tokens),"
        " sum(total_tokens), round(avg(response_time_ms), 6), count(*) - count(cost_nano), sum(cost_nano),"
        " strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', min(unix_time), 'unixepoch'),"
        " strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', max(unix_time), 'unixepoch') FROM llm_usage GROUP BY 1),"
        " s AS (SELECT %s, requests, input_tokens, output_tokens, total_tokens, round(avg_ms, 6), unpriced, cost_nano,"
        " first_at, last_at FROM v) SELECT count(*) FROM (SELECT * FROM r EXCEPT SELECT * FROM s UNION ALL"
        " SELECT * FROM (SELECT * FROM s EXCEPT SELECT * FROM r))",
        views[i][0], views[i][1], i < 5 ? views[i][1] : i == 5 ? "day" : "hour");
    CHECK_ROWS(db, sql, "0");
    sqlite3_free(sql);
  }
}

/* fold: the id step at which tok folds, 0: SQL folds alone. */
static void history(uint64_t seed, int fold, int batch, bool recursive) {
  int n = operations();
  sqlite3 *db = db_fresh();
  state = seed;
  CHECK_RUN(db, "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY");
  CHECK_ROWS(db, "SELECT tok_init() > 3", "1");
  char *set = sqlite3_mprintf("UPDATE llm_rollup_state SET batch = %d; DROP TRIGGER tok_rollup_folded;"
                              "PRAGMA recursive_triggers = %d", batch, recursive);
  CHECK_RUN(db, set);
  sqlite3_free(set);
  if (fold != 0) {
    set = sqlite3_mprintf("CREATE TEMP TRIGGER f AFTER INSERT ON main.llm_usage WHEN NEW.id %% %d = 0 BEGIN"
                          " SELECT tok_rollup_fold(NEW.id - 1); END", fold);
    CHECK_RUN(db, set);
    sqlite3_free(set);
  }
  for (int i = 1; i <= n; i++) {
    char *sql = any_statement(n / 2);
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (rc != SQLITE_CONSTRAINT && rc != SQLITE_OK) printf("%s: %s\n", sqlite3_errmsg(db), sql);
    CHECK(rc == SQLITE_OK || rc == SQLITE_CONSTRAINT);
    sqlite3_free(sql);
    if (i % (n / 5) == 0) {
      CHECK_ROWS(db, "SELECT * FROM tok_audit() LIMIT 3", "");
      check_views(db);
    }
  }
  CHECK_ROWS(db, "SELECT count(*) > 100 AND (SELECT count(*) FROM llm_rollup_tail) < count(*) FROM llm_usage", "1");
  db_close(db);
}

static void sums_equal_the_ledger(void) {
  history(1, 0, 7, false);
  history(2, 5, 64, false);
  history(3, 0, 1, false);
}

static void recursive_triggers_make_no_difference(void) { history(4, 16, 33, true); }

/* What is wrong is found, and put right. */
static void damage_is_found_and_repaired(void) {
  sqlite3 *db = db_fresh();
  CHECK_ROWS(db, "SELECT tok_init() > 3", "1");
  CHECK_RUN(db, "INSERT INTO llm_usage(model, input_tokens, output_tokens, response_time_ms, timestamp) VALUES"
                " ('m', 1, 2, 3, '2026-01-01T10:00:00Z'), ('m', 10, 20, 300, '2026-01-02');"
                "UPDATE llm_rollup_state SET watermark = 2");
  CHECK_ROWS(db, "SELECT * FROM tok_audit()", "");
  CHECK_RUN(db, "UPDATE llm_rollup SET input_tokens = 12 WHERE dim = 'all' AND level = 0;"
                "UPDATE llm_rollup_ms SET requests = 2 WHERE dim = 'all' AND bin = 3");
  CHECK_ROWS(db, "SELECT counter, key, measure, stored, ledger FROM tok_audit()",
             "llm_rollup|all 0 0 '' '' '' ''|input_tokens|12|11;llm_rollup_ms|all 1767225600 '' '' 3|requests|2|1");
  CHECK_ROWS(db, "SELECT measure FROM tok_audit('llm_rollup_ms')", "requests");
  CHECK_RUN(db, "DELETE FROM llm_rollup WHERE dim = 'tuple'");
  CHECK_ROWS(db, "SELECT tok_rebuild()", "2");
  CHECK_ROWS(db, "SELECT * FROM tok_audit()", "");
  CHECK_ROWS(db, "SELECT input_tokens FROM llm_stats", "11");
  CHECK_RUN(db, "DELETE FROM llm_usage WHERE id = 1");
  CHECK_ROWS(db, "SELECT first_at IS NULL FROM llm_rollup WHERE dim = 'all' AND level = 0", "1");
  CHECK_ROWS(db, "SELECT first_at FROM llm_stats", "2026-01-02T00:00:00Z");
  CHECK_RUN(db, "BEGIN");
  CHECK_ROWS(db, "SELECT tok_rebuild()", "1");
  CHECK_ROWS(db, "SELECT first_at FROM llm_rollup WHERE dim = 'all' AND level = 0", "1767312000");
  CHECK_RUN(db, "ROLLBACK");
  CHECK_ROWS(db, "SELECT first_at IS NULL FROM llm_rollup WHERE dim = 'all' AND level = 0", "1");
  CHECK_ROWS(db, "SELECT tok_rollup_fold(5)", "Error: tok_rollup_fold: for triggers only; use tok_rebuild()");
  db_close(db);
}

/* The rebuild in plain SQL gives what tok's gives. */
static void sqlite_alone_rebuilds_too(void) {
  sqlite3 *db = db_fresh();
  state = 9;
  CHECK_ROWS(db, "SELECT tok_init() > 3", "1");
  for (int i = 0; i < 500; i++) {
    char *sql = any_statement(200);
    sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
  }
  db_close(db);
  CHECK_STR(db_shell(DB_FILE, ".read sql/rollup/rebuild.sql"), "");
  db = db_open(DB_FILE);
  CHECK_ROWS(db, "SELECT * FROM tok_audit() LIMIT 3", "");
  CHECK_ROWS(db, "SELECT count(*) FROM llm_rollup_tail", "0");
  CHECK_RUN(db, "CREATE TEMP TABLE a AS SELECT * FROM llm_rollup; CREATE TEMP TABLE b AS SELECT * FROM llm_rollup_ms");
  CHECK_ROWS(db, "SELECT tok_rebuild() > 100", "1");
  CHECK_ROWS(db, "SELECT (SELECT count(*) FROM (SELECT * FROM a EXCEPT SELECT * FROM llm_rollup)),"
                 " (SELECT count(*) FROM (SELECT * FROM llm_rollup EXCEPT SELECT * FROM a)),"
                 " (SELECT count(*) FROM (SELECT * FROM b EXCEPT SELECT * FROM llm_rollup_ms)),"
                 " (SELECT count(*) FROM (SELECT * FROM llm_rollup_ms EXCEPT SELECT * FROM b))", "0|0|0|0");
  db_close(db);
}

/* The middle of a bin is within 1/128 of every time in it. */
static void bins_are_narrow(void) {
  int64_t last = -1;
  for (int64_t ms = 0; ms < (int64_t)1 << 31; ms += 1 + ms / 1000) {
    int64_t bin = tok_rollup_bin(ms), shift = bin < 128 ? 0 : bin / 64 - 1;
    int64_t low = bin < 128 ? bin : (64 + bin % 64) << shift, width = (int64_t)1 << shift;
    double middle = (double)low + (double)(width - 1) / 2;
    CHECK(bin >= last && low <= ms && ms < low + width);
    CHECK(middle - (double)ms <= (double)ms / 128 && (double)ms - middle <= (double)ms / 128);
    last = bin;
  }
  CHECK_INT(tok_rollup_bin(((int64_t)1 << 31) - 1), 1663);
  CHECK_INT(tok_rollup_bin((int64_t)1 << 31), 1664);
  CHECK_INT(tok_rollup_bin(INT64_MAX), 1664);
}

CHECK_MAIN({"sums_equal_the_ledger", sums_equal_the_ledger},
           {"recursive_triggers_make_no_difference", recursive_triggers_make_no_difference},
           {"damage_is_found_and_repaired", damage_is_found_and_repaired},
           {"sqlite_alone_rebuilds_too", sqlite_alone_rebuilds_too},
           {"bins_are_narrow", bins_are_narrow})

/*
** The roll-ups equal the ledger exactly, whatever is written: random inserts, late rows, ids that
** are given, updates, deletes and statements with OR REPLACE and OR IGNORE, with tok and without
** it, compared by tok_audit().
**
**     OPERATIONS=100000 build/tests/ledger/test_rollup     the full size; `make soak-ledger`
*/
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

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

/*
** What a column gets, as text; "": NULL. In the order of columns. What is at the edge of a bin or
** of a day is among them; two quotes are the empty text.
*/
static const char *const columns[] = {"timestamp", "provider", "model", "task_type", "tenant_id", "input_tokens",
                                      "output_tokens", "cache_read_tokens", "response_time_ms", "response_id",
                                      "cost_nano", "cost_usd"};
enum { N_COLUMNS = sizeof columns / sizeof columns[0], VALUE_MAX = 48 };
typedef char values[N_COLUMNS][VALUE_MAX];

static void put(char *value, const char *text) { snprintf(value, VALUE_MAX, "%s", text); }

static void make_row(values row, uint64_t n_ids) {
  static const char *const providers[] = {"openai", "anthropic", "''", ""};
  static const char *const models[] = {"gpt-4o", "claude-sonnet-4", "no such", "''", ""};
  static const char *const tasks[] = {"chat", "code", ""};
  static const char *const tenants[] = {"acme", "globex", "''", ""};
  static const char *const inputs[] = {"", "7", "5000"};
  static const char *const outputs[] = {"", "1", "900"};
  static const char *const cached[] = {"", "", "0"};
  static const char *const times[] = {"", "0", "127", "128", "255", "256", "31999", "2147483648"};
  static const char *const costs[] = {"", "", "", "5"};
  /* offsets of three zones */
  static const char *const ends[] = {"Z", "Z", "Z", "+05:45", "-04:00", "+13:00"};
  time_t at = 1735689600 + (time_t)below(3 * 86400);
  struct tm tm;
  if (below(20) == 0) {
    snprintf(row[0], VALUE_MAX, "%lld", (long long)at - 3 * 86400);
  } else {
    size_t n = strftime(row[0], VALUE_MAX, "%Y-%m-%d %H:%M:%S", gmtime_r(&at, &tm));
    snprintf(row[0] + n, VALUE_MAX - n, "%s", PICK(ends));
  }
  put(row[1], PICK(providers));
  put(row[2], PICK(models));
  put(row[3], PICK(tasks));
  put(row[4], PICK(tenants));
  put(row[5], PICK(inputs));
  put(row[6], PICK(outputs));
  put(row[7], PICK(cached));
  put(row[8], PICK(times));
  if (below(2) == 0) row[9][0] = '\0';
  else snprintf(row[9], VALUE_MAX, "r%llu", (unsigned long long)below(n_ids / 2));
  put(row[10], PICK(costs));
  put(row[11], below(8) == 0 ? "0.25" : "");
}

static void bind_value(sqlite3_stmt *stmt, int at, const char *value) {
  if (value[0] == '\0') sqlite3_bind_null(stmt, at);
  else sqlite3_bind_text(stmt, at, strcmp(value, "''") == 0 ? "" : value, -1, SQLITE_TRANSIENT);
}

/*
** Statements are prepared once for a history: that takes the triggers' SQL apart, a hundred times
** what they do.
*/
enum { N_WAYS = 3, INSERTS = 0, SETS = INSERTS + N_WAYS, MOVES = SETS + N_WAYS * N_COLUMNS, RANGES = MOVES + N_WAYS,
       DELETES = RANGES + N_COLUMNS, N_STATEMENTS };
typedef struct {
  sqlite3 *db;
  sqlite3_stmt *stmt[N_STATEMENTS]; /* owned; NULL until needed */
} writer;

static char *statement_sql(int which) {
  static const char *const ways[N_WAYS] = {"", " OR REPLACE", " OR IGNORE"};
  if (which < SETS) {
    sqlite3_str *s = sqlite3_str_new(NULL);
    sqlite3_str_appendf(s, "INSERT%s INTO llm_usage(id", ways[which]);
    for (int i = 0; i < N_COLUMNS; i++) sqlite3_str_appendf(s, ", %s", columns[i]);
    sqlite3_str_appendall(s, ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    return sqlite3_str_finish(s);
  }
  if (which < MOVES) {
    int n = which - SETS;
    return sqlite3_mprintf("UPDATE%s llm_usage SET %s = ?2 WHERE id = ?1", ways[n % N_WAYS], columns[n / N_WAYS]);
  }
  if (which < RANGES) return sqlite3_mprintf("UPDATE%s llm_usage SET id = ?2 WHERE id = ?1", ways[which - MOVES]);
  if (which < DELETES) {
    return sqlite3_mprintf("UPDATE llm_usage SET %s = ?2 WHERE id BETWEEN ?1 AND ?1 + 9", columns[which - RANGES]);
  }
  return sqlite3_mprintf("DELETE FROM llm_usage WHERE id = ?1");
}

static sqlite3_stmt *statement(writer *w, int which) {
  if (w->stmt[which] == NULL) {
    char *sql = statement_sql(which);
    CHECK_INT(sqlite3_prepare_v2(w->db, sql, -1, &w->stmt[which], NULL), SQLITE_OK);
    sqlite3_free(sql);
  }
  return w->stmt[which];
}

static void step(sqlite3_stmt *stmt) {
  sqlite3_step(stmt);
  int rc = sqlite3_reset(stmt);
  if (!CHECK(rc == SQLITE_OK || rc == SQLITE_CONSTRAINT)) {
    printf("%s: %s\n", sqlite3_errmsg(sqlite3_db_handle(stmt)), sqlite3_sql(stmt));
  }
}

static void any_operation(writer *w, uint64_t n_ids) {
  values row;
  int64_t id = (int64_t)below(n_ids) + 1;
  int kind = (int)below(100), column = (int)below(N_COLUMNS), way = (int)below(N_WAYS + 1) % N_WAYS;
  bool given = below(8) == 0;
  make_row(row, n_ids);
  sqlite3_stmt *stmt = statement(w, kind < 60   ? INSERTS + way
                                    : kind < 80 ? SETS + N_WAYS * column + way
                                    : kind < 83 ? MOVES + way
                                    : kind < 85 ? RANGES + column
                                                : DELETES);
  if (kind >= 60 || given) sqlite3_bind_int64(stmt, 1, id);
  else sqlite3_bind_null(stmt, 1);
  if (kind < 60) {
    for (int i = 0; i < N_COLUMNS; i++) bind_value(stmt, i + 2, row[i]);
  } else if (kind >= 80 && kind < 83) {
    sqlite3_bind_int64(stmt, 2, (int64_t)below(n_ids) + 1);
  } else if (kind < 85) {
    bind_value(stmt, 2, row[column]);
  }
  step(stmt);
}

static void finish(writer *w) {
  for (int i = 0; i < N_STATEMENTS; i++) sqlite3_finalize(w->stmt[i]);
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
  writer w = {.db = db};
  CHECK_RUN(db, "BEGIN");
  for (int i = 1; i <= n; i++) {
    any_operation(&w, (uint64_t)n / 2);
    if (i % 100 == 0) CHECK_RUN(db, "COMMIT; BEGIN");
    if (i % (n / 5) == 0) {
      CHECK_ROWS(db, "SELECT * FROM tok_audit() LIMIT 3", "");
      check_views(db);
    }
  }
  CHECK_RUN(db, "COMMIT");
  finish(&w);
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
                "UPDATE llm_rollup SET times = '3:2' WHERE dim = 'all' AND level = 3600 AND times = ' 3:1'");
  CHECK_ROWS(db, "SELECT counter, key, measure, stored, ledger FROM tok_audit()",
             "llm_rollup|all 0 0 '' '' '' ''|input_tokens|12|11;llm_rollup|all 3600 1767261600 '' '' '' ''|times|3:2|3:1");
  CHECK_ROWS(db, "SELECT count(*) FROM tok_audit('llm_counter')", "0");
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
  writer w = {.db = db};
  for (int i = 0; i < 500; i++) any_operation(&w, 200);
  finish(&w);
  db_close(db);
  CHECK_STR(db_shell(DB_FILE, ".read sql/rollup/rebuild.sql"), "");
  db = db_open(DB_FILE);
  CHECK_ROWS(db, "SELECT * FROM tok_audit() LIMIT 3", "");
  CHECK_ROWS(db, "SELECT count(*) FROM llm_rollup_tail", "0");
  CHECK_ROWS(db, "SELECT count(*) > 100 FROM llm_rollup WHERE times LIKE ' %:%'", "1");
  CHECK_RUN(db, "UPDATE llm_rollup SET times = tok_times_merge(times, ''); CREATE TEMP TABLE a AS SELECT * FROM llm_rollup");
  CHECK_ROWS(db, "SELECT tok_rebuild() > 100", "1");
  CHECK_ROWS(db, "SELECT (SELECT count(*) FROM (SELECT * FROM a EXCEPT SELECT * FROM llm_rollup)),"
                 " (SELECT count(*) FROM (SELECT * FROM llm_rollup EXCEPT SELECT * FROM a))", "0|0");
  db_close(db);
}

/*
** tok reads the usual form of a time itself, the others as SQLite does; views read all with a '-'
** in one way: a day too many, a blank, an offset, a fraction.
*/
static void every_form_of_time_is_folded(void) {
  sqlite3 *db = db_fresh();
  CHECK_ROWS(db, "SELECT tok_init() > 3", "1");
  CHECK_RUN(db, "INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens) VALUES"
                " ('2026-03-01T23:30:00Z', 'm', 1, 1), ('2026-02-30T23:30:00Z', 'm', 1, 1), ('2026-03-02 23:30:00Z', 'm', 1, 1),"
                " ('2026-03-02 23:30:00', 'm', 1, 1), ('2026-03-02T23:30:00+02:00', 'm', 1, 1), (1772494200, 'm', 1, 1),"
                " ('2026-03-02T23:59:59.9996Z', 'm', 1, 1), ('2026-03-03', 'm', 1, 1), ('2461102.5', 'm', 1, 1)");
  static const char *const days = "SELECT day, requests, first_at, last_at FROM llm_by_day";
  static char from_rows[1024];
  snprintf(from_rows, sizeof from_rows, "%s", db_rows(db, days));
  CHECK_ROWS(db, "SELECT count(*) FROM llm_rollup_tail", "9");
  CHECK_ROWS(db, "SELECT tok_rebuild() > 0", "1");
  CHECK_ROWS(db, "SELECT watermark FROM llm_rollup_state", "9");
  CHECK_ROWS(db, days, from_rows);
  CHECK_ROWS(db, "SELECT * FROM tok_audit()", "");
  CHECK_ROWS(db, "SELECT count(*) > 2, sum(requests) FROM llm_by_day", "1|9");
  db_close(db);
}

/*
** Before an INSERT, SQLite says -1 where no id was given; so a REPLACE of that id would go unseen.
*/
static void no_row_has_the_id_of_none(void) {
  sqlite3 *db = db_fresh();
  CHECK_ROWS(db, "SELECT tok_init() > 3", "1");
  CHECK_RUN(db, "INSERT INTO llm_usage(id, model, input_tokens, output_tokens) VALUES (-2, 'm', 1, 1)");
  CHECK_RUN(db, "INSERT OR REPLACE INTO llm_usage(id, model, input_tokens, output_tokens) VALUES (-2, 'm', 2, 2)");
  CHECK_ROWS(db, "SELECT * FROM tok_audit()", "");
  CHECK_ROWS(db, "INSERT INTO llm_usage(id, model, input_tokens, output_tokens) VALUES (-1, 'm', 1, 1)",
             "Error: tok: -1 is no id of a row of llm_usage, expected a positive one or none");
  CHECK_ROWS(db, "SELECT requests, input_tokens FROM llm_stats", "1|2");
  db_close(db);
}

CHECK_MAIN({"sums_equal_the_ledger", sums_equal_the_ledger},
           {"recursive_triggers_make_no_difference", recursive_triggers_make_no_difference},
           {"damage_is_found_and_repaired", damage_is_found_and_repaired},
           {"sqlite_alone_rebuilds_too", sqlite_alone_rebuilds_too},
           {"every_form_of_time_is_folded", every_form_of_time_is_folded},
           {"no_row_has_the_id_of_none", no_row_has_the_id_of_none})

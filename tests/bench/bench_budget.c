/*
** What a budget costs by the size of the ledger: it must not grow with it.
**
**     build/bench/bench_budget [rows ...]      default: 10000 100000 1000000
**
** A file in WAL mode with synchronous = NORMAL under build/tmp; 20 quotas, of which four cover each
** request: cost a month, requests of each user in rolling 24 hours, tokens of each model a week,
** tokens of a tenant a day. Each statement in its own transaction, prepared once. Prints p50 and
** p99 in microseconds, and the mean of the processor's time, which other programs on the machine
** disturb less. What a commit costs is beside it: a row into a table without index or trigger.
**
** What of tok_quota_check grows is the rolling window: it reads one counter for each of its 60
** buckets that is in use, 65 ns each, and a user has one in use with 10,000 rows and all with a
** million. There it ends: 4.1 us with one bucket in use, 8.0 with all, whatever the ledger has.
**
** Rows are written without triggers, and counted once a kind of quota: the audit proves of the
** smaller ledgers that this is what the triggers count.
*/
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SAMPLES = 5000, AUDITED_ROWS_MAX = 100000 };

static void must(sqlite3 *db, int rc) {
  if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW) return;
  fprintf(stderr, "bench_budget: %s\n", sqlite3_errmsg(db));
  exit(1);
}

static void run(sqlite3 *db, const char *sql) { must(db, sqlite3_exec(db, sql, NULL, NULL, NULL)); }

static double seconds_us(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double now_us(void) { return seconds_us(CLOCK_MONOTONIC); }

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double sample[SAMPLES];

static void print(const char *what, double cpu_us) {
  qsort(sample, SAMPLES, sizeof sample[0], by_size);
  printf("  %-28s p50 %7.1f   p99 %8.1f   processor %7.1f\n", what, sample[SAMPLES / 2], sample[SAMPLES * 99 / 100],
         cpu_us / SAMPLES);
}

static void step(sqlite3 *db, sqlite3_stmt *stmt, long n) {
  char scope[120];
  if (stmt == NULL) return;
  int len = snprintf(scope, sizeof scope, "{\"tenant_id\":\"t%ld\",\"user_id\":\"u%ld\",\"provider\":\"openai\",\"model\":\"gpt-4o\"}",
                     n % 17, n % 500);
  sqlite3_bind_int64(stmt, 1, n);
  if (sqlite3_bind_parameter_count(stmt) > 1) sqlite3_bind_text(stmt, 2, scope, len, SQLITE_TRANSIENT);
  must(db, sqlite3_step(stmt));
  must(db, sqlite3_reset(stmt));
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  if (sql != NULL) must(db, sqlite3_prepare_v2(db, sql, -1, &stmt, NULL));
  return stmt;
}

/* ?1 is a number that differs each time; what runs before and after is not timed. */
static void measure(sqlite3 *db, const char *what, const char *before, const char *sql, const char *after) {
  static long n;
  sqlite3_stmt *first = prepare(db, before), *stmt = prepare(db, sql), *last = prepare(db, after);
  double cpu = 0;
  for (int i = -200; i < SAMPLES; i++) { /* 200 to warm up */
    step(db, first, ++n);
    double cpu_start = seconds_us(CLOCK_PROCESS_CPUTIME_ID), start = now_us();
    step(db, stmt, n);
    if (i >= 0) {
      sample[i] = now_us() - start;
      cpu += seconds_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_start;
    }
    step(db, last, n);
  }
  sqlite3_finalize(first);
  sqlite3_finalize(stmt);
  sqlite3_finalize(last);
  print(what, cpu);
}

static void quotas(sqlite3 *db) {
  run(db, "SELECT tok_quota_set('cost', '{\"metric\":\"cost_usd\",\"limit\":1000000,\"period\":\"month\",\"since\":0}');"
          "SELECT tok_quota_set('users', '{\"metric\":\"requests\",\"limit\":100000000,\"period\":\"rolling 24h\",\"split_by\":\"user_id\",\"since\":0}');"
          "SELECT tok_quota_set('models', '{\"metric\":\"total\",\"limit\":1000000000000,\"period\":\"week\",\"split_by\":\"model\",\"since\":0}')");
  for (int i = 0; i < 17; i++) {
    char sql[240];
    snprintf(sql, sizeof sql, "SELECT tok_quota_set('t%d', '{\"tenant_id\":\"t%d\",\"metric\":\"total\",\"limit\":1000000000000,"
                              "\"period\":\"day\",\"since\":0}')", i, i);
    run(db, sql);
  }
}

/* Every trigger goes; tok_init() makes them again. */
static void drop_triggers(sqlite3 *db) {
  sqlite3_stmt *stmt;
  must(db, sqlite3_prepare_v2(db, "SELECT group_concat('DROP TRIGGER ' || schema || '.' || name, ';') FROM ("
                                  "SELECT 'main' AS schema, name FROM main.sqlite_schema WHERE type = 'trigger' UNION ALL "
                                  "SELECT 'temp', name FROM temp.sqlite_schema WHERE type = 'trigger')", -1, &stmt, NULL));
  must(db, sqlite3_step(stmt));
  char *drop = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
  sqlite3_finalize(stmt);
  run(db, drop);
  sqlite3_free(drop);
}

/* A month of usage. */
static void fill(sqlite3 *db, long rows) {
  char *sql = sqlite3_mprintf(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %ld)"
      "INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, user_id, input_tokens, output_tokens, total_tokens,"
      " cost_nano, cost_usd) SELECT strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', unixepoch('now') - 60 * ((%ld - i) * 2592000 / %ld / 60), 'unixepoch'),"
      " 'openai', CASE i %% 3 WHEN 0 THEN 'gpt-4o' WHEN 1 THEN 'gpt-4o-mini' ELSE 'o3' END, 'chat', 't' || (i %% 20),"
      " 'u' || (i %% 500), i %% 1000, i %% 300, i %% 1000 + i %% 300, i %% 5000, (i %% 5000) / 1e9 FROM n", rows, rows, rows);
  run(db, sql);
  sqlite3_free(sql);
}

/* What the quotas count of that. */
static void count(sqlite3 *db) {
  static const struct {
    const char *quota, *key, *start, *used;
  } counts[] = {{"'cost'", "''", "CAST(strftime('%s', unix_time, 'unixepoch', 'start of month') AS INTEGER)", "sum(cost_nano)"},
                {"'users'", "user_id", "unix_time - unix_time % 1440", "count(*)"},
                {"'models'", "model", "unix_time - (unix_time - 345600) % 604800", "sum(total_tokens)"},
                {"tenant_id", "''", "unix_time - unix_time % 86400", "sum(total_tokens)"}};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    char *sql = sqlite3_mprintf("INSERT INTO llm_counter(quota_id, key, start, used, requests, alert_at)"
                                " SELECT q.id, u.key, u.start, u.used, u.n, 0 FROM (SELECT %s AS name, %s AS key, %s AS start, %s AS used,"
                                " count(*) AS n FROM llm_usage GROUP BY 1, 2, 3) AS u JOIN llm_quota AS q ON q.name = u.name",
                                counts[i].quota, counts[i].key, counts[i].start, counts[i].used);
    run(db, sql);
    sqlite3_free(sql);
  }
}

static sqlite3 *ledger(long rows) {
  static const char file[] = "build/tmp/bench_budget.db";
  sqlite3 *db;
  unlink(file);
  unlink("build/tmp/bench_budget.db-wal");
  must(NULL, sqlite3_open(file, &db));
  sqlite3_enable_load_extension(db, 1);
  must(db, sqlite3_load_extension(db, "build/tok", NULL, NULL));
  run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; SELECT tok_init()");
  quotas(db);
  drop_triggers(db);
  fill(db, rows);
  count(db);
  run(db, "UPDATE llm_meta SET value = '' WHERE key = 'definitions'; SELECT tok_init(); CREATE TABLE bench_row(x)");
  sqlite3_stmt *audit = prepare(db, "SELECT count(*) FROM llm_quota_audit");
  if (rows <= AUDITED_ROWS_MAX) must(db, sqlite3_step(audit));
  if (rows <= AUDITED_ROWS_MAX && sqlite3_column_int64(audit, 0) != 0) {
    fprintf(stderr, "bench_budget: the counters are not those of the triggers\n");
    exit(1);
  }
  sqlite3_finalize(audit);
  run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
  return db;
}

#define SCOPE "?2" /* bound as an application would */
#define INSERT "INSERT INTO llm_usage(provider, model, task_type, tenant_id, user_id, input_tokens, output_tokens)" \
               " VALUES ('openai', 'gpt-4o', 'chat', 't' || (?1 % 17), 'u' || (?1 % 500), 100, 50)"

#define AMOUNT "'{\"input\":100,\"output\":50,\"cost_usd\":0.001}'"
#define MUCH "'{\"input\":1000000000000,\"output\":50,\"cost_usd\":0.001}'"
#define RESERVE "SELECT tok_quota_reserve('r' || ?1, " SCOPE ", " AMOUNT ")"
#define SETTLE "SELECT tok_quota_settle('r' || ?1, '{\"input_tokens\":100,\"output_tokens\":50}')"
#define RELEASE "SELECT tok_quota_release('r' || ?1)"
#define EXPIRED "SELECT tok_quota_reserve('r' || ?1, " SCOPE ", " AMOUNT ", 1, unixepoch() - 60)"
#define SWEEP "SELECT ?1, tok_quota_sweep()"

static void measure_all(sqlite3 *db) {
  measure(db, "a row and its commit", NULL, "INSERT INTO bench_row VALUES(?1)", NULL);
  measure(db, "tok_quota_check", NULL, "SELECT tok_quota_check(" SCOPE ", " AMOUNT "), ?1", NULL);
  measure(db, "tok_quota_check, priced", NULL, "SELECT tok_quota_check(" SCOPE ", '{\"input\":100,\"output\":50}'), ?1", NULL);
  measure(db, "tok_quota_check, blocks", NULL, "SELECT tok_quota_check(" SCOPE ", " MUCH "), ?1", NULL);
  measure(db, "tok_quota_reserve", NULL, RESERVE, SETTLE);
  measure(db, "tok_quota_reserve, refuses", NULL, "SELECT tok_quota_reserve('r' || ?1, " SCOPE ", " MUCH ")", NULL);
  measure(db, "tok_quota_settle", RESERVE, SETTLE, NULL);
  measure(db, "tok_quota_release", RESERVE, RELEASE, NULL);
  measure(db, "tok_quota_sweep, one expired", EXPIRED, SWEEP, NULL);
  measure(db, "tok_quota_sweep, none", NULL, SWEEP, NULL);
  measure(db, "INSERT, guarded", NULL, INSERT, NULL);
  run(db, "DELETE FROM llm_quota");
  measure(db, "INSERT, no quota", NULL, INSERT, NULL);
}

int main(int argc, char **argv) {
  static char *const usual[] = {"10000", "100000", "1000000"};
  char *const *sizes = argc > 1 ? argv + 1 : usual;
  int n = argc > 1 ? argc - 1 : 3;
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int i = 0; i < n; i++) {
    long rows = strtol(sizes[i], NULL, 10);
    double start = now_us();
    sqlite3 *db = ledger(rows);
    printf("%ld rows, made in %.0f s (microseconds)\n", rows, (now_us() - start) / 1e6);
    measure_all(db);
    sqlite3_close(db);
  }
  return 0;
}

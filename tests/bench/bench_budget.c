/*
** What a budget costs: the time of tok_quota_check, tok_quota_reserve with its settlement, and of an INSERT that a block quota
** guards, by the size of the ledger. It must not grow with it.
**
**     build/tests/bench/bench_budget [rows ...]      default: 10000 100000 1000000
**
** A file in WAL mode with synchronous = NORMAL under build/tmp; 20 quotas, of which four cover each request: cost a month,
** tokens of a tenant a day, requests of each user in rolling 24 hours, tokens of each model a week. Each statement in its own
** transaction, prepared once. The rows are written without triggers, then tok_init() puts those back and making the quotas
** counts the ledger. Prints p50 and p99 in microseconds, and of a check without any quota.
*/
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SAMPLES = 5000 };

static void must(sqlite3 *db, int rc) {
  if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW) return;
  fprintf(stderr, "bench_budget: %s\n", sqlite3_errmsg(db));
  exit(1);
}

static void run(sqlite3 *db, const char *sql) { must(db, sqlite3_exec(db, sql, NULL, NULL, NULL)); }

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double sample[SAMPLES];

static void print(const char *what) {
  qsort(sample, SAMPLES, sizeof sample[0], by_size);
  printf("  %-22s p50 %7.1f   p99 %8.1f\n", what, sample[SAMPLES / 2], sample[SAMPLES * 99 / 100]);
}

static void step(sqlite3 *db, sqlite3_stmt *stmt, long n) {
  if (stmt == NULL) return;
  sqlite3_bind_int64(stmt, 1, n);
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
  for (int i = -200; i < SAMPLES; i++) { /* 200 to warm up */
    step(db, first, ++n);
    double start = now_us();
    step(db, stmt, n);
    if (i >= 0) sample[i] = now_us() - start;
    step(db, last, n);
  }
  sqlite3_finalize(first);
  sqlite3_finalize(stmt);
  sqlite3_finalize(last);
  print(what);
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
  char *drop = NULL;
  sqlite3_stmt *stmt;
  must(db, sqlite3_prepare_v2(db, "SELECT group_concat('DROP TRIGGER ' || schema || '.' || name, ';') FROM ("
                                  "SELECT 'main' AS schema, name FROM main.sqlite_schema WHERE type = 'trigger' UNION ALL "
                                  "SELECT 'temp', name FROM temp.sqlite_schema WHERE type = 'trigger')", -1, &stmt, NULL));
  must(db, sqlite3_step(stmt));
  drop = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
  sqlite3_finalize(stmt);
  run(db, drop);
  sqlite3_free(drop);
  char *fill = sqlite3_mprintf(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %ld)"
      "INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, user_id, input_tokens, output_tokens, total_tokens,"
      " cost_nano, cost_usd) SELECT strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', unixepoch('now') - 60 * (i * 2592000 / %ld / 60), 'unixepoch'),"
      " 'openai', CASE i %% 3 WHEN 0 THEN 'gpt-4o' WHEN 1 THEN 'gpt-4o-mini' ELSE 'o3' END, 'chat', 't' || (i %% 20),"
      " 'u' || (i %% 500), i %% 1000, i %% 300, i %% 1000 + i %% 300, i %% 5000, (i %% 5000) / 1e9 FROM n", rows, rows);
  run(db, fill);
  sqlite3_free(fill);
  run(db, "UPDATE llm_meta SET value = '' WHERE key = 'definitions'; SELECT tok_init()");
  return db;
}

static void quotas(sqlite3 *db) {
  run(db, "SELECT tok_quota_set('cost', '{\"metric\":\"cost_usd\",\"limit\":1000000,\"period\":\"month\"}');"
          "SELECT tok_quota_set('users', '{\"metric\":\"requests\",\"limit\":100000000,\"period\":\"rolling 24h\",\"split_by\":\"user_id\"}');"
          "SELECT tok_quota_set('models', '{\"metric\":\"total\",\"limit\":1000000000000,\"period\":\"week\",\"split_by\":\"model\"}')");
  for (int i = 0; i < 17; i++) {
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT tok_quota_set('t%d', '{\"tenant_id\":\"t%d\",\"metric\":\"total\",\"limit\":1000000000000,"
                              "\"period\":\"day\"}')", i, i);
    run(db, sql);
  }
}

#define SCOPE "'{\"tenant_id\":\"t' || (?1 % 17) || '\",\"user_id\":\"u' || (?1 % 500) || '\",\"provider\":\"openai\",\"model\":\"gpt-4o\"}'"
#define INSERT "INSERT INTO llm_usage(provider, model, task_type, tenant_id, user_id, input_tokens, output_tokens)" \
               " VALUES ('openai', 'gpt-4o', 'chat', 't' || (?1 % 17), 'u' || (?1 % 500), 100, 50)"

#define AMOUNT "'{\"input\":100,\"output\":50,\"cost_usd\":0.001}'"
#define RESERVE "SELECT tok_quota_reserve('r' || ?1, " SCOPE ", " AMOUNT ")"
#define SETTLE "SELECT tok_quota_settle('r' || ?1, '{\"input_tokens\":100,\"output_tokens\":50}')"

int main(int argc, char **argv) {
  static char *const usual[] = {"10000", "100000", "1000000"};
  char *const *sizes = argc > 1 ? argv + 1 : usual;
  int n = argc > 1 ? argc - 1 : 3;
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int i = 0; i < n; i++) {
    long rows = strtol(sizes[i], NULL, 10);
    printf("%ld rows (microseconds)\n", rows);
    sqlite3 *db = ledger(rows);
    measure(db, "INSERT, no quota", NULL, INSERT, NULL);
    double start = now_us();
    quotas(db);
    printf("  making 20 quotas: %.0f ms\n", (now_us() - start) / 1e3);
    run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
    measure(db, "tok_quota_check", NULL, "SELECT tok_quota_check(" SCOPE ", " AMOUNT ")", NULL);
    measure(db, "tok_quota_check, priced", NULL, "SELECT tok_quota_check(" SCOPE ", '{\"input\":100,\"output\":50}')", NULL);
    measure(db, "tok_quota_reserve", NULL, RESERVE, SETTLE);
    measure(db, "tok_quota_settle", RESERVE, SETTLE, NULL);
    measure(db, "INSERT, guarded", NULL, INSERT, NULL);
    sqlite3_close(db);
  }
  return 0;
}

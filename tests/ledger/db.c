#include "db.h"

#include <sys/stat.h>
#include <unistd.h>

enum { ANSWER_MAX = 1 << 16 };
static char answer[ANSWER_MAX];

sqlite3 *db_open(const char *path) {
  sqlite3 *db = NULL;
  char *message = NULL;
  CHECK_INT(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI, NULL),
            SQLITE_OK);
  sqlite3_enable_load_extension(db, 1);
  CHECK_INT(sqlite3_load_extension(db, "build/tok", NULL, &message), SQLITE_OK);
  if (message != NULL) printf("load: %s\n", message);
  sqlite3_free(message);
  return db;
}

sqlite3 *db_fresh(void) {
  mkdir("build/tmp", 0777);
  unlink(DB_FILE);
  unlink(DB_FILE "-journal");
  unlink(DB_FILE "-wal");
  return db_open(DB_FILE);
}

sqlite3 *db_kept(const char *name) {
  static char script[1 << 18];
  char path[256];
  sqlite3 *db = db_fresh();
  snprintf(path, sizeof path, "tests/ledger/kept/%s.sql", name);
  FILE *f = fopen(path, "rb");
  CHECK(f != NULL);
  size_t n = f == NULL ? 0 : fread(script, 1, sizeof script - 1, f);
  CHECK(n < sizeof script - 1);
  script[n] = '\0';
  if (f != NULL) fclose(f);
  CHECK_INT(db_run(db, script), SQLITE_OK);
  return db;
}

void db_close(sqlite3 *db) { CHECK_INT(sqlite3_close(db), SQLITE_OK); }

int db_run(sqlite3 *db, const char *sql) {
  char *message = NULL;
  int rc = sqlite3_exec(db, sql, NULL, NULL, &message);
  if (rc != SQLITE_OK) printf("%s\n  %s\n", message == NULL ? "no message" : message, sql);
  sqlite3_free(message);
  return rc;
}

const char *db_rows(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  size_t n = 0;
  answer[0] = '\0';
  int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
  if (rc == SQLITE_OK) {
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
      for (int i = 0; i < sqlite3_column_count(stmt); i++) {
        const char *text = (const char *)sqlite3_column_text(stmt, i);
        const char *before = i > 0 ? "|" : n > 0 ? ";" : "";
        n += (size_t)snprintf(answer + n, sizeof answer - n, "%s%s", before, text == NULL ? "-" : text);
        if (n >= sizeof answer) n = sizeof answer - 1;
      }
    }
  }
  if (rc != SQLITE_DONE) snprintf(answer, sizeof answer, "Error: %s", sqlite3_errmsg(db));
  sqlite3_finalize(stmt);
  return answer;
}

const char *db_shell(const char *path, const char *sql) {
  char command[4096];
  snprintf(command, sizeof command, "sqlite3 -batch -init /dev/null '%s' \"%s\" 2>&1", path, sql);
  FILE *pipe = popen(command, "r");
  size_t n = pipe == NULL ? 0 : fread(answer, 1, sizeof answer - 1, pipe);
  if (pipe != NULL) pclose(pipe);
  while (n > 0 && answer[n - 1] == '\n') n--;
  answer[n] = '\0';
  return answer;
}

/* tok_row_cost_nano, which the ledger calls, at 2 nano-dollars an input and 10 an output token. */
static void fixed_price(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  enum { INPUT = 3, OUTPUT = 4, AT = 9 };
  (void)argc;
  if (sqlite3_value_type(argv[INPUT]) == SQLITE_NULL || sqlite3_value_type(argv[OUTPUT]) == SQLITE_NULL ||
      sqlite3_value_type(argv[AT]) != SQLITE_INTEGER)
    return;
  sqlite3_result_int64(ctx, 2 * sqlite3_value_int64(argv[INPUT]) + 10 * sqlite3_value_int64(argv[OUTPUT]));
}

void db_fixed_price(sqlite3 *db) {
  CHECK_INT(sqlite3_create_function(db, "tok_row_cost_nano", 10, SQLITE_UTF8, NULL, fixed_price, NULL, NULL),
            SQLITE_OK);
}

const char db_legacy_schema[] =
    "CREATE TABLE llm_usage("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,"
    "  provider TEXT NOT NULL, model TEXT NOT NULL, task_type TEXT NOT NULL,"
    "  input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, total_tokens INTEGER NOT NULL,"
    "  cost_usd REAL NOT NULL, response_time_ms INTEGER, created_at DATETIME DEFAULT CURRENT_TIMESTAMP);";

const char db_legacy_rows[] =
    "INSERT INTO llm_usage VALUES"
    "(1, '2025-12-31 23:59:59', 'openai', 'gpt-4o', 'chat', 10, 20, 30, 0.0000125, 800, '2026-01-01 00:00:00'),"
    "(2, '2026-01-02T03:04:05Z', 'openai', 'gpt-4', 'chat', 1, 2, 3, 0.3, NULL, NULL),"
    "(3, '2026-01-02T03:04:05.678+02:00', 'a''b', 'x\"y', 'z', 0, 0, 0, 0.0, 0, '2026-01-02'),"
    "(7, '2026-01-03', 'anthropic', 'claude', 'code', 9, 9, 18, 1234.000000001, 1, '2026-01-03'),"
    "(9, '2026-01-03', 'anthropic', 'claude', 'code', 9, 9, 18, 0.1, 1, '2026-01-03');";

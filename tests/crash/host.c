#include "host.h"

#include <stdarg.h>
#include <time.h>
#include <unistd.h>

sqlite3 *host_open(const char *path, bool with_tok) {
  sqlite3 *db = NULL;
  char *message = NULL;
  const char *journal = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL";
  if (host_size("ROLLBACK_JOURNAL", 0) != 0) journal = "PRAGMA journal_mode = DELETE";
  int rc = sqlite3_open(path, &db);
  if (rc == SQLITE_OK) rc = sqlite3_busy_timeout(db, HOST_BUSY_MS);
  if (rc == SQLITE_OK && with_tok) rc = sqlite3_enable_load_extension(db, 1);
  if (rc == SQLITE_OK && with_tok) rc = sqlite3_load_extension(db, "build/tok", NULL, &message);
  if (rc == SQLITE_OK) rc = sqlite3_exec(db, journal, NULL, NULL, &message);
  if (rc == SQLITE_OK && with_tok) rc = sqlite3_exec(db, "SELECT tok_init()", NULL, NULL, &message);
  if (rc == SQLITE_OK) return db;
  printf("%s: %s\n", path, message != NULL ? message : sqlite3_errmsg(db));
  sqlite3_free(message);
  sqlite3_close(db);
  return NULL;
}

bool host_make(const char *path, const char *setup) {
  static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
  char name[256];
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    snprintf(name, sizeof name, "%s%s", path, ends[i]);
    unlink(name);
  }
  sqlite3 *db = host_open(path, true);
  if (db == NULL) return false;
  bool ok = host_run(db, setup, NULL);
  sqlite3_close(db);
  return ok;
}

bool host_run(sqlite3 *db, const char *sql, const char *expected) {
  char *message = NULL;
  if (sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK) return true;
  if (expected == NULL || message == NULL || strstr(message, expected) == NULL) {
    printf("unexpected error: %s\n  in %.300s\n", message == NULL ? "out of memory" : message, sql);
    fflush(stdout);
    _exit(3);
  }
  sqlite3_free(message);
  return false;
}

sqlite3_stmt *host_prepare(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK) return stmt;
  printf("%s\n  in %s\n", sqlite3_errmsg(db), sql);
  fflush(stdout);
  _exit(3);
}

int64_t host_step(sqlite3_stmt *stmt, const char *expected, const char *types, ...) {
  va_list ap;
  va_start(ap, types);
  for (int i = 0; types[i] != '\0'; i++) {
    if (types[i] == 'i') sqlite3_bind_int64(stmt, i + 1, va_arg(ap, int64_t));
    else sqlite3_bind_text(stmt, i + 1, va_arg(ap, const char *), -1, SQLITE_TRANSIENT);
  }
  va_end(ap);
  int rc = sqlite3_step(stmt);
  int64_t v = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 1;
  if (rc == SQLITE_ROW) rc = sqlite3_step(stmt);
  const char *message = sqlite3_errmsg(sqlite3_db_handle(stmt));
  if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
    if (expected == NULL || strstr(message, expected) == NULL) {
      printf("unexpected error: %s\n  in %.300s\n", message, sqlite3_sql(stmt));
      fflush(stdout);
      _exit(3);
    }
    v = -1;
  }
  sqlite3_reset(stmt);
  return v;
}

int64_t host_int(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = host_prepare(db, sql);
  int rc = sqlite3_step(stmt);
  int64_t v = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) CHECK_STR(sqlite3_errmsg(db), "");
  sqlite3_finalize(stmt);
  return v;
}

const char *host_text(sqlite3 *db, const char *sql) {
  static char text[4096];
  sqlite3_stmt *stmt = host_prepare(db, sql);
  int rc = sqlite3_step(stmt);
  const char *v = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
  snprintf(text, sizeof text, "%s",
           v != NULL                               ? v
           : rc == SQLITE_ROW || rc == SQLITE_DONE ? ""
                                                   : sqlite3_errmsg(db));
  sqlite3_finalize(stmt);
  return text;
}

bool host_has(sqlite3 *db, const char *function) {
  char sql[200];
  snprintf(sql, sizeof sql, "SELECT count(*) FROM pragma_function_list WHERE name = '%s'",
           function);
  return host_int(db, sql) > 0;
}

void host_check_sound(sqlite3 *db) {
  CHECK_STR(host_text(db, "PRAGMA integrity_check"), "ok");
  CHECK_STR(host_text(db, "SELECT group_concat(quota || ' ' || key || ' ' || start || ' ' || what "
                          "|| ': ' || stored || ' for ' || truth,"
                          " char(10)) FROM (SELECT * FROM llm_quota_audit LIMIT 10)"),
            "");
}

host_rng host_seed(uint64_t worker) {
  host_rng r = {(uint64_t)host_size("SEED", 20261122) * 0x9E3779B97F4A7C15u +
                worker * 0xBF58476D1CE4E5B9u + 1};
  for (int i = 0; i < 8; i++) host_random(&r, 1);
  return r;
}

uint32_t host_random(host_rng *r, uint32_t below) {
  r->state ^= r->state >> 12;
  r->state ^= r->state << 25;
  r->state ^= r->state >> 27;
  return (uint32_t)((r->state * 0x2545F4914F6CDD1Du) >> 32) % below;
}

int64_t host_size(const char *variable, int64_t otherwise) {
  const char *text = getenv(variable);
  return text == NULL || *text == '\0' ? otherwise : strtoll(text, NULL, 10);
}

double host_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

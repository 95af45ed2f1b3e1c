/*
** Loading: the shipped build/tok.so in a host with its own SQLite. Once, twice, through
** SELECT load_extension(), in many connections, in threads, by either entry point; nothing is
** created and no file is opened. `make test` runs it on the system's SQLite, `make compat` on a
** recent one too.
*/
#include <pthread.h>
#include <sqlite3.h>
#include <time.h>
#include <unistd.h>

#include "../check.h"

#define EXTENSION "build/tok"
enum { N_CONNECTIONS = 50, N_THREADS = 8, N_ROUNDS = 20 };

static sqlite3 *open_db(const char *name) {
  sqlite3 *db = NULL;
  CHECK_INT(sqlite3_open(name, &db), SQLITE_OK);
  CHECK_INT(sqlite3_enable_load_extension(db, 1), SQLITE_OK);
  return db;
}

static int load(sqlite3 *db, const char *entry) {
  char *message = NULL;
  int rc = sqlite3_load_extension(db, EXTENSION, entry, &message);
  if (rc != SQLITE_OK) printf("load: %s\n", message == NULL ? "no message" : message);
  sqlite3_free(message);
  return rc;
}

/* The first column of the first row as an integer; -1 on an error. */
static int64_t ask(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  int64_t got = -1;
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
      sqlite3_step(stmt) == SQLITE_ROW) {
    got = sqlite3_column_int64(stmt, 0);
  }
  sqlite3_finalize(stmt);
  return got;
}

static const char *const is_there = "SELECT tok_version() <> ''";

static void loads_once_and_again(void) {
  sqlite3 *db = open_db(":memory:");
  CHECK_INT(load(db, NULL), SQLITE_OK);
  CHECK_INT(ask(db, is_there), 1);
  CHECK_INT(load(db, NULL), SQLITE_OK);
  CHECK_INT(load(db, "sqlite3_tok_init"), SQLITE_OK);
  CHECK_INT(load(db, "sqlite3_toknofs_init"), SQLITE_OK);
  CHECK_INT(ask(db, is_there), 1);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

static void loads_through_sql(void) {
  sqlite3 *db = open_db(":memory:");
  for (int i = 0; i < 3; i++) {
    CHECK_INT(ask(db, "SELECT load_extension('" EXTENSION "') IS NULL"), 1);
    CHECK_INT(ask(db, is_there), 1);
  }
  CHECK_INT(ask(db, "SELECT load_extension('" EXTENSION "', 'sqlite3_toknofs_init') IS NULL"), 1);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

static void loads_without_files(void) {
  sqlite3 *db = open_db(":memory:");
  CHECK_INT(load(db, "sqlite3_toknofs_init"), SQLITE_OK);
  CHECK_INT(ask(db, is_there), 1);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

/* Loading while a statement of the same connection is half-way through its rows. */
static void loads_while_a_statement_runs(void) {
  sqlite3 *db = open_db(":memory:");
  sqlite3_stmt *stmt = NULL;
  CHECK_INT(load(db, NULL), SQLITE_OK);
  sqlite3_prepare_v2(db, "SELECT tok_version() UNION ALL SELECT tok_version()", -1, &stmt, NULL);
  CHECK_INT(sqlite3_step(stmt), SQLITE_ROW);
  CHECK_INT(load(db, NULL), SQLITE_OK);
  CHECK_INT(sqlite3_step(stmt), SQLITE_ROW);
  CHECK_INT(sqlite3_step(stmt), SQLITE_DONE);
  sqlite3_finalize(stmt);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

static void loads_in_many_connections(void) {
  sqlite3 *dbs[N_CONNECTIONS];
  for (int i = 0; i < N_CONNECTIONS; i++) {
    dbs[i] = open_db(":memory:");
    CHECK_INT(load(dbs[i], NULL), SQLITE_OK);
  }
  for (int i = 0; i < N_CONNECTIONS; i += 2) CHECK_INT(sqlite3_close(dbs[i]), SQLITE_OK);
  for (int i = 1; i < N_CONNECTIONS; i += 2) {
    CHECK_INT(ask(dbs[i], is_there), 1);
    CHECK_INT(sqlite3_close(dbs[i]), SQLITE_OK);
  }
}

static void *thread_main(void *wrong) {
  for (int i = 0; i < N_ROUNDS; i++) {
    sqlite3 *db = NULL;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
        sqlite3_enable_load_extension(db, 1) != SQLITE_OK || load(db, NULL) != SQLITE_OK ||
        ask(db, is_there) != 1) {
      ++*(int *)wrong;
    }
    if (sqlite3_close(db) != SQLITE_OK) ++*(int *)wrong;
  }
  return NULL;
}

static void loads_in_threads(void) {
  pthread_t threads[N_THREADS];
  int wrong[N_THREADS] = {0};
  for (int i = 0; i < N_THREADS; i++) {
    pthread_create(&threads[i], NULL, thread_main, &wrong[i]);
  }
  for (int i = 0; i < N_THREADS; i++) {
    pthread_join(threads[i], NULL);
    CHECK_INT(wrong[i], 0);
  }
}

/* Bytes of the file, or -1 where there is none. */
static long file_size(const char *name) {
  FILE *f = fopen(name, "rb");
  if (f == NULL) return -1;
  fseek(f, 0, SEEK_END);
  long n = ftell(f);
  fclose(f);
  return n;
}

static void touches_nothing(void) {
  const char *name = "build/tmp/touch.db";
  remove(name);
  sqlite3 *db = open_db(name);
  CHECK_INT(load(db, NULL), SQLITE_OK);
  CHECK_INT(file_size(name) <= 0, 1);
  CHECK_INT(sqlite3_total_changes(db), 0);
  CHECK_INT(ask(db, "SELECT count(*) FROM sqlite_schema"), 0);
  CHECK_INT(ask(db, "SELECT count(*) FROM sqlite_temp_schema"), 0);
  CHECK_INT(ask(db, "PRAGMA schema_version"), 0);
  CHECK_INT(sqlite3_get_autocommit(db), 1);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
  remove(name);
}

/* A schema that another program uses: loading must not make SQLite parse or lock it. */
static void loads_beside_a_writer(void) {
  const char *name = "build/tmp/writer.db";
  remove(name);
  sqlite3 *writer = open_db(name), *db = open_db(name);
  CHECK_INT(sqlite3_exec(writer, "CREATE TABLE t(x); BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
  CHECK_INT(load(db, NULL), SQLITE_OK);
  CHECK_INT(sqlite3_close(writer), SQLITE_OK);
  CHECK_INT(ask(db, is_there), 1);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
  remove(name);
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The promise is 1 ms; the median is asserted with room for a machine that does other work too. */
static void loads_fast(void) {
  enum { N = 101 };
  double ms[N];
  for (int i = 0; i < N; i++) {
    sqlite3 *db = open_db(":memory:");
    double start = seconds();
    load(db, NULL);
    ms[i] = (seconds() - start) * 1e3;
    sqlite3_close(db);
  }
  printf("SQLite %s: first load %.3f ms", sqlite3_libversion(), ms[0]);
  qsort(ms, N, sizeof ms[0], by_value);
  printf(", median of %d loads %.3f ms\n", N, ms[N / 2]);
  CHECK(ms[N / 2] < 5);
}

CHECK_MAIN({"loads once and again", loads_once_and_again}, {"loads through SQL", loads_through_sql},
           {"loads without files", loads_without_files},
           {"loads while a statement runs", loads_while_a_statement_runs},
           {"loads in many connections", loads_in_many_connections},
           {"loads in threads", loads_in_threads}, {"touches nothing", touches_nothing},
           {"loads beside a writer", loads_beside_a_writer}, {"loads fast", loads_fast})

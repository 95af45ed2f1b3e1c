/*
** import and export: tok_import and tok_export do the work, here is the progress.
*/
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

enum {
  TICK = 200000,   /* steps of SQLite's machine between two looks at the clock */
  SHOWN_BAD = 10,  /* lines that can't be read, of each file */
  UPDATE_MS = 200
};

/* ---- progress -------------------------------------------------------------------------------- */

typedef struct {
  const char *file;
  /* owned, of a connection of its own that sees what is committed; may be NULL */
  sqlite3_stmt *last;
  sqlite3_int64 first, known; /* the last row before, and when it could be read the last time */
  struct timespec started, shown;
  bool wanted, drawn;
} progress;

static sqlite3_int64 last_id(progress *p) {
  if (p->last == NULL) return p->known;
  if (sqlite3_step(p->last) == SQLITE_ROW) p->known = sqlite3_column_int64(p->last, 0);
  sqlite3_reset(p->last); /* while the writer has the file to itself it cannot be read */
  return p->known;
}

static long ms_between(struct timespec a, struct timespec b) {
  return (long)(b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
}

/* SQLite calls it while it works. */
static int show_progress(void *arg) {
  static const char *const WHEEL[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
  progress *p = arg;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (ms_between(p->shown, now) < UPDATE_MS) return 0;
  long ms = ms_between(p->started, now);
  fprintf(stderr, "\r%s importing %s: %lld rows, %ld.%ld s ", WHEEL[ms / UPDATE_MS % 10], p->file,
          (long long)(last_id(p) - p->first), ms / 1000, ms / 100 % 10);
  p->shown = now;
  p->drawn = true;
  return 0;
}

static void start_progress(sqlite3 *db, progress *p, const char *file, const options *o) {
  memset(p, 0, sizeof *p);
  p->file = file;
  p->wanted = !o->quiet && isatty(STDERR_FILENO);
  clock_gettime(CLOCK_MONOTONIC, &p->started);
  p->shown = p->started;
  if (!p->wanted) return;
  sqlite3 *reader = NULL;
  if (sqlite3_open_v2(o->db, &reader, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
      sqlite3_prepare_v2(reader, "SELECT max(id) FROM llm_usage", -1, &p->last, NULL) !=
          SQLITE_OK) {
    sqlite3_close(reader);
  }
  p->first = last_id(p);
  sqlite3_progress_handler(db, TICK, show_progress, p);
}

static void stop_progress(sqlite3 *db, const progress *p) {
  sqlite3 *reader = p->last == NULL ? NULL : sqlite3_db_handle(p->last);
  sqlite3_finalize(p->last);
  sqlite3_close(reader);
  if (p->wanted) sqlite3_progress_handler(db, 0, NULL, NULL);
  if (p->drawn) fprintf(stderr, "\r\033[K");
}

/* ---- import ---------------------------------------------------------------------------------- */

static const char REPORT[] =
    "SELECT ?1 ->> 'format', ?1 ->> 'read', ?1 ->> 'imported', ?1 ->> 'duplicates',"
    " json_array_length(?1, '$.bad')";
static const char BAD[] =
    "SELECT value ->> 'line', value ->> 'error' FROM json_each(?1, '$.bad') LIMIT ?2";

static void say_bad(sqlite3 *db, const char *file, const char *result) {
  sqlite3_stmt *stmt = NULL;
  if (sqlite3_prepare_v2(db, BAD, -1, &stmt, NULL) == SQLITE_OK) {
    sqlite3_bind_text(stmt, 1, result, -1, SQLITE_STATIC);
    sqlite3_bind_int(stmt, 2, SHOWN_BAD);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
      fprintf(stderr, "%s:%s: %s\n", file, (const char *)sqlite3_column_text(stmt, 0),
              (const char *)sqlite3_column_text(stmt, 1));
    }
  }
  sqlite3_finalize(stmt);
}

static void say_result(sqlite3 *db, const char *file, const char *result, const options *o) {
  sqlite3_stmt *stmt = NULL;
  if (o->format == FORMAT_JSON && o->format_given) {
    puts(result);
  } else if (sqlite3_prepare_v2(db, REPORT, -1, &stmt, NULL) == SQLITE_OK) {
    sqlite3_bind_text(stmt, 1, result, -1, SQLITE_STATIC);
    if (sqlite3_step(stmt) == SQLITE_ROW) {
      printf("%s: %s, %s read, %s imported, %s known already, %s not readable\n", file,
             (const char *)sqlite3_column_text(stmt, 0), (const char *)sqlite3_column_text(stmt, 1),
             (const char *)sqlite3_column_text(stmt, 2), (const char *)sqlite3_column_text(stmt, 3),
             (const char *)sqlite3_column_text(stmt, 4));
    }
  }
  sqlite3_finalize(stmt);
  say_bad(db, file, result);
}

static bool import_file(sqlite3 *db, const char *file, const options *o) {
  sqlite3_stmt *stmt = NULL;
  progress p;
  bool done = false;
  if (sqlite3_prepare_v2(db, "SELECT tok_import(?1, ?2)", -1, &stmt, NULL) != SQLITE_OK) {
    complain("%s", sqlite3_errmsg(db));
    return false;
  }
  sqlite3_bind_text(stmt, 1, file, -1, SQLITE_STATIC);
  sqlite3_bind_text(stmt, 2, o->as == NULL ? "auto" : o->as, -1, SQLITE_STATIC);
  start_progress(db, &p, file, o);
  int rc = sqlite3_step(stmt);
  stop_progress(db, &p);
  if (rc == SQLITE_ROW && sqlite3_column_text(stmt, 0) != NULL) {
    say_result(db, file, (const char *)sqlite3_column_text(stmt, 0), o);
    done = true;
  } else {
    complain("%s: %s", file, sqlite3_errmsg(db));
  }
  sqlite3_finalize(stmt);
  return done;
}

int run_import(sqlite3 *db, const command *c, const options *o) {
  int status = EXIT_DONE;
  (void)c;
  for (int i = 0; i < o->n_files; i++) {
    if (!import_file(db, o->files[i], o)) status = EXIT_FAILED;
  }
  return status;
}

/* ---- export ---------------------------------------------------------------------------------- */

/* The statement that writes the ledger, or NULL after complaining with *status set. */
static sqlite3_stmt *prepare_export(sqlite3 *db, const options *o, int *status) {
  sqlite3_stmt *stmt = NULL;
  char *since = NULL, *until = NULL;
  *status = EXIT_WRONG_USE;
  if (absolute_time(db, "--since", o->since, o->now, &since) &&
      absolute_time(db, "--until", o->until, o->now, &until)) {
    *status = EXIT_FAILED;
    if (sqlite3_prepare_v2(db, "SELECT line FROM tok_export(?1, ?2, ?3)", -1, &stmt, NULL) !=
        SQLITE_OK)
      complain("%s", sqlite3_errmsg(db));
    sqlite3_bind_text(stmt, 1, o->as == NULL ? "csv" : o->as, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, since, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(stmt, 3, until, -1, SQLITE_TRANSIENT);
  }
  sqlite3_free(since);
  sqlite3_free(until);
  return stmt;
}

/* Writes the rows from the one at which stmt stands; rc: what its last step gave. */
static int write_lines(sqlite3 *db, sqlite3_stmt *stmt, int rc, FILE *out) {
  for (; rc == SQLITE_ROW; rc = sqlite3_step(stmt)) {
    const void *line = sqlite3_column_text(stmt, 0);
    if (line != NULL) fwrite(line, 1, (size_t)sqlite3_column_bytes(stmt, 0), out);
    fputc('\n', out);
  }
  if (rc == SQLITE_DONE) return EXIT_DONE;
  complain("%s", sqlite3_errmsg(db));
  return EXIT_FAILED;
}

/* Is `path` the database itself, or one of the files beside it? */
static bool is_database(sqlite3 *db, const char *path) {
  static const char *const BESIDE[] = {"", "-wal", "-journal", "-shm"};
  const char *name = sqlite3_db_filename(db, "main");
  struct stat output, file;
  bool same = false;
  if (name == NULL || stat(path, &output) != 0) return false;
  for (size_t i = 0; i < sizeof BESIDE / sizeof BESIDE[0]; i++) {
    char *other = sqlite3_mprintf("%s%s", name, BESIDE[i]);
    same = same || (other != NULL && stat(other, &file) == 0 && file.st_dev == output.st_dev &&
                    file.st_ino == output.st_ino);
    sqlite3_free(other);
  }
  return same;
}

/* A file that is there is replaced only when there is a first line: a wrong option costs none. */
static int export_file(sqlite3 *db, sqlite3_stmt *stmt, const char *path) {
  if (is_database(db, path)) {
    complain("%s is the database; an export to it would be its end", path);
    return EXIT_WRONG_USE;
  }
  int rc = sqlite3_step(stmt);
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) return write_lines(db, stmt, rc, NULL);
  FILE *out = fopen(path, "w");
  if (out == NULL) {
    complain("%s can't be written", path);
    return EXIT_FAILED;
  }
  int status = write_lines(db, stmt, rc, out);
  bool failed = ferror(out) != 0;
  if (fclose(out) != 0 || failed) {
    complain("%s: writing failed", path);
    status = EXIT_FAILED;
  }
  return status;
}

int run_export(sqlite3 *db, const command *c, const options *o) {
  int status;
  (void)c;
  sqlite3_stmt *stmt = prepare_export(db, o, &status);
  if (stmt == NULL) return status;
  status = o->output == NULL ? write_lines(db, stmt, sqlite3_step(stmt), stdout)
                             : export_file(db, stmt, o->output);
  sqlite3_finalize(stmt);
  return status;
}

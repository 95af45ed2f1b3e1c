/* tok-usage; see cli.h and tok-usage(1). */
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tok.h"
#include "cli.h"

enum { BUSY_MS = 10000 };

/*
** Commands that write may create the ledger; reports only read, so that a database may be
** read-only. Only an import makes a database: a wrong name of one would go unseen.
*/
static bool writes(const command *c, const options *o) {
  return c->run == run_import || (c->run == run_alerts && o->exec != NULL);
}

/* Is there anything to import? Complains where nothing is. */
static bool any_file(const options *o) {
  for (int i = 0; i < o->n_files; i++) {
    if (access(o->files[i], R_OK) == 0) return true;
  }
  for (int i = 0; i < o->n_files; i++) {
    if (access(o->files[i], R_OK) != 0) complain("%s: %s", o->files[i], strerror(errno));
  }
  return false;
}

static sqlite3 *open_db(const command *c, const options *o) {
  sqlite3 *db = NULL;
  if (o->db == NULL || o->db[0] == 0) { /* SQLite opens '' as a database that is gone on close */
    complain("which database? Give --db FILE or set TOK_DB");
    return NULL;
  }
  bool uri = strncmp(o->db, "file:", 5) == 0; /* SQLite reads it, and says what it lacks */
  struct stat file;
  if (c->run != run_import && !uri && access(o->db, R_OK) != 0) {
    complain("%s: %s", o->db, strerror(errno));
    return NULL;
  }
  if (!uri && access(o->db, F_OK) != 0 && c->run == run_import && !any_file(o)) return NULL;
  if (!uri && stat(o->db, &file) == 0 && S_ISDIR(file.st_mode)) {
    complain("%s: %s", o->db, strerror(EISDIR));
    return NULL;
  }
  int flags = SQLITE_OPEN_URI | SQLITE_OPEN_READWRITE;
  if (c->run == run_import) flags |= SQLITE_OPEN_CREATE;
  int rc = sqlite3_open_v2(o->db, &db, flags, NULL);
  if (rc != SQLITE_OK && !writes(c, o)) {
    sqlite3_close(db);
    rc = sqlite3_open_v2(o->db, &db, SQLITE_OPEN_URI | SQLITE_OPEN_READONLY, NULL);
  }
  if (rc == SQLITE_OK) rc = sqlite3_busy_timeout(db, BUSY_MS);
  if (rc == SQLITE_OK) rc = sqlite3_tok_init(db, NULL, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_exec(db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL);
  if (rc == SQLITE_OK) return db;
  if (rc == SQLITE_READONLY && !writes(c, o)) /* reading a write-ahead log writes beside it */
    complain("%s: is in WAL mode, so its folder must be writable; where nobody writes: "
             "--db 'file:%s?immutable=1'", o->db, o->db);
  else complain("%s: %s", o->db, sqlite3_errmsg(db));
  sqlite3_close(db);
  return NULL;
}

/*
** A report of a database without a ledger would fail with "no such table"; say what is the matter.
*/
static bool has_ledger(sqlite3 *db) {
  sqlite3_stmt *stmt = NULL;
  bool found = sqlite3_prepare_v2(db, "SELECT 1 FROM main.sqlite_schema WHERE name = 'llm_meta'",
                                  -1, &stmt, NULL) == SQLITE_OK &&
               sqlite3_step(stmt) == SQLITE_ROW;
  sqlite3_finalize(stmt);
  return found;
}

static int number(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  int n = -1;
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
    n = sqlite3_column_int(stmt, 0);
  sqlite3_finalize(stmt);
  return n;
}

/*
** A report that failed for a table or column that it lacks: does it stand in a ledger of an earlier
** version?
*/
static void say_if_older(sqlite3 *db, const options *o) {
  sqlite3 *fresh = NULL;
  int version = number(db, "SELECT value FROM main.llm_meta WHERE key = 'schema_version'");
  if (sqlite3_open(":memory:", &fresh) == SQLITE_OK &&
      sqlite3_tok_init(fresh, NULL, NULL) == SQLITE_OK &&
      version < number(fresh, "SELECT tok_init()"))
    complain("%s is a ledger of an earlier version: tok-usage import, or SELECT tok_init() with "
             "the extension, brings it up to date", o->db);
  sqlite3_close(fresh);
}

static bool make_ledger(sqlite3 *db) {
  char *message = NULL;
  if (sqlite3_exec(db, "SELECT tok_init()", NULL, NULL, &message) == SQLITE_OK) return true;
  complain("%s", message == NULL ? "out of memory" : message);
  sqlite3_free(message);
  return false;
}

static int run(const command *c, options *o) {
  int status = EXIT_FAILED;
  sqlite3 *db = open_db(c, o);
  if (db == NULL) return status;
  if (!absolute_time(db, "--now", o->now, NULL, &o->own_now)) {
    sqlite3_close(db);
    return EXIT_WRONG_USE;
  }
  o->now = o->own_now;
  if (writes(c, o) ? make_ledger(db) : has_ledger(db)) {
    status = c->run(db, c, o);
    if (status == EXIT_FAILED && !writes(c, o)) say_if_older(db, o);
  } else if (!writes(c, o)) {
    complain("%s has no ledger yet: tok-usage import, or SELECT tok_init() with the extension",
             o->db);
  }
  sqlite3_close(db);
  return status;
}

int main(int argc, char **argv) {
  options o;
  int status = EXIT_WRONG_USE;
  memset(&o, 0, sizeof o);
  setlocale(LC_CTYPE, "");
  const char *name = read_options(argc, argv, &o, &status);
  const command *c = name == NULL ? NULL : find_command(name);
  if (c != NULL) status = check_use(c, &o) ? run(c, &o) : EXIT_WRONG_USE;
  else if (name != NULL) complain("no command %s; tok-usage --help lists them", name);
  free_options(&o);
  if (fflush(stdout) != 0 || ferror(stdout)) {
    complain("standard output: %s", strerror(errno));
    status = EXIT_FAILED;
  }
  return status;
}

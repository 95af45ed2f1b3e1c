/*
** A program with tok inside: links libtok.a and its own SQLite, nothing is loaded at run time.
** Prints the version that the header states and the one that SQL states, then one exact count.
*/
#include <sqlite3.h>
#include <stdio.h>
#include <tok.h>

static int show(void *unused, int n, char **values, char **names) {
  (void)unused;
  (void)names;
  for (int i = 0; i < n; i++) printf("%s\n", values[i] == NULL ? "NULL" : values[i]);
  return 0;
}

static int open_and_ask(int (*init)(sqlite3 *, char **, const struct sqlite3_api_routines *)) {
  sqlite3 *db = NULL;
  int rc = sqlite3_open(":memory:", &db);
  if (rc == SQLITE_OK && init != NULL) rc = init(db, NULL, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_exec(db, "SELECT tok_version()", show, NULL, NULL);
  if (rc != SQLITE_OK) fprintf(stderr, "%d: %s\n", rc, sqlite3_errmsg(db));
  return sqlite3_close(db) != SQLITE_OK || rc != SQLITE_OK;
}

int main(void) {
  printf("%s\n", TOK_VERSION);
  int failed = open_and_ask(sqlite3_tok_init) | open_and_ask(sqlite3_toknofs_init);
  sqlite3_auto_extension((void (*)(void))sqlite3_tok_init);
  return failed | open_and_ask(NULL);
}

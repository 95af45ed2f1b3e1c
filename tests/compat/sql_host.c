/*
** The least of a shell, for SQLite versions that come without one: reads SQL from stdin, prints rows in list
** mode and errors as "Error: message", with build/tok loaded. A line that starts with a dot ends it with
** status 3: that file needs the real shell.
*/
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_MAX = 1 << 20 };

static void print_row(sqlite3_stmt *stmt) {
  for (int i = 0; i < sqlite3_column_count(stmt); i++) {
    const unsigned char *text = sqlite3_column_text(stmt, i);
    printf("%s%s", i == 0 ? "" : "|", text == NULL ? "" : (const char *)text);
  }
  printf("\n");
}

static void run(sqlite3 *db, const char *sql) {
  while (*sql != '\0') {
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, &sql);
    if (rc != SQLITE_OK) {
      printf("Error: %s\n", sqlite3_errmsg(db));
      return;
    }
    if (stmt == NULL) continue;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) print_row(stmt);
    if (sqlite3_finalize(stmt) != SQLITE_OK) printf("Error: %s\n", sqlite3_errmsg(db));
  }
}

int main(void) {
  static char sql[SQL_MAX], line[SQL_MAX / 8];
  sqlite3 *db = NULL;
  char *message = NULL;
  if (sqlite3_open(":memory:", &db) != SQLITE_OK) return 2;
  sqlite3_enable_load_extension(db, 1);
  if (sqlite3_load_extension(db, "build/tok", NULL, &message) != SQLITE_OK) {
    printf("%s\n", message);
    return 2;
  }
  size_t n = 0;
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (line[0] == '.' && n == 0) return 3;
    if (n == 0 && (line[0] == '\n' || strncmp(line, "--", 2) == 0)) continue;
    if (n + strlen(line) >= SQL_MAX) return 2;
    memcpy(sql + n, line, strlen(line) + 1);
    n += strlen(line);
    if (!sqlite3_complete(sql)) continue;
    run(db, sql);
    n = 0;
  }
  return sqlite3_close(db) == SQLITE_OK ? 0 : 2;
}

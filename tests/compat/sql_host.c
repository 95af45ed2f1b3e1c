/*
** The least of a shell, for SQLite versions that come without one: reads SQL from stdin, prints
** rows in list mode and errors as "Error: message", with build/tok loaded. Of the shell's commands
** it knows .print and .nullvalue; tests/run.sh leaves files with others out.
*/
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_MAX = 1 << 20 };

static char null_value[64] = "";

/* The shell's readfile(path). */
static void read_file(sqlite3_context *ctx, int n, sqlite3_value **args) {
  const char *path = (const char *)sqlite3_value_text(args[0]);
  FILE *in = path == NULL ? NULL : fopen(path, "rb");
  (void)n;
  if (in == NULL) return;
  char *bytes = sqlite3_malloc(SQL_MAX);
  size_t size = bytes == NULL ? 0 : fread(bytes, 1, SQL_MAX, in);
  fclose(in);
  sqlite3_result_blob64(ctx, bytes, size, sqlite3_free);
}

static void print_row(sqlite3_stmt *stmt) {
  for (int i = 0; i < sqlite3_column_count(stmt); i++) {
    const unsigned char *text = sqlite3_column_text(stmt, i);
    printf("%s%s", i == 0 ? "" : "|", text == NULL ? null_value : (const char *)text);
  }
  printf("\n");
}

/* EXPLAIN QUERY PLAN as the shell draws it; tests have plans of one level only. */
static void print_plan(sqlite3_stmt *stmt) {
  printf("QUERY PLAN\n");
  for (int rc = sqlite3_step(stmt); rc == SQLITE_ROW;) {
    char detail[1024];
    snprintf(detail, sizeof detail, "%s", sqlite3_column_text(stmt, 3));
    rc = sqlite3_step(stmt);
    printf("%s%s\n", rc == SQLITE_ROW ? "|--" : "`--", detail);
  }
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
    if (sqlite3_stmt_isexplain(stmt) == 2) print_plan(stmt);
    else while (sqlite3_step(stmt) == SQLITE_ROW) print_row(stmt);
    if (sqlite3_finalize(stmt) != SQLITE_OK) printf("Error: %s\n", sqlite3_errmsg(db));
  }
}

/* The argument of a command, without the quotes around it. */
static char *argument(char *line) {
  char *p = strchr(line, ' ');
  if (p == NULL) return line + strlen(line);
  p += strspn(p, " ");
  p[strcspn(p, "\n")] = '\0';
  size_t n = strlen(p);
  if (n >= 2 && (p[0] == '\'' || p[0] == '"') && p[n - 1] == p[0]) {
    p[n - 1] = '\0';
    p++;
  }
  return p;
}

static void command(char *line) {
  char *arg = argument(line);
  if (strncmp(line, ".print", 6) == 0) printf("%s\n", arg);
  if (strncmp(line, ".nullvalue", 10) == 0) snprintf(null_value, sizeof null_value, "%s", arg);
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
  sqlite3_create_function(db, "readfile", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, read_file, NULL, NULL);
  size_t n = 0;
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (line[0] == '.' && n == 0) {
      command(line);
      continue;
    }
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

/*
** mem_host: a bare SQLite host that tells its resident memory, for `make bench-tokens`.
**
**     mem_host TEXT [EXTENSION]
**
** Opens an in-memory database, loads the extension if one is named, and evaluates one statement
** over the text: its token counts under cl100k_base and o200k_base, or its length without an
** extension. Prints "VmRSS RssAnon RssFile" in kilobytes.
*/
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *what) {
  fprintf(stderr, "mem_host: %s\n", what);
  exit(1);
}

static char *read_file(const char *path, long *n) {
  FILE *f = fopen(path, "rb");
  if (!f || fseek(f, 0, SEEK_END) != 0 || (*n = ftell(f)) < 0) die("cannot read the text");
  rewind(f);
  char *bytes = malloc((size_t)*n + 1);
  if (!bytes || fread(bytes, 1, (size_t)*n, f) != (size_t)*n) die("cannot read the text");
  fclose(f);
  return bytes;
}

static long status_kb(const char *name) {
  char line[256];
  long kb = -1;
  FILE *f = fopen("/proc/self/status", "r");
  if (!f) return -1;
  while (fgets(line, sizeof line, f))
    if (!strncmp(line, name, strlen(name))) kb = strtol(line + strlen(name) + 1, NULL, 10);
  fclose(f);
  return kb;
}

static void evaluate(sqlite3 *db, const char *sql, const char *text, long n) {
  sqlite3_stmt *s;
  if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) die(sqlite3_errmsg(db));
  sqlite3_bind_text64(s, 1, text, (sqlite3_uint64)n, SQLITE_STATIC, SQLITE_UTF8);
  if (sqlite3_step(s) != SQLITE_ROW) die(sqlite3_errmsg(db));
  sqlite3_finalize(s);
}

int main(int argc, char **argv) {
  if (argc < 2) die("usage: mem_host TEXT [EXTENSION]");
  long n;
  char *text = read_file(argv[1], &n);
  sqlite3 *db;
  if (sqlite3_open(":memory:", &db) != SQLITE_OK) die("cannot open a database");
  if (argc > 2) {
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
    if (sqlite3_load_extension(db, argv[2], NULL, NULL) != SQLITE_OK) die(sqlite3_errmsg(db));
    evaluate(db, "SELECT tok_count('cl100k_base', ?1), tok_count('o200k_base', ?1)", text, n);
  } else {
    evaluate(db, "SELECT length(?1)", text, n);
  }
  printf("%ld %ld %ld\n", status_kb("VmRSS:"), status_kb("RssAnon:"), status_kb("RssFile:"));
  sqlite3_close(db);
  free(text);
  return 0;
}

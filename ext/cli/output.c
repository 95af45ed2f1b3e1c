/*
** Rows as a table for people, CSV (RFC 4180), JSON (an array of objects) or Markdown.
**
** The reports give numbers; here they are written for people by what their column is called: *_usd
** in dollars, tokens and requests with separators, ratios in percent. CSV and JSON have them as
** they are.
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

enum {
  BAR_COLUMNS = 24,
  CELLS_MAX = 4000000, /* a table is read into memory to find its widths; more is for CSV */
  COLUMNS_MAX = 64
};

bool is_terminal(const options *o) {
  const char *force = getenv("CLICOLOR_FORCE"); /* bixense.com/clicolors, no-color.org */
  if (o->plain || getenv("NO_COLOR") != NULL) return false;
  return (force != NULL && strcmp(force, "0") != 0) || isatty(STDOUT_FILENO);
}

/* ---- numbers for people ---------------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end) {
  size_t n = strlen(text), k = strlen(end);
  return n >= k && strcmp(text + n - k, end) == 0;
}

static bool is_share(const char *name) {
  return strcmp(name, "share") == 0 || ends_with(name, "_ratio") || ends_with(name, "_share");
}

static char *with_separators(sqlite3_int64 v) { return sqlite3_mprintf("%,lld", v); }

/* Enough digits for what is small, not more than cents for what is large. */
static char *dollars(double v) {
  double size = fabs(v);
  return sqlite3_mprintf(size >= 100 || size == 0 ? "%,.2f" : size >= 0.01 ? "%.4f" : "%.7f", v);
}

static char *real_cell(const char *name, double v) {
  if (strstr(name, "usd") != NULL && !ends_with(name, "per_usd")) return dollars(v);
  if (strcmp(name, "pct") == 0 || ends_with(name, "_pct")) return sqlite3_mprintf("%.1f %%", v);
  if (is_share(name)) return sqlite3_mprintf("%.1f %%", 100 * v);
  if (fabs(v) >= 1000) return sqlite3_mprintf("%,.0f", v);
  return sqlite3_mprintf("%.4g", v);
}

/* One value as people read it; owned (sqlite3_free), NULL when out of memory. */
static char *cell(sqlite3_stmt *stmt, int i) {
  const char *name = sqlite3_column_name(stmt, i);
  switch (sqlite3_column_type(stmt, i)) {
  case SQLITE_NULL:
    return sqlite3_mprintf("");
  case SQLITE_INTEGER:
    if (ends_with(name, "id") || ends_with(name, "_at") || strcmp(name, "hour") == 0) break;
    return with_separators(sqlite3_column_int64(stmt, i));
  case SQLITE_FLOAT:
    return real_cell(name, sqlite3_column_double(stmt, i));
  default:
    break;
  }
  char *text = sqlite3_mprintf("%s", (const char *)sqlite3_column_text(stmt, i));
  for (char *p = text; p != NULL && *p != 0; p++) {
    /* names come from anywhere: no control codes */
    if ((unsigned char)*p < ' ' || *p == 0x7F) *p = ' ';
  }
  return text;
}

/* The next row, or SQLITE_DONE where that is one more than --limit. */
static int next_row(sqlite3_stmt *stmt, const options *o, long long *rows) {
  return (*rows)++ < o->limit_rows ? sqlite3_step(stmt) : SQLITE_DONE;
}

/* ---- a table --------------------------------------------------------------------------------- */

typedef struct {
  int n_columns, bar; /* bar: index of the column that is drawn, or -1 */
  size_t n_cells, room;
  char **cells;       /* owned, each owned: row by row */
  double *bars;       /* owned: the drawn column's numbers, a row each */
  bool right[COLUMNS_MAX];
  int width[COLUMNS_MAX];
} table;

static void free_table(table *t) {
  for (size_t i = 0; i < t->n_cells; i++) sqlite3_free(t->cells[i]);
  free(t->cells);
  free(t->bars);
}

static bool more_room(table *t) {
  if (t->n_cells + (size_t)t->n_columns <= t->room) return true;
  size_t room = t->room * 2 + 64 * (size_t)t->n_columns;
  if (room > CELLS_MAX) return false;
  char **cells = realloc(t->cells, room * sizeof *cells);
  if (cells == NULL) return false;
  t->cells = cells;
  double *bars = realloc(t->bars, room / (size_t)t->n_columns * sizeof *bars);
  if (bars == NULL) return false;
  t->bars = bars;
  t->room = room;
  return true;
}

static bool add_row(table *t, sqlite3_stmt *stmt) {
  if (!more_room(t)) return false;
  if (t->bar >= 0) t->bars[t->n_cells / (size_t)t->n_columns] = sqlite3_column_double(stmt, t->bar);
  for (int i = 0; i < t->n_columns; i++) {
    char *text = cell(stmt, i);
    if (text == NULL) return false;
    t->cells[t->n_cells++] = text;
    int width = text_width(text), type = sqlite3_column_type(stmt, i);
    if (width > t->width[i]) t->width[i] = width;
    if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) t->right[i] = true;
  }
  return true;
}

static void pad(int n) {
  while (n-- > 0) putchar(' ');
}

static void put_padded(const table *t, int i, const char *text, bool last) {
  int gap = t->width[i] - text_width(text);
  if (t->right[i]) pad(gap);
  fputs(text, stdout);
  if (!t->right[i] && !last) pad(gap);
}

static void put_heads(sqlite3_stmt *stmt, const table *t, bool drawn) {
  for (int i = 0; i < t->n_columns; i++) {
    if (i > 0) fputs("  ", stdout);
    if (drawn) fputs("\033[1m", stdout);
    put_padded(t, i, sqlite3_column_name(stmt, i), i + 1 == t->n_columns && t->bar < 0);
    if (drawn) fputs("\033[0m", stdout);
  }
  putchar('\n');
  if (!drawn) return;
  for (int i = 0; i < t->n_columns; i++) {
    if (i > 0) fputs("  ", stdout);
    for (int k = 0; k < t->width[i]; k++) fputs("─", stdout);
  }
  putchar('\n');
}

static void put_table(sqlite3_stmt *stmt, const table *t, bool drawn) {
  size_t n_rows = t->n_cells / (size_t)t->n_columns;
  double most = 0;
  for (size_t r = 0; t->bar >= 0 && r < n_rows; r++) most = fmax(most, t->bars[r]);
  put_heads(stmt, t, drawn);
  for (size_t r = 0; r < n_rows; r++) {
    bool bar = drawn && t->bar >= 0 && most > 0;
    for (int i = 0; i < t->n_columns; i++) {
      if (i > 0) fputs("  ", stdout);
      put_padded(t, i, t->cells[r * (size_t)t->n_columns + (size_t)i],
                 i + 1 == t->n_columns && !bar);
    }
    if (bar) {
      char drawing[BAR_COLUMNS * 3 + 4];
      draw_bar(drawing, t->bars[r] / most, BAR_COLUMNS);
      printf("  \033[36m%s\033[0m", drawing);
    }
    putchar('\n');
  }
}

static void put_markdown(sqlite3_stmt *stmt, const table *t) {
  size_t n_rows = t->n_cells / (size_t)t->n_columns;
  for (int i = 0; i < t->n_columns; i++) printf("| %s ", sqlite3_column_name(stmt, i));
  puts("|");
  for (int i = 0; i < t->n_columns; i++) fputs(t->right[i] ? "|---:" : "|---", stdout);
  puts("|");
  for (size_t r = 0; r < n_rows; r++) {
    for (int i = 0; i < t->n_columns; i++) {
      fputs("| ", stdout);
      for (const char *p = t->cells[r * (size_t)t->n_columns + (size_t)i]; *p != 0; p++) {
        if (*p == '|') putchar('\\');
        putchar(*p);
      }
      putchar(' ');
    }
    puts("|");
  }
}

static int print_table(sqlite3_stmt *stmt, const options *o, const char *bar) {
  table t = {.n_columns = sqlite3_column_count(stmt), .bar = -1};
  int rc;
  long long rows = 0;
  bool fits = t.n_columns <= COLUMNS_MAX;
  for (int i = 0; fits && i < t.n_columns; i++) {
    t.width[i] = text_width(sqlite3_column_name(stmt, i));
    if (bar != NULL && strcmp(sqlite3_column_name(stmt, i), bar) == 0) t.bar = i;
  }
  while (fits && (rc = next_row(stmt, o, &rows)) == SQLITE_ROW) fits = add_row(&t, stmt);
  int status = EXIT_FAILED;
  if (!fits) {
    complain("too many rows for a table; use --format csv");
  } else if (rc != SQLITE_DONE) {
    complain("%s", sqlite3_errmsg(sqlite3_db_handle(stmt)));
  } else {
    status = EXIT_DONE;
    if (t.n_cells == 0 && !o->quiet) fputs("no rows\n", stderr);
    if (o->format == FORMAT_MARKDOWN) put_markdown(stmt, &t);
    else if (t.n_cells > 0) put_table(stmt, &t, is_terminal(o));
  }
  free_table(&t);
  return status;
}

/* ---- CSV and JSON, row by row ---------------------------------------------------------------- */

static void put_csv(const char *text) {
  if (text[strcspn(text, "\",\r\n")] == 0) {
    fputs(text, stdout);
    return;
  }
  putchar('"');
  for (; *text != 0; text++) {
    if (*text == '"') putchar('"');
    putchar(*text);
  }
  putchar('"');
}

static int print_csv(sqlite3_stmt *stmt, const options *o) {
  long long rows = 0;
  int rc, n = sqlite3_column_count(stmt);
  for (int i = 0; i < n; i++) {
    if (i > 0) putchar(',');
    put_csv(sqlite3_column_name(stmt, i));
  }
  fputs("\r\n", stdout);
  while ((rc = next_row(stmt, o, &rows)) == SQLITE_ROW) {
    for (int i = 0; i < n; i++) {
      const char *text = (const char *)sqlite3_column_text(stmt, i);
      if (i > 0) putchar(',');
      if (text != NULL) put_csv(text);
    }
    fputs("\r\n", stdout);
  }
  return rc;
}

static void put_json_text(const char *text) {
  putchar('"');
  for (; *text != 0; text++) {
    unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\') printf("\\%c", c);
    else if (c < ' ') printf("\\u%04x", c);
    else putchar(c);
  }
  putchar('"');
}

static void put_json_value(sqlite3_stmt *stmt, int i) {
  const char *text = (const char *)sqlite3_column_text(stmt, i);
  int type = sqlite3_column_type(stmt, i);
  if (text == NULL || type == SQLITE_NULL) fputs("null", stdout);
  else if (type == SQLITE_INTEGER ||
           (type == SQLITE_FLOAT && isfinite(sqlite3_column_double(stmt, i))))
    fputs(text, stdout);
  else put_json_text(text);
}

static int print_json(sqlite3_stmt *stmt, const options *o) {
  long long rows = 0;
  int rc, n = sqlite3_column_count(stmt);
  putchar('[');
  while ((rc = next_row(stmt, o, &rows)) == SQLITE_ROW) {
    fputs(rows > 1 ? ",\n " : "\n ", stdout);
    for (int i = 0; i < n; i++) {
      fputs(i == 0 ? "{" : ", ", stdout);
      put_json_text(sqlite3_column_name(stmt, i));
      fputs(": ", stdout);
      put_json_value(stmt, i);
    }
    putchar('}');
  }
  fputs(rows > 1 ? "\n]\n" : "]\n", stdout);
  return rc;
}

int print_rows(sqlite3_stmt *stmt, const options *o, const char *bar) {
  if (o->format == FORMAT_TABLE || o->format == FORMAT_MARKDOWN) return print_table(stmt, o, bar);
  int rc = o->format == FORMAT_CSV ? print_csv(stmt, o) : print_json(stmt, o);
  if (rc == SQLITE_DONE) return EXIT_DONE;
  complain("%s", sqlite3_errmsg(sqlite3_db_handle(stmt)));
  return EXIT_FAILED;
}

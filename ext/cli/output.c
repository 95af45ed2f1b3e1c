/*
** Rows as a table for people, CSV (RFC 4180), JSON (an array of objects) or Markdown.
**
** The reports give numbers; here they are written for people by what their column is called: *_usd
** in dollars, tokens and requests with separators, ratios in percent. CSV and JSON have them as
** they are.
**
** A table that is wider than the terminal leaves out columns that are empty and comes in blocks of
** columns, each with the first column again if that is a name; only names are cut. In a pipe it is
** as wide as it is.
*/
#include <langinfo.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/buf.h"
#include "cli.h"

enum {
  BAR_COLUMNS = 24,
  BAR_COLUMNS_MIN = 8, /* shorter bars say nothing */
  NAME_COLUMNS_MIN = 4,
  CELLS_MAX = 4000000, /* a table is read into memory to find its widths; more is for CSV */
  COLUMNS_MAX = 64,
  JSON_BYTES_MAX = INT_MAX /* one text with its escapes; a longer one is null */
};

static bool writes_to_terminal(const options *o) {
  const char *force = getenv("CLICOLOR_FORCE"); /* bixense.com/clicolors */
  return !o->plain && ((force != NULL && strcmp(force, "0") != 0) || isatty(STDOUT_FILENO));
}

static bool speaks_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

bool is_terminal(const options *o) {
  const char *none = getenv("NO_COLOR"); /* no-color.org: any but the empty text */
  const char *force = getenv("CLICOLOR_FORCE"), *term = getenv("TERM");
  if (force == NULL && term != NULL && strcmp(term, "dumb") == 0) return false;
  return writes_to_terminal(o) && (none == NULL || *none == 0) && speaks_utf8();
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
  case SQLITE_NULL: /* the first column is a name: that of those without one */
    return sqlite3_mprintf(i == 0 ? "-" : "");
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

/* As much of the text as has room, with a mark where it was cut. */
static void put_cut(const char *text, int width) {
  for (;;) {
    char one[5] = {0};
    size_t n = 1;
    while (n < 4 && ((unsigned char)text[n] & 0xC0) == 0x80) n++;
    memcpy(one, text, n);
    if (text_width(one) >= width) break;
    width -= text_width(one);
    fputs(one, stdout);
    text += n;
  }
  fputs(speaks_utf8() ? "…" : "~", stdout);
  pad(width - 1);
}

static void put_padded(const table *t, int i, const char *text, bool last) {
  int gap = t->width[i] - text_width(text);
  if (gap < 0) {
    put_cut(text, t->width[i]);
    return;
  }
  if (t->right[i]) pad(gap);
  fputs(text, stdout);
  if (!t->right[i] && !last) pad(gap);
}

/* Columns that stand beside each other. */
typedef struct {
  int n, column[COLUMNS_MAX];
  int bar; /* width of the bar behind them; 0: none */
} block;

static void put_heads(sqlite3_stmt *stmt, const table *t, const block *b, bool drawn) {
  for (int k = 0; k < b->n; k++) {
    if (k > 0) fputs("  ", stdout);
    if (drawn) fputs("\033[1m", stdout);
    put_padded(t, b->column[k], sqlite3_column_name(stmt, b->column[k]),
               k + 1 == b->n && t->bar < 0);
    if (drawn) fputs("\033[0m", stdout);
  }
  putchar('\n');
  if (!drawn) return;
  for (int k = 0; k < b->n; k++) {
    if (k > 0) fputs("  ", stdout);
    for (int i = 0; i < t->width[b->column[k]]; i++) fputs("─", stdout);
  }
  putchar('\n');
}

static void put_block(sqlite3_stmt *stmt, const table *t, const block *b, bool drawn) {
  size_t n_rows = t->n_cells / (size_t)t->n_columns;
  double most = 0;
  for (size_t r = 0; t->bar >= 0 && r < n_rows; r++) most = fmax(most, t->bars[r]);
  put_heads(stmt, t, b, drawn);
  for (size_t r = 0; r < n_rows; r++) {
    bool bar = b->bar > 0 && most > 0;
    for (int k = 0; k < b->n; k++) {
      if (k > 0) fputs("  ", stdout);
      put_padded(t, b->column[k], t->cells[r * (size_t)t->n_columns + (size_t)b->column[k]],
                 k + 1 == b->n && !bar);
    }
    if (bar) {
      char drawing[BAR_COLUMNS * 3 + 4];
      draw_bar(drawing, t->bars[r] / most, b->bar);
      printf("  \033[36m%s\033[0m", drawing);
    }
    putchar('\n');
  }
}

static bool is_empty(const table *t, int column) {
  for (size_t i = (size_t)column; i < t->n_cells; i += (size_t)t->n_columns) {
    if (t->cells[i][0] != 0) return false;
  }
  return true;
}

static int width_of(const table *t, const block *b) {
  int width = 2 * (b->n - 1);
  for (int k = 0; k < b->n; k++) width += t->width[b->column[k]];
  return width;
}

/* The columns from *next on that have room beside the first; moves *next behind them. */
static block take_block(const table *t, int room, int *next) {
  block b = {0};
  if (*next > 0 && !t->right[0]) b.column[b.n++] = 0;
  for (int fixed = b.n; *next < t->n_columns; ++*next) {
    if (is_empty(t, *next)) continue;
    b.column[b.n++] = *next;
    if (b.n - 1 > fixed && width_of(t, &b) > room) {
      b.n--;
      break;
    }
  }
  return b;
}

/* Names have what numbers leave, the first column at most half of that. */
static void cut_names(table *t, int room) {
  int widest = 0, first = 0;
  for (int i = 1; i < t->n_columns; i++) {
    if (t->right[i] && !is_empty(t, i) && t->width[i] > widest) widest = t->width[i];
  }
  if (!t->right[0]) {
    first = room - 2 - widest < room / 2 ? room - 2 - widest : room / 2;
    if (first < NAME_COLUMNS_MIN) first = NAME_COLUMNS_MIN;
    if (first > t->width[0]) first = t->width[0];
    t->width[0] = first;
  }
  for (int i = 1; i < t->n_columns; i++) {
    if (!t->right[i] && t->width[i] > room - first - 2) t->width[i] = room - first - 2;
  }
}

static void put_table(sqlite3_stmt *stmt, table *t, const options *o) {
  bool drawn = is_terminal(o);
  int room = writes_to_terminal(o) ? terminal_width() : INT_MAX, next = 0;
  block b = {.n = t->n_columns};
  for (int i = 0; i < t->n_columns; i++) b.column[i] = i;
  bool fits = width_of(t, &b) <= room;
  if (!fits) cut_names(t, room);
  do {
    if (!fits) {
      if (next > 0) putchar('\n');
      b = take_block(t, room, &next);
    }
    int left = room - width_of(t, &b) - 2;
    bool last = fits || next == t->n_columns;
    if (drawn && t->bar >= 0 && last && left >= BAR_COLUMNS_MIN)
      b.bar = left < BAR_COLUMNS ? left : BAR_COLUMNS;
    put_block(stmt, t, &b, drawn);
  } while (!fits && next < t->n_columns);
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
    else if (t.n_cells > 0) put_table(stmt, &t, o);
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

static void put_json_text(tok_slice text) {
  tok_buf json;
  tok_buf_init(&json, JSON_BYTES_MAX);
  tok_buf_add_json(&json, text);
  if (json.status == TOK_OK) fwrite(json.ptr, 1, json.len, stdout);
  else fputs("null", stdout);
  tok_buf_free(&json);
}

static void put_json_value(sqlite3_stmt *stmt, int i) {
  const char *text = (const char *)sqlite3_column_text(stmt, i);
  int type = sqlite3_column_type(stmt, i);
  if (text == NULL || type == SQLITE_NULL) fputs("null", stdout);
  else if (type == SQLITE_INTEGER ||
           (type == SQLITE_FLOAT && isfinite(sqlite3_column_double(stmt, i))))
    fputs(text, stdout);
  else put_json_text((tok_slice){text, (size_t)sqlite3_column_bytes(stmt, i)});
}

static int print_json(sqlite3_stmt *stmt, const options *o) {
  long long rows = 0;
  int rc, n = sqlite3_column_count(stmt);
  putchar('[');
  while ((rc = next_row(stmt, o, &rows)) == SQLITE_ROW) {
    fputs(rows > 1 ? ",\n " : "\n ", stdout);
    for (int i = 0; i < n; i++) {
      fputs(i == 0 ? "{" : ", ", stdout);
      put_json_text(tok_slice_of(sqlite3_column_name(stmt, i)));
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

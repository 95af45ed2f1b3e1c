/*
** tok_export: the ledger as lines of text.
**
**     SELECT line FROM tok_export('csv', '2026-01-01', '2026-02-01');
**     sqlite3 app.db ".load ./tok" ".once january.csv" \
**       "SELECT line FROM tok_export('focus', '2026-01-01', '2026-02-01')"
**
** tok_export(format [, since [, until]]) -> line TEXT, without its line end
**   X1  format: csv (a header, then a row a request; RFC 4180), json (JSON Lines; NULL columns left
**       out, but of a request without any amount input_tokens and cost_nano), focus (FOCUS 1.2 in
**       CSV, one row for each meter of each request; sql/export/focus.sql), focus-json.
**   X2  since is inclusive, until exclusive; ISO-8601 or Unix seconds; NULL: open.
**   X3  In order of time. Rows are read as they are asked for: memory for one line (focus: for the
**       range's rows).
**   X4  tok_import reads what csv and json write: a row whose response_id is known is not imported
**       twice.
**   X5  focus leaves out requests without a cost (SELECT * FROM llm_unpriced): FOCUS knows no
**       unknown cost.
*/
#include "install.h"
#include "ledger_sql.h"
#include "lines.h"
#include "query_sql.h"
#include "record.h"

enum { ARG_FORMAT, ARG_SINCE, ARG_UNTIL };
enum { LINE_BYTES_MAX = 1 << 30 };

static const struct {
  const char *name, *script;
  bool csv;
} formats[] = {{"csv", "export/ledger.sql", true},
               {"json", "export/ledger.sql", false},
               {"jsonl", "export/ledger.sql", false},
               {"focus", "export/focus.sql", true},
               {"focus-json", "export/focus.sql", false}};
enum { N_FORMATS = sizeof formats / sizeof formats[0] };

static int find_format(tok_slice name) {
  int i = 0;
  while (i < N_FORMATS && !tok_slice_is(name, formats[i].name)) i++;
  return i;
}

static int open_export(tok_query *q, sqlite3_value **args, sqlite3_stmt **out) {
  int64_t since = INT64_MIN, until = INT64_MAX;
  if (sqlite3_value_type(args[ARG_FORMAT]) == SQLITE_NULL) return SQLITE_OK;
  tok_slice name;
  if (tok_sql_read(args[ARG_FORMAT], &name) != SQLITE_OK) return SQLITE_NOMEM;
  int f = find_format(name);
  if (f == N_FORMATS) {
    return tok_query_error(q, "format must be csv, json, focus or focus-json, got '%.*s'",
                           tok_shown(name), name.ptr);
  }
  int rc = tok_query_time(q, args[ARG_SINCE], "since", &since);
  if (rc == SQLITE_OK) rc = tok_query_time(q, args[ARG_UNTIL], "until", &until);
  if (rc == SQLITE_OK) rc = tok_query_prepare(q, tok_ledger_script(formats[f].script), out);
  if (rc == SQLITE_OK) rc = tok_query_bind_int(*out, ":lo", since);
  if (rc == SQLITE_OK) rc = tok_query_bind_int(*out, ":hi", until);
  return rc;
}

/* open_export() has read the text: this needs no memory. */
static bool has_header(sqlite3_value **args) {
  tok_slice name;
  int f = tok_sql_read(args[ARG_FORMAT], &name) == SQLITE_OK ? find_format(name) : N_FORMATS;
  return f < N_FORMATS && formats[f].csv;
}

/* No memory is an error of the line. */
static tok_slice cell(sqlite3_stmt *stmt, int i, tok_buf *line) {
  tok_slice s;
  if (tok_sql_column(stmt, i, &s) != SQLITE_OK) tok_buf_fail(line, TOK_NOMEM);
  return s;
}

/* No text where SQLite is out of memory: then also the names of columns are NULL. */
static tok_slice column_name(sqlite3_stmt *stmt, int i, tok_buf *line) {
  const char *name = sqlite3_column_name(stmt, i);
  if (name == NULL) tok_buf_fail(line, TOK_NOMEM);
  return name == NULL ? (tok_slice){NULL, 0} : tok_slice_of(name);
}

/* Returns whether it is an amount of the ledger's. */
static bool add_member(tok_buf *line, sqlite3_stmt *stmt, int i) {
  int type = sqlite3_column_type(stmt, i);
  tok_slice name = column_name(stmt, i, line);
  if (type == SQLITE_NULL || name.ptr == NULL) return false;
  bool json = tok_slice_is(name, "tags") || tok_slice_is(name, "meters") ||
              tok_slice_is(name, "Tags") || tok_slice_is(name, "SkuPriceDetails");
  tok_column c = tok_column_find(name);
  bool number = type != SQLITE_TEXT || (c < TOK_C_N && tok_columns[c].kind == TOK_KIND_REAL);
  tok_line_kind kind = number ? TOK_LINE_NUMBER : json ? TOK_LINE_JSON : TOK_LINE_TEXT;
  tok_slice value = cell(stmt, i, line);
  if (value.ptr != NULL) tok_member_add(line, line->len <= 1, name, value, kind);
  return tok_column_counts(c);
}

/* What tok_import knows a request without amounts by: other programs' lines without are none. */
static void add_unknown(tok_buf *line) {
  tok_slice null = tok_slice_of("null");
  tok_member_add(line, false, tok_slice_of("input_tokens"), null, TOK_LINE_NUMBER);
  tok_member_add(line, false, tok_slice_of("cost_nano"), null, TOK_LINE_NUMBER);
}

static bool is_ledger(sqlite3_value **args) {
  tok_slice name;
  return tok_sql_read(args[ARG_FORMAT], &name) == SQLITE_OK &&
         strcmp(formats[find_format(name)].script, "export/ledger.sql") == 0;
}

static void result_line(sqlite3_value **args, sqlite3_stmt *stmt, bool header,
                        sqlite3_context *ctx) {
  bool csv = has_header(args), counts = csv || !is_ledger(args);
  tok_buf line;
  tok_buf_init(&line, LINE_BYTES_MAX);
  if (!csv) tok_buf_addc(&line, '{');
  for (int i = 0; i < sqlite3_column_count(stmt); i++) {
    if (!csv) counts |= add_member(&line, stmt, i);
    else tok_csv_add(&line, i == 0, header ? column_name(stmt, i, &line) : cell(stmt, i, &line));
  }
  if (!counts) add_unknown(&line);
  if (!csv) tok_buf_addc(&line, '}');
  tok_sql_result_buf(ctx, "tok_export", &line);
}

static const tok_query_def export_def = {
    .name = "tok_export",
    .usage = "tok_export(format [, since [, until]])",
    .columns = "line TEXT",
    .n_columns = 1,
    .arguments = "format HIDDEN, since HIDDEN, until HIDDEN",
    .n_required = 1,
    .n_args = 3,
    .open = open_export,
    .has_header = has_header,
    .result = result_line};

int tok_export_register(sqlite3 *db) {
  static const tok_query_def *const defs[] = {&export_def};
  return tok_query_register(db, defs, sizeof defs / sizeof defs[0]);
}

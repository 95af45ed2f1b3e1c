/*
** tok_pricing_import(json [, source [, now]]) -> INTEGER: a published price list into llm_price.
**
**     SELECT tok_pricing_import(readfile('model_prices_and_context_window.json'));
**     SELECT tok_pricing_import(:body, 'contract of 2026');
**
**   R1  Reads the lists of LiteLLM, genai-prices, models.dev and llm-prices (import.h), as TEXT or
**       BLOB.
**   R2  The result is the number of rows that are new or changed: importing the same list again
**       gives 0.
**   R3  All of it or nothing: on an error, which names the path and the byte, the table is as
**       before.
**   R4  `source` is kept with each row; left out, it is the format's name. NULL as json gives NULL.
**   R5  DIRECTONLY: not callable from a schema. The table is tok_init()'s.
**   R6  A price without dates holds for all times, unless another one was open: then that ends now
**       and the new one begins, so that a newer list changes no cost of before. Dated prices are
**       taken as they are.
*/
#include "../base/time.h"
#include "book_sql.h"
#include "import.h"
#include "prices.h"
#include "scripts.h"

static const char func[] = "tok_pricing_import";

/* The parameters of the three statements that write rows. */
enum {
  P_PROVIDER = 1,
  P_MODEL,
  P_METER,
  P_USD,
  P_TIER_FROM,
  P_TIER,
  P_FROM,
  P_TO,
  P_HOURS,
  P_WEEKDAYS,
  P_SOURCE,
  P_NOW
};
enum { PUT_DATED, PUT_UNDATED, CLOSE, N_PUTS };

typedef struct {
  sqlite3 *db;
  sqlite3_stmt *put[N_PUTS]; /* owned */
  sqlite3_stmt *undo, *keep; /* owned; ready before anything is written */
  tok_slice source;
  char now[TOK_TIME_TEXT_BYTES];
  int rc;
  sqlite3_int64 n_rows;
} importer;

static void bind(importer *i, sqlite3_stmt *stmt, int at, tok_slice text) {
  if (i->rc == SQLITE_OK)
    i->rc =
        sqlite3_bind_text(stmt, at, text.len == 0 ? "" : text.ptr, (int)text.len, SQLITE_STATIC);
}

static void bind_row(importer *i, sqlite3_stmt *stmt, bool dated, const tok_import_row *row) {
  bind(i, stmt, P_PROVIDER, row->provider);
  bind(i, stmt, P_MODEL, row->model);
  bind(i, stmt, P_METER, tok_slice_of(tok_meters[row->meter].name));
  bind(i, stmt, P_USD, tok_slice_of(row->usd));
  bind(i, stmt, P_TIER, tok_slice_of(tok_tier_name(row->tier)));
  bind(i, stmt, P_HOURS, tok_slice_of(row->hours));
  bind(i, stmt, P_WEEKDAYS, tok_slice_of(row->weekdays));
  if (i->rc == SQLITE_OK)
    i->rc = sqlite3_bind_int64(stmt, P_TIER_FROM, row->tier_from);
  if (dated) {
    bind(i, stmt, P_FROM, tok_slice_of(row->valid_from));
    bind(i, stmt, P_TO, tok_slice_of(row->valid_to));
  } else {
    bind(i, stmt, P_NOW, tok_slice_of(i->now));
  }
}

/* Rows changed. */
static int put(importer *i, int which, const tok_import_row *row) {
  sqlite3_stmt *stmt = i->put[which];
  bind_row(i, stmt, which == PUT_DATED, row);
  if (which != CLOSE)
    bind(i, stmt, P_SOURCE, i->source);
  if (i->rc != SQLITE_OK)
    return 0;
  sqlite3_step(stmt);
  i->rc = sqlite3_reset(stmt);
  return i->rc == SQLITE_OK ? sqlite3_changes(i->db) : 0;
}

static tok_status put_row(void *to, const tok_import_row *row) {
  importer *i = to;
  bool dated = row->valid_from[0] != '\0' || row->valid_to[0] != '\0';
  int changed = put(i, dated ? PUT_DATED : PUT_UNDATED, row);
  if (changed > 0 && !dated)
    put(i, CLOSE, row);
  i->n_rows += changed;
  return i->rc == SQLITE_OK ? TOK_OK : TOK_NOTFOUND;
}

static void prepare(importer *i, sqlite3_stmt **stmt, const char *sql) {
  if (i->rc == SQLITE_OK)
    i->rc = sqlite3_prepare_v2(i->db, sql, -1, stmt, NULL);
}

static void run(importer *i, sqlite3_stmt *stmt) {
  int rc = sqlite3_step(stmt);
  sqlite3_reset(stmt);
  if (i->rc == SQLITE_OK && rc != SQLITE_DONE)
    i->rc = rc;
}

static void raise_failure(sqlite3_context *ctx, importer *i, tok_status status, const char *error) {
  if (i->rc == SQLITE_NOMEM || status == TOK_NOMEM) {
    sqlite3_result_error_nomem(ctx);
  } else if (i->rc != SQLITE_OK) {
    tok_book_error(ctx, func, i->rc, sqlite3_mprintf("%s", sqlite3_errmsg(i->db)));
  } else {
    tok_sql_error(ctx, func, "%s", error);
  }
}

static void import(sqlite3_context *ctx, importer *i, tok_slice json) {
  char error[TOK_IMPORT_ERROR_BYTES];
  tok_import_format format = TOK_IMPORT_NONE;
  tok_status status = TOK_OK;
  i->rc = sqlite3_exec(i->db, "SAVEPOINT tok_pricing_import", NULL, NULL, NULL);
  if (i->rc != SQLITE_OK) {
    raise_failure(ctx, i, TOK_OK, "");
    return;
  }
  prepare(i, &i->undo, "ROLLBACK TO tok_pricing_import");
  prepare(i, &i->keep, "RELEASE tok_pricing_import");
  prepare(i, &i->put[PUT_DATED], tok_prices_script("prices/upsert.sql"));
  prepare(i, &i->put[PUT_UNDATED], tok_prices_script("prices/undated.sql"));
  prepare(i, &i->put[CLOSE], tok_prices_script("prices/close.sql"));
  if (i->rc == SQLITE_OK)
    status = tok_import(json, put_row, i, &format, error);
  bool failed = status != TOK_OK || i->rc != SQLITE_OK;
  if (failed)
    raise_failure(ctx, i, status, error);
  if (failed && i->undo != NULL && !sqlite3_get_autocommit(i->db))
    run(i, i->undo);
  for (int k = 0; k < N_PUTS; k++)
    sqlite3_finalize(i->put[k]);
  if (i->keep != NULL && !sqlite3_get_autocommit(i->db))
    run(i, i->keep);
  else
    sqlite3_exec(i->db, "ROLLBACK TO tok_pricing_import; RELEASE tok_pricing_import", NULL, NULL,
                 NULL);
  if (!failed && i->rc != SQLITE_OK)
    raise_failure(ctx, i, TOK_OK, "");
  if (!failed && i->rc == SQLITE_OK)
    sqlite3_result_int64(ctx, i->n_rows);
  sqlite3_finalize(i->undo);
  sqlite3_finalize(i->keep);
}

/* The format's name stands in for a source that is not given, so it must be known before the first
 * row. */
static tok_slice default_source(tok_slice json) {
  tok_import_format format = tok_import_format_of(json);
  return tok_slice_of(tok_import_format_name(format));
}

void tok_pricing_import_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  importer i = {.db = sqlite3_context_db_handle(ctx)};
  if (sqlite3_value_type(args[0]) == SQLITE_NULL)
    return;
  tok_slice json, source = {NULL, 0};
  if (!tok_sql_text(ctx, args[0], &json) || (n > 1 && !tok_sql_text(ctx, args[1], &source)))
    return;
  int64_t now = 0;
  if (n < 3 || sqlite3_value_type(args[2]) == SQLITE_NULL)
    now = tok_sql_now();
  else if (!tok_sql_time(ctx, func, "now", args[2], &now))
    return;
  if (source.ptr == NULL)
    source = default_source(json);
  int rc = sqlite3_table_column_metadata(i.db, "main", "llm_price", NULL, NULL, NULL, NULL, NULL,
                                         NULL);
  if (rc != SQLITE_OK) {
    tok_sql_failure(ctx, func, rc,
                    rc == SQLITE_ERROR
                        ? "there is no table main.llm_price; SELECT tok_init() makes it"
                        : sqlite3_errmsg(i.db));
    return;
  }
  tok_time_format(now, i.now);
  i.source = source;
  import(ctx, &i, json);
}

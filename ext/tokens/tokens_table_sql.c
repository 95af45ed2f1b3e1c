/*
** SELECT pos, id, token, text, start, "end" FROM tok_tokens(model, text)
**
** One row a token: its number from 0, its id, its bytes as a BLOB, the same as text (NULL where the
** token is only a part of a character), and the byte offsets of its start and end. Names of special
** tokens are ordinary text. No rows for a NULL argument or empty text; an unknown model is an
** error.
**
**     SELECT id, text FROM tok_tokens('gpt-4o', 'Hello world');
**     SELECT t.text, count(*) FROM mail, tok_tokens('gpt-4o', body) t GROUP BY 1 ORDER BY 2 DESC;
**
** The text is encoded piece by piece as rows are read.
*/
#include "tokens_sql.h"

enum { COL_POS, COL_ID, COL_TOKEN, COL_TEXT, COL_START, COL_END, COL_MODEL, COL_INPUT };
enum { ARG_MODEL, ARG_TEXT };

static const tok_tvf tokens = {"tok_tokens", "tok_tokens(model, text)", COL_MODEL, 2, 2, 0};

typedef struct {
  sqlite3_vtab_cursor base;
  tok_tvf_args args;
  tok_engine *engine; /* owned; NULL until the first row */
  tok_hold hold;
  tok_iter it;
  size_t i;     /* the current token is it.ids[i] */
  size_t start, end; /* its bytes in the text */
  tok_slice bytes;
  char scratch[TOK_TOKEN_BYTES_MAX];
  sqlite3_int64 pos;
  bool done;
} cursor;

static int tokens_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                          sqlite3_vtab **out, char **error) {
  (void)argc;
  (void)argv;
  (void)error;
  return tok_room_connect(db, aux,
                          "CREATE TABLE x(pos INTEGER, id INTEGER, token BLOB, text TEXT,"
                          " start INTEGER, \"end\" INTEGER, model HIDDEN, input HIDDEN)",
                          out);
}

static int tokens_best_index(sqlite3_vtab *vtab, sqlite3_index_info *info) {
  return tok_tvf_best_index(&tokens, vtab, info);
}

static int tokens_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out) {
  (void)vtab;
  return tok_vtab_open(sizeof(cursor), out);
}

static int tokens_close(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  tok_tvf_release(&c->args);
  tok_engine_free(c->engine);
  tok_hold_release(&c->hold);
  tok_free(c);
  return SQLITE_OK;
}

/* The token after it.ids[i]: of this piece, or the first of the next. */
static int tokens_next(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  c->pos++;
  c->start = c->end;
  if (++c->i >= c->it.n) {
    if (tok_iter_next(&c->it) != TOK_OK) return SQLITE_NOMEM;
    c->i = 0;
    c->start = c->it.start;
    c->done = c->it.n == 0;
  }
  if (c->done) return SQLITE_OK;
  c->bytes = tok_vocab_bytes(c->hold.vocab, c->it.ids[c->i], c->scratch, NULL);
  /* Where the text was normalized, the bytes of a piece's tokens need not add up to the piece. */
  bool last = c->i + 1 == c->it.n || c->it.end - c->start < c->bytes.len;
  c->end = last ? c->it.end : c->start + c->bytes.len;
  return SQLITE_OK;
}

static int tokens_filter(sqlite3_vtab_cursor *base, int idx_num, const char *idx_str, int argc,
                         sqlite3_value **argv) {
  (void)idx_str;
  (void)argc;
  cursor *c = (cursor *)base;
  tok_room_vtab *vtab = (tok_room_vtab *)base->pVtab;
  tok_slice text;
  bool any_null;
  c->done = true; /* no rows, unless all goes well */
  int rc = tok_tvf_bind(&tokens, idx_num, argv, &c->args, &any_null);
  if (rc != SQLITE_OK || any_null) return rc;
  rc = tok_tvf_vocab(&tokens, &vtab->base, vtab->room, &c->args, c->engine, &c->hold);
  if (rc == SQLITE_OK) rc = tok_tvf_text(&c->args, ARG_TEXT, &text);
  if (rc != SQLITE_OK) return rc;
  if (c->engine == NULL) c->engine = tok_engine_new();
  if (c->engine == NULL) return SQLITE_NOMEM;
  tok_iter_init(&c->it, c->engine, c->hold.vocab, text, false);
  c->it.n = 0; /* the first step fetches a piece */
  c->i = 0;
  c->start = c->end = 0;
  c->bytes.len = 0;
  c->pos = -1;
  c->done = false;
  return tokens_next(base);
}

static int tokens_eof(sqlite3_vtab_cursor *base) { return ((cursor *)base)->done; }

static int tokens_column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i) {
  const cursor *c = (cursor *)base;
  switch (i) {
  case COL_POS:
    sqlite3_result_int64(ctx, c->pos);
    break;
  case COL_ID:
    sqlite3_result_int64(ctx, c->it.ids[c->i]);
    break;
  case COL_TOKEN:
    sqlite3_result_blob64(ctx, c->bytes.ptr, c->bytes.len, SQLITE_TRANSIENT);
    break;
  case COL_TEXT:
    tok_result_text_or_null(ctx, c->bytes);
    break;
  case COL_START:
    sqlite3_result_int64(ctx, (sqlite3_int64)c->start);
    break;
  case COL_END:
    sqlite3_result_int64(ctx, (sqlite3_int64)c->end);
    break;
  default:
    tok_tvf_column(&tokens, &c->args, ctx, i);
  }
  return SQLITE_OK;
}

static int tokens_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
  *rowid = ((cursor *)base)->pos;
  return SQLITE_OK;
}

const sqlite3_module tok_tokens_module = {
    .xConnect = tokens_connect,
    .xBestIndex = tokens_best_index,
    .xDisconnect = tok_room_disconnect,
    .xOpen = tokens_open,
    .xClose = tokens_close,
    .xFilter = tokens_filter,
    .xNext = tokens_next,
    .xEof = tokens_eof,
    .xColumn = tokens_column,
    .xRowid = tokens_rowid,
};

/*
** Cutting text to size.
**
** tok_truncate(model, text, max_tokens) -> TEXT or BLOB, as the argument
**     The longest prefix that counts at most max_tokens tokens by itself and ends between two
**     grapheme clusters; where the first cluster alone is larger than the limit, between two
**     characters. NULL where the vocabulary is not known. Reads only as much of the text as the
**     limit needs.
**
**         SELECT tok_truncate('gpt-4o', readfile('book.txt'), 1000);
**
** SELECT chunk, text, tokens, start, "end" FROM tok_chunks(model, text, max_tokens [, overlap])
**     One row a chunk, numbered from 0, each of at most max_tokens tokens by its own count, cut as
**     above; start and end are byte offsets. Without overlap the chunks concatenate to the text.
**     With it, a chunk starts up to `overlap` tokens before the end of the one before (less where
**     the next cluster would not fit). A limit below 4 may be less than one character: then the
**     character's bytes are shared out, and such a chunk is a BLOB; an error where an imported
**     vocabulary counts more for one byte. No rows for NULL arguments or empty text; an unknown
**     model is an error.
**
**         SELECT d.id, c.chunk, c.text FROM document d, tok_chunks('gpt-4o', d.body, 512, 64) c;
**
** Chunks are cut one by one as rows are read: LIMIT and a host's time limit end the work.
*/
#include "tokens_sql.h"

#include "split.h"

void tok_truncate_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  const tok_vocab *vocab;
  tok_slice text;
  int64_t max_tokens;
  tok_prefix prefix;
  if (!tok_room_begin(ctx, argc, argv, NULL, &vocab)) return;
  if (!tok_sql_int(ctx, "tok_truncate", "max_tokens", argv[2], &max_tokens)) return;
  if (max_tokens < 0) {
    tok_sql_error(ctx, "tok_truncate", "max_tokens must not be negative, got %lld",
                  (long long)max_tokens);
    return;
  }
  if (!tok_room_text(ctx, argv[1], &text)) return;
  tok_engine *engine = tok_room_engine(tok_room_of(ctx));
  if (engine == NULL ||
      tok_split_prefix(engine, vocab, text, max_tokens, &prefix) != TOK_OK) {
    sqlite3_result_error_nomem(ctx);
  } else if (sqlite3_value_type(argv[1]) == SQLITE_BLOB) {
    sqlite3_result_blob64(ctx, text.len == 0 ? "" : text.ptr, prefix.n_bytes, SQLITE_TRANSIENT);
  } else {
    sqlite3_result_text64(ctx, text.ptr, prefix.n_bytes, SQLITE_TRANSIENT, SQLITE_UTF8);
  }
}

/* ---- tok_chunks ------------------------------------------------------------------------------ */

enum { COL_CHUNK, COL_TEXT, COL_TOKENS, COL_START, COL_END }; /* then the arguments, hidden: */
enum { COL_MODEL = COL_END + 1, COL_INPUT, COL_MAX, COL_OVERLAP };
enum { ARG_MODEL, ARG_TEXT, ARG_MAX, ARG_OVERLAP };

static const tok_tvf chunks = {"tok_chunks", "tok_chunks(model, text, max_tokens [, overlap])",
                               COL_MODEL, 3, 4, 1u << ARG_MAX | 1u << ARG_OVERLAP};

typedef struct {
  sqlite3_vtab_cursor base;
  tok_tvf_args args;
  tok_engine *engine; /* owned; NULL until the first row */
  tok_hold hold;
  tok_chunker chunker;
  sqlite3_int64 row;
  bool blob; /* the argument is a BLOB */
} cursor;

static int chunks_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                          sqlite3_vtab **out, char **error) {
  (void)argc;
  (void)argv;
  (void)error;
  return tok_room_connect(db, aux,
                          "CREATE TABLE x(chunk INTEGER, text, tokens INTEGER, start INTEGER,"
                          " \"end\" INTEGER, model HIDDEN, input HIDDEN, max_tokens HIDDEN,"
                          " overlap HIDDEN)",
                          out);
}

static int chunks_best_index(sqlite3_vtab *vtab, sqlite3_index_info *info) {
  return tok_tvf_best_index(&chunks, vtab, info);
}

static int chunks_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out) {
  (void)vtab;
  return tok_vtab_open(sizeof(cursor), out);
}

static int chunks_close(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  tok_tvf_release(&c->args);
  tok_engine_free(c->engine);
  tok_hold_release(&c->hold);
  tok_free(c);
  return SQLITE_OK;
}

static int chunks_next(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  c->row++;
  tok_status rc = tok_chunker_next(&c->chunker);
  if (rc != TOK_INVALID) return rc == TOK_OK ? SQLITE_OK : SQLITE_NOMEM;
  return tok_vtab_error(
      base->pVtab, "tok_chunks: max_tokens is %lld, and the character at byte %llu counts more",
      (long long)c->chunker.max_tokens, (unsigned long long)c->chunker.start);
}

static int read_limits(sqlite3_vtab *vtab, const tok_tvf_args *args, int64_t *max,
                       int64_t *overlap) {
  int rc = tok_tvf_int(&chunks, vtab, args, ARG_MAX, "max_tokens", 1, max);
  *overlap = 0;
  if (rc != SQLITE_OK || args->value[ARG_OVERLAP] == NULL) return rc;
  rc = tok_tvf_int(&chunks, vtab, args, ARG_OVERLAP, "overlap", 0, overlap);
  if (rc != SQLITE_OK || *overlap < *max) return rc;
  return tok_vtab_error(vtab, "tok_chunks: overlap must be less than max_tokens, got %lld of %lld",
                        (long long)*overlap, (long long)*max);
}

static int chunks_filter(sqlite3_vtab_cursor *base, int idx_num, const char *idx_str, int argc,
                         sqlite3_value **argv) {
  (void)idx_str;
  (void)argc;
  cursor *c = (cursor *)base;
  tok_room_vtab *vtab = (tok_room_vtab *)base->pVtab;
  tok_slice text;
  int64_t max, overlap;
  bool any_null;
  c->chunker.done = true; /* no rows, unless all goes well */
  int rc = tok_tvf_bind(&chunks, idx_num, argv, &c->args, &any_null);
  if (rc != SQLITE_OK || any_null) return rc;
  rc = tok_tvf_vocab(&chunks, &vtab->base, vtab->room, &c->args, c->engine, &c->hold);
  if (rc == SQLITE_OK) rc = read_limits(&vtab->base, &c->args, &max, &overlap);
  if (rc == SQLITE_OK) rc = tok_tvf_text(&c->args, ARG_TEXT, &text);
  if (rc != SQLITE_OK) return rc;
  if (c->engine == NULL) c->engine = tok_engine_new();
  if (c->engine == NULL) return SQLITE_NOMEM;
  c->blob = sqlite3_value_type(c->args.value[ARG_TEXT]) == SQLITE_BLOB;
  tok_chunker_init(&c->chunker, c->engine, c->hold.vocab, text, max, overlap);
  c->row = -1;
  return chunks_next(base);
}

static int chunks_eof(sqlite3_vtab_cursor *base) { return ((cursor *)base)->chunker.done; }

static void result_chunk(sqlite3_context *ctx, const cursor *c) {
  const tok_chunker *k = &c->chunker;
  const char *p = k->text.ptr + k->start;
  if (c->blob || k->partial) {
    sqlite3_result_blob64(ctx, p, k->chunk.n_bytes, SQLITE_TRANSIENT);
  } else {
    sqlite3_result_text64(ctx, p, k->chunk.n_bytes, SQLITE_TRANSIENT, SQLITE_UTF8);
  }
}

static int chunks_column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i) {
  const cursor *c = (cursor *)base;
  const tok_chunker *k = &c->chunker;
  switch (i) {
  case COL_CHUNK:
    sqlite3_result_int64(ctx, c->row);
    break;
  case COL_TEXT:
    result_chunk(ctx, c);
    break;
  case COL_TOKENS:
    sqlite3_result_int64(ctx, k->chunk.n_tokens);
    break;
  case COL_START:
    sqlite3_result_int64(ctx, (sqlite3_int64)k->start);
    break;
  case COL_END:
    sqlite3_result_int64(ctx, (sqlite3_int64)(k->start + k->chunk.n_bytes));
    break;
  default:
    tok_tvf_column(&chunks, &c->args, ctx, i);
  }
  return SQLITE_OK;
}

static int chunks_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
  *rowid = ((cursor *)base)->row;
  return SQLITE_OK;
}

const sqlite3_module tok_chunks_module = {
    .xConnect = chunks_connect,
    .xBestIndex = chunks_best_index,
    .xDisconnect = tok_room_disconnect,
    .xOpen = chunks_open,
    .xClose = chunks_close,
    .xFilter = chunks_filter,
    .xNext = chunks_next,
    .xEof = chunks_eof,
    .xColumn = chunks_column,
    .xRowid = chunks_rowid,
};

/*
** Counting, encoding and decoding.
**
** tok_count(model, text) -> INTEGER
**     Tokens of the text, bit for bit as the reference encoder counts them; names of special tokens
**     in the text are ordinary text. A BLOB is counted as bytes, a number as its text. Where the
**     vocabulary of the model is not public the best estimate (tok_estimate), NULL where nothing is
**     known of the model. Linear in the text; no copy of it, no list of ids.
**
** tok_encode(model, text [, special]) -> TEXT, a JSON array of ids
**     special: 'none' (default) or 'all', which turns names such as <|endoftext|> into their ids.
**     An unknown model is an error: there is no estimate of ids. "string or blob too big" beyond
**     SQLITE_LIMIT_LENGTH.
**
** tok_decode(model, ids_json) -> TEXT, or BLOB where the bytes are not valid UTF-8
**     tok_decode(m, tok_encode(m, x)) = x. Errors: not a JSON array of integers; an id that the
**     vocabulary does not have.
**
** NULL arguments give NULL. Any model reference or encoding name will do: see models.h.
*/
#include "tokens_sql.h"

#include "../base/utf8.h"
#include "decode.h"

void tok_count_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  const tok_vocab *vocab;
  tok_slice text;
  int64_t n = 0;
  if (!tok_room_begin(ctx, argc, argv, NULL, &vocab)) {
    if (!tok_room_failed(tok_room_of(ctx))) tok_count_estimate(ctx, argc, argv);
    return;
  }
  if (!tok_room_text(ctx, argv[1], &text)) return;
  tok_engine *engine = tok_room_engine(tok_room_of(ctx));
  if (engine == NULL || tok_count(engine, vocab, text, INT64_MAX, &n) != TOK_OK) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  sqlite3_result_int64(ctx, n);
}

/* 'none' or 'all'; anything else is an error. */
static bool read_special(sqlite3_context *ctx, sqlite3_value *v, bool *all) {
  tok_slice text;
  if (!tok_room_text(ctx, v, &text)) return false;
  *all = text.len == 3 && sqlite3_strnicmp(text.ptr, "all", 3) == 0;
  if (*all || (text.len == 4 && sqlite3_strnicmp(text.ptr, "none", 4) == 0)) return true;
  tok_sql_error(ctx, "tok_encode", "special must be 'none' or 'all', got '%.*s'", tok_shown(text),
                text.ptr);
  return false;
}

void tok_encode_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  const tok_vocab *vocab;
  tok_slice text;
  bool special = false;
  if (!tok_room_begin(ctx, argc, argv, "tok_encode", &vocab)) return;
  if (argc == 3 && !read_special(ctx, argv[2], &special)) return;
  if (!tok_room_text(ctx, argv[1], &text)) return;
  tok_engine *engine = tok_room_engine(tok_room_of(ctx));
  if (engine == NULL) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  tok_buf json;
  tok_iter it;
  tok_status rc;
  tok_buf_init(&json, tok_sql_limit(ctx));
  tok_buf_addc(&json, '[');
  tok_iter_init(&it, engine, vocab, text, special);
  while ((rc = tok_iter_next(&it)) == TOK_OK && it.n > 0 && json.status == TOK_OK) {
    for (size_t i = 0; i < it.n; i++) {
      if (json.len > 1) tok_buf_addc(&json, ',');
      tok_buf_add_i64(&json, it.ids[i]);
    }
  }
  tok_buf_addc(&json, ']');
  if (rc != TOK_OK) {
    tok_buf_free(&json);
    tok_sql_status(ctx, "tok_encode", rc, "");
    return;
  }
  tok_sql_result_buf(ctx, "tok_encode", &json);
}

static void decode_error(sqlite3_context *ctx, const tok_vocab *vocab, tok_slice json,
                         const tok_decode_error *e) {
  static const char func[] = "tok_decode";
  static const char expected[] = "ids must be a JSON array of integers";
  if (e->id.len > 0) {
    tok_sql_error(ctx, func, "id %.*s is not in %s, expected ids of its tokens", tok_shown(e->id),
                  e->id.ptr, tok_vocab_about(vocab)->name);
  } else if (e->at < json.len) {
    tok_sql_error(ctx, func, "%s; byte %lld is not part of one", expected, (long long)e->at);
  } else {
    tok_sql_error(ctx, func, "%s; it ends too early", expected);
  }
}

void tok_decode_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  const tok_vocab *vocab;
  tok_slice json;
  if (!tok_room_begin(ctx, argc, argv, "tok_decode", &vocab)) return;
  if (!tok_room_text(ctx, argv[1], &json)) return;
  tok_buf bytes;
  tok_decode_error error;
  tok_buf_init(&bytes, tok_sql_limit(ctx));
  tok_status rc = tok_decode_json(vocab, json, &bytes, &error);
  if (rc == TOK_INVALID) {
    decode_error(ctx, vocab, json, &error);
  } else if (rc != TOK_OK) {
    tok_sql_status(ctx, "tok_decode", rc, "");
  } else if (tok_utf8_valid(bytes.ptr, bytes.len)) {
    tok_sql_result_buf(ctx, "tok_decode", &bytes);
  } else {
    size_t n;
    char *p = tok_buf_take(&bytes, &n);
    if (p == NULL) {
      sqlite3_result_error_nomem(ctx);
    } else {
      sqlite3_result_blob64(ctx, p, n, sqlite3_free);
    }
  }
  tok_buf_free(&bytes);
}

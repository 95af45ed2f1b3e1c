/*
** Models without a public vocabulary, and chat requests.
**
** tok_count(model, text): where the vocabulary is not known, the estimate below; NULL for a model
**     of which nothing is known.
**
** tok_estimate(model, text) -> TEXT, JSON
**     {"tokens":118,"low":98,"high":138,"exact":false,"method":"…","encoding":"o200k_base",
**      "factor":1.135,"family":"claude-3"}
**     low..high holds nine texts of ten; factor is tokens for one of `encoding`. Where the
**     vocabulary is the model's own, embedded or imported under its name (tok_vocabulary), exact is
**     true and low = tokens = high. A model of which nothing is known gives nulls and a "reason".
**     Where this database has learned a factor for the model (tok_calibrate), it is applied and
**     "calibrated_on" says how many requests it rests on.
**
** tok_count_messages(model, messages_json [, options_json]) -> INTEGER
**     Prompt tokens of a chat request: texts, roles, names, tools, schemas, images; what the
**     provider adds around them. messages_json: messages of OpenAI (chat and responses), Anthropic,
**     Bedrock or Gemini, or the whole body of a request; options_json: the other keys of a body
**     (tools, system, …). The body of a response of OpenAI's (`choices`, `output`) gives the tokens
**     that the model wrote, reasoning aside. Exact for text messages to OpenAI's models, an
**     estimate for others; texts are counted with the model's own vocabulary where it was imported,
**     and what stands around them by the model's family. NULL where it can't be known: an unknown
**     model or family, audio and files, an image whose size is not in the request (give "width" and
**     "height" beside it), a conversation that the provider keeps. Malformed JSON is an error.
**     O(length).
**
** NULL arguments give NULL.
*/
#include "tokens_sql.h"

#include "chat.h"

static bool any_null(int argc, sqlite3_value **argv) {
  for (int i = 0; i < argc; i++) {
    if (sqlite3_value_type(argv[i]) == SQLITE_NULL) return true;
  }
  return false;
}

/* The estimate of argv[1] for argv[0]; false with NULL or an error as result. */
static bool estimate(sqlite3_context *ctx, sqlite3_value **argv, tok_meter *meter,
                     tok_estimate *est, bool *known) {
  tok_slice text;
  *known = false;
  if (!tok_room_text(ctx, argv[1], &text)) return false;
  tok_status rc = tok_room_meter(tok_room_of(ctx), ctx, argv[0], meter);
  if (rc == TOK_NOTFOUND) return true;
  if (rc != TOK_OK) {
    tok_room_raise(ctx, rc);
    return false;
  }
  *known = true;
  tok_engine *engine = tok_room_engine(tok_room_of(ctx));
  if (engine != NULL && tok_estimate_text(engine, meter, text, est) == TOK_OK) return true;
  sqlite3_result_error_nomem(ctx);
  return false;
}

void tok_count_estimate(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  tok_meter meter;
  tok_estimate est;
  bool known;
  if (any_null(argc, argv) || !estimate(ctx, argv, &meter, &est, &known) || !known) return;
  sqlite3_result_int64(ctx, tok_estimate_tokens(&est));
}

static void add_number(tok_buf *b, const char *key, int64_t n) {
  tok_buf_adds(b, key);
  tok_buf_add_i64(b, n);
}

static void add_text(tok_buf *b, const char *key, const char *text) {
  tok_buf_adds(b, key);
  tok_buf_add_json(b, tok_slice_of(text));
}

/* Thousandths as a decimal number. */
static void add_milli(tok_buf *b, const char *key, int64_t milli) {
  char digits[4] = {(char)('0' + milli / 100 % 10), (char)('0' + milli / 10 % 10),
                    (char)('0' + milli % 10), 0};
  add_number(b, key, milli / 1000);
  tok_buf_adds(b, ".");
  tok_buf_adds(b, digits);
}

/* What tok_calibrate() has learned, in thousandths; requests = 0: nothing. */
typedef struct {
  int64_t factor, spread, requests;
} learned;

/*
** SQLite's code. Where there is no such table, or an authorizer hides it, the estimate stands by
** itself; that it cannot be read (locked by others, say) is an error: the factor may be another.
*/
static int read_learned(sqlite3 *db, sqlite3_value *model, learned *l) {
  static const char SQL[] =
      "SELECT round(factor * 1000), round(spread * 1000), requests FROM main.llm_factor"
      " WHERE model = ?1";
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, SQL, -1, &stmt, NULL);
  if (tok_sql_absent(db, rc) || (rc & 0xFF) == SQLITE_AUTH) return SQLITE_OK;
  if (rc == SQLITE_OK) rc = sqlite3_bind_value(stmt, 1, model);
  if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW) {
    l->factor = sqlite3_column_int64(stmt, 0);
    l->spread = sqlite3_column_int64(stmt, 1);
    l->requests = sqlite3_column_int64(stmt, 2);
  }
  sqlite3_finalize(stmt);
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* The same once a statement, where the model is a constant of it; false with the error raised. */
static bool learned_of(sqlite3_context *ctx, sqlite3_value *model, learned *l) {
  const learned *kept = sqlite3_get_auxdata(ctx, 0);
  if (kept != NULL) {
    *l = *kept;
    return true;
  }
  sqlite3 *db = sqlite3_context_db_handle(ctx);
  int rc = read_learned(db, model, l);
  if (rc != SQLITE_OK) {
    tok_sql_failure(ctx, "tok_estimate", rc, sqlite3_errmsg(db));
    return false;
  }
  learned *keep = tok_malloc(sizeof *keep);
  if (keep != NULL) {
    *keep = *l;
    sqlite3_set_auxdata(ctx, 0, keep, tok_free);
  }
  return true;
}

void tok_estimate_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  tok_meter meter;
  tok_estimate est;
  bool known;
  tok_buf b;
  if (any_null(argc, argv) || !estimate(ctx, argv, &meter, &est, &known)) return;
  learned l = {1000, 0, 0};
  if (known && !est.exact && !learned_of(ctx, argv[0], &l)) return;
  tok_buf_init(&b, tok_sql_limit(ctx));
  if (!known) {
    tok_buf_adds(&b, "{\"tokens\":null,\"low\":null,\"high\":null,\"exact\":false,\"method\":null,"
                     "\"encoding\":null,\"factor\":null,"
                     "\"reason\":\"nothing is known of this model's tokens\"}");
  } else {
    tok_estimate_learned(&est, l.factor, l.requests == 0 ? meter.info->spread : l.spread);
    add_number(&b, "{\"tokens\":", tok_estimate_tokens(&est));
    add_number(&b, ",\"low\":", tok_estimate_low(&est));
    add_number(&b, ",\"high\":", tok_estimate_high(&est));
    tok_buf_adds(&b, est.exact ? ",\"exact\":true" : ",\"exact\":false");
    add_text(&b, ",\"method\":",
             meter.own ? "the model's own vocabulary, imported" : meter.info->method);
    add_text(&b, ",\"encoding\":", tok_vocab_about(meter.vocab)->name);
    add_milli(&b, ",\"factor\":", est.base == 0 ? 1000 : est.milli / est.base);
    if (meter.info->name == NULL) tok_buf_adds(&b, ",\"family\":null");
    if (meter.info->name != NULL) add_text(&b, ",\"family\":", meter.info->name);
    if (l.requests > 0) add_number(&b, ",\"calibrated_on\":", l.requests);
    tok_buf_adds(&b, "}");
  }
  tok_sql_result_buf(ctx, "tok_estimate", &b);
}

void tok_count_messages_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  static const char FUNC[] = "tok_count_messages";
  tok_slice name, request, options = {NULL, 0};
  tok_meter meter;
  tok_chat_count count;
  if (any_null(argc, argv)) return;
  if (!tok_room_text(ctx, argv[0], &name) || !tok_room_text(ctx, argv[1], &request)) return;
  if (argc == 3 && !tok_room_text(ctx, argv[2], &options)) return;
  tok_status status = tok_room_meter(tok_room_of(ctx), ctx, argv[0], &meter);
  if (status == TOK_NOTFOUND || (status == TOK_OK && meter.info->name == NULL)) return;
  if (status != TOK_OK) {
    tok_room_raise(ctx, status);
    return;
  }
  tok_engine *engine = tok_room_engine(tok_room_of(ctx));
  status = engine == NULL
               ? TOK_NOMEM
               : tok_chat(engine, &meter, tok_chat_plain(name), request, options, &count);
  if (status == TOK_INVALID) {
    tok_sql_error(ctx, FUNC, "%s at byte %lld of %s", count.wrong, (long long)count.at,
                  count.in_options ? "options_json, expected the other keys of a request"
                                   : "messages_json, expected messages or the body of a request");
  } else if (status != TOK_OK) {
    tok_sql_status(ctx, FUNC, status, "");
  } else if (count.unknown == NULL) {
    sqlite3_result_int64(ctx, count.tokens);
  }
}

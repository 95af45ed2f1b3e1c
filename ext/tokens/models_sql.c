/*
** What is known about encodings and models.
**
** tok_encoding(model) -> TEXT: the name of the encoding, NULL where the vocabulary is not known
** tok_fits(model, input_tokens [, max_output]) -> INTEGER
**     1 if that many tokens together are within the model's context window, 0 if not, NULL if the
**     window is not known. Negative numbers are an error.
**
** tok_context_window(model) -> INTEGER: its size in tokens, NULL if it is not known
**
** SELECT name, n_vocab, n_special, pattern, sha256, source, licence, embedded FROM tok_encodings
**     n_vocab is the largest id + 1; sha256 that of the .tiktoken file; embedded: 1 = part of the
**     extension.
**
** SELECT model, provider, encoding, exact, context_window, max_output_tokens, factor
** FROM tok_models
**     One row a name; dates, prefixes and variants of it mean the same row. exact: 1 if tok_count
**     is exact for it, else `encoding` is what stands for its own; factor: tokens of the model for
**     one of `encoding` in plain English, see tok_estimate. NULL = not known.
*/
#include "tokens_sql.h"

#include "kin.h"
#include "models.h"

void tok_encoding_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  const tok_vocab *vocab;
  if (!tok_room_begin(ctx, argc, argv, NULL, &vocab)) return;
  sqlite3_result_text(ctx, tok_vocab_about(vocab)->name, -1, SQLITE_TRANSIENT);
}

static bool read_tokens(sqlite3_context *ctx, const char *arg, sqlite3_value *v, int64_t *out) {
  if (!tok_sql_int(ctx, "tok_fits", arg, v, out)) return false;
  if (*out >= 0) return true;
  tok_sql_error(ctx, "tok_fits", "%s must not be negative, got %lld", arg, (long long)*out);
  return false;
}

void tok_fits_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  int64_t input, output = 0;
  tok_slice reference;
  for (int i = 0; i < argc; i++) {
    if (sqlite3_value_type(argv[i]) == SQLITE_NULL) return;
  }
  if (!read_tokens(ctx, "input_tokens", argv[1], &input)) return;
  if (argc == 3 && !read_tokens(ctx, "max_output", argv[2], &output)) return;
  if (!tok_room_text(ctx, argv[0], &reference)) return;
  const tok_model *m = tok_model_find(reference);
  if (m == NULL || m->context_window == 0) return;
  sqlite3_result_int(ctx, tok_model_fits(m->context_window, input, output));
}

void tok_context_window_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  tok_slice reference;
  if (sqlite3_value_type(argv[0]) == SQLITE_NULL || !tok_room_text(ctx, argv[0], &reference))
    return;
  const tok_model *m = tok_model_find(reference);
  if (m != NULL && m->context_window > 0) sqlite3_result_int(ctx, m->context_window);
}

/* ---- tables that are small enough to be scanned ---------------------------------------------- */

typedef struct {
  sqlite3_vtab_cursor base;
  size_t row;
  tok_vocab_list list; /* of tok_encodings */
} cursor;

static int list_best_index(sqlite3_vtab *vtab, sqlite3_index_info *info) {
  (void)vtab;
  info->estimatedCost = 1000;
  info->estimatedRows = 1000;
  return SQLITE_OK;
}

static int list_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out) {
  (void)vtab;
  return tok_vtab_open(sizeof(cursor), out);
}

static int list_close(sqlite3_vtab_cursor *base) {
  tok_vocab_list_free(&((cursor *)base)->list);
  tok_free(base);
  return SQLITE_OK;
}

static int list_filter(sqlite3_vtab_cursor *base, int idx_num, const char *idx_str, int argc,
                       sqlite3_value **argv) {
  (void)idx_num;
  (void)idx_str;
  (void)argc;
  (void)argv;
  ((cursor *)base)->row = 0;
  return SQLITE_OK;
}

static int list_next(sqlite3_vtab_cursor *base) {
  ((cursor *)base)->row++;
  return SQLITE_OK;
}

static int list_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
  *rowid = (sqlite3_int64)((cursor *)base)->row;
  return SQLITE_OK;
}

static void result_static(sqlite3_context *ctx, const char *text) {
  sqlite3_result_text(ctx, text, -1, SQLITE_STATIC);
}

/* ---- tok_encodings --------------------------------------------------------------------------- */

static int encodings_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                             sqlite3_vtab **out, char **error) {
  (void)argc;
  (void)argv;
  (void)error;
  return tok_room_connect(db, aux,
                          "CREATE TABLE x(name TEXT, n_vocab INTEGER, n_special INTEGER,"
                          " pattern TEXT, sha256 TEXT, source TEXT, licence TEXT,"
                          " embedded INTEGER)",
                          out);
}

static int encodings_filter(sqlite3_vtab_cursor *base, int idx_num, const char *idx_str, int argc,
                            sqlite3_value **argv) {
  int rc = tok_vocab_list_new(&((cursor *)base)->list, base->pVtab);
  return rc == SQLITE_OK ? list_filter(base, idx_num, idx_str, argc, argv) : rc;
}

static int encodings_eof(sqlite3_vtab_cursor *base) {
  return ((cursor *)base)->row >= ((cursor *)base)->list.n;
}

static int encodings_column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i) {
  const tok_hold *held = &((cursor *)base)->list.list[((cursor *)base)->row];
  const tok_vocab *v = held->vocab;
  const tok_vocab_info *about = tok_vocab_about(v);
  const char *const texts[] = {about->name, NULL, NULL, tok_vocab_pattern(v), about->sha256,
                               about->source, about->licence};
  enum { COL_N_VOCAB = 1, COL_N_SPECIAL = 2, COL_EMBEDDED = 7 };
  switch (i) {
  case COL_N_VOCAB:
    sqlite3_result_int(ctx, about->n_vocab);
    break;
  case COL_N_SPECIAL:
    sqlite3_result_int(ctx, about->n_special);
    break;
  case COL_EMBEDDED:
    sqlite3_result_int(ctx, held->shared == NULL);
    break;
  default:
    if (texts[i] != NULL) sqlite3_result_text(ctx, texts[i], -1, SQLITE_TRANSIENT);
  }
  return SQLITE_OK;
}

/* ---- tok_models ------------------------------------------------------------------------------ */

enum { COL_MODEL, COL_PROVIDER, COL_ENCODING, COL_EXACT, COL_WINDOW, COL_OUTPUT, COL_FACTOR };

static int models_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                          sqlite3_vtab **out, char **error) {
  (void)argc;
  (void)argv;
  (void)error;
  return tok_room_connect(db, aux,
                          "CREATE TABLE x(model TEXT, provider TEXT, encoding TEXT, exact INTEGER,"
                          " context_window INTEGER, max_output_tokens INTEGER, factor REAL)",
                          out);
}

static int models_filter(sqlite3_vtab_cursor *base, int idx_num, const char *idx_str, int argc,
                         sqlite3_value **argv) {
  return list_filter(base, idx_num, idx_str, argc, argv);
}

static int models_eof(sqlite3_vtab_cursor *base) { return ((cursor *)base)->row >= tok_model_n(); }

static void result_known(sqlite3_context *ctx, int32_t n) {
  if (n != 0) sqlite3_result_int(ctx, n);
}

static int models_column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i) {
  const tok_model *m = tok_model_at(((cursor *)base)->row);
  tok_kin kin = {NULL, NULL};
  if (i == COL_ENCODING || i == COL_EXACT || i == COL_FACTOR)
    kin = tok_kin_of(tok_slice_of(m->name));
  switch (i) {
  case COL_MODEL:
    result_static(ctx, m->name);
    break;
  case COL_PROVIDER:
    result_static(ctx, m->provider);
    break;
  case COL_ENCODING:
    if (kin.encoding != NULL) result_static(ctx, kin.encoding);
    break;
  case COL_EXACT:
    sqlite3_result_int(ctx, kin.info != NULL && kin.info->weights == NULL);
    break;
  case COL_WINDOW:
    result_known(ctx, m->context_window);
    break;
  case COL_OUTPUT:
    result_known(ctx, m->max_output);
    break;
  default:
    if (kin.info != NULL) sqlite3_result_double(ctx, tok_kin_factor(kin.info));
  }
  return SQLITE_OK;
}

#define LIST_MODULE(prefix)                                                                        \
  {                                                                                                \
    .xConnect = prefix##_connect, .xBestIndex = list_best_index,                                   \
    .xDisconnect = tok_room_disconnect, .xOpen = list_open, .xClose = list_close,                  \
    .xFilter = prefix##_filter, .xNext = list_next, .xEof = prefix##_eof,                          \
    .xColumn = prefix##_column, .xRowid = list_rowid                                               \
  }

const sqlite3_module tok_encodings_module = LIST_MODULE(encodings);
const sqlite3_module tok_models_module = LIST_MODULE(models);

/* Arguments of the room's table-valued functions; see tokens_sql.h. Nothing of its own for SQL. */
#include <math.h>

#include "tokens_sql.h"

static int missing_argument(const tok_tvf *f, sqlite3_vtab *vtab) {
  return tok_vtab_error(vtab, "%s: an argument is missing, expected %s", f->name, f->usage);
}

int tok_tvf_best_index(const tok_tvf *f, sqlite3_vtab *vtab, sqlite3_index_info *info) {
  int at[TOK_TVF_ARGS_MAX]; /* the constraint that gives argument k, or -1 */
  bool unusable = false;
  for (int k = 0; k < f->n_args; k++) at[k] = -1;
  for (int i = 0; i < info->nConstraint; i++) {
    int k = info->aConstraint[i].iColumn - f->first_hidden;
    if (k < 0 || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    if (!info->aConstraint[i].usable) {
      unusable = true;
    } else if (at[k] < 0) {
      at[k] = i;
    }
  }
  if (unusable) return SQLITE_CONSTRAINT; /* another order of the join gives all arguments */
  int n = 0;
  for (int k = 0; k < f->n_args; k++) {
    if (at[k] < 0) {
      if (k < f->n_required) return missing_argument(f, vtab);
      continue;
    }
    info->aConstraintUsage[at[k]].argvIndex = ++n;
    info->aConstraintUsage[at[k]].omit = 1;
    info->idxNum |= 1 << k;
  }
  if (info->nOrderBy == 1 && info->aOrderBy[0].iColumn == 0 && !info->aOrderBy[0].desc) {
    info->orderByConsumed = 1;
  }
  info->idxStr = (char *)f->usage;     /* for EXPLAIN QUERY PLAN; static */
  info->estimatedCost = 1000;          /* a page of text: far from a table without arguments */
  info->estimatedRows = 1000;
  return SQLITE_OK;
}

void tok_tvf_release(tok_tvf_args *args) {
  for (int k = 0; k < TOK_TVF_ARGS_MAX; k++) {
    sqlite3_value_free(args->value[k]);
    args->value[k] = NULL;
  }
}

int tok_tvf_bind(const tok_tvf *f, int idx_num, sqlite3_value **argv, tok_tvf_args *args,
                 bool *any_null) {
  int n = 0;
  tok_tvf_release(args);
  *any_null = false;
  for (int k = 0; k < f->n_args; k++) {
    if (!(idx_num & 1 << k)) continue;
    /*
    ** Here, because the copy belongs to no connection, and SQLite 3.53 locks the value's
    ** connection.
    */
    if (f->numbers & 1u << k) sqlite3_value_numeric_type(argv[n]);
    args->value[k] = sqlite3_value_dup(argv[n++]);
    if (args->value[k] == NULL) return SQLITE_NOMEM;
    if (sqlite3_value_type(args->value[k]) == SQLITE_NULL) *any_null = true;
  }
  return SQLITE_OK;
}

void tok_tvf_column(const tok_tvf *f, const tok_tvf_args *args, sqlite3_context *ctx, int i) {
  sqlite3_value *v = args->value[i - f->first_hidden];
  if (v != NULL) sqlite3_result_value(ctx, v);
}

int tok_tvf_int(const tok_tvf *f, sqlite3_vtab *vtab, const tok_tvf_args *args, int k,
                const char *arg, int64_t min, int64_t *out) {
  sqlite3_value *v = args->value[k];
  int type = sqlite3_value_type(v); /* '5' is 5: see tok_tvf.numbers */
  double d = sqlite3_value_double(v);
  bool integral = type == SQLITE_INTEGER ||
                  (type == SQLITE_FLOAT && fabs(d) < 9223372036854775808.0 && d == floor(d));
  int64_t i = sqlite3_value_int64(v);
  if (!integral || i < min) {
    tok_slice got;
    if (tok_sql_read(v, &got) != SQLITE_OK) return SQLITE_NOMEM;
    const char *quote = type == SQLITE_TEXT || type == SQLITE_BLOB ? "'" : "";
    return tok_vtab_error(vtab, "%s: %s must be an integer of at least %lld, got %s%.*s%s", f->name,
                          arg, (long long)min, quote, tok_shown(got), got.ptr, quote);
  }
  *out = i;
  return SQLITE_OK;
}

int tok_tvf_vocab(const tok_tvf *f, sqlite3_vtab *vtab, tok_room *room, const tok_tvf_args *args,
                  tok_engine *engine, tok_hold *hold) {
  const tok_vocab *vocab;
  tok_status status = tok_room_vocab(room, NULL, args->value[0], &vocab);
  if (status == TOK_INVALID) return tok_room_vtab_error(vtab, room);
  if (status != TOK_OK) return SQLITE_NOMEM;
  tok_hold_set(hold, room, engine, vocab);
  if (vocab != NULL) return SQLITE_OK;
  tok_slice name;
  if (tok_sql_read(args->value[0], &name) != SQLITE_OK) return SQLITE_NOMEM;
  return tok_vtab_error(
      vtab,
      "%s: no vocabulary is known for model '%.*s', expected a model or encoding of tok_encodings",
      f->name, tok_shown(name), name.ptr);
}

int tok_tvf_text(const tok_tvf_args *args, int k, tok_slice *text) {
  return tok_sql_read(args->value[k], text);
}

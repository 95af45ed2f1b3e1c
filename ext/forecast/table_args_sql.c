/* See table_args_sql.h. */
#include "table_args_sql.h"

#include <math.h>

bool tok_args_given(const tok_tvf_args *args, int k) {
  return args->value[k] != NULL && sqlite3_value_type(args->value[k]) != SQLITE_NULL;
}

int tok_args_refuse(const tok_table_args *a, int k, const char *name, const char *expected) {
  tok_slice got;
  if (tok_tvf_text(a->args, k, &got) != SQLITE_OK)
    return SQLITE_NOMEM;
  return tok_vtab_error(a->vtab, "%s: %s must be %s, got '%.*s'", a->tvf->name, name, expected,
                        tok_shown(got), got.ptr == NULL ? "" : got.ptr);
}

int tok_args_metric(const tok_table_args *a, int k, tok_metric *out) {
  tok_slice text;
  if (tok_tvf_text(a->args, k, &text) != SQLITE_OK)
    return SQLITE_NOMEM;
  if (tok_metric_parse(text, out) == TOK_OK)
    return SQLITE_OK;
  return tok_args_refuse(a, k, "metric", "cost, input, output, total or requests");
}

int tok_args_unit(const tok_table_args *a, int k, tok_unit *out) {
  tok_slice text;
  if (tok_tvf_text(a->args, k, &text) != SQLITE_OK)
    return SQLITE_NOMEM;
  if (tok_unit_parse(text, out) == TOK_OK)
    return SQLITE_OK;
  return tok_args_refuse(a, k, "bucket", "hour, day, week, month, quarter or year");
}

int tok_args_filter(const tok_table_args *a, int k, tok_filter *out) {
  char wrong[TOK_WRONG_BYTES];
  tok_slice json;
  tok_filter_init(out);
  if (!tok_args_given(a->args, k))
    return SQLITE_OK;
  if (tok_tvf_text(a->args, k, &json) != SQLITE_OK)
    return SQLITE_NOMEM;
  if (tok_filter_parse(json, out, wrong) == TOK_OK)
    return SQLITE_OK;
  return tok_vtab_error(a->vtab, "%s: %s", a->tvf->name, wrong);
}

int tok_args_number(const tok_table_args *a, int k, const char *name, const char *expected,
                    double least, double *out) {
  if (!tok_args_given(a->args, k))
    return SQLITE_OK;
  int type = sqlite3_value_type(a->args->value[k]); /* '5' is 5: see tok_tvf.numbers */
  double x = sqlite3_value_double(a->args->value[k]);
  if ((type != SQLITE_INTEGER && type != SQLITE_FLOAT) || !(x >= least) || !isfinite(x)) {
    return tok_args_refuse(a, k, name, expected);
  }
  *out = x;
  return SQLITE_OK;
}

int tok_args_now(const tok_table_args *a, int k, tok_history_ask *ask) {
  tok_slice text;
  ask->now_given = tok_args_given(a->args, k);
  if (!ask->now_given)
    return SQLITE_OK;
  sqlite3_value *v = a->args->value[k];
  if (sqlite3_value_type(v) == SQLITE_INTEGER) {
    ask->now = sqlite3_value_int64(v);
    if (tok_time_in_range(ask->now))
      return SQLITE_OK;
  }
  if (tok_tvf_text(a->args, k, &text) != SQLITE_OK)
    return SQLITE_NOMEM;
  if (tok_time_parse(text, &ask->now) == TOK_OK)
    return SQLITE_OK;
  return tok_args_refuse(a, k, "now", "an ISO-8601 time or Unix seconds");
}

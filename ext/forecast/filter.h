/*
** The filter_json of forecasts over the ledger: {"tenant_id":"acme","model":"gpt-4o"} takes the
** rows that agree in every key; null takes rows without a value. tag is a string in tags, or
** "name:value" a member. Beside the scope it may hold zone, level, and for tok_project budget.
*/
#ifndef TOK_FILTER_H
#define TOK_FILTER_H

#include "options.h"

typedef enum {
  TOK_SCOPE_TENANT,
  TOK_SCOPE_USER,
  TOK_SCOPE_API_KEY,
  TOK_SCOPE_SESSION,
  TOK_SCOPE_PROVIDER,
  TOK_SCOPE_MODEL,
  TOK_SCOPE_TASK,
  TOK_SCOPE_TAG,
  TOK_N_SCOPE
} tok_scope;

extern const char *const tok_scope_names[TOK_N_SCOPE]; /* the ledger's columns, and "tag" */

enum { TOK_SCOPE_BYTES = 256 }; /* longest value; ids and model names are far shorter */

typedef struct {
  bool given[TOK_N_SCOPE];
  bool is_null[TOK_N_SCOPE];
  char value[TOK_N_SCOPE][TOK_SCOPE_BYTES]; /* NUL-terminated */
  char zone[TOK_NAME_BYTES];                /* "" if none was given */
  double level;                             /* 0 if none was given */
  double budget;                            /* in the metric's unit; NAN if none was given */
} tok_filter;

void tok_filter_init(tok_filter *f);
/* TOK_OK, or TOK_INVALID with a sentence in wrong. */
tok_status tok_filter_parse(tok_slice json, tok_filter *f, char wrong[TOK_WRONG_BYTES]);

typedef enum {
  TOK_METRIC_COST,
  TOK_METRIC_INPUT,
  TOK_METRIC_OUTPUT,
  TOK_METRIC_TOTAL,
  TOK_METRIC_REQUESTS,
  TOK_N_METRICS
} tok_metric;
extern const char *const tok_metric_names[TOK_N_METRICS];
/* "cost" … "requests", case does not matter. TOK_NOTFOUND for others. */
tok_status tok_metric_parse(tok_slice name, tok_metric *out);
/*
** Units of quotas (tokens, requests, nano-dollars) as the metric's amount (USD for cost), and back;
** saturates.
*/
double tok_metric_amount(tok_metric m, int64_t units);
int64_t tok_metric_units(tok_metric m, double amount);

#endif

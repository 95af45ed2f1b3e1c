/*
** What a request costs, in SQL.
**
**     SELECT tok_cost('gpt-4o', 1200, 350);                      -- dollars, REAL
**     SELECT tok_cost_nano('gpt-4o', 1200, 350, 1000);           -- nano-dollars; 1000 were cached
**     SELECT tok_cost('claude-sonnet-4-5', usage) FROM log;      -- a usage object
**     SELECT tok_cost_explain('gpt-4o', '{"input_tokens": 10}'); -- every line of the bill
**     SELECT tok_price('gpt-4o', 'cache_read', '2025-01-01');    -- dollars per million
**     SELECT tok_resolve('us.anthropic.claude-sonnet-4-20250514-v1:0');
**
** tok_cost(model, input, output [, cache_read [, cache_write [, at]]])
** tok_cost(model, usage_json [, at])
**   R1  input is the whole input; cache_read and cache_write are parts of it. Parts that are
**       together more are an error.
**   R2  A price is the one that was valid at `at` (ISO-8601 text or Unix seconds; left out or NULL:
**       now).
**   R3  An unknown model, or one without a price at that time, gives NULL; tok_cost_explain says
**       why.
**   R4  NULL for model, input, output or usage_json gives NULL; NULL for a later argument leaves it
**       out.
**   R5  Negative numbers, malformed JSON and costs of 2^63 nano-dollars or more are errors.
**
** None of these is DETERMINISTIC: without `at` they read the clock, and they read the table llm_price.
** They are not marked INNOCUOUS for the same reason.
**
**   R6  Rows of main.llm_price win over the built-in list (override.h), for all of these functions.
*/
#include "../base/sql.h"
#include "../base/time.h"
#include "about_sql.h"
#include "book_sql.h"
#include "explain.h"
#include "prices.h"
#include "usage_json.h"

/* ---- arguments ------------------------------------------------------------------------------- */

/* `at`, or now if there is none. */
static bool read_at(sqlite3_context *ctx, const char *func, int n, sqlite3_value **args, int i,
                    int64_t *at) {
  if (i >= n || sqlite3_value_type(args[i]) == SQLITE_NULL) {
    *at = tok_sql_now();
    return true;
  }
  return tok_sql_time(ctx, func, "at", args[i], at);
}

/* One quantity; a NULL that is not required is left out. */
static bool read_quantity(sqlite3_context *ctx, const char *func, sqlite3_value *v, tok_meter m,
                          tok_quantities *q) {
  int64_t n;
  if (sqlite3_value_type(v) == SQLITE_NULL)
    return true;
  if (!tok_sql_int(ctx, func, tok_meters[m].name, v, &n))
    return false;
  if (n < 0) {
    tok_sql_error(ctx, func, "%s must not be negative, got %lld", tok_meters[m].name, n);
    return false;
  }
  tok_quantities_set(q, m, n);
  return true;
}

static bool read_usage(sqlite3_context *ctx, const char *func, sqlite3_value *v,
                       tok_usage_object *usage) {
  tok_slice json = tok_sql_bytes(v);
  if (json.ptr == NULL && sqlite3_value_type(v) != SQLITE_BLOB) {
    sqlite3_result_error_nomem(ctx);
    return false;
  }
  if (tok_usage_read(json, usage) == TOK_OK)
    return true;
  tok_sql_error(
      ctx, func,
      "usage%s%.*s %s, expected an object such as {\"input_tokens\": 1000, \"output_tokens\": 50}",
      usage->member.len > 0 ? " member " : "", tok_shown(usage->member),
      usage->member.len > 0 ? usage->member.ptr : "", usage->wrong);
  return false;
}

/* With three arguments, text that is no number is a usage object. */
static bool is_usage(int n, sqlite3_value **args) {
  if (n == 2)
    return true;
  int type = sqlite3_value_type(args[1]);
  return n == 3 && (type == SQLITE_BLOB ||
                    (type == SQLITE_TEXT && sqlite3_value_numeric_type(args[1]) == SQLITE_TEXT));
}

typedef struct {
  tok_usage_object usage;
  int64_t at;
} cost_args;

/* False: the result (an error or NULL) is already set. */
static bool read_cost_args(sqlite3_context *ctx, const char *func, int n, sqlite3_value **args,
                           cost_args *out) {
  static const uint8_t meters[] = {TOK_M_INPUT, TOK_M_OUTPUT, TOK_M_CACHE_READ, TOK_M_CACHE_WRITE};
  memset(out, 0, sizeof *out);
  if (sqlite3_value_type(args[0]) == SQLITE_NULL || sqlite3_value_type(args[1]) == SQLITE_NULL)
    return false;
  if (is_usage(n, args)) {
    return read_usage(ctx, func, args[1], &out->usage) && read_at(ctx, func, n, args, 2, &out->at);
  }
  if (sqlite3_value_type(args[2]) == SQLITE_NULL)
    return false;
  for (int i = 0; i < 4 && i + 1 < n; i++) {
    if (!read_quantity(ctx, func, args[i + 1], (tok_meter)meters[i], &out->usage.q))
      return false;
  }
  return read_at(ctx, func, n, args, 5, &out->at);
}

/* What prices the model now, or false with an error raised. */
static bool find_prices(sqlite3_context *ctx, const char *func, tok_slice provider, sqlite3_value *model,
                        tok_price_hit *hit) {
  char *message = NULL;
  int rc = tok_book_find(sqlite3_user_data(ctx), provider, tok_sql_bytes(model), hit, &message);
  if (rc != SQLITE_OK)
    tok_book_error(ctx, func, rc, message);
  return rc == SQLITE_OK;
}

/* The same with the whole resolution; to be freed in either case. */
static bool resolve_prices(sqlite3_context *ctx, const char *func, tok_slice provider, sqlite3_value *model,
                           tok_override *out) {
  char *message = NULL;
  int rc = tok_book_resolve(sqlite3_user_data(ctx), provider, tok_sql_bytes(model), out, &message);
  if (rc != SQLITE_OK)
    tok_book_error(ctx, func, rc, message);
  return rc == SQLITE_OK;
}

/* ---- costs ----------------------------------------------------------------------------------- */

static void cost_fault(sqlite3_context *ctx, const char *func, const tok_quantities *q,
                       const tok_cost_result *c) {
  const tok_meter_info *outer = &tok_meters[c->outer], *inner = &tok_meters[c->inner];
  long long o = q->quanta[c->outer] / outer->quantum, i = q->quanta[c->inner] / inner->quantum;
  const char *hint =
      c->outer == TOK_M_INPUT ? ": input is the whole input, cache reads and writes included" : "";
  if (c->fault == TOK_COST_MISSING) {
    tok_sql_error(ctx, func, "%s is given without %s, which contains it", inner->name, outer->name);
  } else if (c->fault == TOK_COST_EXCEEDS) {
    tok_sql_error(ctx, func, "%s (%lld) exceeds %s (%lld)%s", inner->name, i, outer->name, o, hint);
  } else if (c->outer == TOK_M_INPUT && tok_quantities_has(q, TOK_M_CACHE_WRITE)) {
    tok_sql_error(
        ctx, func, "cache_read (%lld) and cache_write (%lld) together exceed input (%lld)%s",
        (long long)q->quanta[TOK_M_CACHE_READ], (long long)q->quanta[TOK_M_CACHE_WRITE], o, hint);
  } else {
    tok_sql_error(ctx, func, "%s and the other parts of %s together exceed it (%lld)%s",
                  inner->name, outer->name, o, hint);
  }
}

/* The cost, or false with the result (an error, or NULL) set. */
static bool compute(sqlite3_context *ctx, const char *func, int n, sqlite3_value **args,
                    int64_t *nano) {
  cost_args a;
  tok_cost_result cost;
  if (!read_cost_args(ctx, func, n, args, &a))
    return false;
  tok_price_hit hit;
  if (!find_prices(ctx, func, a.usage.provider, args[0], &hit))
    return false;
  tok_price_rows rows = tok_hit_rows(&hit);
  if (hit.model == NULL && hit.own == NULL) {
    cost.fault = tok_quantities_check(&a.usage.q, &cost.outer, &cost.inner);
    if (cost.fault != TOK_COST_FINE)
      cost_fault(ctx, func, &a.usage.q, &cost);
    return false;
  }
  switch (tok_cost_of(rows, &a.usage.q, a.at, a.usage.tier, &cost)) {
  case TOK_OK:
    *nano = cost.cost_nano;
    return true;
  case TOK_INVALID:
    cost_fault(ctx, func, &a.usage.q, &cost);
    return false;
  case TOK_OVERFLOW:
    tok_sql_error(ctx, func, "the cost does not fit in 64 bits of nano-dollars");
    return false;
  default:
    return false; /* no price at that time: NULL */
  }
}

static void cost_nano(sqlite3_context *ctx, int n, sqlite3_value **args) {
  int64_t nano;
  if (compute(ctx, "tok_cost_nano", n, args, &nano))
    sqlite3_result_int64(ctx, nano);
}

static void cost_usd(sqlite3_context *ctx, int n, sqlite3_value **args) {
  int64_t nano;
  if (compute(ctx, "tok_cost", n, args, &nano))
    sqlite3_result_double(ctx, tok_usd_of_nano(nano));
}

static void explain(sqlite3_context *ctx, const char *func, const cost_args *a, const tok_override *o) {
  tok_cost_result cost;
  tok_status status = TOK_NOTFOUND;
  if (o->r.why == TOK_WHY_FOUND)
    status = tok_cost_of(tok_override_rows(o), &a->usage.q, a->at, a->usage.tier, &cost);
  if (status == TOK_INVALID) {
    cost_fault(ctx, func, &a->usage.q, &cost);
  } else if (status == TOK_OVERFLOW) {
    tok_sql_error(ctx, func, "the cost does not fit in 64 bits of nano-dollars");
  } else {
    tok_buf b;
    tok_buf_init(&b, tok_sql_limit(ctx));
    tok_explain_cost(o, &cost, status, a->at, a->usage.tier, &b);
    tok_sql_result_buf(ctx, func, &b);
    sqlite3_result_subtype(ctx, 'J');
  }
}

static void cost_explain(sqlite3_context *ctx, int n, sqlite3_value **args) {
  static const char func[] = "tok_cost_explain";
  cost_args a;
  tok_override o;
  if (!read_cost_args(ctx, func, n, args, &a))
    return;
  if (resolve_prices(ctx, func, a.usage.provider, args[0], &o))
    explain(ctx, func, &a, &o);
  tok_override_free(&o);
}

/* ---- prices and names ------------------------------------------------------------------------ */

/* tok_price(model, meter [, at]) */
static void price(sqlite3_context *ctx, int n, sqlite3_value **args) {
  static const char func[] = "tok_price";
  static const tok_slice anyone = {NULL, 0};
  int64_t at;
  if (sqlite3_value_type(args[0]) == SQLITE_NULL || sqlite3_value_type(args[1]) == SQLITE_NULL)
    return;
  tok_slice name = tok_sql_bytes(args[1]);
  tok_meter meter = tok_meter_find(name);
  if (meter == TOK_METER_N) {
    tok_sql_error(ctx, func,
                  "unknown meter '%.*s', expected one such as input, output or cache_read",
                  tok_shown(name), name.ptr == NULL ? "" : name.ptr);
    return;
  }
  if (!read_at(ctx, func, n, args, 2, &at))
    return;
  tok_price_hit hit;
  if (!find_prices(ctx, func, anyone, args[0], &hit))
    return;
  const tok_price_row *row = tok_price_at(tok_hit_rows(&hit), meter, at, 0, TOK_TIER_STANDARD);
  if (row != NULL)
    sqlite3_result_double(ctx, tok_price_usd(row));
}

/* tok_resolve(model [, provider]) */
static void resolve(sqlite3_context *ctx, int n, sqlite3_value **args) {
  tok_slice provider = {NULL, 0};
  tok_override o;
  tok_buf b;
  if (sqlite3_value_type(args[0]) == SQLITE_NULL)
    return;
  if (n > 1 && sqlite3_value_type(args[1]) != SQLITE_NULL)
    provider = tok_sql_bytes(args[1]);
  if (resolve_prices(ctx, "tok_resolve", provider, args[0], &o)) {
    tok_buf_init(&b, tok_sql_limit(ctx));
    tok_explain_resolution(&o, &b);
    tok_sql_result_buf(ctx, "tok_resolve", &b);
    sqlite3_result_subtype(ctx, 'J');
  }
  tok_override_free(&o);
}

static const tok_func_def functions[] = {
    {"tok_cost", 2, TOK_READS, cost_usd},
    {"tok_cost", 3, TOK_READS, cost_usd},
    {"tok_cost", 4, TOK_READS, cost_usd},
    {"tok_cost", 5, TOK_READS, cost_usd},
    {"tok_cost", 6, TOK_READS, cost_usd},
    {"tok_cost_nano", 2, TOK_READS, cost_nano},
    {"tok_cost_nano", 3, TOK_READS, cost_nano},
    {"tok_cost_nano", 4, TOK_READS, cost_nano},
    {"tok_cost_nano", 5, TOK_READS, cost_nano},
    {"tok_cost_nano", 6, TOK_READS, cost_nano},
    {"tok_cost_explain", 2, TOK_READS | SQLITE_RESULT_SUBTYPE, cost_explain},
    {"tok_cost_explain", 3, TOK_READS | SQLITE_RESULT_SUBTYPE, cost_explain},
    {"tok_price", 2, TOK_READS, price},
    {"tok_price", 3, TOK_READS, price},
    {"tok_resolve", 1, TOK_READS | SQLITE_RESULT_SUBTYPE, resolve},
    {"tok_resolve", 2, TOK_READS | SQLITE_RESULT_SUBTYPE, resolve},
    {"tok_pricing_import", 1, TOK_WRITES, tok_pricing_import_func},
    {"tok_pricing_import", 2, TOK_WRITES, tok_pricing_import_func},
    {"tok_info", 0, TOK_READS | SQLITE_INNOCUOUS, tok_info_func},
};

static const tok_module_def modules[] = {{"tok_pricing", &tok_pricing_module}};

int tok_prices_register(sqlite3 *db) {
  tok_book *p = tok_book_new(db);
  if (p == NULL)
    return SQLITE_NOMEM;
  int rc = tok_sql_functions(db, &p->conn, functions, sizeof functions / sizeof functions[0]);
  if (rc == SQLITE_OK)
    rc = tok_sql_modules(db, &p->conn, modules, sizeof modules / sizeof modules[0]);
  tok_conn_release(p);
  return rc;
}

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
**   R3  An unknown model, one without a price at that time, and a usage object in which nothing is
**       counted (a response without usage, but not {}) give NULL; tok_cost_explain says why.
**   R4  NULL for model, input, output or usage_json gives NULL; NULL for a later argument leaves it
**       out.
**       So it is where a model that advised (usage "advisors") has no price; its cost is part of
**       the request's.
**   R5  Negative numbers, malformed JSON and costs of 2^63 nano-dollars or more are errors.
**
** tok_row_cost_nano(model, provider, service_tier, input, output, cache_read, cache_write,
**                   cache_write_1h, reasoning, at)
**   R7  The cost of a row of the ledger, by its columns: the same as tok_cost_nano(model, usage,
**       at) for a usage object of them, without the JSON. For triggers and views of tok's own.
**
** tok_row_most_nano(model, provider, bounds, at)
**   R8  The most that a request may cost within bounds (most.h), a pointer that tok's own
**       statements bind; anything else is NULL.
**
** None of these is DETERMINISTIC: without `at` they read the clock, and they read the table
** llm_price. They are not marked INNOCUOUS for the same reason.
**
**   R6  Rows of main.llm_price win over the built-in list (override.h), for all of these functions.
*/
#include "../base/sql.h"
#include "../base/time.h"
#include "about_sql.h"
#include "book_sql.h"
#include "explain.h"
#include "most.h"
#include "prices.h"
#include "rates.h"
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

/* What is to be priced. Plain requests, nearly all, leave `usage` as it is. */
typedef struct {
  tok_slice provider;
  tok_tier tier;
  tok_slice strange_tier; /* a word that is none known, else empty */
  int64_t at; /* if timed */
  bool timed; /* else it is now, to be asked only if it matters */
  bool plain; /* p holds all of it; else usage.q does */
  bool nothing; /* a usage object in which nothing is counted */
  bool us_only; /* bound to be computed in the US, which some charge for */
  int n_advisors; /* in usage */
  tok_plain p;
  tok_usage_object usage;
} request;

/* One quantity; a NULL that is not required is left out. */
static bool read_quantity(sqlite3_context *ctx, const char *func, sqlite3_value *v, int which,
                          tok_plain *p) {
  int64_t n;
  if (sqlite3_value_type(v) == SQLITE_NULL)
    return true;
  const char *name = tok_meters[tok_plain_meters[which]].name;
  if (!tok_sql_int(ctx, func, name, v, &n))
    return false;
  if (n < 0) {
    tok_sql_error(ctx, func, "%s must not be negative, got %lld", name, n);
    return false;
  }
  p->n[which] = n;
  p->given |= 1u << which;
  return true;
}

/* `at` as the argument i of n, if there is one. */
static bool read_when(sqlite3_context *ctx, const char *func, int n, sqlite3_value **args, int i,
                      request *r) {
  r->timed = i < n && sqlite3_value_type(args[i]) != SQLITE_NULL;
  return !r->timed || read_at(ctx, func, n, args, i, &r->at);
}

static int64_t time_of(request *r) {
  if (!r->timed)
    r->at = tok_sql_now();
  r->timed = true;
  return r->at;
}

static bool read_usage(sqlite3_context *ctx, const char *func, sqlite3_value *v, request *r) {
  tok_usage_object *usage = &r->usage;
  tok_slice json;
  if (!tok_sql_text(ctx, v, &json))
    return false;
  r->us_only = r->nothing = false;
  r->n_advisors = 0;
  r->strange_tier = (tok_slice){NULL, 0};
  r->plain = tok_usage_plain(json, &r->p, &r->provider, &r->tier);
  if (r->plain)
    return true;
  if (tok_usage_read(json, usage) == TOK_OK) {
    r->provider = usage->provider;
    r->tier = usage->tier;
    r->strange_tier = usage->strange_tier;
    r->us_only = usage->us_only;
    r->nothing = usage->nothing;
    r->n_advisors = usage->n_advisors;
    r->plain = !r->us_only && tok_plain_of(&usage->q, &r->p);
    return true;
  }
  tok_sql_error(ctx, func,
                "usage%s%.*s %s%s, expected an object such as"
                " {\"input_tokens\": 1000, \"output_tokens\": 50}",
                usage->member.len > 0 ? " member " : "", tok_shown(usage->member),
                usage->member.len > 0 ? usage->member.ptr : "", usage->wrong, usage->got);
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

/* False: the result (an error or NULL) is already set. */
static bool read_request(sqlite3_context *ctx, const char *func, int n, sqlite3_value **args,
                         request *r) {
  if (sqlite3_value_type(args[0]) == SQLITE_NULL || sqlite3_value_type(args[1]) == SQLITE_NULL)
    return false;
  if (is_usage(n, args))
    return read_usage(ctx, func, args[1], r) && read_when(ctx, func, n, args, 2, r);
  if (sqlite3_value_type(args[2]) == SQLITE_NULL)
    return false;
  r->provider = r->strange_tier = (tok_slice){NULL, 0};
  r->tier = TOK_TIER_STANDARD;
  r->plain = true;
  r->us_only = r->nothing = false;
  r->n_advisors = 0;
  memset(&r->p, 0, sizeof r->p);
  for (int i = 0; i < 4 && i + 1 < n; i++) { /* in the order of TOK_PLAIN_… */
    if (!read_quantity(ctx, func, args[i + 1], i, &r->p))
      return false;
  }
  return read_when(ctx, func, n, args, 5, r);
}

/* tok_row_cost_nano's ten: model, provider, service_tier, quantities, at. */
static bool read_row(sqlite3_context *ctx, const char *func, sqlite3_value **args, request *r) {
  enum { QUANTITIES = 3, AT = QUANTITIES + TOK_PLAIN_N };
  if (sqlite3_value_type(args[0]) == SQLITE_NULL ||
      sqlite3_value_type(args[QUANTITIES]) == SQLITE_NULL ||
      sqlite3_value_type(args[QUANTITIES + 1]) == SQLITE_NULL)
    return false;
  tok_slice tier;
  if (!tok_sql_text(ctx, args[1], &r->provider) || !tok_sql_text(ctx, args[2], &tier))
    return false;
  r->tier = tier.len == 0 ? TOK_TIER_STANDARD : tok_tier_find(tier);
  if (r->tier == TOK_TIER_N) /* as in usage objects */
    r->tier = TOK_TIER_STANDARD;
  r->plain = true;
  r->us_only = r->nothing = false;
  r->n_advisors = 0;
  memset(&r->p, 0, sizeof r->p);
  for (int i = 0; i < TOK_PLAIN_N; i++) {
    if (!read_quantity(ctx, func, args[QUANTITIES + i], i, &r->p))
      return false;
  }
  return read_when(ctx, func, AT + 1, args, AT, r);
}

/* What prices the model now, or false with an error raised. */
static bool find_named(sqlite3_context *ctx, const char *func, tok_slice provider, tok_slice name,
                       tok_price_hit *hit) {
  enum { EMPTY = -0x70726963 }; /* below 0: of the statement's run, as SQLite's JSON does it */
  static char yes;
  char *message = NULL;
  bool was = sqlite3_get_auxdata(ctx, EMPTY) != NULL, empty = was;
  int rc = tok_book_find(sqlite3_user_data(ctx), &empty, provider, name, hit, &message);
  if (empty && !was)
    sqlite3_set_auxdata(ctx, EMPTY, &yes, NULL);
  if (rc != SQLITE_OK)
    tok_book_error(ctx, func, rc, message);
  return rc == SQLITE_OK;
}

static bool find_prices(sqlite3_context *ctx, const char *func, tok_slice provider,
                        sqlite3_value *model, tok_price_hit *hit) {
  tok_slice name;
  return tok_sql_text(ctx, model, &name) && find_named(ctx, func, provider, name, hit);
}

/* The same with the whole resolution; to be freed in either case. */
static bool resolve_named(sqlite3_context *ctx, const char *func, tok_slice provider,
                          tok_slice name, tok_override *out) {
  char *message = NULL;
  int rc = tok_book_resolve(sqlite3_user_data(ctx), provider, name, out, &message);
  if (rc != SQLITE_OK)
    tok_book_error(ctx, func, rc, message);
  return rc == SQLITE_OK;
}

static bool resolve_prices(sqlite3_context *ctx, const char *func, tok_slice provider,
                           sqlite3_value *model, tok_override *out) {
  tok_slice name;
  memset(out, 0, sizeof *out);
  return tok_sql_text(ctx, model, &name) && resolve_named(ctx, func, provider, name, out);
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

/* The rows with what this request pays on top of them. */
static tok_price_rows rows_for(tok_price_rows rows, const tok_price_model *model,
                               const request *r) {
  if (r->us_only && model != NULL)
    rows.percent = tok_prices.providers[model->provider].us_percent;
  return rows;
}

/* All but the plain. */
static bool compute_any(sqlite3_context *ctx, const char *func, const tok_price_hit *hit,
                        request *r, int64_t *nano) {
  tok_cost_result cost;
  if (r->plain)
    tok_plain_quantities(&r->p, &r->usage.q);
  if (hit->model == NULL && hit->own == NULL) {
    cost.fault = tok_quantities_check(&r->usage.q, &cost.outer, &cost.inner);
    if (cost.fault != TOK_COST_FINE)
      cost_fault(ctx, func, &r->usage.q, &cost);
    return false;
  }
  tok_price_rows rows = rows_for(tok_hit_rows(hit), hit->model, r);
  switch (tok_cost_of(rows, &r->usage.q, time_of(r), r->tier, &cost)) {
  case TOK_OK:
    *nano = cost.cost_nano;
    return true;
  case TOK_INVALID:
    cost_fault(ctx, func, &r->usage.q, &cost);
    return false;
  case TOK_OVERFLOW:
    tok_sql_error(ctx, func, "the cost does not fit in 64 bits of nano-dollars");
    return false;
  default:
    return false; /* no price at that time: NULL */
  }
}

static bool compute_hit(sqlite3_context *ctx, const char *func, tok_price_hit hit, request *r,
                        int64_t *nano) {
  tok_rates *rates = hit.rates;
  if (r->plain && rates != NULL && (hit.model != NULL || hit.own != NULL)) {
    bool always = rates->known && rates->from == INT64_MIN && rates->to == INT64_MAX;
    int64_t at = always && !r->timed ? 0 : time_of(r);
    if ((tok_rates_hold(rates, at, r->tier, &r->p) ||
         tok_rates_of(tok_hit_rows(&hit), time_of(r), r->tier, &r->p, rates)) &&
        tok_rates_cost(rates, &r->p, nano))
      return true;
  }
  return compute_any(ctx, func, &hit, r, nano);
}

/* An advisor's part of the request: one of its own, at the same time and in the same way. */
static void advisor_request(request *r, int i, request *out) {
  out->provider = r->provider;
  out->strange_tier = r->strange_tier;
  out->tier = r->tier;
  out->at = time_of(r);
  out->timed = out->plain = true;
  out->us_only = r->us_only;
  out->nothing = false;
  out->n_advisors = 0;
  out->p = r->usage.advisors[i].p;
}

static bool add_cost(sqlite3_context *ctx, const char *func, int64_t part, int64_t *nano) {
  if (tok_add_i64(*nano, part, nano))
    return true;
  tok_sql_error(ctx, func, "the cost does not fit in 64 bits of nano-dollars");
  return false;
}

static bool add_advisors(sqlite3_context *ctx, const char *func, request *r, int64_t *nano) {
  for (int i = 0; i < r->n_advisors; i++) {
    request part;
    tok_price_hit hit;
    int64_t cost;
    advisor_request(r, i, &part);
    if (!find_named(ctx, func, r->provider, r->usage.advisors[i].model, &hit) ||
        !compute_hit(ctx, func, hit, &part, &cost) || !add_cost(ctx, func, cost, nano))
      return false;
  }
  return true;
}

/* The cost, or false with the result (an error, or NULL) set. */
static bool compute(sqlite3_context *ctx, const char *func, sqlite3_value *model, request *r,
                    int64_t *nano) {
  tok_price_hit hit;
  return !r->nothing && find_prices(ctx, func, r->provider, model, &hit) &&
         compute_hit(ctx, func, hit, r, nano) && add_advisors(ctx, func, r, nano);
}

static void cost_nano(sqlite3_context *ctx, int n, sqlite3_value **args) {
  static const char func[] = "tok_cost_nano";
  request r;
  int64_t nano;
  if (read_request(ctx, func, n, args, &r) && compute(ctx, func, args[0], &r, &nano))
    sqlite3_result_int64(ctx, nano);
}

static void cost_usd(sqlite3_context *ctx, int n, sqlite3_value **args) {
  static const char func[] = "tok_cost";
  request r;
  int64_t nano;
  if (read_request(ctx, func, n, args, &r) && compute(ctx, func, args[0], &r, &nano))
    sqlite3_result_double(ctx, tok_usd_of_nano(nano));
}

static void row_cost_nano(sqlite3_context *ctx, int n, sqlite3_value **args) {
  static const char func[] = "tok_row_cost_nano";
  request r;
  int64_t nano;
  (void)n;
  if (read_row(ctx, func, args, &r) && compute(ctx, func, args[0], &r, &nano))
    sqlite3_result_int64(ctx, nano);
}

static void row_most_nano(sqlite3_context *ctx, int n, sqlite3_value **args) {
  static const char func[] = "tok_row_most_nano";
  const tok_bounds *bounds = sqlite3_value_pointer(args[2], TOK_BOUNDS_POINTER);
  tok_price_hit hit;
  tok_slice provider;
  int64_t at, nano;
  if (bounds == NULL || sqlite3_value_type(args[0]) == SQLITE_NULL ||
      !read_at(ctx, func, n, args, 3, &at) ||
      !tok_sql_text(ctx, args[1], &provider) ||
      !find_prices(ctx, func, provider, args[0], &hit))
    return;
  request us = {.us_only = true};
  tok_price_rows rows = rows_for(tok_hit_rows(&hit), hit.model, &us);
  tok_status status = tok_cost_most(rows, bounds, at, &nano);
  if (status == TOK_OK) sqlite3_result_int64(ctx, nano);
  else if (status == TOK_OVERFLOW)
    tok_sql_error(ctx, func, "the cost does not fit in 64 bits of nano-dollars");
}

/* False: an error is raised. To be freed in either case. */
static bool explain_advisors(sqlite3_context *ctx, const char *func, request *r,
                             tok_explain_part parts[TOK_ADVISORS_MAX]) {
  memset(parts, 0, TOK_ADVISORS_MAX * sizeof *parts);
  for (int i = 0; i < r->n_advisors; i++) {
    request part;
    tok_explain_part *p = &parts[i];
    advisor_request(r, i, &part);
    p->model = r->usage.advisors[i].model;
    p->status = TOK_NOTFOUND;
    if (!resolve_named(ctx, func, r->provider, p->model, &p->prices))
      return false;
    tok_plain_quantities(&part.p, &part.usage.q);
    if (p->prices.r.why == TOK_WHY_FOUND)
      p->status = tok_cost_of(rows_for(tok_override_rows(&p->prices), p->prices.r.model, &part),
                              &part.usage.q, part.at, part.tier, &p->cost);
    if (p->status == TOK_INVALID) {
      cost_fault(ctx, func, &part.usage.q, &p->cost);
      return false;
    }
  }
  return true;
}

static void explain(sqlite3_context *ctx, const char *func, request *r, const tok_override *o) {
  const tok_quantities *q = &r->usage.q;
  int64_t at = time_of(r);
  tok_cost_result cost;
  tok_status status = TOK_NOTFOUND;
  if (o->r.why == TOK_WHY_FOUND && !r->nothing)
    status = tok_cost_of(rows_for(tok_override_rows(o), o->r.model, r), q, at, r->tier, &cost);
  if (status == TOK_INVALID) {
    cost_fault(ctx, func, q, &cost);
  } else if (status == TOK_OVERFLOW) {
    tok_sql_error(ctx, func, "the cost does not fit in 64 bits of nano-dollars");
  } else {
    tok_explain_part parts[TOK_ADVISORS_MAX];
    tok_buf b;
    tok_buf_init(&b, tok_sql_limit(ctx));
    if (explain_advisors(ctx, func, r, parts)) {
      tok_explain_cost(o, r->nothing ? NULL : &cost, status, at, r->tier, r->strange_tier, parts,
                       r->n_advisors, &b);
      tok_sql_result_buf(ctx, func, &b);
      sqlite3_result_subtype(ctx, 'J');
    }
    for (int i = 0; i < r->n_advisors; i++)
      tok_override_free(&parts[i].prices);
  }
}

static void cost_explain(sqlite3_context *ctx, int n, sqlite3_value **args) {
  static const char func[] = "tok_cost_explain";
  request r;
  tok_override o;
  if (!read_request(ctx, func, n, args, &r))
    return;
  if (r.plain)
    tok_plain_quantities(&r.p, &r.usage.q);
  if (resolve_prices(ctx, func, r.provider, args[0], &o))
    explain(ctx, func, &r, &o);
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
  tok_slice name;
  if (!tok_sql_text(ctx, args[1], &name))
    return;
  tok_meter meter = tok_meter_find(name);
  if (meter == TOK_METER_N) {
    tok_sql_error(ctx, func,
                  "unknown meter '%.*s', expected one such as input, output or cache_read",
                  tok_shown(name), name.ptr);
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
  if (sqlite3_value_type(args[0]) == SQLITE_NULL ||
      (n > 1 && !tok_sql_text(ctx, args[1], &provider)))
    return;
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
    {"tok_row_cost_nano", 10, TOK_READS, row_cost_nano},
    {"tok_row_most_nano", 4, TOK_READS, row_most_nano},
    {"tok_cost_explain", 2, TOK_READS | SQLITE_RESULT_SUBTYPE, cost_explain},
    {"tok_cost_explain", 3, TOK_READS | SQLITE_RESULT_SUBTYPE, cost_explain},
    {"tok_price", 2, TOK_READS, price},
    {"tok_price", 3, TOK_READS, price},
    {"tok_resolve", 1, TOK_READS | SQLITE_RESULT_SUBTYPE, resolve},
    {"tok_resolve", 2, TOK_READS | SQLITE_RESULT_SUBTYPE, resolve},
    {"tok_pricing_import", 1, TOK_WRITES, tok_pricing_import_func},
    {"tok_pricing_import", 2, TOK_WRITES, tok_pricing_import_func},
    {"tok_pricing_import", 3, TOK_WRITES, tok_pricing_import_func},
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

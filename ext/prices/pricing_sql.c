/*
** SELECT * FROM tok_pricing: the price list, one row a price.
**
**     SELECT meter, usd_per_1m, tier_from_tokens FROM tok_pricing WHERE provider = 'openai' AND
*model = 'gpt-4o';
**
**   provider, model    canonical names: what tok_resolve gives
**   meter, usd_per_1m  dollars per million tokens, or per `unit` where that is not '1M tokens' (a
*search, a page, …)
**   unit               what the price is for
**   tier_from_tokens   the price of requests whose whole input has at least so many tokens; 0 = all
**   service_tier       standard, batch, flex, priority
**   region             NULL = any
**   valid_from, valid_to  ISO-8601; NULL = open; valid_to itself is no longer valid
**   hours, weekdays    '01:00-04:00' UTC and '12345' (1 = Monday); NULL = always
**   source, checked_at where the price is from, and when that was published
**   retracted          1 = announced and withdrawn: never applied
**   origin             'built-in'
**
** Query plan protocol. idxNum is a set of bits, one for each equality that narrows the scan; its
*value is the next of
** xFilter's arguments, in this order:
**     1  provider = ?   only that provider's models
**     2  model = ?      only models of that name (found by binary search)
** Only comparisons in BINARY collation are used, and SQLite checks them again, so other types need
*no care here.
*/
#include <stdio.h>

#include "../base/sql.h"
#include "../base/time.h"
#include "list.h"
#include "cost.h"
#include "prices.h"

enum {
  COL_PROVIDER,
  COL_MODEL,
  COL_METER,
  COL_USD,
  COL_UNIT,
  COL_TIER_FROM,
  COL_SERVICE_TIER,
  COL_REGION,
  COL_VALID_FROM,
  COL_VALID_TO,
  COL_HOURS,
  COL_WEEKDAYS,
  COL_SOURCE,
  COL_CHECKED_AT,
  COL_RETRACTED,
  COL_ORIGIN
};

static const char declaration[] = "CREATE TABLE x(provider TEXT, model TEXT, meter TEXT, "
                                  "usd_per_1m REAL, unit TEXT, tier_from_tokens INTEGER,"
                                  " service_tier TEXT, region TEXT, valid_from TEXT, valid_to "
                                  "TEXT, hours TEXT, weekdays TEXT, source TEXT,"
                                  " checked_at TEXT, retracted INTEGER, origin TEXT)";

enum { BY_PROVIDER = 1, BY_MODEL = 2 };

/* Models are visited by position: in the list's order, or in that of names when one name is wanted.
 */
typedef struct {
  sqlite3_vtab_cursor base;
  size_t position, end; /* of the current model, and where the scan stops */
  bool by_name;         /* positions are of tok_prices.by_name */
  int provider;         /* only this one, unless negative */
  size_t row;           /* inside the current model */
} cursor;

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                   char **err) {
  (void)aux;
  (void)argc;
  (void)argv;
  (void)err;
  int rc = sqlite3_declare_vtab(db, declaration);
  if (rc != SQLITE_OK)
    return rc;
  sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
  *out = tok_malloc(sizeof **out);
  if (*out == NULL)
    return SQLITE_NOMEM;
  memset(*out, 0, sizeof **out);
  return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *vtab) {
  tok_free(vtab);
  return SQLITE_OK;
}

static bool is_binary(sqlite3_index_info *info, int i) {
  const char *collation = sqlite3_vtab_collation(info, i);
  return collation != NULL && sqlite3_stricmp(collation, "BINARY") == 0;
}

static int best_index(sqlite3_vtab *vtab, sqlite3_index_info *info) {
  (void)vtab;
  int found[2] = {-1, -1}; /* constraint on provider, on model */
  for (int i = 0; i < info->nConstraint; i++) {
    const struct sqlite3_index_constraint *c = &info->aConstraint[i];
    if (!c->usable || c->op != SQLITE_INDEX_CONSTRAINT_EQ || !is_binary(info, i))
      continue;
    if (c->iColumn == COL_PROVIDER)
      found[0] = i;
    if (c->iColumn == COL_MODEL)
      found[1] = i;
  }
  int n = 0;
  for (int k = 0; k < 2; k++) {
    if (found[k] < 0)
      continue;
    info->idxNum |= 1 << k;
    info->aConstraintUsage[found[k]].argvIndex = ++n;
  }
  double rows = (double)tok_prices.n_rows;
  if (info->idxNum & BY_PROVIDER)
    rows /= (double)tok_prices.n_providers;
  if (info->idxNum & BY_MODEL)
    rows = 8; /* a model has three to fifteen rows */
  info->estimatedRows = (sqlite3_int64)rows;
  info->estimatedCost = rows;
  return SQLITE_OK;
}

static int open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out) {
  (void)vtab;
  cursor *c = tok_malloc(sizeof *c);
  if (c == NULL)
    return SQLITE_NOMEM;
  memset(c, 0, sizeof *c);
  *out = &c->base;
  return SQLITE_OK;
}

static int close(sqlite3_vtab_cursor *base) {
  tok_free(base);
  return SQLITE_OK;
}

static const tok_price_model *model_of(const cursor *c) {
  return &tok_prices.models[c->by_name ? tok_prices.by_name[c->position] : c->position];
}

static int eof(sqlite3_vtab_cursor *base) {
  const cursor *c = (const cursor *)base;
  return c->position >= c->end;
}

/* Moves on to a model that is wanted and has the row, if the current one is not. */
static void settle(cursor *c) {
  while (c->position < c->end && ((c->provider >= 0 && model_of(c)->provider != c->provider) ||
                                  c->row >= model_of(c)->n_rows)) {
    c->position++;
    c->row = 0;
  }
}

static int filter(sqlite3_vtab_cursor *base, int plan, const char *idx_str, int argc,
                  sqlite3_value **argv) {
  (void)idx_str;
  cursor *c = (cursor *)base;
  int arg = 0;
  *c = (cursor){.base = c->base, .end = tok_prices.n_models, .provider = -1};
  if (plan & BY_PROVIDER) {
    tok_slice id = tok_sql_bytes(argv[arg++]);
    c->provider = (int)tok_prices.n_providers; /* nobody */
    for (size_t i = 0; i < tok_prices.n_providers; i++) {
      if (tok_slice_is(id, tok_price_text(tok_prices.providers[i].id)))
        c->provider = (int)i;
    }
    if (c->provider < (int)tok_prices.n_providers) {
      c->position = tok_prices.providers[c->provider].first_model;
      c->end = c->position + tok_prices.providers[c->provider].n_models;
    } else {
      c->end = 0;
    }
  }
  if (plan & BY_MODEL) {
    tok_slice name = tok_sql_bytes(argv[arg++]);
    c->by_name = true;
    c->position = c->end = tok_price_canonical_find(name);
    while (c->end < tok_prices.n_models &&
           tok_slice_is(name, tok_price_text(tok_prices.models[tok_prices.by_name[c->end]].name))) {
      c->end++;
    }
  }
  (void)argc;
  settle(c);
  return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  c->row++;
  settle(c);
  return SQLITE_OK;
}

static void result_static(sqlite3_context *ctx, uint32_t text) {
  sqlite3_result_text(ctx, tok_price_text(text), -1, SQLITE_STATIC);
}

static void result_time(sqlite3_context *ctx, int64_t t) {
  char text[TOK_TIME_TEXT_BYTES];
  if (!tok_time_in_range(t))
    return; /* open: NULL */
  tok_time_format(t, text);
  sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

static void result_hours(sqlite3_context *ctx, const tok_price_row *r) {
  char text[12];
  if (r->minute_from == 0 && r->minute_to == TOK_MINUTES_A_DAY)
    return;
  snprintf(text, sizeof text, "%02u:%02u-%02u:%02u", r->minute_from / 60u % 100u,
           r->minute_from % 60u, r->minute_to / 60u % 100u, r->minute_to % 60u);
  sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

static void result_weekdays(sqlite3_context *ctx, const tok_price_row *r) {
  char text[8];
  int n = 0;
  if (r->weekdays == TOK_EVERY_DAY)
    return;
  for (int d = 0; d < 7; d++) {
    if ((r->weekdays >> d & 1) != 0)
      text[n++] = (char)('1' + d);
  }
  sqlite3_result_text(ctx, text, n, SQLITE_TRANSIENT);
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i) {
  const cursor *c = (const cursor *)base;
  const tok_price_model *model = model_of(c);
  const tok_price_provider *provider = &tok_prices.providers[model->provider];
  const tok_price_row *r = &tok_prices.rows[model->first_row + c->row];
  switch (i) {
  case COL_PROVIDER:
    result_static(ctx, provider->id);
    break;
  case COL_MODEL:
    result_static(ctx, model->name);
    break;
  case COL_METER:
    sqlite3_result_text(ctx, tok_meters[r->meter].name, -1, SQLITE_STATIC);
    break;
  case COL_USD:
    sqlite3_result_double(ctx, tok_price_usd(r));
    break;
  case COL_UNIT:
    sqlite3_result_text(ctx, tok_meters[r->meter].unit, -1, SQLITE_STATIC);
    break;
  case COL_TIER_FROM:
    sqlite3_result_int64(ctx, r->tier_from);
    break;
  case COL_SERVICE_TIER:
    sqlite3_result_text(ctx, tok_tier_name((tok_tier)r->service_tier), -1, SQLITE_STATIC);
    break;
  case COL_VALID_FROM:
    result_time(ctx, r->valid_from);
    break;
  case COL_VALID_TO:
    result_time(ctx, r->valid_to);
    break;
  case COL_HOURS:
    result_hours(ctx, r);
    break;
  case COL_WEEKDAYS:
    result_weekdays(ctx, r);
    break;
  case COL_SOURCE:
    result_static(ctx, provider->source);
    break;
  case COL_CHECKED_AT:
    result_static(ctx, provider->checked);
    break;
  case COL_RETRACTED:
    sqlite3_result_int(ctx, r->retracted);
    break;
  case COL_ORIGIN:
    sqlite3_result_text(ctx, "built-in", -1, SQLITE_STATIC);
    break;
  default:
    break; /* region: any */
  }
  return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
  const cursor *c = (const cursor *)base;
  *out = (sqlite3_int64)(model_of(c)->first_row + c->row);
  return SQLITE_OK;
}

const sqlite3_module tok_pricing_module = {.xConnect = connect,
                                           .xBestIndex = best_index,
                                           .xDisconnect = disconnect,
                                           .xOpen = open,
                                           .xClose = close,
                                           .xFilter = filter,
                                           .xNext = next,
                                           .xEof = eof,
                                           .xColumn = column,
                                           .xRowid = rowid};

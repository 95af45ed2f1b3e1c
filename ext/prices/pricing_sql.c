/*
** SELECT * FROM tok_pricing: the price list, one row a price.
**
**     SELECT meter, usd_per_1m, tier_from_tokens FROM tok_pricing
**       WHERE provider = 'openai' AND model = 'gpt-4o';
**
**   provider, model    canonical names: what tok_resolve gives
**   meter, usd_per_1m  dollars per million tokens, or per `unit` where that is not '1M tokens'
**   unit               what the price is for: a search, a page, …
**   tier_from_tokens   the price of requests whose whole input has at least so many tokens; 0 = all
**   service_tier       standard, batch, flex, priority, fast (llm_price says priority for fast),
**                      ultrafast
**   region             NULL = any
**   valid_from, valid_to  ISO-8601; NULL = open; valid_to itself is no longer valid
**   hours, weekdays    '01:00-04:00' UTC and '12345' (1 = Monday); NULL = always
**   source, checked_at where the price is from, and when that was published
**   retracted          1 = announced and withdrawn: never applied
**   origin             'built-in', or 'llm_price' for the rows of that table, which come first
**
** A row of the list that a row of llm_price stands in front of, whatever the request, is left out.
** One that still applies at other times, above other sizes or in other regions stays.
**
** Query plan protocol. idxNum is a set of bits, one for each equality that narrows the scan; its
** value is the next of xFilter's arguments, in this order:
**     1  provider = ?   only that provider's models
**     2  model = ?      only models of that name (found by binary search)
** Only comparisons in BINARY collation are used, and SQLite checks them again, so other types need
** no care here.
*/
#include <stdio.h>

#include "../base/sql.h"
#include "../base/time.h"
#include "book_sql.h"
#include "list.h"
#include "cost.h"
#include "scripts.h"
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

typedef struct {
  sqlite3_vtab base;
  tok_book *book; /* borrowed: the module's registration holds it */
} pricing_vtab;

/* First the rows of llm_price, while `own` is not NULL. Then the list's: models are visited by
 * position, in the list's order, or in that of names when one name is wanted. */
typedef struct {
  sqlite3_vtab_cursor base;
  sqlite3_stmt *own;    /* owned; standing on a row of llm_price */
  bool any_own;         /* has llm_price rows? */
  size_t position, end; /* of the current model, and where the scan stops */
  bool by_name;         /* positions are of tok_prices.by_name */
  int provider;         /* only this one, unless negative */
  size_t row;           /* inside the current model */
  bool looked_up;       /* is `over` that of the current model? */
  tok_override over;    /* owned; what llm_price lays over it */
} cursor;

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                   char **err) {
  (void)argc;
  (void)argv;
  (void)err;
  int rc = sqlite3_declare_vtab(db, declaration);
  if (rc != SQLITE_OK)
    return rc;
  pricing_vtab *v = tok_malloc(sizeof *v);
  if (v == NULL)
    return SQLITE_NOMEM;
  *v = (pricing_vtab){.book = aux};
  tok_book_own(v->book);
  *out = &v->base;
  return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *vtab) {
  tok_book_disown(((pricing_vtab *)vtab)->book);
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
  return tok_vtab_open(sizeof(cursor), out);
}

static tok_book *book_of(const cursor *c) {
  return ((pricing_vtab *)c->base.pVtab)->book;
}

static void forget(cursor *c) {
  sqlite3_finalize(c->own);
  c->own = NULL;
  tok_override_free(&c->over);
  c->looked_up = false;
}

static int close(sqlite3_vtab_cursor *base) {
  forget((cursor *)base);
  tok_free(base);
  return SQLITE_OK;
}

static const tok_price_model *model_of(const cursor *c) {
  return &tok_prices.models[c->by_name ? tok_prices.by_name[c->position] : c->position];
}

static int eof(sqlite3_vtab_cursor *base) {
  const cursor *c = (const cursor *)base;
  return c->own == NULL && c->position >= c->end;
}

static int failed(const cursor *c, int rc, char *message) {
  if (message == NULL)
    return rc;
  int error = tok_vtab_error(c->base.pVtab, "tok_pricing: %s", message);
  sqlite3_free(message);
  return error == SQLITE_NOMEM ? error : rc;
}

/* Does llm_price stand in front of the current row? */
static int is_hidden(cursor *c, bool *hidden) {
  const tok_price_model *m = model_of(c);
  *hidden = false;
  if (!c->any_own)
    return SQLITE_OK;
  if (!c->looked_up) {
    char *message = NULL;
    tok_override_free(&c->over);
    c->looked_up = true;
    int rc = tok_book_resolve(book_of(c),
                              tok_slice_of(tok_price_text(tok_prices.providers[m->provider].id)),
                              tok_slice_of(tok_price_text(m->name)), &c->over, &message);
    if (rc != SQLITE_OK)
      return failed(c, rc, message);
  }
  *hidden =
      c->over.r.model == m && tok_override_hides(&c->over, &tok_prices.rows[m->first_row + c->row]);
  return SQLITE_OK;
}

/* Moves on to a model that is wanted and has a row to show, if the current one is not. */
static int settle(cursor *c) {
  bool hidden = false;
  int rc = SQLITE_OK;
  while (c->position < c->end && rc == SQLITE_OK) {
    const tok_price_model *m = model_of(c);
    if ((c->provider >= 0 && m->provider != c->provider) || c->row >= m->n_rows) {
      c->position++;
      c->row = 0;
      c->looked_up = false;
      continue;
    }
    rc = is_hidden(c, &hidden);
    if (!hidden)
      break;
    c->row++;
  }
  return rc;
}

/* Steps through llm_price; after its end the list begins. */
static int step_own(cursor *c) {
  int rc = sqlite3_step(c->own);
  if (rc == SQLITE_ROW)
    return SQLITE_OK;
  rc = sqlite3_finalize(c->own);
  c->own = NULL;
  return rc != SQLITE_OK ? rc : settle(c);
}

/* Opens the rows of llm_price; NULL stands for no restriction. */
static int start_own(cursor *c, sqlite3_value *provider, sqlite3_value *model) {
  sqlite3 *db = book_of(c)->conn.db;
  char *message = NULL;
  int rc = tok_book_has_rows(book_of(c), &c->any_own, &message);
  if (rc != SQLITE_OK)
    return failed(c, rc, message);
  if (!c->any_own)
    return settle(c);
  rc = sqlite3_prepare_v2(db, tok_prices_script("prices/own_rows.sql"), -1, &c->own, NULL);
  if (rc == SQLITE_OK && provider != NULL)
    rc = sqlite3_bind_value(c->own, 1, provider);
  if (rc == SQLITE_OK && model != NULL)
    rc = sqlite3_bind_value(c->own, 2, model);
  return rc == SQLITE_OK ? step_own(c) : rc;
}

static void seek_provider(cursor *c, tok_slice id) {
  c->provider = (int)tok_prices.n_providers; /* nobody */
  for (size_t i = 0; i < tok_prices.n_providers; i++) {
    if (tok_slice_is(id, tok_price_text(tok_prices.providers[i].id)))
      c->provider = (int)i;
  }
  c->end = 0;
  if (c->provider < (int)tok_prices.n_providers) {
    c->position = tok_prices.providers[c->provider].first_model;
    c->end = c->position + tok_prices.providers[c->provider].n_models;
  }
}

static void seek_model(cursor *c, tok_slice name) {
  c->by_name = true;
  c->position = c->end = tok_price_canonical_find(name);
  while (c->end < tok_prices.n_models &&
         tok_slice_is(name, tok_price_text(tok_prices.models[tok_prices.by_name[c->end]].name))) {
    c->end++;
  }
}

static int filter(sqlite3_vtab_cursor *base, int plan, const char *idx_str, int argc,
                  sqlite3_value **argv) {
  (void)idx_str;
  (void)argc;
  cursor *c = (cursor *)base;
  sqlite3_value *provider = NULL, *model = NULL;
  int arg = 0;
  forget(c);
  *c = (cursor){.base = c->base, .end = tok_prices.n_models, .provider = -1};
  if (plan & BY_PROVIDER)
    provider = argv[arg++];
  if (plan & BY_MODEL)
    model = argv[arg++];
  if ((provider != NULL && sqlite3_value_type(provider) == SQLITE_NULL) ||
      (model != NULL && sqlite3_value_type(model) == SQLITE_NULL)) {
    c->end = 0; /* nothing equals NULL */
    return SQLITE_OK;
  }
  tok_slice name;
  if (provider != NULL && tok_sql_read(provider, &name) != SQLITE_OK)
    return SQLITE_NOMEM;
  if (provider != NULL)
    seek_provider(c, name);
  if (model != NULL && tok_sql_read(model, &name) != SQLITE_OK)
    return SQLITE_NOMEM;
  if (model != NULL)
    seek_model(c, name);
  return start_own(c, provider, model);
}

static int next(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  if (c->own != NULL)
    return step_own(c);
  c->row++;
  return settle(c);
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

/* Columns of own_rows are those of the table, with the id before them and without the unit. */
static int own_column(const cursor *c, sqlite3_context *ctx, int i) {
  const char *meter = (const char *)sqlite3_column_text(c->own, 1 + COL_METER);
  if (meter == NULL)
    return SQLITE_NOMEM;
  tok_meter m = tok_meter_find(tok_slice_of(meter));
  if (i == COL_ORIGIN) {
    sqlite3_result_text(ctx, "llm_price", -1, SQLITE_STATIC);
  } else if (i == COL_UNIT) {
    if (m != TOK_METER_N)
      sqlite3_result_text(ctx, tok_meters[m].unit, -1, SQLITE_STATIC);
  } else {
    sqlite3_result_value(ctx, sqlite3_column_value(c->own, i < COL_UNIT ? i + 1 : i));
  }
  return SQLITE_OK;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i) {
  const cursor *c = (const cursor *)base;
  if (c->own != NULL)
    return own_column(c, ctx, i);
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
    result_static(ctx, r->source != 0 ? r->source : provider->source);
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
  if (c->own != NULL) {
    *out = -1 - sqlite3_column_int64(c->own, 0); /* the list's are not negative */
    return SQLITE_OK;
  }
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

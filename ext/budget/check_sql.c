/*
** What the budgets say of a request.
**
**     SELECT tok_quota_check('{"tenant_id":"acme","model":"gpt-4o"}',
**                            '{"input":1200,"output":800}');   -- 'allow'
**     SELECT tok_quota_explain('{"tenant_id":"acme"}');
**       -- [{"quota":"acme day","key":"","metric":"total","decision":"allow","action":"block",
**       --   "limit":1000000,"used":12000,"held":800,"requested":1,"remaining":987200,
**       --   "period":"day","starts_at":"…","resets_at":"…","retry_after_s":null}]
**
** tok_quota_check(scope [, amount [, now]]) -> 'allow', 'warn', 'throttle' or 'block': the worst of
** all quotas that cover the scope. tok_quota_explain(…) -> JSON array of them, amounts of cost in
** dollars.
**   1. Read-only, and advice only: two callers may both be told 'allow'. tok_quota_reserve() is
**      what holds.
**   2. Of what the amount does not say, the smallest unit is taken: a budget that is used up says
**      so. A request without requests is one request; cost is computed where it is not given, from
**      input and output tokens, or from the total alone as if all of it were the dearer side: the
**      most that they may cost (ext/prices/most.h). What bounds that the amount may say too: meters
**      ("cache_write":0), "service_tier", "inference_geo".
**   3. Cost: the quotas that match, each O(log counters); the ledger's size does not matter.
**   4. NULL scope gives NULL. Malformed JSON and unknown keys are errors.
**   5. Holds that have expired count no longer, swept or not. Plain SQL has no clock: what it may
**      INSERT is less by them until tok_quota_sweep() or a reservation.
*/
#include "../prices/most.h"
#include "budget_sql.h"
#include "period.h"

/* ---- the request ----------------------------------------------------------------------------- */

bool tok_call_request(tok_call *c, sqlite3_value *scope, sqlite3_value *amount, tok_request *r) {
  tok_slice json;
  tok_request_init(r);
  if (!tok_call_text(c, scope, &json)) return false;
  tok_status status = tok_request_scope(r, json);
  if (status == TOK_INVALID) tok_call_fail(c, SQLITE_ERROR, "scope %s", r->wrong);
  if (status == TOK_OK && amount != NULL && sqlite3_value_type(amount) != SQLITE_NULL &&
      tok_call_text(c, amount, &json)) {
    status = tok_request_amount(r, json);
    if (status == TOK_INVALID) tok_call_fail(c, SQLITE_ERROR, "amount %s", r->wrong);
  }
  if (status == TOK_NOMEM) tok_call_fail(c, SQLITE_NOMEM, NULL);
  if (status == TOK_TOOBIG) tok_call_fail(c, SQLITE_TOOBIG, NULL);
  return c->rc == SQLITE_OK;
}

static void bind_amount(sqlite3_stmt *stmt, int i, const tok_request *r, tok_amount_kind kind) {
  if (r->given[kind]) sqlite3_bind_int64(stmt, i, r->amount[kind]);
  else sqlite3_bind_null(stmt, i);
}

void tok_request_bind(tok_call *c, sqlite3_stmt *stmt, const tok_request *r, int64_t now) {
  (void)c;
  sqlite3_bind_int64(stmt, 1, now);
  for (int i = 0; i < TOK_N_DIMS; i++)
    sqlite3_bind_text64(stmt, 2 + i, r->dim[i].ptr, r->dim[i].len, SQLITE_STATIC, SQLITE_UTF8);
  bind_amount(stmt, 10, r, TOK_AMOUNT_INPUT);
  bind_amount(stmt, 11, r, TOK_AMOUNT_OUTPUT);
  bind_amount(stmt, 12, r, TOK_AMOUNT_TOTAL);
  sqlite3_bind_int64(stmt, 13, r->given[TOK_AMOUNT_REQUESTS] ? r->amount[TOK_AMOUNT_REQUESTS] : 1);
  bind_amount(stmt, 14, r, TOK_AMOUNT_COST);
  for (int i = 0; i < 4 && r->has_usual; i++) {
    if (i < 2 || r->given[TOK_AMOUNT_COST]) sqlite3_bind_int64(stmt, 15 + i, r->usual[i]);
  }
}

/*
** The most that so many tokens may cost, if it is known and above what is known already; `usual`:
** what they cost as plain ones in the tier that is said.
*/
static void price(tok_call *c, tok_request *r, int64_t input, int64_t output, int64_t now,
                  bool usual) {
  tok_bq which = usual ? TOK_BQ_PRICE_USUAL : TOK_BQ_PRICE;
  sqlite3_stmt *stmt = tok_call_stmt(c, which);
  if (stmt == NULL) return;
  tok_bounds bounds;
  tok_request_bounds(r, &bounds);
  bounds.input = input;
  bounds.output = output;
  tok_slice model = r->dim[TOK_DIM_MODEL], provider = r->dim[TOK_DIM_PROVIDER];
  sqlite3_bind_text64(stmt, 1, model.ptr, model.len, SQLITE_STATIC, SQLITE_UTF8);
  sqlite3_bind_text64(stmt, 2, provider.ptr, provider.len, SQLITE_STATIC, SQLITE_UTF8);
  sqlite3_bind_int64(stmt, 3, now);
  if (usual) {
    sqlite3_bind_int64(stmt, 4, input);
    sqlite3_bind_int64(stmt, 5, output);
    if (bounds.tier != TOK_TIER_N)
      sqlite3_bind_text(stmt, 6, tok_tier_name((tok_tier)bounds.tier), -1, SQLITE_STATIC);
  } else {
    sqlite3_bind_pointer(stmt, 4, &bounds, TOK_BOUNDS_POINTER, NULL);
  }
  if (tok_call_step(c, stmt) && sqlite3_column_type(stmt, 0) != SQLITE_NULL) {
    int64_t nano = sqlite3_column_int64(stmt, 0);
    if (!r->given[TOK_AMOUNT_COST] || nano > r->amount[TOK_AMOUNT_COST])
      r->amount[TOK_AMOUNT_COST] = nano;
    r->given[TOK_AMOUNT_COST] = true;
  }
  tok_call_done(c, which, stmt);
}

/* Both sides, or the total alone: that is priced as if all of it were the dearer side. */
static bool can_be_priced(const tok_request *r) {
  bool input = r->given[TOK_AMOUNT_INPUT], output = r->given[TOK_AMOUNT_OUTPUT];
  return (input && output) || (!input && !output && r->given[TOK_AMOUNT_TOTAL]);
}

void tok_request_price(tok_call *c, const tok_plan *plan, tok_request *r, int64_t now, bool usual) {
  bool wanted = plan != NULL && plan->has_cost;
  if (r->given[TOK_AMOUNT_COST] || r->dim[TOK_DIM_MODEL].ptr == NULL || !can_be_priced(r)) return;
  sqlite3_stmt *stmt = plan == NULL ? tok_call_stmt(c, TOK_BQ_COST_QUOTAS) : NULL;
  if (tok_call_step(c, stmt)) wanted = sqlite3_column_int(stmt, 0) != 0;
  tok_call_done(c, TOK_BQ_COST_QUOTAS, stmt);
  if (!wanted) return;
  if (r->given[TOK_AMOUNT_INPUT]) {
    price(c, r, r->amount[TOK_AMOUNT_INPUT], r->amount[TOK_AMOUNT_OUTPUT], now, usual);
  } else {
    price(c, r, r->amount[TOK_AMOUNT_TOTAL], 0, now, usual);
    price(c, r, 0, r->amount[TOK_AMOUNT_TOTAL], now, usual);
  }
}

/* ---- the quotas ------------------------------------------------------------------------------ */

void tok_quota_rows_free(tok_quota_rows *rows) {
  for (int i = 0; i < rows->n; i++) tok_free(rows->row[i].name);
  if (rows->row != NULL) tok_free(rows->row);
  *rows = (tok_quota_rows){0};
}

static tok_quota_row *add_row(tok_call *c, tok_quota_rows *rows) {
  if (rows->n == rows->cap) {
    int cap = rows->cap == 0 ? 8 : 2 * rows->cap;
    if (cap > TOK_QUOTA_ROWS_MAX) {
      tok_call_fail(c, SQLITE_ERROR, "more than %d quotas cover this request",
                    TOK_QUOTA_ROWS_MAX / 2);
      return NULL;
    }
    tok_quota_row *row = tok_realloc(rows->row, (size_t)cap * sizeof *row);
    if (row == NULL) {
      tok_call_fail(c, SQLITE_NOMEM, NULL);
      return NULL;
    }
    rows->row = row;
    rows->cap = cap;
  }
  tok_quota_row *row = &rows->row[rows->n];
  *row = (tok_quota_row){0};
  return row;
}

/* The texts of a row in one block. */
static bool copy_texts(tok_call *c, sqlite3_stmt *stmt, tok_quota_row *row) {
  static const int columns[] = {1, 2, 3, 13, 14};
  char **to[] = {&row->name, &row->key, &row->metric, &row->period, &row->zone};
  const char *text[5];
  size_t len[5], total = 0;
  for (int i = 0; i < 5; i++) {
    text[i] = (const char *)sqlite3_column_text(stmt, columns[i]);
    len[i] = (size_t)sqlite3_column_bytes(stmt, columns[i]);
    total += len[i] + 1;
    if (text[i] == NULL) tok_call_fail(c, SQLITE_NOMEM, NULL);
  }
  char *block = c->rc == SQLITE_OK ? tok_malloc(total) : NULL;
  if (block == NULL) {
    tok_call_fail(c, SQLITE_NOMEM, NULL);
    return false;
  }
  for (int i = 0; i < 5; i++) {
    memcpy(block, text[i], len[i]);
    block[len[i]] = '\0';
    *to[i] = block;
    block += len[i] + 1;
  }
  return true;
}

static tok_decision action_of(sqlite3_stmt *stmt, int column) {
  const unsigned char *text = sqlite3_column_text(stmt, column);
  char first = text == NULL ? 'b' : (char)text[0];
  return first == 'w' ? TOK_WARN : first == 't' ? TOK_THROTTLE : TOK_BLOCK;
}

static void decide(tok_quota_row *row, const tok_request *r, char unpriced) {
  bool tokens =
      r->given[TOK_AMOUNT_INPUT] || r->given[TOK_AMOUNT_OUTPUT] || r->given[TOK_AMOUNT_TOTAL];
  row->view.known = tok_request_knows(r, row->metric[0]);
  if (row->metric[0] == 'c' && !row->view.known && tokens) {
    /* tokens without a price: as the quota says */
    if (unpriced == 'd')
      row->reason = r->dim[TOK_DIM_MODEL].ptr == NULL ? "the scope names no model to price"
                    : can_be_priced(r)                ? "no price for this model"
                                       : "the amount gives not both input and output";
    row->view.known = unpriced != 'd';
  }
  row->unplaced = row->start == INT64_C(-9000000000000000000);
  if (row->unplaced) row->reason = "the quota's calendar does not reach this time";
  row->decision = row->reason != NULL ? row->view.action : tok_quota_decide(&row->view);
}

bool tok_bucket_read(sqlite3_stmt *stmt, int column, tok_bucket *b) {
  if (sqlite3_column_int(stmt, column) == 0) return false;
  *b = (tok_bucket){.debt = sqlite3_column_int64(stmt, column + 1),
                    .at = sqlite3_column_int64(stmt, column + 2),
                    .refill = sqlite3_column_int64(stmt, column + 3),
                    .span_s = sqlite3_column_int64(stmt, column + 4)};
  return true;
}

void tok_quota_rows_load(tok_call *c, const tok_request *r, int64_t now, tok_quota_rows *rows) {
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_MATCH);
  if (stmt != NULL) tok_request_bind(c, stmt, r, now);
  while (tok_call_step(c, stmt)) {
    tok_quota_row *row = add_row(c, rows);
    if (row == NULL || !copy_texts(c, stmt, row)) break;
    rows->n++;
    row->id = sqlite3_column_int64(stmt, 0);
    row->start = sqlite3_column_int64(stmt, 5);
    row->view = (tok_quota_view){.used = sqlite3_column_int64(stmt, 6),
                                 .held = sqlite3_column_int64(stmt, 7),
                                 .limit = sqlite3_column_int64(stmt, 8),
                                 .soft = sqlite3_column_int64(stmt, 9),
                                 .need = sqlite3_column_int64(stmt, 10),
                                 .action = action_of(stmt, 4)};
    const unsigned char *unpriced = sqlite3_column_text(stmt, 11),
                        *size = sqlite3_column_text(stmt, 15);
    if (unpriced == NULL || size == NULL) tok_call_fail(c, SQLITE_NOMEM, NULL);
    row->rolling = sqlite3_column_int(stmt, 16) != 0;
    row->unpriced_rows = sqlite3_column_int64(stmt, 17);
    row->refills = tok_bucket_read(stmt, 18, &row->bucket);
    if (row->refills) tok_bucket_view(&row->bucket, now, &row->view);
    decide(row, r, unpriced == NULL ? 'd' : (char)unpriced[0]);
    rows->unplaced |= row->unplaced;
    rows->wants_usual |= size != NULL && size[0] == 'p';
  }
  tok_call_done(c, TOK_BQ_MATCH, stmt);
}

bool tok_call_any_expired(tok_call *c, int64_t now) {
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_EXPIRED);
  if (stmt != NULL) sqlite3_bind_int64(stmt, 1, now);
  bool any = tok_call_step(c, stmt);
  tok_call_done(c, TOK_BQ_EXPIRED, stmt);
  return any;
}

/*
** tok_quota_reserve sweeps before it looks, a check may not write: it leaves out what would be
** swept. Else who checks before he reserves would never come to reserve. A bucket refills anyway.
*/
static void leave_out_expired(tok_call *c, tok_quota_rows *rows, int64_t now) {
  for (int i = 0; i < rows->n; i++) {
    tok_quota_row *row = &rows->row[i];
    if (row->view.held == 0 || row->refills) continue;
    sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_EXPIRED_UNITS);
    if (stmt == NULL) return;
    sqlite3_bind_int64(stmt, 1, row->id);
    sqlite3_bind_text(stmt, 2, row->key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 3, row->start);
    sqlite3_bind_int64(stmt, 4, now);
    if (tok_call_step(c, stmt)) row->view.held -= sqlite3_column_int64(stmt, 0);
    tok_call_done(c, TOK_BQ_EXPIRED_UNITS, stmt);
    if (row->reason == NULL) row->decision = tok_quota_decide(&row->view);
  }
}

const tok_quota_row *tok_quota_rows_worst(const tok_quota_rows *rows) {
  const tok_quota_row *worst = NULL;
  for (int i = 0; i < rows->n; i++) {
    const tok_quota_row *row = &rows->row[i];
    if (row->decision > (worst == NULL ? TOK_ALLOW : worst->decision)) worst = row;
  }
  return worst;
}

/* ---- when to come back ----------------------------------------------------------------------- */

/* The first instant at which enough holds have expired, and enough buckets have left the window. */
static bool room_by_itself(tok_call *c, const tok_quota_row *row, int64_t now, int64_t lacking,
                           int64_t *at) {
  bool found = false;
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_FREES);
  if (stmt == NULL) return false;
  sqlite3_bind_int64(stmt, 1, row->id);
  sqlite3_bind_text(stmt, 2, row->key, -1, SQLITE_STATIC);
  sqlite3_bind_int64(stmt, 3, row->start);
  sqlite3_bind_int64(stmt, 4, now);
  while (!found && tok_call_step(c, stmt)) {
    lacking -= sqlite3_column_int64(stmt, 1);
    found = lacking <= 0;
    if (found) *at = sqlite3_column_int64(stmt, 0);
  }
  tok_call_done(c, TOK_BQ_FREES, stmt);
  return found;
}

bool tok_quota_span(tok_call *c, const tok_quota_row *row, int64_t now, tok_span *span,
                    int64_t *resets_at) {
  int64_t seconds;
  *span = (tok_span){INT64_MIN, INT64_MAX};
  *resets_at = INT64_MAX;
  if (!row->refills) return tok_call_period(c, row->period, row->zone, now, span, resets_at);
  return tok_bucket_wait(&row->bucket, now, 0, 0, &seconds) && tok_add_i64(now, seconds, resets_at);
}

bool tok_quota_retry(tok_call *c, const tok_quota_row *row, int64_t now, int64_t *seconds) {
  const tok_quota_view *v = &row->view;
  int64_t need = v->known ? v->need : 1, at, end, lacking;
  tok_span span;
  if (row->reason != NULL || need > v->limit) return false; /* waiting does not help */
  /* at the latest: holds may end sooner */
  if (row->refills) return tok_bucket_wait(&row->bucket, now, v->limit, need, seconds);
  bool found = (row->rolling || v->held > 0) &&
               tok_sub_i64(need, tok_quota_remaining(v), &lacking) &&
               room_by_itself(c, row, now, lacking, &at);
  if (!row->rolling && tok_call_period(c, row->period, row->zone, now, &span, &end) &&
      end < INT64_MAX && (!found || end < at)) {
    at = end;
    found = true;
  }
  if (found) *seconds = at > now ? at - now : 0;
  return found && c->rc == SQLITE_OK;
}

/* ---- printing -------------------------------------------------------------------------------- */

void tok_add_units(tok_buf *out, const char *name, const char *metric, int64_t units) {
  tok_buf_adds(out, name);
  if (metric[0] != 'c') {
    tok_buf_add_i64(out, units);
    return;
  }
  uint64_t size = units < 0 ? 0 - (uint64_t)units : (uint64_t)units;
  uint64_t fraction = size % 1000000000;
  if (units < 0) tok_buf_addc(out, '-');
  tok_buf_add_i64(out, (int64_t)(size / 1000000000));
  if (fraction == 0) return;
  char digits[11] = ".";
  for (int i = 9; i > 0; i--, fraction /= 10) digits[i] = (char)('0' + fraction % 10);
  size_t n = 10;
  while (digits[n - 1] == '0') n--;
  tok_buf_add(out, digits, n);
}

void tok_add_iso(tok_buf *out, const char *name, int64_t t) {
  char text[TOK_TIME_TEXT_BYTES];
  tok_buf_adds(out, name);
  if (!tok_time_in_range(t)) {
    tok_buf_adds(out, "null");
    return;
  }
  tok_time_format(t, text);
  tok_buf_addc(out, '"');
  tok_buf_adds(out, text);
  tok_buf_addc(out, '"');
}

void tok_add_text(tok_buf *out, const char *name, const char *text) {
  tok_buf_adds(out, name);
  tok_buf_add_json(out, tok_slice_of(text));
}

void tok_add_view(tok_buf *out, const tok_quota_row *row) {
  const tok_quota_view *v = &row->view;
  tok_add_units(out, ",\"limit\":", row->metric, v->limit);
  tok_add_units(out, ",\"used\":", row->metric, v->used);
  tok_add_units(out, ",\"held\":", row->metric, v->held);
  tok_buf_adds(out, ",\"requested\":");
  if (v->known) tok_add_units(out, "", row->metric, v->need);
  else tok_buf_adds(out, "null");
  tok_add_units(out, ",\"remaining\":", row->metric, tok_quota_remaining(v));
}

static void print_row(tok_call *c, const tok_quota_row *row, int64_t now, tok_buf *out) {
  tok_span span;
  int64_t resets_at, seconds;
  tok_quota_span(c, row, now, &span, &resets_at);
  tok_add_text(out, "{\"quota\":", row->name);
  tok_add_text(out, ",\"key\":", row->key);
  tok_add_text(out, ",\"metric\":", row->metric[0] == 'c' ? "cost_usd" : row->metric);
  tok_add_text(out, ",\"decision\":", tok_decision_names[row->decision]);
  tok_add_text(out, ",\"action\":", tok_decision_names[row->view.action]);
  tok_add_view(out, row);
  if (row->metric[0] == 'c') {
    tok_buf_adds(out, ",\"unpriced\":");
    tok_buf_add_i64(out, row->unpriced_rows);
  }
  tok_add_text(out, ",\"period\":", row->period);
  tok_add_iso(out, ",\"starts_at\":", span.start);
  tok_add_iso(out, ",\"resets_at\":", resets_at);
  tok_buf_adds(out, ",\"retry_after_s\":");
  if (row->decision >= TOK_THROTTLE && tok_quota_retry(c, row, now, &seconds))
    tok_buf_add_i64(out, seconds);
  else tok_buf_adds(out, "null");
  if (row->reason != NULL) tok_add_text(out, ",\"reason\":", row->reason);
  tok_buf_addc(out, '}');
}

/* ---- functions ------------------------------------------------------------------------------- */

/*
** Arguments, request and its quotas; false if the answer is NULL or an error. Where `worst` is
** wanted alone, rows may stay empty.
*/
static bool look(tok_call *c, int n, sqlite3_value **args, tok_request *r, tok_quota_rows *rows,
                 int64_t *now, tok_decision *worst) {
  tok_request_init(r);
  *rows = (tok_quota_rows){0};
  if (n < 1 || n > 3) {
    tok_call_fail(c, SQLITE_ERROR, "1 to 3 arguments (scope, amount, now) expected, got %d", n);
    return false;
  }
  if (sqlite3_value_type(args[0]) == SQLITE_NULL) return false;
  if (!tok_call_request(c, args[0], n > 1 ? args[1] : NULL, r)) return false;
  tok_call_clock(c);
  if (!tok_call_now(c, n > 2 ? args[2] : NULL, false, now)) return false;
  const tok_plan *plan = worst == NULL ? NULL : tok_call_plan(c);
  tok_plan_covers covers;
  tok_request_price(c, plan, r, *now, false);
  bool decided = tok_plan_decide(c, plan, r, *now, &covers, worst);
  if (decided && *worst == TOK_ALLOW) return true;
  bool expired = tok_call_any_expired(c, *now);
  if (decided && !expired) return c->rc == SQLITE_OK;
  tok_quota_rows_load(c, r, *now, rows);
  if (expired) leave_out_expired(c, rows, *now);
  const tok_quota_row *row = tok_quota_rows_worst(rows);
  if (worst != NULL) *worst = row == NULL ? TOK_ALLOW : row->decision;
  return c->rc == SQLITE_OK;
}

static void end(tok_call *c, tok_request *r, tok_quota_rows *rows) {
  tok_call_clock_done(c);
  tok_quota_rows_free(rows);
  tok_request_free(r);
  tok_call_end(c);
}

void tok_quota_check_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  tok_call c = tok_call_start(ctx, "tok_quota_check");
  tok_request r;
  tok_quota_rows rows;
  int64_t now;
  tok_decision worst;
  if (look(&c, n, args, &r, &rows, &now, &worst))
    sqlite3_result_text(ctx, tok_decision_names[worst], -1, SQLITE_STATIC);
  end(&c, &r, &rows);
}

void tok_quota_explain_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  tok_call c = tok_call_start(ctx, "tok_quota_explain");
  tok_request r;
  tok_quota_rows rows;
  int64_t now;
  tok_buf out;
  tok_buf_init(&out, tok_sql_limit(ctx));
  if (look(&c, n, args, &r, &rows, &now, NULL)) {
    tok_buf_addc(&out, '[');
    for (int i = 0; i < rows.n; i++) {
      if (i > 0) tok_buf_addc(&out, ',');
      print_row(&c, &rows.row[i], now, &out);
    }
    tok_buf_addc(&out, ']');
    if (c.rc == SQLITE_OK) {
      tok_sql_result_buf(ctx, c.func, &out);
      sqlite3_result_subtype(ctx, 'J');
    }
  }
  tok_buf_free(&out);
  end(&c, &r, &rows);
}

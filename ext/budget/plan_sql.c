/*
** The quotas that a connection remembers, and what their counters say.
**
** What is remembered is good as long as
**   - llm_clock.quotas is the number that was there: triggers draw another at each change of
**     llm_quota, whoever makes it. It is read in the transaction of the check, so that a ROLLBACK,
**     another process and a restored backup are all seen;
**   - the statement that reads it was not prepared again: so main has the same schema, those
**     triggers among it.
** Read when a number is met the second time: who asks once, or changes quotas before each question,
** is not made to read them all.
*/
#include "budget_sql.h"

/* ---- reading llm_quota ----------------------------------------------------------------------- */

void tok_plan_forget(tok_budget *b) {
  tok_plan_free(&b->plan);
  b->plan_state = TOK_PLAN_NONE;
}

static tok_status text_column(sqlite3_stmt *stmt, int i, tok_slice *out) {
  int rc = tok_sql_column(stmt, i, out);
  if (out->ptr == NULL) out->ptr = "";
  return rc == SQLITE_OK ? TOK_OK : TOK_NOMEM;
}

static tok_status add_quota(tok_plan *p, sqlite3_stmt *stmt) {
  int i = 0;
  tok_plan_row row = {.id = sqlite3_column_int64(stmt, i++)};
  tok_slice *const texts[] = {&row.route,  &row.pattern,   &row.tag_text, &row.kind,    &row.metric,
                              &row.action, &row.hold_size, &row.split_by, &row.calendar};
  int64_t *const numbers[] = {&row.limit, &row.soft,     &row.since,  &row.span_s,
                              &row.len_s, &row.anchor_s, &row.months, &row.any};
  for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
    if (text_column(stmt, i++, texts[k]) != TOK_OK) return TOK_NOMEM;
  }
  for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
    *numbers[k] = sqlite3_column_int64(stmt, i++);
  row.special = sqlite3_column_int(stmt, i++) != 0;
  return tok_plan_add(p, &row);
}

/* Would a change be noticed? */
static bool is_watched(tok_call *c) {
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_PLAN_WATCHED);
  bool watched = tok_call_step(c, stmt) && sqlite3_column_int(stmt, 0) != 0;
  tok_call_done(c, TOK_BQ_PLAN_WATCHED, stmt);
  return watched;
}

static void read_plan(tok_call *c) {
  tok_budget *b = c->b;
  tok_status status = TOK_OK;
  b->plan_state = TOK_PLAN_UNFIT;
  if (!is_watched(c)) return;
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_PLAN);
  if (stmt != NULL) sqlite3_bind_int(stmt, 1, TOK_PLAN_QUOTAS_MAX + 1);
  while (status == TOK_OK && tok_call_step(c, stmt)) status = add_quota(&b->plan, stmt);
  tok_call_done(c, TOK_BQ_PLAN, stmt);
  if (status == TOK_OK && c->rc == SQLITE_OK) b->plan_state = TOK_PLAN_GOOD;
  else tok_plan_free(&b->plan);
  if (status == TOK_NOMEM) tok_call_fail(c, SQLITE_NOMEM, NULL);
}

const tok_plan *tok_call_plan(tok_call *c) {
  tok_budget *b = c->b;
  if (c->rc != SQLITE_OK || !c->versioned) return NULL;
  if (b->plan_state == TOK_PLAN_NONE || b->plan_version != c->version ||
      b->plan_schema != c->schema) {
    tok_plan_forget(b);
    b->plan_state = TOK_PLAN_SEEN;
    b->plan_version = c->version;
    b->plan_schema = c->schema;
    return NULL;
  }
  if (b->plan_state == TOK_PLAN_SEEN) read_plan(c);
  if (c->rc != SQLITE_OK) tok_plan_forget(b);
  return b->plan_state == TOK_PLAN_GOOD ? &b->plan : NULL;
}

/* ---- counters -------------------------------------------------------------------------------- */

/* Where the counter of a calendar's period begins. False: the calendar ends before. */
static bool place(tok_call *c, tok_plan_cover *cover, int64_t now) {
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_COUNTER_PLACE);
  if (stmt == NULL) return false;
  sqlite3_bind_text(stmt, 1, c->b->plan.text.ptr + cover->quota->calendar, -1, SQLITE_STATIC);
  sqlite3_bind_int64(stmt, 2, now);
  bool placed = tok_call_step(c, stmt) && sqlite3_column_type(stmt, 0) != SQLITE_NULL;
  if (placed) cover->start = sqlite3_column_int64(stmt, 0);
  tok_call_done(c, TOK_BQ_COUNTER_PLACE, stmt);
  return placed;
}

/* What grants, overrides and the period before make of the limit. */
static void read_limit(tok_call *c, tok_plan_cover *cover, int64_t now) {
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_LIMIT);
  if (stmt == NULL) return;
  sqlite3_bind_int64(stmt, 1, cover->quota->id);
  sqlite3_bind_text64(stmt, 2, cover->key.ptr, cover->key.len, SQLITE_STATIC, SQLITE_UTF8);
  sqlite3_bind_int64(stmt, 3, cover->start);
  sqlite3_bind_int64(stmt, 4, now);
  if (tok_call_step(c, stmt)) cover->limit = sqlite3_column_int64(stmt, 0);
  tok_call_done(c, TOK_BQ_LIMIT, stmt);
}

/* What is used and held of it. */
static int64_t read_counter(tok_call *c, const tok_plan_cover *cover) {
  const tok_plan_quota *q = cover->quota;
  bool rolling = q->kind == TOK_KIND_ROLLING;
  tok_bq which = rolling ? TOK_BQ_COUNTER_WINDOW : TOK_BQ_COUNTER;
  int64_t units = 0;
  sqlite3_stmt *stmt = tok_call_stmt(c, which);
  if (stmt == NULL) return 0;
  sqlite3_bind_int64(stmt, 1, q->id);
  sqlite3_bind_text64(stmt, 2, cover->key.ptr, cover->key.len, SQLITE_STATIC, SQLITE_UTF8);
  sqlite3_bind_int64(stmt, 3, rolling ? cover->start - q->span_s - q->len_s : cover->start);
  if (rolling) sqlite3_bind_int64(stmt, 4, cover->start + q->span_s + q->len_s);
  /* too large for an integer: the largest */
  if (tok_call_step(c, stmt)) units = sqlite3_column_int64(stmt, 0);
  tok_call_done(c, which, stmt);
  return units;
}

bool tok_plan_decide(tok_call *c, const tok_plan *plan, const tok_request *r, int64_t now,
                     tok_plan_covers *covers, tok_decision *worst) {
  if (plan == NULL || !tok_plan_match(plan, r, now, sqlite3_strglob, covers)) return false;
  *worst = TOK_ALLOW;
  for (int i = 0; i < covers->n; i++) {
    tok_plan_cover *cover = &covers->cover[i];
    const tok_plan_quota *q = cover->quota;
    if (q->kind == TOK_KIND_CALENDAR && !place(c, cover, now)) return false;
    if (q->special) read_limit(c, cover, now);
    tok_quota_view view = {.limit = cover->limit,
                           .soft = q->soft,
                           .need = cover->need,
                           .known = cover->known,
                           .action = q->action,
                           .used = read_counter(c, cover)};
    tok_decision decision = tok_quota_decide(&view);
    if (decision > *worst) *worst = decision;
  }
  return c->rc == SQLITE_OK;
}

static void bind_place(sqlite3_stmt *stmt, int first, const tok_plan_cover *cover) {
  sqlite3_bind_int64(stmt, first, cover->quota->id);
  sqlite3_bind_text64(stmt, first + 1, cover->key.ptr, cover->key.len, SQLITE_STATIC, SQLITE_UTF8);
  sqlite3_bind_int64(stmt, first + 2, cover->start);
  sqlite3_bind_int64(stmt, first + 3, cover->need);
}

static void add_item(tok_call *c, const tok_plan_cover *cover, int64_t id) {
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_HOLD_ITEM);
  if (stmt == NULL) return;
  sqlite3_bind_int64(stmt, 1, id);
  bind_place(stmt, 2, cover);
  tok_call_run(c, TOK_BQ_HOLD_ITEM, stmt);
}

static void raise_counter(tok_call *c, const tok_plan_cover *cover, int64_t now) {
  const tok_plan_quota *q = cover->quota;
  /* a window's limit is no bucket's: tok_plan_decide has summed it in this transaction */
  bool limited = q->action == TOK_BLOCK && q->kind != TOK_KIND_ROLLING && cover->need > 0;
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_COUNTER_PARK);
  if (stmt == NULL) return;
  bind_place(stmt, 1, cover);
  sqlite3_bind_int64(stmt, 5, now);
  sqlite3_bind_int64(stmt, 6, limited ? cover->limit : INT64_MAX);
  tok_call_run(c, TOK_BQ_COUNTER_PARK, stmt);
  if (c->rc != SQLITE_OK || sqlite3_changes64(c->b->conn.db) > 0) return;
  stmt = tok_call_stmt(c, TOK_BQ_COUNTER_OPEN);
  if (stmt == NULL) return;
  bind_place(stmt, 1, cover);
  sqlite3_bind_int64(stmt, 5, now);
  tok_call_run(c, TOK_BQ_COUNTER_OPEN, stmt);
}

void tok_covers_park(tok_call *c, const tok_plan_covers *covers, int64_t id, int64_t now) {
  for (int i = 0; i < covers->n; i++) {
    add_item(c, &covers->cover[i], id);
    raise_counter(c, &covers->cover[i], now);
  }
}

/*
** Budgets: the state of a connection, statements, transactions, time; and what the room registers.
**
** Every function works on main. A function that writes is called alone, as SELECT
** tok_quota_reserve(…): then it runs its own BEGIN IMMEDIATE … COMMIT and waits for other writers
** as busy_timeout says; or inside the caller's transaction, whose rollback undoes it. In a
** statement that reads a table it could do neither without the risk of SQLITE_BUSY_SNAPSHOT, so it
** refuses.
*/
#include "budget_sql.h"

#include <stdarg.h>

#include "../ledger/install.h"
#include "period.h"
#include "scripts.h"

/* Script names, or SQL of a few words. */
static const char *const statements[TOK_N_BQ] = {
    [TOK_BQ_BEGIN] = "BEGIN IMMEDIATE",
    [TOK_BQ_COMMIT] = "COMMIT",
    [TOK_BQ_ROLLBACK] = "ROLLBACK",
    [TOK_BQ_SAVEPOINT] = "SAVEPOINT tok_quota",
    [TOK_BQ_KEEP] = "RELEASE tok_quota",
    [TOK_BQ_UNDO] = "ROLLBACK TO tok_quota",
    [TOK_BQ_CLOCK] = "SELECT now, quotas FROM main.llm_clock",
    [TOK_BQ_SET_CLOCK] = "UPDATE main.llm_clock SET now = ?1",
    [TOK_BQ_COST_QUOTAS] =
        "SELECT EXISTS (SELECT 1 FROM main.llm_quota WHERE metric = 'cost' AND active)",
    [TOK_BQ_CANONICAL] = "SELECT tok_usage(?1), iif(tok_json_valid(?1), ?1, '{}')",
    [TOK_BQ_MATCH] = "budget/match.sql",
    [TOK_BQ_PLAN] = "budget/plan.sql",
    [TOK_BQ_PLAN_WATCHED] = "budget/plan_watched.sql",
    [TOK_BQ_LIMIT] = "budget/limit.sql",
    [TOK_BQ_COUNTER] = "budget/counter.sql",
    [TOK_BQ_COUNTER_WINDOW] = "budget/counter_window.sql",
    [TOK_BQ_COUNTER_PLACE] = "budget/counter_place.sql",
    [TOK_BQ_COUNTER_PARK] = "budget/counter_park.sql",
    [TOK_BQ_COUNTER_OPEN] = "budget/counter_open.sql",
    [TOK_BQ_NEXT_HOLD] = "SELECT max(id) FROM main.llm_hold",
    [TOK_BQ_HOLD_ITEM] = "budget/hold_item.sql",
    [TOK_BQ_HOLD] = "budget/hold.sql",
    [TOK_BQ_FIND_HOLD] = "budget/find_hold.sql",
    [TOK_BQ_SWEEP] = "budget/sweep.sql",
    [TOK_BQ_EXPIRED] = "SELECT 1 FROM main.llm_hold WHERE state = 'held' AND expires <= ?1 LIMIT 1",
    [TOK_BQ_PRUNE] = "budget/prune_holds.sql",
    [TOK_BQ_PRICE] = "budget/price.sql",
    [TOK_BQ_PRICE_USUAL] = "budget/price_usual.sql",
    [TOK_BQ_USUAL_OUTPUT] = "budget/usual_output.sql",
    [TOK_BQ_SETTLE] = "budget/settle.sql",
    [TOK_BQ_SETTLE_REPEATED] = "budget/settle_repeated.sql",
    [TOK_BQ_RELEASE] = "budget/release.sql",
    [TOK_BQ_CALENDARS] = "budget/calendars.sql",
    [TOK_BQ_CALENDAR_ADD] = "budget/calendar_add.sql",
    [TOK_BQ_CALENDAR_RECOUNT] = "budget/calendar_recount.sql",
    [TOK_BQ_FREES] = "budget/frees.sql",
    [TOK_BQ_EXPIRED_UNITS] = "budget/expired_units.sql",
    [TOK_BQ_SET_FIND] = "budget/set_find.sql",
    [TOK_BQ_SET_INSERT] = "budget/set_insert.sql",
    [TOK_BQ_SET_UPDATE] = "budget/set_update.sql",
    [TOK_BQ_SET_STRUCTURE] = "budget/set_structure.sql",
    [TOK_BQ_THRESHOLD_CLEAR] = "budget/threshold_clear.sql",
    [TOK_BQ_THRESHOLD_ADD] = "budget/threshold_add.sql",
    [TOK_BQ_GRANT] = "budget/grant.sql",
    [TOK_BQ_OVERRIDE] = "budget/override.sql",
    [TOK_BQ_REFUSAL] = "budget/refusal.sql",
    [TOK_BQ_CONTEXT_ROW] = "budget/context_row.sql",
    [TOK_BQ_CONTEXT_ROWS] = "budget/context_rows.sql",
};

static const char *sql_of(tok_bq which) {
  const char *s = statements[which];
  return strncmp(s, "budget/", 7) == 0
             ? tok_script_text(tok_budget_scripts, tok_budget_n_scripts, s)
             : s;
}

static void destroy(tok_conn *conn) {
  tok_budget *b = (tok_budget *)conn;
  tok_zones_clear(&b->zones);
  tok_plan_forget(b);
  tok_free(b);
}

void tok_budget_own(tok_budget *b) { b->n_owner++; }

void tok_budget_disown(tok_budget *b) {
  if (--b->n_owner > 0) return;
  for (int i = 0; i < TOK_N_BQ; i++) {
    sqlite3_finalize(b->kept[i]);
    b->kept[i] = NULL;
  }
  b->asked = false;
  tok_plan_forget(b); /* its plan_schema was that of a statement that is gone */
}

/* ---- a call ---------------------------------------------------------------------------------- */

tok_call tok_call_start(sqlite3_context *ctx, const char *func) {
  return (tok_call){.b = sqlite3_user_data(ctx), .ctx = ctx, .func = func};
}

bool tok_call_text(tok_call *c, sqlite3_value *v, tok_slice *out) {
  int rc = tok_sql_read(v, out);
  if (rc != SQLITE_OK) tok_call_fail(c, rc, NULL);
  return rc == SQLITE_OK;
}

void tok_call_fail(tok_call *c, int rc, const char *format, ...) {
  if (c->rc != SQLITE_OK) return;
  c->rc = rc;
  if (format == NULL || rc == SQLITE_NOMEM) return;
  va_list ap;
  va_start(ap, format);
  c->message = sqlite3_vmprintf(format, ap);
  va_end(ap);
}

const char *tok_budget_said(const char *message) {
  static const char CHECK[] = "CHECK constraint failed: ", TABLE[] = "no such table: main.llm_";
  if (strncmp(message, CHECK, sizeof CHECK - 1) == 0) return message + sizeof CHECK - 1;
  if (strncmp(message, TABLE, sizeof TABLE - 1) != 0) return message;
  return "there is no ledger, or an older one; SELECT tok_init() makes it";
}

static void fail_db(tok_call *c, int rc) {
  if (rc != SQLITE_OK) tok_call_fail(c, rc, "%s", tok_budget_said(sqlite3_errmsg(c->b->conn.db)));
}

sqlite3_stmt *tok_call_stmt(tok_call *c, tok_bq which) {
  tok_budget *b = c->b;
  sqlite3_stmt *stmt = NULL;
  if (c->rc != SQLITE_OK) return NULL;
  if (b->n_owner == 0 && !b->asked) { /* preparing this connects it */
    b->asked = true;
    sqlite3_prepare_v2(b->conn.db, "SELECT 1 FROM tok_quota_status", -1, &stmt, NULL);
    sqlite3_finalize(stmt);
    stmt = NULL;
  }
  bool keep = b->n_owner > 0 && !b->lent[which];
  if (keep && b->kept[which] != NULL) {
    b->lent[which] = true;
    return b->kept[which];
  }
  fail_db(c, sqlite3_prepare_v3(b->conn.db, sql_of(which), -1, keep ? SQLITE_PREPARE_PERSISTENT : 0,
                                &stmt, NULL));
  if (stmt != NULL && keep) {
    b->kept[which] = stmt;
    b->lent[which] = true;
  }
  return stmt;
}

bool tok_call_step(tok_call *c, sqlite3_stmt *stmt) {
  if (c->rc != SQLITE_OK || stmt == NULL) return false;
  int rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW) return true;
  if (rc != SQLITE_DONE) fail_db(c, rc);
  return false;
}

void tok_call_done(tok_call *c, tok_bq which, sqlite3_stmt *stmt) {
  if (stmt == NULL) return;
  if (c->b->kept[which] == stmt) {
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt); /* what was bound may not be ours */
    c->b->lent[which] = false;
  } else {
    sqlite3_finalize(stmt);
  }
}

void tok_call_run(tok_call *c, tok_bq which, sqlite3_stmt *stmt) {
  while (tok_call_step(c, stmt)) continue;
  tok_call_done(c, which, stmt);
}

static void run(tok_call *c, tok_bq which) { tok_call_run(c, which, tok_call_stmt(c, which)); }

bool tok_call_end(tok_call *c) {
  if (c->rc == SQLITE_OK) return true;
  if (c->raised) return false;
  tok_sql_failure(c->ctx, c->func, c->rc, c->message);
  sqlite3_free(c->message);
  c->message = NULL;
  return false;
}

/* ---- transactions ---------------------------------------------------------------------------- */

void tok_call_install(tok_call *c) {
  if (c->rc != SQLITE_OK || c->b->installed) return;
  char *message = NULL;
  int rc = tok_ledger_install(c->b->conn.db, &message);
  if (rc != SQLITE_OK) tok_call_fail(c, rc, "%s", message == NULL ? sqlite3_errstr(rc) : message);
  /* a rollback takes TEMP objects with it */
  else c->b->installed = sqlite3_get_autocommit(c->b->conn.db) != 0;
  sqlite3_free(message);
}

/*
** The way back is prepared before it is needed: while the statement that called us runs, running
** out of memory once means that SQLite allocates nothing for this connection any more.
*/
void tok_call_begin(tok_call *c) {
  sqlite3 *db = c->b->conn.db;
  if (c->rc != SQLITE_OK) return;
  c->own_txn = sqlite3_get_autocommit(db) != 0;
  if (c->own_txn && sqlite3_txn_state(db, "main") != SQLITE_TXN_NONE) {
    tok_call_fail(c, SQLITE_ERROR,
                  "must be called alone, as SELECT %s(…), or between BEGIN IMMEDIATE and COMMIT;"
                  " this statement uses tables",
                  c->func);
    return;
  }
  tok_bq undo = c->own_txn ? TOK_BQ_ROLLBACK : TOK_BQ_UNDO,
         keep = c->own_txn ? TOK_BQ_COMMIT : TOK_BQ_KEEP;
  tok_call_done(c, undo, tok_call_stmt(c, undo));
  tok_call_done(c, keep, tok_call_stmt(c, keep));
  run(c, c->own_txn ? TOK_BQ_BEGIN : TOK_BQ_SAVEPOINT);
  c->in_txn = c->rc == SQLITE_OK;
}

/* After a failure, too, so not by way of the sticky error. */
static int step_kept(tok_call *c, tok_bq which) {
  sqlite3_stmt *stmt = c->b->kept[which];
  if (stmt == NULL) return sqlite3_exec(c->b->conn.db, sql_of(which), NULL, NULL, NULL);
  int rc = sqlite3_step(stmt);
  int end = sqlite3_reset(stmt);
  return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : end == SQLITE_OK ? rc : end;
}

void tok_call_commit(tok_call *c) {
  sqlite3 *db = c->b->conn.db;
  if (!c->in_txn) return;
  c->in_txn = false;
  if (c->rc == SQLITE_OK) {
    int rc = step_kept(c, c->own_txn ? TOK_BQ_COMMIT : TOK_BQ_KEEP);
    if (rc == SQLITE_OK) return;
    fail_db(c, rc);
  }
  /* memory that ran out or a full disk may have made SQLite roll everything back already */
  if (sqlite3_get_autocommit(db)) return;
  if (step_kept(c, c->own_txn ? TOK_BQ_ROLLBACK : TOK_BQ_UNDO) == SQLITE_OK && !c->own_txn)
    step_kept(c, TOK_BQ_KEEP);
}

/* ---- time ------------------------------------------------------------------------------------ */

enum { CLOCK_SKEW_MAX_S = 3600 };

void tok_call_clock(tok_call *c) {
  c->clock_last = 0;
  c->versioned = false;
  c->clock = tok_call_stmt(c, TOK_BQ_CLOCK);
  if (!tok_call_step(c, c->clock)) return;
  c->clock_last = sqlite3_column_int64(c->clock, 0);
  c->version = sqlite3_column_int64(c->clock, 1);
  c->schema = sqlite3_stmt_status(c->clock, SQLITE_STMTSTATUS_REPREPARE, 0);
  c->versioned = c->clock == c->b->kept[TOK_BQ_CLOCK];
}

void tok_call_clock_done(tok_call *c) {
  tok_call_done(c, TOK_BQ_CLOCK, c->clock);
  c->clock = NULL;
}

bool tok_call_now(tok_call *c, sqlite3_value *arg, bool write, int64_t *now) {
  bool reading = c->clock != NULL;
  if (!reading) {
    tok_call_clock(c);
    tok_call_clock_done(c);
  }
  int64_t last = c->clock_last;
  if (c->rc != SQLITE_OK) return false;
  if (arg != NULL && sqlite3_value_type(arg) != SQLITE_NULL) {
    if (tok_sql_time(c->ctx, c->func, "now", arg, now)) return true;
    c->rc = SQLITE_ERROR;
    c->raised = true;
    return false;
  }
  *now = tok_sql_now();
  if (*now < last && last - *now <= CLOCK_SKEW_MAX_S) {
    *now = last;
  } else if (write && *now != last) {
    sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_SET_CLOCK);
    if (stmt != NULL) sqlite3_bind_int64(stmt, 1, *now);
    tok_call_run(c, TOK_BQ_SET_CLOCK, stmt);
  }
  return c->rc == SQLITE_OK;
}

/* ---- calendars ------------------------------------------------------------------------------- */

/*
** How far a calendar is filled: so many periods ahead, so that a client without tok goes on for
** years: hours for two, days for ten, months for fifty. One year back, for late rows.
*/
enum { DAY_S = 86400, YEAR_S = 366 * DAY_S };

static int64_t horizon(int64_t period_s) {
  if (period_s < DAY_S / 2) return 2LL * YEAR_S;
  return period_s < 20LL * DAY_S ? 10LL * YEAR_S : 50LL * YEAR_S;
}

static const tok_zone *find_zone(tok_call *c, const char *name) {
  const tok_zone *z = NULL;
  char *message = NULL;
  int rc = tok_zones_find(&c->b->zones, tok_slice_of(name), &z, &message);
  if (rc != SQLITE_OK) tok_call_fail(c, rc, "%s", message == NULL ? sqlite3_errstr(rc) : message);
  sqlite3_free(message);
  return z;
}

static bool find_period(tok_call *c, const char *text, tok_period *p) {
  const char *wrong;
  if (c->rc != SQLITE_OK) return false;
  if (tok_period_parse(tok_slice_of(text), p, &wrong) == TOK_OK) return true;
  tok_call_fail(c, SQLITE_ERROR, "period '%s' %s", text, wrong);
  return false;
}

bool tok_call_period(tok_call *c, const char *period, const char *zone, int64_t t, tok_span *span,
                     int64_t *resets_at) {
  tok_period p;
  const tok_zone *z = find_zone(c, zone);
  if (z == NULL || !find_period(c, period, &p)) return false;
  tok_period_at(&p, z, t, span);
  *resets_at = tok_period_resets_at(&p, z, t);
  return true;
}

/* Adds the periods of a calendar that hold instants in [from, until). */
static void add_periods(tok_call *c, const char *calendar, const tok_period *p, const tok_zone *z,
                        int64_t from, int64_t until) {
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_CALENDAR_ADD);
  for (int64_t t = from; stmt != NULL && c->rc == SQLITE_OK && t < until && tok_time_in_range(t);) {
    tok_span span;
    tok_period_counter(p, z, t, &span);
    sqlite3_bind_text(stmt, 1, calendar, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, span.start);
    sqlite3_bind_int64(stmt, 3, span.end);
    tok_call_step(c, stmt);
    sqlite3_reset(stmt);
    t = span.end;
  }
  tok_call_done(c, TOK_BQ_CALENDAR_ADD, stmt);
}

/* One row of calendars.sql. */
static bool fill(tok_call *c, sqlite3_stmt *row, int64_t now) {
  const char *period = (const char *)sqlite3_column_text(row, 0),
             *zone = (const char *)sqlite3_column_text(row, 1);
  const char *calendar = (const char *)sqlite3_column_text(row, 5);
  int64_t oldest = sqlite3_column_int64(row, 2), first = sqlite3_column_int64(row, 3);
  int64_t stop = sqlite3_column_int64(row, 4);
  bool empty = sqlite3_column_type(row, 3) == SQLITE_NULL;
  tok_period p;
  tok_span span;
  if (period == NULL || zone == NULL || calendar == NULL) {
    tok_call_fail(c, SQLITE_NOMEM, NULL);
    return false;
  }
  const tok_zone *z = find_zone(c, zone);
  if (z == NULL || !find_period(c, period, &p)) return false;
  tok_period_counter(&p, z, now, &span);
  int64_t ahead = horizon(span.end - span.start), from = (oldest < now ? oldest : now) - YEAR_S;
  bool low = empty || (from + YEAR_S < first && from < first),
       high = empty || stop < now + ahead / 2;
  if (low) add_periods(c, calendar, &p, z, from, empty ? now + ahead : first);
  if (high && !empty) add_periods(c, calendar, &p, z, stop, now + ahead);
  if (low || high) {
    sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_CALENDAR_RECOUNT);
    if (stmt != NULL) sqlite3_bind_text(stmt, 1, calendar, -1, SQLITE_STATIC);
    tok_call_run(c, TOK_BQ_CALENDAR_RECOUNT, stmt);
  }
  return low || high;
}

bool tok_call_calendars(tok_call *c, int64_t now) {
  bool filled = false;
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_CALENDARS);
  if (stmt != NULL) sqlite3_bind_int64(stmt, 1, now);
  while (tok_call_step(c, stmt)) filled |= fill(c, stmt, now);
  tok_call_done(c, TOK_BQ_CALENDARS, stmt);
  return filled;
}

/* ---- registration ---------------------------------------------------------------------------- */

int tok_budget_register(sqlite3 *db) {
  static const tok_func_def defs[] = {
      {"tok_quota_check", -1, TOK_READS, tok_quota_check_func},
      {"tok_quota_explain", -1, TOK_READS | SQLITE_RESULT_SUBTYPE, tok_quota_explain_func},
      {"tok_quota_reserve", -1, TOK_WRITES | SQLITE_RESULT_SUBTYPE, tok_quota_reserve_func},
      {"tok_quota_settle", -1, TOK_WRITES, tok_quota_settle_func},
      {"tok_quota_release", -1, TOK_WRITES, tok_quota_release_func},
      {"tok_quota_sweep", -1, TOK_WRITES, tok_quota_sweep_func},
      {"tok_quota_set", -1, TOK_WRITES, tok_quota_set_func},
      {"tok_quota_grant", -1, TOK_WRITES, tok_quota_grant_func},
      {"tok_quota_override", -1, TOK_WRITES, tok_quota_override_func},
      {"tok_quota_refusal", 3, TOK_READS, tok_quota_refusal_func},
      {"tok_context_look", 1, TOK_WRITES, tok_context_look_func},
  };
  static const tok_module_def modules[] = {{"tok_quota_status", &tok_quota_status_module}};
  tok_budget *b = tok_malloc(sizeof *b);
  if (b == NULL) return SQLITE_NOMEM;
  *b = (tok_budget){.conn = {db, 1, destroy}};
  tok_zones_init(&b->zones, db);
  tok_plan_init(&b->plan);
  int rc = tok_sql_functions(db, &b->conn, defs, sizeof defs / sizeof defs[0]);
  if (rc == SQLITE_OK) rc = tok_sql_modules(db, &b->conn, modules, 1);
  tok_conn_release(&b->conn);
  return rc;
}

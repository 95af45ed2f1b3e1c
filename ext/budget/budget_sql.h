/*
** The budget room's state on a connection: its statements, kept between calls. Glue: included by
** *_sql.c files only.
**
** SQLite asks on close whether statements are left before it frees the data of functions, but after
** it disconnects virtual tables; so tok_quota_status owns the statements (ext/prices/book_sql.c
** found out). Without it they are prepared at each call.
*/
#ifndef TOK_BUDGET_SQL_H
#define TOK_BUDGET_SQL_H

#include "../base/zone_sql.h"
#include "bucket.h"
#include "plan.h"

typedef enum {
  TOK_BQ_BEGIN,
  TOK_BQ_COMMIT,
  TOK_BQ_ROLLBACK,
  TOK_BQ_SAVEPOINT,
  TOK_BQ_KEEP,
  TOK_BQ_UNDO,
  TOK_BQ_CLOCK,
  TOK_BQ_SET_CLOCK,
  TOK_BQ_COST_QUOTAS,
  TOK_BQ_MATCH,
  TOK_BQ_PLAN,
  TOK_BQ_PLAN_WATCHED,
  TOK_BQ_LIMIT,
  TOK_BQ_COUNTER,
  TOK_BQ_COUNTER_WINDOW,
  TOK_BQ_COUNTER_PLACE,
  TOK_BQ_COUNTER_PARK,
  TOK_BQ_COUNTER_OPEN,
  TOK_BQ_NEXT_HOLD,
  TOK_BQ_HOLD_ITEM,
  TOK_BQ_HOLD,
  TOK_BQ_FIND_HOLD,
  TOK_BQ_SWEEP,
  TOK_BQ_EXPIRED,
  TOK_BQ_PRUNE,
  TOK_BQ_PRICE,
  TOK_BQ_PRICE_USUAL,
  TOK_BQ_USUAL_OUTPUT,
  TOK_BQ_SETTLE,
  TOK_BQ_SETTLE_REPEATED,
  TOK_BQ_RELEASE,
  TOK_BQ_CALENDARS,
  TOK_BQ_CALENDAR_ADD,
  TOK_BQ_CALENDAR_RECOUNT,
  TOK_BQ_FREES,
  TOK_BQ_EXPIRED_UNITS,
  TOK_BQ_CANONICAL,
  TOK_BQ_SET_FIND,
  TOK_BQ_SET_INSERT,
  TOK_BQ_SET_UPDATE,
  TOK_BQ_SET_STRUCTURE,
  TOK_BQ_THRESHOLD_CLEAR,
  TOK_BQ_THRESHOLD_ADD,
  TOK_BQ_GRANT,
  TOK_BQ_OVERRIDE,
  TOK_BQ_REFUSAL,
  TOK_BQ_CONTEXT_ROW,
  TOK_BQ_CONTEXT_ROWS,
  TOK_N_BQ
} tok_bq;

typedef struct {
  tok_conn conn; /* first: destroyed as one */
  tok_zones zones;
  sqlite3_stmt *kept[TOK_N_BQ]; /* owned; NULL unless n_owner > 0 */
  bool lent[TOK_N_BQ];
  int n_owner;    /* virtual tables connected */
  bool asked;     /* for the virtual table, once */
  bool installed; /* the ledger and this connection's TEMP objects are there */
  tok_plan plan;  /* see plan_sql.c */
  enum { TOK_PLAN_NONE, TOK_PLAN_SEEN, TOK_PLAN_GOOD, TOK_PLAN_UNFIT } plan_state;
  int64_t plan_version; /* llm_clock.quotas */
  int plan_schema;      /* how often TOK_BQ_CLOCK was prepared again since the schema had changed */
} tok_budget;

/* tok_quota_status's xConnect and xDisconnect call these. */
void tok_budget_own(tok_budget *b);
void tok_budget_disown(tok_budget *b);

/*
** One call of a function: a sticky error, the statements that it uses, and its transaction. After a
** failure every step is a no-op; call_end reports it.
*/
typedef struct {
  tok_budget *b;
  sqlite3_context *ctx;
  const char *func;
  int rc;        /* sticky */
  char *message; /* owned; NULL: that of rc */
  bool raised;   /* the error is the context's already */
  bool in_txn, own_txn;
  sqlite3_stmt *clock;           /* TOK_BQ_CLOCK while its row is read */
  int64_t clock_last, version;   /* that row */
  int schema;
  bool versioned; /* version and schema are known */
} tok_call;

/* Begins a call: no error, no transaction. Ends with tok_call_end in any case. */
tok_call tok_call_start(sqlite3_context *ctx, const char *func);
/* Undoes an open transaction after a failure and raises the error. True if all went well. */
bool tok_call_end(tok_call *c);
/* Fails with that code and "<func>: …", NULL: what the code means. The first error stays. */
void tok_call_fail(tok_call *c, int rc, const char *format, ...);
/* A text argument; false with the failure noted where there is no memory to read it. */
bool tok_call_text(tok_call *c, sqlite3_value *v, tok_slice *out);
/*
** What SQLite's message means to a user: the schema's CHECKs are named with sentences, and a table
** that is missing is a ledger that is. Borrowed from `message` or static.
*/
const char *tok_budget_said(const char *message);

/*
** A statement of this call; NULL after a failure. Give it back with tok_call_done, which resets it.
*/
sqlite3_stmt *tok_call_stmt(tok_call *c, tok_bq which);
/* True if there is a row. */
bool tok_call_step(tok_call *c, sqlite3_stmt *stmt);
void tok_call_done(tok_call *c, tok_bq which, sqlite3_stmt *stmt);
/* Steps a statement to its end and gives it back. */
void tok_call_run(tok_call *c, tok_bq which, sqlite3_stmt *stmt);

/* The ledger's schema and this connection's TEMP triggers, made where missing. */
void tok_call_install(tok_call *c);
/*
** A write transaction: its own (BEGIN IMMEDIATE) in a statement that reads no table, a savepoint
** inside the caller's. An error that says how to call it where neither can be.
*/
void tok_call_begin(tok_call *c);
/* Ends it: kept, or undone. */
void tok_call_commit(tok_call *c);

/*
** Time `now`: the argument, or the clock, but never before the latest reservation, unless that was
** more than an hour later: then the clock was wrong once and is believed again. `write` notes it;
** needs a transaction.
*/
bool tok_call_now(tok_call *c, sqlite3_value *arg, bool write, int64_t *now);

/*
** Reads llm_clock, and stays in the middle of it until tok_call_clock_done: whatever is read in
** between is of one snapshot, and its transaction is begun once.
*/
void tok_call_clock(tok_call *c);
void tok_call_clock_done(tok_call *c);

/*
** Fills calendars that end within reach; recounts what had no period. Needs a transaction; true if
** any was filled.
*/
bool tok_call_calendars(tok_call *c, int64_t now);

/* ---- check_sql.c ----------------------------------------------------------------------------- */

/* One quota that covers a request. Texts are owned by the row. */
typedef struct {
  int64_t id, start;
  char *name, *key, *metric, *period, *zone; /* owned, in one block: `name` */
  tok_quota_view view;
  tok_decision decision;
  const char *reason; /* static; NULL: the limit */
  bool rolling, unplaced, refills;
  tok_bucket bucket; /* where it refills */
  int64_t unpriced_rows;
} tok_quota_row;

enum { TOK_QUOTA_ROWS_MAX = 10000 }; /* quotas that match one request; beyond it is a mistake */

typedef struct {
  tok_quota_row *row; /* owned */
  int n, cap;
  bool unplaced, wants_usual; /* a calendar is too short; a hold size needs the usual output */
} tok_quota_rows;

/* Of rows that were loaded, or zeroed. */
void tok_quota_rows_free(tok_quota_rows *rows);
/* Binds ?1 to ?18 of budget/match.sql. */
void tok_request_bind(tok_call *c, sqlite3_stmt *stmt, const tok_request *r, int64_t now);
/*
** Prices r where it says tokens but no cost and a quota counts cost; `plan` may be NULL. The most
** that it may cost; `usual`: as plain tokens.
*/
void tok_request_price(tok_call *c, const tok_plan *plan, tok_request *r, int64_t now, bool usual);
/* Every quota that covers r, decided. */
void tok_quota_rows_load(tok_call *c, const tok_request *r, int64_t now, tok_quota_rows *rows);
/* A token bucket from five columns: is it one, debt, at, refill, span_s. */
bool tok_bucket_read(sqlite3_stmt *stmt, int column, tok_bucket *b);
/* Is there a hold that has expired and that nobody has swept? */
bool tok_call_any_expired(tok_call *c, int64_t now);
/* The worst row: NULL if all allow. */
const tok_quota_row *tok_quota_rows_worst(const tok_quota_rows *rows);
/* Seconds from now until `row` could have room for what it lacks: false if never or unknown. */
bool tok_quota_retry(tok_call *c, const tok_quota_row *row, int64_t now, int64_t *seconds);
/*
** Its period; resets_at: when it ends, when a token bucket is full again if nobody takes from it.
*/
bool tok_quota_span(tok_call *c, const tok_quota_row *row, int64_t now, tok_span *span,
                    int64_t *resets_at);
/*
** Members of JSON; `name` is written as it is, with what stands before it: ",\"used\":".
**   units   a number of tokens or requests, of dollars for cost
**   iso     an instant, Unix seconds; null beyond the years of ISO-8601
**   view    limit, used, held, requested (null: not known) and remaining of a row, in its units
*/
void tok_add_text(tok_buf *out, const char *name, const char *text);
void tok_add_units(tok_buf *out, const char *name, const char *metric, int64_t units);
void tok_add_iso(tok_buf *out, const char *name, int64_t t);
void tok_add_view(tok_buf *out, const tok_quota_row *row);
/* The period of that text and zone around t. */
bool tok_call_period(tok_call *c, const char *period, const char *zone, int64_t t, tok_span *span,
                     int64_t *resets_at);
/* Reads scope and amount arguments; false after an error. */
bool tok_call_request(tok_call *c, sqlite3_value *scope, sqlite3_value *amount, tok_request *r);

/* ---- plan_sql.c ------------------------------------------------------------------------------ */

/*
** The quotas of this snapshot, once a call, after tok_call_clock or tok_call_now; NULL: not known,
** ask SQL. Borrowed until it ends.
*/
const tok_plan *tok_call_plan(tok_call *c);
void tok_plan_forget(tok_budget *b);
/*
** The quotas of the plan that cover r, and *worst of what they say. False: ask SQL. One look-up a
** quota that covers it.
*/
bool tok_plan_decide(tok_call *c, const tok_plan *plan, const tok_request *r, int64_t now,
                     tok_plan_covers *covers, tok_decision *worst);
/* Parks what hold `id` needs of each. */
void tok_covers_park(tok_call *c, const tok_plan_covers *covers, int64_t id, int64_t now);

/* ---- the functions of SQL -------------------------------------------------------------------- */

void tok_quota_check_func(sqlite3_context *ctx, int n, sqlite3_value **args);
void tok_quota_explain_func(sqlite3_context *ctx, int n, sqlite3_value **args);
void tok_quota_reserve_func(sqlite3_context *ctx, int n, sqlite3_value **args);
void tok_quota_settle_func(sqlite3_context *ctx, int n, sqlite3_value **args);
void tok_quota_release_func(sqlite3_context *ctx, int n, sqlite3_value **args);
void tok_quota_sweep_func(sqlite3_context *ctx, int n, sqlite3_value **args);
void tok_quota_set_func(sqlite3_context *ctx, int n, sqlite3_value **args);
void tok_quota_grant_func(sqlite3_context *ctx, int n, sqlite3_value **args);
void tok_quota_override_func(sqlite3_context *ctx, int n, sqlite3_value **args);
void tok_context_look_func(sqlite3_context *ctx, int n, sqlite3_value **args);
void tok_quota_refusal_func(sqlite3_context *ctx, int n, sqlite3_value **args);
extern const sqlite3_module tok_quota_status_module;

#endif

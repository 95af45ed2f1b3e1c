/*
** The quotas of a ledger in memory: which of them cover a request, under which key, in which
** period, for how many units.
**
** So that a check of four counters reads four rows. It says what sql/gen/quota_covers.sql,
** quota_key.sql, quota_start.sql and quota_hold.sql say; the triggers are those, and their word is
** the last. What only they know (hold sizes by percentile, kinds of periods that are new, what
** lower() makes of letters that are not ASCII) is left to them: tok_plan_match then says so, and
** the caller asks in SQL. tests/budget/test_plan.c compares both on random quotas and requests.
**
** Pure: no clock, no SQLite, no allocation after tok_plan_add. A plan that is not being added to
** may be read by any thread.
*/
#ifndef TOK_PLAN_H
#define TOK_PLAN_H

#include "request.h"

enum {
  TOK_PLAN_QUOTAS_MAX = 10000,   /* 2 MB; whoever has more asks the index each time, as before */
  TOK_PLAN_TEXT_MAX = 8 << 20,   /* bytes of all their scopes */
  TOK_PLAN_COVERS_MAX = 32,      /* quotas that cover one request; a scope has 8 parts */
  TOK_PLAN_SCRATCH_BYTES = 2048, /* of one request: its scope in one text, and its keys */
  /* bytes of a pattern; SQLite's own limit for GLOB may be set lower than 50000 */
  TOK_PLAN_PATTERN_MAX = 4096
};

typedef enum {
  TOK_KIND_FIXED,
  TOK_KIND_MONTH,
  TOK_KIND_LIFETIME,
  TOK_KIND_ROLLING,
  TOK_KIND_CALENDAR, /* its start is in llm_calendar */
  TOK_KIND_OTHER     /* SQL knows */
} tok_quota_kind;

/*
** A row of llm_quota, as budget/plan.sql reads it. Texts are borrowed for the call of tok_plan_add.
*/
typedef struct {
  int64_t id;
  /* tag_text '"*"': any */
  tok_slice route, pattern, tag_text, kind, metric, action, hold_size, split_by, calendar;
  int64_t limit, soft; /* soft -1: none */
  int64_t since, span_s, len_s, anchor_s, months;
  int64_t any; /* how many of the seven columns of the scope are '*' */
  bool special; /* grants, overrides or rollover */
} tok_plan_row;

typedef struct {
  int64_t id, limit, soft, since, span_s, len_s, anchor_s, months;
  int64_t fixed_units; /* what every hold parks; -1: what it may need */
  size_t route, pattern, tag, calendar; /* where in the plan's text, each with a NUL after it */
  size_t route_len, tag_len; /* tag_len 0: any */
  tok_quota_kind kind;
  tok_decision action;
  char metric;    /* its first letter: i, o, t, r or c */
  bool by_route;  /* no other part of the scope restricts it */
  bool plain;     /* else only SQL can say what it is for a request that it covers */
  bool special;   /* `limit` is not all */
  unsigned split; /* bits of tok_dim */
  bool tuple;     /* the key is a list of quoted values */
} tok_plan_quota;

typedef struct {
  tok_plan_quota *quota; /* owned; in the order of their routes */
  int n, cap;
  tok_buf text; /* owned */
  bool has_cost;
} tok_plan;

/* Allocates nothing. */
void tok_plan_init(tok_plan *p);
void tok_plan_free(tok_plan *p);
/*
** Rows must come ordered by route, as bytes. TOK_OK, TOK_TOOBIG past the limits above, TOK_NOMEM.
*/
tok_status tok_plan_add(tok_plan *p, const tok_plan_row *row);

/* One quota that covers a request. */
typedef struct {
  const tok_plan_quota *quota; /* the plan's */
  tok_slice key;               /* the request's or in tok_plan_covers.text */
  int64_t start;               /* of the counter; TOK_KIND_CALENDAR: 0, to be looked up */
  int64_t limit;               /* the quota's; what is special is to be looked up */
  int64_t need;                /* units; 0 if not known */
  bool known;                  /* does the request say how much? */
} tok_plan_cover;

typedef struct {
  tok_plan_cover cover[TOK_PLAN_COVERS_MAX];
  int n;
  size_t n_text;
  char text[TOK_PLAN_SCRATCH_BYTES];
} tok_plan_covers;

/* SQLite's GLOB: 0 where it matches (sqlite3_strglob). */
typedef int tok_glob_fn(const char *pattern, const char *text);

/*
** The quotas that cover r at the time `now`. False: SQL must be asked, since one that may cover it
** is not plain, the amount does not decide, or there is more than fits; *out is then of no use.
** O(covering quotas * log quotas). *out borrows from p and r.
*/
bool tok_plan_match(const tok_plan *p, const tok_request *r, int64_t now, tok_glob_fn *glob,
                    tok_plan_covers *out);

#endif

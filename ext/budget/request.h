/*
** What a caller asks a budget for: a scope and an amount, read from JSON.
**
**     {"tenant_id":"acme","user_id":"ann","model":"gpt-4o","task_type":"chat","tag":"prod"}
**     {"input":1200,"output":800}     {"cost_usd":0.02}     {"requests":5}     {"total":2000}
**
** Scope keys are the ledger's columns tenant_id, user_id, api_key_id, session_id, provider, model
** and task_type, and tag (a string) or tags (an array or object). Amount keys: input, output,
** total, requests, cost_usd, cost_nano (also input_tokens, output_tokens, total_tokens); and what
** is known of the request, for its price: service_tier, inference_geo, and how many of its tokens,
** or searches, pages, …, are of a meter at most (cache_write, reasoning, input_audio, web_searches,
** …; ext/prices/most.h). null is as if the key were not there; any other key is an error, so that a
** misspelt limit never goes unnoticed.
*/
#ifndef TOK_REQUEST_H
#define TOK_REQUEST_H

#include "../base/buf.h"

typedef enum {
  TOK_DIM_TENANT,
  TOK_DIM_USER,
  TOK_DIM_API_KEY,
  TOK_DIM_SESSION,
  TOK_DIM_PROVIDER,
  TOK_DIM_MODEL,
  TOK_DIM_TASK,
  TOK_DIM_TAGS, /* JSON text */
  TOK_N_DIMS
} tok_dim;

extern const char *const tok_dim_names[TOK_N_DIMS];

typedef enum {
  TOK_AMOUNT_INPUT,
  TOK_AMOUNT_OUTPUT,
  TOK_AMOUNT_TOTAL,
  TOK_AMOUNT_REQUESTS,
  TOK_AMOUNT_COST,
  TOK_N_AMOUNTS
} tok_amount_kind;

enum { TOK_WRONG_BYTES = 160 };

typedef struct {
  tok_slice dim[TOK_N_DIMS];      /* ptr NULL: not given; borrowed from the JSON or from `text` */
  int64_t amount[TOK_N_AMOUNTS];  /* tokens, requests, nano-dollars */
  bool given[TOK_N_AMOUNTS];
  int64_t usual[4]; /* output_p95, output_p99, cost_p95, cost_p99 */
  bool has_usual;   /* the first two; the others if the cost is given */
  /* borrowed; the amount as written, where it says more of the request; else empty */
  tok_slice said;
  tok_buf text;                   /* owned; strings that had escapes */
  char wrong[TOK_WRONG_BYTES];    /* after TOK_INVALID: what is wrong, a sentence's end */
} tok_request;

/* Sets everything to "not given"; allocates nothing. */
void tok_request_init(tok_request *r);
void tok_request_free(tok_request *r);
/*
** Read one of the two. TOK_OK, TOK_INVALID (r->wrong) or TOK_NOMEM. O(length). The texts must
** outlive r.
*/
tok_status tok_request_scope(tok_request *r, tok_slice json);
tok_status tok_request_amount(tok_request *r, tok_slice json);

struct tok_bounds;
/* What the amount says of the request beside its sizes, for tok_cost_most (ext/prices/most.h). */
void tok_request_bounds(const tok_request *r, struct tok_bounds *out);

/*
** Does the amount say how much of a metric is wanted? The metric's first letter; a request is one
** request.
*/
bool tok_request_knows(const tok_request *r, char metric);

/* ---- decisions ------------------------------------------------------------------------------- */

typedef enum { TOK_ALLOW, TOK_WARN, TOK_THROTTLE, TOK_BLOCK } tok_decision; /* from good to bad */
extern const char *const tok_decision_names[];

/* One quota's view of a request; all in the quota's units. */
typedef struct {
  int64_t used, held; /* within the period or the rolling window */
  int64_t limit;      /* with carried over units, grants and overrides */
  int64_t soft;       /* -1: none */
  int64_t need;       /* what the request would add; unknown: 0 */
  bool known;         /* does the request say how much it adds? */
  tok_decision action;
} tok_quota_view;

/*
** TOK_ALLOW while used + held + need <= limit; else the quota's action. Above the soft limit at
** least TOK_WARN. A request that does not say how much needs one unit. Never overflows.
*/
tok_decision tok_quota_decide(const tok_quota_view *v);
/* limit - used - held; saturates. May be negative. */
int64_t tok_quota_remaining(const tok_quota_view *v);

#endif

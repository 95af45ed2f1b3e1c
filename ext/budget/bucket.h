/*
** Token buckets: what a counter of one has left, and when it has more. sql/gen/bucket_debt.sql
** keeps them.
**
** A bucket of `limit` units refills by `refill` units every span_s seconds, evenly. What it lacks
** of full, its debt, is an integer in units of 1/span_s: a second takes exactly `refill` off it, so
** nothing drifts however often or seldom one looks.
*/
#ifndef TOK_BUCKET_H
#define TOK_BUCKET_H

#include "request.h"

typedef struct {
  int64_t debt, at; /* in units of 1/span_s, at this time in seconds; 0 <= debt <= 2^62 */
  int64_t refill, span_s; /* at least 1 */
} tok_bucket;

/* The debt at time t: that of `at` where t is earlier. */
int64_t tok_bucket_debt(const tok_bucket *b, int64_t t);
/*
** Sets used and held of v, which has the held units of open holds, to what is missing at time t, in
** whole units, so that used + held + need <= limit says exactly whether `need` units are there.
** What was refilled counts for holds last.
*/
void tok_bucket_view(const tok_bucket *b, int64_t t, tok_quota_view *v);
/*
** Seconds from t until `need` units are there if nobody takes or gives back any: the least whole
** number, 0 if they are there. False if limit < need: never.
*/
bool tok_bucket_wait(const tok_bucket *b, int64_t t, int64_t limit, int64_t need, int64_t *seconds);

#endif

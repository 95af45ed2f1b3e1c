/*
** Usage of the ledger as a series of calendar buckets: hours, days, weeks or months of a zone.
**
** Rows come in the order of time; a bucket without rows is 0. The last bucket counts only if it is
** over, the first one only if recording had begun when it did: half a day is no day.
*/
#ifndef TOK_HISTORY_H
#define TOK_HISTORY_H

#include "../base/zone.h"
#include "series.h"

typedef struct {
  const tok_zone *zone; /* borrowed */
  tok_unit unit;
  tok_span span;  /* the bucket that rows are added to */
  int64_t *start; /* owned; of each bucket */
  double *v;      /* owned; its sum */
  size_t n, cap;
  /*
  ** how a bucket fills: of usage since `recent`, what fell into the first elapsed_s of its bucket,
  ** and all
  */
  int64_t recent, elapsed_s;
  int64_t granule_s; /* length of what a row of tok_history_add sums up, for that; 0: a moment */
  double early, whole;
  double open_sum; /* usage in a bucket that is not over; it is not among the n */
  tok_status status; /* sticky */
} tok_history;

void tok_history_init(tok_history *h, const tok_zone *zone, tok_unit unit);
/*
** Before the first row: the ledger is complete up to now, which is what tok_history_elapsed is
** about.
*/
void tok_history_watch(tok_history *h, int64_t now);
/* Usage at t, not before the last t. More than TOK_SERIES_MAX buckets: the oldest are forgotten. */
void tok_history_add(tok_history *h, int64_t t, double amount);
/* Share of a bucket's usage that comes within its first elapsed_s, as recent buckets show; 0..1. */
double tok_history_elapsed(const tok_history *h);
/*
** No more rows: the ledger is complete up to `now`. `first`: the time of its oldest row of all.
** Buckets that are over by then follow, 0 where there are no rows.
*/
void tok_history_end(tok_history *h, int64_t first, int64_t now);
void tok_history_free(tok_history *h);

/*
** The series of the n buckets, borrowed from h. The step is that of its unit, whatever the clocks
** do.
*/
tok_series tok_history_series(const tok_history *h);
/* Start of the bucket k steps after the last one, k >= 0; 0 is the one after it. */
int64_t tok_history_after(const tok_history *h, size_t k);
/*
** Up to when a ledger is complete where nobody said it: the clock's time if the newest row is at
** most a day (or two buckets) old. Else recording has stopped there, or an old ledger was imported,
** and it is continued from its end: the newest row's bucket counts if that row lies in its last
** tenth.
*/
int64_t tok_history_now(const tok_zone *zone, tok_unit unit, int64_t clock, bool any_row,
                        int64_t last);
/* Oldest instant that a forecast of this unit looks at, for llm_setting's forecast_window_days. */
int64_t tok_history_since(const tok_zone *zone, tok_unit unit, int64_t now, int64_t window_days);

/* ---- for projections: what of a period is still to come ---- */

/* Buckets in which a period of that length is projected: hours up to eight days, else days. */
tok_unit tok_history_unit_for(tok_span period);
/* Share of a span that is over at t, 0..1. */
double tok_span_share(tok_span span, int64_t t);

/* From the running bucket to the one that holds the period's last second. */
typedef struct {
  size_t steps;     /* at least 1 */
  double elapsed;   /* share of the running bucket's usage that has come by now */
  double last_part; /* share of the last bucket that lies in the period */
} tok_rest;

tok_rest tok_history_rest(const tok_history *h, int64_t now, int64_t end, size_t most);
/* The instant after `steps` buckets from the running one: now for 0, at most `end`. */
int64_t tok_history_moment(const tok_history *h, int64_t now, int64_t end, double steps);

#endif

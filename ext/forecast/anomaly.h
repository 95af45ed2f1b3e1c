/*
** Which buckets of a series of usage are not what their neighbours and their phase say?
**
** The value to expect is the level (a running median of two days of hours, of two weeks of days)
** times what the same phase was of its own level: the median of the same hour one and two days and
** one and two weeks before and after, or of up to four weeks alone (and a level of a week) where
** that fits better; of days, of the same weekday up to four weeks before and after. So history is
** judged from both sides, the newest buckets by the past alone. What differs is measured in
** standard deviations, estimated robustly from the differences around: by the median and by the
** 90th percentile, so that series with heavy tails do not alarm all day; never below 3 % of the
** level; where no more than a request or two are expected, one or two more are no anomaly. What
** falls is measured in logarithms too: against the bursts of a series an outage would be nothing
** unusual.
**
** A second pass leaves the anomalies of the first out of what others are compared with. Consecutive
** anomalies in one direction are one event. Deterministic; O(n log n); memory in proportion to n.
*/
#ifndef TOK_ANOMALY_H
#define TOK_ANOMALY_H

#include "history.h"

typedef enum {
  TOK_RHYTHM_HOURS, /* with days and weeks */
  TOK_RHYTHM_DAYS,  /* with weeks */
  TOK_RHYTHM_NONE   /* weeks and longer */
} tok_rhythm;

enum {
  /*
  ** Ten days, as cloud cost tools ask for. An hour is judged if one of another week is known: at
  ** first those of the last three days.
  */
  TOK_ANOMALY_HOURS_MIN = 240,
  TOK_ANOMALY_BUCKETS_MIN = 10 /* of days and longer */
};

/* About 3 alarms in 1000 hours of regular traffic: make bench-anomaly. */
#define TOK_ANOMALY_THRESHOLD 4.0

typedef struct {
  tok_rhythm rhythm;
  size_t n;
  const double *v; /* n values, finite and >= 0, or NAN where unknown */
  /* n: what the local clock shows, in hours or days; ascending, equal where it goes back */
  const int64_t *slot;
  const double *length; /* n: of each bucket, 1 = the usual length; NULL: all 1 */
  double quantum;       /* what one request brings on average; 0: unknown */
} tok_anomaly_series;

typedef struct {
  double threshold;  /* standard deviations, > 0 */
  double min_impact; /* of an event, in the unit of the values, >= 0 */
  double spike;      /* also what is at least this times the expected; 0: no such rule */
} tok_anomaly_options;

typedef struct {
  double expected;
  double sd;      /* HUGE_VAL where nothing can be said; `score` is 0 then */
  double fall_sd; /* of the logarithm of (value + depth); HUGE_VAL where only sd counts */
  double depth;
  double score; /* (value - expected) / sd; below, the larger of that and the one in logarithms */
} tok_anomaly_bucket;

typedef struct {
  size_t first, last; /* buckets, both included */
  double actual, expected, lower,
      upper;         /* sums over its buckets; lower and upper: what would pass */
  double score;      /* the largest of its buckets, positive */
  double impact;     /* actual - expected */
  double impact_pct; /* in percent of expected; where that is 0, 0 */
  bool up;
} tok_anomaly_event;

typedef struct {
  tok_anomaly_bucket *bucket; /* owned, n; NULL where the series is too short */
  tok_anomaly_event *event;   /* owned, ascending */
  size_t n_events;
} tok_anomalies;

/*
** TOK_OK or TOK_NOMEM; out is to be freed in either case. A series that is too short has no events.
*/
tok_status tok_anomalies_find(const tok_anomaly_series *s, const tok_anomaly_options *o,
                              tok_anomalies *out);
void tok_anomalies_free(tok_anomalies *a);

/* The same for usage of the ledger. h: borrowed, ended; its buckets are what events refer to. */
typedef struct {
  const tok_history *h;
  double *v; /* owned, the parts below in it too */
  double *length, *requests, *known;
  int64_t *slot; /* owned */
  size_t at;     /* bucket of the last row */
} tok_anomaly_usage;

/* TOK_OK or TOK_NOMEM; to be freed in either case. */
tok_status tok_anomaly_usage_init(tok_anomaly_usage *u, const tok_history *h);
/* `requests` rows at t, not before the last t; of `known` of them the metric is known. */
void tok_anomaly_usage_add(tok_anomaly_usage *u, int64_t t, double requests, double known);
/* A bucket in which the metric of more than a tenth of the requests is unknown is unknown. */
tok_status tok_anomaly_usage_find(tok_anomaly_usage *u, const tok_anomaly_options *o,
                                  tok_anomalies *out);
void tok_anomaly_usage_free(tok_anomaly_usage *u);
/* The span of an event. */
tok_span tok_anomaly_span(const tok_history *h, const tok_anomaly_event *e);

/*
** Who caused it. For each dimension (tenant_id, model, …) and value of it: what it brought in the
** event and in the same spans before. Of the values that explain at least half of the excess, the
** one whose share has changed most is named, as in Adtributor (Bhagwan et al., NSDI 2014); if none
** does, the one that explains most.
*/
typedef struct {
  double excess, expected; /* of the event: actual - expected */
  double surprise, share;  /* of the best so far */
  bool found;
} tok_cause;

/*
** One value after the other: what it brought in the event and in the spans before, and what all
** did. True if it is the best so far; share: 1 = it alone explains all.
*/
bool tok_cause_offer(tok_cause *c, double actual, double base, double all_actual, double all_base);
/* The share of the best in percent, at most 100. */
int tok_cause_percent(const tok_cause *c);

/* The spans before that an event is compared with: weeks if the history has one, else days. */
typedef struct {
  int64_t shift_s; /* between them */
  int count;       /* 0: there is none */
} tok_cause_spans;
tok_cause_spans tok_cause_spans_of(int64_t first, tok_span event);

#endif

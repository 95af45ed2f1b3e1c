/*
** Periods of a quota: what the text in llm_quota.period means.
**
**     hour  day  week  month  quarter  year     by the calendar of the zone; weeks from Monday
**     every 5h anchor 2026-01-01T00:00Z         a fixed length in s, m or h from the anchor
**     every 30m                                 … from 1970-01-01T00:00Z
**     every 2d anchor 2026-01-01                days (d), weeks (w), months and years: local
**     every 1 month anchor 2026-01-31           dates and times: 31 Jan, 28 Feb, 31 Mar, …
**     rolling 24h                               every window of 24 hours, counted in 60 buckets
**     rolling 24h/48                            … in 48; a bucket is rounded up to whole seconds
**     bucket 90000/60s                          token bucket: full at the quota's limit, refilled
**                                               evenly by 90000 in 60 s
**     bucket 60s                                … or by the limit in 60 s
**     lifetime                                  one period for ever
**
** Units may be spelled out (hours, minute), numbers may be left out ("every month"), case does not
** matter. An anchor with Z or an offset is that instant, without one it is local time in the
** quota's zone.
**
** Pure arithmetic over zone.h; instants must be in TOK_TIME_MIN..TOK_TIME_MAX.
*/
#ifndef TOK_PERIOD_H
#define TOK_PERIOD_H

#include "../base/zone.h"

typedef enum {
  TOK_PERIOD_CALENDAR, /* unit */
  TOK_PERIOD_EVERY,    /* length_s from the anchor */
  TOK_PERIOD_STEP,     /* n days (or months) from the anchor, on local clocks */
  TOK_PERIOD_ROLLING,  /* length_s in n buckets */
  TOK_PERIOD_BUCKET,   /* refilled by n within length_s */
  TOK_PERIOD_LIFETIME
} tok_period_kind;

/* No period is longer than this: results stay within 64 bits and text within its buffer. */
enum { TOK_PERIOD_YEARS_MAX = 1000 };
/* A rolling window is summed bucket by bucket at every check. */
enum { TOK_PERIOD_BUCKETS_DEFAULT = 60, TOK_PERIOD_BUCKETS_MAX = 1440 };

typedef struct {
  tok_period_kind kind;
  tok_unit unit;        /* CALENDAR */
  int64_t length_s;     /* EVERY, ROLLING, BUCKET; seconds */
  /* STEP: days or months; ROLLING: buckets; at least 1. BUCKET: refill; 0: the limit */
  int64_t n;
  bool months;          /* STEP: months, else days */
  bool weeks;           /* STEP: given as weeks of 7 days */
  bool anchored;        /* EVERY, STEP: an anchor was given */
  bool anchor_is_local; /* it had no offset */
  int64_t anchor;       /* seconds; local or UTC */
} tok_period;

/*
** Reads a period. TOK_OK, or TOK_INVALID with *wrong (static text) completing "period '…' " with
** what is wrong and what was expected. O(length).
*/
tok_status tok_period_parse(tok_slice text, tok_period *out, const char **wrong);

enum { TOK_PERIOD_TEXT_BYTES = 80 };
/* One spelling: lower case, units s, m, h, d, w, month(s); parsed again it is the same period. */
void tok_period_format(const tok_period *p, char out[TOK_PERIOD_TEXT_BYTES]);

/*
** The period that holds t: periods of EVERY, STEP and CALENDAR follow each other without gap or
** overlap, so the next is that of out->end. LIFETIME: TOK_TIME_MIN..INT64_MAX. ROLLING: what a
** strict check at t sums, from the first bucket that has a part in the length_s seconds before t's
** bucket to the end of t's bucket. BUCKET: the length_s seconds that end with t, within which an
** empty bucket fills up.
*/
void tok_period_at(const tok_period *p, const tok_zone *z, int64_t t, tok_span *out);
/* ROLLING: the bucket of t. Others: the period. What one counter row counts. */
void tok_period_counter(const tok_period *p, const tok_zone *z, int64_t t, tok_span *out);
/*
** When what was counted at t counts no longer: the end of the period; ROLLING: the first instant at
** which a check leaves t's bucket out. INT64_MAX for LIFETIME; BUCKET: t + length_s (refilled from
** empty).
*/
int64_t tok_period_resets_at(const tok_period *p, const tok_zone *z, int64_t t);
/*
** True if counters start at anchor + k * length_s for every whole k, so that no calendar table is
** needed: EVERY and ROLLING always, hours, days and weeks where the zone has one offset for ever.
*/
bool tok_period_is_regular(const tok_period *p, const tok_zone *z, int64_t *anchor,
                           int64_t *length_s);

/*
** The name of the period that holds t: labels of zone.h for CALENDAR, the local start for EVERY,
** ROLLING (of the bucket) and STEP (the date alone if it starts at local midnight), "lifetime", and
** the start for BUCKET.
*/
void tok_period_label(const tok_period *p, const tok_zone *z, int64_t t,
                      char out[TOK_ZONE_TEXT_BYTES]);

#endif

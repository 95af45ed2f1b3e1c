#include "history.h"

#include "fmath.h"

void tok_history_init(tok_history *h, const tok_zone *zone, tok_unit unit) {
  *h = (tok_history){.zone = zone, .unit = unit};
}

void tok_history_free(tok_history *h) {
  tok_free(h->start);
  tok_free(h->v);
  h->start = NULL;
  h->v = NULL;
  h->n = h->cap = 0;
}

enum { CAP = 2 * TOK_SERIES_MAX }; /* at most; then the older half is forgotten */

static void grow(tok_history *h) {
  size_t cap = h->cap == 0 ? 256 : h->cap * 2;
  int64_t *start = tok_realloc(h->start, cap * sizeof *start);
  if (start != NULL) h->start = start;
  double *v = start == NULL ? NULL : tok_realloc(h->v, cap * sizeof *v);
  if (v != NULL) h->v = v;
  if (v == NULL) {
    tok_history_free(h);
    h->status = TOK_NOMEM;
    return;
  }
  h->cap = cap;
}

static void push(tok_history *h, int64_t start) {
  if (h->n == CAP) {
    h->n = TOK_SERIES_MAX;
    memmove(h->start, h->start + TOK_SERIES_MAX, TOK_SERIES_MAX * sizeof *h->start);
    memmove(h->v, h->v + TOK_SERIES_MAX, TOK_SERIES_MAX * sizeof *h->v);
  }
  if (h->n == h->cap) grow(h);
  if (h->status != TOK_OK) return;
  h->start[h->n] = start;
  h->v[h->n++] = 0;
}

/* Makes the bucket of t the last one, with empty ones before it. */
static void reach(tok_history *h, int64_t t) {
  if (h->n == 0) {
    tok_zone_bucket(h->zone, h->unit, t, &h->span);
    push(h, h->span.start);
  }
  while (h->status == TOK_OK && t >= h->span.end) {
    tok_zone_bucket(h->zone, h->unit, h->span.end, &h->span);
    push(h, h->span.start);
  }
}

enum { RECENT_DAYS = 28 };

void tok_history_add(tok_history *h, int64_t t, double amount) {
  if (h->status != TOK_OK || !tok_time_in_range(t)) return;
  reach(h, t);
  if (h->status != TOK_OK) return;
  h->v[h->n - 1] += amount;
  /* the running one is not whole */
  if (t < h->recent || t >= h->recent + RECENT_DAYS * 86400 - h->elapsed_s) return;
  h->whole += amount;
  tok_span granule = {t, t + (h->granule_s > 0 ? h->granule_s : 1)};
  h->early += amount * tok_span_share(granule, h->span.start + h->elapsed_s);
}

/* Of the time that is left, where there is no usage to go by. */
double tok_history_elapsed(const tok_history *h) {
  if (h->elapsed_s <= 0) return 0;
  if (h->whole > 0) return h->early / h->whole;
  return (double)h->elapsed_s / (double)(h->span.end - h->span.start);
}

void tok_history_watch(tok_history *h, int64_t now) {
  tok_span span;
  tok_zone_bucket(h->zone, h->unit, now, &span);
  h->recent = now - RECENT_DAYS * 86400;
  h->elapsed_s = now - span.start;
}

static void drop_first(tok_history *h, size_t k) {
  h->n -= k;
  memmove(h->start, h->start + k, h->n * sizeof *h->start);
  memmove(h->v, h->v + k, h->n * sizeof *h->v);
}

enum { FEW = 4, LATE_QUARTERS = 1 };

void tok_history_end(tok_history *h, int64_t first, int64_t now) {
  if (h->status != TOK_OK || h->n == 0) return;
  if (now > h->span.end) reach(h, now - 1);
  if (h->status != TOK_OK) return;
  if (now < h->span.end) h->open_sum = h->v[--h->n];
  if (h->n > TOK_SERIES_MAX) drop_first(h, h->n - TOK_SERIES_MAX);
  if (h->n <= FEW) return;
  int64_t late = first - h->start[0], length = h->start[1] - h->start[0];
  if (late < length && late * 4 > length * LATE_QUARTERS) drop_first(h, 1);
}

static tok_step step_of(tok_unit unit) {
  static const tok_step steps[TOK_N_UNITS] = {
      [TOK_UNIT_HOUR] = {3600, 0}, [TOK_UNIT_DAY] = {86400, 0}, [TOK_UNIT_WEEK] = {604800, 0},
      [TOK_UNIT_MONTH] = {0, 1},   [TOK_UNIT_QUARTER] = {0, 3}, [TOK_UNIT_YEAR] = {0, 12}};
  return steps[unit];
}

tok_series tok_history_series(const tok_history *h) {
  return (tok_series){
      .start = h->n > 0 ? h->start[0] : 0, .step = step_of(h->unit), .n = h->n, .v = h->v};
}

int64_t tok_history_after(const tok_history *h, size_t k) {
  tok_span span;
  if (h->n == 0) return 0;
  tok_zone_bucket(h->zone, h->unit, h->start[h->n - 1], &span);
  for (size_t i = 0; i < k && span.end < TOK_TIME_MAX; i++) {
    tok_zone_bucket(h->zone, h->unit, span.end, &span);
  }
  return span.end;
}

enum {
  QUIET_S = 86400,   /* a ledger that was written within a day (or two buckets) is live */
  QUIET_BUCKETS = 2,
  NEAR_END = 10      /* a row in the last tenth of a bucket: the bucket is whole */
};

int64_t tok_history_now(const tok_zone *zone, tok_unit unit, int64_t clock, bool any_row,
                        int64_t last) {
  tok_span span;
  if (!any_row || !tok_time_in_range(last)) return clock;
  tok_zone_bucket(zone, unit, last, &span);
  int64_t length = span.end - span.start, quiet = QUIET_BUCKETS * length;
  if (quiet < QUIET_S) quiet = QUIET_S;
  if (clock <= last || clock - last <= quiet) return clock;
  return span.end - last <= length / NEAR_END ? span.end : last;
}

/*
** An hour's forecast looks at forecast_window_days; days are fewer and want twelve times as many,
** weeks and longer units all there is.
*/
enum { DAYS_FACTOR = 12 };

int64_t tok_history_since(const tok_zone *zone, tok_unit unit, int64_t now, int64_t window_days) {
  const int64_t most_days = 36500;
  if (unit > TOK_UNIT_DAY) return TOK_TIME_MIN;
  int64_t days = window_days < most_days ? window_days : most_days;
  if (unit == TOK_UNIT_DAY) days *= DAYS_FACTOR;
  int64_t since = now - days * 86400;
  tok_span span;
  if (since < TOK_TIME_MIN + 86400) return TOK_TIME_MIN;
  tok_zone_bucket(zone, unit, since, &span);
  return span.start;
}

/* ---- projections ----------------------------------------------------------------------------- */

enum { HOURS_UP_TO_DAYS = 8 };

tok_unit tok_history_unit_for(tok_span period) {
  return period.end - period.start <= HOURS_UP_TO_DAYS * 86400 ? TOK_UNIT_HOUR : TOK_UNIT_DAY;
}

double tok_span_share(tok_span span, int64_t t) {
  if (t <= span.start) return 0;
  return t >= span.end ? 1 : (double)(t - span.start) / (double)(span.end - span.start);
}

/* The bucket that now lies in. */
static tok_span running(const tok_history *h, int64_t now) {
  tok_span span;
  tok_zone_bucket(h->zone, h->unit, now, &span);
  return span;
}

tok_rest tok_history_rest(const tok_history *h, int64_t now, int64_t end, size_t most) {
  tok_span span = running(h, now);
  tok_rest r = {.steps = 1, .elapsed = tok_history_elapsed(h), .last_part = 1};
  while (span.end < end && r.steps < most) {
    tok_zone_bucket(h->zone, h->unit, span.end, &span);
    r.steps++;
  }
  r.last_part = tok_span_share(span, end);
  return r;
}

int64_t tok_history_moment(const tok_history *h, int64_t now, int64_t end, double steps) {
  tok_span span = running(h, now);
  int64_t from = now;
  for (; steps > 1 && span.end < end; steps -= 1) {
    from = span.end;
    tok_zone_bucket(h->zone, h->unit, span.end, &span);
  }
  int64_t to = span.end < end ? span.end : end;
  int64_t t = from + (int64_t)((double)(to - from) * (steps > 1 ? 1 : steps));
  return t < end ? t : end - 1;
}

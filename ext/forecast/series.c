#include "series.h"

#include "../base/time.h"
#include "fmath.h"

enum { POINTS_BATCH = 2 * TOK_POINTS_MAX }; /* settled when so many have come: halves at least */

static void sift(tok_point *p, size_t i, size_t n) {
  tok_point x = p[i];
  for (size_t child; (child = 2 * i + 1) < n; i = child) {
    if (child + 1 < n && p[child + 1].ts > p[child].ts) child++;
    if (p[child].ts <= x.ts) break;
    p[i] = p[child];
  }
  p[i] = x;
}

/*
** Heap sort: no recursion, no bad cases. The order among equal times is that of a fixed algorithm.
*/
static void sort_points(tok_point *p, size_t n) {
  bool sorted = true;
  for (size_t i = 1; i < n && sorted; i++) sorted = p[i - 1].ts <= p[i].ts;
  if (sorted) return;
  for (size_t i = n / 2; i-- > 0;) sift(p, i, n);
  for (size_t i = n - 1; i > 0; i--) {
    tok_point x = p[i];
    p[i] = p[0];
    p[0] = x;
    sift(p, 0, i);
  }
}

void tok_points_settle(tok_points *set) {
  if (set->status != TOK_OK || set->n == 0) return;
  sort_points(set->p, set->n);
  size_t kept = 0;
  for (size_t i = 1; i < set->n; i++) {
    if (set->p[i].ts == set->p[kept].ts) set->p[kept].value += set->p[i].value;
    else set->p[++kept] = set->p[i];
  }
  set->n = kept + 1;
  if (set->n <= TOK_POINTS_MAX) return;
  size_t drop = set->n - TOK_POINTS_MAX;
  set->forgot = true;
  set->forgotten_until = set->p[drop - 1].ts;
  memmove(set->p, set->p + drop, TOK_POINTS_MAX * sizeof *set->p);
  set->n = TOK_POINTS_MAX;
}

void tok_points_add(tok_points *set, int64_t ts, double value) {
  if (set->status != TOK_OK || (set->forgot && ts <= set->forgotten_until)) return;
  if (set->n == POINTS_BATCH) tok_points_settle(set);
  if (set->n == set->cap) {
    size_t cap = set->cap == 0 ? 64 : set->cap * 2;
    tok_point *p = tok_realloc(set->p, cap * sizeof *p);
    if (p == NULL) {
      tok_points_free(set);
      set->status = TOK_NOMEM;
      return;
    }
    set->p = p;
    set->cap = cap;
  }
  set->p[set->n++] = (tok_point){ts, value};
}

void tok_points_free(tok_points *set) {
  tok_free(set->p);
  *set = (tok_points){0};
}

void tok_series_free(tok_series *s) {
  tok_free(s->v);
  *s = (tok_series){0};
}

/* ---- calendar months ------------------------------------------------------------------------- */

static int64_t month_number(int64_t ts) {
  int64_t year;
  int month, day;
  int64_t days = (ts - tok_second_of_day(ts)) / 86400;
  tok_civil_from_days(days, &year, &month, &day);
  return year * 12 + month - 1;
}

static int64_t month_start(int64_t number) {
  return tok_days_from_civil(number / 12, (int)(number % 12) + 1, 1) * 86400;
}

/* The last day of a month, at 0:00. */
static int64_t month_last(int64_t number) { return month_start(number + 1) - 86400; }

static bool is_month_end(int64_t ts) { return ts >= month_last(month_number(ts)); }

int64_t tok_series_time(const tok_series *s, size_t i) {
  int64_t t;
  if (s->step.months > 0) {
    int64_t number = month_number(s->start) + (int64_t)i * s->step.months;
    if (number >= 9999 * 12) return TOK_TIME_MAX;
    int64_t time = tok_second_of_day(s->start), last = month_last(number);
    int64_t day = month_start(number) + (s->start - time - month_start(month_number(s->start)));
    return (s->month_ends || day > last ? last : day) + time;
  }
  if (!tok_mul_i64((int64_t)i, s->step.seconds, &t) || !tok_add_i64(t, s->start, &t) ||
      t > TOK_TIME_MAX) {
    return TOK_TIME_MAX;
  }
  return t;
}

/* ---- the step -------------------------------------------------------------------------------- */

/* Steps that people use, in seconds; a distance within a tenth of one of them means it. */
static const int32_t usual_steps[] = {1,     5,     10,    15,    30,    60,    300,
                                      600,   900,   1200,  1800,  3600,  7200,  10800,
                                      14400, 21600, 28800, 43200, 86400, 604800};
enum { N_USUAL = sizeof usual_steps / sizeof usual_steps[0] };

static tok_step step_of_distance(int64_t d) {
  static const struct {
    int months;
    int64_t least, most; /* days */
  } calendar[] = {{1, 28, 31}, {3, 90, 92}, {6, 181, 184}, {12, 365, 366}};
  for (size_t i = 0; i < sizeof calendar / sizeof calendar[0]; i++) {
    if (d >= calendar[i].least * 86400 && d <= calendar[i].most * 86400) {
      return (tok_step){0, calendar[i].months};
    }
  }
  for (size_t i = 0; i < N_USUAL; i++) {
    int64_t s = usual_steps[i];
    if (d * 10 > s * 9 && d * 10 < s * 11) return (tok_step){s, 0};
  }
  return (tok_step){d, 0};
}

/*
** The q-quantile of the distances of neighbours; `scratch` for n doubles. Points are settled, n >=
** 2.
*/
static tok_step infer_step(const tok_point *p, size_t n, double q, double *scratch) {
  for (size_t i = 1; i < n; i++) scratch[i - 1] = (double)(p[i].ts - p[i - 1].ts);
  double d = tok_quantile(scratch, n - 1, q);
  return step_of_distance(d < 1 ? 1 : (int64_t)d);
}

/* Grid index of ts, counted from `start`; the nearest grid point. */
static int64_t slot(int64_t ts, int64_t start, tok_step step) {
  if (step.months > 0) return (month_number(ts) - month_number(start)) / step.months;
  return (ts - start + step.seconds / 2) / step.seconds;
}

/* of a step: an hour of summer time is a sixth of a step of six hours */
enum { WANDER_FIFTHS = 1 };

/* Is ts further from its grid point than summer time explains? */
static bool is_astray(int64_t ts, int64_t start, tok_step step) {
  if (step.months > 0) return false;
  int64_t off = (ts - start) % step.seconds;
  if (off > step.seconds / 2) off = step.seconds - off;
  return off * 5 > step.seconds * WANDER_FIFTHS;
}

/* Lays the settled points on the grid that out->step makes; how many do not fit, of how many. */
static size_t lay(const tok_points *set, tok_series *out, size_t *used) {
  const tok_point *p = set->p;
  int64_t n_slots = slot(p[set->n - 1].ts, p->ts, out->step) + 1;
  int64_t skip = n_slots > TOK_SERIES_MAX ? n_slots - TOK_SERIES_MAX : 0;
  size_t misfits = 0;
  out->n = (size_t)(n_slots - skip);
  *used = 0;
  for (size_t i = 0; i < out->n; i++) out->v[i] = NAN;
  for (size_t i = 0; i < set->n; i++) {
    int64_t at = slot(p[i].ts, p->ts, out->step) - skip;
    if (at < 0) continue;
    ++*used;
    bool met = !isnan(out->v[at]);
    misfits += met || is_astray(p[i].ts, p->ts, out->step);
    out->v[at] = met ? out->v[at] + p[i].value : p[i].value;
  }
  out->start = p->ts;
  out->month_ends = out->step.months > 0;
  for (size_t i = 0; i < set->n && out->month_ends; i++) out->month_ends = is_month_end(p[i].ts);
  out->start = tok_series_time(out, (size_t)skip);
  return misfits;
}

enum {
  MISFITS_MAX_TENTHS = 1,
  SPARSEST = 20 /* a grid of which fewer than one in twenty points were given is nobody's step */
};

tok_status tok_series_grid(tok_points *set, const tok_step *step, tok_series *out) {
  /* most neighbours are one step apart; in a sparse series only some are */
  static const double quantiles[] = {0.5, 0.1, 0};
  *out = (tok_series){0};
  tok_points_settle(set);
  if (set->status != TOK_OK) return set->status;
  if (set->n == 0) return TOK_NOTFOUND;
  out->v = tok_malloc((set->n + TOK_SERIES_MAX) * sizeof *out->v);
  if (out->v == NULL) return TOK_NOMEM;
  bool on_grid = false;
  for (size_t i = 0; i < 3 && !on_grid && (i == 0 || step == NULL); i++) {
    size_t used;
    if (step != NULL) out->step = *step;
    else if (set->n == 1) out->step = (tok_step){86400, 0};
    else out->step = infer_step(set->p, set->n, quantiles[i], out->v);
    on_grid = lay(set, out, &used) * 10 <= used * MISFITS_MAX_TENTHS && used * SPARSEST >= out->n;
  }
  if (!on_grid) {
    tok_series_free(out);
    return TOK_INVALID;
  }
  for (size_t i = 0; i < out->n; i++) out->n_missing += isnan(out->v[i]) ? 1 : 0;
  return TOK_OK;
}

tok_seasons tok_seasons_of(tok_step step) {
  tok_seasons s = {0, 0};
  if (step.months > 0) {
    if (step.months < 12 && 12 % step.months == 0) s.short_ = (size_t)(12 / step.months);
  } else if (step.seconds == 604800) {
    s.short_ = 52;
  } else if (step.seconds == 86400) {
    s.short_ = 7;
  } else if (step.seconds < 86400 && 86400 % step.seconds == 0) {
    s.short_ = (size_t)(86400 / step.seconds);
    s.long_ = 7 * s.short_;
  }
  return s;
}

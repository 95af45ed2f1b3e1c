/*
** Repair of a series before anything is learned from it.
**
** A spike of one hour left in a series spoils the forecast of the next days many times over, and a plain
** outlier filter takes growth and weekends for outliers. So each value is divided by the level around it
** (the median of two seasons, which holds every phase equally often) and compared with what the same
** phase of the neighbouring seasons shows. See tok_series_repair in series.h.
*/
#include "fmath.h"
#include "series.h"

enum {
  PLAIN_WINDOW = 7,         /* points of the level where there is no season */
  SEASON_WINDOW_MAX = 168,  /* a longer season's level is taken over so many points each side */
  FAR_MADS = 8,             /* about 5.4 standard deviations: what is further off is no noise */
  PLAIN_FAR_MADS = 12       /* without a season to compare with, more */
};
static const double MAD_FLOOR = 0.02; /* 2 % of the level is never an outlier's distance of one MAD */

typedef struct {
  const double *v;
  size_t n;
  size_t season, season2; /* phases to compare with; 0 = none */
  double *level, *ratio, *off, *tmp;
} repair;

/* Median of the window around each point; at the ends the window stops, it does not shrink. */
static void find_level(const repair *r, size_t half, double *window) {
  size_t w = 2 * half + 1 < r->n ? 2 * half + 1 : r->n, n_in = 0, from = 0;
  for (size_t to = 0; to < r->n; to++) {
    if (to >= w) { /* v[from] leaves */
      double x = r->v[from++];
      if (!isnan(x)) {
        size_t k = 0;
        while (window[k] != x) k++;
        memmove(window + k, window + k + 1, (n_in - k - 1) * sizeof *window);
        n_in--;
      }
    }
    double x = r->v[to];
    if (!isnan(x)) {
      size_t k = n_in++;
      for (; k > 0 && window[k - 1] > x; k--) window[k] = window[k - 1];
      window[k] = x;
    }
    double median = n_in == 0 ? NAN : (window[(n_in - 1) / 2] + window[n_in / 2]) / 2;
    if (to + 1 < w) continue;
    size_t centre = to - w / 2;
    r->level[centre] = median;
    if (to + 1 == w) {
      for (size_t i = 0; i < centre; i++) r->level[i] = median;
    }
    if (to + 1 == r->n) {
      for (size_t i = centre + 1; i < r->n; i++) r->level[i] = median;
    }
  }
}

/* The ratio that the same phase shows in two seasons each side; NAN if fewer than two of them do. */
static double same_phase(const repair *r, size_t i, size_t m) {
  double seen[4];
  size_t n = 0;
  for (size_t k = 1; k <= 2 && m > 0; k++) {
    if (i >= k * m && !isnan(r->ratio[i - k * m])) seen[n++] = r->ratio[i - k * m];
    if (i + k * m < r->n && !isnan(r->ratio[i + k * m])) seen[n++] = r->ratio[i + k * m];
  }
  return n < 2 ? NAN : tok_median(seen, n);
}

/* What the ratio should be: the longer season knows weekends, the shorter one has more to say early. */
static double expected_ratio(const repair *r, size_t i) {
  double week = same_phase(r, i, r->season2);
  return isnan(week) ? same_phase(r, i, r->season) : week;
}

/* What a series without negative values varies in proportion to is its level; else a constant. */
static double scale_at(const repair *r, size_t i, double constant) {
  return constant > 0 ? constant : r->level[i];
}

static double constant_scale(const double *v, size_t n) {
  double sum = 0;
  size_t seen = 0;
  bool negative = false;
  for (size_t i = 0; i < n; i++) {
    if (isnan(v[i])) continue;
    sum += fabs(v[i]);
    seen++;
    negative = negative || v[i] < 0;
  }
  return negative && seen > 0 ? sum / (double)seen : 0;
}

static void find_ratios(const repair *r, double constant) {
  for (size_t i = 0; i < r->n; i++) {
    double s = scale_at(r, i, constant);
    r->ratio[i] = isnan(r->v[i]) || !(s > 0) ? NAN : (r->v[i] - r->level[i]) / s;
  }
  for (size_t i = 0; i < r->n; i++) {
    double day = r->ratio[i] - same_phase(r, i, r->season);
    double week = r->ratio[i] - same_phase(r, i, r->season2);
    if (isnan(day)) day = isnan(week) ? r->ratio[i] : week;
    r->off[i] = fabs(week) < fabs(day) ? week : day; /* an outlier is far from both */
  }
}

static double threshold(const repair *r) {
  size_t n = 0;
  for (size_t i = 0; i < r->n; i++) {
    if (!isnan(r->off[i])) r->tmp[n++] = fabs(r->off[i]);
  }
  if (n == 0) return DBL_MAX;
  double mad = tok_median(r->tmp, n);
  return (mad > MAD_FLOOR ? mad : MAD_FLOOR) * (r->season > 0 ? FAR_MADS : PLAIN_FAR_MADS);
}

/* Marks in off[] with 1 what is to be replaced, with 0 the rest. NAN in v is always to be replaced. */
static void mark(const repair *r) {
  double far = threshold(r);
  size_t longest = r->season > 1 ? (r->season + 1) / 2 : 1;
  size_t longest_at_end = r->season >= 8 ? r->season / 8 : 1;
  size_t run = 0;
  for (size_t i = 0; i <= r->n; i++) {
    bool is_far = i < r->n && !isnan(r->off[i]) && fabs(r->off[i]) > far;
    if (is_far) {
      run++;
      continue;
    }
    bool keep = run > (i == r->n ? longest_at_end : longest);
    for (size_t k = i - run; k < i; k++) r->off[k] = !keep;
    run = 0;
    if (i < r->n) r->off[i] = isnan(r->v[i]);
  }
}

/* Between the nearest points that are there; NAN if there are none. */
static double interpolate(const repair *r, size_t i) {
  size_t a = i, b = i;
  while (a > 0 && r->off[a] > 0) a--;
  while (b + 1 < r->n && r->off[b] > 0) b++;
  bool has_a = !(r->off[a] > 0), has_b = !(r->off[b] > 0);
  if (has_a && has_b) return r->v[a] + (r->v[b] - r->v[a]) * (double)(i - a) / (double)(b - a);
  return has_a ? r->v[a] : has_b ? r->v[b] : NAN;
}

size_t tok_series_repair(double *v, size_t n, tok_seasons seasons, double *scratch,
                         unsigned char *repaired) {
  repair r = {.v = v, .n = n, .level = scratch, .ratio = scratch + n, .off = scratch + 2 * n,
              .tmp = scratch + 3 * n};
  double *fresh = scratch + 4 * n, constant = constant_scale(v, n);
  size_t changed = 0, half = PLAIN_WINDOW / 2;
  if (seasons.short_ > 1 && n >= 4 * seasons.short_ && seasons.short_ != 52) {
    r.season = seasons.short_;
    r.season2 = n >= 3 * seasons.long_ ? seasons.long_ : 0;
    half = r.season < SEASON_WINDOW_MAX ? r.season : SEASON_WINDOW_MAX;
  }
  find_level(&r, half, scratch + 5 * n);
  find_ratios(&r, constant);
  mark(&r);
  for (size_t i = 0; i < n; i++) {
    if (!(r.off[i] > 0)) continue;
    double expected = r.season > 0 ? expected_ratio(&r, i) : NAN, s = scale_at(&r, i, constant);
    fresh[i] = isnan(expected) || !(s > 0) ? interpolate(&r, i) : r.level[i] + expected * s;
  }
  for (size_t i = 0; i < n; i++) {
    bool change = r.off[i] > 0 && !isnan(fresh[i]);
    if (repaired != NULL) repaired[i] = change;
    if (!change) continue;
    changed += isnan(v[i]) ? 0 : 1;
    v[i] = fresh[i];
  }
  return changed;
}

/*
** Repair of a series before anything is learned from it.
**
** A spike of one hour left in a series spoils the forecast of the next days many times over, and a
** plain outlier filter takes growth and weekends for outliers. So each value is divided by the
** level around it (the mean of the middle half of two seasons, which holds every phase equally
** often) and compared with what the same phase of the neighbouring seasons shows. See
** tok_series_repair in series.h.
*/
#include "fmath.h"
#include "series.h"

enum {
  PLAIN_WINDOW = 7,         /* points of the level where there is no season */
  SEASON_WINDOW_MAX = 168,  /* a longer season's level is taken over so many points each side */
  FAR_MADS = 8,             /* about 5.4 standard deviations: what is further off is no noise */
  /* hours of less than two weeks: a weekend must not look like an outage */
  BLIND_FAR_MADS = 16,
  PLAIN_FAR_MADS = 12       /* without a season to compare with, more */
};
/* so nothing less than 40 % of the level away is an outlier */
static const double MAD_FLOOR = 0.05;

typedef struct {
  const double *v;
  size_t n;
  size_t season, season2; /* phases to compare with; 0 = none */
  size_t half;            /* of the level's window; 2 half + 1 <= n */
  double far_mads;
  bool marked;            /* off[] holds marks: points that count for nothing */
  double constant;        /* what all points vary in proportion to, or 0: their level */
  double *level, *off, *tmp;
} repair;

/*
** The mean of the middle half: as robust as is needed, and not torn between a day's and a night's
** level.
*/
static double middle_mean(const double *sorted, size_t n) {
  double sum = 0;
  size_t from = n / 4, to = n - n / 4;
  for (size_t i = from; i < to; i++) sum += sorted[i];
  return sum / (double)(to - from);
}

/* Middle mean of the window around each point; at the ends the window stops, it does not shrink. */
static void find_level(const repair *r, double *window) {
  size_t w = 2 * r->half + 1, n_in = 0, from = 0;
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
    double level = n_in == 0 ? NAN : middle_mean(window, n_in);
    if (to + 1 < w) continue;
    size_t centre = to - w / 2;
    r->level[centre] = level;
    if (to + 1 == w) {
      for (size_t i = 0; i < centre; i++) r->level[i] = level;
    }
    if (to + 1 == r->n) {
      for (size_t i = centre + 1; i < r->n; i++) r->level[i] = level;
    }
  }
}

/*
** A series without negative values varies in proportion to its level (0 here); others by a
** constant.
*/
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

/* How far v[i] is above the level at `centre`, relative to it; NAN where that says nothing. */
static double ratio(const repair *r, size_t i, size_t centre) {
  double s = r->constant > 0 ? r->constant : r->level[centre];
  if (r->marked && r->off[i] > 0) return NAN;
  return isnan(r->v[i]) || !(s > 0) ? NAN : (r->v[i] - r->level[centre]) / s;
}

/* The window's centre for point i: another than i near the ends. */
static size_t centre_of(const repair *r, size_t i) {
  size_t last = r->n - 1 - r->half;
  return i < r->half ? r->half : i > last ? last : i;
}

/*
** The ratio that the same phase shows in two seasons each side; NAN if fewer than `least` do. Near
** the ends the window is off its centre, so the neighbours' levels are taken off their centre as
** well.
*/
static double same_phase(const repair *r, size_t i, size_t m, size_t least) {
  double seen[4];
  size_t n = 0, c = centre_of(r, i);
  for (size_t k = 1; k <= 2 && m > 0; k++) {
    double before = i >= k * m && c >= k * m ? ratio(r, i - k * m, c - k * m) : NAN;
    double after = i + k * m < r->n && c + k * m < r->n ? ratio(r, i + k * m, c + k * m) : NAN;
    if (!isnan(before)) seen[n++] = before;
    if (!isnan(after)) seen[n++] = after;
  }
  return n < least ? NAN : tok_median(seen, n);
}

/*
** What the ratio should be: the longer season knows weekends, the shorter one has more to say
** early.
*/
static double expected_ratio(const repair *r, size_t i) {
  double week = same_phase(r, i, r->season2, 2);
  return isnan(week) ? same_phase(r, i, r->season, 2) : week;
}

static void find_offs(const repair *r) {
  for (size_t i = 0; i < r->n; i++) {
    double own = ratio(r, i, centre_of(r, i));
    double day = own - same_phase(r, i, r->season, 2);
    double week = own - same_phase(r, i, r->season2, 1);
    if (isnan(day)) day = isnan(week) ? own : week;
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
  return (mad > MAD_FLOOR ? mad : MAD_FLOOR) * r->far_mads;
}

/*
** The end of the run of far points that starts at i: on one side, with small gaps. *n: how many are
** far.
*/
static size_t run_end(const repair *r, size_t i, double far, size_t *n) {
  size_t gap = r->season / 8, end = i + 1;
  bool above = r->off[i] > 0;
  *n = 1;
  for (size_t k = i + 1; k < r->n && k <= end + gap; k++) {
    if (!(fabs(r->off[k]) > far)) continue;
    if ((r->off[k] > 0) != above) break;
    end = k + 1;
    ++*n;
  }
  return end;
}

/*
** Marks in off[] with 1 what is to be replaced, with 0 the rest. NAN in v is always to be replaced.
*/
static void mark(const repair *r) {
  double far = threshold(r);
  size_t longest = r->season > 1 ? (r->season + 2) / 3 : 1;
  size_t longest_at_end = r->season >= 8 ? r->season / 8 : 1;
  for (size_t i = 0, end, n_far; i < r->n; i = end) {
    bool is_far = fabs(r->off[i]) > far, keep = true;
    end = i + 1;
    if (is_far) {
      end = run_end(r, i, far, &n_far);
      keep = n_far > (end + longest_at_end >= r->n ? longest_at_end : longest);
    }
    for (size_t k = i; k < end; k++) {
      r->off[k] = isnan(r->v[k]) || (!keep && fabs(r->off[k]) > far);
    }
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

/*
** A weekly grid's year is too long for a level, and half of a week's season too short for a phase.
*/
static void choose_season(repair *r, tok_seasons seasons) {
  r->half = PLAIN_WINDOW / 2;
  r->far_mads = PLAIN_FAR_MADS;
  if (seasons.short_ > 1 && r->n >= 4 * seasons.short_ && seasons.short_ != 52) {
    r->season = seasons.short_;
    r->season2 = r->n >= 2 * seasons.long_ ? seasons.long_ : 0;
    r->far_mads = seasons.long_ > 0 && r->season2 == 0 ? BLIND_FAR_MADS : FAR_MADS;
    r->half = r->season < SEASON_WINDOW_MAX ? r->season : SEASON_WINDOW_MAX;
  }
  if (2 * r->half + 1 > r->n) r->half = (r->n - 1) / 2;
}

static double fresh_value(const repair *r, size_t i) {
  size_t c = centre_of(r, i);
  double expected = r->season > 0 ? expected_ratio(r, i) : NAN;
  double s = r->constant > 0 ? r->constant : r->level[c];
  return isnan(expected) || !(s > 0) ? interpolate(r, i) : r->level[c] + expected * s;
}

size_t tok_series_repair(double *v, size_t n, tok_seasons seasons, double *scratch,
                         unsigned char *repaired) {
  repair r = {.v = v, .n = n, .level = scratch, .off = scratch + n, .tmp = scratch + 2 * n};
  double *fresh = scratch + 3 * n;
  size_t changed = 0;
  choose_season(&r, seasons);
  r.constant = constant_scale(v, n);
  find_level(&r, scratch + 4 * n);
  find_offs(&r);
  mark(&r);
  r.marked = true;
  for (size_t i = 0; i < n; i++) {
    if (r.off[i] > 0) fresh[i] = fresh_value(&r, i);
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

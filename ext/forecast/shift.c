/*
** A new level: what happened before it is brought to it.
**
** Traffic that doubles overnight because an application went live makes every method wrong for a
** week: the rolling origins lie before the change, and so does the same hour of last week. So a
** lasting change of level within the last days is looked for, and history before it is multiplied
** by it. See tok_series_level in series.h.
**
** Each of the last days is compared with the same hours of the weeks before: the median of the
** ratios, so that spikes and holes do not matter. A new level is one that has held for at least two
** days, while the days before it were all on the old one, at a distance that days of this series do
** not have from each other.
*/
#include "fmath.h"
#include "series.h"

enum {
  DAYS_OLD = 6,      /* days before the change that must have been on one level */
  DAYS_NEW_MIN = 2,  /* a day may be a holiday */
  DAYS_NEW_MAX = 6,  /* from the seventh day on the same hours of last week are new, too */
  DAYS = DAYS_OLD + DAYS_NEW_MAX + 1,
  FAR = 5 /* usual distances of neighbouring days */
};
/* A change by less than 35 % is left to the methods. */
static const double LEAST = 0.3;
/* How much of the change the days of one level may differ from their middle. */
static const double SAME = 0.35;

/*
** log of v[t] relative to the same phase of the last two long seasons; NAN where that says nothing.
*/
static double log_ratio(const double *v, size_t t, size_t m) {
  double sum = 0, seen = 0;
  for (size_t k = 1; k <= 2 && t >= k * m; k++) {
    if (!(v[t - k * m] > 0)) continue;
    sum += tok_log(v[t - k * m]);
    seen += 1;
  }
  return seen > 0 && v[t] > 0 ? tok_log(v[t]) - sum / seen : NAN;
}

/*
** The middle of a day's ratios, the k-th day counted from the end; NAN if half of its hours say
** nothing.
*/
static double day_ratio(const double *ratio, size_t n, size_t day, size_t k, double *scratch) {
  size_t seen = 0;
  for (size_t t = n - (k + 1) * day; t < n - k * day; t++) {
    if (!isnan(ratio[t])) scratch[seen++] = ratio[t];
  }
  return 2 * seen < day ? NAN : tok_median(scratch, seen);
}

static double middle(const double *d, size_t from, size_t to) {
  double copy[DAYS];
  for (size_t k = from; k < to; k++) copy[k - from] = d[k];
  return tok_median(copy, to - from);
}

static bool all_near(const double *d, size_t from, size_t to, double level, double most) {
  for (size_t k = from; k < to; k++) {
    if (!(fabs(d[k] - level) <= most)) return false;
  }
  return true;
}

/*
** The change if the last `days` days are on a new level, else 0. Day number `days` may be of both.
*/
static double change_after(const double *d, size_t days, double usual) {
  double now = middle(d, 0, days), old = middle(d, days + 1, days + 1 + DAYS_OLD),
         change = now - old;
  double size = fabs(change);
  if (!(size > LEAST) || size < FAR * usual) return 0;
  if (!all_near(d, 0, days, now, SAME * size)) return 0;
  return all_near(d, days + 1, days + 1 + DAYS_OLD, old, SAME * size) ? change : 0;
}

/* Where within from..to the change fits best. */
static size_t locate(const double *ratio, size_t from, size_t to, double old, double change) {
  double cost = 0, best = 0;
  size_t at = from;
  for (size_t t = from; t < to; t++) { /* moving the change behind t costs so much more, or less */
    if (!isnan(ratio[t])) cost += fabs(ratio[t] - old) - fabs(ratio[t] - old - change);
    if (cost < best) {
      best = cost;
      at = t + 1;
    }
  }
  return at;
}

static size_t level_of_hours(double *v, size_t n, tok_seasons seasons, double *scratch) {
  size_t day = seasons.short_, week = seasons.long_, days = 0;
  double d[DAYS], usual[DAYS - 1], change = 0, *ratio = scratch;
  if (week == 0 || n < week + DAYS * day) return 0;
  for (size_t t = 0; t < n; t++) {
    if (v[t] < 0) return 0;
    ratio[t] = t + DAYS * day < n ? NAN : log_ratio(v, t, week);
  }
  for (size_t k = 0; k < DAYS; k++) {
    d[k] = day_ratio(ratio, n, day, k, scratch + n);
    if (isnan(d[k])) return 0;
    if (k > 0) usual[k - 1] = fabs(d[k] - d[k - 1]);
  }
  double step = tok_median(usual, DAYS - 1);
  for (size_t k = DAYS_NEW_MIN; k <= DAYS_NEW_MAX; k++) {
    double c = change_after(d, k, step);
    if (fabs(c) > fabs(change)) change = c, days = k;
  }
  if (days == 0) return 0;
  double old = middle(d, days + 1, days + 1 + DAYS_OLD), factor = tok_exp(change);
  size_t at = locate(ratio, n - (DAYS_NEW_MAX + 1) * day, n - (days - 1) * day, old, change);
  for (size_t t = 0; t < at; t++) v[t] *= factor; /* NAN stays NAN */
  return at;
}

/* ---- days ------------------------------------------------------------------------------------ */

/*
** A day is one number, so a change must be seen in more of them: each day is compared with the mean
** of the same weekdays of up to eight weeks before the change.
*/
enum {
  WEEK = 7,
  OLD_DAYS = 8 * WEEK,
  OLD_DAYS_MIN = 3 * WEEK,
  NEW_DAYS_MIN = 5, /* fewer may be holidays */
  NEW_DAYS_MAX = 4 * WEEK,
  MOST_PERCENT = 80 /* of the days of a level lie on its side of the middle between both */
};
static const double CLEAR = 6; /* standard errors between the levels */

/*
** Logs of v[from..to) less the mean log of their weekday in v[from..at); false if a weekday has
** none.
*/
static bool weekday_ratios(const double *v, size_t from, size_t at, size_t to, double *ratio) {
  double sum[WEEK] = {0}, seen[WEEK] = {0};
  for (size_t t = from; t < to; t++) {
    ratio[t] = v[t] > 0 ? tok_log(v[t]) : NAN;
    if (t >= at || isnan(ratio[t])) continue;
    sum[t % WEEK] += ratio[t];
    seen[t % WEEK] += 1;
  }
  for (size_t w = 0; w < WEEK; w++) {
    if (!(seen[w] > 0)) return false;
  }
  for (size_t t = from; t < to; t++) ratio[t] -= sum[t % WEEK] / seen[t % WEEK];
  return true;
}

/* Median of the ratios in [from, to) that are there; NAN if half of them are not. */
static double middle_of(const double *ratio, size_t from, size_t to, double *scratch) {
  size_t seen = 0;
  for (size_t t = from; t < to; t++) {
    if (!isnan(ratio[t])) scratch[seen++] = ratio[t];
  }
  return seen == 0 || 2 * seen < to - from ? NAN : tok_median(scratch, seen);
}

/* Do most ratios of [from, to) lie within `most` of `level`? */
static bool most_near(const double *ratio, size_t from, size_t to, double level, double most) {
  size_t near = 0;
  for (size_t t = from; t < to; t++) near += fabs(ratio[t] - level) <= most ? 1 : 0;
  return near * 100 >= (to - from) * MOST_PERCENT;
}

/* How clear a change at `at` is, in standard errors, 0 if it is none; *change: its size. */
static double clearness(const double *v, size_t n, size_t at, double *ratio, double *scratch,
                        double *change) {
  size_t from = at > OLD_DAYS ? at - OLD_DAYS : 0;
  if (!weekday_ratios(v, from, at, n, ratio)) return 0;
  double now = middle_of(ratio, at, n, scratch), late = middle_of(ratio, at - WEEK, at, scratch);
  double size = fabs(now);
  if (!(size > LEAST) || !(fabs(late) < SAME * size)) return 0;
  if (!most_near(ratio, from, at, 0, size / 2) || !most_near(ratio, at, n, now, size / 2)) return 0;
  for (size_t t = from; t < at; t++) scratch[t - from] = isnan(ratio[t]) ? size : fabs(ratio[t]);
  /* of a normal distribution, from its MAD */
  double deviation = 1.4826 * tok_median(scratch, at - from);
  *change = now;
  return size * sqrt((double)(n - at)) / (deviation + LEAST / CLEAR);
}

static size_t level_of_days(double *v, size_t n, double *scratch) {
  double best = CLEAR, change = 0;
  size_t found = 0;
  for (size_t t = 0; t < n; t++) {
    if (v[t] < 0) return 0;
  }
  for (size_t k = NEW_DAYS_MIN; k <= NEW_DAYS_MAX && k + OLD_DAYS_MIN <= n; k++) {
    double c = 0, clear = clearness(v, n, n - k, scratch, scratch + n, &c);
    if (clear > best) best = clear, change = c, found = n - k;
  }
  if (found == 0) return 0;
  clearness(v, n, found, scratch, scratch + n, &change); /* for the ratios */
  found = locate(scratch, found - WEEK, found + WEEK < n ? found + WEEK : n - 1, 0, change);
  double factor = tok_exp(change);
  for (size_t t = 0; t < found; t++) v[t] *= factor;
  return found;
}

size_t tok_series_level(double *v, size_t n, tok_seasons seasons, double *scratch) {
  if (seasons.long_ > 0) return level_of_hours(v, n, seasons, scratch);
  return seasons.short_ == WEEK ? level_of_days(v, n, scratch) : 0;
}

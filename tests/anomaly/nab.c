/* See nab.h. */
#include "nab.h"

#include <math.h>
#include <stdlib.h>

const nab_profile nab_profiles[NAB_PROFILES] = {
    {"standard", .11, 1}, {"low FP", .22, 1}, {"low FN", .11, 2}};

static double sigmoid(double x) {
  return x > 3 ? -1 : 2 / (1 + exp(5 * x)) - 1;
}

void nab_weigh(nab_series *s) {
  size_t length = 0, last = 0; /* of the window before */
  s->windows = 0;
  for (size_t i = 0; i < s->n; i++) {
    if (s->window[i] < 0) {
      s->weight[i] = length == 0 ? -1 : sigmoid((double)(i - last) / (double)(length - 1));
      continue;
    }
    size_t end = i;
    while (end < s->n && s->window[end] == s->window[i])
      end++;
    length = end - i;
    last = end - 1;
    for (; i < end; i++) {
      s->weight[i] = sigmoid(-(double)(end - i) / (double)length) / sigmoid(-1);
    }
    i = last;
    s->windows++;
  }
}

typedef struct {
  double score, weight;
  size_t window; /* number over all series + 1; 0 outside */
} point;

static int by_score(const void *a, const void *b) {
  double x = ((const point *)a)->score, y = ((const point *)b)->score;
  return x < y ? 1 : x > y ? -1 : 0;
}

static size_t gather(const nab_series *series, size_t first, size_t last, size_t skip, point *to,
                     size_t *windows) {
  size_t n = 0;
  *windows = 0;
  for (size_t k = first; k < last; k++) {
    const nab_series *s = series + k;
    if (k == skip)
      continue;
    for (size_t i = 0; i < s->n; i++) {
      if (s->window[i] == -2)
        continue;
      size_t w = s->window[i] < 0 ? 0 : *windows + (size_t)s->window[i] + 1;
      to[n++] = (point){s->score[i], s->weight[i], w};
    }
    *windows += (size_t)s->windows;
  }
  return n;
}

/*
** Goes down the sorted points, alarm by alarm, and keeps the best; down to `least`, that is the
** result.
*/
static void sweep(const point *points, size_t n, double *best_of, size_t windows,
                  const nab_profile *p, const double *least, nab_result *out) {
  double gained = 0, lost = 0;
  size_t detected = 0, alarms = 0;
  double span = (double)windows * (1 + p->fn);
  *out = (nab_result){.threshold = HUGE_VAL, .windows = windows};
  for (size_t i = 0; i < n; i++) {
    if (least != NULL && points[i].score < *least)
      break;
    double *best = points[i].window == 0 ? NULL : best_of + points[i].window - 1;
    if (best == NULL) {
      lost += p->fp * points[i].weight;
      alarms++;
    } else if (points[i].weight > *best) {
      detected += *best == 0;
      gained += points[i].weight - *best;
      *best = points[i].weight;
    }
    if (i + 1 < n && points[i + 1].score == points[i].score)
      continue;
    double raw = gained + lost - p->fn * (double)(windows - detected);
    double score = span == 0 ? lost : 100 * (raw + p->fn * (double)windows) / span;
    if (least != NULL || score > out->score) {
      *out = (nab_result){score, points[i].score, detected, windows, alarms};
    }
  }
}

static int score_range(const nab_series *series, size_t first, size_t last, size_t skip,
                       const nab_profile *p, const double *least, nab_result *out) {
  size_t n = 0, windows = 0;
  for (size_t k = first; k < last; k++)
    n += series[k].n, windows += (size_t)series[k].windows;
  point *points = malloc((n + 1) * sizeof *points);
  double *best_of = calloc(windows + 1, sizeof *best_of);
  int rc = points == NULL || best_of == NULL ? -1 : 0;
  if (rc == 0) {
    n = gather(series, first, last, skip, points, &windows);
    qsort(points, n, sizeof *points, by_score);
    sweep(points, n, best_of, windows, p, least, out);
  }
  free(points);
  free(best_of);
  return rc;
}

int nab_score(const nab_series *series, size_t n, size_t skip, const nab_profile *p,
              nab_result *out) {
  return score_range(series, 0, n, skip, p, NULL, out);
}

int nab_score_at(const nab_series *series, size_t first, size_t last, const nab_profile *p,
                 double threshold, nab_result *out) {
  return score_range(series, first, last, last, p, &threshold, out);
}

/*
** The score of the Numenta Anomaly Benchmark, written from its definition.
**
** A detector gives every point a score; a point at or above a threshold is an alarm. Points of the
** first 15 % (at most 750) are probation and do not count. Per labelled window only the earliest
** alarm counts, the earlier the more: the weight is s(-(w - i) / w) / s(-1) at point i of w, with
** s(x) = 2 / (1 + exp(5 x)) - 1. An alarm outside costs fp times -s(d), d = points since the window
** before, in lengths of it; 1 beyond three lengths and before the first window. A missed window
** costs fn. The sum is scaled so that the detector without alarms has 0 and the perfect one 100;
** one threshold for all series, the best, is chosen for each profile.
*/
#ifndef TOK_ANOMALY_NAB_H
#define TOK_ANOMALY_NAB_H

#include <stddef.h>

typedef struct {
  const char *name;
  double fp, fn; /* cost of a false alarm, of a missed window */
} nab_profile;

enum { NAB_PROFILES = 3 };
extern const nab_profile nab_profiles[NAB_PROFILES];

typedef struct {
  char name[96];
  size_t n;
  double *value;
  double *score;  /* of the detector */
  double *weight; /* see nab_weigh */
  int *window;    /* >= 0: labelled window; -1: outside; -2: probation */
  int windows;
} nab_series;

typedef struct {
  double score, threshold;
  size_t detected, windows, alarms; /* alarms: outside of windows */
} nab_result;

/* Fills s->weight (and s->windows) from s->window. */
void nab_weigh(nab_series *s);

/*
** The best result over all thresholds, all n series together. skip: a series that is left out, or n
** for none. Returns -1 when out of memory.
*/
int nab_score(const nab_series *series, size_t n, size_t skip, const nab_profile *p,
              nab_result *out);

/* The result at a given threshold of the series [first, last). */
int nab_score_at(const nab_series *series, size_t first, size_t last, const nab_profile *p,
                 double threshold, nab_result *out);

#endif

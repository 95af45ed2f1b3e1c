/*
** The parts of one forecast run, shared by run.c (what is computed when) and interval.c.
*/
#ifndef TOK_RUN_H
#define TOK_RUN_H

#include "forecast.h"

/* Everything is in units of `unit`, so that squares neither overflow nor vanish. */
typedef struct {
  const tok_forecast_options *opt;
  double unit;
  size_t n, m1, m2;
  bool positive;
  bool two_expected; /* the series' step has two seasons, whether seen or not */
  bool line;    /* the history is a straight line: so is the forecast */
  bool young;   /* less than two seasons of a series that should have one */
  double *raw;  /* n as given, NAN where missing */
  double *y;    /* n repaired */
  double *logs; /* n, or NULL unless all are > 0 */
  size_t h;     /* steps of the forecast */
  size_t bh;    /* steps that are compared at rolling origins, <= h */
  size_t origin[TOK_ORIGINS_MAX];
  size_t n_origin; /* the end, which is the last, included */
  double *method;  /* n_mix * n_origin * h forecasts */
  double *combined; /* n_origin * h */
  double *work;
} tok_run;

/* Where may errors be compared: the last rolling origin's steps all lie before the end. */
static inline size_t tok_run_back(const tok_run *r) { return r->n_origin - 1; }

/* Fills sd, bounds, totals and the backtest's figures of out from r->combined. */
void tok_run_intervals(const tok_run *r, tok_forecast *out);

#endif

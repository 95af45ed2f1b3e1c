/*
** The forecasting methods, each a function from one prepared series to forecasts at several
** origins.
**
** Rolling origins are what everything here stands on: weights, errors and intervals come from what
** each method would have said at points of the past. So a method is given all origins at once and
** passes over the series once: its state at an origin is what it forecasts from there; nothing
** later is looked at.
*/
#ifndef TOK_METHOD_H
#define TOK_METHOD_H

#include "../base/base.h"

enum {
  TOK_ORIGINS_MAX = 20, /* rolling origins, the series' end included */
  TOK_LAGS_MAX = 18     /* of an autoregression */
};

/* A series on which methods work: the values, or their logarithms. Borrowed. */
typedef struct {
  const double *y; /* n finite values */
  size_t n;
  size_t m1, m2;        /* seasons in use, 0 = none; m2 > m1 */
  const size_t *origin; /* ascending, each in 1..n; only y[0..origin[k]) is known at origin k */
  size_t n_origin;
  size_t h; /* steps ahead, at least 1 */
} tok_task;

/*
** A method writes out[k * h + j] = its forecast of y[origin[k] + j]. work: tok_method_work()
** doubles. The first origin is at least 4, and two longest seasons where there are seasons.
*/
typedef void tok_method(const tok_task *t, double *work, double *out);

size_t tok_method_work(size_t n, size_t m1, size_t m2, size_t h);

/* The last value. */
tok_method tok_method_naive;
/* The value one season (m1) ago. */
tok_method tok_method_snaive;
/* One longest season ago, moved by how much the level changed since then. */
tok_method tok_method_moved_season;
/* Exponentially weighted mean of the same phase of the longest season. */
tok_method tok_method_phase_mean;
/*
** Decomposition by moving averages into phases of the longest season and a rest; theta on the rest.
*/
tok_method tok_method_theta;
/* Holt-Winters: level, additive season m1, AR(1) errors, no trend; _double with both seasons. */
tok_method tok_method_smooth;
tok_method tok_method_smooth_double;
/* Ridge regression on seasonal lags, shrunk towards the seasonal naive forecast. */
tok_method tok_method_ar;
/* The same without seasons, shrunk towards the naive forecast. */
tok_method tok_method_ar_short;
/* The same on what decomposition leaves. */
tok_method tok_method_ar_rest;
/* What followed the most similar days (weeks, …) of the past, moved to today's level. */
tok_method tok_method_analog;

/* The straight line through all that is known, continued. */
tok_method tok_method_line;

/* A line by least squares: y = a + b i. */
typedef struct {
  double a, b;
  double unexplained; /* share of the variance that it leaves, 1 - R^2; 1 where there is none */
  size_t n;           /* points that are not NAN */
} tok_line;
tok_line tok_line_fit(const double *y, size_t n);

/*
** Phases of season m in y[0..n), n > 2 m, younger seasons weighing more (each `keep` of the next):
** index[p] is what phase p is above a centred moving average; they sum to 0. trend: n doubles of
** work.
*/
void tok_seasonal_indices(const double *y, size_t n, size_t m, double keep, double *trend,
                          double *index);

#endif

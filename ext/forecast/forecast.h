/*
** forecast: a series -> what comes next, with intervals, totals and how far to trust them.
**
** Several cheap methods forecast from the end and from up to 19 rolling origins in the past; each
** weighs by how well it did there; the errors of the combination at those origins are the
** intervals, the errors of its totals the interval of the total. Nothing is assumed to be normal or
** stationary that the past does not show.
**
** Deterministic to the last bit on every machine (fmath.h). Time and memory are bounded by
** TOK_SERIES_MAX points and TOK_HORIZON_MAX steps: about 1 ms for 1,000 points.
*/
#ifndef TOK_FORECAST_H
#define TOK_FORECAST_H

#include "method.h"
#include "series.h"

enum {
  TOK_HORIZON_MAX = 2000, /* steps: 83 days of hours, 5 years of days */
  TOK_MIX_MAX = 12        /* methods of one forecast */
};

/* How much history there was. */
typedef enum {
  TOK_GRADE_INSUFFICIENT, /* fewer than 4 points: their mean, no interval */
  TOK_GRADE_SHORT,        /* less than four seasons, or no backtest possible */
  TOK_GRADE_OK
} tok_grade;

typedef struct {
  size_t horizon;     /* steps, 1..TOK_HORIZON_MAX */
  double level;       /* of the intervals, 0 < level < 1 */
  size_t season;      /* steps; 0 = by the series' step */
  int positive;       /* 1: forecasts are at least 0; 0: not; -1: if the history is */
  bool gaps_are_zero; /* a missing bucket means nothing happened, else unknown */
  const char *method; /* one method's name, NULL = the combination */
} tok_forecast_options;

/* One method of the mix; weights sum to 1. */
typedef struct {
  const char *name; /* static */
  double weight;
} tok_mix;

typedef struct {
  size_t h;
  /* h each, lower <= mean <= upper; NAN bounds where grade is insufficient */
  double *mean, *lower, *upper;
  double total, total_lower, total_upper;
  double total_sd; /* standard deviation of the total, and … */
  double total_df; /* … degrees of freedom of the t distribution it belongs to */
  /* the deviation of the sum of the first j steps is total_sd * (j / h) ^ total_power */
  double total_power;
  double *sd;      /* h: standard deviation of each step */
  bool positive; /* bounds are at least 0 */
  tok_grade grade;
  size_t first;      /* leading zeros that were left out */
  size_t n;          /* points used, after that */
  size_t n_repaired; /* points that were there and were replaced */
  size_t n_filled;   /* points that were missing */
  size_t level_at;   /* where a new level begins to which older history was brought; 0 = none */
  tok_mix mix[TOK_MIX_MAX];
  size_t n_mix;
  double wape, mase, coverage; /* of the backtest, NAN if there was none or it says nothing */
  /* the backtest itself: n_back origins, back_h steps each */
  size_t n_back, back_h;
  size_t origin[TOK_ORIGINS_MAX]; /* indices into the series as given */
  double *back, *back_sd;         /* n_back * back_h */
  void *memory;                   /* owned: all arrays */
} tok_forecast;

/*
** Forecasts s, which is not changed. TOK_OK; TOK_INVALID if options->method names none; TOK_NOMEM.
** All values must be finite or NAN and at most 1e300 in size.
*/
tok_status tok_forecast_run(const tok_series *s, const tok_forecast_options *options,
                            tok_forecast *out);
void tok_forecast_free(tok_forecast *f);

/* Half the width of an interval of that level, in standard deviations of a step. */
double tok_forecast_width(const tok_forecast *f, double level);

/* One step of the backtest. */
typedef struct {
  size_t origin, at; /* indices into the series as given: the first unknown step, and this one */
  size_t step;       /* 1 = the first */
  double actual, forecast, lower, upper, error; /* error = forecast - actual */
} tok_backtest_row;

/* Row i < n_back * back_h; `values` are those of the series. width: tok_forecast_width. */
tok_backtest_row tok_forecast_back(const tok_forecast *f, const double *values, double width,
                                   size_t i);

/* The i-th method's name, NULL beyond the last. */
const char *tok_forecast_method_name(size_t i);
const char *tok_grade_name(tok_grade grade);

#endif

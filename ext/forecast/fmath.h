/*
** Arithmetic that gives the same bits on every machine and compiler.
**
** + - * / and sqrt are exact by IEEE 754; log, exp and the quantiles of a libm are not, so
** forecasts use these: fixed polynomials in a fixed order. The room is compiled without fused
** multiply-add. Relative error below 1e-14 (log, exp) and 1e-7 (normal and t quantiles), which is
** far below what an interval means.
*/
#ifndef TOK_FMATH_H
#define TOK_FMATH_H

#include <float.h>
#include <math.h> /* fabs, floor, sqrt, isfinite, NAN: exact everywhere */

#include "../base/base.h"

/* x > 0 and finite. */
double tok_log(double x);
/* Any finite x; below -700 it is 0, above 700 it is exp(700), so that nothing becomes infinite. */
double tok_exp(double x);
/* The p-quantile of the standard normal distribution, 0 < p < 1. */
double tok_normal_quantile(double p);
/* P(Z <= z) of the standard normal distribution. */
double tok_normal_cdf(double z);
/* The p-quantile of Student's t with df >= 1 degrees of freedom, 0 < p < 1. */
double tok_t_quantile(double p, double df);

/*
** P(T <= x) of Student's t with df >= 1, below 2.5 in whole degrees as the quantile has them.
** Relative error of either tail below 1e-6, absolute 1e-5 from 200 degrees on. A hundred
** exponentials.
*/
double tok_t_cdf(double x, double df);

/* Sorts ascending, no NaN. O(n log n), in place. */
void tok_sort_doubles(double *v, size_t n);
/* The q-quantile (0..1, linear between order statistics) of v[0..n), n >= 1; reorders v. */
double tok_quantile(double *v, size_t n, double q);
/* tok_quantile(v, n, 0.5). */
double tok_median(double *v, size_t n);

#endif

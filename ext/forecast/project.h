/*
** Projections: what a period will have used at its end, and when a budget runs out.
**
** What is used already is certain; the rest of the running bucket is its forecast times the share
** that usually comes later in it; then whole buckets follow, the last one cut where the period
** ends. The rest's uncertainty is that of forecasts of totals.
*/
#ifndef TOK_PROJECT_H
#define TOK_PROJECT_H

#include "forecast.h"

typedef struct {
  double so_far;       /* used since the period began */
  double elapsed;      /* share of the running bucket's usage that has come, 0..1 */
  double last_part;    /* share of the last bucket that lies in the period, 0..1 */
  double budget;       /* NAN = none */
  double level;        /* of the interval */
} tok_project_ask;

typedef struct {
  double rest, projected, lower, upper;
  double p_over;            /* that more than the budget will be used; NAN without one */
  /* steps (of the forecast, with fractions) after which it is used up; NAN: not before the end */
  double early, median, late;
} tok_projection;

/* f: the forecast from the running bucket to the period's last one. O(f->h). */
void tok_project(const tok_project_ask *ask, const tok_forecast *f, tok_projection *out);

#endif

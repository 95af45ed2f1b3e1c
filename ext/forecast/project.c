#include "project.h"

#include "fmath.h"

/* The share of step j that is still to come within the period. */
static double step_share(const tok_project_ask *a, const tok_forecast *f, size_t j) {
  return (j == 0 ? 1 - a->elapsed : 1) * (j + 1 == f->h ? a->last_part : 1);
}

/* Expected usage of step j that is still to come within the period. */
static double step_rest(const tok_project_ask *a, const tok_forecast *f, size_t j) {
  return f->mean[j] * step_share(a, f, j);
}

/*
** Steps until so_far + the rest + `sign` times its uncertainty reach the budget; NAN if they do
** not. `end`: what the period ends with at that bound; usage never falls, so it was no more before.
*/
static double reached(const tok_project_ask *a, const tok_forecast *f, double sd, double sign,
                      double end) {
  double sum = 0, before = a->so_far;
  if (a->so_far >= a->budget) return 0;
  for (size_t j = 0; j < f->h; j++) {
    sum += step_rest(a, f, j);
    double share = (double)(j + 1) / (double)f->h;
    double at = a->so_far + sum;
    if (sign != 0 && !(fabs(sd) <= DBL_MAX)) return NAN; /* nothing is known about it */
    if (sign != 0) at += sign * sd * tok_exp(f->total_power * tok_log(share));
    if (at > end) at = end;
    if (at < before) at = before; /* usage never falls */
    if (at >= a->budget)
      return (double)j + (at > before ? (a->budget - before) / (at - before) : 1);
    before = at;
  }
  return NAN;
}

void tok_project(const tok_project_ask *a, const tok_forecast *f, tok_projection *out) {
  double whole = 0, steps = 0, t = tok_t_quantile(0.5 + a->level / 2, f->total_df);
  *out = (tok_projection){.p_over = NAN, .early = NAN, .median = NAN, .late = NAN};
  for (size_t j = 0; j < f->h; j++) {
    out->rest += step_rest(a, f, j);
    steps += step_share(a, f, j);
    whole += f->mean[j];
  }
  /* where there are credits, sums say nothing of how much is to come */
  double share = f->positive && whole > 0 ? out->rest / whole : steps / (double)f->h;
  double sd = f->total_sd * sqrt(share);
  out->projected = a->so_far + out->rest;
  out->lower = out->projected - t * sd;
  out->upper = out->projected + t * sd;
  /* usage never falls, but by credits */
  if (f->positive && out->lower < a->so_far) out->lower = a->so_far;
  if (isnan(a->budget)) return;
  double over = out->projected - a->budget;
  if (f->positive && a->so_far > a->budget) out->p_over = 1;
  else if (sd > 0) out->p_over = tok_t_cdf(over / sd, f->total_df);
  else if (!isnan(sd)) out->p_over = over > 0;
  out->early = reached(a, f, t * sd, 1, out->upper);
  out->median = reached(a, f, 0, 0, out->projected);
  out->late = reached(a, f, t * sd, -1, out->lower);
}

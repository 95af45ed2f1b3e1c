/*
** Intervals from what the combination got wrong at the rolling origins.
**
** A step's error is taken relative to the power 3/4 of its forecast (where nothing is negative):
** busy hours err by more than quiet ones, though not in proportion. Its mean square over the
** origins, as a function of the steps ahead, is fitted by a + b * step with a, b >= 0, which one
** origin's luck cannot bend. A total's interval comes from the errors of totals, never from adding
** up steps: errors of neighbouring steps are alike.
*/
#include "fmath.h"
#include "run.h"

/* a series that repeats exactly is inside an interval of width 0 */
static const double ROUNDING = 1e-12;

/* tuning: of spread() below; 0.5 to 1 differ by 3 % in MSIS */
static const double SPREAD_POWER = 0.75;

/*
** Relative size that errors have around a forecast f. floor_: so that a forecast of 0 is not
** certain.
*/
static double spread(const tok_run *r, double f, double floor_) {
  if (!r->positive) return 1;
  double root = sqrt(f > floor_ ? f : floor_);
  return root * sqrt(root);
}

static double actual(const tok_run *r, size_t k, size_t j) { return r->y[r->origin[k] + j]; }
static double forecast_at(const tok_run *r, size_t k, size_t j) {
  return r->combined[k * r->h + j];
}

/* A twentieth of the mean of what was forecast or was; above 0 unless all is 0. */
static double floor_of(const tok_run *r) {
  double said = 0, was = 0;
  for (size_t i = 0; i < r->n_origin * r->h; i++)
    said += r->combined[i] / (double)(r->n_origin * r->h);
  for (size_t i = r->origin[0]; i < r->n; i++) was += r->y[i] / (double)(r->n - r->origin[0]);
  return (said > was ? said : was) / 20;
}

typedef struct {
  double a, b; /* variance of relative errors = a + b * step */
  double floor_;
} growth;

/* Least squares with both coefficients >= 0. */
static growth fit_growth(const tok_run *r, double floor_) {
  growth g = {0, 0, floor_};
  size_t back = tok_run_back(r);
  double sx = 0, sy = 0, sxx = 0, sxy = 0, n = (double)r->bh;
  for (size_t j = 0; j < r->bh; j++) {
    double square = 0, x = (double)(j + 1);
    for (size_t k = 0; k < back; k++) {
      double f = forecast_at(r, k, j), s = spread(r, f, floor_);
      double e = s > 0 ? (actual(r, k, j) - f) / s : 0;
      square += e * e / (double)back;
    }
    sx += x;
    sy += square;
    sxx += x * x;
    sxy += x * square;
  }
  double det = n * sxx - sx * sx;
  g.b = det > 0 ? (n * sxy - sx * sy) / det : 0;
  if (g.b < 0) g.b = 0;
  g.a = (sy - g.b * sx) / n;
  if (g.a < 0) { /* through the origin */
    g.a = 0;
    g.b = sxy / sxx;
  }
  return g;
}

static double sd_at(const tok_run *r, growth g, double f, size_t j) {
  return sqrt(g.a + g.b * (double)(j + 1)) * spread(r, f, g.floor_);
}

/* How many independent looks at h steps the origins are worth, at least 1. */
static double looks(const tok_run *r) {
  double span = (double)(r->n - r->origin[0]) / (double)r->bh;
  double n = (double)tok_run_back(r);
  return span < 1 ? 1 : span < n ? span : n;
}

/* Independent errors add up as the root of the steps, errors of level in proportion to them. */
static const double POWER_MIN = 0.5, POWER_MAX = 1, POWER_UNKNOWN = 0.8;

/* ---- without a backtest ---------------------------------------------------------------------- */

static void from_spread(const tok_run *r, tok_forecast *out) {
  double mean = 0, square = 0, n = (double)r->n;
  for (size_t i = 0; i < r->n; i++) mean += r->y[i] / n;
  for (size_t i = 0; i < r->n; i++) square += (r->y[i] - mean) * (r->y[i] - mean);
  bool known = out->grade != TOK_GRADE_INSUFFICIENT;
  double sd = known ? sqrt(square / (n - 1) * (1 + 1 / n)) : NAN;
  for (size_t j = 0; j < r->h; j++) out->sd[j] = sd;
  /* the mean itself may be off, so errors of a total add up faster than independent ones */
  out->total_sd = known ? sd * (double)r->h * sqrt(1 / (double)r->h + 1 / n) : NAN;
  out->total_df = n > 1 ? n - 1 : 1;
  out->total_power = POWER_UNKNOWN;
}

/* ---- from rolling origins -------------------------------------------------------------------- */

/* Mean square of the errors of the sums of the first `steps` steps, relative to their spread. */
static double total_square(const tok_run *r, growth g, size_t steps) {
  double square = 0;
  for (size_t k = 0; k < tok_run_back(r); k++) {
    double e = 0, f = 0;
    for (size_t j = 0; j < steps; j++) {
      e += actual(r, k, j) - forecast_at(r, k, j);
      f += forecast_at(r, k, j);
    }
    double s = spread(r, f, g.floor_ * (double)steps);
    if (s > 0) square += (e / s) * (e / s) / (double)tok_run_back(r);
  }
  return square;
}

static double power_of(const tok_run *r, growth g, double square) {
  size_t half = r->bh / 2;
  if (half == 0 || !(square > 0)) return POWER_UNKNOWN;
  double part = total_square(r, g, half);
  if (!(part > 0)) return POWER_UNKNOWN;
  double whole = (double)r->bh / (double)half; /* spread() has divided by a power of it already */
  double p = 0.5 * tok_log(square / part) / tok_log(whole) + (r->positive ? SPREAD_POWER : 0);
  return p < POWER_MIN ? POWER_MIN : p > POWER_MAX ? POWER_MAX : p;
}

static void total_spread(const tok_run *r, growth g, tok_forecast *out) {
  double square = total_square(r, g, r->bh), part = 0;
  for (size_t j = 0; j < r->bh; j++) part += r->combined[(r->n_origin - 1) * r->h + j];
  double longer = (double)r->h / (double)r->bh;
  out->total_power = power_of(r, g, square);
  out->total_sd = sqrt(square) * spread(r, part, g.floor_ * (double)r->bh) *
                  tok_exp(out->total_power * tok_log(longer));
  out->total_df = looks(r);
}

/* Share of the backtest's actual values that lie in their interval, and its mean errors. */
static void judge(const tok_run *r, double width, tok_forecast *out) {
  double inside = 0, off = 0, size = 0, seen = 0, step = 0, steps = 0;
  size_t m = r->m1 > 1 ? r->m1 : 1;
  for (size_t k = 0; k < out->n_back; k++) {
    for (size_t j = 0; j < r->bh; j++) {
      double v = r->raw[r->origin[k] + j], f = out->back[k * r->bh + j];
      if (isnan(v)) continue;
      double e = fabs(v - f);
      inside += e <= width * out->back_sd[k * r->bh + j] + ROUNDING * fabs(v);
      off += e;
      size += fabs(v);
      seen += 1;
    }
  }
  for (size_t i = m; i < r->n; i++) {
    if (isnan(r->raw[i]) || isnan(r->raw[i - m])) continue;
    step += fabs(r->raw[i] - r->raw[i - m]);
    steps += 1;
  }
  if (seen > 0) out->coverage = inside / seen;
  if (size > 0) out->wape = off / size;
  if (seen > 0 && step > 0) out->mase = off / seen / (step / steps);
}

static void bound(bool positive, double f, double half, double *lower, double *upper) {
  *lower = f - half;
  *upper = f + half;
  if (positive && *lower < 0) *lower = 0;
}

/*
** Steps are more than one look each, but errors of neighbouring steps are alike: worth about three.
*/
enum { STEP_LOOKS = 3 };
static const double UNSEEN = 0.5; /* what few looks have not seen: tuned on shortened series */

double tok_forecast_width(const tok_forecast *f, double level) {
  double p = 0.5 + level / 2;
  if (f->grade == TOK_GRADE_INSUFFICIENT) return NAN;
  if (f->n_back == 0) return tok_t_quantile(p, f->total_df);
  return tok_t_quantile(p, STEP_LOOKS * f->total_df) * sqrt(1 + UNSEEN / f->total_df);
}

tok_backtest_row tok_forecast_back(const tok_forecast *f, const double *values, double width,
                                   size_t i) {
  size_t k = i / f->back_h, j = i % f->back_h;
  tok_backtest_row r = {
      .origin = f->origin[k], .at = f->origin[k] + j, .step = j + 1, .forecast = f->back[i]};
  r.actual = values[r.at];
  r.error = r.forecast - r.actual;
  bound(f->positive, r.forecast, width * f->back_sd[i], &r.lower, &r.upper);
  return r;
}

static void to_units(const tok_run *r, tok_forecast *out) {
  double *const arrays[] = {out->mean, out->lower, out->upper, out->sd};
  for (size_t a = 0; a < sizeof arrays / sizeof arrays[0]; a++) {
    for (size_t j = 0; j < r->h; j++) arrays[a][j] *= r->unit;
  }
  for (size_t i = 0; i < out->n_back * r->bh; i++) {
    out->back[i] *= r->unit;
    out->back_sd[i] *= r->unit;
  }
  out->total *= r->unit;
  out->total_lower *= r->unit;
  out->total_upper *= r->unit;
  out->total_sd *= r->unit;
}

void tok_run_intervals(const tok_run *r, tok_forecast *out) {
  const double *f = r->combined + (r->n_origin - 1) * r->h;
  out->positive = r->positive;
  out->wape = out->mase = out->coverage = NAN;
  out->n_back = tok_run_back(r);
  out->back_h = r->bh;
  if (out->n_back == 0) {
    from_spread(r, out);
  } else {
    growth g = fit_growth(r, floor_of(r));
    for (size_t j = 0; j < r->h; j++) out->sd[j] = sd_at(r, g, f[j], j);
    for (size_t k = 0; k < out->n_back; k++) {
      out->origin[k] = out->first + r->origin[k];
      for (size_t j = 0; j < r->bh; j++) {
        double v = forecast_at(r, k, j);
        out->back[k * r->bh + j] = v;
        out->back_sd[k * r->bh + j] = sd_at(r, g, v, j);
      }
    }
    total_spread(r, g, out);
    judge(r, tok_forecast_width(out, r->opt->level), out);
  }
  double z = tok_forecast_width(out, r->opt->level);
  for (size_t j = 0; j < r->h; j++) {
    out->mean[j] = f[j];
    bound(r->positive, f[j], z * out->sd[j], &out->lower[j], &out->upper[j]);
    out->total += f[j];
  }
  bool none = out->grade == TOK_GRADE_INSUFFICIENT;
  double t = none ? NAN : tok_t_quantile(0.5 + r->opt->level / 2, out->total_df);
  bound(r->positive, out->total, t * out->total_sd, &out->total_lower, &out->total_upper);
  to_units(r, out);
}

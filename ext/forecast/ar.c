/*
** Ridge seasonal autoregression: y[t] = c + sum over lags of b[l] y[t - l], with b shrunk towards
** "as one season ago" (or "as before"). See method.h.
**
** The weighted moments of (lags, y) are summed once along the series; at each origin they are what
** was known there, and the normal equations (k x k, k <= TOK_LAGS_MAX) are solved by Cholesky.
** O(n k^2). Forecasts are iterated; each step stays within the recent range and a margin, so that
** no unstable polynomial runs away.
*/
#include "fmath.h"
#include "method.h"

enum {
  LANES = 4, /* rows of sums are handled in pieces of so many, which compilers turn into vectors */
  D = (TOK_LAGS_MAX + 1 + LANES - 1) / LANES * LANES
};

/* Tuning; OWA changes by less than 0.01 for ten times more or less of each. */
static const double PENALTY = 1e-4;          /* relative to the mean variance of the lags */
static const double PENALTY_WEEKDAYS = 1e-2; /* daily data are noisier */
static const double PENALTY_REST = 1e-3;     /* a series without its season has little variance */
static const double KEEP = 0.998;            /* weight of a point relative to the next */
static const double MARGIN = 0.3;            /* of the recent range, either side */
static const double KEEP_INDEX = 0.85;       /* weight of a season relative to the next */

typedef struct {
  size_t k;
  size_t lag[TOK_LAGS_MAX];
  size_t prior; /* index of the lag whose coefficient is 1 where the data say nothing */
  size_t longest, recent; /* largest lag; points whose range bounds the forecast */
  double penalty;
} ar_shape;

static void add_lag(ar_shape *s, size_t lag, size_t most) {
  if (lag == 0 || lag > most || s->k == TOK_LAGS_MAX) return;
  for (size_t i = 0; i < s->k; i++) {
    if (s->lag[i] == lag) return;
  }
  s->lag[s->k++] = lag;
  if (lag > s->longest) s->longest = lag;
}

static void add_lags(ar_shape *s, const size_t *lags, size_t n, size_t most) {
  for (size_t i = 0; i < n; i++) add_lag(s, lags[i], most);
}

static void add_range(ar_shape *s, size_t from, size_t to, size_t step, size_t most) {
  for (size_t l = from; l <= to; l += step) add_lag(s, l, most);
}

static void set_prior(ar_shape *s, size_t lag) {
  for (size_t i = 0; i < s->k; i++) {
    if (s->lag[i] == lag) s->prior = i;
  }
}

/*
** Lags around one and two seasons; of one longer than a month the last value is the better prior.
*/
static void add_seasonal(ar_shape *s, size_t m1, size_t m2, size_t most) {
  const size_t one[] = {1, 2, 3, m1 - 1, m1, m1 + 1, 2 * m1, 2 * m1 + 1, 3 * m1};
  const size_t two[] = {m2 - m1, m2 - 1, m2, m2 + 1, m2 + m1, 2 * m2};
  if (m1 == 7 && m2 == 0) {
    s->penalty = PENALTY_WEEKDAYS;
    add_range(s, 1, 8, 1, most);
    add_range(s, 14, 56, 7, most);
  } else if (m1 <= 13 && m2 == 0) {
    add_range(s, 1, m1 + 1, 1, most);
  } else {
    add_lags(s, one, sizeof one / sizeof one[0], most);
    if (m2 > 0) add_lags(s, two, sizeof two / sizeof two[0], most);
  }
  set_prior(s, m2 > 0 ? m2 : m1 <= 31 ? m1 : 1);
}

/*
** Of (lags, y), less the series' mean. Points weigh by KEEP to the power of their age: instead of
** shrinking all sums at each point, the new point's weight `now` grows, and only ratios matter.
** cross[i][j]: j <= i is used.
*/
typedef struct {
  double now, w, sum[D], cross[D][D];
} moments;

static void moments_add(moments *m, const ar_shape *s, const double *y, size_t t, double mean) {
  double z[D] = {0};
  for (size_t i = 0; i < s->k; i++) z[i] = y[t - s->lag[i]] - mean;
  z[s->k] = y[t] - mean;
  m->now *= 1 / KEEP;
  m->w += m->now;
  for (size_t i = 0; i <= s->k; i++) {
    double x = z[i] * m->now, *row = m->cross[i];
    m->sum[i] += x;
    for (size_t j = 0; j <= i; j += LANES) {
      for (size_t l = 0; l < LANES; l++) row[j + l] += x * z[j + l];
    }
  }
}

/*
** Solves A x = b for symmetric positive definite A (lower triangle, overwritten). False if it is
** not.
*/
static bool cholesky(double a[D][D], size_t k, double *b) {
  for (size_t i = 0; i < k; i++) {
    for (size_t j = 0; j <= i; j++) {
      double sum = a[i][j];
      for (size_t l = 0; l < j; l++) sum -= a[i][l] * a[j][l];
      if (i == j) {
        if (!(sum > 0)) return false;
        a[i][i] = sqrt(sum);
      } else {
        a[i][j] = sum / a[j][j];
      }
    }
  }
  for (size_t i = 0; i < k; i++) {
    for (size_t l = 0; l < i; l++) b[i] -= a[i][l] * b[l];
    b[i] /= a[i][i];
  }
  for (size_t i = k; i-- > 0;) {
    for (size_t l = i + 1; l < k; l++) b[i] -= a[l][i] * b[l];
    b[i] /= a[i][i];
  }
  return true;
}

/* Coefficients from the moments; *c: the constant for values less the series' mean. */
static void solve(const moments *m, const ar_shape *s, double *b, double *c) {
  double a[D][D], rhs[D], mu[D], variance = 0;
  size_t k = s->k;
  *c = 0;
  for (size_t i = 0; i < k; i++) b[i] = i == s->prior;
  if (!(m->w > 0)) return;
  for (size_t i = 0; i <= k; i++) mu[i] = m->sum[i] / m->w;
  for (size_t i = 0; i < k; i++) {
    for (size_t j = 0; j <= i; j++) a[i][j] = m->cross[i][j] - m->sum[i] * mu[j];
    variance += a[i][i] / (double)k;
  }
  if (!(variance > 0)) return;
  for (size_t i = 0; i < k; i++) { /* what the prior leaves unexplained */
    double of_prior = i >= s->prior ? a[i][s->prior] : a[s->prior][i];
    rhs[i] = m->cross[k][i] - m->sum[k] * mu[i] - of_prior;
  }
  for (size_t i = 0; i < k; i++) a[i][i] += s->penalty * variance;
  if (cholesky(a, k, rhs)) {
    for (size_t i = 0; i < k; i++) b[i] += rhs[i];
  }
  *c = mu[k];
  for (size_t i = 0; i < k; i++) *c -= b[i] * mu[i];
}

/* Iterated forecast from origin o. path: longest lag + h doubles. */
static void iterate(const tok_task *t, const ar_shape *s, size_t o, const double *b, double c,
                    double mean, double *path, double *out) {
  double lo = t->y[o - 1], hi = lo;
  for (size_t i = o > s->recent ? o - s->recent : 0; i < o; i++) {
    lo = t->y[i] < lo ? t->y[i] : lo;
    hi = t->y[i] > hi ? t->y[i] : hi;
  }
  double margin = MARGIN * (hi - lo);
  lo -= margin + mean;
  hi += margin - mean;
  for (size_t i = 0; i < s->longest; i++) path[i] = t->y[o - s->longest + i] - mean;
  for (size_t j = 0; j < t->h; j++) {
    double f = c;
    for (size_t i = 0; i < s->k; i++) f += b[i] * path[s->longest + j - s->lag[i]];
    f = f < lo ? lo : f > hi ? hi : f;
    path[s->longest + j] = f;
    out[j] = f + mean;
  }
}

static void run(const tok_task *t, const ar_shape *s, double *work, double *out) {
  moments m;
  double mean = 0, b[D], c;
  size_t at = s->longest;
  memset(&m, 0, sizeof m);
  m.now = 1;
  for (size_t i = 0; i < t->origin[0]; i++) mean += t->y[i]; /* only for the conditioning */
  mean /= (double)t->origin[0];
  for (size_t k = 0; k < t->n_origin; k++) {
    for (; at < t->origin[k]; at++) moments_add(&m, s, t->y, at, mean);
    solve(&m, s, b, &c);
    iterate(t, s, t->origin[k], b, c, mean, work, out + k * t->h);
  }
}

void tok_method_ar(const tok_task *t, double *work, double *out) {
  if (t->m1 < 2) {
    tok_method_ar_short(t, work, out);
    return;
  }
  ar_shape s = {.penalty = PENALTY, .recent = t->m2 > 0 ? 2 * t->m2 : 4 * t->m1};
  add_seasonal(&s, t->m1, t->m2, t->origin[0] / 2);
  run(t, &s, work, out);
}

enum { SHORT_LAGS = 4, SHORT_RECENT = 26 };

void tok_method_ar_short(const tok_task *t, double *work, double *out) {
  ar_shape s = {.penalty = PENALTY, .recent = SHORT_RECENT};
  add_range(&s, 1, SHORT_LAGS, 1, t->origin[0] / 2);
  set_prior(&s, 1);
  run(t, &s, work, out);
}

/*
** Decomposing is what costs time, so two rolling origins share what was known at the first of them.
*/
void tok_method_ar_rest(const tok_task *t, double *work, double *out) {
  size_t m = t->m2 > 0 ? t->m2 : t->m1;
  if (m < 2 || t->origin[0] <= 2 * m) {
    tok_method_ar_short(t, work, out);
    return;
  }
  const size_t d = t->m1, lags[] = {1, 2, 3, d - 2, d - 1, d, d + 1, d + 2, 2 * d};
  ar_shape s = {.penalty = PENALTY_REST, .recent = t->m2 > 0 ? 2 * t->m2 : 4 * t->m1};
  if (t->m2 > 0) add_lags(&s, lags, sizeof lags / sizeof lags[0], t->origin[0] / 2);
  else add_range(&s, 1, 8, 1, t->origin[0] / 2);
  set_prior(&s, 1);
  double *index = work, *rest = index + m, *trend = rest + t->n;
  for (size_t k = 0, next; k < t->n_origin; k = next) {
    next = k + 2 < t->n_origin ? k + 2 : k + 1; /* the end has its own */
    size_t known = t->origin[k], upto = t->origin[next - 1];
    tok_seasonal_indices(t->y, known, m, KEEP_INDEX, trend, index);
    for (size_t i = 0; i < upto; i++) rest[i] = t->y[i] - index[i % m];
    tok_task some = {rest, upto, t->m1, t->m2, t->origin + k, next - k, t->h};
    run(&some, &s, trend, out + k * t->h);
    for (size_t i = k; i < next; i++) {
      for (size_t j = 0; j < t->h; j++) out[i * t->h + j] += index[(t->origin[i] + j) % m];
    }
  }
}

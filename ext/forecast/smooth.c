/*
** Methods that smooth: theta on what a decomposition leaves, Holt-Winters. See method.h.
*/
#include "fmath.h"
#include "method.h"

static size_t longest(const tok_task *t) { return t->m2 > 0 ? t->m2 : t->m1 > 0 ? t->m1 : 1; }

/* ---- decomposition and theta ----------------------------------------------------------------- */

/* Centred moving average over m points (2 x m for even m) of y[0..n); NAN-free: ends are held. */
static void moving_average(const double *y, size_t n, size_t m, double *out) {
  size_t half = m / 2, first = half, last = n - 1 - half;
  double sum = 0;
  for (size_t i = 0; i < m; i++) sum += y[i];
  for (size_t c = first; c <= last; c++) {
    /* sum is of y[c-half .. c-half+m) */
    if (m % 2 == 0) out[c] = (sum + 0.5 * (y[c + half] - y[c - half])) / (double)m;
    else out[c] = sum / (double)m;
    if (c < last) sum += y[c - half + m] - y[c - half];
  }
  for (size_t i = 0; i < first; i++) out[i] = out[first];
  for (size_t i = last + 1; i < n; i++) out[i] = out[last];
}

void tok_seasonal_indices(const double *y, size_t n, size_t m, double keep, double *trend,
                          double *index) {
  moving_average(y, n, m, trend);
  size_t half = m / 2;
  for (size_t p = 0; p < m; p++) {
    double sum = 0, weight = 0;
    for (size_t i = p; i < n; i += m) {
      sum *= keep;
      weight *= keep;
      if (i < half || i + half >= n) continue;
      sum += y[i] - trend[i];
      weight += 1;
    }
    index[p] = weight > 0 ? sum / weight : 0;
  }
  double mean = 0;
  for (size_t p = 0; p < m; p++) mean += index[p];
  mean /= (double)m;
  for (size_t p = 0; p < m; p++) index[p] -= mean;
}

/*
** Simple exponential smoothing: the last level; *sse: of one-step errors, of the later two thirds.
*/
static double ses(const double *a, size_t n, double alpha, double *sse) {
  double level = a[0], e2 = 0;
  for (size_t i = 1; i < n; i++) {
    double e = a[i] - level;
    if (3 * i >= n) e2 += e * e;
    level += alpha * e;
  }
  *sse = e2;
  return level;
}

static const double KEEP_INDEX = 0.8; /* tuning: each season weighs 0.8 of the next */

static double slope_of(const double *a, size_t n) {
  double mid = (double)(n - 1) / 2, sxy = 0, sxx = 0;
  for (size_t i = 0; i < n; i++) {
    double x = (double)i - mid;
    sxy += x * a[i];
    sxx += x * x;
  }
  return sxx > 0 ? sxy / sxx : 0;
}

void tok_method_theta(const tok_task *t, double *work, double *out) {
  static const double alphas[] = {0.02, 0.05, 0.1, 0.2, 0.35, 0.55, 0.8};
  size_t m = longest(t);
  double *adjusted = work, *trend = work + t->n, *index = work + 2 * t->n;
  double alpha = 0;
  for (size_t k = 0; k < t->n_origin; k++) {
    size_t n = t->origin[k];
    bool seasonal = m > 1 && n >= 2 * m + 1;
    memcpy(adjusted, t->y, n * sizeof *adjusted);
    if (seasonal) {
      tok_seasonal_indices(t->y, n, m, KEEP_INDEX, trend, index);
      for (size_t i = 0; i < n; i++) adjusted[i] -= index[i % m];
    }
    double best = DBL_MAX, level = 0;
    if (k == 0) {
      for (size_t i = 0; i < sizeof alphas / sizeof alphas[0]; i++) {
        double sse;
        ses(adjusted, n, alphas[i], &sse);
        if (sse < best) best = sse, alpha = alphas[i];
      }
    }
    level = ses(adjusted, n, alpha, &best);
    double drift = slope_of(adjusted, n) / 2;
    for (size_t j = 0; j < t->h; j++) {
      out[k * t->h + j] = level + drift * (double)(j + 1) + (seasonal ? index[(n + j) % m] : 0);
    }
  }
}

/* ---- Holt-Winters ---------------------------------------------------------------------------- */

typedef struct {
  double alpha, gamma1, gamma2, phi;
} hw_param;

typedef struct {
  const tok_task *t;
  size_t m1, m2;
  double level0, *init1, *init2, *s1, *s2; /* initial and current seasons */
} hw;

/* Initial states from the first two longest seasons (or what there is). */
static void hw_init(hw *w, size_t n) {
  const double *y = w->t->y;
  size_t span = w->m2 > 0 ? w->m2 : w->m1;
  size_t take = 2 * span <= n ? 2 * span : span <= n ? span : n;
  double mean = 0;
  for (size_t i = 0; i < take; i++) mean += y[i];
  mean /= (double)take;
  w->level0 = mean;
  for (size_t p = 0; p < w->m1; p++) {
    double sum = 0, c = 0;
    for (size_t i = p; i < take; i += w->m1) sum += y[i] - mean, c += 1;
    w->init1[p] = c > 0 ? sum / c : 0;
  }
  for (size_t p = 0; p < w->m2; p++) {
    double sum = 0, c = 0;
    for (size_t i = p; i < take; i += w->m2) sum += y[i] - mean - w->init1[i % w->m1], c += 1;
    w->init2[p] = c > 0 ? sum / c : 0;
  }
}

/*
** Runs over y[0..n); returns the sum of squared one-step errors; forecasts at the origins if out !=
** NULL.
*/
static double hw_run(hw *w, hw_param p, size_t n, double *out) {
  const tok_task *t = w->t;
  memcpy(w->s1, w->init1, w->m1 * sizeof *w->s1);
  memcpy(w->s2, w->init2, w->m2 * sizeof *w->s2);
  double level = w->level0, e = 0, sse = 0;
  size_t i1 = 0, i2 = 0, k = 0;
  double dummy = 0, *q2 = w->m2 > 0 ? w->s2 : &dummy;
  for (size_t i = 0; i <= n; i++) {
    while (out != NULL && k < t->n_origin && t->origin[k] == i) {
      double ar = e;
      for (size_t j = 0; j < t->h; j++) {
        ar *= p.phi;
        out[k * t->h + j] = level + w->s1[(i1 + j) % w->m1] +
                            (w->m2 > 0 ? w->s2[(i2 + j) % w->m2] : 0) + ar;
      }
      k++;
    }
    if (i == n) break;
    double old = e;
    e = t->y[i] - (level + w->s1[i1] + q2[i2]);
    double one = e - p.phi * old;
    sse += one * one;
    level += p.alpha * e;
    w->s1[i1] += p.gamma1 * e;
    q2[i2] += w->m2 > 0 ? p.gamma2 * e : 0;
    if (++i1 == w->m1) i1 = 0;
    if (w->m2 > 0 && ++i2 == w->m2) i2 = 0;
  }
  return sse;
}

/* Coordinate search over small grids, twice. */
static hw_param hw_fit(hw *w, size_t n) {
  static const double alphas[] = {0.002, 0.01, 0.03, 0.08, 0.2, 0.4};
  static const double gammas[] = {0, 0.02, 0.06, 0.15, 0.3, 0.5};
  static const double phis[] = {0, 0.3, 0.6, 0.8, 0.9, 0.96};
  hw_param p = {0.03, 0.15, 0.15, w->m1 > 7 ? 0.8 : 0.3};
  double *const field[] = {&p.phi, &p.alpha, &p.gamma1, &p.gamma2};
  const double *const grid[] = {phis, alphas, gammas, gammas};
  double best = hw_run(w, p, n, NULL);
  for (int round = 0; round < 2; round++) {
    for (int f = 0; f < (w->m2 > 0 ? 4 : 3); f++) {
      double keep = *field[f];
      for (int i = 0; i < 6; i++) {
        *field[f] = grid[f][i];
        double sse = hw_run(w, p, n, NULL);
        if (sse < best) best = sse, keep = grid[f][i];
      }
      *field[f] = keep;
    }
  }
  return p;
}

static void hw_method(const tok_task *t, size_t m1, size_t m2, double *work, double *out) {
  if (m1 == 0) m1 = 1;
  hw w = {.t = t, .m1 = m1, .m2 = m2};
  w.init1 = work;
  w.init2 = w.init1 + m1;
  w.s1 = w.init2 + m2;
  w.s2 = w.s1 + m1;
  hw_init(&w, t->origin[0]);
  hw_run(&w, hw_fit(&w, t->origin[0]), t->n, out);
}

void tok_method_smooth(const tok_task *t, double *work, double *out) {
  hw_method(t, t->m1, 0, work, out);
}

void tok_method_smooth_double(const tok_task *t, double *work, double *out) {
  hw_method(t, t->m1, t->m2, work, out);
}

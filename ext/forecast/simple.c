/*
** Methods without a model: what was, and what was similar. See method.h.
*/
#include "fmath.h"
#include "method.h"

size_t tok_method_work(size_t n, size_t m1, size_t m2, size_t h) {
  return 4 * n + 4 * (m1 + m2 + 2) + 2 * h;
}

static void same_as(const tok_task *t, size_t season, double *out) {
  for (size_t k = 0; k < t->n_origin; k++) {
    size_t o = t->origin[k], m = season <= o ? season : o;
    for (size_t j = 0; j < t->h; j++) out[k * t->h + j] = t->y[o - m + j % m];
  }
}

void tok_method_naive(const tok_task *t, double *work, double *out) {
  (void)work;
  same_as(t, 1, out);
}

void tok_method_snaive(const tok_task *t, double *work, double *out) {
  (void)work;
  same_as(t, t->m1 > 0 ? t->m1 : 1, out);
}

static double mean_of(const double *y, size_t from, size_t to) {
  double sum = 0;
  for (size_t i = from; i < to; i++) sum += y[i];
  return sum / (double)(to - from);
}

void tok_method_moved_season(const tok_task *t, double *work, double *out) {
  size_t m = t->m2 > 0 ? t->m2 : t->m1 > 0 ? t->m1 : 1;
  size_t span = t->m1 > 0 ? t->m1 : 1; /* the level is that of a short season: every phase once */
  (void)work;
  same_as(t, m, out);
  for (size_t k = 0; k < t->n_origin; k++) {
    size_t o = t->origin[k];
    if (o < m + span) continue;
    double moved = mean_of(t->y, o - span, o) - mean_of(t->y, o - span - m, o - m);
    for (size_t j = 0; j < t->h; j++) out[k * t->h + j] += moved;
  }
}

/*
** Tuning: how much older seasons weigh. Weeks of hours change (half a week's memory beyond the
** last); weekdays are noisy and want ten weeks.
*/
static const double KEEP_WEEK_OF_HOURS = 0.5, KEEP_SINGLE_SEASON = 0.9;

void tok_method_phase_mean(const tok_task *t, double *work, double *out) {
  size_t m = t->m2 > 0 ? t->m2 : t->m1 > 0 ? t->m1 : 1, at = 0;
  double keep = t->m2 > 0 ? KEEP_WEEK_OF_HOURS : KEEP_SINGLE_SEASON;
  double *sum = work, *weight = work + m;
  for (size_t p = 0; p < m; p++) sum[p] = weight[p] = 0;
  for (size_t k = 0; k < t->n_origin; k++) {
    for (; at < t->origin[k]; at++) {
      size_t p = at % m;
      sum[p] = keep * sum[p] + t->y[at];
      weight[p] = keep * weight[p] + 1;
    }
    for (size_t j = 0; j < t->h; j++) {
      size_t p = (t->origin[k] + j) % m;
      out[k * t->h + j] = weight[p] > 0 ? sum[p] / weight[p] : t->y[t->origin[k] - 1];
    }
  }
}

/* ---- a line ---------------------------------------------------------------------------------- */

typedef struct {
  double n, x, y, xx, xy, yy;
} sums;

static void add_point(sums *s, double x, double y) {
  s->n += 1;
  s->x += x;
  s->y += y;
  s->xx += x * x;
  s->xy += x * y;
  s->yy += y * y;
}

static tok_line line_of(const sums *s) {
  double n = s->n, vx = n * s->xx - s->x * s->x, vy = n * s->yy - s->y * s->y;
  double cov = n * s->xy - s->x * s->y;
  tok_line l = {.b = vx > 0 ? cov / vx : 0, .unexplained = 1, .n = (size_t)n};
  l.a = n > 0 ? (s->y - l.b * s->x) / n : 0;
  if (vx > 0 && vy > 0) l.unexplained = 1 - cov / vx * (cov / vy);
  return l;
}

tok_line tok_line_fit(const double *y, size_t n) {
  sums s = {0};
  for (size_t i = 0; i < n; i++) {
    if (!isnan(y[i])) add_point(&s, (double)i, y[i]);
  }
  return line_of(&s);
}

void tok_method_line(const tok_task *t, double *work, double *out) {
  sums s = {0};
  size_t at = 0;
  (void)work;
  for (size_t k = 0; k < t->n_origin; k++) {
    for (; at < t->origin[k]; at++) add_point(&s, (double)at, t->y[at]);
    tok_line l = line_of(&s);
    for (size_t j = 0; j < t->h; j++) out[k * t->h + j] = l.a + l.b * (double)(at + j);
  }
}

/* ---- analogs --------------------------------------------------------------------------------- */

/* What is compared: the last `window` values around their level (the mean of the last `level`). */
typedef struct {
  size_t window, level, stride;
} analog_shape;

enum { ANALOGS_MAX = 512 }; /* the youngest so many candidates; bounds the time of a long series */

static analog_shape choose_analog(const tok_task *t) {
  if (t->m2 > 0) return (analog_shape){2 * t->m1, t->m1, t->m1};
  if (t->m1 > 1 && t->m1 <= 31) return (analog_shape){2 * t->m1, t->m1, t->m1};
  return (analog_shape){12, 1, 1};
}

/* Squared distance of the past before `c` to that before `o`, the level's span counting twice. */
static double distance(const double *y, size_t o, size_t c, double move, analog_shape a) {
  double sum = 0;
  for (size_t i = 1; i <= a.window; i++) {
    double e = (y[o - i] - y[c - i]) - move;
    sum += i <= a.level ? 2 * e * e : e * e;
  }
  return sum;
}

/* Weighted by the cube of (nearest distance / distance). */
static void analog_at(const tok_task *t, analog_shape a, size_t o, double *far, double *f) {
  double nearest = DBL_MAX, total = 0, level = mean_of(t->y, o - a.level, o);
  size_t n = 0, newest = o - a.stride * ((t->h + a.stride - 1) / a.stride);
  for (size_t c = newest; c >= a.window && n < ANALOGS_MAX; c -= a.stride) {
    far[n] = distance(t->y, o, c, level - mean_of(t->y, c - a.level, c), a);
    nearest = far[n] < nearest ? far[n] : nearest;
    n++;
    if (c < a.stride) break;
  }
  for (size_t j = 0; j < t->h; j++) f[j] = 0;
  for (size_t i = 0; i < n; i++) {
    size_t c = newest - i * a.stride;
    double r = far[i] > 0 ? nearest / far[i] : 1, w = r * r * r;
    double move = level - mean_of(t->y, c - a.level, c);
    total += w;
    for (size_t j = 0; j < t->h; j++) f[j] += w * (t->y[c + j] + move);
  }
  for (size_t j = 0; j < t->h; j++) f[j] /= total;
}

void tok_method_analog(const tok_task *t, double *work, double *out) {
  analog_shape a = choose_analog(t);
  size_t ahead = a.stride * ((t->h + a.stride - 1) / a.stride);
  tok_method_snaive(t, work, out); /* where the past is too short to hold one analog */
  for (size_t k = 0; k < t->n_origin; k++) {
    size_t o = t->origin[k];
    if (o >= ahead + a.window) analog_at(t, a, o, work, out + k * t->h);
  }
}

/*
** How good and how fast the forecasts are, on series that nobody here made: M4 hourly and weekly,
** NN5 daily, ServeGen's traffic of LLM requests. `make bench-forecast`.
**
**     build/bench/bench_forecast <folder of the data> [fold]   fold 0 or 1: every other series
**
** OWA is relative to Naive2, computed here as in the M4 competition; MSIS and coverage are of 95 %
** intervals; ms is processor time of the whole forecast, median over the series.
*/
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../ext/forecast/forecast.h"

enum { SERIES_MAX = 500, HORIZON_MAX = 64, LINE_VALUES_MAX = 4000 };

typedef struct {
  size_t n, h;
  double *train, *test;
} series;

typedef struct {
  const char *name;
  tok_step step;
  size_t season;      /* of Naive2 */
  size_t mase_season; /* of MASE and MSIS */
} set;

static const set sets[] = {{"hourly", {3600, 0}, 24, 24},
                           {"weekly", {604800, 0}, 1, 1},
                           {"nn5daily", {86400, 0}, 7, 7}};

/* ---- reading --------------------------------------------------------------------------------- */

static FILE *open_packed(const char *folder, const char *name) {
  char command[600];
  snprintf(command, sizeof command, "gzip -dc '%s/%s.csv.gz' 2>/dev/null", folder, name);
  return popen(command, "r");
}

/* Values of one line behind its first cell; an empty cell is NAN. */
static double *values(char *line, size_t *n) {
  double *v = malloc(LINE_VALUES_MAX * sizeof *v);
  char *p = strchr(line, ',');
  *n = 0;
  while (v != NULL && p != NULL && *n < LINE_VALUES_MAX) {
    char *end;
    double x = strtod(++p, &end);
    v[(*n)++] = end == p ? NAN : x;
    p = strchr(p, ',');
  }
  return v;
}

static size_t read_set(const char *folder, const char *name, series *out) {
  static const char *const parts[] = {"train", "test"};
  size_t count = 0;
  for (int part = 0; part < 2; part++) {
    char file[100], *line = NULL;
    size_t cap = 0, i = 0;
    snprintf(file, sizeof file, "forecast/%s_%s", name, parts[part]);
    FILE *f = open_packed(folder, file);
    if (f == NULL) return 0;
    for (; i < SERIES_MAX && getline(&line, &cap, f) > 0; i++) {
      if (part == 0) out[i].train = values(line, &out[i].n);
      else out[i].test = values(line, &out[i].h);
    }
    free(line);
    pclose(f);
    count = i;
  }
  return count;
}

/* ---- measures -------------------------------------------------------------------------------- */

static double naive_scale(const series *s, size_t m) {
  double sum = 0, n = 0;
  for (size_t i = m; i < s->n; i++) {
    if (isnan(s->train[i]) || isnan(s->train[i - m])) continue;
    sum += fabs(s->train[i] - s->train[i - m]);
    n += 1;
  }
  return sum / n;
}

typedef struct {
  double smape, mase, msis, inside, steps, n, total[SERIES_MAX], ms[SERIES_MAX];
} score;

static void add_score(score *sc, const series *s, const double *truth, const double *f, double scale) {
  double smape = 0, mase = 0, sum = 0, wanted = 0;
  for (size_t j = 0; j < s->h; j++) {
    double e = fabs(truth[j] - f[j]), size = fabs(truth[j]) + fabs(f[j]);
    smape += size > 0 ? 200 * e / size : 0;
    mase += e / scale;
    sum += f[j];
    wanted += truth[j];
  }
  sc->smape += smape / (double)s->h;
  sc->mase += mase / (double)s->h;
  sc->total[(size_t)sc->n] = fabs(sum - wanted) / fabs(wanted);
  sc->n += 1;
}

static void add_interval(score *sc, const series *s, const tok_forecast *f, double scale) {
  const double alpha = 0.05;
  double sum = 0;
  for (size_t j = 0; j < s->h; j++) {
    double y = s->test[j], width = f->upper[j] - f->lower[j];
    if (y < f->lower[j]) width += 2 / alpha * (f->lower[j] - y);
    else if (y > f->upper[j]) width += 2 / alpha * (y - f->upper[j]);
    else sc->inside += 1;
    sum += width / scale;
    sc->steps += 1;
  }
  sc->msis += sum / (double)s->h;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median_of(double *v, double n) {
  qsort(v, (size_t)n, sizeof *v, by_size);
  return v[(size_t)n / 2];
}

/* ---- Naive2 of the M4 competition ------------------------------------------------------------ */

static int is_seasonal(const double *y, size_t n, size_t m) {
  double mean = 0, c0 = 0, squares = 0, at_m = 0;
  if (m < 2 || n < 3 * m) return 0;
  for (size_t i = 0; i < n; i++) mean += y[i] / (double)n;
  for (size_t i = 0; i < n; i++) c0 += (y[i] - mean) * (y[i] - mean);
  for (size_t k = 1; k <= m; k++) {
    double c = 0;
    for (size_t i = k; i < n; i++) c += (y[i] - mean) * (y[i - k] - mean);
    if (k < m) squares += c / c0 * (c / c0);
    at_m = c / c0;
  }
  return fabs(at_m) > 1.645 * sqrt((1 + 2 * squares) / (double)n);
}

static void naive2(const series *s, size_t m, double *f) {
  double index[64] = {0}, count[64] = {0}, mean = 0;
  size_t half = m / 2, n = s->n;
  const double *y = s->train;
  int seasonal = is_seasonal(y, n, m);
  for (size_t c = half; seasonal && c + half < n; c++) {
    double level = m % 2 == 0 ? (y[c - half] + y[c + half]) / 2 : y[c - half] + y[c + half];
    for (size_t i = c - half + 1; i < c + half; i++) level += y[i];
    index[c % m] += y[c] / (level / (double)m);
    count[c % m] += 1;
  }
  for (size_t p = 0; p < m; p++) {
    index[p] = seasonal ? index[p] / count[p] : 1;
    mean += index[p] / (double)m;
  }
  for (size_t j = 0; j < s->h; j++) {
    f[j] = y[n - 1] / (index[(n - 1) % m] / mean) * (index[(n + j) % m] / mean);
  }
}

static void seasonal_naive(const series *s, size_t m, double *f) {
  for (size_t j = 0; j < s->h; j++) f[j] = s->train[s->n - m + j % m];
}

/* ---- one forecast ---------------------------------------------------------------------------- */

static double milliseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The caller frees *f. Returns the processor time, ms. */
static double run(const double *v, size_t n, tok_step step, size_t h, double level, tok_forecast *f) {
  size_t skip = n > TOK_SERIES_MAX ? n - TOK_SERIES_MAX : 0;
  tok_series s = {.step = step, .n = n - skip, .v = (double *)(uintptr_t)(v + skip)};
  tok_forecast_options o = {.horizon = h, .level = level, .positive = -1, .method = getenv("METHOD")};
  double before = milliseconds();
  tok_status status = tok_forecast_run(&s, &o, f);
  double ms = milliseconds() - before;
  if (status != TOK_OK) {
    fprintf(stderr, "bench_forecast: status %d\n", status);
    exit(1);
  }
  return ms;
}

static void competition(const char *folder, const set *what, int fold) {
  static series all[SERIES_MAX];
  static score ours, two, seasonal;
  double f[HORIZON_MAX];
  ours = two = seasonal = (score){0};
  size_t n = read_set(folder, what->name, all);
  for (size_t i = 0; i < n; i++) {
    const series *s = &all[i];
    if (fold >= 0 && (int)(i % 2) != fold) continue;
    double scale = naive_scale(s, what->mase_season);
    tok_forecast r;
    double ms = run(s->train, s->n, what->step, s->h, 0.95, &r);
    ours.ms[(size_t)ours.n] = ms;
    if (getenv("EACH") != NULL) printf("%s %zu n %zu cov %.2f wape %.3f\n", what->name, i, s->n, r.coverage, r.wape);
    add_interval(&ours, s, &r, scale);
    add_score(&ours, s, s->test, r.mean, scale);
    tok_forecast_free(&r);
    naive2(s, what->season, f);
    add_score(&two, s, s->test, f, scale);
    seasonal_naive(s, what->mase_season, f);
    add_score(&seasonal, s, s->test, f, scale);
  }
  if (n == 0) {
    printf("%-10s skipped: no data in %s/forecast\n", what->name, folder);
    return;
  }
  printf("%-10s%7.0f%9.2f%8.3f%8.3f%10.2f%10.3f%10.1f%9.3f   (seasonal naive OWA %.3f MASE %.3f)\n", what->name,
         ours.n, ours.smape / ours.n, ours.mase / ours.n,
         (ours.smape / two.smape + ours.mase / two.mase) / 2, ours.msis / ours.n,
         ours.inside / ours.steps, 100 * median_of(ours.total, ours.n), median_of(ours.ms, ours.n),
         (seasonal.smape / two.smape + seasonal.mase / two.mase) / 2, seasonal.mase / seasonal.n);
}

/* ---- short histories ------------------------------------------------------------------------- */

static void shortened(const char *folder, const set *what, const size_t *lengths, size_t n_lengths) {
  static series all[SERIES_MAX];
  double f[HORIZON_MAX];
  size_t n = read_set(folder, what->name, all);
  for (size_t l = 0; l < n_lengths && n > 0; l++) {
    static score ours, seasonal;
    ours = seasonal = (score){0};
    for (size_t i = 0; i < n; i++) {
      series s = all[i];
      double scale = naive_scale(&s, what->mase_season);
      if (s.n < lengths[l]) continue;
      s.train += s.n - lengths[l];
      s.n = lengths[l];
      tok_forecast r;
      run(s.train, s.n, what->step, s.h, 0.8, &r);
      add_score(&ours, &s, s.test, r.mean, scale);
      add_interval(&ours, &s, &r, scale);
      tok_forecast_free(&r);
      if (lengths[l] < what->season) continue;
      seasonal_naive(&s, what->season, f);
      for (size_t j = 0; j < s.h; j++) f[j] = isnan(f[j]) ? 0 : f[j];
      add_score(&seasonal, &s, s.test, f, scale);
    }
    printf("  %-9s last %4zu:%8.2f /%6.3f%16.2f /%6.3f%12.1f %%%14.2f\n", what->name, lengths[l], ours.smape / ours.n,
           ours.mase / ours.n, seasonal.smape / seasonal.n, seasonal.mase / seasonal.n,
           100 * median_of(ours.total, ours.n), ours.inside / ours.steps);
  }
}

static void short_histories(const char *folder) {
  static const size_t hours[] = {24, 48, 96, 168, 240, 312, 400, 504}, days[] = {5, 7, 14, 21, 28, 56, 112};
  printf("\nonly the last points: sMAPE / MASE of tok, of seasonal naive; median error of the total; 80 %% interval holds\n");
  shortened(folder, &sets[0], hours, sizeof hours / sizeof hours[0]);
  shortened(folder, &sets[2], days, sizeof days / sizeof days[0]);
}

/* ---- totals of ServeGen ---------------------------------------------------------------------- */

enum { MODELS = 3, HOURS = 336, DAY = 24, ORIGINS = 9 };

static void serving(const char *folder) {
  static const char *const names[MODELS] = {"language_m-large", "language_m-mid", "language_m-small"};
  static double tokens[MODELS + 1][HOURS];
  char *line = NULL;
  size_t cap = 0, seen = 0;
  FILE *f = open_packed(folder, "traces/servegen_hourly_model");
  while (f != NULL && getline(&line, &cap, f) > 0) {
    char *comma = strchr(line, ','), *last = strrchr(line, ',');
    if (comma == NULL) continue;
    long hour = strtol(comma + 1, NULL, 10);
    *comma = '\0';
    for (size_t m = 0; m < MODELS; m++) {
      if (strcmp(line, names[m]) != 0 || hour < 0 || hour >= HOURS) continue;
      tokens[m][hour] += strtod(last + 1, NULL);
      tokens[MODELS][hour] += strtod(last + 1, NULL);
      seen++;
    }
  }
  free(line);
  if (f != NULL) pclose(f);
  if (seen == 0) {
    printf("ServeGen   skipped: no data in %s/traces\n", folder);
    return;
  }
  printf("\nServeGen: error of the total of the next 24 hours, 9 origins: median (mean), seasonal naive; 80 %% interval holds\n");
  for (size_t m = 0; m <= MODELS; m++) {
    double error[ORIGINS], naive[ORIGINS], mean = 0, inside = 0;
    for (size_t k = 0; k < ORIGINS; k++) {
      size_t o = HOURS - DAY * (k + 1);
      double truth = 0, before = 0;
      tok_forecast r;
      run(tokens[m], o, sets[0].step, DAY, 0.8, &r);
      for (size_t j = 0; j < DAY; j++) truth += tokens[m][o + j], before += tokens[m][o + j - DAY];
      error[k] = 100 * fabs(r.total - truth) / truth;
      naive[k] = 100 * fabs(before - truth) / truth;
      if (getenv("EACH") != NULL) printf("   origin %zu: %.1f (naive %.1f)\n", o, 100*(r.total-truth)/truth, 100*(before-truth)/truth);
      mean += error[k] / ORIGINS;
      inside += truth >= r.total_lower && truth <= r.total_upper;
      tok_forecast_free(&r);
    }
    printf("  %-18s%6.1f %% (%.1f)%10.1f %%%6.0f/9\n", m < MODELS ? names[m] : "all three",
           median_of(error, ORIGINS), mean, median_of(naive, ORIGINS), inside);
  }
}

/* ---- dirty histories ------------------------------------------------------------------------- */

typedef enum { NONE, SPIKE, SPIKES, ZEROS, MISSING, SHIFT, GROWTH, N_DIRT } dirt;
static const char *const dirt_names[] = {"none", "one x10 spike 30 before the end", "5 random x8 spikes",
                                         "6 zeros 40 before the end", "5 % of the points zero",
                                         "level x2 at the end (72 h, 10 days)", "growth x4.5 over the history"};
enum { SHIFT_HOURS = 72, SHIFT_DAYS = 10 };

static uint32_t lcg(uint32_t *state) { return (*state = *state * 1664525u + 1013904223u) >> 8; }

static void spoil(double *v, double *truth, size_t n, size_t h, dirt d, size_t season, uint32_t seed) {
  uint32_t x = seed;
  size_t shift = season == 24 ? SHIFT_HOURS : SHIFT_DAYS;
  if (d == SPIKE) v[n - 30] *= 10;
  for (int i = 0; d == SPIKES && i < 5; i++) v[lcg(&x) % n] *= 8;
  for (size_t i = n - 40; d == ZEROS && i < n - 34; i++) v[i] = 0;
  for (size_t i = 0; d == MISSING && i < n; i++) {
    if (lcg(&x) % 100 < 5) v[i] = 0;
  }
  for (size_t i = n - shift; d == SHIFT && i < n; i++) v[i] *= 2;
  for (size_t j = 0; d == SHIFT && j < h; j++) truth[j] *= 2;
  for (size_t i = 0; d == GROWTH && i < n; i++) v[i] *= 1 + 3.5 * (double)i / (double)n;
  for (size_t j = 0; d == GROWTH && j < h; j++) truth[j] *= 1 + 3.5 * (double)(n + j) / (double)n;
}

/* MASE is relative to the clean history. */
static void dirty(const char *folder, const set *what) {
  static series all[SERIES_MAX];
  static score ours, seasonal;
  size_t n = read_set(folder, what->name, all);
  if (n == 0) return;
  printf("\n%s, every third series with a spoilt history: sMAPE / MASE\n%-36s%16s%18s\n", what->name, "", "tok",
         "seasonal naive");
  for (dirt d = NONE; d < N_DIRT; d++) {
    ours = seasonal = (score){0};
    for (size_t i = 0; i < n; i += 3) {
      double f[HORIZON_MAX], truth[HORIZON_MAX], scale = naive_scale(&all[i], what->mase_season);
      series s = all[i];
      s.train = malloc(s.n * sizeof *s.train);
      if (s.train == NULL) exit(1);
      memcpy(s.train, all[i].train, s.n * sizeof *s.train);
      memcpy(truth, s.test, s.h * sizeof *truth);
      spoil(s.train, truth, s.n, s.h, d, what->season, (uint32_t)i);
      tok_forecast r;
      run(s.train, s.n, what->step, s.h, 0.95, &r);
      add_score(&ours, &s, truth, r.mean, scale);
      seasonal_naive(&s, what->season, f);
      for (size_t j = 0; j < s.h; j++) f[j] = isnan(f[j]) ? 0 : f[j];
      add_score(&seasonal, &s, truth, f, scale);
      tok_forecast_free(&r);
      free(s.train);
    }
    printf("%-36s%8.2f /%6.2f%10.2f /%6.2f\n", dirt_names[d], ours.smape / ours.n, ours.mase / ours.n,
           seasonal.smape / seasonal.n, seasonal.mase / seasonal.n);
  }
}

/* ---- time ------------------------------------------------------------------------------------ */

static void times(void) {
  static const size_t lengths[] = {120, 740, 1000, 4096};
  static double v[TOK_SERIES_MAX];
  printf("\nprocessor time of one forecast, median of 31\n");
  for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
    for (int daily = 0; daily < 2; daily++) {
      double ms[31];
      uint32_t x = 1;
      size_t season = daily ? 7 : 24, n = lengths[l];
      for (size_t i = 0; i < n; i++) {
        v[i] = 100 + 50 * (double)(i % season) / (double)season + (double)(lcg(&x) % 1000) / 50;
      }
      for (int i = 0; i < 31; i++) {
        tok_forecast r;
        ms[i] = run(v, n, daily ? sets[2].step : sets[0].step, daily ? 14 : 48, 0.8, &r);
        tok_forecast_free(&r);
      }
      printf("  %-7s n = %4zu %8.3f ms\n", daily ? "daily" : "hourly", n, median_of(ms, 31));
    }
  }
}

int main(int argc, char **argv) {
  const char *folder = argc > 1 ? argv[1] : "../shared/data";
  int fold = argc > 2 ? (int)strtol(argv[2], NULL, 10) : -1;
  printf("%-10s%7s%9s%8s%8s%10s%10s%10s%9s\n", "", "series", "sMAPE", "MASE", "OWA", "MSIS 95", "coverage",
         "total %", "ms");
  for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) competition(folder, &sets[i], fold);
  if (fold >= 0) return 0;
  serving(folder);
  short_histories(folder);
  dirty(folder, &sets[0]);
  dirty(folder, &sets[2]);
  times();
  return 0;
}

/* Points become a regular grid, whatever their order; what is spoilt on it is repaired. */
#include "../../ext/forecast/fmath.h"
#include "../../ext/forecast/series.h"
#include "../check.h"

static void log_and_exp(void) {
  CHECK(tok_log(1) == 0);
  CHECK(tok_exp(0) == 1);
  for (double x = 1e-300; x < 1e300; x *= 7.3) {
    CHECK(fabs(tok_log(x) - log(x)) <= 1e-14 * fabs(log(x)) + 1e-15);
  }
  for (double x = -690; x < 690; x += 0.37) {
    if (!CHECK(fabs(tok_exp(x) / exp(x) - 1) < 1e-14)) printf("  exp(%g)\n", x);
  }
  CHECK(fabs(tok_log(5e-324) - log(5e-324)) < 1e-9);
}

static void quantiles_of_distributions(void) {
  CHECK(fabs(tok_normal_quantile(0.975) - 1.959963984540054) < 1e-8);
  CHECK(fabs(tok_normal_quantile(0.001) + 3.090232306167813) < 1e-7);
  CHECK(fabs(tok_normal_cdf(1.959963984540054) - 0.975) < 1e-7);
  CHECK(fabs(tok_t_quantile(0.975, 1) - 12.7062047) < 1e-6);
  CHECK(fabs(tok_t_quantile(0.9, 1) - 3.0776835) < 1e-6);
  CHECK(fabs(tok_t_quantile(0.975, 2) - 4.3026527) < 1e-6);
  CHECK(fabs(tok_t_quantile(0.975, 3) - 3.1824463) < 0.02);
  CHECK(fabs(tok_t_quantile(0.9, 5) - 1.4758840) < 1e-3);
  CHECK(fabs(tok_t_quantile(0.975, 30) - 2.0422725) < 1e-6);
  static const double cdf[][3] = {/* x, degrees of freedom, P(T <= x) */
                                  {0, 1, 0.5},
                                  {1, 1, 0.75},
                                  {-1e6, 1, 3.18309886e-7},
                                  {6.9645567, 2, 0.99},
                                  {-1e4, 2, 5e-9},
                                  {2.3533634, 3, 0.95},
                                  {-10.2145319, 3, 0.001},
                                  {-4.7733406, 5, 0.0025},
                                  {1.8124611, 10, 0.95},
                                  {-2.0422725, 30, 0.025},
                                  {2.6258905, 100, 0.995},
                                  {1.9647198, 500, 0.975}};
  for (size_t i = 0; i < sizeof cdf / sizeof cdf[0]; i++) {
    double got = tok_t_cdf(cdf[i][0], cdf[i][1]), want = cdf[i][2];
    if (!CHECK(fabs(got - want) < 1e-5 * (want < 0.5 ? want : 1)))
      printf("  %g of %g degrees: %.9g, not %.9g\n", cdf[i][0], cdf[i][1], got, want);
  }
}

static void quantiles_of_data(void) {
  double v[400], w[400];
  uint32_t x = 1;
  for (int n = 1; n < 400; n += n < 40 ? 1 : 37) {
    for (int i = 0; i < n; i++) {
      x = x * 1664525u + 1013904223u;
      v[i] = w[i] = (double)(x >> 24) / (n % 3 == 0 ? 16.0 : 1.0);
    }
    tok_sort_doubles(w, (size_t)n);
    for (int i = 1; i < n; i++) CHECK(w[i - 1] <= w[i]);
    for (double q = 0; q <= 1; q += 0.125) {
      double at = q * (n - 1);
      int k = (int)at;
      double expected = w[k] + (at - k > 0 ? (at - k) * (w[k + 1] - w[k]) : 0);
      CHECK(tok_quantile(v, (size_t)n, q) == expected);
    }
  }
}

static tok_status grid_of(const int64_t *ts, const double *v, size_t n, tok_series *out) {
  tok_points set = {0};
  for (size_t i = 0; i < n; i++) tok_points_add(&set, ts[i], v[i]);
  tok_status status = tok_series_grid(&set, NULL, out);
  tok_points_free(&set);
  return status;
}

static void unsorted_with_gaps_and_duplicates(void) {
  const int64_t ts[] = {7200, 0, 3600, 18000, 14400, 3600};
  const double v[] = {3, 1, 2, 6, 5, 20};
  tok_series s;
  CHECK_INT(grid_of(ts, v, 6, &s), TOK_OK);
  CHECK_INT(s.step.seconds, 3600);
  CHECK_INT(s.start, 0);
  CHECK_INT(s.n, 6);
  CHECK_INT(s.n_missing, 1);
  CHECK(s.v[1] == 22 && isnan(s.v[3]) && s.v[5] == 6);
  CHECK_INT(tok_series_time(&s, 6), 21600);
  tok_series_free(&s);
}

static void days_of_a_zone_with_summer_time(void) {
  int64_t ts[20];
  double v[20];
  for (int i = 0; i < 20; i++) {
    ts[i] = 1711666800 + 86400LL * i - (i > 2 ? 3600 : 0); /* 2024-03-29 in Berlin, and on */
    v[i] = i;
  }
  tok_series s;
  CHECK_INT(grid_of(ts, v, 20, &s), TOK_OK);
  CHECK_INT(s.step.seconds, 86400);
  CHECK_INT(s.n, 20);
  CHECK_INT(s.n_missing, 0);
  CHECK_INT(tok_seasons_of(s.step).short_, 7);
  tok_series_free(&s);
}

static void months(void) {
  const int64_t ts[] = {1704067200, 1706745600, 1709251200, 1714521600, 1717200000}; /* no April */
  const double v[] = {1, 2, 3, 5, 6};
  tok_series s;
  CHECK_INT(grid_of(ts, v, 5, &s), TOK_OK);
  CHECK_INT(s.step.months, 1);
  CHECK_INT(s.n, 6);
  CHECK_INT(s.n_missing, 1);
  CHECK_INT(tok_series_time(&s, 6), 1719792000); /* July */
  CHECK_INT(tok_seasons_of(s.step).short_, 12);
  tok_series_free(&s);
}

static void sparse_hours(void) {
  const int64_t ts[] = {0, 3600, 10800, 21600, 28800, 32400, 46800};
  const double v[] = {1, 1, 1, 1, 1, 1, 1};
  tok_series s;
  CHECK_INT(grid_of(ts, v, 7, &s), TOK_OK);
  CHECK_INT(s.step.seconds, 3600);
  CHECK_INT(s.n, 14);
  tok_series_free(&s);
}

static void one_point_and_none(void) {
  const int64_t ts[] = {1000};
  const double v[] = {4};
  tok_series s;
  CHECK_INT(grid_of(ts, v, 1, &s), TOK_OK);
  CHECK_INT(s.n, 1);
  CHECK_INT(s.step.seconds, 86400);
  tok_series_free(&s);
  CHECK_INT(grid_of(ts, v, 0, &s), TOK_NOTFOUND);
}

static void single_requests_are_no_grid(void) {
  int64_t ts[300], t = 0;
  double v[300];
  uint32_t x = 7;
  for (int i = 0; i < 300; i++) {
    x = x * 1664525u + 1013904223u;
    t += 40 + (x >> 8) % 9000;
    ts[i] = t;
    v[i] = 1;
  }
  tok_series s;
  CHECK_INT(grid_of(ts, v, 300, &s), TOK_INVALID);
}

static void ten_million_points(void) {
  tok_points set = {0};
  for (int64_t i = 0; i < 10000000; i++) tok_points_add(&set, i * 60, (double)i);
  CHECK(set.cap <= 2 * TOK_POINTS_MAX);
  tok_series s;
  CHECK_INT(tok_series_grid(&set, NULL, &s), TOK_OK);
  CHECK_INT(s.n, TOK_SERIES_MAX);
  CHECK(s.v[s.n - 1] == 9999999 && s.v[0] == 9999999 - (TOK_SERIES_MAX - 1));
  CHECK_INT(tok_series_time(&s, s.n - 1), 9999999LL * 60);
  tok_series_free(&s);
  tok_points_free(&set);
}

/* ---- repair ---------------------------------------------------------------------------------- */

enum { N = 24 * 20 };

static double clean[N], dirty[N], scratch[6 * N];
static unsigned char repaired[N];

static void make_hours(double growth) {
  uint32_t x = 3;
  for (int i = 0; i < N; i++) {
    x = x * 1664525u + 1013904223u;
    double day = 1 + 0.6 * ((i % 24) > 7 && (i % 24) < 20), week = (i / 24) % 7 > 4 ? 0.5 : 1;
    clean[i] = 100 * day * week * (1 + growth * i / N) * (1 + ((double)(x >> 16) / 65536 - 0.5) * 0.1);
    dirty[i] = clean[i];
  }
}

static size_t fix(void) {
  return tok_series_repair(dirty, N, (tok_seasons){24, 168}, scratch, repaired);
}

/* How far the worst point is from the truth, relative to it. */
static double worst(void) {
  double most = 0;
  for (int i = 0; i < N; i++) {
    double d = fabs(dirty[i] / clean[i] - 1);
    if (d > most) most = d;
  }
  return most;
}

static void clean_and_growing_stay(void) {
  make_hours(0);
  CHECK_INT(fix(), 0);
  make_hours(3.5);
  CHECK_INT(fix(), 0);
}

static void spikes_and_holes_go(void) {
  make_hours(0.5);
  dirty[N - 30] *= 10;
  dirty[77] *= 8;
  dirty[N - 1] *= 5;
  dirty[200] = NAN;
  dirty[201] = NAN;
  for (int i = N - 40; i < N - 34; i++) dirty[i] = 0;
  size_t n = fix();
  CHECK(n >= 3 + 6 && n <= 3 + 6 + 3);
  CHECK(repaired[77] && repaired[200] && repaired[N - 36] && !repaired[78]);
  CHECK(worst() < 0.6);
}

static void a_new_level_stays(void) {
  make_hours(0);
  for (int i = N - 48; i < N; i++) dirty[i] *= 2;
  fix();
  size_t kept = 0;
  for (int i = N - 48; i < N; i++) kept += dirty[i] > 1.5 * clean[i];
  if (!CHECK(kept >= 43)) printf("  kept %zu\n", kept);
}

static void all_missing_and_all_zero(void) {
  for (int i = 0; i < N; i++) dirty[i] = NAN;
  CHECK_INT(fix(), 0);
  CHECK(isnan(dirty[0]));
  for (int i = 0; i < N; i++) dirty[i] = 0;
  dirty[40] = 7;
  CHECK_INT(fix(), 0);
  double one[] = {NAN, 3, NAN, 5, NAN};
  double space[30];
  tok_series_repair(one, 5, (tok_seasons){7, 0}, space, NULL);
  CHECK(one[0] == 3 && one[2] == 4 && one[4] == 5);
}

/*
** A level that holds is found to the hour, whichever its size; growth, weekends and one strange day
** are none.
*/
static void levels_of_hours(void) {
  enum { HOURS = 24 * 28 };
  static double v[HOURS], space[2 * HOURS];
  static const double factors[] = {2, 0.5, 1.6, 10};
  for (size_t k = 0; k < 4; k++) {
    for (int days = 2; days <= 6; days++) {
      uint32_t x = 3;
      size_t at = (size_t)(HOURS - 24 * days - 5);
      for (size_t i = 0; i < HOURS; i++) {
        x = x * 1664525u + 1013904223u;
        v[i] = 100 * (1 + 0.5 * (i % 24 > 8)) * (i / 24 % 7 > 4 ? 0.5 : 1) * (1 + 0.1 * ((double)(x >> 16) / 65536 - 0.5));
        if (i >= at) v[i] *= factors[k];
      }
      double before = v[100];
      size_t found = tok_series_level(v, HOURS, (tok_seasons){24, 168}, space);
      if (!CHECK(found + 1 >= at && found <= at + 1)) printf("  found %zu, expected %zu, x %g, %d days\n", found, at, factors[k], days);
      CHECK(fabs(v[100] / before / factors[k] - 1) < 0.1);
    }
  }
}

static void no_levels(void) {
  enum { HOURS = 24 * 28 };
  static double v[HOURS], space[2 * HOURS];
  for (int kind = 0; kind < 4; kind++) {
    uint32_t x = 3;
    for (size_t i = 0; i < HOURS; i++) {
      x = x * 1664525u + 1013904223u;
      double noise = (double)(x >> 16) / 65536;
      v[i] = 100 * (1 + 0.5 * (i % 24 > 8)) * (i / 24 % 7 > 4 ? 0.5 : 1) * (1 + 0.3 * (noise - 0.5));
      if (kind == 1) v[i] *= 1 + 4.0 * (double)i / HOURS;
      if (kind == 2 && i >= HOURS - 24) v[i] *= 3;
      if (kind == 3) v[i] *= noise < 0.05 ? 0 : 1;
    }
    CHECK_INT(tok_series_level(v, HOURS, (tok_seasons){24, 168}, space), 0);
  }
}

static void levels_of_days(void) {
  enum { DAYS = 120 };
  double v[DAYS], space[2 * DAYS];
  for (size_t days = 0; days <= 28; days += 7) {
    uint32_t x = 3;
    for (size_t i = 0; i < DAYS; i++) {
      x = x * 1664525u + 1013904223u;
      v[i] = 100 * (i % 7 > 4 ? 0.5 : 1) * (1 + 0.4 * ((double)(x >> 16) / 65536 - 0.5)) * (i + days >= DAYS ? 2 : 1);
    }
    size_t found = tok_series_level(v, DAYS, (tok_seasons){7, 0}, space);
    CHECK(days == 0 ? found == 0 : found + 1 >= DAYS - days && found <= DAYS - days + 1);
  }
}

CHECK_MAIN({"levels of hours", levels_of_hours}, {"no levels", no_levels}, {"levels of days", levels_of_days},
           {"log and exp", log_and_exp}, {"quantiles of distributions", quantiles_of_distributions},
           {"quantiles of data", quantiles_of_data},
           {"unsorted, gaps, duplicates", unsorted_with_gaps_and_duplicates},
           {"days with summer time", days_of_a_zone_with_summer_time}, {"months", months},
           {"sparse hours", sparse_hours}, {"one point and none", one_point_and_none},
           {"single requests", single_requests_are_no_grid}, {"ten million points", ten_million_points},
           {"clean and growing series stay", clean_and_growing_stay},
           {"spikes and holes go", spikes_and_holes_go}, {"a new level stays", a_new_level_stays},
           {"all missing, all zero", all_missing_and_all_zero})

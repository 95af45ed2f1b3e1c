/*
** Forecasts: the same bits everywhere, scale does not matter, bounds are in order, whatever the
** input; what is regular is continued, what is spoilt does little harm; time and memory are
** bounded.
*/
#include <time.h>

#include "../../ext/forecast/fmath.h"
#include "../../ext/forecast/forecast.h"
#include "../../ext/forecast/options.h"
#include "../../ext/forecast/project.h"
#include "../check.h"

enum { N_MAX = TOK_SERIES_MAX };

/* Of the tests below, by a run of this program: it prints them. */
#define HOURS_DIGEST 0x0f8c945d1a8b6619u
#define DAYS_DIGEST 0x801699644d7e4bcfu
#define WEEKS_DIGEST 0x21f77071502f5591u

static double v[N_MAX];
static uint32_t seed;

static uint32_t next_random(void) { return (seed = seed * 1664525u + 1013904223u) >> 8; }
static double noise(void) { return (double)(next_random() % 100000) / 100000; }

/* Days of work with a weekend, and noise. */
static void make_hours(size_t n, double noisy) {
  seed = 5;
  for (size_t i = 0; i < n; i++) {
    double day = 2 + fabs(12 - (double)(i % 24)) / 6, week = i / 24 % 7 > 4 ? 0.6 : 1;
    v[i] = 1000 * day * week * (1 + noisy * (noise() - 0.5));
  }
}

static tok_series series_of(size_t n, int64_t step) { return (tok_series){.step = {step, 0}, .n = n, .v = v}; }

static tok_status run(size_t n, int64_t step, size_t h, tok_forecast *f) {
  tok_series s = series_of(n, step);
  tok_forecast_options o = {.horizon = h, .level = 0.8, .positive = -1};
  return tok_forecast_run(&s, &o, f);
}

/* FNV-1a over the bits of everything that is shown. */
static uint64_t digest(const tok_forecast *f) {
  const double *const arrays[] = {f->mean, f->lower, f->upper};
  uint64_t hash = 14695981039346656037u;
  for (size_t a = 0; a < 3; a++) {
    const unsigned char *p = (const unsigned char *)arrays[a];
    for (size_t i = 0; i < f->h * sizeof(double); i++) hash = (hash ^ p[i]) * 1099511628211u;
  }
  return hash;
}

/* Whatever the compiler and machine; changes only with the methods. */
static void same_bits(void) {
  tok_forecast f;
  make_hours(740, 0.3);
  CHECK_INT(run(740, 3600, 48, &f), TOK_OK);
  printf("hours %016llx\n", (unsigned long long)digest(&f));
  CHECK(digest(&f) == HOURS_DIGEST);
  tok_forecast_free(&f);
  CHECK_INT(run(200, 86400, 14, &f), TOK_OK);
  printf("days %016llx\n", (unsigned long long)digest(&f));
  CHECK(digest(&f) == DAYS_DIGEST);
  tok_forecast_free(&f);
  CHECK_INT(run(300, 604800, 13, &f), TOK_OK);
  printf("weeks %016llx\n", (unsigned long long)digest(&f));
  CHECK(digest(&f) == WEEKS_DIGEST);
  tok_forecast_free(&f);
}

static void regular_goes_on(void) {
  tok_forecast f;
  make_hours(600, 0);
  double expected[48];
  for (size_t j = 0; j < 48; j++) expected[j] = v[(600 + j) % 168];
  CHECK_INT(run(600, 3600, 48, &f), TOK_OK);
  for (size_t j = 0; j < 48; j++) {
    if (!CHECK(fabs(f.mean[j] / expected[j] - 1) < 0.01)) printf("  step %zu: %g, expected %g\n", j, f.mean[j], expected[j]);
  }
  CHECK(f.wape < 0.01);
  CHECK_INT(f.n_repaired, 0);
  tok_forecast_free(&f);
}

static void scale_does_not_matter(void) {
  static const double scales[] = {1e-300, 1e-12, 1048576, 1e290};
  tok_forecast one, other;
  make_hours(500, 0.3);
  CHECK_INT(run(500, 3600, 24, &one), TOK_OK);
  for (size_t k = 0; k < sizeof scales / sizeof scales[0]; k++) {
    make_hours(500, 0.3);
    for (size_t i = 0; i < 500; i++) v[i] *= scales[k];
    CHECK_INT(run(500, 3600, 24, &other), TOK_OK);
    for (size_t j = 0; j < 24; j++) CHECK(fabs(other.mean[j] / scales[k] / one.mean[j] - 1) < 1e-6);
    CHECK(fabs(other.wape / one.wape - 1) < 1e-6);
    tok_forecast_free(&other);
  }
  tok_forecast_free(&one);
}

static bool in_order(const tok_forecast *f) {
  for (size_t j = 0; j < f->h; j++) {
    if (!isfinite(f->mean[j])) return false;
    if (f->grade == TOK_GRADE_INSUFFICIENT) continue;
    if (!isfinite(f->lower[j]) || !isfinite(f->upper[j])) return false;
    if (f->lower[j] > f->mean[j] || f->upper[j] < f->mean[j]) return false;
  }
  double weights = 0;
  for (size_t i = 0; i < f->n_mix; i++) weights += f->mix[i].weight;
  return isfinite(f->total) && (f->total_lower <= f->total_upper) == (f->grade != TOK_GRADE_INSUFFICIENT) &&
         fabs(weights - 1) < 1e-9;
}

/* One value of some odd kind. */
static double odd_value(uint32_t kind) {
  switch (kind) {
  case 0: return 0;
  case 1: return NAN;
  case 2: return noise() * 1e300;
  case 3: return -noise();
  case 4: return next_random() % 50 == 0 ? 1e12 : 1;
  case 5: return 5e-324 * (double)(next_random() % 4);
  case 6: return noise() < 0.02 ? noise() : 0;
  default: return noise();
  }
}

static void any_input(void) {
  static const int64_t steps[] = {60, 900, 3600, 86400, 604800, 7777};
  static const size_t lengths[] = {1, 2, 3, 4, 5, 7, 8, 13, 14, 15, 23, 24, 25, 49, 60, 97, 160, 337, 385, 500, 1100};
  static const size_t horizons[] = {1, 2, 14, 100, 2000};
  uint32_t x = 1;
  for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
    for (uint32_t round = 0; round < 60; round++) {
      size_t n = lengths[l], h = horizons[round % 5];
      tok_forecast f;
      seed = x++;
      for (size_t i = 0; i < n; i++) v[i] = odd_value(round % 3 == 0 ? next_random() % 9 : round % 9);
      int64_t step = steps[round % 6];
      if (!CHECK_INT(run(n, step, n > 400 && h > 100 ? 100 : h, &f), TOK_OK)) return;
      if (!CHECK(in_order(&f))) printf("  mean %g lower %g upper %g total %g %g %g grade %d mix %zu\n", f.mean[0], f.lower[0], f.upper[0], f.total, f.total_lower, f.total_upper, f.grade, f.n_mix), printf("  n %zu, step %lld, h %zu, round %u\n", n, (long long)step, h, round);
      tok_forecast_free(&f);
    }
  }
}

static void zeros_stay_zero_and_nothing_is_negative(void) {
  tok_forecast f;
  for (size_t i = 0; i < 400; i++) v[i] = i % 24 < 8 ? 0 : (double)(i % 5);
  CHECK_INT(run(400, 3600, 48, &f), TOK_OK);
  for (size_t j = 0; j < 48; j++) CHECK(f.mean[j] >= 0 && f.lower[j] >= 0);
  tok_forecast_free(&f);
  for (size_t i = 0; i < 400; i++) v[i] = 0;
  CHECK_INT(run(400, 3600, 48, &f), TOK_OK);
  CHECK(f.total == 0 && f.total_upper == 0);
  tok_forecast_free(&f);
}

static void leading_zeros_do_not_count(void) {
  tok_forecast with, without;
  make_hours(500, 0.2);
  CHECK_INT(run(500, 3600, 24, &without), TOK_OK);
  memmove(v + 1000, v, 500 * sizeof *v);
  for (size_t i = 0; i < 1000; i++) v[i] = 0;
  CHECK_INT(run(1500, 3600, 24, &with), TOK_OK);
  CHECK_INT(with.first, 1000);
  CHECK_INT(with.n, 500);
  CHECK(digest(&with) == digest(&without));
  CHECK_INT(with.origin[0], 1000 + without.origin[0]);
  tok_forecast_free(&with);
  tok_forecast_free(&without);
}

static void gaps_are_unknown_or_zero(void) {
  tok_forecast f;
  make_hours(600, 0.1);
  for (size_t i = 0; i < 600; i++) {
    if (i % 3 == 1) v[i] = NAN;
  }
  CHECK_INT(run(600, 3600, 24, &f), TOK_OK);
  CHECK_INT(f.n_filled, 200);
  double unknown = f.total;
  tok_forecast_free(&f);
  tok_series s = series_of(600, 3600);
  tok_forecast_options o = {.horizon = 24, .level = 0.8, .positive = -1, .gaps_are_zero = true};
  CHECK_INT(tok_forecast_run(&s, &o, &f), TOK_OK);
  CHECK(f.total < 0.8 * unknown);
  CHECK_INT(f.n_filled, 0);
  tok_forecast_free(&f);
}

static void a_spike_changes_little(void) {
  tok_forecast clean, dirty;
  make_hours(700, 0.2);
  CHECK_INT(run(700, 3600, 48, &clean), TOK_OK);
  v[680] *= 50;
  for (size_t i = 600; i < 605; i++) v[i] = 0;
  CHECK_INT(run(700, 3600, 48, &dirty), TOK_OK);
  CHECK(fabs(dirty.total / clean.total - 1) < 0.02);
  CHECK_INT(dirty.n_repaired, 6);
  tok_forecast_free(&clean);
  tok_forecast_free(&dirty);
}

static void intervals_widen_with_level(void) {
  tok_forecast f;
  make_hours(600, 0.4);
  tok_series s = series_of(600, 3600);
  double before = 0;
  for (double level = 0.05; level < 1; level += 0.1) {
    tok_forecast_options o = {.horizon = 24, .level = level, .positive = -1};
    CHECK_INT(tok_forecast_run(&s, &o, &f), TOK_OK);
    CHECK(f.upper[3] - f.lower[3] > before);
    before = f.upper[3] - f.lower[3];
    tok_forecast_free(&f);
  }
}

/* Noise that no method can know: an 80 % interval must hold about 80 % of what comes. */
static void intervals_hold_what_they_say(void) {
  double inside = 0, all = 0;
  for (uint32_t k = 0; k < 40; k++) {
    tok_forecast f;
    make_hours(600, 0);
    seed = 1000 + k;
    for (size_t i = 0; i < 600; i++) v[i] *= 1 + 0.5 * (noise() + noise() + noise() - 1.5);
    CHECK_INT(run(576, 3600, 24, &f), TOK_OK);
    for (size_t j = 0; j < 24; j++) inside += v[576 + j] >= f.lower[j] && v[576 + j] <= f.upper[j], all += 1;
    tok_forecast_free(&f);
  }
  if (!CHECK(inside / all > 0.74 && inside / all < 0.88)) printf("  %g\n", inside / all);
}

static void every_method_alone(void) {
  make_hours(500, 0.2);
  for (size_t i = 0; tok_forecast_method_name(i) != NULL; i++) {
    tok_series s = series_of(500, 3600);
    tok_forecast_options o = {.horizon = 24, .level = 0.8, .positive = -1, .method = tok_forecast_method_name(i)};
    tok_forecast f;
    CHECK_INT(tok_forecast_run(&s, &o, &f), TOK_OK);
    CHECK_INT(f.n_mix, 1);
    CHECK(in_order(&f));
    tok_forecast_free(&f);
  }
  tok_series s = series_of(500, 3600);
  tok_forecast_options o = {.horizon = 24, .level = 0.8, .method = "magic"};
  tok_forecast f;
  CHECK_INT(tok_forecast_run(&s, &o, &f), TOK_INVALID);
}

static double ms_of(size_t n, int64_t step, size_t h) {
  double best = 1e9;
  for (int i = 0; i < 7; i++) {
    tok_forecast f;
    clock_t t = clock();
    run(n, step, h, &f);
    double ms = (double)(clock() - t) * 1000 / CLOCKS_PER_SEC;
    best = ms < best ? ms : best;
    tok_forecast_free(&f);
  }
  return best;
}

/* Sanitizers and debug builds are several times slower; the bench measures, this only bounds. */
static void time_is_bounded(void) {
  make_hours(N_MAX, 0.3);
  double hours = ms_of(1000, 3600, 48), most = ms_of(N_MAX, 3600, TOK_HORIZON_MAX);
  printf("1,000 hours %.2f ms, %d hours and 2,000 steps %.1f ms\n", hours, N_MAX, most);
  CHECK(hours < 50);
  CHECK(most < 1000);
}

static void projections(void) {
  double mean[] = {10, 10, 10, 10};
  tok_forecast f = {
      .h = 4, .mean = mean, .total = 40, .total_sd = 4, .total_df = 30, .total_power = 1, .positive = true};
  tok_project_ask a = {.so_far = 60, .elapsed = 0.5, .last_part = 1, .budget = 95, .level = 0.8};
  tok_projection p;
  tok_project(&a, &f, &p);
  CHECK(p.rest == 35 && p.projected == 95);
  CHECK(p.lower < 95 && p.upper > 95 && p.lower >= 60);
  CHECK(fabs(p.p_over - 0.5) < 1e-6);
  CHECK(p.early < p.median && p.median == 4 && isnan(p.late));
  a.budget = 50;
  tok_project(&a, &f, &p);
  CHECK(p.p_over == 1 && p.early == 0 && p.median == 0 && p.late == 0);
  a.budget = 70;
  tok_project(&a, &f, &p);
  CHECK(p.median == 1.5);
  a.budget = NAN;
  tok_project(&a, &f, &p);
  CHECK(isnan(p.p_over) && isnan(p.median));
  f.total_sd = NAN;
  a.budget = 80;
  tok_project(&a, &f, &p);
  CHECK(p.projected == 95 && isnan(p.p_over) && isnan(p.early) && p.median == 2.5);
  /* busy first: at the lower bound never more is used on the way than at the end */
  double busy[] = {30, 1, 1, 8};
  f = (tok_forecast){
      .h = 4, .mean = busy, .total = 40, .total_sd = 26, .total_df = 30, .total_power = 1, .positive = true};
  a = (tok_project_ask){.last_part = 1, .budget = 15, .level = 0.8};
  tok_project(&a, &f, &p);
  CHECK(p.lower < 15 && isnan(p.late) && p.early < p.median);
  a.budget = p.lower / 2;
  tok_project(&a, &f, &p);
  CHECK(p.median < p.late && p.late < 1);
}

/* What credits take back again may be more than what is to come. */
static void projections_with_credits(void) {
  double mean[] = {6, -4, -4, -4};
  tok_forecast f = {.h = 4, .mean = mean, .total = -6, .total_sd = 4, .total_df = 2, .total_power = 1};
  tok_project_ask a = {.so_far = 60, .last_part = 1, .budget = 60, .level = 0.8};
  tok_projection p;
  tok_project(&a, &f, &p);
  CHECK(p.projected == 54 && p.lower < 54 && p.upper > 54);
  CHECK(p.p_over > 0 && p.p_over < 0.5);
  a.budget = 50; /* more than that is used already, and may not be at the end */
  tok_project(&a, &f, &p);
  CHECK(p.p_over > 0.5 && p.p_over < 1);
  a.elapsed = 0.9; /* what is left of the first step is less than what the others take back */
  tok_project(&a, &f, &p);
  CHECK(p.lower < p.projected && p.projected < p.upper);
  double up[] = {2, -1, 0, 0}; /* more than nothing in all, less than nothing to come */
  f.mean = up;
  a.elapsed = 1;
  tok_project(&a, &f, &p);
  CHECK(p.rest == -1 && p.lower < p.projected && p.projected < p.upper);
}

/* Few origins leave few degrees of freedom; out of reach is out of reach all the same. */
static void impossible_budgets(void) {
  double mean[] = {10};
  tok_forecast f = {.h = 1, .mean = mean, .total = 10, .total_sd = 1, .total_power = 1, .positive = true};
  tok_project_ask a = {.last_part = 1, .budget = 1e6, .level = 0.8};
  tok_projection p;
  for (f.total_df = 1; f.total_df <= 16; f.total_df += 0.25) {
    a.budget = 1e6;
    tok_project(&a, &f, &p);
    if (!CHECK(p.p_over < 1e-6)) printf("  df %g: %g\n", f.total_df, p.p_over);
    a.budget = p.upper; /* a tenth lies above the upper bound of 80 % */
    tok_project(&a, &f, &p);
    if (!CHECK(fabs(p.p_over - 0.1) < 0.001)) printf("  df %g: %g\n", f.total_df, p.p_over);
  }
}

static void options(void) {
  static const char *const bad[] = {"", "[]", "{", "{\"level\":2}", "{\"level\":0.5", "{\"level\":0.5}x", "{\"zone\":5}",
                                    "{\"method\":\"\"}", "{\"season\":1.5}", "{\"season\":1e9}", "{\"gaps\":true}", "{\"x\":1}"};
  tok_forecast_request r;
  char wrong[TOK_WRONG_BYTES];
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    tok_forecast_request_init(&r);
    if (!CHECK_INT(tok_forecast_request_parse(tok_slice_of(bad[i]), &r, wrong), TOK_INVALID)) printf("  %s\n", bad[i]);
  }
  tok_forecast_request_init(&r);
  const char *all = "{\"level\":0.95,\"season\":24,\"zone\":\"UTC\",\"positive\":true,\"gaps\":\"zero\",\"method\":null}";
  CHECK_INT(tok_forecast_request_parse(tok_slice_of(all), &r, wrong), TOK_OK);
  CHECK(r.run.level == 0.95 && r.run.season == 24 && r.run.positive == 1 && r.run.gaps_are_zero && r.run.method == NULL);
  CHECK_STR(r.zone, "UTC");
}

CHECK_MAIN({"same bits", same_bits}, {"regular goes on", regular_goes_on}, {"scale does not matter", scale_does_not_matter},
           {"any input", any_input}, {"zeros and signs", zeros_stay_zero_and_nothing_is_negative},
           {"leading zeros", leading_zeros_do_not_count}, {"gaps", gaps_are_unknown_or_zero},
           {"a spike changes little", a_spike_changes_little}, {"levels", intervals_widen_with_level},
           {"intervals hold", intervals_hold_what_they_say}, {"every method alone", every_method_alone},
           {"time is bounded", time_is_bounded}, {"projections", projections},
           {"projections with credits", projections_with_credits}, {"impossible budgets", impossible_budgets},
           {"options", options})

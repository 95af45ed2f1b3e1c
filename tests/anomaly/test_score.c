/* What tok_detect says of series whose answer is plain, and that it survives every series. */
#include <float.h>
#include <math.h>

#include "../../ext/forecast/anomaly_score.h"
#include "../check.h"

static uint32_t noise_state;

/* Uniform in -1..1, the same everywhere. */
static double noise(void) {
  noise_state = noise_state * 1664525u + 1013904223u;
  return (double)(noise_state >> 8) / 8388608.0 - 1;
}

static tok_detect *fresh(size_t season, size_t learn) {
  tok_detect *d = NULL;
  noise_state = 1;
  if (tok_detect_new(season, learn, &d) != TOK_OK)
    abort();
  return d;
}

static double push(tok_detect *d, double x) {
  double score = -1;
  CHECK_INT(tok_detect_push(d, x, &score), TOK_OK);
  if (!CHECK(score >= 0 && score <= 100))
    printf("  score %g of %g\n", score, x);
  return score;
}

/* Traffic of hours with a daily cycle: what hour i brings. */
static double hour(int i) {
  int h = i % 24;
  return 1000 + 100 * (h < 12 ? h : 24 - h) + 20 * noise();
}

/* Alarms above 1.01 of n hours from `first` on. */
static int alarms(tok_detect *d, int first, int n) {
  int found = 0;
  for (int i = first; i < first + n; i++)
    found += push(d, hour(i)) > 1.01;
  return found;
}

static void quiet_on_regular_traffic(void) {
  tok_detect *d = fresh(0, TOK_DETECT_LEARN);
  CHECK(alarms(d, 0, 3000) <= 4);
  tok_detect_free(d);
}

static void spike_and_hole(void) {
  for (int season = 0; season <= 24; season += 24) {
    tok_detect *d = fresh((size_t)season, TOK_DETECT_LEARN);
    alarms(d, 0, 1000);
    CHECK(push(d, 5000) > 1.5);
    CHECK(push(d, 4000) < 1); /* one event is one alarm */
    CHECK(alarms(d, 1002, 100) == 0);
    tok_detect_free(d);
  }
}

/* The busiest hour's traffic at the quietest hour: nothing but the phase is wrong. */
static void wrong_phase(void) {
  for (int season = 0; season <= 24; season += 24) {
    tok_detect *d = fresh((size_t)season, TOK_DETECT_LEARN);
    alarms(d, 0, 50 * 24);
    CHECK(push(d, 2200) > 1.5);
    tok_detect_free(d);
  }
}

static void learning_is_silent(void) {
  tok_detect *d = fresh(0, 50);
  for (int i = 0; i < 50; i++)
    CHECK(push(d, i == 30 ? 1e6 : 10 + noise()) == 0);
  tok_detect_free(d);
}

static void constant_then_change(void) {
  tok_detect *d = fresh(0, TOK_DETECT_LEARN);
  for (int i = 0; i < 1000; i++)
    CHECK(push(d, 0.1) == 0);
  CHECK(push(d, 0.1 * (1 + 4 * DBL_EPSILON)) < 1); /* rounding is not news */
  CHECK(push(d, 0.2) > 1.5);
  tok_detect_free(d);
  d = fresh(0, TOK_DETECT_LEARN);
  for (int i = 0; i < 1000; i++)
    CHECK(push(d, 0) == 0);
  CHECK(push(d, 1) > 1.5);
  tok_detect_free(d);
}

/* Scores do not depend on the unit. A power of two, so that roundings are equal too. */
static void scale_free(void) {
  tok_detect *a = fresh(0, 100), *b = fresh(0, 100);
  for (int i = 0; i < 2000; i++) {
    double x = hour(i) * (i % 333 == 332 ? 3 : 1);
    CHECK(push(a, x) == push(b, x * 0x1p-200));
  }
  tok_detect_free(a);
  tok_detect_free(b);
}

/* Nor on where zero is: what is far off the mean is measured from the mean, the first value too. */
static void shift_free(void) {
  tok_detect *a = fresh(0, 100), *b = fresh(0, 100);
  for (int i = 0; i < 2000; i++) {
    /* wild points, and the busiest hour's traffic at a quiet one */
    double x = floor(hour(i % 480 == 0 && i > 0 ? 12 : i) - 1000) + (i % 97 == 96 ? 4e6 : 0);
    double score = push(a, x);
    if (!CHECK(fabs(score - push(b, x + 0x1p30)) < 1e-4)) printf("  point %d: %g\n", i, score);
  }
  tok_detect_free(a);
  tok_detect_free(b);
}

/* A missing hour is no value, but it takes its time: the phases after it are still right. */
static void missing_keeps_the_phase(void) {
  tok_detect *d = fresh(24, TOK_DETECT_LEARN);
  int found = 0;
  for (int i = 0; i < 1500; i++) {
    double x = hour(i);
    if (i > 600 && i % 7 == 0)
      CHECK(push(d, NAN) == 0);
    else
      found += push(d, x) > 1.01;
  }
  CHECK(found <= 3);
  tok_detect_free(d);
}

static void extremes(void) {
  static const double nasty[] = {0,       -0.0, DBL_MAX, -DBL_MAX, DBL_MIN,   5e-324,
                                 -5e-324, 1,    1e300,   -1e300,   1.797e308, NAN};
  for (size_t season = 0; season <= 3; season += 3) {
    tok_detect *d = fresh(season, 2);
    for (int i = 0; i < 20000; i++) {
      noise();
      push(d, nasty[(noise_state >> 20) % 12]);
    }
    tok_detect_free(d);
  }
  tok_detect *d = fresh(0, 2);
  for (int i = 0; i < 1000; i++)
    push(d, NAN);
  push(d, 1);
  tok_detect_free(d);
}

static void nothing_and_one(void) {
  tok_detect *d = fresh(0, TOK_DETECT_LEARN);
  tok_detect_free(d);
  d = fresh(TOK_DETECT_SEASON_MAX, 2);
  CHECK(push(d, 42) == 0);
  tok_detect_free(d);
  tok_detect_free(NULL);
}

/* A spike of 1e18 leaves no rounding error in the sums, and does not hide the next. */
static void no_error_stays(void) {
  tok_detect *d = fresh(24, TOK_DETECT_LEARN);
  alarms(d, 0, 400);
  push(d, 1e18);
  CHECK(alarms(d, 401, 20000) <= 4);
  CHECK(push(d, 1e18) > 1.5);
  tok_detect_free(d);
}

static void millions(void) {
  tok_detect *d = fresh(0, TOK_DETECT_LEARN);
  int found = 0;
  for (int i = 0; i < 3000000; i++)
    found += push(d, 1000 + noise() + (i % 288 < 144 ? 5 : 0)) > 1.01;
  if (!CHECK(found < 20))
    printf("  %d\n", found);
  tok_detect_free(d);
}

CHECK_MAIN({"regular traffic gives no alarms", quiet_on_regular_traffic},
           {"a spike", spike_and_hole}, {"the wrong hour", wrong_phase},
           {"learning is silent", learning_is_silent}, {"constant series", constant_then_change},
           {"the unit does not matter", scale_free}, {"nor does zero", shift_free},
           {"missing values", missing_keeps_the_phase},
           {"extreme values", extremes}, {"no value, one value", nothing_and_one},
           {"rounding errors do not stay", no_error_stays}, {"three million values", millions})

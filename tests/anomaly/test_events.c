/*
** What tok_anomalies_find says of series whose answer is plain, and that it survives every series.
*/
#include <float.h>
#include <math.h>

#include "../../ext/forecast/anomaly.h"
#include "../check.h"
#include "injected.h"

enum { N = 24 * 35 };

static double v[N];
static int64_t slot[N];
static uint32_t noise_state;

/* Uniform in -1..1, the same everywhere. */
static double noise(void) {
  noise_state = noise_state * 1664525u + 1013904223u;
  return (double)(noise_state >> 8) / 8388608.0 - 1;
}

/* Traffic with a daily cycle and quiet weekends. */
static void lay_out(void) {
  noise_state = 7;
  for (int i = 0; i < N; i++) {
    int h = i % 24, day = i / 24 % 7;
    double daily = 1000 + 80 * (h < 14 ? h : 28 - h);
    slot[i] = 480000 + i;
    v[i] = daily * (day >= 5 ? 0.3 : 1) * (1 + 0.1 * noise());
  }
}

static tok_anomalies find_with(size_t n, tok_rhythm rhythm, tok_anomaly_options o, double quantum) {
  tok_anomalies a;
  tok_anomaly_series s = {.rhythm = rhythm, .n = n, .v = v, .slot = slot, .quantum = quantum};
  CHECK_INT(tok_anomalies_find(&s, &o, &a), TOK_OK);
  for (size_t i = 0; i < a.n_events; i++) {
    const tok_anomaly_event *e = &a.event[i];
    CHECK(e->first <= e->last && e->last < n && isfinite(e->actual) && isfinite(e->score));
    CHECK(e->lower >= 0 && e->lower <= e->expected && e->expected <= e->upper);
    CHECK(e->up == (e->impact > 0) && e->impact == e->actual - e->expected);
    CHECK(i == 0 || a.event[i - 1].last < e->first);
  }
  return a;
}

static tok_anomalies find(size_t n) {
  return find_with(n, TOK_RHYTHM_HOURS, (tok_anomaly_options){.threshold = TOK_ANOMALY_THRESHOLD},
                   0);
}

static size_t count(size_t n) {
  tok_anomalies a = find(n);
  size_t events = a.n_events;
  tok_anomalies_free(&a);
  return events;
}

static void regular_traffic(void) {
  lay_out();
  CHECK_INT(count(N), 0);
  for (size_t n = TOK_ANOMALY_HOURS_MIN; n < N; n += 7)
    CHECK(count(n) <= 1);
}

static void burst_and_outage(void) {
  lay_out();
  double usual = 0;
  for (int i = 500; i < 506; i++)
    usual += v[i], v[i] *= 3;
  for (int i = 700; i < 703; i++)
    v[i] = 0;
  tok_anomalies a = find(N);
  if (CHECK_INT(a.n_events, 2)) {
    CHECK_INT(a.event[0].first, 500);
    CHECK_INT(a.event[0].last, 505);
    CHECK(a.event[0].up && fabs(a.event[0].impact / (2 * usual) - 1) < 0.2);
    CHECK(fabs(a.event[0].impact_pct - 200) < 40);
    CHECK_INT(a.event[1].first, 700);
    CHECK_INT(a.event[1].last, 702);
    CHECK(!a.event[1].up && a.event[1].impact_pct == -100);
  }
  tok_anomalies_free(&a);
}

/* The newest hour is judged by the past alone, the same as later. */
static void newest(void) {
  lay_out();
  v[600] *= 3;
  tok_anomalies a = find(601);
  if (CHECK_INT(a.n_events, 1))
    CHECK_INT(a.event[0].first, 600);
  tok_anomalies_free(&a);
}

/* What stays is the new normal: said once, not for ever. */
static void level_shift(void) {
  lay_out();
  for (int i = 500; i < N; i++)
    v[i] *= 2;
  tok_anomalies a = find(N);
  size_t hours = 0;
  for (size_t i = 0; i < a.n_events; i++)
    hours += a.event[i].last - a.event[i].first + 1;
  if (!CHECK(hours <= 5 * 24))
    printf("  %zu hours\n", hours);
  for (size_t i = 0; i < a.n_events; i++)
    CHECK(a.event[i].last < 500 + 7 * 24);
  tok_anomalies_free(&a);
}

static void options(void) {
  lay_out();
  v[500] *= 3;
  tok_anomalies a = find_with(N, TOK_RHYTHM_HOURS, (tok_anomaly_options){.threshold = 1e6}, 0);
  CHECK_INT(a.n_events, 0);
  tok_anomalies_free(&a);
  a = find_with(N, TOK_RHYTHM_HOURS, (tok_anomaly_options){.threshold = 1e6, .spike = 2}, 0);
  CHECK_INT(a.n_events, 1);
  tok_anomalies_free(&a);
  a = find_with(N, TOK_RHYTHM_HOURS, (tok_anomaly_options){.threshold = 4, .min_impact = 1e5}, 0);
  CHECK_INT(a.n_events, 0);
  tok_anomalies_free(&a);
}

static void too_short(void) {
  lay_out();
  v[200] *= 100;
  CHECK_INT(count(TOK_ANOMALY_HOURS_MIN - 1), 0);
  CHECK(count(TOK_ANOMALY_HOURS_MIN) >= 1);
  CHECK_INT(count(0), 0);
  CHECK_INT(count(1), 0);
}

static void constant_and_zero(void) {
  lay_out();
  for (int i = 0; i < N; i++)
    v[i] = 0;
  CHECK_INT(count(N), 0);
  for (int i = 0; i < N; i++)
    v[i] = 7;
  CHECK_INT(count(N), 0);
  v[400] = 14;
  CHECK_INT(count(N), 1);
}

/* Single requests now and then: that there is one, or none, is no news; twenty in an hour are. */
static void sparse(void) {
  lay_out();
  for (int i = 0; i < N; i++)
    v[i] = noise() > 0.8 ? 1 : 0;
  tok_anomalies a = find_with(N, TOK_RHYTHM_HOURS, (tok_anomaly_options){.threshold = 4}, 1);
  CHECK_INT(a.n_events, 0);
  tok_anomalies_free(&a);
  v[500] = 20;
  a = find_with(N, TOK_RHYTHM_HOURS, (tok_anomaly_options){.threshold = 4}, 1);
  CHECK_INT(a.n_events, 1);
  tok_anomalies_free(&a);
}

/* Unknown hours are no zeros. */
static void unknown(void) {
  lay_out();
  for (int i = 300; i < 310; i++)
    v[i] = NAN;
  for (int i = 0; i < N; i += 17)
    v[i] = NAN;
  CHECK_INT(count(N), 0);
  for (int i = 0; i < N; i++)
    v[i] = NAN;
  CHECK_INT(count(N), 0);
}

/*
** Clocks go forward at 400 (an hour is not there) and back at 600 (one is twice): phases are those
** of the clock.
*/
static void summer_time(void) {
  lay_out();
  double shown[N + 2];
  memcpy(shown, v, sizeof v);
  for (int i = 0; i < N; i++) {
    int at = i < 400 ? i : i < 600 ? i + 1 : i;
    slot[i] = 480000 + at;
    v[i] = shown[at];
  }
  CHECK_INT(count(N), 0);
}

static void days(void) {
  static const double week[] = {100, 110, 105, 120, 90, 20, 15};
  lay_out();
  for (int i = 0; i < 60; i++)
    v[i] = week[i % 7] * (1 + 0.05 * noise());
  tok_anomaly_options o = {.threshold = TOK_ANOMALY_THRESHOLD};
  tok_anomalies a = find_with(60, TOK_RHYTHM_DAYS, o, 0);
  CHECK_INT(a.n_events, 0);
  tok_anomalies_free(&a);
  v[40] = 110; /* a Saturday like a weekday */
  a = find_with(60, TOK_RHYTHM_DAYS, o, 0);
  if (CHECK_INT(a.n_events, 1))
    CHECK_INT(a.event[0].first, 40);
  tok_anomalies_free(&a);
}

static void extremes(void) {
  static const double nasty[] = {0, DBL_MIN, 5e-324, 1, 1e300, 1e-300, 1e18, NAN};
  for (int round = 0; round < 60; round++) {
    noise_state = (uint32_t)round;
    for (int i = 0; i < N; i++) {
      noise();
      slot[i] = i == 0 ? -5
                       : slot[i - 1] + (noise_state >> 30 == 0   ? 0
                                        : noise_state >> 29 == 7 ? 1 << 28
                                                                 : 1);
      noise();
      v[i] = nasty[(noise_state >> 20) % (round < 30 ? 8 : 3)];
    }
    for (int rhythm = TOK_RHYTHM_HOURS; rhythm <= (int)TOK_RHYTHM_NONE; rhythm++) {
      tok_anomaly_options o = {.threshold = 0.5, .spike = 2};
      tok_anomalies a = find_with(N, (tok_rhythm)rhythm, o, 1e10 * (round % 2));
      tok_anomalies_free(&a);
    }
  }
}

static void causes(void) {
  tok_cause c = {.excess = 900, .expected = 1000};
  CHECK(tok_cause_offer(&c, 1900, 3000, 1900,
                        3000)); /* the only provider: all of it, and nothing said */
  CHECK(tok_cause_offer(&c, 1350, 1500, 1900, 3000)); /* the tenant whose share grew */
  CHECK_INT(tok_cause_percent(&c), 94);
  CHECK(!tok_cause_offer(&c, 550, 1500, 1900, 3000));
  c = (tok_cause){.excess = -1000, .expected = 1000};
  CHECK(!tok_cause_offer(&c, 0, 3000, 0, 3000)); /* silence has no culprit */
  tok_span event = {100 * 86400, 100 * 86400 + 3600};
  CHECK_INT(tok_cause_spans_of(0, event).count, 3);
  CHECK_INT(tok_cause_spans_of(0, event).shift_s, 7 * 86400);
  CHECK_INT(tok_cause_spans_of(98 * 86400, event).shift_s, 86400);
  CHECK_INT(tok_cause_spans_of(98 * 86400, event).count, 2);
  CHECK_INT(tok_cause_spans_of(100 * 86400, event).count, 0);
}

/* The recall that make bench-anomaly shows, on traffic made here. */
static void injected(void) {
  static traffic t;
  injected_result r;
  lay_out();
  t.v[0] = v;
  t.n[0] = N;
  t.count = 1;
  for (int watch = 0; watch <= 1; watch++) {
    CHECK_INT(injected_run(&t, TOK_ANOMALY_THRESHOLD, watch, 20, &r), 0);
    CHECK(r.alarms <= r.hours / 100);
    for (int i = 1; i < INJECTIONS; i++) {
      if (!CHECK(r.found[i] * 10 >= r.tried[i] * 8))
        printf("  %s: %zu of %zu\n", injections[i].name, r.found[i], r.tried[i]);
    }
  }
}

CHECK_MAIN({"regular traffic has no events", regular_traffic},
           {"a burst and an outage", burst_and_outage}, {"the newest hour", newest},
           {"a new level", level_shift}, {"threshold, impact, spike", options},
           {"too short", too_short}, {"constant, and zero", constant_and_zero},
           {"single requests", sparse}, {"unknown hours", unknown}, {"summer time", summer_time},
           {"days", days}, {"extreme values", extremes}, {"causes", causes},
           {"injected anomalies", injected})

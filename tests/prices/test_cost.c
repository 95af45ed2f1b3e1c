/* Costs: exact, rounded once half to even, cliffs on the whole request, history, windows, overflow,
 * contradictions. */
#include "../../ext/base/time.h"
#include "../../ext/prices/cost.h"
#include "../check.h"

enum { NOON = 1787227200 }; /* 2026-08-20T12:00:00Z, a Thursday */

static tok_price_row row(tok_meter m, int64_t price_pico) {
  tok_price_row r = {.price_pico = price_pico, .meter = (uint8_t)m};
  r.valid_from = INT64_MIN;
  r.valid_to = INT64_MAX;
  r.minute_to = TOK_MINUTES_A_DAY;
  r.weekdays = TOK_EVERY_DAY;
  return r;
}

static const int64_t USD = 1000000000000; /* pico-dollars */

/* Cost of input/output/cache_read at a time, or minus the status. */
static int64_t cost_at(const tok_price_row *rows, size_t n, int64_t in, int64_t out, int64_t read,
                       int64_t at) {
  tok_quantities q = {0};
  tok_cost_result c;
  tok_quantities_set(&q, TOK_M_INPUT, in);
  tok_quantities_set(&q, TOK_M_OUTPUT, out);
  if (read >= 0)
    tok_quantities_set(&q, TOK_M_CACHE_READ, read);
  tok_status s = tok_cost_of((tok_price_rows){rows, n, 0, NULL, 0}, &q, at, TOK_TIER_STANDARD, &c);
  return s == TOK_OK ? c.cost_nano : -(int64_t)s;
}

static void rounds_half_to_even_once(void) {
  /* 1 token at 0.0005 dollars a million is half a nano-dollar. */
  tok_price_row rows[] = {row(TOK_M_INPUT, USD / 2000), row(TOK_M_OUTPUT, USD / 2000)};
  CHECK_INT(cost_at(rows, 2, 1, 0, -1, NOON), 0); /* 0.5 -> 0 */
  CHECK_INT(cost_at(rows, 2, 3, 0, -1, NOON), 2); /* 1.5 -> 2 */
  CHECK_INT(cost_at(rows, 2, 5, 0, -1, NOON), 2); /* 2.5 -> 2 */
  CHECK_INT(cost_at(rows, 2, 1, 1, -1, NOON), 1); /* 0.5 + 0.5: rounded once, not 0 + 0 */
  rows[0].price_pico++; /* a pico-dollar a million more: just above half */
  CHECK_INT(cost_at(rows, 2, 1, 0, -1, NOON), 1);
}

static void parts_pay_their_own_price(void) {
  tok_price_row rows[] = {row(TOK_M_INPUT, 2 * USD), row(TOK_M_OUTPUT, 8 * USD),
                          row(TOK_M_CACHE_READ, USD / 2)};
  CHECK_INT(cost_at(rows, 3, 1000, 100, 400, NOON), 600 * 2000 + 400 * 500 + 100 * 8000);
  CHECK_INT(cost_at(rows, 2, 1000, 100, 400, NOON),
            1000 * 2000 + 100 * 8000); /* no price: as input */
}

static void tiers_are_cliffs(void) {
  tok_price_row rows[] = {row(TOK_M_INPUT, USD), row(TOK_M_INPUT, 2 * USD), row(TOK_M_OUTPUT, USD),
                          row(TOK_M_OUTPUT, 3 * USD)};
  rows[1].tier_from = rows[3].tier_from = 200001;
  CHECK_INT(cost_at(rows, 4, 200000, 10, -1, NOON), 200000 * 1000LL + 10 * 1000);
  CHECK_INT(cost_at(rows, 4, 200001, 10, -1, NOON), 200001 * 2000LL + 10 * 3000);
}

static void prices_hold_from_to(void) {
  tok_price_row rows[] = {row(TOK_M_INPUT, USD), row(TOK_M_INPUT, 3 * USD)};
  rows[0].valid_from = 1000;
  rows[0].valid_to = rows[1].valid_from = 2000;
  CHECK_INT(cost_at(rows, 2, 1000, 0, -1, 999), -TOK_NOTFOUND);
  CHECK_INT(cost_at(rows, 2, 1000, 0, -1, 1000), 1000000);
  CHECK_INT(cost_at(rows, 2, 1000, 0, -1, 1999), 1000000);
  CHECK_INT(cost_at(rows, 2, 1000, 0, -1, 2000), 3000000);
  rows[1].retracted = true;
  CHECK_INT(cost_at(rows, 2, 1000, 0, -1, 2000), -TOK_NOTFOUND);
}

static int64_t at(const char *text) {
  int64_t t = 0;
  CHECK_INT(tok_time_parse(tok_slice_of(text), &t), TOK_OK);
  return t;
}

static void windows_of_the_day_and_week(void) {
  tok_price_row rows[] = {row(TOK_M_INPUT, USD), row(TOK_M_INPUT, 2 * USD)};
  rows[1].minute_from = 60;
  rows[1].minute_to = 240;
  rows[1].weekdays = 0x1F; /* Monday to Friday */
  CHECK_INT(cost_at(rows, 2, 1000, 0, -1, at("2026-08-20T00:59:59Z")), 1000000);
  CHECK_INT(cost_at(rows, 2, 1000, 0, -1, at("2026-08-20T01:00:00Z")), 2000000);
  CHECK_INT(cost_at(rows, 2, 1000, 0, -1, at("2026-08-20T03:59:59Z")), 2000000);
  CHECK_INT(cost_at(rows, 2, 1000, 0, -1, at("2026-08-20T04:00:00Z")), 1000000);
  CHECK_INT(cost_at(rows, 2, 1000, 0, -1, at("2026-08-22T02:00:00Z")), 1000000); /* Saturday */
  rows[1].minute_from = 23 * 60; /* Friday 23:00 to Saturday 04:00 belongs to Friday */
  CHECK_INT(cost_at(rows, 2, 1000, 0, -1, at("2026-08-22T03:00:00Z")), 2000000);
  CHECK_INT(cost_at(rows, 2, 1000, 0, -1, at("2026-08-24T03:00:00Z")),
            1000000); /* Sunday's night */
  CHECK_INT(cost_at(rows, 2, 1000, 0, -1, at("2026-08-23T23:00:00Z")), 1000000); /* Sunday */
}

static void service_tiers(void) {
  tok_price_row rows[] = {row(TOK_M_INPUT, 2 * USD), row(TOK_M_INPUT, USD)};
  rows[1].service_tier = TOK_TIER_BATCH;
  tok_quantities q = {0};
  tok_cost_result c;
  tok_quantities_set(&q, TOK_M_INPUT, 1000);
  tok_price_rows all = {rows, 2, 0, NULL, 0};
  CHECK(tok_cost_of(all, &q, NOON, TOK_TIER_STANDARD, &c) == TOK_OK && c.cost_nano == 2000000);
  CHECK(tok_cost_of(all, &q, NOON, TOK_TIER_BATCH, &c) == TOK_OK && c.cost_nano == 1000000 &&
        !c.tier_unpriced);
  CHECK(tok_cost_of(all, &q, NOON, TOK_TIER_FLEX, &c) == TOK_OK && c.cost_nano == 2000000 &&
        c.tier_unpriced);
}

static void refuses_contradictions(void) {
  tok_price_row rows[] = {row(TOK_M_INPUT, USD), row(TOK_M_CACHE_READ, USD),
                          row(TOK_M_CACHE_WRITE, USD)};
  tok_price_rows all = {rows, 3, 0, NULL, 0};
  tok_quantities q = {0};
  tok_cost_result c;
  tok_quantities_set(&q, TOK_M_INPUT, 100);
  tok_quantities_set(&q, TOK_M_CACHE_READ, 101);
  CHECK(tok_cost_of(all, &q, NOON, TOK_TIER_STANDARD, &c) == TOK_INVALID &&
        c.fault == TOK_COST_EXCEEDS);
  CHECK(c.outer == TOK_M_INPUT && c.inner == TOK_M_CACHE_READ);
  tok_quantities_set(&q, TOK_M_CACHE_READ, 60);
  tok_quantities_set(&q, TOK_M_CACHE_WRITE, 41);
  CHECK(tok_cost_of(all, &q, NOON, TOK_TIER_STANDARD, &c) == TOK_INVALID &&
        c.fault == TOK_COST_SUM);
  tok_quantities_set(&q, TOK_M_CACHE_WRITE, 40);
  CHECK(tok_cost_of(all, &q, NOON, TOK_TIER_STANDARD, &c) == TOK_OK && c.cost_nano == 100000);
  memset(&q, 0, sizeof q);
  tok_quantities_set(&q, TOK_M_CACHE_READ, 5);
  CHECK(tok_cost_of(all, &q, NOON, TOK_TIER_STANDARD, &c) == TOK_INVALID &&
        c.fault == TOK_COST_MISSING);
}

/* A surcharge is on tokens of the list alone, and rounds once with the rest. */
static void surcharges(void) {
  tok_price_row rows[] = {row(TOK_M_INPUT, 5), row(TOK_M_OUTPUT, USD), row(TOK_M_WEB_SEARCHES, USD)};
  tok_price_rows all = {rows, 3, 0, NULL, 10};
  tok_quantities q = {0};
  tok_cost_result c;
  tok_quantities_set(&q, TOK_M_INPUT, 1000000000); /* 5,000 picos, 5,500 with it: 5.5 nanos */
  CHECK(tok_cost_of(all, &q, NOON, TOK_TIER_STANDARD, &c) == TOK_OK && c.cost_nano == 6);
  tok_quantities_set(&q, TOK_M_INPUT, 0);
  tok_quantities_set(&q, TOK_M_OUTPUT, 1000);
  tok_quantities_set(&q, TOK_M_WEB_SEARCHES, 2);
  CHECK(tok_cost_of(all, &q, NOON, TOK_TIER_STANDARD, &c) == TOK_OK);
  int64_t with = c.cost_nano;
  all.percent = 0;
  CHECK(tok_cost_of(all, &q, NOON, TOK_TIER_STANDARD, &c) == TOK_OK);
  CHECK_INT(with - c.cost_nano, 100000); /* a tenth of the output's million */
  all.percent = 10;
  rows[1].rank = TOK_RANK_OVERRIDE;
  CHECK(tok_cost_of(all, &q, NOON, TOK_TIER_STANDARD, &c) == TOK_OK);
  CHECK_INT(with - c.cost_nano, 100000);
}

static void overflow_is_an_error(void) {
  tok_price_row rows[] = {row(TOK_M_INPUT, USD)};
  CHECK_INT(cost_at(rows, 1, INT64_MAX, 0, -1, NOON), -TOK_OVERFLOW);
  CHECK_INT(cost_at(rows, 1, INT64_MAX / 1000, 0, -1, NOON), INT64_MAX / 1000 * 1000);
  rows[0].price_pico = INT64_MAX;
  CHECK_INT(cost_at(rows, 1, INT64_MAX, 0, -1, NOON), -TOK_OVERFLOW);
  rows[0].price_pico = 1;
  CHECK_INT(cost_at(rows, 1, INT64_MAX, 0, -1, NOON),
            9223372037); /* 2^63 picos a million, rounded */
}

/* ---- against an independent computation ------------------------------------------------------ */

/* Little-endian numbers of 32-bit digits: schoolbook arithmetic that shares nothing with the core.
 */
enum { DIGITS = 12 };
typedef struct {
  uint32_t d[DIGITS];
} big;

static void big_mul(big *a, uint64_t by) { /* by < 2^32 * 2^32: as two digits */
  big out = {{0}};
  for (int k = 0; k < 2; k++) {
    uint64_t digit = k == 0 ? by & 0xFFFFFFFFu : by >> 32, carry = 0;
    for (int i = 0; i + k < DIGITS; i++) {
      uint64_t v = a->d[i] * digit + out.d[i + k] + carry;
      out.d[i + k] = (uint32_t)v;
      carry = v >> 32;
    }
  }
  *a = out;
}

static void big_add(big *a, const big *b) {
  uint64_t carry = 0;
  for (int i = 0; i < DIGITS; i++) {
    carry += (uint64_t)a->d[i] + b->d[i];
    a->d[i] = (uint32_t)carry;
    carry >>= 32;
  }
}

static uint32_t big_div(big *a, uint32_t by) {
  uint64_t rest = 0;
  for (int i = DIGITS - 1; i >= 0; i--) {
    rest = rest << 32 | a->d[i];
    a->d[i] = (uint32_t)(rest / by);
    rest %= by;
  }
  return (uint32_t)rest;
}

/* sum / (18 * 10^12), half to even; UINT64_MAX if it does not fit 63 bits. */
static uint64_t big_round(big sum) {
  static const uint32_t parts[] = {1000000, 1000000, 18};
  uint64_t rest = 0, unit = 1;
  for (int i = 0; i < 3; i++) {
    rest += unit * big_div(&sum, parts[i]);
    unit *= parts[i];
  }
  uint64_t q = (uint64_t)sum.d[1] << 32 | sum.d[0];
  for (int i = 2; i < DIGITS; i++) {
    if (sum.d[i] != 0)
      return UINT64_MAX;
  }
  if (q > INT64_MAX)
    return UINT64_MAX;
  if (rest * 2 > unit || (rest * 2 == unit && q % 2 == 1))
    q++;
  return q > INT64_MAX ? UINT64_MAX : q;
}

static uint64_t seed = 88172645463325252ULL;
static uint64_t next_random(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  return seed ^= seed << 17;
}
/* Of every magnitude up to `bits` bits. */
static int64_t random_i64(unsigned bits) {
  return (int64_t)(next_random() >> (64 - bits) >> (next_random() % bits));
}

static void agrees_with_schoolbook_arithmetic(void) {
  static const uint8_t meters[] = {TOK_M_INPUT, TOK_M_OUTPUT, TOK_M_WEB_SEARCHES, TOK_M_SECONDS,
                                   TOK_M_PIXELS};
  int overflows = 0, halves = 0;
  for (int round = 0; round < 300000; round++) {
    tok_price_row rows[5];
    tok_quantities q = {0};
    tok_cost_result c;
    big sum = {{0}};
    for (int i = 0; i < 5; i++) {
      rows[i] = row(meters[i], round % 3 == 0 ? random_i64(20) * 500000000 : random_i64(50));
      tok_quantities_set(&q, meters[i], random_i64(round % 2 == 0 ? 24 : 63));
      big line = {{(uint32_t)q.quanta[meters[i]], (uint32_t)(q.quanta[meters[i]] >> 32)}};
      big_mul(&line, (uint64_t)rows[i].price_pico);
      big_mul(&line, (uint64_t)(18000000000LL / tok_meters[meters[i]].per));
      big_add(&sum, &line);
    }
    uint64_t expected = big_round(sum);
    tok_status s = tok_cost_of((tok_price_rows){rows, 5, 0, NULL, 0}, &q, NOON, TOK_TIER_STANDARD, &c);
    bool ok = expected == UINT64_MAX ? s == TOK_OVERFLOW
                                     : s == TOK_OK && (uint64_t)c.cost_nano == expected;
    overflows += expected == UINT64_MAX;
    halves += round % 3 == 0;
    if (!ok) {
      CHECK(false && "equal");
      printf("  round %d: %lld, expected %llu\n", round, (long long)c.cost_nano,
             (unsigned long long)expected);
      return;
    }
  }
  CHECK(overflows > 1000 && halves > 1000); /* both happened */
}

static void meters_are_consistent(void) {
  for (int m = 0; m < TOK_METER_N; m++) {
    CHECK(tok_meters[m].name != NULL &&
          tok_meter_find(tok_slice_of(tok_meters[m].name)) == (tok_meter)m);
    CHECK_INT(TOK_METER_DENOMINATOR % tok_meters[m].per, 0);
    CHECK(tok_meter_contains((tok_meter)m, (tok_meter)m));
  }
  CHECK(tok_meter_contains(TOK_M_INPUT, TOK_M_CACHE_READ_AUDIO));
  CHECK(tok_meter_contains(TOK_M_CACHE_WRITE, TOK_M_CACHE_WRITE_1H));
  CHECK(tok_meter_contains(TOK_M_OUTPUT, TOK_M_REASONING));
  CHECK(!tok_meter_contains(TOK_M_OUTPUT, TOK_M_CACHE_READ));
  CHECK(!tok_meter_contains(TOK_M_CACHE_READ, TOK_M_INPUT));
  CHECK_INT(tok_meter_find(tok_slice_of("nothing")), TOK_METER_N);
}

CHECK_MAIN({"rounds half to even, once", rounds_half_to_even_once},
           {"parts pay their own price", parts_pay_their_own_price},
           {"tiers are cliffs", tiers_are_cliffs}, {"prices hold from to", prices_hold_from_to},
           {"windows of the day and week", windows_of_the_day_and_week},
           {"service tiers", service_tiers}, {"refuses contradictions", refuses_contradictions},
           {"surcharges", surcharges}, {"overflow is an error", overflow_is_an_error},
           {"agrees with schoolbook arithmetic", agrees_with_schoolbook_arithmetic},
           {"meters are consistent", meters_are_consistent})

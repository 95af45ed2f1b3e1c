/*
** Linear costs against the general computation: whatever they answer is what tok_cost_of answers.
*/
#include "../../ext/prices/rates.h"
#include "../check.h"

static uint64_t seed = 20260820;

static uint64_t below(uint64_t n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (seed >> 33) % n;
}

enum { YEAR_2024 = 1704067200, THREE_YEARS = 94608000 };

/* Sizes as they are, at the edges of long-context tiers, and absurd ones. */
static int64_t some_tokens(void) {
  static const int64_t edges[] = {0, 1, 127999, 128000, 199999, 200000, 200001, 271999, 272000};
  switch (below(8)) {
  case 0: return edges[below(sizeof edges / sizeof edges[0])];
  case 1: return (int64_t)below(1u << 31) << below(32);
  case 2: return INT64_MAX;
  default: return (int64_t)below(300000);
  }
}

static tok_plain some_request(void) {
  tok_plain p = {{0}, 0};
  p.n[TOK_PLAIN_INPUT] = some_tokens();
  p.n[TOK_PLAIN_OUTPUT] = some_tokens();
  p.n[TOK_PLAIN_CACHE_READ] = (int64_t)below((uint64_t)p.n[TOK_PLAIN_INPUT] % 1000000 + 1);
  p.n[TOK_PLAIN_CACHE_WRITE] = (int64_t)below((uint64_t)p.n[TOK_PLAIN_INPUT] % 100000 + 2);
  p.n[TOK_PLAIN_CACHE_WRITE_1H] = (int64_t)below((uint64_t)p.n[TOK_PLAIN_CACHE_WRITE] + 2);
  p.n[TOK_PLAIN_REASONING] = (int64_t)below((uint64_t)p.n[TOK_PLAIN_OUTPUT] % 100000 + 2);
  p.given = below(4) == 0 ? (uint32_t)below(64) : 63;
  for (int i = 0; i < TOK_PLAIN_N; i++) {
    if ((p.given >> i & 1) == 0)
      p.n[i] = 0;
  }
  return p;
}

/* How many requests were answered; each that is, rightly. */
static long compare(tok_price_rows rows, tok_rates *rates, int times) {
  long answered = 0;
  for (int k = 0; k < times; k++) {
    tok_plain p = some_request();
    tok_quantities q;
    tok_cost_result c;
    int64_t at = YEAR_2024 + (int64_t)below(THREE_YEARS), nano = -1;
    tok_tier tier = below(3) == 0 ? (tok_tier)below(TOK_TIER_N) : TOK_TIER_STANDARD;
    if (!tok_rates_hold(rates, at, tier, &p) && !tok_rates_of(rows, at, tier, &p, rates))
      continue;
    if (!tok_rates_cost(rates, &p, &nano))
      continue;
    tok_plain_quantities(&p, &q);
    answered++;
    if (!CHECK(tok_cost_of(rows, &q, at, tier, &c) == TOK_OK) || !CHECK_INT(nano, c.cost_nano))
      break;
  }
  return answered;
}

/* Every model of the list; rates live on from one request to the next, as in the cache. */
static void as_the_list(void) {
  long answered = 0;
  for (size_t m = 0; m < tok_prices.n_models; m++) {
    tok_rates rates = {.known = 0};
    answered += compare(tok_rows_of(&tok_prices.models[m]), &rates, 200);
  }
  CHECK(answered > 100000); /* nearly all that do not contradict themselves */
}

/* Prices that nobody charges: any meter, tier, period, hour and number. */
static void as_any_rows(void) {
  long answered = 0;
  for (int round = 0; round < 20000; round++) {
    tok_price_row rows[12];
    size_t n = below(12) + 1;
    for (size_t i = 0; i < n; i++) {
      rows[i] = (tok_price_row){
          .price_pico = (int64_t)(below(1u << 30) * (below(8) == 0 ? 1 : 1000)) << below(12),
          .valid_from = below(2) == 0 ? INT64_MIN : YEAR_2024 + (int64_t)below(THREE_YEARS),
          .valid_to = below(2) == 0 ? INT64_MAX : YEAR_2024 + (int64_t)below(THREE_YEARS),
          .tier_from = below(3) == 0 ? (int64_t)below(300000) : 0,
          .minute_to = TOK_MINUTES_A_DAY,
          .weekdays = below(40) == 0 ? 31 : TOK_EVERY_DAY,
          .meter = (uint8_t)(below(3) == 0 ? below(TOK_METER_N)
                                           : tok_plain_meters[below(TOK_PLAIN_N)]),
          .service_tier = (uint8_t)(below(3) == 0 ? below(TOK_TIER_N) : 0),
          .rank = (uint8_t)below(4),
          .retracted = below(20) == 0};
    }
    tok_rates rates = {.known = 0};
    answered += compare((tok_price_rows){rows, n, 0, NULL, 0}, &rates, 10);
  }
  CHECK(answered > 20000);
}

static void quantities_and_back(void) {
  for (int k = 0; k < 1000; k++) {
    tok_plain p = some_request(), back;
    tok_quantities q;
    tok_plain_quantities(&p, &q);
    CHECK(tok_plain_of(&q, &back) && memcmp(p.n, back.n, sizeof p.n) == 0 && p.given == back.given);
    tok_quantities_set(&q, TOK_M_WEB_SEARCHES, 0);
    CHECK(!tok_plain_of(&q, &back));
  }
}

CHECK_MAIN({"as the list", as_the_list}, {"as any rows", as_any_rows},
           {"quantities and back", quantities_and_back})

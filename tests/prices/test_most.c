/*
** The most that a request may cost: no request within the bounds costs more, of no model, at no
** size, in no tier.
*/
#include "../../ext/prices/most.h"
#include "../check.h"

static uint64_t seed = 20261122;

static uint64_t below(uint64_t n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (seed >> 33) % n;
}

enum { YEAR_2024 = 1704067200, THREE_YEARS = 94608000, TIMES = 60 };

static int64_t some_tokens(void) {
  static const int64_t edges[] = {0, 1, 128000, 128001, 200000, 200001, 272000, 272001, 1000000};
  return below(3) == 0 ? edges[below(sizeof edges / sizeof edges[0])] : (int64_t)below(500000);
}

/* At most `n`, and often all of it. */
static int64_t part(int64_t n) {
  return n == 0 || below(3) == 0 ? n : (int64_t)below((uint64_t)n + 1);
}

/* Bounds of which about half say something of a few meters. */
static tok_bounds some_bounds(void) {
  tok_bounds b;
  tok_bounds_init(&b);
  b.input = some_tokens();
  b.output = some_tokens();
  if (below(3) == 0)
    b.tier = (uint8_t)below(TOK_TIER_N);
  b.any_tier = b.tier == TOK_TIER_N && below(3) != 0;
  b.us_only = below(2) == 0;
  for (int m = 0; m < TOK_METER_N; m++) {
    if (m == TOK_M_INPUT || m == TOK_M_OUTPUT || m == TOK_M_REQUESTS || below(4) != 0)
      continue;
    b.said |= 1ULL << m;
    b.quanta[m] = (int64_t)below(100000) * (below(2) == 0);
  }
  return b;
}

/* What is said of meter m or of one that contains it. */
static int64_t at_most(const tok_bounds *b, tok_meter m, int64_t n) {
  for (int k = 0; k < TOK_METER_N; k++) {
    if ((b->said >> k & 1) != 0 && tok_meter_contains((tok_meter)k, m) && b->quanta[k] < n)
      n = b->quanta[k];
  }
  return n;
}

/* A request within the bounds: sizes, and a few parts of each side that exclude one another. */
static tok_quantities some_request(const tok_bounds *b) {
  static const tok_meter inputs[] = {TOK_M_CACHE_READ,  TOK_M_CACHE_WRITE_1H,
                                     TOK_M_INPUT_AUDIO, TOK_M_CACHE_READ_AUDIO,
                                     TOK_M_INPUT_IMAGE, TOK_M_INPUT_VIDEO,
                                     TOK_M_CACHE_WRITE, TOK_M_INPUT_TOOL},
                         outputs[] = {TOK_M_REASONING, TOK_M_OUTPUT_AUDIO, TOK_M_OUTPUT_IMAGE,
                                      TOK_M_CITATION};
  tok_quantities q = {{0}, 0};
  int64_t input = part(b->input), output = part(b->output);
  tok_quantities_set(&q, TOK_M_INPUT, input);
  tok_quantities_set(&q, TOK_M_OUTPUT, output);
  for (int k = (int)below(4); k > 0; k--) {
    tok_meter m = inputs[below(8)];
    /* and those that contain it */
    bool whole = m == TOK_M_CACHE_READ_AUDIO || m == TOK_M_CACHE_WRITE_1H;
    int64_t n = part(at_most(b, m, input));
    if (whole && m == TOK_M_CACHE_WRITE_1H)
      tok_quantities_set(&q, TOK_M_CACHE_WRITE, q.quanta[TOK_M_CACHE_WRITE] + n);
    if (whole && m == TOK_M_CACHE_READ_AUDIO) {
      tok_quantities_set(&q, TOK_M_CACHE_READ, q.quanta[TOK_M_CACHE_READ] + n);
      tok_quantities_set(&q, TOK_M_INPUT_AUDIO, q.quanta[TOK_M_INPUT_AUDIO] + n);
    }
    tok_quantities_set(&q, m, q.quanta[m] + n);
    input -= n;
  }
  for (int k = (int)below(3); k > 0; k--) {
    tok_meter m = outputs[below(4)];
    int64_t n = part(at_most(b, m, output));
    tok_quantities_set(&q, m, q.quanta[m] + n);
    output -= n;
  }
  for (int m = TOK_M_WEB_SEARCHES; m < TOK_METER_N; m++) {
    if ((b->said >> m & 1) != 0 && below(2) == 0)
      tok_quantities_set(&q, (tok_meter)m, at_most(b, (tok_meter)m, b->quanta[m]));
  }
  return q;
}

/* Repeated parts may have gone beyond what was said; then the request is not within the bounds. */
static bool is_within(const tok_bounds *b, const tok_quantities *q) {
  for (int m = 0; m < TOK_METER_N; m++) {
    if ((b->said >> m & 1) != 0 && q->quanta[m] > b->quanta[m])
      return false;
  }
  return true;
}

static long tried, reached;

static bool is_never_above(tok_price_rows rows) {
  for (int k = 0; k < TIMES; k++) {
    tok_bounds b = some_bounds();
    int64_t at = YEAR_2024 + (int64_t)below(THREE_YEARS), most = -1;
    tok_status known = tok_cost_most(rows, &b, at, &most);
    for (int i = 0; i < 8; i++) {
      tok_quantities q = some_request(&b);
      tok_cost_result c;
      tok_tier tier = (tok_tier)(b.any_tier             ? below(TOK_TIER_FAST)
                                 : b.tier == TOK_TIER_N ? TOK_TIER_STANDARD
                                                        : b.tier);
      tok_price_rows own = rows;
      own.percent = !b.us_only || below(2) == 0 ? 0 : rows.percent;
      if (!is_within(&b, &q) || tok_cost_of(own, &q, at, tier, &c) != TOK_OK)
        continue;
      tried++;
      reached += c.cost_nano == most && most > 0;
      if (!CHECK_INT(known, TOK_OK) || !CHECK(c.cost_nano <= most)) {
        printf("  %lld above %lld\n", (long long)c.cost_nano, (long long)most);
        return false;
      }
    }
  }
  return true;
}

static void the_list(void) {
  for (size_t i = 0; i < tok_prices.n_models; i++) {
    tok_price_rows rows = tok_rows_of(&tok_prices.models[i]);
    rows.percent = tok_prices.providers[tok_prices.models[i].provider].us_percent;
    if (!is_never_above(rows)) {
      printf("  %s\n", tok_price_text(tok_prices.models[i].name));
      return;
    }
  }
  CHECK(tried > 500000);
  CHECK(reached > tried / 50); /* it is a bound that is reached */
}

/*
** Rows of any kind: sizes that get cheaper, parts dearer than the whole, tiers of some meters only.
*/
static void any_rows(void) {
  tok_price_row rows[12];
  for (int k = 0; k < 3000; k++) {
    size_t n = 1 + below(12);
    for (size_t i = 0; i < n; i++) {
      rows[i] = (tok_price_row){.price_pico = (int64_t)below(50) * 1000000000,
                                .valid_from = INT64_MIN,
                                .valid_to = INT64_MAX,
                                .tier_from = below(3) == 0 ? (int64_t)below(300000) : 0,
                                .minute_to = TOK_MINUTES_A_DAY,
                                .weekdays = TOK_EVERY_DAY,
                                .meter = (uint8_t)below(TOK_METER_N),
                                .service_tier = (uint8_t)(below(2) == 0 ? 0 : below(TOK_TIER_N))};
    }
    if (!is_never_above((tok_price_rows){rows, n, 0, NULL, 10}))
      return;
  }
}

/* What is said exactly costs exactly that. */
static void as_it_is(void) {
  tok_price_row rows[] = {{.price_pico = 3000000000000,
                           .valid_from = INT64_MIN,
                           .valid_to = INT64_MAX,
                           .minute_to = 1440,
                           .weekdays = 127,
                           .meter = TOK_M_INPUT},
                          {.price_pico = 6000000000000,
                           .valid_from = INT64_MIN,
                           .valid_to = INT64_MAX,
                           .minute_to = 1440,
                           .weekdays = 127,
                           .meter = TOK_M_CACHE_WRITE_1H},
                          {.price_pico = 15000000000000,
                           .valid_from = INT64_MIN,
                           .valid_to = INT64_MAX,
                           .minute_to = 1440,
                           .weekdays = 127,
                           .meter = TOK_M_OUTPUT}};
  tok_price_rows all = {rows, 3, 0, NULL, 0};
  tok_bounds b;
  int64_t nano;
  tok_bounds_init(&b);
  b.input = 1000;
  b.output = 100;
  CHECK(tok_cost_most(all, &b, 0, &nano) == TOK_OK);
  CHECK_INT(nano, 1000 * 6000 + 100 * 15000);
  b.said = 1ULL << TOK_M_CACHE_WRITE; /* the hour's writes are writes */
  b.quanta[TOK_M_CACHE_WRITE] = 10;
  CHECK(tok_cost_most(all, &b, 0, &nano) == TOK_OK);
  CHECK_INT(nano, 10 * 6000 + 990 * 3000 + 100 * 15000);
  b.input = INT64_MAX;
  rows[0].price_pico = INT64_MAX;
  CHECK(tok_cost_most(all, &b, 0, &nano) == TOK_OVERFLOW);
  CHECK(tok_cost_most((tok_price_rows){rows, 0, 0, NULL, 0}, &b, 0, &nano) == TOK_NOTFOUND);
}

CHECK_MAIN({"the list", the_list}, {"any rows", any_rows}, {"as it is", as_it_is})

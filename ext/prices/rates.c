/* Linear costs; see rates.h. */
#include "rates.h"

const uint8_t tok_plain_meters[TOK_PLAIN_N] = {TOK_M_INPUT,          TOK_M_OUTPUT,
                                               TOK_M_CACHE_READ,     TOK_M_CACHE_WRITE,
                                               TOK_M_CACHE_WRITE_1H, TOK_M_REASONING};

/* What contains each; itself: nothing does. */
static const uint8_t whole_of[TOK_PLAIN_N] = {TOK_PLAIN_INPUT,       TOK_PLAIN_OUTPUT,
                                              TOK_PLAIN_INPUT,       TOK_PLAIN_INPUT,
                                              TOK_PLAIN_CACHE_WRITE, TOK_PLAIN_OUTPUT};

enum {
  A_MILLION = 1000000, /* rates are for so many tokens */
  PICO_A_NANO = 1000
};

void tok_plain_quantities(const tok_plain *p, tok_quantities *q) {
  memset(q, 0, sizeof *q);
  for (int i = 0; i < TOK_PLAIN_N; i++) {
    if ((p->given >> i & 1) != 0)
      tok_quantities_set(q, tok_plain_meters[i], p->n[i]);
  }
}

bool tok_plain_of(const tok_quantities *q, tok_plain *p) {
  uint64_t given = q->given;
  p->given = 0;
  for (int i = 0; i < TOK_PLAIN_N; i++) {
    p->n[i] = q->quanta[tok_plain_meters[i]];
    p->given |= (uint32_t)tok_quantities_has(q, tok_plain_meters[i]) << i;
    given &= ~(1ULL << tok_plain_meters[i]);
  }
  return given == 0;
}

/* Narrows the bounds of time and size to those within which no row begins or ceases to hold. False
 * if one depends on the hour. */
static bool bound(tok_price_rows rows, int64_t at, int64_t input, tok_rates *r) {
  for (size_t i = 0; i < rows.n_rows; i++) {
    const tok_price_row *row = &rows.rows[i];
    if (row->retracted || (row->service_tier != TOK_TIER_STANDARD && row->service_tier != r->tier))
      continue;
    if (tok_price_is_windowed(row))
      return false;
    const int64_t edges[2] = {row->valid_from, row->valid_to};
    for (int e = 0; e < 2; e++) {
      if (edges[e] <= at && edges[e] > r->from)
        r->from = edges[e];
      if (edges[e] > at && edges[e] < r->to)
        r->to = edges[e];
    }
    if (row->tier_from <= input && row->tier_from > r->least)
      r->least = row->tier_from;
    if (row->tier_from > input && row->tier_from < r->below)
      r->below = row->tier_from;
  }
  return true;
}

/* price_pico of the row as nano-dollars a million, if that is an integer. */
static bool per_million(const tok_price_row *row, int64_t *rate) {
  *rate = row->price_pico / PICO_A_NANO;
  return row->price_pico % PICO_A_NANO == 0 && tok_meters[row->meter].per == A_MILLION &&
         tok_meters[row->meter].quantum == 1;
}

bool tok_rates_of(tok_price_rows rows, int64_t at, tok_tier tier, const tok_plain *p,
                  tok_rates *r) {
  const tok_price_row *best[TOK_METER_N];
  int64_t full[TOK_PLAIN_N];
  *r = (tok_rates){.from = INT64_MIN, .to = INT64_MAX, .below = INT64_MAX, .tier = (uint8_t)tier};
  if (tier >= TOK_TIER_FAST || !bound(rows, at, p->n[TOK_PLAIN_INPUT], r) ||
      tok_price_choose(rows, at, p->n[TOK_PLAIN_INPUT], tier, best) == 0)
    return false;
  for (int i = 0; i < TOK_PLAIN_N; i++) {
    const tok_price_row *row = best[tok_plain_meters[i]];
    int whole = whole_of[i];
    if (row == NULL) { /* paid as the whole; the whole, if nobody pays for it, not at all */
      full[i] = whole == i ? 0 : full[whole];
    } else if (!per_million(row, &full[i])) {
      return false;
    }
    r->rate[i] = full[i] - (whole == i ? 0 : full[whole]);
  }
  const tok_price_row *fee = best[TOK_M_REQUESTS];
  if (fee != NULL) {
    int64_t per = tok_meters[TOK_M_REQUESTS].per * PICO_A_NANO;
    if (__builtin_mul_overflow(fee->price_pico, (int64_t)A_MILLION, &r->fee) || r->fee % per != 0)
      return false;
    r->fee /= per;
  }
  r->splits_reasoning = best[TOK_M_REASONING] != NULL;
  r->known = 1;
  return true;
}

/* Does each part come with its whole and fit into it? What does not is tok_cost_of's to judge. */
static bool is_whole(const tok_rates *r, const tok_plain *p) {
  const int64_t *n = p->n;
  int64_t parts;
  if (n[TOK_PLAIN_REASONING] > 0 && (p->given >> TOK_PLAIN_OUTPUT & 1) == 0)
    return false;
  if (__builtin_add_overflow(n[TOK_PLAIN_CACHE_READ], n[TOK_PLAIN_CACHE_WRITE], &parts))
    return false;
  return parts <= n[TOK_PLAIN_INPUT] && n[TOK_PLAIN_CACHE_WRITE_1H] <= n[TOK_PLAIN_CACHE_WRITE] &&
         (!r->splits_reasoning || n[TOK_PLAIN_REASONING] <= n[TOK_PLAIN_OUTPUT]);
}

bool tok_rates_cost(const tok_rates *r, const tok_plain *p, int64_t *nano) {
  int64_t sum = r->fee, product;
  bool over = false;
  if (!is_whole(r, p))
    return false;
  for (int i = 0; i < TOK_PLAIN_N; i++) {
    over |= __builtin_mul_overflow(p->n[i], r->rate[i], &product);
    over |= __builtin_add_overflow(sum, product, &sum);
  }
  if (over || sum < 0)
    return false;
  int64_t whole = sum / A_MILLION, rest = sum % A_MILLION;
  *nano = whole + (rest > A_MILLION / 2 || (rest == A_MILLION / 2 && (whole & 1) != 0));
  return true;
}

/* The dearest case; see most.h. */
#include "most.h"

void tok_bounds_init(tok_bounds *b) {
  memset(b, 0, sizeof *b);
  b->tier = TOK_TIER_N;
}

/* ---- what is said ---------------------------------------------------------------------------- */

/* "cache_write" or "cache_write_tokens"; not input and output, which bound all the others. */
static tok_meter meter_of(tok_slice key) {
  static const char suffix[] = "_tokens";
  size_t n = sizeof suffix - 1;
  tok_meter m = tok_meter_find(key);
  if (m == TOK_METER_N && key.len > n && memcmp(key.ptr + key.len - n, suffix, n) == 0)
    m = tok_meter_find((tok_slice){key.ptr, key.len - n});
  return m == TOK_M_INPUT || m == TOK_M_OUTPUT || m == TOK_M_REQUESTS ? TOK_METER_N : m;
}

static tok_status word_member(tok_bounds *b, bool tier, const tok_json *j, const char **wrong) {
  *wrong = tier ? "must be standard, batch, flex, priority, fast, ultrafast or auto"
                : "must be text, such as us";
  if (j->event != TOK_JSON_STRING)
    return TOK_INVALID;
  if (!tier) {
    b->us_only = tok_slice_is(j->text, "us");
    return TOK_OK;
  }
  tok_tier t = tok_tier_find(j->text);
  if (t == TOK_TIER_N)
    return TOK_INVALID;
  b->any_tier = j->text.len == 4 && tok_lower(j->text.ptr[1]) == 'u';
  b->tier = (uint8_t)(b->any_tier ? TOK_TIER_N : t);
  return TOK_OK;
}

tok_status tok_bounds_member(tok_bounds *b, tok_slice key, const tok_json *j, const char **wrong) {
  bool tier = tok_slice_is(key, "service_tier");
  if (tier || tok_slice_is(key, "inference_geo"))
    return word_member(b, tier, j, wrong);
  tok_meter m = meter_of(key);
  if (m == TOK_METER_N)
    return TOK_NOTFOUND;
  *wrong = "must be a number, 0 or more";
  if (j->event != TOK_JSON_NUMBER)
    return TOK_INVALID;
  tok_status status = tok_json_fixed(j->text, tok_meters[m].quantum, &b->quanta[m]);
  if (status == TOK_OVERFLOW)
    *wrong = "does not fit in 64 bits";
  if (status != TOK_OK || b->quanta[m] < 0)
    return TOK_INVALID;
  b->said |= 1ULL << m;
  return TOK_OK;
}

/* ---- one tier, one size ---------------------------------------------------------------------- */

/* At most so many of `rest` tokens are of the meter. */
static int64_t bound_of(const tok_bounds *b, tok_meter m, int64_t rest) {
  for (uint64_t said = b->said; said != 0; said &= said - 1) {
    tok_meter whole = (tok_meter)__builtin_ctzll(said);
    if (tok_meter_contains(whole, m) && b->quanta[whole] < rest)
      rest = b->quanta[whole];
  }
  return rest;
}

/* Each of so many tokens as the dearest that it may be. */
static void add_side(const tok_price_row *const best[TOK_METER_N], const tok_bounds *b,
                     tok_meter side, int64_t tokens, uint8_t percent, tok_cost_line *lines,
                     size_t *n) {
  size_t first = *n;
  for (int m = 0; m < TOK_METER_N; m++) {
    if (best[m] == NULL || !tok_meter_contains(side, (tok_meter)m))
      continue;
    uint8_t p = (best[m]->rank & TOK_RANK_OVERRIDE) == 0 ? percent : 0;
    size_t i = (*n)++;
    for (; i > first && lines[i - 1].row->price_pico < best[m]->price_pico; i--)
      lines[i] = lines[i - 1];
    lines[i] = (tok_cost_line){best[m], 0, p};
  }
  for (size_t i = first; i < *n; i++) {
    lines[i].quanta = bound_of(b, (tok_meter)lines[i].row->meter, tokens);
    tokens -= lines[i].quanta;
  }
}

/* What is counted beside tokens and was said: at the dearest row that may pay for it. */
static void add_fees(const tok_price_row *const best[TOK_METER_N], const tok_bounds *b,
                     int64_t minimum_seconds, tok_cost_line *lines, size_t *n) {
  for (int m = TOK_M_REQUESTS; m < TOK_METER_N; m++) {
    int64_t quanta = m == TOK_M_REQUESTS ? 1 : (b->said >> m & 1) != 0 ? b->quanta[m] : 0;
    int64_t least = minimum_seconds * tok_meters[TOK_M_SECONDS].quantum;
    if ((m == TOK_M_SECONDS || m == TOK_M_INPUT_SECONDS) && quanta > 0 && quanta < least)
      quanta = least;
    const tok_price_row *row = NULL;
    for (int k = TOK_M_REQUESTS; k < TOK_METER_N && quanta > 0; k++) {
      bool may = best[k] != NULL && (tok_meter_contains((tok_meter)k, (tok_meter)m) ||
                                     tok_meter_contains((tok_meter)m, (tok_meter)k));
      if (may && (row == NULL || row->price_pico < best[k]->price_pico))
        row = best[k];
    }
    if (row != NULL)
      lines[(*n)++] = (tok_cost_line){row, quanta, 0};
  }
}

static tok_status most_of(tok_price_rows rows, const tok_bounds *b, int64_t input, int64_t at,
                          tok_tier tier, int64_t *nano) {
  const tok_price_row *best[TOK_METER_N];
  tok_cost_line lines[2 * TOK_METER_N];
  size_t n = 0;
  if (tok_price_choose(rows, at, input, tier, best) == 0)
    return TOK_NOTFOUND;
  bool priced = tier < TOK_TIER_FAST; /* which have a price of their own or none */
  for (int m = 0; m < TOK_METER_N; m++)
    priced |= best[m] != NULL && best[m]->service_tier != TOK_TIER_STANDARD;
  if (!priced)
    return TOK_NOTFOUND;
  const tok_price_row *const *held = (const tok_price_row *const *)best;
  uint8_t percent = b->us_only ? rows.percent : 0;
  add_side(held, b, TOK_M_INPUT, input, percent, lines, &n);
  add_side(held, b, TOK_M_OUTPUT, b->output, percent, lines, &n);
  add_fees(held, b, rows.minimum_seconds, lines, &n);
  return tok_cost_sum(lines, n, nano);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bool may_serve(const tok_bounds *b, int tier) {
  /* who asks for priority may be served as standard */
  return b->tier == tier || (b->any_tier && tier < TOK_TIER_FAST) ||
         (b->tier >= TOK_TIER_PRIORITY && tier == TOK_TIER_STANDARD);
}

static bool has_tier(tok_price_rows rows, int tier) {
  for (size_t i = 0; i < rows.n_rows; i++) {
    if (rows.rows[i].service_tier == tier)
      return true;
  }
  return tier == TOK_TIER_STANDARD;
}

/* The dearest tier for an input of that size. */
static tok_status most_at(tok_price_rows rows, const tok_bounds *b, int64_t input, int64_t at,
                          int64_t *nano) {
  tok_status status = TOK_NOTFOUND;
  for (int tier = 0; tier < TOK_TIER_N; tier++) {
    int64_t cost;
    if (!may_serve(b, tier) || (tier != b->tier && !has_tier(rows, tier)))
      continue;
    tok_status one = most_of(rows, b, input, at, (tok_tier)tier, &cost);
    if (one == TOK_OVERFLOW || (one == TOK_NOTFOUND && tier >= TOK_TIER_FAST))
      return one;
    if (one == TOK_OK && (status != TOK_OK || cost > *nano))
      *nano = cost;
    if (one == TOK_OK)
      status = one;
  }
  return status;
}

tok_status tok_cost_most(tok_price_rows rows, const tok_bounds *b, int64_t at, int64_t *nano) {
  tok_status status = most_at(rows, b, b->input, at, nano);
  /* a smaller request may cost more, where the price of the next size is lower */
  for (size_t i = 0; i < rows.n_rows && status != TOK_OVERFLOW; i++) {
    int64_t below = rows.rows[i].tier_from - 1, cost;
    if (below <= 0 || below >= b->input || (i > 0 && rows.rows[i - 1].tier_from - 1 == below))
      continue;
    tok_status one = most_at(rows, b, below, at, &cost);
    if (one == TOK_OK && (status != TOK_OK || cost > *nano))
      *nano = cost;
    if (one != TOK_NOTFOUND)
      status = one;
  }
  return status;
}

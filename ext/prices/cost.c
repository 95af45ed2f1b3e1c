/* Costs; see cost.h. */
#include "cost.h"
#include "../base/time.h"

/* 2^63 tokens x 1e15 is 9e33; what is scaled further is checked at every step. */
__extension__ typedef __int128 wide;

/* ---- which rows hold ------------------------------------------------------------------------- */

/* A window that passes midnight belongs to the day on which it starts. */
static bool in_window(const tok_price_row *r, int64_t at) {
  int second = tok_second_of_day(at), from = r->minute_from * 60, to = r->minute_to * 60;
  int day = tok_weekday(at) - 1;
  bool inside = second >= from && second < to;
  if (from > to) {
    inside = second >= from || second < to;
    if (second < to)
      day = (day + 6) % 7;
  }
  return inside && (r->weekdays >> day & 1) != 0;
}

static bool holds(const tok_price_row *r, int64_t at, int64_t total_input, tok_tier tier) {
  return !r->retracted && at >= r->valid_from && at < r->valid_to && total_input >= r->tier_from &&
         (r->service_tier == tier || r->service_tier == TOK_TIER_STANDARD ||
          (tier == TOK_TIER_FAST && r->service_tier == TOK_TIER_PRIORITY)) &&
         (!tok_price_is_windowed(r) || in_window(r, at));
}

/* Is `a` the more particular of two rows that hold for one meter? */
static bool outranks(const tok_price_row *a, const tok_price_row *b) {
  bool standard = a->service_tier == TOK_TIER_STANDARD || b->service_tier == TOK_TIER_STANDARD;
  bool own = ((a->rank ^ b->rank) & TOK_RANK_OVERRIDE) != 0;
  if (a->service_tier != b->service_tier && (standard || !own)) /* of fast and priority: fast */
    return a->service_tier > b->service_tier;
  if (a->rank != b->rank)
    return a->rank > b->rank;
  if (tok_price_is_windowed(a) != tok_price_is_windowed(b))
    return tok_price_is_windowed(a);
  if (a->valid_from != b->valid_from)
    return a->valid_from > b->valid_from;
  return a->tier_from > b->tier_from;
}

size_t tok_price_choose(tok_price_rows rows, int64_t at, int64_t total_input, tok_tier tier,
                        const tok_price_row *best[TOK_METER_N]) {
  size_t n = 0;
  memset(best, 0, TOK_METER_N * sizeof best[0]);
  for (size_t i = 0; i < rows.n_rows; i++) {
    const tok_price_row *r = &rows.rows[i];
    if (!holds(r, at, total_input, tier))
      continue;
    const tok_price_row **slot = &best[r->meter];
    n += *slot == NULL;
    if (*slot == NULL || outranks(r, *slot))
      *slot = r;
  }
  return n;
}

/* ---- what the quantities say ----------------------------------------------------------------- */

tok_cost_fault tok_quantities_check(const tok_quantities *q, tok_meter *outer, tok_meter *inner) {
  for (uint64_t in = q->given; in != 0; in &= in - 1) {
    *inner = (tok_meter)__builtin_ctzll(in);
    if (!tok_meter_contains(TOK_M_INPUT, *inner))
      continue;
    for (uint64_t out = q->given; out != 0; out &= out - 1) {
      *outer = (tok_meter)__builtin_ctzll(out);
      if (tok_meter_contains(*outer, *inner) && q->quanta[*inner] > q->quanta[*outer])
        return TOK_COST_EXCEEDS;
    }
  }
  *outer = TOK_M_INPUT;
  *inner = TOK_M_CACHE_READ;
  int64_t parts;
  if (tok_quantities_has(q, TOK_M_INPUT) &&
      (!tok_add_i64(q->quanta[TOK_M_CACHE_READ], q->quanta[TOK_M_CACHE_WRITE], &parts) ||
       parts > q->quanta[TOK_M_INPUT])) {
    return TOK_COST_SUM;
  }
  return TOK_COST_FINE;
}

/* A priced meter that was not reported although a part of it was. */
static bool is_missing(const tok_quantities *q, tok_meter outer, tok_meter *inner) {
  if (tok_quantities_has(q, outer))
    return false;
  for (uint64_t in = q->given; in != 0; in &= in - 1) {
    *inner = (tok_meter)__builtin_ctzll(in);
    if (q->quanta[*inner] > 0 && tok_meter_contains(outer, *inner))
      return true;
  }
  return false;
}

static int depth(tok_meter m) {
  return __builtin_popcount(tok_meters[m].mask);
}

/* The priced meters as lines, those that fix most dimensions first; so parts come before what
 * contains them. */
static void lay_lines(const tok_price_row *const best[TOK_METER_N], uint8_t percent,
                      tok_cost_result *out) {
  for (int m = 0; m < TOK_METER_N; m++) {
    if (best[m] == NULL)
      continue;
    size_t i = out->n_lines++;
    for (; i > 0 && depth(out->lines[i - 1].row->meter) < depth((tok_meter)m); i--) {
      out->lines[i] = out->lines[i - 1];
    }
    bool surcharged = m < TOK_M_REQUESTS && (best[m]->rank & TOK_RANK_OVERRIDE) == 0;
    out->lines[i] = (tok_cost_line){best[m], 0, surcharged ? percent : 0};
  }
}

/*
** The meter of what is of both, where neither contains the other: cache_read_audio of cache_read
** and input_audio. TOK_METER_N: nothing is of both.
*/
static tok_meter joint_of(tok_meter a, tok_meter b) {
  const tok_meter_info *x = &tok_meters[a], *y = &tok_meters[b];
  if (((x->dims ^ y->dims) & x->mask & y->mask) != 0 || tok_meter_contains(a, b) ||
      tok_meter_contains(b, a))
    return TOK_METER_N;
  for (int m = 0; m < TOK_METER_N; m++) {
    if (tok_meters[m].dims == (x->dims | y->dims))
      return (tok_meter)m;
  }
  return TOK_METER_N;
}

static bool has_line(const tok_cost_result *out, size_t n, tok_meter m) {
  for (size_t k = 0; k < n; k++) {
    if (out->lines[k].row->meter == m)
      return true;
  }
  return false;
}

/*
** What line i has in common with earlier ones, and no line pays for: the earlier one does, as
** tok_price says of such a meter.
*/
static int64_t paid_before(const tok_quantities *q, const tok_cost_result *out, size_t i) {
  tok_meter m = (tok_meter)out->lines[i].row->meter;
  int64_t paid = 0;
  for (size_t k = 0; k < i; k++) {
    tok_meter other = (tok_meter)out->lines[k].row->meter;
    tok_meter j = joint_of(m, other);
    if (j == TOK_METER_N || has_line(out, i, j))
      continue;
    int64_t both = q->quanta[j];
    if (both > out->lines[k].quanta)
      both = out->lines[k].quanta;
    if (both > 0 && !tok_add_i64(paid, both, &paid))
      return INT64_MAX;
  }
  return paid;
}

/*
** The parts of line i are `over` more than it. Where two of them cross and nobody reported how many
** are of both, so many are: the later line gives them up. Returns what is over still.
*/
static int64_t absorb(const tok_quantities *q, tok_cost_result *out, size_t i, int64_t over) {
  for (size_t k = i; k-- > 0 && over > 0;) {
    tok_meter late = (tok_meter)out->lines[k].row->meter;
    for (size_t j = 0; j < k && over > 0; j++) {
      tok_meter early = (tok_meter)out->lines[j].row->meter;
      tok_meter both_are = joint_of(late, early);
      if (!tok_meter_contains((tok_meter)out->lines[i].row->meter, late) ||
          both_are == TOK_METER_N || tok_quantities_has(q, both_are))
        continue;
      int64_t both = over;
      if (both > out->lines[k].quanta)
        both = out->lines[k].quanta;
      if (both > out->lines[j].quanta)
        both = out->lines[j].quanta;
      out->lines[k].quanta -= both;
      over -= both;
    }
  }
  return over;
}

/* Each line gets what its meter counted and no line inside it, or across it, pays for. */
static tok_status share(const tok_quantities *q, tok_cost_result *out) {
  for (size_t i = 0; i < out->n_lines; i++) {
    tok_meter m = (tok_meter)out->lines[i].row->meter;
    if (is_missing(q, m, &out->inner)) {
      out->outer = m;
      out->fault = TOK_COST_MISSING;
      return TOK_INVALID;
    }
    int64_t rest = q->quanta[m], paid = paid_before(q, out, i);
    rest -= paid < rest ? paid : rest;
    out->inner = m;
    for (size_t k = 0; k < i; k++) {
      tok_meter part = (tok_meter)out->lines[k].row->meter;
      if (part == m || !tok_meter_contains(m, part))
        continue;
      if (rest >= 0)
        out->inner = part;
      if (!tok_sub_i64(rest, out->lines[k].quanta, &rest))
        rest = -INT64_MAX;
    }
    if (rest < 0)
      rest = -absorb(q, out, i, -rest);
    if (rest < 0) {
      out->outer = m;
      out->fault = TOK_COST_SUM;
      return TOK_INVALID;
    }
    out->lines[i].quanta = rest;
  }
  return TOK_OK;
}

/* Sorts quantities without a price of their own: inside a priced meter, or inside none. */
static void find_unpriced(const tok_quantities *q, tok_cost_result *out) {
  out->unpriced = out->as_outer = 0;
  for (uint64_t in = q->given; in != 0; in &= in - 1) {
    tok_meter m = (tok_meter)__builtin_ctzll(in);
    bool paid = q->quanta[m] == 0, own = paid;
    for (size_t i = 0; i < out->n_lines && !own; i++) {
      own = out->lines[i].row->meter == m;
      paid |= tok_meter_contains((tok_meter)out->lines[i].row->meter, m);
    }
    if (!own)
      *(paid ? &out->as_outer : &out->unpriced) |= 1ULL << m;
  }
}

/* ---- money ----------------------------------------------------------------------------------- */

/*
** In pico-dollars x TOK_METER_DENOMINATOR x 100, for the percents of surcharges. What fits in the
** end is far from 2^127 here.
*/
static bool add_line(wide *sum, const tok_cost_line *line) {
  wide v = (wide)line->quanta * line->row->price_pico; /* 2^126 at most */
  int64_t scale = TOK_METER_DENOMINATOR / tok_meters[line->row->meter].per * (100 + line->percent);
  return !__builtin_mul_overflow(v, (wide)scale, &v) &&
         !__builtin_add_overflow(*sum, v, sum);
}

/* To nano-dollars, half to even. sum >= 0. */
static bool round_nano(wide sum, int64_t *nano) {
  const wide one = (wide)TOK_METER_DENOMINATOR * 1000 * 100;
  wide q = sum / one, twice = sum % one * 2;
  if (twice > one || (twice == one && (q & 1) != 0))
    q++;
  if (q > INT64_MAX)
    return false;
  *nano = (int64_t)q;
  return true;
}

int64_t tok_cost_line_nano(const tok_cost_line *line) {
  wide sum = 0;
  int64_t nano = 0;
  if (!add_line(&sum, line) || !round_nano(sum, &nano))
    return INT64_MAX;
  return nano;
}

tok_status tok_cost_sum(const tok_cost_line *lines, size_t n, int64_t *nano) {
  wide sum = 0;
  for (size_t i = 0; i < n; i++) {
    if (!add_line(&sum, &lines[i]))
      return TOK_OVERFLOW;
  }
  return round_nano(sum, nano) ? TOK_OK : TOK_OVERFLOW;
}

/* Does any of the rows that hold belong to the tier, or to the one in its place? */
static bool has_tier(const tok_price_row *const best[TOK_METER_N]) {
  for (size_t m = 0; m < TOK_METER_N; m++) {
    if (best[m] != NULL && best[m]->service_tier != TOK_TIER_STANDARD)
      return true;
  }
  return false;
}

/* Providers that bill at least so many seconds a request. */
static void raise_to_minimum(tok_quantities *q, int64_t minimum_seconds) {
  int64_t s =
      q->quanta[TOK_M_SECONDS] != 0 ? q->quanta[TOK_M_SECONDS] : q->quanta[TOK_M_INPUT_SECONDS];
  int64_t least = minimum_seconds * tok_meters[TOK_M_SECONDS].quantum;
  if (s == 0)
    return;
  tok_quantities_set(q, TOK_M_SECONDS, s > least ? s : least);
  tok_quantities_set(q, TOK_M_INPUT_SECONDS, s > least ? s : least);
}

tok_status tok_cost_of(tok_price_rows rows, const tok_quantities *quantities, int64_t at,
                       tok_tier tier, tok_cost_result *out) {
  const tok_price_row *best[TOK_METER_N];
  tok_quantities q = *quantities;
  out->n_lines = 0;
  out->cost_nano = 0;
  out->tier_unpriced = false;
  out->fault = tok_quantities_check(&q, &out->outer, &out->inner);
  if (out->fault != TOK_COST_FINE)
    return TOK_INVALID;
  if (rows.minimum_seconds > 0)
    raise_to_minimum(&q, rows.minimum_seconds);
  size_t n = tok_price_choose(rows, at, q.quanta[TOK_M_INPUT], tier, best);
  if (n == 0 && rows.n_rows > 0)
    return TOK_NOTFOUND;
  out->tier_unpriced =
      tier != TOK_TIER_STANDARD && !has_tier((const tok_price_row *const *)best);
  if (tier >= TOK_TIER_FAST && out->tier_unpriced)
    return TOK_NOTFOUND;
  if (!tok_quantities_has(&q, TOK_M_REQUESTS))
    tok_quantities_set(&q, TOK_M_REQUESTS, 1);
  lay_lines((const tok_price_row *const *)best, rows.percent, out);
  if (share(&q, out) != TOK_OK)
    return TOK_INVALID;
  q.given &= quantities->given;
  find_unpriced(&q, out);
  return tok_cost_sum(out->lines, out->n_lines, &out->cost_nano);
}

const tok_price_row *tok_price_at(tok_price_rows rows, tok_meter meter, int64_t at,
                                  int64_t total_input, tok_tier tier) {
  const tok_price_row *best[TOK_METER_N], *row = NULL;
  tok_price_choose(rows, at, total_input, tier, best);
  for (int m = 0; m < TOK_METER_N; m++) {
    if (best[m] == NULL || !tok_meter_contains((tok_meter)m, meter))
      continue;
    if (row == NULL || depth((tok_meter)m) > depth((tok_meter)row->meter))
      row = best[m];
  }
  return row;
}

double tok_price_usd(const tok_price_row *row) {
  const tok_meter_info *m = &tok_meters[row->meter];
  return (double)row->price_pico * (double)m->quote_num / (double)m->quote_den / 1e12;
}

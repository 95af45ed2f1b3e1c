/*
** What a request costs: quantities of meters x price rows -> nano-dollars, exactly.
**
** Quantities are inclusive (input counts cached tokens, output counts reasoning). Each priced meter
** pays for what no priced meter inside it pays for. What is of two meters, as cached sound is of
** cache_read and input_audio, and has no price of its own, is paid once, as cache_read; how much it
** is, where nobody reported it, is at least what the two are more than the whole. The long-context
** tier is a cliff: it is chosen once, by the whole input, and holds for every token of the request;
** so quantities summed over several requests must not be priced as one. The sum is exact (128-bit
** integers) and rounded once, half to even.
*/
#ifndef TOK_COST_H
#define TOK_COST_H

#include "list.h"

typedef struct {
  int64_t quanta[TOK_METER_N]; /* >= 0; in quanta of the meter (tok_meters[m].quantum) */
  uint64_t given;              /* bit m: the meter was reported, perhaps as 0 */
} tok_quantities;

static inline void tok_quantities_set(tok_quantities *q, tok_meter m, int64_t quanta) {
  q->quanta[m] = quanta;
  q->given |= 1ULL << m;
}
static inline void tok_quantities_unset(tok_quantities *q, tok_meter m) {
  q->quanta[m] = 0;
  q->given &= ~(1ULL << m);
}
static inline bool tok_quantities_has(const tok_quantities *q, tok_meter m) {
  return (q->given >> m & 1) != 0;
}

typedef struct {
  const tok_price_row *row;
  int64_t quanta;  /* what this row pays for */
  uint8_t percent; /* surcharge */
} tok_cost_line;

/* What is wrong with the quantities when tok_cost_of returns TOK_INVALID. */
typedef enum {
  TOK_COST_FINE,
  TOK_COST_EXCEEDS, /* inner is more than outer */
  TOK_COST_SUM, /* the parts of outer (cache_read and cache_write) are together more than outer */
  TOK_COST_MISSING /* inner is reported, outer, which is priced and contains it, is not */
} tok_cost_fault;

typedef struct {
  int64_t cost_nano;
  size_t n_lines;
  tok_cost_line
      lines[TOK_METER_N]; /* every meter with a price at that time, also those of quantity 0 */
  uint64_t unpriced;      /* bit m: a quantity that no row pays for */
  uint64_t as_outer;  /* bit m: a quantity without a price of its own, paid as what contains it */
  bool tier_unpriced; /* the service tier has no rows; standard ones were used, but from fast on */
  tok_cost_fault fault;
  tok_meter outer, inner;
} tok_cost_result;

typedef struct {
  const tok_price_row *rows; /* borrowed */
  size_t n_rows;
  int64_t minimum_seconds;
  const char *texts; /* borrowed; of rows with TOK_RANK_OVERRIDE, may be NULL if there are none */
  uint8_t percent;   /* surcharge on the list's prices of tokens, for this request */
} tok_price_rows;

static inline tok_price_rows tok_rows_of(const tok_price_model *m) {
  return (tok_price_rows){tok_prices.rows + m->first_row, m->n_rows, m->minimum_seconds, NULL, 0};
}

/* Does the row hold at some hours or on some weekdays only? */
static inline bool tok_price_is_windowed(const tok_price_row *r) {
  return r->minute_from != 0 || r->minute_to != TOK_MINUTES_A_DAY || r->weekdays != TOK_EVERY_DAY;
}

/* best[m]: the row that holds for meter m, or NULL. Returns how many there are. O(rows). */
size_t tok_price_choose(tok_price_rows rows, int64_t at, int64_t total_input, tok_tier tier,
                        const tok_price_row *best[TOK_METER_N]);

/*
** TOK_OK and out->cost_nano; TOK_INVALID and out->fault; TOK_NOTFOUND: no row holds at `at`, or
** none for fast or ultrafast; TOK_OVERFLOW: more than 9.2e18 nano-dollars. O(rows + meters^2).
*/
tok_status tok_cost_of(tok_price_rows rows, const tok_quantities *q, int64_t at, tok_tier tier,
                       tok_cost_result *out);

/* The exact cost of one line, rounded half to even on its own (lines need not add up to the total).
 */
int64_t tok_cost_line_nano(const tok_cost_line *line);

/* The exact sum of all lines, rounded half to even; TOK_OVERFLOW as above. */
tok_status tok_cost_sum(const tok_cost_line *lines, size_t n, int64_t *nano);

/*
** The row that prices `meter` at `at` for a request of total_input tokens, or NULL if the meter,
** and every meter that contains it, has none. The fall-back is nearest first.
*/
const tok_price_row *tok_price_at(tok_price_rows rows, tok_meter meter, int64_t at,
                                  int64_t total_input, tok_tier tier);

/* The price that a row is quoted at, in dollars per tok_meters[].unit. */
double tok_price_usd(const tok_price_row *row);

/* Do the quantities of input contradict themselves? TOK_COST_FINE, or the fault with its meters.
** Parts of the output are only held against it where they have prices of their own: what costs
** nothing may be reported in any way. */
tok_cost_fault tok_quantities_check(const tok_quantities *q, tok_meter *outer, tok_meter *inner);

#endif

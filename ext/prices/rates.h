/*
** The cost of plain requests as a linear function, prepared once for a model and used many times.
**
** A plain request counts whole input and output, and of them what the cache read and wrote and what
** was reasoning. As long as time and size stay between the same bounds of the price rows, its cost
** is a sum of quantity x rate, and nothing needs to be looked up:
**
**     tok_rates r;
**     if (tok_rates_hold(&r, at, tier, &q) || tok_rates_of(rows, at, tier, &q, &r))
**       if (tok_rates_cost(&r, &q, &nano)) …nano is what tok_cost_of computes…
**
** Whatever is not that simple (prices by the hour, contradicting or huge quantities) is refused
** here and left to tok_cost_of; what is answered equals its answer (tests/prices/test_rates.c).
*/
#ifndef TOK_RATES_H
#define TOK_RATES_H

#include "cost.h"

enum {
  TOK_PLAIN_INPUT,
  TOK_PLAIN_OUTPUT,
  TOK_PLAIN_CACHE_READ,
  TOK_PLAIN_CACHE_WRITE,
  TOK_PLAIN_CACHE_WRITE_1H,
  TOK_PLAIN_REASONING,
  TOK_PLAIN_N
};

/* The meter of each. */
extern const uint8_t tok_plain_meters[TOK_PLAIN_N];

typedef struct {
  int64_t n[TOK_PLAIN_N]; /* >= 0, and 0 where not given */
  uint32_t given;         /* bit i: n[i] was reported */
} tok_plain;

/* As quantities of meters, for tok_cost_of. */
void tok_plain_quantities(const tok_plain *p, tok_quantities *q);
/* The other way; false if something else was counted too. */
bool tok_plain_of(const tok_quantities *q, tok_plain *p);

typedef struct {
  int64_t from, to;          /* holds at from <= t < to */
  int64_t least, below;      /* and for least <= whole input < below */
  int64_t rate[TOK_PLAIN_N]; /* nano-dollars a million, less those of the whole that contains it */
  int64_t fee;               /* millionths of a nano-dollar a request */
  uint8_t tier;              /* tok_tier */
  uint8_t known;             /* 0: prepared for nothing yet */
  bool splits_reasoning;     /* reasoning has a price of its own, so it must fit into output */
} tok_rates;

/* Are these rates the ones for the request? */
static inline bool tok_rates_hold(const tok_rates *r, int64_t at, tok_tier tier,
                                  const tok_plain *p) {
  return r->known && r->tier == tier && at >= r->from && at < r->to &&
         p->n[TOK_PLAIN_INPUT] >= r->least && p->n[TOK_PLAIN_INPUT] < r->below;
}

/* Prepares the rates for requests such as this. False, and *r holds for nothing, if its cost is not
** linear or it has no price. O(rows). */
bool tok_rates_of(tok_price_rows rows, int64_t at, tok_tier tier, const tok_plain *p, tok_rates *r);

/* The cost, rounded half to even. False: tok_cost_of must say. */
bool tok_rates_cost(const tok_rates *r, const tok_plain *p, int64_t *nano);

#endif

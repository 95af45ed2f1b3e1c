/*
** The most that a request may cost of which only the size is known: what a budget has to hold so
** that the bill never exceeds it.
**
** Of the input any part may be read from a cache or written to it, for minutes or an hour, may be
** sound or pictures; of the output any part may be reasoning. So each token is priced as the
** dearest kind that it may be. A caller who knows better says so: at most so many tokens of a meter
** ({"cache_write":0}). What a request is given only if it asks is in it as far as it is said:
** another service tier than standard, inference_geo us, fees beside tokens ({"web_searches":3}).
**
**     tok_bounds b = {.input = 1200, .output = 800, .tier = TOK_TIER_STANDARD};
**     if (tok_cost_most(rows, &b, at, &nano) == TOK_OK) …no request within b costs more than nano…
**
** Guaranteed for requests of at most b.input and b.output tokens at the time `at`, by the rows
** given: tests/prices/test_most.c tries requests at random on every model of the list. The
** provider's own figure, if the ledger takes that, may be another.
*/
#ifndef TOK_MOST_H
#define TOK_MOST_H

#include "cost.h"
#include "../base/json.h"

typedef struct tok_bounds {
  int64_t input, output;       /* tokens, at most */
  int64_t quanta[TOK_METER_N]; /* of a meter at most so many, where bit m of `said` is set */
  uint64_t said;
  uint8_t tier;  /* tok_tier; TOK_TIER_N: none is said, which is standard */
  bool any_tier; /* auto: the provider chooses, but not a fast one */
  bool us_only;  /* inference_geo us */
} tok_bounds;

/* The type under which a statement binds one. */
#define TOK_BOUNDS_POINTER "tok_bounds"

/* Nothing is said. */
void tok_bounds_init(tok_bounds *b);

/*
** A member of a JSON object: a meter's name, with or without _tokens, and a count; "service_tier"
** or "inference_geo" and a word. TOK_OK; TOK_NOTFOUND: no such member; TOK_INVALID: *wrong says
** what it must be. `j` is at the value.
*/
tok_status tok_bounds_member(tok_bounds *b, tok_slice key, const tok_json *j, const char **wrong);

/*
** TOK_OK; TOK_NOTFOUND: no row holds at `at`; TOK_OVERFLOW. O(sizes * tiers * (rows + meters^2)).
*/
tok_status tok_cost_most(tok_price_rows rows, const tok_bounds *b, int64_t at, int64_t *nano);

#endif

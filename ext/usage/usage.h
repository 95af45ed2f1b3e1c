/*
** What a provider's response says that it used -> one canonical form.
**
**     tok_usage u;
**     switch (tok_usage_parse(body, provider, &u)) {
**     case TOK_OK:       …u.q, u.model…
**     case TOK_NOTFOUND: …well-formed, but nothing was counted…
**     default:           …u.wrong, u.member, u.at…
**     }
**
** Input: a response body, a bare usage object, an array of stream events, JSON Lines, or the text
** of a stream of server-sent events (one JSON document a `data:` line, or a document in several).
** Events of one response override each other, field by field: providers count cumulatively. Another
** response id, or another request's name in a batch's lines, starts another response, and responses
** are added up. Where JSON Lines, or the elements of an array, say no id, one that counts is a
** response of its own, but for the parts of a stream: those that say so, and those that count on
** where the one before did not end. The last event of a stream may be cut, since connections break:
** it is left out.
**
** One pass, no allocation, no recursion; texts in the result are borrowed from the input.
*/
#ifndef TOK_USAGE_H
#define TOK_USAGE_H

#include "../base/buf.h"
#include "../base/json.h"
#include "../prices/cost.h"
#include "../prices/usage_json.h"
#include "shapes.h"

enum {
  TOK_USAGE_QUERIES_MAX = 32,                    /* distinct web searches counted of one response */
  TOK_USAGE_ESCAPED_MAX = 6 * TOK_USAGE_PATH_MAX /* bytes; a byte is at most six, \u0000 */
};

typedef struct {
  tok_slice text;
  bool escaped; /* as written in JSON, with backslashes */
  uint8_t depth;
} tok_usage_text;

/* What was read of one event, or of the events of one response. */
typedef struct {
  int64_t value[TOK_USAGE_ROWS_MAX]; /* by row, where given */
  uint64_t given[(TOK_USAGE_ROWS_MAX + 63) / 64];
  bool any;      /* is any number given? */
  bool no_usage; /* of an event: its numbers are not to be counted */
  bool sum;      /* of other responses */
  bool part;     /* says that it is part of a stream */
  bool ended;    /* says that the response is over, or whole */
  bool own_key;
  tok_usage_text words[TOK_WORD_N];
  const char *mark; /* provider that a mark tells, or NULL */
  const char *tier; /* tier that a mark tells, or NULL */
  int64_t total;    /* -1: none */
  int64_t cost;     /* pico-dollars, -1: none */
  int64_t upstream;
  int64_t tools;                           /* calls of the web search tool */
  tok_usage_advisor advisors[TOK_ADVISORS_MAX];
  int n_advisors;
  bool advised; /* are the advisors said, if only that there are none? */
  uint64_t queries[TOK_USAGE_QUERIES_MAX]; /* hashes */
  int n_queries;
} tok_usage_raw;

typedef struct {
  tok_quantities q;
  tok_usage_text provider, model, response_id, service_tier; /* empty if unknown */
  tok_usage_text inference_geo; /* "us" where it was bound to that, else empty */
  int64_t cost_pico; /* 1e-12 dollars that the provider reports; 0: none */
  int64_t n_responses;
  tok_usage_advisor advisors[TOK_ADVISORS_MAX]; /* of all responses, one a model */
  int n_advisors;
  tok_shape shape;    /* of the last response */
  bool says_provider; /* is provider from a member of that name? */
  bool strange;       /* numbers were met, but none that is known */
  bool cut;           /* an event stream that ends within an event: the connection broke */
  bool no_input, no_output; /* of some response parts are known, but not the whole */
  /* on an error */
  tok_slice member;
  const char *wrong; /* the end of a sentence */
  char got[TOK_USAGE_GOT_BYTES]; /* how it goes on: `, got "many"`, or empty */
  size_t at;         /* bytes */
} tok_usage;

/*
** `provider` may be empty: then it is told by marks of the response, by its shape, or by the
** model's name. TOK_OK, TOK_NOTFOUND (no usage), TOK_INVALID or TOK_OVERFLOW. Linear time.
*/
tok_status tok_usage_parse(tok_slice text, tok_slice provider, tok_usage *out);

/* The canonical JSON (SPEC section 3), zero subsets left out. */
void tok_usage_print(const tok_usage *u, tok_buf *b);
/*
** Of that, what is no column of the ledger: searches, audio, the region. Nothing if there is none.
*/
void tok_usage_print_meters(const tok_usage *u, tok_buf *b);

/*
** What the canonical JSON calls a subset or a fee; NULL: input, output and what it has no name for.
*/
const char *tok_usage_name(tok_meter m);

/* ---- steps of it ----------------------------------------------------------------------------- */

/*
** A name or a word with its escapes undone, in `room` if it has any. What is longer than a known
** one can be stays as it is.
*/
tok_slice tok_usage_undone(tok_slice raw, bool escaped, char room[TOK_USAGE_ESCAPED_MAX]);
/* Starts a raw reading. */
void tok_usage_clear(tok_usage_raw *r);
/* Lays an event over what its response said before. */
void tok_usage_merge(tok_usage_raw *into, const tok_usage_raw *event);
/*
** Adds what a model used as an advisor to what it used before. False: too many models, or more
** than fits in 64 bits.
*/
bool tok_usage_advise(tok_usage_advisor advisors[TOK_ADVISORS_MAX], int *n,
                      const tok_usage_advisor *one);
/* May the event be a later part of that response, of streams whose parts say no id? */
bool tok_usage_goes_on(const tok_usage_raw *response, const tok_usage_raw *event);
/*
** Applies the shape; adds the response to `out`. `lenient`: parts larger than the whole are cut to
** it in canonical objects too, and a provider that nothing tells is guessed. TOK_NOTFOUND if
** nothing was counted; TOK_OVERFLOW with out->wrong.
*/
tok_status tok_usage_settle(const tok_usage_raw *r, tok_slice provider, bool lenient,
                            tok_usage *out);
/*
** Reads a text as tok_usage_parse does, or exactly one object (single), of which every member that
** is known must be a number; see usage.c.
*/
tok_status tok_usage_walk(tok_slice text, tok_slice provider, bool single, tok_usage *out);

#endif

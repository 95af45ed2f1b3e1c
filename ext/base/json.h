/*
** A pull reader of JSON (RFC 8259): strict, bounded depth, no allocation, no recursion.
**
**     tok_json j;
**     tok_json_init(&j, text);
**     while (tok_json_next(&j) != TOK_JSON_END) {
**       if (j.event == TOK_JSON_ERROR) return malformed;   // at byte j.at
**       …j.event, j.depth, j.text…
**     }
**
** Texts are borrowed from the input. Strings are given raw, without their quotes and with escapes
** as written (j.escaped says whether there are any); numbers as written. Linear time.
*/
#ifndef TOK_JSON_H
#define TOK_JSON_H

#include "base.h"

enum { TOK_JSON_DEPTH_MAX = 64 }; /* deepest provider response seen: 14; one bit each */

typedef enum {
  TOK_JSON_END,
  TOK_JSON_ERROR,
  TOK_JSON_OBJECT,
  TOK_JSON_OBJECT_END,
  TOK_JSON_ARRAY,
  TOK_JSON_ARRAY_END,
  TOK_JSON_KEY,
  TOK_JSON_STRING,
  TOK_JSON_NUMBER,
  TOK_JSON_TRUE,
  TOK_JSON_FALSE,
  TOK_JSON_NULL
} tok_json_event;

typedef struct {
  tok_json_event event;
  tok_slice text; /* of KEY, STRING and NUMBER */
  bool escaped;
  int depth; /* open objects and arrays; inside the event's own for OBJECT and ARRAY, outside for
                their ends */
  size_t at; /* bytes read */
  /* set after init: the text is any number of documents one after the other (JSON Lines) */
  bool many;
  /*
  ** set after init: its lines begin with "data:", but the first, which is past it, as in a stream
  ** of server-sent events; the first that does not ends the text
  */
  bool data_lines;
  /* private */
  tok_slice in;
  uint64_t objects; /* bit d: is depth d+1 an object? */
  int expect;
} tok_json;

void tok_json_init(tok_json *j, tok_slice text);
/* Reads on; returns j->event. After END or ERROR it stays there. */
tok_json_event tok_json_next(tok_json *j);
/* After OBJECT or ARRAY: reads past its end. After KEY: past its value. False on an error. */
bool tok_json_skip(tok_json *j);
/* The number as int64: integers, and reals that are integral such as 1e3 or 12.0. TOK_OK;
** TOK_INVALID if it has a fraction, and for text that is no number; TOK_OVERFLOW. `scale`
** multiplies first: with 1000000, 754.5 is 754500000. */
tok_status tok_json_int(tok_slice number, int64_t scale, int64_t *out);
/* The number times `scale` (a power of ten), rounded half to even. TOK_OK or TOK_OVERFLOW. */
tok_status tok_json_fixed(tok_slice number, int64_t scale, int64_t *out);
/*
** The text of a string as given above, escapes undone, to `out`, which has room for raw.len bytes.
** Returns its bytes. Half a surrogate pair becomes U+FFFD.
*/
size_t tok_json_unescape(tok_slice raw, char *out);
/*
** After ERROR: does the text end where more of it was expected? What there is may be malformed,
** too.
*/
bool tok_json_cut(const tok_json *j);
/* After ERROR: was it that TOK_JSON_DEPTH_MAX objects and arrays are open? */
bool tok_json_too_deep(const tok_json *j);

#endif

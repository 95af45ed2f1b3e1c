/*
** Lists of token ids as JSON, strictly: [1, 2, 3], integers only, no signs but '-', no leading
** zeros. Not a general JSON reader: a list of a million ids is read in place, without memory and
** exactly.
*/
#ifndef TOK_DECODE_H
#define TOK_DECODE_H

#include "../base/buf.h"
#include "tokens.h"

/* What was wrong with a list. */
typedef struct {
  size_t at;    /* byte offset into the JSON, of the offending character or number */
  tok_slice id; /* the number that is no id, as written; empty if the JSON is malformed */
} tok_decode_error;

/*
** Appends the bytes of all ids to `out`. TOK_INVALID: not such a list, or (id not empty) not an id
** of this vocabulary; *error says where. TOK_NOMEM and TOK_TOOBIG come from `out`. Special ids give
** their names.
*/
tok_status tok_decode_json(const tok_vocab *v, tok_slice json, tok_buf *out,
                           tok_decode_error *error);

#endif

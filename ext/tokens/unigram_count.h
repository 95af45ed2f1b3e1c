/*
** unigram_count: how many tokens a unigram model makes of a text, word by word.
**
** Where no token has a blank behind something else, every way to cut the text passes the beginning
** of each run of blanks; so each word, with the blanks before it, is a problem of its own, and what
** is found for it is remembered. Only rounding joins it to what stands before: SentencePiece adds
** scores as floats from the beginning of the text on. So a word is remembered with the scores of
** its tokens, which are added as they would have been, and with the distance to the second-best
** way: where rounding could make up for it, the word is run again.
*/
#ifndef TOK_UNIGRAM_COUNT_H
#define TOK_UNIGRAM_COUNT_H

#include "engine.h"
#include "imported.h"

/*
** Adds the tokens of a normalized text to *n, up to the word where they are more than `limit`.
** steps: scratch. TOK_NOMEM.
*/
tok_status tok_unigram_count(tok_engine *e, const struct tok_extra *x, tok_slice text,
                             tok_buf *steps, int64_t limit, int64_t *n);

#endif

/*
** scan: the pre-tokenizers. Each encoding family cuts a text into pieces with a regular expression;
** here each is a hand-written scanner: given where a piece starts, it tells where the piece ends.
**
** A piece depends only on the text from its start on (the expressions have no look-behind), so
** scanning can start at any known piece boundary. Every scanner takes time linear in the run of
** characters of one class that it meets; scanning a whole text is linear, without recursion.
*/
#ifndef TOK_SCAN_H
#define TOK_SCAN_H

#include "../base/base.h"

typedef enum { TOK_FAMILY_R50K, TOK_FAMILY_CL100K, TOK_FAMILY_O200K } tok_family;

/*
** The end of the piece that starts at `pos`, pos < end. `end` is the end of the text, where `$`
** matches. Returns a position in (pos, end].
*/
size_t tok_scan(tok_family family, const uint8_t *text, size_t pos, size_t end);

/*
** Bytes of a contraction at pos <= end ('s 't 'd 'm 'll 've 're), 0 if there is none. With fold,
** case is ignored by Unicode's rules, so U+017F (long s) counts as s.
*/
size_t tok_contraction(const uint8_t *text, size_t pos, size_t end, bool fold);

/* The regular expression that a family's scanner implements. */
const char *tok_family_pattern(tok_family family);

#endif

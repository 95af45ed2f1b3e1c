/*
** merges_build: makes the table of merges.h. Used while building, by mkvocab.
*/
#ifndef TOK_MERGES_BUILD_H
#define TOK_MERGES_BUILD_H

#include "merges.h"
#include "ranks.h"

/* The table and the memory that it stands in. */
typedef struct {
  tok_merges merges;
  void *memory; /* owned, both arrays of `merges` */
} tok_merge_tables;

/*
** The two tokens that the encoding of a token's n >= 2 bytes at p has before its last merge. False
** where it does not end in one token.
*/
bool tok_last_merge(const tok_ranks *r, const uint8_t *p, size_t n, uint32_t *left,
                    uint32_t *right);

/*
** Of a vocabulary where every token encodes to itself, and those of bytes have the first 256 ids;
** TOK_INVALID where that is not so. TOK_TOOBIG: its number of ids is so close to a power of two
** that no table was found. TOK_NOMEM. On failure nothing is owned.
*/
tok_status tok_merges_build(const tok_ranks *r, tok_merge_tables *out);
void tok_merges_free(tok_merge_tables *t);

#endif

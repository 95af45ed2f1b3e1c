/*
** ranks_build: makes the tables of ranks.h from a list of tokens. Used while building (mkvocab, for
** the embedded vocabularies) and at run time, for imported ones.
*/
#ifndef TOK_RANKS_BUILD_H
#define TOK_RANKS_BUILD_H

#include "ranks.h"

enum {
  TOK_RANK_BYTES_MAX = 1024, /* longest token; known are runs of that many blanks (Claude 2) */
  TOK_RANK_IDS_MAX = 1 << TOK_ID_BITS,
  /* cross8, cross8_both, cross_bloom */
  TOK_BARRIER_BYTES = 2 * TOK_CROSS8_BYTES + (1 << (TOK_CROSS_BLOOM_BITS - 3))
};

typedef struct {
  const uint8_t *bytes; /* borrowed; 16 of them may be read, also of a shorter one */
  uint32_t n;           /* 0: no token has this rank */
  /*
  ** Never made by merging (the merges of its bytes end elsewhere), only taken where it is a piece
  ** of its own. No segment of a longer piece may look like one, so merge barriers beside it are
  ** lifted.
  */
  bool whole_only;
} tok_rank_token;

/* Where the last build of the same list ended: spares the search. Wrong hints only cost time. */
typedef struct {
  uint64_t seed;
  const uint8_t *displacement; /* two bytes each, little-endian; NULL: none */
  size_t n_bytes;
  /* TOK_BARRIER_BYTES; NULL: none. Wrong ones give wrong counts, nothing worse */
  const uint8_t *barriers;
  bool dense; /* search longer for smaller tables; not for a hint with a displacement */
} tok_rank_hint;

/* The tables and the memory that they stand in. */
typedef struct {
  tok_ranks ranks;
  void *memory;        /* owned, all arrays of `ranks` */
  size_t n_long_bytes; /* of ranks.long_bytes */
} tok_rank_tables;

typedef struct {
  uint32_t rank; /* of the offending token, or TOK_RANK_NONE */
  int byte;      /* the byte that has no token, or -1 */
} tok_rank_error;

/*
** tokens[0..n), by rank; hint may be NULL. TOK_INVALID: two tokens are equal, a byte has no token,
** one is longer than TOK_RANK_BYTES_MAX; *error says which. TOK_TOOBIG: n is 0 or above
** TOK_RANK_IDS_MAX. TOK_NOMEM. On failure nothing is owned.
*/
tok_status tok_ranks_build(const tok_rank_token *tokens, uint32_t n, const tok_rank_hint *hint,
                           tok_rank_tables *out, tok_rank_error *error);
void tok_ranks_free(tok_rank_tables *t);

#endif

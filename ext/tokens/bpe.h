/*
** bpe: byte-pair encoding of one piece: merge the adjacent pair whose concatenation has the lowest
** rank, the leftmost of equals, until no pair is a token.
**
** Pieces of any length take linear time and bounded memory. Long ones are encoded in windows that
** overlap: a sequence of tokens is the encoding of a text exactly if each adjacent pair is the
** encoding of its own bytes (van Antwerpen & Neubeck, crate bpe; the precondition, that every token
** encodes to itself, holds for all embedded vocabularies and is tested). A window's tokens before a
** cut are kept if the encoding of the window that starts at the cut begins with the same token as
** the first window has there; and that second encoding is the one whose tokens are kept next. So
** every adjacent pair that is ever put out stood side by side in some encoding, whatever later
** bytes might have changed. Where the two disagree the window is too small to know, and doubles.
*/
#ifndef TOK_BPE_H
#define TOK_BPE_H

#include "ranks.h"

enum {
  TOK_BPE_SMALL = 64,        /* bytes of a window whose boundaries fit one word */
  TOK_BPE_WINDOW_MAX = 32768 /* bytes; no known text needs more than a few hundred */
};

/*
** Scratch of one engine. The large arrays are allocated on first need and hold `cap` window bytes,
** 12 bytes each and a little: at most 0.4 MB.
*/
typedef struct {
  uint32_t small_id[2][TOK_BPE_SMALL]; /* ids of this window and of the next one, by start */
  uint32_t out[2 * TOK_BPE_SMALL];     /* ids in order */
  uint32_t *rank;                      /* [cap] rank of the pair whose left token starts here */
  uint32_t *id;                        /* [cap] id of the token that starts here */
  uint32_t *big_out;                   /* [cap] ids in order */
  uint32_t *best;                      /* [cap / 64] lowest rank in the block */
  /* [cap / 64 + 1] bit: a token starts here; the end is one too */
  uint64_t *boundary;
  size_t cap;
} tok_bpe_scratch;

/* Frees the arrays, not `s` itself. A zeroed struct is a valid empty scratch. */
void tok_bpe_scratch_free(tok_bpe_scratch *s);

/* A piece being encoded. Set p and n, zero the rest. */
typedef struct {
  const uint8_t *p;
  size_t n;      /* bytes in it, at least 1 */
  size_t at;     /* bytes encoded so far */
  /* private */
  uint64_t mask; /* starts of the 64-byte window at `at`, where already encoded; else 0 */
  int flip;      /* which small_id[] holds their ids */
  size_t window; /* bytes of the larger window in use; 0: none */
  bool parsed;   /* the scratch holds that window's encoding at `at` */
  /* bytes of the first token at `at` that the tokens before it were checked with; 0: any */
  size_t expect;
} tok_bpe_piece;

/*
** The next tokens of a piece: *n of them in *ids (borrowed until the next call; pass NULL for ids
** where only the number is wanted). Advances piece->at; the piece is done when at == n. Errors:
** TOK_NOMEM; TOK_TOOBIG where a window of TOK_BPE_WINDOW_MAX bytes does not settle (not known to be
** reachable: the influence of later bytes ends where ranks can fall no further). One implementation
** per instruction set, see kernel.h.
*/
typedef tok_status tok_bpe_step_func(const tok_ranks *r, tok_bpe_scratch *s, tok_bpe_piece *piece,
                                     const uint32_t **ids, size_t *n);

#endif

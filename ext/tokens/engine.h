/*
** engine: one connection's scratch and caches, and the kernel that it runs. Private to the room.
**
** A kernel is the counting pipeline compiled for one instruction set; all kernels give identical results.
*/
#ifndef TOK_ENGINE_H
#define TOK_ENGINE_H

#include "blocks.h"
#include "bpe.h"
#include "vocab.h"

enum {
  TOK_CACHE_SETS = 1 << 14,      /* short pieces: sets of two 16-byte entries, 512 KB */
  TOK_LONG_CACHE_SETS = 1 << 13, /* pieces of 16..30 bytes: one 32-byte entry each, 256 KB */
  TOK_LONG_KEY_MAX = 30,
  TOK_STARTS = 512,     /* pieces handled at a time; their text and keys stay in the first-level cache */
  TOK_STARTS_SLACK = 80 /* a block adds up to 64 starts and may write 15 entries behind them */
};

/* A piece of 16..30 bytes, its length, its tokens. */
typedef struct {
  uint8_t bytes[TOK_LONG_KEY_MAX];
  uint8_t len, count;
} tok_long_entry;

/*
** What has been counted before, for one vocabulary: direct-mapped, overwritten, never grown, so a hostile text
** can make it useless but not larger. A short entry is the piece's key with its tokens in the top 4 bits.
*/
typedef struct {
  const tok_ranks *ranks; /* the vocabulary that the entries belong to; NULL: empty */
  tok_key (*shorts)[2];   /* [TOK_CACHE_SETS]; owned, NULL until needed or where memory is short */
  tok_long_entry *longs;  /* [TOK_LONG_CACHE_SETS]; in the same allocation */
} tok_cache;

typedef struct {
  const char *name;
  bool (*supported)(void); /* by this processor */
  /* tok_count */
  tok_status (*count)(tok_engine *e, const tok_vocab *v, tok_slice text, int64_t limit, int64_t *n);
  /*
  ** Appends starts of pieces to starts[n..] until at least `want` are there or the text ends
  ** (b->pos == b->len). starts has room for want + TOK_STARTS_SLACK. Returns the new n.
  */
  size_t (*fill)(tok_blocks *b, tok_family family, uint32_t *starts, size_t n, size_t want);
  tok_bpe_step_func *bpe_step;
} tok_kernel;

extern const tok_kernel tok_kernel_portable, tok_kernel_vector, tok_kernel_avx2, tok_kernel_avx512;

/* Every kernel of this build, best first; NULL behind the last. */
extern const tok_kernel *const tok_kernels[];

struct tok_engine {
  const tok_kernel *kernel;
  tok_bpe_scratch scratch;
  tok_bpe_piece piece; /* of the iterator, while a long piece is under way */
  tok_cache cache[2];  /* two vocabularies at a time; cache[0] is the last used */
};

/* The cache of a vocabulary, moved to cache[0]; emptied if it was another's. NULL where memory is short. */
tok_cache *tok_engine_cache(tok_engine *e, const tok_ranks *r);

#endif

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
  TOK_SHORT_KEY_MAX = 15,
  TOK_MID_KEY_MAX = 30,
  TOK_LONG_KEY_MAX = 62,
  TOK_STARTS = 512,     /* pieces handled at a time; their text and keys stay in the first-level cache */
  TOK_STARTS_SLACK = 80 /* a block adds up to 64 starts and may write 15 entries behind them */
};

/*
** What has been counted before, for one vocabulary. Direct-mapped, overwritten; grows by four with what is
** put in, up to a fixed size, so a hostile text can make it useless but not larger.
**   shorts  pieces of up to 15 bytes: sets of two keys (ranks.h) with their tokens in the top 4 bits
**   mids    16..30 bytes: the bytes, zero-padded; length; tokens
**   longs   31..62 bytes: likewise
** Sizes go together: with 4^k sets of shorts come a fourth as many mids and a sixteenth as many longs.
*/
typedef struct {
  uint8_t bytes[TOK_MID_KEY_MAX];
  uint8_t len, count;
} tok_mid_entry;

typedef struct {
  uint8_t bytes[TOK_LONG_KEY_MAX];
  uint8_t len, count;
} tok_long_entry;

enum {
  TOK_CACHE_SETS_MIN = 1 << 12, /* 176 KB in all */
  TOK_CACHE_SETS_MAX = 1 << 16, /* 2.8 MB in all */
  TOK_CACHE_SETS_2ND = 1 << 14  /* ceiling of the second vocabulary's: 0.7 MB */
};

typedef struct {
  const tok_ranks *ranks; /* the vocabulary that the entries belong to; NULL: none */
  tok_key (*shorts)[2];   /* [n_sets]; owns the one allocation of all three */
  tok_mid_entry *mids;    /* [n_sets / 4] */
  tok_long_entry *longs;  /* [n_sets / 16] */
  uint32_t n_sets;        /* power of two */
  uint32_t n_sets_max;
  uint32_t n_added; /* since the last growth */
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
  tok_cache cache[2];  /* of two vocabularies; the first one used may have more */
};

/*
** The cache of a vocabulary; NULL where memory is short, or where both are taken by others and `n_bytes` of
** text are too few to be worth emptying one.
*/
tok_cache *tok_engine_cache(tok_engine *e, const tok_ranks *r, size_t n_bytes);

/* Makes the cache larger if enough has been added. Entries move: pointers into it become invalid. */
void tok_cache_grow(tok_cache *c);

static inline bool tok_cache_full(const tok_cache *c) {
  return c->n_added > c->n_sets && c->n_sets < c->n_sets_max;
}

/* The bits above a key's length hold its tokens, 1..15. */
enum { TOK_CACHE_COUNT_SHIFT = 60 };

static inline tok_key tok_cache_key(tok_key entry) {
  entry.hi &= ((uint64_t)1 << TOK_CACHE_COUNT_SHIFT) - 1;
  return entry;
}

static inline tok_key *tok_cache_set(const tok_cache *c, uint64_t key_hash) {
  return c->shorts[key_hash >> 20 & (c->n_sets - 1)];
}

static inline void tok_cache_put(tok_key *set, tok_key entry) {
  set[1] = set[0];
  set[0] = entry;
}

/* Tokens of a key in its set, 0 if it is not there. */
static inline int64_t tok_cache_get(const tok_key *set, tok_key k) {
  for (int way = 0; way < 2; way++) {
    if (set[way].lo == k.lo && tok_cache_key(set[way]).hi == k.hi) {
      return (int64_t)(set[way].hi >> TOK_CACHE_COUNT_SHIFT);
    }
  }
  return 0;
}

static inline uint64_t tok_cache_hash(const uint8_t *p, size_t n) {
  uint64_t h = n * 0x9E3779B97F4A7C15u, w;
  for (size_t i = 0; i + 8 <= n; i += 8) {
    memcpy(&w, p + i, 8);
    h = (h ^ w) * 0xD6E8FEB86659FD93u;
    h ^= h >> 32;
  }
  memcpy(&w, p + n - 8, 8);
  return (h ^ w) * 0xD6E8FEB86659FD93u >> 32;
}

/* The one entry where n bytes at p can be: 16..30, 31..62 of them. */
static inline tok_mid_entry *tok_cache_mid(const tok_cache *c, const uint8_t *p, size_t n) {
  return &c->mids[tok_cache_hash(p, n) & (c->n_sets / 4 - 1)];
}

static inline tok_long_entry *tok_cache_long(const tok_cache *c, const uint8_t *p, size_t n) {
  return &c->longs[tok_cache_hash(p, n) & (c->n_sets / 16 - 1)];
}

#endif

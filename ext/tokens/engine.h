/*
** engine: one connection's scratch and caches, and the kernel that it runs. Private to the room.
**
** A kernel is the counting pipeline compiled for one instruction set; all kernels give identical
** results.
*/
#ifndef TOK_ENGINE_H
#define TOK_ENGINE_H

#include "blocks.h"
#include "bpe.h"
#include "vocab.h"

enum {
  TOK_SHORT_KEY_MAX = 15,
  TOK_MID_KEY_MAX = 30,
  TOK_LONG_KEY_MAX = 126,
  TOK_STARTS = 512,     /* pieces handled at a time; their text and keys stay in the first-level cache */
  TOK_ITER_STARTS = 64, /* the same for the iterator, which may stop after a few */
  TOK_STARTS_SLACK = 80 /* a block adds up to 64 starts and may write 15 entries behind them */
};

/*
** What has been counted before, for one vocabulary. Each piece has one or two cache lines where it
** can be; entries are overwritten there. The cache grows with what is put in, up to a fixed size,
** so a hostile text can make it useless but not larger.
**   shorts  pieces of up to 15 bytes: lines of four keys (ranks.h) with their tokens in the top 4
**           bits; two lines each, which fills the cache to 90 % before entries are lost
**   mids    16..30 bytes: lines of two entries: the bytes, zero-padded; length; tokens
**   longs   31..126 bytes: one entry in two lines, likewise
*/
typedef struct {
  tok_key way[4];
} tok_short_line;

typedef struct {
  uint8_t bytes[TOK_MID_KEY_MAX];
  uint8_t len, count;
} tok_mid_entry;

typedef struct {
  tok_mid_entry way[2];
} tok_mid_line;

typedef struct {
  uint8_t bytes[TOK_LONG_KEY_MAX];
  uint8_t len, count;
} tok_long_entry;

enum {
  TOK_LINE_BYTES = 64,
  TOK_CACHE_LINES_MIN = 1 << 10, /* of shorts; 112 KB in all */
  TOK_CACHE_LINES_MAX = 1 << 15, /* 3.5 MB in all */
  TOK_CACHE_LINES_2ND = 1 << 11, /* ceiling of the second vocabulary's: 0.2 MB */
  TOK_MIDS_SHIFT = 1,            /* half as many lines of mids */
  TOK_LONGS_SHIFT = 3            /* an eighth as many entries of longs, of two lines each */
};

typedef struct {
  const tok_ranks *ranks; /* the vocabulary that the entries belong to; NULL: none */
  void *memory;           /* owned: all three arrays, aligned inside to a cache line */
  tok_short_line *shorts; /* [n_lines] */
  tok_mid_line *mids;     /* [n_lines >> TOK_MIDS_SHIFT] */
  tok_long_entry *longs;  /* [n_lines >> TOK_LONGS_SHIFT] */
  uint32_t n_lines;       /* power of two */
  uint32_t n_lines_max;
  uint32_t n_added; /* since the last growth, weighted */
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
  tok_cache cache[2]; /* of two vocabularies; the first one used may have more */
  /* Of the iterator: the long piece under way, and starts of pieces found ahead of it. */
  tok_bpe_piece piece;
  tok_blocks blocks;
  uint32_t starts[TOK_ITER_STARTS + TOK_STARTS_SLACK]; /* offsets from blocks.text */
  size_t n_starts, i_start;
  struct tok_extra_state *extra; /* owned; of imported vocabularies, NULL until one is used */
};

/*
** The cache of a vocabulary; NULL where memory is short, or where both are taken by others and
** `n_bytes` of text are too few to be worth emptying one.
*/
tok_cache *tok_engine_cache(tok_engine *e, const tok_ranks *r, size_t n_bytes);

/*
** Makes the cache larger if enough has been added. Entries move: pointers into it become invalid.
*/
void tok_cache_grow(tok_cache *c);

/* What a piece counts for towards growing: there is less room for longer ones. */
static inline uint32_t tok_cache_weight(size_t n_bytes) {
  return n_bytes <= TOK_SHORT_KEY_MAX ? 1 : n_bytes <= TOK_MID_KEY_MAX ? 2 : 8;
}

static inline bool tok_cache_full(const tok_cache *c) {
  return c->n_added > 2 * c->n_lines && c->n_lines < c->n_lines_max;
}

/* The bits above a key's length hold its tokens, 1..15. */
enum { TOK_CACHE_COUNT_SHIFT = 60 };

/* The two lines (which = 0, 1) where a key of this hash can be. */
static inline tok_short_line *tok_cache_short(const tok_cache *c, uint64_t key_hash, int which) {
  return &c->shorts[key_hash >> (which ? 44 : 20) & (c->n_lines - 1)];
}

/*
** Puts an entry into an empty place of either line, or over the one that `random` picks: with a
** text that comes round again and does not fit, putting out the oldest would lose every entry just
** before it is needed.
*/
static inline void tok_cache_put_short(tok_cache *c, uint64_t key_hash, tok_key entry, uint32_t random) {
  tok_key *place = &tok_cache_short(c, key_hash, random >> 2 & 1)->way[random & 3];
  for (int i = 7; i >= 0; i--) {
    tok_key *at = &tok_cache_short(c, key_hash, i / 4)->way[i & 3];
    place = at->hi == 0 ? at : place;
  }
  *place = entry;
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

/* The one line where n bytes at p can be: 16..30, 31..126 of them. */
static inline tok_mid_line *tok_cache_mid(const tok_cache *c, const uint8_t *p, size_t n) {
  return &c->mids[tok_cache_hash(p, n) & ((c->n_lines >> TOK_MIDS_SHIFT) - 1)];
}

static inline tok_long_entry *tok_cache_long(const tok_cache *c, const uint8_t *p, size_t n) {
  return &c->longs[tok_cache_hash(p, n) & ((c->n_lines >> TOK_LONGS_SHIFT) - 1)];
}

static inline void tok_cache_put_mid(tok_mid_line *line, const tok_mid_entry *entry, uint32_t random) {
  line->way[line->way[0].len == 0 ? 0 : line->way[1].len == 0 ? 1 : random >> 1 & 1] = *entry;
}

static inline int64_t tok_cache_get_mid(const tok_mid_line *line, const uint8_t *p, size_t n) {
  for (int w = 0; w < 2; w++) {
    if (line->way[w].len == n && memcmp(line->way[w].bytes, p, n) == 0) return line->way[w].count;
  }
  return 0;
}

#endif

/*
** kernel: the counting pipeline, included once per instruction set by kernel_*.c.
**
**   fill    64 bytes at a time, the starts of pieces (blocks.h) into an array
**   probe   a branch-free loop over the pieces: one perfect-hash probe each; those that are no token go to a
**           list of misses. A piece that is a token counts 1, so the count is the number of pieces plus what
**           the misses have beyond 1.
**   misses  the dynamic cache; then merge barriers cut what is not ASCII into short segments, which are probed
**           and cached in their turn; what remains is encoded.
**
** The including file defines TOK_KERNEL_NAME ("avx2"), TOK_KERNEL (the symbol), kernel_supported(), and
** either KERNEL_SCALAR or the two functions
**   static inline void classify(const uint8_t *p, size_t n, tok_masks *m)   masks of n <= 64 bytes at p
**   static inline void classify_high(const uint8_t *p, size_t n, tok_masks *m)   the masks high blocks need
**   static inline size_t emit(uint64_t bits, uint32_t base, uint32_t *out)  base + the index of each bit
*/
#include "bpe_impl.h"
#include "engine.h"

/* ---- fill ------------------------------------------------------------------------------------- */

#ifdef KERNEL_SCALAR

static size_t kernel_fill(tok_blocks *b, tok_family family, uint32_t *starts, size_t n, size_t want) {
  while (n < want && b->pos < b->len) {
    starts[n++] = (uint32_t)b->pos;
    b->pos = tok_scan(family, b->text, b->pos, b->len);
  }
  return n;
}

#else

/* From a block that the masks can't settle to the first boundary at or behind its end. */
static size_t fill_by_scanner(tok_blocks *b, tok_family family, unsigned size, uint32_t *starts,
                              size_t n) {
  size_t end = b->pos + size, at = b->fresh ? b->pos : b->open;
  if (b->fresh) starts[n++] = (uint32_t)at;
  size_t next = tok_scan(family, b->text, at, b->len);
  while (next < end) {
    at = next;
    starts[n++] = (uint32_t)at;
    next = tok_scan(family, b->text, at, b->len);
  }
  tok_blocks fresh = {.text = b->text, .len = b->len, .pos = next, .open = at, .fresh = 1};
  *b = fresh;
  return n;
}

static inline size_t fill_block(tok_blocks *b, tok_family family, uint32_t *starts, size_t n) {
  const uint8_t *p = b->text + b->pos;
  size_t left = b->len - b->pos;
  unsigned size = left < 64 ? (unsigned)left : 64;
  tok_masks m;
  bool hard = false;
  classify(p, size, &m);
  if (m.high != 0) {
    classify_high(p, size, &m);
    size = block_size(b, m.high, m.cont);
    uint64_t valid = ~(uint64_t)0 >> (64 - size);
    m.letter &= valid, m.number &= valid, m.space &= valid, m.newline &= valid, m.other &= valid;
    m.upper &= valid, m.blank &= valid, m.quote &= valid, m.slash &= valid;
    if (!put_high(&m, family, p, size)) return fill_by_scanner(b, family, size, starts, n);
  }
  uint64_t bits = family == TOK_FAMILY_R50K ? starts_r50k(b, &m, size, &hard)
                                            : starts_words(b, family, &m, size, &hard);
  if (hard) return fill_by_scanner(b, family, size, starts, n);
  n += emit(bits, (uint32_t)b->pos, starts + n);
  if (bits != 0) b->open = b->pos + highest_bit(bits);
  b->pos += size;
  b->fresh = 0;
  return n;
}

static inline size_t fill_family(tok_blocks *b, tok_family family, uint32_t *starts, size_t n,
                                 size_t want) {
  while (n < want && b->pos < b->len) n = fill_block(b, family, starts, n);
  return n;
}

static size_t kernel_fill(tok_blocks *b, tok_family family, uint32_t *starts, size_t n, size_t want) {
  switch (family) { /* so that each gets code of its own */
  case TOK_FAMILY_R50K:
    return fill_family(b, TOK_FAMILY_R50K, starts, n, want);
  case TOK_FAMILY_CL100K:
    return fill_family(b, TOK_FAMILY_CL100K, starts, n, want);
  case TOK_FAMILY_O200K:
    break;
  }
  return fill_family(b, TOK_FAMILY_O200K, starts, n, want);
}

#endif

/* ---- probe ------------------------------------------------------------------------------------ */

static inline unsigned key_length(size_t n) { return n < 16 ? (unsigned)n : 16; }

/*
** Probes pieces i..n-1, of which 16 bytes may be read at each start (p + starts[i]). Appends to misses the
** numbers of those that are no token of up to 15 bytes.
*/
static inline size_t probe(const tok_ranks *r, const uint8_t *p, const uint32_t *starts, size_t i,
                           size_t n, uint16_t *misses, size_t n_misses) {
  const tok_key *keys = r->keys;
  const uint16_t *displacement = r->displacement;
  uint64_t seed = r->seed;
  uint32_t bucket_mask = r->bucket_mask, slot_mask = r->slot_mask;
  for (; i < n; i++) {
    tok_key k = key_padded(p + starts[i], key_length(starts[i + 1] - starts[i]));
    uint64_t h = tok_key_hash(k, seed);
    const tok_key *at =
        &keys[tok_key_slot(h, displacement[tok_key_bucket(h, bucket_mask)], slot_mask)];
    misses[n_misses] = (uint16_t)i;
    n_misses += ((at->lo ^ k.lo) | (at->hi ^ k.hi)) != 0;
  }
  return n_misses;
}

/* ---- misses ----------------------------------------------------------------------------------- */

typedef struct {
  tok_engine *e;
  const tok_ranks *r;
  tok_cache *cache; /* may be NULL */
  int64_t limit;    /* give up counting a piece beyond this many tokens */
  tok_status status;
} counter;

/* Tokens of n bytes at p by merging. */
static int64_t merge_count(counter *c, const uint8_t *p, size_t n) {
  if (n <= TOK_BPE_SMALL) {
    return __builtin_popcountll(bpe_small(c->r, p, n, c->e->scratch.small_id[0]));
  }
  tok_bpe_piece piece = {.p = p, .n = n};
  int64_t total = 0;
  while (piece.at < piece.n && total <= c->limit && c->status == TOK_OK) {
    size_t k = 0;
    c->status = bpe_step(c->r, &c->e->scratch, &piece, NULL, &k);
    total += (int64_t)k;
  }
  return total;
}

enum { COUNT_SHIFT = 60 };
#define COUNT_BITS ((uint64_t)15 << COUNT_SHIFT)

/* The cache set of a key; its tokens where it is there, else 0. */
static inline int64_t cached(const tok_cache *cache, tok_key k, tok_key **set) {
  uint64_t h = tok_key_hash(k, cache->ranks->seed);
  *set = cache->shorts[(h >> 20) & (TOK_CACHE_SETS - 1)];
  for (int way = 0; way < 2; way++) {
    const tok_key *at = &(*set)[way];
    if (at->lo == k.lo && ((at->hi ^ k.hi) & ~COUNT_BITS) == 0) return (int64_t)(at->hi >> COUNT_SHIFT);
  }
  return 0;
}

static inline void remember(tok_key *set, tok_key k, int64_t count) {
  set[1] = set[0];
  set[0].lo = k.lo;
  set[0].hi = k.hi | (uint64_t)count << COUNT_SHIFT;
}

static uint64_t long_key_hash(const uint8_t *p, size_t n) {
  uint64_t h = n * 0x9E3779B97F4A7C15u, w;
  for (size_t i = 0; i + 8 <= n; i += 8) {
    memcpy(&w, p + i, 8);
    h = (h ^ w) * 0xD6E8FEB86659FD93u;
    h ^= h >> 32;
  }
  memcpy(&w, p + n - 8, 8);
  h = (h ^ w) * 0xD6E8FEB86659FD93u;
  return h >> 40;
}

/* A piece or segment of more than 15 bytes that barriers do not cut. */
static int64_t long_count(counter *c, const uint8_t *p, size_t n) {
  if (n > TOK_LONG_KEY_MAX || c->cache == NULL) {
    if (n <= TOK_TOKEN_BYTES_MAX && tok_rank_of(c->r, p, n) != TOK_RANK_NONE) return 1;
    return merge_count(c, p, n);
  }
  tok_long_entry *at = &c->cache->longs[long_key_hash(p, n) & (TOK_LONG_CACHE_SETS - 1)];
  if (at->len == n && memcmp(at->bytes, p, n) == 0) return at->count;
  int64_t count = merge_count(c, p, n);
  memcpy(at->bytes, p, n);
  at->len = (uint8_t)n;
  at->count = (uint8_t)count;
  return count;
}

static int64_t segments_count(counter *c, const uint8_t *p, size_t n);

/* Scripts of three-byte characters, where barriers are many. The first byte may be a space. */
static inline bool worth_cutting(const uint8_t *p, size_t n) {
  return p[0] >= 0xE0 || (n > 1 && p[1] >= 0xE0);
}

static inline bool has_high(const uint8_t *p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (p[i] >= 0x80) return true;
  }
  return false;
}

/*
** A piece that is no token of up to 15 bytes. k: its key, where n <= 15. cut: barriers have not been tried.
*/
static int64_t miss_count(counter *c, const uint8_t *p, size_t n, tok_key k, bool cut) {
  if (n > TOK_KEY_BYTES_MAX) {
    return cut && has_high(p, n) ? segments_count(c, p, n) : long_count(c, p, n);
  }
  tok_key *set = NULL;
  if (c->cache != NULL) {
    int64_t count = cached(c->cache, k, &set);
    if (count != 0) return count;
  }
  int64_t count = cut && worth_cutting(p, n) ? segments_count(c, p, n) : merge_count(c, p, n);
  if (set != NULL) remember(set, k, count);
  return count;
}

/* Adds to `total` what pieces in misses have beyond one token. limits: p[0..readable) may be read. */
static int64_t misses_count(counter *c, const uint8_t *p, size_t readable, const uint32_t *starts,
                            const uint16_t *misses, size_t n_misses, bool cut) {
  int64_t total = 0;
  for (size_t j = 0; j < n_misses && c->status == TOK_OK; j++) {
    size_t at = starts[misses[j]], n = starts[misses[j] + 1] - at;
    tok_key k = {0, 0};
    if (n <= TOK_KEY_BYTES_MAX) {
      k = at + 16 <= readable ? key_padded(p + at, n) : tok_key_of(p + at, n);
    }
    total += miss_count(c, p + at, n, k, cut) - 1;
    if (total > c->limit) break;
  }
  return total;
}

/*
** Tokens of the pieces starts[0..n], the last entry being the end of the last piece. p[0..readable) may be
** read; pieces near its end are probed in a copy.
*/
static int64_t pieces_count(counter *c, const uint8_t *p, size_t readable, const uint32_t *starts,
                            size_t n, bool cut) {
  uint16_t misses[TOK_STARTS + TOK_STARTS_SLACK];
  uint8_t copy[48] = {0};
  size_t safe = n;
  while (safe > 0 && starts[safe - 1] + (size_t)16 > readable) safe--;
  size_t k = probe(c->r, p, starts, 0, safe, misses, 0);
  if (safe < n) {
    uint32_t moved[18]; /* each piece has a byte or more, so at most 16 are that near */
    for (size_t i = safe; i <= n; i++) moved[i - safe] = starts[i] - starts[safe];
    memcpy(copy, p + starts[safe], starts[n] - starts[safe] < 16 ? starts[n] - starts[safe] : 16);
    size_t before = k;
    k = probe(c->r, copy, moved, 0, n - safe, misses, k);
    for (size_t i = before; i < k; i++) misses[i] = (uint16_t)(misses[i] + safe);
  }
  return (int64_t)n + misses_count(c, p, readable, starts, misses, k, cut);
}

/* Tokens of n bytes that are no token, not all ASCII: cut at merge barriers. */
static int64_t segments_count(counter *c, const uint8_t *p, size_t n) {
  uint32_t starts[TOK_STARTS + 1];
  size_t k = 0, at = 0, len = 0;
  uint32_t cp, before = 0;
  int64_t total = 0;
  const uint8_t *base = p;
  starts[k++] = 0;
  while (at < n && c->status == TOK_OK) {
    len = tok_utf8_decode(p + at, n - at, &cp);
    uint32_t word = 0;
    memcpy(&word, p + at, len);
    starts[k] = (uint32_t)(p + at - base);
    k += at > 0 && !tok_may_cross(c->r, before, p[at - 1], word);
    before = word;
    at += len;
    if (k == TOK_STARTS) {
      total += pieces_count(c, base, (size_t)(p + n - base), starts, k - 1, false);
      base += starts[k - 1];
      starts[0] = 0;
      k = 1;
      if (total > c->limit) return total;
    }
  }
  if (k == 1 && base == p) { /* no barrier: do not probe the same bytes again */
    return n > TOK_KEY_BYTES_MAX ? long_count(c, p, n) : merge_count(c, p, n);
  }
  starts[k] = (uint32_t)(p + n - base);
  return total + pieces_count(c, base, starts[k], starts, k, false);
}

/* ---- count ------------------------------------------------------------------------------------ */

static tok_status kernel_count(tok_engine *e, const tok_vocab *v, tok_slice text, int64_t limit,
                               int64_t *n) {
  uint32_t starts[TOK_STARTS + TOK_STARTS_SLACK];
  tok_blocks b = {.text = (const uint8_t *)text.ptr, .len = text.len, .fresh = 1};
  counter c = {e, v->ranks, tok_engine_cache(e, v->ranks), limit, TOK_OK};
  size_t k = 0;
  int64_t total = 0;
  *n = 0;
  if (text.len == 0) return TOK_OK;
  if (text.len > UINT32_MAX - 64) return TOK_TOOBIG;
  for (;;) {
    k = kernel_fill(&b, v->family, starts, k, TOK_STARTS);
    bool done = b.pos == b.len;
    starts[k] = (uint32_t)b.len;
    total += pieces_count(&c, b.text, b.len, starts, done ? k : k - 1, true);
    if (done || total > limit || c.status != TOK_OK) break;
    starts[0] = starts[k - 1];
    k = 1;
  }
  *n = total;
  return c.status;
}

const tok_kernel TOK_KERNEL = {TOK_KERNEL_NAME, kernel_supported, kernel_count, kernel_fill, bpe_step};

/*
** The code of bpe.h, included once per instruction set (kernel.h), so that the compiler may use its
** vectors.
*/
#ifndef TOK_BPE_IMPL_H
#define TOK_BPE_IMPL_H

#include <assert.h>

#include "bpe.h"

/*
** ---- windows of up to 64 bytes ----------------------------------------------------------------
*/

/* Low n bytes of a key, and n itself; no byte for 16, which stands for "too long". */
#define KEY_MASK_LO(n)                                                                             \
  { (n) == 8 ? ~(uint64_t)0 : ((uint64_t)1 << 8 * ((n) % 8)) - 1, 0, (uint64_t)(n) << 56 }
#define KEY_MASK_HI(n) {~(uint64_t)0, ((uint64_t)1 << 8 * ((n) - 8)) - 1, (uint64_t)(n) << 56}
static const struct {
  uint64_t lo, hi, length;
} key_mask[TOK_KEY_BYTES_MAX + 2] = {
    {0, 0, 0},       KEY_MASK_LO(1),  KEY_MASK_LO(2),  KEY_MASK_LO(3),  KEY_MASK_LO(4),
    KEY_MASK_LO(5),  KEY_MASK_LO(6),  KEY_MASK_LO(7),  KEY_MASK_LO(8),  KEY_MASK_HI(9),
    KEY_MASK_HI(10), KEY_MASK_HI(11), KEY_MASK_HI(12), KEY_MASK_HI(13), KEY_MASK_HI(14),
    KEY_MASK_HI(15), {0, 0, (uint64_t)16 << 56},
};

/* Key of n <= 16 bytes at p, of which 16 may be read; the key of no token where n is 16. */
static inline tok_key key_padded(const uint8_t *p, size_t n) {
  tok_key k;
  memcpy(&k, p, sizeof k);
  k.lo &= key_mask[n].lo;
  k.hi = (k.hi & key_mask[n].hi) | key_mask[n].length;
  return k;
}

/* Rank of n >= 2 bytes at p, of which 16 may be read. */
static inline uint32_t rank_padded(const tok_ranks *r, const uint8_t *p, size_t n) {
  if (n > TOK_KEY_BYTES_MAX) return tok_rank_of(r, p, n);
  return tok_rank_of_key(r, key_padded(p, n));
}

/*
** The pairs' ranks, each with its position in the low 6 bits so that one minimum finds both and
** equal ranks resolve to the leftmost. Entries of no pair are TOK_RANK_NONE.
*/
enum { POS_BITS = 6 };

static inline uint32_t lowest(const uint32_t *packed, size_t n) {
  uint32_t best = TOK_RANK_NONE;
  for (size_t i = 0; i < n; i++) best = packed[i] < best ? packed[i] : best;
  return best;
}

static inline uint32_t pack(uint32_t rank, unsigned pos) {
  return rank == TOK_RANK_NONE ? TOK_RANK_NONE : rank << POS_BITS | pos;
}

static inline unsigned lowest_bit(uint64_t x) { return (unsigned)__builtin_ctzll(x); }
static inline unsigned highest_bit(uint64_t x) { return 63 - (unsigned)__builtin_clzll(x); }

/*
** Start of the next token after the one at pos, n where there is none. starts: only bits below n.
*/
static inline unsigned next_start(uint64_t starts, unsigned pos, unsigned n) {
  uint64_t after = starts & (~(uint64_t)1 << pos);
  return after ? lowest_bit(after) : n;
}

static uint64_t bpe_small(const tok_ranks *r, const uint8_t *p, size_t n, uint32_t *ids) {
  uint8_t text[TOK_BPE_SMALL + 16]; /* so that 16 bytes can be read at any position */
  uint32_t packed[TOK_BPE_SMALL];
  assert(n >= 1 && n <= TOK_BPE_SMALL);
  memcpy(text, p, n);
  memset(text + n, 0, 16);
  size_t n_up = (n + 15) & ~(size_t)15;
  for (unsigned i = 0; i < n; i++) ids[i] = r->byte[text[i]];
  for (unsigned i = 0; i + 1 < n; i++) packed[i] = pack(r->pair[text[i] << 8 | text[i + 1]], i);
  for (size_t i = n - 1; i < n_up; i++) packed[i] = TOK_RANK_NONE;
  uint64_t starts = n == 64 ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1;
  unsigned end = (unsigned)n;
  for (;;) {
    uint32_t best = lowest(packed, n_up);
    if (best == TOK_RANK_NONE) return starts;
    unsigned pos = best & (TOK_BPE_SMALL - 1);
    unsigned gone = next_start(starts, pos, end);
    starts &= ~((uint64_t)1 << gone);
    ids[pos] = best >> POS_BITS;
    packed[gone] = TOK_RANK_NONE;
    unsigned next = next_start(starts, pos, end);
    packed[pos] = TOK_RANK_NONE;
    if (next < end) {
      packed[pos] = pack(rank_padded(r, text + pos, next_start(starts, next, end) - pos), pos);
    }
    uint64_t before = starts & (((uint64_t)1 << pos) - 1);
    if (before) {
      unsigned prev = highest_bit(before);
      packed[prev] = pack(rank_padded(r, text + prev, next - prev), prev);
    }
  }
}

/*
** ---- larger windows ---------------------------------------------------------------------------
*/

static tok_status grow(tok_bpe_scratch *s, size_t window) {
  if (window <= s->cap) return TOK_OK;
  if (window > TOK_BPE_WINDOW_MAX) return TOK_TOOBIG;
  size_t blocks = window / 64 + 2;
  /* One allocation: boundary, then the arrays of 32-bit words. */
  size_t bytes = blocks * sizeof(uint64_t) + (3 * (blocks * 64) + blocks) * sizeof(uint32_t);
  tok_bpe_scratch_free(s);
  char *p = tok_malloc(bytes);
  if (p == NULL) return TOK_NOMEM;
  s->rank = (uint32_t *)(void *)p; /* first: it is what is freed */
  s->id = s->rank + blocks * 64;
  s->big_out = s->id + blocks * 64;
  s->boundary = (uint64_t *)(void *)(s->big_out + blocks * 64);
  s->best = (uint32_t *)(void *)(s->boundary + blocks);
  s->cap = window;
  return TOK_OK;
}

static size_t big_next(const uint64_t *boundary, size_t pos) {
  size_t block = ++pos / 64;
  uint64_t w = boundary[block] & (~(uint64_t)0 << (pos & 63));
  while (w == 0) w = boundary[++block]; /* the end of the window is a boundary */
  return block * 64 + lowest_bit(w);
}

/* pos > 0; position 0 is a boundary. */
static size_t big_prev(const uint64_t *boundary, size_t pos) {
  size_t block = pos / 64;
  uint64_t w = boundary[block] & (((uint64_t)1 << (pos & 63)) - 1);
  while (w == 0) w = boundary[--block];
  return block * 64 + highest_bit(w);
}

static void set_rank(tok_bpe_scratch *s, size_t pos, uint32_t rank) {
  size_t block = pos / 64;
  uint32_t old = s->rank[pos];
  s->rank[pos] = rank;
  if (rank <= s->best[block]) {
    s->best[block] = rank;
  } else if (old == s->best[block]) {
    s->best[block] = lowest(s->rank + block * 64, 64);
  }
}

/* The leftmost position of the lowest rank; n where no pair is left. */
static size_t big_lowest(const tok_bpe_scratch *s, size_t n) {
  size_t blocks = (n + 63) / 64;
  uint32_t best = lowest(s->best, blocks);
  if (best == TOK_RANK_NONE) return n;
  size_t block = 0;
  while (s->best[block] != best) block++;
  size_t pos = block * 64;
  while (s->rank[pos] != best) pos++;
  return pos;
}

/* Encodes the window [p, p + n), n > 1: fills boundary and id. */
static void bpe_big(const tok_ranks *r, tok_bpe_scratch *s, const uint8_t *p, size_t n) {
  size_t blocks = n / 64 + 1;
  memset(s->boundary, 0xFF, blocks * sizeof *s->boundary);
  /* bit n is the end; 2 << 63 is 0, minus 1 all */
  s->boundary[blocks - 1] = ((uint64_t)2 << (n & 63)) - 1;
  for (size_t i = 0; i < n; i++) s->id[i] = r->byte[p[i]];
  for (size_t i = 0; i + 1 < n; i++) s->rank[i] = r->pair[p[i] << 8 | p[i + 1]];
  for (size_t i = n - 1; i < blocks * 64; i++) s->rank[i] = TOK_RANK_NONE;
  for (size_t b = 0; b < blocks; b++) s->best[b] = lowest(s->rank + b * 64, 64);
  for (size_t pos; (pos = big_lowest(s, n)) < n;) {
    size_t gone = big_next(s->boundary, pos);
    s->boundary[gone / 64] &= ~((uint64_t)1 << (gone & 63));
    s->id[pos] = s->rank[pos];
    set_rank(s, gone, TOK_RANK_NONE);
    size_t next = big_next(s->boundary, pos);
    size_t after = next < n ? big_next(s->boundary, next) : 0;
    set_rank(s, pos, after ? tok_rank_of(r, p + pos, after - pos) : TOK_RANK_NONE);
    if (pos > 0) {
      size_t prev = big_prev(s->boundary, pos);
      set_rank(s, prev, tok_rank_of(r, p + prev, next - prev));
    }
  }
}

/*
** ---- pieces of any length ---------------------------------------------------------------------
*/

/* The ids of the tokens that start at the bits of `starts`, in order. */
static size_t emit_small(uint64_t starts, const uint32_t *by_start, uint32_t *out) {
  size_t k = 0;
  for (; starts != 0; starts &= starts - 1) out[k++] = by_start[lowest_bit(starts)];
  return k;
}

/* Bytes that a window keeps back from its cut, where later bytes may still change the tokens. */
static size_t margin(size_t window) { return window / 4; }

/*
** One 64-byte window of a longer piece. Returns false where the next window does not confirm the
** cut, or this one starts with another token than expected.
*/
static bool small_step(const tok_ranks *r, tok_bpe_scratch *s, tok_bpe_piece *piece, size_t *n) {
  const uint8_t *p = piece->p + piece->at;
  size_t left = piece->n - piece->at;
  if (piece->mask == 0) {
    piece->mask = bpe_small(r, p, TOK_BPE_SMALL, s->small_id[piece->flip]);
  }
  uint64_t starts = piece->mask;
  if (piece->expect != 0 && next_start(starts, 0, TOK_BPE_SMALL) != piece->expect) return false;
  unsigned limit = (unsigned)(TOK_BPE_SMALL - margin(TOK_BPE_SMALL));
  uint64_t candidates = starts & (((uint64_t)2 << limit) - 1) & ~(uint64_t)1;
  if (candidates == 0) return false;
  unsigned cut = highest_bit(candidates);
  size_t size = left - cut < TOK_BPE_SMALL ? left - cut : TOK_BPE_SMALL;
  uint64_t following = bpe_small(r, p + cut, size, s->small_id[!piece->flip]);
  unsigned token = next_start(starts, cut, TOK_BPE_SMALL) - cut;
  if (next_start(following, 0, (unsigned)size) != token) return false;
  *n = emit_small(starts & (((uint64_t)1 << cut) - 1), s->small_id[piece->flip], s->out);
  piece->at += cut;
  piece->flip = !piece->flip;
  piece->mask = following;
  piece->expect = token;
  if (left - cut <= TOK_BPE_SMALL) { /* that was the rest */
    *n += emit_small(following, s->small_id[piece->flip], s->out + *n);
    piece->at = piece->n;
  }
  return true;
}

static size_t emit_big(tok_bpe_scratch *s, size_t end) {
  size_t k = 0;
  for (size_t pos = 0; pos < end; pos = big_next(s->boundary, pos)) s->big_out[k++] = s->id[pos];
  return k;
}

/* Goes on with 64-byte windows where one starts with the token that is expected at `at`. */
static void try_small(const tok_ranks *r, tok_bpe_scratch *s, tok_bpe_piece *piece) {
  if (piece->n - piece->at <= TOK_BPE_SMALL) return;
  uint64_t mask = bpe_small(r, piece->p + piece->at, TOK_BPE_SMALL, s->small_id[piece->flip]);
  if (next_start(mask, 0, TOK_BPE_SMALL) != piece->expect) return;
  piece->mask = mask;
  piece->window = 0;
  piece->parsed = false;
}

/* One larger window; doubles it until the cut is confirmed or the piece ends. */
static tok_status big_step(const tok_ranks *r, tok_bpe_scratch *s, tok_bpe_piece *piece,
                           size_t *n) {
  const uint8_t *p = piece->p + piece->at;
  size_t left = piece->n - piece->at;
  piece->mask = 0;
  for (;; piece->window *= 2, piece->parsed = false) {
    size_t size = left < piece->window ? left : piece->window;
    tok_status rc = grow(s, size);
    if (rc != TOK_OK) return rc;
    if (!piece->parsed) bpe_big(r, s, p, size);
    if (size == left) {
      *n = emit_big(s, size);
      piece->at = piece->n;
      return TOK_OK;
    }
    if (piece->expect != 0 && big_next(s->boundary, 0) != piece->expect) continue;
    size_t cut = big_prev(s->boundary, size - margin(size) + 1);
    if (cut == 0) continue;
    size_t token = big_next(s->boundary, cut) - cut;
    size_t size2 = left - cut < size ? left - cut : size;
    *n = emit_big(s, cut);
    bpe_big(r, s, p + cut, size2);
    if (big_next(s->boundary, 0) != token) continue;
    piece->at += cut;
    piece->expect = token;
    piece->parsed = true;
    try_small(r, s, piece);
    return TOK_OK;
  }
}

static tok_status bpe_step(const tok_ranks *r, tok_bpe_scratch *s, tok_bpe_piece *piece,
                           const uint32_t **ids, size_t *n) {
  const uint32_t *unused;
  if (ids == NULL) ids = &unused;
  *ids = s->out;
  size_t left = piece->n - piece->at;
  assert(left > 0);
  if (left <= TOK_BPE_SMALL && piece->mask == 0 && !piece->parsed) {
    uint64_t starts = bpe_small(r, piece->p + piece->at, left, s->small_id[0]);
    *n = emit_small(starts, s->small_id[0], s->out);
    piece->at = piece->n;
    return TOK_OK;
  }
  if (piece->window == 0) {
    if (small_step(r, s, piece, n)) return TOK_OK;
    piece->window = 2 * TOK_BPE_SMALL;
    piece->parsed = false;
  }
  tok_status rc = big_step(r, s, piece, n);
  *ids = s->big_out;
  return rc;
}

#endif

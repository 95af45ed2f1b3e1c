/*
** lanes: byte-pair encoding of many short pieces side by side. Private to kernel.h.
**
** One short piece is a chain of dependent steps (find the lowest rank, merge, look up the two new
** pairs), each waiting for memory or arithmetic of the one before. A dozen pieces in turn keep the
** processor busy, provided that no step of one lane mispredicts a branch and discards the work of
** the others; so a merge has no branches: what does not exist (no neighbour, no token) becomes a
** key that no token has.
**
** A piece of whole characters starts from its characters instead of its bytes where that is the
** same. It is where (1) each character is a token, and (2) no token contains a fragment of a
** character next to part of another across any boundary inside (tok_may_cross_fragment, see
** ranks.h):
**   Proof. By (2) every token that spans a boundary contains both characters around it whole. So as
**   long as a character is in more than one part, no pair that spans its edges is a token, and its
**   parts merge as if the character stood alone: by (1), and as every token encodes to itself, into
**   one token. A pair that spans an edge is thus merged only when both characters are whole, and
**   before that it has no rank; the order of merges among wholes is the one that starts from
**   characters.
*/
#ifndef TOK_LANES_H
#define TOK_LANES_H

#include "bpe_impl.h"

enum {
  LANES = 12, /* measured: fewer wait for memory, more leave the first-level cache */
  LANE_BYTES = 64,
  LANE_TEXT_MAX = 62, /* bytes of a piece; bits up to this and bit 63 of `starts` end it */
  LANE_ENTRIES = LANE_BYTES + 16, /* entry 64 of `packed` takes what has no place */
  LANE_POS_BITS = 6,  /* of a packed rank: 18 + 6 bits */
  LANE_NO_TOKEN = 255, /* a length that no token has */
  /* a longer queue keeps lanes busier but encodes more words twice before they are known */
  JOBS_MAX = 128
};

/* Bytes to be encoded, 2..62 of them. */
typedef struct {
  const uint8_t *p; /* valid until the job is run */
  uint32_t n;
  uint64_t hash; /* of its bytes, where there is a cache; for recents: any */
  void *place;   /* the cache, which is to know their tokens; or room for ids; NULL: neither */
} job;

typedef struct {
  uint8_t text[LANE_BYTES + 16]; /* zero-padded, so that 16 bytes can be read at any position */
  uint32_t packed[LANE_ENTRIES]; /* [start] rank << 6 | start of the pair that starts there */
  uint64_t starts;               /* bits of token starts; bits n and 63 end the piece */
  uint32_t n;
  const job *job;
} lane;

#define LANE_END ((uint64_t)1 << 63)

/* A pair being looked up: its place in `packed`, its key, its slot. */
typedef struct {
  tok_key key;
  uint64_t hash;
  uint32_t pos, slot;
} pair_probe;

/* Finds the slot of n bytes at pos, and fetches what lane_rank() will read. */
static inline pair_probe lane_probe(const tok_ranks *r, const lane *l, uint32_t pos, uint32_t n) {
  pair_probe q;
  q.pos = pos;
  q.key = key_padded(l->text + pos, n < 16 ? n : 16); /* pos may be 64: there are 16 more bytes */
  q.hash = tok_key_hash(q.key, r->seed);
  q.slot = tok_key_place(r, q.hash);
  __builtin_prefetch(&r->ids[q.slot]);
  __builtin_prefetch(&r->keys[q.slot]);
  return q;
}

/* The packed rank; TOK_RANK_NONE if the bytes are no token of up to 15 bytes. */
static inline uint32_t lane_rank(const tok_ranks *r, const pair_probe *q) {
  uint32_t id = r->ids[q->slot];
  /* Slot 0 is read where the fingerprint differs: the real key would only cost a cache miss. */
  uint32_t slot = (id & ~TOK_ID_MASK) == tok_key_fingerprint(q->hash) ? q->slot : 0;
  const tok_key *at = &r->keys[slot];
  uint32_t differs = 0 - (uint32_t)(((at->lo ^ q->key.lo) | (at->hi ^ q->key.hi)) != 0);
  return ((id & TOK_ID_MASK) << LANE_POS_BITS | q->pos) | differs;
}

/* The same for n bytes where n may be above 15; rare. */
static inline uint32_t lane_rank_long(const tok_ranks *r, const lane *l, uint32_t pos, uint32_t n) {
  uint32_t id = tok_rank_of(r, l->text + pos, n);
  return id == TOK_RANK_NONE ? id : id << LANE_POS_BITS | pos;
}

/* The lowest of the first n entries, n <= 64; those behind them are TOK_RANK_NONE. */
#ifndef KERNEL_LOWEST
static inline uint32_t lowest_packed(const uint32_t *packed, uint32_t n) {
  uint32_t best[4] = {packed[0], packed[1], packed[2], packed[3]};
  for (int i = 4; i < 16; i++) best[i & 3] = packed[i] < best[i & 3] ? packed[i] : best[i & 3];
  for (uint32_t from = 16; from < n; from += 16) {
    for (uint32_t i = from; i < from + 16; i++)
      best[i & 3] = packed[i] < best[i & 3] ? packed[i] : best[i & 3];
  }
  uint32_t a = best[0] < best[1] ? best[0] : best[1];
  uint32_t b = best[2] < best[3] ? best[2] : best[3];
  return a < b ? a : b;
}
#endif

/* A merge under way: the two pairs that it makes. */
typedef struct {
  pair_probe left, right;
  uint32_t left_n, right_n;
  bool busy;
} merge;

/* All ones where c holds, else 0; hidden from the compiler, which would make branches of it. */
static inline uint32_t ones_if(bool c) {
  uint32_t m = 0 - (uint32_t)c;
  __asm__("" : "+r"(m));
  return m;
}

static inline uint32_t either(uint32_t ones, uint32_t a, uint32_t b) {
  return (a & ones) | (b & ~ones);
}

/* First half of a merge: takes the lowest pair and starts looking up its new neighbours. */
static inline bool lane_merge_begin(const tok_ranks *r, lane *l, merge *m) {
  uint32_t best = lowest_packed(l->packed, l->n);
  m->busy = best != TOK_RANK_NONE;
  if (!m->busy) return false;
  uint32_t pos = best & (LANE_BYTES - 1);
  uint64_t after = l->starts & (~(uint64_t)1 << pos);
  uint32_t gone = lowest_bit(after);
  after &= after - 1;
  uint32_t next = lowest_bit(after);
  uint32_t end = lowest_bit((after & (after - 1)) | LANE_END);
  uint64_t before = l->starts & (((uint64_t)1 << pos) - 1);
  uint32_t has_right = ones_if(next < l->n), has_left = ones_if(before != 0);
  uint32_t prev = either(has_left, highest_bit(before | 1), LANE_BYTES);
  l->starts ^= (uint64_t)1 << gone;
  l->packed[gone] = TOK_RANK_NONE;
  m->right_n = either(has_right, end - pos, LANE_NO_TOKEN);
  m->left_n = either(has_left, next - prev, LANE_NO_TOKEN);
  m->right = lane_probe(r, l, pos, m->right_n);
  m->left = lane_probe(r, l, prev, m->left_n);
  return true;
}

/* Second half. */
static inline void lane_merge_end(const tok_ranks *r, lane *l, const merge *m) {
  l->packed[m->right.pos] = lane_rank(r, &m->right);
  l->packed[m->left.pos] = lane_rank(r, &m->left);
  if (m->right_n - 16 < LANE_BYTES)
    l->packed[m->right.pos] = lane_rank_long(r, l, m->right.pos, m->right_n);
  if (m->left_n - 16 < LANE_BYTES)
    l->packed[m->left.pos] = lane_rank_long(r, l, m->left.pos, m->left_n);
}

/* Starts the lane from whole characters; false where that is not the same as from bytes. */
static inline bool lane_from_chars(const tok_ranks *r, lane *l) {
  uint32_t cp, before = 0, last_word = 0;
  uint64_t starts = 0;
  for (uint32_t at = 0; at < l->n;) {
    uint32_t n = (uint32_t)tok_utf8_decode(l->text + at, l->n - at, &cp);
    if (cp == TOK_UTF8_INVALID) return false;
    uint32_t word = 0;
    memcpy(&word, l->text + at, n);
    if (at > 0) {
      if (tok_may_cross_fragment(r, last_word, l->text[at - 1], word)) return false;
      pair_probe q = lane_probe(r, l, before, at + n - before);
      l->packed[before] = lane_rank(r, &q);
    }
    if (n == 2 && r->pair[l->text[at] << 8 | l->text[at + 1]] == TOK_RANK_NONE) return false;
    if (n > 2 && tok_rank_of_key(r, key_padded(l->text + at, n)) == TOK_RANK_NONE) return false;
    starts |= (uint64_t)1 << at;
    before = at;
    last_word = word;
    at += n;
  }
  l->starts = starts | (uint64_t)1 << l->n | LANE_END;
  return true;
}

static inline void lane_begin(const tok_ranks *r, lane *l, const job *j) {
  uint64_t high = 0, w;
  l->job = j;
  l->n = j->n;
  memset(l->text, 0, sizeof l->text);
  memcpy(l->text, j->p, j->n);
  for (uint32_t i = 0; i < l->n; i += 8) {
    memcpy(&w, l->text + i, 8);
    high |= w;
  }
  memset(l->packed, 0xFF, sizeof l->packed);
  if (high & 0x8080808080808080u) {
    if (lane_from_chars(r, l)) return;
    memset(l->packed, 0xFF, sizeof l->packed);
  }
  for (uint32_t i = 0; i + 1 < l->n; i++) {
    uint32_t rank = r->pair[l->text[i] << 8 | l->text[i + 1]];
    l->packed[i] = rank == TOK_RANK_NONE ? rank : rank << LANE_POS_BITS | i;
  }
  l->starts = (((uint64_t)2 << l->n) - 1) | LANE_END;
}

/* The bits of token starts, bit i = byte i. */
static inline uint64_t lane_starts(const lane *l) {
  return l->starts & (((uint64_t)1 << l->n) - 1);
}

#endif

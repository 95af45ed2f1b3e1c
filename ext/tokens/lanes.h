/*
** lanes: byte-pair encoding of many short pieces side by side. Private to kernel.h.
**
** One short piece is a chain of dependent steps (find the lowest rank, merge, look up the two new pairs), each
** waiting for memory or arithmetic of the one before. Eight pieces in turn keep the processor busy, provided
** that no step of one lane mispredicts a branch and discards the work of the others; so a merge has no
** branches: what does not exist (no neighbour, no token) becomes a key that no token has.
**
** A piece of whole characters starts from its characters instead of its bytes where that is the same. It is
** where (1) each character is a token, and (2) no token contains a fragment of a character next to part of
** another across any boundary inside (the bitmap cross8, see ranks.h):
**   Proof. By (2) every token that spans a boundary contains both characters around it whole. So as long as a
**   character is in more than one part, no pair that spans its edges is a token, and its parts merge as if the
**   character stood alone: by (1), and as every token encodes to itself, into one token. A pair that spans an
**   edge is thus merged only when both characters are whole, and before that it has no rank; the order of
**   merges among wholes is the one that starts from characters.
*/
#ifndef TOK_LANES_H
#define TOK_LANES_H

#include "bpe_impl.h"

enum {
  LANES = 8,
  LANE_BYTES = 16,    /* a piece has up to 15; entry 15 of `packed` takes what has no place */
  LANE_POS_BITS = 4,  /* of a packed rank */
  LANE_NO_TOKEN = 16, /* a length that key_padded() turns into a key of no token */
  TODO_MAX = 64
};

/* A short piece to be encoded: n <= 15 bytes, its key, and where its count is remembered (or NULL). */
typedef struct {
  tok_key key;
  tok_key *set;
  uint32_t n;
} todo;

typedef struct {
  uint8_t text[2 * LANE_BYTES]; /* zero-padded, so that 16 bytes can be read at any position */
  uint32_t packed[LANE_BYTES];  /* [start] rank << 4 | start of the pair that starts there */
  uint32_t starts;              /* bits of token starts; bit n and bit 16 end the piece */
  uint32_t n;
  const todo *job;
} lane;

/* Packed rank of n bytes at position pos, TOK_RANK_NONE if they are no token. n = LANE_NO_TOKEN: none. */
static inline uint32_t lane_rank(const tok_ranks *r, const lane *l, uint32_t pos, uint32_t n) {
  tok_key k = key_padded(l->text + pos, n);
  uint64_t h = tok_key_hash(k, r->seed);
  uint32_t slot = tok_key_slot(h, r->displacement[tok_key_bucket(h, r->bucket_mask)], r->slot_mask);
  uint32_t id = r->ids[slot];
  /* Slot 0 is read where the fingerprint differs: the real key would only cost a cache miss. */
  slot = (id & ~TOK_ID_MASK) == tok_key_fingerprint(h) ? slot : 0;
  const tok_key *at = &r->keys[slot];
  uint32_t differs = 0 - (uint32_t)(((at->lo ^ k.lo) | (at->hi ^ k.hi)) != 0);
  return ((id & TOK_ID_MASK) << LANE_POS_BITS | pos) | differs;
}

static inline uint32_t lowest16(const uint32_t *packed) {
  uint32_t best[4];
  for (int i = 0; i < 4; i++) {
    uint32_t a = packed[i] < packed[i + 4] ? packed[i] : packed[i + 4];
    uint32_t b = packed[i + 8] < packed[i + 12] ? packed[i + 8] : packed[i + 12];
    best[i] = a < b ? a : b;
  }
  uint32_t a = best[0] < best[1] ? best[0] : best[1];
  uint32_t b = best[2] < best[3] ? best[2] : best[3];
  return a < b ? a : b;
}

/* One merge. Returns false where no pair is left. */
static inline bool lane_merge(const tok_ranks *r, lane *l) {
  uint32_t best = lowest16(l->packed);
  if (best == TOK_RANK_NONE) return false;
  uint32_t pos = best & (LANE_BYTES - 1);
  uint32_t after = l->starts & (~(uint32_t)1 << pos);
  uint32_t gone = (uint32_t)__builtin_ctz(after);
  after &= after - 1;
  uint32_t next = (uint32_t)__builtin_ctz(after);
  uint32_t behind = after & (after - 1);
  uint32_t end = (uint32_t)__builtin_ctz(behind | (uint32_t)1 << LANE_BYTES);
  uint32_t before = l->starts & (((uint32_t)1 << pos) - 1);
  uint32_t prev = before ? 31 - (uint32_t)__builtin_clz(before | 1) : LANE_BYTES - 1;
  l->starts ^= (uint32_t)1 << gone;
  l->packed[gone] = TOK_RANK_NONE;
  l->packed[pos] = lane_rank(r, l, pos, next < l->n ? end - pos : LANE_NO_TOKEN);
  l->packed[prev] = lane_rank(r, l, prev, before ? next - prev : LANE_NO_TOKEN);
  return true;
}

/* Starts the lane from whole characters; false where that is not the same as from bytes. */
static inline bool lane_from_chars(const tok_ranks *r, lane *l) {
  uint32_t cp, starts = 0, before = 0;
  for (uint32_t at = 0; at < l->n;) {
    uint32_t n = (uint32_t)tok_utf8_decode(l->text + at, l->n - at, &cp);
    if (cp == TOK_UTF8_INVALID) return false;
    if (at > 0) {
      uint32_t edge = (uint32_t)l->text[at - 1] << 8 | l->text[at];
      if (r->cross8[edge >> 3] >> (edge & 7) & 1) return false;
      l->packed[before] = lane_rank(r, l, before, at + n - before);
    }
    if (n == 2 && r->pair[l->text[at] << 8 | l->text[at + 1]] == TOK_RANK_NONE) return false;
    if (n > 2 && lane_rank(r, l, at, n) == TOK_RANK_NONE) return false;
    starts |= (uint32_t)1 << at;
    before = at;
    at += n;
  }
  l->starts = starts | (uint32_t)1 << l->n | (uint32_t)1 << LANE_BYTES;
  return true;
}

static inline void lane_begin(const tok_ranks *r, lane *l, const todo *job) {
  l->job = job;
  l->n = job->n;
  memset(l->text, 0, sizeof l->text);
  memcpy(l->text, &job->key, LANE_BYTES - 1);
  memset(l->packed, 0xFF, sizeof l->packed);
  uint64_t high = (job->key.lo | job->key.hi << 8) & 0x8080808080808080u;
  if (high != 0) {
    if (lane_from_chars(r, l)) return;
    memset(l->packed, 0xFF, sizeof l->packed);
  }
  for (uint32_t i = 0; i + 1 < l->n; i++) {
    uint32_t rank = r->pair[l->text[i] << 8 | l->text[i + 1]];
    l->packed[i] = rank == TOK_RANK_NONE ? rank : rank << LANE_POS_BITS | i;
  }
  l->starts = (((uint32_t)2 << l->n) - 1) | (uint32_t)1 << LANE_BYTES;
}

static inline int64_t lane_count(const lane *l) {
  return __builtin_popcount(l->starts & (((uint32_t)1 << l->n) - 1));
}

#endif

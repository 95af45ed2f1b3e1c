/*
** id_lanes: lanes.h for vocabularies with a table of merges (merges.h). Private to kernel.h.
**
** A lane holds ids instead of text, so a merge needs no bytes: what is looked up is the pair of the
** new token and a neighbour. In front of the piece and behind it stands a token that merges with
** nothing, so that no step need ask whether there is a neighbour. That shifts all positions by one:
** byte i of the piece is position i + 1.
*/
#ifndef TOK_ID_LANES_H
#define TOK_ID_LANES_H

#include "lanes.h"

typedef struct {
  uint32_t packed[LANE_BYTES]; /* [position] rank << 6 | position of the pair that starts there */
  uint32_t id[LANE_BYTES];     /* [position] of the token that starts there */
  uint64_t starts;             /* bits of token starts, and 0 and n + 1 */
  uint32_t n;
  const job *job;
} id_lane;

/* A merge under way: the two pairs that it makes. */
typedef struct {
  const uint8_t *right_place, *left_place;
  uint32_t right_half, left_half, right_pos, left_pos;
  bool busy;
} id_merge;

/* Finds the entry of a pair and fetches it. */
static inline const uint8_t *id_probe(const tok_merges *m, uint32_t left, uint32_t right,
                                      uint32_t *half) {
  tok_merge_key k = tok_merge_key_of(m, left, right);
  const uint8_t *place = tok_merge_place(m, k);
  __builtin_prefetch(place);
  *half = k.half;
  return place;
}

/* The packed rank of a pair at pos, or TOK_RANK_NONE. No branches. */
static inline uint32_t id_rank(const uint8_t *place, uint32_t half, uint32_t pos) {
  uint64_t rank = tok_merge_at(place, half, LANE_POS_BITS);
  uint32_t none = ones_if(rank >> (TOK_MERGE_ID_BITS + LANE_POS_BITS) != 0);
  return ((uint32_t)rank | pos) | none;
}

static inline uint32_t id_pair_rank(const tok_merges *m, uint32_t left, uint32_t right,
                                    uint32_t pos) {
  tok_merge_key k = tok_merge_key_of(m, left, right);
  return id_rank(tok_merge_place(m, k), k.half, pos);
}

/* First half of a merge: takes the lowest pair and starts looking up its new neighbours. */
static inline void id_merge_begin(const tok_merges *m, id_lane *l, id_merge *g) {
  uint32_t best = lowest_packed(l->packed, l->n + 1);
  g->busy = best != TOK_RANK_NONE;
  if (!g->busy) return;
  uint32_t pos = best & (LANE_BYTES - 1), id = best >> LANE_POS_BITS;
  uint64_t after = l->starts & (~(uint64_t)1 << pos);
  uint32_t gone = lowest_bit(after);
  uint32_t next = lowest_bit(after & (after - 1));
  uint32_t prev = highest_bit(l->starts & (((uint64_t)1 << pos) - 1));
  l->starts ^= (uint64_t)1 << gone;
  l->packed[gone] = TOK_RANK_NONE;
  l->id[pos] = id;
  g->right_pos = pos;
  g->left_pos = prev;
  g->right_place = id_probe(m, id, l->id[next], &g->right_half);
  g->left_place = id_probe(m, l->id[prev], id, &g->left_half);
}

/* Second half. */
static inline void id_merge_end(id_lane *l, const id_merge *g) {
  l->packed[g->right_pos] = id_rank(g->right_place, g->right_half, g->right_pos);
  l->packed[g->left_pos] = id_rank(g->left_place, g->left_half, g->left_pos);
}

/*
** Starts the lane from whole characters (see lanes.h); false where that is not the same as from
** bytes.
*/
static inline bool id_lane_from_chars(const tok_ranks *r, id_lane *l, const uint8_t *text) {
  uint32_t cp, before = 0, last_word = 0, last_id = tok_merge_nothing(&r->merges);
  uint64_t starts = 0;
  for (uint32_t at = 0; at < l->n;) {
    uint32_t n = (uint32_t)tok_utf8_decode(text + at, l->n - at, &cp);
    if (cp == TOK_UTF8_INVALID) return false;
    uint32_t word = 0, id;
    memcpy(&word, text + at, n);
    if (at > 0 && tok_may_cross_fragment(r, last_word, text[at - 1], word)) return false;
    if (n == 1) {
      id = r->byte[text[at]];
    } else if (n == 2) {
      id = r->pair[text[at] << 8 | text[at + 1]];
    } else {
      id = tok_rank_of_key(r, key_padded(text + at, n));
    }
    if (id == TOK_RANK_NONE) return false;
    l->packed[before] = id_pair_rank(&r->merges, last_id, id, before);
    l->id[at + 1] = id;
    starts |= (uint64_t)2 << at;
    before = at + 1;
    at += n;
    last_word = word;
    last_id = id;
  }
  l->starts = starts | 1 | (uint64_t)2 << l->n;
  return true;
}

static inline void id_lane_begin(const tok_ranks *r, id_lane *l, const job *j) {
  uint8_t text[LANE_BYTES + 16]; /* zero-padded */
  uint64_t high = 0, w;
  uint32_t n = l->n = j->n;
  size_t n_up = n < 16 ? 16 : n < 32 ? 32 : LANE_BYTES; /* what lowest_packed() may read */
  l->job = j;
  memset(text, 0, sizeof text);
  memcpy(text, j->p, n);
  for (uint32_t i = 0; i < n; i += 8) {
    memcpy(&w, text + i, 8);
    high |= w;
  }
  memset(l->packed, 0xFF, n_up * sizeof l->packed[0]);
  l->id[0] = l->id[n + 1] = tok_merge_nothing(&r->merges);
  if (high & 0x8080808080808080u) {
    if (id_lane_from_chars(r, l, text)) return;
    memset(l->packed, 0xFF, n_up * sizeof l->packed[0]);
  }
  for (uint32_t i = 0; i < n; i++) l->id[i + 1] = r->byte[text[i]];
  for (uint32_t i = 0; i + 1 < n; i++) {
    uint32_t rank = r->pair[text[i] << 8 | text[i + 1]];
    l->packed[i + 1] = rank == TOK_RANK_NONE ? rank : rank << LANE_POS_BITS | (i + 1);
  }
  l->starts = ((uint64_t)4 << n) - 1;
}

/* The bits of token starts, bit i = byte i. */
static inline uint64_t id_lane_starts(const id_lane *l) {
  return l->starts >> 1 & (((uint64_t)1 << l->n) - 1);
}

/* Its tokens in order. */
static inline void id_lane_ids(const id_lane *l, uint32_t *to) {
  for (uint64_t rest = id_lane_starts(l); rest != 0; rest &= rest - 1)
    *to++ = l->id[lowest_bit(rest) + 1];
}

#endif

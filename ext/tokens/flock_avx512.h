/*
** flock: byte-pair encoding of sixteen short pieces at a time, one in each lane of a vector. Private
** to kernel_avx512.c; the words "whole characters" and "nothing" are those of lanes.h and id_lanes.h.
**
** A piece is a column: its tokens' ids and the ranks of its pairs stand in rows, one a unit, where a
** unit is what the piece starts from. A step merges the lowest pair of every column, so sixteen pieces
** wait for memory together and none mispredicts a branch. A column whose piece is done takes the next.
**
** A character starts as one unit where it is a token and where no token holds a fragment of it, or of
** its neighbour, across either of its edges; else it starts as its bytes. That is the condition of
** lanes.h for one character: it merges into one token before anything crosses its edges, whatever its
** neighbours do.
*/
#ifndef TOK_FLOCK_AVX512_H
#define TOK_FLOCK_AVX512_H

#include "id_lanes.h"

enum {
  FLOCK = 16,         /* pieces */
  FLOCKS = 4,         /* a step of all of them in turns, so that they wait for memory together */
  FLOCK_UNITS = 15,   /* of a piece, in rows 1.. */
  FLOCK_ROWS = 16,    /* row 0 stands for what is in front: nothing */
  FLOCK_POS_BITS = 4,
  FLOCK_BYTES = 48    /* of a piece */
};

typedef struct {
  uint32_t rank[FLOCK_ROWS][FLOCK]; /* rank << 4 | row of the pair that starts there */
  uint32_t id[FLOCK_ROWS + 1][FLOCK];
  uint32_t starts[FLOCK]; /* bits of rows where a token starts, and 0 and that behind the last unit */
  job job[FLOCK];
  uint32_t busy; /* lanes with a piece */
} __attribute__((aligned(64))) flock;

/* Pairs being looked up: where their entries are, and what they would hold. */
typedef struct {
  __m512i offset, half;
  __mmask16 lanes;
} flock_probe;

/* A piece that is to be encoded: its units' ids in lanes 1..n, nothing in the others; the pairs' ranks. */
typedef struct {
  __m512i id, rank;
  flock_probe probe; /* from the ids to the ranks */
  uint32_t n;        /* 0: the piece is too long, or odd */
  bool ranked;       /* the ranks are known without a probe */
  job job;
} flock_piece;

/* A step of one flock under way. */
typedef struct {
  flock_probe right, left;
  __m512i pos, prev;
  __mmask16 live;
} flock_merge;

static inline __m512i flock_rows(__m512i lane_or_row) { return _mm512_slli_epi32(lane_or_row, 4); }

static inline __m512i flock_lanes(void) {
  return _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
}

/* Half of the entries at offset[0..8): the token << 4 in each, or 1 << 22 and more. */
static inline __m512i flock_entries(const tok_merges *m, __mmask8 lanes, __m256i offset, __m256i half) {
  __m512i entry = _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), lanes, offset, m->entries, 1);
  __m512i tag = _mm512_slli_epi64(_mm512_cvtepu32_epi64(half), TOK_MERGE_ID_BITS);
  entry = _mm512_ternarylogic_epi64(entry, tag, _mm512_set1_epi64((int64_t)1 << 39), 0x96); /* xor */
  return _mm512_srli_epi64(_mm512_slli_epi64(entry, 24), 24 - FLOCK_POS_BITS);
}

/* Finds the entries of pairs, of those of `lanes` that can be in the table. */
static inline flock_probe flock_find(const tok_merges *m, __mmask16 lanes, __m512i left, __m512i right) {
  const __m512i mask = _mm512_set1_epi32((int)tok_merge_mask(m));
  const __m128i down = _mm_cvtsi32_si128((int)(32 - m->bits));
  const __m512i by[2] = {_mm512_set1_epi32((int)m->multiplier[0]), _mm512_set1_epi32((int)m->multiplier[1])};
  __m512i half = _mm512_xor_si512(right, _mm512_srl_epi32(_mm512_mullo_epi32(left, by[0]), down));
  __m512i base = _mm512_xor_si512(left, _mm512_srl_epi32(_mm512_mullo_epi32(half, by[1]), down));
  __m512i bucket = _mm512_and_si512(half, _mm512_srli_epi32(mask, TOK_MERGES_PER_BUCKET_LOG2));
  __m512i word = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), lanes, bucket, m->buckets, 4);
  __m512i bit = _mm512_srl_epi32(base, _mm_cvtsi32_si128((int)(m->bits - TOK_MERGE_FILTER_LOG2)));
  bit = _mm512_sllv_epi32(_mm512_set1_epi32(1 << 16), bit);
  flock_probe q = {.half = half, .lanes = _mm512_mask_test_epi32_mask(lanes, word, bit)};
  word = _mm512_and_si512(word, _mm512_set1_epi32(0xFFFF));
  __m512i slot = _mm512_and_si512(_mm512_add_epi32(base, word), mask);
  q.offset = _mm512_add_epi32(_mm512_slli_epi32(slot, 2), slot);
  return q;
}

/* Ranks of the pairs, packed with `pos`; TOK_RANK_NONE where there is none. */
static inline __m512i flock_ranks(const tok_merges *m, const flock_probe *q, __m512i pos) {
  const __m512i end = _mm512_set1_epi64((int64_t)1 << (TOK_MERGE_ID_BITS + FLOCK_POS_BITS));
  __m512i lo = flock_entries(m, (__mmask8)q->lanes, _mm512_castsi512_si256(q->offset),
                             _mm512_castsi512_si256(q->half));
  __m512i hi = flock_entries(m, (__mmask8)(q->lanes >> 8), _mm512_extracti64x4_epi64(q->offset, 1),
                             _mm512_extracti64x4_epi64(q->half, 1));
  __mmask16 found = (__mmask16)(_mm512_cmplt_epu64_mask(lo, end) | _mm512_cmplt_epu64_mask(hi, end) << 8);
  __m512i rank = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(lo)),
                                    _mm512_cvtepi64_epi32(hi), 1);
  return _mm512_mask_or_epi32(_mm512_set1_epi32(-1), found, rank, pos);
}

/* ---- from bytes to units ---------------------------------------------------------------------- */

/* Bytes of characters, as little-endian words; lengths of 1..4. */
static inline __m512i first_bytes(__m512i quads, __m512i length) {
  const __m512i bits = _mm512_slli_epi32(length, 3);
  return _mm512_and_si512(quads, _mm512_srlv_epi32(_mm512_set1_epi32(-1), _mm512_sub_epi32(_mm512_set1_epi32(32), bits)));
}

/* Ids of the units of 1..3 bytes in the words; TOK_RANK_NONE where a unit is no token. */
static inline __m512i unit_ids(const tok_ranks *r, __mmask16 lanes, __m512i word, __m512i length) {
  const __m512i none = _mm512_set1_epi32(-1), byte = _mm512_set1_epi32(0xFF);
  __m512i b0 = _mm512_and_si512(word, byte), b1 = _mm512_and_si512(_mm512_srli_epi32(word, 8), byte);
  __m512i ids = _mm512_mask_i32gather_epi32(none, lanes, b0, r->byte, 4);
  __mmask16 two = _mm512_mask_cmpge_epu32_mask(lanes, length, _mm512_set1_epi32(2));
  __mmask16 three = _mm512_mask_cmpge_epu32_mask(lanes, length, _mm512_set1_epi32(3));
  if (two == 0) return ids;
  __m512i first = _mm512_or_si512(_mm512_slli_epi32(b0, 8), b1);
  __m512i pair = _mm512_mask_i32gather_epi32(none, two, first, r->pair, 4);
  if (three != 0) {
    /* The last merge is of the first two with the third or of the first with the last two. */
    __m512i b2 = _mm512_srli_epi32(word, 16);
    __m512i last = _mm512_or_si512(_mm512_slli_epi32(b1, 8), b2), zero = _mm512_setzero_si512();
    __m512i pair2 = _mm512_mask_i32gather_epi32(none, three, last, r->pair, 4);
    __m512i id2 = _mm512_mask_i32gather_epi32(none, three, b2, r->byte, 4);
    __mmask16 has1 = _mm512_mask_cmpneq_epi32_mask(three, pair, none);
    __mmask16 has2 = _mm512_mask_cmpneq_epi32_mask(three, pair2, none);
    flock_probe q1 = flock_find(&r->merges, has1, pair, id2), q2 = flock_find(&r->merges, has2, ids, pair2);
    __m512i whole = _mm512_min_epu32(flock_ranks(&r->merges, &q1, zero), flock_ranks(&r->merges, &q2, zero));
    whole = _mm512_or_si512(_mm512_srli_epi32(whole, FLOCK_POS_BITS),
                            _mm512_maskz_mov_epi32(_mm512_cmpeq_epi32_mask(whole, none), none));
    pair = _mm512_mask_mov_epi32(pair, three, whole);
  }
  return _mm512_mask_mov_epi32(ids, two, pair);
}

/* Of words of two or three bytes with the marks of UTF-8: those that are no character all the same. */
static inline __mmask16 no_character(__mmask16 lanes, __m512i word) {
  __m512i b0 = _mm512_and_si512(word, _mm512_set1_epi32(0xFF));
  __m512i b1 = _mm512_and_si512(_mm512_srli_epi32(word, 8), _mm512_set1_epi32(0xFF));
  __mmask16 low = _mm512_mask_cmplt_epu32_mask(lanes, b1, _mm512_set1_epi32(0xA0));
  __mmask16 e0 = _mm512_mask_cmpeq_epi32_mask(lanes, b0, _mm512_set1_epi32(0xE0)); /* overlong */
  __mmask16 ed = _mm512_mask_cmpeq_epi32_mask(lanes, b0, _mm512_set1_epi32(0xED)); /* surrogates */
  __mmask16 c0 = _mm512_mask_cmplt_epu32_mask(lanes, b0, _mm512_set1_epi32(0xC2)); /* overlong */
  return (__mmask16)((e0 & low) | (ed & ~low) | c0);
}

/* Lanes whose unit and the next one some token may join by fragments. */
static inline __mmask16 crossed(const tok_ranks *r, __mmask16 lanes, __m512i word, __m512i length) {
  __m512i above = _mm512_slli_epi32(_mm512_sub_epi32(length, _mm512_set1_epi32(1)), 3);
  return may_cross_fragment(r, word, _mm512_srlv_epi32(word, above), _mm512_alignr_epi32(word, word, 1), lanes);
}

/*
** Units that start at the bits of `starts`; *odd: the lanes of those that must start as their bytes;
** all lanes where there is invalid UTF-8.
*/
static inline __m512i cut_units(const tok_ranks *r, __m512i v, uint64_t starts, uint32_t n, __mmask16 *odd) {
  const __m512i spread = _mm512_set_epi8(
      12, 12, 12, 12, 8, 8, 8, 8, 4, 4, 4, 4, 0, 0, 0, 0, 12, 12, 12, 12, 8, 8, 8, 8, 4, 4, 4, 4, 0, 0, 0, 0,
      12, 12, 12, 12, 8, 8, 8, 8, 4, 4, 4, 4, 0, 0, 0, 0, 12, 12, 12, 12, 8, 8, 8, 8, 4, 4, 4, 4, 0, 0, 0, 0);
  __mmask16 lanes = (__mmask16)((1u << _mm_popcnt_u64(starts)) - 1);
  __m512i index = _mm512_maskz_compress_epi8(starts, _mm512_load_si512(byte_index));
  __m512i at = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(index));
  __m512i behind = _mm512_mask_mov_epi32(_mm512_set1_epi32((int)n), lanes >> 1, _mm512_alignr_epi32(at, at, 1));
  __m512i length = _mm512_sub_epi32(behind, at);
  __m512i quads = _mm512_add_epi8(_mm512_shuffle_epi8(at, spread), _mm512_set1_epi32(0x03020100));
  __m512i word = first_bytes(_mm512_permutexvar_epi8(quads, v), length);
  __m512i id = unit_ids(r, lanes, word, length);
  *odd = _mm512_mask_cmpeq_epi32_mask(lanes, id, _mm512_set1_epi32(-1));
  __mmask16 high = _mm512_mask_cmpge_epu32_mask(lanes, length, _mm512_set1_epi32(2));
  if (high != 0) {
    if (no_character(high, word)) {
      *odd = 0xFFFF;
      return id;
    }
    __mmask16 edge = crossed(r, lanes >> 1, word, length);
    *odd = (__mmask16)(*odd | ((edge | edge << 1) & high));
  }
  return id;
}

/* Ranks of pairs of bytes: a table has them, and few of its lines are in use. */
static inline __m512i byte_ranks(const tok_ranks *r, __m512i v, uint32_t n) {
  __m128i bytes = _mm512_castsi512_si128(v);
  __m512i b0 = _mm512_cvtepu8_epi32(_mm_slli_si128(bytes, 1)), b1 = _mm512_cvtepu8_epi32(bytes);
  __m512i first = _mm512_or_si512(_mm512_slli_epi32(b0, 8), b1), none = _mm512_set1_epi32(-1);
  __m512i rank = _mm512_mask_i32gather_epi32(none, (__mmask16)((1u << n) - 2), first, r->pair, 4);
  __mmask16 found = _mm512_cmpneq_epi32_mask(rank, none);
  return _mm512_mask_or_epi32(none, found, _mm512_slli_epi32(rank, FLOCK_POS_BITS), flock_lanes());
}

/* Nothing in front of n ids and behind them. */
static inline __m512i between_nothing(const tok_ranks *r, __m512i id, uint32_t n) {
  const __m512i nothing = _mm512_set1_epi32((int)tok_merge_nothing(&r->merges));
  id = _mm512_mask_mov_epi32(nothing, (__mmask16)((1u << n) - 1), id);
  return _mm512_alignr_epi32(id, nothing, 15);
}

/* A piece whose units are its bytes. */
static inline void cut_bytes(const tok_ranks *r, __m512i v, uint32_t n, flock_piece *u) {
  if (n > FLOCK_UNITS) return;
  __m512i bytes = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(v));
  u->n = n;
  u->id = between_nothing(r, _mm512_i32gather_epi32(bytes, r->byte, 4), n);
  u->rank = byte_ranks(r, v, n);
}

/* Cuts a piece into units; their pairs' ranks may still be missing (see flock_rank). */
static inline void flock_cut(const tok_ranks *r, const uint8_t *p, uint32_t n, flock_piece *u) {
  __mmask16 odd;
  uint64_t valid = ((uint64_t)1 << n) - 1;
  __m512i v = _mm512_maskz_loadu_epi8(valid, p);
  uint64_t cont = _mm512_cmplt_epi8_mask(v, _mm512_set1_epi8(-64)), starts = valid & ~cont;
  u->n = 0;
  u->ranked = cont == 0;
  if (u->ranked) {
    cut_bytes(r, v, n, u);
    return;
  }
  uint64_t lead = _mm512_movepi8_mask(v) & ~cont;
  uint64_t lead3 = _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8((char)0xE0));
  uint64_t lead4 = _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8((char)0xF0));
  if ((lead << 1 | lead3 << 2) != cont || lead4 != 0 || _mm_popcnt_u64(starts) > FLOCK_UNITS) return;
  __m512i id = cut_units(r, v, starts, n, &odd);
  if (odd == 0xFFFF) return;
  if (odd != 0) {
    uint64_t leads = _pdep_u64(odd, starts);
    leads |= leads << 1 & cont;
    starts |= leads | (leads << 1 & cont);
    if (_mm_popcnt_u64(starts) > FLOCK_UNITS) return;
    id = cut_units(r, v, starts, n, &odd); /* what was whole stays so: the edges are those found before */
  }
  u->n = (uint32_t)_mm_popcnt_u64(starts);
  u->id = between_nothing(r, id, u->n);
}

/* The ranks of n pieces' units, in two passes that wait for memory together. */
static inline void flock_rank(const tok_ranks *r, flock_piece *const *pieces, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    flock_piece *u = pieces[i];
    u->probe = flock_find(&r->merges, (__mmask16)((1u << u->n) - 2), u->id, _mm512_alignr_epi32(u->id, u->id, 1));
  }
  for (uint32_t i = 0; i < n; i++) pieces[i]->rank = flock_ranks(&r->merges, &pieces[i]->probe, flock_lanes());
}

/* ---- steps ------------------------------------------------------------------------------------ */

static inline void flock_clear(const tok_ranks *r, flock *f) {
  memset(f->rank, 0xFF, sizeof f->rank);
  for (int i = 0; i < FLOCK; i++) f->id[FLOCK_ROWS][i] = tok_merge_nothing(&r->merges);
  memset(f->starts, 0, sizeof f->starts);
  f->busy = 0;
}

/* Puts a piece into a free lane. */
static inline void flock_put(flock *f, unsigned k, const flock_piece *u) {
  __m512i at = _mm512_add_epi32(flock_rows(flock_lanes()), _mm512_set1_epi32((int)k));
  _mm512_i32scatter_epi32(f->rank, at, u->rank, 4);
  _mm512_i32scatter_epi32(f->id, at, u->id, 4);
  f->starts[k] = (4u << u->n) - 1;
  f->job[k] = u->job;
  f->busy |= 1u << k;
}

/* The highest bit of each lane. */
static inline __m512i top_bit(__m512i bits) {
  return _mm512_sub_epi32(_mm512_set1_epi32(31), _mm512_lzcnt_epi32(bits));
}

static inline __m512i low_bit(__m512i bits) {
  return _mm512_and_si512(bits, _mm512_sub_epi32(_mm512_setzero_si512(), bits));
}

static inline __m512i flock_row_minimum(const flock *f) {
  __m512i a = _mm512_load_si512(f->rank[1]), b = _mm512_load_si512(f->rank[2]);
  __m512i c = _mm512_load_si512(f->rank[3]);
  for (int i = 4; i < FLOCK_ROWS; i += 3) {
    a = _mm512_min_epu32(a, _mm512_load_si512(f->rank[i]));
    b = _mm512_min_epu32(b, _mm512_load_si512(f->rank[i + 1]));
    c = _mm512_min_epu32(c, _mm512_load_si512(f->rank[i + 2]));
  }
  return _mm512_min_epu32(_mm512_min_epu32(a, b), c);
}

/* Where a row of each lane stands. */
static inline __m512i flock_at(__m512i row) { return _mm512_add_epi32(flock_rows(row), flock_lanes()); }

/* First half of a merge in every lane that has a pair left; returns those lanes. */
static inline uint32_t flock_merge_begin(const tok_ranks *r, flock *f, flock_merge *g) {
  const __m512i one = _mm512_set1_epi32(1), zero = _mm512_setzero_si512();
  __m512i best = flock_row_minimum(f);
  __mmask16 live = _mm512_cmpneq_epi32_mask(best, _mm512_set1_epi32(-1));
  __m512i pos = _mm512_and_si512(best, _mm512_set1_epi32(FLOCK_ROWS - 1));
  __m512i id = _mm512_srli_epi32(best, FLOCK_POS_BITS);
  __m512i starts = _mm512_load_si512(f->starts), bit = _mm512_sllv_epi32(one, pos);
  __m512i before = _mm512_and_si512(starts, _mm512_sub_epi32(bit, one));
  __m512i after = _mm512_andnot_si512(_mm512_or_si512(before, bit), starts);
  __m512i gone = low_bit(after), prev = top_bit(before);
  __m512i next = top_bit(low_bit(_mm512_xor_si512(after, gone)));
  __m512i id_next = _mm512_mask_i32gather_epi32(zero, live, flock_at(next), f->id, 4);
  __m512i id_prev = _mm512_mask_i32gather_epi32(zero, live, flock_at(prev), f->id, 4);
  _mm512_store_si512(f->starts, _mm512_mask_xor_epi32(starts, live, starts, gone));
  _mm512_mask_i32scatter_epi32(f->id, live, flock_at(pos), id, 4);
  _mm512_mask_i32scatter_epi32(f->rank, live, flock_at(top_bit(gone)), _mm512_set1_epi32(-1), 4);
  g->right = flock_find(&r->merges, live, id, id_next);
  g->left = flock_find(&r->merges, live, id_prev, id);
  g->pos = pos;
  g->prev = prev;
  g->live = live;
  return live;
}

/* Second half. */
static inline void flock_merge_end(const tok_ranks *r, flock *f, const flock_merge *g) {
  __m512i right = flock_ranks(&r->merges, &g->right, g->pos), left = flock_ranks(&r->merges, &g->left, g->prev);
  _mm512_mask_i32scatter_epi32(f->rank, g->live, flock_at(g->pos), right, 4);
  _mm512_mask_i32scatter_epi32(f->rank, g->live, flock_at(g->prev), left, 4);
}

#endif

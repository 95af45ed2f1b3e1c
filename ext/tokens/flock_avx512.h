/*
** flock: byte-pair encoding of sixteen short pieces at a time, one in each lane of a vector.
** Private to kernel_avx512.c; the words "whole characters" and "nothing" are those of lanes.h and
** id_lanes.h.
**
** A piece is cut into units, what its encoding starts from: a row of ids. Sixteen rows become a
** flock, whose columns are vectors: the ids of tokens and the ranks of pairs that start at a unit.
** A step merges the lowest pair of every piece, so sixteen pieces wait for memory together and none
** mispredicts a branch. Pieces of as many units are put together, since a flock works until its
** last piece is done.
**
** Columns are read and written as a whole: a processor can hand on what has just been written only
** to a read of no more than one write.
**
** A character starts as one unit where it is a token and where no token holds a fragment of it, or
** of its neighbour, across either of its edges; else it starts as its bytes. That is the condition
** of lanes.h for one character: it merges into one token before anything crosses its edges,
** whatever its neighbours do. Of an edge only the two bytes beside it are asked (tok_ranks.cross8):
** that says "may cross" for hardly more, and to start as bytes is never wrong.
**
** Both kinds of units are looked up where their first bytes stand, and then moved together: half of
** the pieces hold a character that is odd, most often the first behind a blank, and cutting them
** anew would cost as much again.
*/
#ifndef TOK_FLOCK_AVX512_H
#define TOK_FLOCK_AVX512_H

#include "id_lanes.h"

enum {
  FLOCK = 16,  /* pieces */
  FLOCKS = 3,  /* that take steps in turns, so that they wait for memory together */
  FLOCK_UNITS_MAX = 30, /* of a piece, in columns 1.. */
  FLOCK_ASCII = 15,     /* bytes of a piece of ASCII that need not be cut */
  FLOCK_COLUMNS = 32,   /* those in front and behind stand for nothing */
  FLOCK_POS_BITS = 5,
  FLOCK_BYTES = 62 /* of a piece */
};

/*
** Units of a piece: their ids, and nothing behind them; or up to FLOCK_ASCII bytes. Up to 16
** entries more may be written.
*/
typedef uint32_t flock_row[FLOCK_COLUMNS];

typedef struct {
  __m512i rank[FLOCK_COLUMNS]; /* rank << 5 | column of the pair that starts there */
  __m512i id[FLOCK_COLUMNS];
  __m512i tokens;   /* that each piece has by now */
  __m512i best;     /* the lowest of the ranks; above 2 to the power of 31: the piece is done */
  uint32_t columns; /* 1.. that hold tokens of pieces that are not done */
  uint32_t n;       /* pieces */
  const uint8_t *pieces; /* [n] their numbers */
} flock;

/*
** Pairs being looked up: where their entries are, and what they would hold. Not to be copied whole:
** vectors are written behind masks of two bytes, which a processor can't forward.
*/
typedef struct {
  __m512i offset, half;
  uint32_t lanes;
} flock_probe;

/* What they hold: of lanes 0..7, 8..15. */
typedef struct {
  __m512i half[2];
} flock_entries;

/* A step of one flock under way. */
typedef struct {
  __m512i pos;                  /* the column of the merge */
  __m512i id, id_prev, id_next; /* of the new token and its neighbours */
  flock_probe right, left;
  uint32_t live;
} flock_merge;

/* 0, 1, ... 15 */
static inline __m512i flock_lanes(void) {
  return _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
}

/* Finds the entries of pairs, of those of `lanes` that can be in the table. */
static inline void flock_find(const tok_merges *m, __mmask16 lanes, __m512i left, __m512i right,
                              flock_probe *q) {
  const __m512i mask = _mm512_set1_epi32((int)tok_merge_mask(m));
  const __m128i down = _mm_cvtsi32_si128((int)(32 - m->bits));
  const __m512i by[2] = {_mm512_set1_epi32((int)m->multiplier[0]),
                         _mm512_set1_epi32((int)m->multiplier[1])};
  __m512i half = _mm512_xor_si512(right, _mm512_srl_epi32(_mm512_mullo_epi32(left, by[0]), down));
  __m512i base = _mm512_xor_si512(left, _mm512_srl_epi32(_mm512_mullo_epi32(half, by[1]), down));
  __m512i bucket = _mm512_and_si512(half, _mm512_srli_epi32(mask, TOK_MERGES_PER_BUCKET_LOG2));
  __m512i word = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), lanes, bucket, m->buckets, 4);
  __m512i bit = _mm512_and_si512(base, _mm512_set1_epi32((1 << TOK_MERGE_FILTER_LOG2) - 1));
  bit = _mm512_sllv_epi32(_mm512_set1_epi32(1 << 16), bit);
  q->half = half;
  q->lanes = _mm512_mask_test_epi32_mask(lanes, word, bit);
  word = _mm512_and_si512(word, _mm512_set1_epi32(0xFFFF));
  __m512i slot = _mm512_and_si512(_mm512_add_epi32(base, word), mask);
  q->offset = _mm512_add_epi32(_mm512_slli_epi32(slot, 2), slot);
}

/* Reads the entries; those of no lane are 0. */
ALWAYS void flock_read(const tok_merges *m, const flock_probe *q, flock_entries *e) {
  const __m512i zero = _mm512_setzero_si512();
  e->half[0] = _mm512_mask_i32gather_epi64(zero, (__mmask8)q->lanes,
                                           _mm512_castsi512_si256(q->offset), m->entries, 1);
  e->half[1] = _mm512_mask_i32gather_epi64(zero, (__mmask8)(q->lanes >> 8),
                                           _mm512_extracti64x4_epi64(q->offset, 1), m->entries, 1);
}

/* Of eight entries: the token << 5 in each, or 1 << 23 and more. */
static inline __m512i flock_tokens(__m512i entry, __m256i half) {
  __m512i tag = _mm512_slli_epi64(_mm512_cvtepu32_epi64(half), TOK_MERGE_ID_BITS);
  entry =
      _mm512_ternarylogic_epi64(entry, tag, _mm512_set1_epi64((int64_t)1 << 39), 0x96); /* xor */
  return _mm512_srli_epi64(_mm512_slli_epi64(entry, 24), 24 - FLOCK_POS_BITS);
}

/*
** Ranks of the pairs, packed with `pos`; TOK_RANK_NONE where there is none. Of lanes that were not
** looked up too: what is behind a row may be anything, and look like an entry's tag.
*/
ALWAYS __m512i flock_ranks(const flock_probe *q, const flock_entries *e, __m512i pos) {
  const __m512i end = _mm512_set1_epi64((int64_t)1 << (TOK_MERGE_ID_BITS + FLOCK_POS_BITS));
  __m512i lo = flock_tokens(e->half[0], _mm512_castsi512_si256(q->half));
  __m512i hi = flock_tokens(e->half[1], _mm512_extracti64x4_epi64(q->half, 1));
  __mmask16 found = (__mmask16)(_mm512_mask_cmplt_epu64_mask((__mmask8)q->lanes, lo, end) |
                                _mm512_mask_cmplt_epu64_mask((__mmask8)(q->lanes >> 8), hi, end)
                                    << 8);
  __m512i rank = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(lo)),
                                    _mm512_cvtepi64_epi32(hi), 1);
  return _mm512_mask_or_epi32(_mm512_set1_epi32(-1), found, rank, pos);
}

/*
** ---- from bytes to units ----------------------------------------------------------------------
*/

/* Lanes of half h of a mask of columns or units. */
static inline __mmask16 lanes_of(uint32_t mask, int h) { return (__mmask16)(mask >> 16 * h); }

/* Ids of 64 bytes, which are below 256. */
static inline __m512i byte_ids(const tok_ranks *r, __m512i v) {
  const uint8_t *ids = r->merges.bytes;
  __m512i low = _mm512_permutex2var_epi8(_mm512_loadu_si512(ids), v, _mm512_loadu_si512(ids + 64));
  __m512i high =
      _mm512_permutex2var_epi8(_mm512_loadu_si512(ids + 128), v, _mm512_loadu_si512(ids + 192));
  return _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(v), high);
}

/* Cuts n <= 30 bytes into as many units. */
static inline void cut_bytes(const tok_ranks *r, __m512i v, uint32_t n, uint32_t *row) {
  const __m512i nothing = _mm512_set1_epi32((int)tok_merge_nothing(&r->merges));
  uint32_t units = ((uint32_t)1 << n) - 1;
  __m512i ids = byte_ids(r, v);
  _mm512_storeu_si512(row, _mm512_mask_cvtepu8_epi32(nothing, lanes_of(units, 0),
                                                     _mm512_castsi512_si128(ids)));
  if (n < 16) return;
  _mm512_storeu_si512(row + 16, _mm512_mask_cvtepu8_epi32(nothing, lanes_of(units, 1),
                                                          _mm512_extracti32x4_epi32(ids, 1)));
}

/* Where a piece's characters begin; bit i = byte i. */
typedef struct {
  uint64_t starts, cont, lead, lead3; /* lead: of two bytes or three; lead3: of three */
  uint64_t odd;                       /* leads of characters that start as their bytes */
} piece_chars;

/* Sixteen words of a piece of n <= 62 bytes, each of the bytes at first, first + 1, .. */
static inline __m512i words_from(__m512i v, int first) {
  const __m512i columns = _mm512_set_epi32(
      0x1211100F, 0x11100F0E, 0x100F0E0D, 0x0F0E0D0C, 0x0E0D0C0B, 0x0D0C0B0A, 0x0C0B0A09,
      0x0B0A0908, 0x0A090807, 0x09080706, 0x08070605, 0x07060504, 0x06050403, 0x05040302,
      0x04030201, 0x03020100);
  return _mm512_permutexvar_epi8(_mm512_add_epi8(columns, _mm512_set1_epi8((char)first)), v);
}

/* Is anything none that has the marks of a character of two or three bytes? */
static inline bool has_no_character(__m512i v, const piece_chars *c) {
  uint64_t low = _mm512_cmplt_epu8_mask(v, _mm512_set1_epi8((char)0xA0));
  uint64_t e0 = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8((char)0xE0)); /* overlong */
  uint64_t ed = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8((char)0xED)); /* surrogates */
  uint64_t c2 = _mm512_cmplt_epu8_mask(v, _mm512_set1_epi8((char)0xC2)); /* overlong */
  return ((e0 << 1 & low) | (ed << 1 & ~low) | (c2 & c->lead)) != 0;
}

/*
** Of the characters of two and three bytes that begin at bytes from .. from + 15: the tokens they
** are. Notes in c->odd the bytes that begin none, and in *edges those before which a token may hold
** a fragment.
*/
static inline __m512i char_ids(const tok_ranks *r, __m512i v, int from, piece_chars *c,
                               uint64_t *edges) {
  const __m512i none = _mm512_set1_epi32(-1);
  /* the second byte, the first */
  const __m512i swapped = _mm512_broadcast_i32x4(
      _mm_set_epi8(-1, -1, 12, 13, -1, -1, 8, 9, -1, -1, 4, 5, -1, -1, 0, 1));
  __mmask16 lead = (__mmask16)(c->lead >> from), lead3 = (__mmask16)(c->lead3 >> from);
  __mmask16 beside = (__mmask16)((c->starts & (c->lead | c->cont << 1) & ~(uint64_t)1) >> from);
  __m512i ahead = words_from(v, from);
  /* (first << 6 | second) << 6 | third; of two bytes first << 6 | second */
  __m512i bits = _mm512_mask_mov_epi32(_mm512_set1_epi32(0x3F1F), lead3,
                                       _mm512_set1_epi32(0x3F3F0F));
  __m512i down = _mm512_mask_mov_epi32(_mm512_set1_epi32(1), lead3,
                                       _mm512_set1_epi32(0x10040));
  __m512i cp = _mm512_maddubs_epi16(_mm512_and_si512(ahead, bits), _mm512_set1_epi32(0x10140));
  cp = _mm512_madd_epi16(cp, down);
  __m512i id = _mm512_mask_i32gather_epi32(none, lead, cp, r->merges.chars, 4);
  __m512i last = words_from(v, from - 1);
  __m512i edge = _mm512_shuffle_epi8(last, swapped);
  *edges |= (uint64_t)bits_at(r->cross8, edge, beside) << from;
  c->odd |= (uint64_t)_mm512_mask_cmpeq_epi32_mask(lead, id, none) << from;
  return id;
}

/* Cuts n <= 16 * parts bytes, not all ASCII. Returns the units, 0 where they are too many. */
ALWAYS uint32_t cut_chars(const tok_ranks *r, __m512i v, int parts, piece_chars *c,
                          uint32_t *row) {
  const __m512i nothing = _mm512_set1_epi32((int)tok_merge_nothing(&r->merges));
  __m512i id[4], bytes_of = byte_ids(r, v);
  uint64_t edges = 0;
  for (int i = 0; i < parts; i++) id[i] = char_ids(r, v, 16 * i, c, &edges);
  c->odd |= edges | (edges >> 2 & ~c->lead3) | (edges >> 3 & c->lead3);
  c->odd &= c->lead;
  uint64_t starts = c->starts | c->odd << 1 | (c->odd & c->lead3) << 2;
  uint64_t bytes = starts & ~(c->lead & ~c->odd);
  uint32_t n = (uint32_t)_mm_popcnt_u64(starts), k = 0;
  c->starts = starts;
  if (n > FLOCK_UNITS_MAX) return 0;
  for (int i = 0; i < parts; i++) {
    __m512i byte = _mm512_and_si512(words_from(bytes_of, 16 * i), _mm512_set1_epi32(0xFF));
    __mmask16 units = (__mmask16)(starts >> 16 * i);
    id[i] = _mm512_mask_mov_epi32(id[i], (__mmask16)(bytes >> 16 * i), byte);
    _mm512_storeu_si512(row + k, _mm512_mask_compress_epi32(nothing, units, id[i]));
    k += (uint32_t)_mm_popcnt_u32(units);
  }
  if (k >= 16) _mm512_storeu_si512(row + k, nothing);
  return n;
}

/*
** Cuts a piece into units. Returns how many, 0 where there are too many, or something is odd.
** *units: the bytes that they begin with, also of too many; 0 where something is odd.
*/
ALWAYS uint32_t flock_cut_at(const tok_ranks *r, const uint8_t *p, uint32_t n, uint32_t *row,
                             uint64_t *units) {
  uint64_t valid = ((uint64_t)1 << n) - 1;
  __m512i v = _mm512_maskz_loadu_epi8(valid, p);
  piece_chars c = {.cont = _mm512_cmplt_epi8_mask(v, _mm512_set1_epi8(-64))};
  c.starts = valid & ~c.cont;
  *units = c.cont == 0 ? valid : 0;
  if (_mm_popcnt_u64(c.starts) > FLOCK_UNITS_MAX) return 0;
  if (c.cont == 0) {
    cut_bytes(r, v, n, row);
    return n;
  }
  c.lead = _mm512_movepi8_mask(v) & ~c.cont;
  c.lead3 = _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8((char)0xE0));
  uint64_t lead4 = _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8((char)0xF0));
  if ((c.lead << 1 | c.lead3 << 2) != c.cont || lead4 != 0 || has_no_character(v, &c)) return 0;
  n = n <= 16 ? cut_chars(r, v, 1, &c, row) : cut_chars(r, v, (int)(n + 15) / 16, &c, row);
  *units = c.starts;
  return n;
}

static inline uint32_t flock_cut(const tok_ranks *r, const uint8_t *p, uint32_t n, uint32_t *row) {
  uint64_t units;
  return flock_cut_at(r, p, n, row, &units);
}

/*
** ---- steps ------------------------------------------------------------------------------------
*/

/* Starts n <= FLOCK pieces: their numbers, and the units of all that there are. */
static inline void flock_begin(flock *f, const uint8_t *pieces, uint32_t n, const uint32_t *units) {
  __mmask16 all = (__mmask16)(((uint32_t)1 << n) - 1);
  __m512i piece = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(all, pieces));
  f->pieces = pieces;
  f->n = n;
  f->tokens = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), all, piece, units, 4);
  f->columns = _mm512_reduce_max_epu32(f->tokens);
}

/* Puts ranks into column i. */
static inline void put_ranks(flock *f, uint32_t i, __m512i ranks) {
  f->rank[i] = ranks;
  f->best = _mm512_min_epu32(f->best, ranks);
}

/* Fills the columns of pieces from their rows. */
static inline void flock_from_rows(const tok_ranks *r, flock *f, const flock_row *rows) {
  const __m512i none = _mm512_set1_epi32(-1), one = _mm512_set1_epi32(1);
  const __m512i nothing = _mm512_set1_epi32((int)tok_merge_nothing(&r->merges));
  __mmask16 all = (__mmask16)(((uint32_t)1 << f->n) - 1);
  __m512i piece = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(all, f->pieces)), pos = one;
  __m512i at = _mm512_slli_epi32(piece, FLOCK_POS_BITS);
  uint32_t columns = f->columns;
  f->id[0] = f->id[columns + 1] = nothing;
  for (uint32_t i = 1; i <= columns; i++) {
    f->id[i] = _mm512_mask_i32gather_epi32(nothing, all, at, rows, 4);
    at = _mm512_add_epi32(at, one);
  }
  f->best = f->rank[columns] = none;
  for (uint32_t i = 1; i < columns; i++) {
    flock_probe q;
    flock_entries e;
    flock_find(&r->merges, _mm512_cmpgt_epu32_mask(f->tokens, pos), f->id[i], f->id[i + 1], &q);
    flock_read(&r->merges, &q, &e);
    put_ranks(f, i, flock_ranks(&q, &e, pos));
    pos = _mm512_add_epi32(pos, one);
  }
}

/* Sixteen rows of as many bytes; the other way round in to[column]. */
static inline void turn_bytes(const __m128i *rows, __m512i to[4]) {
  const __m512i eighth = _mm512_broadcast_i32x4(
      _mm_setr_epi8(0, 16, 32, 48, 64, 80, 96, 112, 0, 16, 32, 48, 64, 80, 96, 112));
  const __m512i column = _mm512_set_epi64(0x0303030303030303, 0x0303030303030303,
                                          0x0202020202020202, 0x0202020202020202,
                                          0x0101010101010101, 0x0101010101010101, 0, 0);
  __m512i v[4], index = _mm512_or_si512(eighth, column);
  for (int i = 0; i < 4; i++) v[i] = _mm512_loadu_si512(rows + 4 * i);
  for (int i = 0; i < 4; i++) {
    __m512i low = _mm512_permutex2var_epi8(v[0], index, v[1]);
    __m512i high = _mm512_permutex2var_epi8(v[2], index, v[3]);
    to[i] = _mm512_mask_mov_epi64(low, 0xAA, high);
    index = _mm512_add_epi8(index, _mm512_set1_epi8(4));
  }
}

/*
** The same for pieces of ASCII, whose rows hold their bytes. A table has the ranks of two bytes,
** and few of its lines are in use.
*/
static inline void flock_from_bytes(const tok_ranks *r, flock *f, const flock_row *rows) {
  const __m512i none = _mm512_set1_epi32(-1), one = _mm512_set1_epi32(1);
  const __m512i nothing = _mm512_set1_epi32((int)tok_merge_nothing(&r->merges));
  __m128i row[FLOCK], bytes[FLOCK], ids[FLOCK];
  __m512i turned[4], pos = one, b0 = _mm512_setzero_si512();
  for (uint32_t i = 0; i < FLOCK; i++)
    row[i] = _mm_load_si128((const __m128i *)(const void *)rows[f->pieces[i < f->n ? i : 0]]);
  turn_bytes(row, turned);
  for (int i = 0; i < 4; i++) {
    _mm512_storeu_si512(bytes + 4 * i, turned[i]);
    _mm512_storeu_si512(ids + 4 * i, byte_ids(r, turned[i]));
  }
  f->id[0] = f->id[f->columns + 1] = nothing;
  f->best = f->rank[f->columns] = none;
  for (uint32_t i = 0; i < f->columns; i++) {
    /* of the pair of column i, whose second byte is in column i + 1 */
    __mmask16 second = _mm512_cmpge_epu32_mask(f->tokens, pos);
    __m512i b1 = _mm512_cvtepu8_epi32(bytes[i]);
    f->id[i + 1] = _mm512_mask_cvtepu8_epi32(nothing, second, ids[i]);
    if (i > 0) {
      __m512i pair = _mm512_or_si512(_mm512_slli_epi32(b0, 8), b1);
      __m512i rank = _mm512_mask_i32gather_epi32(none, second, pair, r->pair, 4);
      __mmask16 found = _mm512_cmpneq_epi32_mask(rank, none);
      rank = _mm512_or_si512(_mm512_slli_epi32(rank, FLOCK_POS_BITS), _mm512_sub_epi32(pos, one));
      put_ranks(f, i, _mm512_mask_mov_epi32(none, found, rank));
    }
    b0 = b1;
    pos = _mm512_add_epi32(pos, one);
  }
}

/* Is every piece encoded? */
static inline bool flock_is_done(const flock *f) {
  return _mm512_movepi32_mask(f->best) == 0xFFFF;
}

/*
** Looks at the lowest pairs, in the pieces that have one. In the others something is merged that
** nobody asks for, and no rank is found.
*/
static inline void flock_merge_pairs(flock *f, flock_merge *g) {
  const __m512i zero = _mm512_setzero_si512(), one = _mm512_set1_epi32(1);
  __mmask16 live = (__mmask16)~_mm512_movepi32_mask(f->best);
  __m512i pos = _mm512_and_si512(f->best, _mm512_set1_epi32(FLOCK_COLUMNS - 1));
  __m512i prev = _mm512_add_epi32(_mm512_slli_epi32(_mm512_sub_epi32(pos, one), 4), flock_lanes());
  g->id_prev = _mm512_mask_i32gather_epi32(zero, live, prev, f->id, 4);
  g->id_next = _mm512_mask_i32gather_epi32(zero, live, prev, f->id + 3, 4);
  f->tokens = _mm512_mask_sub_epi32(f->tokens, live, f->tokens, one);
  g->pos = pos;
  g->id = _mm512_srli_epi32(f->best, FLOCK_POS_BITS);
  g->live = live;
}

/* Where the ranks of the new pairs are. */
static inline void flock_merge_find(const tok_ranks *r, flock_merge *g) {
  flock_find(&r->merges, (__mmask16)g->live, g->id, g->id_next, &g->right);
  flock_find(&r->merges, (__mmask16)g->live, g->id_prev, g->id, &g->left);
}

/*
** Puts the new tokens and the ranks, of what has been read, into their columns; what is behind them
** moves up by one. A rank of none becomes lower by that, but stays above all others. keep: the bits
** of a column's id that stay (windows_avx512.h).
*/
ALWAYS void flock_merge_put(const tok_ranks *r, flock *f, const flock_merge *g,
                            const flock_entries e[2], __m512i keep) {
  const __m512i one = _mm512_set1_epi32(1), pos = g->pos, id = g->id;
  __m512i right = flock_ranks(&g->right, &e[0], pos);
  __m512i left = flock_ranks(&g->left, &e[1], _mm512_sub_epi32(pos, one));
  __m512i best = _mm512_set1_epi32(-1), column = one;
  __mmask16 here = _mm512_cmpeq_epi32_mask(pos, column), behind = 0;
  uint32_t n = --f->columns;
  for (uint32_t i = 1; i <= n; i++) {
    column = _mm512_add_epi32(column, one);
    __mmask16 next = _mm512_cmpeq_epi32_mask(pos, column);
    behind |= here;
    __m512i v = _mm512_mask_sub_epi32(f->rank[i], behind, f->rank[i + 1], one);
    v = _mm512_mask_mov_epi32(v, here, right);
    v = _mm512_mask_mov_epi32(v, next, left);
    best = _mm512_min_epu32(best, v);
    f->rank[i] = v;
    __m512i token = _mm512_or_si512(_mm512_and_si512(f->id[i], keep), id);
    v = _mm512_mask_mov_epi32(f->id[i], behind, f->id[i + 1]);
    f->id[i] = _mm512_mask_mov_epi32(v, here, token);
    here = next;
  }
  f->best = best;
  f->id[n + 1] = _mm512_set1_epi32((int)tok_merge_nothing(&r->merges));
}

/*
** ---- one piece or two -------------------------------------------------------------------------
*/

enum {
  ABREAST = 2,    /* measured: for three and more lanes are as fast */
  FEW_UNITS = 15, /* of a piece */
};

/* A piece that was cut by itself: units' ids from column 1 on, nothing in the others; ranks. */
typedef struct {
  __m512i id[2], rank[2]; /* of columns 0..15, 16..31 */
  uint32_t n;             /* units; 0: the piece is too long, or odd */
} flock_piece;

/*
** The ranks of a piece whose units are its n <= 30 bytes: a table has them, few of whose lines are
** in use.
*/
static inline void byte_ranks(const tok_ranks *r, const uint8_t *p, uint32_t n, flock_piece *u) {
  const __m512i none = _mm512_set1_epi32(-1);
  uint32_t all = ((uint32_t)1 << n) - 1, pairs = all - 1; /* columns of first bytes: 1.. */
  __m512i column = flock_lanes();
  u->rank[1] = none;
  for (int h = 0; h < (n < 16 ? 1 : 2); h++) {
    __m128i a = _mm_maskz_loadu_epi8(lanes_of(pairs, h), p + 16 * h - 1);
    __m128i b = _mm_maskz_loadu_epi8(lanes_of(pairs, h), p + 16 * h);
    __m512i pair = _mm512_or_si512(_mm512_slli_epi32(_mm512_cvtepu8_epi32(a), 8),
                                   _mm512_cvtepu8_epi32(b));
    __m512i rank = _mm512_mask_i32gather_epi32(none, lanes_of(pairs, h), pair, r->pair, 4);
    __mmask16 found = _mm512_cmpneq_epi32_mask(rank, none);
    u->rank[h] =
        _mm512_mask_or_epi32(none, found, _mm512_slli_epi32(rank, FLOCK_POS_BITS), column);
    column = _mm512_add_epi32(column, _mm512_set1_epi32(16));
  }
}

/* Cuts a piece; the ranks may still be missing. Returns whether they are. */
static inline bool flock_cut_piece(const tok_ranks *r, const job *j, flock_piece *u) {
  const __m512i nothing = _mm512_set1_epi32((int)tok_merge_nothing(&r->merges));
  uint32_t row[FLOCK_COLUMNS + FLOCK];
  u->n = flock_cut(r, j->p, j->n, row);
  if (u->n == 0) return false;
  __m512i low = _mm512_loadu_si512(row);
  u->id[0] = _mm512_alignr_epi32(low, nothing, 15);
  u->id[1] = u->n < 16 ? nothing : _mm512_alignr_epi32(_mm512_loadu_si512(row + 16), low, 15);
  if (u->n != j->n) return true;
  byte_ranks(r, j->p, u->n, u);
  return false;
}

/* The ranks of n <= FLOCK pieces' units, in two passes that wait for memory together. */
static inline void flock_rank(const tok_ranks *r, flock_piece *const *pieces, uint32_t n) {
  flock_probe low[FLOCK];
  for (uint32_t i = 0; i < n; i++) {
    flock_piece *u = pieces[i];
    uint32_t pairs = ((uint32_t)1 << u->n) - 2;
    flock_find(&r->merges, lanes_of(pairs, 0), u->id[0],
               _mm512_alignr_epi32(u->id[1], u->id[0], 1), &low[i]);
    u->rank[1] = _mm512_set1_epi32(-1);
    if (u->n <= 16) continue;
    flock_probe high;
    flock_entries e;
    flock_find(&r->merges, lanes_of(pairs, 1), u->id[1],
               _mm512_alignr_epi32(u->id[1], u->id[1], 1), &high);
    flock_read(&r->merges, &high, &e);
    u->rank[1] =
        flock_ranks(&high, &e, _mm512_add_epi32(flock_lanes(), _mm512_set1_epi32(16)));
  }
  for (uint32_t i = 0; i < n; i++) {
    flock_entries e;
    flock_read(&r->merges, &low[i], &e);
    pieces[i]->rank[0] = flock_ranks(&low[i], &e, flock_lanes());
  }
}

/*
** A piece of up to FEW_UNITS units being encoded. Its ranks stay in a register: written to memory
** in fours and read as one, they would have to get there first.
*/
typedef struct {
  __m512i rank;
  uint32_t starts;
  uint32_t id[FLOCK];
} few_piece;

ALWAYS void few_begin(few_piece *f, const flock_piece *u) {
  f->rank = u->rank[0];
  f->starts = ((uint32_t)4 << u->n) - 1;
  _mm512_storeu_si512(f->id, u->id[0]);
  if (u->n == FEW_UNITS) f->starts &= 0xFFFF; /* what ends the piece would be column 16 */
}

/* Tokens of a piece that is done. */
ALWAYS uint32_t few_tokens(const few_piece *f, const flock_piece *u) {
  return (uint32_t)_mm_popcnt_u32(f->starts) - (u->n == FEW_UNITS ? 1 : 2);
}

/*
** Merges the lowest pair, whose packed rank is `best`; of a piece that is done, TOK_RANK_NONE: then
** the merge is of nothing with whatever stands last, which leaves the piece as it is.
*/
ALWAYS void few_merge(const tok_merges *m, few_piece *f, uint32_t best) {
  const __m512i none = _mm512_set1_epi32(-1);
  uint32_t pos = best & (FLOCK - 1), token = best >> FLOCK_POS_BITS & tok_merge_mask(m);
  uint32_t after = f->starts & ~(uint32_t)1 << pos, gone = after & (0 - after);
  uint32_t next = _tzcnt_u32(after ^ gone) & (FLOCK - 1);
  uint32_t prev = 31 - _lzcnt_u32((f->starts & (((uint32_t)1 << pos) - 1)) | 1);
  tok_merge_key right = tok_merge_key_of(m, token, f->id[next]);
  tok_merge_key left = tok_merge_key_of(m, f->id[prev], token);
  const uint8_t *right_at = tok_merge_place(m, right), *left_at = tok_merge_place(m, left);
  f->id[pos] = token;
  f->starts ^= best == TOK_RANK_NONE ? 0 : gone;
  __m512i rank = _mm512_mask_mov_epi32(f->rank, (__mmask16)(gone | 1u << pos | 1u << prev), none);
  uint64_t right_rank = tok_merge_at(right_at, right.half, FLOCK_POS_BITS);
  uint64_t left_rank = tok_merge_at(left_at, left.half, FLOCK_POS_BITS);
  uint32_t has_right = right_rank >> (TOK_MERGE_ID_BITS + FLOCK_POS_BITS) == 0;
  uint32_t has_left = left_rank >> (TOK_MERGE_ID_BITS + FLOCK_POS_BITS) == 0;
  rank = _mm512_mask_mov_epi32(rank, (__mmask16)(has_right << pos),
                               _mm512_set1_epi32((int)((uint32_t)right_rank | pos)));
  f->rank = _mm512_mask_mov_epi32(rank, (__mmask16)(has_left << prev),
                                  _mm512_set1_epi32((int)((uint32_t)left_rank | prev)));
}

/*
** Tokens of n <= ABREAST pieces of up to FEW_UNITS units. Each merge waits for the one before,
** but not for those of the other piece.
*/
ALWAYS void few_count(const tok_ranks *r, const flock_piece *u, uint32_t n, uint32_t *tokens) {
  const tok_merges m = r->merges;
  few_piece f[ABREAST];
  uint32_t all;
  for (uint32_t i = 0; i < n; i++) few_begin(&f[i], &u[i]);
  do {
    all = TOK_RANK_NONE;
    for (uint32_t i = 0; i < n; i++) {
      uint32_t best = _mm512_reduce_min_epu32(f[i].rank);
      all &= best;
      few_merge(&m, &f[i], best);
    }
  } while (all != TOK_RANK_NONE);
  for (uint32_t i = 0; i < n; i++) tokens[i] = few_tokens(&f[i], &u[i]);
}

#endif

/*
** flock: byte-pair encoding of sixteen short pieces at a time, one in each lane of a vector.
** Private to kernel_avx512.c; the words "whole characters" and "nothing" are those of lanes.h and
** id_lanes.h.
**
** A piece has a row: its tokens' ids and the ranks of its pairs stand in columns, one a unit, where
** a unit is what the piece starts from. While no piece of a flock is wide, half of the columns are
** left alone. A step merges the lowest pair of every row, so sixteen pieces wait for memory
** together and none mispredicts a branch. A row whose piece is done takes the next.
**
** Rows cost more than columns would where the lowest pairs are looked for, but a piece is put into
** one by two stores; into a column, one element at a time.
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
  FLOCK = 16,       /* pieces */
  FLOCKS = 3,       /* a step of all of them in turns, so that they wait for memory together */
  FLOCK_UNITS = 15, /* of a piece, in columns 1..; of a wide one: */
  FLOCK_UNITS_MAX = 30,
  FLOCK_COLUMNS = 32, /* column 0 stands for what is in front: nothing */
  FLOCK_POS_BITS = 5,
  FLOCK_BYTES = 62 /* of a piece */
};

typedef struct {
  uint32_t rank[FLOCK][FLOCK_COLUMNS]; /* rank << 5 | column of the pair that starts there */
  uint32_t id[FLOCK][FLOCK_COLUMNS];
  /* bits of columns where a token starts, and 0 and that behind the last unit */
  uint32_t starts[FLOCK];
  job job[FLOCK];
  uint32_t busy; /* rows with a piece */
  uint32_t wide; /* those with a wide one */
} __attribute__((aligned(64))) flock;

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

/*
** A piece that is to be encoded: its units' ids from column 1 on, nothing in the others; the pairs'
** ranks.
*/
typedef struct {
  __m512i id[2], rank[2]; /* of columns 0..15, 16..31 */
  uint32_t n;             /* 0: the piece is too long, or odd */
  uint32_t best;          /* the lowest of the ranks */
  bool ranked;            /* the ranks are known without a probe */
  job job;
} flock_piece;

/* A step of one flock under way. */
typedef struct {
  __m512i pos, prev;
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

/* Ranks of the pairs, packed with `pos`; TOK_RANK_NONE where there is none. */
ALWAYS __m512i flock_ranks(const flock_probe *q, const flock_entries *e, __m512i pos) {
  const __m512i end = _mm512_set1_epi64((int64_t)1 << (TOK_MERGE_ID_BITS + FLOCK_POS_BITS));
  __m512i lo = flock_tokens(e->half[0], _mm512_castsi512_si256(q->half));
  __m512i hi = flock_tokens(e->half[1], _mm512_extracti64x4_epi64(q->half, 1));
  __mmask16 found =
      (__mmask16)(_mm512_cmplt_epu64_mask(lo, end) | _mm512_cmplt_epu64_mask(hi, end) << 8);
  __m512i rank = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(lo)),
                                    _mm512_cvtepi64_epi32(hi), 1);
  return _mm512_mask_or_epi32(_mm512_set1_epi32(-1), found, rank, pos);
}

/*
** ---- from bytes to units ----------------------------------------------------------------------
*/

/* Lanes of half h of a mask of columns or units. */
static inline __mmask16 lanes_of(uint32_t mask, int h) { return (__mmask16)(mask >> 16 * h); }

/* Ids of k units, moved up one column, between nothing. */
static inline void put_units(const tok_ranks *r, const __m512i id[2], uint32_t k, flock_piece *u) {
  const __m512i nothing = _mm512_set1_epi32((int)tok_merge_nothing(&r->merges));
  uint32_t all = (uint32_t)(((uint64_t)1 << k) - 1);
  __m512i low = _mm512_mask_mov_epi32(nothing, lanes_of(all, 0), id[0]);
  __m512i high = _mm512_mask_mov_epi32(nothing, lanes_of(all, 1), id[1]);
  u->n = k;
  u->id[0] = _mm512_alignr_epi32(low, nothing, 15);
  u->id[1] = _mm512_alignr_epi32(high, low, 15);
}

/* Ids of 64 bytes, which are below 256. */
static inline __m512i byte_ids(const tok_ranks *r, __m512i v) {
  const uint8_t *ids = r->merges.bytes;
  __m512i low = _mm512_permutex2var_epi8(_mm512_loadu_si512(ids), v, _mm512_loadu_si512(ids + 64));
  __m512i high =
      _mm512_permutex2var_epi8(_mm512_loadu_si512(ids + 128), v, _mm512_loadu_si512(ids + 192));
  return _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(v), high);
}

/*
** A piece whose units are its bytes. A table has the ranks of their pairs, and few of its lines
** are in use.
*/
static inline void cut_bytes(const tok_ranks *r, __m512i v, uint32_t n, flock_piece *u) {
  const __m512i none = _mm512_set1_epi32(-1);
  __m512i id[2], bytes_of = byte_ids(r, v);
  uint32_t pairs = ((uint32_t)1 << n) - 2;
  id[1] = u->rank[1] = none;
  for (int h = 0; h < (n > FLOCK_UNITS ? 2 : 1); h++) {
    __m128i bytes = h == 0 ? _mm512_castsi512_si128(v) : _mm512_extracti32x4_epi32(v, 1);
    __m128i before =
        h == 0 ? _mm_slli_si128(bytes, 1) : _mm_alignr_epi8(bytes, _mm512_castsi512_si128(v), 15);
    __m512i b0 = _mm512_cvtepu8_epi32(before), b1 = _mm512_cvtepu8_epi32(bytes);
    id[h] = _mm512_cvtepu8_epi32(h == 0 ? _mm512_castsi512_si128(bytes_of)
                                        : _mm512_extracti32x4_epi32(bytes_of, 1));
    __m512i first = _mm512_or_si512(_mm512_slli_epi32(b0, 8), b1);
    __m512i rank = _mm512_mask_i32gather_epi32(none, lanes_of(pairs, h), first, r->pair, 4);
    __mmask16 found = _mm512_cmpneq_epi32_mask(rank, none);
    __m512i column = _mm512_add_epi32(flock_lanes(), _mm512_set1_epi32(16 * h));
    u->rank[h] =
        _mm512_mask_or_epi32(none, found, _mm512_slli_epi32(rank, FLOCK_POS_BITS), column);
  }
  put_units(r, id, n, u);
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

/* Cuts n <= 16 * parts bytes, not all ASCII. */
ALWAYS void cut_chars(const tok_ranks *r, __m512i v, int parts, piece_chars *c, flock_piece *u) {
  const __m512i nothing = _mm512_set1_epi32((int)tok_merge_nothing(&r->merges));
  uint32_t row[FLOCK_COLUMNS + 5 * FLOCK];
  __m512i id[4], bytes_of = byte_ids(r, v);
  uint64_t edges = 0;
  for (int i = 0; i < parts; i++) id[i] = char_ids(r, v, 16 * i, c, &edges);
  c->odd |= edges | (edges >> 2 & ~c->lead3) | (edges >> 3 & c->lead3);
  c->odd &= c->lead;
  uint64_t starts = c->starts | c->odd << 1 | (c->odd & c->lead3) << 2;
  uint64_t bytes = starts & ~(c->lead & ~c->odd);
  uint32_t n = (uint32_t)_mm_popcnt_u64(starts), k = 1;
  if (n > FLOCK_UNITS_MAX) return;
  u->n = n;
  for (int i = 0; i < parts; i++) {
    __m512i byte = _mm512_and_si512(words_from(bytes_of, 16 * i), _mm512_set1_epi32(0xFF));
    __mmask16 units = (__mmask16)(starts >> 16 * i);
    id[i] = _mm512_mask_mov_epi32(id[i], (__mmask16)(bytes >> 16 * i), byte);
    id[i] = _mm512_mask_compress_epi32(nothing, units, id[i]);
    if (parts == 1) break;
    _mm512_storeu_si512(row + k, id[i]);
    k += (uint32_t)_mm_popcnt_u32(units);
  }
  if (parts == 1) {
    u->id[0] = _mm512_alignr_epi32(id[0], nothing, 15);
    u->id[1] = _mm512_alignr_epi32(nothing, id[0], 15);
    return;
  }
  row[0] = tok_merge_nothing(&r->merges);
  _mm512_storeu_si512(row + k, nothing);
  _mm512_storeu_si512(row + k + 16, nothing);
  u->id[0] = _mm512_loadu_si512(row);
  u->id[1] = _mm512_loadu_si512(row + 16);
}

/* Cuts a piece into units; their pairs' ranks may still be missing (see flock_rank). */
static inline void flock_cut(const tok_ranks *r, const uint8_t *p, uint32_t n, flock_piece *u) {
  uint64_t valid = ((uint64_t)1 << n) - 1;
  __m512i v = _mm512_maskz_loadu_epi8(valid, p);
  piece_chars c = {.cont = _mm512_cmplt_epi8_mask(v, _mm512_set1_epi8(-64))};
  c.starts = valid & ~c.cont;
  u->n = 0;
  u->ranked = c.cont == 0;
  if (_mm_popcnt_u64(c.starts) > FLOCK_UNITS_MAX) return;
  if (u->ranked) {
    cut_bytes(r, v, n, u);
    return;
  }
  c.lead = _mm512_movepi8_mask(v) & ~c.cont;
  c.lead3 = _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8((char)0xE0));
  uint64_t lead4 = _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8((char)0xF0));
  if ((c.lead << 1 | c.lead3 << 2) != c.cont || lead4 != 0 || has_no_character(v, &c)) return;
  if (n <= 16) {
    cut_chars(r, v, 1, &c, u);
  } else {
    cut_chars(r, v, (int)(n + 15) / 16, &c, u);
  }
}

/* The ranks of n <= FLOCK pieces' units, in two passes that wait for memory together. */
static inline void flock_rank_some(const tok_ranks *r, flock_piece *const *pieces, uint32_t n) {
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

/* Of any number of pieces. */
static inline void flock_rank(const tok_ranks *r, flock_piece *const *pieces, uint32_t n) {
  for (uint32_t i = 0; i < n; i += FLOCK)
    flock_rank_some(r, pieces + i, n - i < FLOCK ? n - i : FLOCK);
}

/*
** ---- steps ------------------------------------------------------------------------------------
*/

static inline void flock_clear(flock *f) {
  memset(f->rank, 0xFF, sizeof f->rank);
  memset(f->starts, 0, sizeof f->starts);
  f->busy = f->wide = 0;
}

static inline uint32_t flock_lowest(const flock_piece *u) {
  __m512i both = _mm512_min_epu32(u->rank[0], u->rank[1]);
  return _mm512_reduce_min_epu32(u->n < FLOCK_UNITS ? u->rank[0] : both);
}

/* Puts a piece into a free row, whose ranks are all TOK_RANK_NONE. */
static inline void flock_put(flock *f, unsigned k, const flock_piece *u) {
  _mm512_store_si512(f->rank[k], u->rank[0]);
  _mm512_store_si512(f->id[k], u->id[0]);
  if (u->n >= FLOCK_UNITS) { /* what is behind the last unit is in the other half */
    _mm512_store_si512(f->rank[k] + 16, u->rank[1]);
    _mm512_store_si512(f->id[k] + 16, u->id[1]);
  }
  f->wide |= (uint32_t)(u->n > FLOCK_UNITS) << k;
  f->starts[k] = (uint32_t)(((uint64_t)4 << u->n) - 1);
  f->job[k] = u->job;
  f->busy |= 1u << k;
}

/* Tokens of a piece that is done. */
static inline int flock_count(const flock *f, unsigned k) {
  return (int)_mm_popcnt_u32(f->starts[k]) - 2;
}

/* The highest bit of each lane. */
static inline __m512i top_bit(__m512i bits) {
  return _mm512_sub_epi32(_mm512_set1_epi32(31), _mm512_lzcnt_epi32(bits));
}

static inline __m512i low_bit(__m512i bits) {
  return _mm512_and_si512(bits, _mm512_sub_epi32(_mm512_setzero_si512(), bits));
}

/*
** Half of a reduction of sixteen vectors to one: the lower of what a and b hold, from both of which
** the elements of `odd` change places by `swapped`.
*/
#define FLOCK_LOWER(a, b, odd, blend, swapped)                                                     \
  do {                                                                                             \
    __m512i x_ = blend(odd, a, b), y_ = blend(odd, b, a);                                          \
    a = _mm512_min_epu32(x_, swapped(y_));                                                         \
  } while (0)
#define SWAP_QUARTERS(v) _mm512_shuffle_i64x2(v, v, 0xB1)
#define SWAP_PAIRS(v)    _mm512_shuffle_epi32(v, _MM_PERM_BADC)
#define SWAP_ONES(v)     _mm512_shuffle_epi32(v, _MM_PERM_CDAB)

/* The lower of the halves of rows i and i + 8: eight elements each. */
static inline __m512i flock_halves(const flock *f, int i) {
  const uint32_t *a = f->rank[i], *b = f->rank[i + 8];
  if (f->wide != 0) {
    __m512i wide_a = _mm512_min_epu32(_mm512_load_si512(a), _mm512_load_si512(a + 16));
    __m512i wide_b = _mm512_min_epu32(_mm512_load_si512(b), _mm512_load_si512(b + 16));
    return _mm512_min_epu32(_mm512_shuffle_i64x2(wide_a, wide_b, 0x44),
                            _mm512_shuffle_i64x2(wide_a, wide_b, 0xEE));
  }
#define HALF(p)       _mm256_load_si256((const __m256i *)(const void *)(p))
#define HALVES(a_, b_) _mm512_inserti64x4(_mm512_castsi256_si512(HALF(a_)), HALF(b_), 1)
  return _mm512_min_epu32(HALVES(a, b), HALVES(a + 8, b + 8));
#undef HALVES
#undef HALF
}

/* The lowest rank of each row. */
static inline __m512i flock_minimum(const flock *f) {
  __m512i v[8];
  for (int i = 0; i < 8; i++) v[i] = flock_halves(f, i);
  for (int i = 0; i < 4; i++)
    FLOCK_LOWER(v[i], v[i + 4], 0xCC, _mm512_mask_blend_epi64, SWAP_QUARTERS);
  for (int i = 0; i < 2; i++)
    FLOCK_LOWER(v[i], v[i + 2], 0xAA, _mm512_mask_blend_epi64, SWAP_PAIRS);
  FLOCK_LOWER(v[0], v[1], 0xAAAA, _mm512_mask_blend_epi32, SWAP_ONES);
  return v[0];
}

/* Where a column of each row stands. */
static inline __m512i flock_at(__m512i column) {
  return _mm512_add_epi32(_mm512_slli_epi32(flock_lanes(), FLOCK_POS_BITS), column);
}

/* Merges the lowest pairs, in the rows that have one. */
static inline void flock_merge_pairs(flock *f, __m512i best, __mmask16 live, flock_merge *g) {
  const __m512i one = _mm512_set1_epi32(1), zero = _mm512_setzero_si512();
  __m512i pos = _mm512_and_si512(best, _mm512_set1_epi32(FLOCK_COLUMNS - 1));
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
  g->pos = pos;
  g->prev = prev;
  g->id = id;
  g->id_prev = id_prev;
  g->id_next = id_next;
  g->live = live;
}

/* Where the ranks of the new pairs are. */
static inline void flock_merge_find(const tok_ranks *r, flock_merge *g) {
  flock_find(&r->merges, (__mmask16)g->live, g->id, g->id_next, &g->right);
  flock_find(&r->merges, (__mmask16)g->live, g->id_prev, g->id, &g->left);
}

/* The ranks: of what has been read. */
ALWAYS void flock_merge_rank(flock *f, const flock_merge *g, const flock_entries e[2]) {
  __m512i right = flock_ranks(&g->right, &e[0], g->pos);
  __m512i left = flock_ranks(&g->left, &e[1], g->prev);
  __mmask16 live = (__mmask16)g->live;
  _mm512_mask_i32scatter_epi32(f->rank, live, flock_at(g->pos), right, 4);
  _mm512_mask_i32scatter_epi32(f->rank, live, flock_at(g->prev), left, 4);
}

/*
** ---- one piece or two -------------------------------------------------------------------------
*/

enum { ABREAST = 2 }; /* measured: for three and more lanes are as fast */

/*
** A piece of up to FLOCK_UNITS units being encoded. Its ranks stay in a register: written to memory
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
  if (u->n == FLOCK_UNITS) f->starts &= 0xFFFF; /* what ends the piece would be column 16 */
}

/* Tokens of a piece that is done. */
ALWAYS uint32_t few_tokens(const few_piece *f, const flock_piece *u) {
  return (uint32_t)_mm_popcnt_u32(f->starts) - (u->n == FLOCK_UNITS ? 1 : 2);
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
** Tokens of n <= ABREAST pieces of up to FLOCK_UNITS units. Each merge waits for the one before,
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

/*
** windows_avx512: token starts of windows of a long piece, sixteen windows in a flock. Private to
** longs.h.
**
** What flock_avx512.h counts is here to be found in the text too: above its id a column holds the
** unit at which its token starts, and a merge takes the start of its right token out of the
** window's. A window of ASCII may begin and end anywhere; others begin and end with a character.
*/
#ifndef TOK_WINDOWS_AVX512_H
#define TOK_WINDOWS_AVX512_H

#include "flock_avx512.h"

enum {
  NARROW = FLOCK_UNITS_MAX, /* bytes of a window of ASCII, */
  NARROW_STRIDE = 16,       /* and from one to the next */
  NARROWS_MAX = FLOCKS * FLOCK,
  START_SHIFT = TOK_MERGE_ID_BITS /* of a unit's number, in a column's id */
};

typedef struct {
  flock *f;
  __m512i starts; /* bits of units */
} window_flock;

/* Windows that begin and end with a character. */
typedef struct {
  uint64_t units[NARROWS_MAX]; /* bits of bytes */
  uint32_t n_units[NARROWS_MAX];
  flock_row rows[NARROWS_MAX + 1];
} window_rows;

static const uint8_t window_numbers[NARROWS_MAX] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
    24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47};

/*
** Adds windows of left >= NARROW bytes of ASCII, up to NARROWS_MAX; the last ends with the text.
** n: how many there are. Returns how many there are then.
*/
static uint32_t list_narrow(const uint8_t *p, size_t left, job *jobs, uint32_t n) {
  for (size_t at = 0; n < NARROWS_MAX && at + NARROW < left; at += NARROW_STRIDE)
    jobs[n++] = (job){.p = p + at, .n = NARROW};
  if (n < NARROWS_MAX) jobs[n++] = (job){.p = p + left - NARROW, .n = NARROW};
  return n;
}

/*
** Cuts window i into units; it gets fewer bytes where they would be too many. starts: bits of the
** characters' first bytes. False where it is odd.
*/
static inline bool cut_narrow(const tok_ranks *r, job *j, uint64_t starts, window_rows *w,
                              uint32_t i) {
  w->n_units[i] = flock_cut_at(r, j->p, j->n, w->rows[i], &w->units[i]);
  if (w->n_units[i] != 0) return true;
  uint64_t too_many = _pdep_u64((uint64_t)1 << FLOCK_UNITS_MAX, w->units[i]);
  if (too_many == 0) return false;
  starts &= (too_many << 1) - 1;
  j->n = 63 - (uint32_t)_lzcnt_u64(starts);
  w->n_units[i] = flock_cut_at(r, j->p, j->n, w->rows[i], &w->units[i]);
  return w->n_units[i] != 0;
}

/* The same of any text; it ends where something is odd. */
static uint32_t list_narrow_chars(const tok_ranks *r, const uint8_t *p, size_t left, job *jobs,
                                  window_rows *w, uint32_t n) {
  while (n < NARROWS_MAX) {
    uint64_t valid = left < 64 ? ((uint64_t)1 << left) - 1 : ~(uint64_t)0;
    __m512i v = _mm512_maskz_loadu_epi8(valid, p);
    uint64_t starts = valid & ~_mm512_cmplt_epi8_mask(v, _mm512_set1_epi8(-64));
    uint64_t behind = _pdep_u64((uint64_t)1 << FLOCK_UNITS_MAX, starts);
    uint64_t ends = starts & (((uint64_t)2 << FLOCK_BYTES) - 1);
    if (behind != 0) ends &= (behind << 1) - 1;
    job j = {.p = p, .n = left <= FLOCK_BYTES && behind == 0 ? (uint32_t)left
                                                         : 63 - (uint32_t)_lzcnt_u64(ends)};
    if ((starts & 1) == 0 || j.n == 0) return n;
    if (!cut_narrow(r, &j, starts, w, n)) return n;
    jobs[n++] = j;
    if (j.n == left) return n;
    /* the next one begins behind its middle */
    uint32_t step = (uint32_t)_tzcnt_u64(starts & (~(uint64_t)0 << (j.n + 1) / 2));
    if (step >= j.n) return n;
    p += step;
    left -= step;
  }
  return n;
}

/* Gives the columns the numbers of their units. */
static inline void number_units(window_flock *w) {
  __m512i start = _mm512_setzero_si512();
  for (uint32_t i = 1; i <= w->f->columns; i++) {
    w->f->id[i] = _mm512_or_si512(w->f->id[i], start);
    start = _mm512_add_epi32(start, _mm512_set1_epi32(1 << START_SHIFT));
  }
  w->starts = _mm512_sub_epi32(_mm512_sllv_epi32(_mm512_set1_epi32(1), w->f->tokens),
                               _mm512_set1_epi32(1));
}

/* Starts n <= FLOCK windows of ASCII, or of any bytes that start as such. */
static void windows_from_bytes(const tok_ranks *r, flock *f, const job *jobs, uint32_t n) {
  const __m512i none = _mm512_set1_epi32(-1), one = _mm512_set1_epi32(1);
  const __m512i nothing = _mm512_set1_epi32((int)tok_merge_nothing(&r->merges));
  __mmask16 all = (__mmask16)(((uint32_t)1 << n) - 1);
  const uint32_t size = NARROW;
  __m128i half[2][FLOCK], bytes[2 * FLOCK], ids[2 * FLOCK];
  for (uint32_t i = 0; i < FLOCK; i++) {
    __m256i v = _mm256_maskz_loadu_epi8(((uint32_t)1 << NARROW) - 1, jobs[i < n ? i : 0].p);
    half[0][i] = _mm256_castsi256_si128(v);
    half[1][i] = _mm256_extracti128_si256(v, 1);
  }
  for (int h = 0; h < 2; h++) {
    __m512i turned[4];
    turn_bytes(half[h], turned);
    for (int i = 0; i < 4; i++) {
      _mm512_storeu_si512(bytes + FLOCK * h + 4 * i, turned[i]);
      _mm512_storeu_si512(ids + FLOCK * h + 4 * i, byte_ids(r, turned[i]));
    }
  }
  f->n = n;
  f->columns = size;
  f->tokens = _mm512_maskz_set1_epi32(all, (int)size);
  f->id[0] = f->id[size + 1] = nothing;
  f->best = f->rank[size] = none;
  __m512i b0 = _mm512_cvtepu8_epi32(bytes[0]), pos = one;
  for (uint32_t i = 1; i <= size; i++) {
    f->id[i] = _mm512_cvtepu8_epi32(ids[i - 1]);
    if (i == size) break;
    __m512i b1 = _mm512_cvtepu8_epi32(bytes[i]);
    __m512i pair = _mm512_or_si512(_mm512_slli_epi32(b0, 8), b1);
    __m512i rank = _mm512_mask_i32gather_epi32(none, all, pair, r->pair, 4);
    __mmask16 found = _mm512_cmpneq_epi32_mask(rank, none);
    put_ranks(f, i,
              _mm512_mask_or_epi32(none, found, _mm512_slli_epi32(rank, FLOCK_POS_BITS), pos));
    pos = _mm512_add_epi32(pos, one);
    b0 = b1;
  }
}

/* As flock_merge_pairs(). */
static inline void windows_merge_pairs(window_flock *w, flock_merge *g) {
  const __m512i one = _mm512_set1_epi32(1), id = _mm512_set1_epi32((1 << START_SHIFT) - 1);
  flock_merge_pairs(w->f, g);
  __m512i pos = _mm512_add_epi32(_mm512_slli_epi32(g->pos, 4), flock_lanes());
  __m512i right = _mm512_mask_i32gather_epi32(one, (__mmask16)g->live, pos, w->f->id + 1, 4);
  __m512i gone = _mm512_sllv_epi32(one, _mm512_srli_epi32(right, START_SHIFT));
  w->starts = _mm512_mask_andnot_epi32(w->starts, (__mmask16)g->live, gone, w->starts);
  g->id_prev = _mm512_and_si512(g->id_prev, id);
  g->id_next = _mm512_and_si512(g->id_next, id);
}

/* Merges what there is to merge in n flocks. */
static void windows_merge(const tok_ranks *r, window_flock *w, uint32_t n) {
  flock_merge merges[FLOCKS];
  flock_entries e[FLOCKS][2];
  window_flock *live[FLOCKS];
  const __m512i keep = _mm512_set1_epi32((int)(~(uint32_t)0 << START_SHIFT));
  for (uint32_t i = 0; i < n; i++) live[i] = &w[i];
  while (n > 0) {
    for (uint32_t i = 0; i < n; i++) windows_merge_pairs(live[i], &merges[i]);
    for (uint32_t i = 0; i < n; i++) flock_merge_find(r, &merges[i]);
    for (uint32_t i = 0; i < n; i++) {
      flock_read(&r->merges, &merges[i].right, &e[i][0]);
      flock_read(&r->merges, &merges[i].left, &e[i][1]);
    }
    for (uint32_t i = 0; i < n; i++) flock_merge_put(r, live[i]->f, &merges[i], e[i], keep);
    for (uint32_t i = n; i-- > 0;) {
      if (flock_is_done(live[i]->f)) live[i] = live[--n];
    }
  }
}

/* Token starts of n <= NARROWS_MAX windows. rows: NULL where they start as bytes. */
static void run_narrow(const tok_ranks *r, flock *flocks, const job *jobs, uint32_t n,
                       const window_rows *rows, uint64_t *starts) {
  window_flock w[FLOCKS];
  uint32_t n_flocks = 0;
  for (uint32_t at = 0; at < n; at += FLOCK, n_flocks++) {
    flock *f = w[n_flocks].f = &flocks[n_flocks];
    uint32_t size = n - at < FLOCK ? n - at : FLOCK;
    if (rows == NULL) {
      windows_from_bytes(r, f, jobs + at, size);
    } else {
      flock_begin(f, window_numbers + at, size, rows->n_units);
      flock_from_rows(r, f, rows->rows);
    }
    number_units(&w[n_flocks]);
  }
  windows_merge(r, w, n_flocks);
  for (uint32_t i = 0; i < n_flocks; i++) {
    uint32_t bits[FLOCK];
    _mm512_storeu_si512(bits, w[i].starts);
    for (uint32_t k = 0, at = i * FLOCK; k < w[i].f->n; k++, at++)
      starts[at] = rows == NULL ? bits[k] : _pdep_u64(bits[k], rows->units[at]);
  }
}

#endif

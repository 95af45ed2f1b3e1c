/*
** names_avx512: where a name of an added token may begin (added.h), 64 places at a time. Private to
** kernel_avx512.c.
*/
#ifndef TOK_NAMES_AVX512_H
#define TOK_NAMES_AVX512_H

#include <immintrin.h>

#include "added.h"

/* The groups of names that may have what stands `depth` behind each of 64 places. */
static inline __m512i name_groups(const tok_added_filter *f, int depth, const uint8_t *p,
                                  size_t left) {
  const uint8_t *table = f->groups[depth];
  size_t n = left > (size_t)depth ? left - (size_t)depth : 0;
  uint64_t valid = n >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1;
  __m512i c = _mm512_maskz_loadu_epi8(valid, p + depth);
  __m512i groups = _mm512_permutexvar_epi8(c, _mm512_loadu_si512(table));
  uint64_t upper = _mm512_test_epi8_mask(c, _mm512_set1_epi8(64));
  groups = _mm512_mask_permutexvar_epi8(groups, upper, c, _mm512_loadu_si512(table + 64));
  uint64_t high = _mm512_movepi8_mask(c);
  if (high == 0) return groups;
  groups = _mm512_mask_permutexvar_epi8(groups, high, c, _mm512_loadu_si512(table + 128));
  return _mm512_mask_permutexvar_epi8(groups, high & upper, c, _mm512_loadu_si512(table + 192));
}

static size_t kernel_next_name(const tok_added_filter *f, const uint8_t *p, size_t at, size_t n) {
  enum { AHEAD = 2048 }; /* bytes; this is the first pass over a text */
  for (; at < n; at += 64) {
    size_t left = n - at;
    __builtin_prefetch(p + at + AHEAD);
    __m512i all =
        _mm512_and_si512(name_groups(f, 0, p + at, left), name_groups(f, 1, p + at, left));
    uint64_t found = _mm512_test_epi8_mask(all, all);
    if (found == 0) continue;
    for (int depth = 2; depth < TOK_ADDED_DEPTH; depth++)
      all = _mm512_and_si512(all, name_groups(f, depth, p + at, left));
    found = _mm512_test_epi8_mask(all, all);
    if (left < 64) found &= ((uint64_t)1 << left) - 1;
    if (found != 0) return at + _tzcnt_u64(found);
  }
  return n;
}

#endif

/*
** odd_avx512: odd.h on 64-byte vectors. Private to kernel_avx512.c.
**
** The second byte of a character of two bytes, and of one of three bytes its first two, are looked
** up in bitmaps by permutations; characters of three bytes whose page (64 code points) has others
** than bounds mostly share it with their neighbours, and are looked up together.
*/
#ifndef TOK_ODD_AVX512_H
#define TOK_ODD_AVX512_H

#include <immintrin.h>

#include "form.h"

#define KERNEL_ODD

/* Bit n & 7 of each byte. */
static inline uint64_t bit_in(__m512i bytes, __m512i n) {
  const __m512i bits = _mm512_set1_epi64((long long)0x8040201008040201u);
  __m512i bit = _mm512_shuffle_epi8(bits, _mm512_and_si512(n, _mm512_set1_epi8(7)));
  return _mm512_test_epi8_mask(bytes, bit);
}

/* (x << 3) + (y >> 3 & 7) of each byte: where a bitmap has the bits of y. */
static inline __m512i byte_of_bit(__m512i x, __m512i y) {
  x = _mm512_and_si512(_mm512_slli_epi16(x, 3), _mm512_set1_epi8((char)0xF8));
  y = _mm512_and_si512(_mm512_srli_epi16(y, 3), _mm512_set1_epi8(7));
  return _mm512_or_si512(x, y);
}

/* Bits of a bitmap of 2048 for characters of two bytes. */
static inline uint64_t bits_of_two(const uint64_t *bitmap, __m512i v, __m512i v1) {
  __m512i at = byte_of_bit(v, v1);
  __m512i lo = _mm512_permutex2var_epi8(_mm512_loadu_si512(bitmap), at,
                                        _mm512_loadu_si512(bitmap + 8));
  __m512i hi = _mm512_permutex2var_epi8(_mm512_loadu_si512(bitmap + 16), at,
                                        _mm512_loadu_si512(bitmap + 24));
  return bit_in(_mm512_mask_mov_epi8(lo, _mm512_movepi8_mask(at), hi), v1);
}

/* The same of the pages of characters of three bytes. */
static inline uint64_t bits_of_page(const uint8_t *bitmap, __m512i v, __m512i v1) {
  __m512i at = byte_of_bit(v, v1);
  return bit_in(_mm512_permutex2var_epi8(_mm512_loadu_si512(bitmap), at,
                                         _mm512_loadu_si512(bitmap + 64)),
                v1);
}

/* Of characters of three bytes those that are no bounds; adds marks to *marks. */
static inline uint64_t odd_of_three(const tok_form *f, const uint8_t *p, size_t left, __m512i v,
                                    __m512i v1, __m512i v2, uint64_t leads, uint64_t *marks) {
  uint64_t found = 0;
  __m512i at = _mm512_and_si512(_mm512_srli_epi16(v2, 3), _mm512_set1_epi8(7));
  while (leads != 0) {
    size_t i = _tzcnt_u64(leads);
    if (left - i < 3) break; /* cut off: no character */
    uint64_t same = leads & equals(v, (char)p[i]) & equals(v1, (char)p[i + 1]);
    size_t page = (p[i] & 15u) << 6 | (p[i + 1] & 63u);
    __m512i row = _mm512_set1_epi64((long long)f->bound[page]);
    uint64_t others = same & ~bit_in(_mm512_shuffle_epi8(row, at), v2);
    row = _mm512_set1_epi64((long long)f->mark[page]);
    *marks |= others & bit_in(_mm512_shuffle_epi8(row, at), v2);
    found |= others;
    leads &= ~same;
  }
  return found;
}

static inline uint64_t odd_of_four(const tok_form *f, const uint8_t *p, size_t left,
                                   uint64_t leads) {
  uint64_t found = 0;
  for (; leads != 0; leads &= leads - 1) {
    size_t i = _tzcnt_u64(leads);
    if (left - i < 4) break;
    uint32_t page = (p[i] & 7u) << 12 | (p[i + 1] & 63u) << 6 | (p[i + 2] & 63u);
    page -= TOK_FORM_PLANE / TOK_FORM_WORD;
    bool clean = page / 8 < sizeof f->clean4 && (f->clean4[page / 8] >> page % 8 & 1);
    found |= (uint64_t)!clean << i;
  }
  return found;
}

/* A block with bytes above 0x7F. */
static inline void odd_block(tok_odd *o, const uint8_t *p, size_t left, __m512i v) {
  const tok_form *f = o->form;
  uint64_t valid = left < 64 ? ~(uint64_t)0 >> (64 - left) : ~(uint64_t)0, marks = 0, plain = 0;
  uint64_t valid1 = left < 65 ? valid >> 1 : valid, valid2 = left < 66 ? valid1 >> 1 : valid;
  __m512i v1 = _mm512_maskz_loadu_epi8(valid1, p + 1), v2 = _mm512_maskz_loadu_epi8(valid2, p + 2);
  uint64_t two = bytes_from(v, 0xC0, 0xDF), three = bytes_from(v, 0xE0, 0xEF), four;
  four = _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8((char)0xF0));
  if (two != 0 && (two &= ~bits_of_two(f->bound, v, v1)) != 0)
    marks = two & bits_of_two(f->mark, v, v1);
  if (three != 0 && (three &= ~bits_of_page(f->clean3, v, v1)) != 0)
    three = odd_of_three(f, p, left, v, v1, v2, three, &marks);
  if (four != 0) four = odd_of_four(f, p, left, four);
  plain = two | three | four;
  o->odd = (plain & ~marks) | (marks & (two << 2 | three << 3 | four << 4 | o->carry));
  o->carry = two >> 62 | three >> 61 | four >> 60;
}

/* The first block from `at` on that has bytes above 0x7F, or the last one. */
static inline size_t skip_ascii(const uint8_t *p, size_t at, size_t n) {
  enum { STEP = 256 };
  for (; n - at >= STEP; at += STEP) {
    __m512i a = _mm512_or_si512(_mm512_loadu_si512(p + at), _mm512_loadu_si512(p + at + 64));
    __m512i b = _mm512_or_si512(_mm512_loadu_si512(p + at + 128), _mm512_loadu_si512(p + at + 192));
    if (_mm512_movepi8_mask(_mm512_or_si512(a, b)) != 0) break;
  }
  return at;
}

static bool kernel_next_odd(tok_odd *o) {
  const uint8_t *p = o->p;
  size_t at = o->next, n = o->n;
  o->odd = 0;
  while (at < n && o->odd == 0) {
    size_t left = n - at;
    __m512i v = load64(p + at, left < 64 ? left : 64);
    o->base = at;
    if (_mm512_movepi8_mask(v) != 0) {
      odd_block(o, p + at, left, v);
      at += 64;
    } else {
      o->carry = 0;
      at = left <= 64 ? n : skip_ascii(p, at + 64, n);
    }
  }
  o->next = at;
  return o->odd != 0;
}

#endif

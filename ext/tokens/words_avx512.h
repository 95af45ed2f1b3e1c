/*
** words_avx512: the cuts of words.h on 64 bytes at a time. Private to kernel_avx512.c.
**
** Two ASCII characters: a matrix is looked up by permutations, eight rows at a time. Others:
** sixteen pairs of characters at a time, as in cuts_vector().
*/
#ifndef TOK_WORDS_AVX512_H
#define TOK_WORDS_AVX512_H

#include "flock_avx512.h"

#define KERNEL_WORD_CUTS

/* Of 64 ASCII characters, what a table of 128 bytes has for each. */
static inline __m512i ascii_lookup(const uint8_t *table, __m512i c) {
  return _mm512_permutex2var_epi8(_mm512_loadu_si512(table), c, _mm512_loadu_si512(table + 64));
}

/* Of bits that are all between two ASCII characters of the text: those where no merge can cross. */
static inline uint64_t ascii_cuts_vector(const tok_ranks *r, const uint8_t *p, uint64_t where) {
  const __m512i bits = _mm512_set1_epi64((long long)0x8040201008040201u);
  __m512i y = _mm512_maskz_loadu_epi8(where, p), x = _mm512_maskz_loadu_epi8(where, p - 1);
  __m512i class = ascii_lookup(r->cross_class, x);
  __m512i row0 = ascii_lookup(r->cross_rows, y), row1 = ascii_lookup(r->cross_rows + 128, y);
  __m512i row2 = ascii_lookup(r->cross_rows + 256, y), row3 = ascii_lookup(r->cross_rows + 384, y);
  uint64_t odd = _mm512_test_epi8_mask(class, _mm512_set1_epi8(8));
  uint64_t upper = _mm512_test_epi8_mask(class, _mm512_set1_epi8(16));
  __m512i row = _mm512_mask_mov_epi8(_mm512_mask_mov_epi8(row0, odd, row1), upper,
                                     _mm512_mask_mov_epi8(row2, odd, row3));
  __m512i bit = _mm512_shuffle_epi8(bits, _mm512_and_si512(class, _mm512_set1_epi8(7)));
  return where & _mm512_testn_epi8_mask(row, bit);
}

/*
** The first bytes of the block's characters; 0 where it has invalid bytes. *leads: those of
** characters that are not ASCII.
*/
static inline uint64_t char_starts(const tok_masks *m, const uint8_t *p, unsigned size,
                                   uint64_t *leads) {
  uint64_t valid = ~(uint64_t)0 >> (64 - size), cont = m->cont & valid, high = m->high & valid;
  __m512i v = load64(p, size), v1 = _mm512_maskz_loadu_epi8(valid >> 1, p + 1);
  uint64_t lead2 = bytes_from(v, 0xC2, 0xDF) & valid, lead3 = bytes_from(v, 0xE0, 0xEF) & valid;
  uint64_t lead4 = bytes_from(v, 0xF0, 0xF4) & valid;
  uint64_t follow, odd;
  *leads = lead2 | lead3 | lead4;
  follow = *leads << 1 | (lead3 | lead4) << 2 | lead4 << 3;
  if ((*leads | cont) != high || follow != cont || (lead2 >> 63 | lead3 >> 62 | lead4 >> 61))
    return 0;
  uint64_t below90 = _mm512_cmplt_epu8_mask(v1, _mm512_set1_epi8((char)0x90));
  uint64_t belowA0 = _mm512_cmplt_epu8_mask(v1, _mm512_set1_epi8((char)0xA0));
  odd = (equals(v, (char)0xE0) & belowA0) | (equals(v, (char)0xED) & ~belowA0) |
        (equals(v, (char)0xF0) & below90) | (equals(v, (char)0xF4) & ~below90);
  return odd & valid ? 0 : valid & ~cont;
}

/* Four bytes at each position; the positions are those of v. */
static inline __m512i quads_at(__m512i v, __m512i at) {
  const __m512i first = _mm512_broadcast_i32x4(
      _mm_setr_epi8(0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));
  __m512i quads = _mm512_add_epi8(_mm512_shuffle_epi8(at, first), _mm512_set1_epi32(0x03020100));
  return _mm512_permutexvar_epi8(quads, v);
}

/* The first 16 of the bytes of `list` that `which` tells. */
static inline __m512i picked(uint64_t which, __m512i list) {
  return _mm512_cvtepu8_epi32(_mm512_castsi512_si128(_mm512_maskz_compress_epi8(which, list)));
}

/* Bytes of characters, as little-endian words; lengths of 1..4. */
static inline __m512i first_bytes(__m512i quads, __m512i length) {
  const __m512i bits = _mm512_slli_epi32(length, 3);
  return _mm512_and_si512(quads, _mm512_srlv_epi32(_mm512_set1_epi32(-1),
                                                   _mm512_sub_epi32(_mm512_set1_epi32(32), bits)));
}

/*
** Cuts in front of characters that are not the block's first, at bits of `where`. starts: the
** characters' first bytes.
*/
static inline uint64_t char_cuts(const tok_ranks *r, const uint8_t *p, unsigned size,
                                 uint64_t starts, uint64_t where) {
  const __m512i one = _mm512_set1_epi32(1), byte = _mm512_set1_epi32(0xFF);
  __m512i v = load64(p, size), index = _mm512_load_si512(byte_index);
  __m512i at = _mm512_maskz_compress_epi8(starts, index);
  __m512i last = _mm512_maskz_compress_epi8(starts >> 1 | (uint64_t)1 << (size - 1), index);
  uint64_t found = 0; /* of characters */
  for (uint64_t rest = _pext_u64(where, starts); rest != 0;) {
    __mmask16 lanes = (__mmask16)_pext_u64(rest, rest);
    __m512i y_at = picked(rest, at), x_at = picked(rest >> 1, at);
    __m512i y_n = _mm512_add_epi32(_mm512_sub_epi32(picked(rest, last), y_at), one);
    __m512i x = first_bytes(quads_at(v, x_at), _mm512_sub_epi32(y_at, x_at));
    __m512i y = first_bytes(quads_at(v, y_at), y_n);
    __m512i x_last = _mm512_and_si512(quads_at(v, _mm512_sub_epi32(y_at, one)), byte);
    __mmask16 cross = bits_at(r->cross_bloom, cross_hash(x, y), lanes);
    cross |= may_cross_fragment(r, x, x_last, y, (__mmask16)(lanes & ~cross));
    found |= _pdep_u64((uint64_t)(uint16_t)(lanes & ~cross), rest);
    rest &= ~_pdep_u64(0xFFFF, rest);
  }
  return _pdep_u64(found, starts);
}

/* As high_cuts(); false where the block has invalid bytes. */
static inline bool high_cuts_vector(const tok_blocks *b, const tok_masks *m, unsigned size,
                                    uint64_t beside, uint64_t open, uint64_t *found) {
  const uint8_t *p = b->text + b->pos;
  uint64_t leads, starts = char_starts(m, p, size, &leads);
  if (starts == 0) return false;
  *found = char_cuts(b->ranks, p, size, starts, starts & beside & open & ~(uint64_t)1);
  return true;
}

#endif

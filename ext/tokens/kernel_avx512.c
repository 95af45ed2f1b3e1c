/*
** The counting pipeline on 64-byte vectors (AVX-512 with VBMI and VBMI2: Ice Lake, Zen 4 and later). One
** permutation looks up the flags of 64 ASCII bytes; a compression turns start bits into positions.
*/
#include "engine.h"

#if defined(__AVX512VBMI2__) && defined(__AVX512VBMI__) && defined(__AVX512BW__)

#include <immintrin.h>

#define TOK_KERNEL_NAME "avx512"
#define TOK_KERNEL      tok_kernel_avx512

static bool kernel_supported(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
         __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

enum { LETTER = 1, NUMBER = 2, SPACE = 4, NEWLINE = 8, UPPER = 16, BLANK = 32 };

#define X16(f) f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f
#define X10(f) f, f, f, f, f, f, f, f, f, f
#define SP     SPACE
#define NL     NEWLINE
#define BL     (SPACE | BLANK)
#define UP     (LETTER | UPPER)

/* Flags of the 128 ASCII characters. */
static const uint8_t flags_of[128] __attribute__((aligned(64))) = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, SP, NL, SP, SP, NL, 0, 0, X16(0),
    BL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    X10(NUMBER), 0, 0, 0, 0, 0, 0,
    0, X10(UP), X16(UP), 0, 0, 0, 0, 0,
    0, X10(LETTER), X16(LETTER), 0, 0, 0, 0, 0};

static inline __m512i load64(const uint8_t *p, size_t n) {
  return n == 64 ? _mm512_loadu_si512(p) : _mm512_maskz_loadu_epi8(~(uint64_t)0 >> (64 - n), p);
}

static inline uint64_t equals(__m512i v, char byte) {
  return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(byte));
}

static inline void classify(const uint8_t *p, size_t n, tok_masks *m) {
  __m512i v = load64(p, n);
  uint64_t valid = ~(uint64_t)0 >> (64 - n);
  m->high = _mm512_movepi8_mask(v);
  __m512i f = _mm512_maskz_permutex2var_epi8(~m->high, _mm512_load_si512(flags_of), v,
                                             _mm512_load_si512(flags_of + 64));
  m->letter = _mm512_test_epi8_mask(f, _mm512_set1_epi8(LETTER));
  m->number = _mm512_test_epi8_mask(f, _mm512_set1_epi8(NUMBER));
  m->space = _mm512_test_epi8_mask(f, _mm512_set1_epi8(SPACE));
  m->newline = _mm512_test_epi8_mask(f, _mm512_set1_epi8(NEWLINE));
  m->upper = _mm512_test_epi8_mask(f, _mm512_set1_epi8(UPPER));
  m->blank = _mm512_test_epi8_mask(f, _mm512_set1_epi8(BLANK));
  m->other = valid & ~(m->high | _mm512_test_epi8_mask(f, _mm512_set1_epi8(15)));
  m->quote = equals(v, '\'');
  m->slash = equals(v, '/');
  m->caseless = m->mark = m->cont = m->easy3 = m->other2 = m->other3 = m->other4 = 0;
}

static inline void classify_high(const uint8_t *p, size_t n, tok_masks *m) {
  __m512i v = load64(p, n);
  m->cont = _mm512_cmplt_epi8_mask(v, _mm512_set1_epi8(-64)); /* 10xxxxxx are -128..-65 */
  m->easy3 = _mm512_cmple_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8((char)TOK_EASY3_FIRST)),
                                    _mm512_set1_epi8(TOK_EASY3_LAST - TOK_EASY3_FIRST));
  m->easy3 |= equals(v, (char)0xEB) | equals(v, (char)0xEC);
}

static inline size_t emit(uint64_t bits, uint32_t base, uint32_t *out) {
  static const uint8_t index[64] __attribute__((aligned(64))) = {
      0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
      22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
      44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  __m512i at = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(index));
  __m512i from = _mm512_set1_epi32((int)base);
  size_t n = (size_t)_mm_popcnt_u64(bits);
  /* Writes 16 entries at a time, up to 15 too many; there is room. */
  _mm512_storeu_si512(out, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(at)), from));
  if (n > 16) {
    for (size_t i = 16; i < n; i += 16) {
      at = _mm512_alignr_epi64(at, at, 2);
      _mm512_storeu_si512(out + i,
                          _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(at)), from));
    }
  }
  return n;
}

#define KERNEL_LOWEST
static inline uint32_t lowest_packed(const uint32_t *packed, uint32_t n) {
  __m512i v = _mm512_loadu_si512(packed);
  if (n > 16) {
    v = _mm512_min_epu32(v, _mm512_loadu_si512(packed + 16));
    if (n > 32) {
      v = _mm512_min_epu32(v, _mm512_min_epu32(_mm512_loadu_si512(packed + 32),
                                               _mm512_loadu_si512(packed + 48)));
    }
  }
  return _mm512_reduce_min_epu32(v);
}

#define KERNEL_LINE_COUNT
/* Tokens of a key in its line, 0 if it is not there: all four entries in one comparison. */
static inline uint64_t line_count(const tok_short_line *line, tok_key k) {
  const uint64_t key_bits = ((uint64_t)1 << TOK_CACHE_COUNT_SHIFT) - 1;
  __m512i v = _mm512_load_si512(line);
  __m512i keys = _mm512_broadcast_i64x2(_mm_set_epi64x((long long)k.hi, (long long)k.lo));
  __m512i care = _mm512_broadcast_i64x2(_mm_set_epi64x((long long)key_bits, -1));
  unsigned same = _mm512_testn_epi64_mask(_mm512_xor_si512(v, keys), care);
  same &= same >> 1 & 0x55;
  uint64_t hit = 0 - (uint64_t)(same != 0);
  return line->way[_tzcnt_u32(same | 0x40) / 2].hi >> TOK_CACHE_COUNT_SHIFT & hit;
}

#include "kernel.h"

#endif

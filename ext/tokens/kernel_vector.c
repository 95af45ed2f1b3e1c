/*
** The counting pipeline on 16-byte vectors that every processor of an architecture has: SSE2 on
** x86-64, NEON on AArch64. Classes are ranges of bytes; the compiler's vector types do the
** comparisons.
*/
#include "engine.h"

#if defined(__SSE2__) || (defined(__aarch64__) && defined(__ARM_NEON))

#ifdef __SSE2__
#include <emmintrin.h>
#define TOK_KERNEL_NAME "sse2"
#else
#include <arm_neon.h>
#define TOK_KERNEL_NAME "neon"
#endif
#define TOK_KERNEL tok_kernel_vector

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef int8_t flags16 __attribute__((vector_size(16)));

static bool kernel_supported(void) { return true; }

/* Bit i: byte i of f is all ones. */
static inline uint64_t bits16(flags16 f) {
#ifdef __SSE2__
  return (uint64_t)(unsigned)_mm_movemask_epi8((__m128i)f);
#else
  static const uint8_t weight[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t w = vandq_u8((uint8x16_t)f, vld1q_u8(weight));
  return (uint64_t)vaddv_u8(vget_low_u8(w)) | (uint64_t)vaddv_u8(vget_high_u8(w)) << 8;
#endif
}

static inline flags16 in_range(bytes16 v, uint8_t first, uint8_t last) {
  return (flags16)((bytes16)(v - first) <= (uint8_t)(last - first));
}

static inline void load64(const uint8_t *p, size_t n, bytes16 v[4]) {
  uint8_t copy[64] = {0};
  if (n < 64) {
    memcpy(copy, p, n);
    p = copy;
  }
  memcpy(v, p, 64);
}

ALWAYS void classify(const uint8_t *p, size_t n, tok_masks *m) {
  bytes16 v[4];
  load64(p, n, v);
  memset(m, 0, sizeof *m);
  for (int i = 0; i < 4; i++) {
    int at = 16 * i;
    flags16 upper = in_range(v[i], 'A', 'Z');
    m->upper |= bits16(upper) << at;
    m->letter |= bits16(upper | in_range(v[i], 'a', 'z')) << at;
    m->number |= bits16(in_range(v[i], '0', '9')) << at;
    m->blank |= bits16((flags16)(v[i] == ' ')) << at;
    m->newline |= bits16((flags16)(v[i] == '\n') | (flags16)(v[i] == '\r')) << at;
    m->space |= bits16(in_range(v[i], 9, 13)) << at;
    m->quote |= bits16((flags16)(v[i] == '\'')) << at;
    m->control |= bits16(in_range(v[i], 0, 31) | (flags16)(v[i] == 0x7F)) << at;
    m->slash |= bits16((flags16)(v[i] == '/')) << at;
    m->high |= bits16((flags16)(v[i] >= 0x80)) << at;
  }
  m->space = (m->space & ~m->newline) | m->blank;
  uint64_t valid = ~(uint64_t)0 >> (64 - n);
  m->control &= valid & ~(m->space | m->newline);
  m->other = valid & ~(m->letter | m->number | m->space | m->newline | m->high);
}

ALWAYS void classify_high(const uint8_t *p, size_t n, tok_masks *m) {
  bytes16 v[4];
  load64(p, n, v);
  for (int i = 0; i < 4; i++) {
    int at = 16 * i;
    m->cont |= bits16(in_range(v[i], 0x80, 0xBF)) << at;
    flags16 easy = in_range(v[i], TOK_EASY3_FIRST, TOK_EASY3_LAST) | (flags16)(v[i] == 0xEB) |
                   (flags16)(v[i] == 0xEC);
    m->easy3 |= bits16(easy) << at;
    m->cut3 |= bits16(in_range(v[i], TOK_CUT_FIRST, TOK_CUT_LAST)) << at;
  }
}

ALWAYS uint64_t equal_mask(const uint8_t *p, size_t n, uint8_t byte) {
  bytes16 v[4];
  uint64_t found = 0;
  load64(p, n, v);
  for (int i = 0; i < 4; i++) found |= bits16((flags16)(v[i] == byte)) << 16 * i;
  return found;
}

ALWAYS size_t emit(uint64_t bits, uint32_t base, uint32_t *out) {
  size_t n = 0;
  for (; bits != 0; bits &= bits - 1) out[n++] = base + (uint32_t)__builtin_ctzll(bits);
  return n;
}

#define KERNEL_TINY_COUNT
/* Tokens of a tiny key in its line, 0 if it is not there. */
static inline uint64_t tiny_count(const tok_tiny_line *line, uint64_t key) {
#ifdef __SSE2__
  const __m128i *v = (const __m128i *)(const void *)line;
  const __m128i k = _mm_set1_epi64x((long long)key), zero = _mm_setzero_si128(),
                others = _mm_set1_epi64x(~(long long)TOK_TINY_COUNT);
  __m128i found = zero;
  for (int i = 0; i < TOK_TINY_WAYS / 2; i++) {
    __m128i differs = _mm_xor_si128(_mm_loadu_si128(v + i), k);
    __m128i same = _mm_cmpeq_epi32(_mm_and_si128(differs, others), zero);
    same = _mm_and_si128(same, _mm_shuffle_epi32(same, 0xB1));
    found = _mm_or_si128(found, _mm_and_si128(same, differs));
  }
  return (uint64_t)_mm_cvtsi128_si64(_mm_or_si128(found, _mm_unpackhi_epi64(found, found)));
#else
  const uint64x2_t k = vdupq_n_u64(key), most = vdupq_n_u64(TOK_TINY_COUNT);
  uint64x2_t found = vdupq_n_u64(0);
  for (int i = 0; i < TOK_TINY_WAYS; i += 2) {
    uint64x2_t differs = veorq_u64(vld1q_u64(line->way + i), k);
    found = vorrq_u64(found, vandq_u64(vcleq_u64(differs, most), differs));
  }
  return vaddvq_u64(found);
#endif
}

#include "kernel.h"

#endif

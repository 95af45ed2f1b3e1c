/*
** The counting pipeline on 64-byte vectors (AVX-512 with VBMI and VBMI2: Ice Lake, Zen 4 and
** later). One permutation looks up the flags of 64 ASCII bytes; a compression turns start bits into
** positions.
*/
#include "engine.h"

#if defined(__AVX512VBMI2__) && defined(__AVX512VBMI__) && defined(__AVX512BW__)

#include <immintrin.h>

#define TOK_KERNEL_NAME "avx512"
#define TOK_KERNEL      tok_kernel_avx512

static bool kernel_supported(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512vbmi") &&
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

/* 0, 1, ... 63 */
static const uint8_t byte_index[64] __attribute__((aligned(64))) = {
      0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
      22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
      44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

static inline __m512i load64(const uint8_t *p, size_t n) {
  return n == 64 ? _mm512_loadu_si512(p) : _mm512_maskz_loadu_epi8(~(uint64_t)0 >> (64 - n), p);
}

static inline uint64_t equals(__m512i v, char byte) {
  return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(byte));
}

ALWAYS void classify(const uint8_t *p, size_t n, tok_masks *m) {
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
  m->control = valid & ~(m->high | m->space | m->newline) &
               (_mm512_cmplt_epu8_mask(v, _mm512_set1_epi8(' ')) | equals(v, 0x7F));
  m->quote = equals(v, '\'');
  m->slash = equals(v, '/');
  m->caseless = m->mark = m->cont = m->easy3 = m->cut3 = m->other2 = m->other3 = m->other4 = 0;
}

ALWAYS void classify_high(const uint8_t *p, size_t n, tok_masks *m) {
  __m512i v = load64(p, n);
  m->cont = _mm512_cmplt_epi8_mask(v, _mm512_set1_epi8(-64)); /* 10xxxxxx are -128..-65 */
  m->easy3 = _mm512_cmple_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8((char)TOK_EASY3_FIRST)),
                                    _mm512_set1_epi8(TOK_EASY3_LAST - TOK_EASY3_FIRST));
  m->easy3 |= equals(v, (char)0xEB) | equals(v, (char)0xEC);
  m->cut3 = _mm512_cmple_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8((char)TOK_CUT_FIRST)),
                                   _mm512_set1_epi8(TOK_CUT_LAST - TOK_CUT_FIRST));
}

/* What high.h asks of a vector of 64 bytes. */
typedef __m512i bytes64;
typedef uint64_t byte_mask;

static inline uint64_t mask_bits(byte_mask m) { return m; }

static inline byte_mask where_equal(bytes64 v, uint8_t byte) { return equals(v, (char)byte); }

static inline byte_mask where_both(byte_mask a, byte_mask b) { return a & b; }

static inline uint64_t bytes_from(bytes64 v, uint8_t first, uint8_t last) {
  return _mm512_cmple_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8((char)first)),
                                _mm512_set1_epi8((char)(last - first)));
}

static inline bytes64 bytes_behind(const uint8_t *p, unsigned size, bytes64 v, int k) {
  (void)v;
  return _mm512_maskz_loadu_epi8(~(uint64_t)0 >> (64 - size) >> k, p + k);
}

static inline bytes64 every_byte(char byte) { return _mm512_set1_epi8(byte); }

static inline bytes64 put_byte(bytes64 v, unsigned at, char byte) {
  return _mm512_mask_set1_epi8(v, (uint64_t)1 << at, byte);
}

static inline bytes64 look_up64(bytes64 v, byte_mask where, bytes64 index, const uint8_t *table) {
  return _mm512_mask_permutexvar_epi8(v, where, index, _mm512_loadu_si512(table));
}

static inline bytes64 look_up16(bytes64 index, const char *table) {
  __m128i row = _mm_load_si128((const __m128i *)(const void *)table);
  return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(row), index);
}

static inline uint64_t having(bytes64 v, int bit) {
  return _mm512_test_epi8_mask(v, _mm512_set1_epi8((char)(1 << bit)));
}

#define KERNEL_PUT_HIGH
#include "high.h"

#define KERNEL_CJK
/* cjk_of(): E3 81..83, E4 B8.., E5..E8, E9 up to E9 BE A5. */
static inline uint64_t cjk_vector(const tok_masks *m, const uint8_t *p, unsigned size) {
  uint64_t leads = m->cut3 & m->cont >> 1 & m->cont >> 2, valid = ~(uint64_t)0 >> (64 - size);
  __m512i v = load64(p, size), v1 = _mm512_maskz_loadu_epi8(valid >> 1, p + 1),
          v2 = _mm512_maskz_loadu_epi8(valid >> 1 >> 1, p + 2);
  uint64_t below_be = _mm512_cmplt_epu8_mask(v1, _mm512_set1_epi8((char)0xBE));
  uint64_t up_to_a5 = _mm512_cmple_epu8_mask(v2, _mm512_set1_epi8((char)0xA5));
  uint64_t found = bytes_from(v, 0xE5, 0xE8);
  found |= equals(v, (char)0xE3) & bytes_from(v1, 0x81, 0x83);
  found |= equals(v, (char)0xE4) & bytes_from(v1, 0xB8, 0xBF);
  found |= equals(v, (char)0xE9) & (below_be | (equals(v1, (char)0xBE) & up_to_a5));
  found &= leads;
  return found | found << 1 | found << 2;
}

/*
** cuts() for up to 16 candidates at a time: the characters' bytes by permutations, the filters of
** ranks.h by gathers.
*/
#define KERNEL_CUTS

/* tok_cross_hash() */
static inline __m512i cross_hash(__m512i x, __m512i y) {
  const __m512i cx = _mm512_set1_epi64((long long)0x9E3779B97F4A7C15u),
                cy = _mm512_set1_epi64((long long)0xC2B2AE3D27D4EB4Fu);
  __m512i h[2];
  for (int i = 0; i < 2; i++) {
    __m512i wide_x =
        _mm512_cvtepu32_epi64(i ? _mm512_extracti64x4_epi64(x, 1) : _mm512_castsi512_si256(x));
    __m512i wide_y =
        _mm512_cvtepu32_epi64(i ? _mm512_extracti64x4_epi64(y, 1) : _mm512_castsi512_si256(y));
    h[i] = _mm512_xor_si512(_mm512_mullo_epi64(wide_x, cx), _mm512_mullo_epi64(wide_y, cy));
    h[i] = _mm512_srli_epi64(h[i], 64 - TOK_CROSS_BLOOM_BITS);
  }
  return _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(h[0])),
                            _mm512_cvtepi64_epi32(h[1]), 1);
}

/* Bit at[i] of a bitmap whose length is a multiple of four bytes, for each of `lanes`. */
static inline __mmask16 bits_at(const uint8_t *bitmap, __m512i at, __mmask16 lanes) {
  __m512i words = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), lanes,
                                              _mm512_srli_epi32(at, 5), bitmap, 4);
  __m512i bit = _mm512_and_si512(at, _mm512_set1_epi32(31));
  return _mm512_test_epi32_mask(_mm512_srlv_epi32(words, bit), _mm512_set1_epi32(1));
}

/* tok_may_cross_fragment(); x_last: the last bytes of x. */
static inline __mmask16 may_cross_fragment(const tok_ranks *r, __m512i x, __m512i x_last, __m512i y,
                                           __mmask16 lanes) {
  const __m512i byte = _mm512_set1_epi32(0xFF);
  __m512i y_first = _mm512_and_si512(y, byte);
  __m512i edge = _mm512_or_si512(_mm512_slli_epi32(x_last, 8), y_first);
  __mmask16 fragments = bits_at(r->cross8, edge, lanes);
  if (fragments == 0) return 0;
  __m512i x_fragment = _mm512_or_si512(_mm512_slli_epi32(x_last, 8), byte);
  __m512i y_fragment = _mm512_or_si512(_mm512_slli_epi32(y_first, 8), byte);
  __mmask16 found = bits_at(r->cross8_both, edge, fragments);
  found |= bits_at(r->cross_bloom, cross_hash(x_fragment, y), fragments);
  return (__mmask16)(found | bits_at(r->cross_bloom, cross_hash(x, y_fragment), fragments));
}

/* tok_may_cross() of characters of three bytes. */
static inline __mmask16 may_cross(const tok_ranks *r, __m512i x, __m512i y, __mmask16 lanes) {
  __mmask16 found = bits_at(r->cross_bloom, cross_hash(x, y), lanes);
  __mmask16 open = (__mmask16)(lanes & ~found);
  return (__mmask16)(found | may_cross_fragment(r, x, _mm512_srli_epi32(x, 16), y, open));
}

static inline uint64_t cuts_vector(const tok_ranks *r, const uint8_t *p, uint64_t candidates) {
  const __m512i first =
      _mm512_set_epi8(12, 12, 12, 12, 8, 8, 8, 8, 4, 4, 4, 4, 0, 0, 0, 0, 12, 12, 12, 12, 8, 8, 8,
                      8, 4, 4, 4, 4, 0, 0, 0, 0, 12, 12, 12, 12, 8, 8, 8, 8, 4, 4, 4, 4, 0, 0, 0, 0,
                      12, 12, 12, 12, 8, 8, 8, 8, 4, 4, 4, 4, 0, 0, 0, 0);
  const __m512i char3 = _mm512_set1_epi32(0xFFFFFF);
  uint64_t y_bytes = candidates | candidates << 1 | candidates << 2;
  /* Only bytes of the characters themselves: the text may begin or end beside them. */
  __m512i ys = _mm512_maskz_loadu_epi8(y_bytes, p), xs = _mm512_maskz_loadu_epi8(y_bytes, p - 3);
  uint64_t ed = equals(ys, (char)0xED) | equals(xs, (char)0xED), found = 0;
  uint64_t a0 = _mm512_cmpge_epu8_mask(ys, _mm512_set1_epi8((char)0xA0)) |
                _mm512_cmpge_epu8_mask(xs, _mm512_set1_epi8((char)0xA0));
  if (ed & a0 >> 1 & candidates) return cuts(r, p, candidates); /* perhaps a surrogate */
  for (uint64_t rest = candidates; rest != 0;) {
    __mmask16 lanes = (__mmask16)_pext_u64(rest, rest);
    __m512i at = _mm512_maskz_compress_epi8(rest, _mm512_load_si512(byte_index));
    __m512i quads = _mm512_shuffle_epi8(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(at)), first);
    quads = _mm512_add_epi8(quads, _mm512_set1_epi32(0x03020100));
    __m512i x = _mm512_and_si512(_mm512_permutexvar_epi8(quads, xs), char3);
    __m512i y = _mm512_and_si512(_mm512_permutexvar_epi8(quads, ys), char3);
    found |= _pdep_u64((uint64_t)(uint16_t)(lanes & ~may_cross(r, x, y, lanes)), rest);
    rest &= ~_pdep_u64(0xFFFF, rest);
  }
  return found;
}

ALWAYS uint64_t equal_mask(const uint8_t *p, size_t n, uint8_t byte) {
  return equals(load64(p, n), (char)byte);
}

ALWAYS size_t emit(uint64_t bits, uint32_t base, uint32_t *out) {
  __m512i at = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(byte_index));
  __m512i from = _mm512_set1_epi32((int)base);
  size_t n = (size_t)_mm_popcnt_u64(bits);
  /* Writes 16 entries at a time, up to 15 too many; there is room. */
  _mm512_storeu_si512(out,
                      _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(at)), from));
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

#define KERNEL_TINY_COUNT
/* The same for a tiny key. */
static inline uint64_t tiny_count(const tok_tiny_line *line, uint64_t key) {
  __m512i v = _mm512_xor_si512(_mm512_load_si512(line), _mm512_set1_epi64((long long)key));
  unsigned same = _mm512_cmple_epu64_mask(v, _mm512_set1_epi64(TOK_TINY_COUNT));
  uint64_t entry = line->way[_tzcnt_u32(same) % TOK_TINY_WAYS]; /* the first where there is none */
  return entry & (same != 0 ? TOK_TINY_COUNT : 0);
}

#define KERNEL_TALLY
/*
** Tokens of pieces that their lines know, in eight sums: an entry less its key is its tokens, so
** they are added where they stand.
*/
typedef __m512i tally;

static inline tally tally_none(void) { return _mm512_setzero_si512(); }

static inline bool tally_tiny(tally *t, const tok_tiny_line *line, uint64_t key) {
  __m512i v = _mm512_xor_si512(_mm512_load_si512(line), _mm512_set1_epi64((long long)key));
  __mmask8 same = _mm512_cmple_epu64_mask(v, _mm512_set1_epi64(TOK_TINY_COUNT));
  *t = _mm512_mask_add_epi64(*t, same, *t, v);
  return same != 0;
}

static inline bool tally_short(tally *t, const tok_short_line *line, tok_key k) {
  const uint64_t key_bits = ((uint64_t)1 << TOK_CACHE_COUNT_SHIFT) - 1;
  __m512i v = _mm512_load_si512(line);
  __m512i keys = _mm512_broadcast_i64x2(_mm_set_epi64x((long long)k.hi, (long long)k.lo));
  __m512i care = _mm512_broadcast_i64x2(_mm_set_epi64x((long long)key_bits, -1));
  unsigned equal = _mm512_testn_epi64_mask(_mm512_xor_si512(v, keys), care);
  __mmask8 same = (__mmask8)(equal & equal << 1 & 0xAA);
  *t = _mm512_mask_add_epi64(*t, same, *t, _mm512_srli_epi64(v, TOK_CACHE_COUNT_SHIFT));
  return same != 0;
}

static inline uint64_t tally_sum(tally t) { return (uint64_t)_mm512_reduce_add_epi64(t); }

#define KERNEL_MID_COUNT
/* Tokens of n = 16..30 bytes, 0 if they are not there: a line's two entries in one comparison. */
static inline int64_t mid_count(const tok_cache *c, uint64_t hash, const uint8_t *p, size_t n) {
  const uint64_t counts = (uint64_t)1 << 63 | (uint64_t)1 << 31;
  __m256i entry = _mm256_maskz_loadu_epi8(((uint32_t)1 << n) - 1, p);
  entry = _mm256_mask_mov_epi8(entry, (uint32_t)1 << TOK_MID_KEY_MAX, _mm256_set1_epi8((char)n));
  __m512i both = _mm512_broadcast_i64x4(entry);
  int64_t count = 0;
  for (int i = 0; i < 2; i++) {
    const tok_mid_line *line = tok_cache_mid(c, hash, i);
    uint64_t same = _mm512_cmpeq_epi8_mask(_mm512_load_si512(line), both) | counts;
    count = (uint32_t)same == 0xFFFFFFFF ? line->way[0].count : count;
    count = same >> 32 == 0xFFFFFFFF ? line->way[1].count : count;
  }
  return count;
}

#define KERNEL_LONG_COUNT
/* Tokens of n = 31..126 bytes, 0 if they are not there. */
static inline int64_t long_count(const tok_cache *c, uint64_t hash, const uint8_t *p, size_t n) {
  if (n > TOK_LONG_KEY_MAX) return tok_cache_get_long(c, hash, p, n);
  uint64_t bytes = ((uint64_t)1 << n) - 1, care = bytes | (uint64_t)1 << TOK_LONG_KEY_MAX;
  __m512i key = _mm512_maskz_loadu_epi8(bytes, p);
  int64_t count = 0;
  key = _mm512_mask_mov_epi8(key, (uint64_t)1 << TOK_LONG_KEY_MAX, _mm512_set1_epi8((char)n));
  for (int i = 0; i < 2; i++) {
    const uint8_t *entry = tok_cache_long(c, hash, n, i);
    uint64_t differs = _mm512_mask_cmpneq_epi8_mask(care, _mm512_load_si512(entry), key);
    count = differs == 0 ? entry[TOK_LONG_KEY_MAX + 1] : count;
  }
  return count;
}

#define KERNEL_PUT
/* tok_cache_put_tiny() */
static inline void put_tiny(tok_cache *c, uint64_t key, uint8_t count) {
  const __m512i keys = _mm512_set1_epi64((long long)key);
  unsigned victim = tok_cache_added(c, TOK_TINY) % (2 * TOK_TINY_WAYS);
  for (int which = 0; which < 2; which++) {
    tok_tiny_line *line = tok_cache_tiny(c, key, which);
    __m512i v = _mm512_load_si512(line);
    __m512i differs = _mm512_xor_si512(v, keys);
    unsigned same = _mm512_cmple_epu64_mask(differs, _mm512_set1_epi64(TOK_TINY_COUNT));
    unsigned empty = _mm512_testn_epi64_mask(v, v);
    if ((same | empty) == 0) continue;
    line->way[31 - _lzcnt_u32(same != 0 ? same : empty)] = key | count;
    return;
  }
  if (!tok_cache_asked(c, tok_tiny_other_hash(key))) return;
  tok_cache_tiny(c, key, victim >= TOK_TINY_WAYS)->way[victim % TOK_TINY_WAYS] = key | count;
}

/* tok_cache_put_short() */
static inline void put_short(tok_cache *c, uint64_t hash, tok_key entry) {
  tok_short_line *line[2] = {tok_cache_short(c, hash, 0), tok_cache_short(c, hash, 1)};
  __m512i keys = _mm512_broadcast_i64x2(_mm_set_epi64x((long long)entry.hi, (long long)entry.lo));
  __m512i a = _mm512_load_si512(line[0]), b = _mm512_load_si512(line[1]);
  unsigned victim = 1u << 2 * (tok_cache_added(c, TOK_SHORT) & 7);
  unsigned same = _mm512_cmpeq_epi64_mask(a, keys);
  same |= (unsigned)_mm512_cmpeq_epi64_mask(b, keys) << 8;
  unsigned empty = _mm512_testn_epi64_mask(a, a);
  empty |= (unsigned)_mm512_testn_epi64_mask(b, b) << 8;
  same &= same >> 1 & 0x5555;
  empty = empty >> 1 & 0x5555; /* by `hi`, which holds the length */
  if ((same | empty) == 0 && !tok_cache_asked(c, hash)) return;
  unsigned at = _tzcnt_u32(same != 0 ? same : empty != 0 ? empty : victim) / 2;
  line[at / 4]->way[at & 3] = entry;
}

#define KERNEL_SORT_LENGTHS
#include "batch.h"

/* As in kernel.h, 16 pieces at a time. */
static __attribute__((noinline)) void sort_lengths(const uint32_t *starts, size_t n, batch *b) {
  size_t n_ones = 0, n_tinies = 0, n_shorts = 0, n_wides = 0;
  __m128i numbers = _mm_load_si128((const __m128i *)(const void *)byte_index);
  for (size_t i = 0; i < n; i += 16) {
    __mmask16 valid = (__mmask16)(n - i < 16 ? (1u << (n - i)) - 1 : 0xFFFF);
    __m512i from = _mm512_maskz_loadu_epi32(valid, starts + i),
            to = _mm512_maskz_loadu_epi32(valid, starts + i + 1);
    __m512i length = _mm512_sub_epi32(to, from);
    __mmask16 one = _mm512_mask_cmpeq_epi32_mask(valid, length, _mm512_set1_epi32(1));
    __mmask16 tiny =
        _mm512_mask_cmple_epu32_mask(valid, length, _mm512_set1_epi32(TOK_TINY_KEY_MAX));
    tiny &= (__mmask16)~one;
    __mmask16 wide =
        _mm512_mask_cmpgt_epu32_mask(valid, length, _mm512_set1_epi32(TOK_SHORT_KEY_MAX));
    __mmask16 middle = (__mmask16)(valid & ~(one | tiny | wide));
    __m128i bytes = _mm512_cvtepi32_epi8(_mm512_min_epu32(length, _mm512_set1_epi32(16)));
    _mm_storeu_si128((__m128i *)(void *)(b->length + i), bytes);
    _mm_storeu_si128((__m128i *)(void *)(b->tinies + n_tinies),
                     _mm_maskz_compress_epi8(tiny, numbers));
    _mm_storeu_si128((__m128i *)(void *)(b->shorts + n_shorts),
                     _mm_maskz_compress_epi8(middle, numbers));
    _mm_storeu_si128((__m128i *)(void *)(b->wides + n_wides),
                     _mm_maskz_compress_epi8(wide, numbers));
    n_ones += (size_t)_mm_popcnt_u32(one);
    n_tinies += (size_t)_mm_popcnt_u32(tiny);
    n_shorts += (size_t)_mm_popcnt_u32(middle);
    n_wides += (size_t)_mm_popcnt_u32(wide);
    numbers = _mm_add_epi8(numbers, _mm_set1_epi8(16));
  }
  b->n_ones = n_ones;
  b->n_tinies = n_tinies;
  b->n_shorts = n_shorts;
  b->n_wides = n_wides;
}
#define KERNEL_LOAD_PADDED
static inline void load_padded(void *to, const uint8_t *p, size_t n) {
  _mm256_storeu_si256(to, _mm256_maskz_loadu_epi8((uint32_t)~(~(uint64_t)0 << n), p));
}

static inline bool same_bytes(const uint8_t *a, const uint8_t *b, size_t n) {
  uint64_t bytes = ((uint64_t)1 << n) - 1;
  return _mm512_mask_cmpneq_epi8_mask(bytes, _mm512_maskz_loadu_epi8(bytes, a),
                                      _mm512_maskz_loadu_epi8(bytes, b)) == 0;
}

#define KERNEL_FLOCK
#include "flock_avx512.h"
#include "words_avx512.h"
#define KERNEL_NAMES
#include "names_avx512.h"
#include "odd_avx512.h"

#include "kernel.h"

#endif

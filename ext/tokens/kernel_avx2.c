/*
** The counting pipeline on 32-byte vectors (AVX2, BMI). A byte's class comes from two 16-entry
** tables, one by its high and one by its low half, whose common bits name the rectangles of the
** ASCII chart that it is in.
*/
#include "engine.h"

#if defined(__AVX2__) && defined(__BMI2__)

#include <immintrin.h>

#define TOK_KERNEL_NAME "avx2"
#define TOK_KERNEL      tok_kernel_avx2

static bool kernel_supported(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

/* Rectangles: rows (high half) x columns (low half). */
enum {
  ROW_4_6 = 1,  /* @ A-O, ` a-o: columns 1-15 are letters */
  ROW_5_7 = 2,  /* P-Z, p-z: columns 0-10 */
  DIGITS = 4,   /* row 3, columns 0-9 */
  CONTROL = 8,  /* row 0, columns 9 11 12: tab, vertical tab, form feed */
  NEWLINE = 16, /* row 0, columns 10 13 */
  BLANK = 32    /* row 2, column 0 */
};

static inline uint64_t join(__m256i lo, __m256i hi) {
  return (uint32_t)_mm256_movemask_epi8(lo) | (uint64_t)(uint32_t)_mm256_movemask_epi8(hi) << 32;
}

typedef struct {
  __m256i lo, hi;
} bytes64;

static inline bytes64 load64(const uint8_t *p, size_t n) {
  uint8_t copy[64] = {0};
  if (n < 64) {
    memcpy(copy, p, n);
    p = copy;
  }
  return (bytes64){_mm256_loadu_si256((const __m256i *)(const void *)p),
                   _mm256_loadu_si256((const __m256i *)(const void *)(p + 32))};
}

static inline __m256i chart(__m256i v) {
  const __m256i rows =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(CONTROL | NEWLINE, 0, BLANK, DIGITS, ROW_4_6,
                                                ROW_5_7, ROW_4_6, ROW_5_7, 0, 0, 0, 0, 0, 0, 0, 0));
  const __m256i columns = _mm256_broadcastsi128_si256(_mm_setr_epi8(
      ROW_5_7 | DIGITS | BLANK, ROW_4_6 | ROW_5_7 | DIGITS, ROW_4_6 | ROW_5_7 | DIGITS,
      ROW_4_6 | ROW_5_7 | DIGITS, ROW_4_6 | ROW_5_7 | DIGITS, ROW_4_6 | ROW_5_7 | DIGITS,
      ROW_4_6 | ROW_5_7 | DIGITS, ROW_4_6 | ROW_5_7 | DIGITS, ROW_4_6 | ROW_5_7 | DIGITS,
      ROW_4_6 | ROW_5_7 | DIGITS | CONTROL, ROW_4_6 | ROW_5_7 | NEWLINE, ROW_4_6 | CONTROL,
      ROW_4_6 | CONTROL, ROW_4_6 | NEWLINE, ROW_4_6, ROW_4_6));
  const __m256i half = _mm256_set1_epi8(15);
  __m256i row = _mm256_and_si256(_mm256_srli_epi16(v, 4), half);
  return _mm256_and_si256(_mm256_shuffle_epi8(rows, row),
                          _mm256_shuffle_epi8(columns, _mm256_and_si256(v, half)));
}

/* Bit i: byte i of the chart has one of `flags`. */
static inline uint64_t has(bytes64 c, char flags) {
  const __m256i f = _mm256_set1_epi8(flags), zero = _mm256_setzero_si256();
  return ~join(_mm256_cmpeq_epi8(_mm256_and_si256(c.lo, f), zero),
               _mm256_cmpeq_epi8(_mm256_and_si256(c.hi, f), zero));
}

static inline uint64_t equals(bytes64 v, char byte) {
  const __m256i b = _mm256_set1_epi8(byte);
  return join(_mm256_cmpeq_epi8(v.lo, b), _mm256_cmpeq_epi8(v.hi, b));
}

ALWAYS void classify(const uint8_t *p, size_t n, tok_masks *m) {
  bytes64 v = load64(p, n);
  bytes64 c = {chart(v.lo), chart(v.hi)};
  uint64_t valid = ~(uint64_t)0 >> (64 - n);
  m->letter = has(c, ROW_4_6 | ROW_5_7);
  m->number = has(c, DIGITS);
  m->space = has(c, CONTROL | BLANK);
  m->newline = has(c, NEWLINE);
  m->blank = equals(v, ' ');
  m->quote = equals(v, '\'');
  m->slash = equals(v, '/');
  m->high = join(v.lo, v.hi);
  const __m256i blank = _mm256_set1_epi8(' ');
  m->control =
      join(_mm256_cmpgt_epi8(blank, v.lo), _mm256_cmpgt_epi8(blank, v.hi)) | equals(v, 0x7F);
  m->control &= valid & ~(m->high | m->space | m->newline);
  m->other = valid & ~(m->letter | m->number | m->space | m->newline | m->high);
  /* Letters without the bit 0x20. */
  m->upper = m->letter & ~join(_mm256_slli_epi16(v.lo, 2), _mm256_slli_epi16(v.hi, 2));
  m->caseless = m->mark = m->cont = m->easy3 = m->cut3 = m->other2 = m->other3 = m->other4 = 0;
}

ALWAYS void classify_high(const uint8_t *p, size_t n, tok_masks *m) {
  bytes64 v = load64(p, n);
  const __m256i first = _mm256_set1_epi8((char)(TOK_EASY3_FIRST - 1));
  const __m256i last = _mm256_set1_epi8((char)(TOK_EASY3_LAST + 1));
  const __m256i cont = _mm256_set1_epi8(-64); /* 10xxxxxx are -128..-65 */
  m->cont = join(_mm256_cmpgt_epi8(cont, v.lo), _mm256_cmpgt_epi8(cont, v.hi));
  m->easy3 = join(_mm256_and_si256(_mm256_cmpgt_epi8(v.lo, first), _mm256_cmpgt_epi8(last, v.lo)),
                  _mm256_and_si256(_mm256_cmpgt_epi8(v.hi, first), _mm256_cmpgt_epi8(last, v.hi))) &
             m->high;
  m->easy3 |= equals(v, (char)0xEB) | equals(v, (char)0xEC);
  m->cut3 = m->easy3 | equals(v, (char)0xE3) | equals(v, (char)0xE4) | equals(v, (char)0xEA) |
            equals(v, (char)0xED);
}

/* What high.h asks of a vector of 64 bytes. */
typedef bytes64 byte_mask;

static inline uint64_t mask_bits(byte_mask m) { return join(m.lo, m.hi); }

static inline byte_mask where_equal(bytes64 v, uint8_t byte) {
  const __m256i b = _mm256_set1_epi8((char)byte);
  return (byte_mask){_mm256_cmpeq_epi8(v.lo, b), _mm256_cmpeq_epi8(v.hi, b)};
}

static inline byte_mask where_both(byte_mask a, byte_mask b) {
  return (byte_mask){_mm256_and_si256(a.lo, b.lo), _mm256_and_si256(a.hi, b.hi)};
}

static inline __m256i at_most(__m256i v, uint8_t last) {
  return _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8((char)last)), v);
}

static inline uint64_t bytes_from(bytes64 v, uint8_t first, uint8_t last) {
  const __m256i from = _mm256_set1_epi8((char)first);
  return join(at_most(_mm256_sub_epi8(v.lo, from), (uint8_t)(last - first)),
              at_most(_mm256_sub_epi8(v.hi, from), (uint8_t)(last - first)));
}

ALWAYS bytes64 bytes_behind(const uint8_t *p, unsigned size, bytes64 v, int k) {
  (void)p, (void)size;
  __m256i middle = _mm256_permute2x128_si256(v.lo, v.hi, 0x21);
  __m256i end = _mm256_permute2x128_si256(v.hi, v.hi, 0x81); /* 0 behind its upper half */
  if (k == 1)
    return (bytes64){_mm256_alignr_epi8(middle, v.lo, 1), _mm256_alignr_epi8(end, v.hi, 1)};
  return (bytes64){_mm256_alignr_epi8(middle, v.lo, 2), _mm256_alignr_epi8(end, v.hi, 2)};
}

static inline bytes64 every_byte(char byte) {
  return (bytes64){_mm256_set1_epi8(byte), _mm256_set1_epi8(byte)};
}

static inline bytes64 put_byte(bytes64 v, unsigned at, char byte) {
  char bytes[64] __attribute__((aligned(32)));
  _mm256_store_si256((__m256i *)(void *)bytes, v.lo);
  _mm256_store_si256((__m256i *)(void *)(bytes + 32), v.hi);
  bytes[at] = byte;
  return (bytes64){_mm256_load_si256((const __m256i *)(const void *)bytes),
                   _mm256_load_si256((const __m256i *)(const void *)(bytes + 32))};
}

/* Of four rows of 16: the low four bits of an index say where, the next two in which. */
static inline __m256i of_rows(__m256i v, __m256i where, __m256i index, const __m256i row[4]) {
  __m256i at = _mm256_and_si256(index, _mm256_set1_epi8(15));
  __m256i odd = _mm256_slli_epi16(index, 3), upper = _mm256_slli_epi16(index, 2);
  __m256i in[4];
  for (int i = 0; i < 4; i++) in[i] = _mm256_shuffle_epi8(row[i], at);
  __m256i low = _mm256_blendv_epi8(in[0], in[1], odd), high = _mm256_blendv_epi8(in[2], in[3], odd);
  return _mm256_blendv_epi8(v, _mm256_blendv_epi8(low, high, upper), where);
}

static inline __m256i row_of(const void *table) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
}

static inline bytes64 look_up64(bytes64 v, byte_mask where, bytes64 index, const uint8_t *table) {
  const __m256i row[4] = {row_of(table), row_of(table + 16), row_of(table + 32),
                          row_of(table + 48)};
  return (bytes64){of_rows(v.lo, where.lo, index.lo, row), of_rows(v.hi, where.hi, index.hi, row)};
}

static inline bytes64 look_up16(bytes64 index, const char *table) {
  const __m256i row = row_of(table);
  return (bytes64){_mm256_shuffle_epi8(row, index.lo), _mm256_shuffle_epi8(row, index.hi)};
}

static inline uint64_t having(bytes64 v, int bit) {
  return join(_mm256_slli_epi16(v.lo, 7 - bit), _mm256_slli_epi16(v.hi, 7 - bit));
}

#define KERNEL_PUT_HIGH
#include "high.h"

ALWAYS uint64_t equal_mask(const uint8_t *p, size_t n, uint8_t byte) {
  return equals(load64(p, n), (char)byte);
}

ALWAYS size_t emit(uint64_t bits, uint32_t base, uint32_t *out) {
  size_t n = (size_t)_mm_popcnt_u64(bits);
  for (size_t i = 0; i < n; i += 16) { /* writes up to 15 entries too many; there is room */
    for (size_t j = 0; j < 16; j++) {
      out[i + j] = base + (uint32_t)_tzcnt_u64(bits);
      bits = _blsr_u64(bits);
    }
  }
  return n;
}

#define KERNEL_LOWEST
static inline __m256i load_ranks(const uint32_t *packed) {
  return _mm256_loadu_si256((const __m256i *)(const void *)packed);
}

static inline uint32_t lowest_packed(const uint32_t *packed, uint32_t n) {
  __m256i v = _mm256_min_epu32(load_ranks(packed), load_ranks(packed + 8));
  for (uint32_t from = 16; from < n; from += 16) {
    v = _mm256_min_epu32(
        v, _mm256_min_epu32(load_ranks(packed + from), load_ranks(packed + from + 8)));
  }
  __m128i w = _mm_min_epu32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  w = _mm_min_epu32(w, _mm_shuffle_epi32(w, 0x4E));
  w = _mm_min_epu32(w, _mm_shuffle_epi32(w, 0x11));
  return (uint32_t)_mm_cvtsi128_si32(w);
}

/* A tiny key's entry in its line less the key, which is its tokens, where it stands; else 0. */
static inline __m256i tiny_entry(const tok_tiny_line *line, uint64_t key) {
  const __m256i *half = (const __m256i *)(const void *)line, k = _mm256_set1_epi64x((long long)key);
  const __m256i most = _mm256_set1_epi64x(TOK_TINY_COUNT);
  __m256i lo = _mm256_xor_si256(_mm256_load_si256(half), k),
          hi = _mm256_xor_si256(_mm256_load_si256(half + 1), k);
  __m256i lo_same = _mm256_cmpeq_epi64(lo, _mm256_and_si256(lo, most)),
          hi_same = _mm256_cmpeq_epi64(hi, _mm256_and_si256(hi, most));
  return _mm256_or_si256(_mm256_and_si256(lo, lo_same), _mm256_and_si256(hi, hi_same));
}

#define KERNEL_TINY_COUNT
/* Tokens of a tiny key in its line, 0 if it is not there. */
static inline uint64_t tiny_count(const tok_tiny_line *line, uint64_t key) {
  __m256i entry = tiny_entry(line, key);
  __m128i one = _mm_or_si128(_mm256_castsi256_si128(entry), _mm256_extracti128_si256(entry, 1));
  return (uint64_t)_mm_cvtsi128_si64(_mm_or_si128(one, _mm_unpackhi_epi64(one, one)));
}

#define KERNEL_TALLY
/*
** Tokens of pieces that their lines know, in four sums: an entry less its key is its tokens, so
** they are added where they stand.
*/
typedef __m256i tally;

static inline tally tally_none(void) { return _mm256_setzero_si256(); }

static inline bool tally_tiny(tally *t, const tok_tiny_line *line, uint64_t key) {
  __m256i entry = tiny_entry(line, key);
  *t = _mm256_add_epi64(*t, entry);
  return !_mm256_testz_si256(entry, entry);
}

static inline bool tally_short(tally *t, const tok_short_line *line, tok_key k) {
  const __m256i *half = (const __m256i *)(const void *)line, zero = _mm256_setzero_si256();
  const long long key_bits = ((long long)1 << TOK_CACHE_COUNT_SHIFT) - 1;
  const __m256i care = _mm256_set_epi64x(key_bits, -1, key_bits, -1);
  __m256i key = _mm256_set_m128i(_mm_set_epi64x((long long)k.hi, (long long)k.lo),
                                 _mm_set_epi64x((long long)k.hi, (long long)k.lo));
  __m256i counts = zero;
  for (int i = 0; i < 2; i++) {
    __m256i v = _mm256_xor_si256(_mm256_load_si256(half + i), key);
    __m256i differs = _mm256_and_si256(v, care);
    differs = _mm256_or_si256(differs, _mm256_shuffle_epi32(differs, 0x4E)); /* in either word */
    __m256i same = _mm256_cmpeq_epi64(differs, zero);
    counts = _mm256_or_si256(
        counts, _mm256_and_si256(_mm256_srli_epi64(v, TOK_CACHE_COUNT_SHIFT), same));
  }
  *t = _mm256_add_epi64(*t, counts);
  return !_mm256_testz_si256(counts, counts);
}

static inline uint64_t tally_sum(tally t) {
  __m128i two = _mm_add_epi64(_mm256_castsi256_si128(t), _mm256_extracti128_si256(t, 1));
  return (uint64_t)_mm_cvtsi128_si64(_mm_add_epi64(two, _mm_unpackhi_epi64(two, two)));
}

#include "kernel.h"

#endif

/*
** high: put_high() of blocks.h without a look at each character: the characters of two and three
** bytes of a block mostly share their first bytes with others, and then one look-up of 64 classes
** serves all of them. Blocks with invalid UTF-8 go to put_high(). Private to the kernels.
**
** The including file defines bytes64, 64 bytes of text or what is known of each, and
**   byte_mask                     one truth a byte; mask_bits(): as bits
**   where_equal(v, byte), where_both(a, b)
**   bytes_from(v, first, last)    bits of the bytes first..last
**   bytes_behind(p, size, v, k)   of v, the `size` bytes at p and 0 behind them: those k further on
**   every_byte(byte), put_byte(v, at, byte)
**   look_up64(v, where, index, table)  v, but table[low six bits of index] at `where`
**   look_up16(index, table)       table[index], 0 where the high bit is set; a table is aligned
**   having(v, bit)                bits of the bytes that have one
*/
#ifndef TOK_HIGH_H
#define TOK_HIGH_H

#include "blocks.h"

/* Lead bits spread over the characters' other bytes. */
static inline uint64_t whole_chars(uint64_t leads, uint64_t cont) {
  leads |= leads << 1 & cont;
  leads |= leads << 1 & cont;
  return leads | (leads << 1 & cont);
}

/* Classes of the 64 code points from cp on, a multiple of 64. */
static inline const uint8_t *classes_from(uint32_t cp) {
  return tok_uni_class + tok_uni_page[cp / TOK_UNI_PAGE] * TOK_UNI_PAGE + cp % TOK_UNI_PAGE;
}

/* What classes are asked for: bits of class_flags. */
enum { LETTER_BIT, UPPER_BIT, UNCASED_BIT, MARK_BIT, OTHER_BIT, HARD_BIT, NUMBER_BIT };

#define FLAG(set, class, bit) ((set) & TOK_SET(class) ? 1 << (bit) : 0)

/* The flags of a class. */
#define FLAGS_OF(letters, hard, c)                                                                 \
  (char)(FLAG(letters, c, LETTER_BIT) | FLAG(TOK_SET(TOK_UPPER), c, UPPER_BIT) |                   \
         FLAG(TOK_SET(TOK_MARK), c, MARK_BIT) |                                                    \
         FLAG(TOK_SET(TOK_CASELESS) | TOK_SET(TOK_MARK), c, UNCASED_BIT) |                         \
         FLAG(TOK_OTHERS & ~(letters), c, OTHER_BIT) | FLAG(hard, c, HARD_BIT) |                   \
         FLAG(TOK_SET(TOK_NUMBER), c, NUMBER_BIT))
#define FLAGS(letters, hard)                                                                       \
  {FLAGS_OF(letters, hard, 0), FLAGS_OF(letters, hard, 1), FLAGS_OF(letters, hard, 2),             \
   FLAGS_OF(letters, hard, 3), FLAGS_OF(letters, hard, 4), FLAGS_OF(letters, hard, 5),             \
   FLAGS_OF(letters, hard, 6), FLAGS_OF(letters, hard, 7), FLAGS_OF(letters, hard, 8),             \
   FLAGS_OF(letters, hard, 9)}
#define MARKS TOK_SET(TOK_MARK)

/* [marks are letters][1: family r50k, 2: DeepSeek] */
static const char class_flags[2][3][16] __attribute__((aligned(64))) = {
    {FLAGS(TOK_LETTERS, TOK_SPACES | TOK_SET(TOK_NUMBER)), FLAGS(TOK_LETTERS, TOK_SPACES),
     FLAGS(TOK_LETTERS, TOK_SPACES | TOK_SET(TOK_NUMBER) | TOK_SET(TOK_OTHER))},
    {FLAGS(TOK_LETTERS | MARKS, TOK_SPACES | TOK_SET(TOK_NUMBER)),
     FLAGS(TOK_LETTERS | MARKS, TOK_SPACES),
     FLAGS(TOK_LETTERS | MARKS, TOK_SPACES | TOK_SET(TOK_NUMBER) | TOK_SET(TOK_OTHER))}};

/*
** The class of each character at its lead byte; 0x80 elsewhere. v1, v2: the bytes one and two
** further on. False where a character is invalid. Each byte that equals a lead is one.
*/
static inline bool lead_classes(const uint8_t *p, unsigned size, bytes64 v, bytes64 v1, bytes64 v2,
                                uint64_t lead2, uint64_t lead3, uint64_t lead4, bytes64 *classes) {
  bytes64 c = every_byte((char)0x80);
  while (lead2 != 0) {
    uint8_t b0 = p[_tzcnt_u64(lead2)];
    byte_mask same = where_equal(v, b0);
    c = look_up64(c, same, v1, classes_from((uint32_t)(b0 & 0x1F) << 6));
    lead2 &= ~mask_bits(same);
  }
  while (lead3 != 0) {
    size_t i = _tzcnt_u64(lead3);
    uint8_t b0 = p[i], b1 = p[i + 1];
    if ((b0 == 0xE0 && b1 < 0xA0) || (b0 == 0xED && b1 >= 0xA0)) return false;
    byte_mask same = where_both(where_equal(v, b0), where_equal(v1, b1));
    c = look_up64(c, same, v2,
                  classes_from((uint32_t)(b0 & 0x0F) << 12 | (uint32_t)(b1 & 0x3F) << 6));
    lead3 &= ~mask_bits(same);
  }
  for (; lead4 != 0; lead4 &= lead4 - 1) {
    uint32_t cp;
    size_t i = _tzcnt_u64(lead4);
    if (tok_utf8_decode(p + i, size - i, &cp) != 4 || cp == TOK_UTF8_INVALID) return false;
    c = put_byte(c, (unsigned)i, (char)tok_class_of(cp));
  }
  *classes = c;
  return true;
}

static __attribute__((noinline)) bool put_high_singly(tok_masks *m, tok_family family,
                                                      const uint8_t *p, unsigned size) {
  return put_high(m, family, p, size);
}

static inline bool put_high_vector(tok_masks *m, tok_family family, const uint8_t *p,
                                   unsigned size) {
  const int kind = family == TOK_FAMILY_R50K ? 1 : family == TOK_FAMILY_DEEPSEEK ? 2 : 0;
  const char *table = class_flags[tok_family_marks(family)][kind];
  uint64_t valid = ~(uint64_t)0 >> (64 - size), cont = m->cont & valid, high = m->high & valid;
  bytes64 v = load64(p, size), c;
  uint64_t lead2 = bytes_from(v, 0xC2, 0xDF) & valid, lead3 = bytes_from(v, 0xE0, 0xEF) & valid;
  uint64_t lead4 = bytes_from(v, 0xF0, 0xF4) & valid, leads = lead2 | lead3 | lead4;
  uint64_t follow = leads << 1 | (lead3 | lead4) << 2 | lead4 << 3;
  uint64_t cut_off = lead2 >> 63 | lead3 >> 62 | lead4 >> 61; /* by the end of the text */
  if ((leads | cont) != high || follow != cont || cut_off)
    return put_high_singly(m, family, p, size);
  bytes64 v1 = bytes_behind(p, size, v, 1), v2 = bytes_behind(p, size, v, 2);
  uint64_t easy = m->easy3 & lead3;
  easy |= mask_bits(where_equal(v, 0xE4)) & lead3 & bytes_from(v1, 0xB8, 0xFF); /* U+4E00.. */
  if (!lead_classes(p, size, v, v1, v2, lead2, lead3 & ~easy, lead4, &c))
    return put_high_singly(m, family, p, size);
  c = look_up16(c, table); /* 0x80 gives no flag */
  uint64_t letter = having(c, LETTER_BIT) | easy, uncased = having(c, UNCASED_BIT) | easy;
  uint64_t other = having(c, OTHER_BIT);
  if (family == TOK_FAMILY_R50K) m->number |= whole_chars(having(c, NUMBER_BIT), cont);
  m->letter |= whole_chars(letter, cont);
  m->upper |= whole_chars(having(c, UPPER_BIT), cont);
  m->caseless = whole_chars(uncased & letter, cont);
  m->mark = whole_chars(having(c, MARK_BIT) & letter, cont);
  m->other |= whole_chars(other, cont);
  m->other2 = other & lead2;
  m->other3 = other & lead3;
  m->other4 = other & lead4;
  return having(c, HARD_BIT) == 0;
}

#endif

/*
** words: SentencePiece's texts in blocks of 64 bytes. Private to kernel.h, which includes it once
** per instruction set.
**
** Such a text is one piece for its own implementation: merges may join anything. It is cut here
** where no merge can cross, into pieces that come again: words with the blank before them, signs,
** runs of blanks.
**   - Each run of blanks begins a piece, but not behind '>': no token has a blank elsewhere
**     (tok_vimport_words() has made sure).
**   - Between two characters where tok_may_cross() says so (ranks.h).
**   - Behind k blanks where tok_ranks.blank_ends says so.
**   - Before and behind runs of newlines and tabs where tok_ranks.run_max says so.
**   - Around invalid bytes, which are no characters; merges begin with characters.
**
** What a vector can do in fewer instructions a kernel brings itself: with KERNEL_WORD_CUTS an
** ascii_cuts_vector() and a high_cuts_vector().
*/
#ifndef TOK_WORDS_H
#define TOK_WORDS_H

#include "blocks.h"

/* The character that ends at `end` of the text, as a word; 0 where none does. */
static inline uint32_t char_word_before(const uint8_t *text, size_t end, uint8_t *last) {
  uint32_t cp, w = 0;
  size_t at = end - 1, len;
  while (at > 0 && end - at < 4 && (text[at] & 0xC0) == 0x80) at--;
  len = tok_utf8_decode(text + at, end - at, &cp);
  if (cp == TOK_UTF8_INVALID || len != end - at) return 0;
  memcpy(&w, text + at, len);
  *last = text[end - 1];
  return w;
}

/* The character at p, of n bytes that may be read, as a word; 0: an invalid byte. Its length. */
static inline size_t char_word_at(const uint8_t *p, size_t n, uint32_t *word) {
  uint32_t cp, w = 0;
  size_t len = tok_utf8_decode(p, n, &cp);
  if (n >= 4) {
    memcpy(&w, p, 4);
  } else {
    memcpy(&w, p, n);
  }
  *word = cp == TOK_UTF8_INVALID ? 0 : w & 0xFFFFFFFFu >> (32 - 8 * len);
  return len;
}

/*
** Cuts beside characters that are not ASCII, at bits of `open`; `beside` are bits of their bytes,
** and of those behind. Two characters of two bytes are left together: they are letters of an
** alphabet, and words of those are cut at blanks.
*/
static inline uint64_t high_cuts(const tok_blocks *b, uint64_t beside, uint64_t open) {
  const uint8_t *p = b->text + b->pos;
  uint64_t found = 0;
  uint32_t before = 0; /* the character in front of byte `end` */
  size_t end = 64, len_before = 0;
  for (uint64_t rest = beside; rest != 0;) {
    unsigned i = (unsigned)__builtin_ctzll(rest);
    uint32_t y;
    size_t len = char_word_at(p + i, b->len - b->pos - i, &y);
    bool alike = len == 2 && len_before == 2 && end == i;
    if (!alike && (open >> i & 1)) {
      uint8_t last = 0;
      if (before == 0 || end != i) {
        before = char_word_before(b->text, b->pos + i, &last);
      } else {
        last = p[(int)i - 1];
      }
      if (before == 0 || y == 0 || !tok_may_cross(b->ranks, before, last, y))
        found |= (uint64_t)1 << i;
    }
    before = y;
    len_before = len;
    end = i + len;
    rest = end > 63 ? 0 : rest >> end << end;
  }
  return found;
}

#ifndef KERNEL_WORD_CUTS
/*
** Cuts between two ASCII characters, at the bits of `where`; but for those that tokens join nearly
** everywhere: two letters, two blanks, a letter behind a blank.
*/
static inline uint64_t ascii_cuts(const tok_blocks *b, const tok_masks *m, uint64_t where) {
  const uint8_t *p = b->text + b->pos;
  const uint64_t *cross = b->ranks->cross_ascii;
  uint64_t found = 0;
  uint64_t joined = m->letter | m->blank;
  joined &= joined << 1 & ~(m->letter << 1 & m->blank);
  for (uint64_t odd = where & ~joined; odd != 0; odd &= odd - 1) {
    unsigned i = (unsigned)__builtin_ctzll(odd), x = p[(int)i - 1], y = p[i];
    found |= (~cross[2 * x + (y >> 6)] >> (y & 63) & 1) << i;
  }
  return found;
}
#endif

/*
** Where no merge can cross, among the bits of `open`; behind_high: bits behind bytes of characters
** that are not ASCII.
*/
ALWAYS uint64_t word_cuts(const tok_blocks *b, const tok_masks *m, unsigned size,
                                 uint64_t behind_high, uint64_t open) {
  uint64_t beside = m->high | behind_high;
#ifdef KERNEL_WORD_CUTS
  uint64_t found = ascii_cuts_vector(b->ranks, b->text + b->pos, open & ~beside), high;
  if (beside == 0) return found;
  if (high_cuts_vector(b, m, size, beside, open, &high))
    return found | high | high_cuts(b, beside & open & 1, open & 1);
#else
  uint64_t found = ascii_cuts(b, m, open & ~beside);
  (void)size;
#endif
  return beside == 0 ? found : found | high_cuts(b, beside, open);
}

/*
** The first blanks of runs, but not behind '>'. Those behind other ASCII characters may be left to
** word_cuts(): no token has a blank there.
*/
ALWAYS uint64_t word_starts(const tok_blocks *b, const tok_masks *m, unsigned size,
                            uint64_t behind_high) {
  uint64_t starts = m->blank & ~(m->blank << 1 | b->blank);
#ifdef KERNEL_WORD_CUTS
  if (b->ranks != NULL) return starts & behind_high;
#else
  (void)behind_high;
#endif
  const uint8_t *p = b->text + b->pos;
  bool behind = b->pos > 0 && !b->fresh && p[-1] == '>';
  return starts & ~(equal_mask(p, size, '>') << 1 | (uint64_t)behind);
}

enum { FEW_BLANKS = 32 }; /* runs that are shorter are mostly all alike */

/* Is any run of blanks so long? */
static inline bool has_many_blanks(const tok_blocks *b, uint64_t blank) {
  uint64_t run = blank & blank >> 1;
  run &= run >> 2, run &= run >> 4, run &= run >> 8, run &= run >> 16;
  size_t first = ~blank == 0 ? 64 : (size_t)__builtin_ctzll(~blank);
  return run != 0 || b->blanks + first >= FEW_BLANKS;
}

/* Ends of runs of two blanks and more that no merge crosses. */
ALWAYS uint64_t blank_ends(const tok_blocks *b, uint64_t blank, unsigned size) {
  const uint64_t few = (((uint64_t)1 << FEW_BLANKS) - 1) & ~(uint64_t)3;
  uint64_t one = blank << 1 | (b->blanks > 0), two = one << 1 | (b->blanks > 1);
  uint64_t found = 0, ends = ~blank & one & two & (~(uint64_t)0 >> (64 - size));
  if ((b->ranks->blank_ends & few) == few && !has_many_blanks(b, blank)) return ends;
  for (; ends != 0; ends &= ends - 1) {
    unsigned i = (unsigned)__builtin_ctzll(ends);
    uint64_t before = ~blank & (((uint64_t)1 << i) - 1);
    size_t n = before == 0 ? i + b->blanks : i - 1 - (63 - (unsigned)__builtin_clzll(before));
    if (n < 64) found |= (b->ranks->blank_ends >> n & 1) << i;
  }
  return found;
}

/* Where runs are cut that may be longer than tokens are: *n bytes have gone before. */
static inline uint64_t long_run_cuts(uint64_t run, unsigned size, uint32_t max, size_t *n) {
  uint64_t found = 0;
  for (unsigned i = 0; i < size; i++) {
    bool full = *n == max && (run >> i & 1);
    found |= (uint64_t)full << i;
    *n = !(run >> i & 1) ? 0 : full ? 1 : *n + 1;
  }
  return found;
}

/* The starts and ends of runs of newlines, or tabs. */
ALWAYS uint64_t run_cuts(tok_blocks *b, int kind, unsigned size) {
  uint64_t run = equal_mask(b->text + b->pos, size, tok_run_byte(kind));
  uint64_t four = run & run << 1 & run << 2 & run << 3;
  if (run == 0 && b->run[kind] == 0) return 0;
  uint64_t found = run ^ (run << 1 | (b->run[kind] > 0));
  if ((four & four << 4) != 0 || b->run[kind] + TOK_RUN_MIN / 2 > TOK_RUN_MIN)
    return found | long_run_cuts(run, size, b->ranks->run_max[kind], &b->run[kind]);
  uint64_t others = ~run << (64 - size);
  size_t n = others == 0 ? size : (size_t)__builtin_clzll(others);
  b->run[kind] = n == size ? b->run[kind] + n : n;
  return found;
}

/* The starts of a block's pieces. size: bytes of the block, which ends between characters. */
ALWAYS uint64_t starts_blanks(tok_blocks *b, const tok_masks *m, unsigned size) {
  uint64_t valid = ~(uint64_t)0 >> (64 - size), first = b->pos == 0 || b->fresh;
  uint64_t behind_high = m->high << 1 | (uint64_t)(!first && b->text[b->pos - 1] >= 0x80);
  uint64_t starts = (word_starts(b, m, size, behind_high) | first) & valid;
  if (b->ranks != NULL) {
    starts |= word_cuts(b, m, size, behind_high, valid & ~starts);
    if (b->ranks->blank_ends != 0) starts |= blank_ends(b, m->blank, size);
    for (int kind = 0; kind < TOK_N_RUNS; kind++) {
      if (b->ranks->run_max[kind] != 0) starts |= run_cuts(b, kind, size) & valid;
    }
  }
  uint64_t words = ~m->blank & valid;
  b->blanks = words == 0 ? b->blanks + size : size - 1 - (63 - (unsigned)__builtin_clzll(words));
  b->blank = (uint32_t)(m->blank >> (size - 1)) & 1;
  b->other = (uint32_t)(m->other >> (size - 1)) & 1;
  return starts;
}

#endif

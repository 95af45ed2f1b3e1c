/*
** blocks: the pre-tokenizers on 64 bytes at a time. Private to kernel.h, which includes it once per
** instruction set; the scanners of scan.c are the ground truth that it must equal.
**
** A block of text becomes one 64-bit mask per class of characters (bit i = byte i; every byte of a
** character carries its class), and the starts of pieces follow from the masks by shifts and logic.
** What a block needs to know of the text before it is in `tok_blocks`; of the text after it, it
** peeks where it must.
**
** "Hard" blocks (non-ASCII numbers and spaces, marks and case in odd places) go to the scanner: it
** runs from the start of the open piece to the first boundary at or after the block's end, where
** masks take over afresh. A piece depends only on the text from its start, so nothing needs to be
** known of what was before.
*/
#ifndef TOK_BLOCKS_H
#define TOK_BLOCKS_H

#include "ranks.h"
#include "scan.h"
#include "unicode.h"

/*
** Lead bytes of three-byte characters that are all caseless letters: E5..E9 (U+5000..U+9FFF), EB
** and EC (U+B000..U+CFFF).
*/
enum { TOK_EASY3_FIRST = 0xE5, TOK_EASY3_LAST = 0xE9 };

/*
** Lead bytes of U+3000..U+D7FF: Chinese, Japanese, Korean, where pieces are long and barriers many.
*/
enum { TOK_CUT_FIRST = 0xE3, TOK_CUT_LAST = 0xED };

/* What a family's own code is made of: family is a constant there (kernel_fill()). */
#define ALWAYS static inline __attribute__((always_inline))

/* Class masks of a block. Letters are split by case only for o200k's sake. */
typedef struct {
  uint64_t letter, number, space, newline, other; /* a partition of the valid bits */
  uint64_t upper, caseless, mark;                 /* subsets of letter (mark: only in o200k) */
  uint64_t blank, quote, slash;                   /* the bytes ' ', '\'' and '/' */
  /* ASCII of no other class than `other` that is no sign either */
  uint64_t control;
  uint64_t high, cont;                            /* bytes >= 0x80, bytes 10xxxxxx */
  uint64_t easy3;                                 /* lead bytes whose every character is caseless */
  uint64_t cut3;                                  /* lead bytes E3..ED */
  uint64_t other2, other3, other4;                /* leads of multi-byte `other` characters */
} tok_masks;

/* State between blocks. What is not set below `fresh` is 0 there. */
typedef struct {
  const uint8_t *text;
  size_t len;
  size_t pos;       /* start of the next block */
  size_t open;      /* start of the last piece found so far */
  /* not NULL: pieces are cut at its merge barriers too, where blocks find them */
  const tok_ranks *ranks;
  uint32_t uncut;   /* set where some piece may not have been */
  uint32_t fresh;   /* a piece starts at pos; nothing before it matters */
  /* of the character before pos: 1 if it is in the class */
  uint32_t letter, number, lower, caseless, white, newline, other, blank;
  uint32_t absorbs; /* it is in a run of `other`, or was taken by one */
  uint32_t taken;   /* it was taken: a newline (or, in o200k, a slash) behind punctuation */
  uint32_t joins;   /* it takes a following letter into its piece */
  uint32_t pending; /* it ends a contraction: a letter at pos starts a piece */
  uint32_t digits;  /* characters of the number piece that is open */
  /*
  ** DeepSeek's: it is Chinese or kana; a sign that takes ASCII letters; in a word that a sign began
  */
  uint32_t cjk, sign, in_sign;
  /* SentencePiece's: blanks in front of pos; newlines and tabs there since a piece began */
  size_t blanks, run[TOK_N_RUNS];
} tok_blocks;

/* Is the character at pos white space? pos < len. */
static inline bool white_at(const tok_blocks *b, size_t pos) {
  uint8_t c = b->text[pos];
  size_t len;
  if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13);
  return TOK_SPACES >> tok_class_at(b->text + pos, b->len - pos, &len) & 1;
}

/*
** After a run of spaces that leaves the block: does a newline follow? *at_end: or the end of the
** text.
*/
static inline bool newline_follows(const tok_blocks *b, size_t pos, bool *at_end) {
  size_t len;
  *at_end = false;
  while (pos < b->len) {
    tok_class c = tok_class_at(b->text + pos, b->len - pos, &len);
    if (c != TOK_SPACE) return c == TOK_NEWLINE;
    pos += len;
  }
  *at_end = true;
  return false;
}

/*
** Bytes of a block that ends between characters: 64, fewer at the end of the text or to spare a
** character.
*/
static inline unsigned block_size(const tok_blocks *b, uint64_t high, uint64_t cont) {
  size_t left = b->len - b->pos;
  if (left <= 64) return (unsigned)left;
  uint64_t lead = high & ~cont & ((uint64_t)7 << 61);
  if (lead == 0) return 64;
  unsigned at = 63 - (unsigned)__builtin_clzll(lead);
  uint8_t c = b->text[b->pos + at];
  unsigned want = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
  return at + want > 64 ? at : 64;
}

/* All bits where class c is in `set`, else none. */
static inline uint64_t where(unsigned set, tok_class c) { return 0 - (uint64_t)(set >> c & 1); }

/*
** Classifies the characters of a block that are not ASCII. Returns false for a hard block. Free of
** branches but for the length of characters: classes follow each other unpredictably in many
** languages.
*/
ALWAYS bool put_high(tok_masks *m, tok_family family, const uint8_t *p, unsigned size) {
  const unsigned letters = TOK_LETTERS | (tok_family_marks(family) ? TOK_SET(TOK_MARK) : 0);
  const unsigned caseless = TOK_SET(TOK_CASELESS) | TOK_SET(TOK_MARK);
  const unsigned others = TOK_OTHERS & ~letters;
  /* Counting numbers to three, and spaces, work on bytes. */
  const unsigned hard_set = TOK_SPACES | (family == TOK_FAMILY_R50K ? 0 : TOK_SET(TOK_NUMBER)) |
                            (family == TOK_FAMILY_DEEPSEEK ? TOK_SET(TOK_OTHER) : 0);
  uint64_t valid = ~(uint64_t)0 >> (64 - size);
  uint64_t e = m->easy3 & m->cont >> 1 & m->cont >> 2;
  e |= e << 1 | e << 2;
  uint64_t letter = e & valid, uncased = e & valid, upper = 0, mark = 0, other = 0, other_lead = 0;
  unsigned seen = 0;
  uint64_t lead2 = 0, lead3 = 0, lead4 = 0;
  for (uint64_t rest = m->high & ~e & valid; rest != 0;) {
    unsigned i = (unsigned)__builtin_ctzll(rest);
    size_t n;
    tok_class c = tok_class_at(p + i, size - i, &n);
    uint64_t lead = (uint64_t)1 << i, bits = ((uint64_t)1 << n) - 1;
    bits <<= i;
    seen |= TOK_SET(c);
    letter |= bits & where(letters, c);
    upper |= bits & where(TOK_SET(TOK_UPPER), c);
    uncased |= bits & where(caseless, c);
    mark |= bits & where(TOK_SET(TOK_MARK), c);
    other |= bits & where(others, c);
    other_lead |= lead & where(others, c);
    lead2 |= n == 2 ? lead : 0;
    lead3 |= n == 3 ? lead : 0;
    lead4 |= n == 4 ? lead : 0;
    rest &= ~bits;
    if (family == TOK_FAMILY_R50K) m->number |= bits & where(TOK_SET(TOK_NUMBER), c);
  }
  m->letter |= letter;
  m->upper |= upper;
  m->other |= other;
  m->caseless = uncased & letter;
  m->mark = mark & letter;
  m->other2 = other_lead & lead2;
  m->other3 = other_lead & lead3;
  m->other4 = other_lead & lead4; /* an invalid byte is in none, like an ASCII character */
  return (seen & hard_set) == 0;
}

/* Is there a whole character of U+3000..U+D7FF at p, of which 3 bytes may be read? */
static inline bool cut_char(const uint8_t *p) {
  return p[0] >= TOK_CUT_FIRST && p[0] <= TOK_CUT_LAST && (p[1] & 0xC0) == 0x80 &&
         (p[2] & 0xC0) == 0x80 && (p[0] < 0xED || p[1] < 0xA0);
}

/* Characters of U+3000..U+D7FF behind another such: where the block may be cut, at p. */
static inline uint64_t cut_candidates(const tok_blocks *b, const tok_masks *m, const uint8_t *p) {
  uint64_t whole = m->cut3 & m->cont >> 1 & m->cont >> 2;
  uint64_t behind = whole << 3;
  if ((whole & 1) && b->pos >= 3 && !b->fresh) behind |= cut_char(p - 3);
  return whole & behind;
}

/* Of three bytes E3..ED 10xxxxxx 10xxxxxx: are they a surrogate? */
static inline bool is_surrogate(uint32_t word) { return (word & 0xE0FF) == 0xA0ED; }

/*
** Of the candidates, those where no merge can cross (ranks.h). Each is read with the last byte in
** front of it, and those three with its first, so that nothing behind it is.
*/
static inline uint64_t cuts(const tok_ranks *r, const uint8_t *p, uint64_t candidates) {
  uint64_t found = 0;
  for (; candidates != 0; candidates &= candidates - 1) {
    unsigned at = (unsigned)__builtin_ctzll(candidates);
    uint32_t x, y;
    memcpy(&x, p + at - 3, sizeof x);
    memcpy(&y, p + at - 1, sizeof y);
    x &= 0xFFFFFF;
    y >>= 8;
    int crosses = tok_may_cross(r, x, (uint8_t)(x >> 16), y);
    found |= (uint64_t)!(crosses | (int)is_surrogate(x) | (int)is_surrogate(y)) << at;
  }
  return found;
}

/* (x shifted to the next character, with the carry of the block before) */
#define PREV(x, carry) ((x) << 1 | (carry))

/* First digits of number pieces: every third of a run. */
ALWAYS uint64_t number_starts(tok_blocks *b, uint64_t number, unsigned size) {
  uint64_t starts = number & ~PREV(number, b->number);
  if (b->number && (number & 1)) {
    unsigned first = 3 - b->digits; /* digits still missing in the open piece */
    uint64_t need = ((uint64_t)2 << first) - 1;
    if ((number & need) == need) starts |= (uint64_t)1 << first;
  }
  uint64_t four = number & number << 1 & number << 2 & number << 3;
  for (uint64_t t = starts << 3 & four; t != 0; t = t << 3 & four) starts |= t;
  if (number >> (size - 1) & 1) {
    b->digits = starts ? size - (63 - (unsigned)__builtin_clzll(starts)) : b->digits + size;
  }
  return starts;
}

/*
** Starts of the spaces that stand after the last newline of a run of white space: first spaces
** after a newline, unless another newline follows them.
*/
static inline uint64_t spaces_after_newline(const tok_blocks *b, tok_family family, uint64_t space,
                                            uint64_t newline, uint64_t first, unsigned size) {
  uint64_t valid = size == 64 ? ~(uint64_t)0 : ((uint64_t)1 << size) - 1;
  uint64_t starts = 0;
  /* the bit behind each run, the carry out is the last run's */
  uint64_t after = (space + first) & ~space;
  bool leaves = space >> (size - 1) & 1;
  if ((after & newline & valid) == 0 && !leaves) return first;
  for (; first != 0; first &= first - 1) {
    uint64_t bit = first & (~first + 1);
    uint64_t behind = (space + bit) & ~space & valid;
    behind &= ~(bit - 1);
    bool stays;
    if (behind != 0) {
      stays = (behind & (~behind + 1) & newline) == 0;
    } else {
      bool at_end;
      bool line = newline_follows(b, b->pos + size, &at_end);
      stays = !line && (!at_end || tok_family_splits_last_line(family));
    }
    if (stays) starts |= bit;
  }
  return starts;
}

/*
** Contractions: `quotes` are apostrophes that may begin one. Sets *from to the bits behind those
** that do and *inside to the bits of them behind the apostrophe; one that leaves the block makes it
** hard. Returns the apostrophes. In o200k a contraction is the end of a word, so one right behind
** another is none.
*/
static inline uint64_t contractions(tok_blocks *b, tok_family family, uint64_t quotes,
                                    unsigned size, uint64_t *from, uint64_t *inside, bool *hard) {
  uint64_t found = 0;
  for (; quotes != 0; quotes &= quotes - 1) {
    unsigned i = (unsigned)__builtin_ctzll(quotes);
    if (family == TOK_FAMILY_O200K && (*from >> i & 1)) continue;
    size_t n = tok_contraction(b->text, b->pos + i, b->len, family != TOK_FAMILY_R50K);
    if (n == 0) continue;
    found |= (uint64_t)1 << i;
    *inside |= (n == 3 ? (uint64_t)6 : 2) << i;
    if (i + n < size) {
      *from |= (uint64_t)1 << (i + n);
    } else if (i + n == size) {
      b->pending = 1;
    } else {
      *hard = true;
    }
  }
  return found;
}

/*
** The class of what stands behind the block: does a run of spaces that reaches it end before a
** word?
*/
static inline uint64_t word_behind(const tok_blocks *b, unsigned size) {
  size_t next = b->pos + size;
  return next < b->len && !white_at(b, next) ? (uint64_t)1 << (size - 1) : 0;
}

static inline uint32_t last_of(uint64_t mask, unsigned size) {
  return (uint32_t)(mask >> (size - 1)) & 1;
}

/* Does the character in front of the block's end, of n bytes, have its first byte in `leads`? */
static inline uint32_t ends_with(uint64_t leads, unsigned size, unsigned n) {
  return size >= n ? last_of(leads, size + 1 - n) : 0;
}

/*
** r50k: a blank, and nothing else, joins the word behind it; newlines are white space like any
** other.
*/
ALWAYS uint64_t starts_r50k(tok_blocks *b, const tok_masks *m, unsigned size, bool *hard) {
  uint64_t top = (uint64_t)1 << (size - 1);
  uint64_t white = m->space | m->newline;
  uint64_t blank = PREV(m->blank, b->blank);
  uint64_t last_white = white & ~(white >> 1) & ~top;
  if (white & top) last_white |= word_behind(b, size);
  uint64_t other = m->other & ~PREV(m->other, b->other) & ~blank;
  uint64_t letter = m->letter & ~PREV(m->letter, b->letter) & ~blank;
  uint64_t from = b->pending, inside = 0;
  b->pending = 0;
  if (m->quote & other) {
    contractions(b, TOK_FAMILY_R50K, m->quote & other, size, &from, &inside, hard);
    letter &= ~inside;
  }
  uint64_t number = m->number & ~PREV(m->number, b->number) & ~blank;
  uint64_t first_white = white & ~PREV(white, b->white);
  b->letter = last_of(m->letter, size);
  b->number = last_of(m->number, size);
  b->other = last_of(m->other, size);
  b->blank = last_of(m->blank, size);
  b->white = last_of(white, size);
  return other | letter | number | first_white | last_white | (from & m->letter);
}

/*
** Starts of white-space pieces: the run's start, its last character before a word, and behind
** newlines.
*/
ALWAYS uint64_t white_starts(tok_blocks *b, tok_family family, const tok_masks *m,
                                    uint64_t newline, unsigned size) {
  uint64_t top = (uint64_t)1 << (size - 1);
  uint64_t white = m->space | newline;
  uint64_t starts = white & ~PREV(white, b->white);
  starts |= m->space & ~(white >> 1) & ~top;
  if (m->space & top) starts |= word_behind(b, size);
  uint64_t first_space = m->space & PREV(newline, b->newline);
  if (first_space) {
    starts |= spaces_after_newline(b, family, m->space, newline, first_space, size);
  }
  b->white = last_of(white, size);
  b->newline = last_of(newline, size);
  return starts;
}

/*
** o200k's `[\r\n/]*`: once a run of punctuation has taken a newline, it takes slashes too. Extends
** `taken` over the slashes and newlines that follow, by doubling steps.
*/
static inline uint64_t taken_slashes(uint64_t taken, uint64_t newline_or_slash) {
  uint64_t run = newline_or_slash;
  for (int step = 1; step < 64; step *= 2) {
    taken |= taken << step & run;
    run &= run << step;
  }
  return taken;
}

/* Case boundaries of o200k, and what its masks do not settle. */
ALWAYS uint64_t case_starts(tok_blocks *b, const tok_masks *m, unsigned size, bool *hard) {
  uint64_t lower = m->letter & ~m->upper & ~m->caseless;
  uint64_t starts = m->upper & PREV(lower, b->lower);
  uint64_t odd = (m->upper & PREV(m->caseless, b->caseless)) |
                 (m->mark & ~PREV(m->letter, b->letter));
  if (odd) *hard = true;
  b->lower = last_of(lower, size);
  b->caseless = last_of(m->caseless, size);
  return starts;
}

/*
** cl100k, o200k and what is akin to them. Sets *hard where the masks do not settle the block.
**
** taken: newlines (and slashes) that belong to the punctuation before them; to what follows they
**        are neither white space nor punctuation.
** alone: behind an `other` character that starts a piece; it takes letters into its piece, as a
** space does.
*/
ALWAYS uint64_t starts_words(tok_blocks *b, tok_family family, const tok_masks *m,
                                    unsigned size, bool *hard) {
  uint64_t taken = m->newline & ~(m->newline + (m->newline & PREV(m->other, b->absorbs)));
  uint64_t others = m->other;
  if (tok_family_case(family) && (m->slash & PREV(taken, b->taken))) {
    taken = taken_slashes(taken | (m->slash & b->taken), m->newline | m->slash);
    others &= ~taken;
  }
  uint64_t before_letter = PREV(m->letter, b->letter);
  uint64_t other = others & ~PREV(others, b->other) & ~PREV(m->blank, b->blank);
  uint64_t other1 = other & ~(m->other2 | m->other3 | m->other4);
  uint64_t other2 = other & m->other2, other3 = other & m->other3, other4 = other & m->other4;
  uint64_t alone = (other1 | m->space) << 1 | other2 << 2 | other3 << 3 | other4 << 4 | b->joins;
  uint64_t starts = other | (m->letter & ~before_letter & ~alone);
  starts |= tok_family_single_digits(family) ? m->number : number_starts(b, m->number, size);
  starts |= white_starts(b, family, m, m->newline & ~taken, size);
  uint64_t from = b->pending, inside = 0, quotes = m->quote & other;
  b->pending = 0;
  if (tok_family_case(family)) {
    starts |= case_starts(b, m, size, hard);
    quotes &= family == TOK_FAMILY_O200K ? before_letter : 0;
  }
  if (quotes) {
    uint64_t found = contractions(b, family, quotes, size, &from, &inside, hard);
    if (family == TOK_FAMILY_O200K) starts &= ~(found | inside);
  }
  b->joins = last_of(other1 | m->space, size) | ends_with(other2, size, 2) |
             ends_with(other3, size, 3) | ends_with(other4, size, 4);
  b->letter = last_of(m->letter, size);
  b->number = last_of(m->number, size);
  b->other = last_of(others, size);
  b->blank = last_of(m->blank, size);
  b->absorbs = last_of(others | taken, size);
  b->taken = last_of(taken, size);
  return starts | (from & m->letter);
}

/* Bytes of [\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff] in a block, which ends between characters. */
static inline uint64_t cjk_of(const tok_masks *m, const uint8_t *p, unsigned size) {
  (void)size;
  uint64_t found = 0;
  for (uint64_t leads = m->cut3 & m->cont >> 1 & m->cont >> 2; leads != 0; leads &= leads - 1) {
    unsigned i = (unsigned)__builtin_ctzll(leads);
    uint32_t cp = (p[i] & 15u) << 12 | (p[i + 1] & 63u) << 6 | (p[i + 2] & 63u);
    found |= (uint64_t)((cp >= 0x4E00 && cp <= 0x9FA5) || (cp >= 0x3040 && cp <= 0x30FF)) << i;
  }
  return found | found << 1 | found << 2;
}

/*
** Does a character that an earlier split of DeepSeek's has put apart begin at `pos`, or the text
** end?
*/
static inline bool apart_at(const tok_blocks *b, size_t pos) {
  uint32_t cp;
  if (pos >= b->len || (b->text[pos] >= '0' && b->text[pos] <= '9')) return true;
  if (b->text[pos] < 0x80) return false;
  tok_utf8_decode(b->text + pos, b->len - pos, &cp);
  if (cp == TOK_UTF8_INVALID) return false;
  return (cp >= 0x4E00 && cp <= 0x9FA5) || (cp >= 0x3040 && cp <= 0x30FF) ||
         tok_class_of(cp) == TOK_NUMBER;
}

/*
** DeepSeek V3: numbers, then Chinese and kana stand apart, so white space before them is not
** divided; a sign takes ASCII letters only, white space any. Controls and what is unassigned make
** the block hard. cjk: those bytes (cjk_of).
*/
ALWAYS uint64_t starts_deepseek(tok_blocks *b, const tok_masks *m, uint64_t cjk,
                                       unsigned size, bool *hard) {
  uint64_t top = (uint64_t)1 << (size - 1);
  uint64_t letter = m->letter & ~cjk, signs = m->other & ~cjk, ascii = letter & ~m->high;
  uint64_t taken = m->newline & ~(m->newline + (m->newline & PREV(signs, b->absorbs)));
  uint64_t newline = m->newline & ~taken, white = m->space | newline;
  uint64_t first_sign = signs & ~PREV(signs, b->other) & ~PREV(m->blank, b->blank);
  uint64_t sign = first_sign & ~m->high; /* takes the ASCII letters behind it */
  uint64_t by_sign = PREV(sign, b->sign) & ascii;
  uint64_t begun = by_sign | (b->in_sign & ascii);
  uint64_t word_end = (ascii + begun) & ~ascii; /* behind the ASCII letters that a sign has taken */
  if (m->control) *hard = true;
  uint64_t starts = first_sign | (cjk & ~PREV(cjk, b->cjk)) | number_starts(b, m->number, size);
  starts |= letter & ~PREV(letter, b->letter) & ~by_sign & ~PREV(m->space, b->joins);
  starts |= letter & (word_end | (b->in_sign & ~ascii));
  starts |= white & ~PREV(white, b->white);
  starts |= m->space & ~(white >> 1) & ~top & ~((m->number | cjk) >> 1);
  if ((m->space & top) && !apart_at(b, b->pos + size)) starts |= word_behind(b, size);
  uint64_t first_space = m->space & PREV(newline, b->newline);
  if (first_space)
    starts |= spaces_after_newline(b, TOK_FAMILY_DEEPSEEK, m->space, newline, first_space, size);
  uint64_t in_sign = ascii & ~(ascii + begun); /* the bits that the carry ran over */
  b->in_sign = last_of(in_sign, size);
  b->sign = last_of(sign, size);
  b->joins = last_of(m->space, size);
  b->cjk = last_of(cjk, size);
  b->letter = last_of(letter, size);
  b->number = last_of(m->number, size);
  b->other = last_of(signs, size);
  b->blank = last_of(m->blank, size);
  b->white = last_of(white, size);
  b->newline = last_of(newline, size);
  b->absorbs = last_of(signs | taken, size);
  return starts;
}

#endif

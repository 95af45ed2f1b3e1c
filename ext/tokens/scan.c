#include "scan.h"

#include "unicode.h"

/*
** The expressions. `++`, `?+`, `*+` are possessive (never give back), `$` is the end of the text only,
** alternatives are tried in order.
*/
#define PATTERN_R50K                                                                               \
  "'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++| ?[^\\s\\p{L}\\p{N}]++|\\s++$|\\s+(?!\\S)|\\s"
#define PATTERN_CL100K                                                                             \
  "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++"      \
  "[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s"
#define PATTERN_O200K                                                                              \
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"      \
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"                                                                 \
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"      \
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"                                                                 \
  "\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

const char *tok_family_pattern(tok_family family) {
  switch (family) {
  case TOK_FAMILY_R50K:
    return PATTERN_R50K;
  case TOK_FAMILY_CL100K:
    return PATTERN_CL100K;
  case TOK_FAMILY_O200K:
    break;
  }
  return PATTERN_O200K;
}

/* Letters that o200k may put before the lower-case part of a word, and in it. Marks are in both. */
#define HEAD_SET (TOK_SET(TOK_UPPER) | TOK_SET(TOK_CASELESS) | TOK_SET(TOK_MARK))
#define TAIL_SET (TOK_SET(TOK_LOWER) | TOK_SET(TOK_CASELESS) | TOK_SET(TOK_MARK))
#define BOTH_SET (HEAD_SET & TAIL_SET)

typedef struct {
  const uint8_t *text;
  size_t end;
} input;

static bool in_set(input in, size_t pos, unsigned set, size_t *len) {
  return pos < in.end && (set >> tok_class_at(in.text + pos, in.end - pos, len) & 1);
}

/* The end of the longest run of characters of `set` from pos. */
static size_t run(input in, size_t pos, unsigned set) {
  size_t len;
  while (in_set(in, pos, set, &len)) pos += len;
  return pos;
}

/* The same with at most `most` characters. */
static size_t run_most(input in, size_t pos, unsigned set, int most) {
  size_t len;
  for (int i = 0; i < most && in_set(in, pos, set, &len); i++) pos += len;
  return pos;
}

size_t tok_contraction(const uint8_t *text, size_t pos, size_t end, bool fold) {
  size_t left = end - pos;
  const uint8_t *p = text + pos;
  if (left < 2 || p[0] != '\'') return 0;
  uint8_t a = fold && p[1] < 0x80 ? (uint8_t)tok_lower((char)p[1]) : p[1];
  if (a == 's' || a == 't' || a == 'd' || a == 'm') return 2;
  if (left < 3) return 0;
  if (fold && a == 0xC5 && p[2] == 0xBF) return 3;
  uint8_t b = fold && p[2] < 0x80 ? (uint8_t)tok_lower((char)p[2]) : p[2];
  return (a == 'l' && b == 'l') || (a == 'v' && b == 'e') || (a == 'r' && b == 'e') ? 3 : 0;
}

/* Start of the last character of [pos, end), which is not empty and holds no invalid bytes. */
static size_t last_char(input in, size_t pos, size_t end) {
  size_t at = end - 1;
  while (at > pos && (in.text[at] & 0xC0) == 0x80) at--;
  return at;
}

/* `\s+(?!\S)|\s` on the run [pos, spaces): leaves the last character to a word that follows. */
static size_t spaces_before_word(input in, size_t pos, size_t spaces) {
  if (spaces == in.end) return spaces;
  size_t last = last_char(in, pos, spaces);
  return last > pos ? last : spaces;
}

/* The end of the last \r or \n in [pos, spaces), or pos. */
static size_t after_last_newline(input in, size_t pos, size_t spaces) {
  while (spaces > pos && in.text[spaces - 1] != '\n' && in.text[spaces - 1] != '\r') spaces--;
  return spaces;
}

static size_t scan_r50k(input in, size_t pos) {
  size_t n = tok_contraction(in.text, pos, in.end, false);
  if (n > 0) return pos + n;
  size_t word = pos + (in.text[pos] == ' ');
  size_t end = run(in, word, TOK_LETTERS);
  if (end == word) end = run(in, word, TOK_SET(TOK_NUMBER));
  if (end == word) end = run(in, word, TOK_OTHERS);
  if (end > word) return end;
  return spaces_before_word(in, pos, run(in, pos, TOK_SPACES));
}

static size_t scan_cl100k(input in, size_t pos) {
  size_t n = tok_contraction(in.text, pos, in.end, true), len;
  if (n > 0) return pos + n;
  size_t word = pos;
  if (in_set(in, pos, TOK_OTHERS | TOK_SET(TOK_SPACE), &len)) word += len;
  size_t end = run(in, word, TOK_LETTERS);
  if (end > word) return end;
  end = run_most(in, pos, TOK_SET(TOK_NUMBER), 3);
  if (end > pos) return end;
  word = pos + (in.text[pos] == ' ');
  end = run(in, word, TOK_OTHERS);
  if (end > word) return run(in, end, TOK_SET(TOK_NEWLINE));
  end = run(in, pos, TOK_SPACES);
  if (end == in.end) return end;
  size_t line = after_last_newline(in, pos, end);
  return line > pos ? line : spaces_before_word(in, pos, end);
}

/*
** `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+` at pos; pos if it does not match. The head is
** greedy; where no lower-case letter follows, it gives back down to the last character that is in both sets.
*/
static size_t lower_word(input in, size_t pos) {
  size_t len, at = pos, both_end = pos;
  while (in_set(in, at, HEAD_SET, &len)) {
    bool both = in_set(in, at, BOTH_SET, &len);
    at += len;
    if (both) both_end = at;
  }
  size_t end = run(in, at, TAIL_SET);
  return end > at ? end : both_end;
}

/* Both letter alternatives of o200k without the contraction; pos if none matches. */
static size_t o200k_word(input in, size_t pos) {
  size_t len, word = pos;
  if (in_set(in, pos, TOK_OTHERS | TOK_SET(TOK_SPACE), &len)) word += len;
  size_t end = lower_word(in, word);
  if (end > word) return end;
  end = lower_word(in, pos);
  if (end > pos) return end;
  end = run(in, word, HEAD_SET);
  return end > word ? end : pos;
}

static size_t scan_o200k(input in, size_t pos) {
  size_t end = o200k_word(in, pos);
  if (end > pos) return end + tok_contraction(in.text, end, in.end, true);
  end = run_most(in, pos, TOK_SET(TOK_NUMBER), 3);
  if (end > pos) return end;
  size_t word = pos + (in.text[pos] == ' ');
  end = run(in, word, TOK_OTHERS);
  if (end > word) {
    while (end < in.end && strchr("\r\n/", in.text[end]) != NULL && in.text[end] != 0) end++;
    return end;
  }
  end = run(in, pos, TOK_SPACES);
  size_t line = after_last_newline(in, pos, end);
  return line > pos ? line : spaces_before_word(in, pos, end);
}

size_t tok_scan(tok_family family, const uint8_t *text, size_t pos, size_t end) {
  input in = {text, end};
  switch (family) {
  case TOK_FAMILY_R50K:
    return scan_r50k(in, pos);
  case TOK_FAMILY_CL100K:
    return scan_cl100k(in, pos);
  case TOK_FAMILY_O200K:
    break;
  }
  return scan_o200k(in, pos);
}

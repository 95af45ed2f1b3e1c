#include "scan.h"

#include "unicode.h"

/*
** The expressions. `++`, `?+`, `*+` are possessive (never give back), `$` is the end of the text
** only, alternatives are tried in order.
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

#define CONTRACTION_FIRST "(?i:'s|'t|'re|'ve|'m|'ll|'d)|"
#define LINES_AND_SPACES  "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define PATTERN_TEKKEN                                                                             \
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|"     \
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|"     \
  "\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*" LINES_AND_SPACES
#define PATTERN_KIMI                                                                               \
  "[\\p{Han}]+|"                                                                                   \
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]*"                       \
  "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"                      \
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]+"                       \
  "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"                      \
  "\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" LINES_AND_SPACES
#define PATTERN_DEEPSEEK                                                                           \
  "\\p{N}{1,3} then [\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+ then "                              \
  "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|"                                         \
  "[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"                                                   \
  " ?[\\p{P}\\p{S}]+[\\r\\n]*" LINES_AND_SPACES

static const char *const patterns[TOK_N_FAMILIES] = {
    [TOK_FAMILY_R50K] = PATTERN_R50K,
    [TOK_FAMILY_CL100K] = PATTERN_CL100K,
    [TOK_FAMILY_O200K] = PATTERN_O200K,
    [TOK_FAMILY_LLAMA3] = CONTRACTION_FIRST "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
                                            " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" LINES_AND_SPACES,
    [TOK_FAMILY_QWEN2] = CONTRACTION_FIRST "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"
                                           " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" LINES_AND_SPACES,
    [TOK_FAMILY_QWEN35] = CONTRACTION_FIRST "[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}|"
                                            " ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*" LINES_AND_SPACES,
    [TOK_FAMILY_TEKKEN] = PATTERN_TEKKEN,
    [TOK_FAMILY_WORDS] = "(?: *[^ ]*>)* *[^ ]*",
    [TOK_FAMILY_KIMI] = PATTERN_KIMI,
    [TOK_FAMILY_DEEPSEEK] = PATTERN_DEEPSEEK,
    [TOK_FAMILY_DIGITS] =
        ("\\p{N} then '(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|"
         "\\s+(?!\\S)|\\s+"),
    [TOK_FAMILY_LINES] = "[^\\n]+|\\n+",
    [TOK_FAMILY_WHOLE] = "",
};

const char *tok_family_pattern(tok_family family) { return patterns[family]; }

/* Letters that o200k may put before the lower-case part of a word, and in it. Marks are in both. */
#define HEAD_SET (TOK_SET(TOK_UPPER) | TOK_SET(TOK_CASELESS) | TOK_SET(TOK_MARK))
#define TAIL_SET (TOK_SET(TOK_LOWER) | TOK_SET(TOK_CASELESS) | TOK_SET(TOK_MARK))
#define BOTH_SET (HEAD_SET & TAIL_SET)

/* Characters that an earlier split has put into pieces of their own. */
typedef enum {
  APART_NONE,
  APART_NUMBERS,         /* \p{N} */
  APART_NUMBERS_AND_CJK, /* \p{N}, Chinese in the narrow sense, kana */
  /* no split: only that letters and marks of the Han script are not words' */
  APART_HAN
} apart;

typedef struct {
  const uint8_t *text;
  size_t end;
  apart apart;
} input;

/* [\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff] */
static bool is_cjk(uint32_t cp) {
  return (cp >= 0x4E00 && cp <= 0x9FA5) || (cp >= 0x3040 && cp <= 0x30FF);
}

/* \p{Han}, Unicode 16.0: Scripts.txt. */
static bool is_han(uint32_t cp) {
  static const uint32_t ranges[][2] = {
      {0x2E80, 0x2E99},   {0x2E9B, 0x2EF3},   {0x2F00, 0x2FD5},   {0x3005, 0x3005},
      {0x3007, 0x3007},   {0x3021, 0x3029},   {0x3038, 0x303B},   {0x3400, 0x4DBF},
      {0x4E00, 0x9FFF},   {0xF900, 0xFA6D},   {0xFA70, 0xFAD9},   {0x16FE2, 0x16FE3},
      {0x16FF0, 0x16FF1}, {0x20000, 0x2A6DF}, {0x2A700, 0x2B739}, {0x2B740, 0x2B81D},
      {0x2B820, 0x2CEA1}, {0x2CEB0, 0x2EBE0}, {0x2EBF0, 0x2EE5D}, {0x2F800, 0x2FA1D},
      {0x30000, 0x3134A}, {0x31350, 0x323AF}};
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0] && cp >= ranges[i][0]; i++) {
    if (cp <= ranges[i][1]) return true;
  }
  return false;
}

/* Is the character at pos < in.end, of class c, one of those that stand apart? */
static bool is_apart(input in, size_t pos, tok_class c) {
  uint32_t cp;
  if (c == TOK_NUMBER) return in.apart == APART_NUMBERS || in.apart == APART_NUMBERS_AND_CJK;
  if (in.text[pos] < 0xE2 || in.apart == APART_NUMBERS) return false;
  tok_utf8_decode(in.text + pos, in.end - pos, &cp);
  if (in.apart == APART_NUMBERS_AND_CJK) return is_cjk(cp);
  return ((TOK_LETTERS | TOK_SET(TOK_MARK)) >> c & 1) && is_han(cp);
}

static bool in_set(input in, size_t pos, unsigned set, size_t *len) {
  if (pos >= in.end) return false;
  tok_class c = tok_class_at(in.text + pos, in.end - pos, len);
  return (set >> c & 1) && (in.apart == APART_NONE || !is_apart(in, pos, c));
}

/* The end of the text, for a split that comes after others. */
static bool at_end(input in, size_t pos) {
  size_t len;
  if (pos >= in.end) return true;
  if (in.apart == APART_NONE || in.apart == APART_HAN) return false;
  return is_apart(in, pos, tok_class_at(in.text + pos, in.end - pos, &len));
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
  if (at_end(in, spaces)) return spaces;
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

/* cl100k, Llama 3 and Qwen. */
static size_t scan_words(input in, size_t pos, tok_family family) {
  const unsigned marks = family == TOK_FAMILY_QWEN35 ? TOK_SET(TOK_MARK) : 0;
  size_t n = tok_contraction(in.text, pos, in.end, true), len;
  if (n > 0) return pos + n;
  size_t word = pos;
  if (in_set(in, pos, (TOK_OTHERS & ~marks) | TOK_SET(TOK_SPACE), &len)) word += len;
  size_t end = run(in, word, TOK_LETTERS | marks);
  if (end > word) return end;
  end = run_most(in, pos, TOK_SET(TOK_NUMBER), tok_family_single_digits(family) ? 1 : 3);
  if (end > pos) return end;
  word = pos + (in.text[pos] == ' ');
  end = run(in, word, TOK_OTHERS & ~marks);
  if (end > word) return run(in, end, TOK_SET(TOK_NEWLINE));
  end = run(in, pos, TOK_SPACES);
  if (end == in.end && !tok_family_splits_last_line(family)) return end;
  size_t line = after_last_newline(in, pos, end);
  return line > pos ? line : spaces_before_word(in, pos, end);
}

/*
** `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+` at pos; pos if it does not match.
** The head is greedy; where no lower-case letter follows, it gives back down to the last character
** that is in both sets.
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

/* `[^\s\p{L}\p{N}]+` with what follows it, or the white space that is left. */
static size_t others_or_spaces(input in, size_t pos, const char *tail) {
  size_t word = pos + (in.text[pos] == ' ');
  size_t end = run(in, word, TOK_OTHERS);
  if (end > word) {
    while (end < in.end && in.text[end] != 0 && strchr(tail, in.text[end]) != NULL) end++;
    return end;
  }
  end = run(in, pos, TOK_SPACES);
  size_t line = after_last_newline(in, pos, end);
  return line > pos ? line : spaces_before_word(in, pos, end);
}

/* o200k and Tekken. */
static size_t scan_cased(input in, size_t pos, tok_family family) {
  size_t end = o200k_word(in, pos);
  if (end > pos) {
    return end + (family == TOK_FAMILY_O200K ? tok_contraction(in.text, end, in.end, true) : 0);
  }
  end = run_most(in, pos, TOK_SET(TOK_NUMBER), tok_family_single_digits(family) ? 1 : 3);
  return end > pos ? end : others_or_spaces(in, pos, "\r\n/");
}

static size_t run_of(input in, size_t pos, bool (*is)(uint32_t cp)) {
  uint32_t cp;
  while (pos < in.end) {
    size_t len = tok_utf8_decode(in.text + pos, in.end - pos, &cp);
    if (cp == TOK_UTF8_INVALID || !is(cp)) break;
    pos += len;
  }
  return pos;
}

static size_t scan_kimi(input in, size_t pos) {
  size_t end = run_of(in, pos, is_han);
  if (end > pos) return end;
  input words = {in.text, in.end, APART_HAN};
  end = o200k_word(words, pos);
  if (end > pos) return end + tok_contraction(in.text, end, in.end, true);
  end = run_most(in, pos, TOK_SET(TOK_NUMBER), 3);
  return end > pos ? end : others_or_spaces(in, pos, "\r\n");
}

static size_t ascii_letters(input in, size_t pos) {
  while (pos < in.end && tok_is_alpha((char)in.text[pos])) pos++;
  return pos;
}

/* DeepSeek V3; what its third expression does not match stays between the matches as it is. */
static size_t scan_deepseek(input in, size_t pos) {
  const unsigned words = TOK_LETTERS | TOK_SET(TOK_MARK);
  const unsigned signs = TOK_SET(TOK_PUNCT) | TOK_SET(TOK_SYMBOL);
  size_t len, end = run_most(in, pos, TOK_SET(TOK_NUMBER), 3);
  if (end > pos || (end = run_of(in, pos, is_cjk)) > pos) return end;
  in.apart = APART_NUMBERS_AND_CJK;
  if (in.text[pos] < 0x80 && in_set(in, pos, signs, &len)) {
    end = ascii_letters(in, pos + 1);
    if (end > pos + 1) return end;
  }
  size_t word = pos;
  if (in_set(in, pos, TOK_SET(TOK_OTHER) | TOK_SET(TOK_SPACE), &len)) word += len;
  end = run(in, word, words);
  if (end > word) return end;
  word = pos + (in.text[pos] == ' ');
  end = run(in, word, signs);
  if (end > word) return run(in, end, TOK_SET(TOK_NEWLINE));
  end = run(in, pos, TOK_SPACES);
  if (end > pos) {
    size_t line = after_last_newline(in, pos, end);
    return line > pos ? line : spaces_before_word(in, pos, end);
  }
  for (end = pos; in_set(in, end, TOK_SET(TOK_OTHER), &len); end += len) {
    size_t unused;
    if (end > pos && in_set(in, end + len, words, &unused)) break;
  }
  return end;
}

static size_t scan_digits(input in, size_t pos) {
  size_t end = run_most(in, pos, TOK_SET(TOK_NUMBER), 1);
  in.apart = APART_NUMBERS;
  return end > pos ? end : scan_r50k(in, pos);
}

/* Bytes other than `c` from pos on, or those that are `c`. */
static size_t run_bytes(input in, size_t pos, uint8_t c, bool equal) {
  while (pos < in.end && (in.text[pos] == c) == equal) pos++;
  return pos;
}

static size_t scan_blanks(input in, size_t pos) {
  do {
    pos = run_bytes(in, run_bytes(in, pos, ' ', true), ' ', false);
  } while (pos < in.end && in.text[pos - 1] == '>');
  return pos;
}

size_t tok_scan(tok_family family, const uint8_t *text, size_t pos, size_t end) {
  input in = {text, end, APART_NONE};
  switch (family) {
  case TOK_FAMILY_R50K:
    return scan_r50k(in, pos);
  case TOK_FAMILY_CL100K:
  case TOK_FAMILY_LLAMA3:
  case TOK_FAMILY_QWEN2:
  case TOK_FAMILY_QWEN35:
    return scan_words(in, pos, family);
  case TOK_FAMILY_O200K:
  case TOK_FAMILY_TEKKEN:
    return scan_cased(in, pos, family);
  case TOK_FAMILY_WORDS:
    return scan_blanks(in, pos);
  case TOK_FAMILY_KIMI:
    return scan_kimi(in, pos);
  case TOK_FAMILY_DEEPSEEK:
    return scan_deepseek(in, pos);
  case TOK_FAMILY_DIGITS:
    return scan_digits(in, pos);
  case TOK_FAMILY_LINES:
    return run_bytes(in, pos, '\n', text[pos] == '\n');
  default:
    return end;
  }
}

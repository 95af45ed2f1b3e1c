/*
** scan: the pre-tokenizers. Each encoding family cuts a text into pieces with a regular expression;
** here each is a hand-written scanner: given where a piece starts, it tells where the piece ends.
**
** A piece depends only on the text from its start on (the expressions have no look-behind), so
** scanning can start at any known piece boundary. Every scanner takes time linear in the run of
** characters of one class that it meets; scanning a whole text is linear, without recursion.
*/
#ifndef TOK_SCAN_H
#define TOK_SCAN_H

#include "../base/base.h"

/*
** The embedded families first. KIMI, DIGITS, LINES and WHOLE are cut by the scanner alone, all
** others have masks as well (blocks.h).
*/
typedef enum {
  TOK_FAMILY_R50K,   /* GPT-2; Claude 1 and 2, behind NFKC */
  TOK_FAMILY_CL100K,
  TOK_FAMILY_O200K,  /* also Llama 4 */
  TOK_FAMILY_LLAMA3, /* cl100k's words with o200k's white space; also OLMo and GLM 4 */
  TOK_FAMILY_QWEN2,  /* Llama 3's with each digit alone */
  TOK_FAMILY_QWEN35, /* Qwen 2's with marks as letters */
  TOK_FAMILY_TEKKEN, /* o200k's without contractions and with each digit alone */
  TOK_FAMILY_WORDS,  /* SentencePiece: a blank before a word begins a piece; see below */
  TOK_FAMILY_KIMI,   /* Kimi K2: o200k's, Chinese characters apart */
  TOK_FAMILY_DEEPSEEK, /* DeepSeek V3 and R1: three splits one after the other */
  TOK_FAMILY_DIGITS, /* StarCoder: GPT-2's, each digit apart before */
  TOK_FAMILY_LINES,  /* Gemma 4: lines and runs of newlines */
  TOK_FAMILY_WHOLE,  /* the text is one piece */
  TOK_N_FAMILIES
} tok_family;

/* What families have in common, so that a scanner and its masks ask once. */
static inline bool tok_family_case(tok_family f) {
  return f == TOK_FAMILY_O200K || f == TOK_FAMILY_TEKKEN;
}
static inline bool tok_family_marks(tok_family f) {
  return tok_family_case(f) || f == TOK_FAMILY_QWEN35 || f == TOK_FAMILY_DEEPSEEK;
}
static inline bool tok_family_single_digits(tok_family f) {
  return f == TOK_FAMILY_QWEN2 || f == TOK_FAMILY_QWEN35 || f == TOK_FAMILY_TEKKEN;
}
/* A run of white space at the end of the text that holds a newline is two pieces. */
static inline bool tok_family_splits_last_line(tok_family f) { return f != TOK_FAMILY_CL100K; }

/*
** The end of the piece that starts at `pos`, pos < end. `end` is the end of the text, where `$`
** matches. Returns a position in (pos, end].
*/
size_t tok_scan(tok_family family, const uint8_t *text, size_t pos, size_t end);

/*
** Bytes of a contraction at pos <= end ('s 't 'd 'm 'll 've 're), 0 if there is none. With fold,
** case is ignored by Unicode's rules, so U+017F (long s) counts as s.
*/
size_t tok_contraction(const uint8_t *text, size_t pos, size_t end, bool fold);

/*
** The regular expression that a family's scanner implements. DEEPSEEK's three are joined by " then
** ". WORDS has none of its own: SentencePiece merges over the whole text, and where no token has a
** blank behind another character than '>' (Gemma has "> </"; the import checks it) nothing merges
** across the start of a run of blanks that does not follow one.
*/
const char *tok_family_pattern(tok_family family);

#endif

/* What is common to the importers, and which one reads a file; see import.h. */
#include <stdarg.h>
#include <stdio.h>

#include "import_vocab.h"
#include "../base/utf8.h"

tok_status tok_vimport_refuse(tok_vimport *m, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  vsnprintf(m->error->text, sizeof m->error->text, fmt, args);
  va_end(args);
  return TOK_INVALID;
}

/* ---- patterns -------------------------------------------------------------------------------- */

typedef struct {
  const char *text;
  tok_family family;
  uint32_t normal;
} known_pattern;

/* Names that users may give. */
static const known_pattern names[] = {
    {"gpt2", TOK_FAMILY_R50K, 0},
    {"r50k_base", TOK_FAMILY_R50K, 0},
    {"p50k_base", TOK_FAMILY_R50K, 0},
    {"claude", TOK_FAMILY_R50K, TOK_N_NFKC},
    {"cl100k", TOK_FAMILY_CL100K, 0},
    {"cl100k_base", TOK_FAMILY_CL100K, 0},
    {"o200k", TOK_FAMILY_O200K, 0},
    {"o200k_base", TOK_FAMILY_O200K, 0},
    {"llama4", TOK_FAMILY_O200K, 0},
    {"llama3", TOK_FAMILY_LLAMA3, 0},
    {"qwen2", TOK_FAMILY_QWEN2, TOK_N_NFC},
    {"qwen3", TOK_FAMILY_QWEN2, TOK_N_NFC},
    {"qwen3.5", TOK_FAMILY_QWEN35, TOK_N_NFC},
    {"tekken", TOK_FAMILY_TEKKEN, 0},
    {"kimi-k2", TOK_FAMILY_KIMI, 0},
    {"deepseek-v3", TOK_FAMILY_DEEPSEEK, 0},
    {"starcoder", TOK_FAMILY_DIGITS, 0},
    {"gemma4", TOK_FAMILY_LINES, 0},
};

#define CASELESS "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define SPELLED  "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
#define REST     "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

/*
** Other spellings of the families' expressions; those of tok_family_pattern() are known besides.
** Equal in what they match: possessive or not makes no difference where nothing could be given
** back.
*/
static const known_pattern spellings[] = {
    {"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
     TOK_FAMILY_R50K, 0},
    {"'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
     TOK_FAMILY_R50K, 0},
    {SPELLED "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" REST,
     TOK_FAMILY_LLAMA3, 0},
    {"'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| "
     "?[^\\s\\p{L}\\p{N}]++[\\r\\n]*"
     "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
     TOK_FAMILY_LLAMA3, 0},
    {SPELLED "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" REST,
     TOK_FAMILY_QWEN2, 0},
    {"[^\\n]+|[\\n]+", TOK_FAMILY_LINES, 0},
};

/* Line ends that stand in the expression themselves count as their escapes. */
static bool same_pattern(tok_slice given, const char *known) {
  size_t i = 0;
  for (; i < given.len && *known != '\0'; i++) {
    char c = given.ptr[i];
    if ((c == '\r' && strncmp(known, "\\r", 2) == 0) ||
        (c == '\n' && strncmp(known, "\\n", 2) == 0)) {
      known += 2;
    } else if (c == *known) {
      known++;
    } else {
      return false;
    }
  }
  return i == given.len && *known == '\0';
}

static bool same_name(tok_slice a, const char *b) {
  size_t i = 0;
  while (i < a.len && b[i] != '\0' && tok_lower(a.ptr[i]) == b[i])
    i++;
  return i == a.len && b[i] == '\0';
}

bool tok_pattern_family(tok_slice pattern, tok_family *family, uint32_t *normal) {
  *normal = 0;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (!same_name(pattern, names[i].text))
      continue;
    *family = names[i].family;
    *normal = names[i].normal;
    return true;
  }
  for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
    if (!same_pattern(pattern, spellings[i].text))
      continue;
    *family = spellings[i].family;
    return true;
  }
  for (int f = 0; f < TOK_N_FAMILIES; f++) {
    if (f == TOK_FAMILY_WORDS || f == TOK_FAMILY_WHOLE)
      continue;
    if (!same_pattern(pattern, tok_family_pattern((tok_family)f)))
      continue;
    *family = (tok_family)f;
    return true;
  }
  return false;
}

tok_status tok_vimport_pattern(tok_vimport *m, tok_slice pattern) {
  uint32_t normal;
  if (!tok_pattern_family(pattern, &m->d->family, &normal)) {
    return tok_vimport_refuse(m, "the pre-tokenizer's pattern is not known: %.*s",
                              tok_vimport_shown(pattern), pattern.ptr);
  }
  m->d->normal |= normal;
  if (pattern.len >= sizeof m->d->pattern)
    return TOK_TOOBIG;
  const char *full = tok_family_pattern(m->d->family);
  bool name = strchr("'([ \\", pattern.ptr[0]) == NULL; /* a name: what it stands for is shown */
  tok_slice shown = name ? tok_slice_of(full) : pattern;
  memcpy(m->d->pattern, shown.ptr, shown.len);
  m->d->pattern[shown.len] = '\0';
  return TOK_OK;
}

void tok_vimport_words(tok_vimport *m) {
  tok_definition *d = m->d;
  bool words = true;
  for (size_t i = 0; i < tok_def_n(d) && words; i++) {
    const tok_def_token *t = tok_def_at(d, i);
    const char *p = d->bytes.ptr + t->at;
    for (uint32_t k = 1; k < t->n && words && t->rank != TOK_NO_RANK; k++) {
      words = p[k] != ' ' || p[k - 1] == ' ' || p[k - 1] == '>';
    }
  }
  d->family = words ? TOK_FAMILY_WORDS : TOK_FAMILY_WHOLE;
  snprintf(d->pattern, sizeof d->pattern, "%s", tok_family_pattern(d->family));
}

/* ---- texts ----------------------------------------------------------------------------------- */

static int hex_digit(char c) {
  c = tok_lower(c);
  return tok_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int tok_fallback_byte(tok_slice s) {
  if (s.len != 6 || memcmp(s.ptr, "<0x", 3) != 0 || s.ptr[5] != '>')
    return -1;
  int hi = hex_digit(s.ptr[3]), lo = hex_digit(s.ptr[4]);
  return hi < 0 || lo < 0 ? -1 : hi << 4 | lo;
}

int64_t tok_base64(tok_slice text, uint8_t *out) {
  uint32_t bits = 0;
  int n_bits = 0;
  size_t end = text.len;
  int64_t n = 0;
  while (end > 0 && text.ptr[end - 1] == '=')
    end--;
  if (text.len % 4 != 0 || text.len - end > 2)
    return -1;
  for (size_t i = 0; i < end; i++) {
    char c = text.ptr[i];
    int digit = c >= 'A' && c <= 'Z'   ? c - 'A'
                : c >= 'a' && c <= 'z' ? c - 'a' + 26
                : tok_is_digit(c)      ? c - '0' + 52
                : c == '+'             ? 62
                : c == '/'             ? 63
                                       : -1;
    if (digit < 0)
      return -1;
    bits = bits << 6 | (uint32_t)digit;
    n_bits += 6;
    if (n_bits < 8)
      continue;
    n_bits -= 8;
    out[n++] = (uint8_t)(bits >> n_bits);
  }
  return n;
}

void tok_json_text(tok_buf *out, tok_slice raw, bool escaped) {
  if (!escaped) {
    tok_buf_add(out, raw.ptr, raw.len);
    return;
  }
  char *room = tok_buf_reserve(out, raw.len);
  if (room != NULL) out->len += tok_json_unescape(raw, room);
}

/* ---- which format ---------------------------------------------------------------------------- */

enum { FORMAT_TIKTOKEN, FORMAT_TEKKEN, FORMAT_HF, FORMAT_SENTENCEPIECE, FORMAT_NONE };

/* Top-level keys tell the two JSON formats apart. */
static int json_format(tok_slice file) {
  tok_json j;
  bool vocab = false, config = false;
  tok_json_init(&j, file);
  while (tok_json_next(&j) != TOK_JSON_END && j.event != TOK_JSON_ERROR) {
    if (j.event != TOK_JSON_KEY || j.depth != 1)
      continue;
    if (tok_slice_is(j.text, "model"))
      return FORMAT_HF;
    if (tok_slice_is(j.text, "vocab"))
      vocab = true;
    if (tok_slice_is(j.text, "config"))
      config = true;
    if (vocab && config)
      return FORMAT_TEKKEN;
    if (!tok_json_skip(&j))
      break;
  }
  return FORMAT_NONE;
}

static int format_of(tok_slice file) {
  size_t i = 0;
  while (i < file.len && strchr(" \t\r\n", file.ptr[i]) != NULL && file.ptr[i] != 0)
    i++;
  if (i == file.len)
    return FORMAT_NONE;
  if (file.ptr[0] == 0x0A && file.len > 2 && (uint8_t)file.ptr[2] == 0x0A)
    return FORMAT_SENTENCEPIECE;
  if (file.ptr[i] == '{')
    return json_format(file);
  const char *line = memchr(file.ptr + i, '\n', file.len - i);
  size_t n = line == NULL ? file.len - i : (size_t)(line - file.ptr) - i;
  bool text = n > 0 && memchr(file.ptr + i, ' ', n) != NULL && tok_utf8_valid(file.ptr + i, n);
  return text ? FORMAT_TIKTOKEN : FORMAT_NONE;
}

const char *tok_vocab_format(tok_slice file) {
  static const char *const format[] = {"tiktoken", "tekken", "tokenizer.json", "sentencepiece",
                                       "unknown"};
  return format[format_of(file)];
}

/* A blank that is no token would be the three bytes of U+2581, which nobody has. */
static tok_status check_blank(tok_vimport *m) {
  const tok_definition *d = m->d;
  bool blank = !d->byte_fallback || !(d->normal & (TOK_N_BLANKS | TOK_N_WORDS));
  for (size_t i = 0; i < tok_def_n(d) && !blank; i++) {
    const tok_def_token *t = tok_def_at(d, i);
    blank = tok_slice_is(tok_def_bytes(d, t), " ") && !(t->flags & TOK_T_BYTE);
  }
  return blank ? TOK_OK : tok_vimport_refuse(m, "it has no token for a blank");
}

tok_status tok_vocab_import(tok_slice file, tok_slice pattern, tok_definition *d,
                            tok_vocab_error *error) {
  static tok_status (*const importers[])(tok_vimport *) = {tok_import_tiktoken, tok_import_tekken,
                                                           tok_import_hf, tok_import_sentencepiece};
  tok_vimport m = {file, pattern, d, error};
  error->text[0] = '\0';
  if (file.len > TOK_VOCAB_FILE_MAX)
    return tok_vimport_refuse(&m, "it has more than %d MB", TOK_VOCAB_FILE_MAX >> 20);
  int format = format_of(file);
  if (format == FORMAT_NONE) {
    return tok_vimport_refuse(
        &m, "it is none of .tiktoken, tekken.json, tokenizer.json and SentencePiece's .model");
  }
  tok_status rc = importers[format](&m);
  if (rc == TOK_OK)
    rc = tok_def_status(d);
  if (rc == TOK_OK)
    rc = check_blank(&m);
  uint32_t twin = 0;
  if (rc == TOK_OK) {
    rc = tok_def_sort(d, &twin);
    if (rc == TOK_INVALID)
      return tok_vimport_refuse(&m, "id %u is there twice", twin);
  }
  return rc;
}

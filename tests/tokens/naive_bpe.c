#include "naive_bpe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const naive_encodings[NAIVE_N_ENCODINGS] = {
    "r50k_base", "p50k_base", "p50k_edit", "cl100k_base", "o200k_base", "o200k_harmony"};

static void die(const char *what, const char *detail) {
  fprintf(stderr, "naive_bpe: %s: %s\n", what, detail);
  exit(2);
}

static void *get(size_t n) {
  void *p = calloc(1, n == 0 ? 1 : n);
  if (p == NULL) die("out of memory", "");
  return p;
}

/* ---- characters ------------------------------------------------------------------------------ */

enum { CODE_POINTS = 0x110000, LINE_MAX_BYTES = 512 };
enum { LU = 1, LL = 2, LT = 4, LM = 8, LO = 16, M = 32, N = 64, P = 128, S = 256, Z = 512 };

static uint16_t *class_of; /* of each code point: one of the bits above or 0; loaded once */

static void load_classes(void) {
  static const char *const names[] = {"Lu", "Ll", "Lt", "Lm", "Lo", "M", "N", "P", "S", "Z"};
  if (class_of != NULL) return;
  FILE *f = fopen("tokenizers/unicode-16.0.0.txt", "r");
  if (f == NULL) die("cannot open", "tokenizers/unicode-16.0.0.txt");
  uint16_t *classes = get(CODE_POINTS * sizeof *classes);
  char line[LINE_MAX_BYTES], name[8];
  while (fgets(line, sizeof line, f) != NULL) {
    unsigned first, last;
    if (line[0] == '#') continue;
    if (sscanf(line, "%x-%x %7s", &first, &last, name) != 3) die("malformed class", line);
    int bit = 0;
    while (bit < 10 && strcmp(names[bit], name) != 0) bit++;
    if (bit == 10 || last >= CODE_POINTS) die("malformed class", line);
    for (unsigned cp = first; cp <= last; cp++) classes[cp] = (uint16_t)(1 << bit);
  }
  fclose(f);
  class_of = classes;
}

/* One character of the text: a code point, or an invalid byte (INVALID: equal to nothing). */
enum { INVALID = CODE_POINTS };
typedef struct {
  uint32_t cp;
  size_t start; /* byte offset */
} character;

/* RFC 3629, from its table of byte sequences (section 4). */
static size_t decode(const uint8_t *p, size_t n, uint32_t *cp) {
  static const struct {
    uint8_t lo, hi, lo2, hi2, more;
  } rows[] = {{0xC2, 0xDF, 0x80, 0xBF, 1}, {0xE0, 0xE0, 0xA0, 0xBF, 2}, {0xE1, 0xEC, 0x80, 0xBF, 2},
              {0xED, 0xED, 0x80, 0x9F, 2}, {0xEE, 0xEF, 0x80, 0xBF, 2}, {0xF0, 0xF0, 0x90, 0xBF, 3},
              {0xF1, 0xF3, 0x80, 0xBF, 3}, {0xF4, 0xF4, 0x80, 0x8F, 3}};
  *cp = p[0] < 0x80 ? p[0] : INVALID;
  for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    size_t len = 1u + rows[r].more;
    if (p[0] < rows[r].lo || p[0] > rows[r].hi || len > n) continue;
    if (p[1] < rows[r].lo2 || p[1] > rows[r].hi2) continue;
    uint32_t c = p[0] & (0x3Fu >> rows[r].more);
    size_t i = 1;
    while (i < len && (p[i] & 0xC0) == 0x80) c = c << 6 | (p[i++] & 0x3Fu);
    if (i < len) continue;
    *cp = c;
    return len;
  }
  return 1;
}

/* ---- regular expressions --------------------------------------------------------------------- */

/*
** Just what the patterns use: ordered alternation; characters, [classes], \p{..}, \s, \S with
** greedy or possessive quantifiers; $ at the very end of the text; (?!x); and one trailing (?:..)
** or (?i:..) group, optional or not, in a sequence.
*/

enum { SET_CHARS_MAX = 8, ITEMS_MAX = 12, SEQS_MAX = 12, GROUPS_MAX = 6, MANY = 1 << 30 };

typedef struct {
  bool negate;
  int classes;
  uint32_t chars[SET_CHARS_MAX];
  int n_chars;
} set;

typedef struct {
  enum { IS_SET, IS_NOT_AHEAD, IS_END, IS_GROUP } kind;
  set set;
  int group;
  int min, max;
  bool possessive;
} item;

typedef struct {
  item items[ITEMS_MAX];
  int n;
} seq;

typedef struct {
  seq seqs[SEQS_MAX];
  int n;
  bool ignore_case;
} alternation;

typedef struct {
  alternation groups[GROUPS_MAX]; /* [0] is the whole pattern */
  int n;
} regex;

static int property(const char *name, size_t n) {
  static const struct {
    const char *name;
    int bits;
  } table[] = {{"L", LU | LL | LT | LM | LO}, {"Lu", LU}, {"Ll", LL}, {"Lt", LT}, {"Lm", LM},
               {"Lo", LO},                    {"M", M},   {"N", N}};
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    if (strlen(table[i].name) == n && memcmp(table[i].name, name, n) == 0) return table[i].bits;
  }
  die("unknown property", name);
  return 0;
}

/* One character, escape or property at p, added to a set. Returns what follows it. */
static const char *parse_member(const char *p, set *s) {
  if (*p != '\\') {
    s->chars[s->n_chars++] = (uint8_t)*p;
    return p + 1;
  }
  if (p[1] == 'p') {
    const char *close = strchr(p, '}');
    s->classes |= property(p + 3, (size_t)(close - p - 3));
    return close + 1;
  }
  if (p[1] == 's') s->classes |= Z;
  else if (p[1] == 'r') s->chars[s->n_chars++] = '\r';
  else if (p[1] == 'n') s->chars[s->n_chars++] = '\n';
  else if (p[1] == 'S') { s->classes |= Z; s->negate = true; }
  else die("unknown escape", p);
  return p + 2;
}

static const char *parse_set(const char *p, set *s) {
  if (*p != '[') return parse_member(p, s);
  p++;
  if (*p == '^') {
    s->negate = true;
    p++;
  }
  while (*p != ']') p = parse_member(p, s);
  return p + 1;
}

static const char *parse_quantifier(const char *p, item *it) {
  it->min = it->max = 1;
  if (*p == '?') it->min = 0;
  else if (*p == '*') { it->min = 0; it->max = MANY; }
  else if (*p == '+') it->max = MANY;
  else if (*p == '{') {
    if (sscanf(p, "{%d,%d}", &it->min, &it->max) != 2) die("malformed quantifier", p);
    p = strchr(p, '}');
  } else return p;
  p++;
  it->possessive = *p == '+';
  return it->possessive ? p + 1 : p;
}

static const char *parse_alternation(regex *re, int group, const char *p);

static const char *parse_item(regex *re, const char *p, item *it) {
  if (strncmp(p, "(?!", 3) == 0) {
    it->kind = IS_NOT_AHEAD;
    return parse_set(p + 3, &it->set) + 1;
  }
  if (*p == '$') {
    it->kind = IS_END;
    return p + 1;
  }
  if (*p == '(') {
    it->kind = IS_GROUP;
    it->group = re->n++;
    re->groups[it->group].ignore_case = p[2] == 'i';
    p = parse_alternation(re, it->group, strchr(p, ':') + 1);
    if (*p != ')') die("unclosed group", p);
    p = parse_quantifier(p + 1, it);
    if (it->max != 1 || (*p != '\0' && *p != '|')) die("a group must end its sequence", p);
    return p;
  }
  it->kind = IS_SET;
  return parse_quantifier(parse_set(p, &it->set), it);
}

static const char *parse_alternation(regex *re, int group, const char *p) {
  for (;;) {
    seq *s = &re->groups[group].seqs[re->groups[group].n++];
    while (*p != '\0' && *p != '|' && *p != ')') p = parse_item(re, p, &s->items[s->n++]);
    if (*p != '|') return p;
    p++;
  }
}

/* Simple case folding of Unicode for the letters that the patterns name. */
static bool same_char(uint32_t a, uint32_t b, bool ignore_case) {
  if (a == b) return true;
  if (!ignore_case || a < 'a' || a > 'z') return false;
  return b == a - 32 || (a == 's' && b == 0x17F);
}

static bool in_set(const set *s, uint32_t cp, bool ignore_case) {
  bool in = cp != INVALID && (class_of[cp] & s->classes) != 0;
  for (int i = 0; i < s->n_chars && !in; i++) in = same_char(s->chars[i], cp, ignore_case);
  return in != s->negate;
}

enum { NO_MATCH = -1 };

static long match_group(const regex *re, int group, const character *text, long pos, long end);

/* Where the items i.. of a sequence end when they match at pos; NO_MATCH otherwise. */
static long match_seq(const regex *re, const seq *s, int i, bool ignore_case, const character *text,
                      long pos, long end) {
  if (i == s->n) return pos;
  const item *it = &s->items[i];
  if (it->kind == IS_END) {
    return pos == end ? match_seq(re, s, i + 1, ignore_case, text, pos, end) : NO_MATCH;
  }
  if (it->kind == IS_NOT_AHEAD) {
    if (pos < end && in_set(&it->set, text[pos].cp, ignore_case)) return NO_MATCH;
    return match_seq(re, s, i + 1, ignore_case, text, pos, end);
  }
  if (it->kind == IS_GROUP) {
    long at = match_group(re, it->group, text, pos, end);
    return at == NO_MATCH && it->min == 0 ? pos : at;
  }
  long n = 0;
  while (n < it->max && pos + n < end && in_set(&it->set, text[pos + n].cp, ignore_case)) n++;
  for (; n >= it->min; n--) {
    long at = match_seq(re, s, i + 1, ignore_case, text, pos + n, end);
    if (at != NO_MATCH) return at;
    if (it->possessive) break;
  }
  return NO_MATCH;
}

static long match_group(const regex *re, int group, const character *text, long pos, long end) {
  const alternation *a = &re->groups[group];
  for (int i = 0; i < a->n; i++) {
    long at = match_seq(re, &a->seqs[i], 0, a->ignore_case, text, pos, end);
    if (at != NO_MATCH) return at;
  }
  return NO_MATCH;
}

/* ---- vocabularies ---------------------------------------------------------------------------- */

static const char pattern_r50k[] =
    "'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++| ?[^\\s\\p{L}\\p{N}]++|\\s++$|\\s+(?!\\S)|\\s";
static const char pattern_cl100k[] =
    "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+"
    "|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s";
static const char pattern_o200k[] =
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

static const struct {
  const char *encoding, *file, *pattern;
} sources[NAIVE_N_ENCODINGS] = {
    {"r50k_base", "tokenizers/r50k_base.tiktoken", pattern_r50k},
    {"p50k_base", "tokenizers/p50k_base.tiktoken", pattern_r50k},
    {"p50k_edit", "tokenizers/p50k_base.tiktoken", pattern_r50k},
    {"cl100k_base", "tokenizers/cl100k_base.tiktoken", pattern_cl100k},
    {"o200k_base", "tokenizers/o200k_base.tiktoken", pattern_o200k},
    {"o200k_harmony", "tokenizers/o200k_base.tiktoken", pattern_o200k}};

enum { IDS_MAX = 1 << 18, SLOTS = 1 << 20, SPECIALS_MAX = 2048, TOKEN_BYTES = 128 };

typedef struct {
  uint8_t *bytes; /* owned; NULL where there is no such id */
  size_t n;
} token;

struct naive {
  regex re;
  token tokens[IDS_MAX];
  uint32_t slots[SLOTS]; /* id + 1 by hash of the bytes; 0 = free; special tokens are not in it */
  struct {
    uint32_t id;
    char *name; /* owned */
  } specials[SPECIALS_MAX];
  int n_specials;
};

static uint32_t hash(const uint8_t *p, size_t n) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * 16777619u;
  return (h ^ h >> 15) % SLOTS;
}

static void add_token(naive *v, uint32_t id, const uint8_t *bytes, size_t n) {
  if (id >= IDS_MAX) die("id out of range", "");
  v->tokens[id].bytes = get(n);
  memcpy(v->tokens[id].bytes, bytes, n);
  v->tokens[id].n = n;
}

static size_t from_base64(const char *p, uint8_t *out) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t n = 0;
  uint32_t bits = 0;
  int n_bits = 0;
  for (; *p != '\0' && *p != '='; p++) {
    const char *d = strchr(digits, *p);
    if (d == NULL) die("malformed base64", p);
    bits = bits << 6 | (uint32_t)(d - digits);
    n_bits += 6;
    if (n_bits >= 8) out[n++] = (uint8_t)(bits >> (n_bits -= 8));
  }
  return n;
}

static void load_ranks(naive *v, const char *file) {
  FILE *f = fopen(file, "r");
  if (f == NULL) die("cannot open", file);
  char line[LINE_MAX_BYTES], text[LINE_MAX_BYTES];
  uint8_t bytes[LINE_MAX_BYTES];
  unsigned id;
  while (fgets(line, sizeof line, f) != NULL) {
    if (sscanf(line, "%511s %u", text, &id) != 2) die("malformed rank", line);
    size_t n = from_base64(text, bytes);
    add_token(v, id, bytes, n);
    uint32_t slot = hash(bytes, n);
    while (v->slots[slot] != 0) slot = (slot + 1) % SLOTS;
    v->slots[slot] = id + 1;
  }
  fclose(f);
}

static void load_specials(naive *v, const char *encoding) {
  FILE *f = fopen("tokenizers/specials.tsv", "r");
  if (f == NULL) die("cannot open", "tokenizers/specials.tsv");
  char line[LINE_MAX_BYTES], of[64], name[128];
  unsigned id;
  while (fgets(line, sizeof line, f) != NULL) {
    if (line[0] == '#' || sscanf(line, "%63s %u %127s", of, &id, name) != 3) continue;
    if (strcmp(of, encoding) != 0) continue;
    if (v->n_specials == SPECIALS_MAX) die("too many special tokens", encoding);
    char *copy = get(strlen(name) + 1);
    memcpy(copy, name, strlen(name));
    v->specials[v->n_specials].id = id;
    v->specials[v->n_specials++].name = copy;
  }
  fclose(f);
}

naive *naive_new(const char *encoding) {
  load_classes();
  for (int i = 0; i < NAIVE_N_ENCODINGS; i++) {
    if (strcmp(sources[i].encoding, encoding) != 0) continue;
    naive *v = get(sizeof *v);
    v->re.n = 1;
    if (*parse_alternation(&v->re, 0, sources[i].pattern) != '\0') die("pattern", encoding);
    load_ranks(v, sources[i].file);
    load_specials(v, encoding);
    return v;
  }
  die("unknown encoding", encoding);
  return NULL;
}

void naive_free(naive *v) {
  for (int i = 0; i < IDS_MAX; i++) free(v->tokens[i].bytes);
  for (int i = 0; i < v->n_specials; i++) free(v->specials[i].name);
  free(v);
}

const uint8_t *naive_bytes(const naive *v, uint32_t id, size_t *n) {
  if (id >= IDS_MAX) return NULL;
  if (v->tokens[id].bytes != NULL) {
    *n = v->tokens[id].n;
    return v->tokens[id].bytes;
  }
  for (int i = 0; i < v->n_specials; i++) {
    if (v->specials[i].id != id) continue;
    *n = strlen(v->specials[i].name);
    return (const uint8_t *)v->specials[i].name;
  }
  return NULL;
}

/* ---- merges ---------------------------------------------------------------------------------- */

#define NO_RANK UINT32_MAX

static uint32_t rank_of(const naive *v, const uint8_t *p, size_t n) {
  if (n > TOKEN_BYTES) return NO_RANK;
  for (uint32_t slot = hash(p, n); v->slots[slot] != 0; slot = (slot + 1) % SLOTS) {
    const token *t = &v->tokens[v->slots[slot] - 1];
    if (t->n == n && memcmp(t->bytes, p, n) == 0) return v->slots[slot] - 1;
  }
  return NO_RANK;
}

/* Parts are cut[0..n_parts]; again and again the leftmost pair of lowest rank becomes one part. */
static size_t merge_piece(const naive *v, const uint8_t *p, size_t n, uint32_t *ids) {
  size_t n_parts = n;
  size_t *cut = get((n + 1) * sizeof *cut);
  uint32_t *rank = get((n + 1) * sizeof *rank); /* of part i joined with part i+1 */
  for (size_t i = 0; i <= n; i++) cut[i] = i;
  for (size_t i = 0; i < n; i++) rank[i] = i + 1 < n ? rank_of(v, p + i, 2) : NO_RANK;
  for (;;) {
    size_t best = 0;
    for (size_t i = 1; i < n_parts; i++) best = rank[i] < rank[best] ? i : best;
    if (rank[best] == NO_RANK) break;
    memmove(cut + best + 1, cut + best + 2, (n_parts - best - 1) * sizeof *cut);
    memmove(rank + best, rank + best + 1, (n_parts - best - 1) * sizeof *rank);
    n_parts--;
    for (size_t i = best > 0 ? best - 1 : 0; i <= best; i++) {
      rank[i] = i + 1 < n_parts ? rank_of(v, p + cut[i], cut[i + 2] - cut[i]) : NO_RANK;
    }
  }
  for (size_t i = 0; i < n_parts; i++) ids[i] = rank_of(v, p + cut[i], cut[i + 1] - cut[i]);
  free(cut);
  free(rank);
  return n_parts;
}

static size_t encode_ordinary(const naive *v, const uint8_t *text, size_t n, uint32_t *ids) {
  character *chars = get((n + 1) * sizeof *chars);
  long n_chars = 0;
  for (size_t i = 0; i < n; n_chars++) {
    chars[n_chars].start = i;
    i += decode(text + i, n - i, &chars[n_chars].cp);
  }
  chars[n_chars].start = n;
  size_t n_ids = 0;
  for (long pos = 0; pos < n_chars;) {
    long end = match_group(&v->re, 0, chars, pos, n_chars);
    if (end <= pos) die("the pattern matches nothing", "");
    size_t start = chars[pos].start;
    n_ids += merge_piece(v, text + start, chars[end].start - start, ids + n_ids);
    pos = end;
  }
  free(chars);
  return n_ids;
}

/* The special token whose name starts at p, or NULL. No name is a prefix of another. */
static const char *special_at(const naive *v, const uint8_t *p, size_t n, uint32_t *id) {
  if (n < 2 || p[0] != '<' || p[1] != '|') return NULL;
  for (int i = 0; i < v->n_specials; i++) {
    size_t len = strlen(v->specials[i].name);
    if (len > n || memcmp(p, v->specials[i].name, len) != 0) continue;
    *id = v->specials[i].id;
    return v->specials[i].name;
  }
  return NULL;
}

size_t naive_encode(const naive *v, const uint8_t *text, size_t n, bool special, uint32_t *ids) {
  size_t n_ids = 0, from = 0;
  for (size_t i = 0; special && i < n;) {
    uint32_t id;
    const char *name = special_at(v, text + i, n - i, &id);
    if (name == NULL) {
      i++;
      continue;
    }
    n_ids += encode_ordinary(v, text + from, i - from, ids + n_ids);
    ids[n_ids++] = id;
    i = from = i + strlen(name);
  }
  return n_ids + encode_ordinary(v, text + from, n - from, ids + n_ids);
}

/* See unigram_count.h. */
#include "unigram_count.h"

enum {
  KEY_MAX = 24,   /* bytes of a word that is remembered */
  KEY_WORDS = KEY_MAX / 8,
  SCORES_MAX = 8, /* tokens of it, where their scores are needed as floats */
  EXACT_MAX = 4,  /* the same, as doubles */
  TOGETHER = 24,  /* words looked up together, so that they wait for memory together */
  EDGES_MAX = KEY_MAX * (KEY_MAX + 1) / 2
};

/* A word in the cache: one line. */
typedef struct {
  uint64_t bytes[KEY_WORDS]; /* little-endian, zero-padded */
  union {
    float score[SCORES_MAX];
    double exact[EXACT_MAX];
  };
  float margin; /* by which the best way is better than any other */
  uint8_t len, count;
} word_entry;

_Static_assert(sizeof(word_entry) == TOK_LINE_BYTES, "a word fills a line");

typedef struct {
  const struct tok_extra *x;
  tok_cache *cache; /* may be NULL */
  uint8_t *lines;   /* of the cache, for the words that are looked up together */
  uint32_t n_lines;
  tok_buf *steps;
  double score;      /* so far, as the reference rounds it */
  bool unknown;      /* the last token was the unknown one */
  bool words;        /* each word's sum begins anew: pieces of the model */
} counter;

/* ---- the cache ------------------------------------------------------------------------------- */

/* A word as it is looked up; `readable` bytes may be read at p. */
static void make_key(word_entry *key, const uint8_t *p, size_t n, size_t readable) {
  uint8_t copy[KEY_MAX] = {0};
  if (readable < KEY_MAX) {
    memcpy(copy, p, n);
    p = copy;
  }
  for (size_t i = 0; i < KEY_WORDS; i++) {
    size_t left = n > 8 * i ? n - 8 * i : 0;
    uint64_t keep = left >= 8 ? ~(uint64_t)0 : ((uint64_t)1 << 8 * left) - 1;
    key->bytes[i] = tok_word_at(p + 8 * i) & keep;
  }
  key->len = (uint8_t)n;
}

/* Two neighbouring entries are a word's places. */
static word_entry *places_of(const counter *c, const word_entry *key) {
  uint64_t h = tok_cache_mix(key->bytes[0] ^ key->len, key->bytes[1]);
  h = tok_cache_mix(h, key->bytes[2]);
  uint64_t at = ((h >> 32) * (c->n_lines / 2)) >> 32;
  return (word_entry *)(void *)c->lines + 2 * at;
}

static word_entry *second_of(word_entry *first) {
  return first + 1;
}

static bool same_word(const word_entry *a, const word_entry *b) {
  uint64_t differs = (a->bytes[0] ^ b->bytes[0]) | (a->bytes[1] ^ b->bytes[1]) |
                     (a->bytes[2] ^ b->bytes[2]);
  return (differs | (uint64_t)(a->len ^ b->len)) == 0;
}

/*
** Could rounding make another way the best? Each way adds at most n scores; a sum of magnitude s is
** rounded by s / 2^24 at most. That is twice n * s / 2^24 for two ways; twice as much is asked for.
** Of doubles it would be 2^53, but the margin is rounded as much: 2^48.
*/
static bool margin_holds(const counter *c, const word_entry *w) {
  double lowest = -c->x->unigram.unknown_score;
  double most = (c->score < 0 ? -c->score : c->score) + w->len * (lowest < 0 ? -lowest : lowest);
  double unit = c->x->unigram.doubles ? 0x1p-48 : 0x1p-24;
  return c->words || (double)w->margin > 4.0 * w->len * most * unit;
}

/* The word is in the cache, and that is valid here: adds its tokens. */
static bool count_known(counter *c, const word_entry *w, int64_t *n) {
  if (!margin_holds(c, w)) return false;
  for (int i = 0; i < w->count && !c->words; i++)
    c->score = c->x->unigram.doubles ? w->exact[i] + c->score
                                     : (double)(float)((double)w->score[i] + c->score);
  *n += w->count;
  c->unknown = false;
  return true;
}

/* ---- the margin ------------------------------------------------------------------------------ */

typedef struct {
  uint8_t from, to;
  double score;
} edge;

/* All tokens in the word, and characters that are none. */
static size_t list_edges(const struct tok_extra *x, tok_slice word, edge *edges) {
  const uint8_t *p = (const uint8_t *)word.ptr;
  size_t n = 0;
  for (size_t at = 0; at < word.len;) {
    uint32_t cp, node = 0;
    size_t one = tok_utf8_decode(p + at, word.len - at, &cp), end = at;
    const tok_unigram_leaf *leaf;
    bool single = false;
    while ((leaf = tok_unigram_next(&x->unigram, word, &end, &node)) != NULL) {
      if (leaf->token == 0) continue;
      edges[n++] = (edge){(uint8_t)at, (uint8_t)end, tok_unigram_score(&x->unigram, leaf)};
      single |= end - at == one;
    }
    if (!single)
      edges[n++] = (edge){(uint8_t)at, (uint8_t)(at + one), x->unigram.unknown_score};
    at += one;
  }
  return n;
}

/*
** How much better the path is than the best way with another token; below 0: it is not. A little
** less is said, so that it is not more as a float; a word of one way only gets a number that holds.
*/
static float margin_of(const struct tok_extra *x, tok_slice word, const tok_unigram_step *path) {
  const double none = -1e300;
  double before[KEY_MAX + 1], behind[KEY_MAX + 1], best = 0, other = none;
  edge edges[EDGES_MAX + KEY_MAX];
  uint32_t starts[KEY_MAX + 1] = {0}; /* [end of a token of the path] its bytes */
  size_t n = list_edges(x, word, edges);
  for (size_t i = 0; i <= word.len; i++) before[i] = behind[i] = none;
  before[0] = behind[word.len] = 0;
  for (size_t i = 0; i < n; i++) {
    double sum = before[edges[i].from] + edges[i].score;
    if (sum > before[edges[i].to]) before[edges[i].to] = sum;
  }
  for (size_t i = n; i-- > 0;) {
    double sum = behind[edges[i].to] + edges[i].score;
    if (sum > behind[edges[i].from]) behind[edges[i].from] = sum;
  }
  for (size_t end = word.len; end > 0; end -= path[end].n) starts[end] = path[end].n;
  for (size_t i = 0; i < n; i++) {
    double sum = before[edges[i].from] + edges[i].score + behind[edges[i].to];
    bool ours = starts[edges[i].to] == (uint32_t)(edges[i].to - edges[i].from);
    if (ours) {
      best = sum; /* the path itself, if it is the best */
    } else if (sum > other) {
      other = sum;
    }
  }
  return best - other > 1e30 ? 1e30f : (float)(best - other) * 0.999f;
}

/* ---- words ----------------------------------------------------------------------------------- */

/* Puts a word with its path into the cache, if it fits. */
static void remember(counter *c, tok_slice word, const tok_unigram_step *path, word_entry *first,
                     word_entry *key) {
  bool doubles = c->x->unigram.doubles;
  uint32_t count = 0, most = doubles ? EXACT_MAX : SCORES_MAX;
  for (size_t end = word.len; end > 0; end -= path[end].n) {
    if (path[end].token == TOK_NO_RANK || (++count > most && !c->words)) return;
    if (!doubles && (tok_def_at(&c->x->def, path[end].token)->flags & TOK_T_ADDED))
      return; /* its score is a double */
  }
  memset(key->score, 0, sizeof key->score);
  key->count = (uint8_t)count;
  for (size_t end = word.len; end > 0 && !c->words; end -= path[end].n) {
    double score = tok_def_at(&c->x->def, path[end].token)->score;
    if (doubles) {
      key->exact[--count] = score;
    } else {
      key->score[--count] = (float)score;
    }
  }
  key->margin = c->words ? 0 : margin_of(c->x, word, path);
  if (!c->words && !(key->margin > 0)) return;
  word_entry *other = second_of(first);
  bool victim = tok_cache_added(c->cache, TOK_TINY) & 1;
  *(first->len != 0 && (other->len == 0 || victim) ? other : first) = *key;
}

/* Tokens of a path; *unknown: the last one of what is before, then of this, is the unknown one. */
static int64_t path_tokens(const struct tok_extra *x, const tok_unigram_step *path, size_t len,
                           bool *unknown) {
  int64_t n = 0;
  bool behind = false, last = path[len].token == TOK_NO_RANK && !x->def.byte_fallback;
  for (size_t end = len; end > 0; end -= path[end].n) {
    bool none = path[end].token == TOK_NO_RANK;
    n += none && x->def.byte_fallback ? path[end].n : 1;
    n -= none && behind && !x->def.byte_fallback && x->def.fuse_unknown;
    behind = none;
  }
  n -= behind && *unknown && !x->def.byte_fallback && x->def.fuse_unknown;
  *unknown = last;
  return n;
}

/* A word under way, and its places in the cache; NULL: none. */
typedef struct {
  tok_slice text;
  word_entry key;
  word_entry *first;
} lookup;

static tok_status count_word(counter *c, lookup *l, int64_t *n) {
  tok_slice word = l->text;
  word_entry *first = l->first;
  if (c->words) c->unknown = false, c->score = 0;
  for (int i = 0; i < 2 && l->first != NULL; i++) {
    const word_entry *place = i == 0 ? l->first : second_of(l->first);
    if (!same_word(place, &l->key)) continue;
    if (count_known(c, place, n)) return TOK_OK;
    first = NULL; /* it is there, but not for now */
    break;
  }
  c->steps->len = 0;
  char *memory = tok_buf_reserve(c->steps, (word.len + 1) * sizeof(tok_unigram_step));
  if (memory == NULL) return c->steps->status;
  tok_unigram_step *path = (tok_unigram_step *)(void *)memory;
  tok_unigram_run(&c->x->unigram, word, c->score, path);
  c->score = path[word.len].score;
  *n += path_tokens(c->x, path, word.len, &c->unknown);
  if (first != NULL) remember(c, word, path, first, &l->key);
  return TOK_OK;
}

/* The end of the word that starts at `at`: blanks, of which a piece has one, then others. */
static size_t word_end(tok_slice text, size_t at, bool piece) {
  const uint64_t ones = 0x0101010101010101u;
  if (piece) at++;
  while (at < text.len && text.ptr[at] == ' ' && !piece) at++;
  for (; at + 8 <= text.len; at += 8) {
    uint64_t w = tok_word_at((const uint8_t *)text.ptr + at) ^ ones * ' ';
    uint64_t blank = (w - ones) & ~w & ones * 0x80; /* the lowest bit is right */
    if (blank != 0) return at + (size_t)__builtin_ctzll(blank) / 8;
  }
  while (at < text.len && text.ptr[at] != ' ') at++;
  return at;
}

/* The next words of the text; fetches their places in the cache. Returns how many. */
static size_t find_words(counter *c, tok_slice text, size_t *at, lookup *words) {
  size_t k = 0;
  if (c->cache != NULL) c->lines = tok_cache_lines(c->cache, &c->n_lines);
  for (; k < TOGETHER && *at < text.len; k++) {
    size_t end = word_end(text, *at, c->words);
    const uint8_t *p = (const uint8_t *)text.ptr + *at;
    size_t readable = text.len - *at;
    lookup *l = &words[k];
    l->text = (tok_slice){text.ptr + *at, end - *at};
    l->first = NULL;
    *at = end;
    if (c->cache == NULL || l->text.len > KEY_MAX) continue;
    make_key(&l->key, p, l->text.len, readable);
    l->first = places_of(c, &l->key);
    __builtin_prefetch(l->first);
    __builtin_prefetch(second_of(l->first));
  }
  return k;
}

tok_status tok_unigram_count(tok_engine *e, const struct tok_extra *x, tok_slice text,
                             tok_buf *steps, int64_t limit, int64_t *n) {
  counter c = {.x = x, .steps = steps, .words = x->unigram.pieces};
  tok_status rc = TOK_OK;
  if (!x->unigram.by_words && !x->unigram.pieces) {
    lookup whole = {.text = text};
    return text.len == 0 ? TOK_OK : count_word(&c, &whole, n);
  }
  c.cache = tok_engine_cache(e, &x->tables.ranks, text.len);
  for (size_t at = 0; at < text.len && rc == TOK_OK && *n <= limit;) {
    lookup words[TOGETHER];
    size_t k = find_words(&c, text, &at, words);
    for (size_t i = 0; i < k && rc == TOK_OK && *n <= limit; i++) rc = count_word(&c, &words[i], n);
  }
  return rc;
}

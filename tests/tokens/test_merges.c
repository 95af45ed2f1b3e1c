/*
** The table of merges: it has the last two tokens of every token's encoding, and no other pair. And
** texts full of words that no cache knows, so that many are encoded side by side, against encoding
** one by one from the bytes; likewise the iterator, which looks up many pieces ahead.
**
** TOK_MERGE_TEXTS (default 1,500) sets the number of texts.
*/
#include "../../ext/base/utf8.h"
#include "../../ext/tokens/engine.h"
#include "../../ext/tokens/merges_build.h"
#include "../check.h"

enum { TEXT_MAX = 8192 };

static uint64_t seed = 5;

static uint32_t rnd(uint32_t n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((seed >> 33) % n);
}

static tok_slice bytes_of(const tok_vocab *v, uint32_t id, char *scratch) {
  bool special;
  tok_slice t = tok_vocab_bytes(v, id, scratch, &special);
  return special ? (tok_slice){NULL, 0} : t;
}

/* All ways to cut a token in two tokens: only that of its own encoding is in the table. */
static bool only_its_pair(const tok_vocab *v, uint32_t id) {
  char scratch[TOK_TOKEN_BYTES_MAX];
  const tok_ranks *r = v->ranks;
  uint32_t left, right;
  tok_slice t = bytes_of(v, id, scratch);
  const uint8_t *p = (const uint8_t *)t.ptr;
  if (p == NULL || t.len < 2) return true;
  if (!tok_last_merge(r, p, t.len, &left, &right)) return false;
  if (tok_merge_find(&r->merges, left, right) != id) return false;
  for (size_t i = 1; i < t.len; i++) {
    uint32_t a = tok_rank_of(r, p, i), b = tok_rank_of(r, p + i, t.len - i);
    if (a == TOK_RANK_NONE || b == TOK_RANK_NONE || a == left) continue;
    if (tok_merge_find(&r->merges, a, b) != TOK_RANK_NONE) return false;
  }
  return true;
}

/* Any two tokens: what the table says is what their bytes say. */
static bool says_what_bytes_say(const tok_vocab *v, uint32_t a, uint32_t b) {
  char scratch[2][TOK_TOKEN_BYTES_MAX];
  uint8_t both[2 * TOK_TOKEN_BYTES_MAX];
  uint32_t left, right, id, want = TOK_RANK_NONE;
  tok_slice x = bytes_of(v, a, scratch[0]), y = bytes_of(v, b, scratch[1]);
  if (x.ptr == NULL || y.ptr == NULL) return true;
  memcpy(both, x.ptr, x.len);
  memcpy(both + x.len, y.ptr, y.len);
  id = tok_rank_of(v->ranks, both, x.len + y.len);
  if (id != TOK_RANK_NONE && tok_last_merge(v->ranks, both, x.len + y.len, &left, &right) &&
      left == a)
    want = id;
  return tok_merge_find(&v->ranks->merges, a, b) == want;
}

/*
** Bytes, and all that decodes as a character of two or three; code points that are none have no
** token.
*/
static void units_are_tokens(void) {
  static bool seen[TOK_MERGE_CHARS];
  for (size_t i = 0; i < tok_vocab_n(); i++) {
    const tok_ranks *r = tok_vocab_at(i)->ranks;
    memset(seen, 0, sizeof seen);
    for (uint32_t byte = 0; byte < 256; byte++)
      if (!CHECK(r->merges.bytes[byte] == r->byte[byte])) return;
    for (uint32_t w = 0xC08080; w <= 0xEFBFBF; w++) {
      uint8_t p[3] = {(uint8_t)(w >> 16), (uint8_t)(w >> 8), (uint8_t)w};
      uint32_t cp;
      size_t n = tok_utf8_decode(p, 3, &cp);
      if (cp == TOK_UTF8_INVALID || n < 2) continue;
      seen[cp] = true;
      if (!CHECK(r->merges.chars[cp] == tok_rank_of(r, p, n))) return;
    }
    for (uint32_t cp = 0; cp < TOK_MERGE_CHARS; cp++)
      if (!CHECK(seen[cp] == (cp >= 0x80 && (cp < 0xD800 || cp > 0xDFFF)))) return;
    for (uint32_t cp = 0; cp < TOK_MERGE_CHARS; cp++)
      if (!seen[cp] && !CHECK(r->merges.chars[cp] == TOK_RANK_NONE)) return;
  }
}

static void table_is_exact(void) {
  for (size_t i = 0; i < tok_vocab_n(); i++) {
    const tok_vocab *v = tok_vocab_at(i);
    uint32_t n = v->ranks->n_ids, nothing = tok_merge_nothing(&v->ranks->merges);
    if (i > 0 && v->ranks == tok_vocab_at(i - 1)->ranks) continue;
    CHECK(nothing >= n);
    for (uint32_t id = 0; id < n; id++) {
      if (!CHECK(only_its_pair(v, id))) return;
      if (!CHECK(tok_merge_find(&v->ranks->merges, id, nothing) == TOK_RANK_NONE)) return;
      if (!CHECK(tok_merge_find(&v->ranks->merges, nothing, id) == TOK_RANK_NONE)) return;
    }
    for (int k = 0; k < 300000; k++) { /* among bytes and short tokens most pairs are tokens */
      uint32_t range = k % 3 == 0 ? 256 : k % 3 == 1 ? 4000 : n;
      if (!CHECK(says_what_bytes_say(v, rnd(range), rnd(range)))) return;
    }
  }
}

/*
** ---- words ------------------------------------------------------------------------------------
*/

static const struct {
  uint32_t first, n;
} scripts[] = {{0x61, 26},    {0x61, 26},    {0x61, 26},    {0x41, 58},    {0xC0, 64},
               {0x370, 100},  {0x410, 64},   {0x5D0, 27},   {0x621, 40},   {0x905, 60},
               {0xE01, 58},   {0x10D0, 40},  {0x1200, 300}, {0x3041, 180}, {0x4E00, 900},
               {0xAC00, 900}, {0x1F600, 60}, {0x21, 15}};
enum { N_SCRIPTS = sizeof scripts / sizeof scripts[0] };

static size_t put_char(uint32_t cp, char *out) {
  if (cp < 0x80) return out[0] = (char)cp, 1;
  if (cp < 0x800) return out[0] = (char)(0xC0 | cp >> 6), out[1] = (char)(0x80 | (cp & 63)), 2;
  size_t n = cp < 0x10000 ? 3 : 4;
  out[0] = (char)(n == 3 ? 0xE0 | cp >> 12 : 0xF0 | cp >> 18);
  for (size_t i = 1; i < n; i++) out[i] = (char)(0x80 | (cp >> 6 * (n - 1 - i) & 63));
  return n;
}

/* A word of up to 20 characters, mostly of one script; now and then a byte of it is broken. */
static size_t put_word(char *out) {
  size_t len = 0;
  uint32_t script = rnd(N_SCRIPTS), n = 1 + rnd(rnd(4) ? 9 : 20);
  if (rnd(4)) out[len++] = " \n-("[rnd(4) ? 0 : rnd(4)];
  for (uint32_t i = 0; i < n; i++) {
    uint32_t s = rnd(30) ? script : rnd(N_SCRIPTS);
    len += put_char(scripts[s].first + rnd(scripts[s].n), out + len);
  }
  if (rnd(60) == 0) out[rnd((uint32_t)len)] = (char)(0x80 + rnd(128));
  return len;
}

/*
** Signs, and bytes that have only the marks of a character: together they are one piece, which may
** have any of them beside any other.
*/
static size_t put_signs(char *out) {
  static const char *const odd[] = {"\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x82\xA9",
                                    "\xED\xA0\x80", "\xED\xBF\xBF", "\xEF\xBF\xBE", "\xC2",
                                    "\xE2\x80", "\xF0\x9F\x98", "\xF5\x80\x80\x80", "\x80"};
  static const uint32_t signs[] = {0x21, 0xA1, 0x2010, 0x2190, 0x3001, 0xFF01};
  size_t len = 0;
  for (uint32_t n = 1 + rnd(rnd(4) ? 6 : 20); n > 0; n--) {
    const char *bytes = odd[rnd(sizeof odd / sizeof odd[0])];
    if (rnd(3) == 0) {
      memcpy(out + len, bytes, strlen(bytes));
      len += strlen(bytes);
    } else {
      len += put_char(signs[rnd(sizeof signs / sizeof signs[0])] + rnd(12), out + len);
    }
  }
  return len;
}

static size_t put_text(char *out, size_t n) {
  size_t len = 0;
  while (len + 100 < n) len += rnd(20) ? put_word(out + len) : put_signs(out + len);
  return len;
}

/* Ids by the iterator, which leaves out no byte: their number, and a hash of them. */
static int64_t iterate(tok_engine *e, const tok_vocab *v, tok_slice text, uint64_t *hash) {
  tok_iter it;
  int64_t n = 0;
  size_t at = 0;
  *hash = 0;
  tok_iter_init(&it, e, v, text, false);
  while (tok_iter_next(&it) == TOK_OK && it.n > 0) {
    n += (int64_t)it.n;
    for (size_t i = 0; i < it.n; i++) *hash = *hash * 31 + it.ids[i];
    CHECK_INT(it.start, at);
    at = it.end;
  }
  CHECK_INT(at, text.len);
  return n;
}

static void side_by_side(void) {
  static char text[TEXT_MAX];
  const char *s = getenv("TOK_MERGE_TEXTS");
  long n = s != NULL ? strtol(s, NULL, 10) : 1500;
  tok_engine *other = tok_engine_new();
  other->kernel = &tok_kernel_portable;
  other->one_by_one = true;
  for (long i = 0; i < n; i++) {
    const tok_vocab *v = tok_vocab_at((size_t)i % tok_vocab_n());
    tok_slice t = {text, put_text(text, 200 + rnd(TEXT_MAX - 200))};
    uint64_t ids, same_ids;
    int64_t want = iterate(other, v, t, &ids), got = -1;
    for (size_t k = 0; tok_kernels[k] != NULL; k++) {
      if (!tok_kernels[k]->supported()) continue;
      tok_engine *e = tok_engine_new();
      e->kernel = tok_kernels[k];
      CHECK_INT(tok_count(e, v, t, INT64_MAX, &got), TOK_OK);
      if (!CHECK_INT(got, want)) printf("kernel %s, text %ld\n", tok_kernels[k]->name, i);
      CHECK_INT(tok_count(e, v, t, INT64_MAX, &got), TOK_OK); /* what the cache has learnt */
      CHECK_INT(got, want);
      CHECK_INT(iterate(e, v, t, &same_ids), want); /* many pieces ahead */
      CHECK(same_ids == ids);
      tok_engine_free(e);
      if (got != want || same_ids != ids) return;
    }
  }
  tok_engine_free(other);
}

CHECK_MAIN({"the table of merges is exact", table_is_exact},
           {"units are tokens", units_are_tokens},
           {"words side by side count as one by one", side_by_side})

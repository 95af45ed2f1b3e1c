/*
** Truncation and chunks against brute force: every cut of every text is tried, so "the longest
** prefix that fits, on a cluster boundary" is checked literally; and size, progress and time on
** hostile texts.
*/
#include <time.h>
#include <utf8proc.h>

#include "../../ext/base/utf8.h"
#include "../../ext/tokens/split.h"
#include "../check.h"

static tok_engine *the_engine(void) {
  static tok_engine *made;
  if (made == NULL) made = tok_engine_new();
  return made;
}
#define engine the_engine()

static int64_t count(const tok_vocab *v, const char *p, size_t n) {
  int64_t got = -1;
  tok_slice s = {p, n};
  CHECK_INT(tok_count(engine, v, s, INT64_MAX, &got), TOK_OK);
  return got;
}

/* ---- texts ----------------------------------------------------------------------------------- */

static uint64_t seed;
static uint32_t rnd(uint32_t n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(seed >> 33) % n;
}

static const char *const PARTS[] = {
    "a", "b", "e", "Hello", "hello", " the", " world", "INTERNATIONAL", "camelCase", "'s", "'LL", "123",
    "4567", " ", "  ", "   ", "\n", "\r\n", "\n\n  ", "\t", "!", "...", "/*", "=====", "{", "http://",
    "\xc3\xa9", "e\xcc\x81", "\xcc\x81", "\xe4\xb8\xad", "\xe6\x96\x87\xe5\xad\x97", "\xd9\x85\xd8\xb1",
    "\xe0\xa4\x95\xe0\xa5\x8d\xe0\xa4\xb7\xe0\xa4\xbf", "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa",
    "\xf0\x9f\x87\xab", "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7",
    "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "\xed\x95\x9c\xea\xb5\xad", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab",
    "\xff", "\xc3", "\xe4\xb8", "\x80", "<|endoftext|>", "\xc7\x85", "\xe0\xb8\x81\xe0\xb8\xb3",
    "\xd8\x80", "\xd8\x80\xd9\xa1"};

/* Parts in random order; now and then a NUL. Returns the length. */
static size_t make_text(char *out, size_t max) {
  size_t n = 0, parts = 1 + rnd(14);
  for (size_t i = 0; i < parts; i++) {
    const char *part = PARTS[rnd(sizeof PARTS / sizeof PARTS[0])];
    size_t k = strlen(part);
    if (n + k + 1 > max) break;
    memcpy(out + n, part, k);
    n += k;
    if (rnd(40) == 0) out[n++] = '\0';
  }
  return n;
}

static char *repeat(const char *unit, size_t bytes, size_t *n) {
  size_t k = strlen(unit);
  char *p = malloc(bytes + k);
  for (*n = 0; *n < bytes; *n += k) memcpy(p + *n, unit, k);
  return p;
}

/* ---- brute force ----------------------------------------------------------------------------- */

static bool char_boundary(tok_slice s, size_t at) {
  size_t i = 0;
  while (i < at) {
    uint32_t cp;
    i += tok_utf8_decode((const unsigned char *)s.ptr + i, s.len - i, &cp);
  }
  return i == at;
}

static size_t longest(const tok_vocab *v, tok_slice s, int64_t max, bool clusters) {
  size_t best = 0;
  for (size_t at = 1; at <= s.len; at++) {
    if (!char_boundary(s, at) || (clusters && !tok_cluster_boundary(s, at))) continue;
    if (count(v, s.ptr, at) <= max) best = at;
  }
  return best;
}

static void prefix_is_the_longest(void) {
  char text[512];
  seed = 1;
  for (int round = 0; round < 3000; round++) {
    tok_slice s = {text, make_text(text, sizeof text)};
    const tok_vocab *v = tok_vocab_at(rnd((uint32_t)tok_vocab_n()));
    int64_t max = rnd(12);
    tok_prefix got;
    CHECK_INT(tok_split_prefix(engine, v, s, max, &got), TOK_OK);
    size_t expected = longest(v, s, max, true);
    if (expected == 0) expected = longest(v, s, max, false);
    if (!CHECK_INT(got.n_bytes, expected) || !CHECK_INT(got.n_tokens, count(v, text, got.n_bytes))) {
      printf("  %s, round %d, max %d: \"%.*s\"\n", tok_vocab_about(v)->name, round, (int)max, (int)s.len,
             text);
      return;
    }
  }
}

static void prefix_of_long_text_fits_tightly(void) {
  char part[512];
  static char text[60000];
  seed = 7;
  for (int round = 0; round < 60; round++) {
    size_t n = 0;
    while (n + sizeof part < sizeof text) n += make_text(text + n, sizeof part);
    tok_slice s = {text, n};
    const tok_vocab *v = tok_vocab_at(rnd((uint32_t)tok_vocab_n()));
    int64_t max = 1 + rnd(9000);
    tok_prefix got;
    CHECK_INT(tok_split_prefix(engine, v, s, max, &got), TOK_OK);
    CHECK(got.n_tokens <= max);
    CHECK_INT(got.n_tokens, count(v, text, got.n_bytes));
    CHECK(tok_cluster_boundary(s, got.n_bytes));
    for (size_t at = got.n_bytes + 1; at <= n && at < got.n_bytes + 100; at++) {
      if (tok_cluster_boundary(s, at)) CHECK(count(v, text, at) > max);
    }
  }
}

/* ---- clusters -------------------------------------------------------------------------------- */

static void boundaries_do_not_depend_on_the_start(void) {
  /* Four flags: boundaries every 8 bytes, found from any place. */
  size_t n;
  char *p = repeat("\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", 32, &n);
  tok_slice s = {p, n};
  for (size_t at = 0; at <= n; at++) CHECK_INT(tok_cluster_boundary(s, at), at % 8 == 0);
  free(p);
  tok_slice crlf = {"a\r\nb", 4};
  CHECK(tok_cluster_boundary(crlf, 1));
  CHECK(!tok_cluster_boundary(crlf, 2));
  CHECK(tok_cluster_boundary(crlf, 3));
  tok_slice accent = {"xe\xcc\x81y", 5};
  CHECK(tok_cluster_boundary(accent, 1));
  CHECK(!tok_cluster_boundary(accent, 2));
  CHECK(!tok_cluster_boundary(accent, 3));
  CHECK(tok_cluster_boundary(accent, 4));
}

/* Found from the middle of a text, boundaries are those of a walk from its start. */
static void boundaries_equal_a_walk_from_the_start(void) {
  char text[512];
  seed = 11;
  for (int round = 0; round < 3000; round++) {
    tok_slice s = {text, make_text(text, sizeof text)};
    size_t at = 0;
    uint32_t a = TOK_UTF8_INVALID, b;
    utf8proc_int32_t state = 0;
    while (at < s.len) {
      size_t n = tok_utf8_decode((const unsigned char *)text + at, s.len - at, &b);
      bool boundary = true;
      if (a == TOK_UTF8_INVALID || b == TOK_UTF8_INVALID) {
        state = 0;
      } else {
        boundary = utf8proc_grapheme_break_stateful((utf8proc_int32_t)a, (utf8proc_int32_t)b, &state);
      }
      if (!CHECK_INT(tok_cluster_boundary(s, at), boundary)) return;
      for (size_t k = 1; k < n; k++) CHECK(!tok_cluster_boundary(s, at + k));
      at += n;
      a = b;
    }
    CHECK(tok_cluster_boundary(s, s.len));
  }
}

static void family_is_cut_only_where_it_must(void) {
  const tok_vocab *v = tok_vocab_find(tok_slice_of("o200k_base"));
  tok_slice s = tok_slice_of("hi \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7");
  int64_t all = count(v, s.ptr, s.len);
  tok_prefix got;
  tok_split_prefix(engine, v, s, all, &got);
  CHECK_INT(got.n_bytes, s.len);
  tok_split_prefix(engine, v, s, all - 1, &got);
  CHECK_INT(got.n_bytes, 3);
  CHECK_INT(got.cut, TOK_CUT_CLUSTER);
  tok_slice family = {s.ptr + 3, s.len - 3};
  tok_split_prefix(engine, v, family, 4, &got);
  CHECK(got.n_bytes > 0);
  CHECK_INT(got.cut, TOK_CUT_CHARACTER);
}

/* ---- chunks ---------------------------------------------------------------------------------- */

/* Runs through all chunks; returns their number, or -1 if a rule is broken. */
static int64_t run_chunks(const tok_vocab *v, tok_slice s, int64_t max, int64_t overlap) {
  tok_chunker c;
  size_t covered = 0;
  int64_t n = 0, before = -1;
  tok_chunker_init(&c, engine, v, s, max, overlap);
  for (;; n++) {
    CHECK_INT(tok_chunker_next(&c), TOK_OK);
    if (c.done) break;
    size_t end = c.start + c.chunk.n_bytes;
    bool ok = CHECK(c.chunk.n_tokens <= max) && CHECK(end > covered) && CHECK(c.start <= covered) &&
              CHECK((int64_t)c.start > before) &&
              CHECK_INT(c.chunk.n_tokens, count(v, s.ptr + c.start, c.chunk.n_bytes));
    if (c.start < covered) {
      ok = ok && CHECK(count(v, s.ptr + c.start, covered - c.start) <= overlap);
    }
    if (!ok) return -1;
    before = (int64_t)c.start;
    covered = end;
  }
  CHECK_INT(covered, s.len);
  return n;
}

static void chunks_cover_the_text(void) {
  char text[512];
  seed = 3;
  for (int round = 0; round < 1500; round++) {
    tok_slice s = {text, make_text(text, sizeof text)};
    const tok_vocab *v = tok_vocab_at(rnd((uint32_t)tok_vocab_n()));
    int64_t max = 1 + rnd(10), overlap = rnd(2) ? rnd((uint32_t)max) : 0;
    if (run_chunks(v, s, max, overlap) < 0) {
      printf("  %s, round %d, max %d, overlap %d\n", tok_vocab_about(v)->name, round, (int)max,
             (int)overlap);
      return;
    }
  }
}

static void small_limits_cut_characters(void) {
  const tok_vocab *v = tok_vocab_find(tok_slice_of("cl100k_base"));
  /* an alchemical symbol, 4 tokens */
  tok_slice s = tok_slice_of("\xf0\x9f\x9c\x81\xf0\x9f\x9c\x81");
  tok_prefix got;
  CHECK(count(v, s.ptr, 4) > 2);
  tok_split_prefix(engine, v, s, 1, &got);
  CHECK_INT(got.n_bytes, 0);
  tok_chunker c;
  tok_chunker_init(&c, engine, v, s, 1, 0);
  CHECK_INT(tok_chunker_next(&c), TOK_OK);
  CHECK(c.partial);
  CHECK_INT(c.chunk.cut, TOK_CUT_BYTE);
  CHECK(run_chunks(v, s, 1, 0) > 2);
}

/* ---- time ------------------------------------------------------------------------------------ */

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Cutting encodes each byte a few times; a quadratic mistake costs minutes. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const double SECONDS_PER_MB_MAX = 60.0;
#else
static const double SECONDS_PER_MB_MAX = 6.0;
#endif

static void hostile_texts_are_linear(void) {
  static const char *const units[] = {"a", " ", "\n", "^", "7", "e\xcc\x81", "\xcc\x81", "\xe4\xb8\xad",
                                      "\xf0\x9f\x87\xa9", "\xf0\x9f\x91\xa8\xe2\x80\x8d", "\xff", "\xe4\xb8",
                                      "qzxjvk", "word ", "\xe1\x84\x92", "\xe0\xa5\x8d\xe0\xa4\x95", "\xd8\x80"};
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    size_t n;
    char *p = repeat(units[i], 1 << 20, &n);
    for (size_t k = 0; i == 12 && k < n; k++) p[k] = (char)('a' + rnd(26));
    double before = seconds();
    tok_slice s = {p, n};
    int64_t chunks = run_chunks(tok_vocab_at(4), s, 1000, i % 2 ? 100 : 0);
    CHECK(chunks > 0);
    double took = seconds() - before;
    if (getenv("TOK_TEST_TIMES")) printf("  %zu: %.3f s, %d chunks\n", i, took, (int)chunks);
    CHECK(took < SECONDS_PER_MB_MAX);
    free(p);
  }
}

static void prefix_of_a_huge_text_is_cheap(void) {
  size_t n;
  char *p = repeat("The quick brown fox jumps over the lazy dog. ", 64 << 20, &n);
  tok_slice s = {p, n};
  tok_prefix got;
  double before = seconds();
  for (int i = 0; i < 100; i++) tok_split_prefix(engine, tok_vocab_at(4), s, 100, &got);
  CHECK(seconds() - before < SECONDS_PER_MB_MAX / 10);
  CHECK_INT(got.n_tokens, 100);
  free(p);
}

/* A token takes up to 128 blanks, twice that is searched: each try must not cost an encoding. */
static void runs_in_chunks_of_one_token(void) {
  static char blanks[100000];
  tok_slice s = {blanks, sizeof blanks};
  memset(blanks, ' ', sizeof blanks);
  double before = seconds();
  CHECK_INT(run_chunks(tok_vocab_at(4), s, 1, 0), 782);
  CHECK(seconds() - before < SECONDS_PER_MB_MAX);
}

static void nothing_gives_nothing(void) {
  tok_prefix got;
  tok_slice empty = {NULL, 0};
  CHECK_INT(tok_split_prefix(engine, tok_vocab_at(0), empty, 5, &got), TOK_OK);
  CHECK_INT(got.n_bytes, 0);
  CHECK_INT(tok_split_prefix(engine, tok_vocab_at(0), tok_slice_of("abc"), 0, &got), TOK_OK);
  CHECK_INT(got.n_bytes, 0);
  CHECK_INT(run_chunks(tok_vocab_at(0), empty, 5, 0), 0);
  CHECK_INT(tok_split_prefix(engine, tok_vocab_at(0), tok_slice_of("abc"), INT64_MAX, &got), TOK_OK);
  CHECK_INT(got.n_bytes, 3);
}

CHECK_MAIN({"nothing_gives_nothing", nothing_gives_nothing},
           {"boundaries_do_not_depend_on_the_start", boundaries_do_not_depend_on_the_start},
           {"boundaries_equal_a_walk_from_the_start", boundaries_equal_a_walk_from_the_start},
           {"family_is_cut_only_where_it_must", family_is_cut_only_where_it_must},
           {"prefix_is_the_longest", prefix_is_the_longest},
           {"prefix_of_long_text_fits_tightly", prefix_of_long_text_fits_tightly},
           {"chunks_cover_the_text", chunks_cover_the_text},
           {"small_limits_cut_characters", small_limits_cut_characters},
           {"hostile_texts_are_linear", hostile_texts_are_linear},
           {"runs_in_chunks_of_one_token", runs_in_chunks_of_one_token},
           {"prefix_of_a_huge_text_is_cheap", prefix_of_a_huge_text_is_cheap})

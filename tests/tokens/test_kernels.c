/*
** Every kernel of this build against the scanners and the portable kernel: the same starts of
** pieces, the same counts, on random text of awkward alphabets at every alignment to a block of 64
** bytes, and with the text ending at a page that may not be read.
**
** TOK_KERNEL_ROUNDS (default 30,000) sets the number of random texts; `make soak-tokens` runs more.
*/
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../ext/tokens/engine.h"
#include "../check.h"

enum { TEXT_MAX = 700 };

static uint64_t seed = 1;

static uint32_t rnd(uint32_t n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((seed >> 33) % n);
}

/* Fragments that meet each other in every way the expressions care about. */
static const char *const fragments[] = {"a",
                                        "b",
                                        "T",
                                        "The",
                                        "the",
                                        "ABC",
                                        "abcDef",
                                        " ",
                                        "  ",
                                        "   ",
                                        "\t",
                                        "\n",
                                        "\r\n",
                                        "\n\n",
                                        " \n",
                                        "\n ",
                                        "0",
                                        "1",
                                        "12",
                                        "123",
                                        "1234",
                                        "12345678901",
                                        "!",
                                        "!!",
                                        "(",
                                        "...",
                                        "/",
                                        "//",
                                        "!\n/",
                                        "\n//",
                                        "-",
                                        "_",
                                        "'",
                                        "''",
                                        "'s",
                                        "'S",
                                        "'ll",
                                        "'lL",
                                        "'Re",
                                        "'ve",
                                        "'d",
                                        "'t",
                                        "'m",
                                        "'x",
                                        "don't",
                                        "I'M",
                                        "\xc5\xbf",
                                        "'\xc5\xbf",
                                        "\xc3\xa9",
                                        "\xc3\x89",
                                        "\xd0\xb6",
                                        "\xd0\x96",
                                        "\xd8\xa7",
                                        "\xd9\xa3",
                                        "\xc2\xa0",
                                        "\xc2\xbd",
                                        "\xe4\xbd\xa0",
                                        "\xe5\xa5\xbd",
                                        "\xe4\xb8\xad\xe6\x96\x87",
                                        "\xe3\x80\x82",
                                        "\xe3\x80\x80",
                                        "\xe3\x81\xae",
                                        "\xe2\x80\x9c",
                                        "\xe2\x80\x9d",
                                        "\xe2\x80\x99",
                                        "\xe0\xa4\x95",
                                        "\xe0\xa4\xbf",
                                        "\xe0\xb8\x81",
                                        "\xe0\xb8\xb4",
                                        "\xcc\x81",
                                        "e\xcc\x81",
                                        "\xea\xb0\x80",
                                        "\xed\x95\x9c",
                                        "\xf0\x9f\x98\x80",
                                        "\xf0\x9d\x90\x80",
                                        "\xc7\x85",
                                        "\xca\xb0",
                                        "\xe2\x81\xbf",
                                        "\xe2\x85\xa3",
                                        "\xe0\xa2\x8f",
                                        "\xff",
                                        "\x80",
                                        "\xe4",
                                        "\xe4\xbd",
                                        "\xf0\x9f",
                                        "\xc3",
                                        "\xed\xa0\x80",
                                        "\xed\x9f\xbf",
                                        "\xe3",
                                        "\xe3\x82",
                                        "\xef\xbd\x81",
                                        "\xea\xb5\xad",
                                        "\xe6\x97\xa5\xe6\x9c\xac",
                                        "",
                                        "\x85",
                                        "\xc2\x85",
                                        "\xe2\x80\xa8",
                                        "\x0b",
                                        "\x0c",
                                        "\x1c",
                                        "\x7f",
                                        "{",
                                        "}",
                                        ";\n",
                                        ");\n\n",
                                        "#"};
enum { N_FRAGMENTS = sizeof fragments / sizeof fragments[0] };

/* A text of about n bytes from a few fragments, so that long runs and repeats are likely. */
static size_t random_text(uint8_t *out, size_t n) {
  uint32_t some[8], k = 1 + rnd(8);
  size_t len = 0;
  for (uint32_t i = 0; i < k; i++) some[i] = rnd(N_FRAGMENTS);
  while (len + 16 < n) {
    const char *f = fragments[rnd(4) ? some[rnd(k)] : rnd(N_FRAGMENTS)];
    size_t f_len = strlen(f);
    if (f_len == 0) f_len = 1; /* the empty one stands for NUL */
    memcpy(out + len, f, f_len);
    len += f_len;
  }
  return len;
}

/* A buffer whose end is followed by a page that may not be touched. */
static uint8_t *guarded;
static size_t guarded_size;

static void make_guarded(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  guarded_size = (TEXT_MAX + page - 1) / page * page;
  guarded =
      mmap(NULL, guarded_size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (guarded == MAP_FAILED || mprotect(guarded + guarded_size, page, PROT_NONE) != 0) abort();
}

static bool same_starts(const tok_kernel *k, tok_family family, const uint8_t *text, size_t len) {
  uint32_t starts[TEXT_MAX + TOK_STARTS_SLACK];
  tok_blocks b = {.text = text, .len = len, .fresh = 1};
  size_t n = 0, pos = 0;
  while (b.pos < len) n = k->fill(&b, family, starts, n, n + 1 + rnd(100));
  for (size_t i = 0; i < n; i++) {
    if (starts[i] != pos) return false;
    pos = tok_scan(family, text, pos, len);
  }
  return pos == len;
}

/* The character that ends at p + at, as tok_may_cross() takes it; at > 0. */
static uint32_t word_before(const uint8_t *p, size_t at) {
  uint32_t cp, word = 0;
  for (size_t n = 4; n > 1; n--) {
    if (n > at || tok_utf8_decode(p + at - n, n, &cp) != n || cp == TOK_UTF8_INVALID) continue;
    memcpy(&word, p + at - n, n);
    return word;
  }
  return p[at - 1];
}

static uint32_t word_behind_of(const uint8_t *p, size_t n) {
  uint32_t cp, word = 0;
  memcpy(&word, p, tok_utf8_decode(p, n, &cp));
  return word;
}

/*
** With a vocabulary's barriers: every start of a piece is still there, and where a piece is cut no
** merge can cross. Counts the cuts.
*/
static bool good_cuts(const tok_kernel *k, const tok_vocab *v, const uint8_t *text, size_t len,
                      size_t *n_cuts) {
  uint32_t starts[TEXT_MAX + TOK_STARTS_SLACK];
  tok_blocks b = {.text = text, .len = len, .ranks = v->ranks, .fresh = 1};
  size_t n = 0, next = 0;
  while (b.pos < len) n = k->fill(&b, v->family, starts, n, n + 1 + rnd(100));
  for (size_t i = 0; i < n; i++) {
    size_t at = starts[i];
    if (at == next) {
      next = tok_scan(v->family, text, next, len);
    } else if (at > next || tok_may_cross(v->ranks, word_before(text, at), text[at - 1],
                                          word_behind_of(text + at, len - at))) {
      return false;
    } else {
      ++*n_cuts;
    }
  }
  return next == len;
}

static void show(const char *what, const tok_kernel *k, int family, const uint8_t *text,
                 size_t len) {
  printf("%s: kernel %s family %d text ", what, k->name, family);
  for (size_t i = 0; i < len; i++) printf("%02x", text[i]);
  printf("\n");
}

static long rounds(void) {
  const char *s = getenv("TOK_KERNEL_ROUNDS");
  return s != NULL ? strtol(s, NULL, 10) : 30000;
}

static void cuts_are_barriers(void) {
  uint8_t text[TEXT_MAX];
  size_t n_cuts[8] = {0};
  long n = rounds();
  for (long i = 0; i < n; i++) {
    size_t len = random_text(text, 1 + rnd(i % 4 ? 200 : TEXT_MAX));
    uint8_t *p = guarded + guarded_size - len;
    memcpy(p, text, len);
    const tok_vocab *v = tok_vocab_at((size_t)(i / 64) % tok_vocab_n());
    for (size_t k = 0; tok_kernels[k] != NULL; k++) {
      if (!tok_kernels[k]->supported() || good_cuts(tok_kernels[k], v, p, len, &n_cuts[k]))
        continue;
      show("bad cuts", tok_kernels[k], (int)v->family, p, len);
      CHECK(false && "bad cuts");
      return;
    }
  }
  size_t most = 0;
  for (size_t k = 0; tok_kernels[k] != NULL; k++) most = n_cuts[k] > most ? n_cuts[k] : most;
  for (size_t k = 0; tok_kernels[k] != NULL; k++) { /* the portable one leaves cutting for later */
    if (tok_kernels[k]->supported() && tok_kernels[k] != &tok_kernel_portable)
      CHECK_INT(n_cuts[k], most);
  }
  CHECK(most > (size_t)n / 4 || tok_kernel_best() == &tok_kernel_portable);
}

static void starts_equal(void) {
  uint8_t text[TEXT_MAX];
  long n = rounds();
  for (long i = 0; i < n; i++) {
    size_t len = random_text(text, 1 + rnd(i % 4 ? 200 : TEXT_MAX));
    uint8_t *p = guarded + guarded_size - len;
    memcpy(p, text, len);
    for (size_t k = 0; tok_kernels[k] != NULL; k++) {
      if (!tok_kernels[k]->supported()) continue;
      for (int f = 0; f < TOK_N_FAMILIES; f++) {
        if (same_starts(tok_kernels[k], (tok_family)f, p, len)) continue;
        show("starts differ", tok_kernels[k], f, p, len);
        CHECK(false && "starts differ");
        return;
      }
    }
  }
}

/* The same text behind 0..63 letters or spaces, so that everything meets every block edge. */
static void every_alignment(void) {
  uint8_t text[TEXT_MAX];
  long n = rounds() / 100;
  for (long i = 0; i < n; i++) {
    size_t len = random_text(text + 64, 20 + rnd(150));
    memset(text, i % 3 ? i % 3 == 1 ? ' ' : '\n' : 'a', 64);
    for (size_t shift = 0; shift < 64; shift++) {
      size_t total = shift + len;
      uint8_t *p = guarded + guarded_size - total;
      memcpy(p, text + 64 - shift, total);
      for (size_t k = 0; tok_kernels[k] != NULL; k++) {
        if (!tok_kernels[k]->supported()) continue;
        for (int f = 0; f < TOK_N_FAMILIES; f++) {
          if (same_starts(tok_kernels[k], (tok_family)f, p, total)) continue;
          show("starts differ", tok_kernels[k], f, p, total);
          CHECK(false && "starts differ");
          return;
        }
      }
    }
  }
}

/* Tokens by the iterator, which shares neither caches nor barriers nor lanes with counting. */
static int64_t iterate(tok_engine *e, const tok_vocab *v, tok_slice text) {
  tok_iter it;
  int64_t n = 0;
  tok_iter_init(&it, e, v, text, false);
  while (tok_iter_next(&it) == TOK_OK && it.n > 0) n += (int64_t)it.n;
  return n;
}

static void counts_equal(void) {
  uint8_t text[TEXT_MAX];
  tok_engine *engines[8] = {NULL}, *other = tok_engine_new();
  other->kernel = &tok_kernel_portable;
  other->one_by_one = true;
  long n = rounds();
  size_t k;
  for (k = 0; tok_kernels[k] != NULL; k++) {
    engines[k] = tok_engine_new();
    engines[k]->kernel = tok_kernels[k];
  }
  for (long i = 0; i < n; i++) {
    size_t len = random_text(text, 1 + rnd(i % 8 ? 200 : TEXT_MAX));
    uint8_t *p = guarded + guarded_size - len;
    memcpy(p, text, len);
    tok_slice s = {(const char *)p, len};
    const tok_vocab *v = tok_vocab_at((size_t)(i / 64) % tok_vocab_n());
    int64_t want = iterate(other, v, s), got, few;
    for (k = 0; tok_kernels[k] != NULL; k++) {
      if (!tok_kernels[k]->supported()) continue;
      /* first with a limit: what it leaves uncounted must not be remembered as counted */
      tok_count(engines[k], v, s, want / 2, &few);
      if (!CHECK(want == 0 || few > want / 2)) return;
      tok_status rc = tok_count(engines[k], v, s, INT64_MAX, &got);
      if (rc != TOK_OK || got != want) {
        show("counts differ", tok_kernels[k], -1, p, len);
        CHECK_INT(got, want);
        return;
      }
      /* many pieces ahead, up to the guard page */
      if (i % 4 == 0 && !CHECK_INT(iterate(engines[k], v, s), want)) return;
    }
  }
  for (k = 0; tok_kernels[k] != NULL; k++) tok_engine_free(engines[k]);
  tok_engine_free(other);
}

/*
** Pieces of up to 6,000 bytes: random letters of small and large alphabets, words without blanks
** (their tokens are long) of several scripts, with bytes that are no characters among them,
** repeated patterns with and without a fault in them, Chinese and Thai; one or some side by side.
** Counting takes them by barriers, lanes, windows and repeats, several at once; the iterator by
** one window after the other.
*/
static size_t long_text(char *out, size_t n) {
  static const char *const chars[] = {"a", "b", "c", "e", "t", "h", "i", "n", "o", "z"};
  static const char *const others[] = {"-", "=", "*", "/", "#", "!", ">", "."};
  static const char *const wide[] = {"\xe4\xbd\xa0", "\xe5\xa5\xbd", "\xe7\x9a\x84",
                                     "\xe3\x81\xae", "\xe0\xb8\x81", "\xe0\xb8\xb2",
                                     "\xd0\xb6",     "\xd0\xb5",     "\xc3\xa9"};
  static const char *const white[] = {" ", "\n", "\t", "\r"};
  static const char *const words[] = {"information", "international", "the",     "of",
                                      "organization", "understanding", "s",      "responsibility",
                                      "ing",          "administrative"};
  static const char *const scripts[] = {
      "информация", "международный", "для", "ответственность", "и",    "नमस्ते", "जानकारी", "हिन्दी",
      "السلام",     "المعلومات",     "في",  "πληροφορίες",     "και",  "한국어", "정보",   "😀",
      "information", "the",          "é",   "\xd0",            "\xff"};
  static const struct {
    const char *const *set;
    uint32_t size;
  } kinds[] = {{chars, 10}, {others, 8}, {wide, 9}, {white, 4}, {words, 10}, {scripts, 21}};
  char pattern[80];
  uint32_t kind = rnd(6), few = 1 + rnd(kinds[kind].size);
  const char *const *set = kinds[kind].set;
  size_t period = 0, len = 0;
  if (rnd(2)) {
    uint32_t units = 1 + rnd(18);
    for (uint32_t i = 0; i < units && period < 50; i++) {
      const char *f = set[rnd(few)];
      memcpy(pattern + period, f, strlen(f));
      period += strlen(f);
    }
    for (; len + period <= n; len += period) memcpy(out + len, pattern, period);
    if (rnd(2) && len > 0) out[rnd((uint32_t)len)] = 'q';
  } else {
    for (const char *f; len + strlen(f = set[rnd(few)]) <= n;) {
      memcpy(out + len, f, strlen(f));
      len += strlen(f);
    }
  }
  return len;
}

static void long_pieces(void) {
  static char text[6001];
  tok_engine *e = tok_engine_new(), *other = tok_engine_new();
  other->kernel = &tok_kernel_portable;
  other->one_by_one = true;
  long n = rounds() / 20;
  for (long i = 0; i < n; i++) {
    tok_slice s = {text, long_text(text, rnd(2) ? 63 + rnd(200) : 100 + rnd(5900))};
    while (i % 2 && s.len + 100 < sizeof text && rnd(12) > 0) {
      text[s.len++] = rnd(2) ? ' ' : '\n';
      size_t room = sizeof text - s.len, n_more = 63 + rnd(100);
      s.len += long_text(text + s.len, room < n_more ? room : n_more);
    }
    for (size_t v = 0; v < tok_vocab_n(); v++) {
      int64_t want = iterate(other, tok_vocab_at(v), s), got = -1;
      for (size_t k = 0; tok_kernels[k] != NULL; k++) {
        if (!tok_kernels[k]->supported()) continue;
        e->kernel = tok_kernels[k];
        tok_count(e, tok_vocab_at(v), s, (int64_t)rnd((uint32_t)want + 1), &got);
        CHECK_INT(tok_count(e, tok_vocab_at(v), s, INT64_MAX, &got), TOK_OK);
        if (got == want) continue;
        show("counts differ", tok_kernels[k], (int)v, (const uint8_t *)text, s.len);
        CHECK_INT(got, want);
        return;
      }
    }
  }
  tok_engine_free(e);
  tok_engine_free(other);
}

/* A limit ends the counting of a piece that is small enough to be remembered. */
static void limits_leave_no_trace(void) {
  static const char hex[] =
      "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a";
  char text[126];
  for (size_t n = 16; n <= sizeof text; n++) {
    for (int kind = 0; kind < 3; kind++) {
      for (size_t i = 0; i < n; i++)
        text[i] = kind == 0   ? "\t\n \r"[(i * i + i / 3) % 4]
                  : kind == 1 ? "=-~#*"[i * i % 5]
                              : hex[i % 76] | 0x40;
      for (size_t v = 0; v < tok_vocab_n(); v++) {
        tok_slice s = {text, n};
        for (size_t k = 0; tok_kernels[k] != NULL; k++) {
          tok_engine *e = tok_engine_new();
          int64_t few, got = -1;
          if (tok_kernels[k]->supported()) e->kernel = tok_kernels[k];
          for (int64_t limit = 0; limit < 64; limit += 1 + limit / 2)
            tok_count(e, tok_vocab_at(v), s, limit, &few);
          tok_count(e, tok_vocab_at(v), s, INT64_MAX, &got);
          bool same = CHECK_INT(got, iterate(e, tok_vocab_at(v), s));
          tok_engine_free(e);
          if (!same) return;
        }
      }
    }
  }
}

/*
** Merge barriers: runs of characters of one script, encoded whole (bpe_step without barriers) and
** as the sum of the segments between barriers. TOK_BARRIER_SEGMENTS (default 100,000) segments a
** vocabulary.
*/
static const struct {
  uint32_t first, n;
} scripts[] = {{0x4E00, 3000}, {0x3041, 180}, {0xAC00, 11000}, {0x0E01, 58},
               {0x0410, 64},   {0x0621, 40},  {0x0905, 60},    {0x10D0, 40},
               {0x1200, 300},  {0x61, 26},    {0xC0, 60},      {0x370, 100}};
enum { N_SCRIPTS = sizeof scripts / sizeof scripts[0] };

/* A character of a script, now and then an invalid byte. */
static size_t random_char(uint32_t script, uint8_t *c) {
  uint32_t cp = scripts[script].first + rnd(scripts[script].n);
  if (rnd(50) == 0) {
    c[0] = (uint8_t)(0x80 + rnd(128));
    return 1;
  }
  if (cp < 0x80) {
    c[0] = (uint8_t)cp;
    return 1;
  }
  if (cp < 0x800) {
    c[0] = (uint8_t)(0xC0 | cp >> 6), c[1] = (uint8_t)(0x80 | (cp & 63));
    return 2;
  }
  c[0] = (uint8_t)(0xE0 | cp >> 12), c[1] = (uint8_t)(0x80 | (cp >> 6 & 63));
  c[2] = (uint8_t)(0x80 | (cp & 63));
  return 3;
}

static size_t merge_all(tok_engine *e, const tok_ranks *r, const uint8_t *p, size_t n) {
  tok_bpe_piece piece = {.p = p, .n = n};
  size_t total = 0, k;
  while (piece.at < piece.n) {
    if (e->kernel->bpe_step(r, &e->scratch, &piece, NULL, &k) != TOK_OK) abort();
    total += k;
  }
  return total;
}

/* Tokens of the segments between barriers; *n_segments of them. */
static size_t merge_segments(tok_engine *e, const tok_ranks *r, const uint8_t *p, size_t n,
                             long *n_segments) {
  size_t total = 0, from = 0;
  uint32_t cp, before = 0;
  for (size_t at = 0; at < n;) {
    uint32_t word = 0;
    size_t len = tok_utf8_decode(p + at, n - at, &cp);
    memcpy(&word, p + at, len);
    if (at > 0 && !tok_may_cross(r, before, p[at - 1], word)) {
      total += merge_all(e, r, p + from, at - from);
      from = at;
      ++*n_segments;
    }
    before = word;
    at += len;
  }
  ++*n_segments;
  return total + merge_all(e, r, p + from, n - from);
}

static void barriers(void) {
  const char *s = getenv("TOK_BARRIER_SEGMENTS");
  long wanted = s != NULL ? strtol(s, NULL, 10) : 100000;
  tok_engine *e = tok_engine_new();
  for (size_t v = 0; v < tok_vocab_n(); v++) {
    const tok_ranks *r = tok_vocab_at(v)->ranks;
    if (v > 0 && r == tok_vocab_at(v - 1)->ranks) continue;
    for (long segments = 0; segments < wanted;) {
      uint8_t text[200];
      size_t len = 0;
      uint32_t script = rnd(N_SCRIPTS);
      while (len < 60 + rnd(60)) len += random_char(rnd(20) ? script : rnd(N_SCRIPTS), text + len);
      size_t parts = merge_segments(e, r, text, len, &segments), whole = merge_all(e, r, text, len);
      if (whole == parts) continue;
      show("barriers change the count", e->kernel, (int)v, text, len);
      CHECK_INT((int64_t)parts, (int64_t)whole);
      return;
    }
  }
  tok_engine_free(e);
}

/* What windows and lanes rest on (bpe.h): merging the bytes of any token gives that token alone. */
static void tokens_encode_to_themselves(void) {
  tok_engine *e = tok_engine_new();
  char scratch[TOK_TOKEN_BYTES_MAX];
  for (size_t v = 0; v < tok_vocab_n(); v++) {
    const tok_ranks *r = tok_vocab_at(v)->ranks;
    for (int64_t id = 0; id < r->n_ids; id++) {
      bool special;
      tok_slice t = tok_vocab_bytes(tok_vocab_at(v), id, scratch, &special);
      if (t.ptr == NULL || special) continue;
      const uint32_t *ids = NULL;
      size_t n = 0;
      tok_bpe_piece piece = {.p = (const uint8_t *)t.ptr, .n = t.len};
      tok_status rc = e->kernel->bpe_step(r, &e->scratch, &piece, &ids, &n);
      if (CHECK(rc == TOK_OK && piece.at == t.len && n == 1 && ids[0] == id)) continue;
      printf("encoding %zu, id %lld\n", v, (long long)id);
      return;
    }
  }
  tok_engine_free(e);
}

/*
** A hostile text, of nothing but new words and long pieces, in two vocabularies: one engine's
** memory stays under its ceiling, and a third vocabulary adds nothing.
*/
static void memory(void) {
  enum { BYTES = 8 << 20 };
  char *text = malloc(BYTES);
  struct mallinfo2 before = mallinfo2();
  tok_engine *e = tok_engine_new();
  int64_t n;
  for (size_t i = 0; i < BYTES; i++) {
    bool gap = i < BYTES / 2 ? rnd(8) == 0 : rnd(3000) == 0;
    text[i] = gap ? ' ' : (char)('a' + rnd(26));
  }
  static const char *const names[] = {"o200k_base", "cl100k_base", "r50k_base"};
  for (int i = 0; i < 3; i++) {
    tok_slice s = {text, BYTES};
    CHECK_INT(tok_count(e, tok_vocab_find(tok_slice_of(names[i])), s, INT64_MAX, &n), TOK_OK);
    memset(text + BYTES - 40000, '-', 20000); /* a run that needs large windows */
  }
  struct mallinfo2 after = mallinfo2();
  size_t used = after.uordblks + after.hblkhd - before.uordblks - before.hblkhd;
  printf("engine: %zu bytes after %d MB of hostile text\n", used, BYTES >> 20);
  CHECK(used <= TOK_ENGINE_BYTES_MAX);
  tok_engine_free(e);
  free(text);
}

/*
** Words that no vocabulary has, most of which come again soon, before they are counted: as often as
** not in a fresh engine, behind a call for another vocabulary that has stopped early, and over the
** end of the epochs.
*/
static size_t clustered_text(char *out, size_t n) {
  char words[24][48];
  size_t len = 0, size[24] = {0};
  while (len + 64 < n) {
    uint32_t w = rnd(24);
    if (size[w] == 0 || rnd(12) == 0) {
      uint32_t script = rnd(N_SCRIPTS), wanted = 1 + rnd(rnd(4) ? 14 : 40);
      for (size[w] = 0; size[w] < wanted;)
        size[w] += random_char(script, (uint8_t *)words[w] + size[w]);
    }
    memcpy(out + len, words[w], size[w]);
    len += size[w];
    out[len++] = rnd(9) ? ' ' : '\n';
  }
  return len;
}

static void words_that_come_again(void) {
  static char text[40000];
  tok_engine *other = tok_engine_new();
  other->kernel = &tok_kernel_portable;
  other->one_by_one = true;
  tok_engine *e = tok_engine_new();
  long n = rounds() / 600;
  for (long i = 0; i < n; i++) {
    tok_slice s = {text, clustered_text(text, 100 + rnd(sizeof text - 100))};
    const tok_vocab *v = tok_vocab_at(rnd((uint32_t)tok_vocab_n()));
    int64_t want = iterate(other, v, s), got = -1;
    for (size_t k = 0; tok_kernels[k] != NULL; k++) {
      if (!tok_kernels[k]->supported()) continue;
      if (i % 2) {
        tok_engine_free(e);
        e = tok_engine_new();
      }
      e->kernel = tok_kernels[k];
      tok_count(e, tok_vocab_at(rnd((uint32_t)tok_vocab_n())), s, 1 + rnd(2000), &got);
      if (rnd(2)) e->epoch = UINT16_MAX;
      CHECK_INT(tok_count(e, v, s, INT64_MAX, &got), TOK_OK);
      if (!CHECK_INT(got, want)) printf("kernel %s, round %ld\n", tok_kernels[k]->name, i);
    }
  }
  tok_engine_free(e);
  tok_engine_free(other);
}

/* Leaves two words, one after the other, on the stack below. */
static __attribute__((noinline)) void dirty_stack(uint32_t a, uint32_t b) {
  volatile uint32_t words[40000];
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) words[i] = i & 1 ? b : a;
}

/*
** Whatever stands in the memory that a count works in, it is the same. Words like the upper half of
** 0.5 look like an entry of the merges.
*/
static void any_stack(void) {
  static const uint32_t words[][2] = {{0, 0},          {0, 0x3FE00000}, {0x3FE00000, 0},
                                      {0, 0xFFE00000}, {0xFFE00000, 0}, {0xFFFFFFFF, 0xFFFFFFFF},
                                      {0x3FFFF, 1},    {65, 0x00200000}};
  static char text[6001];
  tok_engine *other = tok_engine_new();
  other->kernel = &tok_kernel_portable;
  other->one_by_one = true;
  for (long i = 0; i < rounds() / 100; i++) {
    tok_slice s = {text, i % 2 ? long_text(text, 100 + rnd(5900))
                               : random_text((uint8_t *)text, 100 + rnd(3900))};
    size_t at = rnd((uint32_t)tok_vocab_n());
    const uint32_t *w = words[rnd(sizeof words / sizeof words[0])];
    int64_t want = iterate(other, tok_vocab_at(at), s), got = -1;
    for (size_t k = 0; tok_kernels[k] != NULL; k++) {
      if (!tok_kernels[k]->supported()) continue;
      tok_engine *e = tok_engine_new();
      e->kernel = tok_kernels[k];
      dirty_stack(w[0], w[1]);
      CHECK_INT(tok_count(e, tok_vocab_at(at), s, INT64_MAX, &got), TOK_OK);
      tok_engine_free(e);
      if (!CHECK_INT(got, want)) printf("kernel %s, round %ld\n", tok_kernels[k]->name, i);
    }
  }
  tok_engine_free(other);
}

int main(int argc, char **argv) {
  make_guarded();
  for (size_t k = 0; tok_kernels[k] != NULL; k++) {
    printf("kernel %s: %s\n", tok_kernels[k]->name,
           tok_kernels[k]->supported() ? "tested" : "not supported here");
  }
  static const check_test tests[] = {{"starts of pieces", starts_equal},
                                     {"cuts are barriers", cuts_are_barriers},
                                     {"every alignment to a block", every_alignment},
                                     {"counts", counts_equal},
                                     {"long pieces", long_pieces},
                                     {"limits leave no trace", limits_leave_no_trace},
                                     {"words that come again", words_that_come_again},
                                     {"whatever the stack holds", any_stack},
                                     {"merge barriers", barriers},
                                     {"tokens encode to themselves", tokens_encode_to_themselves},
                                     {"memory", memory}};
  return check_run(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

/*
** Every kernel of this build against the scanners and the portable kernel: the same starts of pieces, the
** same counts, on random text of awkward alphabets at every alignment to a block of 64 bytes, and with the
** text ending at a page that may not be read.
**
** TOK_KERNEL_ROUNDS (default 30,000) sets the number of random texts.
*/
#include <sys/mman.h>
#include <unistd.h>

#include "../../ext/tokens/engine.h"
#include "../check.h"

enum { TEXT_MAX = 700 };

static const tok_family families[] = {TOK_FAMILY_R50K, TOK_FAMILY_CL100K, TOK_FAMILY_O200K};

static uint64_t seed = 1;

static uint32_t rnd(uint32_t n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((seed >> 33) % n);
}

/* Fragments that meet each other in every way the expressions care about. */
static const char *const fragments[] = {
    "a", "b", "T", "The", "the", "ABC", "abcDef", " ", "  ", "   ", "\t", "\n", "\r\n", "\n\n", " \n", "\n ",
    "0", "1", "12", "123", "1234", "12345678901", "!", "!!", "(", "...", "/", "//", "!\n/", "\n//", "-", "_",
    "'", "''", "'s", "'S", "'ll", "'lL", "'Re", "'ve", "'d", "'t", "'m", "'x", "don't", "I'M", "\xc5\xbf",
    "'\xc5\xbf", "\xc3\xa9", "\xc3\x89", "\xd0\xb6", "\xd0\x96", "\xd8\xa7", "\xd9\xa3", "\xc2\xa0", "\xc2\xbd",
    "\xe4\xbd\xa0", "\xe5\xa5\xbd", "\xe4\xb8\xad\xe6\x96\x87", "\xe3\x80\x82", "\xe3\x80\x80", "\xe3\x81\xae",
    "\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x99", "\xe0\xa4\x95", "\xe0\xa4\xbf", "\xe0\xb8\x81", "\xe0\xb8\xb4",
    "\xcc\x81", "e\xcc\x81", "\xea\xb0\x80", "\xed\x95\x9c", "\xf0\x9f\x98\x80", "\xf0\x9d\x90\x80", "\xc7\x85",
    "\xca\xb0", "\xe2\x81\xbf", "\xe2\x85\xa3", "\xe0\xa2\x8f", "\xff", "\x80", "\xe4", "\xe4\xbd", "\xf0\x9f", "\xc3",
    "", "\x85", "\xc2\x85", "\xe2\x80\xa8", "\x0b", "\x0c", "\x1c", "\x7f", "{", "}", ";\n", ");\n\n", "#"};
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
  guarded = mmap(NULL, guarded_size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
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

static void show(const char *what, const tok_kernel *k, int family, const uint8_t *text, size_t len) {
  printf("%s: kernel %s family %d text ", what, k->name, family);
  for (size_t i = 0; i < len; i++) printf("%02x", text[i]);
  printf("\n");
}

static long rounds(void) {
  const char *s = getenv("TOK_KERNEL_ROUNDS");
  return s != NULL ? strtol(s, NULL, 10) : 30000;
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
      for (int f = 0; f < 3; f++) {
        if (same_starts(tok_kernels[k], families[f], p, len)) continue;
        show("starts differ", tok_kernels[k], f, p, len);
        CHECK(!"starts differ");
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
        for (int f = 0; f < 3; f++) {
          if (same_starts(tok_kernels[k], families[f], p, total)) continue;
          show("starts differ", tok_kernels[k], f, p, total);
          CHECK(!"starts differ");
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
      tok_status rc = tok_count(engines[k], v, s, INT64_MAX, &got);
      if (rc != TOK_OK || got != want) {
        show("counts differ", tok_kernels[k], -1, p, len);
        CHECK_INT(got, want);
        return;
      }
      tok_count(engines[k], v, s, want / 2, &few);
      if (!CHECK(want == 0 || few > want / 2)) return;
    }
  }
  for (k = 0; tok_kernels[k] != NULL; k++) tok_engine_free(engines[k]);
  tok_engine_free(other);
}

int main(int argc, char **argv) {
  make_guarded();
  for (size_t k = 0; tok_kernels[k] != NULL; k++) {
    printf("kernel %s: %s\n", tok_kernels[k]->name,
           tok_kernels[k]->supported() ? "tested" : "not supported here");
  }
  static const check_test tests[] = {{"starts of pieces", starts_equal},
                                     {"every alignment to a block", every_alignment},
                                     {"counts", counts_equal}};
  return check_run(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

/*
** Imported vocabularies: every kernel counts as many tokens as the iterator gives, in texts that are
** counted in parts (added tokens, characters that are no token) and cut at merge barriers between any two
** characters (SentencePiece's words).
*/
#include "../../ext/tokens/compile.h"
#include "../../ext/tokens/engine.h"
#include "../../ext/tokens/import.h"
#include "../check.h"

enum { TEXT_MAX = 9000, ROUNDS = 6000, FILE_MAX = 1 << 16 };

static uint64_t seed = 7;

static uint32_t rnd(uint32_t n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((seed >> 33) % n);
}

static const char *const fragments[] = {
    "the", "quick", "brown", "fox", "jumps", "over", "lazy", "dog", "a", "q", "T", "x", " ", " ", "  ", "    ", "\n", "\t",
    "<tool>", "<tool", ">", "> <", ".", ",", "()", "the.", "dog,", "over(", "\xc3\xa9", "na\xc3\xafve", "\xe2\x96\x81",
    "\xe4\xb8\xad\xe6\x96\x87", "\xe3\x81\xae", "\xd0\xb6", "\xf0\x9f\x98\x80", "\xff", "\x80", "\xe4\xb8", "e\xcc\x81", "0", "12",
    "'s", "\x7f", "\x01"};
enum { N_FRAGMENTS = sizeof fragments / sizeof fragments[0] };

static size_t random_text(char *out, size_t n) {
  size_t len = 0;
  uint32_t some[6];
  for (int i = 0; i < 6; i++) some[i] = rnd(N_FRAGMENTS);
  while (len + 16 < n) {
    const char *f = fragments[rnd(5) ? some[rnd(6)] : rnd(N_FRAGMENTS)];
    memcpy(out + len, f, strlen(f));
    len += strlen(f);
  }
  return len;
}

static tok_compiled *load(const char *name, const char *pattern) {
  static char file[FILE_MAX];
  char path[200];
  tok_definition d;
  tok_vocab_error error;
  tok_compile_error why;
  tok_compiled *c = NULL;
  tok_compiled_about about = {"test", NULL, NULL, NULL};
  snprintf(path, sizeof path, "tests/tokens/fixtures/%s", name);
  FILE *f = fopen(path, "rb");
  if (f == NULL) abort();
  size_t n = fread(file, 1, sizeof file, f);
  fclose(f);
  tok_def_init(&d);
  if (tok_vocab_import((tok_slice){file, n}, tok_slice_of(pattern), &d, &error) != TOK_OK) abort();
  if (tok_compile(&d, &about, NULL, &c, &why) != TOK_OK) abort();
  tok_def_free(&d);
  return c;
}

static int64_t n_ids(tok_engine *e, const tok_vocab *v, tok_slice text) {
  tok_iter it;
  int64_t n = 0;
  tok_iter_init(&it, e, v, text, false);
  while (tok_iter_next(&it) == TOK_OK && it.n > 0) n += (int64_t)it.n;
  return n;
}

static void counts_are_ids(const char *name, const char *pattern) {
  static char text[TEXT_MAX];
  tok_compiled *c = load(name, pattern);
  const tok_vocab *v = tok_compiled_vocab(c);
  tok_engine *e = tok_engine_new();
  if (e == NULL) abort();
  for (int i = 0; i < ROUNDS; i++) {
    size_t len = random_text(text, 20 + rnd(i % 100 ? 300 : TEXT_MAX - 20));
    tok_slice s = {text, len};
    int64_t want = n_ids(e, v, s);
    for (size_t k = 0; tok_kernels[k] != NULL; k++) {
      int64_t got = -1, some = -1, limit = want / 2;
      if (!tok_kernels[k]->supported()) continue;
      const tok_kernel *before = e->kernel;
      e->kernel = tok_kernels[k];
      CHECK(tok_count(e, v, s, INT64_MAX, &got) == TOK_OK);
      CHECK(tok_count(e, v, s, limit, &some) == TOK_OK && (some > limit) == (want > limit));
      e->kernel = before;
      if (got == want) continue;
      printf("%s, kernel %s: %lld tokens, %lld ids of ", name, tok_kernels[k]->name, (long long)got, (long long)want);
      for (size_t j = 0; j < len && j < 400; j++) printf("%02x", (uint8_t)text[j]);
      printf("\n");
      CHECK(got == want);
      i = ROUNDS;
      break;
    }
  }
  tok_engine_forget(e, v);
  tok_engine_free(e);
  tok_compiled_free(c);
}

static void words(void) { counts_are_ids("small_bpe.model", ""); }
static void words_with_unknown_characters(void) { counts_are_ids("small_unknown.model", ""); }
static void added_tokens(void) { counts_are_ids("small_qwen2.json", ""); }
static void nfkc(void) { counts_are_ids("small_claude.json", ""); }
static void unigram(void) { counts_are_ids("small_unigram.model", ""); }
static void rules(void) { counts_are_ids("small_rules.model", ""); }
static void precompiled(void) { counts_are_ids("small_precompiled.json", ""); }
static void deepseek(void) { counts_are_ids("small.tiktoken", "deepseek-v3"); }

CHECK_MAIN({"words", words}, {"words with unknown characters", words_with_unknown_characters},
           {"added tokens", added_tokens}, {"NFKC", nfkc}, {"unigram", unigram}, {"rules", rules}, {"Precompiled", precompiled}, {"DeepSeek", deepseek})

/*
** Imported vocabularies: every kernel counts as many tokens as the iterator gives, in texts that
** are counted in parts (added tokens, characters that are no token) and cut at merge barriers
** between any two characters (SentencePiece's words).
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

static const char *const fragments[] = {"the",
                                        "quick",
                                        "brown",
                                        "fox",
                                        "jumps",
                                        "over",
                                        "lazy",
                                        "dog",
                                        "a",
                                        "q",
                                        "T",
                                        "x",
                                        " ",
                                        " ",
                                        "  ",
                                        "    ",
                                        "\n",
                                        "\t",
                                        "<tool>",
                                        "<tool",
                                        ">",
                                        "> <",
                                        ".",
                                        ",",
                                        "()",
                                        "the.",
                                        "dog,",
                                        "over(",
                                        "\xc3\xa9",
                                        "na\xc3\xafve",
                                        "\xe2\x96\x81",
                                        "\xe4\xb8\xad\xe6\x96\x87",
                                        "\xe3\x81\xae",
                                        "\xd0\xb6",
                                        "\xf0\x9f\x98\x80",
                                        "\xff",
                                        "\x80",
                                        "\xe4\xb8",
                                        "e\xcc\x81",
                                        "0",
                                        "12",
                                        "\n\n",
                                        "\t\t",
                                        "\n\n\n\n\n\n\n\n\n\n\n\n",
                                        "\t\t\t\t\t\t\t\t\t\t\t\t",
                                        "'s",
                                        "\x7f",
                                        "\x01"};
enum { N_FRAGMENTS = sizeof fragments / sizeof fragments[0] };

static size_t random_text(char *out, size_t n) {
  size_t len = 0;
  uint32_t some[6];
  for (int i = 0; i < 6; i++) some[i] = rnd(N_FRAGMENTS);
  while (len + 20 < n) {
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

static void counts_are_ids_of(const char *name, tok_compiled *c) {
  static char text[TEXT_MAX];
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
      printf("%s, kernel %s: %lld tokens, %lld ids of ", name, tok_kernels[k]->name, (long long)got,
             (long long)want);
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

static void counts_are_ids(const char *name, const char *pattern) {
  counts_are_ids_of(name, load(name, pattern));
}

static void add_token(tok_definition *d, const char *bytes, size_t n, uint32_t flags) {
  uint32_t id = (uint32_t)tok_def_n(d);
  tok_def_token *t = tok_def_add(d, id, (tok_slice){bytes, n});
  if (t == NULL) abort();
  t->rank = flags & TOK_T_BYTE ? TOK_NO_RANK : id;
  t->flags = flags;
  if ((flags & TOK_T_ADDED) && !tok_def_set_name(d, t, (tok_slice){bytes, n})) abort();
}

enum { RUN = 20 };

/*
** As Gemma's: characters with byte fallback; runs of blanks, newlines and tabs merge before
** anything else, those of newlines and tabs are names of added tokens. `blanks_first`: else as
** Llama 2's, where blanks merge with words first. piece, name: one more token, and one more name of
** an added one; or NULL.
*/
static tok_compiled *runs_like_gemma(bool blanks_first, const char *piece, const char *name) {
  static const char *const pieces[] = {"th",
                                       "the",
                                       " t",
                                       " the",
                                       "ow",
                                       "own",
                                       " q",
                                       "ck",
                                       " d",
                                       "..",
                                       " .",
                                       "(\"",
                                       "> ",
                                       "do",
                                       "dog",
                                       " do",
                                       " dog",
                                       "e.",
                                       "\xd0\xb6\xd0\xb6"};
  char run[RUN + 1];
  tok_definition d;
  tok_compile_error why;
  tok_compiled *c = NULL;
  tok_compiled_about about = {"runs", NULL, NULL, NULL};
  tok_def_init(&d);
  d.family = TOK_FAMILY_WORDS;
  d.characters = d.byte_fallback = true;
  for (int i = 0; i < 256; i++) {
    char byte = (char)i;
    add_token(&d, &byte, 1, TOK_T_BYTE);
  }
  for (char one = ' '; one <= '~'; one++) add_token(&d, &one, 1, 0);
  add_token(&d, "\xd0\xb6", 2, 0);
  add_token(&d, "\xf0\x9f\x98\x80", 4, 0);
  for (int kind = 0; kind < 2; kind++) {
    memset(run, kind ? '\t' : '\n', sizeof run);
    for (size_t n = 1; n <= RUN; n++) add_token(&d, run, n, TOK_T_ADDED);
  }
  memset(run, ' ', sizeof run);
  for (size_t n = 2; n <= RUN && blanks_first; n++) add_token(&d, run, n, 0);
  for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
    add_token(&d, pieces[i], strlen(pieces[i]), 0);
  for (size_t n = 2; n <= RUN && !blanks_first; n++) add_token(&d, run, n, 0);
  if (piece != NULL) add_token(&d, piece, strlen(piece), 0);
  const char *const names[2] = {"<tool>", name};
  for (int i = 0; i < 2 && names[i] != NULL; i++) {
    add_token(&d, names[i], strlen(names[i]), TOK_T_ADDED);
    tok_def_at(&d, tok_def_n(&d) - 1)->rank = TOK_NO_RANK;
  }
  if (tok_compile(&d, &about, NULL, &c, &why) != TOK_OK) {
    printf("%s\n", why.text);
    abort();
  }
  return c;
}

static void runs(void) {
  for (int first = 0; first < 2; first++) {
    tok_compiled *c = runs_like_gemma(first, NULL, NULL);
    const tok_ranks *r = tok_compiled_vocab(c)->ranks;
    CHECK(r->run_max[0] == RUN && r->run_max[1] == RUN && r->known != NULL);
    CHECK(first ? r->blank_ends != 0 : r->blank_ends == 0);
    counts_are_ids_of("runs", c);
  }
}

/* A token of blanks and a word crosses the ends of blanks, a name those of newlines. */
static void runs_that_something_crosses(void) {
  tok_compiled *c = runs_like_gemma(true, "  the", NULL);
  CHECK(tok_compiled_vocab(c)->ranks->blank_ends == 0);
  counts_are_ids_of("a word behind blanks", c);
  c = runs_like_gemma(true, NULL, "\n<tool>");
  const uint32_t *run_max = tok_compiled_vocab(c)->ranks->run_max;
  CHECK(run_max[0] == 0 && run_max[1] == RUN);
  counts_are_ids_of("a name behind a newline", c);
}

/*
** Of words of few letters, with tokens of one to three letters whose scores make ways nearly equal.
*/
static tok_compiled *near_ties(uint32_t normal, bool doubles) {
  tok_definition d;
  tok_compile_error why;
  tok_compiled *c = NULL;
  tok_compiled_about about = {"ties", NULL, NULL, NULL};
  float score[5] = {-1.3f, -2.1f, -2.7f, -3.3f, -3.9f};
  tok_def_init(&d);
  d.model = TOK_MODEL_UNIGRAM;
  d.family = TOK_FAMILY_WHOLE;
  d.normal = normal;
  add_token(&d, "<unk>", 5, TOK_T_UNKNOWN | TOK_T_SPECIAL);
  tok_def_set_name(&d, tok_def_at(&d, 0), tok_slice_of("<unk>"));
  for (int n = 1; n <= 3; n++) {
    for (int i = 0; i < 5 * 5 * 5; i++) {
      char letters[3] = {" abcd"[i % 5], " abcd"[i / 5 % 5], " abcd"[i / 25]};
      float sum = 0;
      bool skip = false;
      int left = i;
      for (int k = 0; k < n; k++, left /= 5) {
        sum += score[left % 5];
        skip |= k > 0 && left % 5 == 0;
      }
      if (skip || left > 0) continue;
      add_token(&d, letters, (size_t)n, 0);
      tok_def_token *t = tok_def_at(&d, tok_def_n(&d) - 1);
      t->rank = TOK_NO_RANK;
      t->score = (double)(sum + (float)((int)rnd(2001) - 1000) * 1e-5f);
      if (doubles) t->score += rnd(2) ? 1e-15 : 1e-16;
    }
  }
  if (tok_compile(&d, &about, NULL, &c, &why) != TOK_OK) {
    printf("%s\n", why.text);
    abort();
  }
  return c;
}

/*
** Scores of many words before a word make the sums coarse, so that rounding decides more often what
** is best: words from the cache must not differ then.
*/
static void long_unigram(tok_compiled *c, bool ties) {
  enum { LONG = 400000 };
  static const char *const some[] = {"the ", "quick",    " brown",    " fox", "es ", "ing ",
                                     "over", "un",       " lazy",     "dogs", " a",  "tion",
                                     "er ",  "\xc3\xa9", " \xd0\xb6", ", ",   ". "};
  char *text = malloc(LONG);
  size_t len = 0;
  tok_engine *e = tok_engine_new();
  if (text == NULL || e == NULL) abort();
  while (len + 16 < LONG) {
    const char *f = some[rnd(sizeof some / sizeof some[0])];
    if (ties) {
      text[len++] = " abcdabcdabcd"[rnd(13)];
      continue;
    }
    memcpy(text + len, f, strlen(f));
    len += strlen(f);
  }
  for (int round = 0; round < 2; round++) {
    int64_t n = -1;
    CHECK(tok_count(e, tok_compiled_vocab(c), (tok_slice){text, len}, INT64_MAX, &n) == TOK_OK);
    CHECK_INT(n, n_ids(e, tok_compiled_vocab(c), (tok_slice){text, len}));
  }
  free(text);
  tok_engine_forget(e, tok_compiled_vocab(c));
  tok_engine_free(e);
  tok_compiled_free(c);
}

static void long_unigrams(void) {
  long_unigram(load("small_unigram.model", ""), false);
  long_unigram(load("small_rules.model", ""), false);
  long_unigram(load("small_precompiled.json", ""), false);
  static const uint32_t normals[] = {TOK_N_WHOLE | TOK_N_BLANKS, TOK_N_BLANKS,
                                     TOK_N_BLANKS | TOK_N_SPLIT, TOK_N_WORDS | TOK_N_BLANKS};
  for (size_t i = 0; i < sizeof normals / sizeof normals[0]; i++) {
    long_unigram(near_ties(normals[i], false), true);
    long_unigram(near_ties(normals[i], true), true);
  }
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
           {"added tokens", added_tokens}, {"NFKC", nfkc}, {"unigram", unigram}, {"rules", rules},
           {"Precompiled", precompiled}, {"DeepSeek", deepseek}, {"runs", runs},
           {"runs that something crosses", runs_that_something_crosses},
           {"long unigram texts", long_unigrams})

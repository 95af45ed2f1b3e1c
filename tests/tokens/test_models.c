/* Models: encodings as the reference's table says, windows, and every way of writing a name. */
#include "../../ext/tokens/models.h"
#include "../../ext/base/model_name.h"
#include "../../ext/tokens/tokens.h"
#include "../check.h"

typedef struct {
  const char *model, *encoding; /* NULL = unknown */
} pair;

static void check_pairs(const pair *pairs, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const char *got = tok_model_encoding(tok_slice_of(pairs[i].model));
    if (got == NULL || pairs[i].encoding == NULL ? got != pairs[i].encoding
                                                 : strcmp(got, pairs[i].encoding) != 0) {
      printf("  %s\n", pairs[i].model);
      CHECK_STR(got, pairs[i].encoding);
    } else {
      CHECK(true);
    }
  }
}

#define PAIRS(...)                                  \
  static const pair pairs[] = {__VA_ARGS__};        \
  check_pairs(pairs, sizeof pairs / sizeof pairs[0])

static void exact_names(void) {
  PAIRS({"gpt-4o", "o200k_base"}, {"o1", "o200k_base"}, {"o3", "o200k_base"}, {"gpt-4", "cl100k_base"},
        {"gpt-3.5", "cl100k_base"}, {"gpt-35-turbo", "cl100k_base"}, {"davinci-002", "cl100k_base"},
        {"text-embedding-3-large", "cl100k_base"}, {"text-davinci-003", "p50k_base"},
        {"code-cushman-001", "p50k_base"}, {"text-davinci-001", "r50k_base"}, {"davinci", "r50k_base"},
        {"ada", "r50k_base"}, {"text-similarity-ada-001", "r50k_base"},
        {"text-search-curie-doc-001", "r50k_base"}, {"code-search-ada-code-001", "r50k_base"},
        {"text-davinci-edit-001", "p50k_edit"}, {"gpt2", "r50k_base"}, {"gpt-2", "r50k_base"});
}

static void prefixes(void) {
  PAIRS({"o1-mini-2024-09-12", "o200k_base"}, {"o3-deep-research", "o200k_base"},
        {"o4-mini-high", "o200k_base"}, {"gpt-5-nano", "o200k_base"}, {"gpt-5.5-pro", "o200k_base"},
        {"gpt-4.5-preview", "o200k_base"}, {"gpt-4.1-mini", "o200k_base"},
        {"chatgpt-4o-latest", "o200k_base"}, {"gpt-4o-2024-05-13", "o200k_base"},
        {"gpt-4-turbo", "cl100k_base"}, {"gpt-4-32k-0613", "cl100k_base"},
        {"gpt-3.5-turbo-instruct", "cl100k_base"}, {"gpt-35-turbo-16k", "cl100k_base"},
        {"gpt-oss-120b", "o200k_harmony"});
}

static void other_ways_to_write_them(void) {
  PAIRS({"GPT-4o", "o200k_base"}, {"openai/gpt-4o-2024-08-06", "o200k_base"},
        {"azure/gpt-4o", "o200k_base"}, {"AZURE/GPT-35-Turbo", "cl100k_base"},
        {"openrouter/openai/gpt-4:free", "cl100k_base"}, {"openai:gpt-4-0613", "cl100k_base"},
        {"openai.gpt-oss-20b-1:0", "o200k_harmony"}, {"us.openai.gpt-oss-120b-1:0", "o200k_harmony"},
        {"groq/openai/gpt-oss-20b", "o200k_harmony"}, {"O200K_BASE", "o200k_base"},
        {"cl100k_base", "cl100k_base"}, {"o200k_harmony", "o200k_harmony"}, {"p50k_edit", "p50k_edit"});
}

static void fine_tuned_names_follow_their_base(void) {
  PAIRS({"ft:gpt-4o-mini:org::id", "o200k_base"}, {"ft:gpt-4o-2024-08-06:org::id", "o200k_base"},
        {"ft:gpt-4:org::id", "cl100k_base"}, {"ft:gpt-3.5-turbo-0613:org:name:id", "cl100k_base"},
        {"ft:davinci-002:org::id", "cl100k_base"}, {"davinci:ft-org-2023-01-01-00-00-00", "r50k_base"},
        /*
        ** The reference says cl100k_base here: its `ft:gpt-4` comes first. The model is a gpt-4.1.
        */
        {"ft:gpt-4.1-mini-2025-04-14:org::id", "o200k_base"});
}

static void unknown_stays_unknown(void) {
  PAIRS({"claude-sonnet-4", NULL}, {"gemini-2.5-pro", NULL}, {"gpt-4.2", NULL}, {"gpt-4omni", NULL},
        {"o5", NULL}, {"o10", NULL}, {"", NULL}, {"   ", NULL}, {"gpt", NULL}, {"llama-3.3-70b", NULL},
        {"us.anthropic.claude-sonnet-4-20250514-v1:0", NULL}, {"davinci-003", NULL});
  char long_name[400];
  memset(long_name, 'x', sizeof long_name);
  tok_slice s = {long_name, sizeof long_name};
  CHECK(tok_model_encoding(s) == NULL);
  CHECK(tok_model_find(s) == NULL);
}

static void every_encoding_has_a_vocabulary(void) {
  for (size_t i = 0; i < tok_vocab_n(); i++) {
    const char *name = tok_vocab_about(tok_vocab_at(i))->name;
    CHECK_STR(tok_model_encoding(tok_slice_of(name)), name);
  }
  for (size_t i = 0; i < tok_model_n(); i++) {
    const char *encoding = tok_model_encoding(tok_slice_of(tok_model_at(i)->name));
    if (encoding != NULL) CHECK(tok_vocab_find(tok_slice_of(encoding)) != NULL);
  }
}

/* ---- windows --------------------------------------------------------------------------------- */

static void windows(void) {
  static const struct {
    const char *model;
    int window, output;
  } rows[] = {{"gpt-4o", 128000, 16384},
              {"gpt-4o-2024-05-13", 128000, 4096},
              {"azure/gpt-4o-2031-01-01", 128000, 16384},
              {"gpt-4.1", 1047576, 32768},
              {"openai/gpt-5-mini", 400000, 128000},
              {"ft:gpt-4o-mini:org::id", 128000, 16384},
              {"claude-3.5-sonnet", 200000, 0},
              {"us.anthropic.claude-sonnet-4-20250514-v1:0", 200000, 0},
              {"models/gemini-2.5-flash", 1048576, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const tok_model *m = tok_model_find(tok_slice_of(rows[i].model));
    if (!CHECK(m != NULL)) {
      printf("  %s\n", rows[i].model);
      continue;
    }
    CHECK_INT(m->context_window, rows[i].window);
    CHECK_INT(m->max_output, rows[i].output);
  }
  CHECK(tok_model_find(tok_slice_of("gpt-4.2")) == NULL);
  CHECK(tok_model_find(tok_slice_of("no-such-model")) == NULL);
}

static void every_row_is_found_by_its_name(void) {
  for (size_t i = 0; i < tok_model_n(); i++) {
    CHECK(tok_model_find(tok_slice_of(tok_model_at(i)->name)) == tok_model_at(i));
  }
}

static void fits(void) {
  CHECK(tok_model_fits(100, 60, 40));
  CHECK(!tok_model_fits(100, 60, 41));
  CHECK(tok_model_fits(100, 100, 0));
  CHECK(!tok_model_fits(100, 101, 0));
  CHECK(!tok_model_fits(100, INT64_MAX, INT64_MAX));
  CHECK(!tok_model_fits(100, 1, INT64_MAX));
}

CHECK_MAIN({"exact_names", exact_names}, {"prefixes", prefixes},
           {"other_ways_to_write_them", other_ways_to_write_them},
           {"fine_tuned_names_follow_their_base", fine_tuned_names_follow_their_base},
           {"unknown_stays_unknown", unknown_stays_unknown},
           {"every_encoding_has_a_vocabulary", every_encoding_has_a_vocabulary}, {"windows", windows},
           {"every_row_is_found_by_its_name", every_row_is_found_by_its_name}, {"fits", fits})

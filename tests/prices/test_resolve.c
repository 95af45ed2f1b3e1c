/* References: which listed model each one means, and that none gets another model's price. */
#include "../../ext/prices/cache.h"
#include "../check.h"

static const struct {
  const char *provider, *reference, *expected_provider, *expected_model; /* NULL model: unknown */
  tok_match match;
  tok_why why;
} cases[] = {
    {"", "gpt-4o", "openai", "gpt-4o", TOK_MATCH_EXACT, TOK_WHY_FOUND},
    {"", "GPT-4o", "openai", "gpt-4o", TOK_MATCH_EXACT, TOK_WHY_FOUND},
    {"", "gpt-35-turbo", "openai", "gpt-3.5-turbo", TOK_MATCH_ALIAS, TOK_WHY_FOUND},
    {"", "openai/gpt-4o-2024-08-06", "openai", "gpt-4o", TOK_MATCH_STRIPPED, TOK_WHY_FOUND},
    {"", "azure/gpt-4o", "openai", "gpt-4o", TOK_MATCH_STRIPPED, TOK_WHY_FOUND},
    {"", "us.anthropic.claude-sonnet-4-20250514-v1:0", "aws",
     "regional.anthropic.claude-sonnet-4-20250514-v1:0", TOK_MATCH_STRIPPED, TOK_WHY_FOUND},
    {"", "global.anthropic.claude-sonnet-4-20250514-v1:0", "aws",
     "global.anthropic.claude-sonnet-4-20250514-v1:0", TOK_MATCH_EXACT, TOK_WHY_FOUND},
    {"", "models/gemini-2.5-pro", "google", "gemini-2.5-pro", TOK_MATCH_STRIPPED, TOK_WHY_FOUND},
    {"", "ft:gpt-4o-mini:org::id", "openai", "ft:gpt-4o-mini", TOK_MATCH_PREFIX, TOK_WHY_FOUND},
    {"", "ft:gpt-4o-mini-2024-07-18:org::id", "openai", "ft:gpt-4o-mini", TOK_MATCH_PREFIX,
     TOK_WHY_FOUND},
    {"", "claude-sonnet-4@20250514", "anthropic", "claude-sonnet-4-0", TOK_MATCH_STRIPPED,
     TOK_WHY_FOUND},
    {"", "claude-sonnet-4-5[1m]", "anthropic", "claude-sonnet-4-5", TOK_MATCH_STRIPPED,
     TOK_WHY_FOUND},
    {"bedrock", "anthropic.claude-3-haiku-20240307-v1:0", "aws",
     "regional.anthropic.claude-3-haiku-20240307-v1:0", TOK_MATCH_STRIPPED, TOK_WHY_FOUND},
    {"google-gla", "gemini-2.5-flash", "google", "gemini-2.5-flash", TOK_MATCH_EXACT,
     TOK_WHY_FOUND},
    {"Vercel_AI_gateway", "openai/gpt-4o", "openai", "gpt-4o", TOK_MATCH_STRIPPED, TOK_WHY_FOUND},
    {"vercelish", "openai/gpt-4o", "", NULL, TOK_MATCH_NONE, TOK_WHY_UNKNOWN_PROVIDER},
    {"litellm", "groq/llama-3.3-70b-versatile", "groq", "llama-3.3-70b-versatile",
     TOK_MATCH_STRIPPED, TOK_WHY_FOUND},
    {"", "llama-3.3-70b-versatile", "", NULL, TOK_MATCH_NONE, TOK_WHY_AMBIGUOUS}, /* a host's */
    {"", "sonar", "perplexity", "sonar", TOK_MATCH_EXACT, TOK_WHY_FOUND}, /* a maker's */
    {"", "claude_sonnet_4.5", "anthropic", "claude-sonnet-4-5", TOK_MATCH_SPELLING, TOK_WHY_FOUND},
    {"", "", "", NULL, TOK_MATCH_NONE, TOK_WHY_NO_NAME},
    {"", "gpt-5.9", "", NULL, TOK_MATCH_NONE, TOK_WHY_UNKNOWN_MODEL},
    {"", "gpt-5-mega", "", NULL, TOK_MATCH_NONE, TOK_WHY_UNKNOWN_MODEL},
    {"", "claude-99", "", NULL, TOK_MATCH_NONE, TOK_WHY_UNKNOWN_MODEL},
    {"openai", "davinci-003", "", NULL, TOK_MATCH_NONE, TOK_WHY_UNKNOWN_MODEL},
    {"groq", "gpt-4o", "", NULL, TOK_MATCH_NONE, TOK_WHY_UNKNOWN_MODEL},
    {"nobody", "gpt-4o", "", NULL, TOK_MATCH_NONE, TOK_WHY_UNKNOWN_PROVIDER},
    {"openrouter", "anthropic/claude-opus-4.6:free", "", NULL, TOK_MATCH_NONE, TOK_WHY_VARIANT},
    {"", "ft:gpt-4.1:org::id", "", NULL, TOK_MATCH_NONE, TOK_WHY_FINE_TUNED},
    {"", "davinci:ft-org-2023-01-01", "", NULL, TOK_MATCH_NONE, TOK_WHY_FINE_TUNED},
    {"", "meta-llama/llama-3.3-70b-instruct", "", NULL, TOK_MATCH_NONE, TOK_WHY_AMBIGUOUS},
};

static void resolves(void) {
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    tok_resolution r;
    tok_resolve(tok_slice_of(cases[i].provider), tok_slice_of(cases[i].reference), &r);
    const char *model = r.model == NULL ? NULL : tok_price_text(r.model->name);
    bool ok =
        CHECK_STR(model, cases[i].expected_model) && CHECK_INT(r.match, cases[i].match) &&
        CHECK_INT(r.why, cases[i].why) &&
        (model == NULL || CHECK_STR(tok_price_text(tok_prices.providers[r.model->provider].id),
                                    cases[i].expected_provider));
    if (!ok)
      printf("  %s %s\n", cases[i].provider, cases[i].reference);
  }
}

/* Every listed name means its own model at its own provider, and nothing longer than it does. */
static void every_name_finds_its_model(void) {
  int wrong = 0;
  for (size_t i = 0; i < tok_prices.n_names; i++) {
    const tok_price_name *n = &tok_prices.names[i];
    if (n->kind != TOK_NAME_EXACT)
      continue;
    const tok_price_model *m = &tok_prices.models[n->model];
    tok_slice provider = tok_slice_of(tok_price_text(tok_prices.providers[m->provider].id));
    tok_resolution r;
    tok_resolve(provider, tok_slice_of(tok_price_text(n->text)), &r);
    if (r.model != NULL &&
        (r.model == m || r.match == TOK_MATCH_EXACT || r.match == TOK_MATCH_ALIAS))
      continue;
    if (wrong++ < 10)
      printf("  %.*s %s\n", (int)provider.len, provider.ptr, tok_price_text(n->text));
  }
  CHECK_INT(wrong, 0);
}

/* A new product of a known family never takes the price of the family. */
static void no_name_prices_its_extension(void) {
  static const char *const tails[] = {"-mini", ".9", "-pro", "9", "x", "-turbo-x", "-max"};
  static const char *const openended[] = {"gemma-3-", "gpt-4o-mini-2024-07-18.ft-"};
  int wrong = 0;
  for (size_t i = 0; i < tok_prices.n_names; i++) {
    const tok_price_name *n = &tok_prices.names[i];
    if (n->kind > TOK_NAME_VERSIONED || n->len > 200)
      continue;
    const tok_price_model *m = &tok_prices.models[n->model];
    for (size_t t = 0; t < sizeof tails / sizeof tails[0]; t++) {
      const char *last = tok_price_text(n->text) + n->len - 1;
      if (tails[t][0] == '9' && tok_is_digit(*last) && strchr(tok_price_text(n->text), ':') != NULL)
        continue; /* v1:09 */
      char longer[256];
      snprintf(longer, sizeof longer, "%s%s", tok_price_text(n->text), tails[t]);
      tok_resolution r;
      tok_resolve(tok_slice_of(tok_price_text(tok_prices.providers[m->provider].id)),
                  tok_slice_of(longer), &r);
      if (r.model != m)
        continue;
      bool listed =
          r.match == TOK_MATCH_EXACT || r.match == TOK_MATCH_ALIAS || r.match == TOK_MATCH_SPELLING;
      for (size_t k = 0; k < sizeof openended / sizeof openended[0]; k++) {
        listed |= strncmp(longer, openended[k], strlen(openended[k])) ==
                  0; /* listed so: sizes, and the names that Azure gives to fine-tuned models */
      }
      if (!listed && wrong++ < 20)
        printf("  %s takes the price of %s\n", longer, tok_price_text(m->name));
    }
  }
  CHECK_INT(wrong, 0);
}

static void tables_are_sorted(void) {
  for (size_t i = 1; i < tok_prices.n_names; i++) {
    const char *a = tok_price_text(tok_prices.names[i - 1].text),
               *b = tok_price_text(tok_prices.names[i].text);
    if (strcmp(a, b) > 0)
      CHECK_STR(a, b);
  }
  for (size_t i = 0; i < tok_prices.n_models; i++) {
    const tok_price_model *m = &tok_prices.models[tok_prices.by_name[i]];
    size_t at = tok_price_canonical_find(tok_slice_of(tok_price_text(m->name)));
    if (at > i)
      CHECK_INT(at, i);
  }
  CHECK_INT(tok_price_canonical_find(tok_slice_of("no such model")), tok_prices.n_models);
}

/* As the glue does it for the list alone: ask, else resolve and put. */
static const tok_price_model *cached(tok_price_cache *c, tok_slice provider, tok_slice name) {
  tok_price_hit hit;
  tok_resolution r;
  if (tok_price_cache_get(c, 0, provider, name, &hit))
    return hit.model;
  tok_resolve(provider, name, &r);
  hit.model = r.model;
  tok_price_cache_put(c, 0, provider, name, NULL, &hit);
  return r.model;
}

static void the_cache_answers_alike(void) {
  tok_price_cache *c = tok_price_cache_new();
  static const tok_slice anyone = {NULL, 0};
  if (!CHECK(c != NULL))
    return;
  for (int round = 0; round < 3; round++) {
    for (size_t i = 0; i < tok_prices.n_names; i += 3) {
      tok_slice name = tok_slice_of(tok_price_text(tok_prices.names[i].text));
      tok_slice provider =
          i % 2 ? anyone
                : tok_slice_of(tok_price_text(
                      tok_prices.providers[tok_prices.models[tok_prices.names[i].model].provider]
                          .id));
      if (cached(c, provider, name) != cached(NULL, provider, name)) {
        CHECK_STR(name.ptr, "the same model");
      }
    }
  }
  /* provider and reference are not run together */
  CHECK(cached(c, tok_slice_of("openai"), tok_slice_of("gpt-4o")) != NULL);
  CHECK(cached(c, tok_slice_of("open"), tok_slice_of("aigpt-4o")) == NULL);
  tok_price_cache_free(c);
}

static void globs(void) {
  CHECK(tok_glob("gpt-*", tok_slice_of("gpt-4o")) && !tok_glob("gpt-*", tok_slice_of("xgpt-4o")));
  CHECK(tok_glob("*a*b*", tok_slice_of("xxaxxbxx")) &&
        !tok_glob("*a*b*", tok_slice_of("xxbxxaxx")));
  /* a NUL of the text is not the end of the pattern, behind which another may stand */
  CHECK(!tok_glob("ab\0cd", (tok_slice){"ab\0cd", 5}) && tok_glob("ab*", (tok_slice){"ab\0cd", 5}));
  CHECK(tok_glob("", tok_slice_of("")) && !tok_glob("", tok_slice_of("a")) &&
        tok_glob("*", tok_slice_of("")));
}

CHECK_MAIN({"resolves", resolves}, {"every name finds its model", every_name_finds_its_model},
           {"no name prices its extension", no_name_prices_its_extension},
           {"tables are sorted", tables_are_sorted},
           {"the cache answers alike", the_cache_answers_alike}, {"globs", globs})

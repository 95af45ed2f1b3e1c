/* Model references: every way of writing a name gives the name; another model's name never. */
#include "../../ext/base/model_name.h"
#include "../check.h"

static tok_model_name parse(const char *text) {
  tok_model_name m;
  memset(&m, 0x5A, sizeof m);
  CHECK_INT(tok_model_name_parse(tok_slice_of(text), &m), TOK_OK);
  return m;
}

/* All candidates, joined by blanks. */
static const char *candidates(const char *text) {
  static char out[8192];
  tok_model_name m = parse(text);
  size_t n = 0;
  for (size_t i = 0; i < tok_model_candidates(&m); i++) {
    tok_slice c = tok_model_candidate(&m, i);
    CHECK(c.len > 0);
    n += (size_t)snprintf(out + n, sizeof out - n, "%s%.*s", i ? " " : "", (int)c.len, c.ptr);
  }
  return out;
}

static bool reaches(const char *text, const char *name) {
  tok_model_name m = parse(text);
  for (size_t i = 0; i < tok_model_candidates(&m); i++) {
    if (tok_slice_is(tok_model_candidate(&m, i), name))
      return true;
  }
  return false;
}

static void lists_candidates_in_order(void) {
  CHECK_STR(candidates("gpt-4o"), "gpt-4o");
  CHECK_STR(candidates("  GPT-4o\n"), "gpt-4o");
  CHECK_STR(candidates("azure/gpt-4o-2024-08-06"),
            "azure/gpt-4o-2024-08-06 gpt-4o-2024-08-06 azure/gpt-4o gpt-4o");
  CHECK_STR(candidates("claude-opus-4-6[1m]"), "claude-opus-4-6[1m] claude-opus-4-6");
  CHECK_STR(candidates("ft:gpt-4o-mini:org::id"),
            "ft:gpt-4o-mini:org::id gpt-4o-mini:org::id ft:gpt-4o-mini gpt-4o-mini");
}

/* Reference and the bare name that it must reach. */
static const char *const reached[][2] = {
    {"openai/gpt-4o", "gpt-4o"},
    {"openai:gpt-4o", "gpt-4o"},
    {"google-gla:gemini-2.5-flash", "gemini-2.5-flash"},
    {"models/gemini-2.5-pro", "gemini-2.5-pro"},
    {"publishers/google/models/gemini-2.5-pro", "gemini-2.5-pro"},
    {"projects/p/locations/us-central1/publishers/google/models/gemini-1.5-pro-002",
     "gemini-1.5-pro"},
    {"accounts/fireworks/models/llama-v3p1-8b-instruct", "llama-v3p1-8b-instruct"},
    {"openrouter/anthropic/claude-sonnet-4.5:free", "claude-sonnet-4.5"},
    {"openrouter/anthropic/claude-sonnet-4.5:free", "anthropic/claude-sonnet-4.5"},
    {"us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4"},
    {"us.anthropic.claude-sonnet-4-20250514-v1:0", "anthropic.claude-sonnet-4-20250514-v1:0"},
    {"us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4-20250514"},
    {"global.anthropic.claude-opus-4-5-20251101-v1:0", "claude-opus-4-5"},
    {"bedrock/us-east-1/anthropic.claude-v2:1", "claude-v2:1"},
    {"anthropic.claude-3-haiku-20240307-v1:0:200k", "claude-3-haiku"},
    {"meta.llama3-1-8b-instruct-v1:0", "llama3-1-8b-instruct"},
    {"arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0",
     "nova-pro"},
    {"claude-sonnet-4@20250514", "claude-sonnet-4"},
    {"vertex_ai/claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet-v2"},
    {"claude-3-5-haiku-latest", "claude-3-5-haiku"},
    {"gpt-4o:free", "gpt-4o"},
    {"gpt-4o:nitro", "gpt-4o"},
    {"gpt-4o:beta", "gpt-4o"},
    {"gpt-3.5-turbo-0613", "gpt-3.5-turbo"},
    {"gpt-3.5-turbo-instruct:20230824-v2", "gpt-3.5-turbo-instruct"},
    {"davinci:2023-07-21-v2", "davinci"},
    {"davinci:ft-personal-2023-04-01-12-00-00", "davinci"},
    {"mistral-large-2411", "mistral-large"},
    {"command-r-08-2024", "command-r"},
    {"doubao-seed-1-6-250615", "doubao-seed-1-6"},
    {"ft:gpt-4o-mini-2024-07-18:my-org::Abc123", "gpt-4o-mini"},
    {"@cf/meta/llama-3.1-8b-instruct", "llama-3.1-8b-instruct"},
    {"meta/llama-3.1-405b-instruct-maas", "llama-3.1-405b-instruct"},
};

static void reaches_the_model(void) {
  for (size_t i = 0; i < sizeof reached / sizeof reached[0]; i++) {
    if (!CHECK(reaches(reached[i][0], reached[i][1]))) {
      printf("  %s does not reach %s: %s\n", reached[i][0], reached[i][1],
             candidates(reached[i][0]));
    }
  }
}

static void never_reaches_another_model(void) {
  static const char *const pairs[][2] = {{"gpt-5-mini", "gpt-5"},
                                         {"gpt-5.9", "gpt-5"},
                                         {"gpt-5-pro", "gpt-5"},
                                         {"gpt-4.1", "gpt-4"},
                                         {"gpt-4o", "gpt-4"},
                                         {"gpt-4-turbo", "gpt-4"},
                                         {"gpt-4.1", "1"},
                                         {"claude-3.5-sonnet", "5-sonnet"},
                                         {"gpt-5-2025", "gpt-5"},
                                         {"gpt-4-32k", "gpt-4"},
                                         {"llama3-8b-8192", "llama3-8b"},
                                         {"llama3:8b", "llama3"},
                                         {"claude-opus-4-1", "claude-opus-4"},
                                         {"o1-preview", "o1"},
                                         {"gpt-4-9999", "gpt-4"},
                                         {"gpt-5-20251345", "gpt-5"},
                                         {"gpt-5-2025-13-01", "gpt-5"},
                                         {"gpt-oss:20b", "gpt-oss"},
                                         {"gemini-2.5-pro", "5-pro"},
                                         {"-latest", ""},
                                         {"davinci-002", "davinci"}};
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    if (!CHECK(!reaches(pairs[i][0], pairs[i][1])))
      printf("  %s\n", pairs[i][0]);
  }
}

static bool slice_is(tok_slice s, const char *expected) {
  bool ok = tok_slice_is(s, expected);
  if (!ok)
    printf("  is %.*s, expected %s\n", (int)s.len, s.ptr, expected);
  return ok;
}

static void remembers_who_and_where(void) {
  tok_model_name m = parse("us.anthropic.claude-sonnet-4-20250514-v1:0");
  CHECK(slice_is(tok_model_region(&m), "us"));
  CHECK(slice_is(tok_model_vendor(&m), "anthropic"));
  CHECK(slice_is(tok_model_platform(&m), ""));
  CHECK(m.dotted && !m.fine_tuned);
  m = parse("bedrock/eu-central-1/cohere.command-r-v1:0");
  CHECK(slice_is(tok_model_region(&m), "eu-central-1"));
  CHECK(slice_is(tok_model_platform(&m), "bedrock"));
  m = parse("arn:aws:bedrock:us-west-2:1:inference-profile/global.anthropic.claude-x");
  CHECK(slice_is(tok_model_region(&m), "global"));
  m = parse("arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-x");
  CHECK(slice_is(tok_model_region(&m), "us-west-2"));
  m = parse("openrouter/google/gemini-2.5-pro");
  CHECK(slice_is(tok_model_platform(&m), "openrouter"));
  CHECK(slice_is(tok_model_vendor(&m), "google"));
  m = parse("publishers/anthropic/models/claude-sonnet-4@20250514");
  CHECK(slice_is(tok_model_platform(&m), "publishers"));
  CHECK(slice_is(tok_model_vendor(&m), "anthropic"));
  m = parse("gpt-4.1");
  CHECK(slice_is(tok_model_vendor(&m), "") && slice_is(tok_model_region(&m), "") && !m.dotted);
  CHECK(parse("ft:gpt-4o:o::i").fine_tuned);
  CHECK(parse("curie:ft-org-2023-01-01").fine_tuned);
  CHECK(!parse("gpt-4o:free").fine_tuned);
  CHECK(parse("claude-opus-4-6[1M]").million_context);
}

static void refuses_what_is_no_name(void) {
  tok_model_name m;
  CHECK_INT(tok_model_name_parse(tok_slice_of(""), &m), TOK_INVALID);
  CHECK_INT(tok_model_name_parse(tok_slice_of(" \t\r\n"), &m), TOK_INVALID);
  CHECK_INT(tok_model_name_parse((tok_slice){NULL, 0}, &m), TOK_INVALID);
  char long_name[TOK_MODEL_NAME_MAX + 2];
  memset(long_name, 'x', sizeof long_name);
  CHECK_INT(tok_model_name_parse((tok_slice){long_name, TOK_MODEL_NAME_MAX}, &m), TOK_OK);
  CHECK_INT(tok_model_name_parse((tok_slice){long_name, TOK_MODEL_NAME_MAX + 1}, &m), TOK_TOOBIG);
}

/* Strange input: no read outside, every candidate inside the text and not empty. */
static void survives_strange_names(void) {
  static const char alphabet[] = "/:.@-[]0129vftkus1m a\0\xff";
  uint32_t seed = 12345;
  for (int round = 0; round < 200000; round++) {
    char text[64];
    seed = seed * 1664525u + 1013904223u;
    size_t n = 1 + (seed >> 24) % sizeof text;
    for (size_t i = 0; i < n; i++) {
      seed = seed * 1664525u + 1013904223u;
      text[i] = alphabet[(seed >> 20) % (sizeof alphabet - 1)];
    }
    char *exact = malloc(n); /* so that a sanitizer sees a read past the end */
    memcpy(exact, text, n);
    tok_model_name m;
    if (tok_model_name_parse((tok_slice){exact, n}, &m) == TOK_OK) {
      for (size_t i = 0; i < tok_model_candidates(&m); i++) {
        tok_slice c = tok_model_candidate(&m, i);
        if (c.len == 0 || c.len > m.len)
          CHECK(c.len > 0 && c.len <= m.len);
      }
    }
    tok_model_is_version((tok_slice){exact, n});
    free(exact);
  }
}

static void knows_version_tails(void) {
  static const char *const yes[] = {"",      "-2024-08-06", "-20250514", "-latest",
                                    "-v1:0", "@20250514",   ":free",     "-20250514-v1:0",
                                    "[1m]",  "-0613"};
  static const char *const no[] = {"-mini", ".9", "o", "-preview", "-", "5", "-2024-08-06-mini"};
  for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
    if (!CHECK(tok_model_is_version(tok_slice_of(yes[i]))))
      printf("  %s\n", yes[i]);
  }
  for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
    if (!CHECK(!tok_model_is_version(tok_slice_of(no[i]))))
      printf("  %s\n", no[i]);
  }
}

static void respells(void) {
  char out[64];
  size_t n = tok_model_respell(tok_slice_of("Claude-3.5_Sonnet.x"), out);
  CHECK_BYTES(out, n, "claude-3-5-sonnet.x", 19);
}

CHECK_MAIN({"lists candidates in order", lists_candidates_in_order},
           {"reaches the model", reaches_the_model},
           {"never reaches another model", never_reaches_another_model},
           {"remembers who and where", remembers_who_and_where},
           {"refuses what is no name", refuses_what_is_no_name},
           {"survives strange names", survives_strange_names},
           {"knows version tails", knows_version_tails}, {"respells", respells})

/*
** The quick reader of usage objects against the table of shapes: what it takes it reads the same.
*/
#include "../../ext/prices/resolve.h"
#include "../../ext/prices/usage_json.h"
#include "../check.h"

static uint64_t seed = 4711;

static uint64_t below(uint64_t n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (seed >> 33) % n;
}

static const char *const names[] = {
    "input_tokens",     "output_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens",
    "reasoning_tokens", "total_tokens",  "provider",          "service_tier",       "model",
    "response_id",      "input_tokens",  "output_tokens",     "web_searches",       "prompt_tokens",
    "cached_tokens",    "requests",      "usage",             "input_token",        ""};
static const char *const values[] = {
    "null", "0",     "-1",       "1.5",      "1e3",      "007",    "999999999999999", "1234567890123456", "\"12\"",
    "{}",   "[]",    "true",     "\"flex\"", "\"batch\"", "\"auto\"", "\"ON_DEMAND\"", "\"gpt-4o\"",       "\"openai\"",
    "\"Azure_OpenAI\"", "\"vercel-gateway\"", "\"a\\u0041b\"", "\"\xC3\xA9\"", "\"\"", "nul", "9223372036854775807"};

static size_t write_object(char *out, size_t cap) {
  static const char *const blanks[] = {"", "", "", " ", "\n\t"};
  size_t n = 0, members = below(5);
  n += (size_t)snprintf(out + n, cap - n, "%s{", blanks[below(5)]);
  for (size_t i = 0; i < members; i++) {
    char number[24];
    const char *name = names[below(6) != 0 ? below(11) : below(sizeof names / sizeof names[0])];
    snprintf(number, sizeof number, "%d", (int)below(5000));
    const char *value = below(5) != 0 ? number : values[below(sizeof values / sizeof values[0])];
    n += (size_t)snprintf(out + n, cap - n, "%s%s\"%s\"%s:%s%s%s", i == 0 ? "" : ",", blanks[below(5)], name,
                          blanks[below(5)], blanks[below(5)], value, blanks[below(5)]);
  }
  n += (size_t)snprintf(out + n, cap - n, "}%s", below(30) == 0 ? "x" : blanks[below(5)]);
  if (below(20) == 0) out[below(n)] = (char)(' ' + below(95)); /* anything may be wrong */
  return n;
}

static int listed(tok_slice provider) { return provider.len == 0 ? -2 : tok_price_provider_find(provider); }

static void as_the_table(void) {
  long taken = 0;
  for (int i = 0; i < 300000; i++) {
    char text[1024];
    tok_slice json = {text, write_object(text, sizeof text)}, provider;
    tok_usage_object slow;
    tok_plain quick, plain;
    tok_tier tier;
    if (!tok_usage_plain(json, &quick, &provider, &tier)) continue;
    taken++;
    bool same = tok_usage_read(json, &slow) == TOK_OK && tok_plain_of(&slow.q, &plain) &&
                memcmp(plain.n, quick.n, sizeof plain.n) == 0 && plain.given == quick.given && slow.tier == tier &&
                listed(slow.provider) == listed(provider);
    if (!CHECK(same)) printf("  %.*s\n", (int)json.len, json.ptr);
  }
  printf("%ld taken\n", taken);
  CHECK(taken > 30000);
}

/* No byte beyond the end is read: the text ends where its memory does. */
static void every_cut(void) {
  static const char whole[] = "{\"input_tokens\":120,\"provider\":\"openai\",\"cache_read_tokens\":null}";
  tok_plain p;
  tok_slice provider;
  tok_tier tier;
  for (size_t n = 0; n < sizeof whole; n++) {
    char *cut = malloc(n + (n == 0));
    if (n > 0) memcpy(cut, whole, n);
    CHECK_INT(tok_usage_plain((tok_slice){cut, n}, &p, &provider, &tier), n == sizeof whole - 1);
    free(cut);
  }
}

CHECK_MAIN({"as the table", as_the_table}, {"every cut", every_cut})

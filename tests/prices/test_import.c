/*
** Published price lists as rows: each format's sample in tests/prices/lists, errors with their
** place, and the real files where they are (PRICE_LISTS=folder, or build/price_lists: litellm.json,
** genai.json, api.json, historical-v1.json).
*/
#include "../check.h"

#include <time.h>

#include "../../ext/prices/import.h"
#include "../../ext/prices/override.h"

enum { FILE_MAX = 1 << 24, SHOWN_MAX = 1 << 14 };

static char file[FILE_MAX];

static tok_slice read_file(const char *folder, const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "rb");
  if (f == NULL)
    return (tok_slice){NULL, 0};
  size_t n = fread(file, 1, sizeof file, f);
  fclose(f);
  return (tok_slice){file, n};
}

typedef struct {
  char text[SHOWN_MAX];
  size_t n, rows;
  tok_status answer; /* what the sink returns */
} shown;

static tok_status show(void *to, const tok_import_row *r) {
  shown *s = to;
  s->rows++;
  int n = snprintf(s->text + s->n, SHOWN_MAX - s->n, "%.*s %.*s %s %s", (int)r->provider.len, r->provider.ptr,
                   (int)r->model.len, r->model.ptr, tok_meters[r->meter].name, r->usd);
  s->n += (size_t)n;
  if (r->tier != TOK_TIER_STANDARD)
    s->n += (size_t)snprintf(s->text + s->n, SHOWN_MAX - s->n, " %s", tok_tier_name(r->tier));
  if (r->tier_from > 0)
    s->n += (size_t)snprintf(s->text + s->n, SHOWN_MAX - s->n, " >=%lld", (long long)r->tier_from);
  s->n += (size_t)snprintf(s->text + s->n, SHOWN_MAX - s->n, "%s%s%s%s%s%s%s%s\n", r->valid_from[0] ? " from " : "",
                           r->valid_from, r->valid_to[0] ? " to " : "", r->valid_to, r->hours[0] ? " " : "", r->hours,
                           r->weekdays[0] ? " days " : "", r->weekdays);
  return s->answer;
}

static shown out;

static tok_status import(tok_slice json, char *error) {
  tok_import_format format;
  out.n = out.rows = 0;
  out.text[0] = '\0';
  out.answer = TOK_OK;
  return tok_import(json, show, &out, &format, error);
}

static void sample(const char *name, const char *expected) {
  char error[TOK_IMPORT_ERROR_BYTES];
  CHECK_INT(import(read_file("tests/prices/lists", name), error), TOK_OK);
  CHECK_STR(error, "");
  CHECK_STR(out.text, expected);
}

static void samples(void) {
  sample("litellm.json",
         "openai gpt-x cache_read 0.125\n"
         "openai gpt-x cache_read 0.0625 batch\n"
         "openai gpt-x input 1.25\n"
         "openai gpt-x input 2.5 >=272001\n"
         "openai gpt-x input 5 priority >=272001\n"
         "openai gpt-x input 0.625 batch\n"
         "openai gpt-x input 0.625 flex\n"
         "openai gpt-x input 2 priority\n"
         "openai gpt-x output 10\n"
         "openai gpt-x web_searches 0.025\n"
         "aws us.anthropic.claude-x-v1:0 cache_write 4.125\n"
         "aws us.anthropic.claude-x-v1:0 cache_write_1h 6.6\n"
         "aws us.anthropic.claude-x-v1:0 input 3.3\n"
         "aws us.anthropic.claude-x-v1:0 output 16.5\n"
         "dashscope qwen-x input 0.05\n"
         "dashscope qwen-x output 0.4\n"
         "dashscope qwen-x input 0.25 >=256001\n"
         "dashscope qwen-x output 2 >=256001\n"
         "deepseek seek-x input 0.3\n"
         "deepseek seek-x input 0.15 00:00-01:00 days 12345\n"
         "deepseek seek-x input 0.15 10:00-24:00 days 12345\n"
         "deepseek seek-x input 0.15 00:00-24:00 days 67\n"
         "deepseek seek-x output 1.2\n"
         "openai whisper-x seconds 0.0001\n");
  sample("genai-prices.json",
         "acme rocket-1 input 1.25\n"
         "acme rocket-1 input 2.5 >=200001\n"
         "acme rocket-1 output 10\n"
         "acme rocket-1 requests 0.014\n"
         "acme rocket-2 input 2 to 2025-06-10T00:00:00Z\n"
         "acme rocket-2 output 8 to 2025-06-10T00:00:00Z\n"
         "acme rocket-2 input 1 from 2025-06-10T00:00:00Z\n"
         "acme rocket-2 output 4 from 2025-06-10T00:00:00Z\n"
         "acme rocket-2 input 0.5 from 2025-06-10T00:00:00Z 16:30-00:30\n"
         "acme rocket-2 output 2 from 2025-06-10T00:00:00Z 16:30-00:30\n"
         "acme rocket-free input 0\n"
         "acme rocket-free output 0\n"
         "openai whisper-x seconds 0.0001\n");
  sample("models.dev.json",
         "openai gpt-x input 1.25\n"
         "openai gpt-x output 10\n"
         "openai gpt-x cache_read 0.125\n"
         "openai gpt-x input 2.5 >=272001\n"
         "openai gpt-x output 15 >=272001\n"
         "groq caf\xC3\xA9/x input 0.1\n"
         "groq caf\xC3\xA9/x output 0.2\n"
         "groq caf\xC3\xA9/x input 0.3 >=200001\n"
         "groq caf\xC3\xA9/x output 0.4 >=200001\n");
  sample("llm-prices.json",
         "openai gpt-x input 2 to 2025-06-10T00:00:00Z\n"
         "openai gpt-x output 8 to 2025-06-10T00:00:00Z\n"
         "openai gpt-x input 1.1 from 2025-06-10T00:00:00Z\n"
         "openai gpt-x output 4.4 from 2025-06-10T00:00:00Z\n"
         "openai gpt-x cache_read 0.275 from 2025-06-10T00:00:00Z\n");
  sample("llm-prices-vendor.json",
         "anthropic claude-x input 3\n"
         "anthropic claude-x output 15\n"
         "anthropic claude-x cache_read 0.3\n");
}

static void errors(void) {
  static const char *const cases[] = {
      "", "malformed JSON, expected a price list at byte 0",
      "3", "no known format (LiteLLM, genai-prices, models.dev, llm-prices) at byte 1",
      "{\"a\": 1}", "no known format (LiteLLM, genai-prices, models.dev, llm-prices) at byte 8",
      "{\"a\": {\"mode\": \"chat\", \"input_cost_per_token\": \"1\"}}", "a.input_cost_per_token must be a number at byte 50",
      "{\"a\": {\"mode\": \"chat\", \"input_cost_per_token\": -1}}", "a.input_cost_per_token must not be negative at byte 49",
      "{\"a\": {\"mode\": \"chat\", \"input_cost_per_token\": 1e40}}", "a.input_cost_per_token is too large at byte 51",
      "{\"a\": {\"mode\": \"chat\"}} x", "malformed JSON, expected a price list at byte",
      "{\"a\": {\"mode\": \"chat\", \"litellm_provider\": 5}}", "a.litellm_provider must be text at byte 44",
      "[{\"id\": \"p\", \"models\": [{\"id\": \"m\", \"prices\": 5}]}]", "p.m.prices must be an object or an array at byte",
      "[{\"models\": []}]", "models must come after the provider's id at byte",
      "[5]", "must hold objects at byte 2",
      "{\"prices\": [{\"vendor\": \"v\", \"id\": \"m\", \"from_date\": \"soon\"}]}", "v.m.from_date must be a date at byte",
      "{\"p\": {\"models\": {\"m\": {\"cost\": {\"tiers\": [{\"tier\": {\"size\": \"x\"}}]}}}}}",
      "p.m.size must be a number of tokens at byte",
  };
  char error[TOK_IMPORT_ERROR_BYTES];
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i += 2) {
    CHECK_INT(import(tok_slice_of(cases[i]), error), TOK_INVALID);
    error[strlen(cases[i + 1]) < sizeof error ? strlen(cases[i + 1]) : 0] = '\0';
    CHECK_STR(error, cases[i + 1]);
  }
}

/* Whatever a file is cut off at, it is an error, and the one that it is malformed. */
static void every_prefix_is_refused(void) {
  static const char *const names[] = {"litellm.json", "genai-prices.json", "models.dev.json", "llm-prices.json",
                                      "llm-prices-vendor.json"};
  char error[TOK_IMPORT_ERROR_BYTES];
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    tok_slice json = read_file("tests/prices/lists", names[i]);
    while (json.len > 0 && json.ptr[json.len - 1] != '}' && json.ptr[json.len - 1] != ']')
      json.len--;
    for (size_t n = 0; n < json.len; n++) {
      char *copy = malloc(n + 1); /* so that reading past the end is seen */
      if (copy == NULL)
        return;
      memcpy(copy, json.ptr, n);
      if (!CHECK_INT(import((tok_slice){copy, n}, error), TOK_INVALID))
        printf("%s cut at %zu: %s\n", names[i], n, error);
      free(copy);
    }
  }
}

static void a_failing_sink_ends_it(void) {
  char error[TOK_IMPORT_ERROR_BYTES];
  tok_import_format format;
  out.n = out.rows = 0;
  out.answer = TOK_TOOBIG;
  CHECK_INT(tok_import(read_file("tests/prices/lists", "litellm.json"), show, &out, &format, error), TOK_TOOBIG);
  CHECK_INT(out.rows, 1);
}

static void decimals(void) {
  static const struct {
    const char *text;
    int64_t factor, expected; /* -1: refused, -2: too large */
  } cases[] = {
      {"0", 1, 0}, {"2.5", 1, 2500000000000}, {"2.5e-7", 1000000, 250000000000}, {"1E2", 1, 100000000000000},
      {"0.0000000000005", 1, 0}, {"0.0000000000015", 1, 2}, {"0.00000000000050000001", 1, 1},
      {"0.1234567890123456789012345678901234567890", 1, 123456789012}, {"2.0000000000000002e-06", 1000000, 2000000000000},
      {".5", 1, 500000000000}, {"5.", 1, 5000000000000}, {"9223372.036854775807", 1, INT64_MAX},
      {"9223372.0368547758075", 1, -2}, {"1e300", 1, -2}, {"1e-400", 1, 0}, {"1e99999999999", 1, -2}, {"0e99999999999", 1, 0},
      {"0.36e0", 3600, 1296000000000000}, {"", 1, -1}, {".", 1, -1}, {"-1", 1, -1}, {"1e", 1, -1}, {"1e+", 1, -1},
      {"1.2.3", 1, -1}, {"1x", 1, -1}, {" 1", 1, -1}, {"nan", 1, -1}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t v = 0;
    tok_status s = tok_price_pico(tok_slice_of(cases[i].text), cases[i].factor, &v);
    if (!CHECK_INT(s == TOK_OK ? v : s == TOK_OVERFLOW ? -2 : -1, cases[i].expected))
      printf("  of %s\n", cases[i].text);
  }
}

static tok_status count(void *to, const tok_import_row *row) {
  (void)row;
  ++*(size_t *)to;
  return TOK_OK;
}

/* Real files: they are taken. How fast is printed, not judged: the machine may be busy. */
static void real_files(void) {
  static const char *const names[] = {"litellm.json", "genai.json", "api.json", "historical-v1.json"};
  const char *folder = getenv("PRICE_LISTS");
  char error[TOK_IMPORT_ERROR_BYTES];
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    tok_slice json = read_file(folder == NULL ? "build/price_lists" : folder, names[i]);
    if (json.ptr == NULL) {
      CHECK_SKIP(names[i]);
      continue;
    }
    size_t rows = 0;
    tok_import_format format;
    clock_t start = clock();
    CHECK_INT(tok_import(json, count, &rows, &format, error), TOK_OK);
    CHECK_STR(error, "");
    CHECK(rows > 100);
    double s = (double)(clock() - start) / CLOCKS_PER_SEC;
    printf("%s: %zu rows, %.0f MB/s\n", names[i], rows, (double)json.len / 1e6 / s);
  }
}

CHECK_MAIN({"samples", samples}, {"errors", errors}, {"every prefix is refused", every_prefix_is_refused},
           {"a failing sink ends it", a_failing_sink_ends_it}, {"decimals", decimals}, {"real files", real_files})

/*
** Bakes the provider files of sql/prices/ into constant C tables (ext/prices/list.h). A build tool:
** never part of the library.
**
**     bake_prices MANIFEST_SHA256 file.json… > price_table.c
**
** Everything that could be wrong in a file stops the build with the file's name and what was wrong.
*/
#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../ext/base/model_name.h"
#include "../../ext/base/time.h"
#include "../../ext/prices/list.h"

enum {
  ROWS_MAX = 60000,
  MODELS_MAX = 20000,
  NAMES_MAX = 60000,
  PROVIDERS_MAX = 250,
  POOL_MAX = 1 << 22
};

static char pool[POOL_MAX];
static size_t n_pool = 1; /* offset 0 is "" */
static tok_price_row rows[ROWS_MAX];
static tok_price_model models[MODELS_MAX];
static tok_price_name names[NAMES_MAX];
static tok_price_provider providers[PROVIDERS_MAX];
static const cJSON *fallbacks[PROVIDERS_MAX];
static size_t n_rows, n_models, n_names, n_providers;
static const char *file_name = "";
static char newest[11] = "";

static void fail(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fprintf(stderr, "bake_prices: %s: ", file_name);
  vfprintf(stderr, format, args);
  fprintf(stderr, "\n");
  va_end(args);
  exit(1);
}

static size_t next(size_t *n, size_t max, const char *what) {
  if (*n >= max)
    fail("more than %zu %s", max, what);
  return (*n)++;
}

static uint32_t intern(const char *text) {
  size_t n = strlen(text) + 1;
  if (n == 1)
    return 0;
  if (n_pool + n > POOL_MAX)
    fail("too much text");
  memcpy(pool + n_pool, text, n);
  n_pool += n;
  return (uint32_t)(n_pool - n);
}

/* The same text many times in a row, as sources are, is kept once. */
static uint32_t intern_last(const char *text) {
  static uint32_t last = 0;
  if (last == 0 || strcmp(pool + last, text) != 0) {
    if (text[0] == '\0')
      return 0;
    last = intern(text);
  }
  return last;
}

static const char *text_of(const cJSON *object, const char *key, const char *missing) {
  const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, key);
  if (v == NULL && missing != NULL)
    return missing;
  if (!cJSON_IsString(v))
    fail("\"%s\" must be text", key);
  return v->valuestring;
}

/* Decimal dollars to pico-dollars, exactly. */
static int64_t pico(const char *text) {
  int64_t v = 0;
  int decimals = -1;
  for (const char *p = text; *p != '\0'; p++) {
    if (*p == '.' && decimals < 0) {
      decimals = 0;
      continue;
    }
    if (!tok_is_digit(*p) || v > INT64_MAX / 100)
      fail("price %s", text);
    v = v * 10 + (*p - '0');
    if (decimals >= 0)
      decimals++;
  }
  if (decimals < 0)
    decimals = 0;
  if (decimals > 12 || text[0] == '\0')
    fail("price %s", text);
  for (; decimals < 12; decimals++) {
    if (!tok_mul_i64(v, 10, &v))
      fail("price %s is too large", text);
  }
  return v;
}

static int64_t instant(const cJSON *set, const char *key, int64_t open) {
  const char *text = text_of(set, key, "");
  int64_t t;
  if (text[0] == '\0')
    return open;
  if (tok_time_parse(tok_slice_of(text), &t) != TOK_OK)
    fail("time %s", text);
  return t;
}

static void read_window(const cJSON *set, tok_price_row *row) {
  unsigned h1, m1, h2, m2;
  const char *hours = text_of(set, "hours", "");
  row->minute_to = TOK_MINUTES_A_DAY;
  row->weekdays = TOK_EVERY_DAY;
  if (hours[0] != '\0') {
    if (sscanf(hours, "%2u:%2u-%2u:%2u", &h1, &m1, &h2, &m2) != 4 || h1 > 23 || h2 > 24 ||
        m1 > 59 || m2 > 59) {
      fail("hours %s", hours);
    }
    row->minute_from = (uint16_t)(h1 * 60 + m1);
    row->minute_to = (uint16_t)(h2 * 60 + m2);
  }
  const char *days = text_of(set, "weekdays", "");
  if (days[0] == '\0')
    return;
  row->weekdays = 0;
  for (; *days != '\0'; days++) {
    if (*days < '1' || *days > '7')
      fail("weekdays: digits 1 (Monday) to 7");
    row->weekdays = (uint8_t)(row->weekdays | 1u << (*days - '1'));
  }
}

static void read_meters(const cJSON *set, const tok_price_row *conditions) {
  static const char *const others[] = {"from",  "to",           "hours",     "weekdays",
                                       "tiers", "service_tier", "retracted", "from_tokens",
                                       "source"};
  for (const cJSON *v = set->child; v != NULL; v = v->next) {
    tok_meter m = tok_meter_find(tok_slice_of(v->string));
    if (m == TOK_METER_N) {
      bool known = false;
      for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        known |= strcmp(v->string, others[i]) == 0;
      if (!known)
        fail("unknown meter \"%s\"", v->string);
      continue;
    }
    if (!cJSON_IsString(v))
      fail("price of %s must be decimal text", v->string);
    tok_price_row *row = &rows[next(&n_rows, ROWS_MAX, "rows")];
    *row = *conditions;
    row->meter = (uint8_t)m;
    row->price_pico = pico(v->valuestring);
  }
}

static void read_prices(const cJSON *set) {
  tok_price_row row = {0};
  row.valid_from = instant(set, "from", INT64_MIN);
  row.valid_to = instant(set, "to", INT64_MAX);
  read_window(set, &row);
  tok_tier tier = tok_tier_find(tok_slice_of(text_of(set, "service_tier", "standard")));
  if (tier == TOK_TIER_N)
    fail("service tier");
  row.service_tier = (uint8_t)tier;
  row.source = intern_last(text_of(set, "source", ""));
  row.retracted = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(set, "retracted"));
  read_meters(set, &row);
  const cJSON *t;
  cJSON_ArrayForEach(t, cJSON_GetObjectItemCaseSensitive(set, "tiers")) {
    const cJSON *from = cJSON_GetObjectItemCaseSensitive(t, "from_tokens");
    if (!cJSON_IsNumber(from) || from->valuedouble < 1)
      fail("tier without from_tokens");
    row.tier_from = (int64_t)from->valuedouble;
    read_meters(t, &row);
  }
}

static void add_name(const char *text, size_t len, tok_name_kind kind, size_t model) {
  char copy[TOK_MODEL_NAME_MAX + 1];
  if (len == 0 || len > TOK_MODEL_NAME_MAX)
    fail("name %s", text);
  memcpy(copy, text, len);
  copy[len] = '\0';
  tok_price_name *n = &names[next(&n_names, NAMES_MAX, "names")];
  *n = (tok_price_name){intern(copy), (uint16_t)model, (uint8_t)len, (uint8_t)kind};
}

static void read_names(const cJSON *list, size_t model) {
  const cJSON *v;
  cJSON_ArrayForEach(v, list) {
    const char *text = v->valuestring;
    size_t len = strlen(text);
    char last = len > 0 ? text[len - 1] : '\0';
    if (last == '*' || last == '~')
      len--;
    add_name(text, len,
             last == '*'   ? TOK_NAME_OPEN
             : last == '~' ? TOK_NAME_VERSIONED
                           : TOK_NAME_EXACT,
             model);
    char spelled[TOK_MODEL_NAME_MAX];
    tok_slice name = {text, len};
    if (last == '*' || len > sizeof spelled)
      continue;
    tok_model_respell(name, spelled);
    if (memcmp(spelled, text, len) != 0)
      add_name(spelled, len, TOK_NAME_RESPELLED, model);
  }
}

static uint32_t count_of(const cJSON *object, const char *key) {
  const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, key);
  if (v == NULL)
    return 0;
  if (!cJSON_IsNumber(v) || v->valuedouble < 0 || v->valuedouble > 4e9)
    fail("\"%s\" must be a number", key);
  return (uint32_t)v->valuedouble;
}

static void read_model(const cJSON *in, size_t provider) {
  size_t index = next(&n_models, MODELS_MAX, "models");
  tok_price_model *m = &models[index];
  m->name = intern(text_of(in, "model", NULL));
  m->note = intern(text_of(in, "note", ""));
  m->provider = (uint8_t)provider;
  m->first_row = (uint32_t)n_rows;
  m->context_window = count_of(in, "context_window");
  m->minimum_seconds = count_of(in, "minimum_seconds");
  m->deprecated = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(in, "deprecated"));
  const cJSON *set;
  cJSON_ArrayForEach(set, cJSON_GetObjectItemCaseSensitive(in, "prices")) read_prices(set);
  m->n_rows = (uint16_t)(n_rows - m->first_row);
  read_names(cJSON_GetObjectItemCaseSensitive(in, "names"), index);
}

static uint8_t read_globs(const cJSON *list, uint32_t *out) {
  uint8_t n = 0;
  const cJSON *v;
  cJSON_ArrayForEach(v, list) {
    if (n == TOK_GLOBS_MAX)
      fail("more than %d patterns", TOK_GLOBS_MAX);
    out[n++] = intern(v->valuestring);
  }
  return n;
}

static char *read_file(const char *path) {
  FILE *f = fopen(path, "rb");
  if (f == NULL)
    fail("cannot be read");
  size_t cap = 1 << 22;
  char *text = malloc(cap);
  size_t n = text == NULL ? 0 : fread(text, 1, cap - 1, f);
  if (text == NULL || n == cap - 1)
    fail("too large");
  text[n] = '\0';
  fclose(f);
  return text;
}

static void read_provider(const char *path) {
  file_name = path;
  char *text = read_file(path);
  cJSON *in = cJSON_Parse(text);
  if (in == NULL)
    fail("is not JSON");
  size_t index = next(&n_providers, PROVIDERS_MAX, "providers");
  tok_price_provider *p = &providers[index];
  p->id = intern(text_of(in, "provider", NULL));
  p->name = intern(text_of(in, "name", NULL));
  p->source = intern(text_of(in, "source", NULL));
  p->checked = intern(text_of(in, "checked", NULL));
  p->licence = intern(text_of(in, "licence", NULL));
  if (strcmp(pool + p->checked, newest) > 0)
    snprintf(newest, sizeof newest, "%s", pool + p->checked);
  p->n_called = read_globs(cJSON_GetObjectItemCaseSensitive(in, "called"), p->called);
  p->regional = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(in, "regional"));
  p->us_percent = (uint8_t)count_of(in, "us_percent");
  p->n_makes = read_globs(cJSON_GetObjectItemCaseSensitive(in, "makes"), p->makes);
  fallbacks[index] = cJSON_GetObjectItemCaseSensitive(in, "falls_back_to");
  p->first_model = (uint16_t)n_models;
  const cJSON *m;
  cJSON_ArrayForEach(m, cJSON_GetObjectItemCaseSensitive(in, "models")) read_model(m, index);
  p->n_models = (uint16_t)(n_models - p->first_model);
  free(text); /* the tree stays: fallbacks point into it, and the program ends soon */
}

static void link_fallbacks(size_t index) {
  const cJSON *v;
  tok_price_provider *p = &providers[index];
  cJSON_ArrayForEach(v, fallbacks[index]) {
    size_t i = 0;
    while (i < n_providers && strcmp(pool + providers[i].id, v->valuestring) != 0)
      i++;
    if (i == n_providers || p->n_fallback == TOK_FALLBACKS_MAX)
      fail("falls_back_to %s", v->valuestring);
    p->fallback[p->n_fallback++] = (uint8_t)i;
  }
}

static int by_text(const void *a, const void *b) {
  const tok_price_name *x = a, *y = b;
  size_t n = x->len < y->len ? x->len : y->len;
  int c = memcmp(pool + x->text, pool + y->text, n);
  if (c != 0)
    return c;
  if (x->len != y->len)
    return x->len < y->len ? -1 : 1;
  if (x->model != y->model)
    return x->model < y->model ? -1 : 1;
  return (int)x->kind - (int)y->kind;
}

static int by_canonical(const void *a, const void *b) {
  uint16_t x = *(const uint16_t *)a, y = *(const uint16_t *)b;
  int c = strcmp(pool + models[x].name, pool + models[y].name);
  return c != 0 ? c : (int)x - (int)y;
}

static void print_by_name(void) {
  static uint16_t order[MODELS_MAX];
  for (size_t i = 0; i < n_models; i++)
    order[i] = (uint16_t)i;
  qsort(order, n_models, sizeof order[0], by_canonical);
  printf("static const uint16_t by_name[] = {");
  for (size_t i = 0; i < n_models; i++)
    printf("%s%u,", i % 16 == 0 ? "\n" : "", order[i]);
  printf("};\n");
}

static void print_bytes(const char *name, const char *bytes, size_t n) {
  printf("static const char %s[%zu] = {", name, n);
  for (size_t i = 0; i < n; i++)
    printf("%s%d,", i % 24 == 0 ? "\n" : "", (signed char)bytes[i]);
  printf("};\n");
}

static void print_globs(const uint32_t *list, size_t n) {
  printf("{");
  for (size_t i = 0; i < n; i++)
    printf("%u,", list[i]);
  printf("%s},", n == 0 ? "0" : "");
}

static void print_providers(void) {
  printf("static const tok_price_provider providers[] = {\n");
  for (size_t i = 0; i < n_providers; i++) {
    const tok_price_provider *p = &providers[i];
    printf("{%u,%u,%u,%u,%u,%u,%u,", p->id, p->name, p->source, p->checked, p->licence,
           p->first_model, p->n_models);
    print_globs(p->called, p->n_called);
    print_globs(p->makes, p->n_makes);
    printf("%u,%u,%d,%u,{", p->n_called, p->n_makes, p->regional, p->us_percent);
    for (size_t k = 0; k < p->n_fallback; k++)
      printf("%u,", p->fallback[k]);
    printf("%s},%u},\n", p->n_fallback == 0 ? "0" : "", p->n_fallback);
  }
  printf("};\n");
}

static void print_tables(const char *sha256) {
  printf("/* Written by sql/gen/bake_prices.c from sql/prices/; do not edit. */\n#include "
         "\"prices/list.h\"\n");
  print_bytes("pool", pool, n_pool);
  print_providers();
  printf("static const tok_price_model models[] = {\n");
  for (size_t i = 0; i < n_models; i++) {
    const tok_price_model *m = &models[i];
    printf("{%u,%u,%u,%u,%u,%d,%u,%u},\n", m->name, m->note, m->first_row, m->n_rows, m->provider,
           m->deprecated, m->context_window, m->minimum_seconds);
  }
  printf("};\nstatic const tok_price_row rows[] = {\n");
  for (size_t i = 0; i < n_rows; i++) {
    const tok_price_row *r = &rows[i];
    printf("{%lld,", (long long)r->price_pico);
    printf(r->valid_from == INT64_MIN ? "INT64_MIN," : "%lld,", (long long)r->valid_from);
    printf(r->valid_to == INT64_MAX ? "INT64_MAX," : "%lld,", (long long)r->valid_to);
    printf("%lld,%u,%u,%u,%u,%u,%d,0,%u},\n", (long long)r->tier_from, r->minute_from,
           r->minute_to, r->weekdays, r->meter, r->service_tier, r->retracted, r->source);
  }
  printf("};\nstatic const tok_price_name names[] = {\n");
  for (size_t i = 0; i < n_names; i++) {
    printf("{%u,%u,%u,%u},\n", names[i].text, names[i].model, names[i].len, names[i].kind);
  }
  printf("};\n");
  print_by_name();
  printf(
      "const tok_price_list tok_prices = {pool, providers, models, rows, names, by_name, %zu, %zu, "
      "%zu, %zu,\n"
      "\"%s\", \"%s\"};\n",
      n_providers, n_models, n_rows, n_names, newest, sha256);
}

int main(int argc, char **argv) {
  if (argc < 3)
    fail("usage: bake_prices MANIFEST_SHA256 file.json...");
  for (int i = 2; i < argc; i++)
    read_provider(argv[i]);
  for (size_t i = 0; i < n_providers; i++)
    link_fallbacks(i);
  qsort(names, n_names, sizeof names[0], by_text);
  print_tables(argv[1]);
  return ferror(stdout) != 0;
}

/* What the formats of price lists share; see import.h and import_impl.h. */
#include "import_impl.h"
#include <stdio.h>

/* ---- errors ---------------------------------------------------------------------------------- */

void tok_imp_wrong(tok_imp *m, const char *what) {
  if (m->status != TOK_OK)
    return;
  m->status = TOK_INVALID;
  const tok_import_name *parts[] = {&m->provider, &m->model, &m->field};
  size_t n = 0;
  for (size_t i = 0; i < 3; i++) {
    if (parts[i]->len == 0)
      continue;
    n += (size_t)snprintf(m->error + n, TOK_IMPORT_ERROR_BYTES - n, "%s%.*s", n > 0 ? "." : "",
                          parts[i]->len > 100 ? 100 : (int)parts[i]->len, parts[i]->text);
  }
  snprintf(m->error + n, TOK_IMPORT_ERROR_BYTES - n, "%s%s at byte %zu", n > 0 ? " " : "", what,
           m->j.at);
}

/* ---- walking --------------------------------------------------------------------------------- */

static bool step(tok_imp *m) {
  if (m->status != TOK_OK)
    return false;
  if (tok_json_next(&m->j) == TOK_JSON_ERROR)
    tok_imp_wrong(m, "malformed JSON, expected a price list");
  return m->status == TOK_OK;
}

bool tok_imp_member(tok_imp *m, int depth, tok_slice *key) {
  while (step(m) && m->j.event != TOK_JSON_END) {
    if (m->j.event == TOK_JSON_OBJECT_END && m->j.depth < depth) {
      m->field.len = 0;
      return false;
    }
    if (m->j.event != TOK_JSON_KEY || m->j.depth != depth)
      continue;
    *key = m->j.text;
    tok_imp_name(m, m->j.text, m->j.escaped, &m->field);
    return true;
  }
  return false;
}

bool tok_imp_element(tok_imp *m, int depth) {
  if (!step(m) || m->j.event == TOK_JSON_END)
    return false;
  return !(m->j.event == TOK_JSON_ARRAY_END && m->j.depth < depth);
}

bool tok_imp_open(tok_imp *m, tok_json_event kind) {
  if (!step(m) || m->j.event == TOK_JSON_NULL)
    return false;
  if (m->j.event == kind)
    return true;
  tok_imp_wrong(m, kind == TOK_JSON_OBJECT ? "must be an object" : "must be an array");
  return false;
}

void tok_imp_skip(tok_imp *m) {
  if (m->status == TOK_OK && !tok_json_skip(&m->j))
    tok_imp_wrong(m, "malformed JSON, expected a price list");
}

/* ---- values ---------------------------------------------------------------------------------- */

/* Of \uXXXX, the longest way to write a byte. */
enum { ESCAPED_BYTES_MAX = 6 };

void tok_imp_name(tok_imp *m, tok_slice raw, bool escaped, tok_import_name *name) {
  char text[ESCAPED_BYTES_MAX * sizeof name->text];
  name->len = 0;
  if (escaped && raw.len <= sizeof text) raw = (tok_slice){text, tok_json_unescape(raw, text)};
  if (raw.len > sizeof name->text) {
    tok_imp_wrong(m, "a name is longer than 300 bytes");
    return;
  }
  if (raw.len > 0) memcpy(name->text, raw.ptr, raw.len);
  name->len = raw.len;
}

void tok_imp_text(tok_imp *m, tok_import_name *name) {
  name->len = 0;
  if (!step(m) || m->j.event == TOK_JSON_NULL)
    return;
  if (m->j.event == TOK_JSON_STRING)
    tok_imp_name(m, m->j.text, m->j.escaped, name);
  else
    tok_imp_wrong(m, "must be text");
}

bool tok_imp_number(tok_imp *m, int64_t scale, int64_t *out) {
  if (!step(m) || m->j.event == TOK_JSON_NULL)
    return false;
  if (m->j.event != TOK_JSON_NUMBER) {
    tok_imp_wrong(m, "must be a number");
    return false;
  }
  switch (tok_price_pico(m->j.text, scale, out)) {
  case TOK_OK:
    return true;
  case TOK_OVERFLOW:
    tok_imp_wrong(m, "is too large");
    return false;
  default:
    tok_imp_wrong(m, "must not be negative");
    return false;
  }
}

void tok_imp_price(tok_imp *m, tok_meter meter, tok_tier tier, int64_t tier_from, size_t set,
                   int64_t scale) {
  int64_t pico, listed;
  if (!tok_imp_number(m, scale, &pico))
    return;
  if (!tok_mul_i64(pico, tok_meters[meter].quote_den, &listed)) {
    tok_imp_wrong(m, "is too large");
  } else if (m->n_prices == TOK_IMPORT_PRICES_MAX) {
    tok_imp_wrong(m, "too many prices of one model");
  } else {
    m->prices[m->n_prices++] =
        (tok_import_price){pico, tier_from, (uint8_t)meter, (uint8_t)tier, (uint8_t)set};
  }
}

size_t tok_imp_set(tok_imp *m) {
  if (m->n_sets == TOK_IMPORT_SETS_MAX) {
    tok_imp_wrong(m, "too many price sets of one model");
    return 0;
  }
  memset(&m->sets[m->n_sets], 0, sizeof m->sets[0]);
  return m->n_sets++;
}

void tok_imp_reset(tok_imp *m) {
  m->n_prices = 0;
  m->n_sets = 0;
  tok_imp_set(m);
}

/* ---- giving away ----------------------------------------------------------------------------- */

/* Pico-dollars as decimal text. */
static void print_usd(int64_t pico, char out[TOK_IMPORT_USD_BYTES]) {
  int n = snprintf(out, TOK_IMPORT_USD_BYTES, "%lld.%012lld", (long long)(pico / 1000000000000),
                   (long long)(pico % 1000000000000));
  while (out[n - 1] == '0')
    n--;
  if (out[n - 1] == '.')
    n--;
  out[n] = '\0';
}

static uint64_t hash_bytes(uint64_t h, const void *bytes, size_t n) {
  const unsigned char *p = bytes;
  for (size_t i = 0; i < n; i++)
    h = (h ^ (p[i] >= 'A' && p[i] <= 'Z' ? p[i] + 32u : p[i])) * 0x100000001B3ULL;
  return (h ^ h >> 32) * 0x9E3779B97F4A7C15ULL;
}

static uint64_t hash_row(const tok_import_row *r) {
  uint64_t h = hash_bytes(0xCBF29CE484222325ULL, r->provider.ptr, r->provider.len);
  h = hash_bytes(h, r->model.ptr, r->model.len);
  int64_t numbers[] = {r->meter, r->tier, r->tier_from};
  h = hash_bytes(h, numbers, sizeof numbers);
  h = hash_bytes(h, r->valid_from, strlen(r->valid_from));
  h = hash_bytes(h, r->hours, strlen(r->hours));
  h = hash_bytes(h, r->weekdays, strlen(r->weekdays));
  return h == 0 ? 1 : h;
}

static void insert(uint64_t *table, size_t cap, uint64_t h) {
  size_t i = h & (cap - 1);
  while (table[i] != 0)
    i = (i + 1) & (cap - 1);
  table[i] = h;
}

static bool grow(tok_imp *m) {
  size_t cap = m->cap_seen == 0 ? 4096 : m->cap_seen * 2;
  uint64_t *table = tok_malloc(cap * sizeof *table);
  if (table == NULL) {
    m->status = TOK_NOMEM;
    return false;
  }
  memset(table, 0, cap * sizeof *table);
  for (size_t i = 0; i < m->cap_seen; i++) {
    if (m->seen[i] != 0)
      insert(table, cap, m->seen[i]);
  }
  if (m->seen != NULL)
    tok_free(m->seen);
  m->seen = table;
  m->cap_seen = cap;
  return true;
}

/* Remembers the row; false if the file gave it before, or on an error. */
static bool is_first(tok_imp *m, const tok_import_row *row) {
  uint64_t h = hash_row(row);
  if (m->n_seen * 2 >= m->cap_seen && !grow(m))
    return false;
  for (size_t i = h & (m->cap_seen - 1); m->seen[i] != 0; i = (i + 1) & (m->cap_seen - 1)) {
    if (m->seen[i] == h)
      return false;
  }
  insert(m->seen, m->cap_seen, h);
  m->n_seen++;
  return true;
}

/* The list's name for a provider, or the file's own. */
static tok_slice provider_id(const tok_import_name *name) {
  tok_slice text = {name->text, name->len};
  int p = tok_price_provider_find(text);
  if (p < 0 && name->len >= 9 && memcmp(name->text, "vertex_ai", 9) == 0)
    p = tok_price_provider_find(tok_slice_of("google"));
  if (p < 0 && tok_slice_is(text, "gemini"))
    p = tok_price_provider_find(tok_slice_of("google"));
  if (p < 0 && tok_slice_is(text, "text-completion-openai"))
    p = tok_price_provider_find(tok_slice_of("openai"));
  return p < 0 ? text : tok_slice_of(tok_price_text(tok_prices.providers[p].id));
}

/* `groq/llama-3` of provider groq is llama-3. */
static tok_slice without_provider(const tok_imp *m, tok_slice provider) {
  tok_slice model = {m->model.text, m->model.len};
  const char *slash = memchr(model.ptr, '/', model.len);
  if (slash == NULL || slash == model.ptr || slash + 1 == model.ptr + model.len)
    return model;
  tok_import_name first = {.len = (size_t)(slash - model.ptr)};
  memcpy(first.text, model.ptr, first.len);
  bool same =
      tok_slice_eq(provider_id(&first), provider) ||
      (first.len == m->provider.len && memcmp(first.text, m->provider.text, first.len) == 0);
  size_t cut = same ? first.len + 1 : 0;
  return (tok_slice){model.ptr + cut, model.len - cut};
}

void tok_imp_emit(tok_imp *m) {
  tok_import_row row = {.provider = provider_id(&m->provider)};
  row.model = without_provider(m, row.provider);
  if (row.model.len == 0)
    return;
  for (size_t i = 0; i < m->n_prices && m->status == TOK_OK; i++) {
    const tok_import_price *p = &m->prices[i];
    const tok_import_set *s = &m->sets[p->set];
    row.meter = (tok_meter)p->meter;
    row.tier = (tok_tier)p->tier;
    row.tier_from = p->tier_from;
    print_usd(p->pico, row.usd);
    memcpy(row.valid_from, s->from, sizeof row.valid_from);
    memcpy(row.valid_to, s->to, sizeof row.valid_to);
    memcpy(row.hours, s->hours, sizeof row.hours);
    memcpy(row.weekdays, s->weekdays, sizeof row.weekdays);
    if (is_first(m, &row))
      m->status = m->sink(m->to, &row);
  }
}

/* ---- telling formats apart ------------------------------------------------------------------- */

/* By the members of the first object that decides. */
static tok_import_format format_of_object(tok_json *j) {
  while (tok_json_next(j) != TOK_JSON_END && j->event != TOK_JSON_ERROR) {
    if (j->event != TOK_JSON_KEY)
      continue;
    tok_slice key = j->text;
    if (j->depth == 1 && (tok_slice_is(key, "prices") || tok_slice_is(key, "vendor")))
      return TOK_IMPORT_LLM_PRICES;
    if (j->depth != 2)
      continue;
    if (tok_slice_is(key, "litellm_provider") || tok_slice_is(key, "mode"))
      return TOK_IMPORT_LITELLM;
    if (tok_slice_is(key, "models"))
      return TOK_IMPORT_MODELS_DEV;
  }
  return TOK_IMPORT_NONE;
}

tok_import_format tok_import_format_of(tok_slice json) {
  tok_json j;
  tok_json_init(&j, json);
  switch (tok_json_next(&j)) {
  case TOK_JSON_ARRAY:
    return TOK_IMPORT_GENAI;
  case TOK_JSON_OBJECT:
    return format_of_object(&j);
  default:
    return TOK_IMPORT_NONE;
  }
}

const char *tok_import_format_name(tok_import_format format) {
  static const char *const names[] = {"", "litellm", "genai-prices", "models.dev", "llm-prices"};
  return names[format];
}

tok_status tok_import(tok_slice json, tok_import_sink sink, void *to, tok_import_format *format,
                      char error[TOK_IMPORT_ERROR_BYTES]) {
  static void (*const readers[])(tok_imp *) = {NULL, tok_import_litellm, tok_import_genai,
                                               tok_import_models_dev, tok_import_llm_prices};
  error[0] = '\0';
  tok_imp *m = tok_malloc(sizeof *m); /* 30 KB: too much for a thread's small stack */
  if (m == NULL)
    return TOK_NOMEM;
  memset(m, 0, sizeof *m);
  m->error = error;
  m->sink = sink;
  m->to = to;
  tok_imp_reset(m);
  tok_json_init(&m->j, json);
  *format = tok_import_format_of(json);
  if (*format == TOK_IMPORT_NONE) {
    while (step(m) && m->j.event != TOK_JSON_END)
      continue; /* malformed, or only unknown? */
    tok_imp_wrong(m, "no known format (LiteLLM, genai-prices, models.dev, llm-prices)");
  } else {
    readers[*format](m);
    m->provider.len = m->model.len = m->field.len = 0;
    while (step(m) && m->j.event != TOK_JSON_END)
      continue; /* what follows must be JSON, too */
  }
  tok_status status = m->status;
  if (m->seen != NULL)
    tok_free(m->seen);
  tok_free(m);
  return status;
}

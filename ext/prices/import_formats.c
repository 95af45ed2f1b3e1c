/* The formats of price lists; see import.h. Each reads its file's members in whatever order they stand. */
#include "../base/time.h"
#include "import_impl.h"
#include <stdio.h>

enum { PER_MTOK = 1, PER_TOKEN = 1000000 }; /* what a file's price is multiplied by */

/* ---- LiteLLM -------------------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  uint8_t meter;
  int32_t scale;
} price_key;

/* Members that are prices; suffixes say the tier: _above_200k_tokens, _above_1hr, _batches, _flex, _priority. */
static const price_key litellm_keys[] = {
    {"input_cost_per_token_cache_hit", TOK_M_CACHE_READ, PER_TOKEN},
    {"input_cost_per_token", TOK_M_INPUT, PER_TOKEN},
    {"output_cost_per_token", TOK_M_OUTPUT, PER_TOKEN},
    {"cache_read_input_token_cost", TOK_M_CACHE_READ, PER_TOKEN},
    {"cache_creation_input_token_cost", TOK_M_CACHE_WRITE, PER_TOKEN},
    {"output_cost_per_reasoning_token", TOK_M_REASONING, PER_TOKEN},
    {"citation_cost_per_token", TOK_M_CITATION, PER_TOKEN},
    {"input_cost_per_audio_token", TOK_M_INPUT_AUDIO, PER_TOKEN},
    {"output_cost_per_audio_token", TOK_M_OUTPUT_AUDIO, PER_TOKEN},
    {"cache_read_input_audio_token_cost", TOK_M_CACHE_READ_AUDIO, PER_TOKEN},
    {"cache_creation_input_audio_token_cost", TOK_M_CACHE_WRITE_AUDIO, PER_TOKEN},
    {"cache_read_input_image_token_cost", TOK_M_CACHE_READ_IMAGE, PER_TOKEN},
    {"input_cost_per_image_token", TOK_M_INPUT_IMAGE, PER_TOKEN},
    {"output_cost_per_image_token", TOK_M_OUTPUT_IMAGE, PER_TOKEN},
    {"input_cost_per_video_token", TOK_M_INPUT_VIDEO, PER_TOKEN},
    {"output_cost_per_video_token", TOK_M_OUTPUT_VIDEO, PER_TOKEN},
    {"input_cost_per_second", TOK_M_SECONDS, 1},
    {"output_cost_per_second", TOK_M_OUTPUT_SECONDS, 1},
    {"input_cost_per_character", TOK_M_CHARACTERS, 1},
    {"input_cost_per_pixel", TOK_M_PIXELS, 1},
    {"input_cost_per_request", TOK_M_REQUESTS, 1},
    {"input_cost_per_query", TOK_M_RERANK_SEARCHES, 1},
    {"input_cost_per_text_message", TOK_M_MESSAGES, 1},
    {"ocr_cost_per_page", TOK_M_PAGES, 1},
    {"annotation_cost_per_page", TOK_M_ANNOTATED_PAGES, 1},
    {"code_interpreter_cost_per_session", TOK_M_CODE_EXECUTIONS, 1},
};

static bool takes(tok_slice *s, const char *prefix) {
  size_t n = strlen(prefix);
  if (s->len < n || memcmp(s->ptr, prefix, n) != 0) return false;
  *s = (tok_slice){s->ptr + n, s->len - n};
  return true;
}

/* "_above_200k_tokens": more than 200,000. */
static bool takes_size(tok_slice *s, int64_t *tier_from) {
  tok_slice rest = *s;
  int64_t k = 0;
  if (!takes(&rest, "_above_")) return false;
  for (; rest.len > 0 && tok_is_digit(rest.ptr[0]) && k < 1000000; rest.ptr++, rest.len--) k = k * 10 + (rest.ptr[0] - '0');
  if (k == 0 || !takes(&rest, "k_tokens")) return false;
  *tier_from = k * 1000 + 1;
  *s = rest;
  return true;
}

static bool takes_word(tok_slice *s, tok_meter *meter, tok_tier *tier) {
  if (takes(s, "_batches")) return *tier = TOK_TIER_BATCH, true;
  if (takes(s, "_flex")) return *tier = TOK_TIER_FLEX, true;
  if (takes(s, "_priority")) return *tier = TOK_TIER_PRIORITY, true;
  if (*meter == TOK_M_CACHE_WRITE && takes(s, "_above_1hr")) return *meter = TOK_M_CACHE_WRITE_1H, true;
  return false;
}

static bool litellm_meter(tok_slice key, tok_meter *meter, tok_tier *tier, int64_t *tier_from, int64_t *scale) {
  for (size_t i = 0; i < sizeof litellm_keys / sizeof litellm_keys[0]; i++) {
    tok_slice rest = key;
    if (!takes(&rest, litellm_keys[i].name)) continue;
    *meter = (tok_meter)litellm_keys[i].meter;
    *tier = TOK_TIER_STANDARD;
    *scale = litellm_keys[i].scale;
    while (rest.len > 0 && (takes_size(&rest, tier_from) || takes_word(&rest, meter, tier))) continue;
    if (rest.len == 0) return true;
  }
  return false;
}

static bool litellm_price(tok_imp *m, tok_slice key, int64_t tier_from, size_t set) {
  tok_meter meter;
  tok_tier tier;
  int64_t scale;
  if (!litellm_meter(key, &meter, &tier, &tier_from, &scale)) return false;
  tok_imp_price(m, meter, tier, tier_from, set, scale);
  return true;
}

/* [{"range": [0, 32000.0], "input_cost_per_token": …}, …]: sizes more than the first number. */
static void litellm_tiers(tok_imp *m) {
  tok_slice key;
  for (int depth = m->j.depth; tok_imp_element(m, depth);) {
    size_t first = m->n_prices;
    int64_t from = 0;
    if (m->j.event != TOK_JSON_OBJECT) {
      tok_imp_wrong(m, "must hold objects");
      return;
    }
    for (int inside = m->j.depth; tok_imp_member(m, inside, &key);) {
      if (!tok_slice_is(key, "range")) {
        if (!litellm_price(m, key, 0, 0)) tok_imp_skip(m);
      } else if (tok_imp_open(m, TOK_JSON_ARRAY)) {
        int range = m->j.depth;
        if (tok_imp_element(m, range) && m->j.event == TOK_JSON_NUMBER) tok_json_int(m->j.text, 1, &from);
        while (tok_imp_element(m, range)) continue;
      }
    }
    for (size_t i = first; i < m->n_prices; i++) m->prices[i].tier_from = from > 0 ? from + 1 : 0;
  }
}

typedef struct {
  char hours[16][12];
  size_t n_hours;
  char weekdays[8];
} window;

/* "10:00-00:00" ends at midnight. */
static void litellm_hours(tok_imp *m, window *w) {
  uint16_t from, to;
  if (m->j.event != TOK_JSON_STRING || w->n_hours == 16 || !tok_price_hours(m->j.text, &from, &to)) {
    tok_imp_wrong(m, "must be like 01:00-04:00");
    return;
  }
  char *out = w->hours[w->n_hours++];
  memcpy(out, m->j.text.ptr, 11);
  out[11] = '\0';
  if (to == 0) memcpy(out + 6, "24:00", 5);
}

/* 1 (Monday) to 7. */
static bool is_weekday(const tok_imp *m) {
  return m->j.event == TOK_JSON_NUMBER && m->j.text.len == 1 && m->j.text.ptr[0] >= '1' && m->j.text.ptr[0] <= '7';
}

static void litellm_window(tok_imp *m, window *w) {
  tok_slice key;
  *w = (window){.n_hours = 0};
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    bool hours = tok_slice_is(key, "hours_utc"), days = tok_slice_is(key, "weekdays");
    size_t n = 0;
    if (!hours && !days) {
      tok_imp_skip(m);
      continue;
    }
    if (tok_json_next(&m->j) == TOK_JSON_STRING && hours) {
      litellm_hours(m, w);
    } else if (m->j.event == TOK_JSON_ARRAY) {
      for (int inside = m->j.depth; tok_imp_element(m, inside);) {
        if (hours) litellm_hours(m, w);
        else if (n < 7 && is_weekday(m)) w->weekdays[n++] = m->j.text.ptr[0];
        else tok_imp_wrong(m, "must hold days from 1 to 7");
      }
    } else {
      tok_imp_wrong(m, "must be an array");
    }
  }
}

/* The prices from `first` on, once for each window. */
static void spread(tok_imp *m, const window *w, size_t first, size_t n) {
  for (size_t h = 0; h < w->n_hours && m->status == TOK_OK; h++) {
    size_t set = tok_imp_set(m);
    memcpy(m->sets[set].hours, w->hours[h], sizeof w->hours[h]);
    memcpy(m->sets[set].weekdays, w->weekdays, sizeof w->weekdays);
    for (size_t i = 0; i < n && m->status == TOK_OK; i++) {
      if (m->n_prices == TOK_IMPORT_PRICES_MAX) {
        tok_imp_wrong(m, "too many prices of one model");
        return;
      }
      m->prices[m->n_prices] = m->prices[first + i];
      m->prices[m->n_prices++].set = (uint8_t)set;
    }
  }
}

/* {"windows": [{"hours_utc": […], "weekdays": […]}], "input_cost_per_token": …} */
static void litellm_off_peak(tok_imp *m) {
  enum { WINDOWS_MAX = 8 };
  window windows[WINDOWS_MAX];
  size_t n_windows = 0, first = m->n_prices;
  tok_slice key;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    if (!tok_slice_is(key, "windows")) {
      if (!litellm_price(m, key, 0, 0)) tok_imp_skip(m);
    } else if (tok_imp_open(m, TOK_JSON_ARRAY)) {
      for (int inside = m->j.depth; tok_imp_element(m, inside);) {
        if (m->j.event != TOK_JSON_OBJECT || n_windows == WINDOWS_MAX) {
          tok_imp_wrong(m, "must hold up to 8 objects");
          return;
        }
        litellm_window(m, &windows[n_windows++]);
      }
    }
  }
  size_t n = m->n_prices - first;
  for (size_t i = 0; i < n_windows; i++) spread(m, &windows[i], first, n);
  if (m->status != TOK_OK) return;
  memmove(m->prices + first, m->prices + first + n, (m->n_prices - first - n) * sizeof m->prices[0]);
  m->n_prices -= n;
}

static void litellm_member(tok_imp *m, tok_slice key) {
  if (tok_slice_is(key, "litellm_provider")) {
    tok_imp_text(m, &m->provider);
  } else if (tok_slice_is(key, "tiered_pricing")) {
    if (tok_imp_open(m, TOK_JSON_ARRAY)) litellm_tiers(m);
  } else if (tok_slice_is(key, "off_peak_pricing")) {
    if (tok_imp_open(m, TOK_JSON_OBJECT)) litellm_off_peak(m);
  } else if (tok_slice_is(key, "search_context_cost_per_query")) {
    if (!tok_imp_open(m, TOK_JSON_OBJECT)) return;
    for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
      if (tok_slice_is(key, "search_context_size_medium")) tok_imp_price(m, TOK_M_WEB_SEARCHES, TOK_TIER_STANDARD, 0, 0, 1);
      else tok_imp_skip(m);
    }
  } else if (!litellm_price(m, key, 0, 0)) {
    tok_imp_skip(m);
  }
}

/* Sound is billed by its seconds once, though the file gives them for input and output. */
static void litellm_seconds(tok_imp *m) {
  bool input = false;
  size_t n = 0;
  for (size_t i = 0; i < m->n_prices; i++) input |= m->prices[i].meter == TOK_M_SECONDS;
  for (size_t i = 0; i < m->n_prices; i++) {
    if (!input || m->prices[i].meter != TOK_M_OUTPUT_SECONDS) m->prices[n++] = m->prices[i];
  }
  m->n_prices = n;
}

void tok_import_litellm(tok_imp *m) {
  tok_slice key;
  if (!tok_imp_open(m, TOK_JSON_OBJECT)) return;
  while (tok_imp_member(m, 1, &key)) {
    m->model = m->field;
    m->provider.len = 0;
    if (tok_slice_is(key, "sample_spec")) {
      tok_imp_skip(m);
      continue;
    }
    tok_imp_reset(m);
    if (!tok_imp_open(m, TOK_JSON_OBJECT)) continue;
    while (tok_imp_member(m, 2, &key)) litellm_member(m, key);
    litellm_seconds(m);
    tok_imp_emit(m);
  }
}

/* ---- genai-prices --------------------------------------------------------------------------------- */

/* Fees are per thousand, hours per hour: what tok quotes per thing is the same price over that; as a factor of the
 * price in pico-dollars it needs a division, so `per` divides. */
static const struct {
  const char *name;
  uint8_t meter;
  int32_t per;
} genai_keys[] = {
    {"input_mtok", TOK_M_INPUT, 1},
    {"output_mtok", TOK_M_OUTPUT, 1},
    {"cache_read_mtok", TOK_M_CACHE_READ, 1},
    {"cache_write_mtok", TOK_M_CACHE_WRITE, 1},
    {"cache_write_1h_mtok", TOK_M_CACHE_WRITE_1H, 1},
    {"output_reasoning_mtok", TOK_M_REASONING, 1},
    {"output_citation_mtok", TOK_M_CITATION, 1},
    {"input_audio_mtok", TOK_M_INPUT_AUDIO, 1},
    {"output_audio_mtok", TOK_M_OUTPUT_AUDIO, 1},
    {"cache_audio_read_mtok", TOK_M_CACHE_READ_AUDIO, 1},
    {"input_image_mtok", TOK_M_INPUT_IMAGE, 1},
    {"output_image_mtok", TOK_M_OUTPUT_IMAGE, 1},
    {"cache_image_read_mtok", TOK_M_CACHE_READ_IMAGE, 1},
    {"input_video_mtok", TOK_M_INPUT_VIDEO, 1},
    {"output_video_mtok", TOK_M_OUTPUT_VIDEO, 1},
    {"requests_kcount", TOK_M_REQUESTS, 1000},
    {"web_searches_kcount", TOK_M_WEB_SEARCHES, 1000},
    {"storage_searches_kcount", TOK_M_STORAGE_SEARCHES, 1000},
    {"audio_hours", TOK_M_SECONDS, 3600},
    {"input_audio_hours", TOK_M_INPUT_SECONDS, 3600},
    {"input_document_kpages", TOK_M_PAGES, 1000},
    {"input_annotated_document_kpages", TOK_M_ANNOTATED_PAGES, 1000},
    {"input_text_messages_kcount", TOK_M_MESSAGES, 1000},
};

/* The price just collected, per thing; half to even. */
static void divide(tok_imp *m, size_t first, int64_t per) {
  for (size_t i = first; i < m->n_prices && per > 1; i++) {
    int64_t v = m->prices[i].pico, q = v / per, twice = v % per * 2;
    m->prices[i].pico = q + (twice > per || (twice == per && (q & 1) != 0));
  }
}

/* {"start": 200000, "price": 2.5}: for sizes more than start. */
static void genai_tier(tok_imp *m, tok_meter meter, size_t set) {
  tok_slice key;
  int64_t start = 0;
  size_t first = m->n_prices;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    if (tok_slice_is(key, "price")) tok_imp_price(m, meter, TOK_TIER_STANDARD, 0, set, PER_MTOK);
    else if (!tok_slice_is(key, "start")) tok_imp_skip(m);
    else if (tok_json_next(&m->j) != TOK_JSON_NUMBER || tok_json_int(m->j.text, 1, &start) != TOK_OK || start < 0 ||
             start > 1000000000)
      tok_imp_wrong(m, "must be a number of tokens");
  }
  for (size_t i = first; i < m->n_prices; i++) m->prices[i].tier_from = start + 1;
}

/* {"base": 1.25, "tiers": [...]} */
static void genai_tiers(tok_imp *m, tok_meter meter, size_t set) {
  tok_slice key;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    if (tok_slice_is(key, "base")) {
      tok_imp_price(m, meter, TOK_TIER_STANDARD, 0, set, PER_MTOK);
    } else if (!tok_slice_is(key, "tiers")) {
      tok_imp_skip(m);
    } else if (tok_imp_open(m, TOK_JSON_ARRAY)) {
      for (int inside = m->j.depth; tok_imp_element(m, inside);) {
        if (m->j.event == TOK_JSON_OBJECT) genai_tier(m, meter, set);
        else tok_imp_wrong(m, "must hold objects");
      }
    }
  }
}

/* A number, or tiers. The reader can look only forward, so it is asked from a copy. */
static void genai_value(tok_imp *m, tok_meter meter, size_t set) {
  tok_json ahead = m->j;
  if (tok_json_next(&ahead) != TOK_JSON_OBJECT) tok_imp_price(m, meter, TOK_TIER_STANDARD, 0, set, PER_MTOK);
  else if (tok_imp_open(m, TOK_JSON_OBJECT)) genai_tiers(m, meter, set);
}

/* After OBJECT. No price at all is how the file says "free of charge". */
static void genai_prices(tok_imp *m, size_t set) {
  tok_slice key;
  bool any = false;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    size_t i = 0, n = sizeof genai_keys / sizeof genai_keys[0], first = m->n_prices;
    any = true;
    while (i < n && !tok_slice_is(key, genai_keys[i].name)) i++;
    if (i == n) {
      tok_imp_skip(m);
      continue;
    }
    genai_value(m, (tok_meter)genai_keys[i].meter, set);
    divide(m, first, genai_keys[i].per);
  }
  if (!any && m->status == TOK_OK && m->n_prices + 2 <= TOK_IMPORT_PRICES_MAX) {
    m->prices[m->n_prices++] = (tok_import_price){0, 0, TOK_M_INPUT, TOK_TIER_STANDARD, (uint8_t)set};
    m->prices[m->n_prices++] = (tok_import_price){0, 0, TOK_M_OUTPUT, TOK_TIER_STANDARD, (uint8_t)set};
  }
}

/* A date as the instant at its start. */
static void set_date(tok_imp *m, char out[24], tok_slice date) {
  int64_t t;
  if (date.len != 10 || tok_time_parse(date, &t) != TOK_OK) {
    tok_imp_wrong(m, "must be a date");
    return;
  }
  tok_time_format(t, out);
}

typedef struct {
  tok_import_name start_date, start_time, end_time;
} constraint;

static void genai_constraint(tok_imp *m, constraint *c) {
  tok_slice key;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    if (tok_slice_is(key, "start_date")) tok_imp_text(m, &c->start_date);
    else if (tok_slice_is(key, "start_time")) tok_imp_text(m, &c->start_time);
    else if (tok_slice_is(key, "end_time")) tok_imp_text(m, &c->end_time);
    else tok_imp_skip(m);
  }
}

/* "16:30:00Z" and "00:30:00Z" as "16:30-00:30". */
static void set_hours(tok_imp *m, char out[12], const constraint *c) {
  uint16_t from, to;
  if (c->start_time.len < 5 || c->end_time.len < 5) {
    tok_imp_wrong(m, "must have a start_time and an end_time");
    return;
  }
  memcpy(out, c->start_time.text, 5);
  out[5] = '-';
  memcpy(out + 6, c->end_time.text, 5);
  out[11] = '\0';
  if (!tok_price_hours((tok_slice){out, 11}, &from, &to)) tok_imp_wrong(m, "must have times such as 16:30:00Z");
}

/* One of several sets. A dated one ends the one dated before it; a window belongs to the one that precedes it. */
static void genai_conditional(tok_imp *m, size_t *dated) {
  constraint c = {.start_date.len = 0};
  tok_slice key;
  size_t set = tok_imp_set(m);
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    if (tok_slice_is(key, "constraint")) {
      if (tok_imp_open(m, TOK_JSON_OBJECT)) genai_constraint(m, &c);
    } else if (tok_slice_is(key, "prices")) {
      if (tok_imp_open(m, TOK_JSON_OBJECT)) genai_prices(m, set);
    } else {
      tok_imp_skip(m);
    }
  }
  if (m->status != TOK_OK) return;
  if (c.start_time.len > 0) {
    set_hours(m, m->sets[set].hours, &c);
    memcpy(m->sets[set].from, m->sets[*dated].from, sizeof m->sets[set].from);
    return;
  }
  if (c.start_date.len > 0) {
    set_date(m, m->sets[set].from, (tok_slice){c.start_date.text, c.start_date.len});
    memcpy(m->sets[*dated].to, m->sets[set].from, sizeof m->sets[set].from);
  }
  *dated = set;
}

static void genai_model(tok_imp *m) {
  tok_slice key;
  m->model.len = 0;
  tok_imp_reset(m);
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    if (tok_slice_is(key, "id")) {
      tok_imp_text(m, &m->model);
    } else if (!tok_slice_is(key, "prices")) {
      tok_imp_skip(m);
    } else if (tok_json_next(&m->j) == TOK_JSON_OBJECT) {
      genai_prices(m, 0);
    } else if (m->j.event == TOK_JSON_ARRAY) {
      size_t dated = 0;
      for (int inside = m->j.depth; tok_imp_element(m, inside);) {
        if (m->j.event == TOK_JSON_OBJECT) genai_conditional(m, &dated);
        else tok_imp_wrong(m, "must hold objects");
      }
    } else {
      tok_imp_wrong(m, "must be an object or an array");
    }
  }
  tok_imp_emit(m);
}

/* The elements of the array after the key, each an object. */
static void each(tok_imp *m, void (*read)(tok_imp *)) {
  if (!tok_imp_open(m, TOK_JSON_ARRAY)) return;
  for (int depth = m->j.depth; tok_imp_element(m, depth);) {
    if (m->j.event == TOK_JSON_OBJECT) read(m);
    else tok_imp_wrong(m, "must hold objects");
  }
}

static void genai_provider(tok_imp *m) {
  tok_slice key;
  m->provider.len = m->model.len = 0;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    if (tok_slice_is(key, "id")) {
      tok_imp_text(m, &m->provider);
    } else if (!tok_slice_is(key, "models")) {
      tok_imp_skip(m);
    } else if (m->provider.len == 0) {
      tok_imp_wrong(m, "must come after the provider's id");
    } else {
      each(m, genai_model);
    }
  }
}

void tok_import_genai(tok_imp *m) { each(m, genai_provider); }

/* ---- models.dev ------------------------------------------------------------------------------------ */

static bool plain_price(tok_imp *m, tok_slice key, int64_t tier_from) {
  static const struct {
    const char *name;
    uint8_t meter;
  } keys[] = {{"input", TOK_M_INPUT}, {"output", TOK_M_OUTPUT}, {"reasoning", TOK_M_REASONING},
              {"cache_read", TOK_M_CACHE_READ}, {"cache_write", TOK_M_CACHE_WRITE},
              {"input_audio", TOK_M_INPUT_AUDIO}, {"output_audio", TOK_M_OUTPUT_AUDIO},
              {"input_cached", TOK_M_CACHE_READ}};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    if (!tok_slice_is(key, keys[i].name)) continue;
    tok_imp_price(m, (tok_meter)keys[i].meter, TOK_TIER_STANDARD, tier_from, 0, PER_MTOK);
    return true;
  }
  return false;
}

/* {"input": 2.5, …, "tier": {"type": "context", "size": 200000}} */
static void models_dev_tier(tok_imp *m) {
  tok_slice key;
  size_t first = m->n_prices;
  int64_t size = 0;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    if (tok_slice_is(key, "tier")) {
      if (!tok_imp_open(m, TOK_JSON_OBJECT)) continue;
      for (int inside = m->j.depth; tok_imp_member(m, inside, &key);) {
        if (!tok_slice_is(key, "size")) tok_imp_skip(m);
        else if (tok_json_next(&m->j) != TOK_JSON_NUMBER || tok_json_int(m->j.text, 1, &size) != TOK_OK || size < 1 ||
                 size > 1000000000)
          tok_imp_wrong(m, "must be a number of tokens");
      }
    } else if (!plain_price(m, key, 0)) {
      tok_imp_skip(m);
    }
  }
  if (size == 0) m->n_prices = first; /* a tier of a kind that we do not know */
  for (size_t i = first; i < m->n_prices; i++) m->prices[i].tier_from = size + 1;
}

/* context_over_200k repeats the first tier under a name that is often wrong: only where there are no tiers. */
static void models_dev_cost(tok_imp *m) {
  tok_slice key;
  bool tiers = false;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    if (tok_slice_is(key, "tiers")) {
      tiers = true;
      each(m, models_dev_tier);
    } else if (tok_slice_is(key, "context_over_200k")) {
      if (!tok_imp_open(m, TOK_JSON_OBJECT)) continue;
      for (int inside = m->j.depth; tok_imp_member(m, inside, &key);) {
        if (!plain_price(m, key, -1)) tok_imp_skip(m);
      }
    } else if (!plain_price(m, key, 0)) {
      tok_imp_skip(m);
    }
  }
  size_t n = 0;
  for (size_t i = 0; i < m->n_prices; i++) {
    if (m->prices[i].tier_from < 0 && tiers) continue;
    m->prices[n] = m->prices[i];
    if (m->prices[n].tier_from < 0) m->prices[n].tier_from = 200001;
    n++;
  }
  m->n_prices = n;
}

static void models_dev_models(tok_imp *m) {
  tok_slice key;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    m->model = m->field;
    tok_imp_reset(m);
    if (!tok_imp_open(m, TOK_JSON_OBJECT)) continue;
    for (int inside = m->j.depth; tok_imp_member(m, inside, &key);) {
      if (!tok_slice_is(key, "cost")) tok_imp_skip(m);
      else if (tok_imp_open(m, TOK_JSON_OBJECT)) models_dev_cost(m);
    }
    tok_imp_emit(m);
  }
}

void tok_import_models_dev(tok_imp *m) {
  tok_slice key;
  if (!tok_imp_open(m, TOK_JSON_OBJECT)) return;
  while (tok_imp_member(m, 1, &key)) {
    m->provider = m->field;
    m->model.len = 0;
    if (!tok_imp_open(m, TOK_JSON_OBJECT)) continue;
    while (tok_imp_member(m, 2, &key)) {
      if (!tok_slice_is(key, "models")) tok_imp_skip(m);
      else if (tok_imp_open(m, TOK_JSON_OBJECT)) models_dev_models(m);
    }
  }
}

/* ---- llm-prices ------------------------------------------------------------------------------------ */

static void llm_date(tok_imp *m, char out[24]) {
  tok_import_name date;
  tok_imp_text(m, &date);
  if (m->status == TOK_OK && date.len > 0) set_date(m, out, (tok_slice){date.text, date.len});
}

/* A price with its dates; of a vendor's file, or of the joint one, where it also names vendor and model. */
static void llm_price(tok_imp *m, bool joint) {
  tok_slice key;
  tok_imp_reset(m);
  if (joint) m->provider.len = m->model.len = 0;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    if (joint && tok_slice_is(key, "vendor")) tok_imp_text(m, &m->provider);
    else if (joint && tok_slice_is(key, "id")) tok_imp_text(m, &m->model);
    else if (tok_slice_is(key, "from_date")) llm_date(m, m->sets[0].from);
    else if (tok_slice_is(key, "to_date")) llm_date(m, m->sets[0].to);
    else if (!plain_price(m, key, 0)) tok_imp_skip(m);
  }
  tok_imp_emit(m);
}

static void llm_joint_price(tok_imp *m) { llm_price(m, true); }
static void llm_history_price(tok_imp *m) { llm_price(m, false); }

static void llm_model(tok_imp *m) {
  tok_slice key;
  m->model.len = 0;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    if (tok_slice_is(key, "id")) tok_imp_text(m, &m->model);
    else if (!tok_slice_is(key, "price_history")) tok_imp_skip(m);
    else if (m->model.len == 0) tok_imp_wrong(m, "must come after the model's id");
    else each(m, llm_history_price);
  }
}

void tok_import_llm_prices(tok_imp *m) {
  tok_slice key;
  if (!tok_imp_open(m, TOK_JSON_OBJECT)) return;
  while (tok_imp_member(m, 1, &key)) {
    if (tok_slice_is(key, "vendor")) tok_imp_text(m, &m->provider);
    else if (tok_slice_is(key, "prices")) each(m, llm_joint_price);
    else if (tok_slice_is(key, "models")) each(m, llm_model);
    else tok_imp_skip(m);
  }
}

/* LiteLLM's price list; see import.h. Members stand in whatever order. */
#include "../base/time.h"
#include "import_impl.h"

enum { PER_TOKEN = 1000000 }; /* what a file's price is multiplied by */

typedef struct {
  const char *name;
  uint8_t meter;
  int32_t scale;
} price_key;

/* Members that are prices; suffixes say the tier: _above_200k_tokens, _above_1hr, _batches, _flex,
 * _priority. */
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
    {"input_cost_per_character", TOK_M_CHARACTERS, 1000000},
    {"input_cost_per_pixel", TOK_M_PIXELS, 1000000000},
    {"input_cost_per_request", TOK_M_REQUESTS, 1},
    {"input_cost_per_query", TOK_M_RERANK_SEARCHES, 1},
    {"input_cost_per_text_message", TOK_M_MESSAGES, 1},
    {"ocr_cost_per_page", TOK_M_PAGES, 1},
    {"annotation_cost_per_page", TOK_M_ANNOTATED_PAGES, 1},
    {"code_interpreter_cost_per_session", TOK_M_CODE_EXECUTIONS, 1},
};

static bool takes(tok_slice *s, const char *prefix) {
  size_t n = strlen(prefix);
  if (s->len < n || memcmp(s->ptr, prefix, n) != 0)
    return false;
  *s = (tok_slice){s->ptr + n, s->len - n};
  return true;
}

/* "_above_200k_tokens": more than 200,000. */
static bool takes_size(tok_slice *s, int64_t *tier_from) {
  tok_slice rest = *s;
  int64_t k = 0;
  if (!takes(&rest, "_above_"))
    return false;
  for (; rest.len > 0 && tok_is_digit(rest.ptr[0]) && k < 1000000; rest.ptr++, rest.len--)
    k = k * 10 + (rest.ptr[0] - '0');
  if (k == 0 || !takes(&rest, "k_tokens"))
    return false;
  *tier_from = k * 1000 + 1;
  *s = rest;
  return true;
}

static bool takes_word(tok_slice *s, tok_meter *meter, tok_tier *tier) {
  if (takes(s, "_batches"))
    return *tier = TOK_TIER_BATCH, true;
  if (takes(s, "_flex"))
    return *tier = TOK_TIER_FLEX, true;
  if (takes(s, "_priority"))
    return *tier = TOK_TIER_PRIORITY, true;
  if (*meter == TOK_M_CACHE_WRITE && takes(s, "_above_1hr"))
    return *meter = TOK_M_CACHE_WRITE_1H, true;
  return false;
}

static bool litellm_meter(tok_slice key, tok_meter *meter, tok_tier *tier, int64_t *tier_from,
                          int64_t *scale) {
  for (size_t i = 0; i < sizeof litellm_keys / sizeof litellm_keys[0]; i++) {
    tok_slice rest = key;
    if (!takes(&rest, litellm_keys[i].name))
      continue;
    *meter = (tok_meter)litellm_keys[i].meter;
    *tier = TOK_TIER_STANDARD;
    *scale = litellm_keys[i].scale;
    while (rest.len > 0 && (takes_size(&rest, tier_from) || takes_word(&rest, meter, tier)))
      continue;
    if (rest.len == 0)
      return true;
  }
  return false;
}

static bool litellm_price(tok_imp *m, tok_slice key, int64_t tier_from, size_t set) {
  tok_meter meter;
  tok_tier tier;
  int64_t scale;
  if (!litellm_meter(key, &meter, &tier, &tier_from, &scale))
    return false;
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
        if (!litellm_price(m, key, 0, 0))
          tok_imp_skip(m);
      } else if (tok_imp_open(m, TOK_JSON_ARRAY)) {
        int range = m->j.depth;
        if (tok_imp_element(m, range) && m->j.event == TOK_JSON_NUMBER)
          tok_json_int(m->j.text, 1, &from);
        while (tok_imp_element(m, range))
          continue;
      }
    }
    for (size_t i = first; i < m->n_prices; i++)
      m->prices[i].tier_from = from > 0 ? from + 1 : 0;
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
  if (m->j.event != TOK_JSON_STRING || w->n_hours == 16 ||
      !tok_price_hours(m->j.text, &from, &to)) {
    tok_imp_wrong(m, "must be like 01:00-04:00");
    return;
  }
  char *out = w->hours[w->n_hours++];
  memcpy(out, m->j.text.ptr, 11);
  out[11] = '\0';
  if (to == 0)
    memcpy(out + 6, "24:00", 5);
}

/* 1 (Monday) to 7. */
static bool is_weekday(const tok_imp *m) {
  return m->j.event == TOK_JSON_NUMBER && m->j.text.len == 1 && m->j.text.ptr[0] >= '1' &&
         m->j.text.ptr[0] <= '7';
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
        if (hours)
          litellm_hours(m, w);
        else if (n < 7 && is_weekday(m))
          w->weekdays[n++] = m->j.text.ptr[0];
        else
          tok_imp_wrong(m, "must hold days from 1 to 7");
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
      if (!litellm_price(m, key, 0, 0))
        tok_imp_skip(m);
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
  for (size_t i = 0; i < n_windows; i++)
    spread(m, &windows[i], first, n);
  if (m->status != TOK_OK)
    return;
  memmove(m->prices + first, m->prices + first + n,
          (m->n_prices - first - n) * sizeof m->prices[0]);
  m->n_prices -= n;
}

/* Before the value of a key that is not known: does it say a price, and not 0? */
static bool is_charge(const tok_imp *m, tok_slice key) {
  tok_json ahead = m->j;
  bool cost = false;
  for (size_t i = 0; i + 4 <= key.len && !cost; i++)
    cost = memcmp(key.ptr + i, "cost", 4) == 0;
  if (!cost || tok_json_next(&ahead) != TOK_JSON_NUMBER)
    return false;
  for (size_t i = 0; i < ahead.text.len && tok_lower(ahead.text.ptr[i]) != 'e'; i++) {
    if (ahead.text.ptr[i] >= '1' && ahead.text.ptr[i] <= '9')
      return true;
  }
  return false;
}

/* What is free but for a charge that no meter counts, as by the picture, is not free. */
static void litellm_charged(tok_imp *m) {
  for (size_t i = 0; i < m->n_prices; i++) {
    if (m->prices[i].pico != 0)
      return;
  }
  m->n_prices = 0;
}

/* *charged: a price was passed over. */
static void litellm_member(tok_imp *m, tok_slice key, bool *charged) {
  if (tok_slice_is(key, "litellm_provider")) {
    tok_imp_text(m, &m->provider);
  } else if (tok_slice_is(key, "tiered_pricing")) {
    if (tok_imp_open(m, TOK_JSON_ARRAY))
      litellm_tiers(m);
  } else if (tok_slice_is(key, "off_peak_pricing")) {
    if (tok_imp_open(m, TOK_JSON_OBJECT))
      litellm_off_peak(m);
  } else if (tok_slice_is(key, "search_context_cost_per_query")) {
    if (!tok_imp_open(m, TOK_JSON_OBJECT))
      return;
    for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
      if (tok_slice_is(key, "search_context_size_medium"))
        tok_imp_price(m, TOK_M_WEB_SEARCHES, TOK_TIER_STANDARD, 0, 0, 1);
      else
        tok_imp_skip(m);
    }
  } else if (!litellm_price(m, key, 0, 0)) {
    *charged |= is_charge(m, key);
    tok_imp_skip(m);
  }
}

/* Sound is billed by its seconds once, though the file gives them for input and output. */
static void litellm_seconds(tok_imp *m) {
  bool input = false;
  size_t n = 0;
  for (size_t i = 0; i < m->n_prices; i++)
    input |= m->prices[i].meter == TOK_M_SECONDS;
  for (size_t i = 0; i < m->n_prices; i++) {
    if (!input || m->prices[i].meter != TOK_M_OUTPUT_SECONDS)
      m->prices[n++] = m->prices[i];
  }
  m->n_prices = n;
}

void tok_import_litellm(tok_imp *m) {
  tok_slice key;
  if (!tok_imp_open(m, TOK_JSON_OBJECT))
    return;
  while (tok_imp_member(m, 1, &key)) {
    m->model = m->field;
    m->provider.len = 0;
    if (tok_slice_is(key, "sample_spec")) {
      tok_imp_skip(m);
      continue;
    }
    tok_imp_reset(m);
    if (!tok_imp_open(m, TOK_JSON_OBJECT))
      continue;
    bool charged = false;
    while (tok_imp_member(m, 2, &key))
      litellm_member(m, key, &charged);
    litellm_seconds(m);
    if (charged)
      litellm_charged(m);
    tok_imp_emit(m);
  }
}

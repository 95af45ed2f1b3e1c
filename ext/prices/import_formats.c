/*
** The other formats of price lists; see import.h. Each reads its file's members in whatever order
** they stand.
*/
#include "../base/time.h"
#include "import_impl.h"

enum { PER_MTOK = 1 }; /* what a file's price is multiplied by */

/* ---- genai-prices ---------------------------------------------------------------------------- */

/* Fees are per thousand, hours per hour: what tok quotes per thing is the same price over that; as
 * a factor of the price in pico-dollars it needs a division, so `per` divides. */
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
    if (tok_slice_is(key, "price"))
      tok_imp_price(m, meter, TOK_TIER_STANDARD, 0, set, PER_MTOK);
    else if (!tok_slice_is(key, "start"))
      tok_imp_skip(m);
    else if (tok_json_next(&m->j) != TOK_JSON_NUMBER ||
             tok_json_int(m->j.text, 1, &start) != TOK_OK || start < 0 || start > 1000000000)
      tok_imp_wrong(m, "must be a number of tokens");
  }
  for (size_t i = first; i < m->n_prices; i++)
    m->prices[i].tier_from = start + 1;
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
        if (m->j.event == TOK_JSON_OBJECT)
          genai_tier(m, meter, set);
        else
          tok_imp_wrong(m, "must hold objects");
      }
    }
  }
}

/* A number, or tiers. The reader can look only forward, so it is asked from a copy. */
static void genai_value(tok_imp *m, tok_meter meter, size_t set) {
  tok_json ahead = m->j;
  if (tok_json_next(&ahead) != TOK_JSON_OBJECT)
    tok_imp_price(m, meter, TOK_TIER_STANDARD, 0, set, PER_MTOK);
  else if (tok_imp_open(m, TOK_JSON_OBJECT))
    genai_tiers(m, meter, set);
}

/* After OBJECT. No price at all is how the file says "free of charge". */
static void genai_prices(tok_imp *m, size_t set) {
  tok_slice key;
  bool any = false;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    size_t i = 0, n = sizeof genai_keys / sizeof genai_keys[0], first = m->n_prices;
    any = true;
    while (i < n && !tok_slice_is(key, genai_keys[i].name))
      i++;
    if (i == n) {
      tok_imp_skip(m);
      continue;
    }
    genai_value(m, (tok_meter)genai_keys[i].meter, set);
    divide(m, first, genai_keys[i].per);
  }
  if (!any && m->status == TOK_OK && m->n_prices + 2 <= TOK_IMPORT_PRICES_MAX) {
    m->prices[m->n_prices++] =
        (tok_import_price){0, 0, TOK_M_INPUT, TOK_TIER_STANDARD, (uint8_t)set};
    m->prices[m->n_prices++] =
        (tok_import_price){0, 0, TOK_M_OUTPUT, TOK_TIER_STANDARD, (uint8_t)set};
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
    if (tok_slice_is(key, "start_date"))
      tok_imp_text(m, &c->start_date);
    else if (tok_slice_is(key, "start_time"))
      tok_imp_text(m, &c->start_time);
    else if (tok_slice_is(key, "end_time"))
      tok_imp_text(m, &c->end_time);
    else
      tok_imp_skip(m);
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
  if (!tok_price_hours((tok_slice){out, 11}, &from, &to))
    tok_imp_wrong(m, "must have times such as 16:30:00Z");
}

/* One of several sets. A dated one ends the one dated before it; a window belongs to the one that
 * precedes it. */
static void genai_conditional(tok_imp *m, size_t *dated) {
  constraint c = {.start_date.len = 0};
  tok_slice key;
  size_t set = tok_imp_set(m);
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    if (tok_slice_is(key, "constraint")) {
      if (tok_imp_open(m, TOK_JSON_OBJECT))
        genai_constraint(m, &c);
    } else if (tok_slice_is(key, "prices")) {
      if (tok_imp_open(m, TOK_JSON_OBJECT))
        genai_prices(m, set);
    } else {
      tok_imp_skip(m);
    }
  }
  if (m->status != TOK_OK)
    return;
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
        if (m->j.event == TOK_JSON_OBJECT)
          genai_conditional(m, &dated);
        else
          tok_imp_wrong(m, "must hold objects");
      }
    } else {
      tok_imp_wrong(m, "must be an object or an array");
    }
  }
  tok_imp_emit(m);
}

/* The elements of the array after the key, each an object. */
static void each(tok_imp *m, void (*read)(tok_imp *)) {
  if (!tok_imp_open(m, TOK_JSON_ARRAY))
    return;
  for (int depth = m->j.depth; tok_imp_element(m, depth);) {
    if (m->j.event == TOK_JSON_OBJECT)
      read(m);
    else
      tok_imp_wrong(m, "must hold objects");
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

void tok_import_genai(tok_imp *m) {
  each(m, genai_provider);
}

/* ---- models.dev ------------------------------------------------------------------------------ */

static bool plain_price(tok_imp *m, tok_slice key, int64_t tier_from) {
  static const struct {
    const char *name;
    uint8_t meter;
  } keys[] = {{"input", TOK_M_INPUT},
              {"output", TOK_M_OUTPUT},
              {"reasoning", TOK_M_REASONING},
              {"cache_read", TOK_M_CACHE_READ},
              {"cache_write", TOK_M_CACHE_WRITE},
              {"input_audio", TOK_M_INPUT_AUDIO},
              {"output_audio", TOK_M_OUTPUT_AUDIO},
              {"input_cached", TOK_M_CACHE_READ}};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    if (!tok_slice_is(key, keys[i].name))
      continue;
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
      if (!tok_imp_open(m, TOK_JSON_OBJECT))
        continue;
      for (int inside = m->j.depth; tok_imp_member(m, inside, &key);) {
        if (!tok_slice_is(key, "size"))
          tok_imp_skip(m);
        else if (tok_json_next(&m->j) != TOK_JSON_NUMBER ||
                 tok_json_int(m->j.text, 1, &size) != TOK_OK || size < 1 || size > 1000000000)
          tok_imp_wrong(m, "must be a number of tokens");
      }
    } else if (!plain_price(m, key, 0)) {
      tok_imp_skip(m);
    }
  }
  if (size == 0)
    m->n_prices = first; /* a tier of a kind that we do not know */
  for (size_t i = first; i < m->n_prices; i++)
    m->prices[i].tier_from = size + 1;
}

/* context_over_200k repeats the first tier under a name that is often wrong: only where there are
 * no tiers. */
static void models_dev_cost(tok_imp *m) {
  tok_slice key;
  bool tiers = false;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    if (tok_slice_is(key, "tiers")) {
      tiers = true;
      each(m, models_dev_tier);
    } else if (tok_slice_is(key, "context_over_200k")) {
      if (!tok_imp_open(m, TOK_JSON_OBJECT))
        continue;
      for (int inside = m->j.depth; tok_imp_member(m, inside, &key);) {
        if (!plain_price(m, key, -1))
          tok_imp_skip(m);
      }
    } else if (!plain_price(m, key, 0)) {
      tok_imp_skip(m);
    }
  }
  size_t n = 0;
  for (size_t i = 0; i < m->n_prices; i++) {
    if (m->prices[i].tier_from < 0 && tiers)
      continue;
    m->prices[n] = m->prices[i];
    if (m->prices[n].tier_from < 0)
      m->prices[n].tier_from = 200001;
    n++;
  }
  m->n_prices = n;
}

static void models_dev_models(tok_imp *m) {
  tok_slice key;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    m->model = m->field;
    tok_imp_reset(m);
    if (!tok_imp_open(m, TOK_JSON_OBJECT))
      continue;
    for (int inside = m->j.depth; tok_imp_member(m, inside, &key);) {
      if (!tok_slice_is(key, "cost"))
        tok_imp_skip(m);
      else if (tok_imp_open(m, TOK_JSON_OBJECT))
        models_dev_cost(m);
    }
    tok_imp_emit(m);
  }
}

void tok_import_models_dev(tok_imp *m) {
  tok_slice key;
  if (!tok_imp_open(m, TOK_JSON_OBJECT))
    return;
  while (tok_imp_member(m, 1, &key)) {
    m->provider = m->field;
    m->model.len = 0;
    if (!tok_imp_open(m, TOK_JSON_OBJECT))
      continue;
    while (tok_imp_member(m, 2, &key)) {
      if (!tok_slice_is(key, "models"))
        tok_imp_skip(m);
      else if (tok_imp_open(m, TOK_JSON_OBJECT))
        models_dev_models(m);
    }
  }
}

/* ---- llm-prices ------------------------------------------------------------------------------ */

static void llm_date(tok_imp *m, char out[24]) {
  tok_import_name date;
  tok_imp_text(m, &date);
  if (m->status == TOK_OK && date.len > 0)
    set_date(m, out, (tok_slice){date.text, date.len});
}

/* A price with its dates; of a vendor's file, or of the joint one, where it also names vendor and
 * model. */
static void llm_price(tok_imp *m, bool joint) {
  tok_slice key;
  tok_imp_reset(m);
  if (joint)
    m->provider.len = m->model.len = 0;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    if (joint && tok_slice_is(key, "vendor"))
      tok_imp_text(m, &m->provider);
    else if (joint && tok_slice_is(key, "id"))
      tok_imp_text(m, &m->model);
    else if (tok_slice_is(key, "from_date"))
      llm_date(m, m->sets[0].from);
    else if (tok_slice_is(key, "to_date"))
      llm_date(m, m->sets[0].to);
    else if (!plain_price(m, key, 0))
      tok_imp_skip(m);
  }
  tok_imp_emit(m);
}

static void llm_joint_price(tok_imp *m) {
  llm_price(m, true);
}
static void llm_history_price(tok_imp *m) {
  llm_price(m, false);
}

static void llm_model(tok_imp *m) {
  tok_slice key;
  m->model.len = 0;
  for (int depth = m->j.depth; tok_imp_member(m, depth, &key);) {
    if (tok_slice_is(key, "id"))
      tok_imp_text(m, &m->model);
    else if (!tok_slice_is(key, "price_history"))
      tok_imp_skip(m);
    else if (m->model.len == 0)
      tok_imp_wrong(m, "must come after the model's id");
    else
      each(m, llm_history_price);
  }
}

void tok_import_llm_prices(tok_imp *m) {
  tok_slice key;
  if (!tok_imp_open(m, TOK_JSON_OBJECT))
    return;
  while (tok_imp_member(m, 1, &key)) {
    if (tok_slice_is(key, "vendor"))
      tok_imp_text(m, &m->provider);
    else if (tok_slice_is(key, "prices"))
      each(m, llm_joint_price);
    else if (tok_slice_is(key, "models"))
      each(m, llm_model);
    else
      tok_imp_skip(m);
  }
}

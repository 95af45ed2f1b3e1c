/* From what was read to what it means; see usage.h. */
#include "../prices/resolve.h"
#include "usage.h"

tok_slice tok_usage_undone(tok_slice raw, bool escaped, char room[TOK_USAGE_ESCAPED_MAX]) {
  if (!escaped || raw.len > TOK_USAGE_ESCAPED_MAX)
    return raw;
  return (tok_slice){room, tok_json_unescape(raw, room)};
}

void tok_usage_clear(tok_usage_raw *r) {
  memset(r->given, 0, sizeof r->given);
  memset(r->words, 0, sizeof r->words);
  r->any = r->no_usage = r->sum = r->part = r->ended = r->own_key = false;
  r->mark = r->tier = NULL;
  r->total = r->cost = r->upstream = -1;
  r->tools = 0;
  r->n_queries = r->n_advisors = 0;
  r->advised = false;
}

bool tok_usage_advise(tok_usage_advisor advisors[TOK_ADVISORS_MAX], int *n,
                      const tok_usage_advisor *one) {
  int i = 0;
  while (i < *n && !tok_slice_eq(advisors[i].model, one->model)) i++;
  if (i == TOK_ADVISORS_MAX) return false;
  if (i == *n) {
    advisors[(*n)++] = *one;
    return true;
  }
  advisors[i].p.given |= one->p.given;
  for (int k = 0; k < TOK_PLAIN_N; k++) {
    if (!tok_add_i64(advisors[i].p.n[k], one->p.n[k], &advisors[i].p.n[k])) return false;
  }
  return true;
}

static void merge_queries(tok_usage_raw *into, const tok_usage_raw *event) {
  for (int i = 0; i < event->n_queries; i++) {
    int k = 0;
    while (k < into->n_queries && into->queries[k] != event->queries[i])
      k++;
    if (k == into->n_queries && k < TOK_USAGE_QUERIES_MAX)
      into->queries[into->n_queries++] = event->queries[i];
  }
}

void tok_usage_merge(tok_usage_raw *into, const tok_usage_raw *event) {
  for (size_t w = 0; w < sizeof into->given / sizeof into->given[0]; w++) {
    for (uint64_t bits = event->given[w]; bits != 0; bits &= bits - 1) {
      size_t row = w * 64 + (size_t)__builtin_ctzll(bits);
      into->value[row] = event->value[row];
    }
    into->given[w] |= event->given[w];
  }
  for (int i = 0; i < TOK_WORD_N; i++) {
    if (event->words[i].text.len > 0)
      into->words[i] = event->words[i];
  }
  into->any |= event->any;
  into->ended |= event->ended;
  into->sum |= event->sum;
  into->own_key |= event->own_key;
  if (tok_usage_mark_rank(event->mark) > tok_usage_mark_rank(into->mark))
    into->mark = event->mark;
  if (event->tier != NULL)
    into->tier = event->tier;
  if (event->total >= 0)
    into->total = event->total;
  if (event->cost >= 0)
    into->cost = event->cost;
  if (event->upstream >= 0)
    into->upstream = event->upstream;
  if (event->tools > 0)
    into->tools = event->tools;
  merge_queries(into, event);
  if (event->advised) { /* counted from the start, as all of a stream's usage */
    memcpy(into->advisors, event->advisors, sizeof into->advisors);
    into->n_advisors = event->n_advisors;
    into->advised = true;
  }
}

/* ---- the shape ------------------------------------------------------------------------------- */

/* The given rows, one after the other: for (i = next_row(r, 0); i < tok_usage_n_rows; i =
   next_row(r, i + 1)). */
static size_t next_row(const tok_usage_raw *r, size_t i) {
  while (i < tok_usage_n_rows) {
    uint64_t bits = r->given[i / 64] >> i % 64;
    if (bits != 0)
      return i + (size_t)__builtin_ctzll(bits);
    i = (i / 64 + 1) * 64;
  }
  return i;
}

static tok_shape shape_of(const tok_usage_raw *r) {
  uint32_t signs = 0;
  for (size_t i = next_row(r, 0); i < tok_usage_n_rows; i = next_row(r, i + 1))
    signs |= tok_usage_rows[i].signs;
  if (signs != 0)
    return (tok_shape)__builtin_ctz(signs);
  return r->cost > 0 || r->tools > 0 ? TOK_SHAPE_FEES : TOK_SHAPE_N;
}

bool tok_usage_goes_on(const tok_usage_raw *response, const tok_usage_raw *event) {
  tok_shape one = shape_of(response), next = shape_of(event);
  /* Bedrock's sums come with the last part of a stream, whatever its shape */
  return one != TOK_SHAPE_N && tok_shapes[one].grows && (next == one || next == TOK_SHAPE_METRICS);
}

/* The rows of one action: counts first, of which the largest wins, then what adds to them. */
static tok_status count_rows(const tok_usage_raw *r, tok_shape shape, uint8_t act,
                             tok_quantities *q) {
  for (size_t i = next_row(r, 0); i < tok_usage_n_rows; i = next_row(r, i + 1)) {
    const tok_usage_row *row = &tok_usage_rows[i];
    if (row->act != act || (row->shapes >> shape & 1) == 0)
      continue;
    int64_t v = r->value[i], old = tok_quantities_has(q, row->arg) ? q->quanta[row->arg] : 0;
    if (act == TOK_DO_ADD && !tok_add_i64(old, v, &v))
      return TOK_OVERFLOW;
    tok_quantities_set(q, row->arg, v > old ? v : old);
  }
  return TOK_OK;
}

static tok_status count(const tok_usage_raw *r, tok_shape shape, tok_quantities *q) {
  tok_status status = count_rows(r, shape, TOK_DO_COUNT, q);
  return status == TOK_OK ? count_rows(r, shape, TOK_DO_ADD, q) : status;
}

static bool add_to(tok_quantities *q, tok_meter m, int64_t v) {
  int64_t sum = q->quanta[m];
  if (v > 0 && !tok_add_i64(sum, v, &sum))
    return false;
  if (v > 0)
    tok_quantities_set(q, m, sum);
  return true;
}

static bool add_meters(tok_quantities *q, tok_meter whole, uint64_t meters) {
  for (; meters != 0; meters &= meters - 1) {
    if (!add_to(q, whole, q->quanta[__builtin_ctzll(meters)]))
      return false;
  }
  return true;
}

static bool of_mistral(const tok_usage_raw *r, tok_slice provider) {
  tok_resolution found;
  if (provider.len > 0)
    return tok_slice_is(provider, "mistral");
  tok_resolve(provider, r->words[TOK_WORD_MODEL].text, &found);
  return found.provider >= 0 &&
         tok_slice_is(tok_slice_of(tok_price_text(tok_prices.providers[found.provider].id)),
                      "mistral");
}

/*
** Chat: whoever speaks OpenAI's dialect puts the same words to other uses, and the provider's total
** tells.
**   total = prompt + completion                all is inside (OpenAI, Groq, DeepSeek, …)
**   total = prompt + completion + reasoning    xAI: reasoning is on top
**   total = prompt + completion + audio        Mistral: audio is on top of prompt_tokens
**   total > prompt + completion, Mistral       its transcriptions and moderations: what they heard
**                                              and read is on top
**   total > prompt + completion, no reasoning  Gemini's compatible endpoint: thoughts hide in the
**   gap
** Reasoning that is more than the completion is on top where no total says otherwise: routers count
** it with another tokenizer, and bill the completion. Vercel's total leaves out the reasoning that
** it bills; an xAI response without a total is taken as on top too.
*/
static bool settle_chat(tok_quantities *q, const tok_usage_raw *r, tok_slice provider) {
  int64_t total = r->total;
  int64_t sum, reasoning = q->quanta[TOK_M_REASONING], audio = q->quanta[TOK_M_INPUT_AUDIO];
  if (!tok_add_i64(q->quanta[TOK_M_INPUT], q->quanta[TOK_M_OUTPUT], &sum))
    return false;
  int64_t gap = total > sum ? total - sum : 0;
  if (tok_slice_is(provider, "vercel") || (total < 0 && tok_slice_is(provider, "x-ai")))
    return add_to(q, TOK_M_OUTPUT, reasoning);
  if (gap == 0) {
    return total == sum || reasoning <= q->quanta[TOK_M_OUTPUT] ||
           add_to(q, TOK_M_OUTPUT, reasoning);
  }
  if (gap == reasoning)
    return add_to(q, TOK_M_OUTPUT, gap);
  if (gap == audio)
    return add_to(q, TOK_M_INPUT, gap);
  if (audio == 0 && of_mistral(r, provider)) {
    if (tok_quantities_has(q, TOK_M_INPUT_SECONDS))
      tok_quantities_set(q, TOK_M_INPUT_AUDIO, gap);
    return add_to(q, TOK_M_INPUT, gap);
  }
  if (reasoning == 0 && tok_quantities_has(q, TOK_M_OUTPUT)) {
    tok_quantities_set(q, TOK_M_REASONING, gap);
    return add_to(q, TOK_M_OUTPUT, gap);
  }
  return true;
}

/*
** The older images endpoints split their input by modality and do not split their output, an image.
*/
static void settle_image(tok_quantities *q) {
  static const uint64_t elsewhere = 1ULL << TOK_M_CACHE_READ | 1ULL << TOK_M_REASONING |
                                    1ULL << TOK_M_OUTPUT_TEXT | 1ULL << TOK_M_OUTPUT_IMAGE |
                                    1ULL << TOK_M_OUTPUT_AUDIO;
  if (tok_quantities_has(q, TOK_M_INPUT_IMAGE) && (q->given & elsewhere) == 0)
    tok_quantities_set(q, TOK_M_OUTPUT_IMAGE, q->quanta[TOK_M_OUTPUT]);
}

/* Who says what was heard (Mistral) does not say that this is all, and prices are by the whole. */
static void settle_seconds(tok_quantities *q) {
  if (tok_quantities_has(q, TOK_M_INPUT_SECONDS) && !tok_quantities_has(q, TOK_M_SECONDS))
    tok_quantities_set(q, TOK_M_SECONDS, q->quanta[TOK_M_INPUT_SECONDS]);
}

/* The split of what was written to the cache may be all there is of it. */
static bool settle_writes(tok_quantities *q) {
  int64_t split;
  if (!tok_add_i64(q->quanta[TOK_M_CACHE_WRITE_5M], q->quanta[TOK_M_CACHE_WRITE_1H], &split))
    return false;
  if (split > q->quanta[TOK_M_CACHE_WRITE])
    tok_quantities_set(q, TOK_M_CACHE_WRITE, split);
  return true;
}

/* ---- parts that are more than the whole ------------------------------------------------------ */

static void at_most(tok_quantities *q, int m, int64_t most) {
  if (q->quanta[m] > most)
    q->quanta[m] = most < 0 ? 0 : most;
}

/* Parts side by side, the last ones give way. */
static void share(tok_quantities *q, tok_meter whole, const uint8_t *parts, int n) {
  int64_t rest = q->quanta[whole];
  for (int i = 0; i < n; i++) {
    at_most(q, parts[i], rest);
    rest -= q->quanta[parts[i]];
  }
}

/* Azure's Grok reports more cached tokens than tokens; others count what they read and wrote
   twice. */
static void clamp(tok_quantities *q) {
  static const uint8_t in[] = {TOK_M_INPUT_AUDIO, TOK_M_INPUT_IMAGE, TOK_M_INPUT_VIDEO,
                               TOK_M_INPUT_TEXT};
  static const uint8_t out[] = {TOK_M_OUTPUT_AUDIO, TOK_M_OUTPUT_IMAGE, TOK_M_OUTPUT_VIDEO,
                                TOK_M_OUTPUT_TEXT};
  static const uint8_t cache[] = {TOK_M_CACHE_READ, TOK_M_CACHE_WRITE};
  static const uint8_t writes[] = {TOK_M_CACHE_WRITE_1H, TOK_M_CACHE_WRITE_5M};
  static const uint8_t read[] = {TOK_M_CACHE_READ_AUDIO, TOK_M_CACHE_READ_IMAGE,
                                 TOK_M_CACHE_READ_VIDEO, TOK_M_CACHE_READ_TEXT};
  if (tok_quantities_has(q, TOK_M_INPUT)) {
    share(q, TOK_M_INPUT, in, 4);
    share(q, TOK_M_INPUT, cache, 2);
    share(q, TOK_M_CACHE_WRITE, writes, 2);
    at_most(q, TOK_M_INPUT_TOOL, q->quanta[TOK_M_INPUT]);
    if (tok_quantities_has(q, TOK_M_CACHE_READ))
      share(q, TOK_M_CACHE_READ, read, 4);
    for (int i = 0; i < 4; i++) { /* containers come before what they contain */
      if (tok_quantities_has(q, in[i]))
        at_most(q, read[i], q->quanta[in[i]]);
    }
  }
  if (tok_quantities_has(q, TOK_M_OUTPUT)) {
    share(q, TOK_M_OUTPUT, out, 4);
    at_most(q, TOK_M_REASONING, q->quanta[TOK_M_OUTPUT]);
  }
}

/* ---- fees and words -------------------------------------------------------------------------- */

/* Gemini bills each distinct query since version 3, and before it one search a prompt. */
static int64_t gemini_searches(const tok_usage_raw *r) {
  static const char name[] = "gemini-";
  tok_slice m = r->words[TOK_WORD_MODEL].text;
  for (size_t i = 0; i + sizeof name <= m.len; i++) {
    if (memcmp(m.ptr + i, name, sizeof name - 1) == 0) {
      char c = m.ptr[i + sizeof name - 1];
      return tok_is_digit(c) && c >= '3' ? r->n_queries : r->n_queries > 0;
    }
  }
  return r->n_queries > 0;
}

/* The fee of a request with a small search context is lower. */
static void settle_size(const tok_usage_raw *r, tok_quantities *q) {
  tok_slice size = r->words[TOK_WORD_SIZE].text;
  tok_meter m = tok_slice_is(size, "low")      ? TOK_M_REQUESTS_LOW
                : tok_slice_is(size, "medium") ? TOK_M_REQUESTS_MEDIUM
                                               : TOK_METER_N;
  if (m == TOK_METER_N)
    return;
  tok_quantities_set(q, TOK_M_REQUESTS, 1);
  tok_quantities_set(q, m, 1);
}

static int64_t reported_cost(const tok_usage_raw *r) {
  int64_t cost = r->cost > 0 ? r->cost : 0;
  if (r->own_key && r->upstream > 0 && !tok_add_i64(cost, r->upstream, &cost))
    return 0;
  return cost;
}

static tok_usage_text plain(const char *s) {
  tok_usage_text t = {{NULL, 0}, false, 0};
  if (s != NULL)
    t.text = tok_slice_of(s);
  return t;
}

/* The price list's name of a provider, where it knows it. Vercel, a router, is not in the list. */
static tok_usage_text listed(tok_usage_text t) {
  if (tok_glob("vercel*", t.text))
    return plain("vercel");
  int i = t.text.len > 0 ? tok_price_provider_find(t.text) : -1;
  return i < 0 ? t : plain(tok_price_text(tok_prices.providers[i].id));
}

/* The provider that is said or told by marks, else empty. A router's `provider` is whom it
   routed to. */
static tok_usage_text told_provider(const tok_usage_raw *r, tok_slice said) {
  tok_usage_text t = {said, false, 0};
  if (said.len > 0)
    return listed(t);
  if (tok_usage_mark_rank(r->mark) <= 1 && r->words[TOK_WORD_PROVIDER].text.len > 0)
    return listed(r->words[TOK_WORD_PROVIDER]);
  return plain(r->mark);
}

/* The provider of the shape; where many speak it, whoever the price list has the model's name
   from. */
static tok_usage_text guessed_provider(const tok_usage_raw *r, tok_shape shape) {
  tok_resolution found;
  if (tok_shapes[shape].provider != NULL)
    return plain(tok_shapes[shape].provider);
  tok_resolve((tok_slice){NULL, 0}, r->words[TOK_WORD_MODEL].text, &found);
  return plain(
      found.model == NULL ? NULL : tok_price_text(tok_prices.providers[found.model->provider].id));
}

/* One word for the standard tier; "auto" is a wish, not what was served. */
static tok_usage_text tier_of(const tok_usage_raw *r) {
  static const char *const words[][2] = {{"default", "standard"},
                                         {"auto", NULL},
                                         {"on_demand", "standard"},
                                         {"ON_DEMAND", "standard"},
                                         {"ON_DEMAND_FLEX", "flex"},
                                         {"ON_DEMAND_PRIORITY", "priority"},
                                         {"PROVISIONED_THROUGHPUT", "provisioned"},
                                         {"TRAFFIC_TYPE_UNSPECIFIED", NULL}};
  if (r->tier != NULL)
    return plain(r->tier);
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (tok_slice_is(r->words[TOK_WORD_TIER].text, words[i][0]))
      return plain(words[i][1]);
  }
  return r->words[TOK_WORD_TIER];
}

/* Elsewhere ("global", "not_available") nothing depends on it. */
static tok_usage_text geo_of(const tok_usage_raw *r) {
  return plain(tok_slice_is(r->words[TOK_WORD_GEO].text, "us") ? "us" : NULL);
}

/* ---- one response, and several --------------------------------------------------------------- */

static tok_status too_large(tok_usage *out) {
  out->member = (tok_slice){NULL, 0};
  out->wrong = "counts more than fits in 64 bits";
  return TOK_OVERFLOW;
}

/* What several responses agree on. */
static void agree(tok_usage_text *all, tok_usage_text one, bool first) {
  if (first)
    *all = one;
  else if (!tok_slice_eq(all->text, one.text))
    *all = plain(NULL);
}

#define METER(m) ((uint64_t)1 << (m))
#define METERS(first, last) ((METER(last) << 1) - METER(first))

/* Is something known of what a whole contains, but not the whole? */
static bool lacks(const tok_quantities *q, tok_meter whole, uint64_t parts) {
  if (tok_quantities_has(q, whole))
    return false;
  for (uint64_t bits = q->given & parts; bits != 0; bits &= bits - 1) {
    if (q->quanta[__builtin_ctzll(bits)] > 0)
      return true;
  }
  return false;
}

/* A whole that one response lacks is unknown of all: what the others say is less than its parts. */
static void forget_wholes(tok_usage *out, const tok_quantities *q) {
  static const uint64_t of_input = METERS(TOK_M_CACHE_READ, TOK_M_CACHE_WRITE_1H) |
                                   METERS(TOK_M_INPUT_TEXT, TOK_M_CACHE_WRITE_VIDEO);
  static const uint64_t of_output =
      METER(TOK_M_REASONING) | METERS(TOK_M_OUTPUT_TEXT, TOK_M_OUTPUT_VIDEO);
  out->no_input |= lacks(q, TOK_M_INPUT, of_input);
  out->no_output |= lacks(q, TOK_M_OUTPUT, of_output);
  if (out->no_input)
    tok_quantities_unset(&out->q, TOK_M_INPUT);
  if (out->no_output)
    tok_quantities_unset(&out->q, TOK_M_OUTPUT);
}

static tok_status add_response(tok_usage *out, const tok_quantities *q, int64_t cost) {
  for (uint64_t bits = q->given; bits != 0; bits &= bits - 1) {
    int m = __builtin_ctzll(bits);
    int64_t sum;
    if (!tok_add_i64(out->q.quanta[m], q->quanta[m], &sum))
      return too_large(out);
    tok_quantities_set(&out->q, (tok_meter)m, sum);
  }
  forget_wholes(out, q);
  return tok_add_i64(out->cost_pico, cost, &out->cost_pico) ? TOK_OK : too_large(out);
}

/* The whole must fit as well, since it is printed. */
static bool total_fits(const tok_quantities *q) {
  int64_t total;
  return tok_add_i64(q->quanta[TOK_M_INPUT], q->quanta[TOK_M_OUTPUT], &total);
}

/* Words with their escapes undone, to be compared. */
typedef char word_rooms[TOK_WORD_N][TOK_USAGE_ESCAPED_MAX];

static const tok_usage_raw *without_escapes(const tok_usage_raw *r, tok_usage_raw *copy,
                                            word_rooms rooms) {
  bool any = false;
  for (int i = 0; i < TOK_WORD_N; i++)
    any |= r->words[i].escaped;
  if (!any)
    return r;
  *copy = *r;
  for (int i = 0; i < TOK_WORD_N; i++)
    copy->words[i].text = tok_usage_undone(r->words[i].text, r->words[i].escaped, rooms[i]);
  return copy;
}

/* What goes out is borrowed from the input: a word in a room is so no longer. */
static tok_usage_text as_written(tok_usage_text t, const tok_usage_raw *plain,
                                 const tok_usage_raw *r) {
  for (int i = 0; i < TOK_WORD_N && t.text.len > 0; i++) {
    if (t.text.ptr == plain->words[i].text.ptr)
      return r->words[i];
  }
  return t;
}

tok_status tok_usage_settle(const tok_usage_raw *written, tok_slice said, bool lenient,
                            tok_usage *out) {
  tok_usage_raw copy;
  word_rooms rooms;
  const tok_usage_raw *r = without_escapes(written, &copy, rooms);
  tok_quantities q;
  tok_shape shape = shape_of(r);
  if (shape == TOK_SHAPE_N)
    return TOK_NOTFOUND;
  memset(&q, 0, sizeof q);
  tok_usage_text provider = told_provider(r, said);
  const tok_shape_info *s = &tok_shapes[shape];
  if (count(r, shape, &q) != TOK_OK || !settle_writes(&q))
    return too_large(out);
  if (shape != TOK_SHAPE_CANONICAL)
    settle_seconds(&q);
  if (shape == TOK_SHAPE_CHAT && !settle_chat(&q, r, provider.text))
    return too_large(out);
  if (!add_meters(&q, TOK_M_INPUT, s->on_top_of_input) ||
      !add_meters(&q, TOK_M_OUTPUT, s->on_top_of_output))
    return too_large(out);
  if (shape == TOK_SHAPE_RESPONSES)
    settle_image(&q);
  /* Voyage's total holds its images too, which are paid by the pixel */
  if (shape == TOK_SHAPE_TOTAL &&
      (q.quanta[TOK_M_PIXELS] == 0 || !tok_quantities_has(&q, TOK_M_INPUT)))
    tok_quantities_set(&q, TOK_M_INPUT, r->total);
  if (lenient || shape != TOK_SHAPE_CANONICAL)
    clamp(&q);
  settle_size(r, &q);
  if (!add_to(&q, TOK_M_WEB_SEARCHES, tok_quantities_has(&q, TOK_M_WEB_SEARCHES) ? 0 : r->tools) ||
      !add_to(&q, TOK_M_WEB_SEARCHES, gemini_searches(r)))
    return too_large(out);
  if (lenient && provider.text.len == 0)
    provider = guessed_provider(r, shape);
  bool first = out->n_responses++ == 0;
  out->shape = shape;
  out->says_provider = r->words[TOK_WORD_PROVIDER].text.len > 0;
  agree(&out->provider, as_written(provider, r, written), first);
  agree(&out->model, written->words[TOK_WORD_MODEL], first);
  agree(&out->response_id, written->words[TOK_WORD_ID], first);
  agree(&out->service_tier, as_written(tier_of(r), r, written), first);
  agree(&out->inference_geo, geo_of(r), first);
  for (int i = 0; i < r->n_advisors; i++) {
    if (!tok_usage_advise(out->advisors, &out->n_advisors, &r->advisors[i])) return too_large(out);
  }
  tok_status status = add_response(out, &q, reported_cost(r));
  return status == TOK_OK && !total_fits(&out->q) ? too_large(out) : status;
}

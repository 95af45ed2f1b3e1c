/* Canonical JSON of usage; see usage.h. */
#include "../base/utf8.h"
#include "usage.h"

/* In the order of SPEC section 3; what it does not name follows. Not printed where 0. */
static const struct {
  const char *name;
  uint8_t meter;
} members[] = {
    {"cache_read_tokens", TOK_M_CACHE_READ},
    {"cache_write_tokens", TOK_M_CACHE_WRITE},
    {"cache_write_5m_tokens", TOK_M_CACHE_WRITE_5M},
    {"cache_write_1h_tokens", TOK_M_CACHE_WRITE_1H},
    {"reasoning_tokens", TOK_M_REASONING},
    {"citation_tokens", TOK_M_CITATION},
    {"input_text_tokens", TOK_M_INPUT_TEXT},
    {"input_audio_tokens", TOK_M_INPUT_AUDIO},
    {"input_image_tokens", TOK_M_INPUT_IMAGE},
    {"input_video_tokens", TOK_M_INPUT_VIDEO},
    {"input_tool_tokens", TOK_M_INPUT_TOOL},
    {"output_text_tokens", TOK_M_OUTPUT_TEXT},
    {"output_audio_tokens", TOK_M_OUTPUT_AUDIO},
    {"output_image_tokens", TOK_M_OUTPUT_IMAGE},
    {"output_video_tokens", TOK_M_OUTPUT_VIDEO},
    {"cache_text_read_tokens", TOK_M_CACHE_READ_TEXT},
    {"cache_audio_read_tokens", TOK_M_CACHE_READ_AUDIO},
    {"cache_image_read_tokens", TOK_M_CACHE_READ_IMAGE},
    {"cache_video_read_tokens", TOK_M_CACHE_READ_VIDEO},
    {"cache_text_write_tokens", TOK_M_CACHE_WRITE_TEXT},
    {"cache_audio_write_tokens", TOK_M_CACHE_WRITE_AUDIO},
    {"cache_image_write_tokens", TOK_M_CACHE_WRITE_IMAGE},
    {"cache_video_write_tokens", TOK_M_CACHE_WRITE_VIDEO},
    {"requests", TOK_M_REQUESTS},
    {"requests_low", TOK_M_REQUESTS_LOW},
    {"requests_medium", TOK_M_REQUESTS_MEDIUM},
    {"web_searches", TOK_M_WEB_SEARCHES},
    {"social_searches", TOK_M_SOCIAL_SEARCHES},
    {"storage_searches", TOK_M_STORAGE_SEARCHES},
    {"rerank_searches", TOK_M_RERANK_SEARCHES},
    {"code_executions", TOK_M_CODE_EXECUTIONS},
    {"seconds", TOK_M_SECONDS},
    {"input_audio_seconds", TOK_M_INPUT_SECONDS},
    {"output_audio_seconds", TOK_M_OUTPUT_SECONDS},
    {"pages", TOK_M_PAGES},
    {"annotated_pages", TOK_M_ANNOTATED_PAGES},
    {"input_text_messages", TOK_M_MESSAGES},
    {"input_characters", TOK_M_CHARACTERS},
    {"input_pixels", TOK_M_PIXELS},
};

const char *tok_usage_name(tok_meter m) {
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    if (members[i].meter == m)
      return members[i].name;
  }
  return NULL;
}

static void put_name(tok_buf *b, const char *name) {
  tok_buf_addc(b, b->len == 1 ? '"' : ',');
  if (b->len > 1 && b->ptr[b->len - 1] == ',')
    tok_buf_addc(b, '"');
  tok_buf_adds(b, name);
  tok_buf_adds(b, "\":");
}

/* A string of JSON as it stands, but bytes that are no UTF-8. */
static void put_escaped(tok_buf *b, tok_slice raw) {
  uint32_t cp;
  tok_buf_addc(b, '"');
  for (size_t at = 0, n; at < raw.len; at += n) {
    n = tok_utf8_decode((const unsigned char *)raw.ptr + at, raw.len - at, &cp);
    if (cp == TOK_UTF8_INVALID)
      tok_buf_adds(b, "\xEF\xBF\xBD");
    else
      tok_buf_add(b, raw.ptr + at, n);
  }
  tok_buf_addc(b, '"');
}

static void put_text(tok_buf *b, const char *name, tok_usage_text t) {
  if (t.text.len == 0)
    return;
  put_name(b, name);
  if (t.escaped)
    put_escaped(b, t.text);
  else
    tok_buf_add_json(b, t.text);
}

/* v / 10^decimals, without zeros at the end. */
static void put_fixed(tok_buf *b, int64_t v, int64_t unit) {
  tok_buf_add_i64(b, v / unit);
  int64_t rest = v % unit;
  if (rest == 0)
    return;
  tok_buf_addc(b, '.');
  for (unit /= 10; rest > 0; unit /= 10) {
    tok_buf_addc(b, (char)('0' + rest / unit));
    rest %= unit;
  }
}

static void put_count(tok_buf *b, const char *name, const tok_quantities *q, tok_meter m) {
  put_name(b, name);
  put_fixed(b, q->quanta[m], tok_meters[m].quantum);
}

/* What advised, each model for itself: it is in no other number, since it has prices of its own. */
static void put_advisors(const tok_usage *u, tok_buf *b) {
  if (u->n_advisors == 0)
    return;
  put_name(b, "advisors");
  for (int i = 0; i < u->n_advisors; i++) {
    const tok_usage_advisor *a = &u->advisors[i];
    tok_buf_adds(b, i == 0 ? "[{\"model\":" : ",{\"model\":");
    put_escaped(b, a->model);
    for (int k = 0; k < TOK_PLAIN_N; k++) {
      if (a->p.n[k] == 0 && k > TOK_PLAIN_OUTPUT)
        continue;
      put_name(b, k == TOK_PLAIN_INPUT    ? "input_tokens"
                  : k == TOK_PLAIN_OUTPUT ? "output_tokens"
                                          : tok_usage_name((tok_meter)tok_plain_meters[k]));
      tok_buf_add_i64(b, a->p.n[k]);
    }
    tok_buf_addc(b, '}');
  }
  tok_buf_addc(b, ']');
}

void tok_usage_print(const tok_usage *u, tok_buf *b) {
  const tok_quantities *q = &u->q;
  bool input = tok_quantities_has(q, TOK_M_INPUT), output = tok_quantities_has(q, TOK_M_OUTPUT);
  tok_buf_addc(b, '{');
  put_text(b, "provider", u->provider);
  put_text(b, "model", u->model);
  put_text(b, "response_id", u->response_id);
  if (input)
    put_count(b, "input_tokens", q, TOK_M_INPUT);
  if (output)
    put_count(b, "output_tokens", q, TOK_M_OUTPUT);
  if (input || output) {
    put_name(b, "total_tokens");
    tok_buf_add_i64(b, q->quanta[TOK_M_INPUT] + q->quanta[TOK_M_OUTPUT]);
  }
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    if (q->quanta[members[i].meter] > 0)
      put_count(b, members[i].name, q, (tok_meter)members[i].meter);
  }
  put_advisors(u, b);
  put_text(b, "service_tier", u->service_tier);
  put_text(b, "inference_geo", u->inference_geo);
  if (u->cost_pico > 0) {
    put_name(b, "reported_cost_usd");
    put_fixed(b, u->cost_pico, 1000000000000);
  }
  if (u->n_responses > 1) {
    put_name(b, "responses");
    tok_buf_add_i64(b, u->n_responses);
  }
  if (u->cut) {
    put_name(b, "incomplete");
    tok_buf_adds(b, "true");
  }
  tok_buf_addc(b, '}');
}

static bool is_column(uint8_t meter) {
  return meter == TOK_M_CACHE_READ || meter == TOK_M_CACHE_WRITE || meter == TOK_M_CACHE_WRITE_1H ||
         meter == TOK_M_REASONING;
}

void tok_usage_print_meters(const tok_usage *u, tok_buf *b) {
  bool any = u->inference_geo.text.len > 0 || u->n_advisors > 0;
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
    any |= u->q.quanta[members[i].meter] > 0 && !is_column(members[i].meter);
  if (!any)
    return;
  tok_buf_addc(b, '{');
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    if (u->q.quanta[members[i].meter] > 0 && !is_column(members[i].meter))
      put_count(b, members[i].name, &u->q, (tok_meter)members[i].meter);
  }
  put_advisors(u, b);
  put_text(b, "inference_geo", u->inference_geo);
  tok_buf_addc(b, '}');
}

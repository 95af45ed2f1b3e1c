/* Usage objects; see usage_json.h. One table of names; nested members are looked up as
 * "outer.inner". */
#include "usage_json.h"

enum { MEMBER_MAX = 96 }; /* longer than every known name */

/* How a number of this name enters the quantities. */
typedef enum {
  SET,    /* the quantity of the meter; the largest wins if several names give it */
  ON_TOP, /* the same, and not contained in input_tokens: added to it */
} how;

typedef struct {
  const char *name;
  uint8_t meter;
  uint8_t how;
} member;

/* In byte order (tested). "a.b" is member b of member a, or one member with a dot in its name. */
static const member members[] = {
    {"annotated_pages", TOK_M_ANNOTATED_PAGES, SET},
    {"audio.input_tokens", TOK_M_INPUT_AUDIO, SET},
    {"audio.output_tokens", TOK_M_OUTPUT_AUDIO, SET},
    {"audio_seconds", TOK_M_SECONDS, SET},
    {"cache_audio_read_tokens", TOK_M_CACHE_READ_AUDIO, SET},
    {"cache_audio_write_tokens", TOK_M_CACHE_WRITE_AUDIO, SET},
    {"cache_creation.ephemeral_1h_input_tokens", TOK_M_CACHE_WRITE_1H, SET},
    {"cache_creation.ephemeral_5m_input_tokens", TOK_M_CACHE_WRITE_5M, SET},
    {"cache_creation.input_tokens", TOK_M_CACHE_WRITE, SET},
    {"cache_creation_input_tokens", TOK_M_CACHE_WRITE, ON_TOP},
    {"cache_image_read_tokens", TOK_M_CACHE_READ_IMAGE, SET},
    {"cache_image_write_tokens", TOK_M_CACHE_WRITE_IMAGE, SET},
    {"cache_read.input_tokens", TOK_M_CACHE_READ, SET},
    {"cache_read_input_tokens", TOK_M_CACHE_READ, ON_TOP},
    {"cache_read_tokens", TOK_M_CACHE_READ, SET},
    {"cache_text_read_tokens", TOK_M_CACHE_READ_TEXT, SET},
    {"cache_text_write_tokens", TOK_M_CACHE_WRITE_TEXT, SET},
    {"cache_video_read_tokens", TOK_M_CACHE_READ_VIDEO, SET},
    {"cache_video_write_tokens", TOK_M_CACHE_WRITE_VIDEO, SET},
    {"cache_write_1h_tokens", TOK_M_CACHE_WRITE_1H, SET},
    {"cache_write_5m_tokens", TOK_M_CACHE_WRITE_5M, SET},
    {"cache_write_tokens", TOK_M_CACHE_WRITE, SET},
    {"citation_tokens", TOK_M_CITATION, SET},
    {"code_executions", TOK_M_CODE_EXECUTIONS, SET},
    {"completion_tokens", TOK_M_OUTPUT, SET},
    {"completion_tokens_details.audio_tokens", TOK_M_OUTPUT_AUDIO, SET},
    {"completion_tokens_details.reasoning_tokens", TOK_M_REASONING, SET},
    {"image.input_tokens", TOK_M_INPUT_IMAGE, SET},
    {"input_annotated_document_pages", TOK_M_ANNOTATED_PAGES, SET},
    {"input_audio_seconds", TOK_M_INPUT_SECONDS, SET},
    {"input_audio_tokens", TOK_M_INPUT_AUDIO, SET},
    {"input_characters", TOK_M_CHARACTERS, SET},
    {"input_document_pages", TOK_M_PAGES, SET},
    {"input_image_tokens", TOK_M_INPUT_IMAGE, SET},
    {"input_pixels", TOK_M_PIXELS, SET},
    {"input_text_messages", TOK_M_MESSAGES, SET},
    {"input_text_tokens", TOK_M_INPUT_TEXT, SET},
    {"input_tokens", TOK_M_INPUT, SET},
    {"input_tokens_details.audio_tokens", TOK_M_INPUT_AUDIO, SET},
    {"input_tokens_details.cache_write_tokens", TOK_M_CACHE_WRITE, SET},
    {"input_tokens_details.cached_tokens", TOK_M_CACHE_READ, SET},
    {"input_tokens_details.image_tokens", TOK_M_INPUT_IMAGE, SET},
    {"input_tool_tokens", TOK_M_INPUT_TOOL, SET},
    {"input_video_tokens", TOK_M_INPUT_VIDEO, SET},
    {"output_audio_seconds", TOK_M_OUTPUT_SECONDS, SET},
    {"output_audio_tokens", TOK_M_OUTPUT_AUDIO, SET},
    {"output_citation_tokens", TOK_M_CITATION, SET},
    {"output_image_tokens", TOK_M_OUTPUT_IMAGE, SET},
    {"output_reasoning_tokens", TOK_M_REASONING, SET},
    {"output_text_tokens", TOK_M_OUTPUT_TEXT, SET},
    {"output_tokens", TOK_M_OUTPUT, SET},
    {"output_tokens_details.audio_tokens", TOK_M_OUTPUT_AUDIO, SET},
    {"output_tokens_details.image_tokens", TOK_M_OUTPUT_IMAGE, SET},
    {"output_tokens_details.reasoning_tokens", TOK_M_REASONING, SET},
    {"output_tokens_details.thinking_tokens", TOK_M_REASONING, SET},
    {"output_video_tokens", TOK_M_OUTPUT_VIDEO, SET},
    {"pages", TOK_M_PAGES, SET},
    {"prompt_tokens", TOK_M_INPUT, SET},
    {"prompt_tokens_details.audio_tokens", TOK_M_INPUT_AUDIO, SET},
    {"prompt_tokens_details.cache_write_tokens", TOK_M_CACHE_WRITE, SET},
    {"prompt_tokens_details.cached_tokens", TOK_M_CACHE_READ, SET},
    {"reasoning.output_tokens", TOK_M_REASONING, SET},
    {"reasoning_tokens", TOK_M_REASONING, SET},
    {"requests", TOK_M_REQUESTS, SET},
    {"rerank_searches", TOK_M_RERANK_SEARCHES, SET},
    {"seconds", TOK_M_SECONDS, SET},
    {"server_tool_use.web_search_requests", TOK_M_WEB_SEARCHES, SET},
    {"social_searches", TOK_M_SOCIAL_SEARCHES, SET},
    {"storage_searches", TOK_M_STORAGE_SEARCHES, SET},
    {"text.input_tokens", TOK_M_INPUT_TEXT, SET},
    {"text.output_tokens", TOK_M_OUTPUT_TEXT, SET},
    {"video.input_tokens", TOK_M_INPUT_VIDEO, SET},
    {"web_searches", TOK_M_WEB_SEARCHES, SET},
};

/* OpenTelemetry's own spellings that mean something else, or nothing, without its prefix. */
static const member otel_members[] = {
    {"cache_creation_input_tokens", TOK_M_CACHE_WRITE, SET},
    {"cache_read_input_tokens", TOK_M_CACHE_READ, SET},
    {"input_tokens.cached", TOK_M_CACHE_READ, SET},
};

static const member *find(const member *table, size_t n, tok_slice name) {
  size_t lo = 0, hi = n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    const char *p = table[mid].name;
    int c = strncmp(p, name.ptr, name.len);
    if (c == 0 && p[name.len] != '\0')
      c = 1;
    if (c == 0)
      return &table[mid];
    if (c < 0) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  return NULL;
}

static const member *find_member(tok_slice name) {
  static const char otel[] = "gen_ai.usage.";
  const size_t n = sizeof otel - 1;
  if (name.len > n && memcmp(name.ptr, otel, n) == 0) {
    tok_slice rest = {name.ptr + n, name.len - n};
    const member *m = find(otel_members, sizeof otel_members / sizeof otel_members[0], rest);
    if (m != NULL)
      return m;
    name = rest;
  }
  return find(members, sizeof members / sizeof members[0], name);
}

typedef struct {
  tok_json j;
  char name[MEMBER_MAX]; /* of the member being read: "outer." or "outer.inner" */
  size_t outer_len;      /* with its dot */
  int64_t on_top;        /* what is to be added to input */
  bool any;              /* was any quantity given? */
  bool strange;          /* was there any other number? */
  tok_usage_object *out;
} reader;

static tok_status wrong(reader *r, tok_slice name, const char *what) {
  r->out->member = name;
  r->out->wrong = what;
  return TOK_INVALID;
}

static tok_status set_quantity(reader *r, const member *m, tok_slice name) {
  tok_quantities *q = &r->out->q;
  int64_t v;
  tok_status status = tok_json_int(r->j.text, tok_meters[m->meter].quantum, &v);
  if (status == TOK_OVERFLOW)
    return wrong(r, name, "is too large");
  if (status != TOK_OK)
    return wrong(r, name, "must be a whole number");
  if (v < 0)
    return wrong(r, name, "must not be negative");
  r->any = true;
  if (m->how == ON_TOP && !tok_add_i64(r->on_top, v, &r->on_top))
    return wrong(r, name, "is too large");
  if (!tok_quantities_has(q, m->meter) || v > q->quanta[m->meter])
    tok_quantities_set(q, m->meter, v);
  return TOK_OK;
}

/* Words beside the quantities. A provider's own field may hold anything: what is not a known tier
 * is standard. */
static void set_word(reader *r, tok_slice name) {
  tok_usage_object *out = r->out;
  if (tok_slice_is(name, "provider") || tok_slice_is(name, "gen_ai.provider.name") ||
      tok_slice_is(name, "gen_ai.system")) {
    out->provider = r->j.text;
  } else if (tok_slice_is(name, "model")) {
    out->model = r->j.text;
  } else if (tok_slice_is(name, "service_tier")) {
    tok_tier tier = tok_tier_find(r->j.text);
    out->tier = tier == TOK_TIER_N ? TOK_TIER_STANDARD : tier;
  }
}

/* The value after a key. */
static tok_status read_value(reader *r, tok_slice name) {
  const member *m = find_member(name);
  tok_slice shown = r->j.text;
  switch (tok_json_next(&r->j)) {
  case TOK_JSON_NUMBER:
    r->strange |= m == NULL;
    return m == NULL ? TOK_OK : set_quantity(r, m, shown);
  case TOK_JSON_STRING:
    set_word(r, name);
    break;
  case TOK_JSON_OBJECT:
    if (r->outer_len == 0 && name.len + 1 < MEMBER_MAX) {
      memcpy(r->name, name.ptr, name.len);
      r->name[name.len] = '.';
      r->outer_len = name.len + 1;
      return TOK_OK; /* its members follow as the next keys */
    }
    /* fall through */
  case TOK_JSON_ARRAY:
    return tok_json_skip(&r->j) ? TOK_OK : wrong(r, shown, "is malformed JSON");
  case TOK_JSON_NULL:
    return TOK_OK;
  case TOK_JSON_ERROR:
    return wrong(r, shown, "is malformed JSON");
  default:
    break;
  }
  return m == NULL ? TOK_OK : wrong(r, shown, "must be a number");
}

static tok_status read_key(reader *r) {
  tok_slice key = r->j.text;
  if (r->outer_len == 0)
    return read_value(r, key);
  if (r->outer_len + key.len > MEMBER_MAX)
    return read_value(r, (tok_slice){r->name, r->outer_len});
  memcpy(r->name + r->outer_len, key.ptr, key.len);
  return read_value(r, (tok_slice){r->name, r->outer_len + key.len});
}

/* Anthropic counts cached tokens beside input_tokens; and its total of writes is input, the split a
 * part. */
static tok_status finish(reader *r) {
  tok_quantities *q = &r->out->q;
  tok_slice all = {"input_tokens", 12};
  if (!r->any && r->strange)
    return wrong(r, (tok_slice){NULL, 0}, "has no known quantity");
  if (r->on_top > 0) {
    int64_t input;
    if (!tok_add_i64(q->quanta[TOK_M_INPUT], r->on_top, &input))
      return wrong(r, all, "is too large");
    tok_quantities_set(q, TOK_M_INPUT, input);
  }
  return TOK_OK;
}

tok_status tok_usage_read(tok_slice json, tok_usage_object *out) {
  reader r = {.out = out};
  memset(out, 0, sizeof *out);
  out->tier = TOK_TIER_STANDARD;
  tok_json_init(&r.j, json);
  tok_status status = TOK_OK;
  if (tok_json_next(&r.j) == TOK_JSON_ERROR)
    return wrong(&r, (tok_slice){NULL, 0}, "is malformed JSON");
  if (r.j.event != TOK_JSON_OBJECT)
    return wrong(&r, (tok_slice){NULL, 0}, "must be a JSON object");
  while (status == TOK_OK && tok_json_next(&r.j) != TOK_JSON_END) {
    if (r.j.event == TOK_JSON_ERROR)
      return wrong(&r, (tok_slice){NULL, 0}, "is malformed JSON");
    if (r.j.event == TOK_JSON_KEY)
      status = read_key(&r);
    if (r.j.event == TOK_JSON_OBJECT_END && r.j.depth == 1)
      r.outer_len = 0;
  }
  return status == TOK_OK ? finish(&r) : status;
}

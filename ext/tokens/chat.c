/* Chat requests; see chat.h. A descent over the reader's events: each function takes one value. */
#include "chat.h"

#include "../base/json.h"
#include "../base/model_name.h"
#include "image.h"
#include "tools.h"

/*
** Longest word with escapes that can be a known one: the longest has 20 bytes, each at most \u0000
*/
enum { ESCAPED_MAX = 128 };

typedef struct {
  tok_json j;
  tok_engine *engine;
  const tok_meter *meter;
  tok_buf text;       /* a string with its escapes undone, or JSON as models are shown it */
  char word[ESCAPED_MAX]; /* a key or word with its escapes undone */
  tok_status status;  /* sticky */
  const char *wrong, *unknown;
  int64_t milli;      /* thousandths of a token */
  bool inexact;
  bool plain;
  bool tools;
  bool responses; /* the request has `input` */
  bool answer; /* the body of a response: what the model wrote, nothing around the request */
  int last_role;
} chat;

typedef enum { USER, ASSISTANT, SYSTEM } role;

/* What a message or a part of one holds beside texts; keys come in any order. */
typedef struct {
  int who;
  bool has_role, named, low, image, data; /* data: the size was read from the bytes */
  tok_image_size size;
  int depth;
} part;

static void add_tokens(chat *c, int64_t n) { c->milli += n * 1000; }

static void fail(chat *c, tok_status status, const char *wrong) {
  if (c->status == TOK_OK) c->status = status, c->wrong = wrong;
}

static void cannot(chat *c, const char *why) {
  if (c->unknown == NULL) c->unknown = why;
}

/* A key or a string, to be compared with known words; until the next one. */
static tok_slice word_of(chat *c) {
  if (!c->j.escaped || c->j.text.len > ESCAPED_MAX) return c->j.text;
  return (tok_slice){c->word, tok_json_unescape(c->j.text, c->word)};
}

/* The next event; keys as they are written. */
static bool next_raw(chat *c) {
  if (c->status != TOK_OK) return false;
  if (tok_json_next(&c->j) != TOK_JSON_ERROR) return true;
  fail(c, TOK_INVALID,
       tok_json_too_deep(&c->j) ? "nested deeper than 64 levels" : "malformed JSON");
  return false;
}

/* The next event; keys with their escapes undone. */
static bool next(chat *c) {
  if (!next_raw(c)) return false;
  if (c->j.event == TOK_JSON_KEY) c->j.text = word_of(c);
  return true;
}

/* Passes over what is left of the value whose first event was just read. */
static void pass(chat *c) {
  if ((c->j.event == TOK_JSON_OBJECT || c->j.event == TOK_JSON_ARRAY) && !tok_json_skip(&c->j)) {
    fail(c, TOK_INVALID, "malformed JSON");
  }
}

static bool key_is(const chat *c, const char *name) { return tok_slice_is(c->j.text, name); }

static bool one_of(tok_slice key, const char *const *names) {
  for (; *names != NULL; names++) {
    if (tok_slice_is(key, *names)) return true;
  }
  return false;
}

/* ---- texts ----------------------------------------------------------------------------------- */

/* A string's text: in place, or with its escapes undone in c->text. */
static tok_slice plain_text(chat *c, tok_slice raw, bool escaped) {
  if (!escaped) return raw;
  c->text.len = 0;
  char *room = tok_buf_reserve(&c->text, raw.len);
  if (room != NULL) c->text.len = tok_json_unescape(raw, room);
  if (c->text.status != TOK_OK) fail(c, c->text.status, NULL);
  return (tok_slice){c->text.ptr, c->text.len};
}

/* Adds a text; returns its tokens in thousandths. */
static int64_t count_text(chat *c, tok_slice text) {
  tok_estimate est;
  if (c->status != TOK_OK || text.len == 0) return 0;
  tok_status status = tok_estimate_text(c->engine, c->meter, text, &est);
  if (status != TOK_OK) {
    fail(c, status, NULL);
    return 0;
  }
  c->milli += est.milli;
  return est.milli;
}

static int64_t count_string(chat *c) {
  return count_text(c, plain_text(c, c->j.text, c->j.escaped));
}

/* Appends what the escape \u at p stands for; n: its bytes, 12 for a pair. */
static void print_escape(tok_buf *b, const char *p, size_t n) {
  static const char FROM[] = "\b\f\n\r\t\"\\", TO[] = "bfnrt\"\\";
  char out[12];
  size_t k = tok_json_unescape((tok_slice){p, n}, out);
  const char *at = k == 1 && out[0] != '\0' ? strchr(FROM, out[0]) : NULL;
  if (at != NULL) {
    tok_buf_addc(b, '\\');
    tok_buf_addc(b, TO[at - FROM]);
  } else if (k > 1 || (unsigned char)out[0] >= ' ') {
    tok_buf_add(b, out, k);
  } else {
    tok_buf_add(b, p, n);
  }
}

/* Appends a string of JSON: only what must have an escape has one. */
static void print_string(tok_buf *b, tok_slice raw) {
  tok_buf_addc(b, '"');
  for (size_t i = 0, n; i < raw.len; i += n) {
    const char *p = raw.ptr + i, *slash = memchr(p, '\\', raw.len - i);
    n = slash == NULL ? raw.len - i : (size_t)(slash - p);
    if (n == 0 && p[1] == 'u') {
      bool pair = raw.len - i >= 12 && tok_lower(p[2]) == 'd' && p[3] >= '8' && p[6] == '\\' &&
                  p[7] == 'u';
      n = pair ? 12 : 6;
      print_escape(b, p, n);
    } else if (n == 0) {
      n = 2;
      tok_buf_add(b, p[1] == '/' ? "/" : p, p[1] == '/' ? 1 : n);
    } else {
      tok_buf_add(b, p, n);
    }
  }
  tok_buf_addc(b, '"');
}

/*
** The object or array whose first event was just read, into c->text: however a request is written,
** providers show models one form of it.
*/
static void print_json(chat *c) {
  int outside = c->j.depth - 1;
  bool comma = false;
  c->text.len = 0;
  do {
    tok_json_event event = c->j.event;
    bool end = event == TOK_JSON_OBJECT_END || event == TOK_JSON_ARRAY_END;
    if (comma && !end) tok_buf_adds(&c->text, ", ");
    comma = event != TOK_JSON_OBJECT && event != TOK_JSON_ARRAY && event != TOK_JSON_KEY;
    if (event == TOK_JSON_KEY || event == TOK_JSON_STRING) {
      print_string(&c->text, c->j.text);
      if (event == TOK_JSON_KEY) tok_buf_adds(&c->text, ": ");
    } else if (event == TOK_JSON_NUMBER) {
      tok_buf_add(&c->text, c->j.text.ptr, c->j.text.len);
    } else if (event == TOK_JSON_TRUE || event == TOK_JSON_FALSE || event == TOK_JSON_NULL) {
      static const char *const WORDS[] = {"true", "false", "null"};
      tok_buf_adds(&c->text, WORDS[event - TOK_JSON_TRUE]);
    } else {
      tok_buf_addc(&c->text, c->j.in.ptr[c->j.at - 1]);
    }
  } while (c->j.depth > outside && next_raw(c));
  if (c->text.status != TOK_OK) fail(c, c->text.status, NULL);
}

/* The value as JSON text: how models are shown arguments and schemas, near enough. */
static void count_json(chat *c) {
  tok_json_event event = c->j.event;
  if (event == TOK_JSON_STRING) {
    count_string(c);
  } else if (event == TOK_JSON_OBJECT || event == TOK_JSON_ARRAY) {
    print_json(c);
    if (c->status != TOK_OK) return;
    count_text(c, (tok_slice){c->text.ptr, c->text.len});
    c->inexact = true;
  }
}

/* ---- messages and their parts ---------------------------------------------------------------- */

static void count_value(chat *c, part *p);

static int role_of(tok_slice name) {
  if (tok_slice_is(name, "assistant") || tok_slice_is(name, "model")) return ASSISTANT;
  if (tok_slice_is(name, "system") || tok_slice_is(name, "developer")) return SYSTEM;
  return USER;
}

static int64_t pixels(const chat *c) {
  int64_t n = 0;
  if (c->j.event != TOK_JSON_NUMBER || tok_json_int(c->j.text, 1, &n) != TOK_OK) return 0;
  return n > 0 && n <= TOK_IMAGE_EDGE_MAX ? n : 0;
}

/* "url", "data", "bytes", …: the image itself, or where it is. */
static void image_data(chat *c, part *p) {
  p->image = true;
  if (c->j.event == TOK_JSON_OBJECT) {
    count_value(c, p);
  } else if (c->j.event == TOK_JSON_STRING) {
    tok_image_size size;
    if (tok_image_of_base64(c->j.text, &size)) p->size = size;
  } else {
    pass(c);
  }
}

typedef enum { TEXT, JSON, IMAGE, DATA, INSIDE, MEDIA, CALL } key_kind;

/* What the keys of messages and parts hold; others say nothing about tokens. */
static key_kind kind_of(tok_slice key, bool *known) {
  static const struct {
    const char *name;
    key_kind kind;
  } KEYS[] = {
      {"content", TEXT},
      {"text", TEXT},
      {"parts", TEXT},
      {"thinking", TEXT},
      {"refusal", TEXT},
      {"output", TEXT},
      {"reasoning_content", TEXT},
      {"summary", TEXT},
      {"input_text", TEXT},
      {"name", TEXT},
      {"code", TEXT},
      {"input", JSON},
      {"args", JSON},
      {"arguments", JSON}, /* a string that holds JSON; Ollama: the object itself */
      {"response", JSON},
      {"json", JSON},
      {"image_url", IMAGE},
      {"source", INSIDE},
      {"image", IMAGE},
      {"inlineData", IMAGE},
      {"inline_data", IMAGE},
      {"url", DATA},
      {"data", DATA},
      {"bytes", DATA},
      {"function", INSIDE},
      {"message", INSIDE},
      {"function_call", CALL},
      {"functionCall", CALL},
      {"functionResponse", CALL},
      {"toolUse", CALL},
      {"toolResult", CALL},
      {"tool_calls", CALL},
      {"input_audio", MEDIA},
      {"fileData", MEDIA},
      {"file_data", MEDIA},
      {"file", MEDIA},
      {"document", MEDIA},
      {"video", MEDIA},
      {"file_id", MEDIA},
      {"audio", MEDIA},
  };
  for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++) {
    if (tok_slice_is(key, KEYS[i].name)) return *known = true, KEYS[i].kind;
  }
  *known = false;
  return TEXT;
}

static void count_key_kind(chat *c, part *p, key_kind kind) {
  switch (kind) {
  case TEXT:
    count_value(c, p);
    break;
  case CALL:
    c->inexact = true;
    count_value(c, p);
    break;
  case INSIDE:
    count_value(c, p);
    break;
  case JSON:
    count_json(c);
    break;
  case IMAGE:
  case DATA:
    image_data(c, p);
    break;
  case MEDIA:
    if (c->j.event != TOK_JSON_NULL) cannot(c, "audio, video and files are not counted");
    pass(c);
    break;
  }
}

/* After KEY: the value of one key of a message or a part. */
static void count_key(chat *c, part *p) {
  bool known, is_role = key_is(c, "role"), is_name = key_is(c, "name"),
              is_detail = key_is(c, "detail");
  bool is_width = key_is(c, "width"), is_height = key_is(c, "height"), is_type = key_is(c, "type");
  key_kind kind = kind_of(c->j.text, &known);
  if (!next(c)) return;
  bool string = c->j.event == TOK_JSON_STRING;
  if (is_role && string) {
    p->who = role_of(word_of(c));
    p->has_role = true;
  } else if (is_detail && string) {
    p->low = tok_slice_is(word_of(c), "low");
  } else if (is_width || is_height) {
    *(is_width ? &p->size.width : &p->size.height) = pixels(c);
  } else if (is_type && string) {
    static const char *const FILES[] = {"input_audio", "document", "input_file", NULL};
    static const char *const IMAGES[] = {"image", "input_image", NULL};
    tok_slice type = word_of(c);
    if (one_of(type, FILES)) cannot(c, "audio, video and files are not counted");
    p->image |= one_of(type, IMAGES);
  } else if (known) {
    if (is_name && string && p->depth == 0) p->named = true;
    count_key_kind(c, p, kind);
  } else {
    pass(c);
  }
}

static void finish_image(chat *c, const part *p) {
  int64_t n = tok_image_tokens(&c->meter->info->image, p->size, p->low);
  c->inexact = true;
  if (n < 0) {
    cannot(c, c->meter->info->image.kind == TOK_IMAGE_UNKNOWN
                  ? "the model's rule for images is not known"
                  : "an image without width and height, as it is not in the request itself");
  } else {
    add_tokens(c, n);
  }
}

/*
** The value whose first event was just read: texts of a message or of a part of it. null is none;
** a number or a boolean is what no provider takes for one.
*/
static void count_value(chat *c, part *p) {
  if (c->status != TOK_OK) return;
  if (c->j.event == TOK_JSON_STRING) {
    count_string(c);
  } else if (c->j.event == TOK_JSON_ARRAY) {
    while (next(c) && c->j.event != TOK_JSON_ARRAY_END) {
      part inner = {.depth = p->depth + 1};
      count_value(c, &inner);
      if (inner.image) finish_image(c, &inner);
    }
  } else if (c->j.event == TOK_JSON_OBJECT) {
    p->depth++;
    while (next(c) && c->j.event != TOK_JSON_OBJECT_END) count_key(c, p);
    p->depth--;
  } else if (c->j.event != TOK_JSON_NULL) {
    fail(c, TOK_INVALID, "a number or a boolean where a text is expected");
  }
}

static void around(chat *c, int who) {
  const tok_chat_rule *rule = &c->meter->info->chat;
  add_tokens(c, who == ASSISTANT ? rule->assistant : who == SYSTEM ? rule->system : rule->user);
  c->last_role = who;
}

/* A message whose first event was just read; a string is one of the user's. */
static void count_message(chat *c) {
  part p = {.who = USER};
  int64_t before = c->milli;
  if (c->j.event == TOK_JSON_NUMBER) { /* a list of token ids */
    add_tokens(c, 1);
    return;
  }
  if (c->j.event == TOK_JSON_OBJECT) {
    p.depth = 0;
    while (next(c) && c->j.event != TOK_JSON_OBJECT_END) count_key(c, &p);
  } else {
    count_value(c, &p);
  }
  if (p.image) finish_image(c, &p);
  if (c->plain) {
    if (c->milli == before) add_tokens(c, 1); /* an empty text is billed as one token */
    return;
  }
  around(c, p.who);
  if (p.named) add_tokens(c, c->meter->info->chat.name);
}

/* A list of messages, or one of them alone; null is none. */
static void count_messages(chat *c) {
  if (c->j.event != TOK_JSON_ARRAY) {
    if (c->j.event == TOK_JSON_STRING || c->j.event == TOK_JSON_OBJECT) {
      count_message(c);
    } else if (c->j.event != TOK_JSON_NULL) {
      fail(c, TOK_INVALID, "no message");
    }
    return;
  }
  while (next(c) && c->j.event != TOK_JSON_ARRAY_END) {
    if (c->plain && c->j.event == TOK_JSON_ARRAY) { /* a list of lists of ids */
      while (next(c) && c->j.event != TOK_JSON_ARRAY_END) count_message(c);
    } else {
      count_message(c);
    }
  }
}

/* ---- requests -------------------------------------------------------------------------------- */

static void count_system(chat *c) {
  part p = {.who = SYSTEM};
  int64_t before = c->milli;
  count_value(c, &p);
  if (c->milli == before) return;
  int last = c->last_role;
  around(c, SYSTEM);
  c->last_role = last; /* it stands before the messages, wherever its key is */
}

/* One tool, whose first event was just read. */
static void count_tool(chat *c) {
  bool known = false;
  if (c->j.event == TOK_JSON_OBJECT && c->meter->info->chat.tool_lines) {
    tok_json here = c->j;
    size_t from = c->j.at - 1;
    pass(c);
    if (c->status != TOK_OK) return;
    tok_slice tool = {c->j.in.ptr + from, c->j.at - from};
    tok_status status = tok_tool_lines(c->engine, c->meter, tool, &c->text, &c->milli, &known);
    if (status != TOK_OK) fail(c, status, NULL);
    if (!known) c->j = here;
    c->inexact = true;
  }
  if (!known) count_json(c);
}

static void count_tools(chat *c) {
  const tok_chat_rule *rule = &c->meter->info->chat;
  if (c->j.event != TOK_JSON_ARRAY) {
    count_json(c);
    return;
  }
  while (next(c) && c->j.event != TOK_JSON_ARRAY_END) {
    count_tool(c);
    add_tokens(c, rule->tool);
    if (!c->tools) add_tokens(c, rule->tools);
    c->tools = true;
  }
}

/* A schema that the answer must follow; wrappers may repeat the key inside. */
static void count_schema(chat *c) {
  int64_t before = c->milli, extra = c->meter->info->chat.schema;
  count_json(c);
  if (extra < 0) c->milli = before;
  if (extra > 0 && c->milli > before) add_tokens(c, extra);
}

/* {"type":"enabled"}, {"enabled":true}, {"effort":"high"} */
static void count_thinking(chat *c) {
  bool on = false;
  if (c->j.event != TOK_JSON_OBJECT) {
    pass(c);
    return;
  }
  while (next(c) && c->j.event != TOK_JSON_OBJECT_END) {
    bool is_type = key_is(c, "type"), is_effort = key_is(c, "effort"),
         is_enabled = key_is(c, "enabled");
    if (!next(c)) return;
    bool string = c->j.event == TOK_JSON_STRING;
    if (is_type && string) on = on || !tok_slice_is(word_of(c), "disabled");
    if (is_effort && string) on = on || !tok_slice_is(word_of(c), "none");
    if (is_enabled && c->j.event == TOK_JSON_TRUE) on = true;
    pass(c);
  }
  if (on) add_tokens(c, c->meter->info->chat.thinking);
}

static const char *const MESSAGE_KEYS[] = {"messages", "contents",     "input",
                                           "message",  "chat_history", NULL};
static const char *const TEXT_KEYS[] = {"prompt", "inputText", "texts", "inputs", NULL};
static const char *const SYSTEM_KEYS[] = {"system",       "systemInstruction", "system_instruction",
                                          "instructions", "preamble",          NULL};
static const char *const TOOL_KEYS[] = {"tools", "functions", NULL};
static const char *const SCHEMA_KEYS[] = {"schema", "jsonSchema", "json_schema", "responseSchema",
                                          "responseJsonSchema", "response_schema", NULL};
static const char *const WRAPPER_KEYS[] = {
    "response_format", "outputConfig", "output_config",    "output_format",
    "textFormat",      "structure",    "generationConfig", "generation_config",
    "toolConfig",      "text",         "format",           NULL};
static const char *const CONVERSATION_KEYS[] = {"conversation", "previous_response_id",
                                                "cachedContent", "cached_content", NULL};

/*
** The messages of a response: `choices` of chat completions, `output` of the responses interface.
*/
static void count_answers(chat *c, int64_t around_each) {
  c->answer = true;
  if (c->j.event != TOK_JSON_ARRAY) {
    pass(c);
    return;
  }
  while (next(c) && c->j.event != TOK_JSON_ARRAY_END) {
    part p = {.who = ASSISTANT};
    int64_t before = c->milli;
    count_value(c, &p);
    if (c->milli > before) add_tokens(c, around_each);
  }
}

static void count_request(chat *c, int depth);

/* After KEY of a request. */
static void request_key(chat *c, int depth) {
  tok_slice key = c->j.text;
  if (!next(c)) return;
  if (one_of(key, CONVERSATION_KEYS) && depth == 0) {
    if (c->j.event != TOK_JSON_NULL && !c->answer)
      cannot(c, "the request continues a conversation that the provider keeps");
    pass(c);
  } else if (depth == 0 && tok_slice_is(key, "choices")) {
    count_answers(c, c->meter->info->chat.chat_output);
  } else if (depth == 0 && tok_slice_is(key, "output")) {
    count_answers(c, c->meter->info->chat.responses_output);
  } else if (one_of(key, MESSAGE_KEYS)) {
    c->responses |= depth == 0 && tok_slice_is(key, "input");
    count_messages(c);
  } else if (one_of(key, TEXT_KEYS)) {
    bool plain = c->plain;
    c->plain = true;
    count_messages(c);
    c->plain = plain || c->last_role < 0; /* a request of texts only has nothing around it */
  } else if (one_of(key, SYSTEM_KEYS)) {
    count_system(c);
  } else if (one_of(key, TOOL_KEYS)) {
    count_tools(c);
  } else if (one_of(key, SCHEMA_KEYS)) {
    count_schema(c);
  } else if (tok_slice_is(key, "thinking") || tok_slice_is(key, "reasoning")) {
    count_thinking(c);
  } else if (one_of(key, WRAPPER_KEYS) && c->j.event == TOK_JSON_OBJECT) {
    count_request(c, depth + 1);
  } else {
    pass(c);
  }
}

static void count_request(chat *c, int depth) {
  while (next(c) && c->j.event != TOK_JSON_OBJECT_END) request_key(c, depth);
}

/* What an object is, by its keys. */
typedef enum { A_REQUEST, A_MESSAGE, A_STRANGER } object_kind;

/* Reads keys of the object whose first event was just read up to one that tells; comes back. */
static object_kind kind_of_object(chat *c) {
  static const char *const MESSAGE[] = {"role", "content", "parts", NULL};
  static const char *const RESPONSE[] = {"choices", "output", "thinking", "reasoning", NULL};
  static const char *const *const REQUEST[] = {MESSAGE_KEYS, TEXT_KEYS,   SYSTEM_KEYS,
                                               TOOL_KEYS,    SCHEMA_KEYS, WRAPPER_KEYS,
                                               RESPONSE,     CONVERSATION_KEYS};
  tok_json here = c->j;
  object_kind kind = A_REQUEST; /* {} */
  bool request = false, message = false, any = false;
  while (!request && next(c) && c->j.event != TOK_JSON_OBJECT_END) {
    any = true;
    message = message || one_of(c->j.text, MESSAGE);
    for (size_t i = 0; i < sizeof REQUEST / sizeof REQUEST[0]; i++)
      request = request || one_of(c->j.text, REQUEST[i]);
    if (!request && next(c)) pass(c);
  }
  if (message && !request) kind = A_MESSAGE;
  else if (any && !request) kind = A_STRANGER;
  if (c->status == TOK_OK) c->j = here;
  return kind;
}

/* The object whose first event was just read: a request, or one message alone. */
static void count_object(chat *c, bool options) {
  object_kind kind = options ? A_REQUEST : kind_of_object(c);
  if (c->status != TOK_OK) return;
  if (kind == A_REQUEST) count_request(c, 0);
  else if (kind == A_MESSAGE) count_message(c);
  else fail(c, TOK_INVALID, "neither a message nor a request");
}

/* One document. */
static void count_document(chat *c, tok_slice json, bool options) {
  tok_json_init(&c->j, json);
  if (!next(c)) return;
  if (c->j.event == TOK_JSON_OBJECT) {
    count_object(c, options);
  } else if (options) {
    fail(c, TOK_INVALID, "no object");
  } else if (c->j.event == TOK_JSON_ARRAY || c->j.event == TOK_JSON_STRING) {
    count_messages(c);
  } else {
    fail(c, TOK_INVALID, "no array and no object");
  }
  if (next(c) && c->j.event != TOK_JSON_END) fail(c, TOK_INVALID, "text behind the JSON");
}

tok_status tok_chat(tok_engine *e, const tok_meter *meter, bool plain, tok_slice request,
                    tok_slice options, tok_chat_count *out) {
  chat c = {.engine = e, .meter = meter, .plain = plain, .last_role = -1};
  memset(out, 0, sizeof *out);
  tok_buf_init(&c.text, 2 * (request.len + options.len) + 16); /* a blank behind each comma */
  count_document(&c, request, false);
  if (c.status == TOK_OK && options.ptr != NULL) {
    int last = c.last_role;
    out->in_options = true;
    count_document(&c, options, true);
    if (last >= 0) c.last_role = last;
  }
  if (!c.plain && !c.answer) {
    add_tokens(&c, meter->info->chat.hidden);
    if (c.responses) add_tokens(&c, meter->info->chat.responses);
    if (c.last_role != ASSISTANT || meter->info->weights == NULL)
      add_tokens(&c, meter->info->chat.reply);
  }
  tok_buf_free(&c.text);
  out->tokens = (c.milli + 500) / 1000;
  out->exact = meter->info->weights == NULL && !c.inexact;
  out->unknown = c.unknown;
  out->wrong = c.wrong;
  out->at = c.j.at;
  return c.status;
}

bool tok_chat_plain(tok_slice reference) {
  static const char *const WORDS[] = {"embed",    "davinci",    "curie",          "babbage",
                                      "text-ada", "-instruct:", "turbo-instruct", "voyage"};
  tok_model_name m;
  if (tok_model_name_parse(reference, &m) != TOK_OK) return false;
  tok_slice name = tok_model_candidate(&m, 0);
  if (tok_slice_is(name, "ada")) return true;
  for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
    if (strstr(name.ptr, WORDS[i]) != NULL) return true;
  }
  return false;
}

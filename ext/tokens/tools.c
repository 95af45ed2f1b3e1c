/* Functions of chat requests; see tools.h. */
#include "tools.h"

#include "../base/json.h"

enum { PROPERTIES = 3, PROPERTY = 3, ENUM = -3, ENUM_VALUE = 3 };

typedef struct {
  tok_engine *engine;
  const tok_meter *meter;
  tok_buf *line;
  int64_t milli;
  tok_status status; /* sticky */
} lines;

/* A value inside the JSON: a string raw, an object or array with its brackets, else as written. */
typedef struct {
  tok_json_event event; /* TOK_JSON_END: there is none */
  tok_slice text;
} value;

/* The value that the reader's next event begins. */
static value take(tok_json *j) {
  value v = {tok_json_next(j), j->text};
  if (v.event == TOK_JSON_TRUE) v.text = tok_slice_of("true");
  if (v.event == TOK_JSON_FALSE) v.text = tok_slice_of("false");
  if (v.event == TOK_JSON_NULL) v.text = tok_slice_of("null");
  if (v.event != TOK_JSON_OBJECT && v.event != TOK_JSON_ARRAY) return v;
  size_t from = j->at - 1;
  if (!tok_json_skip(j)) return (value){TOK_JSON_END, {NULL, 0}};
  v.text = (tok_slice){j->in.ptr + from, j->at - from};
  return v;
}

/* Is the key that was just read this one, with its escapes undone? */
static bool key_is(const tok_json *j, const char *key) {
  char room[72]; /* longer than every key that is asked for, written with escapes alone */
  if (!j->escaped || j->text.len > sizeof room) return tok_slice_is(j->text, key);
  return tok_slice_is((tok_slice){room, tok_json_unescape(j->text, room)}, key);
}

static value member(value object, const char *key) {
  tok_json j;
  if (object.event == TOK_JSON_OBJECT) {
    tok_json_init(&j, object.text);
    tok_json_next(&j);
    while (tok_json_next(&j) == TOK_JSON_KEY) {
      bool here = key_is(&j, key);
      value v = take(&j);
      if (here) return v;
    }
  }
  return (value){TOK_JSON_END, {NULL, 0}};
}

/* Appends a string to the line, escapes undone. */
static void add_string(lines *l, tok_slice raw) {
  char *room = tok_buf_reserve(l->line, raw.len);
  if (room != NULL) l->line->len += tok_json_unescape(raw, room);
}

static void add_part(lines *l, value v) {
  tok_buf_addc(l->line, ':');
  if (v.event == TOK_JSON_STRING) add_string(l, v.text);
}

/* Counts the line and begins a new one. */
static void end_line(lines *l) {
  tok_estimate est;
  if (l->status == TOK_OK) l->status = l->line->status;
  if (l->status != TOK_OK) return;
  size_t n = l->line->len;
  if (n > 0 && l->line->ptr[n - 1] == '.') n--;
  tok_slice text = {l->line->ptr, n};
  if (n > 0) l->status = tok_estimate_text(l->engine, l->meter, text, &est);
  if (n > 0 && l->status == TOK_OK) l->milli += est.milli;
  l->line->len = 0;
}

static void add_tokens(lines *l, int64_t n) { l->milli += n * 1000; }

static void count_enum(lines *l, value list) {
  tok_json j;
  if (list.event != TOK_JSON_ARRAY) return;
  add_tokens(l, ENUM);
  tok_json_init(&j, list.text);
  tok_json_next(&j);
  for (value v = take(&j); v.event != TOK_JSON_ARRAY_END && v.event != TOK_JSON_END; v = take(&j)) {
    add_tokens(l, ENUM_VALUE);
    add_string(l, v.text);
    end_line(l);
  }
}

/* The properties of a schema, and of what is in it: depth first, as deep as the reader goes. */
static void count_properties(lines *l, value schema) {
  value properties = member(schema, "properties"), items = member(schema, "items");
  tok_json j;
  bool first = true;
  if (items.event == TOK_JSON_OBJECT) count_properties(l, items);
  if (properties.event != TOK_JSON_OBJECT) return;
  tok_json_init(&j, properties.text);
  tok_json_next(&j);
  while (l->status == TOK_OK && tok_json_next(&j) == TOK_JSON_KEY) {
    tok_slice name = j.text;
    value p = take(&j);
    add_tokens(l, first ? PROPERTIES + PROPERTY : PROPERTY);
    first = false;
    add_string(l, name);
    add_part(l, member(p, "type"));
    add_part(l, member(p, "description"));
    end_line(l);
    count_enum(l, member(p, "enum"));
    count_properties(l, p);
  }
}

tok_status tok_tool_lines(tok_engine *e, const tok_meter *meter, tok_slice tool, tok_buf *line,
                          int64_t *milli, bool *known) {
  value whole = {TOK_JSON_OBJECT, tool}, function = member(whole, "function");
  /* of the responses interface, and `functions` */
  if (function.event != TOK_JSON_OBJECT) function = whole;
  value name = member(function, "name");
  lines l = {.engine = e, .meter = meter, .line = line};
  *known = name.event == TOK_JSON_STRING;
  if (!*known) return TOK_OK;
  line->len = 0;
  add_string(&l, name.text);
  add_part(&l, member(function, "description"));
  end_line(&l);
  count_properties(&l, member(function, "parameters"));
  *milli += l.milli;
  return l.status;
}

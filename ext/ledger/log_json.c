/*
** Reading one JSON document of a log: each member whose path a shape knows goes into the record.
** Nothing of its own for SQL.
*/
#include <stdio.h>

#include "log_reader.h"

/* ---- members --------------------------------------------------------------------------------- */

static const tok_log_member *find(const tok_log_reader *w, tok_slice path) {
  for (const tok_log_member *m = w->shape->members; m != NULL && m->path != NULL; m++) {
    if (tok_slice_is(path, m->path)) return m;
  }
  return NULL;
}

static tok_slice scalar_text(const tok_json *j) {
  switch (j->event) {
  case TOK_JSON_STRING:
  case TOK_JSON_NUMBER:
    return j->text;
  case TOK_JSON_TRUE:
    return tok_slice_of("true");
  case TOK_JSON_FALSE:
    return tok_slice_of("false");
  default:
    return (tok_slice){NULL, 0};
  }
}

static void take_value(tok_log_reader *w, tok_column c, tok_slice text) {
  tok_record *r = &w->l->record;
  if (tok_columns[c].kind != TOK_KIND_TEXT) tok_record_parse(r, c, text);
  else if (text.len > 0)
    tok_record_string(r, c, text, w->j.event == TOK_JSON_STRING && w->j.escaped);
}

static void take_more(tok_log_reader *w, tok_column c, tok_slice text) {
  int64_t before = tok_record_number(&w->l->record, c);
  tok_record_parse(&w->l->record, c, text);
  if (text.len > 0) tok_record_add(&w->l->record, c, before);
}

static void finish(tok_log_reader *w, tok_slice text) {
  tok_record *r = &w->l->record;
  int64_t ms;
  if (tok_record_has(r, TOK_C_RESPONSE_TIME_MS) || !tok_record_has(r, TOK_C_TIMESTAMP)) return;
  if (tok_record_instant(text, &ms) == TOK_OK && ms >= r->at_ms) {
    tok_record_set_number(r, TOK_C_RESPONSE_TIME_MS, ms - r->at_ms);
  }
}

static void take_sum(tok_log_reader *w, const tok_log_member *m, tok_slice text) {
  tok_log_totals *t = m->act == TOK_LOG_TOTAL ? &w->total : &w->last;
  t->any = true;
  bool number = w->j.event == TOK_JSON_NUMBER;
  if (number && tok_json_int(text, 1, &t->total[m->column]) == TOK_OK && t->total[m->column] >= 0)
    return;
  tok_record_wrong(&w->l->record, m->path, "a whole number of tokens", text);
}

void tok_log_free_of_charge(tok_log *l, tok_slice text) {
  char word[] = "true";
  for (size_t i = 0; i < sizeof word - 1; i++) {
    if (text.len != sizeof word - 1 || tok_lower(text.ptr[i]) != word[i]) return;
  }
  tok_record_set_number(&l->record, TOK_C_COST_NANO, 0);
}

/*
** The text of a string, without its escapes, in l->fields: one a record, since the next one could
** move it.
*/
static tok_slice unescaped(tok_log_reader *w) {
  tok_buf *room = &w->l->fields;
  if (!w->j.escaped) return w->j.text;
  if (room->len > 0 || w->j.text.len > room->ceiling) return (tok_slice){NULL, 0};
  char *p = tok_buf_reserve(room, w->j.text.len);
  if (p == NULL) {
    w->l->status = TOK_NOMEM;
    return (tok_slice){NULL, 0};
  }
  room->len = tok_json_unescape(w->j.text, p);
  return (tok_slice){p, room->len};
}

static void read_inside(tok_log_reader *w, tok_slice text);

static void take_scalar(tok_log_reader *w, const tok_log_member *m) {
  tok_log *l = w->l;
  tok_record *r = &l->record;
  tok_slice text = scalar_text(&w->j);
  tok_column c = (tok_column)m->column;
  if (w->j.event == TOK_JSON_NULL) return;
  switch ((tok_log_act)m->act) {
  case TOK_LOG_VALUE:
    take_value(w, c, text);
    break;
  case TOK_LOG_ADD:
    take_more(w, c, text);
    break;
  case TOK_LOG_USD:
    tok_record_usd(r, c, text);
    break;
  case TOK_LOG_FINISH:
    finish(w, text);
    break;
  case TOK_LOG_ID:
    w->id = text;
    break;
  case TOK_LOG_ONLY:
    w->refused |= !tok_slice_is(text, m->text);
    break;
  case TOK_LOG_NOT:
    w->refused |= tok_slice_starts(text, m->text);
    take_value(w, c, text);
    break;
  case TOK_LOG_KIND:
    w->kind = text;
    break;
  case TOK_LOG_KEEP_MODEL:
    w->new_model = true;
    tok_log_keep(l->model, &l->model_len, sizeof l->model, text);
    break;
  case TOK_LOG_KEEP_SESSION:
    tok_log_keep(l->session, &l->session_len, sizeof l->session, text);
    break;
  case TOK_LOG_SESSION:
    w->session = text;
    break;
  case TOK_LOG_FORK:
    w->fork = text;
    break;
  case TOK_LOG_PARENT:
    w->parent = text;
    break;
  case TOK_LOG_TOTAL:
  case TOK_LOG_LAST:
    take_sum(w, m, text);
    break;
  case TOK_LOG_RAW: /* JSON inside of a string */
    if (text.len == 0 || (text.ptr[0] != '{' && text.ptr[0] != '[')) break;
    tok_record_string(r, c, text, w->j.escaped);
    break;
  case TOK_LOG_MODELS:
    break;
  case TOK_LOG_USAGE:
    text = unescaped(w);
    if (text.len > 0 && text.ptr[0] == '{') w->usage = text;
    break;
  case TOK_LOG_INSIDE:
    if (w->j.event == TOK_JSON_STRING && !w->inside) read_inside(w, unescaped(w));
    break;
  case TOK_LOG_FREE:
    tok_log_free_of_charge(l, text);
    break;
  }
}

/* OpenTelemetry's [seconds, nanoseconds], as SDKs of JavaScript write an instant. */
static void take_pair(tok_log_reader *w, const tok_log_member *m, tok_slice pair) {
  tok_json j;
  int64_t seconds, ns;
  char text[48];
  tok_json_init(&j, pair);
  tok_json_next(&j);
  if (tok_json_next(&j) != TOK_JSON_NUMBER || tok_json_int(j.text, 1, &seconds) != TOK_OK ||
      tok_json_next(&j) != TOK_JSON_NUMBER || tok_json_int(j.text, 1, &ns) != TOK_OK || ns < 0 ||
      ns > 999999999)
    return;
  snprintf(text, sizeof text, "%lld.%09lld", (long long)seconds, (long long)ns);
  if (m->act == TOK_LOG_FINISH) finish(w, tok_slice_of(text));
  else tok_record_parse(&w->l->record, (tok_column)m->column, tok_slice_of(text));
}

static void take_models(tok_log_reader *w, tok_slice object) {
  tok_json j;
  tok_slice model = {NULL, 0};
  tok_json_init(&j, object);
  tok_json_next(&j);
  while (tok_json_next(&j) == TOK_JSON_KEY) {
    if (model.len > 0 || j.escaped) return;
    model = j.text;
    tok_json_skip(&j);
  }
  if (model.len > 0) tok_record_borrow(&w->l->record, TOK_C_MODEL, model);
}

/* An object or array that a member wants whole; true if it was read to its end. */
static bool take_nested(tok_log_reader *w, const tok_log_member *m) {
  if (m == NULL) return false;
  bool pair = w->j.event == TOK_JSON_ARRAY && w->l->format == TOK_LOG_OTEL &&
              (m->act == TOK_LOG_FINISH ||
               (m->act == TOK_LOG_VALUE && m->column == TOK_C_TIMESTAMP));
  bool models = w->j.event == TOK_JSON_OBJECT && m->act == TOK_LOG_MODELS;
  if (m->act != TOK_LOG_USAGE && m->act != TOK_LOG_RAW && !pair && !models) return false;
  size_t at = w->j.at - 1;
  if (!tok_json_skip(&w->j)) return true;
  tok_slice whole = {w->document.ptr + at, w->j.at - at};
  if (pair) take_pair(w, m, whole);
  else if (models) take_models(w, whole);
  else if (m->act == TOK_LOG_USAGE) w->usage = whole;
  else tok_record_borrow(&w->l->record, (tok_column)m->column, whole);
  return true;
}

/* ---- paths ----------------------------------------------------------------------------------- */

static tok_slice path_of(const tok_log_reader *w) { return (tok_slice){w->path, w->path_len}; }

static void set_key(tok_log_reader *w, tok_slice key) {
  size_t at = w->len[w->j.depth];
  w->path_len = 0;
  if (at + 1 + key.len >= TOK_LOG_PATH_BYTES || (at == 0 && w->j.depth > 1)) return;
  if (at > 0) w->path[at++] = '.';
  if (key.len > 0) memcpy(w->path + at, key.ptr, key.len);
  w->path_len = at + key.len;
}

/*
** Where the path ends in attributes.x, x; where it is a value of {key, value}, the key. Else empty.
*/
static tok_slice attribute_of(const tok_log_reader *w) {
  tok_slice path = path_of(w);
  static const char *const values[] = {"attributes.value.stringValue", "attributes.value.intValue",
                                       "attributes.value.doubleValue",
                                       "attributes.value.boolValue"};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    if (tok_slice_ends(path, values[i])) return w->attribute;
  }
  size_t n = strlen("attributes.");
  for (size_t i = 0; i + n < path.len; i++) {
    if (memcmp(path.ptr + i, "attributes.", n) == 0)
      return (tok_slice){path.ptr + i + n, path.len - i - n};
  }
  return (tok_slice){NULL, 0};
}

static const tok_log_member *member(tok_log_reader *w) {
  if (w->path_len == 0) return NULL;
  const tok_log_member *m = find(w, path_of(w));
  if (m != NULL || w->l->format != TOK_LOG_OTEL) return m;
  tok_slice name = attribute_of(w);
  char key[TOK_LOG_PATH_BYTES] = "@";
  if (name.len == 0 || name.len + 1 >= sizeof key) return NULL;
  memcpy(key + 1, name.ptr, name.len);
  return find(w, (tok_slice){key, name.len + 1});
}

/* In objects named as columns are, every member of the document is one. */
static bool take_named(tok_log_reader *w) {
  if (w->l->format != TOK_LOG_JSONL || w->j.depth != 1) return false;
  int c = tok_log_alias(w->l, path_of(w));
  bool nested = w->j.event == TOK_JSON_OBJECT || w->j.event == TOK_JSON_ARRAY;
  w->own |= c == TOK_C_COST_NANO && w->j.event == TOK_JSON_NULL;
  if (c == TOK_C_N || w->j.event == TOK_JSON_NULL) return false;
  if (!nested) {
    tok_slice text = scalar_text(&w->j);
    bool is_text = c < TOK_C_N && tok_columns[c].kind == TOK_KIND_TEXT;
    bool is_json = c < TOK_C_N && tok_columns[c].kind == TOK_KIND_JSON;
    if ((is_text || is_json) && w->j.event == TOK_JSON_STRING) {
      tok_record_string(&w->l->record, (tok_column)c, text, w->j.escaped);
    } else {
      tok_log_put(w->l, c, text);
    }
  }
  return true;
}

static void on_scalar(tok_log_reader *w) {
  if (w->l->format == TOK_LOG_OTEL && tok_slice_ends(path_of(w), "attributes.key"))
    w->attribute = w->j.text;
  if (take_named(w)) return;
  const tok_log_member *m = member(w);
  if (m != NULL) take_scalar(w, m);
}

/* An object opens; is it the record? */
static void on_object(tok_log_reader *w) {
  const char *each = w->shape->each;
  bool is_record =
      each == NULL ? w->j.depth == 1 : w->path_len > 0 && tok_slice_is(path_of(w), each);
  if (!is_record || w->record_depth != 0) return;
  w->record_depth = w->j.depth;
  w->record_at = w->j.at - 1;
  tok_log_start_record(w);
  if (each == NULL) return;
  w->outer = w->l->record; /* cells only: the next record starts from them again */
}

static void on_object_end(tok_log_reader *w) {
  if (w->record_depth == 0 || w->j.depth + 1 != w->record_depth) return;
  w->record_depth = 0;
  tok_log_end_record(w);
  if (w->shape->each == NULL) return;
  memcpy(w->l->record.cell, w->outer.cell, sizeof w->outer.cell);
  if (w->l->record.texts.status == TOK_OK) w->l->record.texts.len = w->outer.texts.len;
  w->l->record.why[0] = '\0';
}

static void on_open(tok_log_reader *w) {
  /* a list of a stream's events is one response, as its objects are */
  bool whole = w->l->format == TOK_LOG_RESPONSES && w->j.depth == 1;
  if (w->j.event == TOK_JSON_OBJECT || whole) on_object(w);
  static const tok_log_member tags = {NULL, TOK_LOG_RAW, TOK_C_TAGS, NULL},
                              meters = {NULL, TOK_LOG_RAW, TOK_C_METERS, NULL};
  int outside = w->j.depth - 1;
  const tok_log_member *m = outside > 0 ? member(w) : NULL;
  int c = w->l->format == TOK_LOG_JSONL && outside == 1 ? tok_log_alias(w->l, path_of(w)) : TOK_C_N;
  if (c == TOK_C_TAGS || c == TOK_C_METERS) m = c == TOK_C_TAGS ? &tags : &meters;
  if (take_nested(w, m)) return;
  w->len[w->j.depth] = outside == 0 ? w->base : w->path_len;
}

/*
** Back outside: the path is again that of what holds the object (an array's elements have the
** array's path).
*/
static void on_close(tok_log_reader *w) {
  w->path_len = w->len[w->j.depth + 1];
  bool whole = w->l->format == TOK_LOG_RESPONSES && w->j.depth == 0;
  if ((w->j.event == TOK_JSON_OBJECT_END || whole) && !w->inside) on_object_end(w);
  if (w->j.depth == 0 && !w->inside) tok_record_clear(&w->l->record); /* another may follow */
}

/* What the reader says next; false at the end. */
static bool step(tok_log_reader *w) {
  switch (tok_json_next(&w->j)) {
  case TOK_JSON_END:
  case TOK_JSON_ERROR:
    return false;
  case TOK_JSON_KEY:
    set_key(w, w->j.text);
    return true;
  case TOK_JSON_OBJECT:
  case TOK_JSON_ARRAY:
    on_open(w);
    break;
  case TOK_JSON_OBJECT_END:
  case TOK_JSON_ARRAY_END:
    on_close(w);
    break;
  default:
    on_scalar(w);
    break;
  }
  return w->j.event != TOK_JSON_ERROR && w->l->status == TOK_OK;
}

/* An object in a string: its members' paths go on from the string's. What is no JSON is none. */
static void read_inside(tok_log_reader *w, tok_slice text) {
  tok_log_reader outer = *w;
  if (text.len == 0 || text.ptr[0] != '{') return;
  tok_json_init(&w->j, text);
  w->inside = true;
  w->document = text;
  w->base = w->path_len;
  while (step(w)) {
  }
  tok_slice usage = w->usage;
  *w = outer;
  w->usage = usage;
}

void tok_log_inside(tok_log *l, const tok_log_shape *shape, const char *path, tok_slice text) {
  tok_log_reader w;
  memset(&w, 0, sizeof w);
  w.l = l;
  w.shape = shape;
  w.record_depth = 1;
  w.path_len = strlen(path);
  memcpy(w.path, path, w.path_len);
  read_inside(&w, text);
  tok_log_read_usage(&w);
}

void tok_log_stream(tok_log *l, tok_slice events) {
  tok_log_reader w;
  memset(&w, 0, sizeof w);
  w.l = l;
  w.shape = &tok_log_shapes[TOK_LOG_RESPONSES];
  w.document = events;
  w.j.at = events.len;
  l->timeless = true;
  tok_log_end_record(&w);
}

void tok_log_json(tok_log *l, tok_slice document) {
  tok_log_reader w;
  memset(&w, 0, sizeof w);
  w.l = l;
  w.shape = tok_log_shape_of(l->format, document);
  l->timeless = w.shape->timeless;
  w.document = document;
  tok_json_init(&w.j, document);
  w.j.many = true; /* where a writer was stopped, a line goes on with the next value */
  int64_t before = l->n_records, ignored = l->n_ignored;
  while (step(&w)) {
  }
  if (l->status != TOK_OK) return;
  if (w.j.event == TOK_JSON_ERROR) {
    char why[80];
    snprintf(why, sizeof why, "is %s at byte %zu",
             tok_json_too_deep(&w.j) ? "nested more than 64 levels deep" : "malformed JSON",
             w.j.at);
    tok_log_bad(l, why);
  } else if (l->n_records == before && l->n_ignored == ignored) {
    l->n_ignored++;
  }
}

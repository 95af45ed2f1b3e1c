/*
** Reading one JSON document of a log: each member whose path a shape knows goes into the record.
** Nothing of its own for SQL.
*/
#include <stdio.h>

#include "log_impl.h"

enum { PATH_MAX_BYTES = 128 }; /* longer than every known path (tested) */
enum { METERS_MAX_BYTES = 1 << 20 }; /* some dozen names and numbers, and a region's name */

typedef struct {
  tok_log *l;
  const tok_log_shape *shape;
  tok_json j;
  tok_slice document;
  char path[PATH_MAX_BYTES];
  size_t len[TOK_JSON_DEPTH_MAX + 1]; /* of the path outside of depth d */
  size_t path_len;                    /* 0: unknown, too long */
  tok_slice attribute;                /* the key of OpenTelemetry's {key, value} */
  bool inside;                        /* reads an object in a string; the path there is `base` */
  size_t base;
  int record_depth;                   /* of the object that is the record; 0: none is open */
  size_t record_at;
  tok_slice usage, id, kind;
  tok_slice session, fork, parent; /* of Codex */
  bool refused; /* what the record is, is none */
  bool new_model;
  tok_log_totals last, total;
  tok_record outer; /* what stands around the records; texts are the record's own */
} reader;

static const char otel_attributes[] = "attributes", exec_turn[] = "turn.completed";

/* ---- the record ------------------------------------------------------------------------------ */

static void start_record(reader *w) {
  w->l->fields.len = 0;
  w->usage = w->id = (tok_slice){NULL, 0};
  w->refused = false;
  memset(&w->last, 0, sizeof w->last);
  memset(&w->total, 0, sizeof w->total);
}

static int64_t number_of(const tok_record *r, tok_column c) {
  return r->cell[c].state == TOK_CELL_NUMBER ? r->cell[c].number : 0;
}

/* Adds to a count; what does not fit is wrong. */
static void add(tok_record *r, tok_column c, int64_t n) {
  int64_t sum;
  if (n == 0 && tok_record_has(r, c)) return;
  if (!tok_add_i64(number_of(r, c), n, &sum)) {
    tok_record_wrong(r, tok_columns[c].name, "less than 2^63", (tok_slice){NULL, 0});
  } else {
    tok_record_set_number(r, c, sum);
  }
}

/* Counts of members whose totals leave their parts out become inclusive. */
static void include_parts(reader *w) {
  tok_record *r = &w->l->record;
  if (w->shape->cache_on_top && tok_record_has(r, TOK_C_INPUT_TOKENS)) {
    add(r, TOK_C_INPUT_TOKENS, number_of(r, TOK_C_CACHE_READ_TOKENS));
    add(r, TOK_C_INPUT_TOKENS, number_of(r, TOK_C_CACHE_WRITE_TOKENS));
  }
  if (w->shape->reasoning_on_top && tok_record_has(r, TOK_C_OUTPUT_TOKENS)) {
    add(r, TOK_C_OUTPUT_TOKENS, number_of(r, TOK_C_REASONING_TOKENS));
  }
}

/* What the usage counts beyond the columns: it has its price, too. */
static void take_meters(tok_record *r, const tok_usage *u) {
  tok_buf meters;
  tok_buf_init(&meters, METERS_MAX_BYTES);
  tok_usage_print_meters(u, &meters);
  if (meters.status == TOK_NOMEM) tok_buf_fail(&r->texts, TOK_NOMEM);
  else if (meters.len > 0 && !tok_record_has(r, TOK_C_METERS))
    tok_record_copy(r, TOK_C_METERS, (tok_slice){meters.ptr, meters.len});
  tok_buf_free(&meters);
}

static void read_usage(reader *w) {
  tok_usage u;
  tok_record *r = &w->l->record;
  tok_slice provider = tok_record_text(r, TOK_C_PROVIDER);
  if (w->usage.len == 0) return;
  tok_status status = tok_usage_parse(w->usage, provider, &u);
  if (status == TOK_OK && u.n_responses > 1) {
    tok_record_wrong(r, "the document", "one response", (tok_slice){NULL, 0});
  } else if (status == TOK_OK) {
    tok_record_usage(r, &u);
    take_meters(r, &u);
  } else if (status != TOK_NOTFOUND && r->why[0] == '\0') {
    snprintf(r->why, sizeof r->why, "%.*s %s%s", (int)(u.member.len > 60 ? 60 : u.member.len),
             u.member.len > 0 ? u.member.ptr : "usage", u.wrong, u.got);
  }
}

/*
** What the session's sums say more than those of the line before. Where they say less it counts
** anew: a rollout by each sum, since it was compacted; what `codex exec` prints as a whole, since
** that is another run.
*/
static void count_since(const reader *w, int64_t since[TOK_SUMS]) {
  const tok_log_totals *known = &w->l->totals;
  bool exec = tok_slice_is(w->kind, exec_turn), anew = !known->any || (exec && !w->l->session_len);
  for (int i = 0; i < TOK_SUMS; i++) anew |= exec && w->total.total[i] < known->total[i];
  for (int i = 0; i < TOK_SUMS; i++) {
    since[i] = w->total.total[i] - (anew ? 0 : known->total[i]);
    if (since[i] < 0) since[i] = w->total.total[i];
  }
}

static int64_t at_most(int64_t n, int64_t most) { return n < most ? n : most; }

static void use_sums(reader *w, const int64_t used[TOK_SUMS]) {
  tok_record *r = &w->l->record;
  int64_t cached = at_most(used[TOK_SUM_CACHED], used[TOK_SUM_INPUT]);
  int64_t written = at_most(used[TOK_SUM_WRITTEN], used[TOK_SUM_INPUT] - cached);
  tok_record_set_number(r, TOK_C_INPUT_TOKENS, used[TOK_SUM_INPUT]);
  tok_record_set_number(r, TOK_C_OUTPUT_TOKENS, used[TOK_SUM_OUTPUT]);
  tok_record_set_number(r, TOK_C_CACHE_READ_TOKENS, cached);
  if (written > 0) tok_record_set_number(r, TOK_C_CACHE_WRITE_TOKENS, written);
  tok_record_set_number(r, TOK_C_REASONING_TOKENS,
                        at_most(used[TOK_SUM_REASONING], used[TOK_SUM_OUTPUT]));
}

/*
** Sums of a session so far: what is new since the last line is what this request used. False: a
** line said again.
*/
static bool take_totals(reader *w) {
  tok_log_totals *known = &w->l->totals;
  bool again =
      w->total.any && known->any && memcmp(w->total.total, known->total, sizeof known->total) == 0;
  int64_t since[TOK_SUMS];
  if (!w->last.any && !w->total.any) return false;
  if (!w->last.any) count_since(w, since);
  use_sums(w, w->last.any ? w->last.total : since);
  if (w->total.any) *known = w->total;
  const tok_record *r = &w->l->record;
  return !again && (number_of(r, TOK_C_INPUT_TOKENS) > 0 || number_of(r, TOK_C_OUTPUT_TOKENS) > 0);
}

static void add_text(tok_record *r, tok_slice s) { tok_buf_add(&r->texts, s.ptr, s.len); }

/* The id that the log gives the record, behind the log's name. */
static void use_id(reader *w) {
  tok_record *r = &w->l->record;
  size_t at = r->texts.len;
  add_text(r, tok_slice_of(w->shape->prefix));
  if (w->shape->id_of_session) {
    add_text(r, tok_record_text(r, TOK_C_SESSION_ID));
    add_text(r, tok_slice_of(":"));
  }
  tok_record_string(r, TOK_C_RESPONSE_ID, w->id, true); /* right behind */
  if (r->texts.status != TOK_OK) return;
  r->cell[TOK_C_RESPONSE_ID].number = (int64_t)at;
  r->cell[TOK_C_RESPONSE_ID].text.len = r->texts.len - at;
}

/*
** No two requests of a session and its forks leave the same sums behind, while the time of a copied
** line may be that of the fork.
*/
static void id_of_totals(reader *w) {
  const tok_log *l = w->l;
  tok_record *r = &w->l->record;
  const int64_t *t = w->total.total;
  char id[sizeof l->origin + 8 * 21 + 16];
  snprintf(id, sizeof id, "%s%.*s:%lld:%lld:%lld:%lld:%lld:%lld:%lld:%lld", w->shape->prefix,
           (int)l->origin_len, l->origin, (long long)t[TOK_SUM_INPUT], (long long)t[TOK_SUM_CACHED],
           (long long)t[TOK_SUM_OUTPUT], (long long)t[TOK_SUM_REASONING],
           (long long)number_of(r, TOK_C_INPUT_TOKENS),
           (long long)number_of(r, TOK_C_CACHE_READ_TOKENS),
           (long long)number_of(r, TOK_C_OUTPUT_TOKENS),
           (long long)number_of(r, TOK_C_REASONING_TOKENS));
  tok_record_copy(r, TOK_C_RESPONSE_ID, tok_slice_of(id));
}

/*
** An id of what a session's line says, for lines without one: the same line copied into another
** file is the same.
*/
static void make_id(reader *w) {
  tok_record *r = &w->l->record;
  char id[160];
  if (tok_record_has(r, TOK_C_RESPONSE_ID) || w->shape->prefix == NULL) return;
  if (w->id.len > 0) {
    use_id(w);
  } else if (w->total.any && w->l->origin_len > 0) {
    id_of_totals(w);
  } else if ((w->last.any || w->total.any) && tok_record_has(r, TOK_C_TIMESTAMP)) {
    tok_slice model = tok_record_text(r, TOK_C_MODEL);
    snprintf(id, sizeof id, "%s%lld:%.*s:%lld:%lld:%lld:%lld", w->shape->prefix,
             (long long)r->at_ms, (int)(model.len > 40 ? 40 : model.len),
             model.len == 0 ? "" : model.ptr, (long long)number_of(r, TOK_C_INPUT_TOKENS),
             (long long)number_of(r, TOK_C_CACHE_READ_TOKENS),
             (long long)number_of(r, TOK_C_OUTPUT_TOKENS),
             (long long)number_of(r, TOK_C_REASONING_TOKENS));
    tok_record_copy(r, TOK_C_RESPONSE_ID, tok_slice_of(id));
  }
}

static void keep(char *to, size_t *to_len, size_t room, tok_slice text) {
  *to_len = text.len < room ? text.len : 0;
  if (*to_len > 0) memcpy(to, text.ptr, *to_len);
}

static bool same(tok_slice a, const char *b, size_t b_len) {
  return a.len > 0 && a.len == b_len && memcmp(a.ptr, b, b_len) == 0;
}

/*
** A session begins. Where it is the one that the session before was forked from, the lines that
** follow were copied from there: they stay this session's, but their ids are those of the origin.
*/
static void begin_session(reader *w) {
  tok_log *l = w->l;
  bool begins = tok_slice_is(w->kind, "session_meta") || tok_slice_is(w->kind, "thread.started");
  if (!begins || w->session.len == 0) return;
  if (same(w->session, l->session, l->session_len)) return; /* resumed */
  bool copied = same(w->session, l->parent, l->parent_len);
  if (!copied) {
    l->totals.any = false;
    if (!w->new_model) l->model_len = 0;
    keep(l->session, &l->session_len, sizeof l->session, w->session);
  }
  tok_slice parent = w->fork.len > 0 ? w->fork : w->parent;
  keep(l->parent, &l->parent_len, sizeof l->parent, parent);
  keep(l->origin, &l->origin_len, sizeof l->origin, w->fork.len > 0 ? w->fork : w->session);
}

static void use_kept(reader *w) {
  tok_log *l = w->l;
  tok_record *r = &l->record;
  if (l->model_len > 0 && !tok_record_has(r, TOK_C_MODEL)) {
    tok_record_borrow(r, TOK_C_MODEL, (tok_slice){l->model, l->model_len});
  }
  if (l->session_len > 0 && !tok_record_has(r, TOK_C_SESSION_ID)) {
    tok_record_borrow(r, TOK_C_SESSION_ID, (tok_slice){l->session, l->session_len});
  }
}

/*
** Does the record count anything? What an agent says to have used nothing has just begun, or
** failed.
*/
static bool counts(const tok_log *l, const tok_record *r) {
  if (l->format >= TOK_LOG_CLAUDE_CODE && number_of(r, TOK_C_INPUT_TOKENS) == 0 &&
      number_of(r, TOK_C_OUTPUT_TOKENS) == 0 && number_of(r, TOK_C_REPORTED_COST_NANO) == 0)
    return number_of(r, TOK_C_TOTAL_TOKENS) > 0;
  return tok_record_counts(r);
}

/*
** What `claude -p` prints at its end sums up the messages before it: it counts where it is alone.
*/
static bool is_sum(reader *w) {
  tok_log *l = w->l;
  if (l->format != TOK_LOG_CLAUDE_CODE || !w->shape->timeless) return false;
  bool sum = tok_slice_is(w->kind, "result") && l->n_of_run > 0;
  if (tok_slice_is(w->kind, "system") || tok_slice_is(w->kind, "result")) l->n_of_run = 0;
  l->n_of_run += tok_slice_is(w->kind, "assistant");
  return sum;
}

static void end_record(reader *w) {
  tok_log *l = w->l;
  tok_record *r = &l->record;
  if (w->shape->whole) {
    w->usage = (tok_slice){w->document.ptr + w->record_at, w->j.at - w->record_at};
  }
  bool said = !w->refused && !is_sum(w);
  begin_session(w);
  if (said) {
    if (w->shape->own_provider)
      tok_record_borrow(r, TOK_C_PROVIDER, tok_slice_of(w->shape->provider));
    include_parts(w);
    read_usage(w);
    /* wrong sums are said */
    if (l->format == TOK_LOG_CODEX) said = take_totals(w) || r->why[0] != '\0';
    use_kept(w);
  }
  /* what Claude Code writes into its log itself, in the name of no model */
  if (tok_slice_is(tok_record_text(r, TOK_C_MODEL), "<synthetic>")) said = false;
  if (!said || (!counts(l, r) && r->why[0] == '\0')) {
    l->n_ignored++;
    return;
  }
  if (!tok_record_has(r, TOK_C_PROVIDER) && w->shape->provider != NULL) {
    tok_record_borrow(r, TOK_C_PROVIDER, tok_slice_of(w->shape->provider));
  }
  make_id(w);
  tok_log_emit(l);
}

/* ---- members --------------------------------------------------------------------------------- */

static const tok_log_member *find(const reader *w, tok_slice path) {
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

static void take_value(reader *w, tok_column c, tok_slice text) {
  tok_record *r = &w->l->record;
  if (tok_columns[c].kind != TOK_KIND_TEXT) tok_record_parse(r, c, text);
  else if (text.len > 0)
    tok_record_string(r, c, text, w->j.event == TOK_JSON_STRING && w->j.escaped);
}

static void take_more(reader *w, tok_column c, tok_slice text) {
  int64_t before = number_of(&w->l->record, c);
  tok_record_parse(&w->l->record, c, text);
  if (text.len > 0) add(&w->l->record, c, before);
}

static void finish(reader *w, tok_slice text) {
  tok_record *r = &w->l->record;
  int64_t ms;
  if (tok_record_has(r, TOK_C_RESPONSE_TIME_MS) || !tok_record_has(r, TOK_C_TIMESTAMP)) return;
  if (tok_record_instant(text, &ms) == TOK_OK && ms >= r->at_ms) {
    tok_record_set_number(r, TOK_C_RESPONSE_TIME_MS, ms - r->at_ms);
  }
}

static void take_sum(reader *w, const tok_log_member *m, tok_slice text) {
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
static tok_slice unescaped(reader *w) {
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

static void read_inside(reader *w, tok_slice text);

static void take_scalar(reader *w, const tok_log_member *m) {
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
    keep(l->model, &l->model_len, sizeof l->model, text);
    break;
  case TOK_LOG_KEEP_SESSION:
    keep(l->session, &l->session_len, sizeof l->session, text);
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
static void take_pair(reader *w, const tok_log_member *m, tok_slice pair) {
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

static void take_models(reader *w, tok_slice object) {
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
static bool take_nested(reader *w, const tok_log_member *m) {
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

static tok_slice path_of(const reader *w) { return (tok_slice){w->path, w->path_len}; }

static void set_key(reader *w, tok_slice key) {
  size_t at = w->len[w->j.depth];
  w->path_len = 0;
  if (at + 1 + key.len >= PATH_MAX_BYTES || (at == 0 && w->j.depth > 1)) return;
  if (at > 0) w->path[at++] = '.';
  if (key.len > 0) memcpy(w->path + at, key.ptr, key.len);
  w->path_len = at + key.len;
}

/*
** Where the path ends in attributes.x, x; where it is a value of {key, value}, the key. Else empty.
*/
static tok_slice attribute_of(const reader *w) {
  tok_slice path = path_of(w);
  static const char *const values[] = {"attributes.value.stringValue", "attributes.value.intValue",
                                       "attributes.value.doubleValue",
                                       "attributes.value.boolValue"};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    if (tok_slice_ends(path, values[i])) return w->attribute;
  }
  size_t n = sizeof otel_attributes; /* with its dot */
  for (size_t i = 0; i + n < path.len; i++) {
    if (memcmp(path.ptr + i, "attributes.", n) == 0)
      return (tok_slice){path.ptr + i + n, path.len - i - n};
  }
  return (tok_slice){NULL, 0};
}

static const tok_log_member *member(reader *w) {
  if (w->path_len == 0) return NULL;
  const tok_log_member *m = find(w, path_of(w));
  if (m != NULL || w->l->format != TOK_LOG_OTEL) return m;
  tok_slice name = attribute_of(w);
  char key[PATH_MAX_BYTES] = "@";
  if (name.len == 0 || name.len + 1 >= sizeof key) return NULL;
  memcpy(key + 1, name.ptr, name.len);
  return find(w, (tok_slice){key, name.len + 1});
}

/* In objects named as columns are, every member of the document is one. */
static bool take_named(reader *w) {
  if (w->l->format != TOK_LOG_JSONL || w->j.depth != 1) return false;
  int c = tok_log_alias(w->l, path_of(w));
  bool nested = w->j.event == TOK_JSON_OBJECT || w->j.event == TOK_JSON_ARRAY;
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

static void on_scalar(reader *w) {
  if (w->l->format == TOK_LOG_OTEL && tok_slice_ends(path_of(w), "attributes.key")) w->attribute = w->j.text;
  if (take_named(w)) return;
  const tok_log_member *m = member(w);
  if (m != NULL) take_scalar(w, m);
}

/* An object opens; is it the record? */
static void on_object(reader *w) {
  const char *each = w->shape->each;
  bool is_record =
      each == NULL ? w->j.depth == 1 : w->path_len > 0 && tok_slice_is(path_of(w), each);
  if (!is_record || w->record_depth != 0) return;
  w->record_depth = w->j.depth;
  w->record_at = w->j.at - 1;
  start_record(w);
  if (each == NULL) return;
  w->outer = w->l->record; /* cells only: the next record starts from them again */
}

static void on_object_end(reader *w) {
  if (w->record_depth == 0 || w->j.depth + 1 != w->record_depth) return;
  w->record_depth = 0;
  end_record(w);
  if (w->shape->each == NULL) return;
  memcpy(w->l->record.cell, w->outer.cell, sizeof w->outer.cell);
  if (w->l->record.texts.status == TOK_OK) w->l->record.texts.len = w->outer.texts.len;
  w->l->record.why[0] = '\0';
}

static void on_open(reader *w) {
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
static void on_close(reader *w) {
  w->path_len = w->len[w->j.depth + 1];
  bool whole = w->l->format == TOK_LOG_RESPONSES && w->j.depth == 0;
  if ((w->j.event == TOK_JSON_OBJECT_END || whole) && !w->inside) on_object_end(w);
  if (w->j.depth == 0 && !w->inside) tok_record_clear(&w->l->record); /* another may follow */
}

/* What the reader says next; false at the end. */
static bool step(reader *w) {
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
static void read_inside(reader *w, tok_slice text) {
  reader outer = *w;
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
  reader w;
  memset(&w, 0, sizeof w);
  w.l = l;
  w.shape = shape;
  w.record_depth = 1;
  w.path_len = strlen(path);
  memcpy(w.path, path, w.path_len);
  read_inside(&w, text);
  read_usage(&w);
}

void tok_log_stream(tok_log *l, tok_slice events) {
  reader w;
  memset(&w, 0, sizeof w);
  w.l = l;
  w.shape = &tok_log_shapes[TOK_LOG_RESPONSES];
  w.document = events;
  w.j.at = events.len;
  l->timeless = true;
  end_record(&w);
}

void tok_log_json(tok_log *l, tok_slice document) {
  reader w;
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

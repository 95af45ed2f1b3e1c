/* Scopes and amounts from JSON, and decisions; see request.h. Nothing of its own for SQL. */
#include "request.h"

#include <stdio.h>

#include "../base/json.h"
#include "../prices/most.h"
#include "../usage/usage.h"

const char *const tok_dim_names[TOK_N_DIMS] = {"tenant_id", "user_id", "api_key_id", "session_id",
                                               "provider",  "model",   "task_type",  "tags"};
const char *const tok_decision_names[] = {"allow", "warn", "throttle", "block"};

enum { TEXT_MAX = 1 << 20 }; /* of all strings with escapes; names are short */

void tok_request_init(tok_request *r) {
  memset(r, 0, sizeof *r);
  tok_buf_init(&r->text, TEXT_MAX);
}

void tok_request_free(tok_request *r) { tok_buf_free(&r->text); }

enum { SHOWN_MAX = 40 }; /* bytes of a key or number in an error */

/* What is wrong of which key, and what was there instead, where that has a text. */
static tok_status wrong(tok_request *r, const char *what, tok_slice key, tok_slice got) {
  int n = key.len > SHOWN_MAX ? SHOWN_MAX : (int)key.len;
  int m = got.len > SHOWN_MAX ? SHOWN_MAX : (int)got.len;
  snprintf(r->wrong, sizeof r->wrong, "%.*s%s%s%s%.*s", n, n == 0 ? "" : key.ptr, n == 0 ? "" : " ",
           what, m == 0 ? "" : ", got ", m, m == 0 ? "" : got.ptr);
  return TOK_INVALID;
}

static tok_status unknown_key(tok_request *r, tok_slice key, const char *known) {
  int n = key.len > SHOWN_MAX ? SHOWN_MAX : (int)key.len;
  snprintf(r->wrong, sizeof r->wrong, "has no key '%.*s'; expected %s", n, n == 0 ? "" : key.ptr,
           known);
  return TOK_INVALID;
}

static const tok_slice nothing = {NULL, 0};

/*
** Room for n bytes. The buffer never moves, so that slices of it stay good: all that the text could
** need is reserved at the first use; what is unescaped or wrapped is at most 4 bytes longer than it
** was. NULL without memory.
*/
static char *space(tok_request *r, const tok_json *j, size_t n) {
  if (r->text.cap == 0) tok_buf_reserve(&r->text, j->in.len + 4 * TOK_N_DIMS);
  if (r->text.status != TOK_OK || r->text.cap - r->text.len < n) return NULL;
  char *p = r->text.ptr + r->text.len;
  r->text.len += n;
  return p;
}

static tok_slice unescaped(tok_request *r, const tok_json *j) {
  if (!j->escaped) return j->text;
  tok_slice s = {space(r, j, j->text.len), 0};
  if (s.ptr != NULL) s.len = tok_json_unescape(j->text, r->text.ptr + r->text.len - j->text.len);
  return s;
}

/* A tag as the array that it stands for: its JSON text as written. */
static tok_slice tag_array(tok_request *r, const tok_json *j) {
  tok_slice s = {NULL, j->text.len + 4};
  char *p = space(r, j, s.len);
  if (p == NULL) return s;
  memcpy(p, "[\"", 2);
  memcpy(p + 2, j->text.ptr, j->text.len);
  memcpy(p + 2 + j->text.len, "\"]", 2);
  s.ptr = p;
  return s;
}

static tok_status tags(tok_request *r, tok_json *j) {
  if (j->event == TOK_JSON_STRING) {
    r->dim[TOK_DIM_TAGS] = tag_array(r, j);
    return TOK_OK;
  }
  if (j->event != TOK_JSON_OBJECT && j->event != TOK_JSON_ARRAY)
    return wrong(r, "tag must be a string, tags an array or object", nothing, nothing);
  const char *start = j->in.ptr + j->at - 1; /* the bracket that was just read */
  if (!tok_json_skip(j)) return wrong(r, "is not valid JSON, expected an object", nothing, nothing);
  r->dim[TOK_DIM_TAGS] = (tok_slice){start, (size_t)(j->in.ptr + j->at - start)};
  return TOK_OK;
}

static tok_status scope_member(tok_request *r, tok_slice key, tok_json *j) {
  if (j->event == TOK_JSON_NULL) return TOK_OK;
  if (tok_slice_is(key, "tag") || tok_slice_is(key, "tags")) return tags(r, j);
  for (int i = 0; i < TOK_DIM_TAGS; i++) {
    if (!tok_slice_is(key, tok_dim_names[i])) continue;
    if (j->event != TOK_JSON_STRING && j->event != TOK_JSON_NUMBER)
      return wrong(r, "must be text", key, nothing);
    r->dim[i] = j->event == TOK_JSON_STRING ? unescaped(r, j) : j->text;
    return TOK_OK;
  }
  return unknown_key(
      r, key, "tenant_id, user_id, api_key_id, session_id, provider, model, task_type or tag");
}

/* A member that bounds a meter, by the meter's name or that of usage objects. */
static tok_status bound(tok_bounds *b, tok_slice key, const tok_json *j, const char **what) {
  tok_status status = tok_bounds_member(b, key, j, what);
  for (int m = 0; m < TOK_METER_N && status == TOK_NOTFOUND; m++) {
    const char *name = tok_usage_name((tok_meter)m);
    if (name != NULL && tok_slice_is(key, name))
      return tok_bounds_member(b, tok_slice_of(tok_meters[m].name), j, what);
  }
  return status;
}

static tok_status amount_member(tok_request *r, tok_slice key, tok_json *j) {
  static const struct {
    const char *name;
    tok_amount_kind kind;
    bool usd;
  } names[] = {
      {"input", TOK_AMOUNT_INPUT, false},        {"output", TOK_AMOUNT_OUTPUT, false},
      {"total", TOK_AMOUNT_TOTAL, false},        {"requests", TOK_AMOUNT_REQUESTS, false},
      {"cost_usd", TOK_AMOUNT_COST, true},       {"cost_nano", TOK_AMOUNT_COST, false},
      {"input_tokens", TOK_AMOUNT_INPUT, false}, {"output_tokens", TOK_AMOUNT_OUTPUT, false},
      {"total_tokens", TOK_AMOUNT_TOTAL, false}};
  if (j->event == TOK_JSON_NULL) return TOK_OK;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (!tok_slice_is(key, names[i].name)) continue;
    int64_t v;
    if (j->event != TOK_JSON_NUMBER) return wrong(r, "must be a number", key, nothing);
    tok_status status =
        names[i].usd ? tok_json_fixed(j->text, 1000000000, &v) : tok_json_int(j->text, 1, &v);
    if (status == TOK_INVALID)
      return wrong(r, names[i].usd ? "must be a number of dollars" : "must be an integer", key,
                   j->text);
    if (status != TOK_OK) return wrong(r, "does not fit in 64 bits", key, j->text);
    if (v < 0) return wrong(r, "must not be negative", key, j->text);
    r->amount[names[i].kind] = v;
    r->given[names[i].kind] = true;
    return TOK_OK;
  }
  const char *what;
  tok_bounds any;
  tok_bounds_init(&any);
  switch (bound(&any, key, j, &what)) {
  case TOK_OK:
    r->said = j->in;
    return TOK_OK;
  case TOK_NOTFOUND:
    return unknown_key(
        r, key, "input, output, total, requests, cost_usd, cost_nano, service_tier or a meter");
  default:
    return wrong(r, what, key, j->text);
  }
}

typedef tok_status member_fn(tok_request *r, tok_slice key, tok_json *j);

static tok_status read_object(tok_request *r, tok_slice json, member_fn *member) {
  tok_json j;
  tok_json_init(&j, json);
  if (tok_json_next(&j) != TOK_JSON_OBJECT)
    return wrong(r, "must be a JSON object", nothing, json);
  while (tok_json_next(&j) == TOK_JSON_KEY) {
    tok_slice key = j.text;
    tok_json_next(&j);
    if (j.event == TOK_JSON_ERROR) break;
    tok_status status = member(r, key, &j);
    if (status != TOK_OK) return status;
  }
  if (j.event != TOK_JSON_OBJECT_END || tok_json_next(&j) != TOK_JSON_END)
    return wrong(r, "is not valid JSON, expected an object", nothing, json);
  return TOK_OK;
}

tok_status tok_request_scope(tok_request *r, tok_slice json) {
  tok_status status = read_object(r, json, scope_member);
  return status == TOK_OK ? r->text.status : status;
}

tok_status tok_request_amount(tok_request *r, tok_slice json) {
  return read_object(r, json, amount_member);
}

void tok_request_bounds(const tok_request *r, tok_bounds *out) {
  tok_json j;
  const char *what;
  tok_bounds_init(out);
  tok_json_init(&j, r->said);
  if (r->said.len == 0 || tok_json_next(&j) != TOK_JSON_OBJECT) return;
  while (tok_json_next(&j) == TOK_JSON_KEY) { /* read before, so it is right */
    tok_slice key = j.text;
    tok_json_next(&j);
    bound(out, key, &j, &what);
  }
}

bool tok_request_knows(const tok_request *r, char metric) {
  switch (metric) {
  case 'i':
    return r->given[TOK_AMOUNT_INPUT];
  case 'o':
    return r->given[TOK_AMOUNT_OUTPUT];
  case 't':
    return r->given[TOK_AMOUNT_TOTAL] || r->given[TOK_AMOUNT_INPUT] || r->given[TOK_AMOUNT_OUTPUT];
  case 'c':
    return r->given[TOK_AMOUNT_COST];
  default:
    return true;
  }
}

/* ---- decisions ------------------------------------------------------------------------------- */

/* a + b + c > limit without overflow; all but `limit` may be anything. */
static bool beyond(const tok_quota_view *v, int64_t need, int64_t limit) {
  int64_t sum;
  if (!tok_add_i64(v->used, v->held, &sum)) return v->used > 0;
  if (!tok_add_i64(sum, need, &sum)) return need > 0;
  return sum > limit;
}

tok_decision tok_quota_decide(const tok_quota_view *v) {
  int64_t need = v->known ? v->need : 1;
  bool idle = v->known && v->need == 0; /* adds nothing, so crosses nothing */
  if (!idle && beyond(v, need, v->limit)) return v->action;
  if (v->soft >= 0 && beyond(v, need, v->soft)) return TOK_WARN;
  return TOK_ALLOW;
}

int64_t tok_quota_remaining(const tok_quota_view *v) {
  int64_t rest;
  if (!tok_sub_i64(v->limit, v->used, &rest)) return v->used > 0 ? INT64_MIN : INT64_MAX;
  if (!tok_sub_i64(rest, v->held, &rest)) return v->held > 0 ? INT64_MIN : INT64_MAX;
  return rest;
}

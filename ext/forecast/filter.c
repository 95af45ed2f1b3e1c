#include "filter.h"

#include <stdio.h>

#include "../base/json.h"
#include "fmath.h"

const char *const tok_scope_names[TOK_N_SCOPE] = {
    "tenant_id", "user_id", "api_key_id", "session_id", "provider", "model", "task_type", "tag"};
const char *const tok_metric_names[TOK_N_METRICS] = {"cost", "input", "output", "total",
                                                     "requests"};

tok_status tok_metric_parse(tok_slice name, tok_metric *out) {
  for (int m = 0; m < TOK_N_METRICS; m++) {
    const char *s = tok_metric_names[m];
    size_t i = 0;
    if (strlen(s) != name.len) continue;
    while (i < name.len && tok_lower(name.ptr[i]) == s[i]) i++;
    if (i < name.len) continue;
    *out = (tok_metric)m;
    return TOK_OK;
  }
  return TOK_NOTFOUND;
}

static const double NANO = 1e9;

double tok_metric_amount(tok_metric m, int64_t units) {
  return m == TOK_METRIC_COST ? (double)units / NANO : (double)units;
}

int64_t tok_metric_units(tok_metric m, double amount) {
  double units = floor((m == TOK_METRIC_COST ? amount * NANO : amount) + 0.5);
  if (!(units > -9.2e18)) return INT64_MIN;
  return units < 9.2e18 ? (int64_t)units : INT64_MAX;
}

void tok_filter_init(tok_filter *f) {
  memset(f, 0, sizeof *f);
  f->budget = NAN;
}

/* Copies a JSON string; false if it does not fit or has a NUL. */
static bool copy_string(tok_slice s, char *out, size_t cap) {
  char plain[6 * TOK_SCOPE_BYTES]; /* an escape of six bytes is at least one */
  if (s.len >= sizeof plain) return false;
  size_t n = tok_json_unescape(s, plain);
  if (n >= cap || memchr(plain, '\0', n) != NULL) return false;
  memcpy(out, plain, n);
  out[n] = '\0';
  return true;
}

static tok_status refuse(char wrong[TOK_WRONG_BYTES], const char *key, const char *expected) {
  snprintf(wrong, TOK_WRONG_BYTES, "filter: %s must be %s", key, expected);
  return TOK_INVALID;
}

static tok_status take_scope(const tok_json *j, size_t k, tok_filter *f,
                             char wrong[TOK_WRONG_BYTES]) {
  f->given[k] = true;
  f->is_null[k] = j->event == TOK_JSON_NULL;
  if (f->is_null[k]) return TOK_OK;
  if (j->event != TOK_JSON_STRING && j->event != TOK_JSON_NUMBER) {
    return refuse(wrong, tok_scope_names[k], "a string or null");
  }
  if (copy_string(j->text, f->value[k], TOK_SCOPE_BYTES)) return TOK_OK;
  return refuse(wrong, tok_scope_names[k],
                "a string of at most 255 bytes without a NUL");
}

static tok_status take(const tok_json *j, tok_slice key, tok_filter *f,
                       char wrong[TOK_WRONG_BYTES]) {
  for (size_t k = 0; k < TOK_N_SCOPE; k++) {
    if (tok_slice_is(key, tok_scope_names[k])) return take_scope(j, k, f, wrong);
  }
  bool none = j->event == TOK_JSON_NULL, is_number = j->event == TOK_JSON_NUMBER;
  if (tok_slice_is(key, "zone")) {
    bool ok = j->event == TOK_JSON_STRING && copy_string(j->text, f->zone, TOK_NAME_BYTES);
    return none || ok ? TOK_OK : refuse(wrong, "zone", "an IANA time zone, as 'Europe/Berlin'");
  }
  if (tok_slice_is(key, "level")) {
    bool ok = is_number && tok_json_real(j->text, &f->level) && f->level > 0 && f->level < 1;
    return none || ok ? TOK_OK : refuse(wrong, "level", "a number between 0 and 1, as 0.8");
  }
  if (tok_slice_is(key, "budget")) {
    bool ok = is_number && (tok_json_real(j->text, &f->budget));
    int64_t whole;
    if (is_number && !ok && tok_json_int(j->text, 1, &whole) == TOK_OK) { /* tokens beyond 9.2e9 */
      f->budget = (double)whole;
      ok = true;
    }
    return none || (ok && f->budget >= 0) ? TOK_OK
                                          : refuse(wrong, "budget", "a number of at least 0");
  }
  snprintf(wrong, TOK_WRONG_BYTES,
           "filter has an unknown key '%.*s', expected tenant_id, user_id, api_key_id, session_id,"
           " provider, model, task_type, tag, zone, level or budget",
           (int)(key.len > 40 ? 40 : key.len), key.ptr);
  return TOK_INVALID;
}

tok_status tok_filter_parse(tok_slice json, tok_filter *f, char wrong[TOK_WRONG_BYTES]) {
  tok_json j;
  tok_json_init(&j, json);
  if (tok_json_next(&j) != TOK_JSON_OBJECT) {
    snprintf(wrong, TOK_WRONG_BYTES, "filter must be a JSON object, as {\"tenant_id\":\"acme\"}");
    return TOK_INVALID;
  }
  while (tok_json_next(&j) == TOK_JSON_KEY) {
    tok_slice key = j.text;
    if (tok_json_next(&j) == TOK_JSON_ERROR) break;
    tok_status status = take(&j, key, f, wrong);
    if (status != TOK_OK) return status;
  }
  if (j.event != TOK_JSON_OBJECT_END || tok_json_next(&j) != TOK_JSON_END) {
    snprintf(wrong, TOK_WRONG_BYTES,
             "filter is not well-formed JSON, expected an object such as {\"tenant_id\":\"acme\"}");
    return TOK_INVALID;
  }
  return TOK_OK;
}

#include "options.h"

#include <stdio.h>

#include "../base/json.h"
#include "fmath.h"

enum { SEASON_MAX = 2000 };
static const int64_t BILLION = 1000000000;

void tok_forecast_request_init(tok_forecast_request *r) {
  memset(r, 0, sizeof *r);
  r->run.level = 0.8; /* what cloud providers show */
  r->run.positive = -1;
}

bool tok_json_real(tok_slice number, double *out) {
  int64_t fixed;
  if (tok_json_fixed(number, BILLION, &fixed) != TOK_OK) return false;
  *out = (double)fixed / (double)BILLION;
  return true;
}

static tok_status refuse(char wrong[TOK_WRONG_BYTES], const char *key, const char *expected) {
  snprintf(wrong, TOK_WRONG_BYTES, "options: %s must be %s", key, expected);
  return TOK_INVALID;
}

/* A string without escapes that fits into TOK_NAME_BYTES. */
static bool take_name(const tok_json *j, char out[TOK_NAME_BYTES]) {
  if (j->event != TOK_JSON_STRING || j->escaped || j->text.len >= TOK_NAME_BYTES) return false;
  memcpy(out, j->text.ptr, j->text.len);
  out[j->text.len] = '\0';
  return true;
}

static bool is_method(const char *name) {
  for (size_t i = 0; tok_forecast_method_name(i) != NULL; i++) {
    if (strcmp(name, tok_forecast_method_name(i)) == 0) return true;
  }
  return false;
}

static tok_status take_method(const tok_json *j, tok_forecast_request *r,
                              char wrong[TOK_WRONG_BYTES]) {
  if (!take_name(j, r->method) || !is_method(r->method)) {
    int n = snprintf(wrong, TOK_WRONG_BYTES, "options: method must be one of");
    for (size_t i = 0; tok_forecast_method_name(i) != NULL && n > 0 && n < TOK_WRONG_BYTES; i++) {
      n += snprintf(wrong + n, (size_t)(TOK_WRONG_BYTES - n), "%s %s", i > 0 ? "," : "",
                    tok_forecast_method_name(i));
    }
    return TOK_INVALID;
  }
  r->run.method = r->method;
  return TOK_OK;
}

/* j stands on the value of `key`, which no longer is null. */
static tok_status take(const tok_json *j, tok_slice key, tok_forecast_request *r,
                       char wrong[TOK_WRONG_BYTES]) {
  bool is_number = j->event == TOK_JSON_NUMBER;
  int64_t season;
  if (tok_slice_is(key, "level")) {
    bool ok = is_number && tok_json_real(j->text, &r->run.level);
    if (!ok || !(r->run.level > 0 && r->run.level < 1)) {
      return refuse(wrong, "level", "a number between 0 and 1, as 0.8");
    }
  } else if (tok_slice_is(key, "season")) {
    bool ok = is_number && tok_json_int(j->text, 1, &season) == TOK_OK;
    if (!ok || season < 1 || season > SEASON_MAX) {
      return refuse(wrong, "season", "an integer from 1 (none) to 2000: steps of one season");
    }
    r->run.season = (size_t)season;
  } else if (tok_slice_is(key, "positive")) {
    if (j->event != TOK_JSON_TRUE && j->event != TOK_JSON_FALSE) {
      return refuse(wrong, "positive", "true or false");
    }
    r->run.positive = j->event == TOK_JSON_TRUE;
  } else if (tok_slice_is(key, "gaps")) {
    bool zero = j->event == TOK_JSON_STRING && tok_slice_is(j->text, "zero");
    if (!zero && !(j->event == TOK_JSON_STRING && tok_slice_is(j->text, "unknown"))) {
      return refuse(wrong, "gaps", "'zero' or 'unknown'");
    }
    r->run.gaps_are_zero = zero;
  } else if (tok_slice_is(key, "zone")) {
    if (!take_name(j, r->zone))
      return refuse(wrong, "zone", "an IANA time zone, as 'Europe/Berlin'");
  } else if (tok_slice_is(key, "method")) {
    return take_method(j, r, wrong);
  } else {
    snprintf(
        wrong, TOK_WRONG_BYTES,
        "options has an unknown key '%.*s', expected level, season, zone, positive, gaps or method",
        (int)(key.len > 40 ? 40 : key.len), key.ptr);
    return TOK_INVALID;
  }
  return TOK_OK;
}

tok_status tok_forecast_request_parse(tok_slice json, tok_forecast_request *r,
                                      char wrong[TOK_WRONG_BYTES]) {
  tok_json j;
  tok_status status = TOK_OK;
  tok_json_init(&j, json);
  if (tok_json_next(&j) != TOK_JSON_OBJECT) {
    snprintf(wrong, TOK_WRONG_BYTES, "options must be a JSON object, as {\"level\":0.95}");
    return TOK_INVALID;
  }
  while (status == TOK_OK && tok_json_next(&j) == TOK_JSON_KEY) {
    tok_slice key = j.text;
    tok_json_next(&j);
    if (j.event != TOK_JSON_NULL) status = take(&j, key, r, wrong);
    if (j.event == TOK_JSON_ERROR) break;
  }
  if (status != TOK_OK && j.event != TOK_JSON_ERROR) return status;
  if (j.event != TOK_JSON_OBJECT_END || tok_json_next(&j) != TOK_JSON_END) {
    snprintf(wrong, TOK_WRONG_BYTES,
             "options is not well-formed JSON, expected an object such as {\"level\":0.8}");
    return TOK_INVALID;
  }
  return TOK_OK;
}

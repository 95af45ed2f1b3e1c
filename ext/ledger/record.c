/* One row for the ledger; see record.h. Nothing of its own for SQL. */
#include <stdio.h>

#include "../base/json.h"
#include "../base/time.h"
#include "../base/utf8.h"
#include "record.h"

#define NANO_A_DOLLAR 1000000000
#define PICO_A_NANO   1000

const tok_column_info tok_columns[TOK_C_N] = {
    [TOK_C_TIMESTAMP] = {"timestamp", TOK_KIND_TIME},
    [TOK_C_PROVIDER] = {"provider", TOK_KIND_TEXT},
    [TOK_C_MODEL] = {"model", TOK_KIND_TEXT},
    [TOK_C_TASK_TYPE] = {"task_type", TOK_KIND_TEXT},
    [TOK_C_REQUEST_ID] = {"request_id", TOK_KIND_TEXT},
    [TOK_C_RESPONSE_ID] = {"response_id", TOK_KIND_TEXT},
    [TOK_C_TENANT_ID] = {"tenant_id", TOK_KIND_TEXT},
    [TOK_C_USER_ID] = {"user_id", TOK_KIND_TEXT},
    [TOK_C_API_KEY_ID] = {"api_key_id", TOK_KIND_TEXT},
    [TOK_C_SESSION_ID] = {"session_id", TOK_KIND_TEXT},
    [TOK_C_REQUEST_MODEL] = {"request_model", TOK_KIND_TEXT},
    [TOK_C_SERVICE_TIER] = {"service_tier", TOK_KIND_TEXT},
    [TOK_C_STATUS] = {"status", TOK_KIND_TEXT},
    [TOK_C_PROMPT_HASH] = {"prompt_hash", TOK_KIND_TEXT},
    [TOK_C_TAGS] = {"tags", TOK_KIND_JSON},
    [TOK_C_METERS] = {"meters", TOK_KIND_JSON},
    [TOK_C_QUALITY_SCORE] = {"quality_score", TOK_KIND_REAL},
    [TOK_C_VALUE_USD] = {"value_usd", TOK_KIND_REAL},
    [TOK_C_COST_NANO] = {"cost_nano", TOK_KIND_NANO},
    [TOK_C_REPORTED_COST_NANO] = {"reported_cost_nano", TOK_KIND_NANO},
    [TOK_C_RESPONSE_TIME_MS] = {"response_time_ms", TOK_KIND_MS},
    [TOK_C_INPUT_TOKENS] = {"input_tokens", TOK_KIND_COUNT},
    [TOK_C_OUTPUT_TOKENS] = {"output_tokens", TOK_KIND_COUNT},
    [TOK_C_TOTAL_TOKENS] = {"total_tokens", TOK_KIND_COUNT},
    [TOK_C_CACHE_READ_TOKENS] = {"cache_read_tokens", TOK_KIND_COUNT},
    [TOK_C_CACHE_WRITE_TOKENS] = {"cache_write_tokens", TOK_KIND_COUNT},
    [TOK_C_CACHE_WRITE_1H_TOKENS] = {"cache_write_1h_tokens", TOK_KIND_COUNT},
    [TOK_C_REASONING_TOKENS] = {"reasoning_tokens", TOK_KIND_COUNT},
    [TOK_C_SYSTEM_TOKENS] = {"system_tokens", TOK_KIND_COUNT},
    [TOK_C_CONTEXT_USED] = {"context_used", TOK_KIND_COUNT},
    [TOK_C_CONTEXT_LIMIT] = {"context_limit", TOK_KIND_COUNT},
};

tok_column tok_column_find(tok_slice name) {
  int c = 0;
  while (c < TOK_C_N && !tok_slice_is(name, tok_columns[c].name)) c++;
  return (tok_column)c;
}

void tok_record_init(tok_record *r, size_t texts_max) {
  memset(r, 0, sizeof *r);
  tok_buf_init(&r->texts, texts_max);
}

void tok_record_clear(tok_record *r) {
  memset(r->cell, 0, sizeof r->cell);
  r->texts.len = 0;
  r->why[0] = '\0';
}

void tok_record_free(tok_record *r) { tok_buf_free(&r->texts); }

void tok_record_wrong(tok_record *r, const char *column, const char *must, tok_slice got) {
  enum { SHOWN_MAX = 40 };
  size_t n = got.len;
  if (r->why[0] != '\0') return;
  if (n > SHOWN_MAX) {
    n = SHOWN_MAX;
    while (n > 0 && ((unsigned char)got.ptr[n] & 0xC0) == 0x80) n--; /* a character stays whole */
  }
  if (!tok_utf8_valid(got.ptr, n)) n = 0;
  snprintf(r->why, sizeof r->why, "%s must be %s, got '%.*s'", column, must, (int)n,
           n == 0 ? "" : got.ptr);
}

static const uint8_t amounts[] = {TOK_C_INPUT_TOKENS,
                                  TOK_C_OUTPUT_TOKENS,
                                  TOK_C_TOTAL_TOKENS,
                                  TOK_C_CACHE_READ_TOKENS,
                                  TOK_C_CACHE_WRITE_TOKENS,
                                  TOK_C_REASONING_TOKENS,
                                  TOK_C_COST_NANO,
                                  TOK_C_REPORTED_COST_NANO,
                                  TOK_C_METERS};
enum { N_AMOUNTS = sizeof amounts / sizeof amounts[0] };

bool tok_column_counts(tok_column c) {
  size_t i = 0;
  while (i < N_AMOUNTS && amounts[i] != (uint8_t)c) i++;
  return i < N_AMOUNTS;
}

bool tok_record_counts(const tok_record *r) {
  for (size_t i = 0; i < N_AMOUNTS; i++) {
    if (tok_record_has(r, (tok_column)amounts[i])) return true;
  }
  return false;
}

tok_slice tok_record_text(const tok_record *r, tok_column c) {
  const tok_cell *cell = &r->cell[c];
  if (cell->state == TOK_CELL_BORROWED) return cell->text;
  if (cell->state != TOK_CELL_OWN || r->texts.status != TOK_OK) return (tok_slice){NULL, 0};
  return (tok_slice){r->texts.ptr + cell->number, cell->text.len};
}

void tok_record_set_number(tok_record *r, tok_column c, int64_t n) {
  r->cell[c] = (tok_cell){TOK_CELL_NUMBER, n, {NULL, 0}};
}

void tok_record_add(tok_record *r, tok_column c, int64_t n) {
  int64_t sum;
  if (n == 0 && tok_record_has(r, c)) return;
  if (!tok_add_i64(tok_record_number(r, c), n, &sum)) {
    tok_record_wrong(r, tok_columns[c].name, "less than 2^63", (tok_slice){NULL, 0});
  } else {
    tok_record_set_number(r, c, sum);
  }
}

void tok_record_borrow(tok_record *r, tok_column c, tok_slice text) {
  r->cell[c] = (tok_cell){TOK_CELL_BORROWED, 0, text};
}

/* Room for n bytes at the end of the texts, which the cell then is; NULL when out of memory. */
static char *own_text(tok_record *r, tok_column c, size_t n) {
  char *p = tok_buf_reserve(&r->texts, n + 1);
  if (p == NULL) return NULL;
  r->cell[c] = (tok_cell){TOK_CELL_OWN, (int64_t)r->texts.len, {NULL, n}};
  return p;
}

void tok_record_copy(tok_record *r, tok_column c, tok_slice text) {
  char *p = own_text(r, c, text.len);
  if (p == NULL) return;
  if (text.len > 0) memcpy(p, text.ptr, text.len);
  r->texts.len += text.len;
}

void tok_record_string(tok_record *r, tok_column c, tok_slice raw, bool escaped) {
  if (!escaped) {
    tok_record_borrow(r, c, raw);
    return;
  }
  char *p = own_text(r, c, raw.len);
  if (p == NULL) return;
  size_t n = tok_json_unescape(raw, p);
  r->cell[c].text.len = n;
  r->texts.len += n;
}

/* ---- values as text -------------------------------------------------------------------------- */

/* A decimal number as JSON writes it, but a plus sign and leading zeros may be there. */
static bool is_number(tok_slice s) {
  size_t i = 0, digits = 0;
  if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+')) i++;
  for (; i < s.len && tok_is_digit(s.ptr[i]); i++) digits++;
  if (i < s.len && s.ptr[i] == '.') {
    for (i++; i < s.len && tok_is_digit(s.ptr[i]); i++) digits++;
  }
  if (digits == 0) return false;
  if (i < s.len && tok_lower(s.ptr[i]) == 'e') {
    size_t from = ++i;
    if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+')) from = ++i;
    while (i < s.len && tok_is_digit(s.ptr[i])) i++;
    if (i == from) return false;
  }
  return i == s.len;
}

static tok_slice without_plus(tok_slice s) {
  bool plus = s.len > 0 && s.ptr[0] == '+';
  return (tok_slice){s.ptr + plus, s.len - plus};
}

/* Number of milliseconds that a fraction ".979" at p says; *used: its bytes. */
static int64_t fraction_ms(const char *p, size_t n, size_t *used) {
  int64_t ms = 0, unit = 100;
  size_t i = 1;
  for (; i < n && tok_is_digit(p[i]); i++, unit /= 10) ms += (p[i] - '0') * unit;
  *used = i;
  return ms;
}

tok_status tok_record_instant(tok_slice text, int64_t *milliseconds) {
  int64_t seconds, ns;
  if (is_number(text) && !(text.len == 10 && text.ptr[4] == '-')) {
    tok_slice number = without_plus(text);
    /* the digits before the point tell the unit */
    size_t whole = 0;
    while (whole < number.len && tok_is_digit(number.ptr[whole])) whole++;
    int64_t scale = whole <= 11 ? 1000 : 1;
    /* milliseconds are cut off, as of text, where rounding could make it the next day */
    if (scale > 1 && number.len > whole + 4 && memchr(number.ptr, 'e', number.len) == NULL &&
        memchr(number.ptr, 'E', number.len) == NULL)
      number.len = whole + 4;
    if (tok_json_fixed(number, scale, &ns) != TOK_OK) return TOK_INVALID;
    for (size_t digits = 14; digits < whole; digits += 3) ns /= 1000;
    *milliseconds = ns;
    return tok_time_in_range(ns / 1000) ? TOK_OK : TOK_INVALID;
  }
  if (tok_time_parse(text, &seconds) != TOK_OK) return TOK_INVALID;
  size_t used;
  const char *point = memchr(text.ptr, '.', text.len);
  *milliseconds = seconds * 1000;
  if (point != NULL)
    *milliseconds += fraction_ms(point, text.len - (size_t)(point - text.ptr), &used);
  return TOK_OK;
}

static void parse_time(tok_record *r, tok_column c, tok_slice text) {
  int64_t ms;
  char iso[TOK_TIME_TEXT_BYTES];
  if (tok_record_instant(text, &ms) != TOK_OK) {
    tok_record_wrong(r, tok_columns[c].name, "an ISO-8601 time or a number of seconds since 1970",
                     text);
    return;
  }
  int64_t seconds = ms / 1000 - (ms % 1000 < 0);
  if (c == TOK_C_TIMESTAMP) r->at_ms = ms;
  tok_time_format(seconds, iso);
  tok_record_copy(r, c, tok_slice_of(iso));
}

static void parse_whole(tok_record *r, tok_column c, tok_slice text) {
  bool count = tok_columns[c].kind == TOK_KIND_COUNT;
  int64_t n;
  if (!is_number(text) || tok_json_int(without_plus(text), 1, &n) != TOK_OK || (count && n < 0)) {
    tok_record_wrong(r, tok_columns[c].name, count ? "a whole number of tokens" : "a whole number",
                     text);
  } else {
    tok_record_set_number(r, c, n);
  }
}

static void parse_ms(tok_record *r, tok_column c, tok_slice text) {
  int64_t n;
  if (!is_number(text) || tok_json_fixed(without_plus(text), 1, &n) != TOK_OK || n < 0) {
    tok_record_wrong(r, tok_columns[c].name, "a number of milliseconds", text);
  } else {
    tok_record_set_number(r, c, n);
  }
}

void tok_record_usd(tok_record *r, tok_column c, tok_slice text) {
  int64_t nano;
  if (text.len == 0) return;
  if (!is_number(text) || tok_json_fixed(without_plus(text), NANO_A_DOLLAR, &nano) != TOK_OK) {
    tok_record_wrong(r, tok_columns[c].name, "a number of dollars", text);
  } else {
    tok_record_set_number(r, c, nano);
  }
}

void tok_record_parse(tok_record *r, tok_column c, tok_slice text) {
  if (text.len == 0) return;
  switch (tok_columns[c].kind) {
  case TOK_KIND_TIME:
    parse_time(r, c, text);
    break;
  case TOK_KIND_COUNT:
  case TOK_KIND_NANO:
    parse_whole(r, c, text);
    break;
  case TOK_KIND_MS:
    parse_ms(r, c, text);
    break;
  case TOK_KIND_REAL:
    if (is_number(text)) tok_record_borrow(r, c, text);
    else tok_record_wrong(r, tok_columns[c].name, "a number", text);
    break;
  case TOK_KIND_JSON:
    if (text.ptr[0] == '{' || text.ptr[0] == '[') tok_record_borrow(r, c, text);
    else tok_record_wrong(r, tok_columns[c].name, "a JSON object or array", text);
    break;
  case TOK_KIND_TEXT:
    tok_record_borrow(r, c, text);
    break;
  }
}

/* ---- usage ----------------------------------------------------------------------------------- */

static void take_text(tok_record *r, tok_column c, const tok_usage_text *t) {
  if (t->text.len > 0 && !tok_record_has(r, c)) tok_record_string(r, c, t->text, t->escaped);
}

static void take_count(tok_record *r, tok_column c, const tok_usage *u, tok_meter m, bool always) {
  if (tok_record_has(r, c)) return;
  if (always ? tok_quantities_has(&u->q, m) : u->q.quanta[m] > 0) {
    tok_record_set_number(r, c, u->q.quanta[m] / tok_meters[m].quantum);
  }
}

void tok_record_usage(tok_record *r, const tok_usage *u) {
  take_text(r, TOK_C_PROVIDER, &u->provider);
  take_text(r, TOK_C_MODEL, &u->model);
  take_text(r, TOK_C_RESPONSE_ID, &u->response_id);
  take_text(r, TOK_C_SERVICE_TIER, &u->service_tier);
  take_count(r, TOK_C_INPUT_TOKENS, u, TOK_M_INPUT, true);
  take_count(r, TOK_C_OUTPUT_TOKENS, u, TOK_M_OUTPUT, true);
  take_count(r, TOK_C_CACHE_READ_TOKENS, u, TOK_M_CACHE_READ, false);
  take_count(r, TOK_C_CACHE_WRITE_TOKENS, u, TOK_M_CACHE_WRITE, false);
  take_count(r, TOK_C_CACHE_WRITE_1H_TOKENS, u, TOK_M_CACHE_WRITE_1H, false);
  take_count(r, TOK_C_REASONING_TOKENS, u, TOK_M_REASONING, false);
  if (u->cut && !tok_record_has(r, TOK_C_STATUS))
    tok_record_borrow(r, TOK_C_STATUS, tok_slice_of("incomplete"));
  /* embeddings and rerankers say what they read, and produce no tokens */
  if (tok_quantities_has(&u->q, TOK_M_INPUT) && !tok_record_has(r, TOK_C_OUTPUT_TOKENS)) {
    tok_record_set_number(r, TOK_C_OUTPUT_TOKENS, 0);
  }
  if (u->cost_pico > 0 && !tok_record_has(r, TOK_C_REPORTED_COST_NANO)) {
    int64_t nano = u->cost_pico / PICO_A_NANO, rest = u->cost_pico % PICO_A_NANO;
    bool up = rest > PICO_A_NANO / 2 || (rest == PICO_A_NANO / 2 && nano % 2 != 0);
    tok_record_set_number(r, TOK_C_REPORTED_COST_NANO, nano + up);
  }
}

/*
** What the ledger would have cost.
**
**     SELECT * FROM tok_whatif('2026-01-01',
**       '{"model":"gpt-4o-mini","where":{"task_type":"filter"}}');
**     SELECT sum(saving_usd) FROM tok_whatif('2026-01-01', '{"service_tier":"batch"}');
**
** SELECT * FROM tok_whatif(since, change_json [, until])
**   -> model, requests, input_tokens, output_tokens, cost_usd, whatif_usd, saving_usd, saving_pct,
**      unpriced
**   W1  A row for each model of the ledger, what saves most first. since (NULL: the beginning) and
**       until (exclusive) are times. NULL as change_json gives no rows.
**   W2  change_json: {"model", "provider", "service_tier", "cache_read_ratio", "cache_write_ratio",
**       "where": {"provider", "model", "task_type", "tenant_id", "user_id", "api_key_id",
**       "session_id", "service_tier"}}; what is not given stays as it was. A model without a
**       provider is its maker's. "where" chooses the requests; a null there means those without.
**   W3  The ratios are shares of the input that a cache gave or that were written to it for five
**       minutes; with either the recorded caching no longer counts. Together at most 1.
**   W4  The tokens stay those that were recorded: another model's tokenizer makes more or fewer of
**       the same text, and its answers have another length.
**   W5  Prices are those of each request's own time, to the nano-dollar; cost_usd is what was
**       recorded. Requests without a cost, or without a price after the change, are in none of the
**       sums: they are `unpriced`. A saving below 0 is a rise.
**   W6  Linear in the requests of the range.
*/
#include "../base/json.h"
#include "install.h"
#include "ledger_sql.h"
#include "query_sql.h"

enum { ARG_SINCE, ARG_CHANGE, ARG_UNTIL };
enum { WHOLE = 1000000 }; /* a ratio of 1: they are read in millionths, exactly, and so added up */

static const char *const texts[] = {"model", "provider", "service_tier"};
static const char *const ratios[] = {"cache_read_ratio", "cache_write_ratio"};
static const char *const conditions[] = {"provider", "model", "task_type", "tenant_id",
                                         "user_id", "api_key_id", "session_id", "service_tier"};
#define N_OF(array) (sizeof(array) / sizeof(array)[0])

static bool is_one_of(tok_slice key, const char *const *names, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (tok_slice_is(key, names[i])) return true;
  }
  return false;
}

/* After the KEY "where". */
static int read_where(tok_query *q, tok_json *j) {
  if (tok_json_next(j) != TOK_JSON_OBJECT) {
    return tok_query_error(q, "where must be a JSON object, as {\"task_type\":\"chat\"}");
  }
  while (tok_json_next(j) == TOK_JSON_KEY) {
    tok_slice key = j->text;
    if (!is_one_of(key, conditions, N_OF(conditions))) {
      return tok_query_error(q,
                             "where has an unknown member '%.*s', expected provider, model,"
                             " task_type, tenant_id, user_id, api_key_id, session_id or"
                             " service_tier",
                             tok_shown(key), key.ptr);
    }
    if (tok_json_next(j) != TOK_JSON_STRING && j->event != TOK_JSON_NULL) {
      return tok_query_error(q, "where: %.*s must be a string or null", tok_shown(key), key.ptr);
    }
  }
  return SQLITE_OK;
}

/* After any other KEY. */
static int read_member(tok_query *q, tok_json *j, int64_t *millionths) {
  tok_slice key = j->text;
  bool text = is_one_of(key, texts, N_OF(texts));
  if (!text && !is_one_of(key, ratios, N_OF(ratios))) {
    return tok_query_error(q,
                           "change has an unknown member '%.*s', expected model, provider,"
                           " service_tier, cache_read_ratio, cache_write_ratio or where",
                           tok_shown(key), key.ptr);
  }
  if (tok_json_next(j) == TOK_JSON_ERROR || j->event == TOK_JSON_NULL) return SQLITE_OK;
  if (text && j->event != TOK_JSON_STRING)
    return tok_query_error(q, "%.*s must be a string", tok_shown(key), key.ptr);
  if (text) return SQLITE_OK;
  int64_t n = -1;
  bool number = j->event == TOK_JSON_NUMBER && tok_json_fixed(j->text, WHOLE, &n) == TOK_OK;
  if (!number || n < 0 || n > WHOLE) {
    return tok_query_error(q, "%.*s must be a number from 0 to 1, as 0.5", tok_shown(key),
                           key.ptr);
  }
  *millionths += n;
  return SQLITE_OK;
}

static int check_change(tok_query *q, tok_slice change) {
  tok_json j;
  int64_t cached = 0;
  tok_json_init(&j, change);
  bool object = tok_json_next(&j) == TOK_JSON_OBJECT;
  while (object && tok_json_next(&j) == TOK_JSON_KEY) {
    int rc = tok_slice_is(j.text, "where") ? read_where(q, &j) : read_member(q, &j, &cached);
    if (rc != SQLITE_OK) return rc;
  }
  if (!object || j.event != TOK_JSON_OBJECT_END || tok_json_next(&j) != TOK_JSON_END) {
    return tok_query_error(q,
                           "change must be a JSON object, as {\"model\":\"gpt-4o-mini\"},"
                           " got '%.*s'",
                           tok_shown(change), change.ptr);
  }
  if (cached > WHOLE)
    return tok_query_error(q, "cache_read_ratio and cache_write_ratio are together more than 1");
  return SQLITE_OK;
}

static int open_whatif(tok_query *q, sqlite3_value **args, sqlite3_stmt **out) {
  int64_t since = INT64_MIN, until = INT64_MAX;
  if (sqlite3_value_type(args[ARG_CHANGE]) == SQLITE_NULL) return SQLITE_OK;
  tok_slice change;
  if (tok_sql_read(args[ARG_CHANGE], &change) != SQLITE_OK) return SQLITE_NOMEM;
  int rc = check_change(q, change);
  if (rc == SQLITE_OK) rc = tok_query_time(q, args[ARG_SINCE], "since", &since);
  if (rc == SQLITE_OK) rc = tok_query_time(q, args[ARG_UNTIL], "until", &until);
  if (rc == SQLITE_OK) rc = tok_query_prepare(q, tok_ledger_script("query/whatif.sql"), out);
  if (rc == SQLITE_OK) rc = tok_query_bind_text(*out, ":change", change);
  if (rc == SQLITE_OK) rc = tok_query_bind_int(*out, ":lo", since);
  if (rc == SQLITE_OK) rc = tok_query_bind_int(*out, ":hi", until);
  return rc;
}

static const tok_query_def whatif_def = {
    .name = "tok_whatif",
    .usage = "tok_whatif(since, change_json [, until])",
    .columns =
        "model TEXT, requests INTEGER, input_tokens INTEGER, output_tokens INTEGER,"
        " cost_usd REAL, whatif_usd REAL, saving_usd REAL, saving_pct REAL, unpriced INTEGER",
    .n_columns = 9,
    .arguments = "since HIDDEN, change_json HIDDEN, until HIDDEN",
    .n_required = 2,
    .n_args = 3,
    .open = open_whatif};

int tok_whatif_register(sqlite3 *db) {
  static const tok_query_def *const defs[] = {&whatif_def};
  return tok_query_register(db, defs, sizeof defs / sizeof defs[0]);
}

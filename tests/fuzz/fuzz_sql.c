/*
** Typed arguments of every kind through every SQL function and virtual table of the static library:
** no crash, no hang, and each error speaks in the function's voice.
**
** Input: byte 0 chooses the statement, then each parameter is a type byte and its value (see
** bind_next).
*/
#include <sqlite3.h>
#include <stdint.h>
#include <string.h>

#include "../../ext/tok.h"
#include "require.h"

/* A statement whose function does not exist is left out. */
static const char *const statements[] = {
    "SELECT tok_count(?,?)",
    "SELECT tok_encode(?,?)",
    "SELECT tok_encode(?,?,?)",
    "SELECT tok_decode(?,?)",
    "SELECT tok_decode(?1, tok_encode(?1,?2,'all'))",
    "SELECT tok_truncate(?,?,?)",
    "SELECT * FROM tok_chunks(?,?,?)",
    "SELECT * FROM tok_chunks(?,?,?,?)",
    "SELECT * FROM tok_tokens(?,?)",
    "SELECT tok_encoding(?)",
    "SELECT tok_fits(?,?)",
    "SELECT tok_fits(?,?,?)",
    "SELECT * FROM tok_vocab WHERE encoding=? AND id=?",
    "SELECT * FROM tok_vocab WHERE encoding=? AND token=?",
    "SELECT * FROM tok_vocab WHERE id=?",
    "SELECT * FROM tok_vocab WHERE token=?",
    "SELECT * FROM tok_vocab WHERE encoding=? AND id BETWEEN ? AND ?",
    "SELECT * FROM tok_models WHERE model=?",
    "SELECT * FROM tok_encodings WHERE name=?",
    "SELECT tok_cost(?,?,?)",
    "SELECT tok_cost(?,?,?,?)",
    "SELECT tok_cost(?,?,?,?,?)",
    "SELECT tok_cost(?,?,?,?,?,?)",
    "SELECT tok_cost_nano(?,?,?)",
    "SELECT tok_cost_nano(?,?,?,?,?,?)",
    "SELECT tok_cost(?,?)",
    "SELECT tok_cost_nano(?,?)",
    "SELECT tok_cost_nano(?,?,?)",
    "SELECT tok_cost_explain(?,?)",
    "SELECT tok_cost_explain(?,?,?)",
    "SELECT tok_price(?,?)",
    "SELECT tok_price(?,?,?)",
    "SELECT tok_resolve(?)",
    "SELECT tok_resolve(?,?)",
    "SELECT * FROM tok_pricing WHERE model=?",
    "SELECT * FROM tok_pricing WHERE provider=? AND meter=?",
    "SELECT tok_usage(?)",
    "SELECT tok_usage(?,?)",
    "SELECT tok_forecast(?,?,?)",
    "SELECT tok_forecast(?,?,?,?)",
    "SELECT tok_forecast(value,?2,?3) FROM (SELECT ?1 AS value UNION ALL SELECT 0 UNION ALL SELECT 86400 UNION ALL SELECT ?4)",
    "SELECT * FROM tok_forecast(?,?,?)",
    "SELECT * FROM tok_forecast(?,?,?,?,?,?)",
    "SELECT * FROM tok_backtest(?,?,?,?,?,?)",
    "SELECT tok_project(?,?)",
    "SELECT tok_project(?,?,?,?)",
    "SELECT tok_forecast_alerts(?)",
    ("SELECT tok_anomaly_score(x, s, l) OVER (ORDER BY i)"
     " FROM (SELECT 1 AS i, ?1 AS x, ?2 AS s, ?3 AS l UNION ALL SELECT 2, ?4, ?2, ?3"
     " UNION ALL SELECT 3, ?5, ?2, ?3 UNION ALL SELECT 3, 1, ?2, ?3)"),
    "SELECT tok_anomaly_score(?)",
    "SELECT * FROM tok_anomalies(?,?,?)",
    "SELECT * FROM tok_anomalies(?,?,?,?,?,?,?)",
};
enum { N_STATEMENTS = sizeof statements / sizeof statements[0], ROWS_MAX = 300, STEPS_MAX = 2000 };

static const char *const words[] = {
    "gpt-4o", "o200k_base", "gpt2", "azure/gpt-4o-2024-08-06", "ft:gpt-4o-mini:org::id", "cl100k_base",
    "us.anthropic.claude-sonnet-4-20250514-v1:0", "models/gemini-2.5-pro", "o200k_harmony", "none",
    "all", "input", "output", "cache_read", "2025-01-01", "2026-01-31T23:59:59Z", "[1,2,3]", "[]",
    "{\"input_tokens\":1200,\"output_tokens\":350}", "[-1]", "[1e99]", "[200018,100257]", "null", "",
    "{\"input_tokens\":9223372036854775807}", "openai", "[\"a\"]", "[1,", "not-a-model", "<|endoftext|>"};
enum { N_WORDS = sizeof words / sizeof words[0] };

typedef struct {
  const uint8_t *p;
  size_t n;
} input;

static uint8_t byte(input *in) {
  if (in->n == 0) return 0;
  in->n--;
  return *in->p++;
}

static void bind_next(sqlite3_stmt *stmt, int i, input *in) {
  static const int64_t edges[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT32_MAX, 1LL << 32, INT64_MAX};
  static const double reals[] = {0.5, -1.0, 3.0, 1e308 * 10, 9.3e18, -9.3e18, 1e-300, 2147483648.0};
  uint8_t type = byte(in), size = byte(in);
  size_t n = size < in->n ? size : in->n;
  switch (type % 8) {
  case 0: sqlite3_bind_null(stmt, i); return;
  case 1: sqlite3_bind_int64(stmt, i, (int8_t)size); return;
  case 2: sqlite3_bind_int64(stmt, i, edges[size % 8]); return;
  case 3: sqlite3_bind_double(stmt, i, reals[size % 8]); return;
  case 4: sqlite3_bind_blob(stmt, i, n == 0 ? (const void *)"" : in->p, (int)n, SQLITE_TRANSIENT); break;
  case 5: sqlite3_bind_text(stmt, i, n == 0 ? "" : (const char *)in->p, (int)n, SQLITE_TRANSIENT); break;
  default: sqlite3_bind_text(stmt, i, words[size % N_WORDS], -1, SQLITE_STATIC); return;
  }
  in->p += n;
  in->n -= n;
}

/* What may be said without the function's name: SQLite's own limits. */
static int is_voice(const char *message) {
  static const char *const also[] = {"string or blob too big", "interrupted", "out of memory"};
  for (size_t i = 0; i < sizeof also / sizeof also[0]; i++) {
    if (strcmp(message, also[i]) == 0) return 1;
  }
  const char *colon = strstr(message, ": ");
  return strncmp(message, "tok_", 4) == 0 && colon != NULL && colon[2] != '\0' &&
         strcspn(message, " ") > (size_t)(colon - message);
}

static int stop(void *n_calls) { return ++*(int *)n_calls > STEPS_MAX; }

static sqlite3 *open_db(sqlite3_stmt **stmts, int *n_calls) {
  sqlite3 *db = NULL;
  if (sqlite3_open(":memory:", &db) != SQLITE_OK) abort();
  if (sqlite3_tok_init(db, NULL, NULL) != SQLITE_OK) abort();
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1000000);
  sqlite3_progress_handler(db, 1000, stop, n_calls);
  for (int i = 0; i < N_STATEMENTS; i++) {
    sqlite3_prepare_v3(db, statements[i], -1, SQLITE_PREPARE_PERSISTENT, &stmts[i], NULL);
  }
  return db;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static sqlite3 *db;
  static sqlite3_stmt *stmts[N_STATEMENTS];
  static int n_calls;
  if (db == NULL) db = open_db(stmts, &n_calls);
  input in = {data, size};
  sqlite3_stmt *stmt = stmts[byte(&in) % N_STATEMENTS];
  if (stmt == NULL) return 0;
  for (int i = 1; i <= sqlite3_bind_parameter_count(stmt); i++) bind_next(stmt, i, &in);
  int rc = SQLITE_ROW;
  n_calls = 0;
  for (int row = 0; row < ROWS_MAX && rc == SQLITE_ROW; row++) {
    rc = sqlite3_step(stmt);
    for (int c = 0; rc == SQLITE_ROW && c < sqlite3_column_count(stmt); c++) {
      sqlite3_column_text(stmt, c);
    }
  }
  if (rc != SQLITE_ROW && rc != SQLITE_DONE && !is_voice(sqlite3_errmsg(db))) {
    fprintf(stderr, "%s: %d: %s\n", sqlite3_sql(stmt), rc, sqlite3_errmsg(db));
    abort();
  }
  sqlite3_reset(stmt);
  sqlite3_clear_bindings(stmt);
  return 0;
}

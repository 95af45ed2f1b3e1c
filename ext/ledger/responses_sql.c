/*
** tok_responses: a table into which raw provider responses are put.
**
**     INSERT INTO tok_responses(response, task_type, tenant_id) VALUES (:body, 'chat', 'acme');
**
**   N1  `response` is what tok_usage reads: a body, a stream's text, an array of events. Tokens,
**       model, provider, service tier, response id and the reported cost are taken from it and
**       become one row of llm_usage; a response whose id is there already is ignored. Where a
**       stream broke off, status is "incomplete": its counts are what it had said until then.
**   N2  Every other column is llm_usage's and is written as given; model, provider and service_tier
**       given win over what the response says. timestamp is ISO-8601 or Unix seconds; without it
**       the row is of now.
**   N3  A response that is NULL, malformed, counts nothing or holds several responses is an error
**       and writes nothing.
**   N4  What a response counts beyond the ledger's columns (audio, web searches, pages) goes to the
**       column `meters` and is part of its cost. The row is priced also where this connection has
**       not called tok_init().
**   N5  Insert only: the response itself is not kept, so there is nothing to select; read
**       llm_usage. last_insert_rowid() is the row's id there. DIRECTONLY.
*/
#include "../usage/frames.h"
#include "ledger_sql.h"
#include "put_sql.h"

enum { ARG_RESPONSE = 2, ARG_FIRST = 3 }; /* xUpdate: old and new rowid come first */
enum { TEXTS_MAX = 1 << 24 };             /* bytes of one row's texts: ids, names, tags */

/*
** Columns that a response tells but may be given; the others are the writer's. Counts and costs are
** the response's.
*/
static const tok_column given[] = {
    TOK_C_TASK_TYPE,     TOK_C_TENANT_ID,     TOK_C_USER_ID,       TOK_C_API_KEY_ID,
    TOK_C_SESSION_ID,    TOK_C_REQUEST_ID,    TOK_C_PROVIDER,      TOK_C_MODEL,
    TOK_C_REQUEST_MODEL, TOK_C_SERVICE_TIER,  TOK_C_TIMESTAMP,     TOK_C_RESPONSE_TIME_MS,
    TOK_C_STATUS,        TOK_C_PROMPT_HASH,   TOK_C_SYSTEM_TOKENS, TOK_C_CONTEXT_USED,
    TOK_C_CONTEXT_LIMIT, TOK_C_QUALITY_SCORE, TOK_C_VALUE_USD,     TOK_C_TAGS,
};
enum { N_GIVEN = sizeof given / sizeof given[0] };

typedef struct {
  sqlite3_vtab base;
  sqlite3 *db;
} responses_vtab;

static int declare(sqlite3 *db) {
  sqlite3_str *s = sqlite3_str_new(db);
  sqlite3_str_appendall(s, "CREATE TABLE x(response");
  for (int i = 0; i < N_GIVEN; i++) sqlite3_str_appendf(s, ", %s", tok_columns[given[i]].name);
  sqlite3_str_appendall(s, ")");
  char *sql = sqlite3_str_finish(s);
  if (sql == NULL) return SQLITE_NOMEM;
  int rc = sqlite3_declare_vtab(db, sql);
  sqlite3_free(sql);
  return rc;
}

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                   char **error) {
  (void)aux;
  (void)argc;
  (void)argv;
  (void)error;
  int rc = declare(db);
  if (rc != SQLITE_OK) return rc;
  responses_vtab *v = tok_malloc(sizeof *v);
  if (v == NULL) return SQLITE_NOMEM;
  *v = (responses_vtab){.db = db};
  sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  *out = &v->base;
  return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *vtab) {
  tok_free(vtab);
  return SQLITE_OK;
}

static int best_index(sqlite3_vtab *vtab, sqlite3_index_info *info) {
  info->estimatedCost = 1;
  (void)vtab;
  return SQLITE_OK;
}

static int open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out) {
  (void)vtab;
  return tok_vtab_open(sizeof(sqlite3_vtab_cursor), out);
}

static int close(sqlite3_vtab_cursor *cursor) {
  tok_free(cursor);
  return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *cursor, int num, const char *str, int argc,
                  sqlite3_value **argv) {
  (void)num;
  (void)str;
  (void)argc;
  (void)argv;
  return tok_vtab_error(cursor->pVtab,
                        "tok_responses: responses are put in, not kept; read llm_usage");
}

static int no_next(sqlite3_vtab_cursor *cursor) {
  (void)cursor;
  return SQLITE_OK;
}

static int eof(sqlite3_vtab_cursor *cursor) {
  (void)cursor;
  return 1;
}

static int column(sqlite3_vtab_cursor *cursor, sqlite3_context *ctx, int i) {
  (void)cursor;
  (void)ctx;
  (void)i;
  return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
  (void)cursor;
  *out = 0;
  return SQLITE_OK;
}

/* ---- writing --------------------------------------------------------------------------------- */

static int wrong_response(responses_vtab *v, tok_status status, const tok_usage *u) {
  if (status == TOK_OK && u->n_responses > 1) {
    return tok_vtab_error(&v->base, "tok_responses: response holds %lld responses, expected one",
                          (long long)u->n_responses);
  }
  if (status == TOK_NOTFOUND) {
    return tok_vtab_error(&v->base, "tok_responses: response %s, expected a provider's usage",
                          u->cut ? "ends before it counts anything" : "counts nothing");
  }
  return tok_vtab_error(&v->base,
                        "tok_responses: %.*s%s%s%s at byte %llu, expected a provider's response",
                        tok_shown(u->member), u->member.len > 0 ? u->member.ptr : "",
                        u->member.len > 0 ? " " : "response ", u->wrong, u->got,
                        (unsigned long long)u->at);
}

/* What was given beside the response. */
static int read_given(responses_vtab *v, sqlite3_value **argv, tok_record *r) {
  for (int i = 0; i < N_GIVEN; i++) {
    sqlite3_value *value = argv[ARG_FIRST + i];
    if (sqlite3_value_type(value) == SQLITE_NULL) continue;
    tok_slice text;
    if (tok_sql_read(value, &text) != SQLITE_OK) return SQLITE_NOMEM;
    tok_record_parse(r, given[i], text);
  }
  if (r->texts.status == TOK_NOMEM) return SQLITE_NOMEM;
  return r->why[0] == '\0' ? SQLITE_OK : tok_vtab_error(&v->base, "tok_responses: %s", r->why);
}

static int put(responses_vtab *v, const tok_record *r, const tok_usage *u) {
  tok_put p;
  tok_buf usage;
  tok_put_result result;
  tok_buf_init(&usage, TEXTS_MAX);
  tok_usage_print(u, &usage);
  int rc = usage.status == TOK_OK ? tok_put_open(&p, v->db) : SQLITE_NOMEM;
  if (rc == SQLITE_OK) {
    rc = tok_put_record(&p, r, (tok_slice){usage.ptr, usage.len}, false, false, &result);
    bool refused = rc == SQLITE_OK && result == TOK_PUT_REFUSED;
    if (refused || (rc != SQLITE_OK && rc != SQLITE_NOMEM)) {
      int code = tok_vtab_error(&v->base, "tok_responses: %s", sqlite3_errmsg(v->db));
      rc = code == SQLITE_NOMEM ? code : refused ? SQLITE_CONSTRAINT : rc;
    }
    tok_put_close(&p);
  } else if (rc != SQLITE_NOMEM) {
    rc = tok_vtab_error(&v->base, "tok_responses: %s; SELECT tok_init() makes the ledger",
                        sqlite3_errmsg(v->db));
  }
  tok_buf_free(&usage);
  return rc;
}

/* What the body says of usage; `events` holds what `u` borrows of the frames of a stream. */
static int read_body(responses_vtab *v, tok_slice body, tok_slice provider, tok_buf *events,
                     tok_usage *u) {
  const char *wrong;
  size_t at;
  if (tok_frames_are(body)) {
    tok_status status = tok_frames_events(body, events, &wrong, &at);
    if (status == TOK_INVALID) {
      return tok_vtab_error(&v->base, "tok_responses: response %s at byte %llu", wrong,
                            (unsigned long long)at);
    }
    if (status != TOK_OK) return status == TOK_TOOBIG ? SQLITE_TOOBIG : SQLITE_NOMEM;
    body = (tok_slice){events->ptr, events->len};
  }
  tok_status status = tok_usage_parse(body, provider, u);
  return status != TOK_OK || u->n_responses > 1 ? wrong_response(v, status, u) : SQLITE_OK;
}

static int insert(responses_vtab *v, sqlite3_value **argv) {
  tok_record r;
  tok_usage u;
  tok_buf events;
  tok_slice nothing = {NULL, 0};
  if (sqlite3_value_type(argv[ARG_RESPONSE]) == SQLITE_NULL) {
    return tok_vtab_error(&v->base, "tok_responses: response must not be NULL");
  }
  tok_slice body;
  if (tok_sql_read(argv[ARG_RESPONSE], &body) != SQLITE_OK) return SQLITE_NOMEM;
  tok_buf_init(&events, (size_t)sqlite3_limit(v->db, SQLITE_LIMIT_LENGTH, -1));
  tok_record_init(&r, TEXTS_MAX);
  int rc = read_given(v, argv, &r);
  if (rc == SQLITE_OK) {
    tok_slice provider =
        tok_record_has(&r, TOK_C_PROVIDER) ? tok_record_text(&r, TOK_C_PROVIDER) : nothing;
    rc = read_body(v, body, provider, &events, &u);
    if (rc == SQLITE_OK) tok_record_usage(&r, &u);
    if (r.texts.status == TOK_NOMEM) rc = SQLITE_NOMEM;
  }
  if (rc == SQLITE_OK) rc = put(v, &r, &u);
  tok_record_free(&r);
  tok_buf_free(&events);
  return rc;
}

static int update(sqlite3_vtab *vtab, int argc, sqlite3_value **argv, sqlite3_int64 *id) {
  responses_vtab *v = (responses_vtab *)vtab;
  if (argc == 1 || sqlite3_value_type(argv[0]) != SQLITE_NULL) {
    return tok_vtab_error(vtab, "tok_responses: only INSERT is possible; change llm_usage");
  }
  int rc = insert(v, argv);
  *id = sqlite3_last_insert_rowid(v->db);
  return rc;
}

static const sqlite3_module module = {
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xOpen = open,
    .xClose = close,
    .xFilter = filter,
    .xNext = no_next,
    .xEof = eof,
    .xColumn = column,
    .xRowid = rowid,
    .xUpdate = update,
};

int tok_responses_register(sqlite3 *db) {
  static const tok_module_def defs[] = {{"tok_responses", &module}};
  return tok_sql_modules(db, NULL, defs, 1);
}

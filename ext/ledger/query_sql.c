/* Table-valued functions that are one query; see query_sql.h. Nothing of its own for SQL. */
#include <stdarg.h>

#include "../base/time.h"
#include "query_sql.h"

/* State of one table on a connection: pAux of its module. */
typedef struct {
  tok_conn conn; /* first: destroyed as one */
  const tok_query_def *def;
  tok_zones zones;
} table;

typedef struct {
  sqlite3_vtab_cursor base;
  sqlite3_stmt *stmt;                      /* owned; NULL: no rows */
  /* owned copies: the statement outside may change its own */
  sqlite3_value *args[TOK_QUERY_ARGS_MAX];
  sqlite3_int64 row;
  bool done, header;
} cursor;

/* ---- for open() ------------------------------------------------------------------------------ */

int tok_query_error(tok_query *q, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  char *text = sqlite3_vmprintf(fmt, ap);
  va_end(ap);
  int rc = text == NULL ? SQLITE_NOMEM : tok_vtab_error(&q->base, "%s: %s", q->def->name, text);
  sqlite3_free(text);
  return rc;
}

/* The statement's error rc, with its code: who asked may try again where a database is locked. */
static int fail_as(tok_query *q, int rc, const char *why) {
  int said = tok_query_error(q, "%s", why);
  return said == SQLITE_NOMEM ? said : rc;
}

int tok_query_prepare(tok_query *q, const char *sql, sqlite3_stmt **out) {
  int rc = sqlite3_prepare_v2(q->db, sql, -1, out, NULL);
  if (rc == SQLITE_OK || rc == SQLITE_NOMEM) return rc;
  char *why = sqlite3_mprintf("%s", sqlite3_errmsg(q->db));
  bool missing = rc == SQLITE_ERROR &&
                 sqlite3_table_column_metadata(q->db, "main", "llm_rollup", NULL, NULL, NULL, NULL,
                                               NULL, NULL) == SQLITE_ERROR;
  rc = why == NULL ? SQLITE_NOMEM
       : missing
           ? tok_query_error(q, "there is no ledger, or an older one; SELECT tok_init() makes it")
           : fail_as(q, rc, why);
  sqlite3_free(why);
  return rc;
}

int tok_query_bind_int(sqlite3_stmt *stmt, const char *name, int64_t n) {
  int at = sqlite3_bind_parameter_index(stmt, name);
  return at == 0 ? SQLITE_OK : sqlite3_bind_int64(stmt, at, n);
}

int tok_query_bind_text(sqlite3_stmt *stmt, const char *name, tok_slice text) {
  int at = sqlite3_bind_parameter_index(stmt, name);
  if (at == 0 || text.ptr == NULL) return SQLITE_OK;
  return sqlite3_bind_text64(stmt, at, text.ptr, text.len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

int tok_query_bind_value(sqlite3_stmt *stmt, const char *name, sqlite3_value *v) {
  int at = sqlite3_bind_parameter_index(stmt, name);
  return at == 0 || v == NULL ? SQLITE_OK : sqlite3_bind_value(stmt, at, v);
}

static bool absent(sqlite3_value *v) { return v == NULL || sqlite3_value_type(v) == SQLITE_NULL; }

int tok_query_int(tok_query *q, sqlite3_value *v, const char *arg, int64_t min, int64_t max,
                  int64_t *out) {
  if (absent(v)) return SQLITE_OK;
  int type = sqlite3_value_type(v); /* '5' is 5: see tok_query_def.numbers */
  int64_t n = sqlite3_value_int64(v);
  bool whole = type == SQLITE_INTEGER ||
               (type == SQLITE_FLOAT && sqlite3_value_double(v) == (double)n);
  if (whole && n >= min && n <= max) {
    *out = n;
    return SQLITE_OK;
  }
  const unsigned char *text = sqlite3_value_text(v);
  if (text == NULL) return SQLITE_NOMEM;
  return tok_query_error(q, "%s must be an integer from %lld to %lld, got '%.40s'", arg,
                         (long long)min, (long long)max, text);
}

int tok_query_time(tok_query *q, sqlite3_value *v, const char *arg, int64_t *out) {
  if (absent(v)) return SQLITE_OK;
  if (sqlite3_value_type(v) == SQLITE_INTEGER && tok_time_in_range(sqlite3_value_int64(v))) {
    *out = sqlite3_value_int64(v);
    return SQLITE_OK;
  }
  tok_slice text;
  if (tok_sql_read(v, &text) != SQLITE_OK) return SQLITE_NOMEM;
  if (tok_time_parse(text, out) == TOK_OK) return SQLITE_OK;
  return tok_query_error(q, "%s must be an ISO-8601 time or Unix seconds, got '%.*s'", arg,
                         tok_shown(text), text.ptr);
}

/* The setting, or NULL; without a ledger there is none. */
static char *zone_setting(sqlite3 *db, int *rc) {
  sqlite3_stmt *stmt = NULL;
  char *zone = NULL;
  *rc = sqlite3_prepare_v2(db, "SELECT value FROM main.llm_setting WHERE name = 'zone'", -1, &stmt,
                           NULL);
  if (*rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW &&
      sqlite3_column_type(stmt, 0) != SQLITE_NULL) {
    const unsigned char *text = sqlite3_column_text(stmt, 0);
    zone = text == NULL ? NULL : sqlite3_mprintf("%s", text);
    if (zone == NULL) *rc = SQLITE_NOMEM;
  }
  if (tok_sql_absent(db, *rc)) *rc = SQLITE_OK;
  int end = sqlite3_finalize(stmt);
  if (*rc == SQLITE_OK) *rc = end;
  return zone;
}

int tok_query_zone(tok_query *q, sqlite3_value *v, const tok_zone **out, char **owned) {
  char *message = NULL;
  int rc = SQLITE_OK;
  *owned = NULL;
  if (absent(v)) {
    *owned = zone_setting(q->db, &rc);
  } else {
    tok_slice text;
    rc = tok_sql_read(v, &text);
    *owned = rc != SQLITE_OK ? NULL : sqlite3_mprintf("%.*s", (int)text.len, text.ptr);
    if (*owned == NULL) rc = SQLITE_NOMEM;
  }
  if (rc != SQLITE_OK) return rc == SQLITE_NOMEM ? rc : fail_as(q, rc, sqlite3_errmsg(q->db));
  if (*owned == NULL) *owned = sqlite3_mprintf("UTC");
  if (*owned == NULL) return SQLITE_NOMEM;
  rc = tok_zones_find(q->zones, tok_slice_of(*owned), out, &message);
  if (rc != SQLITE_OK && rc != SQLITE_NOMEM) {
    rc = fail_as(q, rc, message == NULL ? sqlite3_errstr(rc) : message);
  }
  sqlite3_free(message);
  return rc;
}

int tok_query_ask(tok_query *q, const char *sql, int n, int64_t *out) {
  sqlite3_stmt *stmt = NULL;
  int rc = tok_query_prepare(q, sql, &stmt);
  if (rc != SQLITE_OK) return rc;
  int step = sqlite3_step(stmt);
  for (int i = 0; i < n && step == SQLITE_ROW; i++) {
    bool null = sqlite3_column_type(stmt, i) == SQLITE_NULL;
    out[i] = null ? INT64_MIN : sqlite3_column_int64(stmt, i);
  }
  rc = sqlite3_finalize(stmt);
  if (rc == SQLITE_OK || rc == SQLITE_NOMEM) return rc;
  return fail_as(q, rc, sqlite3_errmsg(q->db));
}

/* ---- the module ------------------------------------------------------------------------------ */

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                   char **error) {
  (void)argc;
  (void)argv;
  (void)error;
  table *t = aux;
  char *sql = sqlite3_mprintf("CREATE TABLE x(%s, %s)", t->def->columns, t->def->arguments);
  if (sql == NULL) return SQLITE_NOMEM;
  int rc = sqlite3_declare_vtab(db, sql);
  sqlite3_free(sql);
  if (rc != SQLITE_OK) return rc;
  tok_query *q = tok_malloc(sizeof *q);
  if (q == NULL) return SQLITE_NOMEM;
  *q = (tok_query){.db = db, .def = t->def, .zones = &t->zones};
  *out = &q->base;
  return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *vtab) {
  tok_free(vtab);
  return SQLITE_OK;
}

/*
** idxNum: bit k: argument k is given; argv of xFilter are those in ascending k. idxStr: the columns
** that are read, as a decimal number (columns from 63 on share a bit).
*/
static int best_index(sqlite3_vtab *vtab, sqlite3_index_info *info) {
  tok_query *q = (tok_query *)vtab;
  int n = 0;
  for (int k = 0; k < q->def->n_args; k++) {
    int at = -1;
    for (int i = 0; i < info->nConstraint && at < 0; i++) {
      const struct sqlite3_index_constraint *c = &info->aConstraint[i];
      if (c->iColumn != q->def->n_columns + k || c->op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
      if (!c->usable) return SQLITE_CONSTRAINT; /* another order of the join gives the argument */
      at = i;
    }
    if (at < 0 && k < q->def->n_required) {
      return tok_query_error(q, "an argument is missing, expected %s", q->def->usage);
    }
    if (at < 0) continue;
    info->aConstraintUsage[at].argvIndex = ++n;
    info->aConstraintUsage[at].omit = 1;
    info->idxNum |= 1 << k;
  }
  info->idxStr = sqlite3_mprintf("%lld", (long long)(info->colUsed & INT64_MAX));
  info->needToFreeIdxStr = 1;
  info->estimatedCost = 10000;
  info->estimatedRows = 100;
  return info->idxStr == NULL ? SQLITE_NOMEM : SQLITE_OK;
}

static int open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out) {
  (void)vtab;
  return tok_vtab_open(sizeof(cursor), out);
}

static void reset(cursor *c) {
  sqlite3_finalize(c->stmt);
  c->stmt = NULL;
  for (int k = 0; k < TOK_QUERY_ARGS_MAX; k++) {
    sqlite3_value_free(c->args[k]);
    c->args[k] = NULL;
  }
}

static int close(sqlite3_vtab_cursor *base) {
  reset((cursor *)base);
  tok_free(base);
  return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  tok_query *q = (tok_query *)base->pVtab;
  int rc = c->stmt == NULL ? SQLITE_DONE : sqlite3_step(c->stmt);
  c->row++;
  c->header = false;
  c->done = rc != SQLITE_ROW;
  if (rc == SQLITE_ROW || rc == SQLITE_DONE) return SQLITE_OK;
  if (rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT) return rc;
  return fail_as(q, rc, sqlite3_errmsg(q->db));
}

static uint64_t read_number(const char *digits) {
  uint64_t n = 0;
  for (; tok_is_digit(*digits); digits++) n = n * 10 + (uint64_t)(*digits - '0');
  return n;
}

static int filter(sqlite3_vtab_cursor *base, int idx_num, const char *idx_str, int argc,
                  sqlite3_value **argv) {
  (void)argc;
  cursor *c = (cursor *)base;
  tok_query *q = (tok_query *)base->pVtab;
  int n = 0;
  reset(c);
  c->done = true;
  c->row = -1;
  for (int k = 0; k < q->def->n_args; k++) {
    if (!(idx_num & 1 << k)) continue;
    /* of the argument: SQLite 3.53 locks a value's connection, and a copy has none */
    if (q->def->numbers & 1u << k) sqlite3_value_numeric_type(argv[n]);
    c->args[k] = sqlite3_value_dup(argv[n++]);
    if (c->args[k] == NULL) return SQLITE_NOMEM;
  }
  q->used = read_number(idx_str);
  int rc = q->def->open(q, c->args, &c->stmt);
  if (rc != SQLITE_OK) return rc;
  c->header = q->def->has_header != NULL && c->stmt != NULL && q->def->has_header(c->args);
  if (!c->header) return next(base);
  c->row = 0;
  c->done = false;
  return SQLITE_OK;
}

static int eof(sqlite3_vtab_cursor *base) { return ((cursor *)base)->done; }

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i) {
  cursor *c = (cursor *)base;
  const tok_query_def *def = ((tok_query *)base->pVtab)->def;
  if (i == 0 && def->result != NULL) def->result(c->args, c->stmt, c->header, ctx);
  else if (i < def->n_columns) sqlite3_result_value(ctx, sqlite3_column_value(c->stmt, i));
  else if (c->args[i - def->n_columns] != NULL)
    sqlite3_result_value(ctx, c->args[i - def->n_columns]);
  return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
  *out = ((cursor *)base)->row;
  return SQLITE_OK;
}

static const sqlite3_module module = {
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xOpen = open,
    .xClose = close,
    .xFilter = filter,
    .xNext = next,
    .xEof = eof,
    .xColumn = column,
    .xRowid = rowid,
};

static void destroy(tok_conn *conn) {
  table *t = (table *)conn;
  tok_zones_clear(&t->zones);
  tok_free(t);
}

int tok_query_register(sqlite3 *db, const tok_query_def *const *defs, size_t n) {
  int rc = SQLITE_OK;
  for (size_t i = 0; i < n && rc == SQLITE_OK; i++) {
    const tok_module_def one = {defs[i]->name, &module};
    table *t = tok_malloc(sizeof *t);
    if (t == NULL) return SQLITE_NOMEM;
    *t = (table){.conn = {db, 1, destroy}, .def = defs[i]};
    tok_zones_init(&t->zones, db);
    rc = tok_sql_modules(db, &t->conn, &one, 1);
    tok_conn_release(&t->conn);
  }
  return rc;
}

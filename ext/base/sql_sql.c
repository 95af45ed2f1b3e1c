#include <math.h>
#include <stdarg.h>

#include "sql.h"
#include "time.h"

void tok_conn_release(void *p) {
  tok_conn *conn = p;
  if (conn != NULL && --conn->n_ref == 0) conn->destroy(conn);
}

/* SQLite calls the destructor even where registration fails, so the reference is taken first. */
static void *retain(tok_conn *conn) {
  if (conn != NULL) conn->n_ref++;
  return conn;
}

int tok_sql_functions(sqlite3 *db, tok_conn *conn, const tok_func_def *defs, size_t n) {
  int rc = SQLITE_OK;
  for (size_t i = 0; i < n && rc == SQLITE_OK; i++) {
    rc = sqlite3_create_function_v2(db, defs[i].name, defs[i].n_arg, defs[i].flags, retain(conn),
                                    defs[i].func, NULL, NULL, tok_conn_release);
  }
  return rc;
}

int tok_sql_aggregates(sqlite3 *db, tok_conn *conn, const tok_agg_def *defs, size_t n) {
  int rc = SQLITE_OK;
  for (size_t i = 0; i < n && rc == SQLITE_OK; i++) {
    const tok_agg_def *d = &defs[i];
    rc =
        d->value != NULL
            ? sqlite3_create_window_function(db, d->name, d->n_arg, d->flags, retain(conn), d->step,
                                             d->final, d->value, d->inverse, tok_conn_release)
            : sqlite3_create_function_v2(db, d->name, d->n_arg, d->flags, retain(conn), NULL,
                                         d->step, d->final, tok_conn_release);
  }
  return rc;
}

int tok_sql_modules(sqlite3 *db, tok_conn *conn, const tok_module_def *defs, size_t n) {
  int rc = SQLITE_OK;
  for (size_t i = 0; i < n && rc == SQLITE_OK; i++) {
    rc = sqlite3_create_module_v2(db, defs[i].name, defs[i].module, retain(conn), tok_conn_release);
  }
  return rc;
}

/* The pointer to an empty BLOB is NULL, too: only its type tells it from a lack of memory. */
static int give(const void *p, int type, tok_slice *out) {
  *out = (tok_slice){p == NULL && type == SQLITE_BLOB ? "" : p, 0};
  return out->ptr == NULL && type != SQLITE_NULL ? SQLITE_NOMEM : SQLITE_OK;
}

int tok_sql_read(sqlite3_value *v, tok_slice *out) {
  int type = sqlite3_value_type(v);
  const void *p = type == SQLITE_BLOB ? sqlite3_value_blob(v) : sqlite3_value_text(v);
  int rc = give(p, type, out);
  if (p != NULL) out->len = (size_t)sqlite3_value_bytes(v); /* after _text: the order matters */
  return rc;
}

int tok_sql_column(sqlite3_stmt *stmt, int i, tok_slice *out) {
  int type = sqlite3_column_type(stmt, i);
  const void *p = type == SQLITE_BLOB ? sqlite3_column_blob(stmt, i) : sqlite3_column_text(stmt, i);
  int rc = give(p, type, out);
  if (p != NULL) out->len = (size_t)sqlite3_column_bytes(stmt, i);
  return rc;
}

bool tok_sql_text(sqlite3_context *ctx, sqlite3_value *v, tok_slice *out) {
  int rc = tok_sql_read(v, out);
  if (rc != SQLITE_OK) sqlite3_result_error_nomem(ctx);
  return rc == SQLITE_OK;
}

const char *tok_sql_advice(const char *message) {
  static const char missing[] = "no such table: main.llm_";
  bool here = strncmp(message, missing, sizeof missing - 1) == 0 && strchr(message, ';') == NULL;
  return here ? "; SELECT tok_init() makes the ledger" : "";
}

void tok_sql_failure(sqlite3_context *ctx, const char *func, int rc, const char *message) {
  if (rc == SQLITE_NOMEM) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  if (message == NULL) message = sqlite3_errstr(rc);
  tok_sql_error(ctx, func, "%s%s", message, tok_sql_advice(message));
  if (rc != SQLITE_ERROR) sqlite3_result_error_code(ctx, rc);
}

bool tok_sql_absent(sqlite3 *db, int rc) {
  static const char start[] = "no such ";
  return rc == SQLITE_ERROR && strncmp(sqlite3_errmsg(db), start, sizeof start - 1) == 0;
}

static const char *type_name(sqlite3_value *v) {
  static const char *const names[] = {"", "an integer", "a real", "text", "a blob", "NULL"};
  return names[sqlite3_value_type(v)];
}

bool tok_sql_int(sqlite3_context *ctx, const char *func, const char *arg, sqlite3_value *v,
                 int64_t *out) {
  int type = sqlite3_value_numeric_type(v);
  if (type == SQLITE_INTEGER) {
    *out = sqlite3_value_int64(v);
    return true;
  }
  if (type == SQLITE_FLOAT) {
    double d = sqlite3_value_double(v);
    if (d >= -9223372036854775808.0 && d < 9223372036854775808.0 && d == floor(d)) {
      *out = (int64_t)d;
      return true;
    }
    tok_sql_error(ctx, func, "%s must be an integer, got %!g", arg, d);
    return false;
  }
  tok_sql_error(ctx, func, "%s must be an integer, got %s", arg, type_name(v));
  return false;
}

bool tok_sql_time(sqlite3_context *ctx, const char *func, const char *arg, sqlite3_value *v,
                  int64_t *out) {
  if (sqlite3_value_type(v) == SQLITE_TEXT) {
    tok_slice text;
    if (!tok_sql_text(ctx, v, &text)) return false;
    if (tok_time_parse(text, out) == TOK_OK) return true;
    tok_sql_error(ctx, func, "%s must be an ISO-8601 time or Unix seconds, got '%.*s'", arg,
                  tok_shown(text), text.ptr);
    return false;
  }
  if (!tok_sql_int(ctx, func, arg, v, out)) return false;
  if (tok_time_in_range(*out)) return true;
  tok_sql_error(ctx, func, "%s must be between the years 0 and 9999, got %lld", arg, *out);
  return false;
}

static void files_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  sqlite3_result_int(ctx, sqlite3_user_data(ctx) != NULL);
}

int tok_sql_set_files(sqlite3 *db, bool allowed) {
  static char yes; /* its address is the answer */
  return sqlite3_create_function_v2(db, "tok_files", 0, TOK_PURE, allowed ? &yes : NULL, files_func,
                                    NULL, NULL, NULL);
}

int tok_sql_files(sqlite3 *db, bool *allowed) {
  sqlite3_stmt *stmt = NULL;
  *allowed = false;
  int rc = sqlite3_prepare_v2(db, "SELECT tok_files()", -1, &stmt, NULL);
  if (rc != SQLITE_OK) return rc;
  if (sqlite3_step(stmt) == SQLITE_ROW) *allowed = sqlite3_column_int(stmt, 0) != 0;
  return sqlite3_finalize(stmt);
}

int64_t tok_sql_now(void) {
  sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
  sqlite3_int64 julian_ms = 0;
  double julian_days = 0;
  if (vfs == NULL) return 0;
  if (vfs->iVersion >= 2 && vfs->xCurrentTimeInt64 != NULL) {
    vfs->xCurrentTimeInt64(vfs, &julian_ms);
  } else {
    vfs->xCurrentTime(vfs, &julian_days);
    julian_ms = (sqlite3_int64)(julian_days * 86400000.0);
  }
  return julian_ms / 1000 - 210866760000; /* 1970-01-01 is Julian day 2440587.5 */
}

void tok_sql_error(sqlite3_context *ctx, const char *func, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  char *text = sqlite3_vmprintf(fmt, ap);
  va_end(ap);
  char *msg = text == NULL ? NULL : sqlite3_mprintf("%s: %s", func, text);
  sqlite3_free(text);
  if (msg == NULL) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  sqlite3_result_error(ctx, msg, -1);
  sqlite3_free(msg);
}

void tok_sql_status(sqlite3_context *ctx, const char *func, tok_status status, const char *what) {
  switch (status) {
  case TOK_OK:
    break;
  case TOK_NOMEM:
    sqlite3_result_error_nomem(ctx);
    break;
  case TOK_TOOBIG:
    sqlite3_result_error_toobig(ctx);
    break;
  case TOK_OVERFLOW:
    tok_sql_error(ctx, func, "the result does not fit in a 64-bit integer");
    break;
  case TOK_INVALID:
  case TOK_NOTFOUND:
    tok_sql_error(ctx, func, "%s", what);
    break;
  }
}

void tok_sql_result_buf(sqlite3_context *ctx, const char *func, tok_buf *b) {
  size_t len = 0;
  char *p = tok_buf_take(b, &len);
  if (p == NULL) {
    tok_sql_status(ctx, func, b->status, "");
    return;
  }
  sqlite3_result_text64(ctx, p, (sqlite3_uint64)len, sqlite3_free, SQLITE_UTF8);
}

size_t tok_sql_limit(sqlite3_context *ctx) {
  return (size_t)sqlite3_limit(sqlite3_context_db_handle(ctx), SQLITE_LIMIT_LENGTH, -1);
}

int tok_vtab_open(size_t n_bytes, sqlite3_vtab_cursor **out) {
  *out = tok_malloc(n_bytes);
  if (*out == NULL) return SQLITE_NOMEM;
  memset(*out, 0, n_bytes);
  return SQLITE_OK;
}

int tok_vtab_error(sqlite3_vtab *vtab, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  sqlite3_free(vtab->zErrMsg);
  vtab->zErrMsg = sqlite3_vmprintf(fmt, ap);
  va_end(ap);
  return vtab->zErrMsg == NULL ? SQLITE_NOMEM : SQLITE_ERROR;
}

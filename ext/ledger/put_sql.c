/* Records into llm_usage; see put_sql.h. Nothing of its own for SQL. */
#include "install.h"
#include "put_sql.h"

static int parameter(const tok_put_stmt *s, const char *name) {
  enum { NAME_BYTES = 40 };
  char with_colon[NAME_BYTES];
  sqlite3_snprintf(NAME_BYTES, with_colon, ":%s", name);
  return sqlite3_bind_parameter_index(s->stmt, with_colon);
}

static int prepare(tok_put_stmt *s, sqlite3 *db, const char *script) {
  int rc = sqlite3_prepare_v3(db, tok_ledger_script(script), -1, SQLITE_PREPARE_PERSISTENT,
                              &s->stmt, NULL);
  if (rc != SQLITE_OK) return rc;
  for (int c = 0; c < TOK_C_N; c++) s->at[c] = parameter(s, tok_columns[c].name);
  s->at_usage = parameter(s, "usage");
  s->at_resolve = parameter(s, "resolve");
  s->at_replace = parameter(s, "replace");
  return SQLITE_OK;
}

int tok_put_open(tok_put *p, sqlite3 *db) {
  memset(p, 0, sizeof *p);
  p->db = db;
  int rc = prepare(&p->put, db, "import/put.sql");
  if (rc == SQLITE_OK) rc = prepare(&p->price, db, "import/price.sql");
  if (rc != SQLITE_OK) tok_put_close(p);
  return rc;
}

void tok_put_close(tok_put *p) {
  sqlite3_finalize(p->price.stmt);
  sqlite3_finalize(p->put.stmt);
  p->price.stmt = p->put.stmt = NULL;
}

static int bind_text(sqlite3_stmt *stmt, int at, tok_slice text) {
  return sqlite3_bind_text64(stmt, at, text.len == 0 ? "" : text.ptr, text.len, SQLITE_STATIC,
                             SQLITE_UTF8);
}

static int bind_cell(const tok_put_stmt *s, const tok_record *r, tok_column c) {
  switch (r->cell[c].state) {
  case TOK_CELL_NONE:
    return sqlite3_bind_null(s->stmt, s->at[c]);
  case TOK_CELL_NUMBER:
    return sqlite3_bind_int64(s->stmt, s->at[c], r->cell[c].number);
  default:
    return bind_text(s->stmt, s->at[c], tok_record_text(r, c));
  }
}

static int bind(const tok_put_stmt *s, const tok_record *r, tok_slice usage, bool resolve,
                bool replace) {
  int rc = SQLITE_OK;
  for (int c = 0; c < TOK_C_N && rc == SQLITE_OK; c++) {
    if (s->at[c] > 0) rc = bind_cell(s, r, (tok_column)c);
  }
  if (rc == SQLITE_OK && s->at_usage > 0) {
    rc = usage.len > 0 ? bind_text(s->stmt, s->at_usage, usage)
                       : sqlite3_bind_null(s->stmt, s->at_usage);
  }
  if (rc == SQLITE_OK && s->at_resolve > 0) rc = sqlite3_bind_int(s->stmt, s->at_resolve, resolve);
  if (rc == SQLITE_OK && s->at_replace > 0) rc = sqlite3_bind_int(s->stmt, s->at_replace, replace);
  return rc;
}

/*
** The provider and the cost of what is about to be put. Numbers that no price can be computed of
** are no failure here: the ledger refuses the row, and says why.
*/
static int bind_price(tok_put *p, const tok_record *r) {
  bool priced = r->cell[TOK_C_COST_NANO].state != TOK_CELL_NONE;
  sqlite3_stmt *price = p->price.stmt;
  int rc = sqlite3_step(price);
  if (rc == SQLITE_ROW) {
    rc = sqlite3_bind_value(p->put.stmt, p->put.at[TOK_C_PROVIDER], sqlite3_column_value(price, 0));
    if (rc == SQLITE_OK && !priced) {
      rc = sqlite3_bind_value(p->put.stmt, p->put.at[TOK_C_COST_NANO],
                              sqlite3_column_value(price, 1));
    }
    sqlite3_reset(price);
    return rc;
  }
  rc = sqlite3_reset(price);
  return rc == SQLITE_ERROR ? SQLITE_OK : rc;
}

int tok_put_record(tok_put *p, const tok_record *r, tok_slice usage, bool resolve, bool replace,
                   tok_put_result *out) {
  int rc = bind(&p->price, r, usage, resolve, replace);
  if (rc == SQLITE_OK) rc = bind(&p->put, r, usage, resolve, replace);
  if (rc == SQLITE_OK) rc = bind_price(p, r);
  if (rc != SQLITE_OK) return rc;
  sqlite3_int64 last = sqlite3_last_insert_rowid(p->db);
  sqlite3_set_last_insert_rowid(p->db, 0); /* no row's: only an insertion changes it */
  sqlite3_step(p->put.stmt);
  rc = sqlite3_reset(p->put.stmt);
  bool inserted = sqlite3_last_insert_rowid(p->db) != 0;
  if (!inserted) sqlite3_set_last_insert_rowid(p->db, last);
  if (rc == SQLITE_OK) {
    *out = inserted                       ? TOK_PUT_NEW
           : sqlite3_changes64(p->db) > 0 ? TOK_PUT_UPDATED
                                          : TOK_PUT_DUPLICATE;
  }
  if ((rc & 0xff) != SQLITE_CONSTRAINT && rc != SQLITE_MISMATCH) return rc;
  *out = TOK_PUT_REFUSED;
  return SQLITE_OK;
}

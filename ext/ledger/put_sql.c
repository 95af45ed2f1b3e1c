/* Records into llm_usage; see put_sql.h. Nothing of its own for SQL. */
#include "install.h"
#include "put_sql.h"

static int parameter(tok_put *p, const char *name) {
  enum { NAME_BYTES = 40 };
  char with_colon[NAME_BYTES];
  sqlite3_snprintf(NAME_BYTES, with_colon, ":%s", name);
  return sqlite3_bind_parameter_index(p->stmt, with_colon);
}

int tok_put_open(tok_put *p, sqlite3 *db) {
  memset(p, 0, sizeof *p);
  p->db = db;
  int rc = sqlite3_prepare_v3(db, tok_ledger_script("import/put.sql"), -1,
                              SQLITE_PREPARE_PERSISTENT, &p->stmt, NULL);
  if (rc != SQLITE_OK) return rc;
  for (int c = 0; c < TOK_C_N; c++) p->at[c] = parameter(p, tok_columns[c].name);
  p->at_usage = parameter(p, "usage");
  p->at_resolve = parameter(p, "resolve");
  p->at_replace = parameter(p, "replace");
  return SQLITE_OK;
}

void tok_put_close(tok_put *p) {
  sqlite3_finalize(p->stmt);
  p->stmt = NULL;
}

static int bind_text(sqlite3_stmt *stmt, int at, tok_slice text) {
  return sqlite3_bind_text64(stmt, at, text.len == 0 ? "" : text.ptr, text.len, SQLITE_STATIC,
                             SQLITE_UTF8);
}

static int bind_record(tok_put *p, const tok_record *r) {
  int rc = SQLITE_OK;
  for (int c = 0; c < TOK_C_N && rc == SQLITE_OK; c++) {
    switch (r->cell[c].state) {
    case TOK_CELL_NONE:
      rc = sqlite3_bind_null(p->stmt, p->at[c]);
      break;
    case TOK_CELL_NUMBER:
      rc = sqlite3_bind_int64(p->stmt, p->at[c], r->cell[c].number);
      break;
    default:
      rc = bind_text(p->stmt, p->at[c], tok_record_text(r, (tok_column)c));
    }
  }
  return rc;
}

int tok_put_record(tok_put *p, const tok_record *r, tok_slice usage, bool resolve, bool replace,
                   tok_put_result *out) {
  int rc = bind_record(p, r);
  if (rc == SQLITE_OK && usage.len > 0) rc = bind_text(p->stmt, p->at_usage, usage);
  else if (rc == SQLITE_OK) rc = sqlite3_bind_null(p->stmt, p->at_usage);
  if (rc == SQLITE_OK) rc = sqlite3_bind_int(p->stmt, p->at_resolve, resolve);
  if (rc == SQLITE_OK) rc = sqlite3_bind_int(p->stmt, p->at_replace, replace);
  if (rc != SQLITE_OK) return rc;
  sqlite3_int64 last = sqlite3_last_insert_rowid(p->db);
  sqlite3_set_last_insert_rowid(p->db, 0); /* no row's: only an insertion changes it */
  sqlite3_step(p->stmt);
  rc = sqlite3_reset(p->stmt);
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

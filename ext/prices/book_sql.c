/*
** A connection's prices; see book_sql.h.
**
** Only a table main.llm_price counts: not a view, nothing temporary or attached of that name. The
** statements that are kept between calls belong to the virtual table tok_pricing: a function that
** owned one would keep sqlite3_close() from closing.
**
** When an answer may be remembered. The pair (SQLITE_FCNTL_DATA_VERSION, total_changes) tells
** states of main apart except inside a write transaction: after a rollback it is what it was
** before, although other rows were seen in between. So while main is being written each statement
** asks llm_price: if it has no rows the built-in list alone answers, which never changes; if it
** has, nothing is taken from the cache and nothing put into it. And the data version moves only
** when this connection begins to read; a statement that does not read main begins no reading of it,
** so one is begun here.
*/
#include "book_sql.h"
#include "scripts.h"

static void destroy(tok_conn *conn) {
  tok_book *b = (tok_book *)conn;
  tok_price_cache_free(b->cache);
  if (b->spare != NULL)
    tok_override_free(b->spare);
  if (b->spare != NULL)
    tok_free(b->spare);
  tok_free(b);
}

tok_book *tok_book_new(sqlite3 *db) {
  tok_book *b = tok_malloc(sizeof *b);
  if (b != NULL)
    *b = (tok_book){.conn = {db, 1, destroy}};
  return b;
}

void tok_book_own(tok_book *b) {
  b->n_owner++;
}

void tok_book_disown(tok_book *b) {
  if (--b->n_owner > 0)
    return;
  for (int i = 0; i < TOK_KEPT_N; i++) {
    sqlite3_finalize(b->kept[i]);
    b->kept[i] = NULL;
  }
  b->asked = false;
}

void tok_book_error(sqlite3_context *ctx, const char *func, int rc, char *message) {
  tok_sql_failure(ctx, func, rc, message);
  sqlite3_free(message);
}

static int fail(sqlite3 *db, int rc, char **message) {
  if (*message == NULL && rc != SQLITE_NOMEM)
    *message = sqlite3_mprintf("main.llm_price: %s", sqlite3_errmsg(db));
  return rc;
}

/* ---- statements that are kept ---------------------------------------------------------------- */

static const char *const kept_names[TOK_KEPT_N] = {
    [TOK_KEPT_LOOK_UP] = "prices/look_up.sql",
    [TOK_KEPT_ANY] = "prices/any.sql",
    [TOK_KEPT_VERSION] = "prices/version.sql",
};

/* The statement, kept if there is a virtual table to own it; *lent: to be given back, not
 * finalised. */
static int borrow(tok_book *b, tok_kept which, sqlite3_stmt **stmt, bool *lent) {
  *lent = false;
  if (b->n_owner == 0 && !b->asked) { /* preparing this connects it */
    sqlite3_stmt *connect = NULL;
    b->asked = true;
    sqlite3_prepare_v2(b->conn.db, "SELECT 1 FROM tok_pricing", -1, &connect, NULL);
    sqlite3_finalize(connect);
  }
  if (b->n_owner == 0 || b->busy[which])
    return sqlite3_prepare_v2(b->conn.db, tok_prices_script(kept_names[which]), -1, stmt, NULL);
  int rc = SQLITE_OK;
  if (b->kept[which] == NULL)
    rc = sqlite3_prepare_v3(b->conn.db, tok_prices_script(kept_names[which]), -1,
                            SQLITE_PREPARE_PERSISTENT, &b->kept[which], NULL);
  *stmt = b->kept[which];
  *lent = b->busy[which] = rc == SQLITE_OK;
  return rc;
}

/* Ends its run; the code of its last step's error, else SQLITE_OK. */
static int give_back(tok_book *b, tok_kept which, sqlite3_stmt *stmt, bool lent) {
  if (!lent)
    return sqlite3_finalize(stmt);
  int rc = sqlite3_reset(stmt);
  b->busy[which] = false;
  return rc;
}

/* Steps once. SQLITE_ROW, SQLITE_DONE or an error. */
static int ask(tok_book *b, tok_kept which) {
  sqlite3_stmt *stmt = NULL;
  bool lent;
  int rc = borrow(b, which, &stmt, &lent);
  if (rc == SQLITE_OK)
    rc = sqlite3_step(stmt);
  int end = give_back(b, which, stmt, lent);
  return rc == SQLITE_ROW || rc == SQLITE_DONE || end == SQLITE_OK ? rc : end;
}

/* ---- is there anything? ---------------------------------------------------------------------- */

/* SQLITE_OK, or that the schema cannot be read: that is not "no table". */
static int find_table(sqlite3 *db, bool *there) {
  int rc = sqlite3_table_column_metadata(db, "main", "llm_price", NULL, NULL, NULL, NULL, NULL,
                                         NULL);
  *there = rc == SQLITE_OK;
  return rc == SQLITE_ERROR ? SQLITE_OK : rc;
}

int tok_book_has_rows(tok_book *b, bool *any, char **message) {
  sqlite3 *db = b->conn.db;
  bool there = true;
  *any = false;
  /* Outside a transaction this connection's idea of the schema may be old; then only a statement
   * renews it. */
  int rc = SQLITE_OK;
  if (sqlite3_txn_state(db, "main") != SQLITE_TXN_NONE)
    rc = find_table(db, &there);
  if (rc == SQLITE_OK && !there)
    return SQLITE_OK;
  if (rc == SQLITE_OK)
    rc = ask(b, TOK_KEPT_ANY);
  if (rc == SQLITE_ROW || rc == SQLITE_DONE || rc == SQLITE_ERROR) {
    int found = find_table(db, &there);
    if (found != SQLITE_OK)
      return fail(db, found, message);
    if (!there)
      return SQLITE_OK;
    *any = rc == SQLITE_ROW;
  }
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : fail(db, rc, message);
}

/* ---- reading through ------------------------------------------------------------------------- */

typedef struct {
  sqlite3_stmt *stmt; /* owned */
  int rc;
} finder;

static tok_slice text_at(finder *f, int i) {
  tok_slice s;
  if (tok_sql_column(f->stmt, i, &s) != SQLITE_OK)
    f->rc = SQLITE_NOMEM;
  return s;
}

static tok_status find(void *source, tok_slice name, tok_override *to) {
  finder *f = source;
  tok_status status = TOK_OK;
  f->rc = sqlite3_bind_text(f->stmt, 1, name.ptr, (int)name.len, SQLITE_STATIC);
  while (f->rc == SQLITE_OK && status == TOK_OK && sqlite3_step(f->stmt) == SQLITE_ROW) {
    sqlite3_stmt *s = f->stmt;
    tok_override_text row = {.id = sqlite3_column_int64(s, 0),
                             .tier_from = sqlite3_column_int64(s, 1),
                             .retracted = sqlite3_column_int(s, 2) != 0,
                             .provider = text_at(f, 3),
                             .model = text_at(f, 4),
                             .meter = text_at(f, 5),
                             .usd_per_1m = text_at(f, 6),
                             .service_tier = text_at(f, 7),
                             .region = text_at(f, 8),
                             .valid_from = text_at(f, 9),
                             .valid_to = text_at(f, 10),
                             .hours = text_at(f, 11),
                             .weekdays = text_at(f, 12),
                             .source = text_at(f, 13)};
    if (f->rc == SQLITE_OK)
      status = tok_override_offer(to, &row);
  }
  int rc = sqlite3_reset(f->stmt); /* repeats the error of the last step */
  if (f->rc == SQLITE_OK)
    f->rc = rc;
  return status == TOK_OK && f->rc != SQLITE_OK ? TOK_NOTFOUND : status;
}

static tok_status find_nothing(void *source, tok_slice name, tok_override *to) {
  (void)source;
  (void)name;
  (void)to;
  return TOK_OK;
}

static int read_through(tok_book *b, tok_slice provider, tok_slice reference, tok_override *out,
                        char **message) {
  finder f = {NULL, SQLITE_OK};
  sqlite3 *db = b->conn.db;
  bool lent;
  memset(out, 0, sizeof *out);
  f.rc = borrow(b, TOK_KEPT_LOOK_UP, &f.stmt, &lent);
  tok_status status = TOK_OK;
  if (f.rc == SQLITE_OK)
    status = tok_override_resolve(provider, reference, find, &f, out);
  if (f.rc != SQLITE_OK) {
    fail(db, f.rc, message);
  } else if (status == TOK_INVALID) {
    f.rc = SQLITE_ERROR;
    *message =
        sqlite3_mprintf("row %lld of main.llm_price: %s", (long long)out->bad_row, out->wrong);
  } else if (status == TOK_TOOBIG) {
    f.rc = SQLITE_TOOBIG;
  } else if (status == TOK_NOMEM) {
    f.rc = SQLITE_NOMEM;
  }
  if (lent)
    sqlite3_clear_bindings(f.stmt); /* the name that was bound is not ours */
  give_back(b, TOK_KEPT_LOOK_UP, f.stmt, lent);
  return f.rc;
}

int tok_book_resolve(tok_book *b, tok_slice provider, tok_slice reference, tok_override *out,
                     char **message) {
  bool any = false;
  memset(out, 0, sizeof *out);
  int rc = tok_book_has_rows(b, &any, message);
  if (rc != SQLITE_OK)
    return rc;
  if (any)
    return read_through(b, provider, reference, out, message);
  tok_override_resolve(provider, reference, find_nothing, NULL, out);
  return SQLITE_OK;
}

/* ---- remembering ----------------------------------------------------------------------------- */

/* Is main a file, which others may change? An in-memory database shows every change at once. */
static bool is_file(sqlite3 *db) {
  const char *name = sqlite3_db_filename(db, "main");
  return name != NULL && name[0] != '\0';
}

/* Sets b->generation to that of main's state now, outside of write transactions. */
static int renew(tok_book *b, bool reading, char **message) {
  sqlite3 *db = b->conn.db;
  unsigned version = 0;
  if (!reading && is_file(db)) {
    int rc = ask(b, TOK_KEPT_VERSION);
    if (rc != SQLITE_ROW)
      return fail(db, rc, message);
  }
  if (sqlite3_file_control(db, "main", SQLITE_FCNTL_DATA_VERSION, &version) != SQLITE_OK)
    b->known = false;
  sqlite3_int64 changes = sqlite3_total_changes64(db);
  if (b->known && version == b->data_version && changes == b->changes)
    return SQLITE_OK;
  bool any = false;
  int rc = tok_book_has_rows(b, &any, message);
  b->known = rc == SQLITE_OK;
  b->data_version = version;
  b->changes = changes;
  b->generation = any ? ++b->newest : 0;
  return rc;
}

static const tok_override *keep_spare(tok_book *b, tok_override *own) {
  if (b->spare != NULL)
    tok_override_free(b->spare);
  if (b->spare != NULL)
    tok_free(b->spare);
  b->spare = own;
  return own;
}

/* Answers from llm_price; remembered under `generation` unless that is 0. */
static int find_own(tok_book *b, uint32_t generation, tok_slice provider, tok_slice reference,
                    tok_price_hit *out, char **message) {
  tok_override *own = tok_malloc(sizeof *own);
  if (own == NULL)
    return SQLITE_NOMEM;
  int rc = read_through(b, provider, reference, own, message);
  *out = (tok_price_hit){own->r.model, own, NULL};
  if (rc != SQLITE_OK || own->n_own == 0) {
    tok_override_free(own);
    tok_free(own);
    own = NULL;
    out->own = NULL;
  }
  if (rc != SQLITE_OK)
    return rc;
  if (generation == 0 || !tok_price_cache_put(b->cache, generation, provider, reference, own, out))
    out->own = keep_spare(b, own);
  return SQLITE_OK;
}

int tok_book_find(tok_book *b, bool *empty, tok_slice provider, tok_slice reference,
                  tok_price_hit *out, char **message) {
  int rc = SQLITE_OK, state = sqlite3_txn_state(b->conn.db, "main");
  uint32_t generation = 0;
  if (b->cache == NULL)
    b->cache = tok_price_cache_new(); /* without memory for it all still works */
  if (state == SQLITE_TXN_WRITE) {
    bool any = false;
    if (!*empty)
      rc = tok_book_has_rows(b, &any, message);
    *empty = rc == SQLITE_OK && !any;
    if (rc == SQLITE_OK && any)
      return find_own(b, 0, provider, reference, out, message);
  } else {
    rc = renew(b, state != SQLITE_TXN_NONE, message);
    generation = b->generation;
  }
  if (rc != SQLITE_OK)
    return rc;
  if (tok_price_cache_get(b->cache, generation, provider, reference, out))
    return SQLITE_OK;
  if (generation != 0)
    return find_own(b, generation, provider, reference, out, message);
  tok_resolution r;
  tok_resolve(provider, reference, &r);
  *out = (tok_price_hit){r.model, NULL, NULL};
  tok_price_cache_put(b->cache, 0, provider, reference, NULL, out);
  return SQLITE_OK;
}

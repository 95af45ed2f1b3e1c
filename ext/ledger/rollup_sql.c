/*
** Glue of the fold: rows of llm_usage into rollup.h, its sums and counts into llm_rollup.
**
** Plain SQL folds as well (sql/triggers/llm_rollup.sql), for clients without tok; this is the quick
** way to the same.
*/
#include "rollup_sql.h"

#include "../base/time.h"
#include "install.h"
#include "rollup.h"

/* Groups and response times held at a time before they are written: about 50 MB. */
enum { GROUPS_MAX = 1 << 17, TIMES_MAX = 1 << 18 };
enum { TEXT_BYTES_MAX = 1 << 16 }; /* all bins: 42 KB */

enum { COL_TIME, COL_KEY, COL_AMOUNT = COL_KEY + TOK_N_KEYS };
enum { ADD_DIM = 1, ADD_LEVEL, ADD_BUCKET, ADD_KEY, ADD_SUM = ADD_KEY + TOK_N_KEYS,
       ADD_TIMES = ADD_SUM + TOK_N_SUMS };

/* Statements and sums of one fold. */
typedef struct {
  sqlite3 *db;
  sqlite3_stmt *read, *add, *time; /* owned; time: NULL until it is needed */
  bool empty;                      /* llm_rollup has no row: `add` need not look for the group */
  tok_rollup sums;                 /* owned */
  tok_buf text;                    /* owned; times of a group */
  int rc;                          /* sticky */
} fold;

static sqlite3_stmt *prepare(fold *f, const char *script) {
  sqlite3_stmt *stmt = NULL;
  if (f->rc == SQLITE_OK)
    f->rc = sqlite3_prepare_v2(f->db, tok_ledger_script(script), -1, &stmt, NULL);
  return stmt;
}

/* The one integer of a query's first row; 0 without one. */
static int64_t ask(fold *f, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  int64_t answer = 0;
  if (f->rc == SQLITE_OK) f->rc = sqlite3_prepare_v2(f->db, sql, -1, &stmt, NULL);
  if (f->rc == SQLITE_OK) f->rc = sqlite3_step(stmt);
  if (f->rc == SQLITE_ROW) answer = sqlite3_column_int64(stmt, 0);
  if (f->rc == SQLITE_ROW || f->rc == SQLITE_DONE) f->rc = SQLITE_OK;
  sqlite3_finalize(stmt);
  return answer;
}

/* Runs a statement that is bound, and makes it ready for the next row. */
static void step(fold *f, sqlite3_stmt *stmt) {
  int rc = sqlite3_step(stmt);
  int again = sqlite3_reset(stmt);
  if (f->rc == SQLITE_OK && rc != SQLITE_DONE) f->rc = again != SQLITE_OK ? again : rc;
}

static void bind_key(sqlite3_stmt *stmt, int at, bool used, tok_slice s) {
  if (!used) sqlite3_bind_text(stmt, at, "", 0, SQLITE_STATIC);
  else if (s.ptr == NULL) sqlite3_bind_zeroblob(stmt, at, 0);
  else sqlite3_bind_text(stmt, at, s.ptr, (int)s.len, SQLITE_STATIC);
}

/*
** Binds how many response times of the group are in which bin; NULL where the group does not count
** them.
*/
static void bind_times(fold *f, const tok_tally_entry *e) {
  tok_times times;
  f->text.len = 0;
  bool counts = tok_rollup_group_times(&f->sums, e, &times);
  if (counts) tok_times_write(&times, &f->text);
  if (f->text.status != TOK_OK) f->rc = SQLITE_NOMEM;
  else if (!counts) sqlite3_bind_null(f->add, ADD_TIMES);
  else
    sqlite3_bind_text(f->add, ADD_TIMES, f->text.len == 0 ? "" : f->text.ptr, (int)f->text.len,
                      SQLITE_STATIC);
}

static void write_groups(fold *f) {
  if (f->add == NULL) f->add = prepare(f, f->empty ? "rollup/first.sql" : "rollup/add.sql");
  const tok_tally *t = &f->sums.groups;
  for (size_t i = 0; i < t->n && f->rc == SQLITE_OK; i++) {
    tok_rollup_key key;
    const int64_t *v = t->values + t->entries[i].value_at;
    tok_rollup_group_key(&t->entries[i], &key);
    sqlite3_bind_text(f->add, ADD_DIM, key.dim, -1, SQLITE_STATIC);
    sqlite3_bind_int64(f->add, ADD_LEVEL, key.level);
    sqlite3_bind_int64(f->add, ADD_BUCKET, key.bucket);
    for (int k = 0; k < TOK_N_KEYS; k++) bind_key(f->add, ADD_KEY + k, key.used[k], key.key[k]);
    for (int m = 0; m < TOK_N_SUMS; m++) sqlite3_bind_int64(f->add, ADD_SUM + m, v[m]);
    bind_times(f, &t->entries[i]);
    if (f->rc == SQLITE_OK) step(f, f->add);
  }
}

static void write_all(fold *f) {
  if (f->rc != SQLITE_OK) return;
  tok_rollup_finish(&f->sums);
  if (f->sums.status == TOK_OK) write_groups(f);
  tok_rollup_clear(&f->sums);
  if (f->empty) { /* the next ones are added to these */
    sqlite3_finalize(f->add);
    f->add = NULL;
    f->empty = false;
  }
}

/*
** The column unix_time, which takes SQLite ten times as long to compute where the text has the form
** that tok writes.
*/
static int64_t read_time(fold *f) {
  enum { USUAL_BYTES = TOK_TIME_TEXT_BYTES - 1 };
  int64_t seconds = 0;
  sqlite3_value *v = sqlite3_column_value(f->read, COL_TIME);
  const char *text = (const char *)sqlite3_value_text(v);
  size_t len = (size_t)sqlite3_value_bytes(v);
  if (text != NULL && len == USUAL_BYTES && text[USUAL_BYTES - 1] == 'Z' &&
      tok_time_parse((tok_slice){text, len}, &seconds) == TOK_OK) {
    return seconds;
  }
  if (f->time == NULL) f->time = prepare(f, "rollup/time.sql");
  if (f->rc == SQLITE_OK)
    f->rc = sqlite3_bind_value(f->time, 1, v);
  if (f->rc == SQLITE_OK && (f->rc = sqlite3_step(f->time)) == SQLITE_ROW) {
    seconds = sqlite3_column_int64(f->time, 0);
    f->rc = SQLITE_OK;
  }
  int end = sqlite3_reset(f->time);
  if (f->rc == SQLITE_OK) f->rc = end;
  return seconds;
}

/*
** Each sqlite3_column_* locks the connection's mutex. This runs within a function, so this thread
** holds it, and the values are as good as protected ones: one lock a column in place of three.
*/
static void read_row(fold *f, tok_rollup_row *row) {
  row->unix_time = read_time(f);
  for (int k = 0; k < TOK_N_KEYS; k++) {
    sqlite3_value *v = sqlite3_column_value(f->read, COL_KEY + k);
    row->key[k] = (tok_slice){NULL, 0};
    if (sqlite3_value_type(v) == SQLITE_NULL) continue;
    row->key[k].ptr = (const char *)sqlite3_value_text(v);
    row->key[k].len = (size_t)sqlite3_value_bytes(v);
    if (row->key[k].ptr == NULL) f->rc = SQLITE_NOMEM;
  }
  for (int a = 0; a < TOK_N_AMOUNTS; a++) {
    sqlite3_value *v = sqlite3_column_value(f->read, COL_AMOUNT + a);
    row->known[a] = sqlite3_value_type(v) != SQLITE_NULL;
    row->amount[a] = row->known[a] ? sqlite3_value_int64(v) : 0;
  }
}

/* Adds the rows of the bound query; returns how many. */
static int64_t read_rows(fold *f) {
  int64_t n = 0;
  int rc;
  while (f->rc == SQLITE_OK && f->sums.status == TOK_OK &&
         (rc = sqlite3_step(f->read)) != SQLITE_DONE) {
    tok_rollup_row row;
    if (rc != SQLITE_ROW) {
      f->rc = rc;
      break;
    }
    read_row(f, &row);
    if (f->rc == SQLITE_OK) tok_rollup_add(&f->sums, &row);
    if (f->sums.rows.n >= GROUPS_MAX || f->sums.n_links >= TIMES_MAX) write_all(f);
    n++;
  }
  return n;
}

static void move_watermark(fold *f, int64_t to) {
  sqlite3_stmt *move = prepare(f, "rollup/move.sql");
  if (f->rc == SQLITE_OK) {
    sqlite3_bind_int64(move, 1, to);
    step(f, move);
  }
  sqlite3_finalize(move);
}

/* Folds the rows with from <= id <= upto; empty: into no rows. */
static int fold_range(sqlite3 *db, bool empty, int64_t from, int64_t upto, int64_t *n_rows,
                      const char **why) {
  fold f = {.db = db, .empty = empty};
  *why = NULL;
  tok_rollup_init(&f.sums);
  tok_buf_init(&f.text, TEXT_BYTES_MAX);
  f.read = prepare(&f, "rollup/read.sql");
  if (f.rc == SQLITE_OK) {
    sqlite3_bind_int64(f.read, 1, from);
    sqlite3_bind_int64(f.read, 2, upto);
    *n_rows = read_rows(&f);
    write_all(&f);
    move_watermark(&f, upto);
  }
  if (f.sums.status != TOK_OK && f.rc == SQLITE_OK) {
    f.rc = f.sums.status == TOK_NOMEM    ? SQLITE_NOMEM
           : f.sums.status == TOK_TOOBIG ? SQLITE_TOOBIG
                                         : SQLITE_ERROR;
    if (f.sums.status == TOK_OVERFLOW) *why = "a sum of the ledger does not fit 64 bits";
  }
  sqlite3_finalize(f.read);
  sqlite3_finalize(f.add);
  sqlite3_finalize(f.time);
  tok_buf_free(&f.text);
  tok_rollup_free(&f.sums);
  return f.rc;
}

int tok_rollup_fold(sqlite3 *db, int64_t upto, int64_t *n_rows, const char **why) {
  fold f = {.db = db};
  int64_t from = ask(&f, "SELECT watermark FROM main.llm_rollup_state"), ignored = 0;
  int64_t last = ask(&f, "SELECT max(id) FROM main.llm_usage");
  if (upto > last) upto = last;
  *why = NULL;
  if (n_rows == NULL) n_rows = &ignored;
  *n_rows = 0;
  if (f.rc != SQLITE_OK || upto <= from) return f.rc;
  return fold_range(db, false, from + 1, upto, n_rows, why); /* from < upto: no overflow */
}

int tok_rollup_rebuild(sqlite3 *db, int64_t *n_rows, const char **why) {
  fold f = {.db = db};
  int64_t ignored = 0;
  ask(&f, "DELETE FROM main.llm_rollup");
  int64_t last = ask(&f, "SELECT max(0, coalesce(max(id), 0)) FROM main.llm_usage");
  *why = NULL;
  if (f.rc != SQLITE_OK) return f.rc;
  return fold_range(db, true, INT64_MIN, last, n_rows == NULL ? &ignored : n_rows, why);
}

/*
** The glue's shared tools: registration from tables, argument reading, errors in one voice.
** Only files named *_sql.c include this header.
**
** Conventions of every SQL function of tok:
**   - any NULL among the required arguments gives NULL (the function tests that first);
**   - wrong use is an SQL error "<function>: <what was wrong>, expected <what>";
**   - text is taken as (pointer, bytes): embedded NULs are data.
*/
#ifndef TOK_SQL_H
#define TOK_SQL_H

#include "sqlite3ext.h"
#ifndef TOK_ENTRY
SQLITE_EXTENSION_INIT3
#endif

#include "base.h"
#include "buf.h"

/* Since 3.45: the result may carry a subtype, here 'J' for JSON. Older hosts ignore the bit. */
#ifndef SQLITE_RESULT_SUBTYPE
#define SQLITE_RESULT_SUBTYPE 0x001000000
#endif

/* One row of a room's table of scalar functions. n_arg: -1 = variable (the function checks). */
typedef struct {
  const char *name;
  int n_arg;
  int flags; /* TOK_PURE, TOK_READS or TOK_WRITES */
  void (*func)(sqlite3_context *, int, sqlite3_value **);
} tok_func_def;

/*
** One row of a room's table of aggregates; value and inverse may be NULL (then not a window
** function).
*/
typedef struct {
  const char *name;
  int n_arg;
  int flags;
  void (*step)(sqlite3_context *, int, sqlite3_value **);
  void (*final)(sqlite3_context *);
  void (*value)(sqlite3_context *);
  void (*inverse)(sqlite3_context *, int, sqlite3_value **);
} tok_agg_def;

/* One row of a room's table of virtual tables. */
typedef struct {
  const char *name;
  const sqlite3_module *module;
} tok_module_def;

/* depends on arguments only */
#define TOK_PURE (SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS)
/* reads a table or the clock */
#define TOK_READS (SQLITE_UTF8)
/* writes or touches files */
#define TOK_WRITES (SQLITE_UTF8 | SQLITE_DIRECTONLY)

/*
** State of a room on one connection, shared by all its functions and modules. Reference-counted:
** SQLite calls the destructor once for each registration that named it.
*/
typedef struct tok_conn tok_conn;
struct tok_conn {
  sqlite3 *db;
  int n_ref;
  /* frees what the room added after this header, and the block itself */
  void (*destroy)(tok_conn *);
};

/*
** Register tables of n rows with `conn` as user data (may be NULL). Return the first failing SQLite
** code. conn starts with n_ref = 1 (the caller's own); call tok_conn_release when done registering.
*/
int tok_sql_functions(sqlite3 *db, tok_conn *conn, const tok_func_def *defs, size_t n);
int tok_sql_aggregates(sqlite3 *db, tok_conn *conn, const tok_agg_def *defs, size_t n);
int tok_sql_modules(sqlite3 *db, tok_conn *conn, const tok_module_def *defs, size_t n);
void tok_conn_release(void *conn);

/*
** Text or blob as bytes; numbers as their text; {NULL,0} for NULL, while an empty BLOB has a
** pointer. A text that lies in UTF-16 takes memory to read: SQLITE_NOMEM where there is none, else
** SQLITE_OK. There is no way to read a text without being told.
*/
int tok_sql_read(sqlite3_value *v, tok_slice *out);
int tok_sql_column(sqlite3_stmt *stmt, int i, tok_slice *out);
/* As tok_sql_read() for an argument of a function: false with the error raised. */
bool tok_sql_text(sqlite3_context *ctx, sqlite3_value *v, tok_slice *out);

/* What to do about SQLite's message, to be said behind it: only where the ledger is missing. */
const char *tok_sql_advice(const char *message);

/*
** Raises the failure of a statement within a function, with its code, so that the application can
** tell a database that is locked from wrong use. message: NULL is what SQLite calls rc.
*/
void tok_sql_failure(sqlite3_context *ctx, const char *func, int rc, const char *message);
/* Is rc, what preparing a statement gave, that a table or column of the ledger is not there? */
bool tok_sql_absent(sqlite3 *db, int rc);

/*
** Integer argument. True and *out set for an INTEGER, for a REAL that is integral and in range, and
** for text that is such a number; otherwise raises "<func>: <arg> must be an integer, got …" and
** returns false.
*/
bool tok_sql_int(sqlite3_context *ctx, const char *func, const char *arg, sqlite3_value *v,
                 int64_t *out);

/*
** Time argument: true and *out set to Unix seconds for ISO-8601 text (time.h) and for integers in
** its range; otherwise raises "<func>: <arg> must be an ISO-8601 time or Unix seconds, got …" and
** returns false.
*/
bool tok_sql_time(sqlite3_context *ctx, const char *func, const char *arg, sqlite3_value *v,
                  int64_t *out);

/*
** May this connection's tok touch files? Not after sqlite3_toknofs_init. tok.c says it once, by a
** function tok_files() -> 1 or 0. An SQLite code.
*/
int tok_sql_files(sqlite3 *db, bool *allowed);
int tok_sql_set_files(sqlite3 *db, bool allowed);

/* Unix seconds now, by the clock of the host's file system layer (which tests may replace). */
int64_t tok_sql_now(void);
/*
** For "%.*s" in an error: how many bytes of a user's argument the message repeats. A slice of a
** BLOB does not end in a NUL, so "%s" would read past it.
*/
enum { TOK_SHOWN_MAX = 40 };
static inline int tok_shown(tok_slice s) {
  return s.len > TOK_SHOWN_MAX ? TOK_SHOWN_MAX : (int)s.len;
}

/* Raises "<func>: <formatted message>". */
void tok_sql_error(sqlite3_context *ctx, const char *func, const char *fmt, ...);
/*
** Raises the error of a core status; `what` completes the sentence for TOK_INVALID and
** TOK_NOTFOUND.
*/
void tok_sql_status(sqlite3_context *ctx, const char *func, tok_status status, const char *what);
/* The buffer as TEXT result, or the error of its status. Leaves the buffer empty. */
void tok_sql_result_buf(sqlite3_context *ctx, const char *func, tok_buf *b);
/* Ceiling for results: the connection's SQLITE_LIMIT_LENGTH. */
size_t tok_sql_limit(sqlite3_context *ctx);
/*
** xOpen: a zeroed cursor of n_bytes, which starts with its sqlite3_vtab_cursor; tok_free() it in
** xClose. Returns SQLITE_OK or SQLITE_NOMEM.
*/
int tok_vtab_open(size_t n_bytes, sqlite3_vtab_cursor **out);
/* Sets vtab->zErrMsg (the old one is freed) and returns SQLITE_ERROR. */
int tok_vtab_error(sqlite3_vtab *vtab, const char *fmt, ...);

/* Entry of each room; called in this order by tok.c. */
int tok_base_register(sqlite3 *db);
/* called by tok_base_register; the first one also for connections to other programs' files */
int tok_json_register(sqlite3 *db);
int tok_zone_register(sqlite3 *db);
int tok_tokens_register(sqlite3 *db);
int tok_prices_register(sqlite3 *db);
int tok_usage_register(sqlite3 *db);
int tok_ledger_register(sqlite3 *db);
int tok_ledger_register_files(sqlite3 *db); /* tok_import; not after sqlite3_toknofs_init */
int tok_period_register(sqlite3 *db);
int tok_budget_register(sqlite3 *db);
int tok_forecast_register(sqlite3 *db);

#endif

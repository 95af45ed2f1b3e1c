/*
** Table-valued functions that are one query: the arguments choose and bind a statement, its rows
** are the table's. Glue: included by *_sql.c files only.
**
**     static int open(tok_query *q, sqlite3_value **args, sqlite3_stmt **out) { … }
**     static const tok_query_def def = {
**         .name = "tok_blocks", .usage = "tok_blocks([hours [, now]])",
**         .columns = "start, …", .n_columns = 16,
**         .arguments = "hours HIDDEN, now HIDDEN", .n_required = 0, .n_args = 2, .open = open};
*/
#ifndef TOK_QUERY_H
#define TOK_QUERY_H

#include "../base/zone_sql.h"

enum { TOK_QUERY_ARGS_MAX = 8 };

typedef struct tok_query_def tok_query_def;

/* One table of one connection. */
typedef struct {
  sqlite3_vtab base;
  sqlite3 *db;
  const tok_query_def *def;
  tok_zones *zones; /* borrowed: the connection's */
  uint64_t used;    /* in open(): bit i: column i is read */
} tok_query;

struct tok_query_def {
  const char *name;
  const char *usage;   /* with its arguments, for errors */
  const char *columns; /* "key, requests, …": what the statement's columns are called, in order */
  int n_columns;
  const char *arguments; /* "group_by HIDDEN, …", in order */
  int n_required, n_args;
  /*
  ** Makes the statement (*out owned by the caller; NULL: no rows). args[i] is NULL where the
  ** argument is not given. An SQLite code; tok_query_error sets the text.
  */
  int (*open)(tok_query *q, sqlite3_value **args, sqlite3_stmt **out);
  /*
  ** Both NULL where the table's columns are the statement's. Else: is there a row before those of
  ** the statement? And the table's only column: of that row, or of the statement's row.
  */
  bool (*has_header)(sqlite3_value **args);
  void (*result)(sqlite3_value **args, sqlite3_stmt *stmt, bool header, sqlite3_context *ctx);
  unsigned numbers; /* bit k: argument k is a number, also where it is given as text */
};

/* Sets the error "<name>: …" and returns SQLITE_ERROR, or SQLITE_NOMEM. */
int tok_query_error(tok_query *q, const char *fmt, ...);
/* Prepares; an error of SQLite is the table's. */
int tok_query_prepare(tok_query *q, const char *sql, sqlite3_stmt **out);
/* Binds by ":name"; a name that the statement does not have is left out. */
int tok_query_bind_int(sqlite3_stmt *stmt, const char *name, int64_t n);
int tok_query_bind_text(sqlite3_stmt *stmt, const char *name, tok_slice text);
int tok_query_bind_value(sqlite3_stmt *stmt, const char *name, sqlite3_value *v);

/*
** Arguments, `arg` their name in errors. NULL and not given leave *out as it is. An integer is
** within min..max; a time, ISO-8601 text or an integer, becomes Unix seconds. An SQLite code, with
** the error set.
*/
int tok_query_int(tok_query *q, sqlite3_value *v, const char *arg, int64_t min, int64_t max,
                  int64_t *out);
int tok_query_time(tok_query *q, sqlite3_value *v, const char *arg, int64_t *out);
/*
** The zone of the argument, else of llm_setting, else UTC; *out is borrowed from the connection.
** *owned is its name, the text to bind, which the caller frees (sqlite3_free) in any case.
*/
int tok_query_zone(tok_query *q, sqlite3_value *v, const tok_zone **out, char **owned);

/* One answer: the integers of the first row of a query, SQLITE_NULL as INT64_MIN. */
int tok_query_ask(tok_query *q, const char *sql, int n, int64_t *out);

/* Registers one table a definition; the definitions must outlive the connection. */
int tok_query_register(sqlite3 *db, const tok_query_def *const *defs, size_t n);

#endif

/*
** Arguments that the room's table-valued functions share. Glue: included by *_sql.c files only.
**
** Each reads argument k and returns SQLITE_OK, or an error "<function>: <argument> must be …" on
** the table. An argument that was not given, or is NULL, leaves *out as it was.
*/
#ifndef TOK_TABLE_ARGS_SQL_H
#define TOK_TABLE_ARGS_SQL_H

#include "../tokens/tokens_sql.h"
#include "history_sql.h"

typedef struct {
  const tok_tvf *tvf;
  sqlite3_vtab *vtab;
  const tok_tvf_args *args;
} tok_table_args;

bool tok_args_given(const tok_tvf_args *args, int k);
/* The error itself, with what was given. */
int tok_args_refuse(const tok_table_args *a, int k, const char *name, const char *expected);

int tok_args_metric(const tok_table_args *a, int k, tok_metric *out);
int tok_args_unit(const tok_table_args *a, int k, tok_unit *out);
/* Not given: the empty filter. */
int tok_args_filter(const tok_table_args *a, int k, tok_filter *out);
/* A finite number of at least `least`. */
int tok_args_number(const tok_table_args *a, int k, const char *name, const char *expected,
                    double least, double *out);
/* Sets now and now_given. */
int tok_args_now(const tok_table_args *a, int k, tok_history_ask *ask);

#endif

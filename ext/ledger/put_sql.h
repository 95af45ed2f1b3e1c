/*
** Records into llm_usage (sql/import/put.sql): the one way for tok_responses and the importers.
** Glue: included by *_sql.c files only.
*/
#ifndef TOK_PUT_H
#define TOK_PUT_H

#include "../base/sql.h"
#include "record.h"

typedef enum { TOK_PUT_NEW, TOK_PUT_UPDATED, TOK_PUT_DUPLICATE, TOK_PUT_REFUSED } tok_put_result;

/* A statement and where its parameters are; 0: it has no such one. */
typedef struct {
  sqlite3_stmt *stmt; /* owned */
  int at[TOK_C_N], at_usage, at_resolve, at_replace;
} tok_put_stmt;

typedef struct {
  sqlite3 *db;
  tok_put_stmt price, put; /* sql/import/price.sql is asked first */
} tok_put;

/* An SQLite code; the message is the connection's. */
int tok_put_open(tok_put *p, sqlite3 *db);
void tok_put_close(tok_put *p);

/*
** Writes the record. `usage`: the response's usage in canonical JSON, or empty. `resolve`: take the
** provider from the model's name where the record has none. `replace`: larger counts win. SQLITE_OK
** and *out; a row that the ledger's rules refuse is TOK_PUT_REFUSED with sqlite3_errmsg(db). Other
** codes: the ledger cannot be written now.
*/
int tok_put_record(tok_put *p, const tok_record *r, tok_slice usage, bool resolve, bool replace,
                   tok_put_result *out);

#endif

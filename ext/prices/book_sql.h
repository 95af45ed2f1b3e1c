/*
** The prices of a connection: the built-in list and what main.llm_price lays over it.
** Glue: included by *_sql.c files only.
*/
#ifndef TOK_BOOK_SQL_H
#define TOK_BOOK_SQL_H

#include "../base/sql.h"
#include "cache.h"

typedef enum {
  TOK_KEPT_LOOK_UP, /* the rows of llm_price for a name */
  TOK_KEPT_ANY,     /* has llm_price a row? */
  TOK_KEPT_VERSION, /* begins to read main, so that its data version is that of now */
  TOK_KEPT_N
} tok_kept;

typedef struct {
  tok_conn conn;          /* first: destroyed as one */
  tok_price_cache *cache; /* owned; NULL until first needed */
  tok_override *spare;    /* owned; the last answer that could not be remembered */
  /* The state of main that `generation` stands for; see book_sql.c. */
  unsigned data_version;
  sqlite3_int64 changes;
  uint32_t newest;     /* generations given out so far */
  uint32_t generation; /* of this state; 0: llm_price is missing or empty */
  bool known;
  /* Statements, kept while tok_pricing is connected: the close of a connection disconnects virtual
   * tables before it asks whether statements are left, and frees function data only after. */
  sqlite3_stmt *kept[TOK_KEPT_N]; /* owned; NULL unless n_owner > 0 */
  bool busy[TOK_KEPT_N];          /* in use */
  int n_owner;                    /* virtual tables connected */
  bool asked;                     /* for the virtual table, once */
} tok_book;

tok_book *tok_book_new(sqlite3 *db);

/* tok_pricing's xConnect and xDisconnect call these. */
void tok_book_own(tok_book *b);
void tok_book_disown(tok_book *b);

/*
** What prices the reference now; `out` holds until the next call. An SQLite code; on failure
** *message (sqlite3_free) says what is wrong, or is NULL when out of memory.
**
** *empty: llm_price had no row when this statement asked before, while it wrote; then it is not
** asked again: an UPDATE of a million rows would ask as often. A statement sees the prices that
** were there when it began.
*/
int tok_book_find(tok_book *b, bool *empty, tok_slice provider, tok_slice reference,
                  tok_price_hit *out, char **message);

/* The same with the resolution, never remembered. Always to be freed with tok_override_free. */
int tok_book_resolve(tok_book *b, tok_slice provider, tok_slice reference, tok_override *out,
                     char **message);

/* Is there a table main.llm_price with a row? */
int tok_book_has_rows(tok_book *b, bool *any, char **message);

/* Raises a failure of these functions. */
void tok_book_error(sqlite3_context *ctx, const char *func, int rc, char *message);

#endif

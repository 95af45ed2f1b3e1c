/*
** Folding the ledger into its roll-ups. Glue: included by *_sql.c files only.
*/
#ifndef TOK_LEDGER_ROLLUP_SQL_H
#define TOK_LEDGER_ROLLUP_SQL_H

#include "../base/sql.h"

/* A connection with tok folds each so many ids: the trigger of sql/temp/rollup.sql. */
enum { TOK_FOLD_ROWS = 4096 };

/*
** Folds the rows after the watermark up to id `upto`, or to the last row if that is before it, and
** moves the watermark there; nothing if it is there already. Runs in the caller's transaction,
** which must undo it if it fails. Returns an SQLite code; on SQLITE_ERROR sqlite3_errmsg() or *why
** (static) says what happened, on success *n_rows (may be NULL) is the rows folded.
*/
int tok_rollup_fold(sqlite3 *db, int64_t upto, int64_t *n_rows, const char **why);

/* The same from nothing: forgets the roll-ups and makes them anew of every row. */
int tok_rollup_rebuild(sqlite3 *db, int64_t *n_rows, const char **why);

#endif

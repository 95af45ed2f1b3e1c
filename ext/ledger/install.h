/*
** Creating and migrating the ledger's schema. Glue: included by *_sql.c files only.
*/
#ifndef TOK_LEDGER_INSTALL_H
#define TOK_LEDGER_INSTALL_H

#include "../base/sql.h"

/* Version of the newest schema/NNNN file of this build. */
int tok_ledger_version(void);

/*
** Brings the schema "main" of `db` to tok_ledger_version() and makes this connection's TEMP
** objects, all of it or nothing, in one transaction (a savepoint if the caller has a transaction
** open). Writes nothing where all is there. Returns an SQLite code; on failure *message
** (sqlite3_free) says why, or is NULL when out of memory.
*/
int tok_ledger_install(sqlite3 *db, char **message);
/*
** The same, and looks whether all is there that was made: what another program took away is made
** again, and sums are made anew where triggers were missing. For tok_init().
*/
int tok_ledger_repair(sqlite3 *db, char **message);
/*
** The same as tok_ledger_install() for tok_bulk_end(), which has looked at the rows: none is to be
** refused (rollup/bulk_check.sql) and, times_in_order, none has a timestamp for
** rollup/bulk_times.sql.
*/
int tok_ledger_end_bulk(sqlite3 *db, bool times_in_order, char **message);

/* The script of that name, e.g. "temp/reprice.sql"; it exists. */
const char *tok_ledger_script(const char *name);

#endif

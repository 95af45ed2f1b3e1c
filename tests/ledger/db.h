/*
** Databases for the ledger's tests: the shipped build/tok.so in a host with its own SQLite.
*/
#ifndef TOK_TESTS_DB_H
#define TOK_TESTS_DB_H

#include <sqlite3.h>

#include "../check.h"

#define DB_FILE "build/tmp/ledger.db" /* db_fresh() removes it first */

/* A connection with tok loaded. */
sqlite3 *db_open(const char *path);
/* As db_open(DB_FILE), on a file that does not exist yet. */
sqlite3 *db_fresh(void);
/* As db_fresh(), filled from tests/ledger/kept/<name>.sql. */
sqlite3 *db_kept(const char *name);
void db_close(sqlite3 *db);

/* Runs statements; returns the SQLite code and prints an error that was not expected. */
int db_run(sqlite3 *db, const char *sql);
/* All rows as "a|b;c|d", NULL as "-", or "Error: ..."; valid until the next call. */
const char *db_rows(sqlite3 *db, const char *sql);
/* What a sqlite3 shell without tok prints, errors included; valid until the next call. */
const char *db_shell(const char *path, const char *sql);

/* From now on every model costs 2 nano-dollars an input token and 10 an output token. */
void db_fixed_price(sqlite3 *db);

/* The llm_usage of before tok, and five rows of it. */
extern const char db_legacy_schema[];
extern const char db_legacy_rows[];

#define CHECK_ROWS(db, sql, expected) check_str(db_rows(db, sql), expected, sql, __FILE__, __LINE__)
#define CHECK_RUN(db, sql) CHECK_INT(db_run(db, sql), SQLITE_OK)

#endif

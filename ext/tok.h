/*
** tok: LLM token counts, prices, ledger and budgets inside SQLite.
**
** The one installed header. A loadable build (tok.so) exports exactly the two entry points below;
** the static library (libtok.a) offers the same two for
**
**     sqlite3_tok_init(db, NULL, NULL);                       one connection
**     sqlite3_auto_extension((void (*)(void))sqlite3_tok_init);  every new connection
**
** Thread rule: each connection may be used as SQLite itself allows; tok shares only constant data
** between connections.
*/
#ifndef TOK_H
#define TOK_H

#define TOK_VERSION "0.1.0"
#define TOK_VERSION_NUMBER 1000 /* major * 1,000,000 + minor * 1,000 + patch */

#ifdef __cplusplus
extern "C" {
#endif

struct sqlite3;
struct sqlite3_api_routines;

/*
** Registers every tok function and virtual table on `db`. Creates nothing in the database, opens no
** file, may be called any number of times on the same connection.
**
** db       open connection, not NULL
** err_msg  may be NULL; receives an sqlite3_malloc'ed message on failure
** api      the loader's routines; NULL in a static build
**
** Returns SQLITE_OK, SQLITE_NOMEM, or SQLITE_ERROR where the host is older than SQLite 3.38.
*/
int sqlite3_tok_init(struct sqlite3 *db, char **err_msg, const struct sqlite3_api_routines *api);

/* The same without any function that touches files; for hosts that run SQL of strangers. */
int sqlite3_toknofs_init(struct sqlite3 *db, char **err_msg,
                         const struct sqlite3_api_routines *api);

#ifdef __cplusplus
}
#endif
#endif

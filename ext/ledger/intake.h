/*
** Importing a usage log into the ledger: what tok_import and tok_import_text do, for programs that
** link tok and want to show how far it is. Glue: includes SQLite's headers.
*/
#ifndef TOK_INTAKE_H
#define TOK_INTAKE_H

#include "../base/sql.h"
#include "log.h"

enum {
  TOK_INTAKE_BAD_MAX = 100,        /* bad lines that a report lists; it counts all */
  /* records of one transaction: well under a second, others wait no longer */
  TOK_INTAKE_COMMIT_ROWS = 20000,
  TOK_INTAKE_READ_BYTES = 1 << 16
};

typedef struct {
  const char *path; /* of a file; NULL: text */
  tok_slice text;
  tok_slice format;  /* empty: told from the start of the file; "llm" is a logs.db */
  tok_slice options; /* empty, or the JSON of tok_log_options_read */
  /*
  ** May be NULL. Called after each transaction; bytes_total is -1 where it is not known. False ends
  ** the import, and what is committed stays.
  */
  bool (*progress)(void *arg, int64_t bytes, int64_t bytes_total, int64_t records);
  void *arg;
} tok_intake;

/*
** Makes the ledger where it is missing, then imports in transactions of TOK_INTAKE_COMMIT_ROWS
** (inside a transaction of the caller: in that one). *report gets the JSON of tok_import. An SQLite
** code; on failure *message (sqlite3_free) says why, or is NULL when out of memory; what was
** committed before stays, and importing again adds only the rest.
*/
int tok_intake_run(sqlite3 *db, const tok_intake *what, tok_buf *report, char **message);

#endif

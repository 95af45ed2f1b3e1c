/*
** What the files of the ledger's glue register, each its own functions; called by
** tok_ledger_register(). Glue: included by *_sql.c files only.
*/
#ifndef TOK_LEDGER_SQL_H
#define TOK_LEDGER_SQL_H

#include "../base/sql.h"

int tok_percentile_register(sqlite3 *db);
int tok_times_register(sqlite3 *db);
int tok_calibrate_register(sqlite3 *db);
int tok_responses_register(sqlite3 *db);
int tok_intake_register(sqlite3 *db); /* tok_import_text */
int tok_report_register(sqlite3 *db);
int tok_bulk_register(sqlite3 *db);  /* tok_bulk_begin, tok_bulk_end */
int tok_audit_register(sqlite3 *db); /* tok_audit, tok_rebuild */
int tok_summary_register(sqlite3 *db); /* tok_blocks, tok_analytics */
int tok_whatif_register(sqlite3 *db);
int tok_export_register(sqlite3 *db);

#endif

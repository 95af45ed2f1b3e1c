/* tok_info(); see about_sql.c. */
#ifndef TOK_ABOUT_SQL_H
#define TOK_ABOUT_SQL_H

#include "../base/sql.h"

void tok_info_func(sqlite3_context *ctx, int argc, sqlite3_value **argv);

#endif

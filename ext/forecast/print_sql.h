/*
** Printing of forecasts as JSON, for the glue of this room.
*/
#ifndef TOK_FORECAST_PRINT_SQL_H
#define TOK_FORECAST_PRINT_SQL_H

#include "../base/sql.h"
#include "forecast.h"

/* A number with 12 significant digits (what is beyond is noise), or null if it is not finite. */
void tok_print_real(tok_buf *b, double v);
/* The same as a member: ,"name":1.5 (the comma only if asked for). */
void tok_print_member(tok_buf *b, bool comma, const char *name, double v);
/* {"ar_log":0.41,"theta":0.59}: the methods that weigh at least half a percent. */
void tok_print_mix(tok_buf *b, const tok_forecast *f);
/* "level":…,"method":{…},"n":…,"filled":…,"repaired":…,"backtest":{…},"status":"…" */
void tok_print_trust(tok_buf *b, const tok_forecast *f, double level);

/* What each file of the room registers. */
int tok_forecast_aggregate_register(sqlite3 *db);
int tok_forecast_tables_register(sqlite3 *db);
int tok_project_register(sqlite3 *db);

#endif

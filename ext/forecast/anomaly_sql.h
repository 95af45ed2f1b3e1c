/*
** Anomalies in SQL. Glue: included by *_sql.c files only.
*/
#ifndef TOK_ANOMALY_SQL_H
#define TOK_ANOMALY_SQL_H

#include "../base/sql.h"

int tok_anomaly_score_register(sqlite3 *db);
int tok_anomalies_register(sqlite3 *db);

#endif

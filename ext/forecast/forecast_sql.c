/*
** forecast: registration of the room.
*/
#include "anomaly_sql.h"
#include "print_sql.h"

int tok_forecast_register(sqlite3 *db) {
  static int (*const parts[])(sqlite3 *) = {tok_anomaly_score_register, tok_anomalies_register,
                                            tok_forecast_aggregate_register,
                                            tok_forecast_tables_register, tok_project_register};
  int rc = SQLITE_OK;
  for (size_t i = 0; i < sizeof parts / sizeof parts[0] && rc == SQLITE_OK; i++) rc = parts[i](db);
  return rc;
}

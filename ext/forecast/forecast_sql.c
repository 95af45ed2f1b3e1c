/*
** forecast: registration of the room.
*/
#include "anomaly_sql.h"

int tok_forecast_register(sqlite3 *db) {
  return tok_anomaly_score_register(db);
}

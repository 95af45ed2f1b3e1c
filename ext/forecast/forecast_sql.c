/*
** forecast: registration of the room.
*/
#include "../base/sql.h"

int tok_forecast_register(sqlite3 *db) {
  (void)db;
  return SQLITE_OK;
}

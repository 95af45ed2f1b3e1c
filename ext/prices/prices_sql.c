#include "../base/sql.h"

int tok_prices_register(sqlite3 *db) {
  (void)db;
  return SQLITE_OK;
}

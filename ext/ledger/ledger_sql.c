#include "../base/sql.h"

int tok_ledger_register(sqlite3 *db) {
  (void)db;
  return SQLITE_OK;
}

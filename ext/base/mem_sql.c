/* Memory of the extension: SQLite's own, so that its heap limits and fault injection cover tok. */
#include "base.h"
#include "sql.h"

void *tok_malloc(size_t n_bytes) { return sqlite3_malloc64((sqlite3_uint64)n_bytes); }
void *tok_realloc(void *p, size_t n_bytes) {
  return sqlite3_realloc64(p, (sqlite3_uint64)n_bytes);
}
void tok_free(void *p) { sqlite3_free(p); }

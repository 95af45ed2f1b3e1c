/* What the glue files of this room share. */
#ifndef TOK_PRICES_H
#define TOK_PRICES_H

#include "../base/base.h"

/* Nano-dollars as dollars: the nearest double, so a whole number of nano-dollars prints as it
 * should. */
static inline double tok_usd_of_nano(int64_t nano) {
  return (double)nano / 1e9;
}

#ifdef TOK_SQL_H
extern const sqlite3_module tok_pricing_module;
void tok_pricing_import_func(sqlite3_context *ctx, int n, sqlite3_value **args);
#endif

#endif

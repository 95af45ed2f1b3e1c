/*
** The SQL with which prices are read from llm_price and written to it, from sql/prices/.
*/
#ifndef TOK_PRICES_SCRIPTS_H
#define TOK_PRICES_SCRIPTS_H

#include "../base/script.h"

/* Ordered by name. */
extern const tok_script tok_prices_scripts[];
extern const size_t tok_prices_n_scripts;
/* Digits; differs whenever any of the scripts does. */
extern const char tok_prices_checksum[];

/* For instance "prices/look_up.sql". */
static inline const char *tok_prices_script(const char *name) {
  return tok_script_text(tok_prices_scripts, tok_prices_n_scripts, name);
}

#endif

/*
** The SQL of the ledger, embedded at build time from sql/ (generator: sql/gen/embed.sh).
*/
#ifndef TOK_LEDGER_SCRIPTS_H
#define TOK_LEDGER_SCRIPTS_H

#include "../base/script.h"

/* Ordered by name. */
extern const tok_script tok_ledger_scripts[];
extern const size_t tok_ledger_n_scripts;
/* Digits; differs whenever any of the scripts does. */
extern const char tok_ledger_checksum[];

#endif

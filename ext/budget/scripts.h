/*
** The SQL of the room, embedded at build time from sql/budget/ (generator: sql/gen/embed.sh).
*/
#ifndef TOK_BUDGET_SCRIPTS_H
#define TOK_BUDGET_SCRIPTS_H

#include "../base/script.h"

/* Ordered by name. */
extern const tok_script tok_budget_scripts[];
extern const size_t tok_budget_n_scripts;
extern const char tok_budget_checksum[];

#endif

/* The files of sql/reports, embedded by sql/gen/embed.sh. */
#ifndef TOK_CLI_SCRIPTS_H
#define TOK_CLI_SCRIPTS_H

#include "../base/script.h"

/* Ordered by name: "reports/by-day.sql". */
extern const tok_script tok_cli_scripts[];
extern const size_t tok_cli_n_scripts;
extern const char tok_cli_checksum[];

#endif

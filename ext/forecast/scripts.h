/*
** The SQL of forecasts and anomalies, embedded at build time from sql/forecast/ (generator:
** sql/gen/embed.sh).
*/
#ifndef TOK_FORECAST_SCRIPTS_H
#define TOK_FORECAST_SCRIPTS_H

#include "../base/script.h"

extern const tok_script tok_forecast_scripts[];
extern const size_t tok_forecast_n_scripts;
extern const char tok_forecast_checksum[];

/* The script of that name below sql/, which exists: "forecast/history.sql". */
static inline const char *tok_forecast_script(const char *name) {
  return tok_script_text(tok_forecast_scripts, tok_forecast_n_scripts, name);
}

#endif

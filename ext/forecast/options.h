/*
** The options_json of tok_forecast: {"level": 0.95, "season": 24, "zone": "Europe/Berlin",
** "positive": true, "gaps": "zero", "method": "theta"}. Every key may be left out.
*/
#ifndef TOK_FORECAST_OPTIONS_H
#define TOK_FORECAST_OPTIONS_H

#include "forecast.h"

enum {
  TOK_WRONG_BYTES = 200, /* of a message about what is wrong */
  TOK_NAME_BYTES = 64    /* of a zone or a method */
};

typedef struct {
  tok_forecast_options run;
  char zone[TOK_NAME_BYTES];   /* "" if none was given */
  char method[TOK_NAME_BYTES]; /* run.method points here, so do not copy the struct */
} tok_forecast_request;

/* 80 % intervals, everything inferred. */
void tok_forecast_request_init(tok_forecast_request *r);
/* TOK_OK, or TOK_INVALID with a sentence in wrong ("options has …, expected …"). */
tok_status tok_forecast_request_parse(tok_slice json, tok_forecast_request *r,
                                      char wrong[TOK_WRONG_BYTES]);
/* A JSON number as double: exact to 9 decimal places, below 9.2e9 in size. False if it is not. */
bool tok_json_real(tok_slice number, double *out);

#endif

/*
** Reading usage of the ledger as a series. Glue: included by *_sql.c files only.
*/
#ifndef TOK_HISTORY_SQL_H
#define TOK_HISTORY_SQL_H

#include "../base/zone_sql.h"
#include "filter.h"
#include "history.h"

/* State of the room's table-valued functions and ledger functions on one connection. */
typedef struct {
  tok_conn conn; /* first: destroyed as one */
  tok_zones zones;
} tok_forecast_conn;

/* A new one with n_ref = 1, or NULL. */
tok_forecast_conn *tok_forecast_conn_new(sqlite3 *db);

/* What is asked for, and by which function. */
typedef struct {
  const char *func;
  tok_forecast_conn *conn; /* borrowed */
  tok_metric metric;
  tok_unit unit;
  tok_filter filter;
  bool now_given; /* else `now` is set by tok_history_read */
  int64_t now;    /* the ledger is complete up to here */
} tok_history_ask;

/*
** Reads it. Without now_given, ask->now is set as tok_history_now says. h is initialised here; the
** caller frees it, also after a failure. A ledger without rows, or none, gives n = 0. An SQLite
** code; on failure *message (sqlite3_free) is "<func>: …", or NULL when out of memory.
*/
int tok_history_read(tok_history_ask *ask, tok_history *h, char **message);
/* The zone of the filter, else of llm_setting, else UTC; borrowed from the connection. */
int tok_history_zone(const tok_history_ask *ask, const tok_zone **zone, char **message);
/* Sum of the metric from since (included) to until (excluded). */
int tok_history_sum(const tok_history_ask *ask, const tok_zone *zone, int64_t since, int64_t until,
                    double *out, char **message);

/* Binds :is_x and :x of sql/gen/scope.sql. An SQLite code. */
int tok_history_bind(sqlite3_stmt *stmt, const tok_filter *f);

#endif

/*
** forecast: the report's rows; on a terminal a curve of what was and what comes, with its interval.
*/
#include <stdlib.h>
#include <string.h>

#include "cli.h"

enum { POINTS_MAX = 1000, PLOT_ROWS = 12, PLOT_COLUMNS_MAX = 120 };

static plot_point point_of(sqlite3_stmt *stmt) {
  plot_point p = {.label = sqlite3_mprintf("%s", (const char *)sqlite3_column_text(stmt, 0))};
  int actual = 1, forecast = 2, lower = 3, upper = 4;
  p.has_band = sqlite3_column_type(stmt, forecast) != SQLITE_NULL;
  p.has_value = p.has_band || sqlite3_column_type(stmt, actual) != SQLITE_NULL;
  p.value = sqlite3_column_double(stmt, p.has_band ? forecast : actual);
  bool known = sqlite3_column_type(stmt, lower) != SQLITE_NULL; /* few points have no interval */
  p.lower = known ? sqlite3_column_double(stmt, lower) : p.value;
  p.upper = known ? sqlite3_column_double(stmt, upper) : p.value;
  return p;
}

/* Columns ts, actual, forecast, lower, upper: history has the second, the future the others. */
static int draw(sqlite3 *db, const command *c, const options *o) {
  static plot_point points[POINTS_MAX];
  size_t n = 0;
  int rc, columns = terminal_width();
  sqlite3_stmt *stmt;
  int status = prepare_report(db, c, "forecast-plot", o, &stmt);
  if (status != EXIT_DONE) return status;
  while ((rc = sqlite3_step(stmt)) == SQLITE_ROW && n < POINTS_MAX) points[n++] = point_of(stmt);
  if (rc != SQLITE_DONE && rc != SQLITE_ROW) complain("%s", sqlite3_errmsg(db));
  else if (n > 0)
    draw_plot(points, n, columns < PLOT_COLUMNS_MAX ? columns : PLOT_COLUMNS_MAX, PLOT_ROWS);
  for (size_t i = 0; i < n; i++) sqlite3_free((void *)(size_t)points[i].label);
  sqlite3_finalize(stmt);
  return rc == SQLITE_DONE || rc == SQLITE_ROW ? EXIT_DONE : EXIT_FAILED;
}

int run_forecast(sqlite3 *db, const command *c, const options *o) {
  if (o->format == FORMAT_TABLE && is_terminal(o)) {
    int status = draw(db, c, o);
    if (status != EXIT_DONE) return status;
  }
  if (o->format == FORMAT_TABLE || o->format == FORMAT_MARKDOWN) return run_report(db, c, o);
  command plot = *c; /* for programs: numbers, and the history that they follow */
  plot.report = "forecast-plot";
  return run_report(db, &plot, o);
}

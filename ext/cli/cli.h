/*
** tok-usage: the ledger from a terminal.
**
**     tok-usage --db app.db by-model --since 30d
**
** Data flow: main.c reads the options (options.c), opens the database with tok linked in, and runs
** a command (commands.c): for most that is one of sql/reports, whose parameters are the options and
** whose rows are printed (output.c), for people with bars and curves (chart.c).
**
** Exit status: 0 done, 1 failed (with a sentence on stderr), 2 wrong use.
*/
#ifndef TOK_CLI_H
#define TOK_CLI_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_WRONG_USE = 2 };

typedef enum { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON, FORMAT_MARKDOWN } format;

/* Everything borrowed from argv, but for what is noted. */
typedef struct {
  const char *db;
  const char *since, *until, *zone, *now;
  const char *output;     /* export: file; NULL: stdout */
  const char *as;         /* --format of import and export, where it is none of `format`s */
  const char *exec;       /* alerts */
  const char *metric, *bucket, *horizon, *level, *hours, *name, *threshold;
  const char *limit;
  long long limit_rows; /* --limit as a number; LLONG_MAX where it was not given */
  char *own_now;          /* owned (sqlite3_free): `now` as ISO text, or NULL */
  char *filter;           /* owned (sqlite3_free): JSON object of the filter options, or NULL */
  format format;
  bool format_given, quiet, plain; /* plain: no colours, bars or lines */
  int n_files;
  const char **files;     /* operands behind the command; owned array */
} options;

/* ---- options.c ---- */

/*
** Reads argv. Returns the command's name, or NULL after saying what is wrong (*status =
** EXIT_WRONG_USE) or after --help or --version (*status = EXIT_DONE).
*/
const char *read_options(int argc, char **argv, options *o, int *status);
/*
** The time of an option as ISO text: as it is, of Unix seconds, or "24h", "7d", "4w" before `now`
** (NULL: the clock).
** *out is owned (sqlite3_free), NULL where text is. False after complaining of the option `name`.
*/
bool absolute_time(sqlite3 *db, const char *name, const char *text, const char *now, char **out);
void free_options(options *o);
/* A sentence on stderr, behind "tok-usage: ". */
void complain(const char *message, ...) __attribute__((format(printf, 1, 2)));

/* ---- commands.c ---- */

typedef struct command command;
struct command {
  const char *name;
  const char *report;  /* of sql/reports, or NULL */
  const char *bar;     /* column that a bar shows, or NULL */
  const char *help;
  int (*run)(sqlite3 *db, const command *c, const options *o);
};

extern const command COMMANDS[];
extern const size_t N_COMMANDS;
/* NULL where there is none of that name. */
const command *find_command(const char *name);
/* Whether its report is part of this build. */
bool available(const command *c);

/* Whether the command has a use for what it was given; complains where not. Sets limit_rows. */
bool check_use(const command *c, options *o);
/*
** Prepares a report for a command and binds what it asks for; *out is NULL after complaining.
** Returns an exit status.
*/
int prepare_report(sqlite3 *db, const command *c, const char *report, const options *o,
                   sqlite3_stmt **out);
/* One a command; each complains itself, and returns an exit status. */
int run_report(sqlite3 *db, const command *c, const options *o);
int run_import(sqlite3 *db, const command *c, const options *o);
int run_export(sqlite3 *db, const command *c, const options *o);
int run_alerts(sqlite3 *db, const command *c, const options *o);
int run_forecast(sqlite3 *db, const command *c, const options *o);

/* ---- output.c ---- */

/*
** Prints the rows of a statement that was not stepped yet, at most --limit; returns an exit status.
*/
int print_rows(sqlite3_stmt *stmt, const options *o, const char *bar);
/* Whether stdout is a terminal that is to be drawn on. */
bool is_terminal(const options *o);

/* ---- chart.c ---- */

/* Width of UTF-8 text on a terminal, in columns. */
int text_width(const char *text);
/* Width of the terminal, in columns. */
int terminal_width(void);
/*
** Writes a bar of share (0..1) of `columns` columns in eighths to out, which has columns * 3 + 1
** bytes.
*/
void draw_bar(char *out, double share, int columns);

typedef struct {
  double value, lower, upper;
  bool has_value, has_band; /* history has a value alone */
  const char *label;
} plot_point;

/* Draws a curve with its band on stdout. */
void draw_plot(const plot_point *points, size_t n, int columns, int rows);

#endif

/* Options of tok-usage: one table, from which --help is printed too. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../tok.h"
#include "cli.h"

typedef enum { TEXT, FILTER, FLAG_QUIET, FLAG_PLAIN, FORMAT, HELP, VERSION } kind;

typedef struct {
  const char *name, *argument, *help;
  kind kind;
  size_t at; /* TEXT: member of options; FILTER: unused */
} option;

#define MEMBER(m) offsetof(options, m)

static const option OPTIONS[] = {
    {"--db", "FILE", "the database; default: $TOK_DB", TEXT, MEMBER(db)},
    {"--since", "TIME", "first moment: 2026-01-31, 2026-01-31T12:00:00Z, or 24h, 7d, 4w before now",
     TEXT, MEMBER(since)},
    {"--start", "TIME", "the same", TEXT, MEMBER(since)},
    {"--until", "TIME", "first moment that no longer counts", TEXT, MEMBER(until)},
    {"--end", "TIME", "the same", TEXT, MEMBER(until)},
    {"--zone", "ZONE", "IANA time zone of days and hours; default: the setting, else UTC", TEXT,
     MEMBER(zone)},
    {"--tenant", "ID", "only this tenant", FILTER, 0},
    {"--user", "ID", "only this user", FILTER, 0},
    {"--model", "NAME", "only this model", FILTER, 0},
    {"--provider", "NAME", "only this provider", FILTER, 0},
    {"--task", "NAME", "only this task type", FILTER, 0},
    {"--session", "ID", "only this session", FILTER, 0},
    {"--format", "FORMAT", "table, csv, json, markdown; import and export: see their help", FORMAT,
     MEMBER(as)},
    {"--output", "FILE", "export: where to; default: standard output", TEXT, MEMBER(output)},
    {"--metric", "NAME", "forecast, anomalies: cost, input, output, total, requests; default: cost",
     TEXT, MEMBER(metric)},
    {"--bucket", "UNIT", "forecast, anomalies: hour, day, week; default: day", TEXT,
     MEMBER(bucket)},
    {"--horizon", "N", "forecast: buckets ahead; default: 14", TEXT, MEMBER(horizon)},
    {"--level", "P", "forecast: share that the interval is to hold; default: 0.8", TEXT,
     MEMBER(level)},
    {"--hours", "N", "blocks: their length; default: 5", TEXT, MEMBER(hours)},
    {"--name", "NAME", "budget, alerts: only this one", TEXT, MEMBER(name)},
    {"--threshold", "X", "anomalies: score from which one counts", TEXT, MEMBER(threshold)},
    {"--limit", "N", "at most this many rows", TEXT, MEMBER(limit)},
    {"--exec", "COMMAND", "alerts: run it for each new event, which is its standard input as JSON",
     TEXT, MEMBER(exec)},
    {"--now", "TIME", "instead of the clock", TEXT, MEMBER(now)},
    {"--plain", NULL, "no colours, bars and curves, as in a pipe", FLAG_PLAIN, 0},
    {"--quiet", NULL, "nothing on standard error but errors", FLAG_QUIET, 0},
    {"--help", NULL, "this text; behind a command: that command's", HELP, 0},
    {"--version", NULL, "the version", VERSION, 0},
};
enum {
  RELATIVE_MAX = 100000, /* of a unit */
  UNIX_DIGITS_MIN = 9    /* from 1973 on: no year, no day's number */
};
enum { N_OPTIONS = sizeof OPTIONS / sizeof OPTIONS[0] };

void complain(const char *message, ...) {
  va_list args;
  va_start(args, message);
  fputs("tok-usage: ", stderr);
  vfprintf(stderr, message, args);
  fputc('\n', stderr);
  va_end(args);
}

static void print_help(const char *name) {
  const command *c = name == NULL ? NULL : find_command(name);
  if (c != NULL) {
    printf("usage: tok-usage %s [options]\n\n  %s\n", c->name, c->help);
  } else {
    puts("usage: tok-usage [--db FILE] COMMAND [options]\n\ncommands");
    for (size_t i = 0; i < N_COMMANDS; i++) {
      int line = (int)strcspn(COMMANDS[i].help, "\n");
      if (available(&COMMANDS[i]))
        printf("  %-12s %.*s\n", COMMANDS[i].name, line, COMMANDS[i].help);
    }
  }
  puts("\noptions");
  for (int i = 0; i < N_OPTIONS; i++) {
    char left[40];
    snprintf(left, sizeof left, "%s %s", OPTIONS[i].name,
             OPTIONS[i].argument == NULL ? "" : OPTIONS[i].argument);
    printf("  %-18s %s\n", left, OPTIONS[i].help);
  }
}

static const option *find_option(const char *name, size_t n) {
  if (n == 2 && memcmp(name, "-h", 2) == 0) return find_option("--help", strlen("--help"));
  for (int i = 0; i < N_OPTIONS; i++) {
    if (strlen(OPTIONS[i].name) == n && memcmp(OPTIONS[i].name, name, n) == 0) return &OPTIONS[i];
  }
  return NULL;
}

/* The ledger's column of a filter option. */
static const char *column_of(const char *name) {
  static const char *const PAIRS[][2] = {{"--tenant", "tenant_id"}, {"--user", "user_id"},
                                         {"--task", "task_type"},   {"--session", "session_id"},
                                         {"--model", "model"},      {"--provider", "provider"}};
  for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++) {
    if (strcmp(PAIRS[i][0], name) == 0) return PAIRS[i][1];
  }
  return name;
}

static bool add_filter(options *o, const char *name, const char *value) {
  sqlite3_str *s = sqlite3_str_new(NULL);
  if (o->filter == NULL) sqlite3_str_appendf(s, "{");
  else sqlite3_str_appendf(s, "%.*s,", (int)strlen(o->filter) - 1, o->filter);
  sqlite3_str_appendf(s, "\"%s\":\"", column_of(name));
  for (const char *p = value; *p != 0; p++) {
    unsigned char c = (unsigned char)*p;
    if (c == '"' || c == '\\') sqlite3_str_appendf(s, "\\%c", c);
    else if (c < ' ') sqlite3_str_appendf(s, "\\u%04x", c);
    else sqlite3_str_appendchar(s, 1, *p);
  }
  sqlite3_str_appendf(s, "\"}");
  sqlite3_free(o->filter);
  o->filter = sqlite3_str_finish(s);
  return o->filter != NULL;
}

static bool read_format(options *o, const char *value) {
  static const char *const NAMES[] = {"table", "csv", "json", "markdown"};
  o->as = value;
  o->format_given = true;
  for (int i = 0; i < 4; i++) {
    if (strcmp(value, NAMES[i]) == 0) o->format = (format)i;
  }
  return true;
}

static bool apply(options *o, const option *which, const char *value) {
  switch (which->kind) {
  case TEXT:
    *(const char **)(void *)((char *)o + which->at) = value;
    return true;
  case FILTER:
    return add_filter(o, which->name, value);
  case FORMAT:
    return read_format(o, value);
  case FLAG_QUIET:
    return o->quiet = true;
  case FLAG_PLAIN:
    return o->plain = true;
  case HELP:
  case VERSION:
    break;
  }
  return true;
}

/* One option at argv[*i]; false after complaining. */
static bool take_option(options *o, int argc, char **argv, int *i, const option **taken) {
  const char *text = argv[*i], *equals = strchr(text, '=');
  const option *found = find_option(text, equals == NULL ? strlen(text) : (size_t)(equals - text));
  const char *value = equals == NULL ? NULL : equals + 1;
  *taken = found;
  if (found == NULL) {
    complain("unknown option %s; tok-usage --help lists them", text);
    return false;
  }
  if (found->argument == NULL && value != NULL) {
    complain("%s takes no argument", found->name);
    return false;
  }
  if (found->argument != NULL && value == NULL) {
    if (*i + 1 == argc) {
      complain("%s needs %s", found->name, found->argument);
      return false;
    }
    value = argv[++*i];
  }
  return apply(o, found, value);
}

const char *read_options(int argc, char **argv, options *o, int *status) {
  const char *name = NULL;
  bool help = false, operands = false;
  *status = EXIT_WRONG_USE;
  o->db = getenv("TOK_DB");
  o->files = calloc((size_t)argc, sizeof *o->files);
  if (o->files == NULL) return NULL;
  for (int i = 1; i < argc; i++) {
    const option *taken = NULL;
    if (!operands && strcmp(argv[i], "--") == 0) {
      operands = true;
    } else if (!operands && argv[i][0] == '-' && argv[i][1] != 0) {
      if (!take_option(o, argc, argv, &i, &taken)) return NULL;
      if (taken->kind == HELP) help = true;
      if (taken->kind == VERSION) {
        puts("tok-usage " TOK_VERSION);
        *status = EXIT_DONE;
        return NULL;
      }
    } else if (name == NULL) {
      name = argv[i];
    } else {
      o->files[o->n_files++] = argv[i];
    }
  }
  if (help || name == NULL) {
    *status = help ? EXIT_DONE : EXIT_WRONG_USE;
    if (!help) complain("which command? See tok-usage --help");
    else print_help(name);
    return NULL;
  }
  return name;
}

void free_options(options *o) {
  sqlite3_free(o->own_now);
  sqlite3_free(o->filter);
  free(o->files);
}

/* "7d" as seconds: true and *seconds, or false where it is no such thing. */
static bool relative(const char *text, long long *seconds) {
  static const struct {
    char unit;
    long long seconds;
  } UNITS[] = {{'h', 3600}, {'d', 86400}, {'w', 7 * 86400}};
  char *end;
  long long n = strtoll(text, &end, 10);
  if (end == text || n < 0 || n > RELATIVE_MAX || end[0] == 0 || end[1] != 0) return false;
  for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
    if (*end != UNITS[i].unit) continue;
    *seconds = n * UNITS[i].seconds;
    return true;
  }
  return false;
}

bool absolute_time(sqlite3 *db, const char *name, const char *text, const char *now, char **out) {
  sqlite3_stmt *stmt = NULL;
  long long ago = 0;
  *out = NULL;
  if (text == NULL) return true;
  bool from_now = relative(text, &ago);
  /* a bare number is a day's number to strftime, a bare time of day one in the year 2000 */
  bool date = strlen(text) >= 10 && text[4] == '-' && text[7] == '-';
  bool unix_time = strlen(text) >= UNIX_DIGITS_MIN && strspn(text, "0123456789") == strlen(text);
  /* and 30 February would be 2 March */
  static const char AT[] =
      "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', ?1, ?2)"
      " WHERE substr(?1, 5, 1) <> '-' OR date(substr(?1, 1, 10), '+0 days') = substr(?1, 1, 10)";
  if ((date || from_now || unix_time || strcmp(text, "now") == 0) &&
      sqlite3_prepare_v2(db, AT, -1, &stmt, NULL) == SQLITE_OK) {
    char *shift = unix_time ? sqlite3_mprintf("unixepoch")
                            : sqlite3_mprintf("-%lld seconds", ago);
    sqlite3_bind_text(stmt, 1, !from_now ? text : now == NULL ? "now" : now, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, shift, -1, sqlite3_free);
    if (sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_text(stmt, 0) != NULL) {
      *out = sqlite3_mprintf("%s", (const char *)sqlite3_column_text(stmt, 0));
    }
  }
  sqlite3_finalize(stmt);
  if (*out == NULL)
    complain("%s must be a time such as 2026-01-31, 2026-01-31T12:00:00Z or 7d, got '%s'", name,
             text);
  return *out != NULL;
}

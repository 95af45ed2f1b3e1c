/* The commands: most are a file of sql/reports and a column to draw. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "scripts.h"

const command COMMANDS[] = {
    {"stats", "stats", NULL, "the whole ledger in one row", run_report},
    {"by-provider", "by-provider", "cost_usd", "spending by provider", run_report},
    {"by-model", "by-model", "cost_usd", "spending by model", run_report},
    {"by-task", "by-task", "cost_usd", "spending by task type", run_report},
    {"by-day", "by-day", "cost_usd", "spending by day of --zone", run_report},
    {"by-tenant", "by-tenant", "cost_usd", "spending by tenant", run_report},
    {"by-session", "by-session", "cost_usd", "spending by session", run_report},
    {"range", "range", NULL, "--start to --end day by day, with what it has come to so far",
     run_report},
    {"costs", "costs", "cost_usd", "what a request and 1,000 tokens cost, by model", run_report},
    {"efficiency", "efficiency", NULL,
     "ratios: tokens per dollar, cache hits, context used, value per cost", run_report},
    {"blocks", "blocks", "cost_usd", "blocks of activity (5 hours) with burn rate and projection",
     run_report},
    {"budget", "budget", "pct", "quotas: used, held, left, when they reset", run_report},
    {"alerts", "alerts", NULL, "alert events; with --exec delivers new ones to a command",
     run_alerts},
    {"forecast", "forecast", NULL,
     "what comes, with its interval: --metric --bucket --horizon --level", run_forecast},
    {"anomalies", "anomalies", "score", "what was not normal, and who caused it", run_report},
    {"import", NULL, NULL,
     "reads files into the ledger: tok-usage import FILE...\n\n"
     "  --format says what they are, else it is told from their start: csv, jsonl, responses,"
     " otel, litellm,\n"
     "  claude-code, codex, gemini-cli, qwen-code, opencode, amp, pi, llm (a logs.db).\n"
     "  A line that can't be read is reported with its number; the others are imported. Known"
     " responses are\n"
     "  not imported twice.",
     run_import},
    {"export", NULL, NULL,
     "writes the ledger: --format csv, json or focus; --output FILE, --since, --until", run_export},
};
const size_t N_COMMANDS = sizeof COMMANDS / sizeof COMMANDS[0];

/* What a report may ask for by name; NULL where nothing was given. */
static bool parameter(sqlite3 *db, const options *o, const char *name, char **out) {
  const struct {
    const char *name, *value;
  } all[] = {{":zone", o->zone},       {":filter", o->filter},      {":hours", o->hours},
             {":name", o->name},       {":metric", o->metric},      {":bucket", o->bucket},
             {":horizon", o->horizon}, {":level", o->level},        {":limit", o->limit},
             {":now", o->now},         {":threshold", o->threshold}};
  if (strcmp(name, ":since") == 0) return absolute_time(db, "--since", o->since, o->now, out);
  if (strcmp(name, ":until") == 0) return absolute_time(db, "--until", o->until, o->now, out);
  *out = NULL;
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    if (strcmp(all[i].name, name) == 0 && all[i].value != NULL)
      *out = sqlite3_mprintf("%s", all[i].value);
  }
  return true;
}

/* Parameters that are numbers. What is none goes in as text, and is refused by who reads it. */
static bool is_number(const char *parameter) {
  static const char *const NUMBERS[] = {":hours", ":horizon", ":level", ":limit", ":threshold"};
  for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
    if (strcmp(parameter, NUMBERS[i]) == 0) return true;
  }
  return false;
}

/* Numbers are bound as numbers: --horizon 14. A quota may be named 007. */
static void bind(sqlite3_stmt *stmt, int i, char *text) {
  if (text == NULL) return;
  bool number = *text != 0 && is_number(sqlite3_bind_parameter_name(stmt, i));
  char *end = text;
  double value = number && strspn(text, "0123456789.") == strlen(text) ? strtod(text, &end) : 0;
  if (number && strspn(text, "0123456789") == strlen(text) && strlen(text) < 18) {
    sqlite3_bind_int64(stmt, i, (sqlite3_int64)strtoll(text, NULL, 10));
  } else if (end != text && *end == 0) {
    sqlite3_bind_double(stmt, i, value);
  } else {
    sqlite3_bind_text(stmt, i, text, -1, SQLITE_TRANSIENT);
  }
  sqlite3_free(text);
}

static const char *report_sql(const char *report) {
  for (size_t i = 0; i < tok_cli_n_scripts; i++) {
    const char *name = tok_cli_scripts[i].name + strlen("reports/");
    size_t n = strlen(report);
    if (strncmp(name, report, n) == 0 && strcmp(name + n, ".sql") == 0)
      return tok_cli_scripts[i].sql;
  }
  return NULL;
}

bool available(const command *c) { return c->report == NULL || report_sql(c->report) != NULL; }

const command *find_command(const char *name) {
  for (size_t i = 0; i < N_COMMANDS; i++) {
    if (strcmp(COMMANDS[i].name, name) == 0 && available(&COMMANDS[i])) return &COMMANDS[i];
  }
  return NULL;
}

/*
** Options that say what is shown: one that goes unused would leave the answer to another question.
*/
static const struct {
  const char *option, *parameter;
  size_t at;
} SHAPING[] = {
    {"--since", ":since", offsetof(options, since)},
    {"--until", ":until", offsetof(options, until)},
    {"--zone", ":zone", offsetof(options, zone)},
    {"--tenant, --user, --model, --provider, --task or --session", ":filter",
     offsetof(options, filter)},
    {"--metric", ":metric", offsetof(options, metric)},
    {"--bucket", ":bucket", offsetof(options, bucket)},
    {"--horizon", ":horizon", offsetof(options, horizon)},
    {"--level", ":level", offsetof(options, level)},
    {"--hours", ":hours", offsetof(options, hours)},
    {"--name", ":name", offsetof(options, name)},
    {"--threshold", ":threshold", offsetof(options, threshold)},
};

/*
** Whether stmt, or the command where it is no report, has a use for each of SHAPING that was given.
*/
static bool uses_options(sqlite3_stmt *stmt, const char *name, const options *o) {
  static const char *const EXPORT[] = {":since", ":until"};
  for (size_t i = 0; i < sizeof SHAPING / sizeof SHAPING[0]; i++) {
    const char *given = *(const char *const *)(const void *)((const char *)o + SHAPING[i].at);
    bool used = given == NULL || (stmt != NULL && sqlite3_bind_parameter_index(
                                                      stmt, SHAPING[i].parameter) > 0);
    for (int k = 0; stmt == NULL && k < 2; k++) {
      if (strcmp(name, "export") == 0 && strcmp(SHAPING[i].parameter, EXPORT[k]) == 0) used = true;
    }
    if (used) continue;
    complain("%s takes no %s", name, SHAPING[i].option);
    return false;
  }
  return true;
}

static bool read_limit(const command *c, options *o) {
  char *end = NULL;
  o->limit_rows = LLONG_MAX;
  if (o->limit == NULL) return true;
  if (c->run == run_import || c->run == run_export) {
    complain("%s takes no --limit", c->name);
    return false;
  }
  o->limit_rows = strtoll(o->limit, &end, 10);
  if (end != o->limit && *end == 0 && o->limit_rows > 0) return true;
  complain("--limit must be a number of rows, at least 1, got '%s'", o->limit);
  return false;
}

bool check_use(const command *c, options *o) {
  bool import = c->run == run_import, export = c->run == run_export;
  if (import && o->n_files == 0) {
    complain("import what? tok-usage import FILE...");
  } else if (!import && o->n_files > 0) {
    complain("%s takes no operand, got '%s'", c->name, o->files[0]);
  } else if (!import && !export && o->format_given && o->format == FORMAT_TABLE &&
             strcmp(o->as, "table") != 0) {
    complain("--format must be table, csv, json or markdown, got '%s'", o->as);
  } else if (o->output != NULL && !export) {
    complain("%s takes no --output; it writes to standard output", c->name);
  } else if (o->exec != NULL && c->run != run_alerts) {
    complain("%s takes no --exec", c->name);
  } else {
    return read_limit(c, o) && (c->report != NULL || uses_options(NULL, c->name, o));
  }
  return false;
}

int prepare_report(sqlite3 *db, const command *c, const char *report, const options *o,
                   sqlite3_stmt **out) {
  const char *sql = report_sql(report);
  sqlite3_stmt *stmt = NULL;
  *out = NULL;
  if (sql == NULL) {
    complain("this build has no report %s", report);
    return EXIT_FAILED;
  }
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) {
    complain("%s", sqlite3_errmsg(db));
    return EXIT_FAILED;
  }
  int status = uses_options(stmt, c->name, o) ? EXIT_DONE : EXIT_WRONG_USE;
  for (int i = 1; status == EXIT_DONE && i <= sqlite3_bind_parameter_count(stmt); i++) {
    char *value = NULL;
    if (!parameter(db, o, sqlite3_bind_parameter_name(stmt, i), &value))
      status = EXIT_WRONG_USE;
    else bind(stmt, i, value);
  }
  if (status == EXIT_DONE) *out = stmt;
  else sqlite3_finalize(stmt);
  return status;
}

int run_report(sqlite3 *db, const command *c, const options *o) {
  sqlite3_stmt *stmt;
  int status = prepare_report(db, c, c->report, o, &stmt);
  if (status != EXIT_DONE) return status;
  status = print_rows(stmt, o, c->bar);
  sqlite3_finalize(stmt);
  return status;
}

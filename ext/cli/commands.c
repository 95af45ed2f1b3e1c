/* The commands: most are a file of sql/reports and a column to draw. */
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
    {"range", "range", NULL, "what --start to --end cost, one row", run_report},
    {"costs", "costs", "cost_usd", "cost and tokens by provider and model", run_report},
    {"efficiency", "efficiency", NULL, "ratios: tokens per dollar, cache hits, context used, value per cost", run_report},
    {"blocks", "blocks", "cost_usd", "blocks of activity (5 hours) with burn rate and projection", run_report},
    {"budget", "budget", "pct", "quotas: used, held, left, when they reset", run_report},
    {"alerts", "alerts", NULL, "alert events; with --exec delivers new ones to a command", run_alerts},
    {"forecast", "forecast", NULL, "what comes, with its interval: --metric --bucket --horizon --level", run_forecast},
    {"anomalies", "anomalies", "score", "what was not normal, and who caused it", run_report},
    {"import", NULL, NULL,
     "reads files into the ledger: tok-usage import FILE...\n\n"
     "  --format says what they are, else it is told from their start: csv, jsonl, responses, otel, litellm,\n"
     "  claude-code, codex, gemini-cli, qwen-code, opencode, amp, pi, llm (a logs.db).\n"
     "  A line that can't be read is reported with its number; the others are imported. Known responses are\n"
     "  not imported twice.",
     run_import},
    {"export", NULL, NULL, "writes the ledger: --format csv, json or focus; --output FILE, --since, --until", run_export},
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

/* Numbers are bound as numbers: --horizon 14. */
static void bind(sqlite3_stmt *stmt, int i, char *text) {
  if (text == NULL) return;
  if (*text != 0 && strspn(text, "0123456789") == strlen(text) && strlen(text) < 18) {
    sqlite3_bind_int64(stmt, i, (sqlite3_int64)strtoll(text, NULL, 10));
  } else if (*text != 0 && strspn(text, "0123456789.") == strlen(text)) {
    sqlite3_bind_double(stmt, i, strtod(text, NULL));
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

sqlite3_stmt *prepare_report(sqlite3 *db, const char *report, const options *o) {
  const char *sql = report_sql(report);
  sqlite3_stmt *stmt = NULL;
  if (sql == NULL) {
    complain("this build has no report %s", report);
    return NULL;
  }
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) {
    complain("%s", sqlite3_errmsg(db));
    return NULL;
  }
  for (int i = 1; i <= sqlite3_bind_parameter_count(stmt); i++) {
    char *value = NULL;
    if (!parameter(db, o, sqlite3_bind_parameter_name(stmt, i), &value)) {
      sqlite3_finalize(stmt);
      return NULL;
    }
    bind(stmt, i, value);
  }
  return stmt;
}

int run_report(sqlite3 *db, const command *c, const options *o) {
  sqlite3_stmt *stmt = prepare_report(db, c->report, o);
  if (stmt == NULL) return EXIT_FAILED;
  int status = print_rows(stmt, o, c->bar);
  sqlite3_finalize(stmt);
  return status;
}

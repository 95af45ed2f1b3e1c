/*
** Importing usage logs.
**
**     SELECT tok_import('/home/me/.claude/projects/app/1f2e.jsonl');
**     SELECT tok_import('traffic.csv', 'csv', '{"set": {"provider": "azure", "model": "gpt-4o"}}');
**     SELECT tok_import('logs.db');
**     SELECT tok_import_text(:json_lines, 'otel');
**
** tok_import(path [, format [, options]]) -> JSON
** tok_import_text(text [, format [, options]]) -> JSON
**   {"format", "read", "imported", "updated", "duplicates", "ignored", "rejected",
**    "bad": [{"line", "error"}]}
**   M1  format: csv, jsonl, responses, otel, litellm, claude-code, codex, gemini-cli, qwen-code,
**       opencode (a message, or the opencode.db), amp, pi, llm (a logs.db; databases: tok_import
**       only); left out, NULL or 'auto', it is told from the start of the log. csv: Cursor's and
**       LiteLLM's tables too. responses: bodies, one a line or in a list; the text of a stream, or
**       the array of its events, is one. codex, claude-code: the logs, and what `codex exec --json`
**       and `claude -p` print.
**   M2  Nothing is recorded twice: a second import of the same log adds nothing, one of a log that
**       has grown adds what is new. Where a log repeats a response with larger counts (streaming),
**       the largest count: "updated".
**   M3  A malformed line is listed with its number and the others are imported. "ignored" are lines
**       that record no use: prompts, tool calls, settings. read = imported + updated + duplicates +
**       ignored + rejected.
**       Records need a time. Kinds that say none (responses, what agents print) are of when the
**       file was written, or of now.
**   M4  options: {"columns": {"their name": "column of llm_usage"}, "set": {"tenant_id": "acme"}};
**       `set` fills what a record does not say.
**   M5  Rows are committed 20,000 at a time, unless a transaction is open already. On an error what
**       was committed stays, and importing again adds the rest. Memory: one line (at most 64 MB),
**       whatever the size of the log.
**   M6  NULL as path or text gives NULL. The ledger is made where it is missing (tok_init).
**       DIRECTONLY; tok_import is not there after sqlite3_toknofs_init.
*/
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "install.h"
#include "intake.h"
#include "ledger_sql.h"
#include "put_sql.h"
#include "rollup_sql.h"
#include "../base/time.h"

enum { REPORT_MAX = 1 << 20 }; /* bytes: 100 bad lines */

typedef struct {
  const tok_intake *what;
  sqlite3 *db;
  tok_put put;
  /* owned; prepared before anything is written. NULL: the caller's transaction */
  sqlite3_stmt *begin, *commit, *undo;
  int rc;
  const tok_log *log; /* borrowed; NULL: a database */
  bool in_transaction, stopped;
  int64_t n_new, n_updated, n_duplicate, n_refused, n_uncommitted, n_records;
  int64_t bytes, bytes_total;
  int n_listed;
  tok_buf bad; /* owned; the list's elements */
  char *message; /* owned */
} intake;

static bool failed(intake *in, int rc) {
  if (rc == SQLITE_OK || in->rc != SQLITE_OK) return in->rc != SQLITE_OK;
  in->rc = rc;
  if (rc != SQLITE_NOMEM && in->message == NULL)
    in->message = sqlite3_mprintf("%s", sqlite3_errmsg(in->db));
  return true;
}

static void refuse(intake *in, char *message) {
  if (in->rc != SQLITE_OK) {
    sqlite3_free(message);
    return;
  }
  in->rc = message == NULL ? SQLITE_NOMEM : SQLITE_ERROR;
  in->message = message;
}

/* ---- transactions ---------------------------------------------------------------------------- */

static void step(intake *in, sqlite3_stmt *stmt) {
  if (stmt == NULL || in->rc != SQLITE_OK) return;
  sqlite3_step(stmt);
  failed(in, sqlite3_reset(stmt));
}

static void start(intake *in) {
  if (in->in_transaction || in->begin == NULL) return;
  step(in, in->begin);
  in->in_transaction = in->rc == SQLITE_OK;
}

static void commit(intake *in) {
  if (in->in_transaction) step(in, in->commit);
  if (in->rc != SQLITE_OK) return;
  in->in_transaction = false;
  in->n_uncommitted = 0;
  if (in->what->progress == NULL) return;
  in->stopped = !in->what->progress(in->what->arg, in->bytes, in->bytes_total, in->n_records);
}

static void undo(intake *in) {
  if (!in->in_transaction || sqlite3_get_autocommit(in->db)) return;
  sqlite3_step(in->undo);
  sqlite3_reset(in->undo);
  in->in_transaction = false;
}

static void prepare(intake *in) {
  failed(in, tok_put_open(&in->put, in->db));
  if (!sqlite3_get_autocommit(in->db)) return;
  if (!in->rc) failed(in, sqlite3_prepare_v2(in->db, "BEGIN IMMEDIATE", -1, &in->begin, NULL));
  if (!in->rc) failed(in, sqlite3_prepare_v2(in->db, "COMMIT", -1, &in->commit, NULL));
  if (!in->rc) failed(in, sqlite3_prepare_v2(in->db, "ROLLBACK", -1, &in->undo, NULL));
}

/* ---- records --------------------------------------------------------------------------------- */

static tok_status on_bad(void *to, int64_t line, const char *why) {
  intake *in = to;
  in->n_refused++;
  if (in->n_listed++ >= TOK_INTAKE_BAD_MAX) return TOK_OK;
  tok_buf_adds(&in->bad, in->bad.len == 0 ? "{\"line\":" : ",{\"line\":");
  tok_buf_add_i64(&in->bad, line);
  tok_buf_adds(&in->bad, ",\"error\":");
  tok_buf_add_json(&in->bad, tok_slice_of(why));
  tok_buf_addc(&in->bad, '}');
  return in->bad.status;
}

/*
** Folds right before the row whose trigger would (sql/temp/rollup.sql). Within that row's INSERT
** all pages of the roll-ups would be copied into its statement journal, which is a file from then
** on until COMMIT, and every row after it writes to that.
*/
static void fold_before_the_trigger(intake *in) {
  const char *why = NULL;
  if (in->rc != SQLITE_OK || sqlite3_last_insert_rowid(in->db) % TOK_FOLD_ROWS != TOK_FOLD_ROWS - 1)
    return;
  int rc = tok_rollup_fold(in->db, INT64_MAX, NULL, &why);
  if (rc != SQLITE_OK && why != NULL) refuse(in, sqlite3_mprintf("%s", why));
  failed(in, rc);
}

static tok_status on_record(void *to, int64_t line, const tok_record *r) {
  intake *in = to;
  tok_put_result result = TOK_PUT_DUPLICATE;
  static const tok_slice no_usage = {NULL, 0};
  if (in->log != NULL && !in->log->timeless && !tok_record_has(r, TOK_C_TIMESTAMP))
    return on_bad(in, line, "has no timestamp");
  /* what agents log is asked of the model's maker, unless they say otherwise */
  bool resolve = in->log == NULL || in->log->format >= TOK_LOG_CLAUDE_CODE || in->log->cursor;
  start(in);
  if (in->rc == SQLITE_OK)
    failed(in, tok_put_record(&in->put, r, no_usage, resolve, true, &result));
  if (in->rc != SQLITE_OK) return TOK_NOTFOUND; /* anything but TOK_OK ends the log */
  if (result == TOK_PUT_NEW) fold_before_the_trigger(in);
  in->n_records++;
  in->n_new += result == TOK_PUT_NEW;
  in->n_updated += result == TOK_PUT_UPDATED;
  in->n_duplicate += result == TOK_PUT_DUPLICATE;
  if (++in->n_uncommitted >= TOK_INTAKE_COMMIT_ROWS) commit(in);
  if (in->rc != SQLITE_OK || in->stopped) return TOK_NOTFOUND;
  return result == TOK_PUT_REFUSED ? on_bad(in, line, sqlite3_errmsg(in->db)) : TOK_OK;
}

/* ---- the report ------------------------------------------------------------------------------ */

static void report(intake *in, const char *format, int64_t n_ignored, tok_buf *out) {
  const struct {
    const char *name;
    int64_t n;
  } counts[] = {{"read", in->n_new + in->n_updated + in->n_duplicate + n_ignored + in->n_refused},
                {"imported", in->n_new},
                {"updated", in->n_updated},
                {"duplicates", in->n_duplicate},
                {"ignored", n_ignored},
                {"rejected", in->n_refused}};
  tok_buf_adds(out, "{\"format\":\"");
  tok_buf_adds(out, format);
  tok_buf_addc(out, '"');
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    tok_buf_adds(out, ",\"");
    tok_buf_adds(out, counts[i].name);
    tok_buf_adds(out, "\":");
    tok_buf_add_i64(out, counts[i].n);
  }
  tok_buf_adds(out, ",\"bad\":[");
  if (in->bad.len > 0) tok_buf_add(out, in->bad.ptr, in->bad.len);
  tok_buf_adds(out, "]}");
}

/* ---- other programs' databases --------------------------------------------------------------- */

/*
** A table that other programs keep in SQLite, and the query that reads it under the ledger's names.
*/
static const struct {
  const char *table, *script, *format;
} sources[] = {{"responses", "import/llm_responses.sql", "llm"},
               {"turns", "import/llm_turns.sql", "llm"},
               {"message", "import/opencode.sql", "opencode"}};
enum { WRITER_WAIT_MS = 10000 }; /* while the other program writes */

/* An error of the other program's database. */
static void refuse_database(intake *in, sqlite3 *db, int rc) {
  refuse(in, rc == SQLITE_NOMEM ? NULL : sqlite3_mprintf("%s", sqlite3_errmsg(db)));
}

static bool has_table(intake *in, sqlite3 *db, const char *name) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1",
                              -1, &stmt, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) refuse_database(in, db, rc);
  sqlite3_finalize(stmt);
  return rc == SQLITE_ROW;
}

static void take_column(intake *in, tok_record *r, sqlite3_stmt *stmt, int i) {
  const char *name = sqlite3_column_name(stmt, i); /* NULL where SQLite is out of memory */
  if (name == NULL) {
    failed(in, SQLITE_NOMEM);
    return;
  }
  tok_column c = tok_column_find(tok_slice_of(name));
  if (c == TOK_C_N || sqlite3_column_type(stmt, i) == SQLITE_NULL) return;
  tok_slice text;
  if (!failed(in, tok_sql_column(stmt, i, &text))) tok_record_parse(r, c, text);
}

static void apply_sets(tok_record *r, const tok_log_options *options) {
  for (size_t i = 0; i < options->n_sets; i++) {
    tok_column c = options->sets[i].column;
    if (!tok_record_has(r, c)) tok_record_parse(r, c, options->sets[i].value);
  }
}

/* Rows of one table; "line" is the row's number. */
static void read_source(intake *in, sqlite3 *db, const char *script, const tok_log_options *options,
                        int64_t *n_ignored) {
  sqlite3_stmt *stmt = NULL;
  tok_record r;
  int64_t line = 0;
  tok_record_init(&r, TOK_LOG_DOCUMENT_MAX);
  int rc = sqlite3_prepare_v2(db, tok_ledger_script(script), -1, &stmt, NULL);
  while (rc == SQLITE_OK && in->rc == SQLITE_OK && !in->stopped &&
         (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    rc = SQLITE_OK;
    line++;
    tok_record_clear(&r);
    for (int i = 0; i < sqlite3_column_count(stmt); i++) take_column(in, &r, stmt, i);
    apply_sets(&r, options);
    if (r.texts.status != TOK_OK) failed(in, SQLITE_NOMEM);
    if (in->rc != SQLITE_OK) break;
    bool counted =
        tok_record_has(&r, TOK_C_INPUT_TOKENS) || tok_record_has(&r, TOK_C_OUTPUT_TOKENS);
    if (r.why[0] != '\0') on_bad(in, line, r.why);
    else if (counted) on_record(in, line, &r);
    else ++*n_ignored;
  }
  if (rc != SQLITE_OK && rc != SQLITE_DONE) refuse_database(in, db, rc);
  sqlite3_finalize(stmt);
  tok_record_free(&r);
}

static void read_database(intake *in, const tok_log_options *options, tok_buf *out) {
  sqlite3 *db = NULL;
  int64_t n_ignored = 0;
  const char *format = NULL;
  int rc = sqlite3_open_v2(in->what->path, &db, SQLITE_OPEN_READONLY, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_busy_timeout(db, WRITER_WAIT_MS);
  if (rc == SQLITE_OK) rc = tok_json_register(db);
  if (rc != SQLITE_OK) {
    refuse(in, rc == SQLITE_NOMEM
                   ? NULL
                   : sqlite3_mprintf("cannot open '%s': %s", in->what->path, sqlite3_errstr(rc)));
  }
  for (size_t i = 0; i < sizeof sources / sizeof sources[0] && in->rc == SQLITE_OK; i++) {
    if (!has_table(in, db, sources[i].table)) continue;
    format = sources[i].format;
    read_source(in, db, sources[i].script, options, &n_ignored);
  }
  if (in->rc == SQLITE_OK && format == NULL) {
    refuse(in, sqlite3_mprintf("'%s' is a database without a table turns, responses or message,"
                               " expected llm's logs.db or opencode's opencode.db",
                               in->what->path));
  }
  sqlite3_close(db);
  if (in->rc == SQLITE_OK) report(in, format, n_ignored, out);
}

/* ---- texts ----------------------------------------------------------------------------------- */

static void read_file(intake *in, tok_log *log, FILE *f) {
  char *bytes = tok_malloc(TOK_INTAKE_READ_BYTES);
  size_t n = 1;
  if (bytes == NULL) failed(in, SQLITE_NOMEM);
  while (in->rc == SQLITE_OK && log->status == TOK_OK && n > 0) {
    n = fread(bytes, 1, TOK_INTAKE_READ_BYTES, f);
    in->bytes += (int64_t)n;
    tok_log_feed(log, (tok_slice){bytes, n});
  }
  if (in->rc == SQLITE_OK && ferror(f))
    refuse(in, sqlite3_mprintf("cannot read '%s'", in->what->path));
  tok_free(bytes);
}

static void read_text(intake *in, tok_log *log) {
  tok_slice text = in->what->text;
  while (in->rc == SQLITE_OK && log->status == TOK_OK && text.len > 0) {
    size_t n = text.len < TOK_INTAKE_READ_BYTES ? text.len : TOK_INTAKE_READ_BYTES;
    in->bytes += (int64_t)n;
    tok_log_feed(log, (tok_slice){text.ptr, n});
    text.ptr += n;
    text.len -= n;
  }
}

static void log_status(intake *in, tok_status status) {
  const char *instead = in->log->unreadable;
  if (status == TOK_NOMEM || status == TOK_TOOBIG) failed(in, SQLITE_NOMEM);
  if (status != TOK_NOTFOUND || in->rc != SQLITE_OK || in->stopped) return;
  if (instead != NULL) refuse(in, sqlite3_mprintf("the log is %s", instead));
  else refuse(in, sqlite3_mprintf("the format cannot be told from the text; name one"));
}

/* When the file was written, in seconds since 1970, as text; empty if that is not known. */
static tok_slice written_at(const char *path, char room[TOK_TIME_TEXT_BYTES]) {
  struct stat file;
  if (path == NULL || stat(path, &file) != 0 || file.st_mtime < 0) return (tok_slice){NULL, 0};
  sqlite3_snprintf(TOK_TIME_TEXT_BYTES, room, "%lld", (long long)file.st_mtime);
  return tok_slice_of(room);
}

static void read_log(intake *in, tok_log_format format, const tok_log_options *options, FILE *f,
                     tok_buf *out) {
  const tok_log_sink sink = {in, on_record, on_bad};
  char time[TOK_TIME_TEXT_BYTES];
  tok_log *log = tok_malloc(sizeof *log);
  if (log == NULL) {
    failed(in, SQLITE_NOMEM);
    return;
  }
  tok_log_init(log, format, options, &sink);
  log->written_at = written_at(in->what->path, time);
  in->log = log;
  if (f != NULL) read_file(in, log, f);
  else read_text(in, log);
  if (in->rc == SQLITE_OK) log_status(in, tok_log_end(log));
  if (in->rc == SQLITE_OK) report(in, tok_log_format_name(log->format), log->n_ignored, out);
  tok_log_free(log);
  tok_free(log);
}

static void open_and_read(intake *in, const tok_log_options *options, tok_buf *out) {
  static const char magic[] = "SQLite format 3"; /* with its NUL */
  char first[sizeof magic] = "";
  tok_slice name = in->what->format;
  bool database = tok_slice_is(name, "llm");
  tok_log_format format = database ? TOK_LOG_AUTO : tok_log_format_find(name);
  if (format == TOK_LOG_UNKNOWN || (database && in->what->path == NULL)) {
    refuse(in, sqlite3_mprintf("format '%.*s' is not known, expected csv, jsonl, responses, otel,"
                               " litellm, claude-code, codex, gemini-cli, qwen-code, opencode, amp,"
                               " pi%s",
                               tok_shown(name), name.ptr, in->what->path == NULL ? "" : " or llm"));
    return;
  }
  if (in->what->path == NULL) {
    in->bytes_total = (int64_t)in->what->text.len;
    read_log(in, format, options, NULL, out);
    return;
  }
  FILE *f = fopen(in->what->path, "rb");
  if (f == NULL && errno == ENOMEM) {
    failed(in, SQLITE_NOMEM);
    return;
  }
  if (f == NULL) {
    refuse(in, sqlite3_mprintf("cannot open '%s', expected the path of a log", in->what->path));
    return;
  }
  /* not a pipe */
  if ((format == TOK_LOG_AUTO || format == TOK_LOG_OPENCODE) && fseek(f, 0, SEEK_END) == 0) {
    in->bytes_total = ftell(f);
    rewind(f);
    database |=
        fread(first, 1, sizeof first, f) == sizeof first && memcmp(first, magic, sizeof magic) == 0;
    rewind(f);
  }
  if (database) read_database(in, options, out);
  else read_log(in, format, options, f, out);
  fclose(f);
}

int tok_intake_run(sqlite3 *db, const tok_intake *what, tok_buf *out, char **message) {
  intake in = {.what = what, .db = db, .bytes_total = -1};
  tok_log_options options;
  tok_buf texts;
  char why[TOK_RECORD_WHY_BYTES];
  tok_buf_init(&in.bad, REPORT_MAX);
  tok_buf_init(&texts, REPORT_MAX);
  tok_status status = tok_log_options_read(what->options, &options, &texts, why);
  if (status == TOK_INVALID) refuse(&in, sqlite3_mprintf("%s", why));
  else if (status != TOK_OK) failed(&in, SQLITE_NOMEM);
  if (in.rc == SQLITE_OK) {
    int rc = tok_ledger_install(db, &in.message);
    if (rc != SQLITE_OK) in.rc = rc;
  }
  if (in.rc == SQLITE_OK) prepare(&in);
  if (in.rc == SQLITE_OK) open_and_read(&in, &options, out);
  if (in.rc == SQLITE_OK) commit(&in);
  undo(&in);
  tok_put_close(&in.put);
  sqlite3_finalize(in.begin);
  sqlite3_finalize(in.commit);
  sqlite3_finalize(in.undo);
  if (in.rc == SQLITE_OK && (out->status != TOK_OK || in.bad.status != TOK_OK))
    in.rc = SQLITE_NOMEM;
  tok_buf_free(&in.bad);
  tok_buf_free(&texts);
  *message = in.message;
  return in.rc;
}

/* ---- SQL ------------------------------------------------------------------------------------- */

/* A text argument; false after raising out-of-memory. */
static bool text_argument(sqlite3_context *ctx, int argc, sqlite3_value **argv, int i,
                          tok_slice *out) {
  *out = (tok_slice){NULL, 0};
  return i >= argc || tok_sql_text(ctx, argv[i], out);
}

static void import(sqlite3_context *ctx, const char *func, int argc, sqlite3_value **argv,
                   bool is_path) {
  tok_intake what = {0};
  tok_slice first;
  char *message = NULL;
  tok_buf out;
  if (argc < 1 || argc > 3) {
    tok_sql_error(ctx, func, "1 to 3 arguments (%s, format, options) expected, got %d",
                  is_path ? "path" : "text", argc);
    return;
  }
  if (sqlite3_value_type(argv[0]) == SQLITE_NULL) return;
  if (!text_argument(ctx, argc, argv, 1, &what.format) ||
      !text_argument(ctx, argc, argv, 2, &what.options) ||
      !text_argument(ctx, argc, argv, 0, &first)) {
    return;
  }
  if (is_path) what.path = (const char *)sqlite3_value_text(argv[0]);
  else what.text = first;
  if (is_path && what.path == NULL) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  tok_buf_init(&out, REPORT_MAX);
  int rc = tok_intake_run(sqlite3_context_db_handle(ctx), &what, &out, &message);
  if (rc == SQLITE_OK) {
    tok_sql_result_buf(ctx, func, &out);
    sqlite3_result_subtype(ctx, 'J');
  } else {
    tok_sql_failure(ctx, func, rc, message);
  }
  tok_buf_free(&out);
  sqlite3_free(message);
}

static void import_file_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  import(ctx, "tok_import", argc, argv, true);
}

static void import_text_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  import(ctx, "tok_import_text", argc, argv, false);
}

int tok_intake_register(sqlite3 *db) {
  static const tok_func_def texts[] = {
      {"tok_import_text", -1, TOK_WRITES | SQLITE_RESULT_SUBTYPE, import_text_func}};
  return tok_sql_functions(db, NULL, texts, 1);
}

int tok_ledger_register_files(sqlite3 *db) {
  static const tok_func_def files[] = {
      {"tok_import", -1, TOK_WRITES | SQLITE_RESULT_SUBTYPE, import_file_func}};
  return tok_sql_functions(db, NULL, files, 1);
}

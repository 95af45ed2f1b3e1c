/*
** Usage logs of other programs -> records. Bytes go in as they come, records and bad lines come
** out.
**
**     tok_log l;
**     tok_log_init(&l, TOK_LOG_AUTO, &options, &sink);
**     while (…bytes…) if (tok_log_feed(&l, bytes) != TOK_OK) break;
**     status = tok_log_end(&l);                      // then l.format is what it was taken for
**     tok_log_free(&l);
**
** Input is cut into documents: lines (JSON Lines), elements of a JSON array or whole JSON values
** that go over several lines, or CSV rows. A document that is malformed is reported with the number
** of its first line, and the next one goes on. Memory: one document (TOK_LOG_DOCUMENT_MAX) and its
** texts. Linear time.
**
** Records that carry no id of their own get one from all bytes of the input up to them: so a second
** import of the same log, or of one that has grown, finds the same ids, and equal rows of one log
** stay different. Two logs that begin with the same rows are taken for one that has grown.
*/
#ifndef TOK_LOG_H
#define TOK_LOG_H

#include "record.h"

enum {
  TOK_LOG_DOCUMENT_MAX = 64 << 20, /* bytes; agents' lines with pasted pictures have up to 20 MB */
  /* what telling the format looks at: some logs start with other kinds of lines */
  TOK_LOG_PROBE_BYTES = 1 << 18,
  TOK_LOG_NAMES_MAX = 32,          /* columns named and values set in options */
  TOK_CSV_ROW_MAX = 1 << 20, /* bytes; a quote that is never closed loses no more than that */
  TOK_CSV_COLUMNS_MAX = 256
};

typedef enum {
  TOK_LOG_AUTO,
  TOK_LOG_CSV,
  /* objects whose members are named like the ledger's columns, or usual names for them */
  TOK_LOG_JSONL,
  TOK_LOG_RESPONSES,
  TOK_LOG_OTEL,
  TOK_LOG_LITELLM,
  TOK_LOG_CLAUDE_CODE,
  TOK_LOG_CODEX,
  TOK_LOG_GEMINI_CLI,
  TOK_LOG_QWEN_CODE,
  TOK_LOG_OPENCODE,
  TOK_LOG_AMP,
  TOK_LOG_PI,
  TOK_LOG_FORMATS,
  TOK_LOG_UNKNOWN = TOK_LOG_FORMATS
} tok_log_format;

/* "csv", "claude-code", …; TOK_LOG_UNKNOWN for others, TOK_LOG_AUTO for "auto" and empty text. */
tok_log_format tok_log_format_find(tok_slice name);
const char *tok_log_format_name(tok_log_format format);
/* What the start of a text looks like; TOK_LOG_UNKNOWN if like nothing. */
tok_log_format tok_log_format_of(tok_slice start);

/* Texts are borrowed for as long as the log is open. */
typedef struct {
  struct {
    tok_slice theirs;
    tok_column ours;
  } names[TOK_LOG_NAMES_MAX];
  size_t n_names;
  struct {
    tok_column column;
    tok_slice value; /* for records that do not say it */
  } sets[TOK_LOG_NAMES_MAX];
  size_t n_sets;
} tok_log_options;

/*
** Reads {"columns": {"theirs": "ours", …}, "set": {"tenant_id": "acme", …}}; empty text is no
** options. `texts` keeps what had escapes. TOK_OK, TOK_NOMEM, or TOK_INVALID with a sentence in
** why.
*/
tok_status tok_log_options_read(tok_slice json, tok_log_options *out, tok_buf *texts,
                                char why[TOK_RECORD_WHY_BYTES]);

/* Where results go. Anything but TOK_OK ends the log with it. */
typedef struct {
  void *to;
  tok_status (*record)(void *to, int64_t line, const tok_record *r);
  tok_status (*bad)(void *to, int64_t line, const char *why);
} tok_log_sink;

/* What Codex counts; it says the sums of the session so far. */
enum {
  TOK_CODEX_INPUT,
  TOK_CODEX_CACHED,
  TOK_CODEX_OUTPUT,
  TOK_CODEX_REASONING,
  TOK_CODEX_WRITTEN,
  TOK_CODEX_SUMS
};
typedef struct {
  int64_t total[TOK_CODEX_SUMS]; /* of the session so far; cached and written are in the input */
  bool any;
} tok_log_totals;

typedef enum { TOK_CUT_LINES, TOK_CUT_JSON, TOK_CUT_CSV, TOK_CUT_NOWHERE } tok_log_cut;

typedef struct {
  tok_log_format format;
  const tok_log_options *options; /* borrowed */
  tok_log_sink sink;
  tok_status status;
  int64_t n_documents, n_records, n_ignored, n_bad;
  const char *unreadable; /* with TOK_NOTFOUND: what the input is instead of a log, or NULL */
  tok_slice written_at; /* borrowed, may be set: when the log was, for records that say no time */
  bool timeless;        /* of a record: it is of a kind that says no time */
  /* private: cutting */
  tok_buf pending; /* owned; the start of a document whose end has not come yet */
  bool started, skipping, in_string, array;
  bool stream; /* of responses: an array is the events of one */
  bool escape; /* of JSON: after a backslash. Of CSV: not at the start of a field */
  tok_log_cut cut;
  int depth;
  int64_t line, first_line; /* of the next byte; of the document */
  /* private: reading */
  tok_record record;
  tok_buf fields; /* owned; fields of a CSV row without their quotes */
  uint64_t chain, chain_before; /* hash of every document so far; but for the last one */
  int64_t n_chained;
  tok_log_totals totals;
  int64_t n_of_run; /* messages of `claude -p` since it began */
  char model[256], session[256];
  size_t model_len, session_len;
  /* Codex: the session that this one was forked from; the first of that line of forks */
  char parent[256], origin[256];
  size_t parent_len, origin_len;
  char separator;
  int16_t columns[TOK_CSV_COLUMNS_MAX]; /* of a CSV header: tok_column, or what log_csv.c says */
  bool cursor, litellm; /* whose table the CSV is */
  bool own;             /* tok_export's, which has cost_nano: a row without amounts is a request */
  bool weak[TOK_CSV_COLUMNS_MAX]; /* another column means the same, and is surer */
  int n_columns;
} tok_log;

/* `options` is borrowed until tok_log_free, *sink is copied. Allocates nothing. */
void tok_log_init(tok_log *l, tok_log_format format, const tok_log_options *options,
                  const tok_log_sink *sink);
/*
** TOK_OK, TOK_NOMEM, TOK_NOTFOUND (the format was to be told and could not be, or it is no text at
** all), or what the sink returned.
*/
tok_status tok_log_feed(tok_log *l, tok_slice bytes);
/* No more bytes: what is left is a document. As tok_log_feed. */
tok_status tok_log_end(tok_log *l);
void tok_log_free(tok_log *l);

#endif

/*
** One row for the ledger, being put together: from a provider's response, a line of some program's
** log, a row of a CSV file. What tok_responses and the importers hand to sql/import/put.sql.
*/
#ifndef TOK_RECORD_H
#define TOK_RECORD_H

#include "../base/buf.h"
#include "../usage/usage.h"

/* Columns of llm_usage that a record can fill. */
typedef enum {
  TOK_C_TIMESTAMP,
  TOK_C_PROVIDER,
  TOK_C_MODEL,
  TOK_C_TASK_TYPE,
  TOK_C_REQUEST_ID,
  TOK_C_RESPONSE_ID,
  TOK_C_TENANT_ID,
  TOK_C_USER_ID,
  TOK_C_API_KEY_ID,
  TOK_C_SESSION_ID,
  TOK_C_REQUEST_MODEL,
  TOK_C_SERVICE_TIER,
  TOK_C_STATUS,
  TOK_C_PROMPT_HASH,
  TOK_C_TAGS,
  TOK_C_METERS,
  TOK_C_QUALITY_SCORE,
  TOK_C_VALUE_USD,
  TOK_C_COST_NANO,
  TOK_C_REPORTED_COST_NANO,
  TOK_C_RESPONSE_TIME_MS,
  TOK_C_INPUT_TOKENS,
  TOK_C_OUTPUT_TOKENS,
  TOK_C_TOTAL_TOKENS,
  TOK_C_CACHE_READ_TOKENS,
  TOK_C_CACHE_WRITE_TOKENS,
  TOK_C_CACHE_WRITE_1H_TOKENS,
  TOK_C_REASONING_TOKENS,
  TOK_C_SYSTEM_TOKENS,
  TOK_C_CONTEXT_USED,
  TOK_C_CONTEXT_LIMIT,
  TOK_C_N
} tok_column;

typedef enum {
  TOK_KIND_TIME,  /* ISO-8601 or seconds, milliseconds, … since 1970; stored as ISO-8601 text */
  TOK_KIND_TEXT,
  TOK_KIND_JSON,  /* text that is a JSON object or array */
  TOK_KIND_REAL,  /* decimal text */
  TOK_KIND_NANO,  /* whole nano-dollars */
  TOK_KIND_MS,    /* milliseconds; a fraction is rounded */
  TOK_KIND_COUNT  /* whole, not negative */
} tok_kind;

typedef struct {
  const char *name;
  tok_kind kind;
} tok_column_info;

extern const tok_column_info tok_columns[TOK_C_N];

/* The column of that name, or TOK_C_N. */
tok_column tok_column_find(tok_slice name);

typedef enum { TOK_CELL_NONE, TOK_CELL_NUMBER, TOK_CELL_BORROWED, TOK_CELL_OWN } tok_cell_state;

typedef struct {
  tok_cell_state state;
  int64_t number; /* NUMBER; OWN: where the text starts in `texts` */
  tok_slice text; /* BORROWED; OWN: its length */
} tok_cell;

enum { TOK_RECORD_WHY_BYTES = 200 };

typedef struct {
  tok_cell cell[TOK_C_N];
  tok_buf texts;       /* owned; texts that are not in the input as they are */
  /* the request's instant, milliseconds since 1970; valid where TIMESTAMP is set */
  int64_t at_ms;
  char why[TOK_RECORD_WHY_BYTES]; /* what is wrong, a sentence; "" while nothing is */
} tok_record;

/* texts_max: bytes of texts that a record may have. */
void tok_record_init(tok_record *r, size_t texts_max);
void tok_record_clear(tok_record *r);
void tok_record_free(tok_record *r);

/* Remembers the first thing that is wrong: "<column> must be …, got '…'". */
void tok_record_wrong(tok_record *r, const char *column, const char *must, tok_slice got);

static inline bool tok_record_has(const tok_record *r, tok_column c) {
  return r->cell[c].state != TOK_CELL_NONE;
}
/* Is the column an amount: tokens, parts of them, a cost? */
bool tok_column_counts(tok_column c);
/* Does it say any amount? */
bool tok_record_counts(const tok_record *r);
tok_slice tok_record_text(const tok_record *r, tok_column c);

/* The number in the cell; 0 where it has none. */
static inline int64_t tok_record_number(const tok_record *r, tok_column c) {
  return r->cell[c].state == TOK_CELL_NUMBER ? r->cell[c].number : 0;
}
/* Adds n >= 0 to the count in the cell; where the sum does not fit the record is wrong. */
void tok_record_add(tok_record *r, tok_column c, int64_t n);

/* Each replaces the cell. A borrowed text must outlive the record's use. */
void tok_record_set_number(tok_record *r, tok_column c, int64_t n);
void tok_record_borrow(tok_record *r, tok_column c, tok_slice text);
void tok_record_copy(tok_record *r, tok_column c, tok_slice text);
/* A JSON string as tok_json gives it. */
void tok_record_string(tok_record *r, tok_column c, tok_slice raw, bool escaped);

/*
** The value as text (of a CSV field, a JSON number, an option) into the column, by its kind:
** checked, in the form in which the ledger keeps it. Empty text leaves the cell as it is.
*/
void tok_record_parse(tok_record *r, tok_column c, tok_slice text);
/* Dollars as text: whole nano-dollars, rounded half to even. */
void tok_record_usd(tok_record *r, tok_column c, tok_slice text);

/*
** An instant as text: ISO-8601 with or without offset and fraction, or a number of seconds,
** milliseconds, microseconds or nanoseconds since 1970, told apart by size (1e11 seconds is the
** year 5138). TOK_OK or TOK_INVALID.
*/
tok_status tok_record_instant(tok_slice text, int64_t *milliseconds);

/*
** What the response counts, where the record does not say it yet: tokens, model, provider, id,
** tier, reported cost.
*/
void tok_record_usage(tok_record *r, const tok_usage *u);

#endif

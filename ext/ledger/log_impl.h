/*
** Inside of the log reader: what log.c (cutting), log_json.c and log_record.c, log_shapes.c and
** log_csv.c share.
*/
#ifndef TOK_LOG_IMPL_H
#define TOK_LOG_IMPL_H

#include "../base/json.h"
#include "log.h"

/* What a member of a JSON document means for the record. */
typedef enum {
  TOK_LOG_VALUE, /* by the column's kind */
  TOK_LOG_ADD,   /* a count, added to what the column has */
  TOK_LOG_USD,   /* dollars */
  TOK_LOG_FINISH,/* an instant; what has passed since the timestamp is the response time */
  TOK_LOG_USAGE, /* an object for tok_usage, or the text of one */
  TOK_LOG_RAW,   /* any JSON, as it is written: tags */
  TOK_LOG_ID,    /* identifies the record where there is no response_id */
  TOK_LOG_ONLY,  /* must be `text`, else the record is none */
  TOK_LOG_NOT,   /* must not begin with `text`; else a VALUE */
  TOK_LOG_KIND,  /* what the document calls itself */
  TOK_LOG_KEEP_MODEL,   /* text; holds for this and the records after it */
  TOK_LOG_KEEP_SESSION, /* the same */
  TOK_LOG_SESSION, /* of Codex: the session of this file or, next, one that it was forked from */
  TOK_LOG_FORK,    /* the session whose lines this one begins with */
  TOK_LOG_PARENT,  /* the session that began this one, and may have given it its lines */
  TOK_LOG_TOTAL, /* column: index into totals: the session's sum so far */
  TOK_LOG_LAST,  /* the same of the last request */
  TOK_LOG_INSIDE, /* a string that holds an object, whose members count as this member's */
  TOK_LOG_MODELS, /* an object whose members are named as models; of one, it is the record's */
  TOK_LOG_FREE   /* true: the request cost nothing */
} tok_log_act;

/*
** Paths are members joined by dots, arrays do not count; "@x" is an OpenTelemetry attribute x, in
** either of its two writings.
*/
typedef struct {
  const char *path;
  uint8_t act, column;
  const char *text;
} tok_log_member;

typedef struct {
  const char *name;
  const char *each; /* path of the objects that are records; NULL: the document */
  const char *provider; /* where neither the record nor its usage says one */
  bool own_provider;    /* whatever its usage says */
  bool id_of_session;   /* ids are unique within a session only */
  bool timeless;     /* what says no time is of when the log was written */
  bool whole;        /* the record's whole object goes to tok_usage */
  bool cache_on_top, reasoning_on_top; /* of the counts given as members */
  const char *prefix; /* of ids made from TOK_LOG_ID */
  const tok_log_member *members; /* ends with a NULL path */
} tok_log_shape;

extern const tok_log_shape tok_log_shapes[TOK_LOG_FORMATS];
/* The shape of a document: some programs have several. */
const tok_log_shape *tok_log_shape_of(tok_log_format format, tok_slice document);

/* Is it the start of server-sent events? Of an array of the events of one response? */
bool tok_log_is_sse(tok_slice start);
bool tok_log_is_stream(tok_slice start);

/*
** Usual names of the ledger's columns; case, spaces and punctuation do not matter. TOK_C_N: none;
** beyond it, what no column takes as it is.
*/
enum {
  TOK_C_COST_USD = TOK_C_N + 1, /* dollars that are the cost */
  TOK_C_REPORTED_USD,           /* dollars that the provider reports */
  TOK_C_INPUT_WRITTEN,          /* Cursor's input that was written to the cache, */
  TOK_C_INPUT_FRESH,            /* that which was not, */
  TOK_C_CHARGE,                 /* and how it is charged */
  TOK_C_INSIDE,                 /* LiteLLM's metadata, a JSON object, */
  TOK_C_ANSWERED                /* and whether it had the answer already */
};
int tok_log_alias(const tok_log *l, tok_slice name);
/* A field of that meaning as text. */
void tok_log_put(tok_log *l, int column, tok_slice text);

/* Each reads one document that starts in l->first_line and emits what it holds. */
void tok_log_json(tok_log *l, tok_slice document);
void tok_log_csv(tok_log *l, tok_slice document);
void tok_log_stream(tok_log *l, tok_slice events); /* of one response */
/* Reads each line of the text, the first of which is after l->first_line, as a document. */
void tok_log_rows(tok_log *l, tok_slice text);

/* The object in `text` is what the shape's member `path` holds: it goes into the record. */
void tok_log_inside(tok_log *l, const tok_log_shape *shape, const char *path, tok_slice text);

/* The request cost nothing if the text is "true" or "True". */
void tok_log_free_of_charge(tok_log *l, tok_slice text);

/* The record is complete: options are applied, and it goes to the sink or is reported as bad. */
void tok_log_emit(tok_log *l);
void tok_log_bad(tok_log *l, const char *why);

#endif

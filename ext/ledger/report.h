/*
** What tok_report reads: which roll-up, and which spans of time of it.
**
** A range of time is cut into spans that the roll-up has as whole hours or days, and edges that are
** read row by row. Where time is grouped by a zone's days, each of them is cut for itself, so that
** every span lies in one group.
*/
#ifndef TOK_REPORT_H
#define TOK_REPORT_H

#include "../base/buf.h"
#include "../base/zone.h"

/* Columns of the ledger that roll-ups are kept by; a question needs some of them. */
enum {
  TOK_BY_PROVIDER = 1,
  TOK_BY_MODEL = 2,
  TOK_BY_TASK = 4,
  TOK_BY_TENANT = 8,
  TOK_BY_OTHER = 16
};

/* A roll-up of sql/schema/0004_rollup.sql. */
typedef struct {
  const char *dim;       /* NULL: none has these columns, rows are read */
  bool hours, days, all; /* levels that it has */
} tok_rollup_dim;

/* The smallest roll-up that has all of these columns, bits of TOK_BY_…; 0: that of no column. */
tok_rollup_dim tok_rollup_dim_for(unsigned columns);

/* TOK_SPAN_LESS: rows that a span of days has too much, to be taken away from it. */
enum {
  TOK_SPAN_LESS = -2,
  TOK_SPAN_ROWS = -1,
  TOK_SPAN_ALL = 0,
  TOK_SPAN_HOURS = 3600,
  TOK_SPAN_DAYS = 86400
};

typedef struct {
  bool hours, days;
  bool less; /* where most of a day is asked for: the day, less the rest of it */
  const tok_zone *zone; /* of the groups; NULL: time is not grouped */
  tok_unit unit;
} tok_span_rules;

/*
** Spans of [from, to) as JSON, [[lo, hi, level], …] in order and, but for `less`, without gaps;
** neighbours of one level are one. Times must be in the range of time.h. O(groups) where the zone
** is not UTC.
*/
void tok_report_spans(int64_t from, int64_t to, const tok_span_rules *rules, tok_buf *out);

#endif

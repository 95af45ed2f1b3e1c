/*
** Summing up rows of the ledger as the roll-ups want them: what the trigger llm_rollup_fold does in
** SQL, several times faster. sql/schema/0004_rollup.sql says what the dims, levels and measures
** are; tok_audit() and the tests compare the two.
*/
#ifndef TOK_LEDGER_ROLLUP_H
#define TOK_LEDGER_ROLLUP_H

#include "tally.h"
#include "times.h"

/* The columns of a key, in the order of llm_rollup. */
enum { TOK_TENANT, TOK_PROVIDER, TOK_MODEL, TOK_TASK, TOK_N_KEYS };
/* The amounts of a row. */
enum { TOK_INPUT, TOK_OUTPUT, TOK_TOTAL, TOK_CACHE_READ, TOK_COST, TOK_MS, TOK_N_AMOUNTS };

/* {measures:} of sql/gen/measures.sql in its order; the known of an amount follows its sum. */
enum {
  TOK_SUM_REQUESTS,
  TOK_SUM_INPUT,
  TOK_SUM_COST = TOK_SUM_INPUT + 2 * TOK_COST,
  TOK_SUM_PRICED = TOK_SUM_COST + 2,
  TOK_SUM_MS,
  TOK_SUM_FIRST = TOK_SUM_MS + 2,
  TOK_SUM_LAST,
  TOK_N_SUMS
};

typedef struct {
  int64_t unix_time;
  tok_slice key[TOK_N_KEYS]; /* borrowed; ptr NULL: NULL */
  bool known[TOK_N_AMOUNTS];
  int64_t amount[TOK_N_AMOUNTS]; /* 0 where not known */
} tok_rollup_row;

/* A key of a roll-up, read back. dim is static, the slices are borrowed from the tally. */
typedef struct {
  const char *dim;
  int64_t level, bucket;
  bool used[TOK_N_KEYS];         /* else the column holds '' */
  tok_slice key[TOK_N_KEYS];     /* ptr NULL: NULL, stored as x'' */
} tok_rollup_key;

/*
** A list: of a group of rows its response times' bins; of an hour or a tuple of llm_rollup the
** groups of rows in it; of a day the hours in it.
*/
typedef struct {
  uint32_t next; /* index + 1 of the next link, 0: none */
  uint32_t what; /* a bin, or index + 1 of the first link of such a list */
} tok_rollup_link;

typedef struct {
  tok_tally rows;   /* by hour, all keys, with and without a cost */
  tok_tally groups; /* by key of llm_rollup */
  /* owned; n_links of cap_links. Each value array of a tally ends with the head of its list */
  tok_rollup_link *links;
  size_t n_links, cap_links;
  char *scratch;    /* owned; a key in the making */
  size_t scratch_cap;
  tok_status status; /* sticky; TOK_OVERFLOW when a sum leaves int64 */
} tok_rollup;

/* Allocates nothing. */
void tok_rollup_init(tok_rollup *r);
void tok_rollup_free(tok_rollup *r);
/* Counts a row, whose texts are copied. What is not known is 0; times are 0 ms or more. */
void tok_rollup_add(tok_rollup *r, const tok_rollup_row *row);
/* Fills groups, sorted, from what was added. Then read them, then tok_rollup_clear(). */
void tok_rollup_finish(tok_rollup *r);
void tok_rollup_clear(tok_rollup *r);

/* The key of an entry of `groups`. */
void tok_rollup_group_key(const tok_tally_entry *e, tok_rollup_key *out);
/* Response times of a group by bin; false if the group is one of those that do not count them. */
bool tok_rollup_group_times(const tok_rollup *r, const tok_tally_entry *e, tok_times *out);

#endif

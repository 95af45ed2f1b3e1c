/*
** Response times of a group, counted in bins: a sketch that can be added up, whose percentiles are
** off by at most 0.8 %.
**
** Bin b < 128 is b ms; else s = b / 64 - 1 and the bin is [(64 + b % 64) << s, + 1 << s) ms: 64
** bins an octave. The last one, 1664, begins at 2^31 ms. As text, the column `times` of llm_rollup:
** "612:3 640:1 612:-1", a bin and how many; in any order, repeated bins add up, so that plain SQL
** adds to it by ||. Written in order, each bin once, none of 0.
*/
#ifndef TOK_LEDGER_TIMES_H
#define TOK_LEDGER_TIMES_H

#include "../base/buf.h"

enum { TOK_N_BINS = 1665, TOK_BIN_WORDS = (TOK_N_BINS + 63) / 64 };

typedef struct {
  uint64_t used[TOK_BIN_WORDS]; /* bit b: bin b was counted; count[b] is undefined without it */
  int64_t count[TOK_N_BINS];
} tok_times;

/* The bin of a response time of 0 ms or more. */
int64_t tok_times_bin(int64_t ms);

/* Nothing is counted; before anything else. */
void tok_times_clear(tok_times *t);
/* False if a count leaves int64; the bin is as before then. bin < TOK_N_BINS. */
bool tok_times_add(tok_times *t, int64_t bin, int64_t n);
/* False if the text is malformed; what came before that is added. O(length). */
bool tok_times_read(tok_times *t, tok_slice text);
/* Appends the text, in order; nothing where nothing is counted. */
void tok_times_write(const tok_times *t, tok_buf *out);
/*
** The percentile at p in 0..1, interpolated between the middles of bins as tok_sample_percentile
** does. TOK_NOTFOUND: nothing is counted; TOK_INVALID: a count is negative; TOK_OVERFLOW.
*/
tok_status tok_times_percentile(const tok_times *t, double p, double *out);

#endif

/*
** A multiset of doubles that answers "the k-th smallest", exactly; what tok_percentile stands on.
**
** As an aggregate it is a plain array and one selection at the end: O(n). The first question or
** removal turns it into sorted runs of at most TOK_RUN_MAX values, in order, none empty: then a
** value is added, removed or found in O(run + n / run), which for a million values is about 3 us,
** whatever the window's frame. So a window costs in proportion to its rows and never sorts again.
**
** Memory: 8 bytes a value, at most three times that while runs are half full.
*/
#ifndef TOK_PERCENTILE_H
#define TOK_PERCENTILE_H

#include "../base/base.h"

enum { TOK_RUN_MAX = 1024 }; /* 8 KB: a move within a run stays in the first-level cache */

typedef struct {
  double *value; /* owned; room for TOK_RUN_MAX, sorted */
  size_t n;      /* 1..TOK_RUN_MAX */
} tok_run;

typedef struct {
  size_t n; /* values in the set */
  /* until the first question */
  double *all; /* owned; NULL from then on */
  size_t cap;
  /* from then on */
  bool sorted;
  tok_run *run; /* owned */
  size_t n_run, run_cap;
} tok_sample;

/* A zeroed tok_sample is empty. */
void tok_sample_free(tok_sample *s);

/* x: neither NaN nor infinite. TOK_OK or TOK_NOMEM, after which the set is as before. */
tok_status tok_sample_add(tok_sample *s, double x);

/* Takes one value equal to x out; one that is not there is left alone. TOK_OK or TOK_NOMEM. */
tok_status tok_sample_remove(tok_sample *s, double x);

/*
** The percentile at p in 0..1 of n >= 1 values, interpolated between neighbours (percentile_cont of
** SQL; type 7 of Hyndman and Fan, Sample Quantiles in Statistical Packages, 1996): the value at
** rank p * (n - 1). `keep`: more questions or changes will follow. Without it the values are only
** partly sorted, once.
*/
tok_status tok_sample_percentile(tok_sample *s, double p, bool keep, double *out);

#endif

/* The multiset behind tok_percentile; see percentile.h. Nothing of its own for SQL. */
#include <math.h>
#include <stdlib.h>

#include "percentile.h"

enum { RUN_FILL = TOK_RUN_MAX / 2, FIRST_CAP = 16 };

void tok_sample_free(tok_sample *s) {
  tok_free(s->all);
  for (size_t i = 0; i < s->n_run; i++) tok_free(s->run[i].value);
  tok_free(s->run);
  memset(s, 0, sizeof *s);
}

/* Doubles the room of an array of `size` bytes an element when it is full. */
static tok_status make_room(void *array, size_t *cap, size_t n, size_t size) {
  void *old = *(void **)array;
  if (n < *cap) return TOK_OK;
  size_t larger = *cap == 0 ? FIRST_CAP : *cap * 2;
  if (larger > SIZE_MAX / size) return TOK_NOMEM;
  void *p = tok_realloc(old, larger * size);
  if (p == NULL) return TOK_NOMEM;
  *(void **)array = p;
  *cap = larger;
  return TOK_OK;
}

/* ---- selection in an array ------------------------------------------------------------------- */

static inline void swap(double *a, double *b) {
  double t = *a;
  *a = *b;
  *b = t;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Median of three as pivot, moved to v[lo]. */
static void choose_pivot(double *v, size_t lo, size_t hi) {
  size_t mid = lo + (hi - lo) / 2;
  if (v[mid] < v[lo]) swap(&v[mid], &v[lo]);
  if (v[hi] < v[lo]) swap(&v[hi], &v[lo]);
  if (v[hi] < v[mid]) swap(&v[hi], &v[mid]);
  swap(&v[lo], &v[mid]);
}

/*
** Quickselect (Hoare): afterwards v[k] is what a sort would put there, nothing before it is larger,
** nothing after it smaller. Values made to defeat the pivot would take quadratic time, so after 2
** log2(n) rounds the rest is sorted.
*/
static void select_kth(double *v, size_t n, size_t k) {
  size_t lo = 0, hi = n - 1;
  int rounds = 8;
  for (size_t m = n; m > 0; m >>= 1) rounds += 2;
  while (hi > lo) {
    if (rounds-- == 0) {
      qsort(v + lo, hi - lo + 1, sizeof *v, by_value);
      return;
    }
    choose_pivot(v, lo, hi);
    double pivot = v[lo];
    size_t i = lo, j = hi + 1;
    for (;;) {
      do i++;
      while (i <= hi && v[i] < pivot);
      do j--;
      while (v[j] > pivot);
      if (i >= j) break;
      swap(&v[i], &v[j]);
    }
    swap(&v[lo], &v[j]);
    if (j == k) return;
    if (j < k) lo = j + 1;
    else hi = j - 1;
  }
}

/* ---- sorted runs ----------------------------------------------------------------------------- */

static tok_status insert_run(tok_sample *s, size_t at, const double *values, size_t n) {
  if (make_room(&s->run, &s->run_cap, s->n_run, sizeof *s->run) != TOK_OK) return TOK_NOMEM;
  double *copy = tok_malloc(TOK_RUN_MAX * sizeof *copy);
  if (copy == NULL) return TOK_NOMEM;
  if (n > 0) memcpy(copy, values, n * sizeof *copy);
  memmove(s->run + at + 1, s->run + at, (s->n_run - at) * sizeof *s->run);
  s->run[at] = (tok_run){copy, n};
  s->n_run++;
  return TOK_OK;
}

static void drop_run(tok_sample *s, size_t at) {
  tok_free(s->run[at].value);
  s->n_run--;
  memmove(s->run + at, s->run + at + 1, (s->n_run - at) * sizeof *s->run);
}

/* The array becomes runs; out of memory leaves it an array. */
static tok_status sort_all(tok_sample *s) {
  if (s->sorted) return TOK_OK;
  if (s->n > 0) qsort(s->all, s->n, sizeof *s->all, by_value);
  for (size_t at = 0; at < s->n; at += RUN_FILL) {
    size_t n = s->n - at < RUN_FILL ? s->n - at : RUN_FILL;
    if (insert_run(s, s->n_run, s->all + at, n) == TOK_OK) continue;
    while (s->n_run > 0) drop_run(s, s->n_run - 1);
    return TOK_NOMEM;
  }
  tok_free(s->all);
  s->all = NULL;
  s->cap = 0;
  s->sorted = true;
  return TOK_OK;
}

/* The first run whose last value is not less than x; n_run if all are. */
static size_t find_run(const tok_sample *s, double x) {
  size_t lo = 0, hi = s->n_run;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    const tok_run *r = &s->run[mid];
    if (r->value[r->n - 1] < x) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/* The first place in the run whose value is not less than x. */
static size_t find_in_run(const tok_run *r, double x) {
  size_t lo = 0, hi = r->n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (r->value[mid] < x) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

static tok_status add_sorted(tok_sample *s, double x) {
  size_t at = find_run(s, x);
  if (at == s->n_run) {
    if (at == 0) {
      if (insert_run(s, 0, &x, 1) != TOK_OK) return TOK_NOMEM;
      s->n++;
      return TOK_OK;
    }
    at--; /* larger than all: into the last run */
  }
  tok_run *r = &s->run[at];
  if (r->n == TOK_RUN_MAX) {
    if (insert_run(s, at + 1, r->value + RUN_FILL, TOK_RUN_MAX - RUN_FILL) != TOK_OK)
      return TOK_NOMEM;
    s->run[at].n = RUN_FILL;
    r = &s->run[x > s->run[at].value[RUN_FILL - 1] ? at + 1 : at];
  }
  size_t i = find_in_run(r, x);
  memmove(r->value + i + 1, r->value + i, (r->n - i) * sizeof *r->value);
  r->value[i] = x;
  r->n++;
  s->n++;
  return TOK_OK;
}

/*
** Two neighbours that fit into half a run become one, so that a shrinking window gives memory back.
*/
static void join_runs(tok_sample *s, size_t at) {
  if (at + 1 >= s->n_run) return;
  tok_run *a = &s->run[at], *b = a + 1;
  if (a->n + b->n > RUN_FILL) return;
  memcpy(a->value + a->n, b->value, b->n * sizeof *b->value);
  a->n += b->n;
  drop_run(s, at + 1);
}

tok_status tok_sample_add(tok_sample *s, double x) {
  if (s->sorted) return add_sorted(s, x);
  if (make_room(&s->all, &s->cap, s->n, sizeof *s->all) != TOK_OK) return TOK_NOMEM;
  s->all[s->n++] = x;
  return TOK_OK;
}

tok_status tok_sample_remove(tok_sample *s, double x) {
  if (sort_all(s) != TOK_OK) return TOK_NOMEM;
  size_t at = find_run(s, x);
  if (at == s->n_run) return TOK_OK;
  tok_run *r = &s->run[at];
  size_t i = find_in_run(r, x);
  if (i == r->n || r->value[i] != x) return TOK_OK;
  r->n--;
  s->n--;
  memmove(r->value + i, r->value + i + 1, (r->n - i) * sizeof *r->value);
  if (r->n == 0) drop_run(s, at);
  else join_runs(s, at);
  return TOK_OK;
}

/* The value of that rank and the next one (the last: itself). */
static void neighbours(const tok_sample *s, size_t rank, double pair[2]) {
  size_t at = 0;
  while (rank >= s->run[at].n) rank -= s->run[at++].n;
  const tok_run *r = &s->run[at];
  pair[0] = pair[1] = r->value[rank];
  if (rank + 1 < r->n) pair[1] = r->value[rank + 1];
  else if (at + 1 < s->n_run) pair[1] = s->run[at + 1].value[0];
}

/* The same of the array, which is left partly sorted. */
static void select_neighbours(tok_sample *s, size_t rank, double pair[2]) {
  select_kth(s->all, s->n, rank);
  pair[0] = pair[1] = s->all[rank];
  if (rank + 1 < s->n) pair[1] = s->all[rank + 1];
  for (size_t i = rank + 2; i < s->n; i++) {
    if (s->all[i] < pair[1]) pair[1] = s->all[i];
  }
}

tok_status tok_sample_percentile(tok_sample *s, double p, bool keep, double *out) {
  double rank = p * (double)(s->n - 1), pair[2];
  size_t below = (size_t)rank;
  double part = rank - floor(rank);
  if (keep && sort_all(s) != TOK_OK) return TOK_NOMEM;
  if (s->sorted) neighbours(s, below, pair);
  else select_neighbours(s, below, pair);
  /* equal neighbours exactly; and no difference, which could overflow */
  *out = pair[0] == pair[1] ? pair[0] : pair[0] * (1 - part) + pair[1] * part;
  return TOK_OK;
}

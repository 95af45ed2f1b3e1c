/* The multiset behind tok_percentile against sorting, on random and on hostile sequences. */
#include <math.h>

#include "../../ext/ledger/percentile.h"
#include "../check.h"

static uint64_t seed = 88172645463325252ULL;

static uint64_t random_u64(void) { /* xorshift64, Marsaglia 2003 */
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* By the definition, with a sort of its own. */
static double naive(const double *v, size_t n, double p) {
  double *copy = malloc(n * sizeof *copy), rank = p * (double)(n - 1);
  memcpy(copy, v, n * sizeof *copy);
  qsort(copy, n, sizeof *copy, by_value);
  size_t i = (size_t)rank;
  double part = rank - floor(rank), a = copy[i], b = copy[i + 1 < n ? i + 1 : i];
  free(copy);
  return a == b ? a : a * (1 - part) + b * part;
}

static const double fractions[] = {0, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1};
enum { N_FRACTIONS = sizeof fractions / sizeof fractions[0], N = 20000 };

static double shape(int kind, size_t i) {
  switch (kind) {
  case 0: return (double)(random_u64() % 1000000) / 7;
  case 1: return (double)i;                    /* rising */
  case 2: return -(double)i;                   /* falling */
  case 3: return (double)(random_u64() % 3);   /* nearly all equal */
  case 4: return 42;
  default: return (double)((i % 2) != 0 ? i : N - i); /* organ pipe */
  }
}

static void selects_as_sorting_does(void) {
  static double v[N];
  for (int kind = 0; kind < 6; kind++) {
    for (size_t n = 1; n <= N; n = n < 8 ? n + 1 : n * 3) {
      for (size_t k = 0; k < N_FRACTIONS; k++) {
        tok_sample s = {0};
        double x = 0;
        for (size_t i = 0; i < n; i++) {
          v[i] = shape(kind, i);
          CHECK_INT(tok_sample_add(&s, v[i]), TOK_OK);
        }
        CHECK_INT(tok_sample_percentile(&s, fractions[k], k % 2 != 0, &x), TOK_OK);
        CHECK(x == naive(v, n, fractions[k]));
        tok_sample_free(&s);
      }
    }
  }
}

/* A window over a sequence: adds at one end, removes at the other. */
static void slides_as_sorting_does(void) {
  static double v[N];
  static const size_t widths[] = {1, 2, 100, 3000};
  for (int kind = 0; kind < 6; kind++) {
    for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
      tok_sample s = {0};
      for (size_t i = 0; i < N; i++) {
        double x = 0;
        v[i] = shape(kind, i);
        CHECK_INT(tok_sample_add(&s, v[i]), TOK_OK);
        if (i >= widths[w]) CHECK_INT(tok_sample_remove(&s, v[i - widths[w]]), TOK_OK);
        if (i % 997 != 0) continue;
        size_t n = i + 1 < widths[w] ? i + 1 : widths[w];
        CHECK_INT(s.n, n);
        CHECK_INT(tok_sample_percentile(&s, 0.95, true, &x), TOK_OK);
        CHECK(x == naive(v + i + 1 - n, n, 0.95));
      }
      tok_sample_free(&s);
    }
  }
}

/* Adds and removes in any order, down to nothing and up again; memory follows the values. */
static void shrinks_and_grows(void) {
  static double v[N];
  size_t n = 0;
  tok_sample s = {0};
  for (int turn = 0; turn < 6; turn++) {
    bool growing = turn % 2 == 0;
    for (int i = 0; i < 30000; i++) {
      bool add = random_u64() % 10 < (growing ? 8u : 2u);
      if (add && n < N) {
        v[n] = (double)(random_u64() % 5000);
        CHECK_INT(tok_sample_add(&s, v[n++]), TOK_OK);
      } else if (n > 0) {
        size_t k = random_u64() % n;
        CHECK_INT(tok_sample_remove(&s, v[k]), TOK_OK);
        v[k] = v[--n];
      }
    }
    CHECK_INT(s.n, n);
    CHECK(s.n_run <= 4 * n / TOK_RUN_MAX + 4);
    for (size_t k = 0; k < N_FRACTIONS && n > 0; k++) {
      double x = 0;
      CHECK_INT(tok_sample_percentile(&s, fractions[k], true, &x), TOK_OK);
      CHECK(x == naive(v, n, fractions[k]));
    }
  }
  CHECK_INT(tok_sample_remove(&s, -1), TOK_OK); /* is not there */
  CHECK_INT(s.n, n);
  tok_sample_free(&s);
}

static void keeps_within_range(void) {
  tok_sample s = {0};
  double x = 0;
  tok_sample_add(&s, -1.7e308);
  tok_sample_add(&s, 1.7e308);
  CHECK_INT(tok_sample_percentile(&s, 0.5, false, &x), TOK_OK);
  CHECK(x == 0);
  tok_sample_free(&s);
}

CHECK_MAIN({"selects_as_sorting_does", selects_as_sorting_does},
           {"slides_as_sorting_does", slides_as_sorting_does},
           {"shrinks_and_grows", shrinks_and_grows}, {"keeps_within_range", keeps_within_range})

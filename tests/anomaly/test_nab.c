/*
** The scorer of the benchmark itself: nothing is 0, perfect is 100, and the weights are those of
** the definition.
*/
#include <math.h>

#include "../check.h"
#include "nab.h"

enum { N = 100, FROM = 40, TO = 60 };

static double value[N], score[N], weight[N];
static int window[N];
static nab_series series = {
    .n = N, .value = value, .score = score, .weight = weight, .window = window};

static void lay_out(void) {
  for (int i = 0; i < N; i++) {
    window[i] = i < 15 ? -2 : i >= FROM && i < TO ? 0 : -1;
    score[i] = 0;
  }
  nab_weigh(&series);
}

static double best(int profile) {
  nab_result r;
  CHECK_INT(nab_score(&series, 1, 1, &nab_profiles[profile], &r), 0);
  return r.score;
}

static void weights(void) {
  lay_out();
  CHECK(fabs(weight[FROM] - 1) < 1e-12);
  CHECK(weight[TO - 1] > 0 && weight[TO - 1] < 0.13);
  CHECK(weight[TO] < 0 && weight[TO] > -0.14);
  CHECK(weight[N - 1] < -0.99);
  CHECK(weight[FROM - 1] == -1); /* before the first window there is nothing to be late for */
}

static void none_and_perfect(void) {
  for (int p = 0; p < NAB_PROFILES; p++) {
    lay_out();
    CHECK(best(p) == 0);
    score[FROM] = 1;
    CHECK(fabs(best(p) - 100) < 1e-9);
  }
}

/*
** A later alarm is worth less, more alarms in the window nothing, one outside costs its profile's
** price.
*/
static void late_double_and_false(void) {
  lay_out();
  score[FROM + 10] = 1;
  double late = best(0);
  CHECK(late > 90 && late < 100);
  score[FROM + 12] = 1;
  CHECK(best(0) == late);
  score[20] = 1;
  CHECK(fabs(best(0) - (late - 100 * 0.11 / 2)) < 1e-9);
  CHECK(fabs(best(1) - (late - 100 * 0.22 / 2)) < 1e-9);
  score[20] = 0.5; /* a threshold above it exists */
  CHECK(best(0) == late);
  score[5] = 9; /* probation does not count */
  CHECK(best(0) == late);
}

CHECK_MAIN({"weights", weights}, {"none is 0, perfect 100", none_and_perfect},
           {"late, double and false alarms", late_double_and_false})

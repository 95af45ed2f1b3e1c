/*
** A few helpers over CUnit, so that a test program is its tests and one line:
**
**     #include "../check.h"
**     static void adds(void) { CHECK_INT(1 + 1, 2); }
**     CHECK_MAIN({"adds", adds})
**
** A failing check prints file:line with both values, and the test goes on. The program ends with
** "N passed, N failed" (tests, not checks), which tests/run.sh reads, and exits 1 if any failed.
*/
#ifndef TOK_CHECK_H
#define TOK_CHECK_H

#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHECK_SHOWN_MAX = 20 }; /* further failures of one test are only counted */

static int check_shown;

/* Printed at once: what crashes later does not take the message with it. */
static inline int check_note(int ok, const char *file, int line, const char *what) {
  CU_assertImplementation(ok, (unsigned)line, what, file, "", CU_FALSE);
  if (!ok && check_shown++ < CHECK_SHOWN_MAX) {
    printf("%s:%d: %s\n", file, line, what);
    fflush(stdout);
  }
  return ok;
}

static inline int check_int(int64_t got, int64_t expected, const char *text, const char *file,
                            int line) {
  char what[512];
  snprintf(what, sizeof what, "%s is %lld, expected %lld", text, (long long)got,
           (long long)expected);
  return check_note(got == expected, file, line, what);
}

static inline int check_bytes(const void *got, size_t got_n, const void *expected,
                              size_t expected_n, const char *text, const char *file, int line) {
  int ok = got_n == expected_n && (got_n == 0 || memcmp(got, expected, got_n) == 0);
  char what[1024];
  snprintf(what, sizeof what, "%s is \"%.*s\" (%zu bytes), expected \"%.*s\" (%zu bytes)", text,
           (int)(got_n > 300 ? 300 : got_n), got_n == 0 ? "" : (const char *)got, got_n,
           (int)(expected_n > 300 ? 300 : expected_n),
           expected_n == 0 ? "" : (const char *)expected, expected_n);
  return check_note(ok, file, line, what);
}

static inline int check_str(const char *got, const char *expected, const char *text,
                            const char *file, int line) {
  if (got == NULL || expected == NULL) {
    char what[512];
    snprintf(what, sizeof what, "%s is %s, expected %s", text, got == NULL ? "NULL" : got,
             expected == NULL ? "NULL" : expected);
    return check_note(got == expected, file, line, what);
  }
  return check_bytes(got, strlen(got), expected, strlen(expected), text, file, line);
}

/* Each is an expression, true if the check held: a test may stop where going on is senseless. */
#define CHECK(condition) check_note(!!(condition), __FILE__, __LINE__, #condition)
#define CHECK_INT(got, expected) \
  check_int((int64_t)(got), (int64_t)(expected), #got, __FILE__, __LINE__)
#define CHECK_STR(got, expected) check_str(got, expected, #got, __FILE__, __LINE__)
#define CHECK_BYTES(got, got_n, expected, expected_n) \
  check_bytes(got, got_n, expected, expected_n, #got, __FILE__, __LINE__)
/* Says that a test could not run here, and why; it counts as passed. */
#define CHECK_SKIP(why) printf("skip %s: %s\n", __func__, why)

typedef struct {
  const char *name;
  void (*func)(void);
} check_test;

static void check_started(const CU_pTest test, const CU_pSuite suite) {
  (void)test;
  (void)suite;
  check_shown = 0;
}

static void check_complete(const CU_pTest test, const CU_pSuite suite,
                           const CU_pFailureRecord failure) {
  (void)suite;
  if (failure != NULL) printf("FAILED %s\n", test->pName);
}

/* An argument runs only the tests whose name contains it. */
static inline int check_run(int argc, char **argv, const check_test *tests, size_t n) {
  if (CU_initialize_registry() != CUE_SUCCESS) return 1;
  CU_pSuite suite = CU_add_suite("tests", NULL, NULL);
  for (size_t i = 0; i < n; i++) {
    if (argc > 1 && strstr(tests[i].name, argv[1]) == NULL) continue;
    if (CU_add_test(suite, tests[i].name, tests[i].func) == NULL) return 1;
  }
  CU_set_test_start_handler(check_started);
  CU_set_test_complete_handler(check_complete);
  CU_run_all_tests();
  unsigned run = CU_get_number_of_tests_run(), failed = CU_get_number_of_tests_failed();
  CU_cleanup_registry();
  printf("%u passed, %u failed\n", run - failed, failed);
  return failed != 0 || run == 0;
}

#define CHECK_MAIN(...)                                              \
  int main(int argc, char **argv) {                                  \
    static const check_test tests[] = {__VA_ARGS__};                 \
    return check_run(argc, argv, tests, sizeof tests / sizeof tests[0]); \
  }

#endif

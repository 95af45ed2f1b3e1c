/* Time: text and Unix seconds agree over the whole range; what is not a time is refused. */
#include "../../ext/base/time.h"
#include "../check.h"

static const struct {
  const char *text;
  int64_t seconds;
} known[] = {
    {"1970-01-01", 0},
    {"1970-01-01T00:00:00Z", 0},
    {"1969-12-31 23:59:59", -1},
    {"2026-01-31T23:59:59Z", 1769903999},
    {"2026-01-31 23:59:59", 1769903999},
    {"2026-01-31T23:59", 1769903940},
    {"2026-01-31T23:59:59.999Z", 1769903999},
    {"2026-02-01T01:59:59+02:00", 1769903999},
    {"2026-02-01T01:59:59+0200", 1769903999},
    {"2026-01-31T18:29:59-05:30", 1769903999},
    {"2000-02-29", 951782400},
    {"2024-02-29T12:00:00z", 1709208000},
    {"0000-01-01", TOK_TIME_MIN},
    {"9999-12-31T23:59:59Z", TOK_TIME_MAX},
    {"0001-01-01t00:00:00Z", -62135596800},
};

static void reads_what_it_should(void) {
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    int64_t s = INT64_MIN;
    if (!CHECK(tok_time_parse(tok_slice_of(known[i].text), &s) == TOK_OK &&
               s == known[i].seconds)) {
      printf("  %s gave %lld\n", known[i].text, (long long)s);
    }
  }
}

static void refuses_the_rest(void) {
  static const char *const bad[] = {"",
                                    "2026",
                                    "2026-1-01",
                                    "2026-13-01",
                                    "2026-00-10",
                                    "2026-02-29",
                                    "1900-02-29",
                                    "2026-04-31",
                                    "2026-01-00",
                                    "2026-01-01T",
                                    "2026-01-01T24:00:00Z",
                                    "2026-01-01T23:60:00Z",
                                    "2026-01-01T23:59:60Z",
                                    "2026-01-01T1:00:00Z",
                                    "2026-01-01Z",
                                    "2026-01-01 10:00 ",
                                    " 2026-01-01",
                                    "2026-01-01T10:00:00.Z",
                                    "2026-01-01T10:00:00+24:00",
                                    "2026-01-01T10:00:00+1",
                                    "2026-01-01T10:00:00UTC",
                                    "now",
                                    "+2026-01-01",
                                    "0000-01-01T00:00:00+00:01",
                                    "9999-12-31T23:59:59-00:01",
                                    "20260101T000000Z"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    int64_t s = 7;
    if (!CHECK(tok_time_parse(tok_slice_of(bad[i]), &s) == TOK_INVALID && s == 7))
      printf("  %s\n", bad[i]);
  }
  int64_t s;
  CHECK_INT(tok_time_parse((tok_slice){"2026-01-01\0", 11}, &s), TOK_INVALID);
}

/* Every day of 10,000 years, each at another second of the day, there and back. */
static void goes_there_and_back(void) {
  int64_t expected_day = tok_days_from_civil(0, 1, 1);
  for (int64_t t = TOK_TIME_MIN; t <= TOK_TIME_MAX; t += 86400 + 7) {
    char text[TOK_TIME_TEXT_BYTES];
    tok_time_format(t, text);
    int64_t back;
    if (tok_time_parse(tok_slice_of(text), &back) != TOK_OK || back != t) {
      CHECK(false && "there and back");
      printf("  %lld %s\n", (long long)t, text);
      return;
    }
  }
  int64_t year;
  int month, day;
  tok_civil_from_days(expected_day, &year, &month, &day);
  CHECK(year == 0 && month == 1 && day == 1);
  CHECK_INT(tok_days_from_civil(1970, 1, 1), 0);
}

static void knows_days(void) {
  CHECK_INT(tok_weekday(0), 4);
  CHECK_INT(tok_weekday(-1), 3);
  CHECK_INT(tok_weekday(1769903999), 6); /* 2026-01-31, a Saturday */
  CHECK_INT(tok_weekday(1769904000), 7);
  CHECK_INT(tok_second_of_day(-1), 86399);
  CHECK_INT(tok_second_of_day(86400), 0);
}

CHECK_MAIN({"reads what it should", reads_what_it_should}, {"refuses the rest", refuses_the_rest},
           {"goes there and back", goes_there_and_back}, {"knows days", knows_days})

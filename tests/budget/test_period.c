/* Periods: what is read and how it is written again, and the spans of hand-checked instants. */
#include "../../ext/budget/period.h"
#include "../check.h"

static int64_t at(const char *text) {
  int64_t t = 0;
  if (!CHECK(tok_time_parse(tok_slice_of(text), &t) == TOK_OK)) printf("  %s\n", text);
  return t;
}

static bool read(const char *text, tok_period *p) {
  const char *wrong = NULL;
  tok_status s = tok_period_parse(tok_slice_of(text), p, &wrong);
  CHECK((s == TOK_OK) == (wrong == NULL));
  return s == TOK_OK;
}

static void canonical_text(void) {
  static const char *const known[][2] = {
      {"month", "month"},
      {"Weekly", "week"},
      {" hour ", "hour"},
      {"lifetime", "lifetime"},
      {"every 5h", "every 5h"},
      {"every 5 hours anchor 2026-01-01T00:00Z", "every 5h anchor 2026-01-01T00:00:00Z"},
      {"EVERY 120 min", "every 2h"},
      {"every 90s", "every 90s"},
      {"every hour", "every 1h"},
      {"every 2d", "every 2d"},
      {"every 14 days", "every 14d"},
      {"every 14 days anchor 2026-01-05", "every 2w anchor 2026-01-05"},
      {"every week", "every 1w"},
      {"every 1 month anchor 2026-01-31", "every 1 month anchor 2026-01-31"},
      {"every quarter", "every 3 months"},
      {"every 2 years anchor 2024-02-29 06:00", "every 24 months anchor 2024-02-29T06:00:00"},
      {"every month anchor 2026-01-31T00:00+02:00", "every 1 month anchor 2026-01-30T22:00:00Z"},
      {"every 1mo", "every 1 month"},
      {"rolling 24h", "rolling 24h/60"},
      {"rolling 24h / 48", "rolling 24h/48"},
      {"rolling 7 days", "rolling 168h/60"},
      {"rolling 7s", "rolling 7s/60"},
      {"rolling 61s/7", "rolling 61s/7"},
      {"bucket 90000/60s", "bucket 90000/1m"},
      {"bucket 9223372036854775807 / minute", "bucket 9223372036854775807/1m"},
  };
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    tok_period p;
    char text[TOK_PERIOD_TEXT_BYTES], again[TOK_PERIOD_TEXT_BYTES];
    if (!CHECK(read(known[i][0], &p))) {
      printf("  %s\n", known[i][0]);
      continue;
    }
    tok_period_format(&p, text);
    CHECK_STR(text, known[i][1]);
    CHECK(read(text, &p));
    tok_period_format(&p, again);
    CHECK_STR(again, text);
  }
}

static void refused(void) {
  static const char *const bad[] = {"",
                                    " ",
                                    "fortnight",
                                    "month anchor 2026-01-31",
                                    "months",
                                    "every",
                                    "every 0h",
                                    "every -5h",
                                    "every 5",
                                    "every 5x",
                                    "every 5h anchor",
                                    "every 5h anchor yesterday",
                                    "every 5h 2026-01-01",
                                    "every 5h anchor 2026-02-30",
                                    "every 2000 years",
                                    "every 9223372036854775808s",
                                    "every 99999999999999h",
                                    "rolling",
                                    "rolling 0h",
                                    "rolling month",
                                    "rolling 24h/0",
                                    "rolling 24h/2000",
                                    "rolling 24h/60 x",
                                    "rolling 24h/",
                                    "bucket",
                                    "bucket 0/60s",
                                    "bucket 5",
                                    "bucket 5/",
                                    "bucket 5/month",
                                    "bucket 5/60s x",
                                    "bucket 9223372036854775808/60s",
                                    "lifetime x",
                                    "every 5h anchor 2026-01-01T00:00Z x",
                                    "month\n",
                                    "every\t5h"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    tok_period p;
    if (!CHECK(!read(bad[i], &p))) printf("  '%s'\n", bad[i]);
  }
}

static void spans(void) {
  static const struct {
    const char *zone, *period, *t, *start, *end, *label;
  } known[] = {
      {"UTC", "every 5h anchor 2026-01-01T00:00Z", "2026-01-01T04:59:59Z", "2026-01-01",
       "2026-01-01T05:00", "2026-01-01T00:00:00Z"},
      {"UTC", "every 5h anchor 2026-01-01T00:00Z", "2025-12-31T23:59:59Z", "2025-12-31T19:00",
       "2026-01-01", "2025-12-31T19:00:00Z"},
      {"+02:00", "every 5h anchor 2026-01-01", "2025-12-31T22:00Z", "2025-12-31T22:00",
       "2026-01-01T03:00", "2026-01-01T00:00:00+02:00"},
      {"UTC", "every 1 month anchor 2026-01-31", "2026-02-27T23:59:59Z", "2026-01-31", "2026-02-28",
       "2026-01-31"},
      {"UTC", "every 1 month anchor 2026-01-31", "2026-02-28", "2026-02-28", "2026-03-31",
       "2026-02-28"},
      {"UTC", "every 1 month anchor 2026-01-31", "2026-03-30T23:59:59Z", "2026-02-28", "2026-03-31",
       "2026-02-28"},
      {"UTC", "every 1 month anchor 2026-01-31", "2028-02-29", "2028-02-29", "2028-03-31",
       "2028-02-29"},
      {"UTC", "every 1 month anchor 2026-01-31", "1999-11-30", "1999-11-30", "1999-12-31",
       "1999-11-30"},
      {"UTC", "every year anchor 2024-02-29T06:00", "2027-02-28T05:59:59Z", "2026-02-28T06:00",
       "2027-02-28T06:00", "2026-02-28T06:00:00Z"},
      {"UTC", "every year anchor 2024-02-29T06:00", "2028-02-29T05:59:59Z", "2027-02-28T06:00",
       "2028-02-29T06:00", "2027-02-28T06:00:00Z"},
      {"UTC", "every year anchor 2000-02-29", "2100-02-28", "2100-02-28", "2101-02-28",
       "2100-02-28"},
      {"UTC", "every 2d", "1970-01-02T23:59:59Z", "1970-01-01", "1970-01-03", "1970-01-01"},
      {"UTC", "every week", "2026-03-08T23:59:59Z", "2026-03-02", "2026-03-09", "2026-03-02"},
      {"-05:00", "every 2d anchor 2026-01-01T09:00", "2026-01-01T13:59:59Z", "2025-12-30T14:00",
       "2026-01-01T14:00", "2025-12-30T09:00:00-05:00"},
      {"UTC", "month", "2026-02-28T23:59:59Z", "2026-02-01", "2026-03-01", "2026-02"},
      {"UTC", "rolling 24h/24", "2026-03-08T12:59:59Z", "2026-03-07T12:00", "2026-03-08T13:00",
       "2026-03-08T12:00:00Z"},
      {"UTC", "rolling 10s/4", "1970-01-01T00:00:14Z", "1970-01-01", "1970-01-01T00:00:15",
       "1970-01-01T00:00:12Z"},
      {"UTC", "rolling 10s/4", "1970-01-01T00:00:15Z", "1970-01-01T00:00:03", "1970-01-01T00:00:18",
       "1970-01-01T00:00:15Z"},
      {"UTC", "rolling 10s", "1970-01-01T00:00:12Z", "1970-01-01T00:00:02", "1970-01-01T00:00:13",
       "1970-01-01T00:00:12Z"},
      {"UTC", "rolling 24h/24", "2026-03-08T12:00:00Z", "2026-03-07T12:00", "2026-03-08T13:00",
       "2026-03-08T12:00:00Z"},
  };
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    tok_period p;
    tok_zone *z = NULL;
    tok_span span;
    char label[TOK_ZONE_TEXT_BYTES];
    if (!CHECK(read(known[i].period, &p))) continue;
    if (!CHECK(tok_zone_fixed(tok_slice_of(known[i].zone), &z) == TOK_OK)) continue;
    tok_period_at(&p, z, at(known[i].t), &span);
    tok_period_label(&p, z, at(known[i].t), label);
    int ok = CHECK_INT(span.start, at(known[i].start));
    ok = CHECK_INT(span.end, at(known[i].end)) && ok;
    ok = CHECK_STR(label, known[i].label) && ok;
    if (!ok) printf("  %s at %s\n", known[i].period, known[i].t);
    tok_zone_free(z);
  }
}

/* A check at t sums the buckets of tok_period_at; none of them may be forgotten before it has
   left every window. */
static void strict(const char *text, int64_t bucket_s) {
  tok_period p;
  tok_zone *z = NULL;
  CHECK(read(text, &p));
  CHECK(tok_zone_fixed(tok_slice_of("UTC"), &z) == TOK_OK);
  for (int64_t used_at = 1000; used_at < 1100; used_at++) {
    int64_t gone = tok_period_resets_at(&p, z, used_at);
    tok_span bucket, window;
    tok_period_counter(&p, z, used_at, &bucket);
    CHECK_INT(bucket.end - bucket.start, bucket_s);
    for (int64_t t = used_at; t < used_at + 120; t++) {
      tok_period_at(&p, z, t, &window);
      bool counted = bucket.start >= window.start && bucket.end <= window.end;
      CHECK_INT(counted, t < gone);
      if (t - used_at < 60) CHECK(counted); /* the window (t - 60, t] holds it */
    }
  }
  tok_zone_free(z);
}

static void rolling_is_strict(void) {
  strict("rolling 60s/12", 5);
  strict("rolling 60s/7", 9);
  strict("rolling 60s/1000", 1);
  strict("rolling 60s/1", 60);
}

/* What needs no calendar table has the same spans as the general way. */
static void regular_ones(void) {
  static const char *const periods[] = {"hour",
                                        "day",
                                        "week",
                                        "every 5h",
                                        "every 7m anchor 2026-01-01T00:03Z",
                                        "every 3d",
                                        "every 2w anchor 2026-01-07T10:00",
                                        "rolling 24h/48"};
  static const char *const zones[] = {"UTC", "+05:30", "-03:30", "+14"};
  for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
    for (size_t k = 0; k < sizeof zones / sizeof zones[0]; k++) {
      tok_period p;
      tok_zone *z = NULL;
      int64_t anchor, length;
      if (!CHECK(read(periods[i], &p) && tok_zone_fixed(tok_slice_of(zones[k]), &z) == TOK_OK))
        continue;
      CHECK(tok_period_is_regular(&p, z, &anchor, &length));
      for (int64_t t = -100000000; t < 4000000000; t += 777777777) {
        tok_span span;
        char label[TOK_ZONE_TEXT_BYTES], named[TOK_ZONE_TEXT_BYTES];
        tok_period_counter(&p, z, t, &span);
        CHECK(span.start <= t && t < span.end);
        CHECK_INT(((span.start - anchor) % length + length) % length, 0);
        CHECK_INT(span.end - span.start, length);
        if (p.kind != TOK_PERIOD_CALENDAR) continue;
        tok_zone_bucket(z, p.unit, t, &span);
        CHECK_INT(((span.start - anchor) % length + length) % length, 0);
        tok_period_label(&p, z, t, label);
        tok_zone_label(z, p.unit, span.start, named);
        CHECK_STR(label, named);
      }
      tok_zone_free(z);
    }
  }
}

static void not_regular(void) {
  static const char *const periods[] = {"month", "year", "every 1 month", "bucket 5/1s",
                                        "lifetime"};
  tok_zone *z = NULL;
  CHECK(tok_zone_fixed(tok_slice_of("UTC"), &z) == TOK_OK);
  for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
    tok_period p;
    int64_t anchor, length;
    CHECK(read(periods[i], &p) && !tok_period_is_regular(&p, z, &anchor, &length));
  }
  tok_zone_free(z);
}

/* From the first year to the last: each period holds its instant and meets its neighbour. */
static void all_of_time(void) {
  static const char *const periods[] = {"hour",
                                        "day",
                                        "week",
                                        "month",
                                        "quarter",
                                        "year",
                                        "every 5h",
                                        "every 1000 years",
                                        "every 11 months anchor 9999-12-31",
                                        "every 13d anchor 0000-01-01",
                                        "every 1 month anchor 0000-02-29",
                                        "rolling 1000 years/2"};
  tok_zone *z = NULL;
  CHECK(tok_zone_fixed(tok_slice_of("-11:45"), &z) == TOK_OK);
  for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
    tok_period p;
    const char *text =
        strcmp(periods[i], "rolling 1000 years/2") == 0 ? "rolling 365000d/2" : periods[i];
    if (!CHECK(read(text, &p))) continue;
    for (int64_t t = TOK_TIME_MIN; t <= TOK_TIME_MAX; t += (TOK_TIME_MAX - TOK_TIME_MIN) / 500) {
      tok_span span, next, before;
      char label[TOK_ZONE_TEXT_BYTES];
      tok_period_counter(&p, z, t, &span);
      CHECK(span.start <= t && t < span.end);
      tok_period_counter(&p, z, span.end, &next);
      CHECK_INT(next.start, span.end);
      tok_period_counter(&p, z, span.start - 1, &before);
      CHECK_INT(before.end, span.start);
      tok_period_label(&p, z, t, label);
    }
  }
  tok_zone_free(z);
}

CHECK_MAIN({"canonical_text", canonical_text}, {"refused", refused}, {"spans", spans},
           {"rolling_is_strict", rolling_is_strict}, {"regular_ones", regular_ones},
           {"not_regular", not_regular}, {"all_of_time", all_of_time})

/*
** Zones: fixed offsets, TZif bytes made here (so that no file is needed), rules past the table,
** local days that clocks cut, bytes that must be refused. tests/zones compares the machine's own
** files with Python's reading of them.
*/
#include "../../ext/base/zone.h"
#include "../../ext/base/zone_table.h"
#include "../check.h"

/* ---- TZif files made by hand ----------------------------------------------------------------- */

enum { FILE_BYTES_MAX = 4096, HEADER_BYTES = 44 };

typedef struct {
  unsigned char bytes[FILE_BYTES_MAX];
  size_t n;
} file;

typedef struct {
  int64_t at;
  int type;
} transition;

static void put_be(file *f, uint64_t v, int width) {
  for (int i = width - 1; i >= 0; i--) f->bytes[f->n++] = (unsigned char)(v >> (8 * i));
}

static void put_header(file *f, char version, size_t n_time, size_t n_type) {
  memcpy(f->bytes + f->n, "TZif", 4);
  f->bytes[f->n + 4] = (unsigned char)version;
  memset(f->bytes + f->n + 5, 0, 15);
  f->n += 20;
  put_be(f, 0, 4);
  put_be(f, 0, 4);
  put_be(f, 0, 4);
  put_be(f, n_time, 4);
  put_be(f, n_type, 4);
  put_be(f, 1, 4);
}

static void put_block(file *f, int width, const transition *t, size_t n, const int *offsets,
                      size_t n_type) {
  for (size_t i = 0; i < n; i++) put_be(f, (uint64_t)t[i].at, width);
  for (size_t i = 0; i < n; i++) f->bytes[f->n++] = (unsigned char)t[i].type;
  for (size_t i = 0; i < n_type; i++) {
    put_be(f, (uint64_t)(int64_t)offsets[i], 4);
    put_be(f, 0, 2);
  }
  f->bytes[f->n++] = 0;
}

static void make(file *f, const transition *t, size_t n, const int *offsets, size_t n_type,
                 const char *rule) {
  static const int nothing[] = {0};
  f->n = 0;
  put_header(f, '2', 0, 1);
  put_block(f, 4, NULL, 0, nothing, 1);
  put_header(f, '2', n, n_type);
  put_block(f, 8, t, n, offsets, n_type);
  f->n += (size_t)snprintf((char *)f->bytes + f->n, 100, "\n%s\n", rule);
}

/* In a block of exactly its size, so that a sanitizer sees a read past its end. */
static tok_status parse(const unsigned char *bytes, size_t n, tok_zone **z) {
  char *copy = malloc(n + (n == 0));
  memcpy(copy, bytes, n);
  *z = NULL;
  tok_status s = tok_zone_parse((tok_slice){copy, n}, z);
  free(copy);
  CHECK((s == TOK_OK) == (*z != NULL));
  return s;
}

static tok_zone *zone_of_rule(const char *rule) {
  static const int offset[] = {0};
  file f;
  tok_zone *z;
  make(&f, NULL, 0, offset, 1, rule);
  return parse(f.bytes, f.n, &z) == TOK_OK ? z : NULL;
}

static int64_t at(const char *text) {
  int64_t t = 0;
  CHECK(tok_time_parse(tok_slice_of(text), &t) == TOK_OK);
  return t;
}

/* ---- fixed offsets --------------------------------------------------------------------------- */

static void fixed_offsets(void) {
  static const struct {
    const char *text;
    int offset;
  } good[] = {{"UTC", 0},        {"utc", 0},        {"Z", 0},           {"z", 0},
              {"GMT", 0},        {"+05:30", 19800}, {"-0330", -12600},  {"UTC+06:00", 21600},
              {"UTC-8", -28800}, {"+14", 50400},    {"-23:59", -86340}, {"+00:00", 0}};
  static const char *const bad[] = {"",       "U",      "UT",      "UTC+",          "+",  "+5:3",
                                    "+24:00", "+05:60", "+05:300", "GMT+5",         "ZZ", "UTC 5",
                                    "+5 ",    "5",      "05:30",   "Europe/Berlin", "--5"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    tok_zone *z = NULL;
    if (!CHECK(tok_zone_fixed(tok_slice_of(good[i].text), &z) == TOK_OK)) continue;
    CHECK_INT(tok_zone_offset(z, 0), good[i].offset);
    CHECK_INT(tok_zone_utc(z, 1000000), 1000000 - good[i].offset);
    tok_zone_free(z);
  }
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    tok_zone *z = NULL;
    if (!CHECK(tok_zone_fixed(tok_slice_of(bad[i]), &z) == TOK_NOTFOUND))
      printf("  '%s'\n", bad[i]);
  }
}

static void labels(void) {
  static const struct {
    const char *time;
    tok_unit unit;
    const char *label;
  } known[] = {{"2026-03-08T06:30:00Z", TOK_UNIT_HOUR, "2026-03-08T12:00:00+05:30"},
               {"2026-03-08T18:29:59Z", TOK_UNIT_DAY, "2026-03-08"},
               {"2026-03-08T18:30:00Z", TOK_UNIT_DAY, "2026-03-09"},
               {"2026-03-08T18:29:59Z", TOK_UNIT_WEEK, "2026-W10"},
               {"2025-12-29T12:00:00Z", TOK_UNIT_WEEK, "2026-W01"},
               {"2027-01-03T12:00:00Z", TOK_UNIT_WEEK, "2026-W53"},
               {"2026-03-31T18:30:00Z", TOK_UNIT_MONTH, "2026-04"},
               {"2026-03-31T18:30:00Z", TOK_UNIT_QUARTER, "2026-Q2"},
               {"2026-12-31T18:29:59Z", TOK_UNIT_QUARTER, "2026-Q4"},
               {"2026-12-31T18:30:00Z", TOK_UNIT_YEAR, "2027"},
               {"9999-12-31T23:00:00Z", TOK_UNIT_DAY, "10000-01-01"},
               {"0000-01-01T00:00:00Z", TOK_UNIT_DAY, "0000-01-01"}};
  tok_zone *z = NULL;
  char text[TOK_ZONE_TEXT_BYTES];
  CHECK(tok_zone_fixed(tok_slice_of("+05:30"), &z) == TOK_OK);
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    tok_zone_label(z, known[i].unit, at(known[i].time), text);
    CHECK_STR(text, known[i].label);
  }
  tok_zone_free(z);
}

/* ---- tables and rules ------------------------------------------------------------------------ */

static void rules(void) {
  static const struct {
    const char *rule, *time;
    int hours_times_ten;
  } known[] = {
      {"EST5EDT,M3.2.0,M11.1.0", "2400-03-12T06:59:59Z", -50},
      {"EST5EDT,M3.2.0,M11.1.0", "2400-03-12T07:00:00Z", -40},
      {"EST5EDT,M3.2.0,M11.1.0", "2400-11-05T05:59:59Z", -40},
      {"EST5EDT,M3.2.0,M11.1.0", "2400-11-05T06:00:00Z", -50},
      {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-01-01", 110},
      {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-07-01", 105},
      {"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01", 10}, /* "daylight saving" in winter */
      {"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01", 0},
      {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z",
       -20}, /* Nuuk: the evening before */
      {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -10},
      {"XXX3EDT4,0/0,J365/23", "2026-01-01", -40}, /* the whole year; RFC 9636, 3.3.1 */
      {"XXX3EDT4,0/0,J365/23", "2026-01-01T03:00:00Z", -40},
      {"XXX3EDT4,0/0,J365/23", "2028-12-31T23:59:59Z", -40},
      {"AAA0BBB,J59,J60", "2028-02-28T02:00:00Z", 10}, /* Jn never counts 29 February … */
      {"AAA0BBB,J59,J60", "2028-03-01T00:59:59Z", 10},
      {"AAA0BBB,J59,J60", "2028-03-01T01:00:00Z", 0},
      {"AAA0BBB,58,59", "2028-02-29T00:59:59Z", 10}, /* … n does */
      {"AAA0BBB,58,59", "2028-02-29T01:00:00Z", 0},
      {"UTC0", "9999-12-31", 0},
  };
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    tok_zone *z = zone_of_rule(known[i].rule);
    if (!CHECK(z != NULL)) continue;
    if (!CHECK_INT(tok_zone_offset(z, at(known[i].time)), known[i].hours_times_ten * 360))
      printf("  %s at %s\n", known[i].rule, known[i].time);
    tok_zone_free(z);
  }
}

static void refused_rules(void) {
  static const char *const bad[] = {"E",
                                    "EST",
                                    "EST25",
                                    "EST5EDT",
                                    "EST5EDT,",
                                    "EST5EDT,M3.2.0",
                                    "EST5EDT,M13.1.0,M1.1.0",
                                    "EST5EDT,M3.6.0,M11.1.0",
                                    "EST5EDT,M3.2.7,M11.1.0",
                                    "EST5EDT,J0,J5",
                                    "EST5EDT,366,5",
                                    "EST5EDT,M3.2.0/168,M11.1.0",
                                    "EST5EDT,M3.2.0,M11.1.0x",
                                    "<+03-3",
                                    "EST5:60",
                                    "\"EST5"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    tok_zone *z = zone_of_rule(bad[i]);
    if (!CHECK(z == NULL)) printf("  %s\n", bad[i]);
    tok_zone_free(z);
  }
}

/* Samoa skips 30 December 2011; another zone's clocks go back over midnight, at 00:01, as St
   John's did. */
static void cut_days(void) {
  static const int offsets[] = {-36000, 50400, -12600, -9000};
  const transition samoa[] = {{1325239200, 1}};
  file f;
  tok_zone *z;
  tok_span b;
  char text[TOK_ZONE_TEXT_BYTES];
  make(&f, samoa, 1, offsets, 2, "<+14>-14");
  CHECK(parse(f.bytes, f.n, &z) == TOK_OK);
  tok_zone_bucket(z, TOK_UNIT_DAY, 1325239199, &b);
  CHECK_INT(b.end, 1325239200);
  tok_zone_label(z, TOK_UNIT_DAY, b.start, text);
  CHECK_STR(text, "2011-12-29");
  tok_zone_bucket(z, TOK_UNIT_DAY, b.end, &b);
  CHECK_INT(b.start, 1325239200);
  CHECK_INT(b.end, 1325325600);
  tok_zone_label(z, TOK_UNIT_DAY, b.start, text);
  CHECK_STR(text, "2011-12-31");
  CHECK_INT(tok_zone_utc(z, 1325203200), 1325239200); /* a local time of the 30th */
  tok_zone_free(z);

  const transition back[] = {{1143259200, 1},
                             {1162089060, 0}}; /* the second: 2006-10-29 00:01 -> 23:01 */
  make(&f, back, 2, offsets + 2, 2, "NST3:30");
  CHECK(parse(f.bytes, f.n, &z) == TOK_OK);
  tok_zone_bucket(z, TOK_UNIT_DAY, 1162089060 + 600, &b); /* the clock shows the 28th, again */
  CHECK_INT(b.start, 1162089000);
  CHECK_INT(b.end, 1162089060 + 59 * 60 + 86400);
  tok_zone_label(z, TOK_UNIT_DAY, b.start, text);
  CHECK_STR(text, "2006-10-29");
  tok_zone_bucket(z, TOK_UNIT_HOUR, 1162089030, &b); /* one minute long */
  CHECK_INT(b.start, 1162089000);
  CHECK_INT(b.end, 1162089060);
  CHECK_INT(tok_zone_utc(z, 1162089030 - 9000), 1162089030); /* shown twice: the first */
  tok_zone_free(z);
}

static void hostile_bytes(void) {
  static const int offsets[] = {3600, 7200};
  const transition t[] = {{1000000000, 1}, {1100000000, 0}};
  file f;
  tok_zone *z;
  make(&f, t, 2, offsets, 2, "CET-1");
  CHECK(parse(f.bytes, f.n, &z) == TOK_OK);
  tok_zone_free(z);
  for (size_t n = 0; n < f.n; n++) CHECK(parse(f.bytes, n, &z) != TOK_OK); /* cut short */
  for (size_t i = 0; i < f.n; i++) { /* every byte changed: accepted or not, never a bad read */
    for (int bit = 0; bit < 8; bit++) {
      f.bytes[i] ^= (unsigned char)(1 << bit);
      if (parse(f.bytes, f.n, &z) == TOK_OK) tok_zone_free(z);
      f.bytes[i] ^= (unsigned char)(1 << bit);
    }
  }
  const transition backwards[] = {{1100000000, 1}, {1000000000, 0}};
  make(&f, backwards, 2, offsets, 2, "CET-1");
  CHECK(parse(f.bytes, f.n, &z) == TOK_INVALID);
  const transition unknown_type[] = {{1000000000, 2}};
  make(&f, unknown_type, 1, offsets, 2, "CET-1");
  CHECK(parse(f.bytes, f.n, &z) == TOK_INVALID);
  static const int too_far[] = {93600, -90000};
  make(&f, NULL, 0, too_far, 1, "");
  CHECK(parse(f.bytes, f.n, &z) == TOK_INVALID);
  make(&f, NULL, 0, too_far + 1, 1, "");
  CHECK(parse(f.bytes, f.n, &z) == TOK_INVALID);
  make(&f, t, 2, offsets, 2, "EST5"); /* does not agree with the last transition */
  CHECK(parse(f.bytes, f.n, &z) == TOK_INVALID);
  make(&f, t, 2, offsets, 2, "CET-1");
  f.bytes[HEADER_BYTES + 7 + 31] = 1; /* leap seconds */
  CHECK(parse(f.bytes, f.n, &z) != TOK_OK);
  char *big = calloc(1, TOK_ZONE_FILE_MAX + 1);
  CHECK(parse((unsigned char *)big, TOK_ZONE_FILE_MAX + 1, &z) == TOK_TOOBIG);
  free(big);
}

/* Version 1: 32-bit times, no rule. */
static void version_1(void) {
  static const int offsets[] = {3600, 7200};
  const transition t[] = {{-1000000000, 1}, {1100000000, 0}};
  file f = {{0}, 0};
  tok_zone *z;
  put_header(&f, '\0', 2, 2);
  put_block(&f, 4, t, 2, offsets, 2);
  if (!CHECK(parse(f.bytes, f.n, &z) == TOK_OK)) return;
  CHECK_INT(tok_zone_offset(z, -1000000001), 3600);
  CHECK_INT(tok_zone_offset(z, -1000000000), 7200);
  CHECK_INT(tok_zone_offset(z, TOK_TIME_MAX), 3600);
  tok_zone_free(z);
}

/* ---- the carried rules ----------------------------------------------------------------------- */

static void check_carried(tok_slice name) {
  tok_zone *z = NULL;
  tok_slice canonical;
  if (!CHECK(tok_zone_carried(name, &z, &canonical) == TOK_OK)) {
    printf("  %.*s\n", (int)name.len, name.ptr);
    return;
  }
  CHECK(tok_slice_eq(name, canonical));
  for (int64_t t = 0; t < 4102444800;) { /* each segment in turn, to 2100 */
    tok_span span;
    int32_t offset = tok_zone_segment(z, t, &span);
    CHECK(offset >= -43200 && offset <= 50400);
    if (!CHECK(span.start <= t && t < span.end)) break;
    t = span.end;
  }
  tok_zone_free(z);
}

static void carried_rules(void) {
  size_t n = 0, i = 0;
  while (i < tok_zone_rules_bytes) { /* names up to the tab, then the rest of the line */
    const char *p = (const char *)tok_zone_rules + i;
    size_t len = strcspn(p, ",\t");
    check_carried((tok_slice){p, len});
    n++;
    i += len + 1;
    if (p[len] == '\t') i += strcspn(p + len + 1, "\n") + 1;
  }
  CHECK(n >= 590);
  static const char *const unknown[] = {
      "", "Europe", "Europe/Berli", "Europe/Berlin2", "Europe/Berlin,", "\n", "CET-1CEST"};
  for (i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
    tok_zone *z = NULL;
    tok_slice canonical = {NULL, 0};
    CHECK(tok_zone_carried(tok_slice_of(unknown[i]), &z, &canonical) == TOK_NOTFOUND && z == NULL);
    CHECK(canonical.ptr == NULL);
  }
}

static void carried_vectors(void) {
  static const struct {
    const char *zone;
    int64_t start, end;
  } known[] = {{"America/New_York", 1772946000, 1773028800},
               {"america/new_york", 1793505600, 1793595600},
               {"Europe/London", 1774742400, 1774825200},
               {"Europe/London", 1792882800, 1792972800},
               {"Australia/Lord_Howe", 1775307600, 1775395800},
               {"Australia/Lord_Howe", 1791034200, 1791118800},
               {"Africa/Cairo", 1776981600, 1777064400},
               {"Asia/Beirut", 1774735200, 1774818000},
               {"America/Santiago", 1788667200, 1788750000},
               {"Pacific/Apia", 1325239200, 1325325600},
               {"Africa/Casablanca", 1771110000, 1771200000},
               {"Asia/Kathmandu", 1780251300, 1780337700}};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    tok_zone *z = NULL;
    tok_slice canonical;
    tok_span day;
    if (!CHECK(tok_zone_carried(tok_slice_of(known[i].zone), &z, &canonical) == TOK_OK)) continue;
    tok_zone_bucket(z, TOK_UNIT_DAY, known[i].end - 1, &day);
    CHECK_INT(day.start, known[i].start);
    CHECK_INT(day.end, known[i].end);
    tok_zone_free(z);
  }
}

CHECK_MAIN({"carried_rules", carried_rules}, {"carried_vectors", carried_vectors},
           {"fixed_offsets", fixed_offsets}, {"labels", labels}, {"rules", rules},
           {"refused_rules", refused_rules}, {"cut_days", cut_days},
           {"hostile_bytes", hostile_bytes}, {"version_1", version_1})

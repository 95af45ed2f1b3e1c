/*
** Arbitrary bytes as a time zone's file, or as its rule and a period: no bad read, no endless loop;
** whatever is accepted has offsets in their range and buckets and periods that hold their instant
** and meet their neighbours.
**
** Input: a TZif file; or else a POSIX TZ rule up to the first NUL, then a period.
*/
#include <string.h>

#include "../../ext/budget/period.h"
#include "require.h"

static const int64_t instants[] = {TOK_TIME_MIN, -2208988800,  -1,          0,
                                   1143259200,   1325239199,   1772946000,  1793505600,
                                   4102444800,   100000000000, TOK_TIME_MAX};
enum { N_INSTANTS = sizeof instants / sizeof instants[0], RULE_BYTES_MAX = 200 };

static void check_zone(const tok_zone *z, int64_t t) {
  tok_span span, next;
  char text[TOK_ZONE_TEXT_BYTES];
  int32_t offset = tok_zone_segment(z, t, &span);
  REQUIRE(offset >= -89999 && offset <= 93599);
  REQUIRE(span.start <= t && t < span.end);
  REQUIRE(span.start == INT64_MIN || tok_zone_offset(z, span.start) == offset);
  int64_t first = tok_zone_first(z, t + offset), utc = tok_zone_utc(z, t + offset);
  REQUIRE(first <= t && first + tok_zone_offset(z, first) >= t + offset);
  REQUIRE(first + tok_zone_offset(z, first) != t + offset || utc == first);
  tok_zone_format(z, t, text);
  REQUIRE(strlen(text) < sizeof text);
  for (int u = 0; u < TOK_N_UNITS; u++) {
    tok_zone_bucket(z, (tok_unit)u, t, &span);
    REQUIRE(span.start <= t && t < span.end);
    tok_zone_bucket(z, (tok_unit)u, span.end, &next);
    REQUIRE(next.start == span.end);
    tok_zone_bucket(z, (tok_unit)u, span.start - 1, &next);
    REQUIRE(next.end == span.start);
    tok_zone_label(z, (tok_unit)u, t, text);
    REQUIRE(strlen(text) < sizeof text);
  }
}

static void check_period(const tok_zone *z, tok_slice text) {
  tok_period p, again;
  const char *wrong;
  char canonical[TOK_PERIOD_TEXT_BYTES], twice[TOK_PERIOD_TEXT_BYTES], label[TOK_ZONE_TEXT_BYTES];
  if (tok_period_parse(text, &p, &wrong) != TOK_OK) {
    REQUIRE(wrong != NULL);
    return;
  }
  tok_period_format(&p, canonical);
  REQUIRE(strlen(canonical) < sizeof canonical);
  REQUIRE(tok_period_parse(tok_slice_of(canonical), &again, &wrong) == TOK_OK);
  tok_period_format(&again, twice);
  REQUIRE(strcmp(canonical, twice) == 0);
  for (size_t i = 0; i < N_INSTANTS; i++) {
    int64_t t = instants[i];
    tok_span span, next, same;
    tok_period_counter(&p, z, t, &span);
    REQUIRE(span.start <= t && t < span.end);
    tok_period_counter(&again, z, t, &same);
    REQUIRE(same.start == span.start && same.end == span.end);
    REQUIRE(tok_period_resets_at(&p, z, t) > t);
    tok_period_label(&p, z, t, label);
    REQUIRE(strlen(label) < sizeof label);
    if (p.kind == TOK_PERIOD_BUCKET || p.kind == TOK_PERIOD_LIFETIME) continue;
    tok_period_counter(&p, z, span.end, &next);
    REQUIRE(next.start == span.end);
  }
}

/* A version 2 file that is nothing but its rule. */
static tok_zone *zone_of_rule(const uint8_t *rule, size_t n) {
  static const char header[44] =
      "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1";
  static const char block[7] = "\0\0\0\0\0\0";
  char file[2 * (sizeof header + sizeof block) + RULE_BYTES_MAX + 2];
  tok_zone *z = NULL;
  char *p = file;
  if (n > RULE_BYTES_MAX) return NULL;
  for (int i = 0; i < 2; i++) {
    memcpy(p, header, sizeof header);
    memcpy(p + sizeof header, block, sizeof block);
    p += sizeof header + sizeof block;
  }
  *p++ = '\n';
  memcpy(p, rule, n);
  p += n;
  *p++ = '\n';
  return tok_zone_parse((tok_slice){file, (size_t)(p - file)}, &z) == TOK_OK ? z : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *nul = size == 0 ? NULL : memchr(data, 0, size);
  tok_zone *z = NULL;
  if (size >= 4 && memcmp(data, "TZif", 4) == 0) {
    if (tok_zone_parse((tok_slice){(const char *)data, size}, &z) != TOK_OK) REQUIRE(z == NULL);
  } else {
    size_t n = nul == NULL ? size : (size_t)(nul - data);
    if (n > 0) z = zone_of_rule(data, n);
    if (z == NULL && tok_zone_fixed((tok_slice){(const char *)data, n}, &z) != TOK_OK)
      REQUIRE(tok_zone_fixed(tok_slice_of("UTC"), &z) == TOK_OK);
    if (nul != NULL) check_period(z, (tok_slice){(const char *)nul + 1, size - n - 1});
  }
  for (size_t i = 0; i < N_INSTANTS && z != NULL; i++) check_zone(z, instants[i]);
  tok_zone_free(z);
  return 0;
}

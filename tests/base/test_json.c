/* The JSON reader: accepts what RFC 8259 accepts and nothing else, in bounded depth. */
#include "../../ext/base/json.h"
#include "../check.h"

/* True if the whole text is read without an error. The copy lets a sanitizer see reads past the
 * end. */
static bool accepts(const char *text, size_t n) {
  char *copy = malloc(n + 1);
  tok_json j;
  memcpy(copy, text, n);
  copy = realloc(copy, n > 0 ? n : 1);
  tok_json_init(&j, (tok_slice){copy, n});
  while (tok_json_next(&j) != TOK_JSON_END && j.event != TOK_JSON_ERROR) {
  }
  free(copy);
  return j.event == TOK_JSON_END;
}

static void accepts_json(void) {
  static const char *const good[] = {"0",           "-1.5e+3",
                                     "\"\"",        "\"\\u00e9\\n\\/\"",
                                     "true",        "null",
                                     "[]",          "{}",
                                     " [ 1 , 2 ] ", "{\"a\":{\"b\":[1,{\"c\":null}]},\"d\":false}",
                                     "[[[[]]]]",    "1E5"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    if (!CHECK(accepts(good[i], strlen(good[i]))))
      printf("  %s\n", good[i]);
    for (size_t n = 0; n < strlen(good[i]); n++)
      accepts(good[i], n); /* every prefix: no crash */
  }
}

static void refuses_the_rest(void) {
  static const char *const bad[] = {"",      " ",     "01",  "-",       "1.",          ".5",
                                    "1e",    "+1",    "\"",  "\"\\x\"", "\"\\u12g4\"", "\"a\nb\"",
                                    "tru",   "nul",   "[",   "]",       "[1,]",        "[,]",
                                    "[1 2]", "{",     "}",   "{\"a\"}", "{\"a\":}",    "{\"a\":1,}",
                                    "{a:1}", "{1:1}", "[}",  "{]",      "1 2",         "{} {}",
                                    "[1}",   "'a'",   "NaN", "\"\\"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    if (!CHECK(!accepts(bad[i], strlen(bad[i]))))
      printf("  %s\n", bad[i]);
  }
  CHECK(!accepts("[1]\0", 4));
}

static tok_json read_all(const char *text, size_t n, bool data_lines) {
  tok_json j;
  tok_json_init(&j, (tok_slice){text, n});
  j.data_lines = data_lines;
  while (tok_json_next(&j) != TOK_JSON_END && j.event != TOK_JSON_ERROR) {
  }
  return j;
}

/* A text that ends too early is told from one that is wrong. */
static void cut_texts(void) {
  static const char TEXT[] =
      "{\"a\": [1, true, null, \"x\\u00e9\\n\", -1.5e+3, {}], \"b\": false}";
  static const char *const WRONG[] = {"[trux", "[\"\\u00g", "[\"\\x", "[1 2", "[1.]", "{\"a\" 1",
                                      "[\"\n", "}"};
  for (size_t n = 0; n < sizeof TEXT - 1; n++) {
    tok_json j = read_all(TEXT, n, false);
    if (!CHECK(tok_json_cut(&j))) printf("  %.*s\n", (int)n, TEXT);
  }
  for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
    tok_json j = read_all(WRONG[i], strlen(WRONG[i]), false);
    if (!CHECK(j.event == TOK_JSON_ERROR && !tok_json_cut(&j))) printf("  %s\n", WRONG[i]);
  }
}

/* Lines of an event stream: the first that is no data ends the text. */
static void lines_of_data(void) {
  static const char WHOLE[] =
      "{\"a\":\ndata: 1,\r\ndata:\"b\"\rdata:: 2\r\ndata: }\n\nid: 1\n";
  static const char ENDS[] = "{\"a\":\n\ndata: 1}";
  tok_json j = read_all(WHOLE, sizeof WHOLE - 1, true);
  CHECK_INT(j.event, TOK_JSON_END);
  j = read_all(ENDS, sizeof ENDS - 1, true);
  CHECK_INT(j.event, TOK_JSON_ERROR);
  CHECK_INT(j.at, 6);
  j = read_all("[1\r", 3, true);
  CHECK(tok_json_cut(&j));
}

static void depth_is_bounded(void) {
  char deep[2 * TOK_JSON_DEPTH_MAX + 2];
  memset(deep, '[', TOK_JSON_DEPTH_MAX);
  memset(deep + TOK_JSON_DEPTH_MAX, ']', TOK_JSON_DEPTH_MAX);
  CHECK(accepts(deep, 2 * TOK_JSON_DEPTH_MAX));
  memset(deep, '[', TOK_JSON_DEPTH_MAX + 1);
  memset(deep + TOK_JSON_DEPTH_MAX + 1, ']', TOK_JSON_DEPTH_MAX + 1);
  CHECK(!accepts(deep, 2 * TOK_JSON_DEPTH_MAX + 2));
}

static void skips_whole_values(void) {
  tok_json j;
  tok_json_init(&j, tok_slice_of("{\"a\":{\"b\":[1,2,{}]},\"c\":7}"));
  CHECK_INT(tok_json_next(&j), TOK_JSON_OBJECT);
  CHECK_INT(tok_json_next(&j), TOK_JSON_KEY);
  CHECK(tok_json_skip(&j));
  CHECK_INT(tok_json_next(&j), TOK_JSON_KEY);
  CHECK(tok_slice_is(j.text, "c"));
  CHECK(tok_json_skip(&j));
  CHECK_INT(tok_json_next(&j), TOK_JSON_OBJECT_END);
  CHECK_INT(tok_json_next(&j), TOK_JSON_END);
  CHECK_INT(tok_json_next(&j), TOK_JSON_END);
}

static void reads_integers_exactly(void) {
  static const struct {
    const char *text;
    int64_t scale, value;
    tok_status status;
  } cases[] = {{"0", 1, 0, TOK_OK},
               {"-0", 1, 0, TOK_OK},
               {"9223372036854775807", 1, INT64_MAX, TOK_OK},
               {"9223372036854775808", 1, 0, TOK_OVERFLOW},
               {"-5", 1, -5, TOK_OK},
               {"1e3", 1, 1000, TOK_OK},
               {"12.0", 1, 12, TOK_OK},
               {"1.5e1", 1, 15, TOK_OK},
               {"100e-2", 1, 1, TOK_OK},
               {"1.000000000000000000000000000", 1, 1, TOK_OK},
               {"1.5", 1, 0, TOK_INVALID},
               {"1.0000000000000000000000000001", 1, 0, TOK_INVALID},
               {"9223372036854775807.5", 1, 0, TOK_INVALID},
               {"922337203685477580700001.5", 1, 0, TOK_OVERFLOW},
               {"1.0000000000000000000000000001e28", 1, 0, TOK_OVERFLOW},
               {"1e-1", 1, 0, TOK_INVALID},
               {"754.5", 1000000, 754500000, TOK_OK},
               {"0.000001", 1000000, 1, TOK_OK},
               {"0.0000001", 1000000, 0, TOK_INVALID},
               {"1e999999999999", 1, 0, TOK_OVERFLOW},
               {"0e999999999999", 1, 0, TOK_OK},
               {"soon", 1, 0, TOK_INVALID},
               {"12x", 1, 0, TOK_INVALID},
               {"-", 1, 0, TOK_INVALID},
               {"10000000000000", 1000000, 0, TOK_OVERFLOW}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t v = 0;
    tok_status s = tok_json_int(tok_slice_of(cases[i].text), cases[i].scale, &v);
    if (!CHECK(s == cases[i].status && (s != TOK_OK || v == cases[i].value))) {
      printf("  %s gave %d, %lld\n", cases[i].text, (int)s, (long long)v);
    }
  }
}

static void rounds_to_even(void) {
  static const struct {
    const char *text;
    int64_t scale, value;
    tok_status status;
  } cases[] = {{"0.7699999999999999", 1000000, 770000, TOK_OK},
               {"1.5", 1, 2, TOK_OK},
               {"2.5", 1, 2, TOK_OK},
               {"2.50000000000000000000000001", 1, 3, TOK_OK},
               {"-2.5", 1, -2, TOK_OK},
               {"25e-1", 1, 2, TOK_OK},
               {"4.25e-06", 1000000000000, 4250000, TOK_OK},
               {"0.00435825", 1000000000000, 4358250000, TOK_OK},
               {"12e2", 10, 12000, TOK_OK},
               {"0.05", 10, 0, TOK_OK},
               {"0.051", 10, 1, TOK_OK},
               {"9e-400", 1000000000000, 0, TOK_OK},
               {"0e400", 1000000000000, 0, TOK_OK},
               {"1e400", 1, 0, TOK_OVERFLOW},
               {"9223372036854775807", 1, INT64_MAX, TOK_OK},
               {"9223372036854775807.4", 1, INT64_MAX, TOK_OK},
               {"9223372036854775808", 1, 0, TOK_OVERFLOW}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t v = 0;
    tok_status s = tok_json_fixed(tok_slice_of(cases[i].text), cases[i].scale, &v);
    if (!CHECK(s == cases[i].status && (s != TOK_OK || v == cases[i].value))) {
      printf("  %s gave %d, %lld\n", cases[i].text, (int)s, (long long)v);
    }
  }
}

static int documents(const char *text) {
  tok_json j;
  int n = 0;
  tok_json_init(&j, tok_slice_of(text));
  j.many = true;
  while (tok_json_next(&j) != TOK_JSON_END) {
    if (j.event == TOK_JSON_ERROR)
      return -1;
    n += j.depth == 0 && j.event != TOK_JSON_KEY;
  }
  return n;
}

static void reads_many_documents(void) {
  CHECK_INT(documents("{}"), 1);
  CHECK_INT(documents("{\"a\":[1]}\n{}\r\n\n[2]\n"), 3);
  CHECK_INT(documents("{}\n{"), -1);
  CHECK_INT(documents("{},{}"), -1);
  CHECK_INT(documents("  "), -1);
}

/* Each of the characters that end a plain run, at each distance from its start. */
static void strings_end_where_they_do(void) {
  char text[64];
  for (size_t n = 0; n < 40; n++) {
    static const char *const ends[] = {"\"", "\\n\"", "\x1f\"", "\xff\"", "\x7f\"", "\xa2\""};
    for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++) {
      tok_json j;
      text[0] = '"';
      memset(text + 1, 'a', n);
      memcpy(text + 1 + n, ends[e], strlen(ends[e]) + 1);
      tok_json_init(&j, tok_slice_of(text));
      bool ok = tok_json_next(&j) == TOK_JSON_STRING;
      CHECK(ok == (e != 2));
      if (ok)
        CHECK_INT(j.text.len, n + strlen(ends[e]) - 1);
    }
  }
}

static void check_unescaped(const char *raw, const char *expected) {
  char out[64];
  tok_slice s = tok_slice_of(raw);
  size_t n = tok_json_unescape(s, out);
  CHECK_BYTES(out, n, expected, strlen(expected));
}

static void undoes_escapes(void) {
  check_unescaped("plain \xc3\xa9", "plain \xc3\xa9");
  check_unescaped("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t");
  check_unescaped("\\u0041\\u00e9\\u20AC", "A\xc3\xa9\xe2\x82\xac");
  check_unescaped("\\ud83d\\uDE00!", "\xf0\x9f\x98\x80!");
  check_unescaped("\\ud83d!", "\xef\xbf\xbd!");
  check_unescaped("\\ude00\\ud83d\\u0041", "\xef\xbf\xbd\xef\xbf\xbd" "A");
  check_unescaped("", "");
}

CHECK_MAIN({"undoes_escapes", undoes_escapes},
           {"accepts JSON", accepts_json}, {"refuses the rest", refuses_the_rest},
           {"cut texts", cut_texts}, {"lines of data", lines_of_data},
           {"depth is bounded", depth_is_bounded}, {"skips whole values", skips_whole_values},
           {"reads integers exactly", reads_integers_exactly},
           {"rounds to even", rounds_to_even},
           {"reads many documents", reads_many_documents},
           {"strings end where they do", strings_end_where_they_do})

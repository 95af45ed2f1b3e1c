/* Rows as lines of text. */
#include "../../ext/ledger/lines.h"
#include "../check.h"

static void check_csv(const char *const *fields, size_t n, const char *expected) {
  tok_buf line;
  tok_buf_init(&line, 1000);
  for (size_t i = 0; i < n; i++) {
    tok_csv_add(&line, i == 0, fields[i] == NULL ? (tok_slice){NULL, 0} : tok_slice_of(fields[i]));
  }
  CHECK_BYTES(line.ptr, line.len, expected, strlen(expected));
  tok_buf_free(&line);
}

static void writes_csv(void) {
  check_csv((const char *const[]){"a", NULL, "", "b c", " d", "e,f", "g\"h", "i\nj", "k\r"}, 9,
            "a,,\"\",b c,\" d\",\"e,f\",\"g\"\"h\",\"i\nj\",\"k\r\"");
  check_csv((const char *const[]){NULL, NULL}, 2, ",");
}

static void check_member(const char *value, tok_line_kind kind, const char *expected) {
  tok_buf line;
  tok_buf_init(&line, 1000);
  tok_member_add(&line, true, tok_slice_of("k"), tok_slice_of(value), kind);
  CHECK_BYTES(line.ptr, line.len, expected, strlen(expected));
  tok_buf_free(&line);
}

static void writes_members(void) {
  check_member("a\"b\n", TOK_LINE_TEXT, "\"k\":\"a\\\"b\\n\"");
  check_member("1.5", TOK_LINE_NUMBER, "\"k\":1.5");
  check_member("{\"a\":\n[1]}", TOK_LINE_JSON, "\"k\":{\"a\": [1]}"); /* one line */
  check_member("{\"a\":", TOK_LINE_JSON, "\"k\":\"{\\\"a\\\":\"");
  check_member("{} {}", TOK_LINE_JSON, "\"k\":\"{} {}\"");
  check_member("", TOK_LINE_JSON, "\"k\":\"\"");
}

CHECK_MAIN({"writes_csv", writes_csv}, {"writes_members", writes_members})

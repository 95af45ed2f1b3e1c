/* Rows as lines of text; see lines.h. Nothing of its own for SQL. */
#include "../base/json.h"
#include "lines.h"

static bool needs_quotes(tok_slice s) {
  /* unquoted, these are no text to programs that read CSV, tok_import among them */
  static const char *const nothing[] = {"", "NULL", "null", "\\N"};
  for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
    if (tok_slice_is(s, nothing[i])) return true;
  }
  if (s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' ') return true;
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    if (c == ',' || c == '"' || c == '\n' || c == '\r') return true;
  }
  return false;
}

void tok_csv_add(tok_buf *line, bool first, tok_slice field) {
  if (!first) tok_buf_addc(line, ',');
  if (field.ptr == NULL) return;
  if (!needs_quotes(field)) {
    tok_buf_add(line, field.ptr, field.len);
    return;
  }
  tok_buf_addc(line, '"');
  for (size_t i = 0; i < field.len; i++) {
    if (field.ptr[i] == '"') tok_buf_addc(line, '"');
    tok_buf_addc(line, field.ptr[i]);
  }
  tok_buf_addc(line, '"');
}

static bool is_json(tok_slice s) {
  tok_json j;
  tok_json_init(&j, s);
  tok_json_event e = tok_json_next(&j);
  if (e != TOK_JSON_OBJECT && e != TOK_JSON_ARRAY) return false;
  return tok_json_skip(&j) && tok_json_next(&j) == TOK_JSON_END;
}

void tok_member_add(tok_buf *line, bool first, tok_slice name, tok_slice value,
                    tok_line_kind kind) {
  if (!first) tok_buf_addc(line, ',');
  tok_buf_add_json(line, name);
  tok_buf_addc(line, ':');
  bool raw = kind == TOK_LINE_NUMBER || (kind == TOK_LINE_JSON && is_json(value));
  if (!raw) {
    tok_buf_add_json(line, value);
    return;
  }
  char *p = tok_buf_reserve(line, value.len);
  if (p == NULL) return;
  for (size_t i = 0; i < value.len; i++)
    p[i] = value.ptr[i] == '\n' || value.ptr[i] == '\r' ? ' ' : value.ptr[i];
  line->len += value.len;
}

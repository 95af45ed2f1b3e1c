/* Lists of ids; see decode.h. */
#include "decode.h"

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static size_t skip_blanks(tok_slice s, size_t at) {
  while (at < s.len && is_blank(s.ptr[at])) at++;
  return at;
}

static bool is_at(tok_slice s, size_t at, char c) { return at < s.len && s.ptr[at] == c; }

/*
** Reads an integer at `at`; returns its end, or `at` if there is none. Numbers outside 64 bits
** become -1: neither is an id.
*/
static size_t read_int(tok_slice s, size_t at, int64_t *value) {
  size_t from = at;
  bool negative = is_at(s, at, '-'), too_big = false;
  int64_t v = 0;
  if (negative) at++;
  size_t digits = at;
  while (at < s.len && tok_is_digit(s.ptr[at])) {
    if (!tok_mul_i64(v, 10, &v) || !tok_add_i64(v, s.ptr[at] - '0', &v)) too_big = true;
    at++;
  }
  if (at == digits || (s.ptr[digits] == '0' && at - digits > 1)) return from;
  *value = negative || too_big ? -1 : v;
  return at;
}

static tok_status fail(tok_decode_error *error, size_t at, tok_slice id) {
  error->at = at;
  error->id = id;
  return TOK_INVALID;
}

tok_status tok_decode_json(const tok_vocab *v, tok_slice json, tok_buf *out,
                           tok_decode_error *error) {
  static const tok_slice none = {NULL, 0};
  char scratch[TOK_TOKEN_BYTES_MAX];
  size_t at = skip_blanks(json, 0);
  if (!is_at(json, at, '[')) return fail(error, at, none);
  at = skip_blanks(json, at + 1);
  bool more = !is_at(json, at, ']');
  while (more) {
    int64_t id;
    size_t end = read_int(json, at, &id);
    if (end == at) return fail(error, at, none);
    tok_slice bytes = tok_vocab_bytes(v, id, scratch, NULL);
    if (bytes.ptr == NULL) return fail(error, at, (tok_slice){json.ptr + at, end - at});
    tok_buf_add(out, bytes.ptr, bytes.len);
    if (out->status != TOK_OK) return out->status;
    at = skip_blanks(json, end);
    more = is_at(json, at, ',');
    if (more) at = skip_blanks(json, at + 1);
  }
  if (!is_at(json, at, ']')) return fail(error, at, none);
  at = skip_blanks(json, at + 1);
  return at == json.len ? TOK_OK : fail(error, at, none);
}

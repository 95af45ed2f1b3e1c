#include "buf.h"

#include "utf8.h"

enum { BUF_FIRST_BYTES = 64 };

void tok_buf_init(tok_buf *b, size_t ceiling_bytes) {
  memset(b, 0, sizeof *b);
  b->ceiling = ceiling_bytes;
}

void tok_buf_free(tok_buf *b) {
  tok_free(b->ptr);
  b->ptr = NULL;
  b->len = b->cap = 0;
}

char *tok_buf_fail(tok_buf *b, tok_status status) {
  tok_buf_free(b);
  b->status = status;
  return NULL;
}

char *tok_buf_reserve(tok_buf *b, size_t n) {
  if (b->status != TOK_OK) return NULL;
  if (n > b->ceiling || b->len > b->ceiling - n) return tok_buf_fail(b, TOK_TOOBIG);
  size_t need = b->len + n + 1; /* one for the NUL of tok_buf_take */
  if (need > b->cap) {
    size_t cap = b->cap ? b->cap : BUF_FIRST_BYTES;
    while (cap < need) cap += cap / 2 + 16;
    char *p = tok_realloc(b->ptr, cap);
    if (p == NULL) return tok_buf_fail(b, TOK_NOMEM);
    b->ptr = p;
    b->cap = cap;
  }
  return b->ptr + b->len;
}

void tok_buf_add(tok_buf *b, const void *bytes, size_t n) {
  if (n == 0) return;
  char *p = tok_buf_reserve(b, n);
  if (p == NULL) return;
  memcpy(p, bytes, n);
  b->len += n;
}

void tok_buf_adds(tok_buf *b, const char *zero_terminated) {
  tok_buf_add(b, zero_terminated, strlen(zero_terminated));
}

void tok_buf_addc(tok_buf *b, char c) { tok_buf_add(b, &c, 1); }

void tok_buf_add_i64(tok_buf *b, int64_t v) {
  char digits[21];
  size_t i = sizeof digits;
  uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
  do {
    digits[--i] = (char)('0' + u % 10);
    u /= 10;
  } while (u != 0);
  if (v < 0) digits[--i] = '-';
  tok_buf_add(b, digits + i, sizeof digits - i);
}

/* One control character, quote or backslash in JSON. */
static void add_escape(tok_buf *b, unsigned char c) {
  static const char hex[] = "0123456789abcdef";
  static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
  const char *hit = c == 0 ? NULL : strchr(from, c);
  if (hit != NULL) {
    tok_buf_addc(b, '\\');
    tok_buf_addc(b, to[hit - from]);
    return;
  }
  tok_buf_adds(b, "\\u00");
  tok_buf_addc(b, hex[c >> 4]);
  tok_buf_addc(b, hex[c & 15]);
}

void tok_buf_add_json(tok_buf *b, tok_slice s) {
  const unsigned char *p = (const unsigned char *)s.ptr;
  tok_buf_addc(b, '"');
  for (size_t i = 0; i < s.len;) {
    uint32_t cp;
    size_t n = tok_utf8_decode(p + i, s.len - i, &cp);
    if (cp < 0x20 || cp == '"' || cp == '\\') {
      add_escape(b, (unsigned char)cp);
    } else if (cp == TOK_UTF8_INVALID) {
      tok_buf_adds(b, "\xef\xbf\xbd");
    } else {
      tok_buf_add(b, p + i, n);
    }
    i += n;
  }
  tok_buf_addc(b, '"');
}

char *tok_buf_take(tok_buf *b, size_t *len) {
  char *p = tok_buf_reserve(b, 0);
  if (p == NULL) return NULL;
  *p = '\0';
  p = b->ptr;
  *len = b->len;
  b->ptr = NULL;
  b->len = b->cap = 0;
  return p;
}

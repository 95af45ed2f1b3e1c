/*
** Strict UTF-8 decoding (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
**
** An invalid byte is one character of its own: tok_utf8_decode returns 1 with TOK_UTF8_INVALID for
** it and decoding goes on at the next byte. So the characters of any byte string cover it exactly.
*/
#ifndef TOK_UTF8_H
#define TOK_UTF8_H

#include "base.h"

#define TOK_UTF8_INVALID 0xFFFFFFFFu

/*
** p: at least n >= 1 readable bytes. *cp: the code point or TOK_UTF8_INVALID. Returns bytes used,
** 1..4.
*/
static inline size_t tok_utf8_decode(const unsigned char *p, size_t n, uint32_t *cp) {
  uint32_t b0 = p[0];
  if (b0 < 0x80) {
    *cp = b0;
    return 1;
  }
  if (b0 >= 0xC2 && b0 < 0xE0 && n >= 2 && (p[1] & 0xC0) == 0x80) {
    *cp = (b0 & 0x1F) << 6 | (p[1] & 0x3Fu);
    return 2;
  }
  if (b0 >= 0xE0 && b0 < 0xF0 && n >= 3 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80) {
    uint32_t c = (b0 & 0x0F) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    if (c >= 0x800 && (c < 0xD800 || c > 0xDFFF)) {
      *cp = c;
      return 3;
    }
  }
  if (b0 >= 0xF0 && b0 < 0xF5 && n >= 4 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 &&
      (p[3] & 0xC0) == 0x80) {
    uint32_t c = (b0 & 0x07) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
    if (c >= 0x10000 && c <= 0x10FFFF) {
      *cp = c;
      return 4;
    }
  }
  *cp = TOK_UTF8_INVALID;
  return 1;
}

/* True if all n bytes are valid UTF-8. */
bool tok_utf8_valid(const char *p, size_t n);

#endif

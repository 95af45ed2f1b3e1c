#include "utf8.h"

bool tok_utf8_valid(const char *p, size_t n) {
  const unsigned char *u = (const unsigned char *)p;
  for (size_t i = 0; i < n;) {
    uint32_t cp;
    i += tok_utf8_decode(u + i, n - i, &cp);
    if (cp == TOK_UTF8_INVALID) return false;
  }
  return true;
}

/*
** base: what every room stands on. Status codes, byte slices, memory, checked arithmetic.
**
** Nothing here knows SQLite; `sql.h` beside it is the only header of this room that does.
*/
#ifndef TOK_BASE_H
#define TOK_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Status of a core function. Every core function that can fail returns one of these. */
typedef enum {
  TOK_OK = 0,
  TOK_NOMEM,    /* allocation failed */
  TOK_TOOBIG,   /* a named limit was exceeded */
  TOK_INVALID,  /* the argument is malformed */
  TOK_NOTFOUND, /* well-formed but unknown */
  TOK_OVERFLOW  /* the result does not fit 64 bits */
} tok_status;

/*
** A borrowed run of bytes; not NUL-terminated, may contain any byte. ptr may be NULL when len is 0.
*/
typedef struct {
  const char *ptr;
  size_t len;
} tok_slice;

static inline tok_slice tok_slice_of(const char *zero_terminated) {
  tok_slice s = {zero_terminated, strlen(zero_terminated)};
  return s;
}

static inline bool tok_slice_eq(tok_slice a, tok_slice b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool tok_slice_is(tok_slice a, const char *zero_terminated) {
  return tok_slice_eq(a, tok_slice_of(zero_terminated));
}

static inline bool tok_slice_starts(tok_slice a, const char *zero_terminated) {
  size_t n = strlen(zero_terminated);
  return a.len >= n && memcmp(a.ptr, zero_terminated, n) == 0;
}

static inline bool tok_slice_ends(tok_slice a, const char *zero_terminated) {
  size_t n = strlen(zero_terminated);
  return a.len >= n && memcmp(a.ptr + a.len - n, zero_terminated, n) == 0;
}

/* ASCII only, independent of locale. */
static inline char tok_lower(char c) { return (c >= 'A' && c <= 'Z') ? (char)(c + 32) : c; }
static inline bool tok_is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool tok_is_alpha(char c) { return tok_lower(c) >= 'a' && tok_lower(c) <= 'z'; }

/*
** Memory. The loadable extension links mem_sql.c (sqlite3_malloc64: heap limits and fault injection
** of the host apply); unit tests and fuzzers link mem_libc.c. Size 0 is never requested.
*/
void *tok_malloc(size_t n_bytes);
void *tok_realloc(void *p, size_t n_bytes);
void tok_free(void *p);

/* Checked int64 arithmetic: true and *out set, or false and *out untouched on overflow. */
static inline bool tok_add_i64(int64_t a, int64_t b, int64_t *out) {
  int64_t r;
  if (__builtin_add_overflow(a, b, &r)) return false;
  *out = r;
  return true;
}
static inline bool tok_sub_i64(int64_t a, int64_t b, int64_t *out) {
  int64_t r;
  if (__builtin_sub_overflow(a, b, &r)) return false;
  *out = r;
  return true;
}
static inline bool tok_mul_i64(int64_t a, int64_t b, int64_t *out) {
  int64_t r;
  if (__builtin_mul_overflow(a, b, &r)) return false;
  *out = r;
  return true;
}

#endif

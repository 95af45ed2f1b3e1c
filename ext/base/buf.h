/*
** A growable byte buffer with a hard ceiling and a sticky error.
**
** Invariant: after the first failure `status` stays non-zero, the memory is already freed, and
** every further call is a no-op; callers check once, at the end.
*/
#ifndef TOK_BUF_H
#define TOK_BUF_H

#include "base.h"

typedef struct {
  char *ptr;       /* owned; NULL while empty */
  size_t len;      /* bytes used */
  size_t cap;      /* bytes allocated */
  size_t ceiling;  /* bytes; growing past it is TOK_TOOBIG */
  tok_status status;
} tok_buf;

/* ceiling_bytes: largest `len` that this buffer may ever reach. Allocates nothing. */
void tok_buf_init(tok_buf *b, size_t ceiling_bytes);
void tok_buf_free(tok_buf *b);
/* Makes room for n more bytes; returns where they go, or NULL (status set). Does not change len. */
char *tok_buf_reserve(tok_buf *b, size_t n);
void tok_buf_add(tok_buf *b, const void *bytes, size_t n);
void tok_buf_adds(tok_buf *b, const char *zero_terminated);
void tok_buf_addc(tok_buf *b, char c);
void tok_buf_add_i64(tok_buf *b, int64_t v);
/*
** Fails the buffer where there is no room for what is added: frees it, sets status, returns NULL.
*/
char *tok_buf_fail(tok_buf *b, tok_status status);
/* Appends bytes as a JSON string with quotes; invalid UTF-8 becomes U+FFFD. */
void tok_buf_add_json(tok_buf *b, tok_slice s);
/* Hands the memory to the caller (tok_free), NUL-terminated; NULL if status is not TOK_OK. */
char *tok_buf_take(tok_buf *b, size_t *len);

#endif

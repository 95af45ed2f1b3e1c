/*
** Arbitrary bytes as a provider's response: no bad read, linear time; what is printed is JSON that
** says the same when it is read again; parts are within the whole; and what tok_cost reads of it
** does not crash either.
**
** Input: a provider up to the first NUL (may be empty), then the response.
*/
#include <string.h>

#include "../../ext/prices/usage_json.h"
#include "../../ext/usage/usage.h"
#include "require.h"

static void require_parts(const tok_usage *u) {
  const int64_t *n = u->q.quanta;
  for (int m = 0; m < TOK_METER_N; m++) REQUIRE(n[m] >= 0);
  if (tok_quantities_has(&u->q, TOK_M_INPUT)) {
    REQUIRE(n[TOK_M_CACHE_READ] <= n[TOK_M_INPUT]);
    REQUIRE(n[TOK_M_CACHE_WRITE] <= n[TOK_M_INPUT] - n[TOK_M_CACHE_READ]);
    REQUIRE(n[TOK_M_CACHE_WRITE_1H] <= n[TOK_M_CACHE_WRITE]);
  }
  if (tok_quantities_has(&u->q, TOK_M_OUTPUT)) REQUIRE(n[TOK_M_REASONING] <= n[TOK_M_OUTPUT]);
}

/* What is printed says the same when it is read again. */
static void require_again(const tok_usage *u) {
  tok_usage again;
  tok_buf first, second;
  tok_buf_init(&first, 1 << 24);
  tok_buf_init(&second, 1 << 24);
  tok_usage_print(u, &first);
  REQUIRE(first.status == TOK_OK);
  tok_status s = tok_usage_parse((tok_slice){first.ptr, first.len}, (tok_slice){NULL, 0}, &again);
  REQUIRE(s == TOK_OK || s == TOK_NOTFOUND);
  if (s == TOK_OK && u->n_responses == 1) {
    tok_usage_print(&again, &second);
    if (first.len != second.len || memcmp(first.ptr, second.ptr, first.len) != 0) {
      fprintf(stderr, "%.*s\n%.*s\n", (int)first.len, first.ptr, (int)second.len, second.ptr);
      abort();
    }
  }
  tok_buf_free(&first);
  tok_buf_free(&second);
}

/*
** Bytes that are no UTF-8 leave as U+FFFD, and a model's name that has them may then be too long to
** be one.
*/
static bool is_ascii(tok_slice s) {
  for (size_t i = 0; i < s.len; i++) {
    if ((unsigned char)s.ptr[i] >= 0x80) return false;
  }
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *nul = size == 0 ? NULL : memchr(data, 0, size);
  size_t n = nul == NULL ? 0 : (size_t)(nul - data), skip = nul == NULL ? 0 : n + 1;
  /* of their own, so that a read past an end is seen */
  char *provider = malloc(n + 1), *text = malloc(size - skip + 1);
  tok_usage u;
  tok_usage_object o;
  REQUIRE(provider != NULL && text != NULL);
  if (n > 0) memcpy(provider, data, n);
  if (size > skip) memcpy(text, data + skip, size - skip);
  provider = realloc(provider, n > 0 ? n : 1);
  text = realloc(text, size > skip ? size - skip : 1);
  tok_slice all = {text, size - skip};
  tok_status s = tok_usage_parse(all, (tok_slice){provider, n}, &u);
  REQUIRE(s == TOK_OK || s == TOK_NOTFOUND || u.wrong != NULL);
  REQUIRE(u.at <= all.len);
  if (s == TOK_OK) {
    require_parts(&u);
    if (n == 0 && is_ascii(all)) require_again(&u);
  }
  REQUIRE(tok_usage_read(all, &o) == TOK_OK || o.wrong != NULL);
  free(provider);
  free(text);
  return 0;
}

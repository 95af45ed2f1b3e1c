/* Buffers: what is added comes out; the ceiling holds; the first error sticks and frees. */
#include "../../ext/base/buf.h"
#include "../check.h"

static void adds_bytes(void) {
  tok_buf b;
  tok_buf_init(&b, 1000);
  tok_buf_adds(&b, "n=");
  tok_buf_add_i64(&b, INT64_MIN);
  tok_buf_addc(&b, ' ');
  tok_buf_add(&b, "\0x", 2);
  size_t n = 0;
  char *p = tok_buf_take(&b, &n);
  CHECK_BYTES(p, n, "n=-9223372036854775808 \0x", 25);
  tok_free(p);
}

static void quotes_json(void) {
  tok_buf b;
  tok_buf_init(&b, 1000);
  tok_slice s = {"a\"\\\n\x01\xff\xc3\xa9", 8};
  tok_buf_add_json(&b, s);
  char *p = tok_buf_take(&b, &(size_t){0});
  CHECK_STR(p, "\"a\\\"\\\\\\n\\u0001\xef\xbf\xbd\xc3\xa9\"");
  tok_free(p);
}

static void stops_at_the_ceiling(void) {
  tok_buf b;
  tok_buf_init(&b, 10);
  tok_buf_adds(&b, "0123456789");
  CHECK_INT(b.status, TOK_OK);
  tok_buf_addc(&b, 'x');
  CHECK_INT(b.status, TOK_TOOBIG);
  CHECK(b.ptr == NULL);
  tok_buf_adds(&b, "later");
  CHECK_INT(b.status, TOK_TOOBIG);
  CHECK(tok_buf_take(&b, &(size_t){0}) == NULL);
  tok_buf_free(&b);
}

CHECK_MAIN({"adds bytes", adds_bytes}, {"quotes JSON", quotes_json},
           {"stops at the ceiling", stops_at_the_ceiling})

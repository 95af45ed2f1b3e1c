/*
** Arbitrary bytes through prefixes and chunks: a prefix has at most the tokens asked for and the
** count it says, ends where it says; chunks without overlap concatenate to the text, and each fits.
**
** Input: byte 0 chooses the encoding, byte 1 max_tokens, byte 2 the overlap; then the text.
*/
#include <string.h>

#include "../../ext/tokens/split.h"
#include "require.h"

static void check_prefix(tok_engine *e, const tok_vocab *v, tok_slice text, int64_t max_tokens,
                         tok_prefix p) {
  tok_slice prefix = {text.ptr, p.n_bytes};
  int64_t n = -1;
  REQUIRE(p.n_bytes <= text.len);
  REQUIRE(tok_count(e, v, prefix, INT64_MAX, &n) == TOK_OK);
  REQUIRE(n == p.n_tokens && n <= max_tokens);
  if (p.cut == TOK_CUT_CLUSTER) REQUIRE(tok_cluster_boundary(text, p.n_bytes));
}

static void check_chunks(tok_engine *e, const tok_vocab *v, tok_slice text, int64_t max_tokens,
                         int64_t overlap) {
  tok_chunker c;
  tok_status rc;
  size_t covered = 0;
  tok_chunker_init(&c, e, v, text, max_tokens, overlap);
  while ((rc = tok_chunker_next(&c)) == TOK_OK && !c.done) {
    REQUIRE(c.start <= covered && (overlap > 0 || c.start == covered));
    REQUIRE(c.start + c.chunk.n_bytes > covered && c.start + c.chunk.n_bytes <= text.len);
    tok_slice rest = {text.ptr + c.start, text.len - c.start};
    tok_prefix p = c.chunk;
    p.cut = TOK_CUT_BYTE; /* cluster boundaries are those of the whole text, not of the rest */
    check_prefix(e, v, rest, max_tokens, p);
    covered = c.start + c.chunk.n_bytes;
  }
  REQUIRE(rc == TOK_OK && covered == text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static tok_engine *e;
  if (size < 3) return 0;
  if (e == NULL) e = tok_engine_new();
  const tok_vocab *v = tok_vocab_at(data[0] % tok_vocab_n());
  int64_t max_tokens = data[1];
  size_t n = size - 3;
  char *block = malloc(n + (n == 0));
  memcpy(block, data + 3, n);
  tok_slice text = {block, n};
  tok_prefix p;
  REQUIRE(tok_split_prefix(e, v, text, max_tokens, &p) == TOK_OK);
  check_prefix(e, v, text, max_tokens, p);
  if (max_tokens > 0) {
    check_chunks(e, v, text, max_tokens, 0);
    check_chunks(e, v, text, max_tokens, data[2] % max_tokens);
  }
  free(block);
  return 0;
}

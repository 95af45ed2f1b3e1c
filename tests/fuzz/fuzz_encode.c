/*
** Arbitrary bytes through every encoding and every kernel that this processor has: the ids are
** those of the naive encoder, the count is their number, their bytes are the text, and no byte
** outside the text is read (it stands in a block of exactly its size).
**
** Input: byte 0 chooses the encoding (modulo 6) and the kernel (the quotient), byte 1 whether
** special tokens count (bit 0), whether the engine is new or has seen other texts (bit 1), and the
** alignment of the text (bits 2..7); then the text.
*/
#include <string.h>

#include "../../ext/tokens/engine.h"
#include "../tokens/naive_bpe.h"
#include "require.h"

static const naive *oracle(int k) {
  static naive *oracles[NAIVE_N_ENCODINGS];
  if (oracles[k] == NULL) oracles[k] = naive_new(naive_encodings[k]);
  return oracles[k];
}

/*
** One id has two names (o200k_harmony's 200018), so a special token's bytes are one of its names.
*/
static size_t special_length(const tok_vocab *v, int64_t id, tok_slice rest) {
  for (int i = 0; i < tok_vocab_about(v)->n_special; i++) {
    int64_t of;
    tok_slice name = tok_vocab_special_at(v, i, &of);
    if (of == id && name.len <= rest.len && memcmp(name.ptr, rest.ptr, name.len) == 0) return name.len;
  }
  return 0;
}

static void check_bytes(const tok_vocab *v, const uint32_t *ids, size_t n, tok_slice text) {
  char scratch[TOK_TOKEN_BYTES_MAX];
  size_t at = 0;
  for (size_t i = 0; i < n; i++) {
    bool special = false;
    tok_slice rest = {text.ptr + at, text.len - at};
    tok_slice bytes = tok_vocab_bytes(v, ids[i], scratch, &special);
    if (special) bytes.len = special_length(v, ids[i], rest);
    REQUIRE(bytes.len > 0 && bytes.len <= rest.len);
    if (!special) REQUIRE(memcmp(bytes.ptr, rest.ptr, bytes.len) == 0);
    at += bytes.len;
  }
  REQUIRE(at == text.len);
}

static void check_counts(tok_engine *e, const tok_vocab *v, tok_slice text, int64_t expected) {
  int64_t n = -1;
  REQUIRE(tok_count(e, v, text, INT64_MAX, &n) == TOK_OK && n == expected);
  REQUIRE(tok_count(e, v, text, expected, &n) == TOK_OK && n == expected);
  REQUIRE(tok_count(e, v, text, expected / 2, &n) == TOK_OK);
  REQUIRE(n == expected || (n > expected / 2 && n <= expected));
}

static void check_text(tok_engine *e, int k, tok_slice text, bool special) {
  const tok_vocab *v = tok_vocab_find(tok_slice_of(naive_encodings[k]));
  uint32_t *expected = malloc((text.len + 1) * sizeof *expected);
  size_t n_expected = naive_encode(oracle(k), (const uint8_t *)text.ptr, text.len, special, expected);
  uint32_t *ids = malloc((text.len + 1) * sizeof *ids);
  size_t n = 0, end = 0;
  tok_iter it;
  tok_status rc;
  tok_iter_init(&it, e, v, text, special);
  while ((rc = tok_iter_next(&it)) == TOK_OK && it.n > 0) {
    REQUIRE(it.start == end && it.end > end && n + it.n <= text.len);
    memcpy(ids + n, it.ids, it.n * sizeof *ids);
    n += it.n;
    end = it.end;
  }
  REQUIRE(rc == TOK_OK && end == text.len);
  REQUIRE(n == n_expected && memcmp(ids, expected, n * sizeof *ids) == 0);
  if (!special) check_counts(e, v, text, (int64_t)n);
  check_bytes(v, ids, n, text);
  free(ids);
  free(expected);
}

enum { KERNELS_MAX = 8 };

/* Kernels of this build that this processor runs, each with an engine that sees all its texts. */
static size_t engines_of_kernels(tok_engine **engines) {
  size_t n = 0;
  for (size_t i = 0; tok_kernels[i] != NULL; i++) {
    if (!tok_kernels[i]->supported()) continue;
    REQUIRE(n < KERNELS_MAX && (engines[n] = tok_engine_new()) != NULL);
    engines[n++]->kernel = tok_kernels[i];
  }
  return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static tok_engine *used[KERNELS_MAX];
  static size_t n_used;
  if (n_used == 0) n_used = engines_of_kernels(used);
  if (size < 2) return 0;
  int k = data[0] % NAIVE_N_ENCODINGS;
  tok_engine *e = used[data[0] / NAIVE_N_ENCODINGS % n_used], *fresh = NULL;
  if (data[1] & 2) {
    fresh = tok_engine_new();
    fresh->kernel = e->kernel;
    e = fresh;
  }
  size_t shift = data[1] >> 2, n = size - 2;
  char *block = malloc(shift + n + (shift + n == 0));
  memcpy(block + shift, data + 2, n);
  tok_slice text = {block + shift, n};
  check_text(e, k, text, data[1] & 1);
  if (fresh != NULL) tok_engine_free(fresh);
  free(block);
  return 0;
}

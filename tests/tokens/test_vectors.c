/*
** The engine against the reference encoder's published results (../shared/data/tokens, where
** present) and against the naive encoder beside this file: ids, counts, and the bytes of the
** tokens, 0 differences, by every kernel of this build that this machine runs.
*/
#include <cjson/cJSON.h>

#include "../../ext/tokens/engine.h"
#include "../check.h"
#include "naive_bpe.h"
#include "vectors.h"

static const tok_vocab *find(const char *encoding) {
  const tok_vocab *v = tok_vocab_find(tok_slice_of(encoding));
  if (!CHECK(v != NULL)) exit(1);
  return v;
}

enum { KERNELS_MAX = 8 };

/*
** An engine for every kernel that this machine runs, so that what one remembers does not help
** another. NULL behind the last.
*/
static void engines_new(tok_engine *engines[KERNELS_MAX]) {
  size_t n = 0;
  for (size_t k = 0; tok_kernels[k] != NULL; k++) {
    if (!tok_kernels[k]->supported()) continue;
    engines[n] = tok_engine_new();
    engines[n++]->kernel = tok_kernels[k];
  }
  CHECK(n < KERNELS_MAX);
  engines[n] = NULL;
}

static void engines_free(tok_engine *engines[KERNELS_MAX]) {
  for (size_t k = 0; engines[k] != NULL; k++) tok_engine_free(engines[k]);
}

/* All ids of a text; checks on the way that steps follow each other and cover the text exactly. */
static size_t encode(tok_engine *e, const tok_vocab *v, tok_slice text, bool special, uint32_t *ids) {
  tok_iter it;
  size_t n = 0, end = 0;
  tok_status rc;
  tok_iter_init(&it, e, v, text, special);
  while ((rc = tok_iter_next(&it)) == TOK_OK && it.n > 0) {
    CHECK_INT(it.start, end);
    memcpy(ids + n, it.ids, it.n * sizeof *ids);
    n += it.n;
    end = it.end;
  }
  CHECK_INT(rc, TOK_OK);
  CHECK_INT(end, text.len);
  return n;
}

static int64_t count(tok_engine *e, const tok_vocab *v, tok_slice text) {
  int64_t n = -1;
  CHECK_INT(tok_count(e, v, text, INT64_MAX, &n), TOK_OK);
  return n;
}

/* decode(encode(x)) = x */
static void check_bytes_of_ids(const tok_vocab *v, const uint32_t *ids, size_t n, tok_slice text) {
  char scratch[TOK_TOKEN_BYTES_MAX];
  size_t at = 0;
  for (size_t i = 0; i < n; i++) {
    tok_slice bytes = tok_vocab_bytes(v, ids[i], scratch, NULL);
    tok_slice there = {text.ptr + at, bytes.len};
    if (!CHECK(bytes.len > 0 && at + bytes.len <= text.len && tok_slice_eq(bytes, there))) return;
    at += bytes.len;
  }
  CHECK_INT(at, text.len);
}

typedef struct {
  tok_engine *e;
  uint32_t *ids;
  long n_ids;
} state;

static void compare(const vector *vec, void *arg) {
  state *s = arg;
  tok_slice text = {vec->text, vec->n};
  s->ids = realloc(s->ids, (vec->n + 1) * sizeof *s->ids);
  for (int i = 0; i < VECTORS_N_ENCODINGS; i++) {
    const tok_vocab *v = find(vectors_encodings[i]);
    size_t n = encode(s->e, v, text, false, s->ids);
    CHECK_BYTES(s->ids, n * sizeof *s->ids, vec->ids[i], vec->n_ids[i] * sizeof *s->ids);
    if (!CHECK_INT(count(s->e, v, text), vec->n_ids[i])) printf("kernel %s\n", s->e->kernel->name);
    check_bytes_of_ids(v, s->ids, n, text);
    s->n_ids += (long)n;
  }
}

static void equals_all_vectors(void) {
  long n = 0;
  tok_engine *engines[KERNELS_MAX];
  engines_new(engines);
  for (size_t k = 0; engines[k] != NULL && n >= 0; k++) {
    state s = {engines[k], NULL, 0};
    n = vectors_each(compare, &s);
    if (n < 0) {
      CHECK_SKIP("../shared/data/tokens is not there");
    } else {
      CHECK_INT(n, 6000);
      printf("kernel %s: %ld texts x %d encodings, %ld ids\n", s.e->kernel->name, n,
             VECTORS_N_ENCODINGS, s.n_ids);
    }
    free(s.ids);
  }
  engines_free(engines);
}

static void equals_corpus_counts(void) {
  static const char *const corpora[] = {"english", "code", "multilingual"};
  size_t n;
  FILE *f = fopen("../shared/data/tokens/corpus_counts.json", "r");
  if (f == NULL) {
    CHECK_SKIP("../shared/data/tokens is not there");
    return;
  }
  char expected[4096] = "";
  fread(expected, 1, sizeof expected - 1, f);
  fclose(f);
  cJSON *counts = cJSON_Parse(expected);
  tok_engine *engines[KERNELS_MAX];
  engines_new(engines);
  for (size_t i = 0; i < 3; i++) {
    char name[32];
    snprintf(name, sizeof name, "%s.txt.gz", corpora[i]);
    char *p = vectors_file(name, &n);
    tok_slice text = {p, n};
    const cJSON *of = cJSON_GetObjectItem(counts, corpora[i]);
    CHECK_INT(n, cJSON_GetNumberValue(cJSON_GetObjectItem(of, "bytes")));
    for (int k = 0; k < VECTORS_N_ENCODINGS; k++) {
      const cJSON *number = cJSON_GetObjectItem(of, vectors_encodings[k]);
      const tok_vocab *v = find(vectors_encodings[k]);
      for (size_t j = 0; engines[j] != NULL; j++) {
        if (!CHECK_INT(count(engines[j], v, text), cJSON_GetNumberValue(number)))
          printf("kernel %s\n", engines[j]->kernel->name);
      }
    }
    free(p);
  }
  engines_free(engines);
  cJSON_Delete(counts);
}

/* Every special token alone, and all of an encoding's in one text with ordinary text between. */
static void knows_special_tokens(void) {
  size_t n = 0;
  FILE *f = fopen("../shared/data/tokens/specials.json", "r");
  if (f == NULL) {
    CHECK_SKIP("../shared/data/tokens is not there");
    return;
  }
  char *text = malloc(1 << 20);
  n = fread(text, 1, (1 << 20) - 1, f);
  text[n] = '\0';
  fclose(f);
  cJSON *specials = cJSON_Parse(text), *encoding, *special;
  free(text);
  CHECK_INT(cJSON_GetArraySize(specials), NAIVE_N_ENCODINGS);
  tok_engine *e = tok_engine_new();
  cJSON_ArrayForEach(encoding, specials) {
    const tok_vocab *v = find(encoding->string);
    CHECK_INT(tok_vocab_about(v)->n_special, cJSON_GetArraySize(encoding));
    cJSON_ArrayForEach(special, encoding) {
      uint32_t ids[64];
      tok_slice name = tok_slice_of(special->string);
      CHECK_INT(encode(e, v, name, true, ids), 1);
      CHECK_INT(ids[0], special->valuedouble);
      CHECK_INT(tok_vocab_special_id(v, name), special->valuedouble);
      CHECK(encode(e, v, name, false, ids) > 1);
    }
  }
  tok_engine_free(e);
  cJSON_Delete(specials);
}

/* A small generator with a fixed seed: the same cases on every machine. */
static uint64_t next_random(uint64_t *seed) {
  *seed += 0x9E3779B97F4A7C15u;
  uint64_t z = *seed;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

static uint32_t below(uint64_t *seed, uint32_t n) { return (uint32_t)(next_random(seed) >> 33) % n; }

/* Strings of parts that meet badly: class changes, contractions, cut characters, specials, runs. */
static size_t random_text(uint64_t *r, char *out, size_t max) {
  static const char *const parts[] = {
      "a", "B", "'s", "'LL", "'\xc5\xbf", " ", "  ", "\n", "\r\n", "\t", "1", "12345", "\xd9\xa2",
      "\xc3\xa9", "\xe4\xb8\xad\xe6\x96\x87", "\xcc\x81", "\xe2\x80\x8b", "\xc2\xa0", "\xf0\x9f\x91\x8d",
      "!", "...", "/", "</s>", "<|endoftext|>", "<|fim_prefix|>", "<|end", "hello", "World", " the",
      "\xe0\xa2\x8f", "\xf0\x91\xb7\xa1", "\xff", "\xc3", "\xe4\xb8", "\xf0\x9f\x91", "\xed\xa0\x80", "_",
      "\xc7\x85", "\xca\xb0", "\xe3\x80\x80", "\xc2\x85", "\xe2\x85\xa7", "aaaaaaaaaaaaaaaa", "=====",
      "                 ", "\xe0\xb8\x81\xe0\xb8\xb4"};
  size_t n = 0, want = below(r, 4) == 0 ? max : below(r, 40);
  while (n < want) {
    uint32_t kind = below(r, 10);
    if (kind == 0) {
      out[n++] = (char)below(r, 256);
      continue;
    }
    const char *part = parts[below(r, sizeof parts / sizeof parts[0])];
    for (uint32_t times = kind == 1 ? 1 + below(r, 20) : 1; times > 0; times--) {
      if (n + strlen(part) > want) return n;
      memcpy(out + n, part, strlen(part));
      n += strlen(part);
    }
  }
  return n;
}

static void equals_the_naive_encoder(void) {
  enum { TEXT_MAX = 700, N_TEXTS = 3000 };
  static char text[TEXT_MAX];
  static uint32_t expected[TEXT_MAX], got[TEXT_MAX];
  tok_engine *engines[KERNELS_MAX];
  engines_new(engines);
  for (int k = 0; k < NAIVE_N_ENCODINGS; k++) {
    naive *oracle = naive_new(naive_encodings[k]);
    const tok_vocab *v = find(naive_encodings[k]);
    uint64_t r = 20260131;
    for (int i = 0; i < N_TEXTS; i++) {
      tok_slice s = {text, random_text(&r, text, TEXT_MAX)};
      bool special = i % 2 == 0;
      size_t n_expected = naive_encode(oracle, (const uint8_t *)text, s.len, special, expected);
      for (size_t at = 0; engines[at] != NULL; at++) {
        tok_engine *e = engines[at];
        size_t n = encode(e, v, s, special, got);
        CHECK_BYTES(got, n * sizeof *got, expected, n_expected * sizeof *got);
        if (!special && !CHECK_INT(count(e, v, s), n_expected))
          printf("kernel %s\n", e->kernel->name);
        check_bytes_of_ids(v, got, n, s);
      }
    }
    naive_free(oracle);
  }
  engines_free(engines);
}

/* Every id of every vocabulary: its bytes lead back to it, and are what the .tiktoken file says. */
static void knows_every_token(void) {
  for (int k = 0; k < NAIVE_N_ENCODINGS; k++) {
    naive *oracle = naive_new(naive_encodings[k]);
    const tok_vocab *v = find(naive_encodings[k]);
    char scratch[TOK_TOKEN_BYTES_MAX];
    int64_t n_vocab = tok_vocab_about(v)->n_vocab;
    for (int64_t id = -1; id <= n_vocab; id++) {
      bool special = false;
      size_t n = 0;
      const uint8_t *expected = id < 0 ? NULL : naive_bytes(oracle, (uint32_t)id, &n);
      tok_slice bytes = tok_vocab_bytes(v, id, scratch, &special);
      if (bytes.len > 0 && special) {
        CHECK_INT(tok_vocab_special_id(v, bytes), id);
      } else {
        CHECK_BYTES(bytes.ptr, bytes.len, expected, n);
        if (n > 0) CHECK_INT(tok_vocab_id(v, bytes), id);
      }
    }
    naive_free(oracle);
  }
}

CHECK_MAIN({"equals all vectors", equals_all_vectors},
           {"equals corpus counts", equals_corpus_counts},
           {"knows special tokens", knows_special_tokens},
           {"equals the naive encoder", equals_the_naive_encoder},
           {"knows every token", knows_every_token})

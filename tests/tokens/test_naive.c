/* The oracle itself against the reference encoder's published results. */
#include "../check.h"
#include "naive_bpe.h"
#include "vectors.h"

/*
** A few ids that anyone can look up, so that the oracle is tested where the shared data is absent.
*/
static void knows_published_ids(void) {
  static const struct {
    const char *encoding, *text;
    uint32_t ids[8];
    size_t n;
  } cases[] = {{"r50k_base", "hello world", {31373, 995}, 2},
               {"cl100k_base", "hello world", {15339, 1917}, 2},
               {"cl100k_base", "tiktoken is great!", {83, 1609, 5963, 374, 2294, 0}, 6},
               {"o200k_base", "hello world", {24912, 2375}, 2},
               {"cl100k_base", "\xe0\xa2\x8f's", {156, 95, 237, 6, 82}, 5}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    naive *v = naive_new(cases[i].encoding);
    uint32_t ids[64];
    size_t n = naive_encode(v, (const uint8_t *)cases[i].text, strlen(cases[i].text), false, ids);
    CHECK_INT(n, cases[i].n);
    CHECK(memcmp(ids, cases[i].ids, n * sizeof ids[0]) == 0);
    naive_free(v);
  }
}

typedef struct {
  naive *v[VECTORS_N_ENCODINGS];
  uint32_t *ids;
} state;

static void compare(const vector *vec, void *arg) {
  state *s = arg;
  s->ids = realloc(s->ids, (vec->n + 1) * sizeof *s->ids);
  for (int e = 0; e < VECTORS_N_ENCODINGS; e++) {
    size_t n = naive_encode(s->v[e], (const uint8_t *)vec->text, vec->n, false, s->ids);
    CHECK_BYTES(s->ids, n * sizeof *s->ids, vec->ids[e], vec->n_ids[e] * sizeof *s->ids);
  }
}

static void agrees_with_all_vectors(void) {
  state s = {0};
  for (int e = 0; e < VECTORS_N_ENCODINGS; e++) s.v[e] = naive_new(vectors_encodings[e]);
  long n = vectors_each(compare, &s);
  if (n < 0) CHECK_SKIP("../shared/data/tokens is not there");
  else CHECK_INT(n, 6000);
  for (int e = 0; e < VECTORS_N_ENCODINGS; e++) naive_free(s.v[e]);
  free(s.ids);
}

CHECK_MAIN({"knows published ids", knows_published_ids},
           {"agrees with all vectors", agrees_with_all_vectors})

/* The cache of references; see cache.h. */
#include "cache.h"

typedef struct {
  uint64_t hash;
  const tok_price_model *model;    /* NULL: known to be unknown */
  uint8_t used, provider_len, len; /* len: both together */
  char key[TOK_CACHE_KEY_MAX];
} slot;

struct tok_price_cache {
  slot sets[TOK_CACHE_SETS][TOK_CACHE_WAYS];
  uint8_t victim[TOK_CACHE_SETS]; /* the way that is overwritten next */
};

tok_price_cache *tok_price_cache_new(void) {
  tok_price_cache *c = tok_malloc(sizeof *c);
  if (c != NULL)
    memset(c, 0, sizeof *c);
  return c;
}

void tok_price_cache_free(tok_price_cache *c) {
  if (c != NULL)
    tok_free(c);
}

/* FNV-1a with a final mix, so that the low bits depend on all bytes. */
static uint64_t hash_of(uint64_t h, tok_slice s) {
  for (size_t i = 0; i < s.len; i++)
    h = (h ^ (unsigned char)s.ptr[i]) * 0x100000001B3ULL;
  return h ^ h >> 29;
}

static bool is_key(const slot *s, uint64_t hash, tok_slice provider, tok_slice reference) {
  return s->used && s->hash == hash && s->provider_len == provider.len &&
         s->len == provider.len + reference.len &&
         (provider.len == 0 || memcmp(s->key, provider.ptr, provider.len) == 0) &&
         (reference.len == 0 || memcmp(s->key + provider.len, reference.ptr, reference.len) == 0);
}

static void fill(slot *s, uint64_t hash, tok_slice provider, tok_slice reference,
                 const tok_price_model *model) {
  s->used = 1;
  s->hash = hash;
  s->model = model;
  s->provider_len = (uint8_t)provider.len;
  s->len = (uint8_t)(provider.len + reference.len);
  if (provider.len > 0)
    memcpy(s->key, provider.ptr, provider.len);
  if (reference.len > 0)
    memcpy(s->key + provider.len, reference.ptr, reference.len);
}

const tok_price_model *tok_price_cache_model(tok_price_cache *c, tok_slice provider,
                                             tok_slice reference) {
  tok_resolution r;
  if (c == NULL || provider.len + reference.len > TOK_CACHE_KEY_MAX) {
    tok_resolve(provider, reference, &r);
    return r.model;
  }
  uint64_t hash = hash_of(hash_of(0xCBF29CE484222325ULL, provider), reference);
  size_t set = hash % TOK_CACHE_SETS;
  for (size_t w = 0; w < TOK_CACHE_WAYS; w++) {
    if (is_key(&c->sets[set][w], hash, provider, reference))
      return c->sets[set][w].model;
  }
  tok_resolve(provider, reference, &r);
  fill(&c->sets[set][c->victim[set]], hash, provider, reference, r.model);
  c->victim[set] = (uint8_t)((c->victim[set] + 1) % TOK_CACHE_WAYS);
  return r.model;
}

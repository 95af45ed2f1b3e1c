/* The cache of references; see cache.h. */
#include "cache.h"

typedef struct {
  const tok_price_model *model; /* NULL: known to be unknown to the list */
  tok_override *own;            /* owned; NULL: only the list's prices */
  uint32_t hash, generation;
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

static void empty(slot *s) {
  if (s->own == NULL)
    return;
  tok_override_free(s->own);
  tok_free(s->own);
  s->own = NULL;
}

void tok_price_cache_free(tok_price_cache *c) {
  if (c == NULL)
    return;
  for (size_t i = 0; i < TOK_CACHE_SETS; i++) {
    for (size_t w = 0; w < TOK_CACHE_WAYS; w++)
      empty(&c->sets[i][w]);
  }
  tok_free(c);
}

/* FNV-1a with a final mix, so that the low bits depend on all bytes. */
static uint64_t hash_of(uint64_t h, tok_slice s) {
  for (size_t i = 0; i < s.len; i++)
    h = (h ^ (unsigned char)s.ptr[i]) * 0x100000001B3ULL;
  return h ^ h >> 29;
}

static uint32_t key_hash(tok_slice provider, tok_slice reference) {
  uint64_t h = hash_of(hash_of(0xCBF29CE484222325ULL, provider), reference);
  return (uint32_t)(h ^ h >> 32);
}

static bool is_key(const slot *s, uint32_t hash, tok_slice provider, tok_slice reference) {
  return s->used && s->hash == hash && s->provider_len == provider.len &&
         s->len == provider.len + reference.len &&
         (provider.len == 0 || memcmp(s->key, provider.ptr, provider.len) == 0) &&
         (reference.len == 0 || memcmp(s->key + provider.len, reference.ptr, reference.len) == 0);
}

bool tok_price_cache_get(const tok_price_cache *c, uint32_t generation, tok_slice provider, tok_slice reference,
                         tok_price_hit *out) {
  if (c == NULL || provider.len + reference.len > TOK_CACHE_KEY_MAX)
    return false;
  uint32_t hash = key_hash(provider, reference);
  const slot *set = c->sets[hash % TOK_CACHE_SETS];
  for (size_t w = 0; w < TOK_CACHE_WAYS; w++) {
    if (set[w].generation != generation || !is_key(&set[w], hash, provider, reference))
      continue;
    *out = (tok_price_hit){set[w].model, set[w].own};
    return true;
  }
  return false;
}

bool tok_price_cache_put(tok_price_cache *c, uint32_t generation, tok_slice provider, tok_slice reference,
                         const tok_price_model *model, tok_override *own) {
  if (c == NULL || provider.len + reference.len > TOK_CACHE_KEY_MAX)
    return false;
  uint32_t hash = key_hash(provider, reference);
  size_t set = hash % TOK_CACHE_SETS;
  slot *s = &c->sets[set][c->victim[set]];
  c->victim[set] = (uint8_t)((c->victim[set] + 1) % TOK_CACHE_WAYS);
  empty(s);
  *s = (slot){model, own, hash, generation, 1, (uint8_t)provider.len, (uint8_t)(provider.len + reference.len), ""};
  if (provider.len > 0)
    memcpy(s->key, provider.ptr, provider.len);
  if (reference.len > 0)
    memcpy(s->key + provider.len, reference.ptr, reference.len);
  return true;
}

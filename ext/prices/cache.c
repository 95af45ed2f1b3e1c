/* The cache of references; see cache.h. */
#include "cache.h"

typedef struct {
  const tok_price_model *model; /* NULL: known to be unknown to the list */
  tok_override *own;            /* owned; NULL: only the list's prices */
  tok_rates rates;
  uint8_t provider_len, len; /* len: both together */
  char key[TOK_CACHE_KEY_MAX];
} slot;

/* What is compared first stands together: a search touches one line, then one slot. */
typedef struct {
  uint32_t hash[TOK_CACHE_WAYS]; /* 0: free */
  uint32_t generation[TOK_CACHE_WAYS];
  uint8_t victim; /* the way that is overwritten next */
  slot slots[TOK_CACHE_WAYS];
} cache_set;

struct tok_price_cache {
  cache_set *sets; /* owned */
  size_t n_sets;   /* a power of two */
};

static cache_set *new_sets(size_t n) {
  cache_set *sets = tok_malloc(n * sizeof *sets);
  if (sets != NULL)
    memset(sets, 0, n * sizeof *sets);
  return sets;
}

tok_price_cache *tok_price_cache_new(void) {
  tok_price_cache *c = tok_malloc(sizeof *c);
  if (c == NULL)
    return NULL;
  *c = (tok_price_cache){new_sets(TOK_CACHE_SETS_MIN), TOK_CACHE_SETS_MIN};
  if (c->sets != NULL)
    return c;
  tok_free(c);
  return NULL;
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
  for (size_t i = 0; i < c->n_sets; i++) {
    for (size_t w = 0; w < TOK_CACHE_WAYS; w++)
      empty(&c->sets[i].slots[w]);
  }
  tok_free(c->sets);
  tok_free(c);
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* Eight bytes at a time, multiplied and folded; the last ones overlap what was taken before. */
static uint64_t mix(uint64_t h, uint64_t word) {
  h = (h ^ word) * 0x9E3779B97F4A7C15ULL; /* 2^64 / golden ratio */
  return h ^ h >> 29;
}

static uint64_t hash_of(uint64_t h, tok_slice s) {
  uint64_t word = 0;
  size_t i = 0;
  for (; i + sizeof word <= s.len; i += sizeof word) {
    memcpy(&word, s.ptr + i, sizeof word);
    h = mix(h, word);
  }
  if (i == s.len)
    return mix(h, s.len);
  if (s.len >= sizeof word) {
    memcpy(&word, s.ptr + s.len - sizeof word, sizeof word);
  } else {
    for (word = 0; i < s.len; i++)
      word = word << 8 | (unsigned char)s.ptr[i];
  }
  return mix(mix(h, word), s.len);
}

/* Never 0. */
static uint32_t key_hash(tok_slice provider, tok_slice reference) {
  uint64_t h = hash_of(hash_of(1, provider), reference);
  return (uint32_t)(h >> 32) | 1u << 31;
}

static bool is_key(const slot *s, tok_slice provider, tok_slice reference) {
  return s->provider_len == provider.len && s->len == provider.len + reference.len &&
         (provider.len == 0 || memcmp(s->key, provider.ptr, provider.len) == 0) &&
         (reference.len == 0 || memcmp(s->key + provider.len, reference.ptr, reference.len) == 0);
}

/* ---- get and put ----------------------------------------------------------------------------- */

bool tok_price_cache_get(tok_price_cache *c, uint32_t generation, tok_slice provider,
                         tok_slice reference, tok_price_hit *out) {
  if (c == NULL || provider.len + reference.len > TOK_CACHE_KEY_MAX)
    return false;
  uint32_t hash = key_hash(provider, reference);
  cache_set *set = &c->sets[hash & (c->n_sets - 1)];
  for (size_t w = 0; w < TOK_CACHE_WAYS; w++) {
    slot *s = &set->slots[w];
    if (set->hash[w] != hash || set->generation[w] != generation || !is_key(s, provider, reference))
      continue;
    *out = (tok_price_hit){s->model, s->own, &s->rates};
    return true;
  }
  return false;
}

/* Twice as many sets; each old one is split in two, so everything fits. Without memory for it
 * nothing changes. */
static void grow(tok_price_cache *c) {
  size_t n = c->n_sets * 2;
  cache_set *sets = new_sets(n);
  if (sets == NULL)
    return;
  for (size_t i = 0; i < c->n_sets; i++) {
    const cache_set *from = &c->sets[i];
    for (size_t w = 0; w < TOK_CACHE_WAYS; w++) {
      if (from->hash[w] == 0)
        continue;
      cache_set *to = &sets[from->hash[w] & (n - 1)];
      uint8_t v = to->victim++;
      to->hash[v] = from->hash[w];
      to->generation[v] = from->generation[w];
      to->slots[v] = from->slots[w];
    }
  }
  for (size_t i = 0; i < n; i++)
    sets[i].victim %= TOK_CACHE_WAYS;
  tok_free(c->sets);
  c->sets = sets;
  c->n_sets = n;
}

/* Would the next answer of this set push out one that is still good? */
static bool is_full(const cache_set *set, uint32_t generation) {
  return set->hash[set->victim] != 0 && set->generation[set->victim] == generation;
}

bool tok_price_cache_put(tok_price_cache *c, uint32_t generation, tok_slice provider,
                         tok_slice reference, tok_override *own, tok_price_hit *hit) {
  if (c == NULL || provider.len + reference.len > TOK_CACHE_KEY_MAX)
    return false;
  uint32_t hash = key_hash(provider, reference);
  if (c->n_sets < TOK_CACHE_SETS_MAX && is_full(&c->sets[hash & (c->n_sets - 1)], generation))
    grow(c);
  cache_set *set = &c->sets[hash & (c->n_sets - 1)];
  uint8_t w = set->victim;
  slot *s = &set->slots[w];
  set->victim = (uint8_t)((w + 1) % TOK_CACHE_WAYS);
  empty(s);
  set->hash[w] = hash;
  set->generation[w] = generation;
  s->model = hit->model;
  s->own = own;
  s->rates.known = 0;
  s->provider_len = (uint8_t)provider.len;
  s->len = (uint8_t)(provider.len + reference.len);
  if (provider.len > 0)
    memcpy(s->key, provider.ptr, provider.len);
  if (reference.len > 0)
    memcpy(s->key + provider.len, reference.ptr, reference.len);
  hit->rates = &s->rates;
  return true;
}

#include "engine.h"

enum { EMPTY_FOR_BYTES = 16384 }; /* of text: emptying a cache must be small beside counting */

static size_t cache_bytes(uint32_t n_sets) {
  return n_sets * sizeof(tok_key[2]) + n_sets / 4 * sizeof(tok_mid_entry) +
         n_sets / 16 * sizeof(tok_long_entry);
}

/* Gives `c` empty arrays of a size; false where memory is short (then c is as before). */
static bool allocate(tok_cache *c, uint32_t n_sets) {
  char *p = tok_malloc(cache_bytes(n_sets));
  if (p == NULL) return false;
  memset(p, 0, cache_bytes(n_sets));
  c->shorts = (tok_key(*)[2])(void *)p;
  c->mids = (tok_mid_entry *)(void *)(c->shorts + n_sets);
  c->longs = (tok_long_entry *)(void *)(c->mids + n_sets / 4);
  c->n_sets = n_sets;
  c->n_added = 0;
  return true;
}

tok_cache *tok_engine_cache(tok_engine *e, const tok_ranks *r, size_t n_bytes) {
  for (int i = 0; i < 2; i++) {
    tok_cache *c = &e->cache[i];
    if (c->ranks == r) return c;
    if (c->ranks != NULL) continue;
    if (!allocate(c, TOK_CACHE_SETS_MIN)) return NULL;
    c->n_sets_max = i == 0 ? TOK_CACHE_SETS_MAX : TOK_CACHE_SETS_2ND;
    c->ranks = r;
    return c;
  }
  if (n_bytes < EMPTY_FOR_BYTES) return NULL;
  tok_cache *c = &e->cache[1];
  memset(c->shorts, 0, cache_bytes(c->n_sets));
  c->n_added = 0;
  c->ranks = r;
  return c;
}

void tok_cache_grow(tok_cache *c) {
  tok_cache old = *c;
  if (!allocate(c, old.n_sets * 4)) {
    c->n_sets_max = old.n_sets; /* do not ask again */
    return;
  }
  for (uint32_t i = 0; i < old.n_sets; i++) {
    for (int way = 1; way >= 0; way--) { /* the older first, so that the newer stays in front */
      tok_key k = old.shorts[i][way];
      if (k.hi != 0) tok_cache_put(tok_cache_set(c, tok_key_hash(tok_cache_key(k), c->ranks->seed)), k);
    }
  }
  for (uint32_t i = 0; i < old.n_sets / 4; i++) {
    const tok_mid_entry *m = &old.mids[i];
    if (m->len != 0) *tok_cache_mid(c, m->bytes, m->len) = *m;
  }
  for (uint32_t i = 0; i < old.n_sets / 16; i++) {
    const tok_long_entry *l = &old.longs[i];
    if (l->len != 0) *tok_cache_long(c, l->bytes, l->len) = *l;
  }
  tok_free(old.shorts);
}

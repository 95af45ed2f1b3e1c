#include "engine.h"

enum {
  EMPTY_FOR_BYTES = 16384, /* of text: emptying a cache must be small beside counting */
  GROWTH = 16              /* at once: moving entries costs as much as putting them in */
};

static size_t cache_bytes(uint32_t n_lines) {
  size_t shorts = (size_t)n_lines << TOK_SHORTS_SHIFT, mids = n_lines >> TOK_MIDS_SHIFT;
  size_t longs = tok_cache_n_longs(n_lines), huges = n_lines >> TOK_HUGES_SHIFT;
  return (n_lines + shorts + mids + longs + 2 * huges) * TOK_LINE_BYTES;
}

/* Gives `c` empty arrays of a size; false where memory is short (then c is as before). */
static bool allocate(tok_cache *c, uint32_t n_lines) {
  char *p = tok_malloc(cache_bytes(n_lines) + TOK_LINE_BYTES);
  if (p == NULL) return false;
  c->memory = p;
  p += -(uintptr_t)p & (TOK_LINE_BYTES - 1);
  memset(p, 0, cache_bytes(n_lines));
  c->tinies = (tok_tiny_line *)(void *)p;
  c->shorts = (tok_short_line *)(void *)(c->tinies + n_lines);
  c->mids = (tok_mid_line *)(void *)(c->shorts + ((size_t)n_lines << TOK_SHORTS_SHIFT));
  c->longs = (tok_long_entry *)(void *)(c->mids + (n_lines >> TOK_MIDS_SHIFT));
  c->huges = (tok_huge_entry *)(void *)(c->longs + tok_cache_n_longs(n_lines));
  c->n_lines = n_lines;
  memset(c->n_added, 0, sizeof c->n_added);
  c->crowded = false;
  return true;
}

tok_cache *tok_engine_cache(tok_engine *e, const tok_ranks *r, size_t n_bytes) {
  for (int i = 0; i < 2; i++) {
    tok_cache *c = &e->cache[i];
    if (c->ranks == r) return c;
    if (c->ranks != NULL) continue;
    if (!allocate(c, TOK_CACHE_LINES_MIN)) return NULL;
    c->n_lines_max = i == 0 ? TOK_CACHE_LINES_MAX : TOK_CACHE_LINES_2ND;
    c->ranks = r;
    return c;
  }
  if (n_bytes < EMPTY_FOR_BYTES) return NULL;
  tok_cache *c = &e->cache[1];
  memset(c->tinies, 0, cache_bytes(c->n_lines));
  memset(c->n_added, 0, sizeof c->n_added);
  c->ranks = r;
  return c;
}

static void move_entries(tok_cache *c, const tok_cache *old) {
  for (uint32_t i = 0; i < old->n_lines * 7; i++) {
    const tok_tiny_line *line = &old->tinies[i / 7];
    if (line->key[i % 7] != 0) tok_cache_put_tiny(c, line->key[i % 7], line->count[i % 7]);
  }
  for (uint32_t i = 0; i < (old->n_lines << TOK_SHORTS_SHIFT) * 4; i++) {
    tok_key entry = old->shorts[i / 4].way[i % 4], k = entry;
    if (entry.hi == 0) continue;
    k.hi &= ((uint64_t)1 << TOK_CACHE_COUNT_SHIFT) - 1;
    tok_cache_put_short(c, tok_key_hash(k, c->ranks->seed), entry);
  }
  for (uint32_t i = 0; i < (old->n_lines >> TOK_MIDS_SHIFT) * 2; i++) {
    const tok_mid_entry *m = &old->mids[i / 2].way[i % 2];
    if (m->len != 0) tok_cache_put_mid(c, tok_mid_hash(m->bytes, m->len), m);
  }
  for (uint32_t i = 0; i < tok_cache_n_longs(old->n_lines); i++) {
    const tok_long_entry *l = &old->longs[i];
    if (l->len != 0)
      tok_cache_put_long(c, tok_long_piece_hash(l->bytes, l->len), l->bytes, l->len, l->count);
  }
  for (uint32_t i = 0; i < old->n_lines >> TOK_HUGES_SHIFT; i++) {
    const tok_huge_entry *h = &old->huges[i];
    if (h->len != 0)
      tok_cache_put_long(c, tok_long_piece_hash(h->bytes, h->len), h->bytes, h->len, h->count);
  }
}

void tok_cache_grow(tok_cache *c) {
  tok_cache old = *c;
  uint32_t n_lines =
      old.n_lines < old.n_lines_max / GROWTH ? old.n_lines * GROWTH : old.n_lines_max;
  if (!allocate(c, n_lines)) {
    c->n_lines_max = old.n_lines; /* do not ask again */
    return;
  }
  move_entries(c, &old);
  tok_free(old.memory);
}

#include "engine.h"

enum {
  EMPTY_FOR_BYTES = 16384, /* of text: emptying a cache must be small beside counting */
  GROWTH = 16,             /* at once: moving entries costs as much as putting them in */
  MANY_NEW = 4             /* where one piece in so many is new, a text has no end of them */
};

static size_t cache_bytes(uint32_t n_lines) {
  size_t shorts = (size_t)n_lines << TOK_SHORTS_SHIFT, mids = n_lines >> TOK_MIDS_SHIFT;
  size_t longs = tok_cache_n_longs(n_lines), huges = n_lines >> TOK_HUGES_SHIFT;
  return (n_lines + shorts + mids + longs + 2 * huges) * TOK_LINE_BYTES;
}

/*
** Gives `c` arrays of a size, with whatever is in them; false where memory is short (then c is as
** before).
*/
static bool allocate(tok_cache *c, uint32_t n_lines) {
  char *p = tok_malloc(cache_bytes(n_lines) + TOK_LINE_BYTES);
  if (p == NULL) return false;
  c->memory = p;
  p += -(uintptr_t)p & (TOK_LINE_BYTES - 1);
  c->tinies = (tok_tiny_line *)(void *)p;
  c->shorts = (tok_short_line *)(void *)(c->tinies + n_lines);
  c->mids = (tok_mid_line *)(void *)(c->shorts + ((size_t)n_lines << TOK_SHORTS_SHIFT));
  c->longs = (tok_long_entry *)(void *)(c->mids + (n_lines >> TOK_MIDS_SHIFT));
  c->huges = (tok_huge_entry *)(void *)(c->longs + tok_cache_n_longs(n_lines));
  c->n_lines = n_lines;
  c->tiny_shift = 64 - (uint32_t)__builtin_ctz(n_lines);
  memset(c->n_added, 0, sizeof c->n_added);
  c->n_asked = 0;
  c->crowded = false;
  return true;
}

tok_cache *tok_engine_cache(tok_engine *e, const tok_ranks *r, size_t n_bytes) {
  for (int i = 0; i < 2; i++) {
    tok_cache *c = &e->cache[i];
    if (c->ranks == r) return c;
    if (c->ranks != NULL) continue;
    if (!allocate(c, TOK_CACHE_LINES_MIN)) return NULL;
    memset(c->tinies, 0, cache_bytes(c->n_lines));
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

/*
** A line's entries go to lines that nothing else goes to, so these are written one after the other,
** and there is room: of tinies to those that stand where it stood, of others to those of the same
** number modulo the old size. A line's places are taken in order, and never given up. An entry is
** in the first of its lines if that has the number of the line it stood in.
*/
static void split_tinies(tok_cache *c, const tok_cache *old) {
  uint32_t n_each = c->n_lines / old->n_lines;
  for (uint32_t i = 0; i < old->n_lines; i++) {
    const tok_tiny_line *from = &old->tinies[i];
    memset(&c->tinies[(size_t)i * n_each], 0, n_each * sizeof *c->tinies);
    for (int k = TOK_TINY_WAYS - 1; k >= 0 && from->way[k] != 0; k--) {
      uint64_t key = from->way[k] & ~(uint64_t)TOK_TINY_COUNT;
      tok_tiny_line *line = tok_cache_tiny(c, key, tok_cache_tiny(old, key, 0) != from);
      int at = TOK_TINY_WAYS - 1;
      while (line->way[at] != 0) at--;
      line->way[at] = from->way[k];
      tok_cache_added(c, TOK_TINY);
    }
  }
}

static void split_shorts(tok_cache *c, const tok_cache *old) {
  uint32_t n_old = old->n_lines << TOK_SHORTS_SHIFT, n_lines = c->n_lines << TOK_SHORTS_SHIFT;
  for (uint32_t i = 0; i < n_old; i++) {
    const tok_short_line *from = &old->shorts[i];
    for (uint32_t k = i; k < n_lines; k += n_old) memset(&c->shorts[k], 0, sizeof c->shorts[k]);
    for (int k = 0; k < 4 && from->way[k].hi != 0; k++) {
      tok_key key = from->way[k];
      key.hi &= ((uint64_t)1 << TOK_CACHE_COUNT_SHIFT) - 1;
      uint64_t hash = tok_key_hash(key, c->ranks->seed);
      tok_key *to = tok_cache_short(c, hash, tok_cache_short(old, hash, 0) != from)->way;
      while (to->hi != 0) to++;
      *to = from->way[k];
      tok_cache_added(c, TOK_SHORT);
    }
  }
}

static void split_mids(tok_cache *c, const tok_cache *old) {
  uint32_t n_old = old->n_lines >> TOK_MIDS_SHIFT, n_lines = c->n_lines >> TOK_MIDS_SHIFT;
  for (uint32_t i = 0; i < n_old; i++) {
    const tok_mid_line *from = &old->mids[i];
    for (uint32_t k = i; k < n_lines; k += n_old) memset(&c->mids[k], 0, sizeof c->mids[k]);
    for (int k = 0; k < 2 && from->way[k].len != 0; k++) {
      uint64_t hash = tok_mid_hash(from->way[k].bytes, from->way[k].len);
      tok_mid_entry *to = tok_cache_mid(c, hash, tok_cache_mid(old, hash, 0) != from)->way;
      while (to->len != 0) to++;
      *to = from->way[k];
      tok_cache_added(c, TOK_MID);
    }
  }
}

/* These are few. */
static void move_longs(tok_cache *c, const tok_cache *old) {
  memset(c->longs, 0, sizeof *c->longs * tok_cache_n_longs(c->n_lines));
  memset(c->huges, 0, sizeof *c->huges * (c->n_lines >> TOK_HUGES_SHIFT));
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
  uint32_t n_lines = old.n_lines_max, n_new = 0;
  for (int i = 0; i < TOK_N_KINDS; i++) n_new += old.n_added[i];
  if (old.n_lines < old.n_lines_max / GROWTH && n_new < old.n_asked / MANY_NEW)
    n_lines = old.n_lines * GROWTH;
  if (!allocate(c, n_lines)) {
    c->n_lines_max = old.n_lines; /* do not ask again */
    return;
  }
  split_tinies(c, &old);
  split_shorts(c, &old);
  split_mids(c, &old);
  move_longs(c, &old);
  tok_free(old.memory);
}

uint8_t *tok_cache_lines(tok_cache *c, uint32_t *n) {
  if (c->n_added[TOK_TINY] > cache_bytes(c->n_lines) / TOK_LINE_BYTES &&
      c->n_lines < c->n_lines_max) {
    char *old = c->memory;
    if (allocate(c, c->n_lines_max)) {
      memset(c->tinies, 0, cache_bytes(c->n_lines));
      tok_free(old);
    } else {
      c->n_lines_max = c->n_lines;
    }
  }
  *n = (uint32_t)(cache_bytes(c->n_lines) / TOK_LINE_BYTES);
  return (uint8_t *)c->tinies;
}

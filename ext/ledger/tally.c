/* Sums by key; see tally.h. Nothing of its own for SQL. */
#include "tally.h"

#include <stdlib.h>

enum { FIRST_ENTRIES = 256, KEYS_MAX = 1 << 30 /* indexes + 1 fit uint32_t */ };

void tok_tally_init(tok_tally *t, size_t n_values) {
  memset(t, 0, sizeof *t);
  t->n_values = n_values;
}

void tok_tally_free(tok_tally *t) {
  tok_free(t->entries);
  tok_free(t->values);
  tok_free(t->slots);
  tok_free(t->arena);
  tok_tally_init(t, t->n_values);
}

void tok_tally_clear(tok_tally *t) {
  if (t->slots != NULL) memset(t->slots, 0, t->n_slots * sizeof *t->slots);
  t->n = 0;
  t->arena_len = 0;
}

/*
** FNV-1a over 8 bytes at a time, mixed at the end: keys are tens of bytes and not hostile to each
** other.
*/
static uint64_t hash_of(const char *key, size_t len) {
  uint64_t h = 0xcbf29ce484222325u ^ len, word;
  for (; len >= 8; len -= 8, key += 8) {
    memcpy(&word, key, 8);
    h = (h ^ word) * 0x9e3779b97f4a7c15u;
    h ^= h >> 32;
  }
  word = 0;
  memcpy(&word, key, len);
  h = (h ^ word) * 0x9e3779b97f4a7c15u;
  return h ^ (h >> 29);
}

/* A larger block in place of *p, which stays as it is if there is none. */
static bool grow(tok_tally *t, void **p, size_t n_bytes) {
  void *more = tok_realloc(*p, n_bytes);
  if (more == NULL) t->status = TOK_NOMEM;
  else *p = more;
  return more != NULL;
}

static void place(tok_tally *t, size_t i) {
  size_t at = t->entries[i].hash & (t->n_slots - 1);
  while (t->slots[at] != 0) at = (at + 1) & (t->n_slots - 1);
  t->slots[at] = (uint32_t)(i + 1);
}

static bool more_entries(tok_tally *t) {
  size_t cap = t->cap == 0 ? FIRST_ENTRIES : 2 * t->cap;
  void *entries = t->entries, *values = t->values;
  if (cap > KEYS_MAX) {
    t->status = TOK_TOOBIG;
    return false;
  }
  bool ok = grow(t, &entries, cap * sizeof *t->entries);
  t->entries = entries;
  ok = ok && grow(t, &values, cap * t->n_values * sizeof *t->values);
  t->values = values;
  uint32_t *slots = ok ? tok_malloc(2 * cap * sizeof *slots) : NULL;
  if (slots == NULL) {
    t->status = TOK_NOMEM;
    return false;
  }
  memset(slots, 0, 2 * cap * sizeof *slots);
  tok_free(t->slots);
  t->slots = slots;
  t->n_slots = 2 * cap;
  t->cap = cap;
  for (size_t i = 0; i < t->n; i++) place(t, i);
  return true;
}

static bool more_arena(tok_tally *t, size_t n) {
  size_t cap = t->arena_cap == 0 ? 4096 : t->arena_cap;
  void *arena = t->arena;
  while (cap - t->arena_len < n) cap *= 2;
  if (cap == t->arena_cap) return true;
  if (!grow(t, &arena, cap)) return false;
  t->arena = arena;
  t->arena_cap = cap;
  return true;
}

int64_t *tok_tally_at(tok_tally *t, const char *key, size_t len, bool *fresh) {
  if (t->status != TOK_OK) return NULL;
  if (t->n == t->cap && !more_entries(t)) return NULL;
  uint64_t hash = hash_of(key, len);
  size_t at = hash & (t->n_slots - 1);
  for (; t->slots[at] != 0; at = (at + 1) & (t->n_slots - 1)) {
    const tok_tally_entry *e = &t->entries[t->slots[at] - 1];
    if (e->hash == hash && e->key_len == len && memcmp(t->arena + e->key_at, key, len) == 0) {
      *fresh = false;
      return t->values + e->value_at;
    }
  }
  if (!more_arena(t, len)) return NULL;
  tok_tally_entry *e = &t->entries[t->n];
  *e = (tok_tally_entry){t->arena_len, len, t->n * t->n_values, hash, NULL};
  memcpy(t->arena + t->arena_len, key, len);
  t->arena_len += len;
  memset(t->values + e->value_at, 0, t->n_values * sizeof *t->values);
  t->slots[at] = (uint32_t)++t->n;
  *fresh = true;
  return t->values + e->value_at;
}

static int by_key(const void *a, const void *b) {
  const tok_tally_entry *x = a, *y = b;
  size_t n = x->key_len < y->key_len ? x->key_len : y->key_len;
  int order = memcmp(x->key, y->key, n);
  return order != 0 ? order : (x->key_len > y->key_len) - (x->key_len < y->key_len);
}

void tok_tally_sort(tok_tally *t) {
  for (size_t i = 0; i < t->n; i++) t->entries[i].key = t->arena + t->entries[i].key_at;
  if (t->n > 1) qsort(t->entries, t->n, sizeof *t->entries, by_key);
}

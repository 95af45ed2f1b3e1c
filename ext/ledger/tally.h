/*
** Sums by key: a hash table from byte strings to a fixed number of int64 each.
**
** Keys live in one arena, sums in one array, so adding costs no allocation of its own. After the
** first failure `status` stays set and every further call does nothing.
*/
#ifndef TOK_LEDGER_TALLY_H
#define TOK_LEDGER_TALLY_H

#include "../base/base.h"

typedef struct {
  size_t key_at, key_len; /* bytes in the arena */
  size_t value_at;        /* index of its first sum */
  uint64_t hash;
  const char *key; /* set by tok_tally_sort */
} tok_tally_entry;

typedef struct {
  size_t n_values; /* sums a key */
  tok_status status;
  tok_tally_entry *entries; /* owned; n of cap */
  size_t n, cap;
  int64_t *values; /* owned; cap * n_values */
  uint32_t *slots; /* owned; a power of two, at most half full; 0: free, else index + 1 */
  size_t n_slots;
  char *arena; /* owned */
  size_t arena_len, arena_cap;
} tok_tally;

/* Allocates nothing. */
void tok_tally_init(tok_tally *t, size_t n_values);
void tok_tally_free(tok_tally *t);
/* Forgets all keys, keeps the memory. */
void tok_tally_clear(tok_tally *t);
/* The sums of a key, zeros if it is new; valid until the next call. NULL: status is set. */
int64_t *tok_tally_at(tok_tally *t, const char *key, size_t len, bool *fresh);
/*
** Orders entries by the bytes of their keys. Nothing but reading is allowed afterwards, until a
** clear.
*/
void tok_tally_sort(tok_tally *t);

#endif

/*
** A small cache from references to what prices them, for columns with the same few names over and over.
**
** An answer belongs to a generation of the database's own prices. Generation 0 is the built-in list alone, which
** never changes; any other is one state of llm_price (book_sql.h says which), and answers of another generation
** are not found. Fixed size, set-associative; one connection's.
*/
#ifndef TOK_PRICE_CACHE_H
#define TOK_PRICE_CACHE_H

#include "override.h"

typedef struct tok_price_cache tok_price_cache;

enum {
  TOK_CACHE_KEY_MAX = 69, /* bytes of provider and reference together; longer ones are resolved each time */
  TOK_CACHE_WAYS = 8, /* with 4 ways and as many slots one name in fifty of 1,000 found its set full */
  TOK_CACHE_SETS = 512 /* with 8 ways: 1,000 distinct names fit nearly always, in 384 KB */
};

typedef struct {
  const tok_price_model *model; /* of the list; NULL: it does not know the reference */
  const tok_override *own;      /* borrowed until the next call; NULL: the list alone prices it */
} tok_price_hit;

static inline tok_price_rows tok_hit_rows(const tok_price_hit *hit) {
  if (hit->own != NULL) return tok_override_rows(hit->own);
  return hit->model == NULL ? (tok_price_rows){NULL, 0, 0, NULL} : tok_rows_of(hit->model);
}

/* NULL when out of memory. */
tok_price_cache *tok_price_cache_new(void);
void tok_price_cache_free(tok_price_cache *c);

/* c may be NULL in both. */
bool tok_price_cache_get(const tok_price_cache *c, uint32_t generation, tok_slice provider, tok_slice reference,
                         tok_price_hit *out);
/* Takes `own` (from tok_malloc, may be NULL) if it returns true; false: the key is too long, or c is NULL. */
bool tok_price_cache_put(tok_price_cache *c, uint32_t generation, tok_slice provider, tok_slice reference,
                         const tok_price_model *model, tok_override *own);

#endif

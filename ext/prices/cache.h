/*
** A small cache from references to what prices them, for columns with the same few names over and
** over.
**
** An answer belongs to a generation of the database's own prices. Generation 0 is the built-in list
** alone, which never changes; any other is one state of llm_price (book_sql.h says which), and
** answers of another generation are not found. Set-associative; it doubles when a live answer would
** have to go, up to a ceiling. One connection's.
*/
#ifndef TOK_PRICE_CACHE_H
#define TOK_PRICE_CACHE_H

#include "override.h"
#include "rates.h"

typedef struct tok_price_cache tok_price_cache;

enum {
  TOK_CACHE_KEY_MAX = 69, /* bytes of provider and reference together; longer: resolved each time */
  TOK_CACHE_WAYS = 8,     /* with 4 ways and as many slots one name in fifty of 1,000 had no room */
  TOK_CACHE_SETS_MIN = 8, /* 12 KB: most connections see fewer than 64 names */
  TOK_CACHE_SETS_MAX = 512 /* 800 KB: 1,000 distinct names fit nearly always */
};

typedef struct {
  const tok_price_model *model; /* of the list; NULL: it does not know the reference */
  const tok_override *own;      /* borrowed until the next call; NULL: the list alone prices it */
  tok_rates *rates; /* prepared for an earlier request, to be kept up; NULL: not remembered */
} tok_price_hit;

static inline tok_price_rows tok_hit_rows(const tok_price_hit *hit) {
  if (hit->own != NULL)
    return tok_override_rows(hit->own);
  return hit->model == NULL ? (tok_price_rows){NULL, 0, 0, NULL, 0} : tok_rows_of(hit->model);
}

/* NULL when out of memory. */
tok_price_cache *tok_price_cache_new(void);
void tok_price_cache_free(tok_price_cache *c);

/* *out holds until the next put. c may be NULL in both. */
bool tok_price_cache_get(tok_price_cache *c, uint32_t generation, tok_slice provider,
                         tok_slice reference, tok_price_hit *out);
/*
** Remembers what hit->model and hit->own say, and sets hit->rates. Takes `own` (from tok_malloc,
** may be NULL) if it returns true; false: the key is too long, or c is NULL.
*/
bool tok_price_cache_put(tok_price_cache *c, uint32_t generation, tok_slice provider,
                         tok_slice reference, tok_override *own, tok_price_hit *hit);

#endif

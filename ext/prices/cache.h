/*
** A small cache from references to models, for columns with the same few names over and over.
**
** The built-in list never changes, so nothing here can go stale. Fixed size, set-associative; one
*connection's.
*/
#ifndef TOK_PRICE_CACHE_H
#define TOK_PRICE_CACHE_H

#include "resolve.h"

typedef struct tok_price_cache tok_price_cache;

enum {
  TOK_CACHE_KEY_MAX =
      77, /* bytes of provider and reference together; longer ones are resolved each time */
  TOK_CACHE_WAYS = 4,
  TOK_CACHE_SETS = 1024 /* with 4 ways: 1,000 distinct names fit nearly always, in 384 KB */
};

/* NULL when out of memory. */
tok_price_cache *tok_price_cache_new(void);
void tok_price_cache_free(tok_price_cache *c);

/* The model that tok_resolve finds, or NULL. `c` may be NULL: then nothing is remembered. */
const tok_price_model *tok_price_cache_model(tok_price_cache *c, tok_slice provider,
                                             tok_slice reference);

#endif

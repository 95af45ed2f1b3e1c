/*
** Which priced model does a reference mean?
**
** In order: the name as written (exact, or an alias of the model), then with prefixes and version
** suffixes stripped (model_name.h), then the longest listed name that ends at a version boundary,
** then another spelling (claude-3.5-sonnet, claude-3-5-sonnet). Never a longer or a shorter product
** name: gpt-5 is not gpt-5-mini.
**
** The provider is the one that is said, by argument or by prefix (`groq/…`, `us.anthropic.…`:
** Amazon Bedrock); else the maker of the model; else the only provider that lists the name, if that
** is one that makes models. A name that only hosts list (llama-3.3-70b-versatile) needs its
** provider: what serves it is known only to who asked, and hosts set their own prices.
**
** Who sells by regions (Azure's data zones, Bedrock's geographies and regions) has prices for them,
** most of them 10 % above the global one. The list names them (azure/eu/gpt-5); of what it does not
** name there is no price, rather than one that is too low. Bedrock's regions in the US where its
** list prices hold are no such region, nor is `global`.
**
** What is never stripped for a price: a variant such as `:free` or `:nitro` (another price than the
** model's; priced only where listed), and `ft:` (a fine-tuned model has its own price).
*/
#ifndef TOK_RESOLVE_H
#define TOK_RESOLVE_H

#include "../base/model_name.h"
#include "list.h"

typedef enum {
  TOK_MATCH_NONE,
  TOK_MATCH_EXACT,    /* the canonical name as written, case aside */
  TOK_MATCH_ALIAS,    /* another listed name */
  TOK_MATCH_STRIPPED, /* a listed name after prefixes or versions were cut off */
  TOK_MATCH_PREFIX, /* the longest listed name that the reference starts with, at a version boundary
                     */
  TOK_MATCH_SPELLING /* a listed name in other punctuation */
} tok_match;

typedef enum {
  TOK_WHY_FOUND,
  TOK_WHY_NO_NAME,          /* empty or too long */
  TOK_WHY_UNKNOWN_PROVIDER, /* the provider that was said is not in the list */
  TOK_WHY_UNKNOWN_MODEL,    /* nobody, or not that provider, lists the model */
  TOK_WHY_VARIANT,          /* `:free` and the like without a listed price of their own */
  TOK_WHY_FINE_TUNED,       /* a fine-tuned model whose price is not listed */
  /* the region that is named may have another price, which is not listed */
  TOK_WHY_REGION,
  TOK_WHY_AMBIGUOUS         /* only hosts list the name, or several providers: say which */
} tok_why;

typedef struct {
  const tok_price_model *model; /* NULL if not found */
  tok_match match;
  tok_why why;
  int provider;        /* the one that was said or that makes the model; -1 if neither is known */
  tok_model_name name; /* the reference, taken apart (zero if TOK_WHY_NO_NAME) */
} tok_resolution;

/* `provider` may be empty: then it is found out. O(candidates * log names), no allocation. */
void tok_resolve(tok_slice provider, tok_slice reference, tok_resolution *out);

/* May candidate i of a name stand for the price of the whole? Not without its variant or `ft:`. */
bool tok_model_may_price(const tok_model_name *m, size_t i);

/* "exact", "alias", …; NULL for TOK_MATCH_NONE. */
const char *tok_match_name(tok_match match);
/* A sentence that says why there is no price. */
const char *tok_why_text(tok_why why);

#endif

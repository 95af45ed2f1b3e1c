/*
** Price lists of others -> rows for llm_price.
**
** Four formats, told apart by their shape:
**   litellm       {"gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": 2.5e-06, …}, …}
**   genai-prices  [{"id": "openai", "models": [{"id": "gpt-4o", "prices": {…}}]}]
**   models.dev    {"openai": {"models": {"gpt-4o": {"cost": {"input": 2.5, …}}}}}
**   llm-prices    {"prices": [{"vendor": "openai", "id": "gpt-4o", "input": 2.5, …}]}, or one
**                 vendor's file {"vendor": "openai", "models": [{"id": …, "price_history": […]}]}
**
** Numbers go from their decimal text to whole pico-dollars without a double between; what is finer
** than 1e-12 dollars per million tokens (the noise of someone's doubles) is rounded half to even.
** Prices that tok has no meter for (per image, per gigabyte and day) are passed over. Where a file
** gives one price twice the first counts.
*/
#ifndef TOK_IMPORT_H
#define TOK_IMPORT_H

#include "../base/json.h"
#include "list.h"

enum {
  TOK_IMPORT_PRICES_MAX = 256, /* of one model; the most seen is 50 */
  TOK_IMPORT_NAME_MAX = 300,   /* bytes of a model's or provider's name */
  TOK_IMPORT_USD_BYTES = 24,   /* digits of an int64, a point and a NUL */
  TOK_IMPORT_ERROR_BYTES = 480
};

typedef enum {
  TOK_IMPORT_NONE,
  TOK_IMPORT_LITELLM,
  TOK_IMPORT_GENAI,
  TOK_IMPORT_MODELS_DEV,
  TOK_IMPORT_LLM_PRICES
} tok_import_format;

/* One price. Texts are borrowed until the sink returns; empty = none. */
typedef struct {
  tok_slice provider; /* the list's id where it knows the provider */
  tok_slice model;
  tok_meter meter;
  tok_tier tier;
  int64_t tier_from;
  char usd[TOK_IMPORT_USD_BYTES]; /* quoted as tok_pricing does */
  char valid_from[24], valid_to[24], hours[12], weekdays[8];
} tok_import_row;

/* Returns TOK_OK to go on; anything else ends the import with it. */
typedef tok_status (*tok_import_sink)(void *to, const tok_import_row *row);

/*
** Calls the sink for each price. TOK_OK and *format; TOK_INVALID with a sentence in error that
** names the path and the byte; TOK_NOMEM; or what the sink returned. Linear time; memory for one
** hash of each row.
*/
tok_status tok_import(tok_slice json, tok_import_sink sink, void *to, tok_import_format *format,
                      char error[TOK_IMPORT_ERROR_BYTES]);

/* What tok_import will take the text for; reads only as far as that takes. */
tok_import_format tok_import_format_of(tok_slice json);

/* "litellm", "genai-prices", "models.dev", "llm-prices". */
const char *tok_import_format_name(tok_import_format format);

#endif

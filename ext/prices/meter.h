/*
** Meters: what a provider counts and charges for.
**
** A meter is a point in five dimensions (family, direction, type, cache lifetime, modality). A
** meter that fixes fewer of them contains one that fixes the same and more: input contains
** cache_read contains cache_read_audio. Quantities are inclusive: input counts the cached tokens
** too. A part that has no price of its own is paid as what contains it (cache_read -> input,
** reasoning -> output).
*/
#ifndef TOK_METER_H
#define TOK_METER_H

#include "../base/base.h"

typedef enum {
  TOK_M_INPUT,
  TOK_M_OUTPUT,
  TOK_M_CACHE_READ,
  TOK_M_CACHE_WRITE,
  TOK_M_CACHE_WRITE_5M,
  TOK_M_CACHE_WRITE_1H,
  TOK_M_REASONING,
  TOK_M_CITATION,
  TOK_M_INPUT_TEXT,
  TOK_M_INPUT_AUDIO,
  TOK_M_INPUT_IMAGE,
  TOK_M_INPUT_VIDEO,
  TOK_M_INPUT_TOOL,
  TOK_M_CACHE_READ_TEXT,
  TOK_M_CACHE_READ_AUDIO,
  TOK_M_CACHE_READ_IMAGE,
  TOK_M_CACHE_READ_VIDEO,
  TOK_M_CACHE_WRITE_TEXT,
  TOK_M_CACHE_WRITE_AUDIO,
  TOK_M_CACHE_WRITE_IMAGE,
  TOK_M_CACHE_WRITE_VIDEO,
  TOK_M_OUTPUT_TEXT,
  TOK_M_OUTPUT_AUDIO,
  TOK_M_OUTPUT_IMAGE,
  TOK_M_OUTPUT_VIDEO,
  TOK_M_REQUESTS,
  TOK_M_REQUESTS_LOW, /* with a low search context, where the fee depends on its size */
  TOK_M_REQUESTS_MEDIUM,
  TOK_M_WEB_SEARCHES,
  TOK_M_SOCIAL_SEARCHES,
  TOK_M_STORAGE_SEARCHES,
  TOK_M_RERANK_SEARCHES,
  TOK_M_CODE_EXECUTIONS,
  TOK_M_SECONDS,
  TOK_M_INPUT_SECONDS,
  TOK_M_OUTPUT_SECONDS,
  TOK_M_PAGES,
  TOK_M_ANNOTATED_PAGES,
  TOK_M_MESSAGES,
  TOK_M_CHARACTERS,
  TOK_M_PIXELS,
  TOK_METER_N
} tok_meter;

typedef struct {
  const char *name; /* "cache_read" */
  const char
      *unit;   /* what tok_price and tok_pricing quote the price of: "1M tokens", "search", … */
  int64_t per; /* a price of the list is for so many quanta */
  int64_t quantum;   /* quanta in one counted thing: 1, or 1,000,000 where fractions are counted
                        (seconds) */
  int64_t quote_num; /* quoted price = price of the list * quote_num / quote_den */
  int64_t quote_den;
  uint32_t dims, mask;
} tok_meter_info;

extern const tok_meter_info tok_meters[TOK_METER_N];

/*
** Least common multiple of all `per`: a sum of quantity * price / per is exact in this denominator.
*/
#define TOK_METER_DENOMINATOR 18000000000LL

/* True if `outer` contains `inner`; every meter contains itself. */
static inline bool tok_meter_contains(tok_meter outer, tok_meter inner) {
  return (tok_meters[inner].dims & tok_meters[outer].mask) == tok_meters[outer].dims;
}

/* By name, ASCII case ignored; TOK_METER_N if unknown. */
tok_meter tok_meter_find(tok_slice name);

#endif

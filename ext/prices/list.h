/*
** The built-in price list: constant tables baked from sql/prices/ at build time, used in place.
**
** A provider has models; a model has names by which it is reached and price rows. A row is the
** price of one meter under conditions: from a number of input tokens, in a service tier, in a
** period, at hours of the day. Texts are offsets into one pool of NUL-terminated strings, so
** nothing is relocated or built at load.
**
** A model that is free of charge has rows of price 0. A model without a row that holds has no
** price.
*/
#ifndef TOK_LIST_H
#define TOK_LIST_H

#include "../base/base.h"
#include "meter.h"

enum {
  TOK_FALLBACKS_MAX = 6, /* providers whose models a provider also serves at their prices */
  TOK_GLOBS_MAX = 24,    /* patterns of a provider's names, or of its models' names */
  TOK_EVERY_DAY = 0x7F,  /* weekdays: bit 0 = Monday */
  TOK_MINUTES_A_DAY = 1440
};

/* Named in service order; a row of another tier than the asked one never applies. */
typedef enum {
  TOK_TIER_STANDARD,
  TOK_TIER_BATCH,
  TOK_TIER_FLEX,
  TOK_TIER_PRIORITY,
  /* Anthropic's fast mode. Others' word for priority, whose rows it takes where it has none; where
     both are missing it has no price, since the standard one would be far too low. */
  TOK_TIER_FAST,
  TOK_TIER_ULTRAFAST, /* OpenAI's; from fast on, a tier without rows has no price */
  TOK_TIER_N
} tok_tier;
/* "standard", "batch", "flex", "priority", "fast", "ultrafast". */
const char *tok_tier_name(tok_tier tier);
/* The words that providers use for a tier ("default", "auto", "on_demand", …); TOK_TIER_N if
 * unknown. */
tok_tier tok_tier_find(tok_slice name);

typedef struct {
  int64_t price_pico;           /* pico-dollars per tok_meters[meter].per quanta, >= 0 */
  int64_t valid_from, valid_to; /* Unix seconds, from <= t < to; INT64_MIN and INT64_MAX: open */
  int64_t tier_from;            /* applies to requests of at least so many input tokens; 0: all */
  uint16_t minute_from;         /* of the UTC day; from > to passes midnight; */
  uint16_t minute_to;           /* 0 and TOK_MINUTES_A_DAY: all day */
  uint8_t weekdays;             /* on which the window starts */
  uint8_t meter;                /* tok_meter */
  uint8_t service_tier;         /* tok_tier */
  bool retracted;  /* announced but never charged: kept for the record, never applied */
  uint8_t rank;    /* bits of TOK_RANK_…; 0 in the built-in list */
  uint32_t source; /* text offset, in the list's pool or the override's; 0: the provider's */
} tok_price_row;

/* Of two rows that hold for one meter in one service tier, the higher rank wins. */
enum {
  TOK_RANK_OVERRIDE = 1, /* of the database's llm_price */
  TOK_RANK_PROVIDER = 2, /* and it names the provider */
  TOK_RANK_SAID = 4,     /* and the request names that one, which the list does not know */
  TOK_RANK_REGION = 8    /* and it is for the request's region */
};

typedef struct {
  uint32_t name; /* canonical */
  uint32_t note; /* "" if none */
  uint32_t first_row;
  uint16_t n_rows;
  uint8_t provider;
  bool deprecated;
  uint32_t context_window;  /* tokens, 0 if unknown */
  uint32_t minimum_seconds; /* billed per request at least, 0 if none */
} tok_price_model;

typedef enum {
  TOK_NAME_EXACT,     /* this name alone */
  TOK_NAME_VERSIONED, /* this name and versions of it: "claude-3-5-haiku" of
                         claude-3-5-haiku-20241022 */
  TOK_NAME_OPEN,      /* whatever starts so */
  TOK_NAME_RESPELLED  /* an exact name in tok_model_respell's spelling */
} tok_name_kind;

typedef struct {
  uint32_t text;
  uint16_t model;
  uint8_t len, kind;
} tok_price_name;

typedef struct {
  uint32_t id, name, source, checked, licence;
  uint16_t first_model, n_models;
  uint32_t called[TOK_GLOBS_MAX]; /* globs of the provider's own names, '*' for any text; n_called
                                     of them */
  uint32_t
      makes[TOK_GLOBS_MAX]; /* globs of model names that mean this provider when none is said */
  uint8_t n_called, n_makes;
  bool regional; /* its regions have their own prices: the list names them, eu-west-2/mistral.… */
  uint8_t us_percent; /* surcharge on the tokens of requests that are kept in the US, 0 if none */
  uint8_t fallback[TOK_FALLBACKS_MAX], n_fallback;
} tok_price_provider;

typedef struct {
  const char *pool;
  const tok_price_provider *providers;
  const tok_price_model *models; /* by provider */
  const tok_price_row *rows;     /* by model, then meter */
  const tok_price_name *names;   /* by text, then model */
  const uint16_t *by_name;       /* models by canonical name in byte order */
  size_t n_providers, n_models, n_rows, n_names;
  const char *date;   /* newest check of any provider, "2026-09-23" */
  const char *sha256; /* of sql/prices/MANIFEST */
} tok_price_list;

extern const tok_price_list tok_prices;

static inline const char *tok_price_text(uint32_t offset) {
  return tok_prices.pool + offset;
}

/* First position in by_name of a model with exactly this canonical name, or n_models. O(log n). */
size_t tok_price_canonical_find(tok_slice name);

/* First of the names equal to `text` (sorted: those of one text stand together), or n_names. O(log
 * n). */
size_t tok_price_name_find(tok_slice text);
/* True if names[i] has exactly this text. */
bool tok_price_name_is(size_t i, tok_slice text);

/* A provider by its id or by what others call it ("bedrock", "google-gla"), case ignored; -1 if
 * unknown. */
int tok_price_provider_find(tok_slice name);
/* `pattern` with '*' for any text, against lower-case text. Linear but for several '*', then their
 * product. */
bool tok_glob(const char *pattern, tok_slice text);

#endif

/*
** Inside of the importer: what the formats share (import.c) and the formats themselves
** (import_litellm.c, import_formats.c).
**
** A format reads one model after the other: prices are collected with tok_imp_price, and
** tok_imp_emit gives them to the sink once everything that they depend on (provider, dates,
** windows) has been read. Errors are sticky: after the first one tok_imp_member and tok_imp_element
** end every loop.
*/
#ifndef TOK_IMPORT_IMPL_H
#define TOK_IMPORT_IMPL_H

#include "import.h"
#include "override.h"

enum {
  TOK_IMPORT_SETS_MAX = 64 /* price sets of one model with dates or windows of their own; seen: 7 */
};

/* Conditions that several prices share. */
typedef struct {
  char from[24], to[24], hours[12], weekdays[8];
} tok_import_set;

typedef struct {
  int64_t pico, tier_from; /* quoted price in pico-dollars */
  uint8_t meter, tier, set;
} tok_import_price;

typedef struct {
  char text[TOK_IMPORT_NAME_MAX];
  size_t len;
} tok_import_name;

typedef struct {
  tok_json j;
  tok_status status; /* sticky */
  char *error;       /* borrowed, TOK_IMPORT_ERROR_BYTES */
  tok_import_sink sink;
  void *to;
  tok_import_name provider, model, field;   /* field: for errors */
  tok_import_set sets[TOK_IMPORT_SETS_MAX]; /* 0 is the one without conditions */
  size_t n_sets;
  tok_import_price prices[TOK_IMPORT_PRICES_MAX];
  size_t n_prices;
  uint64_t *seen; /* owned; open addressing, 0 = free */
  size_t n_seen, cap_seen;
} tok_imp;

/* After OBJECT or ARRAY (depth: its inside): the next member, its key in `key`; or the next
 * element, already read. */
bool tok_imp_member(tok_imp *m, int depth, tok_slice *key);
bool tok_imp_element(tok_imp *m, int depth);
/* After a key: reads its value, which must open an object or array (null: false, no error). */
bool tok_imp_open(tok_imp *m, tok_json_event kind);
/* After a key: passes over the value. */
void tok_imp_skip(tok_imp *m);
/* After a key: the value, text, into name; null empties it. */
void tok_imp_text(tok_imp *m, tok_import_name *name);
/* The slice of the event just read, with escapes undone. */
void tok_imp_name(tok_imp *m, tok_slice raw, bool escaped, tok_import_name *name);
/* After a key: a number, times 10^12 * scale; null is none. */
bool tok_imp_number(tok_imp *m, int64_t scale, int64_t *out);
/* After a key: a price quoted per `1 / scale` of what tok quotes per; collected. */
void tok_imp_price(tok_imp *m, tok_meter meter, tok_tier tier, int64_t tier_from, size_t set,
                   int64_t scale);
/* A new set of conditions; its number. */
size_t tok_imp_set(tok_imp *m);
/* Forgets the model's prices and sets. */
void tok_imp_reset(tok_imp *m);
/* Gives the model's prices to the sink. */
void tok_imp_emit(tok_imp *m);
void tok_imp_wrong(tok_imp *m, const char *what);

/* The formats; each is called before its first event. */
void tok_import_litellm(tok_imp *m);
void tok_import_genai(tok_imp *m);
void tok_import_models_dev(tok_imp *m);
void tok_import_llm_prices(tok_imp *m);

#endif

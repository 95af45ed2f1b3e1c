/*
** A database's own prices: rows of llm_price, which win over the built-in list.
**
** A row names a model as requests write it, or by the canonical name that tok_resolve gives;
** prefixes and versions are cut off as they are for the list, but a row for `gpt-4o` never reaches
** a version that the list prices apart (`gpt-4o-2024-05-13`). Its provider must be the request's; a
** row without one is for all. Meters that the rows leave out keep the list's price.
**
** The room's core does not know where rows come from: `tok_override_find` fetches those of a name.
*/
#ifndef TOK_OVERRIDE_H
#define TOK_OVERRIDE_H

#include "../base/buf.h"
#include "cost.h"
#include "resolve.h"

enum {
  TOK_OVERRIDE_ROWS_MAX = 4096,    /* of one model: a price list has 60 rows of its largest */
  TOK_OVERRIDE_TEXTS_MAX = 1 << 20 /* bytes of their sources */
};

/* A row as the table holds it. Texts are borrowed, empty for NULL. */
typedef struct {
  tok_slice provider, model, meter, usd_per_1m, service_tier, region;
  tok_slice valid_from, valid_to, hours, weekdays, source;
  int64_t id, tier_from;
  bool retracted;
} tok_override_text;

/*
** The text as a price row (rank and source are not set). TOK_OK, or TOK_INVALID and *wrong: which
** column, as a static text.
*/
tok_status tok_override_parse(const tok_override_text *text, tok_price_row *out,
                              const char **wrong);

/*
** Decimal dollars ("0.25", "2.5e-7") times 10^12 times `factor`, rounded half to even; never
** through a double. TOK_OK, TOK_INVALID (no number, or negative), TOK_OVERFLOW.
*/
tok_status tok_price_pico(tok_slice decimal, int64_t factor, int64_t *out);

/* "01:00-04:00" as minutes of the day. */
bool tok_price_hours(tok_slice text, uint16_t *from, uint16_t *to);

typedef struct tok_override tok_override;

/*
** Calls tok_override_offer for each row whose model is `name` (lower case; ASCII case of the
** table's does not matter). Returns TOK_OK or what failed.
*/
typedef tok_status (*tok_override_find)(void *source, tok_slice name, tok_override *to);

/* What a reference is priced by. */
struct tok_override {
  tok_resolution r;
  tok_price_row
      *rows; /* owned; n_own of llm_price, then the list's; NULL if there are none of llm_price */
  size_t n_rows, n_own;
  tok_buf texts; /* owned; provider, model and sources, NUL-terminated */
  uint32_t provider,
      model;       /* in texts: of the first row, used where the list does not know the model */
  int64_t bad_row; /* TOK_INVALID: id of the row of llm_price that cannot be read, and why */
  const char *wrong;
  /* private */
  size_t cap;
  tok_slice said; /* the provider that the caller said, borrowed */
  bool several;
};

/*
** Resolves the reference against the list and what `find` gives. TOK_OK (also where nothing is
** known: then r.why says so), TOK_NOMEM, TOK_TOOBIG, TOK_INVALID (bad_row, wrong), or what `find`
** returned. Always to be freed.
*/
tok_status tok_override_resolve(tok_slice provider, tok_slice reference, tok_override_find find,
                                void *source, tok_override *out);
tok_status tok_override_offer(tok_override *o, const tok_override_text *row);
void tok_override_free(tok_override *o);

/* The rows that price the reference: merged, or the list's alone. n_rows is 0 if it is unknown. */
tok_price_rows tok_override_rows(const tok_override *o);

/* Does an llm_price row stand in front of this row of the list whatever the request? */
bool tok_override_hides(const tok_override *o, const tok_price_row *listed);

#endif

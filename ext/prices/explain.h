/* JSON that explains: what a reference resolved to, and how a cost came about. */
#ifndef TOK_EXPLAIN_H
#define TOK_EXPLAIN_H

#include "../base/buf.h"
#include "cost.h"
#include "override.h"

/* {"provider","model","matched_by","region","service_tier","fine_tuned","vendor","origin",
** "context_window","note"}; where nothing is known, nulls and {"reason"}. */
void tok_explain_resolution(const tok_override *o, tok_buf *out);

/* What an advisor of the response cost, another model. */
typedef struct {
  tok_slice model; /* as it was said, in JSON */
  tok_override prices;
  tok_status status; /* as tok_cost_of gave it; TOK_NOTFOUND if the model was not found */
  tok_cost_result cost;
} tok_explain_part;

/*
** {"cost_nano","cost_usd","provider","model","matched_by","at","service_tier","lines",
** "warnings","reason"}.
** `cost` and `status` are what tok_cost_of gave; unused if the model was not found. A NULL `cost`:
** there was nothing to be priced. strange_tier: a service tier that is none known, as it was said.
** The lines of advisors say their model.
*/
void tok_explain_cost(const tok_override *o, const tok_cost_result *cost, tok_status status,
                      int64_t at, tok_tier tier, tok_slice strange_tier,
                      const tok_explain_part *advisors, int n_advisors, tok_buf *out);

#endif

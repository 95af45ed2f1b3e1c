/*
** tools: a function of a chat request as OpenAI's models are shown it, near enough to count it.
**
** OpenAI's cookbook, "How to count tokens with tiktoken", section 7 (its two examples are tests): a
** line "name:description" for the function and "name:type:description" for each property,
** descriptions without their final period; 3 tokens for a list of properties, 3 for each, 3 for
** each value of an enumeration but the first. What stands around functions is the family's (kin.h).
** Properties of properties, of which the cookbook says nothing, are counted like the others.
*/
#ifndef TOK_TOOLS_H
#define TOK_TOOLS_H

#include "../base/buf.h"
#include "estimate.h"

/*
** Adds the thousandths of tokens of one element of `tools` or `functions`, a well-formed JSON
** object, to *milli; *known: it is a function with a name (else nothing is added). `line` is
** scratch. TOK_NOMEM, TOK_TOOBIG. O(length x depth).
*/
tok_status tok_tool_lines(tok_engine *e, const tok_meter *meter, tok_slice tool, tok_buf *line,
                          int64_t *milli, bool *known);

#endif

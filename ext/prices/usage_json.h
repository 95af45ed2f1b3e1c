/*
** A usage object in JSON -> quantities.
**
**     {"input_tokens": 1000, "cache_read_tokens": 300, "output_tokens": 50, "service_tier":
*"batch"}
**
** Accepted: the canonical names (input_tokens, output_tokens, cache_read_tokens, reasoning_tokens,
*web_searches, …), those of
** genai-prices (output_reasoning_tokens, cache_audio_read_tokens, audio_seconds, …), those of
*OpenTelemetry GenAI
** (gen_ai.usage.input_tokens, …), all inclusive; and the bare usage objects of OpenAI
*(prompt_tokens, …_details, inclusive)
** and Anthropic (cache_read_input_tokens and cache_creation_input_tokens come on top of
*input_tokens: a member of one of
** those names makes the object Anthropic's). Other members are ignored; an object without any known
*quantity is refused.
** null is as good as absent.
*/
#ifndef TOK_USAGE_JSON_H
#define TOK_USAGE_JSON_H

#include "../base/json.h"
#include "cost.h"

typedef struct {
  tok_quantities q;
  tok_tier tier;
  tok_slice provider; /* borrowed from the text; empty if none */
  tok_slice model;
  tok_slice member;  /* on an error: the member that is wrong */
  const char *wrong; /* on an error: what is wrong, as the end of a sentence */
} tok_usage_object;

/* TOK_OK; TOK_INVALID or TOK_OVERFLOW with out->wrong. Linear time, no allocation. */
tok_status tok_usage_read(tok_slice json, tok_usage_object *out);

#endif

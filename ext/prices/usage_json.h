/*
** A usage object in JSON -> quantities. The prices room says here what it needs; the usage room,
** which knows how each provider writes usage, implements it (usage/read.c).
**
**     {"input_tokens": 1000, "cache_read_tokens": 300, "output_tokens": 50, "service_tier":
**     "batch"}
**
** Accepted: the canonical names (input_tokens, output_tokens, cache_read_tokens, reasoning_tokens,
** web_searches, ...), those of genai-prices (output_reasoning_tokens, cache_audio_read_tokens,
** audio_seconds, ...), those of OpenTelemetry GenAI (gen_ai.usage.input_tokens, ...), all
** inclusive; and whatever tok_usage accepts that is one object: a provider's bare usage object or a
** whole response. Other members are ignored; an object with numbers of which none is known is
** refused. null is as good as absent. An object of no more than provider, model and service_tier
** is a request that used nothing. In canonical objects parts larger than the whole are left for
** the cost to refuse; elsewhere they are cut to it.
*/
#ifndef TOK_USAGE_JSON_H
#define TOK_USAGE_JSON_H

#include "../base/json.h"
#include "rates.h"

enum {
  TOK_USAGE_GOT_BYTES = 56, /* of a value in an error: 40 of it, and what stands around it */
  TOK_ADVISORS_MAX = 4      /* models that advised one response; one request names one */
};

/* What another model than the response's own used for it, at its own prices. */
typedef struct {
  tok_slice model; /* as written in JSON */
  tok_plain p;
} tok_usage_advisor;

typedef struct {
  tok_quantities q;
  tok_tier tier;
  tok_slice strange_tier; /* what service_tier says, where that is no tier known; else empty */
  bool nothing; /* it has members, but no quantity: what it costs is not known */
  tok_usage_advisor advisors[TOK_ADVISORS_MAX];
  int n_advisors;
  bool us_only; /* the request was bound to be computed in the US (inference_geo) */
  tok_slice provider; /* borrowed from the text, or constant; empty if none */
  tok_slice model;
  tok_slice member;  /* on an error: the member that is wrong */
  const char *wrong; /* on an error: what is wrong, as the end of a sentence */
  char got[TOK_USAGE_GOT_BYTES]; /* and how that goes on: `, got "many"`, or empty */
} tok_usage_object;

/*
** The same for canonical objects of nothing but tokens, provider and service tier, many times
** faster. False: it is not one of those, and tok_usage_read must say. The provider is as written.
*/
bool tok_usage_plain(tok_slice json, tok_plain *p, tok_slice *provider, tok_tier *tier);

/* TOK_OK; TOK_INVALID or TOK_OVERFLOW with out->wrong. Linear time, no allocation. */
tok_status tok_usage_read(tok_slice json, tok_usage_object *out);

#endif

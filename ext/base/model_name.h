/*
** Model references: one name written in many ways, taken apart.
**
** `gpt-4o`, `openai/gpt-4o-2024-08-06`, `azure/gpt-4o`,
** `us.anthropic.claude-sonnet-4-20250514-v1:0`, `models/gemini-2.5-pro`,
** `publishers/anthropic/models/claude-sonnet-4@20250514`,
** `accounts/fireworks/models/llama-v3p1-8b-instruct`, `openrouter/qwen/qwen3-32b:free`,
** `ft:gpt-4o-mini:org::id`, `claude-opus-4-6[1m]`, `openai:gpt-4o`, Bedrock ARNs. ASCII case is
** ignored.
**
** A reference is [prefixes] stem [suffixes]. Parsing finds every place where a prefix may be cut
** off (the starts) and where a suffix may be cut off (the ends, longest name first). The candidates
** are all pairs, least stripped first; whoever has a table of models tries them in order and takes
** the first that it knows:
**
**     tok_model_name m;
**     if (tok_model_name_parse(ref, &m) != TOK_OK) return unknown;
**     for (size_t i = 0; i < tok_model_candidates(&m); i++)
**       if (lookup(tok_model_candidate(&m, i))) return found;
**
** Candidate 0 is the whole reference, lower-cased. Example, `azure/gpt-4o-2024-08-06`:
**     azure/gpt-4o-2024-08-06, gpt-4o-2024-08-06, azure/gpt-4o, gpt-4o
**
** Suffixes that are cut off are versions and variants only (dates, `-latest`, `-v1:0`, `-001`,
** `@…`, `:free`, `[1m]`), so the candidates are also the "longest prefixes that end at a version
** boundary": `gpt-5` is a candidate of `gpt-5-2025-08-07`, never of `gpt-5-mini` nor of `gpt-5.9`.
**
** No allocation, no locale; at most one pass per cut. Bytes outside ASCII are kept as they are.
*/
#ifndef TOK_MODEL_NAME_H
#define TOK_MODEL_NAME_H

#include "base.h"

enum {
  TOK_MODEL_NAME_MAX = 255, /* bytes; the longest reference seen in the wild is an ARN of 170 */
  TOK_MODEL_STARTS_MAX = 8, /* a Vertex resource name has 8 path segments */
  TOK_MODEL_ENDS_MAX = 6    /* date, -v1, :0, :200k and [1m] together give 6 */
};

typedef struct {
  char folded[TOK_MODEL_NAME_MAX +
              1]; /* the reference, ASCII lower case, blanks around it removed, NUL-terminated */
  uint16_t len;
  uint16_t start[TOK_MODEL_STARTS_MAX]; /* increasing; start[0] = 0 */
  uint16_t end[TOK_MODEL_ENDS_MAX];     /* decreasing; end[0] = len */
  uint8_t n_start, n_end;
  uint8_t vendor_at, vendor_len;     /* use tok_model_vendor */
  uint8_t platform_at, platform_len; /* use tok_model_platform */
  uint8_t region_at, region_len;     /* use tok_model_region */
  uint8_t region_last; /* where the last of several regions begins: us.eu.anthropic.… */
  bool fine_tuned;                   /* ft:base:org::id, or the older base:ft-org-… */
  bool million_context;              /* [1m] */
  bool dotted;                       /* a Bedrock name: vendor.model */
} tok_model_name;

/*
** Takes `reference` apart. TOK_OK; TOK_INVALID if it is empty or blank; TOK_TOOBIG if it is longer
** than TOK_MODEL_NAME_MAX bytes (callers treat both as an unknown model). O(length). The result
** owns its text and may be copied.
*/
tok_status tok_model_name_parse(tok_slice reference, tok_model_name *out);

/* Number of candidates, at least 1. */
static inline size_t tok_model_candidates(const tok_model_name *m) {
  return (size_t)m->n_start * m->n_end;
}

/* The i-th candidate, 0 <= i < tok_model_candidates; borrowed from *m. Never empty. */
static inline tok_slice tok_model_candidate(const tok_model_name *m, size_t i) {
  size_t s = m->start[i % m->n_start], e = m->end[i / m->n_start];
  tok_slice c = {m->folded + s, e - s};
  return c;
}

/* Was something cut off the end of candidate i (a date, a variant)? */
static inline bool tok_model_candidate_cut(const tok_model_name *m, size_t i) {
  return i >= m->n_start;
}

/* Who made the model, where the reference says so: "anthropic" in `us.anthropic.claude…` and in
** `openrouter/anthropic/claude…`, "meta-llama", "google" in `publishers/google/models/…`. Else
** empty. */
static inline tok_slice tok_model_vendor(const tok_model_name *m) {
  tok_slice s = {m->folded + m->vendor_at, m->vendor_len};
  return s;
}

/* Who serves it: the first prefix: "azure" in `azure/gpt-4o`, "openrouter", "openai" in
** `openai:gpt-4o`, "fireworks" in `accounts/fireworks/models/…`, "publishers" for Vertex resource
** names. Else empty; a Bedrock name without a prefix has dotted = true. May equal the vendor
** (`openai/gpt-4o`). */
static inline tok_slice tok_model_platform(const tok_model_name *m) {
  tok_slice s = {m->folded + m->platform_at, m->platform_len};
  return s;
}

/*
** Bedrock's geography ("us", "eu", "apac", "global", …), Azure's data zone (azure/eu/…) or the
** region of a path or ARN ("us-east-1").
*/
static inline tok_slice tok_model_region(const tok_model_name *m) {
  tok_slice s = {m->folded + m->region_at, m->region_len};
  return s;
}

/*
** True if `rest`, what follows a shorter name inside a longer one, is nothing but version and
** variant suffixes (possibly none): "-2024-08-06", "-latest", "-v1:0". False for "-mini", ".9",
** "o".
*/
bool tok_model_is_version(tok_slice rest);

/*
** One spelling for names that differ only in punctuation: '_' becomes '-', '.' between two digits
** becomes '-', upper case becomes lower: `Claude-3.5_Sonnet` -> `claude-3-5-sonnet`. Writes at most
** name.len bytes to out and returns name.len. For look-ups after exact names failed.
*/
size_t tok_model_respell(tok_slice name, char *out);

#endif

/*
** Models: which encoding a model uses, and how large its context window is.
**
** A model is given by any reference that base/model_name.h can take apart, or by the name of an
** encoding. The encoding follows the reference tokenizer's own table: exact names first, then
** prefixes in its order. One deliberate difference: a fine-tuned name (`ft:gpt-4.1:org::id`) has
** the encoding of its base model; the reference lets `ft:gpt-4.1…` and `ft:gpt-4.5…` fall to
** cl100k_base, because its list of fine-tuned prefixes ends at `ft:gpt-4`.
**
** Windows come from tokenizers/models.def (generated). Everything is constant; no function
** allocates.
*/
#ifndef TOK_MODELS_H
#define TOK_MODELS_H

#include "../base/base.h"

typedef struct {
  const char *name, *provider; /* static */
  int32_t context_window;      /* tokens, input and output together; 0 = unknown */
  int32_t max_output;          /* tokens; 0 = unknown */
} tok_model;

/* Name of the encoding, static; NULL where the vocabulary of the model is not known. O(length). */
const char *tok_model_encoding(tok_slice reference);

/* The row of the table that the reference means, or NULL. O(length + log rows). */
const tok_model *tok_model_find(tok_slice reference);

/* All rows, 0 <= i < tok_model_n(). */
size_t tok_model_n(void);
const tok_model *tok_model_at(size_t i);

/* True if a request of input + max_output tokens (both >= 0) is within `window` tokens. */
bool tok_model_fits(int32_t window, int64_t input, int64_t max_output);

#endif

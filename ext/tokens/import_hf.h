/*
** Shared by the two parts of the reader of tokenizer.json: import_hf.c finds the parts of the file
** and reads vocabulary, added tokens and merges, import_hf_steps.c normalizers and pre-tokenizers.
*/
#ifndef TOK_IMPORT_HF_H
#define TOK_IMPORT_HF_H

#include "import_vocab.h"

typedef struct {
  tok_vimport *m;
  tok_slice added, normalizer, pre, vocab, merges; /* parts of the file; ptr NULL: not there */
  char type[32];
  char unknown[64];
  int64_t unknown_id;
  bool fallback, fuse, whole, byte_level;
  bool rules, words; /* it normalizes by a character map; splits at white space */
  tok_def_index index; /* of tokens by their bytes */
  tok_buf text, text2; /* scratch */
} tok_hf;

/* The error for a part that is no JSON. */
tok_status tok_hf_malformed(tok_hf *r, const tok_json *j);
/* A text into a field of `room` bytes, cut off where it is longer. */
void tok_hf_copy(char *to, size_t room, tok_slice s);

/* What the file's normalizer and pre-tokenizer do goes into the definition; in this order. */
tok_status tok_hf_normalizer(tok_hf *r);
tok_status tok_hf_pre_tokenizer(tok_hf *r);
void tok_hf_family(tok_hf *r, tok_family family);

#define TOK_BLANK_SIGN "\xE2\x96\x81" /* U+2581 */

#endif

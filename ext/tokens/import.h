/*
** import: vocabulary files become definitions.
**
**     .tiktoken         lines of base64 and rank; the pattern is not in the file
**     tekken.json       Mistral
**     tokenizer.json    Hugging Face: byte-level BPE, SentencePiece-like BPE with byte fallback,
**                       Unigram; normalizers NFC, NFKC, and Precompiled before WhitespaceSplit and
**                       Metaspace
**     tokenizer.model   SentencePiece, BPE and unigram, with its compiled normalization rules
**                       (charsmap.h)
**
** The format is seen from the contents. Whatever a file holds, the result is a definition or an
** error; files are data of strangers.
*/
#ifndef TOK_IMPORT_VOCAB_H
#define TOK_IMPORT_VOCAB_H

#include "definition.h"

enum { TOK_VOCAB_FILE_MAX = 256 << 20 /* bytes; the largest in use has 40 MB */ };

/* A sentence part for the user: "its pre-tokenizer 'BertPreTokenizer' is not supported". */
typedef struct {
  char text[1024];
} tok_vocab_error;

/*
** pattern: empty, or the pre-tokenizer: a family's name (llama3) or a regular expression; needed
** for .tiktoken files. TOK_OK; TOK_INVALID with *error; TOK_NOMEM, TOK_TOOBIG. *d is
** tok_def_init()ed and the caller's to free in every case.
*/
tok_status tok_vocab_import(tok_slice file, tok_slice pattern, tok_definition *d,
                            tok_vocab_error *error);

/* The name of the format that was seen: "tiktoken", "tekken", "tokenizer.json", "sentencepiece". */
const char *tok_vocab_format(tok_slice file);

/*
** The family of a regular expression, or of a name such as "qwen2". *normal: what goes with the
** name (claude: NFKC). False if unknown.
*/
bool tok_pattern_family(tok_slice pattern, tok_family *family, uint32_t *normal);

#endif

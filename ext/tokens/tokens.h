/*
** tokens: text to tokens with byte-pair encodings, exactly as the reference encoder does it.
**
** Data flow: text -> pieces (scan.h: the pre-tokenizer's regular expression as a scanner) -> tokens
** (bpe.h: byte-pair merges inside one piece). Pieces never influence each other.
**
** Vocabularies are constant tables, baked at build time and used in place: loading costs nothing,
** and all connections and processes share their pages. An engine holds one connection's scratch and
** cache.
**
** Input is bytes with a length: NULs are data; an invalid UTF-8 byte is one character that is
** neither letter, number nor space and keeps its own byte, so concatenating the bytes of all tokens
** gives the text.
*/
#ifndef TOK_TOKENS_H
#define TOK_TOKENS_H

#include "../base/base.h"

enum {
  TOK_TOKEN_BYTES_MAX = 128, /* longest token of any embedded vocabulary */
  TOK_ID_NONE = -1
};

/* One vocabulary: an encoding's tokens, pattern and special tokens. All const, valid forever. */
typedef struct tok_vocab tok_vocab;

/* What tok_encodings shows. All strings are static. */
typedef struct {
  const char *name;    /* "o200k_base" */
  const char *sha256;  /* of the .tiktoken file that it was built from, 64 hex digits */
  const char *source, *licence;
  int n_vocab;   /* largest id, special tokens included, + 1 */
  int n_special; /* names of special tokens */
} tok_vocab_info;

/* Embedded vocabularies are numbered 0..n-1. r50k_base also answers to "gpt2". */
size_t tok_vocab_n(void);
const tok_vocab *tok_vocab_at(size_t i);
/* By encoding name, ASCII case ignored. NULL if unknown. */
const tok_vocab *tok_vocab_find(tok_slice name);
/* Is this its name, ASCII case ignored? */
bool tok_vocab_is_named(const tok_vocab *v, tok_slice name);
const tok_vocab_info *tok_vocab_about(const tok_vocab *v);
/* The pre-tokenizer's regular expression. */
const char *tok_vocab_pattern(const tok_vocab *v);

/*
** The bytes of token `id`, 1..128 of them; {NULL, 0} where the vocabulary has no such id. *special
** (may be NULL) says whether it is a special token. Tokens of up to 15 bytes are returned in
** `scratch`, which holds TOK_TOKEN_BYTES_MAX bytes and must outlive the slice. O(1).
*/
tok_slice tok_vocab_bytes(const tok_vocab *v, int64_t id, char *scratch, bool *special);
/* The id of exactly these bytes as an ordinary token, or TOK_ID_NONE. O(length). */
int64_t tok_vocab_id(const tok_vocab *v, tok_slice bytes);
/* The id of a special token by its name ("<|endoftext|>"), or TOK_ID_NONE. */
int64_t tok_vocab_special_id(const tok_vocab *v, tok_slice name);
/* The i-th special token, 0 <= i < n_special, ordered by id. One id may have two names. */
tok_slice tok_vocab_special_at(const tok_vocab *v, int i, int64_t *id);

/*
** One connection's scratch and cache; at most TOK_ENGINE_BYTES_MAX bytes. Not for two threads at
** once.
*/
typedef struct tok_engine tok_engine;
enum { TOK_ENGINE_BYTES_MAX = 4 << 20 };
/* NULL when out of memory. Cheap: caches are allocated on first need. */
tok_engine *tok_engine_new(void);
void tok_engine_free(tok_engine *e);

/*
** *n = number of tokens of `text`, special tokens as ordinary text. Stops early once it is certain
** that the count exceeds `limit` (then *n is some number > limit); pass INT64_MAX for the whole
** count. Linear time; memory does not grow with the text. Errors: TOK_NOMEM; TOK_TOOBIG for a text
** of 4 GB or more.
*/
tok_status tok_count(tok_engine *e, const tok_vocab *v, tok_slice text, int64_t limit, int64_t *n);

/*
** Iterates over the tokens of a text in order:
**
**     tok_iter it;
**     tok_iter_init(&it, engine, vocab, text, false);
**     while ((rc = tok_iter_next(&it)) == TOK_OK && it.n > 0)
**       for (size_t i = 0; i < it.n; i++) use(it.ids[i]);
**
** Each step gives the n ids of the bytes start..end of the text; n is 0 at the end. Their bytes
** cover start..end exactly. special: names of special tokens become their ids (the text between two
** of them is then split on its own). One engine serves one iterator at a time, and nothing is
** counted with it meanwhile. Errors: TOK_NOMEM; TOK_TOOBIG for a text of 4 GB or more.
*/
typedef struct {
  const uint32_t *ids; /* borrowed until the next step */
  size_t n;
  size_t start, end; /* byte offsets into the text */
  /* private */
  tok_engine *engine;
  const tok_vocab *vocab;
  tok_slice text;
  bool special;
  size_t segment_end; /* the current run of ordinary text ends here */
  uint32_t one_id;
} tok_iter;

void tok_iter_init(tok_iter *it, tok_engine *e, const tok_vocab *v, tok_slice text, bool special);
tok_status tok_iter_next(tok_iter *it);

/* The instruction set in use: "avx512", "avx2", "sse2", "neon" or "portable". */
const char *tok_cpu_path(void);

#endif

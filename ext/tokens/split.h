/*
** Cutting text to a number of tokens: the longest prefix that fits, and chunks.
**
** Where a cut may be, best first:
**   1. between two grapheme clusters (UAX #29): no letter loses its accent, no family a member;
**   2. where the first cluster alone exceeds the limit: between two characters;
**   3. chunks only, where the first character alone exceeds the limit (it has at most 4 bytes, so
**      the limit is below 4): inside the character, because a chunk must advance. Such a chunk is
**      not valid UTF-8.
**
** Every result is counted again by itself before it is returned: BPE counts do not grow steadily
** with the length ("hell" can have more tokens than "hello"), so the first n tokens of a text, cut
** back to a character, may count more than n. Among the cuts around the place where the tokens run
** out, the longest that fits is taken. It is the longest of all, except inside a single piece (a
** run without spaces, as the pre-tokenizer sees it) of more than 512 bytes, where only cuts near
** the place are tried.
**
** Only a window of the text around the limit is encoded, never the rest: O(limit) time and memory.
*/
#ifndef TOK_SPLIT_H
#define TOK_SPLIT_H

#include "tokens.h"

typedef enum {
  TOK_CUT_CLUSTER,   /* between grapheme clusters, or at the end of the text */
  TOK_CUT_CHARACTER, /* between characters */
  TOK_CUT_BYTE       /* inside a character */
} tok_cut;

typedef struct {
  size_t n_bytes;   /* of the prefix; 0 if not even one character fits */
  int64_t n_tokens; /* of the prefix, counted by itself */
  tok_cut cut;      /* what its end is */
} tok_prefix;

/*
** The longest prefix of `text` with at most max_tokens (>= 0) tokens; see the order of cuts above,
** 1 and 2. Errors: TOK_NOMEM.
*/
tok_status tok_split_prefix(tok_engine *e, const tok_vocab *v, tok_slice text, int64_t max_tokens,
                            tok_prefix *out);

/*
** Chunks of a text, in order, each of at most max_tokens tokens by its own count:
**
**     tok_chunker c;
**     tok_chunker_init(&c, engine, vocab, text, 512, 64);
**     while ((rc = tok_chunker_next(&c)) == TOK_OK && !c.done) use(c.start, c.chunk);
**
** Without overlap the chunks concatenate to the text. With it, each chunk but the first starts up
** to `overlap` tokens before the end of the one before, at a cluster boundary; the overlap is
** shortened where the next cluster would not fit beside it. An empty text has no chunks. The engine
** is this iterator's.
*/
typedef struct {
  size_t start;      /* byte offset of the chunk in the text */
  tok_prefix chunk;  /* from there */
  bool partial;      /* the chunk starts or ends inside a character */
  bool done;         /* no further chunk; start and chunk are then meaningless */
  /* private */
  tok_engine *engine;
  const tok_vocab *vocab;
  tok_slice text;
  int64_t max_tokens, overlap;
  size_t next; /* the first byte that no chunk has covered yet */
} tok_chunker;

/* max_tokens >= 1, 0 <= overlap < max_tokens. */
void tok_chunker_init(tok_chunker *c, tok_engine *e, const tok_vocab *v, tok_slice text,
                      int64_t max_tokens, int64_t overlap);
/* TOK_INVALID: max_tokens is less than one byte at `start` counts (imported vocabularies only). */
tok_status tok_chunker_next(tok_chunker *c);

/*
** True if a grapheme cluster of `text` ends at byte `at` (both ends of the text count). Linear in
** the cluster; used by tests.
*/
bool tok_cluster_boundary(tok_slice text, size_t at);

#endif

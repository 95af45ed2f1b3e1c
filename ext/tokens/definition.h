/*
** definition: a vocabulary that is not embedded, as plain facts. Importers (import.h) make one from
** a file, the glue stores it as rows and reads it back, compile.h makes of it what the engine
** needs.
**
** Token bytes are what a token stands for in a text: where the vocabulary writes blanks as U+2581,
** they are blanks here, and a byte-fallback token <0x0A> is the byte.
*/
#ifndef TOK_DEFINITION_H
#define TOK_DEFINITION_H

#include "../base/buf.h"
#include "scan.h"

enum {
  TOK_DEF_TOKENS_MAX = 1 << 20,   /* four times the largest vocabulary in use */
  TOK_DEF_ID_MAX = (1 << 24) - 1, /* an id beyond has no table */
  TOK_DEF_BYTES_MAX = 64 << 20,   /* of all tokens; the largest in use has 2 MB */
  TOK_DEF_TOKEN_MAX = 65535,      /* of one token */
  TOK_DEF_CHARSMAP_MAX = 16 << 20, /* bytes; the largest in use has 0.3 MB */
  TOK_DEF_TEXT_MAX = 4096,        /* of a pattern or a file's name that is kept */
  TOK_DEF_READABLE = 16           /* bytes that may be read behind each token (ranks_build.h) */
};

/* What a token is, besides one that merges make. */
enum {
  TOK_T_SPECIAL = 1,     /* its name is matched in a text only where special tokens are asked for */
  TOK_T_ADDED = 2,       /* its name is matched in every text, before anything else */
  TOK_T_LSTRIP = 4,      /* its match takes the white space before it */
  TOK_T_RSTRIP = 8,      /* … and behind it */
  TOK_T_WORD = 16,       /* matched only between characters that are not of words */
  TOK_T_NORMALIZED = 32, /* matched in the normalized text */
  TOK_T_BYTE = 64,       /* stands for a byte of a character that the vocabulary does not have */
  TOK_T_WHOLE = 128,     /* merges do not make it; taken only where a piece is exactly it */
  TOK_T_UNKNOWN = 256    /* stands for what the vocabulary does not have */
};

/* How a text is changed before it is split. In this order. */
enum {
  TOK_N_NFC = 1,
  TOK_N_NFKC = 2,
  TOK_N_BLANKS = 4,        /* U+2581 is a blank */
  TOK_N_PREFIX = 8,        /* a blank is put before a text that is not empty */
  TOK_N_PREFIX_NEW = 16,   /* … unless it begins with one */
  TOK_N_PREFIX_FIRST = 32, /* … only before the whole text, not behind each added token */
  /* all this to the whole text, before added tokens are matched (SentencePiece) */
  TOK_N_WHOLE = 64,
  TOK_N_TRIM = 128, /* blanks at both ends are dropped, runs of them become one */
  /* Hugging Face's Precompiled, WhitespaceSplit, Metaspace: each word behind a blank, no other */
  TOK_N_WORDS = 256,
  TOK_N_SPLIT = 512 /* of unigram models: each blank begins a text of its own (Metaspace) */
};

typedef enum { TOK_MODEL_BPE, TOK_MODEL_UNIGRAM } tok_model_kind;

#define TOK_NO_RANK 0xFFFFFFFFu

typedef struct {
  uint32_t at, n; /* bytes, in def->bytes */
  uint32_t id;
  uint32_t rank;            /* of BPE: lower merges first; TOK_NO_RANK: no merge makes it */
  uint32_t flags;           /* TOK_T_… */
  uint32_t name_at, name_n; /* what is matched in a text, where flags say so; in def->bytes */
  double score;             /* of unigram models: log probability */
} tok_def_token;

typedef struct {
  tok_model_kind model;
  tok_family family;
  uint32_t normal;                /* TOK_N_… */
  bool characters;                /* merges begin with characters, not bytes (SentencePiece) */
  bool fuse_unknown;              /* a run of unknown characters is one token */
  bool byte_fallback;             /* unknown characters are their bytes' tokens */
  char pattern[TOK_DEF_TEXT_MAX]; /* as the file had it, or the family's */
  tok_buf bytes;
  tok_buf list;     /* of tok_def_token */
  /* rules of normalization (charsmap.h), applied before anything else; empty: none */
  tok_buf charsmap;
} tok_definition;

void tok_def_init(tok_definition *d);
void tok_def_free(tok_definition *d);
static inline size_t tok_def_n(const tok_definition *d) {
  return d->list.len / sizeof(tok_def_token);
}
static inline tok_def_token *tok_def_at(const tok_definition *d, size_t i) {
  return (tok_def_token *)(void *)d->list.ptr + i;
}
static inline tok_slice tok_def_bytes(const tok_definition *d, const tok_def_token *t) {
  return (tok_slice){t->n == 0 ? "" : d->bytes.ptr + t->at, t->n};
}
static inline tok_slice tok_def_name(const tok_definition *d, const tok_def_token *t) {
  return (tok_slice){t->name_n == 0 ? "" : d->bytes.ptr + t->name_at, t->name_n};
}
/* Appends a token without rank, score and flags; NULL where memory or a limit ends (see d's
 * status). */
tok_def_token *tok_def_add(tok_definition *d, uint32_t id, tok_slice bytes);
/* Keeps a name in d->bytes and sets it. False on failure. */
bool tok_def_set_name(tok_definition *d, tok_def_token *t, tok_slice name);
/* TOK_OK, or why an append failed. */
tok_status tok_def_status(const tok_definition *d);

/* The bits of the score as a float; 0 of a zero, whatever its sign. */
uint32_t tok_def_float_score(const tok_def_token *t);
/* Is there more to the score than a float holds? */
static inline bool tok_def_score_is_double(const tok_def_token *t) {
  return (double)(float)t->score < t->score || (double)(float)t->score > t->score;
}

/*
** 64 bits over everything that tok_count depends on; tokens in ascending id. Not cryptographic: it
** tells damage, not malice.
*/
uint64_t tok_def_checksum(const tok_definition *d);
/* Of everything but the tokens. */
uint64_t tok_def_facts_checksum(const tok_definition *d);
/* Puts the tokens in ascending id. TOK_INVALID: an id occurs twice (*twin). TOK_NOMEM. */
tok_status tok_def_sort(tok_definition *d, uint32_t *twin);

/* Tokens by their bytes: an index over a list that does not change meanwhile. */
typedef struct {
  const tok_definition *def;
  uint64_t *slots; /* owned: index + 1, above it 32 bits of the hash; 0 = free */
  uint32_t mask;
} tok_def_index;
tok_status tok_def_index_new(tok_def_index *x, const tok_definition *d, size_t room);
void tok_def_index_free(tok_def_index *x);
/* The first token put in with these bytes, or NULL. */
tok_def_token *tok_def_index_find(const tok_def_index *x, tok_slice bytes);
/* Puts token i in, unless one with its bytes is there: then that one is returned, else NULL. */
tok_def_token *tok_def_index_put(tok_def_index *x, uint32_t i);

#endif

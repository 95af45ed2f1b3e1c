/*
** imported: the parts of a vocabulary that embedded ones do not have. Private to the room.
*/
#ifndef TOK_IMPORTED_H
#define TOK_IMPORTED_H

#include "added.h"
#include "compile.h"
#include "normal.h"
#include "unicode.h"
#include "unigram.h"
#include "vocab.h"

enum { TOK_ID_UNKNOWN_NONE = 0x7FFFFFFF };

/* An ordinary token without a rank: unused ones, bytes, names. */
typedef struct {
  tok_slice bytes;
  uint32_t id;
} tok_unranked;

struct tok_extra {
  tok_definition def;     /* owned; its bytes are borrowed by all others */
  tok_rank_tables tables; /* owned; of BPE */
  tok_unigram unigram;    /* owned; of unigram models */
  tok_normal normal;      /* owned */
  tok_added added[2];     /* owned; [special]: names to match without and with special tokens */
  tok_added counted;      /* owned; of added[0] those that kernels do not find by themselves */
  uint32_t
      *id_of_rank; /* owned; TOK_NO_RANK where a rank is no token (a fragment of a character) */
  uint8_t *known;  /* owned; bitmap of code points that are tokens; NULL: merges begin with bytes */
  uint32_t byte_id[256];  /* of byte fallback; TOK_NO_RANK: none */
  uint32_t unknown_id;    /* TOK_NO_RANK: none */
  tok_unranked *unranked; /* owned; ordered by bytes */
  size_t n_unranked;
  tok_special *specials;    /* owned */
  uint16_t *specials_by_id; /* owned */
  char *names;              /* owned; zero-terminated names of specials, and the strings of info */
  tok_vocab core;           /* the same ranks without what is here: for the kernels */
  bool printable;           /* all of ' '..'~' are in `known` */
  /* texts need not be searched for characters that are no tokens: kernels know them */
  bool direct;
  bool plain;               /* nothing here changes a count without special tokens */
};

struct tok_compiled {
  tok_vocab vocab;
  struct tok_extra extra;
};

/* What an engine needs of them: see imported.c. */
typedef struct tok_extra_state tok_extra_state;
void tok_extra_state_free(tok_extra_state *s);

tok_status tok_extra_count(tok_engine *e, const tok_vocab *v, tok_slice text, int64_t limit,
                           int64_t *n);
tok_status tok_extra_init(tok_iter *it);
tok_status tok_extra_next(tok_iter *it);
/* The index of an id in the definition, or -1. */
int64_t tok_extra_find(const struct tok_extra *x, int64_t id);
tok_slice tok_extra_bytes(const struct tok_extra *x, int64_t id, bool *special);
int64_t tok_extra_id(const struct tok_extra *x, tok_slice bytes);

/* Is the character, or invalid byte, one that merges begin with? */
static inline bool tok_extra_knows(const struct tok_extra *x, uint32_t cp) {
  return cp != TOK_UTF8_INVALID && (x->known[cp >> 3] >> (cp & 7) & 1);
}

#endif

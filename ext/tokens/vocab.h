/*
** vocab: what an encoding consists of. Private to the room; others see tokens.h.
*/
#ifndef TOK_VOCAB_H
#define TOK_VOCAB_H

#include "ranks.h"
#include "scan.h"
#include "tokens.h"

/* A special token. One id may have two names; a name has one id. */
typedef struct {
  uint32_t id;
  const char *name;
} tok_special;

struct tok_vocab {
  tok_vocab_info info;
  tok_family family;
  const tok_ranks *ranks;
  const tok_special *specials;     /* ordered by name */
  const uint16_t *specials_by_id;  /* their indexes ordered by id, then name */
  int n_specials;
  const struct tok_extra *extra; /* of imported vocabularies; NULL: embedded (imported.h) */
};

/*
** The first special token's name in text[pos, len): returns its position and sets *special, or
** returns len. No name is a prefix of another.
*/
size_t tok_special_find(const tok_vocab *v, tok_slice text, size_t pos,
                        const tok_special **special);

#endif

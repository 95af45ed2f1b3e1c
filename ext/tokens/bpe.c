#include "bpe.h"

void tok_bpe_scratch_free(tok_bpe_scratch *s) {
  tok_free(s->rank);
  s->rank = s->id = s->big_out = s->best = NULL;
  s->boundary = NULL;
  s->cap = 0;
}

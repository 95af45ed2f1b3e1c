#include "ranks.h"

uint32_t tok_rank_of(const tok_ranks *r, const uint8_t *p, size_t n) {
  if (n == 1) return r->byte[p[0]];
  if (n == 2) return r->pair[p[0] << 8 | p[1]];
  if (n <= TOK_KEY_BYTES_MAX) return tok_rank_of_key(r, tok_key_of(p, n));
  if (n > r->longest) return TOK_RANK_NONE;
  for (uint64_t h = tok_long_hash(p, n);; h++) {
    uint32_t loc = r->long_index[h & r->long_mask];
    if (loc == TOK_RANK_NONE) return TOK_RANK_NONE;
    tok_slice t = tok_long_token(r, loc);
    if (t.len == n && memcmp(t.ptr, p, n) == 0) return tok_long_id(r, loc);
  }
}

#include "ranks.h"

uint32_t tok_rank_of(const tok_ranks *r, const uint8_t *p, size_t n) {
  if (n == 1) return r->byte[p[0]];
  if (n == 2) return r->pair[p[0] << 8 | p[1]];
  if (n <= TOK_KEY_BYTES_MAX) return tok_rank_of_key(r, tok_key_of(p, n));
  for (uint64_t h = tok_long_hash(p, n);; h++) {
    uint32_t id = r->long_index[h & r->long_mask];
    if (id == TOK_RANK_NONE) return TOK_RANK_NONE;
    const uint8_t *t = r->long_bytes + (r->loc[id] & ~TOK_LOC_LONG);
    if (t[0] == n && memcmp(t + 1, p, n) == 0) return id;
  }
}

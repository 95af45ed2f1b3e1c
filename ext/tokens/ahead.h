/*
** ahead: many pieces' ids at a time, for the iterator. Private to kernel.h.
*/
#ifndef TOK_AHEAD_H
#define TOK_AHEAD_H

#include "engine.h"
#include "jobs.h"

static void kernel_ahead(const tok_ranks *r, const uint8_t *text, size_t len,
                         const uint32_t *starts, size_t n, tok_ahead *a) {
  tok_key key[TOK_AHEAD];
  uint32_t slot[TOK_AHEAD], n_jobs = 0;
  job jobs[TOK_AHEAD];
  uint64_t token_starts[TOK_AHEAD];
  uint8_t piece[TOK_AHEAD]; /* of each job */
  size_t used = 0;
  for (size_t i = 0; i < n; i++) {
    size_t size = starts[i + 1] - starts[i] < 16 ? starts[i + 1] - starts[i] : 16;
    bool near_end = starts[i] + (size_t)16 > len && size < 16;
    key[i] = near_end ? tok_key_of(text + starts[i], size) : key_padded(text + starts[i], size);
    uint64_t h = tok_key_hash(key[i], r->seed);
    slot[i] = tok_key_place(r, h);
    __builtin_prefetch(&r->keys[slot[i]]);
    __builtin_prefetch(&r->ids[slot[i]]);
  }
  for (size_t i = 0; i < n; i++) {
    const tok_key *at = &r->keys[slot[i]];
    size_t size = starts[i + 1] - starts[i];
    uint32_t id = ((at->lo ^ key[i].lo) | (at->hi ^ key[i].hi)) == 0 ? r->ids[slot[i]] & TOK_ID_MASK
                                                                     : TOK_RANK_NONE;
    if (size > TOK_KEY_BYTES_MAX && size <= TOK_TOKEN_BYTES_MAX)
      id = tok_rank_of(r, text + starts[i], size);
    a->first[i] = (uint16_t)used;
    a->n[i] = id != TOK_RANK_NONE && used < TOK_AHEAD_IDS;
    if (a->n[i]) {
      a->ids[used++] = id;
    } else if (id == TOK_RANK_NONE && r->merges.entries != NULL && size <= LANE_TEXT_MAX &&
               used + size <= TOK_AHEAD_IDS) {
      piece[n_jobs] = (uint8_t)i;
      jobs[n_jobs++] = (job){.p = text + starts[i], .n = (uint32_t)size, .place = &a->ids[used]};
      used += size;
    }
  }
  if (n_jobs == 0) return;
  run_id_lanes(r, NULL, jobs, n_jobs, token_starts, NULL);
  for (uint32_t j = 0; j < n_jobs; j++)
    a->n[piece[j]] = (uint16_t)__builtin_popcountll(token_starts[j]);
}

#endif

/*
** batch: pieces on their way through the passes of counting. Private to kernel.h and to the kernels
** that have passes of their own.
*/
#ifndef TOK_BATCH_H
#define TOK_BATCH_H

#include "engine.h"

enum {
  FEW = 16, /* pieces of a batch that one pass takes */
  /* probes under way at once: their lines stay in the first-level cache until they are read */
  BATCH = 128,
  BATCH_SLACK = 16 /* a pass may write that many entries behind a list */
};

/* A batch of pieces on its way through the passes. Lists hold numbers of pieces. */
typedef struct {
  uint8_t length[BATCH + BATCH_SLACK]; /* 16 for all longer pieces */
  uint8_t tinies[BATCH + BATCH_SLACK], shorts[BATCH + BATCH_SLACK], wides[BATCH + BATCH_SLACK];
  size_t n_tinies, n_shorts, n_wides;
  uint64_t tiny_key[BATCH];    /* of tinies[j] */
  const tok_tiny_line *tiny_line[BATCH];
  tok_key short_key[BATCH];    /* of shorts[j] */
  uint64_t short_hash[BATCH];
  tok_key key[BATCH];          /* of misses[j] */
  uint64_t hash[BATCH];
  const tok_short_line *second[BATCH]; /* where the cache can still have it */
  const tok_key *slot[BATCH];  /* where the vocabulary can have it */
  void *place[BATCH];         /* of unknown[j] */
  uint8_t misses[BATCH + 1], unknown[BATCH + 1];
  uint8_t tokens[BATCH + 1]; /* indices into misses */
} batch;

#endif

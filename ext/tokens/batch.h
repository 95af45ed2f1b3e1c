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
  size_t n_ones, n_tinies, n_shorts, n_wides; /* n_ones: pieces of one byte, each a token */
  uint64_t tiny_key[BATCH];    /* of tinies[j] */
  const tok_tiny_line *tiny_line[BATCH];
  tok_key short_key[BATCH];    /* of shorts[j] */
  uint64_t short_hash[BATCH];
  uint8_t misses[BATCH + 1];   /* those of tinies and shorts that the cache does not know */
} batch;

/* Which unknown pieces are still to be cut at merge barriers. */
typedef enum {
  CUT_NONE, /* they are segments */
  CUT_LONG, /* those of more than 30 bytes: blocks have cut where it is worth it */
  CUT_ALL
} cutting;

enum {
  /* pieces that the cache does not know, looked up together: they wait for memory together */
  MISSED_ENOUGH = 112,
  MISSED_MAX = MISSED_ENOUGH + BATCH
};

/* A piece of up to 15 bytes that is to be looked up elsewhere; it counts 1 until then. */
typedef struct {
  tok_key key;
  uint64_t hash;
  const uint8_t *p; /* valid until the call ends */
  uint32_t n;
  cutting cut;
} miss;

/* One of more than 15 bytes, which counts 1 until it is looked up. */
typedef struct {
  const uint8_t *p;
  uint64_t hash; /* of up to 126 bytes, where there is a cache; found when it is looked up */
  uint32_t n;
  cutting cut;
} wide_miss;

/* Misses being looked up, and what is found. */
typedef struct {
  miss miss[MISSED_MAX];
  const tok_key *slot[MISSED_MAX];        /* where the vocabulary can have it */
  uint8_t tokens[MISSED_MAX + 1], unknown[MISSED_MAX + 1]; /* numbers of misses */
} lookup;

#endif

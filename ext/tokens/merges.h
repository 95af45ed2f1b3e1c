/*
** merges: which two tokens merge into a third, for one vocabulary, as a constant table built by
** merges_build.c.
**
** There is at most one pair (left, right) for every token, the two that its own encoding has just
** before the last merge:
**   Proof. Let `left` and `right` stand side by side and merge into `token`. No merge so far has
**   crossed the outer edges of the two, for they are tokens' edges still. So the merges inside
**   their bytes were chosen among the same pairs, in the same order, as in encoding those bytes
**   alone; whatever was merged elsewhere in between changes nothing inside. That encoding has
**   one state of two tokens before its last, since every token encodes to itself; so (left,
**   right) is that state.
** So a pair of ids is looked up instead of the bytes of both. A look-up reads the word of its
** bucket: a filter of 16 bits, one of which must be set, and a displacement, which gives the one
** entry of five bytes where the pair can be. Half of the pairs that come up do not merge, and the
** filter tells it for four in five of them: the words (256 KB for 200,000 tokens) stay in a
** processor's second-level cache, which the entries don't.
**
** The hash is one-to-one: two rounds that each mix one half of (left, right), `bits` bits a half,
** into the other. The second half leads to the slot; so an entry in its slot need only hold the
** first half to tell its pair from all others:
**   bits 0..17   the token that the pair becomes, which is its rank
**   bits 18..35  the first half
**   bit 39       1; an empty slot is 0
** A number of `bits` ones is the id of no token.
*/
#ifndef TOK_MERGES_H
#define TOK_MERGES_H

#include "../base/base.h"

enum {
  TOK_MERGE_BYTES = 5,
  TOK_MERGE_SLACK = 8, /* an empty entry behind the last, and what is read with it */
  TOK_MERGES_PER_BUCKET_LOG2 = 2,
  TOK_MERGE_FILTER_LOG2 = 4, /* bits of the filter, in the upper half of a bucket's word */
  TOK_MERGE_ID_BITS = 18,
  TOK_MERGE_CHARS = 65536
};

typedef struct {
  const uint8_t *entries;  /* [slot], of TOK_MERGE_BYTES, and the slack; NULL: no table */
  const uint32_t *buckets; /* displacement; filter above it */
  /* [code point below 65,536] the token that a character of two or three bytes is, or 0xFFFFFFFF */
  const uint32_t *chars;
  const uint8_t *bytes;    /* [byte] its token: in these vocabularies they are the first 256 */
  uint32_t bits;           /* of an id; there are 1 << bits slots */
  uint32_t multiplier[2];  /* of the two rounds; odd */
} tok_merges;

/* Where a pair can be. */
typedef struct {
  uint32_t half; /* what its entry would hold */
  uint32_t base; /* its slot but for the displacement */
  uint32_t bucket;
} tok_merge_key;

static inline uint32_t tok_merge_mask(const tok_merges *m) { return ((uint32_t)1 << m->bits) - 1; }

/* The id that stands for "no token here". It merges with nothing. */
static inline uint32_t tok_merge_nothing(const tok_merges *m) { return tok_merge_mask(m); }

static inline tok_merge_key tok_merge_key_of(const tok_merges *m, uint32_t left, uint32_t right) {
  tok_merge_key k;
  k.half = right ^ left * m->multiplier[0] >> (32 - m->bits);
  k.base = left ^ k.half * m->multiplier[1] >> (32 - m->bits);
  k.bucket = k.half & tok_merge_mask(m) >> TOK_MERGES_PER_BUCKET_LOG2;
  return k;
}

/*
** The bit of a bucket's word that is set where it holds such a key: by bits that vary with `left`.
*/
static inline uint32_t tok_merge_filter(tok_merge_key k) {
  return 16 + (k.base & ((1u << TOK_MERGE_FILTER_LOG2) - 1));
}

/*
** Where the entry of a key is; the empty one behind the last where there is none for sure. No
** branches.
*/
static inline const uint8_t *tok_merge_place(const tok_merges *m, tok_merge_key k) {
  uint32_t word = m->buckets[k.bucket];
  uint32_t may = 0 - (word >> tok_merge_filter(k) & 1);
  uint32_t slot = (k.base + (word & 0xFFFF)) & tok_merge_mask(m);
  slot = (slot & may) | (~may & (uint32_t)1 << m->bits);
  return m->entries + (size_t)slot * TOK_MERGE_BYTES;
}

/* What the entry holds besides the id. */
static inline uint64_t tok_merge_tag(uint32_t half) {
  return (uint64_t)half << TOK_MERGE_ID_BITS | (uint64_t)1 << 39;
}

/* The token shifted left by `shift` <= 6; or a number of 2 to the power of 18 + shift, or more. */
static inline uint64_t tok_merge_at(const uint8_t *place, uint32_t half, int shift) {
  uint64_t entry;
  memcpy(&entry, place, sizeof entry);
  return (entry ^ tok_merge_tag(half)) << 24 >> (24 - shift);
}

/* The token that a pair becomes, or 0xFFFFFFFF. */
static inline uint32_t tok_merge_find(const tok_merges *m, uint32_t left, uint32_t right) {
  tok_merge_key k = tok_merge_key_of(m, left, right);
  uint64_t id = tok_merge_at(tok_merge_place(m, k), k.half, 0);
  return id >> TOK_MERGE_ID_BITS != 0 ? 0xFFFFFFFFu : (uint32_t)id;
}

#endif

/*
** ranks: one vocabulary's merge ranks as constant tables, built by ranks_build.c.
**
** In these encodings the id of an ordinary token is its merge rank. Tokens of up to 15 bytes (99 %)
** stand in a perfect hash: every key has exactly one slot where it can be, so a look-up, hit or
** miss, reads one displacement, one packed id and at most one 16-byte key. Longer tokens stand in
** an open-addressing index.
**
** Key of a piece of n <= 15 bytes: its bytes, zero padding, and n in the last byte; compared as two
** words.
**
** Merge barriers. Between two characters X|Y no merge can happen unless some token contains the end
** of X followed by the beginning of Y. Those contexts are known at build time; tok_may_cross() says
** "no" only where none exists, and then byte-pair encoding works independently on both sides:
**   Proof. A merge across the boundary yields a token whose bytes span it, hence contain a
**   non-empty suffix of X directly followed by a non-empty prefix of Y. If no token has such a
**   context, no merge ever spans the boundary; the merges on the left then depend on bytes of the
**   left only, likewise on the right, and the ids of the whole are those of the two sides in order.
** Contexts of two whole characters are kept in a one-hash Bloom filter over (X, Y). Contexts with a
** fragment of a character are few: a bitmap over (last byte of X, first byte of Y) finds
** candidates, and the same filter, over (last byte of X, Y) and (X, first byte of Y), and a bitmap
** for fragments on both sides, confirm them. All err only towards "may cross".
**
** The tables are little-endian.
*/
#ifndef TOK_RANKS_H
#define TOK_RANKS_H

#include "merges.h"

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the baked tables are little-endian"
#endif

enum {
  TOK_KEY_BYTES_MAX = 15,    /* longest token in the perfect hash */
  TOK_LONG_HEADER = 5,       /* in front of a long token: its length in 2 bytes, its id in 3 */
  TOK_ID_BITS = 18,          /* ids up to 262,143 */
  /* log2 of the bits of the (X, Y) filter: 64 KB, 4 % false "may cross" */
  TOK_CROSS_BLOOM_BITS = 19,
  TOK_CROSS8_BYTES = 65536 / 8,
  TOK_N_RUNS = 2,        /* kinds of tok_ranks.run_max: see tok_run_byte() */
  TOK_RUN_MIN = 16,      /* a block without half as many in a row cannot hold too many (words.h) */
  TOK_CROSS_CLASSES = 32 /* a bit each in four tables, which a vector looks up at once */
};

#define TOK_ID_MASK ((1u << TOK_ID_BITS) - 1)
#define TOK_RANK_NONE 0xFFFFFFFFu
#define TOK_LOC_LONG 0x80000000u /* in loc[]: the token is in long_bytes, not in a slot */

typedef struct {
  uint64_t lo, hi;
} tok_key;

typedef struct {
  /* of the hash: the first under which no two keys of a bucket collide */
  uint64_t seed;
  uint32_t n_ids;               /* largest rank + 1 */
  uint32_t slot_mask;           /* where the perfect hash leads to, - 1; a power of two, which is */
  uint32_t slot_bits;           /* its logarithm */
  uint32_t n_slots;             /* drawn together to so many entries */
  uint32_t long_mask;           /* entries of long_index - 1 */
  uint32_t longest;             /* bytes of the longest token */
  /* of those above 15 bytes that merges do not make; 0: none, as in all embedded ones */
  uint32_t longest_whole;
  const tok_key *keys;          /* [slot] */
  /* [slot] id in the low 18 bits, fingerprint of the hash above; 0xFFFFFFFF empty */
  const uint32_t *ids;
  const uint16_t *displacement; /* [bucket] */
  /* [id] slot, or TOK_LOC_LONG | offset into long_bytes, or TOK_RANK_NONE */
  const uint32_t *loc;
  const uint32_t *long_index;   /* [hash] loc of an id, or TOK_RANK_NONE; linear probing */
  const uint8_t *long_bytes;    /* per long token: length, id, bytes */
  /* [first << 8 | second] id of the two-byte token or TOK_RANK_NONE */
  const uint32_t *pair;
  const uint32_t *byte;         /* [byte] id of the single-byte token */
  /* bitmap over (last byte of X) << 8 | first byte of Y: some fragment */
  const uint8_t *cross8;
  const uint8_t *cross8_both;   /* likewise: fragments on both sides */
  const uint8_t *cross_bloom;   /* bitmap over tok_cross_hash(X, Y) */
  /* [2 * X] bits over Y: tok_may_cross of ASCII characters; NULL: not made */
  const uint64_t *cross_ascii;
  /*
  ** the same for vectors, letters beside letters left out (they may be crossed): a class of each x,
  ** and bit `class & 7` of [128 * (class >> 3) + y]
  */
  const uint8_t *cross_class, *cross_rows;
  /*
  ** bitmap of code points that are tokens; others, and invalid bytes, become their bytes' tokens
  ** and merge with nothing. NULL: merges begin with bytes
  */
  const uint8_t *known;
  /* bit k: no merge crosses the end of a run of k blanks, 2..63 */
  uint64_t blank_ends;
  /*
  ** runs of up to so many newlines, and of tabs, are names of added tokens: no merge crosses their
  ** ends, longer ones are cut into such; TOK_RUN_MIN or more, 0: they are none
  */
  uint32_t run_max[TOK_N_RUNS];
  tok_merges merges;            /* of embedded vocabularies; in others it is empty */
} tok_ranks;

/* What a run of a kind consists of. */
static inline uint8_t tok_run_byte(int kind) { return kind == 0 ? '\n' : '\t'; }

__extension__ typedef unsigned __int128 tok_u128;

/* 64x64 -> 128 bit multiply, folded: every bit of the hash depends on every bit of the key. */
static inline uint64_t tok_key_hash(tok_key k, uint64_t seed) {
  tok_u128 p = (tok_u128)(k.lo ^ seed) * (k.hi ^ 0xD6E8FEB86659FD93u);
  return (uint64_t)p ^ (uint64_t)(p >> 64);
}

enum { TOK_SLOTS_PER_BUCKET_LOG2 = 3 };

static inline uint32_t tok_key_bucket(uint64_t hash, uint32_t slot_mask) {
  return (uint32_t)hash & slot_mask >> TOK_SLOTS_PER_BUCKET_LOG2;
}

/* The one entry of keys[] and ids[] where a key of this hash can be. */
static inline uint32_t tok_key_slot(const tok_ranks *r, uint64_t hash, uint32_t displacement) {
  uint32_t slot = ((uint32_t)(hash >> 32) + displacement) & r->slot_mask;
  return (uint32_t)((uint64_t)slot * r->n_slots >> r->slot_bits);
}

static inline uint32_t tok_key_place(const tok_ranks *r, uint64_t hash) {
  return tok_key_slot(r, hash, r->displacement[tok_key_bucket(hash, r->slot_mask)]);
}

/* The bits of the hash that a slot number does not use, above an id. */
static inline uint32_t tok_key_fingerprint(uint64_t hash) {
  return (uint32_t)(hash >> 50) << TOK_ID_BITS;
}

/* n <= 15 bytes at p, byte by byte: for data near the end of a buffer. */
static inline tok_key tok_key_of(const uint8_t *p, size_t n) {
  uint8_t b[16] = {0};
  memcpy(b, p, n);
  b[15] = (uint8_t)n;
  tok_key k;
  memcpy(&k, b, sizeof k);
  return k;
}

/* FNV-1a with a final mix; for the few tokens longer than 15 bytes. */
static inline uint64_t tok_long_hash(const uint8_t *p, size_t n) {
  uint64_t h = 0xCBF29CE484222325u ^ n;
  for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * 0x100000001B3u;
  h ^= h >> 32;
  return h * 0x9E3779B97F4A7C15u >> 20;
}

/* X and Y: the characters' UTF-8 bytes as little-endian words, unused bytes zero. */
static inline uint32_t tok_cross_hash(uint32_t x, uint32_t y) {
  uint64_t h = (x * 0x9E3779B97F4A7C15u) ^ (y * 0xC2B2AE3D27D4EB4Fu);
  return (uint32_t)(h >> (64 - TOK_CROSS_BLOOM_BITS));
}

/* A fragment's byte as one side of tok_cross_hash; no character has these bits. */
static inline uint32_t tok_cross_fragment(uint32_t byte) { return byte << 8 | 0xFF; }

static inline bool tok_cross_bloom_has(const tok_ranks *r, uint32_t hash) {
  return r->cross_bloom[hash >> 3] >> (hash & 7) & 1;
}

/*
** Whether a token may hold a part of X before a part of Y, not both whole. x_last: X's last byte.
*/
static inline bool tok_may_cross_fragment(const tok_ranks *r, uint32_t x, uint8_t x_last,
                                          uint32_t y) {
  uint32_t edge = (uint32_t)x_last << 8 | (y & 0xFF);
  if (!(r->cross8[edge >> 3] >> (edge & 7) & 1)) return false;
  return (r->cross8_both[edge >> 3] >> (edge & 7) & 1) ||
         tok_cross_bloom_has(r, tok_cross_hash(tok_cross_fragment(x_last), y)) ||
         tok_cross_bloom_has(r, tok_cross_hash(x, tok_cross_fragment(y & 0xFF)));
}

static inline bool tok_may_cross(const tok_ranks *r, uint32_t x, uint8_t x_last, uint32_t y) {
  return (int)tok_cross_bloom_has(r, tok_cross_hash(x, y)) |
         (int)tok_may_cross_fragment(r, x, x_last, y);
}

/* The bytes of a long token, loc being its entry of `loc`. */
static inline tok_slice tok_long_token(const tok_ranks *r, uint32_t loc) {
  const uint8_t *t = r->long_bytes + (loc & ~TOK_LOC_LONG);
  return (tok_slice){(const char *)t + TOK_LONG_HEADER, (size_t)t[0] | (size_t)t[1] << 8};
}

/* Its id. */
static inline uint32_t tok_long_id(const tok_ranks *r, uint32_t loc) {
  const uint8_t *t = r->long_bytes + (loc & ~TOK_LOC_LONG);
  return (uint32_t)t[2] | (uint32_t)t[3] << 8 | (uint32_t)t[4] << 16;
}

/* The id of a key, or TOK_RANK_NONE. */
static inline uint32_t tok_rank_of_key(const tok_ranks *r, tok_key k) {
  uint64_t h = tok_key_hash(k, r->seed);
  uint32_t slot = tok_key_place(r, h);
  uint32_t id = r->ids[slot];
  if ((id & ~TOK_ID_MASK) != tok_key_fingerprint(h)) return TOK_RANK_NONE;
  if (r->keys[slot].lo != k.lo || r->keys[slot].hi != k.hi) return TOK_RANK_NONE;
  return id & TOK_ID_MASK;
}

/* The id of n bytes, n >= 1, or TOK_RANK_NONE. */
uint32_t tok_rank_of(const tok_ranks *r, const uint8_t *p, size_t n);

#endif

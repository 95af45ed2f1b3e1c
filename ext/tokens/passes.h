/*
** passes: the branch-free loops of counting over a batch of pieces (batch.h). Private to kernel.h,
** which includes it once per instruction set.
**
** What a vector can do in fewer instructions a kernel brings itself: with KERNEL_LINE_COUNT a
** line_count(), with KERNEL_TINY_COUNT a tiny_count(), with KERNEL_TALLY a tally, with
** KERNEL_MID_COUNT a mid_count(), with KERNEL_LONG_COUNT a long_count(), with KERNEL_PUT a
** put_tiny() and a put_short(), with KERNEL_SORT_LENGTHS a sort_lengths().
*/
#ifndef TOK_PASSES_H
#define TOK_PASSES_H

#include "batch.h"
#include "bpe_impl.h"

static inline unsigned key_length(size_t n) { return n < 16 ? (unsigned)n : 16; }

#ifndef KERNEL_LINE_COUNT
/* Tokens of a key in its line, 0 if it is not there. No branches. */
static inline uint64_t line_count(const tok_short_line *line, tok_key k) {
  uint64_t count = 0;
  for (int w = 0; w < 4; w++) {
    tok_key e = line->way[w];
    uint64_t differs = (e.lo ^ k.lo) | (e.hi ^ k.hi) << 4;
    count |= differs == 0 ? e.hi >> TOK_CACHE_COUNT_SHIFT : 0;
  }
  return count;
}
#endif

#ifndef KERNEL_TINY_COUNT
/* The same for a tiny key. */
static inline uint64_t tiny_count(const tok_tiny_line *line, uint64_t key) {
  uint64_t count = 0;
  for (unsigned i = 0; i < TOK_TINY_WAYS; i++) {
    uint64_t differs = line->way[i] ^ key;
    count |= differs <= TOK_TINY_COUNT ? differs : 0;
  }
  return count;
}
#endif

#ifndef KERNEL_TALLY
/* Tokens of pieces that their lines know. */
typedef uint64_t tally;

static inline tally tally_none(void) { return 0; }

/* Adds those of a key. Is it in its line? */
static inline bool tally_tiny(tally *t, const tok_tiny_line *line, uint64_t key) {
  uint64_t count = tiny_count(line, key);
  *t += count;
  return count != 0;
}

static inline bool tally_short(tally *t, const tok_short_line *line, tok_key k) {
  uint64_t count = line_count(line, k);
  *t += count;
  return count != 0;
}

static inline uint64_t tally_sum(tally t) { return t; }
#endif

#ifndef KERNEL_MID_COUNT
/* Tokens of n = 16..30 bytes, 0 if they are not there. */
static inline int64_t mid_count(const tok_cache *c, uint64_t hash, const uint8_t *p, size_t n) {
  return tok_cache_get_mid(c, hash, p, n);
}
#endif

#ifndef KERNEL_LONG_COUNT
/* Tokens of n = 31..126 bytes, 0 if they are not there. */
static inline int64_t long_count(const tok_cache *c, uint64_t hash, const uint8_t *p, size_t n) {
  return tok_cache_get_long(c, hash, p, n);
}
#endif

#ifndef KERNEL_PUT
static inline void put_tiny(tok_cache *c, uint64_t key, uint8_t count) {
  tok_cache_put_tiny(c, key, count);
}

static inline void put_short(tok_cache *c, uint64_t hash, tok_key entry) {
  tok_cache_put_short(c, hash, entry);
}
#endif

/* A hot loop stands alone: inlined beside others it runs out of registers. */
#define KERNEL_LOOP static __attribute__((noinline))

#ifndef KERNEL_SORT_LENGTHS
/* The numbers of the bits of a byte, one in each byte of a word. */
#define BITS_1(m, i, at) ((m) >> (i) & 1 ? (uint64_t)(i) << 8 * (at) : 0)
#define BITS_IN(m, n)    __builtin_popcount((m) & ((1 << (n)) - 1))
#define BITS_N(m, i)     BITS_1(m, i, BITS_IN(m, i))
#define BITS_OF(m)                                                                                 \
  (BITS_N(m, 0) | BITS_N(m, 1) | BITS_N(m, 2) | BITS_N(m, 3) | BITS_N(m, 4) | BITS_N(m, 5) |       \
   BITS_N(m, 6) | BITS_N(m, 7))
#define BITS_4(m)  BITS_OF(m), BITS_OF((m) + 1), BITS_OF((m) + 2), BITS_OF((m) + 3)
#define BITS_16(m) BITS_4(m), BITS_4((m) + 4), BITS_4((m) + 8), BITS_4((m) + 12)
#define BITS_64(m) BITS_16(m), BITS_16((m) + 16), BITS_16((m) + 32), BITS_16((m) + 48)
static const uint64_t bits_of[256] = {BITS_64(0), BITS_64(64), BITS_64(128), BITS_64(192)};

/* Appends to a list the numbers first + i where byte i of m is 1, the others being 0. */
static inline size_t append_ones(uint8_t *list, size_t n, uint64_t m, uint64_t first) {
  unsigned bits = (unsigned)((m * 0x0102040810204080u) >> 56);
  uint64_t numbers = bits_of[bits] + first;
  memcpy(list + n, &numbers, sizeof numbers);
  return n + (size_t)((m * 0x0101010101010101u) >> 56);
}

/*
** Lengths of the pieces, and lists of them by what caches them; eight at a time in the bytes of a
** word.
*/
KERNEL_LOOP void sort_lengths(const uint32_t *starts, size_t n, batch *b) {
  const uint64_t ones = 0x0101010101010101u;
  size_t n_ones = 0, n_tinies = 0, n_shorts = 0, n_wides = 0;
  for (size_t i = 0; i < n; i++) {
    uint32_t length = starts[i + 1] - starts[i];
    b->length[i] = (uint8_t)(length < 16 ? length : 16);
  }
  memset(b->length + n, 0, 8);
  for (size_t i = 0; i < n; i += 8) {
    uint64_t w, first = i * ones;
    memcpy(&w, b->length + i, sizeof w);
    /* lengths are 1..16, and 0 behind the last */
    uint64_t wide = w >> 4 & ones, middle = w >> 3 & ones;
    uint64_t some = (w >> 1 | w >> 2) & ones & ~(wide | middle);
    n_ones += (size_t)__builtin_popcountll(w & ones & ~(some | wide | middle));
    n_tinies = append_ones(b->tinies, n_tinies, some, first);
    n_shorts = append_ones(b->shorts, n_shorts, middle, first);
    n_wides = append_ones(b->wides, n_wides, wide, first);
  }
  b->n_ones = n_ones;
  b->n_tinies = n_tinies;
  b->n_shorts = n_shorts;
  b->n_wides = n_wides;
}
#endif

static inline uint64_t tiny_key_at(const uint8_t *p, size_t n) {
  uint64_t word;
  memcpy(&word, p, sizeof word);
  return tok_tiny_key(word, n);
}

/* First pass of the tinies: keys and lines. */
KERNEL_LOOP void find_tiny_lines(const tok_cache *cache, const uint8_t *p, const uint32_t *starts,
                                 batch *b) {
  const tok_cache c = *cache;
  size_t n = b->n_tinies;
  for (size_t j = 0; j < n; j++) {
    size_t i = b->tinies[j];
    uint64_t k = tiny_key_at(p + starts[i], b->length[i]);
    const tok_tiny_line *line = tok_cache_tiny(&c, k, 0);
    __builtin_prefetch(line);
    b->tiny_key[j] = k;
    b->tiny_line[j] = line;
  }
}

/* Second pass: adds the tokens of those that are known, lists the others. Returns the tokens. */
KERNEL_LOOP uint64_t count_tinies(batch *b, size_t *n_misses) {
  size_t n = b->n_tinies, missed = 0;
  tally t = tally_none();
  for (size_t j = 0; j < n; j++) {
    bool known = tally_tiny(&t, b->tiny_line[j], b->tiny_key[j]);
    b->misses[missed] = b->tinies[j];
    missed += !known;
  }
  *n_misses = missed;
  return tally_sum(t);
}

/*
** Both in one, for so few pieces that the processor overlaps them by itself and a second loop only
** costs a mispredicted end.
*/
KERNEL_LOOP uint64_t count_few_tinies(const tok_cache *cache, const uint8_t *p,
                                      const uint32_t *starts, batch *b, size_t *n_misses) {
  const tok_cache c = *cache;
  size_t n = b->n_tinies, missed = 0;
  tally t = tally_none();
  for (size_t j = 0; j < n; j++) {
    size_t i = b->tinies[j];
    uint64_t k = tiny_key_at(p + starts[i], b->length[i]);
    bool known = tally_tiny(&t, tok_cache_tiny(&c, k, 0), k);
    b->misses[missed] = (uint8_t)i;
    missed += !known;
  }
  *n_misses = missed;
  return tally_sum(t);
}

/* The same passes for the shorts: keys and first lines; */
KERNEL_LOOP void find_short_lines(const tok_cache *cache, const uint8_t *p, const uint32_t *starts,
                                  batch *b) {
  const tok_cache c = *cache;
  const uint64_t seed = c.ranks->seed;
  for (size_t j = 0; j < b->n_shorts; j++) {
    size_t i = b->shorts[j];
    tok_key k = key_padded(p + starts[i], b->length[i]);
    uint64_t h = tok_key_hash(k, seed);
    __builtin_prefetch(tok_cache_short(&c, h, 0));
    b->short_key[j] = k;
    b->short_hash[j] = h;
  }
}

/* and tokens, the misses following those of the tinies. */
KERNEL_LOOP uint64_t count_shorts(const tok_cache *cache, batch *b, size_t *n_misses) {
  const tok_cache c = *cache;
  size_t n = b->n_shorts, missed = *n_misses;
  tally t = tally_none();
  for (size_t j = 0; j < n; j++) {
    const tok_short_line *line = tok_cache_short(&c, b->short_hash[j], 0);
    bool known = tally_short(&t, line, b->short_key[j]);
    b->misses[missed] = b->shorts[j];
    missed += !known;
  }
  *n_misses = missed;
  return tally_sum(t);
}

/* The second line of a piece, if it can be there. */
static inline const void *second_line(const tok_cache *c, const miss *m) {
  static const tok_short_line empty __attribute__((aligned(TOK_LINE_BYTES))) = {0};
  if (m->n > TOK_TINY_KEY_MAX) return tok_cache_short(c, m->hash, 1);
  uint64_t key = tok_tiny_key(m->key.lo, m->n);
  if (!tok_tiny_full(tok_cache_tiny(c, key, 0))) return &empty;
  return tok_cache_tiny(c, key, 1);
}

/* Tokens of a piece in that line, 0 if it is not there. */
static inline uint64_t second_count(const void *line, const miss *m) {
  if (m->n > TOK_TINY_KEY_MAX) return line_count((const tok_short_line *)line, m->key);
  return tiny_count((const tok_tiny_line *)line, tok_tiny_key(m->key.lo, m->n));
}

/*
** Adds the tokens of misses that their second lines know, each having counted 1. Returns how many
** others there are, now the first. Nothing here waits for the vocabulary, which is seldom near.
*/
KERNEL_LOOP size_t find_second(const tok_cache *cache, miss *misses, size_t n, int64_t *total) {
  const tok_cache c = *cache;
  size_t left = 0;
  for (size_t j = 0; j < n; j++) {
    uint64_t count = second_count(second_line(&c, &misses[j]), &misses[j]);
    if (count != 0) {
      *total += (int64_t)count - 1;
      continue;
    }
    if (left != j) misses[left] = misses[j];
    left++;
  }
  return left;
}

/* Fetches what find_unknown() will read of n misses, while they wait for their second lines. */
static inline void fetch_slots(const tok_ranks *r, const miss *misses, size_t n) {
  for (size_t j = 0; j < n; j++) __builtin_prefetch(&r->keys[tok_key_place(r, misses[j].hash)]);
}

/* Takes over n misses: for each its slot in the vocabulary. */
KERNEL_LOOP void find_slots(const tok_ranks *ranks, const miss *misses, size_t n, lookup *l) {
  const tok_ranks r = *ranks;
  for (size_t j = 0; j < n; j++) {
    miss m = misses[j];
    l->slot[j] = &r.keys[tok_key_place(&r, m.hash)];
    __builtin_prefetch(l->slot[j]);
    l->miss[j] = m;
  }
}

/* Lists misses that are tokens, and those that are not. */
KERNEL_LOOP void find_unknown(lookup *l, size_t n, size_t *n_tokens, size_t *n_unknown) {
  size_t found = 0, unknown = 0;
  for (size_t j = 0; j < n; j++) {
    tok_key k = l->miss[j].key;
    bool token = ((l->slot[j]->lo ^ k.lo) | (l->slot[j]->hi ^ k.hi)) == 0;
    l->tokens[found] = (uint8_t)j;
    found += token;
    l->unknown[unknown] = (uint8_t)j;
    unknown += !token;
  }
  *n_tokens = found;
  *n_unknown = unknown;
}

/* Remembers misses that were found to be tokens. */
static void put_tokens(tok_cache *cache, const lookup *l, size_t n) {
  for (size_t t = 0; t < n; t++) {
    size_t j = l->tokens[t], length = l->miss[j].n;
    tok_key k = l->miss[j].key;
    if (length <= TOK_TINY_KEY_MAX) {
      put_tiny(cache, tok_tiny_key(k.lo, length), 1);
    } else {
      k.hi |= (uint64_t)1 << TOK_CACHE_COUNT_SHIFT;
      put_short(cache, l->miss[j].hash, k);
    }
  }
}

#endif

#include "ranks_build.h"

#include "../base/utf8.h"

enum {
  SEEDS_MAX = 2000, /* about one in ten works */
  DISPLACEMENTS = 65536,
  BUCKET_MAX = 256,
  DENSE = 8, /* of a dense table, one slot in so many is empty; with fewer the search fails */
  ASCII = 128,
  ALIGNMENT = 64 /* a cache line */
};
#define FIRST_SEED 0x9E3779B97F4A7C15u

typedef struct {
  uint32_t bucket, first, n;
} bucket_run;

/* A build under way: the arrays of the result, still to be written, and scratch. */
typedef struct {
  const tok_rank_token *tokens;
  uint32_t n, n_keys, n_buckets;
  tok_ranks r; /* the shape of the hash: slot_mask, slot_bits, n_slots */
  uint64_t seed;
  tok_key *keys;
  uint32_t *ids, *loc, *long_index, *pair, *byte;
  uint16_t *displacement;
  uint8_t *long_bytes, *cross8, *cross8_both, *bloom;
  uint64_t *cross_ascii;
  uint8_t *cross_class, *cross_rows;
  uint64_t *hash;   /* [rank], of short tokens */
  uint32_t *sorted; /* ranks by bucket */
  bucket_run *runs; /* largest first */
  bool twins;       /* two equal tokens were met */
  uint32_t twin;
} build;

/* ---- the perfect hash ------------------------------------------------------------------------ */

/* tok_key_of() without its loop. */
static tok_key key_of(const tok_rank_token *t) {
  tok_key k;
  memcpy(&k, t->bytes, sizeof k);
  uint64_t keep = ~(uint64_t)0 >> (t->n % 8 == 0 ? 0 : 64 - 8 * (t->n % 8));
  if (t->n <= 8) {
    k.lo &= t->n == 0 ? 0 : keep;
    k.hi = 0;
  } else {
    k.hi &= keep;
  }
  k.hi = (k.hi & ~(uint64_t)0 >> 8) | (uint64_t)t->n << 56;
  return k;
}

static bool is_short(const tok_rank_token *t) {
  return t->n > 0 && t->n <= TOK_KEY_BYTES_MAX;
}

static void hash_short_tokens(build *b) {
  for (uint32_t i = 0; i < b->n; i++) {
    const tok_rank_token *t = &b->tokens[i];
    if (is_short(t))
      b->hash[i] = tok_key_hash(key_of(t), b->seed);
  }
}

static void put_key(build *b, uint32_t id, tok_key key, uint64_t hash, uint32_t slot) {
  b->keys[slot] = key;
  b->ids[slot] = id | tok_key_fingerprint(hash);
  b->loc[id] = slot;
}

/* Slots of one bucket's ids under displacement d; false if two clash or one is taken. */
static bool fits(build *b, const uint32_t *ids, uint32_t n, uint32_t d, uint32_t *slots) {
  for (uint32_t i = 0; i < n; i++) {
    slots[i] = tok_key_slot(&b->r, b->hash[ids[i]], d);
    if (b->ids[slots[i]] != TOK_RANK_NONE)
      return false;
    for (uint32_t j = 0; j < i; j++) {
      if (slots[j] == slots[i])
        return false;
    }
  }
  return true;
}

/* Two keys that start at the same slot clash under every displacement; equal ones under every seed.
 */
static bool clash_always(build *b, const uint32_t *ids, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t j = 0; j < i; j++) {
      if (((b->hash[ids[i]] ^ b->hash[ids[j]]) >> 32 & b->r.slot_mask) != 0)
        continue;
      const tok_rank_token *x = &b->tokens[ids[i]], *y = &b->tokens[ids[j]];
      if (x->n == y->n && memcmp(x->bytes, y->bytes, x->n) == 0) {
        b->twins = true;
        b->twin = ids[i];
      }
      return true;
    }
  }
  return false;
}

static bool place(build *b, const bucket_run *run) {
  uint32_t slots[BUCKET_MAX];
  const uint32_t *ids = b->sorted + run->first;
  for (uint32_t d = 0; d < DISPLACEMENTS; d++) {
    if (!fits(b, ids, run->n, d, slots))
      continue;
    b->displacement[run->bucket] = (uint16_t)d;
    for (uint32_t i = 0; i < run->n; i++)
      put_key(b, ids[i], key_of(&b->tokens[ids[i]]), b->hash[ids[i]], slots[i]);
    return true;
  }
  return false;
}

/* Orders the runs by size, largest first, then by bucket; `to` has as much room. */
static void sort_runs(build *b, bucket_run *to) {
  uint32_t count[BUCKET_MAX + 2] = {0};
  for (uint32_t i = 0; i < b->n_buckets; i++) {
    uint32_t n = b->runs[i].n > BUCKET_MAX ? BUCKET_MAX : b->runs[i].n;
    count[BUCKET_MAX - n + 1]++;
  }
  for (int i = 1; i <= BUCKET_MAX + 1; i++)
    count[i] += count[i - 1];
  for (uint32_t i = 0; i < b->n_buckets; i++) {
    uint32_t n = b->runs[i].n > BUCKET_MAX ? BUCKET_MAX : b->runs[i].n;
    to[count[BUCKET_MAX - n]++] = b->runs[i];
  }
}

/* Groups the ids of short tokens by bucket: runs[] describes them, sorted[] holds them. */
static void group(build *b) {
  memset(b->runs, 0, sizeof *b->runs * b->n_buckets);
  for (uint32_t i = 0; i < b->n_buckets; i++)
    b->runs[i].bucket = i;
  for (uint32_t i = 0; i < b->n; i++) {
    if (is_short(&b->tokens[i]))
      b->runs[tok_key_bucket(b->hash[i], b->r.slot_mask)].n++;
  }
  for (uint32_t i = 1; i < b->n_buckets; i++)
    b->runs[i].first = b->runs[i - 1].first + b->runs[i - 1].n;
  for (uint32_t i = 0; i < b->n; i++) {
    if (is_short(&b->tokens[i]))
      b->sorted[b->runs[tok_key_bucket(b->hash[i], b->r.slot_mask)].first++] = i;
  }
  for (uint32_t i = 0; i < b->n_buckets; i++)
    b->runs[i].first -= b->runs[i].n;
  sort_runs(b, b->runs + b->n_buckets);
}

static void clear_slots(build *b) {
  memset(b->ids, 0xFF, sizeof *b->ids * b->r.n_slots);
  memset(b->keys, 0, sizeof *b->keys * b->r.n_slots);
  memset(b->displacement, 0, sizeof *b->displacement * b->n_buckets);
}

/*
** Hash and displace (Belazzougui, Botelho, Dietzfelbinger 2009), largest buckets first. Fails where
** two keys of one bucket start at the same slot; the next seed is tried then.
*/
static bool build_perfect_hash(build *b) {
  hash_short_tokens(b);
  group(b);
  clear_slots(b);
  const bucket_run *runs = b->runs + b->n_buckets;
  for (uint32_t i = 0; i < b->n_buckets && runs[i].n > 0; i++) {
    if (runs[i].n > BUCKET_MAX || clash_always(b, b->sorted + runs[i].first, runs[i].n))
      return false;
  }
  for (uint32_t i = 0; i < b->n_buckets && runs[i].n > 0; i++) {
    if (!place(b, &runs[i]))
      return false;
  }
  return true;
}

enum {
  AHEAD = 32 /* tokens; enough that their cache misses overlap, few enough to stay in the cache */
};

/*
** Puts up to AHEAD tokens from `first` on into their slots: in passes, each of which fetches for
** the next.
*/
static bool put_some(build *b, uint32_t first, uint32_t n) {
  tok_key key[AHEAD];
  uint64_t hash[AHEAD];
  uint32_t id[AHEAD], slot[AHEAD], k = 0;
  for (uint32_t i = first; i < first + n; i++) {
    if (!is_short(&b->tokens[i]))
      continue;
    key[k] = key_of(&b->tokens[i]);
    hash[k] = tok_key_hash(key[k], b->seed);
    __builtin_prefetch(&b->displacement[tok_key_bucket(hash[k], b->r.slot_mask)]);
    id[k++] = i;
  }
  for (uint32_t j = 0; j < k; j++) {
    uint32_t d = b->displacement[tok_key_bucket(hash[j], b->r.slot_mask)];
    slot[j] = tok_key_slot(&b->r, hash[j], d);
    __builtin_prefetch(&b->ids[slot[j]], 1);
    __builtin_prefetch(&b->keys[slot[j]], 1);
  }
  for (uint32_t j = 0; j < k; j++) {
    if (b->ids[slot[j]] != TOK_RANK_NONE)
      return false;
    put_key(b, id[j], key[j], hash[j], slot[j]);
  }
  return true;
}

/* Every key straight to its slot; false where the hint is not for these keys. */
static bool build_from_hint(build *b, const tok_rank_hint *hint) {
  if (hint == NULL || hint->displacement == NULL || hint->n_bytes != 2 * (size_t)b->n_buckets)
    return false;
  b->seed = hint->seed;
  clear_slots(b);
  for (uint32_t i = 0; i < b->n_buckets; i++) {
    b->displacement[i] = (uint16_t)(hint->displacement[2 * i] | hint->displacement[2 * i + 1] << 8);
  }
  for (uint32_t i = 0; i < b->n; i += AHEAD) {
    uint32_t n = b->n - i < AHEAD ? b->n - i : AHEAD;
    for (uint32_t j = i + n; j < b->n && j < i + n + AHEAD; j++)
      __builtin_prefetch(b->tokens[j].bytes);
    if (!put_some(b, i, n))
      return false;
  }
  return true;
}

static bool allocate_scratch(build *b) {
  b->hash = tok_malloc(sizeof *b->hash * b->n);
  b->sorted = tok_malloc(sizeof *b->sorted * ((size_t)b->n_keys + 1));
  b->runs = tok_malloc(2 * sizeof *b->runs * b->n_buckets);
  return b->hash != NULL && b->sorted != NULL && b->runs != NULL;
}

static tok_status put_short_tokens(build *b, const tok_rank_hint *hint) {
  if (build_from_hint(b, hint))
    return TOK_OK;
  if (!allocate_scratch(b))
    return TOK_NOMEM;
  b->seed = FIRST_SEED;
  for (int tries = 0; tries < SEEDS_MAX && !b->twins; tries++) {
    if (build_perfect_hash(b))
      return TOK_OK;
    b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
  }
  return TOK_INVALID;
}

/* ---- long tokens, bytes, pairs --------------------------------------------------------------- */

static bool put_long_tokens(build *b, uint32_t mask) {
  uint32_t at = 0;
  memset(b->long_index, 0xFF, sizeof *b->long_index * ((size_t)mask + 1));
  for (uint32_t i = 0; i < b->n; i++) {
    const tok_rank_token *t = &b->tokens[i];
    if (t->n <= TOK_KEY_BYTES_MAX)
      continue;
    b->loc[i] = TOK_LOC_LONG | at;
    b->long_bytes[at] = (uint8_t)t->n;
    b->long_bytes[at + 1] = (uint8_t)(t->n >> 8);
    for (uint32_t k = 0; k < 3; k++)
      b->long_bytes[at + 2 + k] = (uint8_t)(i >> 8 * k);
    memcpy(b->long_bytes + at + TOK_LONG_HEADER, t->bytes, t->n);
    at += t->n + TOK_LONG_HEADER;
    size_t h = tok_long_hash(t->bytes, t->n) & mask;
    for (; b->long_index[h] != TOK_RANK_NONE; h = (h + 1) & mask) {
      tok_slice other = {(const char *)b->long_bytes + (b->long_index[h] & ~TOK_LOC_LONG), 0};
      other.len = (uint8_t)other.ptr[0] | (size_t)(uint8_t)other.ptr[1] << 8;
      if (other.len != t->n || memcmp(other.ptr + TOK_LONG_HEADER, t->bytes, t->n) != 0)
        continue;
      b->twin = i;
      return false;
    }
    b->long_index[h] = b->loc[i];
  }
  return true;
}

/* The first byte without a token, or -1. */
static int put_byte_and_pair(build *b) {
  memset(b->pair, 0xFF, sizeof *b->pair * 65536);
  memset(b->byte, 0xFF, sizeof *b->byte * 256);
  for (uint32_t i = 0; i < b->n; i++) {
    const uint8_t *p = b->tokens[i].bytes;
    if (b->tokens[i].n == 1)
      b->byte[p[0]] = i;
    if (b->tokens[i].n == 2)
      b->pair[p[0] << 8 | p[1]] = i;
  }
  for (int i = 0; i < 256; i++) {
    if (b->byte[i] == TOK_RANK_NONE)
      return i;
  }
  return -1;
}

/* ---- merge barriers -------------------------------------------------------------------------- */

/* A character, or a fragment of one at either end of a token. */
typedef struct {
  const uint8_t *p;
  size_t n;
  bool whole;
} unit;

static size_t lead_length(uint8_t c) {
  return c < 0x80                ? 1
         : c >= 0xC2 && c < 0xE0 ? 2
         : c >= 0xE0 && c < 0xF0 ? 3
         : c >= 0xF0 && c < 0xF5 ? 4
                                 : 1;
}

static bool is_continuation(uint8_t c) {
  return (c & 0xC0) == 0x80;
}

/*
** The unit of a token's bytes that starts at `at`: where a text could have character boundaries. A
** text's characters are those of tok_utf8_decode, so in the text a sequence that is invalid stands
** as single bytes; a token's inner sequence is therefore `whole` only if it decodes, and everything
** else counts as fragments.
*/
static unit unit_at(const tok_rank_token *t, size_t at) {
  const uint8_t *p = t->bytes + at;
  size_t n = t->n - at, len = 0;
  uint32_t cp;
  if (at == 0) {
    while (len < n && is_continuation(p[len]))
      len++;
    if (len > 0)
      return (unit){p, len, false};
  }
  len = tok_utf8_decode(p, n, &cp);
  if (cp != TOK_UTF8_INVALID)
    return (unit){p, len, true};
  size_t want = lead_length(p[0]); /* a truncated character at the end is one fragment */
  while (len < want && len < n && is_continuation(p[len]))
    len++;
  return (unit){p, len, false};
}

static uint32_t word_of(const unit *u) {
  uint32_t w = 0;
  memcpy(&w, u->p, u->n < 4 ? u->n : 4);
  return w;
}

static void set_bit(uint8_t *bitmap, uint32_t bit) {
  bitmap[bit >> 3] |= (uint8_t)(1 << (bit & 7));
}

/* A boundary between x and y inside a token. */
static void add_context(build *b, const unit *x, const unit *y) {
  uint8_t x_last = x->p[x->n - 1], y_first = y->p[0];
  uint32_t edge = (uint32_t)x_last << 8 | y_first;
  if (x->whole && y->whole) {
    set_bit(b->bloom, tok_cross_hash(word_of(x), word_of(y)));
    return;
  }
  set_bit(b->cross8, edge);
  if (!x->whole && !y->whole) {
    set_bit(b->cross8_both, edge);
  } else if (y->whole) {
    set_bit(b->bloom, tok_cross_hash(tok_cross_fragment(x_last), word_of(y)));
  } else {
    set_bit(b->bloom, tok_cross_hash(word_of(x), tok_cross_fragment(y_first)));
  }
}

/*
** No barrier before `first` and behind `last`, whatever stands there: for a token that no segment
** may look like.
*/
static void lift_barriers(build *b, const unit *first, const unit *last) {
  for (uint32_t other = 0; other < 256; other++) {
    uint32_t before = other << 8 | first->p[0],
             behind = (uint32_t)last->p[last->n - 1] << 8 | other;
    set_bit(b->cross8, before);
    set_bit(b->cross8, behind);
    set_bit(b->bloom, tok_cross_hash(tok_cross_fragment(other), word_of(first)));
    set_bit(b->bloom, tok_cross_hash(word_of(last), tok_cross_fragment(other)));
    if (!first->whole)
      set_bit(b->cross8_both, before);
    if (!last->whole)
      set_bit(b->cross8_both, behind);
  }
}

static void add_contexts(build *b, const tok_rank_token *t) {
  unit first = unit_at(t, 0), x = first;
  for (size_t at = x.n;; at += x.n) {
    /* Inside a fragment a text with invalid UTF-8 can have a boundary at every byte. */
    for (size_t j = 1; j < x.n && !x.whole; j++) {
      uint32_t edge = (uint32_t)x.p[j - 1] << 8 | x.p[j];
      set_bit(b->cross8, edge);
      set_bit(b->cross8_both, edge);
    }
    if (at >= t->n)
      break;
    unit y = unit_at(t, at);
    add_context(b, &x, &y);
    x = y;
  }
  if (t->whole_only)
    lift_barriers(b, &first, &x);
}

static void put_barriers(build *b, const uint8_t *known) {
  if (known != NULL) {
    memcpy(b->cross8, known, TOK_CROSS8_BYTES);
    memcpy(b->cross8_both, known + TOK_CROSS8_BYTES, TOK_CROSS8_BYTES);
    memcpy(b->bloom, known + 2 * TOK_CROSS8_BYTES, TOK_BARRIER_BYTES - 2 * TOK_CROSS8_BYTES);
    return;
  }
  memset(b->cross8, 0, TOK_CROSS8_BYTES);
  memset(b->cross8_both, 0, TOK_CROSS8_BYTES);
  memset(b->bloom, 0, 1 << (TOK_CROSS_BLOOM_BITS - 3));
  for (uint32_t i = 0; i < b->n; i++) {
    if (b->tokens[i].n > 1)
      add_contexts(b, &b->tokens[i]);
  }
}

/*
** tok_may_cross() of ASCII characters, without the filter's errors: those that stand side by side
** in a token. With tokens that lift barriers, as it says.
*/
static void put_ascii_barriers(const build *b, const tok_ranks *r) {
  bool side_by_side[ASCII * ASCII] = {false}, lifted = false;
  for (uint32_t i = 0; i < b->n; i++) {
    const uint8_t *p = b->tokens[i].bytes;
    lifted |= b->tokens[i].whole_only;
    for (uint32_t k = 1; k < b->tokens[i].n; k++) {
      if ((p[k - 1] | p[k]) < ASCII) side_by_side[p[k - 1] * ASCII + p[k]] = true;
    }
  }
  memset(b->cross_ascii, 0, sizeof *b->cross_ascii * 2 * ASCII);
  for (uint32_t x = 0; x < ASCII; x++) {
    for (uint32_t y = 0; y < ASCII; y++) {
      bool may = lifted ? tok_may_cross(r, x, (uint8_t)x, y) : side_by_side[x * ASCII + y];
      if (!may) continue;
      b->cross_ascii[2 * x + y / 64] |= (uint64_t)1 << y % 64;
    }
  }
}

/* Bits in either of two rows but not in both. */
static int row_distance(const uint64_t *a, const uint64_t *b) {
  return __builtin_popcountll(a[0] ^ b[0]) + __builtin_popcountll(a[1] ^ b[1]);
}

/*
** cross_ascii in few classes of rows: where there are more, a row joins the one most like it, and
** both may be crossed where one of them may.
*/
static void put_cross_classes(const build *b) {
  uint64_t row[ASCII][2];
  uint32_t n = 0;
  memset(b->cross_rows, 0, TOK_CROSS_CLASSES / 8 * ASCII);
  for (uint32_t x = 0; x < ASCII; x++) {
    uint64_t own[2] = {b->cross_ascii[2 * x], b->cross_ascii[2 * x + 1]};
    uint32_t best = 0;
    if (tok_is_alpha((char)x)) own[1] |= 0x07FFFFFE07FFFFFE; /* A-Z, a-z */
    for (uint32_t i = 1; i < n; i++)
      best = row_distance(own, row[i]) < row_distance(own, row[best]) ? i : best;
    if (n < TOK_CROSS_CLASSES && (n == 0 || row_distance(own, row[best]) > 0)) {
      best = n++;
      row[best][0] = row[best][1] = 0;
    }
    row[best][0] |= own[0];
    row[best][1] |= own[1];
    b->cross_class[x] = (uint8_t)best;
  }
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t y = 0; y < ASCII; y++)
      b->cross_rows[i / 8 * ASCII + y] |= (uint8_t)((row[i][y / 64] >> y % 64 & 1) << i % 8);
  }
}

/* ---- memory and the whole -------------------------------------------------------------------- */

static size_t round_up(size_t n) {
  return (n + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

/* Counts first (base = NULL), then hands out. */
static void *take(char *base, size_t *at, size_t n) {
  void *p = base == NULL ? NULL : base + *at;
  *at += round_up(n);
  return p;
}

static size_t lay_out(build *b, char *base, size_t n_long_bytes, size_t long_mask) {
  size_t at = 0;
  b->keys = take(base, &at, sizeof *b->keys * b->r.n_slots);
  b->ids = take(base, &at, sizeof *b->ids * b->r.n_slots);
  b->displacement = take(base, &at, sizeof *b->displacement * b->n_buckets);
  b->long_index = take(base, &at, sizeof *b->long_index * (long_mask + 1));
  b->long_bytes = take(base, &at, n_long_bytes);
  b->loc = take(base, &at, sizeof *b->loc * b->n);
  b->pair = take(base, &at, sizeof *b->pair * 65536);
  b->byte = take(base, &at, sizeof *b->byte * 256);
  b->cross8 = take(base, &at, TOK_CROSS8_BYTES);
  b->cross8_both = take(base, &at, TOK_CROSS8_BYTES);
  b->bloom = take(base, &at, 1 << (TOK_CROSS_BLOOM_BITS - 3));
  b->cross_ascii = take(base, &at, sizeof *b->cross_ascii * 2 * ASCII);
  b->cross_class = take(base, &at, ASCII);
  b->cross_rows = take(base, &at, TOK_CROSS_CLASSES / 8 * ASCII);
  return at;
}

static uint32_t longest_whole(const build *b) {
  uint32_t longest = 0;
  for (uint32_t i = 0; i < b->n; i++) {
    const tok_rank_token *t = &b->tokens[i];
    if (t->whole_only && t->n > TOK_KEY_BYTES_MAX && t->n > longest)
      longest = t->n;
  }
  return longest;
}

static void set_ranks(const build *b, uint32_t long_mask, uint32_t longest, tok_rank_tables *out) {
  out->ranks = (tok_ranks){.seed = b->seed,
                           .n_ids = b->n,
                           .slot_mask = b->r.slot_mask,
                           .slot_bits = b->r.slot_bits,
                           .n_slots = b->r.n_slots,
                           .long_mask = long_mask,
                           .longest = longest,
                           .longest_whole = longest_whole(b),
                           .keys = b->keys,
                           .ids = b->ids,
                           .displacement = b->displacement,
                           .loc = b->loc,
                           .long_index = b->long_index,
                           .long_bytes = b->long_bytes,
                           .pair = b->pair,
                           .byte = b->byte,
                           .cross8 = b->cross8,
                           .cross8_both = b->cross8_both,
                           .cross_bloom = b->bloom,
                           .cross_ascii = b->cross_ascii,
                           .cross_class = b->cross_class,
                           .cross_rows = b->cross_rows};
  put_ascii_barriers(b, &out->ranks);
  put_cross_classes(b);
}

static tok_status fill_tables(build *b, const tok_rank_hint *hint, uint32_t long_mask,
                              tok_rank_error *error) {
  memset(b->loc, 0xFF, sizeof *b->loc * b->n);
  error->byte = put_byte_and_pair(b);
  if (error->byte >= 0)
    return TOK_INVALID;
  tok_status rc = put_short_tokens(b, hint);
  if (rc == TOK_OK && !put_long_tokens(b, long_mask))
    rc = TOK_INVALID;
  if (rc == TOK_INVALID)
    error->rank = b->twin;
  if (rc == TOK_OK)
    put_barriers(b, hint == NULL ? NULL : hint->barriers);
  return rc;
}

tok_status tok_ranks_build(const tok_rank_token *tokens, uint32_t n, const tok_rank_hint *hint,
                           tok_rank_tables *out, tok_rank_error *error) {
  build b = {.tokens = tokens, .n = n};
  size_t n_long = 0, n_long_bytes = 1, mask = 64;
  uint32_t longest = 0;
  memset(out, 0, sizeof *out);
  *error = (tok_rank_error){TOK_RANK_NONE, -1};
  if (n == 0 || n > TOK_RANK_IDS_MAX)
    return TOK_TOOBIG;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t k = tokens[i].n;
    if (k > TOK_RANK_BYTES_MAX) {
      error->rank = i;
      return TOK_INVALID;
    }
    if (k > longest)
      longest = k;
    if (k > TOK_KEY_BYTES_MAX)
      n_long++, n_long_bytes += k + TOK_LONG_HEADER;
    b.n_keys += is_short(&tokens[i]);
  }
  if (n_long_bytes >= TOK_LOC_LONG)
    return TOK_TOOBIG;
  while (mask < n_long * 2)
    mask *= 2;
  mask--;
  b.r.slot_bits = 10;
  while ((uint32_t)1 << b.r.slot_bits < b.n_keys + b.n_keys / 4) b.r.slot_bits++;
  uint32_t n_slots = (uint32_t)1 << b.r.slot_bits;
  b.r.slot_mask = n_slots - 1;
  b.r.n_slots = hint != NULL && hint->dense ? b.n_keys + b.n_keys / DENSE + 1 : n_slots;
  b.n_buckets = n_slots >> TOK_SLOTS_PER_BUCKET_LOG2;
  size_t bytes = lay_out(&b, NULL, n_long_bytes, mask);
  char *memory = tok_malloc(bytes + ALIGNMENT);
  tok_status rc = TOK_NOMEM;
  if (memory != NULL) {
    lay_out(&b, memory + (-(uintptr_t)memory & (ALIGNMENT - 1)), n_long_bytes, mask);
    rc = fill_tables(&b, hint, (uint32_t)mask, error);
  }
  tok_free(b.hash);
  tok_free(b.sorted);
  tok_free(b.runs);
  if (rc != TOK_OK) {
    tok_free(memory);
    return rc;
  }
  set_ranks(&b, (uint32_t)mask, longest, out);
  out->memory = memory;
  out->n_long_bytes = n_long_bytes;
  return TOK_OK;
}

void tok_ranks_free(tok_rank_tables *t) {
  tok_free(t->memory);
  memset(t, 0, sizeof *t);
}

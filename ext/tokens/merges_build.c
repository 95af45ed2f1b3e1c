#include "merges_build.h"

#include "tokens.h"

enum {
  SEEDS_MAX = 2000, /* about one in twenty works */
  DISPLACEMENTS = 65536,
  BUCKET_MAX = 64,
  BITS_MIN = 10
};
#define FIRST_SEED 0x9E3779B97F4A7C15u

typedef struct {
  uint32_t left, right, id;
} pair;

/* A build under way: the arrays of the result, and scratch. */
typedef struct {
  tok_merges m;
  uint8_t *entries, *bytes;
  uint32_t *buckets, *chars;
  pair *pairs;
  uint32_t n_pairs, n_slots, n_buckets;
  uint32_t *sorted; /* numbers of pairs, by bucket */
  uint32_t *first;  /* [bucket + 1] where its numbers begin */
} build;

/* ---- pairs ----------------------------------------------------------------------------------- */

bool tok_last_merge(const tok_ranks *r, const uint8_t *p, size_t n, uint32_t *left,
                    uint32_t *right) {
  uint16_t start[TOK_TOKEN_BYTES_MAX + 1];
  size_t k = n; /* tokens */
  if (n > TOK_TOKEN_BYTES_MAX) return false;
  for (size_t i = 0; i <= n; i++) start[i] = (uint16_t)i;
  while (k > 2) {
    uint32_t best = TOK_RANK_NONE;
    size_t at = 0;
    for (size_t i = 0; i + 1 < k; i++) {
      uint32_t rank = tok_rank_of(r, p + start[i], (size_t)start[i + 2] - start[i]);
      if (rank < best) best = rank, at = i;
    }
    if (best == TOK_RANK_NONE) return false;
    memmove(&start[at + 1], &start[at + 2], sizeof *start * (k - at - 1));
    k--;
  }
  *left = tok_rank_of(r, p, start[1]);
  *right = tok_rank_of(r, p + start[1], n - start[1]);
  return *left != TOK_RANK_NONE && *right != TOK_RANK_NONE;
}

static tok_status find_pairs(build *b, const tok_ranks *r) {
  for (uint32_t id = 0; id < r->n_ids; id++) {
    tok_key k;
    uint32_t loc = r->loc[id];
    tok_slice t = {(const char *)&k, 0};
    if (loc == TOK_RANK_NONE) continue;
    if (loc & TOK_LOC_LONG) {
      t = tok_long_token(r, loc);
    } else {
      k = r->keys[loc];
      t.len = (size_t)(k.hi >> 56);
    }
    if (t.len < 2) continue;
    pair *p = &b->pairs[b->n_pairs++];
    p->id = id;
    if (!tok_last_merge(r, (const uint8_t *)t.ptr, t.len, &p->left, &p->right)) return TOK_INVALID;
  }
  return TOK_OK;
}

/* ---- the perfect hash ------------------------------------------------------------------------ */

static tok_merge_key key_of(const build *b, uint32_t number) {
  return tok_merge_key_of(&b->m, b->pairs[number].left, b->pairs[number].right);
}

static void group(build *b) {
  memset(b->first, 0, sizeof *b->first * ((size_t)b->n_buckets + 1));
  for (uint32_t i = 0; i < b->n_pairs; i++) b->first[key_of(b, i).bucket + 1]++;
  for (uint32_t i = 0; i < b->n_buckets; i++) b->first[i + 1] += b->first[i];
  for (uint32_t i = b->n_pairs; i-- > 0;) b->sorted[--b->first[key_of(b, i).bucket + 1]] = i;
  /* first[i + 1] has come down from the end of bucket i to its beginning. */
  memmove(b->first, b->first + 1, sizeof *b->first * b->n_buckets);
  b->first[b->n_buckets] = b->n_pairs;
}

static bool is_free(const build *b, uint32_t slot) {
  return b->entries[(size_t)slot * TOK_MERGE_BYTES + TOK_MERGE_BYTES - 1] == 0;
}

static void put(build *b, uint32_t number, uint32_t slot) {
  uint64_t entry = tok_merge_tag(key_of(b, number).half) | b->pairs[number].id;
  memcpy(b->entries + (size_t)slot * TOK_MERGE_BYTES, &entry, TOK_MERGE_BYTES);
}

/* Puts a bucket's pairs where they fit; false if they never do. */
static bool place(build *b, uint32_t bucket) {
  uint32_t base[BUCKET_MAX], from = b->first[bucket], n = b->first[bucket + 1] - from;
  uint32_t mask = b->n_slots - 1;
  if (n > BUCKET_MAX) return false;
  for (uint32_t i = 0; i < n; i++) {
    base[i] = key_of(b, b->sorted[from + i]).base;
    for (uint32_t j = 0; j < i; j++) {
      if (base[j] == base[i]) return false;
    }
  }
  for (uint32_t d = 0; d < DISPLACEMENTS; d++) {
    uint32_t i = 0;
    while (i < n && is_free(b, (base[i] + d) & mask)) i++;
    if (i < n) continue;
    b->buckets[bucket] = d;
    for (i = 0; i < n; i++) {
      b->buckets[bucket] |= (uint32_t)1 << tok_merge_filter(key_of(b, b->sorted[from + i]));
      put(b, b->sorted[from + i], (base[i] + d) & mask);
    }
    return true;
  }
  return false;
}

/* Hash and displace, as in ranks_build.c. */
static bool place_all(build *b) {
  group(b);
  memset(b->entries, 0, (size_t)b->n_slots * TOK_MERGE_BYTES + TOK_MERGE_SLACK);
  memset(b->buckets, 0, sizeof *b->buckets * b->n_buckets);
  for (uint32_t size = BUCKET_MAX + 1; size-- > 0;) {
    for (uint32_t i = 0; i < b->n_buckets; i++) {
      uint32_t n = b->first[i + 1] - b->first[i];
      if (n > BUCKET_MAX || (n == size && !place(b, i))) return false;
    }
  }
  return true;
}

static bool search(build *b) {
  uint64_t seed = FIRST_SEED;
  for (int tries = 0; tries < SEEDS_MAX; tries++) {
    b->m.multiplier[0] = (uint32_t)(seed >> 32) | 1;
    b->m.multiplier[1] = (uint32_t)seed | 1;
    if (place_all(b)) return true;
    seed = seed * 6364136223846793005u + 1442695040888963407u;
  }
  return false;
}

/* ---- memory and the whole -------------------------------------------------------------------- */

/* What characters merge into: the tokens they are, as every token encodes to itself. */
static void put_chars(const tok_ranks *r, uint32_t *chars) {
  memset(chars, 0xFF, sizeof *chars * TOK_MERGE_CHARS);
  for (uint32_t cp = 0x80; cp < TOK_MERGE_CHARS; cp++) {
    uint8_t p[3] = {(uint8_t)(0xE0 | cp >> 12), (uint8_t)(0x80 | (cp >> 6 & 0x3F)),
                    (uint8_t)(0x80 | (cp & 0x3F))};
    p[1] = cp < 0x800 ? (uint8_t)(0xC0 | cp >> 6) : p[1];
    if (cp - 0xD800 >= 0x800) /* not a surrogate */
      chars[cp] = tok_rank_of(r, cp < 0x800 ? p + 1 : p, cp < 0x800 ? 2 : 3);
  }
}

/* False where a byte's token has not one of the first 256 ids. */
static bool put_bytes(const tok_ranks *r, uint8_t *bytes) {
  for (int i = 0; i < 256; i++) {
    if (r->byte[i] > 255) return false;
    bytes[i] = (uint8_t)r->byte[i];
  }
  return true;
}

static bool allocate(build *b, uint32_t n_ids, char **memory) {
  size_t entries = (size_t)b->n_slots * TOK_MERGE_BYTES + TOK_MERGE_SLACK;
  size_t buckets = sizeof *b->buckets * b->n_buckets;
  size_t chars = sizeof(uint32_t) * TOK_MERGE_CHARS;
  *memory = tok_malloc(buckets + chars + 256 + entries);
  b->pairs = tok_malloc(sizeof *b->pairs * n_ids);
  b->sorted = tok_malloc(sizeof *b->sorted * n_ids);
  b->first = tok_malloc(sizeof *b->first * ((size_t)b->n_buckets + 1));
  b->buckets = (uint32_t *)(void *)*memory;
  b->chars = (uint32_t *)(void *)(*memory + buckets);
  b->bytes = (uint8_t *)*memory + buckets + chars;
  b->entries = b->bytes + 256;
  return *memory != NULL && b->pairs != NULL && b->sorted != NULL && b->first != NULL;
}

tok_status tok_merges_build(const tok_ranks *r, tok_merge_tables *out) {
  build b = {.m = {.bits = BITS_MIN}};
  char *memory = NULL;
  memset(out, 0, sizeof *out);
  while ((uint32_t)1 << b.m.bits <= r->n_ids) b.m.bits++;
  if (b.m.bits > TOK_MERGE_ID_BITS) return TOK_TOOBIG;
  b.n_slots = (uint32_t)1 << b.m.bits;
  b.n_buckets = b.n_slots >> TOK_MERGES_PER_BUCKET_LOG2;
  tok_status rc = allocate(&b, r->n_ids, &memory) ? find_pairs(&b, r) : TOK_NOMEM;
  if (rc == TOK_OK && !put_bytes(r, b.bytes)) rc = TOK_INVALID;
  if (rc == TOK_OK && !search(&b)) rc = TOK_TOOBIG;
  tok_free(b.pairs);
  tok_free(b.sorted);
  tok_free(b.first);
  if (rc != TOK_OK) {
    tok_free(memory);
    return rc;
  }
  put_chars(r, b.chars);
  b.m.chars = b.chars;
  b.m.bytes = b.bytes;
  b.m.entries = b.entries;
  b.m.buckets = b.buckets;
  *out = (tok_merge_tables){b.m, memory};
  return TOK_OK;
}

void tok_merges_free(tok_merge_tables *t) {
  tok_free(t->memory);
  memset(t, 0, sizeof *t);
}

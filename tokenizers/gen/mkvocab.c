/*
** mkvocab: compiles a .tiktoken file into the constant tables of ext/tokens/ranks.h.
**
**     mkvocab tokenizers/cl100k_base.tiktoken cl100k_base out.bin out.S out.inc
**
** Writes the tables to out.bin, an assembler file that embeds them as symbol tok_blob_<name>, and a
** C initialiser `static const tok_ranks ranks_<name> = {...};`. Deterministic: same input, same
** output.
*/
#include <stdio.h>
#include <stdlib.h>

#include "../../ext/tokens/ranks.h"
#include "../../ext/base/utf8.h"

enum { SEEDS_MAX = 10000 };
#define FIRST_SEED 0x9E3779B97F4A7C15u

enum { IDS_MAX = 1 << TOK_ID_BITS, BYTES_MAX = 128, DISPLACEMENTS = 65536 };

typedef struct {
  uint8_t bytes[BYTES_MAX];
  int n; /* 0: no token of this rank */
} token;

static token *tokens; /* [id] */
static uint32_t n_ids;
static FILE *bin;
static FILE *inc;
static const char *name;

static void die(const char *what) {
  fprintf(stderr, "mkvocab: %s: %s\n", name, what);
  exit(1);
}

static void *zalloc(size_t n) {
  void *p = calloc(1, n);
  if (p == NULL) die("out of memory");
  return p;
}

static int base64_digit(int c) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *hit = c == 0 ? NULL : strchr(digits, c);
  return hit == NULL ? -1 : (int)(hit - digits);
}

static void read_tokens(const char *path) {
  FILE *f = fopen(path, "rb");
  char text[512];
  unsigned id;
  if (f == NULL) die("cannot open the .tiktoken file");
  tokens = zalloc(sizeof *tokens * IDS_MAX);
  while (fscanf(f, "%511s %u", text, &id) == 2) {
    if (id >= IDS_MAX || tokens[id].n != 0) die("bad rank");
    uint32_t bits = 0;
    int n_bits = 0;
    for (const char *c = text; *c != '\0' && *c != '='; c++) {
      if (base64_digit(*c) < 0) die("bad base64");
      bits = bits << 6 | (uint32_t)base64_digit(*c);
      n_bits += 6;
      if (n_bits >= 8) {
        if (tokens[id].n == BYTES_MAX) die("token longer than 128 bytes");
        n_bits -= 8;
        tokens[id].bytes[tokens[id].n++] = (uint8_t)(bits >> n_bits);
      }
    }
    if (tokens[id].n == 0) die("empty token");
    if (id + 1 > n_ids) n_ids = id + 1;
  }
  if (!feof(f) || n_ids == 0) die("malformed line");
  fclose(f);
}

/* Appends one table at a 64-byte boundary and names it in the initialiser. */
static void put(const char *field, const char *type, const void *data, size_t n) {
  static const char zeros[64];
  long at = ftell(bin);
  size_t pad = (size_t)(-at & 63);
  fwrite(zeros, 1, pad, bin);
  fprintf(inc, "  .%s = (const %s *)(const void *)(tok_blob_%s + %ld),\n", field, type, name,
          at + (long)pad);
  if (fwrite(data, 1, n, bin) != n) die("cannot write");
}

typedef struct {
  uint32_t bucket, first, n;
} bucket_run;

static int by_size(const void *a, const void *b) {
  const bucket_run *x = a, *y = b;
  if (x->n != y->n) return x->n > y->n ? -1 : 1;
  return x->bucket < y->bucket ? -1 : 1;
}

static uint64_t seed;
static uint32_t n_slots, n_buckets;
static tok_key *slot_key;
static uint32_t *slot_id, *loc;
static uint16_t *displacement;

/* Slots of one bucket's ids under displacement d; false if two clash or one is taken. */
static bool fits(const uint32_t *ids, uint32_t n, const uint64_t *hash, uint32_t d, uint32_t *slots) {
  for (uint32_t i = 0; i < n; i++) {
    slots[i] = tok_key_slot(hash[ids[i]], d, n_slots - 1);
    if (slot_id[slots[i]] != TOK_RANK_NONE) return false;
    for (uint32_t j = 0; j < i; j++) {
      if (slots[j] == slots[i]) return false;
    }
  }
  return true;
}

static bool place(const uint32_t *ids, uint32_t n, uint32_t bucket, const uint64_t *hash) {
  uint32_t slots[256];
  if (n > 256) die("bucket too large");
  for (uint32_t d = 0; d < DISPLACEMENTS; d++) {
    if (!fits(ids, n, hash, d, slots)) continue;
    displacement[bucket] = (uint16_t)d;
    for (uint32_t i = 0; i < n; i++) {
      const token *t = &tokens[ids[i]];
      slot_key[slots[i]] = tok_key_of(t->bytes, (size_t)t->n);
      slot_id[slots[i]] = ids[i] | tok_key_fingerprint(hash[ids[i]]);
      loc[ids[i]] = slots[i];
    }
    return true;
  }
  return false;
}

/* Groups the ids of short tokens by bucket: runs[] describes them, sorted[] holds them. */
static void group(const uint64_t *hash, bucket_run *runs, uint32_t *sorted) {
  memset(runs, 0, sizeof *runs * n_buckets);
  uint32_t *fill = zalloc(sizeof *fill * n_buckets);
  for (uint32_t b = 0; b < n_buckets; b++) runs[b].bucket = b;
  for (uint32_t i = 0; i < n_ids; i++) {
    if (hash[i] != 0) runs[tok_key_bucket(hash[i], n_slots - 1)].n++;
  }
  for (uint32_t b = 1; b < n_buckets; b++) runs[b].first = runs[b - 1].first + runs[b - 1].n;
  for (uint32_t i = 0; i < n_ids; i++) {
    if (hash[i] == 0) continue;
    uint32_t b = tok_key_bucket(hash[i], n_slots - 1);
    sorted[runs[b].first + fill[b]++] = i;
  }
  free(fill);
  qsort(runs, n_buckets, sizeof *runs, by_size);
}

static uint32_t hash_short_tokens(uint64_t *hash) {
  uint32_t n_keys = 0;
  memset(hash, 0, sizeof *hash * n_ids);
  for (uint32_t i = 0; i < n_ids; i++) {
    if (tokens[i].n == 0 || tokens[i].n > TOK_KEY_BYTES_MAX) continue;
    hash[i] = tok_key_hash(tok_key_of(tokens[i].bytes, (size_t)tokens[i].n), seed);
    n_keys++;
  }
  return n_keys;
}

/*
** Hash and displace (Belazzougui, Botelho, Dietzfelbinger 2009), largest buckets first. Fails where
** two keys of one bucket start at the same slot; the next seed is tried then (about one in ten
** works).
*/
static bool build_perfect_hash(uint64_t *hash, bucket_run *runs, uint32_t *sorted) {
  memset(slot_id, 0xFF, sizeof *slot_id * n_slots);
  memset(slot_key, 0, sizeof *slot_key * n_slots);
  hash_short_tokens(hash);
  group(hash, runs, sorted);
  for (uint32_t b = 0; b < n_buckets && runs[b].n > 0; b++) {
    if (!place(sorted + runs[b].first, runs[b].n, runs[b].bucket, hash)) return false;
  }
  return true;
}

static void put_short_tokens(void) {
  uint64_t *hash = zalloc(sizeof *hash * n_ids);
  seed = FIRST_SEED;
  uint32_t n_keys = hash_short_tokens(hash);
  for (n_slots = 1024; n_slots < n_keys + n_keys / 4; n_slots *= 2) continue;
  n_buckets = n_slots >> TOK_SLOTS_PER_BUCKET_LOG2;
  slot_key = zalloc(sizeof *slot_key * n_slots);
  slot_id = zalloc(sizeof *slot_id * n_slots);
  displacement = zalloc(sizeof *displacement * n_buckets);
  bucket_run *runs = zalloc(sizeof *runs * n_buckets);
  uint32_t *sorted = zalloc(sizeof *sorted * n_keys);
  for (int tries = 0; !build_perfect_hash(hash, runs, sorted); tries++) {
    if (tries == SEEDS_MAX) die("no seed found");
    seed = seed * 6364136223846793005u + 1442695040888963407u;
  }
  put("keys", "tok_key", slot_key, sizeof *slot_key * n_slots);
  put("ids", "uint32_t", slot_id, sizeof *slot_id * n_slots);
  put("displacement", "uint16_t", displacement, sizeof *displacement * n_buckets);
  fprintf(inc, "  .seed = %lluu, .slot_mask = %uu,\n", (unsigned long long)seed, n_slots - 1);
  free(hash), free(runs), free(sorted);
}

static void put_long_tokens(void) {
  size_t n_bytes = 0, n_long = 0, mask = 64;
  for (uint32_t i = 0; i < n_ids; i++) {
    if (tokens[i].n > TOK_KEY_BYTES_MAX) n_long++, n_bytes += (size_t)tokens[i].n + 1;
  }
  while (mask < n_long * 2) mask *= 2;
  uint32_t *index = zalloc(sizeof *index * mask);
  uint8_t *bytes = zalloc(n_bytes + 1);
  memset(index, 0xFF, sizeof *index * mask);
  size_t at = 0;
  for (uint32_t i = 0; i < n_ids; i++) {
    size_t n = (size_t)tokens[i].n;
    if (n <= TOK_KEY_BYTES_MAX) continue;
    loc[i] = TOK_LOC_LONG | (uint32_t)at;
    bytes[at] = (uint8_t)n;
    memcpy(bytes + at + 1, tokens[i].bytes, n);
    at += n + 1;
    size_t h = tok_long_hash(tokens[i].bytes, n) & (mask - 1);
    while (index[h] != TOK_RANK_NONE) h = (h + 1) & (mask - 1);
    index[h] = i;
  }
  put("long_index", "uint32_t", index, sizeof *index * mask);
  put("long_bytes", "uint8_t", bytes, n_bytes + 1);
  fprintf(inc, "  .long_mask = %zuu,\n", mask - 1);
  free(index), free(bytes);
}

static void put_byte_and_pair(void) {
  static uint32_t pair[65536], byte[256];
  memset(pair, 0xFF, sizeof pair);
  memset(byte, 0xFF, sizeof byte);
  for (uint32_t i = 0; i < n_ids; i++) {
    const uint8_t *b = tokens[i].bytes;
    if (tokens[i].n == 1) byte[b[0]] = i;
    if (tokens[i].n == 2) pair[b[0] << 8 | b[1]] = i;
  }
  for (int i = 0; i < 256; i++) {
    if (byte[i] == TOK_RANK_NONE) die("a single byte has no token");
  }
  put("pair", "uint32_t", pair, sizeof pair);
  put("byte", "uint32_t", byte, sizeof byte);
}

/* A character, or a fragment of one at either end of a token. */
typedef struct {
  const uint8_t *p;
  size_t n;
  bool whole;
} unit;

static size_t lead_length(uint8_t b) {
  return b < 0x80 ? 1 : b >= 0xC2 && b < 0xE0 ? 2 : b >= 0xE0 && b < 0xF0 ? 3 : b >= 0xF0 && b < 0xF5 ? 4 : 1;
}

static bool is_continuation(uint8_t b) { return (b & 0xC0) == 0x80; }

/*
** Splits a token where a text could have character boundaries. A text's characters are those of
** tok_utf8_decode, so in the text a sequence that is invalid stands as single bytes; a token's
** inner sequence is therefore `whole` only if it decodes, and everything else counts as fragments.
*/
static size_t split_units(const token *t, unit *out) {
  size_t n = (size_t)t->n, i = 0, k = 0;
  while (i < n && is_continuation(t->bytes[i])) i++;
  if (i > 0) out[k++] = (unit){t->bytes, i, false};
  while (i < n) {
    uint32_t cp;
    size_t len = tok_utf8_decode(t->bytes + i, n - i, &cp);
    bool whole = cp != TOK_UTF8_INVALID;
    if (!whole) { /* a truncated character at the end is one fragment */
      size_t want = lead_length(t->bytes[i]);
      while (len < want && i + len < n && is_continuation(t->bytes[i + len])) len++;
    }
    out[k++] = (unit){t->bytes + i, len, whole};
    i += len;
  }
  return k;
}

static uint32_t word_of(const unit *u) {
  uint32_t w = 0;
  memcpy(&w, u->p, u->n);
  return w;
}

static uint8_t cross8[TOK_CROSS8_BYTES], cross8_both[TOK_CROSS8_BYTES];
static uint8_t bloom[1 << (TOK_CROSS_BLOOM_BITS - 3)];

static void set_bit(uint8_t *bitmap, uint32_t bit) { bitmap[bit >> 3] |= (uint8_t)(1 << (bit & 7)); }

/* A boundary between x and y inside a token. */
static void add_context(const unit *x, const unit *y) {
  uint8_t x_last = x->p[x->n - 1], y_first = y->p[0];
  uint32_t edge = (uint32_t)x_last << 8 | y_first;
  if (x->whole && y->whole) {
    set_bit(bloom, tok_cross_hash(word_of(x), word_of(y)));
    return;
  }
  set_bit(cross8, edge);
  if (!x->whole && !y->whole) {
    set_bit(cross8_both, edge);
  } else if (y->whole) {
    set_bit(bloom, tok_cross_hash(tok_cross_fragment(x_last), word_of(y)));
  } else {
    set_bit(bloom, tok_cross_hash(word_of(x), tok_cross_fragment(y_first)));
  }
}

static void put_barriers(void) {
  unit units[BYTES_MAX];
  for (uint32_t id = 0; id < n_ids; id++) {
    size_t k = split_units(&tokens[id], units);
    for (size_t i = 0; i < k; i++) {
      if (i + 1 < k) add_context(&units[i], &units[i + 1]);
      /* Inside a fragment a text with invalid UTF-8 can have a boundary at every byte. */
      for (size_t j = 1; j < units[i].n && !units[i].whole; j++) {
        uint32_t edge = (uint32_t)units[i].p[j - 1] << 8 | units[i].p[j];
        set_bit(cross8, edge);
        set_bit(cross8_both, edge);
      }
    }
  }
  put("cross8", "uint8_t", cross8, sizeof cross8);
  put("cross8_both", "uint8_t", cross8_both, sizeof cross8_both);
  put("cross_bloom", "uint8_t", bloom, sizeof bloom);
}

int main(int argc, char **argv) {
  if (argc != 6) return fprintf(stderr, "usage: mkvocab in.tiktoken name out.bin out.S out.inc\n"), 2;
  name = argv[2];
  read_tokens(argv[1]);
  bin = fopen(argv[3], "wb");
  FILE *s = fopen(argv[4], "w");
  inc = fopen(argv[5], "w");
  if (bin == NULL || s == NULL || inc == NULL) die("cannot write");
  fprintf(inc, "extern const uint8_t tok_blob_%s[];\nstatic const tok_ranks ranks_%s = {\n", name, name);
  loc = zalloc(sizeof *loc * n_ids);
  memset(loc, 0xFF, sizeof *loc * n_ids);
  put_short_tokens();
  put_long_tokens();
  put("loc", "uint32_t", loc, sizeof *loc * n_ids);
  put_byte_and_pair();
  put_barriers();
  fprintf(inc, "  .n_ids = %uu,\n};\n", n_ids);
  fprintf(s,
          "/* generated by mkvocab */\n.section .rodata\n.balign 64\n.globl tok_blob_%s\n"
          ".hidden tok_blob_%s\n.type tok_blob_%s, %%object\ntok_blob_%s:\n.incbin \"%s\"\n"
          ".size tok_blob_%s, . - tok_blob_%s\n.section .note.GNU-stack,\"\",%%progbits\n",
          name, name, name, name, argv[3], name, name);
  return fclose(bin) | fclose(s) | fclose(inc) ? (die("cannot write"), 1) : 0;
}

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

#include "../../ext/tokens/merges_build.h"
#include "../../ext/tokens/ranks_build.h"

enum { BYTES_MAX = 128 };

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
  tokens = zalloc(sizeof *tokens * TOK_RANK_IDS_MAX);
  while (fscanf(f, "%511s %u", text, &id) == 2) {
    if (id >= TOK_RANK_IDS_MAX || tokens[id].n != 0) die("bad rank");
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

/*
** What counting never reads stands in a section of its own, away from the rest: a page that is read
** brings its neighbours into memory. From here on in out.bin; -1: not yet.
*/
static long rare_at = -1;

/* Appends one table at a 64-byte boundary and names it in the initialiser. */
static void put(const char *field, const char *type, const void *data, size_t n) {
  static const char zeros[64];
  long at = ftell(bin);
  size_t pad = (size_t)(-at & 63);
  fwrite(zeros, 1, pad, bin);
  at += (long)pad;
  bool rare = rare_at >= 0;
  fprintf(inc, "  .%s = (const %s *)(const void *)(tok_%s_%s + %ld),\n", field, type,
          rare ? "rare" : "blob", name, rare ? at - rare_at : at);
  if (fwrite(data, 1, n, bin) != n) die("cannot write");
}

static void put_merges(const tok_ranks *r) {
  tok_merge_tables t;
  if (tok_merges_build(r, &t) != TOK_OK) die("no table of merges: a token that does not encode to itself, or a byte's above 255?");
  size_t n_slots = (size_t)1 << t.merges.bits;
  put("merges.entries", "uint8_t", t.merges.entries, n_slots * TOK_MERGE_BYTES + TOK_MERGE_SLACK);
  put("merges.buckets", "uint32_t", t.merges.buckets,
      sizeof *t.merges.buckets * (n_slots >> TOK_MERGES_PER_BUCKET_LOG2));
  put("merges.bytes", "uint8_t", t.merges.bytes, 256);
  put("merges.chars", "uint32_t", t.merges.chars, sizeof *t.merges.chars * TOK_MERGE_CHARS);
  fprintf(inc, "  .merges.bits = %uu, .merges.multiplier = {%uu, %uu},\n", t.merges.bits,
          t.merges.multiplier[0], t.merges.multiplier[1]);
  tok_merges_free(&t);
}

static void put_tables(void) {
  tok_rank_token *list = zalloc(sizeof *list * n_ids);
  tok_rank_tables t;
  tok_rank_error error;
  const tok_rank_hint dense = {.dense = true};
  for (uint32_t i = 0; i < n_ids; i++) list[i] = (tok_rank_token){tokens[i].bytes, (uint32_t)tokens[i].n, false};
  if (tok_ranks_build(list, n_ids, &dense, &t, &error) != TOK_OK) die("no tables: a token twice, or none of a byte");
  const tok_ranks *r = &t.ranks;
  size_t n_slots = (size_t)r->slot_mask + 1;
  put("keys", "tok_key", r->keys, sizeof *r->keys * r->n_slots);
  put("ids", "uint32_t", r->ids, sizeof *r->ids * r->n_slots);
  put("displacement", "uint16_t", r->displacement, sizeof *r->displacement * (n_slots >> TOK_SLOTS_PER_BUCKET_LOG2));
  fprintf(inc, "  .seed = %lluu, .slot_mask = %uu, .slot_bits = %uu, .n_slots = %uu,\n", (unsigned long long)r->seed,
          r->slot_mask, r->slot_bits, r->n_slots);
  put("long_index", "uint32_t", r->long_index, sizeof *r->long_index * ((size_t)r->long_mask + 1));
  put("long_bytes", "uint8_t", r->long_bytes, t.n_long_bytes);
  fprintf(inc, "  .long_mask = %uu, .longest = %uu,\n", r->long_mask, r->longest);
  put("pair", "uint32_t", r->pair, sizeof *r->pair * 65536);
  put("byte", "uint32_t", r->byte, sizeof *r->byte * 256);
  put("cross8", "uint8_t", r->cross8, TOK_CROSS8_BYTES);
  put("cross8_both", "uint8_t", r->cross8_both, TOK_CROSS8_BYTES);
  put("cross_bloom", "uint8_t", r->cross_bloom, 1 << (TOK_CROSS_BLOOM_BITS - 3));
  put_merges(r);
  rare_at = (ftell(bin) + 63) & ~63L;
  put("loc", "uint32_t", r->loc, sizeof *r->loc * n_ids);
  fprintf(inc, "  .n_ids = %uu,\n};\n", n_ids);
  tok_ranks_free(&t);
  free(list);
}

/* A symbol tok_<kind>_<name> that is n bytes of the file from `at` on. */
static void put_blob(FILE *s, const char *section, const char *kind, const char *file, long at,
                     long n) {
  fprintf(s,
          ".section %s\n.balign 64\n.globl tok_%s_%s\n.hidden tok_%s_%s\n"
          ".type tok_%s_%s, %%object\ntok_%s_%s:\n.incbin \"%s\", %ld, %ld\n"
          ".size tok_%s_%s, . - tok_%s_%s\n",
          section, kind, name, kind, name, kind, name, kind, name, file, at, n, kind, name, kind,
          name);
}

int main(int argc, char **argv) {
  if (argc != 6) return fprintf(stderr, "usage: mkvocab in.tiktoken name out.bin out.S out.inc\n"), 2;
  name = argv[2];
  read_tokens(argv[1]);
  bin = fopen(argv[3], "wb");
  FILE *s = fopen(argv[4], "w");
  inc = fopen(argv[5], "w");
  if (bin == NULL || s == NULL || inc == NULL) die("cannot write");
  fprintf(inc, "extern const uint8_t tok_blob_%s[], tok_rare_%s[];\nstatic const tok_ranks ranks_%s = {\n", name, name, name);
  put_tables();
  fprintf(s, "/* generated by mkvocab */\n");
  put_blob(s, ".rodata", "blob", argv[3], 0, rare_at);
  put_blob(s, "tok_rare,\"a\",%progbits", "rare", argv[3], rare_at, ftell(bin) - rare_at);
  fprintf(s, ".section .note.GNU-stack,\"\",%%progbits\n");
  return fclose(bin) | fclose(s) | fclose(inc) ? (die("cannot write"), 1) : 0;
}

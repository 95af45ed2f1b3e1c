/*
** Vocabulary files of strangers, and rows of a database that a stranger has made: an error or a
** vocabulary that counts; what counts and encodes must agree and cover the text.
**
** First byte: bit 0: the rest is rows instead of a file; bits 1..3: the pattern that goes with a
** file; bit 7: the rest is a packed form, with the right checksum.
*/
#include "../../ext/tokens/compile.h"
#include "../../ext/tokens/import.h"
#include "../../ext/tokens/pack.h"
#include "../../ext/tokens/split.h"
#include "require.h"

static void fail(const char *what) {
  fprintf(stderr, "fuzz_vocab: %s\n", what);
  abort();
}

static const char text[] =
    "The quick brown fox's 12345 \xe4\xb8\xad\xe6\x96\x87 na\xc3\xafve e\xcc\x81\xcc\x82 "
    "\xe2\x96\x81\xe2\x96\x81x\n\n  \xff\xc0 <tool>x</tool>"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaa"
    "abababababababababababababababababababababababababababababababababababababab "
    "\xf0\x9f\x98\x80\xd0\x96";

/* Facts as read_rows() reads them, then what tok_pack() might have written. */
static tok_status read_packed(const uint8_t *p, size_t n, tok_definition *d, char **copy, tok_rank_hint *hint) {
  if (n < 4 || (*copy = malloc(n)) == NULL)
    return TOK_INVALID;
  d->family = (tok_family)(p[0] % TOK_N_FAMILIES);
  d->normal = p[1] | (uint32_t)(p[3] & 3) << 8;
  d->characters = p[2] & 1;
  d->fuse_unknown = p[2] & 2;
  d->byte_fallback = p[2] & 4;
  d->model = p[2] & 8 ? TOK_MODEL_UNIGRAM : TOK_MODEL_BPE;
  memcpy(*copy, p + 4, n - 4);
  tok_pack_seal(*copy, n - 4, 5, d);
  return tok_unpack((tok_slice){*copy, n - 4}, 5, d, hint);
}

/* What is packed comes back. */
static void pack_again(const tok_compiled *c) {
  tok_definition d;
  tok_buf packed;
  tok_rank_hint hint;
  uint64_t sum = tok_def_checksum(tok_compiled_definition(c));
  tok_def_init(&d);
  tok_buf_init(&packed, SIZE_MAX / 2);
  if (!tok_pack(c, sum, &packed))
    fail("cannot be packed");
  const tok_definition *from = tok_compiled_definition(c);
  d.family = from->family, d.normal = from->normal, d.characters = from->characters;
  d.fuse_unknown = from->fuse_unknown, d.byte_fallback = from->byte_fallback, d.model = from->model;
  memcpy(d.pattern, from->pattern, sizeof d.pattern);
  tok_buf_add(&d.charsmap, from->charsmap.ptr, from->charsmap.len);
  if (tok_unpack((tok_slice){packed.ptr, packed.len}, sum, &d, &hint) != TOK_OK || tok_def_checksum(&d) != sum)
    fail("the packed form is not what was packed");
  if (getenv("FUZZ_VOCAB_PACKED") != NULL) { /* to make inputs of them */
    FILE *f = fopen(getenv("FUZZ_VOCAB_PACKED"), "wb");
    uint8_t head[5] = {0x80, (uint8_t)d.family, (uint8_t)d.normal,
                       (uint8_t)(d.characters | d.fuse_unknown << 1 | d.byte_fallback << 2 | (d.model == TOK_MODEL_UNIGRAM) << 3), 0};
    if (f != NULL) {
      fwrite(head, 1, sizeof head, f);
      fwrite(packed.ptr, 1, packed.len, f);
      fclose(f);
    }
  }
  tok_buf_free(&packed);
  tok_def_free(&d);
}

/* Rows: id, rank, flags, length, bytes; as the glue reads them. */
static void read_rows(const uint8_t *p, size_t n, tok_definition *d) {
  size_t at = 4;
  if (n < 4)
    return;
  d->family = (tok_family)(p[0] % TOK_N_FAMILIES);
  d->normal = p[1] | (uint32_t)(p[3] >> 6) << 8;
  d->characters = p[2] & 1;
  d->fuse_unknown = p[2] & 2;
  d->byte_fallback = p[2] & 4;
  d->model = p[2] & 8 ? TOK_MODEL_UNIGRAM : TOK_MODEL_BPE;
  uint32_t id = 0;
  if (p[3] & 1) { /* the bytes first, so that it may compile */
    for (int i = 0; i < 256; i++) {
      char c = (char)i;
      tok_def_token *t = tok_def_add(d, id++, (tok_slice){&c, 1});
      if (t != NULL)
        t->rank = (uint32_t)i;
      if (t != NULL && (p[3] & 2))
        t->flags = TOK_T_BYTE;
    }
  }
  while (at + 4 <= n) {
    uint32_t rank = p[at] == 255 ? TOK_NO_RANK : 256 + id + p[at] - 128u,
             flags = p[at + 1] | (p[at + 2] & 1u) << 8;
    size_t len = p[at + 3] % 40;
    at += 4;
    if (len > n - at)
      len = n - at;
    tok_slice s = {(const char *)p + at, len};
    tok_def_token *t = tok_def_add(d, id++, s);
    if (t == NULL)
      return;
    t->rank = rank;
    t->flags = flags;
    t->score = -p[at - 4] / 10.0;
    if (flags & (TOK_T_SPECIAL | TOK_T_ADDED))
      tok_def_set_name(d, t, s);
    at += len;
  }
}

static void use(const tok_vocab *v, tok_slice s) {
  tok_engine *e = tok_engine_new();
  int64_t n = 0;
  tok_iter it;
  tok_prefix prefix;
  if (e == NULL)
    return;
  tok_status rc = tok_count(e, v, s, INT64_MAX, &n);
  for (int special = 0; special < 2; special++) {
    size_t at = 0;
    tok_status step = TOK_OK;
    char scratch[TOK_TOKEN_BYTES_MAX];
    tok_iter_init(&it, e, v, s, special);
    while ((step = tok_iter_next(&it)) == TOK_OK && it.n > 0) {
      if (it.start < at || it.end < it.start || it.end > s.len)
        fail("places are not in order");
      at = it.end;
      for (size_t i = 0; i < it.n; i++)
        tok_vocab_bytes(v, it.ids[i], scratch, NULL);
    }
    if (rc != TOK_OK || step != TOK_OK)
      break;
  }
  tok_split_prefix(e, v, s, 7, &prefix);
  if (prefix.n_bytes > s.len)
    fail("a prefix longer than the text");
  for (int64_t id = -1; id < 400; id++) {
    char scratch[TOK_TOKEN_BYTES_MAX];
    tok_slice bytes = tok_vocab_bytes(v, id, scratch, NULL);
    if (bytes.ptr != NULL)
      tok_vocab_id(v, bytes);
  }
  tok_engine_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const patterns[] = {"",        "llama3", "gpt2",     "o200k", "deepseek-v3",
                                         "kimi-k2", "gemma4", "starcoder"};
  tok_definition d;
  tok_vocab_error error;
  tok_compile_error why;
  tok_compiled *c = NULL;
  tok_rank_hint hint = {0};
  char *copy = NULL; /* owned: a packed form */
  uint32_t twin;
  if (size < 1)
    return 0;
  tok_slice file = {(const char *)data + 1, size - 1};
  tok_def_init(&d);
  tok_status rc = TOK_OK;
  if (data[0] & 0x80) {
    rc = read_packed(data + 1, size - 1, &d, &copy, &hint);
  } else if (data[0] & 1) {
    read_rows(data + 1, size - 1, &d);
  } else {
    rc = tok_vocab_import(file, tok_slice_of(patterns[data[0] >> 1 & 7]), &d, &error);
    if (rc == TOK_INVALID && error.text[0] == '\0')
      fail("an error without a text");
  }
  if (rc == TOK_OK && copy == NULL)
    rc = tok_def_sort(&d, &twin);
  uint64_t sum = tok_def_checksum(&d);
  (void)sum;
  tok_compiled_about about = {"fuzz", NULL, NULL, NULL};
  if (rc == TOK_OK)
    rc = tok_compile(&d, &about, &hint, &c, &why);
  if (rc == TOK_INVALID && c != NULL)
    fail("a vocabulary in spite of an error");
  if (rc == TOK_OK) {
    pack_again(c);
    use(tok_compiled_vocab(c), tok_slice_of(text));
    use(tok_compiled_vocab(c), (tok_slice){file.ptr, file.len < 600 ? file.len : 600});
  }
  tok_compiled_free(c);
  tok_def_free(&d);
  free(copy);
  return 0;
}

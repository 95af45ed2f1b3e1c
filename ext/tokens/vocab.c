#include "imported.h"

#include "tok_vocabs.inc" /* generated: ranks_*, specials_*, N_SPECIALS_* */

#define NPM_TIKTOKEN "npm tiktoken 1.0.22"
#define COUNT(a)     ((int)(sizeof(a) / sizeof((a)[0])))

/* name, pattern family, ranks, specials, n_vocab, sha256 of the .tiktoken file */
#define VOCAB(name_, family_, ranks_, specials_, n_vocab_, sha256_)                                \
  {                                                                                                \
    .info = {.name = name_,                                                                        \
             .sha256 = sha256_,                                                                    \
             .source = NPM_TIKTOKEN,                                                               \
             .licence = "MIT",                                                                     \
             .n_vocab = n_vocab_,                                                                  \
             .n_special = COUNT(specials_)},                                                       \
    .family = family_, .ranks = &ranks_, .specials = specials_,                                    \
    .specials_by_id = specials_##_by_id, .n_specials = COUNT(specials_)                            \
  }

static const tok_vocab vocabs[] = {
    VOCAB("r50k_base", TOK_FAMILY_R50K, ranks_r50k_base, specials_r50k_base, 50257,
          "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930"),
    VOCAB("p50k_base", TOK_FAMILY_R50K, ranks_p50k_base, specials_p50k_base, 50281,
          "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069"),
    VOCAB("p50k_edit", TOK_FAMILY_R50K, ranks_p50k_base, specials_p50k_edit, 50284,
          "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069"),
    VOCAB("cl100k_base", TOK_FAMILY_CL100K, ranks_cl100k_base, specials_cl100k_base, 100277,
          "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"),
    VOCAB("o200k_base", TOK_FAMILY_O200K, ranks_o200k_base, specials_o200k_base, 200019,
          "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"),
    VOCAB("o200k_harmony", TOK_FAMILY_O200K, ranks_o200k_base, specials_o200k_harmony, 201088,
          "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"),
};

size_t tok_vocab_n(void) { return (size_t)COUNT(vocabs); }

const tok_vocab *tok_vocab_at(size_t i) { return &vocabs[i]; }

static bool same_name(tok_slice a, const char *b) {
  size_t i = 0;
  while (i < a.len && b[i] != '\0' && tok_lower(a.ptr[i]) == b[i]) i++;
  return i == a.len && b[i] == '\0';
}

bool tok_vocab_is_named(const tok_vocab *v, tok_slice name) {
  size_t i = 0;
  const char *own = v->info.name;
  while (i < name.len && own[i] != '\0' && tok_lower(name.ptr[i]) == tok_lower(own[i])) i++;
  return i == name.len && own[i] == '\0';
}

const tok_vocab *tok_vocab_find(tok_slice name) {
  for (size_t i = 0; i < tok_vocab_n(); i++) {
    if (same_name(name, vocabs[i].info.name)) return &vocabs[i];
  }
  return same_name(name, "gpt2") ? &vocabs[0] : NULL;
}

const tok_vocab_info *tok_vocab_about(const tok_vocab *v) { return &v->info; }

const char *tok_vocab_pattern(const tok_vocab *v) {
  return v->extra != NULL ? v->extra->def.pattern : tok_family_pattern(v->family);
}

static const tok_special *by_id(const tok_vocab *v, int i) {
  return &v->specials[v->specials_by_id[i]];
}

static tok_slice special_bytes(const tok_vocab *v, int64_t id) {
  int lo = 0, hi = v->n_specials; /* the first of this id or above is in lo..hi */
  while (lo < hi) {
    int mid = lo + (hi - lo) / 2;
    if (by_id(v, mid)->id < id) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  bool found = lo < v->n_specials && by_id(v, lo)->id == id;
  return found ? tok_slice_of(by_id(v, lo)->name) : (tok_slice){NULL, 0};
}

/* The special token of this name, or NULL. */
static const tok_special *special_named(const tok_vocab *v, tok_slice name) {
  int lo = 0, hi = v->n_specials;
  while (lo < hi) {
    int mid = lo + (hi - lo) / 2;
    const char *other = v->specials[mid].name;
    int order = strncmp(other, name.ptr, name.len);
    if (order == 0) order = other[name.len] != '\0';
    if (order == 0) return &v->specials[mid];
    if (order < 0) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  return NULL;
}

tok_slice tok_vocab_bytes(const tok_vocab *v, int64_t id, char *scratch, bool *special) {
  if (v->extra != NULL) return tok_extra_bytes(v->extra, id, special);
  const tok_ranks *r = v->ranks;
  bool ordinary = id >= 0 && id < r->n_ids && r->loc[id] != TOK_RANK_NONE;
  if (special != NULL) *special = !ordinary;
  if (!ordinary) return special_bytes(v, id);
  uint32_t loc = r->loc[id];
  if (loc & TOK_LOC_LONG) return tok_long_token(r, loc);
  const tok_key *k = &r->keys[loc];
  memcpy(scratch, k, sizeof *k);
  return (tok_slice){scratch, k->hi >> 56};
}

int64_t tok_vocab_id(const tok_vocab *v, tok_slice bytes) {
  if (v->extra != NULL) return tok_extra_id(v->extra, bytes);
  if (bytes.len == 0 || bytes.len > TOK_TOKEN_BYTES_MAX) return TOK_ID_NONE;
  uint32_t id = tok_rank_of(v->ranks, (const uint8_t *)bytes.ptr, bytes.len);
  return id == TOK_RANK_NONE ? TOK_ID_NONE : (int64_t)id;
}

int64_t tok_vocab_special_id(const tok_vocab *v, tok_slice name) {
  if (name.len == 0 || memchr(name.ptr, '\0', name.len) != NULL) return TOK_ID_NONE;
  const tok_special *s = special_named(v, name);
  return s == NULL ? TOK_ID_NONE : (int64_t)s->id;
}

tok_slice tok_vocab_special_at(const tok_vocab *v, int i, int64_t *id) {
  *id = by_id(v, i)->id;
  return tok_slice_of(by_id(v, i)->name);
}

/*
** Every name starts with "<|" and ends with the only "|>" in it; the longest has SPECIAL_BYTES_MAX
** bytes.
*/
enum { SPECIAL_BYTES_MIN = 5, SPECIAL_BYTES_MAX = 32 };

static const tok_special *special_at(const tok_vocab *v, const char *p, size_t n) {
  if (n > SPECIAL_BYTES_MAX) n = SPECIAL_BYTES_MAX;
  for (size_t i = SPECIAL_BYTES_MIN; i <= n; i++) {
    if (p[i - 2] != '|' || p[i - 1] != '>') continue;
    tok_slice name = {p, i};
    return memchr(p, '\0', i) != NULL ? NULL : special_named(v, name);
  }
  return NULL;
}

size_t tok_special_find(const tok_vocab *v, tok_slice text, size_t pos,
                        const tok_special **special) {
  while (pos + SPECIAL_BYTES_MIN <= text.len) {
    const char *p = memchr(text.ptr + pos, '<', text.len - pos);
    if (p == NULL) break;
    pos = (size_t)(p - text.ptr);
    if (pos + SPECIAL_BYTES_MIN > text.len) break;
    if (p[1] == '|' && (*special = special_at(v, p, text.len - pos)) != NULL) return pos;
    pos++;
  }
  *special = NULL;
  return text.len;
}

/* Definitions become vocabularies; see compile.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine.h"
#include "imported.h"

enum {
  CODE_POINT_BYTES = TOK_CODE_POINTS / 8,
  N_BYTES = 256
};

typedef struct {
  struct tok_extra *x;
  tok_compile_error *error;
  tok_rank_token *list; /* owned: what is compiled, by internal rank */
  uint32_t *order;      /* owned: indexes of ranked tokens, by rank */
  uint32_t *odd; /* owned: indexes of tokens that have flags, or no rank */
  uint32_t n_list, n_order, n_odd, room;
  uint8_t *fragments; /* owned: the bytes of fragments, 3 each at most */
  uint32_t n_fragments;
} work;

static tok_status refuse(work *w, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  vsnprintf(w->error->text, sizeof w->error->text, fmt, args);
  va_end(args);
  return TOK_INVALID;
}

/* ---- order by rank --------------------------------------------------------------------------- */

enum {
  SPARSE_MAX = 4 /* places a token among which ranks may lie to be put in order in one pass */
};

/* Ranks that are distinct and not far apart, as most are. *done: they were. */
static tok_status order_by_place(work *w, bool *done) {
  const tok_definition *d = &w->x->def;
  uint32_t total = (uint32_t)tok_def_n(d), n = 0, n_ranked = 0, most = 0;
  *done = false;
  for (uint32_t i = 0; i < total; i++) {
    uint32_t rank = tok_def_at(d, i)->rank;
    if (rank == TOK_NO_RANK)
      continue;
    most = rank > most ? rank : most;
    n_ranked++;
  }
  if (most / SPARSE_MAX > total)
    return TOK_OK;
  w->order = tok_malloc(((size_t)most + 1) * sizeof *w->order);
  if (w->order == NULL)
    return TOK_NOMEM;
  memset(w->order, 0xFF, ((size_t)most + 1) * sizeof *w->order);
  for (uint32_t i = 0; i < total; i++) {
    if (tok_def_at(d, i)->rank != TOK_NO_RANK)
      w->order[tok_def_at(d, i)->rank] = i;
  }
  for (uint32_t i = 0; i <= most; i++) {
    if (w->order[i] != TOK_NO_RANK)
      w->order[n++] = w->order[i];
  }
  *done = n == n_ranked; /* else two had one rank */
  w->n_order = n;
  return TOK_OK;
}

/* Radix sort of the ranked tokens' indexes: three passes of 11 bits over 32-bit ranks. */
static tok_status order_by_rank(work *w) {
  const tok_definition *d = &w->x->def;
  uint32_t n = 0, total = (uint32_t)tok_def_n(d);
  enum { BITS = 11, SIZE = 1 << BITS };
  bool done;
  tok_status rc = order_by_place(w, &done);
  if (rc != TOK_OK || done)
    return rc;
  tok_free(w->order);
  uint32_t *spare = tok_malloc(((size_t)total + 1) * sizeof *spare);
  w->order = tok_malloc(((size_t)total + 1) * sizeof *w->order);
  if (spare == NULL || w->order == NULL) {
    tok_free(spare);
    return TOK_NOMEM;
  }
  for (uint32_t i = 0; i < total; i++) {
    if (tok_def_at(d, i)->rank != TOK_NO_RANK)
      w->order[n++] = i;
  }
  for (int shift = 0; shift < 33; shift += BITS) {
    uint32_t start[SIZE + 1] = {0};
    for (uint32_t i = 0; i < n; i++)
      start[(tok_def_at(d, w->order[i])->rank >> shift & (SIZE - 1)) + 1]++;
    for (int i = 0; i < SIZE; i++)
      start[i + 1] += start[i];
    for (uint32_t i = 0; i < n; i++) {
      spare[start[tok_def_at(d, w->order[i])->rank >> shift & (SIZE - 1)]++] = w->order[i];
    }
    uint32_t *swap = spare;
    spare = w->order;
    w->order = swap;
  }
  tok_free(spare);
  w->n_order = n;
  return TOK_OK;
}

/* ---- the list of ranks ----------------------------------------------------------------------- */

static void append(work *w, const uint8_t *bytes, uint32_t n, uint32_t id, bool whole) {
  w->x->id_of_rank[w->n_list] = id;
  w->list[w->n_list++] = (tok_rank_token){bytes, n, whole};
}

static bool is_character(tok_slice s) {
  uint32_t cp;
  return s.len > 0 && tok_utf8_decode((const uint8_t *)s.ptr, s.len, &cp) == s.len &&
         cp != TOK_UTF8_INVALID;
}

/* The 256 bytes: as tokens of one byte where there are, else as what only fragments are made of. */
static void append_bytes(work *w) {
  static const uint8_t all[N_BYTES + TOK_DEF_READABLE] = {
#define X4(n)  n, n + 1, n + 2, n + 3
#define X16(n) X4(n), X4(n + 4), X4(n + 8), X4(n + 12)
#define X64(n) X16(n), X16(n + 16), X16(n + 32), X16(n + 48)
      X64(0), X64(64), X64(128), X64(192)};
  const tok_definition *d = &w->x->def;
  uint32_t id[N_BYTES];
  for (int i = 0; i < N_BYTES; i++)
    id[i] = TOK_NO_RANK;
  for (uint32_t i = 0; i < w->n_order; i++) {
    const tok_def_token *t = tok_def_at(d, w->order[i]);
    uint8_t c = t->n == 1 ? (uint8_t)d->bytes.ptr[t->at] : 0;
    if (t->n == 1 && (c < 0x80 || !d->characters))
      id[c] = t->id;
  }
  for (int i = 0; i < N_BYTES; i++)
    append(w, &all[i], 1, id[i], false);
}

/*
** Beginnings of characters of three and four bytes, so that merges can make each character from its
** bytes: a character that is a token is made whole before anything else. Their ranks stand below
** all others. Text with characters that are not tokens never gets here.
*/
static tok_status append_fragments(work *w, const uint8_t *p, uint32_t n, uint8_t *seen) {
  for (uint32_t k = 2; k < n; k++) {
    uint32_t key =
        (uint32_t)(p[0] & 0x1F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (k == 3 ? p[2] & 0x3Fu : 0);
    key |= (uint32_t)(k - 2) << 17;
    if (seen[key >> 3] >> (key & 7) & 1)
      continue;
    seen[key >> 3] |= (uint8_t)(1 << (key & 7));
    if (w->n_list == w->room)
      return TOK_TOOBIG;
    uint8_t *copy = w->fragments + 3 * (size_t)w->n_fragments++;
    memcpy(copy, p, k);
    append(w, copy, k, TOK_NO_RANK, false);
  }
  return TOK_OK;
}

static tok_status append_characters(work *w) {
  const tok_definition *d = &w->x->def;
  uint8_t seen[(1 << 18) / 8] = {0};
  w->x->known = tok_malloc(CODE_POINT_BYTES);
  w->fragments = tok_malloc(3 * (size_t)w->room + TOK_DEF_READABLE);
  if (w->x->known == NULL || w->fragments == NULL)
    return TOK_NOMEM;
  memset(w->x->known, 0, CODE_POINT_BYTES);
  tok_status rc = TOK_OK;
  for (uint32_t i = 0; i < w->n_order && rc == TOK_OK; i++) {
    const tok_def_token *t = tok_def_at(d, w->order[i]);
    tok_slice s = tok_def_bytes(d, t);
    uint32_t cp;
    if (!is_character(s))
      continue;
    tok_utf8_decode((const uint8_t *)s.ptr, s.len, &cp);
    w->x->known[cp >> 3] |= (uint8_t)(1 << (cp & 7));
    rc = append_fragments(w, (const uint8_t *)s.ptr, (uint32_t)s.len, seen);
  }
  return rc;
}

/* Tokens that the list begins with do not come again. */
static bool is_listed(const tok_definition *d, const tok_def_token *t) {
  return t->n == 1 && (!d->characters || (uint8_t)d->bytes.ptr[t->at] < 0x80);
}

static tok_status append_tokens(work *w, bool characters) {
  const tok_definition *d = &w->x->def;
  for (uint32_t i = 0; i < w->n_order; i++) {
    const tok_def_token *t = tok_def_at(d, w->order[i]);
    tok_slice s = tok_def_bytes(d, t);
    if (is_listed(d, t))
      continue;
    if (d->characters && is_character(s) != characters)
      continue;
    if (w->n_list == w->room)
      return refuse(w, "more than %d tokens and parts of characters", TOK_RANK_IDS_MAX);
    append(w, (const uint8_t *)s.ptr, t->n, t->id, t->flags & TOK_T_WHOLE);
  }
  return TOK_OK;
}

/* Bytes that no UTF-8 has are in none of some vocabularies (GPT-NeoX). */
static bool in_utf8(int byte) {
  return byte != 0xC0 && byte != 0xC1 && byte < 0xF5;
}

static bool is_identity(const work *w) {
  for (uint32_t i = 0; i < w->n_list; i++) {
    if (w->x->id_of_rank[i] != i)
      return false;
  }
  return true;
}

static tok_status say_rank_error(work *w, const tok_rank_error *e) {
  if (e->byte >= 0)
    return refuse(w, "no token stands for byte 0x%02X", (unsigned)e->byte);
  if (e->rank >= w->n_list)
    return refuse(w, "its tokens cannot be arranged");
  if (w->list[e->rank].n > TOK_RANK_BYTES_MAX) {
    return refuse(w, "token %u has %u bytes, at most %d are supported", w->x->id_of_rank[e->rank],
                  w->list[e->rank].n, TOK_RANK_BYTES_MAX);
  }
  return refuse(w, "token %u is there twice", w->x->id_of_rank[e->rank]);
}

/*
** Ranks of tables are dense: bytes; of SentencePiece beginnings of characters and characters; then
** the rest in the order of the definition's ranks.
*/
static tok_status compile_ranks(work *w, const tok_rank_hint *hint) {
  struct tok_extra *x = w->x;
  tok_status rc = order_by_rank(w);
  if (rc != TOK_OK)
    return rc;
  if (w->n_order > TOK_RANK_IDS_MAX) {
    return refuse(w, "%u tokens that merge, at most %d are supported", w->n_order,
                  TOK_RANK_IDS_MAX);
  }
  w->room = TOK_RANK_IDS_MAX;
  w->list = tok_malloc(w->room * sizeof *w->list);
  x->id_of_rank = tok_malloc(w->room * sizeof *x->id_of_rank);
  if (w->list == NULL || x->id_of_rank == NULL)
    return TOK_NOMEM;
  bool identity = !x->def.characters;
  for (uint32_t i = 0; i < w->n_order && identity; i++)
    identity = tok_def_at(&x->def, w->order[i])->id == i;
  if (identity) { /* ranks are ids: as embedded vocabularies are */
    for (uint32_t i = 0; i < w->n_order; i++) {
      const tok_def_token *t = tok_def_at(&x->def, w->order[i]);
      append(w, (const uint8_t *)x->def.bytes.ptr + t->at, t->n, t->id, t->flags & TOK_T_WHOLE);
    }
  } else {
    append_bytes(w);
    if (x->def.characters && (rc = append_characters(w)) == TOK_OK)
      rc = append_tokens(w, true);
    if (rc == TOK_OK)
      rc = append_tokens(w, false);
    if (rc != TOK_OK)
      return rc;
    if (!x->def.characters) { /* each byte must be a token, if it occurs in texts */
      for (int i = 0; i < N_BYTES; i++) {
        if (x->id_of_rank[i] == TOK_NO_RANK && in_utf8(i))
          return refuse(w, "no token stands for byte 0x%02X", (unsigned)i);
      }
    }
  }
  tok_rank_error error;
  rc = tok_ranks_build(w->list, w->n_list, hint, &x->tables, &error);
  if (rc == TOK_INVALID)
    return say_rank_error(w, &error);
  if (rc != TOK_OK)
    return rc;
  if (is_identity(w)) {
    tok_free(x->id_of_rank);
    x->id_of_rank = NULL;
  }
  return TOK_OK;
}

/* ---- tokens that have no rank, names --------------------------------------------------------- */

static int by_bytes(const void *a, const void *b) {
  const tok_unranked *x = a, *y = b;
  size_t n = x->bytes.len < y->bytes.len ? x->bytes.len : y->bytes.len;
  int order = n == 0 ? 0 : memcmp(x->bytes.ptr, y->bytes.ptr, n);
  if (order != 0)
    return order;
  if (x->bytes.len != y->bytes.len)
    return x->bytes.len < y->bytes.len ? -1 : 1;
  return x->id < y->id ? -1 : x->id > y->id;
}

static bool has_name(const tok_def_token *t) {
  return (t->flags & (TOK_T_SPECIAL | TOK_T_ADDED)) && t->name_n > 0;
}

static tok_status list_unranked(const work *w) {
  struct tok_extra *x = w->x;
  x->unranked = tok_malloc((w->n_odd + (size_t)1) * sizeof *x->unranked);
  if (x->unranked == NULL)
    return TOK_NOMEM;
  for (size_t i = 0; i < w->n_odd; i++) {
    const tok_def_token *t = tok_def_at(&x->def, w->odd[i]);
    if (t->rank != TOK_NO_RANK || (t->flags & TOK_T_SPECIAL))
      continue;
    x->unranked[x->n_unranked++] = (tok_unranked){tok_def_bytes(&x->def, t), t->id};
  }
  qsort(x->unranked, x->n_unranked, sizeof *x->unranked, by_bytes);
  return TOK_OK;
}

static int by_special_name(const void *a, const void *b) {
  return strcmp(((const tok_special *)a)->name, ((const tok_special *)b)->name);
}

static char *copy_text(char **to, const char *from, size_t n) {
  char *p = *to;
  memcpy(p, from, n);
  p[n] = '\0';
  *to += n + 1;
  return p;
}

/* The special tokens in both orders, and the strings of info. */
static tok_status list_specials(work *w, tok_vocab *v, const tok_compiled_about *about) {
  struct tok_extra *x = w->x;
  const char *const texts[] = {about->name, about->sha256, about->source, about->licence};
  const char **const to[] = {&v->info.name, &v->info.sha256, &v->info.source, &v->info.licence};
  size_t n = 0, bytes = 0;
  for (size_t i = 0; i < 4; i++)
    bytes += texts[i] == NULL ? 0 : strlen(texts[i]) + 1;
  for (size_t i = 0; i < w->n_odd; i++) {
    const tok_def_token *t = tok_def_at(&x->def, w->odd[i]);
    if (!(t->flags & TOK_T_SPECIAL))
      continue;
    n++;
    bytes += (size_t)t->name_n + 1;
    if (!has_name(t) || memchr(x->def.bytes.ptr + t->name_at, '\0', t->name_n) != NULL) {
      return refuse(w, "special token %u has no name", t->id);
    }
  }
  if (n > UINT16_MAX)
    return refuse(w, "%zu special tokens, at most %d are supported", n, UINT16_MAX);
  x->names = tok_malloc(bytes + 1);
  x->specials = tok_malloc((n + 1) * sizeof *x->specials);
  x->specials_by_id = tok_malloc((n + 1) * sizeof *x->specials_by_id);
  if (x->names == NULL || x->specials == NULL || x->specials_by_id == NULL)
    return TOK_NOMEM;
  char *at = x->names;
  for (size_t i = 0; i < 4; i++) {
    if (texts[i] != NULL)
      *to[i] = copy_text(&at, texts[i], strlen(texts[i]));
  }
  size_t k = 0;
  for (size_t i = 0; i < w->n_odd; i++) {
    const tok_def_token *t = tok_def_at(&x->def, w->odd[i]);
    if (!(t->flags & TOK_T_SPECIAL))
      continue;
    x->specials[k++] =
        (tok_special){t->id, copy_text(&at, x->def.bytes.ptr + t->name_at, t->name_n)};
  }
  qsort(x->specials, n, sizeof *x->specials, by_special_name);
  for (size_t i = 1; i < n; i++) {
    if (strcmp(x->specials[i - 1].name, x->specials[i].name) == 0) {
      return refuse(w, "special tokens %u and %u have one name", x->specials[i - 1].id,
                    x->specials[i].id);
    }
  }
  v->n_specials = v->info.n_special = (int)n;
  v->specials = x->specials;
  v->specials_by_id = x->specials_by_id;
  return TOK_OK;
}

/* A few thousand at most. */
static void order_by_id(struct tok_extra *x, int n) {
  for (int i = 0; i < n; i++)
    x->specials_by_id[i] = (uint16_t)i;
  for (int gap = n / 2; gap > 0; gap /= 2) { /* Shell's sort: no context for qsort's comparison */
    for (int i = gap; i < n; i++) {
      uint16_t one = x->specials_by_id[i];
      int j = i;
      while (j >= gap && x->specials[x->specials_by_id[j - gap]].id > x->specials[one].id) {
        x->specials_by_id[j] = x->specials_by_id[j - gap];
        j -= gap;
      }
      x->specials_by_id[j] = one;
    }
  }
}

static void note_flags(const work *w) {
  struct tok_extra *x = w->x;
  for (int i = 0; i < N_BYTES; i++)
    x->byte_id[i] = TOK_NO_RANK;
  x->unknown_id = TOK_NO_RANK;
  for (size_t i = 0; i < w->n_odd; i++) {
    const tok_def_token *t = tok_def_at(&x->def, w->odd[i]);
    if ((t->flags & TOK_T_BYTE) && t->n == 1)
      x->byte_id[(uint8_t)x->def.bytes.ptr[t->at]] = t->id;
    if (t->flags & TOK_T_UNKNOWN)
      x->unknown_id = t->id;
  }
}

static tok_status check(work *w) {
  const tok_definition *d = &w->x->def;
  if (tok_def_n(d) == 0)
    return refuse(w, "it has no tokens");
  w->odd = tok_malloc(tok_def_n(d) * sizeof *w->odd);
  if (w->odd == NULL)
    return TOK_NOMEM;
  for (size_t i = 0; i < tok_def_n(d); i++) {
    const tok_def_token *t = tok_def_at(d, i);
    if (t->n == 0)
      return refuse(w, "token %u is empty", t->id);
    if (t->id > TOK_DEF_ID_MAX)
      return refuse(w, "id %u is above %d", t->id, TOK_DEF_ID_MAX);
    if (i > 0 && tok_def_at(d, i - 1)->id >= t->id)
      return refuse(w, "id %u is there twice", t->id);
    if (t->flags != 0 || t->rank == TOK_NO_RANK)
      w->odd[w->n_odd++] = (uint32_t)i;
  }
  note_flags(w);
  /* an importer never says so, but rows of a stranger's database may */
  if (d->family == TOK_FAMILY_WORDS && d->model == TOK_MODEL_BPE && !d->characters)
    return refuse(w, "its pattern family is one of merges that begin with characters");
  if (d->characters || d->model == TOK_MODEL_UNIGRAM) {
    for (int i = 0; i < N_BYTES && d->byte_fallback; i++) {
      if (w->x->byte_id[i] == TOK_NO_RANK)
        return refuse(w, "no token stands for byte 0x%02X", (unsigned)i);
    }
    if (!d->byte_fallback && w->x->unknown_id == TOK_NO_RANK)
      return refuse(w, "no token stands for unknown characters");
  }
  return TOK_OK;
}

/* ---- what counting without copies needs ------------------------------------------------------ */

/*
** Is every character inside the tokens a token, too? Then no merge makes use of any other, and
** texts need not be searched for them.
*/
static bool characters_are_tokens(const work *w) {
  const struct tok_extra *x = w->x;
  for (uint32_t i = 0; i < w->n_order; i++) {
    tok_slice s = tok_def_bytes(&x->def, tok_def_at(&x->def, w->order[i]));
    const uint8_t *p = (const uint8_t *)s.ptr;
    uint32_t cp;
    for (size_t at = 0; at < s.len;) {
      at += tok_utf8_decode(p + at, s.len - at, &cp);
      if (s.len > 1 && !tok_extra_knows(x, cp)) return false;
    }
  }
  return true;
}

enum { BLANKS_MAX = 64 /* tok_ranks.blank_ends has a bit for each shorter run */ };

/* Blanks of the last token that merges of ranks below `limit` make of n blanks. rank: by length. */
static uint32_t last_blanks(const uint32_t *rank, uint32_t limit, uint32_t n) {
  uint32_t length[BLANKS_MAX], k = n;
  for (uint32_t i = 0; i < n; i++) length[i] = 1;
  for (;;) {
    uint32_t best = limit, at = 0;
    for (uint32_t i = 0; i + 1 < k; i++) {
      uint32_t r = rank[length[i] + length[i + 1]];
      if (r < best) best = r, at = i;
    }
    if (best == limit) return length[k - 1];
    length[at] += length[at + 1];
    memmove(length + at + 1, length + at + 2, (k - at - 2) * sizeof *length);
    k--;
  }
}

/*
** tok_ranks.blank_ends: let m be the lowest rank of a token that has a blank and something else.
** Merges of lower ranks come first, and those that touch a run of blanks stay inside it; so they
** do with it what they do with the run alone. If its last token has two blanks or more then, a
** merge across its end makes a token with two blanks before something else: where there is none,
** nothing crosses.
*/
static uint64_t find_blank_ends(const work *w) {
  uint32_t rank[BLANKS_MAX], mixed = TOK_NO_RANK;
  uint64_t ends = 0;
  memset(rank, 0xFF, sizeof rank);
  for (uint32_t i = 0; i < w->n_list; i++) {
    const uint8_t *p = w->list[i].bytes, *end = p + w->list[i].n;
    const uint8_t *blank = memchr(p, ' ', w->list[i].n);
    if (w->list[i].whole_only) return 0;
    if (blank == NULL) continue;
    while (blank < end && *blank == ' ') blank++;
    if (blank == end && p[0] == ' ') {
      if (end - p < BLANKS_MAX) rank[end - p] = i;
      continue;
    }
    mixed = i < mixed ? i : mixed;
    for (const uint8_t *q = p; q + 2 < end; q++) {
      if (q[0] == ' ' && q[1] == ' ' && q[2] != ' ') return 0;
    }
  }
  for (uint32_t n = 2; n < BLANKS_MAX; n++)
    ends |= (uint64_t)(last_blanks(rank, mixed, n) >= 2) << n;
  return ends;
}

/*
** Names of added tokens that stand in the ranks too need not be cut out of a text: they are pieces
** of it.
*/
static void find_names_in_ranks(struct tok_extra *x) {
  for (size_t i = 0; i < x->added[0].n; i++) {
    tok_added_name *name = &x->added[0].names[i];
    if (name->name.len > TOK_KEY_BYTES_MAX) continue;
    uint32_t rank =
        tok_rank_of(&x->tables.ranks, (const uint8_t *)name->name.ptr, name->name.len);
    name->ranked = rank != TOK_RANK_NONE;
  }
}

/*
** The longest n so that all runs of 1..n bytes c are names that merges make as well; 0 where one of
** up to TOK_RUN_MIN is not, or c is in another name.
*/
static uint32_t longest_run(const struct tok_extra *x, char c) {
  bool is_name[TOK_TOKEN_BYTES_MAX + 2] = {false};
  char run[TOK_TOKEN_BYTES_MAX];
  uint32_t n = 0;
  memset(run, c, sizeof run);
  for (size_t i = 0; i < x->added[0].n; i++) {
    const tok_added_name *name = &x->added[0].names[i];
    if (memchr(name->name.ptr, c, name->name.len) == NULL) continue;
    if (name->name.len > sizeof run || memcmp(name->name.ptr, run, name->name.len) != 0 ||
        (name->flags & (TOK_T_LSTRIP | TOK_T_RSTRIP | TOK_T_WORD)))
      return 0;
    is_name[name->name.len] = true;
  }
  while (is_name[n + 1]) n++;
  for (uint32_t k = n + 1; k <= TOK_TOKEN_BYTES_MAX; k++) {
    if (is_name[k]) return 0;
  }
  for (uint32_t k = 1; k <= n; k++) {
    if (tok_rank_of(&x->tables.ranks, (const uint8_t *)run, k) == TOK_RANK_NONE) return 0;
  }
  return n >= TOK_RUN_MIN ? n : 0;
}

/* Names that must be looked for in a text that is counted: but for the runs that blocks find. */
static tok_status list_counted(struct tok_extra *x) {
  uint32_t *run_max = x->tables.ranks.run_max;
  bool leave[256] = {false};
  for (int i = 0; i < TOK_N_RUNS && x->direct && x->def.family == TOK_FAMILY_WORDS; i++) {
    run_max[i] = longest_run(x, (char)tok_run_byte(i));
    leave[tok_run_byte(i)] = run_max[i] > 0;
  }
  return tok_added_without(&x->counted, &x->added[0], leave);
}

static void prepare_counting(const work *w) {
  struct tok_extra *x = w->x;
  tok_ranks *r = &x->tables.ranks;
  if (x->def.model != TOK_MODEL_BPE) return;
  find_names_in_ranks(x);
  x->direct = !x->def.characters;
  if (x->def.family != TOK_FAMILY_WORDS) return;
  r->blank_ends = find_blank_ends(w);
  x->direct = x->def.byte_fallback && characters_are_tokens(w);
  if (x->direct) r->known = x->known;
}

static tok_status compile_all(work *w, tok_compiled *c, const tok_compiled_about *about,
                              const tok_rank_hint *hint) {
  struct tok_extra *x = &c->extra;
  tok_status rc = check(w);
  if (rc == TOK_OK && tok_buf_reserve(&x->def.bytes, TOK_DEF_READABLE) == NULL)
    rc = x->def.bytes.status;
  if (rc == TOK_OK) {
    bool unigram = x->def.model == TOK_MODEL_UNIGRAM;
    rc = unigram ? tok_unigram_new(&x->unigram, &x->def) : compile_ranks(w, hint);
    if (rc == TOK_INVALID)
      return unigram ? refuse(w, "a token has no score") : rc;
  }
  if (rc == TOK_OK)
    rc = list_unranked(w);
  if (rc == TOK_OK)
    rc = list_specials(w, &c->vocab, about);
  /* SentencePiece's unigram models choose from the others and what a user has defined */
  bool choices = x->def.model == TOK_MODEL_UNIGRAM && (x->def.normal & TOK_N_WHOLE);
  uint32_t added = choices ? 0 : TOK_T_ADDED;
  if (rc == TOK_OK)
    rc = tok_added_new(&x->added[0], &x->def, w->odd, w->n_odd, added);
  if (rc == TOK_OK && (rc = tok_normal_new(&x->normal, &x->def)) == TOK_INVALID)
    return refuse(w, "its character map is malformed");
  if (rc == TOK_OK)
    rc = tok_added_new(&x->added[1], &x->def, w->odd, w->n_odd, added | TOK_T_SPECIAL);
  if (rc != TOK_OK)
    return rc;
  prepare_counting(w);
  rc = list_counted(x);
  if (rc != TOK_OK)
    return rc;
  order_by_id(x, c->vocab.n_specials);
  x->printable = x->known != NULL;
  for (uint32_t cp = ' '; cp <= '~' && x->printable; cp++)
    x->printable = tok_extra_knows(x, cp);
  c->vocab.info.n_vocab = (int)tok_def_at(&x->def, tok_def_n(&x->def) - 1)->id + 1;
  c->vocab.family = x->def.family;
  c->vocab.ranks = &x->tables.ranks;
  x->core = c->vocab;
  x->core.extra = NULL;
  c->vocab.extra = x;
  x->plain = x->def.normal == 0 && x->def.charsmap.len == 0 && x->added[0].n == 0 &&
             !x->def.characters && x->def.model == TOK_MODEL_BPE;
  return TOK_OK;
}

tok_status tok_compile(tok_definition *d, const tok_compiled_about *about,
                       const tok_rank_hint *hint, tok_compiled **out, tok_compile_error *error) {
  tok_compiled *c = tok_malloc(sizeof *c);
  *out = NULL;
  error->text[0] = '\0';
  if (c == NULL) {
    tok_def_free(d);
    return TOK_NOMEM;
  }
  memset(c, 0, sizeof *c);
  c->extra.def = *d;
  memset(&d->bytes, 0, sizeof d->bytes);
  memset(&d->list, 0, sizeof d->list);
  memset(&d->charsmap, 0, sizeof d->charsmap);
  work w = {.x = &c->extra, .error = error};
  tok_status rc = compile_all(&w, c, about, hint);
  tok_free(w.list);
  tok_free(w.order);
  tok_free(w.odd);
  tok_free(w.fragments);
  if (rc != TOK_OK) {
    tok_compiled_free(c);
    return rc;
  }
  *out = c;
  return TOK_OK;
}

void tok_compiled_free(tok_compiled *c) {
  if (c == NULL)
    return;
  struct tok_extra *x = &c->extra;
  tok_ranks_free(&x->tables);
  tok_unigram_free(&x->unigram);
  tok_normal_free(&x->normal);
  tok_added_free(&x->added[0]);
  tok_added_free(&x->added[1]);
  tok_added_free(&x->counted);
  tok_def_free(&x->def);
  tok_free(x->id_of_rank);
  tok_free(x->known);
  tok_free(x->unranked);
  tok_free(x->specials);
  tok_free(x->specials_by_id);
  tok_free(x->names);
  tok_free(c);
}

const tok_vocab *tok_compiled_vocab(const tok_compiled *c) {
  return &c->vocab;
}
const tok_definition *tok_compiled_definition(const tok_compiled *c) {
  return &c->extra.def;
}

tok_rank_hint tok_compiled_hint(const tok_compiled *c) {
  const tok_ranks *r = &c->extra.tables.ranks;
  /* the three arrays of barriers follow each other: see lay_out() in ranks_build.c */
  tok_rank_hint hint = {
      .seed = r->seed, .displacement = (const uint8_t *)r->displacement, .barriers = r->cross8};
  if (r->displacement != NULL)
    hint.n_bytes = (((size_t)r->slot_mask + 1) >> TOK_SLOTS_PER_BUCKET_LOG2) * 2;
  return hint;
}

void tok_engine_forget(tok_engine *e, const tok_vocab *v) {
  for (int i = 0; e != NULL && i < 2; i++) {
    if (e->cache[i].ranks != v->ranks)
      continue;
    tok_free(e->cache[i].memory);
    memset(&e->cache[i], 0, sizeof e->cache[i]);
  }
}

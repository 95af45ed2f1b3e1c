/*
** Lists of merges become ranks of tokens.
**
** Hugging Face's BPE merges the adjacent pair (a, b) whose entry stands first in a list. The engine
** merges the adjacent pair whose concatenation has the lowest rank, the leftmost of equals,
** whatever its parts. Both give the same tokens where
**   (1) for each token that the engine makes of its own bytes, the last merge is in the list: then,
**       as no merge crosses the ends of a token before it is made, its bytes always go through the
**       same merges, and that last pair is the only one that ever makes it, anywhere;
**   (2) tokens are ranked by the place of that pair; and
**   (3) other pairs of the list that give the same token stand beside it, so that none of them
**       comes before a pair of a token of lower rank. (Where they stand elsewhere, as in Gemma's
**       runs of one character, they never become adjacent.)
** (1) is checked by merging the bytes of each token; (2) is then arranged. A token that merges of
** its own bytes do not make is never made inside a longer text either: the merges within its ends
** do not depend on what is outside.
**
** A pair that is listed twice has the place of its last entry, as there (a map that is written in
** the order of the list).
**
** Two entries that make one token and overlap in a text ("erere" with er+e and e+re) are taken here
** from the left, there in the order of the list: with lists that were made from ranks (Llama 3,
** Nemo) two in a million tokens differ.
*/
#include "import_vocab.h"

#include "../base/utf8.h"
#include "ranks_build.h"

enum { SYMBOLS_MAX = TOK_RANK_BYTES_MAX };
/* Of all simulations together, bytes squared: real files need a thousandth. */
#define WORK_MAX ((uint64_t)1 << 32)

enum { ASCII = 128, CHARS_LOG2 = 10 };

typedef struct {
  tok_definition *d;
  tok_def_index index; /* of ranked tokens */
  uint32_t
      *ascii; /* owned: ranks of the tokens of two ASCII characters, which most look-ups are for */
  uint64_t done; /* of WORK_MAX */
  uint32_t highest; /* rank that has been merged */
  const bool *edge; /* [byte] a character ends before it; NULL: not asked for */
  bool crossed;     /* a merge has taken a part of a character and of its neighbour */
  struct {
    uint32_t word, highest;
  } chars[1 << CHARS_LOG2]; /* what highest_in() has found; word 0: nothing */
} simulation;

static uint32_t rank_of(const simulation *s, const char *p, size_t n) {
  if (n == 2 && (uint8_t)p[0] < ASCII && (uint8_t)p[1] < ASCII)
    return s->ascii[p[0] * ASCII + p[1]];
  const tok_def_token *t = tok_def_index_find(&s->index, (tok_slice){p, n});
  return t == NULL ? TOK_NO_RANK : t->rank;
}

/* Where the symbols of a text start: bytes, or characters. Returns how many; start[] holds its end
 * too. */
static size_t first_symbols(const simulation *s, tok_slice text, uint16_t *start) {
  size_t n = 0;
  for (size_t at = 0; at < text.len;) {
    uint32_t cp;
    start[n++] = (uint16_t)at;
    at +=
        s->d->characters ? tok_utf8_decode((const uint8_t *)text.ptr + at, text.len - at, &cp) : 1;
  }
  start[n] = (uint16_t)text.len;
  return n;
}

/* Does a part of a text hold a part of a character, and of another one? */
static bool crosses(const bool *edge, size_t from, size_t to) {
  bool inside = false;
  for (size_t i = from + 1; i < to; i++)
    inside |= edge[i];
  return inside && !(edge[from] && edge[to]);
}

/*
** Merges the bytes of a token by rank. Returns the number of tokens that it ends with, 0 where the
** text is too long; *split: where the last merge that was done had its two parts meet.
*/
static size_t simulate(simulation *s, tok_slice text, size_t *split) {
  uint16_t start[SYMBOLS_MAX + 1];
  uint32_t rank[SYMBOLS_MAX];
  *split = 0;
  if (text.len > SYMBOLS_MAX)
    return 0;
  s->done += text.len * text.len;
  size_t n = first_symbols(s, text, start);
  for (size_t i = 0; i + 1 < n; i++)
    rank[i] = rank_of(s, text.ptr + start[i], (size_t)(start[i + 2] - start[i]));
  while (n > 1) {
    size_t at = 0;
    for (size_t i = 1; i + 1 < n; i++)
      at = rank[i] < rank[at] ? i : at;
    if (rank[at] == TOK_NO_RANK)
      break;
    *split = start[at + 1];
    if (rank[at] > s->highest)
      s->highest = rank[at];
    if (s->edge != NULL)
      s->crossed |= crosses(s->edge, start[at], start[at + 2]);
    memmove(start + at + 1, start + at + 2, (n - at - 1) * sizeof *start);
    memmove(rank + at, rank + at + 1, (n - at - 1) * sizeof *rank);
    n--;
    if (at + 1 < n)
      rank[at] = rank_of(s, text.ptr + start[at], (size_t)(start[at + 2] - start[at]));
    if (at > 0)
      rank[at - 1] = rank_of(s, text.ptr + start[at - 1], (size_t)(start[at + 1] - start[at - 1]));
  }
  return n;
}

/* The highest rank of the merges that make a character of its bytes; 0 where none make it. */
static uint32_t highest_in(simulation *s, tok_slice character) {
  uint32_t word = 0;
  size_t split;
  memcpy(&word, character.ptr, character.len);
  uint32_t at = word * 0x9E3779B1u >> (32 - CHARS_LOG2);
  if (s->chars[at].word != word) {
    s->highest = 0;
    bool made = simulate(s, character, &split) == 1;
    s->chars[at].word = word;
    s->chars[at].highest = made ? s->highest : 0;
  }
  return s->chars[at].highest;
}

/*
** Is the token made of characters, one of which is made by a later merge? Then it is not the same
** to begin with characters (lanes.h): what takes such a character's neighbour meanwhile comes too
** late. Where the token is made across the edges of characters lanes begin with bytes.
*/
static bool outruns(simulation *s, const tok_def_token *t) {
  tok_slice text = tok_def_bytes(s->d, t);
  bool edge[SYMBOLS_MAX + 1] = {false}, late = false;
  size_t split;
  if (s->d->characters || text.len > SYMBOLS_MAX)
    return false;
  for (size_t at = 0, n; at < text.len; at += n) {
    uint32_t cp;
    n = tok_utf8_decode((const uint8_t *)text.ptr + at, text.len - at, &cp);
    if (cp == TOK_UTF8_INVALID)
      return false;
    edge[at] = edge[at + n] = true;
    if (n > 1 && n < text.len && !late)
      late = highest_in(s, (tok_slice){text.ptr + at, n}) > t->rank;
  }
  if (!late)
    return false;
  s->edge = edge;
  s->crossed = false;
  simulate(s, text, &split);
  s->edge = NULL;
  return !s->crossed;
}

static tok_status refuse_order(tok_vimport *m, const tok_def_token *t) {
  return tok_vimport_refuse(m, "token %u merges before its characters do, which is not supported",
                            t->id);
}

/* Again whenever ranks have changed. */
static void rank_ascii(simulation *s) {
  memset(s->ascii, 0xFF, ASCII * ASCII * sizeof *s->ascii);
  for (size_t i = 0; i < tok_def_n(s->d); i++) {
    const tok_def_token *t = tok_def_at(s->d, i);
    const char *p = s->d->bytes.ptr + t->at;
    if (t->rank == TOK_NO_RANK || t->n != 2 || (uint8_t)p[0] >= ASCII || (uint8_t)p[1] >= ASCII)
      continue;
    s->ascii[p[0] * ASCII + p[1]] = t->rank;
  }
}

static tok_status begin(simulation *s, tok_vimport *m) {
  tok_definition *d = s->d = m->d;
  tok_status rc = tok_def_status(d);
  s->done = 0;
  s->edge = NULL;
  memset(s->chars, 0, sizeof s->chars);
  s->index.slots = NULL;
  s->ascii = NULL;
  if (rc == TOK_OK)
    rc = tok_def_index_new(&s->index, d, tok_def_n(d));
  for (size_t i = 0; i < tok_def_n(d) && rc == TOK_OK; i++) {
    if (tok_def_at(d, i)->rank == TOK_NO_RANK)
      continue;
    const tok_def_token *twin = tok_def_index_put(&s->index, (uint32_t)i);
    if (twin != NULL) {
      rc = tok_vimport_refuse(m, "tokens %u and %u are equal", twin->id, tok_def_at(d, i)->id);
    }
  }
  if (rc == TOK_OK)
    s->ascii = tok_malloc(ASCII * ASCII * sizeof *s->ascii);
  if (rc == TOK_OK && s->ascii == NULL)
    rc = TOK_NOMEM;
  if (rc == TOK_OK)
    rank_ascii(s);
  return rc;
}

static void end(simulation *s) {
  tok_def_index_free(&s->index);
  tok_free(s->ascii);
}

/* Flags, or takes out, a ranked token that its own merges do not make. */
static void drop(tok_def_token *t, bool whole) {
  if (whole) {
    t->flags |= TOK_T_WHOLE;
  } else {
    t->rank = TOK_NO_RANK;
  }
}

tok_status tok_check_ranks(tok_vimport *m, bool whole) {
  simulation s;
  tok_status rc = begin(&s, m);
  size_t n = tok_def_n(m->d), split;
  uint8_t *lost = rc == TOK_OK ? tok_malloc(n + 1) : NULL;
  if (rc == TOK_OK && lost == NULL)
    rc = TOK_NOMEM;
  for (size_t i = 0; i < n && rc == TOK_OK; i++) {
    const tok_def_token *t = tok_def_at(m->d, i);
    bool merged = t->rank != TOK_NO_RANK && t->n > 1;
    lost[i] = merged && simulate(&s, tok_def_bytes(m->d, t), &split) > 1;
    if (s.done > WORK_MAX)
      rc = tok_vimport_refuse(m, "its tokens are too long");
    else if (merged && !lost[i] && outruns(&s, t))
      rc = refuse_order(m, t);
  }
  for (size_t i = 0; i < n && rc == TOK_OK; i++) {
    if (lost[i])
      drop(tok_def_at(m->d, i), whole);
  }
  tok_free(lost);
  end(&s);
  return rc;
}

/* ---- lists ------------------------------------------------------------------------------------
 */

/* What is known of each token while its rank is being found. */
typedef struct {
  uint32_t first;     /* entry of the list that makes it first, or TOK_NO_RANK */
  uint32_t canonical; /* entry that its own merges use, or TOK_NO_RANK */
  uint16_t split;     /* bytes of the left part there; 0: its own merges do not make it */
} product;

typedef struct {
  tok_vimport *m;
  const tok_merge *merges;
  size_t n_merges;
  product *products;  /* owned; [token] */
  uint32_t *by_merge; /* owned; [entry] the token that it ranks + 1, or 0 */
  uint32_t
      n_base; /* tokens that no merge makes and that merges begin with: ranks below all others */
} listing;

static bool is_base(const tok_definition *d, const tok_def_token *t) {
  uint32_t cp;
  if (t->flags & (TOK_T_SPECIAL | TOK_T_BYTE | TOK_T_UNKNOWN))
    return false;
  if (!d->characters)
    return t->n == 1;
  return t->n > 0 && tok_utf8_decode((const uint8_t *)d->bytes.ptr + t->at, t->n, &cp) == t->n &&
         cp != TOK_UTF8_INVALID;
}

/* Ranks by the entry that `by` gives for each token. */
static void rank_by(listing *l, bool canonical) {
  tok_definition *d = l->m->d;
  memset(l->by_merge, 0, (l->n_merges + 1) * sizeof *l->by_merge);
  for (uint32_t i = 0; i < tok_def_n(d); i++) {
    const product *p = &l->products[i];
    uint32_t entry = canonical && p->canonical != TOK_NO_RANK ? p->canonical : p->first;
    if (entry != TOK_NO_RANK)
      l->by_merge[entry] = i + 1;
  }
  uint32_t rank = l->n_base;
  for (size_t i = 0; i < l->n_merges; i++) {
    if (l->by_merge[i] != 0)
      tok_def_at(d, l->by_merge[i] - 1)->rank = rank++;
  }
}

static tok_status begin_listing(listing *l) {
  tok_definition *d = l->m->d;
  size_t n = tok_def_n(d);
  l->products = tok_malloc((n + 1) * sizeof *l->products);
  l->by_merge = tok_malloc((l->n_merges + 1) * sizeof *l->by_merge);
  if (l->products == NULL || l->by_merge == NULL)
    return TOK_NOMEM;
  for (size_t i = 0; i < n; i++) {
    l->products[i] = (product){TOK_NO_RANK, TOK_NO_RANK, 0};
    if (is_base(d, tok_def_at(d, i)))
      tok_def_at(d, i)->rank = l->n_base++;
  }
  for (size_t i = 0; i < l->n_merges; i++) {
    product *p = &l->products[l->merges[i].made];
    if (p->first == TOK_NO_RANK)
      p->first = (uint32_t)i;
  }
  rank_by(l, false);
  return TOK_OK;
}

/* Fills split and canonical. *moved: the order of ranks is not that of canonical entries yet. */
static tok_status find_canonical(listing *l, simulation *s, bool *moved) {
  tok_definition *d = l->m->d;
  for (size_t i = 0; i < tok_def_n(d); i++) {
    product *p = &l->products[i];
    size_t split;
    p->split = 0;
    p->canonical = TOK_NO_RANK;
    if (p->first == TOK_NO_RANK)
      continue;
    if (simulate(s, tok_def_bytes(d, tok_def_at(d, i)), &split) == 1)
      p->split = (uint16_t)split;
    if (s->done > WORK_MAX)
      return tok_vimport_refuse(l->m, "its tokens are too long");
  }
  for (size_t i = 0; i < l->n_merges; i++) {
    product *p = &l->products[l->merges[i].made];
    if (p->canonical == TOK_NO_RANK && p->split == tok_def_at(d, l->merges[i].a)->n)
      p->canonical = (uint32_t)i;
  }
  uint32_t before = 0;
  *moved = false;
  for (size_t i = 0; i < l->n_merges; i++) { /* in the order of ranks */
    if (l->by_merge[i] == 0)
      continue;
    const product *p = &l->products[l->by_merge[i] - 1];
    if (p->split != 0 && p->canonical == TOK_NO_RANK) {
      return tok_vimport_refuse(l->m, "token %u is made by a merge that is not in its list",
                                tok_def_at(d, l->by_merge[i] - 1)->id);
    }
    if (p->split == 0)
      continue;
    if (p->canonical < before)
      *moved = true;
    before = p->canonical;
  }
  return TOK_OK;
}

/* Tokens that no merge makes, where pieces are looked up as a whole: at the end of the ranks. */
static tok_status add_wholes(listing *l, simulation *s) {
  tok_definition *d = l->m->d;
  uint32_t rank = l->n_base + (uint32_t)l->n_merges;
  for (size_t i = 0; i < tok_def_n(d); i++) {
    tok_def_token *t = tok_def_at(d, i);
    size_t split;
    if (t->rank != TOK_NO_RANK ||
        (t->flags & (TOK_T_SPECIAL | TOK_T_ADDED | TOK_T_BYTE | TOK_T_UNKNOWN)))
      continue;
    if (simulate(s, tok_def_bytes(d, t), &split) <
        3) { /* in the tables two neighbours would become it */
      return tok_vimport_refuse(l->m, "token %u has no merge", t->id);
    }
    t->rank = rank++;
    t->flags |= TOK_T_WHOLE;
  }
  return TOK_OK;
}

/*
** The list without entries whose pair comes again; *kept is owned by the caller, NULL where there
** is nothing to drop.
*/
static tok_status last_entries(const tok_merge *merges, size_t n, tok_merge **kept,
                               size_t *n_kept) {
  size_t size = 64, n_dropped = 0;
  *kept = NULL;
  *n_kept = n;
  while (size < 2 * n)
    size *= 2;
  uint32_t *slot = tok_malloc(size * sizeof *slot); /* entry + 1, of the last with its pair */
  uint8_t *drop_it = tok_malloc(n + 1);
  tok_status rc = slot == NULL || drop_it == NULL ? TOK_NOMEM : TOK_OK;
  if (rc == TOK_OK)
    memset(slot, 0, size * sizeof *slot);
  for (size_t i = n; i-- > 0 && rc == TOK_OK;) {
    uint64_t pair = (uint64_t)merges[i].a << 32 | merges[i].b;
    size_t at = (size_t)(pair * 0x9E3779B97F4A7C15u >> 20) & (size - 1);
    while (slot[at] != 0 &&
           (merges[slot[at] - 1].a != merges[i].a || merges[slot[at] - 1].b != merges[i].b))
      at = (at + 1) & (size - 1);
    drop_it[i] = slot[at] != 0;
    n_dropped += drop_it[i];
    if (!drop_it[i])
      slot[at] = (uint32_t)i + 1;
  }
  if (rc == TOK_OK && n_dropped > 0 && (*kept = tok_malloc(n * sizeof **kept)) == NULL)
    rc = TOK_NOMEM;
  if (*kept != NULL) {
    *n_kept = 0;
    for (size_t i = 0; i < n; i++) {
      if (!drop_it[i])
        (*kept)[(*n_kept)++] = merges[i];
    }
  }
  tok_free(slot);
  tok_free(drop_it);
  return rc;
}

enum { ROUNDS_MAX = 3 /* Gemma's list needs two */ };

tok_status tok_ranks_of_merges(tok_vimport *m, const tok_merge *merges, size_t n, bool whole) {
  listing l = {.m = m, .merges = merges, .n_merges = n};
  simulation s = {.d = m->d};
  bool moved = true;
  tok_merge *kept;
  tok_status rc = last_entries(merges, n, &kept, &l.n_merges);
  if (kept != NULL)
    l.merges = kept;
  if (rc == TOK_OK)
    rc = begin_listing(&l);
  if (rc == TOK_OK)
    rc = begin(&s, m);
  for (int round = 0; round < ROUNDS_MAX && rc == TOK_OK && moved; round++) {
    if (round > 0) {
      rank_by(&l, true);
      rank_ascii(&s);
    }
    rc = find_canonical(&l, &s, &moved);
  }
  if (rc == TOK_OK && moved)
    rc = tok_vimport_refuse(m, "its merges are in an order that is not supported");
  if (rc == TOK_OK && whole)
    rc = add_wholes(&l, &s);
  for (size_t i = 0; i < tok_def_n(m->d) && rc == TOK_OK; i++) {
    tok_def_token *t = tok_def_at(m->d, i);
    if (l.products[i].split != 0 && outruns(&s, t))
      rc = refuse_order(m, t);
  }
  for (size_t i = 0; i < tok_def_n(m->d) && rc == TOK_OK; i++) {
    tok_def_token *t = tok_def_at(m->d, i);
    if (l.products[i].first != TOK_NO_RANK && l.products[i].split == 0)
      drop(t, whole);
    if ((t->flags & TOK_T_WHOLE) && m->d->characters) /* unknown characters are cut out before */
      rc = tok_vimport_refuse(m, "token %u is only taken as a whole text, which is not supported",
                              t->id);
  }
  tok_free(l.products);
  tok_free(l.by_merge);
  tok_free(kept);
  end(&s);
  return rc;
}

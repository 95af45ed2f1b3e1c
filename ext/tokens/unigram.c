/*
** Unigram models; see unigram.h. Scores are added as the reference does it, in double: kept in
** float, as SentencePiece has them, or as they are.
*/
#include "unigram.h"

#include <float.h>

#include "../base/utf8.h"

enum { NODE_BITS = 24, NODES_MAX = (1 << NODE_BITS) - 1, UNKNOWN_PENALTY = 10 };

static uint32_t slot_of(const tok_unigram *u, uint64_t edge) {
  uint32_t h = (uint32_t)(edge * 0x9E3779B97F4A7C15u >> 32) & u->mask;
  while (u->edges[h] != 0 && u->edges[h] >> NODE_BITS != edge)
    h = (h + 1) & u->mask;
  return h;
}

/* The child of a node, 0 if there is none. An edge of node 0 and byte 0 is stored as any other:
 * + 1. */
static uint32_t child(const tok_unigram *u, uint32_t node, uint8_t byte) {
  uint64_t edge = ((uint64_t)node << 8 | byte) + 1;
  return (uint32_t)u->edges[slot_of(u, edge)] & NODES_MAX;
}

static bool add(tok_unigram *u, tok_slice s, uint32_t token, double score) {
  uint32_t node = 0;
  for (size_t i = 0; i < s.len; i++) {
    uint64_t edge = ((uint64_t)node << 8 | (uint8_t)s.ptr[i]) + 1;
    uint32_t h = slot_of(u, edge);
    if (u->edges[h] == 0) {
      if (u->n_nodes == NODES_MAX)
        return false;
      u->edges[h] = edge << NODE_BITS | u->n_nodes++;
    }
    node = (uint32_t)u->edges[h] & NODES_MAX;
  }
  if (u->leaf[node].token == 0)
    u->leaf[node] = (tok_unigram_leaf){token + 1, (float)score};
  return true;
}

/*
** Tokens that the model chooses from: not special, not bytes of the fallback. Of SentencePiece's
** those that a user has defined are among them, with a score of their own.
*/
static bool is_choice(const tok_unigram *u, const tok_def_token *t) {
  uint32_t none = TOK_T_SPECIAL | TOK_T_BYTE | TOK_T_UNKNOWN | (u->doubles ? TOK_T_ADDED : 0);
  return !(t->flags & none);
}

static bool is_defined(const tok_unigram *u, const tok_def_token *t) {
  return !u->doubles && (t->flags & TOK_T_ADDED);
}

/* The score of a token that a user has defined, as SentencePiece rounds it. */
static double defined_score(const tok_definition *d, const tok_def_token *t, float highest) {
  uint32_t n = t->n;
  for (uint32_t i = 0; i < t->n; i++) /* a blank is the three bytes of U+2581 there */
    n += d->bytes.ptr[t->at + i] == ' ' ? 2 : 0;
  float most = (float)n * highest;
  return (double)most - 0.1;
}

/*
** Sets what is known before the trie is made. TOK_INVALID: a score is none. *bytes, of all choices;
** *exact: a score is no float; *highest: of SentencePiece's choices.
*/
static tok_status measure(tok_unigram *u, const tok_definition *d, size_t *bytes, bool *exact,
                          float *highest) {
  double lowest = 0;
  bool any = false;
  u->by_words = true;
  u->doubles = !(d->normal & TOK_N_WHOLE);
  u->pieces = d->normal & (TOK_N_WORDS | TOK_N_SPLIT);
  for (size_t i = 0; i < tok_def_n(d); i++) {
    const tok_def_token *t = tok_def_at(d, i);
    bool choice = is_choice(u, t), defined = is_defined(u, t);
    if (!choice && !u->doubles) /* SentencePiece's lowest score is that of a choice */
      continue;
    if (!(t->score >= -1e30 && t->score <= 1e30))
      return TOK_INVALID;
    if (!defined && (!any || t->score < lowest))
      lowest = t->score;
    if (!defined && (float)t->score > *highest)
      *highest = (float)t->score;
    any |= !defined;
    *bytes += choice ? t->n : 0;
    *exact |= defined || (u->doubles && tok_def_score_is_double(t));
    for (uint32_t k = 1; choice && k < t->n && u->by_words; k++) {
      const char *p = d->bytes.ptr + t->at + k;
      u->by_words = p[0] != ' ' || p[-1] == ' ';
    }
  }
  u->unknown_score = lowest - UNKNOWN_PENALTY;
  if (!u->doubles)
    u->unknown_score = (double)(float)u->unknown_score;
  return TOK_OK;
}

tok_status tok_unigram_new(tok_unigram *u, const tok_definition *d) {
  size_t bytes = 0, room = 1024;
  bool exact = false;
  float highest = FLT_MIN; /* as there */
  memset(u, 0, sizeof *u);
  tok_status rc = measure(u, d, &bytes, &exact, &highest);
  if (rc != TOK_OK || bytes >= NODES_MAX)
    return rc != TOK_OK ? rc : TOK_TOOBIG;
  while (room < bytes + bytes / 2)
    room *= 2;
  u->mask = (uint32_t)room - 1;
  u->n_nodes = 1;
  u->edges = tok_malloc(room * sizeof *u->edges);
  u->leaf = tok_malloc((bytes + 1) * sizeof *u->leaf);
  if (exact)
    u->exact = tok_malloc(tok_def_n(d) * sizeof *u->exact);
  if (u->edges == NULL || u->leaf == NULL || (exact && u->exact == NULL)) {
    tok_unigram_free(u);
    return TOK_NOMEM;
  }
  memset(u->edges, 0, room * sizeof *u->edges);
  memset(u->leaf, 0, (bytes + 1) * sizeof *u->leaf);
  for (size_t i = 0; i < tok_def_n(d); i++) {
    const tok_def_token *t = tok_def_at(d, i);
    if (exact)
      u->exact[i] = is_defined(u, t) ? defined_score(d, t, highest) : t->score;
    if (is_choice(u, t) && !add(u, tok_def_bytes(d, t), (uint32_t)i, t->score))
      return TOK_TOOBIG;
  }
  return TOK_OK;
}

void tok_unigram_free(tok_unigram *u) {
  tok_free(u->edges);
  tok_free(u->leaf);
  tok_free(u->exact);
  memset(u, 0, sizeof *u);
}

static void offer(tok_unigram_step *to, double score, uint32_t n, uint32_t token, bool doubles) {
  if (to->n != 0 && !(score > to->score))
    return;
  *to = (tok_unigram_step){doubles ? score : (double)(float)score, n, token};
}

const tok_unigram_leaf *tok_unigram_next(const tok_unigram *u, tok_slice text, size_t *end,
                                         uint32_t *node) {
  if (*end == text.len || (*node = child(u, *node, (uint8_t)text.ptr[*end])) == 0)
    return NULL;
  ++*end;
  return &u->leaf[*node];
}

void tok_unigram_run(const tok_unigram *u, tok_slice text, double score, tok_unigram_step *steps) {
  const uint8_t *p = (const uint8_t *)text.ptr;
  for (size_t i = 0; i <= text.len; i++)
    steps[i] = (tok_unigram_step){0, 0, TOK_NO_RANK};
  steps[0].score = score;
  for (size_t at = 0; at < text.len;) {
    uint32_t cp, node = 0;
    size_t one = tok_utf8_decode(p + at, text.len - at, &cp);
    double here = u->pieces && p[at] == ' ' ? 0 : steps[at].score;
    bool single = false;
    for (size_t end = at; end < text.len && (node = child(u, node, p[end])) != 0;) {
      tok_unigram_leaf leaf = u->leaf[node];
      if (u->pieces && p[end] == ' ' && end > at)
        break;
      end++;
      if (leaf.token == 0)
        continue;
      offer(&steps[end], tok_unigram_score(u, &leaf) + here, (uint32_t)(end - at), leaf.token - 1,
            u->doubles);
      single |= end - at == one;
    }
    double unknown = u->unknown_score + here;
    if (!single)
      offer(&steps[at + one], u->doubles ? unknown : (double)(float)unknown, (uint32_t)one,
            TOK_NO_RANK, u->doubles);
    at += one;
  }
}

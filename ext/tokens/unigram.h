/*
** unigram: SentencePiece's other model: of all ways to cut a text into tokens, the one whose log
** probabilities have the greatest sum (Kudo 2018; Viterbi). Linear in the text times the longest
** token.
*/
#ifndef TOK_UNIGRAM_H
#define TOK_UNIGRAM_H

#include "definition.h"

/* The token that ends at a node of the trie. */
typedef struct {
  uint32_t token; /* its index in the definition + 1; 0: none */
  float score;
} tok_unigram_leaf;

/* A trie of the tokens, its edges in one hash table. */
typedef struct {
  uint64_t *edges; /* owned: node << 8 | byte in the top 40 bits, child in the low 24; 0: free */
  tok_unigram_leaf *leaf; /* owned: [node] */
  double *exact; /* owned: [index of the token] scores that no float holds; NULL: there are none */
  uint32_t mask;
  uint32_t n_nodes;
  double unknown_score;
  bool by_words; /* no token has a blank behind anything else */
  bool pieces;   /* each blank begins a text of its own */
  bool doubles;  /* sums are doubles, else floats */
} tok_unigram;

/* One step of the best path: the token that ends here. */
typedef struct {
  double score;
  uint32_t n;     /* bytes of it; 0: nothing ends here */
  uint32_t token; /* its index in the definition; TOK_NO_RANK: a character that is none */
} tok_unigram_step;

tok_status tok_unigram_new(tok_unigram *u, const tok_definition *d);
void tok_unigram_free(tok_unigram *u);
/*
** One byte further: from *node, *end being where the next byte stands. The leaf at the new *end;
** NULL where no token goes on like that.
*/
const tok_unigram_leaf *tok_unigram_next(const tok_unigram *u, tok_slice text, size_t *end,
                                         uint32_t *node);
static inline double tok_unigram_score(const tok_unigram *u, const tok_unigram_leaf *leaf) {
  return u->exact == NULL ? (double)leaf->score : u->exact[leaf->token - 1];
}
/*
** Fills steps[0..text.len]; the path is read backwards from the end. score: of what stands before.
** Sums are floats from the beginning on, as SentencePiece's, or doubles, as Hugging Face's, where a
** Metaspace that splits begins a new one at each blank. Where two ways are equally good the
** rounding decides.
*/
void tok_unigram_run(const tok_unigram *u, tok_slice text, double score, tok_unigram_step *steps);

#endif

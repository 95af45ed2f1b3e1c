/*
** unigram: SentencePiece's other model: of all ways to cut a text into tokens, the one whose log
** probabilities have the greatest sum (Kudo 2018; Viterbi). Linear in the text times the longest
*token.
*/
#ifndef TOK_UNIGRAM_H
#define TOK_UNIGRAM_H

#include "definition.h"

/* A trie of the tokens, its edges in one hash table. */
typedef struct {
  uint64_t *edges; /* owned: node << 8 | byte in the top 40 bits, child in the low 24; 0: free */
  uint32_t *token; /* owned: [node] index of the token that ends here + 1; 0: none */
  uint32_t mask;
  uint32_t n_nodes;
  float unknown_score, longest_bonus;
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
** Fills steps[0..text.len]; the path is read backwards from the end. words: sums begin anew at each
** blank and are kept in double, as Hugging Face does it, whose words are texts of their own; else
** they are floats from the beginning on, as SentencePiece's. Where two ways are equally good the
** rounding decides.
*/
void tok_unigram_run(const tok_unigram *u, const tok_definition *d, tok_slice text, bool words,
                     tok_unigram_step *steps);

#endif

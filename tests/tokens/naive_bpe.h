/*
** naive_bpe: byte-pair encoding written the obvious way, as an oracle for the engine.
**
** It shares nothing with ext/tokens: it reads the .tiktoken files, the Unicode classes and the
** special tokens from tokenizers/ as text, runs the published regular expressions on a small
** backtracking matcher, and merges by scanning for the lowest rank: O(n^2) per piece. A wrong
** result here would have to be wrong in the same way there.
**
** All functions exit the program with a message when a file is missing or malformed. The current
** folder is the repository root.
*/
#ifndef TOK_NAIVE_BPE_H
#define TOK_NAIVE_BPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct naive naive;

enum { NAIVE_N_ENCODINGS = 6 };
extern const char *const naive_encodings[NAIVE_N_ENCODINGS];

naive *naive_new(const char *encoding);
void naive_free(naive *v);

/*
** Token ids of n bytes into ids[], which has room for n; returns how many. special: names of
** special tokens in the text become their ids.
*/
size_t naive_encode(const naive *v, const uint8_t *text, size_t n, bool special, uint32_t *ids);

/*
** The bytes of a token, special ones included; NULL where there is none. Borrowed until naive_free.
*/
const uint8_t *naive_bytes(const naive *v, uint32_t id, size_t *n);

#endif

/*
** vectors: reads the reference encoder's results from ../shared/data/tokens, where that folder is
** present.
*/
#ifndef TOK_VECTORS_H
#define TOK_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VECTORS_N_ENCODINGS = 4 };
extern const char *const vectors_encodings[VECTORS_N_ENCODINGS];

typedef struct {
  char *text;
  size_t n;                            /* bytes */
  uint32_t *ids[VECTORS_N_ENCODINGS];  /* the reference's ids by encoding */
  size_t n_ids[VECTORS_N_ENCODINGS];
} vector;

/*
** Calls each(vector, arg) for every line of vectors.jsonl.gz. Returns how many, or -1 if the file
** is absent.
*/
long vectors_each(void (*each)(const vector *v, void *arg), void *arg);

/*
** The whole of a gzip-compressed file of that folder, NUL-terminated, owned by the caller; NULL if
** absent.
*/
char *vectors_file(const char *name, size_t *n);

#endif

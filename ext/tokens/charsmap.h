/*
** charsmap: SentencePiece's compiled normalization rules (precompiled_charsmap): which sequences of
** characters become which, longest first, as a double-array trie (Yata's Darts-clone) and the
** strings that its values point to.
**
**     u32      bytes of the trie
**     u32 ...  its units: a label of 8 bits, "has a value", and the offset to the children
**     strings  one behind the other, each ended by a zero byte
**
** The bytes are a stranger's. Every step is checked against the number of units, a walk ends after
** TOK_CHARSMAP_KEY_MAX bytes whatever the units say, and every string is known to end.
*/
#ifndef TOK_CHARSMAP_H
#define TOK_CHARSMAP_H

#include "../base/base.h"

enum {
  TOK_CHARSMAP_BYTES_MAX = 16 << 20, /* the largest in use has 0.3 MB */
  TOK_CHARSMAP_KEY_MAX = 128,        /* bytes of a sequence; the longest in use has 24 */
  /* bytes that it becomes: what a text may grow by; in use are 33 */
  TOK_CHARSMAP_TO_MAX = 256
};

typedef struct {
  const char *units; /* borrowed, as all of it; not aligned */
  uint32_t n_units;
  const char *strings;
  size_t n_strings;
  /* ASCII characters that no rule begins with, but for those that go on beyond ASCII */
  bool plain[128];
} tok_charsmap;

/* False where the bytes cannot be such a map. */
bool tok_charsmap_open(tok_charsmap *m, tok_slice bytes);
/*
** Bytes of the longest sequence at p that has a rule (of the shortest, where that is asked for), 0
** if there is none; *to is what it becomes. O(its length).
*/
size_t tok_charsmap_find(const tok_charsmap *m, const uint8_t *p, size_t n, bool shortest,
                         tok_slice *to);

#endif

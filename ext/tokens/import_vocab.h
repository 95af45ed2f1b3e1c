/* Shared by the importers of vocabulary files; see import.h. */
#ifndef TOK_IMPORT_VOCAB_IMPL_H
#define TOK_IMPORT_VOCAB_IMPL_H

#include "../base/json.h"
#include "import.h"

typedef struct {
  tok_slice file, pattern; /* pattern.len 0: none given */
  tok_definition *d;
  tok_vocab_error *error;
} tok_vimport;

/* Sets the error's text, returns TOK_INVALID. */
tok_status tok_vimport_refuse(tok_vimport *m, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* For "%.*s": what an error repeats of the file. */
static inline int tok_vimport_shown(tok_slice s) {
  return s.len > 600 ? 600 : (int)s.len;
}
/* Takes a pattern over into the definition, with its family. */
tok_status tok_vimport_pattern(tok_vimport *m, tok_slice pattern);

/* The family of a SentencePiece vocabulary whose ranks are known: words, where no token speaks
 * against it. */
void tok_vimport_words(tok_vimport *m);

tok_status tok_import_tiktoken(tok_vimport *m);
tok_status tok_import_tekken(tok_vimport *m);
tok_status tok_import_hf(tok_vimport *m);
tok_status tok_import_sentencepiece(tok_vimport *m);

/* Bytes of a base64 text into out, which has room for 3/4 of it and 2 more; -1 where it is
 * malformed. */
int64_t tok_base64(tok_slice text, uint8_t *out);
/* The byte that a token such as <0x0A> stands for, or -1. */
int tok_fallback_byte(tok_slice token);
/* Appends the text of a JSON string, as written, without its escapes. */
void tok_json_text(tok_buf *out, tok_slice raw, bool escaped);

/* One merge: two tokens and what they make, as indexes of the definition. */
typedef struct {
  uint32_t a, b, made;
} tok_merge;

/*
** Gives ranks to the tokens that a list of merges makes, such that merging by the rank of what is
** made gives what the list gives; or says why that cannot be. whole: a piece that is a token is
** taken whole, whatever merges would make of it (ignore_merges).
*/
tok_status tok_ranks_of_merges(tok_vimport *m, const tok_merge *merges, size_t n, bool whole);
/*
** For tokens whose ranks are given: those that merges of their own bytes do not make are flagged
** TOK_T_WHOLE, or lose their rank where pieces are not looked up as a whole.
*/
tok_status tok_check_ranks(tok_vimport *m, bool whole);

#endif

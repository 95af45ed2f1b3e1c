/*
** compile: a definition becomes a vocabulary that the engine runs, at run time what mkvocab does
** while building. Tens of milliseconds; with the hint of an earlier time a third of that.
*/
#ifndef TOK_COMPILE_H
#define TOK_COMPILE_H

#include "definition.h"
#include "ranks_build.h"
#include "tokens.h"

/* A vocabulary at run time; const once made, for any number of threads. */
typedef struct tok_compiled tok_compiled;

typedef struct {
  const char *name;   /* copied */
  const char *sha256; /* of the file; 64 hex digits */
  const char *source, *licence;
} tok_compiled_about;

/* Why not; a sentence part for the user: "token 17 is empty". */
typedef struct {
  char text[160];
} tok_compile_error;

/*
** Takes over what `d` owns (d is empty afterwards, also on failure). The tokens must be in
** ascending id. *out is owned by the caller. TOK_NOMEM; TOK_INVALID, TOK_TOOBIG with *error.
*/
tok_status tok_compile(tok_definition *d, const tok_compiled_about *about,
                       const tok_rank_hint *hint, tok_compiled **out, tok_compile_error *error);
void tok_compiled_free(tok_compiled *c);
const tok_vocab *tok_compiled_vocab(const tok_compiled *c);
const tok_definition *tok_compiled_definition(const tok_compiled *c);
/* What spares the next time the search; bytes borrowed from c. */
tok_rank_hint tok_compiled_hint(const tok_compiled *c);
/* Forgets what an engine remembers of this vocabulary; before it is freed. */
void tok_engine_forget(tok_engine *e, const tok_vocab *v);

#endif

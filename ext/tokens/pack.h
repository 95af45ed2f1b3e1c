/*
** pack: a compiled vocabulary as one run of bytes, kept beside its rows so that the first count of
** a connection reads a few megabytes in one go instead of a row a token. Holds the tokens in the
** form in which compile.h takes them, and what their compilation searched for (tok_rank_hint).
**
** Nothing in it is taken on trust: a checksum tells damage, every length and place is checked
** against the bytes there are, and tables are built from the tokens, never read as they lie.
**
** Layout, little-endian: the header (pack.c), then
**     u32 × n_tokens   ranks
**     extras           what few tokens have: place in the list, flags, score, bytes of the name
**     u32 × n_tokens   ids, unless they are first_id, first_id + 1, …
**     u16 × n_tokens   bytes of each token
**     bytes            of all tokens, then of all names, in the order of the list
**     hint             displacement, barriers
*/
#ifndef TOK_PACK_H
#define TOK_PACK_H

#include "compile.h"

/* Appends to *out. `checksum`: the definition's. False where memory is short (out's status). */
bool tok_pack(const tok_compiled *c, uint64_t checksum, tok_buf *out);

/*
** Reads what tok_pack() wrote. *d has everything but its tokens; they are added. *hint borrows from
** `packed`. checksum: the definition's, as it stands beside it. TOK_NOTFOUND: of a layout that this
** version does not know; TOK_INVALID: damaged, or not of this definition; TOK_NOMEM. O(length).
*/
tok_status tok_unpack(tok_slice packed, uint64_t checksum, tok_definition *d, tok_rank_hint *hint);

/*
** Writes the right checksum into bytes that something else has made, as a hostile file would have
** it.
*/
void tok_pack_seal(char *packed, size_t n, uint64_t checksum, const tok_definition *d);

#endif

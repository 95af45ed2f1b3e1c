/*
** normal: what some vocabularies do to a text before it is split: Unicode normalization, U+2581 for
** a blank, a blank put before. A text that it leaves as it is, is not copied.
*/
#ifndef TOK_NORMAL_H
#define TOK_NORMAL_H

#include "added.h"
#include "charsmap.h"
#include "definition.h"
#include "form.h"

/* What a vocabulary does; made once. */
typedef struct {
  uint32_t flags; /* TOK_N_… */
  tok_form *form;        /* owned: of NFC or NFKC; NULL: neither */
  bool rules;            /* by SentencePiece's own rules */
  tok_charsmap map;      /* n_units 0: none */
  /* owned: names that rules leave as they are: SentencePiece's added tokens, with U+2581 */
  tok_definition names;
  tok_added keep;
  /* ASCII other than the blank that no rule concerns, when ASCII follows; is the blank such? */
  bool plain[256], plain_blank;
} tok_normal;

/* Where a changed text goes; reused. */
typedef struct {
  tok_buf text;
  tok_buf
      map; /* with_map: for each byte of text, and its end, the offset (uint32_t) in the source */
  tok_buf scratch;
  tok_form_memo memo;
  bool with_map;
} tok_normal_out;

/* Borrows d. TOK_INVALID: its character map is malformed. TOK_NOMEM. */
tok_status tok_normal_new(tok_normal *n, const tok_definition *d);
void tok_normal_free(tok_normal *n);
void tok_normal_out_init(tok_normal_out *o);
void tok_normal_out_free(tok_normal_out *o);
/*
** *result: `text` itself, or a changed copy in *o (borrowed until the next call); *changed says
** which. prefix: whether this is a place where TOK_N_PREFIX… puts its blank. next: the kernel's.
** Bytes that are not UTF-8 stay. TOK_NOMEM, TOK_TOOBIG.
*/
tok_status tok_normal_apply(const tok_normal *n, tok_slice text, bool prefix, tok_next_odd *next,
                            tok_normal_out *o, tok_slice *result, bool *changed);

#endif

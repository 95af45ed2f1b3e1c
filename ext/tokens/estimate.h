/*
** estimate: tokens of a text for models whose vocabulary is not embedded.
**
**     tokens = tokens in the family's encoding x sum over classes of (share x weight)
**
** where a class is a script or kind of character (kin.h), its share that of the encoding's expected
** tokens, and the weight what was measured on the family's own or a related vocabulary. Integers
** only, so the same on every machine. Where the encoding is the model's own the count is exact.
*/
#ifndef TOK_ESTIMATE_H
#define TOK_ESTIMATE_H

#include "kin.h"
#include "tokens.h"

/* In thousandths of a token. */
typedef struct {
  int64_t milli;   /* the estimate */
  int64_t spread;  /* thousandths of it that nine texts of ten stay within */
  int64_t base;    /* tokens in the encoding */
  bool exact;
} tok_estimate;

/* Kin with its vocabulary found: what texts are counted with. */
typedef struct {
  const tok_kin_info *info;
  const tok_vocab *vocab;
  /* the vocabulary is the model's, imported: texts are counted exactly, whatever `info` says */
  bool own;
} tok_meter;

/* The meter of a reference; TOK_NOTFOUND where nothing is known of the model. O(length x rows). */
tok_status tok_meter_of(tok_slice reference, tok_meter *meter);
/*
** The same where the model's vocabulary has been imported: only its family may be unknown
** (tok_kin_none).
*/
void tok_meter_own(tok_slice reference, const tok_vocab *vocab, tok_meter *meter);

/* Errors: TOK_NOMEM, TOK_TOOBIG as tok_count. O(length). */
tok_status tok_estimate_text(tok_engine *e, const tok_meter *meter, tok_slice text,
                             tok_estimate *out);

/* Rounded to whole tokens, half up; a text that is not empty has one at least. */
int64_t tok_estimate_tokens(const tok_estimate *est);
/* Nine of ten texts are within low..high; equal to the estimate where that is exact. */
int64_t tok_estimate_low(const tok_estimate *est);
int64_t tok_estimate_high(const tok_estimate *est);

/* Applies what was learned elsewhere: both in thousandths, factor 0..1,000,000. */
void tok_estimate_learned(tok_estimate *est, int64_t factor, int64_t spread);

#endif

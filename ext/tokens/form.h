/*
** form: Unicode's normalization forms NFC and NFKC of a text that mostly has them already. Only the
** few characters that may change are looked at, and only a run of them is normalized, by utf8proc.
**
** Every character is one of these; the quick check of UAX #15, section 9, knows the same kinds:
**   bound    stays as it is, and what stands before and behind it cannot change beyond it
**   mark     stays, but marks have an order among themselves
**   later    may join with what stands before it
**   changes  by itself
** Kernels find marks behind others than bounds, and what is later or changes, 64 bytes at a time
** (odd.h); whether such a place does change is told here, for all kernels alike.
*/
#ifndef TOK_FORM_H
#define TOK_FORM_H

#include "../base/buf.h"

enum {
  TOK_FORM_PLANE = 0x10000,
  TOK_FORM_WORD = 64,          /* code points of a word of a bitmap: of one page */
  TOK_FORM_FLAT = 2 * 0x10000, /* code points behind plane 0 whose pages are listed */
  TOK_FORM_PAIRS = 1536,       /* Unicode 15 has 941, and newer versions add a few */
  TOK_FORM_NOTES = 128,
  TOK_FORM_NOTE_BYTES = 21 /* most expansions are shorter */
};

/* One form. All bitmaps are of plane 0 but clean4. */
typedef struct {
  uint64_t bound[TOK_FORM_PLANE / TOK_FORM_WORD]; /* bit cp: it is a bound */
  uint64_t mark[TOK_FORM_PLANE / TOK_FORM_WORD];  /* bit cp: it is a mark */
  uint64_t later[TOK_FORM_PLANE / TOK_FORM_WORD]; /* bit cp: it is later */
  uint8_t clean3[TOK_FORM_PLANE / TOK_FORM_WORD / 8]; /* bit cp / 64: all of the page are bounds */
  uint8_t clean4[TOK_FORM_FLAT / TOK_FORM_WORD / 8];  /* the same of planes 1 and 2 */
  uint64_t pairs[TOK_FORM_PAIRS]; /* what joins, ordered: second << 32 | first */
  size_t n_pairs;
  bool easy;   /* all characters whose first byte is one of tok_masks.easy3 are bounds */
  bool compat; /* NFKC */
} tok_form;

/* A text on its way through a kernel. Zero it but for form, p and n. */
typedef struct {
  const tok_form *form;
  const uint8_t *p;
  size_t n;
  size_t base, next; /* the block of 64 bytes that `odd` is of; the one behind it */
  uint64_t odd;      /* first bytes of characters that may change */
  uint64_t carry;    /* bits of the next block right behind others than bounds */
} tok_odd;

/* Goes on to the next block that has such characters. False: there is none. */
typedef bool tok_next_odd(tok_odd *o);

/* What is known of a character behind another. */
typedef struct {
  uint32_t before, cp; /* before: 0 where it does not matter */
  uint8_t form;        /* 0: the entry is empty */
  bool changes;
  uint8_t n; /* bytes that both become (before: 0, the character alone); 0: not that simple */
  char bytes[TOK_FORM_NOTE_BYTES];
} tok_form_note;

/* Notes, for the same few characters come again and again. Zero it; it serves any forms. */
typedef struct {
  tok_form_note notes[TOK_FORM_NOTES];
} tok_form_memo;

/*
** sign: a code point of plane 0 that kernels are to find besides, 0 for none; it is a bound.
** *f is owned by the caller (tok_free). TOK_NOMEM.
*/
tok_status tok_form_new(tok_form **f, bool compat, uint32_t sign);

/* Does the character at text[at] change, or what stands before it from `floor` on? */
bool tok_form_changes(const tok_form *f, tok_form_memo *memo, tok_slice text, size_t floor,
                      size_t at);

/*
** The run [*from, *to) that such a place belongs to, from `floor` on at the earliest, and what it
** becomes: borrowed until the next call. scratch: overwritten. TOK_NOMEM, TOK_TOOBIG.
*/
tok_status tok_form_change(const tok_form *f, tok_form_memo *memo, tok_slice text, size_t floor,
                           size_t at, tok_buf *scratch, size_t *from, size_t *to,
                           tok_slice *result);

#endif

/*
** added: finds the names of added and special tokens in a text, leftmost first, the longest of
** those that start at one place. Linear but for a logarithm of the number of names.
*/
#ifndef TOK_ADDED_H
#define TOK_ADDED_H

#include "definition.h"

enum {
  TOK_ADDED_FIRSTS = 3, /* as many first bytes are looked for by themselves; more need a loop */
  TOK_ADDED_DEPTH = 4,  /* bytes of a name that a filter looks at */
  TOK_ADDED_GROUPS = 8
};

/*
** Names in groups: bit g of groups[i][c] says that a name of group g has the byte c at i, or is
** shorter than i. A name begins only where all four bytes have a group in common.
*/
typedef struct {
  uint8_t groups[TOK_ADDED_DEPTH][256];
  uint8_t firsts[TOK_ADDED_FIRSTS]; /* distinct first bytes, where they are few */
  int n_firsts;
} tok_added_filter;

/* The first place from `at` on of n bytes where a name may begin; n: none. */
typedef size_t tok_next_name(const tok_added_filter *f, const uint8_t *p, size_t at, size_t n);

typedef struct {
  tok_slice name;
  uint32_t id, flags;
  bool ranked; /* of up to 15 bytes, and a token of the ranks (compile.c) */
} tok_added_name;

typedef struct {
  tok_added_name *names; /* owned, ordered by bytes */
  size_t n;
  uint8_t *pairs; /* owned: bitmap over the first two bytes of names */
  uint32_t from[257]; /* names that begin with byte c: from[c] up to from[c + 1] */
  tok_added_filter filter;
  bool first[256];
} tok_added;

typedef struct {
  size_t start, end; /* of the match, white space that it takes included; start == len: none */
  uint32_t id;
  bool ranked; /* the match is just a name that is */
} tok_added_match;

/* One text under search. Zero it but for added and text. */
typedef struct {
  const tok_added *added;
  tok_slice text;
  tok_next_name *next_name;      /* NULL: looked for by first bytes */
  size_t next[TOK_ADDED_FIRSTS]; /* the next place of firsts[i], if it is still ahead */
} tok_added_scan;

/*
** Names of the tokens list[0..n_list) of `d` that have any of `flags` (TOK_T_SPECIAL, TOK_T_ADDED).
** Borrows d. A token without a name is none. TOK_NOMEM.
*/
tok_status tok_added_new(tok_added *a, const tok_definition *d, const uint32_t *list, size_t n_list,
                         uint32_t flags);
/* Those names of another that do not begin with a byte of `leave`. TOK_NOMEM. */
tok_status tok_added_without(tok_added *a, const tok_added *from, const bool leave[256]);
void tok_added_free(tok_added *a);
/* Bytes of the longest name that text[at..) begins with, 0: none. */
size_t tok_added_at(const tok_added *a, tok_slice text, size_t at);
/* The first match that starts at `from` or behind; `from` is where the one before ended. */
tok_added_match tok_added_next(tok_added_scan *s, size_t from);

#endif

/*
** added: finds the names of added and special tokens in a text, leftmost first, the longest of
*those
** that start at one place. Linear but for a logarithm of the number of names.
*/
#ifndef TOK_ADDED_H
#define TOK_ADDED_H

#include "definition.h"

enum {
  TOK_ADDED_FIRSTS = 3 /* as many first bytes are looked for with memchr; more need a loop */
};

typedef struct {
  tok_slice name;
  uint32_t id, flags;
  bool ranked; /* of up to 15 bytes, and a token of the ranks (compile.c) */
} tok_added_name;

typedef struct {
  tok_added_name *names; /* owned, ordered by bytes */
  size_t n;
  uint8_t *pairs; /* owned: bitmap over the first two bytes of names */
  bool first[256];
  uint8_t firsts[TOK_ADDED_FIRSTS];
  int n_firsts; /* distinct first bytes; firsts[] holds them if they are few */
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
  size_t next[TOK_ADDED_FIRSTS]; /* the next place of firsts[i], if it is still ahead */
} tok_added_scan;

/*
** Names of the tokens list[0..n_list) of `d` that have any of `flags` (TOK_T_SPECIAL, TOK_T_ADDED).
** Borrows d. A token without a name is none. TOK_NOMEM.
*/
tok_status tok_added_new(tok_added *a, const tok_definition *d, const uint32_t *list, size_t n_list,
                         uint32_t flags);
void tok_added_free(tok_added *a);
/* Bytes of the longest name that text[at..) begins with, 0: none. */
size_t tok_added_at(const tok_added *a, tok_slice text, size_t at);
/* The first match that starts at `from` or behind; `from` is where the one before ended. */
tok_added_match tok_added_next(tok_added_scan *s, size_t from);

#endif

/*
** Inside of the reader of usage: what walk.c (members of JSON) and usage.c (texts) share.
**
** A frame stands for each open object or array. It says at which place of the table its members
** are, and how much of w->path is the name that leads to it. What no row knows is skipped by the
** JSON reader.
*/
#ifndef TOK_WALK_H
#define TOK_WALK_H

#include "usage.h"

enum { TOK_WALK_ROUNDS = 9 }; /* what is counted of a round: round_names in walk.c */

typedef struct {
  uint8_t kind; /* frame_kind of walk.c */
  bool array; /* its elements are what the frame describes */
  bool event; /* ends an event */
  uint8_t place;
  uint8_t len; /* of the path in front of its members */
  int16_t row; /* of the strings of an array, or -1 */
} tok_walk_frame;

typedef struct {
  tok_json j;
  tok_walk_frame frames[TOK_JSON_DEPTH_MAX + 1]; /* by depth; [0] is around the documents */
  char path[TOK_USAGE_PATH_MAX + 1];
  int row;                      /* of the member whose value comes next, or -1 */
  size_t path_len;              /* of that member, 0 if it is too long to be known */
  tok_slice key;                /* of that member, as written */
  tok_slice name;               /* of that member, escapes undone: until the next one */
  tok_slice label;              /* of an entry or a pair, escapes undone */
  tok_slice raw_label;          /* as written */
  char name_room[TOK_USAGE_ESCAPED_MAX], label_room[TOK_USAGE_ESCAPED_MAX];
  int64_t entry;                /* of an entry, -1: none */
  int64_t round[TOK_WALK_ROUNDS]; /* of a round, 0: none */
  tok_slice round_model;          /* of a round that says it, as written */
  bool line;                    /* is this the first event of another line, or element? */
  bool strict;                  /* a known member that is no number is an error anywhere */
  tok_slice provider;
  tok_usage_raw event, response;
  tok_status status;
  tok_usage *out;
} tok_walker;

/* Nothing is read yet. `provider`, `strict` and `out` as in tok_usage_walk. */
void tok_walk_init(tok_walker *w, tok_slice provider, bool strict, tok_usage *out);
/* A text begins, of one document or several (w->j.many, w->j.data_lines). */
void tok_walk_start(tok_walker *w, tok_slice text);
/*
** Takes what the JSON reader says next; `base`: where the text starts in the whole. False at the
** end of the text and after an error.
*/
bool tok_walk_step(tok_walker *w, size_t base);
/* The text is not what it must be: w->status and out->wrong, unless there was an error before. */
void tok_walk_malformed(tok_walker *w, const char *what);
/* The response that was read goes into w->out. */
void tok_walk_end_response(tok_walker *w);

#endif

/*
** Reading one JSON document of a log: what log_json.c (members and their paths) and log_record.c
** (what they come to) share.
*/
#ifndef TOK_LOG_READER_H
#define TOK_LOG_READER_H

#include "log_impl.h"

enum { TOK_LOG_PATH_BYTES = 128 }; /* longer than every known path (tested) */

typedef struct {
  tok_log *l;
  const tok_log_shape *shape;
  tok_json j;
  tok_slice document;
  char path[TOK_LOG_PATH_BYTES];
  size_t len[TOK_JSON_DEPTH_MAX + 1]; /* of the path outside of depth d */
  size_t path_len;                    /* 0: unknown, too long */
  tok_slice attribute;                /* the key of OpenTelemetry's {key, value} */
  bool inside;                        /* reads an object in a string; the path there is `base` */
  size_t base;
  int record_depth;                   /* of the object that is the record; 0: none is open */
  size_t record_at;
  tok_slice usage, id, kind;
  tok_slice session, fork, parent; /* of Codex */
  bool refused; /* what the record is, is none */
  bool own;     /* "cost_nano":null, as tok_export writes of a request that has no amounts */
  bool new_model;
  tok_log_totals last, total;
  tok_record outer; /* what stands around the records; texts are the record's own */
} tok_log_reader;

/* A record begins: the members that follow belong to it. */
void tok_log_start_record(tok_log_reader *w);
/*
** The record is complete: goes to tok_log_emit, or is counted as ignored where it is none or counts
** nothing.
*/
void tok_log_end_record(tok_log_reader *w);
/* Takes the usage object that a member held, w->usage, into the record; nothing if it is empty. */
void tok_log_read_usage(tok_log_reader *w);
/* Copies a text that holds for later records to `to`, which has `room` bytes; empty if too long. */
void tok_log_keep(char *to, size_t *to_len, size_t room, tok_slice text);

#endif

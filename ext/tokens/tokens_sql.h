/*
** The glue of the tokens room, shared by its *_sql.c files: state of a connection, argument reading
** of table-valued functions.
*/
#ifndef TOK_TOKENS_SQL_H
#define TOK_TOKENS_SQL_H

#include "../base/sql.h"

#include "estimate.h"
#include "tokens.h"

/* ---- one connection ---- */

typedef struct tok_room tok_room;

/* The room of a scalar function; of a module it is pAux. */
static inline tok_room *tok_room_of(sqlite3_context *ctx) { return sqlite3_user_data(ctx); }

/*
** The engine of the connection's scalar functions, made on first use; NULL when out of memory.
** Cursors have their own: they are read between calls of scalar functions, and an engine serves one
** iterator.
*/
tok_engine *tok_room_engine(tok_room *room);

/*
** The vocabulary that a model reference means, embedded or imported; *vocab = NULL if it means
** none. Look-ups are remembered, so that a column of models costs as little as a constant; ctx, of
** a scalar function, tells one statement from the next (NULL: look again whether a vocabulary was
** imported). An imported one is valid until this connection looks up another, or runs other SQL:
** see tok_hold. Errors: TOK_NOMEM; TOK_INVALID, which is told by tok_room_raise() or
** tok_room_vtab_error().
*/
tok_status tok_room_vocab(tok_room *room, sqlite3_context *ctx, sqlite3_value *model,
                          const tok_vocab **vocab);
/*
** What texts and chats of a model are counted with: its own vocabulary, embedded or imported, or
** what stands for it. TOK_NOTFOUND: nothing is known of the model; else as tok_room_vocab().
*/
tok_status tok_room_meter(tok_room *room, sqlite3_context *ctx, sqlite3_value *model,
                          tok_meter *meter);
/* The error of either of these, as the result, with SQLite's code. */
void tok_room_raise(sqlite3_context *ctx, tok_status status);
/* The same of TOK_INVALID in a virtual table: sets its message and returns the code. */
int tok_room_vtab_error(sqlite3_vtab *vtab, const tok_room *room);

/* A vocabulary that a cursor keeps while it is open. Zeroed: none. */
typedef struct {
  const tok_vocab *vocab;
  struct tok_shared *shared; /* owned: a reference; NULL of an embedded one */
} tok_hold;
/* Replaces what is held; the engine (may be NULL) forgets that. */
void tok_hold_set(tok_hold *h, tok_room *room, tok_engine *engine, const tok_vocab *vocab);
void tok_hold_release(tok_hold *h);

struct tok_imports *tok_room_imports(tok_room *room);
/*
** Every vocabulary of the connection: embedded ones, then imported ones, held. vtab: of a
** tok_room_vtab. SQLite's code; the error is told on vtab.
*/
typedef struct {
  tok_hold *list; /* owned */
  size_t n;
} tok_vocab_list;
int tok_vocab_list_new(tok_vocab_list *l, sqlite3_vtab *vtab);
void tok_vocab_list_free(tok_vocab_list *l);

/*
** The common start of scalar functions: true if no argument is NULL and the model (argument 0) has
** a vocabulary, which *vocab then is. Otherwise the function returns at once: its result is set, to
** NULL, or where the model is unknown and `func` is given to an error that names the model.
*/
bool tok_room_begin(sqlite3_context *ctx, int argc, sqlite3_value **argv, const char *func,
                    const tok_vocab **vocab);
/* Did the last of these raise an error although no `func` was given? */
bool tok_room_failed(const tok_room *room);

/* Text or blob; false and the error raised when out of memory. */
bool tok_room_text(sqlite3_context *ctx, sqlite3_value *v, tok_slice *text);

/* ---- table-valued functions (tvf_sql.c) ---- */

enum { TOK_TVF_ARGS_MAX = 8 };

/* What a table-valued function takes: its hidden columns. */
typedef struct {
  const char *name;
  const char *usage;   /* "tok_chunks(model, text, max_tokens [, overlap])" */
  int first_hidden;    /* index of the first hidden column; they follow each other */
  int n_required, n_args;
  unsigned numbers; /* bit k: argument k is a number, also where it is given as text */
} tok_tvf;

/* Arguments of one scan: copies, because the statement may change its own while the scan is on. */
typedef struct {
  sqlite3_value *value[TOK_TVF_ARGS_MAX]; /* owned; NULL = not given */
} tok_tvf_args;

/*
** xBestIndex. idxNum bit k = argument k (hidden column first_hidden + k) is given; argv of xFilter
** are those arguments in ascending k. SQLite need not check them again. A required argument that is
** there but not usable makes the plan impossible (SQLITE_CONSTRAINT); one that is not there is the
** user's mistake. Rows come in the order of column 0.
*/
int tok_tvf_best_index(const tok_tvf *f, sqlite3_vtab *vtab, sqlite3_index_info *info);

/* Replaces args by copies of xFilter's arguments. *any_null: at least one of them is NULL. */
int tok_tvf_bind(const tok_tvf *f, int idx_num, sqlite3_value **argv, tok_tvf_args *args,
                 bool *any_null);
void tok_tvf_release(tok_tvf_args *args);
/* Column i >= first_hidden: the argument itself. */
void tok_tvf_column(const tok_tvf *f, const tok_tvf_args *args, sqlite3_context *ctx, int i);

/* Argument k as an integer of at least `min`, or the error "<name>: <arg> must be …" on vtab. */
int tok_tvf_int(const tok_tvf *f, sqlite3_vtab *vtab, const tok_tvf_args *args, int k,
                const char *arg, int64_t min, int64_t *out);
/* Argument 0 as a vocabulary, or the error that names the model. */
int tok_tvf_vocab(const tok_tvf *f, sqlite3_vtab *vtab, tok_room *room, const tok_tvf_args *args,
                  tok_engine *engine, tok_hold *hold);
/* Argument k as bytes, borrowed from args. */
int tok_tvf_text(const tok_tvf_args *args, int k, tok_slice *text);

/* ---- results ---- */

/* Text where the bytes are valid UTF-8, else NULL: some tokens are parts of characters. */
void tok_result_text_or_null(sqlite3_context *ctx, tok_slice bytes);

/* xConnect of all modules of the room without further state: declares `schema`, INNOCUOUS. */
typedef struct {
  sqlite3_vtab base;
  tok_room *room; /* borrowed: the connection's */
} tok_room_vtab;
int tok_room_connect(sqlite3 *db, void *room, const char *schema, sqlite3_vtab **out);
int tok_room_disconnect(sqlite3_vtab *vtab);

/* ---- functions and modules, registered by tokens_sql.c ---- */

void tok_count_func(sqlite3_context *ctx, int argc, sqlite3_value **argv);
void tok_encode_func(sqlite3_context *ctx, int argc, sqlite3_value **argv);
void tok_decode_func(sqlite3_context *ctx, int argc, sqlite3_value **argv);
void tok_truncate_func(sqlite3_context *ctx, int argc, sqlite3_value **argv);
void tok_encoding_func(sqlite3_context *ctx, int argc, sqlite3_value **argv);
void tok_context_window_func(sqlite3_context *ctx, int argc, sqlite3_value **argv);
void tok_fits_func(sqlite3_context *ctx, int argc, sqlite3_value **argv);

void tok_estimate_func(sqlite3_context *ctx, int argc, sqlite3_value **argv);
void tok_count_messages_func(sqlite3_context *ctx, int argc, sqlite3_value **argv);
/* tok_count of a model without a known vocabulary. */
void tok_count_estimate(sqlite3_context *ctx, int argc, sqlite3_value **argv);

extern const sqlite3_module tok_tokens_module, tok_chunks_module, tok_vocab_module,
    tok_encodings_module, tok_models_module;

#endif

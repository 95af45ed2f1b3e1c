/*
** Imported vocabularies of one connection: where they are stored, how they are found and loaded.
** Private to the room's *_sql.c files.
**
** Storage of a vocabulary `name`, in its schema; plain rows, readable without tok:
**   name_about(key TEXT PRIMARY KEY, value)   format, stamp, checksum, source, sha256, licence,
**       bytes, kind, model, family, pattern, normal, characters, fuse, fallback, charsmap; and
**       packed: the tokens once more, as pack.h writes them, which is what loading reads
**   name_token(id INTEGER PRIMARY KEY, token BLOB, rank INTEGER)
**   name_extra(id INTEGER PRIMARY KEY, flags INTEGER, score REAL, name BLOB)
**       what few tokens have beside; see definition.h
** The stamp is a random text, new for each import: it says whether a vocabulary is still the one
** that was loaded. Where `packed` is of another version the rows are read. PRAGMA integrity_check
** looks at both.
*/
#ifndef TOK_VOCABULARY_SQL_H
#define TOK_VOCABULARY_SQL_H

#include "pack.h"
#include "tokens_sql.h"

enum { TOK_STAMP_BYTES = 32, TOK_VOCAB_NAME_MAX = 200, TOK_VOCAB_FORMAT = 1 };

/* A loaded vocabulary, shared by the connections of the process that use it. */
typedef struct tok_shared tok_shared;

typedef struct tok_imports tok_imports;

/* engine: the connection's own, which forgets what is dropped. NULL when out of memory. */
tok_imports *tok_imports_new(sqlite3 *db, tok_engine **engine);
void tok_imports_free(tok_imports *m);
/*
** Looks whether schemas were changed by others, so that their tables are known; once a statement.
** That one cannot be read is remembered for those who look there.
*/
void tok_imports_refresh(tok_imports *m);
/*
** The vocabulary of this name in any schema of the connection, temp and main first; *vocab NULL:
** none. Valid until the next call for that name, or tok_imports_drop(). TOK_NOMEM; TOK_INVALID: it
** is there but damaged, or a schema that may have it cannot be read (locked by others, say), see
** tok_imports_error() and its code of SQLite.
*/
tok_status tok_imports_find(tok_imports *m, tok_slice name, const tok_vocab **vocab);
const char *tok_imports_error(const tok_imports *m);
int tok_imports_code(const tok_imports *m);
/* Forgets a vocabulary that is being dropped. */
void tok_imports_drop(tok_imports *m, const char *schema, const char *name);
/* Names of all imported vocabularies, each zero-terminated, one after the other. SQLite's code. */
int tok_imports_names(tok_imports *m, tok_buf *names);
/* Counts changes of what find() may have said; remembered answers of an older count are not valid.
 */
int64_t tok_imports_changes(const tok_imports *m);

/* More references to what find() gave; NULL of an embedded one. */
tok_shared *tok_imports_hold(tok_imports *m, const tok_vocab *vocab);
void tok_shared_release(tok_shared *s);

typedef struct {
  tok_definition def;
  char stamp[TOK_STAMP_BYTES + 1];
  char *about[4]; /* owned (sqlite3_free): sha256, source, licence, and the name */
  uint64_t checksum;
  sqlite3_stmt *packed; /* owned; its row is what `hint` borrows */
  tok_rank_hint hint;
} tok_stored;
/*
** Reads a vocabulary from its packed form, or where there is none (or rows are asked for) from its
** rows. SQLite's code; SQLITE_CORRUPT with *why (static) where it is damaged.
*/
int tok_stored_read(sqlite3 *db, const char *schema, const char *name, bool rows, tok_stored *out,
                    const char **why);
void tok_stored_free(tok_stored *s);
/*
** A statement whose text names the tables of a vocabulary: `fmt` is one of sqlite3_mprintf with the
** schema, then the name. SQLite's code; *stmt is owned by the caller, NULL where that is no OK.
*/
int tok_vocabulary_prepare(sqlite3 *db, const char *fmt, const char *schema, const char *name,
                           sqlite3_stmt **stmt);
/* The names under which families are stored. */
const char *tok_family_name(tok_family family);

extern const sqlite3_module *const tok_vocabulary_module;

#endif

/*
** Loading imported vocabularies; see vocabulary_sql.h. Nothing of its own for SQL.
**
** A vocabulary is compiled once a process: what is loaded stands in a list, with a count of
** references, under a mutex. An entry is known by the database's file and the import's stamp, so
** that what another file claims about itself concerns only that file. Vocabularies of temporary and
** in-memory databases belong to their connection.
*/
#include <stdio.h>

#include "vocabulary_sql.h"

/* ---- shared ---------------------------------------------------------------------------------- */

struct tok_shared {
  tok_shared *next; /* in `all` */
  int n_ref;        /* under the mutex */
  tok_compiled *compiled;
  char stamp[TOK_STAMP_BYTES + 1];
  char *file; /* owned; NULL: of one connection, not in `all` */
};

/* The one thing that connections share and that changes; only under this mutex. */
static tok_shared *all;
enum { MUTEX = SQLITE_MUTEX_STATIC_APP1 };

static void lock(void) {
  sqlite3_mutex_enter(sqlite3_mutex_alloc(MUTEX));
}
static void unlock(void) {
  sqlite3_mutex_leave(sqlite3_mutex_alloc(MUTEX));
}

static void shared_free(tok_shared *s) {
  tok_compiled_free(s->compiled);
  sqlite3_free(s->file);
  tok_free(s);
}

void tok_shared_release(tok_shared *s) {
  if (s == NULL)
    return;
  lock();
  bool last = --s->n_ref == 0;
  for (tok_shared **p = &all; last && *p != NULL; p = &(*p)->next) {
    if (*p != s)
      continue;
    *p = s->next;
    break;
  }
  unlock();
  if (last)
    shared_free(s);
}

static tok_shared *shared_find(const char *file, const char *stamp) {
  tok_shared *s;
  lock();
  for (s = all; s != NULL; s = s->next) {
    if (strcmp(s->file, file) == 0 && strcmp(s->stamp, stamp) == 0)
      break;
  }
  if (s != NULL)
    s->n_ref++;
  unlock();
  return s;
}

/* Makes it known to others; if another thread was faster, its own is used and this one freed. */
static tok_shared *shared_publish(tok_shared *mine) {
  tok_shared *s;
  if (mine->file == NULL)
    return mine;
  lock();
  for (s = all; s != NULL; s = s->next) {
    if (strcmp(s->file, mine->file) == 0 && strcmp(s->stamp, mine->stamp) == 0)
      break;
  }
  if (s != NULL) {
    s->n_ref++;
  } else {
    mine->next = all;
    all = mine;
  }
  unlock();
  if (s == NULL)
    return mine;
  shared_free(mine);
  return s;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static const char *const family_names[TOK_N_FAMILIES] = {
    [TOK_FAMILY_R50K] = "gpt2",        [TOK_FAMILY_CL100K] = "cl100k",
    [TOK_FAMILY_O200K] = "o200k",      [TOK_FAMILY_LLAMA3] = "llama3",
    [TOK_FAMILY_QWEN2] = "qwen2",      [TOK_FAMILY_QWEN35] = "qwen3.5",
    [TOK_FAMILY_TEKKEN] = "tekken",    [TOK_FAMILY_WORDS] = "words",
    [TOK_FAMILY_KIMI] = "kimi-k2",     [TOK_FAMILY_DEEPSEEK] = "deepseek-v3",
    [TOK_FAMILY_DIGITS] = "starcoder", [TOK_FAMILY_LINES] = "lines",
    [TOK_FAMILY_WHOLE] = "whole"};

const char *tok_family_name(tok_family family) {
  return family_names[family];
}

int tok_vocabulary_prepare(sqlite3 *db, const char *fmt, const char *schema, const char *name,
                           sqlite3_stmt **stmt) {
  char *sql = sqlite3_mprintf(fmt, schema, name);
  *stmt = NULL;
  if (sql == NULL)
    return SQLITE_NOMEM;
  int rc = sqlite3_prepare_v2(db, sql, -1, stmt, NULL);
  sqlite3_free(sql);
  return rc;
}

static bool column_is(sqlite3_stmt *stmt, const char *key) {
  const char *text = (const char *)sqlite3_column_text(stmt, 0);
  return text != NULL && strcmp(text, key) == 0;
}

static tok_slice column_bytes(sqlite3_stmt *stmt, int i) {
  const void *p = sqlite3_column_blob(stmt, i);
  return (tok_slice){p, p == NULL ? 0 : (size_t)sqlite3_column_bytes(stmt, i)};
}

static void copy_text(char *to, size_t room, sqlite3_stmt *stmt) {
  const char *text = (const char *)sqlite3_column_text(stmt, 1);
  snprintf(to, room, "%s", text == NULL ? "" : text);
}

static uint64_t hex64(sqlite3_stmt *stmt) {
  const char *text = (const char *)sqlite3_column_text(stmt, 1);
  uint64_t v = 0;
  for (; text != NULL && *text != '\0'; text++) {
    char c = tok_lower(*text);
    v = v << 4 | (uint64_t)(tok_is_digit(c) ? c - '0' : c - 'a' + 10);
  }
  return v;
}

static void keep_text(char **to, sqlite3_stmt *stmt) {
  if (sqlite3_column_type(stmt, 1) == SQLITE_NULL || *to != NULL)
    return;
  *to = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 1));
}

static void read_family(tok_definition *d, sqlite3_stmt *stmt, bool *known) {
  for (int f = 0; f < TOK_N_FAMILIES; f++) {
    const char *text = (const char *)sqlite3_column_text(stmt, 1);
    if (text == NULL || strcmp(text, family_names[f]) != 0)
      continue;
    d->family = (tok_family)f;
    *known = true;
  }
}

static int read_charsmap(tok_definition *d, sqlite3_stmt *stmt) {
  tok_slice bytes = column_bytes(stmt, 1);
  tok_buf_add(&d->charsmap, bytes.ptr, bytes.len);
  return d->charsmap.status == TOK_NOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

static int read_about(sqlite3 *db, const char *schema, const char *name, tok_stored *s,
                      const char **why) {
  sqlite3_stmt *stmt;
  tok_definition *d = &s->def;
  bool known = false, format = false;
  int rc = tok_vocabulary_prepare(
          db, "SELECT key, value FROM \"%w\".\"%w_about\" WHERE key <> 'packed'", schema, name,
          &stmt),
      step = SQLITE_DONE;
  while (rc == SQLITE_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
    int n = sqlite3_column_int(stmt, 1);
    if (column_is(stmt, "format"))
      format = n == TOK_VOCAB_FORMAT;
    if (column_is(stmt, "stamp"))
      copy_text(s->stamp, sizeof s->stamp, stmt);
    if (column_is(stmt, "checksum"))
      s->checksum = hex64(stmt);
    if (column_is(stmt, "pattern"))
      copy_text(d->pattern, sizeof d->pattern, stmt);
    if (column_is(stmt, "family"))
      read_family(d, stmt, &known);
    if (column_is(stmt, "model"))
      d->model = n == 1 ? TOK_MODEL_UNIGRAM : TOK_MODEL_BPE;
    if (column_is(stmt, "normal"))
      d->normal = (uint32_t)n;
    if (column_is(stmt, "characters"))
      d->characters = n != 0;
    if (column_is(stmt, "fuse"))
      d->fuse_unknown = n != 0;
    if (column_is(stmt, "fallback"))
      d->byte_fallback = n != 0;
    if (column_is(stmt, "charsmap"))
      rc = read_charsmap(d, stmt);
    if (column_is(stmt, "sha256"))
      keep_text(&s->about[0], stmt);
    if (column_is(stmt, "source"))
      keep_text(&s->about[1], stmt);
    if (column_is(stmt, "licence"))
      keep_text(&s->about[2], stmt);
  }
  if (rc == SQLITE_OK && step != SQLITE_DONE)
    rc = step;
  sqlite3_finalize(stmt);
  if (rc != SQLITE_OK)
    return rc;
  if (!format)
    *why = "its format is not known to this version";
  if (format && !known)
    *why = "its pattern family is not known to this version";
  return *why == NULL ? SQLITE_OK : SQLITE_CORRUPT;
}

static bool read_token(tok_definition *d, sqlite3_stmt *stmt) {
  sqlite3_int64 id = sqlite3_column_int64(stmt, 0), rank = sqlite3_column_int64(stmt, 2);
  bool ranked = sqlite3_column_type(stmt, 2) != SQLITE_NULL;
  if (id < 0 || id > TOK_DEF_ID_MAX || (ranked && (rank < 0 || rank >= TOK_NO_RANK)))
    return false;
  tok_slice bytes = column_bytes(stmt, 1);
  tok_def_token *t = tok_def_add(d, (uint32_t)id, bytes);
  if (t == NULL)
    return tok_def_status(d) == TOK_NOMEM;
  if (ranked)
    t->rank = (uint32_t)rank;
  return true;
}

/* Both tables are in ascending id: *at is the place in the first. */
static bool read_extra(tok_definition *d, sqlite3_stmt *stmt, size_t *at) {
  sqlite3_int64 id = sqlite3_column_int64(stmt, 0);
  tok_slice name = column_bytes(stmt, 3);
  while (*at < tok_def_n(d) && tok_def_at(d, *at)->id < id)
    ++*at;
  if (*at == tok_def_n(d) || tok_def_at(d, *at)->id != id || name.len > TOK_DEF_TOKEN_MAX)
    return false;
  tok_def_token *t = tok_def_at(d, *at);
  t->flags = (uint32_t)sqlite3_column_int(stmt, 1);
  t->score = sqlite3_column_double(stmt, 2);
  return name.len == 0 || tok_def_set_name(d, t, name) || tok_def_status(d) == TOK_NOMEM;
}

static int read_table(sqlite3 *db, const char *schema, const char *name, bool extra, tok_stored *s,
                      const char **why) {
  sqlite3_stmt *stmt;
  tok_definition *d = &s->def;
  size_t at = 0;
  int rc = tok_vocabulary_prepare(
      db,
      extra ? "SELECT id, flags, score, name FROM \"%w\".\"%w_extra\" ORDER BY id"
            : "SELECT id, token, rank FROM \"%w\".\"%w_token\" ORDER BY id",
      schema, name, &stmt);
  int step = SQLITE_DONE;
  while (rc == SQLITE_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
    if (!(extra ? read_extra(d, stmt, &at) : read_token(d, stmt)))
      *why = "a token is malformed";
    if (tok_def_status(d) != TOK_OK)
      rc = SQLITE_NOMEM;
    if (*why != NULL)
      rc = SQLITE_CORRUPT;
  }
  if (rc == SQLITE_OK && step != SQLITE_DONE)
    rc = step;
  sqlite3_finalize(stmt);
  return rc;
}

/*
** *found: the tokens have been read, in one run. The statement stays open: the hint lies in its
** row.
*/
static int read_packed(sqlite3 *db, const char *schema, const char *name, tok_stored *s,
                       bool *found, const char **why) {
  *found = false;
  int rc = tok_vocabulary_prepare(db, "SELECT value FROM \"%w\".\"%w_about\" WHERE key = 'packed'",
                                  schema, name, &s->packed);
  if (rc == SQLITE_OK)
    rc = sqlite3_step(s->packed);
  if (rc != SQLITE_ROW)
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
  tok_slice bytes = column_bytes(s->packed, 0);
  if (bytes.ptr == NULL && sqlite3_errcode(db) == SQLITE_NOMEM)
    return SQLITE_NOMEM;
  tok_status status = tok_unpack(bytes, s->checksum, &s->def, &s->hint);
  *found = status == TOK_OK;
  if (status == TOK_NOMEM)
    return SQLITE_NOMEM;
  if (status == TOK_OK || status == TOK_NOTFOUND) /* what another version packed: there are rows */
    return SQLITE_OK;
  *why = "its packed form is damaged";
  return SQLITE_CORRUPT;
}

int tok_stored_read(sqlite3 *db, const char *schema, const char *name, bool rows, tok_stored *out,
                    const char **why) {
  bool found = false;
  memset(out, 0, sizeof *out);
  tok_def_init(&out->def);
  *why = NULL;
  int rc = read_about(db, schema, name, out, why);
  if (rc == SQLITE_OK && !rows)
    rc = read_packed(db, schema, name, out, &found, why);
  if (rc != SQLITE_OK || found)
    return rc;
  if (rc == SQLITE_OK)
    rc = read_table(db, schema, name, false, out, why);
  if (rc == SQLITE_OK)
    rc = read_table(db, schema, name, true, out, why);
  if (rc == SQLITE_OK && tok_def_checksum(&out->def) != out->checksum) {
    *why = "its checksum differs";
    rc = SQLITE_CORRUPT;
  }
  return rc;
}

void tok_stored_free(tok_stored *s) {
  tok_def_free(&s->def);
  for (int i = 0; i < 4; i++)
    sqlite3_free(s->about[i]);
  sqlite3_finalize(s->packed);
  memset(s, 0, sizeof *s);
}

/* ---- one connection -------------------------------------------------------------------------- */

typedef struct loaded loaded;
struct loaded {
  loaded *next;
  tok_shared *shared;
  char name[TOK_VOCAB_NAME_MAX + 1], schema[TOK_VOCAB_NAME_MAX + 1];
};

struct tok_imports {
  sqlite3 *db;
  tok_engine **engine;
  loaded *list;
  int64_t changes;
  int unread;       /* SQLite's code: why schema number unread_at cannot be read */
  size_t unread_at; /* those before it are */
  int code;         /* SQLite's, of the error */
  char error[512];
};

tok_imports *tok_imports_new(sqlite3 *db, tok_engine **engine) {
  tok_imports *m = tok_malloc(sizeof *m);
  if (m == NULL)
    return NULL;
  memset(m, 0, sizeof *m);
  m->db = db;
  m->engine = engine;
  return m;
}

static void forget(tok_imports *m, loaded **at) {
  loaded *l = *at;
  *at = l->next;
  tok_engine_forget(*m->engine, tok_compiled_vocab(l->shared->compiled));
  tok_shared_release(l->shared);
  tok_free(l);
  m->changes++;
}

void tok_imports_free(tok_imports *m) {
  if (m == NULL)
    return;
  while (m->list != NULL)
    forget(m, &m->list);
  tok_free(m);
}

const char *tok_imports_error(const tok_imports *m) {
  return m->error;
}
int tok_imports_code(const tok_imports *m) {
  return m->code;
}
int64_t tok_imports_changes(const tok_imports *m) {
  return m->changes;
}

void tok_imports_drop(tok_imports *m, const char *schema, const char *name) {
  for (loaded **p = &m->list; *p != NULL;) {
    if (sqlite3_stricmp((*p)->name, name) == 0 && sqlite3_stricmp((*p)->schema, schema) == 0) {
      forget(m, p);
    } else {
      p = &(*p)->next;
    }
  }
  m->changes++;
}

tok_shared *tok_imports_hold(tok_imports *m, const tok_vocab *vocab) {
  for (loaded *l = m->list; l != NULL; l = l->next) {
    if (tok_compiled_vocab(l->shared->compiled) != vocab)
      continue;
    lock();
    l->shared->n_ref++;
    unlock();
    return l->shared;
  }
  return NULL;
}

/* Names of the schemas, in the order in which SQLite resolves a name; zero-terminated texts. */
static int list_schemas(sqlite3 *db, tok_buf *out) {
  sqlite3_stmt *stmt = NULL;
#if SQLITE_VERSION_NUMBER >= 3039000
  if (sqlite3_libversion_number() >= 3039000) { /* without preparing a statement */
    static const char TEMP[] = "temp";
    tok_buf_add(out, TEMP, sizeof TEMP);
    for (int i = 0; sqlite3_db_name(db, i) != NULL; i++) {
      if (i != 1) tok_buf_add(out, sqlite3_db_name(db, i), strlen(sqlite3_db_name(db, i)) + 1);
    }
    return out->status == TOK_OK ? SQLITE_OK : SQLITE_NOMEM;
  }
#endif
  int rc = sqlite3_prepare_v2(db, "SELECT name FROM pragma_database_list ORDER BY seq <> 1, seq",
                              -1, &stmt, NULL);
  int step = SQLITE_DONE;
  while (rc == SQLITE_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(stmt, 0);
    if (name == NULL) {
      rc = SQLITE_NOMEM;
    } else {
      tok_buf_add(out, name, strlen(name) + 1);
    }
  }
  if (rc == SQLITE_OK && step != SQLITE_DONE)
    rc = step;
  sqlite3_finalize(stmt);
  return rc == SQLITE_OK && out->status != TOK_OK ? SQLITE_NOMEM : rc;
}

enum { SCHEMAS_BYTES_MAX = 64 * 1024 };

/* SQLite's code. Where an authorizer lets nobody look, the schema stays as it is known. */
static int refresh(sqlite3 *db, const char *schema) {
  sqlite3_stmt *stmt;
  int rc = tok_vocabulary_prepare(db, "SELECT 1 FROM \"%w\".sqlite_schema LIMIT 1", schema, "",
                                  &stmt);
  if (rc == SQLITE_OK)
    rc = sqlite3_step(stmt);
  sqlite3_finalize(stmt);
  return rc == SQLITE_ROW || rc == SQLITE_DONE || (rc & 0xFF) == SQLITE_AUTH ? SQLITE_OK : rc;
}

void tok_imports_refresh(tok_imports *m) {
  tok_buf schemas;
  tok_buf_init(&schemas, SCHEMAS_BYTES_MAX);
  m->unread = list_schemas(m->db, &schemas);
  m->unread_at = 0;
  for (size_t at = 0; m->unread == SQLITE_OK && at < schemas.len;
       at += strlen(schemas.ptr + at) + 1) {
    m->unread = refresh(m->db, schemas.ptr + at);
    if (m->unread == SQLITE_OK)
      m->unread_at++;
  }
  tok_buf_free(&schemas);
}

/*
** Are the columns there that a vocabulary has? SQLite's code; that there is no such table is told
** by SQLITE_ERROR alone, for refresh() has seen that the schema can be read.
*/
static int look(sqlite3 *db, const char *schema, const char *name, bool *there) {
  static const char *const columns[] = {"key", "value"};
  char table[TOK_VOCAB_NAME_MAX + 16];
  int rc = SQLITE_OK;
  snprintf(table, sizeof table, "%s_about", name);
  for (int i = 0; i < 2 && rc == SQLITE_OK; i++) {
    rc = sqlite3_table_column_metadata(db, schema, table, columns[i], NULL, NULL, NULL, NULL, NULL);
  }
  *there = rc == SQLITE_OK;
  return rc == SQLITE_ERROR ? SQLITE_OK : rc;
}

/* The stamp in the database now; empty where there is none. */
static int read_stamp(sqlite3 *db, const char *schema, const char *name,
                      char stamp[TOK_STAMP_BYTES + 1]) {
  sqlite3_stmt *stmt;
  int rc = tok_vocabulary_prepare(
      db, "SELECT 0, value FROM \"%w\".\"%w_about\" WHERE key = 'stamp'", schema, name, &stmt);
  stamp[0] = '\0';
  if (rc == SQLITE_OK) {
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
      copy_text(stamp, TOK_STAMP_BYTES + 1, stmt);
    rc = rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
  }
  sqlite3_finalize(stmt);
  return rc;
}

static tok_status say(tok_imports *m, const char *name, const char *why) {
  snprintf(m->error, sizeof m->error, "tok_vocabulary: '%.100s' cannot be used: %s", name, why);
  m->code = SQLITE_ERROR;
  return TOK_INVALID;
}

/* What is not said of the vocabulary itself (why) is SQLite's error, and keeps its code. */
static tok_status fail(tok_imports *m, const char *name, int rc, const char *why) {
  if (rc == SQLITE_NOMEM)
    return TOK_NOMEM;
  say(m, name, why != NULL ? why : sqlite3_errmsg(m->db));
  if (why == NULL)
    m->code = rc;
  return TOK_INVALID;
}

/* Nobody knows whether there is such a vocabulary. */
static tok_status fail_unread(tok_imports *m, const char *name, int rc) {
  if (rc == SQLITE_NOMEM)
    return TOK_NOMEM;
  snprintf(m->error, sizeof m->error, "tok_vocabulary: '%.100s' cannot be looked up: %s", name,
           sqlite3_errstr(rc));
  m->code = rc;
  return TOK_INVALID;
}

/* Reads and compiles. */
static tok_status load(tok_imports *m, const char *schema, const char *name, const char *file,
                       tok_shared **out) {
  tok_stored stored;
  const char *why;
  tok_compile_error error;
  int rc = tok_stored_read(m->db, schema, name, false, &stored, &why);
  tok_status status = rc == SQLITE_OK ? TOK_OK : fail(m, name, rc, why);
  tok_shared *s = NULL;
  if (status == TOK_OK) {
    s = tok_malloc(sizeof *s);
    status = s == NULL ? TOK_NOMEM : TOK_OK;
  }
  if (status == TOK_OK) {
    memset(s, 0, sizeof *s);
    s->n_ref = 1;
    memcpy(s->stamp, stored.stamp, sizeof s->stamp);
    tok_compiled_about about = {name, stored.about[0], stored.about[1], stored.about[2]};
    status = tok_compile(&stored.def, &about, &stored.hint, &s->compiled, &error);
    if (status == TOK_INVALID)
      status = say(m, name, error.text);
    if (status == TOK_TOOBIG)
      status = say(m, name, "it is too large");
  }
  if (status == TOK_OK && file[0] != '\0') {
    s->file = sqlite3_mprintf("%s", file);
    if (s->file == NULL)
      status = TOK_NOMEM;
  }
  tok_stored_free(&stored);
  if (status != TOK_OK) {
    if (s != NULL)
      shared_free(s);
    return status;
  }
  *out = shared_publish(s);
  return TOK_OK;
}

/* The vocabulary of a schema; *out NULL if its stamp cannot be read. */
static tok_status find_in(tok_imports *m, const char *schema, const char *name,
                          const tok_vocab **out) {
  char stamp[TOK_STAMP_BYTES + 1];
  int rc = read_stamp(m->db, schema, name, stamp);
  *out = NULL;
  if (rc != SQLITE_OK)
    return fail(m, name, rc, NULL);
  if (stamp[0] == '\0')
    return TOK_OK; /* somebody else's table */
  for (loaded **p = &m->list; *p != NULL; p = &(*p)->next) {
    if (sqlite3_stricmp((*p)->name, name) != 0 || sqlite3_stricmp((*p)->schema, schema) != 0)
      continue;
    if (strcmp((*p)->shared->stamp, stamp) == 0) {
      *out = tok_compiled_vocab((*p)->shared->compiled);
      return TOK_OK;
    }
    forget(m, p);
    break;
  }
  const char *file = sqlite3_db_filename(m->db, schema);
  if (file == NULL)
    file = "";
  tok_shared *shared = file[0] == '\0' ? NULL : shared_find(file, stamp);
  tok_status status = shared != NULL ? TOK_OK : load(m, schema, name, file, &shared);
  loaded *l = status == TOK_OK ? tok_malloc(sizeof *l) : NULL;
  if (l == NULL) {
    tok_shared_release(shared);
    return status == TOK_OK ? TOK_NOMEM : status;
  }
  snprintf(l->name, sizeof l->name, "%s", name);
  snprintf(l->schema, sizeof l->schema, "%s", schema);
  l->shared = shared;
  l->next = m->list;
  m->list = l;
  *out = tok_compiled_vocab(shared->compiled);
  return TOK_OK;
}

/* Schema number `at` of list_schemas(). */
static tok_status find_at(tok_imports *m, size_t at, const char *schema, const char *name,
                          const tok_vocab **vocab) {
  bool there;
  if (m->unread != SQLITE_OK && at >= m->unread_at)
    return fail_unread(m, name, m->unread);
  if (strlen(schema) > TOK_VOCAB_NAME_MAX)
    return TOK_OK;
  int rc = look(m->db, schema, name, &there);
  if (rc != SQLITE_OK)
    return fail_unread(m, name, rc);
  return there ? find_in(m, schema, name, vocab) : TOK_OK;
}

tok_status tok_imports_find(tok_imports *m, tok_slice slice, const tok_vocab **vocab) {
  char name[TOK_VOCAB_NAME_MAX + 1];
  bool there;
  tok_buf schemas;
  *vocab = NULL;
  if (slice.len == 0 || slice.len > TOK_VOCAB_NAME_MAX ||
      memchr(slice.ptr, '\0', slice.len) != NULL)
    return TOK_OK;
  memcpy(name, slice.ptr, slice.len);
  name[slice.len] = '\0';
  int rc = look(m->db, NULL, name, &there);
  if (rc == SQLITE_OK && !there && m->unread == SQLITE_OK)
    return TOK_OK;
  tok_buf_init(&schemas, SCHEMAS_BYTES_MAX);
  rc = list_schemas(m->db, &schemas);
  tok_status status = rc == SQLITE_OK ? TOK_OK : fail_unread(m, name, rc);
  size_t number = 0;
  for (size_t at = 0; status == TOK_OK && *vocab == NULL && at < schemas.len;
       at += strlen(schemas.ptr + at) + 1)
    status = find_at(m, number++, schemas.ptr + at, name, vocab);
  tok_buf_free(&schemas);
  return status;
}

int tok_imports_names(tok_imports *m, tok_buf *names) {
  static const char sql[] =
      "SELECT name FROM \"%w\".sqlite_schema WHERE type = 'table' AND rootpage = 0"
      " AND sql LIKE 'create virtual table%%using tok_vocabulary%%' ORDER BY name";
  tok_buf schemas;
  tok_buf_init(&schemas, SCHEMAS_BYTES_MAX);
  int rc = list_schemas(m->db, &schemas);
  for (size_t at = 0; rc == SQLITE_OK && at < schemas.len; at += strlen(schemas.ptr + at) + 1) {
    sqlite3_stmt *stmt;
    int step = SQLITE_DONE;
    rc = tok_vocabulary_prepare(m->db, sql, schemas.ptr + at, "", &stmt);
    while (rc == SQLITE_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
      const char *name = (const char *)sqlite3_column_text(stmt, 0);
      if (name == NULL)
        rc = SQLITE_NOMEM;
      if (name != NULL)
        tok_buf_add(names, name, strlen(name) + 1);
    }
    if (rc == SQLITE_OK && step != SQLITE_DONE)
      rc = step;
    sqlite3_finalize(stmt);
  }
  tok_buf_free(&schemas);
  return rc == SQLITE_OK && names->status != TOK_OK ? SQLITE_NOMEM : rc;
}

/*
** CREATE VIRTUAL TABLE qwen USING tok_vocabulary('path/to/tokenizer.json');
** CREATE VIRTUAL TABLE kimi USING tok_vocabulary('kimi_k2.tiktoken', 'kimi-k2');
** CREATE VIRTUAL TABLE mine USING tok_vocabulary((SELECT data FROM file WHERE name =
*'tekken.json'));
**
** Imports a vocabulary into this database. From then on, in every connection and without the file,
** `qwen` is a model: tok_count('qwen', text), tok_encode, tok_decode, tok_truncate, tok_chunks,
** tok_tokens, tok_vocab, tok_encodings. Formats and what is supported of them: import.h; the second
** argument is needed for .tiktoken files, which hold no pattern, and replaces that of others: a
** family's name (gpt2, cl100k, o200k, llama3, llama4, qwen2, qwen3, qwen3.5, tekken, deepseek-v3,
** kimi-k2, starcoder, gemma4, claude) or a regular expression. A pattern that no scanner of tok
** implements is an error that shows it.
**
**     SELECT id, token, text, bytes, special, rank FROM qwen [WHERE id = …];
**
** The rows of the file: what tok_vocab shows of it, and each token's merge rank. Read-only; a
** vocabulary never changes under its name. DROP TABLE removes it; who then imports another by its
** name makes what was stored of its counts anew (REINDEX, for an index over tok_count). It can't be
** renamed. A name that is already a model or encoding is refused.
**
** Counts text alone, without the tokens that a model's post-processor puts around it. Tokens that
** the file adds without calling them special are matched in every text, special ones only in
** tok_encode(model, text, 'all').
**
** Where the extension was loaded by sqlite3_toknofs_init, only the form with (SELECT …) works; what
** it gives is the file's contents, a BLOB or TEXT.
*/
#include <errno.h>
#include <stdio.h>

#include "../base/sha256.h"
#include "../base/utf8.h"
#include "import.h"
#include "models.h"
#include "vocabulary_sql.h"

typedef struct {
  sqlite3_vtab base;
  sqlite3 *db;
  tok_room *room;
  char *schema, *name; /* owned (sqlite3_free) */
} table;

typedef struct {
  sqlite3_vtab_cursor base;
  sqlite3_stmt *stmt; /* owned; at the current row */
  bool done;
} cursor;

enum { COL_ID, COL_TOKEN, COL_TEXT, COL_BYTES, COL_SPECIAL, COL_RANK };

/* ---- the file ----------------------------------------------------------------------------------
 */

/* What is imported, and what is said of it. */
typedef struct {
  char *bytes; /* owned (tok_free) */
  size_t n;
  char *source; /* owned (sqlite3_free): the file's name without its folders */
} input;

/* An argument without its quotes; owned by the caller (sqlite3_free). NULL when out of memory. */
static char *unquote(const char *arg) {
  char quote = arg[0];
  size_t n = strlen(arg);
  if ((quote != '\'' && quote != '"') || n < 2 || arg[n - 1] != quote)
    return sqlite3_mprintf("%s", arg);
  char *out = sqlite3_malloc64(n);
  if (out == NULL)
    return NULL;
  size_t k = 0;
  for (size_t i = 1; i + 1 < n; i++) {
    out[k++] = arg[i];
    if (arg[i] == quote && arg[i + 1] == quote && i + 2 < n)
      i++;
  }
  out[k] = '\0';
  return out;
}

static int refuse(char **error, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  char *text = sqlite3_vmprintf(fmt, args);
  va_end(args);
  sqlite3_free(*error);
  *error = text == NULL ? NULL : sqlite3_mprintf("tok_vocabulary: %s", text);
  sqlite3_free(text);
  return *error == NULL ? SQLITE_NOMEM : SQLITE_ERROR;
}

enum { READ_BYTES = 1 << 20 };

static int read_open_file(FILE *f, const char *path, input *in, char **error) {
  tok_buf text;
  tok_buf_init(&text, TOK_VOCAB_FILE_MAX);
  for (;;) {
    char *to = tok_buf_reserve(&text, READ_BYTES);
    if (to == NULL)
      break;
    size_t n = fread(to, 1, READ_BYTES, f);
    text.len += n;
    if (n < READ_BYTES)
      break;
  }
  if (text.status == TOK_NOMEM)
    return SQLITE_NOMEM;
  if (text.status != TOK_OK)
    return refuse(error, "'%s' has more than %d MB", path, TOK_VOCAB_FILE_MAX >> 20);
  if (ferror(f)) {
    tok_buf_free(&text);
    return refuse(error, "'%s' cannot be read", path);
  }
  in->bytes = tok_buf_take(&text, &in->n);
  return in->bytes == NULL ? SQLITE_NOMEM : SQLITE_OK;
}

static int read_file(const char *path, input *in, char **error) {
  FILE *f = fopen(path, "rb");
  if (f == NULL && errno == ENOMEM) return SQLITE_NOMEM;
  if (f == NULL)
    return refuse(error, "'%s' cannot be opened, expected the path of a vocabulary file", path);
  int rc = read_open_file(f, path, in, error);
  fclose(f);
  const char *name = path;
  for (const char *p = path; *p != '\0'; p++) {
    if (*p == '/' || *p == '\\')
      name = p + 1;
  }
  if (rc == SQLITE_OK && (in->source = sqlite3_mprintf("%s", name)) == NULL)
    rc = SQLITE_NOMEM;
  return rc;
}

/* (SELECT …): the first column of its only row. */
static int read_query(sqlite3 *db, const char *arg, input *in, char **error) {
  sqlite3_stmt *stmt = NULL;
  char *sql = sqlite3_mprintf("SELECT %s", arg);
  if (sql == NULL)
    return SQLITE_NOMEM;
  int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
  sqlite3_free(sql);
  if (rc == SQLITE_OK)
    rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW) {
    const void *p = sqlite3_column_blob(stmt, 0);
    in->n = p == NULL ? 0 : (size_t)sqlite3_column_bytes(stmt, 0);
    in->bytes = tok_malloc(in->n + 1);
    in->source = sqlite3_mprintf("query");
    rc = in->bytes == NULL || in->source == NULL ? SQLITE_NOMEM : SQLITE_OK;
    if (rc == SQLITE_OK && in->n > 0)
      memcpy(in->bytes, p, in->n);
    if (rc == SQLITE_OK && sqlite3_column_type(stmt, 0) == SQLITE_NULL) {
      rc = refuse(error, "the query gives no contents of a file");
    }
  } else if (rc != SQLITE_NOMEM) {
    rc = refuse(error, "%s", rc == SQLITE_DONE ? "the query gives no row" : sqlite3_errmsg(db));
  }
  sqlite3_finalize(stmt);
  return rc;
}

static int read_input(sqlite3 *db, const char *arg, input *in, char **error) {
  if (arg[0] == '(')
    return read_query(db, arg, in, error);
  bool files = false;
  int code = tok_sql_files(db, &files);
  if (code != SQLITE_OK)
    return code;
  if (!files) {
    return refuse(error, "files may not be read here, expected (SELECT …) that gives the contents");
  }
  char *path = unquote(arg);
  if (path == NULL)
    return SQLITE_NOMEM;
  int rc = read_file(path, in, error);
  sqlite3_free(path);
  return rc;
}

/* ---- storing -----------------------------------------------------------------------------------
 */

/* Runs a statement with the schema's and the table's name in it, once. */
static int run(sqlite3 *db, const char *fmt, const char *schema, const char *name) {
  char *sql = sqlite3_mprintf(fmt, schema, name);
  if (sql == NULL)
    return SQLITE_NOMEM;
  int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
  sqlite3_free(sql);
  return rc;
}

static int create_tables(sqlite3 *db, const char *schema, const char *name) {
  int rc = run(db, "CREATE TABLE \"%w\".\"%w_about\"(key TEXT PRIMARY KEY, value) WITHOUT ROWID",
               schema, name);
  if (rc != SQLITE_OK)
    return rc;
  rc = run(
      db,
      "CREATE TABLE \"%w\".\"%w_token\"(id INTEGER PRIMARY KEY, token BLOB NOT NULL, rank INTEGER)",
      schema, name);
  if (rc != SQLITE_OK)
    return rc;
  return run(db,
             "CREATE TABLE \"%w\".\"%w_extra\"(id INTEGER PRIMARY KEY, flags INTEGER NOT NULL, "
             "score REAL, name BLOB)",
             schema, name);
}

/* Writes one row of about; the value is bound before. */
static int put(sqlite3_stmt *stmt, int rc, const char *key) {
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK) {
    sqlite3_step(stmt);
    rc = sqlite3_reset(stmt);
  }
  return rc;
}

static int put_text(sqlite3_stmt *stmt, int rc, const char *key, const char *value) {
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_text(stmt, 2, value, -1, SQLITE_TRANSIENT);
  return put(stmt, rc, key);
}

static int put_int(sqlite3_stmt *stmt, int rc, const char *key, int64_t value) {
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_int64(stmt, 2, value);
  return put(stmt, rc, key);
}

static int put_hex(sqlite3_stmt *stmt, int rc, const char *key, uint64_t value) {
  char text[17];
  snprintf(text, sizeof text, "%016llx", (unsigned long long)value);
  return put_text(stmt, rc, key, text);
}

static int put_stamp(sqlite3_stmt *stmt, int rc) {
  unsigned char bytes[TOK_STAMP_BYTES / 2];
  char text[TOK_STAMP_BYTES + 1];
  sqlite3_randomness(sizeof bytes, bytes);
  for (size_t i = 0; i < TOK_STAMP_BYTES; i++)
    text[i] = "0123456789abcdef"[bytes[i / 2] >> (i % 2 ? 0 : 4) & 15];
  text[TOK_STAMP_BYTES] = '\0';
  return put_text(stmt, rc, "stamp", text);
}

static int bind_slice(sqlite3_stmt *stmt, int i, tok_slice s) {
  return sqlite3_bind_blob64(stmt, i, s.len == 0 ? "" : s.ptr, s.len, SQLITE_STATIC);
}

static int store_about(sqlite3 *db, const char *schema, const char *name, const tok_definition *d,
                       const input *in) {
  char sha256[TOK_SHA256_HEX + 1];
  sqlite3_stmt *stmt;
  int rc = tok_vocabulary_prepare(db, "INSERT INTO \"%w\".\"%w_about\"(key, value) VALUES (?1, ?2)",
                                  schema, name, &stmt);
  tok_sha256_hex(in->bytes, in->n, sha256);
  rc = put_int(stmt, rc, "format", TOK_VOCAB_FORMAT);
  rc = put_stamp(stmt, rc);
  rc = put_hex(stmt, rc, "checksum", tok_def_checksum(d));
  rc = put_text(stmt, rc, "source", in->source);
  rc = put_text(stmt, rc, "sha256", sha256);
  rc = put_int(stmt, rc, "bytes", (int64_t)in->n);
  rc = put_text(stmt, rc, "kind", tok_vocab_format((tok_slice){in->bytes, in->n}));
  rc = put_int(stmt, rc, "model", d->model == TOK_MODEL_UNIGRAM);
  rc = put_text(stmt, rc, "family", tok_family_name(d->family));
  rc = put_text(stmt, rc, "pattern", d->pattern);
  rc = put_int(stmt, rc, "normal", d->normal);
  rc = put_int(stmt, rc, "characters", d->characters);
  rc = put_int(stmt, rc, "fuse", d->fuse_unknown);
  rc = put_int(stmt, rc, "fallback", d->byte_fallback);
  if (rc == SQLITE_OK && d->charsmap.len > 0) {
    rc = bind_slice(stmt, 2, (tok_slice){d->charsmap.ptr, d->charsmap.len});
    rc = put(stmt, rc, "charsmap");
  }
  sqlite3_finalize(stmt);
  return rc;
}

static int store_token(sqlite3_stmt *stmt, const tok_definition *d, const tok_def_token *t) {
  int rc = sqlite3_bind_int64(stmt, 1, t->id);
  if (rc == SQLITE_OK)
    rc = bind_slice(stmt, 2, tok_def_bytes(d, t));
  if (rc == SQLITE_OK)
    rc = t->rank == TOK_NO_RANK ? sqlite3_bind_null(stmt, 3) : sqlite3_bind_int64(stmt, 3, t->rank);
  if (rc != SQLITE_OK)
    return rc;
  sqlite3_step(stmt);
  return sqlite3_reset(stmt);
}

static int store_extra(sqlite3_stmt *stmt, const tok_definition *d, const tok_def_token *t) {
  bool scored = t->score < 0 || t->score > 0;
  if (t->flags == 0 && !scored && t->name_n == 0)
    return SQLITE_OK;
  int rc = sqlite3_bind_int64(stmt, 1, t->id);
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_int64(stmt, 2, t->flags);
  if (rc == SQLITE_OK)
    rc = scored ? sqlite3_bind_double(stmt, 3, t->score) : sqlite3_bind_null(stmt, 3);
  if (rc == SQLITE_OK)
    rc = t->name_n == 0 ? sqlite3_bind_null(stmt, 4) : bind_slice(stmt, 4, tok_def_name(d, t));
  if (rc != SQLITE_OK)
    return rc;
  sqlite3_step(stmt);
  return sqlite3_reset(stmt);
}

static int store_tokens(sqlite3 *db, const char *schema, const char *name,
                        const tok_definition *d) {
  sqlite3_stmt *stmt;
  int rc = tok_vocabulary_prepare(db, "INSERT INTO \"%w\".\"%w_token\" VALUES (?1, ?2, ?3)", schema,
                                  name, &stmt);
  for (size_t i = 0; i < tok_def_n(d) && rc == SQLITE_OK; i++)
    rc = store_token(stmt, d, tok_def_at(d, i));
  sqlite3_finalize(stmt);
  if (rc != SQLITE_OK)
    return rc;
  rc = tok_vocabulary_prepare(db, "INSERT INTO \"%w\".\"%w_extra\" VALUES (?1, ?2, ?3, ?4)", schema,
                              name, &stmt);
  for (size_t i = 0; i < tok_def_n(d) && rc == SQLITE_OK; i++)
    rc = store_extra(stmt, d, tok_def_at(d, i));
  sqlite3_finalize(stmt);
  return rc;
}

static int store_packed(sqlite3 *db, const char *schema, const char *name, const tok_compiled *c) {
  tok_buf packed;
  sqlite3_stmt *stmt = NULL;
  tok_buf_init(&packed, (size_t)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, -1));
  bool fits = tok_pack(c, tok_def_checksum(tok_compiled_definition(c)), &packed);
  if (!fits && packed.status == TOK_TOOBIG)
    return SQLITE_OK; /* the rows will do */
  int rc = fits ? tok_vocabulary_prepare(
                      db, "INSERT INTO \"%w\".\"%w_about\"(key, value) VALUES (?1, ?2)", schema,
                      name, &stmt)
                : SQLITE_NOMEM;
  if (rc == SQLITE_OK)
    rc = bind_slice(stmt, 2, (tok_slice){packed.ptr, packed.len});
  rc = put(stmt, rc, "packed");
  sqlite3_finalize(stmt);
  tok_buf_free(&packed);
  return rc;
}

/*
** Everything that can be wrong with a file is found before the first row is written; what then
** fails (memory, disk) takes the whole statement back.
*/
static int compile(const char *name, const input *in, const char *pattern, tok_compiled **out,
                   char **error) {
  tok_definition d;
  tok_vocab_error why = {{0}};
  tok_compile_error compile_why = {{0}};
  tok_compiled_about about = {name, NULL, NULL, NULL};
  tok_def_init(&d);
  *out = NULL;
  tok_status status =
      tok_vocab_import((tok_slice){in->bytes, in->n}, tok_slice_of(pattern), &d, &why);
  if (status == TOK_OK)
    status = tok_compile(&d, &about, NULL, out, &compile_why);
  tok_def_free(&d);
  if (status == TOK_OK)
    return SQLITE_OK;
  if (status == TOK_NOMEM)
    return SQLITE_NOMEM;
  const char *text = why.text[0] != '\0'           ? why.text
                     : compile_why.text[0] != '\0' ? compile_why.text
                                                   : "it is too large";
  return refuse(error, "%s: %s", in->source, text);
}

static int import(sqlite3 *db, const char *schema, const char *name, const input *in,
                  const char *pattern, char **error) {
  tok_compiled *compiled;
  int rc = compile(name, in, pattern, &compiled, error);
  if (rc != SQLITE_OK)
    return rc;
  const tok_definition *d = tok_compiled_definition(compiled);
  rc = create_tables(db, schema, name);
  if (rc == SQLITE_OK)
    rc = store_about(db, schema, name, d, in);
  if (rc == SQLITE_OK)
    rc = store_tokens(db, schema, name, d);
  if (rc == SQLITE_OK)
    rc = store_packed(db, schema, name, compiled);
  if (rc != SQLITE_OK && rc != SQLITE_NOMEM &&
      refuse(error, "%s", sqlite3_errmsg(db)) == SQLITE_NOMEM)
    rc = SQLITE_NOMEM;
  tok_compiled_free(compiled);
  return rc;
}

/* ---- the table ---------------------------------------------------------------------------------
 */

static int disconnect(sqlite3_vtab *base) {
  table *t = (table *)base;
  sqlite3_free(t->schema);
  sqlite3_free(t->name);
  tok_free(t);
  return SQLITE_OK;
}

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                   char **error) {
  (void)argc;
  (void)error;
  int rc = sqlite3_declare_vtab(
      db, "CREATE TABLE x(id INTEGER PRIMARY KEY, token BLOB, text TEXT, bytes INTEGER,"
          " special INTEGER, rank INTEGER)");
  if (rc != SQLITE_OK)
    return rc;
  table *t = tok_malloc(sizeof *t);
  if (t == NULL)
    return SQLITE_NOMEM;
  memset(t, 0, sizeof *t);
  t->db = db;
  t->room = aux;
  t->schema = sqlite3_mprintf("%s", argv[1]);
  t->name = sqlite3_mprintf("%s", argv[2]);
  if (t->schema == NULL || t->name == NULL) {
    disconnect(&t->base);
    return SQLITE_NOMEM;
  }
  *out = &t->base;
  return SQLITE_OK;
}

static int check_name(const char *name, char **error) {
  tok_slice s = tok_slice_of(name);
  if (s.len > TOK_VOCAB_NAME_MAX)
    return refuse(error, "a name may have %d bytes", TOK_VOCAB_NAME_MAX);
  if (tok_vocab_find(s) == NULL && tok_model_encoding(s) == NULL)
    return SQLITE_OK;
  return refuse(error, "'%s' is the name of a model already", name);
}

static int create(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                  char **error) {
  input in = {NULL, 0, NULL};
  if (argc < 4 || argc > 5 || argv[3][0] == '\0') {
    return refuse(error, "expected tok_vocabulary('file' [, 'pattern']) or tok_vocabulary((SELECT "
                         "…) [, 'pattern'])");
  }
  char *pattern = argc == 5 ? unquote(argv[4]) : sqlite3_mprintf("");
  int rc = pattern == NULL ? SQLITE_NOMEM : check_name(argv[2], error);
  if (rc == SQLITE_OK)
    rc = read_input(db, argv[3], &in, error);
  if (rc == SQLITE_OK)
    rc = import(db, argv[1], argv[2], &in, pattern, error);
  if (rc == SQLITE_OK)
    rc = connect(db, aux, argc, argv, out, error);
  sqlite3_free(pattern);
  sqlite3_free(in.source);
  tok_free(in.bytes);
  return rc;
}

static int destroy(sqlite3_vtab *base) {
  table *t = (table *)base;
  tok_imports_drop(tok_room_imports(t->room), t->schema, t->name);
  int rc = run(t->db, "DROP TABLE IF EXISTS \"%w\".\"%w_token\"", t->schema, t->name);
  if (rc == SQLITE_OK)
    rc = run(t->db, "DROP TABLE IF EXISTS \"%w\".\"%w_extra\"", t->schema, t->name);
  if (rc == SQLITE_OK)
    rc = run(t->db, "DROP TABLE IF EXISTS \"%w\".\"%w_about\"", t->schema, t->name);
  return rc == SQLITE_OK ? disconnect(base) : rc;
}

/* idxNum 1: id = the argument. */
static int best_index(sqlite3_vtab *vtab, sqlite3_index_info *info) {
  (void)vtab;
  info->estimatedCost = 200000;
  info->estimatedRows = 200000;
  for (int i = 0; i < info->nConstraint; i++) {
    int column = info->aConstraint[i].iColumn;
    if (!info->aConstraint[i].usable || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
      continue;
    if (column != COL_ID && column != -1)
      continue;
    info->aConstraintUsage[i].argvIndex = 1;
    info->idxNum = 1;
    info->estimatedCost = 1;
    info->estimatedRows = 1;
    info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
    break;
  }
  if (info->nOrderBy == 1 && info->aOrderBy[0].iColumn == COL_ID && !info->aOrderBy[0].desc)
    info->orderByConsumed = 1;
  return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out) {
  (void)vtab;
  return tok_vtab_open(sizeof(cursor), out);
}

static int close_cursor(sqlite3_vtab_cursor *base) {
  sqlite3_finalize(((cursor *)base)->stmt);
  tok_free(base);
  return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  int rc = sqlite3_step(c->stmt);
  c->done = rc != SQLITE_ROW;
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int filter(sqlite3_vtab_cursor *base, int idx_num, const char *idx_str, int argc,
                  sqlite3_value **argv) {
  (void)idx_str;
  (void)argc;
  cursor *c = (cursor *)base;
  const table *t = (const table *)base->pVtab;
  sqlite3_finalize(c->stmt);
  char *sql = sqlite3_mprintf(
      "SELECT t.id, token, rank, coalesce(flags, 0), name FROM \"%w\".\"%w_token\" AS t"
      " LEFT JOIN \"%w\".\"%w_extra\" AS e USING(id)%s",
      t->schema, t->name, t->schema, t->name, idx_num == 1 ? " WHERE t.id = ?1" : " ORDER BY t.id");
  c->stmt = NULL;
  int rc = sql == NULL ? SQLITE_NOMEM : sqlite3_prepare_v2(t->db, sql, -1, &c->stmt, NULL);
  sqlite3_free(sql);
  if (rc == SQLITE_OK && idx_num == 1)
    rc = sqlite3_bind_value(c->stmt, 1, argv[0]);
  return rc == SQLITE_OK ? next(base) : rc;
}

static int eof(sqlite3_vtab_cursor *base) {
  return ((cursor *)base)->done;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i) {
  sqlite3_stmt *stmt = ((cursor *)base)->stmt;
  bool special = sqlite3_column_int(stmt, 3) & TOK_T_SPECIAL;
  int at = special ? 4 : 1; /* a special token is its name */
  const void *p = sqlite3_column_blob(stmt, at);
  tok_slice bytes = {p, p == NULL ? 0 : (size_t)sqlite3_column_bytes(stmt, at)};
  switch (i) {
  case COL_ID:
    sqlite3_result_value(ctx, sqlite3_column_value(stmt, 0));
    break;
  case COL_TOKEN:
    sqlite3_result_blob64(ctx, bytes.ptr, bytes.len, SQLITE_TRANSIENT);
    break;
  case COL_TEXT:
    if (bytes.ptr != NULL)
      tok_result_text_or_null(ctx, bytes);
    break;
  case COL_BYTES:
    sqlite3_result_int64(ctx, (sqlite3_int64)bytes.len);
    break;
  case COL_SPECIAL:
    sqlite3_result_int(ctx, special);
    break;
  default:
    sqlite3_result_value(ctx, sqlite3_column_value(stmt, 2));
  }
  return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
  *out = sqlite3_column_int64(((cursor *)base)->stmt, 0);
  return SQLITE_OK;
}

static int rename_table(sqlite3_vtab *vtab, const char *name) {
  return tok_vtab_error(vtab, "tok_vocabulary: a vocabulary cannot be renamed, got %s", name);
}

static int shadow_name(const char *name) {
  return sqlite3_stricmp(name, "about") == 0 || sqlite3_stricmp(name, "token") == 0 ||
         sqlite3_stricmp(name, "extra") == 0;
}

/* PRAGMA integrity_check, from SQLite 3.44 on. */
static int integrity(sqlite3_vtab *vtab, const char *schema, const char *name, int flags,
                     char **error) {
  const table *t = (const table *)vtab;
  tok_stored stored;
  const char *why;
  (void)flags;
  int rc = tok_stored_read(t->db, schema, name, true, &stored, &why);
  tok_stored_free(&stored);
  if (rc == SQLITE_OK) {
    rc = tok_stored_read(t->db, schema, name, false, &stored, &why);
    tok_stored_free(&stored);
  }
  if (rc != SQLITE_CORRUPT || why == NULL)
    return rc;
  *error = sqlite3_mprintf("vocabulary %s.%s is damaged: %s", schema, name, why);
  return *error == NULL ? SQLITE_NOMEM : SQLITE_OK;
}

/* The structure of SQLite 3.44, which has one member more than that of the headers at hand may
 * have. */
typedef struct {
  sqlite3_module module;
#if SQLITE_VERSION_NUMBER < 3044000
  int (*xIntegrity)(sqlite3_vtab *, const char *, const char *, int, char **);
#endif
} module_3_44;

static const module_3_44 module = {.module = {.iVersion = 4,
                                              .xCreate = create,
                                              .xConnect = connect,
                                              .xBestIndex = best_index,
                                              .xDisconnect = disconnect,
                                              .xDestroy = destroy,
                                              .xOpen = open_cursor,
                                              .xClose = close_cursor,
                                              .xFilter = filter,
                                              .xNext = next,
                                              .xEof = eof,
                                              .xColumn = column,
                                              .xRowid = rowid,
                                              .xRename = rename_table,
                                              .xShadowName = shadow_name,
#if SQLITE_VERSION_NUMBER >= 3044000
                                              .xIntegrity = integrity
#endif
                                   },
#if SQLITE_VERSION_NUMBER < 3044000
                                   .xIntegrity = integrity
#endif
};

const sqlite3_module *const tok_vocabulary_module = &module.module;

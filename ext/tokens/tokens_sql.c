/*
** The tokens room in SQL: registration, and what its functions share on one connection.
**
**     encode_sql.c        SELECT tok_count('gpt-4o', body) FROM mail;
**                         SELECT tok_encode('gpt-4o', 'Hello'), tok_decode('gpt-4o', '[13225]');
**     estimate_sql.c      SELECT tok_estimate('claude-sonnet-4-5', body) FROM mail;
**     split_sql.c         SELECT tok_truncate('gpt-4o', body, 1000) FROM mail;
**                         SELECT c.* FROM mail, tok_chunks('gpt-4o', body, 512, 64) AS c;
**     tokens_table_sql.c  SELECT * FROM tok_tokens('gpt-4o', 'Hello world');
**     vocab_sql.c         SELECT * FROM tok_vocab WHERE encoding = 'o200k_base' AND id = 13225;
**     models_sql.c        SELECT tok_encoding('gpt-4o'), tok_fits('gpt-4o', 120000, 4000);
**                         SELECT * FROM tok_encodings; SELECT * FROM tok_models;
**
** Everything is a function of its arguments, but for tok_estimate, which asks llm_factor; nothing
** reads a file or the clock.
*/
#include "tokens_sql.h"

#include "../base/model_name.h"
#include "../base/utf8.h"
#include "models.h"
#include "vocab.h"
#include "vocabulary_sql.h"

/*
** Names of models seen on this connection and their vocabularies, direct-mapped: a place holds the
** last name that hashed to it. Also remembers that a name is unknown.
*/
enum {
  SEEN_BITS = 6,       /* 64 places: more models than one query meets; 4 KB */
  SEEN_NAME_MAX = 55   /* bytes; longer names (ARNs) are looked up each time */
};

typedef struct {
  const tok_vocab *vocab; /* NULL = the name is unknown */
  int64_t statement;      /* of what is not embedded: the last in which it was looked up */
  tok_meter stand_in;     /* without an imported vocabulary; info NULL: not asked for yet */
  bool unknown;           /* there is no stand-in */
  uint64_t head, tail;    /* of the name: name_words() */
  uint8_t len;            /* 0 = place is free */
  char name[SEEN_NAME_MAX];
} seen;

struct tok_room {
  tok_conn conn;
  tok_engine *engine; /* owned; NULL until first used */
  tok_imports *imports; /* owned; NULL until first used */
  int64_t statements;   /* that looked for an imported vocabulary */
  bool failed;          /* the last tok_room_begin() raised an error */
  seen seen[1 << SEEN_BITS];
};

static void destroy_room(tok_conn *conn) {
  tok_room *room = (tok_room *)conn;
  tok_imports_free(room->imports);
  tok_engine_free(room->engine);
  tok_free(room);
}

tok_imports *tok_room_imports(tok_room *room) {
  if (room->imports == NULL) room->imports = tok_imports_new(room->conn.db, &room->engine);
  return room->imports;
}

bool tok_room_failed(const tok_room *room) { return room->failed; }

int tok_room_vtab_error(sqlite3_vtab *vtab, const tok_room *room) {
  int rc = tok_vtab_error(vtab, "%s", tok_imports_error(room->imports));
  return rc == SQLITE_NOMEM ? rc : tok_imports_code(room->imports);
}

tok_engine *tok_room_engine(tok_room *room) {
  if (room->engine == NULL) room->engine = tok_engine_new();
  return room->engine;
}

/*
** The first and the last eight bytes of a name, where names of models differ; all of one of up to
** 16. Of fewer than eight bytes both words hold less. Loads of fixed sizes only: this is done for
** every row.
*/
static void name_words(tok_slice name, uint64_t *head, uint64_t *tail) {
  const char *end = name.ptr + name.len;
  uint32_t half[2];
  if (name.len >= 8) {
    memcpy(head, name.ptr, 8);
    memcpy(tail, end - 8, 8);
  } else if (name.len >= 4) {
    memcpy(&half[0], name.ptr, 4);
    memcpy(&half[1], end - 4, 4);
    *head = half[0];
    *tail = half[1];
  } else { /* 1..3 bytes: the first, that in the middle, the last */
    *head = (uint8_t)name.ptr[0];
    *tail = (uint64_t)(uint8_t)name.ptr[name.len / 2] << 8 | (uint8_t)end[-1];
  }
}

static size_t place_of(uint64_t head, uint64_t tail) {
  return (size_t)(((head ^ (tail << 1)) * 0x9E3779B97F4A7C15u) >> (64 - SEEN_BITS));
}

/* Is this the name that `s` remembers, name_words() being its words? */
static bool is_seen(const seen *s, tok_slice name, uint64_t head, uint64_t tail) {
  if (s->len != name.len || s->head != head || s->tail != tail) return false;
  return name.len <= 16 || memcmp(s->name, name.ptr, name.len) == 0;
}

static const tok_vocab *look_up(tok_slice name) {
  const char *encoding = tok_model_encoding(name);
  return encoding == NULL ? NULL : tok_vocab_find(tok_slice_of(encoding));
}

/*
** The number of the statement that ctx belongs to, counting those that look for imported
** vocabularies. What was found in it stays true until it ends: nobody can drop a table under a
** statement that is running. It is kept as the statement's auxiliary data under a number that no
** argument has, as SQLite's own JSON functions keep their cache.
*/
static int64_t statement_of(tok_room *room, tok_imports *imports, sqlite3_context *ctx) {
  enum { AUX = -1953719657 };
  intptr_t n = ctx == NULL ? 0 : (intptr_t)sqlite3_get_auxdata(ctx, AUX);
  if (n != 0) return n;
  n = (intptr_t)++room->statements;
  tok_imports_refresh(imports);
  if (ctx != NULL) sqlite3_set_auxdata(ctx, AUX, (void *)n, NULL);
  return n;
}

static tok_status find_imported(tok_room *room, sqlite3_context *ctx, tok_slice name, seen *s,
                                const tok_vocab **vocab) {
  tok_imports *imports = tok_room_imports(room);
  if (imports == NULL) return TOK_NOMEM;
  int64_t statement = statement_of(room, imports, ctx);
  if (s != NULL && s->statement >= statement) {
    *vocab = s->vocab;
    return TOK_OK;
  }
  int64_t changes = tok_imports_changes(imports);
  tok_model_name m;
  tok_status rc = tok_imports_find(imports, name, vocab);
  /* openrouter/qwen/qwen3-32b:free is counted with a vocabulary "qwen3-32b" */
  if (rc == TOK_OK && *vocab == NULL && tok_model_name_parse(name, &m) == TOK_OK) {
    for (size_t i = 1; i < tok_model_candidates(&m) && rc == TOK_OK && *vocab == NULL; i++)
      rc = tok_imports_find(imports, tok_model_candidate(&m, i), vocab);
  }
  if (changes != tok_imports_changes(imports)) { /* some vocabulary that was remembered is gone */
    for (size_t i = 0; i < sizeof room->seen / sizeof room->seen[0]; i++)
      room->seen[i].statement = 0;
  }
  if (s != NULL && rc == TOK_OK) {
    s->vocab = *vocab;
    s->statement = statement;
  }
  return rc;
}

/* *at: where the name is remembered, or NULL. */
static tok_status find_vocab(tok_room *room, sqlite3_context *ctx, sqlite3_value *model,
                             const tok_vocab **vocab, seen **at) {
  tok_slice name;
  *vocab = NULL;
  *at = NULL;
  if (tok_sql_read(model, &name) != SQLITE_OK) return TOK_NOMEM;
  if (name.len == 0) return TOK_OK;
  if (name.len > SEEN_NAME_MAX) {
    *vocab = look_up(name);
    return *vocab != NULL ? TOK_OK : find_imported(room, ctx, name, NULL, vocab);
  }
  uint64_t head, tail;
  name_words(name, &head, &tail);
  seen *s = &room->seen[place_of(head, tail)];
  if (!is_seen(s, name, head, tail)) {
    s->head = head;
    s->tail = tail;
    s->vocab = look_up(name);
    s->statement = s->vocab != NULL ? INT64_MAX : 0;
    s->len = (uint8_t)name.len;
    s->stand_in.info = NULL;
    s->unknown = false;
    memcpy(s->name, name.ptr, name.len);
  }
  *at = s;
  *vocab = s->vocab;
  return s->statement == INT64_MAX ? TOK_OK : find_imported(room, ctx, name, s, vocab);
}

tok_status tok_room_vocab(tok_room *room, sqlite3_context *ctx, sqlite3_value *model,
                          const tok_vocab **vocab) {
  seen *at;
  return find_vocab(room, ctx, model, vocab, &at);
}

tok_status tok_room_meter(tok_room *room, sqlite3_context *ctx, sqlite3_value *model,
                          tok_meter *meter) {
  const tok_vocab *vocab;
  seen *at;
  tok_slice name;
  tok_status rc = find_vocab(room, ctx, model, &vocab, &at);
  if (rc != TOK_OK) return rc;
  if (tok_sql_read(model, &name) != SQLITE_OK) return TOK_NOMEM;
  if (vocab != NULL && vocab->extra != NULL) {
    tok_meter_own(name, vocab, meter);
    return TOK_OK;
  }
  if (at == NULL) return tok_meter_of(name, meter);
  if (at->stand_in.info == NULL && !at->unknown)
    at->unknown = tok_meter_of(name, &at->stand_in) != TOK_OK;
  if (at->unknown) at->stand_in.info = NULL;
  *meter = at->stand_in;
  return at->unknown ? TOK_NOTFOUND : TOK_OK;
}

void tok_room_raise(sqlite3_context *ctx, tok_status status) {
  if (status == TOK_INVALID) {
    const tok_imports *imports = tok_room_of(ctx)->imports;
    sqlite3_result_error(ctx, tok_imports_error(imports), -1);
    sqlite3_result_error_code(ctx, tok_imports_code(imports));
  } else {
    sqlite3_result_error_nomem(ctx);
  }
}

void tok_hold_release(tok_hold *h) {
  tok_shared_release(h->shared);
  h->shared = NULL;
  h->vocab = NULL;
}

void tok_hold_set(tok_hold *h, tok_room *room, tok_engine *engine, const tok_vocab *vocab) {
  tok_shared *shared =
      vocab == NULL || room->imports == NULL ? NULL : tok_imports_hold(room->imports, vocab);
  if (h->vocab != NULL && h->vocab != vocab) tok_engine_forget(engine, h->vocab);
  tok_hold_release(h);
  h->vocab = vocab;
  h->shared = shared;
}

bool tok_room_begin(sqlite3_context *ctx, int argc, sqlite3_value **argv, const char *func,
                    const tok_vocab **vocab) {
  tok_room *room = tok_room_of(ctx);
  room->failed = false;
  for (int i = 0; i < argc; i++) {
    if (sqlite3_value_type(argv[i]) == SQLITE_NULL) return false;
  }
  tok_status rc = tok_room_vocab(room, ctx, argv[0], vocab);
  room->failed = rc != TOK_OK;
  if (rc != TOK_OK) {
    tok_room_raise(ctx, rc);
    return false;
  }
  tok_slice name;
  if (*vocab == NULL && func != NULL && tok_sql_text(ctx, argv[0], &name)) {
    tok_sql_error(
        ctx, func,
        "no vocabulary is known for model '%.*s', expected a model or encoding of tok_encodings",
        tok_shown(name), name.ptr);
  }
  return *vocab != NULL;
}

bool tok_room_text(sqlite3_context *ctx, sqlite3_value *v, tok_slice *text) {
  return tok_sql_text(ctx, v, text);
}

void tok_vocab_list_free(tok_vocab_list *l) {
  for (size_t i = 0; i < l->n; i++) tok_hold_release(&l->list[i]);
  tok_free(l->list);
  l->list = NULL;
  l->n = 0;
}

static int list_imported(tok_vocab_list *l, sqlite3_vtab *vtab, tok_room *room,
                         const tok_buf *names) {
  for (size_t at = 0; at < names->len; at += strlen(names->ptr + at) + 1) {
    const tok_vocab *vocab;
    tok_status rc = tok_imports_find(room->imports, tok_slice_of(names->ptr + at), &vocab);
    if (rc != TOK_OK) return rc == TOK_INVALID ? tok_room_vtab_error(vtab, room) : SQLITE_NOMEM;
    bool known = vocab == NULL; /* the same name in two schemas is the first's */
    for (size_t i = 0; i < l->n && !known; i++) known = l->list[i].vocab == vocab;
    if (!known) tok_hold_set(&l->list[l->n++], room, NULL, vocab);
  }
  return SQLITE_OK;
}

enum { NAMES_BYTES_MAX = 1 << 20 };

int tok_vocab_list_new(tok_vocab_list *l, sqlite3_vtab *vtab) {
  tok_buf names;
  tok_room *room = ((tok_room_vtab *)vtab)->room;
  tok_imports *imports = tok_room_imports(room);
  tok_vocab_list_free(l);
  if (imports == NULL) return SQLITE_NOMEM;
  tok_buf_init(&names, NAMES_BYTES_MAX);
  tok_imports_refresh(imports);
  int rc = tok_imports_names(imports, &names);
  size_t room_for = tok_vocab_n() + names.len; /* a name has a byte or more */
  if (rc == SQLITE_OK && (l->list = tok_malloc(room_for * sizeof *l->list)) == NULL)
    rc = SQLITE_NOMEM;
  if (rc == SQLITE_OK) {
    memset(l->list, 0, room_for * sizeof *l->list);
    for (; l->n < tok_vocab_n(); l->n++) l->list[l->n].vocab = tok_vocab_at(l->n);
    rc = list_imported(l, vtab, room, &names);
  }
  tok_buf_free(&names);
  return rc;
}

void tok_result_text_or_null(sqlite3_context *ctx, tok_slice bytes) {
  if (!tok_utf8_valid(bytes.ptr, bytes.len)) return;
  sqlite3_result_text64(ctx, bytes.ptr, bytes.len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

int tok_room_connect(sqlite3 *db, void *room, const char *schema, sqlite3_vtab **out) {
  int rc = sqlite3_declare_vtab(db, schema);
  if (rc != SQLITE_OK) return rc;
  tok_room_vtab *vtab = tok_malloc(sizeof *vtab);
  if (vtab == NULL) return SQLITE_NOMEM;
  memset(vtab, 0, sizeof *vtab);
  vtab->room = room;
  *out = &vtab->base;
  return sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
}

int tok_room_disconnect(sqlite3_vtab *vtab) {
  tok_free(vtab);
  return SQLITE_OK;
}

int tok_tokens_register(sqlite3 *db) {
  static const tok_func_def functions[] = {
      {"tok_count", 2, TOK_PURE, tok_count_func},
      {"tok_estimate", 2, TOK_READS, tok_estimate_func},
      {"tok_count_messages", 2, TOK_PURE, tok_count_messages_func},
      {"tok_count_messages", 3, TOK_PURE, tok_count_messages_func},
      {"tok_encode", 2, TOK_PURE, tok_encode_func},
      {"tok_encode", 3, TOK_PURE, tok_encode_func},
      {"tok_decode", 2, TOK_PURE, tok_decode_func},
      {"tok_truncate", 3, TOK_PURE, tok_truncate_func},
      {"tok_encoding", 1, TOK_PURE, tok_encoding_func},
      {"tok_context_window", 1, TOK_PURE, tok_context_window_func},
      {"tok_fits", 2, TOK_PURE, tok_fits_func},
      {"tok_fits", 3, TOK_PURE, tok_fits_func},
  };
  const tok_module_def modules[] = {
      {"tok_tokens", &tok_tokens_module},       {"tok_chunks", &tok_chunks_module},
      {"tok_vocab", &tok_vocab_module},         {"tok_encodings", &tok_encodings_module},
      {"tok_models", &tok_models_module},       {"tok_vocabulary", tok_vocabulary_module},
  };
  tok_room *room = tok_malloc(sizeof *room);
  if (room == NULL) return SQLITE_NOMEM;
  memset(room, 0, sizeof *room);
  room->conn = (tok_conn){.db = db, .n_ref = 1, .destroy = destroy_room};
  int rc = tok_sql_functions(db, &room->conn, functions, sizeof functions / sizeof functions[0]);
  if (rc == SQLITE_OK) {
    rc = tok_sql_modules(db, &room->conn, modules, sizeof modules / sizeof modules[0]);
  }
  tok_conn_release(room);
  return rc;
}

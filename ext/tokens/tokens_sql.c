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
** Everything is a function of its arguments, but for tok_estimate, which asks llm_factor; nothing reads
** a file or the clock.
*/
#include "tokens_sql.h"

#include "../base/utf8.h"
#include "models.h"

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
  uint8_t len;            /* 0 = place is free */
  char name[SEEN_NAME_MAX];
} seen;

struct tok_room {
  tok_conn conn;
  tok_engine *engine; /* owned; NULL until first used */
  seen seen[1 << SEEN_BITS];
};

static void destroy_room(tok_conn *conn) {
  tok_room *room = (tok_room *)conn;
  tok_engine_free(room->engine);
  tok_free(room);
}

tok_engine *tok_room_engine(tok_room *room) {
  if (room->engine == NULL) room->engine = tok_engine_new();
  return room->engine;
}

/* First and last eight bytes: names of models differ there. */
static size_t place_of(tok_slice name) {
  uint64_t head = name.len, tail = 0;
  size_t k = name.len < 8 ? name.len : 8;
  memcpy(&tail, name.ptr + name.len - k, k);
  if (name.len > 8) memcpy(&head, name.ptr, 8);
  return (size_t)(((head ^ (tail << 1)) * 0x9E3779B97F4A7C15u) >> (64 - SEEN_BITS));
}

static const tok_vocab *look_up(tok_slice name) {
  const char *encoding = tok_model_encoding(name);
  return encoding == NULL ? NULL : tok_vocab_find(tok_slice_of(encoding));
}

tok_status tok_room_vocab(tok_room *room, sqlite3_value *model, const tok_vocab **vocab) {
  tok_slice name = tok_sql_bytes(model);
  *vocab = NULL;
  if (name.ptr == NULL) return sqlite3_value_type(model) == SQLITE_BLOB ? TOK_OK : TOK_NOMEM;
  if (name.len == 0) return TOK_OK;
  if (name.len > SEEN_NAME_MAX) {
    *vocab = look_up(name);
    return TOK_OK;
  }
  seen *s = &room->seen[place_of(name)];
  if (s->len != name.len || memcmp(s->name, name.ptr, name.len) != 0) {
    s->vocab = look_up(name);
    s->len = (uint8_t)name.len;
    memcpy(s->name, name.ptr, name.len);
  }
  *vocab = s->vocab;
  return TOK_OK;
}

bool tok_room_begin(sqlite3_context *ctx, int argc, sqlite3_value **argv, const char *func,
                    const tok_vocab **vocab) {
  for (int i = 0; i < argc; i++) {
    if (sqlite3_value_type(argv[i]) == SQLITE_NULL) return false;
  }
  if (tok_room_vocab(tok_room_of(ctx), argv[0], vocab) != TOK_OK) {
    sqlite3_result_error_nomem(ctx);
    return false;
  }
  if (*vocab == NULL && func != NULL) {
    tok_sql_error(ctx, func, "no vocabulary is known for model '%s'", sqlite3_value_text(argv[0]));
  }
  return *vocab != NULL;
}

bool tok_room_text(sqlite3_context *ctx, sqlite3_value *v, tok_slice *text) {
  *text = tok_sql_bytes(v);
  if (text->ptr != NULL || sqlite3_value_type(v) == SQLITE_BLOB) return true;
  sqlite3_result_error_nomem(ctx);
  return false;
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
      {"tok_fits", 2, TOK_PURE, tok_fits_func},
      {"tok_fits", 3, TOK_PURE, tok_fits_func},
  };
  static const tok_module_def modules[] = {
      {"tok_tokens", &tok_tokens_module},       {"tok_chunks", &tok_chunks_module},
      {"tok_vocab", &tok_vocab_module},         {"tok_encodings", &tok_encodings_module},
      {"tok_models", &tok_models_module},
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

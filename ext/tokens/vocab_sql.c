/*
** SELECT encoding, id, token, text, bytes, special FROM tok_vocab
** [WHERE encoding = … [AND id = … | token = …]]
**
** Every token of every vocabulary: its id, its bytes as a BLOB, the same as text (NULL where the
** token is only a part of a character), their number, and 1 for special tokens. Rows come in the
** order of encodings (tok_encodings) and of ids. Two names of one special id are two rows.
**
**     SELECT text FROM tok_vocab WHERE encoding = 'o200k_base' AND id = 13225;
**     SELECT id FROM tok_vocab WHERE encoding = 'cl100k_base' AND token = 'Hello';
**     SELECT encoding, id FROM tok_vocab WHERE token = '<|endoftext|>';
**
** `encoding =` takes a name in any case, and gpt2 for r50k_base. Look-ups by id or token touch one
** row in each encoding; they never scan.
*/
#include "tokens_sql.h"

enum { COL_ENCODING, COL_ID, COL_TOKEN, COL_TEXT, COL_BYTES, COL_SPECIAL };

/* idxNum */
enum { BY_ENCODING = 1, BY_ID = 2, BY_TOKEN = 4 };

typedef struct {
  sqlite3_vtab_cursor base;
  tok_vocab_list list;
  size_t encoding, encoding_end; /* still to visit, of the list: [encoding, encoding_end) */
  int64_t id, id_end;            /* in this encoding: [id, id_end) */
  int next_special;              /* the first special token with an id >= id, not yet shown */
  bool single;                   /* an id or a token is given: id_end is set for each encoding */
  int64_t wanted_id;             /* the id, or TOK_ID_NONE */
  char *wanted_token;            /* owned; the token's bytes where no id is given */
  size_t wanted_len;
  bool done;
  tok_slice bytes; /* the current row */
  bool special;
  char scratch[TOK_TOKEN_BYTES_MAX];
} cursor;

static int vocab_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                         sqlite3_vtab **out, char **error) {
  (void)argc;
  (void)argv;
  (void)error;
  return tok_room_connect(db, aux,
                          "CREATE TABLE x(encoding TEXT, id INTEGER, token BLOB, text TEXT,"
                          " bytes INTEGER, special INTEGER)",
                          out);
}

/* A comparison under another collation than SQLite's own for bytes is not ours to answer. */
static bool compares_bytes(sqlite3_index_info *info, int i) {
  return sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY") == 0;
}

/*
** idxNum: BY_ENCODING + one of BY_ID and BY_TOKEN, each optional; argv of xFilter holds the
** encoding, then the id or token. idxStr says the same for EXPLAIN QUERY PLAN. A token is preferred
** to an id, and then SQLite checks the id itself. Encoding and token are compared here alone
** (omit): a token given as TEXT is equal to the BLOB of its bytes.
*/
static int vocab_best_index(sqlite3_vtab *vtab, sqlite3_index_info *info) {
  static const struct {
    const char *text;
    double cost;
  } plans[] = {{"", 600000},
               {"encoding=?", 150000},
               {"id=?", 6},
               {"encoding=? AND id=?", 1},
               {"token=?", 6},
               {"encoding=? AND token=?", 1}};
  int encoding = -1, id = -1, token = -1, n = 0;
  (void)vtab;
  for (int i = 0; i < info->nConstraint; i++) {
    if (!info->aConstraint[i].usable) continue;
    if (info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    if (info->aConstraint[i].iColumn == COL_ENCODING && compares_bytes(info, i)) encoding = i;
    if (info->aConstraint[i].iColumn == COL_ID) id = i;
    if (info->aConstraint[i].iColumn == COL_TOKEN && compares_bytes(info, i)) token = i;
  }
  if (encoding >= 0) {
    info->aConstraintUsage[encoding].argvIndex = ++n;
    info->aConstraintUsage[encoding].omit = 1;
    info->idxNum |= BY_ENCODING;
  }
  if (token >= 0) {
    info->aConstraintUsage[token].argvIndex = ++n;
    info->aConstraintUsage[token].omit = 1;
    info->idxNum |= BY_TOKEN;
  } else if (id >= 0) {
    info->aConstraintUsage[id].argvIndex = ++n;
    info->idxNum |= BY_ID;
  }
  info->idxStr = (char *)plans[info->idxNum].text;
  info->estimatedCost = plans[info->idxNum].cost;
  info->estimatedRows = (sqlite3_int64)plans[info->idxNum].cost;
  if (encoding >= 0 && info->nOrderBy == 1 && info->aOrderBy[0].iColumn == COL_ID &&
      !info->aOrderBy[0].desc) {
    info->orderByConsumed = 1;
  }
  return SQLITE_OK;
}

static int vocab_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out) {
  (void)vtab;
  return tok_vtab_open(sizeof(cursor), out);
}

static int vocab_close(sqlite3_vtab_cursor *base) {
  tok_free(((cursor *)base)->wanted_token);
  tok_vocab_list_free(&((cursor *)base)->list);
  tok_free(base);
  return SQLITE_OK;
}

static const tok_vocab *vocab_of(const cursor *c) { return c->list.list[c->encoding].vocab; }

/* The id to show in this encoding where a token is given: an ordinary or a special one. */
static int64_t id_of_wanted(const cursor *c) {
  tok_slice token = {c->wanted_token, c->wanted_len};
  int64_t id = tok_vocab_id(vocab_of(c), token);
  return id != TOK_ID_NONE ? id : tok_vocab_special_id(vocab_of(c), token);
}

/* The first special token with an id >= c->id: they are ordered by id. */
static int first_special(const cursor *c) {
  int lo = 0, hi = tok_vocab_about(vocab_of(c))->n_special;
  while (lo < hi) {
    int64_t id;
    int mid = lo + (hi - lo) / 2;
    tok_vocab_special_at(vocab_of(c), mid, &id);
    if (id < c->id) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  return lo;
}

static void enter_encoding(cursor *c) {
  const tok_vocab_info *about = tok_vocab_about(vocab_of(c));
  c->id = 0;
  c->id_end = about->n_vocab;
  if (c->single) {
    int64_t id = c->wanted_token != NULL ? id_of_wanted(c) : c->wanted_id;
    c->id = id >= 0 && id < about->n_vocab ? id : about->n_vocab;
    if (c->id < c->id_end) c->id_end = c->id + 1;
  }
  c->next_special = first_special(c);
}

/* A row at c->id? Special tokens come from their list, because an id may have two names. */
static bool read_row(cursor *c) {
  const tok_vocab *v = vocab_of(c);
  int64_t id;
  if (c->next_special < tok_vocab_about(v)->n_special) {
    tok_slice name = tok_vocab_special_at(v, c->next_special, &id);
    if (id == c->id) {
      c->bytes = name;
      c->special = true;
      c->next_special++;
      return c->wanted_token == NULL ||
             tok_slice_eq(name, (tok_slice){c->wanted_token, c->wanted_len});
    }
  }
  c->bytes = tok_vocab_bytes(v, c->id, c->scratch, &c->special);
  return c->bytes.ptr != NULL && !c->special;
}

/* True while special tokens of the current id are left. */
static bool more_names(const cursor *c) {
  int64_t id;
  if (c->next_special >= tok_vocab_about(vocab_of(c))->n_special) return false;
  tok_vocab_special_at(vocab_of(c), c->next_special, &id);
  return id == c->id;
}

static void find_row(cursor *c) {
  while (c->encoding < c->encoding_end) {
    while (c->id < c->id_end) {
      if (read_row(c)) return;
      if (!more_names(c)) c->id++;
    }
    if (++c->encoding < c->encoding_end) enter_encoding(c);
  }
  c->done = true;
}

static int vocab_next(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  if (!(c->special && more_names(c))) c->id++;
  find_row(c);
  return SQLITE_OK;
}

/* Restricts the scan to the encoding that v names; to nothing if it names none. */
static int select_encoding(cursor *c, sqlite3_value *v) {
  tok_slice name;
  if (tok_sql_read(v, &name) != SQLITE_OK) return SQLITE_NOMEM;
  const tok_vocab *vocab = tok_vocab_find(name);
  for (; c->encoding < c->encoding_end; c->encoding++) {
    if (vocab != NULL ? vocab_of(c) == vocab : tok_vocab_is_named(vocab_of(c), name)) break;
  }
  if (c->encoding < c->encoding_end) c->encoding_end = c->encoding + 1;
  return SQLITE_OK;
}

static int copy_token(cursor *c, sqlite3_value *v) {
  int type = sqlite3_value_type(v);
  if (type != SQLITE_BLOB && type != SQLITE_TEXT) {
    c->done = true; /* a number is no token */
    return SQLITE_OK;
  }
  tok_slice token;
  if (tok_sql_read(v, &token) != SQLITE_OK) return SQLITE_NOMEM;
  c->wanted_token = tok_malloc(token.len + 1);
  if (c->wanted_token == NULL) return SQLITE_NOMEM;
  if (token.len > 0) memcpy(c->wanted_token, token.ptr, token.len);
  c->wanted_len = token.len;
  return SQLITE_OK;
}

static int vocab_filter(sqlite3_vtab_cursor *base, int idx_num, const char *idx_str, int argc,
                        sqlite3_value **argv) {
  (void)idx_str;
  (void)argc;
  cursor *c = (cursor *)base;
  int rc = SQLITE_OK;
  tok_free(c->wanted_token);
  c->wanted_token = NULL;
  c->single = (idx_num & (BY_ID | BY_TOKEN)) != 0;
  c->wanted_id = TOK_ID_NONE;
  c->encoding = 0;
  c->done = false;
  rc = tok_vocab_list_new(&c->list, base->pVtab);
  if (rc != SQLITE_OK) return rc;
  c->encoding_end = c->list.n;
  if (idx_num & BY_ENCODING) rc = select_encoding(c, *argv++);
  if (idx_num & BY_TOKEN) {
    if (rc == SQLITE_OK) rc = copy_token(c, *argv);
  } else if (idx_num & BY_ID) {
    c->wanted_id = sqlite3_value_int64(*argv); /* SQLite compares again: 7.5 is its business */
  }
  if (rc != SQLITE_OK || c->done) return rc;
  if (c->encoding < c->encoding_end) enter_encoding(c);
  find_row(c);
  return SQLITE_OK;
}

static int vocab_eof(sqlite3_vtab_cursor *base) { return ((cursor *)base)->done; }

static int vocab_column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i) {
  const cursor *c = (cursor *)base;
  switch (i) {
  case COL_ENCODING:
    sqlite3_result_text(ctx, tok_vocab_about(vocab_of(c))->name, -1, SQLITE_STATIC);
    break;
  case COL_ID:
    sqlite3_result_int64(ctx, c->id);
    break;
  case COL_TOKEN:
    sqlite3_result_blob64(ctx, c->bytes.ptr, c->bytes.len, SQLITE_TRANSIENT);
    break;
  case COL_TEXT:
    tok_result_text_or_null(ctx, c->bytes);
    break;
  case COL_BYTES:
    sqlite3_result_int64(ctx, (sqlite3_int64)c->bytes.len);
    break;
  default:
    sqlite3_result_int(ctx, c->special);
  }
  return SQLITE_OK;
}

/* Encoding, id, and which of the special names: unique and the same in every scan. */
static int vocab_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
  const cursor *c = (cursor *)base;
  int64_t shown = c->special ? c->next_special : 0;
  *rowid = (sqlite3_int64)c->encoding << 48 | c->id << 16 | shown;
  return SQLITE_OK;
}

const sqlite3_module tok_vocab_module = {
    .xConnect = vocab_connect,
    .xBestIndex = vocab_best_index,
    .xDisconnect = tok_room_disconnect,
    .xOpen = vocab_open,
    .xClose = vocab_close,
    .xFilter = vocab_filter,
    .xNext = vocab_next,
    .xEof = vocab_eof,
    .xColumn = vocab_column,
    .xRowid = vocab_rowid,
};

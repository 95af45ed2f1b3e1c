/* .tiktoken files and Mistral's tekken.json: tokens with ranks, no merges. See import.h. */
#include "import_vocab.h"

enum { LINE_MAX_BYTES = 8192 };

static bool to_u32(tok_slice s, uint32_t *out) {
  uint64_t v = 0;
  if (s.len == 0 || s.len > 9)
    return false;
  for (size_t i = 0; i < s.len; i++) {
    if (!tok_is_digit(s.ptr[i]))
      return false;
    v = v * 10 + (uint64_t)(s.ptr[i] - '0');
  }
  *out = (uint32_t)v;
  return true;
}

static tok_status add_base64(tok_vimport *m, tok_slice text, uint32_t id, uint32_t rank,
                             size_t line) {
  uint8_t bytes[LINE_MAX_BYTES];
  int64_t n = text.len > LINE_MAX_BYTES ? -1 : tok_base64(text, bytes);
  if (n < 1)
    return tok_vimport_refuse(m, "token %zu is not base64", line);
  tok_def_token *t = tok_def_add(m->d, id, (tok_slice){(const char *)bytes, (size_t)n});
  if (t == NULL)
    return tok_def_status(m->d);
  t->rank = rank;
  return TOK_OK;
}

tok_status tok_import_tiktoken(tok_vimport *m) {
  tok_slice f = m->file;
  tok_status rc = TOK_OK;
  if (m->pattern.len == 0) {
    return tok_vimport_refuse(
        m, "a .tiktoken file holds no pattern, expected one as second argument, such as 'llama3'");
  }
  rc = tok_vimport_pattern(m, m->pattern);
  for (size_t at = 0, line = 1; at < f.len && rc == TOK_OK; line++) {
    const char *end = memchr(f.ptr + at, '\n', f.len - at);
    size_t n = end == NULL ? f.len - at : (size_t)(end - f.ptr) - at;
    tok_slice s = {f.ptr + at, n};
    at += n + 1;
    if (s.len > 0 && s.ptr[s.len - 1] == '\r')
      s.len--;
    if (s.len == 0)
      continue;
    const char *space = memchr(s.ptr, ' ', s.len);
    uint32_t rank;
    size_t k = space == NULL ? s.len : (size_t)(space - s.ptr);
    if (space == NULL || !to_u32((tok_slice){space + 1, s.len - k - 1}, &rank)) {
      return tok_vimport_refuse(m, "line %zu is not a base64 text and a rank", line);
    }
    rc = add_base64(m, (tok_slice){s.ptr, k}, rank, rank, line);
  }
  return rc == TOK_OK ? tok_check_ranks(m, true) : rc;
}

/* ---- tekken ---------------------------------------------------------------------------------- */

typedef struct {
  int64_t size, n_special; /* of the vocabulary; default_vocab_size counts the special tokens in */
} tekken_config;

static bool next_is(tok_json *j, tok_json_event event) {
  return tok_json_next(j) == event;
}

static tok_status read_config(tok_vimport *m, tok_json *j, tekken_config *config) {
  tok_buf text;
  tok_status rc = TOK_OK;
  tok_buf_init(&text, TOK_DEF_TEXT_MAX);
  if (!next_is(j, TOK_JSON_OBJECT))
    return tok_vimport_refuse(m, "config is not an object");
  while (rc == TOK_OK && tok_json_next(j) == TOK_JSON_KEY) {
    tok_slice key = j->text;
    if (tok_slice_is(key, "pattern") && m->pattern.len == 0) {
      if (!next_is(j, TOK_JSON_STRING))
        rc = tok_vimport_refuse(m, "its pattern is not a string");
      if (rc == TOK_OK)
        tok_json_text(&text, j->text, j->escaped);
      if (rc == TOK_OK)
        rc = text.status == TOK_OK ? tok_vimport_pattern(m, (tok_slice){text.ptr, text.len})
                                   : text.status;
    } else if (tok_slice_is(key, "default_vocab_size") ||
               tok_slice_is(key, "default_num_special_tokens")) {
      int64_t *to = tok_slice_is(key, "default_vocab_size") ? &config->size : &config->n_special;
      if (!next_is(j, TOK_JSON_NUMBER) || tok_json_int(j->text, 1, to) != TOK_OK || *to < 0 ||
          *to > TOK_DEF_ID_MAX) {
        rc = tok_vimport_refuse(m, "its config's %.*s is not a count", tok_vimport_shown(key),
                                key.ptr);
      }
    } else if (!tok_json_skip(j)) {
      rc = tok_vimport_refuse(m, "its JSON is malformed at byte %zu", j->at);
    }
  }
  tok_buf_free(&text);
  return rc;
}

/* One object of `vocab` or `special_tokens`: its rank, its bytes (base64) or its name. */
static tok_status read_token(tok_vimport *m, tok_json *j, const tekken_config *config, bool special,
                             size_t line) {
  int64_t rank = -1;
  tok_slice bytes = {NULL, 0}, name = {NULL, 0};
  bool escaped = false;
  while (tok_json_next(j) == TOK_JSON_KEY) {
    tok_slice key = j->text;
    if (tok_slice_is(key, "rank")) {
      if (!next_is(j, TOK_JSON_NUMBER) || tok_json_int(j->text, 1, &rank) != TOK_OK)
        rank = -1;
    } else if (tok_slice_is(key, "token_bytes")) {
      if (next_is(j, TOK_JSON_STRING))
        bytes = j->text;
    } else if (tok_slice_is(key, "token_str")) {
      if (next_is(j, TOK_JSON_STRING))
        name = j->text, escaped = j->escaped;
    } else if (!tok_json_skip(j)) {
      break;
    }
  }
  if (j->event != TOK_JSON_OBJECT_END)
    return tok_vimport_refuse(m, "its JSON is malformed at byte %zu", j->at);
  if (rank < 0 || rank > TOK_DEF_ID_MAX)
    return tok_vimport_refuse(m, "token %zu has no rank", line);
  if (!special) {
    if (rank >= config->size - config->n_special)
      return TOK_OK; /* beyond what the model uses */
    return add_base64(m, bytes, (uint32_t)(rank + config->n_special), (uint32_t)rank, line);
  }
  if (rank >= config->n_special)
    return tok_vimport_refuse(m, "special token %zu has no place", line);
  tok_buf text;
  tok_buf_init(&text, TOK_DEF_TEXT_MAX);
  tok_json_text(&text, name, escaped);
  tok_slice s = {text.ptr, text.len};
  tok_def_token *t = text.status == TOK_OK ? tok_def_add(m->d, (uint32_t)rank, s) : NULL;
  if (t != NULL)
    t->flags = TOK_T_SPECIAL;
  if (t != NULL)
    tok_def_set_name(m->d, t, s);
  tok_buf_free(&text);
  return tok_def_status(m->d);
}

static tok_status read_tokens(tok_vimport *m, tok_json *j, const tekken_config *config,
                              bool special) {
  tok_status rc = TOK_OK;
  tok_json_event event = tok_json_next(j);
  if (event == TOK_JSON_NULL)
    return TOK_OK;
  if (event != TOK_JSON_ARRAY)
    return tok_vimport_refuse(m, "its vocab is not an array");
  for (size_t line = 0; rc == TOK_OK && tok_json_next(j) == TOK_JSON_OBJECT; line++) {
    rc = read_token(m, j, config, special, line);
  }
  if (rc == TOK_OK && j->event != TOK_JSON_ARRAY_END) {
    rc = tok_vimport_refuse(m, "its JSON is malformed at byte %zu", j->at);
  }
  return rc;
}

/* config comes first in all known files; the tokens are read in a second pass, which needs it. */
tok_status tok_import_tekken(tok_vimport *m) {
  tekken_config config = {INT32_MAX, 0};
  tok_status rc = m->pattern.len > 0 ? tok_vimport_pattern(m, m->pattern) : TOK_OK;
  for (int pass = 0; pass < 2 && rc == TOK_OK; pass++) {
    tok_json j;
    tok_json_init(&j, m->file);
    tok_json_next(&j);
    while (rc == TOK_OK && tok_json_next(&j) == TOK_JSON_KEY) {
      if (pass == 0 && tok_slice_is(j.text, "config")) {
        rc = read_config(m, &j, &config);
      } else if (pass == 1 && tok_slice_is(j.text, "vocab")) {
        rc = read_tokens(m, &j, &config, false);
      } else if (pass == 1 && tok_slice_is(j.text, "special_tokens")) {
        rc = read_tokens(m, &j, &config, true);
      } else if (!tok_json_skip(&j)) {
        rc = tok_vimport_refuse(m, "its JSON is malformed at byte %zu", j.at);
      }
    }
    if (rc == TOK_OK && (j.event != TOK_JSON_OBJECT_END || tok_json_next(&j) != TOK_JSON_END)) {
      rc = tok_vimport_refuse(m, "its JSON is malformed at byte %zu", j.at);
    }
  }
  if (rc == TOK_OK && m->d->pattern[0] == '\0')
    rc = tok_vimport_refuse(m, "it has no pattern");
  return rc == TOK_OK ? tok_check_ranks(m, true) : rc;
}

/*
** Hugging Face's tokenizer.json. First the parts are found (their order is free), then read:
** settings of the model, normalizer and pre-tokenizer (import_hf_steps.c), vocabulary, added
** tokens, merges.
*/
#include "import_hf.h"

#include "../base/utf8.h"
#include "unicode.h"

tok_status tok_hf_malformed(tok_hf *r, const tok_json *j) {
  return tok_vimport_refuse(r->m, "its JSON is malformed at byte %zu", j->at);
}

void tok_hf_copy(char *to, size_t room, tok_slice s) {
  size_t n = s.len < room ? s.len : room - 1;
  memcpy(to, s.ptr, n);
  to[n] = '\0';
}

static bool is(const char *a, const char *b) {
  return strcmp(a, b) == 0;
}

/* The value that follows: as a part of the file. */
static bool take_part(tok_json *j, tok_slice *part) {
  size_t from = j->at;
  if (!tok_json_skip(j))
    return false;
  const char *p = j->in.ptr + from, *end = j->in.ptr + j->at;
  while (p < end && (*p == ':' || *p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
    p++;
  *part = (tok_slice){p, (size_t)(end - p)};
  return true;
}

/* ---- tokens -----------------------------------------------------------------------------------
 */

/* The byte that a letter of GPT-2's alphabet stands for, or -1. */
static int byte_of_letter(uint32_t cp) {
  if ((cp >= '!' && cp <= '~') || (cp >= 0xA1 && cp <= 0xAC) || (cp >= 0xAE && cp <= 0xFF))
    return (int)cp;
  if (cp < 0x100 || cp > 0x143)
    return -1;
  uint32_t i = cp - 0x100; /* the others in ascending order */
  if (i < 33)
    return (int)i;
  if (i < 33 + 34)
    return (int)(0x7F + i - 33);
  return 0xAD;
}

/* What a token stands for, of its text in the file; false where it is not in the alphabet. */
static bool token_bytes(const tok_hf *r, tok_slice s, tok_buf *out) {
  out->len = 0;
  if (!r->byte_level) { /* blanks are written as U+2581 */
    for (size_t i = 0; i < s.len;) {
      bool blank = s.len - i >= 3 && memcmp(s.ptr + i, TOK_BLANK_SIGN, 3) == 0;
      tok_buf_addc(out, blank ? ' ' : s.ptr[i]);
      i += blank ? 3 : 1;
    }
    return true;
  }
  for (size_t i = 0; i < s.len;) {
    uint32_t cp;
    i += tok_utf8_decode((const uint8_t *)s.ptr + i, s.len - i, &cp);
    int byte = byte_of_letter(cp);
    if (byte < 0)
      return false;
    tok_buf_addc(out, (char)byte);
  }
  return true;
}

/* One token of the vocabulary; its text is in r->text. */
static tok_status add_token(tok_hf *r, int64_t id, double score) {
  tok_slice s = {r->text.ptr, r->text.len};
  tok_definition *d = r->m->d;
  if (id < 0 || id > TOK_DEF_ID_MAX)
    return tok_vimport_refuse(r->m, "id %lld is not supported", (long long)id);
  int byte = r->fallback ? tok_fallback_byte(s) : -1;
  uint32_t flags = 0;
  if (byte >= 0) {
    r->text2.len = 0;
    tok_buf_addc(&r->text2, (char)byte);
    flags = TOK_T_BYTE;
  } else if (!token_bytes(r, s, &r->text2)) {
    r->text2.len = 0; /* a name of an added token, such as <｜User｜> */
    tok_buf_add(&r->text2, s.ptr, s.len);
    flags = TOK_T_ADDED;
  }
  if (r->unknown[0] != '\0' && tok_slice_is(s, r->unknown))
    flags |= TOK_T_UNKNOWN;
  if (r->text2.status != TOK_OK)
    return r->text2.status;
  tok_def_token *t = tok_def_add(d, (uint32_t)id, (tok_slice){r->text2.ptr, r->text2.len});
  if (t == NULL)
    return tok_def_status(d);
  t->flags = flags;
  t->score = score;
  return TOK_OK;
}

/* {"token": id, …} */
static tok_status read_bpe_vocab(tok_hf *r) {
  tok_json j;
  tok_status rc = TOK_OK;
  tok_json_init(&j, r->vocab);
  if (tok_json_next(&j) != TOK_JSON_OBJECT)
    return tok_vimport_refuse(r->m, "its vocab is not an object");
  while (rc == TOK_OK && tok_json_next(&j) == TOK_JSON_KEY) {
    int64_t id;
    r->text.len = 0;
    tok_json_text(&r->text, j.text, j.escaped);
    if (r->text.status != TOK_OK)
      return r->text.status;
    if (tok_json_next(&j) != TOK_JSON_NUMBER || tok_json_int(j.text, 1, &id) != TOK_OK) {
      return tok_vimport_refuse(r->m, "its vocab has a token without an id before byte %zu", j.at);
    }
    rc = add_token(r, id, 0);
  }
  return rc == TOK_OK && j.event != TOK_JSON_OBJECT_END ? tok_hf_malformed(r, &j) : rc;
}

/* 10^0 to 10^308. */
#define TENS(d) \
  1e##d##0, 1e##d##1, 1e##d##2, 1e##d##3, 1e##d##4, 1e##d##5, 1e##d##6, 1e##d##7, 1e##d##8, 1e##d##9
static const double tens[] = {
    TENS(),   TENS(1),  TENS(2),  TENS(3),  TENS(4),  TENS(5),  TENS(6),  TENS(7),  TENS(8),
    TENS(9),  TENS(10), TENS(11), TENS(12), TENS(13), TENS(14), TENS(15), TENS(16), TENS(17),
    TENS(18), TENS(19), TENS(20), TENS(21), TENS(22), TENS(23), TENS(24), TENS(25), TENS(26),
    TENS(27), TENS(28), TENS(29), 1e300,    1e301,    1e302,    1e303,    1e304,    1e305,
    1e306,    1e307,    1e308};
enum { TENS_MAX = 308, EXPONENT_MAX = 100000 };

/* How serde_json makes a double of its parts: rounded at each step, not once. */
static double of_parts(uint64_t digits, int exponent) {
  double v = (double)digits;
  for (; exponent < -TENS_MAX && v > 0; exponent += TENS_MAX)
    v /= tens[TENS_MAX];
  if (!(v > 0))
    return 0;
  if (exponent > TENS_MAX) /* there it is an error, here none that is taken */
    return v * tens[TENS_MAX] * tens[TENS_MAX];
  return exponent >= 0 ? v * tens[exponent] : v / tens[-exponent];
}

/*
** A JSON number as the reference's parser reads it, which is not the nearest double: where scores
** are tied its last place decides. Digits that 64 bits do not hold are left out.
*/
static double number(tok_slice s) {
  uint64_t digits = 0;
  int exponent = 0;
  size_t i = s.len > 0 && s.ptr[0] == '-';
  bool fraction = false, full = false;
  for (; i < s.len && s.ptr[i] != 'e' && s.ptr[i] != 'E'; i++) {
    uint64_t digit = (uint64_t)(s.ptr[i] - '0');
    if (s.ptr[i] == '.') {
      fraction = true;
      full = false; /* a smaller digit may fit where a digit before the point did not */
      continue;
    }
    full = full || digits > (UINT64_MAX - digit) / 10;
    if (!full) {
      digits = digits * 10 + digit;
      exponent -= fraction;
    } else {
      exponent += !fraction && exponent < EXPONENT_MAX;
    }
  }
  if (i < s.len) {
    bool negative = ++i < s.len && s.ptr[i] == '-';
    int e = 0;
    for (; i < s.len; i++)
      e = tok_is_digit(s.ptr[i]) && e < EXPONENT_MAX ? e * 10 + (s.ptr[i] - '0') : e;
    exponent += negative ? -e : e;
  }
  double v = of_parts(digits, exponent);
  return s.len > 0 && s.ptr[0] == '-' ? -v : v;
}

/* [["token", score], …]: the id is the place. */
static tok_status read_unigram_vocab(tok_hf *r) {
  tok_json j;
  tok_status rc = TOK_OK;
  tok_json_init(&j, r->vocab);
  if (tok_json_next(&j) != TOK_JSON_ARRAY)
    return tok_vimport_refuse(r->m, "its vocab is not an array");
  for (int64_t id = 0; rc == TOK_OK && tok_json_next(&j) == TOK_JSON_ARRAY; id++) {
    if (tok_json_next(&j) != TOK_JSON_STRING)
      return tok_hf_malformed(r, &j);
    r->text.len = 0;
    tok_json_text(&r->text, j.text, j.escaped);
    if (tok_json_next(&j) != TOK_JSON_NUMBER)
      return tok_hf_malformed(r, &j);
    if (r->text.status != TOK_OK)
      return r->text.status;
    rc = add_token(r, id, number(j.text));
    if (rc == TOK_OK && id == r->unknown_id)
      tok_def_at(r->m->d, tok_def_n(r->m->d) - 1)->flags |= TOK_T_UNKNOWN;
    if (rc == TOK_OK && tok_json_next(&j) != TOK_JSON_ARRAY_END)
      return tok_hf_malformed(r, &j);
  }
  return rc == TOK_OK && j.event != TOK_JSON_ARRAY_END ? tok_hf_malformed(r, &j) : rc;
}

/* ---- added tokens -----------------------------------------------------------------------------
 */

typedef struct {
  int64_t id;
  bool special, lstrip, rstrip, word, normalized;
} added;

/* The token with this id among the first n, which are in ascending id; NULL: none. */
static tok_def_token *by_id(tok_definition *d, size_t n, int64_t id) {
  size_t lo = 0, hi = n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (tok_def_at(d, mid)->id < id) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  return lo < n && tok_def_at(d, lo)->id == id ? tok_def_at(d, lo) : NULL;
}

static tok_status add_added(tok_hf *r, const added *a, size_t n_vocab) {
  tok_definition *d = r->m->d;
  tok_slice name = {r->text.ptr, r->text.len};
  if (a->id < 0 || a->id > TOK_DEF_ID_MAX || name.len == 0)
    return tok_vimport_refuse(r->m, "an added token has no id or name");
  bool prepended = (d->normal & (TOK_N_PREFIX | TOK_N_PREFIX_NEW)) == TOK_N_PREFIX;
  if (a->normalized && prepended) { /* it is looked for with a blank before it, in the other text */
    return tok_vimport_refuse(
        r->m, "added token %lld is matched behind a Prepend, which is not supported",
        (long long)a->id);
  }
  tok_def_token *t = by_id(d, n_vocab, a->id);
  if (t == NULL) {
    token_bytes(&(tok_hf){.byte_level = false}, name, &r->text2);
    if (r->byte_level)
      r->text2.len = 0, tok_buf_add(&r->text2, name.ptr, name.len);
    if (r->text2.status != TOK_OK)
      return r->text2.status;
    t = tok_def_add(d, (uint32_t)a->id, (tok_slice){r->text2.ptr, r->text2.len});
  }
  if (t == NULL || !tok_def_set_name(d, t, name))
    return tok_def_status(d);
  t->flags &= ~(uint32_t)TOK_T_ADDED;
  t->flags |= a->special ? TOK_T_SPECIAL : TOK_T_ADDED;
  t->flags |= (a->lstrip ? TOK_T_LSTRIP : 0) | (a->rstrip ? TOK_T_RSTRIP : 0) |
              (a->word ? TOK_T_WORD : 0) | (a->normalized ? TOK_T_NORMALIZED : 0);
  return TOK_OK;
}

static bool begins_white(tok_slice s) {
  size_t len;
  return s.len > 0 && TOK_SPACES >> tok_class_at((const uint8_t *)s.ptr, s.len, &len) & 1;
}

/*
** The reference still finds names in the white space that another name has taken from behind
** itself: they overlap.
*/
static tok_status check_white(tok_hf *r) {
  const tok_definition *d = r->m->d;
  const tok_def_token *taker = NULL, *white = NULL;
  for (size_t i = 0; i < tok_def_n(d); i++) {
    const tok_def_token *t = tok_def_at(d, i);
    if (t->flags & TOK_T_RSTRIP)
      taker = t;
    if (begins_white(tok_def_name(d, t)))
      white = t;
  }
  if (taker == NULL || white == NULL)
    return TOK_OK;
  return tok_vimport_refuse(
      r->m, "added token %u takes white space that may be added token %u, which is not supported",
      taker->id, white->id);
}

static tok_status read_added(tok_hf *r) {
  tok_json j;
  tok_status rc = TOK_OK;
  size_t n_vocab = tok_def_n(r->m->d);
  uint32_t twin;
  if (r->added.ptr == NULL)
    return TOK_OK;
  rc = tok_def_sort(r->m->d, &twin);
  if (rc == TOK_INVALID)
    return tok_vimport_refuse(r->m, "id %u is there twice", twin);
  if (rc != TOK_OK)
    return rc;
  tok_json_init(&j, r->added);
  if (tok_json_next(&j) == TOK_JSON_NULL)
    return TOK_OK;
  if (j.event != TOK_JSON_ARRAY)
    return tok_hf_malformed(r, &j);
  while (rc == TOK_OK && tok_json_next(&j) == TOK_JSON_OBJECT) {
    added a = {.id = -1};
    r->text.len = 0;
    while (tok_json_next(&j) == TOK_JSON_KEY) {
      tok_slice key = j.text;
      tok_json_event v = tok_json_next(&j);
      if (v == TOK_JSON_OBJECT || v == TOK_JSON_ARRAY)
        return tok_hf_malformed(r, &j);
      if (v == TOK_JSON_NUMBER && tok_slice_is(key, "id") &&
          tok_json_int(j.text, 1, &a.id) != TOK_OK)
        a.id = -1;
      if (v == TOK_JSON_STRING && tok_slice_is(key, "content")) {
        r->text.len = 0;
        tok_json_text(&r->text, j.text, j.escaped);
      }
      if (v != TOK_JSON_TRUE)
        continue;
      if (tok_slice_is(key, "special"))
        a.special = true;
      if (tok_slice_is(key, "lstrip"))
        a.lstrip = true;
      if (tok_slice_is(key, "rstrip"))
        a.rstrip = true;
      if (tok_slice_is(key, "single_word"))
        a.word = true;
      if (tok_slice_is(key, "normalized"))
        a.normalized = true;
    }
    if (j.event != TOK_JSON_OBJECT_END)
      return tok_hf_malformed(r, &j);
    if (r->text.status != TOK_OK)
      return r->text.status;
    rc = add_added(r, &a, n_vocab);
  }
  if (rc == TOK_OK && j.event != TOK_JSON_ARRAY_END)
    return tok_hf_malformed(r, &j);
  return rc == TOK_OK ? check_white(r) : rc;
}

/* ---- merges -----------------------------------------------------------------------------------
 */

/* The index of a token of the vocabulary by its text in the file. */
static bool find_token(tok_hf *r, tok_slice text, uint32_t *index) {
  if (!token_bytes(r, text, &r->text2) || r->text2.status != TOK_OK)
    return false;
  const tok_def_token *t = tok_def_index_find(&r->index, (tok_slice){r->text2.ptr, r->text2.len});
  if (t != NULL)
    *index = (uint32_t)(t - tok_def_at(r->m->d, 0));
  return t != NULL;
}

static tok_status put_merge(tok_hf *r, tok_slice a, tok_slice b, tok_buf *list) {
  tok_merge merge;
  size_t n = list->len / sizeof merge;
  if (!find_token(r, a, &merge.a) || !find_token(r, b, &merge.b)) {
    return r->text2.status != TOK_OK
               ? r->text2.status
               : tok_vimport_refuse(r->m, "merge %zu has a part that is no token", n);
  }
  tok_slice x = tok_def_bytes(r->m->d, tok_def_at(r->m->d, merge.a));
  tok_slice y = tok_def_bytes(r->m->d, tok_def_at(r->m->d, merge.b));
  r->text2.len = 0;
  tok_buf_add(&r->text2, x.ptr, x.len);
  tok_buf_add(&r->text2, y.ptr, y.len);
  if (r->text2.status != TOK_OK)
    return r->text2.status;
  tok_slice made = {r->text2.ptr, r->text2.len};
  const tok_merge *all = (const tok_merge *)(void *)list->ptr;
  const tok_def_token *t = n > 0 ? tok_def_at(r->m->d, all[n - 1].made) : NULL;
  /* Entries that make the same token often stand together. */
  if (t == NULL || !tok_slice_eq(tok_def_bytes(r->m->d, t), made))
    t = tok_def_index_find(&r->index, made);
  if (t == NULL)
    return tok_vimport_refuse(r->m, "merge %zu makes no token", n);
  merge.made = (uint32_t)(t - tok_def_at(r->m->d, 0));
  tok_buf_add(list, &merge, sizeof merge);
  return list->status;
}

/* "a b" or ["a", "b"]. */
static tok_status read_merge(tok_hf *r, tok_json *j, tok_buf *list) {
  r->text.len = 0;
  if (j->event == TOK_JSON_STRING) {
    tok_json_text(&r->text, j->text, j->escaped);
    if (r->text.status != TOK_OK)
      return r->text.status;
    const char *space = r->text.len == 0 ? NULL : memchr(r->text.ptr, ' ', r->text.len);
    if (space == NULL)
      return tok_vimport_refuse(r->m, "merge %zu is not two tokens", list->len / sizeof(tok_merge));
    size_t n = (size_t)(space - r->text.ptr);
    return put_merge(r, (tok_slice){r->text.ptr, n}, (tok_slice){space + 1, r->text.len - n - 1},
                     list);
  }
  size_t n = 0;
  if (j->event != TOK_JSON_ARRAY || tok_json_next(j) != TOK_JSON_STRING)
    return tok_hf_malformed(r, j);
  tok_json_text(&r->text, j->text, j->escaped);
  n = r->text.len;
  if (tok_json_next(j) != TOK_JSON_STRING)
    return tok_hf_malformed(r, j);
  tok_json_text(&r->text, j->text, j->escaped);
  if (tok_json_next(j) != TOK_JSON_ARRAY_END)
    return tok_hf_malformed(r, j);
  if (r->text.status != TOK_OK)
    return r->text.status;
  return put_merge(r, (tok_slice){r->text.ptr, n}, (tok_slice){r->text.ptr + n, r->text.len - n},
                   list);
}

/* Tokens that merges can make or take; twins of them are found when ranks are compiled. */
static tok_status index_tokens(tok_hf *r) {
  tok_definition *d = r->m->d;
  tok_status rc = tok_def_index_new(&r->index, d, tok_def_n(d));
  for (size_t i = 0; i < tok_def_n(d) && rc == TOK_OK; i++) {
    const tok_def_token *t = tok_def_at(d, i);
    bool name_only = (t->flags & (TOK_T_SPECIAL | TOK_T_BYTE | TOK_T_UNKNOWN)) != 0;
    if (!name_only)
      tok_def_index_put(&r->index, (uint32_t)i);
  }
  return rc;
}

enum { MERGES_MAX = 16 << 20 /* the longest list in use has 0.5 million */ };

static tok_status read_merges(tok_hf *r) {
  tok_buf list;
  tok_json j;
  tok_status rc = index_tokens(r);
  tok_buf_init(&list, (size_t)MERGES_MAX * sizeof(tok_merge));
  if (rc == TOK_OK) {
    tok_json_init(&j, r->merges);
    if (tok_json_next(&j) != TOK_JSON_ARRAY)
      rc = tok_vimport_refuse(r->m, "its merges are not an array");
    while (rc == TOK_OK && tok_json_next(&j) != TOK_JSON_ARRAY_END) {
      rc = j.event == TOK_JSON_ERROR || j.event == TOK_JSON_END ? tok_hf_malformed(r, &j)
                                                                : read_merge(r, &j, &list);
    }
  }
  if (rc == TOK_OK) {
    rc = tok_ranks_of_merges(r->m, (const tok_merge *)(void *)list.ptr,
                             list.len / sizeof(tok_merge), r->whole);
  }
  tok_buf_free(&list);
  return rc;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static tok_status read_model(tok_hf *r, tok_json *j) {
  if (tok_json_next(j) != TOK_JSON_OBJECT)
    return tok_vimport_refuse(r->m, "its model is not an object");
  while (tok_json_next(j) == TOK_JSON_KEY) {
    tok_slice key = j->text;
    if (tok_slice_is(key, "vocab") || tok_slice_is(key, "merges")) {
      if (!take_part(j, key.ptr[0] == 'v' ? &r->vocab : &r->merges))
        return tok_hf_malformed(r, j);
      continue;
    }
    tok_json_event v = tok_json_next(j);
    if (v == TOK_JSON_STRING && tok_slice_is(key, "type"))
      tok_hf_copy(r->type, sizeof r->type, j->text);
    if (v == TOK_JSON_STRING && tok_slice_is(key, "unk_token"))
      tok_hf_copy(r->unknown, sizeof r->unknown, j->text);
    if (v == TOK_JSON_NUMBER && tok_slice_is(key, "unk_id") &&
        tok_json_int(j->text, 1, &r->unknown_id) != TOK_OK) {
      r->unknown_id = -1;
    }
    if (v == TOK_JSON_TRUE && tok_slice_is(key, "byte_fallback"))
      r->fallback = true;
    if (v == TOK_JSON_TRUE && tok_slice_is(key, "fuse_unk"))
      r->fuse = true;
    if (v == TOK_JSON_TRUE && tok_slice_is(key, "ignore_merges"))
      r->whole = true;
    bool affix =
        tok_slice_is(key, "continuing_subword_prefix") || tok_slice_is(key, "end_of_word_suffix");
    if (affix && v == TOK_JSON_STRING && j->text.len > 0) {
      return tok_vimport_refuse(r->m, "its %.*s is not supported", tok_vimport_shown(key), key.ptr);
    }
    if (v == TOK_JSON_OBJECT || v == TOK_JSON_ARRAY)
      return tok_hf_malformed(r, j);
  }
  return j->event == TOK_JSON_OBJECT_END ? TOK_OK : tok_hf_malformed(r, j);
}

static tok_status find_parts(tok_hf *r) {
  tok_json j;
  tok_status rc = TOK_OK;
  tok_json_init(&j, r->m->file);
  tok_json_next(&j);
  while (rc == TOK_OK && tok_json_next(&j) == TOK_JSON_KEY) {
    tok_slice key = j.text;
    tok_slice *part = tok_slice_is(key, "added_tokens")    ? &r->added
                      : tok_slice_is(key, "normalizer")    ? &r->normalizer
                      : tok_slice_is(key, "pre_tokenizer") ? &r->pre
                                                           : NULL;
    if (tok_slice_is(key, "model")) {
      rc = read_model(r, &j);
    } else if (part != NULL) {
      if (!take_part(&j, part))
        rc = tok_hf_malformed(r, &j);
    } else if (!tok_json_skip(&j)) {
      rc = tok_hf_malformed(r, &j);
    }
  }
  if (rc == TOK_OK && (j.event != TOK_JSON_OBJECT_END || tok_json_next(&j) != TOK_JSON_END))
    rc = tok_hf_malformed(r, &j);
  return rc;
}

static tok_status read_all(tok_hf *r) {
  tok_definition *d = r->m->d;
  tok_status rc = find_parts(r);
  if (rc != TOK_OK)
    return rc;
  bool unigram = is(r->type, "Unigram");
  if (r->type[0] == '\0' && r->merges.ptr != NULL)
    tok_hf_copy(r->type, sizeof r->type, tok_slice_of("BPE"));
  if (!unigram && !is(r->type, "BPE")) {
    return tok_vimport_refuse(r->m, "its model is '%s', only BPE and Unigram are supported",
                              r->type);
  }
  if (r->vocab.ptr == NULL)
    return tok_vimport_refuse(r->m, "its model has no vocab");
  d->byte_fallback = r->fallback;
  d->fuse_unknown = r->fuse || unigram;
  rc = tok_hf_normalizer(r);
  if (rc == TOK_OK)
    rc = tok_hf_pre_tokenizer(r);
  if (rc == TOK_OK)
    rc = unigram ? read_unigram_vocab(r) : read_bpe_vocab(r);
  if (rc == TOK_OK)
    rc = read_added(r);
  if (rc != TOK_OK)
    return rc;
  if (unigram) {
    d->model = TOK_MODEL_UNIGRAM;
    tok_hf_family(r, TOK_FAMILY_WHOLE);
    return TOK_OK;
  }
  if (r->merges.ptr == NULL)
    return tok_vimport_refuse(r->m, "its model has no merges");
  rc = read_merges(r);
  if (rc == TOK_OK && d->characters && d->pattern[0] == '\0')
    tok_vimport_words(r->m);
  return rc;
}

tok_status tok_import_hf(tok_vimport *m) {
  tok_hf r = {.m = m, .unknown_id = -1};
  tok_buf_init(&r.text, 4 * TOK_DEF_TOKEN_MAX);
  tok_buf_init(&r.text2, 4 * TOK_DEF_TOKEN_MAX);
  tok_status rc = read_all(&r);
  tok_buf_free(&r.text);
  tok_buf_free(&r.text2);
  tok_def_index_free(&r.index);
  return rc;
}

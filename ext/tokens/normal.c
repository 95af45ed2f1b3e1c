#include "normal.h"

#include <utf8proc.h>

#include "../base/utf8.h"
#include "unicode.h"

enum { BLANK_SIGN = 0x2581 };

static const char BLANK[] = "\xE2\x96\x81"; /* U+2581 */
enum { BLANK_BYTES = 3 };

/* The name as it stands in a text that is not normalized, where a blank is U+2581. */
static tok_status keep_name(tok_normal *n, tok_slice name, tok_buf *text) {
  text->len = 0;
  for (size_t i = 0; i < name.len; i++) {
    bool blank = name.ptr[i] == ' ';
    tok_buf_add(text, blank ? BLANK : name.ptr + i, blank ? BLANK_BYTES : 1);
  }
  if (text->status == TOK_TOOBIG) { /* one that nobody has: it is not kept */
    text->status = TOK_OK;
    return TOK_OK;
  }
  tok_slice kept = {text->ptr, text->len};
  tok_def_token *t = text->status == TOK_OK ? tok_def_add(&n->names, 0, kept) : NULL;
  if (t == NULL || !tok_def_set_name(&n->names, t, kept))
    return TOK_NOMEM;
  t->flags = TOK_T_ADDED;
  return TOK_OK;
}

static tok_status keep_names(tok_normal *n, const tok_definition *d) {
  tok_status rc = TOK_OK;
  tok_buf text;
  tok_buf_init(&text, TOK_DEF_TOKEN_MAX);
  for (size_t i = 0; i < tok_def_n(d) && rc == TOK_OK && (d->normal & TOK_N_WHOLE); i++) {
    const tok_def_token *t = tok_def_at(d, i);
    if ((t->flags & TOK_T_ADDED) && t->name_n > 0)
      rc = keep_name(n, tok_def_name(d, t), &text);
  }
  tok_buf_free(&text);
  size_t n_names = tok_def_n(&n->names);
  uint32_t *list = rc == TOK_OK ? tok_malloc((n_names + 1) * sizeof *list) : NULL;
  if (list == NULL)
    return TOK_NOMEM;
  for (size_t i = 0; i < n_names; i++)
    list[i] = (uint32_t)i;
  rc = tok_added_new(&n->keep, &n->names, list, n_names, TOK_T_ADDED);
  tok_free(list);
  return rc;
}

tok_status tok_normal_new(tok_normal *n, const tok_definition *d) {
  uint32_t flags = d->normal;
  memset(n, 0, sizeof *n);
  tok_def_init(&n->names);
  n->flags = flags;
  if (d->charsmap.len > 0 &&
      !tok_charsmap_open(&n->map, (tok_slice){d->charsmap.ptr, d->charsmap.len}))
    return TOK_INVALID;
  tok_status rc = keep_names(n, d);
  if (rc != TOK_OK)
    return rc;
  for (int c = 0; c < 128; c++) {
    bool plain = (n->map.n_units == 0 || n->map.plain[c]) && !n->keep.first[c];
    n->plain[c] = plain && c != ' ';
    n->plain_blank |= plain && c == ' ';
  }
  n->rules = d->charsmap.len > 0 || (flags & (TOK_N_TRIM | TOK_N_WORDS));
  if (!(flags & (TOK_N_NFC | TOK_N_NFKC)))
    return TOK_OK;
  return tok_form_new(&n->form, flags & TOK_N_NFKC, flags & TOK_N_BLANKS ? BLANK_SIGN : 0);
}

void tok_normal_free(tok_normal *n) {
  tok_free(n->form);
  n->form = NULL;
  tok_added_free(&n->keep);
  tok_def_free(&n->names);
}

void tok_normal_out_init(tok_normal_out *o) {
  memset(o, 0, sizeof *o);
  tok_buf_init(&o->text, UINT32_MAX);
  tok_buf_init(&o->map, SIZE_MAX / 2);
  tok_buf_init(&o->scratch, UINT32_MAX);
}

void tok_normal_out_free(tok_normal_out *o) {
  tok_buf_free(&o->text);
  tok_buf_free(&o->map);
  tok_buf_free(&o->scratch);
}

/* Appends a part of the text; its bytes come from source offsets `from`, or each from the next one.
 */
static void put(tok_normal_out *o, const void *bytes, size_t n, size_t from, bool each) {
  tok_buf_add(&o->text, bytes, n);
  if (!o->with_map || n == 0)
    return;
  char *p = tok_buf_reserve(&o->map, n * sizeof(uint32_t));
  if (p == NULL)
    return;
  for (size_t i = 0; i < n; i++) {
    uint32_t at = (uint32_t)(each ? from + i : from);
    memcpy(p + i * sizeof at, &at, sizeof at);
  }
  o->map.len += n * sizeof(uint32_t);
}

static bool is_blank_sign(tok_slice text, size_t at) {
  return text.len - at >= BLANK_BYTES && memcmp(text.ptr + at, BLANK, BLANK_BYTES) == 0;
}

/* The next sign of a blank from `at` on; text.len if none. */
static size_t next_sign(tok_slice text, size_t at) {
  for (const char *p; at < text.len; at++) {
    p = memchr(text.ptr + at, BLANK[0], text.len - at);
    if (p == NULL) return text.len;
    at = (size_t)(p - text.ptr);
    if (is_blank_sign(text, at)) return at;
  }
  return text.len;
}

/* The next place from `at` on that changes, what is before being done; text.len if none. */
static size_t next_change(const tok_normal *n, tok_slice text, size_t at, tok_odd *o,
                          tok_next_odd *next, tok_form_memo *memo) {
  if (n->form == NULL) return n->flags & TOK_N_BLANKS ? next_sign(text, at) : text.len;
  do {
    for (; o->odd != 0; o->odd &= o->odd - 1) {
      size_t place = o->base + (size_t)__builtin_ctzll(o->odd);
      if (place < at) continue;
      if ((n->flags & TOK_N_BLANKS) && is_blank_sign(text, place)) return place;
      if (tok_form_changes(n->form, memo, text, at, place)) return place;
    }
  } while (next(o));
  return text.len;
}

/*
** Appends what stands from `done` up to the change at `at`, then that; *end: the end of it in the
** text.
*/
static tok_status put_change(const tok_normal *n, tok_slice text, size_t done, size_t at,
                             tok_normal_out *o, size_t *end) {
  size_t from = at;
  tok_slice to = {" ", 1};
  tok_status rc = TOK_OK;
  if ((n->flags & TOK_N_BLANKS) && is_blank_sign(text, at)) {
    *end = at + BLANK_BYTES;
  } else {
    rc = tok_form_change(n->form, &o->memo, text, done, at, &o->scratch, &from, end, &to);
  }
  if (rc != TOK_OK) return rc;
  put(o, text.ptr + done, from - done, done, true);
  put(o, to.ptr, to.len, from, false);
  return rc;
}

static tok_status change_all(const tok_normal *n, tok_slice text, size_t at, tok_normal_out *o,
                             tok_odd *odd, tok_next_odd *next) {
  size_t done = 0;
  tok_status rc = TOK_OK;
  while (at < text.len && rc == TOK_OK) {
    rc = put_change(n, text, done, at, o, &done);
    at = next_change(n, text, done, odd, next, &o->memo);
  }
  if (rc == TOK_OK)
    put(o, text.ptr + done, text.len - done, done, true);
  return rc;
}

/* ---- SentencePiece's rules ------------------------------------------------------------------- */

/*
** What the next characters of the text become, *from bytes of it; they stay as they are where no
** rule has them.
*/
static tok_slice next_by_rule(const tok_normal *n, tok_slice text, size_t at, size_t *from) {
  const uint8_t *p = (const uint8_t *)text.ptr + at;
  size_t left = text.len - at;
  tok_slice to = {text.ptr + at, 0};
  uint32_t cp;
  if ((*from = to.len = tok_added_at(&n->keep, text, at)) > 0)
    return to;
  if (n->map.n_units > 0 && (*from = tok_charsmap_find(&n->map, p, left, false, &to)) > 0)
    return to;
  *from = tok_utf8_decode(p, left, &cp);
  return (tok_slice){text.ptr + at, *from};
}

/*
** The end of a run of ASCII from `at` on that no rule changes. Of blanks it has only those that
** stand alone between others.
*/
static size_t plain_run(const tok_normal *n, tok_slice text, size_t at) {
  const uint8_t *p = (const uint8_t *)text.ptr;
  for (size_t start = at, from = at;; from = ++at) {
    while (at < text.len && n->plain[p[at]])
      at++;
    if (at < text.len && p[at] >= 0x80)
      return at > start ? at - 1 : at; /* it may change the character before it */
    if (at == from || at + 1 >= text.len || p[at] != ' ' || !n->plain_blank || !n->plain[p[at + 1]])
      return at;
  }
}

/* U+2581 is a blank, wherever it comes from. */
static void put_rule(tok_normal_out *o, tok_slice to, size_t at, bool same) {
  size_t done = 0;
  for (size_t i = 0; i < to.len;) {
    if ((uint8_t)to.ptr[i] != (uint8_t)BLANK[0] || !is_blank_sign(to, i)) {
      i++;
      continue;
    }
    put(o, to.ptr + done, i - done, at + (same ? done : 0), same);
    put(o, " ", 1, at + (same ? i : 0), false); /* it may stand inside of a name */
    done = i += BLANK_BYTES;
  }
  put(o, to.ptr + done, to.len - done, at + (same ? done : 0), same);
}

/*
** Normalizer::Normalize of SentencePiece: rules, longest first; with TOK_N_TRIM blanks at the
** beginning are dropped, then those behind a blank, then those at the end.
*/
static void apply_rules(const tok_normal *n, tok_slice text, bool prefix, tok_normal_out *o) {
  bool trim = n->flags & TOK_N_TRIM, behind_blank = trim, begun = false;
  for (size_t at = 0, from; at < text.len && o->text.status == TOK_OK; at += from) {
    size_t end = plain_run(n, text, at);
    tok_slice to = {text.ptr + at, from = end - at};
    if (from > 0) {
      if (!begun && prefix)
        put(o, " ", 1, 0, false);
      put(o, to.ptr, to.len, at, true);
      begun = true;
      behind_blank = trim && to.ptr[to.len - 1] == ' '; /* what it stood before may be no more */
      continue;
    }
    to = next_by_rule(n, text, at, &from);
    bool same = to.ptr == text.ptr + at;
    if (trim && !begun && to.len == 1 && to.ptr[0] == ' ')
      continue; /* at the beginning only what is a blank and nothing more */
    if (!begun && prefix)
      put(o, " ", 1, 0, false);
    begun = true;
    size_t skip = 0;
    while (behind_blank && skip < to.len && to.ptr[skip] == ' ')
      skip++;
    if (skip == to.len)
      continue;
    put_rule(o, (tok_slice){to.ptr + skip, to.len - skip}, same ? at + skip : at, same);
    behind_blank = trim && to.ptr[to.len - 1] == ' ';
  }
  while (trim && o->text.status == TOK_OK && o->text.len > 0 &&
         o->text.ptr[o->text.len - 1] == ' ') {
    o->text.len--;
    if (o->with_map && o->map.len > 0)
      o->map.len -= sizeof(uint32_t);
  }
}

/* ---- Hugging Face's words -------------------------------------------------------------------- */

enum { CLUSTER_MAX = 6 /* bytes; a longer cluster is not looked up as a whole */ };

/* The end of the extended grapheme cluster that starts at `at`; an invalid byte is one. */
static size_t cluster_end(tok_slice text, size_t at) {
  const uint8_t *p = (const uint8_t *)text.ptr;
  uint32_t cp, next;
  utf8proc_int32_t state = 0;
  if (p[at] < 0x80 && (at + 1 == text.len || (p[at + 1] < 0x80 && p[at] != '\r')))
    return at + 1;
  at += tok_utf8_decode(p + at, text.len - at, &cp);
  while (at < text.len && cp != TOK_UTF8_INVALID) {
    size_t len = tok_utf8_decode(p + at, text.len - at, &next);
    if (next == TOK_UTF8_INVALID ||
        utf8proc_grapheme_break_stateful((utf8proc_int32_t)cp, (utf8proc_int32_t)next, &state))
      break;
    at += len;
    cp = next;
  }
  return at;
}

/*
** What is next in the text becomes: a cluster of few bytes what the shortest rule at its beginning
** says, else a character what its rule says. *cluster: the end of the cluster that `at` is in.
*/
static tok_slice next_by_cluster(const tok_normal *n, tok_slice text, size_t at, size_t *cluster,
                                 size_t *from) {
  const uint8_t *p = (const uint8_t *)text.ptr + at;
  tok_slice to;
  uint32_t cp;
  if (at >= *cluster) {
    *cluster = cluster_end(text, at);
    *from = *cluster - at;
    if (*from < CLUSTER_MAX && n->map.n_units > 0 &&
        tok_charsmap_find(&n->map, p, *from, true, &to) > 0)
      return to;
  }
  *from = tok_utf8_decode(p, text.len - at, &cp);
  if (n->map.n_units > 0 && tok_charsmap_find(&n->map, p, *from, true, &to) > 0)
    return to;
  return (tok_slice){text.ptr + at, *from};
}

/* The end of a run of printable ASCII from `at` on that no rule changes, blanks excluded. */
static size_t word_run(const tok_normal *n, tok_slice text, size_t at) {
  const uint8_t *p = (const uint8_t *)text.ptr;
  size_t start = at;
  while (at < text.len && n->plain[p[at]] && p[at] > ' ' && p[at] < 0x7F)
    at++;
  return at > start && at < text.len && p[at] >= 0x80 ? at - 1 : at;
}

/*
** Precompiled, WhitespaceSplit, Metaspace: words, each behind a blank unless it begins with U+2581.
*/
static void apply_words(const tok_normal *n, tok_slice text, tok_normal_out *o) {
  bool in_word = false;
  size_t cluster = 0;
  for (size_t at = 0, from; at < text.len && o->text.status == TOK_OK; at += from) {
    from = at < cluster ? 0 : word_run(n, text, at) - at;
    if (from > 0) {
      if (!in_word)
        put(o, " ", 1, at, false);
      put(o, text.ptr + at, from, at, true);
      in_word = true;
      continue;
    }
    tok_slice to = next_by_cluster(n, text, at, &cluster, &from);
    for (size_t i = 0, len; i < to.len; i += len) {
      tok_class c = tok_class_at((const uint8_t *)to.ptr + i, to.len - i, &len);
      bool white = TOK_SPACES >> c & 1, sign = is_blank_sign(to, i);
      if (!white && !in_word && !sign)
        put(o, " ", 1, at, false);
      if (!white)
        put(o, sign ? " " : to.ptr + i, sign ? 1 : len, at, false);
      in_word = !white;
    }
  }
}

static void end_map(tok_normal_out *o, tok_slice text) {
  uint32_t end = (uint32_t)text.len;
  if (o->with_map)
    tok_buf_add(&o->map, &end, sizeof end);
}

static tok_status taken(const tok_normal_out *o, tok_status rc, tok_slice *result) {
  *result = (tok_slice){o->text.len == 0 ? "" : o->text.ptr, o->text.len};
  if (o->text.status != TOK_OK)
    return o->text.status;
  return o->map.status != TOK_OK ? o->map.status : rc;
}

tok_status tok_normal_apply(const tok_normal *n, tok_slice text, bool prefix, tok_next_odd *next,
                            tok_normal_out *o, tok_slice *result, bool *changed) {
  tok_odd odd = {.form = n->form, .p = (const uint8_t *)text.ptr, .n = text.len};
  if (n->rules) {
    o->text.len = o->map.len = 0;
    *changed = true;
    if (n->flags & TOK_N_WORDS) {
      apply_words(n, text, o);
    } else {
      apply_rules(n, text, prefix, o);
    }
    end_map(o, text);
    return taken(o, TOK_OK, result);
  }
  size_t at = next_change(n, text, 0, &odd, next, &o->memo);
  bool blank_first =
      text.len > 0 && (text.ptr[0] == ' ' || ((n->flags & TOK_N_BLANKS) && is_blank_sign(text, 0)));
  if (blank_first && (n->flags & TOK_N_PREFIX_NEW))
    prefix = false;
  *result = text;
  *changed = at < text.len || prefix;
  if (!*changed)
    return TOK_OK;
  o->text.len = o->map.len = 0;
  if (prefix)
    put(o, " ", 1, 0, false);
  tok_status rc = change_all(n, text, at, o, &odd, next);
  end_map(o, text);
  return taken(o, rc, result);
}

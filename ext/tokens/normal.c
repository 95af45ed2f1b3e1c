#include "normal.h"

#include <utf8proc.h>

#include "../base/utf8.h"
#include "unicode.h"

/*
** Inert: a character that normalization leaves alone whatever stands beside it, and that keeps what
** is before and behind it apart. All others are marks, jamo, and what has a decomposition; a
** character of combining class 0 that may compose with the one before is a mark or a jamo
** (DerivedNormalizationProps).
*/
enum {
  JAMO_VOWEL_FIRST = 0x1160,
  JAMO_LAST = 0x11FF,
  DECOMPOSED_MAX = 32, /* longest decomposition: 18 */
  /* Bytes of marks in a row that are put in order together: ordering takes the square of it, and
  ** Unicode's own Stream-Safe Text Format stops at 30 marks. */
  RUN_MAX = 1024
};

static bool is_inert(uint32_t cp, bool compat) {
  utf8proc_int32_t out[DECOMPOSED_MAX];
  if (cp < 0xA0)
    return true;
  if (cp >= JAMO_VOWEL_FIRST && cp <= JAMO_LAST)
    return false;
  if (cp >= 0xD800 && cp <= 0xDFFF)
    return true; /* never in a text */
  const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)cp);
  if (p->category == UTF8PROC_CATEGORY_MN || p->category == UTF8PROC_CATEGORY_MC ||
      p->category == UTF8PROC_CATEGORY_ME || p->combining_class != 0) {
    return false;
  }
  if (p->decomp_seqindex == UINT16_MAX && (cp < 0xAC00 || cp > 0xD7A3))
    return true;
  utf8proc_uint8_t bytes[4];
  utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)cp, bytes);
  utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | (compat ? UTF8PROC_COMPAT : 0);
  n = utf8proc_decompose(bytes, n, out, DECOMPOSED_MAX, options);
  if (n < 1 || n > DECOMPOSED_MAX)
    return false;
  n = utf8proc_normalize_utf32(out, n, options);
  return n == 1 && out[0] == (utf8proc_int32_t)cp;
}

tok_status tok_normal_new(tok_normal *n, const tok_definition *d, const tok_added *keep) {
  uint32_t flags = d->normal;
  memset(n, 0, sizeof *n);
  n->flags = flags;
  n->keep = keep;
  if (d->charsmap.len > 0 &&
      !tok_charsmap_open(&n->map, (tok_slice){d->charsmap.ptr, d->charsmap.len}))
    return TOK_INVALID;
  for (int c = 0; c < 128; c++) {
    bool plain = (n->map.n_units == 0 || n->map.plain[c]) && !keep->first[c];
    n->plain[c] = plain && c != ' ';
    n->plain_blank |= plain && c == ' ';
  }
  n->rules = d->charsmap.len > 0 || (flags & (TOK_N_TRIM | TOK_N_WORDS));
  if (!(flags & (TOK_N_NFC | TOK_N_NFKC)))
    return TOK_OK;
  n->inert = tok_malloc(TOK_NORMAL_PLANE / 8);
  if (n->inert == NULL)
    return TOK_NOMEM;
  memset(n->inert, 0, TOK_NORMAL_PLANE / 8);
  for (uint32_t cp = 0; cp < TOK_NORMAL_PLANE; cp++) {
    if (is_inert(cp, flags & TOK_N_NFKC))
      n->inert[cp >> 3] |= (uint8_t)(1 << (cp & 7));
  }
  return TOK_OK;
}

void tok_normal_free(tok_normal *n) {
  tok_free(n->inert);
  n->inert = NULL;
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

static bool leaves_alone(const tok_normal *n, uint32_t cp) {
  if (cp == TOK_UTF8_INVALID)
    return true;
  if (cp < TOK_NORMAL_PLANE)
    return n->inert[cp >> 3] >> (cp & 7) & 1;
  return is_inert(cp, n->flags & TOK_N_NFKC);
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

/* Normalizes a run that is not inert, text[from, to). */
static tok_status put_normalized(const tok_normal *n, tok_slice text, size_t from, size_t to,
                                 tok_normal_out *o) {
  utf8proc_option_t options =
      UTF8PROC_STABLE | UTF8PROC_COMPOSE | ((n->flags & TOK_N_NFKC) ? UTF8PROC_COMPAT : 0);
  const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text.ptr + from;
  utf8proc_ssize_t bytes = (utf8proc_ssize_t)(to - from);
  o->scratch.len = 0;
  utf8proc_ssize_t room = utf8proc_decompose(p, bytes, NULL, 0, options);
  if (room < 0)
    return TOK_TOOBIG;
  char *scratch = tok_buf_reserve(&o->scratch, (size_t)room * sizeof(utf8proc_int32_t));
  if (scratch == NULL)
    return o->scratch.status;
  utf8proc_int32_t *cps = (utf8proc_int32_t *)(void *)scratch;
  utf8proc_ssize_t k = utf8proc_decompose(p, bytes, cps, room, options);
  if (k < 0 || k > room)
    return TOK_TOOBIG;
  k = utf8proc_normalize_utf32(cps, k, options);
  for (utf8proc_ssize_t i = 0; i < k; i++) {
    utf8proc_uint8_t one[4];
    put(o, one, (size_t)utf8proc_encode_char(cps[i], one), from, false);
  }
  return TOK_OK;
}

static const char BLANK[] = "\xE2\x96\x81"; /* U+2581 */
enum { BLANK_BYTES = 3 };

static bool is_blank_sign(tok_slice text, size_t at) {
  return text.len - at >= BLANK_BYTES && memcmp(text.ptr + at, BLANK, BLANK_BYTES) == 0;
}

/* The end of the ASCII from `at` on, or a place before it. */
static size_t skip_ascii(tok_slice text, size_t at) {
  uint64_t w;
  for (; at + sizeof w <= text.len; at += sizeof w) {
    memcpy(&w, text.ptr + at, sizeof w);
    w &= 0x8080808080808080u;
    if (w != 0) return at + (size_t)__builtin_ctzll(w) / 8;
  }
  return at;
}

/* tok_utf8_decode(), quicker for the leads of two and three bytes that need no closer look. */
static inline size_t decode(const uint8_t *p, size_t n, uint32_t *cp) {
  if (n >= 3 && p[0] > 0xE0 && p[0] < 0xED && ((p[1] ^ 0x80) | (p[2] ^ 0x80)) < 0x40) {
    *cp = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    return 3;
  }
  if (n >= 2 && p[0] >= 0xC2 && p[0] < 0xE0 && (p[1] & 0xC0) == 0x80) {
    *cp = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
    return 2;
  }
  return tok_utf8_decode(p, n, cp);
}

/* The first place that changes, and of Unicode normalization the character before it; text.len if
 * none. */
static size_t first_change(const tok_normal *n, tok_slice text, size_t at) {
  size_t before = at;
  if (n->inert == NULL && !(n->flags & TOK_N_BLANKS))
    return text.len;
  while (at < text.len) {
    if (n->inert == NULL) { /* only signs of blanks: all begin with one byte */
      const char *p = memchr(text.ptr + at, BLANK[0], text.len - at);
      if (p == NULL)
        return text.len;
      at = (size_t)(p - text.ptr);
      if (is_blank_sign(text, at))
        return at;
      at++;
      continue;
    }
    uint8_t c = (uint8_t)text.ptr[at];
    uint32_t cp;
    if (c < 0x80) {
      before = skip_ascii(text, at + 1) - 1;
      at = before + 1;
      continue;
    }
    if (c == 0xE2 && (n->flags & TOK_N_BLANKS) && is_blank_sign(text, at))
      return at;
    size_t len = decode((const uint8_t *)text.ptr + at, text.len - at, &cp);
    if (!leaves_alone(n, cp))
      return before;
    before = at;
    at += len;
  }
  return text.len;
}

/* The end of the run that starts at `at` with one character, and goes on with what is not inert. */
static size_t run_end(const tok_normal *n, tok_slice text, size_t at, bool *valid) {
  uint32_t cp;
  const uint8_t *p = (const uint8_t *)text.ptr;
  size_t len = tok_utf8_decode(p + at, text.len - at, &cp);
  *valid = cp != TOK_UTF8_INVALID;
  size_t stop = text.len - at > RUN_MAX ? at + RUN_MAX : text.len;
  at += len;
  if (!*valid)
    return at;
  while (at < stop) {
    len = tok_utf8_decode(p + at, text.len - at, &cp);
    if (leaves_alone(n, cp))
      break;
    at += len;
  }
  return at;
}

static tok_status change_all(const tok_normal *n, tok_slice text, size_t at, tok_normal_out *o) {
  size_t done = 0;
  tok_status rc = TOK_OK;
  while (at < text.len && rc == TOK_OK) {
    put(o, text.ptr + done, at - done, done, true);
    if ((n->flags & TOK_N_BLANKS) && is_blank_sign(text, at)) {
      put(o, " ", 1, at, false);
      done = at + BLANK_BYTES;
    } else {
      bool valid;
      done = run_end(n, text, at, &valid);
      if (valid) {
        rc = put_normalized(n, text, at, done, o);
      } else {
        put(o, text.ptr + at, 1, at, true);
      }
    }
    at = first_change(n, text, done);
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
  if ((*from = to.len = tok_added_at(n->keep, text, at)) > 0)
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
    put(o, " ", 1, at, false);
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
      behind_blank = false;
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

tok_status tok_normal_apply(const tok_normal *n, tok_slice text, bool prefix, tok_normal_out *o,
                            tok_slice *result, bool *changed) {
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
  size_t at = first_change(n, text, 0);
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
  tok_status rc = change_all(n, text, at, o);
  end_map(o, text);
  return taken(o, rc, result);
}

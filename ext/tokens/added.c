#include "added.h"

#include <stdlib.h>

#include "unicode.h"

static int by_name(const void *a, const void *b) {
  const tok_added_name *x = a, *y = b;
  size_t n = x->name.len < y->name.len ? x->name.len : y->name.len;
  int order = memcmp(x->name.ptr, y->name.ptr, n);
  if (order != 0)
    return order;
  if (x->name.len != y->name.len)
    return x->name.len < y->name.len ? -1 : 1;
  return x->id < y->id ? -1 : x->id > y->id;
}

static void note_first(tok_added *a, tok_slice name) {
  uint8_t c = (uint8_t)name.ptr[0];
  if (!a->first[c]) {
    if (a->filter.n_firsts < TOK_ADDED_FIRSTS)
      a->filter.firsts[a->filter.n_firsts] = c;
    a->filter.n_firsts++;
    a->first[c] = true;
  }
  unsigned first = name.len > 1 ? (uint8_t)name.ptr[1] : 0, last = name.len > 1 ? first : 255;
  for (unsigned second = first; second <= last; second++) {
    unsigned pair = (unsigned)c << 8 | second;
    a->pairs[pair >> 3] |= (uint8_t)(1 << (pair & 7));
  }
}

/*
** The first byte of most names ('<' as a rule) has half of the groups, by second bytes; the others
** share the rest.
*/
static void make_filter(tok_added *a) {
  size_t most = 0;
  enum { HALF = TOK_ADDED_GROUPS / 2 };
  for (size_t c = 1; c < 256; c++)
    most = a->from[c + 1] - a->from[c] > a->from[most + 1] - a->from[most] ? c : most;
  for (size_t i = 0; i < a->n; i++) {
    tok_slice name = a->names[i].name;
    unsigned first = (uint8_t)name.ptr[0], second = name.len > 1 ? (uint8_t)name.ptr[1] : 0;
    uint8_t group = (uint8_t)(1 << (first == most ? HALF + second % HALF : first % HALF));
    for (size_t k = 0; k < TOK_ADDED_DEPTH; k++) {
      for (size_t any = 0; any < 256 && k >= name.len; any++) a->filter.groups[k][any] |= group;
      if (k < name.len) a->filter.groups[k][(uint8_t)name.ptr[k]] |= group;
    }
  }
}

/* The names are in order. */
static void make_ranges(tok_added *a) {
  for (size_t i = 0; i < a->n; i++) a->from[(uint8_t)a->names[i].name.ptr[0] + 1]++;
  for (int c = 0; c < 256; c++) a->from[c + 1] += a->from[c];
}

static tok_status allocate(tok_added *a, size_t n) {
  memset(a, 0, sizeof *a);
  if (n == 0)
    return TOK_OK;
  a->names = tok_malloc(n * sizeof *a->names);
  a->pairs = tok_malloc(65536 / 8);
  if (a->names == NULL || a->pairs == NULL) {
    tok_added_free(a);
    return TOK_NOMEM;
  }
  memset(a->pairs, 0, 65536 / 8);
  return TOK_OK;
}

/* The names are there, in order. */
static void index_names(tok_added *a) {
  for (size_t i = 0; i < a->n; i++)
    note_first(a, a->names[i].name);
  make_ranges(a);
  make_filter(a);
}

tok_status tok_added_new(tok_added *a, const tok_definition *d, const uint32_t *list, size_t n_list,
                         uint32_t flags) {
  size_t n = 0;
  for (size_t i = 0; i < n_list; i++) {
    const tok_def_token *t = tok_def_at(d, list[i]);
    n += (t->flags & flags) != 0 && t->name_n > 0;
  }
  tok_status rc = allocate(a, n);
  if (rc != TOK_OK || n == 0)
    return rc;
  for (size_t i = 0; i < n_list; i++) {
    const tok_def_token *t = tok_def_at(d, list[i]);
    if ((t->flags & flags) && t->name_n > 0)
      a->names[a->n++] = (tok_added_name){tok_def_name(d, t), t->id, t->flags, false};
  }
  qsort(a->names, a->n, sizeof *a->names, by_name);
  index_names(a);
  return TOK_OK;
}

tok_status tok_added_without(tok_added *a, const tok_added *from, const bool leave[256]) {
  tok_status rc = allocate(a, from->n);
  for (size_t i = 0; i < from->n && rc == TOK_OK; i++) {
    if (!leave[(uint8_t)from->names[i].name.ptr[0]])
      a->names[a->n++] = from->names[i];
  }
  if (rc == TOK_OK)
    index_names(a);
  return rc;
}

void tok_added_free(tok_added *a) {
  tok_free(a->names);
  tok_free(a->pairs);
  memset(a, 0, sizeof *a);
}

static uint8_t byte_at(const tok_added *a, size_t name, size_t depth) {
  return (uint8_t)a->names[name].name.ptr[depth];
}

/* The first of the names [lo, hi), all longer than `depth`, whose byte there is c or above. */
static size_t first_from(const tok_added *a, size_t lo, size_t hi, size_t depth, unsigned c) {
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (byte_at(a, mid, depth) < c) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  return lo;
}

/* The longest name that text[at..) begins with, or NULL. */
static const tok_added_name *name_at(const tok_added *a, tok_slice text, size_t at) {
  uint8_t c = (uint8_t)text.ptr[at];
  size_t lo = a->from[c], hi = a->from[c + 1];
  const tok_added_name *best = NULL;
  for (size_t depth = 1; lo < hi; depth++) {
    if (a->names[lo].name.len == depth) best = &a->names[lo];
    while (lo < hi && a->names[lo].name.len == depth) lo++; /* twins are possible */
    if (lo == hi || at + depth >= text.len) break;
    c = (uint8_t)text.ptr[at + depth];
    if (byte_at(a, lo, depth) > c || byte_at(a, hi - 1, depth) < c) break;
    if (byte_at(a, lo, depth) != c) lo = first_from(a, lo, hi, depth, c);
    if (byte_at(a, hi - 1, depth) != c) hi = first_from(a, lo, hi, depth, c + 1u);
  }
  return best;
}

size_t tok_added_at(const tok_added *a, tok_slice text, size_t at) {
  if (a->n == 0 || !a->first[(uint8_t)text.ptr[at]])
    return 0;
  const tok_added_name *name = name_at(a, text, at);
  return name == NULL ? 0 : name->name.len;
}

/* The next byte from `at` on that a name may begin with; text.len if there is none. */
static size_t next_first(tok_added_scan *s, size_t at) {
  const tok_added *a = s->added;
  size_t best = s->text.len;
  if (s->next_name != NULL)
    return s->next_name(&a->filter, (const uint8_t *)s->text.ptr, at, s->text.len);
  if (a->filter.n_firsts > TOK_ADDED_FIRSTS) {
    while (at < s->text.len && !a->first[(uint8_t)s->text.ptr[at]])
      at++;
    return at;
  }
  for (int i = 0; i < a->filter.n_firsts; i++) {
    if (s->next[i] < at || at == 0) {
      const char *p =
          at < s->text.len ? memchr(s->text.ptr + at, a->filter.firsts[i], s->text.len - at) : NULL;
      s->next[i] = p == NULL ? s->text.len : (size_t)(p - s->text.ptr);
    }
    if (s->next[i] < best)
      best = s->next[i];
  }
  return best;
}

static bool is_white(tok_slice text, size_t at, size_t *len) {
  tok_class c = tok_class_at((const uint8_t *)text.ptr + at, text.len - at, len);
  return TOK_SPACES >> c & 1;
}

/* \w, near enough: letters, marks, numbers and the underscore. */
static bool is_word(tok_slice text, size_t at) {
  size_t len;
  if (text.ptr[at] == '_')
    return true;
  tok_class c = tok_class_at((const uint8_t *)text.ptr + at, text.len - at, &len);
  return (TOK_LETTERS | TOK_SET(TOK_MARK) | TOK_SET(TOK_NUMBER)) >> c & 1;
}

static size_t char_before(tok_slice text, size_t at) {
  size_t from = at - 1;
  while (from > 0 && at - from < 4 && ((uint8_t)text.ptr[from] & 0xC0) == 0x80)
    from--;
  return from;
}

static bool stands_alone(tok_slice text, size_t start, size_t end) {
  if (start > 0 && is_word(text, char_before(text, start)))
    return false;
  return end == text.len || !is_word(text, end);
}

/* Takes the white space that the token's flags ask for, not before `from`. */
static void take_white(tok_slice text, size_t from, uint32_t flags, tok_added_match *m) {
  size_t len;
  if (flags & TOK_T_LSTRIP) {
    while (m->start > from) {
      size_t before = char_before(text, m->start);
      if (before < from || !is_white(text, before, &len) || before + len != m->start)
        break;
      m->start = before;
    }
  }
  if (flags & TOK_T_RSTRIP) {
    while (m->end < text.len && is_white(text, m->end, &len))
      m->end += len;
  }
}

tok_added_match tok_added_next(tok_added_scan *s, size_t from) {
  const tok_added *a = s->added;
  tok_slice text = s->text;
  if (a->n > 0) {
    for (size_t at = next_first(s, from); at < text.len; at = next_first(s, at + 1)) {
      if (at + 1 < text.len) {
        unsigned pair = (unsigned)(uint8_t)text.ptr[at] << 8 | (uint8_t)text.ptr[at + 1];
        if (!(a->pairs[pair >> 3] >> (pair & 7) & 1))
          continue;
      }
      const tok_added_name *name = name_at(a, text, at);
      if (name == NULL)
        continue;
      tok_added_match m = {at, at + name->name.len, name->id, name->ranked};
      if ((name->flags & TOK_T_WORD) && !stands_alone(text, m.start, m.end)) {
        at = m.end - 1;
        continue;
      }
      take_white(text, from, name->flags, &m);
      m.ranked &= m.end - m.start == name->name.len;
      return m;
    }
  }
  return (tok_added_match){text.len, text.len, 0, false};
}

/* The carried zone rules; see zone_table.h. */
#include "zone_table.h"

#include "zone_impl.h"

/* A field of a line: up to the separator or the end. */
static tok_slice field(tok_slice *rest, char separator) {
  const char *end = rest->len == 0 ? NULL : memchr(rest->ptr, separator, rest->len);
  tok_slice f = {rest->ptr, end == NULL ? rest->len : (size_t)(end - rest->ptr)};
  size_t used = f.len + (end != NULL);
  rest->ptr += used;
  rest->len -= used;
  return f;
}

static bool same_name(tok_slice a, tok_slice b) {
  if (a.len != b.len) return false;
  for (size_t i = 0; i < a.len; i++) {
    if (tok_lower(a.ptr[i]) != tok_lower(b.ptr[i])) return false;
  }
  return true;
}

/* The line of a name, without its names; .ptr NULL: none. */
static tok_slice find(tok_slice name, tok_slice *canonical) {
  tok_slice rest = {(const char *)tok_zone_rules, tok_zone_rules_bytes};
  while (rest.len > 0) {
    tok_slice line = field(&rest, '\n'), names = field(&line, '\t');
    while (names.len > 0) {
      tok_slice one = field(&names, ',');
      if (!same_name(one, name)) continue;
      *canonical = one;
      return line;
    }
  }
  return (tok_slice){NULL, 0};
}

static int64_t number(tok_slice *s) {
  bool negative = s->len > 0 && *s->ptr == '-';
  size_t i = negative;
  int64_t v = 0;
  for (; i < s->len && tok_is_digit(s->ptr[i]); i++) v = v * 10 + (s->ptr[i] - '0');
  s->ptr += i;
  s->len -= i;
  return negative ? -v : v;
}

enum { OFFSETS_MAX = 26 };

/* The generator has proved the line well-formed and within these bounds; a test reads every one. */
static void fill(tok_zone *z, tok_slice offsets, tok_slice changes) {
  int32_t offset[OFFSETS_MAX] = {0};
  for (int i = 0; i < OFFSETS_MAX && offsets.len > 0; i++) {
    tok_slice one = field(&offsets, ',');
    offset[i] = (int32_t)number(&one);
  }
  int64_t t = 0;
  size_t kept = 0;
  z->before = offset[changes.ptr[0] - 'a'];
  changes.ptr++;
  changes.len--;
  while (changes.len > 0) {
    t += number(&changes) * 60;
    if (changes.len > 0 && *changes.ptr == ':') {
      changes.ptr++;
      changes.len--;
      t += number(&changes);
    }
    z->at[kept] = t;
    z->offset[kept++] = offset[*changes.ptr - 'a'];
    changes.ptr++;
    changes.len--;
  }
  z->n = kept;
}

tok_status tok_zone_carried(tok_slice name, tok_zone **out, tok_slice *canonical) {
  tok_slice line = find(name, canonical);
  if (line.ptr == NULL) return TOK_NOTFOUND;
  if (out == NULL) return TOK_OK;
  tok_slice rule = field(&line, '\t'), offsets = field(&line, '\t');
  size_t n = 0;
  for (size_t i = 1; i < line.len; i++) n += tok_is_alpha(line.ptr[i]);
  tok_zone *z = tok_zone_alloc(n);
  if (z == NULL) return TOK_NOMEM;
  fill(z, offsets, line);
  tok_status s = tok_zone_read_rule(rule, &z->rule);
  if (s != TOK_OK) {
    tok_zone_free(z);
    return s;
  }
  *out = z;
  return TOK_OK;
}

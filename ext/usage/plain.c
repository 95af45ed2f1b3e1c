/*
** Canonical usage objects of nothing but tokens, read in one glance; see prices/usage_json.h.
**
** The table of shapes costs most of what pricing such an object costs, and the objects that tok
** itself writes are nearly all that is priced. What is taken here is a part of JSON in which
** nothing can go wrong: known members, each once, with whole numbers of up to 15 digits, plain
** strings or null.
*/
#include "../prices/usage_json.h"

typedef struct {
  const char *at, *end;
} glance;

static void skip_blanks(glance *g) {
  while (g->at < g->end && (*g->at == ' ' || *g->at == '\n' || *g->at == '\t' || *g->at == '\r'))
    g->at++;
}

/* Past the blanks and the character, if it comes next. */
static bool take(glance *g, char c) {
  skip_blanks(g);
  if (g->at == g->end || *g->at != c)
    return false;
  g->at++;
  return true;
}

/* A string of printable ASCII without escapes. */
static bool take_string(glance *g, tok_slice *out) {
  if (!take(g, '"'))
    return false;
  out->ptr = g->at;
  while (g->at < g->end && *g->at != '"' && *g->at != '\\' && *g->at >= ' ' && *g->at < 0x7F)
    g->at++;
  out->len = (size_t)(g->at - out->ptr);
  return take(g, '"');
}

/* Digits without a leading zero. What follows them is looked at by who comes next. */
static bool take_number(glance *g, int64_t *out) {
  enum { DIGITS_MAX = 15 }; /* sums of a few of them fit in 64 bits */
  const char *start = g->at;
  int64_t v = 0;
  while (g->at < g->end && tok_is_digit(*g->at) && g->at - start <= DIGITS_MAX)
    v = v * 10 + (*g->at++ - '0');
  *out = v;
  return g->at > start && g->at - start <= DIGITS_MAX && (*start != '0' || g->at - start == 1);
}

static bool take_null(glance *g) {
  static const char null[] = "null";
  if ((size_t)(g->end - g->at) < sizeof null - 1 || memcmp(g->at, null, sizeof null - 1) != 0)
    return false;
  g->at += sizeof null - 1;
  return true;
}

/* Members: counts in the order of tok_plain, then what is no count. */
enum { TOTAL = TOK_PLAIN_N, PROVIDER, TIER, MODEL, RESPONSE_ID, N_MEMBERS };
static const struct {
  const char *name;
  size_t len;
} members[N_MEMBERS] = {
    [TOK_PLAIN_INPUT] = {"input_tokens", 12},
    [TOK_PLAIN_OUTPUT] = {"output_tokens", 13},
    [TOK_PLAIN_CACHE_READ] = {"cache_read_tokens", 17},
    [TOK_PLAIN_CACHE_WRITE] = {"cache_write_tokens", 18},
    [TOK_PLAIN_CACHE_WRITE_1H] = {"cache_write_1h_tokens", 21},
    [TOK_PLAIN_REASONING] = {"reasoning_tokens", 16},
    [TOTAL] = {"total_tokens", 12},
    [PROVIDER] = {"provider", 8},
    [TIER] = {"service_tier", 12},
    [MODEL] = {"model", 5},
    [RESPONSE_ID] = {"response_id", 11},
};

static int find_member(tok_slice name) {
  int i = 0;
  while (i < N_MEMBERS &&
         (members[i].len != name.len || memcmp(members[i].name, name.ptr, name.len) != 0))
    i++;
  return i;
}

/* One member; false: not for here. */
static bool take_member(glance *g, uint32_t *seen, tok_plain *p, tok_slice words[N_MEMBERS]) {
  tok_slice name;
  int64_t v;
  if (!take_string(g, &name) || !take(g, ':'))
    return false;
  int m = find_member(name);
  if (m == N_MEMBERS || (*seen >> m & 1) != 0)
    return false;
  *seen |= 1u << m;
  skip_blanks(g);
  if (take_null(g))
    return true;
  if (m > TOTAL)
    return take_string(g, &words[m]);
  if (!take_number(g, &v))
    return false;
  if (m != TOTAL) {
    p->n[m] = v;
    p->given |= 1u << m;
  }
  return true;
}

bool tok_usage_plain(tok_slice json, tok_plain *p, tok_slice *provider, tok_tier *tier) {
  tok_slice words[N_MEMBERS] = {{NULL, 0}};
  uint32_t seen = 0;
  memset(p, 0, sizeof *p);
  if (json.len == 0) return false; /* and json.ptr may be NULL */
  glance g = {json.ptr, json.ptr + json.len};
  if (!take(&g, '{')) return false;
  do {
    if (!take_member(&g, &seen, p, words))
      return false;
  } while (take(&g, ','));
  if (!take(&g, '}'))
    return false;
  skip_blanks(&g);
  *provider = words[PROVIDER];
  *tier = words[TIER].len == 0 ? TOK_TIER_STANDARD : tok_tier_find(words[TIER]);
  if (*tier == TOK_TIER_N) return false; /* the explanation names it */
  /* a split that is more than what it splits means something: not here */
  return g.at == g.end && p->given != 0 &&
         p->n[TOK_PLAIN_CACHE_WRITE_1H] <= p->n[TOK_PLAIN_CACHE_WRITE];
}

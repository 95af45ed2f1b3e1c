/* The quotas of a ledger in memory; see plan.h. Nothing of its own for SQL. */
#include "plan.h"

#include "../base/time.h"

void tok_plan_init(tok_plan *p) {
  memset(p, 0, sizeof *p);
  tok_buf_init(&p->text, TOK_PLAN_TEXT_MAX);
}

void tok_plan_free(tok_plan *p) {
  if (p->quota != NULL) tok_free(p->quota);
  tok_buf_free(&p->text);
  tok_plan_init(p);
}

/* ---- reading quotas -------------------------------------------------------------------------- */

static tok_quota_kind kind_of(tok_slice text) {
  static const char *const names[] = {"fixed", "month", "lifetime", "rolling", "calendar"};
  for (int i = 0; i < TOK_KIND_OTHER; i++) {
    if (tok_slice_is(text, names[i])) return (tok_quota_kind)i;
  }
  return TOK_KIND_OTHER;
}

static bool action_of(tok_slice text, tok_decision *out) {
  for (int i = TOK_WARN; i <= TOK_BLOCK; i++) {
    if (!tok_slice_is(text, tok_decision_names[i])) continue;
    *out = (tok_decision)i;
    return true;
  }
  return false;
}

static bool metric_of(tok_slice text, char *out) {
  static const char *const names[] = {"input", "output", "total", "requests", "cost"};
  *out = text.len == 0 ? '\0' : text.ptr[0];
  for (int i = 0; i < TOK_N_AMOUNTS; i++) {
    if (tok_slice_is(text, names[i])) return true;
  }
  return false;
}

static bool hold_of(tok_slice text, int64_t *fixed_units) {
  static const char prefix[] = "fixed:";
  const size_t n = sizeof prefix - 1;
  *fixed_units = -1;
  if (tok_slice_is(text, "max")) return true;
  if (tok_slice_is(text, "none")) {
    *fixed_units = 0;
    return true;
  }
  /* 18 digits: no overflow */
  if (text.len <= n || text.len > n + 18 || memcmp(text.ptr, prefix, n) != 0) return false;
  *fixed_units = 0;
  for (size_t i = n; i < text.len; i++) {
    if (!tok_is_digit(text.ptr[i])) return false;
    *fixed_units = *fixed_units * 10 + (text.ptr[i] - '0');
  }
  return true;
}

static bool contains(tok_slice text, tok_slice word) {
  for (size_t i = 0; i + word.len <= text.len; i++) {
    if (memcmp(text.ptr + i, word.ptr, word.len) == 0) return true;
  }
  return false;
}

static void split_of(tok_slice text, tok_plan_quota *q) {
  q->split = 0;
  q->tuple = text.len > 0;
  for (int i = 0; i < TOK_DIM_TAGS; i++) {
    if (contains(text, tok_slice_of(tok_dim_names[i]))) q->split |= 1u << i;
    if (tok_slice_is(text, tok_dim_names[i])) q->tuple = false;
  }
}

static size_t keep(tok_plan *p, tok_slice text) {
  size_t at = p->text.len;
  tok_buf_add(&p->text, text.ptr, text.len);
  tok_buf_addc(&p->text, '\0');
  return at;
}

static tok_plan_quota *room(tok_plan *p, tok_status *status) {
  *status = TOK_TOOBIG;
  if (p->n == TOK_PLAN_QUOTAS_MAX) return NULL;
  if (p->n == p->cap) {
    int cap = p->cap == 0 ? 16 : 2 * p->cap;
    tok_plan_quota *quota = tok_realloc(p->quota, (size_t)cap * sizeof *quota);
    *status = TOK_NOMEM;
    if (quota == NULL) return NULL;
    p->quota = quota;
    p->cap = cap;
  }
  *status = TOK_OK;
  return &p->quota[p->n];
}

tok_status tok_plan_add(tok_plan *p, const tok_plan_row *row) {
  tok_status status;
  tok_plan_quota *q = room(p, &status);
  if (q == NULL) return status;
  *q = (tok_plan_quota){.id = row->id, .limit = row->limit, .soft = row->soft, .since = row->since,
                        .span_s = row->span_s, .len_s = row->len_s, .anchor_s = row->anchor_s,
                        .months = row->months, .route_len = row->route.len};
  q->kind = kind_of(row->kind);
  /* a route other than '*' is the one part of the scope that has no wildcard and is not '*' */
  q->by_route = row->any == (tok_slice_is(row->route, "*") ? TOK_DIM_TAGS : TOK_DIM_TAGS - 1);
  bool windows = q->kind == TOK_KIND_FIXED || q->kind == TOK_KIND_ROLLING;
  bool known = metric_of(row->metric, &q->metric);
  known = action_of(row->action, &q->action) && known;
  known = hold_of(row->hold_size, &q->fixed_units) && known;
  q->plain = known && q->kind != TOK_KIND_OTHER && (!windows || q->len_s > 0) && q->months > 0 &&
             row->pattern.len <= TOK_PLAN_PATTERN_MAX;
  q->special = row->special;
  q->tag_len = tok_slice_is(row->tag_text, "\"*\"") ? 0 : row->tag_text.len;
  split_of(row->split_by, q);
  q->route = keep(p, row->route);
  q->pattern = keep(p, row->pattern);
  q->tag = keep(p, row->tag_text);
  q->calendar = keep(p, row->calendar);
  if (p->text.status != TOK_OK) return p->text.status;
  p->has_cost |= q->metric == 'c';
  p->n++;
  return TOK_OK;
}

/* ---- a request's texts ----------------------------------------------------------------------- */

typedef struct {
  const tok_plan *plan;
  const tok_request *r;
  tok_slice dim[TOK_DIM_TAGS]; /* ptr NULL: not given; provider and model in lower case */
  const char *scope;           /* all of them in one text, made when first needed */
  tok_slice tags;              /* likewise */
  tok_glob_fn *glob;
  tok_plan_covers *out;
  int64_t now;
} matcher;

static char *scratch(matcher *m, size_t n) {
  if (sizeof m->out->text - m->out->n_text < n) return NULL;
  char *p = m->out->text + m->out->n_text;
  m->out->n_text += n;
  return p;
}

static bool set_dims(matcher *m) {
  for (int i = 0; i < TOK_DIM_TAGS; i++) {
    tok_slice s = m->r->dim[i];
    m->dim[i] = s;
    if (s.ptr == NULL) continue;
    if (memchr(s.ptr, '\0', s.len) != NULL) return false; /* GLOB ends there, = does not */
    if (i != TOK_DIM_PROVIDER && i != TOK_DIM_MODEL) continue;
    char *lower = scratch(m, s.len);
    if (lower == NULL) return false;
    for (size_t k = 0; k < s.len; k++) {
      /* what lower() does with it depends on the host */
      if ((unsigned char)s.ptr[k] >= 0x80) return false;
      lower[k] = tok_lower(s.ptr[k]);
    }
    m->dim[i].ptr = lower;
  }
  return true;
}

/* The text that quota_covers.sql matches with a pattern. False: too long. */
static bool make_scope(matcher *m) {
  static const struct {
    char label[5];
    tok_dim dim;
  } parts[TOK_DIM_TAGS] = {{"\x1Ft=", TOK_DIM_TENANT},
                           {"\x1Fu=", TOK_DIM_USER},
                           {"\x1Fk=", TOK_DIM_API_KEY},
                           {"\x1Fs=", TOK_DIM_SESSION},
                           {"\x1F"
                            "a=",
                            TOK_DIM_TASK},
                           {"\x1Fm=", TOK_DIM_MODEL},
                           {"\x1Fp=", TOK_DIM_PROVIDER}};
  size_t n = 1;
  for (int i = 0; i < TOK_DIM_TAGS; i++) n += 3 + m->dim[i].len;
  char *p = scratch(m, n);
  m->scope = p;
  if (p == NULL) return false;
  for (int i = 0; i < TOK_DIM_TAGS; i++) {
    tok_slice s = m->dim[parts[i].dim];
    memcpy(p, parts[i].label, 3);
    if (s.len > 0) memcpy(p + 3, s.ptr, s.len);
    p += 3 + s.len;
  }
  *p = '\0';
  return true;
}

/* replace(text, wide, '":"') of SQL, in its own place. */
static size_t narrow(char *text, size_t len, const char *wide) {
  size_t n_wide = strlen(wide), n = 0;
  for (size_t i = 0; i < len;) {
    bool found = len - i >= n_wide && memcmp(text + i, wide, n_wide) == 0;
    memmove(text + n, found ? "\":\"" : text + i, found ? 3 : 1);
    n += found ? 3 : 1;
    i += found ? n_wide : 1;
  }
  return n;
}

/*
** The tags as tag_found.sql looks into them: without the blanks around a colon between texts.
** False: too long, or something in them is escaped, which is left to SQL.
*/
static bool make_tags(matcher *m) {
  tok_slice from = m->r->dim[TOK_DIM_TAGS];
  char *p = scratch(m, from.len + 1);
  m->tags = (tok_slice){p, 0};
  if (p == NULL) return false;
  if (from.len == 0) return true;
  if (memchr(from.ptr, '\0', from.len) != NULL || memchr(from.ptr, '\\', from.len) != NULL)
    return false;
  memcpy(p, from.ptr, from.len);
  m->tags.len = narrow(p, narrow(p, from.len, "\" : \""), "\": \"");
  return true;
}

/* ",'it''s'" or ",NULL", as quote() writes it; at most 2 * length + 5 bytes. */
static char *put_quoted(char *p, tok_slice s) {
  *p++ = ',';
  if (s.ptr == NULL) {
    memcpy(p, "NULL", 4);
    return p + 4;
  }
  *p++ = '\'';
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] == '\'') *p++ = '\'';
    *p++ = s.ptr[i];
  }
  *p++ = '\'';
  return p;
}

static bool set_key(matcher *m, const tok_plan_quota *q, tok_slice *key) {
  *key = (tok_slice){"", 0};
  if (q->split == 0) return true;
  size_t n = 0;
  for (int i = 0; i < TOK_DIM_TAGS; i++) {
    if ((q->split >> i & 1u) == 0) continue;
    if (!q->tuple && m->dim[i].ptr != NULL) *key = m->dim[i];
    n += 2 * m->dim[i].len + 5;
  }
  if (!q->tuple) return true;
  char *first = scratch(m, n), *p = first;
  if (first == NULL) return false;
  for (int i = 0; i < TOK_DIM_TAGS; i++) {
    if (q->split >> i & 1u) p = put_quoted(p, m->dim[i]);
  }
  *key = (tok_slice){first + 1, (size_t)(p - first) - 1};
  return true;
}

/* ---- periods and amounts --------------------------------------------------------------------- */

static int64_t month_start(int64_t t, int64_t months) {
  int64_t year, days = (t - tok_second_of_day(t)) / 86400;
  int month, day;
  tok_civil_from_days(days, &year, &month, &day);
  month -= (int)((month - 1) % months);
  return tok_days_from_civil(year, month, 1) * 86400;
}

static int64_t start_of(const tok_plan_quota *q, int64_t t) {
  switch (q->kind) {
  case TOK_KIND_FIXED:
    return t - ((t - q->anchor_s) % q->len_s + q->len_s) % q->len_s;
  case TOK_KIND_ROLLING:
    return t - (t % q->len_s + q->len_s) % q->len_s;
  case TOK_KIND_MONTH:
    return month_start(t, q->months);
  default:
    return 0; /* a lifetime; a calendar is looked up */
  }
}

/* What the request may need of q. False: overflow, or tokens without a price under a cost quota. */
static bool set_need(const tok_request *r, const tok_plan_quota *q, tok_plan_cover *c) {
  int64_t tokens;
  if (!tok_add_i64(r->amount[TOK_AMOUNT_INPUT], r->amount[TOK_AMOUNT_OUTPUT], &tokens))
    return false;
  c->known = tok_request_knows(r, q->metric);
  switch (q->metric) {
  case 'r':
    c->need = r->given[TOK_AMOUNT_REQUESTS] ? r->amount[TOK_AMOUNT_REQUESTS] : 1;
    return true;
  case 'i':
    c->need = r->amount[TOK_AMOUNT_INPUT];
    break;
  case 'o':
    c->need = r->amount[TOK_AMOUNT_OUTPUT];
    break;
  case 't':
    c->need = r->given[TOK_AMOUNT_TOTAL] ? r->amount[TOK_AMOUNT_TOTAL] : tokens;
    break;
  default:
    c->need = r->amount[TOK_AMOUNT_COST];
    if (!c->known &&
        (r->given[TOK_AMOUNT_INPUT] || r->given[TOK_AMOUNT_OUTPUT] || r->given[TOK_AMOUNT_TOTAL]))
      return false;
  }
  if (q->fixed_units >= 0) c->need = q->fixed_units;
  return true;
}

/* ---- matching -------------------------------------------------------------------------------- */

/* The route of q beside "k:" and value, as memcmp would order them. */
static int compare_route(const matcher *m, const tok_plan_quota *q, const char *prefix,
                         tok_slice value) {
  size_t n_prefix = strlen(prefix), len = q->route_len;
  const char *route = m->plan->text.ptr + q->route;
  int order = memcmp(route, prefix, len < n_prefix ? len : n_prefix);
  if (order != 0 || len < n_prefix) return order != 0 ? order : -1;
  route += n_prefix;
  len -= n_prefix;
  size_t both = len < value.len ? len : value.len;
  if (both > 0) order = memcmp(route, value.ptr, both);
  return order != 0 ? order : len < value.len ? -1 : len > value.len;
}

static bool add_cover(matcher *m, const tok_plan_quota *q) {
  const char *pattern = m->plan->text.ptr + q->pattern;
  if (m->now < q->since) return true;
  if (!q->by_route) {
    if (m->scope == NULL && !make_scope(m)) return false;
    if (m->glob(pattern, m->scope) != 0) return true;
  }
  if (q->tag_len > 0) {
    if (m->tags.ptr == NULL && !make_tags(m)) return false;
    if (!contains(m->tags, (tok_slice){m->plan->text.ptr + q->tag, q->tag_len})) return true;
  }
  if (!q->plain || m->out->n == TOK_PLAN_COVERS_MAX) return false;
  tok_plan_cover *c = &m->out->cover[m->out->n];
  *c = (tok_plan_cover){.quota = q, .start = start_of(q, m->now), .limit = q->limit};
  if (!set_key(m, q, &c->key) || !set_need(m->r, q, c)) return false;
  m->out->n++;
  return true;
}

/* The quotas of one route. */
static bool match_route(matcher *m, const char *prefix, tok_slice value) {
  int low = 0, high = m->plan->n;
  while (low < high) {
    int middle = low + (high - low) / 2;
    if (compare_route(m, &m->plan->quota[middle], prefix, value) < 0) low = middle + 1;
    else high = middle;
  }
  for (; low < m->plan->n && compare_route(m, &m->plan->quota[low], prefix, value) == 0; low++) {
    if (!add_cover(m, &m->plan->quota[low])) return false;
  }
  return true;
}

bool tok_plan_match(const tok_plan *p, const tok_request *r, int64_t now, tok_glob_fn *glob,
                    tok_plan_covers *out) {
  static const struct {
    const char *prefix;
    tok_dim dim;
  } routes[TOK_DIM_TAGS] = {{"k:", TOK_DIM_API_KEY}, {"u:", TOK_DIM_USER}, {"s:", TOK_DIM_SESSION},
                            {"t:", TOK_DIM_TENANT},  {"a:", TOK_DIM_TASK}, {"m:", TOK_DIM_MODEL},
                            {"p:", TOK_DIM_PROVIDER}};
  matcher m = {.plan = p, .r = r, .glob = glob, .out = out, .now = now};
  out->n = 0;
  out->n_text = 0;
  if (!set_dims(&m) || !match_route(&m, "*", (tok_slice){"", 0})) return false;
  for (int i = 0; i < TOK_DIM_TAGS; i++) {
    tok_slice value = m.dim[routes[i].dim];
    if (value.ptr != NULL && !match_route(&m, routes[i].prefix, value)) return false;
  }
  return true;
}

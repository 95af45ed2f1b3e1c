/* Summing up rows as the roll-ups want them; see rollup.h. Nothing of its own for SQL. */
#include "rollup.h"

enum { HOUR_S = 3600, DAY_S = 86400 };
enum { LIST = TOK_N_SUMS, N_VALUES }; /* a group's values: its sums and the head of its list */
enum { FIRST_LINKS = 1 << 12, LINKS_MAX = 1 << 30 /* index + 1 fits uint32_t */ };

/*
** llm_rollup_plan, in the order of the primary key. uses: bit k is key k. A dim's three lines stand
** together: the first and the last are summed up from the one of hours between them.
*/
static const struct {
  const char *dim;
  int64_t level;
  unsigned uses;
  bool unpriced;
} plan[] = {
#define BIT(k) (1u << (k))
#define MODEL (BIT(TOK_PROVIDER) | BIT(TOK_MODEL))
    {"all", 0, 0, false},
    {"all", HOUR_S, 0, false},
    {"all", DAY_S, 0, false},
    {"model", 0, MODEL, false},
    {"model", HOUR_S, MODEL, false},
    {"model", DAY_S, MODEL, false},
    {"task_type", 0, BIT(TOK_TASK), false},
    {"task_type", HOUR_S, BIT(TOK_TASK), false},
    {"task_type", DAY_S, BIT(TOK_TASK), false},
    {"tenant_id", 0, BIT(TOK_TENANT), false},
    {"tenant_id", HOUR_S, BIT(TOK_TENANT), false},
    {"tenant_id", DAY_S, BIT(TOK_TENANT), false},
    {"tuple", DAY_S, MODEL | BIT(TOK_TASK) | BIT(TOK_TENANT), false},
    {"unpriced", 0, MODEL, true},
};
enum { N_PLAN = sizeof plan / sizeof plan[0] };

/*
** A key as bytes: a byte (the line of the plan, or whether the row has no cost), the bucket, the
** parts in use. Numbers are big-endian, so that the order of the bytes is nearly that of the
** primary key. A part is its length + 1 in 4 bytes, 0 for NULL, and its bytes.
*/
enum { HEAD_LEN = 1 + 8, PART_HEAD_LEN = 4 };

static char *put_be(char *p, uint64_t v, int n) {
  for (int i = n - 1; i >= 0; i--) *p++ = (char)(v >> (8 * i));
  return p;
}

static uint64_t get_be(const char *p, int n) {
  uint64_t v = 0;
  for (int i = 0; i < n; i++) v = v << 8 | (unsigned char)p[i];
  return v;
}

static char *put_head(char *p, int line, int64_t bucket) {
  *p++ = (char)line;
  return put_be(p, (uint64_t)bucket ^ (uint64_t)1 << 63, 8);
}

static char *put_part(char *p, tok_slice s) {
  p = put_be(p, s.ptr == NULL ? 0 : s.len + 1, PART_HEAD_LEN);
  if (s.len > 0) memcpy(p, s.ptr, s.len);
  return p + s.len;
}

static const char *get_part(const char *p, tok_slice *s) {
  uint64_t n = get_be(p, PART_HEAD_LEN);
  p += PART_HEAD_LEN;
  *s = n == 0 ? (tok_slice){NULL, 0} : (tok_slice){p, (size_t)n - 1};
  return p + s->len;
}

static int64_t floor_to(int64_t t, int64_t step) {
  int64_t rest = t % step;
  return t - (rest < 0 ? rest + step : rest);
}

void tok_rollup_init(tok_rollup *r) {
  memset(r, 0, sizeof *r);
  tok_tally_init(&r->rows, N_VALUES);
  tok_tally_init(&r->groups, N_VALUES);
}

void tok_rollup_free(tok_rollup *r) {
  tok_tally_free(&r->rows);
  tok_tally_free(&r->groups);
  tok_free(r->links);
  tok_free(r->scratch);
  r->links = NULL;
  r->scratch = NULL;
}

void tok_rollup_clear(tok_rollup *r) {
  tok_tally_clear(&r->rows);
  tok_tally_clear(&r->groups);
  r->n_links = 0;
}

/* Room for a key with these parts. */
static bool make_room(tok_rollup *r, const tok_slice *parts) {
  size_t need = HEAD_LEN;
  for (int k = 0; k < TOK_N_KEYS; k++) {
    if (parts[k].len >= UINT32_MAX) r->status = TOK_TOOBIG;
    need += PART_HEAD_LEN + parts[k].len;
  }
  if (r->status != TOK_OK || need <= r->scratch_cap) return r->status == TOK_OK;
  char *more = tok_realloc(r->scratch, 2 * need);
  if (more == NULL) {
    r->status = TOK_NOMEM;
    return false;
  }
  r->scratch = more;
  r->scratch_cap = 2 * need;
  return true;
}

/* Puts a link before the list. */
static void prepend(tok_rollup *r, int64_t *list, int64_t what) {
  if (r->n_links == r->cap_links) {
    size_t cap = r->cap_links == 0 ? FIRST_LINKS : 2 * r->cap_links;
    tok_rollup_link *more = cap > LINKS_MAX ? NULL : tok_realloc(r->links, cap * sizeof *more);
    if (more == NULL) {
      r->status = cap > LINKS_MAX ? TOK_TOOBIG : TOK_NOMEM;
      return;
    }
    r->links = more;
    r->cap_links = cap;
  }
  r->links[r->n_links++] = (tok_rollup_link){(uint32_t)*list, (uint32_t)what};
  *list = (int64_t)r->n_links;
}

/*
** Adds sums into the group whose key lies in scratch up to end, and `what` to its list unless that
** is negative.
*/
static void add_sums(tok_rollup *r, tok_tally *t, const char *end, const int64_t *sums,
                     int64_t what) {
  bool fresh = false, fits = true;
  int64_t *v = tok_tally_at(t, r->scratch, (size_t)(end - r->scratch), &fresh);
  if (v == NULL) {
    r->status = t->status;
    return;
  }
  for (size_t i = 0; i < TOK_SUM_FIRST; i++) fits = tok_add_i64(v[i], sums[i], &v[i]) && fits;
  if (fresh || sums[TOK_SUM_FIRST] < v[TOK_SUM_FIRST]) v[TOK_SUM_FIRST] = sums[TOK_SUM_FIRST];
  if (fresh || sums[TOK_SUM_LAST] > v[TOK_SUM_LAST]) v[TOK_SUM_LAST] = sums[TOK_SUM_LAST];
  if (!fits) r->status = TOK_OVERFLOW;
  else if (what >= 0) prepend(r, &v[LIST], what);
}

void tok_rollup_add(tok_rollup *r, const tok_rollup_row *row) {
  int64_t sums[TOK_N_SUMS];
  if (r->status != TOK_OK || !make_room(r, row->key)) return;
  sums[TOK_SUM_REQUESTS] = 1;
  for (int a = 0; a <= TOK_COST; a++) {
    sums[TOK_SUM_INPUT + 2 * a] = row->amount[a];
    sums[TOK_SUM_INPUT + 2 * a + 1] = row->known[a];
  }
  sums[TOK_SUM_PRICED] = row->known[TOK_COST] ? row->amount[TOK_TOTAL] : 0;
  sums[TOK_SUM_MS] = row->amount[TOK_MS];
  sums[TOK_SUM_MS + 1] = row->known[TOK_MS];
  sums[TOK_SUM_FIRST] = sums[TOK_SUM_LAST] = row->unix_time;
  char *p = put_head(r->scratch, !row->known[TOK_COST], floor_to(row->unix_time, HOUR_S));
  for (int k = 0; k < TOK_N_KEYS; k++) p = put_part(p, row->key[k]);
  add_sums(r, &r->rows, p, sums, row->known[TOK_MS] ? tok_times_bin(row->amount[TOK_MS]) : -1);
}

static bool of_hours(int line) { return plan[line].level == HOUR_S; }

static bool from_hours(int line) {
  return (line + 1 < N_PLAN && of_hours(line + 1) && plan[line].level == 0) ||
         (line > 0 && of_hours(line - 1) && plan[line].level == DAY_S);
}

/* Adds a group of rows to the lines that are summed up from rows. */
static void add_rows(tok_rollup *r, const tok_tally_entry *e) {
  const char *from = r->rows.arena + e->key_at;
  tok_slice parts[TOK_N_KEYS];
  const int64_t *sums = r->rows.values + e->value_at;
  bool unpriced = from[0] != 0;
  int64_t hour = (int64_t)(get_be(from + 1, 8) ^ (uint64_t)1 << 63);
  from += HEAD_LEN;
  for (int k = 0; k < TOK_N_KEYS; k++) from = get_part(from, &parts[k]);
  for (int line = 0; line < N_PLAN && r->status == TOK_OK; line++) {
    if (from_hours(line) || (plan[line].unpriced && !unpriced)) continue;
    char *p =
        put_head(r->scratch, line, plan[line].level == 0 ? 0 : floor_to(hour, plan[line].level));
    for (int k = 0; k < TOK_N_KEYS; k++) {
      if (plan[line].uses & BIT(k)) p = put_part(p, parts[k]);
    }
    add_sums(r, &r->groups, p, sums, plan[line].level > 0 && sums[LIST] > 0 ? sums[LIST] : -1);
  }
}

/*
** Adds a group of an hour to those of its day and of all time: the parts of the key are the same.
*/
static void add_hour(tok_rollup *r, size_t i) {
  const tok_tally_entry e = r->groups.entries[i]; /* adding moves entries, keys and values */
  int64_t sums[N_VALUES];
  int line = r->groups.arena[e.key_at];
  int64_t hour = (int64_t)(get_be(r->groups.arena + e.key_at + 1, 8) ^ (uint64_t)1 << 63);
  memcpy(sums, r->groups.values + e.value_at, sizeof sums);
  memcpy(r->scratch, r->groups.arena + e.key_at, e.key_len);
  put_head(r->scratch, line - 1, 0);
  add_sums(r, &r->groups, r->scratch + e.key_len, sums, -1);
  if (r->status != TOK_OK) return;
  put_head(r->scratch, line + 1, floor_to(hour, DAY_S));
  add_sums(r, &r->groups, r->scratch + e.key_len, sums, sums[LIST] > 0 ? sums[LIST] : -1);
}

void tok_rollup_finish(tok_rollup *r) {
  for (size_t i = 0; i < r->rows.n && r->status == TOK_OK; i++) add_rows(r, &r->rows.entries[i]);
  size_t n = r->groups.n;
  for (size_t i = 0; i < n && r->status == TOK_OK; i++) {
    if (of_hours(r->groups.arena[r->groups.entries[i].key_at])) add_hour(r, i);
  }
  tok_tally_sort(&r->groups);
}

static void read_parts(const tok_tally_entry *e, unsigned uses, tok_rollup_key *out) {
  const char *p = e->key + HEAD_LEN;
  out->bucket = (int64_t)(get_be(e->key + 1, 8) ^ (uint64_t)1 << 63);
  for (int k = 0; k < TOK_N_KEYS; k++) {
    out->used[k] = (uses & BIT(k)) != 0;
    if (out->used[k]) p = get_part(p, &out->key[k]);
  }
}

void tok_rollup_group_key(const tok_tally_entry *e, tok_rollup_key *out) {
  int line = e->key[0];
  out->dim = plan[line].dim;
  out->level = plan[line].level;
  read_parts(e, plan[line].uses, out);
}

/* The bins of the lists in list i, which are `depth` lists deep. */
static void add_times(const tok_rollup *r, int64_t i, int depth, tok_times *out) {
  for (; i > 0; i = r->links[i - 1].next) {
    if (depth > 0) add_times(r, r->links[i - 1].what, depth - 1, out);
    else tok_times_add(out, r->links[i - 1].what, 1); /* at most one a link: no overflow */
  }
}

bool tok_rollup_group_times(const tok_rollup *r, const tok_tally_entry *e, tok_times *out) {
  int line = e->key[0];
  if (plan[line].level == 0) return false;
  tok_times_clear(out);
  add_times(r, r->groups.values[e->value_at + LIST], from_hours(line) ? 2 : 1, out);
  return true;
}

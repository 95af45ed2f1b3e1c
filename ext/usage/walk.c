/*
** Lays what the members of JSON say of usage into the rows of the table; see walk.h and shapes.h.
*/
#include <stdio.h>

#include "walk.h"

static const int64_t PICO_A_DOLLAR = 1000000000000, PICO_A_TICK = 100; /* a tick: 1e-10 dollars */
/* GitHub's AI credit is a cent: docs.github.com/en/copilot/concepts/billing */
static const int64_t PICO_A_NANO_CREDIT = 10;

typedef enum {
  MEMBERS, /* members are looked up in the table */
  ENTRIES, /* {"modality": X, "tokenCount": n} */
  PAIRS,   /* {"key": k, "value": {…}} */
  VALUE,   /* {"intValue": n} */
  ROUNDS,  /* {"type": X, "input_tokens": n, …} */
  ADVISORS, /* the same, each of a model that advised */
  PART     /* of a round: {"ephemeral_1h_input_tokens": n, …} */
} frame_kind;

/* What is counted of a round. */
static const char *const round_names[TOK_WALK_ROUNDS] = {
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "ephemeral_5m_input_tokens",
    "ephemeral_1h_input_tokens",
    "cache_read_tokens", /* our own, of advisors: within the input */
    "cache_write_tokens",
    "cache_write_1h_tokens",
};
enum { ROUND_IN, ROUND_OUT, ROUND_READ, ROUND_WRITE, ROUND_5M, ROUND_1H, OWN_READ, OWN_WRITE,
       OWN_1H };

/* The value as it stands, in quotes if it is a string; cut between two characters. */
static void say_value(const tok_json *j, char got[TOK_USAGE_GOT_BYTES]) {
  enum { SHOWN_MAX = 40 }; /* bytes; as all errors of tok */
  static const char *const words[] = {
      [TOK_JSON_TRUE] = "true", [TOK_JSON_FALSE] = "false", [TOK_JSON_NULL] = "null"};
  bool word = j->event == TOK_JSON_TRUE || j->event == TOK_JSON_FALSE || j->event == TOK_JSON_NULL;
  tok_slice s = word ? tok_slice_of(words[j->event]) : j->text;
  const char *quote = j->event == TOK_JSON_STRING ? "\"" : "";
  size_t n = s.len < SHOWN_MAX ? s.len : SHOWN_MAX;
  while (n > 0 && n < s.len && ((unsigned char)s.ptr[n] & 0xC0) == 0x80)
    n--;
  snprintf(got, TOK_USAGE_GOT_BYTES, ", got %s%.*s%s%s", quote, (int)n, n == 0 ? "" : s.ptr,
           n < s.len ? "..." : "", quote);
}

static void wrong(tok_walker *w, tok_status status, const char *what) {
  if (w->status != TOK_OK)
    return;
  w->status = status;
  w->out->member = w->key;
  w->out->wrong = what;
  if (w->j.event >= TOK_JSON_STRING)
    say_value(&w->j, w->out->got);
}

/* ---- events and responses -------------------------------------------------------------------- */

void tok_walk_end_response(tok_walker *w) {
  tok_status status = tok_usage_settle(&w->response, w->provider, !w->strict, w->out);
  if (status != TOK_OK && status != TOK_NOTFOUND)
    w->status = status;
  tok_usage_clear(&w->response);
}

typedef enum { UNSAID, SAID, SAME, OTHER } relation;

/* What the response and the event say by this word: neither, one of the two, the same, or not. */
static relation relate(const tok_walker *w, tok_usage_word word) {
  char rooms[2][TOK_USAGE_ESCAPED_MAX];
  const tok_usage_text *a = &w->event.words[word], *b = &w->response.words[word];
  tok_slice one = tok_usage_undone(a->text, a->escaped, rooms[0]),
            other = tok_usage_undone(b->text, b->escaped, rooms[1]);
  if (one.len == 0 || other.len == 0)
    return one.len == other.len ? UNSAID : SAID;
  return tok_slice_eq(one, other) ? SAME : OTHER;
}

/* Is the event of another response than what was read before? */
static bool is_other(const tok_walker *w) {
  relation id = relate(w, TOK_WORD_ID), line = relate(w, TOK_WORD_LINE);
  if (id == OTHER || line == OTHER)
    return true;
  if (!w->line || id == SAME || line == SAME)
    return false;
  if (w->response.ended)
    return true;
  if (!w->event.any || w->event.part)
    return false;
  return id == SAID ? w->response.words[TOK_WORD_ID].text.len == 0
                    : !tok_usage_goes_on(&w->response, &w->event);
}

/* Does the event sum up responses that were counted? Such a sum that came first gives way. */
static bool is_sum(tok_walker *w) {
  if (w->event.any && !w->event.sum && w->response.sum)
    tok_usage_clear(&w->response);
  return w->event.sum && (w->response.any || w->out->n_responses > 0);
}

static void end_event(tok_walker *w) {
  if (!w->event.no_usage && !is_sum(w)) {
    if (w->response.any && is_other(w))
      tok_walk_end_response(w);
    tok_usage_merge(&w->response, &w->event);
  }
  /* the elements of a list within a response (images) may come before what it counts */
  if (w->event.any || w->event.words[TOK_WORD_ID].text.len > 0 ||
      w->event.words[TOK_WORD_LINE].text.len > 0)
    w->line = false;
  tok_usage_clear(&w->event);
}

/* ---- values ---------------------------------------------------------------------------------- */

/* Is the value a number, or a string that is one? */
static bool is_number(const tok_walker *w) {
  tok_json j;
  if (w->j.event != TOK_JSON_STRING)
    return w->j.event == TOK_JSON_NUMBER;
  tok_json_init(&j, w->j.text);
  return tok_json_next(&j) == TOK_JSON_NUMBER && j.text.len == w->j.text.len;
}

static void put(tok_walker *w, int row, int64_t v) {
  tok_usage_raw *e = &w->event;
  e->value[row] = v;
  e->given[row / 64] |= 1ULL << row % 64;
  e->any = true;
  if (v > 0 && tok_usage_mark_rank(tok_usage_rows[row].provider) > tok_usage_mark_rank(e->mark))
    e->mark = tok_usage_rows[row].provider;
  if (tok_usage_rows[row].act == TOK_DO_TOTAL)
    e->total = v;
}

/* Adds to what the event said of the row before. */
static void put_more(tok_walker *w, int row, int64_t v) {
  bool given = (w->event.given[row / 64] >> row % 64 & 1) != 0;
  if (tok_add_i64(given ? w->event.value[row] : 0, v, &v))
    put(w, row, v);
  else
    wrong(w, TOK_OVERFLOW, "is too large");
}

static void put_count(tok_walker *w, int row) {
  const tok_usage_row *r = &tok_usage_rows[row];
  int64_t v, quantum = r->act == TOK_DO_TOTAL ? 1 : tok_meters[r->arg].quantum;
  if (w->j.event == TOK_JSON_NULL)
    return;
  if (!is_number(w)) { /* elsewhere the name may mean something else */
    if (w->strict || w->frames[w->j.depth].place == TOK_AT_USAGE)
      wrong(w, TOK_INVALID, "must be a number");
    return;
  }
  tok_status status =
      quantum == 1 ? tok_json_int(w->j.text, 1, &v) : tok_json_fixed(w->j.text, quantum, &v);
  if (status == TOK_OVERFLOW)
    wrong(w, TOK_OVERFLOW, "is too large");
  else if (status != TOK_OK)
    wrong(w, TOK_INVALID, "must be a whole number");
  else if (v < 0)
    wrong(w, TOK_INVALID, "must not be negative");
  else if (r->act == TOK_DO_ADD)
    put_more(w, row, v);
  else
    put(w, row, v);
}

static void put_money(tok_walker *w, int row, int64_t *where, int64_t scale) {
  int64_t v;
  if (!is_number(w) || tok_json_fixed(w->j.text, scale, &v) != TOK_OK || v < 0)
    return; /* a cost that can't be is none */
  *where = v;
  w->event.any = true;
  if (v > 0 &&
      tok_usage_mark_rank(tok_usage_rows[row].provider) > tok_usage_mark_rank(w->event.mark))
    w->event.mark = tok_usage_rows[row].provider;
}

static void see(tok_walker *w, const char *provider) {
  if (tok_usage_mark_rank(provider) > tok_usage_mark_rank(w->event.mark))
    w->event.mark = provider;
}

static void put_word(tok_walker *w, int row) {
  int word = tok_usage_rows[row].arg;
  tok_usage_text *t = &w->event.words[word];
  if (w->j.event != TOK_JSON_STRING || w->j.depth < t->depth)
    return;
  char room[TOK_USAGE_ESCAPED_MAX];
  tok_slice said = tok_usage_undone(w->j.text, w->j.escaped, room);
  *t = (tok_usage_text){w->j.text, w->j.escaped, (uint8_t)w->j.depth};
  see(w, tok_usage_rows[row].provider);
  if (tok_usage_rows[row].act == TOK_DO_SAID)
    return;
  for (size_t i = 0; i < tok_usage_n_marks; i++) {
    const tok_usage_mark *m = &tok_usage_marks[i];
    if (m->word != word || !tok_slice_starts(said, m->prefix))
      continue;
    see(w, m->provider);
    if (m->tier != NULL)
      w->event.tier = m->tier;
    w->event.no_usage |= m->means == TOK_MEANS_NO_USAGE;
    w->event.sum |= m->means == TOK_MEANS_SUM;
    w->event.part |= m->means == TOK_MEANS_PART;
    w->event.ended |= m->means == TOK_MEANS_WHOLE;
    return;
  }
}

static void put_query(tok_walker *w) {
  tok_usage_raw *e = &w->event;
  uint64_t h = 14695981039346656037u; /* FNV-1a */
  char room[TOK_USAGE_ESCAPED_MAX];
  tok_slice query = tok_usage_undone(w->j.text, w->j.escaped, room);
  if (w->j.event != TOK_JSON_STRING || query.len == 0)
    return;
  for (size_t i = 0; i < query.len; i++)
    h = (h ^ (unsigned char)query.ptr[i]) * 1099511628211u;
  for (int i = 0; i < e->n_queries; i++) {
    if (e->queries[i] == h)
      return;
  }
  if (e->n_queries < TOK_USAGE_QUERIES_MAX)
    e->queries[e->n_queries++] = h;
}

static void put_tool(tok_walker *w) {
  static const char *const free_actions[] = {"open_page", "find_in_page", "find"};
  char room[TOK_USAGE_ESCAPED_MAX];
  if (w->j.event != TOK_JSON_STRING)
    return;
  tok_slice said = tok_usage_undone(w->j.text, w->j.escaped, room);
  w->event.tools += tok_slice_is(said, "web_search_call");
  for (size_t i = 0; i < sizeof free_actions / sizeof free_actions[0]; i++)
    w->event.tools -= tok_slice_is(said, free_actions[i]);
}

/* Why a response ended: some say that it did not. */
static bool is_reason(const tok_walker *w) {
  return w->j.event == TOK_JSON_STRING && w->j.text.len > 0 &&
         !tok_slice_is(w->j.text, "not_finished") && !tok_slice_is(w->j.text, "NOT_FINISHED") &&
         !tok_slice_is(w->j.text, "FINISH_REASON_UNSPECIFIED");
}

/* A scalar value, for the row. */
static void deliver(tok_walker *w, int row) {
  const tok_usage_row *r = &tok_usage_rows[row];
  switch (r->act) {
  case TOK_DO_COUNT:
  case TOK_DO_ADD:
  case TOK_DO_TOTAL:
    put_count(w, row);
    break;
  case TOK_DO_WORD:
  case TOK_DO_SAID:
    put_word(w, row);
    break;
  case TOK_DO_COST:
    put_money(w, row, &w->event.cost, PICO_A_DOLLAR);
    break;
  case TOK_DO_UPSTREAM:
    put_money(w, row, &w->event.upstream, PICO_A_DOLLAR);
    break;
  case TOK_DO_TICKS:
    put_money(w, row, &w->event.cost, PICO_A_TICK);
    break;
  case TOK_DO_NANO_CREDITS:
    put_money(w, row, &w->event.cost, PICO_A_NANO_CREDIT);
    break;
  case TOK_DO_OWN_KEY:
    w->event.own_key |= w->j.event == TOK_JSON_TRUE;
    see(w, r->provider);
    break;
  case TOK_DO_TOOL:
    put_tool(w);
    break;
  case TOK_DO_QUERY:
    put_query(w);
    break;
  case TOK_DO_ENDS:
    w->event.ended |= w->j.event == TOK_JSON_TRUE || is_reason(w);
    break;
  case TOK_DO_CUT:
    w->out->cut |= w->j.event == TOK_JSON_TRUE;
    break;
  case TOK_DO_SEEN:
    see(w, r->provider);
    break;
  default: /* an object was expected */
    break;
  }
}

/* ---- members --------------------------------------------------------------------------------- */

/* w->path becomes prefix + name; false if it is longer than every known path. */
static bool set_path(tok_walker *w, const tok_walk_frame *f, tok_slice name) {
  w->path_len = 0;
  w->row = -1;
  if (f->len + name.len >= TOK_USAGE_PATH_MAX)
    return false;
  if (name.len > 0)
    memcpy(w->path + f->len, name.ptr, name.len);
  w->path_len = f->len + name.len;
  return true;
}

static bool leads(tok_walker *w, char separator) {
  if (w->path_len == 0)
    return false;
  w->path[w->path_len] = separator;
  return tok_usage_leads((tok_slice){w->path, w->path_len + 1});
}

static void on_key(tok_walker *w) {
  tok_walk_frame *f = &w->frames[w->j.depth];
  w->key = w->j.text;
  w->name = tok_usage_undone(w->key, w->j.escaped, w->name_room);
  w->row = -1;
  w->path_len = 0;
  if (f->kind == MEMBERS && set_path(w, f, w->name))
    w->row = tok_usage_find((tok_slice){w->path, w->path_len}, f->place);
}

static const char *const label_names[] = {"modality", "ttl", "type"};
static const char *const count_names[] = {"tokenCount", "token_count", "tokens", "inputTokens",
                                         "count"};

static bool is_one_of(tok_slice key, const char *const *names, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (tok_slice_is(key, names[i]))
      return true;
  }
  return false;
}

static void set_label(tok_walker *w) {
  w->raw_label = w->j.text;
  w->label = tok_usage_undone(w->j.text, w->j.escaped, w->label_room);
}

static void on_entry_member(tok_walker *w) {
  if (w->j.event == TOK_JSON_STRING && is_one_of(w->name, label_names, 3))
    set_label(w);
  if (is_number(w) && is_one_of(w->name, count_names, 5) &&
      (tok_json_int(w->j.text, 1, &w->entry) != TOK_OK || w->entry < 0))
    wrong(w, TOK_INVALID, "must be a whole number");
}

/* An array of entries begins: a member that is there twice counts as it stands last. */
static void forget_entries(tok_walker *w, const tok_walk_frame *n) {
  tok_slice prefix = {w->path, n->len};
  for (size_t i = 0; i < tok_usage_n_rows; i++) {
    if (tok_usage_rows[i].act == TOK_DO_ADD && (w->event.given[i / 64] >> i % 64 & 1) != 0 &&
        strncmp(tok_usage_rows[i].path, prefix.ptr, prefix.len) == 0)
      w->event.given[i / 64] &= ~(1ULL << i % 64);
  }
}

static void end_entry(tok_walker *w, const tok_walk_frame *f) {
  if (w->entry >= 0 && w->label.len > 0 && set_path(w, f, w->label)) {
    w->path[w->path_len] = ']';
    int row = tok_usage_find((tok_slice){w->path, w->path_len + 1}, f->place);
    if (row >= 0)
      put_more(w, row, w->entry);
  }
  w->entry = -1;
  w->label = (tok_slice){NULL, 0};
}

static void on_round_member(tok_walker *w) {
  if (w->j.event == TOK_JSON_STRING && tok_slice_is(w->name, "type"))
    set_label(w);
  if (w->j.event == TOK_JSON_STRING && tok_slice_is(w->name, "model"))
    w->round_model = w->j.text;
  bool number = is_number(w);
  for (size_t i = 0; i < TOK_WALK_ROUNDS && number; i++) {
    if (tok_slice_is(w->name, round_names[i]) &&
        (tok_json_int(w->j.text, 1, &w->round[i]) != TOK_OK || w->round[i] < 0))
      wrong(w, TOK_INVALID, "must be a whole number");
  }
}

/* A round of another model, whose tokens Anthropic bills at that model's prices. */
static void end_advice(tok_walker *w, bool own) {
  const int64_t *n = w->round;
  tok_usage_advisor a = {.model = w->round_model};
  int64_t *to = a.p.n;
  bool fits = true;
  to[TOK_PLAIN_INPUT] = n[ROUND_IN];
  to[TOK_PLAIN_OUTPUT] = n[ROUND_OUT];
  to[TOK_PLAIN_CACHE_READ] = own ? n[OWN_READ] : n[ROUND_READ];
  to[TOK_PLAIN_CACHE_WRITE] = own ? n[OWN_WRITE] : n[ROUND_WRITE];
  to[TOK_PLAIN_CACHE_WRITE_1H] = own ? n[OWN_1H] : n[ROUND_1H];
  if (!own) { /* the split of what was written may be all there is of it */
    int64_t split;
    fits = tok_add_i64(n[ROUND_5M], n[ROUND_1H], &split);
    if (fits && split > to[TOK_PLAIN_CACHE_WRITE])
      to[TOK_PLAIN_CACHE_WRITE] = split;
    fits = fits && tok_add_i64(n[ROUND_IN], n[ROUND_READ], &to[TOK_PLAIN_INPUT]) &&
           tok_add_i64(to[TOK_PLAIN_INPUT], to[TOK_PLAIN_CACHE_WRITE], &to[TOK_PLAIN_INPUT]);
  }
  for (int i = 0; i < TOK_PLAIN_REASONING; i++)
    a.p.given |= 1u << i;
  if (!fits || !tok_usage_advise(w->event.advisors, &w->event.n_advisors, &a))
    wrong(w, TOK_OVERFLOW, "names too many models, or counts too many tokens");
}

/* Adds the round to those of its type, if there are rows for it: iterations[compaction].…. */
static void end_round(tok_walker *w) {
  for (size_t i = 0; i < TOK_WALK_ROUNDS && w->label.len < TOK_USAGE_PATH_MAX / 2; i++) {
    char path[TOK_USAGE_PATH_MAX];
    int n = snprintf(path, sizeof path, "iterations[%.*s].%s", (int)w->label.len,
                     w->label.len == 0 ? "" : w->label.ptr, round_names[i]);
    int row = w->round[i] == 0 ? -1 : tok_usage_find((tok_slice){path, (size_t)n}, TOK_AT_USAGE);
    if (row >= 0)
      put_more(w, row, w->round[i]);
  }
}

static void on_pair_value(tok_walker *w, const tok_walk_frame *f) {
  if (!set_path(w, f, w->label))
    return;
  int row = tok_usage_find((tok_slice){w->path, w->path_len}, f->place);
  w->key = w->raw_label;
  if (row >= 0)
    deliver(w, row);
}

static void on_scalar(tok_walker *w) {
  const tok_walk_frame *f = &w->frames[w->j.depth];
  int row = f->array ? f->row : w->row;
  if (f->kind == ENTRIES) {
    on_entry_member(w);
  } else if (f->kind == ROUNDS || f->kind == ADVISORS || f->kind == PART) {
    on_round_member(w);
  } else if (f->kind == PAIRS) {
    if (w->j.event == TOK_JSON_STRING && tok_slice_is(w->name, "key"))
      set_label(w);
  } else if (f->kind == VALUE) {
    on_pair_value(w, f);
  } else if (row >= 0) {
    deliver(w, row);
  } else if (w->j.event == TOK_JSON_NUMBER && !f->array) {
    w->out->strange = true;
  }
}

/* ---- objects and arrays ---------------------------------------------------------------------- */

/* The frame of a member's object or array; false: nothing in it is known. */
static bool member_frame(tok_walker *w, const tok_walk_frame *f, bool array, tok_walk_frame *n) {
  *n = (tok_walk_frame){MEMBERS, array, false, f->place, f->len, -1};
  if (f->kind == PAIRS) {
    n->kind = VALUE;
    return !array && tok_slice_is(w->name, "value");
  }
  if (f->kind == ROUNDS && !array) {
    n->kind = PART;
    return true;
  }
  if (f->kind != MEMBERS)
    return false;
  int act = w->row < 0 ? -1 : tok_usage_rows[w->row].act;
  if (act == TOK_DO_GO || act == TOK_DO_EVENTS || act == TOK_DO_LIST) {
    n->place = tok_usage_rows[w->row].arg;
    n->len = 0;
    n->event = act == TOK_DO_EVENTS;
    n->kind = act == TOK_DO_LIST && array ? PAIRS : MEMBERS;
    if (tok_usage_rows[w->row].provider != NULL)
      see(w, tok_usage_rows[w->row].provider);
    return true;
  }
  if (act == TOK_DO_SEEN)
    see(w, tok_usage_rows[w->row].provider);
  w->event.ended |= act == TOK_DO_ENDS;
  if (act == TOK_DO_ROUNDS) {
    n->kind = tok_usage_rows[w->row].arg == 1 ? ADVISORS : ROUNDS;
    w->event.advised = array;
    w->event.n_advisors = 0;
    return array;
  }
  /* headers are lists in some logs; elsewhere a list is no count, such as the pages of a scan */
  bool header = act == TOK_DO_COUNT && tok_usage_rows[w->row].shapes == 1u << TOK_SHAPE_METRICS;
  if ((act == TOK_DO_QUERY || header) && array) {
    n->row = (int16_t)w->row;
    return true;
  }
  /* prompt_tokens_details is an array of Gemini's and an object of OpenAI's */
  if (w->path_len == 0 || (!(array && leads(w, '[')) && !leads(w, '.')))
    return false;
  n->kind = w->path[w->path_len] == '[' ? ENTRIES : MEMBERS;
  n->len = (uint8_t)(w->path_len + 1);
  if (n->kind == ENTRIES || array)
    forget_entries(w, n);
  return true;
}

/*
** An object or array of which nothing is known. Where usage has a count it is wrong, unless it is
** empty: Mistral's way to say that there is none.
*/
static void pass_over(tok_walker *w, bool array) {
  const tok_walk_frame *f = &w->frames[w->j.depth - 1];
  bool count = f->kind == MEMBERS && f->place == TOK_AT_USAGE && w->row >= 0 &&
               tok_usage_rows[w->row].act == TOK_DO_COUNT;
  int outside = w->j.depth - 1;
  tok_json_next(&w->j);
  bool empty = w->j.depth == outside;
  while (w->j.depth > outside && tok_json_next(&w->j) != TOK_JSON_ERROR) {
  }
  if (count && !empty && w->j.event != TOK_JSON_ERROR)
    wrong(w, TOK_INVALID,
          array ? "must be a number, got an array" : "must be a number, got an object");
}

static void on_open(tok_walker *w) {
  const tok_walk_frame *f = &w->frames[w->j.depth - 1];
  tok_walk_frame *n = &w->frames[w->j.depth];
  bool array = w->j.event == TOK_JSON_ARRAY;
  if (f->array) {
    *n = *f;
    n->array = array;
    n->row = -1;
  } else if (!member_frame(w, f, array, n)) {
    pass_over(w, array);
    return;
  }
  if (n->kind == ENTRIES)
    w->entry = -1;
  if (n->kind == ROUNDS || n->kind == ADVISORS) {
    memset(w->round, 0, sizeof w->round);
    w->round_model = (tok_slice){NULL, 0};
  }
  if (n->kind == ENTRIES || n->kind == PAIRS || n->kind == ROUNDS)
    w->label = (tok_slice){NULL, 0};
}

static void on_close(tok_walker *w) {
  const tok_walk_frame *f = &w->frames[w->j.depth + 1];
  if (f->array)
    return;
  if (f->kind == ENTRIES)
    end_entry(w, f);
  if (f->kind == ADVISORS || (f->kind == ROUNDS && tok_slice_is(w->label, "advisor_message")))
    end_advice(w, f->kind == ADVISORS);
  else if (f->kind == ROUNDS)
    end_round(w);
  if (f->event) {
    end_event(w);
    w->line |= !w->j.data_lines && w->j.depth == 1 && w->frames[1].array;
  }
}

/* ---- what usage.c asks for ------------------------------------------------------------------- */

void tok_walk_init(tok_walker *w, tok_slice provider, bool strict, tok_usage *out) {
  memset(out, 0, sizeof *out);
  w->out = out;
  w->status = TOK_OK;
  w->line = false;
  w->strict = strict;
  w->provider = provider;
  w->key = w->label = (tok_slice){NULL, 0};
  w->entry = -1;
  w->row = -1;
  w->path_len = 0;
  tok_usage_clear(&w->event);
  tok_usage_clear(&w->response);
}

void tok_walk_start(tok_walker *w, tok_slice text) {
  tok_json_init(&w->j, text);
  w->frames[0] = (tok_walk_frame){MEMBERS, true, true, TOK_AT_EVENT, 0, -1};
}

void tok_walk_malformed(tok_walker *w, const char *what) {
  w->key = (tok_slice){NULL, 0};
  wrong(w, TOK_INVALID, what);
}

bool tok_walk_step(tok_walker *w, size_t base) {
  tok_json_event event = tok_json_next(&w->j);
  switch (event) {
  case TOK_JSON_END:
  case TOK_JSON_ERROR:
    break;
  case TOK_JSON_KEY:
    on_key(w);
    break;
  case TOK_JSON_OBJECT:
  case TOK_JSON_ARRAY:
    on_open(w);
    break;
  case TOK_JSON_OBJECT_END:
  case TOK_JSON_ARRAY_END:
    on_close(w);
    break;
  default:
    on_scalar(w);
    break;
  }
  if (event != TOK_JSON_END)
    w->out->at = base + w->j.at;
  return event != TOK_JSON_END && w->j.event != TOK_JSON_ERROR && w->status == TOK_OK;
}

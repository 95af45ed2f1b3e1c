/*
** What the members of a record come to: counts that contain their parts, what a session's sums say
** more than before, and an id that is the same when the log is read again. Nothing of its own for
** SQL.
*/
#include <stdio.h>

#include "log_reader.h"

enum { METERS_MAX_BYTES = 1 << 20 }; /* some dozen names and numbers, and a region's name */

static const char exec_turn[] = "turn.completed"; /* what `codex exec` prints of a turn */

void tok_log_start_record(tok_log_reader *w) {
  w->l->fields.len = 0;
  w->usage = w->id = (tok_slice){NULL, 0};
  w->refused = w->own = false;
  memset(&w->last, 0, sizeof w->last);
  memset(&w->total, 0, sizeof w->total);
}

/* Counts of members whose totals leave their parts out become inclusive. */
static void include_parts(tok_log_reader *w) {
  tok_record *r = &w->l->record;
  if (w->shape->cache_on_top && tok_record_has(r, TOK_C_INPUT_TOKENS)) {
    tok_record_add(r, TOK_C_INPUT_TOKENS, tok_record_number(r, TOK_C_CACHE_READ_TOKENS));
    tok_record_add(r, TOK_C_INPUT_TOKENS, tok_record_number(r, TOK_C_CACHE_WRITE_TOKENS));
  }
  if (w->shape->reasoning_on_top && tok_record_has(r, TOK_C_OUTPUT_TOKENS)) {
    tok_record_add(r, TOK_C_OUTPUT_TOKENS, tok_record_number(r, TOK_C_REASONING_TOKENS));
  }
}

/* What the usage counts beyond the columns: it has its price, too. */
static void take_meters(tok_record *r, const tok_usage *u) {
  tok_buf meters;
  tok_buf_init(&meters, METERS_MAX_BYTES);
  tok_usage_print_meters(u, &meters);
  if (meters.status == TOK_NOMEM) tok_buf_fail(&r->texts, TOK_NOMEM);
  else if (meters.len > 0 && !tok_record_has(r, TOK_C_METERS))
    tok_record_copy(r, TOK_C_METERS, (tok_slice){meters.ptr, meters.len});
  tok_buf_free(&meters);
}

void tok_log_read_usage(tok_log_reader *w) {
  tok_usage u;
  tok_record *r = &w->l->record;
  tok_slice provider = tok_record_text(r, TOK_C_PROVIDER);
  if (w->usage.len == 0) return;
  tok_status status = tok_usage_parse(w->usage, provider, &u);
  if (status == TOK_OK && u.n_responses > 1) {
    tok_record_wrong(r, "the document", "one response", (tok_slice){NULL, 0});
  } else if (status == TOK_OK) {
    tok_record_usage(r, &u);
    take_meters(r, &u);
  } else if (status != TOK_NOTFOUND && r->why[0] == '\0') {
    snprintf(r->why, sizeof r->why, "%.*s %s%s", (int)(u.member.len > 60 ? 60 : u.member.len),
             u.member.len > 0 ? u.member.ptr : "usage", u.wrong, u.got);
  }
}

/*
** What the session's sums say more than those of the line before. Where they say less it counts
** anew: a rollout by each sum, since it was compacted; what `codex exec` prints as a whole, since
** that is another run.
*/
static void count_since(const tok_log_reader *w, int64_t since[TOK_CODEX_SUMS]) {
  const tok_log_totals *known = &w->l->totals;
  bool exec = tok_slice_is(w->kind, exec_turn), anew = !known->any || (exec && !w->l->session_len);
  for (int i = 0; i < TOK_CODEX_SUMS; i++) anew |= exec && w->total.total[i] < known->total[i];
  for (int i = 0; i < TOK_CODEX_SUMS; i++) {
    since[i] = w->total.total[i] - (anew ? 0 : known->total[i]);
    if (since[i] < 0) since[i] = w->total.total[i];
  }
}

static int64_t at_most(int64_t n, int64_t most) { return n < most ? n : most; }

static void use_sums(tok_log_reader *w, const int64_t used[TOK_CODEX_SUMS]) {
  tok_record *r = &w->l->record;
  int64_t cached = at_most(used[TOK_CODEX_CACHED], used[TOK_CODEX_INPUT]);
  int64_t written = at_most(used[TOK_CODEX_WRITTEN], used[TOK_CODEX_INPUT] - cached);
  tok_record_set_number(r, TOK_C_INPUT_TOKENS, used[TOK_CODEX_INPUT]);
  tok_record_set_number(r, TOK_C_OUTPUT_TOKENS, used[TOK_CODEX_OUTPUT]);
  tok_record_set_number(r, TOK_C_CACHE_READ_TOKENS, cached);
  if (written > 0) tok_record_set_number(r, TOK_C_CACHE_WRITE_TOKENS, written);
  tok_record_set_number(r, TOK_C_REASONING_TOKENS,
                        at_most(used[TOK_CODEX_REASONING], used[TOK_CODEX_OUTPUT]));
}

/*
** Sums of a session so far: what is new since the last line is what this request used. False: a
** line said again.
*/
static bool take_totals(tok_log_reader *w) {
  tok_log_totals *known = &w->l->totals;
  bool again =
      w->total.any && known->any && memcmp(w->total.total, known->total, sizeof known->total) == 0;
  int64_t since[TOK_CODEX_SUMS];
  if (!w->last.any && !w->total.any) return false;
  if (!w->last.any) count_since(w, since);
  use_sums(w, w->last.any ? w->last.total : since);
  if (w->total.any) *known = w->total;
  const tok_record *r = &w->l->record;
  return !again && (tok_record_number(r, TOK_C_INPUT_TOKENS) > 0 ||
                    tok_record_number(r, TOK_C_OUTPUT_TOKENS) > 0);
}

static void add_text(tok_record *r, tok_slice s) { tok_buf_add(&r->texts, s.ptr, s.len); }

/* The id that the log gives the record, behind the log's name. */
static void use_id(tok_log_reader *w) {
  tok_record *r = &w->l->record;
  size_t at = r->texts.len;
  add_text(r, tok_slice_of(w->shape->prefix));
  if (w->shape->id_of_session) {
    add_text(r, tok_record_text(r, TOK_C_SESSION_ID));
    add_text(r, tok_slice_of(":"));
  }
  tok_record_string(r, TOK_C_RESPONSE_ID, w->id, true); /* right behind */
  if (r->texts.status != TOK_OK) return;
  r->cell[TOK_C_RESPONSE_ID].number = (int64_t)at;
  r->cell[TOK_C_RESPONSE_ID].text.len = r->texts.len - at;
}

/*
** No two requests of a session and its forks leave the same sums behind, while the time of a copied
** line may be that of the fork.
*/
static void id_of_totals(tok_log_reader *w) {
  const tok_log *l = w->l;
  tok_record *r = &w->l->record;
  const int64_t *t = w->total.total;
  char id[sizeof l->origin + 8 * 21 + 16];
  snprintf(id, sizeof id, "%s%.*s:%lld:%lld:%lld:%lld:%lld:%lld:%lld:%lld", w->shape->prefix,
           (int)l->origin_len, l->origin, (long long)t[TOK_CODEX_INPUT],
           (long long)t[TOK_CODEX_CACHED], (long long)t[TOK_CODEX_OUTPUT],
           (long long)t[TOK_CODEX_REASONING], (long long)tok_record_number(r, TOK_C_INPUT_TOKENS),
           (long long)tok_record_number(r, TOK_C_CACHE_READ_TOKENS),
           (long long)tok_record_number(r, TOK_C_OUTPUT_TOKENS),
           (long long)tok_record_number(r, TOK_C_REASONING_TOKENS));
  tok_record_copy(r, TOK_C_RESPONSE_ID, tok_slice_of(id));
}

/*
** An id of what a session's line says, for lines without one: the same line copied into another
** file is the same.
*/
static void make_id(tok_log_reader *w) {
  tok_record *r = &w->l->record;
  char id[160];
  if (tok_record_has(r, TOK_C_RESPONSE_ID) || w->shape->prefix == NULL) return;
  if (w->id.len > 0) {
    use_id(w);
  } else if (w->total.any && w->l->origin_len > 0) {
    id_of_totals(w);
  } else if ((w->last.any || w->total.any) && tok_record_has(r, TOK_C_TIMESTAMP)) {
    tok_slice model = tok_record_text(r, TOK_C_MODEL);
    snprintf(id, sizeof id, "%s%lld:%.*s:%lld:%lld:%lld:%lld", w->shape->prefix,
             (long long)r->at_ms, (int)(model.len > 40 ? 40 : model.len),
             model.len == 0 ? "" : model.ptr, (long long)tok_record_number(r, TOK_C_INPUT_TOKENS),
             (long long)tok_record_number(r, TOK_C_CACHE_READ_TOKENS),
             (long long)tok_record_number(r, TOK_C_OUTPUT_TOKENS),
             (long long)tok_record_number(r, TOK_C_REASONING_TOKENS));
    tok_record_copy(r, TOK_C_RESPONSE_ID, tok_slice_of(id));
  }
}

void tok_log_keep(char *to, size_t *to_len, size_t room, tok_slice text) {
  *to_len = text.len < room ? text.len : 0;
  if (*to_len > 0) memcpy(to, text.ptr, *to_len);
}

static bool same(tok_slice a, const char *b, size_t b_len) {
  return a.len > 0 && a.len == b_len && memcmp(a.ptr, b, b_len) == 0;
}

/*
** A session begins. Where it is the one that the session before was forked from, the lines that
** follow were copied from there: they stay this session's, but their ids are those of the origin.
*/
static void begin_session(tok_log_reader *w) {
  tok_log *l = w->l;
  bool begins = tok_slice_is(w->kind, "session_meta") || tok_slice_is(w->kind, "thread.started");
  if (!begins || w->session.len == 0) return;
  if (same(w->session, l->session, l->session_len)) return; /* resumed */
  bool copied = same(w->session, l->parent, l->parent_len);
  if (!copied) {
    l->totals.any = false;
    if (!w->new_model) l->model_len = 0;
    tok_log_keep(l->session, &l->session_len, sizeof l->session, w->session);
  }
  tok_slice parent = w->fork.len > 0 ? w->fork : w->parent;
  tok_log_keep(l->parent, &l->parent_len, sizeof l->parent, parent);
  tok_log_keep(l->origin, &l->origin_len, sizeof l->origin, w->fork.len > 0 ? w->fork : w->session);
}

static void use_kept(tok_log_reader *w) {
  tok_log *l = w->l;
  tok_record *r = &l->record;
  if (l->model_len > 0 && !tok_record_has(r, TOK_C_MODEL)) {
    tok_record_borrow(r, TOK_C_MODEL, (tok_slice){l->model, l->model_len});
  }
  if (l->session_len > 0 && !tok_record_has(r, TOK_C_SESSION_ID)) {
    tok_record_borrow(r, TOK_C_SESSION_ID, (tok_slice){l->session, l->session_len});
  }
}

/*
** Does the record count anything? What an agent says to have used nothing has just begun, or
** failed.
*/
static bool counts(const tok_log_reader *w) {
  const tok_log *l = w->l;
  const tok_record *r = &l->record;
  if (w->own && tok_record_has(r, TOK_C_TIMESTAMP)) return true;
  if (l->format >= TOK_LOG_CLAUDE_CODE && tok_record_number(r, TOK_C_INPUT_TOKENS) == 0 &&
      tok_record_number(r, TOK_C_OUTPUT_TOKENS) == 0 &&
      tok_record_number(r, TOK_C_REPORTED_COST_NANO) == 0)
    return tok_record_number(r, TOK_C_TOTAL_TOKENS) > 0;
  return tok_record_counts(r);
}

/*
** What `claude -p` prints at its end sums up the messages before it: it counts where it is alone.
*/
static bool is_sum(tok_log_reader *w) {
  tok_log *l = w->l;
  if (l->format != TOK_LOG_CLAUDE_CODE || !w->shape->timeless) return false;
  bool sum = tok_slice_is(w->kind, "result") && l->n_of_run > 0;
  if (tok_slice_is(w->kind, "system") || tok_slice_is(w->kind, "result")) l->n_of_run = 0;
  l->n_of_run += tok_slice_is(w->kind, "assistant");
  return sum;
}

void tok_log_end_record(tok_log_reader *w) {
  tok_log *l = w->l;
  tok_record *r = &l->record;
  if (w->shape->whole) {
    w->usage = (tok_slice){w->document.ptr + w->record_at, w->j.at - w->record_at};
  }
  bool said = !w->refused && !is_sum(w);
  begin_session(w);
  if (said) {
    if (w->shape->own_provider)
      tok_record_borrow(r, TOK_C_PROVIDER, tok_slice_of(w->shape->provider));
    include_parts(w);
    tok_log_read_usage(w);
    /* wrong sums are said */
    if (l->format == TOK_LOG_CODEX) said = take_totals(w) || r->why[0] != '\0';
    use_kept(w);
  }
  /* what Claude Code writes into its log itself, in the name of no model */
  if (tok_slice_is(tok_record_text(r, TOK_C_MODEL), "<synthetic>")) said = false;
  if (!said || (!counts(w) && r->why[0] == '\0')) {
    l->n_ignored++;
    return;
  }
  if (!tok_record_has(r, TOK_C_PROVIDER) && w->shape->provider != NULL) {
    tok_record_borrow(r, TOK_C_PROVIDER, tok_slice_of(w->shape->provider));
  }
  make_id(w);
  tok_log_emit(l);
}

/*
** Alerts against a model: random histories of inserts, corrections and deletes, late ones among
** them, under random rules; after each statement the events must be exactly those of the model:
** none missed, none repeated.
**
** The model, in C, knows only the sum of each period:
**   - a rule's line: value * limit (percent), value (used), limit - value (remaining), rounded up
**     to whole units; with a step, further lines each step above it
**   - a statement that leaves the sum at or above the lowest line of which nothing was told raises,
**     for each rule whose line is reached, the highest line reached: once a rule, period and line,
**     and none below one that was told already
**   - a cool-down keeps an event back while another of the rule is less than cooldown_s away; it is
**     told when the sum changes after it
**   - where a rule asks for it, a sum that falls below a line that was told resolves it, once
*/
#include "../crash/host.h"

enum { N_QUOTAS = 60, RULES_MAX = 4, ROWS_MAX = 12, EVENTS_MAX = 200, N_PERIODS = 2, DAY = 86400 };

typedef struct {
  int64_t id;
  int basis; /* 0 percent, 1 used, 2 remaining */
  double value, step;
  int resolve;
  int64_t cooldown_s;
} rule;

typedef struct {
  int64_t id, limit;
  int n_rules;
  rule rules[RULES_MAX];
} quota;

typedef struct {
  int64_t rule, start, step;
  int resolved;
  int64_t at;
} event;

typedef struct {
  int64_t used[N_PERIODS];
  event events[EVENTS_MAX];
  int n;
} model;

static const int64_t day0 = 1772323200; /* 2026-03-01 */

/* ---- the model ------------------------------------------------------------------------------- */

static int64_t up(double line) {
  int64_t whole = (int64_t)line;
  return whole + (line > (double)whole);
}

static int64_t line_of(const quota *q, const rule *r) {
  return up(r->basis == 0   ? r->value * (double)q->limit
            : r->basis == 1 ? r->value
                            : (double)q->limit - r->value);
}

static int64_t step_of(const quota *q, const rule *r) {
  if (r->step <= 0) return 0;
  int64_t units = (int64_t)(r->step * (r->basis == 0 ? (double)q->limit : 1));
  return units < 1 ? 1 : units;
}

static int64_t told(const model *m, const rule *r, int64_t start) {
  int64_t highest = -1;
  for (int i = 0; i < m->n; i++) {
    const event *e = &m->events[i];
    if (e->rule == r->id && e->start == start && !e->resolved && e->step > highest)
      highest = e->step;
  }
  return highest;
}

static bool cooling(const model *m, const rule *r, int64_t at) {
  for (int i = 0; i < m->n && r->cooldown_s > 0; i++) {
    const event *e = &m->events[i];
    if (e->rule == r->id && !e->resolved && llabs(e->at - at) < r->cooldown_s) return true;
  }
  return false;
}

static void add_event(model *m, const rule *r, int64_t start, int64_t step, int resolved,
                      int64_t at) {
  for (int i = 0; i < m->n; i++) {
    const event *e = &m->events[i];
    if (e->rule == r->id && e->start == start && e->step == step && e->resolved == resolved) return;
  }
  if (m->n < EVENTS_MAX) m->events[m->n++] = (event){r->id, start, step, resolved, at};
}

static void model_change(const quota *q, model *m, int period, int64_t change, int64_t at) {
  int64_t start = day0 + (int64_t)period * DAY, before = m->used[period], now = before + change;
  m->used[period] = now;
  for (int i = 0; i < q->n_rules; i++) {
    const rule *r = &q->rules[i];
    int64_t line = line_of(q, r), step = step_of(q, r), highest = told(m, r, start);
    if (now < before && r->resolve) {
      for (int k = 0, n = m->n; k < n; k++) {
        const event *e = &m->events[k];
        if (e->rule == r->id && e->start == start && !e->resolved && line + e->step * step > now)
          add_event(m, r, start, e->step, 1, at);
      }
    }
    int64_t number = now >= line ? (step > 0 ? (now - line) / step : 0) : -1;
    if (number > highest && !cooling(m, r, at)) add_event(m, r, start, number, 0, at);
  }
}

/* ---- the database ---------------------------------------------------------------------------- */

static struct {
  sqlite3 *db;
  sqlite3_stmt *insert, *update, *move, *remove, *events;
  quota quotas[N_QUOTAS];
  long raised, resolved;
} s;

static void make_quota(host_rng *r, quota *q, int number) {
  char sql[400];
  q->limit = 50 + host_random(r, 400);
  snprintf(sql, sizeof sql,
           "INSERT INTO llm_quota(name, tenant_id, metric, limit_units, period, split_by, action) "
           "VALUES('q%d', 't%d', 'total', %lld, 'day',"
           " 'user_id', 'warn') RETURNING id",
           number, number, (long long)q->limit);
  q->id = host_int(s.db, sql);
  snprintf(sql, sizeof sql, "DELETE FROM llm_alert WHERE quota_id = %lld", (long long)q->id);
  host_run(s.db, sql, NULL);
  q->n_rules = 1 + (int)host_random(r, RULES_MAX);
  for (int i = 0; i < q->n_rules; i++) {
    static const char *const basis[] = {"percent", "used", "remaining"};
    static const double percent[] = {0.1, 0.5, 0.8, 0.95, 1.0, 1.07},
                        units[] = {0, 1, 17.5, 40, 99, 120};
    rule *one = &q->rules[i];
    one->basis = (int)host_random(r, 3);
    one->value = one->basis == 0 ? percent[host_random(r, 6)] : units[host_random(r, 6)];
    one->step = host_random(r, 3) != 0 ? 0 : one->basis == 0 ? 0.1 : 7 + host_random(r, 60);
    one->resolve = host_random(r, 2) == 0;
    one->cooldown_s = host_random(r, 4) == 0 ? 1 + host_random(r, 3000) : 0;
    snprintf(sql, sizeof sql,
             "INSERT INTO llm_alert(quota_id, basis, value, step, resolve, cooldown_s) "
             "VALUES(%lld, '%s', %.17g, %s%.17g%s, %d, %lld) RETURNING id",
             (long long)q->id, basis[one->basis], one->value, one->step > 0 ? "" : "nullif(",
             one->step, one->step > 0 ? "" : ", 0)", one->resolve, (long long)one->cooldown_s);
    one->id = host_int(s.db, sql);
  }
}

static void prepare(void) {
  s.insert = host_prepare(s.db, "INSERT INTO llm_usage(provider, model, timestamp, input_tokens, "
                                "output_tokens, tenant_id, user_id)"
                                " VALUES('p', 'm', ?, ?, ?, ?, ?) RETURNING id");
  s.update = host_prepare(s.db, "UPDATE llm_usage SET output_tokens = ? WHERE id = ?");
  s.move = host_prepare(s.db, "UPDATE llm_usage SET timestamp = ?, output_tokens = ? WHERE id = ?");
  s.remove = host_prepare(s.db, "DELETE FROM llm_usage WHERE id = ?");
  s.events = host_prepare(s.db, "SELECT alert_id, start, step, state = 'resolved' FROM "
                                "llm_alert_event WHERE quota_id = ? AND key = ?");
}

/* ---- histories ------------------------------------------------------------------------------- */

typedef struct {
  int64_t id, at, input, output;
} row;

typedef struct {
  const quota *q;
  char tenant[16], user[24];
  model m;
  row rows[ROWS_MAX];
  int n;
  int64_t now;
  char log[4000]; /* what was done, for the message */
  size_t logged;
} history;

static int period_of(int64_t t) { return (int)((t - day0) / DAY); }

static void note(history *h, const char *what, int64_t a, int64_t b) {
  if (h->logged < sizeof h->log - 100)
    h->logged += (size_t)snprintf(h->log + h->logged, sizeof h->log - h->logged, "%s %lld %lld; ",
                                  what, (long long)a, (long long)b);
}

static void do_insert(host_rng *r, history *h) {
  row *w = &h->rows[h->n];
  w->at = host_random(r, 5) == 0 ? day0 + host_random(r, N_PERIODS * DAY)
                                 : h->now; /* some come late, or early */
  w->input = host_random(r, 30);
  w->output = host_random(r, 6) == 0 ? 200 + host_random(r, 300) : host_random(r, 60);
  char at[24];
  snprintf(at, sizeof at, "%lld", (long long)w->at);
  w->id = host_step(s.insert, NULL, "tiitt", at, w->input, w->output, h->tenant, h->user);
  note(h, "insert", w->at - day0, w->input + w->output);
  model_change(h->q, &h->m, period_of(w->at), w->input + w->output, w->at);
  h->n++;
}

static void do_update(host_rng *r, history *h) {
  row *w = &h->rows[host_random(r, (uint32_t)h->n)];
  int64_t output = host_random(r, 120), change = output - w->output;
  host_step(s.update, NULL, "ii", output, w->id);
  note(h, "change", w->at - day0, change);
  w->output = output;
  if (change != 0) model_change(h->q, &h->m, period_of(w->at), change, w->at);
}

/*
** To another time, half of them with other tokens too, which the total follows: off there, on here,
** or within a period one change.
*/
static void do_move(host_rng *r, history *h) {
  row *w = &h->rows[host_random(r, (uint32_t)h->n)];
  int64_t to = day0 + host_random(r, N_PERIODS * DAY), units = w->input + w->output;
  char at[24];
  snprintf(at, sizeof at, "%lld", (long long)to);
  if (host_random(r, 2) == 0) w->output = host_random(r, 60);
  int64_t more = w->input + w->output - units;
  host_step(s.move, NULL, "tii", at, w->output, w->id);
  note(h, "move", w->at - day0, to - day0);
  if (period_of(w->at) != period_of(to)) {
    model_change(h->q, &h->m, period_of(w->at), -units, w->at);
    model_change(h->q, &h->m, period_of(to), units + more, to);
  } else if (more != 0) {
    model_change(h->q, &h->m, period_of(to), more, to);
  }
  w->at = to;
}

static void do_remove(host_rng *r, history *h) {
  int i = (int)host_random(r, (uint32_t)h->n);
  row w = h->rows[i];
  host_step(s.remove, NULL, "i", w.id);
  note(h, "delete", w.at - day0, w.input + w.output);
  model_change(h->q, &h->m, period_of(w.at), -(w.input + w.output), w.at);
  h->rows[i] = h->rows[--h->n];
}

/* Every event of the database is one of the model and the other way round. */
static bool same_events(history *h) {
  int n = 0, rc;
  bool same = true;
  sqlite3_bind_int64(s.events, 1, h->q->id);
  sqlite3_bind_text(s.events, 2, h->user, -1, SQLITE_STATIC);
  while ((rc = sqlite3_step(s.events)) == SQLITE_ROW) {
    bool found = false;
    for (int i = 0; i < h->m.n && !found; i++) {
      const event *e = &h->m.events[i];
      found = e->rule == sqlite3_column_int64(s.events, 0) &&
              e->start == sqlite3_column_int64(s.events, 1) &&
              e->step == sqlite3_column_int64(s.events, 2) &&
              e->resolved == sqlite3_column_int(s.events, 3);
    }
    if (!found)
      printf("  not in the model: rule %lld start %lld step %lld resolved %d\n",
             (long long)sqlite3_column_int64(s.events, 0),
             (long long)sqlite3_column_int64(s.events, 1) - day0,
             (long long)sqlite3_column_int64(s.events, 2), sqlite3_column_int(s.events, 3));
    same = same && found;
    n++;
  }
  sqlite3_reset(s.events);
  if (n < h->m.n) printf("  %d missed\n", h->m.n - n);
  return same && n == h->m.n;
}

static void show(const history *h) {
  printf("  limit %lld; %s\n", (long long)h->q->limit, h->log);
  for (int i = 0; i < h->q->n_rules; i++) {
    const rule *r = &h->q->rules[i];
    printf("  rule %lld: basis %d value %g step %g resolve %d cooldown %lld line %lld\n",
           (long long)r->id, r->basis, r->value, r->step, r->resolve, (long long)r->cooldown_s,
           (long long)line_of(h->q, r));
  }
  for (int i = 0; i < h->m.n; i++) {
    const event *e = &h->m.events[i];
    printf("  model: rule %lld start %lld step %lld resolved %d at %lld\n", (long long)e->rule,
           (long long)(e->start - day0), (long long)e->step, e->resolved,
           (long long)(e->at - day0));
  }
}

static bool one_history(host_rng *r, int64_t number) {
  static history h;
  memset(&h, 0, sizeof h);
  uint32_t k = host_random(r, N_QUOTAS);
  h.q = &s.quotas[k];
  snprintf(h.tenant, sizeof h.tenant, "t%u", k);
  snprintf(h.user, sizeof h.user, "h%lld", (long long)number);
  h.now = day0 + host_random(r, DAY / 2);
  int n = 2 + (int)host_random(r, ROWS_MAX);
  for (int i = 0; i < n; i++) {
    uint32_t what = host_random(r, 10);
    h.now += host_random(r, DAY / 12);
    if (h.n == 0 || (what < 6 && h.n < ROWS_MAX)) do_insert(r, &h);
    else if (what < 8) do_update(r, &h);
    else if (what < 9) do_move(r, &h);
    else do_remove(r, &h);
    if (!same_events(&h)) {
      show(&h);
      return false;
    }
  }
  for (int i = 0; i < h.m.n; i++) *(h.m.events[i].resolved ? &s.resolved : &s.raised) += 1;
  return true;
}

static void alert_histories(void) {
  int64_t n = host_size("HISTORIES", 3000), wrong = 0;
  host_rng r = host_seed(5);
  double began = host_seconds();
  s.db = host_open(":memory:", true);
  if (!CHECK(s.db != NULL)) return;
  for (int i = 0; i < N_QUOTAS; i++) make_quota(&r, &s.quotas[i], i);
  prepare();
  host_run(s.db, "BEGIN", NULL);
  for (int64_t i = 0; i < n && wrong < 3; i++) {
    if (!one_history(&r, i)) wrong++;
    if (i % 1000 == 999) host_run(s.db, "DELETE FROM llm_alert_event; COMMIT; BEGIN", NULL);
  }
  host_run(s.db, "COMMIT", NULL);
  CHECK_INT(wrong, 0);
  CHECK_INT(host_int(s.db, "SELECT count(*) FROM llm_quota_audit"), 0);
  printf("%lld histories, %ld events raised, %ld resolved, %lld differ; %.1f s\n", (long long)n,
         s.raised, s.resolved, (long long)wrong, host_seconds() - began);
  sqlite3_finalize(s.insert);
  sqlite3_finalize(s.update);
  sqlite3_finalize(s.move);
  sqlite3_finalize(s.remove);
  sqlite3_finalize(s.events);
  sqlite3_close(s.db);
}

CHECK_MAIN({"alert_histories", alert_histories})

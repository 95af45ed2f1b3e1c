/*
** Token buckets against an exact model: plain INSERTs, holds, settlements, releases, corrections
** and deletions, in order and late, on a clock that jumps both ways.
**
**   in order   the model is a clock that ticks: each second takes `refill` off what is missing.
**              Debt, refusals and retry_after_s are exactly its own, to the second and the unit
**   any order  what the bucket gives is never more than the ledger, sorted by time, would allow:
**              llm_counter.debt is at least what is missing by then (also the view
**              llm_bucket_truth)
*/
#include "../crash/host.h"

enum { ROWS_MAX = 600, N_KEYS = 2, START = 1772323200 };

typedef int64_t wide; /* limits here are small */

typedef struct {
  int64_t id, at, units;
  int key;
  bool held; /* an open hold: id is the number of its ref */
} row;

static struct {
  sqlite3 *db;
  sqlite3_stmt *insert, *hold, *change, *move, *remove, *release, *debt;
  host_rng r;
  int64_t limit, refill, span, refs, granted, refused;
  row rows[ROWS_MAX];
  int n;
} s;

static const char *const keys[N_KEYS] = {"ann", "bob"};

/* ---- the ledger in the order of its times ---------------------------------------------------- */

static int by_time(const void *a, const void *b) {
  const row *x = a, *y = b;
  return x->at < y->at ? -1 : x->at > y->at;
}

/* What is missing at `t`, by all rows of a key. */
static wide truth(int key, int64_t t) {
  static row sorted[ROWS_MAX];
  memcpy(sorted, s.rows, (size_t)s.n * sizeof *sorted);
  qsort(sorted, (size_t)s.n, sizeof *sorted, by_time);
  wide debt = 0;
  int64_t last = 0;
  for (int i = 0; i < s.n; i++) {
    if (sorted[i].key != key) continue;
    debt -= (wide)s.refill * (sorted[i].at - last);
    debt = (debt < 0 ? 0 : debt) + (wide)sorted[i].units * s.span;
    last = sorted[i].at;
  }
  debt -= t > last ? (wide)s.refill * (t - last) : 0;
  return debt < 0 ? 0 : debt;
}

/* ---- the database ---------------------------------------------------------------------------- */

static void open_bucket(bool guard) {
  char sql[400];
  s.db = host_open(":memory:", true);
  if (!CHECK(s.db != NULL)) return;
  s.limit = 1 + host_random(&s.r, 500);
  s.refill = 1 + host_random(&s.r, 300);
  s.span = 1 + host_random(&s.r, 90);
  snprintf(sql, sizeof sql,
           "INSERT INTO llm_quota(name, metric, limit_units, period, split_by, guard) VALUES('b', "
           "'total', %lld, 'bucket %lld/%llds', 'user_id', '%s')",
           (long long)s.limit, (long long)s.refill, (long long)s.span, guard ? "insert" : "none");
  host_run(s.db, sql, NULL);
  s.insert = host_prepare(s.db, "INSERT INTO llm_usage(timestamp, user_id, input_tokens, "
                                "output_tokens, request_id) VALUES(?1, ?2, ?3, 0, ?4) RETURNING id");
  s.hold = host_prepare(s.db, "INSERT INTO llm_hold(ref, unix_time, expires, user_id, input_tokens, "
                              "output_tokens) VALUES(?1, ?2, ?2 + 600, ?3, 0, ?4) RETURNING id");
  s.change = host_prepare(s.db, "UPDATE llm_usage SET input_tokens = ?1 WHERE id = ?2");
  s.move = host_prepare(s.db, "UPDATE llm_usage SET timestamp = ?1 WHERE id = ?2");
  s.remove = host_prepare(s.db, "DELETE FROM llm_usage WHERE id = ?1");
  s.release = host_prepare(s.db, "UPDATE llm_hold SET state = 'released' WHERE ref = ?1");
  s.debt = host_prepare(s.db, "SELECT debt, debt_at, used, held FROM llm_counter WHERE key = ?1");
  s.n = 0;
}

static void close_bucket(void) {
  sqlite3_stmt *const all[] = {s.insert, s.hold, s.change, s.move, s.remove, s.release, s.debt};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) sqlite3_finalize(all[i]);
  CHECK_INT(host_int(s.db, "SELECT count(*) FROM llm_quota_audit"), 0);
  sqlite3_close(s.db);
}

static const char *number(int64_t v) {
  static char text[4][24];
  static int which;
  char *t = text[which = (which + 1) % 4];
  snprintf(t, sizeof text[0], "%lld", (long long)v);
  return t;
}

static bool add(int key, int64_t at, int64_t units, bool held, const char *ref) {
  int64_t id = held ? host_step(s.hold, "exceeded", "titi", number(++s.refs), at, keys[key], units)
                    : host_step(s.insert, "exceeded", "ttit", number(at), keys[key], units, ref);
  *(id > 0 ? &s.granted : &s.refused) += 1;
  if (id > 0) s.rows[s.n++] = (row){held ? s.refs : id, at, units, key, held};
  return id > 0;
}

static void forget(int i) { s.rows[i] = s.rows[--s.n]; }

/* debt of a key and its time; 0 and 0 where there is none yet. */
static int64_t stored(int key, int64_t *at) {
  int64_t debt = 0;
  *at = 0;
  sqlite3_bind_text(s.debt, 1, keys[key], -1, SQLITE_STATIC);
  if (sqlite3_step(s.debt) == SQLITE_ROW) {
    debt = sqlite3_column_int64(s.debt, 0);
    *at = sqlite3_column_int64(s.debt, 1);
  }
  sqlite3_reset(s.debt);
  return debt;
}

/* retry_after_s of a request that is refused; -1: allowed, -2: never. */
static int64_t retry(int key, int64_t units, int64_t now) {
  char sql[300];
  snprintf(sql, sizeof sql,
           "SELECT iif(value ->> 'decision' = 'allow', -1, coalesce(value ->> 'retry_after_s', -2)) FROM "
           "json_each(tok_quota_explain('{\"user_id\":\"%s\"}', '{\"total\":%lld}', %lld))",
           keys[key], (long long)units, (long long)now);
  return host_int(s.db, sql);
}

/* ---- in order: a clock that ticks ------------------------------------------------------------ */

static void in_order(void) {
  double began = host_seconds();
  for (uint64_t round = 0; round < 12; round++) {
    s.r = host_seed(round + 40);
    open_bucket(true);
    wide debt[N_KEYS] = {0};
    int64_t now = START;
    for (int i = 0; i < 250 && s.n < ROWS_MAX; i++) {
      for (uint32_t wait = host_random(&s.r, 6) == 0 ? host_random(&s.r, 400) : host_random(&s.r, 4); wait > 0; wait--) {
        now++;
        for (int k = 0; k < N_KEYS; k++) debt[k] = debt[k] > s.refill ? debt[k] - s.refill : 0;
      }
      int key = (int)host_random(&s.r, N_KEYS);
      int64_t units = 1 + host_random(&s.r, (uint32_t)(s.limit * 5 / 4)), at;
      bool fits = debt[key] + (wide)units * s.span <= (wide)s.limit * s.span;
      int64_t wait = retry(key, units, now);
      CHECK_INT(wait == -1, fits);
      CHECK_INT(wait == -2, units > s.limit);
      if (wait > 0) { /* exact: a second earlier it is too early */
        CHECK_INT(retry(key, units, now + wait), -1);
        CHECK_INT(retry(key, units, now + wait - 1), wait == 1 ? wait : 1);
      }
      if (!CHECK_INT(add(key, now, units, host_random(&s.r, 3) == 0, NULL), fits))
        printf("  round %llu: limit %lld, %lld in %lld s, %lld units\n", (unsigned long long)round, (long long)s.limit,
               (long long)s.refill, (long long)s.span, (long long)units);
      if (fits) debt[key] += (wide)units * s.span;
      int64_t is = stored(key, &at);
      CHECK_INT(is - (at > 0 ? (now - at) * s.refill : 0) > 0 ? is - (now - at) * s.refill : 0, (int64_t)debt[key]);
      CHECK(truth(key, now) == debt[key]);
    }
    close_bucket();
  }
  printf("in order: %lld granted, %lld refused; %.1f s\n", (long long)s.granted, (long long)s.refused, host_seconds() - began);
  CHECK(s.granted > 300 && s.refused > 300);
}

/* ---- any order ------------------------------------------------------------------------------- */

static void one_operation(int64_t now) {
  int i = s.n == 0 ? 0 : (int)host_random(&s.r, (uint32_t)s.n);
  row *w = &s.rows[i];
  uint32_t what = s.n == 0 ? 0 : host_random(&s.r, 10);
  int64_t units = host_random(&s.r, (uint32_t)(s.limit / 2 + 1));
  if (what < 5 && s.n < ROWS_MAX) {
    add((int)host_random(&s.r, N_KEYS), now, units, host_random(&s.r, 3) == 0, NULL);
  } else if (w->held && what < 8) { /* settled: at the time of the hold, or at its own */
    row was = *w;
    forget(i);
    int64_t at = host_random(&s.r, 2) == 0 ? was.at : now;
    CHECK(add(was.key, at, units, false, number(was.id)));
  } else if (w->held) {
    host_step(s.release, NULL, "t", number(w->id));
    forget(i);
  } else if (what < 7) {
    host_step(s.change, NULL, "ii", units, w->id);
    w->units = units;
  } else if (what < 8) {
    host_step(s.move, NULL, "ti", number(now), w->id);
    w->at = now;
  } else {
    host_step(s.remove, NULL, "i", w->id);
    forget(i);
  }
}

static void any_order(void) {
  double began = host_seconds();
  int64_t more = 0, equal = 0;
  for (uint64_t round = 0; round < 16; round++) {
    s.r = host_seed(round + 80);
    open_bucket(round % 2 == 0);
    int64_t now = START;
    for (int i = 0; i < 300; i++) {
      now += host_random(&s.r, 5) == 0 ? -(int64_t)host_random(&s.r, 100) : host_random(&s.r, 30);
      one_operation(now);
      for (int k = 0; k < N_KEYS; k++) {
        int64_t at, debt = stored(k, &at);
        wide least = truth(k, at);
        if (!CHECK(debt >= least))
          printf("  round %llu, operation %d: %lld is missing, %lld by the ledger\n", (unsigned long long)round, i,
                 (long long)debt, (long long)least);
        *(debt > least ? &more : &equal) += 1;
      }
      if (i % 60 == 59) { /* counted anew it is the ledger's */
        CHECK_INT(host_int(s.db, "SELECT count(*) FROM llm_quota_audit"), 0);
        host_run(s.db, "UPDATE llm_quota SET active = active", NULL);
        for (int k = 0; k < N_KEYS; k++) {
          int64_t at, debt = stored(k, &at);
          CHECK(at == 0 || truth(k, at) == debt);
        }
      }
    }
    close_bucket();
  }
  printf("any order: %lld times what the ledger says, %lld times stricter; %.1f s\n", (long long)equal, (long long)more,
         host_seconds() - began);
  CHECK(equal > 1000);
}

/* ---- single cases ---------------------------------------------------------------------------- */

/* Held, then settled for less at the same time: as if it had been so much from the start. */
static void settled_for_less(void) {
  s.db = host_open(":memory:", true);
  if (!CHECK(s.db != NULL)) return;
  host_run(s.db,
           "INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('b', 'total', 100, 'bucket 100/60s');"
           "SELECT tok_quota_reserve('a', '{}', '{\"input\":50,\"output\":50}', 600, 1772323200);"
           "SELECT tok_quota_reserve('b', '{}', '{\"input\":25,\"output\":25}', 600, 1772323230);"
           "SELECT tok_quota_settle('a', '{\"input_tokens\":50,\"output_tokens\":30}', 1772323230)",
           NULL);
  CHECK_STR(host_text(s.db, "SELECT used || ' ' || held || ' ' || (debt / 60) FROM llm_counter"), "80 50 80");
  host_run(s.db, "SELECT tok_quota_settle('b', '{\"input_tokens\":25,\"output_tokens\":45}', 1772323240)", NULL);
  CHECK_STR(host_text(s.db, "SELECT used || ' ' || held || ' ' || (debt / 60) FROM llm_counter"), "150 0 100");
  CHECK_STR(host_text(s.db, "SELECT debt / 60 FROM llm_bucket_truth"), "100");
  /* the clock goes back: nothing is refilled until it is where it was */
  CHECK_STR(host_text(s.db, "SELECT value ->> 'retry_after_s' FROM json_each(tok_quota_explain('{}', '{\"total\":50}', 1772323200))"),
            "60");
  CHECK_INT(host_int(s.db, "SELECT count(*) FROM llm_quota_audit"), 0);
  sqlite3_close(s.db);
}

/* Sums beyond 64 bits: never more than the bucket has, never a wrapped number. */
static void huge(void) {
  static const char *const steps[] = {
      "INSERT INTO llm_quota(name, metric, limit_units, period, action) VALUES('w', 'cost', 53375995583, 'bucket 1d', 'throttle')",
      "DROP TRIGGER llm_usage_arrival_bounded",
      "INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('h', 'total', 4611686018427387903, 'bucket "
      "9223372036854775807/1s')",
      "INSERT INTO llm_usage(timestamp, input_tokens, output_tokens, cost_nano) VALUES('2026-01-01', 4611686018427387903, 0, "
      "9000000000000000000)",
      "INSERT INTO llm_usage(timestamp, input_tokens, output_tokens, cost_nano) VALUES('2026-01-01T00:00:01Z', "
      "4611686018427387903, 0, 200000000000000000)"};
  s.db = host_open(":memory:", false);
  sqlite3_close(s.db);
  s.db = host_open(":memory:", true);
  if (!CHECK(s.db != NULL)) return;
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) host_run(s.db, steps[i], NULL);
  CHECK_STR(host_text(s.db, "SELECT group_concat(debt, ' ') FROM (SELECT debt FROM llm_counter ORDER BY quota_id)"),
            "4611686018427387904 4611686018427387903");
  CHECK(!host_run(s.db, "INSERT INTO llm_usage(timestamp, input_tokens, output_tokens, cost_nano) VALUES('2026-01-01T00:00:01Z', "
                        "1, 0, 0)", "quota 'h' exceeded"));
  CHECK_INT(host_int(s.db, "SELECT count(*) FROM llm_quota_audit"), 0);
  CHECK_STR(host_text(s.db, "SELECT value ->> 'retry_after_s' FROM json_each(tok_quota_explain('{}', '{\"cost_nano\":53375995583}', "
                            "'2026-01-01T00:00:01Z')) WHERE value ->> 'quota' = 'w'"), "86400001");
  sqlite3_close(s.db);
}

CHECK_MAIN({"in_order", in_order}, {"any_order", any_order}, {"settled_for_less", settled_for_less}, {"huge", huge})

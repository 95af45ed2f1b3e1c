/*
** Many processes on one file with limits that bind: never one unit over, nothing lost, no error but
** a refusal.
**
**   plain_inserts   clients without tok insert usage; the triggers refuse what would cross a line.
**                   At the end the tightest quota is used to its last unit, and what the clients
**                   were told was written is what the ledger holds
**   plain_holds     the same with holds written in plain SQL (INSERT INTO llm_hold), settled, freed
**                   or left open
**   reservations    tok_quota_reserve, _settle and _release
**   moving_limits   reservations while all of them change limits and what is counted apart, some in
**                   transactions that are undone: what is held never rises beyond the limit of that
**                   moment
**   token_bucket    plain INSERTs and reservations of one bucket that refills meanwhile: never
**                   empty beyond empty, and in all no more than it held and what it got
**   shared_references   all of them with the same references, some of which expire: one hold and
**                       one row of the ledger each
**
** While they run, the parent looks again and again for a counter beyond its limit.
*/
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../crash/host.h"

#define FILE_NAME "build/tmp/race.db"
#define OVER                                                                                       \
  "SELECT coalesce(max(c.used + c.held - q.limit_units), 0) FROM llm_counter AS c JOIN llm_quota " \
  "AS q ON q.id = c.quota_id"                                                                      \
  " WHERE q.action = 'block'"
#define EXCEEDED "exceeded"

enum { WORKERS_MAX = 64, N_USERS = 5, AMOUNT_MAX = 20 };

/* Shared by all processes: what each was told. */
typedef struct {
  int64_t granted, refused, settled, released, kept; /* calls */
  int64_t units; /* tokens in the ledger because of this worker */
  int64_t held;  /* tokens in its open holds */
} tally;

typedef void work(sqlite3 *db, host_rng *r, int worker, int64_t i, tally *t);

static tally *tallies;

static void run_worker(work *w, bool with_tok, int worker, int64_t n) {
  sqlite3 *db = host_open(FILE_NAME, with_tok);
  host_rng r = host_seed((uint64_t)worker);
  if (db == NULL) _exit(3);
  for (int64_t i = 0; i < n; i++) w(db, &r, worker, i, &tallies[worker]);
  if (sqlite3_close_v2(db) != SQLITE_OK) _exit(4);
  _exit(0);
}

/* Waits for all; the largest excess that a reader saw meanwhile, and how many processes did not
   end well. */
static void watch(int n_workers, int64_t *over, int *failed) {
  sqlite3 *db = host_open(FILE_NAME, false);
  int left = n_workers, status;
  *over = INT64_MIN;
  *failed = 0;
  while (left > 0) {
    int64_t now = host_int(db, OVER);
    if (now > *over) *over = now;
    while (left > 0 && waitpid(-1, &status, WNOHANG) > 0) {
      left--;
      if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) (*failed)++;
    }
    usleep(2000);
  }
  sqlite3_close(db);
}

/* `exact`: no call uses more than it holds, so that the limit is never crossed. */
static tally race(const char *name, work *w, bool with_tok, bool exact, const char *setup) {
  int n_workers = (int)host_size("RACE_WORKERS", 8), failed = 0;
  int64_t n = host_size("RACE_OPERATIONS", 200), over = 0;
  tally sum = {0};
  if (n_workers > WORKERS_MAX) n_workers = WORKERS_MAX;
  if (!CHECK(host_make(FILE_NAME, setup))) return sum;
  tallies = mmap(NULL, sizeof(tally) * WORKERS_MAX, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  double start = host_seconds();
  fflush(stdout);
  for (int i = 0; i < n_workers; i++) {
    if (fork() == 0) run_worker(w, with_tok, i, n);
  }
  watch(n_workers, &over, &failed);
  double seconds = host_seconds() - start;
  CHECK_INT(failed, 0);
  if (exact) CHECK_INT(over, 0); /* the limit is reached, and never crossed */
  for (int i = 0; i < n_workers; i++) {
    const tally *t = &tallies[i];
    sum.granted += t->granted;
    sum.refused += t->refused;
    sum.settled += t->settled;
    sum.released += t->released;
    sum.kept += t->kept;
    sum.units += t->units;
    sum.held += t->held;
  }
  CHECK_INT(sum.granted + sum.refused, n * n_workers);
  CHECK(sum.refused > 0); /* or the limits did not bind */
  printf("%s: %d processes x %lld: %lld granted, %lld refused, %lld settled, %lld released, %lld "
         "kept; %.1f s, %.0f /s\n",
         name, n_workers, (long long)n, (long long)sum.granted, (long long)sum.refused,
         (long long)sum.settled, (long long)sum.released, (long long)sum.kept, seconds,
         (double)(n * n_workers) / seconds);
  munmap(tallies, sizeof(tally) * WORKERS_MAX);
  return sum;
}

/* Counters, ledger and what the workers were told agree. */
static void check_end(const tally *sum) {
  sqlite3 *db = host_open(FILE_NAME, false);
  if (!CHECK(db != NULL)) return;
  host_check_sound(db);
  CHECK_INT(host_int(db, "SELECT coalesce(sum(total_tokens), 0) FROM llm_usage"), sum->units);
  CHECK_INT(host_int(db, "SELECT used FROM llm_counter WHERE quota_id = (SELECT id FROM llm_quota "
                         "WHERE name = 'all')"),
            sum->units);
  CHECK_INT(host_int(db, "SELECT held FROM llm_counter WHERE quota_id = (SELECT id FROM llm_quota "
                         "WHERE name = 'all')"),
            sum->held);
  CHECK_INT(host_int(db, "SELECT count(*) FROM llm_hold WHERE state = 'held'"), sum->kept);
  /* what was settled for less than it held may leave room at the end */
  CHECK(host_int(db, OVER) <= 0);
  sqlite3_close(db);
}

/* Half of what the workers will ask for: tokens in all, and for each of five users a little more
   than its fifth. */
static const char *setup_for(int64_t asked_units) {
  static char sql[2000];
  snprintf(sql, sizeof sql,
           "INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('all', 'total', %lld, "
           "'lifetime');"
           "INSERT INTO llm_quota(name, metric, limit_units, period, split_by) VALUES('each', "
           "'input', %lld, 'every 80000h', 'user_id');"
           "INSERT INTO llm_quota(name, tenant_id, metric, limit_units, period) VALUES('calls', "
           "'acme', 'requests', %lld, 'lifetime');"
           "INSERT INTO llm_quota(name, tenant_id, metric, limit_units, period, action)"
           " VALUES('told', 'acme', 'output', 5, 'rolling 24h', 'warn');",
           (long long)(asked_units / 2), (long long)(asked_units / 2 / N_USERS),
           (long long)asked_units);
  return sql;
}

static int64_t asked_units(void) {
  int64_t n_workers = host_size("RACE_WORKERS", 8);
  return (n_workers > WORKERS_MAX ? WORKERS_MAX : n_workers) * host_size("RACE_OPERATIONS", 200) *
         (AMOUNT_MAX + 1) / 2;
}

/* ---- usage, without tok ---------------------------------------------------------------------- */

#define INSERT_USAGE                                                                               \
  "INSERT INTO llm_usage(provider, model, task_type, input_tokens, output_tokens, tenant_id, "     \
  "user_id, request_id)"                                                                           \
  " VALUES('p', 'm', 't', ?, ?, 'acme', ?, ?)"

static const char *const users[N_USERS] = {"u0", "u1", "u2", "u3", "u4"};

static void insert_plain(sqlite3 *db, host_rng *r, int worker, int64_t i, tally *t) {
  static sqlite3_stmt *insert;
  char ref[40];
  int64_t input = host_random(r, AMOUNT_MAX), output = host_random(r, 3);
  if (insert == NULL) insert = host_prepare(db, INSERT_USAGE);
  if (input + output == 0) input = 1;
  snprintf(ref, sizeof ref, "%d-%lld", worker, (long long)i);
  if (host_step(insert, EXCEEDED, "iitt", input, output, users[host_random(r, N_USERS)], ref) > 0) {
    t->granted++;
    t->units += input + output;
  } else {
    t->refused++;
  }
}

static void plain_inserts(void) {
  tally sum = race("plain inserts", insert_plain, false, true, setup_for(asked_units()));
  check_end(&sum);
}

/* ---- holds, without tok ---------------------------------------------------------------------- */

static void hold_plain(sqlite3 *db, host_rng *r, int worker, int64_t i, tally *t) {
  static sqlite3_stmt *hold, *settle, *release;
  char ref[40];
  int64_t input = 1 + host_random(r, AMOUNT_MAX), output = host_random(r, 3);
  const char *user = users[host_random(r, N_USERS)];
  if (hold == NULL) {
    hold =
        host_prepare(db, "INSERT INTO llm_hold(ref, unix_time, expires, tenant_id, user_id, "
                         "provider, model, input_tokens, output_tokens)"
                         " VALUES(?, unixepoch(), unixepoch() + 600, 'acme', ?, 'p', 'm', ?, ?)");
    settle = host_prepare(db, INSERT_USAGE);
    release =
        host_prepare(db, "UPDATE llm_hold SET state = 'released' WHERE ref = ? AND state = 'held'");
  }
  snprintf(ref, sizeof ref, "%d-%lld", worker, (long long)i);
  if (host_step(hold, EXCEEDED, "ttii", ref, user, input, output) < 0) {
    t->refused++;
    return;
  }
  t->granted++;
  uint32_t what = host_random(r, 10);
  if (what < 5) {
    int64_t used = host_random(r, (uint32_t)input + 1);
    host_step(settle, NULL, "iitt", used, output, user, ref); /* never refused */
    t->settled++;
    t->units += used + output;
  } else if (what < 8) {
    host_step(release, NULL, "t", ref);
    t->released++;
  } else {
    t->kept++;
    t->held += input + output;
  }
}

static void plain_holds(void) {
  tally sum = race("plain holds", hold_plain, false, true, setup_for(asked_units() / 2));
  check_end(&sum);
}

/* ---- with tok -------------------------------------------------------------------------------- */

static void reserve(sqlite3 *db, host_rng *r, int worker, int64_t i, tally *t) {
  static sqlite3_stmt *hold, *settle, *release;
  char ref[40];
  int64_t input = 1 + host_random(r, AMOUNT_MAX), output = host_random(r, 3);
  if (hold == NULL) {
    hold = host_prepare(db, "SELECT tok_quota_reserve(?, json_object('tenant_id', 'acme', "
                            "'user_id', ?, 'provider', 'p', 'model', 'm'),"
                            " json_object('input', ?, 'output', ?), 600) ->> 'ok'");
    settle = host_prepare(
        db, "SELECT tok_quota_settle(?, json_object('input_tokens', ?, 'output_tokens', ?))");
    release = host_prepare(db, "SELECT tok_quota_release(?)");
  }
  snprintf(ref, sizeof ref, "%d-%lld", worker, (long long)i);
  if (host_step(hold, NULL, "ttii", ref, users[host_random(r, N_USERS)], input, output) != 1) {
    t->refused++;
    return;
  }
  t->granted++;
  uint32_t what = host_random(r, 10);
  if (what < 5) {
    int64_t used = host_random(r, (uint32_t)input + 1);
    host_step(settle, NULL, "tii", ref, used, output);
    if (what == 0) host_step(settle, NULL, "tii", ref, used, output); /* again: nothing happens */
    t->settled++;
    t->units += used + output;
  } else if (what < 8) {
    host_step(release, NULL, "t", ref);
    t->released++;
  } else {
    t->kept++;
    t->held += input + output;
  }
}

static bool has_reservations(void) {
  sqlite3 *db = host_open(":memory:", true);
  bool there = db != NULL && host_has(db, "tok_quota_reserve");
  sqlite3_close(db);
  if (!there) CHECK_SKIP("this build has no tok_quota_reserve");
  return there;
}

static void reservations(void) {
  if (!has_reservations()) return;
  tally sum = race("reservations", reserve, true, true, setup_for(asked_units() / 2));
  check_end(&sum);
}

/* ---- limits that move ------------------------------------------------------------------------ */

static void change_quota(sqlite3 *db, host_rng *r) {
  char sql[200];
  switch (host_random(r, 4)) {
  case 0:
    snprintf(sql, sizeof sql, "UPDATE llm_quota SET split_by = iif(split_by = '', 'user_id', '') WHERE name = 'each'");
    break;
  case 1: /* as if it had never been */
    snprintf(sql, sizeof sql,
             "BEGIN IMMEDIATE; UPDATE llm_quota SET limit_units = 1000000;"
             "SELECT tok_quota_reserve('undone', '{\"tenant_id\":\"acme\"}', '{\"input\":9,\"output\":9}'); ROLLBACK");
    break;
  default:
    snprintf(sql, sizeof sql, "UPDATE llm_quota SET limit_units = %u WHERE name = '%s'", 20 + host_random(r, 200),
             host_random(r, 2) == 0 ? "all" : "each");
  }
  host_run(db, sql, NULL);
}

static void reserve_or_change(sqlite3 *db, host_rng *r, int worker, int64_t i, tally *t) {
  static sqlite3_stmt *hold, *release;
  char ref[40];
  if (host_random(r, 20) == 0) {
    change_quota(db, r);
    t->refused++;
    return;
  }
  if (hold == NULL) {
    hold = host_prepare(db, "SELECT tok_quota_reserve(?, json_object('tenant_id', 'acme', 'user_id', ?),"
                            " json_object('input', ?, 'output', 1), 600) ->> 'ok'");
    release = host_prepare(db, "SELECT tok_quota_release(?)");
  }
  snprintf(ref, sizeof ref, "%d-%lld", worker, (long long)i);
  if (host_step(hold, NULL, "tti", ref, users[host_random(r, N_USERS)], (int64_t)host_random(r, AMOUNT_MAX)) != 1) {
    t->refused++;
    return;
  }
  t->granted++;
  if (host_random(r, 50) > 0) host_step(release, NULL, "t", ref);
}

static void moving_limits(void) {
  if (!has_reservations()) return;
  race("moving limits", reserve_or_change, true, false,
       "INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('all', 'total', 100, 'lifetime');"
       "INSERT INTO llm_quota(name, metric, limit_units, period, split_by) VALUES('each', 'input', 50, 'day', 'user_id');"
       "CREATE TABLE beyond(what);"
       /* at is NULL where all is counted anew */
       "CREATE TRIGGER seen AFTER UPDATE OF held ON llm_counter WHEN NEW.held > OLD.held AND NEW.at IS NOT NULL AND NEW.used + NEW.held >"
       " (SELECT limit_units FROM llm_quota WHERE id = NEW.quota_id) BEGIN INSERT INTO beyond VALUES(NEW.held); END");
  sqlite3 *db = host_open(FILE_NAME, false);
  if (!CHECK(db != NULL)) return;
  host_check_sound(db);
  CHECK_INT(host_int(db, "SELECT count(*) FROM beyond"), 0);
  CHECK_INT(host_int(db, "SELECT count(*) FROM llm_hold WHERE ref = 'undone'"), 0);
  sqlite3_close(db);
}

/* All workers fight for the same few references: one hold each, settled once. */
static void share(sqlite3 *db, host_rng *r, int worker, int64_t i, tally *t) {
  static sqlite3_stmt *hold, *settle, *release;
  char ref[40];
  int64_t turn = i / 3 + host_random(r, 3);
  (void)worker;
  if (hold == NULL) {
    hold = host_prepare(db, "SELECT tok_quota_reserve(?, json_object('tenant_id', 'acme', "
                            "'user_id', 'u1', 'provider', 'p', 'model', 'm'),"
                            " json_object('input', 10, 'output', ?), ?) ->> 'ok'");
    settle = host_prepare(
        db, "SELECT tok_quota_settle(?, json_object('input_tokens', 10, 'output_tokens', ?))");
    release = host_prepare(db, "SELECT tok_quota_release(?)");
  }
  snprintf(ref, sizeof ref, "%lld", (long long)turn);
  int64_t ok =
      host_step(hold, NULL, "tii", ref, turn % 3, turn % 17 == 0 ? INT64_C(1) : INT64_C(600)) == 1;
  if (ok) t->granted++;
  else t->refused++;
  uint32_t what = host_random(r, 10);
  if (ok && what < 6) host_step(settle, "there is no hold", "ti", ref, turn % 3);
  else if (ok && what < 7) host_step(release, NULL, "t", ref);
}

static void shared_references(void) {
  if (!has_reservations()) return;
  int64_t n = host_size("RACE_OPERATIONS", 200);
  char sql[1000];
  snprintf(sql, sizeof sql,
           "INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('all', 'total', %lld, "
           "'lifetime');"
           "INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('window', 'requests', "
           "%lld, 'rolling 1h')",
           (long long)(n / 3 * 8), (long long)n);
  /* A call that is settled after its hold expired is charged all the same. */
  race("shared references", share, true, false, sql);
  sqlite3 *db = host_open(FILE_NAME, false);
  if (!CHECK(db != NULL)) return;
  host_check_sound(db);
  CHECK_INT(host_int(db, "SELECT count(*) - count(DISTINCT request_id) FROM llm_usage"), 0);
  CHECK_INT(host_int(db, "SELECT count(*) - count(DISTINCT ref) FROM llm_hold"), 0);
  CHECK_INT(
      host_int(db, "SELECT count(*) FROM llm_usage WHERE total_tokens <> 10 + request_id % 3"), 0);
  CHECK_INT(host_int(db,
                     "SELECT count(*) FROM llm_usage AS u WHERE NOT EXISTS (SELECT 1 FROM llm_hold "
                     "AS h WHERE h.ref = u.request_id"
                     " AND h.usage_id = u.id AND h.state IN ('settled', 'expired', 'released'))"),
            0);
  sqlite3_close(db);
}

/* Inserts, or reserves and settles for as much or less. */
static void draw(sqlite3 *db, host_rng *r, int worker, int64_t i, tally *t) {
  static sqlite3_stmt *insert, *reserve, *settle;
  char ref[40], amount[60];
  int64_t units = 1 + host_random(r, AMOUNT_MAX), used = units - host_random(r, 2) * host_random(r, (uint32_t)units);
  if (insert == NULL) {
    insert = host_prepare(db, "INSERT INTO llm_usage(input_tokens, output_tokens) VALUES(?, 0)");
    reserve = host_prepare(db, "SELECT tok_quota_reserve(?, '{}', ?) ->> 'ok'");
    settle = host_prepare(db, "SELECT tok_quota_settle(?, ?)");
  }
  snprintf(ref, sizeof ref, "%d-%lld", worker, (long long)i);
  snprintf(amount, sizeof amount, "{\"input\":%lld,\"output\":0}", (long long)units);
  bool plain = host_random(r, 2) == 0;
  bool ok = plain ? host_step(insert, EXCEEDED, "i", units) > 0 : host_step(reserve, NULL, "tt", ref, amount) == 1;
  *(ok ? &t->granted : &t->refused) += 1;
  if (ok && !plain) {
    snprintf(amount, sizeof amount, "{\"input_tokens\":%lld,\"output_tokens\":0}", (long long)used);
    host_step(settle, NULL, "tt", ref, amount);
    t->settled++;
  }
  if (ok) t->units += plain ? units : used;
}

static void token_bucket(void) {
  if (!has_reservations()) return;
  double began = host_seconds();
  tally sum = race("token bucket", draw, true, false,
                   "INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('all', 'total', 300, 'bucket 70/1s');"
                   "CREATE TABLE beyond(debt); CREATE TRIGGER beyond AFTER UPDATE OF debt ON llm_counter WHEN NEW.debt > 300"
                   " BEGIN INSERT INTO beyond VALUES(NEW.debt); END");
  double seconds = host_seconds() - began;
  sqlite3 *db = host_open(FILE_NAME, false);
  if (!CHECK(db != NULL)) return;
  host_check_sound(db);
  CHECK_INT(host_int(db, "SELECT count(*) FROM beyond"), 0);
  CHECK_INT(host_int(db, "SELECT used FROM llm_counter"), sum.units);
  CHECK_INT(host_int(db, "SELECT held FROM llm_counter"), 0);
  /* what is settled for less comes back: the last of it may be there still */
  CHECK(sum.units > 100 && (double)sum.units <= 300 + 70 * (seconds + 2));
  sqlite3_close(db);
}

CHECK_MAIN({"plain_inserts", plain_inserts}, {"plain_holds", plain_holds},
           {"reservations", reservations}, {"moving_limits", moving_limits},
           {"token_bucket", token_bucket}, {"shared_references", shared_references})

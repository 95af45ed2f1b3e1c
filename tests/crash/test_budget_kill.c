/*
** kill -9 in the middle of reserving, settling, inserting, releasing: counters equal the ledger,
** what was acknowledged is there, what was held comes back, the file is sound.
**
** A few writers work on one file; the parent kills one after another at a random moment and starts
** the next. A writer notes each success in memory that is shared with the parent, after SQLite said
** so: what it noted must be in the ledger, and beyond that at most the one statement that was cut
** off.
*/
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

#define FILE_NAME "build/tmp/kill.db"
#define SETUP                                                                                      \
  "INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('all', 'total', 100000000, "    \
  "'lifetime');"                                                                                   \
  "INSERT INTO llm_quota(name, metric, limit_units, period, split_by) VALUES('each', 'input', "    \
  "1000, 'every 80000h', 'user_id');"                                                              \
  "INSERT INTO llm_quota(name, metric, limit_units, period, split_by) VALUES('hours', "            \
  "'requests', 100000, 'rolling 1h', 'model');"                                                    \
  "INSERT INTO llm_alert(quota_id, basis, value, step) SELECT id, 'used', 100, 100 FROM "          \
  "llm_quota WHERE name = 'all';"                                                                  \
  "INSERT INTO llm_grant(quota_id, key, units) SELECT id, 'u1', 150 FROM llm_quota WHERE name = "  \
  "'each'"

enum { N_WRITERS = 4, RUN_US_MAX = 30000 };

/* Of one writer's life. */
typedef struct {
  volatile int64_t inserted, settled, units; /* acknowledged */
  volatile int64_t ready;
} notes;

static struct { int64_t kills, inserted, settled, units; } total;

/* Half with tok, half without. */
static void write_on(bool with_tok, int life, notes *n) {
  sqlite3 *db = host_open(FILE_NAME, with_tok);
  host_rng r = host_seed((uint64_t)life);
  if (db == NULL) _exit(3);
  sqlite3_stmt *usage = host_prepare(db, "INSERT INTO llm_usage(provider, model, task_type, "
                                         "input_tokens, output_tokens, user_id, request_id)"
                                         " VALUES('p', ?, 't', ?, ?, ?, ?)");
  sqlite3_stmt *hold =
      host_prepare(db, "INSERT INTO llm_hold(ref, unix_time, expires, user_id, provider, model, "
                       "input_tokens, output_tokens)"
                       " VALUES(?, unixepoch(), unixepoch() + 60, ?, 'p', ?, ?, ?)");
  sqlite3_stmt *release =
      host_prepare(db, "UPDATE llm_hold SET state = 'released' WHERE ref = ? AND state = 'held'");
  bool functions = with_tok && host_has(db, "tok_quota_reserve");
  sqlite3_stmt *reserve = NULL, *settle = NULL;
  if (functions) {
    reserve = host_prepare(
        db, "SELECT tok_quota_reserve(?, json_object('user_id', ?, 'provider', 'p', 'model', ?),"
            " json_object('input', ?, 'output', ?), 60) ->> 'ok'");
    settle = host_prepare(
        db, "SELECT tok_quota_settle(?, json_object('input_tokens', ?, 'output_tokens', ?))");
  }
  n->ready = 1;
  for (int64_t i = 0;; i++) {
    char ref[40], user[8], model[8];
    int64_t input = 1 + host_random(&r, 20), output = host_random(&r, 5);
    uint32_t what = host_random(&r, 4);
    snprintf(ref, sizeof ref, "%d-%lld", life, (long long)i);
    snprintf(user, sizeof user, "u%u", host_random(&r, 3));
    snprintf(model, sizeof model, "m%u", host_random(&r, 3));
    if (what == 0) {
      if (host_step(usage, "exceeded", "tiitt", model, input, output, user, ref) < 0) continue;
      n->inserted++;
      n->units += input + output;
      continue;
    }
    int64_t ok = functions
                     ? host_step(reserve, NULL, "tttii", ref, user, model, input, output) == 1
                     : host_step(hold, "exceeded", "tttii", ref, user, model, input, output) > 0;
    if (!ok || what == 1) continue; /* refused, or left to expire */
    if (what == 2) {
      host_step(release, NULL, "t", ref);
      continue;
    }
    if (functions) host_step(settle, NULL, "tii", ref, input, output);
    else host_step(usage, NULL, "tiitt", model, input, output, user, ref);
    n->settled++;
    n->units += input + output;
  }
}

static void check_file(bool at_end) {
  sqlite3 *db = host_open(FILE_NAME, at_end);
  if (!CHECK(db != NULL)) return;
  host_check_sound(db);
  CHECK_INT(
      host_int(db,
               "SELECT count(*) FROM llm_counter AS c JOIN llm_quota AS q ON q.id = c.quota_id"
               " WHERE q.name = 'each' AND c.used + c.held > q.limit_units + 150 * (c.key = 'u1')"),
      0);
  if (at_end) {
    int64_t rows = host_int(db, "SELECT count(*) FROM llm_usage"),
            written = total.inserted + total.settled;
    if (!CHECK(rows >= written && rows <= written + total.kills))
      printf("  %lld rows, %lld acknowledged, %lld killed\n", (long long)rows, (long long)written,
             (long long)total.kills);
    CHECK(host_int(db, "SELECT sum(total_tokens) FROM llm_usage") >= total.units);
    printf("%lld kills, %lld rows, %lld of them acknowledged, %lld holds left behind\n",
           (long long)total.kills, (long long)rows, (long long)written,
           (long long)host_int(db, "SELECT count(*) FROM llm_hold WHERE state = 'held'"));
    CHECK(host_int(db, "SELECT sum(held) FROM llm_counter") > 0); /* or the kills hit nothing */
    if (host_has(db, "tok_quota_sweep"))
      host_run(db, "SELECT tok_quota_sweep(unixepoch() + 3600)", NULL);
    else
      host_run(db,
               "UPDATE llm_hold SET state = 'expired' WHERE state = 'held' AND expires <= "
               "unixepoch() + 3600",
               NULL);
    CHECK_INT(host_int(db, "SELECT sum(held) + sum(held <> 0) FROM llm_counter"), 0);
    CHECK_INT(host_int(db, "SELECT count(*) FROM llm_hold_item"), 0);
    host_check_sound(db);
  }
  sqlite3_close(db);
}

typedef struct {
  pid_t pid;
  notes *n; /* shared with the process */
} writer;

static void start(writer *w, int life) {
  memset((void *)w->n, 0, sizeof *w->n);
  fflush(stdout);
  w->pid = fork();
  if (w->pid != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* none is left where the test fails */
  write_on(life % 2 == 0, life, w->n);
}

static void end(writer *w) {
  int status = 0;
  kill(w->pid, SIGKILL);
  waitpid(w->pid, &status, 0);
  CHECK(WIFSIGNALED(status)); /* not an error of its own */
  total.kills++;
  total.inserted += w->n->inserted;
  total.settled += w->n->settled;
  total.units += w->n->units;
}

static void killed_writers(void) {
  int64_t kills = host_size("KILLS", 60);
  writer writers[N_WRITERS];
  host_rng r = host_seed(999);
  double began = host_seconds();
  int life = 0;
  if (!CHECK(host_make(FILE_NAME, SETUP))) return;
  sqlite3 *db = host_open(FILE_NAME, false);
  char sql[100]; /* reached when most of the killing is done */
  snprintf(sql, sizeof sql, "UPDATE llm_quota SET limit_units = %lld WHERE name = 'each'",
           (long long)kills * 8);
  host_run(db, sql, NULL);
  sqlite3_close(db);
  notes *shared = mmap(NULL, sizeof(notes) * N_WRITERS, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < N_WRITERS; i++) {
    writers[i].n = &shared[i];
    start(&writers[i], life++);
  }
  while (total.kills < kills) {
    writer *w = &writers[host_random(&r, N_WRITERS)];
    while (!w->n->ready) {
      int status;
      if (!CHECK_INT(waitpid(w->pid, &status, WNOHANG), 0)) return;
      usleep(200);
    }
    usleep(host_random(&r, RUN_US_MAX));
    end(w);
    if (total.kills % 200 == 0) check_file(false);
    start(w, life++);
  }
  for (int i = 0; i < N_WRITERS; i++) end(&writers[i]);
  printf("%.1f s\n", host_seconds() - began);
  check_file(true);
  munmap(shared, sizeof(notes) * N_WRITERS);
}

CHECK_MAIN({"killed_writers", killed_writers})

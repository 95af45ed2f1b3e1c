/*
** kill -9 in the middle of inserts, folds, corrections, rebuilds and bulk loads: the roll-ups equal
** the ledger, the file is sound, the triggers are there, no acknowledged row is lost. KILLS=n for
** more; `make soak-ledger`.
*/
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

#define FILE_NAME "build/tmp/ledger_kill.db"
enum { RUN_US_MAX = 40000, BULK_ROWS = 40 };
/* then a new file: comparing all of a long ledger after each kill would be all that this does */
enum { LIVES_A_FILE = 50 };

#define A_ROW "INSERT INTO llm_usage(provider, model, tenant_id, input_tokens, output_tokens, response_time_ms) VALUES"

/*
** Writes until it is killed; *written counts the rows that SQLite said are there. Half of the lives
** are without tok.
*/
static void write_on(int life, volatile int64_t *written) {
  bool with_tok = life % 2 == 0;
  sqlite3 *db = host_open(FILE_NAME, with_tok);
  host_rng r = host_seed((uint64_t)life + 77);
  if (db == NULL) _exit(3);
  sqlite3_stmt *insert = host_prepare(db, A_ROW "('p', ?, ?, ?, 1, ?)");
  for (;;) {
    char sql[200], model[8], tenant[8];
    uint32_t what = host_random(&r, 20);
    snprintf(model, sizeof model, "m%u", host_random(&r, 4));
    snprintf(tenant, sizeof tenant, "t%u", host_random(&r, 4));
    if (what < 14) {
      host_step(insert, NULL, "ttii", model, tenant, (int64_t)host_random(&r, 100), (int64_t)host_random(&r, 1000));
      *written += 1;
      continue;
    }
    snprintf(sql, sizeof sql, "UPDATE llm_usage SET model = '%s', input_tokens = %u WHERE id %% 50 = %u", model,
             host_random(&r, 100), host_random(&r, 50));
    if (what < 18) host_run(db, sql, NULL);
    else if (!with_tok) host_run(db, "UPDATE llm_rollup_state SET watermark = (SELECT max(id) FROM llm_usage)", NULL);
    else if (what == 18) host_run(db, "SELECT tok_rebuild()", NULL);
    else {
      host_run(db, "SELECT tok_bulk_begin()", NULL);
      for (int i = 0; i < BULK_ROWS; i++) host_run(db, A_ROW "('p', 'bulk', 't', 3, 4, 5)", NULL);
      host_run(db, "SELECT tok_bulk_end()", NULL);
      *written += BULK_ROWS;
    }
  }
}

static void killed_writers(void) {
  int64_t kills = host_size("KILLS", 40), written = 0, all = 0;
  host_rng r = host_seed(5);
  volatile int64_t *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int life = 0; life < kills; life++) {
    int status = 0;
    if (life % LIVES_A_FILE == 0) {
      all += written;
      written = 0;
      if (!CHECK(host_make(FILE_NAME, "UPDATE llm_rollup_state SET batch = 6"))) return;
    }
    *shared = 0;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) write_on(life, shared);
    while (*shared == 0 && waitpid(pid, &status, WNOHANG) == 0) usleep(200);
    usleep(host_random(&r, RUN_US_MAX));
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    CHECK(WIFSIGNALED(status)); /* not an error of its own */
    written += *shared;
    sqlite3 *db = host_open(FILE_NAME, true);
    if (!CHECK(db != NULL)) return;
    CHECK_INT(host_int(db, "SELECT count(*) FROM tok_audit()"), 0);
    if (life % 10 == 9) CHECK_STR(host_text(db, "PRAGMA integrity_check"), "ok");
    CHECK_INT(host_int(db, "SELECT count(*) FROM sqlite_schema WHERE name IN ('llm_usage_fill', 'llm_rollup_insert',"
                           " 'llm_quota_insert', 'llm_usage_repeated')"), 4);
    CHECK_INT(host_int(db, "SELECT count(*) FROM llm_usage WHERE total_tokens IS NULL"), 0);
    int64_t rows = host_int(db, "SELECT count(*) FROM llm_usage");
    CHECK(rows >= written && rows <= written + BULK_ROWS);
    written = rows;
    sqlite3_close(db);
  }
  printf("%lld kills, %lld rows\n", (long long)kills, (long long)(all + written));
  munmap((void *)shared, sizeof *shared);
}

CHECK_MAIN({"killed_writers", killed_writers})

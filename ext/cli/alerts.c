/*
** alerts --exec: each event that was not delivered yet goes to a command as one line of JSON on its
** standard input. Where the command succeeds the event is marked; where it fails it stays, and the
** next run tries again: at least once, in order.
*/
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "cli.h"

enum { EVENTS_MAX = 1000 }; /* of one run */

static bool deliver(const char *shell_command, const char *event) {
  FILE *pipe = popen(shell_command, "w");
  if (pipe == NULL) return false;
  bool written = fputs(event, pipe) >= 0 && fputc('\n', pipe) != EOF;
  int status = pclose(pipe);
  return written && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool mark(sqlite3 *db, sqlite3_int64 id) {
  static const char SQL[] = "UPDATE llm_alert_event"
                            " SET delivered_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
                            " WHERE id = ?1";
  sqlite3_stmt *stmt = NULL;
  bool done = false;
  if (sqlite3_prepare_v2(db, SQL, -1, &stmt, NULL) == SQLITE_OK) {
    sqlite3_bind_int64(stmt, 1, id);
    done = sqlite3_step(stmt) == SQLITE_DONE;
  }
  sqlite3_finalize(stmt);
  return done;
}

typedef struct {
  sqlite3_int64 id;
  char *json; /* owned */
} event;

/*
** Read before any command runs, so that the commands may use the database. Returns an exit status.
*/
static int read_events(sqlite3 *db, const command *c, const options *o, event *events, int *n) {
  int rc;
  sqlite3_stmt *stmt;
  int status = prepare_report(db, c, "alerts-new", o, &stmt);
  *n = 0;
  if (status != EXIT_DONE) return status;
  while ((rc = sqlite3_step(stmt)) == SQLITE_ROW && *n < EVENTS_MAX) {
    events[*n].id = sqlite3_column_int64(stmt, 0);
    events[*n].json = sqlite3_mprintf("%s", (const char *)sqlite3_column_text(stmt, 1));
    ++*n;
  }
  if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
    complain("%s", sqlite3_errmsg(db));
    status = EXIT_FAILED;
  }
  sqlite3_finalize(stmt);
  return status;
}

int run_alerts(sqlite3 *db, const command *c, const options *o) {
  static event events[EVENTS_MAX];
  if (o->exec == NULL) return run_report(db, c, o);
  int n, delivered = 0, status = read_events(db, c, o, events, &n);
  if (status != EXIT_DONE) return status;
  signal(SIGPIPE, SIG_IGN);
  for (int i = 0; i < n; i++) {
    if (events[i].json != NULL && deliver(o->exec, events[i].json) && mark(db, events[i].id))
      delivered++;
    sqlite3_free(events[i].json);
  }
  if (!o->quiet) fprintf(stderr, "%d of %d events delivered\n", delivered, n);
  return delivered == n ? EXIT_DONE : EXIT_FAILED;
}

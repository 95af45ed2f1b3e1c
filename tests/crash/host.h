/*
** What the stress tests of budgets share: connections with and without tok on one file, statements
** that must succeed, a generator of random numbers that repeats.
**
** Each test is short in `make test`; `make soak-budget` runs all of them in the sizes that the
** README states. SEED=n repeats a run.
*/
#ifndef TOK_TESTS_HOST_H
#define TOK_TESTS_HOST_H

#include <sqlite3.h>
#include <stdbool.h>

#include "../check.h"

/* Waiting longer for the write lock is an error: some machines are slow, none is that slow. */
enum { HOST_BUSY_MS = 120000 };

/* A connection in WAL mode (ROLLBACK_JOURNAL=1: in the other); NULL after a message if it fails. */
sqlite3 *host_open(const char *path, bool with_tok);
/* A new database with the ledger and `setup`; removes what was there. False after a message. */
bool host_make(const char *path, const char *setup);
/* Runs statements; an error other than `expected` (may be NULL: none) ends the process: in a
   test of races nothing else may happen. */
bool host_run(sqlite3 *db, const char *sql, const char *expected);
sqlite3_stmt *host_prepare(sqlite3 *db, const char *sql);
/*
** Runs a prepared statement with values: 'i' an int64_t, 't' a text (const char *). The first
** column of the first row, 1 where there is none; -1 after an error whose text contains `expected`,
** as above. Resets it.
*/
int64_t host_step(sqlite3_stmt *stmt, const char *expected, const char *types, ...);
/* First column of the first row: an integer, or text that is valid until the next call. 0 or ""
   if there is no row. */
int64_t host_int(sqlite3 *db, const char *sql);
const char *host_text(sqlite3 *db, const char *sql);
/* Does this build have the function? */
bool host_has(sqlite3 *db, const char *function);

/* Counters equal the ledger and the holds, and the file is sound: checks that count as the
   test's own. */
void host_check_sound(sqlite3 *db);

/* Random numbers: xorshift64*, seeded per worker. */
typedef struct {
  uint64_t state;
} host_rng;
host_rng host_seed(uint64_t worker);
uint32_t host_random(host_rng *r, uint32_t below);

/* The number in an environment variable, or `otherwise`. */
int64_t host_size(const char *variable, int64_t otherwise);
double host_seconds(void);

#endif

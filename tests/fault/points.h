/*
** Fault points: every allocation that a statement makes, and what becomes of it where that one
** fails.
**
** Two kinds of allocation fail: SQLite's (the extension's own go there) and libc's (what libraries
** below the extension use). points_install() must be called before anything else of SQLite.
**
** Walking. The n-th allocation of a statement can be failed by running the statement from its
** start, but a statement of 100,000 allocations then costs 100,000 runs. So it runs once, and where
** an allocation is to fail the process forks: in the child it fails, the child sees how that ends,
** and says so by its exit status; the parent waits, and goes on as if nothing had been. A point
** costs a fork and what is left to do after the failure, which is mostly little. A child that
** crashes or hangs is one failed point.
**
**     points_walk(SPACE_SQLITE, 0);
**     ... the statement, on a connection without files that are written ...
**     if (points_child.forked) { ... judge, close, look for leaks; _exit(bad ? 1 : 0); }
**     points_stop();
**
** Which points. A statement that makes a trigger of ours allocates tens of thousands of times
** inside SQLite's parser, in a few hundred ways. Two allocations are of one way if the calls that
** lead to them are the same as far as they are the extension's own, and in their innermost few
** frames; each way fails at its first allocation, and of all others a random share, by a seed that
** changes each day. Three degrees:
**
**     (none)        innermost 3 frames: `make test-fault`, `make compat`; half a minute
**     FAULT=1       innermost 6 frames and a share of 1/512: `make fault`; some minutes
**     FAULT_ALL=1   every single allocation: `make fault-all`; many hours
**     FAULT_SEED=n  that seed, instead of the number of the day
**     FAULT_POINT=n only the n-th allocation, whatever its way
*/
#ifndef TOK_TESTS_FAULT_POINTS_H
#define TOK_TESTS_FAULT_POINTS_H

#include <stdbool.h>

enum { SPACE_SQLITE, SPACE_LIBC, N_SPACES };
/* that allocation alone fails; it and all after it */
enum { MODE_ONCE, MODE_FROM_THEN_ON, N_MODES };

/* Puts the failing allocators in place; returns an error code of SQLite. */
int points_install(void);

/*
** From now on the n-th allocation fails, n = 1, 2, ...; points_stop() ends that and tells whether
** it did.
*/
void points_arm(int space, int mode, long n);
bool points_stop(void);
/* Between the two: allocations that did not fail. */
long points_passed(void);

/* Blocks of libc that are not freed, SQLite's not included. */
long points_live(void);

/* What this process is: `forked` in a child, where the n-th allocation has failed. */
typedef struct {
  bool forked;
  int mode;
  long n;
  bool again; /* the statement is to be run once more; where that is dear, after some failures */
} points_role;
extern points_role points_child;

/* From now on the allocations of a space fail in children. n_expected: about how many they are. */
void points_walk(int space, long n_expected);

/* The same, and every single one does, whatever the degree. */
void points_walk_all(int space);

/*
** After a walk: how many children there were, the allocations there were, and the failed ones'
** count.
*/
typedef struct {
  long points, allocations, failed;
} points_tally;
points_tally points_walked(void);

/* The degree and the seed, for the log. */
const char *points_degree(void);

#endif

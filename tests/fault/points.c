/*
** Fault points: see points.h. Linux and glibc: malloc is replaced, fork() stands in the middle of
** it.
*/
#include "points.h"

#include <errno.h>
#include <execinfo.h>
#include <limits.h>
#include <link.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  FRAMES_MAX = 128,      /* deeper than SQLite's parser goes; further ones count as one */
  /* slots; a statement has up to 8,000 ways; where it is full, all are old */
  WAYS_MAX = 1 << 16,
  FILES_MAX = 32,        /* descriptors whose position a child may move */
  CHILD_LIMIT_S = 20,    /* a child takes milliseconds; one that hangs is killed */
  FAILED_MAX = 20,       /* after so many failed points of a statement the others are left out */
  DENSE = 40,            /* the first so many allocations of a statement always fail */
  QUICK_FRAMES = 3,      /* with the wrapper and SQLite's own: who called for memory */
  THOROUGH_FRAMES = 6,   /* ... and from where */
  THOROUGH_SHARE = 512,  /* one of so many of the other points */
  /* allocations of a statement that is run again after each failure; one of more ... */
  CHEAP = 5000,
  AGAIN_SHARE = 16       /* ... after one failure of so many */
};

/* ---- allocators that fail on demand ---------------------------------------------------------- */

static struct {
  bool armed, walking;
  int space, mode;
  long countdown, passed; /* the allocation that brings the one to 0 fails; those that did not */
  bool fired;
  int in_sqlite; /* libc is called by SQLite's allocator: not counted as libc's own */
  long live;
} fault;

points_role points_child;

static bool fails_in_child(size_t n_bytes);

static bool fails(int space, size_t n_bytes) {
  if (!fault.armed || fault.space != space) return false;
  if (fault.fired) return fault.mode == MODE_FROM_THEN_ON;
  if (fault.walking) return fails_in_child(n_bytes);
  if (--fault.countdown > 0) {
    fault.passed++;
    return false;
  }
  fault.fired = true;
  return true;
}

static sqlite3_mem_methods real;

static void *sqlite_malloc(int n) {
  if (fails(SPACE_SQLITE, (size_t)n)) return NULL;
  fault.in_sqlite++;
  void *p = real.xMalloc(n);
  fault.in_sqlite--;
  return p;
}

static void *sqlite_realloc(void *p, int n) {
  if (fails(SPACE_SQLITE, (size_t)n)) return NULL;
  fault.in_sqlite++;
  p = real.xRealloc(p, n);
  fault.in_sqlite--;
  return p;
}

static void sqlite_free(void *p) {
  fault.in_sqlite++;
  real.xFree(p);
  fault.in_sqlite--;
}

/*
** glibc's allocator under its other names; defining malloc here puts ours before it in every
** library, where libraries see it.
*/
#pragma GCC visibility push(default)
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

static void *counted(void *p) {
  if (p != NULL && fault.in_sqlite == 0) fault.live++;
  return p;
}

static bool libc_fails(size_t n_bytes) {
  if (fault.in_sqlite != 0 || !fails(SPACE_LIBC, n_bytes)) return false;
  errno = ENOMEM;
  return true;
}

void *malloc(size_t n) { return libc_fails(n) ? NULL : counted(__libc_malloc(n)); }

void *calloc(size_t n, size_t size) {
  return libc_fails(n) ? NULL : counted(__libc_calloc(n, size));
}

void *realloc(void *p, size_t n) {
  if (libc_fails(n)) return NULL;
  void *q = __libc_realloc(p, n);
  return p == NULL ? counted(q) : q;
}

void free(void *p) {
  if (p != NULL && fault.in_sqlite == 0) fault.live--;
  __libc_free(p);
}

#pragma GCC visibility pop

int points_install(void) {
  void *frames[4];
  backtrace(frames, 4); /* the first call loads a library */
  int rc = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
  if (rc != SQLITE_OK) return rc;
  sqlite3_mem_methods failing = real;
  failing.xMalloc = sqlite_malloc;
  failing.xRealloc = sqlite_realloc;
  failing.xFree = sqlite_free;
  rc = sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
  /* A child is another thread to the recursive mutexes that its parent holds. */
  if (rc == SQLITE_OK) rc = sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
  return rc == SQLITE_OK ? sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) : rc;
}

void points_arm(int space, int mode, long n) {
  fault.space = space;
  fault.mode = mode;
  fault.countdown = n;
  fault.passed = 0;
  fault.walking = fault.fired = false;
  fault.armed = true;
}

bool points_stop(void) {
  fault.armed = fault.walking = false;
  return fault.fired;
}

long points_live(void) { return fault.live; }

/* ---- which points ---------------------------------------------------------------------------- */

static struct {
  int frames;     /* innermost ones that tell ways apart; 0: every point */
  uint32_t share; /* one of so many other points; 0: none */
  uint64_t seed;
  long only; /* FAULT_POINT, or 0 */
  const char *name;
} degree;

static struct {
  uintptr_t code, code_end; /* of the extension */
  long n, expected;
  bool all; /* every allocation fails */
  points_tally tally;
  uint64_t ways[WAYS_MAX];
  uint32_t n_ways;
} walk;

static long number_of(const char *name, long otherwise) {
  const char *text = getenv(name);
  return text == NULL ? otherwise : strtol(text, NULL, 10);
}

const char *points_degree(void) {
  static char text[100];
  if (degree.name != NULL) return text;
  bool all = getenv("FAULT_ALL") != NULL, thorough = getenv("FAULT") != NULL;
  degree.name = all        ? "every allocation"
                : thorough ? "every way, thoroughly"
                           : "every way, quickly";
  degree.frames = all ? 0 : thorough ? THOROUGH_FRAMES : QUICK_FRAMES;
  degree.share = thorough ? THOROUGH_SHARE : 0;
  degree.seed = (uint64_t)number_of("FAULT_SEED", (long)(time(NULL) / 86400));
  degree.only = number_of("FAULT_POINT", 0);
  snprintf(text, sizeof text, "%s, FAULT_SEED=%llu", degree.name, (unsigned long long)degree.seed);
  return text;
}

static uint64_t mixed(uint64_t h, uint64_t x) { /* the finalizer of SplitMix64 over both */
  h = (h ^ x) + 0x9e3779b97f4a7c15u;
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
  return h ^ (h >> 31);
}

static int find_extension(struct dl_phdr_info *info, size_t size, void *unused) {
  (void)size;
  (void)unused;
  const char *name = strrchr(info->dlpi_name, '/');
  if (name == NULL || strncmp(name, "/tok.", 5) != 0) return 0;
  walk.code = walk.code_end = info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    uintptr_t end = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
    if (end > walk.code_end) walk.code_end = end;
  }
  return 1;
}

/* The way that leads here. The frames of this file are the same each time. */
static __attribute__((noinline)) uint64_t way(void) {
  void *frames[FRAMES_MAX];
  int n = backtrace(frames, FRAMES_MAX), own = 2; /* way, fails_in_child */
  uint64_t h = 1;
  for (int i = 0; i < n; i++) {
    uintptr_t at = (uintptr_t)frames[i];
    if (i < own + degree.frames || (at >= walk.code && at < walk.code_end)) h = mixed(h, at);
  }
  return h;
}

static bool is_new(uint64_t h) {
  uint32_t i = (uint32_t)h % WAYS_MAX;
  while (walk.ways[i] != 0 && walk.ways[i] != h) i = (i + 1) % WAYS_MAX;
  if (walk.ways[i] == h || walk.n_ways > WAYS_MAX / 4 * 3) return false;
  walk.ways[i] = h;
  walk.n_ways++;
  return true;
}

/*
** Backtraces are dear: where a call as deep in the stack, for as many bytes, has been seen, the
** quick degree takes the way for an old one.
*/
static bool may_be_new(size_t n_bytes) {
  if (degree.frames != QUICK_FRAMES) return true;
  return is_new(mixed((uint64_t)(uintptr_t)__builtin_frame_address(0), n_bytes));
}

static bool chosen(size_t n_bytes) {
  if (walk.tally.failed >= FAILED_MAX) return false;
  if (degree.only != 0) return walk.n == degree.only;
  if (walk.all || degree.frames == 0 || walk.n <= DENSE || (may_be_new(n_bytes) && is_new(way()))) return true;
  return degree.share != 0 && mixed(degree.seed, (uint64_t)walk.n) % degree.share == 0;
}

/* ---- walking --------------------------------------------------------------------------------- */

static void become_child(int mode) {
  points_child = (points_role){.forked = true, .mode = mode, .n = walk.n};
  points_child.again = degree.frames == 0 || degree.only != 0 || walk.expected <= CHEAP ||
                       mixed(degree.seed + 1, (uint64_t)walk.n) % AGAIN_SHARE == 0;
  alarm(CHILD_LIMIT_S);
  fault.walking = false;
  fault.mode = mode;
  fault.fired = true;
}

/*
** Parent and child share the position in an open file: what the child reads must not be lost to the
** parent.
*/
static void keep_positions(off_t *at) {
  for (int fd = 3; fd < FILES_MAX; fd++) at[fd] = lseek(fd, 0, SEEK_CUR);
}

static void restore_positions(const off_t *at) {
  for (int fd = 3; fd < FILES_MAX; fd++) {
    if (at[fd] >= 0) lseek(fd, at[fd], SEEK_SET);
  }
}

static void wait_for(pid_t child, int mode) {
  int status = -1;
  if (child > 0) waitpid(child, &status, 0);
  walk.tally.points++;
  if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  walk.tally.failed++;
  printf("    %s allocation %ld fails%s: ", fault.space == SPACE_SQLITE ? "SQLite's" : "libc's",
         walk.n, mode == MODE_ONCE ? "" : ", and all after it");
  if (child < 0) printf("no process for it\n");
  else if (WIFSIGNALED(status)) printf("killed by signal %d\n", WTERMSIG(status));
  else printf("see above\n");
}

/* In the parent false, in the children true. */
static __attribute__((noinline)) bool fails_in_child(size_t n_bytes) {
  walk.n++;
  walk.tally.allocations++;
  fault.armed = false; /* nothing of this counts */
  off_t positions[FILES_MAX];
  if (chosen(n_bytes)) {
    keep_positions(positions);
    for (int mode = 0; mode < N_MODES; mode++) {
      pid_t child = fork();
      if (child == 0) {
        become_child(mode);
        fault.armed = true;
        return true;
      }
      wait_for(child, mode);
      restore_positions(positions);
    }
  }
  fault.armed = true;
  return false;
}

long points_passed(void) { return fault.passed; }

void points_walk(int space, long n_expected) {
  points_degree();
  dl_iterate_phdr(find_extension, NULL);
  memset(&walk.ways, 0, sizeof walk.ways);
  walk.n_ways = 0;
  walk.n = 0;
  walk.expected = n_expected;
  walk.all = false;
  walk.tally = (points_tally){0};
  points_arm(space, MODE_ONCE, 0);
  fault.walking = true;
}

void points_walk_all(int space) {
  points_walk(space, LONG_MAX); /* the statement again only now and then */
  walk.all = true;
}

points_tally points_walked(void) { return walk.tally; }

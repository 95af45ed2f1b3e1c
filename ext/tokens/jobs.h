/*
** jobs: pieces that must be encoded wait here until there are enough to encode them side by side.
** Private to kernel.h. With KERNEL_FLOCK the including kernel has flocks (flock_avx512.h).
*/
#ifndef TOK_JOBS_H
#define TOK_JOBS_H

#include "engine.h"
#include "id_lanes.h"
#include "passes.h"

enum {
  LONGS_MAX = 8,          /* pieces of more than 62 bytes that wait for others, */
  LONG_WAITING_MAX = 512, /* of so many bytes or less, */
  LONG_STRIDE_MIN = 14    /* and of one window or less for each so many */
};

typedef struct {
  tok_engine *e;
  const tok_ranks *r;
  tok_cache *cache; /* may be NULL */
  int64_t limit;    /* give up beyond this many tokens */
  int64_t total;    /* tokens so far; pieces in jobs count 1 until they are encoded */
  tok_status status;
  bool recents;      /* the recents are used */
  uint32_t n_missed; /* of up to 15 bytes, */
  uint32_t n_wide;   /* of more */
  miss missed[MISSED_MAX];
  wide_miss wide[MISSED_MAX];
  uint32_t n_jobs;
  job jobs[JOBS_MAX];
  uint32_t n_longs, long_windows; /* long_windows: that they have at most */
  job longs[LONGS_MAX];
#ifdef KERNEL_FLOCK
  uint32_t n_cut;  /* the first of the jobs, whose rows are known */
  uint32_t n_long; /* jobs that do not fit into a flock: */
  job long_jobs[2 * JOBS_MAX];
  flock flocks[FLOCKS];
  uint32_t n_units[JOBS_MAX];
  uint8_t n_tokens[JOBS_MAX], key[JOBS_MAX];
  flock_row rows[JOBS_MAX + 1] __attribute__((aligned(64)));
#endif
} counter;

#ifndef KERNEL_LOAD_PADDED
/* n <= 32 bytes at p, padded with zeros to 32. */
static inline void load_padded(void *to, const uint8_t *p, size_t n) {
  memset(to, 0, 32);
  memcpy(to, p, n);
}

/* Do n <= 62 bytes equal? */
static inline bool same_bytes(const uint8_t *a, const uint8_t *b, size_t n) {
  return memcmp(a, b, n) == 0;
}
#endif

/* No piece has been seen yet. */
static inline void next_epoch(tok_engine *e) {
  if (++e->epoch != 0) return;
  memset(e->recents, 0, sizeof e->recents);
  e->epoch = 1;
}

/* Where the recents can have a piece of this hash. */
static inline tok_recent *recent_of(const counter *c, uint64_t hash) {
  return &c->e->recents[hash >> 32 & (TOK_RECENTS - 1)];
}

/*
** A piece of up to 62 bytes, counted as 1 so far: has it been seen of late? Then it is booked, now
** or with the one that is under way. Else it is noted, unless its place is taken.
*/
static inline bool seen_of_late(counter *c, const uint8_t *p, uint32_t n, uint64_t hash) {
  tok_recent *s = recent_of(c, hash);
  bool ours = s->epoch == c->e->epoch;
  if (ours && s->tag == (uint16_t)hash && s->len == n && same_bytes(s->p, p, n)) {
    if (s->count != 0) {
      c->total += s->count - 1;
      return true;
    }
    if (s->more == UINT16_MAX) return false;
    s->more++;
    return true;
  }
  if (ours && s->count == 0) return false;
  *s = (tok_recent){.p = p, .epoch = c->e->epoch, .tag = (uint16_t)hash, .len = (uint8_t)n};
  return false;
}

/* How often a piece stands in the text that is done; `count` is for those to come. */
static inline int64_t times_seen(counter *c, const job *j, int64_t count) {
  if (!c->recents || j->n > LANE_TEXT_MAX) return 1;
  tok_recent *s = recent_of(c, j->hash);
  if (s->p != j->p || s->epoch != c->e->epoch) return 1;
  s->count = (uint8_t)count;
  return 1 + (int64_t)s->more;
}

/* Books the count of an encoded piece, which stood as 1. */
static inline void book_job(counter *c, const job *j, int64_t count) {
  c->total += (count - 1) * times_seen(c, j, count);
}

/* Remembers the count of a piece of a length that such places take. */
static inline void put_tiny_job(tok_cache *cache, const job *j, int64_t count) {
  uint64_t bytes[4];
  load_padded(bytes, j->p, j->n);
  put_tiny(cache, tok_tiny_key(bytes[0], j->n), (uint8_t)count);
}

static inline void put_short_job(tok_cache *cache, const job *j, int64_t count) {
  uint64_t bytes[4];
  load_padded(bytes, j->p, j->n);
  tok_key k = {bytes[0], bytes[1] | (uint64_t)j->n << 56};
  k.hi |= (uint64_t)count << TOK_CACHE_COUNT_SHIFT;
  put_short(cache, j->hash, k);
}

static inline void put_mid_job(tok_cache *cache, const job *j, int64_t count) {
  tok_mid_entry m;
  load_padded(&m, j->p, j->n); /* over len and count too */
  m.len = (uint8_t)j->n;
  m.count = (uint8_t)count;
  tok_cache_put_mid(cache, j->hash, &m);
}

static inline void put_long_job(tok_cache *cache, const job *j, int64_t count) {
  tok_cache_put_long(cache, j->hash, j->p, j->n, (uint8_t)count);
}

/* What remembers a piece of n bytes. */
static inline tok_cache_kind kind_of(uint32_t n) {
  return (tok_cache_kind)((n > TOK_TINY_KEY_MAX) + (n > TOK_SHORT_KEY_MAX) + (n > TOK_MID_KEY_MAX));
}

/* Books the count of an encoded piece, which stood as 1, and remembers it where it has a place. */
static void job_done(counter *c, const job *j, int64_t count) {
  book_job(c, j, count);
  if (j->place == NULL) return;
  switch (kind_of(j->n)) {
  case TOK_TINY:
    put_tiny_job(c->cache, j, count);
    break;
  case TOK_SHORT:
    put_short_job(c->cache, j, count);
    break;
  case TOK_MID:
    put_mid_job(c->cache, j, count);
    break;
  default:
    put_long_job(c->cache, j, count);
  }
}

/*
** Encodes n jobs, LANES at a time. With `starts`, the token starts of job i go to starts[i];
** otherwise its count is booked.
*/
static void run_byte_lanes(counter *c, const job *jobs, uint32_t n, uint64_t *starts) {
  lane lanes[LANES];
  merge merges[LANES];
  uint32_t live = 0, next = 0;
  const tok_ranks *r = c->r;
  while (live < LANES && next < n) lane_begin(r, &lanes[live++], &jobs[next++]);
  while (live > 0) {
    for (uint32_t i = 0; i < live; i++) lane_merge_begin(r, &lanes[i], &merges[i]);
    for (uint32_t i = live; i-- > 0;) {
      lane *l = &lanes[i];
      if (merges[i].busy) {
        lane_merge_end(r, l, &merges[i]);
        continue;
      }
      if (starts != NULL) {
        starts[l->job - jobs] = lane_starts(l);
      } else {
        job_done(c, l->job, __builtin_popcountll(lane_starts(l)));
      }
      if (next < n) {
        lane_begin(r, l, &jobs[next++]);
      } else {
        lanes[i] = lanes[--live]; /* those above have been handled */
      }
    }
  }
}

#ifdef KERNEL_FLOCK
typedef flock_piece units;

/* Starts a lane from units that were found beside others', so that none waits for memory alone. */
static inline void id_lane_from_units(const tok_ranks *r, id_lane *l, const job *j,
                                      const units *u) {
  if (u == NULL || u->n == 0) {
    id_lane_begin(r, l, j);
    return;
  }
  l->job = j;
  /* a lane's positions are units then: it can tell its count, not where tokens start */
  l->n = u->n;
  l->starts = ((uint64_t)4 << u->n) - 1;
  for (int h = 0; h < 2; h++) {
    __m512i rank = _mm512_slli_epi32(_mm512_srli_epi32(u->rank[h], FLOCK_POS_BITS), LANE_POS_BITS);
    __m512i row = _mm512_and_si512(u->rank[h], _mm512_set1_epi32((1 << FLOCK_POS_BITS) - 1));
    __mmask16 none = _mm512_cmpeq_epi32_mask(u->rank[h], _mm512_set1_epi32(-1));
    rank = _mm512_mask_mov_epi32(_mm512_or_si512(rank, row), none, _mm512_set1_epi32(-1));
    _mm512_storeu_si512(l->packed + 16 * h, rank);
    _mm512_storeu_si512(l->id + 16 * h, u->id[h]);
  }
}
#else
typedef struct {
  uint32_t n;
} units;

static inline void id_lane_from_units(const tok_ranks *r, id_lane *l, const job *j,
                                      const units *u) {
  (void)u;
  id_lane_begin(r, l, j);
}
#endif

/*
** The same for vocabularies with a table of merges. With `starts`, c may be NULL, and ids go where
** a job's place is, which has room for as many as it has bytes. of: [n], or NULL.
*/
static void run_id_lanes(const tok_ranks *r, counter *c, const job *jobs, uint32_t n,
                         uint64_t *starts, const units *of) {
  id_lane lanes[LANES];
  id_merge merges[LANES];
  uint32_t live = 0, next = 0;
  for (; live < LANES && next < n; live++, next++)
    id_lane_from_units(r, &lanes[live], &jobs[next], of != NULL ? &of[next] : NULL);
  while (live > 0) {
    for (uint32_t i = 0; i < live; i++) id_merge_begin(&r->merges, &lanes[i], &merges[i]);
    for (uint32_t i = live; i-- > 0;) {
      id_lane *l = &lanes[i];
      if (merges[i].busy) {
        id_merge_end(l, &merges[i]);
        continue;
      }
      if (starts != NULL) {
        starts[l->job - jobs] = id_lane_starts(l);
        if (l->job->place != NULL) id_lane_ids(l, l->job->place);
      } else {
        job_done(c, l->job, __builtin_popcountll(id_lane_starts(l)));
      }
      if (next < n) {
        id_lane_from_units(r, l, &jobs[next], of != NULL ? &of[next] : NULL);
        next++;
      } else {
        lanes[i] = lanes[--live]; /* those above have been handled */
      }
    }
  }
}

static inline void run_lanes(counter *c, const job *jobs, uint32_t n, uint64_t *starts) {
  if (c->r->merges.entries != NULL) {
    run_id_lanes(c->r, c, jobs, n, starts, NULL);
  } else {
    run_byte_lanes(c, jobs, n, starts);
  }
}

#ifdef KERNEL_FLOCK

/*
** How pieces are listed: those of ASCII, the longest first; then others by their units. So
** neighbours are alike, and what is left over is what few are like.
*/
enum {
  KEY_LONG,
  KEY_ASCII,
  KEY_UNITS = KEY_ASCII + FLOCK_ASCII,
  KEYS = KEY_UNITS + FLOCK_UNITS_MAX
};

static inline bool is_ascii_key(uint8_t key) { return key < KEY_UNITS; }

/* Cuts job i into units, unless a flock does it. */
static inline void flock_prepare(counter *c, uint32_t i) {
  const job *j = &c->jobs[i];
  uint32_t *row = c->rows[i], n = j->n;
  __m128i v = _mm_maskz_loadu_epi8((__mmask16)(((uint32_t)1 << (n & 15)) - 1), j->p);
  if (n <= FLOCK_ASCII && _mm_movepi8_mask(v) == 0) {
    _mm_store_si128((__m128i *)(void *)row, v);
    c->n_units[i] = n;
    c->key[i] = (uint8_t)(KEY_ASCII + FLOCK_ASCII - n);
    return;
  }
  n = flock_cut(c->r, j->p, n, row);
  c->n_units[i] = n;
  c->key[i] = (uint8_t)(n == 0 ? KEY_LONG : KEY_UNITS + n - 1);
}

/* Lists the numbers of the queue's jobs that fit into a flock. Returns how many. */
static inline uint32_t flock_list(counter *c, uint8_t *list) {
  uint32_t at[KEYS + 1] = {0}, n = c->n_jobs;
  for (uint32_t i = c->n_cut; i < n; i++) flock_prepare(c, i);
  for (uint32_t i = 0; i < n; i++) at[c->key[i] + 1]++;
  uint32_t n_long = at[KEY_LONG + 1];
  at[KEY_LONG + 1] = 0;
  for (uint32_t i = 1; i < KEYS; i++) at[i] += at[i - 1];
  for (uint32_t i = 0; i < n; i++) {
    if (c->key[i] != KEY_LONG) {
      list[at[c->key[i]]++] = (uint8_t)i;
    } else {
      c->long_jobs[c->n_long++] = c->jobs[i];
    }
  }
  return n - n_long;
}

/* Starts n <= FLOCK pieces of a list. */
static inline void flock_start(counter *c, flock *f, const uint8_t *list, uint32_t n) {
  flock_begin(f, list, n, c->n_units);
  if (is_ascii_key(c->key[list[n - 1]])) {
    flock_from_bytes(c->r, f, (const flock_row *)c->rows);
    return;
  }
  for (uint32_t i = 0; i < n && is_ascii_key(c->key[list[i]]); i++) {
    const job *j = &c->jobs[list[i]];
    flock_cut(c->r, j->p, j->n, c->rows[list[i]]);
  }
  flock_from_rows(c->r, f, (const flock_row *)c->rows);
}

/* Numbers of jobs that are done, by what remembers them. */
typedef struct {
  uint8_t jobs[TOK_LONG + 1][JOBS_MAX];
  uint32_t n[TOK_LONG + 1];
} done_jobs;

/* Books n jobs that are done, by their numbers, and lists them. */
KERNEL_LOOP void book_jobs(counter *c, const uint8_t *list, uint32_t n, done_jobs *d) {
  memset(d->n, 0, sizeof d->n);
  for (uint32_t i = 0; i < n; i++) {
    const job *j = &c->jobs[list[i]];
    tok_cache_kind kind = kind_of(j->n);
    book_job(c, j, c->n_tokens[list[i]]);
    d->jobs[kind][d->n[kind]++] = list[i];
  }
}

#define PUT_JOBS(name_, kind_, put_)                                                               \
  KERNEL_LOOP void name_(counter *c, const done_jobs *d) {                                         \
    for (uint32_t i = 0; i < d->n[kind_]; i++) {                                                   \
      uint32_t k = d->jobs[kind_][i];                                                              \
      put_(c->cache, &c->jobs[k], c->n_tokens[k]);                                                 \
    }                                                                                              \
  }
PUT_JOBS(put_tiny_jobs, TOK_TINY, put_tiny_job)
PUT_JOBS(put_short_jobs, TOK_SHORT, put_short_job)
PUT_JOBS(put_mid_jobs, TOK_MID, put_mid_job)
PUT_JOBS(put_long_jobs, TOK_LONG, put_long_job)

/* job_done() of n jobs by their numbers: those of a kind together, which mispredicts less. */
static void jobs_done(counter *c, const uint8_t *list, uint32_t n) {
  done_jobs d;
  book_jobs(c, list, n, &d);
  if (c->cache == NULL) return;
  put_tiny_jobs(c, &d);
  put_short_jobs(c, &d);
  put_mid_jobs(c, &d);
  put_long_jobs(c, &d);
}

/* Notes the tokens of a flock that is done. */
static inline void flock_done(counter *c, const flock *f) {
  uint32_t tokens[FLOCK];
  _mm512_storeu_si512(tokens, f->tokens);
  for (uint32_t i = 0; i < f->n; i++) c->n_tokens[f->pieces[i]] = (uint8_t)tokens[i];
}

/* One merge in every piece of n flocks. */
static inline void flock_step(const tok_ranks *r, flock *const *f, uint32_t n) {
  flock_merge merges[FLOCKS];
  flock_entries e[FLOCKS][2];
  const __m512i zero = _mm512_setzero_si512();
  for (uint32_t i = 0; i < n; i++) flock_merge_pairs(f[i], &merges[i]);
  for (uint32_t i = 0; i < n; i++) flock_merge_find(r, &merges[i]);
  /* all reads go before what waits for them, which fills the processor's queues */
  for (uint32_t i = 0; i < n; i++) {
    flock_read(&r->merges, &merges[i].right, &e[i][0]);
    flock_read(&r->merges, &merges[i].left, &e[i][1]);
  }
  for (uint32_t i = 0; i < n; i++) flock_merge_put(r, f[i], &merges[i], e[i], zero);
}

/* Encodes n pieces, those of most units first: in the end few are under way. */
static void flock_all(counter *c, const uint8_t *list, uint32_t n) {
  flock *live[FLOCKS];
  uint32_t n_live = 0;
  for (uint32_t i = 0; i < FLOCKS; i++) live[i] = &c->flocks[i];
  do {
    for (; n_live < FLOCKS && n > 0; n_live++) {
      uint32_t at = (n - 1) / FLOCK * FLOCK;
      flock_start(c, live[n_live], list + at, n - at);
      n = at;
    }
    flock_step(c->r, live, n_live);
    for (uint32_t i = n_live; i-- > 0;) {
      flock *f = live[i];
      if (!flock_is_done(f)) continue;
      flock_done(c, f);
      live[i] = live[--n_live];
      live[n_live] = f;
    }
  } while (n_live > 0 || n > 0);
}

/* Leaves of the queue n jobs, which have been cut. */
static inline void keep_jobs(counter *c, uint8_t *list, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) { /* in their order: none is written over before it is moved */
    uint32_t lowest = i;
    for (uint32_t k = i + 1; k < n; k++) lowest = list[k] < list[lowest] ? k : lowest;
    uint8_t from = list[lowest];
    list[lowest] = list[i];
    c->jobs[i] = c->jobs[from];
    c->n_units[i] = c->n_units[from];
    c->key[i] = c->key[from];
    memcpy(c->rows[i], c->rows[from], sizeof c->rows[i]);
  }
  c->n_jobs = c->n_cut = n;
}

/* Runs the queue's jobs; but for (not all) fewer than a flock, those with the most units. */
static void run_flocks(counter *c, bool all) {
  uint8_t list[JOBS_MAX];
  uint32_t n = flock_list(c, list), n_run = all ? n : n / FLOCK * FLOCK;
  flock_all(c, list, n_run);
  jobs_done(c, list, n_run);
  keep_jobs(c, list + n_run, n - n_run);
  if (all || c->n_long >= JOBS_MAX) {
    run_id_lanes(c->r, c, c->long_jobs, c->n_long, NULL, NULL);
    c->n_long = 0;
  }
}

/* Runs one job, or two, of up to FEW_UNITS units. */
static void run_abreast(counter *c, const job *jobs, uint32_t n, const units *of) {
  uint32_t tokens[ABREAST];
  if (n == 1) {
    few_count(c->r, of, 1, tokens);
  } else {
    few_count(c->r, of, ABREAST, tokens);
  }
  for (uint32_t i = 0; i < n; i++) job_done(c, &jobs[i], tokens[i]);
}

enum { FEW_JOBS = 8 }; /* measured: with more of them a flock is faster */

/* Runs 1..FEW_JOBS jobs. */
static void run_few(counter *c, const job *jobs, uint32_t n) {
  units of[FEW_JOBS], *to_rank[FEW_JOBS];
  uint32_t n_to_rank = 0, n_narrow = 0, i = 0;
  do {
    to_rank[n_to_rank] = &of[i];
    n_to_rank += flock_cut_piece(c->r, &jobs[i], &of[i]);
    n_narrow += of[i].n - 1 < FEW_UNITS;
  } while (++i < n);
  flock_rank(c->r, to_rank, n_to_rank);
  if (n <= ABREAST && n_narrow == n) {
    run_abreast(c, jobs, n, of);
  } else {
    run_id_lanes(c->r, c, jobs, n, NULL, of);
  }
}

#endif

/* Runs all jobs that are queued or under way. */
static void run_jobs(counter *c) {
#ifdef KERNEL_FLOCK
  if (c->r->merges.entries != NULL && (c->n_jobs > FEW_JOBS || c->n_long != 0)) {
    run_flocks(c, true);
    return;
  }
  if (c->r->merges.entries != NULL && c->n_jobs != 0) {
    run_few(c, c->jobs, c->n_jobs);
    c->n_jobs = c->n_cut = 0;
    return;
  }
#endif
  if (c->n_jobs == 0) return;
  run_lanes(c, c->jobs, c->n_jobs, NULL);
  c->n_jobs = 0;
}

/* Makes room in the queue. */
static void make_room(counter *c) {
#ifdef KERNEL_FLOCK
  if (c->r->merges.entries != NULL) {
    run_flocks(c, false);
    return;
  }
#endif
  run_jobs(c);
}

/* Queues a piece of n <= 62 bytes, counted as 1 so far. */
static inline void add_job(counter *c, const job *j) {
  if (c->recents && seen_of_late(c, j->p, j->n, j->hash)) return;
  if (c->n_jobs == JOBS_MAX) make_room(c);
  job *to = &c->jobs[c->n_jobs++];
  /* one by one: what has just been written in parts can't be read as a whole before it got there */
  to->p = j->p;
  to->n = j->n;
  to->hash = j->hash;
  to->place = j->place;
}

#endif

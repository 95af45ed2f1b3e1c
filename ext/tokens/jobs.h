/*
** jobs: pieces that must be encoded wait here until there are enough to encode them side by side.
** Private to kernel.h. With KERNEL_FLOCK the including kernel has flocks (flock_avx512.h).
*/
#ifndef TOK_JOBS_H
#define TOK_JOBS_H

#include "engine.h"
#include "id_lanes.h"
#include "passes.h"

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
#ifdef KERNEL_FLOCK
  bool flying;     /* the flocks are in use */
  uint32_t n_long; /* jobs that do not fit into a flock: */
  job long_jobs[2 * JOBS_MAX];
  flock flocks[FLOCKS];
  flock_piece pieces[JOBS_MAX];
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
  if (ours && s->len == n && same_bytes(s->p, p, n)) {
    if (s->count != 0) {
      c->total += s->count - 1;
      return true;
    }
    if (s->more == UINT16_MAX) return false;
    s->more++;
    return true;
  }
  if (ours && s->count == 0) return false;
  *s = (tok_recent){.p = p, .epoch = c->e->epoch, .len = (uint8_t)n};
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

/* Books the count of an encoded piece, which stood as 1, and remembers it where it has a place. */
static void job_done(counter *c, const job *j, int64_t count) {
  c->total += (count - 1) * times_seen(c, j, count);
  if (j->place == NULL) return;
  tok_mid_entry m;
  if (j->n <= TOK_MID_KEY_MAX) load_padded(&m, j->p, j->n); /* over len and count too */
  if (j->n <= TOK_TINY_KEY_MAX) {
    put_tiny(c->cache, tok_tiny_key(tok_word_at(m.bytes), j->n), (uint8_t)count);
  } else if (j->n <= TOK_SHORT_KEY_MAX) {
    tok_key k = {tok_word_at(m.bytes), tok_word_at(m.bytes + 8) | (uint64_t)j->n << 56};
    k.hi |= (uint64_t)count << TOK_CACHE_COUNT_SHIFT;
    put_short(c->cache, j->hash, k);
  } else if (j->n <= TOK_MID_KEY_MAX) {
    m.len = (uint8_t)j->n;
    m.count = (uint8_t)count;
    tok_cache_put_mid(c->cache, j->hash, &m);
  } else {
    tok_cache_put_long(c->cache, j->hash, j->p, j->n, (uint8_t)count);
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

/* Pieces of the queue that wait for a lane: numbers of them. */
typedef struct {
  uint8_t list[2][JOBS_MAX]; /* short ones, wide ones */
  uint32_t n[2], next[2];
} waiting;

/*
** Cuts the queue's jobs into units. Those that don't fit go to another queue; those of which no two
** units merge are done.
*/
static inline void flock_prepare(counter *c, waiting *w) {
  flock_piece *to_rank[JOBS_MAX];
  uint32_t n_to_rank = 0, n = c->n_jobs;
  for (uint32_t i = 0; i < n; i++) {
    flock_piece *u = &c->pieces[i];
    u->job = c->jobs[i];
    flock_cut(c->r, u->job.p, u->job.n, u);
    to_rank[n_to_rank] = u;
    n_to_rank += u->n != 0 && !u->ranked;
  }
  c->n_jobs = 0;
  flock_rank(c->r, to_rank, n_to_rank);
  for (uint32_t i = 0; i < n; i++) {
    flock_piece *u = &c->pieces[i];
    u->best = flock_lowest(u);
    if (u->n == 0) {
      c->long_jobs[c->n_long++] = u->job;
    } else if (u->best == TOK_RANK_NONE) {
      job_done(c, &u->job, u->n);
    } else {
      int wide = u->n > FLOCK_UNITS;
      w->list[wide][w->n[wide]++] = (uint8_t)i;
    }
  }
}

/*
** Fills free rows: of the last flock with wide pieces, of the others with short ones, while there
** are any. Returns `best` with their lowest ranks.
*/
static inline __m512i flock_fill(counter *c, flock *f, waiting *w, __m512i best) {
  int first = f == &c->flocks[FLOCKS - 1];
  uint32_t idle = ~f->busy & 0xFFFF;
  for (int i = 0; i < 2; i++) {
    int wide = i ^ first;
    for (; idle != 0 && w->next[wide] < w->n[wide]; idle &= idle - 1) {
      const flock_piece *u = &c->pieces[w->list[wide][w->next[wide]++]];
      flock_put(f, lowest_bit(idle), u);
      best = _mm512_mask_set1_epi32(best, (__mmask16)(idle & (0 - idle)), (int)u->best);
    }
  }
  return best;
}

/* Books the rows that are done, and frees them. */
static inline void flock_done(counter *c, flock *f, uint32_t live) {
  for (uint32_t done = f->busy & ~live; done != 0; done &= done - 1) {
    unsigned k = lowest_bit(done);
    job_done(c, &f->job[k], flock_count(f, k));
  }
  f->busy &= live;
  f->wide &= live;
}

/* One merge in every row; returns the rows that are busy, of all flocks. */
static inline uint32_t flock_step(counter *c, waiting *w) {
  flock_merge merges[FLOCKS];
  uint32_t busy = 0;
  for (int i = 0; i < FLOCKS; i++) {
    flock *f = &c->flocks[i];
    __m512i best = flock_minimum(f), none = _mm512_set1_epi32(-1);
    flock_done(c, f, _mm512_cmpneq_epi32_mask(best, none));
    best = flock_fill(c, f, w, best);
    flock_merge_pairs(f, best, (__mmask16)f->busy, &merges[i]);
    busy |= f->busy;
  }
  for (int i = 0; i < FLOCKS; i++) flock_merge_find(c->r, &merges[i]);
  flock_entries e[FLOCKS][2];
  /* all reads go before what waits for them, which fills the processor's queues */
  for (int i = 0; i < FLOCKS; i++) {
    flock_read(&c->r->merges, &merges[i].right, &e[i][0]);
    flock_read(&c->r->merges, &merges[i].left, &e[i][1]);
  }
  for (int i = 0; i < FLOCKS; i++) flock_merge_rank(&c->flocks[i], &merges[i], e[i]);
  return busy;
}

/* Runs until no job is queued, or (all) none is under way either. */
static void run_flocks(counter *c, bool all) {
  waiting w = {.n = {0, 0}};
  uint32_t busy;
  for (int i = 0; i < FLOCKS && !c->flying; i++) flock_clear(&c->flocks[i]);
  if (!c->flying) c->n_long = 0;
  c->flying = true;
  flock_prepare(c, &w);
  do {
    busy = flock_step(c, &w);
  } while (w.next[0] < w.n[0] || w.next[1] < w.n[1] || (all && busy != 0));
  if (all || c->n_long >= JOBS_MAX) {
    run_id_lanes(c->r, c, c->long_jobs, c->n_long, NULL, NULL);
    c->n_long = 0;
  }
  c->flying = !all;
}

/* Runs one job, or two, of up to FLOCK_UNITS units. */
static void run_abreast(counter *c, const job *jobs, uint32_t n, const units *of) {
  uint32_t tokens[ABREAST];
  if (n == 1) {
    few_count(c->r, of, 1, tokens);
  } else {
    few_count(c->r, of, ABREAST, tokens);
  }
  for (uint32_t i = 0; i < n; i++) job_done(c, &jobs[i], tokens[i]);
}

/* Runs n <= FLOCK jobs: too few to keep flocks busy. */
static void run_few(counter *c, const job *jobs, uint32_t n) {
  units of[FLOCK], *to_rank[FLOCK];
  uint32_t n_to_rank = 0, n_narrow = 0;
  for (uint32_t i = 0; i < n; i++) {
    flock_cut(c->r, jobs[i].p, jobs[i].n, &of[i]);
    to_rank[n_to_rank] = &of[i];
    n_to_rank += of[i].n != 0 && !of[i].ranked;
    n_narrow += of[i].n - 1 < FLOCK_UNITS;
  }
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
  if (c->r->merges.entries != NULL && (c->flying || c->n_jobs > FLOCK)) {
    run_flocks(c, true);
    return;
  }
  if (c->r->merges.entries != NULL && c->n_jobs != 0) {
    run_few(c, c->jobs, c->n_jobs);
    c->n_jobs = 0;
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
  c->jobs[c->n_jobs++] = *j;
}

#endif

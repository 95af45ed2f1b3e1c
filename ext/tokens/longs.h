/*
** longs: encoding of pieces of more than 62 bytes: windows of one or of several pieces side by
** side, joined where they agree, and what repeats is counted once. Private to kernel.h.
*/
#ifndef TOK_LONGS_H
#define TOK_LONGS_H

#include "bpe_impl.h"
#include "jobs.h"
#ifdef KERNEL_FLOCK
#include "windows_avx512.h"
#endif

enum {
  WINDOW = LANE_TEXT_MAX,
  STRIDE = 42,      /* windows overlap by 20 bytes */
  WINDOWS_MAX = 48, /* encoded at a time */
  PERIOD_MAX = 16,  /* bytes of a repeated pattern */
  PERIOD_WINDOW = 512,
  PERIOD_MIN = 1024 /* bytes of repetition that are worth a look */
};

/* How many bytes from p on equal those `period` before: p[i] == p[i + period] for i < result. */
static size_t repeats(const uint8_t *p, size_t n, size_t period) {
  size_t i = 0;
  while (i + period + 8 <= n) {
    uint64_t a, b;
    memcpy(&a, p + i, 8);
    memcpy(&b, p + i + period, 8);
    if (a != b) return i;
    i += 8;
  }
  return i;
}

/*
** A piece that repeats a short pattern: if the encoding of its first 512 bytes comes back to the
** same token at a whole number of patterns, those tokens repeat too, and stay side by side however
** often. Counts as many whole rounds as leave 512 bytes that look like the first, so that what
** follows starts with that token again. Advances *piece; returns the tokens.
*/
static int64_t count_repeats(counter *c, tok_bpe_piece *piece) {
  const uint8_t *p = piece->p + piece->at;
  size_t n = piece->n - piece->at, period = 1;
  tok_bpe_scratch *s = &c->e->scratch;
  if (n < PERIOD_MIN) return 0;
  while (period <= PERIOD_MAX && memcmp(p, p + period, 64) != 0) period++;
  if (period > PERIOD_MAX) return 0;
  size_t run = repeats(p, n, period);
  if (run < PERIOD_MIN || (c->status = grow(s, PERIOD_WINDOW)) != TOK_OK) return 0;
  bpe_big(c->r, s, p, PERIOD_WINDOW);
  size_t first = big_next(s->boundary, 0), at = first;
  int64_t tokens = 1;
  while (at < PERIOD_WINDOW / 2 && (at % period != 0 || big_next(s->boundary, at) - at != first)) {
    at = big_next(s->boundary, at);
    tokens++;
  }
  if (at >= PERIOD_WINDOW / 2) return 0;
  size_t rounds = (run - PERIOD_WINDOW) / at;
  piece->at += rounds * at;
  piece->mask = 0;
  /* the same bytes, so the same encoding, which starts as expected */
  piece->window = PERIOD_WINDOW;
  piece->parsed = true;
  piece->expect = first;
  return tokens * (int64_t)rounds;
}

/*
** The first token that two windows share, `b` starting `stride` bytes after `a`: its start in b, or
** 64.
*/
static unsigned shared_token(uint64_t a, uint64_t b, unsigned stride) {
  uint64_t in_b = a >> stride;
  for (uint64_t both = in_b & b; both != 0; both &= both - 1) {
    unsigned at = lowest_bit(both);
    uint64_t next_a = in_b & (~(uint64_t)1 << at), next_b = b & (~(uint64_t)1 << at);
    if (next_a == 0) return 64; /* the last token of a: it may go on behind the window */
    if (next_b != 0 && lowest_bit(next_a) == lowest_bit(next_b)) return at;
  }
  return 64;
}

/* How windows are made. */
typedef enum {
  WIDE,         /* in lanes */
  NARROW_ASCII, /* in flocks, where a kernel has these */
  NARROW_TEXT
} window_kind;

/* Windows of pieces that are encoded side by side. */
typedef struct {
  window_kind kind;
  uint32_t n;
  job jobs[WINDOWS_MAX];
  uint64_t starts[WINDOWS_MAX]; /* of their tokens; bits of bytes */
#ifdef KERNEL_FLOCK
  window_rows rows;
#endif
} windows;

/*
** Adds windows of left > WINDOW bytes from p on, which overlap. They end with the text, unless
** there are WINDOWS_MAX of them, or it is odd. Returns how many.
*/
static uint32_t list_windows(counter *c, windows *w, const uint8_t *p, size_t left) {
  uint32_t before = w->n;
#ifdef KERNEL_FLOCK
  if (w->kind == NARROW_ASCII) {
    w->n = list_narrow(p, left, w->jobs, w->n);
    return w->n - before;
  }
  if (w->kind == NARROW_TEXT) {
    w->n = list_narrow_chars(c->r, p, left, w->jobs, &w->rows, w->n);
    return w->n - before;
  }
#endif
  (void)c;
  for (size_t at = 0; w->n < WINDOWS_MAX && at + WINDOW < left; at += STRIDE)
    w->jobs[w->n++] = (job){.p = p + at, .n = WINDOW};
  if (w->n < WINDOWS_MAX) w->jobs[w->n++] = (job){.p = p + left - WINDOW, .n = WINDOW};
  return w->n - before;
}

/* Finds the token starts of all windows. */
static void encode_windows(counter *c, windows *w) {
#ifdef KERNEL_FLOCK
  if (w->kind != WIDE) {
    run_narrow(c->r, c->flocks, w->jobs, w->n, w->kind == NARROW_TEXT ? &w->rows : NULL,
               w->starts);
    return;
  }
#endif
  run_lanes(c, w->jobs, w->n, w->starts);
}

/* A window that is joined to those before: a token of the encoding starts at `entry`. */
typedef struct {
  const uint8_t *p;
  uint64_t starts;
  unsigned size, entry;
} joined;

static inline uint64_t starts_left(const joined *j) {
  return j->starts & (~(uint64_t)0 << j->entry);
}

/* Bytes of the token at its entry; as many as are left where it is the last. */
static inline unsigned entry_token(const joined *j) {
  return next_start(j->starts, j->entry, j->size) - j->entry;
}

/*
** Joins the window of b to what is joined, if both have a token. Returns the tokens before that;
** -1: they have none, as far as can be seen.
*/
static inline int join_window(joined *j, const job *b, uint64_t starts) {
  unsigned gap = (unsigned)(b->p - j->p);
  if (b->p < j->p || gap >= j->size) return -1;
  unsigned at = shared_token(starts_left(j), starts, gap);
  if (at == 64) return -1;
  int tokens = __builtin_popcountll(starts_left(j) & (((uint64_t)1 << (at + gap)) - 1));
  *j = (joined){b->p, starts, b->n, at};
  return tokens;
}

/*
** A window of the largest size from the entry on, in place of one that does not reach far enough to
** be joined; false where it begins with another token.
*/
static bool bridge(counter *c, joined *j, const uint8_t *end) {
  joined to = {.p = j->p + j->entry};
  to.size = end - to.p < LANE_TEXT_MAX ? (unsigned)(end - to.p) : LANE_TEXT_MAX;
  job once = {.p = to.p, .n = to.size};
  run_lanes(c, &once, 1, &to.starts);
  if (entry_token(&to) != entry_token(j)) return false;
  *j = to;
  return true;
}

/*
** Joins windows of a piece, n from number `at` on, the first of which begins at piece->at.
** Neighbours are joined at a token that both have, so every adjacent pair has stood side by side in
** one of them (see bpe.h). Advances *piece as far as they join; returns the tokens up to there.
*/
static int64_t join_windows(counter *c, tok_bpe_piece *piece, const windows *w, uint32_t at,
                            uint32_t n) {
  const uint8_t *p = piece->p + piece->at, *end = piece->p + piece->n;
  joined j = {p, w->starts[at], w->jobs[at].n, 0};
  if (piece->expect != 0 && entry_token(&j) != piece->expect) return 0;
  int64_t total = 0;
  bool bridged = false;
  for (uint32_t i = at + 1; i < at + n && j.p + j.size < end;) {
    int tokens = join_window(&j, &w->jobs[i], w->starts[i]);
    if (tokens >= 0) {
      total += tokens;
      bridged = false;
      i++;
    } else if (!bridged) {
      if (!bridge(c, &j, end)) break;
      bridged = true;
    } else if (++i < at + n && w->jobs[i].p >= j.p + j.size) {
      break;
    }
  }
  if (j.p + j.size == end) {
    piece->at = piece->n;
    return total + __builtin_popcountll(starts_left(&j));
  }
  if (j.p + j.entry == p) return 0;
  piece->at = (size_t)(j.p + j.entry - piece->p);
  piece->expect = entry_token(&j);
  piece->mask = 0;
  piece->window = 0;
  piece->parsed = false;
  return total;
}

/* Many windows of one piece at once. */
static int64_t count_windows(counter *c, tok_bpe_piece *piece, window_kind kind) {
  windows w;
  w.kind = kind;
  w.n = 0;
  if (list_windows(c, &w, piece->p + piece->at, piece->n - piece->at) == 0) return 0;
  encode_windows(c, &w);
  return join_windows(c, piece, &w, 0, w.n);
}

static inline bool has_high(const uint8_t *p, size_t n) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    if (tok_word_at(p + i) & 0x8080808080808080u) return true;
  }
  for (; i < n; i++) {
    if (p[i] >= 0x80) return true;
  }
  return false;
}

/* The fastest kind of windows for a piece. */
static inline window_kind kind_of_windows(const counter *c, const uint8_t *p, size_t n) {
#ifdef KERNEL_FLOCK
  if (c->r->merges.entries != NULL) return has_high(p, n) ? NARROW_TEXT : NARROW_ASCII;
#endif
  (void)c, (void)p, (void)n;
  return WIDE;
}

/*
** The tokens of what is left of a piece; fewer where the limit or memory ends it, which nothing may
** keep. total: those before it.
*/
static int64_t merge_rest(counter *c, tok_bpe_piece *piece, window_kind kind, int64_t total) {
  while (piece->at < piece->n && total <= c->limit && c->status == TOK_OK) {
    size_t k = 0, at = piece->at;
    bool windows_fit = piece->window == 0 && piece->n - at > WINDOW;
    if (windows_fit && kind != WIDE) total += count_windows(c, piece, kind);
    if (windows_fit && piece->at == at) total += count_windows(c, piece, WIDE);
    if (piece->at != at) continue;
    c->status = bpe_step(c->r, &c->e->scratch, piece, NULL, &k);
    total += (int64_t)k;
  }
  return total;
}

/*
** Is one byte repeated 40 times? Lines are drawn so, and many lengths of them are tokens, longer
** than a window.
*/
static inline bool has_line(const uint8_t *p, size_t n) {
  for (size_t i = 0; i + 25 <= n; i += 16) {
    uint64_t w = tok_word_at(p + i);
    if (w == tok_word_at(p + i + 1) && w == tok_word_at(p + i + 8) && w == tok_word_at(p + i + 16))
      return true;
  }
  return false;
}

/* Books the count of a piece of more than 62 bytes, which stood as 1. */
static void long_done(counter *c, const job *j, int64_t count) {
  job once = *j;
  if (count > c->limit || c->status != TOK_OK) once.place = NULL;
  job_done(c, &once, count);
}

/* A piece that does not wait for others. */
static void count_at_once(counter *c, const job *j, window_kind kind) {
  tok_bpe_piece piece = {.p = j->p, .n = j->n};
  int64_t total = j->n >= PERIOD_MIN ? count_repeats(c, &piece) : 0;
  long_done(c, j, merge_rest(c, &piece, kind, total));
}

/* Counts the long pieces that wait. */
static void run_longs(counter *c) {
  windows w;
  uint32_t at[LONGS_MAX], n[LONGS_MAX];
  w.kind = WIDE;
  w.n = 0;
  for (uint32_t i = 0; i < c->n_longs && w.kind != NARROW_TEXT; i++)
    w.kind = kind_of_windows(c, c->longs[i].p, c->longs[i].n);
  for (uint32_t i = 0; i < c->n_longs; i++) {
    at[i] = w.n;
    n[i] = list_windows(c, &w, c->longs[i].p, c->longs[i].n);
  }
  if (w.n != 0) encode_windows(c, &w);
  for (uint32_t i = 0; i < c->n_longs && c->total <= c->limit && c->status == TOK_OK; i++) {
    const job *j = &c->longs[i];
    tok_bpe_piece piece = {.p = j->p, .n = j->n};
    int64_t total = n[i] == 0 ? 0 : join_windows(c, &piece, &w, at[i], n[i]);
    long_done(c, j, merge_rest(c, &piece, w.kind, total));
  }
  c->n_longs = c->long_windows = 0;
}

/* A piece of more than 62 bytes, counted as 1 so far. */
static void add_long(counter *c, const job *j) {
  if (j->n <= TOK_TOKEN_BYTES_MAX && tok_rank_of(c->r, j->p, j->n) != TOK_RANK_NONE) {
    job_done(c, j, 1);
    return;
  }
  if (j->n > LONG_WAITING_MAX || has_line(j->p, j->n)) {
    count_at_once(c, j, j->n > LONG_WAITING_MAX ? kind_of_windows(c, j->p, j->n) : WIDE);
    return;
  }
  uint32_t n = j->n / LONG_STRIDE_MIN + 1;
  if (c->n_longs == LONGS_MAX || c->long_windows + n > WINDOWS_MAX) run_longs(c);
  c->longs[c->n_longs++] = *j;
  c->long_windows += n;
}

#endif

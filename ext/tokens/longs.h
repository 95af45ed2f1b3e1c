/*
** longs: encoding of pieces of more than 62 bytes: windows of them side by side, joined where they
** agree, and what repeats is counted once. Private to kernel.h.
*/
#ifndef TOK_LONGS_H
#define TOK_LONGS_H

#include "bpe_impl.h"
#include "jobs.h"

enum {
  WINDOW = LANE_TEXT_MAX,
  STRIDE = 50,       /* windows overlap by 12 bytes, */
  STRIDE_STEP = 2,   /* by so many more where that was not enough, */
  STRIDE_LESS = 44,  /* and by 18 at most, but for the last */
  WINDOWS_MAX = 24,  /* encoded at a time: two turns of all lanes */
  PERIOD_MAX = 16,   /* bytes of a repeated pattern */
  PERIOD_WINDOW = 512,
  PERIOD_MIN = 1024  /* bytes of repetition that are worth a look */
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

/*
** Many windows of a piece at once, from a token start piece->at on; the last ends with the piece,
** if that is near enough. Neighbours are joined at a token that both have, so every adjacent pair
** has stood side by side in one of them (see bpe.h). Advances *piece as far as they join; returns
** the tokens up to there.
*/
static int64_t count_windows(counter *c, tok_bpe_piece *piece, uint32_t *stride) {
  job jobs[WINDOWS_MAX];
  uint64_t starts[WINDOWS_MAX];
  const uint8_t *p = piece->p + piece->at;
  size_t left = piece->n - piece->at, i = 0;
  uint32_t n_jobs = 0, size = left < WINDOW ? (uint32_t)left : WINDOW;
  while (n_jobs < WINDOWS_MAX && n_jobs * *stride + size < left) {
    jobs[n_jobs] = (job){.p = p + n_jobs * *stride, .n = size};
    n_jobs++;
  }
  bool to_end = n_jobs < WINDOWS_MAX;
  if (to_end) jobs[n_jobs++] = (job){.p = p + left - size, .n = size};
  run_lanes(c, jobs, n_jobs, starts);
  if (piece->expect != 0 && next_start(starts[0], 0, size) != piece->expect) return 0;
  int64_t total = 0;
  unsigned entry = 0; /* a token of window i that belongs to the encoding starts here */
  for (; i + 1 < n_jobs; i++) {
    unsigned gap = (unsigned)(jobs[i + 1].p - jobs[i].p);
    unsigned at = shared_token(starts[i] & (~(uint64_t)0 << entry), starts[i + 1], gap);
    if (at == 64) break;
    uint64_t before = ((uint64_t)1 << (at + gap)) - 1;
    total += __builtin_popcountll(starts[i] & before & (~(uint64_t)0 << entry));
    entry = at;
  }
  if (to_end && i + 1 == n_jobs) {
    piece->at = piece->n;
    return total + __builtin_popcountll(starts[i] & (~(uint64_t)0 << entry));
  }
  if (i + 1 < n_jobs && *stride > STRIDE_LESS) *stride -= STRIDE_STEP;
  if (i == 0) return 0;
  piece->at += (size_t)(jobs[i].p - p) + entry;
  piece->expect = next_start(starts[i], entry, size) - entry;
  piece->mask = 0;
  piece->window = 0;
  piece->parsed = false;
  return total;
}

/* Tokens of n > 62 bytes at p; fewer where the limit or memory ends it, which nothing may keep. */
static int64_t merge_count(counter *c, const uint8_t *p, size_t n) {
  if (n <= TOK_TOKEN_BYTES_MAX && tok_rank_of(c->r, p, n) != TOK_RANK_NONE) return 1;
  tok_bpe_piece piece = {.p = p, .n = n};
  uint32_t stride = STRIDE;
  int64_t total = n >= PERIOD_MIN ? count_repeats(c, &piece) : 0;
  while (piece.at < piece.n && total <= c->limit && c->status == TOK_OK) {
    size_t k = 0, at = piece.at;
    if (piece.window == 0) total += count_windows(c, &piece, &stride);
    if (piece.at != at) continue;
    c->status = bpe_step(c->r, &c->e->scratch, &piece, NULL, &k);
    total += (int64_t)k;
  }
  return total;
}

#endif

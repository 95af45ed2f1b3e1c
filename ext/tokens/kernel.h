/*
** kernel: the counting pipeline, included once per instruction set by kernel_*.c.
**
**   fill    64 bytes at a time, the starts of pieces (fill.h) into an array
**   batch   branch-free loops over the pieces: one line of the dynamic cache each; those that are
**           not there count 1 and wait until they are many
**   missed  then they go to the vocabulary's perfect hash, and to where else the cache has them
**   unknown what remains is cut at merge barriers where blocks have not, and encoded, short pieces
**           side by side (jobs.h), long ones in windows (longs.h).
**
** The including file defines TOK_KERNEL_NAME ("avx2"), TOK_KERNEL (the symbol), kernel_supported(),
** and either KERNEL_SCALAR or these functions
**   static inline void classify(const uint8_t *p, size_t n, tok_masks *m)
**       masks of n <= 64 bytes at p
**   static inline void classify_high(const uint8_t *p, size_t n, tok_masks *m)
**       the masks that blocks with bytes above 0x7F need besides
**   static inline uint64_t equal_mask(const uint8_t *p, size_t n, uint8_t byte)
**       those of n <= 64 bytes at p that are `byte`, not 0
**   static inline size_t emit(uint64_t bits, uint32_t base, uint32_t *out)
**       base + the index of each bit
** and, with KERNEL_LOWEST, KERNEL_PUT_HIGH, KERNEL_CUTS, KERNEL_CJK or KERNEL_NAMES, a
** lowest_packed(), put_high_vector(), cuts_vector(), cjk_vector() or kernel_next_name() of its own;
** with KERNEL_FLOCK flock_avx512.h. See also passes.h and words.h.
*/
#include "ahead.h"
#include "bpe_impl.h"
#include "engine.h"
#include "fill.h"
#include "jobs.h"
#include "longs.h"
#include "odd.h"
#include "passes.h"

/*
** ---- pieces -----------------------------------------------------------------------------------
*/

static void count_segments(counter *c, const job *j);
static void count_uncut(counter *c, const job *j);

/* Chinese, Japanese, Korean, where barriers are many and long pieces seldom come twice. */
static inline bool worth_cutting(const uint8_t *p) { return p[0] >= 0xE3 || p[1] >= 0xE3; }

/* A piece of 16..30 bytes, counted as 1 so far. */
static inline void count_mid(counter *c, const job *j, cutting cut) {
  if (cut == CUT_ALL && worth_cutting(j->p)) {
    count_segments(c, j);
  } else {
    add_job(c, j);
  }
}

/* A piece of more than 30 bytes, counted as 1 so far. */
static void count_long(counter *c, const job *j, cutting cut) {
  if (cut != CUT_NONE && has_high(j->p, j->n)) {
    count_segments(c, j);
  } else if (j->n <= LANE_TEXT_MAX) {
    add_job(c, j);
  } else {
    add_long(c, j);
  }
}

/*
** Bytes of the character that n bytes at p begin with. *known: merges begin with it, or with its
** bytes.
*/
static inline size_t known_char(const tok_ranks *r, const uint8_t *p, size_t n, bool *known) {
  uint32_t cp;
  size_t len = tok_utf8_decode(p, n, &cp);
  *known = r->known == NULL || cp < 0x80 ||
           (cp != TOK_UTF8_INVALID && (r->known[cp >> 3] >> (cp & 7) & 1));
  return len;
}

/* Is some character one that merges do not begin with? */
static bool has_unknown(const tok_ranks *r, const uint8_t *p, size_t n) {
  bool known = true;
  for (size_t at = 0; at < n && known;) at += known_char(r, p + at, n - at, &known);
  return !known;
}

/* A piece with such characters, counted as 1 so far: those are cut out. */
static void count_foreign(counter *c, const job *j) {
  bool known;
  if (known_char(c->r, j->p, j->n, &known) < j->n) {
    count_segments(c, j);
  } else {
    job_done(c, j, (int64_t)j->n);
  }
}

static inline bool is_foreign(const counter *c, const job *j) {
  return c->r->known != NULL && has_high(j->p, j->n) && has_unknown(c->r, j->p, j->n);
}

/* A piece of more than 15 bytes, counted as 1 so far. */
static inline void count_wide(counter *c, const job *j, cutting cut) {
  if (is_foreign(c, j)) {
    count_foreign(c, j);
  } else if (j->n <= c->r->longest_whole && tok_rank_of(c->r, j->p, j->n) != TOK_RANK_NONE) {
    return; /* a token that merges do not make: it stays 1 */
  } else if (j->n > TOK_MID_KEY_MAX) {
    count_long(c, j, cut);
  } else {
    count_mid(c, j, cut);
  }
}

/* A piece of up to 15 bytes that is no token, and not in the cache, counted as 1 so far. */
static inline void count_short(counter *c, const job *j, cutting cut) {
  if (is_foreign(c, j)) {
    count_foreign(c, j);
  } else if (j->n <= 3) { /* at most one merge: a second would make it a token */
    const uint32_t *pair = c->r->pair;
    const uint8_t *p = j->p;
    bool merges =
        j->n == 3 && (pair[p[0] << 8 | p[1]] & pair[p[1] << 8 | p[2]]) != TOK_RANK_NONE;
    job_done(c, j, (int64_t)j->n - merges);
  } else if (cut == CUT_ALL && worth_cutting(j->p)) {
    count_segments(c, j);
  } else {
    add_job(c, j);
  }
}

/* A piece that has no barrier to be cut at, counted as 1 so far. */
static void count_uncut(counter *c, const job *j) {
  if (j->n > TOK_SHORT_KEY_MAX) {
    count_wide(c, j, CUT_NONE);
  } else {
    count_short(c, j, CUT_NONE);
  }
}

/* Hashes of pieces of 16..126 bytes; fetches what may know them. */
KERNEL_LOOP void find_wide_lines(const tok_cache *cache, wide_miss *wide, size_t n) {
  const tok_cache c = *cache;
  for (size_t i = 0; i < n; i++) {
    wide[i].hash = 0;
    if (wide[i].n > TOK_HUGE_KEY_MAX) continue;
    wide[i].hash = tok_wide_hash(wide[i].p, wide[i].n);
    __builtin_prefetch(tok_cache_wide(&c, wide[i].hash, wide[i].n, 0));
    __builtin_prefetch(tok_cache_wide(&c, wide[i].hash, wide[i].n, 1));
  }
}

/* Adds the tokens of those that the cache knows, each having counted 1; lists the others. */
KERNEL_LOOP size_t find_wides(const tok_cache *cache, const wide_miss *wide, size_t n,
                              uint8_t *unknown, int64_t *total) {
  const tok_cache c = *cache;
  size_t n_unknown = 0;
  for (size_t i = 0; i < n; i++) {
    const wide_miss *w = &wide[i];
    int64_t count = 0;
    if (w->n <= TOK_MID_KEY_MAX) {
      count = mid_count(&c, w->hash, w->p, w->n);
    } else if (w->n <= TOK_HUGE_KEY_MAX) {
      count = long_count(&c, w->hash, w->p, w->n);
    }
    *total += count - (count != 0);
    unknown[n_unknown] = (uint8_t)i;
    n_unknown += count == 0;
  }
  return n_unknown;
}

/* Counts the pieces of more than 15 bytes that wait. */
static void count_wides(counter *c) {
  wide_miss wide[MISSED_MAX];
  uint8_t unknown[MISSED_MAX];
  size_t n = c->n_wide;
  memcpy(wide, c->wide, n * sizeof wide[0]);
  c->n_wide = 0; /* segments may be added from now on */
  if (c->cache != NULL) {
    find_wide_lines(c->cache, wide, n);
    n = find_wides(c->cache, wide, n, unknown, &c->total);
  } else {
    for (size_t i = 0; i < n; i++) unknown[i] = (uint8_t)i;
  }
  for (size_t i = 0; i < n && c->status == TOK_OK && c->total <= c->limit; i++) {
    const wide_miss *w = &wide[unknown[i]];
    job j = {.p = w->p, .n = w->n, .hash = w->hash};
    j.place = w->n <= TOK_HUGE_KEY_MAX ? c->cache : NULL;
    count_wide(c, &j, w->cut);
  }
}

/*
** Looks up the pieces of up to 15 bytes that wait: in the vocabulary, and where else the cache can
** have them.
*/
static void count_missed(counter *c) {
  lookup l;
  size_t n = c->n_missed, n_tokens, n_unknown;
  if (c->cache != NULL) {
    if (n <= FEW) fetch_slots(c->r, c->missed, n);
    n = find_second(c->cache, c->missed, n, &c->total);
  }
  find_slots(c->r, c->missed, n, &l);
  c->n_missed = 0; /* segments may be added from now on */
  find_unknown(&l, n, &n_tokens, &n_unknown);
  if (c->cache != NULL) put_tokens(c->cache, &l, n_tokens);
  for (size_t j = 0; j < n_unknown && c->status == TOK_OK && c->total <= c->limit; j++) {
    const miss *m = &l.miss[l.unknown[j]];
    job u = {.p = m->p, .n = m->n, .hash = m->hash, .place = c->cache};
    count_short(c, &u, m->cut);
  }
}

/*
** Finds those short pieces of a batch that the cache does not know; adds the tokens of the others.
*/
static size_t find_misses(counter *c, const uint8_t *p, const uint32_t *starts, size_t n,
                          batch *b) {
  size_t n_misses;
  uint64_t total;
  if (c->cache == NULL) {
    memcpy(b->misses, b->tinies, b->n_tinies);
    memcpy(b->misses + b->n_tinies, b->shorts, b->n_shorts);
    return b->n_tinies + b->n_shorts;
  }
  if (b->n_shorts != 0) find_short_lines(c->cache, p, starts, b);
  if (n <= FEW) {
    total = count_few_tinies(c->cache, p, starts, b, &n_misses);
  } else {
    find_tiny_lines(c->cache, p, starts, b);
    total = count_tinies(b, &n_misses);
  }
  if (b->n_shorts != 0) {
    total += count_shorts(c->cache, b, &n_misses);
  }
  c->total += (int64_t)total;
  return n_misses;
}

/* Runs what waits, however little. */
static void count_waiting(counter *c) {
  while (c->n_missed + c->n_wide != 0 && c->status == TOK_OK && c->total <= c->limit) {
    if (c->n_missed != 0) count_missed(c);
    if (c->n_wide != 0) count_wides(c);
  }
  if (c->n_longs != 0 && c->total <= c->limit) run_longs(c);
  if (c->total <= c->limit) run_jobs(c);
}

/* The pieces of a batch that have more than 15 bytes wait. */
static inline void add_wides(counter *c, const uint8_t *text, const uint32_t *starts,
                             const batch *b, cutting cut) {
  for (size_t j = 0; j < b->n_wides; j++) {
    size_t i = b->wides[j];
    c->wide[c->n_wide++] = (wide_miss){text + starts[i], 0, starts[i + 1] - starts[i], cut};
  }
}

/* Of the last n that wait, whose lines are fetched: those that the cache knows wait no more. */
static inline void settle_wides(counter *c, size_t n) {
  uint8_t unknown[FEW];
  wide_miss *wide = c->wide + c->n_wide - n;
  size_t n_unknown = find_wides(c->cache, wide, n, unknown, &c->total);
  for (size_t i = 0; i < n_unknown; i++) wide[i] = wide[unknown[i]];
  c->n_wide -= (uint32_t)(n - n_unknown);
}

/*
** Counts n <= BATCH pieces, of which 16 bytes may be read at each start (p + starts[i]), in passes
** without branches, so that the memory latency of many probes overlaps and nothing is mispredicted.
** text: the same bytes where they stay until the end.
*/
static inline void count_batch(counter *c, const uint8_t *p, const uint32_t *starts, size_t n,
                               cutting cut, const uint8_t *text) {
  batch b;
  /* nothing that waits or is under way holds places in it */
  if (c->cache != NULL) {
    if (tok_cache_full(c->cache)) tok_cache_grow(c->cache);
    c->cache->n_asked += n;
  }
  sort_lengths(starts, n, &b);
  add_wides(c, text, starts, &b, cut);
  /* of a text that ends soon none comes to wait with them */
  bool at_once = n <= FEW && b.n_wides != 0 && c->cache != NULL;
  if (at_once) find_wide_lines(c->cache, c->wide + c->n_wide - b.n_wides, b.n_wides);
  size_t n_misses = find_misses(c, p, starts, n, &b);
  if (at_once) settle_wides(c, b.n_wides);
  for (size_t j = 0; j < n_misses; j++) {
    size_t i = b.misses[j];
    miss *m = &c->missed[c->n_missed++];
    m->key = key_padded(p + starts[i], b.length[i]);
    m->hash = tok_key_hash(m->key, c->r->seed);
    m->p = text + starts[i];
    m->n = starts[i + 1] - starts[i];
    m->cut = cut;
    if (c->cache != NULL) __builtin_prefetch(second_line(c->cache, m));
    __builtin_prefetch(&c->r->displacement[tok_key_bucket(m->hash, c->r->slot_mask)]);
  }
  c->total += (int64_t)(n_misses + b.n_ones + b.n_wides);
  if (c->n_missed >= MISSED_ENOUGH) count_missed(c);
  if (c->n_wide >= MISSED_ENOUGH) count_wides(c);
}

/*
** Counts the pieces starts[0..n], the last entry being the end of the last piece. p[0..readable)
** may be read; pieces near its end are counted in a copy.
*/
static void count_pieces(counter *c, const uint8_t *p, size_t readable, const uint32_t *starts,
                         size_t n, cutting cut) {
  uint8_t copy[48] = {0};
  size_t safe = n;
  while (safe > 0 && starts[safe - 1] + (size_t)16 > readable) safe--;
  for (size_t i = 0; i < safe && c->total <= c->limit; i += BATCH) {
    count_batch(c, p, starts + i, safe - i < BATCH ? safe - i : BATCH, cut, p);
  }
  if (safe < n && c->total <= c->limit) {
    uint32_t moved[18]; /* each piece has a byte or more, so at most 16 are that near */
    for (size_t i = safe; i <= n; i++) moved[i - safe] = starts[i] - starts[safe];
    memcpy(copy, p + starts[safe], moved[n - safe]);
    count_batch(c, copy, moved, n - safe, cut, p + starts[safe]);
  }
}

/* The character at p, of n bytes that may be read: its bytes as a word. Returns its length. */
static inline size_t char_word(const uint8_t *p, size_t n, uint32_t *word) {
  uint32_t cp, w = 0;
  if (n >= 4) {
    memcpy(&w, p, 4);
    /* Three bytes, but for the leads that need a closer look. */
    if ((w & 0xC0C0F0) == 0x8080E0 && p[0] != 0xE0 && p[0] != 0xED) {
      *word = w & 0xFFFFFF;
      return 3;
    }
  }
  size_t len = tok_utf8_decode(p, n, &cp);
  memcpy(&w, p, n < 4 ? n : 4);
  *word = w & 0xFFFFFFFFu >> (32 - 8 * len);
  return len;
}

/*
** A piece of n bytes, not all ASCII, that is no token, counted as 1 so far: cut at merge barriers.
*/
static void count_segments(counter *c, const job *j) {
  uint32_t starts[TOK_STARTS + 1];
  const uint8_t *p = j->p, *base = p;
  size_t n = j->n, n_starts = 1, at = 0;
  uint32_t before = 0;
  bool known_before = true, known = true;
  starts[0] = 0;
  while (at < n && c->status == TOK_OK && c->total <= c->limit) {
    uint32_t word;
    size_t len = char_word(p + at, n - at, &word);
    if (c->r->known != NULL) known_char(c->r, p + at, n - at, &known);
    starts[n_starts] = (uint32_t)(p + at - base);
    n_starts +=
        at > 0 && (!known || !known_before || !tok_may_cross(c->r, before, p[at - 1], word));
    before = word;
    known_before = known;
    at += len;
    if (n_starts == TOK_STARTS) {
      count_pieces(c, base, (size_t)(p + n - base), starts, n_starts - 1, CUT_NONE);
      base += starts[n_starts - 1];
      starts[0] = 0;
      n_starts = 1;
    }
  }
  if (n_starts > 1 || base != p) {
    starts[n_starts] = (uint32_t)(p + n - base);
    c->total -= 1;
    count_pieces(c, base, starts[n_starts], starts, n_starts, CUT_NONE);
  } else {
    count_uncut(c, j);
  }
}

/*
** ---- count ------------------------------------------------------------------------------------
*/

/* bytes of a text that is copied, so that all of it is probed in one batch */
enum { COPY_MAX = 512 };

/* bytes of a text whose words come again often enough that the recents are worth a look */
enum { RECENTS_MIN = 1024 };

static tok_status kernel_count_parts(tok_engine *e, const tok_vocab *v, tok_slice text,
                                     const tok_part *parts, int64_t limit, int64_t *n) {
  uint32_t starts[TOK_STARTS + TOK_STARTS_SLACK];
  uint8_t copy[COPY_MAX + 16];
  tok_blocks b = {
      .text = (const uint8_t *)text.ptr, .len = parts[0].end, .ranks = v->ranks, .fresh = 1};
  const uint8_t *p = b.text;
  counter c;
  size_t k = 0, readable = text.len, part = 0;
  *n = 0;
  if (text.len == 0) return TOK_OK;
  if (text.len <= COPY_MAX) {
    /* blocks are read where they stand: a read waits for what has just been written */
    memcpy(copy, text.ptr, text.len);
    memset(copy + text.len, 0, 16);
    p = copy;
    readable += 16;
  }
  c.e = e;
  c.r = v->ranks;
  c.cache = tok_engine_cache(e, v->ranks, text.len);
  c.limit = limit;
  c.total = 0;
  c.status = TOK_OK;
  c.recents = text.len >= RECENTS_MIN;
  if (c.recents) next_epoch(e);
  c.n_missed = c.n_wide = c.n_jobs = c.n_longs = c.long_windows = 0;
#ifdef KERNEL_FLOCK
  c.n_cut = c.n_long = 0;
#endif
  for (;;) {
    if (parts[part].token) {
      starts[k++] = (uint32_t)b.pos;
      b.pos = b.len;
    } else {
      k = kernel_fill(&b, v->family, starts, k, TOK_STARTS);
    }
    if (b.pos == b.len && b.len < text.len) { /* the next part */
      b = (tok_blocks){.text = b.text,
                       .len = parts[++part].end,
                       .pos = b.pos,
                       .ranks = b.ranks,
                       .uncut = b.uncut,
                       .fresh = 1};
      if (k < TOK_STARTS) continue;
    }
    bool done = b.pos == b.len && b.len == text.len;
    starts[k] = (uint32_t)b.len;
    count_pieces(&c, p, readable, starts, done ? k : k - 1, b.uncut ? CUT_ALL : CUT_LONG);
    b.uncut = 0;
    if (done || c.total > limit || c.status != TOK_OK) break;
    starts[0] = starts[k - 1];
    k = 1;
  }
  count_waiting(&c);
  *n = c.total;
  return c.status;
}

static tok_status kernel_count(tok_engine *e, const tok_vocab *v, tok_slice text, int64_t limit,
                               int64_t *n) {
  tok_part whole = {(uint32_t)text.len, false};
  *n = 0;
  if (text.len > UINT32_MAX - 64) return TOK_TOOBIG;
  return kernel_count_parts(e, v, text, &whole, limit, n);
}

#ifdef KERNEL_SCALAR
#define kernel_next_name NULL
#elif !defined(KERNEL_NAMES)

/* The groups of names that may have what stands `depth` behind `at`; see tok_added_filter. */
static inline uint8_t name_groups(const tok_added_filter *f, const uint8_t *p, size_t at, size_t n,
                                  size_t depth) {
  return f->groups[depth][at + depth < n ? p[at + depth] : 0];
}

static size_t kernel_next_name(const tok_added_filter *f, const uint8_t *p, size_t at, size_t n) {
  if (f->n_firsts > TOK_ADDED_FIRSTS) {
    while (at < n && (name_groups(f, p, at, n, 0) & name_groups(f, p, at, n, 1)) == 0) at++;
    return at;
  }
  for (; at < n; at += 64) {
    size_t size = n - at < 64 ? n - at : 64;
    uint64_t found = 0;
    for (int i = 0; i < f->n_firsts; i++) found |= equal_mask(p + at, size, f->firsts[i]);
    found &= ~(uint64_t)0 >> (64 - size);
    for (; found != 0; found &= found - 1) {
      size_t place = at + (size_t)__builtin_ctzll(found);
      uint8_t groups = name_groups(f, p, place, n, 0);
      for (size_t depth = 1; depth < TOK_ADDED_DEPTH; depth++)
        groups &= name_groups(f, p, place, n, depth);
      if (groups != 0) return place;
    }
  }
  return n;
}
#endif

const tok_kernel TOK_KERNEL = {TOK_KERNEL_NAME, kernel_supported, kernel_count,
                               kernel_count_parts, kernel_fill, bpe_step,
                               kernel_ahead, kernel_next_name, kernel_next_odd};

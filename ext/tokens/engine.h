/*
** engine: one connection's scratch and caches, and the kernel that it runs. Private to the room.
**
** A kernel is the counting pipeline compiled for one instruction set; all kernels give identical
** results.
*/
#ifndef TOK_ENGINE_H
#define TOK_ENGINE_H

#include "added.h"
#include "blocks.h"
#include "bpe.h"
#include "form.h"
#include "vocab.h"

enum {
  TOK_TINY_KEY_MAX = 7,
  TOK_TINY_WAYS = 8,
  TOK_TINY_COUNT = 7, /* most tokens of a tiny piece; bits of an entry that tell them */
  TOK_SHORT_KEY_MAX = 15,
  TOK_MID_KEY_MAX = 30,
  TOK_LONG_KEY_MAX = 62,
  TOK_HUGE_KEY_MAX = 126,
  /* pieces handled at a time; their text and keys stay in the first-level cache */
  TOK_STARTS = 512,
  TOK_ITER_STARTS = 64, /* the same for the iterator, which may stop after a few */
  TOK_STARTS_SLACK = 80 /* a block adds up to 64 starts and may write 15 entries behind them */
};

/*
** What has been counted before, for one vocabulary: tokens too, because here they stand side by
** side, where the vocabulary's table has one in most lines that a text reads, and memory is what
** counting waits for. Each piece has one or two places; entries are overwritten there. The cache
** grows with what is put in, up to a fixed size, so a hostile text can make it useless but not
** larger.
**   tinies  pieces of up to 7 bytes, the most frequent by far: lines of eight keys, with their
**           tokens in the low 3 bits; two lines each, of which the second is for those that find
**           the first one full
**   shorts  8..15 bytes: lines of four keys (ranks.h) with their tokens in the top 4 bits; two
**           lines each, which fills them to 90 % before entries are lost
**   mids    16..30 bytes: lines of two entries: the bytes, zero-padded; length; tokens. Two lines
**           each
**   longs   31..62 bytes: an entry fills a line; two lines each
**   huges   63..126 bytes: an entry fills two lines; two places each
*/
typedef struct {
  uint64_t way[TOK_TINY_WAYS]; /* 0: empty */
} tok_tiny_line;

typedef struct {
  tok_key way[4];
} tok_short_line;

typedef struct {
  uint8_t bytes[TOK_MID_KEY_MAX];
  uint8_t len, count;
} tok_mid_entry;

typedef struct {
  tok_mid_entry way[2];
} tok_mid_line;

typedef struct {
  uint8_t bytes[TOK_LONG_KEY_MAX];
  uint8_t len, count;
} tok_long_entry;

typedef struct {
  uint8_t bytes[TOK_HUGE_KEY_MAX];
  uint8_t len, count;
} tok_huge_entry;

enum {
  TOK_LINE_BYTES = 64,
  TOK_CACHE_LINES_MIN = 1 << 9,  /* of tinies; 122 KB in all */
  TOK_CACHE_LINES_MAX = 1 << 14, /* 3.9 MB in all */
  TOK_CACHE_LINES_2ND = 1 << 10, /* ceiling of the second vocabulary's: 0.2 MB */
  TOK_SHORTS_SHIFT = 1,          /* twice as many lines of shorts */
  TOK_MIDS_SHIFT = 1,            /* half as many of mids */
  TOK_LONGS_16TH = 3,            /* of 16 lines so many entries of longs, */
  TOK_HUGES_SHIFT = 6,           /* and few of huges */
  TOK_ASKED = 1 << 12            /* pieces that are remembered at a full line */
};

typedef enum { TOK_TINY, TOK_SHORT, TOK_MID, TOK_LONG, TOK_HUGE, TOK_N_KINDS } tok_cache_kind;

typedef struct {
  const tok_ranks *ranks; /* the vocabulary that the entries belong to; NULL: none */
  void *memory;           /* owned: all arrays, aligned inside to a cache line */
  tok_tiny_line *tinies;  /* [n_lines] */
  tok_short_line *shorts; /* [n_lines << TOK_SHORTS_SHIFT] */
  tok_mid_line *mids;     /* [n_lines >> TOK_MIDS_SHIFT] */
  tok_long_entry *longs;  /* [n_lines / 16 * TOK_LONGS_16TH] */
  tok_huge_entry *huges;  /* [n_lines >> TOK_HUGES_SHIFT] */
  uint32_t n_lines;       /* power of two */
  uint32_t tiny_shift;    /* 64 - its logarithm */
  uint32_t n_lines_max;
  uint32_t n_added[TOK_N_KINDS]; /* since the last growth */
  uint64_t n_asked;       /* pieces that were looked for; since then */
  bool crowded;           /* some kind has so many entries that the cache should grow */
  uint8_t asked[TOK_ASKED]; /* [hash] of pieces that found their lines full */
} tok_cache;

/*
** Pieces that are being encoded, or have been of late: a piece that comes again before the cache
** knows it is not encoded twice. Unknown words come in clusters: in source code every second one
** stands in the next lines again, in other texts one in six.
*/
typedef struct {
  const uint8_t *p; /* of the call that `epoch` tells; not to be read in another */
  uint16_t epoch;
  uint16_t more; /* how often it came again while it was under way */
  uint16_t tag;  /* of its hash, so that few others are compared */
  uint8_t len;
  uint8_t count; /* its tokens; 0: under way */
} tok_recent;

enum { TOK_RECENTS = 512 }; /* 8 KB; at most about a hundred are under way */

/*
** Ids of pieces that the iterator has not come to yet: looked up together, they wait for memory
** together.
*/
enum {
  TOK_AHEAD = TOK_ITER_STARTS + TOK_STARTS_SLACK, /* pieces */
  TOK_AHEAD_IDS = 4096 /* in all; what does not fit is encoded when it comes */
};

typedef struct {
  uint32_t ids[TOK_AHEAD_IDS];
  /* of piece i: ids[first[i] ..], n[i] of them; 0: not known */
  uint16_t first[TOK_AHEAD], n[TOK_AHEAD];
} tok_ahead;

/*
** A stretch of a text that is counted by itself, from the end of the one before. token: it is one
** token, of up to 15 bytes, that the vocabulary has.
*/
typedef struct {
  uint32_t end;
  bool token;
} tok_part;

typedef struct {
  const char *name;
  bool (*supported)(void); /* by this processor */
  /* tok_count */
  tok_status (*count)(tok_engine *e, const tok_vocab *v, tok_slice text, int64_t limit, int64_t *n);
  /*
  ** The same of several texts that stand one behind the other in `text` (their ends are ascending,
  ** the last is text.len): the sum of their counts, without a call for each.
  */
  tok_status (*count_parts)(tok_engine *e, const tok_vocab *v, tok_slice text,
                            const tok_part *parts, int64_t limit, int64_t *n);
  /*
  ** Appends starts of pieces to starts[n..] until at least `want` are there or the text ends
  ** (b->pos == b->len). starts has room for want + TOK_STARTS_SLACK. Returns the new n.
  */
  size_t (*fill)(tok_blocks *b, tok_family family, uint32_t *starts, size_t n, size_t want);
  tok_bpe_step_func *bpe_step;
  /*
  ** Encodes the n <= TOK_AHEAD pieces starts[0..n] of text[0..len), but for those that take long.
  */
  void (*ahead)(const tok_ranks *r, const uint8_t *text, size_t len, const uint32_t *starts,
                size_t n, tok_ahead *a);
  tok_next_name *next_name; /* NULL: none that is faster than added.c's own */
  tok_next_odd *next_odd;
} tok_kernel;

extern const tok_kernel tok_kernel_portable, tok_kernel_vector, tok_kernel_avx2, tok_kernel_avx512;

/* Every kernel of this build, best first; NULL behind the last. */
extern const tok_kernel *const tok_kernels[];
/* The first of them that this machine can run. */
const tok_kernel *tok_kernel_best(void);

struct tok_engine {
  const tok_kernel *kernel;
  tok_bpe_scratch scratch;
  tok_recent recents[TOK_RECENTS];
  uint16_t epoch; /* of the recents: the number of the call, never 0 */
  tok_cache cache[2]; /* of two vocabularies; the first one used may have more */
  /* Of the iterator: the long piece under way, and starts of pieces found ahead of it. */
  tok_bpe_piece piece;
  tok_blocks blocks;
  uint32_t starts[TOK_ITER_STARTS + TOK_STARTS_SLACK]; /* offsets from blocks.text */
  size_t n_starts, i_start;
  tok_ahead ahead; /* of the pieces at starts */
  /*
  ** nothing is encoded ahead: the iterator shares less with counting, whose oracle it is in tests
  */
  bool one_by_one;
  struct tok_extra_state *extra; /* owned; of imported vocabularies, NULL until one is used */
};

/*
** The cache of a vocabulary; NULL where memory is short, or where both are taken by others and
** `n_bytes` of text are too few to be worth emptying one.
*/
tok_cache *tok_engine_cache(tok_engine *e, const tok_ranks *r, size_t n_bytes);

/*
** Makes the cache larger if enough has been added. Entries move: pointers into it become invalid.
*/
void tok_cache_grow(tok_cache *c);

/*
** All of the cache as lines of bytes, zero at first, for what is no piece of a vocabulary's ranks;
** larger, and empty again, once as many have been added as it has. *n: how many.
*/
uint8_t *tok_cache_lines(tok_cache *c, uint32_t *n);

/*
** Notes that an entry was put in. Returns a number that differs from time to time, to pick a
** victim: with a text that comes round again and does not fit, putting out the oldest would lose
** every entry just before it is needed.
*/
static inline uint32_t tok_cache_added(tok_cache *c, tok_cache_kind kind) {
  /* Of 128 lines: 60 % of the places of tinies, 75 % of shorts and mids, half of the others. */
  static const uint16_t enough[TOK_N_KINDS] = {614, 768, 96, 12, 1};
  c->crowded |= ++c->n_added[kind] > enough[kind] * (c->n_lines / 128);
  return c->n_added[kind];
}

/*
** May a piece take another's place? The second time that it asks: most pieces that don't fit are
** seen once (names, words that a row's end cuts), and would put out what comes again and again.
*/
static inline bool tok_cache_asked(tok_cache *c, uint64_t hash) {
  uint8_t *asked = &c->asked[hash & (TOK_ASKED - 1)], mark = (uint8_t)(hash >> 13);
  bool again = *asked == mark;
  *asked = mark;
  return again;
}

static inline bool tok_cache_full(const tok_cache *c) {
  return c->crowded && c->n_lines < c->n_lines_max;
}

/*
** Key of n = 1..7 bytes that are the low ones of a little-endian word; what is above them is
** ignored. Its low byte tells the length; the low 3 bits are free for 1..7 tokens. So an entry
** differs from its own key by its tokens, and from all others by more.
*/
static inline uint64_t tok_tiny_key(uint64_t word, size_t n) {
  uint64_t shift = 64 - 8 * n;
  return word << shift | shift;
}

/*
** The two lines (which = 0, 1) where a key can be. The high bits of a product depend on all bits of
** the key, whose last byte of text stands highest; other bits do not.
*/
static inline tok_tiny_line *tok_cache_tiny(const tok_cache *c, uint64_t key, int which) {
  uint64_t multiplier = which ? 0xC2B2AE3D27D4EB4Fu : 0x9E3779B97F4A7C15u;
  return &c->tinies[key * multiplier >> c->tiny_shift];
}

/* What tells keys of one line apart. */
static inline uint64_t tok_tiny_other_hash(uint64_t key) {
  return (key ^ key >> 32) * 0xD6E8FEB86659FD93u >> 36;
}

/* Is every place of a line taken? They are taken from the last to the first. */
static inline bool tok_tiny_full(const tok_tiny_line *line) { return line->way[0] != 0; }

/* The place of a key in a line, else its last empty one; TOK_TINY_WAYS: none. */
static inline uint32_t tok_tiny_place(const tok_tiny_line *line, uint64_t key) {
  uint32_t at = TOK_TINY_WAYS;
  for (uint32_t i = 0; i < TOK_TINY_WAYS; i++) at = line->way[i] == 0 ? i : at;
  for (uint32_t i = 0; i < TOK_TINY_WAYS; i++)
    at = (line->way[i] ^ key) <= TOK_TINY_COUNT ? i : at;
  return at;
}

/*
** In an empty place of its first line, or of its second, or over any of either if it asks again;
** but where it is already, since it may have been encoded twice: a line has a key once.
*/
static inline void tok_cache_put_tiny(tok_cache *c, uint64_t key, uint8_t count) {
  uint32_t victim = tok_cache_added(c, TOK_TINY);
  tok_tiny_line *line = tok_cache_tiny(c, key, 0);
  uint32_t at = tok_tiny_place(line, key);
  if (at == TOK_TINY_WAYS) {
    tok_tiny_line *second = tok_cache_tiny(c, key, 1);
    at = tok_tiny_place(second, key);
    if (at != TOK_TINY_WAYS) {
      line = second;
    } else {
      if (!tok_cache_asked(c, tok_tiny_other_hash(key))) return;
      at = victim % TOK_TINY_WAYS;
      line = victim / TOK_TINY_WAYS & 1 ? second : line;
    }
  }
  line->way[at] = key | count;
}

/* The bits above a key's length hold its tokens, 1..15. */
enum { TOK_CACHE_COUNT_SHIFT = 60 };

/* The two lines (which = 0, 1) where a key of this hash can be. */
static inline tok_short_line *tok_cache_short(const tok_cache *c, uint64_t key_hash, int which) {
  return &c->shorts[key_hash >> (which ? 44 : 20) & ((c->n_lines << TOK_SHORTS_SHIFT) - 1)];
}

/*
** Puts an entry where it is already, or into an empty place of either line, or over any if it asks
** again.
*/
static inline void tok_cache_put_short(tok_cache *c, uint64_t key_hash, tok_key entry) {
  tok_short_line *line[2] = {tok_cache_short(c, key_hash, 0), tok_cache_short(c, key_hash, 1)};
  unsigned victim = 1u << (tok_cache_added(c, TOK_SHORT) & 7), empty = 0, same = 0;
  for (unsigned i = 0; i < 8; i++) {
    tok_key k = line[i / 4]->way[i & 3];
    empty |= (unsigned)(k.hi == 0) << i;
    same |= (unsigned)(((k.lo ^ entry.lo) | (k.hi ^ entry.hi)) == 0) << i;
  }
  if ((same | empty) == 0 && !tok_cache_asked(c, key_hash)) return;
  unsigned at = (unsigned)__builtin_ctz(same != 0 ? same : empty != 0 ? empty : victim);
  line[at / 4]->way[at & 3] = entry;
}

static inline uint64_t tok_cache_mix(uint64_t a, uint64_t b) {
  tok_u128 p = (tok_u128)(a ^ 0x9E3779B97F4A7C15u) * (b ^ 0xD6E8FEB86659FD93u);
  return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static inline uint64_t tok_word_at(const uint8_t *p) {
  uint64_t w;
  memcpy(&w, p, sizeof w);
  return w;
}

/* Of 16..30 bytes: the first and the last 16 are all of them. */
static inline uint64_t tok_mid_hash(const uint8_t *p, size_t n) {
  const uint8_t *tail = p + n - 16;
  return tok_cache_mix(tok_cache_mix(tok_word_at(p), tok_word_at(p + 8)) ^ n,
                       tok_cache_mix(tok_word_at(tail), tok_word_at(tail + 8)));
}

static inline tok_mid_line *tok_cache_mid(const tok_cache *c, uint64_t hash, int which) {
  return &c->mids[hash >> (which ? 44 : 20) & ((c->n_lines >> TOK_MIDS_SHIFT) - 1)];
}

/* The same bytes? Without branches. */
static inline bool tok_mid_same(const tok_mid_entry *m, const uint8_t *p, size_t n) {
  const uint8_t *a = p + n - 16, *b = m->bytes + n - 16;
  uint64_t differs = (tok_word_at(p) ^ tok_word_at(m->bytes)) |
                     (tok_word_at(p + 8) ^ tok_word_at(m->bytes + 8)) |
                     (tok_word_at(a) ^ tok_word_at(b)) | (tok_word_at(a + 8) ^ tok_word_at(b + 8));
  return (differs | (m->len ^ n)) == 0;
}

/* Tokens of n = 16..30 bytes, 0 if they are not there. */
static inline int64_t tok_cache_get_mid(const tok_cache *c, uint64_t hash, const uint8_t *p,
                                        size_t n) {
  int64_t count = 0;
  for (int i = 0; i < 4; i++) {
    const tok_mid_entry *m = &tok_cache_mid(c, hash, i / 2)->way[i & 1];
    count = tok_mid_same(m, p, n) ? m->count : count;
  }
  return count;
}

/* Puts an entry into an empty place of either line, or over any if it asks again. */
static inline void tok_cache_put_mid(tok_cache *c, uint64_t hash, const tok_mid_entry *entry) {
  tok_mid_line *line[2] = {tok_cache_mid(c, hash, 0), tok_cache_mid(c, hash, 1)};
  unsigned victim = 1u << (tok_cache_added(c, TOK_MID) & 3), empty = 0;
  for (unsigned i = 0; i < 4; i++) empty |= (unsigned)(line[i / 2]->way[i & 1].len == 0) << i;
  if (empty == 0 && !tok_cache_asked(c, hash)) return;
  unsigned at = (unsigned)__builtin_ctz(empty != 0 ? empty : victim);
  line[at / 2]->way[at & 1] = *entry;
}

/* Two words at p. */
static inline uint64_t tok_cache_mix_at(const uint8_t *p) {
  return tok_cache_mix(tok_word_at(p), tok_word_at(p + 8));
}

/* Of 31..126 bytes; of up to 62 the first and the last 31 are all of them. */
static inline uint64_t tok_long_piece_hash(const uint8_t *p, size_t n) {
  uint64_t h = n;
  if (n <= TOK_LONG_KEY_MAX) {
    const uint8_t *tail = p + n - 31;
    return tok_cache_mix(tok_cache_mix(tok_cache_mix_at(p) ^ n, tok_cache_mix_at(p + 15)),
                         tok_cache_mix(tok_cache_mix_at(tail), tok_cache_mix_at(tail + 15)));
  }
  for (size_t i = 0; i + 16 <= n; i += 16)
    h = tok_cache_mix(tok_word_at(p + i) ^ h, tok_word_at(p + i + 8));
  return tok_cache_mix(tok_word_at(p + n - 16) ^ h, tok_word_at(p + n - 8));
}

static inline uint32_t tok_cache_n_longs(uint32_t n_lines) { return n_lines / 16 * TOK_LONGS_16TH; }

/* Bytes of the entry of n = 31..126 bytes. */
static inline size_t tok_cache_long_size(size_t n) {
  return n <= TOK_LONG_KEY_MAX ? sizeof(tok_long_entry) : sizeof(tok_huge_entry);
}

/* The two entries (which = 0, 1) where n = 31..126 bytes of this hash can be. */
static inline uint8_t *tok_cache_long(const tok_cache *c, uint64_t hash, size_t n, int which) {
  uint64_t at = which ? hash >> 32 : (uint32_t)hash; /* in 32-bit fractions of the table */
  if (n <= TOK_LONG_KEY_MAX)
    return (uint8_t *)&c->longs[at * tok_cache_n_longs(c->n_lines) >> 32];
  return (uint8_t *)&c->huges[at * (c->n_lines >> TOK_HUGES_SHIFT) >> 32];
}

/* Tokens of n = 31..126 bytes, 0 if they are not there. */
static inline int64_t tok_cache_get_long(const tok_cache *c, uint64_t hash, const uint8_t *p,
                                         size_t n) {
  size_t size = tok_cache_long_size(n);
  for (int i = 0; i < 2; i++) {
    const uint8_t *entry = tok_cache_long(c, hash, n, i);
    if (entry[size - 2] == n && memcmp(entry, p, n) == 0) return entry[size - 1];
  }
  return 0;
}

/* Puts an entry into an empty place of the two, or over any. */
static inline void tok_cache_put_long(tok_cache *c, uint64_t hash, const uint8_t *p, size_t n,
                                      uint8_t count) {
  size_t size = tok_cache_long_size(n);
  uint8_t *entry = tok_cache_long(c, hash, n, 0), *other = tok_cache_long(c, hash, n, 1);
  uint32_t victim = tok_cache_added(c, n <= TOK_LONG_KEY_MAX ? TOK_LONG : TOK_HUGE) & 1;
  if (entry[size - 2] != 0 && (other[size - 2] == 0 || victim)) entry = other;
  memcpy(entry, p, n);
  entry[size - 2] = (uint8_t)n;
  entry[size - 1] = count;
}

/* Of 16..126 bytes. */
static inline uint64_t tok_wide_hash(const uint8_t *p, size_t n) {
  return n <= TOK_MID_KEY_MAX ? tok_mid_hash(p, n) : tok_long_piece_hash(p, n);
}

static inline const void *tok_cache_wide(const tok_cache *c, uint64_t hash, size_t n, int which) {
  return n <= TOK_MID_KEY_MAX ? (const void *)tok_cache_mid(c, hash, which)
                              : tok_cache_long(c, hash, n, which);
}

#endif

/*
** The cache of pieces (ext/tokens/engine.h) by itself: what it keeps when it grows, and what comes
** into a full one. That counts are right whatever is in it, test_kernels.c looks.
*/
#include "../../ext/tokens/engine.h"
#include "../check.h"

/* Entries of every kind, numbered: 4, 12, 22, 60 and 100 bytes. */
static void numbered(uint8_t *bytes, size_t n, uint32_t number) {
  memset(bytes, 'x', n);
  memcpy(bytes, &number, sizeof number);
}

/*
** Is entry `number` of each kind there? Some may have been put out by others: bits of those that
** are.
*/
static unsigned found_in(const tok_cache *c, uint32_t number) {
  uint8_t bytes[100];
  unsigned found = 0;
  numbered(bytes, sizeof bytes, number);
  uint64_t tiny = tok_tiny_key(tok_word_at(bytes), 4);
  for (int i = 0; i < 2 * TOK_TINY_WAYS; i++) {
    uint64_t at = tok_cache_tiny(c, tiny, i / TOK_TINY_WAYS)->way[i % TOK_TINY_WAYS];
    found |= at == (tiny | (number % 4 + 1)) ? 1 : 0;
  }
  tok_key k = tok_key_of(bytes, 12);
  uint64_t hash = tok_key_hash(k, c->ranks->seed);
  k.hi |= (uint64_t)(number % 4 + 1) << TOK_CACHE_COUNT_SHIFT;
  for (int i = 0; i < 8; i++) {
    tok_key at = tok_cache_short(c, hash, i / 4)->way[i % 4];
    found |= at.lo == k.lo && at.hi == k.hi ? 2 : 0;
  }
  found |= tok_cache_get_mid(c, tok_mid_hash(bytes, 22), bytes, 22) == number % 4 + 1 ? 4 : 0;
  found |=
      tok_cache_get_long(c, tok_long_piece_hash(bytes, 60), bytes, 60) == number % 4 + 1 ? 8 : 0;
  found |=
      tok_cache_get_long(c, tok_long_piece_hash(bytes, 100), bytes, 100) == number % 4 + 1 ? 16 : 0;
  return found;
}

static void put_numbered(tok_cache *c, uint32_t number) {
  uint8_t bytes[100], count = (uint8_t)(number % 4 + 1);
  numbered(bytes, sizeof bytes, number);
  tok_cache_put_tiny(c, tok_tiny_key(tok_word_at(bytes), 4), count);
  tok_key k = tok_key_of(bytes, 12);
  uint64_t hash = tok_key_hash(k, c->ranks->seed);
  k.hi |= (uint64_t)count << TOK_CACHE_COUNT_SHIFT;
  tok_cache_put_short(c, hash, k);
  tok_mid_entry m = {.len = 22, .count = count};
  memcpy(m.bytes, bytes, 22);
  tok_cache_put_mid(c, tok_mid_hash(bytes, 22), &m);
  if (number % 64 == 0) tok_cache_put_long(c, tok_long_piece_hash(bytes, 60), bytes, 60, count);
  if (number % 512 == 0) tok_cache_put_long(c, tok_long_piece_hash(bytes, 100), bytes, 100, count);
}

/*
** What the cache knows it still knows when it has grown, but for a few long pieces, whose places
** others have taken. asked: the pieces that were looked for from one growth to the next.
*/
static void check_growth(uint64_t asked, uint32_t expected) {
  enum { NUMBERS = 60000 };
  static uint8_t before[NUMBERS];
  tok_engine *e = tok_engine_new();
  tok_cache *c = tok_engine_cache(e, tok_vocab_find(tok_slice_of("o200k_base"))->ranks, 0);
  uint32_t n = 0, growths = 0;
  while (c->n_lines < c->n_lines_max && n < NUMBERS) {
    for (uint32_t more = n + 1 + c->n_lines / 2; n < more && n < NUMBERS; n++) put_numbered(c, n);
    if (!tok_cache_full(c)) continue;
    for (uint32_t i = 0; i < n; i++) before[i] = (uint8_t)found_in(c, i);
    uint32_t tinies = c->n_added[TOK_TINY], lost = 0, longs[2] = {0}, kept[2] = {0};
    c->n_asked = asked;
    tok_cache_grow(c);
    growths++;
    for (uint32_t i = 0; i < n; i++) {
      unsigned found = found_in(c, i);
      lost += (before[i] & ~found & 7) != 0;
      for (int k = 0; k < 2; k++) {
        longs[k] += before[i] >> (3 + k) & 1;
        kept[k] += (before[i] & found) >> (3 + k) & 1;
      }
    }
    CHECK_INT(lost, 0);
    for (int k = 0; k < 2; k++) CHECK(longs[k] > 0 && kept[k] >= longs[k] - longs[k] / 8);
    CHECK(c->n_added[TOK_TINY] <= tinies && c->n_added[TOK_TINY] > 0);
  }
  CHECK_INT(growths, expected);
  CHECK_INT(c->n_lines, c->n_lines_max);
  tok_engine_free(e);
}

/* A cache grows in two steps, or in one where much of what was asked for is new. */
static void growth_keeps_entries(void) {
  check_growth(1u << 30, 2);
  check_growth(0, 1);
}

/* What comes once does not put out what a full cache has; what comes twice gets a place. */
static void once_seen_waits(void) {
  enum { FILL = 40000, ONCE = 2000, KINDS = 7 };
  tok_engine *e = tok_engine_new();
  tok_cache *c = tok_engine_cache(e, tok_vocab_find(tok_slice_of("o200k_base"))->ranks, 0);
  static uint8_t before[FILL];
  uint32_t had = 0, lost = 0, got = 0;
  for (uint32_t i = 0; i < FILL; i++) put_numbered(c, i);
  for (uint32_t i = 0; i < FILL; i++) before[i] = (uint8_t)(found_in(c, i) & KINDS);
  for (uint32_t i = 0; i < ONCE; i++) put_numbered(c, FILL + i);
  for (uint32_t i = 0; i < FILL; i++) {
    had += (uint32_t)__builtin_popcount(before[i]);
    lost += (uint32_t)__builtin_popcount(before[i] & ~found_in(c, i));
  }
  CHECK(had > 3000);
  CHECK(lost < ONCE / 20); /* a mark of 8 bits errs once in 256 */
  for (uint32_t i = FILL + ONCE; i < FILL + 2 * ONCE; i++) {
    put_numbered(c, i);
    put_numbered(c, i);
    got += (uint32_t)__builtin_popcount(found_in(c, i) & KINDS);
  }
  CHECK(got > 3 * ONCE - 3 * ONCE / 256); /* another kind may have taken the mark in between */
  tok_engine_free(e);
}

CHECK_MAIN({"growth keeps entries", growth_keeps_entries},
           {"a full cache waits for the second time", once_seen_waits})

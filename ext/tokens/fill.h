/*
** fill: starts of pieces, 64 bytes of text at a time, by the masks of blocks.h; by the scanner
** where they can't settle it. Private to kernel.h, which says what the including file defines.
*/
#ifndef TOK_FILL_H
#define TOK_FILL_H

#include "blocks.h"
#include "scan.h"
#ifndef KERNEL_SCALAR
#include "words.h"
#endif

#ifdef KERNEL_SCALAR

/* Which run of tok_ranks.run_max a byte may be in; TOK_N_RUNS: none. */
static int run_kind(const tok_ranks *r, uint8_t c) {
  int kind = 0;
  while (kind < TOK_N_RUNS && (c != tok_run_byte(kind) || r->run_max[kind] == 0)) kind++;
  return kind;
}

/*
** The end of the piece that begins at `pos` and goes on to `end` at most: invalid bytes are pieces
** of their own, and so are runs.
*/
static size_t end_within(const tok_blocks *b, size_t pos, size_t end) {
  uint32_t cp;
  size_t at = pos;
  int kind = run_kind(b->ranks, b->text[pos]);
  if (kind < TOK_N_RUNS) {
    while (at < end && b->text[at] == b->text[pos] && at - pos < b->ranks->run_max[kind]) at++;
    return at;
  }
  while (at < end && run_kind(b->ranks, b->text[at]) == TOK_N_RUNS) {
    size_t len = tok_utf8_decode(b->text + at, end - at, &cp);
    if (cp == TOK_UTF8_INVALID) return at > pos ? at : at + 1;
    at += len;
  }
  return at;
}

static size_t kernel_fill(tok_blocks *b, tok_family family, uint32_t *starts, size_t n,
                          size_t want) {
  bool characters = b->ranks != NULL && b->ranks->known != NULL;
  b->uncut = 1;
  while (n < want && b->pos < b->len) {
    size_t end = tok_scan(family, b->text, b->pos, b->len);
    starts[n++] = (uint32_t)b->pos;
    b->pos = characters ? end_within(b, b->pos, end) : end;
  }
  return n;
}

#else

#ifdef KERNEL_PUT_HIGH
#define PUT_HIGH put_high_vector
#else
#define PUT_HIGH put_high
#endif

#ifdef KERNEL_CUTS
#define CUTS cuts_vector
#else
#define CUTS cuts
#endif

#ifdef KERNEL_CJK
#define CJK cjk_vector
#else
#define CJK cjk_of
#endif

/* From a block that the masks can't settle to the first boundary at or behind its end. */
static size_t fill_by_scanner(tok_blocks *b, tok_family family, unsigned size, uint32_t *starts,
                              size_t n) {
  size_t end = b->pos + size, at = b->fresh ? b->pos : b->open;
  if (b->fresh) starts[n++] = (uint32_t)at;
  size_t next = tok_scan(family, b->text, at, b->len);
  while (next < end) {
    at = next;
    starts[n++] = (uint32_t)at;
    next = tok_scan(family, b->text, at, b->len);
  }
  tok_blocks fresh = {.text = b->text,
                      .len = b->len,
                      .pos = next,
                      .open = at,
                      .ranks = b->ranks,
                      .uncut = 1,
                      .fresh = 1};
  *b = fresh;
  return n;
}

enum { TEXT_AHEAD = 2048 }; /* bytes; reading this far ahead hides the memory's latency */

ALWAYS size_t fill_block(tok_blocks *b, tok_family family, uint32_t *starts, size_t n) {
  const uint8_t *p = b->text + b->pos;
  size_t left = b->len - b->pos;
  unsigned size = left < 64 ? (unsigned)left : 64;
  tok_masks m;
  bool hard = false;
  __builtin_prefetch(p + TEXT_AHEAD);
  classify(p, size, &m);
  if (m.high != 0) {
    tok_masks h = m; /* its address is taken, so `m` can stay in registers */
    classify_high(p, size, &h);
    size = block_size(b, h.high, h.cont);
    uint64_t valid = ~(uint64_t)0 >> (64 - size);
    h.letter &= valid, h.number &= valid, h.space &= valid, h.newline &= valid, h.other &= valid;
    h.upper &= valid, h.blank &= valid, h.quote &= valid, h.slash &= valid, h.high &= valid;
    bool easy = family == TOK_FAMILY_WORDS || PUT_HIGH(&h, family, p, size);
    if (!easy) return fill_by_scanner(b, family, size, starts, n);
    m = h;
  }
  uint64_t cjk =
      family == TOK_FAMILY_DEEPSEEK && m.cut3 != 0 ? CJK(&m, p, size) : 0;
  uint64_t bits = family == TOK_FAMILY_R50K    ? starts_r50k(b, &m, size, &hard)
                  : family == TOK_FAMILY_WORDS ? starts_blanks(b, &m, size)
                  : family == TOK_FAMILY_DEEPSEEK ? starts_deepseek(b, &m, cjk, size, &hard)
                                               : starts_words(b, family, &m, size, &hard);
  if (hard) return fill_by_scanner(b, family, size, starts, n);
  uint64_t candidates = family != TOK_FAMILY_WORDS && m.cut3 != 0 && b->ranks != NULL
                            ? cut_candidates(b, &m, p) & ~bits
                            : 0;
  if (bits != 0) b->open = b->pos + highest_bit(bits);
  if (candidates != 0) bits |= CUTS(b->ranks, p, candidates);
  n += emit(bits, (uint32_t)b->pos, starts + n);
  b->pos += size;
  b->fresh = 0;
  return n;
}

ALWAYS size_t fill_family(tok_blocks *b, tok_family family, uint32_t *starts, size_t n,
                                 size_t want) {
  while (n < want && b->pos < b->len) n = fill_block(b, family, starts, n);
  return n;
}

/* For families without masks. */
static size_t fill_scanned(tok_blocks *b, tok_family family, uint32_t *starts, size_t n,
                           size_t want) {
  b->uncut = 1;
  while (n < want && b->pos < b->len) {
    starts[n++] = (uint32_t)b->pos;
    b->pos = tok_scan(family, b->text, b->pos, b->len);
  }
  return n;
}

#define FILL(family_)                                                                              \
  case family_:                                                                                    \
    return fill_family(b, family_, starts, n, want);

static size_t kernel_fill(tok_blocks *b, tok_family family, uint32_t *starts, size_t n,
                          size_t want) {
  switch (family) { /* so that each gets code of its own */
    FILL(TOK_FAMILY_R50K)
    FILL(TOK_FAMILY_CL100K)
    FILL(TOK_FAMILY_O200K)
    FILL(TOK_FAMILY_LLAMA3)
    FILL(TOK_FAMILY_QWEN2)
    FILL(TOK_FAMILY_QWEN35)
    FILL(TOK_FAMILY_TEKKEN)
    FILL(TOK_FAMILY_WORDS)
    FILL(TOK_FAMILY_DEEPSEEK)
  default:
    return fill_scanned(b, family, starts, n, want);
  }
}

#endif

#endif

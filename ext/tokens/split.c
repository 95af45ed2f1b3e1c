/*
** Cutting text to a number of tokens; see split.h.
**
** How: iterate over the pieces of a window until the tokens run out (find_place). Pieces do not
** influence each other, and where a text is cut, only the last few pieces before the cut can come
** out differently than in the whole text. So counting may restart a few pieces earlier, and trying
** a cut costs a few words. The cuts around the place are tried from the far end; the first that
** fits is confirmed by counting the whole prefix.
*/
#include "split.h"

#include <utf8proc.h>

#include "../base/utf8.h"
#include "vocab.h"

enum {
  WINDOW_BYTES_PER_TOKEN = 8, /* ordinary texts have 2 to 5, so that one window is enough */
  WINDOW_BYTES_MIN = 256,
  LOOK_BYTES = 2 * TOK_TOKEN_BYTES_MAX, /* cuts are tried this far behind the place */
  MARGIN_BYTES = 4 * LOOK_BYTES,        /* the window's own end influences less than this */
  LONG_BYTES = 512,   /* a restart further back than this makes trying cuts too dear */
  RECENT_PIECES = 4,  /* a run of white space is at most 3 pieces; the one before it is safe */
  CUTS_MAX = LONG_BYTES + LOOK_BYTES, /* all that can lie between restart and reach */
  CONFIRM_MAX = 4     /* failed confirmations before stepping back faster */
};

/* ---- characters and clusters ----------------------------------------------------------------- */

static size_t decode(tok_slice text, size_t at, uint32_t *cp) {
  return tok_utf8_decode((const unsigned char *)text.ptr + at, text.len - at, cp);
}

/* The start of the character that byte `at` belongs to; `at` itself at the end of the text. */
static size_t char_floor(tok_slice text, size_t at) {
  for (size_t back = 1; back <= 3 && back <= at; back++) {
    uint32_t cp;
    if (((unsigned char)text.ptr[at - back] & 0xC0) == 0x80) continue;
    return decode(text, at - back, &cp) > back ? at - back : at;
  }
  return at;
}

/* An invalid byte stands for itself, like a control character: clusters end on both sides of it. */
static bool cluster_break(uint32_t a, uint32_t b, int32_t *state) {
  if (a == TOK_UTF8_INVALID || b == TOK_UTF8_INVALID) {
    *state = 0;
    return true;
  }
  return utf8proc_grapheme_break_stateful((utf8proc_int32_t)a, (utf8proc_int32_t)b, state);
}

/*
** The end of the cluster (or character) that starts at `at` < text.len. Gives up behind `stop`:
** then the result is some offset > stop.
*/
static size_t next_cut(tok_slice text, size_t at, size_t stop, bool clusters) {
  uint32_t a, b;
  size_t end = at + decode(text, at, &a);
  int32_t state = 0;
  while (clusters && end < text.len && end <= stop) {
    if (a >= 0x20 && a < 0x7F && (unsigned char)text.ptr[end] < 0x80) break;
    size_t n = decode(text, end, &b);
    if (cluster_break(a, b, &state)) break;
    end += n;
    a = b;
  }
  return end;
}

/* Between two plain characters is always a boundary, whatever came before. */
static bool is_plain(uint32_t cp) {
  if (cp < 0x7F) return cp >= 0x20;
  if (cp == TOK_UTF8_INVALID) return true;
  return utf8proc_get_property((utf8proc_int32_t)cp)->boundclass == UTF8PROC_BOUNDCLASS_OTHER;
}

/* A cluster boundary at or before the character boundary `at`; not the nearest. */
static size_t certain_boundary(tok_slice text, size_t at) {
  bool behind_plain = false;
  if (at < text.len) {
    uint32_t cp;
    decode(text, at, &cp);
    behind_plain = is_plain(cp);
  }
  while (at > 0) {
    uint32_t cp;
    size_t before = char_floor(text, at - 1);
    decode(text, before, &cp);
    bool plain = is_plain(cp);
    if (plain && behind_plain) return at;
    behind_plain = plain;
    at = before;
  }
  return 0;
}

/* The last cut at or before `at`. Linear in the cluster. */
static size_t cut_floor(tok_slice text, size_t at, bool clusters) {
  if (at >= text.len) return text.len;
  at = char_floor(text, at);
  if (!clusters) return at;
  size_t from = certain_boundary(text, at);
  for (;;) {
    size_t next = from == at ? at + 1 : next_cut(text, from, at, true);
    if (next > at) return from;
    from = next;
  }
}

bool tok_cluster_boundary(tok_slice text, size_t at) { return cut_floor(text, at, true) == at; }

/* ---- where the tokens run out ---------------------------------------------------------------- */

typedef struct {
  tok_engine *engine;
  const tok_vocab *vocab;
  tok_slice text;
  int64_t max_tokens;
} job;

typedef struct {
  size_t at;      /* the first max_tokens ids of the text end here */
  size_t restart; /* counting may restart here … */
  int64_t before; /* … with so many tokens before it */
  size_t reach;   /* cuts behind this are not tried */
} place;

typedef struct {
  size_t start;
  int64_t before;
} piece;

static size_t token_len(const job *j, uint32_t id) {
  char scratch[TOK_TOKEN_BYTES_MAX];
  return tok_vocab_bytes(j->vocab, id, scratch, NULL).len;
}

/* The tokens run out in the iterator's piece, the last of `recent`. Sets at, restart and before. */
static void set_place(const job *j, const tok_iter *it, const piece *recent, size_t n_recent,
                      place *out) {
  const piece *last = &recent[n_recent - 1];
  size_t fitting = (size_t)(j->max_tokens - last->before);
  size_t at = last->start;
  for (size_t i = 0; i < fitting; i++) at += token_len(j, it->ids[i]);
  out->at = at;
  for (size_t i = 0; i < n_recent; i++) {
    if (at - recent[i].start > LONG_BYTES) continue;
    out->restart = recent[i].start;
    out->before = recent[i].before;
    return;
  }
  size_t restart = at, k = fitting; /* deep inside one long piece: a token boundary is as good */
  while (k > 0 && at - restart < LOOK_BYTES) restart -= token_len(j, it->ids[--k]);
  out->restart = restart;
  out->before = last->before + (int64_t)k;
}

static bool space_before(tok_slice text, size_t at) {
  uint32_t cp;
  if (at == 0) return false;
  decode(text, char_floor(text, at - 1), &cp);
  return (cp >= 9 && cp <= 13) || cp == ' ' || cp == 0x85 || cp == 0xA0 || cp == 0x1680 ||
         (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 || cp == 0x202F ||
         cp == 0x205F || cp == 0x3000;
}

/*
** How far behind out->at a cut may fit: within the piece in which the tokens run out, if one of its
** tokens fitted. Only white space can do more, because its pieces join where the text ends: with
** white space before this piece a cut inside may fit all the same; with white space at its end, one
** in the next piece.
*/
static tok_status set_reach(tok_slice text, tok_iter *it, place *out) {
  tok_status rc = TOK_OK;
  size_t end = it->end;
  bool none_fitted = out->at == it->start;
  out->reach = out->at;
  if (none_fitted && !space_before(text, out->at)) return rc;
  out->reach = end - 1;
  if (end - out->at < LOOK_BYTES && space_before(text, end)) {
    out->reach = end;
    rc = tok_iter_next(it);
    if (rc == TOK_OK && it->n > 0) out->reach = it->end;
  }
  if (out->reach > out->at + LOOK_BYTES) out->reach = out->at + LOOK_BYTES;
  return rc;
}

/* Looks for the place in a window of the text. *found = false if all its *n tokens fit. */
static tok_status search_window(const job *j, tok_slice window, place *out, bool *found,
                                int64_t *n) {
  piece recent[RECENT_PIECES];
  size_t n_recent = 0;
  int64_t n_tokens = 0;
  tok_iter it;
  tok_status rc;
  *found = false;
  tok_iter_init(&it, j->engine, j->vocab, window, false);
  while ((rc = tok_iter_next(&it)) == TOK_OK && it.n > 0) {
    if (n_recent == RECENT_PIECES) {
      memmove(recent, recent + 1, sizeof recent - sizeof recent[0]);
      n_recent--;
    }
    recent[n_recent++] = (piece){it.start, n_tokens};
    n_tokens += (int64_t)it.n;
    if (n_tokens <= j->max_tokens) continue;
    set_place(j, &it, recent, n_recent, out);
    *found = true;
    break;
  }
  *n = n_tokens;
  return rc != TOK_OK || !*found ? rc : set_reach(window, &it, out);
}

static tok_status count(const job *j, size_t from, size_t to, int64_t limit, int64_t *n) {
  tok_slice part = {j->text.ptr + from, to - from};
  return tok_count(j->engine, j->vocab, part, limit, n);
}

/* The next window: what n tokens in `window` bytes let expect, and more. n >= 1. */
static size_t larger_window(size_t window, int64_t n, int64_t max_tokens, size_t len) {
  double expected = (double)window / (double)n * (double)max_tokens * 1.25 + 2 * MARGIN_BYTES;
  if (window > len / 2 || expected >= (double)len) return len;
  return expected > 2 * (double)window ? (size_t)expected : 2 * window;
}

/* *all = true and *n set if the whole text fits; else *out is where it does not. */
static tok_status find_place(const job *j, place *out, bool *all, int64_t *n) {
  size_t len = j->text.len, window = len;
  int64_t needed = (int64_t)(len / WINDOW_BYTES_PER_TOKEN);
  *all = false;
  if (j->max_tokens < needed) {
    window = (size_t)j->max_tokens * WINDOW_BYTES_PER_TOKEN + WINDOW_BYTES_MIN;
    if (window > len) window = len;
  }
  for (;; window = larger_window(window, *n, j->max_tokens, len)) {
    tok_status rc;
    bool found;
    if (window == len) {
      rc = count(j, 0, len, j->max_tokens, n);
      *all = rc == TOK_OK && *n <= j->max_tokens;
      if (rc != TOK_OK || *all) return rc;
    }
    rc = search_window(j, (tok_slice){j->text.ptr, window}, out, &found, n);
    if (rc != TOK_OK || window == len) return rc;
    if (found && window - out->at >= MARGIN_BYTES) return rc;
  }
}

/* ---- the cut --------------------------------------------------------------------------------- */

/* Counts text[0..at); *fits if within the limit, then *n is the count. */
static tok_status confirm(const job *j, size_t at, bool *fits, int64_t *n) {
  tok_status rc = count(j, 0, at, j->max_tokens, n);
  *fits = rc == TOK_OK && *n <= j->max_tokens;
  return rc;
}

/* Every cut with restart < cut <= reach, ascending; *floor is the last cut at or before restart. */
static size_t list_cuts(const job *j, const place *p, bool clusters, size_t *cuts, size_t *floor) {
  size_t n = 0;
  size_t at = cut_floor(j->text, p->restart, clusters);
  *floor = at;
  while (at < j->text.len && n < CUTS_MAX) {
    at = next_cut(j->text, at, p->reach, clusters);
    if (at > p->reach) break;
    if (at > p->restart) cuts[n++] = at;
  }
  return n;
}

/* From `at` backwards in growing steps until a prefix fits; at worst the empty one. */
static tok_status step_back(const job *j, size_t at, bool clusters, size_t *cut, int64_t *n) {
  tok_status rc = TOK_OK;
  bool fits = false;
  for (size_t step = 1; at > 0; step *= 2) {
    rc = confirm(j, at, &fits, n);
    if (rc != TOK_OK || fits) break;
    at = at > step ? cut_floor(j->text, at - step, clusters) : 0;
  }
  if (at == 0) *n = 0;
  *cut = at;
  return rc;
}

/*
** Would so many bytes be more tokens even if each were the longest? That spares counting runs of
** blanks at a few hundred places. An imported vocabulary's tokens may be longer, or stand for
** longer text. n_bytes >= 1.
*/
static bool needs_more(const job *j, size_t n_bytes, int64_t tokens) {
  return j->vocab->extra == NULL && (int64_t)((n_bytes - 1) / TOK_TOKEN_BYTES_MAX) >= tokens;
}

/* The best cut of one kind; 0 if only the empty prefix fits. */
static tok_status best_cut(const job *j, const place *p, bool clusters, size_t *cut, int64_t *n) {
  size_t cuts[CUTS_MAX], floor;
  size_t n_cuts = list_cuts(j, p, clusters, cuts, &floor);
  int64_t left = j->max_tokens - p->before;
  int failed = 0;
  while (n_cuts > 0 && failed < CONFIRM_MAX) {
    size_t at = cuts[--n_cuts];
    int64_t tail;
    bool fits;
    if (needs_more(j, at - p->restart, left)) continue;
    tok_status rc = count(j, p->restart, at, left, &tail);
    if (rc != TOK_OK) return rc;
    if (tail > left) continue;
    rc = confirm(j, at, &fits, n);
    if (rc != TOK_OK) return rc;
    *cut = at;
    if (fits) return TOK_OK;
    failed++;
  }
  return step_back(j, failed == CONFIRM_MAX && n_cuts > 0 ? cuts[n_cuts - 1] : floor, clusters, cut,
                   n);
}

tok_status tok_split_prefix(tok_engine *e, const tok_vocab *v, tok_slice text, int64_t max_tokens,
                            tok_prefix *out) {
  job j = {e, v, text, max_tokens};
  place p;
  bool all;
  memset(out, 0, sizeof *out);
  if (text.len == 0 || max_tokens == 0) return TOK_OK;
  tok_status rc = find_place(&j, &p, &all, &out->n_tokens);
  if (rc != TOK_OK) return rc;
  if (all) {
    out->n_bytes = text.len;
    return TOK_OK;
  }
  out->cut = TOK_CUT_CLUSTER;
  rc = best_cut(&j, &p, true, &out->n_bytes, &out->n_tokens);
  if (rc != TOK_OK || out->n_bytes > 0) return rc;
  out->cut = TOK_CUT_CHARACTER;
  return best_cut(&j, &p, false, &out->n_bytes, &out->n_tokens);
}

/* ---- chunks ---------------------------------------------------------------------------------- */

void tok_chunker_init(tok_chunker *c, tok_engine *e, const tok_vocab *v, tok_slice text,
                      int64_t max_tokens, int64_t overlap) {
  memset(c, 0, sizeof *c);
  c->engine = e;
  c->vocab = v;
  c->text = text;
  c->max_tokens = max_tokens;
  c->overlap = overlap;
}

/* Where a chunk after the current one starts, so that at most `overlap` tokens are shared. */
static tok_status overlap_start(tok_chunker *c, size_t *start) {
  tok_slice chunk = {c->text.ptr + c->start, c->chunk.n_bytes};
  job j = {c->engine, c->vocab, chunk, c->overlap};
  int64_t skip = c->chunk.n_tokens - c->overlap, n = 0;
  size_t at = 0;
  tok_iter it;
  tok_iter_init(&it, c->engine, c->vocab, chunk, false);
  while (n < skip) {
    tok_status rc = tok_iter_next(&it);
    if (rc != TOK_OK) return rc;
    if (it.n == 0) break;
    for (size_t i = 0; i < it.n && n < skip; i++, n++) at += token_len(&j, it.ids[i]);
  }
  if (at == 0) at = 1; /* a chunk never starts where the one before did */
  size_t cut = cut_floor(chunk, at, true);
  for (size_t step = 1;; at = cut + step, step *= 2) { /* growing: a long run may need many */
    while (cut < at && cut < chunk.len) cut = next_cut(chunk, cut, chunk.len, true);
    if (cut >= chunk.len) break;
    tok_status rc = count(&j, cut, chunk.len, c->overlap, &n);
    if (rc != TOK_OK) return rc;
    if (n <= c->overlap) break;
  }
  *start = c->start + cut;
  return TOK_OK;
}

/*
** The first character exceeds the limit, which is thus below 4: as many of its bytes as fit.
** TOK_INVALID where not even one does: an imported vocabulary may begin every text with a token.
*/
static tok_status cut_character(tok_chunker *c, tok_slice rest) {
  uint32_t cp;
  size_t n = decode(rest, 0, &cp);
  job j = {c->engine, c->vocab, rest, c->max_tokens};
  bool fits = false;
  c->chunk.cut = TOK_CUT_BYTE;
  do {
    if (--n == 0) return TOK_INVALID;
    tok_status rc = confirm(&j, n, &fits, &c->chunk.n_tokens);
    if (rc != TOK_OK) return rc;
  } while (!fits);
  c->chunk.n_bytes = n;
  return TOK_OK;
}

static tok_status cut_chunk(tok_chunker *c, size_t start) {
  tok_slice rest = {c->text.ptr + start, c->text.len - start};
  c->start = start;
  tok_status rc = tok_split_prefix(c->engine, c->vocab, rest, c->max_tokens, &c->chunk);
  if (rc == TOK_OK && c->chunk.n_bytes == 0) rc = cut_character(c, rest);
  return rc;
}

/* A character may be shared out over more than two chunks, so that what was cut last can't tell. */
static bool is_inside(tok_slice text, size_t at) { return char_floor(text, at) != at; }

tok_status tok_chunker_next(tok_chunker *c) {
  bool from_inside = is_inside(c->text, c->next);
  size_t start = c->next;
  tok_status rc = TOK_OK;
  if (c->next >= c->text.len) {
    c->done = true;
    return TOK_OK;
  }
  if (c->overlap > 0 && c->next > 0 && !from_inside) rc = overlap_start(c, &start);
  if (rc == TOK_OK) rc = cut_chunk(c, start);
  if (rc == TOK_OK && start < c->next && start + c->chunk.n_bytes <= c->next) {
    rc = cut_chunk(c, c->next); /* nothing new fitted beside the overlap */
  }
  c->next = c->start + c->chunk.n_bytes;
  c->partial = from_inside || is_inside(c->text, c->next);
  return rc;
}

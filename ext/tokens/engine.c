/*
** The engine: which kernel runs, its caches, and the iterator over tokens.
*/
#include "engine.h"

#include "imported.h"

const tok_kernel *tok_kernel_best(void) {
  size_t i = 0;
  while (!tok_kernels[i]->supported()) i++; /* the portable one always is */
  return tok_kernels[i];
}

tok_engine *tok_engine_new(void) {
  tok_engine *e = tok_malloc(sizeof *e);
  if (e == NULL) return NULL;
  memset(e, 0, sizeof *e);
  e->kernel = tok_kernel_best();
  return e;
}

void tok_engine_free(tok_engine *e) {
  if (e == NULL) return;
  tok_bpe_scratch_free(&e->scratch);
  tok_free(e->cache[0].memory);
  tok_free(e->cache[1].memory);
  tok_extra_state_free(e->extra);
  tok_free(e);
}

const char *tok_cpu_path(void) { return tok_kernel_best()->name; }

tok_status tok_count(tok_engine *e, const tok_vocab *v, tok_slice text, int64_t limit, int64_t *n) {
  if (v->extra != NULL) return tok_extra_count(e, v, text, limit, n);
  return e->kernel->count(e, v, text, limit, n);
}

void tok_iter_init(tok_iter *it, tok_engine *e, const tok_vocab *v, tok_slice text, bool special) {
  memset(it, 0, sizeof *it);
  it->engine = e;
  it->vocab = v;
  it->text = text;
  it->special = special;
  memset(&e->piece, 0, sizeof e->piece);
  /* where memory is short, the first step says so */
  if (v->extra != NULL) (void)tok_extra_init(it);
}

/*
** Finds starts of pieces, the first n of them being known, and encodes those pieces whose end is
** known.
*/
static void find_pieces(tok_iter *it, size_t n) {
  tok_engine *e = it->engine;
  tok_blocks *b = &e->blocks;
  n = e->kernel->fill(b, it->vocab->family, e->starts, n, TOK_ITER_STARTS);
  e->n_starts = n;
  if (b->pos == b->len) {
    e->starts[n] = (uint32_t)b->len;
  } else {
    n--;
  }
  if (e->one_by_one) {
    memset(e->ahead.n, 0, sizeof e->ahead.n);
  } else {
    e->kernel->ahead(it->vocab->ranks, b->text, b->len, e->starts, n, &e->ahead);
  }
}

/* Starts at it->end: a special token (true, given out), or the ordinary text up to the next one. */
static bool at_special(tok_iter *it) {
  const tok_special *special = NULL;
  tok_engine *e = it->engine;
  size_t at = it->special ? tok_special_find(it->vocab, it->text, it->end, &special) : it->text.len;
  if (at == it->end && special != NULL) {
    it->one_id = special->id;
    it->end = at + strlen(special->name);
    it->ids = &it->one_id;
    it->n = 1;
    return true;
  }
  it->segment_end = at;
  e->blocks = (tok_blocks){.text = (const uint8_t *)it->text.ptr + it->end,
                           .len = at - it->end,
                           .ranks = it->vocab->ranks,
                           .fresh = 1};
  find_pieces(it, 0);
  e->i_start = 0;
  return false;
}

/* The end of the piece that starts at it->start. */
static size_t piece_end(tok_iter *it) {
  tok_engine *e = it->engine;
  if (++e->i_start == e->n_starts && e->blocks.pos < e->blocks.len) {
    e->starts[0] = e->starts[e->n_starts - 1];
    find_pieces(it, 1);
    e->i_start = 1;
  }
  if (e->i_start >= e->n_starts) return it->segment_end;
  return (size_t)(e->blocks.text - (const uint8_t *)it->text.ptr) + e->starts[e->i_start];
}

/* Looks up or begins to encode the piece at it->start. */
static bool begin_piece(tok_iter *it) {
  const uint8_t *p = (const uint8_t *)it->text.ptr;
  size_t end = piece_end(it);
  size_t len = end - it->start;
  const tok_ahead *a = &it->engine->ahead;
  size_t i = it->engine->i_start - 1;
  if (a->n[i] != 0) {
    it->ids = a->ids + a->first[i];
    it->n = a->n[i];
    it->end = end;
    return true;
  }
  if (len <= TOK_TOKEN_BYTES_MAX) {
    it->one_id = tok_rank_of(it->vocab->ranks, p + it->start, len);
    if (it->one_id != TOK_RANK_NONE) {
      it->ids = &it->one_id;
      it->n = 1;
      it->end = end;
      return true;
    }
  }
  it->engine->piece = (tok_bpe_piece){.p = p + it->start, .n = len};
  return false;
}

tok_status tok_iter_next(tok_iter *it) {
  if (it->vocab->extra != NULL) return tok_extra_next(it);
  tok_bpe_piece *piece = &it->engine->piece;
  it->start = it->end;
  it->n = 0;
  if (it->start == it->text.len) return TOK_OK;
  if (it->text.len > UINT32_MAX - 64) return TOK_TOOBIG; /* starts are 32-bit */
  if (piece->at == piece->n) {
    if (it->start >= it->segment_end && at_special(it)) return TOK_OK;
    if (begin_piece(it)) return TOK_OK;
  }
  size_t before = piece->at;
  tok_status rc =
      it->engine->kernel->bpe_step(it->vocab->ranks, &it->engine->scratch, piece, &it->ids, &it->n);
  it->end = it->start + (piece->at - before);
  return rc;
}

/*
** The engine: scans a text into pieces, looks each piece up, encodes those that are no token.
*/
#include "bpe.h"
#include "vocab.h"

struct tok_engine {
  tok_bpe_scratch scratch;
  tok_bpe_piece piece; /* of the iterator, while a long piece is under way */
};

tok_engine *tok_engine_new(void) {
  tok_engine *e = tok_malloc(sizeof *e);
  if (e != NULL) memset(e, 0, sizeof *e);
  return e;
}

void tok_engine_free(tok_engine *e) {
  if (e == NULL) return;
  tok_bpe_scratch_free(&e->scratch);
  tok_free(e);
}

const char *tok_cpu_path(void) { return "portable"; }

/* Adds the tokens of one piece to *n. */
static tok_status count_piece(tok_engine *e, const tok_ranks *r, const uint8_t *p, size_t len,
                              int64_t limit, int64_t *n) {
  if (len <= TOK_TOKEN_BYTES_MAX && tok_rank_of(r, p, len) != TOK_RANK_NONE) {
    *n += 1;
    return TOK_OK;
  }
  tok_bpe_piece piece = {.p = p, .n = len};
  while (piece.at < piece.n && *n <= limit) {
    size_t k;
    tok_status rc = tok_bpe_step(r, &e->scratch, &piece, NULL, &k);
    if (rc != TOK_OK) return rc;
    *n += (int64_t)k;
  }
  return TOK_OK;
}

tok_status tok_count(tok_engine *e, const tok_vocab *v, tok_slice text, int64_t limit, int64_t *n) {
  const uint8_t *p = (const uint8_t *)text.ptr;
  *n = 0;
  for (size_t pos = 0; pos < text.len && *n <= limit;) {
    size_t end = tok_scan(v->family, p, pos, text.len);
    tok_status rc = count_piece(e, v->ranks, p + pos, end - pos, limit, n);
    if (rc != TOK_OK) return rc;
    pos = end;
  }
  return TOK_OK;
}

void tok_iter_init(tok_iter *it, tok_engine *e, const tok_vocab *v, tok_slice text, bool special) {
  memset(it, 0, sizeof *it);
  it->engine = e;
  it->vocab = v;
  it->text = text;
  it->special = special;
  memset(&e->piece, 0, sizeof e->piece);
}

/* Starts at it->end: a special token (true, given out), or the ordinary text up to the next one. */
static bool at_special(tok_iter *it) {
  const tok_special *special = NULL;
  if (!it->special) {
    it->segment_end = it->text.len;
    return false;
  }
  size_t at = tok_special_find(it->vocab, it->text, it->end, &special);
  if (at > it->end || special == NULL) {
    it->segment_end = at;
    return false;
  }
  it->one_id = special->id;
  it->end = at + strlen(special->name);
  it->ids = &it->one_id;
  it->n = 1;
  return true;
}

/* Looks up or begins to encode the piece at it->start. */
static bool begin_piece(tok_iter *it) {
  const uint8_t *p = (const uint8_t *)it->text.ptr;
  size_t end = tok_scan(it->vocab->family, p, it->start, it->segment_end);
  size_t len = end - it->start;
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
  tok_bpe_piece *piece = &it->engine->piece;
  it->start = it->end;
  it->n = 0;
  if (it->start == it->text.len) return TOK_OK;
  if (piece->at == piece->n) {
    if (it->start >= it->segment_end && at_special(it)) return TOK_OK;
    if (begin_piece(it)) return TOK_OK;
  }
  size_t before = piece->at;
  tok_status rc = tok_bpe_step(it->vocab->ranks, &it->engine->scratch, piece, &it->ids, &it->n);
  it->end = it->start + (piece->at - before);
  return rc;
}

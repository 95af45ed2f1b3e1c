#include "definition.h"

void tok_def_init(tok_definition *d) {
  memset(d, 0, sizeof *d);
  tok_buf_init(&d->bytes, TOK_DEF_BYTES_MAX);
  tok_buf_init(&d->list, (size_t)TOK_DEF_TOKENS_MAX * sizeof(tok_def_token));
  tok_buf_init(&d->charsmap, TOK_DEF_CHARSMAP_MAX);
}

void tok_def_free(tok_definition *d) {
  tok_buf_free(&d->bytes);
  tok_buf_free(&d->list);
  tok_buf_free(&d->charsmap);
}

tok_status tok_def_status(const tok_definition *d) {
  tok_status rc = d->bytes.status != TOK_OK ? d->bytes.status : d->list.status;
  return rc != TOK_OK ? rc : d->charsmap.status;
}

tok_def_token *tok_def_add(tok_definition *d, uint32_t id, tok_slice bytes) {
  if (bytes.len > TOK_DEF_TOKEN_MAX) {
    d->list.status = TOK_TOOBIG;
    return NULL;
  }
  tok_def_token t = {
      .at = (uint32_t)d->bytes.len, .n = (uint32_t)bytes.len, .id = id, .rank = TOK_NO_RANK};
  tok_buf_add(&d->bytes, bytes.ptr, bytes.len);
  tok_buf_add(&d->list, &t, sizeof t);
  return tok_def_status(d) == TOK_OK ? tok_def_at(d, tok_def_n(d) - 1) : NULL;
}

bool tok_def_set_name(tok_definition *d, tok_def_token *t, tok_slice name) {
  t->name_at = (uint32_t)d->bytes.len;
  t->name_n = (uint32_t)name.len;
  tok_buf_add(&d->bytes, name.ptr, name.len);
  return d->bytes.status == TOK_OK;
}

static uint64_t mix(uint64_t h, uint64_t x) {
  h = (h ^ x) * 0x9E3779B97F4A7C15u;
  return h ^ h >> 29;
}

static uint64_t mix_bytes(uint64_t h, tok_slice s) {
  uint64_t w;
  h = mix(h, s.len);
  size_t i = 0;
  for (; i + 8 <= s.len; i += 8) {
    memcpy(&w, s.ptr + i, 8);
    h = mix(h, w);
  }
  w = 0;
  if (i < s.len)
    memcpy(&w, s.ptr + i, s.len - i);
  return mix(h, w);
}

uint64_t tok_def_facts_checksum(const tok_definition *d) {
  uint64_t h = mix_bytes(1, tok_slice_of(d->pattern));
  if (d->charsmap.len > 0)
    h = mix_bytes(h, (tok_slice){d->charsmap.ptr, d->charsmap.len});
  return mix(h, (uint64_t)d->model | (uint64_t)d->family << 8 | (uint64_t)d->normal << 16 |
                 (uint64_t)d->characters << 56 | (uint64_t)d->fuse_unknown << 57 |
                    (uint64_t)d->byte_fallback << 58);
}

uint32_t tok_def_float_score(const tok_def_token *t) {
  uint32_t bits = 0;
  float score = (float)t->score;
  if (score < 0 || score > 0)
    memcpy(&bits, &score, sizeof bits);
  return bits;
}

uint64_t tok_def_checksum(const tok_definition *d) {
  uint64_t h = tok_def_facts_checksum(d);
  for (size_t i = 0; i < tok_def_n(d); i++) {
    const tok_def_token *t = tok_def_at(d, i);
    uint64_t all;
    h = mix(h, (uint64_t)t->id << 32 | t->rank);
    h = mix(h, (uint64_t)t->flags << 32 | tok_def_float_score(t));
    if (tok_def_score_is_double(t)) {
      memcpy(&all, &t->score, sizeof all);
      h = mix(h, all);
    }
    h = mix_bytes(h, tok_def_bytes(d, t));
    if (t->name_n > 0)
      h = mix_bytes(h, tok_def_name(d, t));
  }
  return h;
}

/* Bottom-up merge sort: stable, and without the worst case that a hostile file would choose. */
tok_status tok_def_sort(tok_definition *d, uint32_t *twin) {
  size_t n = tok_def_n(d);
  bool sorted = true;
  for (size_t i = 1; i < n && sorted; i++)
    sorted = tok_def_at(d, i - 1)->id < tok_def_at(d, i)->id;
  if (sorted)
    return TOK_OK;
  tok_def_token *other = tok_malloc(n * sizeof *other), *from = tok_def_at(d, 0), *to = other;
  if (other == NULL)
    return TOK_NOMEM;
  for (size_t width = 1; width < n; width *= 2) {
    for (size_t lo = 0; lo < n; lo += 2 * width) {
      size_t mid = lo + width < n ? lo + width : n, hi = mid + width < n ? mid + width : n;
      size_t a = lo, b = mid;
      for (size_t k = lo; k < hi; k++) {
        to[k] = a < mid && (b == hi || from[a].id <= from[b].id) ? from[a++] : from[b++];
      }
    }
    tok_def_token *swap = from;
    from = to;
    to = swap;
  }
  if (from == other)
    memcpy(to, from, n * sizeof *from);
  tok_free(other);
  for (size_t i = 1; i < n; i++) {
    *twin = tok_def_at(d, i)->id;
    if (tok_def_at(d, i - 1)->id == *twin)
      return TOK_INVALID;
  }
  return TOK_OK;
}

/* ---- by bytes -------------------------------------------------------------------------------- */

tok_status tok_def_index_new(tok_def_index *x, const tok_definition *d, size_t room) {
  size_t n = 64;
  while (n < 2 * room)
    n *= 2;
  x->def = d;
  x->mask = (uint32_t)n - 1;
  x->slots = tok_malloc(n * sizeof *x->slots);
  if (x->slots == NULL)
    return TOK_NOMEM;
  memset(x->slots, 0, n * sizeof *x->slots);
  return TOK_OK;
}

void tok_def_index_free(tok_def_index *x) {
  tok_free(x->slots);
  x->slots = NULL;
}

/* The token of a slot that is not free. */
static tok_def_token *in_slot(const tok_def_index *x, uint32_t slot) {
  return tok_def_at(x->def, (uint32_t)x->slots[slot] - 1);
}

/* The bytes' slot, or the free one where they would go. What differs is seldom looked at: see
 * slots. */
static uint32_t slot_of(const tok_def_index *x, tok_slice bytes, uint64_t hash) {
  uint32_t h = (uint32_t)hash & x->mask;
  for (; x->slots[h] != 0; h = (h + 1) & x->mask) {
    if (x->slots[h] >> 32 == hash >> 32 &&
        tok_slice_eq(tok_def_bytes(x->def, in_slot(x, h)), bytes))
      break;
  }
  return h;
}

tok_def_token *tok_def_index_find(const tok_def_index *x, tok_slice bytes) {
  uint32_t h = slot_of(x, bytes, mix_bytes(7, bytes));
  return x->slots[h] == 0 ? NULL : in_slot(x, h);
}

tok_def_token *tok_def_index_put(tok_def_index *x, uint32_t i) {
  tok_slice bytes = tok_def_bytes(x->def, tok_def_at(x->def, i));
  uint64_t hash = mix_bytes(7, bytes);
  uint32_t h = slot_of(x, bytes, hash);
  if (x->slots[h] != 0)
    return in_slot(x, h);
  x->slots[h] = hash >> 32 << 32 | (i + 1);
  return NULL;
}

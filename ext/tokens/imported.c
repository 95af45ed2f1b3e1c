/*
** Counting and encoding with imported vocabularies.
**
** A text is cut at the names of added tokens. What stands between two of them is normalized, which
** seldom changes anything and then costs no copy, and goes to the kernels as a text of its own.
** Where merges begin with characters (SentencePiece), a character that is no token is cut out
** before: it becomes the tokens of its bytes, or the unknown token, and merges with nothing.
*/
#include "engine.h"
#include "imported.h"
#include "unigram_count.h"

enum {
  PARTS_MAX = 256,       /* texts counted in one call */
  PART_MAX = 4096,       /* bytes; a longer one is a call of its own and is not copied */
  JOINED_MAX = 64 * 1024 /* bytes of all of them: they stay in the cache */
};

/* What an engine holds for an iterator over an imported vocabulary. */
struct tok_extra_state {
  tok_iter inner; /* over a run of known characters, or over the whole segment */
  tok_added_scan scan;
  tok_added_match match; /* the next one, where the segment ends */
  tok_normal_out out;
  tok_buf ids;         /* of uint32_t */
  tok_buf steps;       /* of tok_unigram_step */
  tok_buf joined;      /* texts to be counted together, one behind the other; they end at ends[] */
  tok_part joined_parts[PARTS_MAX];
  uint32_t n_joined;
  tok_slice in_place; /* the same of a text that is not copied */
  tok_part parts[PARTS_MAX];
  uint32_t n_parts;
  tok_slice body;      /* what is searched for added tokens: the text, or all of it normalized */
  tok_slice segment;   /* normalized */
  size_t base;         /* of the segment in the body */
  size_t at;           /* in the segment */
  size_t run, run_end; /* the run that `inner` is over */
  size_t path;         /* unigram: steps taken, of `n_path` */
  size_t n_path;
  size_t done;       /* of the body */
  tok_status broken; /* what went wrong at the beginning */
  bool in_segment, changed, in_run;
};

void tok_extra_state_free(tok_extra_state *s) {
  if (s == NULL)
    return;
  tok_normal_out_free(&s->out);
  tok_buf_free(&s->ids);
  tok_buf_free(&s->steps);
  tok_buf_free(&s->joined);
  tok_free(s);
}

static tok_extra_state *state_of(tok_engine *e) {
  if (e->extra != NULL)
    return e->extra;
  tok_extra_state *s = tok_malloc(sizeof *s);
  if (s == NULL)
    return NULL;
  memset(s, 0, sizeof *s);
  tok_normal_out_init(&s->out);
  tok_buf_init(&s->ids, SIZE_MAX / 2);
  tok_buf_init(&s->steps, SIZE_MAX / 2);
  tok_buf_init(&s->joined, JOINED_MAX + PART_MAX);
  return e->extra = s;
}

/* A buffer that has failed is emptied, so that the next text may try again. */
static void revive(tok_buf *b) {
  b->status = TOK_OK;
  b->len = 0;
}

static void revive_all(tok_extra_state *s) {
  revive(&s->out.text);
  revive(&s->out.map);
  revive(&s->out.scratch);
  revive(&s->ids);
  revive(&s->steps);
  revive(&s->joined);
  s->joined.len = s->n_joined = s->n_parts = 0;
}

static bool wants_prefix(const struct tok_extra *x, size_t at, size_t len) {
  uint32_t flags = x->normal.flags;
  if (!(flags & (TOK_N_PREFIX | TOK_N_PREFIX_NEW)) || len == 0)
    return false;
  return at == 0 || !(flags & TOK_N_PREFIX_FIRST);
}

/* The text, or all of it normalized where added tokens are matched only then. */
static tok_status begin_body(tok_engine *e, tok_extra_state *s, const struct tok_extra *x,
                             tok_slice text) {
  s->body = text;
  s->changed = false;
  if (!(x->normal.flags & TOK_N_WHOLE))
    return TOK_OK;
  return tok_normal_apply(&x->normal, text, wants_prefix(x, 0, text.len), e->kernel->next_odd,
                          &s->out, &s->body, &s->changed);
}

static tok_status normalize(tok_engine *e, tok_extra_state *s, const struct tok_extra *x,
                            tok_slice segment, size_t at) {
  if (x->normal.flags == 0 || (x->normal.flags & TOK_N_WHOLE)) {
    s->segment = segment;
    return TOK_OK;
  }
  return tok_normal_apply(&x->normal, segment, wants_prefix(x, at, segment.len),
                          e->kernel->next_odd, &s->out, &s->segment, &s->changed);
}

/* ---- runs of known characters ---------------------------------------------------------------- */

/*
** Eight bytes of ASCII that are neither control characters nor DEL: subtract and add within bytes.
*/
static bool printable8(const uint8_t *p) {
  const uint64_t ones = 0x0101010101010101u;
  uint64_t w;
  memcpy(&w, p, sizeof w);
  return ((w | (w + ones) | (w - ones * ' ')) & ones * 0x80) == 0;
}

/* The end of the run of characters from `at` on that are tokens (or are not). */
static size_t run_of(const struct tok_extra *x, tok_slice text, size_t at, bool known) {
  const uint8_t *p = (const uint8_t *)text.ptr;
  bool skip = known && x->printable;
  while (at < text.len) {
    if (skip && text.len - at >= 8 && printable8(p + at)) {
      at += 8;
      continue;
    }
    uint32_t cp = p[at];
    size_t len = 1;
    if (cp >= 0x80)
      len = tok_utf8_decode(p + at, text.len - at, &cp);
    if (tok_extra_knows(x, cp) != known)
      break;
    at += len;
  }
  return at;
}

/* Tokens of a run of unknown characters. */
static int64_t count_unknown_run(const struct tok_extra *x, tok_slice text, size_t from,
                                 size_t to) {
  if (x->def.byte_fallback)
    return (int64_t)(to - from);
  if (x->def.fuse_unknown)
    return 1;
  int64_t n = 0;
  for (uint32_t cp; from < to; n++)
    from += tok_utf8_decode((const uint8_t *)text.ptr + from, to - from, &cp);
  return n;
}

static tok_status count_joined(tok_engine *e, tok_extra_state *s, const struct tok_extra *x,
                               int64_t limit, int64_t *n) {
  int64_t k = 0;
  if (s->joined.status != TOK_OK) return s->joined.status;
  if (s->n_joined == 0) return TOK_OK;
  tok_slice text = {s->joined.ptr, s->joined.len};
  tok_status rc = e->kernel->count_parts(e, &x->core, text, s->joined_parts, limit - *n, &k);
  *n += k;
  s->joined.len = s->n_joined = 0;
  return rc;
}

/* Counts a text, or keeps a copy until there are more. */
static tok_status count_part(tok_engine *e, tok_extra_state *s, const struct tok_extra *x,
                             tok_slice text, int64_t limit, int64_t *n) {
  int64_t k = 0;
  if (text.len == 0) return TOK_OK;
  if (text.len > PART_MAX) {
    tok_status rc = e->kernel->count(e, &x->core, text, limit - *n, &k);
    *n += k;
    return rc;
  }
  tok_buf_add(&s->joined, text.ptr, text.len);
  s->joined_parts[s->n_joined++] = (tok_part){(uint32_t)s->joined.len, false};
  if (s->n_joined < PARTS_MAX && s->joined.len < JOINED_MAX && s->joined.status == TOK_OK)
    return TOK_OK;
  return count_joined(e, s, x, limit, n);
}

static tok_status count_in_place(tok_engine *e, tok_extra_state *s, const struct tok_extra *x,
                                 int64_t limit, int64_t *n) {
  int64_t k = 0;
  if (s->n_parts == 0) return TOK_OK;
  tok_status rc = e->kernel->count_parts(e, &x->core, s->in_place, s->parts, limit - *n, &k);
  *n += k;
  s->n_parts = 0;
  return rc;
}

/*
** Counts a text of the body, or keeps it until there are more; it stays where it is, so the next
** one must stand right behind it or it is counted now.
*/
static tok_status add_in_place(tok_engine *e, tok_extra_state *s, const struct tok_extra *x,
                               tok_slice text, bool token, int64_t limit, int64_t *n) {
  tok_status rc = TOK_OK;
  if (text.len == 0) return TOK_OK;
  if (s->n_parts == PARTS_MAX ||
      (s->n_parts > 0 && s->in_place.ptr + s->in_place.len != text.ptr))
    rc = count_in_place(e, s, x, limit, n);
  if (s->n_parts == 0) s->in_place = (tok_slice){text.ptr, 0};
  s->in_place.len += text.len;
  s->parts[s->n_parts++] = (tok_part){(uint32_t)s->in_place.len, token};
  return rc;
}

static tok_status count_characters(tok_engine *e, tok_extra_state *s, const struct tok_extra *x,
                                   tok_slice text, int64_t limit, int64_t *n) {
  size_t at = 0;
  tok_status rc = TOK_OK;
  while (at < text.len && rc == TOK_OK && *n <= limit) {
    size_t end = run_of(x, text, at, true);
    rc = count_part(e, s, x, (tok_slice){text.ptr + at, end - at}, limit, n);
    at = run_of(x, text, end, false);
    if (at > end)
      *n += count_unknown_run(x, text, end, at);
  }
  return rc;
}

/* ---- unigram ----------------------------------------------------------------------------------
 */

/*
** Appends the ids of the best path to s->ids, and with_ends the end of each in the segment behind
** them (pairs). A token is one id, or of an unknown character its bytes'.
*/
static tok_status run_unigram(tok_extra_state *s, const struct tok_extra *x) {
  size_t n = s->segment.len;
  s->steps.len = s->ids.len = 0;
  char *memory = tok_buf_reserve(&s->steps, (n + 1) * sizeof(tok_unigram_step));
  if (memory == NULL)
    return s->steps.status;
  tok_unigram_step *steps = (tok_unigram_step *)(void *)memory;
  tok_unigram_run(&x->unigram, s->segment, 0, steps);
  /* Backwards; the entries are turned round by the reader, who starts at the end. */
  bool unknown_behind = false;
  for (size_t end = n; end > 0;) {
    const tok_unigram_step *step = &steps[end];
    size_t start = end - step->n;
    if (step->token != TOK_NO_RANK) {
      uint32_t entry[2] = {tok_def_at(&x->def, step->token)->id, (uint32_t)end};
      tok_buf_add(&s->ids, entry, sizeof entry);
    } else if (x->def.byte_fallback) {
      for (size_t i = end; i > start; i--) {
        uint32_t entry[2] = {x->byte_id[(uint8_t)s->segment.ptr[i - 1]], (uint32_t)i};
        tok_buf_add(&s->ids, entry, sizeof entry);
      }
    } else if (!unknown_behind || !x->def.fuse_unknown) {
      uint32_t entry[2] = {x->unknown_id, (uint32_t)end};
      tok_buf_add(&s->ids, entry, sizeof entry);
    }
    unknown_behind = step->token == TOK_NO_RANK && !x->def.byte_fallback &&
                     !(x->unigram.pieces && s->segment.ptr[start] == ' ');
    end = start;
  }
  if (s->ids.status != TOK_OK)
    return s->ids.status;
  s->n_path = s->ids.len / (2 * sizeof(uint32_t));
  s->path = 0;
  return TOK_OK;
}

/* ---- count ------------------------------------------------------------------------------------
 */

/* in_body: the segment is a part of the body as it is. */
static tok_status count_segment(tok_engine *e, tok_extra_state *s, const struct tok_extra *x,
                                bool in_body, int64_t limit, int64_t *n) {
  if (x->def.model == TOK_MODEL_UNIGRAM)
    return tok_unigram_count(e, x, s->segment, &s->steps, limit, n);
  if (!x->direct)
    return count_characters(e, s, x, s->segment, limit, n);
  if (in_body)
    return add_in_place(e, s, x, s->segment, false, limit, n);
  return count_part(e, s, x, s->segment, limit, n);
}

/* A name that has been found. */
static tok_status count_name(tok_engine *e, tok_extra_state *s, const struct tok_extra *x,
                             const tok_added_match *m, int64_t limit, int64_t *n) {
  tok_slice name = {s->body.ptr + m->start, m->end - m->start};
  if (m->ranked && x->direct)
    return add_in_place(e, s, x, name, true, limit, n);
  *n += 1;
  return TOK_OK;
}

tok_status tok_extra_count(tok_engine *e, const tok_vocab *v, tok_slice text, int64_t limit,
                           int64_t *n) {
  const struct tok_extra *x = v->extra;
  *n = 0;
  if (x->plain)
    return e->kernel->count(e, &x->core, text, limit, n);
  if (text.len > UINT32_MAX - 64)
    return TOK_TOOBIG;
  tok_extra_state *s = state_of(e);
  if (s == NULL)
    return TOK_NOMEM;
  revive_all(s);
  s->out.with_map = false;
  tok_status rc = begin_body(e, s, x, text);
  tok_slice body = s->body;
  if (body.len > UINT32_MAX - 64) /* normalization has made it longer */
    return TOK_TOOBIG;
  tok_added_scan scan = {
      .added = &x->counted, .text = body, .next_name = e->kernel->next_name};
  for (size_t at = 0; at < body.len && rc == TOK_OK && *n <= limit;) {
    tok_added_match m = tok_added_next(&scan, at);
    if (m.start > at) {
      rc = normalize(e, s, x, (tok_slice){body.ptr + at, m.start - at}, at);
      if (rc == TOK_OK && s->segment.len > 0)
        rc = count_segment(e, s, x, s->segment.ptr == body.ptr + at, limit, n);
    }
    if (rc == TOK_OK && m.start < body.len)
      rc = count_name(e, s, x, &m, limit, n);
    at = m.end;
  }
  if (rc == TOK_OK && *n <= limit)
    rc = count_in_place(e, s, x, limit, n);
  return rc == TOK_OK && *n <= limit ? count_joined(e, s, x, limit, n) : rc;
}

/* ---- iterate ----------------------------------------------------------------------------------
 */

tok_status tok_extra_init(tok_iter *it) {
  const struct tok_extra *x = it->vocab->extra;
  tok_extra_state *s = state_of(it->engine);
  if (s == NULL)
    return TOK_NOMEM;
  revive_all(s);
  s->out.with_map = true;
  s->in_segment = s->in_run = false;
  s->base = 0;
  s->done = 0;
  s->broken = begin_body(it->engine, s, x, it->text);
  s->scan = (tok_added_scan){.added = &x->added[it->special], .text = s->body};
  s->match = tok_added_next(&s->scan, 0);
  return s->broken;
}

static uint32_t mapped(const tok_extra_state *s, size_t at) {
  uint32_t from;
  memcpy(&from, s->out.map.ptr + at * sizeof from, sizeof from);
  return from;
}

/* Where a place of the segment stands in the text. */
static size_t source_of(const tok_iter *it, const tok_extra_state *s, size_t at) {
  if (!s->changed)
    return s->base + at;
  return it->vocab->extra->normal.flags & TOK_N_WHOLE ? mapped(s, s->base + at)
                                                      : s->base + mapped(s, at);
}

/* The same of a place of the body, outside segments. */
static size_t source_of_body(const tok_iter *it, const tok_extra_state *s, size_t at) {
  return s->changed && (it->vocab->extra->normal.flags & TOK_N_WHOLE) ? mapped(s, at) : at;
}

static tok_status begin_segment(tok_iter *it, tok_extra_state *s) {
  const struct tok_extra *x = it->vocab->extra;
  s->base = s->done;
  s->at = 0;
  s->in_segment = true;
  s->in_run = false;
  tok_slice segment = {s->body.ptr + s->done, s->match.start - s->done};
  tok_status rc = normalize(it->engine, s, x, segment, s->base);
  if (rc == TOK_OK && x->def.model == TOK_MODEL_UNIGRAM)
    rc = run_unigram(s, x);
  return rc;
}

/* Gives out the ids in s->ids, which end at `end` of the segment. */
static void give(tok_iter *it, tok_extra_state *s, const uint32_t *ids, size_t n, size_t end) {
  it->ids = ids;
  it->n = n;
  it->end = source_of(it, s, end);
  s->at = end;
}

static void give_path(tok_iter *it, tok_extra_state *s) {
  const uint32_t *entry = (const uint32_t *)(void *)s->ids.ptr + 2 * (s->n_path - 1 - s->path);
  s->path++;
  it->one_id = entry[0];
  give(it, s, &it->one_id, 1, entry[1]);
}

static tok_status give_unknown(tok_iter *it, tok_extra_state *s) {
  const struct tok_extra *x = it->vocab->extra;
  const uint8_t *p = (const uint8_t *)s->segment.ptr;
  uint32_t cp;
  size_t end = s->at + tok_utf8_decode(p + s->at, s->segment.len - s->at, &cp);
  s->ids.len = 0;
  if (x->def.byte_fallback) {
    for (size_t i = s->at; i < end; i++)
      tok_buf_add(&s->ids, &x->byte_id[p[i]], sizeof(uint32_t));
  } else {
    if (x->def.fuse_unknown)
      end = run_of(x, s->segment, end, false);
    tok_buf_add(&s->ids, &x->unknown_id, sizeof(uint32_t));
  }
  if (s->ids.status != TOK_OK)
    return s->ids.status;
  give(it, s, (const uint32_t *)(void *)s->ids.ptr, s->ids.len / sizeof(uint32_t), end);
  return TOK_OK;
}

/* The next tokens of the run; *done where it has none left. */
static tok_status give_run(tok_iter *it, tok_extra_state *s, bool *done) {
  const struct tok_extra *x = it->vocab->extra;
  tok_status rc = tok_iter_next(&s->inner);
  *done = rc == TOK_OK && s->inner.n == 0;
  if (rc != TOK_OK || *done)
    return rc;
  const uint32_t *ids = s->inner.ids;
  size_t n = s->inner.n;
  if (x->id_of_rank != NULL) {
    s->ids.len = 0;
    for (size_t i = 0; i < s->inner.n; i++) {
      uint32_t id = x->id_of_rank[ids[i]];
      if (id == TOK_NO_RANK)
        id = x->unknown_id; /* a byte that no UTF-8 has and that is no token */
      if (id != TOK_NO_RANK)
        tok_buf_add(&s->ids, &id, sizeof id);
    }
    if (s->ids.status != TOK_OK)
      return s->ids.status;
    ids = (const uint32_t *)(void *)s->ids.ptr;
    n = s->ids.len / sizeof *ids;
  }
  give(it, s, ids, n, s->run + s->inner.end);
  return TOK_OK;
}

static void begin_run(tok_iter *it, tok_extra_state *s, size_t end) {
  s->run = s->at;
  s->run_end = end;
  s->in_run = true;
  tok_slice run = {s->segment.ptr + s->at, end - s->at};
  tok_iter_init(&s->inner, it->engine, &it->vocab->extra->core, run, false);
}

/* The next tokens of the segment; it->n stays 0 where it has none left. */
static tok_status next_in_segment(tok_iter *it, tok_extra_state *s) {
  const struct tok_extra *x = it->vocab->extra;
  tok_status rc = TOK_OK;
  if (x->def.model == TOK_MODEL_UNIGRAM) {
    if (s->path < s->n_path)
      give_path(it, s);
    return rc;
  }
  while (rc == TOK_OK && (s->in_run || s->at < s->segment.len)) {
    if (!s->in_run) {
      size_t end = x->def.characters ? run_of(x, s->segment, s->at, true) : s->segment.len;
      if (end == s->at)
        return give_unknown(it, s);
      begin_run(it, s, end);
    }
    bool done;
    rc = give_run(it, s, &done);
    if (rc != TOK_OK || it->n > 0)
      return rc;
    if (!done)
      continue;
    s->in_run = false;
    s->at = s->run_end;
  }
  return rc;
}

tok_status tok_extra_next(tok_iter *it) {
  const struct tok_extra *x = it->vocab->extra;
  tok_extra_state *s = it->engine->extra;
  tok_status rc = TOK_OK;
  it->start = it->end;
  it->n = 0;
  if (it->text.len > UINT32_MAX - 64)
    return TOK_TOOBIG;
  if (s == NULL)
    return TOK_NOMEM; /* tok_iter_init could not say so */
  if (s->broken != TOK_OK)
    return s->broken;
  for (;;) {
    if (s->in_segment) {
      rc = next_in_segment(it, s);
      if (rc != TOK_OK || it->n > 0)
        return rc;
      s->in_segment = false;
      s->done = s->match.start;
    }
    if (s->done < s->match.start) {
      rc = begin_segment(it, s);
      if (rc != TOK_OK)
        return rc;
      continue;
    }
    if (!(x->normal.flags & TOK_N_WHOLE))
      s->changed = false; /* of the segment before */
    it->end = source_of_body(it, s, s->done);
    if (s->match.start == s->body.len)
      return TOK_OK;
    it->start = source_of_body(it, s, s->match.start);
    it->one_id = s->match.id;
    it->ids = &it->one_id;
    it->n = 1;
    s->done = s->match.end;
    it->end = source_of_body(it, s, s->done);
    s->match = tok_added_next(&s->scan, s->done);
    return TOK_OK;
  }
}

/* ---- look-ups ---------------------------------------------------------------------------------
 */

int64_t tok_extra_find(const struct tok_extra *x, int64_t id) {
  size_t lo = 0, hi = tok_def_n(&x->def);
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (tok_def_at(&x->def, mid)->id < id) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  return lo < tok_def_n(&x->def) && tok_def_at(&x->def, lo)->id == id ? (int64_t)lo : -1;
}

tok_slice tok_extra_bytes(const struct tok_extra *x, int64_t id, bool *special) {
  int64_t i = tok_extra_find(x, id);
  if (special != NULL)
    *special = false;
  if (i < 0)
    return (tok_slice){NULL, 0};
  const tok_def_token *t = tok_def_at(&x->def, (size_t)i);
  if (!(t->flags & TOK_T_SPECIAL))
    return tok_def_bytes(&x->def, t);
  if (special != NULL)
    *special = true;
  return tok_def_name(&x->def, t);
}

int64_t tok_extra_id(const struct tok_extra *x, tok_slice bytes) {
  if (bytes.len == 0)
    return TOK_ID_NONE;
  if (x->def.model == TOK_MODEL_BPE) {
    uint32_t rank = tok_rank_of(&x->tables.ranks, (const uint8_t *)bytes.ptr, bytes.len);
    uint32_t id = rank == TOK_RANK_NONE   ? TOK_NO_RANK
                  : x->id_of_rank == NULL ? rank
                                          : x->id_of_rank[rank];
    if (id != TOK_NO_RANK)
      return id;
  }
  size_t lo = 0, hi = x->n_unranked;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    tok_slice other = x->unranked[mid].bytes;
    size_t n = other.len < bytes.len ? other.len : bytes.len;
    int order = memcmp(other.ptr, bytes.ptr, n);
    if (order == 0)
      order = other.len < bytes.len ? -1 : other.len > bytes.len;
    if (order == 0)
      return x->unranked[mid].id;
    if (order < 0) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  return TOK_ID_NONE;
}

/*
** SentencePiece's .model: a protocol buffer (sentencepiece_model.proto). Of it are read the pieces,
** the model's type, byte fallback, and the normalizer's settings.
*/
#include "import_vocab.h"

#include "../base/utf8.h"

/* ---- the wire format --------------------------------------------------------------------------
 */

typedef struct {
  tok_slice in;
  size_t at;
  bool bad;
  uint32_t field, type;
  uint64_t number; /* of types 0, 1 and 5 */
  tok_slice bytes; /* of type 2 */
} wire;

static uint64_t varint(wire *w) {
  uint64_t v = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (w->at == w->in.len)
      break;
    uint8_t c = (uint8_t)w->in.ptr[w->at++];
    v |= (uint64_t)(c & 0x7F) << shift;
    if (c < 0x80)
      return v;
  }
  w->bad = true;
  return 0;
}

static uint64_t fixed(wire *w, size_t n) {
  uint64_t v = 0;
  if (w->in.len - w->at < n) {
    w->bad = true;
    return 0;
  }
  for (size_t i = 0; i < n; i++)
    v |= (uint64_t)(uint8_t)w->in.ptr[w->at + i] << 8 * i;
  w->at += n;
  return v;
}

/* The next field; false at the end and where the rest is malformed. */
static bool next_field(wire *w) {
  if (w->bad || w->at == w->in.len)
    return false;
  uint64_t tag = varint(w);
  w->field = (uint32_t)(tag >> 3);
  w->type = tag & 7;
  if (w->type == 0) {
    w->number = varint(w);
  } else if (w->type == 1 || w->type == 5) {
    w->number = fixed(w, w->type == 1 ? 8 : 4);
  } else if (w->type == 2) {
    uint64_t n = varint(w);
    if (w->bad || n > w->in.len - w->at)
      return w->bad = true, false;
    w->bytes = (tok_slice){w->in.ptr + w->at, (size_t)n};
    w->at += (size_t)n;
  } else {
    w->bad = true;
  }
  return !w->bad;
}

/* ---- the model --------------------------------------------------------------------------------
 */

enum { PIECE = 1, TRAINER = 2, NORMALIZER = 3 };                       /* of ModelProto */
enum { PIECE_TEXT = 1, PIECE_SCORE = 2, PIECE_TYPE = 3 };              /* of SentencePiece */
enum { NORMAL = 1, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE };     /* its types */
enum { MODEL_TYPE = 3, SUFFIX = 24, BYTE_FALLBACK = 35 };              /* of TrainerSpec */
enum { UNIGRAM = 1, BPE = 2 };                                         /* its model types */
enum { CHARSMAP = 2, DUMMY_PREFIX = 3, REMOVE_EXTRA = 4, ESCAPE = 5 }; /* of NormalizerSpec */

static const char BLANK_SIGN[] = "\xE2\x96\x81";

typedef struct {
  tok_vimport *m;
  uint64_t model_type;
  bool suffix, fallback, prefix, remove_extra, escape;
  tok_slice charsmap;
  tok_buf text;
} reader;

/* The piece's text with blanks for U+2581, in r->text. */
static void unescape(reader *r, tok_slice s) {
  r->text.len = 0;
  for (size_t i = 0; i < s.len;) {
    bool blank = s.len - i >= 3 && memcmp(s.ptr + i, BLANK_SIGN, 3) == 0;
    tok_buf_addc(&r->text, blank ? ' ' : s.ptr[i]);
    i += blank ? 3 : 1;
  }
}

static tok_status read_piece(reader *r, tok_slice part, uint32_t id) {
  wire w = {.in = part};
  tok_slice text = {NULL, 0};
  uint64_t type = NORMAL;
  float score = 0;
  while (next_field(&w)) {
    if (w.field == PIECE_TEXT && w.type == 2)
      text = w.bytes;
    if (w.field == PIECE_TYPE && w.type == 0)
      type = w.number;
    if (w.field == PIECE_SCORE && w.type == 5) {
      uint32_t bits = (uint32_t)w.number;
      memcpy(&score, &bits, sizeof score);
    }
  }
  if (w.bad || text.len == 0)
    return tok_vimport_refuse(r->m, "piece %u is malformed", id);
  if (type == UNUSED)
    return tok_vimport_refuse(r->m, "piece %u is an unused one, which is not supported", id);
  unescape(r, text);
  int byte = type == BYTE ? tok_fallback_byte(text) : -1;
  if (type == BYTE && byte < 0)
    return tok_vimport_refuse(r->m, "piece %u is not a byte", id);
  char c = (char)byte;
  tok_slice bytes = byte >= 0 ? (tok_slice){&c, 1} : (tok_slice){r->text.ptr, r->text.len};
  if (r->text.status != TOK_OK)
    return r->text.status;
  tok_def_token *t = tok_def_add(r->m->d, id, bytes);
  if (t == NULL)
    return tok_def_status(r->m->d);
  t->score = (double)score;
  if (type == BYTE)
    t->flags = TOK_T_BYTE;
  if (type == UNKNOWN)
    t->flags = TOK_T_SPECIAL | TOK_T_UNKNOWN;
  if (type == CONTROL)
    t->flags = TOK_T_SPECIAL;
  if (type == USER_DEFINED)
    t->flags = TOK_T_ADDED;
  if (type == NORMAL)
    t->rank = 0;
  if (t->flags & (TOK_T_SPECIAL | TOK_T_ADDED))
    tok_def_set_name(r->m->d, t, bytes);
  return tok_def_status(r->m->d);
}

static tok_status read_settings(reader *r, tok_slice part, bool trainer) {
  wire w = {.in = part};
  while (next_field(&w)) {
    bool on = w.type == 0 && w.number != 0;
    if (trainer) {
      if (w.field == MODEL_TYPE && w.type == 0)
        r->model_type = w.number;
      if (w.field == SUFFIX)
        r->suffix = on;
      if (w.field == BYTE_FALLBACK)
        r->fallback = on;
    } else {
      if (w.field == CHARSMAP && w.type == 2)
        r->charsmap = w.bytes;
      if (w.field == DUMMY_PREFIX)
        r->prefix = on;
      if (w.field == REMOVE_EXTRA)
        r->remove_extra = on;
      if (w.field == ESCAPE)
        r->escape = on;
    }
  }
  return w.bad ? tok_vimport_refuse(r->m, "its settings are malformed") : TOK_OK;
}

static tok_status read_model(reader *r) {
  wire w = {.in = r->m->file};
  tok_status rc = TOK_OK;
  uint32_t id = 0;
  while (rc == TOK_OK && next_field(&w)) {
    if (w.type != 2)
      continue;
    if (w.field == PIECE)
      rc = read_piece(r, w.bytes, id++);
    if (w.field == TRAINER)
      rc = read_settings(r, w.bytes, true);
    if (w.field == NORMALIZER)
      rc = read_settings(r, w.bytes, false);
  }
  if (rc == TOK_OK && w.bad)
    rc = tok_vimport_refuse(r->m, "its protocol buffer is malformed at byte %zu", w.at);
  return rc;
}

/* ---- ranks ------------------------------------------------------------------------------------
 */

static size_t first_character(tok_slice s) {
  uint32_t cp;
  return tok_utf8_decode((const uint8_t *)s.ptr, s.len, &cp);
}

/* How often the character stands one behind the other in all of the text; 0: there is another. */
static size_t times(tok_slice s, tok_slice character) {
  for (size_t at = 0; at < s.len; at += character.len) {
    if (s.len - at < character.len || memcmp(s.ptr + at, character.ptr, character.len) != 0)
      return 0;
  }
  return s.len / character.len;
}

/* Does the character stand twice in a row anywhere? */
static bool has_twice(tok_slice s, tok_slice character) {
  size_t n = 2 * character.len;
  for (size_t at = 0; at + n <= s.len; at++) {
    if (times((tok_slice){s.ptr + at, n}, character) == 2)
      return true;
  }
  return false;
}

/* Tokens that are runs of one character, [how often]. */
enum { RUN_MAX = 64, RUNS_CHECKED = 4 /* times the longest */ };
typedef struct {
  size_t longest;
  const tok_def_token *of[RUN_MAX + 1];
} run_tokens;

/* Does x merge before y? `there`: by score, as SentencePiece does it. */
static bool earlier(const tok_def_token *x, const tok_def_token *y, bool there) {
  if (x == NULL || y == NULL)
    return x != NULL;
  return there ? x->score > y->score : x->rank < y->rank;
}

/* Merges n characters, the leftmost of equals first. Their lengths go to len; returns how many. */
static size_t merge_run(const run_tokens *runs, size_t n, bool there, uint8_t *len) {
  memset(len, 1, n);
  for (;;) {
    const tok_def_token *best = NULL;
    size_t at = 0;
    for (size_t i = 0; i + 1 < n; i++) {
      size_t both = (size_t)len[i] + len[i + 1];
      const tok_def_token *t = both <= runs->longest ? runs->of[both] : NULL;
      if (earlier(t, best, there))
        best = t, at = i;
    }
    if (best == NULL)
      return n;
    len[at] = (uint8_t)(len[at] + len[at + 1]);
    memmove(len + at + 1, len + at + 2, n - at - 2);
    n--;
  }
}

/*
** Runs of one character may have one score, as those of blanks in Llama 2: what becomes of a run is
** tried. Nothing else may hold two of it, so that nothing else comes between.
*/
static bool runs_agree(const tok_definition *d, const uint32_t *list, size_t n, tok_slice one) {
  run_tokens runs = {0};
  uint8_t here[RUNS_CHECKED * RUN_MAX], there[RUNS_CHECKED * RUN_MAX];
  for (size_t i = 0; i < n; i++) {
    const tok_def_token *t = tok_def_at(d, list[i]);
    tok_slice s = tok_def_bytes(d, t);
    size_t k = times(s, one);
    if (k > RUN_MAX || (k == 0 && has_twice(s, one)))
      return false;
    if (k > 1)
      runs.of[k] = t;
    if (k > runs.longest)
      runs.longest = k;
  }
  for (size_t k = 2; k <= RUNS_CHECKED * runs.longest; k++) {
    size_t n_here = merge_run(&runs, k, false, here), n_there = merge_run(&runs, k, true, there);
    if (n_here != n_there || memcmp(here, there, n_here) != 0)
      return false;
  }
  return true;
}

/*
** Of equal scores the leftmost pair merges first there, whatever it makes, while ranks have an
** order. Trained models have none but in runs; some to which pieces have been added by hand give
** all those one score. Characters are not merged. list: by rank.
*/
static tok_status check_scores(reader *r, const uint32_t *list, size_t n) {
  const tok_definition *d = r->m->d;
  const tok_def_token *before = NULL;
  tok_slice good = {NULL, 0}; /* the character whose runs have been tried */
  for (size_t i = 0; i < n; i++) {
    const tok_def_token *t = tok_def_at(d, list[i]);
    tok_slice s = tok_def_bytes(d, t), one = {s.ptr, first_character(s)};
    if (one.len == s.len)
      continue;
    if (before != NULL && !(before->score > t->score)) {
      bool runs = times(s, one) > 1 && times(tok_def_bytes(d, before), one) > 1;
      bool tried = runs && good.ptr != NULL && tok_slice_eq(good, one);
      if (!runs || (!tried && !runs_agree(d, list, n, one))) {
        return tok_vimport_refuse(r->m, "pieces %u and %u have one score, which is not supported",
                                  before->id, t->id);
      }
      good = one;
    }
    before = t;
  }
  return TOK_OK;
}

/* Higher scores merge first. */
static tok_status rank_by_score(reader *r) {
  tok_definition *d = r->m->d;
  size_t n = tok_def_n(d), k = 0;
  uint32_t *list = tok_malloc(2 * (n + 1) * sizeof *list), *from = list, *to = list + n + 1;
  if (list == NULL)
    return TOK_NOMEM;
  for (uint32_t i = 0; i < n; i++) {
    const tok_def_token *t = tok_def_at(d, i);
    if (!(t->score >= -3e38 && t->score <= 3e38)) { /* NaN and infinities have no order */
      tok_free(list);
      return tok_vimport_refuse(r->m, "piece %u has no score", i);
    }
    if (t->rank != TOK_NO_RANK)
      from[k++] = i;
  }
  for (size_t width = 1; width < k; width *= 2) {
    for (size_t lo = 0; lo < k; lo += 2 * width) {
      size_t mid = lo + width < k ? lo + width : k, hi = mid + width < k ? mid + width : k, a = lo,
             b = mid;
      for (size_t i = lo; i < hi; i++) {
        bool left =
            a < mid && (b == hi || tok_def_at(d, from[a])->score >= tok_def_at(d, from[b])->score);
        to[i] = left ? from[a++] : from[b++];
      }
    }
    uint32_t *swap = from;
    from = to;
    to = swap;
  }
  for (uint32_t i = 0; i < k; i++)
    tok_def_at(d, from[i])->rank = i;
  tok_status rc = check_scores(r, from, k);
  tok_free(list);
  return rc;
}

static tok_status finish(reader *r) {
  tok_definition *d = r->m->d;
  if (r->model_type != BPE && r->model_type != UNIGRAM) {
    return tok_vimport_refuse(r->m, "its model type is %llu, only BPE and unigram are supported",
                              (unsigned long long)r->model_type);
  }
  if (r->suffix)
    return tok_vimport_refuse(r->m, "it writes blanks behind words, which is not supported");
  if (!r->escape)
    return tok_vimport_refuse(r->m, "it does not escape blanks, which is not supported");
  d->normal = TOK_N_WHOLE | TOK_N_BLANKS | (r->prefix ? TOK_N_PREFIX | TOK_N_PREFIX_FIRST : 0) |
              (r->remove_extra ? TOK_N_TRIM : 0);
  if (r->charsmap.len > TOK_DEF_CHARSMAP_MAX)
    return tok_vimport_refuse(r->m, "its character map is too large");
  tok_buf_add(&d->charsmap, r->charsmap.ptr, r->charsmap.len);
  d->byte_fallback = r->fallback;
  d->fuse_unknown = true;
  if (r->model_type == UNIGRAM) {
    d->model = TOK_MODEL_UNIGRAM;
    d->family = TOK_FAMILY_WHOLE;
    for (size_t i = 0; i < tok_def_n(d); i++)
      tok_def_at(d, i)->rank = TOK_NO_RANK;
    return TOK_OK;
  }
  d->characters = true;
  tok_status rc = rank_by_score(r);
  if (rc == TOK_OK)
    rc = tok_check_ranks(r->m, false);
  if (rc == TOK_OK)
    tok_vimport_words(r->m);
  return rc;
}

tok_status tok_import_sentencepiece(tok_vimport *m) {
  reader r = {.m = m, .model_type = UNIGRAM, .prefix = true, .remove_extra = true, .escape = true};
  tok_buf_init(&r.text, TOK_DEF_TOKEN_MAX);
  tok_status rc = read_model(&r);
  if (rc == TOK_OK)
    rc = finish(&r);
  tok_buf_free(&r.text);
  return rc;
}

/* Packed vocabularies; see pack.h. */
#include "pack.h"

#include "imported.h"

/* The second has scores that no float holds. */
static const char MAGIC[2][8] = {"tokpack1", "tokpack2"};

typedef struct {
  char magic[8];
  uint64_t sum; /* of what follows this member */
  uint64_t seed;
  uint32_t n_tokens, n_extra, n_bytes, n_names;
  uint32_t first_id, n_ids; /* n_ids: 0 where ids follow each other, else n_tokens */
  uint32_t n_displacement;  /* bytes; 0: no hint */
  uint32_t n_barriers;
} header;

enum { SUMMED_FROM = 16 };

/* The score as a float; in the second form as a double, of which this is the upper half. */
typedef struct {
  uint32_t index, flags, score, n_name;
  uint32_t lower; /* only in the second form */
} extra;

/* Where each part begins. */
typedef struct {
  size_t ranks, extras, ids, lengths, bytes, names, displacement, barriers, end;
} layout;

static bool has_doubles(const header *h) {
  return h->magic[sizeof h->magic - 1] == '2';
}

static size_t extra_bytes(const header *h) {
  return has_doubles(h) ? sizeof(extra) : offsetof(extra, lower);
}

static layout lay_out(const header *h) {
  layout l;
  l.ranks = sizeof *h;
  l.extras = l.ranks + (size_t)h->n_tokens * sizeof(uint32_t);
  l.ids = l.extras + (size_t)h->n_extra * extra_bytes(h);
  l.lengths = l.ids + (size_t)h->n_ids * sizeof(uint32_t);
  l.bytes = l.lengths + (size_t)h->n_tokens * sizeof(uint16_t);
  l.names = l.bytes + h->n_bytes;
  l.displacement = l.names + h->n_names;
  l.barriers = l.displacement + h->n_displacement;
  l.end = l.barriers + h->n_barriers;
  return l;
}

/* ---- checksum -------------------------------------------------------------------------------- */

enum { LANES = 4 };
#define MULTIPLIER 0x9E3779B97F4A7C15u

static uint64_t stir(uint64_t h, uint64_t w) {
  h = (h ^ w) * MULTIPLIER;
  return h ^ h >> 32;
}

/* Four words at a time, each in a chain of its own: as fast as the bytes can be read. */
static uint64_t sum_of(const char *p, size_t n, uint64_t seed) {
  uint64_t lane[LANES] = {seed, seed + 1, seed + 2, n}, w[LANES];
  size_t at = 0;
  for (; at + sizeof w <= n; at += sizeof w) {
    memcpy(w, p + at, sizeof w);
    for (int i = 0; i < LANES; i++)
      lane[i] = stir(lane[i], w[i]);
  }
  memset(w, 0, sizeof w);
  memcpy(w, p + at, n - at);
  for (int i = 0; i < LANES; i++)
    lane[i] = stir(lane[i], w[i]);
  return stir(stir(lane[0], lane[1]), stir(lane[2], lane[3]));
}

static uint64_t sum_of_packed(tok_slice packed, const tok_definition *d, uint64_t checksum) {
  uint64_t seed = tok_def_facts_checksum(d) ^ checksum;
  return sum_of(packed.ptr + SUMMED_FROM, packed.len - SUMMED_FROM, seed);
}

/* ---- writing --------------------------------------------------------------------------------- */

static bool has_extra(const tok_def_token *t) {
  return t->flags != 0 || t->name_n != 0 || t->score < 0 || t->score > 0;
}

static header measure(const tok_definition *d, const tok_rank_hint *hint) {
  header h = {.seed = hint->seed, .n_tokens = (uint32_t)tok_def_n(d)};
  memcpy(h.magic, MAGIC[0], sizeof h.magic);
  h.first_id = h.n_tokens == 0 ? 0 : tok_def_at(d, 0)->id;
  for (uint32_t i = 0; i < h.n_tokens; i++) {
    const tok_def_token *t = tok_def_at(d, i);
    h.n_bytes += t->n;
    h.n_names += t->name_n;
    h.n_extra += has_extra(t);
    if (tok_def_score_is_double(t))
      memcpy(h.magic, MAGIC[1], sizeof h.magic);
    if (t->id != h.first_id + i)
      h.n_ids = h.n_tokens;
  }
  if (hint->displacement != NULL && hint->barriers != NULL) {
    h.n_displacement = (uint32_t)hint->n_bytes;
    h.n_barriers = TOK_BARRIER_BYTES;
  }
  return h;
}

static void put(char *to, const void *from, size_t n) {
  if (n > 0)
    memcpy(to, from, n);
}

static void write_token(char *p, layout *l, const header *h, const tok_definition *d, uint32_t i) {
  const tok_def_token *t = tok_def_at(d, i);
  uint16_t n = (uint16_t)t->n;
  put(p + l->ranks + i * sizeof t->rank, &t->rank, sizeof t->rank);
  put(p + l->lengths + i * sizeof n, &n, sizeof n);
  if (h->n_ids > 0)
    put(p + l->ids + i * sizeof t->id, &t->id, sizeof t->id);
  put(p + l->bytes, tok_def_bytes(d, t).ptr, t->n);
  put(p + l->names, tok_def_name(d, t).ptr, t->name_n);
  l->bytes += t->n;
  l->names += t->name_n;
  if (!has_extra(t))
    return;
  extra x = {i, t->flags, tok_def_float_score(t), t->name_n, 0};
  if (has_doubles(h)) {
    uint64_t bits;
    memcpy(&bits, &t->score, sizeof bits);
    x.score = (uint32_t)(bits >> 32);
    x.lower = (uint32_t)bits;
  }
  put(p + l->extras, &x, extra_bytes(h));
  l->extras += extra_bytes(h);
}

bool tok_pack(const tok_compiled *c, uint64_t checksum, tok_buf *out) {
  const tok_definition *d = tok_compiled_definition(c);
  tok_rank_hint hint = tok_compiled_hint(c);
  header h = measure(d, &hint);
  layout l = lay_out(&h), at = l;
  char *p = tok_buf_reserve(out, l.end);
  if (p == NULL)
    return false;
  for (uint32_t i = 0; i < h.n_tokens; i++)
    write_token(p, &at, &h, d, i);
  put(p + l.displacement, hint.displacement, h.n_displacement);
  put(p + l.barriers, hint.barriers, h.n_barriers);
  memcpy(p, &h, sizeof h);
  tok_pack_seal(p, l.end, checksum, d);
  out->len += l.end;
  return true;
}

void tok_pack_seal(char *packed, size_t n, uint64_t checksum, const tok_definition *d) {
  header h;
  if (n < sizeof h)
    return;
  memcpy(&h, packed, sizeof h);
  memcpy(h.magic, MAGIC[has_doubles(&h)], sizeof h.magic);
  h.sum = sum_of_packed((tok_slice){packed, n}, d, checksum);
  memcpy(packed, &h, sizeof h);
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool plausible(const header *h, size_t len) {
  if (h->n_tokens > TOK_DEF_TOKENS_MAX || h->n_extra > h->n_tokens)
    return false;
  if (h->n_ids != 0 && h->n_ids != h->n_tokens)
    return false;
  if (h->first_id > TOK_DEF_ID_MAX || h->n_bytes > TOK_DEF_BYTES_MAX ||
      h->n_names > TOK_DEF_BYTES_MAX)
    return false;
  if (h->n_barriers != 0 && h->n_barriers != TOK_BARRIER_BYTES)
    return false;
  return lay_out(h).end == len;
}

/* Tokens without what is in extras; false where lengths do not make up the bytes. */
static bool read_tokens(const char *p, const header *h, const layout *l, tok_def_token *list) {
  uint32_t at = 0;
  for (uint32_t i = 0; i < h->n_tokens; i++) {
    uint16_t n;
    uint32_t id = h->first_id + i, rank;
    memcpy(&n, p + l->lengths + i * sizeof n, sizeof n);
    memcpy(&rank, p + l->ranks + i * sizeof rank, sizeof rank);
    if (h->n_ids > 0)
      memcpy(&id, p + l->ids + i * sizeof id, sizeof id);
    if (id > TOK_DEF_ID_MAX || n > h->n_bytes - at)
      return false;
    list[i] = (tok_def_token){.at = at, .n = n, .id = id, .rank = rank};
    at += n;
  }
  return at == h->n_bytes;
}

static bool read_extras(const char *p, const header *h, const layout *l, tok_def_token *list) {
  uint32_t at = 0;
  for (uint32_t i = 0; i < h->n_extra; i++) {
    extra x = {0};
    memcpy(&x, p + l->extras + i * extra_bytes(h), extra_bytes(h));
    if (x.index >= h->n_tokens || x.n_name > TOK_DEF_TOKEN_MAX || x.n_name > h->n_names - at)
      return false;
    tok_def_token *t = &list[x.index];
    t->flags = x.flags;
    if (has_doubles(h)) {
      uint64_t bits = (uint64_t)x.score << 32 | x.lower;
      memcpy(&t->score, &bits, sizeof t->score);
    } else {
      float score;
      memcpy(&score, &x.score, sizeof score);
      t->score = (double)score;
    }
    t->name_at = h->n_bytes + at;
    t->name_n = x.n_name;
    at += x.n_name;
  }
  return at == h->n_names;
}

tok_status tok_unpack(tok_slice packed, uint64_t checksum, tok_definition *d, tok_rank_hint *hint) {
  header h;
  memset(hint, 0, sizeof *hint);
  if (packed.len < sizeof h)
    return TOK_NOTFOUND;
  memcpy(&h, packed.ptr, sizeof h);
  if (memcmp(h.magic, MAGIC[has_doubles(&h)], sizeof h.magic) != 0)
    return TOK_NOTFOUND;
  if (!plausible(&h, packed.len) || sum_of_packed(packed, d, checksum) != h.sum)
    return TOK_INVALID;
  layout l = lay_out(&h);
  size_t n_list = (size_t)h.n_tokens * sizeof(tok_def_token),
         n_bytes = (size_t)h.n_bytes + h.n_names;
  char *list = tok_buf_reserve(&d->list, n_list),
       *bytes = tok_buf_reserve(&d->bytes, n_bytes + TOK_DEF_READABLE);
  if (list == NULL || bytes == NULL)
    return tok_def_status(d);
  put(bytes, packed.ptr + l.bytes, n_bytes);
  if (!read_tokens(packed.ptr, &h, &l, (tok_def_token *)(void *)list) ||
      !read_extras(packed.ptr, &h, &l, (tok_def_token *)(void *)list))
    return TOK_INVALID;
  d->list.len += n_list;
  d->bytes.len += n_bytes;
  if (h.n_barriers > 0) {
    *hint = (tok_rank_hint){.seed = h.seed,
                            .displacement = (const uint8_t *)packed.ptr + l.displacement,
                            .n_bytes = h.n_displacement,
                            .barriers = (const uint8_t *)packed.ptr + l.barriers};
  }
  return TOK_OK;
}

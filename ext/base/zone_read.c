/*
** Zones from bytes: TZif files (RFC 9636) with their POSIX TZ rule, and fixed offsets.
**
** A file is a header and a data block with 32-bit times; from version 2 on the same again with
** 64-bit times (the first block is then skipped), and a footer "\n<rule>\n". Only offsets are kept:
** abbreviations and whether an offset is called daylight saving do not matter here.
*/
#include "zone_impl.h"

enum { HEADER_BYTES = 44, TYPE_BYTES = 6, HOUR = 3600 };

tok_zone *tok_zone_alloc(size_t n) {
  size_t bytes = sizeof(tok_zone) + n * (sizeof(int64_t) + sizeof(int32_t));
  tok_zone *z = tok_malloc(bytes);
  if (z == NULL) return NULL;
  memset(z, 0, bytes);
  z->n = n;
  z->offset = (int32_t *)(void *)&z->at[n];
  return z;
}

void tok_zone_free(tok_zone *z) { tok_free(z); }

/* ---- text: fixed offsets and rules ----------------------------------------------------------- */

/* A cursor; `ok` turns false at the first thing that does not fit and stays so. */
typedef struct {
  const char *p, *end;
  bool ok;
} reader;

static bool take(reader *r, char c) {
  if (r->p < r->end && tok_lower(*r->p) == c) {
    r->p++;
    return true;
  }
  return false;
}

static void expect(reader *r, char c) {
  if (!take(r, c)) r->ok = false;
}

/* 1 to n digits, lo <= value <= hi. */
static int number(reader *r, int n, int lo, int hi) {
  const char *first = r->p;
  int v = 0;
  while (r->p < r->end && r->p - first < n && tok_is_digit(*r->p)) v = v * 10 + (*r->p++ - '0');
  if (r->p == first || v < lo || v > hi) r->ok = false;
  return v;
}

/* h[h][[:]mm] after the sign. */
static int32_t plain_offset(reader *r) {
  int32_t s = number(r, 2, 0, 23) * HOUR;
  if (r->p < r->end) {
    take(r, ':');
    const char *minutes = r->p;
    s += number(r, 2, 0, 59) * 60;
    if (r->p - minutes != 2) r->ok = false;
  }
  return s;
}

tok_status tok_zone_fixed(tok_slice text, tok_zone **out) {
  reader r = {text.ptr, text.ptr + text.len, text.len > 0};
  int32_t offset = 0;
  if (r.ok && (take(&r, 'z') || take(&r, 'g'))) {
    if (text.ptr[0] == 'g' || text.ptr[0] == 'G') { /* GMT+5 is 5 hours west in files: not taken */
      expect(&r, 'm');
      expect(&r, 't');
    }
  } else if (r.ok) {
    bool utc = take(&r, 'u');
    if (utc) {
      expect(&r, 't');
      expect(&r, 'c');
    }
    int sign = take(&r, '-') ? -1 : take(&r, '+') ? 1 : 0;
    if (sign != 0) offset = sign * plain_offset(&r);
    else if (!utc) r.ok = false;
  }
  if (!r.ok || r.p != r.end) return TOK_NOTFOUND;
  tok_zone *z = tok_zone_alloc(0);
  if (z == NULL) return TOK_NOMEM;
  z->before = offset;
  *out = z;
  return TOK_OK;
}

/* [+|-]h[h[h]][:mm[:ss]] as seconds; hours up to `hours_max`. */
static int32_t posix_time(reader *r, int hours_max) {
  int sign = take(r, '-') ? -1 : 1;
  if (sign > 0) take(r, '+');
  int32_t s = number(r, 3, 0, hours_max) * HOUR;
  if (take(r, ':')) {
    s += number(r, 2, 0, 59) * 60;
    if (take(r, ':')) s += number(r, 2, 0, 59);
  }
  return sign * s;
}

/* EST or <+0330>. */
static void posix_name(reader *r) {
  const char *first = r->p;
  if (take(r, '<')) {
    while (r->p < r->end && *r->p != '>') r->p++;
    expect(r, '>');
  } else {
    while (r->p < r->end && tok_is_alpha(*r->p)) r->p++;
    if (r->p - first < 3) r->ok = false;
  }
}

/* ,Mm.w.d[/time]  ,Jn[/time]  ,n[/time] */
static void posix_turn(reader *r, zone_turn *t) {
  expect(r, ',');
  if (take(r, 'm')) {
    t->form = ZONE_MONTH_WEEK_DAY;
    t->month = number(r, 2, 1, 12);
    expect(r, '.');
    t->week = number(r, 1, 1, 5);
    expect(r, '.');
    t->day = number(r, 1, 0, 6);
  } else if (take(r, 'j')) {
    t->form = ZONE_JULIAN;
    t->day = number(r, 3, 1, 365);
  } else {
    t->form = ZONE_DAY_OF_YEAR;
    t->day = number(r, 3, 0, 365);
  }
  t->second = take(r, '/') ? posix_time(r, 167) : 2 * HOUR;
}

tok_status tok_zone_read_rule(tok_slice text, zone_rule *rule) {
  reader r = {text.ptr, text.ptr + text.len, true};
  if (text.len == 0) return TOK_OK;
  rule->present = true;
  posix_name(&r);
  rule->std = r.ok ? -posix_time(&r, 24) : 0;
  if (r.ok && r.p < r.end) {
    rule->has_dst = true;
    posix_name(&r);
    bool given = r.ok && r.p < r.end && *r.p != ',';
    rule->dst = given ? -posix_time(&r, 24) : rule->std + HOUR;
    if (r.ok) posix_turn(&r, &rule->begin);
    if (r.ok) posix_turn(&r, &rule->end);
  }
  return r.ok && r.p == r.end ? TOK_OK : TOK_INVALID;
}

/* ---- TZif ------------------------------------------------------------------------------------ */

static uint32_t big32(const unsigned char *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Two's complement by hand: a conversion of what does not fit is not portable. */
static int64_t signed_of(uint64_t v, uint64_t sign_bit) {
  return (v & sign_bit) != 0 ? -(int64_t)(sign_bit - 1 - (v & (sign_bit - 1))) - 1
                             : (int64_t)(v & (sign_bit - 1));
}

typedef struct {
  const unsigned char *p; /* the data block */
  size_t n_utc, n_std, n_leap, n_time, n_type, n_char;
  size_t width; /* bytes of a time */
  size_t bytes; /* of the data block */
} block;

/* Header and extent of the block at p; the counts are 32 bits, so the sums cannot overflow. */
static tok_status read_block(const unsigned char *p, size_t n, size_t width, block *b) {
  if (n < HEADER_BYTES || memcmp(p, "TZif", 4) != 0) return TOK_INVALID;
  *b = (block){p + HEADER_BYTES, big32(p + 20), big32(p + 24),
               big32(p + 28),    big32(p + 32), big32(p + 36),
               big32(p + 40),    width,         0};
  if (b->n_time > TOK_ZONE_TRANSITIONS_MAX) return TOK_TOOBIG;
  if (b->n_leap > TOK_ZONE_FILE_MAX || b->n_char > TOK_ZONE_FILE_MAX) return TOK_INVALID;
  if (b->n_type == 0 || b->n_type > 256 || b->n_utc > b->n_type || b->n_std > b->n_type)
    return TOK_INVALID;
  b->bytes = b->n_time * (width + 1) + b->n_type * TYPE_BYTES + b->n_char +
             b->n_leap * (width + 4) + b->n_std + b->n_utc;
  return b->bytes <= n - HEADER_BYTES ? TOK_OK : TOK_INVALID;
}

static tok_status type_offset(const block *b, size_t type, int32_t *out) {
  if (type >= b->n_type) return TOK_INVALID;
  const unsigned char *types = b->p + b->n_time * (b->width + 1);
  int64_t v = signed_of(big32(types + type * TYPE_BYTES), UINT64_C(1) << 31);
  if (v < ZONE_OFFSET_MIN || v > ZONE_OFFSET_MAX) return TOK_INVALID;
  *out = (int32_t)v;
  return TOK_OK;
}

static int64_t block_time(const block *b, size_t i) {
  const unsigned char *p = b->p + i * b->width;
  if (b->width == 4) return signed_of(big32(p), UINT64_C(1) << 31);
  return signed_of((uint64_t)big32(p) << 32 | big32(p + 4), UINT64_C(1) << 63);
}

/*
** Fills the zone. A transition that leaves the offset as it is would only cut hours in two; the
** last one is kept where the rule that begins with it has DST.
*/
static tok_status fill(const block *b, tok_zone *z) {
  tok_status s = type_offset(b, 0, &z->before);
  int32_t last = z->before;
  size_t kept = 0;
  for (size_t i = 0; i < b->n_time && s == TOK_OK; i++) {
    int32_t offset = 0;
    s = type_offset(b, b->p[b->n_time * b->width + i], &offset);
    if (i > 0 && block_time(b, i) <= block_time(b, i - 1)) s = TOK_INVALID;
    bool needed = offset != last || (i + 1 == b->n_time && z->rule.has_dst);
    if (s != TOK_OK || !needed) continue;
    z->at[kept] = block_time(b, i);
    z->offset[kept++] = last = offset;
  }
  z->n = kept;
  return s;
}

/* RFC 9636, 3.3: the rule agrees with the last transition. */
static bool rule_fits(const tok_zone *z) {
  if (!z->rule.present || z->n == 0) return true;
  int64_t t = z->at[z->n - 1];
  if (!tok_time_in_range(t)) return !z->rule.has_dst && z->rule.std == z->offset[z->n - 1];
  return tok_zone_offset(z, t) == z->offset[z->n - 1];
}

static tok_status read_footer(const unsigned char *p, size_t n, zone_rule *rule) {
  if (n < 2 || p[0] != '\n') return TOK_INVALID;
  const unsigned char *end = memchr(p + 1, '\n', n - 1);
  if (end == NULL) return TOK_INVALID;
  return tok_zone_read_rule((tok_slice){(const char *)p + 1, (size_t)(end - p - 1)}, rule);
}

tok_status tok_zone_parse(tok_slice tzif, tok_zone **out) {
  const unsigned char *p = (const unsigned char *)tzif.ptr;
  size_t n = tzif.len;
  block b;
  if (n > TOK_ZONE_FILE_MAX) return TOK_TOOBIG;
  tok_status s = read_block(p, n, 4, &b);
  bool wide = s == TOK_OK && p[4] >= '2';
  if (wide) {
    size_t skipped = HEADER_BYTES + b.bytes;
    p += skipped;
    n -= skipped;
    s = read_block(p, n, 8, &b);
  }
  if (s == TOK_OK && b.n_leap > 0) s = TOK_INVALID;
  if (s != TOK_OK) return s;
  tok_zone *z = tok_zone_alloc(b.n_time);
  if (z == NULL) return TOK_NOMEM;
  if (wide) s = read_footer(b.p + b.bytes, n - HEADER_BYTES - b.bytes, &z->rule);
  if (s == TOK_OK) s = fill(&b, z);
  if (s == TOK_OK && !rule_fits(z)) s = TOK_INVALID;
  if (s != TOK_OK) {
    tok_zone_free(z);
    return s;
  }
  *out = z;
  return TOK_OK;
}

#include "form.h"

#include <utf8proc.h>

#include "../base/utf8.h"

enum {
  L_FIRST = 0x1100, /* jamo: leading consonants, */
  L_LAST = 0x1112,
  V_FIRST = 0x1161, /* vowels, */
  V_LAST = 0x1175,
  T_FIRST = 0x11A8, /* trailing consonants */
  T_LAST = 0x11C2,
  T_N = 28, /* syllables of the same first two, one of them without a trailing consonant */
  SYLLABLE_FIRST = 0xAC00,
  SYLLABLE_LAST = 0xD7A3,
  DECOMPOSED_MAX = 32, /* longest decomposition: 18 */
  PAIR_SHIFT = 32,
  /* Bytes of a run that are put in order together, which bounds memory; Unicode's own Stream-Safe
  ** Text Format stops at 30 marks. */
  RUN_MAX = 1 << 20,
  FEW = 32, /* marks that are put in order by insertion, which takes the square of it */
  CLASSES = 256
};

typedef enum { BOUND, MARK, LATER, CHANGES } kind;

static bool in_range(uint32_t cp, uint32_t first, uint32_t last) {
  return cp >= first && cp <= last;
}

/* The first pair that is not below `key`. */
static size_t pair_from(const tok_form *f, uint64_t key) {
  size_t lo = 0, hi = f->n_pairs;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (f->pairs[mid] < key) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  return lo;
}

static bool is_pair(const tok_form *f, uint32_t first, uint32_t second) {
  uint64_t key = (uint64_t)second << PAIR_SHIFT | first;
  size_t at = pair_from(f, key);
  return at < f->n_pairs && f->pairs[at] == key;
}

static bool is_later(const tok_form *f, uint32_t cp) {
  if (in_range(cp, V_FIRST, V_LAST) || in_range(cp, T_FIRST, T_LAST)) return true;
  size_t at = pair_from(f, (uint64_t)cp << PAIR_SHIFT);
  return at < f->n_pairs && f->pairs[at] >> PAIR_SHIFT == cp;
}

/*
** Ideographs, syllables, surrogates, private use, Tangut: by Unicode's stability policy these never
** decompose (syllables: but into jamo, which compose again), and have no class.
*/
static bool is_plain(uint32_t cp) {
  static const uint32_t ranges[][2] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3},
                                       {0xD800, 0xF8FF},   {0x17000, 0x18AFF}, {0x20000, 0x2F7FF}};
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0] && cp >= ranges[i][0]; i++) {
    if (cp <= ranges[i][1]) return true;
  }
  return false;
}

static bool decomposes(uint32_t cp) {
  return utf8proc_get_property((utf8proc_int32_t)cp)->decomp_seqindex != UINT16_MAX;
}

static uint8_t class_of(uint32_t cp) {
  return (uint8_t)utf8proc_get_property((utf8proc_int32_t)cp)->combining_class;
}

static utf8proc_option_t options_of(bool compat) {
  return UTF8PROC_STABLE | UTF8PROC_COMPOSE | (compat ? UTF8PROC_COMPAT : 0);
}

/* The canonical decomposition of a character, its length; 0 if it is too long. */
static size_t decomposed(uint32_t cp, utf8proc_int32_t out[DECOMPOSED_MAX]) {
  int last_boundclass = 0;
  utf8proc_ssize_t n =
      utf8proc_decompose_char((utf8proc_int32_t)cp, out, DECOMPOSED_MAX,
                              UTF8PROC_STABLE | UTF8PROC_DECOMPOSE, &last_boundclass);
  return n < 1 || n > DECOMPOSED_MAX ? 0 : (size_t)n;
}

/* Is a character that has a decomposition composed again, or decomposed in another form only? */
static bool stays_itself(uint32_t cp, bool compat) {
  utf8proc_int32_t out[DECOMPOSED_MAX];
  utf8proc_uint8_t bytes[4];
  utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)cp, bytes);
  n = utf8proc_decompose(bytes, n, out, DECOMPOSED_MAX, options_of(compat));
  if (n < 1 || n > DECOMPOSED_MAX) return false;
  n = utf8proc_normalize_utf32(out, n, options_of(compat));
  return n == 1 && out[0] == (utf8proc_int32_t)cp;
}

static kind kind_by_property(const tok_form *f, uint32_t cp) {
  if (cp < 0xA0 || is_plain(cp)) return BOUND;
  const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)cp);
  if (p->decomp_seqindex != UINT16_MAX) {
    bool compat = p->decomp_type != 0;
    if (compat ? f->compat : !stays_itself(cp, f->compat)) return CHANGES;
  }
  if (is_later(f, cp)) return LATER;
  return p->combining_class == 0 ? BOUND : MARK;
}

static bool bit_of(const uint64_t *bitmap, uint32_t cp) {
  return bitmap[cp / TOK_FORM_WORD] >> cp % TOK_FORM_WORD & 1;
}

static kind kind_of(const tok_form *f, uint32_t cp) {
  if (cp >= TOK_FORM_PLANE) return kind_by_property(f, cp);
  if (bit_of(f->bound, cp)) return BOUND;
  if (bit_of(f->later, cp)) return LATER;
  return bit_of(f->mark, cp) ? MARK : kind_by_property(f, cp);
}

/* ---- tables -----------------------------------------------------------------------------------*/

static int compare_pairs(const void *a, const void *b) {
  uint64_t x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return x < y ? -1 : x > y;
}

/* A character that is composed again: the last of its parts joins with what the others become. */
static void put_pair(tok_form *f, uint32_t cp) {
  utf8proc_int32_t out[DECOMPOSED_MAX];
  size_t n = decomposed(cp, out);
  if (n < 2 || !stays_itself(cp, false) || f->n_pairs == TOK_FORM_PAIRS) return;
  uint32_t second = (uint32_t)out[n - 1];
  utf8proc_normalize_utf32(out, (utf8proc_ssize_t)n - 1, options_of(false));
  f->pairs[f->n_pairs++] = (uint64_t)second << PAIR_SHIFT | (uint32_t)out[0];
}

static void set_bit(uint64_t *bitmap, uint32_t cp) {
  bitmap[cp / TOK_FORM_WORD] |= (uint64_t)1 << cp % TOK_FORM_WORD;
}

/* Notes a character that may be other than a bound: in plane 0 as a mark for now. */
static void put_odd(tok_form *f, uint32_t cp) {
  uint32_t page = (cp - TOK_FORM_PLANE) / TOK_FORM_WORD;
  if (cp < TOK_FORM_PLANE) {
    set_bit(f->mark, cp);
  } else if (page / 8 < sizeof f->clean4) {
    f->clean4[page / 8] &= (uint8_t)~(1 << page % 8);
  }
}

/* Pairs, and all that decomposes, has a class or is later. */
static void find_odd(tok_form *f) {
  memset(f->clean4, 0xFF, sizeof f->clean4);
  for (uint32_t cp = 0xA0; cp < TOK_FORM_PLANE + TOK_FORM_FLAT; cp++) {
    if (is_plain(cp)) continue;
    const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)cp);
    if (p->decomp_seqindex != UINT16_MAX && p->decomp_type == 0) put_pair(f, cp);
    if (p->decomp_seqindex != UINT16_MAX || p->combining_class != 0) put_odd(f, cp);
  }
  qsort(f->pairs, f->n_pairs, sizeof f->pairs[0], compare_pairs);
  for (size_t i = 0; i < f->n_pairs; i++) put_odd(f, (uint32_t)(f->pairs[i] >> PAIR_SHIFT));
  for (uint32_t cp = V_FIRST; cp <= T_LAST; cp++) put_odd(f, cp);
}

static void find_kinds(tok_form *f) {
  memset(f->bound, 0xFF, sizeof f->bound);
  for (uint32_t page = 0; page < TOK_FORM_PLANE / TOK_FORM_WORD; page++) {
    for (uint64_t odd = f->mark[page]; odd != 0; odd &= odd - 1) {
      uint64_t bit = odd & (~odd + 1);
      kind k = kind_by_property(f, page * TOK_FORM_WORD + (uint32_t)__builtin_ctzll(odd));
      if (k != MARK) f->mark[page] &= ~bit;
      if (k != BOUND) f->bound[page] &= ~bit;
      if (k == LATER) f->later[page] |= bit;
    }
  }
}

tok_status tok_form_new(tok_form **form, bool compat, uint32_t sign) {
  tok_form *f = *form = tok_malloc(sizeof *f);
  if (f == NULL) return TOK_NOMEM;
  memset(f, 0, sizeof *f);
  f->compat = compat;
  find_odd(f);
  find_kinds(f);
  if (sign != 0) f->bound[sign / TOK_FORM_WORD] &= ~((uint64_t)1 << sign % TOK_FORM_WORD);
  f->easy = true;
  for (uint32_t page = 0; page < TOK_FORM_PLANE / TOK_FORM_WORD; page++) {
    bool clean = f->bound[page] == UINT64_MAX;
    uint32_t lead = page >> 6;
    f->clean3[page / 8] |= (uint8_t)(clean << page % 8);
    if (in_range(lead, 0x5, 0x9) || in_range(lead, 0xB, 0xC)) f->easy &= clean;
  }
  return TOK_OK;
}

/* ---- texts ------------------------------------------------------------------------------------*/

/* The start of the character that ends at `at`; `at` if none does or it begins before `floor`. */
static size_t char_before(tok_slice text, size_t floor, size_t at, uint32_t *cp) {
  const uint8_t *p = (const uint8_t *)text.ptr;
  size_t from = at;
  while (from > floor && at - from < 4) {
    if ((p[--from] & 0xC0) == 0x80) continue;
    return tok_utf8_decode(p + from, at - from, cp) == at - from && *cp != TOK_UTF8_INVALID ? from
                                                                                            : at;
  }
  return at;
}

/* The class of the last part of a character. */
static uint8_t last_class(uint32_t cp) {
  utf8proc_int32_t out[DECOMPOSED_MAX];
  if (in_range(cp, SYLLABLE_FIRST, SYLLABLE_LAST) || !decomposes(cp)) return class_of(cp);
  size_t n = decomposed(cp, out);
  return n == 0 ? UINT8_MAX : class_of((uint32_t)out[n - 1]);
}

/* May a later character join with one of class 0 right before it, or with a part of that? */
static bool joins(const tok_form *f, uint32_t before, uint32_t later) {
  if (in_range(later, V_FIRST, V_LAST)) return in_range(before, L_FIRST, L_LAST);
  if (in_range(later, T_FIRST, T_LAST))
    return in_range(before, SYLLABLE_FIRST, SYLLABLE_LAST) && (before - SYLLABLE_FIRST) % T_N == 0;
  if (is_pair(f, before, later)) return true;
  uint8_t class = class_of(later);
  return class != 0 && before >= 0xA0 && class < last_class(before);
}

/* Does a character that is no bound change, or the one before it, together? */
static bool changes_behind(const tok_form *f, uint32_t before, uint32_t cp, kind k) {
  uint8_t class = class_of(cp), class_before = class_of(before);
  if (class_before == 0) return k == LATER && joins(f, before, cp);
  if (class == 0) return false; /* marks between keep it from joining */
  return k == LATER || class_before > class; /* LATER: that may be; normalizing tells */
}

/* What few code points become. *n: bytes, 0: too many, or they may join with what stands before. */
static void normalize_few(const tok_form *f, const uint32_t *cps, size_t n_cps, uint8_t *n,
                          char bytes[TOK_FORM_NOTE_BYTES]) {
  utf8proc_int32_t out[2 * DECOMPOSED_MAX];
  utf8proc_uint8_t in[8];
  utf8proc_ssize_t k = 0;
  size_t len = 0;
  for (size_t i = 0; i < n_cps; i++)
    k += utf8proc_encode_char((utf8proc_int32_t)cps[i], in + k);
  *n = 0;
  k = utf8proc_decompose(in, k, out, 2 * DECOMPOSED_MAX, options_of(f->compat));
  if (k < 1 || k > 2 * DECOMPOSED_MAX) return;
  k = utf8proc_normalize_utf32(out, k, options_of(f->compat));
  if (kind_of(f, (uint32_t)out[0]) != BOUND) return;
  for (utf8proc_ssize_t i = 0; i < k; i++) {
    if (len + 4 > TOK_FORM_NOTE_BYTES) return;
    len += (size_t)utf8proc_encode_char(out[i], (utf8proc_uint8_t *)bytes + len);
  }
  *n = (uint8_t)len;
}

/* The note of a character behind another, made where there is none. */
static const tok_form_note *note_of(const tok_form *f, tok_form_memo *memo, uint32_t before,
                                    uint32_t cp, kind k) {
  uint32_t hash = (before * 0x9E3779B1u + cp) * 0x85EBCA6Bu;
  tok_form_note *note = &memo->notes[hash >> 16 & (TOK_FORM_NOTES - 1)];
  uint8_t form = f->compat ? 2 : 1;
  if (note->cp == cp && note->before == before && note->form == form) return note;
  *note = (tok_form_note){.before = before, .cp = cp, .form = form};
  note->changes = k == CHANGES || changes_behind(f, before, cp, k);
  if (k == CHANGES) {
    normalize_few(f, &cp, 1, &note->n, note->bytes);
  } else if (note->changes && kind_of(f, before) == BOUND) {
    normalize_few(f, (uint32_t[]){before, cp}, 2, &note->n, note->bytes);
  }
  return note;
}

/*
** The note of the character at text[at], NULL where it is a bound or has nothing before it to
** change with. *from: where what it is about begins. *to: where it ends.
*/
static const tok_form_note *note_at(const tok_form *f, tok_form_memo *memo, tok_slice text,
                                    size_t floor, size_t at, size_t *from, size_t *to) {
  uint32_t cp, before = 0;
  *to = at + tok_utf8_decode((const uint8_t *)text.ptr + at, text.len - at, &cp);
  *from = at;
  if (cp == TOK_UTF8_INVALID) return NULL;
  kind k = kind_of(f, cp);
  if (k == BOUND) return NULL;
  if (k != CHANGES && (*from = char_before(text, floor, at, &before)) == at) return NULL;
  return note_of(f, memo, before, cp, k);
}

bool tok_form_changes(const tok_form *f, tok_form_memo *memo, tok_slice text, size_t floor,
                      size_t at) {
  size_t from, to;
  const tok_form_note *note = note_at(f, memo, text, floor, at, &from, &to);
  return note != NULL && note->changes;
}

static bool bound_at(const tok_form *f, tok_slice text, size_t at) {
  uint32_t cp;
  if (at >= text.len) return true;
  tok_utf8_decode((const uint8_t *)text.ptr + at, text.len - at, &cp);
  return cp == TOK_UTF8_INVALID || kind_of(f, cp) == BOUND;
}

/* The run that a place belongs to, which can be normalized by itself. */
static void run_at(const tok_form *f, tok_slice text, size_t floor, size_t at, size_t *from,
                   size_t *to) {
  const uint8_t *p = (const uint8_t *)text.ptr;
  uint32_t cp;
  size_t end = at + tok_utf8_decode(p + at, text.len - at, &cp);
  for (bool bound = false; !bound && at > floor && end - at < RUN_MAX / 2;) {
    size_t before = char_before(text, floor, at, &cp);
    bound = before == at || kind_of(f, cp) == BOUND;
    at = before;
  }
  *from = at;
  while (end < text.len && end - at < RUN_MAX && !bound_at(f, text, end))
    end += tok_utf8_decode(p + end, text.len - end, &cp);
  *to = end;
}

/* A run decomposed, to scratch. A character before the end of the run is valid. */
static void decompose_run(const tok_form *f, tok_slice run, tok_buf *scratch) {
  const uint8_t *p = (const uint8_t *)run.ptr;
  int last_boundclass = 0;
  uint32_t cp;
  scratch->len = 0;
  for (size_t at = 0; at < run.len; at += tok_utf8_decode(p + at, run.len - at, &cp)) {
    utf8proc_int32_t *to =
        (void *)tok_buf_reserve(scratch, DECOMPOSED_MAX * sizeof(utf8proc_int32_t));
    if (to == NULL) return;
    tok_utf8_decode(p + at, run.len - at, &cp);
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)cp, to, DECOMPOSED_MAX,
                                                 options_of(f->compat), &last_boundclass);
    scratch->len += (n < 0 ? 0 : (size_t)n) * sizeof(utf8proc_int32_t);
  }
}

static void insert_in_order(utf8proc_int32_t *cps, size_t n) {
  for (size_t i = 1; i < n; i++) {
    utf8proc_int32_t cp = cps[i];
    uint8_t class = class_of((uint32_t)cp);
    size_t k = i;
    for (; k > 0 && class_of((uint32_t)cps[k - 1]) > class; k--) cps[k] = cps[k - 1];
    cps[k] = cp;
  }
}

/* By counting; room for as many. Stable, as the order of marks must be. */
static void count_in_order(utf8proc_int32_t *cps, size_t n, utf8proc_int32_t *room) {
  size_t start[CLASSES + 1] = {0};
  for (size_t i = 0; i < n; i++) start[class_of((uint32_t)cps[i]) + 1]++;
  for (size_t i = 0; i < CLASSES; i++) start[i + 1] += start[i];
  memcpy(room, cps, n * sizeof *cps);
  for (size_t i = 0; i < n; i++) cps[start[class_of((uint32_t)room[i])]++] = room[i];
}

/* Marks in the order of their classes, from one character without a class to the next. */
static void order(utf8proc_int32_t *cps, size_t n, utf8proc_int32_t *room) {
  for (size_t i = 0, from; i < n; i++) {
    for (from = i; i < n && class_of((uint32_t)cps[i]) != 0;) i++;
    if (i - from <= FEW) insert_in_order(cps + from, i - from);
    else count_in_order(cps + from, i - from, room);
  }
}

/* A run normalized; borrowed from scratch. */
static tok_status normalize_run(const tok_form *f, tok_slice run, tok_buf *scratch,
                                tok_slice *to) {
  decompose_run(f, run, scratch);
  size_t n = scratch->len / sizeof(utf8proc_int32_t);
  /* for the order of as many, and for the NUL behind the text */
  if (tok_buf_reserve(scratch, scratch->len + sizeof(utf8proc_int32_t)) == NULL)
    return scratch->status;
  utf8proc_int32_t *cps = (void *)scratch->ptr;
  order(cps, n, cps + n);
  utf8proc_ssize_t k = utf8proc_reencode(cps, (utf8proc_ssize_t)n, options_of(f->compat));
  if (k < 0) return TOK_TOOBIG;
  *to = (tok_slice){scratch->ptr, (size_t)k};
  return TOK_OK;
}

tok_status tok_form_change(const tok_form *f, tok_form_memo *memo, tok_slice text, size_t floor,
                           size_t at, tok_buf *scratch, size_t *from, size_t *to,
                           tok_slice *result) {
  const tok_form_note *note = note_at(f, memo, text, floor, at, from, to);
  if (note != NULL && note->n > 0 && bound_at(f, text, *to)) {
    *result = (tok_slice){note->bytes, note->n};
    return TOK_OK;
  }
  run_at(f, text, floor, at, from, to);
  return normalize_run(f, (tok_slice){text.ptr + *from, *to - *from}, scratch, result);
}

/*
** NFC and NFKC of texts that mostly have them already (form.h): every kernel's result against
** utf8proc's of the whole text, on random characters of all scripts, at every alignment to a block
** of 64 bytes, and with the text ending at a page that may not be read.
**
** TOK_NORMAL_CHARS (default 2 million) sets the number of characters; `make soak-normal` takes
** more.
*/
#include <sys/mman.h>
#include <unistd.h>
#include <utf8proc.h>

#include "../../ext/tokens/engine.h"
#include "../../ext/tokens/normal.h"
#include "../check.h"

enum { TEXT_MAX = 500, ODD_MAX = 40000 };

static uint64_t seed = 7;

static uint32_t rnd(uint32_t n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((seed >> 33) % n);
}

/* A text of `len` bytes right before a page that may not be touched. */
static uint8_t *guarded_copy(const uint8_t *text, size_t len) {
  static uint8_t *start;
  size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (2 * TEXT_MAX + page - 1) / page * page;
  if (start == NULL) {
    start = mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED || mprotect(start + size, page, PROT_NONE) != 0) abort();
  }
  return memcpy(start + size - len, text, len);
}

static bool is_scalar(uint32_t cp) {
  /* U+11A7 is no jamo that composes, but utf8proc drops it behind a syllable (2.8). */
  return cp < 0x110000 && (cp < 0xD800 || cp > 0xDFFF) && cp != 0x11A7;
}

/*
** Characters that the forms are about: those with a decomposition or a class, and their neighbours.
*/
static uint32_t odd[ODD_MAX];
static uint32_t n_odd;

static void find_odd(void) {
  for (uint32_t cp = 0xA0; cp < 0x20000 && n_odd < ODD_MAX; cp++) {
    const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)cp);
    bool some = p->decomp_seqindex != UINT16_MAX || p->combining_class != 0 ||
                p->category == UTF8PROC_CATEGORY_MC || (cp >= 0x1100 && cp <= 0x11FF);
    if (is_scalar(cp) && (some || cp % 97 == 0)) odd[n_odd++] = cp;
  }
}

static uint32_t random_char(uint32_t near) {
  uint32_t cp;
  switch (rnd(12)) {
  case 0: return odd[rnd(n_odd)];
  case 1: cp = 0xAC00 + rnd(11172); break;
  case 2: cp = 0x1100 + rnd(256); break;
  case 3: cp = 0x0300 + rnd(0x70); break;
  case 4: cp = 0x4E00 + rnd(0x5200); break;
  case 5: cp = rnd(0x110000); break;
  case 6: cp = 0x900 + rnd(0x500); break;
  case 7: cp = 0xC0 + rnd(0x700); break;
  case 8: cp = near + rnd(64); break;
  case 9: cp = 0x1F000 + rnd(0x1000); break;
  case 10: cp = rnd(0x3000); break;
  default: cp = ' ' + rnd(95); break;
  }
  return is_scalar(cp) ? cp : 'x';
}

/* About n bytes, mostly of one script; *n_chars: characters. */
static size_t random_text(uint8_t *out, size_t n, bool valid, long *n_chars) {
  size_t len = 0;
  uint32_t near = odd[rnd(n_odd)] & ~63u, few = rnd(4);
  while (len + 8 < n) {
    uint32_t cp = rnd(3) < few ? random_char(near) : near + rnd(64);
    if (few == 1 && rnd(40) != 0) cp = 'a' + rnd(26);
    if (!is_scalar(cp)) cp = 'y';
    len += (size_t)utf8proc_encode_char((utf8proc_int32_t)cp, out + len);
    ++*n_chars;
    if (!valid && rnd(8) == 0) len -= rnd(3) < len ? 1 : 0; /* cut off */
    if (!valid && rnd(20) == 0) out[len++] = (uint8_t)(0x80 + rnd(128));
  }
  return len;
}

static tok_normal normals[4]; /* NFC, NFKC, each without and with signs of blanks */
static tok_normal_out outs[2];

static void begin(void) {
  static const uint32_t flags[4] = {TOK_N_NFC, TOK_N_NFKC, TOK_N_NFC | TOK_N_BLANKS,
                                    TOK_N_NFKC | TOK_N_BLANKS};
  for (int i = 0; i < 4; i++) {
    tok_definition d;
    memset(&d, 0, sizeof d);
    d.normal = flags[i];
    if (tok_normal_new(&normals[i], &d) != TOK_OK) abort();
  }
  tok_normal_out_init(&outs[0]);
  tok_normal_out_init(&outs[1]);
  outs[1].with_map = true;
  find_odd();
}

static void end(void) {
  for (int i = 0; i < 4; i++) tok_normal_free(&normals[i]);
  tok_normal_out_free(&outs[0]);
  tok_normal_out_free(&outs[1]);
}

static void show(const char *what, const char *kernel, int form, const uint8_t *text, size_t len) {
  printf("%s: kernel %s form %d text ", what, kernel, form);
  for (size_t i = 0; i < len; i++) printf("%02x", text[i]);
  printf("\n");
}

/* The map goes up, from the beginning of the text to its end. */
static bool good_map(const tok_normal_out *o, tok_slice result, size_t len) {
  uint32_t before = 0, at = 0;
  if (o->map.len != (result.len + 1) * sizeof at) return false;
  for (size_t i = 0; i <= result.len; i++, before = at) {
    memcpy(&at, o->map.ptr + i * sizeof at, sizeof at);
    if (at < before || at > len) return false;
  }
  return at == len;
}

/* What `form` makes of the text with each kernel is `expected`, or with NULL the same with all. */
static bool all_kernels(int form, const uint8_t *p, size_t len, const uint8_t *expected, size_t n) {
  tok_slice text = {(const char *)p, len}, result;
  uint8_t *own = NULL;
  bool changed, good = true;
  for (size_t k = 0; tok_kernels[k] != NULL && good; k++) {
    if (!tok_kernels[k]->supported()) continue;
    for (int map = 0; map < 2 && good; map++) {
      tok_normal_out *o = &outs[map];
      good = tok_normal_apply(&normals[form], text, false, tok_kernels[k]->next_odd, o, &result,
                              &changed) == TOK_OK;
      if (good && expected == NULL) {
        n = result.len;
        expected = own = memcpy(malloc(n + 1), result.ptr, n);
      }
      good = good && result.len == n && memcmp(result.ptr, expected, n) == 0 &&
             (changed ? !map || good_map(o, result, len) : result.ptr == text.ptr);
    }
    if (!good) show("differs", tok_kernels[k]->name, form, p, len);
  }
  free(own);
  return good;
}

/* utf8proc's, and with signs each of them a blank (nothing composes with either). */
static bool as_utf8proc(int form, const uint8_t *p, size_t len) {
  utf8proc_uint8_t *expected;
  utf8proc_option_t options =
      UTF8PROC_STABLE | UTF8PROC_COMPOSE | (form & 1 ? UTF8PROC_COMPAT : 0);
  utf8proc_ssize_t n = utf8proc_map(p, (utf8proc_ssize_t)len, &expected, options);
  if (n < 0) return false;
  size_t to = 0;
  for (size_t i = 0; i < (size_t)n; to++) {
    bool sign = form >= 2 && (size_t)n - i >= 3 && memcmp(expected + i, "\xE2\x96\x81", 3) == 0;
    expected[to] = sign ? ' ' : expected[i];
    i += sign ? 3 : 1;
  }
  bool good = all_kernels(form, p, len, expected, to);
  free(expected);
  return good;
}

static long n_chars_wanted(void) {
  const char *s = getenv("TOK_NORMAL_CHARS");
  return s != NULL ? strtol(s, NULL, 10) : 2000000;
}

static void equals_utf8proc(void) {
  uint8_t text[TEXT_MAX];
  long n_chars = 0, wanted = n_chars_wanted();
  for (int i = 0; n_chars < wanted; i++) {
    size_t len = random_text(text, 9 + rnd(i % 4 ? 200 : TEXT_MAX - 9), true, &n_chars);
    if (!CHECK(as_utf8proc(i % 4, guarded_copy(text, len), len))) return;
  }
}

static void bytes_that_are_no_text(void) {
  uint8_t text[TEXT_MAX];
  long n_chars = 0, wanted = n_chars_wanted() / 4;
  for (int i = 0; n_chars < wanted; i++) {
    size_t len = random_text(text, 9 + rnd(300), false, &n_chars);
    if (!CHECK(all_kernels(i % 4, guarded_copy(text, len), len, NULL, 0))) return;
  }
}

/* Each character that the forms are about, behind and before others, at every place of a block. */
static void every_alignment(void) {
  static const char *const around[] = {"a", "\xC3\xA9", "\xE1\x84\x80", "\xEA\xB0\x80", "\xCC\xA3",
                                       "\xCC\x81", "\xE4\xB8\xAD", "\xE0\xA7\x87", "\xF0\x9F\x98\x80"};
  uint8_t text[200];
  for (uint32_t i = 0; i < 64 * 200; i++) {
    size_t at = i % 64;
    uint32_t cp = odd[rnd(n_odd)];
    const char *before = around[rnd(9)], *behind = around[rnd(9)];
    memset(text, 'x', sizeof text);
    memcpy(text + at, before, strlen(before));
    at += strlen(before);
    at += (size_t)utf8proc_encode_char((utf8proc_int32_t)cp, text + at);
    memcpy(text + at, behind, strlen(behind));
    at += strlen(behind) + rnd(2) * 70;
    if (!CHECK(as_utf8proc((int)(i / 64) % 4, guarded_copy(text, at), at))) return;
  }
}

/* Many more marks behind one another than any script has, of many classes or of two. */
static void long_runs(void) {
  enum { MARKS = 4000, KINDS = 4 };
  static const uint32_t two[] = {0x301, 0x323};
  static uint32_t marks[ODD_MAX];
  static uint8_t text[4 * MARKS + 8];
  uint32_t n_marks = 0;
  for (uint32_t i = 0; i < n_odd; i++) {
    if (utf8proc_get_property((utf8proc_int32_t)odd[i])->combining_class != 0)
      marks[n_marks++] = odd[i];
  }
  for (int i = 0; i < KINDS; i++) {
    size_t len = 0;
    text[len++] = 'a';
    for (int k = 0; k < MARKS; k++) {
      uint32_t cp = i == 0 ? two[k % 2] : rnd(MARKS) == 0 ? 'o' : marks[rnd(n_marks)];
      len += (size_t)utf8proc_encode_char((utf8proc_int32_t)cp, text + len);
    }
    for (int form = 0; form < 4; form++) CHECK(as_utf8proc(form, text, len));
  }
}

/* A character that no form changes is left in place, whatever its script. */
static void plain_texts_stay(void) {
  static const char *const texts[] = {
      "\xE0\xA4\x95\xE0\xA5\x8D\xE0\xA4\xB7\xE0\xA4\xBF",             /* Devanagari, virama */
      "\xE0\xB8\x81\xE0\xB8\xB8\xE0\xB9\x88\xE0\xB8\x99",             /* Thai, vowel and tone */
      "\xD7\xA9\xD6\xB8\xD7\x81",                                     /* Hebrew, points in order */
      "\xE0\xA6\x95\xE0\xA6\xBE \xE0\xAE\x95\xE0\xAE\xBE",            /* Bengali, Tamil: aa */
      "\xE1\xBA\xB9\xCC\x81\xC9\x94\xCC\x81",                         /* Yoruba: accents stay */
      "\xED\x95\x9C\xEA\xB5\xAD \xE6\x97\xA5\xE6\x9C\xAC \xE3\x81\x8C", /* Hangul, Han, Kana */
      "\xF0\x9F\x98\x80 \xF0\xA0\x80\x80"};                           /* an emoji, Han of plane 2 */
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    tok_slice text = tok_slice_of(texts[i]), result;
    bool changed = true;
    CHECK_INT(tok_normal_apply(&normals[1], text, false, tok_kernel_best()->next_odd, &outs[0],
                               &result, &changed),
              TOK_OK);
    CHECK(!changed && result.ptr == text.ptr);
  }
}

/*
** n marks in the worst order: put right, and not in the square of the time. More than form.c puts
** in order together: nothing is lost, and it is the same with all kernels.
*/
static void marks_in_a_row(size_t n, bool whole) {
  uint8_t *text = malloc(2 * n), *ordered = malloc(2 * n);
  for (size_t i = 0; i < n; i++) {
    memcpy(text + 2 * i, i < n / 2 ? "\xCC\x95" : "\xCC\x96", 2);
    memcpy(ordered + 2 * i, i < n / 2 ? "\xCC\x96" : "\xCC\x95", 2);
  }
  tok_slice result;
  bool changed;
  CHECK_INT(tok_normal_apply(&normals[0], (tok_slice){(char *)text, 2 * n}, false,
                             tok_kernel_best()->next_odd, &outs[0], &result, &changed),
            TOK_OK);
  CHECK_INT(result.len, 2 * n);
  CHECK(all_kernels(0, text, 2 * n, whole ? ordered : NULL, 2 * n));
  free(text);
  free(ordered);
}

static void endless_marks(void) {
  marks_in_a_row(300000, true);
  marks_in_a_row(1500000, false);
}

int main(int argc, char **argv) {
  static const check_test tests[] = {{"equals utf8proc", equals_utf8proc},
                                     {"bytes that are no text", bytes_that_are_no_text},
                                     {"every alignment", every_alignment},
                                     {"plain texts stay", plain_texts_stay},
                                     {"endless marks", endless_marks},
                                     {"long runs", long_runs}};
  begin();
  int rc = check_run(argc, argv, tests, sizeof tests / sizeof tests[0]);
  end();
  return rc;
}

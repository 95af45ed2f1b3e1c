/*
** Vocabulary files that are refused because the reference counts with them in a way that the engine
** has not: better no count than another one.
*/
#include "../../ext/tokens/compile.h"
#include "../../ext/tokens/import.h"
#include "../check.h"

#define SIGN "\xE2\x96\x81" /* U+2581 */
#define METASPACE "{\"type\":\"Metaspace\",\"replacement\":\"" SIGN "\""
#define BYTE_LEVEL(prefix) "{\"type\":\"ByteLevel\",\"use_regex\":true,\"add_prefix_space\":" prefix "}"
#define REPLACE \
  "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"" SIGN "\"}"
#define SPLIT(more) "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"[^\\n]+|\\n+\"}," more "}"

static char file[1 << 14];
static size_t n_file; /* bytes, where they are no text; else 0 */

/* What the importer or the compiler says. */
static const char *said(void) {
  static tok_vocab_error error;
  static tok_compile_error why;
  tok_definition d;
  tok_compiled *c = NULL;
  tok_compiled_about about = {"test", NULL, NULL, NULL};
  tok_def_init(&d);
  tok_slice s = n_file > 0 ? (tok_slice){file, n_file} : tok_slice_of(file);
  tok_status rc = tok_vocab_import(s, (tok_slice){NULL, 0}, &d, &error);
  n_file = 0;
  if (rc != TOK_OK) {
    tok_def_free(&d);
    return error.text;
  }
  if (tok_compile(&d, &about, NULL, &c, &why) != TOK_OK) return why.text;
  tok_compiled_free(c);
  return "";
}

static const char *unigram(const char *normalizer, const char *pre, const char *more) {
  snprintf(file, sizeof file,
           "{\"normalizer\":%s,\"pre_tokenizer\":%s,\"model\":{\"type\":\"Unigram\",\"unk_id\":0,"
           "\"vocab\":[[\"<unk>\",0],[\"a\",-1]%s}}",
           normalizer, pre, more);
  return said();
}

static const char *characters(const char *pre, const char *tokens, const char *more) {
  snprintf(file, sizeof file,
           "{\"normalizer\":" REPLACE ",\"pre_tokenizer\":%s,\"model\":{\"type\":\"BPE\","
           "\"vocab\":{\"<unk>\":0,\"a\":1,\"b\":2,\"" SIGN "\":3%s},\"merges\":[]%s}}",
           pre, tokens, more);
  return said();
}

/* With a token for each byte, 0..255. */
static const char *bytes(const char *pre, const char *tokens, const char *merges) {
  size_t at = 0;
  unsigned next = 0x100;
  at += (size_t)snprintf(file, sizeof file,
                         "{\"pre_tokenizer\":%s,\"model\":{\"type\":\"BPE\",\"vocab\":{", pre);
  for (unsigned b = 0; b < 256; b++) {
    bool plain = (b > ' ' && b < 0x7F) || (b >= 0xA1 && b != 0xAD);
    at += (size_t)snprintf(file + at, sizeof file - at, "\"\\u%04x\":%u,", plain ? b : next++, b);
  }
  snprintf(file + at, sizeof file - at, "%s},\"merges\":[%s]}}", tokens, merges);
  return said();
}

/* Pieces that are begun anew at white space, but not at a sign of a blank. */
static void words_that_do_not_split(void) {
#define WORDS(split) \
  "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"WhitespaceSplit\"}," METASPACE split "}]}"
  CHECK_STR(unigram("null", WORDS(",\"split\":false"), "]"),
            "its pre-tokenizer 'WhitespaceSplit' is not supported");
  CHECK_STR(unigram("null", WORDS(""), "]"), "");
}

/* Letters that stand for bytes would be its characters, what an expression splits its texts. */
static void unigram_behind_others(void) {
  CHECK_STR(unigram("null", BYTE_LEVEL("false"), "]"),
            "its model 'Unigram' behind ByteLevel is not supported");
  CHECK_STR(unigram(REPLACE, SPLIT("\"behavior\":\"Isolated\",\"invert\":false"), "]"),
            "its pre-tokenizer 'Split' is not supported");
}

/* An unknown blank is the bytes of U+2581. */
static void no_blank(void) {
  CHECK_STR(unigram("null", METASPACE "}", "],\"byte_fallback\":true"),
            "it has no token for a blank");
}

static void splits(void) {
  static const char refused[] = "its pre-tokenizer 'Split' is not supported";
#define ISOLATED "\"behavior\":\"Isolated\",\"invert\":false"
  CHECK_STR(characters(SPLIT(ISOLATED), "", ",\"unk_token\":\"<unk>\""), "");
  CHECK_STR(characters(SPLIT("\"behavior\":\"Removed\",\"invert\":false"), "", ""), refused);
  CHECK_STR(characters(SPLIT("\"behavior\":\"Isolated\",\"invert\":true"), "", ""), refused);
}

/* An error that is not the character map's. */
static void nothing_for_unknown(void) {
  CHECK_STR(characters(SPLIT(ISOLATED), "", ""), "no token stands for unknown characters");
}

/* With ignore_merges a whole text is looked up, not what stands between unknown characters. */
static void whole_texts(void) {
  CHECK_STR(characters("null", ",\"aba\":4", ",\"unk_token\":\"<unk>\",\"ignore_merges\":true"),
            "token 4 is only taken as a whole text, which is not supported");
}

static void prefixes(void) {
#define DIGITS(prefix)                                                          \
  "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\","             \
  "\"individual_digits\":true}," BYTE_LEVEL(prefix) "]}"
  CHECK_STR(bytes(DIGITS("true"), "\"ab\":256", "\"a b\""),
            "its ByteLevel puts a blank before each piece of 'Digits', which is not supported");
  CHECK_STR(bytes(DIGITS("false"), "\"ab\":256", "\"a b\""), "");
}

/*
** " c\u00e9c\u00e9": from its bytes " c" merges before its second character is whole, from its
** characters "c\u00e9" does. Where all is ASCII, or in order, there is no such difference.
*/
static void before_characters(void) {
#define E "\\u00c3\\u00a9"
#define TOKENS "\"c" E "\":256,\"\\u0120c\":257,\"" E "\":258,\"c" E "c" E "\":259"
  CHECK_STR(bytes(BYTE_LEVEL("false"), TOKENS,
                  "\"c " E "\",\"\\u0120 c\",\"\\u00c3 \\u00a9\",\"c" E " c" E "\""),
            "token 256 merges before its characters do, which is not supported");
  CHECK_STR(bytes(BYTE_LEVEL("false"), TOKENS,
                  "\"\\u0120 c\",\"\\u00c3 \\u00a9\",\"c " E "\",\"c" E " c" E "\""),
            "");
  CHECK_STR(bytes(BYTE_LEVEL("false"), "\"abc\":256,\"ab\":257", "\"ab c\",\"a b\""), "");
}

/* A name that is looked for in the normalized text, where it has a blank before it. */
static void names_behind_prepend(void) {
#define PREPEND                                                                         \
  "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"" SIGN \
  "\"}," REPLACE "]}"
#define NAME(normalized) \
  "]},\"added_tokens\":[{\"id\":2,\"content\":\"<x>\",\"normalized\":" normalized "}"
  static const char replace[] = REPLACE, prepend[] = PREPEND;
  CHECK_STR(unigram(prepend, "null", NAME("false") "],\"x\":{\"y\":[1]"), "");
  CHECK_STR(unigram(replace, "null", NAME("true") "],\"x\":{\"y\":[1]"), "");
  CHECK_STR(unigram(prepend, "null", NAME("true") "],\"x\":{\"y\":[1]"),
            "added token 2 is matched behind a Prepend, which is not supported");
}

/* "<x>  ": both the name and the white space that it takes are found there. */
static void names_of_white_space(void) {
#define NAMES(rstrip)                                                                       \
  "]},\"added_tokens\":[{\"id\":2,\"content\":\"<x>\",\"rstrip\":" rstrip "},{\"id\":3," \
  "\"content\":\"  \"}],\"x\":{\"y\":[1]"
  CHECK_STR(unigram("null", METASPACE "}", NAMES("false")), "");
  CHECK_STR(unigram("null", METASPACE "}", NAMES("true")),
            "added token 2 takes white space that may be added token 3, which is not supported");
}

/* A SentencePiece model of merges with two more pieces of these scores, four bytes each. */
static const char *merges(const char *x, const char *x_score, const char *y, const char *y_score) {
  size_t at = 0;
  const struct {
    const char *text;
    const char *score; /* four bytes */
    char type;
  } pieces[] = {{"<unk>", "\0\0\0\0", 2}, {SIGN, "\0\0\xa0\xc0", 1}, {"a", "\0\0\xc0\xc0", 1},
                {"b", "\0\0\xc0\xc0", 1}, {"c", "\0\0\xc0\xc0", 1},  {x, x_score, 1},
                {y, y_score, 1}};
  for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
    size_t n = strlen(pieces[i].text);
    const char head[] = {0x0A, (char)(n + 9), 0x0A, (char)n};
    memcpy(file + at, head, sizeof head);
    memcpy(file + at + 4, pieces[i].text, n);
    at += 4 + n;
    file[at++] = 0x15;
    memcpy(file + at, pieces[i].score, 4);
    at += 4;
    file[at++] = 0x18;
    file[at++] = pieces[i].type;
  }
  memcpy(file + at, "\x12\x02\x18\x02", 4); /* its type: merges */
  n_file = at + 4;
  return said();
}

/* Of one score the leftmost pair merges first, whatever it makes; in runs that may be the same. */
static void one_score(void) {
  static const char refused[] = "pieces 5 and 6 have one score, which is not supported";
  static const char two[] = "\0\0\0\xc0", three[] = "\0\0\x40\xc0";
  CHECK_STR(merges("ab", two, "bc", three), "");
  CHECK_STR(merges("ab", two, "bc", two), refused);
  CHECK_STR(merges("bb", two, "bbb", two), refused); /* "bbbb": bbb b there, bb bb here */
  CHECK_STR(merges("bbb", two, "bb", two), "");
  CHECK_STR(merges("bb", two, "bbbb", two), "");
  CHECK_STR(merges("bb", two, "abb", two), refused);
}

CHECK_MAIN({"words that do not split", words_that_do_not_split},
           {"unigram behind others", unigram_behind_others}, {"no blank", no_blank},
           {"splits", splits}, {"nothing for unknown characters", nothing_for_unknown},
           {"whole texts", whole_texts}, {"prefixes", prefixes}, {"before characters", before_characters},
           {"names behind Prepend", names_behind_prepend}, {"names of white space", names_of_white_space},
           {"one score", one_score})

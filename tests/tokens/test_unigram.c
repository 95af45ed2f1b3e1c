/*
** Unigram models: where two ways to cut a text are nearly as good, the last place of scores and
** sums decides, and where a text of its own begins. The ids are those of Hugging Face's tokenizers
** 0.22.1, but for the last two tests.
*/
#include "../../ext/tokens/compile.h"
#include "../../ext/tokens/engine.h"
#include "../../ext/tokens/import.h"
#include "../../ext/tokens/pack.h"
#include "../check.h"

#define SIGN "\xE2\x96\x81" /* U+2581 */
#define SPLITS "\"prepend_scheme\":\"always\",\"split\":true"
#define WHOLE "\"prepend_scheme\":\"always\",\"split\":false"

static void import(const char *vocab, const char *metaspace, tok_definition *d) {
  static char file[1 << 14];
  tok_vocab_error error;
  int n = snprintf(file, sizeof file,
                   "{\"added_tokens\":[],\"normalizer\":null,\"pre_tokenizer\":{\"type\":"
                   "\"Metaspace\",\"replacement\":\"" SIGN "\"%s%s},\"model\":{\"type\":"
                   "\"Unigram\",\"unk_id\":0,\"vocab\":[[\"<unk>\",0],%s],\"byte_fallback\":false}}",
                   metaspace[0] == '\0' ? "" : ",", metaspace, vocab);
  tok_def_init(d);
  if (tok_vocab_import((tok_slice){file, (size_t)n}, (tok_slice){NULL, 0}, d, &error) != TOK_OK) {
    printf("%s\n", error.text);
    abort();
  }
}

static tok_compiled *compile(tok_definition *d) {
  tok_compile_error why;
  tok_compiled *c = NULL;
  tok_compiled_about about = {"test", NULL, NULL, NULL};
  if (tok_compile(d, &about, NULL, &c, &why) != TOK_OK) abort();
  return c;
}

/* ids: one digit a token, as all these vocabularies have at most ten. Counted twice, for what is
 * remembered. */
static void gives(const tok_compiled *c, const char *text, const char *ids) {
  char got[200];
  size_t n = 0;
  tok_iter it;
  tok_engine *e = tok_engine_new();
  tok_slice s = {text, strlen(text)};
  if (e == NULL) abort();
  tok_iter_init(&it, e, tok_compiled_vocab(c), s, false);
  while (tok_iter_next(&it) == TOK_OK && it.n > 0) {
    for (size_t i = 0; i < it.n && n < sizeof got - 1; i++) got[n++] = (char)('0' + it.ids[i]);
  }
  got[n] = '\0';
  CHECK_STR(got, ids);
  for (int i = 0; i < 2; i++) {
    int64_t count = -1;
    CHECK(tok_count(e, tok_compiled_vocab(c), s, INT64_MAX, &count) == TOK_OK);
    CHECK_INT(count, (int64_t)strlen(ids));
  }
  tok_engine_forget(e, tok_compiled_vocab(c));
  tok_engine_free(e);
}

static void check_one(const char *vocab, const char *metaspace, const char *text,
                      const char *ids) {
  tok_definition d;
  import(vocab, metaspace, &d);
  tok_compiled *c = compile(&d);
  gives(c, text, ids);
  tok_compiled_free(c);
}

/* Read as the reference reads them, which is not the nearest double. */
static void numbers(void) {
  static const struct {
    const char *text;
    double score;
  } some[] = {{"-10.237382888793945", -0x1.4798a3fffffffp+3},
              {"-9.692704200744629", -0x1.362aa1fffffffp+3},
              {"-6.922038555145264", -0x1.bb02aep+2},
              {"-4.090514183044434", -0x1.05cafcp+2},
              {"0", 0},
              {"-7", -7},
              {"-0.1", -0.1},
              {"1e-5", 0x1.4f8b588e368f1p-17},
              {"-123456789012345678901234.5e-22", -0x1.8b0fcd32f707ap+3},
              {"-1.5E+1", -15},
              {"-0.30000000000000000000000000004", -0.3},
              {"-2.2250738585072014e-30", -0x1.6909f3b92c83ep-99},
              {"18446744073709551616.5e-19", 0x1.d83c94fb6d2acp+0},
              {"-3e29", -0x1.e4ad1785a42b2p+97},
              {"-0.000001e-310", -0x0.000000134d761p-1022}};
  char vocab[2000];
  size_t at = 0;
  tok_definition d;
  for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
    at += (size_t)snprintf(vocab + at, sizeof vocab - at, "%s[\"t%zu\",%s]", i == 0 ? "" : ",", i,
                           some[i].text);
  }
  import(vocab, SPLITS, &d);
  for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
    double got = tok_def_at(&d, i + 1)->score;
    if (!CHECK(memcmp(&got, &some[i].score, sizeof got) == 0))
      printf("%s is %a, expected %a\n", some[i].text, got, some[i].score);
  }
  tok_def_free(&d);
}

#define TIED                                                                     \
  "[\"" SIGN "\",-3.5],[\"a\",-5.118691444396973],[\"aa\",-10.237382888793945]," \
  "[\"" SIGN "a\",-9.692704200744629]"

/* Twice the score of one token is that of another, but for how they are read. */
static void ties(void) { check_one(TIED, SPLITS, "aaa", "123"); }

/* A packed vocabulary has the scores, too. */
static void packed_ties(void) {
  tok_definition d, again;
  tok_buf packed;
  tok_rank_hint hint;
  import(TIED, SPLITS, &d);
  tok_def_init(&again);
  tok_buf_init(&packed, SIZE_MAX / 2);
  again.model = d.model, again.family = d.family, again.normal = d.normal;
  again.fuse_unknown = d.fuse_unknown, again.characters = d.characters;
  memcpy(again.pattern, d.pattern, sizeof d.pattern);
  uint64_t sum = tok_def_checksum(&d);
  tok_compiled *c = compile(&d);
  CHECK(tok_pack(c, sum, &packed));
  CHECK(tok_unpack((tok_slice){packed.ptr, packed.len}, sum, &again, &hint) == TOK_OK);
  CHECK(tok_def_checksum(&again) == sum);
  tok_compiled_free(c);
  c = compile(&again);
  gives(c, "aaa", "123");
  tok_compiled_free(c);
  tok_buf_free(&packed);
}

/* Sums are doubles, also behind many words. */
static void long_sums(void) {
  check_one("[\"" SIGN "\",-3.5],[\"a\",-4.090514183044434],[\"aa\",-0.1],"
            "[\"" SIGN "a\",-9.692704200744629]",
            WHOLE, "aaa aaa aaaaa aa aaa aaa aaa aaaaa aaa aaa aaaaa aaa aaaa aa aaa aaaaa",
            "12312312331312312312312331231231233123133131231233");
}

#define BLANKS                                                                            \
  "[\"a\",-1],[\"" SIGN SIGN "\",-1],[\"" SIGN "\",-3],[\"" SIGN "b\",-2],[\"b" SIGN "\"" \
  ",-1]"

/* A Metaspace that splits begins a text at each blank: no token goes beyond, unknown ones are as
 * many as texts. */
static void pieces(void) {
  check_one(BLANKS, SPLITS, "a  a", "31331");
  check_one(BLANKS, SPLITS, "b" SIGN, "43");
  check_one(BLANKS, SPLITS, "b a", "431");
  check_one(BLANKS, SPLITS, "zz z", "3030");
  check_one(BLANKS, SPLITS, "z  z", "30330");
  check_one(BLANKS, WHOLE, "a  a", "3121");
  check_one(BLANKS, WHOLE, "b" SIGN, "35");
  check_one(BLANKS, WHOLE, "b a", "351");
  check_one(BLANKS, WHOLE, "z  z", "3020");
  check_one("[\"a\",-1],[\"" SIGN "a\",-1]", SPLITS, "b b", "00");
  check_one("[\"a\",-1],[\"" SIGN "a\",-1]", WHOLE, "b b", "0");
}

/* A Metaspace puts a blank before the text unless it is told not to. */
static void prefix(void) {
  static const char vocab[] = "[\"a\",-1],[\"" SIGN "a\",-1],[\"" SIGN "\",-5]";
  check_one(vocab, "", "a a", "22");
  check_one(vocab, "\"prepend_scheme\":\"never\"", "a a", "12");
}

enum { NORMAL = 1, UNKNOWN = 2, DEFINED = 4, UNIGRAM = 1, MERGES = 2 };

typedef struct {
  const char *text;
  float score;
  char type;
} piece;

/*
** Rules "c" to "b" and "e\u0301" to " a", as SentencePiece compiles them: a double array in which
** the children of node n start at unit 256 * n, with a value in the first; then the strings.
*/
static size_t make_rules(char *to) {
  static const struct {
    uint8_t from, byte, node, value; /* value: where its string is + 1, 0: none */
  } edges[] = {{1, 'c', 2, 1}, {1, 'e', 3, 0}, {3, 0xCC, 4, 0}, {4, 0x81, 5, 3}};
  enum { UNITS = 6 * 256 };
  uint32_t units[UNITS], n = sizeof units;
  for (size_t i = 0; i < UNITS; i++) units[i] = 0x80000000u;
  units[0] = 256u << 10;
  for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
    uint32_t at = 256u * edges[i].from + edges[i].byte, children = 256u * edges[i].node;
    units[at] = edges[i].byte | (at ^ children) << 10 | (edges[i].value > 0 ? 0x100 : 0);
    if (edges[i].value > 0) units[children] = 0x80000000u | (edges[i].value - 1u);
  }
  memcpy(to, &n, 4);
  memcpy(to + 4, units, sizeof units);
  memcpy(to + 4 + sizeof units, "b\0 a", 5);
  return 4 + sizeof units + 5;
}

/* A SentencePiece model: trims blanks, puts one before the text; with rules or without. */
static tok_compiled *sentencepiece(const piece *pieces, size_t n_pieces, char kind, bool rules) {
  static char file[1 << 14];
  size_t at = 0;
  tok_definition d;
  tok_vocab_error error;
  for (size_t i = 0; i < n_pieces; i++) {
    size_t n = strlen(pieces[i].text);
    const char head[] = {0x0A, (char)(n + 9), 0x0A, (char)n};
    memcpy(file + at, head, sizeof head);
    memcpy(file + at + sizeof head, pieces[i].text, n);
    at += sizeof head + n;
    file[at] = 0x15;
    memcpy(file + at + 1, &pieces[i].score, 4);
    file[at + 5] = 0x18;
    file[at + 6] = pieces[i].type;
    at += 7;
  }
  const char settings[] = {0x12, 2, 0x18, kind, 0x1A, 6, 0x18, 1, 0x20, 1, 0x28, 1};
  memcpy(file + at, settings, sizeof settings);
  at += sizeof settings;
  if (rules) {
    size_t n = make_rules(file + at + 6);
    const char head[] = {0x1A, (char)((n + 3) | 0x80), (char)((n + 3) >> 7),
                         0x12, (char)(n | 0x80),       (char)(n >> 7)};
    memcpy(file + at, head, sizeof head);
    at += sizeof head + n;
  }
  tok_def_init(&d);
  if (tok_vocab_import((tok_slice){file, at}, (tok_slice){NULL, 0}, &d, &error) != TOK_OK) {
    printf("%s\n", error.text);
    abort();
  }
  return compile(&d);
}

/*
** What a user has defined is chosen like others, with a good score of its own; and its name is one
** of U+2581, not of blanks, which are trimmed. (Ids of sentencepiece 0.2.1.)
*/
static void defined(void) {
  static const piece some[] = {{"<unk>", 0, UNKNOWN}, {SIGN, -3, NORMAL}, {"a", -3, NORMAL},
                               {"b", -3, NORMAL},     {"c", -12, NORMAL}, {"bc", -4, NORMAL},
                               {"ab", 0, DEFINED},    {SIGN SIGN, 0, DEFINED}};
  tok_compiled *c = sentencepiece(some, sizeof some / sizeof some[0], UNIGRAM, false);
  gives(c, "abc", "125");
  gives(c, "ab", "16");
  gives(c, "abab", "166");
  gives(c, "a  a", "1212");
  gives(c, "a " SIGN SIGN "a", "12712");
  gives(c, "a" SIGN SIGN "a", "1272");
  tok_compiled_free(c);
  static const piece merges[] = {{"<unk>", 0, UNKNOWN}, {SIGN, -3, NORMAL},
                                 {"a", -4, NORMAL},     {"b", -5, NORMAL},
                                 {"ab", -1, NORMAL},    {SIGN SIGN, 0, DEFINED}};
  c = sentencepiece(merges, sizeof merges / sizeof merges[0], MERGES, false);
  gives(c, "ab", "14");
  gives(c, "a  a", "1212");
  gives(c, "a" SIGN SIGN "a", "1252");
  tok_compiled_free(c);
}

/*
** What a user has defined is not normalized, where it stands with U+2581; and blanks run together
** also where one comes out of a rule.
*/
static void defined_and_rules(void) {
  static const piece some[] = {{"<unk>", 0, UNKNOWN}, {SIGN, -3, NORMAL}, {"a", -4, NORMAL},
                               {"b", -5, NORMAL},     {"c" SIGN "a", 0, DEFINED}};
  for (char kind = UNIGRAM; kind <= MERGES; kind++) {
    tok_compiled *c = sentencepiece(some, sizeof some / sizeof some[0], kind, true);
    gives(c, "c" SIGN "a", "14");
    gives(c, "c a", "1312");
    gives(c, "cc" SIGN "a", "134");
    gives(c, "b e\xCC\x81", "1312");
    gives(c, "be\xCC\x81", "1312");
    gives(c, "b  e\xCC\x81" "a", "13122");
    tok_compiled_free(c);
  }
}

CHECK_MAIN({"numbers", numbers}, {"ties", ties}, {"packed ties", packed_ties},
           {"long sums", long_sums}, {"pieces", pieces}, {"prefix", prefix}, {"defined", defined},
           {"defined and rules", defined_and_rules})

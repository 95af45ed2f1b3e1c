/* Reading logs: where documents end, their sizes, their instants. Formats: tests/sql/import.sql. */
#include "../../ext/ledger/log_impl.h"
#include "../check.h"

typedef struct {
  int64_t lines[16], bad_lines[16];
  int64_t n, n_bad, input;
  char id[16][64];
  char why[TOK_RECORD_WHY_BYTES];
} result;

static tok_status on_record(void *to, int64_t line, const tok_record *r) {
  result *s = to;
  tok_slice id = tok_record_text(r, TOK_C_RESPONSE_ID);
  if (s->n < 16) {
    s->lines[s->n] = line;
    snprintf(s->id[s->n], sizeof s->id[0], "%.*s", (int)id.len, id.ptr);
  }
  s->n++;
  s->input += r->cell[TOK_C_INPUT_TOKENS].number;
  return TOK_OK;
}

static tok_status on_bad(void *to, int64_t line, const char *why) {
  result *s = to;
  if (s->n_bad < 16) s->bad_lines[s->n_bad] = line;
  s->n_bad++;
  snprintf(s->why, sizeof s->why, "%s", why);
  return TOK_OK;
}

static const tok_log_options none;

static tok_status read_pieces(tok_log_format format, const char *text, size_t piece, result *out) {
  tok_log_sink sink = {out, on_record, on_bad};
  tok_log *l = malloc(sizeof *l);
  size_t n = strlen(text);
  memset(out, 0, sizeof *out);
  tok_log_init(l, format, &none, &sink);
  for (size_t at = 0; at < n; at += piece) {
    tok_log_feed(l, (tok_slice){text + at, n - at < piece ? n - at : piece});
  }
  tok_status status = tok_log_end(l);
  tok_log_free(l);
  free(l);
  return status;
}

/* In any pieces: so many records and bad documents, in these lines. */
static void check_read(tok_log_format format, const char *text, int64_t n, const int64_t *lines,
                       int64_t n_bad, const int64_t *bad_lines) {
  for (size_t piece = 1; piece <= strlen(text); piece = piece < 40 ? piece + 1 : piece * 2) {
    result r;
    CHECK_INT(read_pieces(format, text, piece, &r), TOK_OK);
    CHECK_INT(r.n, n);
    CHECK_INT(r.n_bad, n_bad);
    for (int i = 0; i < n && i < r.n; i++) CHECK_INT(r.lines[i], lines[i]);
    for (int i = 0; i < n_bad && i < r.n_bad; i++) CHECK_INT(r.bad_lines[i], bad_lines[i]);
  }
}

#define LINES(...) ((const int64_t[]){__VA_ARGS__})

static void cuts_lines(void) {
  check_read(
      TOK_LOG_JSONL,
      "{\"input_tokens\":1}\n\n  {\"input_tokens\":2}\r\n{bad\n\"text\"\n{\"input_tokens\":3}", 3,
      LINES(1, 3, 6), 1, LINES(4));
}

static void cuts_arrays_and_long_values(void) {
  check_read(TOK_LOG_JSONL, "[\n{\"input_tokens\":1},\n{\"input_tokens\":\n 2, \"a\": \"]}\\\"\"}\n , {\"input_tokens\":3}]\n", 3,
             LINES(2, 3, 5), 0, LINES(0));
  check_read(TOK_LOG_JSONL, "{\n \"input_tokens\": 1\n}\n{\n \"input_tokens\": 2\n}\n", 2,
             LINES(1, 4), 0, LINES(0));
  check_read(TOK_LOG_JSONL, "[{\"input_tokens\":1},{\"input_tokens\":", 1, LINES(1), 1, LINES(1));
  check_read(TOK_LOG_JSONL, "[{\"input_tokens\":1},{\"input_tokens\"},{\"input_tokens\":2}]", 2,
             LINES(1, 1), 1, LINES(1));
}

/* A first line that is cut off does not make one value of all lines. */
static void takes_lines_after_a_broken_first_one(void) {
  check_read(TOK_LOG_JSONL, "{\"input_tokens\":1,\n{\"input_tokens\":2}\n{\"input_tokens\":3}\n", 2,
             LINES(2, 3), 1, LINES(1));
}

static void cuts_csv(void) {
  check_read(TOK_LOG_CSV, "input_tokens,task\n1,\"a\nb\"\n2,\"c\"\"d,\"\n3,5\" e\n4\n5,x\n", 4,
             LINES(2, 4, 5, 7), 1, LINES(6));
  check_read(TOK_LOG_CSV, "\xEF\xBB\xBFinput_tokens;task\r\n1;a\r\n2;\"b\"\r\n", 2, LINES(2, 3), 0,
             LINES(0));
}

/* Equal rows have ids of their own; the ids of the first rows do not depend on what follows. */
static void gives_ids(void) {
  result a, b, c;
  read_pieces(TOK_LOG_CSV, "input_tokens,task\n1,x\n1,x\n", 100, &a);
  read_pieces(TOK_LOG_CSV, "input_tokens,task\n1,x\n1,x\n2,y\n", 7, &b);
  read_pieces(TOK_LOG_CSV, "input_tokens,task\n2,x\n1,x\n", 100, &c);
  CHECK(strcmp(a.id[0], a.id[1]) != 0);
  CHECK_STR(b.id[0], a.id[0]);
  CHECK_STR(b.id[1], a.id[1]);
  CHECK(strcmp(c.id[1], a.id[1]) != 0);
}

/* A line beyond the limit, and a quote that is never closed, lose themselves only. */
static void passes_over_what_is_too_long(void) {
  enum { LONG = TOK_LOG_DOCUMENT_MAX + 100 };
  char *text = malloc(LONG + 200);
  result r;
  size_t n = (size_t)snprintf(text, 100, "{\"input_tokens\":1}\n{\"a\":\"");
  memset(text + n, 'x', LONG);
  snprintf(text + n + LONG, 100, "\"}\n{\"input_tokens\":2}\n");
  CHECK_INT(read_pieces(TOK_LOG_JSONL, text, 1 << 16, &r), TOK_OK);
  CHECK_INT(r.n, 2);
  CHECK_INT(r.lines[1], 3);
  CHECK_INT(r.n_bad, 1);
  CHECK_STR(r.why, "is longer than 64 MB");
  n = (size_t)snprintf(text, 100, "input_tokens,task\n1,x\n2,\"open\n");
  for (int i = 0; i < 400000; i++) n += (size_t)snprintf(text + n, 100, "3,y\n");
  CHECK_INT(read_pieces(TOK_LOG_CSV, text, 1 << 16, &r), TOK_OK);
  CHECK_INT(r.n_bad, 1);
  CHECK_INT(r.bad_lines[0], 3);
  CHECK(r.n > 100000);
  free(text);
}

static void tells_formats(void) {
  static const struct {
    const char *text;
    tok_log_format format;
  } cases[] = {
      {"{\"type\":\"user\",\"sessionId\":\"s\",\"parentUuid\":null,\"message\":{\"content\":\"\\\"resourceSpans\\\"\"}}",
       TOK_LOG_CLAUDE_CODE},
      {"{\"type\":\"session_meta\",\"payload\":{}}", TOK_LOG_CODEX},
      /* a session of pi whose usage has no cache in it */
      {"{\"type\":\"session\",\"version\":3,\"id\":\"s\",\"cwd\":\"/\"}\n"
       "{\"type\":\"message\",\"id\":\"m\",\"message\":{\"role\":\"assistant\",\"usage\":{\"input\":1,\"output\":2}}}",
       TOK_LOG_PI},
      {"{\"resourceSpans\":[]}", TOK_LOG_OTEL},
      {"{\"attributes\":{\"gen_ai.system\":\"openai\"}}", TOK_LOG_OTEL},
      {"[{\"request_id\":1,\"spend\":1,\"prompt_tokens\":1}]", TOK_LOG_LITELLM},
      {"{\"model\":\"m\",\"usage\":{\"prompt_tokens\":1}}", TOK_LOG_RESPONSES},
      {"{\"input_tokens\":1}", TOK_LOG_JSONL},
      {"a,b\n1,2\n", TOK_LOG_CSV},
      {"hello\n", TOK_LOG_UNKNOWN},
      {" \n", TOK_LOG_UNKNOWN},
      {"", TOK_LOG_UNKNOWN},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    CHECK_INT(tok_log_format_of(tok_slice_of(cases[i].text)), cases[i].format);
  }
  for (int f = TOK_LOG_CSV; f < TOK_LOG_FORMATS; f++) {
    CHECK_INT(tok_log_format_find(tok_slice_of(tok_log_format_name((tok_log_format)f))), f);
  }
}

static void check_instant(const char *text, int64_t expected) {
  int64_t ms = -1;
  CHECK_INT(tok_record_instant(tok_slice_of(text), &ms), TOK_OK);
  CHECK_INT(ms, expected);
}

static void reads_instants(void) {
  int64_t ms;
  check_instant("2026-01-01T00:00:00Z", 1767225600000);
  check_instant("2026-01-01 00:00:00.9799600", 1767225600979);
  check_instant("2026-01-01T02:00:00.5+02:00", 1767225600500);
  check_instant("1767225600", 1767225600000);
  check_instant("1767225600.25", 1767225600250);
  check_instant("1767225600123", 1767225600123);
  check_instant("1767225600123456", 1767225600123);
  check_instant("1767225600123456789", 1767225600123);
  check_instant("0", 0);
  check_instant("1200", 1200000);
  static const char *const wrong[] = {
      "", "soon", "2026-13-01", "1e400", "-1e30", "99999999999999999999999", "--1", "1e"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    CHECK_INT(tok_record_instant(tok_slice_of(wrong[i]), &ms), TOK_INVALID);
  }
}

/* The tables of log_shapes.c: paths fit into the reader, columns have the kinds of the acts. */
static void tables_are_sound(void) {
  /* of the formats that have several shapes, the document decides */
  const char *const documents[] = {"{}", "{\"resourceSpans\": 0}",
                                   "{\"sessionId\": 0, \"messages\": 0}", "{\"usageLedger\": 0}"};
  for (int f = 0; f < 4 * TOK_LOG_FORMATS; f++) {
    const tok_log_shape *s =
        tok_log_shape_of((tok_log_format)(f / 4), tok_slice_of(documents[f % 4]));
    for (const tok_log_member *m = s->members; m != NULL && m->path != NULL; m++) {
      CHECK(strlen(m->path) < 100);
      CHECK(m->column < TOK_C_N);
      if (m->act == TOK_LOG_USD) CHECK_INT(tok_columns[m->column].kind, TOK_KIND_NANO);
      if (m->act == TOK_LOG_ADD) CHECK_INT(tok_columns[m->column].kind, TOK_KIND_COUNT);
      if (m->act == TOK_LOG_ONLY || m->act == TOK_LOG_NOT) CHECK(m->text != NULL);
    }
  }
}

CHECK_MAIN({"cuts_lines", cuts_lines}, {"cuts_arrays_and_long_values", cuts_arrays_and_long_values},
           {"takes_lines_after_a_broken_first_one", takes_lines_after_a_broken_first_one},
           {"cuts_csv", cuts_csv}, {"gives_ids", gives_ids},
           {"passes_over_what_is_too_long", passes_over_what_is_too_long},
           {"tells_formats", tells_formats}, {"reads_instants", reads_instants},
           {"tables_are_sound", tables_are_sound})

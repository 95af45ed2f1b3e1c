/*
** Arbitrary bytes as another program's log: no bad read; every document is a record, ignored or
** bad; texts are within bounds; and it does not matter in which pieces the bytes come.
**
** Input: a byte that chooses the format, a byte for the length of the pieces, then the log.
*/
#include <string.h>

#include "../../ext/ledger/log.h"
#include "require.h"

typedef struct {
  uint64_t hash;
  int64_t n_records, n_bad, last_line;
} result;

static void add(result *s, const void *bytes, size_t n) {
  const unsigned char *p = bytes;
  for (size_t i = 0; i < n; i++) s->hash = (s->hash ^ p[i]) * 1099511628211u;
}

static tok_status on_record(void *to, int64_t line, const tok_record *r) {
  result *s = to;
  s->n_records++;
  REQUIRE(r->why[0] == '\0' && line >= 1);
  for (int c = 0; c < TOK_C_N; c++) {
    add(s, &r->cell[c].state, sizeof r->cell[c].state);
    if (r->cell[c].state == TOK_CELL_NUMBER) {
      REQUIRE(tok_columns[c].kind != TOK_KIND_COUNT || r->cell[c].number >= 0);
      add(s, &r->cell[c].number, sizeof r->cell[c].number);
    } else if (r->cell[c].state != TOK_CELL_NONE) {
      tok_slice text = tok_record_text(r, (tok_column)c);
      add(s, text.ptr, text.len);
      add(s, &text.len, sizeof text.len);
    }
    if (r->cell[c].state == TOK_CELL_OWN) REQUIRE(r->texts.status == TOK_OK);
  }
  return TOK_OK;
}

static tok_status on_bad(void *to, int64_t line, const char *why) {
  result *s = to;
  REQUIRE(why[0] != '\0' && strlen(why) < TOK_RECORD_WHY_BYTES && line >= 1);
  s->n_bad++;
  add(s, why, strlen(why));
  add(s, &line, sizeof line);
  return TOK_OK;
}

static tok_status read_all(tok_log_format format, const tok_log_options *options, const uint8_t *p, size_t n,
                           size_t piece, result *out) {
  tok_log_sink sink = {out, on_record, on_bad};
  tok_log *l = malloc(sizeof *l);
  REQUIRE(l != NULL);
  tok_log_init(l, format, options, &sink);
  for (size_t at = 0; at < n; at += piece) {
    size_t k = n - at < piece ? n - at : piece;
    char *copy = malloc(k); /* of its own, so that a read past an end is seen */
    REQUIRE(copy != NULL);
    memcpy(copy, p + at, k);
    tok_log_feed(l, (tok_slice){copy, k});
    free(copy);
  }
  tok_status status = tok_log_end(l);
  REQUIRE(status == TOK_OK || status == TOK_NOTFOUND);
  REQUIRE(out->n_bad == l->n_bad);
  tok_log_free(l);
  free(l);
  return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char json[] = "{\"columns\":{\"n\\u0061me\":\"user_id\"},\"set\":{\"model\":\"gpt-4o\",\"tenant_id\":\"t\"}}";
  tok_log_options options;
  tok_buf texts;
  char why[TOK_RECORD_WHY_BYTES];
  result whole = {0}, pieces = {0};
  if (size < 2) return 0;
  tok_buf_init(&texts, 4096);
  REQUIRE(tok_log_options_read((tok_slice){json, sizeof json - 1}, &options, &texts, why) == TOK_OK);
  tok_log_format format = (tok_log_format)(data[0] % TOK_LOG_FORMATS);
  size_t n = size - 2, piece = 1 + data[1] % 64;
  tok_status a = read_all(format, &options, data + 2, n, n + 1, &whole);
  tok_status b = read_all(format, &options, data + 2, n, piece, &pieces);
  REQUIRE(a == b && whole.hash == pieces.hash && whole.n_records == pieces.n_records && whole.n_bad == pieces.n_bad);
  tok_log_options ignored;
  tok_log_options_read((tok_slice){(const char *)data, size}, &ignored, &texts, why);
  tok_buf_free(&texts);
  return 0;
}

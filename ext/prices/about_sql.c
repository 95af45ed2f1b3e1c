/*
** tok_info() -> TEXT, a JSON object: what this build is and what it stands on.
**
**     {"version": "0.1.0", "build": "gcc 12.2.0 x86_64", "cpu": "avx2", "sqlite": "3.40.1",
**      "vocabularies": [{"name": "r50k_base", "sha256": "306c…"}, …],
**      "prices": {"date": "2026-09-23", "sha256": "…", "models": 1000, "rows": 5000},
**      "zones": "2026f"}
**
** cpu is the instruction set that counting uses on this machine; a vocabulary's sha256 is that of
** its .tiktoken file, the price list's that of sql/prices/MANIFEST; its date is that of the newest
** check of any price; zones is the version of the time zone rules that tok carries. It stands in
** this room because it tells of both, tokens and prices.
*/
#include "../base/sql.h"
#include "../base/zone_table.h"
#include "../tok.h"
#include "../tokens/tokens.h"
#include "about_sql.h"
#include "list.h"

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown compiler"
#endif

#if defined(__x86_64__)
#define MACHINE "x86_64"
#elif defined(__aarch64__)
#define MACHINE "aarch64"
#else
#define MACHINE "other"
#endif

static void add_pair(tok_buf *b, const char *key, const char *value) {
  if (b->len > 0 && b->ptr[b->len - 1] != '{')
    tok_buf_addc(b, ',');
  tok_buf_add_json(b, tok_slice_of(key));
  tok_buf_addc(b, ':');
  tok_buf_add_json(b, tok_slice_of(value));
}

static void add_vocabularies(tok_buf *b) {
  tok_buf_adds(b, ",\"vocabularies\":[");
  for (size_t i = 0; i < tok_vocab_n(); i++) {
    const tok_vocab_info *about = tok_vocab_about(tok_vocab_at(i));
    tok_buf_adds(b, i == 0 ? "{" : ",{");
    add_pair(b, "name", about->name);
    add_pair(b, "sha256", about->sha256);
    tok_buf_addc(b, '}');
  }
  tok_buf_addc(b, ']');
}

static void add_prices(tok_buf *b) {
  tok_buf_adds(b, ",\"prices\":{");
  add_pair(b, "date", tok_prices.date);
  add_pair(b, "sha256", tok_prices.sha256);
  tok_buf_adds(b, ",\"models\":");
  tok_buf_add_i64(b, (int64_t)tok_prices.n_models);
  tok_buf_adds(b, ",\"rows\":");
  tok_buf_add_i64(b, (int64_t)tok_prices.n_rows);
  tok_buf_addc(b, '}');
}

void tok_info_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  tok_buf b;
  tok_buf_init(&b, tok_sql_limit(ctx));
  tok_buf_addc(&b, '{');
  add_pair(&b, "version", TOK_VERSION);
  add_pair(&b, "build", COMPILER " " MACHINE);
  add_pair(&b, "cpu", tok_cpu_path());
  add_pair(&b, "sqlite", sqlite3_libversion());
  add_vocabularies(&b);
  add_prices(&b);
  add_pair(&b, "zones", tok_zone_version);
  tok_buf_addc(&b, '}');
  tok_sql_result_buf(ctx, "tok_info", &b);
}

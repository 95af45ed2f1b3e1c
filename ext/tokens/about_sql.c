/*
** tok_info() -> TEXT, a JSON object: what this build is and what it stands on.
**
**     {"version": "0.1.0", "build": "gcc 12.2.0 x86_64", "cpu": "avx2", "sqlite": "3.40.1",
**      "vocabularies": [{"name": "r50k_base", "sha256": "306c…"}, …], "prices": {…}}
**
** cpu is the instruction set that counting uses on this machine. prices is there where the price list offers
** tok_price_info(), whose JSON it is.
*/
#include "../tok.h"
#include "tokens_sql.h"

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
  if (b->len > 1 && b->ptr[b->len - 1] != '{') tok_buf_addc(b, ',');
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
  tok_buf_addc(&b, '}');
  tok_sql_result_buf(ctx, "tok_info", &b);
}

/*
** Arbitrary bytes as a usage object and as a model reference: no bad read; what is accepted has a
** cost that is not negative or a reason; explanations are JSON that the reader accepts.
**
** Input: a model reference up to the first NUL, then a usage object.
*/
#include <string.h>

#include "../../ext/prices/cost.h"
#include "../../ext/prices/explain.h"
#include "../../ext/prices/override.h"
#include "../../ext/prices/usage_json.h"
#include "require.h"

enum { NOON = 1787227200 };

static void require_json(tok_buf *b) {
  tok_json j;
  REQUIRE(b->status == TOK_OK);
  tok_json_init(&j, (tok_slice){b->ptr, b->len});
  while (tok_json_next(&j) != TOK_JSON_END) REQUIRE(j.event != TOK_JSON_ERROR);
  tok_buf_free(b);
}

static tok_status find_nothing(void *source, tok_slice name, tok_override *to) {
  (void)source;
  (void)name;
  (void)to;
  return TOK_OK;
}

static void check_cost(const tok_override *o, const tok_usage_object *u) {
  tok_cost_result c;
  tok_buf b;
  tok_status s = TOK_NOTFOUND;
  if (o->r.model != NULL) s = tok_cost_of(tok_override_rows(o), &u->q, NOON, u->tier, &c);
  if (s == TOK_INVALID) {
    REQUIRE(c.fault != TOK_COST_FINE);
    return;
  }
  if (s == TOK_OK) REQUIRE(c.cost_nano >= 0 && c.n_lines > 0);
  if (s == TOK_OVERFLOW) return;
  tok_buf_init(&b, 1 << 20);
  tok_explain_cost(o, &c, s, NOON, u->tier, u->strange_tier, NULL, 0, &b);
  require_json(&b);
}

/* What is read in one glance, and what is priced by prepared rates, is what the long ways say. */
static void check_short_ways(const tok_override *o, tok_slice json, const tok_usage_object *u, bool read) {
  tok_plain glance, plain;
  tok_slice provider;
  tok_tier tier;
  tok_rates rates;
  tok_cost_result c;
  int64_t nano;
  bool is_plain = read && tok_plain_of(&u->q, &plain);
  if (tok_usage_plain(json, &glance, &provider, &tier))
    REQUIRE(is_plain && !u->us_only && tier == u->tier && glance.given == plain.given &&
            memcmp(glance.n, plain.n, sizeof plain.n) == 0);
  if (!is_plain || o->r.model == NULL || !tok_rates_of(tok_override_rows(o), NOON, u->tier, &plain, &rates) ||
      !tok_rates_cost(&rates, &plain, &nano))
    return;
  REQUIRE(tok_cost_of(tok_override_rows(o), &u->q, NOON, u->tier, &c) == TOK_OK && c.cost_nano == nano);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *nul = size == 0 ? NULL : memchr(data, 0, size);
  size_t n = nul == NULL ? size : (size_t)(nul - data);
  size_t rest = nul == NULL ? 0 : size - n - 1;
  /* of their own, so that a read past an end is seen */
  char *name = malloc(n + 1), *json = malloc(rest + 1);
  tok_override o;
  tok_usage_object u;
  tok_buf b;
  REQUIRE(name != NULL && json != NULL);
  if (n > 0) memcpy(name, data, n);
  if (rest > 0) memcpy(json, nul + 1, rest);
  name = realloc(name, n > 0 ? n : 1);
  json = realloc(json, rest > 0 ? rest : 1);
  tok_status s = tok_usage_read((tok_slice){json, rest}, &u);
  REQUIRE(s == TOK_OK || u.wrong != NULL);
  tok_slice provider = s == TOK_OK ? u.provider : (tok_slice){NULL, 0};
  REQUIRE(tok_override_resolve(provider, (tok_slice){name, n}, find_nothing, NULL, &o) == TOK_OK);
  REQUIRE((o.r.model != NULL) == (o.r.why == TOK_WHY_FOUND));
  tok_buf_init(&b, 1 << 20);
  tok_explain_resolution(&o, &b);
  require_json(&b);
  if (s == TOK_OK) check_cost(&o, &u);
  check_short_ways(&o, (tok_slice){json, rest}, &u, s == TOK_OK);
  tok_override_free(&o);
  free(name);
  free(json);
  return 0;
}

/*
** The reader of usage objects that the prices room asks for (prices/usage_json.h): canonical or
** raw, one object.
*/
#include "../prices/usage_json.h"
#include "usage.h"

static tok_status refuse(tok_usage_object *out, const char *what) {
  out->wrong = what;
  return TOK_INVALID;
}

/* Is the object, of well-formed JSON, empty but for whose it is? */
static bool says_nothing_else(tok_slice json) {
  tok_json j;
  tok_json_init(&j, json);
  (void)tok_json_next(&j);
  while (tok_json_next(&j) == TOK_JSON_KEY) {
    if (!tok_slice_is(j.text, "provider") && !tok_slice_is(j.text, "model") &&
        !tok_slice_is(j.text, "service_tier"))
      return false;
    if (tok_json_next(&j) != TOK_JSON_STRING) return false;
  }
  return true;
}

tok_status tok_usage_read(tok_slice json, tok_usage_object *out) {
  static const tok_slice unsaid = {NULL, 0};
  tok_usage u;
  tok_json first;
  memset(out, 0, sizeof *out);
  out->tier = TOK_TIER_STANDARD;
  tok_json_init(&first, json);
  if (tok_json_next(&first) == TOK_JSON_ERROR)
    return refuse(out, "is malformed JSON");
  if (first.event != TOK_JSON_OBJECT)
    return refuse(out, "must be a JSON object");
  tok_status status = tok_usage_walk(json, unsaid, true, &u);
  if (status == TOK_NOTFOUND && u.strange)
    return refuse(out, "has no known quantity");
  if (status == TOK_OK && u.n_responses > 1)
    return refuse(out, "holds several responses, whose prices may differ");
  if (status != TOK_OK && status != TOK_NOTFOUND) {
    out->member = u.member;
    out->wrong = u.wrong;
    memcpy(out->got, u.got, sizeof out->got);
    return status;
  }
  out->q = u.q;
  out->nothing = status == TOK_NOTFOUND && !says_nothing_else(json);
  if (u.says_provider) /* only what is said: the model's own prefix tells more than a guess */
    out->provider = u.provider.text;
  out->model = u.model.text;
  memcpy(out->advisors, u.advisors, sizeof out->advisors);
  out->n_advisors = u.n_advisors;
  out->us_only = u.inference_geo.text.len > 0;
  tok_tier tier = u.service_tier.text.len == 0 ? TOK_TIER_N : tok_tier_find(u.service_tier.text);
  out->tier = tier == TOK_TIER_N ? TOK_TIER_STANDARD : tier;
  if (tier == TOK_TIER_N) out->strange_tier = u.service_tier.text;
  return TOK_OK;
}

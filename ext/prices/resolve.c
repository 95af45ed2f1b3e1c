/* References to models; see resolve.h. */
#include "resolve.h"

enum { ANY_PROVIDER = -1 };

typedef struct {
  const tok_price_model *model;
  tok_match match;
  size_t start; /* where in the reference the name begins that was found */
} found;

static const found nothing = {NULL, TOK_MATCH_NONE, 0};

/* ---- what may be cut off for a price --------------------------------------------------------- */

/* A cut such as ":free" or ":nitro": a letter after a colon, but Azure's ":2023…" and Bedrock's
 * ":0" are versions. */
static bool cuts_variant(const tok_model_name *m, size_t end) {
  for (size_t i = end; i + 1 < m->len; i++) {
    if (m->folded[i] == ':' && tok_is_alpha(m->folded[i + 1]))
      return true;
  }
  return false;
}

bool tok_model_may_price(const tok_model_name *m, size_t i) {
  size_t start = m->start[i % m->n_start], end = m->end[i / m->n_start];
  if (m->fine_tuned)
    return (start == 0 && end == m->len) || memcmp(m->folded + start, "ft:", 3) == 0;
  return end == m->len || !cuts_variant(m, end);
}

/* ---- one name, one provider ------------------------------------------------------------------ */

static bool is_of(const tok_price_name *n, int provider) {
  return provider == ANY_PROVIDER || tok_prices.models[n->model].provider == provider;
}

/* A listed name that is exactly `text`, of the kinds in `kinds` (bits). */
static const tok_price_name *lookup(tok_slice text, int provider, unsigned kinds) {
  for (size_t i = tok_price_name_find(text); tok_price_name_is(i, text); i++) {
    const tok_price_name *n = &tok_prices.names[i];
    if (is_of(n, provider) && (kinds >> n->kind & 1) != 0)
      return n;
  }
  return NULL;
}

enum {
  WHOLE_NAMES = 1 << TOK_NAME_EXACT | 1 << TOK_NAME_VERSIONED,
  RESPELLED_NAMES = WHOLE_NAMES | 1 << TOK_NAME_RESPELLED,
  STEMS = 1 << TOK_NAME_VERSIONED | 1 << TOK_NAME_OPEN
};

/* One word of a tail that only says which version: a date part, "preview", "v2", "001". */
static bool is_version_word(const char *p, size_t n) {
  static const char *const words[] = {"preview", "exp",  "experimental",
                                      "latest",  "beta", "thinking"};
  tok_slice s = {p, n};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (tok_slice_is(s, words[i]))
      return true;
  }
  if (n == 2 && p[0] == 'v' && tok_is_digit(p[1]))
    return true;
  size_t digits = 0;
  while (digits < n && tok_is_digit(p[digits]))
    digits++;
  if (digits < n)
    return false;
  /* "05-20", "001", "0613", "20250514" */
  return n == 2 || (n == 3 && p[0] == '0') || n == 4 || n == 8;
}

/* What follows a versioned name: words of versions after '-', then '@…' or ':0', up to the end. */
static bool is_version_tail(tok_slice tail) {
  while (tail.len > 0 && tail.ptr[0] == '-') {
    size_t n = 1;
    while (n < tail.len && tail.ptr[n] != '-' && tail.ptr[n] != '@' && tail.ptr[n] != ':')
      n++;
    if (!is_version_word(tail.ptr + 1, n - 1))
      return false;
    tail = (tok_slice){tail.ptr + n, tail.len - n};
  }
  return tok_model_is_version(tail);
}

/* The longest stem that the candidate starts with and whose continuation is allowed. */
static const tok_price_name *lookup_prefix(tok_slice text, int provider) {
  for (size_t n = text.len; n > 1; n--) {
    tok_slice stem = {text.ptr, n}, tail = {text.ptr + n, text.len - n};
    for (size_t i = tok_price_name_find(stem); tok_price_name_is(i, stem); i++) {
      const tok_price_name *name = &tok_prices.names[i];
      if (!is_of(name, provider) || (STEMS >> name->kind & 1) == 0)
        continue;
      if (name->kind == TOK_NAME_OPEN || is_version_tail(tail))
        return name;
    }
  }
  return NULL;
}

/* ---- all candidates, one provider (or any) --------------------------------------------------- */

static found match_whole(const tok_model_name *m, int provider) {
  for (size_t i = 0; i < tok_model_candidates(m); i++) {
    if (!tok_model_may_price(m, i))
      continue;
    tok_slice c = tok_model_candidate(m, i);
    const tok_price_name *n = lookup(c, provider, WHOLE_NAMES);
    if (n == NULL)
      continue;
    const tok_price_model *model = &tok_prices.models[n->model];
    bool canonical = tok_slice_is(c, tok_price_text(model->name));
    return (found){model,
                   i > 0       ? TOK_MATCH_STRIPPED
                   : canonical ? TOK_MATCH_EXACT
                               : TOK_MATCH_ALIAS,
                   m->start[i % m->n_start]};
  }
  return nothing;
}

static found match_prefix(const tok_model_name *m, int provider) {
  for (size_t i = 0; i < m->n_start; i++) {
    tok_slice c = tok_model_candidate(m, i);
    if (!tok_model_may_price(m, i) || (!m->fine_tuned && cuts_variant(m, m->start[i])))
      continue;
    const tok_price_name *n = lookup_prefix(c, provider);
    if (n != NULL)
      return (found){&tok_prices.models[n->model], TOK_MATCH_PREFIX, m->start[i]};
  }
  return nothing;
}

static found match_spelling(const tok_model_name *m, int provider) {
  char spelled[TOK_MODEL_NAME_MAX];
  for (size_t i = 0; i < tok_model_candidates(m); i++) {
    if (!tok_model_may_price(m, i))
      continue;
    tok_slice c = {spelled, tok_model_respell(tok_model_candidate(m, i), spelled)};
    const tok_price_name *n = lookup(c, provider, RESPELLED_NAMES);
    if (n != NULL)
      return (found){&tok_prices.models[n->model], TOK_MATCH_SPELLING, m->start[i % m->n_start]};
  }
  return nothing;
}

static found match_in(const tok_model_name *m, int provider) {
  found f = match_whole(m, provider);
  if (f.model == NULL)
    f = match_prefix(m, provider);
  if (f.model == NULL)
    f = match_spelling(m, provider);
  return f;
}

/* A provider and those whose models it serves too. */
static found match_provider(const tok_model_name *m, int provider) {
  found f = match_in(m, provider);
  const tok_price_provider *p = &tok_prices.providers[provider];
  for (size_t i = 0; f.model == NULL && i < p->n_fallback; i++)
    f = match_in(m, p->fallback[i]);
  return f;
}

/* ---- which provider -------------------------------------------------------------------------- */

/* The provider that a prefix says, or -1. */
static int said_provider(const tok_model_name *m) {
  tok_slice platform = tok_model_platform(m);
  if (platform.len > 0)
    return tok_price_provider_find(platform);
  return m->dotted ? tok_price_provider_find(tok_slice_of("aws")) : -1;
}

static bool makes(const tok_price_provider *p, tok_slice text) {
  for (size_t g = 0; g < p->n_makes; g++) {
    if (tok_glob(tok_price_text(p->makes[g]), text))
      return true;
  }
  return false;
}

/* The maker of a model by its name, or -1. */
static int maker(const tok_model_name *m) {
  for (size_t i = 0; i < tok_prices.n_providers; i++) {
    if (makes(&tok_prices.providers[i], tok_model_candidate(m, 0)) ||
        makes(&tok_prices.providers[i], tok_model_candidate(m, m->n_start - 1u))) {
      return (int)i;
    }
  }
  return -1;
}

/* The only provider that lists the name, if it makes models; else *hosted. A host's price is its
 * own, and another host may serve the model unlisted. */
static found match_only(const tok_model_name *m, bool *hosted) {
  found f = match_whole(m, ANY_PROVIDER);
  if (f.model == NULL)
    return f;
  *hosted = tok_prices.providers[f.model->provider].n_makes == 0;
  for (size_t i = 0; i < tok_prices.n_providers && !*hosted; i++)
    *hosted = i != f.model->provider && match_whole(m, (int)i).model != NULL;
  return *hosted ? nothing : f;
}

/* ---- regions --------------------------------------------------------------------------------- */

/*
** Where the list price holds; of Bedrock also in the geography us, whose plain names are those of
** the US.
*/
static bool is_home(tok_slice region, bool bedrock) {
  static const char *const names[] = {"global", "global-standard", "us-east-1", "us-east-2",
                                      "us-west-2"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (tok_slice_is(region, names[i]))
      return true;
  }
  return region.len == 0 || (bedrock && tok_slice_is(region, "us"));
}

/*
** region/name, the name from `start` on, in place of the whole: a region of an ARN stands far from
** it.
*/
static found match_in_region(const tok_model_name *m, size_t start, int provider) {
  char text[TOK_MODEL_NAME_MAX + 1];
  tok_slice region = tok_model_region(m), name = {m->folded + start, m->len - start};
  tok_model_name joint;
  if (region.len + 1 + name.len > TOK_MODEL_NAME_MAX)
    return nothing;
  memcpy(text, region.ptr, region.len);
  text[region.len] = '/';
  memcpy(text + region.len + 1, name.ptr, name.len);
  tok_slice whole = {text, region.len + 1 + name.len};
  if (tok_model_name_parse(whole, &joint) != TOK_OK)
    return nothing;
  found f = match_in(&joint, provider);
  return f.start == 0 ? f : nothing;
}

/* A model of the list that is every region's but the government's. */
static bool is_regional(const tok_price_model *model, tok_slice region) {
  return strncmp(tok_price_text(model->name), "regional.", 9) == 0 &&
         (region.len < 6 || memcmp(region.ptr, "us-gov", 6) != 0);
}

/* Was the region that a reference names cut off for want of a price there? */
static bool lost_region(const tok_model_name *m, int provider, found *f) {
  tok_slice region = tok_model_region(m);
  if (provider < 0 || !tok_prices.providers[provider].regional || is_home(region, m->dotted) ||
      f->start <= m->region_last || is_regional(f->model, region))
    return false;
  found there = match_in_region(m, f->start, provider);
  if (there.model != NULL)
    *f = (found){there.model, TOK_MATCH_STRIPPED, 0};
  return there.model == NULL;
}

static tok_why why_not(const tok_model_name *m, bool hosted) {
  if (hosted)
    return TOK_WHY_AMBIGUOUS;
  if (m->fine_tuned)
    return TOK_WHY_FINE_TUNED;
  return m->n_end > 1 && cuts_variant(m, m->end[m->n_end - 1]) ? TOK_WHY_VARIANT
                                                               : TOK_WHY_UNKNOWN_MODEL;
}

/* Who only routes: the model's name says more of who serves it. */
static bool is_router(tok_slice provider) {
  static const char *const names[] = {"litellm", "vercel"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    size_t n = 0, len = strlen(names[i]);
    while (n < provider.len && n < len && tok_lower(provider.ptr[n]) == names[i][n])
      n++;
    if (n == len && (n == provider.len || !tok_is_alpha(provider.ptr[n])))
      return true; /* vercel, vercel-gateway, vercel_ai_gateway */
  }
  return false;
}

void tok_resolve(tok_slice provider, tok_slice reference, tok_resolution *out) {
  memset(out, 0, sizeof *out);
  out->why = TOK_WHY_NO_NAME;
  out->provider = -1;
  if (tok_model_name_parse(reference, &out->name) != TOK_OK)
    return;
  const tok_model_name *m = &out->name;
  found f = nothing;
  bool hosted = false;
  int p = -1;
  if (provider.len > 0 && !is_router(provider)) {
    p = tok_price_provider_find(provider);
    if (p < 0) {
      out->why = TOK_WHY_UNKNOWN_PROVIDER;
      return;
    }
  } else {
    p = said_provider(m);
  }
  if (p < 0)
    p = maker(m);
  if (p >= 0)
    f = match_provider(m, p);
  if (f.model == NULL && p < 0)
    f = match_only(m, &hosted);
  bool lost = f.model != NULL && lost_region(m, p, &f);
  if (lost)
    f = nothing;
  out->provider = p;
  out->model = f.model;
  out->match = f.match;
  out->why = lost              ? TOK_WHY_REGION
             : f.model != NULL ? TOK_WHY_FOUND
                               : why_not(m, hosted);
}

const char *tok_match_name(tok_match match) {
  static const char *const names[] = {NULL, "exact", "alias", "stripped", "prefix", "spelling"};
  return names[match];
}

const char *tok_why_text(tok_why why) {
  static const char *const texts[] = {
      "found",
      "the model's name is empty or too long",
      "the provider is not in the price list",
      "no provider of the price list has this model",
      "a variant (such as :free) without a listed price of its own",
      "a fine-tuned model whose price is not listed",
      "the price in this region is not listed, and may be above that of the model elsewhere",
      "providers host this model at their own prices: name the provider, as in groq/model",
  };
  return texts[why];
}

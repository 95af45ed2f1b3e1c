/* Models; see models.h. Two lists in the reference's order, one generated table. */
#include "models.h"

#include "../base/model_name.h"

/* ---- encodings ------------------------------------------------------------------------------- */

static const char O200K[] = "o200k_base", HARMONY[] = "o200k_harmony", CL100K[] = "cl100k_base",
                  P50K[] = "p50k_base", P50K_EDIT[] = "p50k_edit", R50K[] = "r50k_base";

typedef struct {
  const char *name, *encoding;
} rule;

/* tiktoken/model.py, MODEL_TO_ENCODING; gpt2's vocabulary is r50k_base's. */
static const rule EXACT[] = {
    {"o1", O200K},
    {"o3", O200K},
    {"o4-mini", O200K},
    {"gpt-5", O200K},
    {"gpt-4.1", O200K},
    {"gpt-4o", O200K},
    {"gpt-4", CL100K},
    {"gpt-3.5-turbo", CL100K},
    {"gpt-3.5", CL100K},
    {"gpt-35-turbo", CL100K},
    {"davinci-002", CL100K},
    {"babbage-002", CL100K},
    {"text-embedding-ada-002", CL100K},
    {"text-embedding-ada-002-v2", CL100K}, /* as responses name it; likewise the next two */
    {"davinci:2023-07-21-v2", CL100K},
    {"babbage:2023-07-21-v2", CL100K},
    {"text-embedding-3-small", CL100K},
    {"text-embedding-3-large", CL100K},
    {"text-davinci-003", P50K},
    {"text-davinci-002", P50K},
    {"text-davinci-001", R50K},
    {"text-curie-001", R50K},
    {"text-babbage-001", R50K},
    {"text-ada-001", R50K},
    {"davinci", R50K},
    {"curie", R50K},
    {"babbage", R50K},
    {"ada", R50K},
    {"code-davinci-002", P50K},
    {"code-davinci-001", P50K},
    {"code-cushman-002", P50K},
    {"code-cushman-001", P50K},
    {"davinci-codex", P50K},
    {"cushman-codex", P50K},
    {"text-davinci-edit-001", P50K_EDIT},
    {"code-davinci-edit-001", P50K_EDIT},
    {"text-similarity-davinci-001", R50K},
    {"text-similarity-curie-001", R50K},
    {"text-similarity-babbage-001", R50K},
    {"text-similarity-ada-001", R50K},
    {"text-search-davinci-doc-001", R50K},
    {"text-search-curie-doc-001", R50K},
    {"text-search-babbage-doc-001", R50K},
    {"text-search-ada-doc-001", R50K},
    {"code-search-babbage-code-001", R50K},
    {"code-search-ada-code-001", R50K},
    {"gpt2", R50K},
    {"gpt-2", R50K},
};

/* MODEL_PREFIX_TO_ENCODING: the first that matches decides. `ft:` was cut off before. */
static const rule PREFIX[] = {
    {"o1-", O200K},
    {"o3-", O200K},
    {"o4-mini-", O200K},
    {"gpt-5", O200K},
    {"gpt-4.5-", O200K},
    {"gpt-4.1-", O200K},
    {"chatgpt-4o-", O200K},
    {"gpt-4o-", O200K},
    {"gpt-4-", CL100K},
    {"gpt-3.5-turbo-", CL100K},
    {"gpt-35-turbo-", CL100K},
    {"gpt-oss-", HARMONY},
    {"gpt-oss:", HARMONY}, /* not the reference's: Ollama's spelling */
};

static const rule ENCODING[] = {
    {"o200k_base", O200K},    {"o200k_harmony", HARMONY}, {"cl100k_base", CL100K},
    {"p50k_base", P50K},      {"p50k_edit", P50K_EDIT},   {"r50k_base", R50K},
};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static const char *find_exact(const rule *rules, size_t n, tok_slice name) {
  for (size_t i = 0; i < n; i++) {
    if (tok_slice_is(name, rules[i].name)) return rules[i].encoding;
  }
  return NULL;
}

static const char *find_prefix(tok_slice name) {
  for (size_t i = 0; i < COUNT(PREFIX); i++) {
    size_t k = strlen(PREFIX[i].name);
    if (name.len >= k && memcmp(name.ptr, PREFIX[i].name, k) == 0) return PREFIX[i].encoding;
  }
  return NULL;
}

const char *tok_model_encoding(tok_slice reference) {
  tok_model_name m;
  if (tok_model_name_parse(reference, &m) != TOK_OK) return NULL;
  const char *encoding = find_exact(ENCODING, COUNT(ENCODING), tok_model_candidate(&m, 0));
  for (size_t i = 0; encoding == NULL && i < tok_model_candidates(&m); i++) {
    tok_slice name = tok_model_candidate(&m, i);
    /* `gpt-4:free` is gpt-4; what follows a dash is the prefixes' business: no `davinci-003`. */
    if (name.ptr[name.len] != '-') encoding = find_exact(EXACT, COUNT(EXACT), name);
    if (encoding == NULL) encoding = find_prefix(name);
  }
  return encoding;
}

/* ---- windows --------------------------------------------------------------------------------- */

static const tok_model MODELS[] = {
#define MODEL(name, provider, window, output) {name, provider, window, output},
#include "../../tokenizers/models.def"
#undef MODEL
};

size_t tok_model_n(void) { return COUNT(MODELS); }
const tok_model *tok_model_at(size_t i) { return &MODELS[i]; }

/* The table is ordered by respelled name, and no two rows are respelled alike. */
static const tok_model *find_row(tok_slice name) {
  char key[TOK_MODEL_NAME_MAX], row[TOK_MODEL_NAME_MAX];
  size_t n_key = tok_model_respell(name, key);
  size_t lo = 0, hi = COUNT(MODELS);
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    size_t n_row = tok_model_respell(tok_slice_of(MODELS[mid].name), row);
    int order = memcmp(row, key, n_row < n_key ? n_row : n_key);
    if (order == 0 && n_row == n_key) return &MODELS[mid];
    if (order < 0 || (order == 0 && n_row < n_key)) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  return NULL;
}

const tok_model *tok_model_find(tok_slice reference) {
  tok_model_name m;
  if (tok_model_name_parse(reference, &m) != TOK_OK) return NULL;
  const tok_model *found = NULL;
  for (size_t i = 0; found == NULL && i < tok_model_candidates(&m); i++) {
    found = find_row(tok_model_candidate(&m, i));
  }
  return found;
}

bool tok_model_fits(int32_t window, int64_t input, int64_t max_output) {
  return input <= window && max_output <= window - input;
}

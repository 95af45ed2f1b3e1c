/* Model references; see model_name.h. Suffixes are a table of small recognisers, tried from the
 * right. */
#include "model_name.h"

/* ---- suffixes -------------------------------------------------------------------------------- */

static bool two_digits(const char *p, int lo, int hi) {
  if (!tok_is_digit(p[0]) || !tok_is_digit(p[1]))
    return false;
  int v = (p[0] - '0') * 10 + (p[1] - '0');
  return v >= lo && v <= hi;
}

static bool is_month(const char *p) {
  return two_digits(p, 1, 12);
}
static bool is_day(const char *p) {
  return two_digits(p, 1, 31);
}
static bool is_year(const char *p) {
  return p[0] == '2' && p[1] == '0' && two_digits(p + 2, 20, 49);
}

static bool ends_with(const char *p, size_t n, const char *tail) {
  size_t k = strlen(tail);
  return n >= k && memcmp(p + n - k, tail, k) == 0;
}

/* Length of a date at the end of p[0..n), its separator included; 0 if none. */
static size_t date_suffix(const char *p, size_t n) {
  const char *e = p + n;
  if (n >= 11 && (e[-11] == '-' || e[-11] == ':') && is_year(e - 10) && e[-6] == '-' &&
      is_month(e - 5) && e[-3] == '-' && is_day(e - 2)) {
    return 11; /* -2024-08-06 */
  }
  if (n >= 9 && (e[-9] == '-' || e[-9] == ':') && is_year(e - 8) && is_month(e - 4) &&
      is_day(e - 2)) {
    return 9; /* -20250514 */
  }
  if (n >= 8 && e[-8] == '-' && is_month(e - 7) && e[-5] == '-' && is_year(e - 4)) {
    return 8; /* -08-2024 */
  }
  if (n >= 7 && e[-7] == '-' && two_digits(e - 6, 23, 29) && is_month(e - 4) && is_day(e - 2)) {
    return 7; /* -250514 */
  }
  if (n >= 5 && e[-5] == '-' &&
      ((is_month(e - 4) && is_day(e - 2)) || (two_digits(e - 4, 23, 29) && is_month(e - 2)))) {
    return 5; /* -0613, -2411 */
  }
  return 0;
}

/* Variants that name a way to serve the model, not another model. */
static size_t word_suffix(const char *p, size_t n) {
  static const char *const words[] = {"-latest",   ":latest", ":free",     ":nitro",  ":beta",
                                      ":extended", ":floor",  ":exacto",   ":online", ":thinking",
                                      ":batch",    "[1m]",    ":standard", "-maas"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (ends_with(p, n, words[i]))
      return strlen(words[i]);
  }
  return 0;
}

/* -v1, -v2; and Google's -001, which is a version only there: davinci-002 is another model than
 * davinci. */
static size_t version_suffix(const char *p, size_t n) {
  const char *e = p + n;
  bool google = n > 6 && (memcmp(p, "gemini", 6) == 0 || memcmp(p, "imagen", 6) == 0);
  if (n >= 3 && tok_is_digit(e[-1]) && e[-2] == 'v' && e[-3] == '-')
    return 3;
  if (google && e[-4] == '-' && e[-3] == '0' && tok_is_digit(e[-2]) && tok_is_digit(e[-1]))
    return 4;
  return 0;
}

/* :0, :1, and the context sizes of provisioned models, :18k, :200k. */
static size_t colon_suffix(const char *p, size_t n) {
  size_t i = n;
  if (i > 0 && p[i - 1] == 'k')
    i--;
  size_t digits_end = i;
  while (i > 0 && tok_is_digit(p[i - 1]))
    i--;
  if (i == digits_end || i == 0 || p[i - 1] != ':' || digits_end - i > 4)
    return 0;
  return n - (i - 1);
}

/* @20250514, @001, @default: everything from the last '@', unless it starts a path segment. */
static size_t at_suffix(const char *p, size_t n) {
  for (size_t i = n; i > 1 && p[i - 1] != '/'; i--) {
    if (p[i - 1] == '@')
      return p[i - 2] == '/' ? 0 : n - (i - 1);
  }
  return 0;
}

/* Length of one suffix at the end of p[0..n), or 0. */
static size_t one_suffix(const char *p, size_t n) {
  static size_t (*const kinds[])(const char *, size_t) = {word_suffix, date_suffix, colon_suffix,
                                                          at_suffix, version_suffix};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    size_t k = kinds[i](p, n);
    if (k > 0)
      return k;
  }
  return 0;
}

bool tok_model_is_version(tok_slice rest) {
  size_t n = rest.len;
  while (n > 0) {
    /* A suffix that is the whole rest has nothing before its separator, which at_suffix needs not
     * see. */
    size_t k = rest.ptr[0] == '@' ? n : one_suffix(rest.ptr, n);
    if (k == 0)
      return false;
    n -= k;
  }
  return true;
}

/* ---- prefixes -------------------------------------------------------------------------------- */

static bool in_list(const char *p, size_t n, const char *const *list, size_t n_list) {
  tok_slice s = {p, n};
  for (size_t i = 0; i < n_list; i++) {
    if (tok_slice_is(s, list[i]))
      return true;
  }
  return false;
}

#define IN_LIST(p, n, list) in_list(p, n, list, sizeof(list) / sizeof(list)[0])

/* Path segments that say what follows, not who. */
static bool is_structural(const char *p, size_t n) {
  static const char *const words[] = {"models",    "publishers",  "accounts", "projects",
                                      "locations", "deployments", "engines",  "tunedmodels"};
  return IN_LIST(p, n, words);
}

/* Bedrock's geographies. */
static bool is_geography(const char *p, size_t n) {
  static const char *const words[] = {"us", "eu", "apac", "ap", "jp",     "au",
                                      "ca", "sa", "me",   "af", "us-gov", "global"};
  return IN_LIST(p, n, words);
}

/* Azure's data zones, as in azure/eu/gpt-5. */
static bool is_zone(const char *p, size_t n) {
  static const char *const words[] = {"us", "eu", "apac", "us-gov", "global", "global-standard"};
  return IN_LIST(p, n, words);
}

/* Vendors of Bedrock names. A fixed list: a dot is otherwise part of a version, as in `gpt-4.1`. */
static bool is_bedrock_vendor(const char *p, size_t n) {
  static const char *const words[] = {
      "anthropic",  "amazon",   "meta",   "mistral",    "cohere", "ai21",   "stability",
      "deepseek",   "openai",   "qwen",   "writer",     "luma",   "nvidia", "minimax",
      "moonshotai", "moonshot", "google", "twelvelabs", "zai",    "xai"};
  return IN_LIST(p, n, words);
}

/* Providers that are written before a colon: `openai:gpt-4o`. */
static bool is_colon_prefix(const char *p, size_t n) {
  static const char *const words[] = {"openai",        "azure",
                                      "anthropic",     "google-gla",
                                      "google-vertex", "google",
                                      "gemini",        "vertex",
                                      "bedrock",       "aws",
                                      "groq",          "mistral",
                                      "cohere",        "deepseek",
                                      "xai",           "grok",
                                      "openrouter",    "together",
                                      "fireworks",     "huggingface",
                                      "ollama",        "cerebras",
                                      "moonshotai",    "perplexity",
                                      "openai-chat",   "openai-responses",
                                      "github",        "heroku",
                                      "vercel",        "litellm",
                                      "gateway",       "vertex_ai"};
  return IN_LIST(p, n, words);
}

/* aws regions: two letters, words, digit, joined by '-': us-east-1, ap-southeast-2, us-gov-west-1.
 */
static bool is_cloud_region(const char *p, size_t n) {
  return n >= 9 && n <= 24 && tok_is_alpha(p[0]) && tok_is_alpha(p[1]) && p[2] == '-' &&
         tok_is_digit(p[n - 1]) && memchr(p, '.', n) == NULL && memchr(p, '/', n) == NULL &&
         (p[n - 2] == '-' || tok_is_alpha(p[n - 2])) && memchr(p + 3, '-', n - 3) != NULL &&
         (memcmp(p, "us", 2) == 0 || memcmp(p, "eu", 2) == 0 || memcmp(p, "ap", 2) == 0 ||
          memcmp(p, "ca", 2) == 0 || memcmp(p, "sa", 2) == 0 || memcmp(p, "me", 2) == 0 ||
          memcmp(p, "af", 2) == 0 || memcmp(p, "il", 2) == 0);
}

static void add_start(tok_model_name *m, size_t at) {
  if (at >= m->len)
    return;
  if (m->n_start == TOK_MODEL_STARTS_MAX) { /* keep the first and the last ones */
    for (size_t i = 1; i + 1 < TOK_MODEL_STARTS_MAX; i++)
      m->start[i] = m->start[i + 1];
    m->n_start--;
  }
  m->start[m->n_start++] = (uint16_t)at;
}

static void set_region(tok_model_name *m, size_t at, size_t n) {
  m->region_at = m->region_last = (uint8_t)at;
  m->region_len = (uint8_t)n;
}

static void set_platform(tok_model_name *m, size_t at, size_t n) {
  if (m->platform_len != 0)
    return; /* the first one serves */
  m->platform_at = (uint8_t)at;
  m->platform_len = (uint8_t)n;
}

static void set_vendor(tok_model_name *m, size_t at, size_t n) {
  m->vendor_at = (uint8_t)at;
  m->vendor_len = (uint8_t)n;
}

/* `ft:` and `provider:` before everything else. Returns where the path starts. */
static size_t parse_colon_prefix(tok_model_name *m) {
  const char *colon = memchr(m->folded, ':', m->len);
  if (colon == NULL)
    return 0;
  size_t n = (size_t)(colon - m->folded);
  if (n == 2 && memcmp(m->folded, "ft", 2) == 0) {
    m->fine_tuned = true;
    add_start(m, 3);
    return 3;
  }
  if (n == 3 && memcmp(m->folded, "arn", 3) == 0)
    return 0;
  if (!is_colon_prefix(m->folded, n))
    return 0;
  set_platform(m, 0, n);
  set_vendor(m, 0, n);
  add_start(m, n + 1);
  return n + 1;
}

/* arn:aws:bedrock:REGION:ACCOUNT:kind/… */
static void parse_arn(tok_model_name *m, size_t n) {
  size_t field = 0, from = 0;
  for (size_t i = 0; i < n; i++) {
    if (m->folded[i] != ':')
      continue;
    if (field == 3 && i > from)
      set_region(m, from, i - from);
    from = i + 1;
    field++;
  }
}

/* Each '/' is a place to cut. Returns where the last segment starts. */
static size_t parse_path(tok_model_name *m, size_t from) {
  size_t segment = from;
  for (size_t i = from; i < m->len; i++) {
    if (m->folded[i] != '/')
      continue;
    const char *p = m->folded + segment;
    size_t n = i - segment;
    if (n >= 4 && memcmp(p, "arn:", 4) == 0) {
      parse_arn(m, i);
      m->dotted = true;
    } else if (is_cloud_region(p, n) || is_zone(p, n)) {
      set_region(m, segment, n);
    } else if (n == 10 && memcmp(p, "publishers", 10) == 0) {
      m->platform_len = 0;
      set_platform(m, segment, n);
    } else if (n > 0 && !is_structural(p, n)) {
      set_platform(m, segment, n);
      set_vendor(m, segment, n);
    }
    segment = i + 1;
    add_start(m, segment);
  }
  return segment;
}

/* us.anthropic.claude…: geography and vendor, each followed by a dot. */
static void parse_dotted(tok_model_name *m, size_t from) {
  for (int i = 0; i < 3; i++) { /* two geographies have been seen before one vendor */
    const char *p = m->folded + from;
    const char *dot = memchr(p, '.', m->len - from);
    if (dot == NULL)
      return;
    size_t n = (size_t)(dot - p);
    if (is_geography(p, n)) {
      if (m->region_len == 0 || i == 0)
        set_region(m, from, n);
      m->region_last = (uint8_t)from;
    } else if (is_bedrock_vendor(p, n)) {
      set_vendor(m, from, n);
    } else {
      return;
    }
    m->dotted = true;
    from += n + 1;
    add_start(m, from);
    if (!is_geography(p, n))
      return;
  }
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void add_end(tok_model_name *m, size_t at) {
  if (at > m->start[m->n_start - 1] && m->n_end < TOK_MODEL_ENDS_MAX)
    m->end[m->n_end++] = (uint16_t)at;
}

/* ft:base:org::id keeps `base`; base:ft-org-… keeps `base`. */
static void parse_fine_tuned(tok_model_name *m) {
  size_t from = m->start[m->n_start - 1];
  for (size_t i = from; i < m->len; i++) {
    if (m->folded[i] != ':')
      continue;
    bool old_style = m->len - i > 3 && memcmp(m->folded + i, ":ft-", 4) == 0;
    if (!m->fine_tuned && !old_style)
      continue;
    m->fine_tuned = true;
    add_end(m, i);
    return;
  }
}

tok_status tok_model_name_parse(tok_slice reference, tok_model_name *m) {
  while (reference.len > 0 && is_blank(reference.ptr[0])) {
    reference.ptr++;
    reference.len--;
  }
  while (reference.len > 0 && is_blank(reference.ptr[reference.len - 1]))
    reference.len--;
  if (reference.len == 0)
    return TOK_INVALID;
  if (reference.len > TOK_MODEL_NAME_MAX)
    return TOK_TOOBIG;
  memset(m, 0, sizeof *m);
  m->len = (uint16_t)reference.len;
  for (size_t i = 0; i < reference.len; i++)
    m->folded[i] = tok_lower(reference.ptr[i]);
  m->n_start = m->n_end = 1;
  m->end[0] = m->len;

  size_t from = parse_colon_prefix(m);
  from = parse_path(m, from);
  parse_dotted(m, from);
  parse_fine_tuned(m);
  size_t stem = m->start[m->n_start - 1];
  size_t end = m->end[m->n_end - 1];
  m->million_context = ends_with(m->folded, m->len, "[1m]");
  for (;;) {
    size_t k = one_suffix(m->folded + stem, end - stem);
    if (k == 0 || k >= end - stem)
      break;
    end -= k;
    add_end(m, end);
  }
  return TOK_OK;
}

size_t tok_model_respell(tok_slice name, char *out) {
  for (size_t i = 0; i < name.len; i++) {
    char c = tok_lower(name.ptr[i]);
    bool inside = i > 0 && i + 1 < name.len;
    if (c == '_' ||
        (c == '.' && inside && tok_is_digit(name.ptr[i - 1]) && tok_is_digit(name.ptr[i + 1]))) {
      c = '-';
    }
    out[i] = c;
  }
  return name.len;
}

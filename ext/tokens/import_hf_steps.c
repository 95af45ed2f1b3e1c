/*
** Normalizers and pre-tokenizers of Hugging Face's tokenizer.json: lists of steps, each of which
** must be one that the engine does, in an order that it does them in; anything else is an error
** that names it.
*/
#include "import_hf.h"

enum {
  STEPS_MAX = 12,  /* of a normalizer or pre-tokenizer; the longest in use have 5 */
  STEP_TEXT = 2048 /* bytes of a step's pattern */
};

/* A step of a normalizer or pre-tokenizer, its settings flattened. */
typedef struct {
  char type[32], pattern[STEP_TEXT], content[32], behavior[32], scheme[16];
  bool regex; /* the pattern is one; else a plain string */
  bool prefix, no_prefix, use_regex, invert, individual, split;
} step;

typedef struct {
  step step[STEPS_MAX];
  int n;
} steps;

/* ---- steps ------------------------------------------------------------------------------------
 */

/* A character map in base64. */
static void set_rules(tok_hf *r, const tok_json *j) {
  tok_buf *to = &r->m->d->charsmap, raw;
  tok_buf_init(&raw, TOK_DEF_CHARSMAP_MAX / 3 * 4 + 4);
  tok_json_text(&raw, j->text, j->escaped);
  to->len = 0;
  char *room = tok_buf_reserve(to, raw.len);
  if (raw.status != TOK_OK)
    to->status = raw.status;
  if (room != NULL && raw.len > 0) {
    int64_t n = tok_base64((tok_slice){raw.ptr, raw.len}, (uint8_t *)room);
    to->len = n < 0 ? 0 : (size_t)n;
  }
  tok_buf_free(&raw);
}

static void set_text(tok_hf *r, step *s, tok_slice key, const tok_json *j) {
  if (tok_slice_is(key, "precompiled_charsmap")) {
    set_rules(r, j);
    return;
  }
  r->text.len = 0;
  tok_json_text(&r->text, j->text, j->escaped);
  tok_slice v = {r->text.ptr, r->text.len};
  if (r->text.status != TOK_OK)
    return;
  if (tok_slice_is(key, "type"))
    tok_hf_copy(s->type, sizeof s->type, v);
  if (tok_slice_is(key, "behavior"))
    tok_hf_copy(s->behavior, sizeof s->behavior, v);
  if (tok_slice_is(key, "prepend_scheme"))
    tok_hf_copy(s->scheme, sizeof s->scheme, v);
  if (tok_slice_is(key, "content") || tok_slice_is(key, "prepend") ||
      tok_slice_is(key, "replacement")) {
    tok_hf_copy(s->content, sizeof s->content, v);
  }
  if (tok_slice_is(key, "Regex") || tok_slice_is(key, "String")) {
    tok_hf_copy(s->pattern, sizeof s->pattern, v);
    s->regex = tok_slice_is(key, "Regex");
  }
}

static void set_flag(step *s, tok_slice key, bool v) {
  if (tok_slice_is(key, "add_prefix_space"))
    s->prefix = v, s->no_prefix = !v;
  if (tok_slice_is(key, "use_regex"))
    s->use_regex = v;
  if (tok_slice_is(key, "invert"))
    s->invert = v;
  if (tok_slice_is(key, "individual_digits"))
    s->individual = v;
  if (tok_slice_is(key, "split"))
    s->split = v;
}

/*
** Reads a component: objects with a "type", those of a Sequence in their order; a Sequence itself
** is none. An object that is the value of "pattern" belongs to the one around it.
*/
static tok_status read_steps(tok_hf *r, tok_slice part, steps *out) {
  int at[TOK_JSON_DEPTH_MAX + 1] = {0};
  tok_json j;
  tok_slice key = {NULL, 0};
  memset(out, 0, sizeof *out);
  if (part.ptr == NULL)
    return TOK_OK;
  tok_json_init(&j, part);
  while (tok_json_next(&j) != TOK_JSON_END) {
    if (j.event == TOK_JSON_ERROR)
      return tok_hf_malformed(r, &j);
    if (j.event == TOK_JSON_KEY)
      key = j.text;
    if (j.event == TOK_JSON_OBJECT && !tok_slice_is(key, "pattern")) {
      if (out->n == STEPS_MAX)
        return tok_vimport_refuse(r->m, "it has more than %d steps of normalization", STEPS_MAX);
      out->step[out->n] = (step){.use_regex = true, .split = true, .prefix = false};
      at[j.depth] = out->n++;
    } else if (j.event == TOK_JSON_OBJECT) {
      at[j.depth] = at[j.depth - 1];
    } else if (out->n > 0 && j.event == TOK_JSON_STRING) {
      set_text(r, &out->step[at[j.depth]], key, &j);
    } else if (out->n > 0 && (j.event == TOK_JSON_TRUE || j.event == TOK_JSON_FALSE)) {
      set_flag(&out->step[at[j.depth]], key, j.event == TOK_JSON_TRUE);
    }
    if (j.event != TOK_JSON_KEY && j.event != TOK_JSON_OBJECT)
      key = (tok_slice){NULL, 0};
    if (j.event == TOK_JSON_OBJECT)
      key = (tok_slice){NULL, 0};
  }
  int kept = 0;
  for (int i = 0; i < out->n; i++) {
    if (strcmp(out->step[i].type, "Sequence") != 0)
      out->step[kept++] = out->step[i];
  }
  out->n = kept;
  return r->text.status;
}

static bool is(const char *a, const char *b) {
  return strcmp(a, b) == 0;
}

static tok_status apply_normalizer(tok_hf *r, const steps *s) {
  tok_definition *d = r->m->d;
  for (int i = 0; i < s->n; i++) {
    const step *p = &s->step[i];
    if (is(p->type, "NFC")) {
      d->normal |= TOK_N_NFC;
    } else if (is(p->type, "NFKC")) {
      d->normal |= TOK_N_NFKC;
    } else if (is(p->type, "Precompiled") && d->charsmap.status == TOK_NOMEM) {
      return TOK_NOMEM;
    } else if (is(p->type, "Precompiled") && d->charsmap.len > 0 && i == 0) {
      r->rules = true;
    } else if (r->rules && (is(p->type, "Strip") ||
                            (is(p->type, "Replace") && p->regex && is(p->pattern, " {2,}")))) {
      continue; /* where words are split at white space, as they must be then, it changes nothing */
    } else if (is(p->type, "Prepend") && is(p->content, TOK_BLANK_SIGN)) {
      d->normal |= TOK_N_PREFIX;
    } else if (is(p->type, "Replace") && !p->regex && is(p->pattern, " ") &&
               is(p->content, TOK_BLANK_SIGN)) {
      d->normal |= TOK_N_BLANKS;
    } else {
      return tok_vimport_refuse(r->m, "its normalizer '%s' is not supported", p->type);
    }
  }
  return TOK_OK;
}

void tok_hf_family(tok_hf *r, tok_family family) {
  r->m->d->family = family;
  tok_hf_copy(r->m->d->pattern, sizeof r->m->d->pattern, tok_slice_of(tok_family_pattern(family)));
}

/* A pre-tokenizer of regular expressions behind which bytes become letters. */
static tok_status apply_byte_level(tok_hf *r, const steps *s) {
  const step *last = &s->step[s->n - 1], *first = &s->step[0];
  tok_definition *d = r->m->d;
  r->byte_level = true;
  if (!is(r->type, "BPE"))
    return tok_vimport_refuse(r->m, "its model '%s' behind ByteLevel is not supported", r->type);
  if (last->prefix && s->n > 1)
    return tok_vimport_refuse(
        r->m, "its ByteLevel puts a blank before each piece of '%s', which is not supported",
        first->type);
  if (last->prefix)
    d->normal |= TOK_N_PREFIX | TOK_N_PREFIX_NEW;
  if (r->m->pattern.len > 0)
    return tok_vimport_pattern(r->m, r->m->pattern);
  for (int i = 0; i + 1 < s->n; i++) {
    const step *p = &s->step[i];
    if (is(p->type, "Digits"))
      continue;
    if (!is(p->type, "Split") || !is(p->behavior, "Isolated") || p->invert || !p->regex) {
      return tok_vimport_refuse(r->m, "its pre-tokenizer '%s' is not supported", p->type);
    }
  }
  if (s->n == 1 && last->use_regex)
    return tok_hf_family(r, TOK_FAMILY_R50K), TOK_OK;
  if (s->n == 1)
    return tok_hf_family(r, TOK_FAMILY_WHOLE), TOK_OK;
  if (s->n == 2 && is(first->type, "Digits") && first->individual && last->use_regex) {
    return tok_hf_family(r, TOK_FAMILY_DIGITS), TOK_OK;
  }
  if (last->use_regex)
    return tok_vimport_refuse(r->m, "its pre-tokenizer splits twice, which is not supported");
  r->text.len = 0;
  for (int i = 0; i + 1 < s->n; i++) {
    if (i > 0)
      tok_buf_adds(&r->text, " then ");
    tok_buf_adds(&r->text, is(s->step[i].type, "Digits") ? "\\p{N}" : s->step[i].pattern);
  }
  if (r->text.status != TOK_OK)
    return r->text.status;
  return tok_vimport_pattern(r->m, (tok_slice){r->text.ptr, r->text.len});
}

/* What a Metaspace does that is told nothing else. */
static bool always_prefixed(const step *p) {
  return is(p->scheme, "always") || (p->scheme[0] == '\0' && !p->no_prefix);
}

static tok_status apply_metaspace(tok_hf *r, const step *p) {
  tok_definition *d = r->m->d;
  if (!is(p->content, TOK_BLANK_SIGN))
    return tok_vimport_refuse(r->m, "its Metaspace writes '%s' for a blank", p->content);
  if (p->split && is(r->type, "BPE"))
    return tok_vimport_refuse(r->m, "its Metaspace splits, which is not supported");
  d->normal |= TOK_N_BLANKS | (p->split ? TOK_N_SPLIT : 0);
  if (d->normal & TOK_N_PREFIX)
    return TOK_OK; /* the normalizer has put a blank there already */
  if (is(p->scheme, "first"))
    d->normal |= TOK_N_PREFIX | TOK_N_PREFIX_NEW | TOK_N_PREFIX_FIRST;
  if (always_prefixed(p))
    d->normal |= TOK_N_PREFIX | TOK_N_PREFIX_NEW;
  return TOK_OK;
}

static tok_status apply_pre_tokenizer(tok_hf *r, const steps *s) {
  tok_definition *d = r->m->d;
  if (s->n > 0 && is(s->step[s->n - 1].type, "ByteLevel"))
    return apply_byte_level(r, s);
  for (int i = 0; i < s->n; i++) {
    const step *p = &s->step[i];
    if (is(p->type, "WhitespaceSplit") && i == 0 && s->n == 2 && is(r->type, "Unigram") &&
        d->normal == 0 && is(s->step[1].type, "Metaspace") && always_prefixed(&s->step[1]) &&
        s->step[1].split) {
      r->words = true;
    } else if (is(p->type, "Metaspace")) {
      tok_status rc = apply_metaspace(r, p);
      if (rc != TOK_OK)
        return rc;
    } else if (is(p->type, "Split") && !p->regex && is(p->pattern, " ") &&
               (d->normal & TOK_N_BLANKS) && !p->invert) {
      continue; /* blanks are gone when it looks for them */
    } else if (is(p->type, "Split") && p->regex && s->n == 1 && is(r->type, "BPE") &&
               is(p->behavior, "Isolated") && !p->invert) {
      r->text.len = 0;
      tok_buf_adds(&r->text, p->pattern);
      if (r->text.status != TOK_OK)
        return r->text.status;
      tok_status rc = tok_vimport_pattern(r->m, (tok_slice){r->text.ptr, r->text.len});
      if (rc != TOK_OK)
        return rc;
    } else {
      return tok_vimport_refuse(r->m, "its pre-tokenizer '%s' is not supported", p->type);
    }
  }
  if (r->rules && !r->words)
    return tok_vimport_refuse(
        r->m,
        "its normalizer 'Precompiled' is supported only before WhitespaceSplit and Metaspace");
  if (r->words)
    d->normal = TOK_N_BLANKS | TOK_N_WORDS;
  if (!(d->normal & TOK_N_BLANKS)) {
    return tok_vimport_refuse(
        r->m, "it has no pre-tokenizer that is supported, expected ByteLevel or Metaspace");
  }
  d->characters = true;
  return TOK_OK;
}

/* ---- both ------------------------------------------------------------------------------------ */

static tok_status with_steps(tok_hf *r, tok_slice part,
                             tok_status (*apply)(tok_hf *, const steps *)) {
  steps *s = tok_malloc(sizeof *s);
  if (s == NULL)
    return TOK_NOMEM;
  tok_status rc = read_steps(r, part, s);
  if (rc == TOK_OK)
    rc = apply(r, s);
  tok_free(s);
  return rc;
}

tok_status tok_hf_normalizer(tok_hf *r) {
  return with_steps(r, r->normalizer, apply_normalizer);
}

tok_status tok_hf_pre_tokenizer(tok_hf *r) {
  return with_steps(r, r->pre, apply_pre_tokenizer);
}

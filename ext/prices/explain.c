/* Explanations as JSON; see explain.h. */
#include "explain.h"
#include "../base/time.h"

static void key(tok_buf *b, const char *name) {
  char last = b->len > 0 ? b->ptr[b->len - 1] : '{';
  if (last != '{' && last != '[')
    tok_buf_addc(b, ',');
  tok_buf_add_json(b, tok_slice_of(name));
  tok_buf_addc(b, ':');
}

static void text_or_null(tok_buf *b, const char *name, const char *text) {
  key(b, name);
  if (text == NULL || text[0] == '\0') {
    tok_buf_adds(b, "null");
  } else {
    tok_buf_add_json(b, tok_slice_of(text));
  }
}

static void number(tok_buf *b, const char *name, int64_t v) {
  key(b, name);
  tok_buf_add_i64(b, v);
}

/* v / 10^decimals without trailing zeros: money as JSON number, exactly. v >= 0. */
static void decimal(tok_buf *b, const char *name, int64_t v, int decimals) {
  char digits[40];
  int n = 0;
  key(b, name);
  for (; n <= decimals || v > 0; v /= 10)
    digits[n++] = (char)('0' + v % 10);
  int low = 0;
  while (low < decimals && digits[low] == '0')
    low++;
  for (int i = n - 1; i >= low; i--) {
    if (i == decimals - 1)
      tok_buf_addc(b, '.');
    tok_buf_addc(b, digits[i]);
  }
}

static void slice_or_null(tok_buf *b, const char *name, tok_slice s) {
  key(b, name);
  if (s.len == 0) {
    tok_buf_adds(b, "null");
  } else {
    tok_buf_add_json(b, s);
  }
}

/* What the reference was understood as: by the list, else by the rows of llm_price. */
static void add_match(const tok_override *o, tok_buf *b) {
  const tok_price_model *m = o->r.model;
  const char *provider = NULL, *model = NULL;
  if (m != NULL) {
    provider = tok_price_text(tok_prices.providers[m->provider].id);
    model = tok_price_text(m->name);
  } else if (o->n_own > 0) {
    provider = o->texts.ptr + o->provider;
    model = o->texts.ptr + o->model;
  }
  text_or_null(b, "provider", provider);
  text_or_null(b, "model", model);
  text_or_null(b, "matched_by", tok_match_name(o->r.match));
}

void tok_explain_resolution(const tok_override *o, tok_buf *b) {
  const tok_resolution *r = &o->r;
  tok_buf_addc(b, '{');
  add_match(o, b);
  slice_or_null(b, "vendor", tok_model_vendor(&r->name));
  slice_or_null(b, "region", tok_model_region(&r->name));
  text_or_null(b, "service_tier", tok_tier_name(TOK_TIER_STANDARD));
  key(b, "fine_tuned");
  tok_buf_adds(b, r->name.fine_tuned ? "true" : "false");
  text_or_null(b, "origin", o->n_own > 0 ? "llm_price" : r->model != NULL ? "built-in" : NULL);
  if (r->why != TOK_WHY_FOUND)
    text_or_null(b, "reason", tok_why_text(r->why));
  if (r->model != NULL && r->model->context_window > 0)
    number(b, "context_window", r->model->context_window);
  if (r->model != NULL && r->model->note != 0)
    text_or_null(b, "note", tok_price_text(r->model->note));
  tok_buf_addc(b, '}');
}

static void add_time(tok_buf *b, const char *name, int64_t t) {
  char text[TOK_TIME_TEXT_BYTES];
  if (tok_time_in_range(t)) {
    tok_time_format(t, text);
    text_or_null(b, name, text);
  } else {
    text_or_null(b, name, NULL);
  }
}

/* Where the row's price is from. */
static const char *source_of(const tok_override *o, const tok_price_row *row) {
  if ((row->rank & TOK_RANK_OVERRIDE) != 0)
    return o->texts.ptr + row->source;
  if (row->source != 0)
    return tok_price_text(row->source);
  return tok_price_text(tok_prices.providers[o->r.model->provider].source);
}

static void add_line(const tok_override *o, const tok_cost_line *line, tok_slice advisor,
                     tok_buf *b) {
  const tok_meter_info *m = &tok_meters[line->row->meter];
  if (b->len > 0 && b->ptr[b->len - 1] == '}')
    tok_buf_addc(b, ',');
  tok_buf_addc(b, '{');
  text_or_null(b, "meter", m->name);
  if (advisor.len > 0)
    slice_or_null(b, "advisor", advisor);
  decimal(b, "quantity", line->quanta, m->quantum == 1 ? 0 : 6);
  decimal(b, m->per == 1000000 && m->quantum == 1 ? "usd_per_1m" : "usd_per_unit",
          line->row->price_pico / m->quote_den * m->quote_num, 12);
  text_or_null(b, "unit", m->unit);
  if (line->percent > 0)
    number(b, "surcharge_percent", line->percent);
  number(b, "tier_from", line->row->tier_from);
  text_or_null(b, "service_tier", tok_tier_name((tok_tier)line->row->service_tier));
  add_time(b, "valid_from", line->row->valid_from);
  add_time(b, "valid_to", line->row->valid_to);
  text_or_null(b, "source", source_of(o, line->row));
  text_or_null(b, "origin", (line->row->rank & TOK_RANK_OVERRIDE) != 0 ? "llm_price" : "built-in");
  number(b, "cost_nano", tok_cost_line_nano(line));
  tok_buf_addc(b, '}');
}

static void add_warning(tok_buf *b, const char *start, const char *rest) {
  if (b->len > 0 && b->ptr[b->len - 1] == '"')
    tok_buf_addc(b, ',');
  tok_buf_addc(b, '"');
  tok_buf_adds(b, start); /* both are our own words: nothing to escape */
  tok_buf_adds(b, rest);
  tok_buf_addc(b, '"');
}

/* Reasoning is paid as output everywhere, text as what it is; for other parts it may be too much or
 * too little. */
static bool is_unusual(tok_meter m) {
  return m != TOK_M_REASONING && m != TOK_M_CITATION && m != TOK_M_INPUT_TEXT &&
         m != TOK_M_OUTPUT_TEXT && m != TOK_M_CACHE_READ_TEXT && m != TOK_M_CACHE_WRITE_TEXT &&
         m != TOK_M_CACHE_WRITE_5M && m != TOK_M_INPUT_TOOL;
}

/* Who said it may have said anything. */
static void add_strange_tier(tok_buf *b, tok_slice tier) {
  enum { SHOWN_MAX = 40 }; /* bytes */
  static const char start[] = "standard prices: no service tier is known by the name ";
  char text[sizeof start + SHOWN_MAX];
  size_t n = tier.len < SHOWN_MAX ? tier.len : SHOWN_MAX;
  memcpy(text, start, sizeof start - 1);
  memcpy(text + sizeof start - 1, tier.ptr, n);
  tok_buf_add_json(b, (tok_slice){text, sizeof start - 1 + n});
}

static void add_warnings(const tok_price_model *model, const tok_cost_result *cost, tok_tier tier,
                         tok_slice strange_tier, tok_buf *b) {
  key(b, "warnings");
  tok_buf_addc(b, '[');
  if (strange_tier.len > 0) add_strange_tier(b, strange_tier);
  if (cost->tier_unpriced)
    add_warning(b, "standard prices: none are listed for service tier ", tok_tier_name(tier));
  for (int m = 0; m < TOK_METER_N; m++) {
    if ((cost->unpriced >> m & 1) != 0)
      add_warning(b, "no price is listed for ", tok_meters[m].name);
  }
  for (int m = 0; m < TOK_METER_N; m++) {
    if ((cost->as_outer >> m & 1) != 0 && is_unusual((tok_meter)m))
      add_warning(b, "no price of its own, paid as what contains it: ", tok_meters[m].name);
  }
  if (model != NULL && model->deprecated)
    add_warning(b, "the model is deprecated", "");
  tok_buf_addc(b, ']');
}

static void add_lines(const tok_override *o, const tok_cost_result *cost, tok_slice advisor,
                      tok_buf *b) {
  for (size_t i = cost->n_lines; i-- > 0;) {
    if (cost->lines[i].quanta > 0)
      add_line(o, &cost->lines[i], advisor, b);
  }
}

/* The cost of all, or false: of an advisor it is not known, or beyond 64 bits. */
static bool cost_of_all(const tok_cost_result *cost, const tok_explain_part *advisors, int n,
                        int64_t *nano) {
  *nano = cost->cost_nano;
  for (int i = 0; i < n; i++) {
    if (advisors[i].status != TOK_OK || !tok_add_i64(*nano, advisors[i].cost.cost_nano, nano))
      return false;
  }
  return true;
}

void tok_explain_cost(const tok_override *o, const tok_cost_result *cost, tok_status status,
                      int64_t at, tok_tier tier, tok_slice strange_tier,
                      const tok_explain_part *advisors, int n_advisors, tok_buf *b) {
  static const tok_slice itself = {NULL, 0};
  const tok_resolution *r = &o->r;
  int64_t nano = 0;
  bool alone = status == TOK_OK, priced = alone && cost_of_all(cost, advisors, n_advisors, &nano);
  tok_buf_addc(b, '{');
  if (priced) {
    number(b, "cost_nano", nano);
    decimal(b, "cost_usd", nano, 9);
  } else {
    text_or_null(b, "cost_nano", NULL);
    text_or_null(b, "cost_usd", NULL);
  }
  add_match(o, b);
  slice_or_null(b, "region", tok_model_region(&r->name));
  text_or_null(b, "service_tier", tok_tier_name(tier));
  add_time(b, "at", at);
  key(b, "lines");
  tok_buf_addc(b, '[');
  if (priced)
    add_lines(o, cost, itself, b);
  for (int i = 0; priced && i < n_advisors; i++)
    add_lines(&advisors[i].prices, &advisors[i].cost, advisors[i].model, b);
  tok_buf_addc(b, ']');
  if (priced) {
    add_warnings(r->model, cost, tier, strange_tier, b);
    text_or_null(b, "reason", NULL);
  } else {
    key(b, "warnings");
    tok_buf_adds(b, "[]");
    text_or_null(b, "reason",
                 r->why != TOK_WHY_FOUND ? tok_why_text(r->why)
                 : alone                 ? "no price is listed for a model that advised"
                 : cost == NULL          ? "nothing is counted in the usage"
                 : !cost->tier_unpriced  ? "no price is listed for that time"
                 : tier == TOK_TIER_FAST ? "no price is listed for service tier fast"
                                         : "no price is listed for service tier ultrafast");
  }
  tok_buf_addc(b, '}');
}

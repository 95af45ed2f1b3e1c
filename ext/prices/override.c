/* Prices of the database's own; see override.h. */
#include "override.h"
#include "../base/json.h"
#include "../base/time.h"

__extension__ typedef unsigned __int128 wide;

/* ---- a row's texts --------------------------------------------------------------------------- */

enum {
  PICO_DIGITS = 12,
  DIGITS_MAX = 34,
  EXPONENT_MAX = 400
}; /* 10^34 < 2^127; doubles end at 1e308 */

typedef struct {
  wide digits; /* the first DIGITS_MAX significant ones */
  int scale;   /* the value is digits * 10^scale */
  bool more;   /* something other than zero was cut off */
} decimal;

static bool read_exponent(tok_slice s, size_t i, int *scale) {
  bool negative = i < s.len && s.ptr[i] == '-';
  int e = 0;
  if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+'))
    i++;
  if (i == s.len)
    return false;
  for (; i < s.len; i++) {
    if (!tok_is_digit(s.ptr[i]))
      return false;
    if (e < EXPONENT_MAX)
      e = e * 10 + (s.ptr[i] - '0');
  }
  *scale += negative ? -e : e;
  return true;
}

static bool read_decimal(tok_slice s, decimal *d) {
  bool point = false, any = false;
  size_t i = 0;
  int kept = 0;
  *d = (decimal){0, 0, false};
  for (; i < s.len && (tok_is_digit(s.ptr[i]) || (s.ptr[i] == '.' && !point)); i++) {
    if (s.ptr[i] == '.') {
      point = true;
      continue;
    }
    any = true;
    if (kept < DIGITS_MAX) {
      d->digits = d->digits * 10 + (unsigned)(s.ptr[i] - '0');
      kept += d->digits != 0;
      d->scale -= point;
    } else {
      d->more |= s.ptr[i] != '0';
      d->scale += !point;
    }
  }
  if (!any)
    return false;
  if (i == s.len)
    return true;
  return (s.ptr[i] == 'e' || s.ptr[i] == 'E') && read_exponent(s, i + 1, &d->scale);
}

tok_status tok_price_pico(tok_slice text, int64_t factor, int64_t *out) {
  decimal d;
  if (!read_decimal(text, &d))
    return TOK_INVALID;
  wide v;
  if (__builtin_mul_overflow(d.digits, (wide)factor, &v))
    return TOK_OVERFLOW;
  int shift = d.scale + PICO_DIGITS;
  for (; shift > 0 && v != 0; shift--) {
    if (__builtin_mul_overflow(v, (wide)10, &v))
      return TOK_OVERFLOW;
  }
  unsigned last = 0; /* the digit cut off last; d.more: were those behind it not all zero? */
  for (; shift < 0 && (v != 0 || last != 0); shift++) {
    d.more |= last != 0;
    last = (unsigned)(v % 10);
    v /= 10;
  }
  if (last > 5 || (last == 5 && (d.more || (v & 1) != 0)))
    v++;
  if (v > INT64_MAX)
    return TOK_OVERFLOW;
  *out = (int64_t)v;
  return TOK_OK;
}

/* hh:mm at p, at most 24:00. */
static bool read_minutes(const char *p, uint16_t *out) {
  if (!tok_is_digit(p[0]) || !tok_is_digit(p[1]) || p[2] != ':' || !tok_is_digit(p[3]) ||
      !tok_is_digit(p[4]))
    return false;
  int h = (p[0] - '0') * 10 + p[1] - '0', m = (p[3] - '0') * 10 + p[4] - '0';
  *out = (uint16_t)(h * 60 + m);
  return m < 60 && *out <= TOK_MINUTES_A_DAY;
}

bool tok_price_hours(tok_slice t, uint16_t *from, uint16_t *to) {
  return t.len == 11 && t.ptr[5] == '-' && read_minutes(t.ptr, from) &&
         read_minutes(t.ptr + 6, to) && *from < TOK_MINUTES_A_DAY;
}

static bool read_weekdays(tok_slice t, uint8_t *out) {
  unsigned days = 0;
  for (size_t i = 0; i < t.len; i++) {
    if (t.ptr[i] < '1' || t.ptr[i] > '7')
      return false;
    days |= 1u << (t.ptr[i] - '1');
  }
  *out = (uint8_t)days;
  return true;
}

/* ISO-8601 or Unix seconds. */
static bool read_instant(tok_slice t, int64_t open, int64_t *out) {
  *out = open;
  return t.len == 0 || tok_time_parse(t, out) == TOK_OK || tok_json_int(t, 1, out) == TOK_OK;
}

tok_status tok_override_parse(const tok_override_text *t, tok_price_row *out, const char **wrong) {
  *out = (tok_price_row){.minute_to = TOK_MINUTES_A_DAY,
                         .weekdays = TOK_EVERY_DAY,
                         .tier_from = t->tier_from,
                         .retracted = t->retracted};
  tok_meter meter = tok_meter_find(t->meter);
  tok_tier tier = t->service_tier.len == 0 ? TOK_TIER_STANDARD : tok_tier_find(t->service_tier);
  *wrong = NULL;
  if (meter == TOK_METER_N)
    *wrong = "meter is not known";
  else if (tok_price_pico(t->usd_per_1m, tok_meters[meter].quote_den, &out->price_pico) != TOK_OK)
    *wrong = "usd_per_1m is not a decimal number in range";
  else if (tier == TOK_TIER_N)
    *wrong = "service_tier is not known";
  else if (!read_instant(t->valid_from, INT64_MIN, &out->valid_from))
    *wrong = "valid_from is no time";
  else if (!read_instant(t->valid_to, INT64_MAX, &out->valid_to))
    *wrong = "valid_to is no time";
  else if (t->hours.len > 0 && !tok_price_hours(t->hours, &out->minute_from, &out->minute_to))
    *wrong = "hours is not like 01:00-04:00";
  else if (t->weekdays.len > 0 && !read_weekdays(t->weekdays, &out->weekdays))
    *wrong = "weekdays is not digits of 1 (Monday) to 7";
  else if (t->tier_from < 0)
    *wrong = "tier_from_tokens is negative";
  if (*wrong != NULL)
    return TOK_INVALID;
  out->meter = (uint8_t)meter;
  out->service_tier = (uint8_t)tier;
  return TOK_OK;
}

/* ---- which rows are for a request ------------------------------------------------------------ */

static bool same_text(tok_slice a, tok_slice b) {
  if (a.len != b.len)
    return false;
  for (size_t i = 0; i < a.len; i++) {
    if (tok_lower(a.ptr[i]) != tok_lower(b.ptr[i]))
      return false;
  }
  return true;
}

/* Is a row of this provider for the request? */
static bool is_provider(tok_override *o, tok_slice provider) {
  if (provider.len == 0)
    return true;
  if (o->said.len > 0 && same_text(o->said, provider))
    return true;
  int p = tok_price_provider_find(provider);
  if (o->r.provider >= 0)
    return p == o->r.provider;
  if (o->r.model != NULL)
    return p == o->r.model->provider;
  if (o->said.len > 0)
    return false;
  if (o->n_own > 0 && !same_text(provider, tok_slice_of(o->texts.ptr + o->provider)))
    o->several = true;
  return true;
}

static uint32_t keep(tok_override *o, tok_slice text) {
  size_t at = o->texts.len;
  for (size_t i = 0; i < text.len && text.ptr[i] != '\0'; i++)
    tok_buf_addc(&o->texts, text.ptr[i]);
  tok_buf_addc(&o->texts, '\0');
  return (uint32_t)at;
}

/* Room for n rows in all. */
static tok_status make_room(tok_override *o, size_t n) {
  if (n <= o->cap)
    return TOK_OK;
  size_t cap = n + n / 2 + 4;
  tok_price_row *rows = tok_realloc(o->rows, cap * sizeof *rows);
  if (rows == NULL)
    return TOK_NOMEM;
  o->rows = rows;
  o->cap = cap;
  return TOK_OK;
}

static uint8_t rank_of(const tok_override *o, const tok_override_text *t) {
  unsigned rank = TOK_RANK_OVERRIDE;
  if (t->provider.len > 0)
    rank |= TOK_RANK_PROVIDER;
  if (t->provider.len > 0 && same_text(t->provider, o->said))
    rank |= TOK_RANK_SAID;
  if (t->region.len > 0)
    rank |= TOK_RANK_REGION;
  return (uint8_t)rank;
}

tok_status tok_override_offer(tok_override *o, const tok_override_text *t) {
  tok_price_row row;
  if (t->region.len > 0 && !same_text(t->region, tok_model_region(&o->r.name)))
    return TOK_OK;
  if (!is_provider(o, t->provider))
    return TOK_OK;
  o->bad_row = t->id;
  tok_status status = tok_override_parse(t, &row, &o->wrong);
  if (status != TOK_OK)
    return status;
  if (o->n_own == TOK_OVERRIDE_ROWS_MAX)
    return TOK_TOOBIG;
  if ((status = make_room(o, o->n_own + 1)) != TOK_OK)
    return status;
  if (o->n_own == 0) {
    tok_buf_addc(&o->texts, '\0'); /* offset 0 is "" */
    o->provider = keep(o, t->provider);
    o->model = keep(o, t->model);
  }
  row.rank = rank_of(o, t);
  row.source = t->source.len == 0 ? 0 : keep(o, t->source);
  o->rows[o->n_own++] = row;
  return o->texts.status;
}

/* Is the shortened candidate the model that the whole reference is, as far as the list knows? */
static bool is_same_model(const tok_override *o, size_t i) {
  tok_resolution short_r;
  tok_slice provider = {NULL, 0};
  if (!tok_model_candidate_cut(&o->r.name, i) || o->r.model == NULL)
    return true;
  if (o->r.provider >= 0)
    provider = tok_slice_of(tok_price_text(tok_prices.providers[o->r.provider].id));
  tok_resolve(provider, tok_model_candidate(&o->r.name, i), &short_r);
  return short_r.model == o->r.model;
}

static tok_status find_rows(tok_override *o, tok_override_find find, void *source) {
  const tok_model_name *m = &o->r.name;
  tok_status status = TOK_OK;
  tok_slice canonical = {NULL, 0}; /* until it has been asked for */
  if (o->r.model != NULL)
    canonical = tok_slice_of(tok_price_text(o->r.model->name));
  for (size_t i = 0; i < tok_model_candidates(m); i++) {
    if (!tok_model_may_price(m, i) || !is_same_model(o, i))
      continue;
    if (tok_slice_eq(tok_model_candidate(m, i), canonical))
      canonical.len = 0;
    status = find(source, tok_model_candidate(m, i), o);
    if (status != TOK_OK)
      return status;
    if (o->n_own == 0)
      continue;
    if (o->r.model == NULL)
      o->r.match = i == 0 ? TOK_MATCH_EXACT : TOK_MATCH_STRIPPED;
    return TOK_OK;
  }
  return canonical.len == 0 ? TOK_OK : find(source, canonical, o);
}

static tok_status merge(tok_override *o) {
  if (o->n_own == 0)
    return TOK_OK;
  o->n_rows = o->n_own;
  if (o->r.model != NULL) {
    tok_status status = make_room(o, o->n_own + o->r.model->n_rows);
    if (status != TOK_OK)
      return status;
    memcpy(o->rows + o->n_own, tok_prices.rows + o->r.model->first_row,
           o->r.model->n_rows * sizeof *o->rows);
    o->n_rows += o->r.model->n_rows;
  } else if (o->several) {
    o->r.why = TOK_WHY_AMBIGUOUS;
    o->r.match = TOK_MATCH_NONE;
    o->n_rows = o->n_own = 0;
  } else {
    o->r.why = TOK_WHY_FOUND;
  }
  return TOK_OK;
}

tok_status tok_override_resolve(tok_slice provider, tok_slice reference, tok_override_find find,
                                void *source, tok_override *o) {
  memset(o, 0, sizeof *o);
  tok_buf_init(&o->texts, TOK_OVERRIDE_TEXTS_MAX);
  tok_resolve(provider, reference, &o->r);
  if (o->r.why == TOK_WHY_NO_NAME)
    return TOK_OK;
  o->said = provider;
  tok_slice platform = tok_model_platform(&o->r.name);
  if (provider.len == 0 && platform.len > 0 && tok_price_provider_find(platform) < 0)
    o->said = platform;
  tok_status status = find_rows(o, find, source);
  if (status == TOK_OK)
    status = merge(o);
  return status;
}

void tok_override_free(tok_override *o) {
  if (o->rows != NULL)
    tok_free(o->rows);
  o->rows = NULL;
  tok_buf_free(&o->texts);
}

tok_price_rows tok_override_rows(const tok_override *o) {
  if (o->n_own == 0)
    return o->r.model == NULL ? (tok_price_rows){NULL, 0, 0, NULL, 0} : tok_rows_of(o->r.model);
  return (tok_price_rows){o->rows, o->n_rows, o->r.model == NULL ? 0 : o->r.model->minimum_seconds,
                          o->texts.ptr, 0};
}

bool tok_override_hides(const tok_override *o, const tok_price_row *listed) {
  for (size_t i = 0; i < o->n_own; i++) {
    const tok_price_row *r = &o->rows[i];
    if (r->meter == listed->meter && r->service_tier == listed->service_tier && !r->retracted &&
        (r->rank & TOK_RANK_REGION) == 0 && r->tier_from <= listed->tier_from &&
        r->valid_from <= listed->valid_from && r->valid_to >= listed->valid_to &&
        r->minute_from == 0 && r->minute_to == TOK_MINUTES_A_DAY && r->weekdays == TOK_EVERY_DAY)
      return true;
  }
  return false;
}

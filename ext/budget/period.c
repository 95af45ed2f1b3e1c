/* Periods; see period.h. */
#include "period.h"

#include "../base/buf.h"

enum { DAY = 86400, MONTHS_MAX = TOK_PERIOD_YEARS_MAX * 12, DAYS_MAX = TOK_PERIOD_YEARS_MAX * 366 };
#define LENGTH_MAX_S ((int64_t)DAYS_MAX * DAY)
/* 1970-01-05 was a Monday. */
enum { FIRST_MONDAY_S = 4 * DAY };

static int64_t floor_div(int64_t a, int64_t b) {
  int64_t q = a / b;
  return q - (a % b != 0 && (a % b < 0) != (b < 0));
}

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct {
  const char *p, *end;
} reader;

static void skip_blanks(reader *r) {
  while (r->p < r->end && *r->p == ' ') r->p++;
}

static bool at_end(reader *r) {
  skip_blanks(r);
  return r->p == r->end;
}

/* The letters that follow; may be none. */
static tok_slice word(reader *r) {
  skip_blanks(r);
  tok_slice w = {r->p, 0};
  while (r->p < r->end && tok_is_alpha(*r->p)) r->p++;
  w.len = (size_t)(r->p - w.ptr);
  return w;
}

static bool is(tok_slice w, const char *lower) {
  if (w.len != strlen(lower)) return false;
  for (size_t i = 0; i < w.len; i++) {
    if (tok_lower(w.ptr[i]) != lower[i]) return false;
  }
  return true;
}

/* A whole number from 1; `otherwise` if there is no digit. False: 0 or too large. */
static bool number(reader *r, int64_t otherwise, int64_t *out) {
  skip_blanks(r);
  int64_t v = 0;
  const char *first = r->p;
  for (; r->p < r->end && tok_is_digit(*r->p); r->p++) {
    if (!tok_mul_i64(v, 10, &v) || !tok_add_i64(v, *r->p - '0', &v)) return false;
  }
  *out = r->p == first ? otherwise : v;
  return *out > 0;
}

typedef struct {
  const char *names[4]; /* NULL ends them */
  int64_t seconds;      /* 0: a step of the calendar */
  int days, months;
} length_unit;

static const length_unit length_units[] = {
    {{"s", "sec", "second", "seconds"}, 1, 0, 0},   {{"m", "min", "minute", "minutes"}, 60, 0, 0},
    {{"h", "hour", "hours", NULL}, 3600, 0, 0},     {{"d", "day", "days", NULL}, DAY, 1, 0},
    {{"w", "week", "weeks", NULL}, 7 * DAY, 7, 0},  {{"mo", "month", "months", NULL}, 0, 0, 1},
    {{"quarter", "quarters", NULL, NULL}, 0, 0, 3}, {{"y", "year", "years", NULL}, 0, 0, 12},
};

/* "5h", "5 hours", "month"; NULL if it is no length. */
static const length_unit *length(reader *r, int64_t *n) {
  if (!number(r, 1, n)) return NULL;
  tok_slice w = word(r);
  for (size_t i = 0; i < sizeof length_units / sizeof length_units[0]; i++) {
    for (int k = 0; k < 4 && length_units[i].names[k] != NULL; k++) {
      if (is(w, length_units[i].names[k])) return &length_units[i];
    }
  }
  return NULL;
}

static const char *read_length_s(reader *r, int64_t *length_s) {
  int64_t n;
  const length_unit *u = length(r, &n);
  if (u == NULL) return "has no length, expected a number and s, m, h, d or w, such as 24h";
  if (u->seconds == 0)
    return "has a length that depends on the calendar, expected s, m, h, d or w, such as 30d";
  if (n > LENGTH_MAX_S / u->seconds) return "is too long, expected at most 1000 years";
  *length_s = n * u->seconds;
  return NULL;
}

static const char *read_anchor(reader *r, tok_period *p) {
  if (at_end(r)) return NULL;
  tok_slice w = word(r);
  if (!is(w, "anchor"))
    return "goes on after its length, expected nothing or an anchor such as anchor 2026-01-31";
  skip_blanks(r);
  tok_slice text = {r->p, (size_t)(r->end - r->p)};
  while (text.len > 0 && text.ptr[text.len - 1] == ' ') text.len--;
  if (tok_time_parse(text, &p->anchor) != TOK_OK)
    return "has an anchor that is no time, expected ISO-8601 such as 2026-01-01T00:00Z";
  p->anchored = true;
  p->anchor_is_local = !tok_time_has_offset(text);
  return NULL;
}

static const char *read_every(reader *r, tok_period *p) {
  int64_t n;
  const length_unit *u = length(r, &n);
  if (u == NULL)
    return "has no length, expected a number and s, m, h, d, w, month or year, such as every 5h";
  if (u->months > 0 || u->days > 0) {
    int64_t each = u->months > 0 ? u->months : u->days;
    p->kind = TOK_PERIOD_STEP;
    p->months = u->months > 0;
    p->weeks = u->days == 7;
    if (n > (p->months ? MONTHS_MAX : DAYS_MAX) / each)
      return "is too long, expected at most 1000 years";
    p->n = n * each;
    p->anchor_is_local = true;
    p->anchor = p->weeks ? FIRST_MONDAY_S : 0;
  } else {
    p->kind = TOK_PERIOD_EVERY;
    if (n > LENGTH_MAX_S / u->seconds) return "is too long, expected at most 1000 years";
    p->length_s = n * u->seconds;
  }
  const char *wrong = read_anchor(r, p);
  if (p->anchored && p->kind == TOK_PERIOD_STEP)
    p->weeks = !p->months && p->n % 7 == 0; /* one spelling */
  return wrong;
}

static const char *read_rolling(reader *r, tok_period *p) {
  p->kind = TOK_PERIOD_ROLLING;
  const char *wrong = read_length_s(r, &p->length_s);
  if (wrong != NULL) return wrong;
  skip_blanks(r);
  if (r->p < r->end && *r->p == '/') {
    r->p++;
    if (!number(r, 0, &p->n))
      return "has no number of buckets after the /, expected one such as rolling 24h/48";
    if (p->n > TOK_PERIOD_BUCKETS_MAX) return "has too many buckets, expected at most 1440";
  } else {
    p->n = TOK_PERIOD_BUCKETS_DEFAULT;
  }
  return at_end(r) ? NULL : "goes on after its length";
}

static const char *read_bucket(reader *r, tok_period *p) {
  p->kind = TOK_PERIOD_BUCKET;
  reader at_length = *r;
  if (!number(r, 0, &p->n))
    return "has no refill, expected a number from 1, such as bucket 90000/60s";
  skip_blanks(r);
  if (r->p < r->end && *r->p == '/') {
    r->p++;
  } else { /* a length alone */
    *r = at_length;
    p->n = 0;
  }
  const char *wrong = read_length_s(r, &p->length_s);
  if (wrong != NULL) return wrong;
  return at_end(r) ? NULL : "goes on after its length";
}

static const char *read_period(reader *r, tok_period *p) {
  static const char *const adverbs[TOK_N_UNITS] = {"hourly",  "daily",     "weekly",
                                                   "monthly", "quarterly", "yearly"};
  tok_slice w = word(r);
  if (is(w, "every")) return read_every(r, p);
  if (is(w, "rolling")) return read_rolling(r, p);
  if (is(w, "bucket")) return read_bucket(r, p);
  if (at_end(r)) {
    if (is(w, "lifetime")) {
      p->kind = TOK_PERIOD_LIFETIME;
      return NULL;
    }
    for (int u = 0; u < TOK_N_UNITS; u++) {
      if (!is(w, tok_unit_names[u]) && !is(w, adverbs[u])) continue;
      p->kind = TOK_PERIOD_CALENDAR;
      p->unit = (tok_unit)u;
      return NULL;
    }
  }
  return "is not known, expected hour, day, week, month, quarter, year, 'every 5h anchor "
         "2026-01-01T00:00Z', "
         "'rolling 24h', 'bucket 90000/60s' or lifetime";
}

tok_status tok_period_parse(tok_slice text, tok_period *out, const char **wrong) {
  reader r = {text.ptr, text.ptr + text.len};
  memset(out, 0, sizeof *out);
  *wrong = text.len == 0 ? "is empty, expected one such as month or 'rolling 24h'"
                         : read_period(&r, out);
  return *wrong == NULL ? TOK_OK : TOK_INVALID;
}

/* ---- writing --------------------------------------------------------------------------------- */

static char *put_text(char *p, const char *text) {
  while (*text != '\0') *p++ = *text++;
  *p = '\0';
  return p;
}

static char *put_i64(char *p, int64_t v) {
  char digits[20];
  int n = 0;
  do digits[n++] = (char)('0' + v % 10);
  while ((v /= 10) > 0);
  while (n > 0) *p++ = digits[--n];
  *p = '\0';
  return p;
}

/* In the largest unit of s, m and h that it is a whole number of. */
static char *put_length(char *p, int64_t s) {
  int64_t unit = s % 3600 == 0 ? 3600 : s % 60 == 0 ? 60 : 1;
  return put_text(put_i64(p, s / unit), unit == 3600 ? "h" : unit == 60 ? "m" : "s");
}

static void put_anchor(char *p, const tok_period *period) {
  char text[TOK_TIME_TEXT_BYTES];
  tok_time_format(period->anchor, text);
  if (period->anchor_is_local) {
    bool midnight = tok_second_of_day(period->anchor) == 0;
    text[midnight ? 10 : TOK_TIME_TEXT_BYTES - 2] = '\0'; /* without the Z */
  }
  put_text(put_text(p, " anchor "), text);
}

void tok_period_format(const tok_period *p, char out[TOK_PERIOD_TEXT_BYTES]) {
  switch (p->kind) {
  case TOK_PERIOD_CALENDAR:
    put_text(out, tok_unit_names[p->unit]);
    break;
  case TOK_PERIOD_LIFETIME:
    put_text(out, "lifetime");
    break;
  case TOK_PERIOD_ROLLING:
    put_i64(put_text(put_length(put_text(out, "rolling "), p->length_s), "/"), p->n);
    break;
  case TOK_PERIOD_BUCKET:
    out = put_text(out, "bucket ");
    if (p->n > 0) out = put_text(put_i64(out, p->n), "/");
    put_length(out, p->length_s);
    break;
  case TOK_PERIOD_EVERY:
    out = put_length(put_text(out, "every "), p->length_s);
    break;
  case TOK_PERIOD_STEP:
    out = put_i64(put_text(out, "every "), p->weeks ? p->n / 7 : p->n);
    out = put_text(out, p->weeks ? "w" : !p->months ? "d" : p->n == 1 ? " month" : " months");
    break;
  }
  if (p->anchored) put_anchor(out, p);
}

/* ---- arithmetic ------------------------------------------------------------------------------ */

static int64_t anchor_utc(const tok_period *p, const tok_zone *z) {
  return p->anchor_is_local ? tok_zone_utc(z, p->anchor) : p->anchor;
}

/* Rounded up to whole seconds: the buckets of a window cover it. */
static int64_t bucket_s(const tok_period *p) { return (p->length_s + p->n - 1) / p->n; }

static tok_span regular(int64_t anchor, int64_t length_s, int64_t t) {
  int64_t start = anchor + floor_div(t - anchor, length_s) * length_s;
  return (tok_span){start, start + length_s};
}

/* The local calendar that steps count in. */
typedef struct {
  const tok_period *p;
  const tok_zone *z;
  int64_t date;  /* day number of the anchor */
  int64_t month; /* its month, numbered from year 0 */
  int day;       /* of the month */
  int second;    /* of the day */
} steps;

static steps steps_of(const tok_period *p, const tok_zone *z) {
  int64_t local = p->anchor_is_local ? p->anchor : p->anchor + tok_zone_offset(z, p->anchor);
  steps s = {p, z, floor_div(local, DAY), 0, 0, tok_second_of_day(local)};
  int64_t year;
  int month;
  tok_civil_from_days(s.date, &year, &month, &s.day);
  s.month = year * 12 + month - 1;
  return s;
}

static int64_t month_start(int64_t index) {
  int64_t year = floor_div(index, 12);
  return tok_days_from_civil(year, (int)(index - year * 12) + 1, 1);
}

/* Where step k begins. The anchor's day is kept: a month without it lends its last day. */
static int64_t step_start(const steps *s, int64_t k) {
  int64_t date = s->date + k * s->p->n;
  if (s->p->months) {
    int64_t index = s->month + k * s->p->n;
    date = month_start(index) + s->day - 1;
    if (date >= month_start(index + 1)) date = month_start(index + 1) - 1;
  }
  return tok_zone_first(s->z, date * DAY + s->second);
}

static void step_at(const tok_period *p, const tok_zone *z, int64_t t, tok_span *out) {
  steps s = steps_of(p, z);
  int64_t date = floor_div(t + tok_zone_offset(z, t), DAY), k, year;
  int month, day;
  tok_civil_from_days(date, &year, &month, &day);
  k = p->months ? floor_div(year * 12 + month - 1 - s.month, p->n) : floor_div(date - s.date, p->n);
  while (step_start(&s, k) > t) k--; /* earlier in the month or the day than the anchor */
  while (step_start(&s, k + 1) <= t) k++;
  *out = (tok_span){step_start(&s, k), step_start(&s, k + 1)};
}

bool tok_period_is_regular(const tok_period *p, const tok_zone *z, int64_t *anchor,
                           int64_t *length_s) {
  int32_t offset = 0;
  switch (p->kind) {
  case TOK_PERIOD_EVERY:
    *anchor = anchor_utc(p, z);
    *length_s = p->length_s;
    return true;
  case TOK_PERIOD_ROLLING:
    *anchor = 0;
    *length_s = bucket_s(p);
    return true;
  case TOK_PERIOD_CALENDAR:
    if (p->unit > TOK_UNIT_WEEK || !tok_zone_is_fixed(z, &offset)) return false;
    *anchor = (p->unit == TOK_UNIT_WEEK ? FIRST_MONDAY_S : 0) - offset;
    *length_s = p->unit == TOK_UNIT_HOUR ? 3600 : p->unit == TOK_UNIT_DAY ? DAY : 7 * DAY;
    return true;
  case TOK_PERIOD_STEP:
    if (p->months || !tok_zone_is_fixed(z, &offset)) return false;
    *anchor = anchor_utc(p, z);
    *length_s = p->n * DAY;
    return true;
  default:
    return false;
  }
}

void tok_period_counter(const tok_period *p, const tok_zone *z, int64_t t, tok_span *out) {
  int64_t anchor, length_s;
  if (tok_period_is_regular(p, z, &anchor, &length_s)) *out = regular(anchor, length_s, t);
  else if (p->kind == TOK_PERIOD_CALENDAR) tok_zone_bucket(z, p->unit, t, out);
  else if (p->kind == TOK_PERIOD_STEP) step_at(p, z, t, out);
  else if (p->kind == TOK_PERIOD_BUCKET) *out = (tok_span){t - p->length_s, t + 1};
  else *out = (tok_span){TOK_TIME_MIN, INT64_MAX};
}

/* ROLLING: the whole buckets before that of a check, as sql/budget/match.sql sums them. */
static int64_t before_s(const tok_period *p) {
  int64_t size = bucket_s(p);
  return (p->length_s + size - 1) / size * size;
}

void tok_period_at(const tok_period *p, const tok_zone *z, int64_t t, tok_span *out) {
  tok_period_counter(p, z, t, out);
  if (p->kind == TOK_PERIOD_ROLLING) out->start -= before_s(p);
}

int64_t tok_period_resets_at(const tok_period *p, const tok_zone *z, int64_t t) {
  tok_span span;
  if (p->kind == TOK_PERIOD_BUCKET) return t + p->length_s;
  tok_period_counter(p, z, t, &span);
  return p->kind == TOK_PERIOD_ROLLING ? span.end + before_s(p) : span.end;
}

void tok_period_label(const tok_period *p, const tok_zone *z, int64_t t,
                      char out[TOK_ZONE_TEXT_BYTES]) {
  tok_span span;
  tok_period_counter(p, z, t, &span);
  if (p->kind == TOK_PERIOD_CALENDAR) {
    tok_zone_label(z, p->unit, t, out);
  } else if (p->kind == TOK_PERIOD_LIFETIME) {
    put_text(out, "lifetime");
  } else {
    tok_zone_format(z, span.start, out);
    bool midnight = tok_second_of_day(span.start + tok_zone_offset(z, span.start)) == 0;
    if (p->kind == TOK_PERIOD_STEP && midnight) *strchr(out, 'T') = '\0';
  }
}

/* Zones; see zone.h. */
#include "zone_impl.h"

enum { HOUR = 3600, DAY = 86400 };

static int64_t floor_div(int64_t a, int64_t b) {
  int64_t q = a / b;
  return q - (a % b != 0 && (a % b < 0) != (b < 0));
}

/* ---- offsets --------------------------------------------------------------------------------- */

static bool is_leap(int64_t y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }

/* Day number of a turn in a year. */
static int64_t turn_day(const zone_turn *t, int64_t year) {
  if (t->form == ZONE_DAY_OF_YEAR) return tok_days_from_civil(year, 1, 1) + t->day;
  if (t->form == ZONE_JULIAN) /* counted as if there were no 29 February */
    return tok_days_from_civil(year, 1, 1) + t->day - 1 + (t->day >= 60 && is_leap(year));
  int64_t first = tok_days_from_civil(year, t->month, 1);
  int64_t next = tok_days_from_civil(year + t->month / 12, t->month % 12 + 1, 1);
  int64_t day = first + (t->day - (tok_weekday(first * DAY) % 7) + 7) % 7 + 7 * (t->week - 1);
  return day < next ? day : day - 7; /* week 5: the last one */
}

/* The span of DST that begins in a year; it may end in the next. */
static tok_span dst_span(const zone_rule *r, int64_t year) {
  int64_t begin = turn_day(&r->begin, year) * DAY + r->begin.second - r->std;
  int64_t end = turn_day(&r->end, year) * DAY + r->end.second - r->dst;
  if (end <= begin) end = turn_day(&r->end, year + 1) * DAY + r->end.second - r->dst;
  return (tok_span){begin, end};
}

static int32_t rule_segment(const zone_rule *r, int64_t t, tok_span *span) {
  int64_t year;
  int month, day;
  *span = (tok_span){INT64_MIN, INT64_MAX};
  if (!r->has_dst) return r->std;
  tok_civil_from_days(floor_div(t, DAY), &year, &month, &day);
  int64_t standard_from = INT64_MIN;
  for (int64_t y = year - 2; y <= year + 2; y++) {
    tok_span dst = dst_span(r, y);
    if (t < dst.start) {
      *span = (tok_span){standard_from, dst.start};
      return r->std;
    }
    if (t < dst.end) {
      *span = dst;
      return r->dst;
    }
    standard_from = dst.end;
  }
  span->start = standard_from; /* not reached: a turn is at most a week outside its year */
  return r->std;
}

int32_t tok_zone_segment(const tok_zone *z, int64_t t, tok_span *span) {
  size_t lo = 0, hi = z->n; /* at[lo - 1] <= t < at[hi] */
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (z->at[mid] <= t) lo = mid + 1;
    else hi = mid;
  }
  int32_t offset = lo == 0 ? z->before : z->offset[lo - 1];
  int64_t from = lo == 0 ? INT64_MIN : z->at[lo - 1];
  if (lo < z->n || !z->rule.present) {
    *span = (tok_span){from, lo < z->n ? z->at[lo] : INT64_MAX};
    return offset;
  }
  offset = rule_segment(&z->rule, t, span);
  if (span->start < from) span->start = from;
  return offset;
}

int32_t tok_zone_offset(const tok_zone *z, int64_t t) {
  tok_span unused;
  return tok_zone_segment(z, t, &unused);
}

bool tok_zone_is_fixed(const tok_zone *z, int32_t *offset) {
  if (z->n > 0 || (z->rule.present && (z->rule.has_dst || z->rule.std != z->before))) return false;
  *offset = z->before;
  return true;
}

int64_t tok_zone_first(const tok_zone *z, int64_t local) {
  int64_t t = local - ZONE_OFFSET_MAX; /* no clock shows `local` before */
  for (;;) {
    tok_span span;
    int64_t candidate = local - tok_zone_segment(z, t, &span);
    if (candidate < t) candidate = t;
    if (candidate < span.end) return candidate;
    t = span.end;
  }
}

int64_t tok_zone_utc(const tok_zone *z, int64_t local) {
  int64_t t = tok_zone_first(z, local);
  if (t + tok_zone_offset(z, t) == local) return t;
  return local - tok_zone_offset(z, t - 1);
}

/* ---- buckets --------------------------------------------------------------------------------- */

const char *const tok_unit_names[TOK_N_UNITS] = {"hour", "day", "week", "month", "quarter", "year"};

tok_status tok_unit_parse(tok_slice name, tok_unit *out) {
  for (int u = 0; u < TOK_N_UNITS; u++) {
    size_t i = 0;
    while (i < name.len && tok_unit_names[u][i] != '\0' &&
           tok_lower(name.ptr[i]) == tok_unit_names[u][i])
      i++;
    if (i == name.len && tok_unit_names[u][i] == '\0') {
      *out = (tok_unit)u;
      return TOK_OK;
    }
  }
  return TOK_NOTFOUND;
}

/* Local dates of a unit are numbered without a gap: which one holds the local time … */
static int64_t unit_index(tok_unit unit, int64_t local) {
  int64_t days = floor_div(local, DAY), year;
  int month, day;
  if (unit == TOK_UNIT_DAY) return days;
  if (unit == TOK_UNIT_WEEK) return floor_div(days + 3, 7); /* 1970-01-01 was a Thursday */
  tok_civil_from_days(days, &year, &month, &day);
  if (unit == TOK_UNIT_MONTH) return year * 12 + month - 1;
  if (unit == TOK_UNIT_QUARTER) return year * 4 + (month - 1) / 3;
  return year;
}

/* … and at what local time one begins. */
static int64_t unit_start(tok_unit unit, int64_t index) {
  if (unit == TOK_UNIT_DAY) return index * DAY;
  if (unit == TOK_UNIT_WEEK) return (index * 7 - 3) * DAY;
  int64_t per_year = unit == TOK_UNIT_MONTH ? 12 : unit == TOK_UNIT_QUARTER ? 4 : 1;
  int64_t year = floor_div(index, per_year);
  int month = (int)((index - year * per_year) * (12 / per_year)) + 1;
  return tok_days_from_civil(year, month, 1) * DAY;
}

static void hour_bucket(int64_t t, int32_t offset, const tok_span *segment, tok_span *out) {
  int64_t start = floor_div(t + offset, HOUR) * HOUR - offset;
  out->start = start < segment->start ? segment->start : start;
  out->end = start + HOUR > segment->end ? segment->end : start + HOUR;
}

void tok_zone_bucket(const tok_zone *z, tok_unit unit, int64_t t, tok_span *out) {
  tok_span segment;
  int32_t offset = tok_zone_segment(z, t, &segment);
  if (unit == TOK_UNIT_HOUR) {
    hour_bucket(t, offset, &segment, out);
    return;
  }
  int64_t index = unit_index(unit, t + offset);
  *out = (tok_span){unit_start(unit, index) - offset, unit_start(unit, index + 1) - offset};
  /* Far enough from a change of offset that no other clock could have shown the first midnight
     earlier. */
  if (segment.start < out->start - (ZONE_OFFSET_MAX - ZONE_OFFSET_MIN) && out->end < segment.end)
    return;
  out->start = tok_zone_first(z, unit_start(unit, index));
  out->end = tok_zone_first(z, unit_start(unit, index + 1));
  while (out->end <= t) { /* the clock went back over midnight: the new day has begun already */
    out->start = out->end;
    out->end = tok_zone_first(z, unit_start(unit, ++index + 1));
  }
}

/* ---- text ------------------------------------------------------------------------------------ */

static char *put(char *p, int64_t v, int width) {
  int64_t limit = 1;
  for (int i = 0; i < width; i++) limit *= 10;
  if (v < 0) {
    *p++ = '-';
    v = -v;
  }
  while (v >= limit) {
    limit *= 10;
    width++;
  }
  for (int i = width - 1; i >= 0; i--) {
    p[i] = (char)('0' + v % 10);
    v /= 10;
  }
  return p + width;
}

static char *put_offset(char *p, int32_t offset) {
  int32_t s = offset < 0 ? -offset : offset;
  *p++ = offset < 0 ? '-' : '+';
  p = put(p, s / HOUR, 2);
  *p++ = ':';
  p = put(p, s / 60 % 60, 2);
  if (s % 60 != 0) {
    *p++ = ':';
    p = put(p, s % 60, 2);
  }
  return p;
}

static char *put_date(char *p, int64_t days, int n_parts) {
  int64_t year;
  int month, day;
  tok_civil_from_days(days, &year, &month, &day);
  p = put(p, year, 4);
  if (n_parts > 1) {
    *p++ = '-';
    p = put(p, month, 2);
  }
  if (n_parts > 2) {
    *p++ = '-';
    p = put(p, day, 2);
  }
  return p;
}

static char *put_number(char *p, char letter, int64_t v, int width) {
  *p++ = '-';
  *p++ = letter;
  return put(p, v, width);
}

void tok_zone_format(const tok_zone *z, int64_t t, char out[TOK_ZONE_TEXT_BYTES]) {
  int32_t offset = tok_zone_offset(z, t);
  int64_t local = t + offset;
  int s = tok_second_of_day(local);
  char *p = put_date(out, floor_div(local, DAY), 3);
  *p++ = 'T';
  p = put(p, s / HOUR, 2);
  *p++ = ':';
  p = put(p, s / 60 % 60, 2);
  *p++ = ':';
  p = put(p, s % 60, 2);
  if (tok_zone_is_fixed(z, &offset) && offset == 0)
    *p++ = 'Z'; /* UTC, not a place where the offset is 0 now */
  else p = put_offset(p, offset);
  *p = '\0';
}

void tok_zone_label(const tok_zone *z, tok_unit unit, int64_t start,
                    char out[TOK_ZONE_TEXT_BYTES]) {
  tok_span b;
  tok_zone_bucket(z, unit, start, &b);
  if (unit == TOK_UNIT_HOUR) {
    tok_zone_format(z, b.start, out);
    return;
  }
  int64_t index = unit_index(unit, b.start + tok_zone_offset(z, b.start));
  int64_t days = floor_div(unit_start(unit, index), DAY);
  char *p = out;
  if (unit == TOK_UNIT_DAY || unit == TOK_UNIT_MONTH) {
    p = put_date(p, days, unit == TOK_UNIT_DAY ? 3 : 2);
  } else if (unit == TOK_UNIT_WEEK) {
    int64_t year;
    int month, day;
    tok_civil_from_days(days + 3, &year, &month, &day);
    p = put_number(put(p, year, 4), 'W', (days + 3 - tok_days_from_civil(year, 1, 1)) / 7 + 1, 2);
  } else {
    p = put_date(p, days, 1);
    if (unit == TOK_UNIT_QUARTER) p = put_number(p, 'Q', index - floor_div(index, 4) * 4 + 1, 1);
  }
  *p = '\0';
}

/* Time; see time.h. Civil calendar after the "days from civil" method: eras of 400 years, years
 * from March. */
#include "time.h"

enum { SECONDS_A_DAY = 86400, DAYS_AN_ERA = 146097, EPOCH_FROM_0000_03_01 = 719468 };

static int64_t floor_div(int64_t a, int64_t b) {
  int64_t q = a / b;
  return q - (a % b != 0 && (a % b < 0) != (b < 0));
}

int64_t tok_days_from_civil(int64_t year, int month, int day) {
  int64_t y = month <= 2 ? year - 1 : year;
  int64_t era = floor_div(y, 400);
  int64_t year_of_era = y - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * DAYS_AN_ERA + day_of_era - EPOCH_FROM_0000_03_01;
}

void tok_civil_from_days(int64_t days, int64_t *year, int *month, int *day) {
  days += EPOCH_FROM_0000_03_01;
  int64_t era = floor_div(days, DAYS_AN_ERA);
  int64_t doe = days - era * DAYS_AN_ERA;
  int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  int64_t mp = (5 * doy + 2) / 153;
  *day = (int)(doy - (153 * mp + 2) / 5 + 1);
  *month = (int)(mp < 10 ? mp + 3 : mp - 9);
  *year = yoe + era * 400 + (*month <= 2);
}

int tok_second_of_day(int64_t seconds) {
  return (int)(seconds - floor_div(seconds, SECONDS_A_DAY) * SECONDS_A_DAY);
}

int tok_weekday(int64_t seconds) {
  int64_t days = floor_div(seconds, SECONDS_A_DAY) + 3; /* 1970-01-01 was a Thursday */
  return (int)(days - floor_div(days, 7) * 7) + 1;
}

/* A cursor over the text; `ok` turns false at the first thing that does not fit and stays so. */
typedef struct {
  const char *p, *end;
  bool ok;
} reader;

static int read_digits(reader *r, int n, int lo, int hi) {
  int v = 0;
  for (int i = 0; i < n; i++) {
    if (r->p >= r->end || !tok_is_digit(*r->p)) {
      r->ok = false;
      return 0;
    }
    v = v * 10 + (*r->p++ - '0');
  }
  if (v < lo || v > hi)
    r->ok = false;
  return v;
}

static bool take(reader *r, char c) {
  if (r->p < r->end && *r->p == c) {
    r->p++;
    return true;
  }
  return false;
}

static void expect(reader *r, char c) {
  if (!take(r, c))
    r->ok = false;
}

static int days_in_month(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12)
    return 31; /* already refused */
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && leap);
}

static int64_t read_date(reader *r) {
  int year = read_digits(r, 4, 0, 9999);
  expect(r, '-');
  int month = read_digits(r, 2, 1, 12);
  expect(r, '-');
  int day = read_digits(r, 2, 1, days_in_month(year, month));
  return r->ok ? tok_days_from_civil(year, month, day) : 0;
}

/* hh:mm[:ss[.fraction]] in seconds. */
static int read_clock(reader *r) {
  int s = read_digits(r, 2, 0, 23) * 3600;
  expect(r, ':');
  s += read_digits(r, 2, 0, 59) * 60;
  if (!take(r, ':'))
    return s;
  s += read_digits(r, 2, 0, 59);
  if (take(r, '.')) {
    read_digits(r, 1, 0, 9);
    while (r->p < r->end && tok_is_digit(*r->p))
      r->p++;
  }
  return s;
}

/* Z, +hh:mm, +hhmm, -hh:mm, or nothing, in seconds east of UTC. */
static int read_offset(reader *r) {
  if (r->p == r->end || take(r, 'Z') || take(r, 'z'))
    return 0;
  int sign = take(r, '-') ? -1 : 1;
  if (sign > 0)
    expect(r, '+');
  int s = read_digits(r, 2, 0, 23) * 3600;
  take(r, ':');
  s += read_digits(r, 2, 0, 59) * 60;
  return sign * s;
}

tok_status tok_time_parse(tok_slice text, int64_t *seconds) {
  if (text.len == 0)
    return TOK_INVALID;
  reader r = {text.ptr, text.ptr + text.len, true};
  int64_t t = read_date(&r) * SECONDS_A_DAY;
  if (r.ok && r.p < r.end) {
    if (!take(&r, ' ') && !take(&r, 't'))
      expect(&r, 'T');
    t += read_clock(&r);
    if (r.ok)
      t -= read_offset(&r);
  }
  if (!r.ok || r.p != r.end || !tok_time_in_range(t))
    return TOK_INVALID;
  *seconds = t;
  return TOK_OK;
}

static char *put(char *p, int64_t v, int width) {
  for (int i = width - 1; i >= 0; i--) {
    p[i] = (char)('0' + v % 10);
    v /= 10;
  }
  return p + width;
}

void tok_time_format(int64_t seconds, char out[TOK_TIME_TEXT_BYTES]) {
  int64_t year;
  int month, day, s = tok_second_of_day(seconds);
  tok_civil_from_days(floor_div(seconds, SECONDS_A_DAY), &year, &month, &day);
  char *p = put(out, year, 4);
  *p++ = '-';
  p = put(p, month, 2);
  *p++ = '-';
  p = put(p, day, 2);
  *p++ = 'T';
  p = put(p, s / 3600, 2);
  *p++ = ':';
  p = put(p, s / 60 % 60, 2);
  *p++ = ':';
  p = put(p, s % 60, 2);
  *p++ = 'Z';
  *p = '\0';
}

/*
** Time: UTC instants as int64 Unix seconds <-> ISO-8601 text.
**
** Proleptic Gregorian calendar without leap seconds, as SQLite's own; years 0000 to 9999. No clock,
** no locale, no allocation.
*/
#ifndef TOK_TIME_H
#define TOK_TIME_H

#include "base.h"

/* 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z, the range of four-digit years. */
#define TOK_TIME_MIN (-62167219200LL)
#define TOK_TIME_MAX 253402300799LL

enum { TOK_TIME_TEXT_BYTES = 21 }; /* "2026-01-31T23:59:59Z" and its NUL */

/*
** Reads exactly one of
**     2026-01-31                        midnight UTC
**     2026-01-31T23:59  2026-01-31 23:59:59  2026-01-31T23:59:59.123
**     any of these with a time of day, followed by Z, +hh:mm, +hhmm or -hh:mm
** Text without an offset is UTC. A fraction is dropped (the second that contains the instant).
** 24:00, second 60, one-digit fields and blanks are refused. TOK_OK and *seconds, or TOK_INVALID.
** O(length).
*/
tok_status tok_time_parse(tok_slice text, int64_t *seconds);

/* Does a time that tok_time_parse takes say its offset (Z, +hh:mm, -hh:mm)? */
static inline bool tok_time_has_offset(tok_slice text) {
  for (size_t i = 10; i < text.len; i++) { /* after yyyy-mm-dd */
    if (text.ptr[i] == '+' || text.ptr[i] == '-' || tok_lower(text.ptr[i]) == 'z') return true;
  }
  return false;
}

/* True for TOK_TIME_MIN..TOK_TIME_MAX. */
static inline bool tok_time_in_range(int64_t seconds) {
  return seconds >= TOK_TIME_MIN && seconds <= TOK_TIME_MAX;
}

/* Writes "2026-01-31T23:59:59Z". `seconds` must be in range. */
void tok_time_format(int64_t seconds, char out[TOK_TIME_TEXT_BYTES]);

/* Days since 1970-01-01 of a civil date; month 1..12, day 1..31, any year. */
int64_t tok_days_from_civil(int64_t year, int month, int day);
/* The civil date of a day number. */
void tok_civil_from_days(int64_t days, int64_t *year, int *month, int *day);

/* Second of the UTC day, 0..86399. */
int tok_second_of_day(int64_t seconds);
/* Day of the week in UTC, 1 = Monday .. 7 = Sunday (ISO 8601). */
int tok_weekday(int64_t seconds);

#endif

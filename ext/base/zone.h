/*
** Time zones: what clocks on the wall show, and the hours, days, weeks and months of a place as
** spans of UTC.
**
** A tok_zone is immutable: made from the bytes of a TZif file (RFC 9636, versions 1 to 4, with the
** rule for the times past its table) or from a fixed offset. No file, no clock, no locale; any
** number of threads may use one zone. zone_sql.h finds zones by name.
**
** Instants are int64 Unix seconds, "local" is the count of seconds that a UTC clock would have if
** it showed what the local clock shows. Every instant given must be in TOK_TIME_MIN..TOK_TIME_MAX;
** results may lie up to one bucket outside.
*/
#ifndef TOK_ZONE_H
#define TOK_ZONE_H

#include "base.h"
#include "time.h"

/* Real files have up to 4 KiB and 240 transitions; zic itself refuses more than 2000. */
enum { TOK_ZONE_FILE_MAX = 65536, TOK_ZONE_TRANSITIONS_MAX = 2000 };

typedef struct tok_zone tok_zone;

/*
** Reads a TZif file. TOK_OK and *out (owned: tok_zone_free); TOK_INVALID where the bytes break the
** format or count leap seconds ("right/" zones); TOK_TOOBIG past the limits above; TOK_NOMEM. O(n).
*/
tok_status tok_zone_parse(tok_slice tzif, tok_zone **out);
/*
** A fixed offset: UTC, GMT, Z, or [UTC](+|-)h[h][[:]mm], less than 24 hours, positive east; case
** does not matter. TOK_NOTFOUND for any other text, TOK_NOMEM.
*/
tok_status tok_zone_fixed(tok_slice text, tok_zone **out);
void tok_zone_free(tok_zone *z);

/* A span of UTC, `start` included, `end` excluded. */
typedef struct {
  int64_t start, end;
} tok_span;

/* Has the zone one offset for ever, as UTC and given offsets have? *offset is set if so. */
bool tok_zone_is_fixed(const tok_zone *z, int32_t *offset);

/* Seconds east of UTC at t; -89999..93599. O(log transitions). */
int32_t tok_zone_offset(const tok_zone *z, int64_t t);
/* The same, and the span around t in which the offset stays (INT64_MIN, INT64_MAX: without end). */
int32_t tok_zone_segment(const tok_zone *z, int64_t t, tok_span *span);
/*
** The instant at which the local clock shows `local`. Shown twice: the first; never shown (clocks
** go forward): as far after the gap as `local` is after the gap's begin, as Java and Python
** (fold=0) do.
*/
int64_t tok_zone_utc(const tok_zone *z, int64_t local);
/* The first instant at which the local clock shows `local` or later. */
int64_t tok_zone_first(const tok_zone *z, int64_t local);

typedef enum {
  TOK_UNIT_HOUR,
  TOK_UNIT_DAY,
  TOK_UNIT_WEEK, /* from Monday */
  TOK_UNIT_MONTH,
  TOK_UNIT_QUARTER,
  TOK_UNIT_YEAR,
  TOK_N_UNITS
} tok_unit;

extern const char *const tok_unit_names[TOK_N_UNITS];
/* "hour" … "year", case does not matter. TOK_NOTFOUND for others. */
tok_status tok_unit_parse(tok_slice name, tok_unit *out);

/*
** The bucket that holds t. Buckets of a unit follow each other without gap or overlap: the next is
** the one of `end`, the one before that of `start - 1`.
**
** A day (week, month, …) starts at the first instant at which the local clock shows 00:00 of its
** first date or later, and ends where the next starts: so it has 23, 23.5, 24.5 or 25 hours where
** clocks change, starts at 01:00 where they skip midnight, and a date that a zone skipped
** altogether has no bucket. An hour is what the clock shows as one hour without the offset
** changing: a change within it ends it. O(log transitions).
*/
void tok_zone_bucket(const tok_zone *z, tok_unit unit, int64_t t, tok_span *out);

/* "2026-03-08T01:00:00-05:00:00", years of five digits, and a NUL */
enum { TOK_ZONE_TEXT_BYTES = 32 };

/* "2026-03-08T01:00:00-05:00"; ends in Z in UTC. Old local times have seconds in their offset:
   -04:56:02. */
void tok_zone_format(const tok_zone *z, int64_t t, char out[TOK_ZONE_TEXT_BYTES]);
/*
** The name of the bucket that starts at `start` (or holds it): "2026-03-08T01:00:00-05:00" of an
** hour, "2026-03-08", "2026-W10" (ISO 8601: the week's year is that of its Thursday), "2026-03",
** "2026-Q1", "2026". Labels sort as time does, but for the hour that is shown twice.
*/
void tok_zone_label(const tok_zone *z, tok_unit unit, int64_t start, char out[TOK_ZONE_TEXT_BYTES]);

#endif

/*
** series: points in any order -> a regular grid, and the repair of what is missing or spoilt on it.
**
** What a user may hand in: rows in any order, several rows of one time (they are added up, as in a
** ledger), gaps, time stamps that wander a little around their grid (days of a zone with summer
** time have 23 to 25 hours), months. What becomes of it: values at start, start + step, start + 2
** step, … with NAN where nothing was given. The step is inferred from the distances of neighbours.
*/
#ifndef TOK_SERIES_H
#define TOK_SERIES_H

#include "../base/base.h"

enum {
  /* Newest distinct times that are kept of any number of rows: 1.5 MB, however many rows come. */
  TOK_POINTS_MAX = 65536,
  /* Buckets that a forecast looks at: half a year of hours, 11 years of days; bounds its time. */
  TOK_SERIES_MAX = 4096
};

typedef struct {
  int64_t ts; /* Unix seconds */
  double value;
} tok_point;

/*
** Collects points in bounded memory. Zeroed is empty. Where more than TOK_POINTS_MAX distinct times
** come, the oldest are forgotten. `status` is sticky: after it is set, adding is a no-op.
*/
typedef struct {
  tok_point *p; /* owned */
  size_t n, cap;
  int64_t forgotten_until; /* times up to here are no longer taken */
  bool forgot;
  tok_status status;
} tok_points;

/* `value` must be finite. Amortised O(log n). */
void tok_points_add(tok_points *set, int64_t ts, double value);
/* Sorts by time and adds up the values of equal times. Adding may go on afterwards. */
void tok_points_settle(tok_points *set);
void tok_points_free(tok_points *set);

/* How far apart the grid's points are: months > 0 counts calendar months, else seconds. */
typedef struct {
  int64_t seconds;
  int months;
} tok_step;

typedef struct {
  int64_t start; /* Unix seconds of v[0] */
  tok_step step;
  size_t n;         /* 1 .. TOK_SERIES_MAX */
  size_t n_missing; /* how many of v are NAN */
  bool month_ends;  /* of months: all points were last days of theirs, so the next are too */
  double *v;        /* owned */
} tok_series;

/*
** The newest buckets of the points as a grid. The set is settled first.
** step: NULL to infer it; a single point gives a step of a day.
** TOK_OK; TOK_NOTFOUND without points; TOK_INVALID if the times are on no grid (more than a tenth
** of them are closer to a neighbour than half a step or off by a fifth, or fewer than a twentieth
** of the steps have one: they want bucketing first); TOK_NOMEM.
*/
tok_status tok_series_grid(tok_points *set, const tok_step *step, tok_series *out);
void tok_series_free(tok_series *s);
/*
** Time of grid point i (may be beyond the end); saturates at TOK_TIME_MAX. A day that the month
** does not have is its last one.
*/
int64_t tok_series_time(const tok_series *s, size_t i);

/* Season lengths in steps that traffic of this step may have; 0 = none. short_ < long_. */
typedef struct {
  size_t short_, long_;
} tok_seasons;
/* Hours: 24 and 168; days: 7; weeks: 52; months: 12; parts of an hour: their day and week. */
tok_seasons tok_seasons_of(tok_step step);

/*
** Looks for a lasting change of level within the last days of hours (or finer), or the last four
** weeks of days, and multiplies v[0..i) before it by the change; i is returned, 0 if there is none.
** scratch: room for 2 n doubles. O(n).
*/
size_t tok_series_level(double *v, size_t n, tok_seasons seasons, double *scratch);

/*
** Repairs v[0..n) in place: fills NAN and replaces spikes, holes and short runs of zeros by what
** the level around them and the same phase of neighbouring seasons say. Long runs, and runs that
** touch the end, stay: they may be a new level. A series of which half is zero is only filled.
** scratch: room for 5 n doubles. repaired (may be NULL): set to 1 where v[i] was changed.
** Returns the number of points that were not NAN and are changed. O(n log season).
*/
size_t tok_series_repair(double *v, size_t n, tok_seasons seasons, double *scratch,
                         unsigned char *repaired);

#endif

/*
** Is this point unusual for the series so far? A detector that sees each point once.
**
** Five statistics are followed: how far the point is from the median so far, outside of the range
** so far, from what the same phase of earlier days and weeks was, from the point before, and how
** far the mean of the last 40 points is from the 400 before. Each is divided by its own record, the
** largest it has been: so the scale of the series does not matter, and a series that was always
** wild is not called wild. The score is the largest of these ratios: 1 is as unusual as ever
** before, more is a new record. Records are kept after a time of learning; one that has stood for n
** points only is easily broken: the ratio is multiplied by n / (n + 0.4 of the points learned
** from). The edge of the range is not damped. A record grows at most to three times itself at once,
** so that one wild point does not hide the next.
**
** The length of a season is found by comparing points with those one season and half a season
** before. After an alarm the following ones must beat it to show, for 2 % of the points so far.
**
** Time per point is O(1), memory bounded (64 KB where the season is inferred). The same bits on
** every machine. Chosen on half of the Numenta Anomaly Benchmark: `make bench-anomaly`.
*/
#ifndef TOK_ANOMALY_SCORE_H
#define TOK_ANOMALY_SCORE_H

#include "../base/base.h"

enum {
  TOK_DETECT_LEARN = 240,   /* points; ten days of hours, as cloud cost tools ask for */
  TOK_DETECT_LEARN_MIN = 2, /* a record needs a point before it */
  TOK_DETECT_LEARN_MAX = 1000000,
  TOK_DETECT_SEASON_MAX = 1440 /* a day of minutes; bounds the memory: 256 KB */
};

typedef struct tok_detect tok_detect;

/*
** season: points of a day (or whatever repeats), 2..TOK_DETECT_SEASON_MAX; 0: to be found among the
** usual ones (a week of days, a day of hours, half hours, quarters, 10 and 5 minutes). learn:
** points that are only learned from, TOK_DETECT_LEARN_MIN..MAX. *out is owned. TOK_OK or TOK_NOMEM.
*/
tok_status tok_detect_new(size_t season, size_t learn, tok_detect **out);
void tok_detect_free(tok_detect *d);

/*
** Takes the next point. `value` is finite, or NAN for a point that is missing: time goes on,
** nothing else. *score: >= 0, at most 100; 0 while learning and for a missing point. TOK_OK, or
** TOK_NOMEM: *score is 0 then and the point is not taken.
*/
tok_status tok_detect_push(tok_detect *d, double value, double *score);

#endif

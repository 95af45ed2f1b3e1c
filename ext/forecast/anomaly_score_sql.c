/*
** How unusual is this value for what came before it?
**
**     SELECT ts, value, tok_anomaly_score(value) OVER (ORDER BY ts) AS score FROM series;
**     SELECT * FROM
**       (SELECT ts, value, tok_anomaly_score(value, 24) OVER (ORDER BY ts) AS score FROM hourly)
**     WHERE score > 1.01;
**
** tok_anomaly_score(value [, season [, learn]]) OVER (ORDER BY …) -> REAL >= 0
**   S1  1 is as far from its surroundings (centre, range, level, same phase, neighbour) as ever
**       before in this series, more is a new record, 100 the most. Alarm above 1. The scale of the
**       values does not matter.
**   S2  Of the past only: a score never changes when rows are added later.
**   S3  0 for what is not unusual, for the first `learn` values (default 240: ten days of hours; 2
**       to 1000000), and for points that do not beat an alarm shortly before (2 % of the rows so
**       far).
**   S4  season: rows of a day, or of whatever repeats (2 to 1440). Without it, or NULL, it is found
**       among 7, 24, 48, 96, 144 and 288 rows. season and learn are the same in all rows.
**   S5  NULL is a missing value: NULL comes back, and time goes on. Text that is no number, blobs
**       and infinities are errors.
**   S6  Rows that are equal in ORDER BY get the largest score among them (with the default frame).
**   S7  A row cannot be unlearned: where a frame starts has no effect, only where it ends. As an
**       aggregate without OVER it is the score of the last row.
**   S8  O(1) time per row; at most 64 KB, or 256 KB for a season of 1440, per partition.
*/
#include <math.h>

#include "anomaly_score.h"
#include "anomaly_sql.h"

static const char func[] = "tok_anomaly_score";

typedef struct {
  tok_detect *detect; /* owned; NULL before the first row */
  int64_t season, learn;
  double score;
  bool known; /* `score` is of a row whose value is not NULL */
  bool shown; /* rows since belong to the next group of equals */
  bool failed;
} state;

/* An optional integer from least to most; false after raising an error. */
static bool option(sqlite3_context *ctx, const char *name, sqlite3_value *v, int64_t least,
                   int64_t most, int64_t *out) {
  if (sqlite3_value_type(v) == SQLITE_NULL)
    return true;
  if (!tok_sql_int(ctx, func, name, v, out))
    return false;
  if (*out >= least && *out <= most)
    return true;
  tok_sql_error(ctx, func, "%s must be %lld to %lld, got %lld", name, (long long)least,
                (long long)most, (long long)*out);
  return false;
}

static bool options(sqlite3_context *ctx, state *s, int argc, sqlite3_value **argv) {
  int64_t season = 0, learn = TOK_DETECT_LEARN;
  if (argc > 1 && !option(ctx, "season", argv[1], 2, TOK_DETECT_SEASON_MAX, &season))
    return false;
  if (argc > 2 &&
      !option(ctx, "learn", argv[2], TOK_DETECT_LEARN_MIN, TOK_DETECT_LEARN_MAX, &learn)) {
    return false;
  }
  if (s->detect == NULL) {
    s->season = season;
    s->learn = learn;
    if (tok_detect_new((size_t)season, (size_t)learn, &s->detect) == TOK_OK)
      return true;
    sqlite3_result_error_nomem(ctx);
    return false;
  }
  if (season == s->season && learn == s->learn)
    return true;
  tok_sql_error(ctx, func, "season and learn must be the same in all rows");
  return false;
}

/* NAN for NULL; false after raising an error. */
static bool number(sqlite3_context *ctx, sqlite3_value *v, double *out) {
  *out = NAN;
  if (sqlite3_value_type(v) == SQLITE_NULL)
    return true;
  int type = sqlite3_value_numeric_type(v);
  if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) {
    tok_sql_error(ctx, func, "value must be a number, got %s",
                  type == SQLITE_BLOB ? "a blob" : "text");
    return false;
  }
  *out = sqlite3_value_double(v);
  if (isfinite(*out))
    return true;
  tok_sql_error(ctx, func, "value must be finite, got %sinfinity", *out < 0 ? "-" : "");
  return false;
}

static void take(sqlite3_context *ctx, state *s, int argc, sqlite3_value **argv) {
  double value, score;
  s->failed = !options(ctx, s, argc, argv) || !number(ctx, argv[0], &value);
  if (s->failed)
    return;
  if (tok_detect_push(s->detect, value, &score) != TOK_OK) {
    s->failed = true;
    sqlite3_result_error_nomem(ctx);
    return;
  }
  if (s->shown) {
    s->known = s->shown = false;
    s->score = 0;
  }
  if (isnan(value))
    return;
  s->known = true;
  if (score > s->score)
    s->score = score;
}

static void step(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  state *s = sqlite3_aggregate_context(ctx, sizeof *s);
  if (s == NULL)
    sqlite3_result_error_nomem(ctx);
  else if (!s->failed)
    take(ctx, s, argc, argv);
}

/* S7. */
static void inverse(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)ctx;
  (void)argc;
  (void)argv;
}

static void value(sqlite3_context *ctx) {
  state *s = sqlite3_aggregate_context(ctx, 0);
  if (s == NULL || s->failed)
    return;
  s->shown = true;
  if (s->known)
    sqlite3_result_double(ctx, s->score);
}

static void final(sqlite3_context *ctx) {
  state *s = sqlite3_aggregate_context(ctx, 0);
  value(ctx);
  if (s == NULL)
    return;
  tok_detect_free(s->detect);
  s->detect = NULL;
}

int tok_anomaly_score_register(sqlite3 *db) {
  static const tok_agg_def defs[] = {
      {func, 1, TOK_PURE, step, final, value, inverse},
      {func, 2, TOK_PURE, step, final, value, inverse},
      {func, 3, TOK_PURE, step, final, value, inverse},
  };
  return tok_sql_aggregates(db, NULL, defs, sizeof defs / sizeof defs[0]);
}

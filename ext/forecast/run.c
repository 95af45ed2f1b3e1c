/*
** One forecast: prepare the series, run the methods at all origins, weigh them, combine. See
** forecast.h.
*/
#include "run.h"

#include "fmath.h"

/* ---- methods --------------------------------------------------------------------------------- */

/*
** For which kind of season a method is a candidate. Chosen on the development halves of M4 and NN5.
*/
enum {
  FOR_TWO = 1,    /* two seasons: hours or finer */
  FOR_ONE = 2,    /* a season of up to a month: days, months, quarters */
  FOR_LEVELS = 4, /* none, or one too long to be seen often: weeks */
  FOR_DAY = 8     /* hours or finer, of less than two weeks: weekdays are not known yet */
};

static const struct {
  const char *name;
  tok_method *run;
  bool logs;
  int kinds;
} methods[] = {
    {"naive", tok_method_naive, false, FOR_LEVELS},
    {"seasonal_naive", tok_method_snaive, false, FOR_TWO | FOR_DAY},
    {"moved_season", tok_method_moved_season, true, FOR_LEVELS},
    {"phase_mean", tok_method_phase_mean, false, FOR_TWO | FOR_ONE},
    {"theta", tok_method_theta, false, FOR_ONE},
    {"holt_winters", tok_method_smooth, false, FOR_TWO | FOR_ONE | FOR_DAY},
    {"holt_winters_double", tok_method_smooth_double, true, FOR_TWO},
    {"ar_log", tok_method_ar, true, FOR_TWO | FOR_LEVELS | FOR_DAY},
    {"ar", tok_method_ar, false, FOR_TWO},
    {"ar_short", tok_method_ar_short, false, FOR_LEVELS},
    {"ar_rest", tok_method_ar_rest, true, FOR_TWO | FOR_LEVELS | FOR_DAY},
    {"analog_log", tok_method_analog, true, FOR_TWO | FOR_DAY},
    {"analog", tok_method_analog, false, FOR_TWO | FOR_ONE | FOR_LEVELS},
    {"line", tok_method_line, false, 0}, /* only where is_line(); the last: LINE */
};
enum { N_METHODS = sizeof methods / sizeof methods[0], LINE = N_METHODS - 1 };

const char *tok_forecast_method_name(size_t i) { return i < N_METHODS ? methods[i].name : NULL; }

const char *tok_grade_name(tok_grade grade) {
  static const char *const names[] = {"insufficient", "short history", "ok"};
  return names[grade];
}

static int kind_of(const tok_run *r) {
  if (r->m1 > 1 && r->m2 == 0 && r->two_expected) return FOR_DAY;
  return r->m2 > 0 ? FOR_TWO : r->m1 > 1 && r->m1 <= 31 ? FOR_ONE : FOR_LEVELS;
}

/* ---- preparation ----------------------------------------------------------------------------- */

enum {
  SEASONS_MIN = 2,      /* a season is used from so many of them on */
  LONG_SEASONS_MIN = 3, /* one longer than a month (weeks of a year), from so many */
  ROLLING_MAX = 16,     /* rolling origins */
  WEIGH_MAX_TWO = 8,    /* with two seasons, only the newest of them say who is good now */
  FEW_ORIGINS = 5,      /* short histories have them closer than a season, to have so many */
  POINTS_MIN = 4,       /* fewer give a mean and no interval */
  LINE_POINTS_MAX = 60, /* longer histories show a trend to the other methods */
  LINE_SEEN_PCT = 80    /* of its steps a line must show: what is missing is taken to be on it */
};
/* Share of the variance that a line may leave to count as exact: rounding, not noise. */
static const double LINE_EXACT = 1e-6;

/*
** Seasons that n points show, with a rolling origin behind two of each. Where there is one season
** and no second yet, the only forecast worth making is to repeat it.
*/
static void choose_seasons(tok_run *r, tok_seasons s) {
  size_t back = r->h < r->n / 4 ? r->h : r->n / 4;
  if (back == 0) back = 1;
  size_t most = r->n - back;
  r->two_expected = s.long_ > 0;
  bool is_long = s.short_ > 31 && s.long_ == 0;
  if (s.short_ < 2) return;
  if (most >= (is_long ? LONG_SEASONS_MIN : SEASONS_MIN) * s.short_) r->m1 = s.short_;
  if (r->m1 > 0 && s.long_ > 0 && most > SEASONS_MIN * s.long_) r->m2 = s.long_;
  if (r->m1 > 0 || is_long) return;
  r->young = true;
  if (r->n >= s.short_) r->m1 = s.short_;
}

/*
** Rolling origins a season (or a part of the horizon) apart, the oldest behind half of the series.
*/
static void choose_origins(tok_run *r) {
  size_t m = r->m2 > 0 ? r->m2 : r->m1 > 1 ? r->m1 : 1;
  size_t least = r->young ? m : 2 * m + 1;
  size_t found = 0, rolling[TOK_ORIGINS_MAX];
  if (!r->young && least < (r->n + 1) / 2) least = (r->n + 1) / 2;
  if (least < POINTS_MIN) least = POINTS_MIN;
  r->n_origin = 0;
  r->bh = r->h < r->n / 4 ? r->h : r->n / 4;
  if (r->bh == 0) r->bh = 1;
  if (r->n > least && r->bh > r->n - least) r->bh = r->n - least;
  size_t apart = r->m1 > 1 && r->m1 <= 31 ? r->m1 : (r->bh + 3) / 4, room = r->n - r->bh;
  if (room > least && apart > (room - least) / FEW_ORIGINS) apart = (room - least) / FEW_ORIGINS;
  if (apart == 0) apart = 1;
  if ((r->line || !(r->young && r->m1 == 0)) && r->n >= least + r->bh) {
    for (size_t o = r->n - r->bh; found < ROLLING_MAX; o -= apart) {
      rolling[found++] = o;
      if (o < apart + least) break;
    }
  }
  while (found > 0) r->origin[r->n_origin++] = rolling[--found];
  r->origin[r->n_origin++] = r->n;
}

static size_t leading_zeros(const tok_series *s) {
  size_t i = 0;
  while (i < s->n && !(fabs(s->v[i]) > 0)) i++; /* NAN too */
  return i == s->n ? 0 : i;
}

/* Divides the series by its largest value, so that squares neither overflow nor vanish. */
static void scale(tok_run *r) {
  double most = 0;
  for (size_t i = 0; i < r->n; i++) {
    if (fabs(r->y[i]) > most) most = fabs(r->y[i]);
  }
  if (!(most > 0)) return;
  r->unit *= most;
  for (size_t i = 0; i < r->n; i++) {
    r->y[i] /= most;
    r->raw[i] /= most;
  }
}

/* Where every point is missing there is nothing to fill in from. */
static void take_logs(tok_run *r) {
  bool all_positive = true;
  for (size_t i = 0; i < r->n; i++) {
    if (isnan(r->y[i])) r->y[i] = 0;
    all_positive = all_positive && r->y[i] > 0;
  }
  if (!all_positive) r->logs = NULL;
  for (size_t i = 0; r->logs != NULL && i < r->n; i++) r->logs[i] = tok_log(r->y[i]);
}

/*
** Is the history a straight line? Trends of short histories mislead more than they help (so no
** other method has one), unless next to nothing else is there. From several seasons on the other
** methods see a trend by themselves. Hours rise every morning: there only an exact line is one.
*/
static bool is_line(const tok_run *r) {
  static const struct {
    size_t points;
    double unexplained;
  } most[] = {{14, 0.05}, {8, 0.03}, {5, 0.01}, {POINTS_MIN, LINE_EXACT}};
  tok_line l = tok_line_fit(r->raw, r->n);
  if (l.n < POINTS_MIN || l.n * 100 < r->n * LINE_SEEN_PCT) return false;
  if (l.unexplained < LINE_EXACT) return true;
  if (r->two_expected || l.n > LINE_POINTS_MAX) return false;
  size_t i = 0;
  while (l.n < most[i].points) i++;
  return l.unexplained < most[i].unexplained;
}

/* What is missing of a line is on the line; nothing else needs repair. */
static void fill_line(tok_run *r) {
  tok_line l = tok_line_fit(r->raw, r->n);
  for (size_t i = 0; i < r->n; i++) {
    if (isnan(r->y[i])) r->y[i] = l.a + l.b * (double)i;
  }
}

/* Copies and scales the series, then repairs the copy. */
static void prepare(tok_run *r, const tok_series *s, tok_forecast *out) {
  bool negative = false;
  for (size_t i = 0; i < r->n; i++) {
    double v = s->v[out->first + i];
    if (isnan(v) && r->opt->gaps_are_zero) v = 0;
    r->y[i] = r->raw[i] = v;
    negative = negative || v < 0;
    out->n_filled += isnan(v) ? 1 : 0;
  }
  r->unit = 1;
  r->positive = r->opt->positive < 0 ? !negative : r->opt->positive > 0;
  tok_seasons seasons = tok_seasons_of(s->step);
  if (r->opt->season > 0) seasons = (tok_seasons){r->opt->season, 0};
  scale(r);
  r->line = is_line(r);
  if (r->line) {
    fill_line(r);
  } else {
    out->level_at = tok_series_level(r->y, r->n, seasons, r->work);
    if (out->level_at > 0) out->level_at += out->first;
    out->n_repaired = tok_series_repair(r->y, r->n, seasons, r->work, NULL);
  }
  scale(r); /* again: what was largest may have been a spike */
  take_logs(r);
}

/* ---- running and weighing -------------------------------------------------------------------- */

static void run_method(const tok_run *r, size_t which, double *f) {
  bool logs = methods[which].logs && r->logs != NULL;
  tok_task t = {logs ? r->logs : r->y, r->n, r->m1, r->m2, r->origin, r->n_origin, r->h};
  methods[which].run(&t, r->work, f);
  for (size_t i = 0; i < r->n_origin * r->h; i++) {
    if (logs) f[i] = f[i] > 5 ? tok_exp(5) : tok_exp(f[i]); /* the largest value's log is 0 */
    if (r->positive && f[i] < 0) f[i] = 0;
  }
}

/* Is the method a candidate? A raw twin stands in for logs that do not exist. */
static bool is_wanted(const tok_run *r, size_t which) {
  if (r->opt->method != NULL) return strcmp(methods[which].name, r->opt->method) == 0;
  if (which == LINE) return r->line;
  if (r->young) {
    bool twice = r->n >= 2 * r->m1 && methods[which].run == tok_method_phase_mean;
    return twice || methods[which].run == tok_method_snaive;
  }
  if (!(methods[which].kinds & kind_of(r))) return false;
  if (!methods[which].logs || r->logs != NULL) return true;
  for (size_t i = 0; i < N_METHODS; i++) {
    if (methods[i].run == methods[which].run && !methods[i].logs &&
        (methods[i].kinds & kind_of(r))) {
      return false;
    }
  }
  return true;
}

/*
** Mean root of the absolute errors at one origin: large errors of strange days count less than
** double.
*/
static double error_at(const tok_run *r, const double *f, size_t k) {
  double sum = 0;
  for (size_t j = 0; j < r->bh; j++) {
    sum += sqrt(fabs(f[k * r->h + j] - r->y[r->origin[k] + j]));
  }
  return sum;
}

/* (best / error)^8, so that only methods close to the best have a say. */
static void weigh(const double *error, size_t n, double *weight) {
  double best = DBL_MAX, total = 0;
  for (size_t i = 0; i < n; i++) best = error[i] < best ? error[i] : best;
  for (size_t i = 0; i < n; i++) {
    double x = error[i] > 0 ? best / error[i] : 1;
    x *= x;
    x *= x;
    weight[i] = x * x;
    total += weight[i];
  }
  for (size_t i = 0; i < n; i++) weight[i] /= total;
}

/*
** At the end the errors at the rolling origins give the weights; at each of these, those at the
** others do, so that what the backtest shows was not fitted to itself.
*/
static void combine(const tok_run *r, tok_forecast *out) {
  double all[TOK_MIX_MAX] = {0}, error[TOK_MIX_MAX], weight[TOK_MIX_MAX];
  size_t back = tok_run_back(r), per_method = r->n_origin * r->h;
  size_t first = r->m2 > 0 && back > WEIGH_MAX_TWO ? back - WEIGH_MAX_TWO : 0;
  for (size_t i = 0; i < out->n_mix; i++) {
    for (size_t k = first; k < back; k++) all[i] += error_at(r, r->method + i * per_method, k);
  }
  for (size_t k = 0; k < r->n_origin; k++) {
    for (size_t i = 0; i < out->n_mix; i++) {
      double own = k >= first && k < back && back > first + 1
                       ? error_at(r, r->method + i * per_method, k)
                       : 0;
      error[i] = all[i] > own ? all[i] - own : 0;
    }
    weigh(error, out->n_mix, weight);
    double *f = r->combined + k * r->h;
    for (size_t j = 0; j < r->h; j++) {
      f[j] = 0;
      for (size_t i = 0; i < out->n_mix; i++) {
        f[j] += weight[i] * r->method[i * per_method + k * r->h + j];
      }
    }
  }
  for (size_t i = 0; i < out->n_mix; i++) out->mix[i].weight = weight[i];
}

/* ---- too little history for a backtest ------------------------------------------------------- */

/*
** Exactly one season: it is repeated. Below that the mean; from 4 points on, half way between it
** and the last value. No trend: on short data nothing errs more.
*/
static void flat(tok_run *r, tok_forecast *out) {
  double mean = 0;
  for (size_t i = 0; i < r->n; i++) mean += r->y[i] / (double)r->n;
  double last = r->y[r->n - 1], f = r->n < POINTS_MIN ? mean : (mean + last) / 2;
  out->n_mix = 1;
  if (r->line) {
    run_method(r, LINE, r->combined);
    out->mix[0] = (tok_mix){methods[LINE].name, 1};
    return;
  }
  if (r->m1 > 1) {
    for (size_t j = 0; j < r->h; j++) r->combined[j] = r->y[r->n - r->m1 + j % r->m1];
    out->mix[0] = (tok_mix){"seasonal_naive", 1};
  } else {
    for (size_t j = 0; j < r->h; j++) r->combined[j] = f;
    out->mix[0] = (tok_mix){"mean", r->n < POINTS_MIN ? 1 : 0.5};
    if (r->n >= POINTS_MIN) out->mix[out->n_mix++] = (tok_mix){"naive", 0.5};
  }
  for (size_t j = 0; j < r->h; j++) {
    if (r->positive && r->combined[j] < 0) r->combined[j] = 0;
  }
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* Divides one block into the arrays of the run and of the result. */
static tok_status allocate(tok_run *r, tok_forecast *out) {
  size_t points = TOK_ORIGINS_MAX * r->h, work = tok_method_work(r->n, r->m1, r->m2, r->h);
  if (work < 5 * r->n) work = 5 * r->n;
  size_t total = 3 * r->n + work + (TOK_MIX_MAX + 3) * points + 4 * r->h;
  double *p = tok_malloc(total * sizeof *p);
  if (p == NULL) return TOK_NOMEM;
  out->memory = p;
  r->raw = p, p += r->n;
  r->y = p, p += r->n;
  r->logs = p, p += r->n;
  r->work = p, p += work;
  r->method = p, p += TOK_MIX_MAX * points;
  r->combined = p, p += points;
  out->back = p, p += points;
  out->back_sd = p, p += points;
  out->mean = p, p += r->h;
  out->lower = p, p += r->h;
  out->upper = p, p += r->h;
  out->sd = p;
  return TOK_OK;
}

static tok_grade grade_of(const tok_run *r, tok_seasons s) {
  if (r->n < POINTS_MIN) return TOK_GRADE_INSUFFICIENT;
  size_t season = r->opt->season > 0 ? r->opt->season : s.short_;
  if (season > 31 && s.long_ == 0) season = 4; /* no forecast of weeks waits for years */
  if (r->n_origin < 3 || r->n < 4 * season || r->n < 2 * POINTS_MIN) return TOK_GRADE_SHORT;
  return TOK_GRADE_OK;
}

tok_status tok_forecast_run(const tok_series *s, const tok_forecast_options *options,
                            tok_forecast *out) {
  *out = (tok_forecast){.h = options->horizon, .first = leading_zeros(s)};
  tok_run r = {.opt = options, .h = options->horizon, .n = s->n - out->first};
  tok_seasons seasons = tok_seasons_of(s->step);
  if (options->season > 0) seasons = (tok_seasons){options->season, 0};
  bool known = options->method == NULL;
  for (size_t i = 0; i < N_METHODS && !known; i++)
    known = strcmp(methods[i].name, options->method) == 0;
  if (!known) return TOK_INVALID;
  choose_seasons(&r, seasons);
  tok_status status = allocate(&r, out);
  if (status != TOK_OK) return status;
  out->n = r.n;
  prepare(&r, s, out);
  choose_origins(&r);
  out->grade = grade_of(&r, seasons);
  if (r.n_origin > 1) {
    for (size_t i = 0; i < N_METHODS; i++) {
      if (!is_wanted(&r, i)) continue;
      run_method(&r, i, r.method + out->n_mix * r.n_origin * r.h);
      out->mix[out->n_mix++] = (tok_mix){methods[i].name, 0};
    }
    combine(&r, out);
  } else {
    flat(&r, out);
  }
  tok_run_intervals(&r, out);
  return TOK_OK;
}

void tok_forecast_free(tok_forecast *f) {
  tok_free(f->memory);
  *f = (tok_forecast){0};
}

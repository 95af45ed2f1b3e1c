/* See anomaly_score.h. */
#include "anomaly_score.h"

#include "fmath.h"

/*
** What was chosen on the development half of NAB; neighbours of each value score within a point or
** two.
*/
enum {
  SHORT = 40,    /* points of the level now */
  LONG = 400,    /* and of the level before */
  LONG_MIN = 100 /* of which so many must be there */
};
static const double DAMPING = 0.4; /* of the points learned from: 96 of 240; 75 to 200 do as well */
static const double QUIET = 0.02;   /* of the points so far: there an alarm silences lesser ones */
static const double SEASONAL = 0.9; /* a season's distance / half a season's: more is no season */
static const double STICKY = 0.9;   /* another season must be better by this than the present one */
static const double WEEKLY = 0.95;  /* the same for weeks against days */
/*
** Times its record that a new one may be: one wild point must not hide those after it; 2 to 5 do.
*/
static const double GROWTH = 3;
enum { GROWTH_FROM = 20 }; /* points that a record must have stood for before that holds */
static const double SCORE_MAX = 100;
static const double HUGE_VALUE = 1e290; /* values beyond are taken as this: sums stay finite */

/* Points of a season that traffic may have: days of a week; hours, half hours, … of a day. */
static const size_t seasons[] = {7, 24, 48, 96, 144, 288};
enum { N_SEASONS = 6, WEEK = 7, PAST = 21 /* seasons of which the values are kept */ };

/*
** The sum of the last `size` values without ever subtracting, so that no rounding error stays: `v`
** holds suffix sums of the older round from `at` on, and the values of the newer one before.
*/
typedef struct {
  double v[LONG];
  size_t size, at, n;
  double newer;
} window;

/*
** Pushes x; returns the value that falls out (valid once n == size), which suffix sums still tell.
*/
static void window_push(window *w, double x) {
  if (w->at == w->size) {
    for (size_t i = w->size - 1; i-- > 0;)
      w->v[i] += w->v[i + 1];
    w->at = 0;
    w->newer = 0;
  }
  w->v[w->at++] = x;
  w->newer += x;
  if (w->n < w->size)
    w->n++;
}

static double window_mean(const window *w) {
  bool older = w->n == w->size && w->at < w->size;
  return (w->newer + (older ? w->v[w->at] : 0)) / (double)w->n;
}

/*
** Running median in five markers: the P-square algorithm (Jain and Chlamtac, CACM 28 (1985), 1076).
*/
typedef struct {
  double height[5];
  double at[5]; /* positions of the markers, from 0 */
  size_t n;
} median;

typedef struct {
  double record;
  size_t n; /* points that the record is of */
} statistic;

enum { CENTRE, LEVEL, SEASON, JUMP, N_STATISTICS };

struct tok_detect {
  size_t learn;
  size_t given;    /* season that the caller gave, or 0 */
  size_t n;        /* points taken, missing ones included */
  size_t n_values; /* without them */
  double *ring;    /* owned: the last values, NAN for missing */
  size_t cap, cap_max;
  double low, high, last; /* range; value before */
  median middle;
  window now, before;
  double queue[SHORT]; /* the values of `now`, to be handed to `before` */
  double mean, spread; /* of all values; of their distances from it, clipped */
  size_t season;       /* in force, 0 for none */
  double full[N_SEASONS], half[N_SEASONS];
  double day_error, week_error;
  size_t n_compared;
  statistic stat[N_STATISTICS];
  double peak; /* the last alarm and when it was */
  size_t peak_at;
};

tok_status tok_detect_new(size_t season, size_t learn, tok_detect **out) {
  enum { FIRST_CAP = 256 };
  size_t longest = season != 0 ? season : seasons[N_SEASONS - 1], cap_max = FIRST_CAP;
  while (cap_max <= longest * PAST)
    cap_max *= 2;
  tok_detect *d = tok_malloc(sizeof *d);
  if (d == NULL)
    return TOK_NOMEM;
  *d = (tok_detect){
      .learn = learn, .given = season, .season = season, .cap = FIRST_CAP, .cap_max = cap_max};
  d->now.size = SHORT;
  d->before.size = LONG;
  d->ring = tok_malloc(d->cap * sizeof *d->ring);
  if (d->ring == NULL) {
    tok_free(d);
    return TOK_NOMEM;
  }
  *out = d;
  return TOK_OK;
}

void tok_detect_free(tok_detect *d) {
  if (d == NULL)
    return;
  tok_free(d->ring);
  tok_free(d);
}

/* The value `lag` points before the one that comes next; NAN if it is missing or not kept. */
static double past(const tok_detect *d, size_t lag) {
  return lag > d->n || lag > d->cap ? NAN : d->ring[(d->n - lag) & (d->cap - 1)];
}

/* The median of the values at these distances (at most 4) before the next point; NAN for none. */
static double past_median(const tok_detect *d, const size_t *lags, size_t n_lags) {
  double v[4];
  size_t n = 0;
  for (size_t i = 0; i < n_lags; i++) {
    double x = past(d, lags[i]);
    if (!isnan(x))
      v[n++] = x;
  }
  return n == 0 ? NAN : tok_median(v, n);
}

static double lesser(double a, double b) {
  return a < b ? a : b;
}
static double greater(double a, double b) {
  return a > b ? a : b;
}

/* ---- the median so far ---- */

static void median_sort_in(median *m, double x) {
  size_t i = m->n++;
  for (; i > 0 && m->height[i - 1] > x; i--)
    m->height[i] = m->height[i - 1];
  m->height[i] = x;
  m->at[m->n - 1] = (double)(m->n - 1);
}

/* Moves marker i by one place, along a parabola where that keeps the heights in order. */
static void median_adjust(median *m, int i, double by) {
  double *q = m->height, *at = m->at;
  double right = (q[i + 1] - q[i]) / (at[i + 1] - at[i]),
         left = (q[i] - q[i - 1]) / (at[i] - at[i - 1]);
  double moved = q[i] + by / (at[i + 1] - at[i - 1]) *
                            ((at[i] - at[i - 1] + by) * right + (at[i + 1] - at[i] - by) * left);
  if (!(q[i - 1] < moved && moved < q[i + 1]))
    moved = q[i] + (by > 0 ? right : -left);
  q[i] = moved;
  at[i] += by;
}

static void median_push(median *m, double x) {
  if (m->n < 5) {
    median_sort_in(m, x);
    return;
  }
  int cell = 0;
  if (x < m->height[0])
    m->height[0] = x;
  if (x >= m->height[4])
    m->height[4] = x;
  while (cell < 3 && x >= m->height[cell + 1])
    cell++;
  for (int i = cell + 1; i < 5; i++)
    m->at[i]++;
  m->n++;
  for (int i = 1; i < 4; i++) {
    double off = 0.25 * i * (double)(m->n - 1) - m->at[i];
    if (off >= 1 && m->at[i + 1] - m->at[i] > 1)
      median_adjust(m, i, 1);
    else if (off <= -1 && m->at[i] - m->at[i - 1] > 1)
      median_adjust(m, i, -1);
  }
}

static double median_of(const median *m) {
  return m->height[m->n < 5 ? m->n / 2 : 2];
}

/* ---- seasons ---- */

/* Chooses the season from the distances so far. */
static void choose_season(tok_detect *d) {
  size_t best = 0;
  double least = SEASONAL;
  for (size_t i = 0; i < N_SEASONS; i++) {
    if (d->n <= 2 * seasons[i] || d->half[i] <= 0)
      continue;
    double ratio = d->full[i] / d->half[i] * (seasons[i] == d->season ? STICKY : 1);
    if (ratio < least) {
      least = ratio;
      best = seasons[i];
    }
  }
  if (best == d->season)
    return;
  d->season = best;
  d->stat[SEASON].n = 0;
  d->day_error = d->week_error = 0;
  d->n_compared = 0;
}

static void compare_seasons(tok_detect *d, double x) {
  double clip = 2 * d->spread;
  for (size_t i = 0; i < N_SEASONS; i++) {
    double a = past(d, seasons[i]), b = past(d, seasons[i] / 2);
    if (isnan(a) || isnan(b))
      continue;
    d->full[i] += lesser(fabs(x - a), clip);
    d->half[i] += lesser(fabs(x - b), clip);
  }
}

/*
** What the same phase was: of the last days, or of the last weeks where that has been better. NAN:
** unknown.
*/
static double seasonal_value(tok_detect *d, double x) {
  size_t s = d->season;
  if (s == 0 || d->n < s)
    return NAN;
  double day = past_median(d, (size_t[]){s, 2 * s, 3 * s, WEEK * s}, 4);
  double week = past_median(d, (size_t[]){WEEK * s, 2 * WEEK * s, 3 * WEEK * s}, 3);
  if (isnan(day) || isnan(week))
    return day;
  bool by_week = d->n_compared > 2 * s && d->week_error < WEEKLY * d->day_error;
  double clip = 3 * d->spread;
  d->day_error += lesser(fabs(x - day), clip);
  d->week_error += lesser(fabs(x - week), clip);
  d->n_compared++;
  return by_week ? week : day;
}

/* ---- statistics and score ---- */

/*
** f / its record so far, damped; 0 while there are fewer than `needed` points behind the record. No
** record is kept of the points that are only learned from: a median or a season of few points is
** far off.
*/
static double ratio(const tok_detect *d, statistic *s, double f, size_t needed) {
  double r = 0;
  if (d->n_values < d->learn)
    return 0;
  if (s->n >= needed && f > 0) {
    double n = (double)s->n;
    double scale = greater(fabs(d->high), fabs(d->low));
    /* Of a constant series the record is 0, and rounding is not news. */
    double record = greater(s->record, 1e-9 * scale);
    r = lesser(f, SCORE_MAX * record) / record * (n / (n + DAMPING * (double)d->learn));
  }
  if (s->n > GROWTH_FROM && s->record > 0)
    f = lesser(f, GROWTH * s->record);
  s->record = greater(s->record, f);
  s->n++;
  return r;
}

static double level_change(tok_detect *d, double x) {
  size_t slot = d->n_values % SHORT;
  if (d->n_values >= SHORT)
    window_push(&d->before, d->queue[slot]);
  d->queue[slot] = x;
  window_push(&d->now, x);
  return d->before.n < LONG_MIN ? NAN : fabs(window_mean(&d->now) - window_mean(&d->before));
}

/*
** How far outside the range so far, in ranges, 1 being its edge. Widens it, but not boundlessly;
** *value is brought to its edge, so that what is wild does not stay in means.
*/
static double beyond_range(tok_detect *d, double *value) {
  double x = *value, span = d->high - d->low, r = 0;
  if (d->n_values == 0)
    d->high = d->low = x;
  if (span > 0 && x > d->high)
    r = (x - d->low) / span;
  if (span > 0 && x < d->low)
    r = (d->high - x) / span;
  double most = span > 0 && d->n_values > GROWTH_FROM ? GROWTH * span : 2 * HUGE_VALUE;
  if (x > d->high)
    d->high = lesser(x, d->high + most);
  if (x < d->low)
    d->low = greater(x, d->low - most);
  *value = greater(d->low, lesser(d->high, x));
  return lesser(r, SCORE_MAX);
}

/* The largest ratio at x, which is within the range, and what is learned from it. */
static double judge(tok_detect *d, double x) {
  double best = 0;
  double level = level_change(d, x), phase = seasonal_value(d, x);
  if (d->n_values > 0) {
    best = ratio(d, &d->stat[CENTRE], fabs(x - median_of(&d->middle)), 1);
    best = greater(best, ratio(d, &d->stat[JUMP], fabs(x - d->last), 1));
  }
  if (!isnan(level))
    best = greater(best, ratio(d, &d->stat[LEVEL], level, 1));
  if (!isnan(phase))
    best = greater(best, ratio(d, &d->stat[SEASON], fabs(x - phase), d->season));
  return best;
}

static void learn(tok_detect *d, double x) {
  double away = d->n_values == 0 ? 0 : fabs(x - d->mean); /* there is no mean yet */
  median_push(&d->middle, x);
  d->n_values++;
  if (d->n_values > 10 && d->spread > 0)
    away = lesser(away, 3 * d->spread);
  d->mean += (x - d->mean) / (double)d->n_values;
  d->spread += (away - d->spread) / (double)d->n_values;
  if (d->given == 0)
    compare_seasons(d, x);
  d->last = x;
}

/* 0 for what does not beat an alarm shortly before. */
static double silenced(tok_detect *d, double score) {
  double since = (double)(d->n - d->peak_at);
  if (score <= d->peak && since <= QUIET * (double)d->n)
    return 0;
  d->peak = score;
  d->peak_at = d->n;
  return score;
}

static tok_status make_room(tok_detect *d) {
  if (d->n < d->cap || d->cap == d->cap_max)
    return TOK_OK;
  double *ring = tok_realloc(d->ring, 2 * d->cap * sizeof *ring);
  if (ring == NULL)
    return TOK_NOMEM;
  d->ring = ring;
  d->cap *= 2; /* nothing has wrapped yet: every value stays at its place */
  return TOK_OK;
}

tok_status tok_detect_push(tok_detect *d, double value, double *score) {
  *score = 0;
  if (make_room(d) != TOK_OK)
    return TOK_NOMEM;
  if (!isnan(value)) {
    double x = value > HUGE_VALUE ? HUGE_VALUE : value < -HUGE_VALUE ? -HUGE_VALUE : value;
    if (d->given == 0)
      choose_season(d);
    double r = beyond_range(d, &x);
    r = greater(r, judge(d, x));
    if (d->n_values >= d->learn && r > 0.5)
      *score = silenced(d, r);
    learn(d, x);
    value = x;
  }
  d->ring[d->n & (d->cap - 1)] = value;
  d->n++;
  return TOK_OK;
}

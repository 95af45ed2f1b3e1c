/*
** See anomaly.h. Numbers were chosen with make bench-anomaly; neighbours of each do about as well.
*/
#include "anomaly.h"

#include "fmath.h"

static const double SD_LEAST = 0.03;   /* of the level: smaller differences are nobody's concern */
static const double PHASE_LEAST = 0.1; /* noise of quiet phases is that of a tenth of the level */
static const double TO_SD_HALF = 1.4826, TO_SD_90 = 1 / 1.645; /* of a normal distribution */
static const double DEPTH = 0.05; /* of the level, added before logarithms: 0 has none */
static const double FEW = 4;      /* requests in a bucket: with fewer, one or two more are chance */
static const double EMPTY = 0.01; /* a median below this part of the mean is none: mostly zeros */

enum { NEIGHBOURS_MAX = 8, RESIDUALS_MIN = 8 };

typedef struct {
  size_t half;        /* buckets of the running level to each side */
  size_t around;      /* buckets to each side whose differences tell the standard deviation */
  int n_lags, n_days; /* the first n_days of the lags are of days within the week */
  int lag[NEIGHBOURS_MAX / 2]; /* slots to the same phase */
  size_t n_min;
} rhythm;

/*
** Of the hours' two the one with the smaller differences is taken: where weekends are unlike
** weekdays, days say little of each other, and a level of two days is half weekend.
*/
enum { OF_KIND = 2 };
static const rhythm rhythms[][OF_KIND] = {
    [TOK_RHYTHM_HOURS] = {{24, 168, 4, 2, {24, 48, 168, 336}, TOK_ANOMALY_HOURS_MIN},
                          {84, 168, 4, 0, {168, 336, 504, 672}, TOK_ANOMALY_HOURS_MIN}},
    [TOK_RHYTHM_DAYS] = {{7, 28, 4, 0, {7, 14, 21, 28}, TOK_ANOMALY_BUCKETS_MIN}},
    [TOK_RHYTHM_NONE] = {{4, 26, 0, 0, {0}, TOK_ANOMALY_BUCKETS_MIN}},
};

/* One judgement at work; all arrays have n elements and are parts of `memory`. */
typedef struct {
  const tok_anomaly_series *s;
  const rhythm *r;
  double *memory;         /* owned */
  double *rate;           /* value / length */
  double *level, *ratio;  /* running level; rate / level, NAN: not to be compared with */
  double *phase, *differ; /* what the ratio should be; (ratio - phase) / noise_of(phase) */
  double *fall;           /* where the ratio is less: log(phase / ratio), after DEPTH; else NAN */
  double *scratch;        /* a window of either kind fits */
  size_t *at;             /* bucket of slot - slot[0], or n */
  size_t n_slots;
  double mean;      /* of all rates */
  double irregular; /* least standard deviation of a series that is zero or not without rule */
} work;

static double greater(double a, double b) {
  return a > b ? a : b;
}
static double lesser(double a, double b) {
  return a < b ? a : b;
}

/* Noise in proportion to the square root of what is expected, as that of counts. */
static double noise_of(double phase) {
  return sqrt(greater(phase, PHASE_LEAST));
}

static void work_free(work *w) {
  tok_free(w->memory);
  tok_free(w->at);
}

enum { PARTS = 7, SLOTS_PER_BUCKET = 4, WINDOW_MAX = 2 * 168 + 2 };

static tok_status work_init(work *w, const tok_anomaly_series *s) {
  *w = (work){.s = s};
  int64_t slots = s->slot[s->n - 1] - s->slot[0] + 1;
  w->n_slots = slots > 0 && (uint64_t)slots < SLOTS_PER_BUCKET * s->n ? (size_t)slots
                                                                      : SLOTS_PER_BUCKET * s->n;
  w->memory = tok_malloc((PARTS * s->n + 2 * WINDOW_MAX) * sizeof *w->memory);
  w->at = tok_malloc(w->n_slots * sizeof *w->at);
  if (w->memory == NULL || w->at == NULL) {
    work_free(w);
    return TOK_NOMEM;
  }
  double **parts[PARTS] = {&w->rate,   &w->level, &w->ratio,  &w->phase,
                           &w->differ, &w->fall,  &w->scratch};
  for (int i = 0; i < PARTS; i++)
    *parts[i] = w->memory + (size_t)i * s->n;
  for (size_t i = 0; i < w->n_slots; i++)
    w->at[i] = s->n;
  for (size_t i = s->n;
       i-- > 0;) { /* an hour that is shown twice: the first is the one that others look at */
    uint64_t k = (uint64_t)(s->slot[i] - s->slot[0]);
    if (k < w->n_slots)
      w->at[k] = i;
  }
  return TOK_OK;
}

/* ---- level ---- */

static void take_rates(work *w) {
  double sum = 0;
  size_t known = 0;
  for (size_t i = 0; i < w->s->n; i++) {
    double length = w->s->length == NULL ? 1 : w->s->length[i];
    w->rate[i] = w->s->v[i] / length;
    if (isnan(w->rate[i]))
      continue;
    sum += w->rate[i];
    known++;
  }
  w->mean = known == 0 ? 0 : sum / (double)known;
}

/*
** The median around i; at the ends the window keeps its length. The mean where the median is
** nothing.
*/
static double level_at(work *w, size_t i) {
  size_t n = w->s->n, width = 2 * w->r->half + 1;
  size_t from = i < w->r->half ? 0 : i - w->r->half;
  if (width > n)
    width = n;
  if (from + width > n)
    from = n - width;
  size_t known = 0;
  double sum = 0;
  for (size_t j = from; j < from + width; j++) {
    if (isnan(w->rate[j]))
      continue;
    w->scratch[known++] = w->rate[j];
    sum += w->rate[j];
  }
  double level = known == 0 ? 0 : tok_median(w->scratch, known);
  if (level <= EMPTY * w->mean && known > 0)
    level = sum / (double)known;
  return greater(level, w->mean > 0 ? EMPTY * w->mean : 1);
}

/* ---- phase ---- */

/* The bucket `lag` slots from i, or n. */
static size_t neighbour(const work *w, size_t i, int lag) {
  int64_t k = w->s->slot[i] - w->s->slot[0] + lag;
  return k < 0 || (uint64_t)k >= w->n_slots ? w->s->n : w->at[k];
}

/* The one of a and b that is nearer to x. */
static double nearer(double x, double a, double b) {
  return fabs(x - a) < fabs(x - b) ? a : b;
}

/*
** The median ratio at the lags [from, to) to both sides; of two the one nearer to i's own, because
** one of them may be an anomaly. NAN for none, and for a single one that comes later: of two that
** differ the later is the odd one.
*/
static double ratio_at_lags(const work *w, size_t i, int from, int to) {
  double v[NEIGHBOURS_MAX];
  size_t n = 0, before = 0;
  for (int k = from; k < to; k++) {
    for (int side = -1; side <= 1; side += 2) {
      size_t j = neighbour(w, i, side * w->r->lag[k]);
      if (j == w->s->n || isnan(w->ratio[j]))
        continue;
      v[n++] = w->ratio[j];
      before += side < 0;
    }
  }
  if (before + n < 2)
    return NAN;
  return n == 2 ? nearer(w->rate[i] / w->level[i], v[0], v[1]) : tok_median(v, n);
}

/*
** What the ratio should be: as on other days, or as in other weeks, whichever is nearer: the first
** Saturday after five weekdays is no anomaly if the last one was like it. Unknown without another
** week.
*/
static double phase_at(const work *w, size_t i) {
  const rhythm *r = w->r;
  if (r->n_lags == 0)
    return 1;
  double weeks = ratio_at_lags(w, i, r->n_days, r->n_lags);
  if (r->n_days == 0 || isnan(weeks))
    return weeks;
  return nearer(w->rate[i] / w->level[i], weeks, ratio_at_lags(w, i, 0, r->n_lags));
}

/* ---- standard deviation ---- */

/*
** A series that is often zero where its phase is not, and the other way round, is one of single
** requests: their size is its standard deviation.
*/
static double irregularity(const work *w) {
  size_t n = 0, odd = 0, busy = 0;
  double sum = 0;
  for (size_t i = 0; i < w->s->n; i++) {
    if (isnan(w->rate[i]) || isnan(w->phase[i]))
      continue;
    bool is_busy = w->rate[i] > 0;
    n++;
    odd += is_busy != (w->phase[i] > 0);
    busy += is_busy;
    sum += w->rate[i];
  }
  if (busy == 0)
    return 0;
  double part = 2 * (double)odd / (double)n;
  return sum / (double)busy * (part < 1 ? part : 1);
}

/* Sizes of the differences around a bucket, ascending, as the bucket moves on. */
typedef struct {
  double *v; /* borrowed */
  size_t n;
} sorted;

/* Place of the first that is at least x. */
static size_t sorted_place(const sorted *w, double x) {
  size_t low = 0, high = w->n;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (w->v[middle] < x)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static void sorted_add(sorted *w, double differ) {
  if (isnan(differ))
    return;
  size_t k = sorted_place(w, fabs(differ));
  memmove(w->v + k + 1, w->v + k, (w->n++ - k) * sizeof *w->v);
  w->v[k] = fabs(differ);
}

static void sorted_remove(sorted *w, double differ) {
  if (isnan(differ))
    return;
  size_t k = sorted_place(w, fabs(differ));
  memmove(w->v + k, w->v + k + 1, (--w->n - k) * sizeof *w->v);
}

/* HUGE_VAL where there are too few. */
static double spread_of(const sorted *w) {
  if (w->n < RESIDUALS_MIN)
    return HUGE_VAL;
  double half = TO_SD_HALF * w->v[w->n / 2], wide = TO_SD_90 * w->v[w->n * 9 / 10];
  return greater(greater(half, wide), SD_LEAST);
}

/*
** spread: of the differences, in both directions; fall_spread: of those below, as logarithms.
** Traffic has a long tail upwards and a floor: against the spread of its bursts an outage would be
** nothing unusual.
*/
static void judge_bucket(const work *w, size_t i, double spread, double fall_spread,
                         tok_anomaly_bucket *b) {
  double length = w->s->length == NULL ? 1 : w->s->length[i];
  *b = (tok_anomaly_bucket){.expected = w->level[i], .sd = HUGE_VAL, .fall_sd = HUGE_VAL};
  if (isnan(w->phase[i]))
    return;
  b->expected = w->level[i] * w->phase[i] * length;
  double q = w->s->quantum;
  if (spread == HUGE_VAL || w->mean <= 0)
    return;
  double sd = w->level[i] * spread * noise_of(w->phase[i]) * length;
  b->sd = greater(sd, w->irregular);
  if (b->expected < FEW * q)
    b->sd = greater(b->sd, (1 - b->expected / (FEW * q)) * q / 2);
  if (b->sd == sd)
    b->fall_sd = fall_spread; /* chance has no logarithms */
  b->depth = DEPTH * w->level[i] * length;
  if (isnan(w->s->v[i]))
    return;
  b->score = (w->s->v[i] - b->expected) / b->sd;
  if (b->score < 0 && !isnan(w->fall[i]))
    b->score = lesser(b->score, -w->fall[i] / b->fall_sd);
}

static void differ(work *w) {
  for (size_t i = 0; i < w->s->n; i++) {
    double ratio = w->rate[i] / w->level[i];
    w->phase[i] = phase_at(w, i);
    w->differ[i] = (ratio - w->phase[i]) / noise_of(w->phase[i]);
    w->fall[i] = ratio < w->phase[i] ? tok_log((w->phase[i] + DEPTH) / (ratio + DEPTH)) : NAN;
  }
}

static void judge(work *w, tok_anomaly_bucket *bucket) {
  size_t n = w->s->n, around = w->r->around;
  differ(w);
  w->irregular = irregularity(w);
  sorted all = {w->scratch, 0}, falls = {w->scratch + WINDOW_MAX, 0};
  for (size_t i = 0; i < n + around; i++) {
    if (i < n) {
      sorted_add(&all, w->differ[i]);
      sorted_add(&falls, w->fall[i]);
    }
    if (i > 2 * around) {
      sorted_remove(&all, w->differ[i - 2 * around - 1]);
      sorted_remove(&falls, w->fall[i - 2 * around - 1]);
    }
    if (i >= around)
      judge_bucket(w, i - around, spread_of(&all), spread_of(&falls), &bucket[i - around]);
  }
}

static void compare_with(work *w, const rhythm *r) {
  w->r = r;
  for (size_t i = 0; i < w->s->n; i++)
    w->level[i] = level_at(w, i);
  for (size_t i = 0; i < w->s->n; i++)
    w->ratio[i] = w->rate[i] / w->level[i];
}

/*
** How far off a rhythm is, in the unit of the rates: half of the differences are less, and nine of
** ten.
*/
static double misfit(work *w) {
  size_t known = 0;
  for (size_t i = 0; i < w->s->n; i++) {
    double off = fabs(w->rate[i] - w->level[i] * ratio_at_lags(w, i, 0, w->r->n_lags));
    if (!isnan(off))
      w->scratch[known++] = off;
  }
  if (known == 0)
    return HUGE_VAL;
  tok_sort_doubles(w->scratch, known);
  return w->scratch[known / 2] + w->scratch[known * 9 / 10];
}

static void choose_rhythm(work *w) {
  const rhythm *first = rhythms[w->s->rhythm], *second = first + 1;
  compare_with(w, first);
  if (second->n_min == 0 || w->s->n < second->n_min)
    return;
  double of_first = misfit(w);
  compare_with(w, second);
  if (misfit(w) >= of_first)
    compare_with(w, first);
}

/* ---- events ---- */

/* +1, -1, or 0 for what is as it should be. */
static int direction(const tok_anomaly_series *s, const tok_anomaly_options *o,
                     const tok_anomaly_bucket *b, size_t i) {
  if (b[i].sd == HUGE_VAL || isnan(s->v[i]))
    return 0;
  if (b[i].score >= o->threshold)
    return 1;
  if (b[i].score <= -o->threshold)
    return -1;
  return o->spike > 0 && b[i].expected > 0 && s->v[i] >= o->spike * b[i].expected;
}

/* What would just pass below: the higher of both bounds. */
static double lowest(const tok_anomaly_bucket *b, double threshold) {
  double lower = greater(b->expected - threshold * b->sd, 0);
  if (b->fall_sd == HUGE_VAL)
    return lower;
  return greater(lower, (b->expected + b->depth) * tok_exp(-threshold * b->fall_sd) - b->depth);
}

static tok_anomaly_event event_of(const tok_anomaly_series *s, const tok_anomaly_options *o,
                                  const tok_anomaly_bucket *b, size_t first, size_t last) {
  tok_anomaly_event e = {.first = first, .last = last};
  for (size_t i = first; i <= last; i++) {
    e.actual += s->v[i];
    e.expected += b[i].expected;
    e.lower += lowest(&b[i], o->threshold);
    e.upper += b[i].expected + o->threshold * b[i].sd;
    e.score = greater(e.score, fabs(b[i].score));
  }
  e.impact = e.actual - e.expected;
  e.impact_pct = e.expected > 0 ? 100 * e.impact / e.expected : 0;
  e.up = e.impact > 0;
  return e;
}

static tok_status gather(const tok_anomaly_series *s, const tok_anomaly_options *o,
                         tok_anomalies *out) {
  size_t cap = 0;
  for (size_t i = 0; i < s->n; i++) {
    int up = direction(s, o, out->bucket, i);
    size_t last = i;
    if (up == 0)
      continue;
    while (last + 1 < s->n && direction(s, o, out->bucket, last + 1) == up)
      last++;
    tok_anomaly_event e = event_of(s, o, out->bucket, i, last);
    i = last;
    if (fabs(e.impact) < o->min_impact)
      continue;
    if (out->n_events == cap) {
      cap = cap == 0 ? 16 : 2 * cap;
      tok_anomaly_event *more = tok_realloc(out->event, cap * sizeof *more);
      if (more == NULL)
        return TOK_NOMEM;
      out->event = more;
    }
    out->event[out->n_events++] = e;
  }
  return TOK_OK;
}

tok_status tok_anomalies_find(const tok_anomaly_series *s, const tok_anomaly_options *o,
                              tok_anomalies *out) {
  work w;
  *out = (tok_anomalies){0};
  if (s->n < rhythms[s->rhythm][0].n_min)
    return TOK_OK;
  out->bucket = tok_malloc(s->n * sizeof *out->bucket);
  if (out->bucket == NULL || work_init(&w, s) != TOK_OK)
    return TOK_NOMEM;
  take_rates(&w);
  choose_rhythm(&w);
  judge(&w, out->bucket);
  for (size_t i = 0; i < s->n; i++) {
    if (fabs(out->bucket[i].score) >= o->threshold)
      w.ratio[i] = NAN;
  }
  judge(&w, out->bucket);
  work_free(&w);
  return gather(s, o, out);
}

void tok_anomalies_free(tok_anomalies *a) {
  tok_free(a->bucket);
  tok_free(a->event);
  *a = (tok_anomalies){0};
}

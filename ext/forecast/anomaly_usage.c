/* Anomalies of the ledger's usage, and what caused them; see anomaly.h. */
#include "anomaly.h"
#include "fmath.h"

static const double UNKNOWN_MOST =
    0.1; /* of a bucket's requests; fewer change its sum by less than an anomaly does */

tok_status tok_anomaly_usage_init(tok_anomaly_usage *u, const tok_history *h) {
  enum { PARTS = 4 };
  *u = (tok_anomaly_usage){.h = h};
  size_t n = h->n;
  if (n == 0)
    return TOK_OK;
  u->v = tok_malloc(PARTS * n * sizeof *u->v);
  u->slot = tok_malloc(n * sizeof *u->slot);
  if (u->v == NULL || u->slot == NULL)
    return TOK_NOMEM;
  u->length = u->v + n;
  u->requests = u->v + 2 * n;
  u->known = u->v + 3 * n;
  double usual = (double)tok_history_series(h).step.seconds;
  for (size_t i = 0; i < n; i++) {
    tok_span span;
    tok_zone_bucket(h->zone, h->unit, h->start[i], &span);
    bool whole_hours = h->unit == TOK_UNIT_HOUR ||
                       usual == 0; /* an hour cut by a change of clocks stays an hour */
    u->v[i] = h->v[i];
    u->length[i] = whole_hours ? 1 : (double)(span.end - span.start) / usual;
    u->requests[i] = u->known[i] = 0;
    int64_t local = span.start + tok_zone_offset(h->zone, span.start) - TOK_TIME_MIN + 2 * 86400;
    u->slot[i] = h->unit == TOK_UNIT_HOUR  ? local / 3600
                 : h->unit == TOK_UNIT_DAY ? local / 86400
                                           : (int64_t)i;
  }
  return TOK_OK;
}

void tok_anomaly_usage_add(tok_anomaly_usage *u, int64_t t, double requests, double known) {
  const tok_history *h = u->h;
  if (h->n == 0 || t < h->start[0])
    return;
  while (u->at + 1 < h->n && h->start[u->at + 1] <= t)
    u->at++;
  u->requests[u->at] += requests;
  u->known[u->at] += known;
}

static tok_rhythm rhythm_of(tok_unit unit) {
  return unit == TOK_UNIT_HOUR  ? TOK_RHYTHM_HOURS
         : unit == TOK_UNIT_DAY ? TOK_RHYTHM_DAYS
                                : TOK_RHYTHM_NONE;
}

tok_status tok_anomaly_usage_find(tok_anomaly_usage *u, const tok_anomaly_options *o,
                                  tok_anomalies *out) {
  double sum = 0, requests = 0;
  size_t n = u->h->n;
  *out = (tok_anomalies){0};
  if (n == 0)
    return TOK_OK;
  for (size_t i = 0; i < n; i++) {
    sum += u->v[i];
    requests += u->known[i];
    if (u->requests[i] - u->known[i] > UNKNOWN_MOST * u->requests[i])
      u->v[i] = NAN;
  }
  tok_anomaly_series s = {.rhythm = rhythm_of(u->h->unit),
                          .n = n,
                          .v = u->v,
                          .slot = u->slot,
                          .length = u->length,
                          .quantum = requests > 0 ? sum / requests : 0};
  return tok_anomalies_find(&s, o, out);
}

void tok_anomaly_usage_free(tok_anomaly_usage *u) {
  tok_free(u->v);
  tok_free(u->slot);
  *u = (tok_anomaly_usage){0};
}

tok_span tok_anomaly_span(const tok_history *h, const tok_anomaly_event *e) {
  tok_span last;
  tok_zone_bucket(h->zone, h->unit, h->start[e->last], &last);
  return (tok_span){h->start[e->first], last.end};
}

/* ---- cause ---- */

enum { SPANS_MAX = 3, DAY_S = 86400 };

tok_cause_spans tok_cause_spans_of(int64_t first, tok_span event) {
  static const int64_t shifts[] = {7 * DAY_S, DAY_S};
  for (size_t k = 0; k < 2; k++) {
    tok_cause_spans spans = {.shift_s = shifts[k]};
    while (spans.shift_s < event.end - event.start)
      spans.shift_s += shifts[k]; /* an event is not compared with itself */
    while (spans.count < SPANS_MAX && event.start - (spans.count + 1) * spans.shift_s >= first)
      spans.count++;
    if (spans.count > 0)
      return spans;
  }
  return (tok_cause_spans){0};
}

/* Half the Jensen-Shannon divergence's term of one value with shares p before and q now. */
static double surprise_of(double p, double q) {
  double m = p + q, s = 0;
  if (p > 0)
    s += p * tok_log(2 * p / m);
  if (q > 0)
    s += q * tok_log(2 * q / m);
  return 0.5 * s;
}

static double greater(double a, double b) {
  return a > b ? a : b;
}

bool tok_cause_offer(tok_cause *c, double actual, double base, double all_actual, double all_base) {
  static const double MOST = 0.5;         /* explains most of the excess */
  static const double NEWS_LEAST = 0.001; /* a share of 0.5 that becomes 0.57 */
  if (c->excess == 0 || all_actual <= 0)
    return false; /* where all is silent, nobody is the cause */
  double before = all_base > 0 ? base / all_base : 0, now = actual / all_actual;
  double share = (actual - before * c->expected) / c->excess;
  double surprise = surprise_of(greater(before, 0), greater(now, 0));
  bool enough = share >= MOST, had_enough = c->share >= MOST;
  double news = enough ? surprise - c->surprise : 0;
  bool better = enough == had_enough && (fabs(news) > NEWS_LEAST ? news > 0 : share > c->share);
  if (!(share > 0))
    return false;
  if (c->found && !better && !(enough && !had_enough))
    return false;
  c->found = true;
  c->share = share;
  c->surprise = surprise;
  return true;
}

int tok_cause_percent(const tok_cause *c) {
  return c->share < 1 ? (int)floor(100 * c->share + 0.5) : 100;
}

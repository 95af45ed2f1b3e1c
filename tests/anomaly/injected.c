/* See injected.h. */
#include "injected.h"

#include <stdint.h>
#include <string.h>

#include "../../ext/forecast/anomaly.h"

const injection injections[INJECTIONS] = {
    {"1 h x2", 1, 2}, {"1 h x3", 1, 3}, {"1 h x5", 1, 5}, {"6 h x2", 6, 2}, {"3 h outage", 3, 0}};

static int find(const double *v, size_t n, double threshold, tok_anomalies *out) {
  static int64_t slot[HOURS_MAX];
  for (size_t i = 0; i < n; i++)
    slot[i] = (int64_t)i;
  tok_anomaly_series s = {.rhythm = TOK_RHYTHM_HOURS, .n = n, .v = v, .slot = slot};
  tok_anomaly_options o = {.threshold = threshold};
  return tok_anomalies_find(&s, &o, out) == TOK_OK ? 0 : -1;
}

/*
** Alarms of an untouched series after its first ten days; of every 13th hour where each needs a run
** of its own.
*/
static int quiet(const double *v, size_t n, double threshold, int newest, injected_result *r) {
  enum { EVERY = 13 };
  tok_anomalies a;
  if (!newest) {
    if (find(v, n, threshold, &a) != 0)
      return -1;
    for (size_t i = TOK_ANOMALY_HOURS_MIN; i < n; i++)
      r->alarms += a.bucket[i].score >= threshold || a.bucket[i].score <= -threshold;
    r->hours += n - TOK_ANOMALY_HOURS_MIN;
    r->events += a.n_events;
    tok_anomalies_free(&a);
    return 0;
  }
  for (size_t i = TOK_ANOMALY_HOURS_MIN; i < n; i += EVERY) {
    if (find(v, i + 1, threshold, &a) != 0)
      return -1;
    int alarm = a.n_events > 0 && a.event[a.n_events - 1].last == i;
    r->alarms += (size_t)alarm;
    r->events += (size_t)alarm;
    r->hours++;
    tok_anomalies_free(&a);
  }
  return 0;
}

static int inject(const double *v, size_t n, size_t at, int kind, double threshold, int newest,
                  injected_result *r) {
  static double copy[HOURS_MAX];
  const injection *k = &injections[kind];
  size_t end = at + (size_t)k->hours;
  tok_anomalies a;
  memcpy(copy, v, n * sizeof *copy);
  for (size_t i = at; i < end; i++)
    copy[i] *= k->factor;
  if (find(copy, newest ? end : n, threshold, &a) != 0)
    return -1;
  int found = 0;
  for (size_t e = 0; e < a.n_events; e++) {
    found |= a.event[e].first < end && a.event[e].last >= at && a.event[e].up == (k->factor > 1);
  }
  r->tried[kind]++;
  r->found[kind] += (size_t)found;
  tok_anomalies_free(&a);
  return 0;
}

int injected_run(const traffic *t, double threshold, int newest, int tries, injected_result *out) {
  uint32_t x = 1;
  memset(out, 0, sizeof *out);
  for (size_t k = 0; k < t->count; k++) {
    size_t n = t->n[k];
    if (n < TOK_ANOMALY_HOURS_MIN + 24)
      continue;
    if (quiet(t->v[k], n, threshold, newest, out) != 0)
      return -1;
    for (int i = 0; i < tries * INJECTIONS; i++) {
      int kind = i % INJECTIONS;
      x = x * 1664525u + 1013904223u;
      size_t room = n - TOK_ANOMALY_HOURS_MIN - (size_t)injections[kind].hours;
      size_t at = TOK_ANOMALY_HOURS_MIN + (x >> 8) % room;
      if (inject(t->v[k], n, at, kind, threshold, newest, out) != 0)
        return -1;
    }
  }
  return 0;
}

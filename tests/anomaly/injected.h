/*
** Spikes, bursts and outages put into real traffic: how many are found, and how often there is an
** alarm where nothing was put. Raw traffic has anomalies of its own, so that is not a rate of false
** alarms.
*/
#ifndef TOK_ANOMALY_INJECTED_H
#define TOK_ANOMALY_INJECTED_H

#include <stddef.h>

enum { INJECTIONS = 5, TRAFFIC_MAX = 512, HOURS_MAX = 1024 };

typedef struct {
  const char *name;
  int hours;
  double factor;
} injection;
extern const injection injections[INJECTIONS];

typedef struct {
  double *v[TRAFFIC_MAX]; /* series of hours, owned */
  size_t n[TRAFFIC_MAX];
  size_t count;
} traffic;

typedef struct {
  size_t hours, alarms, events; /* of untouched series */
  size_t tried[INJECTIONS], found[INJECTIONS];
} injected_result;

/*
** `tries` places a series and kind. newest: the series ends with what is put in, as it does for who
** watches; else it is looked at afterwards. Returns -1 when out of memory.
*/
int injected_run(const traffic *t, double threshold, int newest, int tries, injected_result *out);

#endif

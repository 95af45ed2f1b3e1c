/*
** make bench-anomaly: how good the detectors are, on data that nobody here made.
**
**     bench_anomaly <folder with anomaly/, forecast/ and traces/>
*/
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../ext/forecast/anomaly.h"
#include "../../ext/forecast/anomaly_score.h"
#include "injected.h"
#include "nab.h"

enum { SERIES_MAX = 64, POINTS_MAX = 40000 };

static void die(const char *what, const char *which) {
  fprintf(stderr, "bench_anomaly: %s %s\n", what, which);
  exit(1);
}

static void *need(void *p) {
  if (p == NULL)
    die("out of memory", "");
  return p;
}

static void read_series(const char *folder, const char *file, nab_series *s) {
  char command[1024], line[256];
  snprintf(command, sizeof command, "gzip -dc '%s/%s'", folder, file);
  FILE *f = popen(command, "r");
  if (f == NULL)
    die("cannot read", file);
  snprintf(s->name, sizeof s->name, "%.*s", (int)(strlen(file) - strlen(".csv.gz")), file);
  s->value = need(calloc(POINTS_MAX, sizeof *s->value));
  s->score = need(calloc(POINTS_MAX, sizeof *s->score));
  s->weight = need(calloc(POINTS_MAX, sizeof *s->weight));
  s->window = need(calloc(POINTS_MAX, sizeof *s->window));
  double *given = need(calloc(POINTS_MAX, sizeof *given)), t, worst = 0;
  while (s->n < POINTS_MAX && fgets(line, sizeof line, f) != NULL) {
    size_t i = s->n;
    if (sscanf(line, "%lf,%lf,%d,%lf", &t, &s->value[i], &s->window[i], &given[i]) == 4)
      s->n++;
  }
  if (pclose(f) != 0 || s->n == 0)
    die("nothing in", file);
  nab_weigh(s);
  for (size_t i = 0; i < s->n; i++) {
    if (s->window[i] != -2)
      worst = fmax(worst, fabs(given[i] - s->weight[i]));
  }
  if (worst > 1e-7)
    die("the weights of the data are not ours:", file);
  free(given);
}

static int is_series(const struct dirent *e) {
  return strstr(e->d_name, ".csv.gz") != NULL;
}

static size_t read_all(const char *folder, nab_series *series) {
  struct dirent **names;
  int n = scandir(folder, &names, is_series, alphasort);
  if (n <= 0)
    return 0;
  if (n > SERIES_MAX)
    die("too many series in", folder);
  for (int i = 0; i < n; i++) {
    read_series(folder, names[i]->d_name, series + i);
    free(names[i]);
  }
  free(names);
  return (size_t)n;
}

static void detect(nab_series *s) {
  tok_detect *d;
  if (tok_detect_new(0, TOK_DETECT_LEARN, &d) != TOK_OK)
    die("out of memory", "");
  for (size_t i = 0; i < s->n; i++) {
    if (tok_detect_push(d, s->value[i], &s->score[i]) != TOK_OK)
      die("out of memory", "");
  }
  tok_detect_free(d);
}

/*
** What others reach on the same 29 series: their results as published with NAB, put through nab.c.
*/
static const char *const published[] = {
    "| ARTime (published results) | 75.05 | 65.35 | 80.64 |",
    "| CAD OSE (published results) | 70.86 | 67.87 | 74.02 |",
    "| Numenta HTM (published results) | 70.71 | 63.86 | 75.01 |",
    "| KNN-CAD (published results) | 58.34 | 45.45 | 64.58 |",
    "| windowed Gaussian (published results) | 47.35 | 31.61 | 54.98 |",
};

/*
** How much the score depends on which series there are: halves drawn at random, a threshold for
** each.
*/
static void print_halves(const nab_series *series, size_t n) {
  enum { DRAWS = 100 };
  static nab_series drawn[SERIES_MAX];
  double sum = 0, squares = 0;
  uint32_t x = 1;
  for (int r = 0; r < DRAWS; r++) {
    nab_result q;
    memcpy(drawn, series, n * sizeof *drawn);
    for (size_t i = 0; i < n / 2; i++) {
      x = x * 1664525u + 1013904223u;
      size_t k = i + (x >> 8) % (n - i);
      nab_series t = drawn[i];
      drawn[i] = drawn[k];
      drawn[k] = t;
    }
    nab_score(drawn, n / 2, n, &nab_profiles[0], &q);
    sum += q.score;
    squares += q.score * q.score;
  }
  sum /= DRAWS;
  printf(
      "\nOn %d random halves of the series, standard profile: mean %.1f, standard deviation %.1f\n",
      DRAWS, sum, sqrt(squares / DRAWS - sum * sum));
}

static void bench_nab(const char *data) {
  static nab_series series[SERIES_MAX];
  char folder[512];
  nab_result r[NAB_PROFILES];
  snprintf(folder, sizeof folder, "%s/anomaly", data);
  size_t n = read_all(folder, series), points = 0;
  if (n == 0) {
    printf("skipped: no series in %s\n", folder);
    return;
  }
  clock_t start = clock();
  for (size_t k = 0; k < n; k++) {
    detect(series + k);
    points += series[k].n;
  }
  double ns = (double)(clock() - start) / CLOCKS_PER_SEC * 1e9 / (double)points;
  for (int p = 0; p < NAB_PROFILES; p++) {
    if (nab_score(series, n, n, &nab_profiles[p], &r[p]) != 0)
      die("out of memory", "");
  }
  printf(
      "NAB, %zu series, %zu points, one threshold a profile as NAB chooses it; %.0f ns a point\n\n",
      n, points, ns);
  printf("| detector | standard | low FP | low FN |\n|---|---|---|---|\n");
  printf("| tok_anomaly_score | %.2f | %.2f | %.2f |\n", r[0].score, r[1].score, r[2].score);
  for (size_t i = 0; i < sizeof published / sizeof *published; i++)
    puts(published[i]);
  print_halves(series, n);
  printf("\n| series (standard profile, threshold %.3f) | windows found | alarms outside "
         "|\n|---|---|---|\n",
         r[0].threshold);
  for (size_t k = 0; k < n; k++) {
    nab_result q;
    nab_score_at(series, k, k + 1, &nab_profiles[0], r[0].threshold, &q);
    printf("| %s | %zu of %zu | %zu |\n", series[k].name, q.detected, q.windows, q.alarms);
  }
  printf("| all | %zu of %zu | %zu |\n", r[0].detected, r[0].windows, r[0].alarms);
}

/* ---- usage ---- */

enum { LINE_MAX_BYTES = 1 << 20 };

static FILE *open_gz(const char *data, const char *file) {
  char command[1024];
  snprintf(command, sizeof command, "gzip -dc '%s/%s' 2>/dev/null", data, file);
  FILE *f = popen(command, "r");
  if (f == NULL)
    die("cannot read", file);
  return f;
}

static double *add_traffic(traffic *t, size_t n) {
  if (t->count == TRAFFIC_MAX)
    die("too many series", "");
  t->v[t->count] = need(calloc(HOURS_MAX, sizeof(double)));
  t->n[t->count] = n;
  return t->v[t->count++];
}

/* Every `step`-th of the M4 series of hours: a row is its name and its values. */
static void read_m4(const char *data, int step, traffic *t) {
  FILE *f = open_gz(data, "forecast/hourly_train.csv.gz");
  char *line = need(malloc(LINE_MAX_BYTES));
  for (int row = 0; fgets(line, LINE_MAX_BYTES, f) != NULL; row++) {
    if (row % step != 0)
      continue;
    double *v = add_traffic(t, 0);
    size_t n = 0;
    for (char *p = strchr(line, ','); p != NULL && n < HOURS_MAX; p = strchr(p + 1, ','))
      v[n++] = strtod(p + 1, NULL);
    t->n[t->count - 1] = n;
  }
  free(line);
  pclose(f);
}

/* Tokens by hour of ServeGen's models: model,hour,requests,in,out,tokens. */
static void read_models(const char *data, traffic *t) {
  FILE *f = open_gz(data, "traces/servegen_hourly_model.csv.gz");
  char line[512], model[128], last[128] = "";
  int hour;
  double tokens, *v = NULL;
  while (fgets(line, sizeof line, f) != NULL) {
    if (sscanf(line, "%127[^,],%d,%*f,%*f,%*f,%lf", model, &hour, &tokens) != 3)
      continue;
    if (strcmp(model, last) != 0)
      v = add_traffic(t, 0);
    snprintf(last, sizeof last, "%s", model);
    if (hour < 0 || hour >= HOURS_MAX)
      continue;
    v[hour] = tokens;
    t->n[t->count - 1] = (size_t)hour + 1;
  }
  pclose(f);
}

/* Requests by hour of ServeGen's clients that are active in at least 200 of the 336 hours. */
static void read_clients(const char *data, traffic *t) {
  enum { HOURS = 336, ACTIVE = 200 };
  FILE *f = open_gz(data, "traces/servegen_10min.csv.gz");
  char line[512], client[128], last[128] = "";
  double seconds, requests, *v = NULL;
  while (fgets(line, sizeof line, f) != NULL) {
    if (sscanf(line, "%127[^,],%*[^,],%lf,%lf", client, &seconds, &requests) != 3)
      continue;
    const char *comma = strchr(line, ',');
    snprintf(client, sizeof client, "%.*s", (int)(strchr(comma + 1, ',') - line), line);
    if (strcmp(client, last) != 0)
      v = add_traffic(t, HOURS);
    snprintf(last, sizeof last, "%s", client);
    size_t hour = (size_t)(seconds / 3600);
    if (hour < HOURS)
      v[hour] += requests;
  }
  pclose(f);
  size_t kept = 0;
  for (size_t k = 0; k < t->count; k++) {
    int active = 0;
    for (size_t i = 0; i < HOURS; i++)
      active += t->v[k][i] > 0;
    if (active < ACTIVE)
      free(t->v[k]);
    else
      t->v[kept++] = t->v[k];
  }
  t->count = kept;
}

static void print_usage_rows(const char *name, const traffic *t, int tries) {
  static const double thresholds[] = {3, TOK_ANOMALY_THRESHOLD, 6};
  if (t->count == 0) {
    printf("| skipped: no data for %s |\n", name);
    return;
  }
  for (int newest = 0; newest <= 1; newest++) {
    for (size_t k = 0; k < 3; k++) {
      injected_result r;
      if (injected_run(t, thresholds[k], newest, tries, &r) != 0)
        die("out of memory", "");
      printf("| %s (%zu) | %s | %.0f | %.1f |", name, t->count, newest ? "newest" : "history",
             thresholds[k], 1000.0 * (double)r.alarms / (double)r.hours);
      for (int i = 0; i < INJECTIONS; i++)
        printf(" %.2f |", (double)r.found[i] / (double)r.tried[i]);
      printf("\n");
    }
  }
}

static void free_traffic(traffic *t) {
  for (size_t k = 0; k < t->count; k++)
    free(t->v[k]);
  t->count = 0;
}

/* A run over a month of hours, as tok_anomalies('cost', 'hour') makes one. */
static void print_speed(const traffic *t) {
  enum { RUNS = 20 };
  injected_result r;
  clock_t start = clock();
  for (int i = 0; i < RUNS; i++) {
    if (injected_run(t, TOK_ANOMALY_THRESHOLD, 0, 0, &r) != 0)
      die("out of memory", "");
  }
  double ms = (double)(clock() - start) / CLOCKS_PER_SEC * 1e3 / RUNS / (double)t->count;
  printf("\n%.2f ms a series of about %zu hours\n", ms, t->n[0]);
}

static void bench_usage(const char *data) {
  static traffic t;
  printf("\nAnomalies put into real traffic by hours, found by tok_anomalies' judgement (default "
         "threshold %.0f)\n\n",
         TOK_ANOMALY_THRESHOLD);
  printf("| series | judged as | threshold | alarms per 1000 h, untouched |");
  for (int i = 0; i < INJECTIONS; i++)
    printf(" %s |", injections[i].name);
  printf("\n|---|---|---|---|---|---|---|---|---|\n");
  /*
  ** The usual textbook detector: past-only same-phase median and MAD, at the threshold where it
  ** alarms as often.
  */
  printf(
      "| M4 hourly | median and MAD, newest | 6 MAD | 9.1 | 0.72 | 0.88 | 0.93 | 0.79 | 0.76 |\n");
  printf("| ServeGen models, tokens | median and MAD, newest | 6 MAD | 6.9 | 0.28 | 0.76 | 0.90 | "
         "0.55 | 0.30 |\n");
  read_m4(data, 4, &t);
  print_usage_rows("M4 hourly", &t, 2);
  free_traffic(&t);
  read_models(data, &t);
  print_usage_rows("ServeGen models, tokens", &t, 40);
  free_traffic(&t);
  read_clients(data, &t);
  print_usage_rows("ServeGen clients, requests", &t, 1);
  free_traffic(&t);
  read_m4(data, 4, &t);
  if (t.count > 0)
    print_speed(&t);
  free_traffic(&t);
}

int main(int argc, char **argv) {
  const char *data = argc > 1 ? argv[1] : "../shared/data";
  bench_nab(data);
  bench_usage(data);
  return 0;
}

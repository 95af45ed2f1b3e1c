/*
** bench_tokens: how fast tok's counter is, on one text, at one or several document sizes.
**
**     build/bench/bench_tokens --corpus english --size 65536 --encoding o200k_base --rounds 7
**
** The text is cut into documents of at most --size bytes at character boundaries (0 = whole) and
** every document is counted by its own call. Each round makes a fresh engine, then counts all
** documents once ("cold") and --warm more times ("warm"). Times are CPU time of this process;
** medians are over all rounds. Prints a line a size and encoding for people, or with --tsv the
** lines that tests/bench/run.py reads, the same from every peer's harness:
**
**     build  encoding  seconds                           one construction
**     pass   encoding  size  mode  docs  tokens  seconds one pass; mode = first | cold | warm
**
** "first" is the first pass of the process (64 KB documents): it pays for page faults of the tables
** too. --kernel NAME counts with that kernel in place of the best that the processor has (avx512,
** avx2, sse2, neon, portable). --passes N only constructs and counts N times, untimed: for counting
** instructions.
*/
#define _POSIX_C_SOURCE 200809L
#include "../../ext/tokens/engine.h"
#include "../../ext/tokens/tokens.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
  LIST_MAX = 16,         /* sizes or encodings in one run */
  SAMPLES_MAX = 4096,    /* rounds x warm passes kept for a median */
  FIRST_SIZE = 64 << 10, /* document size of the "first" pass */
  WARM_MAX = 64
};

typedef struct {
  const char *corpus, *data;
  const char *encodings[LIST_MAX];
  size_t sizes[LIST_MAX];
  size_t n_encodings, n_sizes;
  int rounds, warm, passes;
  const tok_kernel *kernel; /* NULL: the best */
  bool tsv;
} options;

typedef struct {
  char *bytes; /* owned */
  size_t len;
} text;

/* Where each document ends; owned. */
typedef struct {
  size_t *end;
  size_t n;
} doc_ends;

typedef struct {
  double seconds[SAMPLES_MAX];
  size_t n;
} samples;

static _Noreturn void die(const char *what, const char *detail) {
  fprintf(stderr, "bench_tokens: %s%s%s\n", what, *detail ? ": " : "", detail);
  exit(1);
}

static double cpu_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- text ------------------------------------------------------------------------------------ */

static text read_text(const options *o) {
  char path[4096];
  bool is_path = strchr(o->corpus, '/') || strchr(o->corpus, '.');
  snprintf(path, sizeof path, is_path ? "%.0s%s" : "%s/%s.txt", o->data, o->corpus);
  FILE *f = fopen(path, "rb");
  if (!f) die("cannot open (make bench-data prepares the texts)", path);
  text t = {NULL, 0};
  size_t room = 0, got = 1;
  while (got > 0) {
    if (t.len == room) {
      room = room ? room * 2 : 8 << 20;
      t.bytes = realloc(t.bytes, room);
      if (!t.bytes) die("out of memory", "");
    }
    got = fread(t.bytes + t.len, 1, room - t.len, f);
    t.len += got;
  }
  fclose(f);
  return t;
}

/* Every harness cuts alike: at most `size` bytes, moved back to the start of a character. */
static doc_ends cut(text t, size_t size) {
  if (size == 0 || size > t.len) size = t.len;
  doc_ends c = {malloc(sizeof(size_t) * (t.len / (size > 8 ? size - 3 : 1) + 2)), 0};
  if (!c.end) die("out of memory", "");
  for (size_t at = 0; at < t.len;) {
    size_t end = t.len - at > size ? at + size : t.len;
    while (end < t.len && end > at + 1 && ((unsigned char)t.bytes[end] & 0xC0) == 0x80) end--;
    c.end[c.n++] = at = end;
  }
  return c;
}

/* ---- measuring ------------------------------------------------------------------------------- */

static int64_t count_all(tok_engine *e, const tok_vocab *v, text t, doc_ends c) {
  int64_t sum = 0;
  size_t start = 0;
  for (size_t i = 0; i < c.n; i++) {
    int64_t n;
    tok_slice doc = {t.bytes + start, c.end[i] - start};
    if (tok_count(e, v, doc, INT64_MAX, &n) != TOK_OK) die("tok_count failed", "");
    sum += n;
    start = c.end[i];
  }
  return sum;
}

static tok_engine *engine_new(const options *o) {
  tok_engine *e = tok_engine_new();
  if (!e) die("out of memory", "");
  if (o->kernel) e->kernel = o->kernel;
  return e;
}

static const tok_vocab *vocab_named(const char *name) {
  const tok_vocab *v = tok_vocab_find(tok_slice_of(name));
  if (!v) die("unknown encoding", name);
  return v;
}

static void keep(samples *s, double seconds) {
  if (s->n < SAMPLES_MAX) s->seconds[s->n++] = seconds;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double at_fraction(samples *s, double fraction) {
  if (s->n == 0) return 0;
  qsort(s->seconds, s->n, sizeof s->seconds[0], by_value);
  return s->seconds[(size_t)(fraction * (double)(s->n - 1) + 0.5)];
}

static double timed_pass(tok_engine *e, const tok_vocab *v, text t, doc_ends c, int64_t *tokens) {
  double from = cpu_seconds();
  int64_t n = count_all(e, v, t, c);
  double took = cpu_seconds() - from;
  if (*tokens >= 0 && *tokens != n) die("two passes over one text disagree", "");
  *tokens = n;
  return took;
}

static void show_pass(const options *o, const char *encoding, size_t size, const char *mode, doc_ends c,
                      int64_t tokens, double seconds) {
  if (o->tsv)
    printf("pass\t%s\t%zu\t%s\t%zu\t%" PRId64 "\t%.9f\n", encoding, size, mode, c.n, tokens, seconds);
}

static double mb_per_second(text t, double seconds) {
  return seconds > 0 ? (double)t.len / seconds / 1e6 : 0;
}

static void measure_size(const options *o, const char *encoding, text t, size_t size) {
  static samples cold, warm; /* static for their size */
  cold.n = warm.n = 0;
  const tok_vocab *v = vocab_named(encoding);
  doc_ends c = cut(t, size);
  int64_t tokens = -1;
  for (int round = 0; round < o->rounds; round++) {
    double from = cpu_seconds();
    tok_engine *e = engine_new(o);
    if (o->tsv) printf("build\t%s\t%.9f\n", encoding, cpu_seconds() - from);
    keep(&cold, timed_pass(e, v, t, c, &tokens));
    show_pass(o, encoding, size, "cold", c, tokens, cold.seconds[cold.n - 1]);
    for (int i = 0; i < o->warm; i++) {
      keep(&warm, timed_pass(e, v, t, c, &tokens));
      show_pass(o, encoding, size, "warm", c, tokens, warm.seconds[warm.n - 1]);
    }
    tok_engine_free(e);
  }
  if (!o->tsv) {
    double cold_s = at_fraction(&cold, 0.5), warm_s = at_fraction(&warm, 0.5);
    printf("%-12s %-14s %8zu  cold %7.1f MB/s (best %7.1f)  warm %7.1f MB/s (best %7.1f)  "
           "%7.0f ns/doc  %" PRId64 " tokens\n",
           o->corpus, encoding, size, mb_per_second(t, cold_s), mb_per_second(t, at_fraction(&cold, 0)),
           mb_per_second(t, warm_s), mb_per_second(t, at_fraction(&warm, 0)),
           c.n ? warm_s * 1e9 / (double)c.n : 0, tokens);
  }
  free(c.end);
}

static void measure_first(const options *o, const char *encoding, text t) {
  doc_ends c = cut(t, FIRST_SIZE);
  int64_t tokens = -1;
  tok_engine *e = engine_new(o);
  double seconds = timed_pass(e, vocab_named(encoding), t, c, &tokens);
  tok_engine_free(e);
  show_pass(o, encoding, FIRST_SIZE, "first", c, tokens, seconds);
  if (!o->tsv)
    printf("%-12s %-14s %8d  first pass of the process %7.1f MB/s\n", o->corpus, encoding, FIRST_SIZE,
           mb_per_second(t, seconds));
  free(c.end);
}

static void passes_only(const options *o, text t) {
  doc_ends c = cut(t, o->sizes[0]);
  tok_engine *e = engine_new(o);
  int64_t n = 0;
  for (int i = 0; i < o->passes; i++) n = count_all(e, vocab_named(o->encodings[0]), t, c);
  tok_engine_free(e);
  free(c.end);
  printf("%" PRId64 " tokens, %zu bytes, %d passes\n", n, t.len, o->passes);
}

/* ---- options --------------------------------------------------------------------------------- */

static const char USAGE[] =
    "usage: bench_tokens [--corpus english|code|multilingual|PATH] [--encoding NAME,..] [--size BYTES,..]\n"
    "                    [--rounds N] [--warm N] [--data DIR] [--kernel NAME] [--tsv | --passes N]\n"
    "  --size 0 is the whole text as one document; default 64,256,1024,8192,65536,0\n";

static int number(const char *name, const char *s, int low, int high) {
  char *end;
  long n = strtol(s, &end, 10);
  if (*end || end == s || n < low || n > high) die("not a number in range", name);
  return (int)n;
}

static void set_sizes(options *o, char *list) {
  o->n_sizes = 0;
  for (char *s = strtok(list, ","); s; s = strtok(NULL, ",")) {
    if (o->n_sizes == LIST_MAX) die("too many sizes", "");
    o->sizes[o->n_sizes++] = (size_t)number("--size", s, 0, 1 << 30);
  }
}

static void set_encodings(options *o, char *list) {
  o->n_encodings = 0;
  for (char *s = strtok(list, ","); s; s = strtok(NULL, ",")) {
    if (o->n_encodings == LIST_MAX) die("too many encodings", "");
    o->encodings[o->n_encodings++] = s;
  }
}

static const tok_kernel *kernel_named(const char *name) {
  for (int i = 0; tok_kernels[i]; i++)
    if (!strcmp(tok_kernels[i]->name, name) && tok_kernels[i]->supported()) return tok_kernels[i];
  die("this build or this processor has no kernel", name);
}

static void set_option(options *o, const char *name, char *value) {
  if (!strcmp(name, "--corpus")) o->corpus = value;
  else if (!strcmp(name, "--data")) o->data = value;
  else if (!strcmp(name, "--encoding")) set_encodings(o, value);
  else if (!strcmp(name, "--size")) set_sizes(o, value);
  else if (!strcmp(name, "--rounds")) o->rounds = number(name, value, 1, SAMPLES_MAX);
  else if (!strcmp(name, "--warm")) o->warm = number(name, value, 0, WARM_MAX);
  else if (!strcmp(name, "--kernel")) o->kernel = kernel_named(value);
  else if (!strcmp(name, "--passes")) o->passes = number(name, value, 0, 1 << 20);
  else {
    fputs(USAGE, stderr);
    exit(2);
  }
}

static options read_options(int argc, char **argv) {
  options o = {.corpus = "english",
               .data = "build/bench/data",
               .encodings = {"cl100k_base", "o200k_base"},
               .n_encodings = 2,
               .sizes = {64, 256, 1024, 8192, 65536, 0},
               .n_sizes = 6,
               .rounds = 5,
               .warm = 3,
               .passes = -1};
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--tsv")) o.tsv = true;
    else if (i + 1 < argc) {
      set_option(&o, argv[i], argv[i + 1]);
      i++;
    } else set_option(&o, "", NULL);
  }
  if (o.n_sizes == 0 || o.n_encodings == 0) set_option(&o, "", NULL);
  return o;
}

int main(int argc, char **argv) {
  options o = read_options(argc, argv);
  text t = read_text(&o);
  if (o.passes >= 0) {
    passes_only(&o, t);
  } else {
    if (!o.tsv) printf("tok, path %s, %zu bytes\n", o.kernel ? o.kernel->name : tok_cpu_path(), t.len);
    for (size_t i = 0; i < o.n_encodings; i++) {
      measure_first(&o, o.encodings[i], t);
      for (size_t j = 0; j < o.n_sizes; j++) measure_size(&o, o.encodings[i], t, o.sizes[j]);
    }
  }
  free(t.bytes);
  return 0;
}

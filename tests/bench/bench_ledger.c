/*
** The ledger's benchmark, the part in C: inserts rows in one transaction and prints what a row
** costs; and asks questions.
**
**     build/bench/bench_ledger <file> <rows> <mode> [rows a statement = 1 [rows of a year]]
**
**     bare    llm_usage with its indexes and no trigger at all
**     idle    the same and one trigger, which does nothing: what SQLite asks for any. A statement
**             that has one may fail halfway, so each page that it touches is copied first; beyond
**             64 kB of them, in a file until the COMMIT
**     fills   the same and one trigger, which sets one column of the row: no trigger that fills in
**             can cost less
**     plain   as a connection without tok writes: all persisted triggers
**     full    as a connection with tok: priced as well
**     bulk    between tok_bulk_begin() and tok_bulk_end()
**
**     fills-memory, full-memory, …
**             the same under PRAGMA temp_store = MEMORY, which keeps that journal of statements out
**             of a file
**
**     ask     <rows> times each of the statements on standard input, one a line, with tok: prints
**             the median of the CPU milliseconds that it takes to step through all rows, or the
**             error
**     ask-longest
**             the same with the longest tail that a client without tok leaves, for the time being
**     connect <rows> times what a connection does that writes one row: prints the medians of the
**             CPU milliseconds of reading the schema, of loading tok and tok_init(), of preparing
**             the INSERT, of stepping through it, and of closing; nothing is left of the rows
**
** Prints "<mode> <CPU microseconds a row> <rows a second of wall time> <CPU microseconds to prepare
** the INSERT>". The file is left in place. Rows lie in the order of time over `rows of a year` = 10
** million a year: 50 tenants, 12 models, 5 tasks, sessions of 7 requests.
*/
#include <math.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { N_TENANTS = 50, N_MODELS = 12, N_TASKS = 5, SESSION_ROWS = 7, YEAR_S = 365 * 86400 };
enum { N_COLUMNS = 10, STATEMENT_ROWS_MAX = 100 };
static const int64_t START_S = 1735689600; /* 2025-01-01 */

static const char *const models[N_MODELS][2] = {{"openai", "gpt-4o"},
                                                {"openai", "gpt-4o-mini"},
                                                {"anthropic", "claude-sonnet-4"},
                                                {"google", "gemini-2.5-pro"},
                                                {"google", "gemini-2.5-flash"},
                                                {"openai", "gpt-4.1"},
                                                {"mistral", "mistral-large-latest"},
                                                {"deepseek", "deepseek-chat"},
                                                {"anthropic", "claude-3-5-haiku"},
                                                {"openai", "o3"},
                                                {"xai", "grok-4"},
                                                {"groq", "llama-3.3-70b-versatile"}};
static const char *const tasks[N_TASKS] = {"chat", "summarize", "extract", "code", "classify"};

static uint64_t state = 88172645463325252u;

/* Uniform in [0, 1): xorshift64*. */
static double uniform(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (double)((state * 2685821657736338717u) >> 11) / 9007199254740992.0;
}

/* Few are frequent, many are rare. */
static int skewed(int n, double scale) {
  double x = -log(1.0 - uniform()) * scale;
  return x < n - 1 ? (int)x : n - 1;
}

static int lognormal(double mu, double sigma) {
  return (int)exp(mu +
                  sigma * sqrt(-2.0 * log(1.0 - uniform())) * cos(6.283185307179586 * uniform()));
}

static void fail(sqlite3 *db, const char *what) {
  fprintf(stderr, "bench_ledger: %s: %s\n", what, sqlite3_errmsg(db));
  exit(1);
}

static void run(sqlite3 *db, const char *sql) {
  if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail(db, sql);
}

/* Runs each row of a query as a statement. */
static void run_each(sqlite3 *db, const char *query) {
  char **rows = NULL;
  int n = 0;
  if (sqlite3_get_table(db, query, &rows, &n, NULL, NULL) != SQLITE_OK) fail(db, query);
  for (int i = 1; i <= n; i++) run(db, rows[i]);
  sqlite3_free_table(rows);
}

/* Binds row i as the k-th of a statement, which keeps its texts until the k-th is bound again. */
static void bind_row(sqlite3_stmt *stmt, int k, int64_t i, int64_t rows_a_year) {
  static char ats[STATEMENT_ROWS_MAX][32], tenants[STATEMENT_ROWS_MAX][32],
      sessions[STATEMENT_ROWS_MAX][40];
  char *at = ats[k], *tenant = tenants[k], *session = sessions[k];
  int p = k * N_COLUMNS;
  time_t t = (time_t)(START_S + (int64_t)((double)i * YEAR_S / (double)rows_a_year));
  struct tm tm;
  gmtime_r(&t, &tm);
  strftime(at, sizeof ats[k], "%Y-%m-%dT%H:%M:%SZ", &tm);
  int m = skewed(N_MODELS, 3.0), input = lognormal(6.5, 1.0);
  snprintf(tenant, sizeof tenants[k], "tenant-%02d", skewed(N_TENANTS, 10.0));
  snprintf(session, sizeof sessions[k], "session-%lld", (long long)(i / SESSION_ROWS));
  sqlite3_bind_text(stmt, p + 1, at, -1, SQLITE_STATIC);
  sqlite3_bind_text(stmt, p + 2, models[m][0], -1, SQLITE_STATIC);
  sqlite3_bind_text(stmt, p + 3, models[m][1], -1, SQLITE_STATIC);
  sqlite3_bind_text(stmt, p + 4, tasks[skewed(N_TASKS, 1.2)], -1, SQLITE_STATIC);
  sqlite3_bind_int(stmt, p + 5, input);
  sqlite3_bind_int(stmt, p + 6, lognormal(5.0, 1.0));
  sqlite3_bind_int(stmt, p + 7, lognormal(7.0, 0.8));
  sqlite3_bind_text(stmt, p + 8, tenant, -1, SQLITE_STATIC);
  sqlite3_bind_text(stmt, p + 9, session, -1, SQLITE_STATIC);
  if (uniform() < 0.5) sqlite3_bind_int(stmt, p + 10, (int)(input * 0.3));
  else sqlite3_bind_null(stmt, p + 10);
}

static double seconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* CPU seconds that it takes to make and bind the rows. */
static double making_s(sqlite3 *db, int64_t n, int64_t year) {
  sqlite3_stmt *stmt = NULL;
  double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
  if (sqlite3_prepare_v2(db, "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?", -1, &stmt, NULL) != SQLITE_OK)
    fail(db, "prepare");
  for (int64_t i = 0; i < n; i++) bind_row(stmt, 0, i, year);
  sqlite3_finalize(stmt);
  return seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
}

/* Is the mode `name` or `name`-memory? */
static bool is_mode(const char *mode, const char *name) {
  size_t n = strlen(name);
  return strncmp(mode, name, n) == 0 && (mode[n] == '\0' || mode[n] == '-');
}

static sqlite3 *open_ledger(const char *path, const char *mode) {
  sqlite3 *db = NULL;
  unlink(path);
  if (sqlite3_open(path, &db) != SQLITE_OK) fail(db, path);
  sqlite3_enable_load_extension(db, 1);
  if (sqlite3_load_extension(db, "build/tok", NULL, NULL) != SQLITE_OK) fail(db, "build/tok");
  run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  /* before TEMP objects: it drops them */
  if (strstr(mode, "-memory") != NULL) run(db, "PRAGMA temp_store = MEMORY");
  run(db, "SELECT tok_init()");
  if (!is_mode(mode, "full") && !is_mode(mode, "bulk")) {
    run_each(db,
             "SELECT 'DROP TRIGGER temp.' || name FROM temp.sqlite_schema WHERE type = 'trigger'");
  }
  bool idle = is_mode(mode, "idle"), fills = is_mode(mode, "fills");
  if (is_mode(mode, "bare") || idle || fills) {
    run_each(db, "SELECT 'DROP TRIGGER ' || name FROM sqlite_schema WHERE type = 'trigger'");
  }
  if (idle) run(db, "CREATE TRIGGER t AFTER INSERT ON llm_usage WHEN false BEGIN SELECT 1; END");
  if (fills) {
    run(db,
        "CREATE TRIGGER t AFTER INSERT ON llm_usage BEGIN"
        " UPDATE llm_usage SET total_tokens = input_tokens + output_tokens WHERE id = NEW.id; END");
  }
  return db;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* CPU milliseconds of one run; the rows are stepped through, and each text is there to be read. */
static double ask_once(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
  int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
  while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    rc = SQLITE_OK;
    for (int i = 0; i < sqlite3_column_count(stmt); i++) {
      if (sqlite3_column_type(stmt, i) == SQLITE_TEXT && sqlite3_column_text(stmt, i) == NULL)
        rc = SQLITE_NOMEM;
    }
  }
  sqlite3_finalize(stmt);
  if (rc != SQLITE_DONE) return -1;
  return 1000 * (seconds(CLOCK_PROCESS_CPUTIME_ID) - start);
}

/*
** Rows of the end once more, as a client without tok inserts them, as long as they wait in the
** tail.
*/
static const char lengthen[] =
    "BEGIN; INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, session_id, input_tokens,"
    " output_tokens, response_time_ms, cost_nano) SELECT timestamp, provider, model, task_type, tenant_id,"
    " session_id, input_tokens, output_tokens, response_time_ms, cost_nano FROM llm_usage"
    " WHERE id > (SELECT watermark FROM llm_rollup_state) - 4096"
    " LIMIT (SELECT watermark + batch FROM llm_rollup_state) - (SELECT max(id) FROM llm_usage)";

static void ask(const char *path, int times, bool longest) {
  enum { TIMES_MAX = 100, SQL_MAX = 4096 };
  static const double enough_ms = 10000;
  static char sql[SQL_MAX];
  double ms[TIMES_MAX];
  sqlite3 *db = NULL;
  if (sqlite3_open(path, &db) != SQLITE_OK) fail(db, path);
  run(db, "PRAGMA cache_size = -65536");
  if (longest) run(db, lengthen);
  sqlite3_enable_load_extension(db, 1);
  if (sqlite3_load_extension(db, "build/tok", NULL, NULL) != SQLITE_OK) fail(db, "build/tok");
  run(db, "SELECT tok_init()");
  while (fgets(sql, sizeof sql, stdin) != NULL) {
    int n = 0;
    double spent = 0;
    while (n < times && n < TIMES_MAX && spent < enough_ms && (ms[n] = ask_once(db, sql)) >= 0)
      spent += ms[n++];
    if (n == 0) {
      printf("%s\n", sqlite3_errmsg(db));
      continue;
    }
    qsort(ms, (size_t)n, sizeof *ms, by_value);
    printf("%.3f\n", ms[n / 2]);
    fflush(stdout);
  }
  sqlite3_close(db);
}

enum { CONNECT_STEPS = 5, CONNECT_TIMES_MAX = 200 };

static sqlite3_stmt *prepare_insert(sqlite3 *db, int n_rows);

static void connect_once(const char *path, double ms[CONNECT_STEPS]) {
  sqlite3 *db = NULL;
  double at[CONNECT_STEPS + 1];
  at[0] = seconds(CLOCK_PROCESS_CPUTIME_ID);
  if (sqlite3_open(path, &db) != SQLITE_OK) fail(db, path);
  run(db, "SELECT count(*) FROM sqlite_schema");
  at[1] = seconds(CLOCK_PROCESS_CPUTIME_ID);
  sqlite3_enable_load_extension(db, 1);
  if (sqlite3_load_extension(db, "build/tok", NULL, NULL) != SQLITE_OK) fail(db, "build/tok");
  run(db, "SELECT tok_init()");
  run(db, "BEGIN");
  at[2] = seconds(CLOCK_PROCESS_CPUTIME_ID);
  sqlite3_stmt *stmt = prepare_insert(db, 1);
  at[3] = seconds(CLOCK_PROCESS_CPUTIME_ID);
  bind_row(stmt, 0, 0, 1);
  if (sqlite3_step(stmt) != SQLITE_DONE) fail(db, "step");
  sqlite3_finalize(stmt);
  run(db, "ROLLBACK");
  at[4] = seconds(CLOCK_PROCESS_CPUTIME_ID);
  sqlite3_close(db);
  at[5] = seconds(CLOCK_PROCESS_CPUTIME_ID);
  for (int i = 0; i < CONNECT_STEPS; i++) ms[i] = 1000 * (at[i + 1] - at[i]);
}

static void connect_times(const char *path, int times) {
  static double ms[CONNECT_STEPS][CONNECT_TIMES_MAX];
  if (times < 1 || times > CONNECT_TIMES_MAX) times = CONNECT_TIMES_MAX;
  for (int n = 0; n < times; n++) {
    double one[CONNECT_STEPS];
    connect_once(path, one);
    for (int i = 0; i < CONNECT_STEPS; i++) ms[i][n] = one[i];
  }
  for (int i = 0; i < CONNECT_STEPS; i++) {
    qsort(ms[i], (size_t)times, sizeof ms[i][0], by_value);
    printf("%.3f%c", ms[i][times / 2], i + 1 < CONNECT_STEPS ? ' ' : '\n');
  }
}

static sqlite3_stmt *prepare_insert(sqlite3 *db, int n_rows) {
  sqlite3_stmt *stmt = NULL;
  sqlite3_str *sql = sqlite3_str_new(db);
  sqlite3_str_appendall(sql, "INSERT INTO llm_usage(timestamp, provider, model, task_type,"
                             " input_tokens, output_tokens, response_time_ms, tenant_id,"
                             " session_id, cache_read_tokens) VALUES ");
  for (int i = 0; i < n_rows; i++)
    sqlite3_str_appendf(sql, "%s(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", i == 0 ? "" : ", ");
  char *text = sqlite3_str_finish(sql);
  if (text == NULL || sqlite3_prepare_v2(db, text, -1, &stmt, NULL) != SQLITE_OK)
    fail(db, "prepare");
  sqlite3_free(text);
  return stmt;
}

/* Median of the CPU microseconds that it takes to prepare the INSERT. */
static double preparing_us(sqlite3 *db, int n_rows) {
  enum { TIMES = 25 };
  double spent[TIMES];
  for (int i = 0; i < TIMES; i++) {
    double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
    sqlite3_finalize(prepare_insert(db, n_rows));
    spent[i] = (seconds(CLOCK_PROCESS_CPUTIME_ID) - start) * 1e6;
  }
  qsort(spent, TIMES, sizeof spent[0], by_value);
  return spent[TIMES / 2];
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: bench_ledger file rows bare|idle|fills|plain|full|bulk|...-memory|ask|ask-longest|connect [rows a statement [rows of a year]]\n");
    return 1;
  }
  if (is_mode(argv[3], "ask")) {
    ask(argv[1], (int)strtol(argv[2], NULL, 10), strcmp(argv[3], "ask-longest") == 0);
    return 0;
  }
  if (is_mode(argv[3], "connect")) {
    connect_times(argv[1], (int)strtol(argv[2], NULL, 10));
    return 0;
  }
  int64_t n = strtoll(argv[2], NULL, 10), year = argc > 5 ? strtoll(argv[5], NULL, 10) : 10000000;
  int64_t together = argc > 4 ? strtoll(argv[4], NULL, 10) : 1;
  if (together < 1 || together > STATEMENT_ROWS_MAX || n % together != 0) {
    fprintf(stderr, "bench_ledger: rows must be statements of 1 to %d\n", STATEMENT_ROWS_MAX);
    return 1;
  }
  const char *mode = argv[3];
  bool bulk = is_mode(mode, "bulk");
  sqlite3 *db = open_ledger(argv[1], mode);
  sqlite3_stmt *stmt = NULL;
  double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
  run(db, bulk ? "SELECT tok_bulk_begin()" : "BEGIN");
  stmt = prepare_insert(db, (int)together);
  for (int64_t i = 0; i < n;) {
    for (int k = 0; k < (int)together; k++) bind_row(stmt, k, i++, year);
    if (sqlite3_step(stmt) != SQLITE_DONE) fail(db, "step");
    sqlite3_reset(stmt);
  }
  sqlite3_finalize(stmt);
  run(db, bulk ? "SELECT tok_bulk_end()" : "COMMIT");
  double made = making_s(db, n, year);
  /* made once for the inserts and once to see what it takes */
  cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu - 2 * made;
  wall = seconds(CLOCK_MONOTONIC) - wall - 2 * made;
  printf("%s %.2f %.0f %.0f\n", mode, cpu / (double)n * 1e6, (double)n / wall,
         preparing_us(db, (int)together));
  sqlite3_close(db);
  return 0;
}

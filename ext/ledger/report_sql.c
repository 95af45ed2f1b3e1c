/*
** tok_report: usage and spending by anything, over any range of time.
**
**     SELECT key, requests, cost_usd, p95_ms FROM tok_report('model', '2026-01-01', '2026-02-01');
**     SELECT key, cost_usd FROM tok_report('day', '2026-01-01', '2026-02-01',
**                                          'America/New_York', '{"tenant_id":"acme"}');
**
** tok_report(group_by, since, until [, zone [, filter_json]])
**   -> key, requests, input_tokens, output_tokens, total_tokens, cost_usd, avg_cost_usd,
**      avg_tokens, p50_ms, p95_ms, p99_ms, cache_hit_ratio, tokens_per_usd, share
**   T1  group_by: model, provider, task, tenant, user, api_key, session, service_tier,
**       request_model, status, tag, tag:<name>, hour, day, week, month, quarter, year, or all. The
**       ledger's column names (task_type, tenant_id, …) are accepted too. A request with several
**       tags counts once in each.
**   T2  since is inclusive, until exclusive: ISO-8601 or Unix seconds; NULL: open. Buckets of time
**       are those of the zone; without one, of llm_setting's zone. `key` is the bucket's name
**       (2026-01-31, 2026-W05, …).
**   T3  filter_json: {"tenant_id": "acme", "model": "gpt-4o"}: rows that agree in every member;
**       null: rows without a value. Members: provider, model, task_type, tenant_id, user_id,
**       api_key_id, session_id, service_tier, request_model, status, tag ("x" or "name:x").
**   T4  Averages and ratios are ratios of sums. cost_usd, avg_cost_usd, tokens_per_usd and share
**       (of all cost) are of the requests that have a price. What is unknown is NULL.
**   T5  p50, p95, p99 of the response time are exact where the range has at most 10,000 requests;
**       beyond that they are taken from counts by bin, within 0.8 %, and times above 2^31 ms, 25
**       days, are that long.
**   T6  Time: in proportion to the range's buckets where group and filter are of provider and
**       model, task, or tenant (or all four, by day), plus the rows of its first and last hour or
**       day; other groups read the range's rows. Percentiles cost nothing where they are not
**       selected.
**   T7  By time in order of it, else by falling cost.
**
** tok_report_parts(group_by, since, until [, zone [, filter_json]])
**   T8  For tok_analytics: the same with cost_nano, cost_usd in full, and with one more group_by,
**       "model, task": each task of a model, without percentiles. `task` is NULL for all others.
*/
#include "../base/json.h"
#include "install.h"
#include "ledger_sql.h"
#include "query_sql.h"
#include "report.h"

#define PARTS "tok_report_parts"
enum { ARG_GROUP, ARG_SINCE, ARG_UNTIL, ARG_ZONE, ARG_FILTER };
enum { COL_P50 = 8, COL_P99 = 10 };
enum { EXACT_ROWS_MAX = 10000, /* reading so many takes about 20 ms */
       SPANS_BYTES_MAX = 1 << 26 };

/* Where p50, p95, p99 come from, and the name of that in sql/query/report.sql. */
typedef enum { PERCENTILE_NONE, PERCENTILE_ROWS, PERCENTILE_COUNTS } percentile_source;
static const char *const percentile_sources[] = {"percentile_none", "percentile_rows",
                                                 "percentile_counts"};

/* What a group is, in a roll-up row r and in a row u of the ledger. */
typedef struct {
  const char *name, *other_name;
  unsigned columns;
  const char *rollup_key, *row_key;
  bool and_task; /* each task of the key is a group of its own */
} group;

/* What a tag, t, is called: "name:x" in an object, "x" in an array. */
#define TAG_SHOWN(t)                                                                               \
  "iif(typeof(" #t ".key) = 'text', " #t ".key || ':' || " #t ".value, " #t ".value)"

static const group groups[] = {
    {"all", "total", 0, "'all'", "'all'", false},
    {"model, task", "model, task", TOK_BY_MODEL | TOK_BY_TASK, "nullif(r.model, x'')", "u.model",
     true},
    {"model", "model", TOK_BY_MODEL, "nullif(r.model, x'')", "u.model", false},
    {"provider", "provider", TOK_BY_PROVIDER, "nullif(r.provider, x'')", "u.provider", false},
    {"task", "task_type", TOK_BY_TASK, "nullif(r.task_type, x'')", "u.task_type", false},
    {"tenant", "tenant_id", TOK_BY_TENANT, "nullif(r.tenant_id, x'')", "u.tenant_id", false},
    {"user", "user_id", TOK_BY_OTHER, "NULL", "u.user_id", false},
    {"api_key", "api_key_id", TOK_BY_OTHER, "NULL", "u.api_key_id", false},
    {"session", "session_id", TOK_BY_OTHER, "NULL", "u.session_id", false},
    {"service_tier", "tier", TOK_BY_OTHER, "NULL", "u.service_tier", false},
    {"request_model", "request_model", TOK_BY_OTHER, "NULL", "u.request_model", false},
    {"status", "status", TOK_BY_OTHER, "NULL", "u.status", false},
    {"tag", "tags", TOK_BY_OTHER, "NULL",
     TAG_SHOWN(t), false},
};
static const group by_time = {"", "", 0, "tok_bucket_label(r.bucket, :unit, :zone)",
                              "tok_bucket_label(u.unix_time, :unit, :zone)", false};
/*
** tags ->> '$.name' would not find a name that is written with escapes: before 3.45, SQLite
** compares names as they are written. Text that only looks like JSON has no tags.
*/
#define TAGS "json_each(iif(json_valid(u.tags), u.tags, NULL))"
static const group by_tag = {
    "", "", TOK_BY_OTHER, "NULL",
    "(SELECT j.value FROM " TAGS " AS j WHERE j.key = :tag LIMIT 1)", false};

/*
** Members of a filter: the condition on r and on u. +: rows are found by their time; SQLite would
** make an index of the whole ledger, for this one statement.
*/
static const struct {
  const char *name;
  unsigned column;
  const char *rollup, *row;
} conditions[] = {
    {"provider", TOK_BY_PROVIDER, "nullif(r.provider, x'') IS (SELECT provider FROM wanted)",
     "+u.provider IS (SELECT provider FROM wanted)"},
    {"model", TOK_BY_MODEL, "nullif(r.model, x'') IS (SELECT model FROM wanted)",
     "+u.model IS (SELECT model FROM wanted)"},
    {"task_type", TOK_BY_TASK, "nullif(r.task_type, x'') IS (SELECT task_type FROM wanted)",
     "+u.task_type IS (SELECT task_type FROM wanted)"},
    {"tenant_id", TOK_BY_TENANT, "r.tenant_id = coalesce((SELECT tenant_id FROM wanted), x'')",
     "+u.tenant_id IS (SELECT tenant_id FROM wanted)"},
    {"user_id", TOK_BY_OTHER, "0", "+u.user_id IS (SELECT user_id FROM wanted)"},
    {"api_key_id", TOK_BY_OTHER, "0", "+u.api_key_id IS (SELECT api_key_id FROM wanted)"},
    {"session_id", TOK_BY_OTHER, "0", "+u.session_id IS (SELECT session_id FROM wanted)"},
    {"service_tier", TOK_BY_OTHER, "0", "+u.service_tier IS (SELECT service_tier FROM wanted)"},
    {"request_model", TOK_BY_OTHER, "0", "+u.request_model IS (SELECT request_model FROM wanted)"},
    {"status", TOK_BY_OTHER, "0", "+u.status IS (SELECT status FROM wanted)"},
    {"tag", TOK_BY_OTHER, "0",
     "((SELECT tag FROM wanted) IS NULL AND u.tags IS NULL"
     " OR EXISTS (SELECT 1 FROM " TAGS " AS j"
     " WHERE (SELECT tag FROM wanted) IN (j.value, j.key || ':' || j.value)))"},
};
enum { N_CONDITIONS = sizeof conditions / sizeof conditions[0] };

typedef struct {
  tok_query *q;
  const group *g;
  bool timed;
  tok_unit unit;
  const tok_zone *zone;
  char *zone_name; /* owned */
  char *tag;       /* owned; the name of tag:<name> */
  int64_t since, until;
  unsigned filtered; /* bit i: conditions[i] */
  unsigned columns;
  tok_slice filter;
  percentile_source percentiles;
} question;

/* ---- arguments ------------------------------------------------------------------------------- */

static int find_group(question *a, sqlite3_value *v) {
  static const char tag[] = "tag:";
  tok_slice name;
  if (tok_sql_read(v, &name) != SQLITE_OK) return SQLITE_NOMEM;
  for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
    if (!tok_slice_is(name, groups[i].name) && !tok_slice_is(name, groups[i].other_name)) continue;
    if (groups[i].and_task && strcmp(a->q->def->name, PARTS) != 0) break;
    a->g = &groups[i];
    return SQLITE_OK;
  }
  if (tok_unit_parse(name, &a->unit) == TOK_OK) {
    a->g = &by_time;
    a->timed = true;
    return SQLITE_OK;
  }
  size_t n = sizeof tag - 1;
  if (name.len > n && memcmp(name.ptr, tag, n) == 0) {
    a->g = &by_tag;
    a->tag = sqlite3_mprintf("%.*s", (int)(name.len - n), name.ptr + n);
    return a->tag == NULL ? SQLITE_NOMEM : SQLITE_OK;
  }
  return tok_query_error(
      a->q,
      "group_by must be model, provider, task, tenant, user, api_key, session, service_tier,"
      " request_model, status, tag, tag:<name>, hour, day, week, month, quarter, year or all,"
      " got '%.*s'",
      tok_shown(name), name.ptr);
}

static int take_member(question *a, const tok_json *j, tok_slice key) {
  size_t i = 0;
  while (i < N_CONDITIONS && !tok_slice_is(key, conditions[i].name)) i++;
  if (i == N_CONDITIONS) {
    return tok_query_error(
        a->q,
        "filter has an unknown member '%.*s', expected provider, model, task_type, tenant_id,"
        " user_id, api_key_id, session_id, service_tier, request_model, status or tag",
        tok_shown(key), key.ptr);
  }
  if (j->event == TOK_JSON_OBJECT || j->event == TOK_JSON_ARRAY) {
    return tok_query_error(a->q, "filter: %s must be a string or null", conditions[i].name);
  }
  a->filtered |= 1u << i;
  a->columns |= conditions[i].column;
  return SQLITE_OK;
}

static int read_filter(question *a, sqlite3_value *v) {
  tok_json j;
  if (v == NULL || sqlite3_value_type(v) == SQLITE_NULL) return SQLITE_OK;
  if (tok_sql_read(v, &a->filter) != SQLITE_OK) return SQLITE_NOMEM;
  tok_json_init(&j, a->filter);
  bool object = tok_json_next(&j) == TOK_JSON_OBJECT;
  while (object && tok_json_next(&j) == TOK_JSON_KEY) {
    tok_slice key = j.text;
    if (tok_json_next(&j) == TOK_JSON_ERROR) break;
    int rc = take_member(a, &j, key);
    if (rc != SQLITE_OK) return rc;
  }
  if (object && j.event == TOK_JSON_OBJECT_END && tok_json_next(&j) == TOK_JSON_END)
    return SQLITE_OK;
  return tok_query_error(a->q,
                         "filter must be a JSON object, as {\"tenant_id\":\"acme\"}, got '%.*s'",
                         tok_shown(a->filter), a->filter.ptr);
}

/* ---- the statement --------------------------------------------------------------------------- */

static char *conditions_sql(const question *a, bool row) {
  sqlite3_str *s = sqlite3_str_new(a->q->db);
  for (unsigned i = 0; i < N_CONDITIONS; i++) {
    if ((a->filtered >> i & 1) == 0) continue;
    sqlite3_str_appendf(s, " AND %s", row ? conditions[i].row : conditions[i].rollup);
  }
  if (sqlite3_str_length(s) == 0) sqlite3_str_appendall(s, " ");
  return sqlite3_str_finish(s);
}

/* A request counts once in a tag, however often it has it, or names that look the same with it. */
#define TAGS_ONCE                                                                                  \
  "JOIN " TAGS " AS t ON NOT EXISTS (SELECT 1 FROM " TAGS " AS s"                                  \
  " WHERE s.id < t.id AND " TAG_SHOWN(s) " IS " TAG_SHOWN(t) ")"

/*
** A day of 'tuple' has a row for each of all tenants' models and tasks. Day by day, those of one
** tenant are found by the primary key.
*/
static const char *rollup_range(const question *a) {
  const char *dim = tok_rollup_dim_for(a->columns).dim;
  bool of_tenant = false;
  for (unsigned i = 0; i < N_CONDITIONS; i++) {
    of_tenant |= (a->filtered >> i & 1) != 0 && conditions[i].column == TOK_BY_TENANT;
  }
  return of_tenant && dim != NULL && strcmp(dim, "tuple") == 0
             ? "r.bucket IN (SELECT bucket FROM main.llm_rollup WHERE dim = 'all'"
               " AND level = 86400 AND bucket >= span.lo AND bucket < span.hi)"
             : "r.bucket >= span.lo AND r.bucket < span.hi";
}

/* Only a roll-up of days without hours has TOK_SPAN_LESS. */
static bool reads_less(const question *a) {
  tok_rollup_dim r = tok_rollup_dim_for(a->columns);
  return r.days && !r.hours;
}

/* The script with `with` in place of each @name@. */
static char *report_sql(const question *a) {
  char *rollup_filter = conditions_sql(a, false), *row_filter = conditions_sql(a, true);
  const char *const places[][2] = {
      {"@rollup_key@", a->g->rollup_key},
      {"@row_key@", a->g->row_key},
      {"@rollup_task@", a->g->and_task ? "nullif(r.task_type, x'')" : "NULL"},
      {"@row_task@", a->g->and_task ? "u.task_type" : "NULL"},
      {"@tail_times@",
       a->percentiles == PERCENTILE_COUNTS ? "tok_times(u.response_time_ms)" : "NULL"},
      {"@less@", reads_less(a) ? "UNION ALL SELECT * FROM less" : ""},
      {"@group@", a->g->and_task ? "1, 2" : "1"},
      {"@rollup_filter@", rollup_filter},
      {"@row_filter@", row_filter},
      {"@rollup_range@", rollup_range(a)},
      {"@percentile@", percentile_sources[a->percentiles]},
      {"@row_join@", strcmp(a->g->name, "tag") == 0 ? TAGS_ONCE : ""},
      {"@order@", a->timed ? "s.k" : "s.cost_nano IS NULL, s.cost_nano DESC, s.k"}};
  sqlite3_str *s = sqlite3_str_new(a->q->db);
  const char *p = tok_ledger_script("query/report.sql");
  while (*p != '\0' && rollup_filter != NULL && row_filter != NULL) {
    size_t i = 0, n = sizeof places / sizeof places[0];
    while (i < n && strncmp(p, places[i][0], strlen(places[i][0])) != 0) i++;
    if (i < n) {
      sqlite3_str_appendall(s, places[i][1]);
      p += strlen(places[i][0]);
    } else {
      const char *at = strchr(p + 1, '@');
      int len = at == NULL ? (int)strlen(p) : (int)(at - p);
      sqlite3_str_append(s, p, len);
      p += len;
    }
  }
  sqlite3_free(rollup_filter);
  sqlite3_free(row_filter);
  return sqlite3_str_finish(s);
}

/*
** Where the range has more buckets than SPANS_BYTES_MAX (a bucket of a zone takes about 40 bytes):
** rows, one by one. That takes a row that is thousands of years off.
*/
static int bind_spans(const question *a, sqlite3_stmt *stmt, const char *name, tok_rollup_dim r,
                      bool all, bool less) {
  tok_buf spans;
  tok_span_rules rules = {r.hours, r.days, less, a->timed ? a->zone : NULL, a->unit};
  tok_buf_init(&spans, SPANS_BYTES_MAX);
  if (all) tok_buf_adds(&spans, "[[0,1,0]]");
  else if (a->since < a->until) tok_report_spans(a->since, a->until, &rules, &spans);
  else tok_buf_adds(&spans, "[]");
  if (spans.status == TOK_TOOBIG) {
    tok_buf_init(&spans, SPANS_BYTES_MAX);
    tok_report_spans(a->since, a->until, &(tok_span_rules){.zone = NULL}, &spans);
  }
  int rc = spans.status == TOK_OK
               ? tok_query_bind_text(stmt, name, (tok_slice){spans.ptr, spans.len})
               : SQLITE_NOMEM;
  tok_buf_free(&spans);
  return rc;
}

static int bind_text(sqlite3_stmt *stmt, const char *name, const char *text) {
  return text == NULL ? SQLITE_OK : tok_query_bind_text(stmt, name, tok_slice_of(text));
}

static int bind(const question *a, sqlite3_stmt *stmt, bool whole) {
  tok_rollup_dim sums = tok_rollup_dim_for(a->columns);
  int rc = bind_spans(a, stmt, ":spans", sums, whole && sums.all && !a->timed, true);
  if (rc == SQLITE_OK && a->percentiles == PERCENTILE_COUNTS)
    rc = bind_spans(a, stmt, ":ms_spans", sums, false, false);
  if (rc == SQLITE_OK) rc = bind_text(stmt, ":dim", sums.dim);
  if (rc == SQLITE_OK) rc = bind_text(stmt, ":zone", a->zone_name);
  if (rc == SQLITE_OK) rc = bind_text(stmt, ":unit", tok_unit_names[a->unit]);
  if (rc == SQLITE_OK) rc = bind_text(stmt, ":tag", a->tag);
  if (rc == SQLITE_OK) rc = tok_query_bind_text(stmt, ":filter", a->filter);
  if (rc == SQLITE_OK) rc = tok_query_bind_int(stmt, ":lo", a->since);
  if (rc == SQLITE_OK) rc = tok_query_bind_int(stmt, ":hi", a->until);
  return rc;
}

/*
** Open ends become the ledger's own, wide enough for whole days. *whole: the range is all of the
** ledger. *any: it has rows.
*/
static int close_range(question *a, bool *whole, bool *any) {
  int64_t ends[2] = {0, 0};
  int rc =
      tok_query_ask(a->q,
                    "SELECT (SELECT min(unix_time) FROM main.llm_usage) / 86400 * 86400 - 86400,"
                    " (SELECT max(unix_time) FROM main.llm_usage) / 86400 * 86400 + 172800",
                    2, ends);
  if (rc != SQLITE_OK) return rc;
  *any = ends[0] != INT64_MIN;
  *whole = a->since <= ends[0] && a->until >= ends[1];
  if (a->since < ends[0]) a->since = ends[0];
  if (a->until > ends[1]) a->until = ends[1];
  if (a->since < TOK_TIME_MIN) a->since = TOK_TIME_MIN;
  if (a->until > TOK_TIME_MAX) a->until = TOK_TIME_MAX + 1; /* exclusive */
  return SQLITE_OK;
}

/* Few rows: their response times are read one by one. */
static int count_rows(question *a) {
  int64_t n = 0;
  char *sql =
      sqlite3_mprintf("SELECT coalesce(sum(requests), 0) FROM main.llm_rollup WHERE dim = 'all'"
                      " AND level = 86400 AND bucket > %lld - 86400 AND bucket < %lld",
                      (long long)a->since, (long long)a->until);
  if (sql == NULL) return SQLITE_NOMEM;
  int rc = tok_query_ask(a->q, sql, 1, &n);
  sqlite3_free(sql);
  if (n <= EXACT_ROWS_MAX) a->percentiles = PERCENTILE_ROWS;
  return rc;
}

static int make_statement(question *a, sqlite3_stmt **out) {
  bool whole = false, any = false;
  int rc = close_range(a, &whole, &any);
  if (rc == SQLITE_OK && a->percentiles != PERCENTILE_NONE) rc = count_rows(a);
  if (rc != SQLITE_OK || !any) return rc;
  char *sql = report_sql(a);
  if (sql == NULL) return SQLITE_NOMEM;
  rc = tok_query_prepare(a->q, sql, out);
  sqlite3_free(sql);
  return rc == SQLITE_OK ? bind(a, *out, whole) : rc;
}

static int open_report(tok_query *q, sqlite3_value **args, sqlite3_stmt **out) {
  question a = {.q = q, .since = INT64_MIN, .until = INT64_MAX};
  if (sqlite3_value_type(args[ARG_GROUP]) == SQLITE_NULL) return SQLITE_OK;
  int rc = find_group(&a, args[ARG_GROUP]);
  if (rc == SQLITE_OK) a.columns = a.g->columns;
  if (rc == SQLITE_OK && (q->used >> COL_P50 & 7) != 0 && !a.g->and_task)
    a.percentiles = PERCENTILE_COUNTS;
  if (rc == SQLITE_OK) rc = tok_query_time(q, args[ARG_SINCE], "since", &a.since);
  if (rc == SQLITE_OK) rc = tok_query_time(q, args[ARG_UNTIL], "until", &a.until);
  if (rc == SQLITE_OK) rc = tok_query_zone(q, args[ARG_ZONE], &a.zone, &a.zone_name);
  if (rc == SQLITE_OK) rc = read_filter(&a, args[ARG_FILTER]);
  if (rc == SQLITE_OK) rc = make_statement(&a, out);
  sqlite3_free(a.zone_name);
  sqlite3_free(a.tag);
  return rc;
}

/* Of a report's statement: sql/query/report.sql. */
#define REPORT_COLUMNS                                                                             \
  "\"key\", requests INTEGER, input_tokens INTEGER, output_tokens INTEGER, total_tokens INTEGER,"  \
  " cost_usd REAL, avg_cost_usd REAL, avg_tokens REAL, p50_ms REAL, p95_ms REAL, p99_ms REAL,"     \
  " cache_hit_ratio REAL, tokens_per_usd REAL, share REAL"
#define REPORT_ARGUMENTS                                                                           \
  "group_by HIDDEN, since HIDDEN, until HIDDEN, zone HIDDEN, filter_json HIDDEN"

static const tok_query_def report_def = {
    .name = "tok_report",
    .usage = "tok_report(group_by, since, until [, zone [, filter_json]])",
    .columns = REPORT_COLUMNS,
    .n_columns = 14, /* of the statement's */
    .arguments = REPORT_ARGUMENTS,
    .n_required = 1,
    .n_args = 5,
    .open = open_report};

static const tok_query_def parts_def = {
    .name = PARTS,
    .usage = PARTS "(group_by, since, until [, zone [, filter_json]])",
    .columns = REPORT_COLUMNS ", task, cost_nano INTEGER",
    .n_columns = 16,
    .arguments = REPORT_ARGUMENTS,
    .n_required = 1,
    .n_args = 5,
    .open = open_report};

int tok_report_register(sqlite3 *db) {
  static const tok_query_def *const defs[] = {&report_def, &parts_def};
  return tok_query_register(db, defs, sizeof defs / sizeof defs[0]);
}

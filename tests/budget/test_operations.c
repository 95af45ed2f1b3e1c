/*
** Random operations of every kind on a ledger with quotas of every kind; whatever is accepted or
** refused, the counters stay equal to the ledger.
**
** Compared every so often, and at the end:
**   - the view llm_quota_audit (and tok_audit(), where it is), which uses the triggers' own idea of
**   matching and of periods;
**   - queries of this test's own, with json_each for tags and tok_period (ext/budget/period.c) for
**   periods
*/
#include "../crash/host.h"

enum { N_SQL_MAX = 2000 };

static struct {
  sqlite3 *db;
  host_rng r;
  bool functions;                /* tok_quota_reserve and its friends */
  bool loud;                     /* print every statement: LOUD=1 */
  long done, refused, kinds[32]; /* statements */
} s;

#define PICK(list) (list)[host_random(&s.r, sizeof(list) / sizeof(list)[0])]

static const char *const tenants[] = {"'acme'", "'globex'", "'initech'", "'a[c]me'", "NULL"};
static const char *const users[] = {"'ann'", "'bob'", "'anna'", "''", "NULL"};
static const char *const models[] = {"'gpt-4o'", "'GPT-4o'", "'claude-sonnet-4'", "'unknown-model'",
                                     "NULL"};
static const char *const providers[] = {"'openai'", "'OpenAI'", "'anthropic'", "NULL"};
static const char *const tasks[] = {"'chat'", "'code'", "'a*b'", "NULL"};
static const char *const tags[] = {"NULL", "'[\"prod\"]'", "'{\"env\":\"prod\"}'",
                                   "'{\"env\": \"dev\", \"team\": \"x\"}'", "'[\"dev\",\"x\"]'"};

/* Runs a statement that may be refused. */
static bool attempt(const char *sql) {
  char *message = NULL;
  int rc = sqlite3_exec(s.db, sql, NULL, NULL, &message);
  s.done++;
  if (s.loud) printf("%s; -- %s\n", sql, message == NULL ? "" : message);
  if (rc == SQLITE_OK) return true;
  s.refused++;
  bool fine = message != NULL && (rc & 0xff) == SQLITE_CONSTRAINT;
  fine = fine || (message != NULL && strncmp(message, "tok", 3) == 0);
  if (!CHECK(fine)) printf("  %s\n  in %s\n", message == NULL ? "?" : message, sql);
  sqlite3_free(message);
  return false;
}

static const char *tokens(void) {
  static char text[4][24];
  static int which;
  char *t = text[which = (which + 1) % 4];
  uint32_t kind = host_random(&s.r, 12);
  if (kind == 0) snprintf(t, 24, "NULL");
  else snprintf(t, 24, "%u", kind == 1 ? 0 : host_random(&s.r, 300));
  return t;
}

/* Within some days of the beginning of March 2026, where America/New_York changes its clocks. */
static const char *a_time(void) {
  static char text[4][80];
  static int which;
  char *t = text[which = (which + 1) % 4];
  int64_t at = 1772323200 + (int64_t)host_random(&s.r, 12 * 86400) -
               (host_random(&s.r, 20) == 0 ? 40 * 86400 : 0);
  snprintf(t, 80,
           host_random(&s.r, 2) == 0 ? "%lld"
                                     : "strftime('%%Y-%%m-%%d %%H:%%M:%%S', %lld, 'unixepoch')",
           (long long)at);
  return t;
}

/* One of the last few: new ones come up, old ones go. */
static const char *a_ref(void) {
  static char text[4][24];
  static int which;
  char *t = text[which = (which + 1) % 4];
  snprintf(t, 24, "'r%ld'", s.done / 12 + host_random(&s.r, 12));
  return t;
}

static int64_t a_row(void) {
  return host_int(s.db, "SELECT id FROM llm_usage ORDER BY random() LIMIT 1");
}

static const char *a_quota(void) {
  static char id[24];
  snprintf(id, sizeof id, "%lld",
           (long long)host_int(
               s.db, "SELECT id FROM llm_quota WHERE hourly_of IS NULL ORDER BY random() LIMIT 1"));
  return id;
}

/* ---- operations ------------------------------------------------------------------------------ */

static void insert_usage(void) {
  static const char *const verbs[] = {
      "INSERT",         "INSERT",         "INSERT", "INSERT OR IGNORE", "INSERT OR REPLACE",
      "INSERT OR FAIL", "INSERT OR ABORT"};
  static const char *const costs[] = {"NULL", "NULL", "NULL", "0.000123", "0", "0.01"};
  char sql[N_SQL_MAX], id[24] = "NULL", response[32] = "NULL";
  if (host_random(&s.r, 6) == 0) snprintf(id, sizeof id, "%lld", (long long)a_row());
  if (host_random(&s.r, 4) == 0)
    snprintf(response, sizeof response, "'resp%u'", host_random(&s.r, 60));
  snprintf(sql, sizeof sql,
           "%s INTO llm_usage(id, timestamp, provider, model, task_type, tenant_id, user_id, tags, "
           "request_id, response_id, input_tokens,"
           " output_tokens, cost_usd) VALUES(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
           PICK(verbs), id, a_time(), PICK(providers), PICK(models), PICK(tasks), PICK(tenants),
           PICK(users), PICK(tags), host_random(&s.r, 3) == 0 ? a_ref() : "NULL", response,
           tokens(), tokens(), PICK(costs));
  attempt(sql);
}

static void upsert_usage(void) {
  char sql[N_SQL_MAX];
  snprintf(sql, sizeof sql,
           "INSERT INTO llm_usage(id, provider, model, tenant_id, input_tokens, output_tokens) "
           "VALUES(%lld, 'openai', %s, %s, %s, %s)"
           " ON CONFLICT(id) DO UPDATE SET input_tokens = excluded.input_tokens, tenant_id = "
           "excluded.tenant_id",
           (long long)a_row(), PICK(models), PICK(tenants), tokens(), tokens());
  attempt(sql);
}

static void insert_many(void) {
  char sql[N_SQL_MAX];
  snprintf(sql, sizeof sql,
           "INSERT INTO llm_usage(timestamp, provider, model, tenant_id, user_id, input_tokens, "
           "output_tokens)"
           " SELECT timestamp, provider, %s, tenant_id, user_id, input_tokens, %s FROM llm_usage "
           "ORDER BY random() LIMIT %u",
           PICK(models), tokens(), 1 + host_random(&s.r, 5));
  attempt(sql);
}

static void update_usage(void) {
  char sql[N_SQL_MAX], set[300];
  switch (host_random(&s.r, 9)) {
  case 0:
    snprintf(set, sizeof set, "input_tokens = %s", tokens());
    break;
  case 1:
    snprintf(set, sizeof set, "input_tokens = %s, output_tokens = %s, total_tokens = %s", tokens(),
             tokens(), tokens());
    break;
  case 2:
    snprintf(set, sizeof set, "timestamp = %s", a_time());
    break;
  case 3:
    snprintf(set, sizeof set, "tenant_id = %s, user_id = %s", PICK(tenants), PICK(users));
    break;
  case 4:
    snprintf(set, sizeof set, "model = %s, provider = %s", PICK(models), PICK(providers));
    break;
  case 5:
    snprintf(set, sizeof set, "tags = %s, task_type = %s", PICK(tags), PICK(tasks));
    break;
  case 6:
    snprintf(set, sizeof set, "cost_usd = %u / 1e6", host_random(&s.r, 5000));
    break;
  case 7:
    snprintf(set, sizeof set, "cost_nano = NULL, cost_usd = NULL");
    break;
  default:
    snprintf(set, sizeof set, "id = %lld, output_tokens = %s",
             (long long)a_row() + (int)host_random(&s.r, 3), tokens());
  }
  static const char *const verbs[] = {"UPDATE", "UPDATE", "UPDATE", "UPDATE OR IGNORE",
                                      "UPDATE OR REPLACE"};
  if (host_random(&s.r, 5) == 0 && strncmp(set, "id", 2) != 0)
    snprintf(sql, sizeof sql, "%s llm_usage SET %s WHERE tenant_id IS %s AND id %% 7 = 3",
             PICK(verbs), set, PICK(tenants));
  else
    snprintf(sql, sizeof sql, "%s llm_usage SET %s WHERE id = %lld", PICK(verbs), set,
             (long long)a_row());
  attempt(sql);
}

static void delete_usage(void) {
  char sql[N_SQL_MAX];
  if (host_random(&s.r, 10) == 0)
    snprintf(
        sql, sizeof sql,
        "DELETE FROM llm_usage WHERE id IN (SELECT id FROM llm_usage ORDER BY random() LIMIT 8)");
  else snprintf(sql, sizeof sql, "DELETE FROM llm_usage WHERE id = %lld", (long long)a_row());
  attempt(sql);
}

static void hold(void) {
  char sql[N_SQL_MAX];
  static const char *const verbs[] = {"INSERT", "INSERT", "INSERT OR IGNORE", "INSERT OR REPLACE"};
  snprintf(sql, sizeof sql,
           "%s INTO llm_hold(ref, unix_time, expires, tenant_id, user_id, provider, model, "
           "task_type, tags, input_tokens, output_tokens, cost_nano)"
           " SELECT %s, t, t + 600, %s, %s, %s, %s, %s, %s, %s, %s, %u FROM (SELECT "
           "CAST(strftime('%%s', %s%s) AS INTEGER) AS t)",
           PICK(verbs), a_ref(), PICK(tenants), PICK(users), PICK(providers), PICK(models),
           PICK(tasks), PICK(tags), tokens(), tokens(), host_random(&s.r, 1000000),
           "'2026-03-01', '+' || ", "'12 hours'");
  attempt(sql);
}

static void end_hold(void) {
  char sql[N_SQL_MAX];
  static const char *const states[] = {"released", "expired", "settled", "held"};
  if (host_random(&s.r, 6) == 0)
    snprintf(sql, sizeof sql, "DELETE FROM llm_hold WHERE ref = %s", a_ref());
  else
    snprintf(sql, sizeof sql, "UPDATE llm_hold SET state = '%s' WHERE ref = %s", PICK(states),
             a_ref());
  attempt(sql);
}

static void call_functions(void) {
  char sql[N_SQL_MAX];
  const char *ref = a_ref();
  if (!s.functions) return;
  switch (host_random(&s.r, 5)) {
  case 0:
  case 1:
    snprintf(sql, sizeof sql,
             "SELECT tok_quota_reserve(%s, json_object('tenant_id', %s, 'user_id', %s, 'model', "
             "%s, 'provider', %s), json_object('input', %u,"
             " 'output', %u), %u)",
             ref, PICK(tenants), PICK(users), PICK(models), PICK(providers), host_random(&s.r, 300),
             host_random(&s.r, 300), 1 + host_random(&s.r, 600));
    break;
  case 2:
    snprintf(sql, sizeof sql,
             "SELECT tok_quota_settle(%s, json_object('input_tokens', %u, 'output_tokens', %u))",
             ref, host_random(&s.r, 400), host_random(&s.r, 400));
    break;
  case 3:
    snprintf(sql, sizeof sql, "SELECT tok_quota_release(%s)", ref);
    break;
  default:
    snprintf(sql, sizeof sql, "SELECT tok_quota_sweep(unixepoch() + %u)", host_random(&s.r, 700));
  }
  attempt(sql);
}

static const char *const periods[] = {"hour",          "day",
                                      "week",          "month",
                                      "quarter",       "year",
                                      "lifetime",      "every 5h",
                                      "every 90m",     "every 5h anchor 2026-01-01T02:00Z",
                                      "rolling 24h",   "rolling 1h/12",
                                      "rolling 100m/7", "bucket 300/10m",
                                      "bucket 9h"};
static const char *const zoned[][2] = {{"day", "America/New_York"},
                                       {"week", "Asia/Kathmandu"},
                                       {"month", "Europe/Berlin"},
                                       {"hour", "Australia/Lord_Howe"},
                                       {"every 1 month anchor 2026-01-31", "UTC"},
                                       {"every 2d anchor 2026-01-01", "America/New_York"},
                                       {"every 2w", "UTC"},
                                       {"quarter", "+05:30"}};

static void make_quota(int number) {
  static const char *const metrics[] = {"input", "output", "total", "requests", "cost"};
  static const char *const scope_tenants[] = {"*", "*", "acme", "a*", "a[c]me", "?nitech"};
  static const char *const scope_users[] = {"*", "*", "*", "ann", "ann*", "b?b"};
  static const char *const scope_models[] = {"*", "*", "gpt-4o", "GPT-4*", "claude*"};
  static const char *const scope_tasks[] = {"*", "*", "*", "chat", "a[*]b"};
  static const char *const scope_tags[] = {"*", "*", "*", "prod", "env:prod", "dev"};
  static const char *const splits[] = {
      "", "", "user_id", "tenant_id", "model", "tenant_id,model", "task_type"};
  static const char *const actions[] = {"block", "block", "warn", "throttle"};
  static const char *const unpriced[] = {"allow", "allow", "estimate", "deny"};
  char sql[N_SQL_MAX];
  bool in_zone = host_random(&s.r, 3) == 0;
  const char *const *z = PICK(zoned);
  snprintf(sql, sizeof sql,
           "INSERT %sINTO llm_quota(name, tenant_id, user_id, model, task_type, tag, split_by, "
           "metric, limit_units, action, guard, period, zone,"
           " unpriced, unpriced_nano, rollover_units, since) VALUES('q%d', '%s', '%s', '%s', '%s', "
           "'%s', '%s', '%s', %u, '%s', '%s', '%s', '%s', '%s', 7, %u, %d)",
           host_random(&s.r, 3) == 0 ? "OR REPLACE " : "", number, PICK(scope_tenants),
           PICK(scope_users), PICK(scope_models), PICK(scope_tasks), PICK(scope_tags), PICK(splits),
           PICK(metrics), host_random(&s.r, 3) == 0 ? 2500 : 200000000, PICK(actions),
           host_random(&s.r, 3) == 0 ? "none" : host_random(&s.r, 2) == 0 ? "insert" : "write", in_zone ? z[0] : PICK(periods),
           in_zone ? z[1] : "UTC", PICK(unpriced), host_random(&s.r, 3) == 0 ? 500 : 0,
           host_random(&s.r, 5) == 0 ? 1772600000 : 0);
  attempt(sql);
}

static void change_quota(void) {
  char sql[N_SQL_MAX];
  const char *id = a_quota();
  switch (host_random(&s.r, 8)) {
  case 0:
    snprintf(sql, sizeof sql, "UPDATE llm_quota SET limit_units = %u WHERE id = %s",
             100 + host_random(&s.r, 200000000), id);
    break;
  case 1:
    snprintf(sql, sizeof sql, "UPDATE llm_quota SET active = 1 - active WHERE id = %s", id);
    break;
  case 2:
    snprintf(sql, sizeof sql, "UPDATE llm_quota SET period = '%s', zone = 'UTC' WHERE id = %s",
             PICK(periods), id);
    break;
  case 3:
    snprintf(sql, sizeof sql, "UPDATE llm_quota SET split_by = 'model', since = %u WHERE id = %s",
             host_random(&s.r, 2) * 1772500000u, id);
    break;
  case 4:
    snprintf(sql, sizeof sql, "UPDATE llm_quota SET metric = 'total', model = 'gpt*' WHERE id = %s",
             id);
    break;
  case 5:
    snprintf(sql, sizeof sql,
             "DELETE FROM llm_quota WHERE id = %s AND (SELECT count(*) FROM llm_quota) > 15", id);
    break;
  default:
    make_quota((int)host_random(&s.r, 40));
    return;
  }
  attempt(sql);
}

static void grants_and_rules(void) {
  char sql[N_SQL_MAX];
  const char *id = a_quota();
  static const char *const keys[] = {"''", "'ann'", "'acme'", "'gpt-4o'"};
  static const char *const bases[] = {"percent", "used", "remaining", "rate", "spike"};
  switch (host_random(&s.r, 7)) {
  case 0:
    snprintf(sql, sizeof sql,
             "INSERT INTO llm_grant(quota_id, key, units, priority) VALUES(%s, %s, %u, %u)", id,
             PICK(keys), 1 + host_random(&s.r, 3000), host_random(&s.r, 3));
    break;
  case 1:
    snprintf(sql, sizeof sql,
             "DELETE FROM llm_grant WHERE id = (SELECT id FROM llm_grant WHERE used = 0 ORDER BY "
             "random() LIMIT 1)");
    break;
  case 2:
    snprintf(sql, sizeof sql,
             "INSERT INTO llm_quota_override(quota_id, key, limit_units) VALUES(%s, %s, %u) ON "
             "CONFLICT DO UPDATE SET limit_units = excluded.limit_units",
             id, PICK(keys), host_random(&s.r, 200000));
    break;
  case 3:
    snprintf(sql, sizeof sql, "DELETE FROM llm_quota_override WHERE quota_id = %s", id);
    break;
  case 4:
    snprintf(
        sql, sizeof sql,
        "DELETE FROM llm_alert WHERE id = (SELECT id FROM llm_alert ORDER BY random() LIMIT 1)");
    break;
  default:
    snprintf(
        sql, sizeof sql,
        "INSERT INTO llm_alert(quota_id, basis, value, resolve) VALUES(%s, '%s', %u / 10.0, %u)",
        id, PICK(bases), 1 + host_random(&s.r, 40), host_random(&s.r, 2));
  }
  attempt(sql);
}

static void transaction(void);

static void others(void) {
  switch (host_random(&s.r, 4)) {
  case 0:
    attempt("PRAGMA recursive_triggers = ON");
    break;
  case 1:
    attempt("PRAGMA recursive_triggers = OFF");
    break;
  default:
    attempt("SELECT tok_reprice()");
  }
}

static void operate(void) {
  static void (*const kinds[])(void) = {
      insert_usage, insert_usage, insert_usage,   insert_usage,   insert_usage, upsert_usage,
      insert_many,  update_usage, update_usage,   update_usage,   delete_usage, hold,
      hold,         end_hold,     call_functions, call_functions, change_quota, grants_and_rules,
      others,       transaction};
  uint32_t k = host_random(&s.r, sizeof kinds / sizeof kinds[0]);
  if (k >= 16 && k <= 18 && host_random(&s.r, 4) != 0)
    k = 0; /* seldom: they count everything anew */
  s.kinds[k]++;
  kinds[k]();
}

/* Some operations that are kept or undone together. */
static void transaction(void) {
  if (!sqlite3_get_autocommit(s.db)) return;
  attempt("BEGIN IMMEDIATE; SAVEPOINT part");
  for (uint32_t i = 0, n = 1 + host_random(&s.r, 5); i < n; i++) operate();
  if (host_random(&s.r, 2) == 0) attempt("ROLLBACK TO part");
  for (uint32_t i = 0, n = host_random(&s.r, 3); i < n; i++) operate();
  attempt(host_random(&s.r, 3) == 0 ? "ROLLBACK" : "COMMIT");
}

/* ---- comparison ------------------------------------------------------------------------------ */

/* The scope of quota q and the key and period of counter c, in words of this test's own. */
#define IN_SCOPE                                                                                   \
  "(u.unix_time >= q.since AND coalesce(u.tenant_id, '') GLOB replace(q.tenant_id, '[', '[[]')"    \
  " AND coalesce(u.user_id, '') GLOB replace(q.user_id, '[', '[[]')"                               \
  " AND lower(coalesce(u.model, '')) GLOB replace(lower(q.model), '[', '[[]')"                     \
  " AND coalesce(u.task_type, '') GLOB replace(q.task_type, '[', '[[]')"                           \
  " AND (q.tag = '*' OR EXISTS (SELECT 1 FROM json_each(u.tags) AS j WHERE CASE WHEN "             \
  "instr(q.tag, ':')"                                                                              \
  "   THEN j.key || ':' || j.value = q.tag ELSE j.value = q.tag END)))"
#define KEY                                                                                        \
  "CASE q.split_by WHEN '' THEN '' WHEN 'user_id' THEN coalesce(u.user_id, '') WHEN 'tenant_id' "  \
  "THEN coalesce(u.tenant_id, '')"                                                                 \
  " WHEN 'model' THEN coalesce(lower(u.model), '') WHEN 'task_type' THEN coalesce(u.task_type, "   \
  "'')"                                                                                            \
  " ELSE quote(u.tenant_id) || ',' || quote(lower(u.model)) END"
#define AMOUNT                                                                                     \
  "CASE q.metric WHEN 'requests' THEN 1 WHEN 'input' THEN coalesce(u.input_tokens, 0) WHEN "       \
  "'output' THEN coalesce(u.output_tokens, 0)"                                                     \
  " WHEN 'total' THEN coalesce(u.total_tokens, coalesce(u.input_tokens, 0) + "                     \
  "coalesce(u.output_tokens, 0))"                                                                  \
  " ELSE coalesce(u.cost_nano, CASE q.unpriced WHEN 'estimate' THEN 7 * "                          \
  "(coalesce(u.input_tokens, 0) + coalesce(u.output_tokens, 0)) ELSE 0 END) END"
/* A row's period: lifetime counts from 0, a rolling window's counter is its bucket. */
#define START                                                                                      \
  "CASE WHEN q.period = 'lifetime' OR q.period GLOB 'bucket *' THEN 0 ELSE (SELECT unixepoch(p.start) FROM "                   \
  "tok_periods(q.period, u.unix_time, u.unix_time + 1, q.zone) AS p) END"

static const char compare[] =
    "WITH mine AS MATERIALIZED (SELECT q.id AS quota_id, " KEY " AS key, " START
    " AS start, sum(" AMOUNT ") AS used, count(*) AS n"
    "  FROM llm_quota AS q JOIN llm_usage AS u ON " IN_SCOPE
    " WHERE q.active AND q.tag NOT GLOB 'x*' GROUP BY 1, 2, 3)"
    " SELECT group_concat(what, char(10)) FROM (SELECT q.name || ' ' || q.period || ' ' || q.zone "
    "|| ' ' || q.metric || ' by ' || q.split_by || ' key '"
    "   || coalesce(m.key, c.key) || ' start ' || coalesce(m.start, c.start) || ': ' || "
    "coalesce(c.used, 'none') || ' for ' || coalesce(m.used, 'none') AS what"
    "  FROM (SELECT quota_id, key, start FROM mine UNION SELECT quota_id, key, start FROM "
    "llm_counter WHERE used <> 0 OR requests <> 0) AS a"
    "  JOIN llm_quota AS q ON q.id = a.quota_id AND q.active"
    "  LEFT JOIN mine AS m USING (quota_id, key, start) LEFT JOIN llm_counter AS c USING "
    "(quota_id, key, start)"
    "  WHERE coalesce(m.used, 0) <> coalesce(c.used, 0) OR coalesce(m.n, 0) <> "
    "coalesce(c.requests, 0) LIMIT 8)";

/* What tok's functions do at every reservation: the calendars of quotas reach the times of this
   test. */
static void fill_calendars(void) {
  static const char sql[] =
      "INSERT INTO llm_calendar(calendar, start, stop) SELECT q.calendar, unixepoch(p.start), "
      "unixepoch(p.\"end\") FROM"
      " (SELECT DISTINCT period, zone, calendar FROM llm_quota WHERE kind = 'calendar' AND "
      "calendar NOT IN (SELECT calendar FROM llm_calendar)) AS q,"
      " tok_periods(q.period, 1767225600, 1782864000, q.zone) AS p";
  if (host_int(s.db, "SELECT count(*) FROM llm_quota WHERE kind = 'calendar' AND calendar NOT IN "
                     "(SELECT calendar FROM llm_calendar)") == 0)
    return;
  host_run(s.db, sql, NULL);
  host_run(s.db, "UPDATE llm_quota SET active = active WHERE kind = 'calendar'",
           NULL); /* counts anew */
}

static bool sound(void) {
  bool ok = CHECK_STR(host_text(s.db, compare), "");
  ok = CHECK_STR(host_text(s.db, "SELECT group_concat(quota || ' ' || key || ' ' || start || ' ' "
                                 "|| what || ': ' || stored || ' for ' || truth, char(10))"
                                 " FROM (SELECT * FROM llm_quota_audit LIMIT 8)"),
                 "") &&
       ok;
  ok = CHECK_INT(host_int(s.db, "SELECT count(*) FROM llm_counter WHERE held < 0"), 0) && ok;
  return ok;
}

static void random_operations(void) {
  int64_t n = host_size("OPERATIONS", 1200), between = host_size("BETWEEN", 500);
  double began = host_seconds();
  s.db = host_open(":memory:", true);
  s.r = host_seed(77);
  if (!CHECK(s.db != NULL)) return;
  s.loud = host_size("LOUD", 0) != 0;
  s.functions = host_has(s.db, "tok_quota_reserve");
  for (int i = 0; i < 25; i++) make_quota(i);
  bool ok = true;
  for (int64_t i = 0; i < n && ok; i++) {
    operate();
    fill_calendars();
    if (i % between == between - 1) ok = sound();
    if (!ok) printf("  after operation %lld\n", (long long)i);
  }
  CHECK(sound());
  CHECK_STR(host_text(s.db, "PRAGMA integrity_check"), "ok");
  printf("%lld operations, %ld statements, %ld refused, %lld rows, %lld counters, %lld events; "
         "%.1f s\n",
         (long long)n, s.done, s.refused,
         (long long)host_int(s.db, "SELECT count(*) FROM llm_usage"),
         (long long)host_int(s.db, "SELECT count(*) FROM llm_counter"),
         (long long)host_int(s.db, "SELECT count(*) FROM llm_alert_event"), host_seconds() - began);
  sqlite3_close(s.db);
}

/* What the random operations found, one by one. */
static void found_before(void) {
  static const char *const cases[] = {
      /* an upsert that moves a row was taken for a replacement, too */
      "INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('u', 'requests', 1000, "
      "'lifetime');"
      "INSERT INTO llm_usage(id, provider, model, tenant_id, input_tokens) VALUES(1, 'p', 'm', "
      "'a', 5);"
      "INSERT INTO llm_usage(id, provider, model, tenant_id, input_tokens) VALUES(1, 'p', 'm', "
      "'b', 6)"
      " ON CONFLICT(id) DO UPDATE SET tenant_id = excluded.tenant_id",
      /* what an ignored INSERT left was taken for a replaced row once that row had another id */
      "INSERT INTO llm_usage(id, provider, model, response_id, input_tokens) VALUES(10, 'p', 'm', "
      "'r', 5);"
      "INSERT OR IGNORE INTO llm_usage(provider, model, response_id, input_tokens) VALUES('p', "
      "'m', 'r', 5);"
      "UPDATE llm_usage SET id = 11 WHERE id = 10; INSERT INTO llm_usage(provider, model, "
      "input_tokens) VALUES('p', 'm', 5)",
      /* the time that is filled in after a REPLACE made it look like an upsert */
      "INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('filled', 'input', 1000, 'lifetime');"
      "INSERT INTO llm_usage(id, timestamp, provider, model, input_tokens) VALUES(101, 1772887203, 'p', 'm', 5);"
      "INSERT OR REPLACE INTO llm_usage(id, timestamp, provider, model, input_tokens) VALUES(101, 1772887204, 'p', 'm', 6);"
      "INSERT INTO llm_usage(id, timestamp, provider, model, input_tokens) VALUES(101, 1772887203, 'p', 'm', 5)"
      " ON CONFLICT(id) DO UPDATE SET timestamp = excluded.timestamp;"
      "INSERT INTO llm_usage(provider, model, input_tokens) VALUES('p', 'm', 7)",
      /*
      ** a move that was ignored, then its parts one by one: what was noted of it must not keep the
      ** second from counting
      */
      "INSERT INTO llm_usage(id, provider, model, tenant_id, response_id, input_tokens) VALUES"
      " (201, 'p', 'm', 'a', 'x', 5), (202, 'p', 'm', 'a', 'y', 5);"
      "UPDATE OR IGNORE llm_usage SET tenant_id = 'b', response_id = 'y', input_tokens = 9 WHERE id = 201;"
      "UPDATE llm_usage SET tenant_id = 'b' WHERE id = 201; UPDATE llm_usage SET input_tokens = 9 WHERE id = 201;"
      "UPDATE llm_usage SET tenant_id = 'a', input_tokens = 8, output_tokens = 3 WHERE id = 201",
      /* a quota replaced by name left its counters behind */
      "INSERT OR REPLACE INTO llm_quota(name, metric, limit_units, period) VALUES('u', 'input', "
      "1000, 'lifetime')",
      /* a deleted quota left those of the hourly quota that its rules had */
      "INSERT INTO llm_alert(quota_id, basis, value) SELECT id, 'rate', 1 FROM llm_quota WHERE "
      "name = 'u';"
      "INSERT INTO llm_usage(provider, model, input_tokens) VALUES('p', 'm', 5); DELETE FROM "
      "llm_quota WHERE name = 'u'",
  };
  s.db = host_open(":memory:", true);
  if (!CHECK(s.db != NULL)) return;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    host_run(s.db, cases[i], NULL);
    if (!CHECK(sound())) printf("  %s\n", cases[i]);
  }
  sqlite3_close(s.db);
}

/* In plain SQL a period has one spelling: another would be counted in some other way than it
   says. */
static void other_spellings(void) {
  static const char *const taken[] = {"hour",
                                      "day",
                                      "week",
                                      "month",
                                      "quarter",
                                      "year",
                                      "lifetime",
                                      "every 5h",
                                      "every 90s",
                                      "every 2d",
                                      "every 2w",
                                      "every 1 month",
                                      "every 3 months anchor 2026-01-31",
                                      "every 1 month anchor 2026-01-31T06:00:00",
                                      "every 5h anchor 2026-01-01T00:00Z",
                                      "every 2d anchor 2026-01-01",
                                      "rolling 24h",
                                      "rolling 7d",
                                      "rolling 1h/12",
                                      "bucket 90000/60s",
                                      "bucket 1m",
                                      "bucket 5/2w"};
  static const char *const refused[] = {
      "Month",    "rolling 7 days",       "ROLLING 24h",   "rolling 24h / 48",
      "rolling",  "bucket 100 / 60s",     "every 5 hours", "every h",
      "every 5x", "every 5h anchor soon", "every month",   "fortnight",
      "",         "every 5h anchor",      "rolling 24h/0",
      "bucket",   "bucket 0/60s",         "bucket 60",     "bucket 5/0s",          "bucket 5/month"};
  s.db = host_open(":memory:", true);
  if (!CHECK(s.db != NULL)) return;
  for (size_t i = 0; i < sizeof taken / sizeof taken[0] + sizeof refused / sizeof refused[0]; i++) {
    char sql[N_SQL_MAX];
    bool good = i < sizeof taken / sizeof taken[0];
    const char *period = good ? taken[i] : refused[i - sizeof taken / sizeof taken[0]];
    snprintf(
        sql, sizeof sql,
        "INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('%zu', 'total', 1, '%s')",
        i, period);
    if (!CHECK_INT(host_run(s.db, sql, good ? NULL : "CHECK constraint failed"), good))
      printf("  %s\n", period);
    if (good)
      CHECK(host_int(s.db, "SELECT tok_period(period, 1) ->> 'start' IS NOT NULL OR kind IN ('lifetime', 'bucket') "
                           "FROM llm_quota ORDER BY id DESC LIMIT 1"));
  }
  sqlite3_close(s.db);
}

/* Calls in flight when a period ends: the next one is not charged for what the last one held. */
static void settled_after_the_end(void) {
  static const char *const quotas[] = {"day", "hour", "month", "rolling 1m",
                                       "every 5h anchor 2026-03-01T19:00Z"};
  s.db = host_open(":memory:", true);
  if (!CHECK(s.db != NULL)) return;
  for (size_t i = 0; i < sizeof quotas / sizeof quotas[0]; i++) {
    char sql[N_SQL_MAX];
    snprintf(sql, sizeof sql,
             "INSERT INTO llm_quota(name, tenant_id, metric, limit_units, period) VALUES('%s', "
             "'t%zu', 'total', 100, '%s');"
             "SELECT tok_quota_reserve('a%zu', '{\"tenant_id\":\"t%zu\"}', "
             "'{\"input\":100,\"output\":0}', 600, '2026-03-01T23:59:59Z');"
             "SELECT tok_quota_reserve('b%zu', '{\"tenant_id\":\"t%zu\"}', "
             "'{\"input\":100,\"output\":0}', 600, '2026-03-02T00:02:00Z');"
             "SELECT tok_quota_settle('a%zu', '{\"input_tokens\":100,\"output_tokens\":0}', "
             "'2026-03-02T00:02:05Z')",
             quotas[i], i, quotas[i], i, i, i, i, i);
    host_run(s.db, sql, NULL);
  }
  CHECK_INT(host_int(s.db, "SELECT sum(used > 0) FROM llm_counter"), 5);
  CHECK_INT(host_int(s.db, "SELECT max(c.used + c.held) FROM llm_counter AS c"), 100);
  CHECK_INT(host_int(s.db, "SELECT count(*) FROM llm_hold WHERE state = 'held'"),
            4); /* in the month it had no room */
  CHECK(sound());
  sqlite3_close(s.db);
}

CHECK_MAIN({"found_before", found_before}, {"other_spellings", other_spellings},
           {"settled_after_the_end", settled_after_the_end},
           {"random_operations", random_operations})

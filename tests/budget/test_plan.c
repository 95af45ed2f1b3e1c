/*
** What a connection remembers of llm_quota (ext/budget/plan.h): it says what the triggers and
** budget/match.sql say, and nothing that is no longer so is ever believed.
**
** Whether a check was answered from memory is seen in how often the statement ran that asks SQL.
*/
#include "../crash/host.h"

#define AT "'2026-03-10T12:34:56Z'"
#define CHECK_ACME "SELECT tok_quota_check('{\"tenant_id\":\"acme\",\"model\":\"gpt-4o\"}', '{\"input\":60,\"output\":40}', " AT ")"
#define RESERVE_ACME(ref) \
  "SELECT tok_quota_reserve('" ref "', '{\"tenant_id\":\"acme\",\"model\":\"gpt-4o\"}', '{\"input\":60,\"output\":40}', 600, " AT ")" \
  " ->> '$.ok'"

/* How often this connection has asked SQL which quotas cover a request. */
static int64_t asked(sqlite3 *db) {
  int64_t n = 0;
  for (sqlite3_stmt *s = sqlite3_next_stmt(db, NULL); s != NULL; s = sqlite3_next_stmt(db, s)) {
    const char *sql = sqlite3_sql(s);
    if (sql != NULL && strstr(sql, "ON q.route = r.route") != NULL) n += sqlite3_stmt_status(s, SQLITE_STMTSTATUS_RUN, 0);
  }
  return n;
}

/* ---- the same as SQL ------------------------------------------------------------------------- */

static host_rng rng;
#define PICK(list) (list)[host_random(&rng, sizeof(list) / sizeof(list)[0])]

static const char *const tenants[] = {"acme", "globex", "a[c]me", "O''Brien", "ac*me", ""};
static const char *const users[] = {"ann", "anna", "bob", "", "z\u00eb"};
static const char *const models[] = {"gpt-4o", "GPT-4o", "o3", "gpt-4o-mini"};
static const char *const zones[] = {"UTC", "America/New_York", "Asia/Kathmandu"};
static const char *const periods[] = {"hour", "day", "week", "month", "quarter", "year", "lifetime", "every 5h",
                                      "every 90m anchor 2026-01-01T00:07:00Z", "rolling 24h", "rolling 1h/7", "every 2d", "bucket 300/10m", "bucket 1h",
                                      "every 1 month anchor 2026-01-31"};
static const char *const splits[] = {"", "", "user_id", "tenant_id", "model", "tenant_id,model", "user_id,task_type,provider"};

static void random_quota(sqlite3 *db, int i) {
  static const char *const tenant_scopes[] = {"*", "*", "acme", "a*", "a?me", "a[c]me", "O''Brien", "*me"};
  static const char *const user_scopes[] = {"*", "*", "*", "ann", "ann*", "z\u00eb"};
  static const char *const model_scopes[] = {"*", "*", "gpt-4o", "GPT-4o*", "gpt*"};
  static const char *const tag_scopes[] = {"*", "*", "*", "*", "*", "prod", "env:prod"};
  static const char *const holds[] = {"max", "max", "max", "none", "fixed:70", "p95"};
  static const char *const actions[] = {"warn", "throttle", "block", "block"};
  static const char *const metrics[] = {"input", "output", "total", "requests", "cost"};
  const char *period = PICK(periods);
  char *sql = sqlite3_mprintf(
      "INSERT INTO llm_quota(name, tenant_id, user_id, model, tag, split_by, metric, limit_units, soft_units, action, guard, period,"
      " zone, since, hold_size, unpriced, unpriced_nano, rollover_units) VALUES ('q%d', '%s', '%s', '%s', '%s', '%s', '%s', %u,"
      " nullif(%u, 0) * 100, '%s', 'none', '%s', '%s', %s, '%s', '%s', 7, %u)",
      i, PICK(tenant_scopes), PICK(user_scopes), PICK(model_scopes), PICK(tag_scopes), PICK(splits),
      PICK(metrics), 50 + host_random(&rng, 500), host_random(&rng, 5), PICK(actions), period, PICK(zones),
      host_random(&rng, 8) == 0 ? "unixepoch('2026-03-11')" : "0", PICK(holds), host_random(&rng, 2) == 0 ? "deny" : "estimate",
      period[0] != 'b' && host_random(&rng, 15) == 0 ? 100 : 0);
  host_run(db, sql, NULL);
  sqlite3_free(sql);
}

static void random_usage(sqlite3 *db) {
  char *sql = sqlite3_mprintf(
      "INSERT INTO llm_usage(timestamp, tenant_id, user_id, provider, model, input_tokens, output_tokens, cost_nano) VALUES"
      "(strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', '2026-03-10', '%u seconds'), '%s', '%s', 'OpenAI', '%s', %u, %u, %u)",
      host_random(&rng, 2 * 86400), PICK(tenants), PICK(users), PICK(models), host_random(&rng, 90), host_random(&rng, 90),
      host_random(&rng, 90));
  host_run(db, sql, NULL);
  sqlite3_free(sql);
}

/* A grant or an override for a key that there may be. */
static void random_special(sqlite3 *db) {
  char *sql = sqlite3_mprintf(
      host_random(&rng, 2) == 0
          ? "INSERT INTO llm_grant(quota_id, key, units, since) SELECT id, iif(split_by = '', '', '%s'), %u, %u FROM llm_quota"
            " ORDER BY id LIMIT 1 OFFSET %u"
          : "INSERT OR REPLACE INTO llm_quota_override(quota_id, key, limit_units, until) SELECT id, iif(split_by = '', '', '%s'),"
            " %u, 1773273600 - %u FROM llm_quota ORDER BY id LIMIT 1 OFFSET %u",
      PICK(users), 1 + host_random(&rng, 400), host_random(&rng, 86400), host_random(&rng, 12));
  host_run(db, sql, NULL);
  sqlite3_free(sql);
}

static char *random_scope(void) {
  sqlite3_str *s = sqlite3_str_new(NULL);
  bool wide = host_random(&rng, 2) == 0; /* with blanks in it, as many write JSON */
  sqlite3_str_appendf(s, "%sjson_object('provider', 'OpenAI'", wide ? "replace(" : "");
  if (host_random(&rng, 8) > 0) sqlite3_str_appendf(s, ", 'tenant_id', '%s'", PICK(tenants));
  if (host_random(&rng, 4) > 0) sqlite3_str_appendf(s, ", 'user_id', '%s'", PICK(users));
  if (host_random(&rng, 8) > 0) sqlite3_str_appendf(s, ", 'model', '%s'", PICK(models));
  switch (host_random(&rng, 8)) {
  case 0:
    sqlite3_str_appendf(s, ", 'tag', 'prod'");
    break;
  case 1:
    sqlite3_str_appendf(s, ", 'tags', json('[\"dev\", \"%s\"]')", host_random(&rng, 2) == 0 ? "prod" : "pr\\u006fd");
    break;
  case 2:
    sqlite3_str_appendf(s, ", 'tags', json_object('team', 'x', 'env', '%s')", host_random(&rng, 2) == 0 ? "prod" : "dev");
  }
  sqlite3_str_appendf(s, wide ? "), '\":\"', '\": \"')" : ")");
  return sqlite3_str_finish(s);
}

static char *random_amount(void) {
  switch (host_random(&rng, 6)) {
  case 0:
    return sqlite3_mprintf("json_object('total', %u)", host_random(&rng, 400));
  case 1:
    return sqlite3_mprintf("json_object('requests', %u)", host_random(&rng, 4));
  case 2:
    return sqlite3_mprintf("NULL");
  default:
    return sqlite3_mprintf("json_object('input', %u, 'output', %u, 'cost_nano', %u)", host_random(&rng, 200),
                           host_random(&rng, 200), host_random(&rng, 200));
  }
}

/* What a hold parks by the plan, and what the trigger parks for the same hold. */
static void compare_items(sqlite3 *db, const char *scope, const char *amount, int64_t at) {
  static const char items[] = "SELECT coalesce(group_concat(quota_id || '/' || key || '/' || start || '/' || units, ' '), '') FROM "
                              "(SELECT * FROM llm_hold_item WHERE hold_id = (SELECT max(id) FROM llm_hold) ORDER BY quota_id)";
  host_run(db, "BEGIN IMMEDIATE", NULL);
  char *sql = sqlite3_mprintf("SELECT coalesce(tok_quota_reserve('a', %s, %s, 600, %lld) ->> '$.ok', -1)", scope, amount,
                              (long long)at);
  bool ok = host_int(db, sql) == 1;
  sqlite3_free(sql);
  if (ok) {
    char *planned = sqlite3_mprintf("%s", host_text(db, items));
    host_run(db,
             "UPDATE llm_hold SET state = 'released';"
             "INSERT INTO llm_hold(ref, unix_time, expires, tenant_id, user_id, provider, model, task_type, tags, input_tokens,"
             " output_tokens, total_tokens, requests, cost_nano, output_p95, output_p99, cost_p95, cost_p99)"
             " SELECT 'b', unix_time, expires, tenant_id, user_id, provider, model, task_type, tags, input_tokens, output_tokens,"
             " total_tokens, requests, cost_nano, output_p95, output_p99, cost_p95, cost_p99 FROM llm_hold",
             NULL);
    if (!CHECK_STR(planned, host_text(db, items))) printf("  %s %s\n", scope, amount);
    sqlite3_free(planned);
  }
  host_run(db, "ROLLBACK", NULL);
}

static int compare_one(sqlite3 *db) {
  char *scope = random_scope(), *amount = random_amount();
  /* from 10 March 2026, after New York changed its clocks */
  int64_t at = 1773100800 + host_random(&rng, 2 * 86400);
  char *check = sqlite3_mprintf("SELECT tok_quota_check(%s, nullif(%s, NULL), %lld)", scope, amount, (long long)at);
  char *explain = sqlite3_mprintf(
      "SELECT coalesce((SELECT value ->> '$.decision' FROM json_each(tok_quota_explain(%s, %s, %lld)) ORDER BY"
      " instr('allow warn throttle block', value ->> '$.decision') DESC LIMIT 1), 'allow')",
      scope, amount, (long long)at);
  int64_t before = asked(db);
  char *planned = sqlite3_mprintf("%s", host_text(db, check));
  int by_plan = asked(db) == before;
  if (!CHECK_STR(planned, host_text(db, explain))) printf("  %s\n", check);
  compare_items(db, scope, amount, at);
  sqlite3_free(planned);
  sqlite3_free(explain);
  sqlite3_free(check);
  sqlite3_free(amount);
  sqlite3_free(scope);
  return by_plan;
}

static void same_as_sql(void) {
  int64_t ledgers = host_size("LEDGERS", 10), requests = 120;
  int by_plan = 0;
  for (int64_t k = 0; k < ledgers; k++) {
    sqlite3 *db = host_open(":memory:", true);
    if (!CHECK(db != NULL)) return;
    rng = host_seed((uint64_t)k);
    for (int i = 0; i < 12; i++) random_quota(db, i);
    host_run(db,
             "INSERT INTO llm_calendar(calendar, start, stop) SELECT q.calendar, unixepoch(p.start), unixepoch(p.\"end\") FROM"
             " (SELECT DISTINCT period, zone, calendar FROM llm_quota WHERE kind = 'calendar') AS q,"
             " tok_periods(q.period, 1767225600, 1782864000, q.zone) AS p; UPDATE llm_quota SET active = active",
             NULL);
    for (int i = 0; i < 150; i++) random_usage(db);
    for (int i = 0; i < 12; i++) random_special(db);
    for (int i = 0; i < requests; i++) by_plan += compare_one(db);
    sqlite3_close(db);
  }
  /* the others have a percentile, or tokens without a price */
  if (!CHECK(by_plan > ledgers * requests / 2)) printf("  %d of %d from memory\n", by_plan, (int)(ledgers * requests));
}

/* ---- what was so and is no longer ------------------------------------------------------------ */

static const char path[] = "build/tmp/test_plan.db";
static sqlite3 *db, *other;

/* Checks until memory answers; then it must. */
static void warm(const char *expected) {
  for (int i = 0; i < 2; i++) CHECK_STR(host_text(db, CHECK_ACME), expected);
  int64_t before = asked(db);
  CHECK_STR(host_text(db, CHECK_ACME), expected);
  CHECK_INT(asked(db) - before, 0);
}

static bool start(void) {
  bool made = host_make(path, "INSERT INTO llm_quota(name, tenant_id, metric, limit_units, period) VALUES('q', 'acme', 'total', 150, 'day')");
  db = host_open(path, true);
  other = host_open(path, false);
  if (!CHECK(made && db != NULL && other != NULL)) return false;
  warm("allow");
  return true;
}

static void stop(void) {
  sqlite3_close(db);
  sqlite3_close(other);
}

/* A change is seen by the very next check, and remembered from then on; so is its end. */
static void changed_by(sqlite3 *writer, const char *change, const char *back) {
  host_run(writer, change, NULL);
  warm("block");
  host_run(writer, back, NULL);
  warm("allow");
}

static void other_connections(void) {
  if (!start()) return;
  changed_by(other, "UPDATE llm_quota SET limit_units = 0", "UPDATE llm_quota SET limit_units = 150");
  changed_by(other, "INSERT INTO llm_quota(name, metric, limit_units) VALUES('all', 'requests', 0)", "DELETE FROM llm_quota WHERE name = 'all'");
  changed_by(other, "INSERT OR IGNORE INTO llm_quota(name, metric, limit_units, period, split_by) VALUES('m', 'input', 59, 'week', 'model')",
             "UPDATE OR IGNORE llm_quota SET active = 0 WHERE name = 'm'");
  changed_by(other, "REPLACE INTO llm_quota(name, tenant_id, metric, limit_units, period) VALUES('q', 'acme', 'total', 99, 'day')",
             "UPDATE OR REPLACE llm_quota SET limit_units = 100 WHERE name = 'q'");
  host_run(other, "INSERT INTO llm_quota_override(quota_id, limit_units) SELECT id, 0 FROM llm_quota WHERE name = 'q'", NULL);
  CHECK_STR(host_text(db, CHECK_ACME), "block");
  host_run(other, "DELETE FROM llm_quota_override", NULL);
  warm("allow");
  stop();
}

static void own_changes(void) {
  if (!start()) return;
  changed_by(db, "UPDATE llm_quota SET limit_units = 0", "UPDATE llm_quota SET limit_units = 150");
  changed_by(db, "UPDATE llm_quota SET metric = 'requests', limit_units = 0", "UPDATE llm_quota SET limit_units = 1");
  changed_by(db, "SELECT tok_quota_set('new', '{\"metric\":\"output\",\"limit\":39}', " AT ")", "DELETE FROM llm_quota WHERE name = 'new'");
  stop();
}

/* What a transaction that was undone left is not taken for what another wrote after it. */
static void rolled_back(void) {
  if (!start()) return;
  host_run(db, "BEGIN; UPDATE llm_quota SET limit_units = 0", NULL);
  warm("block");
  host_run(db, "SAVEPOINT s; UPDATE llm_quota SET limit_units = 1000", NULL);
  warm("allow");
  host_run(db, "ROLLBACK TO s", NULL);
  warm("block");
  host_run(db, "ROLLBACK", NULL);
  warm("allow");
  host_run(db, "BEGIN; UPDATE llm_quota SET limit_units = 200", NULL);
  warm("allow");
  host_run(db, "ROLLBACK", NULL);
  host_run(other, "UPDATE llm_quota SET limit_units = 0", NULL);
  warm("block");
  stop();
}

/* A statement that reads an older snapshot is answered for that snapshot. */
static void snapshots(void) {
  if (!start()) return;
  host_run(db, "BEGIN; SELECT count(*) FROM llm_quota", NULL);
  host_run(other, "UPDATE llm_quota SET limit_units = 0", NULL);
  warm("allow");
  host_run(db, "COMMIT", NULL);
  warm("block");
  stop();
}

static void other_tables_of_the_name(void) {
  if (!start()) return;
  host_run(db, "VACUUM INTO 'build/tmp/test_plan_copy.db'", "exists");
  host_run(db, "ATTACH 'build/tmp/test_plan_copy.db' AS copy; UPDATE copy.llm_quota SET limit_units = 0", NULL);
  warm("allow");
  changed_by(db, "UPDATE main.llm_quota SET limit_units = 0", "UPDATE main.llm_quota SET limit_units = 150");
  host_run(db, "DETACH copy", NULL);
  warm("allow");
  host_run(db,
           "CREATE TEMP TABLE llm_clock AS SELECT 1 AS id, 0 AS now, quotas FROM main.llm_clock;"
           "CREATE TEMP TABLE llm_quota AS SELECT * FROM main.llm_quota; UPDATE temp.llm_quota SET limit_units = 0;"
           "CREATE TEMP TABLE llm_counter AS SELECT 1 AS quota_id, '' AS key, 1773100800 AS start, 1000 AS used, 0 AS held;"
           "CREATE TEMP TABLE llm_hold AS SELECT * FROM main.llm_hold; CREATE TEMP TABLE llm_hold_item(x)", NULL);
  warm("allow");
  CHECK_INT(host_int(db, RESERVE_ACME("temp")), 1);
  CHECK_INT(host_int(other, "SELECT sum(held) FROM llm_counter"), 100);
  changed_by(other, "UPDATE llm_quota SET limit_units = 0", "UPDATE llm_quota SET limit_units = 250");
  stop();
  remove("build/tmp/test_plan_copy.db");
}

/* Without the triggers that tell of changes nothing is remembered, whoever drops them. */
static void schema(void) {
  for (int k = 0; k < 2; k++) {
    if (!start()) return;
    sqlite3 *writer = k == 0 ? db : other;
    host_run(writer, "ALTER TABLE llm_quota ADD COLUMN note TEXT", NULL);
    changed_by(other, "UPDATE llm_quota SET limit_units = 0", "UPDATE llm_quota SET limit_units = 150");
    host_run(writer, "DROP TRIGGER llm_quota_version_update; UPDATE llm_quota SET limit_units = 0", NULL);
    int64_t before = asked(db);
    for (int i = 0; i < 3; i++) CHECK_STR(host_text(db, CHECK_ACME), "block");
    CHECK(asked(db) - before >= 3);
    host_run(other, "UPDATE llm_quota SET limit_units = 150", NULL);
    CHECK_STR(host_text(db, CHECK_ACME), "allow");
    stop();
  }
}

/* Another database in the place of main. */
static void restored(void) {
  sqlite3 *source = host_open(":memory:", true);
  if (!start()) return;
  host_run(source, "INSERT INTO llm_quota(name, tenant_id, metric, limit_units, period) VALUES('q', 'acme', 'total', 0, 'day')", NULL);
  sqlite3_close(other);
  other = NULL;
  host_run(db, "PRAGMA journal_mode = DELETE", NULL);
  sqlite3_backup *b = sqlite3_backup_init(db, "main", source, "main");
  CHECK(b != NULL && sqlite3_backup_step(b, -1) == SQLITE_DONE);
  CHECK_INT(sqlite3_backup_finish(b), SQLITE_OK);
  warm("block");
  sqlite3_close(source);
  stop();
}

/* ---- holds ----------------------------------------------------------------------------------- */

/* Whoever says that a hold is parked is believed only with the number of now, and with items. */
static void false_claims(void) {
  static const char *const claims[] = {"0", "quotas + 1", "quotas"};
  for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
    char sql[300];
    if (!start()) return;
    snprintf(sql, sizeof sql,
             "INSERT INTO llm_hold(ref, unix_time, expires, tenant_id, input_tokens, output_tokens, matched)"
             " SELECT 'x', 1773100800, 1773200000, 'acme', 60, 40, %s FROM llm_clock", claims[i]);
    host_run(other, sql, NULL);
    CHECK_INT(host_int(other, "SELECT sum(held) FROM llm_counter"), 100);
    CHECK_INT(host_int(db, RESERVE_ACME("y")), 0);
    CHECK_INT(host_int(db, "SELECT count(*) FROM llm_quota_audit"), 0);
    stop();
  }
}

/* To the last unit, and what was held comes back. */
static void exact(void) {
  if (!start()) return;
  host_run(db, "UPDATE llm_quota SET limit_units = 1000", NULL);
  int64_t granted = 0;
  for (int i = 0; i < 30; i++) {
    char *sql = sqlite3_mprintf("SELECT tok_quota_reserve('r%d', '{\"tenant_id\":\"acme\"}', '{\"input\":30,\"output\":33}', 600, " AT
                                ") ->> '$.ok'", i);
    granted += host_int(db, sql);
    sqlite3_free(sql);
  }
  CHECK_INT(granted, 15); /* 15 * 63 = 945 */
  CHECK_INT(host_int(db, "SELECT tok_quota_reserve('t', '{\"tenant_id\":\"acme\"}', '{\"total\":55}', 600, " AT ") ->> '$.ok'"), 1);
  CHECK_INT(host_int(db, "SELECT tok_quota_reserve('u', '{\"tenant_id\":\"acme\"}', '{\"total\":1}', 600, " AT ") ->> '$.ok'"), 0);
  CHECK_INT(host_int(other, "SELECT held FROM llm_counter"), 1000);
  host_run(other, "UPDATE llm_hold SET state = 'released' WHERE ref = 't'", NULL);
  CHECK_INT(host_int(db, "SELECT tok_quota_settle('r0', '{\"input_tokens\":1,\"output_tokens\":1}', " AT ") > 0"), 1);
  CHECK_INT(host_int(db, "SELECT held + used FROM llm_counter"), 945 - 63 + 2);
  CHECK_INT(host_int(db, "SELECT count(*) FROM llm_quota_audit"), 0);
  stop();
}

/* An application's own trigger keeps holds out: then nothing is parked. */
static void refused_by_a_trigger(void) {
  if (!start()) return;
  host_run(other, "CREATE TRIGGER own BEFORE INSERT ON llm_hold WHEN NEW.ref GLOB 'no*' BEGIN SELECT RAISE(IGNORE); END", NULL);
  warm("allow");
  CHECK(!host_run(db, RESERVE_ACME("no"), "llm_hold ignored the row"));
  CHECK_INT(host_int(db, "SELECT (SELECT count(*) FROM llm_hold_item) + (SELECT coalesce(sum(held), 0) FROM llm_counter)"), 0);
  CHECK_INT(host_int(db, RESERVE_ACME("yes")), 1);
  stop();
}

/* A calendar that ends before now: not remembered wrongly, and a reservation fills it. */
static void calendar_gone(void) {
  if (!start()) return;
  host_run(db, "SELECT tok_quota_set('q', '{\"period\":\"day\",\"zone\":\"Asia/Kathmandu\"}', " AT ")", NULL);
  warm("allow");
  host_run(other, "DELETE FROM llm_calendar", NULL);
  CHECK_STR(host_text(db, CHECK_ACME), "block");
  CHECK_INT(host_int(db, RESERVE_ACME("fills")), 1);
  CHECK_INT(host_int(db, RESERVE_ACME("full")), 0);
  CHECK_INT(host_int(db, "SELECT count(*) FROM llm_quota_audit"), 0);
  stop();
}

CHECK_MAIN({"same_as_sql", same_as_sql}, {"other_connections", other_connections}, {"own_changes", own_changes},
           {"rolled_back", rolled_back}, {"snapshots", snapshots}, {"other_tables_of_the_name", other_tables_of_the_name},
           {"schema", schema}, {"restored", restored}, {"false_claims", false_claims}, {"exact", exact},
           {"refused_by_a_trigger", refused_by_a_trigger}, {"calendar_gone", calendar_gone})

/*
** The guard `write` against a model: single statements of every kind on two ledgers, one whose
** quotas guard and one whose quotas do not. A statement must be refused exactly if the other ledger
** shows, after it, a counter that rose and is beyond its limit, or a row without a price under a
** quota that takes none:
**   - what lowers a counter, or leaves it as it was, is never refused, however far beyond it is;
**   - a row that moves between counters is measured where it arrives, by what is there afterwards;
**   - rows that a REPLACE takes away make room first;
**   - the first price of a row that had none is recorded in any case;
**   - a DELETE is never refused, also where a credit goes, a row of a negative cost.
** With tok and without, with recursive triggers and without.
**
** Counters are right in whatever order SQLite runs the triggers: the same statements where they
** were made in an order by chance.
*/
#include "../crash/host.h"

enum { SQL_MAX = 700, MODES = 4, QUOTAS = 9 };
enum { WITHOUT_TOK = 1, RECURSIVE = 2 };

typedef struct {
  char sql[SQL_MAX];
  char replaced[SQL_MAX]; /* the rows that it replaces go; or empty */
} statement;

static struct {
  sqlite3 *guarded, *free;
  host_rng r;
  int64_t refused, allowed, beyond;
} s;

#define PICK(list) (list)[host_random(&s.r, sizeof(list) / sizeof(list)[0])]

static const char *const tenants[] = {"'a'", "'b'", "NULL"};
static const char *const users[] = {"'ann'", "'bob'"};
/* the last has no price */
static const char *const models[] = {"'gpt-4o-mini'", "'gpt-4o'", "'y'"};
static const char *const tags[] = {"'[\"eu\"]'", "'{\"env\":\"eu\"}'", "NULL"};
static const char *const tasks[] = {"'t'", "'retag'", "'follow'", "'revert'", "'chain'"};
static const char *const costs[] = {"NULL", "0", "40000", "90000", "-3000"};
static const char *const or_what[] = {"", "OR REPLACE ", "OR IGNORE ", "OR FAIL "};

#define QUOTA(name, columns, values) \
  "INSERT INTO llm_quota(name, metric, limit_units, period" columns ") VALUES('" name "', " values ");"

static const char setup[] =
    QUOTA("day", "", "'total', 500, 'day'")
    QUOTA("user", ", split_by", "'input', 500, 'lifetime', 'user_id'")
    QUOTA("a", ", tenant_id", "'output', 300, 'month', 'a'")
    QUOTA("rows", ", split_by", "'requests', 6, 'week', 'tenant_id,model'")
    QUOTA("nano", ", model, unpriced", "'cost', 200000, 'day', 'gpt-4o*', 'allow'")
    QUOTA("all", "", "'total', 1200, 'lifetime'")
    QUOTA("roll", ", tag", "'input', 300, 'rolling 48h', 'eu'")
    QUOTA("deny", ", tenant_id", "'cost', 400000, 'month', 'b'")
    QUOTA("guess", ", unpriced, unpriced_nano, split_by", "'cost', 300000, 'day', 'estimate', 1000, 'user_id'")
    "INSERT INTO llm_hold(ref, unix_time, expires, tenant_id, input_tokens, output_tokens, cost_nano)"
    " VALUES('h', 1772323200, 9999999999, 'a', 20, 20, 20000);";

static const char before[] = "CREATE TEMP TABLE before(quota_id, key, start, used, unpriced, "
                             "PRIMARY KEY(quota_id, key, start))";

/* mode: with tok the extension prices rows; without, they lose a price that went stale. */
static sqlite3 *ledger(const char *path, const char *guard, int mode) {
  char sql[100];
  if (!host_make(path, setup)) return NULL;
  sqlite3 *db = host_open(path, (mode & WITHOUT_TOK) == 0);
  if (db == NULL) return NULL;
  snprintf(sql, sizeof sql, "PRAGMA synchronous = OFF; PRAGMA recursive_triggers = %s",
           mode & RECURSIVE ? "ON" : "OFF");
  host_run(db, sql, NULL);
  snprintf(sql, sizeof sql, "UPDATE llm_quota SET guard = '%s'", guard);
  host_run(db, sql, NULL);
  host_run(db, before, NULL);
  return db;
}

static int64_t a_row(void) {
  char sql[SQL_MAX]; /* of the seed's numbers, so that a failure comes again */
  int64_t n = host_int(s.free, "SELECT count(*) FROM llm_usage");
  snprintf(sql, sizeof sql, "SELECT id FROM llm_usage ORDER BY id LIMIT 1 OFFSET %u",
           n == 0 ? 0 : host_random(&s.r, (uint32_t)n));
  return host_int(s.free, sql);
}

static long long a_time(void) {
  return 1772323200 + (long long)host_random(&s.r, 3) * 86400 + host_random(&s.r, 600);
}

/* ---- statements ------------------------------------------------------------------------------ */

static void an_insert(statement *t, int64_t id) {
  char own[32] = "NULL", response[32] = "NULL";
  const char *what = PICK(or_what);
  if (id > 0 && host_random(&s.r, 4) == 0) snprintf(own, sizeof own, "%lld", (long long)id);
  if (host_random(&s.r, 3) == 0)
    snprintf(response, sizeof response, "'r%u'", host_random(&s.r, 6));
  bool replaces = strcmp(what, "OR REPLACE ") == 0;
  if (!replaces && (own[0] != 'N' || response[0] != 'N')) what = "OR IGNORE ";
  snprintf(t->sql, SQL_MAX,
           "INSERT %sINTO llm_usage(id, timestamp, tenant_id, user_id, model, tags, task_type, "
           "provider, response_id, input_tokens, output_tokens, cost_nano) "
           "VALUES(%s, %lld, %s, %s, %s, %s, %s, 'openai', %s, %u, %u, %s)",
           what, own, a_time(), PICK(tenants), PICK(users), PICK(models), PICK(tags), PICK(tasks), response,
           host_random(&s.r, 120), host_random(&s.r, 90), PICK(costs));
  if (replaces)
    snprintf(t->replaced, SQL_MAX,
             "DELETE FROM llm_usage WHERE id = %s OR provider = 'openai' AND response_id = %s", own,
             response);
}

static void an_upsert(statement *t, int64_t id) {
  static const char *const sets[] = {
      "input_tokens = excluded.input_tokens, tenant_id = excluded.tenant_id",
      "output_tokens = output_tokens + excluded.output_tokens",
      "user_id = excluded.user_id, tags = excluded.tags, cost_nano = excluded.cost_nano",
      "model = excluded.model, input_tokens = excluded.input_tokens, timestamp = excluded.timestamp"};
  snprintf(t->sql, SQL_MAX,
           "INSERT INTO llm_usage(id, timestamp, tenant_id, user_id, model, tags, input_tokens, "
           "output_tokens, cost_nano) VALUES(%lld, %lld, %s, %s, %s, %s, %u, %u, %s) "
           "ON CONFLICT(id) DO UPDATE SET %s",
           (long long)id, a_time(), PICK(tenants), PICK(users), PICK(models), PICK(tags),
           host_random(&s.r, 120), host_random(&s.r, 90), PICK(costs), PICK(sets));
}

/* To the id or response of another row, which goes. */
static void a_replacing_update(statement *t, int64_t id) {
  int64_t other = a_row();
  if (host_random(&s.r, 2) == 0 && other != id) {
    snprintf(t->sql, SQL_MAX,
             "UPDATE OR REPLACE llm_usage SET id = %lld, input_tokens = %u WHERE id = %lld",
             (long long)other, host_random(&s.r, 120), (long long)id);
    snprintf(t->replaced, SQL_MAX, "DELETE FROM llm_usage WHERE id = %lld", (long long)other);
    return;
  }
  uint32_t r = host_random(&s.r, 6);
  snprintf(t->sql, SQL_MAX,
           "UPDATE OR REPLACE llm_usage SET response_id = 'r%u', provider = 'openai', tenant_id = "
           "%s, output_tokens = %u WHERE id = %lld",
           r, PICK(tenants), host_random(&s.r, 90), (long long)id);
  snprintf(t->replaced, SQL_MAX,
           "DELETE FROM llm_usage WHERE provider = 'openai' AND response_id = 'r%u' AND id <> %lld",
           r, (long long)id);
}

/* Columns by chance, most often two or three. */
static void an_update(statement *t, int64_t id) {
  size_t n = (size_t)snprintf(t->sql, SQL_MAX, "UPDATE %sllm_usage SET task_type = %s",
                              host_random(&s.r, 4) == 0 ? "OR IGNORE " : "", PICK(tasks));
#define SET(of, ...) \
  if (host_random(&s.r, of) == 0) n += (size_t)snprintf(t->sql + n, SQL_MAX - n, __VA_ARGS__)
  SET(3, ", input_tokens = %u", host_random(&s.r, 120));
  SET(4, ", output_tokens = %u", host_random(&s.r, 120));
  SET(9, ", total_tokens = %u", host_random(&s.r, 240));
  SET(4, ", tenant_id = %s", PICK(tenants));
  SET(5, ", user_id = %s", PICK(users));
  SET(4, ", model = %s", PICK(models));
  SET(6, ", timestamp = %lld", a_time());
  SET(6, ", tags = %s", PICK(tags));
  SET(9, ", service_tier = 'batch'");
  SET(5, ", cost_nano = %s", PICK(costs));
  SET(9, ", cost_usd = 0.0000%u", host_random(&s.r, 10));
#undef SET
  snprintf(t->sql + n, SQL_MAX - n, " WHERE id = %lld", (long long)id);
}

static void a_statement(statement *t, int64_t id) {
  uint32_t what = id == 0 ? 0 : host_random(&s.r, 12);
  t->replaced[0] = '\0';
  if (what < 4) an_insert(t, id);
  else if (what < 9) an_update(t, id);
  else if (what < 10) an_upsert(t, id);
  else if (what < 11) a_replacing_update(t, id);
  else snprintf(t->sql, SQL_MAX, "DELETE FROM llm_usage WHERE id = %lld", (long long)id);
}

/* ---- the model ------------------------------------------------------------------------------- */

/*
** Does a counter of the free ledger stand beyond its limit, and higher than before; or has a row
** without a price come to a quota that takes none? first: a first price is no reason.
*/
static int64_t crossed(bool first) {
  char sql[1200];
  snprintf(sql, sizeof sql,
           "SELECT count(*) FROM llm_counter AS c JOIN llm_quota AS q ON q.id = c.quota_id "
           "LEFT JOIN before AS b USING (quota_id, key, start) "
           "WHERE c.used > coalesce(b.used, 0) AND NOT (q.metric = 'cost' AND %d) AND q.limit_units < "
           "  CASE q.kind WHEN 'rolling' THEN (SELECT sum(w.used + w.held) FROM llm_counter AS w"
           "    WHERE w.quota_id = q.id AND w.key = c.key AND w.start > c.start - q.span_s - q.len_s"
           "      AND w.start < c.start + q.span_s + q.len_s) ELSE c.used + c.held END"
           " OR q.name = 'deny' AND c.unpriced > coalesce(b.unpriced, 0)",
           first);
  return host_int(s.free, sql);
}

static bool unpriced(int64_t id) {
  char sql[100];
  snprintf(sql, sizeof sql, "SELECT cost_nano IS NULL FROM llm_usage WHERE id = %lld", (long long)id);
  return host_int(s.free, sql) != 0;
}

static void show(int i, const statement *t) {
  printf("  operation %d: %s; counters %s\n", i, t->sql,
         host_text(s.free, "SELECT group_concat(q.name || ' ' || key || ' ' || start || ' ' || "
                           "used || '+' || held || '/' || limit_units, '; ') "
                           "FROM llm_counter JOIN llm_quota AS q ON q.id = quota_id"));
}

/* Limits fall and rise: beyond without any doing of the rows. */
static void another_limit(void) {
  char sql[SQL_MAX];
  snprintf(sql, sizeof sql, "UPDATE llm_quota SET limit_units = limit_units * %u / 10 WHERE id = %u",
           6 + host_random(&s.r, 9), 1 + host_random(&s.r, QUOTAS));
  host_run(s.guarded, sql, NULL);
  host_run(s.free, sql, NULL);
}

static void one(int i) {
  statement t;
  int64_t id = a_row();
  if (i % 25 == 24) another_limit();
  a_statement(&t, id);
  bool late = strncmp(t.sql, "INSERT", 6) != 0 || strstr(t.sql, "CONFLICT") != NULL;
  late = late && unpriced(id);
  host_run(s.free, "SAVEPOINT one", NULL);
  host_run(s.free, t.replaced, NULL);
  host_run(s.free, "DELETE FROM before; INSERT INTO before SELECT quota_id, key, start, used, "
                   "unpriced FROM llm_counter", NULL);
  host_run(s.free, t.sql, NULL);
  long long now = id;
  (void)sscanf(t.sql, "UPDATE OR REPLACE llm_usage SET id = %lld", &now);
  bool goes = strncmp(t.sql, "DELETE", 6) == 0; /* of a credit: the counter rises */
  bool expected = !goes && crossed(late && !unpriced(now)) > 0;
  s.beyond += host_int(s.free, "SELECT EXISTS (SELECT 1 FROM llm_counter AS c JOIN llm_quota AS q "
                               "ON q.id = quota_id WHERE used > limit_units)");
  bool refused = !host_run(s.guarded, t.sql, expected ? "tok: " : "");
  if (!CHECK_INT(refused, expected)) show(i, &t);
  host_run(s.free, refused ? "ROLLBACK TO one; RELEASE one" : "RELEASE one", NULL);
  *(refused ? &s.refused : &s.allowed) += 1;
}

static void refused_exactly_if_it_rises_beyond(void) {
  double began = host_seconds();
  int64_t n = host_size("GUARDED", 110); /* each compiles half a dozen statements */
  for (int mode = 0; mode < MODES; mode++) {
    s.r = host_seed((uint64_t)mode + 300);
    s.guarded = ledger("build/tmp/guard_write.db", "write", mode);
    s.free = ledger("build/tmp/guard_none.db", "none", mode);
    if (!CHECK(s.guarded != NULL && s.free != NULL)) return;
    for (int i = 0; i < n; i++) one(i);
    host_check_sound(s.guarded);
    host_check_sound(s.free);
    CHECK_INT(host_int(s.guarded, "SELECT count(*) FROM llm_quota_waiting"), 0);
    sqlite3_close(s.guarded);
    sqlite3_close(s.free);
  }
  printf("%lld refused, %lld allowed, %lld of them with a counter beyond its limit; %.1f s\n",
         (long long)s.refused, (long long)s.allowed, (long long)s.beyond, host_seconds() - began);
  CHECK(s.refused > n / 10 && s.allowed > n && s.beyond > 0);
}

/* ---- the order of triggers ------------------------------------------------------------------- */

/* Drops every trigger of llm_usage, in TEMP too, and makes them again in an order by chance. */
static void shuffle(sqlite3 *db) {
  char sql[SQL_MAX];
  char *drop = NULL;
  host_run(db, "CREATE TEMP TABLE IF NOT EXISTS made(n, sql)", NULL);
  snprintf(sql, sizeof sql,
           "DELETE FROM made; INSERT INTO made SELECT (rowid * %u) %% 997, sql FROM sqlite_schema"
           " WHERE type = 'trigger' AND tbl_name = 'llm_usage'", 1 + host_random(&s.r, 996));
  host_run(db, sql, NULL);
  sqlite3_stmt *names = host_prepare(db, "SELECT group_concat('DROP TRIGGER ' || name, ';') FROM "
                                         "sqlite_schema WHERE type = 'trigger' AND tbl_name = 'llm_usage'");
  if (CHECK_INT(sqlite3_step(names), SQLITE_ROW))
    drop = sqlite3_mprintf("%s", sqlite3_column_text(names, 0));
  sqlite3_finalize(names);
  host_run(db, drop, NULL);
  sqlite3_free(drop);
  for (int64_t i = 0, n = host_int(db, "SELECT count(*) FROM made"); i < n; i++) {
    snprintf(sql, sizeof sql, "SELECT sql FROM made ORDER BY n, sql LIMIT 1 OFFSET %lld", (long long)i);
    sqlite3_stmt *make = host_prepare(db, sql);
    if (CHECK_INT(sqlite3_step(make), SQLITE_ROW))
      drop = sqlite3_mprintf("%s", sqlite3_column_text(make, 0));
    sqlite3_finalize(make);
    host_run(db, drop, NULL);
    sqlite3_free(drop);
  }
}

/* Triggers of an application: they change the row that was written, each a statement of its own. */
static const char applications[] =
    "CREATE TRIGGER app_retag AFTER INSERT ON llm_usage WHEN NEW.task_type = 'retag' BEGIN"
    "  UPDATE llm_usage SET tenant_id = 'b', input_tokens = 50 WHERE id = NEW.id; END;"
    "CREATE TRIGGER app_follow AFTER UPDATE OF input_tokens ON llm_usage "
    "WHEN NEW.task_type = 'follow' AND NEW.user_id IS NOT 'eve' BEGIN"
    "  UPDATE llm_usage SET user_id = 'eve', output_tokens = 7 WHERE id = NEW.id; END;"
    "CREATE TRIGGER app_revert AFTER UPDATE OF tenant_id ON llm_usage "
    "WHEN NEW.task_type = 'revert' AND NEW.tenant_id = 'a' BEGIN"
    "  UPDATE llm_usage SET tenant_id = OLD.tenant_id WHERE id = NEW.id AND OLD.tenant_id <> 'a'; END;"
    "CREATE TRIGGER app_chain AFTER UPDATE OF total_tokens ON llm_usage "
    "WHEN NEW.task_type = 'chain' AND NEW.total_tokens < 100 BEGIN"
    "  UPDATE llm_usage SET model = 'gpt-4o', total_tokens = 100 WHERE id = NEW.id; END;";

static void counted_in_any_order_of_triggers(void) {
  statement t;
  for (int mode = 0; mode < MODES; mode++) {
    s.r = host_seed((uint64_t)mode + 400);
    s.free = ledger("build/tmp/guard_order.db", "none", mode);
    if (!CHECK(s.free != NULL)) return;
    bool by_chance = host_random(&s.r, 3) != 0;
    for (int64_t i = 0, n = host_size("GUARDED", 110); i < n; i++) {
      if (i == n / 2) host_run(s.free, applications, NULL);
      if (by_chance && i % (n / 4) == 0) shuffle(s.free);
      a_statement(&t, a_row());
      host_run(s.free, t.sql, NULL);
      if (!CHECK_INT(host_int(s.free, "SELECT count(*) FROM llm_quota_audit"), 0)) {
        show((int)i, &t);
        break;
      }
    }
    host_check_sound(s.free);
    CHECK_INT(host_int(s.free, "SELECT count(*) FROM llm_quota_waiting"), 0);
    sqlite3_close(s.free);
  }
}

CHECK_MAIN({"refused_exactly_if_it_rises_beyond", refused_exactly_if_it_rises_beyond},
           {"counted_in_any_order_of_triggers", counted_in_any_order_of_triggers})

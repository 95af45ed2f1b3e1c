/*
** The guard `write` against a model: single statements of every kind on two ledgers, one whose quotas
** guard and one whose quotas do not. A statement must be refused exactly if the other ledger shows,
** after it, a counter that rose and is beyond its limit:
**   - what lowers a counter, or leaves it as it was, is never refused, however far beyond it is;
**   - a row that moves between counters is measured where it arrives, by what is there afterwards;
**   - the first price of a row that had none is recorded in any case.
*/
#include "../crash/host.h"

enum { SQL_MAX = 600 };

static struct {
  sqlite3 *guarded, *free;
  host_rng r;
  int64_t refused, allowed, beyond;
} s;

#define PICK(list) (list)[host_random(&s.r, sizeof(list) / sizeof(list)[0])]

static const char *const tenants[] = {"'a'", "'b'", "NULL"};
static const char *const users[] = {"'ann'", "'bob'"};
static const char *const models[] = {"'x'", "'y'"};

static const char setup[] =
    "INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('day', 'total', 500, 'day');"
    "INSERT INTO llm_quota(name, metric, limit_units, period, split_by) VALUES('user', 'input', 500, 'lifetime', 'user_id');"
    "INSERT INTO llm_quota(name, tenant_id, metric, limit_units, period) VALUES('a', 'a', 'output', 300, 'month');"
    "INSERT INTO llm_quota(name, metric, limit_units, period, split_by) VALUES('rows', 'requests', 6, 'week', 'tenant_id,model');"
    "INSERT INTO llm_quota(name, model, metric, limit_units, period, unpriced) VALUES('nano', 'x', 'cost', 3000, 'day', 'allow');"
    "INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('all', 'total', 1200, 'lifetime');"
    "CREATE TEMP TABLE before(quota_id, key, start, used, PRIMARY KEY(quota_id, key, start))";

static sqlite3 *ledger(const char *guard) {
  char sql[100];
  sqlite3 *db = host_open(":memory:", true);
  if (db == NULL) return NULL;
  host_run(db, setup, NULL);
  snprintf(sql, sizeof sql, "UPDATE llm_quota SET guard = '%s'", guard);
  host_run(db, sql, NULL);
  return db;
}

static int64_t a_row(void) {
  char sql[SQL_MAX]; /* of the seed's numbers, so that a failure comes again */
  int64_t n = host_int(s.free, "SELECT count(*) FROM llm_usage");
  snprintf(sql, sizeof sql, "SELECT id FROM llm_usage ORDER BY id LIMIT 1 OFFSET %u", n == 0 ? 0 : host_random(&s.r, (uint32_t)n));
  return host_int(s.free, sql);
}

static long long a_time(void) { return 1772323200 + (long long)host_random(&s.r, 3) * 86400 + host_random(&s.r, 600); }

static void a_statement(char sql[SQL_MAX], int64_t id) {
  uint32_t n = host_random(&s.r, 120);
  switch (id == 0 ? 0 : host_random(&s.r, 12)) {
  case 0:
  case 1:
  case 2:
    snprintf(sql, SQL_MAX,
             "INSERT INTO llm_usage(timestamp, tenant_id, user_id, model, input_tokens, output_tokens, cost_nano) "
             "VALUES(%lld, %s, %s, %s, %u, %u, %s)",
             a_time(), PICK(tenants), PICK(users), PICK(models), n, host_random(&s.r, 90),
             host_random(&s.r, 5) == 0 ? "NULL" : "400");
    break;
  case 3:
    snprintf(sql, SQL_MAX, "UPDATE llm_usage SET input_tokens = %u WHERE id = %lld", n, (long long)id);
    break;
  case 4:
    snprintf(sql, SQL_MAX, "UPDATE llm_usage SET input_tokens = %u, output_tokens = %u WHERE id = %lld", n,
             host_random(&s.r, 120), (long long)id);
    break;
  case 5:
    snprintf(sql, SQL_MAX, "UPDATE llm_usage SET tenant_id = %s, model = %s WHERE id = %lld", PICK(tenants), PICK(models),
             (long long)id);
    break;
  case 6:
    snprintf(sql, SQL_MAX, "UPDATE llm_usage SET timestamp = %lld, user_id = %s WHERE id = %lld", a_time(), PICK(users),
             (long long)id);
    break;
  case 7:
    snprintf(sql, SQL_MAX, "UPDATE llm_usage SET task_type = 't%u', tenant_id = %s, input_tokens = %u, cost_nano = %u WHERE id = %lld", n,
             PICK(tenants), n, 10 * n, (long long)id);
    break;
  case 8:
    snprintf(sql, SQL_MAX, "UPDATE llm_usage SET cost_nano = %u WHERE id = %lld", 10 * n, (long long)id);
    break;
  case 9:
    snprintf(sql, SQL_MAX, "INSERT INTO llm_usage(id, timestamp, input_tokens) VALUES(%lld, %lld, 1) ON CONFLICT(id) DO UPDATE SET "
             "input_tokens = %u, tenant_id = %s", (long long)id, a_time(), n, PICK(tenants));
    break;
  case 10:
    snprintf(sql, SQL_MAX, "UPDATE llm_usage SET total_tokens = %u WHERE id = %lld", n, (long long)id);
    break;
  default:
    snprintf(sql, SQL_MAX, "DELETE FROM llm_usage WHERE id = %lld", (long long)id);
  }
}

/* Does a counter of the free ledger stand beyond its limit, and higher than before? `late`: a first price is no reason. */
static int64_t crossed(bool late) {
  char sql[SQL_MAX];
  snprintf(sql, sizeof sql,
           "SELECT count(*) FROM llm_counter AS c JOIN llm_quota AS q ON q.id = c.quota_id LEFT JOIN before AS b "
           "USING (quota_id, key, start) WHERE c.used > coalesce(b.used, 0) AND c.used > q.limit_units%s", late ? " AND q.metric <> 'cost'" : "");
  return host_int(s.free, sql);
}

static void one(int i) {
  char sql[SQL_MAX], cost[100];
  int64_t id = a_row();
  if (i % 25 == 24) { /* limits fall and rise: beyond without any doing of the rows */
    snprintf(sql, sizeof sql, "UPDATE llm_quota SET limit_units = limit_units * %u / 10 WHERE id = %u",
             6 + host_random(&s.r, 9), 1 + host_random(&s.r, 6));
    host_run(s.guarded, sql, NULL);
    host_run(s.free, sql, NULL);
  }
  snprintf(cost, sizeof cost, "SELECT cost_nano IS NULL FROM llm_usage WHERE id = %lld", (long long)id);
  bool late = id > 0 && host_int(s.free, cost) != 0;
  a_statement(sql, id);
  if (strncmp(sql, "INSERT", 6) == 0) late = strstr(sql, "CONFLICT") != NULL && late;
  host_run(s.free, "DELETE FROM before; INSERT INTO before SELECT quota_id, key, start, used FROM llm_counter; SAVEPOINT one", NULL);
  host_run(s.free, sql, NULL);
  bool expected = crossed(late) > 0;
  s.beyond += host_int(s.free, "SELECT EXISTS (SELECT 1 FROM llm_counter AS c JOIN llm_quota AS q ON q.id = quota_id WHERE used > limit_units)");
  bool refused = !host_run(s.guarded, sql, expected ? "exceeded" : "");
  if (!CHECK_INT(refused, expected))
    printf("  operation %d: %s; counters %s\n", i, sql,
           host_text(s.free, "SELECT group_concat(q.name || ' ' || key || ' ' || start || ' ' || used || '/' || limit_units, '; ') "
                             "FROM llm_counter JOIN llm_quota AS q ON q.id = quota_id"));
  host_run(s.free, refused ? "ROLLBACK TO one; RELEASE one" : "RELEASE one", NULL);
  *(refused ? &s.refused : &s.allowed) += 1;
}

static void refused_exactly_if_it_rises_beyond(void) {
  double began = host_seconds();
  int64_t n = host_size("GUARDED", 150); /* each compiles half a dozen statements */
  for (uint64_t round = 0; round < 2; round++) {
    s.r = host_seed(round + 300);
    s.guarded = ledger("write");
    s.free = ledger("none");
    if (!CHECK(s.guarded != NULL && s.free != NULL)) return;
    for (int i = 0; i < n; i++) one(i);
    CHECK_INT(host_int(s.guarded, "SELECT count(*) FROM llm_quota_audit"), 0);
    CHECK_INT(host_int(s.free, "SELECT count(*) FROM llm_quota_audit"), 0);
    sqlite3_close(s.guarded);
    sqlite3_close(s.free);
  }
  printf("%lld refused, %lld allowed, %lld of them with a counter beyond its limit; %.1f s\n", (long long)s.refused,
         (long long)s.allowed, (long long)s.beyond, host_seconds() - began);
  CHECK(s.refused > 20 && s.allowed > 100 && s.beyond > 20);
}

CHECK_MAIN({"refused_exactly_if_it_rises_beyond", refused_exactly_if_it_rises_beyond})

/* See history_sql.h. */
#include "history_sql.h"

#include "scripts.h"

static void destroy(tok_conn *conn) {
  tok_forecast_conn *c = (tok_forecast_conn *)conn;
  tok_zones_clear(&c->zones);
  tok_free(c);
}

tok_forecast_conn *tok_forecast_conn_new(sqlite3 *db) {
  tok_forecast_conn *c = tok_malloc(sizeof *c);
  if (c == NULL) return NULL;
  *c = (tok_forecast_conn){.conn = {db, 1, destroy}};
  tok_zones_init(&c->zones, db);
  return c;
}

static int failed(const tok_history_ask *ask, int rc, const char *why, char **message) {
  *message = rc == SQLITE_NOMEM ? NULL : sqlite3_mprintf("%s: %s", ask->func, why);
  return rc;
}

static int failed_db(const tok_history_ask *ask, int rc, char **message) {
  return failed(ask, rc, sqlite3_errmsg(ask->conn->conn.db), message);
}

/* The ends of the ledger, and its settings. */
typedef struct {
  bool any;
  int64_t first, last, window_days;
  char zone[TOK_NAME_BYTES];
} about;

static int read_about(const tok_history_ask *ask, about *a, char **message) {
  sqlite3_stmt *stmt = NULL;
  sqlite3 *db = ask->conn->conn.db;
  *a = (about){0};
  int rc = sqlite3_prepare_v2(db, tok_forecast_script("forecast/about.sql"), -1, &stmt, NULL);
  if (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW) {
    a->any = sqlite3_column_type(stmt, 0) != SQLITE_NULL;
    a->first = sqlite3_column_int64(stmt, 0);
    a->last = sqlite3_column_int64(stmt, 1);
    a->window_days = sqlite3_column_int64(stmt, 2);
    tok_slice zone;
    rc = tok_sql_column(stmt, 3, &zone);
    if (zone.ptr == NULL) zone = tok_slice_of("UTC");
    sqlite3_snprintf(TOK_NAME_BYTES, a->zone, "%.*s", (int)zone.len, zone.ptr);
  }
  int end = sqlite3_finalize(stmt);
  if (rc == SQLITE_OK) rc = end;
  if (rc == SQLITE_NOMEM || rc == SQLITE_OK || rc == SQLITE_INTERRUPT) {
    return rc == SQLITE_OK ? rc : failed_db(ask, rc, message);
  }
  const char *why = sqlite3_errmsg(db);
  bool absent = strncmp(why, "no such table", 13) == 0;
  return failed(ask, rc, absent ? "this database has no ledger; SELECT tok_init() makes one" : why,
                message);
}

static int bind_filter(sqlite3_stmt *stmt, const tok_filter *f) {
  int rc = SQLITE_OK;
  for (int k = 0; k < TOK_N_SCOPE && rc == SQLITE_OK; k++) {
    char name[32];
    sqlite3_snprintf((int)sizeof name, name, ":is_%s", tok_scope_names[k]);
    int is = sqlite3_bind_parameter_index(stmt, name);
    if (is == 0) continue; /* a roll-up that does not know it is not asked for it */
    rc = sqlite3_bind_int(stmt, is, f->given[k]);
    sqlite3_snprintf((int)sizeof name, name, ":%s", tok_scope_names[k]);
    int at = sqlite3_bind_parameter_index(stmt, name);
    if (rc == SQLITE_OK && f->given[k] && !f->is_null[k]) {
      rc = sqlite3_bind_text(stmt, at, f->value[k], -1, SQLITE_STATIC);
    }
  }
  return rc;
}

enum {
  GRANULE_S = 900, /* offsets of zones are whole quarters of an hour, but for times long ago */
  HOUR_S = 3600
};

/* The roll-up that knows everything the filter asks for; NULL if none does. */
static const char *rollup_of(const tok_filter *f) {
  static const struct {
    const char *dim;
    unsigned scopes; /* bits of tok_scope */
  } dims[] = {{"all", 0},
              {"tenant_id", 1u << TOK_SCOPE_TENANT},
              {"task_type", 1u << TOK_SCOPE_TASK},
              {"model", 1u << TOK_SCOPE_MODEL | 1u << TOK_SCOPE_PROVIDER}};
  unsigned asked = 0;
  for (int k = 0; k < TOK_N_SCOPE; k++) asked |= f->given[k] ? 1u << k : 0;
  for (size_t i = 0; i < sizeof dims / sizeof dims[0]; i++) {
    if ((asked & ~dims[i].scopes) == 0) return dims[i].dim;
  }
  return NULL;
}

/* Do hours of UTC tell all that is needed from `since` on? */
static bool whole_hours(const tok_zone *zone, int64_t since, int64_t now) {
  const int64_t half_year = 182 * 86400;
  if (zone == NULL || since % HOUR_S != 0) return false;
  for (int64_t t = now; t > since; t -= half_year) {
    if (tok_zone_offset(zone, t) % HOUR_S != 0) return false;
  }
  return tok_zone_offset(zone, since) % HOUR_S == 0;
}

/*
** The query of usage in [since, until), from roll-ups where they are and suffice; sums of
** *granule_s.
*/
static int open_rows(const tok_history_ask *ask, const tok_zone *zone, int64_t since, int64_t until,
                     int64_t *granule_s, sqlite3_stmt **stmt) {
  sqlite3 *db = ask->conn->conn.db;
  const char *dim = whole_hours(zone, since, until) ? rollup_of(&ask->filter) : NULL;
  int rc = SQLITE_ERROR;
  if (dim != NULL) {
    rc = sqlite3_prepare_v2(db, tok_forecast_script("forecast/history_rollup.sql"), -1, stmt, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_bind_text(*stmt, 5, dim, -1, SQLITE_STATIC);
    if (tok_sql_absent(db, rc)) dim = NULL; /* an older ledger without roll-ups */
  }
  if (dim == NULL)
    rc = sqlite3_prepare_v2(db, tok_forecast_script("forecast/history.sql"), -1, stmt, NULL);
  *granule_s = dim != NULL ? HOUR_S : GRANULE_S;
  if (rc == SQLITE_OK) rc = sqlite3_bind_int64(*stmt, 1, *granule_s);
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_text(*stmt, 2, tok_metric_names[ask->metric], -1, SQLITE_STATIC);
  if (rc == SQLITE_OK) rc = sqlite3_bind_int64(*stmt, 3, since);
  if (rc == SQLITE_OK) rc = sqlite3_bind_int64(*stmt, 4, until);
  return rc == SQLITE_OK ? bind_filter(*stmt, &ask->filter) : rc;
}

static int find_zone(const tok_history_ask *ask, const about *a, const tok_zone **zone,
                     char **message) {
  const char *name = ask->filter.zone[0] != '\0' ? ask->filter.zone : a->zone;
  char *why = NULL;
  int rc = tok_zones_find(&ask->conn->zones, tok_slice_of(name), zone, &why);
  if (rc != SQLITE_OK) failed(ask, rc, why == NULL ? sqlite3_errstr(rc) : why, message);
  sqlite3_free(why);
  return rc;
}

int tok_history_zone(const tok_history_ask *ask, const tok_zone **zone, char **message) {
  about a;
  int rc = read_about(ask, &a, message);
  return rc == SQLITE_OK ? find_zone(ask, &a, zone, message) : rc;
}

int tok_history_read(tok_history_ask *ask, tok_history *h, char **message) {
  about a;
  const tok_zone *zone = NULL;
  sqlite3_stmt *stmt = NULL;
  *h = (tok_history){0};
  int rc = read_about(ask, &a, message);
  if (rc == SQLITE_OK) rc = find_zone(ask, &a, &zone, message);
  if (rc != SQLITE_OK) return rc;
  tok_history_init(h, zone, ask->unit);
  if (!ask->now_given) ask->now = tok_history_now(zone, ask->unit, tok_sql_now(), a.any, a.last);
  tok_history_watch(h, ask->now);
  int64_t since = tok_history_since(zone, ask->unit, ask->now, a.window_days);
  rc = open_rows(ask, zone, since, ask->now, &h->granule_s, &stmt);
  if (rc != SQLITE_OK) failed_db(ask, rc, message);
  while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    tok_history_add(h, sqlite3_column_int64(stmt, 0), sqlite3_column_double(stmt, 1));
    rc = SQLITE_OK;
  }
  if (rc == SQLITE_DONE) rc = SQLITE_OK;
  else if (stmt != NULL && *message == NULL) failed_db(ask, rc, message);
  sqlite3_finalize(stmt);
  tok_history_end(h, a.first, ask->now);
  return h->status == TOK_OK ? rc : SQLITE_NOMEM;
}

int tok_history_sum(const tok_history_ask *ask, const tok_zone *zone, int64_t since, int64_t until,
                    double *out, char **message) {
  sqlite3_stmt *stmt = NULL;
  *out = 0;
  int64_t granule_s;
  int rc = open_rows(ask, zone, since, until, &granule_s, &stmt);
  while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    *out += sqlite3_column_double(stmt, 1);
    rc = SQLITE_OK;
  }
  if (rc == SQLITE_DONE) rc = SQLITE_OK;
  else failed_db(ask, rc, message);
  sqlite3_finalize(stmt);
  return rc;
}

int tok_history_bind(sqlite3_stmt *stmt, const tok_filter *f) { return bind_filter(stmt, f); }

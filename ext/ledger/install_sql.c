/*
** Installing the ledger: which scripts of sql/ run when.
**
**   schema/NNNN_name.sql once each, in order: llm_meta holds the number of the last one; those that
**                       begin with "-- Upgrade only" not where there was no ledger (or no later
**                       one) before
**   legacy/             when a llm_usage from before tok is found: its rows move into the new table
**   triggers/, views/   again whenever llm_meta holds another checksum than this build's
**   temp/               for every connection: usage_cost (prices), rollup (folds), quota_guard and
**                       context; its other files are statements, which need tok too
**
** An old llm_usage is renamed, copied and dropped with foreign keys off and the older meaning of
** RENAME, so that tables, views and triggers which mention llm_usage keep meaning the new one. Its
** own indexes and triggers are created again.
*/
#include <stdlib.h>

#include "install.h"
#include "rollup_sql.h"
#include "scripts.h"

enum { NEW_SETTINGS = 3 }; /* the version that made llm_setting anew: schema/0003_cost_mode.sql */
/* schema/0004_rollup.sql */
enum { FIRST_WITH_ROLLUPS = 4 };
/* schema/0010_counts.sql, which came after 0011_plan.sql: a ledger of version 11 may lack it. */
enum { COUNTS = 10 };
/* schema/0005_budget.sql; the version that made quotas and rules anew: schema/0009_bucket.sql */
enum { FIRST_WITH_QUOTAS = 5, NEW_QUOTAS = 9 };
/* llm_quota_moving was there from 8 on; in its place: schema/0013_waiting.sql */
enum { FIRST_WITH_MOVING = 8, NEW_WAITING = 13 };
enum { TAGS_HOWEVER_SPELT = 17 }; /* schema/0017_tags.sql */

/* What is gone of what a ledger made; TO_COUNT: triggers. */
typedef enum { WHOLE, TO_MAKE, TO_COUNT } damage_kind;

/* What a database holds; version 0: no ledger. */
typedef struct {
  int version;
  bool current;  /* version and definitions are this build's */
  damage_kind damage;
  bool bulk;     /* tok_bulk_begin() without its end */
  int64_t bulk_after; /* the last row before it */
  bool legacy;   /* a table llm_usage from before tok */
  bool shadowed; /* temp.llm_usage would be written in place of main's */
  bool lost;     /* llm_usage was dropped, the ledger's other tables were not */
  char *odd;     /* owned; type of a llm_usage that is no table, else NULL */
  bool foreign;  /* llm_usage is a table of another kind */
  char *in_the_way; /* owned; what has a name of the ledger's where there is no ledger, or NULL */
} ledger_state;

static void free_state(ledger_state *s) {
  sqlite3_free(s->odd);
  sqlite3_free(s->in_the_way);
}

/*
** Undoing must not need memory, because running out of memory is one reason to undo; and after that
** SQLite allocates nothing for this connection until the statement that called us has ended. So
** there are two ways out, both prepared beforehand:
**   undo    the statement ROLLBACK. CREATE INDEX and all of temp expire it, so it is prepared again
**           after each statement; if that fails, there is
**   reader  a query in the middle of its rows. Stepping it without memory makes SQLite roll back.
**           DROP TABLE needs it to be gone, but then undo has not expired.
*/
typedef struct {
  sqlite3 *db;
  int rc;        /* sticky: after the first failure every step is a no-op */
  char *message; /* owned; NULL until a step fails or if memory ran out */
  bool own;      /* our transaction, else a savepoint in the caller's */
  bool repair;   /* looks for what is missing */
  bool checked;  /* no row of a bulk is beyond what a request has */
  bool in_order; /* nor has one a timestamp that is to be written in another way */
  sqlite3_stmt *keep, *undo; /* owned; COMMIT and ROLLBACK, or the same of the savepoint */
  sqlite3_stmt *reader;      /* owned */
} install;

static bool failed(install *in, int rc) {
  if (rc == SQLITE_OK || in->rc != SQLITE_OK) return in->rc != SQLITE_OK;
  in->rc = rc;
  in->message = rc == SQLITE_NOMEM ? NULL : sqlite3_mprintf("%s", sqlite3_errmsg(in->db));
  return true;
}

static void refuse(install *in, int rc, const char *why) {
  if (in->rc != SQLITE_OK) return;
  in->rc = rc;
  in->message = sqlite3_mprintf("%s", why);
}

static void prepare_end(install *in, sqlite3_stmt **stmt, const char *sql) {
  sqlite3_stmt *fresh = NULL;
  if (in->rc != SQLITE_OK || failed(in, sqlite3_prepare_v2(in->db, sql, -1, &fresh, NULL))) return;
  sqlite3_finalize(*stmt);
  *stmt = fresh;
}

static void prepare_ends(install *in) {
  prepare_end(in, &in->undo, in->own ? "ROLLBACK" : "ROLLBACK TO tok_init");
  prepare_end(in, &in->keep, in->own ? "COMMIT" : "RELEASE tok_init");
}

/* A query that no change of the schema concerns; prepared before there is anything to undo. */
static void prepare_reader(install *in) {
  prepare_end(in, &in->reader, "PRAGMA main.user_version");
}

static void start_reader(install *in) {
  if (in->rc != SQLITE_OK) return;
  int rc = sqlite3_step(in->reader);
  failed(in, rc == SQLITE_ROW ? SQLITE_OK : rc);
}

static void stop_reader(install *in) {
  sqlite3_finalize(in->reader);
  in->reader = NULL;
}

/* Runs the statements of a script one by one, with ?1 where they ask for it. */
static void run_with(install *in, const char *sql, int64_t value) {
  while (in->rc == SQLITE_OK && *sql != '\0') {
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(in->db, sql, -1, &stmt, &sql);
    if (rc == SQLITE_OK && sqlite3_bind_parameter_count(stmt) > 0)
      rc = sqlite3_bind_int64(stmt, 1, value);
    while (rc == SQLITE_OK && stmt != NULL && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
      rc = SQLITE_OK;
    failed(in, rc == SQLITE_DONE ? SQLITE_OK : rc);
    sqlite3_finalize(stmt);
    prepare_ends(in);
  }
}

static void run(install *in, const char *sql) {
  run_with(in, sql, 0);
}

/* First column of the first row as text (sqlite3_free); NULL if there is none or it is NULL. */
static char *ask(install *in, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  char *answer = NULL;
  if (in->rc != SQLITE_OK) return NULL;
  int rc = sqlite3_prepare_v2(in->db, sql, -1, &stmt, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW && sqlite3_column_type(stmt, 0) != SQLITE_NULL) {
    const char *text = (const char *)sqlite3_column_text(stmt, 0);
    answer = text == NULL ? NULL : sqlite3_mprintf("%s", text);
    if (answer == NULL) failed(in, SQLITE_NOMEM);
  }
  /* finalize repeats the error of the last step, and only then the message is certain */
  failed(in, rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc);
  sqlite3_finalize(stmt);
  return answer;
}

static int ask_int(install *in, const char *sql) {
  char *answer = ask(in, sql);
  int n = answer == NULL ? 0 : (int)strtol(answer, NULL, 10);
  sqlite3_free(answer);
  return n;
}

/* Runs each row of a query as a statement. */
static void run_rows(install *in, const char *query) {
  sqlite3_stmt *stmt = NULL;
  sqlite3_str *script = sqlite3_str_new(in->db);
  if (in->rc == SQLITE_OK) {
    int rc = sqlite3_prepare_v2(in->db, query, -1, &stmt, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
      sqlite3_str_appendf(script, "%s;\n", (const char *)sqlite3_column_text(stmt, 0));
      rc = sqlite3_str_errcode(script);
    }
    failed(in, rc == SQLITE_DONE ? SQLITE_OK : rc);
    sqlite3_finalize(stmt);
  }
  char *sql = sqlite3_str_finish(script);
  if (sql == NULL) failed(in, in->rc == SQLITE_OK ? SQLITE_NOMEM : SQLITE_OK);
  if (sql != NULL) run(in, sql);
  sqlite3_free(sql);
}

static bool in_folder(const tok_script *s, const char *folder) {
  return strncmp(s->name, folder, strlen(folder)) == 0;
}

static int migration_number(const tok_script *s) {
  return in_folder(s, "schema/") ? (int)strtol(s->name + strlen("schema/"), NULL, 10) : 0;
}

int tok_ledger_version(void) {
  int version = 0;
  for (size_t i = 0; i < tok_ledger_n_scripts; i++) {
    int n = migration_number(&tok_ledger_scripts[i]);
    if (n > version) version = n;
  }
  return version;
}

const char *tok_ledger_script(const char *name) {
  return tok_script_text(tok_ledger_scripts, tok_ledger_n_scripts, name);
}

static void run_folder(install *in, const char *folder) {
  for (size_t i = 0; i < tok_ledger_n_scripts; i++) {
    if (in_folder(&tok_ledger_scripts[i], folder)) run(in, tok_ledger_scripts[i].sql);
  }
}

/*
** "-- Upgrade only": for any ledger that is there; "-- Upgrade only from 5": of that version or
** later.
*/
static bool applies(const tok_script *s, int from) {
  static const char mark[] = "-- Upgrade only", since[] = " from ";
  if (strncmp(s->sql, mark, sizeof mark - 1) != 0) return true;
  const char *p = s->sql + sizeof mark - 1;
  return from >=
         (strncmp(p, since, sizeof since - 1) == 0 ? strtol(p + sizeof since - 1, NULL, 10) : 1);
}

static void run_migrations(install *in, int from, bool counted) {
  for (size_t i = 0; i < tok_ledger_n_scripts; i++) {
    const tok_script *s = &tok_ledger_scripts[i];
    int n = migration_number(s);
    bool missing = n == COUNTS ? !counted : n > from;
    if (missing && applies(s, from)) run(in, s->sql);
  }
}

/*
** The statement of a migration that makes a table or index (sqlite3_free); NULL: none does, it is
** the application's.
*/
static char *creation_of(install *in, const char *type, const char *name) {
  char *key = sqlite3_mprintf("%s main.%s", strcmp(type, "table") == 0 ? "TABLE" : "INDEX", name);
  char *sql = NULL;
  if (key == NULL) failed(in, SQLITE_NOMEM);
  for (size_t i = 0; key != NULL && sql == NULL && i < tok_ledger_n_scripts; i++) {
    const tok_script *s = &tok_ledger_scripts[i];
    const char *p = in_folder(s, "schema/") ? strstr(s->sql, key) : NULL;
    if (p == NULL || strchr("( ", p[strlen(key)]) == NULL) continue;
    const char *end = strchr(p, ';'), *start = p;
    while (start > s->sql && start[-1] != '\n') start--;
    if (end == NULL) continue;
    sql = sqlite3_mprintf("%.*s", (int)(end - start), start);
    if (sql == NULL) failed(in, SQLITE_NOMEM);
  }
  sqlite3_free(key);
  return sql;
}

/*
** Is there anything missing that can be made again? A table of ours that is gone is a reason to
** stop. With `make`, indexes are made.
*/
static damage_kind find_damage(install *in, bool make) {
  sqlite3_stmt *stmt = NULL;
  damage_kind damage = WHOLE;
  if (in->rc != SQLITE_OK) return WHOLE;
  int rc = sqlite3_prepare_v2(in->db, tok_ledger_script("audit/missing.sql"), -1, &stmt, NULL);
  sqlite3_str *indexes = sqlite3_str_new(in->db);
  while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    const char *type = (const char *)sqlite3_column_text(stmt, 0);
    const char *name = (const char *)sqlite3_column_text(stmt, 1);
    rc = type == NULL || name == NULL ? SQLITE_NOMEM : SQLITE_OK;
    if (rc != SQLITE_OK) break;
    bool stored = strcmp(type, "table") == 0 || strcmp(type, "index") == 0;
    char *sql = stored ? creation_of(in, type, name) : NULL;
    if (strcmp(type, "trigger") == 0) damage = TO_COUNT;
    else if (damage == WHOLE && (!stored || sql != NULL)) damage = TO_MAKE;
    if (sql != NULL && strcmp(type, "table") == 0) {
      char *why = sqlite3_mprintf("table %s of the ledger is gone; restore it, or drop all tables"
                                  " and views llm_*",
                                  name);
      if (why == NULL) rc = SQLITE_NOMEM;
      else refuse(in, SQLITE_ERROR, why);
      sqlite3_free(why);
    } else if (sql != NULL) {
      sqlite3_str_appendf(indexes, "%s;\n", sql);
    }
    sqlite3_free(sql);
  }
  failed(in, rc == SQLITE_DONE ? SQLITE_OK : rc);
  sqlite3_finalize(stmt);
  if (sqlite3_str_errcode(indexes) != SQLITE_OK) failed(in, SQLITE_NOMEM);
  char *script = sqlite3_str_finish(indexes);
  if (make && script != NULL) run(in, script);
  sqlite3_free(script);
  return damage;
}

/* Does a script make something of that name in main? */
static bool is_ours(const char *name) {
  static const char *const KINDS[] = {"TABLE", "INDEX", "VIEW", "TRIGGER"};
  for (size_t i = 0; i < tok_ledger_n_scripts; i++) {
    for (size_t k = 0; k < sizeof KINDS / sizeof KINDS[0]; k++) {
      char key[96]; /* bytes; no name of ours has more than 40 */
      sqlite3_snprintf((int)sizeof key, key, "CREATE %s main.%s", KINDS[k], name);
      const char *p = strstr(tok_ledger_scripts[i].sql, key);
      if (p != NULL && strchr("( \n", p[strlen(key)]) != NULL) return true;
    }
  }
  return false;
}

/*
** Where there is no ledger: the first object with the name of one of its (sqlite3_free). Views and
** triggers would be replaced without a word, which is right for views of an old llm_usage only.
*/
static char *find_in_the_way(install *in, bool legacy) {
  static const char NAMES[] =
      "SELECT lower(name) FROM main.sqlite_schema WHERE name LIKE 'llm~_%' ESCAPE '~'"
      " AND name NOT LIKE 'llm~_usage' ESCAPE '~' AND type <> ?1 ORDER BY 1";
  sqlite3_stmt *stmt = NULL;
  char *found = NULL;
  if (in->rc != SQLITE_OK) return NULL;
  int rc = sqlite3_prepare_v2(in->db, NAMES, -1, &stmt, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_bind_text(stmt, 1, legacy ? "view" : "", -1, SQLITE_STATIC);
  while (rc == SQLITE_OK && found == NULL && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(stmt, 0);
    rc = name == NULL ? SQLITE_NOMEM : SQLITE_OK;
    if (rc != SQLITE_OK || !is_ours(name)) continue;
    found = sqlite3_mprintf("%s", name);
    if (found == NULL) rc = SQLITE_NOMEM;
  }
  failed(in, rc == SQLITE_DONE ? SQLITE_OK : rc);
  sqlite3_finalize(stmt);
  return found;
}

#define OBJECT(schema, name) \
  "SELECT type FROM " schema " WHERE name = '" name "' COLLATE NOCASE AND type IN ('table', 'view')"

#define LEDGERS_COLUMNS \
  "SELECT count(*) FROM pragma_table_info('llm_usage', 'main') WHERE lower(name) IN" \
  " ('provider', 'model', 'input_tokens', 'output_tokens', 'total_tokens')"

static void read_state(install *in, ledger_state *s) {
  memset(s, 0, sizeof *s);
  char *temp = ask(in, OBJECT("temp.sqlite_schema", "llm_usage"));
  s->shadowed = temp != NULL;
  sqlite3_free(temp);
  char *usage = ask(in, OBJECT("main.sqlite_schema", "llm_usage"));
  char *meta = ask(in, OBJECT("main.sqlite_schema", "llm_meta"));
  if (meta != NULL) {
    s->version = ask_int(in, "SELECT value FROM main.llm_meta WHERE key = 'schema_version'");
    char *definitions = ask(in, "SELECT value FROM main.llm_meta WHERE key = 'definitions'");
    s->current = s->version == tok_ledger_version() && definitions != NULL &&
                 strcmp(definitions, tok_ledger_checksum) == 0;
    s->bulk = definitions != NULL && strncmp(definitions, "bulk ", 5) == 0;
    if (s->current && in->repair && usage != NULL && sqlite3_db_readonly(in->db, "main") != 1)
      s->damage = find_damage(in, false);
    if (s->bulk) s->bulk_after = strtoll(definitions + strlen("bulk "), NULL, 10);
    sqlite3_free(definitions);
  }
  if (usage != NULL && strcmp(usage, "table") != 0) {
    s->odd = usage;
    usage = NULL;
  }
  s->legacy = usage != NULL && s->version == 0;
  s->foreign = s->legacy && ask_int(in, LEDGERS_COLUMNS) == 0;
  if (s->version == 0) s->in_the_way = find_in_the_way(in, s->legacy);
  s->lost = usage == NULL && s->odd == NULL && s->version > 0;
  sqlite3_free(usage);
  sqlite3_free(meta);
}

/* Reasons not to start, each a sentence that says what to do. */
static void check_state(install *in, const ledger_state *s) {
  if (s->shadowed) {
    refuse(in, SQLITE_ERROR,
           "temp.llm_usage hides main.llm_usage; rename or drop the temporary one");
  }
  if (s->odd != NULL) {
    refuse(in, SQLITE_ERROR, "main.llm_usage is a view, expected a table; rename or drop it");
  }
  if (s->foreign) {
    refuse(in, SQLITE_ERROR,
           "main.llm_usage is a table of another kind: it has none of provider, model,"
           " input_tokens, output_tokens and total_tokens; rename it");
  }
  if (s->in_the_way != NULL) {
    char *why = sqlite3_mprintf("main.%s is in the way of the ledger's own; rename or drop it",
                                s->in_the_way);
    refuse(in, why == NULL ? SQLITE_NOMEM : SQLITE_ERROR, why == NULL ? "" : why);
    sqlite3_free(why);
  }
  if (s->lost) {
    refuse(in, SQLITE_ERROR,
           "llm_usage is gone but not the rest of the ledger; restore it (to empty a ledger: DELETE"
           " FROM llm_usage), or drop all tables and views llm_*");
  }
  if (s->version > tok_ledger_version()) {
    refuse(in, SQLITE_ERROR, "this database has a newer ledger schema than this version of tok");
  }
  if (!s->current && sqlite3_db_readonly(in->db, "main") == 1) {
    refuse(in, SQLITE_READONLY,
           s->version == 0 ? "the database is read-only and has no ledger"
                           : "the database is read-only and its ledger is older than this tok");
  }
}

/* Sets a flag of the connection where wanted; returns what it was. */
static int swap_flag(sqlite3 *db, int flag, int value, bool wanted) {
  int old = 0, ignored = 0;
  sqlite3_db_config(db, flag, -1, &old);
  if (wanted && old != value) sqlite3_db_config(db, flag, value, &ignored);
  return old;
}

/*
** DROP TABLE needs the reader to be gone; everything is prepared before, so that it is gone for a
** moment only.
*/
static void drop_table(install *in, const char *sql) {
  sqlite3_stmt *drop = NULL, *running = in->reader;
  prepare_end(in, &drop, sql);
  if (in->rc != SQLITE_OK) return;
  in->reader = NULL;
  prepare_reader(in);
  if (in->rc == SQLITE_OK) {
    sqlite3_finalize(running);
    int rc = sqlite3_step(drop);
    failed(in, rc == SQLITE_DONE ? SQLITE_OK : rc);
    start_reader(in);
  } else {
    in->reader = running;
  }
  sqlite3_finalize(drop);
  prepare_ends(in);
}

/* Roll-ups of all rows. */
static void sum_up(install *in) {
  const char *why = NULL;
  if (in->rc != SQLITE_OK) return;
  int rc = tok_rollup_rebuild(in->db, NULL, &why);
  if (why != NULL) refuse(in, rc, why);
  else failed(in, rc);
}

/*
** What tok_bulk_end() does to the rows. Where an earlier version began, its triggers may name
** tables that are gone: first this version's take their place, but for those that a bulk goes
** without.
*/
static void end_bulk(install *in, const ledger_state *s) {
  if (s->version < tok_ledger_version()) {
    run_folder(in, "triggers/");
    run(in, tok_ledger_script("rollup/bulk_begin.sql"));
    char *idle = ask(in, tok_ledger_script("rollup/bulk_quotas.sql"));
    if (idle != NULL) run(in, idle);
    sqlite3_free(idle);
  }
  if (!in->checked) run_with(in, tok_ledger_script("rollup/bulk_late.sql"), s->bulk_after);
  run(in, tok_ledger_script("rollup/bulk_before.sql"));
  if (!in->in_order) run_with(in, tok_ledger_script("rollup/bulk_times.sql"), s->bulk_after);
  run_with(in, tok_ledger_script("rollup/bulk_end.sql"), s->bulk_after);
}

static void create_ledger(install *in, const ledger_state *s) {
  char *objects = NULL;
  bool counted = ask_int(in, "SELECT count(*) FROM pragma_table_info('llm_rollup', 'main')"
                             " WHERE name = 'times'") != 0;
  if (s->legacy) {
    objects = ask(in, "SELECT group_concat(sql, ';' || char(10)) FROM main.sqlite_schema WHERE "
                      "tbl_name = 'llm_usage' COLLATE NOCASE AND type IN ('index', 'trigger')");
    run(in, "ALTER TABLE main.llm_usage RENAME TO llm_usage_legacy");
  }
  run_migrations(in, s->version, counted);
  if (s->version > 0 && s->version < NEW_SETTINGS)
    drop_table(in, "DROP TABLE main.llm_setting_legacy");
  if (s->version >= FIRST_WITH_QUOTAS && s->version < NEW_QUOTAS) {
    drop_table(in, "DROP TABLE main.llm_quota_before");
    drop_table(in, "DROP TABLE main.llm_alert_before");
  }
  if (s->version >= FIRST_WITH_ROLLUPS && !counted)
    drop_table(in, "DROP TABLE main.llm_rollup_ms");
  if (s->version >= FIRST_WITH_MOVING && s->version < NEW_WAITING)
    drop_table(in, "DROP TABLE main.llm_quota_moving");
  if (s->legacy) {
    run_rows(in, tok_ledger_script("legacy/1_copy.sql"));
    if (ask_int(in, "SELECT (SELECT count(*) FROM main.llm_usage) <> "
                    "(SELECT count(*) FROM main.llm_usage_legacy)") != 0) {
      refuse(in, SQLITE_ERROR, "not every row of the old llm_usage could be copied");
    }
    run(in, tok_ledger_script("legacy/2_finish.sql"));
    drop_table(in, "DROP TABLE main.llm_usage_legacy");
    if (objects != NULL) run(in, objects);
  }
  sqlite3_free(objects);
  if (s->bulk) end_bulk(in, s);
  if (s->damage != WHOLE) find_damage(in, true);
  run_folder(in, "triggers/");
  run_folder(in, "views/");
  bool recount = s->bulk || s->damage == TO_COUNT;
  if (!counted || recount) sum_up(in);
  /* one made meanwhile counts the rows now */
  if (recount) run(in, "UPDATE main.llm_quota SET active = active");
  else if (s->version >= FIRST_WITH_QUOTAS && s->version < TAGS_HOWEVER_SPELT)
    run(in, "UPDATE main.llm_quota SET tag = tag WHERE tag <> '*'");
  run(in, tok_ledger_script("audit/objects.sql"));
  char *meta = sqlite3_mprintf("INSERT OR REPLACE INTO main.llm_meta(key, value) VALUES"
                               "('schema_version', '%d'), ('definitions', '%s')",
                               tok_ledger_version(), tok_ledger_checksum);
  if (meta == NULL) failed(in, SQLITE_NOMEM);
  else run(in, meta);
  sqlite3_free(meta);
}

/* Inside the transaction; another process may have been faster, so the state is read again. */
static void install_all(install *in) {
  ledger_state s;
  read_state(in, &s);
  check_state(in, &s);
  if (in->rc == SQLITE_OK && (!s.current || s.damage != WHOLE)) create_ledger(in, &s);
  run(in, tok_ledger_script("temp/usage_cost.sql"));
  run(in, tok_ledger_script("temp/rollup.sql"));
  run(in, tok_ledger_script("temp/quota_guard.sql"));
  run(in, tok_ledger_script("temp/context.sql"));
  free_state(&s);
}

static bool is_current(install *in) {
  ledger_state s;
  read_state(in, &s);
  check_state(in, &s);
  free_state(&s);
  return s.current && s.damage == WHOLE;
}

/* Ends the transaction: keeps all of it if nothing failed, else none of it. */
static void finish(install *in) {
  if (in->rc == SQLITE_OK) {
    stop_reader(in);
    int rc = sqlite3_step(in->keep);
    failed(in, rc == SQLITE_DONE ? SQLITE_OK : rc);
  }
  /* memory that ran out or a full disk may have made SQLite roll everything back already */
  if (in->rc != SQLITE_OK && !sqlite3_get_autocommit(in->db)) {
    int rc = sqlite3_step(in->undo);
    if (rc == SQLITE_DONE && !in->own) {
      sqlite3_reset(in->keep);
      sqlite3_step(in->keep);
    }
    if (rc != SQLITE_DONE && in->reader != NULL) sqlite3_step(in->reader);
  }
}

static int install_ledger(install in, char **message) {
  sqlite3 *db = in.db;
  in.own = sqlite3_get_autocommit(db) != 0;
  bool current = is_current(&in);
  int keys = swap_flag(db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, !current);
  int alter = swap_flag(db, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 1, !current);
  prepare_ends(&in);
  prepare_reader(&in);
  if (in.rc == SQLITE_OK) {
    /*
    ** IMMEDIATE waits for other writers at the start; a lock upgrade in the middle could only fail.
    */
    const char *begin = !in.own ? "SAVEPOINT tok_init" : current ? "BEGIN" : "BEGIN IMMEDIATE";
    if (!failed(&in, sqlite3_exec(db, begin, NULL, NULL, NULL))) {
      start_reader(&in);
      install_all(&in);
      finish(&in);
    }
  }
  stop_reader(&in);
  sqlite3_finalize(in.keep);
  sqlite3_finalize(in.undo);
  swap_flag(db, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, alter, !current);
  swap_flag(db, SQLITE_DBCONFIG_ENABLE_FKEY, keys, !current);
  *message = in.message;
  return in.rc;
}

int tok_ledger_install(sqlite3 *db, char **message) {
  return install_ledger((install){.db = db}, message);
}

int tok_ledger_repair(sqlite3 *db, char **message) {
  return install_ledger((install){.db = db, .repair = true}, message);
}

int tok_ledger_end_bulk(sqlite3 *db, bool times_in_order, char **message) {
  return install_ledger((install){.db = db, .checked = true, .in_order = times_in_order}, message);
}

/*
** Time zones in SQL.
**
**     SELECT tok_local('2026-07-01T12:00:00Z', 'Asia/Kathmandu');          -- 2026-07-01T17:45:00+05:45
**     SELECT tok_utc('2026-03-08 09:00', 'America/New_York');              -- 2026-03-08T13:00:00Z
**     SELECT tok_bucket('2026-03-09T01:00:00Z', 'day', 'America/New_York');       -- 2026-03-08T05:00:00Z
**     SELECT tok_bucket_end('2026-03-09T01:00:00Z', 'day', 'America/New_York');   -- 2026-03-09T04:00:00Z
**     SELECT tok_bucket_label(timestamp, 'week', 'Europe/Berlin') AS week, sum(cost_usd)
**       FROM llm_usage GROUP BY week;                                      -- 2026-W10 …
**
** R1  A time is ISO-8601 text (UTC unless it says its offset) or Unix seconds; results in UTC are ISO-8601 text.
** R2  A unit is hour, day, week (from Monday), month, quarter or year; zone.h says what each spans. The zone is
**     an IANA name, UTC or an offset; without it: UTC.
** R3  tok_utc takes a local time without an offset; shown twice: the first; never shown: as much later as the
**     clocks went forward.
** R4  NULL gives NULL; so does a time or a bucket outside the years 0 to 9999.
** R5  IANA names are read from $TZDIR or the system's zoneinfo folder. A connection that was set up with
**     sqlite3_toknofs_init reads no files: it knows UTC and offsets.
**
** These functions are not DETERMINISTIC, because the rules of a zone change with the machine's files.
** They change nothing and tell nothing but time: INNOCUOUS.
*/
#include <stdio.h>
#include <stdlib.h>

#include "zone_sql.h"

enum { PATH_BYTES_MAX = 1024, ZONE_FLAGS = SQLITE_UTF8 | SQLITE_INNOCUOUS };

/* ---- the zones of a connection --------------------------------------------------------------------- */

struct tok_zones_entry {
  tok_zones_entry *next;
  tok_zone *zone;                  /* owned */
  char name[TOK_ZONE_NAME_MAX + 1]; /* as it was asked for */
};

void tok_zones_init(tok_zones *zones, sqlite3 *db) { *zones = (tok_zones){db, NULL, 0}; }

void tok_zones_clear(tok_zones *zones) {
  while (zones->first != NULL) {
    tok_zones_entry *e = zones->first;
    zones->first = e->next;
    tok_zone_free(e->zone);
    tok_free(e);
  }
  zones->n = 0;
}

/* Letters, digits and _+-/ without an empty part: no way out of the folder. */
static bool is_name(tok_slice name) {
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    if (c == '/' && (i == 0 || i + 1 == name.len || name.ptr[i - 1] == '/')) return false;
    if (!tok_is_alpha(c) && !tok_is_digit(c) && memchr("_+-/", c, 4) == NULL) return false;
  }
  return name.len > 0 && name.len <= TOK_ZONE_NAME_MAX;
}

/* The bytes of a file into a buffer that is TOK_NOTFOUND if it cannot be read. */
static void read_file(const char *path, tok_buf *out) {
  FILE *f = fopen(path, "rb");
  if (f == NULL) {
    out->status = TOK_NOTFOUND;
    return;
  }
  char *p = tok_buf_reserve(out, TOK_ZONE_FILE_MAX);
  if (p != NULL) out->len = fread(p, 1, TOK_ZONE_FILE_MAX, f);
  if (ferror(f)) { /* a folder, too */
    tok_buf_free(out);
    out->status = TOK_NOTFOUND;
  }
  fclose(f);
}

/* Where systems keep zone files; *any says whether there was such a folder. */
static tok_status read_zone(tok_slice name, tok_zone **out, bool *any) {
  static const char *const folders[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo",
                                        "/usr/share/lib/zoneinfo", "/etc/zoneinfo"};
  const char *given = getenv("TZDIR");
  size_t n = given != NULL && given[0] != '\0' ? 1 : sizeof folders / sizeof folders[0];
  tok_status s = TOK_NOTFOUND;
  for (size_t i = 0; i < n && s == TOK_NOTFOUND; i++) {
    const char *folder = n == 1 ? given : folders[i];
    char path[PATH_BYTES_MAX];
    FILE *probe = fopen(folder, "rb");
    if (probe == NULL) continue;
    fclose(probe);
    *any = true;
    tok_buf b;
    tok_buf_init(&b, TOK_ZONE_FILE_MAX);
    sqlite3_snprintf(PATH_BYTES_MAX, path, "%s/%.*s", folder, (int)name.len, name.ptr);
    read_file(path, &b);
    s = b.status;
    if (s == TOK_OK) s = tok_zone_parse((tok_slice){b.ptr, b.len}, out);
    tok_buf_free(&b);
  }
  return s;
}

#define EXPECTED "expected an IANA name such as 'America/New_York', 'UTC' or an offset such as '+05:30'"

static char *why_not(tok_slice name, tok_status s, bool files, bool any) {
  int n = tok_shown(name);
  if (!files)
    return sqlite3_mprintf("time zone '%.*s' would have to be read from a file, which this connection may not do "
                           "(sqlite3_toknofs_init): expected 'UTC' or an offset such as '+05:30'", n, name.ptr);
  if (!any)
    return sqlite3_mprintf("time zone '%.*s' cannot be read: this machine has no zone files (install tzdata or set "
                           "TZDIR); 'UTC' and offsets such as '+05:30' work without", n, name.ptr);
  if (s != TOK_NOTFOUND)
    return sqlite3_mprintf("the file of time zone '%.*s' is not a TZif file that tok can use", n, name.ptr);
  return sqlite3_mprintf("unknown time zone '%.*s', " EXPECTED, n, name.ptr);
}

static int load(tok_zones *zones, tok_slice name, tok_zone **out, char **message) {
  bool files = false, any = false;
  tok_status s = tok_zone_fixed(name, out);
  if (s == TOK_NOTFOUND && !is_name(name)) {
    *message = sqlite3_mprintf("unknown time zone '%.*s', " EXPECTED, tok_shown(name), name.ptr);
    return *message == NULL ? SQLITE_NOMEM : SQLITE_ERROR;
  }
  if (s == TOK_NOTFOUND) {
    int rc = tok_sql_files(zones->db, &files);
    if (rc != SQLITE_OK) return rc;
    if (files) s = read_zone(name, out, &any);
  }
  if (s == TOK_OK) return SQLITE_OK;
  if (s != TOK_NOMEM) *message = why_not(name, s, files, any);
  return *message == NULL ? SQLITE_NOMEM : SQLITE_ERROR;
}

int tok_zones_find(tok_zones *zones, tok_slice name, const tok_zone **out, char **message) {
  for (tok_zones_entry **p = &zones->first; *p != NULL; p = &(*p)->next) {
    tok_zones_entry *e = *p;
    if (!tok_slice_is(name, e->name)) continue;
    *p = e->next;
    e->next = zones->first;
    zones->first = e;
    *out = e->zone;
    return SQLITE_OK;
  }
  if (zones->n >= TOK_ZONES_MAX) {
    *message = sqlite3_mprintf("more than %d different time zones on one connection", TOK_ZONES_MAX);
    return *message == NULL ? SQLITE_NOMEM : SQLITE_ERROR;
  }
  tok_zone *zone = NULL;
  int rc = load(zones, name, &zone, message);
  if (rc != SQLITE_OK) return rc;
  tok_zones_entry *e = tok_malloc(sizeof *e);
  if (e == NULL) {
    tok_zone_free(zone);
    return SQLITE_NOMEM;
  }
  *e = (tok_zones_entry){.next = zones->first, .zone = zone};
  memcpy(e->name, name.ptr, name.len);
  zones->first = e;
  zones->n++;
  *out = zone;
  return SQLITE_OK;
}

/* ---- arguments ------------------------------------------------------------------------------------- */

const tok_zone *tok_sql_zone(sqlite3_context *ctx, const char *func, tok_zones *zones, sqlite3_value *v) {
  const tok_zone *zone = NULL;
  char *message = NULL;
  tok_slice name = tok_slice_of("UTC");
  bool given = v != NULL && sqlite3_value_type(v) != SQLITE_NULL;
  if (given) name = tok_sql_bytes(v);
  int rc = given && name.ptr == NULL && sqlite3_value_type(v) != SQLITE_BLOB ? SQLITE_NOMEM
                                                                   : tok_zones_find(zones, name, &zone, &message);
  if (rc == SQLITE_NOMEM) sqlite3_result_error_nomem(ctx);
  else if (rc != SQLITE_OK) tok_sql_error(ctx, func, "%s", message == NULL ? sqlite3_errstr(rc) : message);
  sqlite3_free(message);
  return rc == SQLITE_OK ? zone : NULL;
}

bool tok_sql_unit(sqlite3_context *ctx, const char *func, sqlite3_value *v, tok_unit *out) {
  tok_slice name = tok_sql_bytes(v);
  if (tok_unit_parse(name, out) == TOK_OK) return true;
  tok_sql_error(ctx, func, "unknown unit '%.*s', expected hour, day, week, month, quarter or year", tok_shown(name),
                name.ptr == NULL ? "" : name.ptr);
  return false;
}

/* ---- functions ------------------------------------------------------------------------------------- */

typedef struct {
  tok_conn conn; /* first: destroyed as one */
  tok_zones zones;
} zone_conn;

static void destroy(tok_conn *conn) {
  zone_conn *c = (zone_conn *)conn;
  tok_zones_clear(&c->zones);
  tok_free(c);
}

static bool any_null(int n, sqlite3_value **args) {
  for (int i = 0; i < n; i++) {
    if (sqlite3_value_type(args[i]) == SQLITE_NULL) return true;
  }
  return false;
}

static const tok_zone *zone_arg(sqlite3_context *ctx, const char *func, sqlite3_value *v) {
  zone_conn *c = sqlite3_user_data(ctx);
  return tok_sql_zone(ctx, func, &c->zones, v);
}

static void result_utc(sqlite3_context *ctx, int64_t t) {
  char text[TOK_TIME_TEXT_BYTES];
  if (!tok_time_in_range(t)) return;
  tok_time_format(t, text);
  sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

/* tok_local(ts, zone) */
static void local_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  static const char func[] = "tok_local";
  int64_t t;
  char text[TOK_ZONE_TEXT_BYTES];
  if (any_null(n, args) || !tok_sql_time(ctx, func, "ts", args[0], &t)) return;
  const tok_zone *z = zone_arg(ctx, func, args[1]);
  if (z == NULL) return;
  tok_zone_format(z, t, text);
  sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

/* tok_utc(local, zone) */
static void utc_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  static const char func[] = "tok_utc";
  int64_t local;
  if (any_null(n, args)) return;
  tok_slice text = tok_sql_bytes(args[0]);
  if (sqlite3_value_type(args[0]) != SQLITE_TEXT || tok_time_has_offset(text) ||
      tok_time_parse(text, &local) != TOK_OK) {
    tok_sql_error(ctx, func, "expected a local time such as '2026-03-08 09:00' without an offset, got '%.*s'",
                  tok_shown(text), text.ptr == NULL ? "" : text.ptr);
    return;
  }
  const tok_zone *z = zone_arg(ctx, func, args[1]);
  if (z != NULL) result_utc(ctx, tok_zone_utc(z, local));
}

typedef struct {
  const tok_zone *zone; /* borrowed from the connection */
  tok_unit unit;
  tok_span span;
} bucket;

/* (ts, unit [, zone]); false: the result is set. */
static bool bucket_args(sqlite3_context *ctx, const char *func, int n, sqlite3_value **args, bucket *b) {
  int64_t t;
  if (n < 2 || n > 3) {
    tok_sql_error(ctx, func, "expected (ts, unit) or (ts, unit, zone), got %d arguments", n);
    return false;
  }
  if (any_null(n, args) || !tok_sql_time(ctx, func, "ts", args[0], &t) ||
      !tok_sql_unit(ctx, func, args[1], &b->unit))
    return false;
  b->zone = zone_arg(ctx, func, n == 3 ? args[2] : NULL);
  if (b->zone == NULL) return false;
  tok_zone_bucket(b->zone, b->unit, t, &b->span);
  return true;
}

static void bucket_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  bucket b;
  if (bucket_args(ctx, "tok_bucket", n, args, &b)) result_utc(ctx, b.span.start);
}

static void bucket_end_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  bucket b;
  if (bucket_args(ctx, "tok_bucket_end", n, args, &b)) result_utc(ctx, b.span.end);
}

static void bucket_label_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  bucket b;
  char text[TOK_ZONE_TEXT_BYTES];
  if (!bucket_args(ctx, "tok_bucket_label", n, args, &b)) return;
  tok_zone_label(b.zone, b.unit, b.span.start, text);
  sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

int tok_zone_register(sqlite3 *db) {
  static const tok_func_def defs[] = {{"tok_local", 2, ZONE_FLAGS, local_func},
                                      {"tok_utc", 2, ZONE_FLAGS, utc_func},
                                      {"tok_bucket", -1, ZONE_FLAGS, bucket_func},
                                      {"tok_bucket_end", -1, ZONE_FLAGS, bucket_end_func},
                                      {"tok_bucket_label", -1, ZONE_FLAGS, bucket_label_func}};
  zone_conn *c = tok_malloc(sizeof *c);
  if (c == NULL) return SQLITE_NOMEM;
  *c = (zone_conn){.conn = {db, 1, destroy}};
  tok_zones_init(&c->zones, db);
  int rc = tok_sql_functions(db, &c->conn, defs, sizeof defs / sizeof defs[0]);
  tok_conn_release(&c->conn);
  return rc;
}

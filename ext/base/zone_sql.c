/*
** Time zones in SQL.
**
**    SELECT tok_local('2026-07-01T12:00:00Z', 'Asia/Kathmandu');      -- 2026-07-01T17:45:00+05:45
**    SELECT tok_utc('2026-03-08 09:00', 'America/New_York');              -- 2026-03-08T13:00:00Z
**    SELECT tok_bucket('2026-03-09T01:00Z', 'day', 'America/New_York');     -- 2026-03-08T05:00:00Z
**    SELECT tok_bucket_end('2026-03-09T01:00Z', 'day', 'America/New_York'); -- 2026-03-09T04:00:00Z
**    SELECT tok_bucket_label(timestamp, 'week', 'Europe/Berlin') AS week, sum(cost_usd)
**      FROM llm_usage GROUP BY week;                                      -- 2026-W10 …
**
** R1  A time is ISO-8601 text (UTC unless it says its offset) or Unix seconds; results in UTC are
** ISO-8601 text.
** R2  A unit is hour, day, week (from Monday), month, quarter or year; zone.h says what each spans.
**     The zone is an IANA name, UTC or an offset; without it: UTC.
** R3  tok_utc takes a local time without an offset; shown twice: the first; never shown: as much
**     later as the clocks went forward.
** R4  NULL gives NULL; so does a time or a bucket outside the years 0 to 9999.
** R5  tok carries the rules of all zones since 1970 (tok_info() tells their version). The system's
**     zoneinfo folder is read instead where it says that it is newer; with TZDIR set that folder
**     and no other rules. A connection that was set up with sqlite3_toknofs_init reads no files.
**     Case does not matter in names.
**
** These functions are not DETERMINISTIC, because the rules of a zone change with time and the
** machine's files. They change nothing and tell nothing but time: INNOCUOUS.
*/
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "zone_sql.h"
#include "zone_table.h"

enum { PATH_BYTES_MAX = 1024, ZONE_FLAGS = SQLITE_UTF8 | SQLITE_INNOCUOUS };

/* ---- the zones of a connection --------------------------------------------------------------- */

struct tok_zones_entry {
  tok_zones_entry *next;
  tok_zone *zone;                   /* owned */
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

/* At most `max` bytes of a file; TOK_NOTFOUND in the buffer if it cannot be read. */
static void read_file(tok_slice folder, tok_slice name, size_t max, tok_buf *out) {
  char path[PATH_BYTES_MAX];
  tok_buf_init(out, TOK_ZONE_FILE_MAX);
  sqlite3_snprintf(PATH_BYTES_MAX, path, "%.*s/%.*s", (int)folder.len, folder.ptr, (int)name.len,
                   name.ptr);
  FILE *f = fopen(path, "rb");
  if (f == NULL) {
    out->status = errno == ENOMEM ? TOK_NOMEM : TOK_NOTFOUND;
    return;
  }
  char *p = tok_buf_reserve(out, max);
  if (p != NULL) out->len = fread(p, 1, max, f);
  if (ferror(f)) { /* a folder, too */
    tok_buf_free(out);
    out->status = TOK_NOTFOUND;
  }
  fclose(f);
}

static tok_status read_zone(tok_slice folder, tok_slice name, tok_zone **out) {
  tok_buf b;
  read_file(folder, name, TOK_ZONE_FILE_MAX, &b);
  tok_status s = b.status;
  if (s == TOK_OK) s = tok_zone_parse((tok_slice){b.ptr, b.len}, out);
  tok_buf_free(&b);
  return s;
}

/* Does the folder say that its rules are newer than the carried ones: "# version 2026g"? */
static bool is_newer(tok_slice folder) {
  static const char head[] = "# version ";
  enum { LINE_BYTES = 24 };
  tok_buf b;
  char version[LINE_BYTES] = "";
  read_file(folder, tok_slice_of("tzdata.zi"), LINE_BYTES, &b);
  for (size_t i = 0; b.status == TOK_OK && i + sizeof head - 1 < b.len; i++) {
    char c = b.ptr[i + sizeof head - 1];
    if (memcmp(b.ptr, head, sizeof head - 1) != 0 || c == '\n') break;
    version[i] = c;
  }
  tok_buf_free(&b);
  return strcmp(version, tok_zone_version) > 0;
}

/* Where systems keep zone files. */
static const char *const folders[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo",
                                      "/usr/share/lib/zoneinfo", "/etc/zoneinfo"};

/* R5. A zone that one of the two does not know may be in the other. */
static tok_status find_zone(tok_slice name, bool files, tok_zone **out) {
  tok_slice spelled = name;
  const char *given = files ? getenv("TZDIR") : NULL;
  if (tok_zone_carried(name, NULL, &spelled) != TOK_OK) spelled = name;
  if (given != NULL && given[0] != '\0') return read_zone(tok_slice_of(given), spelled, out);
  tok_status s = TOK_NOTFOUND;
  for (int older = 0; older < 2 && s == TOK_NOTFOUND; older++) {
    for (size_t i = 0; files && i < sizeof folders / sizeof folders[0] && s == TOK_NOTFOUND; i++) {
      tok_slice folder = tok_slice_of(folders[i]);
      if (older == 1 || is_newer(folder)) s = read_zone(folder, spelled, out);
    }
    if (s == TOK_NOTFOUND && older == 0) s = tok_zone_carried(name, out, &spelled);
  }
  return s;
}

static int load(tok_zones *zones, tok_slice name, tok_zone **out, char **message) {
  tok_status s = tok_zone_fixed(name, out);
  if (s == TOK_NOTFOUND && is_name(name)) {
    bool files;
    int rc = tok_sql_files(zones->db, &files);
    if (rc != SQLITE_OK) return rc;
    s = find_zone(name, files, out);
  }
  if (s == TOK_OK) return SQLITE_OK;
  if (s == TOK_NOTFOUND) {
    *message = sqlite3_mprintf(
        "unknown time zone '%.*s', expected an IANA name such as 'America/New_York', 'UTC' or an "
        "offset such as '+05:30'",
        tok_shown(name), name.ptr);
  } else if (s != TOK_NOMEM) {
    *message = sqlite3_mprintf("the file of time zone '%.*s' is not a TZif file that tok can use",
                               tok_shown(name), name.ptr);
  }
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
    *message =
        sqlite3_mprintf("more than %d different time zones on one connection", TOK_ZONES_MAX);
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

/* ---- arguments ------------------------------------------------------------------------------- */

const tok_zone *tok_sql_zone(sqlite3_context *ctx, const char *func, tok_zones *zones,
                             sqlite3_value *v) {
  const tok_zone *zone = NULL;
  char *message = NULL;
  tok_slice name = tok_slice_of("UTC");
  bool given = v != NULL && sqlite3_value_type(v) != SQLITE_NULL;
  if (given && !tok_sql_text(ctx, v, &name)) return NULL;
  int rc = tok_zones_find(zones, name, &zone, &message);
  if (rc != SQLITE_OK) tok_sql_failure(ctx, func, rc, message);
  sqlite3_free(message);
  return rc == SQLITE_OK ? zone : NULL;
}

bool tok_sql_unit(sqlite3_context *ctx, const char *func, sqlite3_value *v, tok_unit *out) {
  tok_slice name;
  if (!tok_sql_text(ctx, v, &name)) return false;
  if (tok_unit_parse(name, out) == TOK_OK) return true;
  tok_sql_error(ctx, func, "unknown unit '%.*s', expected hour, day, week, month, quarter or year",
                tok_shown(name), name.ptr == NULL ? "" : name.ptr);
  return false;
}

/* ---- functions ------------------------------------------------------------------------------- */

static void destroy(tok_conn *conn) {
  tok_zone_conn *c = (tok_zone_conn *)conn;
  tok_zones_clear(&c->zones);
  tok_free(c);
}

tok_zone_conn *tok_zone_conn_new(sqlite3 *db) {
  tok_zone_conn *c = tok_malloc(sizeof *c);
  if (c == NULL) return NULL;
  *c = (tok_zone_conn){.conn = {db, 1, destroy}};
  tok_zones_init(&c->zones, db);
  return c;
}

static bool any_null(int n, sqlite3_value **args) {
  for (int i = 0; i < n; i++) {
    if (sqlite3_value_type(args[i]) == SQLITE_NULL) return true;
  }
  return false;
}

static const tok_zone *zone_arg(sqlite3_context *ctx, const char *func, sqlite3_value *v) {
  tok_zone_conn *c = sqlite3_user_data(ctx);
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
  tok_slice text;
  if (any_null(n, args) || !tok_sql_text(ctx, args[0], &text)) return;
  if (sqlite3_value_type(args[0]) != SQLITE_TEXT || tok_time_has_offset(text) ||
      tok_time_parse(text, &local) != TOK_OK) {
    tok_sql_error(ctx, func,
                  "expected a local time such as '2026-03-08 09:00' without an offset, got '%.*s'",
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
static bool bucket_args(sqlite3_context *ctx, const char *func, int n, sqlite3_value **args,
                        bucket *b) {
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
  tok_zone_conn *c = tok_zone_conn_new(db);
  if (c == NULL) return SQLITE_NOMEM;
  int rc = tok_sql_functions(db, &c->conn, defs, sizeof defs / sizeof defs[0]);
  tok_conn_release(&c->conn);
  return rc;
}

/*
** Time zones by name, for the glue of every room. A room that buckets time keeps a tok_zones in its
** connection state:
**
**     typedef struct { tok_conn conn; tok_zones zones; … } room;  tok_zones_init(&room->zones, db);
**     const tok_zone *z = tok_sql_zone(ctx, "tok_report", &room->zones, argv[3]);
**     if (z == NULL) return;                                          the error is raised already
*/
#ifndef TOK_ZONE_SQL_H
#define TOK_ZONE_SQL_H

#include "sql.h"
#include "zone.h"

/* More names than there are; a bound for who asks for every spelling of an offset. */
enum { TOK_ZONES_MAX = 1000, TOK_ZONE_NAME_MAX = 64 };

typedef struct tok_zones_entry tok_zones_entry;

/* The zones that a connection has used. */
typedef struct {
  sqlite3 *db;
  tok_zones_entry *first; /* owned; the last used one leads */
  int n;
} tok_zones;

void tok_zones_init(tok_zones *zones, sqlite3 *db);
void tok_zones_clear(tok_zones *zones);

/* The state of functions on a connection that need zones and nothing else. */
typedef struct {
  tok_conn conn; /* first: destroyed as one */
  tok_zones zones;
} tok_zone_conn;

/* To be registered with and released as a tok_conn; NULL when out of memory. */
tok_zone_conn *tok_zone_conn_new(sqlite3 *db);

/*
** The zone of an IANA name ('America/New_York', any case), 'UTC', or an offset ('+05:30', 'UTC+6').
** From the rules that tok carries or newer ones of the system (zone_sql.c, R5) when first asked
** for, then remembered. *out is borrowed until tok_zones_clear. An SQLite code; on failure *message
** (sqlite3_free) says what is wrong and what was expected, or is NULL when out of memory.
*/
int tok_zones_find(tok_zones *zones, tok_slice name, const tok_zone **out, char **message);

/*
** A zone argument; none (v == NULL) and NULL mean UTC. Returns NULL with "<func>: …" raised if
** there is no such zone.
*/
const tok_zone *tok_sql_zone(sqlite3_context *ctx, const char *func, tok_zones *zones,
                             sqlite3_value *v);
/* A unit argument: "hour" … "year"; false with an error raised. */
bool tok_sql_unit(sqlite3_context *ctx, const char *func, sqlite3_value *v, tok_unit *out);

#endif

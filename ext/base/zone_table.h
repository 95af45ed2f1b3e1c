/*
** The zone rules that tok carries: one line a set of rules since 1970 (zones/from_tzif.py says how
** it reads). So zones work where there is no zoneinfo folder or no file may be read, and alike on
** every machine.
*/
#ifndef TOK_ZONE_TABLE_H
#define TOK_ZONE_TABLE_H

#include "zone.h"

extern const char tok_zone_version[]; /* of the IANA database, such as "2026f" */
extern const unsigned char tok_zone_rules[];
extern const size_t tok_zone_rules_bytes;

/*
** The rules of an IANA name (any case). Before 1970 the zone has the offset that it had then. Where
** it is found, *canonical becomes the name as the database spells it, also where *out is not wanted
** (NULL). TOK_OK (*out owned: tok_zone_free), TOK_NOTFOUND or TOK_NOMEM. O(table): 0.1 ms.
*/
tok_status tok_zone_carried(tok_slice name, tok_zone **out, tok_slice *canonical);

#endif

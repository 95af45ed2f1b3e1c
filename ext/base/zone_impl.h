/* What zone.c computes with and zone_read.c fills in; nobody else includes this. */
#ifndef TOK_ZONE_IMPL_H
#define TOK_ZONE_IMPL_H

#include "zone.h"

/* RFC 9636, 3.2: utoff is more than -25 and less than 26 hours. */
enum { ZONE_OFFSET_MIN = -89999, ZONE_OFFSET_MAX = 93599 };

/* A day of the year and a second of it at which an offset begins; the POSIX forms. */
typedef struct {
  enum { ZONE_MONTH_WEEK_DAY, ZONE_JULIAN, ZONE_DAY_OF_YEAR } form;
  int month, week, day; /* Mm.w.d; Jn (1..365, no leap day) and n (0..365) in `day` */
  int32_t second;       /* -167..167 hours, in seconds */
} zone_turn;

typedef struct {
  bool present;
  bool has_dst;
  int32_t std, dst;     /* seconds east */
  zone_turn begin, end; /* of DST */
} zone_rule;

/* Invariant: at[] ascends strictly; neighbouring offsets differ, but for the last before a rule
   with DST. */
struct tok_zone {
  zone_rule rule;  /* for times from the last transition on */
  int32_t before;  /* offset before at[0] */
  size_t n;        /* transitions */
  int32_t *offset; /* [n], from at[i] on; inside this block */
  int64_t at[];    /* [n] */
};

/* A zone with room for n transitions, all fields zero; NULL: out of memory. */
tok_zone *tok_zone_alloc(size_t n);

/* A POSIX TZ string; offsets in it count west. An empty one leaves the rule absent. TOK_OK or
   TOK_INVALID. */
tok_status tok_zone_read_rule(tok_slice text, zone_rule *rule);

#endif

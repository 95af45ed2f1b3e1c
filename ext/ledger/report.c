/* Spans of time and roll-ups of a report; see report.h. Nothing of its own for SQL. */
#include "report.h"

tok_rollup_dim tok_rollup_dim_for(unsigned columns) {
  static const tok_rollup_dim none = {NULL, false, false, false};
  if (columns == 0) return (tok_rollup_dim){"all", true, true, true};
  if ((columns & ~(unsigned)(TOK_BY_PROVIDER | TOK_BY_MODEL)) == 0) {
    return (tok_rollup_dim){"model", true, true, true};
  }
  if (columns == TOK_BY_TASK) return (tok_rollup_dim){"task_type", true, true, true};
  if (columns == TOK_BY_TENANT) return (tok_rollup_dim){"tenant_id", true, true, true};
  return (columns & TOK_BY_OTHER) != 0 ? none : (tok_rollup_dim){"tuple", false, true, false};
}

/* ---- spans ----------------------------------------------------------------------------------- */

typedef struct {
  int64_t lo, hi;
  int level;
  bool any;
  tok_buf *out;
} writer;

static void flush(writer *w) {
  if (!w->any) return;
  tok_buf_adds(w->out, w->out->len <= 1 ? "[" : ",[");
  tok_buf_add_i64(w->out, w->lo);
  tok_buf_addc(w->out, ',');
  tok_buf_add_i64(w->out, w->hi);
  tok_buf_addc(w->out, ',');
  tok_buf_add_i64(w->out, w->level);
  tok_buf_addc(w->out, ']');
  w->any = false;
}

static void put(writer *w, int64_t lo, int64_t hi, int level) {
  if (lo >= hi) return;
  if (w->any && w->level == level && w->hi == lo) {
    w->hi = hi;
    return;
  }
  flush(w);
  w->lo = lo;
  w->hi = hi;
  w->level = level;
  w->any = true;
}

static int64_t down(int64_t t, int64_t step) { return t - ((t % step) + step) % step; }
static int64_t up(int64_t t, int64_t step) { return down(t + step - 1, step); }

static void put_hours(writer *w, int64_t lo, int64_t hi, bool hours) {
  int64_t first = up(lo, TOK_SPAN_HOURS), last = down(hi, TOK_SPAN_HOURS);
  if (!hours || first >= last) {
    put(w, lo, hi, TOK_SPAN_ROWS);
    return;
  }
  put(w, lo, first, TOK_SPAN_ROWS);
  put(w, first, last, TOK_SPAN_HOURS);
  put(w, last, hi, TOK_SPAN_ROWS);
}

/* Of one day. Where roll-ups have no hours, at most the rows of half of it are read. */
static void put_part(writer *w, int64_t lo, int64_t hi, const tok_span_rules *rules) {
  int64_t day = down(lo, TOK_SPAN_DAYS), next = day + TOK_SPAN_DAYS;
  if (rules->hours || !rules->less || 2 * (hi - lo) <= TOK_SPAN_DAYS) {
    put_hours(w, lo, hi, rules->hours);
    return;
  }
  put(w, day, lo, TOK_SPAN_LESS);
  put(w, day, next, TOK_SPAN_DAYS);
  put(w, hi, next, TOK_SPAN_LESS);
}

static void put_days(writer *w, int64_t lo, int64_t hi, const tok_span_rules *rules) {
  int64_t first = up(lo, TOK_SPAN_DAYS), last = down(hi, TOK_SPAN_DAYS);
  if (!rules->days) {
    put_hours(w, lo, hi, rules->hours);
  } else if (first > last) {
    put_part(w, lo, hi, rules);
  } else {
    put_part(w, lo, first, rules);
    put(w, first, last, TOK_SPAN_DAYS);
    put_part(w, last, hi, rules);
  }
}

/* Do the zone's hours and days start where UTC's do, all the time? */
static bool is_utc(const tok_zone *zone, int64_t at) {
  tok_span same;
  return tok_zone_segment(zone, at, &same) == 0 && same.start == INT64_MIN && same.end == INT64_MAX;
}

void tok_report_spans(int64_t from, int64_t to, const tok_span_rules *rules, tok_buf *out) {
  writer w = {.out = out};
  tok_span_rules r = *rules;
  if (r.zone != NULL && r.unit == TOK_UNIT_HOUR) r.days = false;
  tok_buf_addc(out, '[');
  if (r.zone == NULL || from >= to || is_utc(r.zone, from) || (!r.days && !r.hours)) {
    put_days(&w, from, to, &r);
  } else {
    while (from < to && out->status == TOK_OK) {
      tok_span group;
      tok_zone_bucket(r.zone, r.unit, from, &group);
      int64_t end = group.end < to ? group.end : to;
      r.less = false; /* the rest of a day of UTC is of another group */
      put_days(&w, from, end, &r);
      from = end;
    }
  }
  flush(&w);
  tok_buf_addc(out, ']');
}

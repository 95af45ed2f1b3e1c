/* See print_sql.h. SQLite's own printf does not depend on the locale. */
#include "print_sql.h"

#include <math.h>

void tok_print_real(tok_buf *b, double v) {
  char text[40];
  if (!isfinite(v)) {
    tok_buf_adds(b, "null");
    return;
  }
  sqlite3_snprintf((int)sizeof text, text, "%.12g", v);
  tok_buf_adds(b, text);
}

void tok_print_member(tok_buf *b, bool comma, const char *name, double v) {
  tok_buf_adds(b, comma ? ",\"" : "\"");
  tok_buf_adds(b, name);
  tok_buf_adds(b, "\":");
  tok_print_real(b, v);
}

void tok_print_mix(tok_buf *b, const tok_forecast *f) {
  const double least = 0.005;
  bool comma = false;
  char text[40];
  tok_buf_addc(b, '{');
  for (size_t i = 0; i < f->n_mix; i++) {
    if (f->mix[i].weight < least) continue;
    sqlite3_snprintf((int)sizeof text, text, "%s\"%s\":%.2f", comma ? "," : "", f->mix[i].name,
                     f->mix[i].weight);
    tok_buf_adds(b, text);
    comma = true;
  }
  tok_buf_addc(b, '}');
}

static void add_count(tok_buf *b, const char *name, size_t n) {
  tok_buf_adds(b, name);
  tok_buf_add_i64(b, (int64_t)n);
}

void tok_print_trust(tok_buf *b, const tok_forecast *f, double level) {
  tok_print_member(b, false, "level", level);
  tok_buf_adds(b, ",\"method\":");
  tok_print_mix(b, f);
  add_count(b, ",\"n\":", f->n);
  add_count(b, ",\"filled\":", f->n_filled);
  add_count(b, ",\"repaired\":", f->n_repaired);
  add_count(b, ",\"backtest\":{\"origins\":", f->n_back);
  tok_print_member(b, true, "wape", f->n_back > 0 ? f->wape : NAN);
  tok_print_member(b, true, "mase", f->n_back > 0 ? f->mase : NAN);
  tok_print_member(b, true, "coverage", f->n_back > 0 ? f->coverage : NAN);
  tok_buf_adds(b, "},\"status\":\"");
  tok_buf_adds(b, tok_grade_name(f->grade));
  tok_buf_addc(b, '"');
}

/*
** CSV with a header (RFC 4180; also with ; tab or | between fields), and the usual names of the
** ledger's columns. Nothing of its own for SQL.
*/
#include <stdio.h>

#include "log_impl.h"

/*
** Lower-case letters and digits only: "Prompt Tokens", "prompt_tokens" and "promptTokens" are one
** name.
*/
static const struct {
  const char *name;
  int column;
} aliases[] = {
    {"time", TOK_C_TIMESTAMP},
    {"date", TOK_C_TIMESTAMP},
    {"datetime", TOK_C_TIMESTAMP},
    {"datetimeutc", TOK_C_TIMESTAMP},
    {"createdat", TOK_C_TIMESTAMP},
    {"starttime", TOK_C_TIMESTAMP},
    {"requestcreatedat", TOK_C_TIMESTAMP},
    {"tsec", TOK_C_TIMESTAMP},
    {"ts", TOK_C_TIMESTAMP},
    {"modelname", TOK_C_MODEL},
    {"modelid", TOK_C_MODEL},
    {"modelpermaslug", TOK_C_MODEL},
    {"modelgroup", TOK_C_REQUEST_MODEL},
    {"providername", TOK_C_PROVIDER},
    {"customllmprovider", TOK_C_PROVIDER},
    {"generationid", TOK_C_RESPONSE_ID},
    {"task", TOK_C_TASK_TYPE},
    {"requesttype", TOK_C_TASK_TYPE},
    {"operation", TOK_C_TASK_TYPE},
    {"calltype", TOK_C_TASK_TYPE},
    {"tenant", TOK_C_TENANT_ID},
    {"team", TOK_C_TENANT_ID},
    {"teamid", TOK_C_TENANT_ID},
    {"organization", TOK_C_TENANT_ID},
    {"user", TOK_C_USER_ID},
    {"client", TOK_C_USER_ID},
    {"apikey", TOK_C_API_KEY_ID},
    {"keyid", TOK_C_API_KEY_ID},
    {"session", TOK_C_SESSION_ID},
    {"conversationid", TOK_C_SESSION_ID},
    {"tier", TOK_C_SERVICE_TIER},
    {"inputtoken", TOK_C_INPUT_TOKENS},
    {"intokens", TOK_C_INPUT_TOKENS},
    {"inputusage", TOK_C_INPUT_TOKENS},
    {"prompttokens", TOK_C_INPUT_TOKENS},
    {"tokensprompt", TOK_C_INPUT_TOKENS},
    {"contexttokens", TOK_C_INPUT_TOKENS},
    {"requesttokens", TOK_C_INPUT_TOKENS},
    {"outtokens", TOK_C_OUTPUT_TOKENS},
    {"outputusage", TOK_C_OUTPUT_TOKENS},
    {"totalusage", TOK_C_TOTAL_TOKENS},
    {"completiontokens", TOK_C_OUTPUT_TOKENS},
    {"tokenscompletion", TOK_C_OUTPUT_TOKENS},
    {"generatedtokens", TOK_C_OUTPUT_TOKENS},
    {"responsetokens", TOK_C_OUTPUT_TOKENS},
    {"cachedtokens", TOK_C_CACHE_READ_TOKENS},
    {"tokenscached", TOK_C_CACHE_READ_TOKENS},
    {"inputcachedtokens", TOK_C_CACHE_READ_TOKENS},
    {"cachedinputtokens", TOK_C_CACHE_READ_TOKENS},
    {"promptcachedtokens", TOK_C_CACHE_READ_TOKENS},
    {"cachedprompttokens", TOK_C_CACHE_READ_TOKENS},
    {"tokensreasoning", TOK_C_REASONING_TOKENS},
    {"reasoningoutputtokens", TOK_C_REASONING_TOKENS},
    {"outputreasoningtokens", TOK_C_REASONING_TOKENS},
    {"cachereadinputtokens", TOK_C_CACHE_READ_TOKENS},
    {"cachecreationinputtokens", TOK_C_CACHE_WRITE_TOKENS},
    {"latencyms", TOK_C_RESPONSE_TIME_MS},
    {"durationms", TOK_C_RESPONSE_TIME_MS},
    {"generationtime", TOK_C_RESPONSE_TIME_MS},
    {"generationtimems", TOK_C_RESPONSE_TIME_MS},
    {"requestdurationms", TOK_C_RESPONSE_TIME_MS},
    {"value", TOK_C_VALUE_USD},
    {"costusd", TOK_C_COST_USD},
    {"totalcostusd", TOK_C_COST_USD},
    {"cost", TOK_C_REPORTED_USD},
    {"costtotal", TOK_C_REPORTED_USD},
    {"totalcost", TOK_C_REPORTED_USD},
    {"spend", TOK_C_REPORTED_USD},
    {"reportedcostusd", TOK_C_REPORTED_USD},
    /* Cursor's */
    {"cacheread", TOK_C_CACHE_READ_TOKENS},
    {"inputwcachewrite", TOK_C_INPUT_WRITTEN},
    {"inputwocachewrite", TOK_C_INPUT_FRESH},
    {"kind", TOK_C_CHARGE},
    {"costtoyou", TOK_C_REPORTED_USD},
    /* LiteLLM's */
    {"metadata", TOK_C_INSIDE},
    {"cachehit", TOK_C_ANSWERED},
};

enum { NAME_MAX_BYTES = 40 };

/* The name without case and punctuation; its length, 0 if it is longer than any. */
static size_t simplify(tok_slice name, char out[NAME_MAX_BYTES]) {
  size_t n = 0;
  for (size_t i = 0; i < name.len; i++) {
    char c = tok_lower(name.ptr[i]);
    if (!tok_is_alpha(c) && !tok_is_digit(c)) continue;
    if (n + 1 >= NAME_MAX_BYTES) return 0;
    out[n++] = c;
  }
  return n;
}

static bool same_simple(const char *simple, size_t n, const char *name) {
  char other[NAME_MAX_BYTES];
  return simplify(tok_slice_of(name), other) == n && memcmp(simple, other, n) == 0;
}

/* How sure it is that a name means a column: two of a header may mean the same. */
enum { BY_OTHER_NAME, BY_ITS_NAME, BY_OPTION };

static int find_column(const tok_log *l, tok_slice name, int *how) {
  char simple[NAME_MAX_BYTES];
  *how = BY_OPTION;
  for (size_t i = 0; i < l->options->n_names; i++) {
    if (tok_slice_eq(name, l->options->names[i].theirs)) return (int)l->options->names[i].ours;
  }
  size_t n = simplify(name, simple);
  if (n == 0) return TOK_C_N;
  *how = BY_ITS_NAME;
  for (int c = 0; c < TOK_C_N; c++) {
    if (same_simple(simple, n, tok_columns[c].name)) return c;
  }
  *how = BY_OTHER_NAME;
  for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
    if (strlen(aliases[i].name) == n && memcmp(simple, aliases[i].name, n) == 0)
      return aliases[i].column;
  }
  return TOK_C_N;
}

int tok_log_alias(const tok_log *l, tok_slice name) {
  int how;
  return find_column(l, name, &how);
}

void tok_log_put(tok_log *l, int column, tok_slice text) {
  tok_record *r = &l->record;
  if (column == TOK_C_N || column > TOK_C_REPORTED_USD) return;
  if (column > TOK_C_N && text.len > 0 && text.ptr[0] == '$') text.ptr++, text.len--;
  if (column == TOK_C_REPORTED_USD) {
    if (!tok_record_has(r, TOK_C_REPORTED_COST_NANO))
      tok_record_usd(r, TOK_C_REPORTED_COST_NANO, text);
  } else if (column == TOK_C_COST_USD) {
    if (!tok_record_has(r, TOK_C_COST_NANO)) tok_record_usd(r, TOK_C_COST_NANO, text);
  } else {
    tok_record_parse(r, (tok_column)column, text);
  }
}

/* ---- fields ---------------------------------------------------------------------------------- */

typedef struct {
  tok_slice row;
  size_t at;
  char separator;
  bool done, open; /* is a quote not closed? */
} fields;

/* The next field without its quotes; *quoted: it may hold doubled quotes. */
static tok_slice next_field(fields *f, bool *quoted) {
  const char *p = f->row.ptr;
  size_t start = f->at, end;
  *quoted = start < f->row.len && p[start] == '"';
  if (*quoted) {
    for (end = ++start; end < f->row.len; end++) {
      if (p[end] != '"') continue;
      if (end + 1 < f->row.len && p[end + 1] == '"') end++;
      else break;
    }
    f->open |= end >= f->row.len;
    f->at = end;
    while (f->at < f->row.len && p[f->at] != f->separator) f->at++;
  } else {
    const char *to = memchr(p + start, f->separator, f->row.len - start);
    end = f->at = to == NULL ? f->row.len : (size_t)(to - p);
  }
  f->done = f->at >= f->row.len;
  f->at++;
  if (end > f->row.len) end = f->row.len;
  return (tok_slice){p + start, end - start};
}

/*
** The same with doubled quotes made single, in l->fields, which has room for all of the row and
** does not move.
*/
static tok_slice field_text(tok_log *l, fields *f, bool *is_quoted) {
  tok_slice s = next_field(f, is_quoted);
  if (!*is_quoted || memchr(s.ptr, '"', s.len) == NULL) return s;
  char *p = tok_buf_reserve(&l->fields, s.len);
  size_t n = 0;
  if (p == NULL) return (tok_slice){NULL, 0};
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] == '"') i++;
    if (i < s.len) p[n++] = s.ptr[i];
  }
  l->fields.len += n;
  return (tok_slice){p, n};
}

static char best_separator(tok_slice header) {
  static const char candidates[] = ",;\t|";
  size_t most = 0;
  char best = ',';
  for (int k = 0; candidates[k] != '\0'; k++) {
    size_t n = 0;
    for (size_t i = 0; i < header.len; i++) n += header.ptr[i] == candidates[k];
    if (n > most) most = n, best = candidates[k];
  }
  return best;
}

static bool is_count(int c) {
  return c == TOK_C_INPUT_TOKENS || c == TOK_C_OUTPUT_TOKENS || c == TOK_C_TOTAL_TOKENS ||
         c == TOK_C_COST_NANO || c == TOK_C_REPORTED_COST_NANO || c == TOK_C_COST_USD ||
         c == TOK_C_REPORTED_USD || c == TOK_C_INPUT_FRESH;
}

/* Of several columns that mean one of ours the surest counts, else the first that is not empty. */
static void mark_weak(tok_log *l, const uint8_t *how) {
  for (int n = 0; n < l->n_columns; n++) {
    for (int m = 0; m < l->n_columns && !l->weak[n]; m++) {
      if (m != n && l->columns[m] == l->columns[n])
        l->weak[n] = how[m] > how[n] || (how[m] == how[n] && m < n);
    }
  }
}

static const char *wrong_header(tok_slice row, bool any, bool counts) {
  if (memchr(row.ptr, '\0', row.len) != NULL)
    return "is the header, and not UTF-8; is this UTF-16?";
  if (memchr(row.ptr, '\r', row.len) != NULL)
    return "ends in CR, as the others seem to; expected LF or CRLF";
  if (!any) return "is the header, but none of its columns is known; options can name them";
  if (!counts)
    return "is the header, but none of its columns is known to count tokens or costs; options can"
           " name them";
  return NULL;
}

static void read_header(tok_log *l, tok_slice row) {
  static const char separator_line[] = "sep="; /* for Excel */
  size_t n = sizeof separator_line - 1;
  if (row.len == n + 1 && memcmp(row.ptr, separator_line, n) == 0) {
    l->separator = row.ptr[n];
    return;
  }
  if (l->separator == '\0') l->separator = best_separator(row);
  fields f = {row, 0, l->separator, false, false};
  uint8_t how[TOK_CSV_COLUMNS_MAX];
  bool any = false, counts = false;
  while (!f.done && l->n_columns < TOK_CSV_COLUMNS_MAX) {
    bool quoted;
    int sure;
    tok_slice name = field_text(l, &f, &quoted);
    int c = find_column(l, name, &sure);
    any |= c != TOK_C_N;
    counts |= is_count(c);
    l->litellm |= tok_slice_is(name, "custom_llm_provider");
    l->cursor |= c == TOK_C_INPUT_FRESH;
    l->own |= tok_slice_is(name, "cost_nano");
    how[l->n_columns] = (uint8_t)sure;
    l->columns[l->n_columns++] = (int16_t)c;
  }
  /* its table of spend logs: what it calls request_id is the response's, as in its JSON */
  for (int i = 0; i < l->n_columns && l->litellm; i++) {
    if (l->columns[i] == TOK_C_REQUEST_ID && how[i] != BY_OPTION) l->columns[i] = TOK_C_RESPONSE_ID;
  }
  mark_weak(l, how);
  const char *why = wrong_header(row, any, counts);
  if (why != NULL) tok_log_bad(l, why);
}

static bool is_null(tok_slice s) {
  return tok_slice_is(s, "NULL") || tok_slice_is(s, "null") || tok_slice_is(s, "\\N");
}

/* Blanks around what is no text mean nothing: "2026-01-05, gpt-4o, 10, 5". */
static tok_slice without_blanks(tok_slice s) {
  while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) s.ptr++, s.len--;
  while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t')) s.len--;
  return s;
}

/*
** Where commas do not separate fields, one in an amount is a decimal comma, and points before it
** part thousands: 1.234,5. Into l->fields, as field_text().
*/
static tok_slice with_point(tok_log *l, int c, tok_slice s) {
  bool amount = c > TOK_C_N || tok_columns[c].kind == TOK_KIND_REAL ||
                tok_columns[c].kind == TOK_KIND_MS;
  const char *comma = memchr(s.ptr, ',', s.len);
  if (!amount || l->separator == ',' || comma == NULL) return s;
  size_t whole = (size_t)(comma - s.ptr), n = 0;
  char *p = tok_buf_reserve(&l->fields, s.len);
  if (p == NULL) return s;
  for (size_t i = 0; i < s.len; i++) {
    if (i == whole) p[n++] = '.';
    else if (s.ptr[i] != '.') p[n++] = s.ptr[i];
    else if (i > whole || (whole - i) % 4 != 0) return s; /* no thousands */
    if (i > whole && s.ptr[i] == ',') return s;
  }
  l->fields.len += n;
  return (tok_slice){p, n};
}

static bool is_text(int column) {
  return column < TOK_C_N && tok_columns[column].kind == TOK_KIND_TEXT;
}

/* ---- Cursor's table of usage events ---------------------------------------------------------- */

/*
** Its counts are of the input that was written to the cache, of that which was not, of what the
** cache read, and of the output; the total tells whether the first contains the second, as in older
** tables. Rows that were not charged say so; what is said to be included or free has its price.
*/
typedef struct {
  tok_slice written, fresh, charge;
} cursor_row;

static bool keep_cursor(const tok_log *l, cursor_row *c, int column, tok_slice text) {
  if (!l->cursor) return false;
  if (column == TOK_C_INPUT_WRITTEN) c->written = text;
  else if (column == TOK_C_INPUT_FRESH) c->fresh = text;
  else if (column == TOK_C_CHARGE) c->charge = text;
  else /* "Included", "Free", "-", "NaN" */
    return column == TOK_C_REPORTED_USD && !tok_is_digit(text.len == 0 ? ' ' : text.ptr[0]) &&
           (text.len < 2 || text.ptr[0] != '$');
  return true;
}

static int64_t count_of(tok_log *l, tok_column c, tok_slice text) {
  tok_record *r = &l->record;
  if (text.len > 0) tok_record_parse(r, c, text);
  return tok_record_number(r, c);
}

/* New rows come first in its tables: an id of what came before would be another one each time. */
static void id_of_cursor(tok_log *l, int64_t input, int64_t output) {
  tok_record *r = &l->record;
  char id[160];
  tok_slice model = tok_record_text(r, TOK_C_MODEL);
  snprintf(id, sizeof id, "cursor:%lld:%.*s:%lld:%lld:%lld", (long long)r->at_ms,
           (int)(model.len > 40 ? 40 : model.len), model.len == 0 ? "" : model.ptr,
           (long long)input, (long long)count_of(l, TOK_C_CACHE_READ_TOKENS, (tok_slice){NULL, 0}),
           (long long)output);
  if (!tok_record_has(r, TOK_C_RESPONSE_ID))
    tok_record_copy(r, TOK_C_RESPONSE_ID, tok_slice_of(id));
}

static void settle_cursor(tok_log *l, const cursor_row *c) {
  static const tok_slice none = {NULL, 0};
  tok_record *r = &l->record;
  int64_t read = count_of(l, TOK_C_CACHE_READ_TOKENS, none);
  int64_t output = count_of(l, TOK_C_OUTPUT_TOKENS, none);
  int64_t total = count_of(l, TOK_C_TOTAL_TOKENS, none), input, all;
  int64_t written = count_of(l, TOK_C_CACHE_WRITE_TOKENS, c->written);
  int64_t fresh = count_of(l, TOK_C_INPUT_TOKENS, c->fresh);
  if (r->why[0] != '\0') return;
  if (!tok_add_i64(written, read, &input) || !tok_add_i64(input, fresh, &input) ||
      !tok_add_i64(input, output, &all)) {
    tok_record_wrong(r, "the sum of tokens", "less than 2^63", none);
    return;
  }
  if (total == all - fresh && fresh <= written) {
    input -= fresh;
    written -= fresh;
  }
  tok_record_set_number(r, TOK_C_INPUT_TOKENS, input);
  tok_record_set_number(r, TOK_C_CACHE_WRITE_TOKENS, written);
  tok_record_set_number(r, TOK_C_TOTAL_TOKENS, input + output);
  if (tok_slice_ends(c->charge, "No Charge") || tok_slice_ends(c->charge, "Not Charged"))
    tok_record_set_number(r, TOK_C_COST_NANO, 0);
  id_of_cursor(l, input, output);
}

/* ---- a row ----------------------------------------------------------------------------------- */

/*
** A row that can't be goes over several lines: a quote in it opens a field and is not closed, as in
** 5" disk. Then its lines are rows, which have nothing to do with it. `why` may be NULL.
*/
static void refuse_row(tok_log *l, tok_slice row, const char *why) {
  static const char unclosed[] = "opens a quote that it does not close";
  const char *nl = memchr(row.ptr, '\n', row.len);
  tok_log_bad(l, nl != NULL || why == NULL ? unclosed : why);
  if (nl == NULL) return;
  tok_log_rows(l, (tok_slice){nl + 1, row.len - (size_t)(nl + 1 - row.ptr)});
}

void tok_log_csv(tok_log *l, tok_slice row) {
  if (l->n_columns == 0) {
    read_header(l, row);
    return;
  }
  tok_record *r = &l->record;
  fields f = {row, 0, l->separator, false, false};
  cursor_row cursor = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
  tok_slice inside = {NULL, 0};
  int n = 0;
  l->fields.len = 0;
  if (tok_buf_reserve(&l->fields, row.len) == NULL) l->status = TOK_NOMEM;
  for (; !f.done && n < l->n_columns && l->status == TOK_OK; n++) {
    bool quoted;
    int c = l->columns[n];
    tok_slice text = field_text(l, &f, &quoted);
    if (c == TOK_C_N || (!quoted && is_null(text))) continue;
    if (l->weak[n] && c < TOK_C_N && tok_record_has(r, (tok_column)c)) continue;
    if (!is_text(c)) text = with_point(l, c, without_blanks(text));
    if (keep_cursor(l, &cursor, c, text)) continue;
    if (c == TOK_C_INSIDE) inside = text;
    if (c == TOK_C_ANSWERED && l->litellm) tok_log_free_of_charge(l, text);
    bool empty = quoted && text.len == 0 && is_text(c);
    if (empty) tok_record_copy(r, (tok_column)c, text); /* "" is text, nothing is NULL */
    else tok_log_put(l, c, text);
  }
  if (l->status != TOK_OK) return;
  if (!f.done || n < l->n_columns || f.open) {
    refuse_row(l, row,
               f.open   ? NULL
               : f.done ? "has fewer fields than the header"
                        : "has more fields than the header");
    return;
  }
  if (l->cursor) settle_cursor(l, &cursor);
  if (l->litellm && inside.len > 0)
    tok_log_inside(l, &tok_log_shapes[TOK_LOG_LITELLM], "metadata", inside);
  bool said = tok_record_counts(r) || (l->own && tok_record_has(r, TOK_C_TIMESTAMP));
  if (said || r->why[0] != '\0') tok_log_emit(l);
  else l->n_ignored++;
}

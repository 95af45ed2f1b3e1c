/*
** Cutting a log into documents, and what happens to a record; see log.h. Nothing of its own for
** SQL.
*/
#include <stdio.h>

#include "log_impl.h"

void tok_log_init(tok_log *l, tok_log_format format, const tok_log_options *options,
                  const tok_log_sink *sink) {
  memset(l, 0, sizeof *l);
  l->format = format;
  l->options = options;
  l->sink = *sink;
  l->line = l->first_line = 1;
  l->chain = 14695981039346656037u; /* FNV-1a, 64 bits */
  tok_buf_init(&l->pending, TOK_LOG_DOCUMENT_MAX);
  tok_buf_init(&l->fields, TOK_CSV_ROW_MAX);
  tok_record_init(&l->record, 2 * (size_t)TOK_LOG_DOCUMENT_MAX);
}

void tok_log_free(tok_log *l) {
  tok_buf_free(&l->pending);
  tok_buf_free(&l->fields);
  tok_record_free(&l->record);
}

void tok_log_bad(tok_log *l, const char *why) {
  l->n_bad++;
  if (l->status == TOK_OK) l->status = l->sink.bad(l->sink.to, l->first_line, why);
}

/* ---- a record -------------------------------------------------------------------------------- */

static void apply_options(tok_log *l) {
  for (size_t i = 0; i < l->options->n_sets; i++) {
    tok_column c = l->options->sets[i].column;
    if (!tok_record_has(&l->record, c)) tok_record_parse(&l->record, c, l->options->sets[i].value);
  }
}

/* To the ledger an empty id is none, so that such a row would come in again each time. */
static void give_id(tok_log *l) {
  char id[64];
  if (tok_record_has(&l->record, TOK_C_RESPONSE_ID) &&
      tok_record_text(&l->record, TOK_C_RESPONSE_ID).len > 0)
    return;
  snprintf(id, sizeof id, "%s:%016llx-%llx", tok_log_format_name(l->format),
           (unsigned long long)l->chain, (unsigned long long)++l->n_chained);
  tok_record_copy(&l->record, TOK_C_RESPONSE_ID, tok_slice_of(id));
}

void tok_log_emit(tok_log *l) {
  tok_record *r = &l->record;
  apply_options(l);
  if (l->timeless && !tok_record_has(r, TOK_C_TIMESTAMP))
    tok_record_parse(r, TOK_C_TIMESTAMP, l->written_at);
  give_id(l);
  if (r->texts.status == TOK_NOMEM) l->status = TOK_NOMEM;
  if (l->status != TOK_OK) return;
  l->n_records++;
  if (r->why[0] != '\0') tok_log_bad(l, r->why);
  else l->status = l->sink.record(l->sink.to, l->first_line, r);
}

/* ---- documents ------------------------------------------------------------------------------- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static tok_slice trim(tok_slice s) {
  while (s.len > 0 && is_blank(s.ptr[0])) s.ptr++, s.len--;
  while (s.len > 0 && is_blank(s.ptr[s.len - 1])) s.len--;
  return s;
}

static void chain(tok_log *l, tok_slice s) {
  uint64_t h = l->chain;
  for (size_t i = 0; i < s.len; i++) h = (h ^ (unsigned char)s.ptr[i]) * 1099511628211u;
  l->chain = h;
}

/* Blanks at the ends of a CSV row are fields, or in them: only the end of the line goes. */
static tok_slice trim_row(tok_slice s) {
  while (s.len > 0 && (s.ptr[s.len - 1] == '\r' || s.ptr[s.len - 1] == '\n')) s.len--;
  return s;
}

static void read_document(tok_log *l, tok_slice document) {
  tok_slice trimmed = trim(document);
  if (trimmed.len == 0 || l->status != TOK_OK) return;
  l->chain_before = l->chain;
  chain(l, trimmed);
  l->n_documents++;
  tok_record_clear(&l->record);
  if (l->cut == TOK_CUT_CSV) tok_log_csv(l, trim_row(document));
  else if (l->cut == TOK_CUT_NOWHERE) tok_log_stream(l, trimmed);
  else tok_log_json(l, trimmed);
}

void tok_log_rows(tok_log *l, tok_slice text) {
  l->chain = l->chain_before;
  while (text.len > 0 && l->status == TOK_OK) {
    const char *nl = memchr(text.ptr, '\n', text.len);
    size_t n = nl == NULL ? text.len : (size_t)(nl - text.ptr) + 1;
    tok_slice line = trim_row((tok_slice){text.ptr, n});
    l->first_line++;
    chain(l, line);
    l->n_documents++;
    tok_record_clear(&l->record);
    if (trim(line).len > 0) tok_log_csv(l, line);
    text = (tok_slice){text.ptr + n, text.len - n};
  }
}

/*
** The end of the document that p starts, from byte `at` on: the offset past it, or n if it has not
** come. Lines are counted on the way.
*/
static size_t find_line(tok_log *l, const char *p, size_t at, size_t n, bool *found) {
  const char *nl = memchr(p + at, '\n', n - at);
  *found = nl != NULL;
  if (nl == NULL) return n;
  l->line++;
  return (size_t)(nl - p) + 1;
}

static bool is_separator(const tok_log *l, char c) {
  return l->separator != '\0' ? c == l->separator : c == ',' || c == ';' || c == '\t' || c == '|';
}

/*
** A quote opens a quoted field at the start of the field only, and once more right after one that
** closed it.
*/
static size_t find_csv(tok_log *l, const char *p, size_t at, size_t n, bool *found) {
  for (; at < n; at++) {
    char c = p[at];
    if (c == '\n') l->line++;
    if (l->in_string && !l->skipping) {
      l->in_string = c != '"';
      l->escape = false;
      continue;
    }
    l->in_string = c == '"' && !l->escape;
    l->escape = c != '\n' && !is_separator(l, c);
    if (c != '\n') continue;
    *found = true;
    return at + 1;
  }
  return n;
}

/* The next JSON value, or the next element of the array around all of them. */
static size_t find_json(tok_log *l, const char *p, size_t at, size_t n, bool *found) {
  int outside = l->array ? 1 : 0;
  for (; at < n; at++) {
    char c = p[at];
    if (c == '\n') l->line++;
    if (l->in_string) {
      if (l->escape) l->escape = false;
      else if (c == '\\') l->escape = true;
      else if (c == '"') l->in_string = false;
      continue;
    }
    if (c == '"') l->in_string = true;
    if (c == '{' || c == '[') l->depth++;
    if (c != '}' && c != ']') continue;
    if (--l->depth > outside) continue;
    if (l->depth < outside) { /* the end of the array */
      l->depth = 0;
      l->array = false;
      continue;
    }
    *found = true;
    return at + 1;
  }
  return n;
}

static size_t find_end(tok_log *l, const char *p, size_t at, size_t n, bool *found) {
  *found = false;
  switch (l->cut) {
  case TOK_CUT_LINES:
    return find_line(l, p, at, n, found);
  case TOK_CUT_CSV:
    return find_csv(l, p, at, n, found);
  case TOK_CUT_NOWHERE:
    return n;
  default:
    return find_json(l, p, at, n, found);
  }
}

/* Between values of a JSON text stand blanks, commas and the brackets of the array around them. */
static size_t skip_between(tok_log *l, const char *p, size_t n) {
  size_t i = 0;
  if (l->cut == TOK_CUT_CSV || l->cut == TOK_CUT_NOWHERE) return 0;
  for (; i < n; i++) {
    bool between = is_blank(p[i]) || (l->cut == TOK_CUT_JSON && p[i] == ',');
    if (l->cut == TOK_CUT_JSON && p[i] == '[' && l->depth == 0 && !l->stream)
      between = l->array = (l->depth = 1) == 1;
    if (l->cut == TOK_CUT_JSON && p[i] == ']' && l->array && l->depth == 1) {
      l->array = false;
      l->depth = 0;
      between = true;
    }
    if (!between) break;
    if (p[i] == '\n') l->line++;
  }
  return i;
}

static const char *too_long(const tok_log *l) {
  return l->cut == TOK_CUT_CSV ? "is longer than 1 MB: is a quote not closed?"
                               : "is longer than 64 MB";
}

/* One document that is too long is passed over to its end. */
static void take(tok_log *l, const char *p, size_t n) {
  if (l->skipping) tok_log_bad(l, too_long(l));
  else read_document(l, (tok_slice){p, n});
  l->skipping = false;
}

static void keep(tok_log *l, const char *p, size_t n) {
  if (l->skipping) return;
  size_t max = l->cut == TOK_CUT_CSV && l->started ? TOK_CSV_ROW_MAX : TOK_LOG_DOCUMENT_MAX;
  if (n >= max || l->pending.len >= max - n) {
    l->skipping = true;
    l->pending.len = 0;
    return;
  }
  tok_buf_add(&l->pending, p, n);
  if (l->pending.status != TOK_OK) l->status = TOK_NOMEM;
}

static void cut_documents(tok_log *l, const char *p, size_t n) {
  bool found = true;
  while (n > 0 && l->status == TOK_OK) {
    if (l->pending.len == 0 && !l->skipping && found) {
      size_t skip = skip_between(l, p, n);
      p += skip;
      n -= skip;
      l->first_line = l->line;
      if (n == 0) return;
    }
    size_t end = find_end(l, p, 0, n, &found);
    if (!found) {
      keep(l, p, n);
      return;
    }
    if (l->pending.len > 0 || l->skipping) {
      keep(l, p, end);
      take(l, l->pending.ptr, l->pending.len);
      l->pending.len = 0;
    } else {
      take(l, p, end);
    }
    p += end;
    n -= end;
  }
}

/* ---- the start ------------------------------------------------------------------------------- */

/*
** Are the braces of the first line balanced, or does the next line start a value of its own? Then
** lines are documents; else a value goes over several lines.
*/
static tok_log_cut cut_of_json(tok_slice start) {
  int depth = 0;
  bool in_string = false;
  char last = '{';
  if (start.len > 0 && start.ptr[0] == '[') return TOK_CUT_JSON;
  for (size_t i = 0; i < start.len; i++) {
    char c = start.ptr[i];
    if (c == '\n') {
      bool next = i + 1 < start.len && start.ptr[i + 1] == '{';
      bool goes_on = !in_string && memchr("{[,:", last, 4) != NULL; /* else it is broken off */
      return depth == 0 || next || !goes_on ? TOK_CUT_LINES : TOK_CUT_JSON;
    }
    if (!is_blank(c)) last = c;
    if (in_string && c == '\\') i++;
    else if (c == '"') in_string = !in_string;
    else if (!in_string && (c == '{' || c == '[')) depth++;
    else if (!in_string && (c == '}' || c == ']')) depth--;
  }
  return TOK_CUT_LINES;
}

/* What is no log as it is, by its first bytes. */
static const char *unreadable(tok_slice start) {
  static const struct {
    const char *bytes, *what;
    size_t n;
  } kinds[] = {{"\x1F\x8B", "compressed (gzip); unpack it first", 2},
               {"PK\x03\x04", "compressed (zip); unpack it first", 4},
               {"\x28\xB5\x2F\xFD", "compressed (zstd); unpack it first", 4},
               {"\xFD" "7zXZ", "compressed (xz); unpack it first", 5},
               {"BZh", "compressed (bzip2); unpack it first", 3},
               {"\xFF\xFE", "UTF-16; write it as UTF-8", 2},
               {"\xFE\xFF", "UTF-16; write it as UTF-8", 2},
               {"{\0", "UTF-16; write it as UTF-8", 2},
               {"[\0", "UTF-16; write it as UTF-8", 2}};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (start.len > kinds[i].n && memcmp(start.ptr, kinds[i].bytes, kinds[i].n) == 0)
      return kinds[i].what;
  }
  return NULL;
}

/* Decides what the input is, once enough of it is there, and reads what was kept until then. */
static void start(tok_log *l, bool at_end) {
  tok_slice first = {l->pending.len == 0 ? "" : l->pending.ptr, l->pending.len};
  size_t skip = 0;
  if (!at_end && first.len < TOK_LOG_PROBE_BYTES) return;
  if (first.len >= 3 && memcmp(first.ptr, "\xEF\xBB\xBF", 3) == 0) skip = 3;
  first.ptr += skip;
  first.len -= skip;
  l->unreadable = unreadable(first);
  if (l->format == TOK_LOG_AUTO) l->format = tok_log_format_of(first);
  if (l->format == TOK_LOG_UNKNOWN || l->unreadable != NULL) {
    l->status = TOK_NOTFOUND;
    return;
  }
  l->started = true;
  l->stream = l->format == TOK_LOG_RESPONSES && tok_log_is_stream(trim(first));
  if (l->format == TOK_LOG_CSV) l->cut = TOK_CUT_CSV;
  else if (l->format == TOK_LOG_RESPONSES && tok_log_is_sse(trim(first))) l->cut = TOK_CUT_NOWHERE;
  else l->cut = cut_of_json(trim(first));
  tok_buf kept = l->pending; /* its bytes are read now, and the end of them is kept anew */
  tok_buf_init(&l->pending, TOK_LOG_DOCUMENT_MAX);
  if (kept.ptr != NULL) cut_documents(l, kept.ptr + skip, kept.len - skip);
  tok_buf_free(&kept);
}

tok_status tok_log_feed(tok_log *l, tok_slice bytes) {
  if (l->status != TOK_OK || bytes.len == 0) return l->status;
  if (l->started) {
    cut_documents(l, bytes.ptr, bytes.len);
    return l->status;
  }
  size_t n = bytes.len;
  if (n > TOK_LOG_PROBE_BYTES - l->pending.len) n = TOK_LOG_PROBE_BYTES - l->pending.len;
  keep(l, bytes.ptr, n);
  if (l->status == TOK_OK) start(l, false);
  if (l->status == TOK_OK && l->started) cut_documents(l, bytes.ptr + n, bytes.len - n);
  return l->status;
}

tok_status tok_log_end(tok_log *l) {
  if (l->status == TOK_OK && !l->started) start(l, true);
  if (l->status != TOK_OK) return l->status;
  bool open = l->pending.len > 0 && l->cut == TOK_CUT_JSON;
  if (l->skipping || open) tok_log_bad(l, l->skipping ? too_long(l) : "the text ends inside of it");
  else if (l->pending.len > 0) take(l, l->pending.ptr, l->pending.len);
  l->pending.len = 0;
  l->skipping = false;
  return l->status;
}

/* ---- options --------------------------------------------------------------------------------- */

typedef struct {
  tok_json j;
  tok_log_options *out;
  tok_buf *texts;
  char *why;
} option_reader;

static bool refuse(option_reader *o, const char *what) {
  if (o->why[0] == '\0') snprintf(o->why, TOK_RECORD_WHY_BYTES, "options must be %s", what);
  return false;
}

/*
** The string or number just read, without escapes, in memory that stays: `texts` has room for all
** of it.
*/
static tok_slice option_text(option_reader *o) {
  char *p = tok_buf_reserve(o->texts, o->j.text.len);
  if (p == NULL || !o->j.escaped) return o->j.text;
  size_t n = tok_json_unescape(o->j.text, p);
  o->texts->len += n;
  return (tok_slice){p, n};
}

static bool read_name(option_reader *o, tok_slice theirs) {
  tok_log_options *out = o->out;
  if (o->j.event != TOK_JSON_STRING)
    return refuse(o, "an object whose columns are named by strings");
  tok_column c = tok_column_find(o->j.text);
  if (c == TOK_C_N) {
    snprintf(o->why, TOK_RECORD_WHY_BYTES,
             "options name a column '%.*s', which llm_usage does not have",
             (int)(o->j.text.len > 40 ? 40 : o->j.text.len), o->j.text.ptr);
    return false;
  }
  if (out->n_names == TOK_LOG_NAMES_MAX) return refuse(o, "an object of at most 32 columns");
  out->names[out->n_names].theirs = theirs;
  out->names[out->n_names++].ours = c;
  return true;
}

static bool read_set(option_reader *o, tok_slice name) {
  tok_log_options *out = o->out;
  tok_column c = tok_column_find(name);
  if (o->j.event != TOK_JSON_STRING && o->j.event != TOK_JSON_NUMBER) {
    return refuse(o, "an object whose values to set are strings or numbers");
  }
  if (c == TOK_C_N) {
    snprintf(o->why, TOK_RECORD_WHY_BYTES,
             "options set a column '%.*s', which llm_usage does not have",
             (int)(name.len > 40 ? 40 : name.len), name.ptr);
    return false;
  }
  if (out->n_sets == TOK_LOG_NAMES_MAX) return refuse(o, "an object of at most 32 values to set");
  out->sets[out->n_sets].column = c;
  out->sets[out->n_sets++].value = option_text(o);
  return true;
}

/* The members of "columns" or "set". */
static bool read_members(option_reader *o, bool (*read)(option_reader *, tok_slice)) {
  if (tok_json_next(&o->j) != TOK_JSON_OBJECT) return refuse(o, "an object of objects");
  while (tok_json_next(&o->j) == TOK_JSON_KEY) {
    tok_slice key = option_text(o);
    tok_json_next(&o->j);
    if (!read(o, key)) return false;
  }
  return true;
}

static void read_options(option_reader *o) {
  if (tok_json_next(&o->j) != TOK_JSON_OBJECT) {
    refuse(o, "a JSON object");
    return;
  }
  while (tok_json_next(&o->j) == TOK_JSON_KEY) {
    bool names = tok_slice_is(o->j.text, "columns");
    if (!names && !tok_slice_is(o->j.text, "set")) {
      snprintf(o->why, TOK_RECORD_WHY_BYTES, "options are 'columns' and 'set', got '%.*s'",
               (int)(o->j.text.len > 40 ? 40 : o->j.text.len), o->j.text.ptr);
      return;
    }
    if (!read_members(o, names ? read_name : read_set)) return;
  }
  if (o->j.event == TOK_JSON_ERROR || tok_json_next(&o->j) != TOK_JSON_END)
    refuse(o, "well-formed JSON");
}

tok_status tok_log_options_read(tok_slice json, tok_log_options *out, tok_buf *texts,
                                char why[TOK_RECORD_WHY_BYTES]) {
  option_reader o = {.out = out, .texts = texts, .why = why};
  memset(out, 0, sizeof *out);
  why[0] = '\0';
  if (json.len == 0) return TOK_OK;
  if (tok_buf_reserve(texts, json.len) == NULL) return texts->status; /* so that texts never move */
  tok_json_init(&o.j, json);
  read_options(&o);
  return why[0] == '\0' ? TOK_OK : TOK_INVALID;
}

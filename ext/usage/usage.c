/*
** Reads a text, which is one JSON document or several, or a stream of server-sent events, for what
** it says of usage; see usage.h.
*/
#include "walk.h"

static void end_json(tok_walker *w) {
  if (w->j.event == TOK_JSON_ERROR)
    tok_walk_malformed(w, tok_json_too_deep(&w->j) ? "is nested more than 64 levels deep"
                                                   : "is malformed JSON");
}

/*
** A document, or any number of them one after the other. `base`: where the text starts in the
** whole.
*/
static void read_json(tok_walker *w, tok_slice text, size_t base, bool many) {
  tok_walk_start(w, text);
  w->j.many = many;
  while (tok_walk_step(w, base)) w->line |= many && w->j.depth == 0;
  end_json(w);
}

static bool is_event_stream(tok_slice s) {
  static const char *const fields[] = {"data:", "event:", "id:", "retry:", ":"};
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
    if (tok_slice_starts(s, fields[i]))
      return true;
  }
  return false;
}

static bool ends_line(char c) { return c == '\n' || c == '\r'; }

static size_t skip_blanks(tok_slice text, size_t at) {
  while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
    at++;
  return at;
}

/* "[DONE]", which says that a stream is over, or what a broken connection left of it. */
static bool is_done(tok_slice data) {
  size_t n = data.len < 6 ? data.len : 6;
  return n > 0 && memcmp(data.ptr, "[DONE]", n) == 0;
}

static size_t next_line(tok_slice text, size_t at) {
  while (at < text.len && !ends_line(text.ptr[at]))
    at++;
  return at + (at < text.len);
}

/*
** The document that the line of data at `at` begins; returns where it ends. It may go on in the
** lines of data behind (as the standard joins them), which end at the first other line. Where the
** connection broke within it, it is left out: of what it says the last number may lack digits.
*/
static size_t read_data(tok_walker *w, tok_slice text, size_t at, size_t base) {
  tok_slice rest = {text.ptr + at, text.len - at};
  tok_walk_start(w, rest);
  w->j.data_lines = true;
  while (tok_walk_step(w, base + at) && w->j.depth > 0) {
  }
  if (tok_json_cut(&w->j) && w->j.at == rest.len) {
    tok_usage_clear(&w->event);
    w->out->cut = true;
    return text.len;
  }
  end_json(w);
  size_t end = skip_blanks(text, at + w->j.at);
  if (end < text.len && !ends_line(text.ptr[end]))
    tok_walk_malformed(w, "is malformed JSON");
  return end;
}

/*
** Events whose data is an object or an array; "[DONE]" is none. Lines may end in CR, LF or both,
** and most servers send a document a line, with or without an empty line between two.
*/
static void read_event_stream(tok_walker *w, tok_slice text, size_t base) {
  for (size_t at = 0; at < text.len && w->status == TOK_OK; at = next_line(text, at)) {
    tok_slice line = {text.ptr + at, text.len - at};
    if (!tok_slice_starts(line, "data:"))
      continue;
    at = skip_blanks(text, at + 5);
    tok_slice data = {text.ptr + at, text.len - at};
    if ((tok_slice_starts(data, "{") || tok_slice_starts(data, "[")) && !is_done(data))
      at = read_data(w, text, at, base);
  }
}

static size_t leading_blanks(tok_slice text) {
  size_t i = tok_slice_starts(text, "\xEF\xBB\xBF") ? 3 : 0;
  while (i < text.len && memchr(" \t\r\n", text.ptr[i], 4) != NULL)
    i++;
  return i;
}

tok_status tok_usage_walk(tok_slice text, tok_slice provider, bool single, tok_usage *out) {
  tok_walker w;
  tok_walk_init(&w, provider, single, out);
  if (text.ptr == NULL)
    text = (tok_slice){"", 0};
  size_t skip = leading_blanks(text);
  tok_slice rest = {text.ptr + skip, text.len - skip};
  if (!single && is_event_stream(rest))
    read_event_stream(&w, rest, skip);
  else
    read_json(&w, rest, skip, !single);
  if (w.status == TOK_OK)
    tok_walk_end_response(&w);
  if (w.status != TOK_OK)
    return w.status;
  return out->n_responses > 0 ? TOK_OK : TOK_NOTFOUND;
}

tok_status tok_usage_parse(tok_slice text, tok_slice provider, tok_usage *out) {
  return tok_usage_walk(text, provider, false, out);
}

/*
** What a provider's response says that it used, in SQL.
**
**     SELECT tok_usage(body) FROM log;  -- the provider is told by the response
**     SELECT tok_usage(body, 'azure') FROM log;
**     SELECT tok_cost(u ->> 'model', u) FROM (SELECT tok_usage(body) AS u FROM log);
**
** tok_usage(response [, provider]) -> canonical JSON: provider, model, response_id, input_tokens
** (cache reads and writes included), output_tokens (reasoning included), total_tokens, the parts
** that are not 0, service_tier, reported_cost_usd.
**   U1  response is a body, a bare usage object, an array of stream events, the text of a stream of
**       server-sent events, JSON Lines, or, as a BLOB, the frames of a stream of Bedrock
**       (application/vnd.amazon.eventstream).
**   U2  Events of one response override each other; another response id starts another response,
**       and responses are added up (then "responses" says how many there were; what they do not
**       agree on is left out). So does another custom_id, key or recordId, as batches name their
**       lines, a span of OpenTelemetry, and where JSON Lines or an array say no id at all, each
**       line or element that counts, unless it is part of a stream. A span that sums up others
**       (invoke_agent) counts only where it is alone.
**   U3  NULL gives NULL; so does well-formed JSON that counts nothing. Malformed JSON is an error
**       that says at which byte; numbers that are negative, fractional or beyond 64 bits are errors
**       too, and so is what is no number in a usage object. Strings that are numbers count as such.
**       An event stream that ends within an event is one whose connection broke: what its whole
**       events said counts ("incomplete" is true), NULL if that is nothing. What the provider bills
**       may be more: the input is known from the first event of some, the output from the last.
**       What another model used to advise the response's (Anthropic's advisor tool) is in
**       "advisors" alone, an object a model: billed at that model's prices, which tok_cost adds.
**   U4  A part that is larger than what contains it is cut to it.
**   U5  Pure: DETERMINISTIC and INNOCUOUS. One pass, linear time; at most 64 levels of nesting.
*/
#include "../base/sql.h"
#include "frames.h"
#include "usage.h"

static const char func[] = "tok_usage";

static void usage_of(sqlite3_context *ctx, tok_slice text, tok_slice provider) {
  tok_usage u;
  tok_status status = tok_usage_parse(text, provider, &u);
  if (status == TOK_NOTFOUND)
    return;
  if (status != TOK_OK) {
    tok_sql_error(
        ctx, func, "%.*s%s%s%s at byte %llu%s", tok_shown(u.member),
        u.member.len > 0 ? u.member.ptr : "response", u.member.len > 0 ? " " : "response ", u.wrong,
        u.got, (unsigned long long)u.at,
        u.member.len > 0 ? "" : ", expected a response, its usage object or a stream of events");
    return;
  }
  tok_buf b;
  tok_buf_init(&b, tok_sql_limit(ctx));
  tok_usage_print(&u, &b);
  tok_sql_result_buf(ctx, func, &b);
  sqlite3_result_subtype(ctx, 'J');
}

/* The frames of a stream: their documents are a text of their own while it is read. */
static void usage_of_frames(sqlite3_context *ctx, tok_slice body, tok_slice provider) {
  tok_buf events;
  const char *wrong;
  size_t at;
  tok_buf_init(&events, tok_sql_limit(ctx));
  tok_status status = tok_frames_events(body, &events, &wrong, &at);
  if (status == TOK_OK)
    usage_of(ctx, (tok_slice){events.ptr, events.len}, provider);
  else if (status == TOK_INVALID)
    tok_sql_error(ctx, func, "response %s at byte %llu, expected a stream of events", wrong,
                  (unsigned long long)at);
  else if (status == TOK_TOOBIG)
    sqlite3_result_error_toobig(ctx);
  else
    sqlite3_result_error_nomem(ctx);
  tok_buf_free(&events);
}

static void usage(sqlite3_context *ctx, int n, sqlite3_value **args) {
  tok_slice body, provider = {NULL, 0};
  if (sqlite3_value_type(args[0]) == SQLITE_NULL)
    return;
  if ((n > 1 && !tok_sql_text(ctx, args[1], &provider)) || !tok_sql_text(ctx, args[0], &body))
    return;
  if (tok_frames_are(body))
    usage_of_frames(ctx, body, provider);
  else
    usage_of(ctx, body, provider);
}

static const tok_func_def functions[] = {
    {"tok_usage", 1, TOK_PURE | SQLITE_RESULT_SUBTYPE, usage},
    {"tok_usage", 2, TOK_PURE | SQLITE_RESULT_SUBTYPE, usage},
};

int tok_usage_register(sqlite3 *db) {
  return tok_sql_functions(db, NULL, functions, sizeof functions / sizeof functions[0]);
}

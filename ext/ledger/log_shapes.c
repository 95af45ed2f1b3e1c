/*
** What the logs of each program look like, as tables; see log_impl.h. Nothing of its own for SQL.
**
** Sources: the programs' own logs and schemas, and for agents what ccusage reads of them. Where a
** program copies lines from one file into another (resumed and forked sessions), the id of a record
** depends on the line alone, so that a copy is a duplicate.
*/
#include "log_impl.h"

#define V(path, column)      {path, TOK_LOG_VALUE, TOK_C_##column, NULL}
#define A(path, column)      {path, TOK_LOG_ADD, TOK_C_##column, NULL}
#define USD(path, column)    {path, TOK_LOG_USD, TOK_C_##column, NULL}
#define RAW(path, column)    {path, TOK_LOG_RAW, TOK_C_##column, NULL}
#define DO(path, act)        {path, TOK_LOG_##act, 0, NULL}
#define TEXT(path, act, txt) {path, TOK_LOG_##act, 0, txt}
#define SUM(path, act, at)   {path, TOK_LOG_##act, TOK_CODEX_##at, NULL}
#define SUMS(path, act)                                                                            \
  SUM(path ".input_tokens", act, INPUT), SUM(path ".cached_input_tokens", act, CACHED),            \
      SUM(path ".cache_write_input_tokens", act, WRITTEN),                                         \
      SUM(path ".output_tokens", act, OUTPUT),                                                     \
      SUM(path ".reasoning_output_tokens", act, REASONING)
#define END                  {NULL, 0, 0, NULL}

/*
** One message of an assistant a line; while it streams, several with the same id, each with all
** counts so far.
*/
static const tok_log_member claude_code[] = {
    V("timestamp", TIMESTAMP),    V("sessionId", SESSION_ID),   V("requestId", REQUEST_ID),
    DO("message", USAGE),         USD("costUSD", REPORTED_COST_NANO),
    /* what an agent below says, in the log of the one above */
    V("data.message.timestamp", TIMESTAMP), V("data.message.requestId", REQUEST_ID),
    DO("data.message.message", USAGE), END};

/*
** session_meta and turn_context say who and which model; token_count what was used, and the sum of
** the session. The same sum again is the same request again. A forked session begins with its own
** session_meta, that of its parent and all the parent's lines, often with the time of the fork.
*/
static const tok_log_member codex[] = {
    V("timestamp", TIMESTAMP),
    DO("type", KIND),
    DO("payload.id", SESSION),
    DO("payload.forked_from_id", FORK),
    DO("payload.source.subagent.thread_spawn.parent_thread_id", PARENT),
    DO("payload.model", KEEP_MODEL),
    DO("payload.info.model", KEEP_MODEL),
    V("payload.info.model_context_window", CONTEXT_LIMIT),
    SUMS("payload.info.last_token_usage", LAST),
    SUMS("payload.info.total_token_usage", TOTAL),
    END};

/*
** What `codex exec --json` prints: thread.started, and at the end of each turn the sums of the
** thread so far, without time and model.
*/
static const tok_log_member codex_exec[] = {
    V("timestamp", TIMESTAMP), DO("type", KIND),     DO("thread_id", SESSION),
    V("model", MODEL),         SUMS("usage", TOTAL), END};

/*
** What `claude -p --output-format stream-json` prints: messages as in the log, without time, and
** in the end their sum.
*/
static const tok_log_member claude_print[] = {
    V("timestamp", TIMESTAMP),
    DO("type", KIND),
    V("session_id", SESSION_ID),
    DO("uuid", ID),
    DO("message", USAGE),
    DO("usage", USAGE),
    DO("modelUsage", MODELS),
    USD("total_cost_usd", REPORTED_COST_NANO),
    END};

/*
** A session a file. Thoughts and tool prompts are beside input and output, cached is part of input.
*/
static const tok_log_member gemini_cli[] = {
    V("sessionId", SESSION_ID),
    V("messages.timestamp", TIMESTAMP),
    V("messages.model", MODEL),
    DO("messages.id", ID),
    TEXT("messages.type", ONLY, "gemini"),
    V("messages.tokens.input", INPUT_TOKENS),
    A("messages.tokens.tool", INPUT_TOKENS),
    V("messages.tokens.output", OUTPUT_TOKENS),
    V("messages.tokens.cached", CACHE_READ_TOKENS),
    V("messages.tokens.thoughts", REASONING_TOKENS),
    END};

/*
** A message a line; the first line says which session. A message is written again when it has
** grown.
*/
static const tok_log_member gemini_line[] = {
    DO("sessionId", KEEP_SESSION),
    V("timestamp", TIMESTAMP),
    V("model", MODEL),
    DO("id", ID),
    TEXT("type", ONLY, "gemini"),
    V("tokens.input", INPUT_TOKENS),
    A("tokens.tool", INPUT_TOKENS),
    V("tokens.output", OUTPUT_TOKENS),
    V("tokens.cached", CACHE_READ_TOKENS),
    V("tokens.thoughts", REASONING_TOKENS),
    END};

static const tok_log_member qwen_code[] = {
    V("timestamp", TIMESTAMP), V("sessionId", SESSION_ID),
    V("model", MODEL),         DO("uuid", ID),
    TEXT("type", ONLY, "assistant"), DO("usageMetadata", USAGE), END};

static const tok_log_member opencode[] = {
    V("time.created", TIMESTAMP),
    DO("time.completed", FINISH),
    V("sessionID", SESSION_ID),
    V("modelID", MODEL),
    V("providerID", PROVIDER),
    DO("id", ID),
    TEXT("role", ONLY, "assistant"),
    USD("cost", REPORTED_COST_NANO),
    V("tokens.input", INPUT_TOKENS),
    V("tokens.output", OUTPUT_TOKENS),
    V("tokens.reasoning", REASONING_TOKENS),
    V("tokens.cache.read", CACHE_READ_TOKENS),
    V("tokens.cache.write", CACHE_WRITE_TOKENS),
    END};

/*
** A thread a file. Its messages say what they used; in older ones a ledger does, without the cache.
*/
static const tok_log_member amp[] = {
    V("id", SESSION_ID),
    DO("messages.messageId", ID),
    V("messages.timestamp", TIMESTAMP),
    V("messages.model", MODEL),
    V("messages.usage.timestamp", TIMESTAMP),
    V("messages.usage.model", MODEL),
    TEXT("messages.role", ONLY, "assistant"),
    V("messages.usage.inputTokens", INPUT_TOKENS),
    V("messages.usage.outputTokens", OUTPUT_TOKENS),
    V("messages.usage.cacheReadInputTokens", CACHE_READ_TOKENS),
    V("messages.usage.cacheCreationInputTokens", CACHE_WRITE_TOKENS),
    END};

static const tok_log_member amp_ledger[] = {
    V("id", SESSION_ID),
    DO("usageLedger.events.id", ID),
    V("usageLedger.events.timestamp", TIMESTAMP),
    V("usageLedger.events.model", MODEL),
    V("usageLedger.events.tokens.input", INPUT_TOKENS),
    V("usageLedger.events.tokens.output", OUTPUT_TOKENS),
    END};

static const tok_log_member pi[] = {
    V("timestamp", TIMESTAMP),
    DO("id", ID),
    V("message.model", MODEL),
    V("message.provider", PROVIDER),
    TEXT("message.role", ONLY, "assistant"),
    V("message.usage.input", INPUT_TOKENS),
    V("message.usage.output", OUTPUT_TOKENS),
    V("message.usage.cacheRead", CACHE_READ_TOKENS),
    V("message.usage.cacheWrite", CACHE_WRITE_TOKENS),
    USD("message.usage.cost.total", REPORTED_COST_NANO),
    END};

/*
** Rows of LiteLLM_SpendLogs, as its API and its database give them: `metadata` is an object or the
** text of one. What LiteLLM answered out of its own cache has tokens and costs nothing.
*/
#define MORE "metadata.additional_usage_values."
static const tok_log_member litellm[] = {
    V("startTime", TIMESTAMP),
    V("start_time", TIMESTAMP),
    DO("endTime", FINISH),
    DO("end_time", FINISH),
    V("request_duration_ms", RESPONSE_TIME_MS),
    V("request_id", RESPONSE_ID),
    V("custom_llm_provider", PROVIDER),
    V("model", MODEL),
    V("model_group", REQUEST_MODEL),
    V("call_type", TASK_TYPE),
    V("api_key", API_KEY_ID),
    V("team_id", TENANT_ID),
    V("user", USER_ID),
    V("session_id", SESSION_ID),
    V("status", STATUS),
    V("prompt_tokens", INPUT_TOKENS),
    V("completion_tokens", OUTPUT_TOKENS),
    DO("metadata", INSIDE),
    DO("metadata.usage_object", USAGE),
    /* of versions without that */
    V(MORE "cache_read_input_tokens", CACHE_READ_TOKENS),
    V(MORE "cache_creation_input_tokens", CACHE_WRITE_TOKENS),
    V(MORE "prompt_tokens_details.cached_tokens", CACHE_READ_TOKENS),
    V(MORE "completion_tokens_details.reasoning_tokens", REASONING_TOKENS),
    DO("cache_hit", FREE),
    RAW("request_tags", TAGS),
    USD("spend", REPORTED_COST_NANO),
    END};

/*
** Spans of OTLP in JSON, or one span a line as SDKs print them. A span that sums up what happened
** below it (invoke_agent, invoke_workflow) is none.
*/
#define OTEL_ATTRIBUTES                                                                            \
  {"@gen_ai.operation.name", TOK_LOG_NOT, TOK_C_TASK_TYPE, "invoke_"},                        \
      V("@user.id", USER_ID), V("@enduser.id", USER_ID), V("@session.id", SESSION_ID),             \
      V("@gen_ai.conversation.id", SESSION_ID), V("@gen_ai.request.model", REQUEST_MODEL),         \
      V("@tenant.id", TENANT_ID), V("@error.type", STATUS)
#define SPAN "resourceSpans.scopeSpans.spans"
static const tok_log_member otel[] = {
    V(SPAN ".startTimeUnixNano", TIMESTAMP), DO(SPAN ".endTimeUnixNano", FINISH),
    DO(SPAN ".spanId", ID),                  V(SPAN ".traceId", REQUEST_ID),
    OTEL_ATTRIBUTES,                         END};
static const tok_log_member otel_span[] = {
    V("startTimeUnixNano", TIMESTAMP),       DO("endTimeUnixNano", FINISH),
    DO("spanId", ID),                        V("traceId", REQUEST_ID),
    V("start_time", TIMESTAMP),              DO("end_time", FINISH),
    V("startTime", TIMESTAMP),               DO("endTime", FINISH),
    V("hrTime", TIMESTAMP),                  /* of a record of a log */
    DO("context.span_id", ID),               V("context.trace_id", REQUEST_ID),
    OTEL_ATTRIBUTES,                         END};

/* Responses as providers send them, one a line, with or without what a batch puts around. */
static const tok_log_member responses[] = {
    V("created", TIMESTAMP),       V("created_at", TIMESTAMP),
    V("timestamp", TIMESTAMP),     V("response.body.created", TIMESTAMP),
    V("custom_id", REQUEST_ID),    END};

const tok_log_shape tok_log_shapes[TOK_LOG_FORMATS] = {
    [TOK_LOG_AUTO] = {.name = "auto"},
    [TOK_LOG_CSV] = {.name = "csv"},
    [TOK_LOG_JSONL] = {.name = "jsonl"},
    [TOK_LOG_RESPONSES] =
        {.name = "responses", .timeless = true, .whole = true, .members = responses},
    [TOK_LOG_OTEL] =
        {.name = "otel", .each = SPAN, .whole = true, .prefix = "span:", .members = otel},
    [TOK_LOG_LITELLM] = {.name = "litellm", .members = litellm},
    [TOK_LOG_CLAUDE_CODE] = {.name = "claude-code",
                             .provider = "anthropic",
                             .members = claude_code},
    [TOK_LOG_CODEX] = {.name = "codex", .provider = "openai", .prefix = "codex:", .members = codex},
    [TOK_LOG_GEMINI_CLI] = {.name = "gemini-cli",
                            .each = "messages",
                            .provider = "google",
                            .reasoning_on_top = true,
                            .prefix = "gemini-cli:",
                            .members = gemini_cli},
    [TOK_LOG_QWEN_CODE] = {.name = "qwen-code",
                           .provider = "alibaba",
                           .own_provider = true,
                           .prefix = "qwen-code:",
                           .members = qwen_code},
    [TOK_LOG_OPENCODE] = {.name = "opencode",
                          .cache_on_top = true,
                          .reasoning_on_top = true,
                          .prefix = "opencode:",
                          .members = opencode},
    [TOK_LOG_AMP] = {.name = "amp",
                     .each = "messages",
                     .cache_on_top = true,
                     .prefix = "amp:",
                     .id_of_session = true,
                     .members = amp},
    [TOK_LOG_PI] = {.name = "pi", .cache_on_top = true, .prefix = "pi:", .members = pi},
};

static const tok_log_shape codex_prints = {.name = "codex",
                                           .provider = "openai",
                                           .timeless = true,
                                           .prefix = "codex:",
                                           .members = codex_exec};
static const tok_log_shape claude_prints = {.name = "claude-code",
                                            .provider = "anthropic",
                                            .timeless = true,
                                            .prefix = "claude:",
                                            .members = claude_print};
static const tok_log_shape single_span = {
    .name = "otel", .whole = true, .prefix = "span:", .members = otel_span};
static const tok_log_shape gemini_lines = {.name = "gemini-cli",
                                           .provider = "google",
                                           .reasoning_on_top = true,
                                           .prefix = "gemini-cli:",
                                           .members = gemini_line};
static const tok_log_shape amp_with_ledger = {.name = "amp",
                                              .each = "usageLedger.events",
                                              .prefix = "amp:",
                                              .id_of_session = true,
                                              .members = amp_ledger};

/* Does the word stand in the text, quoted, outside of strings? See `signs` below. */
static bool has_word(tok_slice s, const char *word) {
  size_t n = strlen(word);
  bool prefix = word[n - 1] == '.';
  const char *p = s.ptr, *end = s.ptr + s.len;
  while (p < end && (p = memchr(p, '"', (size_t)(end - p))) != NULL) {
    bool escaped = p > s.ptr && p[-1] == '\\';
    p++;
    if (escaped || (size_t)(end - p) < n + 1 || memcmp(p, word, n) != 0) continue;
    if (prefix || p[n] == '"') return true;
  }
  return false;
}

const tok_log_shape *tok_log_shape_of(tok_log_format format, tok_slice document) {
  if (format == TOK_LOG_CODEX && !has_word(document, "payload")) return &codex_prints;
  if (format == TOK_LOG_CLAUDE_CODE && has_word(document, "session_id") &&
      !has_word(document, "sessionId"))
    return &claude_prints;
  if (format == TOK_LOG_OTEL && !has_word(document, "resourceSpans")) return &single_span;
  if (format == TOK_LOG_GEMINI_CLI &&
      !(has_word(document, "sessionId") && has_word(document, "messages")))
    return &gemini_lines;
  if (format == TOK_LOG_AMP && has_word(document, "usageLedger") &&
      !has_word(document, "inputTokens"))
    return &amp_with_ledger;
  return &tok_log_shapes[format];
}

const char *tok_log_format_name(tok_log_format format) {
  return format < TOK_LOG_FORMATS ? tok_log_shapes[format].name : "unknown";
}

tok_log_format tok_log_format_find(tok_slice name) {
  int f = TOK_LOG_AUTO;
  if (name.len == 0) return TOK_LOG_AUTO;
  while (f < TOK_LOG_FORMATS && !tok_slice_is(name, tok_log_shapes[f].name)) f++;
  return (tok_log_format)f;
}

/* ---- telling the format ---------------------------------------------------------------------- */

/*
** All of the words stand in the text, quoted, where no string is open around them: in a string
** quotes have a backslash before them. A word that ends in a dot is the start of one. First match.
*/
typedef struct {
  tok_log_format format;
  const char *words[3];
} sign;

static const sign signs[] = {
    {TOK_LOG_OTEL, {"resourceSpans"}},
    {TOK_LOG_CODEX, {"payload", "session_meta"}},
    {TOK_LOG_CODEX, {"payload", "turn_context"}},
    {TOK_LOG_CODEX, {"payload", "token_count"}},
    {TOK_LOG_CODEX, {"thread.started", "thread_id"}},
    {TOK_LOG_CODEX, {"turn.completed", "usage", "input_tokens"}},
    {TOK_LOG_CLAUDE_CODE, {"sessionId", "message", "isSidechain"}},
    {TOK_LOG_QWEN_CODE, {"sessionId", "usageMetadata"}},
    {TOK_LOG_QWEN_CODE, {"sessionId", "parentUuid", "parts"}}, /* and no "content" */
    {TOK_LOG_CLAUDE_CODE, {"sessionId", "message", "parentUuid"}},
    {TOK_LOG_CLAUDE_CODE, {"message", "requestId", "usage"}},
    {TOK_LOG_CLAUDE_CODE, {"session_id", "message", "parent_tool_use_id"}},
    {TOK_LOG_CLAUDE_CODE, {"session_id", "total_cost_usd", "duration_api_ms"}},
    {TOK_LOG_GEMINI_CLI, {"sessionId", "messages", "gemini"}},
    {TOK_LOG_GEMINI_CLI, {"sessionId", "projectHash"}},
    {TOK_LOG_GEMINI_CLI, {"gemini", "tokens", "thoughts"}},
    {TOK_LOG_OPENCODE, {"modelID", "providerID", "tokens"}},
    {TOK_LOG_AMP, {"messages", "usage", "inputTokens"}},
    {TOK_LOG_AMP, {"usageLedger", "events"}},
    {TOK_LOG_PI, {"message", "cacheRead", "usage"}},
    {TOK_LOG_PI, {"session", "cwd", "message"}}, /* how it begins, whatever its usage says */
    {TOK_LOG_OTEL, {"gen_ai."}},
    {TOK_LOG_LITELLM, {"spend", "request_id", "prompt_tokens"}},
    {TOK_LOG_RESPONSES, {"usage"}},
    {TOK_LOG_RESPONSES, {"usageMetadata"}},
    {TOK_LOG_JSONL, {"input_tokens"}},
    {TOK_LOG_JSONL, {"prompt_tokens"}},
    {TOK_LOG_RESPONSES, {"eval_count"}},
};

bool tok_log_is_sse(tok_slice s) {
  static const char *const fields[] = {"data:", "event:", "id:", "retry:", ": "};
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
    if (tok_slice_starts(s, fields[i])) return true;
  }
  return false;
}

/* Its first element is a part: it says so, or (Gemini) did not end. */
bool tok_log_is_stream(tok_slice s) {
  static const char *const parts[] = {"message_start", "chat.completion.chunk", "response.created",
                                      "messageStart", "message-start"};
  tok_json j;
  tok_json_init(&j, s);
  if (tok_json_next(&j) != TOK_JSON_ARRAY || tok_json_next(&j) != TOK_JSON_OBJECT) return false;
  size_t at = j.at - 1;
  tok_json_skip(&j);
  tok_slice first = {s.ptr + at, j.at - at};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    if (has_word(first, parts[i])) return true;
  }
  return has_word(first, "candidates") && !has_word(first, "finishReason");
}

/* The first line of a CSV file names columns: at least two, and one of them counts tokens. */
static bool is_csv(tok_slice s) {
  const char *nl = memchr(s.ptr, '\n', s.len);
  size_t n = nl == NULL ? s.len : (size_t)(nl - s.ptr);
  for (size_t i = 0; i < n; i++) {
    if (s.ptr[i] == ',' || s.ptr[i] == ';' || s.ptr[i] == '\t' || s.ptr[i] == '|') return true;
  }
  return false;
}

tok_log_format tok_log_format_of(tok_slice text) {
  size_t i = 0;
  while (i < text.len && (unsigned char)text.ptr[i] <= ' ') i++;
  if (i == text.len) return TOK_LOG_UNKNOWN;
  tok_slice rest = {text.ptr + i, text.len - i};
  if (tok_log_is_sse(rest)) return TOK_LOG_RESPONSES;
  if (rest.ptr[0] != '{' && rest.ptr[0] != '[') return is_csv(rest) ? TOK_LOG_CSV : TOK_LOG_UNKNOWN;
  for (size_t k = 0; k < sizeof signs / sizeof signs[0]; k++) {
    bool all = true;
    for (int w = 0; w < 3 && signs[k].words[w] != NULL && all; w++)
      all = has_word(text, signs[k].words[w]);
    if (all) return signs[k].format;
  }
  return TOK_LOG_UNKNOWN;
}

/* Texts that hold usage: streams, lines, arrays; and texts that do not hold what they should. */
#include "../../ext/prices/usage_json.h"
#include "../../ext/usage/usage.h"
#include "../check.h"
#include <time.h>

static tok_status parse(const char *text, size_t n, tok_usage *u) {
  char *exact =
      malloc(n > 0 ? n : 1); /* of its own, so that a sanitizer sees a read past the end */
  if (n > 0)
    memcpy(exact, text, n);
  tok_status s = tok_usage_parse((tok_slice){exact, n}, (tok_slice){NULL, 0}, u);
  free(exact);
  return s;
}

static int64_t of(const tok_usage *u, tok_meter m) {
  return u->q.quanta[m];
}

static void counts(const char *text, int64_t input, int64_t output) {
  tok_usage u;
  if (!CHECK_INT(parse(text, strlen(text), &u), TOK_OK) ||
      !(CHECK_INT(of(&u, TOK_M_INPUT), input) & CHECK_INT(of(&u, TOK_M_OUTPUT), output)))
    puts(text);
}

static void refuses(const char *text, tok_status status, const char *what, size_t where) {
  tok_usage u;
  if (!(CHECK_INT(parse(text, strlen(text), &u), status) & CHECK_INT(u.at, where)))
    puts(text);
  CHECK(u.wrong != NULL && strcmp(u.wrong, what) == 0);
}

#define READS(text, status)                                                                        \
  do {                                                                                             \
    tok_status s_ = reads(text, &o);                                                               \
    CHECK_INT(s_, status);                                                                         \
  } while (0)

static tok_status reads(const char *text, tok_usage_object *o) {
  return tok_usage_read(tok_slice_of(text), o);
}

static void overriding(void) {
  /* Anthropic: the placeholder of message_start is not added to what follows */
  counts("[{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"usage\":{\"input_tokens\":"
         "2068,\"cache_read_input_tokens\":0,"
         "\"output_tokens\":8}}},{\"type\":\"content_block_delta\",\"delta\":{\"text\":\"x\"}},{"
         "\"type\":\"message_delta\",\"delta\":"
         "{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":637}}]",
         2068, 637);
  /* …and may correct the input side too */
  counts(
      "[{\"message\":{\"id\":\"msg_1\",\"usage\":{\"input_tokens\":2068,\"cache_read_input_"
      "tokens\":5,\"output_tokens\":8}}},"
      "{\"usage\":{\"input_tokens\":22397,\"cache_read_input_tokens\":0,\"output_tokens\":637}}]",
      22397, 637);
  /* Gemini: cumulative on many chunks */
  counts("[{\"usageMetadata\":{\"promptTokenCount\":8}},{\"usageMetadata\":{\"promptTokenCount\":8,"
         "\"candidatesTokenCount\":5}},"
         "{\"usageMetadata\":{\"promptTokenCount\":8,\"candidatesTokenCount\":9,"
         "\"thoughtsTokenCount\":2}}]",
         8, 11);
  /* usage: null in between takes nothing away */
  counts("[{\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":2}},{\"usage\":null}]", 4, 2);
  counts("{\"usage\":{\"prompt_tokens\":1,\"prompt_tokens\":4,\"completion_tokens\":2}}", 4,
         2); /* the last of two equal names */
}

static void event_streams(void) {
  counts(
      "event: message_start\r\ndata: "
      "{\"message\":{\"id\":\"msg_1\",\"usage\":{\"input_tokens\":20,\"output_tokens\":1}}}\r\n\r\n"
      ": a "
      "comment\r\ndata:{\"type\":\"message_delta\",\"usage\":{\"output_tokens\":9}}\r\n\r\ndata: "
      "[DONE]\r\n",
      20, 9);
  counts("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}", 3,
         2); /* no line end */
  counts("\xEF\xBB\xBF \nid: 1\ndata: {\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n",
         3, 2);
  counts("event: response.completed\ndata: "
         "{\"type\":\"response.completed\",\"response\":{\"id\":\"resp\",\"usage\":{\"input_"
         "tokens\":5,"
         "\"output_tokens\":6}}}\n",
         5, 6);
  counts("event: x\rdata: {\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\r\r", 3, 2);
  counts("event: messageEnd\ndata: "
         "{\"type\":\"message-end\",\"delta\":{\"usage\":{\"billed_units\":{\"input_tokens\":62,"
         "\"output_tokens\":35},\"tokens\":{\"input_tokens\":968}}}}\n",
         62, 35);
  counts("data: {\"messageStop\":{}}\n\ndata: "
         "{\"metadata\":{\"usage\":{\"inputTokens\":7,\"outputTokens\":8}}}\n",
         7, 8);
}

static void lines(void) {
  counts("{\"model\":\"llama3\",\"response\":\"A\",\"done\":false}\n{\"model\":\"llama3\",\"done\":"
         "true,\"prompt_eval_count\":5,"
         "\"eval_count\":6}\n",
         5, 6);
  tok_usage u;
  /* several responses are added up, and what they do not agree on is unknown */
  static const char two[] = "{\"id\":\"a\",\"model\":\"gpt-4o\",\"usage\":{\"prompt_tokens\":3,"
                            "\"completion_tokens\":2}}\n"
                            "{\"id\":\"b\",\"model\":\"gpt-4o\",\"usage\":{\"prompt_tokens\":30,"
                            "\"completion_tokens\":20}}\n"
                            "{\"id\":\"b\",\"model\":\"gpt-4o\",\"usage\":{\"prompt_tokens\":30,"
                            "\"completion_tokens\":21}}";
  CHECK_INT(tok_usage_parse(tok_slice_of(two), tok_slice_of("openai"), &u), TOK_OK);
  CHECK_INT(of(&u, TOK_M_INPUT), 33);
  CHECK_INT(of(&u, TOK_M_OUTPUT), 23);
  CHECK_INT(u.n_responses, 2);
  CHECK_BYTES(u.model.text.ptr, u.model.text.len, "gpt-4o", 6);
  CHECK_INT(u.response_id.text.len, 0);
  /* a run's steps and messages are in the run */
  counts("[{\"object\":\"thread.run.step\",\"id\":\"step_1\",\"usage\":{\"prompt_tokens\":3,"
         "\"completion_tokens\":2}},"
         "{\"object\":\"thread.message\",\"id\":\"msg_1\"},"
         "{\"object\":\"thread.run\",\"id\":\"run_1\",\"usage\":{\"prompt_tokens\":3,\"completion_"
         "tokens\":2}}]",
         3, 2);
}

static void nothing(void) {
  static const char *const texts[] = {
      "{}",
      "[]",
      "null",
      "1",
      "\"x\"",
      "{\"choices\":[]}",
      "{\"usage\":null}",
      "{\"usage\":{}}",
      "[[],[{}]]",
      "data: [DONE]\n",
      "event: ping\n",
      "{\"usage\":{\"total_time\":3}}",
      "{\"choices\":[{\"message\":{\"usage\":{\"prompt_tokens\":3}}}]}"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    tok_usage u;
    if (!CHECK_INT(parse(texts[i], strlen(texts[i]), &u), TOK_NOTFOUND))
      puts(texts[i]);
  }
}

static void refused(void) {
  refuses("", TOK_INVALID, "is malformed JSON", 0);
  refuses("hello", TOK_INVALID, "is malformed JSON", 0);
  refuses("{\"usage\":{\"prompt_tokens\":1}", TOK_INVALID, "is malformed JSON", 28);
  refuses("{\"usage\":{\"prompt_tokens\":01}}", TOK_INVALID, "is malformed JSON", 28);
  refuses("{\"a\":1} x", TOK_INVALID, "is malformed JSON", 8);
  refuses("{\"usage\":{\"prompt_tokens\":true}}", TOK_INVALID, "must be a number", 30);
  refuses("{\"usage\":{\"prompt_tokens\":\"many\"}}", TOK_INVALID, "must be a number", 32);
  refuses("{\"usage\":{\"prompt_tokens\":\"-3\"}}", TOK_INVALID, "must not be negative", 30);
  refuses("data: {\"a\":1}\ndata: {\"a\":\n\n", TOK_INVALID, "is malformed JSON", 26);
  refuses("data: {\"a\":1} x\n", TOK_INVALID, "is malformed JSON", 13);
  refuses("data: {\"a\":tru}", TOK_INVALID, "is malformed JSON", 11);
  refuses("{\"usage\":{\"prompt_tokens\":-1}}", TOK_INVALID, "must not be negative", 28);
  refuses("{\"usage\":{\"prompt_tokens\":1.5}}", TOK_INVALID, "must be a whole number", 29);
  refuses("{\"usage\":{\"prompt_tokens\":9223372036854775808}}", TOK_OVERFLOW, "is too large", 45);
  refuses("{\"usage\":{\"prompt_tokens\":9223372036854775807,\"completion_tokens\":1}}",
          TOK_OVERFLOW, "counts more than fits in 64 bits", 69);
  refuses("{\"input_tokens\":9223372036854775807,\"cache_read_input_tokens\":1}", TOK_OVERFLOW,
          "counts more than fits in 64 bits", 64);
}

/* A list or an object in place of a count is wrong, but for an empty one. */
static void no_numbers(void) {
  tok_usage u;
  static const char list[] = "{\"usage\":{\"prompt_tokens\":[30],\"completion_tokens\":1}}",
                    object[] = "{\"usage\":{\"completion_tokens\":1,\"prompt_tokens\":{ \"n\":3}}}";
  refuses(list, TOK_INVALID, "must be a number, got an array", 30);
  CHECK_INT(parse(object, sizeof object - 1, &u), TOK_INVALID);
  CHECK_STR(u.wrong, "must be a number, got an object");
  counts("{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"prompt_audio_seconds\":{ }}}",
         3, 2);
  counts("data: {\"usage\":{\"prompt_tokens\":3,\"prompt_audio_seconds\":{\ndata: },\"completion_tokens\":"
         "2}}\n", 3, 2);
  counts("{\"seconds\":[1],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}", 3, 2);
}

/* An error shows the value, a part of it that ends between two characters. */
static void shown(void) {
  static const char *const CASES[][2] = {
      {"{\"usage\":{\"prompt_tokens\":true}}", ", got true"},
      {"{\"usage\":{\"prompt_tokens\":\"many\"}}", ", got \"many\""},
      {"{\"usage\":{\"prompt_tokens\":\"\"}}", ", got \"\""},
      {"{\"usage\":{\"prompt_tokens\":-1}}", ", got -1"},
      {"{\"usage\":{\"prompt_tokens\":1.5}}", ", got 1.5"},
      {"{\"usage\":{\"prompt_tokens\":1e400}}", ", got 1e400"},
      {"{\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":-3}]}", ", got -3"},
      {"{\"usage\":{\"prompt_tokens\":\"0123456789012345678901234567890123456789\"}}",
       ", got \"0123456789012345678901234567890123456789\""},
      {"{\"usage\":{\"prompt_tokens\":\"012345678901234567890123456789012345678\xC3\xA9\"}}",
       ", got \"012345678901234567890123456789012345678...\""},
      {"{\"usage\":{\"prompt_tokens\":1}", ""},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
    tok_usage u;
    CHECK(tok_usage_parse(tok_slice_of(CASES[i][0]), (tok_slice){NULL, 0}, &u) != TOK_OK);
    CHECK_STR(u.got, CASES[i][1]);
  }
}

/*
** A stream whose connection broke, at every byte: what whole events said counts, nothing of the one
** that is cut does, and it is no error.
*/
static void broken(void) {
  static const char
      START[] = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{"
                "\"id\":\"msg_1\",\"usage\":{\"input_tokens\":2068,\"output_tokens\":1}}}",
      REST[] = "\n\nevent: ping\ndata: {\"a\\u0031\":[true,null,-1.5e3]}\n\ndata: {\"usage\":"
               "{\"output_tokens\":637,\"input_tokens\":2068}}",
      TAIL[] = "\r\n\r\ndata: [DONE]\r\n\r\n";
  char text[sizeof START + sizeof REST + sizeof TAIL];
  const size_t START_LEN = sizeof START - 1, REST_LEN = START_LEN + sizeof REST - 1;
  snprintf(text, sizeof text, "%s%s%s", START, REST, TAIL);
  for (size_t n = 6; n <= strlen(text); n++) {
    tok_usage u;
    tok_status status = parse(text, n, &u);
    if (!(CHECK_INT(status, n < START_LEN ? TOK_NOTFOUND : TOK_OK) &
          CHECK_INT(of(&u, TOK_M_INPUT), n < START_LEN ? 0 : 2068) &
          CHECK_INT(of(&u, TOK_M_OUTPUT), n < START_LEN ? 0 : n < REST_LEN ? 1 : 637)))
      printf("%.*s\n", (int)n, text);
    if (n >= REST_LEN || n == START_LEN)
      CHECK(!u.cut);
  }
  counts("data: {\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\ndata: [DO", 3, 2);
  counts("data: {\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\ndata: {\"a\":\n", 3,
         2);
}

static void deep(void) {
  char text[2 * 70 + 1];
  tok_usage u;
  for (int depth = 60; depth <= 70; depth++) {
    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    CHECK_INT(parse(text, 2 * (size_t)depth, &u), depth <= 64 ? TOK_NOTFOUND : TOK_INVALID);
    if (depth > 64)
      CHECK_STR(u.wrong, "is nested more than 64 levels deep");
  }
}

/* Every prefix of a text is refused or read, and nothing is read past its end. */
static void cut(void) {
  static const char text[] =
      "[{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"model\":\"claude\\u002d3\","
      "\"usage\":{\"input_tokens\":20,\"cache_creation\":"
      "{\"ephemeral_5m_input_tokens\":1},\"output_tokens\":1e0,\"promptTokensDetails\":[{"
      "\"modality\":\"TEXT\",\"tokenCount\":24}]}}},true,null]";
  for (size_t n = 0; n < sizeof text; n++) {
    tok_usage u;
    tok_status s = parse(text, n, &u);
    CHECK(n == sizeof text - 1 ? s == TOK_OK : s == TOK_INVALID);
  }
}

/* 64 MB of one string and of 4 million events: linear, and in the memory of the text alone. */
static void huge(void) {
  const size_t n = 64u << 20;
  char *text = malloc(n);
  tok_usage u;
  static const char head[] = "{\"choices\":\"",
                    tail[] = "\",\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":1}}";
  if (!CHECK(text != NULL))
    return;
  memset(text, 'a', n);
  memcpy(text, head, sizeof head - 1);
  memcpy(text + n - (sizeof tail - 1), tail, sizeof tail - 1);
  CHECK_INT(tok_usage_parse((tok_slice){text, n}, (tok_slice){NULL, 0}, &u), TOK_OK);
  CHECK_INT(of(&u, TOK_M_INPUT), 7);
  static const char event[] = "{\"usage\":null}\n\n";
  for (size_t i = 0; i + 16 <= n; i += 16)
    memcpy(text + i, event, 16);
  CHECK_INT(tok_usage_parse((tok_slice){text, n}, (tok_slice){NULL, 0}, &u), TOK_NOTFOUND);
  /* names and keys without end */
  memset(text, 'a', n);
  memcpy(text, "{\"", 2);
  memcpy(text + n - 4, "\":1}", 4);
  CHECK_INT(tok_usage_parse((tok_slice){text, n}, (tok_slice){NULL, 0}, &u), TOK_NOTFOUND);
  free(text);
}

/* 32 MB of stream events, in processor time: other work on the machine does not count. */
static void speed(void) {
  static const char event[] =
      "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1782955818,"
      "\"model\":\"gpt-4o-mini\",\"service_tier\":\"default\",\"choices\":[{\"index\":0,\"delta\":"
      "{\"content\":\"The\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n";
  const size_t n = (32u << 20) / (sizeof event - 1) * (sizeof event - 1);
  char *text = malloc(n);
  tok_usage u;
  if (!CHECK(text != NULL))
    return;
  for (size_t i = 0; i < n; i += sizeof event - 1)
    memcpy(text + i, event, sizeof event - 1);
  clock_t start = clock();
  CHECK_INT(tok_usage_parse((tok_slice){text, n}, (tok_slice){NULL, 0}, &u), TOK_NOTFOUND);
  double mb_a_second = (double)n / 1e6 / ((double)(clock() - start) / CLOCKS_PER_SEC);
  printf("speed: %.0f MB/s of stream events\n", mb_a_second);
#if !defined(__SANITIZE_ADDRESS__)
  CHECK(mb_a_second >= 100); /* what the issue asks for; three times as much where it was written */
#endif
  free(text);
}

/* Lines that end in CR alone; the one event is last. */
static void carriage_returns(void) {
  static const char last[] = "\rdata: {\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":1}}\r";
  const size_t n = 4u << 20;
  char *text = malloc(n);
  tok_usage u;
  if (!CHECK(text != NULL))
    return;
  for (size_t i = 0; i + 4 <= n; i += 4) memcpy(text + i, i % 8 == 0 ? "id:\r" : ":a\r\r", 4);
  memcpy(text + n - (sizeof last - 1), last, sizeof last - 1);
  clock_t start = clock();
  CHECK_INT(tok_usage_parse((tok_slice){text, n}, (tok_slice){NULL, 0}, &u), TOK_OK);
  CHECK_INT(of(&u, TOK_M_INPUT), 7);
  CHECK((double)(clock() - start) / CLOCKS_PER_SEC < 2);
  free(text);
}

static void many_queries(void) {
  static char text[8192];
  size_t n = (size_t)snprintf(
      text, sizeof text,
      "{\"modelVersion\":\"gemini-3-pro\",\"usageMetadata\":{\"promptTokenCount\":1},"
      "\"candidates\":[{\"groundingMetadata\":{\"webSearchQueries\":[\"q\"");
  for (int i = 0; i < 100; i++)
    n += (size_t)snprintf(text + n, sizeof text - n, ",\"q%d\"", i);
  snprintf(text + n, sizeof text - n, "]}}]}");
  tok_usage u;
  CHECK_INT(parse(text, strlen(text), &u), TOK_OK);
  CHECK_INT(of(&u, TOK_M_WEB_SEARCHES), TOK_USAGE_QUERIES_MAX); /* bounded */
}

/* One document, written in other ways that mean the same. */
static void same_document(void) {
  static const char *const TEXTS[] = {
      "{\"id\":\"r1\",\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":20,\"total_tokens\":50}}",
      "{\"\\u0069d\":\"r1\",\"us\\u0061ge\":{\"prompt\\u005ftokens\":30,\"completion_tokens\":20,"
      "\"total_tokens\":50}}",
      "{\"id\":\"r1\",\"usage\":{\"prompt_tokens\":\"30\",\"completion_tokens\":\"20.0\",\"total_"
      "tokens\":\"5e1\"}}",
      "{\"code\":0,\"data\":{\"id\":\"r1\",\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":"
      "20}}}",
      "data:  {\"id\":\"r1\",\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":20}}\n\n",
      "data:\t{\"id\":\"r1\",\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":20}}\n\n",
      /* lines of data that are one document, two of a line each, and both */
      "event: x\ndata: {\"id\": \"r1\",\ndata:   \"usage\": {\ndata: \"prompt_tokens\": 30,\ndata: "
      "\"completion_tokens\": 20\ndata: }}\ndata: [DONE]\n\n",
      "data: {\"id\":\"r1\",\"usage\":{\"prompt_tokens\":1}}\r\ndata: {\"usage\":{\"prompt_tokens\":"
      "30,\"completion_tokens\":20}}\r\ndata: [DONE]\r\n",
      "data: {\"id\":\"r\\u0031\",\"usage\":{\"prompt_tokens\":1}}\rdata: {\rdata: \"id\":\"r1\",\r"
      "data: \"usage\":{\"prompt_tokens\":30,\"completion_tokens\":20}}\r\r"};
  for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) counts(TEXTS[i], 30, 20);
  refuses("data: {\"a\":1,\ndata: \"b\"}\n\n", TOK_INVALID, "is malformed JSON", 23);
}

/* Headers are lists in some logs; the pages of a scan are a list, too, and no count. */
static void lists(void) {
  tok_usage u;
  static const char scan[] = "{\"pages\":[0,1,2],\"usage_info\":{\"pages_processed\":1}}";
  counts("{\"headers\":{\"x-amzn-bedrock-input-token-count\":[\"30\"],"
         "\"x-amzn-bedrock-output-token-count\":[20]}}",
         30, 20);
  CHECK_INT(parse(scan, sizeof scan - 1, &u), TOK_OK);
  CHECK_INT(of(&u, TOK_M_PAGES), 1);
}

/*
** Spans are requests of their own, whether they say an id or not; what an agent's span counts is
** the sum of those below it, and all there is where it is alone.
*/
static void spans(void) {
#define SPAN(id, operation, input, output)                                                         \
  "{\"spanId\":\"" id "\",\"attributes\":[{\"key\":\"gen_ai.operation.name\",\"value\":{"          \
  "\"stringValue\":\"" operation "\"}},{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{"         \
  "\"intValue\":\"" input                                                                          \
  "\"}},{\"key\":\"gen_ai.usage.output_tokens\",\"value\":{\"intValue\":" output "}}]}"
#define SPANS(list) "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" list "]}]}]}"
  counts(SPANS(SPAN("a", "chat", "10", "5") "," SPAN("b", "chat", "10", "5")), 20, 10);
  counts(SPANS(SPAN("a", "chat", "10", "5") "," SPAN("b", "execute_tool", "0", "0") "," SPAN(
             "c", "chat", "20", "6") "," SPAN("d", "invoke_agent", "30", "11")), 30, 11);
  counts(SPANS(SPAN("d", "invoke_workflow", "30", "11") "," SPAN("a", "chat", "10", "5") "," SPAN(
             "c", "chat", "20", "6")), 30, 11);
  counts(SPANS(SPAN("d", "invoke_agent", "30", "11")), 30, 11);
  counts(SPAN("a", "chat", "1", "5") "\n" SPAN("b", "chat", "2", "5") "\n", 3, 10);
}

/* Lines of a batch that say no id of their responses: the name of the request tells them apart. */
static void batch_lines(void) {
  counts("{\"key\":\"a\",\"response\":{\"usageMetadata\":{\"promptTokenCount\":10,"
         "\"candidatesTokenCount\":5}}}\n"
         "{\"key\":\"b\",\"response\":{\"usageMetadata\":{\"promptTokenCount\":10,"
         "\"candidatesTokenCount\":5}}}\n",
         20, 10);
  counts(
      "{\"recordId\":\"1\",\"modelOutput\":{\"usage\":{\"inputTokens\":10,\"outputTokens\":5}}}\n"
      "{\"recordId\":\"2\",\"modelOutput\":{\"usage\":{\"inputTokens\":10,\"outputTokens\":5}}}\n",
      20, 10);
  counts(
      "{\"object\":\"list\",\"data\":[{\"id\":\"a\",\"usage\":{\"prompt_tokens\":10,\"completion_"
      "tokens\":5}},{\"id\":\"b\",\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5}}]}",
      20, 10);
}

typedef struct {
  const char *text;
  int64_t responses, input, output;
} nameless;

/* Lines that say no id: bodies of their own, or parts of one stream. */
static const nameless nameless_lines[] = {
    /* bodies: Converse, embeddings, usage objects that stand alone */
    {"{\"usage\":{\"inputTokens\":10,\"outputTokens\":5}}\n{\"usage\":{\"inputTokens\":10,"
     "\"outputTokens\":5}}\n", 2, 20, 10},
    {"{\"object\":\"list\",\"model\":\"a\",\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}\n"
     "{\"object\":\"list\",\"model\":\"b\",\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}",
     2, 16, 0},
    {"{\"prompt_tokens\":3,\"completion_tokens\":2}{\"prompt_tokens\":3,\"completion_tokens\":1}"
     "{\"prompt_tokens\":3,\"completion_tokens\":2}", 3, 9, 5},
    /* Ollama: two streams; the words of the second are its own */
    {"{\"model\":\"a\",\"done\":false}\n{\"model\":\"a\",\"done\":true,\"prompt_eval_count\":5,"
     "\"eval_count\":6}\n{\"model\":\"b\",\"done\":false}\n{\"model\":\"b\",\"done\":true,"
     "\"prompt_eval_count\":5,\"eval_count\":7}\n", 2, 10, 13},
    /* Gemini: one stream, whose parts count on; then two bodies */
    {"{\"candidates\":[{\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":8}}\n"
     "{\"candidates\":[{\"finishReason\":null}],\"usageMetadata\":{\"promptTokenCount\":8,"
     "\"candidatesTokenCount\":4}}\n{\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":"
     "{\"promptTokenCount\":8,\"candidatesTokenCount\":9}}\n", 1, 8, 9},
    {"{\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":8,"
     "\"candidatesTokenCount\":4}}\n{\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":"
     "{\"promptTokenCount\":8,\"candidatesTokenCount\":9}}\n", 2, 16, 13},
    /* Llama at Bedrock: a stream, then another */
    {"{\"prompt_token_count\":7,\"generation_token_count\":1,\"stop_reason\":null}\n"
     "{\"prompt_token_count\":null,\"generation_token_count\":2,\"stop_reason\":\"stop\"}\n"
     "{\"prompt_token_count\":9,\"generation_token_count\":1,\"stop_reason\":\"length\"}", 2, 16, 3},
    /* Titan at Bedrock, whose sums come with the last part */
    {"{\"inputTextTokenCount\":28,\"totalOutputTextTokenCount\":null,\"completionReason\":null}\n"
     "{\"inputTextTokenCount\":28,\"totalOutputTextTokenCount\":188,\"completionReason\":\"FINISH\","
     "\"amazon-bedrock-invocationMetrics\":{\"inputTokenCount\":28,\"outputTokenCount\":188}}", 1, 28,
     188},
    /* watsonx says of what it goes on with that it did not finish */
    {"{\"results\":[{\"input_token_count\":4,\"generated_token_count\":1,\"stop_reason\":"
     "\"not_finished\"}]}\n{\"results\":[{\"input_token_count\":4,\"generated_token_count\":2,"
     "\"stop_reason\":\"eos_token\"}]}", 1, 4, 2},
    /* OpenAI's dialect without ids: parts say that they are; a whole response says so, too */
    {"{\"object\":\"chat.completion.chunk\",\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":1}}\n"
     "{\"object\":\"chat.completion.chunk\",\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":2}}",
     1, 4, 2},
    {"{\"id\":\"a\",\"object\":\"chat.completion\",\"usage\":{\"prompt_tokens\":4,"
     "\"completion_tokens\":2}}\n{\"object\":\"list\",\"usage\":{\"prompt_tokens\":8}}\n"
     "{\"id\":\"a\",\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}", 3, 17, 4},
    /* Anthropic: only the first event says the id */
    {"{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"usage\":{\"input_tokens\":20,"
     "\"output_tokens\":1}}}\n{\"type\":\"message_delta\",\"usage\":{\"output_tokens\":9}}\n", 1, 20, 9},
};

/* The same as arrays. */
static const nameless nameless_arrays[] = {
    /* a stream a line, as an array */
    {"[{\"prompt_token_count\":7,\"generation_token_count\":1},{\"generation_token_count\":2,"
     "\"stop_reason\":\"stop\"}]\n[{\"prompt_token_count\":7,\"generation_token_count\":1},"
     "{\"generation_token_count\":2,\"stop_reason\":\"stop\"}]\n", 2, 14, 4},
    /* a list of bodies is as many responses as it has elements, as their lines would be */
    {"[{\"usage\":{\"inputTokens\":1}},{\"usage\":{\"inputTokens\":10,\"outputTokens\":5}}]", 2, 11, 5},
    {"[{\"model\":\"m\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}},"
     "{\"model\":\"m\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}]", 2, 6, 8},
    {"[{\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":8,"
     "\"candidatesTokenCount\":4}},{\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":"
     "{\"promptTokenCount\":8,\"candidatesTokenCount\":9}}]", 2, 16, 13},
    {"[{\"inputTextTokenCount\":2,\"embedding\":[1]},{\"inputTextTokenCount\":2,\"embedding\":[1]}]", 2, 4,
     0},
    {"{\"embedding\":{\"values\":[1]},\"usageMetadata\":{\"promptTokenCount\":7}}\n"
     "{\"embedding\":{\"values\":[1]},\"usageMetadata\":{\"promptTokenCount\":7}}", 2, 14, 0},
    {"{\"data\":[{\"b64_json\":\"x\"}],\"usage\":{\"input_tokens\":5,\"output_tokens\":9}}\n"
     "{\"data\":[{\"b64_json\":\"x\"}],\"usage\":{\"input_tokens\":5,\"output_tokens\":9}}", 2, 10, 18},
    /* but a response with a list of vectors in it is one */
    {"[{\"object\":\"list\",\"usage\":{\"prompt_tokens\":8},\"data\":[{\"object\":\"embedding\"},"
     "{\"object\":\"embedding\"}],\"model\":\"e\"}]", 1, 8, 0},
};

static void tells_apart(const nameless *cases, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const nameless *c = &cases[i];
    tok_usage u;
    CHECK_INT(parse(c->text, strlen(c->text), &u), TOK_OK);
    if (!(CHECK_INT(u.n_responses, c->responses) & CHECK_INT(of(&u, TOK_M_INPUT), c->input) &
          CHECK_INT(of(&u, TOK_M_OUTPUT), c->output)))
      puts(c->text);
  }
}

static void lines_without_id(void) {
  tells_apart(nameless_lines, sizeof nameless_lines / sizeof nameless_lines[0]);
}

static void arrays_without_id(void) {
  tells_apart(nameless_arrays, sizeof nameless_arrays / sizeof nameless_arrays[0]);
}

/* What tok_cost reads: one object; canonical parts beyond the whole are left for it to refuse. */
static void for_prices(void) {
  tok_usage_object o;
  READS(("{\"input_tokens\":5,\"cache_read_tokens\":6}"), TOK_OK);
  CHECK_INT(o.q.quanta[TOK_M_CACHE_READ], 6);
  READS(("{\"prompt_tokens\":5,\"prompt_tokens_details\":{\"cached_tokens\":6}}"), TOK_OK);
  CHECK_INT(o.q.quanta[TOK_M_CACHE_READ], 5);
  CHECK_INT(o.provider.len, 0);
  READS(
      ("{\"usage\":{\"input_tokens\":3,\"cache_read_input_tokens\":7},\"service_tier\":\"batch\"}"),
      TOK_OK);
  CHECK_INT(o.q.quanta[TOK_M_INPUT], 10);
  CHECK_INT(o.tier, TOK_TIER_BATCH);
  CHECK_INT(o.provider.len, 0); /* whose model it is, the model says */
  READS(("[{\"input_tokens\":5}]"), TOK_INVALID);
  READS(("{\"inputs\":5}"), TOK_INVALID);
  READS(("{}"), TOK_OK);
  READS(("{\"spans\":[{\"id\":\"a\",\"input_tokens\":5},{\"id\":\"b\",\"input_tokens\":5}]}"),
        TOK_INVALID);
}

CHECK_MAIN({"overriding", overriding}, {"event_streams", event_streams}, {"lines", lines},
           {"nothing", nothing}, {"refused", refused}, {"shown", shown}, {"no_numbers", no_numbers},
           {"broken", broken}, {"carriage_returns", carriage_returns}, {"deep", deep}, {"cut", cut},
           {"huge", huge}, {"speed", speed}, {"many_queries", many_queries},
           {"same_document", same_document}, {"batch_lines", batch_lines}, {"spans", spans},
           {"lines_without_id", lines_without_id},
           {"arrays_without_id", arrays_without_id}, {"lists", lists}, {"for_prices", for_prices})

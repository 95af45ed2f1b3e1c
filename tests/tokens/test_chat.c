/* Chat requests: published examples, each provider's shapes, images, unknown ones, bad JSON. */
#include "../../ext/tokens/chat.h"
#include "../../ext/tokens/image.h"
#include "../check.h"

static tok_engine *engine;

static tok_chat_count count_with(const char *model, const char *json, const char *options) {
  tok_meter meter;
  tok_chat_count out;
  memset(&out, 0, sizeof out);
  CHECK_INT(tok_meter_of(tok_slice_of(model), &meter), TOK_OK);
  tok_slice none = {NULL, 0};
  out.wrong = NULL;
  tok_status s = tok_chat(engine, &meter, tok_chat_plain(tok_slice_of(model)), tok_slice_of(json),
                          options == NULL ? none : tok_slice_of(options), &out);
  CHECK_INT(s, out.wrong == NULL ? TOK_OK : TOK_INVALID);
  return out;
}

static int64_t count(const char *model, const char *json) {
  tok_chat_count c = count_with(model, json, NULL);
  return c.wrong != NULL ? -2 : c.unknown != NULL ? -1 : c.tokens;
}

/* What stands in an enum counts as it is written, whatever stands before it. */
static void words_of_an_enum(void) {
#define ENUM_OF(values)                                                                              \
  "{\"messages\":[],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{"        \
  "\"properties\":{\"a\":{\"enum\":[" values "]}}}}}]}"
  int64_t strings = count("gpt-4o", ENUM_OF("\"a much longer value than others\",\"null\",\"true\",\"false\""));
  CHECK(strings > 0);
  CHECK_INT(count("gpt-4o", ENUM_OF("\"a much longer value than others\",null,true,false")), strings);
}

/* OpenAI cookbook, "How to count tokens with tiktoken", section 6: what the API answered. */
static void cookbook(void) {
  static const char MESSAGES[] =
      "[{\"role\":\"system\",\"content\":\"You are a helpful, pattern-following assistant that translates "
      "corporate jargon into plain English.\"},"
      "{\"role\":\"system\",\"name\":\"example_user\",\"content\":\"New synergies will help drive top-line growth.\"},"
      "{\"role\":\"system\",\"name\":\"example_assistant\",\"content\":\"Things working well together will increase "
      "revenue.\"},"
      "{\"role\":\"system\",\"name\":\"example_user\",\"content\":\"Let's circle back when we have more bandwidth to "
      "touch base on opportunities for increased leverage.\"},"
      "{\"role\":\"system\",\"name\":\"example_assistant\",\"content\":\"Let's talk later when we're less busy about "
      "how to do better.\"},"
      "{\"role\":\"user\",\"content\":\"This late pivot means we don't have time to boil the ocean for the client "
      "deliverable.\"}]";
  CHECK_INT(count("gpt-3.5-turbo", MESSAGES), 129);
  CHECK_INT(count("gpt-4-0613", MESSAGES), 129);
  CHECK_INT(count("gpt-4o", MESSAGES), 124);
  CHECK_INT(count("gpt-4o-mini", MESSAGES), 124);
  CHECK_INT(count("gpt-5", MESSAGES), 123);
}

/* "Hello" is one token; 8 is what a message of one token costs at OpenAI. */
static void shapes(void) {
  CHECK_INT(count("gpt-4o", "[{\"role\":\"user\",\"content\":\"Hello\"}]"), 8);
  CHECK_INT(count("gpt-4o", "[{\"content\":\"Hello\",\"role\":\"user\"}]"), 8);
  CHECK_INT(count("gpt-4o", "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"model\":\"x\"}"), 8);
  CHECK_INT(count("gpt-4o", "{\"input\":\"Hello\"}"), 8);
  CHECK_INT(count("gpt-4o", "\"Hello\""), 8);
  CHECK_INT(count("gpt-4o", "{\"instructions\":\"Hello\",\"input\":\"Hello\"}"), 13);
  CHECK_INT(count("gpt-4o", "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hello\"}]}]"), 8);
  CHECK_INT(count("o1", "[{\"role\":\"user\",\"content\":\"Hello\"}]"), 7);
  CHECK_INT(count("gemini-2.5-pro", "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hello\"}]}]}"), 1);
  CHECK_INT(count("claude-3-haiku-20240307", "{\"system\":[],\"messages\":[{\"role\":\"user\",\"content\":"
                                             "[{\"text\":\"Hello\"}]}]}"), 8);
  CHECK_INT(count("text-embedding-3-small", "{\"input\":[\"Hello\",\"Hello\"]}"), 2);
  CHECK_INT(count("text-embedding-3-small", "{\"input\":[[1,2,3],[4]]}"), 4);
  CHECK_INT(count("gpt-3.5-turbo-instruct", "{\"prompt\":\"Hello\"}"), 1);
  CHECK_INT(count("text-embedding-ada-002", "{\"input\":\"\"}"), 1);
  CHECK_INT(count("deepseek-chat", "{\"input\":\"Hello\"}"),
            count("deepseek-chat", "[{\"role\":\"user\",\"content\":\"Hello\"}]") + 79);
  CHECK_INT(count("gpt-4o", "[]"), 3);
  CHECK_INT(count("gpt-4o", "{}"), 3);
  CHECK_INT(count("gpt-4o", "{\"role\":\"user\",\"content\":\"Hello\"}"), 8); /* a message alone */
  CHECK_INT(count("gpt-4o", "{\"content\":\"Hello\",\"r\\u006fle\":\"user\"}"), 8);
  CHECK_INT(count("gemini-2.5-pro", "{\"role\":\"user\",\"parts\":[{\"text\":\"Hello\"}]}"), 1);
  CHECK_INT(count_with("gpt-4o", "{\"role\":\"user\",\"content\":\"Hello\"}", "{\"system\":\"Hello\"}").tokens, 13);
  CHECK_INT(count("gpt-4o", "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"}}]}"), 1);
  CHECK_INT(count("gpt-4o", "{\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"content\":"
                            "[{\"type\":\"output_text\",\"text\":\"Hello\"}]}]}"), 2);
  CHECK_INT(count("gpt-5.4", "{\"output\":[{\"type\":\"reasoning\",\"summary\":[]},{\"type\":\"message\",\"content\":"
                             "[{\"type\":\"output_text\",\"text\":\"Hello\"}]}]}"), 5);
}

static void escapes(void) {
  CHECK_INT(count("gpt-4o", "[{\"role\":\"user\",\"content\":\"\\u0048ello\"}]"), 8);
  CHECK_INT(count("gpt-4o", "\"\\ud83d\\ude00\""), count("gpt-4o", "\"\xF0\x9F\x98\x80\""));
  CHECK_INT(count("gpt-4o", "\"\\ud83d\""), count("gpt-4o", "\"\xEF\xBF\xBD\""));
  tok_meter meter;
  tok_estimate est;
  CHECK_INT(tok_meter_of(tok_slice_of("gpt-4o"), &meter), TOK_OK);
  CHECK_INT(tok_estimate_text(engine, &meter, tok_slice_of("a\n\t\"\\/b"), &est), TOK_OK);
  CHECK_INT(count("gpt-4o", "\"a\\n\\t\\\"\\\\\\/b\""), 7 + est.base);
}

/* One request written in several ways: providers read its JSON, and show models one form of it. */
static void same_request(void) {
  static const char COMPACT[] =
      "{\"system\":\"Be brief.\",\"messages\":[{\"role\":\"assistant\",\"content\":\"Hello\"}],\"tools\":["
      "{\"name\":\"f\",\"description\":\"Says \\\"é/è\\\"\",\"input_schema\":{\"a\":[1,true,null,{}],\"b\":[]}}]}";
  static const char SPACED[] =
      "{\n  \"system\" : \"Be brief.\",\n  \"messages\" : [ { \"role\": \"assistant\", \"content\": \"Hello\" } ],\n"
      "  \"tools\" : [ {\n \"name\" : \"f\",\n \"description\" : \"Says \\\"é/è\\\"\",\n \"input_schema\" : { \"a\" : "
      "[ 1 ,\n true,\n null, { } ] , \"b\" : [\n ] } } ] }\n";
  static const char ESCAPED[] =
      "{\"s\\u0079stem\":\"Be br\\u0069ef.\",\"mess\\u0061ges\":[{\"r\\u006fle\":\"assist\\u0061nt\",\"\\u0063ontent\":"
      "\"Hell\\u006f\"}],\"t\\u006fols\":[{\"n\\u0061me\":\"\\u0066\",\"description\":\"Says \\u0022\\u00e9\\/\\u00E8"
      "\\\"\",\"input_schema\":{\"\\u0061\":[1,true,null,{}],\"b\":[]}}]}";
  int64_t want = count("claude-sonnet-4-5", COMPACT);
  CHECK(want > 20);
  CHECK_INT(count("claude-sonnet-4-5", SPACED), want);
  CHECK_INT(count("claude-sonnet-4-5", ESCAPED), want);
  CHECK_INT(count("gemini-2.5-pro", SPACED), count("gemini-2.5-pro", COMPACT));
  CHECK_INT(count("gpt-5", ESCAPED), count("gpt-5", COMPACT));
  CHECK_INT(count("gpt-5", SPACED), count("gpt-5", COMPACT));
  /* what must have an escape keeps it: a pair, half a pair, a control character */
  CHECK_INT(count("claude-sonnet-4-5", "{\"tools\":[[\"\\ud83d\\ude00\\u000a\\u0001\\\\\"]]}"),
            count("claude-sonnet-4-5", "{\"tools\":[[\"\xf0\x9f\x98\x80\\n\\u0001\\u005c\"]]}"));
  CHECK_INT(count("claude-sonnet-4-5", "{\"tools\":[[\"\\ud83dx\"]]}"),
            count("claude-sonnet-4-5", "{\"tools\":[[\"\xef\xbf\xbdx\"]]}"));
}

static void options(void) {
  static const char HELLO[] = "[{\"role\":\"user\",\"content\":\"Hello\"}]";
  static const char TOOL[] = "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]}";
  CHECK_INT(count_with("gpt-4o", HELLO, "{\"system\":\"Hello\"}").tokens, 13);
  tok_chat_count c = count_with("gpt-4o", HELLO, TOOL);
  CHECK(c.tokens > 8 + 12 && !c.exact);
  CHECK(count_with("gpt-4o", HELLO, NULL).exact);
  CHECK(count_with("claude-sonnet-4-5", HELLO, TOOL).tokens > 346);
  CHECK(!count_with("claude-sonnet-4-5", HELLO, NULL).exact);
  CHECK_INT(count_with("gemini-2.5-flash", HELLO, "{\"generationConfig\":{\"responseSchema\":{\"type\":\"object\"}}}").tokens, 1);
  CHECK_INT(count_with("claude-sonnet-4-5", HELLO, "{\"thinking\":{\"type\":\"enabled\"}}").tokens, 8 + 28);
  CHECK_INT(count_with("claude-sonnet-4-5", HELLO, "{\"thinking\":{\"type\":\"disabled\"}}").tokens, 8);
  CHECK_STR(count_with("gpt-4o", HELLO, "[1]").wrong, "no object");
}

/* OpenAI's cookbook, "How to count tokens with tiktoken": what its API billed. */
static void tools(void) {
  static const char REQUEST[] =
      "{\"messages\":[{\"role\":\"system\",\"content\":\"You are a helpful assistant that can answer to questions about "
      "the weather.\"},{\"role\":\"user\",\"content\":\"What's the weather like in San Francisco?\"}],\"tools\":[{\"type\":"
      "\"function\",\"function\":{\"name\":\"get_current_weather\",\"description\":\"Get the current weather in a given "
      "location\",\"parameters\":{\"type\":\"object\",\"properties\":{\"location\":{\"type\":\"string\",\"description\":"
      "\"The city and state, e.g. San Francisco, CA\"},\"unit\":{\"type\":\"string\",\"description\":\"The unit of "
      "temperature to return\",\"enum\":[\"celsius\",\"fahrenheit\"]}},\"required\":[\"location\"]}}}]}";
  CHECK_INT(count("gpt-4o", REQUEST), 101);
  CHECK_INT(count("gpt-4o-mini", REQUEST), 101);
  CHECK_INT(count("gpt-4", REQUEST), 105);
  CHECK_INT(count("gpt-3.5-turbo", REQUEST), 105);
  /* no name, no properties, properties of properties, escapes, values that are no strings */
  CHECK_INT(count("gpt-4o", "{\"input\":\"Hello\",\"tools\":[{\"name\":\"f\"}]}"), 8 + 12 + 7 + 2);
  CHECK_INT(count("gpt-4o", "{\"input\":\"Hello\",\"tools\":[{\"description\":\"g.\",\"name\":\"f\"}]}"), 8 + 12 + 7 + 2);
  CHECK_INT(count("gpt-4o", "{\"input\":\"Hello\",\"tools\":[{\"name\":\"f\",\"parameters\":{\"properties\":{\"a\":{\"type\":"
                            "\"array\",\"items\":{\"properties\":{\"\\u0062\":{\"enum\":[1,2]}}}}}}}]}"),
            8 + 12 + 7 + 2 + (6 + 4) + (6 + 2) - 3 + 2 * (3 + 1));
  CHECK(count("gpt-4o", "{\"input\":\"Hello\",\"tools\":[{\"type\":\"web_search\"}]}") > 8 + 12 + 7);
  CHECK_INT(count("gpt-4o", "{\"input\":\"Hello\",\"tools\":[{\"name\":\"f\"]}"), -2);
}

static void unknowns(void) {
  CHECK_INT(count("gpt-4o", "{\"previous_response_id\":\"resp_1\",\"input\":\"Hello\"}"), -1);
  CHECK_INT(count("gpt-4o", "{\"previous_response_id\":null,\"input\":\"Hello\"}"), 8);
  CHECK_INT(count("gpt-4o", "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"
                            "\"https://x/y.png\"}}]}]"), -1);
  CHECK_INT(count("gpt-4o", "[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":{}}]}]"), -1);
  CHECK_INT(count("llama-3.3-70b", "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"
                                   "\"x\"},\"width\":10,\"height\":10}]}]"), -1);
  tok_meter meter;
  CHECK_INT(tok_meter_of(tok_slice_of("no-such-model"), &meter), TOK_NOTFOUND);
  CHECK_INT(tok_meter_of(tok_slice_of("gpt-9"), &meter), TOK_NOTFOUND);
}

static void malformed(void) {
  static const char *const BAD[] = {"", "1", "{", "[{\"role\":}]", "[{\"role\":\"user\"]", "\"x\" y", "nul", "[1,]",
                                    "{\"messages\":[{\"content\":[{\"text\":\"a\"}]}", "\"\\ud83d\\u12\"",
                                    "[{\"role\":\"user\",\"content\":5}]", "[true]",
                                    "{\"model\":\"gpt-4o\"}", "{\"role\":\"user\",\"content\":\"x\"",
                                    "[{\"role\":\"user\",\"content\":[{\"text\":false}]}]"};
  for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) CHECK_INT(count("gpt-4o", BAD[i]), -2);
  char deep[300];
  memset(deep, '[', sizeof deep);
  deep[sizeof deep - 1] = 0;
  CHECK_INT(count("gpt-4o", deep), -2);
}

/* Ollama writes the arguments of a call as an object: the model reads them all the same. */
static void arguments(void) {
#define CALL_WITH(arguments)                                                                       \
  "[{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":" arguments "}}]}]"
  CHECK_INT(count("gpt-4o", CALL_WITH("{\"city\": \"Paris, in France\"}")),
            count("gpt-4o", CALL_WITH("\"{\\\"city\\\": \\\"Paris, in France\\\"}\"")));
}

/* 1x1 PNG, 3x2 GIF, 16x8 JPEG with a segment before its frame. */
static void sizes(void) {
  tok_image_size s;
  CHECK(tok_image_of_base64(tok_slice_of("iVBORw0KGgoAAAANSUhEUgAABAAAAAgACAYAAAA="), &s));
  CHECK_INT(s.width, 1024);
  CHECK_INT(s.height, 2048);
  CHECK(tok_image_of_base64(tok_slice_of("data:image/gif;base64,R0lGODlhAwACAIAAAA=="), &s));
  CHECK_INT(s.width, 3);
  CHECK_INT(s.height, 2);
  CHECK(tok_image_of_base64(tok_slice_of("\\/9j\\/4AAEAAD\\/wAARCAAIABADAREA"), &s));
  CHECK_INT(s.width, 16);
  CHECK_INT(s.height, 8);
  /* some writers of JSON escape the plus sign, and all may escape anything */
  CHECK(tok_image_of_base64(tok_slice_of("/9j/4AAE\\u002BAD/wAAR\\u0043AAIABADAREA"), &s));
  CHECK_INT(s.width, 16);
  CHECK_INT(s.height, 8);
  CHECK(!tok_image_of_base64(tok_slice_of("/9j/4AAE\\u20acf/wAARCAAIABADAREA"), &s));
  CHECK(!tok_image_of_base64(tok_slice_of("/9j/4AAE\\u002"), &s));
  /* no JSON: no bad write */
  CHECK(!tok_image_of_base64(tok_slice_of("/9j/\\u\xFF\xFF\xFF\xFF"), &s));
  /* lines of base64 that end in the middle of what is read */
  CHECK(tok_image_of_base64(tok_slice_of("\\/9j\\/4A\\r\\nAEAAD\\/wA\\nARCAAIABADAREA"), &s));
  CHECK_INT(s.width, 16);
  CHECK_INT(s.height, 8);
  CHECK(!tok_image_of_base64(tok_slice_of("aGVsbG8gd29ybGQsIHRoaXMgaXMgbm8gaW1hZ2UgYXQgYWxs"), &s));
  CHECK(!tok_image_of_base64(tok_slice_of("/9j/4AAE"), &s));
  CHECK(!tok_image_of_base64(tok_slice_of(""), &s));
  CHECK(!tok_image_of_base64(tok_slice_of("data:image/png,xx"), &s));
}

static int64_t image(const char *model, int64_t w, int64_t h, bool low) {
  tok_meter meter;
  tok_image_size s = {w, h};
  CHECK_INT(tok_meter_of(tok_slice_of(model), &meter), TOK_OK);
  return tok_image_tokens(&meter.info->image, s, low);
}

/* The examples of the providers' documentation. */
static void images(void) {
  CHECK_INT(image("gpt-4o", 1024, 1024, false), 765);
  CHECK_INT(image("gpt-4o", 2048, 4096, false), 1105);
  CHECK_INT(image("gpt-4o", 4096, 8192, true), 85);
  CHECK_INT(image("gpt-4.1-mini", 1024, 1024, false), (1024 * 162 + 99) / 100);
  CHECK_INT(image("o4-mini", 1800, 2400, false), (1452 * 172 + 99) / 100);
  CHECK_INT(image("claude-sonnet-4-5", 28, 28, false), 1);
  CHECK(image("claude-sonnet-4-5", 5000, 5000, false) <= 1568);
  CHECK_INT(image("gemini-2.5-flash", 384, 384, false), 258);
  CHECK_INT(image("gemini-2.5-flash", 960, 540, false), 258 * 2);
  CHECK_INT(count("gpt-4o", "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://x\","
                            "\"detail\":\"low\"}}]}]"), 7 + 85);
  CHECK_INT(count("gpt-4o", "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"
                            "\"data:image\\/png;base64,iVBORw0KGgoAAAANSUhEUgAABAAAAAQACAYAAAA=\"}}]}]"), 7 + 765);
  CHECK_INT(count("claude-sonnet-4-5", "[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"base64\","
                                       "\"data\":\"iVBORw0KGgoAAAANSUhEUgAAABwAAAAcCAYAAAA=\"}}]}]"), 7 + 1);
}

/* Linear: a megabyte of nested parts. */
static void large(void) {
  static const char HEAD[] = "[{\"role\":\"user\",\"content\":[", PART[] = "{\"text\":\"Hello\"},", TAIL[] = "]}]";
  enum { N_PARTS = 60000 };
  size_t n = sizeof HEAD - 1 + N_PARTS * (sizeof PART - 1);
  char *json = malloc(n + sizeof TAIL);
  memcpy(json, HEAD, sizeof HEAD - 1);
  for (size_t i = 0; i < N_PARTS; i++) memcpy(json + sizeof HEAD - 1 + i * (sizeof PART - 1), PART, sizeof PART - 1);
  memcpy(json + n - 1, TAIL, sizeof TAIL); /* over the last comma */
  CHECK(count("gpt-4o", json) == N_PARTS + 7);
  free(json);
}

static void estimates(void) {
  tok_meter meter;
  tok_estimate est;
  CHECK_INT(tok_meter_of(tok_slice_of("us.anthropic.claude-sonnet-4-20250514-v1:0"), &meter), TOK_OK);
  CHECK_STR(meter.info->name, "claude-3");
  CHECK_INT(tok_estimate_text(engine, &meter, tok_slice_of(""), &est), TOK_OK);
  CHECK_INT(tok_estimate_tokens(&est) + tok_estimate_low(&est) + tok_estimate_high(&est), 0);
  CHECK_INT(tok_estimate_text(engine, &meter, tok_slice_of("a"), &est), TOK_OK);
  CHECK_INT(tok_estimate_tokens(&est), 1);
  CHECK_INT(tok_estimate_low(&est), 0);
  CHECK_INT(tok_estimate_high(&est), 4);
  CHECK_INT(tok_meter_of(tok_slice_of("anthropic/claude-opus-4.8"), &meter), TOK_OK);
  CHECK_STR(meter.info->name, "claude-4.7");
  CHECK_INT(tok_meter_of(tok_slice_of("ft:gpt-4o-mini:org::id"), &meter), TOK_OK);
  CHECK(meter.info->weights == NULL);
}

int main(int argc, char **argv) {
  engine = tok_engine_new();
  static const check_test tests[] = {{"cookbook", cookbook}, {"shapes", shapes}, {"escapes", escapes},
    {"same_request", same_request}, {"options", options}, {"tools", tools}, {"words_of_an_enum", words_of_an_enum}, {"unknowns", unknowns}, {"malformed", malformed}, {"arguments", arguments}, {"sizes", sizes}, {"images", images},
    {"large", large}, {"estimates", estimates}};
  int rc = check_run(argc, argv, tests, sizeof tests / sizeof tests[0]);
  tok_engine_free(engine);
  return rc;
}

/* Each shape of usage: what is counted, what comes on top, what a provider's total tells. */
#include "../../ext/usage/usage.h"
#include "../check.h"

static const char *canonical(const char *json, const char *provider, char out[4096]) {
  tok_usage u;
  tok_buf b;
  tok_status s = tok_usage_parse(
      tok_slice_of(json), provider == NULL ? (tok_slice){NULL, 0} : tok_slice_of(provider), &u);
  if (s == TOK_NOTFOUND)
    return "NULL";
  if (s != TOK_OK) {
    snprintf(out, 4096, "%.*s: %s at %zu", (int)u.member.len,
             u.member.ptr == NULL ? "" : u.member.ptr, u.wrong, u.at);
    return out;
  }
  tok_buf_init(&b, 4095);
  tok_usage_print(&u, &b);
  snprintf(out, 4096, "%.*s", (int)b.len, b.ptr);
  tok_buf_free(&b);
  return out;
}

#define CHECK_TEXT(got, expected)                                                                  \
  do {                                                                                             \
    const char *g_ = got, *e_ = expected;                                                          \
    check_bytes(g_, strlen(g_), e_, strlen(e_), "usage", __FILE__, __LINE__);                      \
  } while (0)
#define READS(json, expected)                                                                      \
  do {                                                                                             \
    char got_[4096];                                                                               \
    CHECK_TEXT(canonical(json, NULL, got_), expected);                                             \
  } while (0)
#define READS_OF(json, provider, expected)                                                         \
  do {                                                                                             \
    char got_[4096];                                                                               \
    CHECK_TEXT(canonical(json, provider, got_), expected);                                         \
  } while (0)

static void openai(void) {
  READS(
      "{\"id\":\"chatcmpl-1\",\"model\":\"gpt-4o-mini-2024-07-18\",\"service_tier\":\"default\","
      "\"usage\":{\"prompt_tokens\":602,"
      "\"completion_tokens\":617,\"total_tokens\":1219,\"prompt_tokens_details\":{\"cached_"
      "tokens\":500,\"audio_tokens\":0},"
      "\"completion_tokens_details\":{\"reasoning_tokens\":448,\"rejected_prediction_tokens\":3}}}",
      "{\"provider\":\"openai\",\"model\":\"gpt-4o-mini-2024-07-18\",\"response_id\":\"chatcmpl-"
      "1\",\"input_tokens\":602,"
      "\"output_tokens\":617,\"total_tokens\":1219,\"cache_read_tokens\":500,\"reasoning_tokens\":"
      "448,\"service_tier\":\"standard\"}");
  READS("{\"object\":\"response\",\"id\":\"resp_1\",\"model\":\"gpt-5\",\"service_tier\":\"flex\","
        "\"output\":[{\"type\":\"reasoning\"},"
        "{\"type\":\"web_search_call\",\"usage\":{\"input_tokens\":7}},{\"type\":\"web_search_"
        "call\"}],\"usage\":{\"input_tokens\":109,"
        "\"input_tokens_details\":{\"cache_write_tokens\":7,\"cached_tokens\":100},\"output_"
        "tokens\":5,"
        "\"output_tokens_details\":{\"reasoning_tokens\":2},\"total_tokens\":114}}",
        "{\"provider\":\"openai\",\"model\":\"gpt-5\",\"response_id\":\"resp_1\",\"input_tokens\":"
        "109,\"output_tokens\":5,"
        "\"total_tokens\":114,\"cache_read_tokens\":100,\"cache_write_tokens\":7,\"reasoning_"
        "tokens\":2,\"web_searches\":2,"
        "\"service_tier\":\"flex\"}");
  READS("{\"prompt_tokens\":8,\"total_tokens\":8}", "{\"input_tokens\":8,\"total_tokens\":8}");
  READS("{\"usage\":{\"input_tokens\":76,\"input_tokens_details\":{\"image_tokens\":64,\"text_"
        "tokens\":12},\"output_tokens\":120,"
        "\"output_tokens_details\":{\"image_tokens\":120,\"text_tokens\":0},\"total_tokens\":196}}",
        "{\"input_tokens\":76,\"output_tokens\":120,\"total_tokens\":196,\"input_text_tokens\":12,"
        "\"input_image_tokens\":64,"
        "\"output_image_tokens\":120}");
  READS("{\"type\":\"response.done\",\"response\":{\"usage\":{\"total_tokens\":82,\"input_tokens\":"
        "12,\"output_tokens\":70,"
        "\"input_token_details\":{\"text_tokens\":12,\"audio_tokens\":0,\"cached_tokens\":4,"
        "\"cached_tokens_details\":{\"text_tokens\":4,"
        "\"audio_tokens\":0}},\"output_token_details\":{\"text_tokens\":9,\"audio_tokens\":61}}}}",
        "{\"input_tokens\":12,\"output_tokens\":70,\"total_tokens\":82,\"cache_read_tokens\":4,"
        "\"input_text_tokens\":12,"
        "\"output_text_tokens\":9,\"output_audio_tokens\":61,\"cache_text_read_tokens\":4}");
  READS("{\"text\":\"hi\",\"usage\":{\"type\":\"duration\",\"seconds\":4.5}}", "{\"seconds\":4.5}");
  READS("{\"id\":\"batch_req_1\",\"custom_id\":\"a\",\"response\":{\"status_code\":200,\"body\":{"
        "\"id\":\"chatcmpl-2\",\"model\":\"gpt-4o\","
        "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1,\"total_tokens\":6},\"service_"
        "tier\":\"default\"}}}",
        "{\"provider\":\"openai\",\"model\":\"gpt-4o\",\"response_id\":\"chatcmpl-2\",\"input_"
        "tokens\":5,\"output_tokens\":1,"
        "\"total_tokens\":6,\"service_tier\":\"batch\"}");
  READS("{\"input_tokens\":16,\"object\":\"response.input_tokens\"}", "NULL");
}

static void older_images(void) {
  READS("{\"created\":1,\"data\":[{\"b64_json\":\"x\"}],\"usage\":{\"input_tokens\":76,"
        "\"input_tokens_details\":{\"image_tokens\":64,\"text_tokens\":12},\"output_tokens\":120}}",
        "{\"input_tokens\":76,\"output_tokens\":120,\"total_tokens\":196,\"input_text_tokens\":12,"
        "\"input_image_tokens\":64,\"output_image_tokens\":120}");
}

/* Reasoning within the completion, on top of it, or in the gap to the total. */
static void chat_reasoning(void) {
  /* xAI: reasoning is on top, and the total says so */
  READS("{\"usage\":{\"prompt_tokens\":468,\"completion_tokens\":82,\"total_tokens\":870,\"prompt_"
        "tokens_details\":{\"cached_tokens\":305},"
        "\"completion_tokens_details\":{\"reasoning_tokens\":320},\"cost_in_usd_ticks\":2488500}}",
        "{\"provider\":\"x-ai\",\"input_tokens\":468,\"output_tokens\":402,\"total_tokens\":870,"
        "\"cache_read_tokens\":305,"
        "\"reasoning_tokens\":320,\"reported_cost_usd\":0.00024885}");
  READS_OF("{\"prompt_tokens\":10,\"completion_tokens\":2,\"completion_tokens_details\":{"
           "\"reasoning_tokens\":1}}",
           "xai",
           "{\"provider\":\"x-ai\",\"input_tokens\":10,\"output_tokens\":3,\"total_tokens\":13,"
           "\"reasoning_tokens\":1}");
  /* the same numbers elsewhere */
  READS_OF("{\"prompt_tokens\":10,\"completion_tokens\":2,\"completion_tokens_details\":{"
           "\"reasoning_tokens\":1}}",
           "openai",
           "{\"provider\":\"openai\",\"input_tokens\":10,\"output_tokens\":2,\"total_tokens\":12,"
           "\"reasoning_tokens\":1}");
  /* Gemini's compatible endpoint: thoughts in the gap */
  READS("{\"completion_tokens\":12,\"prompt_tokens\":35,\"total_tokens\":109}",
        "{\"input_tokens\":35,\"output_tokens\":74,\"total_tokens\":109,\"reasoning_tokens\":62}");
  /*
  ** OpenRouter counts reasoning with another tokenizer, and bills the completion: the total says
  ** that it is all. Without a total it would be on top.
  */
  READS("{\"id\":\"gen-1\",\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":500,"
        "\"total_tokens\":1500,\"cost\":0.00037,"
        "\"completion_tokens_details\":{\"reasoning_tokens\":540}}}",
        "{\"provider\":\"openrouter\",\"response_id\":\"gen-1\",\"input_tokens\":1000,"
        "\"output_tokens\":500,\"total_tokens\":1500,\"reasoning_tokens\":500,"
        "\"reported_cost_usd\":0.00037}");
  READS("{\"prompt_tokens\":10,\"completion_tokens\":2,\"completion_tokens_details\":{"
        "\"reasoning_tokens\":5}}",
        "{\"input_tokens\":10,\"output_tokens\":7,\"total_tokens\":17,\"reasoning_tokens\":5}");
  /* Vercel: reasoning is billed and in no total */
  READS("{\"usage\":{\"prompt_tokens\":109,\"completion_tokens\":368,\"total_tokens\":477,\"cost\":"
        "0.00637625,\"is_byok\":false,"
        "\"completion_tokens_details\":{\"reasoning_tokens\":256},\"cache_creation_input_tokens\":"
        "0,\"market_cost\":0.00637625}}",
        "{\"provider\":\"vercel\",\"input_tokens\":109,\"output_tokens\":624,\"total_tokens\":733,"
        "\"reasoning_tokens\":256,"
        "\"reported_cost_usd\":0.00637625}");
}

static void chat_dialects(void) {
  /* Mistral: audio on top of the prompt */
  READS("{\"prompt_audio_seconds\":4,\"prompt_tokens\":9,\"total_tokens\":585,\"completion_"
        "tokens\":201,"
        "\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":375}}",
        "{\"provider\":\"mistral\",\"input_tokens\":384,\"output_tokens\":201,\"total_tokens\":585,"
        "\"input_audio_tokens\":375,"
        "\"seconds\":4,\"input_audio_seconds\":4}");
  /* its transcriptions and moderations: what they heard and read is in the total alone */
  READS("{\"model\":\"voxtral-mini-latest\",\"text\":\"Hello.\",\"usage\":{\"prompt_audio_seconds\":30,"
        "\"prompt_tokens\":4,\"total_tokens\":480,\"completion_tokens\":76}}",
        "{\"provider\":\"mistral\",\"model\":\"voxtral-mini-latest\",\"input_tokens\":404,"
        "\"output_tokens\":76,\"total_tokens\":480,\"input_audio_tokens\":400,"
        "\"seconds\":30,\"input_audio_seconds\":30}");
  READS("{\"id\":\"1\",\"model\":\"mistral-moderation-2603\",\"results\":[{\"categories\":{}}],"
        "\"usage\":{\"prompt_tokens\":12,\"total_tokens\":70,\"completion_tokens\":0}}",
        "{\"provider\":\"mistral\",\"model\":\"mistral-moderation-2603\",\"response_id\":\"1\",\"input_tokens\":70,"
        "\"output_tokens\":0,\"total_tokens\":70}");
  READS("{\"usage\":{\"prompt_tokens\":976,\"completion_tokens\":61,\"total_tokens\":1037,\"prompt_"
        "cache_hit_tokens\":896,"
        "\"prompt_cache_miss_tokens\":80}}",
        "{\"provider\":\"deepseek\",\"input_tokens\":976,\"output_tokens\":61,\"total_tokens\":"
        "1037,\"cache_read_tokens\":896}");
  READS("{\"x_groq\":{\"id\":\"req_1\",\"usage\":{\"queue_time\":0.1,\"prompt_tokens\":21,"
        "\"completion_tokens\":9,\"total_tokens\":30}}}",
        "{\"provider\":\"groq\",\"input_tokens\":21,\"output_tokens\":9,\"total_tokens\":30}");
  /* Together and Moonshot: cached_tokens at the top */
  READS("{\"prompt_tokens\":20,\"completion_tokens\":30,\"total_tokens\":50,\"cached_tokens\":10}",
        "{\"input_tokens\":20,\"output_tokens\":30,\"total_tokens\":50,\"cache_read_tokens\":10}");
  /* Azure's Grok: more cached tokens than tokens */
  READS_OF("{\"prompt_tokens\":208,\"completion_tokens\":27,\"total_tokens\":235,\"prompt_tokens_"
           "details\":{\"cached_tokens\":314}}",
           "azure",
           "{\"provider\":\"azure\",\"input_tokens\":208,\"output_tokens\":27,\"total_tokens\":235,"
           "\"cache_read_tokens\":208}");
  READS("{\"prompt_tokens\":8,\"completion_tokens\":213,\"total_tokens\":221,\"search_context_"
        "size\":\"low\",\"cost\":{\"total_cost\":0.00522}}",
        "{\"provider\":\"perplexity\",\"input_tokens\":8,\"output_tokens\":213,\"total_tokens\":"
        "221,\"requests\":1,\"requests_low\":1,"
        "\"reported_cost_usd\":0.00522}");
}

/*
** GET /api/v1/generation: native tokens are billed; the others are of one tokenizer for all models.
*/
#define GENERATION(tokens, byok)                                                                   \
  "{\"data\":{\"id\":\"gen-1\",\"upstream_id\":\"chatcmpl-1\",\"total_cost\":0.0015,"              \
  "\"cache_discount\":0.0002,\"upstream_inference_cost\":0.0012,\"created_at\":"                   \
  "\"2024-07-15T23:33:19.433273+00:00\",\"model\":\"sao10k/l3-stheno-8b\",\"app_id\":12345,"       \
  "\"streamed\":true,\"cancelled\":false,\"provider_name\":\"Infermatic\",\"latency\":1250,"       \
  "\"finish_reason\":\"stop\",\"tokens_prompt\":9,\"tokens_completion\":30," tokens                \
  "\"num_search_results\":5,\"usage\":0.0015,\"is_byok\":" byok ",\"service_tier\":\"priority\"}}"
#define NATIVE                                                                                     \
  "\"native_tokens_prompt\":10,\"native_tokens_completion\":25,"                                   \
  "\"native_tokens_completion_images\":0,\"native_tokens_reasoning\":5,\"native_tokens_cached\":3,"
#define NO_NATIVE "\"native_tokens_prompt\":null,\"native_tokens_completion\":null,"
#define GENERATED                                                                                  \
  "{\"provider\":\"openrouter\",\"model\":\"sao10k/l3-stheno-8b\",\"response_id\":\"gen-1\","

static void openrouter_generation(void) {
  READS(GENERATION(NATIVE, "false"),
        GENERATED "\"input_tokens\":10,\"output_tokens\":25,\"total_tokens\":35,"
                  "\"cache_read_tokens\":3,\"reasoning_tokens\":5,\"service_tier\":\"priority\","
                  "\"reported_cost_usd\":0.0015}");
  READS(GENERATION(NATIVE, "true"),
        GENERATED "\"input_tokens\":10,\"output_tokens\":25,\"total_tokens\":35,"
                  "\"cache_read_tokens\":3,\"reasoning_tokens\":5,\"service_tier\":\"priority\","
                  "\"reported_cost_usd\":0.0027}");
  READS(GENERATION(NO_NATIVE, "false"),
        GENERATED "\"input_tokens\":9,\"output_tokens\":30,\"total_tokens\":39,"
                  "\"service_tier\":\"priority\",\"reported_cost_usd\":0.0015}");
}

static void openrouter(void) {
  READS("{\"provider\":\"OpenAI\",\"id\":\"gen-1\",\"model\":\"openai/"
        "gpt-5-mini\",\"usage\":{\"prompt_tokens\":17,\"completion_tokens\":2177,"
        "\"total_tokens\":2194,\"cost\":4.35825e-3,\"is_byok\":false,\"cost_details\":{\"upstream_"
        "inference_cost\":0.004},"
        "\"completion_tokens_details\":{\"reasoning_tokens\":960}}}",
        "{\"provider\":\"openrouter\",\"model\":\"openai/"
        "gpt-5-mini\",\"response_id\":\"gen-1\",\"input_tokens\":17,\"output_tokens\":2177,"
        "\"total_tokens\":2194,\"reasoning_tokens\":960,\"reported_cost_usd\":0.00435825}");
  /* with one's own key the upstream cost comes on top */
  READS("{\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,\"total_tokens\":2,\"cost\":0.001,"
        "\"is_byok\":true,"
        "\"cost_details\":{\"upstream_inference_cost\":0.02}}}",
        "{\"provider\":\"openrouter\",\"input_tokens\":1,\"output_tokens\":1,\"total_tokens\":2,"
        "\"reported_cost_usd\":0.021}");
  /* a reported 0 is not a price */
  READS("{\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,\"total_tokens\":2,\"cost\":0,"
        "\"is_byok\":false}}",
        "{\"provider\":\"openrouter\",\"input_tokens\":1,\"output_tokens\":1,\"total_tokens\":2}");
}

static void anthropic(void) {
  READS("{\"id\":\"msg_1\",\"type\":\"message\",\"model\":\"claude-sonnet-4-5\",\"usage\":{\"input_"
        "tokens\":3,\"cache_creation_input_tokens\":1956,"
        "\"cache_read_input_tokens\":9511,\"cache_creation\":{\"ephemeral_5m_input_tokens\":956,"
        "\"ephemeral_1h_input_tokens\":1000},"
        "\"output_tokens\":44,\"output_tokens_details\":{\"thinking_tokens\":28},\"service_tier\":"
        "\"batch\","
        "\"server_tool_use\":{\"web_search_requests\":2},\"iterations\":[{\"input_tokens\":9,"
        "\"model\":\"claude-opus-4-8\"}]}}",
        "{\"provider\":\"anthropic\",\"model\":\"claude-sonnet-4-5\",\"response_id\":\"msg_1\","
        "\"input_tokens\":11470,\"output_tokens\":44,"
        "\"total_tokens\":11514,\"cache_read_tokens\":9511,\"cache_write_tokens\":1956,\"cache_"
        "write_5m_tokens\":956,"
        "\"cache_write_1h_tokens\":1000,\"reasoning_tokens\":28,\"web_searches\":2,\"service_"
        "tier\":\"batch\"}");
  /*
  ** a compaction is billed and not in the totals: both kinds of member order, several, in a stream
  */
  READS("{\"usage\":{\"input_tokens\":162,\"output_tokens\":11,\"cache_read_input_tokens\":5,\"iterations\":"
        "[{\"input_tokens\":99195,\"output_tokens\":81,\"cache_creation_input_tokens\":7,\"cache_creation\":"
        "{\"ephemeral_1h_input_tokens\":4,\"ephemeral_5m_input_tokens\":3},\"type\":\"compaction\"},"
        "{\"type\":\"compaction\",\"input_tokens\":1000,\"cache_read_input_tokens\":10},"
        "{\"type\":\"advisor_message\",\"model\":\"claude-opus-4-8\",\"input_tokens\":9,\"output_tokens\":9},"
        "{\"type\":\"message\",\"input_tokens\":162,\"output_tokens\":11}]}}",
        "{\"provider\":\"anthropic\",\"input_tokens\":100379,\"output_tokens\":92,\"total_tokens\":100471,"
        "\"cache_read_tokens\":15,\"cache_write_tokens\":7,\"cache_write_5m_tokens\":3,\"cache_write_1h_tokens\":4,"
        "\"advisors\":[{\"model\":\"claude-opus-4-8\",\"input_tokens\":9,\"output_tokens\":9}]}");
  READS("[{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":9,\"cache_read_input_tokens\":0,"
        "\"output_tokens\":1}}},{\"type\":\"message_delta\",\"usage\":{\"input_tokens\":9,\"output_tokens\":2,"
        "\"iterations\":[{\"type\":\"compaction\",\"input_tokens\":50,\"output_tokens\":4}]}},{\"type\":\"message_delta\","
        "\"usage\":{\"output_tokens\":3,\"iterations\":[{\"type\":\"compaction\",\"input_tokens\":50,\"output_tokens\":4}]}}]",
        "{\"provider\":\"anthropic\",\"input_tokens\":59,\"output_tokens\":7,\"total_tokens\":66}");
  /* Cohere's cached_tokens are of a prompt that is not billed */
  READS("{\"usage\":{\"billed_units\":{\"input_tokens\":33,\"output_tokens\":22},\"cached_tokens\":144,"
        "\"tokens\":{\"input_tokens\":1452,\"output_tokens\":33}}}",
        "{\"provider\":\"cohere\",\"input_tokens\":33,\"output_tokens\":22,\"total_tokens\":55}");
  /* the split does not reach the total: the rest stays a write */
  READS("{\"input_tokens\":1,\"cache_creation_input_tokens\":3337,\"cache_creation\":{\"ephemeral_"
        "5m_input_tokens\":3068},\"output_tokens\":1}",
        "{\"provider\":\"anthropic\",\"input_tokens\":3338,\"output_tokens\":1,\"total_tokens\":"
        "3339,\"cache_write_tokens\":3337,"
        "\"cache_write_5m_tokens\":3068}");
  READS("{\"id\":\"msg_bdrk_1\",\"usage\":{\"input_tokens\":3,\"cache_read_input_tokens\":7,"
        "\"output_tokens\":1}}",
        "{\"provider\":\"aws\",\"response_id\":\"msg_bdrk_1\",\"input_tokens\":10,\"output_"
        "tokens\":1,\"total_tokens\":11,"
        "\"cache_read_tokens\":7}");
}

static void gemini(void) {
  READS("{\"modelVersion\":\"gemini-2.5-flash\",\"responseId\":\"r\",\"candidates\":[{"
        "\"groundingMetadata\":{\"webSearchQueries\":[\"a\",\"b\"]}}],"
        "\"usageMetadata\":{\"candidatesTokenCount\":28,\"promptTokenCount\":85,"
        "\"thoughtsTokenCount\":54,\"toolUsePromptTokenCount\":132,"
        "\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":60},{\"tokenCount\":25,"
        "\"modality\":\"AUDIO\"}],"
        "\"toolUsePromptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":132}],"
        "\"totalTokenCount\":299,\"trafficType\":\"ON_DEMAND_FLEX\"}}",
        "{\"provider\":\"google\",\"model\":\"gemini-2.5-flash\",\"response_id\":\"r\",\"input_"
        "tokens\":217,\"output_tokens\":82,"
        "\"total_tokens\":299,\"reasoning_tokens\":54,\"input_text_tokens\":192,\"input_audio_"
        "tokens\":25,\"input_tool_tokens\":132,"
        "\"web_searches\":1,\"service_tier\":\"flex\"}");
  READS("{\"modelVersion\":\"gemini-3-pro\",\"candidates\":[{\"groundingMetadata\":{"
        "\"webSearchQueries\":[\"a\",\"b\",\"a\",\"\"]}}],"
        "\"usageMetadata\":{\"candidatesTokenCount\":1,\"promptTokenCount\":1}}",
        "{\"provider\":\"google\",\"model\":\"gemini-3-pro\",\"input_tokens\":1,\"output_tokens\":"
        "1,\"total_tokens\":2,\"web_searches\":2}");
  READS("{\"usage_metadata\":{\"prompt_token_count\":10,\"cached_content_token_count\":4,"
        "\"candidates_token_count\":2,\"thoughts_token_count\":3,"
        "\"total_token_count\":15}}",
        "{\"provider\":\"google\",\"input_tokens\":10,\"output_tokens\":5,\"total_tokens\":15,"
        "\"cache_read_tokens\":4,\"reasoning_tokens\":3}");
  /* Live: the response is all of the output */
  READS("{\"usageMetadata\":{\"promptTokenCount\":541,\"responseTokenCount\":61,"
        "\"totalTokenCount\":602,"
        "\"responseTokensDetails\":[{\"modality\":\"AUDIO\",\"tokenCount\":61}],"
        "\"thoughtsTokenCount\":46}}",
        "{\"provider\":\"google\",\"input_tokens\":541,\"output_tokens\":61,\"total_tokens\":602,"
        "\"reasoning_tokens\":46,"
        "\"output_audio_tokens\":61}");
  READS("{\"usage\":{\"total_tokens\":1373,\"total_input_tokens\":22,\"input_tokens_by_modality\":["
        "{\"modality\":\"text\",\"tokens\":22}],"
        "\"total_cached_tokens\":2,\"total_output_tokens\":973,\"total_tool_use_tokens\":129,"
        "\"total_thought_tokens\":249}}",
        "{\"provider\":\"google\",\"input_tokens\":151,\"output_tokens\":1222,\"total_tokens\":"
        "1373,\"cache_read_tokens\":2,"
        "\"reasoning_tokens\":249,\"input_text_tokens\":22,\"input_tool_tokens\":129}");
  READS("{\"usageMetadata\":{\"totalTokenCount\":3512}}", "NULL"); /* a cache made, nothing asked */
}

/*
** Parts by modality: an array where OpenAI has an object of that name; numbers in strings; twice.
*/
static void gemini_parts(void) {
  static const char want[] =
      "{\"provider\":\"google\",\"input_tokens\":100,\"output_tokens\":5,\"total_tokens\":105,\"input_"
      "text_tokens\":60,\"input_audio_tokens\":40}";
  READS("{\"usage_metadata\":{\"prompt_token_count\":100,\"candidates_token_count\":5,\"prompt_tokens_"
        "details\":[{\"modality\":\"TEXT\",\"token_count\":60},{\"modality\":\"AUDIO\",\"token_"
        "count\":40}]}}",
        want);
  READS("{\"usageMetadata\":{\"promptTokenCount\":100,\"candidatesTokenCount\":5,"
        "\"promptTokensDetails\":[{\"modality\":\"AUDIO\",\"tokenCount\":\"10\"},{\"modality\":"
        "\"\\u0041UDIO\",\"tokenCount\":30},{\"tokenCount\":\"60\",\"modality\":\"TEXT\"}]}}",
        want);
  READS("{\"usageMetadata\":{\"promptTokenCount\":100,\"candidatesTokenCount\":5,"
        "\"promptTokensDetails\":[{\"modality\":\"AUDIO\",\"tokenCount\":90}],"
        "\"promptTokensDetails\":[{\"modality\":\"AUDIO\",\"tokenCount\":40},{\"tokenCount\":60,"
        "\"modality\":\"TEXT\"}]}}",
        want);
  READS("{\"candidates\":[{\"grounding_metadata\":{\"web_search_queries\":[\"a\",\"b\"]}}],\"model_"
        "version\":\"gemini-3-flash\",\"usage_metadata\":{\"prompt_token_count\":3,\"candidates_"
        "token_count\":1}}",
        "{\"provider\":\"google\",\"model\":\"gemini-3-flash\",\"input_tokens\":3,\"output_tokens\":1,"
        "\"total_tokens\":4,\"web_searches\":2}");
}

/* Slashes that PHP escapes; the words go out as they came in. */
static void escaped_words(void) {
  READS("{\"model\":\"zai\\/GLM-5.2\",\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":1}}",
        "{\"provider\":\"zai\",\"model\":\"zai\\/GLM-5.2\",\"input_tokens\":20,\"output_tokens\":1,"
        "\"total_tokens\":21}");
  READS(
      "{\"id\":\"msg\\u005f1\",\"usage\":{\"input_tokens\":20,\"output_tokens\":1,\"service_tier\":"
      "\"defa\\u0075lt\",\"cost\":\"0.25\"}}",
      "{\"provider\":\"anthropic\",\"response_id\":\"msg\\u005f1\",\"input_tokens\":20,\"output_"
      "tokens\":1,\"total_tokens\":21,\"service_tier\":\"standard\",\"reported_cost_usd\":0.25}");
}

static void bedrock(void) {
  READS("{\"metrics\":{\"latencyMs\":1},\"usage\":{\"inputTokens\":3,\"outputTokens\":61,"
        "\"totalTokens\":2435,\"cacheReadInputTokens\":2074,"
        "\"cacheReadInputTokenCount\":2074,\"cacheWriteInputTokens\":297,\"cacheDetails\":[{"
        "\"inputTokens\":97,\"ttl\":\"5m\"},"
        "{\"inputTokens\":200,\"ttl\":\"1h\"}]}}",
        "{\"provider\":\"aws\",\"input_tokens\":2374,\"output_tokens\":61,\"total_tokens\":2435,"
        "\"cache_read_tokens\":2074,"
        "\"cache_write_tokens\":297,\"cache_write_5m_tokens\":97,\"cache_write_1h_tokens\":200}");
  READS("{\"inputTextTokenCount\":28.0,\"results\":[{\"tokenCount\":35,\"outputText\":\"x\"}]}",
        "{\"provider\":\"aws\",\"input_tokens\":28,\"output_tokens\":35,\"total_tokens\":63}");
  READS("{\"generation\":\"x\",\"prompt_token_count\":10,\"generation_token_count\":59,\"stop_"
        "reason\":\"stop\"}",
        "{\"provider\":\"aws\",\"input_tokens\":10,\"output_tokens\":59,\"total_tokens\":69}");
  /* headers, as SDKs keep them; the body of Titan says less than they do */
  READS("{\"ResponseMetadata\":{\"HTTPHeaders\":{\"x-amzn-bedrock-input-token-count\":\"30\","
        "\"x-amzn-bedrock-output-token-count\":\"29\",\"x-amzn-bedrock-cache-read-input-token-"
        "count\":"
        "\"5\"}},\"inputTextTokenCount\":28}",
        "{\"provider\":\"aws\",\"input_tokens\":35,\"output_tokens\":29,\"total_tokens\":64,"
        "\"cache_read_tokens\":5}");
  READS("[{\"completion\":\"x\"},{\"amazon-bedrock-invocationMetrics\":{\"inputTokenCount\":7,"
        "\"outputTokenCount\":3,\"invocationLatency\":9}}]",
        "{\"provider\":\"aws\",\"input_tokens\":7,\"output_tokens\":3,\"total_tokens\":10}");
}

static void others(void) {
  READS("{\"id\":\"c\",\"usage\":{\"billed_units\":{\"input_tokens\":1,\"output_tokens\":9},"
        "\"tokens\":{\"input_tokens\":496,\"output_tokens\":11}}}",
        "{\"provider\":\"cohere\",\"response_id\":\"c\",\"input_tokens\":1,\"output_tokens\":9,"
        "\"total_tokens\":10}");
  READS("{\"choices\":[{\"delta\":{},\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
        "\"total_tokens\":11}}],\"model\":\"kimi\"}", /* Moonshot's streams */
        "{\"model\":\"kimi\",\"input_tokens\":9,\"output_tokens\":2,\"total_tokens\":11}");
  READS("{\"pages\":[{\"index\":0}],\"usage_info\":{\"pages_processed\":3,\"doc_size_bytes\":9}}",
        "{\"pages\":3}"); /* Mistral's OCR */
  READS("{\"meta\":{\"billed_units\":{\"search_units\":2}}}",
        "{\"provider\":\"cohere\",\"rerank_searches\":2}");
  READS("{\"model\":\"llama3\",\"message\":{\"content\":\"x\"},\"done\":true,\"prompt_eval_count\":"
        "17,\"eval_count\":66,\"eval_duration\":5}",
        "{\"provider\":\"ollama\",\"model\":\"llama3\",\"input_tokens\":17,\"output_tokens\":66,"
        "\"total_tokens\":83}");
  READS(
      /* no prompt_eval_count: the input is not known, not 0 */
      "{\"model\":\"llama3\",\"eval_count\":66}",
      "{\"provider\":\"ollama\",\"model\":\"llama3\",\"output_tokens\":66,\"total_tokens\":66}");
  READS("{\"object\":\"list\",\"model\":\"voyage-4\",\"usage\":{\"total_tokens\":3}}",
        "{\"provider\":\"voyageai\",\"model\":\"voyage-4\",\"input_tokens\":3,\"total_tokens\":3}");
  READS("{\"results\":[{\"generated_token_count\":2,\"input_token_count\":7}]}",
        "{\"provider\":\"watsonx\",\"input_tokens\":7,\"output_tokens\":2,\"total_tokens\":9}");
  READS("{\"generated_text\":\"x\",\"details\":{\"finish_reason\":\"length\",\"generated_tokens\":"
        "20,\"prefill\":[]}}",
        "{\"provider\":\"huggingface\",\"output_tokens\":20,\"total_tokens\":20}");
  READS("{\"usage\":{\"pydantic_ai_gateway\":{\"cost_estimate\":1.5e-6},\"input_tokens\":1,"
        "\"output_tokens\":2}}",
        "{\"input_tokens\":1,\"output_tokens\":2,\"total_tokens\":3,\"reported_cost_usd\":0."
        "0000015}");
}

static void opentelemetry(void) {
  const char *want = "{\"provider\":\"aws\",\"model\":\"claude\",\"response_id\":\"r\",\"input_"
                     "tokens\":100,\"output_tokens\":20,"
                     "\"total_tokens\":120,\"cache_read_tokens\":40,\"reasoning_tokens\":5}";
  char got[4096];
  CHECK_TEXT(canonical("{\"name\":\"chat\",\"attributes\":{\"gen_ai.provider.name\":\"aws."
                       "bedrock\",\"gen_ai.response.model\":\"claude\","
                       "\"gen_ai.response.id\":\"r\",\"gen_ai.usage.input_tokens\":100,\"gen_ai."
                       "usage.output_tokens\":20,"
                       "\"gen_ai.usage.cache_read.input_tokens\":40,\"gen_ai.usage.reasoning."
                       "output_tokens\":5}}",
                       NULL, got),
             want);
  CHECK_TEXT(
      canonical(
          "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{"
          "\"stringValue\":\"s\"}}]},"
          "\"scopeSpans\":[{\"spans\":[{\"attributes\":[{\"key\":\"gen_ai.system\",\"value\":{"
          "\"stringValue\":\"aws.bedrock\"}},"
          "{\"key\":\"gen_ai.response.model\",\"value\":{\"stringValue\":\"claude\"}},"
          "{\"key\":\"gen_ai.response.id\",\"value\":{\"stringValue\":\"r\"}},"
          "{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{\"intValue\":\"100\"}},"
          "{\"key\":\"gen_ai.usage.output_tokens\",\"value\":{\"intValue\":20}},"
          "{\"key\":\"gen_ai.usage.cache_read_input_tokens\",\"value\":{\"intValue\":\"40\"}},"
          "{\"key\":\"gen_ai.usage.reasoning.output_tokens\",\"value\":{\"intValue\":\"5\"}}]}]}]}]"
          "}",
          NULL, got),
      want);
  READS("{\"gen_ai\":{\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}}",
        "{\"input_tokens\":1,\"output_tokens\":2,\"total_tokens\":3}");
  READS("{\"llm.token_count.prompt\":5,\"llm.token_count.completion\":6,\"llm.token_count.prompt_"
        "details.cache_read\":2}",
        "{\"input_tokens\":5,\"output_tokens\":6,\"total_tokens\":11,\"cache_read_tokens\":2}");
}

static void canonical_again(void) {
  static const char *const texts[] = {
      "{\"provider\":\"x-ai\",\"model\":\"m\",\"response_id\":\"i\",\"input_tokens\":468,\"output_"
      "tokens\":402,\"total_tokens\":870,"
      "\"cache_read_tokens\":305,\"reasoning_tokens\":320,\"service_tier\":\"batch\",\"reported_"
      "cost_usd\":0.00024885}",
      "{\"input_tokens\":100,\"output_tokens\":20,\"total_tokens\":120,\"cache_read_tokens\":4,"
      "\"cache_write_tokens\":9,"
      "\"cache_write_5m_tokens\":3,\"cache_write_1h_tokens\":6,\"input_audio_tokens\":3,\"input_"
      "video_tokens\":2,\"input_tool_tokens\":1,"
      "\"cache_audio_read_tokens\":2,\"web_searches\":2,\"rerank_searches\":1,\"input_audio_"
      "seconds\":0.25}"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    READS(texts[i], texts[i]);
}

/* What is counted, or billed, at a place of its own. */
static void counted_beside(void) {
  /* OpenAI's search tool: only a search has a fee, whichever member comes first */
  READS("{\"model\":\"gpt-5\",\"output\":["
        "{\"action\":{\"type\":\"open_page\",\"url\":\"u\"},\"type\":\"web_search_call\"},"
        "{\"type\":\"web_search_call\",\"action\":{\"type\":\"search\",\"query\":\"q\"}},"
        "{\"type\":\"web_search_call\",\"action\":{\"type\":\"find_in_page\"}}],"
        "\"usage\":{\"input_tokens\":7,\"output_tokens\":4,\"input_tokens_details\":{}}}",
        "{\"provider\":\"openai\",\"model\":\"gpt-5\",\"input_tokens\":7,\"output_tokens\":4,"
        "\"total_tokens\":11,\"web_searches\":1}");
  /* its own count, where it gives one */
  READS("{\"model\":\"gpt-5\",\"tool_usage\":{\"web_search\":{\"num_requests\":2}},"
        "\"output\":[{\"type\":\"web_search_call\"}],"
        "\"usage\":{\"input_tokens\":7,\"output_tokens\":4}}",
        "{\"provider\":\"openai\",\"model\":\"gpt-5\",\"input_tokens\":7,\"output_tokens\":4,"
        "\"total_tokens\":11,\"web_searches\":2}");
  READS("{\"usage\":{\"total_input_tokens\":34,\"total_output_tokens\":2,"
        "\"grounding_tool_count\":[{\"count\":2,\"type\":\"google_search\"}]}}",
        "{\"provider\":\"google\",\"input_tokens\":34,\"output_tokens\":2,\"total_tokens\":36,"
        "\"web_searches\":2}");
  /* embeddings: of Vertex, one count a text; of Gemini, by modality */
  READS("{\"predictions\":[{\"embeddings\":{\"statistics\":{\"token_count\":6,"
        "\"truncated\":false},\"values\":[0.5]}},"
        "{\"embeddings\":{\"statistics\":{\"token_count\":5}}}],"
        "\"metadata\":{\"billableCharacterCount\":22}}",
        "{\"provider\":\"google\",\"input_tokens\":11,\"total_tokens\":11}");
  READS("{\"embeddings\":[],\"usageMetadata\":{\"promptTokenCount\":300,\"promptTokenDetails\":["
        "{\"modality\":\"TEXT\",\"tokenCount\":42},{\"modality\":\"IMAGE\",\"tokenCount\":258}]}}",
        "{\"provider\":\"google\",\"input_tokens\":300,\"total_tokens\":300,"
        "\"input_image_tokens\":258}");
  /* Anthropic's managed agents: the session sums up its events, whose requests are their own */
#define SESSION                                                                                    \
  "{\"type\":\"session\",\"id\":\"sesn_1\",\"agent\":{\"model\":{\"id\":\"claude-sonnet-5\"}},"    \
  "\"usage\":{\"input_tokens\":4,\"cache_read_input_tokens\":90,\"output_tokens\":8}}"
#define REQUEST(id)                                                                                \
  "{\"type\":\"span.model_request_end\",\"id\":\"" id "\",\"model_usage\":{"                       \
  "\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":45,"                              \
  "\"input_tokens\":2,\"output_tokens\":4}}"
  READS(SESSION,
        "{\"provider\":\"anthropic\",\"model\":\"claude-sonnet-5\",\"response_id\":\"sesn_1\","
        "\"input_tokens\":94,\"output_tokens\":8,\"total_tokens\":102,"
        "\"cache_read_tokens\":90}");
  READS("[" REQUEST("sevt_1") "," REQUEST("sevt_2") "," SESSION "]",
        "{\"provider\":\"anthropic\",\"input_tokens\":94,\"output_tokens\":8,\"total_tokens\":102,"
        "\"cache_read_tokens\":90,\"responses\":2}");
  /* input of which one response says a part only is unknown of both; so output */
#define PART "{\"native_tokens_completion\":25,\"native_tokens_cached\":3}"
#define WHOLE "{\"usage\":{\"output_tokens\":3,\"cache_creation_input_tokens\":18}}"
  READS("[" PART "," WHOLE "]",
        "{\"output_tokens\":28,\"total_tokens\":28,\"cache_read_tokens\":3,"
        "\"cache_write_tokens\":18,\"responses\":2}");
  READS("[" WHOLE "," PART "," WHOLE "]",
        "{\"output_tokens\":31,\"total_tokens\":31,\"cache_read_tokens\":3,"
        "\"cache_write_tokens\":36,\"responses\":3}");
  READS("[{\"native_tokens_prompt\":7,\"native_tokens_reasoning\":5}," WHOLE "]",
        "{\"input_tokens\":25,\"total_tokens\":25,\"cache_write_tokens\":18,"
        "\"reasoning_tokens\":5,\"responses\":2}");
  /* what is billed: GitHub in 1e-9 credits of a cent, DeepInfra in dollars */
  READS("{\"copilot_usage\":{\"token_details\":[{\"token_count\":73,\"token_type\":\"input\"}],"
        "\"total_nano_aiu\":614775000},\"model\":\"gpt-5.3-codex\","
        "\"usage\":{\"input_tokens\":73,\"output_tokens\":430}}",
        "{\"provider\":\"github-copilot\",\"model\":\"gpt-5.3-codex\",\"input_tokens\":73,"
        "\"output_tokens\":430,\"total_tokens\":503,\"reported_cost_usd\":0.00614775}");
  READS("{\"usage\":{\"prompt_tokens\":15,\"completion_tokens\":2,\"total_tokens\":17,"
        "\"estimated_cost\":3.8e-07}}",
        "{\"input_tokens\":15,\"output_tokens\":2,\"total_tokens\":17,"
        "\"reported_cost_usd\":0.00000038}");
}

static void table(void) {
  CHECK(tok_usage_n_rows <= TOK_USAGE_ROWS_MAX);
  for (size_t i = 0; i < tok_usage_n_rows; i++) {
    const tok_usage_row *r = &tok_usage_rows[i];
    int c = i == 0 ? -1 : strcmp(tok_usage_rows[i - 1].path, r->path);
    if (!CHECK(c < 0 || (c == 0 && (tok_usage_rows[i - 1].places & r->places) == 0)))
      puts(r->path);
    CHECK(strlen(r->path) + 2 < TOK_USAGE_PATH_MAX);
    CHECK((r->act > TOK_DO_ADD || (r->arg < TOK_METER_N && r->shapes != 0)) &&
          (r->signs >> TOK_SHAPE_N) == 0);
    if ((r->places & TOK_AT_ANY) != 0)
      CHECK_INT(tok_usage_find(tok_slice_of(r->path), r->places), i);
  }
}

CHECK_MAIN({"openai", openai}, {"older_images", older_images}, {"chat_reasoning", chat_reasoning},
           {"chat_dialects", chat_dialects}, {"openrouter", openrouter},
           {"openrouter_generation", openrouter_generation},
           {"anthropic", anthropic}, {"gemini", gemini}, {"gemini_parts", gemini_parts},
           {"escaped_words", escaped_words}, {"bedrock", bedrock}, {"others", others},
           {"opentelemetry", opentelemetry}, {"counted_beside", counted_beside},
           {"canonical_again", canonical_again}, {"table", table})

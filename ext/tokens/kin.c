/* Families of models; see kin.h. Two tables: families, and which names belong to them. */
#include "kin.h"

#include "../base/model_name.h"
#include "models.h"

/* ---- factors, made by tokenizers/gen/estimates.py -------------------------------------------- */

#define ROW(name, ...) static const uint16_t W_##name[TOK_CLASSES] = {__VA_ARGS__};
#define DENSITY(...) const uint16_t tok_class_density[TOK_CLASSES] = {__VA_ARGS__};
#include "../../tokenizers/estimates.def"
#undef ROW
#undef DENSITY

/* ---- families -------------------------------------------------------------------------------- */

static const char O200K[] = "o200k_base", CL100K[] = "cl100k_base", HARMONY[] = "o200k_harmony";

/*
** OpenAI chat: 3 tokens and the role around each message, 3 for the reply (OpenAI cookbook,
** "How to count tokens with tiktoken", section 6). Reasoning models: one less for the reply;
** from gpt-5 on the channel of an assistant's message counts 2 (both fitted: 40 requests, no
** exception). gpt-3.5-turbo-0301 had 4, and a name replaced the role.
*/
#define CHAT_OPENAI {0, 4, 4, 4, 3, 1, 12, 7, 0, 0, 0, 1, true}
#define CHAT_O_SERIES {0, 4, 4, 4, 2, 1, 12, 7, 0, 0, 0, 1, true}
#define CHAT_GPT5 {0, 4, 6, 4, 2, 1, 12, 7, 0, 0, 4, 4, true}
#define CHAT_0301 {0, 5, 5, 5, 3, -1, 12, 10, 0, 0, 0, 1, true}
#define CHAT_GPT4 {0, 4, 4, 4, 3, 1, 12, 10, 0, 0, 0, 1, true}
/* <|start|>role<|message|>…<|end|>, and the fixed system message of the harmony format (fitted). */
#define CHAT_HARMONY {61, 4, 6, 8, 2, 1, 12, 7, 0, 0, 4, 4}
/*
** "\n\nHuman:" and "\n\nAssistant:" of Anthropic's format; tools as Anthropic's pricing page says;
** what schemas and thinking add is fitted.
*/
#define CHAT_CLAUDE {0, 4, 3, 0, 3, 0, 346, 8, 90, 28, 3, 3}
/* two more: recordings of two sources agree */
#define CHAT_CLAUDE_2 {0, 6, 3, 0, 3, 0, 346, 8, 90, 28, 3, 3}
/*
** <|start_header_id|>role<|end_header_id|>\n\n…<|eot_id|>; 3.1 and later add a dated system
** message.
*/
#define CHAT_LLAMA3 {1, 5, 5, 5, 4, 1, 30, 8, -1, 0, 0, 0}
#define CHAT_LLAMA32 {16, 5, 5, 9, 4, 1, 30, 8, -1, 0, 0, 0}
#define CHAT_LLAMA33 {26, 5, 5, 0, 4, 1, 30, 8, -1, 0, 0, 0}
#define CHAT_LLAMA2 {1, 8, 1, 6, 0, 1, 30, 8, -1, 0, 0, 0}
#define CHAT_CHATML {0, 5, 5, 5, 3, 1, 60, 8, -1, 0, 0, 0} /* <|im_start|>role\n…<|im_end|>\n */
/*
** One token opens each turn, one ends the assistant's; the responses interface adds a prompt (two
** sources agree).
*/
#define CHAT_DEEPSEEK {1, 1, 2, 0, 2, 1, 60, 8, -1, 0, 0, 0, false, 79}
#define CHAT_DEEPSEEK_R1 {1, 1, 2, 0, 1, 1, 60, 8, -1, 0, 0, 0}
#define CHAT_GEMINI {0, 0, 0, 0, 0, 0, 0, 8, -1, 0, 0, 0}
#define CHAT_NONE {0, 0, 0, 0, 0, 0, 0, 8, -1, 0, 0, 0}
#define CHAT_MISTRAL {1, 3, 1, 2, 0, 1, 3, 8, -1, 0, 0, 0}        /* <s>[INST]…[/INST]…</s> */
#define CHAT_MISTRAL_SMALL {12, 3, 1, 2, 0, 1, 3, 8, -1, 0, 0, 0} /* fitted */
/* A hidden system prompt, found by fitting. */
#define CHAT_FITTED(hidden, user, assistant, system)                                               \
  { hidden, user, assistant, system, 0, 0, 0, 8, -1, 0, 0, 0 }

/* Vision: tiles and patches as OpenAI's documentation has them. */
#define TILES(base, each) {TOK_IMAGE_TILES, base, each}
#define PATCHES(most, factor) {TOK_IMAGE_PATCHES, most, factor}
#define NO_IMAGES {TOK_IMAGE_UNKNOWN, 0, 0}

#define MEASURED "factors by script against the family's published vocabulary"
#define NEAR "near enough to the encoding that no factor is known to be better"

enum {
  GPT_4O,
  GPT_4O_MINI,
  GPT_41_MINI,
  GPT_41_NANO,
  GPT_4,
  GPT_0301,
  O_SERIES,
  O4_MINI,
  GPT_5,
  GPT_5_MINI,
  GPT_5_NANO,
  GPT_52,
  GPT_54,
  HARMONY_,
  CLAUDE_2,
  CLAUDE_3,
  CLAUDE_47,
  GEMINI,
  GEMINI_3,
  GROK_2,
  GROK_3,
  GROK_4,
  GROK_4_FAST,
  GROK_4_PLAIN,
  GROK_43,
  GROK_CODE,
  MISTRAL,
  MISTRAL_SMALL,
  LLAMA_3,
  LLAMA_32,
  LLAMA_33,
  LLAMA_2,
  R1_LLAMA,
  R1_QWEN,
  DEEPSEEK_R1,
  QWEN,
  DEEPSEEK,
  COHERE_A,
  COHERE_R08,
  COHERE_R,
  KIMI,
  GLM,
  NOVA,
  NOVA_2,
  SONAR,
  PALMYRA,
  TITAN,
  MINIMAX,
  EMBED,
  N_FAMILIES
};

#define EXACT(name, encoding, chat, ...)                                                           \
  { name, encoding, NULL, 0, chat, __VA_ARGS__, "the model's own vocabulary" }

static const tok_kin_info FAMILIES[N_FAMILIES] = {
    [GPT_4O] = EXACT("gpt-4o", O200K, CHAT_OPENAI, TILES(85, 170)),
    [GPT_4O_MINI] = EXACT("gpt-4o-mini", O200K, CHAT_OPENAI, TILES(2833, 5667)),
    [GPT_41_MINI] = EXACT("gpt-4.1-mini", O200K, CHAT_OPENAI, PATCHES(1536, 1620)),
    [GPT_41_NANO] = EXACT("gpt-4.1-nano", O200K, CHAT_OPENAI, PATCHES(1536, 2460)),
    [GPT_4] = EXACT("gpt-4", CL100K, CHAT_GPT4, TILES(85, 170)),
    [GPT_0301] = EXACT("gpt-3.5-turbo-0301", CL100K, CHAT_0301, NO_IMAGES),
    [O_SERIES] = EXACT("o-series", O200K, CHAT_O_SERIES, TILES(75, 150)),
    [O4_MINI] = EXACT("o4-mini", O200K, CHAT_O_SERIES, PATCHES(1536, 1720)),
    [GPT_5] = EXACT("gpt-5", O200K, CHAT_GPT5, TILES(70, 140)),
    [GPT_5_MINI] = EXACT("gpt-5-mini", O200K, CHAT_GPT5, PATCHES(1536, 1200)),
    [GPT_5_NANO] = EXACT("gpt-5-nano", O200K, CHAT_GPT5, PATCHES(1536, 2460)),
    [GPT_52] = EXACT("gpt-5.2", O200K, CHAT_GPT5, PATCHES(1536, 1200)),
    [GPT_54] = EXACT("gpt-5.4", O200K, CHAT_GPT5, PATCHES(2500, 1000)),
    [HARMONY_] = EXACT("gpt-oss", HARMONY, CHAT_HARMONY, NO_IMAGES),
    [CLAUDE_2] = {"claude-2", O200K, W_claude_legacy, 200, CHAT_CLAUDE_2, NO_IMAGES, MEASURED},
    [CLAUDE_3] = {"claude-3",
                  O200K,
                  W_claude_legacy,
                  180,
                  CHAT_CLAUDE,
                  {TOK_IMAGE_CLAUDE, 1568, 1568},
                  MEASURED},
    [CLAUDE_47] = {"claude-4.7",
                   O200K,
                   W_claude_47,
                   250,
                   CHAT_CLAUDE,
                   {TOK_IMAGE_CLAUDE, 2576, 4784},
                   MEASURED ", letters x 1.3 (Anthropic: about 30 percent more)"},
    [GEMINI] =
        {"gemini-2", O200K, W_gemma3, 120, CHAT_GEMINI, {TOK_IMAGE_GEMINI, 258, 258}, MEASURED},
    [GEMINI_3] = {"gemini-3",
                  O200K,
                  W_gemma3,
                  120,
                  CHAT_FITTED(0, 0, 0, 2),
                  {TOK_IMAGE_GEMINI, 1120, 0},
                  MEASURED},
    [GROK_2] = {"grok-2", CL100K, W_same, 100, CHAT_FITTED(5, 3, 3, 3), NO_IMAGES, NEAR},
    [GROK_3] = {"grok-3", O200K, W_same, 60, CHAT_FITTED(5, 3, 3, 3), NO_IMAGES, NEAR},
    [GROK_4] = {"grok-4", O200K, W_same, 60, CHAT_FITTED(680, 4, 5, 0), NO_IMAGES, NEAR},
    [GROK_4_FAST] = {"grok-4-fast", O200K, W_same, 60, CHAT_FITTED(152, 4, 5, 0), NO_IMAGES, NEAR},
    /* no hidden prompt */
    [GROK_4_PLAIN] = {"grok-4-fast-non-reasoning", O200K, W_same, 60, CHAT_NONE, NO_IMAGES, NEAR},
    [GROK_43] = {"grok-4.3", O200K, W_same, 60, CHAT_FITTED(188, 4, 5, 0), NO_IMAGES, NEAR},
    [GROK_CODE] = {"grok-code", O200K, W_same, 60, CHAT_FITTED(200, 4, 5, 0), NO_IMAGES, NEAR},
    [MISTRAL] = {"mistral", O200K, W_mistral_nemo, 120, CHAT_MISTRAL, NO_IMAGES, MEASURED},
    [MISTRAL_SMALL] = {"mistral-small", O200K, W_mistral_nemo, 120, CHAT_MISTRAL_SMALL, NO_IMAGES,
                       MEASURED},
    [LLAMA_3] = {"llama-3", O200K, W_llama3, 130, CHAT_LLAMA3, NO_IMAGES, MEASURED},
    [LLAMA_32] = {"llama-3.2", O200K, W_llama3, 130, CHAT_LLAMA32, NO_IMAGES, MEASURED},
    [LLAMA_33] = {"llama-3.3", O200K, W_llama3, 130, CHAT_LLAMA33, NO_IMAGES, MEASURED},
    [LLAMA_2] = {"llama-2", O200K, W_llama2, 160, CHAT_LLAMA2, NO_IMAGES, MEASURED},
    [QWEN] = {"qwen", O200K, W_qwen3, 150, CHAT_CHATML, NO_IMAGES, MEASURED},
    [DEEPSEEK] = {"deepseek", O200K, W_deepseek_v3, 110, CHAT_DEEPSEEK, NO_IMAGES, MEASURED},
    [DEEPSEEK_R1] = {"deepseek-r1", O200K, W_deepseek_v3, 110, CHAT_DEEPSEEK_R1, NO_IMAGES,
                     MEASURED},
    [R1_LLAMA] = {"deepseek-r1-distill-llama", O200K, W_llama3, 130, CHAT_DEEPSEEK_R1, NO_IMAGES,
                  MEASURED},
    [R1_QWEN] = {"deepseek-r1-distill-qwen", O200K, W_qwen3, 150, CHAT_DEEPSEEK_R1, NO_IMAGES,
                 MEASURED},
    [COHERE_A] = {"command-a", O200K, W_command_r_plus, 130, CHAT_FITTED(491, 4, 4, 30), NO_IMAGES,
                  MEASURED},
    [COHERE_R08] = {"command-r-08", O200K, W_command_r_plus, 130, CHAT_FITTED(194, 4, 4, 30),
                    NO_IMAGES, MEASURED},
    [COHERE_R] = {"command-r", O200K, W_command_r_plus, 130, CHAT_FITTED(59, 4, 4, 4), NO_IMAGES,
                  MEASURED},
    [KIMI] = {"kimi-k2", O200K, W_same, 120, {0, 4, 4, 4, 3, 1, 0, 8}, NO_IMAGES, NEAR},
    [GLM] = {"glm", O200K, W_qwen3, 150, {2, 1, 1, 1, 2, 0, 0, 8}, NO_IMAGES, MEASURED},
    [NOVA] = {"nova", O200K, W_same, 120, CHAT_NONE, NO_IMAGES, NEAR},
    [NOVA_2] = {"nova-2", O200K, W_same, 120, CHAT_FITTED(44, 2, 2, 0), NO_IMAGES, NEAR},
    [SONAR] = {"sonar", O200K, W_llama3, 150, CHAT_FITTED(1, 0, 0, 0), NO_IMAGES, MEASURED},
    [PALMYRA] = {"palmyra", O200K, W_same, 200, CHAT_FITTED(32, 0, 0, 0), NO_IMAGES, NEAR},
    [TITAN] = {"titan", O200K, W_titan, 300, CHAT_NONE, NO_IMAGES, NEAR},
    [MINIMAX] = {"minimax", O200K, W_same, 200, CHAT_CHATML, NO_IMAGES, NEAR},
    [EMBED] = {"embeddings of others", O200K, W_same, 250, CHAT_NONE, NO_IMAGES, NEAR},
};

/* ---- names ----------------------------------------------------------------------------------- */

/* The first row that a respelled candidate starts with decides ('.' between digits is '-'). */
typedef struct {
  const char *prefix;
  uint8_t family;
} name_rule;

static const name_rule NAMES[] = {
    {"gpt-4o-mini", GPT_4O_MINI},
    {"gpt-4-1-mini", GPT_41_MINI},
    {"gpt-4-1-nano", GPT_41_NANO},
    {"gpt-4o", GPT_4O},
    {"chatgpt-4o", GPT_4O},
    {"gpt-4-1", GPT_4O},
    {"gpt-4-5", GPT_4O},
    {"gpt-3-5-turbo-0301", GPT_0301},
    {"gpt-35-turbo-0301", GPT_0301},
    {"gpt-4", GPT_4},
    {"gpt-3", GPT_4},
    {"gpt-oss", HARMONY_},
    {"gpt-5-mini", GPT_5_MINI},
    {"gpt-5-nano", GPT_5_NANO},
    {"gpt-5-1", GPT_5},
    {"gpt-5-2", GPT_52},
    {"gpt-5-3", GPT_52},
    {"gpt-5-", GPT_54},
    {"gpt-5", GPT_5},
    {"o4-mini", O4_MINI},
    {"o1", O_SERIES},
    {"o3", O_SERIES},
    {"o4", O_SERIES},
    {"claude-opus-4-7", CLAUDE_47},
    {"claude-opus-4-8", CLAUDE_47},
    {"claude-opus-4-9", CLAUDE_47},
    {"claude-opus-5", CLAUDE_47},
    {"claude-sonnet-5", CLAUDE_47},
    {"claude-haiku-5", CLAUDE_47},
    {"claude-4-7", CLAUDE_47},
    {"claude-4-8", CLAUDE_47},
    {"claude-5", CLAUDE_47},
    {"claude-fable", CLAUDE_47},
    {"claude-mythos", CLAUDE_47},
    {"claude-2", CLAUDE_2},
    {"claude-instant", CLAUDE_2},
    {"claude-v", CLAUDE_2},
    {"claude-1", CLAUDE_2},
    {"claude-3", CLAUDE_3},
    {"claude-4", CLAUDE_3},
    {"claude-opus-4", CLAUDE_3},
    {"claude-sonnet-4", CLAUDE_3},
    {"claude-haiku-4", CLAUDE_3},
    {"gemini-embedding", EMBED},
    {"gemini-3", GEMINI_3},
    {"gemini-1", GEMINI},
    {"gemini-2", GEMINI},
    {"gemini-flash", GEMINI},
    {"gemini-pro", GEMINI},
    {"gemma", GEMINI},
    {"grok-2", GROK_2},
    {"grok-3", GROK_3},
    {"grok-4-3", GROK_43},
    {"grok-4-fast-non-reasoning", GROK_4_PLAIN},
    {"grok-4-1-fast-non-reasoning", GROK_4_PLAIN},
    {"grok-4-fast", GROK_4_FAST},
    {"grok-4-1", GROK_4_FAST},
    {"grok-4", GROK_4},
    {"grok-code", GROK_CODE},
    {"mistral-embed", EMBED},
    {"mistral-small", MISTRAL_SMALL},
    {"magistral", MISTRAL_SMALL},
    {"mistral", MISTRAL},
    {"ministral", MISTRAL},
    {"mixtral", MISTRAL},
    {"codestral", MISTRAL},
    {"devstral", MISTRAL},
    {"pixtral", MISTRAL},
    {"open-mistral", MISTRAL},
    {"open-mixtral", MISTRAL},
    {"deepseek-r1-distill-llama", R1_LLAMA},
    {"deepseek-r1-distill-qwen", R1_QWEN},
    {"deepseek-r1", DEEPSEEK_R1},
    {"deepseek", DEEPSEEK},
    {"llama-2", LLAMA_2},
    {"llama2", LLAMA_2},
    {"codellama", LLAMA_2},
    {"meta-llama-3-1", LLAMA_3},
    {"llama-3-2", LLAMA_32},
    {"llama-3-3", LLAMA_33},
    {"llama3-2", LLAMA_32},
    {"llama3-3", LLAMA_33},
    {"llama-v3p2", LLAMA_32},
    {"llama-v3p3", LLAMA_33},
    {"llama-3", LLAMA_3},
    {"llama3", LLAMA_3},
    {"meta-llama-3", LLAMA_3},
    {"llama-v3", LLAMA_3},
    {"qwen", QWEN},
    {"qwq", QWEN},
    {"embed-", EMBED},
    {"command-a", COHERE_A},
    {"command-r7b", COHERE_A},
    {"command-r-08", COHERE_R08},
    {"command-r-plus-08", COHERE_R08},
    {"command", COHERE_R},
    {"kimi", KIMI},
    {"moonshot", KIMI},
    {"glm", GLM},
    {"zai-glm", GLM},
    {"nova-2", NOVA_2},
    {"nova", NOVA},
    {"titan-embed", EMBED},
    {"titan", TITAN},
    {"sonar", SONAR},
    {"palmyra", PALMYRA},
    {"minimax", MINIMAX},
    {"voyage", EMBED},
    {"pplx-embed", EMBED},
};

static const tok_kin_info *find_name(tok_slice name) {
  char key[TOK_MODEL_NAME_MAX];
  size_t n = tok_model_respell(name, key);
  for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
    size_t k = strlen(NAMES[i].prefix);
    if (n >= k && memcmp(key, NAMES[i].prefix, k) == 0) return &FAMILIES[NAMES[i].family];
  }
  return NULL;
}

tok_kin tok_kin_of(tok_slice reference) {
  tok_kin f = {NULL, NULL};
  tok_model_name m;
  if (tok_model_name_parse(reference, &m) != TOK_OK) return f;
  f.encoding = tok_model_encoding(reference);
  for (size_t i = 0; f.info == NULL && i < tok_model_candidates(&m); i++) {
    f.info = find_name(tok_model_candidate(&m, i));
  }
  if (f.encoding == NULL) { /* a family with its own encoding needs a model that has it: no gpt-3 */
    if (f.info != NULL && f.info->weights == NULL) f.info = NULL;
    if (f.info != NULL) f.encoding = f.info->encoding;
  } else if (f.info == NULL || f.info->weights != NULL) {
    /* older models, and encodings by their names */
    f.info = &FAMILIES[strcmp(f.encoding, O200K) == 0     ? GPT_4O
                       : strcmp(f.encoding, HARMONY) == 0 ? HARMONY_
                                                          : GPT_4];
  }
  return f;
}

const tok_kin_info tok_kin_none = {.chat = CHAT_NONE, .image = NO_IMAGES};

double tok_kin_factor(const tok_kin_info *info) {
  return info->weights == NULL ? 1.0 : info->weights[TOK_CLASS_LOWER] / 1000.0;
}

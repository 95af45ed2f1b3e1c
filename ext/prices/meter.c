/* Meters; see meter.h. */
#include "meter.h"

/* The five dimensions, four bits each; 0 = not fixed. */
enum { TOKENS = 1, REQUESTS, TOOLS, RERANK, DURATION, PAGES, MESSAGES, CHARACTERS, PIXELS };
enum { IN = 1, OUT };
enum {
  READ = 1,
  WRITE,
  TOOL,
  REASONING,
  CITATION,
  WEB,
  SOCIAL,
  STORAGE,
  CODE,
  ANNOTATED,
  LOW,
  MEDIUM
};
enum { FIVE_MINUTES = 1, ONE_HOUR };
enum { TEXT = 1, AUDIO, IMAGE, VIDEO };

#define F(v, shift) ((uint32_t)(v) << (shift))
#define K(v, shift) ((v) ? 15u << (shift) : 0u)
#define DIMS(family, direction, type, ttl, modality)                                               \
  F(family, 0) | F(direction, 4) | F(type, 8) | F(ttl, 12) | F(modality, 16),                      \
      K(family, 0) | K(direction, 4) | K(type, 8) | K(ttl, 12) | K(modality, 16)

/* Quoted per million tokens; fees per single thing. */
#define PER_MTOK        "1M tokens", 1000000, 1, 1, 1
#define PER_THING(unit) unit, 1000, 1, 1, 1000
#define PER_SECOND      "second", 3600LL * 1000000, 1000000, 1, 3600

const tok_meter_info tok_meters[TOK_METER_N] = {
    [TOK_M_INPUT] = {"input", PER_MTOK, DIMS(TOKENS, IN, 0, 0, 0)},
    [TOK_M_OUTPUT] = {"output", PER_MTOK, DIMS(TOKENS, OUT, 0, 0, 0)},
    [TOK_M_CACHE_READ] = {"cache_read", PER_MTOK, DIMS(TOKENS, IN, READ, 0, 0)},
    [TOK_M_CACHE_WRITE] = {"cache_write", PER_MTOK, DIMS(TOKENS, IN, WRITE, 0, 0)},
    [TOK_M_CACHE_WRITE_5M] = {"cache_write_5m", PER_MTOK, DIMS(TOKENS, IN, WRITE, FIVE_MINUTES, 0)},
    [TOK_M_CACHE_WRITE_1H] = {"cache_write_1h", PER_MTOK, DIMS(TOKENS, IN, WRITE, ONE_HOUR, 0)},
    [TOK_M_REASONING] = {"reasoning", PER_MTOK, DIMS(TOKENS, OUT, REASONING, 0, 0)},
    [TOK_M_CITATION] = {"citation", PER_MTOK, DIMS(TOKENS, OUT, CITATION, 0, 0)},
    [TOK_M_INPUT_TEXT] = {"input_text", PER_MTOK, DIMS(TOKENS, IN, 0, 0, TEXT)},
    [TOK_M_INPUT_AUDIO] = {"input_audio", PER_MTOK, DIMS(TOKENS, IN, 0, 0, AUDIO)},
    [TOK_M_INPUT_IMAGE] = {"input_image", PER_MTOK, DIMS(TOKENS, IN, 0, 0, IMAGE)},
    [TOK_M_INPUT_VIDEO] = {"input_video", PER_MTOK, DIMS(TOKENS, IN, 0, 0, VIDEO)},
    [TOK_M_INPUT_TOOL] = {"input_tool", PER_MTOK, DIMS(TOKENS, IN, TOOL, 0, 0)},
    [TOK_M_CACHE_READ_TEXT] = {"cache_read_text", PER_MTOK, DIMS(TOKENS, IN, READ, 0, TEXT)},
    [TOK_M_CACHE_READ_AUDIO] = {"cache_read_audio", PER_MTOK, DIMS(TOKENS, IN, READ, 0, AUDIO)},
    [TOK_M_CACHE_READ_IMAGE] = {"cache_read_image", PER_MTOK, DIMS(TOKENS, IN, READ, 0, IMAGE)},
    [TOK_M_CACHE_READ_VIDEO] = {"cache_read_video", PER_MTOK, DIMS(TOKENS, IN, READ, 0, VIDEO)},
    [TOK_M_CACHE_WRITE_TEXT] = {"cache_write_text", PER_MTOK, DIMS(TOKENS, IN, WRITE, 0, TEXT)},
    [TOK_M_CACHE_WRITE_AUDIO] = {"cache_write_audio", PER_MTOK, DIMS(TOKENS, IN, WRITE, 0, AUDIO)},
    [TOK_M_CACHE_WRITE_IMAGE] = {"cache_write_image", PER_MTOK, DIMS(TOKENS, IN, WRITE, 0, IMAGE)},
    [TOK_M_CACHE_WRITE_VIDEO] = {"cache_write_video", PER_MTOK, DIMS(TOKENS, IN, WRITE, 0, VIDEO)},
    [TOK_M_OUTPUT_TEXT] = {"output_text", PER_MTOK, DIMS(TOKENS, OUT, 0, 0, TEXT)},
    [TOK_M_OUTPUT_AUDIO] = {"output_audio", PER_MTOK, DIMS(TOKENS, OUT, 0, 0, AUDIO)},
    [TOK_M_OUTPUT_IMAGE] = {"output_image", PER_MTOK, DIMS(TOKENS, OUT, 0, 0, IMAGE)},
    [TOK_M_OUTPUT_VIDEO] = {"output_video", PER_MTOK, DIMS(TOKENS, OUT, 0, 0, VIDEO)},
    [TOK_M_REQUESTS] = {"requests", PER_THING("request"), DIMS(REQUESTS, 0, 0, 0, 0)},
    [TOK_M_REQUESTS_LOW] = {"requests_low", PER_THING("request"), DIMS(REQUESTS, 0, LOW, 0, 0)},
    [TOK_M_REQUESTS_MEDIUM] = {"requests_medium", PER_THING("request"),
                               DIMS(REQUESTS, 0, MEDIUM, 0, 0)},
    [TOK_M_WEB_SEARCHES] = {"web_searches", PER_THING("search"), DIMS(TOOLS, 0, WEB, 0, 0)},
    [TOK_M_SOCIAL_SEARCHES] = {"social_searches", PER_THING("search"),
                               DIMS(TOOLS, 0, SOCIAL, 0, 0)},
    [TOK_M_STORAGE_SEARCHES] = {"storage_searches", PER_THING("search"),
                                DIMS(TOOLS, 0, STORAGE, 0, 0)},
    [TOK_M_RERANK_SEARCHES] = {"rerank_searches", PER_THING("search"), DIMS(RERANK, 0, 0, 0, 0)},
    [TOK_M_CODE_EXECUTIONS] = {"code_executions", PER_THING("execution"),
                               DIMS(TOOLS, 0, CODE, 0, 0)},
    [TOK_M_SECONDS] = {"seconds", PER_SECOND, DIMS(DURATION, 0, 0, 0, AUDIO)},
    [TOK_M_INPUT_SECONDS] = {"input_seconds", PER_SECOND, DIMS(DURATION, IN, 0, 0, AUDIO)},
    [TOK_M_OUTPUT_SECONDS] = {"output_seconds", PER_SECOND, DIMS(DURATION, OUT, 0, 0, AUDIO)},
    [TOK_M_PAGES] = {"pages", PER_THING("page"), DIMS(PAGES, IN, 0, 0, 0)},
    [TOK_M_ANNOTATED_PAGES] = {"annotated_pages", PER_THING("page"),
                               DIMS(PAGES, IN, ANNOTATED, 0, 0)},
    [TOK_M_MESSAGES] = {"messages", PER_THING("message"), DIMS(MESSAGES, IN, 0, 0, TEXT)},
    [TOK_M_CHARACTERS] = {"characters", "1M characters", 1000000, 1, 1, 1,
                          DIMS(CHARACTERS, IN, 0, 0, 0)},
    [TOK_M_PIXELS] = {"pixels", "1G pixels", 1000000000, 1, 1, 1, DIMS(PIXELS, IN, 0, 0, 0)},
};

tok_meter tok_meter_find(tok_slice name) {
  for (int m = 0; m < TOK_METER_N; m++) {
    const char *p = tok_meters[m].name;
    size_t i = 0;
    while (i < name.len && p[i] != '\0' && tok_lower(name.ptr[i]) == p[i])
      i++;
    if (i == name.len && p[i] == '\0')
      return (tok_meter)m;
  }
  return TOK_METER_N;
}

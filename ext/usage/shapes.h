/*
** The shapes of usage: what providers call what they count, as one table.
**
** A row says: at this place, a value under this path is that. Paths are as on the wire, members
** joined by dots; `a[X]` is the entry of the array `a` whose label (modality, ttl) is X;
** `iterations[X].name` that of an iteration of type X; "gen_ai.usage." in front of a name puts it
** in place OTEL. A number that is counted belongs to one or more shapes; the first shape of the
** enumeration for which a `sign` was seen is the shape of the response, and only its numbers count.
** What the shape leaves out of its totals comes on top.
**
** Source of names and rules: the providers' references, and the identities that hold in 2,078
** recorded responses (tests/usage/test_recordings.sh).
*/
#ifndef TOK_USAGE_SHAPES_H
#define TOK_USAGE_SHAPES_H

#include "../prices/meter.h"

typedef enum {
  TOK_SHAPE_OTEL,         /* OpenTelemetry GenAI attributes, OpenInference: inclusive */
  TOK_SHAPE_LIVE,         /* Gemini Live: responseTokenCount is all of the output */
  TOK_SHAPE_GEMINI,       /* usageMetadata: thoughts and tool prompts on top */
  TOK_SHAPE_INTERACTIONS, /* Gemini Interactions: thoughts and tool use on top */
  TOK_SHAPE_COHERE, /* billed_units; `tokens` beside it counts a hidden prompt that is not billed */
  TOK_SHAPE_CHAT,   /* OpenAI chat and everybody who speaks it; see settle_chat in canon.c */
  TOK_SHAPE_ANTHROPIC, /* input_tokens leaves out what the cache read and wrote */
  TOK_SHAPE_AI_SDK,    /* the AI SDK of TypeScript: inclusive */
  TOK_SHAPE_CONVERSE,  /* Bedrock Converse and Nova: the same */
  TOK_SHAPE_CANONICAL, /* our own names, and those of genai-prices: inclusive */
  TOK_SHAPE_RESPONSES, /* OpenAI Responses, Realtime, images, transcriptions: inclusive */
  TOK_SHAPE_METRICS,   /* amazon-bedrock-invocationMetrics */
  TOK_SHAPE_TITAN,     /* Bedrock InvokeModel of Titan */
  TOK_SHAPE_LLAMA,     /* Bedrock InvokeModel of Llama */
  TOK_SHAPE_OLLAMA,    /* Ollama native */
  TOK_SHAPE_WATSONX,   /* watsonx results */
  TOK_SHAPE_LLAMACPP,  /* llama.cpp native */
  TOK_SHAPE_TGI,       /* Text Generation Inference native */
  TOK_SHAPE_GENERATION, /* OpenRouter's record of a request: what is billed */
  TOK_SHAPE_NORMALIZED, /* the same by one tokenizer for all models, where it has no more */
  TOK_SHAPE_TOTAL,     /* a total and nothing else: embeddings and rerankers, all input */
  TOK_SHAPE_FEES,      /* no tokens: seconds, a reported cost */
  TOK_SHAPE_N
} tok_shape;

typedef struct {
  const char *name;
  const char *provider;     /* whose shape it is, where only one provider has it; else NULL */
  uint64_t on_top_of_input; /* bit m: meter m is not in the total and is added to it */
  uint64_t on_top_of_output;
  bool grows; /* do the parts of its streams each count from the start, without an id? */
} tok_shape_info;

extern const tok_shape_info tok_shapes[TOK_SHAPE_N];

/* Where a member is met. */
enum {
  TOK_AT_EVENT = 1, /* a response, a stream event, a span: also a usage object that stands alone */
  TOK_AT_USAGE = 2, /* inside an object that is known to be usage */
  TOK_AT_WRAP = 4,  /* an object of which only its usage is of interest */
  TOK_AT_OTEL = 8,  /* under the name gen_ai.usage.… */
  TOK_AT_ANY = TOK_AT_EVENT | TOK_AT_USAGE
};

/* What a row does with its value. */
typedef enum {
  TOK_DO_COUNT, /* arg: meter. The largest of several rows of one meter wins */
  TOK_DO_ADD,   /* arg: meter. Several rows add up, and what an array says of one row */
  TOK_DO_TOTAL, /* the provider's total, for the identities */
  /* arg: place. The members of this object (or of the objects of this array) are at that place */
  TOK_DO_GO,
  TOK_DO_EVENTS,   /* arg: place. An array of events, each on its own */
  TOK_DO_WORD,     /* arg: tok_usage_word */
  TOK_DO_SAID,     /* the same, in our own form: nothing is told by it */
  TOK_DO_COST,     /* dollars that the provider says it bills */
  TOK_DO_UPSTREAM, /* dollars that somebody else bills: part of the cost only with one's own key */
  TOK_DO_TICKS,    /* the same as COST in units of 1e-10 dollars */
  TOK_DO_OWN_KEY,  /* true: the upstream cost comes on top */
  TOK_DO_NANO_CREDITS, /* the same in units of 1e-9 credits of GitHub Copilot, a cent each */
  /* a string: "web_search_call" is one web search, unless its action opens a page or looks for
     something in one, for which OpenAI has no fee */
  TOK_DO_TOOL,
  TOK_DO_QUERY,    /* a string: a web search query of Gemini */
  TOK_DO_LIST,     /* OpenTelemetry's array of {key, value: {stringValue | intValue | …}} */
  /* Anthropic's array of sampling iterations, for those that its totals leave out; arg 1: our own
     of advisors */
  TOK_DO_ROUNDS,
  /* true, the reason of the end of the response, or what is there in whole responses only */
  TOK_DO_ENDS,
  TOK_DO_CUT,      /* true, in our own form: the response was not read to its end */
  TOK_DO_SEEN      /* only tells the provider */
} tok_usage_do;

typedef enum {
  TOK_WORD_PROVIDER,
  TOK_WORD_MODEL,
  TOK_WORD_ID,
  TOK_WORD_LINE, /* of a batch's output: whose request this answers; a span's id */
  TOK_WORD_TIER,
  TOK_WORD_KIND,  /* what the object calls itself, or a span what it did */
  TOK_WORD_TYPE,  /* of an event of Anthropic's streams */
  TOK_WORD_SPEED, /* of Anthropic's fast mode, which costs more */
  TOK_WORD_PRINT, /* system_fingerprint */
  TOK_WORD_SIZE,  /* of the search context, on which Perplexity's fee depends */
  TOK_WORD_GEO,   /* where Anthropic was bound to compute, on which its prices depend */
  TOK_WORD_N
} tok_usage_word;

typedef struct {
  const char *path;
  uint8_t places;
  uint8_t act; /* tok_usage_do */
  uint8_t arg;
  uint32_t shapes;      /* bit s: the number counts in shape s */
  uint32_t signs;       /* bit s: its presence says that the shape is s */
  const char *provider; /* only this provider has it, or NULL */
} tok_usage_row;

enum {
  TOK_USAGE_ROWS_MAX = 448, /* no less than there are rows; one value each */
  TOK_USAGE_PATH_MAX = 96   /* bytes; longer than every path (tested): what is longer is unknown */
};

/* In byte order of path (tested); rows of one path differ in place. */
extern const tok_usage_row tok_usage_rows[];
extern const size_t tok_usage_n_rows;

/* The row of a path at a place, or -1. */
int tok_usage_find(tok_slice path, unsigned places);
/* Is there a row whose path starts with this? */
bool tok_usage_leads(tok_slice start);

typedef enum {
  TOK_MEANS_NOTHING,
  TOK_MEANS_NO_USAGE, /* the numbers count a request that was not made */
  TOK_MEANS_SUM,      /* the numbers sum up those of other responses, if any are there */
  TOK_MEANS_PART,     /* of a stream */
  TOK_MEANS_WHOLE     /* response */
} tok_usage_means;

/*
** What a response tells by how it calls itself: the prefix of its id, kind or fingerprint. First
** match.
*/
typedef struct {
  uint8_t word;
  const char *prefix;
  const char *provider; /* or NULL */
  const char *tier;     /* or NULL */
  uint8_t means;        /* tok_usage_means */
} tok_usage_mark;

extern const tok_usage_mark tok_usage_marks[];
extern const size_t tok_usage_n_marks;

/* Of two providers that a response bears marks of: routers wrap the marks of whom they route to. */
int tok_usage_mark_rank(const char *provider);

#endif

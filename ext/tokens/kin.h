/*
** Kin: families of models, what is known about their tokens beyond an embedded vocabulary.
**
** A family says which embedded encoding stands for its own (`encoding`), by which factors the two
** differ (`weights`; NULL where the encoding is the model's own, so that counts are exact), and
** what a chat request costs around its texts. Sources stand beside each row of kin.c; what is
** called "fitted" there was fitted to prompt tokens that providers billed for recorded requests.
**
** Everything is constant; no function allocates.
*/
#ifndef TOK_KIN_H
#define TOK_KIN_H

#include "../base/base.h"

/* Classes of characters that the factors tell apart; see estimate.c. */
enum {
  TOK_CLASS_LOWER,
  TOK_CLASS_UPPER,
  TOK_CLASS_DIGIT,
  TOK_CLASS_PUNCT,
  TOK_CLASS_SPACE,
  TOK_CLASS_NEWLINE,
  TOK_CLASS_LATIN, /* beyond ASCII */
  TOK_CLASS_GREEK_CYRILLIC,
  TOK_CLASS_HAN,
  TOK_CLASS_KANA,
  TOK_CLASS_HANGUL,
  TOK_CLASS_ARABIC_HEBREW,
  TOK_CLASS_INDIC_THAI,
  TOK_CLASS_OTHER,
  TOK_CLASSES
};

/* What a chat request costs around its texts, in tokens. */
typedef struct {
  int16_t hidden;    /* once a request: beginning of text, a system prompt that the provider adds */
  int16_t user;      /* around a message of a user or of a tool */
  int16_t assistant; /* around a message of the assistant */
  int16_t system;    /* around a system or developer message */
  int16_t reply;     /* opens the reply; not where the last message is the assistant's */
  int16_t name;      /* for the name of a message, beside its own tokens */
  int16_t tools;     /* once, if the request has tools */
  int16_t tool;      /* around each tool's JSON */
  /* around the JSON of a schema that the answer must follow; -1: schemas cost nothing */
  int16_t schema;
  int16_t thinking;  /* once, if the request asks for thinking */
  /* around a message of a response, by OpenAI's two interfaces */
  int16_t chat_output, responses_output;
  bool tool_lines;   /* tools are counted line by line (tools.h), not as JSON */
  int16_t responses; /* once, if the request is of the responses interface (`input`) */
} tok_chat_rule;

/* How images count. */
typedef enum {
  TOK_IMAGE_UNKNOWN,
  TOK_IMAGE_TILES,
  TOK_IMAGE_PATCHES,
  TOK_IMAGE_CLAUDE,
  TOK_IMAGE_GEMINI
} tok_image_kind;
typedef struct {
  tok_image_kind kind;
  /* TILES: of each image; PATCHES: most patches; CLAUDE: longest edge in pixels; GEMINI: of each */
  int32_t base;
  /*
  ** TILES: of each tile; PATCHES: tokens for 1000 patches; CLAUDE: most tokens; GEMINI: of each
  ** tile
  */
  int32_t each;
} tok_image_rule;

typedef struct {
  const char *name;        /* "claude-3"; static */
  const char *encoding;    /* of tok_vocab_find */
  const uint16_t *weights; /* [TOK_CLASSES] thousandths of the encoding's tokens; NULL = exact */
  /* thousandths: 90 % of texts are within +- this of the estimate, and 2 tokens */
  uint16_t spread;
  tok_chat_rule chat;
  tok_image_rule image;
  const char *method;      /* where the factors come from, for people */
} tok_kin_info;

/* What a reference means: its family, and the encoding to count with. */
typedef struct {
  const tok_kin_info *info; /* NULL = nothing is known of the model */
  const char *encoding;        /* the model's own where info->weights is NULL */
} tok_kin;

/* The family of a model reference or of an encoding. O(length x rows). */
tok_kin tok_kin_of(tok_slice reference);

/* The family of a model of which no more is known than its vocabulary; without a name. */
extern const tok_kin_info tok_kin_none;

/* Tokens for one of the encoding in plain English. */
double tok_kin_factor(const tok_kin_info *info);

/*
** Tokens per 1000 characters of each class in o200k_base: the shares that weights are applied to.
*/
extern const uint16_t tok_class_density[TOK_CLASSES];

#endif

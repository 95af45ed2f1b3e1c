/*
** chat: prompt tokens of a chat request, as the provider bills them.
**
**     [{"role":"user","content":"Hello"}]            messages: OpenAI, Anthropic, Bedrock
**     [{"role":"user","parts":[{"text":"Hello"}]}]   contents: Gemini
**     {"role":"user","content":"Hello"}              or one of them alone
**     {"model":…, "messages":[…], "tools":[…], …}    or a whole request body of any of them
**     {"output":[…]}  {"choices":[…]}                or the body of a response: what was written
**
** The sum of the texts' tokens (estimate.h), of what stands around messages, names and tools
** (kin.h), and of images (image.h). Request bodies of completions (`prompt`) and embeddings
** (`input` of an embedding model) are texts without anything around them; lists of token ids count
** as many.
**
** What can't be counted is said, never guessed: a request that continues a conversation kept by the
** provider, an image without a known size, audio, files.
**
** One pass over the JSON (json.h: 64 levels), O(length); scratch for strings with escapes only.
*/
#ifndef TOK_CHAT_H
#define TOK_CHAT_H

#include "../base/buf.h"
#include "estimate.h"

typedef struct {
  int64_t tokens;
  bool exact;          /* the family's own vocabulary, and nothing but texts and messages */
  const char *unknown; /* why the request can't be counted; NULL if it can. Static */
  const char *wrong;   /* TOK_INVALID: what is wrong with the JSON; static */
  size_t at;           /* TOK_INVALID: byte offset into the JSON */
  bool in_options;     /* TOK_INVALID: of the options, not of the messages */
} tok_chat_count;

/*
** Counts a request. plain: the model takes texts, not chats (tok_chat_plain). options: {NULL, 0},
** or a JSON object with the rest of the request (system, tools, response_format, …). Errors:
** TOK_INVALID, TOK_NOMEM, TOK_TOOBIG.
*/
tok_status tok_chat(tok_engine *e, const tok_meter *meter, bool plain, tok_slice request,
                    tok_slice options, tok_chat_count *out);

/* Whether a reference means a model for embeddings or text completion. */
bool tok_chat_plain(tok_slice reference);

#endif

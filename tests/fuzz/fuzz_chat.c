/*
** Arbitrary bytes as a chat request and as the base64 of an image, for a model of each kind: no bad
** read, no overflow; a count is never negative, and a request in two halves (messages, options) is
** read like one.
*/
#include "../../ext/tokens/chat.h"
#include "../../ext/tokens/image.h"
#include "require.h"

static void check_request(tok_engine *e, const char *model, tok_slice request, tok_slice options) {
  tok_meter meter;
  tok_chat_count out;
  REQUIRE(tok_meter_of(tok_slice_of(model), &meter) == TOK_OK);
  tok_status s = tok_chat(e, &meter, tok_chat_plain(tok_slice_of(model)), request, options, &out);
  REQUIRE(s == TOK_OK || (s == TOK_INVALID && out.wrong != NULL));
  REQUIRE(out.tokens >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const MODELS[] = {"gpt-5", "claude-opus-4-8", "gemini-2.5-pro", "text-embedding-3-small"};
  static const char HELLO[] = "[{\"role\":\"user\",\"content\":\"Hello\"}]";
  tok_slice text = {(const char *)data, size}, none = {NULL, 0};
  tok_image_size image;
  tok_engine *e = tok_engine_new();
  if (e == NULL) return 0;
  for (size_t i = 0; i < sizeof MODELS / sizeof MODELS[0]; i++) {
    check_request(e, MODELS[i], text, none);
    check_request(e, MODELS[i], tok_slice_of(HELLO), text.ptr == NULL ? none : text);
  }
  if (tok_image_of_base64(text, &image)) REQUIRE(image.width > 0 && image.height > 0);
  tok_meter meter;
  if (tok_meter_of(text, &meter) == TOK_OK) REQUIRE(meter.info != NULL && meter.vocab != NULL);
  tok_engine_free(e);
  return 0;
}

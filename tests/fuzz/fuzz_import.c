/*
** Arbitrary bytes as a price list of each format: no bad read; a row that reaches the sink is one
** that llm_price takes (its texts parse back to the same price); an error is a sentence with a byte
** inside the text.
*/
#include <string.h>

#include "../../ext/prices/import.h"
#include "../../ext/prices/override.h"
#include "require.h"

static tok_status take(void *to, const tok_import_row *r) {
  tok_price_row row;
  const char *wrong = NULL;
  (void)to;
  tok_override_text text = {.provider = r->provider,
                            .model = r->model,
                            .meter = tok_slice_of(tok_meters[r->meter].name),
                            .usd_per_1m = tok_slice_of(r->usd),
                            .service_tier = tok_slice_of(tok_tier_name(r->tier)),
                            .valid_from = tok_slice_of(r->valid_from),
                            .valid_to = tok_slice_of(r->valid_to),
                            .hours = tok_slice_of(r->hours),
                            .weekdays = tok_slice_of(r->weekdays),
                            .tier_from = r->tier_from};
  tok_status s = tok_override_parse(&text, &row, &wrong);
  if (s != TOK_OK) fprintf(stderr, "%s: %s %s\n", wrong, r->usd, r->weekdays);
  REQUIRE(s == TOK_OK && row.price_pico >= 0 && row.tier_from >= 0);
  REQUIRE(r->model.len > 0 && r->model.len <= TOK_IMPORT_NAME_MAX);
  return TOK_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char error[TOK_IMPORT_ERROR_BYTES];
  tok_import_format format;
  tok_slice json = {(const char *)data, size};
  tok_status s = tok_import(json, take, NULL, &format, error);
  REQUIRE(s == TOK_OK || s == TOK_INVALID);
  REQUIRE((s == TOK_OK) == (error[0] == '\0') && strlen(error) < sizeof error);
  int64_t pico = -1;
  if (tok_price_pico(json, 1, &pico) == TOK_OK) REQUIRE(pico >= 0);
  return 0;
}

/* Service tiers and the words that providers use for them. */
#include "list.h"

static const struct {
  const char *word;
  tok_tier tier;
} words[] = {{"standard", TOK_TIER_STANDARD},
             {"default", TOK_TIER_STANDARD},
             {"auto", TOK_TIER_STANDARD},
             {"on_demand", TOK_TIER_STANDARD},
             {"batch", TOK_TIER_BATCH},
             {"flex", TOK_TIER_FLEX},
             {"on_demand_flex", TOK_TIER_FLEX},
             {"priority", TOK_TIER_PRIORITY},
             {"on_demand_priority", TOK_TIER_PRIORITY},
             {"fast", TOK_TIER_FAST},
             {"ultrafast", TOK_TIER_ULTRAFAST}};

const char *tok_tier_name(tok_tier tier) {
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (words[i].tier == tier)
      return words[i].word; /* the first word of a tier is its name */
  }
  return "standard";
}

tok_tier tok_tier_find(tok_slice name) {
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    const char *w = words[i].word;
    size_t n = strlen(w), k = 0;
    while (k < name.len && k < n && tok_lower(name.ptr[k]) == w[k])
      k++;
    if (k == n && k == name.len)
      return words[i].tier;
  }
  return TOK_TIER_N;
}

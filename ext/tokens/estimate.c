/* Estimates; see estimate.h. */
#include "estimate.h"

#include "../base/utf8.h"

enum {
  SLACK = 2 /* tokens beside the relative bounds: a single word may be one token or three */
};

typedef struct {
  uint32_t first, last;
  uint8_t class;
} range;

/* Beyond ASCII, ascending; what is between them is TOK_CLASS_OTHER. */
static const range RANGES[] = {
    {0xC0, 0x24F, TOK_CLASS_LATIN},         {0x300, 0x36F, TOK_CLASS_LATIN},
    {0x370, 0x52F, TOK_CLASS_GREEK_CYRILLIC}, {0x590, 0x77F, TOK_CLASS_ARABIC_HEBREW},
    {0x900, 0x10FF, TOK_CLASS_INDIC_THAI},  {0x1100, 0x11FF, TOK_CLASS_HANGUL},
    {0x1780, 0x17FF, TOK_CLASS_INDIC_THAI}, {0x1E00, 0x1EFF, TOK_CLASS_LATIN},
    {0x3000, 0x303F, TOK_CLASS_HAN},        {0x3040, 0x30FF, TOK_CLASS_KANA},
    {0x3400, 0x4DBF, TOK_CLASS_HAN},        {0x4E00, 0x9FFF, TOK_CLASS_HAN},
    {0xAC00, 0xD7AF, TOK_CLASS_HANGUL},     {0xFF00, 0xFF65, TOK_CLASS_HAN},
    {0xFF66, 0xFF9F, TOK_CLASS_KANA},       {0x20000, 0x3347F, TOK_CLASS_HAN},
};

static int class_of(uint32_t cp) {
  for (size_t i = 0; i < sizeof RANGES / sizeof RANGES[0] && RANGES[i].first <= cp; i++) {
    if (cp <= RANGES[i].last) return RANGES[i].class;
  }
  return TOK_CLASS_OTHER;
}

static int ascii_class(uint32_t c) {
  if (c >= 'a' && c <= 'z') return TOK_CLASS_LOWER;
  if (c >= 'A' && c <= 'Z') return TOK_CLASS_UPPER;
  if (c >= '0' && c <= '9') return TOK_CLASS_DIGIT;
  if (c == ' ' || c == '\t') return TOK_CLASS_SPACE;
  return c == '\n' || c == '\r' ? TOK_CLASS_NEWLINE : TOK_CLASS_PUNCT;
}

/*
** The factor in thousandths. A text is below 4 GB, densities and weights are 16 bits: the sums stay
** below 2^32 x 2^16 x 2^16.
*/
static uint64_t factor(const uint16_t *weights, tok_slice text) {
  uint64_t chars[TOK_CLASSES] = {0}, sum = 0, all = 0;
  const unsigned char *p = (const unsigned char *)text.ptr;
  for (size_t i = 0; i < text.len;) {
    uint32_t cp;
    i += tok_utf8_decode(p + i, text.len - i, &cp);
    chars[cp < 0x80 ? ascii_class(cp) : class_of(cp)]++;
  }
  for (int c = 0; c < TOK_CLASSES; c++) {
    uint64_t share = chars[c] * tok_class_density[c];
    sum += share * weights[c];
    all += share;
  }
  return all == 0 ? 1000 : (sum + all / 2) / all;
}

tok_status tok_meter_of(tok_slice reference, tok_meter *meter) {
  tok_kin kin = tok_kin_of(reference);
  if (kin.info == NULL) return TOK_NOTFOUND;
  meter->info = kin.info;
  meter->own = false;
  meter->vocab = tok_vocab_find(tok_slice_of(kin.encoding));
  return meter->vocab == NULL ? TOK_NOTFOUND : TOK_OK;
}

void tok_meter_own(tok_slice reference, const tok_vocab *vocab, tok_meter *meter) {
  tok_kin kin = tok_kin_of(reference);
  *meter = (tok_meter){kin.info == NULL ? &tok_kin_none : kin.info, vocab, true};
}

tok_status tok_estimate_text(tok_engine *e, const tok_meter *meter, tok_slice text,
                             tok_estimate *out) {
  const uint16_t *weights = meter->own ? NULL : meter->info->weights;
  tok_status status = tok_count(e, meter->vocab, text, INT64_MAX, &out->base);
  out->exact = weights == NULL;
  out->spread = meter->info->spread;
  out->milli = 0;
  if (status != TOK_OK) return status;
  out->milli = out->base * (int64_t)(weights == NULL ? 1000 : factor(weights, text));
  return TOK_OK;
}

int64_t tok_estimate_tokens(const tok_estimate *est) {
  int64_t n = (est->milli + 500) / 1000;
  return n == 0 && est->base > 0 ? 1 : n;
}

static int64_t margin(const tok_estimate *est) {
  return est->exact || est->base == 0 ? 0 : (est->milli / 1000 * est->spread + 999) / 1000 + SLACK;
}

int64_t tok_estimate_low(const tok_estimate *est) {
  int64_t low = tok_estimate_tokens(est) - margin(est);
  return low < 0 ? 0 : low;
}

int64_t tok_estimate_high(const tok_estimate *est) {
  return tok_estimate_tokens(est) + margin(est);
}

void tok_estimate_learned(tok_estimate *est, int64_t factor, int64_t spread) {
  /*
  ** a text is below 4 GB, so milli is below 2^45 and the product below 2^65: divide first where it
  ** is large
  */
  est->milli =
      est->milli < INT64_MAX / 1000000 ? est->milli * factor / 1000 : est->milli / 1000 * factor;
  est->spread = spread;
}

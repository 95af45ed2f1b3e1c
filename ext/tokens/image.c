/* Images; see image.h. */
#include "image.h"

#include <math.h>

#include "../base/json.h"

/* ---- base64 as a stream of bytes ------------------------------------------------------------- */

typedef struct {
  tok_slice text;
  size_t at;
  uint32_t bits;
  int n_bits;
} stream;

static int sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

/* The next byte, or -1 at the end. */
static int next_byte(stream *s) {
  while (s->n_bits < 8) {
    if (s->at == s->text.len) return -1;
    char c = s->text.ptr[s->at++];
    if (c == '\\') { /* in JSON "\/" and "\u002B", and the ends of lines */
      size_t left = s->text.len - s->at;
      if (left >= 5 && s->text.ptr[s->at] == 'u') {
        char out[4]; /* of text that is no JSON, too: as much as one character can be */
        if (tok_json_unescape((tok_slice){s->text.ptr + s->at - 1, 6}, out) != 1) return -1;
        c = out[0];
        s->at += 5;
      } else {
        if (left > 0 && s->text.ptr[s->at] != '/') s->at++;
        continue;
      }
    }
    int v = sextet(c);
    if (v < 0) return -1;
    s->bits = (s->bits << 6 | (uint32_t)v) & 0xFFFFFF;
    s->n_bits += 6;
  }
  s->n_bits -= 8;
  return (int)(s->bits >> s->n_bits & 0xFF);
}

static bool skip(stream *s, int64_t n) {
  while (n-- > 0) {
    if (next_byte(s) < 0) return false;
  }
  return true;
}

/* Two bytes, the larger first; -1 at the end. */
static int64_t next_pair(stream *s) {
  int a = next_byte(s), b = next_byte(s);
  return a < 0 || b < 0 ? -1 : (int64_t)a << 8 | b;
}

/* ---- headers --------------------------------------------------------------------------------- */

static int64_t little(const int *b, int n) {
  int64_t v = 0;
  for (int i = n; i-- > 0;) v = v << 8 | b[i];
  return v;
}

/* Behind the two bytes of SOI: segments up to the frame header (ISO 10918-1, B.2). */
static bool jpeg_size(stream *s, tok_image_size *size) {
  for (;;) {
    int marker = next_byte(s);
    while (marker == 0xFF) marker = next_byte(s); /* fill bytes, and the 0xFF before the marker */
    if (marker < 0) return false;
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) continue; /* no length */
    int64_t length = next_pair(s);
    if (length < 2) return false;
    bool frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (!frame) {
      if (!skip(s, length - 2)) return false;
      continue;
    }
    if (!skip(s, 1)) return false;
    size->height = next_pair(s);
    size->width = next_pair(s);
    return true;
  }
}

/* The first 30 bytes of a RIFF WEBP: the lossy, lossless and extended forms. */
static bool webp_size(const int *b, tok_image_size *size) {
  if (b[12] != 'V' || b[13] != 'P' || b[14] != '8') return false;
  if (b[15] == ' ') {
    size->width = little(b + 26, 2) & 0x3FFF;
    size->height = little(b + 28, 2) & 0x3FFF;
  } else if (b[15] == 'L') {
    int64_t bits = little(b + 21, 4);
    size->width = (bits & 0x3FFF) + 1;
    size->height = (bits >> 14 & 0x3FFF) + 1;
  } else {
    size->width = little(b + 24, 3) + 1;
    size->height = little(b + 27, 3) + 1;
  }
  return true;
}

static bool header_size(stream s, tok_image_size *size) {
  enum { HEADER = 30 };
  int b[HEADER];
  stream jpeg = s;
  int n = 0;
  while (n < HEADER && (b[n] = next_byte(&s)) >= 0) n++;
  if (n >= 2 && b[0] == 0xFF && b[1] == 0xD8) return skip(&jpeg, 2) && jpeg_size(&jpeg, size);
  if (n >= 24 && b[0] == 0x89 && b[1] == 'P' && b[12] == 'I' && b[13] == 'H') {
    size->width = (int64_t)b[16] << 24 | b[17] << 16 | b[18] << 8 | b[19];
    size->height = (int64_t)b[20] << 24 | b[21] << 16 | b[22] << 8 | b[23];
    return true;
  }
  if (n >= 10 && b[0] == 'G' && b[1] == 'I' && b[2] == 'F') {
    size->width = little(b + 6, 2);
    size->height = little(b + 8, 2);
    return true;
  }
  return n == HEADER && b[0] == 'R' && b[8] == 'W' && b[9] == 'E' && webp_size(b, size);
}

bool tok_image_of_base64(tok_slice base64, tok_image_size *size) {
  static const char MARK[] = ";base64,";
  stream s = {.text = base64};
  if (base64.len > 5 && memcmp(base64.ptr, "data:", 5) == 0) {
    size_t at = 5, k = sizeof MARK - 1;
    while (at + k <= base64.len && memcmp(base64.ptr + at, MARK, k) != 0) at++;
    if (at + k > base64.len) return false;
    s.at = at + k;
  }
  size->width = size->height = 0;
  return header_size(s, size) && size->width > 0 && size->height > 0 &&
         size->width <= TOK_IMAGE_EDGE_MAX && size->height <= TOK_IMAGE_EDGE_MAX;
}

/* ---- rules ----------------------------------------------------------------------------------- */

static int64_t parts(double pixels, double part) { return (int64_t)ceil(pixels / part - 1e-9); }

/* Within 2048 x 2048, then the shorter side at most 768; tiles of 512. */
static int64_t tiles(double w, double h) {
  double fit = fmin(1, 2048 / fmax(w, h));
  w *= fit, h *= fit;
  fit = fmin(1, 768 / fmin(w, h));
  return parts(fmax(1, floor(w * fit)), 512) * parts(fmax(1, floor(h * fit)), 512);
}

/* Patches of 32 pixels, at most `most`: else scaled down to whole patches that fit. */
static int64_t patches(double w, double h, double most) {
  double fit = fmin(1, 2048 / fmax(w, h));
  w *= fit, h *= fit;
  int64_t n = parts(w, 32) * parts(h, 32);
  if ((double)n <= most) return n;
  double r = sqrt(32.0 * 32 * most / (w * h));
  double by_w = w * r / 32, by_h = h * r / 32;
  r *= fmin(floor(by_w) / by_w, floor(by_h) / by_h);
  n = parts(w * r, 32) * parts(h * r, 32);
  return (double)n <= most ? n : (int64_t)most;
}

/*
** Squares of 28 pixels after scaling to the longest edge and the most tokens that the model takes.
*/
static int64_t claude(double w, double h, double edge, double most) {
  double fit = fmin(1, edge / fmax(w, h));
  fit = fmin(fit, sqrt(most * 28 * 28 / (w * h)));
  int64_t n = parts(w * fit, 28) * parts(h * fit, 28);
  return (double)n <= most ? n : (int64_t)most;
}

int64_t tok_image_tokens(const tok_image_rule *rule, tok_image_size size, bool low) {
  double w = (double)size.width, h = (double)size.height;
  bool known = size.width > 0 && size.height > 0;
  switch (rule->kind) {
  case TOK_IMAGE_TILES:
    if (low) return rule->base;
    return known ? rule->base + rule->each * tiles(w, h) : -1;
  case TOK_IMAGE_PATCHES:
    if (!known) return -1;
    return (patches(w, h, rule->base) * rule->each + 999) / 1000;
  case TOK_IMAGE_CLAUDE:
    return known ? claude(w, h, rule->base, rule->each) : -1;
  case TOK_IMAGE_GEMINI:
    if (rule->each == 0) return rule->base;
    if (!known) return -1;
    return w <= 384 && h <= 384 ? rule->base : rule->each * parts(w, 768) * parts(h, 768);
  case TOK_IMAGE_UNKNOWN:
    break;
  }
  return -1;
}

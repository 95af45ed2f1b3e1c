/*
** Images in chat requests: their size from the first bytes of the file, and what a family of models
** counts for that size.
*/
#ifndef TOK_IMAGE_H
#define TOK_IMAGE_H

#include "kin.h"

typedef struct {
  int64_t width, height; /* pixels; 0 = not known */
} tok_image_size;

enum { TOK_IMAGE_EDGE_MAX = 100000 }; /* pixels; larger is a broken header */

/*
** The size of a PNG, JPEG, GIF or WebP from its base64 (RFC 4648, also URL-safe; JSON escapes of
** '/' are skipped), or of a data: URL with such. False if it is none of these. Reads a JPEG up to
** its frame header, else the first 30 bytes; no allocation.
*/
bool tok_image_of_base64(tok_slice base64, tok_image_size *size);

/*
** Tokens of an image of that size; low: the request asks for `detail: low`. Sources: the vision
** pages of OpenAI's, Anthropic's and Google's documentation. -1 where the family's rule or the size
** is not known.
*/
int64_t tok_image_tokens(const tok_image_rule *rule, tok_image_size size, bool low);

#endif

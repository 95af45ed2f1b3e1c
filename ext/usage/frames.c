/* Frames of Amazon's event streams; see frames.h. */
#include "../base/json.h"
#include "frames.h"

enum {
  PRELUDE_BYTES = 12,
  CHECKSUM_BYTES = 4,
  /* as botocore has it: 128 kB of headers and 24 MB in all; more is none that Amazon sends */
  HEADERS_MAX_BYTES = 128 * 1024,
  FRAME_MAX_BYTES = 24 * 1024 * 1024
};

static uint32_t number_at(const char *p) {
  const unsigned char *b = (const unsigned char *)p;
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* CRC-32 as in gzip (polynomial 0xEDB88320, reflected), four bits at a time. */
static uint32_t crc32_of(const char *bytes, size_t n) {
  static const uint32_t table[16] = {0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC,
                                     0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
                                     0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
                                     0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
  uint32_t crc = 0xFFFFFFFF;
  for (size_t i = 0; i < n; i++) {
    crc ^= (unsigned char)bytes[i];
    crc = crc >> 4 ^ table[crc & 15];
    crc = crc >> 4 ^ table[crc & 15];
  }
  return ~crc;
}

bool tok_frames_are(tok_slice body) {
  return body.len >= PRELUDE_BYTES && number_at(body.ptr + 8) == crc32_of(body.ptr, 8);
}

static int sextet(char c) {
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (tok_is_digit(c))
    return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* A document on one line: blanks are all that its line ends can be. */
static void add_line(tok_buf *out, const char *bytes, size_t n) {
  char *to = tok_buf_reserve(out, n);
  if (to == NULL)
    return;
  for (size_t i = 0; i < n; i++)
    to[i] = bytes[i] == '\n' || bytes[i] == '\r' ? ' ' : bytes[i];
  out->len += n;
}

/* False: it is not base64. A slash may stand behind a backslash, as JSON allows. */
static bool add_decoded(tok_buf *out, tok_slice text) {
  uint32_t bits = 0;
  int n_bits = 0;
  while (text.len > 0 && text.ptr[text.len - 1] == '=')
    text.len--;
  char *to = tok_buf_reserve(out, text.len);
  size_t n = 0;
  for (size_t i = 0; to != NULL && i < text.len; i++) {
    if (text.ptr[i] == '\\' && i + 1 < text.len && text.ptr[i + 1] == '/')
      continue;
    int six = sextet(text.ptr[i]);
    if (six < 0)
      return false;
    bits = bits << 6 | (uint32_t)six;
    n_bits += 6;
    if (n_bits < 8)
      continue;
    n_bits -= 8;
    char c = (char)(bits >> n_bits);
    to[n++] = c == '\n' || c == '\r' ? ' ' : c;
  }
  out->len += n;
  return true;
}

/* The member `bytes` of a payload, or an empty slice. */
static tok_slice bytes_of(tok_slice payload) {
  static const tok_slice none = {NULL, 0};
  tok_json j;
  tok_json_init(&j, payload);
  if (tok_json_next(&j) != TOK_JSON_OBJECT)
    return none;
  while (tok_json_next(&j) == TOK_JSON_KEY) {
    bool found = tok_slice_is(j.text, "bytes");
    tok_json_event value = tok_json_next(&j);
    if (found)
      return value == TOK_JSON_STRING ? j.text : none;
    if ((value == TOK_JSON_OBJECT || value == TOK_JSON_ARRAY) && !tok_json_skip(&j))
      return none;
  }
  return none;
}

/* False: the payload is not what it says. Payloads that are no JSON object say nothing of usage. */
static bool add_payload(tok_buf *out, tok_slice payload) {
  bool fine = true;
  if (payload.len == 0 || payload.ptr[0] != '{')
    return true;
  tok_slice bytes = bytes_of(payload);
  tok_buf_adds(out, "data:");
  if (bytes.ptr == NULL)
    add_line(out, payload.ptr, payload.len);
  else
    fine = add_decoded(out, bytes);
  tok_buf_addc(out, '\n');
  return fine;
}

/* What is wrong with the frame at the start of `rest`, all of which is there; else NULL. */
static const char *add_frame(tok_buf *out, tok_slice rest, size_t total) {
  size_t headers = number_at(rest.ptr + 4), end = total - CHECKSUM_BYTES;
  if (number_at(rest.ptr + end) != crc32_of(rest.ptr, end))
    return "has a frame whose checksum is wrong";
  tok_slice payload = {rest.ptr + PRELUDE_BYTES + headers, end - PRELUDE_BYTES - headers};
  return add_payload(out, payload) ? NULL : "has a frame whose bytes are not base64";
}

tok_status tok_frames_events(tok_slice body, tok_buf *out, const char **wrong, size_t *at) {
  *wrong = NULL;
  for (*at = 0; *at < body.len && out->status == TOK_OK;) {
    tok_slice rest = {body.ptr + *at, body.len - *at};
    bool begun = rest.len >= PRELUDE_BYTES;
    size_t total = begun ? number_at(rest.ptr) : 0, headers = begun ? number_at(rest.ptr + 4) : 0;
    if (begun && !tok_frames_are(rest))
      *wrong = "has a frame whose beginning has a wrong checksum";
    else if (begun && (total > FRAME_MAX_BYTES || headers > HEADERS_MAX_BYTES ||
                       total < PRELUDE_BYTES + CHECKSUM_BYTES + headers))
      *wrong = "has a frame whose lengths can't be";
    else if (begun && total <= rest.len)
      *wrong = add_frame(out, rest, total);
    else {
      tok_buf_adds(out, "data:{"); /* the connection broke */
      break;
    }
    if (*wrong != NULL)
      return TOK_INVALID;
    *at += total;
  }
  return out->status;
}

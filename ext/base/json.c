/* A pull reader of JSON; see json.h. */
#include "json.h"

/* What may come next. */
enum { VALUE, VALUE_OR_END, KEY, KEY_OR_END, COLON, COMMA_OR_END, NOTHING, DOCUMENT };

void tok_json_init(tok_json *j, tok_slice text) {
  memset(j, 0, sizeof *j);
  j->in = text;
  j->expect = VALUE;
  j->event = TOK_JSON_NULL;
}

static tok_json_event fail(tok_json *j) {
  return j->event = TOK_JSON_ERROR;
}

/* A line ends before j->at: past what the next one of an event stream begins with, or the end. */
static void next_data_line(tok_json *j) {
  static const char field[] = "data:";
  tok_slice rest = {j->in.ptr + j->at, j->in.len - j->at};
  if (rest.ptr[-1] == '\r' && rest.len > 0 && rest.ptr[0] == '\n')
    return; /* it ends with this one */
  if (rest.len >= sizeof field - 1 && memcmp(rest.ptr, field, sizeof field - 1) == 0)
    j->at += sizeof field - 1;
  else
    j->in.len = j->at;
}

static void skip_blanks(tok_json *j) {
  while (j->at < j->in.len) {
    char c = j->in.ptr[j->at];
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
      return;
    j->at++;
    if (j->data_lines && (c == '\n' || c == '\r'))
      next_data_line(j);
  }
}

static bool is_hex(char c) {
  return tok_is_digit(c) || (tok_lower(c) >= 'a' && tok_lower(c) <= 'f');
}

/* Reads past the escape behind a backslash; false if it is none. */
static bool read_escape(tok_json *j) {
  if (j->at == j->in.len)
    return false;
  char c = j->in.ptr[j->at];
  if (c == '\0' || strchr("\"\\/bfnrtu", c) == NULL)
    return false;
  j->at++;
  for (int i = 0; i < 4 && c == 'u'; i++, j->at++) {
    if (j->at == j->in.len || !is_hex(j->in.ptr[j->at]))
      return false;
  }
  return true;
}

/*
** Has any byte of eight the value of c's bytes? (Mycroft's test; borrows only reach higher bytes.)
*/
static uint64_t zero_bytes(uint64_t v) {
  return (v - 0x0101010101010101u) & ~v & 0x8080808080808080u;
}

/* Over bytes that are neither quote, backslash nor control character, eight at a time. */
static void skip_plain(tok_json *j) {
  const uint64_t quotes = 0x2222222222222222u, slashes = 0x5C5C5C5C5C5C5C5Cu;
  for (; j->in.len - j->at >= 8; j->at += 8) {
    uint64_t v;
    memcpy(&v, j->in.ptr + j->at, 8);
    if ((zero_bytes(v ^ quotes) | zero_bytes(v ^ slashes) |
         zero_bytes(v & 0xE0E0E0E0E0E0E0E0u)) != 0)
      return;
  }
}

static bool read_string(tok_json *j) {
  size_t start = ++j->at;
  j->escaped = false;
  skip_plain(j);
  while (j->at < j->in.len) {
    unsigned char c = (unsigned char)j->in.ptr[j->at];
    if (c == '"') {
      j->text = (tok_slice){j->in.ptr + start, j->at - start};
      j->at++;
      return true;
    }
    if (c < 0x20)
      return false;
    j->at++;
    if (c != '\\')
      continue;
    j->escaped = true;
    if (!read_escape(j))
      return false;
    skip_plain(j);
  }
  return false;
}

static size_t digits(tok_json *j) {
  size_t from = j->at;
  while (j->at < j->in.len && tok_is_digit(j->in.ptr[j->at]))
    j->at++;
  return j->at - from;
}

static bool take(tok_json *j, char c) {
  if (j->at < j->in.len && j->in.ptr[j->at] == c) {
    j->at++;
    return true;
  }
  return false;
}

static bool read_number(tok_json *j) {
  size_t start = j->at;
  take(j, '-');
  bool zero = j->at < j->in.len && j->in.ptr[j->at] == '0';
  size_t n = digits(j);
  if (n == 0 || (zero && n > 1))
    return false;
  if (take(j, '.') && digits(j) == 0)
    return false;
  if (take(j, 'e') || take(j, 'E')) {
    if (!take(j, '+'))
      take(j, '-');
    if (digits(j) == 0)
      return false;
  }
  j->text = (tok_slice){j->in.ptr + start, j->at - start};
  return true;
}

static bool read_word(tok_json *j, const char *word) {
  size_t n = strlen(word), left = j->in.len - j->at, given = left < n ? left : n;
  if (memcmp(j->in.ptr + j->at, word, given) != 0)
    return false;
  j->at += given;
  return given == n;
}

static bool in_object(const tok_json *j) {
  return j->depth > 0 && (j->objects >> (j->depth - 1) & 1) != 0;
}

static void after_value(tok_json *j) {
  j->expect = j->depth > 0 ? COMMA_OR_END : j->many ? DOCUMENT : NOTHING;
}

static tok_json_event open(tok_json *j, bool object) {
  if (j->depth == TOK_JSON_DEPTH_MAX)
    return fail(j);
  uint64_t bit = 1ULL << j->depth;
  j->objects = object ? j->objects | bit : j->objects & ~bit;
  j->depth++;
  j->at++;
  j->expect = object ? KEY_OR_END : VALUE_OR_END;
  return j->event = object ? TOK_JSON_OBJECT : TOK_JSON_ARRAY;
}

static tok_json_event close(tok_json *j, char c) {
  bool object = c == '}';
  if (j->depth == 0 || in_object(j) != object)
    return fail(j);
  j->depth--;
  j->at++;
  after_value(j);
  return j->event = object ? TOK_JSON_OBJECT_END : TOK_JSON_ARRAY_END;
}

static tok_json_event scalar(tok_json *j, char c) {
  bool ok;
  tok_json_event event;
  switch (c) {
  case '"':
    ok = read_string(j), event = TOK_JSON_STRING;
    break;
  case 't':
    ok = read_word(j, "true"), event = TOK_JSON_TRUE;
    break;
  case 'f':
    ok = read_word(j, "false"), event = TOK_JSON_FALSE;
    break;
  case 'n':
    ok = read_word(j, "null"), event = TOK_JSON_NULL;
    break;
  default:
    ok = read_number(j), event = TOK_JSON_NUMBER;
    break;
  }
  if (!ok)
    return fail(j);
  after_value(j);
  return j->event = event;
}

tok_json_event tok_json_next(tok_json *j) {
  if (j->event == TOK_JSON_ERROR || j->event == TOK_JSON_END)
    return j->event;
  for (;;) {
    skip_blanks(j);
    if (j->at == j->in.len)
      return j->expect >= NOTHING ? (j->event = TOK_JSON_END) : fail(j);
    char c = j->in.ptr[j->at];
    if ((c == '}' && (j->expect == KEY_OR_END || j->expect == COMMA_OR_END)) ||
        (c == ']' && (j->expect == VALUE_OR_END || j->expect == COMMA_OR_END))) {
      return close(j, c);
    }
    switch (j->expect) {
    case COMMA_OR_END:
      if (c != ',')
        return fail(j);
      j->at++;
      j->expect = in_object(j) ? KEY : VALUE;
      continue;
    case COLON:
      if (c != ':')
        return fail(j);
      j->at++;
      j->expect = VALUE;
      continue;
    case KEY:
    case KEY_OR_END:
      if (c != '"' || !read_string(j))
        return fail(j);
      j->expect = COLON;
      return j->event = TOK_JSON_KEY;
    case NOTHING:
      return fail(j);
    default:
      return c == '{' || c == '[' ? open(j, c == '{') : scalar(j, c);
    }
  }
}

bool tok_json_skip(tok_json *j) {
  if (j->event == TOK_JSON_KEY)
    tok_json_next(j);
  if (j->event != TOK_JSON_OBJECT && j->event != TOK_JSON_ARRAY)
    return j->event != TOK_JSON_ERROR;
  int outside = j->depth - 1;
  while (j->depth > outside) {
    if (tok_json_next(j) == TOK_JSON_ERROR)
      return false;
  }
  return true;
}

/* The exponent after 'e', bounded: beyond 400 every number is 0 or out of range. */
static int read_exponent(const char *p, const char *end) {
  bool negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+'))
    p++;
  int e = 0;
  for (; p < end && e < 400 && tok_is_digit(*p); p++)
    e = e * 10 + (*p - '0');
  return negative ? -e : e;
}

/* More digits than 64 bits have, at p: 1.00000000000000000001 is not whole, but not too large. */
static tok_status too_many_digits(const char *p, const char *end, bool fraction) {
  while (p < end && *p != 'e' && *p != 'E')
    p++;
  return fraction && (p == end || read_exponent(p + 1, end) <= 0) ? TOK_INVALID : TOK_OVERFLOW;
}

tok_status tok_json_int(tok_slice number, int64_t scale, int64_t *out) {
  const char *p = number.ptr, *end = number.ptr + number.len;
  bool negative = p < end && *p == '-';
  if (negative)
    p++;
  int64_t v = 0;
  int decimals = 0, pending = 0; /* zeros are multiplied in only when a digit follows: 1.000 is 1 */
  bool fraction = false;
  for (; p < end && *p != 'e' && *p != 'E'; p++) {
    if (*p == '.') {
      fraction = true;
      continue;
    }
    if (!tok_is_digit(*p))
      return TOK_INVALID;
    if (fraction)
      decimals++;
    pending++;
    if (*p == '0')
      continue;
    for (; pending > 0 && v != 0; pending--) {
      if (!tok_mul_i64(v, 10, &v))
        return too_many_digits(p, end, fraction);
    }
    pending = 0;
    if (!tok_add_i64(v, *p - '0', &v))
      return too_many_digits(p, end, fraction);
  }
  if (v == 0 && pending == 0)
    return TOK_INVALID; /* no digit */
  if (v == 0)
    return *out = 0, TOK_OK;
  int exponent = pending - decimals + (p < end ? read_exponent(p + 1, end) : 0);
  while (scale % 10 == 0 && exponent < 0)
    scale /= 10, exponent++;
  for (; exponent < 0; exponent++, v /= 10) {
    if (v % 10 != 0)
      return TOK_INVALID;
  }
  for (; exponent > 0; exponent--) {
    if (!tok_mul_i64(v, 10, &v))
      return TOK_OVERFLOW;
  }
  if (!tok_mul_i64(v, scale, &v))
    return TOK_OVERFLOW;
  *out = negative ? -v : v;
  return TOK_OK;
}

static uint32_t hex4(const char *p) {
  uint32_t v = 0;
  for (int i = 0; i < 4; i++)
    v = v << 4 | (uint32_t)(tok_is_digit(p[i]) ? p[i] - '0' : tok_lower(p[i]) - 'a' + 10);
  return v;
}

static size_t put_utf8(uint32_t c, char *out) {
  static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for (size_t i = n; i-- > 1; c >>= 6)
    out[i] = (char)(0x80 | (c & 0x3F));
  out[0] = (char)(lead[n > 1 ? n : 0] | c);
  return n;
}

/* The code point of \uXXXX at p, n bytes left; *used: 6, or 12 for a pair. */
static uint32_t code_point(const char *p, size_t n, size_t *used) {
  uint32_t c = hex4(p + 2);
  *used = 6;
  if (c < 0xD800 || c > 0xDFFF)
    return c;
  uint32_t low = c < 0xDC00 && n >= 12 && p[6] == '\\' && p[7] == 'u' ? hex4(p + 8) : 0;
  if (low < 0xDC00 || low > 0xDFFF)
    return 0xFFFD;
  *used = 12;
  return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
}

size_t tok_json_unescape(tok_slice raw, char *out) {
  static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
  size_t n = 0;
  for (size_t i = 0; i < raw.len;) {
    if (raw.ptr[i] != '\\' || i + 1 >= raw.len) {
      out[n++] = raw.ptr[i++];
    } else if (raw.ptr[i + 1] == 'u' && raw.len - i >= 6) {
      size_t used;
      n += put_utf8(code_point(raw.ptr + i, raw.len - i, &used), out + n);
      i += used;
    } else {
      const char *at = strchr(from, raw.ptr[i + 1]);
      out[n++] = at != NULL && *at != '\0' ? to[at - from] : raw.ptr[i + 1];
      i += 2;
    }
  }
  return n;
}

bool tok_json_cut(const tok_json *j) {
  return j->event == TOK_JSON_ERROR && j->at == j->in.len;
}

bool tok_json_too_deep(const tok_json *j) {
  return j->event == TOK_JSON_ERROR && j->depth == TOK_JSON_DEPTH_MAX && j->at < j->in.len &&
         (j->in.ptr[j->at] == '{' || j->in.ptr[j->at] == '[');
}

/* Are there more than half, or exactly half a unit, in what was cut off? */
typedef struct {
  int next;   /* first digit cut off */
  bool after; /* is any later one not 0? */
} tail;

static int64_t round_even(int64_t v, tail t) {
  bool up = t.next > 5 || (t.next == 5 && (t.after || v % 2 != 0));
  return up && v < INT64_MAX ? v + 1 : v;
}

static int powers_of_ten(int64_t scale) {
  int n = 0;
  for (; scale >= 10; scale /= 10)
    n++;
  return n;
}

tok_status tok_json_fixed(tok_slice number, int64_t scale, int64_t *out) {
  const char *p = number.ptr, *end = number.ptr + number.len, *e = p;
  while (e < end && *e != 'e' && *e != 'E')
    e++;
  bool negative = p < end && *p == '-';
  int places = powers_of_ten(scale) + (e < end ? read_exponent(e + 1, end) : 0);
  int64_t v = 0;
  tail cut = {0, false};
  int whole = 0; /* digits before the point, leading zeros too */
  for (const char *q = p + negative; q < e && *q != '.'; q++)
    whole++;
  int64_t keep = (int64_t)whole + places; /* digits that are kept, may be negative */
  int64_t i = 0;
  for (p += negative; p < e; p++) {
    if (*p == '.')
      continue;
    int d = *p - '0';
    if (i < keep) {
      if (!tok_mul_i64(v, 10, &v) || !tok_add_i64(v, d, &v))
        return TOK_OVERFLOW;
    } else if (i == keep) {
      cut.next = d;
    } else {
      cut.after |= d != 0;
    }
    i++;
  }
  for (; i < keep && v != 0; i++) {
    if (!tok_mul_i64(v, 10, &v))
      return TOK_OVERFLOW;
  }
  v = round_even(v, cut);
  *out = negative ? -v : v;
  return TOK_OK;
}

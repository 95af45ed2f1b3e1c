/* Counts of response times by bin; see times.h. Nothing of its own for SQL. */
#include "times.h"

/* bins an octave; below it a bin is a millisecond */
enum { BITS = 6, EXACT_MS = 128, LAST_SHIFT = 25 };

int64_t tok_times_bin(int64_t ms) {
  int shift = 0;
  if (ms < EXACT_MS) return ms;
  while (shift < LAST_SHIFT && ms >> shift >= EXACT_MS) shift++;
  return shift == LAST_SHIFT ? ((int64_t)(LAST_SHIFT + 1) << BITS)
                             : ((int64_t)shift << BITS) + (ms >> shift);
}

static double middle(int64_t bin) {
  int64_t shift = (bin >> BITS) - 1;
  if (bin < EXACT_MS) return (double)bin;
  return (double)((64 + bin % 64) << shift) + (double)(((int64_t)1 << shift) - 1) / 2;
}

void tok_times_clear(tok_times *t) { memset(t->used, 0, sizeof t->used); }

bool tok_times_add(tok_times *t, int64_t bin, int64_t n) {
  uint64_t bit = (uint64_t)1 << (bin % 64);
  if (t->used[bin / 64] & bit) return tok_add_i64(t->count[bin], n, &t->count[bin]);
  t->used[bin / 64] |= bit;
  t->count[bin] = n;
  return true;
}

/* The digits at *p, at most `max`; -1 if there are none or too many. */
static int64_t read_digits(const char **p, const char *end, int64_t max) {
  const char *from = *p;
  int64_t n = 0;
  for (; *p < end && tok_is_digit(**p); ++*p) {
    if (n > (max - (**p - '0')) / 10) return -1;
    n = 10 * n + (**p - '0');
  }
  return *p == from ? -1 : n;
}

bool tok_times_read(tok_times *t, tok_slice text) {
  const char *p = text.ptr, *end = p + text.len;
  while (p < end) {
    if (*p == ' ') {
      p++;
      continue;
    }
    int64_t bin = read_digits(&p, end, TOK_N_BINS - 1);
    if (bin < 0 || p == end || *p++ != ':') return false;
    bool minus = p < end && *p == '-';
    p += minus;
    int64_t n = read_digits(&p, end, INT64_MAX);
    if (n < 0 || (p < end && *p != ' ') || !tok_times_add(t, bin, minus ? -n : n)) return false;
  }
  return true;
}

/* The next bin from `bin` on that counts something; TOK_N_BINS: none. */
static int64_t next_bin(const tok_times *t, int64_t bin) {
  for (; bin < TOK_N_BINS; bin++) {
    uint64_t rest = t->used[bin / 64] >> (bin % 64);
    if (rest == 0) {
      bin |= 63;
      continue;
    }
    bin += __builtin_ctzll(rest);
    if (t->count[bin] != 0) return bin;
  }
  return TOK_N_BINS;
}

/* Digits of u at p; the end. */
static char *put_digits(char *p, uint64_t u) {
  char digits[20];
  size_t i = sizeof digits;
  do {
    digits[--i] = (char)('0' + u % 10);
    u /= 10;
  } while (u != 0);
  memcpy(p, digits + i, sizeof digits - i);
  return p + (sizeof digits - i);
}

/* A roll-up writes a text a group, most of few times: one reserve and no calls for each. */
void tok_times_write(const tok_times *t, tok_buf *out) {
  enum { ENTRY_MAX = 1 + 4 + 1 + 20 }; /* a space, bin, ':', count with its sign */
  bool first = true;
  for (int64_t bin = next_bin(t, 0); bin < TOK_N_BINS; bin = next_bin(t, bin + 1)) {
    char *from = tok_buf_reserve(out, ENTRY_MAX), *p = from;
    int64_t n = t->count[bin];
    if (from == NULL) return;
    if (!first) *p++ = ' ';
    p = put_digits(p, (uint64_t)bin);
    *p++ = ':';
    if (n < 0) *p++ = '-';
    p = put_digits(p, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
    out->len += (size_t)(p - from);
    first = false;
  }
}

/* The middle of the bin of the value at that rank. */
static double at_rank(const tok_times *t, int64_t rank) {
  int64_t bin = next_bin(t, 0);
  for (; rank >= t->count[bin]; bin = next_bin(t, bin + 1)) rank -= t->count[bin];
  return middle(bin);
}

tok_status tok_times_percentile(const tok_times *t, double p, double *out) {
  int64_t n = 0;
  for (int64_t bin = next_bin(t, 0); bin < TOK_N_BINS; bin = next_bin(t, bin + 1)) {
    if (t->count[bin] < 0) return TOK_INVALID;
    if (!tok_add_i64(n, t->count[bin], &n)) return TOK_OVERFLOW;
  }
  if (n == 0) return TOK_NOTFOUND;
  double rank = p * (double)(n - 1);
  int64_t below = rank >= (double)(n - 1) ? n - 1 : (int64_t)rank;
  double part = rank - (double)below;
  double low = at_rank(t, below), high = at_rank(t, below + 1 < n ? below + 1 : n - 1);
  *out = low == high ? low : low * (1 - part) + high * part;
  return TOK_OK;
}

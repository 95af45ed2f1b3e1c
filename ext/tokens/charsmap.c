/* Compiled normalization rules; see charsmap.h. */
#include "charsmap.h"

/* A unit of the double array; out of range: one whose label no byte has. */
static uint32_t unit_at(const tok_charsmap *m, uint32_t at) {
  uint32_t u = 0x80000000u;
  if (at < m->n_units)
    memcpy(&u, m->units + (size_t)at * sizeof u, sizeof u);
  return u;
}

static uint32_t label_of(uint32_t unit) {
  return unit & 0x800000FFu;
}

static bool has_value(uint32_t unit) {
  return unit >> 8 & 1;
}

/* From a node to its children: bits 10..30, times 256 where bit 9 is set. */
static uint32_t offset_of(uint32_t unit) {
  return unit >> 10 << ((unit & 0x200) >> 6);
}

/* The string of a value; false where it lies outside. */
static bool string_at(const tok_charsmap *m, uint32_t value, tok_slice *to) {
  if (value >= m->n_strings)
    return false;
  *to = tok_slice_of(m->strings + value); /* the last byte of all strings is zero */
  return true;
}

size_t tok_charsmap_find(const tok_charsmap *m, const uint8_t *p, size_t n, bool shortest,
                         tok_slice *to) {
  size_t found = 0;
  uint32_t unit = unit_at(m, 0), at = offset_of(unit);
  for (size_t i = 0; i < n && i < TOK_CHARSMAP_KEY_MAX && !(shortest && found > 0); i++) {
    at ^= p[i];
    unit = unit_at(m, at);
    if (label_of(unit) != p[i])
      break;
    at ^= offset_of(unit);
    if (has_value(unit) && at < m->n_units && string_at(m, unit_at(m, at) & 0x7FFFFFFFu, to))
      found = i + 1;
  }
  return found;
}

/* Has the byte a rule of its own, or one with another ASCII character behind it? */
static bool begins_rule(const tok_charsmap *m, uint8_t c) {
  uint32_t at = offset_of(unit_at(m, 0)) ^ c, unit = unit_at(m, at);
  if (label_of(unit) != c)
    return false;
  if (has_value(unit))
    return true;
  at ^= offset_of(unit);
  for (uint32_t next = 0; next < 128; next++) {
    if (label_of(unit_at(m, at ^ next)) == next)
      return true;
  }
  return false;
}

bool tok_charsmap_open(tok_charsmap *m, tok_slice bytes) {
  uint32_t n;
  memset(m, 0, sizeof *m);
  if (bytes.len < sizeof n || bytes.len > TOK_CHARSMAP_BYTES_MAX)
    return false;
  memcpy(&n, bytes.ptr, sizeof n);
  if (n == 0 || n % sizeof(uint32_t) != 0 || n > bytes.len - sizeof n)
    return false;
  m->units = bytes.ptr + sizeof n;
  m->n_units = n / (uint32_t)sizeof(uint32_t);
  m->strings = m->units + n;
  m->n_strings = bytes.len - sizeof n - n;
  if (m->n_strings == 0 || m->strings[m->n_strings - 1] != '\0')
    return false;
  size_t run = 0;
  for (size_t i = 0; i < m->n_strings; i++) {
    run = m->strings[i] == '\0' ? 0 : run + 1;
    if (run > TOK_CHARSMAP_TO_MAX)
      return false;
  }
  for (int c = 0; c < 128; c++)
    m->plain[c] = !begins_rule(m, (uint8_t)c);
  return true;
}

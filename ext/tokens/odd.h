/*
** odd: where a normalization form may change a text (form.h), 64 bytes at a time. Private to
** kernel.h, which includes it once per instruction set; a kernel with KERNEL_ODD has its own.
**
** A block's answer may hold more places than change, never fewer: tok_form_changes() decides.
*/
#ifndef TOK_ODD_H
#define TOK_ODD_H

#include "blocks.h"
#include "form.h"

#ifndef KERNEL_ODD

enum { ODD_NOT_BOUND = 1, ODD_PLACE = 2 };

/* What the character with this first byte is, if it is one; *len its bytes. */
static inline unsigned odd_at(const tok_form *f, const uint8_t *p, size_t left, unsigned *len) {
  uint32_t cp;
  *len = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
  if (left < *len) return 0;
  if (p[0] < 0xE0) {
    cp = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
  } else if (p[0] < 0xF0) {
    cp = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
  } else {
    uint32_t page = (p[0] & 0x07u) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    page -= TOK_FORM_PLANE / TOK_FORM_WORD;
    bool clean = page / 8 < sizeof f->clean4 && (f->clean4[page / 8] >> page % 8 & 1);
    return clean ? 0 : ODD_NOT_BOUND | ODD_PLACE;
  }
  uint64_t bit = (uint64_t)1 << cp % TOK_FORM_WORD;
  if (f->bound[cp / TOK_FORM_WORD] & bit) return 0;
  return f->mark[cp / TOK_FORM_WORD] & bit ? ODD_NOT_BOUND : ODD_NOT_BOUND | ODD_PLACE;
}

/* The first bytes of characters that are worth a look. */
static inline uint64_t odd_leads(const tok_form *f, const uint8_t *p, unsigned size) {
#ifdef KERNEL_SCALAR
  uint64_t leads = 0, w;
  (void)f;
  for (unsigned i = 0; i < size; i += 8) {
    if (size - i < 8) {
      for (; i < size; i++) leads |= (uint64_t)(p[i] >= 0xC0) << i;
      break;
    }
    memcpy(&w, p + i, sizeof w);
    if ((w & 0x8080808080808080u) == 0) continue;
    for (unsigned k = 0; k < 8; k++) leads |= (uint64_t)(p[i + k] >= 0xC0) << (i + k);
  }
  return leads;
#else
  tok_masks m;
  classify(p, size, &m);
  if (m.high == 0) return 0;
  classify_high(p, size, &m);
  return m.high & ~m.cont & ~(f->easy ? m.easy3 : 0);
#endif
}

static bool kernel_next_odd(tok_odd *o) {
  for (o->odd = 0; o->next < o->n && o->odd == 0; o->next += 64) {
    const uint8_t *p = o->p + o->next;
    size_t left = o->n - o->next;
    uint64_t leads = odd_leads(o->form, p, left < 64 ? (unsigned)left : 64);
    uint64_t marks = 0, behind = o->carry, carry = 0;
    for (; leads != 0; leads &= leads - 1) {
      unsigned i = (unsigned)__builtin_ctzll(leads), len;
      unsigned what = odd_at(o->form, p + i, left - i, &len);
      if (what == 0) continue;
      marks |= (uint64_t)1 << i;
      o->odd |= (uint64_t)(what / ODD_PLACE) << i;
      if (i + len < 64) {
        behind |= (uint64_t)1 << (i + len);
      } else {
        carry |= (uint64_t)1 << (i + len - 64);
      }
    }
    o->odd |= marks & behind;
    o->carry = carry;
    o->base = o->next;
  }
  return o->odd != 0;
}

#endif
#endif

/* Look-ups in the built-in price list; see list.h. */
#include "list.h"

static int compare(const tok_price_name *name, tok_slice text) {
  size_t n = name->len < text.len ? name->len : text.len;
  int c = memcmp(tok_price_text(name->text), text.ptr, n);
  return c != 0 ? c : (name->len > text.len) - (name->len < text.len);
}

size_t tok_price_name_find(tok_slice text) {
  size_t lo = 0, hi = tok_prices.n_names;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (compare(&tok_prices.names[mid], text) < 0) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  return tok_price_name_is(lo, text) ? lo : tok_prices.n_names;
}

bool tok_price_name_is(size_t i, tok_slice text) {
  return i < tok_prices.n_names && compare(&tok_prices.names[i], text) == 0;
}

size_t tok_price_canonical_find(tok_slice name) {
  size_t lo = 0, hi = tok_prices.n_models;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    tok_slice text = tok_slice_of(tok_price_text(tok_prices.models[tok_prices.by_name[mid]].name));
    size_t n = text.len < name.len ? text.len : name.len;
    int c = n == 0 ? 0 : memcmp(text.ptr, name.ptr, n);
    if (c < 0 || (c == 0 && text.len < name.len)) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  bool found =
      lo < tok_prices.n_models &&
      tok_slice_eq(tok_slice_of(tok_price_text(tok_prices.models[tok_prices.by_name[lo]].name)),
                   name);
  return found ? lo : tok_prices.n_models;
}

bool tok_glob(const char *pattern, tok_slice text) {
  const char *star = NULL;
  size_t i = 0, resume = 0;
  while (i < text.len) {
    if (*pattern == '*') {
      star = ++pattern;
      resume = i;
    } else if (*pattern == text.ptr[i] && *pattern != '\0') {
      pattern++;
      i++;
    } else if (star != NULL) {
      pattern = star;
      i = ++resume;
    } else {
      return false;
    }
  }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}

int tok_price_provider_find(tok_slice name) {
  char lower[64]; /* the longest known name has 24 bytes */
  while (name.len > 0 && name.ptr[0] == ' ')
    name = (tok_slice){name.ptr + 1, name.len - 1};
  while (name.len > 0 && name.ptr[name.len - 1] == ' ')
    name.len--;
  if (name.len == 0 || name.len > sizeof lower)
    return -1;
  for (size_t i = 0; i < name.len; i++)
    lower[i] = tok_lower(name.ptr[i]);
  tok_slice text = {lower, name.len};
  for (size_t i = 0; i < tok_prices.n_providers; i++) {
    if (tok_slice_is(text, tok_price_text(tok_prices.providers[i].id)))
      return (int)i;
  }
  for (size_t i = 0; i < tok_prices.n_providers; i++) {
    const tok_price_provider *p = &tok_prices.providers[i];
    for (size_t g = 0; g < p->n_called; g++) {
      if (tok_glob(tok_price_text(p->called[g]), text))
        return (int)i;
    }
  }
  return -1;
}

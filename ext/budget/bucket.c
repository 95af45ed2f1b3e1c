/* Token buckets; see bucket.h. */
#include "bucket.h"

#include "../base/buf.h"

int64_t tok_bucket_debt(const tok_bucket *b, int64_t t) {
  int64_t passed, back;
  if (t <= b->at) return b->debt;
  if (!tok_sub_i64(t, b->at, &passed) || !tok_mul_i64(passed, b->refill, &back) || back >= b->debt)
    return 0;
  return b->debt - back;
}

void tok_bucket_view(const tok_bucket *b, int64_t t, tok_quota_view *v) {
  int64_t debt = tok_bucket_debt(b, t), missing = debt / b->span_s + (debt % b->span_s != 0);
  if (v->held > missing) v->held = missing;
  if (v->held < 0) v->held = 0;
  v->used = missing - v->held;
}

bool tok_bucket_wait(const tok_bucket *b, int64_t t, int64_t limit, int64_t need,
                     int64_t *seconds) {
  int64_t room, start = t > b->at ? t : b->at;
  if (need > limit) return false;
  if (!tok_sub_i64(limit, need, &room) || !tok_mul_i64(room, b->span_s, &room)) room = INT64_MAX;
  int64_t excess = tok_bucket_debt(b, start) - room;
  *seconds = 0;
  if (excess <= 0) return true;
  /* where the clock went back it must first come to where it was */
  return tok_add_i64(start - t, excess / b->refill + (excess % b->refill != 0), seconds);
}

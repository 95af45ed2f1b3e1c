#include "fmath.h"

static const double LN2_HI = 6.93147180369123816490e-01; /* the top 32 bits of ln 2, … */
static const double LN2_LO = 1.90821492927058770002e-10; /* … and the rest */

double tok_log(double x) {
  uint64_t bits;
  int e = 0;
  if (x < DBL_MIN) { /* subnormal: bring it to the normal range */
    x *= 18014398509481984.0;
    e = -54;
  }
  memcpy(&bits, &x, sizeof bits);
  e += (int)(bits >> 52 & 0x7ff) - 1023;
  bits = (bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL;
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e++;
  }
  /* log m = 2 atanh(s); |s| < 0.1716, so the series is exact to 1e-16 after s^21 */
  double s = (m - 1) / (m + 1), z = s * s, p = 1.0 / 21;
  for (int k = 19; k >= 3; k -= 2) p = p * z + 1.0 / k;
  return e * LN2_HI + (2 * s + (2 * s * z * p + e * LN2_LO));
}

double tok_exp(double x) {
  if (x < -700) return 0;
  if (x > 700) x = 700;
  double k = floor(x * 1.44269504088896340736 + 0.5);
  double r = (x - k * LN2_HI) - k * LN2_LO; /* |r| < 0.35 */
  static const double inverse[] = {1.0, 1.0 / 2, 1.0 / 3, 1.0 / 4, 1.0 / 5, 1.0 / 6, 1.0 / 7,
                                   1.0 / 8, 1.0 / 9, 1.0 / 10, 1.0 / 11, 1.0 / 12, 1.0 / 13};
  double p = 1;
  for (int i = 12; i >= 0; i--) p = 1 + p * r * inverse[i];
  uint64_t bits = (uint64_t)((int)k + 1023) << 52;
  double scale;
  memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

/* Acklam's rational approximation, relative error 1.2e-9. */
double tok_normal_quantile(double p) {
  static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02,
                             1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
  static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                             6.680131188771972e+01, -1.328068155288572e+01};
  static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                             -2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00};
  static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                             3.754408661907416e+00};
  if (p > 0.5) return -tok_normal_quantile(1 - p);
  if (p < 0.02425) {
    double q = sqrt(-2 * tok_log(p < 1e-300 ? 1e-300 : p));
    return (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
           ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
  }
  double q = p - 0.5, r = q * q;
  return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
         (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
}

/* Abramowitz and Stegun 26.2.17, absolute error 7.5e-8. */
double tok_normal_cdf(double z) {
  double a = fabs(z);
  double t = 1 / (1 + 0.2316419 * a);
  double tail = 0.3989422804014327 * tok_exp(-a * a / 2) * t *
                (0.319381530 +
                 t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - tail : tail;
}

static const double T_NORMAL_DF = 200; /* from here on the normal's is as near: 1e-5 */

/*
** Exact for 1 and 2 degrees of freedom, Hill's expansion around the normal from 3 on (error below
** 0.5 %).
*/
double tok_t_quantile(double p, double df) {
  if (p > 0.5) return -tok_t_quantile(1 - p, df);
  if (df < 1.5) { /* Cauchy: -cot(pi p), by the tangent's half-angle series near the middle */
    double x = 3.14159265358979323846 * p, s = 1, c = 1, ts = 1, tc = 1;
    for (int k = 1; k < 14; k++) {
      tc *= -x * x / ((2 * k - 1) * (2 * k));
      ts *= -x * x / ((2 * k) * (2 * k + 1));
      c += tc;
      s += ts;
    }
    return -c / (x * s);
  }
  if (df < 2.5) return (2 * p - 1) / sqrt(2 * p * (1 - p));
  double z = tok_normal_quantile(p), z2 = z * z;
  double g1 = (z2 + 1) * z / 4;
  double g2 = ((5 * z2 + 16) * z2 + 3) * z / 96;
  double g3 = (((3 * z2 + 19) * z2 + 17) * z2 - 15) * z / 384;
  double g4 = ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) * z / 92160;
  return z + (g1 + (g2 + (g3 + g4 / df) / df) / df) / df;
}

/*
** The integral of (1 - s^2)^a from 1 - w to 1, a = df / 2 - 1, with s = 1 - w q^2: what is left of
** q has no pole, so that Simpson's rule takes it. Its factor 2 w^(a + 1) is left out.
*/
static double t_tail(double w, double a) {
  enum { STEPS = 128 };
  double sum = 0;
  for (int i = 0; i <= STEPS; i++) {
    double q = (double)i / STEPS, v = tok_exp(a * tok_log(2 - w * q * q));
    v *= q > 0 ? tok_exp((2 * a + 1) * tok_log(q)) : a < 0; /* q^0 is 1 */
    sum += v * (i == 0 || i == STEPS ? 1 : i % 2 == 1 ? 4 : 2);
  }
  return sum;
}

double tok_t_cdf(double x, double df) {
  df = df < 1.5 ? 1 : df < 2.5 ? 2 : df; /* as the quantile takes them */
  if (df > T_NORMAL_DF)
    return tok_normal_cdf(x * (1 - 1 / (4 * df)) / sqrt(1 + x * x / (2 * df)));
  /* x = sqrt(df) s / sqrt(1 - s^2); 1 - s without a difference of what is nearly equal */
  double root = sqrt(df + x * x), a = df / 2 - 1, w = df / (root * (root + fabs(x)));
  if (!(w > 0)) return x > 0;
  double tail = 0.5 * tok_exp((a + 1) * tok_log(w)) * t_tail(w, a) / t_tail(1, a);
  return x > 0 ? 1 - tail : tail;
}

static void sift(double *v, size_t i, size_t n) {
  double x = v[i];
  for (size_t child; (child = 2 * i + 1) < n; i = child) {
    if (child + 1 < n && v[child + 1] > v[child]) child++;
    if (v[child] <= x) break;
    v[i] = v[child];
  }
  v[i] = x;
}

enum { INSERTION_MAX = 32 }; /* below this, insertion sort is faster than a heap */

void tok_sort_doubles(double *v, size_t n) {
  if (n <= INSERTION_MAX) {
    for (size_t i = 1; i < n; i++) {
      double x = v[i];
      size_t k = i;
      for (; k > 0 && v[k - 1] > x; k--) v[k] = v[k - 1];
      v[k] = x;
    }
    return;
  }
  for (size_t i = n / 2; i-- > 0;) sift(v, i, n);
  for (size_t i = n - 1; i > 0; i--) {
    double x = v[i];
    v[i] = v[0];
    v[0] = x;
    sift(v, 0, i);
  }
}

/* Puts the k-th smallest at v[k], smaller ones before it (Hoare's selection, median of three). */
static void select_nth(double *v, size_t n, size_t k) {
  size_t lo = 0, hi = n - 1;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2, i = lo, j = hi;
    double a = v[lo], b = v[mid], c = v[hi];
    double pivot = a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
    for (;;) {
      while (v[i] < pivot) i++;
      while (v[j] > pivot) j--;
      if (i >= j) break;
      double x = v[i];
      v[i++] = v[j];
      v[j--] = x;
    }
    if (k <= j) {
      hi = j;
    } else {
      lo = j + 1;
    }
  }
}

double tok_quantile(double *v, size_t n, double q) {
  double at = q * (double)(n - 1);
  size_t k = (size_t)at;
  if (k >= n - 1) k = n - 1;
  if (n <= INSERTION_MAX) tok_sort_doubles(v, n);
  else select_nth(v, n, k);
  double low = v[k], part = at - (double)k;
  if (part <= 0 || k + 1 >= n) return low;
  double next = v[k + 1];
  for (size_t i = k + 2; i < n; i++) next = v[i] < next ? v[i] : next;
  return low + part * (next - low);
}

double tok_median(double *v, size_t n) { return tok_quantile(v, n, 0.5); }

/* Drawing with characters: bars in eighths of a column, a curve with a band. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

#include "cli.h"

enum { WIDTH_DEFAULT = 80, WIDTH_MIN = 20, WIDTH_MAX = 240 };

int text_width(const char *text) {
  int width = 0;
  utf8proc_int32_t cp;
  for (const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text; *p != 0;) {
    utf8proc_ssize_t n = utf8proc_iterate(p, -1, &cp);
    width += n > 0 ? utf8proc_charwidth(cp) : 1;
    p += n > 0 ? n : 1;
  }
  return width;
}

int terminal_width(void) {
  struct winsize size;
  const char *columns = getenv("COLUMNS");
  int width = columns == NULL ? 0 : (int)strtol(columns, NULL, 10);
  if (width == 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) width = size.ws_col;
  if (width == 0) width = WIDTH_DEFAULT;
  return width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
}

void draw_bar(char *out, double share, int columns) {
  static const char *const EIGHTHS[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  double eighths = (share > 1 ? 1 : share > 0 ? share : 0) * columns * 8;
  int n = (int)(eighths + 0.5);
  *out = 0;
  for (int i = 0; i < n / 8; i++) out += snprintf(out, 4, "█");
  if (n % 8 != 0) snprintf(out, 4, "%s", EIGHTHS[n % 8]);
}

/* ---- a curve --------------------------------------------------------------------------------- */

typedef struct {
  double low, high;
} span;

static span span_of(const plot_point *p, size_t n) {
  span s = {INFINITY, -INFINITY};
  for (size_t i = 0; i < n; i++) {
    double low = p[i].has_band ? p[i].lower : p[i].value,
           high = p[i].has_band ? p[i].upper : p[i].value;
    if (!p[i].has_value) continue;
    s.low = fmin(s.low, low);
    s.high = fmax(s.high, high);
  }
  if (s.low > 0 && s.low < s.high / 2) s.low = 0; /* money starts at nothing */
  if (s.high <= s.low) s.high = s.low + 1;
  return s;
}

static int row_of(double value, span s, int rows) {
  int row = (int)floor((value - s.low) / (s.high - s.low) * rows);
  return row < 0 ? 0 : row >= rows ? rows - 1 : row;
}

/* What stands at one place: the curve, its band, or nothing. */
static const char *mark(const plot_point *p, int row, span s, int rows) {
  if (!p->has_value) return " ";
  if (row_of(p->value, s, rows) == row) return p->has_band ? "◦" : "•";
  if (p->has_band && row >= row_of(p->lower, s, rows) && row <= row_of(p->upper, s, rows))
    return "░";
  return " ";
}

void draw_plot(const plot_point *points, size_t n, int columns, int rows) {
  enum { AXIS = 12 };
  size_t room = (size_t)(columns - AXIS), first = n > room ? n - room : 0;
  span s = span_of(points + first, n - first);
  for (int row = rows - 1; row >= 0; row--) {
    double at = s.low + (s.high - s.low) * (row + 0.5) / rows;
    if (row == rows - 1 || row == 0 || row == rows / 2) printf("%*.4g ┤", AXIS - 3, at);
    else printf("%*s │", AXIS - 3, "");
    for (size_t i = first; i < n; i++) fputs(mark(&points[i], row, s, rows), stdout);
    putchar('\n');
  }
  printf("%*s └", AXIS - 3, "");
  for (size_t i = first; i < n; i++) fputs("─", stdout);
  putchar('\n');
  if (n > first && points[first].label != NULL && strlen(points[first].label) <= room) {
    int gap = (int)(n - first) - (int)strlen(points[first].label);
    printf("%*s %s%*s\n", AXIS - 2, "", points[first].label,
           gap > (int)strlen(points[n - 1].label) ? gap : 0,
           gap > (int)strlen(points[n - 1].label) ? points[n - 1].label : "");
  }
}

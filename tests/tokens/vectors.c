#include "vectors.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "../shared/data/tokens/"
enum { LINE_BYTES_MAX = 4 << 20, PATH_BYTES_MAX = 256 };

const char *const vectors_encodings[VECTORS_N_ENCODINGS] = {"r50k_base", "p50k_base", "cl100k_base",
                                                            "o200k_base"};

static FILE *open_gz(const char *name) {
  char path[PATH_BYTES_MAX], command[PATH_BYTES_MAX + 16];
  snprintf(path, sizeof path, FOLDER "%s", name);
  if (access(path, R_OK) != 0) return NULL;
  snprintf(command, sizeof command, "zcat %s", path);
  return popen(command, "r");
}

static size_t put_utf8(char *out, uint32_t cp) {
  size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
  static const uint8_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (size_t i = n; i-- > 1; cp >>= 6) out[i] = (char)(0x80 | (cp & 0x3F));
  out[0] = (char)(lead[n] | cp);
  return n;
}

static uint32_t hex4(const char *p) {
  char digits[5] = {p[0], p[1], p[2], p[3], 0};
  return (uint32_t)strtoul(digits, NULL, 16);
}

/* The JSON string after the quote at p, as bytes: cJSON would end it at an embedded NUL. */
static size_t unescape(const char *p, char *out) {
  static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
  char *start = out;
  for (; *p != '"'; p++) {
    if (*p != '\\') {
      *out++ = *p;
    } else if (*++p == 'u') {
      uint32_t cp = hex4(p + 1);
      p += 4;
      if (cp >= 0xD800 && cp < 0xDC00) {
        cp = 0x10000 + (cp - 0xD800) * 0x400 + (hex4(p + 3) - 0xDC00);
        p += 6;
      }
      out += put_utf8(out, cp);
    } else {
      const char *named = strchr(from, *p);
      *out++ = named == NULL ? *p : to[named - from];
    }
  }
  return (size_t)(out - start);
}

static bool read_vector(const char *line, vector *v, cJSON **json) {
  static const char head[] = "{\"text\":\"";
  *json = cJSON_Parse(line);
  if (*json == NULL || strncmp(line, head, sizeof head - 1) != 0) return false;
  v->text = malloc(strlen(line));
  v->n = unescape(line + sizeof head - 1, v->text);
  for (int e = 0; e < VECTORS_N_ENCODINGS; e++) {
    const cJSON *list = cJSON_GetObjectItem(*json, vectors_encodings[e]), *id;
    if (!cJSON_IsArray(list)) return false;
    v->ids[e] = malloc(sizeof(uint32_t) * (size_t)(cJSON_GetArraySize(list) + 1));
    v->n_ids[e] = 0;
    cJSON_ArrayForEach(id, list) v->ids[e][v->n_ids[e]++] = (uint32_t)id->valuedouble;
  }
  return true;
}

long vectors_each(void (*each)(const vector *v, void *arg), void *arg) {
  FILE *f = open_gz("vectors.jsonl.gz");
  if (f == NULL) return -1;
  long n = 0;
  char *line = malloc(LINE_BYTES_MAX);
  while (fgets(line, LINE_BYTES_MAX, f) != NULL) {
    vector v = {0};
    cJSON *json = NULL;
    if (!read_vector(line, &v, &json)) {
      fprintf(stderr, "vectors: malformed line %ld\n", n + 1);
      exit(2);
    }
    each(&v, arg);
    for (int e = 0; e < VECTORS_N_ENCODINGS; e++) free(v.ids[e]);
    cJSON_Delete(json);
    free(v.text);
    n++;
  }
  free(line);
  pclose(f);
  return n;
}

char *vectors_file(const char *name, size_t *n) {
  FILE *f = open_gz(name);
  if (f == NULL) return NULL;
  size_t cap = 8 << 20, got;
  char *p = malloc(cap);
  for (*n = 0; (got = fread(p + *n, 1, cap - *n - 1, f)) > 0; *n += got) {
    if (cap - *n - got < 2) p = realloc(p, cap *= 2);
  }
  p[*n] = '\0';
  pclose(f);
  return p;
}

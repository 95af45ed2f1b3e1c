/*
** Every committed fuzz input through its target once, so that what a fuzzer found stays found where
** there is no clang: tests/fuzz/corpus/<target>/<file> goes to tests/fuzz/fuzz_<target>.c. A target
** aborts where a property does not hold; the last line printed then names the file.
*/
#include <dirent.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "../check.h"

typedef int fuzz_target(const uint8_t *data, size_t size);

/* test.mk gives each target's entry a name of its own. */
#define X(name) fuzz_target fuzz_##name;
TARGETS
#undef X

enum { PATH_BYTES_MAX = 512 };

/* In a block of exactly its size, so that valgrind or a sanitizer sees a read past the end. */
static uint8_t *read_file(const char *path, size_t *n) {
  struct stat st;
  FILE *f = fopen(path, "rb");
  if (f == NULL || fstat(fileno(f), &st) != 0) return NULL;
  *n = (size_t)st.st_size;
  uint8_t *p = malloc(*n + (*n == 0));
  size_t got = p == NULL ? 0 : fread(p, 1, *n, f);
  fclose(f);
  if (got == *n) return p;
  free(p);
  return NULL;
}

static int visible(const struct dirent *d) { return d->d_name[0] != '.'; }

static void replay(const char *name, fuzz_target *target) {
  char path[PATH_BYTES_MAX];
  struct dirent **files = NULL;
  snprintf(path, sizeof path, "tests/fuzz/corpus/%s", name);
  int n_files = scandir(path, &files, visible, alphasort);
  if (!CHECK(n_files > 0)) return;
  for (int i = 0; i < n_files; i++) {
    size_t n = 0;
    snprintf(path, sizeof path, "tests/fuzz/corpus/%s/%s", name, files[i]->d_name);
    printf("%s\n", path);
    fflush(stdout);
    uint8_t *data = read_file(path, &n);
    if (CHECK(data != NULL)) CHECK_INT(target(data, n), 0);
    free(data);
    free(files[i]);
  }
  free(files);
}

#define X(name) \
  static void replay_##name(void) { replay(#name, fuzz_##name); }
TARGETS
#undef X

#define X(name) {#name, replay_##name},
static const check_test targets[] = {TARGETS};
#undef X
enum { N_TARGETS = sizeof targets / sizeof targets[0] };

/* Inputs of a target that is not in the list would be replayed by nobody. */
static void every_folder_has_a_target(void) {
  struct dirent **folders = NULL;
  int n = scandir("tests/fuzz/corpus", &folders, visible, alphasort);
  CHECK_INT(n, N_TARGETS);
  for (int i = 0; i < n; i++) {
    bool found = false;
    for (size_t k = 0; k < N_TARGETS; k++) found = found || strcmp(targets[k].name, folders[i]->d_name) == 0;
    if (!CHECK(found)) printf("%s\n", folders[i]->d_name);
    free(folders[i]);
  }
  free(folders);
}

int main(int argc, char **argv) {
  check_test tests[N_TARGETS + 1];
  memcpy(tests, targets, sizeof targets);
  tests[N_TARGETS] = (check_test){"every_folder_has_a_target", every_folder_has_a_target};
  return check_run(argc, argv, tests, N_TARGETS + 1);
}

/* Makes every fdatasync and fsync last at least STANDIN_SYNC_MS, and notes its begin and its end.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

extern void standin_note(const char* call, const char* name);

static int slow(const char* name, int file) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  const char* ms = getenv("STANDIN_SYNC_MS");
  standin_note("sync_begin", name);
  usleep(1000u * (ms == NULL ? 0u : (unsigned)atoi(ms)));
  const int result = real(file);
  standin_note("sync_end", name);
  return result;
}

int fdatasync(int file) { return slow("fdatasync", file); }
int fsync(int file) { return slow("fsync", file); }

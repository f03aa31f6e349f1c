// Preloaded into a process: how often it asks for memory. Prints the number on standard error at the end.
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);
static atomic_long count;

void *malloc(size_t n) { return count++, __libc_malloc(n); }
void *calloc(size_t k, size_t n) { return count++, __libc_calloc(k, n); }
void *realloc(void *p, size_t n) { return count++, __libc_realloc(p, n); }
void *aligned_alloc(size_t a, size_t n) { return count++, __libc_memalign(a, n); }
int posix_memalign(void **p, size_t a, size_t n) { return count++, (*p = __libc_memalign(a, n)) ? 0 : 12; }

__attribute__((destructor)) static void report(void) { fprintf(stderr, "\n%ld\n", count); }

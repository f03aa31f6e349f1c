#include <cblas.h>
#include <lapacke.h>

// Ends the threads of OpenBLAS. A build of OpenBLAS without threads has no such function.
extern int blas_thread_shutdown_(void) __attribute__((weak));

// From here on OpenBLAS computes in the thread that calls it.
static inline void blas_use_calling_thread(void) {
  openblas_set_num_threads(1);
  if (blas_thread_shutdown_) blas_thread_shutdown_();
}

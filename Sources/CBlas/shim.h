#include <cblas.h>
#include <dlfcn.h>
#include <lapacke.h>
#include <stdio.h>
#include <stdlib.h>

// The routines in use, by the library that has them.
#define BLAS_ROUTINES(X) X(cblas_dgemm) X(cblas_sgemm) X(cblas_dsyrk) X(cblas_ssyrk)
#define LAPACK_ROUTINES(X) \
  X(LAPACKE_dgeqrf_work) X(LAPACKE_sgeqrf_work) X(LAPACKE_dorgqr_work) X(LAPACKE_sorgqr_work) \
  X(LAPACKE_dgetrf_work) X(LAPACKE_sgetrf_work) X(LAPACKE_dgetrs_work) X(LAPACKE_sgetrs_work) \
  X(LAPACKE_dpotrf_work) X(LAPACKE_spotrf_work) X(LAPACKE_dpotrs_work) X(LAPACKE_spotrs_work) \
  X(LAPACKE_dgesdd_work) X(LAPACKE_sgesdd_work) X(LAPACKE_dsyevd) X(LAPACKE_ssyevd)

struct blas_routines {
#define MEMBER(name) __typeof__(name) *_Nonnull name;
  BLAS_ROUTINES(MEMBER)
  LAPACK_ROUTINES(MEMBER)
#undef MEMBER
};

// What a library that is loaded has under a name. Without it the process ends, as it would if it had not been started
// for want of a library.
static inline void *_Nonnull blas_found(void *_Nullable found) {
  if (found) return found;
  fprintf(stderr, "geoc: %s\n", dlerror());
  exit(127);
}

// Loads OpenBLAS and LAPACKE, which calls the LAPACK of OpenBLAS since that is loaded first. From here on OpenBLAS computes
// in the thread that calls it, and its own threads have ended.
static inline struct blas_routines blas_load(void) {
  void *blas = blas_found(dlopen("libopenblas.so.0", RTLD_LAZY | RTLD_GLOBAL));
  void *lapack = blas_found(dlopen("liblapacke.so.3", RTLD_LAZY | RTLD_GLOBAL));
  struct blas_routines routines;
#define LOAD_BLAS(name) routines.name = (__typeof__(name) *)blas_found(dlsym(blas, #name));
#define LOAD_LAPACK(name) routines.name = (__typeof__(name) *)blas_found(dlsym(lapack, #name));
  BLAS_ROUTINES(LOAD_BLAS)
  LAPACK_ROUTINES(LOAD_LAPACK)
#undef LOAD_LAPACK
#undef LOAD_BLAS
  ((__typeof__(openblas_set_num_threads) *)blas_found(dlsym(blas, "openblas_set_num_threads")))(1);
  // A build of OpenBLAS without threads has no such function.
  void *end = dlsym(blas, "blas_thread_shutdown_");
  if (end) ((int (*)(void))end)();
  return routines;
}

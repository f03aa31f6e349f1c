#ifndef GEOC_CVEC_H
#define GEOC_CVEC_H

// True vector operations for the lane kernels, on vectors of one register of the instruction set that is compiled for;
// the standard library's own SIMD operators are compiled one lane at a time. A wider vector would be cut into pieces
// that no register file of 16 holds during a matrix product. Swift imports the types as SIMD8<Double>, SIMD16<Float>,
// SIMD8<Int> and SIMD16<Int32> for 64 bytes, and as their halves and quarters for 32 and 16.

// The functions below are always inlined, so that no vector ever crosses a call: the calling convention is moot.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#define CV_INLINE static inline __attribute__((always_inline))

#if defined(__AVX512F__)
#define CV_BYTES 64
#elif defined(__AVX2__)
#define CV_BYTES 32
#else
#define CV_BYTES 16
#endif
#define CV_DOUBLES (CV_BYTES / 8)
#define CV_FLOATS (CV_BYTES / 4)

typedef double cv_d __attribute__((ext_vector_type(CV_DOUBLES)));
typedef float cv_f __attribute__((ext_vector_type(CV_FLOATS)));
// `long` and not `long long`: the latter imports as SIMD8<Int64>, another type than SIMD8<Int>.
typedef long cv_l __attribute__((ext_vector_type(CV_DOUBLES)));
typedef int cv_i __attribute__((ext_vector_type(CV_FLOATS)));
typedef unsigned long cv_ul __attribute__((ext_vector_type(CV_DOUBLES)));
typedef unsigned int cv_ui __attribute__((ext_vector_type(CV_FLOATS)));

// Without the instruction a fused multiply-add is a libm call per lane.
#ifdef __FMA__
#define CV_FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#define CV_HAS_FMA 1
#else
#define CV_FMA(a, b, c) ((a) * (b) + (c))
#define CV_HAS_FMA 0
#endif

#define CV_FLOAT_OPERATIONS(S, T, E, I)                                             \
  CV_INLINE T cv_splat_##S(E x) { return (T)(x); }                                  \
  CV_INLINE T cv_add_##S(T a, T b) { return a + b; }                                \
  CV_INLINE T cv_sub_##S(T a, T b) { return a - b; }                                \
  CV_INLINE T cv_mul_##S(T a, T b) { return a * b; }                                \
  CV_INLINE T cv_div_##S(T a, T b) { return a / b; }                                \
  CV_INLINE T cv_neg_##S(T a) { return -a; }                                        \
  CV_INLINE T cv_fma_##S(T a, T b, T c) { return CV_FMA(a, b, c); }                 \
  CV_INLINE T cv_sqrt_##S(T a) { return __builtin_elementwise_sqrt(a); }            \
  CV_INLINE T cv_abs_##S(T a) { return __builtin_elementwise_abs(a); }              \
  CV_INLINE T cv_rint_##S(T a) { return __builtin_elementwise_roundeven(a); }       \
  CV_INLINE T cv_min_##S(T a, T b) { return (a < b) ? a : b; }                      \
  CV_INLINE T cv_max_##S(T a, T b) { return (a > b) ? a : b; }                      \
  CV_INLINE I cv_lt_##S(T a, T b) { return a < b; }                                 \
  CV_INLINE I cv_le_##S(T a, T b) { return a <= b; }                                \
  CV_INLINE I cv_eq_##S(T a, T b) { return a == b; }                                \
  CV_INLINE T cv_select_##S(I m, T a, T b) { return (m < 0) ? a : b; }              \
  CV_INLINE I cv_bits_##S(T a) { return CV_BITS_##S(a); }                \
  CV_INLINE T cv_value_##S(I a) { return (T)a; }

#define CV_BITS_d(a) ((cv_l)(a))
#define CV_BITS_f(a) ((cv_i)(a))

CV_FLOAT_OPERATIONS(d, cv_d, double, cv_l)
CV_FLOAT_OPERATIONS(f, cv_f, float, cv_i)

#define CV_INTEGER_OPERATIONS(S, T, U, E)                                           \
  CV_INLINE T cv_splat_##S(E x) { return (T)(x); }                                  \
  CV_INLINE T cv_and_##S(T a, T b) { return a & b; }                                \
  CV_INLINE T cv_or_##S(T a, T b) { return a | b; }                                 \
  CV_INLINE T cv_xor_##S(T a, T b) { return a ^ b; }                                \
  CV_INLINE T cv_not_##S(T a) { return ~a; }                                        \
  CV_INLINE T cv_add_##S(T a, T b) { return (T)((U)a + (U)b); }                     \
  CV_INLINE T cv_sub_##S(T a, T b) { return (T)((U)a - (U)b); }                     \
  CV_INLINE T cv_shl_##S(T a, int k) { return (T)((U)a << (U)(k)); }                \
  CV_INLINE T cv_shr_##S(T a, int k) { return a >> (T)(k); }                        \
  CV_INLINE T cv_ushr_##S(T a, int k) { return (T)((U)a >> (U)(k)); }               \
  CV_INLINE T cv_lt_##S(T a, T b) { return a < b; }                                 \
  CV_INLINE T cv_eq_##S(T a, T b) { return a == b; }                                \
  CV_INLINE T cv_select_##S(T m, T a, T b) { return (m < 0) ? a : b; }              \
  CV_INLINE _Bool cv_any_##S(T m) { return __builtin_reduce_or(m) != 0; }           \
  CV_INLINE E cv_reduce_min_##S(T a) { return __builtin_reduce_min(a); }            \
  CV_INLINE E cv_reduce_max_##S(T a) { return __builtin_reduce_max(a); }

CV_INTEGER_OPERATIONS(l, cv_l, cv_ul, long)
CV_INTEGER_OPERATIONS(i, cv_i, cv_ui, int)

// Lane k of row `rows[k]` of an array of vectors.
#define CV_GATHER(S, T, E, I, L)                                                                 \
  CV_INLINE T cv_gather_##S(const E *p, I rows) {                                                \
    T v;                                                                                         \
    _Pragma("unroll") for (int i = 0; i < L; i++) v[i] = p[L * (long)rows[i] + i];               \
    return v;                                                                                    \
  }
CV_GATHER(d, cv_d, double, cv_l, CV_DOUBLES)
CV_GATHER(f, cv_f, float, cv_i, CV_FLOATS)

CV_INLINE double cv_fma_1d(double a, double b, double c) { return CV_FMA(a, b, c); }
CV_INLINE float cv_fma_1f(float a, float b, float c) { return CV_FMA(a, b, c); }
CV_INLINE double cv_rint_1d(double a) { return __builtin_elementwise_roundeven(a); }
CV_INLINE float cv_rint_1f(float a) { return __builtin_elementwise_roundeven(a); }

// Interleaving row i with row i + n/2, log2 n times over, transposes an n by n block.
#define CV_LOW_2(a, b) __builtin_shufflevector(a, b, 0, 2)
#define CV_HIGH_2(a, b) __builtin_shufflevector(a, b, 1, 3)
#define CV_LOW_4(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define CV_HIGH_4(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define CV_LOW_8(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define CV_HIGH_8(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define CV_LOW_16(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define CV_HIGH_16(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#if CV_BYTES == 64
#define CV_LOW_d CV_LOW_8
#define CV_HIGH_d CV_HIGH_8
#define CV_LOW_f CV_LOW_16
#define CV_HIGH_f CV_HIGH_16
#elif CV_BYTES == 32
#define CV_LOW_d CV_LOW_4
#define CV_HIGH_d CV_HIGH_4
#define CV_LOW_f CV_LOW_8
#define CV_HIGH_f CV_HIGH_8
#else
#define CV_LOW_d CV_LOW_2
#define CV_HIGH_d CV_HIGH_2
#define CV_LOW_f CV_LOW_4
#define CV_HIGH_f CV_HIGH_4
#endif

typedef cv_d __attribute__((aligned(8))) cv_d_unaligned;
typedef cv_f __attribute__((aligned(4))) cv_f_unaligned;
CV_INLINE cv_d cv_load_d(const double *p) { return *(const cv_d_unaligned *)p; }
CV_INLINE cv_f cv_load_f(const float *p) { return *(const cv_f_unaligned *)p; }
CV_INLINE void cv_store_d(double *p, cv_d v) { *(cv_d_unaligned *)p = v; }
CV_INLINE void cv_store_f(float *p, cv_f v) { *(cv_f_unaligned *)p = v; }

// Loads that are made where they stand: constants of a loop that has no registers left for them.
CV_INLINE cv_d cv_reload_d(const double *p) { return *(const volatile cv_d_unaligned *)p; }
CV_INLINE cv_f cv_reload_f(const float *p) { return *(const volatile cv_f_unaligned *)p; }

// Sum of all lanes, in a fixed tree order: halves first.
#define CV_SUM(S, T, E, L)                                                          \
  CV_INLINE E cv_sum_##S(T a) {                                                     \
    E s[L];                                                                         \
    _Pragma("unroll") for (int i = 0; i < L; i++) s[i] = a[i];                      \
    _Pragma("unroll") for (int h = L / 2; h > 0; h /= 2)                            \
      _Pragma("unroll") for (int i = 0; i < h; i++) s[i] += s[i + h];               \
    return s[0];                                                                    \
  }

CV_SUM(d, cv_d, double, CV_DOUBLES)
CV_SUM(f, cv_f, float, CV_FLOATS)

#if CV_BYTES == 32
// Interleaving across the halves of a register takes two instructions, so that halves are joined once and first.
#define CV_JOIN_LOW_d(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define CV_JOIN_HIGH_d(a, b) __builtin_shufflevector(a, b, 2, 3, 6, 7)
#define CV_UNPACK_LOW_d(a, b) __builtin_shufflevector(a, b, 0, 4, 2, 6)
#define CV_UNPACK_HIGH_d(a, b) __builtin_shufflevector(a, b, 1, 5, 3, 7)
#define CV_JOIN_LOW_f(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define CV_JOIN_HIGH_f(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#define CV_UNPACK_LOW_f(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define CV_UNPACK_HIGH_f(a, b) __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define CV_TRANSPOSE_BLOCK(S, T, L)                                                 \
  CV_INLINE void cv_transpose_##S(T *v) {                                           \
    T t[L];                                                                         \
    _Pragma("unroll") for (int i = 0; i < L / 2; i++) {                             \
      t[i] = CV_JOIN_LOW_##S(v[i], v[i + L / 2]);                                   \
      t[i + L / 2] = CV_JOIN_HIGH_##S(v[i], v[i + L / 2]);                          \
    }                                                                               \
    _Pragma("unroll") for (int i = 0; i < L; i++) v[i] = t[i];                      \
    _Pragma("unroll") for (int s = 1; s < L / 2; s *= 2) {                          \
      _Pragma("unroll") for (int h = 0; h < L; h += L / 2) {                        \
        _Pragma("unroll") for (int i = 0; i < L / 4; i++) {                         \
          t[h + 2 * i] = CV_UNPACK_LOW_##S(v[h + i], v[h + i + L / 4]);             \
          t[h + 2 * i + 1] = CV_UNPACK_HIGH_##S(v[h + i], v[h + i + L / 4]);        \
        }                                                                           \
      }                                                                             \
      _Pragma("unroll") for (int i = 0; i < L; i++) v[i] = t[i];                    \
    }                                                                               \
  }
#else
#define CV_TRANSPOSE_BLOCK(S, T, L)                                                 \
  CV_INLINE void cv_transpose_##S(T *v) {                                           \
    _Pragma("unroll") for (int s = 1; s < L; s *= 2) {                              \
      T t[L];                                                                       \
      _Pragma("unroll") for (int i = 0; i < L / 2; i++) {                           \
        t[2 * i] = CV_LOW_##S(v[i], v[i + L / 2]);                                  \
        t[2 * i + 1] = CV_HIGH_##S(v[i], v[i + L / 2]);                             \
      }                                                                             \
      _Pragma("unroll") for (int i = 0; i < L; i++) v[i] = t[i];                    \
    }                                                                               \
  }
#endif

// Asks for the cache line at `p`, which need not be memory of anyone.
CV_INLINE void cv_prefetch(const void *p) { __builtin_prefetch(p); }
// The same, for the second cache only.
CV_INLINE void cv_prefetch_far(const void *p) { __builtin_prefetch(p, 0, 2); }
// Memory that may be asked for to no purpose.
extern const char cv_idle_line[64];
CV_INLINE const void *cv_idle(void) { return cv_idle_line; }

// `rows` holds the addresses of L rows of L scalars for each block; `lanes` is the same numbers as contiguous vectors, one
// per column.
#define CV_TRANSPOSE(S, T, E, L)                                                    \
  CV_TRANSPOSE_BLOCK(S, T, L)                                                       \
  CV_INLINE void cv_pack_blocks_##S(const E *const *rows, E *lanes, long blocks) {  \
    const E *row[L];                                                                \
    _Pragma("unroll") for (int i = 0; i < L; i++) row[i] = rows[i];                 \
    for (long b = 0; b < blocks; b++) {                                             \
      T v[L];                                                                       \
      _Pragma("unroll") for (int i = 0; i < L; i++) v[i] = cv_load_##S(row[i] + L * b); \
      cv_transpose_##S(v);                                                          \
      _Pragma("unroll") for (int i = 0; i < L; i++) cv_store_##S(lanes + L * (L * b + i), v[i]); \
    }                                                                               \
  }                                                                                 \
  CV_INLINE void cv_unpack_blocks_##S(const E *lanes, E *const *rows, long blocks) { \
    E *row[L];                                                                      \
    _Pragma("unroll") for (int i = 0; i < L; i++) row[i] = rows[i];                 \
    for (long b = 0; b < blocks; b++) {                                             \
      T v[L];                                                                       \
      _Pragma("unroll") for (int i = 0; i < L; i++) v[i] = cv_load_##S(lanes + L * (L * b + i)); \
      cv_transpose_##S(v);                                                          \
      _Pragma("unroll") for (int i = 0; i < L; i++) cv_store_##S(row[i] + L * b, v[i]); \
    }                                                                               \
  }

CV_TRANSPOSE(d, cv_d, double, CV_DOUBLES)
CV_TRANSPOSE(f, cv_f, float, CV_FLOATS)

// sums[i] is the sum of the lanes of vector i of L contiguous ones, added in the order of cv_sum.
#if CV_BYTES == 32
// Halves are added first, here too.
CV_INLINE void cv_sum_block_d(const double *lanes, double *sums) {
  cv_d v[4];
  _Pragma("unroll") for (int i = 0; i < 4; i++) v[i] = cv_load_d(lanes + 4 * i);
  _Pragma("unroll") for (int i = 0; i < 2; i++) v[i] = CV_JOIN_LOW_d(v[i], v[i + 2]) + CV_JOIN_HIGH_d(v[i], v[i + 2]);
  cv_store_d(sums, CV_UNPACK_LOW_d(v[0], v[1]) + CV_UNPACK_HIGH_d(v[0], v[1]));
}
CV_INLINE void cv_sum_block_f(const float *lanes, float *sums) {
  cv_f v[8];
  _Pragma("unroll") for (int i = 0; i < 8; i++) v[i] = cv_load_f(lanes + 8 * i);
  _Pragma("unroll") for (int i = 0; i < 4; i++) v[i] = CV_JOIN_LOW_f(v[i], v[i + 4]) + CV_JOIN_HIGH_f(v[i], v[i + 4]);
  _Pragma("unroll") for (int i = 0; i < 2; i++)
    v[i] = __builtin_shufflevector(v[2 * i], v[2 * i + 1], 0, 1, 8, 9, 4, 5, 12, 13) +
           __builtin_shufflevector(v[2 * i], v[2 * i + 1], 2, 3, 10, 11, 6, 7, 14, 15);
  cv_store_f(sums, __builtin_shufflevector(v[0], v[1], 0, 2, 8, 10, 4, 6, 12, 14) +
                       __builtin_shufflevector(v[0], v[1], 1, 3, 9, 11, 5, 7, 13, 15));
}
#else
#define CV_SUM_BLOCK(S, T, E, L)                                                    \
  CV_INLINE void cv_sum_block_##S(const E *lanes, E *sums) {                        \
    T v[L];                                                                         \
    _Pragma("unroll") for (int i = 0; i < L; i++) v[i] = cv_load_##S(lanes + L * i); \
    _Pragma("unroll") for (int h = L / 2; h > 0; h /= 2)                            \
      _Pragma("unroll") for (int i = 0; i < h; i++)                                 \
        v[i] = CV_LOW_##S(v[i], v[i + h]) + CV_HIGH_##S(v[i], v[i + h]);            \
    cv_store_##S(sums, v[0]);                                                       \
  }

CV_SUM_BLOCK(d, cv_d, double, CV_DOUBLES)
CV_SUM_BLOCK(f, cv_f, float, CV_FLOATS)
#endif

// Highest x86-64 micro-architecture level (2, 3 or 4) that this processor runs; 1 when it lacks SSE4.2.
int cv_cpu_level(void);

#pragma clang diagnostic pop

#endif

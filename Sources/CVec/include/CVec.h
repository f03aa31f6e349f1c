#ifndef GEOC_CVEC_H
#define GEOC_CVEC_H

// True vector operations for the lane kernels. Swift imports the types as SIMD8<Double>, SIMD16<Float>, SIMD8<Int>
// and SIMD16<Int32>; the standard library's own SIMD operators are compiled one lane at a time.

// The functions below are always inlined, so that no vector ever crosses a call: the calling convention is moot.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#define CV_INLINE static inline __attribute__((always_inline))

typedef double cv_8d __attribute__((ext_vector_type(8)));
typedef float cv_16f __attribute__((ext_vector_type(16)));
// `long` and not `long long`: the latter imports as SIMD8<Int64>, another type than SIMD8<Int>.
typedef long cv_8l __attribute__((ext_vector_type(8)));
typedef int cv_16i __attribute__((ext_vector_type(16)));
typedef unsigned long cv_8ul __attribute__((ext_vector_type(8)));
typedef unsigned int cv_16ui __attribute__((ext_vector_type(16)));

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

#define CV_BITS_8d(a) ((cv_8l)(a))
#define CV_BITS_16f(a) ((cv_16i)(a))

CV_FLOAT_OPERATIONS(8d, cv_8d, double, cv_8l)
CV_FLOAT_OPERATIONS(16f, cv_16f, float, cv_16i)

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

CV_INTEGER_OPERATIONS(8l, cv_8l, cv_8ul, long)
CV_INTEGER_OPERATIONS(16i, cv_16i, cv_16ui, int)

CV_INLINE double cv_fma_1d(double a, double b, double c) { return CV_FMA(a, b, c); }
CV_INLINE float cv_fma_1f(float a, float b, float c) { return CV_FMA(a, b, c); }
CV_INLINE double cv_rint_1d(double a) { return __builtin_elementwise_roundeven(a); }
CV_INLINE float cv_rint_1f(float a) { return __builtin_elementwise_roundeven(a); }

// Sum of all lanes, in a fixed tree order.
CV_INLINE double cv_sum_8d(cv_8d a) {
  double x = a[0] + a[4], y = a[1] + a[5], z = a[2] + a[6], w = a[3] + a[7];
  return (x + z) + (y + w);
}
CV_INLINE float cv_sum_16f(cv_16f a) {
  float s[8];
  for (int i = 0; i < 8; i++) s[i] = a[i] + a[i + 8];
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

typedef cv_8d __attribute__((aligned(8))) cv_8d_unaligned;
typedef cv_16f __attribute__((aligned(4))) cv_16f_unaligned;
CV_INLINE cv_8d cv_load_8d(const double *p) { return *(const cv_8d_unaligned *)p; }
CV_INLINE cv_16f cv_load_16f(const float *p) { return *(const cv_16f_unaligned *)p; }
CV_INLINE void cv_store_8d(double *p, cv_8d v) { *(cv_8d_unaligned *)p = v; }
CV_INLINE void cv_store_16f(float *p, cv_16f v) { *(cv_16f_unaligned *)p = v; }

// Interleaving row i with row i + n/2, log2 n times over, transposes an n by n block.
#define CV_LOW_8d(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define CV_HIGH_8d(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define CV_LOW_16f(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define CV_HIGH_16f(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

// `rows` holds the addresses of L rows of L scalars; `lanes` is the same block as L contiguous vectors, one per column.
#ifdef __AVX512F__
#define CV_TRANSPOSE(S, T, E, L, STAGES)                                            \
  CV_INLINE void cv_transpose_##S(T *v) {                                           \
    _Pragma("unroll") for (int s = 0; s < STAGES; s++) {                            \
      T t[L];                                                                       \
      _Pragma("unroll") for (int i = 0; i < L / 2; i++) {                           \
        t[2 * i] = CV_LOW_##S(v[i], v[i + L / 2]);                                  \
        t[2 * i + 1] = CV_HIGH_##S(v[i], v[i + L / 2]);                             \
      }                                                                             \
      _Pragma("unroll") for (int i = 0; i < L; i++) v[i] = t[i];                    \
    }                                                                               \
  }                                                                                 \
  CV_INLINE void cv_pack_block_##S(const E *const *rows, E *lanes) {                \
    T v[L];                                                                         \
    _Pragma("unroll") for (int i = 0; i < L; i++) v[i] = cv_load_##S(rows[i]);      \
    cv_transpose_##S(v);                                                            \
    _Pragma("unroll") for (int i = 0; i < L; i++) cv_store_##S(lanes + L * i, v[i]); \
  }                                                                                 \
  CV_INLINE void cv_unpack_block_##S(const E *lanes, E *const *rows) {              \
    T v[L];                                                                         \
    _Pragma("unroll") for (int i = 0; i < L; i++) v[i] = cv_load_##S(lanes + L * i); \
    cv_transpose_##S(v);                                                            \
    _Pragma("unroll") for (int i = 0; i < L; i++) cv_store_##S(rows[i], v[i]);      \
  }

CV_TRANSPOSE(8d, cv_8d, double, 8, 3)
CV_TRANSPOSE(16f, cv_16f, float, 16, 4)
#else
// Without 512-bit registers a block is made of tiles: quarters of two times four rows meet in the halves of 256 bits, so
// that the exchange stays within 128 bits, where it costs one instruction.
typedef double cv_2d __attribute__((ext_vector_type(2)));
typedef double cv_4d __attribute__((ext_vector_type(4)));
typedef float cv_4f __attribute__((ext_vector_type(4)));
typedef float cv_8f __attribute__((ext_vector_type(8)));
typedef cv_2d __attribute__((aligned(8))) cv_2d_unaligned;
typedef cv_4d __attribute__((aligned(8))) cv_4d_unaligned;
typedef cv_4f __attribute__((aligned(4))) cv_4f_unaligned;
typedef cv_8f __attribute__((aligned(4))) cv_8f_unaligned;

CV_INLINE void cv_exchange_8f(cv_8f *v) {
  cv_8f a = __builtin_shufflevector(v[0], v[1], 0, 8, 1, 9, 4, 12, 5, 13);
  cv_8f b = __builtin_shufflevector(v[0], v[1], 2, 10, 3, 11, 6, 14, 7, 15);
  cv_8f c = __builtin_shufflevector(v[2], v[3], 0, 8, 1, 9, 4, 12, 5, 13);
  cv_8f d = __builtin_shufflevector(v[2], v[3], 2, 10, 3, 11, 6, 14, 7, 15);
  v[0] = __builtin_shufflevector(a, c, 0, 1, 8, 9, 4, 5, 12, 13);
  v[1] = __builtin_shufflevector(a, c, 2, 3, 10, 11, 6, 7, 14, 15);
  v[2] = __builtin_shufflevector(b, d, 0, 1, 8, 9, 4, 5, 12, 13);
  v[3] = __builtin_shufflevector(b, d, 2, 3, 10, 11, 6, 7, 14, 15);
}
CV_INLINE void cv_exchange_4d(cv_4d *v) {
  cv_4d a = __builtin_shufflevector(v[0], v[1], 0, 4, 2, 6);
  v[1] = __builtin_shufflevector(v[0], v[1], 1, 5, 3, 7);
  v[0] = a;
}

// T: two quarters H of Q scalars; Q rows after one another are exchanged.
#define CV_TILES(S, T, H, E, L, Q, EXCHANGE, JOIN, LOW, HIGH)                       \
  CV_INLINE void cv_pack_block_##S(const E *const *rows, E *lanes) {                \
    _Pragma("unroll") for (int r = 0; r < L; r += 2 * Q)                            \
      _Pragma("unroll") for (int c = 0; c < L; c += Q) {                            \
        T v[Q];                                                                     \
        _Pragma("unroll") for (int i = 0; i < Q; i++) {                             \
          H low = *(const H##_unaligned *)(rows[r + i] + c);                        \
          H high = *(const H##_unaligned *)(rows[r + Q + i] + c);                   \
          v[i] = __builtin_shufflevector(low, high, JOIN);                          \
        }                                                                           \
        EXCHANGE(v);                                                                \
        _Pragma("unroll") for (int i = 0; i < Q; i++)                               \
          *(T##_unaligned *)(lanes + (c + i) * L + r) = v[i];                       \
      }                                                                             \
  }                                                                                 \
  CV_INLINE void cv_unpack_block_##S(const E *lanes, E *const *rows) {              \
    _Pragma("unroll") for (int r = 0; r < L; r += 2 * Q)                            \
      _Pragma("unroll") for (int c = 0; c < L; c += Q) {                            \
        T v[Q];                                                                     \
        _Pragma("unroll") for (int i = 0; i < Q; i++)                               \
          v[i] = *(const T##_unaligned *)(lanes + (c + i) * L + r);                 \
        EXCHANGE(v);                                                                \
        _Pragma("unroll") for (int i = 0; i < Q; i++) {                             \
          *(H##_unaligned *)(rows[r + i] + c) = __builtin_shufflevector(v[i], v[i], LOW); \
          *(H##_unaligned *)(rows[r + Q + i] + c) = __builtin_shufflevector(v[i], v[i], HIGH); \
        }                                                                           \
      }                                                                             \
  }

#define CV_LIST(...) __VA_ARGS__
CV_TILES(8d, cv_4d, cv_2d, double, 8, 2, cv_exchange_4d, CV_LIST(0, 1, 2, 3), CV_LIST(0, 1), CV_LIST(2, 3))
CV_TILES(
    16f, cv_8f, cv_4f, float, 16, 4, cv_exchange_8f, CV_LIST(0, 1, 2, 3, 4, 5, 6, 7), CV_LIST(0, 1, 2, 3),
    CV_LIST(4, 5, 6, 7))
#endif

// sums[i] is the sum of the lanes of vector i of L contiguous ones, added in the order of cv_sum.
#define CV_SUM_BLOCK(S, T, E, L)                                                    \
  CV_INLINE void cv_sum_block_##S(const E *lanes, E *sums) {                        \
    T v[L];                                                                         \
    _Pragma("unroll") for (int i = 0; i < L; i++) v[i] = cv_load_##S(lanes + L * i); \
    _Pragma("unroll") for (int h = L / 2; h > 0; h /= 2)                            \
      _Pragma("unroll") for (int i = 0; i < h; i++)                                 \
        v[i] = CV_LOW_##S(v[i], v[i + h]) + CV_HIGH_##S(v[i], v[i + h]);            \
    cv_store_##S(sums, v[0]);                                                       \
  }

CV_SUM_BLOCK(8d, cv_8d, double, 8)
CV_SUM_BLOCK(16f, cv_16f, float, 16)

// Highest x86-64 micro-architecture level (2, 3 or 4) that this processor runs; 1 when it lacks SSE4.2.
int cv_cpu_level(void);

#pragma clang diagnostic pop

#endif

// What this machine reaches in the two things that kernels are made of: fused multiply-adds on registers, and reading
// memory. Prints one JSON object: 10⁹ operations or bytes a second with one and two threads.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__AVX512F__)
#define BYTES 64
#elif defined(__AVX2__)
#define BYTES 32
#else
#define BYTES 16
#endif
typedef double vd __attribute__((vector_size(BYTES)));
typedef float vf __attribute__((vector_size(BYTES)));

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

// Ten independent chains: two instructions of four cycles each per cycle need eight.
#define PEAK(NAME, V, E)                                                            \
  static double NAME(long rounds) {                                                 \
    V m, s;                                                                         \
    for (int i = 0; i < (int)(BYTES / sizeof(E)); i++) m[i] = 0.999999, s[i] = 1e-6; \
    V a = m, b = m, c = m, d = m, e = m, f = m, g = m, h = m, i = m, j = m;         \
    for (long r = 0; r < rounds; r++) {                                             \
      a = a * m + s, b = b * m + s, c = c * m + s, d = d * m + s, e = e * m + s;    \
      f = f * m + s, g = g * m + s, h = h * m + s, i = i * m + s, j = j * m + s;    \
      __asm__ volatile("" : "+x"(a), "+x"(b), "+x"(c), "+x"(d), "+x"(e));           \
      __asm__ volatile("" : "+x"(f), "+x"(g), "+x"(h), "+x"(i), "+x"(j));           \
    }                                                                               \
    a += b + c + d + e + f + g + h + i + j;                                         \
    return a[0];                                                                    \
  }
PEAK(peak64, vd, double)
PEAK(peak32, vf, float)

static double stream(const double *p, long count) {
  vd a = {0}, b = {0}, c = {0}, d = {0};
  const vd *v = (const vd *)p;
  for (long i = 0; i < count / (long)(BYTES / 8); i += 4) a += v[i], b += v[i + 1], c += v[i + 2], d += v[i + 3];
  a += b + c + d;
  return a[0];
}

enum { f64, f32, memory };
struct job { int kind; double *data; long amount; double sink; };

static void *work(void *argument) {
  struct job *j = argument;
  j->sink = j->kind == f64 ? peak64(j->amount) : j->kind == f32 ? peak32(j->amount) : stream(j->data, j->amount);
  return 0;
}

// Operations or bytes per second, the best of tries for long enough to outlast what else the machine does.
static double best(int kind, int threads, double **data) {
  const long rounds = 400000, numbers = 8 << 20;
  double most = 0;
  for (int try = 0; try < (kind == memory ? 12 : 1000); try++) {
    pthread_t t[8];
    struct job j[8];
    double start = now();
    for (int k = 0; k < threads; k++) {
      j[k] = (struct job){kind, data[k], kind == memory ? numbers : rounds, 0};
      pthread_create(&t[k], 0, work, &j[k]);
    }
    for (int k = 0; k < threads; k++) pthread_join(t[k], 0);
    double seconds = now() - start;
    double each = kind == memory ? 8.0 * numbers : 2.0 * 10 * rounds * BYTES / (kind == f64 ? 8 : 4);
    if (each * threads / seconds > most) most = each * threads / seconds;
  }
  return most;
}

int main(void) {
  double *data[2];
  for (int k = 0; k < 2; k++) {
    data[k] = aligned_alloc(64, (size_t)(8 << 20) * 8);
    for (long i = 0; i < 8 << 20; i++) data[k][i] = i;
  }
  printf("{\"bytes\": %d", BYTES);
  const char *names[] = {"f64", "f32", "memory"};
  for (int kind = f64; kind <= memory; kind++)
    for (int threads = 1; threads <= 2; threads++)
      printf(", \"%s_%d\": %.4g", names[kind], threads, best(kind, threads, data) * 1e-9);
  printf("}\n");
}

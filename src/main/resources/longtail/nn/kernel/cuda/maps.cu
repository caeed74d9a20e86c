// The numbers of feature maps and how they are read and written; all other files follow this one in one text.
//
// With MAP_BFLOAT16 maps hold bfloat16, else float32. Everything else is float32. Nothing is included, so that the
// compiler at run time needs no path. Maps are [batch, height, width, channels] without gaps.

#ifndef KERNEL
#define KERNEL extern "C" __global__
#endif

typedef long long Long;

struct Bfloat16 {
  unsigned short bits;
};

#ifdef MAP_BFLOAT16
typedef Bfloat16 Map;
#else
typedef float Map;
#endif

// Numbers of a map that one access of 16 bytes moves.
#define PACK ((int)(16 / sizeof(Map)))

// The most threads of a block of these kernels.
#define THREADS 256

__device__ inline float widen(float value) { return value; }

__device__ inline float widen(Bfloat16 value) { return __uint_as_float((unsigned int)value.bits << 16); }

__device__ inline void narrow(float value, float &to) { to = value; }

// To the nearest, of two equally near ones to the even one; what is not a number stays none.
__device__ inline void narrow(float value, Bfloat16 &to) {
  unsigned int bits = __float_as_uint(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) {
    to.bits = (unsigned short)(bits >> 16 | 0x40u);
  } else {
    to.bits = (unsigned short)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
  }
}

template <int W> struct alignas(W * sizeof(Map)) Pack {
  Map of[W];
};

template <int W> __device__ inline void load(const Map *from, float *values) {
  Pack<W> pack = *(const Pack<W> *)from;
#pragma unroll
  for (int k = 0; k < W; k++) {
    values[k] = widen(pack.of[k]);
  }
}

template <int W> __device__ inline void store(const float *values, Map *to) {
  Pack<W> pack;
#pragma unroll
  for (int k = 0; k < W; k++) {
    narrow(values[k], pack.of[k]);
  }
  *(Pack<W> *)to = pack;
}

// max(0, value), and not a number where value is none.
__device__ inline float rectify(float value) { return value > 0 || value != value ? value : 0.f; }

// This thread among all of the grid, and how many they are.
__device__ inline Long threadOfGrid() { return (Long)blockIdx.x * blockDim.x + threadIdx.x; }

__device__ inline Long threadsOfGrid() { return (Long)gridDim.x * blockDim.x; }

// Operations on maps number by number. `packed` says that all maps begin at a multiple of 16 bytes.

// result = max(0, a + b) or a + b; it may be one of the two.
template <int W> __device__ void addAt(const Map *a, const Map *b, Map *result, int rectified, Long at) {
  float first[W];
  float second[W];
  load<W>(a + at, first);
  load<W>(b + at, second);
#pragma unroll
  for (int k = 0; k < W; k++) {
    first[k] = rectified ? rectify(first[k] + second[k]) : first[k] + second[k];
  }
  store<W>(first, result + at);
}

KERNEL void add(const Map *a, const Map *b, Map *result, int rectified, Long length, int packed) {
  Long packs = packed ? length / PACK : 0;
  for (Long i = threadOfGrid(); i < packs; i += threadsOfGrid()) {
    addAt<PACK>(a, b, result, rectified, i * PACK);
  }
  for (Long i = packs * PACK + threadOfGrid(); i < length; i += threadsOfGrid()) {
    addAt<1>(a, b, result, rectified, i);
  }
}

// result = a where y is positive, plus b there unless that is null, else 0; it may be a or b.
template <int W> __device__ void maskAt(const Map *y, const Map *a, const Map *b, Map *result, Long at) {
  float output[W];
  float first[W];
  float second[W];
  load<W>(y + at, output);
  load<W>(a + at, first);
  if (b) {
    load<W>(b + at, second);
  }
#pragma unroll
  for (int k = 0; k < W; k++) {
    first[k] = output[k] > 0 ? (b ? first[k] + second[k] : first[k]) : 0;
  }
  store<W>(first, result + at);
}

KERNEL void mask(const Map *y, const Map *a, const Map *b, Map *result, Long length, int packed) {
  Long packs = packed ? length / PACK : 0;
  for (Long i = threadOfGrid(); i < packs; i += threadsOfGrid()) {
    maskAt<PACK>(y, a, b, result, i * PACK);
  }
  for (Long i = packs * PACK + threadOfGrid(); i < length; i += threadsOfGrid()) {
    maskAt<1>(y, a, b, result, i);
  }
}

KERNEL void addVectors(float *target, const float *addend, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    target[i] += addend[i];
  }
}

KERNEL void narrowNumbers(const float *from, Bfloat16 *to, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    narrow(from[i], to[i]);
  }
}

KERNEL void widenNumbers(const Bfloat16 *from, float *to, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    to[i] = widen(from[i]);
  }
}

// *found becomes 1 if two bytes differ; it must be 0 before.
KERNEL void findDifference(const unsigned char *a, const unsigned char *b, int *found, Long bytes) {
  for (Long i = threadOfGrid(); i < bytes; i += threadsOfGrid()) {
    if (a[i] != b[i]) {
      *found = 1;
    }
  }
}

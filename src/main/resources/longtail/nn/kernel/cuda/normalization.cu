// Batch normalisation, with the rectifier and the sum that may follow it.
//
// A map counts as a matrix [positions, channels]. A thread has W neighbouring channels; the rows of a block take turns at
// the positions of a slab: blockIdx.x and threadIdx.x say which channels, blockIdx.y which slab, threadIdx.y which turn.
// Every sum is taken in a fixed order, so two runs have the same bits. `packed` says that the channels are a multiple of
// PACK and that all maps begin at a multiple of 16 bytes.

struct Span {
  Long from;
  Long to;
};

__device__ inline Span spanOfSlab(Long positions, Long slab) {
  Long from = blockIdx.y * slab;
  Long to = from + slab < positions ? from + slab : positions;
  return {from, to};
}

// Number, mean and sum of squared distances from the mean of some numbers.
struct Moments {
  float count;
  float mean;
  float squares;
};

__device__ inline Moments together(Moments a, Moments b) {
  if (b.count == 0) {
    return a;
  }
  if (a.count == 0) {
    return b;
  }
  float count = a.count + b.count;
  float distance = b.mean - a.mean;
  float share = b.count / count;
  return {count, a.mean + distance * share, a.squares + b.squares + distance * distance * a.count * share};
}

// Moments of W channels over one slab by Welford's recurrence, into partials [slabs, 2, channels].
template <int W>
__device__ void momentsOfSlab(const Map *x, float *partials, Long positions, int channels, Long slab) {
  __shared__ float counts[THREADS];
  __shared__ float means[THREADS * W];
  __shared__ float squares[THREADS * W];
  int channel = (blockIdx.x * blockDim.x + threadIdx.x) * W;
  int place = threadIdx.y * blockDim.x + threadIdx.x;
  Span span = spanOfSlab(positions, slab);
  float count = 0;
  float mean[W];
  float square[W];
#pragma unroll
  for (int k = 0; k < W; k++) {
    mean[k] = 0;
    square[k] = 0;
  }
  if (channel < channels) {
    for (Long p = span.from + threadIdx.y; p < span.to; p += blockDim.y) {
      float value[W];
      load<W>(x + p * channels + channel, value);
      count += 1;
      float share = 1 / count;
#pragma unroll
      for (int k = 0; k < W; k++) {
        float distance = value[k] - mean[k];
        mean[k] += distance * share;
        square[k] += distance * (value[k] - mean[k]);
      }
    }
  }
  counts[place] = count;
#pragma unroll
  for (int k = 0; k < W; k++) {
    means[place * W + k] = mean[k];
    squares[place * W + k] = square[k];
  }
  for (int rows = blockDim.y; rows > 1; rows = (rows + 1) / 2) {
    int half = (rows + 1) / 2;
    int other = place + half * blockDim.x;
    __syncthreads();
    if (threadIdx.y + half < rows) {
      Moments sum;
#pragma unroll
      for (int k = 0; k < W; k++) {
        sum = together({counts[place], means[place * W + k], squares[place * W + k]},
                       {counts[other], means[other * W + k], squares[other * W + k]});
        means[place * W + k] = sum.mean;
        squares[place * W + k] = sum.squares;
      }
      counts[place] = sum.count;
    }
  }
  if (threadIdx.y == 0 && channel < channels) {
    float *to = partials + (Long)blockIdx.y * 2 * channels + channel;
#pragma unroll
    for (int k = 0; k < W; k++) {
      to[k] = means[place * W + k];
      to[channels + k] = squares[place * W + k];
    }
  }
}

KERNEL void moments(const Map *x, float *partials, Long positions, int channels, Long slab, int packed) {
  if (packed) {
    momentsOfSlab<PACK>(x, partials, positions, channels, slab);
  } else {
    momentsOfSlab<1>(x, partials, positions, channels, slab);
  }
}

// Mean and biased variance of what the slabs have; blocks of 8 channels and up to 32 rows.
KERNEL void momentsOfSlabs(const float *partials, float *mean, float *variance, Long positions, int channels, Long slab,
                           int slabs) {
  __shared__ Moments sums[THREADS];
  int channel = blockIdx.x * blockDim.x + threadIdx.x;
  int place = threadIdx.y * blockDim.x + threadIdx.x;
  Moments sum = {0, 0, 0};
  if (channel < channels) {
    for (int s = threadIdx.y; s < slabs; s += blockDim.y) {
      Long rest = positions - s * slab;
      const float *from = partials + (Long)s * 2 * channels + channel;
      sum = together(sum, {(float)(rest < slab ? rest : slab), from[0], from[channels]});
    }
  }
  sums[place] = sum;
  for (int rows = blockDim.y; rows > 1; rows = (rows + 1) / 2) {
    int half = (rows + 1) / 2;
    __syncthreads();
    if (threadIdx.y + half < rows) {
      sums[place] = together(sums[place], sums[place + half * blockDim.x]);
    }
  }
  if (threadIdx.y == 0 && channel < channels) {
    mean[channel] = sums[place].mean;
    variance[channel] = sums[place].squares / sums[place].count;
  }
}

__device__ inline float perDeviation(float variance, float epsilon) { return 1 / sqrtf(variance + epsilon); }

// y = scale (x - mean) / sqrt(variance + epsilon) + shift, plus `addend` unless it is null, then rectified or not.
// `y` may be `x` or `addend`.
template <int W>
__device__ void normalizeSlab(const Map *x, const Map *addend, Map *y, const float *mean, const float *variance,
                              const float *scale, const float *shift, float epsilon, int rectified, Long positions,
                              int channels, Long slab) {
  int channel = (blockIdx.x * blockDim.x + threadIdx.x) * W;
  if (channel >= channels) {
    return;
  }
  float centre[W];
  float slope[W];
  float offset[W];
#pragma unroll
  for (int k = 0; k < W; k++) {
    centre[k] = mean[channel + k];
    slope[k] = perDeviation(variance[channel + k], epsilon) * scale[channel + k];
    offset[k] = shift[channel + k];
  }
  Span span = spanOfSlab(positions, slab);
  for (Long p = span.from + threadIdx.y; p < span.to; p += blockDim.y) {
    Long at = p * channels + channel;
    float value[W];
    float more[W];
    load<W>(x + at, value);
    if (addend) {
      load<W>(addend + at, more);
    }
#pragma unroll
    for (int k = 0; k < W; k++) {
      value[k] = (value[k] - centre[k]) * slope[k] + offset[k];
      if (addend) {
        value[k] += more[k];
      }
      if (rectified) {
        value[k] = rectify(value[k]);
      }
    }
    store<W>(value, y + at);
  }
}

KERNEL void normalize(const Map *x, const Map *addend, Map *y, const float *mean, const float *variance,
                      const float *scale, const float *shift, float epsilon, int rectified, Long positions,
                      int channels, Long slab, int packed) {
  if (packed) {
    normalizeSlab<PACK>(x, addend, y, mean, variance, scale, shift, epsilon, rectified, positions, channels, slab);
  } else {
    normalizeSlab<1>(x, addend, y, mean, variance, scale, shift, epsilon, rectified, positions, channels, slab);
  }
}

// Sums of g and of g z over a slab, into partials [slabs, 2, channels], where z = (x - mean) / sqrt(variance + epsilon)
// and g is `gradient`, or zero where `y` is not positive; `y` is null where nothing was rectified.
template <int W>
__device__ void gradientSumsOfSlab(const Map *x, const Map *y, const Map *gradient, const float *mean,
                                   const float *variance, float epsilon, float *partials, Long positions, int channels,
                                   Long slab) {
  __shared__ float sums[THREADS * W];
  __shared__ float products[THREADS * W];
  int channel = (blockIdx.x * blockDim.x + threadIdx.x) * W;
  int place = threadIdx.y * blockDim.x + threadIdx.x;
  Span span = spanOfSlab(positions, slab);
  float sum[W];
  float product[W];
#pragma unroll
  for (int k = 0; k < W; k++) {
    sum[k] = 0;
    product[k] = 0;
  }
  if (channel < channels) {
    float centre[W];
    float slope[W];
#pragma unroll
    for (int k = 0; k < W; k++) {
      centre[k] = mean[channel + k];
      slope[k] = perDeviation(variance[channel + k], epsilon);
    }
    for (Long p = span.from + threadIdx.y; p < span.to; p += blockDim.y) {
      Long at = p * channels + channel;
      float value[W];
      float output[W];
      float g[W];
      load<W>(x + at, value);
      load<W>(gradient + at, g);
      if (y) {
        load<W>(y + at, output);
      }
#pragma unroll
      for (int k = 0; k < W; k++) {
        float masked = y && !(output[k] > 0) ? 0 : g[k];
        sum[k] += masked;
        product[k] += masked * ((value[k] - centre[k]) * slope[k]);
      }
    }
  }
#pragma unroll
  for (int k = 0; k < W; k++) {
    sums[place * W + k] = sum[k];
    products[place * W + k] = product[k];
  }
  for (int rows = blockDim.y; rows > 1; rows = (rows + 1) / 2) {
    int half = (rows + 1) / 2;
    int other = place + half * blockDim.x;
    __syncthreads();
    if (threadIdx.y + half < rows) {
#pragma unroll
      for (int k = 0; k < W; k++) {
        sums[place * W + k] += sums[other * W + k];
        products[place * W + k] += products[other * W + k];
      }
    }
  }
  if (threadIdx.y == 0 && channel < channels) {
    float *to = partials + (Long)blockIdx.y * 2 * channels + channel;
#pragma unroll
    for (int k = 0; k < W; k++) {
      to[k] = sums[place * W + k];
      to[channels + k] = products[place * W + k];
    }
  }
}

KERNEL void gradientSums(const Map *x, const Map *y, const Map *gradient, const float *mean, const float *variance,
                         float epsilon, float *partials, Long positions, int channels, Long slab, int packed) {
  if (packed) {
    gradientSumsOfSlab<PACK>(x, y, gradient, mean, variance, epsilon, partials, positions, channels, slab);
  } else {
    gradientSumsOfSlab<1>(x, y, gradient, mean, variance, epsilon, partials, positions, channels, slab);
  }
}

// first = the sums of g, second = those of g z; blocks of 8 channels and up to 32 rows.
KERNEL void sumsOfSlabs(const float *partials, float *first, float *second, int channels, int slabs) {
  __shared__ float sums[THREADS];
  __shared__ float products[THREADS];
  int channel = blockIdx.x * blockDim.x + threadIdx.x;
  int place = threadIdx.y * blockDim.x + threadIdx.x;
  float sum = 0;
  float product = 0;
  if (channel < channels) {
    for (int s = threadIdx.y; s < slabs; s += blockDim.y) {
      const float *from = partials + (Long)s * 2 * channels + channel;
      sum += from[0];
      product += from[channels];
    }
  }
  sums[place] = sum;
  products[place] = product;
  for (int rows = blockDim.y; rows > 1; rows = (rows + 1) / 2) {
    int half = (rows + 1) / 2;
    __syncthreads();
    if (threadIdx.y + half < rows) {
      sums[place] += sums[place + half * blockDim.x];
      products[place] += products[place + half * blockDim.x];
    }
  }
  if (threadIdx.y == 0 && channel < channels) {
    first[channel] = sums[place];
    second[channel] = products[place];
  }
}

// gradX = scale / deviation (g - (sum of g + z sum of g z) perPosition), with the sums over all positions and
// perPosition = 1 / positions, or 0 where mean and variance were constants. `gradAddend`, unless it is null, takes g.
// `gradX` or `gradAddend` may be `gradient`.
template <int W>
__device__ void normalizeBackwardSlab(const Map *x, const Map *y, const Map *gradient, Map *gradX, Map *gradAddend,
                                      const float *mean, const float *variance, const float *scale, const float *sums,
                                      const float *products, float epsilon, float perPosition, Long positions,
                                      int channels, Long slab) {
  int channel = (blockIdx.x * blockDim.x + threadIdx.x) * W;
  if (channel >= channels) {
    return;
  }
  float centre[W];
  float slope[W];
  float factor[W];
  float flat[W];
  float along[W];
#pragma unroll
  for (int k = 0; k < W; k++) {
    centre[k] = mean[channel + k];
    slope[k] = perDeviation(variance[channel + k], epsilon);
    factor[k] = slope[k] * scale[channel + k];
    flat[k] = perPosition == 0 ? 0 : sums[channel + k] * perPosition;
    along[k] = perPosition == 0 ? 0 : products[channel + k] * perPosition;
  }
  Span span = spanOfSlab(positions, slab);
  for (Long p = span.from + threadIdx.y; p < span.to; p += blockDim.y) {
    Long at = p * channels + channel;
    float value[W];
    float output[W];
    float g[W];
    load<W>(x + at, value);
    load<W>(gradient + at, g);
    if (y) {
      load<W>(y + at, output);
    }
#pragma unroll
    for (int k = 0; k < W; k++) {
      if (y && !(output[k] > 0)) {
        g[k] = 0;
      }
      float z = (value[k] - centre[k]) * slope[k];
      value[k] = factor[k] * (g[k] - flat[k] - z * along[k]);
    }
    if (gradAddend) {
      store<W>(g, gradAddend + at);
    }
    store<W>(value, gradX + at);
  }
}

KERNEL void normalizeBackward(const Map *x, const Map *y, const Map *gradient, Map *gradX, Map *gradAddend,
                              const float *mean, const float *variance, const float *scale, const float *sums,
                              const float *products, float epsilon, float perPosition, Long positions, int channels,
                              Long slab, int packed) {
  if (packed) {
    normalizeBackwardSlab<PACK>(x, y, gradient, gradX, gradAddend, mean, variance, scale, sums, products, epsilon,
                                perPosition, positions, channels, slab);
  } else {
    normalizeBackwardSlab<1>(x, y, gradient, gradX, gradAddend, mean, variance, scale, sums, products, epsilon,
                             perPosition, positions, channels, slab);
  }
}

// The derivative of the output while x, scale and shift move, where y is positive (everywhere if it is null):
// scale / deviation (x' - (sum of x' + z sum of x' z) perPosition) + scale' z + shift'; x' is zero if it is null.
template <int W>
__device__ void normalizeTangentSlab(const Map *x, const Map *y, const Map *tangentX, Map *tangentY, const float *mean,
                                     const float *variance, const float *scale, const float *tangentScale,
                                     const float *tangentShift, const float *sums, const float *products,
                                     float epsilon, float perPosition, Long positions, int channels, Long slab) {
  int channel = (blockIdx.x * blockDim.x + threadIdx.x) * W;
  if (channel >= channels) {
    return;
  }
  bool momentsMove = tangentX && perPosition != 0;
  float centre[W];
  float slope[W];
  float factor[W];
  float flat[W];
  float along[W];
#pragma unroll
  for (int k = 0; k < W; k++) {
    centre[k] = mean[channel + k];
    slope[k] = perDeviation(variance[channel + k], epsilon);
    factor[k] = slope[k] * scale[channel + k];
    flat[k] = tangentShift[channel + k];
    along[k] = tangentScale[channel + k];
    if (momentsMove) {
      flat[k] -= factor[k] * sums[channel + k] * perPosition;
      along[k] -= factor[k] * products[channel + k] * perPosition;
    }
  }
  Span span = spanOfSlab(positions, slab);
  for (Long p = span.from + threadIdx.y; p < span.to; p += blockDim.y) {
    Long at = p * channels + channel;
    float value[W];
    float output[W];
    float t[W];
    load<W>(x + at, value);
    if (tangentX) {
      load<W>(tangentX + at, t);
    }
    if (y) {
      load<W>(y + at, output);
    }
#pragma unroll
    for (int k = 0; k < W; k++) {
      float moved = (value[k] - centre[k]) * slope[k] * along[k] + flat[k];
      if (tangentX) {
        moved += factor[k] * t[k];
      }
      value[k] = y && !(output[k] > 0) ? 0 : moved;
    }
    store<W>(value, tangentY + at);
  }
}

KERNEL void normalizeTangent(const Map *x, const Map *y, const Map *tangentX, Map *tangentY, const float *mean,
                             const float *variance, const float *scale, const float *tangentScale,
                             const float *tangentShift, const float *sums, const float *products, float epsilon,
                             float perPosition, Long positions, int channels, Long slab, int packed) {
  if (packed) {
    normalizeTangentSlab<PACK>(x, y, tangentX, tangentY, mean, variance, scale, tangentScale, tangentShift, sums,
                               products, epsilon, perPosition, positions, channels, slab);
  } else {
    normalizeTangentSlab<1>(x, y, tangentX, tangentY, mean, variance, scale, tangentScale, tangentShift, sums, products,
                            epsilon, perPosition, positions, channels, slab);
  }
}

// y = result + bias of the channel, plus what y holds if `added`, then rectified or not; `y` may be `result`.
template <int W>
__device__ void shiftSlab(const Map *result, const float *bias, Map *y, int added, int rectified, Long positions,
                          int channels, Long slab) {
  int channel = (blockIdx.x * blockDim.x + threadIdx.x) * W;
  if (channel >= channels) {
    return;
  }
  Span span = spanOfSlab(positions, slab);
  for (Long p = span.from + threadIdx.y; p < span.to; p += blockDim.y) {
    Long at = p * channels + channel;
    float value[W];
    float more[W];
    load<W>(result + at, value);
    if (added) {
      load<W>(y + at, more);
    }
#pragma unroll
    for (int k = 0; k < W; k++) {
      value[k] += bias[channel + k];
      if (added) {
        value[k] += more[k];
      }
      if (rectified) {
        value[k] = rectify(value[k]);
      }
    }
    store<W>(value, y + at);
  }
}

KERNEL void shift(const Map *result, const float *bias, Map *y, int added, int rectified, Long positions, int channels,
                  Long slab, int packed) {
  if (packed) {
    shiftSlab<PACK>(result, bias, y, added, rectified, positions, channels, slab);
  } else {
    shiftSlab<1>(result, bias, y, added, rectified, positions, channels, slab);
  }
}

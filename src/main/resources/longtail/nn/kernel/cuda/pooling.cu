// Operations that move or gather positions of maps. One thread per number of the result, channels side by side.

// Every second row and column of x, its channels between zeros: y is [batch, (height + 1) / 2, (width + 1) / 2,
// outputs], and the first channel of x is channel `before` of y.
KERNEL void subsample(const Map *x, Map *y, int height, int width, int channels, int outputs, int before, Long length) {
  int rows = (height + 1) / 2;
  int columns = (width + 1) / 2;
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    int channel = (int)(i % outputs) - before;
    Long position = i / outputs;
    int column = (int)(position % columns);
    int row = (int)(position / columns % rows);
    Long map = position / columns / rows;
    if (channel >= 0 && channel < channels) {
      y[i] = x[((map * height + 2 * row) * width + 2 * column) * channels + channel];
    } else {
      narrow(0, y[i]);
    }
  }
}

// The gradient of x, zero between the positions that were taken.
KERNEL void subsampleBackward(const Map *gradY, Map *gradX, int height, int width, int channels, int outputs,
                              int before, Long length) {
  int rows = (height + 1) / 2;
  int columns = (width + 1) / 2;
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    int channel = (int)(i % channels);
    Long position = i / channels;
    int column = (int)(position % width);
    int row = (int)(position / width % height);
    Long map = position / width / height;
    if (row % 2 == 0 && column % 2 == 0) {
      gradX[i] = gradY[((map * rows + row / 2) * columns + column / 2) * outputs + before + channel];
    } else {
      narrow(0, gradX[i]);
    }
  }
}

// The largest number of a window, from which of its places, and where that is in x: the first of equals. What lies
// outside the map never wins; what is not a number does.
struct Largest {
  float value;
  int place;
  Long at;
};

__device__ inline Largest largestOfWindow(const Map *x, Long i, int height, int width, int channels, int rows,
                                          int columns, int window, int stride) {
  int channel = (int)(i % channels);
  Long position = i / channels;
  int left = (int)(position % columns) * stride - window / 2;
  int top = (int)(position / columns % rows) * stride - window / 2;
  Long map = position / columns / rows;
  Largest largest = {0, -1, 0};
  for (int row = top < 0 ? -top : 0; row < window && top + row < height; row++) {
    for (int column = left < 0 ? -left : 0; column < window && left + column < width; column++) {
      Long at = ((map * height + top + row) * width + left + column) * channels + channel;
      float value = widen(x[at]);
      if (largest.place < 0 || value > largest.value || (value != value && largest.value == largest.value)) {
        largest = {value, row * window + column, at};
      }
    }
  }
  return largest;
}

// The largest number of every window, and in `where` which of the window's it was, row by row.
KERNEL void maxPool(const Map *x, Map *y, unsigned char *where, int height, int width, int channels, int rows,
                    int columns, int window, int stride, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    Largest largest = largestOfWindow(x, i, height, width, channels, rows, columns, window, stride);
    narrow(largest.value, y[i]);
    where[i] = (unsigned char)largest.place;
  }
}

// The gradient of x: every number gathers the gradients of the windows in which it was the largest.
KERNEL void maxPoolBackward(const unsigned char *where, const Map *gradY, Map *gradX, int height, int width,
                            int channels, int rows, int columns, int window, int stride, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    int channel = (int)(i % channels);
    Long position = i / channels;
    int column = (int)(position % width) + window / 2;
    int row = (int)(position / width % height) + window / 2;
    Long map = position / width / height;
    int firstRow = row < window ? 0 : (row - window) / stride + 1;
    int firstColumn = column < window ? 0 : (column - window) / stride + 1;
    float sum = 0;
    for (int r = firstRow; r < rows && r * stride <= row; r++) {
      for (int c = firstColumn; c < columns && c * stride <= column; c++) {
        Long from = ((map * rows + r) * columns + c) * channels + channel;
        if (where[from] == (row - r * stride) * window + column - c * stride) {
          sum += widen(gradY[from]);
        }
      }
    }
    narrow(sum, gradX[i]);
  }
}

// The derivative of the largest numbers: that of the place in x where each was found.
KERNEL void maxPoolTangent(const Map *x, const Map *tangentX, Map *tangentY, int height, int width, int channels,
                           int rows, int columns, int window, int stride, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    Largest largest = largestOfWindow(x, i, height, width, channels, rows, columns, window, stride);
    tangentY[i] = tangentX[largest.at];
  }
}

// The mean over the positions of a map, y [batch, channels]; blockIdx.y is the map, a block has 32 channels.
KERNEL void meanPool(const Map *x, float *y, int positions, int channels) {
  __shared__ float sums[THREADS];
  int channel = blockIdx.x * blockDim.x + threadIdx.x;
  int place = threadIdx.y * blockDim.x + threadIdx.x;
  float sum = 0;
  if (channel < channels) {
    for (int p = threadIdx.y; p < positions; p += blockDim.y) {
      sum += widen(x[((Long)blockIdx.y * positions + p) * channels + channel]);
    }
  }
  sums[place] = sum;
  for (int rows = blockDim.y; rows > 1; rows = (rows + 1) / 2) {
    int half = (rows + 1) / 2;
    __syncthreads();
    if (threadIdx.y + half < rows) {
      sums[place] += sums[place + half * blockDim.x];
    }
  }
  if (threadIdx.y == 0 && channel < channels) {
    y[(Long)blockIdx.y * channels + channel] = sums[place] / positions;
  }
}

// The gradient of x: that of the mean, divided among the positions.
KERNEL void meanPoolBackward(const float *gradY, Map *gradX, int positions, int channels, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    Long map = i / channels / positions;
    narrow(gradY[map * channels + i % channels] / positions, gradX[i]);
  }
}

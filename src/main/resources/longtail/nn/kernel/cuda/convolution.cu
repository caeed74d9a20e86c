// Convolutions as their definition has them, for shapes that no faster engine takes. Maps and weights as cuDNN has them:
// x [batch, height, width, channels], weights [outputs, window, window, channels / groups], y [batch, rows, columns,
// outputs].

KERNEL void convolve(const Map *x, const Map *weights, Map *y, int height, int width, int channels, int rows,
                     int columns, int outputs, int window, int stride, int dilation, int padding, int groups,
                     Long length) {
  int inGroup = channels / groups;
  int outGroup = outputs / groups;
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    int output = (int)(i % outputs);
    Long position = i / outputs;
    int left = (int)(position % columns) * stride - padding;
    int top = (int)(position / columns % rows) * stride - padding;
    Long map = position / columns / rows;
    float sum = 0;
    for (int tap = 0; tap < window * window; tap++) {
      int row = top + tap / window * dilation;
      int column = left + tap % window * dilation;
      if (row >= 0 && row < height && column >= 0 && column < width) {
        const Map *from = x + ((map * height + row) * width + column) * channels + output / outGroup * inGroup;
        const Map *with = weights + ((Long)output * window * window + tap) * inGroup;
        for (int c = 0; c < inGroup; c++) {
          sum += widen(from[c]) * widen(with[c]);
        }
      }
    }
    narrow(sum, y[i]);
  }
}

// The gradient of x.
KERNEL void convolveBackData(Map *gradX, const Map *weights, const Map *gradY, int height, int width, int channels,
                             int rows, int columns, int outputs, int window, int stride, int dilation, int padding,
                             int groups, Long length) {
  int inGroup = channels / groups;
  int outGroup = outputs / groups;
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    int channel = (int)(i % channels);
    Long position = i / channels;
    int column = (int)(position % width) + padding;
    int row = (int)(position / width % height) + padding;
    Long map = position / width / height;
    int group = channel / inGroup;
    float sum = 0;
    for (int tap = 0; tap < window * window; tap++) {
      int down = row - tap / window * dilation;
      int right = column - tap % window * dilation;
      if (down >= 0 && right >= 0 && down % stride == 0 && right % stride == 0 && down / stride < rows &&
          right / stride < columns) {
        const Map *from = gradY + ((map * rows + down / stride) * columns + right / stride) * outputs;
        for (int o = group * outGroup; o < (group + 1) * outGroup; o++) {
          sum += widen(from[o]) * widen(weights[((Long)o * window * window + tap) * inGroup + channel % inGroup]);
        }
      }
    }
    narrow(sum, gradX[i]);
  }
}

// The gradient of the weights in float32; a row of a block has one of them, `positions` = batch x rows x columns.
KERNEL void convolveBackWeights(const Map *x, float *gradWeights, const Map *gradY, int height, int width, int channels,
                                int rows, int columns, int outputs, int window, int stride, int dilation, int padding,
                                int groups, Long positions) {
  __shared__ float parts[THREADS];
  int inGroup = channels / groups;
  int outGroup = outputs / groups;
  Long weight = (Long)blockIdx.x * blockDim.y + threadIdx.y;
  int place = threadIdx.y * blockDim.x + threadIdx.x;
  int channel = (int)(weight % inGroup);
  int tap = (int)(weight / inGroup % (window * window));
  int output = (int)(weight / inGroup / (window * window));
  float sum = 0;
  for (Long p = threadIdx.x; p < positions && output < outputs; p += blockDim.x) {
    int column = (int)(p % columns) * stride - padding + tap % window * dilation;
    int row = (int)(p / columns % rows) * stride - padding + tap / window * dilation;
    Long map = p / columns / rows;
    if (row >= 0 && row < height && column >= 0 && column < width) {
      sum += widen(gradY[p * outputs + output]) *
             widen(x[((map * height + row) * width + column) * channels + output / outGroup * inGroup + channel]);
    }
  }
  parts[place] = sum;
  for (int count = blockDim.x; count > 1; count = (count + 1) / 2) {
    int half = (count + 1) / 2;
    __syncthreads();
    if (threadIdx.x + half < count) {
      parts[place] += parts[place + half];
    }
  }
  if (threadIdx.x == 0 && output < outputs) {
    gradWeights[weight] = parts[place];
  }
}

// Steps of optimisers over vectors, in the order of the host's arithmetic, and what is asked of vectors.

// w -= rate (g + decay w)
KERNEL void descend(float *weights, const float *gradients, float rate, float decay, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    weights[i] -= rate * (gradients[i] + decay * weights[i]);
  }
}

// v = momentum v + g + decay w; w -= rate (ofGradient (g + decay w) + ofVelocity v)
KERNEL void descendWithMomentum(float *weights, const float *gradients, float *velocities, float rate, float momentum,
                                float decay, float ofGradient, float ofVelocity, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    float gradient = gradients[i] + decay * weights[i];
    float velocity = momentum * velocities[i] + gradient;
    velocities[i] = velocity;
    weights[i] -= rate * (ofGradient * gradient + ofVelocity * velocity);
  }
}

// m = kept m + added g; s = keptSquare s + addedSquare g^2; w -= rate m / (sqrt(s) / correction + epsilon), where g
// includes decay w.
KERNEL void descendByMoments(float *weights, const float *gradients, float *means, float *squares, float rate,
                             float kept, float added, float keptSquare, float addedSquare, float correction,
                             float epsilon, float decay, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    float gradient = gradients[i] + decay * weights[i];
    means[i] = kept * means[i] + added * gradient;
    squares[i] = keptSquare * squares[i] + addedSquare * gradient * gradient;
    weights[i] -= rate * means[i] / (sqrtf(squares[i]) / correction + epsilon);
  }
}

// target = kept target + added other
KERNEL void move(float *target, const float *other, float kept, float added, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    target[i] = kept * target[i] + added * other[i];
  }
}

KERNEL void fillNumbers(float *target, float value, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    target[i] = value;
  }
}

// One sum of squares per block. Float64 cannot overflow here, so a sum is finite exactly if all its numbers are.
KERNEL void sumOfSquares(const float *numbers, double *sums, Long length) {
  __shared__ double parts[THREADS];
  double sum = 0;
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    sum += (double)numbers[i] * numbers[i];
  }
  parts[threadIdx.x] = sum;
  for (int count = blockDim.x; count > 1; count = (count + 1) / 2) {
    int half = (count + 1) / 2;
    __syncthreads();
    if (threadIdx.x + half < count) {
      parts[threadIdx.x] += parts[threadIdx.x + half];
    }
  }
  if (threadIdx.x == 0) {
    sums[blockIdx.x] = parts[0];
  }
}

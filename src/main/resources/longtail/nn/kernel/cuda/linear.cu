// Products of float32 matrices and sums over rows.

#define TILE 32

// c [m, n] = a b, plus `bias` [n] unless that is null, plus what c holds if `added`. The number (i, l) of a [m, k] is at
// a[i * rowOfA + l * columnOfA], likewise for b [k, n]; c has no gaps. Blocks of 16 x 16 threads have 32 x 32 results.
KERNEL void multiply(const float *a, const float *b, const float *bias, float *c, int m, int n, int k, Long rowOfA,
                     Long columnOfA, Long rowOfB, Long columnOfB, int added) {
  __shared__ float partOfA[TILE][TILE + 1];
  __shared__ float partOfB[TILE][TILE + 1];
  int firstRow = blockIdx.y * TILE;
  int firstColumn = blockIdx.x * TILE;
  int thread = threadIdx.y * blockDim.x + threadIdx.x;
  int threads = blockDim.x * blockDim.y;
  float sum[2][2] = {{0, 0}, {0, 0}};
  for (int from = 0; from < k; from += TILE) {
    for (int place = thread; place < TILE * TILE; place += threads) {
      // neighbouring threads read neighbouring numbers, whichever way the matrix lies
      int outer = place / TILE;
      int inner = place % TILE;
      int rowA = columnOfA == 1 ? outer : inner;
      int columnA = columnOfA == 1 ? inner : outer;
      int rowB = columnOfB == 1 ? outer : inner;
      int columnB = columnOfB == 1 ? inner : outer;
      bool insideA = firstRow + rowA < m && from + columnA < k;
      bool insideB = from + rowB < k && firstColumn + columnB < n;
      partOfA[rowA][columnA] = insideA ? a[(firstRow + rowA) * rowOfA + (from + columnA) * columnOfA] : 0;
      partOfB[rowB][columnB] = insideB ? b[(from + rowB) * rowOfB + (firstColumn + columnB) * columnOfB] : 0;
    }
    __syncthreads();
    for (int l = 0; l < TILE; l++) {
      float upper = partOfA[threadIdx.y][l];
      float lower = partOfA[threadIdx.y + TILE / 2][l];
      float left = partOfB[l][threadIdx.x];
      float right = partOfB[l][threadIdx.x + TILE / 2];
      sum[0][0] += upper * left;
      sum[0][1] += upper * right;
      sum[1][0] += lower * left;
      sum[1][1] += lower * right;
    }
    __syncthreads();
  }
  for (int half = 0; half < 4; half++) {
    int row = firstRow + threadIdx.y + half / 2 * (TILE / 2);
    int column = firstColumn + threadIdx.x + half % 2 * (TILE / 2);
    if (row < m && column < n) {
      float result = sum[half / 2][half % 2];
      if (bias) {
        result += bias[column];
      }
      float *to = c + (Long)row * n + column;
      *to = added ? *to + result : result;
    }
  }
}

// Sums over the rows of matrix [rows, columns]; blocks of 32 columns.
KERNEL void sumRows(const float *matrix, float *sums, int rows, int columns) {
  __shared__ float parts[THREADS];
  int column = blockIdx.x * blockDim.x + threadIdx.x;
  int place = threadIdx.y * blockDim.x + threadIdx.x;
  float sum = 0;
  if (column < columns) {
    for (int r = threadIdx.y; r < rows; r += blockDim.y) {
      sum += matrix[(Long)r * columns + column];
    }
  }
  parts[place] = sum;
  for (int count = blockDim.y; count > 1; count = (count + 1) / 2) {
    int half = (count + 1) / 2;
    __syncthreads();
    if (threadIdx.y + half < count) {
      parts[place] += parts[place + half * blockDim.x];
    }
  }
  if (threadIdx.y == 0 && column < columns) {
    sums[column] = parts[place];
  }
}

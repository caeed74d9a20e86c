// Numbers into another order, another type or more channels.

// weights [outputs, channels, window] float32 -> [outputs, window, padded] as in maps, zero from `channels` on.
KERNEL void packWeights(const float *weights, Map *packed, int channels, int padded, int window, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    int channel = (int)(i % padded);
    Long place = i / padded;
    int tap = (int)(place % window);
    Long output = place / window;
    narrow(channel < channels ? weights[(output * channels + channel) * window + tap] : 0, packed[i]);
  }
}

// The way back, for gradients: [outputs, window, padded] float32 or as in maps -> [outputs, channels, window] float32.
template <class T>
__device__ void unpack(const T *packed, float *weights, int channels, int padded, int window, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    int tap = (int)(i % window);
    Long place = i / window;
    int channel = (int)(place % channels);
    Long output = place / channels;
    weights[i] = widen(packed[(output * window + tap) * padded + channel]);
  }
}

KERNEL void unpackWeights(const Map *packed, float *weights, int channels, int padded, int window, Long length) {
  unpack(packed, weights, channels, padded, window, length);
}

KERNEL void unpackWideWeights(const float *packed, float *weights, int channels, int padded, int window, Long length) {
  unpack(packed, weights, channels, padded, window, length);
}

// The first channels of every position: `to` has `outputs` of them, zero from those of `from` on.
KERNEL void copyChannels(const Map *from, int channels, Map *to, int outputs, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    int channel = (int)(i % outputs);
    if (channel < channels) {
      to[i] = from[i / outputs * channels + channel];
    } else {
      narrow(0, to[i]);
    }
  }
}

// Images [positions, channels] of bytes -> maps [positions, outputs]: (x / 255 - mean) / deviation, zero from `channels`
// on.
KERNEL void standardize(const unsigned char *images, Map *maps, const float *mean, const float *deviation, int channels,
                        int outputs, Long length) {
  for (Long i = threadOfGrid(); i < length; i += threadsOfGrid()) {
    int channel = (int)(i % outputs);
    float value = 0;
    if (channel < channels) {
      value = (images[i / outputs * channels + channel] / 255.f - mean[channel]) / deviation[channel];
    }
    narrow(value, maps[i]);
  }
}

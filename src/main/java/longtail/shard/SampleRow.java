package longtail.shard;

/**
 * One image of a shard.
 *
 * @param imageId identifier, unique in the dataset
 * @param label class index
 * @param offset first byte of the encoded image in the tar file
 * @param length number of bytes of the encoded image
 * @param height rows in pixels
 * @param width columns in pixels
 */
record SampleRow(String imageId, int label, long offset, int length, int height, int width) {}

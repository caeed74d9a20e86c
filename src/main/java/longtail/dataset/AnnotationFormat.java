package longtail.dataset;

/** How the images and classes of a collection are written down. */
public enum AnnotationFormat {
  /** JSON of iNaturalist 2017, 2018 and 2021: {@code images}, {@code annotations}, categories. */
  INAT,
  /** JSON {@code {annotations: [{image_id, fpath, category_id, ...}], num_classes}}. */
  LONGTAIL,
  /** Text, one {@code path label} per line, as of ImageNet-LT and Places-LT. */
  LIST,
  /** The published CIFAR-10 and CIFAR-100 archives, binary or python version. */
  CIFAR,
  /** One folder per class. */
  FOLDER,
  /** Text tables with a header, separated by commas, semicolons or tabs. */
  CSV,
  /** Parquet tables of images, or of their paths. */
  PARQUET,
  /** Tar files with an image, and its class as {@code .cls} or {@code .json}, by one key. */
  WEBDATASET
}

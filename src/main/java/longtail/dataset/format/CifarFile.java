package longtail.dataset.format;

/** What a file of a CIFAR archive is, told from its name. */
record CifarFile(Version version, Content content) {

  /** What a file holds. */
  enum Content {
    TRAIN,
    TEST,
    CLASS_NAMES;

    String split() {
      return this == TRAIN ? "train" : "test";
    }
  }

  /** How the images of a file are encoded. */
  enum Encoding {
    BINARY,
    PYTHON,
    TFRECORD
  }

  /** The archives that are published. */
  enum Version {
    CIFAR10_BINARY(10, Encoding.BINARY),
    CIFAR10_PYTHON(10, Encoding.PYTHON),
    CIFAR100_BINARY(100, Encoding.BINARY),
    CIFAR100_PYTHON(100, Encoding.PYTHON),
    /** Already long-tailed CIFAR-10 or CIFAR-100 of Cui et al., 2019. */
    LONG_TAILED(0, Encoding.TFRECORD);

    private final int classes;
    private final Encoding encoding;

    Version(int classes, Encoding encoding) {
      this.classes = classes;
      this.encoding = encoding;
    }

    /** Number of classes; 0 = the file does not say. */
    int classes() {
      return classes;
    }

    Encoding encoding() {
      return encoding;
    }

    /** Bytes before the pixels of a binary record; the last of them is the (fine) label. */
    int labelBytes() {
      return classes == 10 ? 1 : 2;
    }

    String labelsKey() {
      return classes == 10 ? "labels" : "fine_labels";
    }

    String namesKey() {
      return classes == 10 ? "label_names" : "fine_label_names";
    }
  }

  /** The meaning of the file {@code name}, or null if it is none of the known files. */
  static CifarFile of(String name) {
    String batch = name.replaceFirst("^data_batch_\\d+", "data_batch");
    return switch (batch) {
      case "data_batch.bin" -> new CifarFile(Version.CIFAR10_BINARY, Content.TRAIN);
      case "test_batch.bin" -> new CifarFile(Version.CIFAR10_BINARY, Content.TEST);
      case "batches.meta.txt" -> new CifarFile(Version.CIFAR10_BINARY, Content.CLASS_NAMES);
      case "data_batch" -> new CifarFile(Version.CIFAR10_PYTHON, Content.TRAIN);
      case "test_batch" -> new CifarFile(Version.CIFAR10_PYTHON, Content.TEST);
      case "batches.meta" -> new CifarFile(Version.CIFAR10_PYTHON, Content.CLASS_NAMES);
      case "train.bin" -> new CifarFile(Version.CIFAR100_BINARY, Content.TRAIN);
      case "test.bin" -> new CifarFile(Version.CIFAR100_BINARY, Content.TEST);
      case "fine_label_names.txt" -> new CifarFile(Version.CIFAR100_BINARY, Content.CLASS_NAMES);
      case "train" -> new CifarFile(Version.CIFAR100_PYTHON, Content.TRAIN);
      case "test" -> new CifarFile(Version.CIFAR100_PYTHON, Content.TEST);
      case "meta" -> new CifarFile(Version.CIFAR100_PYTHON, Content.CLASS_NAMES);
      case "train.tfrecords" -> new CifarFile(Version.LONG_TAILED, Content.TRAIN);
      case "eval.tfrecords" -> new CifarFile(Version.LONG_TAILED, Content.TEST);
      default -> null;
    };
  }
}

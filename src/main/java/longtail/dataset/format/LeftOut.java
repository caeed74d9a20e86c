package longtail.dataset.format;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import longtail.Quantity;

/**
 * The files in a tree of folders that are no images, told by their names: what systems and programs
 * keep beside images. They are counted by their kinds; whatever else cannot be read as an image is
 * a damaged one.
 */
public final class LeftOut {
  private static final int KINDS = 10;
  private static final Set<String> SYSTEM_FILES =
      Set.of(
          "_success",
          "_metadata",
          "_common_metadata",
          "thumbs.db",
          "ehthumbs.db",
          "ehthumbs_vista.db",
          "desktop.ini",
          "icon\r",
          "picasa.ini",
          "readme",
          "license",
          "licence",
          "copying",
          "changelog",
          "makefile");
  private static final Set<String> SYSTEM_FOLDERS =
      Set.of("@eadir", "__macosx", "$recycle.bin", "system volume information", "lost+found");

  /** Descriptions, settings, sound and film, programs, archives, numbers. */
  private static final Set<String> EXTENSIONS =
      Set.of(
          "txt",
          "xmp",
          "xml",
          "json",
          "jsonl",
          "csv",
          "tsv",
          "md",
          "rst",
          "html",
          "htm",
          "pdf",
          "doc",
          "docx",
          "xls",
          "xlsx",
          "rtf",
          "yaml",
          "yml",
          "toml",
          "ini",
          "cfg",
          "conf",
          "db",
          "sqlite",
          "log",
          "aae",
          "thm",
          "pp3",
          "dop",
          "on1",
          "lrcat",
          "lnk",
          "url",
          "webloc",
          "md5",
          "sha1",
          "sha256",
          "bak",
          "tmp",
          "part",
          "crdownload",
          "mp3",
          "wav",
          "mp4",
          "mov",
          "avi",
          "mkv",
          "m4v",
          "3gp",
          "py",
          "ipynb",
          "sh",
          "bat",
          "exe",
          "zip",
          "tar",
          "gz",
          "tgz",
          "bz2",
          "xz",
          "7z",
          "rar",
          "npy",
          "npz",
          "mat",
          "pkl",
          "h5",
          "hdf5",
          "parquet",
          "pth",
          "pt");

  private final Map<String, Integer> kinds = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private final List<String> beside = new ArrayList<>();
  private int files;

  /** Whether the folder {@code name} belongs to the system; it is counted if it does. */
  public boolean folder(String name) {
    boolean system = name.startsWith(".") || SYSTEM_FOLDERS.contains(name.toLowerCase(Locale.ROOT));
    if (system) {
      count(name + "/");
    }
    return system;
  }

  /** Whether the file {@code name} is no image by its name; it is counted if it is none. */
  public boolean file(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    String extension = lower.substring(lower.lastIndexOf('.') + 1);
    if (name.startsWith("._")) {
      count("._*");
    } else if (name.startsWith(".") || SYSTEM_FILES.contains(lower)) {
      count(name.strip());
    } else if (lower.contains(".") && EXTENSIONS.contains(extension)) {
      count("*." + extension);
    } else {
      return false;
    }
    return true;
  }

  /** Counts the file {@code name}, which lies beside the class folders. */
  void beside(String name) {
    if (!file(name)) {
      beside.add(name);
    }
  }

  private void count(String kind) {
    count(kind, 1);
  }

  private void count(String kind, int number) {
    kinds.merge(kind, number, Integer::sum);
    files += number;
  }

  /** How many files there are of each kind. */
  public Map<String, Integer> kinds() {
    return new HashMap<>(kinds);
  }

  /** Counts what was left out elsewhere, see {@link #kinds}. */
  public void add(Map<String, Integer> others) {
    others.forEach((kind, number) -> count(kind, number));
  }

  /** Number of files beside the class folders that may be images. */
  int besideFolders() {
    return beside.size();
  }

  /** What was left out, in words; empty if nothing was. */
  public List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (files > 0) {
      notes.add(
          "%s no images by their names and left out: %s"
              .formatted(Quantity.does(files, "file", "is", "are"), some()));
    }
    if (!beside.isEmpty()) {
      notes.add(
          "left out beside the class folders: %s, such as %s"
              .formatted(Quantity.of(beside.size(), "file"), beside.get(0)));
    }
    return notes;
  }

  private String some() {
    String first =
        kinds.entrySet().stream()
            .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
            .limit(KINDS)
            .map(kind -> "%d %s".formatted(kind.getValue(), kind.getKey()))
            .collect(Collectors.joining(", "));
    return kinds.size() <= KINDS ? first : first + " and others";
  }
}

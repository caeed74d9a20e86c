package longtail.dataset.format;

import java.util.ArrayList;
import java.util.List;
import longtail.dataset.TextFile;
import org.apache.hadoop.conf.Configuration;

/**
 * Records of a text table as RFC 4180 has them and pandas, R and spreadsheets write them: a field
 * in quotes may hold separators, doubled quotes and ends of lines. The separator (comma, semicolon
 * or tab) is the one that occurs most in the first line.
 */
final class CsvRecords {
  private static final char QUOTE = '"';

  /** Takes a record. */
  @FunctionalInterface
  interface Records {
    /** The record that begins in line {@code line}, from 1. */
    void record(int line, List<String> fields);
  }

  private final AnnotationCollector collector;
  private final Records records;
  private List<String> fields = new ArrayList<>();
  private final StringBuilder field = new StringBuilder();
  private boolean quoted;
  private char separator;
  private int start;

  private CsvRecords(AnnotationCollector collector, Records records) {
    this.collector = collector;
    this.records = records;
  }

  /**
   * Sends every record of {@code file} to {@code records}; empty lines between them are skipped.
   */
  static void read(
      String file, AnnotationCollector collector, Records records, Configuration conf) {
    CsvRecords reader = new CsvRecords(collector, records);
    TextFile.read(file, reader::line, conf);
    if (reader.quoted) {
      throw collector.bad(
          "line " + reader.start, "a field begins with a quote that is never closed");
    }
  }

  private void line(int number, String line) {
    if (quoted) {
      field.append('\n');
    } else if (line.isBlank()) {
      return;
    } else {
      start = number;
      separator = separator == 0 ? separatorOf(line) : separator;
    }
    int at = 0;
    while (at < line.length()) {
      at = quoted ? inQuotes(line, at) : outside(line, at);
    }
    if (!quoted) {
      endField();
      List<String> complete = fields;
      fields = new ArrayList<>(complete.size());
      records.record(start, complete);
    }
  }

  private int inQuotes(String line, int at) {
    int end = line.indexOf(QUOTE, at);
    if (end < 0) {
      field.append(line, at, line.length());
      return line.length();
    }
    field.append(line, at, end);
    if (end + 1 < line.length() && line.charAt(end + 1) == QUOTE) {
      field.append(QUOTE);
      return end + 2;
    }
    quoted = false;
    if (end + 1 < line.length() && line.charAt(end + 1) != separator) {
      throw collector.bad(
          "line " + start,
          "after a closing quote expected '%s' or the end of the line, was '%s'; quotes within a field are doubled"
              .formatted(separator, line.charAt(end + 1)));
    }
    return end + 1;
  }

  private int outside(String line, int at) {
    char next = line.charAt(at);
    if (next == separator) {
      endField();
    } else if (next == QUOTE && field.length() == 0 && opens(line, at)) {
      quoted = true;
    } else {
      field.append(next);
    }
    return at + 1;
  }

  private boolean opens(String line, int at) {
    return at == 0 || line.charAt(at - 1) == separator;
  }

  private void endField() {
    fields.add(field.toString());
    field.setLength(0);
  }

  private static char separatorOf(String header) {
    int[] counts = new int[3];
    boolean within = false;
    for (int i = 0; i < header.length(); i++) {
      char c = header.charAt(i);
      within ^= c == QUOTE;
      int which = within ? -1 : ",;\t".indexOf(c);
      if (which >= 0) {
        counts[which]++;
      }
    }
    if (counts[0] >= counts[1] && counts[0] >= counts[2]) {
      return ',';
    }
    return counts[1] >= counts[2] ? ';' : '\t';
  }
}

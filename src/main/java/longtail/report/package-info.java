/** From figures to files: JSON lines, CSV, PNG, HTML. Writes through {@code longtail.storage}. */
package longtail.report;

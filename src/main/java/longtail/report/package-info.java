/**
 * From figures to files: JSON lines, CSV, PNG, HTML, event files of TensorBoard. Writes through
 * {@code longtail.storage}.
 */
package longtail.report;

/** From figures to files: JSON lines, CSV, PNG, HTML, event files of TensorBoard. */
package longtail.report;

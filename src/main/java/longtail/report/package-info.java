/** From figures to files: JSON lines, CSV, PNG, HTML. */
package longtail.report;

/** The commands and their exit codes. */
package longtail.cli;

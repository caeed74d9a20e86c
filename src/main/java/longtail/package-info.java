/** What every room may use: errors with an exit code, and reproducible random streams. */
package longtail;

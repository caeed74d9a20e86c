/**
 * Files on any Hadoop file system: how they are found, written and committed, their digests,
 * Parquet tables, logs that grow, and which run holds an output directory.
 *
 * <p>One protocol for all that is written: what is written last at its final place, with sizes and
 * digests of the rest, is the commit; no directory is ever renamed. See {@link
 * longtail.storage.CommittedFile} for a single file.
 *
 * <p>Knows Hadoop, Parquet and errors; not what the files mean.
 */
package longtail.storage;
